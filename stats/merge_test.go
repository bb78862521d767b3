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
	m, err := stats.Merge("某某区", a, b)
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
	m, err = stats.Merge("某某区", wrong, opposite)
	if err != nil || m.OK() || len(m.Failed()) != 4 || !strings.HasPrefix(m.Failed()[0].Detail, "甲局：") {
		t.Errorf("%+v, %v", m.Failed(), err)
	}
	half := unit("丙局", 2025)
	half.Table3 = half.Table3[:3]
	for name, reports := range map[string][]stats.Report{
		"没有要合并": nil, "出现两次": {a, a}, "不能相加": {a, unit("乙局", 2024)}, "没有名称": {unit("", 2025)}, "不完整": {half},
	} {
		if _, err := stats.Merge("某某区", reports...); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
