package published_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ysq.internal/ysq/stats"
	"ysq.internal/ysq/stats/published"
	"ysq.internal/ysq/stats/render"
)

// sound is a report whose every sum holds, so that it can be put together from the order of its numbers alone.
func sound(t testing.TB, format string) stats.Report {
	t.Helper()
	r := report(t, format)
	f, err := r.Form()
	if err != nil {
		t.Fatal(err)
	}
	balance(&r, f, func(i, j int) int { return (7*i + 5*j) % 23 })
	return r
}

// balance fills the outcomes of 表三, and all sums.
func balance(r *stats.Report, f stats.Format, number func(row, column int) int) {
	var in, ended, out, carried int
	var sum stats.Line
	for i, row := range f.Rows {
		switch row.Counts {
		case stats.CountsOutcome:
			for j := range 6 {
				r.Table3[i][j] = number(i, j)
			}
			total(&r.Table3[i])
			for j, n := range r.Table3[i] {
				sum[j] += n
			}
		case stats.CountsNew:
			in = i
		case stats.CountsCarriedIn:
			carried = i
		case stats.CountsEnded:
			ended = i
		case stats.CountsCarriedOut:
			out = i
		}
	}
	r.Table3[ended] = sum
	for j := range 6 {
		r.Table3[carried][j], r.Table3[out][j] = min(sum[j], j), 2*min(sum[j], j)
		r.Table3[in][j] = sum[j] + r.Table3[out][j] - r.Table3[carried][j]
	}
	total(&r.Table3[in])
	total(&r.Table3[carried])
	total(&r.Table3[out])
}

func total(l *stats.Line) {
	l[6] = 0
	for _, n := range l[:6] {
		l[6] += n
	}
}

// cells are the rows of a report's tables as a page shows them, with the headings of the parts between.
func cells(t testing.TB, r stats.Report) [][]string {
	t.Helper()
	f, err := r.Form()
	if err != nil {
		t.Fatal(err)
	}
	rows := [][]string{{r.Agency + fmt.Sprint(r.Year) + "年政府信息公开工作年度报告"}, {f.Parts[0]}, {"本年工作平稳。"}, {f.Parts[1]}}
	for _, g := range f.Facts {
		rows = append(rows, []string{g.Article}, append([]string{"信息内容"}, g.Columns...))
		for _, item := range g.Items {
			row := []string{item.Label}
			for _, a := range r.Table2[item.Key] {
				row = append(row, a.String())
			}
			rows = append(rows, row)
		}
	}
	rows = append(rows, []string{f.Parts[2]}, []string{f.Rule, "申请人情况"}, slices.Concat([]string{"自然人", "法人或其他组织", "总计"}), stats.ColumnLabels()[1:6])
	for i, row := range f.Rows {
		label := []string{row.Label}
		if n := len(row.Under); n > 0 && (i == 0 || len(f.Rows[i-1].Under) < n || f.Rows[i-1].Under[n-1] != row.Under[n-1]) {
			label = []string{row.Under[n-1], row.Label}
		}
		for _, n := range r.Table3[i] {
			label = append(label, fmt.Sprint(n))
		}
		rows = append(rows, label)
	}
	var results, numbers []string
	for i := range f.Tracks {
		results = append(results, f.Results...)
		for _, n := range r.Table4[i] {
			numbers = append(numbers, fmt.Sprint(n))
		}
	}
	return append(rows, []string{f.Parts[3]}, []string{"行政复议", "行政诉讼"}, []string{f.Tracks[1].Label, f.Tracks[2].Label}, results, numbers,
		[]string{f.Parts[4]}, []string{"深度不够。"}, []string{f.Parts[5]}, []string{"本年度收取信息处理费3940元。"})
}

// shapes are the ways in which tables arrive that were copied as text.
var shapes = map[string]func([][]string) string{
	"tabs": func(rows [][]string) string { return joined(rows, "\t", "\n") },
	"strokes": func(rows [][]string) string {
		var b strings.Builder
		for _, row := range rows {
			if len(row) == 1 {
				b.WriteString(row[0] + "\n")
			} else {
				b.WriteString("| " + strings.Join(row, " | ") + " |\n|---|---|\n")
			}
		}
		return b.String()
	},
	"a cell a line":                  func(rows [][]string) string { return joined(rows, "\n", "\n") },
	"a cell a line, blanks between":  func(rows [][]string) string { return joined(rows, "\n\n", "\n\n") },
	"a cell a line, pages numbered":  func(rows [][]string) string { return paged(joined(rows, "\n\n", "\n\n")) },
	"blanks":                         func(rows [][]string) string { return joined(rows, "   ", "\n") },
	"blanks, labels broken":          func(rows [][]string) string { return joined(broken(rows), "   ", "\n") },
	"numbers down, labels elsewhere": columnwise,
}

