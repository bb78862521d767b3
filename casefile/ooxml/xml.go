package ooxml

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// XML reads the elements of a part. There is no DTD, hence no entity but the five of XML; there is no
// encoding but UTF-8.
type XML struct {
	d      *xml.Decoder
	r      *gauge
	name   string
	depth  int
	limits Limits
}

// gauge limits what is read for one token, which the decoder holds in memory whole.
type gauge struct {
	io.ReadCloser
	left int64
}

func (g *gauge) Read(b []byte) (int, error) {
	if g.left <= 0 {
		return 0, fmt.Errorf("one token: %w", ErrLimit)
	}
	n, err := g.ReadCloser.Read(b)
	g.left -= int64(n)
	return n, err
}

// XML opens a part to be read as XML. The caller closes it.
func (x *Reader) XML(name string) (*XML, error) {
	r, err := x.Part(name)
	if err != nil {
		return nil, err
	}
	g := &gauge{ReadCloser: r}
	return &XML{d: xml.NewDecoder(g), r: g, name: name, limits: x.limits}, nil
}

// Close releases the part.
func (x *XML) Close() error { return x.r.Close() }

// Token returns the next start, end or text, io.EOF at the end. Text is valid until the next call.
func (x *XML) Token() (xml.Token, error) {
	for {
		x.r.left = x.limits.Token
		t, err := x.d.Token()
		if errors.Is(err, io.EOF) {
			return nil, err
		}
		if err != nil {
			if errors.Is(err, ErrLimit) || errors.Is(err, ErrFormat) {
				return nil, err
			}
			return nil, fmt.Errorf("part %s: %w: %w", x.name, ErrFormat, err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if x.depth++; x.depth > x.limits.Depth {
				return nil, fmt.Errorf("part %s: elements nested %d deep: %w", x.name, x.depth, ErrLimit)
			}
			return t, nil
		case xml.EndElement:
			x.depth--
			return t, nil
		case xml.CharData:
			return t, nil
		case xml.Directive:
			return nil, fmt.Errorf("part %s: document type declaration: %w", x.name, ErrFormat)
		}
	}
}

// Skip reads on to the end of the element that was opened last.
func (x *XML) Skip() error {
	for to := x.depth - 1; x.depth > to; {
		if _, err := x.Token(); err != nil {
			return unexpected(err)
		}
	}
	return nil
}

// Each calls f with every child of the element that was opened last, until its end. f reads its child
// to the end, or returns with it still open and Each skips the rest.
func (x *XML) Each(f func(xml.StartElement) error) error {
	inside := x.depth
	for x.depth >= inside {
		t, err := x.Token()
		if err != nil {
			return unexpected(err)
		}
		if child, ok := t.(xml.StartElement); ok {
			if err := f(child); err != nil {
				return err
			}
			for x.depth > inside {
				if err := x.Skip(); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Text reads the element that was opened last to its end and returns its own text.
func (x *XML) Text() (string, error) {
	var b strings.Builder
	inside := x.depth
	for x.depth >= inside {
		t, err := x.Token()
		if err != nil {
			return "", unexpected(err)
		}
		if c, ok := t.(xml.CharData); ok && x.depth == inside {
			if b.Write(c); int64(b.Len()) > x.limits.Token {
				return "", fmt.Errorf("part %s: text of an element: %w", x.name, ErrLimit)
			}
		}
	}
	return b.String(), nil
}

// Root reads the start of the document element.
func (x *XML) Root() (xml.StartElement, error) {
	for {
		t, err := x.Token()
		if err != nil {
			return xml.StartElement{}, unexpected(err)
		}
		if e, ok := t.(xml.StartElement); ok {
			return e, nil
		}
	}
}

// unexpected makes an error of an end in the midst of an element.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: %w", ErrFormat, io.ErrUnexpectedEOF)
	}
	return err
}

// Attr returns an attribute by its local name, "" when it is absent.
func Attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// Escape makes text safe inside an element or an attribute. What XML cannot hold becomes U+FFFD.
func Escape(s string) string {
	if strings.IndexFunc(s, special) < 0 && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch r {
		case '&':
			b.WriteString("&amp;")
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '"':
			b.WriteString("&#34;")
		case '\'':
			b.WriteString("&#39;")
		case '\t', '\n', '\r': // as they are they would become spaces in an attribute, and CR a line feed
			fmt.Fprintf(&b, "&#%d;", r)
		default:
			if !inXML(r) {
				r = utf8.RuneError
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

func special(r rune) bool { return strings.ContainsRune("&<>\"'\t\n\r", r) || !inXML(r) }

// inXML is the production Char of XML 1.0.
func inXML(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' ||
		(r >= 0x20 && r <= 0xd7ff) || (r >= 0xe000 && r <= 0xfffd) || (r >= 0x10000 && r <= 0x10ffff)
}

// RunText is text as the content of a run of WordprocessingML (w:r): line feeds are breaks, tabs are
// tabs, spaces are kept (ISO/IEC 29500-1, 17.3.3).
func RunText(s string) string {
	var b strings.Builder
	for i, l := range strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		if i > 0 {
			b.WriteString("<w:br/>")
		}
		for j, t := range strings.Split(l, "\t") {
			if j > 0 {
				b.WriteString("<w:tab/>")
			}
			if t != "" {
				b.WriteString(`<w:t xml:space="preserve">` + Escape(t) + "</w:t>")
			}
		}
	}
	return b.String()
}
