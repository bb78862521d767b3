package ooxml

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// What a worksheet may hold (as Excel does; ISO/IEC 29500 sets no bound).
const (
	MaxRows    = 1 << 20
	MaxColumns = 1 << 14
	MaxText    = 32767 // UTF-16 units of one cell
)

// Sheet is a worksheet to be written.
type Sheet struct {
	Name   string    // at most 31 characters, none of []:*?/\
	Widths []float64 // of the columns from A on, in characters; zero is the program's default
	Hidden []bool    // of the columns from A on, which are not shown and not printed
	// FrozenRows and FrozenColumns stay in view when the rest is scrolled; the rows are also printed
	// again on every page.
	FrozenRows, FrozenColumns int
	Landscape                 bool
	Filter                    bool     // a filter on the last frozen row, over all rows below it
	FitWidth                  bool     // on paper, shrink to the width of one page
	FitHeight                 bool     // and to its height
	Header                    string   // printed above every page
	Merged                    []string // ranges such as A1:C1
	Charts                    []Chart
	// Rows are the rows from the first on. They are written as they come; none is kept. The slice may be
	// used again once the next row is asked for.
	Rows iter.Seq2[[]Cell, error]
}

// Cell is one cell to be written; the zero Cell is empty. Text, Int and Formula make others.
type Cell struct {
	kind    byte
	text    string
	number  int64
	formula string
	style   Style
}

// Style is how a cell looks. The zero value is the program's default.
type Style struct {
	Bold   bool
	Center bool // across and down; otherwise text stands left, numbers right, both in the middle
	Wrap   bool
	Border bool   // thin, on all sides
	Format Format // of numbers, and of what is typed into the cell later
}

// Format is a format of numbers.
type Format uint8

const (
	General Format = iota
	Integer
	AsText // what is typed stays as it is, so that 2026-1 does not become a date
	AsDay  // 2026-11-23, of a Day
	AsTime // 2026-11-23 14:05, of a Time
)

// Text is a cell of text. It is never taken for a formula.
func Text(s string, style Style) Cell { return Cell{kind: 't', text: s, style: style} }

// Int is a cell of a whole number.
func Int(n int64, style Style) Cell { return Cell{kind: 'n', number: n, style: style} }

// firstDay is what a spreadsheet calls 1970-01-01: days are counted from 1899-12-30.
const firstDay = 25569

// Day is a cell of a day, which counts from 1970-01-01, in the format AsDay.
func Day(since1970 int64, style Style) Cell {
	style.Format = AsDay
	return Int(since1970+firstDay, style)
}

// Time is a cell of a day and its minutes since midnight, in the format AsTime.
func Time(since1970 int64, minutes int, style Style) Cell {
	style.Format = AsTime
	return Decimal(strconv.FormatFloat(float64(since1970+firstDay)+float64(minutes)/(24*60), 'f', 6, 64), style)
}

// Decimal is a cell of a number as it is written, such as 96171.6.
func Decimal(number string, style Style) Cell { return Cell{kind: 'd', text: number, style: style} }

// Formula is a cell of a formula, without its =, with the value it has now, which is what programs
// that do not calculate show.
func Formula(formula string, value int64, style Style) Cell {
	return Cell{kind: 'f', number: value, formula: formula, style: style}
}

// Empty is a cell without content, for its borders.
func Empty(style Style) Cell { return Cell{style: style} }

// WriteBook writes a workbook. The same sheets give the same bytes: there is no time and no name of
// an author in it.
func WriteBook(w io.Writer, title string, sheets ...Sheet) error {
	if len(sheets) == 0 {
		return errors.New("a workbook needs a sheet")
	}
	for i, s := range sheets {
		if err := s.check(); err != nil {
			return err
		}
		if slices.ContainsFunc(sheets[:i], func(o Sheet) bool { return strings.EqualFold(o.Name, s.Name) }) {
			return fmt.Errorf("sheet %s is there twice", s.Name)
		}
	}
	z := NewWriter(w)
	for _, p := range frame(title, sheets) {
		if err := z.AddText(p[0], p[1]); err != nil {
			return err
		}
	}
	styles := styleTable{index: map[Style]int{{}: 0}, all: []Style{{}}}
	for i, s := range sheets {
		err := z.Add(fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1), func(p io.Writer) error {
			b := bufio.NewWriterSize(p, 64<<10)
			if err := s.write(b, i == 0, &styles); err != nil {
				return err
			}
			return b.Flush()
		})
		if err == nil {
			err = addCharts(z, i+1, s)
		}
		if err != nil {
			return err
		}
	}
	if err := z.AddText("xl/styles.xml", styles.xml()); err != nil {
		return err
	}
	return z.Close()
}

