package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/config"
)

// pagesOf makes the manual as `ysq man` does, on a tree as help sees it.
func pagesOf(t *testing.T) (*cobra.Command, map[string]string) {
	t.Helper()
	term := newTerminal(0, nil)
	root := term.root()
	pages := map[string]string{}
	for _, p := range term.manPages(root, civil.Of(now)) {
		if pages[p.file] != "" {
			t.Errorf("two pages %s", p.file)
		}
		pages[p.file] = p.text
	}
	return root, pages
}

var (
	manOption = regexp.MustCompile(`\\fB(?:\\-[a-zA-Z], )?\\-\\-([a-z0-9\\-]+)\\fR`)
	manKey    = regexp.MustCompile(`(?m)^\.TP\n\\fB([a-z_]+)\\fR$`)
)

// Every command has its page and every option its entry there, and no page or entry is without its
// command or option.
func TestManMatchesCommands(t *testing.T) {
	root, pages := pagesOf(t)
	left := map[string]bool{}
	for file := range pages {
		left[file] = true
	}
	delete(left, "ysq.toml.5")
	delete(left, "ysq-register.7")
	walk(root, func(c *cobra.Command) {
		if c.Hidden || c.Name() == "help" {
			return
		}
		file := manName(c) + ".1"
		page, ok := pages[file]
		if !ok {
			t.Errorf("%s has no page", c.CommandPath())
			return
		}
		delete(left, file)
		var want []string
		own, general := flagsOf(c)
		if c == root {
			own = general
		}
		for _, f := range own {
			want = append(want, f.Name)
		}
		var got []string
		for _, m := range manOption.FindAllStringSubmatch(page, -1) {
			got = append(got, strings.ReplaceAll(m[1], `\`, ""))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s has the options %v, its page has %v", c.CommandPath(), want, got)
		}
		for _, below := range inPlace(c) {
			if below.Name() != "help" && !strings.Contains(page, bold(manName(below))+"(1)") {
				t.Errorf("the page of %s does not name %s", c.CommandPath(), below.Name())
			}
		}
	})
	for file := range left {
		if file != "ysq-help.1" {
			t.Errorf("%s is the page of no command", file)
		}
	}
}

func TestManMatchesOptions(t *testing.T) {
	_, pages := pagesOf(t)
	var want, got []string
	for _, s := range config.Reference() {
		for _, o := range s.Options {
			want = append(want, o.Key)
		}
	}
	for _, m := range manKey.FindAllStringSubmatch(pages["ysq.toml.5"], -1) {
		got = append(got, m[1])
	}
	if len(want) < 20 || !slices.Equal(got, want) {
		t.Errorf("the options are %v, the page has %v", want, got)
	}
}

// The page on the format has the buckets that the register describes.
func TestManMatchesFormat(t *testing.T) {
	text, err := os.ReadFile("../../../casefile/register/FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "| bucket | key | value |\n|---|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	var want, got []string
	for line := range strings.Lines(table) {
		if name := strings.TrimSpace(strings.Split(line, "|")[1]); name != "" {
			want = append(want, name)
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^([a-z]+)　`).FindAllStringSubmatch(manRegisterText, -1) {
		got = append(got, m[1])
	}
	if len(want) < 10 || !slices.Equal(got, want) {
		t.Errorf("FORMAT.md has the buckets %v, the page has %v", want, got)
	}
}

// The page on the format lists every kind of event with the fields that records have; -update writes
// the list.
func TestManListsEvents(t *testing.T) {
	var want strings.Builder
	for _, k := range casefile.Kinds() {
		e, err := casefile.DecodeEvent(k.Kind, []byte("{}"))
		if err != nil && e == nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&want, "%s\n: %s：%s。\n\n", k.Kind, k.Label, strings.Join(namesOf(reflect.TypeOf(e)), "、"))
	}
	before, rest, ok1 := strings.Cut(manRegisterText, "为空的项不写。\n\n")
	got, after, ok2 := strings.Cut(rest, "# 流水\n")
	if !ok1 || !ok2 {
		t.Fatal("the page has no list of events")
	}
	if *update {
		if err := os.WriteFile("manual/register.7.txt", []byte(before+"为空的项不写。\n\n"+want.String()+"# 流水\n"+after), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if got != want.String() {
		t.Errorf("the page lists\n%s, want (-update writes it)\n%s", got, want.String())
	}
}

// The pages that are written by hand name the places and exit codes of the program.
func TestManMatchesConstants(t *testing.T) {
	for _, text := range []string{config.DefaultFile + "\n: ", config.DefaultState + "\n: ", config.DefaultSocket + "\n: ", fmt.Sprintf("\n%d\n: ", ask.ExitCheck), fmt.Sprintf("\n%d\n: ", ask.ExitConfig)} {
		if !strings.Contains(manRootTail, text) {
			t.Errorf("ysq(1) has no %q", text)
		}
	}
	if !strings.Contains(manRegisterText, config.DefaultState) {
		t.Errorf("ysq-register(7) does not name %s", config.DefaultState)
	}
}

// The pages are right to whoever sets them, and Chinese comes through unbroken and within the width.
func TestManPagesAreSet(t *testing.T) {
	_, pages := pagesOf(t)
	dir := t.TempDir()
	var files []string
	for _, file := range []string{"ysq.1", "ysq-reply.1", "ysq-mail-list.1", "ysq.toml.5", "ysq-register.7"} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(pages[file]), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	tools := 0
	run := func(name string, args ...string) string {
		t.Helper()
		path, err := exec.LookPath(name)
		if err != nil {
			return ""
		}
		tools++
		cmd := exec.CommandContext(t.Context(), path, append(args, files...)...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8") // in the C locale groff takes a Chinese character for one column
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
		return string(out)
	}
	if out := run("mandoc", "-T", "lint", "-W", "warning"); out != "" {
		t.Errorf("mandoc complains:\n%s", out)
	}
	if out := run("groff", "-ww", "-K", "utf8", "-man", "-Tutf8", "-rLL=78n"); out != "" {
		if strings.Contains(out, "warning") {
			t.Errorf("groff complains:\n%s", out)
		}
		plain := regexp.MustCompile(`.\x08|\x1b\[[0-9;]*m`).ReplaceAllString(out, "")
		if joined := strings.Join(strings.Fields(plain), ""); !strings.Contains(joined, "一人属于几个组的，取其中最高的角色。") {
			t.Error("Chinese did not come through")
		}
		for line := range strings.Lines(plain) {
			if n := widest(line); n > 100 { // examples and codes stand as they are
				t.Errorf("a line of %d columns: %s", n, line)
			}
		}
	}
	if tools == 0 {
		t.Skip("neither mandoc nor groff is here")
	}
}

func TestBreakable(t *testing.T) {
	for in, want := range map[string]string{
		"期限，自 7 日":    `期\:限，\:自 7 日`,
		"见list --all": `见\:list \-\-all`,
		"（三）4":        `（三）\:4`,
		`a\b`:         `a\eb`,
	} {
		if got := breakable(in); got != want {
			t.Errorf("breakable(%q) = %q, want %q", in, got, want)
		}
	}
}
