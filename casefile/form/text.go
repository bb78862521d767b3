package form

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode/utf32"

	utf16 "golang.org/x/text/encoding/unicode"

	"ysq.internal/ysq/casefile/regexp"
)

// decodeText turns bytes whose charset nobody told into text: by their mark, as UTF-8 if they are that,
// otherwise as GB18030, which holds GBK and GB2312. The charset that a mail's header names is not at hand
// here; for what these offices receive the bytes tell.
func decodeText(b []byte) string { return decodeAll(b[:min(len(b), 4*maxText)]) }

func validUTF8(b []byte) bool { return utf8.Valid(b) }

func decodeAll(b []byte) string {
	var enc encoding.Encoding
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		b = b[3:]
	case bytes.HasPrefix(b, []byte("\xff\xfe\x00\x00")):
		enc = utf32.UTF32(utf32.LittleEndian, utf32.ExpectBOM)
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("\xfe\xff")):
		enc = utf16.UTF16(utf16.LittleEndian, utf16.ExpectBOM)
	case !utf8.Valid(b) && !utf8.Valid(b[:max(0, len(b)-3)]) && !utf8.Valid(b[:max(0, len(b)-2)]) && !utf8.Valid(b[:max(0, len(b)-1)]):
		enc = simplifiedchinese.GB18030
	}
	if enc != nil {
		if out, err := enc.NewDecoder().Bytes(b); err == nil {
			b = out
		}
	}
	return strings.ToValidUTF8(string(b), "\ufffd")
}

// clean takes from text what is no text: control characters, marks of direction and of width, and it
// makes line ends plain.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\v' || r == '\f' || r == '\u2028' || r == '\u2029' || r == '\u0085':
			return '\n'
		case r == '\u00a0':
			return ' '
		case unicode.Is(unicode.Cf, r), unicode.IsControl(r), r == '\ufffc', r >= '\ufe00' && r <= '\ufe0f':
			return -1
		case r >= 0xf000 && r <= 0xf0ff:
			for _, box := range symbol("", r) {
				return box // a box of a symbol font, put into text as it is
			}
			return -1
		case r >= 0x2e80 && r <= 0x2fdf:
			return foldRune(r) // a radical in the place of a character, as PDF files have them
		}
		return r
	}, s)
}

// readText takes plain text. Lines with tabs are rows of a table: so package mailbox/parse writes the
// tables of a page, and so tables look that were copied into a mail.
func (d *Document) readText(text string) {
	if len(text) > maxText {
		text = clip(text, maxText)
		d.note(NoteCut, "正文过长，其余未读取。")
	}
	q := quotes{}
	var rows [][]string
	flush := func() {
		d.rows(rows)
		rows = nil
	}
	for l := range strings.SplitSeq(clean(text), "\n") {
		quoted, bare := q.see(l)
		if cells, drawn := stroked(bare); drawn && !quoted {
			if len(cells) > 0 {
				rows = append(rows, cells)
			}
			continue
		}
		if cells := strings.Split(strings.Trim(bare, " "), "\t"); !quoted && len(cells) > 1 && strings.TrimSpace(bare) != "" {
			rows = append(rows, cells)
			continue
		}
		flush()
		if !d.line(bare, "") {
			break
		}
		d.Blocks[len(d.Blocks)-1].Line.Quoted = quoted
	}
	flush()
}

var (
	strokedRow  = regexp.MustCompile(`^\s*[|│┃║｜](.*[|│┃║｜].*)[|│┃║｜]\s*$`)
	strokedRule = regexp.MustCompile(`^\s*[|│┃├┼┤┌┬┐└┴┘╔╦╗╠╬╣╚╩╝║+][-=:─━═+|│┃├┼┤┌┬┐└┴┘╔╦╗╠╬╣╚╩╝║\s]*$`)
)

// stroked reads a row of a table that is drawn with characters: | 姓名 | 张三 |. A line between rows has no cells.
func stroked(l string) (cells []string, drawn bool) {
	if strokedRule.MatchString(l) && strings.ContainsAny(l, "-=─━═") {
		return nil, true
	}
	m := strokedRow.FindStringSubmatch(l)
	if m == nil {
		return nil, false
	}
	return strings.FieldsFunc(" "+strings.ReplaceAll(m[1], "|", " | ")+" ", func(r rune) bool { return strings.ContainsRune("|│┃║｜", r) }), true
}

// rows adds a table of cells that nobody merged.
func (d *Document) rows(rows [][]string) {
	if len(rows) == 0 {
		return
	}
	var t Table
	for r, row := range rows {
		for c, text := range row {
			t.Cells = append(t.Cells, Cell{Row: r, Col: c, RowSpan: 1, ColSpan: 1, Text: strings.TrimSpace(text)})
		}
	}
	d.table(t)
}

// table adds a table within the limits.
func (d *Document) table(t Table) bool {
	if d.tables >= maxTables || d.cells+len(t.Cells) > maxCells {
		d.note(NoteCut, "表格过多或过大，其余未读取。")
		return false
	}
	for i, c := range t.Cells {
		if !d.room(c.Text, 72) {
			t.Cells = t.Cells[:i]
			break
		}
	}
	d.Blocks = append(d.Blocks, Block{Table: &t})
	d.tables, d.cells = d.tables+1, d.cells+len(t.Cells)
	return d.size < maxSize
}

// quotes tells which lines of a mail repeat an earlier one.
type quotes struct{ below bool }

var (
	quoteHead = regexp.MustCompile(`^—— 嵌套邮件：|^[\s>]*(-{2,}\s*(原始邮件|原邮件|回复的原邮件|转发邮件信息|转发的邮件|原始信息|Original Message|Forwarded [Mm]essage|Forwarded Message)\s*-{2,}|-{6,}\s*Original|(在|At|On)\s*.{6,80}(写道|wrote)\s*[:：]?\s*$)`)
)

func (q *quotes) see(l string) (quoted bool, bare string) {
	if quoteHead.MatchString(l) {
		q.below = true
		return true, l
	}
	if t := strings.TrimLeft(l, " "); strings.HasPrefix(t, ">") {
		return true, strings.TrimLeft(t, "> ")
	}
	return q.below, l
}
