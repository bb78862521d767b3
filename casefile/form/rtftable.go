package form

import "slices"

// rtfTable is a table of rich text, row by row. A cell says where its right edge lies, not how many columns it spans: that
// only shows when all rows are there.
type rtfTable struct {
	rows  [][]rtfCell
	row   []rtfCell
	edges []rtfCell // what the row's definition says of its cells
	next  rtfCell   // of the definition, the cell whose edge is to come
	count int       // cells
}

type rtfCell struct {
	text   string
	right  int  // in twips
	below  bool // goes on with the cell above
	joined bool // goes on with the cell before
}

// sameEdge is how many twips apart edges may be that are meant to be one: two millimetres.
const sameEdge = 113

func (t *rtfTable) edge(right int) {
	if t.next.right = right; len(t.edges) < maxGridCols {
		t.edges = append(t.edges, t.next)
	}
	t.next = rtfCell{}
}

func (t *rtfTable) cell(text string) {
	if t.count++; len(t.row) < maxGridCols && t.count <= maxCells {
		t.row = append(t.row, rtfCell{text: text})
	}
}

// endRow ends a row. Its definition stands before its cells, or behind them.
func (t *rtfTable) endRow() {
	for i := range t.row[:min(len(t.row), len(t.edges))] {
		text := t.row[i].text
		t.row[i] = t.edges[i]
		t.row[i].text = text
	}
	if len(t.row) > 0 && len(t.rows) < maxGridRows {
		t.rows = append(t.rows, t.row)
	}
	t.row = nil
}

// endTable adds the table that was gathered to the document.
func (r *rtf) endTable() {
	t := &r.table
	t.endRow()
	if len(t.rows) == 0 {
		return
	}
	if t.count > maxCells {
		r.d.note(NoteCut, "表格过大，其余未读取。")
	}
	columns := t.columns()
	var cells []Cell
	above := make(map[int]int) // the last cell of a column
	for y, row := range t.rows {
		x := 0
		for _, c := range row {
			to := max(x+1, columns[c.right])
			last := len(cells) - 1
			switch up, ok := above[x]; {
			case c.below && ok && cells[up].Row+cells[up].RowSpan == y:
				cells[up].RowSpan++
			case c.joined && last >= 0 && cells[last].Row == y:
				cells[last].ColSpan += to - x
			default:
				above[x] = len(cells)
				cells = append(cells, Cell{Row: y, Col: x, RowSpan: 1, ColSpan: to - x, Text: c.text})
			}
			x = to
		}
	}
	r.d.table(Table{Cells: cells})
	r.table = rtfTable{}
}

// columns are the columns that end at each right edge, counted from 1.
func (t *rtfTable) columns() map[int]int {
	var all []int
	for _, row := range t.rows {
		for _, c := range row {
			if c.right > 0 {
				all = append(all, c.right)
			}
		}
	}
	slices.Sort(all)
	of := make(map[int]int, len(all))
	n := 0
	for i, right := range all {
		if i == 0 || right-all[i-1] > sameEdge {
			n++
		}
		of[right] = n
	}
	return of
}
