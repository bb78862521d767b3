package stats_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/stats"
)

// published reads 表三 and 表四 of 淮安市 for 2024 as published, the rows in the order of the form.
func published(t *testing.T) (table3 []stats.Line, table4 []stats.Standings) {
	t.Helper()
	var r struct {
		Table3 []stats.Line
		Table4 []stats.Standings
	}
	b, err := os.ReadFile("testdata/huaian-2024.json")
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r.Table3, r.Table4
}

// synthetic composes cases that come to a table: for every ending a case that came in this year, or
// before as long as the table has such.
func synthetic(f stats.Format, year int, table []stats.Line) []casefile.Case {
	var cases []casefile.Case
	for _, column := range casefile.Columns {
		left := table[1].At(column) // 上年结转
		tell := func(n int, ending ...step) {
			for range n {
				day := fmt.Sprintf("%d-06-03", year)
				if left > 0 {
					day, left = fmt.Sprintf("%d-12-04", year-1), left-1
				}
				story := append([]step{posted(day), registered(day, column)}, ending...)
				cases = append(cases, told(casefile.NewID(year, len(cases)+1), story...))
			}
		}
		on := fmt.Sprintf("%d-06-20", year)
		for row, r := range f.Rows {
			if r.Counts == stats.CountsOutcome {
				tell(table[row].At(column), replied(on, r.Outcomes[0]), sent(on))
			}
		}
		tell(table[len(table)-1].At(column))
	}
	return cases
}

func syntheticMatters(table []stats.Standings) []stats.Matter {
	all := []stats.Matter{}
	for track, line := range table {
		for result, n := range line[:4] {
			for range n {
				all = append(all, stats.Matter{Track: stats.Track(track), Result: stats.Result(result)})
			}
		}
	}
	return all
}

// TestHuaian rebuilds the published figures of a prefecture from cases, cell for cell.
func TestHuaian(t *testing.T) {
	f := format(t)
	huaian, disputes := published(t)
	cases := synthetic(f, 2024, huaian)
	o := stats.Options{
		Matters: syntheticMatters(disputes), Trace: true, Fees: stats.Fees{Yuan: 3940, Cases: 9},
		Manual: &stats.Manual{
			Table2: stats.Facts{"regulations": amounts(t, "1", "0", "11"), "normative": amounts(t, "8", "26", "66"),
				"licences": amounts(t, "447228"), "penalties": amounts(t, "3985758"), "coercion": amounts(t, "88283"), "charges": amounts(t, "96171.6")},
			Overview: []stats.Passage{{Title: stats.Handling, Text: stats.HandlingText}},
		},
	}
	r := with(t, 2024, o, cases...)
	for row := range f.Rows {
		if r.Table3[row] != huaian[row] {
			t.Errorf("row %s is %v, published %v", f.Rows[row].Number, r.Table3[row], huaian[row])
		}
	}
	if !slices.Equal(r.Table4, disputes) {
		t.Errorf("表四 is %v, published %v", r.Table4, disputes)
	}
	const want = "2024年，新收政府信息公开申请3119件，上年结转34件；全年办结3050件，其中予以公开1362件、部分公开454件、不予公开178件、无法提供781件、不予处理88件、其他处理187件；结转下年度继续办理103件。" +
		"因政府信息公开被申请行政复议351件（结果维持72件、结果纠正64件、其他结果178件、尚未审结37件），被提起行政诉讼46件（结果维持25件、结果纠正5件、其他结果9件、尚未审结7件）。"
	if got := r.Sections.Overview[0].Text; got != want {
		t.Errorf("in words:\n%s\nwant\n%s", got, want)
	}
	if !r.OK() {
		t.Errorf("checks: %+v", r.Failed())
	}
	var counted []casefile.Counted
	for _, p := range r.Cases {
		counted = append(counted, p.Counted)
	}
	for row := range f.Rows {
		for _, column := range append([]casefile.Column{casefile.ColumnNone}, casefile.Columns[:]...) {
			cell := stats.Cell{Row: row, Column: column}
			if got := len(stats.CasesOf(f, cell, counted)); got != r.At(cell) {
				t.Errorf("%s is %d, the trace has %d", f.CellName(cell), r.At(cell), got)
			}
		}
	}

	closed := stats.Closed{Year: 2024, Cases: counted}
	next := with(t, 2025, stats.Options{Closed: []stats.Closed{closed}, Before: &r}, cases...)
	if next.Table3[1] != huaian[24] || !next.OK() {
		t.Errorf("2025 carries in %v, want %v; %+v", next.Table3[1], huaian[24], next.Failed())
	}
}