func (s Sheet) check() error {
	n := utf8.RuneCountInString(s.Name)
	if n == 0 || n > 31 || strings.ContainsAny(s.Name, `[]:*?/\`) || strings.Trim(s.Name, "'") != s.Name {
		return fmt.Errorf("bad name of a sheet: %q", s.Name)
	}
	for _, m := range s.Merged {
		from, to, ok := strings.Cut(m, ":")
		c1, r1, ok1 := parseRef(from)
		c2, r2, ok2 := parseRef(to)
		if !ok || !ok1 || !ok2 || c1 > c2 || r1 > r2 {
			return fmt.Errorf("sheet %s: bad range %q", s.Name, m)
		}
	}
	return nil
}

func (s Sheet) write(b *bufio.Writer, first bool, styles *styleTable) error {
	b.WriteString(xml.Header + `<worksheet xmlns="` + nsMain + `">`)
	if s.FitWidth {
		b.WriteString(`<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>`)
	}
	s.writeView(b, first)
	b.WriteString(`<sheetFormatPr defaultRowHeight="` + strconv.Itoa(lineHeight) + `"/>`)
	if len(s.Widths) > 0 {
		b.WriteString(`<cols>`)
		for i, width := range s.Widths {
			if width > 0 {
				fmt.Fprintf(b, `<col min="%d" max="%[1]d" width="%s" customWidth="1"`, i+1, strconv.FormatFloat(width, 'f', -1, 64))
				if i < len(s.Hidden) && s.Hidden[i] {
					b.WriteString(` hidden="1"`)
				}
				b.WriteString(`/>`)
			}
		}
		b.WriteString(`</cols>`)
	}
	b.WriteString(`<sheetData>`)
	n, widest := 0, 0
	for cells, err := range s.rows() {
		widest = max(widest, len(cells))
		if err != nil {
			return err
		}
		if n++; n > MaxRows || len(cells) > MaxColumns {
			return fmt.Errorf("sheet %s: row %d of %d cells: %w", s.Name, n, len(cells), ErrLimit)
		}
		if err := writeRow(b, n, s.lines(n, cells), cells, styles); err != nil {
			return fmt.Errorf("sheet %s: %w", s.Name, err)
		}
	}
	b.WriteString(`</sheetData>`)
	if s.Filter && s.FrozenRows > 0 && widest > 0 {
		b.WriteString(`<autoFilter ref="` + Ref(0, s.FrozenRows-1) + ":" + Ref(widest-1, max(n, s.FrozenRows)-1) + `"/>`)
	}
	if len(s.Merged) > 0 {
		fmt.Fprintf(b, `<mergeCells count="%d">`, len(s.Merged))
		for _, m := range s.Merged {
			b.WriteString(`<mergeCell ref="` + m + `"/>`)
		}
		b.WriteString(`</mergeCells>`)
	}
	b.WriteString(`<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/><pageSetup paperSize="9"`)
	if s.Landscape {
		b.WriteString(` orientation="landscape"`)
	}
	if s.FitWidth {
		b.WriteString(` fitToWidth="1"`)
		if !s.FitHeight {
			b.WriteString(` fitToHeight="0"`)
		}
	}
	b.WriteString(`/>`)
	if s.Header != "" {
		b.WriteString(`<headerFooter><oddHeader>&amp;C` + Escape(strings.ReplaceAll(s.Header, "&", "&&")) + `</oddHeader></headerFooter>`)
	}
	if len(s.Charts) > 0 {
		b.WriteString(`<drawing xmlns:r="` + nsRel + `" r:id="rId1"/>`)
	}
	_, err := b.WriteString(`</worksheet>`)
	return err
}

func (s Sheet) rows() iter.Seq2[[]Cell, error] {
	if s.Rows == nil {
		return func(func([]Cell, error) bool) {}
	}
	return s.Rows
}

func (s Sheet) writeView(b *bufio.Writer, first bool) {
	b.WriteString(`<sheetViews><sheetView workbookViewId="0"`)
	if first {
		b.WriteString(` tabSelected="1"`)
	}
	b.WriteString(`>`)
	pane := ""
	switch {
	case s.FrozenRows > 0 && s.FrozenColumns > 0:
		pane = fmt.Sprintf(`xSplit="%d" ySplit="%d" activePane="bottomRight"`, s.FrozenColumns, s.FrozenRows)
	case s.FrozenRows > 0:
		pane = fmt.Sprintf(`ySplit="%d" activePane="bottomLeft"`, s.FrozenRows)
	case s.FrozenColumns > 0:
		pane = fmt.Sprintf(`xSplit="%d" activePane="topRight"`, s.FrozenColumns)
	}
	if pane != "" {
		fmt.Fprintf(b, `<pane %s topLeftCell="%s" state="frozen"/>`, pane, Ref(s.FrozenColumns, s.FrozenRows))
	}
	b.WriteString(`</sheetView></sheetViews>`)
}

const lineHeight = 15 // points

// lines is how many lines the fullest wrapped cell of a row takes, at least one. LibreOffice does not measure
// this when it opens a workbook. A cell that goes over several others is left out: it has their room.
func (s Sheet) lines(n int, cells []Cell) int {
	most := 1
	for i, c := range cells {
		if !c.style.Wrap || i >= len(s.Widths) || s.Widths[i] <= 0 || slices.ContainsFunc(s.Merged, func(m string) bool { return strings.HasPrefix(m, Ref(i, n-1)+":") }) {
			continue
		}
		lines := 0
		for line := range strings.SplitSeq(c.text, "\n") {
			width := 0
			for _, r := range line {
				width++
				if r >= 0x1100 { // about where wide characters begin; a little too high is harmless
					width++
				}
			}
			lines += max(1, int(math.Ceil(float64(width)/s.Widths[i])))
		}
		most = max(most, lines)
	}
	return min(most, 27) // a row is at most 409 points high
}

func writeRow(b *bufio.Writer, n, lines int, cells []Cell, styles *styleTable) error {
	number := strconv.Itoa(n)
	b.WriteString(`<row r="` + number + `"`)
	if lines > 1 {
		b.WriteString(` ht="` + strconv.Itoa(lines*lineHeight) + `"`)
	}
	b.WriteString(`>`)
	for i, c := range cells {
		if c == (Cell{}) {
			continue
		}
		ref := ColumnName(i) + number
		b.WriteString(`<c r="`)
		b.WriteString(ref)
		b.WriteString(`"`)
		if id := styles.id(c.style); id > 0 {
			b.WriteString(` s="` + strconv.Itoa(id) + `"`)
		}
		switch c.kind {
		case 't':
			if len(c.text) > MaxText && len(utf16.Encode([]rune(c.text))) > MaxText {
				return fmt.Errorf("cell %s: more than %d characters: %w", ref, MaxText, ErrLimit)
			}
			b.WriteString(` t="inlineStr"><is><t xml:space="preserve">`)
			b.WriteString(Escape(encodeControls(c.text)))
			b.WriteString(`</t></is></c>`)
		case 'd':
			b.WriteString(`><v>` + Escape(c.text) + `</v></c>`)
		case 'n':
			b.WriteString(`><v>` + strconv.FormatInt(c.number, 10) + `</v></c>`)
		case 'f':
			b.WriteString(`><f>` + Escape(c.formula) + `</f><v>` + strconv.FormatInt(c.number, 10) + `</v></c>`)
		default:
			b.WriteString(`/>`)
		}
	}
	_, err := b.WriteString(`</row>`)
	return err
}

