package form

import (
	"bytes"
	"encoding/xml"
	"errors"
	"strconv"
	"strings"

	"ysq.internal/ysq/casefile/ooxml"
)

// officeLimits are tighter than those of package ooxml: a form is small.
var officeLimits = ooxml.Limits{Entries: 2048, Part: 24 << 20, Total: 64 << 20, Ratio: 200, Depth: 200, Token: 1 << 20, Strings: 16 << 20}

// readDocx takes WordprocessingML (ISO/IEC 29500-1, 17): the body, its tables and text boxes, headers and
// footers. What somebody deleted with tracked changes, hid, or left as a prompt in a content control is
// no text of the applicant.
func (d *Document) readDocx(body []byte) {
	x, err := ooxml.Open(bytes.NewReader(body), int64(len(body)), officeLimits)
	if err != nil {
		d.broken(err)
		return
	}
	main, err := x.Main()
	if err != nil {
		main = "word/document.xml"
	}
	w := &word{d: d, numbers: make(map[string]bool), counts: make(map[string]int)}
	if parts, err := x.Targets(main, "numbering"); err == nil && len(parts) > 0 {
		w.numbering(x, parts[0])
	}
	d.broken(w.part(x, main, ""))
	for _, kind := range []string{"header", "footer"} {
		parts, err := x.Targets(main, kind)
		if err != nil {
			continue
		}
		for i, part := range parts {
			if i < 8 {
				d.broken(w.part(x, part, map[string]string{"header": "页眉", "footer": "页脚"}[kind]))
			}
		}
	}
	if w.pictures > 0 && !d.hasText() {
		d.note(NoteScan, "文档里只有图片（扫描件或照片），内容须人工查看。")
	}
}

// broken notes why a file was not read, or not to its end.
func (d *Document) broken(err error) {
	switch {
	case err == nil || errors.Is(err, errFull):
	case errors.Is(err, ooxml.ErrLimit):
		d.note(NoteCut, "文件超出读取限度（可能是恶意文件），只读取了一部分，请勿随意打开原件。")
	default:
		d.note(NoteDamaged, "文件损坏或不合规范，未能全部读取，请打开原件查看。")
	}
}

func (d *Document) hasText() bool {
	for _, b := range d.Blocks {
		if b.Table != nil {
			for _, c := range b.Table.Cells {
				if strings.TrimSpace(c.Text) != "" {
					return true
				}
			}
		} else if strings.TrimSpace(b.Line.Text) != "" {
			return true
		}
	}
	return false
}

// errFull ends reading when the document holds all that it may.
var errFull = errors.New("document is full")

// word reads WordprocessingML.
type word struct {
	d        *Document
	x        *ooxml.XML
	place    string
	size     int
	pictures int
	numbers  map[string]bool // lists that count, by numId
	counts   map[string]int

	boxes []string // text of text boxes, until the paragraph that anchors them ends
}

func (w *word) part(x *ooxml.Reader, name, place string) error {
	r, err := x.XML(name)
	if err != nil {
		return err
	}
	defer r.Close()
	if _, err := r.Root(); err != nil {
		return err
	}
	w.x, w.place = r, place
	return r.Each(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "body":
			return r.Each(func(e xml.StartElement) error { return w.block(e, w.line) })
		}
		return w.block(e, w.line) // a header has no body
	})
}

// line takes a line of text into the document.
func (w *word) line(text string) error {
	if w.size += len(text) + 1; w.size > maxText {
		w.d.note(NoteCut, "文件内容过长，其余未读取。")
		return errFull
	}
	if !w.d.line(clean(text), w.place) {
		return errFull
	}
	return nil
}

// block reads an element that holds paragraphs or tables; lines go to out, tables to the document.
func (w *word) block(e xml.StartElement, out func(string) error) error {
	switch e.Name.Local {
	case "p":
		text, err := w.paragraph()
		if err != nil {
			return err
		}
		if err := out(text); err != nil {
			return err
		}
		return w.floating(out)
	case "tbl":
		return w.table(out)
	case "sdt":
		return w.control(func(e xml.StartElement) error { return w.block(e, out) }, nil)
	case "ins", "moveTo", "customXml", "smartTag":
		return w.x.Each(func(e xml.StartElement) error { return w.block(e, out) })
	case "AlternateContent":
		return w.alternate(func(e xml.StartElement) error { return w.block(e, out) })
	}
	return nil
}

