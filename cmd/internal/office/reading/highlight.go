package reading

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/worker"
)

// Where on a page stands what is proposed. What was read says in which part and line it stood, for people; where that is
// on the picture is found by looking for the words again, behind their label where it is there. Blanks and widths
// do not count: lines of forms are broken and spaced anywhere.

// shortest is how many characters a value must have to be looked for; a single one stands everywhere.
const shortest = 2

// longestPrefix is as much of a long value as must be found: the rest may stand on the next page.
const longestPrefix = 12

// sought is a value to be found.
type sought struct {
	label     ask.Handle
	words     string
	beginning string // of words
	behind    string // the label as it was written; may be empty
}

func soughtOf(all []form.Proposal) (values []sought) {
	for _, p := range all {
		words := bare(p.Value)
		if len(words) >= shortest {
			values = append(values, sought{ask.Handle(p.Field.Label()), string(words), string(words[:min(len(words), longestPrefix)]), string(bare(p.Source.Label))})
		}
	}
	return values
}

// bare is a text without blanks and in the usual width.
func bare(s string) (rs []rune) {
	for _, r := range norm.NFKC.String(s) {
		if !unicode.IsSpace(r) {
			rs = append(rs, r)
		}
	}
	return rs
}

// searched is a text in which values are found: as it stands, and which of its characters begins at each byte.
type searched struct {
	text string
	at   []int
}

func searchedIn(text []rune) searched {
	s := searched{text: string(text), at: make([]int, 0, 3*len(text)+1)}
	for i, r := range text {
		for range utf8.RuneLen(r) {
			s.at = append(s.at, i)
		}
	}
	s.at = append(s.at, len(text))
	return s
}

// in finds the value in a text: behind its label, otherwise where it stands first; of a value that goes on elsewhere its
// beginning.
func (s sought) in(t searched) (from, to int, ok bool) {
	start := max(0, strings.Index(t.text, s.behind))
	for _, words := range []string{s.words, s.beginning} {
		at := strings.Index(t.text[start:], words)
		if at >= 0 {
			at += start
		} else if at = strings.Index(t.text, words); at < 0 {
			continue
		}
		return t.at[at], t.at[at+len(words)], true
	}
	return 0, 0, false
}

// marksOn are the places of the values on a picture, one for each line that they take.
func marksOn(glyphs []worker.Glyph, all []form.Proposal) (marks []ask.PageMark) {
	var text []rune
	var at []int // the glyph of each
	for i, g := range glyphs {
		for _, r := range bare(g.Text) {
			text, at = append(text, r), append(at, i)
		}
	}
	whole := searchedIn(text)
	for _, s := range soughtOf(all) {
		from, to, ok := s.in(whole)
		if !ok {
			continue
		}
		first := len(marks)
		for _, i := range at[from:to] {
			marks = joined(marks, first, s.label, glyphs[i].Box)
		}
	}
	return marks
}

// joined adds a character to the last mark from first on, or begins a line.
func joined(marks []ask.PageMark, first int, label ask.Handle, b [4]int) []ask.PageMark {
	m := ask.PageMark{Label: label, Left: b[0], Top: b[1], Width: b[2] - b[0], Height: b[3] - b[1]}
	if len(marks) == first {
		return append(marks, m)
	}
	last := &marks[len(marks)-1]
	if middle := m.Top + m.Height/2; middle < last.Top || middle > last.Top+last.Height || m.Left+m.Width < last.Left {
		return append(marks, m)
	}
	left, top := min(last.Left, m.Left), min(last.Top, m.Top)
	last.Width, last.Height = max(last.Left+last.Width, m.Left+m.Width)-left, max(last.Top+last.Height, m.Top+m.Height)-top
	last.Left, last.Top = left, top
	return marks
}

// markHTML marks values in a page of htmlOf, whose text has neither comments nor scripts.
func markHTML(page []byte, all []form.Proposal) []byte {
	var text []rune
	var from, to []int // the bytes of each
	for i := 0; i < len(page); {
		if page[i] == '<' {
			i += max(1, bytes.IndexByte(page[i:], '>')+1)
			continue
		}
		said, n := entity(page[i:])
		for _, r := range bare(said) {
			text, from, to = append(text, r), append(from, i), append(to, i+n)
		}
		i += n
	}
	marked := make([]ask.Handle, len(text))
	whole := searchedIn(text)
	for _, s := range soughtOf(all) {
		if a, b, ok := s.in(whole); ok {
			for i := a; i < b; i++ {
				marked[i] = s.label
			}
		}
	}
	var out bytes.Buffer
	done := 0
	for i := 0; i < len(marked); i++ {
		if marked[i] == "" {
			continue
		}
		first := i
		for i+1 < len(marked) && marked[i+1] == marked[first] && bytes.IndexByte(page[to[i]:max(to[i], from[i+1])], '<') < 0 {
			i++
		}
		out.Write(page[done:from[first]])
		out.WriteString(`<mark title="` + escape.Replace(string(marked[first])) + `">`)
		out.Write(page[from[first]:to[i]])
		out.WriteString("</mark>")
		done = to[i]
	}
	out.Write(page[done:])
	return out.Bytes()
}

// entity reads a character, or the name of one as escape writes it.
func entity(b []byte) (said string, n int) {
	if end := bytes.IndexByte(b[:min(len(b), 6)], ';'); b[0] == '&' && end > 0 {
		return unescape.Replace(string(b[:end+1])), end + 1
	}
	_, n = utf8.DecodeRune(b)
	return string(b[:n]), n
}

var unescape = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">", "&#34;", `"`, "&#39;", "'")
