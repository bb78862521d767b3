package parse

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"ysq.internal/ysq/casefile/unseen"
)

// htmlText turns HTML into the text that a person would read, at most most bytes of it. Cells of a
// table row are parted by a tab and rows by a line end, so that a label and the value in the next
// cell can be told apart later. The tokenizer is used and not the parser: it is linear and has no
// tree to nest. unshown is the beginning of what the page's author hid, which is left out.
func htmlText(src []byte, most int) (text, unshown string) {
	p := htmlPrinter{most: most}
	z := html.NewTokenizer(bytes.NewReader(src))
	for len(p.out) < most {
		switch z.Next() {
		case html.ErrorToken:
			return p.finish(), cleanLine(clip(string(p.unshown), maxUnshown))
		case html.TextToken:
			if p.skip != 0 {
				if p.skip == atom.Style {
					p.hidden.Sheet(string(z.Text()))
				}
				break
			}
			if b := z.Text(); !p.hidden.Hidden() {
				p.text(b)
			} else if len(p.unshown) < maxUnshown {
				p.unshown = append(p.unshown, bytes.TrimSpace(b)...)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, attrs := z.TagName()
			tag := atom.Lookup(name)
			var a inputAttrs
			if attrs {
				a.read(z)
			}
			if p.skip == 0 {
				p.hidden.Start(tag, a.look)
			}
			if tag == atom.Input && attrs && !p.hidden.Hidden() {
				p.input(a)
			}
			p.start(tag)
		case html.EndTagToken:
			name, _ := z.TagName()
			tag := atom.Lookup(name)
			if p.close(tag); p.skip == 0 {
				p.hidden.End(tag)
			}
		}
	}
	return p.finish(), cleanLine(clip(string(p.unshown), maxUnshown))
}

const maxUnshown = 120

type htmlPrinter struct {
	out    []byte
	most   int
	skip   atom.Atom // inside of this element nothing is text
	pre    int
	tables []htmlTable // the open ones, outermost first
	deep   int         // tables open beyond maxTables, which are not told apart
	space  bool        // a blank is due before the next word

	hidden  unseen.Elements
	unshown []byte
}

type htmlTable struct {
	cell  int // where the open cell begins in out, -1 for none
	count int // cells of the row so far
}

const (
	maxTables    = 32
	maxPlainCell = 2 << 10 // a longer cell is layout: its lines stay
)

func (p *htmlPrinter) text(b []byte) {
	for _, r := range string(b) {
		if unicode.IsSpace(r) && p.pre == 0 || r == '\u00a0' {
			p.space = true
			continue
		}
		if r == '\u200b' || r == '\ufeff' {
			continue
		}
		p.blank()
		p.out = utf8.AppendRune(p.out, r)
	}
}

func (p *htmlPrinter) blank() {
	if p.space && len(p.out) > 0 && p.last() != '\n' && p.last() != '\t' && p.last() != ' ' {
		p.out = append(p.out, ' ')
	}
	p.space = false
}

func (p *htmlPrinter) last() byte {
	if len(p.out) == 0 {
		return '\n'
	}
	return p.out[len(p.out)-1]
}

// line ends the line at hand unless it is empty.
func (p *htmlPrinter) line() {
	p.space = false
	if n := len(p.tables); n > 0 && p.tables[n-1].cell == len(p.out) {
		return // at the beginning of a cell
	}
	if p.last() != '\n' {
		p.out = append(p.out, '\n')
	}
}

func (p *htmlPrinter) start(tag atom.Atom) {
	if p.skip != 0 {
		return
	}
	switch tag {
	case atom.Script, atom.Style, atom.Title, atom.Iframe, atom.Noembed, atom.Noframes:
		p.skip = tag
	case atom.Br:
		p.space = false
		p.out = append(p.out, '\n')
	case atom.Pre, atom.Textarea:
		p.line()
		p.pre++
	case atom.Table:
		p.line()
		if len(p.tables) == maxTables {
			p.deep++
		} else {
			p.tables = append(p.tables, htmlTable{cell: -1})
		}
	case atom.Tr:
		p.endCell()
		p.line()
		if n := len(p.tables); n > 0 {
			p.tables[n-1].count = 0
		}
	case atom.Td, atom.Th:
		p.beginCell()
	default:
		if block(tag) {
			p.line()
		}
	}
}

func (p *htmlPrinter) close(tag atom.Atom) {
	if p.skip != 0 {
		if tag == p.skip {
			p.skip = 0
		}
		return
	}
	switch tag {
	case atom.Pre, atom.Textarea:
		p.pre = max(0, p.pre-1)
		p.line()
	case atom.Table:
		if p.deep > 0 {
			p.deep--
		} else if p.endCell(); len(p.tables) > 0 {
			p.tables = p.tables[:len(p.tables)-1]
		}
		p.line()
	case atom.Td, atom.Th:
		p.endCell()
	case atom.Tr:
		p.endCell()
		p.line()
	default:
		if block(tag) {
			p.line()
		}
	}
}

func (p *htmlPrinter) beginCell() {
	if len(p.tables) == 0 {
		p.tables = append(p.tables, htmlTable{cell: -1})
	}
	p.endCell()
	t := &p.tables[len(p.tables)-1]
	if t.count > 0 {
		p.out = append(p.out, '\t')
	}
	t.count++
	t.cell = len(p.out)
	p.space = false
}

// endCell makes one line of a cell that is no layout, so that "姓<br>名" stays a label.
func (p *htmlPrinter) endCell() {
	if len(p.tables) == 0 {
		return
	}
	t := &p.tables[len(p.tables)-1]
	if t.cell < 0 || t.cell > len(p.out) {
		return
	}
	cell := bytes.TrimRight(p.out[t.cell:], " \n")
	p.out = p.out[:t.cell+len(cell)]
	t.cell = -1
	p.space = false
	if len(cell) > maxPlainCell || bytes.Count(cell, []byte("\n")) > 3 || bytes.IndexByte(cell, '\t') >= 0 {
		return
	}
	for i, c := range cell {
		if c == '\n' {
			cell[i] = ' '
		}
	}
}

// inputAttrs are the attributes that are of use.
type inputAttrs struct {
	kind, value string
	checked     bool
	look        unseen.Look
}

func (a *inputAttrs) read(z *html.Tokenizer) {
	for more := true; more; {
		var k, v []byte
		k, v, more = z.TagAttr()
		switch string(k) {
		case "type":
			a.kind = strings.ToLower(string(v))
		case "value":
			a.value = string(v)
		case "checked":
			a.checked = true
		default:
			a.look.Take(string(k), string(v))
		}
	}
}

// input shows what a form's fields hold: □ and ☑ are how applicants tick boxes in text too.
func (p *htmlPrinter) input(a inputAttrs) {
	switch {
	case a.kind == "checkbox" || a.kind == "radio":
		if a.value = "□"; a.checked {
			a.value = "☑"
		}
	case a.kind != "text" && a.kind != "":
		return
	}
	p.text([]byte(a.value))
}

// finish takes away blanks at line ends and more than one empty line in a row.
func (p *htmlPrinter) finish() string {
	var b strings.Builder
	empty := 0
	for line := range strings.SplitSeq(string(p.out), "\n") {
		line = strings.TrimRight(line, " \t")
		if line == "" {
			if empty++; empty > 1 || b.Len() == 0 {
				continue
			}
		} else {
			empty = 0
		}
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return clip(strings.TrimSpace(b.String()), p.most)
}

func block(tag atom.Atom) bool {
	switch tag {
	case atom.P, atom.Div, atom.Tbody, atom.Thead, atom.Tfoot, atom.Ul, atom.Ol, atom.Li, atom.Dl, atom.Dt, atom.Dd,
		atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Hr, atom.Form, atom.Fieldset, atom.Address,
		atom.Section, atom.Article, atom.Header, atom.Footer, atom.Body, atom.Html, atom.Caption, atom.Center:
		return true
	}
	return false
}