func joined(rows [][]string, cell, row string) string {
	var lines []string
	for _, r := range rows {
		lines = append(lines, strings.Join(r, cell))
	}
	return strings.Join(lines, row) + row
}

// paged puts a page's number and a form feed after every forty lines.
func paged(s string) string {
	lines := strings.Split(s, "\n")
	var b strings.Builder
	for i, l := range lines {
		b.WriteString(l + "\n")
		if i%40 == 39 {
			fmt.Fprintf(&b, "%d\n\n\f", i/40+1)
		}
	}
	return b.String()
}

// broken sets long labels over two lines, the numbers behind the first.
func broken(rows [][]string) (all [][]string) {
	for _, row := range rows {
		rest := ""
		for i, c := range row {
			if r := []rune(c); len(r) > 14 && len(row) > 7 {
				row = slices.Clone(row)
				row[i], rest = string(r[:12]), string(r[12:])
				break
			}
		}
		all = append(all, row)
		if rest != "" {
			all = append(all, []string{rest})
		}
	}
	return all
}

// columnwise writes the numbers of 不予公开 column by column, its labels below them.
func columnwise(rows [][]string) string {
	var b strings.Builder
	var labels []string
	var block [][]string
	flush := func() {
		for j := range 7 {
			for _, row := range block {
				b.WriteString(row[j] + "\n")
			}
			if len(block) > 0 {
				b.WriteString("\n")
			}
		}
		b.WriteString(strings.Join(labels, "\n") + "\n\n")
		block, labels = nil, nil
	}
	for _, row := range rows {
		n := len(row)
		if n > 7 && n < 10 && strings.Contains("12345678", row[n-8][:1]) {
			block, labels = append(block, row[n-7:]), append(labels, row[:n-7]...)
			continue
		}
		flush()
		b.WriteString(strings.Join(row, "\n\n") + "\n\n")
	}
	return b.String()
}

func TestShapes(t *testing.T) {
	for _, format := range stats.Formats() {
		want := sound(t, format)
		rows := cells(t, want)
		for name, shape := range shapes {
			t.Run(format+"/"+name, func(t *testing.T) {
				got := read(t, "pasted.txt", []byte(shape(rows)))
				same(t, got, want)
				if got.Fees.Yuan != 3940 || !strings.Contains(got.Text, "工作平稳") || strings.Contains(got.Text, "本年新收") {
					t.Errorf("%d yuan; text %q", got.Fees.Yuan, got.Text)
				}
			})
		}
	}
}

func same(t *testing.T, got published.Report, want stats.Report) {
	t.Helper()
	if got.Format != want.Format || !slices.Equal(got.Table3, want.Table3) || !slices.Equal(got.Table4, want.Table4) || got.WithoutDisputes {
		t.Errorf("%s: %v, %v; notes %v", got.Format, got.Table3, got.Table4, got.Notes)
	}
	if got.Agency != want.Agency || got.Year != want.Year {
		t.Errorf("%q %d; notes %v", got.Agency, got.Year, got.Notes)
	}
	if fmt.Sprint(got.Table2) != fmt.Sprint(want.Table2) || got.Table2Format != want.Table2Format {
		t.Errorf("表二 %v (%s), want %v", got.Table2, got.Table2Format, want.Table2)
	}
}

// TestOrderRefused: numbers whose order nothing vouches for are not read.
func TestOrderRefused(t *testing.T) {
	r := sound(t, stats.Current)
	r.Table3[5][0]++ // one sum of the scrambled part is wrong
	if _, err := published.Read("pasted.txt", []byte(columnwise(cells(t, r)))); err == nil || !strings.Contains(err.Error(), "表三读不出") {
		t.Errorf("a scrambled text with a wrong sum: %v", err)
	}
	r = sound(t, stats.Current)
	text := strings.Replace(joined(cells(t, r), "\n", "\n"), "重复申请\n", "重复申请\n7\n", 1)
	if _, err := published.Read("pasted.txt", []byte(text)); err == nil || !strings.Contains(err.Error(), "2.重复申请") {
		t.Errorf("eight numbers behind a label: %v", err)
	}
	// Where each row has its label, a wrong sum is read as it is printed.
	r.Table3[5][0]++
	got := read(t, "pasted.txt", []byte(joined(cells(t, r), "\n", "\n")))
	if !slices.Equal(got.Table3, r.Table3) {
		t.Errorf("%v", got.Table3)
	}
}

