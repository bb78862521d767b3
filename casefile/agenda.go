package casefile

import (
	"fmt"
	"strings"

	"ysq.internal/ysq/casefile/civil"
)

// Agenda is what an office has to do on a day, in sections; the most urgent is added first.
type Agenda struct {
	Agency string
	Day    civil.Date
	Foot   string // the last line of Text; empty for none

	sections []agendaSection
}

type agendaSection struct {
	title string
	lines []string
}

// Add adds a section; one without lines is left out.
func (a *Agenda) Add(title string, lines ...string) {
	if len(lines) > 0 {
		a.sections = append(a.sections, agendaSection{title, lines})
	}
}

// Items is how many lines there are.
func (a Agenda) Items() (n int) {
	for _, s := range a.sections {
		n += len(s.lines)
	}
	return n
}

// Counts is the agenda in a line: 已逾期 1，3 个工作日内到期 2.
func (a Agenda) Counts() string {
	var all []string
	for _, s := range a.sections {
		all = append(all, fmt.Sprintf("%s %d", s.title, len(s.lines)))
	}
	return strings.Join(all, "，")
}

// agendaLines bounds a section: whoever has more of a kind looks in the register.
const agendaLines = 50

// Text is the whole of it.
func (a Agenda) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n", a.Agency, a.Day.Long())
	for _, s := range a.sections {
		fmt.Fprintf(&b, "\n【%s】%d\n", s.title, len(s.lines))
		for _, l := range s.lines[:min(len(s.lines), agendaLines)] {
			b.WriteString("  " + l + "\n")
		}
		if n := len(s.lines) - agendaLines; n > 0 {
			fmt.Fprintf(&b, "  另有 %d 项\n", n)
		}
	}
	if a.Foot != "" {
		b.WriteString("\n" + a.Foot + "\n")
	}
	return b.String()
}
