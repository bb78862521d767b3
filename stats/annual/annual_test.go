package annual

import (
	"reflect"
	"strings"
	"testing"

	"ysq.internal/ysq/stats"
)

func format(t testing.TB) stats.Format {
	t.Helper()
	f, err := stats.FormatOf(stats.Current)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

const example = `
problems = """
一是深度不够。
二是形式不够丰富。
"""
other = "无。"

[table2]
regulations = [1, 0, 11]
licences = 447228
charges = 96171.6

[fees]
elsewhere = 20

[[overview]]
title = "主动公开情况"
text = "公开 9 条。"
`

func TestParse(t *testing.T) {
	m, err := Parse([]byte(example), format(t))
	if err != nil {
		t.Fatal(err)
	}
	want := stats.Manual{
		Table2:   stats.Facts{"regulations": {stats.Whole(1), 0, stats.Whole(11)}, "licences": {stats.Whole(447228)}, "charges": {96171_600_000}},
		Overview: []stats.Passage{{Title: "主动公开情况", Text: "公开 9 条。"}},
		Problems: "一是深度不够。\n二是形式不够丰富。\n", Other: "无。", OtherFees: 20,
	}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("got %+v, want %+v", m, want)
	}
	for in, words := range map[string]string{
		"problem = 1":                    "第 1 行：不认识的项目 problem",
		"\nproblems = \n":                "第 2 行",
		"problems = 3":                   "第 1 行",
		"[table2]\nregulations = [1, 2]": "应有 3 个数，写了 2 个",
		"[table2]\nregulations = 1":      "应有 3 个数，写了 1 个",
		"[table2]\nlicences = -1":        "行政许可",
		"[table2]\nlicences = \"many\"":  "应为数字",
		"[table2]\nservices = 1":         "表二没有这一项",
		"[table2]\ncharges = 1.1234567":  "六位小数",
		"[fees]\nelsewhere = -1":         "不得为负",
	} {
		if _, err := Parse([]byte(in), format(t)); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: %v, want %q in it", in, err, words)
		}
	}
}

// TestDraft: what is offered can be read, says the words of last year, and no number of it.
func TestDraft(t *testing.T) {
	f := format(t)
	last, err := Parse([]byte(example), f)
	if err != nil {
		t.Fatal(err)
	}
	last.Problems = "一是\\n “引号” \"\"\" 与反斜线 \\。"
	m, err := Parse([]byte(Draft(2026, f, &last)), f)
	if err != nil {
		t.Fatalf("%v\n%s", err, Draft(2026, f, &last))
	}
	if strings.TrimSpace(m.Problems) != last.Problems || strings.TrimSpace(m.Overview[0].Text) != "公开 9 条。" || len(m.Table2) != 0 || m.OtherFees != 0 {
		t.Errorf("got %+v", m)
	}
	if !strings.Contains(Draft(2026, f, &last), "# 上年现行有效 11") {
		t.Error("last year's 现行有效 is not told")
	}
	first, err := Parse([]byte(Draft(2026, f, nil)), f)
	if err != nil || len(first.Overview) != 5 || strings.TrimSpace(first.Overview[1].Text) != stats.HandlingText {
		t.Errorf("without a last year: %+v, %v", first, err)
	}
}

// What is written is read back as it was.
func TestWrite(t *testing.T) {
	f := format(t)
	want := stats.Manual{Problems: "一是“宣传”不够\\深入。\n二是 \"\"\" 引号。\n", Other: "无\n", OtherFees: 120, Table2: stats.Facts{},
		Overview: []stats.Passage{{Title: `主动"公开"`, Text: "全年 {新收} 件。\n\n另起一段。\n"}}}
	for _, g := range f.Facts {
		for i, item := range g.Items {
			if i > 0 {
				continue // nothing is known of the others
			}
			for n := range g.Columns {
				want.Table2[item.Key] = append(want.Table2[item.Key], stats.Whole(n+3))
			}
		}
	}
	text := Write(2026, f, want, "")
	got, err := Parse([]byte(text), f)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v\nof %s", got, want, text)
	}
	if again := Write(2026, f, got, text); again != text {
		t.Errorf("written twice: %s", again)
	}
}

// What a clerk wrote into the file by hand stays in it, once; what looks like it in a text is none of it.
func TestWriteKeepsComments(t *testing.T) {
	f := format(t)
	old := Draft(2026, f, &stats.Manual{Problems: "一是\n# 不是批注\n", Table2: stats.Facts{}})
	old = strings.Replace(old, "elsewhere = 0", "elsewhere = 0 # 据财务科 12 月 3 日的表", 1) + "\n# 问过办公室：第二段由宣传科写\n"
	m, err := Parse([]byte(old), f)
	if err != nil {
		t.Fatal(err)
	}
	text := Write(2026, f, m, old)
	for _, want := range []string{"# 问过办公室：第二段由宣传科写\n", "# elsewhere：据财务科 12 月 3 日的表\n"} {
		if strings.Count(text, want) != 1 {
			t.Errorf("%q stands in it %d times: %s", want, strings.Count(text, want), text)
		}
	}
	if strings.Count(text, "# 不是批注") != 1 || strings.Contains(text, "沿用 2025") {
		t.Error(text)
	}
	if again := Write(2026, f, m, text); again != text {
		t.Errorf("written twice: %s", again)
	}
}
