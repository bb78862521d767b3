package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// commandInText finds a command or an option of a terminal within a Chinese sentence. What stands behind a line's end
// is the field of its own where it belongs; what begins as a command does is a part of one.
var commandInText = regexp.MustCompile(`^([^\n a-z][^\n]*)?\p{Han}[^\n]*(--[a-z]|ysq [a-z]|（[a-z][a-z-]+( [a-z][a-z-]+)?( --[^（）]*)?(、[a-z][a-z -]+)*）)`)

// atTerminals are the rooms and files whose texts only a terminal, a log or the administrator's mail shows.
var atTerminals = []string{"cmd/internal/cli/*", "cmd/internal/demo/*", "config/*", "deploy/*", ".ci/*", "casefile/register/*", "casefile/register/*/*", "cmd/internal/office/keeping/doctor.go",
	"cmd/internal/office/keeping/backup.go", "cmd/internal/office/desk/owner.go", "cmd/internal/office/post/notify.go", "cmd/internal/office/post/delivery.go", "cmd/internal/office/post/digest.go", "cmd/internal/ask/metrics.go", "cmd/internal/web/entry.go",
	"casefile/letter/check.go", "casefile/numbers.go", "mailbox/fault.go", "mailbox/imapsource/probe.go", "stats/published/document.go"}

// TestTextsAreForBothCages walks the texts of the office, which the desk in a browser shows as they are: a command in
// one of them means nothing to its reader.
func TestTextsAreForBothCages(t *testing.T) {
	root := os.DirFS("../../..")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") ||
			slices.ContainsFunc(atTerminals, func(p string) bool { ok, _ := path.Match(p, name); return ok }) {
			return err
		}
		src, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		for _, text := range carryingCommands(t, name, src) {
			t.Errorf("%s: the desk would show a command of the terminal: %q", name, text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCommandsInTextsAreFound(t *testing.T) {
	for src, want := range map[string]int{
		`"改后重新送审（submit）"`: 1, `"请核对 --on"`: 1, `"先登记：ysq register 1"`: 1, `"登记或认定（register、dismiss）"`: 1, `"办结后记录（reply --outcome 办结）"`: 1,
		`"请核对日期\n--on"`: 0, `"ysq register %s --as 更正申请"`: 0, `"网页（.html）"`: 0, `Step{Typed: "日期用 --on"}`: 0,
	} {
		if got := carryingCommands(t, "x.go", []byte("package x; var _ = "+src)); len(got) != want {
			t.Errorf("%s: %q", src, got)
		}
	}
}

// carryingCommands are the texts of a file that have a command in them, without what is declared to be for a terminal.
func carryingCommands(t *testing.T, name string, src []byte) (found []string) {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), name, src, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.KeyValueExpr:
			key, _ := n.Key.(*ast.Ident)
			return key == nil || key.Name != "Typed"
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); n.Kind == token.STRING && err == nil && commandInText.MatchString(text) {
				found = append(found, text)
			}
		}
		return true
	})
	return found
}
