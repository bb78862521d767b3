package form

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// Rich Text Format 1.9: groups in braces, control words, and text in the document's code page or as \u. The text is
// taken, and tables with the cells that were merged.

const maxRTFDepth = 400

// readRTF takes a document's text.
func (d *Document) readRTF(body []byte) {
	r := rtf{d: d, b: body, codepage: simplifiedchinese.GB18030, stack: []rtfState{{skip: 1}}}
	r.run()
	r.endTable()
	r.lines()
	if r.broken {
		d.note(NoteDamaged, "RTF 文件不完整，已读出的保留。")
	}
	if r.picture {
		d.note(NoteImage, "文件里有图片，图片的内容须人工查看。")
	}
}

// rtfState is what a group inherits and restores.
type rtfState struct {
	silent  bool // a destination that is no text
	hidden  bool // of characters
	deleted bool // as well
	skip    int  // characters behind a \u that stand for it
	inTable bool // of the paragraph
}

type rtf struct {
	d        *Document
	b        []byte
	codepage encoding.Encoding
	out      strings.Builder
	raw      []byte   // bytes in the code page, not yet decoded
	units    []uint16 // UTF-16 of \u, not yet decoded
	pending  int      // characters to be passed after a \u
	stack    []rtfState
	first    bool // in a group that has just begun
	broken   bool
	picture  bool
	taken    int // bytes of text that went on to the document
	table    rtfTable
}

func (r *rtf) top() *rtfState { return &r.stack[len(r.stack)-1] }

// shown reports whether what follows is text that a reader sees.
func (r *rtf) shown() bool {
	s := r.top()
	return !s.silent && !s.hidden && !s.deleted
}

// text gives the text that was gathered since it was asked last.
func (r *rtf) text() string {
	r.flush()
	s := r.out.String()
	r.out.Reset()
	r.taken += len(s)
	return s
}

// lines takes what was gathered for lines of text.
func (r *rtf) lines() {
	if s := strings.TrimSuffix(r.text(), "\n"); s != "" {
		r.d.readText(s)
	}
}

// flush decodes what was gathered: a character may be two bytes, or two units.
func (r *rtf) flush() {
	if len(r.raw) > 0 {
		s, err := r.codepage.NewDecoder().Bytes(r.raw)
		if err != nil {
			s = bytes.ToValidUTF8(r.raw, []byte("\ufffd"))
		}
		r.out.Write(s)
		r.raw = r.raw[:0]
	}
	if len(r.units) > 0 {
		r.out.WriteString(string(utf16.Decode(r.units)))
		r.units = r.units[:0]
	}
}

func (r *rtf) put(c byte) {
	if r.pending > 0 {
		r.pending--
		return
	}
	if r.shown() {
		if len(r.units) > 0 {
			r.flush()
		}
		r.raw = append(r.raw, c)
	}
}

func (r *rtf) write(s string) {
	r.pending = 0
	if r.shown() {
		r.flush()
		r.out.WriteString(s)
	}
}

func (r *rtf) run() {
	for i := 0; i < len(r.b) && r.taken+r.out.Len() < 4*maxText; {
		c := r.b[i]
		i++
		switch c {
		case '{':
			if r.pending = 0; len(r.stack) >= maxRTFDepth {
				r.broken = true
				return
			}
			r.stack = append(r.stack, *r.top())
			r.first = true
			continue
		case '}':
			if r.pending = 0; len(r.stack) > 1 {
				r.stack = r.stack[:len(r.stack)-1]
			}
		case '\r', '\n':
			continue
		case '\\':
			i = r.control(i)
			continue
		default:
			r.put(c)
		}
		r.first = false
	}
	r.broken = r.broken || len(r.stack) > 1
}

// control reads a control word or symbol behind its backslash and returns where it ends.
func (r *rtf) control(i int) int {
	if i >= len(r.b) {
		return i
	}
	c := r.b[i]
	if c < 'a' || c > 'z' {
		i++
		switch c {
		case '\'':
			if n, err := strconv.ParseUint(string(r.b[i:min(i+2, len(r.b))]), 16, 8); err == nil && i+2 <= len(r.b) {
				r.put(byte(n))
				i += 2
			}
		case '*':
			r.top().silent = true // unless the word that follows is known, and none of those is text
		case '\\', '{', '}':
			r.put(c)
		case '~':
			r.write(" ")
		case '\r', '\n':
			r.write("\n")
		}
		r.first = false
		return i
	}
	k := i
	for k < len(r.b) && k-i < 32 && r.b[k] >= 'a' && r.b[k] <= 'z' {
		k++
	}
	word := string(r.b[i:k])
	n := k
	if n < len(r.b) && r.b[n] == '-' {
		n++
	}
	for n < len(r.b) && n-k < 11 && isDigit(r.b[n]) {
		n++
	}
	number, err := strconv.Atoi(string(r.b[k:n]))
	if n < len(r.b) && r.b[n] == ' ' {
		n++
	}
	return r.word(word, number, err == nil, n)
}

// ofTable tells the words that make rows.
func ofTable(word string) bool {
	switch word {
	case "trowd", "clvmrg", "clmrg", "cellx", "cell", "row":
		return true
	}
	return false
}

func (r *rtf) word(word string, number int, has bool, next int) int {
	begins := r.first
	r.first = false
	if r.top().silent && ofTable(word) {
		return next // of a table within a cell, whose rows are no rows of ours
	}
	switch word {
	case "par", "sect", "page":
		if !r.top().inTable {
			r.endTable()
		}
		r.write("\n")
	case "line":
		r.write("\n")
	case "tab", "nestcell":
		r.write("\t")
	case "trowd":
		if len(r.table.rows) == 0 && r.table.row == nil { // what was gathered stands before the table
			r.lines()
		}
		r.table.edges = r.table.edges[:0]
	case "clvmrg":
		r.table.next.below = true
	case "clmrg":
		r.table.next.joined = true
	case "cellx":
		r.table.edge(number)
	case "pard":
		r.top().inTable = false
	case "intbl":
		r.top().inTable = true
	case "cell":
		r.table.cell(strings.TrimSpace(clean(r.text())))
	case "row":
		r.table.endRow()
	case "emdash", "endash":
		r.write("—")
	case "lquote", "rquote", "ldblquote", "rdblquote":
		r.write(map[string]string{"lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”"}[word])
	case "u":
		if has && r.pending == 0 && r.shown() {
			if len(r.raw) > 0 {
				r.flush()
			}
			r.units = append(r.units, uint16(number))
		}
		r.pending = max(0, min(r.top().skip, 16))
	case "uc":
		r.top().skip = number
	case "ansicpg":
		switch number {
		case 950:
			r.codepage = traditionalchinese.Big5
		case 1252:
			r.codepage = charmap.Windows1252
		}
	case "fcharset":
		if number == 134 { // Chinese text is in GBK, whatever the document says about itself
			r.codepage = simplifiedchinese.GB18030
		}
	case "v":
		r.top().hidden = !has || number != 0
	case "deleted":
		r.top().deleted = !has || number != 0
	case "plain":
		r.top().hidden, r.top().deleted = false, false
	case "bin":
		return min(len(r.b), next+max(0, number))
	case "pict":
		r.picture = true
		r.top().silent = true
	case "fonttbl", "colortbl", "stylesheet", "info", "object", "themedata", "datastore", "listtable", "listoverridetable", "rsidtbl", "generator", "xmlnstbl", "fldinst":
		if begins || word != "object" {
			r.top().silent = true
		}
	}
	return next
}
