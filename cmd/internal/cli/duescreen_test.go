package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// A morning of the office as a clerk sees it: three blocks, a case a line, whose it is on every line.
func TestDueScreens(t *testing.T) {
	line := func(block, number, label, day string, left int, step string, marks ...string) ask.DueItem {
		return ask.DueItem{Case: casefile.ID("2026-000" + number), Applicant: "周某", Subject: "环城北路限速调整的依据", Department: "大气科", Assignee: "王某",
			Alarm: ask.Alarm{Block: block, Kind: label, Label: label, On: on(day), Remaining: left}, Marks: marks, Step: ask.Handle(step)}
	}
	overdue := line(ask.BlockStatutory, "17", "应答复", "2026-11-17", -4, "ysq reply 2026-00017")
	overdue.Clock = ask.ClockStrict
	items := []ask.DueItem{
		line(ask.BlockMail, "12", "补正", "2026-11-19", -2, "ysq show 2026-00012", "等待期满 11-20 已过"),
		line(ask.BlockMail, "15", "催办、感谢 共 3 封", "2026-11-22", 0, "ysq show 2026-00015", "应答复 12-04"),
		overdue,
		line(ask.BlockStatutory, "18", "应答复", "2026-11-24", 1, "ysq reply 2026-00018", "待双方确认"),
		line(ask.BlockInternal, "21", "未登记", "2026-11-20", -1, "ysq register 2026-00021", "待双方确认"),
	}
	for _, width := range []int{80, 120} {
		term := newTerminal(width, map[string]string{"NO_COLOR": "1"})
		if err := term.dueTables(items, false); err != nil {
			t.Fatal(err)
		}
		got := term.out.String()
		if w := widest(got); w > width {
			t.Errorf("%d columns on %d:\n%s", w, width, got)
		}
		file := filepath.Join("testdata", fmt.Sprintf("due-%d.golden", width))
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || got != string(want) {
			t.Errorf("at %d columns (%v):\n%s", width, err, got)
		}
	}
}
