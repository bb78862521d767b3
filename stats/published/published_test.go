package published_test

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/stats"
	"ysq.internal/ysq/stats/published"
	"ysq.internal/ysq/stats/render"
)

func read(t testing.TB, name string, b []byte) published.Report {
	t.Helper()
	r, err := published.Read(name, b)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestSeed reads a report as it was published and copied: cells are shifted where rows were merged.
func TestSeed(t *testing.T) {
	seed, err := os.ReadFile("../testdata/seed-report-2023.txt")
	if err != nil {
		t.Fatal(err)
	}
	r := read(t, "seed.txt", seed)
	if r.Agency != "金水区政务服务办公室" || r.Year != 2023 || r.Format != "2021-30" || len(r.Notes) != 0 || len(r.Table2) != 6 {
		t.Errorf("%s %d, %s, %v, %v", r.Agency, r.Year, r.Format, r.Table2, r.Notes)
	}
	if r.Table3[0] != (stats.Line{}) || len(r.Table3) != 25 || r.Table4[2] != (stats.Standings{}) {
		t.Errorf("%v, %v", r.Table3, r.Table4)
	}
	checks, err := stats.Examine(r.Report, r.Reading)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		if !c.OK {
			t.Errorf("%+v", c)
		}
	}
	wrong := strings.Replace(string(seed), "二、上年结转政府信息公开申请数量\t\t0", "二、上年结转政府信息公开申请数量\t\t3", 1)
	wrong = strings.Replace(wrong, "申请数为 0 件", "申请数为 8 件", 1)
	r = read(t, "seed.txt", []byte(wrong))
	checks, err = stats.Examine(r.Report, r.Reading)
	var failed []string
	for _, c := range checks {
		if !c.OK {
			failed = append(failed, c.ID)
		}
	}
	if err != nil || !slices.Equal(failed, []string{"row-sums", "balance", "prose"}) {
		t.Errorf("with two errors: %v, %v", failed, err)
	}
}

// TestBlank reads the official blank: nothing in it is zero.
func TestBlank(t *testing.T) {
	blank, err := os.ReadFile("testdata/annual-report-template.docx")
	if err != nil {
		t.Fatal(err)
	}
	r := read(t, "blank.docx", blank)
	if r.Format != "2021-30" || r.Table3[24] != (stats.Line{}) || len(r.Table4) != 3 || slices.Contains(r.Notes, "没有找到表四，按零计") || !slices.Contains(r.Notes, "表二没有填写") {
		t.Errorf("%s, %v, %v, %v", r.Format, r.Table3, r.Table4, r.Notes)
	}
}

// report is sound and different in every line.
func report(t testing.TB, format string) stats.Report {
	t.Helper()
	r, err := stats.Compute(2024, func(func(casefile.Case, error) bool) {}, stats.Options{
		Agency: "某某市某某局", Now: time.Date(2025, 1, 9, 10, 30, 0, 0, civil.Zone), Matters: []stats.Matter{}, Format: format, Fees: stats.Fees{Yuan: 3940}})
	if err != nil {
		t.Fatal(err)
	}
	f, err := stats.FormatOf(format)
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.Table3 {
		for j := range 6 {
			r.Table3[i][j] = i * (6 - j)
			r.Table3[i][6] += r.Table3[i][j]
		}
	}
	for i := range r.Table4 {
		r.Table4[i] = stats.Standings{i, 2 * i, 3, 4, 3*i + 7}
	}
	r.Table2 = make(stats.Facts)
	for _, g := range f.Facts {
		for _, item := range g.Items {
			for i := range g.Columns {
				r.Table2[item.Key] = append(r.Table2[item.Key], stats.Amount(1_500_000+i))
			}
		}
	}
	return r
}

