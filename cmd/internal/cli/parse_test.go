package cli

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

// Whatever the cells hold, a table with a flexible column fits as soon as its other columns do.
func TestShorten(t *testing.T) {
	for width := 40; width <= 120; width++ {
		table := grid.Table{
			Header: []string{"编号", "申请人", "主题", "期限"},
			Rows: [][]string{
				{"2026-00001", "张某", strings.Repeat("监测", 30), "2026-11-30 周一"},
				{"2026-00002", strings.Repeat("某集团", 12), "x\x1b[31m" + strings.Repeat("y", 80), "2026-11-30 周一"},
			},
		}
		term := newTerminal(width, map[string]string{"NO_COLOR": "1"})
		if err := term.table(table, nil, 1, 2); err != nil {
			t.Fatal(err)
		}
		fixed := 10 + 15 + 3*gap + 2*leastWidth
		if got := widest(term.out.String()); got > max(width, fixed) {
			t.Errorf("%d columns on a terminal of %d", got, width)
		}
		if !strings.Contains(term.out.String(), "2026-11-30 周一") {
			t.Errorf("a date was cut at %d", width)
		}
	}
}

// A mail's row fits 100 columns without losing its digest, day or due date.
func TestMailListFits(t *testing.T) {
	term := newTerminal(100, map[string]string{"NO_COLOR": "1"})
	m := detail().Mails[0]
	m.Reasons, m.DueStrict, m.Case = []string{strings.Repeat("自动回复，", 10)}, on("2026-12-21"), ""
	if err := term.mailTable([]ask.MailView{m, m}); err != nil {
		t.Fatal(err)
	}
	got := term.out.String()
	if widest(got) > 100 {
		t.Errorf("%d columns:\n%s", widest(got), got)
	}
	for _, want := range []string{m.Digest.Short(), "2026-11-23 周一", "2026-12-21 周一"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is lost:\n%s", want, got)
		}
	}
}

// The current year's notice missing fails the check; next year's is asked for from November on.
func TestCheckCalendar(t *testing.T) {
	for _, tt := range []struct {
		name, today string
		incomplete  []int
		exit        int
		says        string
	}{
		{"all there", "2026-11-23", nil, 0, ""},
		{"next year in October", "2026-10-31", []int{2027}, 0, "2027  暂定\n"},
		{"next year in November", "2026-11-01", []int{2027}, 0, "2027  暂定      11 月 1 日起应已公布"},
		{"this year", "2026-01-02", []int{2026, 2027}, ask.ExitCheck, "缺少今年的放假安排"},
		{"a gap", "2026-06-01", []int{2025, 2027}, 0, "2025  暂定      缺口："},
	} {
		t.Run(tt.name, func(t *testing.T) {
			term := newTerminal(0, nil)
			term.now = func() time.Time { return civil.MustParse(tt.today).Start() }
			var years []ask.CalendarYear
			for y := 2024; y <= 2027; y++ {
				years = append(years, ask.CalendarYear{Year: y, Workdays: 248, Complete: !slices.Contains(tt.incomplete, y)})
			}
			err := term.checkCalendar(years)
			exit := 0
			if err != nil {
				exit = forPeople(err).Exit
			}
			said := strings.ReplaceAll(term.out.String(), "     248", "")
			if exit != tt.exit || !strings.Contains(said, tt.says) || tt.says == "" && (strings.Contains(said, "暂定") || !strings.Contains(said, "完整")) {
				t.Errorf("exit %d, want %d; says\n%s", exit, tt.exit, said)
			}
		})
	}
}

// One applicant's burst is a line; nobody else's alarm is, nor one of another kind.
func TestDueBundles(t *testing.T) {
	var items []ask.DueItem
	add := func(n int, kind, applicant string) {
		for range n {
			items = append(items, ask.DueItem{Case: casefile.NewID(2026, len(items)+1), Applicant: ask.Text(applicant), Stage: "received",
				Alarm: ask.Alarm{Kind: kind, Label: kind, On: on("2026-11-24"), Remaining: 1}})
		}
	}
	add(burst, "reply", "多产者")
	add(burst-1, "confirm", "多产者")
	add(burst-1, "reply", "张某")
	add(burst+1, "reply", "") // unknown is not one person
	for _, tt := range []struct {
		all  bool
		want int
	}{{false, 1 + 2*(burst-1) + burst + 1}, {true, len(items)}} {
		term := newTerminal(0, nil)
		if err := term.dueTable(items, tt.all); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(term.out.String(), "\n") - 1; got != tt.want {
			t.Errorf("all %v: %d lines, want %d:\n%s", tt.all, got, tt.want, term.out.String())
		}
		if got := strings.Contains(term.out.String(), "2026-00001 起"); got == tt.all {
			t.Errorf("all %v:\n%s", tt.all, term.out.String())
		}
	}
}

// A year that goes on is compared as far as it has come.
func TestLastCompared(t *testing.T) {
	for _, tt := range []struct {
		to, today   string
		year, other int
		want        string
	}{
		{"", "2026-11-25", 2026, 2025, "2026-11-25"},
		{"", "2026-11-25", 2025, 2026, "2025-11-25"},
		{"", "2026-11-25", 2025, 2024, ""},
		{"", "2028-02-29", 2027, 2028, "2027-03-01"},
		{"2026-03-31", "2026-11-25", 2026, 2025, "2026-03-31"},
	} {
		date := func(s string) civil.Date {
			if s == "" {
				return 0
			}
			return civil.MustParse(s)
		}
		if got := lastCompared(date(tt.to), date(tt.today), tt.year, tt.other); got != date(tt.want) {
			t.Errorf("%d against %d, to %q, on %s: %s, want %s", tt.year, tt.other, tt.to, tt.today, got, tt.want)
		}
	}
}
