package stats_test

import (
	"encoding/json"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/stats"
)

func amounts(t testing.TB, words ...string) []stats.Amount {
	t.Helper()
	var all []stats.Amount
	for _, w := range words {
		a, err := stats.ParseAmount(w)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	return all
}

func TestAmount(t *testing.T) {
	for _, s := range []string{"0", "11", "96171.6", "0.000001", "3985758", "12.34"} {
		a := amounts(t, s)[0]
		b, err := json.Marshal(a)
		if a.String() != s || string(b) != s || err != nil {
			t.Errorf("%s is %s, %s, %v", s, a, b, err)
		}
	}
	for _, s := range []string{"", "-1", "1.", "1.2345678", "1e3", "99999999999999999", "1.-2", "一"} {
		if a, err := stats.ParseAmount(s); err == nil {
			t.Errorf("%q is read as %s", s, a)
		}
	}
}

func TestFacts(t *testing.T) {
	facts := func(words ...string) stats.Facts {
		return stats.Facts{"regulations": amounts(t, words[:3]...), "normative": amounts(t, words[3:6]...),
			"licences": amounts(t, "1"), "penalties": amounts(t, "2"), "coercion": amounts(t, "3"), "charges": amounts(t, "1.5")}
	}
	before := &stats.Report{Format: stats.Current, Year: 2024, Table2: facts("0", "0", "10", "0", "0", "84"), Table3: make([]stats.Line, 25)}
	tests := []struct {
		name           string
		now            stats.Facts
		before         *stats.Report
		entered, holds stats.Level
		detail         string
	}{
		{"nothing", nil, before, stats.Warning, "", ""},
		{"right", facts("1", "0", "11", "8", "26", "66"), before, stats.Fine, stats.Fine, "表二：现行有效件数等于上年现行有效件数加本年制发减本年废止"},
		{"wrong", facts("1", "0", "11", "8", "26", "67"), before, stats.Fine, stats.Failure, "行政规范性文件：上年现行有效 84，加本年制发 8，减本年废止 26，应为 66，填写为 67"},
		{"no last year", facts("1", "0", "9", "8", "26", "67"), nil, stats.Fine, stats.Fine, "未核对"},
		{"half", stats.Facts{"regulations": amounts(t, "0", "0", "10")}, before, stats.Warning, stats.Fine, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := with(t, 2025, stats.Options{Manual: &stats.Manual{Table2: test.now}, Before: test.before})
			if c := checkOf(t, r, "facts-entered"); c.Level != test.entered {
				t.Errorf("entered: %+v", c)
			}
			if test.holds == "" {
				return
			}
			if c := checkOf(t, r, "facts-balance"); c.Level != test.holds || !strings.Contains(c.Detail, test.detail) {
				t.Errorf("balance: %+v", c)
			}
		})
	}
}

func TestProse(t *testing.T) {
	cases := []casefile.Case{
		told("2025-00001", posted("2025-03-03"), registered("2025-03-03", casefile.Natural), replied("2025-03-20", casefile.RefuseLaw), sent("2025-03-20")),
		told("2025-00002", posted("2025-12-30"), registered("2025-12-30", casefile.Business)),
	}
	overview := func(text string) *stats.Manual {
		return &stats.Manual{Overview: []stats.Passage{{Title: stats.Handling, Text: text}}}
	}
	tests := []struct{ text, want, broken string }{
		{stats.HandlingText, "2025年，新收政府信息公开申请2件，上年结转0件；全年办结1件，其中不予公开1件；结转下年度继续办理1件。因政府信息公开被申请行政复议2件（结果维持1件、尚未审结1件），被提起行政诉讼1件（尚未审结1件）。", ""},
		{"{年度}年{机关}收到申请{新收}件，其中公民{一,自然人}件，{（三）2,自然人}件不予公开。", "2025年某某区某某局收到申请2件，其中公民1件，1件不予公开。", ""},
		{"共收到政府信息公开申请 3 件。", "共收到政府信息公开申请 3 件。", "收到政府信息公开申请3件”与表三第一项（2）不符"},
		{"全年依申请公开申请数为 0 件。", "全年依申请公开申请数为 0 件。", "申请数为0件"},
		{"全年依申请公开申请数为 9 件。", "全年依申请公开申请数为 9 件。", "申请数为9件"},
		{"行政复议5件", "行政复议5件", "“行政复议5件”与表四（2）不符"},
		{"收取信息处理费10元", "收取信息处理费10元", "与收费数（0）不符"},
		{"新收{新收件数}件", "新收{新收件数}件", "不认识的填空 {新收件数}"},
		{"公开政府信息 128 条，办理建议提案 7 件。", "公开政府信息 128 条，办理建议提案 7 件。", ""},
	}
	matters := []stats.Matter{{ID: "1"}, {ID: "2", Result: stats.Pending}, {ID: "3", Track: stats.DirectSuit, Result: stats.Pending}}
	for _, test := range tests {
		r := with(t, 2025, stats.Options{Manual: overview(test.text), Matters: matters}, cases...)
		if got := r.Sections.Overview[0].Text; got != test.want {
			t.Errorf("%s:\ngot  %s\nwant %s", test.text, got, test.want)
		}
		if c := checkOf(t, r, "prose"); c.OK != (test.broken == "") || !strings.Contains(c.Detail, test.broken) {
			t.Errorf("%s: %+v", test.text, c)
		}
	}
}

func TestFees(t *testing.T) {
	for _, test := range []struct {
		fees  stats.Fees
		other int
		want  string
	}{
		{stats.Fees{}, 0, "2025年度未收取信息处理费。"},
		{stats.Fees{Yuan: 3000, Cases: 2}, 940, "2025年度就2件申请收取信息处理费3940元。"},
		{stats.Fees{}, 940, "2025年度收取信息处理费940元。"},
	} {
		r := with(t, 2025, stats.Options{Fees: test.fees, Manual: &stats.Manual{OtherFees: test.other}})
		if got := r.Sections.Other[0].Text; got != test.want || r.Fees.Yuan != test.fees.Yuan+test.other {
			t.Errorf("got %q, %+v, want %q", got, r.Fees, test.want)
		}
		if got := r.Sections.Other[1].Text; got != "无。" {
			t.Errorf("nothing else to report reads %q", got)
		}
	}
}

func TestUndecidedMails(t *testing.T) {
	if c := checkOf(t, with(t, 2025, stats.Options{Mails: stats.Undecided{Parked: 2, Quarantined: 1}}), "mails-undecided"); c.OK || !strings.Contains(c.Detail, "2 封待甄别、1 封未取回") {
		t.Errorf("got %+v", c)
	}
}

func TestProblemsEntered(t *testing.T) {
	for text, want := range map[string]stats.Level{"": stats.Warning, " \n": stats.Warning, "深度不够。": stats.Fine} {
		r, err := stats.Compute(2025, each(), stats.Options{Manual: &stats.Manual{Problems: text}})
		if err != nil {
			t.Fatal(err)
		}
		if c := checkOf(t, r, "problems-entered"); c.Level != want {
			t.Errorf("%q: %+v, want %s", text, c, want)
		}
	}
}
