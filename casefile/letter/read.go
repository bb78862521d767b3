package letter

import (
	"bytes"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile/ooxml"
)

// Line is a paragraph of a letter as it reads.
type Line struct {
	Text  string
	Align string // center, right; empty: from the left
}

// Read returns the paragraphs of a .docx that say something, cells of tables among them, in order.
func Read(docx []byte) (lines []Line, err error) {
	x, err := ooxml.Open(bytes.NewReader(docx), int64(len(docx)), limits)
	if err != nil {
		return nil, err
	}
	part, err := x.Bytes("word/document.xml")
	if err != nil {
		return nil, err
	}
	root, err := parseTree(part)
	if err != nil {
		return nil, err
	}
	for _, p := range paragraphsIn(root) {
		for text := range strings.Lines(p.said()) {
			if text = strings.TrimSpace(text); text != "" {
				lines = append(lines, Line{text, p.align()})
			}
		}
	}
	return lines, nil
}

// said is the text of a paragraph with its breaks.
func (n *node) said() string {
	var b strings.Builder
	for _, c := range n.children {
		switch c.name {
		case "t":
			b.WriteString(c.content())
		case "br", "cr":
			b.WriteByte('\n')
		case "tab":
			b.WriteByte(' ')
		case "p", "del", "moveFrom":
		default:
			b.WriteString(c.said())
		}
	}
	return b.String()
}

// centred and toRight are the built-in styles that do not stand from the left.
var (
	centred = []string{"title", "number", "slip", "head", "smallhead"}
	toRight = []string{"signer", "sign"}
)

// align is how a paragraph stands by its own words or by the built-in style that it has.
func (n *node) align() string {
	has := func(p *node, values ...string) bool {
		return slices.ContainsFunc(values, func(v string) bool { return strings.Contains(p.start, `"`+v+`"`) })
	}
	for _, c := range n.children {
		if c.name != "pPr" {
			continue
		}
		for _, p := range c.children {
			switch {
			case p.name == "jc" && has(p, "center"), p.name == "pStyle" && has(p, centred...):
				return "center"
			case p.name == "jc" && has(p, "right", "end"), p.name == "pStyle" && has(p, toRight...):
				return "right"
			}
		}
	}
	return ""
}
