package cli

import (
	"fmt"
	"strings"
	"testing"

	"ysq.internal/ysq/cmd/internal/control"
	"ysq.internal/ysq/stats/render/grid"
)

func TestParseRest(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"春节=2027-02-05..2027-02-11", "春节 2027-02-05 2027-02-11"},
		{"元旦=2027-01-01", "元旦 2027-01-01 2027-01-01"},
		{"2027-01-01", "应写作 春节=2027-02-05..2027-02-11"},
		{"=2027-01-01", "应写作 春节=2027-02-05..2027-02-11"},
		{"元旦=2027-01-01..31", "日期应写作"},
		{"元旦=2027-02-30", "日期应写作"},
	} {
		r, err := parseRest(tt.in)
		got := fmt.Sprint(r.Name, " ", r.From, " ", r.To)
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestParseOpening(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"2026 自然人=3 legal-service=1", "2026 [3 0 0 0 1 0]"},
		{"2026", "2026 [0 0 0 0 0 0]"},
		{"今年", `年份 "今年" 不对`},
		{"2026 自然人", `"自然人" 应写作 自然人=3`},
		{"2026 自然人=-1", `"自然人=-1" 应写作 自然人=3`},
		{"2026 自然人=1 natural=2", "自然人写了两次"},
		{"2026 农民=1", `申请人类别 "农民" 不在六类之中`},
	} {
		o, err := parseOpening(strings.Fields(tt.in))
		got := fmt.Sprint(o.Year, " ", o.Columns)
		if err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.in, got, tt.want)
		}
	}
}

// Whatever the cells hold, a table with a flexible column fits as soon as its other columns do.
func TestShorten(t *testing.T) {
	for width := 40; width <= 120; width++ {
		table := grid.Table{
			Header: []string{"案号", "申请人", "主题", "期限"},
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
	if err := term.mailTable([]control.MailView{m, m}); err != nil {
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
