package form

import (
	"encoding/binary"
	"slices"
	"strings"
)

// docText walks the characters of a document and makes lines and tables of them.
type docText struct {
	b     *binaryDoc
	d     *Document
	place string

	unit  []uint16 // of the paragraph at hand
	gbk   bool     // the paragraph is of one-byte characters
	field []bool   // open fields: whether their result is being read
	cell  []string // paragraphs of the cell at hand
	cells []string // of the row at hand
	rows  []docRow
	size  int
	full  bool
}

// docRow is a row of a table with what its definition says of its cells.
type docRow struct {
	texts []string
	edges []int // one more than cells, in twentieths of a point
	merge []byte
}

// How a cell is merged, by the flags of its definition (TC80).
const (
	mergedLeft  = 1 // belongs to the cell before it
	mergedAbove = 2 // belongs to the cell above it
	mergesDown  = 4 // the first of a column of merged cells
)

// read takes the main text, then headers and text boxes.
func (b *binaryDoc) read(d *Document) {
	from := 0
	for i, n := range b.parts {
		place := ""
		switch i {
		case 0:
		case 2:
			place = "页眉页脚"
		case 6:
			place = "文本框"
		default:
			from += n
			continue
		}
		t := &docText{b: b, d: d, place: place}
		t.walk(from, from+n)
		from += n
	}
}

func (t *docText) walk(from, to int) {
	for _, p := range t.b.pieces {
		if p.end <= from || p.cp >= to || t.full {
			continue
		}
		units := t.b.units(p)
		for k, u := range units {
			if cp := p.cp + k; cp < from || cp >= to {
				continue
			}
			fc := p.fc + 2*k
			if p.narrow {
				fc = p.fc + k
			}
			t.put(u, fc, p.narrow)
			if t.full {
				break
			}
		}
	}
	if len(t.unit) > 0 {
		t.paragraph()
	}
	t.table()
	if t.full {
		t.d.note(NoteCut, "文件内容过长，其余未读取。")
	}
}

// put takes a character (MS-DOC 2.4.1 names those with a meaning of their own).
func (t *docText) put(u uint16, fc int, narrow bool) {
	switch u {
	case 0x13:
		t.field = append(t.field, false)
		return
	case 0x14:
		if n := len(t.field); n > 0 {
			t.field[n-1] = true
		}
		return
	case 0x15:
		if n := len(t.field); n > 0 {
			t.field = t.field[:n-1]
		}
		return
	case 0x01:
		t.addText(t.b.box(fc))
		return
	}
	if slices.Contains(t.field, false) {
		return // the code of a field
	}
	switch u {
	case 0x07:
		t.cellMark(fc)
	case 0x0d:
		t.paragraphEnd(fc)
	case 0x0b, 0x0c, 0x0e:
		t.unit = append(t.unit, '\n')
	case 0x09:
		t.unit = append(t.unit, ' ', ' ')
	case 0x1e:
		t.unit = append(t.unit, '-')
	case 0x1f, 0x00, 0x02, 0x03, 0x04, 0x05, 0x08:
	case '(':
		if s := t.b.symbolAt(fc); s != "" {
			t.addText(s)
			return
		}
		t.unit = append(t.unit, u)
	default:
		t.unit = append(t.unit, u)
	}
	t.gbk = t.gbk || narrow && u >= 0x80
	if len(t.unit) > maxLine || len(t.field) > 1000 {
		t.field = t.field[:min(len(t.field), 1000)]
		t.paragraph()
	}
}

func (t *docText) addText(s string) {
	for _, r := range s {
		t.unit = append(t.unit, uint16(r)) // boxes, all in the first plane
	}
}

func (t *docText) take() string {
	s := decodeUnits(t.unit)
	if t.gbk {
		s = chinese(s)
	}
	t.unit, t.gbk = t.unit[:0], false
	if t.size += len(s) + 1; t.size > maxText {
		t.full = true
	}
	return clean(s)
}

// paragraphEnd ends a paragraph, of a cell or of the text.
func (t *docText) paragraphEnd(fc int) {
	inTable := false
	eachSprm(t.b.paragraphAt(fc), func(code uint16, v []byte) {
		if code == 0x2416 && v[0] != 0 || code == 0x6649 && binary.LittleEndian.Uint32(v) > 0 {
			inTable = true
		}
	})
	if inTable {
		t.cell = append(t.cell, t.take())
		return
	}
	t.paragraph()
}

func (t *docText) paragraph() {
	t.table()
	if !t.d.line(t.take(), t.place) {
		t.full = true
	}
}

// cellMark ends a cell, or a row where the properties of the mark say so.
func (t *docText) cellMark(fc int) {
	end := false
	var row docRow
	eachSprm(t.b.paragraphAt(fc), func(code uint16, v []byte) {
		switch code {
		case 0x2417: // sprmPFTtp
			end = v[0] != 0
		case 0xd608: // sprmTDefTable
			row.define(v)
		case 0xd62b: // sprmTVertMerge: the cell and 1 for merged, 3 for the first
			if len(v) >= 3 && int(v[1]) < len(row.merge) {
				row.merge[v[1]] = map[byte]byte{1: mergedAbove, 3: mergesDown}[v[2]]
			}
		}
	})
	if end {
		t.unit = t.unit[:0]
		row.texts = t.cells
		t.cells, t.cell = nil, nil
		if len(t.rows) < maxGridRows && len(row.texts) > 0 {
			t.rows = append(t.rows, row)
		}
		return
	}
	t.cells = append(t.cells, strings.TrimSpace(strings.Join(append(t.cell, t.take()), "\n")))
	t.cell = nil
	if len(t.cells) > maxGridCols {
		t.full = true
	}
}

