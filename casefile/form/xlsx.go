package form

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/ooxml"
)

const (
	maxSheets     = 20
	maxSheetCells = 4000
	maxMerged     = 4000
)

// readXlsx takes the visible sheets of a workbook, each as a table.
func (d *Document) readXlsx(body []byte) {
	book, err := ooxml.OpenBook(bytes.NewReader(body), int64(len(body)), officeLimits)
	if err != nil {
		d.broken(err)
		return
	}
	for i, s := range book.Sheets {
		if i >= maxSheets {
			d.note(NoteCut, "工作表过多，其余未读取。")
			return
		}
		if !s.Hidden && !d.readSheet(book, i, clip(clean(s.Name), 120)) {
			return
		}
	}
}

func (d *Document) readSheet(book *ooxml.Book, i int, name string) bool {
	merged, err := book.Merged(i, maxMerged)
	if err != nil {
		d.broken(err)
		return true
	}
	spans := make(map[[2]int]ooxml.Range, len(merged))
	for _, m := range merged {
		spans[[2]int{m.Row, m.Column}] = m
	}
	t := Table{Place: "工作表“" + name + "”"}
	size := 0
	for row, err := range book.Rows(i) {
		if err != nil {
			d.broken(err)
			break
		}
		for _, v := range row.Values {
			text := clean(valueText(v))
			if size += len(text); len(t.Cells) >= maxSheetCells || size > maxText || row.Number > maxGridRows {
				d.note(NoteCut, fmt.Sprintf("工作表“%s”过大，其余未读取。", name))
				d.sheet(t, spans)
				return false
			}
			if v.Column < maxGridCols && strings.TrimSpace(text) != "" {
				t.Cells = append(t.Cells, Cell{Row: row.Number - 1, Col: v.Column, RowSpan: 1, ColSpan: 1, Text: strings.TrimSpace(text)})
			}
		}
	}
	return d.sheet(t, spans)
}

// sheet adds the merged cells' spans, and the empty cells between: an empty cell beside a label is what
// tells a blank form.
func (d *Document) sheet(t Table, spans map[[2]int]ooxml.Range) bool {
	if len(t.Cells) == 0 {
		return true
	}
	for i := range t.Cells {
		c := &t.Cells[i]
		if m, ok := spans[[2]int{c.Row, c.Col}]; ok {
			c.RowSpan, c.ColSpan = min(m.Rows, maxGridRows), min(m.Columns, maxGridCols)
		}
	}
	t.fill()
	return d.table(t)
}

// fill adds the empty cells of a small table, up to its last column.
func (t *Table) fill() {
	have := make(map[[2]int]bool)
	rows, cols := 0, 0
	for _, c := range t.Cells {
		rows, cols = max(rows, c.Row+c.RowSpan), max(cols, c.Col+c.ColSpan)
		if len(have) > maxCovered {
			return
		}
		for y := c.Row; y < c.Row+c.RowSpan && y < c.Row+100; y++ {
			for x := c.Col; x < c.Col+c.ColSpan && x < c.Col+100; x++ {
				have[[2]int{y, x}] = true
			}
		}
	}
	if rows > 200 || cols > 40 {
		return
	}
	for y := range rows {
		for x := range cols {
			if !have[[2]int{y, x}] {
				t.Cells = append(t.Cells, Cell{Row: y, Col: x, RowSpan: 1, ColSpan: 1})
			}
		}
	}
	slices.SortFunc(t.Cells, func(a, b Cell) int { return cmp.Or(a.Row-b.Row, a.Col-b.Col) })
}

// valueText shows a value as the program would.
func valueText(v ooxml.Value) string {
	switch v.Kind {
	case ooxml.Words:
		return v.Text
	case ooxml.Number:
		return strconv.FormatFloat(v.Number, 'f', -1, 64)
	case ooxml.Serial:
		if days := math.Floor(v.Number); days > 0 && days < 100000 {
			return civil.New(1899, 12, 30).Add(int(days)).String()
		}
	case ooxml.Bool:
		return boxOf(v.Number != 0) // it is tied to a cell
	}
	return ""
}
