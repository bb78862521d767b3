package form

import (
	"encoding/xml"
	"strconv"
	"strings"

	"ysq.internal/ysq/casefile/ooxml"
)

// wordTable is a table of WordprocessingML being read (17.4): cells with the columns of the grid that
// they span, merged downwards by vMerge.
type wordTable struct {
	cells  []Cell
	open   map[int]int // the cell that vMerge goes on with, by its first column
	row    int
	col    int
	inside []Block // tables within cells; they follow
}

// table reads w:tbl. A table within a cell becomes one of its own, after the outer one; a table with one
// column is a frame, and its text is lines.
func (w *word) table(out func(string) error) error {
	t := &wordTable{open: make(map[int]int)}
	var rows func(e xml.StartElement) error
	rows = func(e xml.StartElement) error {
		switch e.Name.Local {
		case "tr":
			t.col = 0
			err := w.tableRow(t)
			t.row++
			return err
		case "sdt":
			return w.control(rows, nil)
		case "ins", "customXml", "smartTag":
			return w.x.Each(rows)
		}
		return nil
	}
	if err := w.x.Each(rows); err != nil {
		return w.endTable(t, out, err)
	}
	return w.endTable(t, out, nil)
}

func (w *word) endTable(t *wordTable, out func(string) error, err error) error {
	width := 0
	for _, c := range t.cells {
		width = max(width, c.Col+c.ColSpan)
	}
	oneColumn := true
	for _, c := range t.cells {
		oneColumn = oneColumn && c.Col == 0
	}
	if oneColumn {
		for _, c := range t.cells {
			for l := range strings.SplitSeq(c.Text, "\n") {
				if e := out(l); err == nil {
					err = e
				}
			}
		}
	} else if !w.d.table(Table{Cells: t.cells, Place: w.place}) && err == nil {
		err = errFull
	}
	for _, b := range t.inside {
		if !w.d.table(*b.Table) && err == nil {
			err = errFull
		}
	}
	return err
}

func (w *word) tableRow(t *wordTable) error {
	var cells func(e xml.StartElement) error
	cells = func(e xml.StartElement) error {
		switch e.Name.Local {
		case "trPr":
			return w.x.Each(func(e xml.StartElement) error {
				switch e.Name.Local {
				case "gridBefore":
					t.col += count(ooxml.Attr(e, "val"))
				case "del":
					// A row deleted with tracked changes; its cells follow and are empty of text.
				}
				return nil
			})
		case "tc":
			return w.tableCell(t)
		case "sdt":
			return w.control(cells, nil)
		case "ins", "customXml", "smartTag":
			return w.x.Each(cells)
		}
		return nil
	}
	return w.x.Each(cells)
}

func count(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0
	}
	return min(n, maxGridCols)
}

func (w *word) tableCell(t *wordTable) error {
	c := Cell{Row: t.row, Col: t.col, RowSpan: 1, ColSpan: 1}
	merge := ""
	var lines []string
	line := func(s string) error {
		if w.size += len(s) + 1; w.size > maxText {
			w.d.note(NoteCut, "文件内容过长，其余未读取。")
			return errFull
		}
		lines = append(lines, clean(s))
		return nil
	}
	keep := w.d.Blocks // tables inside of the cell are put aside
	w.d.Blocks = nil
	err := w.x.Each(func(e xml.StartElement) error {
		if e.Name.Local != "tcPr" {
			return w.block(e, line)
		}
		return w.x.Each(func(e xml.StartElement) error {
			switch e.Name.Local {
			case "gridSpan":
				c.ColSpan = max(1, count(ooxml.Attr(e, "val")))
			case "vMerge":
				if merge = ooxml.Attr(e, "val"); merge == "" {
					merge = "continue"
				}
			case "hMerge":
				if ooxml.Attr(e, "val") != "restart" {
					merge = "left"
				}
			}
			return nil
		})
	})
	inside := w.d.Blocks
	w.d.Blocks = keep
	for _, b := range inside {
		if b.Table != nil {
			t.inside = append(t.inside, b)
		} else {
			lines = append(lines, b.Line.Text)
		}
	}
	c.Text = strings.TrimSpace(strings.Join(lines, "\n"))
	t.place(c, merge)
	if len(t.cells) > maxCells || t.row > maxGridRows {
		w.d.note(NoteCut, "表格过大，其余未读取。")
		return errFull
	}
	return err
}

// place puts a cell where it belongs, or joins it to the one that it continues.
func (t *wordTable) place(c Cell, merge string) {
	t.col = min(t.col+c.ColSpan, maxGridCols)
	switch above, open := t.open[c.Col]; {
	case merge == "continue" && open && t.cells[above].Row+t.cells[above].RowSpan == c.Row:
		t.cells[above].RowSpan++
		if c.Text != "" {
			t.cells[above].Text = strings.TrimSpace(t.cells[above].Text + "\n" + c.Text)
		}
		return
	case merge == "left" && len(t.cells) > 0 && t.cells[len(t.cells)-1].Row == c.Row:
		last := &t.cells[len(t.cells)-1]
		last.ColSpan += c.ColSpan
		last.Text = strings.TrimSpace(last.Text + "\n" + c.Text)
		return
	}
	t.cells = append(t.cells, c)
	delete(t.open, c.Col)
	if merge == "restart" || merge == "continue" {
		t.open[c.Col] = len(t.cells) - 1
	}
}
