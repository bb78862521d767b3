package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"strconv"
	"strings"
	"time"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/ooxml"
)

// sheetName is what Write calls the sheet of a ledger, and which of several sheets Read takes.
const sheetName = "台账"

// oldExcel is how a file of Excel before 2007 begins.
var oldExcel = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

// bookLimits hold a ledger of maxRows rows; the sheet is streamed.
var bookLimits = ooxml.Limits{Part: 512 << 20, Total: 768 << 20}

// xlsxLines are the lines of the sheet that is called so, or that is the only one.
func xlsxLines(b []byte, called string) lineSeq {
	return func(yield func(line, error) bool) {
		if bytes.HasPrefix(b, oldExcel) {
			yield(line{}, &lineError{0, "这是旧版 .xls 或加了密码的文件：请另存为不带密码的 .xlsx"})
			return
		}
		book, err := ooxml.OpenBook(bytes.NewReader(b), int64(len(b)), bookLimits)
		if err != nil {
			yield(line{}, damaged(err, 0))
			return
		}
		sheet, err := choose(book, called)
		if err != nil {
			yield(line{}, err)
			return
		}
		last := 0
		for row, err := range book.Rows(sheet) {
			if err != nil {
				yield(line{}, damaged(err, last+1))
				return
			}
			last = row.Number
			if !yield(lineOf(row), nil) {
				return
			}
		}
	}
}

func damaged(err error, at int) error {
	if errors.Is(err, ooxml.ErrLimit) {
		return &lineError{at, fmt.Sprintf("文件太大或不正常（%v）：请分成几个文件，或另存为 csv 导入", err)}
	}
	return &lineError{at, fmt.Sprintf("不是完好的 .xlsx 文件（%v）：请用 Excel 或 WPS 打开后另存", err)}
}

// choose returns the sheet to read: the one that is called so, otherwise the only one that is not empty. A ledger
// with a sheet a year must not be taken for its first year.
func choose(b *ooxml.Book, called string) (int, error) {
	var filled []int
	var names []string
	for i, s := range b.Sheets {
		if s.Hidden {
			continue
		}
		if strings.TrimSpace(s.Name) == called {
			return i, nil
		}
		for _, err := range b.Rows(i) {
			if err != nil {
				return 0, damaged(err, 0)
			}
			filled = append(filled, i)
			names = append(names, s.Name)
			break
		}
	}
	switch len(filled) {
	case 0:
		return 0, &lineError{0, "工作簿是空的；第一行应为列名"}
	case 1:
		return filled[0], nil
	}
	return 0, &lineError{0, fmt.Sprintf("有 %d 张有内容的工作表（%s）：请把要用的一张命名为“%s”，或分别另存", len(filled), strings.Join(names, "、"), called)}
}

func lineOf(row ooxml.Row) line {
	l := line{number: row.Number, cells: make([]cell, len(row.Values))}
	for i, v := range row.Values {
		c := cell{column: v.Column, line: row.Number, text: v.Text, number: v.Number}
		switch v.Kind {
		case ooxml.Number:
			c.kind = cellNumber
		case ooxml.Serial:
			c.kind = cellDay
		case ooxml.Bool:
			c.text = "否"
			if v.Number != 0 {
				c.text = "是"
			}
		case ooxml.Fault:
			c.kind, c.text = cellFault, "公式出错（"+v.Text+"）"
			if v.Text == "" {
				c.text = "公式没有保存的值：请用 Excel 或 WPS 打开后保存"
			}
		}
		l.cells[i] = c
	}
	return l
}

// serialDay is the day of a spreadsheet's date: whole days since 1899-12-30. What is left of it is the
// time of the day.
func serialDay(n float64) (string, error) {
	const first, end = 25569, 73051 // 1970-01-01, 2100-01-01
	if n < first || n >= end {
		return "", fmt.Errorf("%s 不是日期：请写 2026-03-02、2026/3/2 或 2026年3月2日", strconv.FormatFloat(n, 'f', -1, 64))
	}
	return civil.New(1899, 12, 30+int(math.Floor(n))).String(), nil
}

var epoch = civil.New(1970, time.January, 1)

// isDay reports whether a cell of a date holds a day that serialDay reads again.
func isDay(s string) bool {
	d, err := civil.Parse(s)
	return err == nil && d >= epoch && d < civil.New(2100, time.January, 1)
}

// writeXLSX writes one sheet for people to work with: days that a spreadsheet knows as days, a filter, the head in view
// and on every page. Columns of what has happened to no case are hidden, so that the rest can be read on paper. Cells
// are formatted as text, so that what a clerk types stays what was typed.
func writeXLSX(w io.Writer, shape Shape, rows iter.Seq2[Row, error]) error {
	heads, lines := shape.heads(), shape.print(rows)
	title := ooxml.Style{Bold: true, Center: true, Wrap: true, Border: true, Format: ooxml.AsText}
	styles := [...]ooxml.Style{
		wording: {Wrap: true, Border: true, Format: ooxml.AsText},
		date:    {Center: true, Border: true},
		number:  {Border: true, Format: ooxml.Integer},
	}
	sheet := ooxml.Sheet{Name: sheetName, FrozenRows: 1, FrozenColumns: 1, Landscape: true, Filter: true, FitWidth: true, Hidden: shape.empty(heads)}
	var names []ooxml.Cell
	for _, h := range heads {
		sheet.Widths = append(sheet.Widths, h.wide)
		names = append(names, ooxml.Text(h.String(), title))
	}
	sheet.Rows = func(yield func([]ooxml.Cell, error) bool) {
		if !yield(names, nil) {
			return
		}
		cells := make([]ooxml.Cell, len(heads))
		for texts, err := range lines {
			if err != nil {
				yield(nil, err)
				return
			}
			for i, s := range texts {
				style := styles[heads[i].form]
				n, err := strconv.ParseInt(s, 10, 64)
				switch {
				case s == "":
					cells[i] = ooxml.Cell{}
				case heads[i].form == number && err == nil:
					cells[i] = ooxml.Int(n, style)
				case heads[i].form == date && isDay(s):
					cells[i] = ooxml.Day(int64(civil.MustParse(s).Sub(epoch)), style)
				default:
					cells[i] = ooxml.Text(s, style)
				}
			}
			if !yield(cells, nil) {
				return
			}
		}
	}
	return ooxml.WriteBook(w, sheetName, sheet)
}
