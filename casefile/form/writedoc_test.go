package form

import (
	"encoding/binary"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// writeDoc writes a document in the binary format of Word, as far as a reader of text needs it: the
// block, one piece table, pages of paragraph properties, in a compound file. With gbk the text is in
// pieces of one byte a character, as old Chinese programs wrote it.
func writeDoc(blocks []Block, gbk bool) []byte {
	var text []uint16
	type para struct {
		end   int // characters
		sprms []byte
	}
	var paras []para
	end := func(mark uint16, sprms []byte) {
		text = append(text, mark)
		paras = append(paras, para{len(text), sprms})
	}
	inTable := []byte{0x16, 0x24, 1}
	for _, block := range blocks {
		if block.Line != nil {
			text = append(text, utf16.Encode([]rune(block.Line.Text))...)
			end('\r', nil)
			continue
		}
		rows, cols := 0, 0
		at := make(map[[2]int]Cell)
		for _, c := range block.Table.Cells {
			rows, cols = max(rows, c.Row+c.RowSpan), max(cols, c.Col+c.ColSpan)
			for y := c.Row; y < c.Row+c.RowSpan; y++ {
				at[[2]int{y, c.Col}] = c
			}
		}
		for y := range rows {
			edges, merge := []int{0}, []uint16{}
			for x := 0; x < cols; {
				c, ok := at[[2]int{y, x}]
				if !ok {
					c = Cell{Row: y, Col: x, RowSpan: 1, ColSpan: 1}
				}
				flags := uint16(0)
				switch {
				case c.Row != y:
					flags = 0x20
				case c.RowSpan > 1:
					flags = 0x60
				}
				if c.Row == y {
					for _, r := range c.Text {
						if r == '\n' {
							end('\r', inTable)
							continue
						}
						text = append(text, utf16.Encode([]rune{r})...)
					}
				}
				end(7, inTable)
				x += c.ColSpan
				edges, merge = append(edges, x*1440), append(merge, flags)
			}
			tap := binary.LittleEndian.AppendUint16([]byte{0x16, 0x24, 1, 0x17, 0x24, 1, 0x08, 0xd6}, uint16(2+2*len(edges)+20*len(merge)))
			tap = append(tap, byte(len(merge)))
			for _, e := range edges {
				tap = binary.LittleEndian.AppendUint16(tap, uint16(e))
			}
			for _, m := range merge {
				tap = append(binary.LittleEndian.AppendUint16(tap, m), make([]byte, 18)...)
			}
			end(7, tap)
		}
	}
	return packDoc(text, func(fc func(int) int) ([]int, [][]byte) {
		var ends []int
		var sprms [][]byte
		for _, p := range paras {
			ends = append(ends, fc(p.end))
			sprms = append(sprms, p.sprms)
		}
		return ends, sprms
	}, gbk)
}

const docText0 = 2048 // where the text begins

func packDoc(text []uint16, paras func(func(int) int) ([]int, [][]byte), gbk bool) []byte {
	le := binary.LittleEndian
	main := make([]byte, docText0)
	le.PutUint16(main, 0xa5ec)
	le.PutUint16(main[2:], 0x00c1)
	le.PutUint16(main[6:], 0x0804)
	le.PutUint16(main[0x0a:], 0x0200)
	le.PutUint16(main[0x20:], 14)
	le.PutUint16(main[0x3e:], 22)
	fc := make([]int, 0, len(text)+1) // place of each character
	var narrow []byte
	if gbk {
		// A character of two bytes takes two places; ends are recomputed below.
		out, _ := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(string(utf16.Decode(text))))
		narrow = out
		n := docText0
		for _, r := range utf16.Decode(text) {
			fc = append(fc, n)
			n++
			if r >= 0x80 {
				n++
			}
		}
		fc = append(fc, n)
		main = append(main, narrow...)
	} else {
		for i := range text {
			fc = append(fc, docText0+2*i)
		}
		fc = append(fc, docText0+2*len(text))
		for _, u := range text {
			main = le.AppendUint16(main, u)
		}
	}
	length := len(text)
	if gbk {
		length = len(narrow)
	}
	le.PutUint32(main[0x4c:], uint32(length))
	for len(main)%512 != 0 {
		main = append(main, 0)
	}
	var offsets [32]byte
	ends, sprms := paras(func(cp int) int { return fc[cp] })
	var plcEnds, plcPages []byte
	plcEnds = le.AppendUint32(plcEnds, docText0)
	for i := 0; i < len(ends); {
		page := make([]byte, 512)
		from, top := docText0, 510
		if i > 0 {
			from = ends[i-1]
		}
		le.PutUint32(page, uint32(from))
		n := 0
		for ; i < len(ends) && n < 25; i++ {
			size := 0
			if len(sprms[i]) > 0 {
				// cb counts words of style and properties; 0 and the next byte where their number is even
				size = 2 + (2+len(sprms[i])+1)&^1
				if 4*(n+2)+13*(n+1) > top-size {
					break
				}
				top = (top - size) &^ 1
				page[top], page[top+1] = 0, byte((size-2)/2)
				copy(page[top+4:], sprms[i])
			}
			if 4*(n+2)+13*(n+1) > top {
				break
			}
			le.PutUint32(page[4*(n+1):], uint32(ends[i]))
			// Offsets of properties stand behind the ends, whose number is not known yet.
			page[511] = byte(n + 1)
			offsets[n] = byte(top / 2)
			if size == 0 {
				offsets[n] = 0
			}
			n++
		}
		for k := range n {
			page[4*(n+1)+13*k] = offsets[k]
		}
		plcEnds = le.AppendUint32(plcEnds, uint32(ends[i-1]))
		plcPages = le.AppendUint32(plcPages, uint32(len(main)/512))
		main = append(main, page...)
	}
	table := []byte{2}
	table = le.AppendUint32(table, 16)
	table = le.AppendUint32(table, 0)
	table = le.AppendUint32(table, uint32(length))
	table = append(table, 0, 0)
	place := uint32(docText0)
	if gbk {
		place = docText0*2 | 0x40000000
	}
	table = le.AppendUint32(table, place)
	table = append(table, 0, 0)
	le.PutUint32(main[0x1a2:], 0)
	le.PutUint32(main[0x1a6:], uint32(len(table)))
	le.PutUint32(main[0x102:], uint32(len(table)))
	le.PutUint32(main[0x106:], uint32(len(plcEnds)+len(plcPages)))
	table = append(append(table, plcEnds...), plcPages...)
	return writeCompound(map[string][]byte{"WordDocument": main, "1Table": table})
}

