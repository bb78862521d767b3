package casefile_test

import (
	"fmt"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

func TestAgenda(t *testing.T) {
	many := make([]string, 52)
	for i := range many {
		many[i] = fmt.Sprint("第 ", i+1)
	}
	for _, tt := range []struct {
		name         string
		add          [][]string // a title and its lines
		items        int
		counts, text string // text without its head
	}{
		{"nothing", nil, 0, "", ""},
		{"a section without lines", [][]string{{"已逾期"}}, 0, "", ""},
		{"two sections", [][]string{{"已逾期", "2026-00001"}, {"未登记", "2026-00002", "2026-00003"}}, 3, "已逾期 1，未登记 2",
			"\n【已逾期】1\n  2026-00001\n\n【未登记】2\n  2026-00002\n  2026-00003\n"},
		{"more than a mail should hold", [][]string{append([]string{"未登记"}, many...)}, 52, "未登记 52",
			"\n【未登记】52\n  " + strings.Join(many[:50], "\n  ") + "\n  另有 2 项\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := casefile.Agenda{Agency: "某局", Day: civil.New(2026, 3, 2), Foot: "完"}
			for _, s := range tt.add {
				a.Add(s[0], s[1:]...)
			}
			if a.Items() != tt.items || a.Counts() != tt.counts {
				t.Errorf("%d items, %q", a.Items(), a.Counts())
			}
			if got, want := a.Text(), "某局  2026-03-02 周一\n"+tt.text+"\n完\n"; got != want {
				t.Errorf("got %q\nwant %q", got, want)
			}
		})
	}
}