// TestMixedForms: the single row （六） of 2019 under the 表二 of 2021, and the other way about.
func TestMixedForms(t *testing.T) {
	old, now := sound(t, "2019-60"), sound(t, "2021-30")
	old.Table2, old.Table2Format = now.Table2, "2021-30"
	mixed := sound(t, "2021-30")
	mixed.Table2, mixed.Table2Format = sound(t, "2019-60").Table2, "2019-60"
	for _, want := range []stats.Report{old, mixed} {
		for _, form := range []string{"text", "html", "docx", "xlsx", "csv", "json"} {
			write, err := render.For(form)
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := write(&b, want); err != nil {
				t.Fatal(err)
			}
			t.Run(want.Format+"/"+form, func(t *testing.T) {
				got := read(t, "report."+render.Extension(form), b.Bytes())
				same(t, got, want)
				if form != "json" && !strings.Contains(strings.Join(got.Notes, ""), "表二用的是") {
					t.Errorf("notes %q", got.Notes)
				}
			})
		}
	}
}

// TestBlanks: what is not printed is not zero.
func TestBlanks(t *testing.T) {
	want := sound(t, stats.Current)
	var b strings.Builder
	b.WriteString("<title>某某市某某局2024年政府信息公开工作年度报告-某某市人民政府</title><table><tr><td rowspan=2><td>自然人<td colspan=5>法人或其他组织<td>总计")
	f, err := want.Form()
	if err != nil {
		t.Fatal(err)
	}
	b.WriteString("<tr><td>x<td>商业企业")
	for i, r := range f.Rows {
		b.WriteString("<tr><td>" + r.Label)
		for j, n := range want.Table3[i] {
			switch {
			case i == 5 && j == 6, i == 7 && j < 6:
				b.WriteString("<td> ")
			default:
				fmt.Fprintf(&b, "<td><p>%d</p>", n)
			}
		}
	}
	got := read(t, "a.html", []byte(b.String()))
	if got.Table3[5] != want.Table3[5] || got.Table3[7] != (stats.Line{6: want.Table3[7][6]}) || len(got.Blank) != 7 || got.Agency != "某某市某某局" || got.Year != 2024 {
		t.Errorf("%v, %v, %d blank, %s", got.Table3[5], got.Table3[7], len(got.Blank), got.Agency)
	}
	checks, err := stats.Examine(got.Report, got.Reading)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		if c.ID == "filled-in" && (c.Level != stats.Warning || !strings.Contains(c.Detail, "7 格没有填写")) || c.ID == "disputes-sums" && c.Level != stats.Warning {
			t.Errorf("%+v", c)
		}
	}
}

func TestTitles(t *testing.T) {
	table := joined(cells(t, sound(t, stats.Current))[3:], "\t", "\n")
	for title, want := range map[string]struct {
		agency string
		year   int
	}{
		"某某市某某局2024年政府信息公开工作年度报告":                                   {"某某市某某局", 2024},
		"2024年某某市某某局政府信息公开工作年度报告":                                   {"某某市某某局", 2024},
		"某某市某某局 2024 年度政府信息公开年度报告":                                  {"某某市某某局", 2024},
		"某某市某某局政府信息公开工作2024年度报告":                                    {"某某市某某局", 2024},
		"某某市某某局政府信息公开工作年度报告（2024年）":                                 {"某某市某某局", 2024},
		"某某市某某局2024年政府信息公开年报":                                       {"某某市某某局", 2024},
		"某某市某某局\n2024年度政府信息公开\n工作年度报告":                              {"某某市某某局", 2024},
		"某某市某某局关于2024年度政府信息公开工作的报告":                                 {"某某市某某局", 2024},
		"关于印发某某市某某局二〇二四年政府信息公开工作年度报告的通知":                            {"某某市某某局", 2024},
		"首页 > 政务公开 > 年报\n某某镇人民政府２０２４年政府信息公开工作年度报告\n发布时间：2025-01-20": {"某某镇人民政府", 2024},
		"2024年政府信息公开工作年度报告":                                         {"", 2024},
		"政府信息公开工作年度报告\n（2024年度）\n某某区司法局":                            {"某某区司法局", 2024},
		"现将有关情况报告如下":                                                {"", 0},
	} {
		r := read(t, "a.txt", []byte(title+"\n"+"一、总体情况\n某某县人民政府2019年政府信息公开工作年度报告\n"+table))
		if r.Agency != want.agency || r.Year != want.year {
			t.Errorf("%s: %q %d", title, r.Agency, r.Year)
		}
		if (r.Agency == "" || r.Year == 0) != strings.Contains(strings.Join(r.Notes, ""), "没有找到标题中的") {
			t.Errorf("%s: notes %q", title, r.Notes)
		}
	}
	if r := read(t, "某某局2022年政府信息公开工作年度报告.txt", []byte(table)); r.Agency != "某某局" || r.Year != 2022 || !strings.Contains(strings.Join(r.Notes, ""), "取自文件名") {
		t.Errorf("by the file's name: %s %d, %q", r.Agency, r.Year, r.Notes)
	}
}