// Ref is the name of a cell, both counted from 0: Ref(0, 0) is A1.
func Ref(column, row int) string { return ColumnName(column) + strconv.Itoa(row+1) }

// ColumnName is the letters of a column, which counts from 0.
func ColumnName(column int) string {
	var b [16]byte
	i := len(b)
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		i--
		b[i] = 'A' + byte((n-1)%26)
	}
	return string(b[i:])
}

// parseRef reads A1; both results count from 0.
func parseRef(s string) (column, row int, ok bool) {
	i := 0
	for ; i < len(s) && i < 3 && s[i] >= 'A' && s[i] <= 'Z'; i++ {
		column = column*26 + int(s[i]-'A') + 1
	}
	row, err := strconv.Atoi(s[i:])
	if i == 0 || err != nil || s[i] < '1' || s[i] > '9' || column > MaxColumns || row > MaxRows {
		return 0, 0, false
	}
	return column - 1, row - 1, true
}

// encodeControls writes what XML cannot hold as _xHHHH_, and what looks like that as _x005F_x…
// (ISO/IEC 29500-1, 22.9.2.19).
func encodeControls(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r == '\r' || !inXML(r) }) < 0 && !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		_, looks := decodedControl(s[i:])
		if looks || r == '\r' || !inXML(r) {
			fmt.Fprintf(&b, "_x%04X_", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func decodeControls(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		if r, ok := decodedControl(s); ok {
			b.WriteRune(r)
			s = s[len("_x0000_"):]
			continue
		}
		_, n := utf8.DecodeRuneInString(s)
		b.WriteString(s[:n])
		s = s[n:]
	}
	return b.String()
}

// decodedControl reads _xHHHH_ at the beginning of s.
func decodedControl(s string) (rune, bool) {
	if len(s) < 7 || s[0] != '_' || s[1] != 'x' || s[6] != '_' {
		return 0, false
	}
	n, err := strconv.ParseUint(s[2:6], 16, 16)
	return rune(n), err == nil
}
