package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The tests run where the command does: at the root of the module.
func root(t *testing.T) { t.Helper(); t.Chdir("../..") }

// fake is the tree of a program that was not built.
func fake(t *testing.T, kind string) []item {
	t.Helper()
	dir := t.TempDir()
	file := func(name string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(name+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return layout(kind, file("ysq"), papers{
		pages:       []string{file("ysq.1.gz"), file("ysq-list.1.gz"), file("ysq.toml.5.gz")},
		instance:    file("ysq-instance.8.gz"),
		completions: map[string]string{"bash": file("bash"), "zsh": file("zsh"), "fish": file("fish")},
		changelog:   file("changelog.gz"), debian: file("changelog.Debian.gz"), copyright: file("copyright"), licences: file("licenses.gz"), sbom: file("sbom.gz"),
	})
}

func TestLayout(t *testing.T) {
	root(t)
	for _, kind := range formats {
		places := map[string]item{}
		for _, i := range fake(t, kind) {
			if _, twice := places[i.to]; twice {
				t.Errorf("%s: %s is there twice", kind, i.to)
			}
			places[i.to] = i
			if i.from == "" {
				continue
			}
			if info, err := os.Stat(i.from); err != nil || !info.Mode().IsRegular() {
				t.Errorf("%s: %s is made of %s: %v", kind, i.to, i.from, err)
			}
			if got := strings.HasPrefix(i.to, "/etc/"); got != i.conf {
				t.Errorf("%s: %s is the administrator's: %v", kind, i.to, got)
			}
		}
		for _, want := range []string{"/usr/bin/ysq", "/usr/share/man/man1/ysq-list.1.gz", "/usr/share/man/man5/ysq.toml.5.gz"} {
			if _, ok := places[want]; !ok {
				t.Errorf("%s lacks %s", kind, want)
			}
		}
		if i, ok := places["/etc/ysq/ysq.toml"]; ok {
			t.Errorf("%s brings a configuration, %v: the unit would start before it is set up", kind, i)
		}
	}
}

// Every unit and every file of sysusers and tmpfiles that stands in deploy/ is packed.
func TestNothingIsLeftOut(t *testing.T) {
	root(t)
	packed := map[string]bool{}
	for _, i := range fake(t, "deb") {
		packed[i.from] = true
	}
	for _, pattern := range []string{"deploy/*.service", "deploy/*.timer", "deploy/*.socket", "deploy/*.sysusers", "deploy/*.tmpfiles"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %v", pattern, files, err)
		}
		for _, f := range files {
			if !packed[f] {
				t.Errorf("%s is in no package", f)
			}
		}
	}
}

// Every link of a packed document leads to a file of the package.
func TestLinks(t *testing.T) {
	root(t)
	for _, kind := range formats {
		tree := fake(t, kind)
		packed := map[string]bool{}
		for _, i := range tree {
			packed[i.to] = true
		}
		o := order{scratch: t.TempDir()}
		if err := o.relink(tree); err != nil {
			t.Fatal(err)
		}
		links := 0
		for _, i := range tree {
			if !strings.HasSuffix(i.to, ".md") {
				continue
			}
			text, err := os.ReadFile(i.from)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range link.FindAllSubmatch(text, -1) {
				links++
				if target := string(m[3]); !packed[filepath.Join(filepath.Dir(i.to), target)] && !strings.Contains(target, "://") {
					t.Errorf("%s: %s links to %s", kind, i.to, target)
				}
			}
		}
		if links < 8 {
			t.Errorf("%s: only %d links", kind, links)
		}
	}
}

// The bill of materials names every module that is linked in, with its sum and a licence, and twice the same.
func TestSBOM(t *testing.T) {
	root(t)
	o := order{version: "1.2.3", epoch: 1796083200}
	first, err := o.sbom(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		SPDXVersion string `json:"spdxVersion"`
		Packages    []struct {
			Name, VersionInfo, LicenseDeclared string
			Checksums                          []any
		}
		Relationships []any
	}
	if err := json.Unmarshal(first, &doc); err != nil || doc.SPDXVersion != "SPDX-2.3" || len(doc.Packages) < 20 || len(doc.Relationships) != len(doc.Packages) {
		t.Fatalf("%d packages, %v", len(doc.Packages), err)
	}
	for _, p := range doc.Packages[2:] {
		if p.VersionInfo == "" || p.LicenseDeclared == "NOASSERTION" || len(p.Checksums) != 1 {
			t.Errorf("%+v", p)
		}
	}
	if again, err := o.sbom(t.Context()); err != nil || !bytes.Equal(again, first) {
		t.Errorf("another time it is another one, %v", err)
	}
}

func TestTarballTwice(t *testing.T) {
	root(t)
	var first []byte
	for range 2 {
		o := order{out: t.TempDir(), version: "1.2.3", epoch: 1_700_000_000}
		name, err := o.tarball("arm64", fake(t, "tar"))
		if err != nil {
			t.Fatal(err)
		}
		if want := "ysq-1.2.3-linux-arm64.tar.gz"; name != want {
			t.Errorf("name %s, want %s", name, want)
		}
		b, err := os.ReadFile(filepath.Join(o.out, name))
		if err != nil {
			t.Fatal(err)
		}
		if first != nil && !bytes.Equal(first, b) {
			t.Error("the same files gave another tarball")
		}
		first = b
	}
}

// A version between releases comes after the last and before the next.
func TestVersionsAreOrdered(t *testing.T) {
	dpkg, err := exec.LookPath("dpkg")
	if err != nil {
		t.Skip("no dpkg to compare versions")
	}
	inOrder := []string{"0.1.0~git20261125023821.8efd805b-1", "0.1.0~git20261126000000.00000000-1", "0.1.0-1", "0.1.0+git20261201000000.ffffffff-1", "0.1.1-1", "0.10.0-1"}
	for i, v := range inOrder[1:] {
		if err := exec.CommandContext(t.Context(), dpkg, "--compare-versions", inOrder[i], "lt", v).Run(); err != nil {
			t.Errorf("%s is not before %s", inOrder[i], v)
		}
	}
	for _, v := range inOrder {
		if v = strings.TrimSuffix(v, "-1"); !valid.MatchString(v) {
			t.Errorf("%s is refused", v)
		}
	}
	for _, v := range []string{"", "v1", "1-2", "1 2", "../1", "一"} {
		if valid.MatchString(v) {
			t.Errorf("%q is taken", v)
		}
	}
}

func TestScriptsParse(t *testing.T) {
	root(t)
	scripts, err := filepath.Glob("deploy/scripts/*.sh")
	if err != nil || len(scripts) != 3 {
		t.Fatalf("%v, %v", scripts, err)
	}
	for _, s := range append(scripts, "deploy/install.sh", "deploy/ysq-instance") {
		if out, err := exec.CommandContext(t.Context(), "sh", "-n", s).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", s, err, out)
		}
	}
}

// The packages' own changelogs say what the newest chapter is about, and nothing of older ones.
func TestHeadlines(t *testing.T) {
	got := headlines([]byte("# Changelog\n\nWords.\n\n## 1.1\n\n- **Search after an import**: one\n  **bold** indexer.\n- **due** names files.\n- plain\n\n## 1.0\n\n- **Old**: x\n"))
	if want := []string{"Search after an import", "due", "See /usr/share/doc/ysq/changelog.gz."}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
