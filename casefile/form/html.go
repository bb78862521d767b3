package form

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/encoding/htmlindex"

	"ysq.internal/ysq/casefile/unseen"
)

// maxHTML bounds the page that is read: beyond it stand pictures written as text.
const maxHTML = 8 << 20

// maxAttributes bounds those of one tag.
const maxAttributes = 1000

// readHTML takes a page. The tokenizer is used and not the parser: it is linear in time and has no tree
// that could be nested without end.
func (d *Document) readHTML(body []byte) {
	if len(body) > maxHTML {
		body = body[:maxHTML]
		d.note(NoteCut, "网页正文过长，其余未读取。")
	}
	p := &page{d: d}
	z := html.NewTokenizer(strings.NewReader(pageText(body)))
	z.SetMaxBuf(1 << 20)
	for !p.full {
		switch z.Next() {
		case html.ErrorToken:
			p.finish()
			return
		case html.TextToken:
			switch text := string(z.Text()); {
			case p.skip == 0:
				p.text(text)
			case p.skip == atom.Style:
				p.hidden.Sheet(text)
			case p.skip == atom.Title && d.Title == "":
				d.Title = clip(strings.Join(strings.Fields(clean(html.UnescapeString(text))), " "), 400)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			p.start(atom.Lookup(name), attributes(z, more))
		case html.EndTagToken:
			name, _ := z.TagName()
			p.end(atom.Lookup(name))
		}
	}
	p.finish()
	d.note(NoteCut, "网页正文过长，其余未读取。")
}

// pageText decodes a page: by its own word if it names a charset and is not UTF-8 all the same.
func pageText(b []byte) string {
	head := bytes.ToLower(b[:min(len(b), 4<<10)])
	if _, after, ok := bytes.Cut(head, []byte("charset=")); ok {
		name := strings.Trim(string(after[:min(len(after), 20)]), `"' `)
		if i := strings.IndexAny(name, `"'> ;/`); i >= 0 {
			name = name[:i]
		}
		if strings.HasPrefix(name, "gb") {
			name = "gb18030" // gb2312 and GBK are what people write, GB18030 holds both
		}
		if enc, err := htmlindex.Get(name); err == nil && name != "utf-8" && !validUTF8(b) {
			if out, err := enc.NewDecoder().Bytes(b); err == nil {
				return string(out)
			}
		}
	}
	return decodeAll(b)
}

func attributes(z *html.Tokenizer, more bool) map[string]string {
	if !more {
		return nil
	}
	a := make(map[string]string)
	for n := 0; more && n < maxAttributes; n++ {
		var k, v []byte
		k, v, more = z.TagAttr()
		if _, have := a[string(k)]; !have {
			a[string(k)] = string(v)
		}
	}
	return a
}

// page prints a page into lines and tables.
type page struct {
	d      *Document
	line   strings.Builder
	lines  []string // of the open cell, or none
	blank  bool
	skip   atom.Atom
	pre    int
	quotes quotes
	cites  []atom.Atom // open elements within a quotation, the quotation first
	hidden unseen.Elements
	open   []*htmlTable
	size   int
	full   bool
}

// htmlTable is an open table. One that holds another and little else is layout: its text is lines.
type htmlTable struct {
	grid   gridBuilder
	inCell bool
	layout bool
}

const maxOpenTables = 24

func (p *page) text(s string) {
	if p.hidden.Hidden() {
		if said := strings.Join(strings.Fields(clean(s)), ""); said != "" {
			p.d.note(NoteUnseen, "网页里有发件人设为不可见的文字，没有读取：“"+clip(said, 120)+"”。")
		}
		return
	}
	for _, r := range s {
		if unicode.IsSpace(r) && p.pre == 0 && r != '\u3000' || r == '\u00a0' && p.pre == 0 {
			if r == '\u00a0' && p.line.Len() > 0 { // people align with these
				p.line.WriteByte(' ')
			} else {
				p.blank = true
			}
			continue
		}
		if p.blank && p.line.Len() > 0 {
			p.line.WriteByte(' ')
		}
		p.blank = false
		if r == '\n' {
			p.newline()
			continue
		}
		p.line.WriteRune(r)
	}
	if p.size += len(s); p.size > 4*maxText {
		p.full = true
	}
}

func (p *page) table() *htmlTable {
	if n := len(p.open); n > 0 {
		return p.open[n-1]
	}
	return nil
}

// newline ends the line at hand and puts it where it belongs.
func (p *page) newline() {
	l := strings.TrimRight(clean(p.line.String()), " \t\n\u3000")
	p.line.Reset()
	p.blank = false
	if t := p.table(); t != nil && t.inCell && !t.layout {
		p.lines = append(p.lines, l)
		return
	}
	p.put(l)
}

func (p *page) put(l string) {
	if l == "" && (len(p.d.Blocks) == 0 || p.lastBlank()) {
		return
	}
	for l := range strings.SplitSeq(l, "\n") {
		quoted, bare := p.quotes.see(l)
		if !p.d.line(bare, "") {
			p.full = true
			return
		}
		p.d.Blocks[len(p.d.Blocks)-1].Line.Quoted = quoted || len(p.cites) > 0
	}
}

func (p *page) lastBlank() bool {
	b := p.d.Blocks[len(p.d.Blocks)-1]
	return b.Line != nil && b.Line.Text == ""
}

// softLine ends a line unless nothing stands on it.
func (p *page) softLine() {
	if strings.TrimSpace(p.line.String()) != "" {
		p.newline()
	}
	p.blank = false
}

func (p *page) start(tag atom.Atom, a map[string]string) {
	if p.skip != 0 {
		return
	}
	if p.nests(&p.cites, tag, quotation(tag, a)) && len(p.cites) == 1 {
		p.softLine()
	}
	var look unseen.Look
	for key, value := range a {
		look.Take(key, value)
	}
	p.hidden.Start(tag, look)
	switch tag {
	case atom.Script, atom.Style, atom.Title, atom.Iframe, atom.Noembed, atom.Noframes, atom.Head:
		if tag != atom.Head {
			p.skip = tag
		}
	case atom.Br:
		p.newline()
	case atom.Pre, atom.Textarea:
		p.softLine()
		p.pre++
	case atom.Input:
		p.text(inputText(a))
	case atom.Option:
		if _, ok := a["selected"]; !ok {
			p.skip = atom.Option
		}
	case atom.Table:
		p.startTable()
	case atom.Tr:
		p.endCell()
		if t := p.table(); t != nil {
			t.grid.row()
		} else {
			p.softLine()
		}
	case atom.Td, atom.Th:
		p.endCell()
		if t := p.table(); t != nil {
			p.softLine()
			t.inCell = true
			p.lines = p.lines[:0]
			t.grid.span(spanOf(a["rowspan"]), spanOf(a["colspan"]))
		}
	default:
		if blockTag(tag) {
			p.softLine()
		}
	}
}

func (p *page) end(tag atom.Atom) {
	if p.skip != 0 {
		if tag == p.skip || p.skip == atom.Option && tag == atom.Select {
			p.skip = 0
			leaves(&p.cites, tag)
			p.hidden.End(tag)
		}
		return
	}
	switch tag {
	case atom.Pre, atom.Textarea:
		p.pre = max(0, p.pre-1)
		p.softLine()
	case atom.Table:
		p.endTable()
	case atom.Td, atom.Th, atom.Tr:
		p.endCell()
	default:
		if tag == atom.P && p.line.Len() == 0 && p.table() == nil {
			p.put("")
		}
		if blockTag(tag) {
			p.softLine()
		}
	}
	leaves(&p.cites, tag)
	p.hidden.End(tag)
}

// nests follows the elements inside of one that starts something; it reports whether one is open.
func (p *page) nests(stack *[]atom.Atom, tag atom.Atom, starts bool) bool {
	if len(*stack) == 0 && !starts {
		return false
	}
	switch tag {
	case atom.Br, atom.Hr, atom.Img, atom.Input, atom.Meta, atom.Link, atom.Col, atom.P, atom.Li, atom.Td, atom.Tr, atom.Th, atom.Tbody, atom.Option, 0:
		return len(*stack) > 0
	}
	if len(*stack) < 512 {
		*stack = append(*stack, tag)
	}
	return true
}

func leaves(stack *[]atom.Atom, tag atom.Atom) {
	s := *stack
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == tag {
			*stack = s[:i]
			return
		}
	}
}

