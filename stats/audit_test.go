package stats_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"ysq.internal/ysq/stats"
)

// TestAudit: a city whose reports are the sums of two districts' over three years, with one error of each kind.
func TestAudit(t *testing.T) {
	unit := func(name string, year, n int) stats.Audited {
		r := with(t, year, stats.Options{})
		r.Agency = name
		for i := range r.Table3 { // 二 0, 四 0: all years join
			if i == 0 || i == 2 || i == 23 {
				r.Table3[i] = stats.Line{n, 0, 0, 0, 0, 0, n}
			}
		}
		r.Table2 = stats.Facts{"regulations": amounts(t, "0", "0", "3"), "normative": amounts(t, "1", "1", "7")}
		return stats.Audited{File: name + ".docx", Report: r, Reading: stats.Reading{Text: "本年度未收取信息处理费。"}}
	}
	var all []stats.Audited
	for year := 2023; year <= 2025; year++ {
		all = append(all, unit("甲区", year, 3), unit("乙区", year, 4), unit("某市", year, 7))
	}
	audit := func() []stats.Finding {
		t.Helper()
		findings, err := stats.Audit(all, "某市")
		if err != nil {
			t.Fatal(err)
		}
		return slices.DeleteFunc(findings, func(f stats.Finding) bool { return f.Check == "prose" })
	}
	if got := audit(); len(got) != 0 {
		t.Fatalf("sound reports: %+v", got)
	}
	all[3].Table3[1] = stats.Line{2, 0, 0, 0, 0, 0, 2} // 甲区 2024: 二 and 四 rise together, so that its own sums hold
	all[3].Table3[24] = stats.Line{2, 0, 0, 0, 0, 0, 2}
	all[4].Table2 = stats.Facts{"regulations": amounts(t, "0", "0", "3"), "normative": amounts(t, "1", "1", "9")}
	all[7].Text = "本年度工作平稳。"
	all[2].Table3[2][0]++
	want := []string{"carry-over 甲区 2024", "carry-over 甲区 2025", "facts-balance 乙区 2024", "facts-balance 乙区 2025", "fees-stated 乙区 2025", "row-sums 某市 2023", "column-sums 某市 2023", "sum 某市 2023", "sum 某市 2024"}
	random := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		kinds := make(map[string]bool)
		for _, f := range audit() {
			kinds[f.Check+" "+f.Agency+" "+strconv.Itoa(f.Year)] = true
		}
		for _, w := range want {
			if !kinds[w] {
				t.Errorf("not found: %s", w)
			}
			delete(kinds, w)
		}
		if len(kinds) != 0 {
			t.Errorf("found besides: %v", kinds)
		}
	}
	if _, err := stats.Audit(all, "某省"); err == nil {
		t.Error("a sum of nobody's")
	}
}
