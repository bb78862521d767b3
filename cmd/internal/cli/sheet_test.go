package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile/ooxml"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats"
)

// Every list has its columns, each of its own type's fields and with a heading in Chinese.
func TestEveryListHasASheet(t *testing.T) {
	root := newTerminal(0, nil).root()
	for path, have := range map[string][]string{
		"ysq list": names[ask.CaseRow](), "ysq due": names[ask.DueItem](), "ysq log": names[ask.RecordView](), "ysq search": names[ask.Hit](),
		"ysq mail list": names[ask.MailView](), "ysq letter list": names[ask.LetterView](), "ysq outbox list": names[ask.OutgoingView](),
		"ysq dispute list": names[ask.DisputeView](), "ysq law": names[ask.RuleView](), "ysq letter posting": names[posting](),
		"ysq submit": names[submission](), "ysq away": names[ask.StandInView](), "ysq year list": names[ask.YearView](), "ysq year diff": names[stats.Difference](),
		"ysq web person list": names[ask.PersonView](), "ysq report departments": names[stats.Department](),
	} {
		cmd, _, err := root.Find(strings.Fields(path)[1:])
		if err != nil || cmd.Flags().Lookup("fields") == nil {
			t.Errorf("%s is no list: %v", path, err)
			continue
		}
		if len(sheetFields()[path]) < 5 {
			t.Errorf("%s has the columns %v", path, sheetFields()[path])
		}
		for _, f := range sheetFields()[path] {
			if !slices.Contains(have, f) || titleOf(cmd, f) == "" {
				t.Errorf("%s: %s is no field of it, or has no heading (%q)", path, f, titleOf(cmd, f))
			}
		}
	}
	walk(root, func(c *cobra.Command) {
		if f := c.Flags().Lookup("fields"); f != nil && sheetFields()[c.CommandPath()] == nil {
			t.Errorf("%s has no sheet", c.CommandPath())
		}
	})
}

func TestSheet(t *testing.T) {
	term := newTerminal(0, nil)
	cmd := &cobra.Command{Use: "list", Short: "列出在办的案件"}
	root := &cobra.Command{Use: "ysq"}
	root.AddCommand(cmd)
	l := newListing[ask.CaseRow](term.app, cmd)
	if err := cmd.Flags().Set("output", "xlsx"); err != nil {
		t.Fatal(err)
	}
	if err := l.check(); err != nil {
		t.Fatal(err)
	}
	row := detail().CaseRow
	row.Subject = ask.Text("=1+1 " + strings.Repeat("监", 40_000))
	if err := l.all([]ask.CaseRow{row, row}); err != nil {
		t.Fatal(err)
	}
	b := term.out.Bytes()
	book, err := ooxml.OpenBook(bytes.NewReader(b), int64(len(b)), ooxml.Limits{Part: 1 << 20, Total: 4 << 20})
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for r, err := range book.Rows(0) {
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range r.Values {
			switch {
			case r.Number == 1 && v.Column == 0 && v.Text != "编号":
				t.Errorf("the first heading is %q", v.Text)
			case r.Number == 2 && v.Kind == ooxml.Serial:
				kinds = append(kinds, "day")
			case r.Number == 2 && strings.HasPrefix(v.Text, "="):
				t.Error("a subject becomes a formula")
			}
		}
	}
	if len(kinds) < 3 {
		t.Errorf("days in the row: %v", kinds)
	}
}

// A terminal cannot show a workbook: it becomes a file, and replaces none.
func TestSheetOnATerminal(t *testing.T) {
	t.Chdir(t.TempDir())
	term := newTerminal(80, nil)
	if err := term.putSheet("甲.xlsx", "list", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join("甲.xlsx")); err != nil || string(b) != "x" || !strings.Contains(term.err.String(), "已写入 甲.xlsx") {
		t.Errorf("%q, %v, %s", b, err, term.err.String())
	}
}
