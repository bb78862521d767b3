package letter

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/ooxml"
)

// limits of a template. It is the office's own file, but a file nevertheless.
var limits = ooxml.Limits{Entries: 512, Part: 16 << 20, Total: 64 << 20}

// MaxTemplate is the size in bytes above which a file is no template.
const MaxTemplate = 16 << 20

// Template is a .docx with placeholders, read and checked.
type Template struct {
	Digest casefile.Digest
	names  []string // of the parts, in the order in which they are written
	parts  map[string][]byte
	filled map[string]*node // the parts that have paragraphs
}

// ReadTemplate reads a .docx. The error wraps ooxml.ErrFormat or ooxml.ErrLimit where it is none.
func ReadTemplate(docx []byte) (*Template, error) {
	if len(docx) > MaxTemplate {
		return nil, fmt.Errorf("模板超过 %d MiB：%w", MaxTemplate>>20, ooxml.ErrLimit)
	}
	x, err := ooxml.Open(bytes.NewReader(docx), int64(len(docx)), limits)
	if err != nil {
		return nil, err
	}
	t := &Template{Digest: casefile.DigestOf(docx), names: x.Names(), parts: map[string][]byte{}, filled: map[string]*node{}}
	if !x.Has("word/document.xml") {
		return nil, fmt.Errorf("没有 word/document.xml，不是 .docx：%w", ooxml.ErrFormat)
	}
	// The list of types stands first, as every producer writes it and some readers want it.
	slices.SortStableFunc(t.names, func(a, b string) int { return first(b) - first(a) })
	for _, name := range t.names {
		if t.parts[name], err = x.Bytes(name); err != nil {
			return nil, err
		}
		if !hasParagraphs(name) {
			continue
		}
		if t.filled[name], err = parseTree(t.parts[name]); err != nil {
			return nil, fmt.Errorf("%s：%w", name, err)
		}
		for i, p := range paragraphsIn(t.filled[name]) {
			p.at = i + 1
		}
	}
	return t, nil
}

func first(name string) int {
	if name == "[Content_Types].xml" {
		return 1
	}
	return 0
}

// hasParagraphs tells the parts in which placeholders may stand: the body, heads, feet and notes.
func hasParagraphs(name string) bool {
	base, inWord := strings.CutPrefix(strings.ToLower(name), "word/")
	if !inWord || strings.Contains(base, "/") || !strings.HasSuffix(base, ".xml") {
		return false
	}
	return slices.ContainsFunc([]string{"document", "header", "footer", "footnotes", "endnotes"}, func(p string) bool { return strings.HasPrefix(base, p) })
}

// Fill writes the letter: the template with the values in the places of their names. draft marks it as
// not issued. A name that Values does not have is left standing; Check reports it before.
func (t *Template) Fill(w io.Writer, v Values, draft bool) error {
	z := ooxml.NewWriter(w)
	for _, name := range t.names {
		text := string(t.parts[name])
		if tree := t.filled[name]; tree != nil {
			tree = tree.clone()
			expand(tree, scope{Values: v})
			if draft && strings.EqualFold(name, "word/document.xml") {
				markDraft(tree)
			}
			var b strings.Builder
			tree.write(&b)
			text = b.String()
		}
		if err := z.AddText(name, text); err != nil {
			return err
		}
	}
	return z.Close()
}

// expand fills everything below a node.
func expand(n *node, s scope) {
	all, _ := segments(n.children)
	var out []*node
	for _, seg := range all {
		switch {
		case seg.section:
			out = append(out, section(seg, s)...)
		case seg.units[0].name == "p":
			out = append(out, paragraph(seg.units[0], s)...)
		default:
			expand(seg.units[0], s)
			out = append(out, seg.units[0])
		}
	}
	n.children = out
	if n.name == "tc" && !slices.ContainsFunc(out, func(c *node) bool { return c.name == "p" }) {
		n.children = append(out, &node{name: "p", start: "<" + qualified(n, "p") + "/>"}) // a cell must have one (17.4.65)
	}
}

// section gives the units of a section as often as it stands.
func section(seg segment, s scope) []*node {
	units := seg.units
	if seg.end.p != nil {
		cut(seg.end)
	}
	cut(seg.begin)
	units = slices.DeleteFunc(slices.Clone(units), func(u *node) bool {
		return (u == seg.begin.p || u == seg.end.p) && strings.TrimSpace(u.paragraphText()) == ""
	})
	var out []*node
	for _, inner := range scopes(s, seg.begin) {
		again := &node{}
		for _, u := range units {
			again.children = append(again.children, u.clone())
		}
		expand(again, inner)
		out = append(out, again.children...)
	}
	return out
}

func scopes(s scope, begin marker) []scope {
	all, _ := s.each(begin.name)
	if begin.does == '^' {
		if len(all) > 0 {
			return nil
		}
		return []scope{s}
	}
	return all
}

// paragraph fills one paragraph. It may become several, or none.
func paragraph(p *node, s scope) []*node {
	for _, c := range p.children {
		within(c, s)
	}
	all, _ := markersOf(p)
	if len(all) == 0 {
		return []*node{p}
	}
	text := []rune(p.paragraphText())
	if begin, end, ok := whole(all, text); ok {
		return section(segment{units: []*node{p}, begin: begin, end: end}, s)
	}
	if m := all[0]; len(all) == 1 && m.does == 0 && strings.TrimSpace(string(text[:m.from])+string(text[m.to:])) == "" {
		value, ok := s.text(m.name)
		if lines := paragraphs(value); ok && len(lines) > 1 {
			var out []*node
			for _, line := range lines {
				again := p.clone()
				again.replace([]edit{{m.from, m.to, line}})
				out = append(out, again)
			}
			return out
		}
	}
	p.replace(edits(all, text, s))
	return []*node{p}
}

