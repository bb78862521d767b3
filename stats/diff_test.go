package stats_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/stats"
)

func TestDiff(t *testing.T) {
	natural := []step{posted("2025-03-03"), registered("2025-03-03", casefile.Natural), replied("2025-03-20", casefile.Disclosed), sent("2025-03-20")}
	business := []step{posted("2025-03-03"), registered("2025-03-03", casefile.Business), replied("2025-03-20", casefile.Disclosed), sent("2025-03-20")}
	refused := []step{posted("2025-03-03"), registered("2025-03-03", casefile.Natural), replied("2025-03-20", casefile.RefuseLaw), sent("2025-03-20")}
	o := stats.Options{Trace: true}
	before := with(t, 2025, o, told("2025-00001", natural...), told("2025-00002", refused...))
	tests := []struct {
		name  string
		after stats.Report
		want  string
	}{
		{"the same", before, ""},
		{"another column", with(t, 2025, o, told("2025-00001", business...), told("2025-00002", refused...)),
			"一,自然人 2→1 -2025-00001; 一,商业企业 0→1 +2025-00001; （一）,自然人 1→0 -2025-00001; （一）,商业企业 0→1 +2025-00001; （七）,自然人 2→1 -2025-00001; （七）,商业企业 0→1 +2025-00001"},
		{"other cases behind the same numbers", with(t, 2025, o, told("2025-00001", refused...), told("2025-00002", natural...)),
			"（一）,自然人 1→1 +2025-00002 -2025-00001; （一）,总计 1→1 +2025-00002 -2025-00001; （三）2,自然人 1→1 +2025-00001 -2025-00002; （三）2,总计 1→1 +2025-00001 -2025-00002"},
		{"fees, disputes, facts and words", with(t, 2025, stats.Options{Trace: true, Fees: stats.Fees{Yuan: 5}, Matters: []stats.Matter{{ID: "1"}},
			Manual: &stats.Manual{Table2: stats.Facts{"licences": amounts(t, "7")}, Problems: "有"}}, told("2025-00001", natural...), told("2025-00002", refused...)),
			"行政许可,本年处理决定数量 →7; 行政复议,结果维持 0→1; 行政复议,总计 0→1; 信息处理费 0→5; 一、总体情况 文字→文字已改; 五、存在的主要问题及改进情况 文字→文字已改; 六、其他需要报告的事项 文字→文字已改"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			differences, err := stats.Diff(before, test.after)
			if err != nil {
				t.Fatal(err)
			}
			var said []string
			for _, d := range differences {
				var s strings.Builder
				s.WriteString(d.Place + " " + d.Before + "→" + d.After)
				for _, id := range d.Gained {
					s.WriteString(fmt.Sprintf(" +%s", id))
				}
				for _, id := range d.Lost {
					s.WriteString(fmt.Sprintf(" -%s", id))
				}
				said = append(said, s.String())
			}
			if got := strings.Join(said, "; "); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
	if _, err := stats.Diff(before, with(t, 2025, stats.Options{Format: "2019-60"})); err == nil {
		t.Error("reports of two formats are compared cell by cell")
	}
}

func TestDepartments(t *testing.T) {
	in := func(c casefile.Case, department string) casefile.Case { c.Department = department; return c }
	quick := []step{posted("2026-03-02"), registered("2026-03-02", casefile.Natural), replied("2026-03-04", casefile.Disclosed), sent("2026-03-04")}
	slow := []step{posted("2026-03-02"), registered("2026-03-02", casefile.Natural), replied("2026-03-31", casefile.Disclosed), sent("2026-03-31")}
	cases := each(
		in(told("1", quick...), "综合科"), in(told("2", slow...), "综合科"),
		in(told("3", posted("2026-01-05"), registered("2026-01-05", casefile.Natural)), "法规科"),
		in(told("4", posted("2026-03-02"), step{"2026-03-02", casefile.Dismissed{Reason: "广告"}}), "法规科"),
		// Answered after the period, and late: overdue at its end. The last one is late by the strict clock only.
		in(told("6", posted("2026-02-02"), registered("2026-02-02", casefile.Natural), replied("2026-05-06", casefile.Disclosed), sent("2026-05-06")), "法规科"),
		in(told("7", step{"2026-03-02", casefile.Received{Channel: casefile.Email}}, step{"2026-03-03", casefile.Confirmed{}}, registered("2026-03-03", casefile.Natural),
			replied("2026-03-31", casefile.Disclosed), sent("2026-03-31")), "督查科"),
		told("5", posted("2026-04-01"), registered("2026-04-01", casefile.Natural)))
	d := civil.MustParse
	got, err := stats.Departments(d("2026-01-01"), d("2026-03-31"), d("2026-11-23"), cases, workday.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	for i := range got { // what the exported fields say
		got[i] = stats.Department{Name: got[i].Name, Received: got[i].Received, Done: got[i].Done, OnTime: got[i].OnTime, Late: got[i].Late, Disputable: got[i].Disputable, Overdue: got[i].Overdue, Average: got[i].Average, Longest: got[i].Longest}
	}
	want := []stats.Department{
		{Name: "法规科", Received: 2, Overdue: 2},
		{Name: "督查科", Received: 1, Done: 1, OnTime: 1, Disputable: 1, Average: 20, Longest: 20},
		{Name: "综合科", Received: 2, Done: 2, OnTime: 1, Late: 1, Average: 11.5, Longest: 21},
		{Name: stats.Total, Received: 5, Done: 3, OnTime: 2, Late: 1, Disputable: 1, Overdue: 2, Average: 14.3, Longest: 21},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}