// define reads a row's definition (2.9.321): the edges of its cells, and how they are merged.
func (r *docRow) define(v []byte) {
	if len(v) < 3 {
		return
	}
	n := int(v[2])
	v = v[3:]
	for i := 0; i <= n && len(v) >= 2; i++ {
		r.edges = append(r.edges, int(int16(binary.LittleEndian.Uint16(v))))
		v = v[2:]
	}
	for i := 0; i < n && len(v) >= 20; i++ {
		flags := binary.LittleEndian.Uint16(v)
		m := byte(0)
		switch {
		case flags&0x2 != 0:
			m = mergedLeft
		case flags&0x40 != 0:
			m = mergesDown
		case flags&0x20 != 0:
			m = mergedAbove
		}
		r.merge = append(r.merge, m)
		v = v[20:]
	}
	for len(r.merge) < n {
		r.merge = append(r.merge, 0)
	}
}

// table makes a table of the rows at hand. Columns are where any row has an edge.
func (t *docText) table() {
	if len(t.cells) > 0 { // a row without its end
		t.rows = append(t.rows, docRow{texts: t.cells})
		t.cells = nil
	}
	if len(t.rows) == 0 {
		return
	}
	var edges []int
	for _, r := range t.rows {
		if len(r.edges) == len(r.texts)+1 {
			edges = append(edges, r.edges...)
		}
	}
	slices.Sort(edges)
	edges = slices.CompactFunc(edges, func(a, b int) bool { return max(a-b, b-a) < 20 })
	table := Table{Place: t.place}
	open := make(map[int]int) // cell that goes on downwards, by its column
	for y, r := range t.rows {
		r.cells(y, edges, &table, open)
	}
	t.rows = nil
	if len(table.Cells) == 0 {
		return
	}
	if oneColumn(table.Cells) {
		for _, c := range table.Cells {
			if !t.d.line(c.Text, t.place) {
				t.full = true
			}
		}
		return
	}
	if !t.d.table(table) {
		t.full = true
	}
}

func oneColumn(cells []Cell) bool {
	return !slices.ContainsFunc(cells, func(c Cell) bool { return c.Col > 0 })
}

func (r docRow) cells(y int, edges []int, table *Table, open map[int]int) {
	exact := len(r.edges) == len(r.texts)+1
	for i, text := range r.texts {
		c := Cell{Row: y, Col: i, RowSpan: 1, ColSpan: 1, Text: text}
		if exact {
			c.Col = column(edges, r.edges[i])
			c.ColSpan = max(1, column(edges, r.edges[i+1])-c.Col)
		}
		m := byte(0)
		if i < len(r.merge) {
			m = r.merge[i]
		}
		switch above, ok := open[c.Col]; {
		case m == mergedLeft && len(table.Cells) > 0 && table.Cells[len(table.Cells)-1].Row == y:
			table.Cells[len(table.Cells)-1].ColSpan += c.ColSpan
			continue
		case m == mergedAbove && ok:
			table.Cells[above].RowSpan++
			continue
		}
		table.Cells = append(table.Cells, c)
		delete(open, c.Col)
		if m == mergesDown {
			open[c.Col] = len(table.Cells) - 1
		}
	}
}

// column is the place of an edge among all edges.
func column(edges []int, at int) int {
	i, _ := slices.BinarySearch(edges, at-20)
	return min(max(0, i), maxGridCols-1)
}

// symbolAt returns the box that a character of a symbol font draws: the text holds only a "(".
func (b *binaryDoc) symbolAt(fc int) (s string) {
	eachSprm(find(b.runs, fc), func(code uint16, v []byte) {
		if code == 0x6a09 { // sprmCSymbol: font, character
			s = symbol("", rune(binary.LittleEndian.Uint16(v[2:])))
		}
	})
	return s
}

// box returns the state of a form field's box: its character leads to data in another stream (2.9.78).
func (b *binaryDoc) box(fc int) (s string) {
	eachSprm(find(b.runs, fc), func(code uint16, v []byte) {
		if code != 0x6a03 { // sprmCPicLocation
			return
		}
		at := uint64(binary.LittleEndian.Uint32(v))
		if at+4 > uint64(len(b.data)) {
			return
		}
		rec := b.data[at:]
		if size := uint64(binary.LittleEndian.Uint32(rec)); size < uint64(len(rec)) {
			rec = rec[:size]
		}
		if len(rec) < 6 {
			return
		}
		head := int(binary.LittleEndian.Uint16(rec[4:]))
		if head < 0x44 || head+10 > len(rec) {
			return
		}
		f := rec[head:]
		if binary.LittleEndian.Uint32(f) != 0xffffffff || f[4]&3 != 1 {
			return // no form field, or no box
		}
		switch state := f[4] >> 2 & 0x1f; state {
		case 0:
			s = "□"
		case 1:
			s = "☑"
		default: // as the field's default says, which stands behind its name
			s = "□"
			if name := f[10:]; len(name) >= 2 {
				n := 2 + 2*int(binary.LittleEndian.Uint16(name)) + 2
				if n < len(name) && name[n] == 1 {
					s = "☑"
				}
			}
		}
	})
	return s
}
