package worker

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/casefile/ooxml"
	"ysq.internal/ysq/casefile/panics"
)

// OFD (GB/T 33190-2016) is a zip of XML: pages of text objects with the place of each glyph, in millimetres
// from the upper left corner. A page of it is laid out as one of a PDF.

const (
	pointsPerMM = 72 / 25.4
	maxOFDFiles = 400 // pages, templates and annotations
)

var ofdLimits = ooxml.Limits{Entries: 4096, Part: 16 << 20, Total: 64 << 20, Ratio: 200, Depth: 200, Token: 1 << 20, Strings: 16 << 20}

// readOFD reads the first document of a file.
func readOFD(in form.Input) Reading {
	r := Reading{Document: form.Document{Part: in.Index, Name: in.Name, Format: form.OFD}}
	x, err := ooxml.Open(bytes.NewReader(in.Body), int64(len(in.Body)), ofdLimits)
	if err != nil {
		return r.with(Damaged, form.NoteDamaged, "OFD 文件损坏，读不出。")
	}
	o := &ofd{x: x, room: maxGlyphs}
	doc, err := o.document()
	if err != nil || len(doc.Pages) == 0 {
		return r.with(Damaged, form.NoteDamaged, "OFD 文件里没有页，或者已损坏，读不出。")
	}
	var broken []int
	pictures := false
	for i, p := range doc.Pages[:min(len(doc.Pages), maxPages)] {
		page := &ofdPage{o: o}
		blocks, err := page.blocks(in, doc, p, i+1)
		if err != nil {
			broken = append(broken, i+1)
		}
		pictures = pictures || page.picture
		r.Document.Blocks = append(r.Document.Blocks, blocks...)
		if o.room <= 0 {
			r.note(form.NoteCut, fmt.Sprintf("文字过多，只读到第 %d 页。", i+1))
			break
		}
	}
	if len(doc.Pages) > maxPages {
		r.note(form.NoteCut, fmt.Sprintf("共 %d 页，只读了前 %d 页。", len(doc.Pages), maxPages))
	}
	if broken != nil {
		r.note(form.NoteDamaged, "第 "+numbers(broken)+" 页读不出，或者没有读完。")
	}
	switch {
	case len(r.Document.Blocks) > 0:
		r.State = Read
	case pictures:
		return r.with(Scan, form.NoteScan, "这份 OFD 没有文字，是扫描件或照片，须人工阅看。")
	case broken != nil:
		r.State = Damaged
	default:
		return r.with(Empty, form.NoteEmpty, "OFD 里都是空白页。")
	}
	return r
}

// ofd is an open file.
type ofd struct {
	x     *ooxml.Reader
	files int
	room  int // for glyphs
}

type ofdDocument struct {
	dir       string
	Pages     []ofdRef          `xml:"Pages>Page"`
	Templates []ofdRef          `xml:"CommonData>TemplatePage"`
	Notes     string            `xml:"Annotations"`
	notes     map[string]string // page → file of its annotations
}

type ofdRef struct {
	ID   string `xml:"ID,attr"`
	Base string `xml:"BaseLoc,attr"`
}

// decode reads a part of the file; names are relative to dir or absolute.
func (o *ofd) decode(dir, name string, into any) error {
	if o.files++; o.files > maxOFDFiles {
		return ooxml.ErrLimit
	}
	part, err := o.x.Part(within(dir, name))
	if err != nil {
		return err
	}
	d := xml.NewDecoder(io.LimitReader(part, ofdLimits.Part))
	d.Strict = false
	return errors.Join(d.Decode(into), part.Close())
}