// floating gives the text boxes of a paragraph, after it.
func (w *word) floating(out func(string) error) error {
	boxes := w.boxes
	w.boxes = nil
	for _, text := range boxes {
		for l := range strings.SplitSeq(text, "\n") {
			if err := out(l); err != nil {
				return err
			}
		}
	}
	return nil
}

// alternate reads the choice of mc:AlternateContent; the fallback says the same once more.
func (w *word) alternate(f func(xml.StartElement) error) error {
	taken := false
	return w.x.Each(func(e xml.StartElement) error {
		if taken || e.Name.Local != "Choice" {
			return nil
		}
		taken = true
		return w.x.Each(f)
	})
}

// control reads a content control (17.5.2). A tick box becomes □ or ☑; a prompt that nobody replaced is
// left out. write takes the box where text is wanted.
func (w *word) control(content func(xml.StartElement) error, write func(string)) error {
	prompt, box := false, ""
	return w.x.Each(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "sdtPr":
			return w.x.Each(func(e xml.StartElement) error {
				switch e.Name.Local {
				case "showingPlcHdr":
					prompt = on(e)
				case "checkbox": // w14:checkbox
					box = "□"
					return w.x.Each(func(e xml.StartElement) error {
						if e.Name.Local == "checked" && on(e) {
							box = "☑"
						}
						return nil
					})
				}
				return nil
			})
		case "sdtContent":
			switch {
			case box != "" && write != nil:
				write(box)
				return nil
			case box != "":
				return w.line(box)
			case prompt:
				return nil
			}
			return w.x.Each(content)
		}
		return nil
	})
}

// on reads a property that is true when its value is absent (17.17.4).
func on(e xml.StartElement) bool {
	switch v := ooxml.Attr(e, "val"); v {
	case "0", "false", "off":
		return false
	}
	return true
}

// paragraph reads w:p to its end.
func (w *word) paragraph() (string, error) {
	var b strings.Builder
	var inline func(e xml.StartElement) error
	instruction := 0 // depth of field codes, whose text is not shown
	inline = func(e xml.StartElement) error {
		if b.Len() > maxText {
			return errFull
		}
		switch e.Name.Local {
		case "pPr":
			return w.listNumber(&b)
		case "r":
			return w.run(&b, &instruction, inline)
		case "hyperlink", "ins", "moveTo", "smartTag", "fldSimple", "customXml", "bdo", "dir":
			return w.x.Each(inline)
		case "sdt":
			return w.control(inline, func(s string) { b.WriteString(s) })
		case "AlternateContent":
			return w.alternate(inline)
		case "drawing", "pict", "object":
			return w.drawing(e)
		}
		return nil
	}
	err := w.x.Each(inline)
	return b.String(), err
}

// listNumber writes a number before a paragraph of a numbered list: Word counts, the text does not.
func (w *word) listNumber(b *strings.Builder) error {
	return w.x.Each(func(e xml.StartElement) error {
		if e.Name.Local != "numPr" {
			return nil
		}
		id, level := "", ""
		err := w.x.Each(func(e xml.StartElement) error {
			switch e.Name.Local {
			case "numId":
				id = ooxml.Attr(e, "val")
			case "ilvl":
				level = ooxml.Attr(e, "val")
			}
			return nil
		})
		if (level == "" || level == "0") && w.numbers[id] && len(w.counts) < 1000 {
			w.counts[id]++
			b.WriteString(strconv.Itoa(w.counts[id]) + "、")
		}
		return err
	})
}

// numbering notes which lists count (17.9); the others have bullets.
func (w *word) numbering(x *ooxml.Reader, name string) {
	r, err := x.XML(name)
	if err != nil {
		return
	}
	defer r.Close()
	if _, err := r.Root(); err != nil {
		return
	}
	counting := make(map[string]bool)
	// What cannot be read of it leaves lists without numbers, no more.
	_ = r.Each(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "abstractNum":
			id := ooxml.Attr(e, "abstractNumId")
			return r.Each(func(e xml.StartElement) error {
				if e.Name.Local != "lvl" || ooxml.Attr(e, "ilvl") != "0" {
					return nil
				}
				return r.Each(func(e xml.StartElement) error {
					if e.Name.Local == "numFmt" && len(counting) < 1000 {
						f := ooxml.Attr(e, "val")
						counting[id] = f != "bullet" && f != "none"
					}
					return nil
				})
			})
		case "num":
			id := ooxml.Attr(e, "numId")
			return r.Each(func(e xml.StartElement) error {
				if e.Name.Local == "abstractNumId" && len(w.numbers) < 1000 {
					w.numbers[id] = counting[ooxml.Attr(e, "val")]
				}
				return nil
			})
		}
		return nil
	})
}

