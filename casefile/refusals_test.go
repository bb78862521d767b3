package casefile

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"
)

// situations are the refusals that no other entry in the step's fields would lift: something else is to be done first, or the
// step is not for this case. All others name their field as an option, by which the desk marks it.
var situations = strings.Fields(`already-waiting appeal arrival-channel confirm-channel confirm-twice control-character date-order decided
	decision-appeal decision-retrial dispute-unknown extension-deferred extension-twice field-missing id-number lapse-early
	lapse-returned lapse-unreached letter-number mail-unknown merge-closed merge-direction not-attached not-replied not-submitted
	not-waiting out-of-order posted reached-returned reason-accepted reason-not-asked reply-kind reply-letter retrial screening
	screening-referred signed-other submission submission-changed submission-decided third-party-untold
	unclear-uncorrected unreachable-begun unreachable-channel unsigned void-rests`)

// A refusal of what was entered says in which field.
func TestRefusalsNameTheirField(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	fset, without := token.NewFileSet(), map[string]bool{}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, f.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) < 3 || !calls(call, "refuse") {
				return true
			}
			code, hint := literals(call.Args[0]), literals(call.Args[1])
			if code == "" {
				return true
			}
			if _, do, _ := strings.Cut(hint, "\n"); len(Options(do)) == 0 {
				if without[code] = true; !slices.Contains(situations, code) {
					t.Errorf("%s: %s (%q) names no field", fset.Position(call.Pos()), code, hint)
				}
			}
			return true
		})
	}
	for _, code := range situations {
		if !without[code] {
			t.Errorf("%s always names its field", code)
		}
	}
}

func calls(c *ast.CallExpr, name string) bool {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name == name
	case *ast.SelectorExpr:
		return f.Sel.Name == name
	}
	return false
}

// literals joins what an expression says by itself.
func literals(e ast.Expr) (s string) {
	ast.Inspect(e, func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			text := strings.Trim(l.Value, "\"`")
			s += strings.ReplaceAll(text, `\n`, "\n")
		}
		return true
	})
	return s
}
