package stats

import (
	"fmt"
	"reflect"
	"slices"

	"ysq.internal/ysq/casefile"
)

// Difference is a number or a text in which two reports differ.
type Difference struct {
	Place  string `json:"place"` // （三）4,自然人; 行政复议,结果维持; 规章,现行有效件数; a part's heading
	Before string `json:"before"`
	After  string `json:"after"`
	// Gained and Lost are the cases that make the difference, where both reports have theirs.
	Gained []casefile.ID `json:"gained,omitzero"`
	Lost   []casefile.ID `json:"lost,omitzero"`
}

// Diff lists in what one report differs from another of the same format. When it was made and what
// was checked does not count.
func Diff(before, after Report) ([]Difference, error) {
	f, err := FormatOf(before.Format)
	if err != nil {
		return nil, err
	}
	if before.Format != after.Format {
		return nil, fmt.Errorf("the reports have the formats %s and %s", before.Format, after.Format)
	}
	d := differ{all: []Difference{}}
	d.was, d.is = unlike(before, after)
	for _, g := range f.Facts {
		for _, item := range g.Items {
			for i, c := range g.Columns {
				d.note(item.Label+","+c, amountAt(before.Table2, item.Key, i), amountAt(after.Table2, item.Key, i))
			}
		}
	}
	for i := range f.Rows {
		for j := range total + 1 {
			cell := CellAt(i, j)
			d.note(f.CellName(cell), fmt.Sprint(before.At(cell)), fmt.Sprint(after.At(cell)))
			d.cases(f, cell, before, after)
		}
	}
	for i, t := range f.Tracks {
		for j, result := range f.Results {
			d.note(t.Label+","+result, fmt.Sprint(before.Table4[i][j]), fmt.Sprint(after.Table4[i][j]))
		}
	}
	d.note("信息处理费", fmt.Sprint(before.Fees.Yuan), fmt.Sprint(after.Fees.Yuan))
	for _, part := range []struct {
		name   string
		differ bool
	}{
		{f.Parts[PartOverview], !reflect.DeepEqual(before.Sections.Overview, after.Sections.Overview)},
		{f.Parts[PartProblems], before.Sections.Problems != after.Sections.Problems},
		{f.Parts[PartOther], !reflect.DeepEqual(before.Sections.Other, after.Sections.Other)},
	} {
		if part.differ {
			d.all = append(d.all, Difference{Place: part.name, Before: "文字", After: "文字已改"})
		}
	}
	return d.all, nil
}

type differ struct {
	all     []Difference
	was, is []casefile.Counted // the cases that one report has elsewhere than the other, or that the other lacks
}

// unlike are the cases that do not stand in the same places of two reports, as each has them: all others are in every cell in
// both or in neither.
func unlike(before, after Report) (was, is []casefile.Counted) {
	places := make(map[casefile.ID]casefile.Counted, len(before.Cases))
	for _, c := range before.Cases {
		places[c.Case] = c.Counted
	}
	same := map[casefile.ID]bool{}
	for _, c := range after.Cases {
		if place, ok := places[c.Case]; ok && place == c.Counted {
			same[c.Case] = true
		} else {
			is = append(is, c.Counted)
		}
	}
	for _, c := range before.Cases {
		if !same[c.Case] {
			was = append(was, c.Counted)
		}
	}
	return was, is
}

func (d *differ) note(place, before, after string) {
	if before != after {
		d.all = append(d.all, Difference{Place: place, Before: before, After: after})
	}
}

// cases names what came into a cell and what went out of it: also where the number stayed the same.
func (d *differ) cases(f Format, cell Cell, before, after Report) {
	was, is := CasesOf(f, cell, d.was), CasesOf(f, cell, d.is)
	gained, lost := without(is, was), without(was, is)
	if gained == nil && lost == nil {
		return
	}
	place := f.CellName(cell)
	if n := len(d.all); n == 0 || d.all[n-1].Place != place {
		n := fmt.Sprint(before.At(cell))
		d.all = append(d.all, Difference{Place: place, Before: n, After: n})
	}
	last := &d.all[len(d.all)-1]
	last.Gained, last.Lost = gained, lost
}

// Counted are the cases of a traced report as a frozen year keeps them.
func (r Report) Counted() []casefile.Counted {
	all := make([]casefile.Counted, len(r.Cases))
	for i, c := range r.Cases {
		all[i] = c.Counted
	}
	return all
}

func without(all, these []casefile.ID) []casefile.ID {
	known := make(map[casefile.ID]bool, len(these))
	for _, id := range these {
		known[id] = true
	}
	rest := slices.DeleteFunc(slices.Clone(all), func(id casefile.ID) bool { return known[id] })
	if len(rest) == 0 {
		return nil
	}
	return rest
}

func amountAt(t Facts, key string, i int) string {
	if values := t[key]; i < len(values) {
		return values[i].String()
	}
	return ""
}