// TestOwnForms: what we write in any form is read back, in both formats.
func TestOwnForms(t *testing.T) {
	for _, format := range stats.Formats() {
		want := report(t, format)
		for _, form := range []string{"text", "csv", "json", "html", "xlsx", "docx"} {
			t.Run(format+"/"+form, func(t *testing.T) {
				write, err := render.For(form)
				if err != nil {
					t.Fatal(err)
				}
				var b bytes.Buffer
				if err := write(&b, want); err != nil {
					t.Fatal(err)
				}
				got := read(t, "report."+render.Extension(form), b.Bytes())
				if got.Format != format || !slices.Equal(got.Table3, want.Table3) || !slices.Equal(got.Table4, want.Table4) {
					t.Errorf("%s: %v, %v; notes %v", got.Format, got.Table3, got.Table4, got.Notes)
				}
				if got.Agency != want.Agency || got.Year != want.Year || got.Fees.Yuan != want.Fees.Yuan {
					t.Errorf("%s %d, %d yuan", got.Agency, got.Year, got.Fees.Yuan)
				}
				if fmt.Sprint(got.Table2) != fmt.Sprint(want.Table2) {
					t.Errorf("表二: %v, want %v", got.Table2, want.Table2)
				}
			})
		}
	}
}

// TestWritings: brackets, numbers and zeros as offices write them.
func TestWritings(t *testing.T) {
	f, err := stats.FormatOf("2021-30")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("某某县2022年度政府信息公开工作年度报告\n收取信息处理费共计 20 元。\n")
	for i, r := range f.Rows {
		label := strings.NewReplacer("（", "(", "）", ")", ".", "、", "“", "\"", "”", "\"").Replace(r.Label)
		values := []string{"１,００" + fmt.Sprint(i%10), "/", "", "—", " 0 ", "／", fmt.Sprint(1000 + i%10)}
		b.WriteString("x\t" + label + "\t" + strings.Join(values, "\t") + "\t\n")
	}
	b.WriteString("行政复议\t行政诉讼\n\t未经复议直接起诉\t复议后起诉\n结果 维持\t结果 纠正\n1\t/\t\t2\t3\t0\t0\t0\t0\t0\t5\t0\t0\t0\t5\n")
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(b.String())
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{b.String(), gb} {
		r := read(t, "pasted.txt", []byte(text))
		if r.Agency != "某某县" || r.Year != 2022 || r.Fees.Yuan != 20 || r.Table3[3] != (stats.Line{1003, 0, 0, 0, 0, 0, 1003}) || r.Table4[0] != (stats.Standings{1, 0, 0, 2, 3}) || r.Table4[2][4] != 5 {
			t.Errorf("%s %d, %v, %v", r.Agency, r.Year, r.Table3[3], r.Table4)
		}
		if !slices.Equal(r.Notes, []string{"没有找到表二"}) {
			t.Errorf("notes: %q", r.Notes)
		}
	}
}

func TestUnreadable(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"a.docx": {"no zip", "读不出文字"}, "a.xlsx": {"", "另存为"}, "a.pdf": {"%PDF-1.4", "文字尚未提取"},
		"a.json": {`{"format":"2021-30","table3":[]}`, "表三有 0 行"}, "b.json": {"[]", "不是 ysq report 的 JSON"},
		"a.txt":  {"一、本年新收政府信息公开申请数量\t1\t2\t3\n", "没有找到表三的这些行"},
		"b.txt":  {"", "一、二、（一）"},
		"a.html": {"<table><tr><td>四、结转下年度继续办理<td>x", "（七）、四"},
	} {
		if _, err := published.Read(name, []byte(test.text)); err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), name) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("a.txt", []byte("一、本年新收政府信息公开申请数量\t1\t2\t3\t4\t5\t6\t7\n"))
	f.Add("a.html", []byte("<table><tr><td colspan=3>（一）予以公开<td>1"))
	f.Add("a.csv", []byte("机关,年度\n\"x\n"))
	f.Add("a.json", []byte(`{"format":"2021-30"}`))
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		r, err := published.Read(name, b)
		if err == nil && len(r.Table3) == 0 {
			t.Error("a report without 表三")
		}
	})
}
