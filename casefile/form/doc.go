package form

import (
	"encoding/binary"
	"errors"
	"sort"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// readDoc takes a compound file: a document of Word 97–2003, which Kingsoft's .wps is, too. Others are
// named for what they are.
func (d *Document) readDoc(body []byte) {
	c, err := openCompound(body)
	if err != nil {
		d.note(NoteDamaged, "文件损坏，未能读取，请打开原件查看。")
		return
	}
	switch {
	case c.has("EncryptedPackage"):
		d.note(NoteEncrypted, "文件有密码，未能读取，请与申请人联系。")
		return
	case c.has("WordDocument"):
	case c.has("Workbook") || c.has("Book"):
		d.Format = Other
		d.note(NoteUnread, "这是旧版 Excel 表格（.xls），不能自动读取，请打开原件查看。")
		return
	case c.has("MatOST") || c.has("CONTENTS"):
		d.Format = Other
		d.note(NoteUnread, "这是 Microsoft Works 文档，不能自动读取，请打开原件查看。")
		return
	default:
		d.Format = Other
		d.note(NoteUnread, "这种文件不能自动读取，请打开原件查看。")
		return
	}
	b := &binaryDoc{main: c.stream("WordDocument"), data: nil}
	switch err := b.open(c); {
	case errors.Is(err, errEncrypted):
		d.note(NoteEncrypted, "文件有密码，未能读取，请与申请人联系。")
		return
	case err != nil:
		d.note(NoteDamaged, "文件损坏或版本过旧，未能读取，请打开原件查看。")
		return
	}
	b.read(d)
	if !d.hasText() {
		d.note(NoteScan, "文档里没有文字，可能只有图片（扫描件或照片），内容须人工查看。")
	}
}

var errEncrypted = errors.New("encrypted")

// binaryDoc is a document in the binary format of Word (MS-DOC). Its text lies in pieces, some of one
// byte a character, some of two; a character has a position within the text (CP) and a place in the
// stream (FC), by which its properties are found.
type binaryDoc struct {
	main  []byte // stream WordDocument
	table []byte // stream 0Table or 1Table
	data  []byte // stream Data
	east  bool   // one-byte text is in a Chinese code page

	pieces []piece
	runs   []run // properties of characters, by place
	paras  []run // properties of paragraphs, by place
	parts  [7]int
}

// piece is a stretch of text that lies together.
type piece struct {
	cp, end int // characters
	fc      int // bytes, in WordDocument
	narrow  bool
}

// run is a stretch of the stream with the properties that hold in it.
type run struct {
	from, to int
	sprms    []byte
}

// open reads the file information block (MS-DOC 2.5) and the tables that it leads to.
func (b *binaryDoc) open(c *compound) error {
	le := binary.LittleEndian
	m := b.main
	if len(m) < 0x1aa || le.Uint16(m) != 0xa5ec {
		return errCompound // Word 6 and earlier among them
	}
	flags := le.Uint16(m[0x0a:])
	if flags&0x0100 != 0 {
		return errEncrypted
	}
	name := "0Table"
	if flags&0x0200 != 0 {
		name = "1Table"
	}
	b.table, b.data = c.stream(name), c.stream("Data")
	lid := le.Uint16(m[0x06:])
	b.east = lid == 0x0804 || le.Uint16(m[0x3c:]) == 0x0804 // lidFE
	for i, at := range []int{0x4c, 0x50, 0x54, 0x58, 0x5c, 0x60, 0x64} {
		b.parts[i] = int(min(le.Uint32(m[at:]), uint32(len(m))))
	}
	if err := b.pieceTable(b.at(0x1a2)); err != nil {
		return err
	}
	b.runs = b.pages(b.at(0xfa), characters)
	b.paras = b.pages(b.at(0x102), paragraphs)
	return nil
}

// at returns a part of the table stream by its offset and length in the block.
func (b *binaryDoc) at(place int) []byte {
	from, size := binary.LittleEndian.Uint32(b.main[place:]), binary.LittleEndian.Uint32(b.main[place+4:])
	if uint64(from) >= uint64(len(b.table)) {
		return nil
	}
	return b.table[from:min(uint64(from)+uint64(size), uint64(len(b.table)))]
}

// pieceTable reads the Clx (2.9.38).
func (b *binaryDoc) pieceTable(clx []byte) error {
	le := binary.LittleEndian
	for len(clx) >= 3 && clx[0] == 1 { // properties that pieces refer to
		n := 3 + int(le.Uint16(clx[1:]))
		if n > len(clx) {
			return errCompound
		}
		clx = clx[n:]
	}
	if len(clx) < 5 || clx[0] != 2 {
		return errCompound
	}
	plc := clx[5:]
	plc = plc[:min(len(plc), int(le.Uint32(clx[1:])))]
	n := (len(plc) - 4) / 12
	for i := range max(0, min(n, maxPieces)) {
		p := piece{cp: int(le.Uint32(plc[4*i:])), end: int(le.Uint32(plc[4*i+4:]))}
		fc := le.Uint32(plc[4*(n+1)+8*i+2:])
		p.narrow = fc&0x40000000 != 0
		p.fc = int(fc &^ 0xc0000000)
		if p.narrow {
			p.fc /= 2
		}
		if p.end <= p.cp || len(b.pieces) > 0 && p.cp != b.pieces[len(b.pieces)-1].end {
			return errCompound
		}
		b.pieces = append(b.pieces, p)
	}
	if len(b.pieces) == 0 {
		return errCompound
	}
	return nil
}

const (
	maxPieces     = 100000
	maxProperties = 200000
)

type pageKind int

const (
	characters pageKind = iota
	paragraphs
)

// pages reads formatted disk pages (2.9.33, 2.9.175): where properties begin and end, and what they are.
func (b *binaryDoc) pages(plc []byte, kind pageKind) []run {
	le := binary.LittleEndian
	n := (len(plc) - 4) / 8
	var all []run
	for i := range max(0, n) {
		number := uint64(le.Uint32(plc[4*(n+1)+4*i:]) & 0x3fffff)
		if number*512+512 > uint64(len(b.main)) || len(all) > maxProperties {
			continue
		}
		page := b.main[number*512:][:512]
		count := int(page[511])
		for k := range count {
			if 4*k+8 > 511 {
				break
			}
			r := run{from: int(le.Uint32(page[4*k:])), to: int(le.Uint32(page[4*k+4:]))}
			size := 1
			if kind == paragraphs {
				size = 13
			}
			at := 4*(count+1) + size*k
			if at >= 511 {
				break
			}
			r.sprms = properties(page, 2*int(page[at]), kind)
			all = append(all, r)
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].from < all[j].from })
	return all
}

