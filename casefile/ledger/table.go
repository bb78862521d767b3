package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"ysq.internal/ysq/casefile/ooxml"
)

// TableRow is a line of a list other than a ledger.
type TableRow struct {
	Number int
	cells  []cell
}

// Table reads the lines of a list that people filled in, .xlsx or csv, by the rules of a ledger: encodings, damage, and one
// sheet with something in it, or called so. Columns copied out of a spreadsheet are separated by tabs. file is what
// problems call the file.
func Table(b []byte, file, called string) (rows []TableRow, err error) {
	t := reading{file: file}
	lines := csvLines(b)
	first, _, _ := bytes.Cut(b, []byte("\n"))
	switch {
	case sniff(b) == XLSX:
		lines = xlsxLines(b, called)
	case bytes.ContainsRune(first, '\t'):
		lines = separated(b, '\t')
	}
	for l, err := range lines {
		if err == nil && len(rows) == maxRows {
			err = &lineError{l.number, fmt.Sprintf("超过 %d 行", maxRows)}
		}
		if err != nil {
			t.fault(err)
			return nil, t.problems.err()
		}
		row := TableRow{Number: l.number}
		for _, c := range l.cells {
			if c.text = clean(c.text); !c.blank() {
				row.cells = append(row.cells, c)
			}
		}
		if row.cells != nil {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// Columns returns the places of the cells that are not empty, in order.
func (r TableRow) Columns() []int {
	all := make([]int, len(r.cells))
	for i, c := range r.cells {
		all[i] = c.column
	}
	return all
}

// Cell returns what somebody typed into a column, "" for nothing. A value that a spreadsheet has spoiled is an error that
// names the column.
func (r TableRow) Cell(column int) (string, error) {
	for _, c := range r.cells {
		if c.column != column {
			continue
		}
		s, err := c.listed()
		if err != nil {
			return "", fmt.Errorf("%s 列：%w", ooxml.ColumnName(column), err)
		}
		return s, nil
	}
	return "", nil
}

// listed is a cell as it was typed.
func (c cell) listed() (string, error) {
	switch {
	case c.kind == cellFault:
		return "", errors.New(c.text)
	case c.kind == cellDay:
		return serialDay(c.number)
	case c.kind == cellNumber && c.number >= 1e15: // a spreadsheet keeps 15 digits
		return "", errors.New("数字的末几位已被 Excel 改成 0：请将该列设为“文本”，照原件重新填写")
	case c.kind == cellNumber:
		return strconv.FormatFloat(c.number, 'f', -1, 64), nil
	}
	return c.text, spoiled(c.text, &column{})
}
