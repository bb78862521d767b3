package reading

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io/fs"
	"slices"
	"strings"
	"unicode"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/worker"
)

// cuttable are the values of which a piece of the picture is shown beside what was read. Whose value is masked, the
// piece of him is shown to nobody who did not ask to see it; a number of identity is never cut out.
var cuttable = []struct {
	flag     string
	field    form.Field
	personal bool
}{
	{flagApplicant, form.Name, false}, {flagColumn, form.Category, false}, {flagRequest, form.Request, false},
	{flagContact, form.Phone, true}, {flagContact, form.Address, true}, {flagEmail, form.Email, true},
	{flagForm, form.Medium, false}, {flagDelivery, form.Delivery, false},
}

// Snippets cuts out of pictures what tesseract read there and is proposed for registering. They are made when they are
// asked for, and kept nowhere.
func (g *Pages) Snippets(ctx context.Context, call ask.Call, q ask.CaseRef) ([]ask.Snippet, error) {
	all := []ask.Snippet{}
	u, err := g.proposals.understand(ctx, q.Case)
	if err != nil {
		return nil, err
	}
	_, sources, err := g.reading.sources(q.Case)
	if err != nil {
		return nil, err
	}
	pages := map[pageKey]*image.Gray{}
	for _, c := range cuttable {
		p, ok := u.forms.Best(c.field, 0)
		if !ok || !p.Source.Machine || c.personal && call.Reveal == ask.Masked || casefile.WithoutIDNumbers(p.Value) != p.Value {
			continue
		}
		place, ok, err := g.placeOf(ctx, sources[:min(len(sources), mostSources)], p, call.Reveal != ask.Masked)
		if err != nil {
			return nil, err
		}
		if !ok || digitsOf(place.text) >= map[bool]int{false: telephoneDigits, true: identityDigits}[c.personal] {
			continue // what stands beside the value may be a person's
		}
		page, drawn := pages[place.key]
		if !drawn {
			if page, err = g.pictureOf(ctx, place); err != nil {
				return nil, err
			}
			pages[place.key] = page
		}
		if page == nil {
			continue
		}
		cut, err := cutOut(page, place.mark)
		if err != nil {
			return nil, fmt.Errorf("cutting out %s: %w", c.field, err)
		}
		all = append(all, ask.Snippet{Flag: c.flag, Label: c.field.Label(), PNG: cut})
	}
	return all, nil
}

// placed is where on which picture a value stands.
type placed struct {
	key  pageKey
	file string
	mark ask.PageMark
	text string // what was read within the mark
}

// A piece with so many digits in a row may show a telephone number, or one of identity.
const (
	telephoneDigits = 7
	identityDigits  = 15
)

// digitsOf is the length of the longest run of digits in a text, blanks and hyphens among them left out.
func digitsOf(text string) (most int) {
	n := 0
	for _, r := range text {
		switch {
		case unicode.IsDigit(r):
			n++
			most = max(most, n)
		case r == ' ' || r == '-' || r == '.':
		default:
			n = 0
		}
	}
	return most
}

// textIn is what was read within a mark.
func textIn(words []worker.Glyph, m ask.PageMark) string {
	var b strings.Builder
	for _, w := range words {
		if w.Box[0] < m.Left+m.Width && w.Box[2] > m.Left && w.Box[1] < m.Top+m.Height && w.Box[3] > m.Top {
			b.WriteString(w.Text)
		}
	}
	return b.String()
}

// placeOf finds a value that was read in a picture; else, for whoever has asked to see what is masked, the line of its
// label, on which anything may stand.
func (g *Pages) placeOf(ctx context.Context, sources []source, p form.Proposal, shown bool) (at placed, ok bool, err error) {
	for _, whole := range []bool{true, false} {
		if !whole && !shown {
			break
		}
		for _, s := range sources {
			readings, err := g.reading.ReadingsOf(ctx, s.digest, s.file)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return at, false, err
			}
			for _, r := range readings {
				if cmp.Or(s.file, r.Document.Name) != p.Source.Name {
					continue
				}
				for _, page := range r.Recognised {
					at = placed{key: pageKey{s.digest, r.Document.Part, page.Page, r.Digest}, file: s.file}
					if at.mark, ok = placeOn(page, p, whole); ok {
						at.text = textIn(page.Words, at.mark)
						return at, true, nil
					}
				}
			}
		}
	}
	return at, false, nil
}

// placeOn is where a value stands on a page; without whole, the line on which its label stands.
func placeOn(page worker.Recognised, p form.Proposal, whole bool) (ask.PageMark, bool) {
	if !whole {
		p.Value, p.Source.Label = p.Source.Label, ""
	}
	marks := marksOn(page.Words, []form.Proposal{p})
	if len(marks) == 0 {
		return ask.PageMark{}, false
	}
	m := marks[0]
	for _, o := range marks[1:min(len(marks), 8)] {
		right, bottom := max(m.Left+m.Width, o.Left+o.Width), max(m.Top+m.Height, o.Top+o.Height)
		m.Left, m.Top = min(m.Left, o.Left), min(m.Top, o.Top)
		m.Width, m.Height = right-m.Left, bottom-m.Top
	}
	switch p.Field {
	case form.Category, form.Medium, form.Delivery: // with the box before it
		left := max(0, m.Left-300)
		m.Left, m.Width = left, m.Width+m.Left-left
	}
	if !whole {
		m.Width = 10000 - m.Left
	}
	return m, true
}

// pictureOf is the picture of a page; nil where it cannot be drawn.
func (g *Pages) pictureOf(ctx context.Context, at placed) (*image.Gray, error) {
	_, content, err := g.page(ctx, at.key.digest, at.file, ask.PageRef{Part: at.key.part, Page: at.key.page, Member: at.key.member})
	if err != nil || content == nil {
		return nil, err
	}
	if c, err := png.DecodeConfig(bytes.NewReader(content)); err != nil || c.Width > 4000 || c.Height > 4000 {
		return nil, fmt.Errorf("the picture of a page is none: %d by %d: %w", c.Width, c.Height, err)
	}
	m, err := png.Decode(bytes.NewReader(content))
	gray, _ := m.(*image.Gray)
	return gray, err
}

// cutOut is a piece of a picture with a little around it.
func cutOut(m *image.Gray, at ask.PageMark) ([]byte, error) {
	const around = 5 // pixels
	w, h := m.Rect.Dx(), m.Rect.Dy()
	r := image.Rect(at.Left*w/10000, at.Top*h/10000, (at.Left+at.Width)*w/10000, (at.Top+at.Height)*h/10000).Inset(-around).Intersect(m.Rect)
	var b bytes.Buffer
	err := png.Encode(&b, m.SubImage(r))
	return slices.Clip(b.Bytes()), err
}