// within fills the text boxes of a paragraph, which have paragraphs of their own.
func within(n *node, s scope) {
	if n.name == "txbxContent" {
		expand(n, s)
		return
	}
	for _, c := range n.children {
		within(c, s)
	}
}

// whole reports whether a section encloses everything that a paragraph says.
func whole(all []marker, text []rune) (begin, end marker, ok bool) {
	begin, end = all[0], all[len(all)-1]
	if !begin.begins() || end.does != '/' || end.name != begin.name || len(loose(all[1:len(all)-1])) > 0 {
		return begin, end, false
	}
	return begin, end, strings.TrimSpace(string(text[:begin.from])+string(text[end.to:])) == ""
}

// paragraphs are the lines of a text that say something.
func paragraphs(text string) []string {
	var all []string
	for line := range strings.Lines(strings.ReplaceAll(text, "\r", "\n")) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// edits says what becomes of each marker of a paragraph.
func edits(all []marker, text []rune, s scope) (done []edit) {
	for i := 0; i < len(all); i++ {
		m := all[i]
		switch {
		case m.does == 0:
			if v, ok := s.text(m.name); ok {
				done = append(done, edit{m.from, m.to, v})
			}
		case m.begins():
			j := partnerAmong(all, i)
			if j < 0 {
				continue
			}
			stands := scopes(s, m)
			if len(stands) == 1 && len(stands[0].items) == len(s.items) { // a content that is there: its typefaces stay
				done = append(done, edit{m.from, m.to, ""})
				done = append(done, edits(all[i+1:j], text, s)...)
				done = append(done, edit{all[j].from, all[j].to, ""})
			} else {
				var b strings.Builder
				for _, inner := range stands {
					b.WriteString(rendered(all[i+1:j], text, m.to, all[j].from, inner))
				}
				done = append(done, edit{m.from, all[j].to, b.String()})
			}
			i = j
		}
	}
	return done
}

func partnerAmong(all []marker, i int) int {
	depth := 0
	for j := i; j < len(all); j++ {
		switch {
		case all[j].name != all[i].name:
		case all[j].begins():
			depth++
		case all[j].does == '/':
			if depth--; depth == 0 {
				return j
			}
		}
	}
	return -1
}

// rendered is a stretch of a paragraph's text with its markers filled.
func rendered(all []marker, text []rune, from, to int, s scope) string {
	var b strings.Builder
	for _, e := range edits(all, text, s) {
		b.WriteString(string(text[from:e.from]) + e.with)
		from = e.to
	}
	return b.String() + string(text[from:to])
}

// edit replaces some characters of a paragraph's text.
type edit struct {
	from, to int
	with     string
}

func cut(m marker) { m.p.replace([]edit{{m.from, m.to, ""}}) }

// replace carries out edits in order. What is put in takes the typeface of the first character that it
// replaces; runs that lose their text stay, empty.
func (n *node) replace(all []edit) {
	at := 0
	for _, t := range n.texts() {
		old := []rune(t.content())
		var b strings.Builder
		here := at
		touched := false
		for _, e := range all {
			if e.to <= at || e.from >= at+len(old) {
				continue
			}
			touched = true
			if e.from > here {
				b.WriteString(string(old[here-at : e.from-at]))
			}
			if e.from >= at {
				b.WriteString(printable(e.with))
			}
			here = min(max(here, e.to), at+len(old))
		}
		if touched {
			b.WriteString(string(old[here-at:]))
			t.setText(b.String())
		}
		at += len(old)
	}
}

// setText gives a w:t another content. Line feeds become breaks, tabs tabs; spaces stay (17.3.3).
func (n *node) setText(s string) {
	open, shut := qualified(n, "t"), qualified(n, "")
	text := ooxml.RunText(s)
	if text == "" {
		text = "<w:t></w:t>"
	}
	if shut != "w:" {
		text = strings.NewReplacer("<w:t", "<"+open, "</w:t", "</"+open, "<w:br/>", "<"+shut+"br/>", "<w:tab/>", "<"+shut+"tab/>").Replace(text)
	}
	n.start, n.children, n.end = "", []*node{{start: text}}, ""
}

// qualified is a name with the prefix that an element of the same part has.
func qualified(n *node, local string) string {
	start := n.start
	if start == "" && len(n.children) > 0 { // a w:t that was written anew
		start = n.children[0].start
	}
	tag, _, _ := strings.Cut(strings.TrimPrefix(start, "<"), " ")
	tag = strings.TrimRight(tag, "/>")
	if prefix, _, ok := strings.Cut(tag, ":"); ok {
		return prefix + ":" + local
	}
	if tag == "" {
		return "w:" + local
	}
	return local
}

// printable takes from a text what a document cannot hold, or what would turn or hide what follows it.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r':
			return '\n'
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		case r == 0xfffe || r == 0xffff || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, s)
}

// markDraft puts a line before the text that nobody overlooks.
func markDraft(root *node) {
	for _, body := range bodies(root) {
		w := qualified(body, "")
		line := `<w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:rPr><w:b/><w:color w:val="FF0000"/><w:sz w:val="32"/></w:rPr><w:t>【草稿　未编号，不得发出】</w:t></w:r></w:p>`
		if w != "w:" {
			line = strings.NewReplacer("<w:", "<"+w, "</w:", "</"+w, " w:", " "+w).Replace(line)
		}
		body.children = append([]*node{{start: line}}, body.children...)
	}
}

func bodies(n *node) []*node {
	if n.name == "body" {
		return []*node{n}
	}
	var all []*node
	for _, c := range n.children {
		all = append(all, bodies(c)...)
	}
	return all
}
