package form

import (
	"fmt"
	"slices"
	"strings"
)

// Said is what one mail of a case says, or the application with the files that were put beside it.
type Said struct {
	Form
	Title string // for people; empty for the application itself
}

// Mails is all that the mails of a case say: the application itself first, then what came later, which adds
// to it and corrects it.
type Mails []Said

// Best is the likeliest value of a field: that of the application itself, or, where it has none, of the
// latest mail that has.
func (m Mails) Best(field Field, n int) (Proposal, bool) {
	for i := range m {
		at := 0
		if i > 0 {
			at = len(m) - i
		}
		if p, ok := m[at].Best(field, n); ok {
			p.Source = m[at].located(p.Source)
			return p, true
		}
	}
	return Proposal{}, false
}

// located says of a later mail that a value is from there.
func (s Said) located(at Source) Source {
	at.Place = strings.TrimSpace(s.Title + " " + at.Place)
	return at
}

// Proposals are what every mail proposes, each with its source.
func (m Mails) Proposals() (all []Proposal) {
	for _, s := range m {
		for _, p := range s.Form.Proposals {
			p.Source = s.located(p.Source)
			all = append(all, p)
		}
	}
	return all
}

// Puzzling are the lines of every mail of which nothing was made.
func (m Mails) Puzzling() (all []Puzzle) {
	for _, s := range m {
		for _, w := range s.Form.Puzzling {
			w.Source = s.located(w.Source)
			all = append(all, w)
		}
	}
	return all
}

// Others are the values of a field but one, in every mail.
func (m Mails) Others(field Field, n int, but string) (all []string) {
	for _, s := range m {
		for _, p := range s.All(field, n) {
			if p.Value != but && !slices.Contains(all, p.Value) {
				all = append(all, p.Value)
			}
		}
	}
	return all
}

// Missing is what 条例 第二十九条 requires and no mail has said: a later mail that lacks it no more, because it
// says it or has a picture of it, mends the application.
func (m Mails) Missing() (all []Missing) {
	for _, lacks := range m[0].Form.Missing {
		mended := slices.ContainsFunc(m[1:], func(s Said) bool {
			return !slices.ContainsFunc(s.Form.Missing, func(o Missing) bool { return o.Field == lacks.Field })
		})
		if !mended {
			all = append(all, lacks)
		}
	}
	return all
}

// Request puts several requests into one text, numbered, each with its reference number.
func (m Mails) Request() (text string, from []Proposal) {
	var lines []string
	for n := range max(1, m[0].Requests()) {
		p, ok := m.Best(Request, n)
		if !ok {
			continue
		}
		line := strings.TrimSpace(p.Value)
		if ref, ok := m.Best(Reference, n); ok && !strings.Contains(line, ref.Value) {
			line += "（文号：" + ref.Value + "）"
		}
		lines, from = append(lines, line), append(from, p)
	}
	if len(lines) == 1 {
		return lines[0], from
	}
	for i := range lines {
		lines[i] = fmt.Sprintf("%d. %s", i+1, lines[i])
	}
	return strings.Join(lines, "\n"), from
}

// fromHeader is the Source.Place of what the mail's header says.
const fromHeader = "邮件头"

// OfHeader reports whether a value is what the mail's header says.
func (s Source) OfHeader() bool { return strings.HasSuffix(s.Place, fromHeader) }

// Contact is where a reply may go: what the applicant wrote, otherwise the address that he wrote from.
func (m Mails) Contact() (text string, from []Proposal) {
	var words []string
	add := func(p Proposal) { words, from = append(words, p.Value), append(from, p) }
	if p, ok := m.Best(Address, 0); ok {
		if code, ok := m.Best(Postcode, 0); ok && !strings.Contains(p.Value, code.Value) {
			p.Value += "（" + code.Value + "）"
		}
		add(p)
	}
	if p, ok := m.Best(Phone, 0); ok {
		add(p)
	}
	if p, ok := m.Best(Email, 0); ok && (p.Source.Place != fromHeader || len(words) == 0) {
		add(p)
	}
	return strings.Join(words, "，"), from
}

// String says where a value was found.
func (s Source) String() string {
	name := s.Name
	if name == "" && !strings.HasSuffix(s.Place, fromHeader) {
		name = "正文"
	}
	words := strings.TrimSpace(name + " " + s.Place)
	if s.Label != "" {
		words += "“" + s.Label + "”"
	}
	if s.Machine {
		words += "（机器识别）"
	}
	return words
}
