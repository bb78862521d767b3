package stats_test

import (
	"reflect"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/stats"
)

func TestMerge(t *testing.T) {
	unit := func(name string, year int, cases ...casefile.Case) stats.Report {
		r := with(t, year, stats.Options{Matters: []stats.Matter{{ID: "1"}}, Fees: stats.Fees{Yuan: 10, Cases: 1},
			Manual: &stats.Manual{Table2: stats.Facts{"charges": amounts(t, "0.5")}}}, cases...)
		r.Agency = name
		return r
	}
	one := told("2025-00001", posted("2025-03-03"), registered("2025-03-03", casefile.Natural), replied("2025-03-20", casefile.Disclosed), sent("2025-03-20"))
	other := told("2025-00001", posted("2025-03-03"), registered("2025-03-03", casefile.Business))
	a, b := unit("甲局", 2025, one), unit("乙局", 2025, one, other)
	b.Cases = nil
	m, err := stats.Merge("某某区", false, a, b)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := filled(t, m.Report), "一自然人+ 一商业企业 （一）自然人+ 四商业企业"; got != want {
		t.Errorf("counts %q, want %q", got, want)
	}
	if m.Table4[0] != (stats.Standings{2, 0, 0, 0, 2}) || m.Fees != (stats.Fees{Yuan: 20, Cases: 2}) || m.Table2["charges"][0] != stats.Whole(1) || !m.OK() {
		t.Errorf("%v, %+v, %v, %+v", m.Table4, m.Fees, m.Table2, m.Failed())
	}
	want := stats.Share{Cell: "一,自然人", Total: 2, Units: []stats.UnitCount{{Unit: "甲局", Count: 1}, {Unit: "乙局", Count: 1}}}
	if !reflect.DeepEqual(m.Shares[0], want) || m.Shares[1].Cell != "一,商业企业" || len(m.Shares[1].Units) != 1 {
		t.Errorf("shares: %+v", m.Shares[:2])
	}
	for _, s := range m.Shares {
		sum := 0
		for _, u := range s.Units {
			sum += u.Count
		}
		if sum != s.Total {
			t.Errorf("%s: the units have %d, the sum is %d", s.Cell, sum, s.Total)
		}
	}

	// A unit that is wrong is named, though the errors of two may cancel out.
	wrong, opposite := unit("甲局", 2025), unit("乙局", 2025)
	wrong.Table3[0][0], opposite.Table3[0][0] = 1, -1
	m, err = stats.Merge("某某区", false, wrong, opposite)
	if err != nil || m.OK() || len(m.Failed()) != 4 || !strings.HasPrefix(m.Failed()[0].Detail, "甲局：") {
		t.Errorf("%+v, %v", m.Failed(), err)
	}
	// What may be a mistake is refused, and with force named.
	big := unit("甲局", 2025)
	big.Table3[0] = stats.Line{12, 0, 0, 0, 0, 0, 12}
	copied := big
	copied.Agency = "甲局副本"
	for name, reports := range map[string][]stats.Report{
		"甲局出现两次": {a, a}, "的报告是 2024 年": {a, unit("乙局", 2024)}, "不知是哪一年": {a, unit("乙局", 0)},
	} {
		if _, err := stats.Merge("某某区", false, reports...); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
		m, err := stats.Merge("某某区", true, reports...)
		if c := checkOf(t, m.Report, "merged-anyway"); err != nil || !strings.Contains(c.Detail, name) || c.Level != stats.Warning {
			t.Errorf("forced: %+v, %v", c, err)
		}
	}
	if m, err = stats.Merge("某某区", false, big, copied); err != nil || !strings.Contains(checkOf(t, m.Report, "tables-alike").Detail, "甲局副本与甲局") {
		t.Errorf("%v", err)
	}
	half := unit("丙局", 2025)
	half.Table3 = half.Table3[:3]
	for name, reports := range map[string][]stats.Report{
		"没有要合并": nil, "没有机关名称": {unit("", 2025)}, "不完整": {half},
	} {
		if _, err := stats.Merge("某某区", false, reports...); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestMergeForms: （六） as one row beside three, and 表二 of two forms.
func TestMergeForms(t *testing.T) {
	unit := func(name, format string, n int) stats.Report {
		r := with(t, 2025, stats.Options{Format: format})
		r.Agency = name
		for i := range r.Table3 {
			r.Table3[i] = stats.Line{n, 0, 0, 0, 0, 0, n}
		}
		return r
	}
	three, one, none := unit("甲局", stats.Current, 1), unit("乙局", "2019-60", 10), unit("丙局", stats.Current, 0)
	three.Table2 = stats.Facts{"charges": amounts(t, "0.5"), "regulations": amounts(t, "1", "0", "3")}
	one.Table2, one.Table2Format = stats.Facts{"charges": amounts(t, "2")}, stats.Current
	old := unit("丁局", "2019-60", 0)
	old.Table2 = stats.Facts{"charges": amounts(t, "4", "1")}
	m, err := stats.Merge("某某区", false, three, one, none, old)
	if err != nil {
		t.Fatal(err)
	}
	f, err := m.Form()
	if err != nil {
		t.Fatal(err)
	}
	six, err := f.ParseCell("（六）")
	if err != nil {
		t.Fatal(err)
	}
	if m.Format != "2019-60" || m.Table2Format != stats.Current || m.At(six) != 13 || m.Table2["charges"][0] != amounts(t, "2.5")[0] || m.Table2["regulations"][2] != stats.Whole(3) {
		t.Errorf("%s with 表二 of %s: %d, %v", m.Format, m.Table2Format, m.At(six), m.Table2)
	}
	for id, want := range map[string]string{"single-row": "甲局", "facts-missing": "乙局（规章）", "facts-form": "丁局"} {
		if c := checkOf(t, m.Report, id); !strings.Contains(c.Detail, want) || !c.OK {
			t.Errorf("%+v", c)
		}
	}
	if c := checkOf(t, m.Report, "facts-missing"); !strings.Contains(c.Detail, "丙局") {
		t.Errorf("%+v", c)
	}
}