func within(dir, name string) string {
	if name = strings.TrimSpace(strings.ReplaceAll(name, `\`, "/")); !strings.HasPrefix(name, "/") {
		name = dir + "/" + name
	}
	return strings.TrimPrefix(path.Clean("/"+name), "/")
}

func (o *ofd) document() (doc ofdDocument, err error) {
	var root struct {
		Root string `xml:"DocBody>DocRoot"`
	}
	if err := o.decode("", "OFD.xml", &root); err != nil {
		return doc, err
	}
	doc.dir = path.Dir(within("", root.Root))
	if err := o.decode("", root.Root, &doc); err != nil {
		return doc, err
	}
	doc.notes = make(map[string]string)
	if doc.Notes != "" {
		var all struct {
			Pages []struct {
				Page string `xml:"PageID,attr"`
				File string `xml:"FileLoc"`
			} `xml:"Page"`
		}
		if o.decode(doc.dir, doc.Notes, &all) == nil {
			for _, p := range all.Pages {
				doc.notes[p.Page] = within(path.Dir(within(doc.dir, doc.Notes)), p.File)
			}
		}
	}
	return doc, nil
}

// ofdPage is a page being read: what its template, its content and its annotations draw.
type ofdPage struct {
	o       *ofd
	glyphs  []glyph
	rules   []rule
	points  int
	picture bool
}

// errNowhere is a page on which no glyph has a place.
var errNowhere = errors.New("the places are nowhere")

// blocks reads a page as far as it can be read. One over which our code panics cannot; the others can.
func (p *ofdPage) blocks(in form.Input, doc ofdDocument, ref ofdRef, number int) (blocks []form.Block, err error) {
	defer panics.Catch(&err)
	err = p.read(doc, ref)
	if len(p.glyphs) == 0 {
		return nil, err
	}
	if blocks = layOut(in, len(doc.Pages), number, p.glyphs, nil, p.rules); len(blocks) == 0 {
		err = errors.Join(err, errNowhere)
	}
	return blocks, err
}

func (p *ofdPage) read(doc ofdDocument, ref ofdRef) error {
	var page ofdContent
	if err := p.o.decode(doc.dir, ref.Base, &page); err != nil {
		return err
	}
	var errs []error
	for _, use := range page.Uses {
		for _, t := range doc.Templates {
			if t.ID == use.ID {
				var template ofdContent
				errs = append(errs, p.o.decode(doc.dir, t.Base, &template))
				p.draw(template.Layers, ofdMatrix{1, 0, 0, 1, 0, 0}, 0)
			}
		}
	}
	p.draw(page.Layers, ofdMatrix{1, 0, 0, 1, 0, 0}, 0)
	if file := doc.notes[ref.ID]; file != "" {
		var notes struct {
			Looks []ofdBlock `xml:"Annot>Appearance"`
		}
		errs = append(errs, p.o.decode("", file, &notes))
		for _, look := range notes.Looks {
			at := numbersOf(look.Boundary)
			if len(at) < 2 {
				at = []float64{0, 0}
			}
			p.draw([]ofdBlock{look}, ofdMatrix{1, 0, 0, 1, at[0], at[1]}, 0)
		}
	}
	return errors.Join(errs...)
}

type ofdContent struct {
	Uses []struct {
		ID string `xml:"TemplateID,attr"`
	} `xml:"Template"`
	Layers []ofdBlock `xml:"Content>Layer"`
}

type ofdBlock struct {
	Boundary string     `xml:"Boundary,attr"`
	Texts    []ofdText  `xml:"TextObject"`
	Paths    []ofdPath  `xml:"PathObject"`
	Images   []struct{} `xml:"ImageObject"`
	Blocks   []ofdBlock `xml:"PageBlock"`
}

type ofdText struct {
	Boundary string  `xml:"Boundary,attr"`
	CTM      string  `xml:"CTM,attr"`
	Size     float64 `xml:"Size,attr"`
	Codes    []struct {
		X      *float64 `xml:"X,attr"`
		Y      *float64 `xml:"Y,attr"`
		DeltaX string   `xml:"DeltaX,attr"`
		DeltaY string   `xml:"DeltaY,attr"`
		Text   string   `xml:",chardata"`
	} `xml:"TextCode"`
}

type ofdPath struct {
	Boundary string `xml:"Boundary,attr"`
	CTM      string `xml:"CTM,attr"`
	Data     string `xml:"AbbreviatedData"`
}

// ofdMatrix takes x, y to a·x+c·y+e, b·x+d·y+f.
type ofdMatrix [6]float64

func (m ofdMatrix) at(x, y float64) point {
	return point{(m[0]*x + m[2]*y + m[4]) * pointsPerMM, (m[1]*x + m[3]*y + m[5]) * pointsPerMM}
}

// placed is the matrix of an object: its own, then its place.
func placed(boundary, ctm string, outer ofdMatrix) ofdMatrix {
	m := ofdMatrix{1, 0, 0, 1, 0, 0}
	if own := numbersOf(ctm); len(own) == 6 {
		copy(m[:], own)
	}
	if at := numbersOf(boundary); len(at) >= 2 {
		m[4], m[5] = m[4]+at[0], m[5]+at[1]
	}
	m[4], m[5] = m[4]+outer[4], m[5]+outer[5]
	return m
}

func (p *ofdPage) draw(blocks []ofdBlock, outer ofdMatrix, depth int) {
	for _, b := range blocks {
		p.picture = p.picture || len(b.Images) > 0
		for _, t := range b.Texts {
			p.text(t, placed(t.Boundary, t.CTM, outer))
		}
		for _, path := range b.Paths {
			p.path(path, placed(path.Boundary, path.CTM, outer))
		}
		if depth < 20 {
			p.draw(b.Blocks, outer, depth+1)
		}
	}
}

// text places the glyphs of a text object: each at the sum of the deltas before it. There may be fewer deltas
// than glyphs; the size then stands for them.
func (p *ofdPage) text(t ofdText, m ofdMatrix) {
	x, y := 0.0, 0.0
	for _, c := range t.Codes {
		if c.X != nil {
			x = *c.X
		}
		if c.Y != nil {
			y = *c.Y
		}
		across, down := deltas(c.DeltaX), deltas(c.DeltaY)
		cx, cy, apart := x, y, false
		for i, r := range []rune(strings.Trim(c.Text, "\r\n")) {
			if p.o.room <= 0 {
				return
			}
			if i > 0 {
				cx, cy = cx+delta(across, i-1, t.Size, down == nil), cy+delta(down, i-1, 0, false)
			}
			if nothing(r) {
				apart = true
				continue
			}
			width := t.Size
			if r < 0x2000 {
				width /= 2
			}
			a, b := m.at(cx, cy-t.Size*0.85), m.at(cx+width*0.95, cy+t.Size*0.1)
			p.glyphs = append(p.glyphs, glyph{text: string(r), box: box{min(a.x, b.x), min(a.y, b.y), max(a.x, b.x), max(a.y, b.y)}, at: len(p.glyphs), apart: apart})
			apart = false
			p.o.room--
		}
	}
}

func delta(all []float64, i int, missing float64, step bool) float64 {
	switch {
	case i < len(all):
		return all[i]
	case len(all) > 0:
		return all[len(all)-1]
	case step:
		return missing
	}
	return 0
}

// deltas reads a list of distances, in which "g N v" stands for N times v.
func deltas(s string) (all []float64) {
	words := strings.Fields(s)
	for i := 0; i < len(words) && len(all) < maxGlyphs; i++ {
		if words[i] == "g" && i+2 < len(words) {
			n, _ := strconv.Atoi(words[i+1])
			v, _ := strconv.ParseFloat(words[i+2], 64)
			for range min(max(n, 0), maxGlyphs-len(all)) {
				all = append(all, v)
			}
			i += 2
			continue
		}
		v, err := strconv.ParseFloat(words[i], 64)
		if err != nil {
			return all
		}
		all = append(all, v)
	}
	return all
}

// path follows the straight strokes of a drawing: M and S begin one, L draws, C closes.
func (p *ofdPage) path(o ofdPath, m ofdMatrix) {
	words := strings.Fields(o.Data)
	var start, last point
	for i := 0; i < len(words) && p.points < maxPoints; i++ {
		number := func(k int) float64 {
			if k < len(words) {
				v, _ := strconv.ParseFloat(words[k], 64)
				return v
			}
			return 0
		}
		p.points++
		switch words[i] {
		case "M", "S":
			start = m.at(number(i+1), number(i+2))
			last, i = start, i+2
		case "L":
			here := m.at(number(i+1), number(i+2))
			p.rules = appendRule(p.rules, last, here)
			last, i = here, i+2
		case "C":
			p.rules = appendRule(p.rules, last, start)
			last = start
		case "Q":
			last, i = m.at(number(i+3), number(i+4)), i+4
		case "B":
			last, i = m.at(number(i+5), number(i+6)), i+6
		case "A":
			last, i = m.at(number(i+6), number(i+7)), i+7
		}
	}
}

// numbersOf reads numbers parted by blanks; nil if there is anything else.
func numbersOf(s string) (all []float64) {
	for w := range strings.FieldsSeq(s) {
		v, err := strconv.ParseFloat(w, 64)
		if err != nil || len(all) == 8 {
			return nil
		}
		all = append(all, v)
	}
	return all
}