// writeCompound writes a compound file whose streams lie in whole sectors.
func writeCompound(streams map[string][]byte) []byte {
	le := binary.LittleEndian
	var names []string
	for _, n := range []string{"1Table", "WordDocument", "Data", "EncryptedPackage", "Workbook"} {
		if _, ok := streams[n]; ok {
			names = append(names, n)
		}
	}
	var fat []uint32
	var body []byte
	chain := func(b []byte) uint32 {
		first := uint32(len(fat))
		b = append([]byte(nil), b...)
		for len(b) < 4096 || len(b)%512 != 0 {
			b = append(b, 0)
		}
		for i := 0; i < len(b); i += 512 {
			fat = append(fat, uint32(len(fat))+1)
		}
		fat[len(fat)-1] = 0xfffffffe
		body = append(body, b...)
		return first
	}
	dir := make([]byte, 512)
	entry := func(i int, name string, kind byte, child, right, start uint32, size int) {
		e := dir[128*i:]
		for k, u := range utf16.Encode([]rune(name)) {
			le.PutUint16(e[2*k:], u)
		}
		le.PutUint16(e[64:], uint16(2*len(name)+2))
		e[66] = kind
		le.PutUint32(e[68:], 0xffffffff)
		le.PutUint32(e[72:], right)
		le.PutUint32(e[76:], child)
		le.PutUint32(e[116:], start)
		le.PutUint32(e[120:], uint32(size))
	}
	entry(0, "Root Entry", 5, 1, 0xffffffff, 0xfffffffe, 0)
	for i, n := range names {
		right := uint32(0xffffffff)
		if i+1 < len(names) {
			right = uint32(i + 2)
		}
		b := streams[n]
		entry(i+1, n, 2, 0xffffffff, right, chain(b), max(len(b), 4096))
	}
	dirAt := uint32(len(fat))
	fat = append(fat, 0xfffffffe)
	body = append(body, dir...)
	sectors := (len(fat) + 128) / 127
	fatAt := uint32(len(fat))
	for range sectors {
		fat = append(fat, 0xfffffffd)
	}
	for len(fat) < sectors*128 {
		fat = append(fat, 0xffffffff)
	}
	for _, f := range fat[:sectors*128] {
		body = le.AppendUint32(body, f)
	}
	head := make([]byte, 512)
	copy(head, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	le.PutUint16(head[24:], 0x3e)
	le.PutUint16(head[26:], 3)
	le.PutUint16(head[28:], 0xfffe)
	le.PutUint16(head[30:], 9)
	le.PutUint16(head[32:], 6)
	le.PutUint32(head[44:], uint32(sectors))
	le.PutUint32(head[48:], dirAt)
	le.PutUint32(head[56:], 4096)
	le.PutUint32(head[60:], 0xfffffffe)
	le.PutUint32(head[68:], 0xfffffffe)
	for i := range 109 {
		v := uint32(0xffffffff)
		if i < sectors {
			v = fatAt + uint32(i)
		}
		le.PutUint32(head[76+4*i:], v)
	}
	return append(head, body...)
}