// run reads w:r: text, breaks, symbols, boxes of form fields (17.3.2, 17.16).
func (w *word) run(b *strings.Builder, instruction *int, inline func(xml.StartElement) error) error {
	hidden := false
	return w.x.Each(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "rPr":
			return w.x.Each(func(e xml.StartElement) error {
				if e.Name.Local == "vanish" {
					hidden = on(e)
				}
				return nil
			})
		case "fldChar":
			switch ooxml.Attr(e, "fldCharType") {
			case "begin":
				*instruction++
			case "separate", "end":
				*instruction = max(0, *instruction-1)
			}
			return w.formField(b)
		case "ruby":
			return w.x.Each(func(e xml.StartElement) error {
				if e.Name.Local == "rubyBase" {
					return w.x.Each(inline)
				}
				return nil
			})
		}
		if hidden || *instruction > 0 {
			return nil
		}
		switch e.Name.Local {
		case "t":
			s, err := w.x.Text()
			b.WriteString(s)
			return err
		case "tab", "ptab":
			b.WriteString("  ")
		case "br", "cr":
			b.WriteByte('\n')
		case "noBreakHyphen":
			b.WriteByte('-')
		case "sym":
			n, _ := strconv.ParseUint(ooxml.Attr(e, "char"), 16, 16)
			b.WriteString(symbol(ooxml.Attr(e, "font"), rune(n)))
		case "drawing", "pict", "object":
			return w.drawing(e)
		case "AlternateContent":
			return w.alternate(func(e xml.StartElement) error { return w.drawing(e) })
		}
		return nil
	})
}

// formField reads the box of a legacy form field (17.16.7).
func (w *word) formField(b *strings.Builder) error {
	return w.x.Each(func(e xml.StartElement) error {
		if e.Name.Local != "ffData" {
			return nil
		}
		return w.x.Each(func(e xml.StartElement) error {
			if e.Name.Local != "checkBox" {
				return nil
			}
			box := "□"
			chosen := false
			err := w.x.Each(func(e xml.StartElement) error {
				switch e.Name.Local {
				case "checked":
					chosen = true
					box = boxOf(on(e))
				case "default":
					if !chosen && on(e) {
						box = "☑"
					}
				}
				return nil
			})
			b.WriteString(box)
			return err
		})
	})
}

// drawing looks for text boxes and pictures within a drawing, DrawingML or VML.
func (w *word) drawing(e xml.StartElement) error {
	switch e.Name.Local {
	case "txbxContent":
		var lines []string
		keep := w.boxes
		w.boxes = nil
		err := w.x.Each(func(e xml.StartElement) error {
			return w.block(e, func(s string) error {
				if w.size += len(s) + 1; w.size > maxText {
					return errFull
				}
				lines = append(lines, s)
				return nil
			})
		})
		w.boxes = append(keep, strings.Join(lines, "\n"))
		return err
	case "AlternateContent":
		return w.alternate(func(e xml.StartElement) error { return w.drawing(e) })
	case "blip", "imagedata":
		w.pictures++
	}
	return w.x.Each(func(e xml.StartElement) error { return w.drawing(e) })
}

// symbol turns a character of a symbol font into the box that it draws.
func symbol(font string, r rune) string {
	low := r &^ 0xff00
	switch two := strings.Contains(font, "Wingdings 2"); {
	case two && (low == 'R' || low == 'T' || low == 'P' || low == 'O' || low == 'Q' || low == 'S' || low == 'U' || low == 'V'):
		return "☑"
	case two && (low == 0xa3 || low == '*' || low == '0'):
		return "□"
	case low == 0xfe || low == 0xfd || low == 0xfc || low == 0xfb || low == 0x78:
		return "☑"
	case low == 0xa8 || low == 0x6f || low == 0x71 || low == 0x72 || low == 0xa3:
		return "□"
	case font == "" && low == 'R': // in Wingdings 2, where nothing names the font
		return "☑"
	}
	return ""
}