// quotation tells the elements in which mail programs keep the mail that is answered.
func quotation(tag atom.Atom, a map[string]string) bool {
	id, class := strings.ToLower(a["id"]), strings.ToLower(a["class"])
	return tag == atom.Blockquote && (strings.EqualFold(a["type"], "cite") || strings.Contains(class, "quote")) ||
		id == "isreplycontent" || id == "isforwardcontent" || strings.Contains(class, "gmail_quote") || strings.Contains(class, "moz-cite") || strings.Contains(id, "divrplyfwdmsg")
}

func inputText(a map[string]string) string {
	switch kind := strings.ToLower(a["type"]); kind {
	case "checkbox", "radio":
		_, checked := a["checked"]
		return boxOf(checked)
	case "", "text", "tel", "email", "number", "date":
		return a["value"]
	}
	return ""
}

func spanOf(s string) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 1 {
		return 1
	}
	return min(n, maxGridCols)
}

func (p *page) startTable() {
	p.softLine()
	if len(p.open) >= maxOpenTables {
		return
	}
	if t := p.table(); t != nil && !t.layout {
		t.layout = true
		for _, c := range t.grid.cells {
			for l := range strings.SplitSeq(c.Text, "\n") {
				p.put(l)
			}
		}
		for _, l := range p.lines {
			p.put(l)
		}
		t.grid.cells, p.lines = nil, nil
	}
	p.open = append(p.open, &htmlTable{})
}

func (p *page) endCell() {
	t := p.table()
	if t == nil || !t.inCell {
		return
	}
	p.softLine()
	t.inCell = false
	if t.layout {
		return
	}
	if !t.grid.cell(strings.TrimSpace(strings.Join(p.lines, "\n"))) {
		p.d.note(NoteCut, "表格过大，其余未读取。")
	}
	p.lines = nil
}

func (p *page) endTable() {
	t := p.table()
	if t == nil {
		return
	}
	p.endCell()
	p.softLine()
	p.open = p.open[:len(p.open)-1]
	if t.layout || len(t.grid.cells) == 0 {
		return
	}
	if t.grid.width <= 1 { // a frame around text
		for _, c := range t.grid.cells {
			for l := range strings.SplitSeq(c.Text, "\n") {
				p.put(l)
			}
		}
		return
	}
	p.d.table(Table{Cells: t.grid.cells, Quoted: p.quotes.below || len(p.cites) > 0})
}

func (p *page) finish() {
	for len(p.open) > 0 {
		p.endTable()
	}
	p.softLine()
}

func blockTag(tag atom.Atom) bool {
	switch tag {
	case atom.P, atom.Div, atom.Ul, atom.Ol, atom.Li, atom.Dl, atom.Dt, atom.Dd, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
		atom.Blockquote, atom.Hr, atom.Form, atom.Fieldset, atom.Address, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Body,
		atom.Html, atom.Caption, atom.Center, atom.Legend:
		return true
	}
	return false
}
