package worker

import (
	"math"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile/form"
)

// ruled is a table as its rules show it: the places of its upright and level rules, each once, in
// order, and the rules themselves.
type ruled struct {
	xs, ys []float64
	rules  []rule
}

const (
	near      = 3.0 // points within which two rules are one
	maxAcross = 24  // upright rules of a table
	maxDown   = 120 // level ones
)

// tablesOf gathers the rules of a page into tables, from top to bottom: what upright rules join
// belongs together.
func tablesOf(rules []rule) []ruled {
	var upright, level []rule
	for _, r := range rules {
		if math.IsNaN(r.at+r.from+r.to) || math.IsInf(r.at+r.from+r.to, 0) {
			continue
		}
		if r.upright {
			upright = append(upright, r)
		} else {
			level = append(level, r)
		}
	}
	slices.SortFunc(upright, func(a, b rule) int { return compare(a.from, b.from) })
	var tables []ruled
	for i := 0; i < len(upright); {
		top, bottom := upright[i].from, upright[i].to
		t := ruled{}
		for ; i < len(upright) && upright[i].from <= bottom+near; i++ {
			bottom = max(bottom, upright[i].to)
			t.rules = append(t.rules, upright[i])
		}
		for _, r := range level {
			if r.at >= top-near && r.at <= bottom+near {
				t.rules = append(t.rules, r)
			}
		}
		t.xs, t.ys = t.places(true), t.places(false)
		t.open(top, bottom)
		// One field is a frame around the text, very many are a drawing.
		if fields := (len(t.xs) - 1) * (len(t.ys) - 1); fields > 1 && len(t.xs) <= maxAcross && len(t.ys) <= maxDown {
			tables = append(tables, t)
		}
	}
	return tables
}

// open adds the edges that a page's end leaves undrawn: a row that goes on there has upright rules and no level one.
func (t *ruled) open(top, bottom float64) {
	if n := len(t.ys); n > 0 {
		if bottom-t.ys[n-1] > 2*near {
			t.ys = append(t.ys, bottom)
		}
		if t.ys[0]-top > 2*near {
			t.ys = slices.Insert(t.ys, 0, top)
		}
	}
}

// places returns where the rules of one direction lie, those that are near one another as one.
func (t ruled) places(upright bool) []float64 {
	var all []float64
	for _, r := range t.rules {
		if r.upright == upright {
			all = append(all, r.at)
		}
	}
	slices.Sort(all)
	var places []float64
	for _, at := range all {
		if n := len(places); n == 0 || at-places[n-1] > near {
			places = append(places, at)
		}
	}
	return places
}

// drawn reports whether a rule at that place covers the middle between from and to.
func (t ruled) drawn(upright bool, at, from, to float64) bool {
	middle := (from + to) / 2
	return slices.ContainsFunc(t.rules, func(r rule) bool {
		return r.upright == upright && math.Abs(r.at-at) <= near && r.from <= middle && r.to >= middle
	})
}

// fill puts glyphs into the table's cells and returns the table, nil when no cell has text, and the
// glyphs that lie beside it. Fields of the grid between which no rule is drawn are one cell.
func (t ruled) fill(all []glyph) (*form.Table, []glyph) {
	rows, cols := len(t.ys)-1, len(t.xs)-1
	owner := make([]int, rows*cols) // of each field, the field that stands for its cell
	for i := range owner {
		owner[i] = i
	}
	of := func(i int) int {
		for owner[i] != i {
			i = owner[i]
		}
		return i
	}
	join := func(a, b int) { a, b = of(a), of(b); owner[max(a, b)] = min(a, b) }
	for r := range rows {
		for c := range cols {
			if c+1 < cols && !t.drawn(true, t.xs[c+1], t.ys[r], t.ys[r+1]) {
				join(r*cols+c, r*cols+c+1)
			}
			if r+1 < rows && !t.drawn(false, t.ys[r+1], t.xs[c], t.xs[c+1]) {
				join(r*cols+c, (r+1)*cols+c)
			}
		}
	}
	cells := make(map[int]*span)
	for i := range owner {
		c := cells[of(i)]
		if c == nil {
			c = &span{row: i / cols, col: i % cols, lastRow: i / cols, lastCol: i % cols}
			cells[of(i)] = c
		}
		c.row, c.col, c.lastRow, c.lastCol = min(c.row, i/cols), min(c.col, i%cols), max(c.lastRow, i/cols), max(c.lastCol, i%cols)
		c.fields++
	}
	var beside []glyph
	some := false
	for _, g := range all {
		m := g.middle()
		r, c := between(t.ys, m.y), between(t.xs, m.x)
		if r < 0 || c < 0 || !cells[of(r*cols+c)].whole() {
			beside = append(beside, g)
			continue
		}
		cell := cells[of(r*cols+c)]
		cell.held = append(cell.held, g)
		some = true
	}
	if !some {
		return nil, beside
	}
	table := &form.Table{}
	for i := range owner {
		if c := cells[i]; c != nil && c.whole() {
			table.Cells = append(table.Cells, form.Cell{Row: c.row, Col: c.col, RowSpan: c.lastRow - c.row + 1, ColSpan: c.lastCol - c.col + 1, Text: cellText(c.held, t.xs[c.lastCol+1])})
		}
	}
	return table, beside
}

// first is the height at which the first cell with text begins.
func (t ruled) first(table *form.Table) float64 {
	for _, c := range table.Cells {
		if c.Text != "" {
			return t.ys[c.Row]
		}
	}
	return t.ys[0]
}

// span is a cell: the fields that it covers and the glyphs in it.
type span struct {
	row, col, lastRow, lastCol int
	fields                     int
	held                       []glyph
}

// whole reports whether the fields make a rectangle. What lies between a page's frame and a table in it
// does not, and is no cell.
func (s *span) whole() bool {
	return s.fields == (s.lastRow-s.row+1)*(s.lastCol-s.col+1)
}

// between returns the index of the interval of places in which v lies, -1 for none.
func between(places []float64, v float64) int {
	for i := range len(places) - 1 {
		if v >= places[i] && v <= places[i+1] {
			return i
		}
	}
	return -1
}

// cellText joins the lines of a cell. A line that reaches the cell's right side was broken for want of room
// and goes on; a line that ends before it was ended by its author.
func cellText(all []glyph, right float64) string {
	var b strings.Builder
	full := false // the line before
	for i, l := range linesOf(all) {
		text := textOf(l)
		switch {
		case i == 0:
		case !full:
			b.WriteByte('\n')
		case narrow(l[0].text) && b.Len() > 0 && b.String()[b.Len()-1] < 0x80 && !isDigit(b.String()[b.Len()-1]):
			b.WriteByte(' ')
		}
		b.WriteString(text)
		last := l[len(l)-1]
		full = right-last.right < 1.8*size(l)
	}
	return b.String()
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
