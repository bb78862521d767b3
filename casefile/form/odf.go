package form

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"

	"ysq.internal/ysq/casefile/ooxml"
)

// readODF takes an OpenDocument text or workbook (ISO/IEC 26300), which LibreOffice and its relatives save as .odt and .ods:
// a zip of XML like the other office files. Its paragraphs, lists and tables are those of a page, and are printed as one.
// What was deleted, hidden, commented or left as a prompt is no text of the applicant.
func (d *Document) readODF(body []byte) {
	x, err := ooxml.Open(bytes.NewReader(body), int64(len(body)), officeLimits)
	if err != nil {
		d.broken(err)
		return
	}
	if m, err := x.Bytes("META-INF/manifest.xml"); err == nil && bytes.Contains(m, []byte("encryption-data")) {
		d.note(NoteEncrypted, "文件有密码，未能读取，请与申请人联系。")
		return
	}
	o := &odf{page: page{d: d}, unseen: make(map[string]bool), counts: make(map[string]bool), controls: make(map[string]string)}
	d.broken(o.part(x, "content.xml"))
	if x.Has("styles.xml") { // which holds headers and footers
		d.broken(o.part(x, "styles.xml"))
	}
	if o.finish(); o.full {
		d.note(NoteCut, "文件内容过长，其余未读取。")
	}
	if o.pictures > 0 && !d.hasText() {
		d.note(NoteScan, "文档里只有图片（扫描件或照片），内容须人工查看。")
	}
}

// odf reads OpenDocument. Names are told apart without their namespaces: those that matter here differ all the same.
type odf struct {
	page
	x        *ooxml.XML
	pictures int
	unseen   map[string]bool   // styles that hide what has them
	counts   map[string]bool   // styles of lists that count
	controls map[string]string // what the controls of a form show, by their id
	number   string            // of the item of a list whose paragraph is to come
}

// Bounds on what a file may claim: styles and controls that are remembered, and empty cells that stand for as many; more of
// them are the empty rest of a sheet.
const (
	mostODFNames = 4000
	mostEmpty    = 20
)

func (o *odf) part(x *ooxml.Reader, name string) error {
	r, err := x.XML(name)
	if err != nil {
		return err
	}
	defer r.Close()
	if _, err := r.Root(); err != nil {
		return err
	}
	o.x = r
	clear(o.unseen) // the parts name their styles apart
	return o.walk()
}

// walk reads the element that was opened last to its end.
func (o *odf) walk() error {
	for !o.full {
		t, err := o.x.Token()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.EndElement:
			return nil
		case xml.CharData:
			o.text(string(t))
		case xml.StartElement:
			if err := o.element(t); err != nil {
				return err
			}
		}
	}
	return errFull
}

// element reads an element to its end.
func (o *odf) element(e xml.StartElement) error {
	attr := func(name string) string { return ooxml.Attr(e, name) }
	visibility := attr("visibility")
	if o.unseen[attr("style-name")] || attr("display") == "none" || attr("display") == "false" || visibility == "collapse" || visibility == "filter" ||
		attr("showing-place-holder") == "true" {
		return o.x.Skip()
	}
	switch e.Name.Local {
	case "automatic-styles":
		return o.x.Each(o.style)
	case "forms":
		return o.x.Each(o.control)
	case "styles", "scripts", "tracked-changes", "table-of-content", "annotation", "note", "desc", "ruby-text", "placeholder", "label",
		"hidden-text", "hidden-paragraph", "covered-table-cell": // what a merged cell lies over
		return o.x.Skip()
	case "title": // of a picture; the document's, where it is a field within the text
		if strings.Contains(e.Name.Space, "svg") {
			return o.x.Skip()
		}
	case "s": // as many blanks, which are kept
		o.text(strings.Repeat("\u00a0", max(1, count(attr("c")))))
	case "tab":
		o.text("\u00a0\u00a0")
	case "control":
		o.text(o.controls[attr("control")])
	case "line-break":
		o.newline()
	case "image":
		o.pictures++
	case "content-control":
		if attr("checkbox") == "true" {
			o.text(boxOf(attr("checked") == "true"))
			return o.x.Skip()
		}
	case "list":
		return o.list(o.counts[attr("style-name")])
	case "p", "h":
		defer o.enclosed(atom.P, nil)()
		o.text(o.number)
		o.number = ""
	case "text-box", "section":
		defer o.enclosed(atom.Div, nil)()
	case "table":
		defer o.enclosed(atom.Table, nil)()
	case "table-row":
		defer o.enclosed(atom.Tr, nil)()
	case "table-cell":
		if same := count(attr("number-columns-repeated")); same <= mostEmpty {
			for range same - 1 {
				o.enclosed(atom.Td, nil)()
			}
		}
		defer o.enclosed(atom.Td, map[string]string{"rowspan": attr("number-rows-spanned"), "colspan": attr("number-columns-spanned")})()
	}
	return o.walk()
}

// enclosed starts what a page would call so, and returns what ends it.
func (o *odf) enclosed(tag atom.Atom, a map[string]string) func() {
	o.start(tag, a)
	return func() { o.end(tag) }
}

// list reads the items of a list. Their numbers are not in the text.
func (o *odf) list(counts bool) error {
	n := 0
	return o.x.Each(func(e xml.StartElement) error {
		if counts && e.Name.Local == "list-item" {
			n++
			o.number = strconv.Itoa(n) + "、"
		}
		return o.walk()
	})
}

// style notes whether a style hides text or tables, or counts the items of a list.
func (o *odf) style(e xml.StartElement) error {
	name := ooxml.Attr(e, "name")
	return o.x.Each(func(e xml.StartElement) error {
		if name == "" || len(o.unseen)+len(o.counts) >= mostODFNames {
			return nil
		}
		if display := ooxml.Attr(e, "display"); display == "none" || display == "false" {
			o.unseen[name] = true
		}
		if e.Name.Local == "list-level-style-number" && ooxml.Attr(e, "level") == "1" && ooxml.Attr(e, "num-format") != "" {
			o.counts[name] = true
		}
		return nil
	})
}

// control notes what a control of a form shows. The state that it was left in counts before the one that it began with.
func (o *odf) control(e xml.StartElement) error {
	if id := ooxml.Attr(e, "id"); id != "" && len(o.controls) < mostODFNames {
		now := ooxml.Attr(e, "current-state") + ooxml.Attr(e, "current-selected")
		if now == "" {
			now = ooxml.Attr(e, "state") + ooxml.Attr(e, "selected")
		}
		switch e.Name.Local {
		case "checkbox", "radio":
			o.controls[id] = boxOf(now == "checked" || now == "true") + ooxml.Attr(e, "label")
		case "listbox":
			return o.x.Each(func(option xml.StartElement) error {
				if ooxml.Attr(option, "current-selected") == "true" && len(o.controls[id]) < 400 {
					o.controls[id] += ooxml.Attr(option, "label")
				}
				return nil
			})
		case "password":
		default:
			o.controls[id] = ooxml.Attr(e, "current-value")
		}
	}
	return o.x.Each(o.control) // forms hold forms
}
