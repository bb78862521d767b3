package letter

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"ysq.internal/ysq/casefile/ooxml"
)

// node is a piece of an XML part as it stands there: an element with its tags, or text between tags.
// What no placeholder touches is written back byte for byte, whatever namespaces it uses.
type node struct {
	name       string // local name of an element of WordprocessingML; of others with their prefix; "" for text
	start, end string // the tags; a piece of text has it all in start
	children   []*node
	at         int // which paragraph of its part it is, from 1; 0 for anything else
}

// maxDepth bounds the nesting of elements. Word itself stays below 60.
const maxDepth = 256

// parseTree reads a part into nodes. w is the prefix that the part gives to WordprocessingML.
func parseTree(part []byte) (root *node, err error) {
	d := xml.NewDecoder(bytes.NewReader(part))
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errors.New("编码不是 UTF-8") }
	root = &node{}
	open := []*node{root}
	prefix := ""
	for {
		from := d.InputOffset()
		t, err := d.RawToken()
		raw := string(part[from:d.InputOffset()])
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ooxml.ErrFormat, err)
		}
		top := open[len(open)-1]
		switch t := t.(type) {
		case xml.StartElement:
			if len(open) == 1 {
				prefix = wordPrefix(t)
			}
			n := &node{name: localName(t.Name, prefix), start: raw}
			top.children = append(top.children, n)
			if len(open) > maxDepth {
				return nil, fmt.Errorf("elements nested %d deep: %w", len(open), ooxml.ErrLimit)
			}
			open = append(open, n)
		case xml.EndElement:
			if len(open) == 1 || localName(t.Name, prefix) != top.name {
				return nil, fmt.Errorf("%w: </%s> closes nothing", ooxml.ErrFormat, t.Name.Local)
			}
			top.end = raw // empty for <a/>
			open = open[:len(open)-1]
		case xml.Directive:
			return nil, fmt.Errorf("%w: document type declaration", ooxml.ErrFormat)
		default:
			top.children = append(top.children, &node{start: raw})
		}
	}
	if len(open) != 1 {
		return nil, fmt.Errorf("%w: %w", ooxml.ErrFormat, io.ErrUnexpectedEOF)
	}
	return root, nil
}

// The namespaces of WordprocessingML, transitional and strict (ISO/IEC 29500-1, -4).
var wordNamespaces = []string{"http://schemas.openxmlformats.org/wordprocessingml/2006/main", "http://purl.oclc.org/ooxml/wordprocessingml/main"}

func wordPrefix(root xml.StartElement) string {
	for _, a := range root.Attr {
		for _, ns := range wordNamespaces {
			if a.Name.Space == "xmlns" && a.Value == ns {
				return a.Name.Local
			}
		}
	}
	return "w"
}

func localName(n xml.Name, prefix string) string {
	if n.Space == prefix {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

// write appends the node as it stands.
func (n *node) write(b *strings.Builder) {
	b.WriteString(n.start)
	for _, c := range n.children {
		c.write(b)
	}
	b.WriteString(n.end)
}

// clone copies the node with everything below it.
func (n *node) clone() *node {
	c := *n
	c.children = make([]*node, len(n.children))
	for i, child := range n.children {
		c.children[i] = child.clone()
	}
	return &c
}

// content is the text of a w:t.
func (n *node) content() string {
	var b strings.Builder
	for _, c := range n.children {
		if c.name != "" {
			continue
		}
		d := xml.NewDecoder(strings.NewReader(c.start))
		for {
			t, err := d.RawToken()
			if err != nil {
				break // it was read before
			}
			if s, ok := t.(xml.CharData); ok {
				b.Write(s)
			}
		}
	}
	return b.String()
}

// texts lists the w:t of a paragraph in order, without those of paragraphs within it (text boxes) and
// of what was deleted with changes tracked.
func (n *node) texts() []*node {
	var all []*node
	for _, c := range n.children {
		switch c.name {
		case "t":
			all = append(all, c)
		case "p", "del", "moveFrom":
		default:
			all = append(all, c.texts()...)
		}
	}
	return all
}

// paragraphText is what a paragraph says.
func (n *node) paragraphText() string {
	var b strings.Builder
	for _, t := range n.texts() {
		b.WriteString(t.content())
	}
	return b.String()
}