func properties(page []byte, at int, kind pageKind) []byte {
	if at == 0 || at >= 511 {
		return nil
	}
	size := int(page[at])
	at++
	if kind == paragraphs {
		if size == 0 {
			size = 2 * int(page[min(at, 510)])
			at++
		} else {
			size = 2*size - 1
		}
		at, size = at+2, size-2 // the style stands before
	}
	if size <= 0 || at >= 511 {
		return nil
	}
	return page[at:min(at+size, 511)]
}

// find returns the properties that hold at a place.
func find(runs []run, fc int) []byte {
	i := sort.Search(len(runs), func(i int) bool { return runs[i].from > fc }) - 1
	if i < 0 || fc >= runs[i].to {
		return nil
	}
	return runs[i].sprms
}

// paragraphAt returns the properties of the paragraph at a place. Those of a long row lie in another
// stream (sprmPHugePapx).
func (b *binaryDoc) paragraphAt(fc int) []byte {
	sprms := find(b.paras, fc)
	huge := sprms
	eachSprm(sprms, func(code uint16, v []byte) {
		if code != 0x6646 && code != 0x6645 {
			return
		}
		at := uint64(binary.LittleEndian.Uint32(v))
		if at+2 > uint64(len(b.data)) {
			return
		}
		rec := b.data[at:]
		huge = rec[2:][:min(len(rec)-2, int(binary.LittleEndian.Uint16(rec)))]
	})
	return huge
}

// eachSprm walks properties: a code, which tells its operand's size, and the operand (2.2.5).
func eachSprm(b []byte, f func(code uint16, operand []byte)) {
	for len(b) >= 2 {
		code := binary.LittleEndian.Uint16(b)
		b = b[2:]
		size := 0
		switch code >> 13 {
		case 0, 1:
			size = 1
		case 2, 4, 5:
			size = 2
		case 3:
			size = 4
		case 7:
			size = 3
		case 6:
			if len(b) == 0 {
				return
			}
			size = 1 + int(b[0])
			if code == 0xd608 && len(b) >= 2 { // sprmTDefTable counts with two bytes
				size = 1 + int(binary.LittleEndian.Uint16(b))
			} else if code == 0xc615 && b[0] == 255 {
				return
			}
		}
		if size > len(b) {
			return
		}
		f(code, b[:size])
		b = b[size:]
	}
}

// text decodes the characters of a piece from cp on. Each is one UTF-16 unit or one byte; pieces of
// bytes are cp1252 by the book, and GBK where old Chinese programs wrote them.
func (b *binaryDoc) units(p piece) []uint16 {
	n := p.end - p.cp
	if p.fc < 0 || p.fc >= len(b.main) {
		return nil
	}
	if !p.narrow {
		raw := b.main[p.fc:min(p.fc+2*n, len(b.main))]
		out := make([]uint16, 0, len(raw)/2)
		for ; len(raw) >= 2; raw = raw[2:] {
			out = append(out, binary.LittleEndian.Uint16(raw))
		}
		return out
	}
	raw := b.main[p.fc:min(p.fc+n, len(b.main))]
	out := make([]uint16, 0, len(raw))
	for _, c := range raw {
		out = append(out, uint16(charmap.Windows1252.DecodeByte(c)))
	}
	return out
}

// chinese decodes text that was taken for cp1252 and is GBK: many high letters, all in pairs.
func chinese(s string) string {
	raw := make([]byte, 0, len(s))
	high := 0
	for _, r := range s {
		c, ok := charmap.Windows1252.EncodeRune(r)
		if !ok {
			return s
		}
		if c >= 0x81 {
			high++
		}
		raw = append(raw, c)
	}
	if high < 2 || high*3 < len(strings.TrimSpace(s)) {
		return s
	}
	out, err := simplifiedchinese.GBK.NewDecoder().Bytes(raw)
	if err != nil || strings.ContainsRune(string(out), '\ufffd') {
		return s
	}
	return string(out)
}

func decodeUnits(u []uint16) string { return string(utf16.Decode(u)) }
