package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// How many ways of failing mailbox/FAULTS.md numbers.
const faults = 69

// Every way in which mail is known to go wrong stands once in mailbox/FAULTS.md, with tests that exist.
func TestEveryFaultHasItsTest(t *testing.T) {
	root := os.DirFS("../../..")
	text, err := fs.ReadFile(root, "mailbox/FAULTS.md")
	if err != nil {
		t.Fatal(err)
	}
	known := testNames(t, root)
	named := regexp.MustCompile("`([a-z]+)\\.((?:Test|Fuzz)[A-Za-z0-9]+)`|`([a-z]+\\.txtar)`")
	seen := map[int]bool{}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) < 6 {
			continue
		}
		n, err := strconv.Atoi(strings.TrimSpace(cells[1]))
		if err != nil {
			continue
		}
		if n < 1 || n > faults || seen[n] {
			t.Errorf("item %d is none, or stands twice", n)
		}
		seen[n] = true
		tests := named.FindAllStringSubmatch(cells[len(cells)-2], -1)
		if len(tests) == 0 {
			t.Errorf("item %d has no test", n)
		}
		for _, m := range tests {
			if name := strings.Trim(m[0], "`"); !known[name] {
				t.Errorf("item %d: there is no %s", n, name)
			}
		}
	}
	for n := 1; n <= faults; n++ {
		if !seen[n] {
			t.Errorf("item %d is missing", n)
		}
	}
}

// testNames collects the tests of the tree as package.Name, external test packages by the package they
// test, and the scripts.
func testNames(t *testing.T, root fs.FS) map[string]bool {
	t.Helper()
	known := map[string]bool{}
	err := fs.WalkDir(root, ".", func(p string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && strings.HasPrefix(e.Name(), ".") && p != ".":
			return fs.SkipDir
		case path.Ext(p) == ".txtar":
			known[path.Base(p)] = true
		case strings.HasSuffix(p, "_test.go"):
			src, err := fs.ReadFile(root, p)
			if err != nil {
				return err
			}
			f, err := parser.ParseFile(token.NewFileSet(), p, src, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil {
					known[strings.TrimSuffix(f.Name.Name, "_test")+"."+fn.Name.Name] = true
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return known
}
