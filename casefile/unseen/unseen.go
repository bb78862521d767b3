// Package unseen tells what of a page its author made invisible: advertisers hide a preview in it, others
// what is to mislead a program. What nobody sees in a mail program must not be read as the applicant's word.
//
//	unseen.go   which elements are open, and what they leave of their text
//	style.go    what declarations do to an element
//	sheet.go    the page's own style, and whom its rules mean
//	colour.go   colours, and which of them nobody tells apart
package unseen

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/net/html/atom"
)

// Elements follows the elements of a page as its tags pass. The zero value is the beginning of a page.
type Elements struct {
	open   []element
	deeper int // elements open beyond maxOpen, which are not told apart
	sheet  sheet
}

// Look holds the attributes of an element that decide whether it is seen.
type Look struct {
	Style, Class, ID string
	Colour, Paper    string // the attributes color and bgcolor
	Text             string // the attribute text, which is the colour of all text where the body has it
	Hidden           bool   // the attribute of that name
}

// Take notes an attribute of an element if it is one that decides. Of two of one name the first counts.
func (l *Look) Take(key, value string) {
	switch key {
	case "style":
		l.Style = cmp.Or(l.Style, value)
	case "class":
		l.Class = cmp.Or(l.Class, value)
	case "id":
		l.ID = cmp.Or(l.ID, value)
	case "color":
		l.Colour = cmp.Or(l.Colour, value)
	case "bgcolor":
		l.Paper = cmp.Or(l.Paper, value)
	case "text":
		l.Text = cmp.Or(l.Text, value)
	case "hidden":
		l.Hidden = true
	}
}

// element is an open element, with what it has from those around it.
type element struct {
	tag       atom.Atom
	id        string
	classes   []string
	gone      bool // nothing within it is shown, whatever it says of itself
	invisible bool // what is within may be visible again
	tiny      bool // as well
	ink       colour
	paper     colour
}

// maxOpen bounds the elements that are told apart: no person nests so deeply.
const maxOpen = 512

// Hidden reports whether text that stands here is not shown.
func (e *Elements) Hidden() bool {
	if len(e.open) == 0 {
		return false
	}
	o := &e.open[len(e.open)-1]
	return o.gone || o.invisible || o.tiny || o.ink.lost(o.paper)
}

// Start follows a start tag.
func (e *Elements) Start(tag atom.Atom, l Look) {
	if void(tag) {
		return
	}
	if n := len(e.open); n > 0 && e.open[n-1].tag == atom.P && endsParagraph(tag) {
		e.open = e.open[:n-1] // its end tag was left out
	} else if implied(tag) {
		e.sibling(tag)
	}
	if len(e.open) >= maxOpen {
		e.deeper++
		return
	}
	o := element{ink: black, paper: white}
	if n := len(e.open); n > 0 {
		o = e.open[n-1]
	}
	o.tag, o.id, o.classes = tag, l.ID, strings.Fields(l.Class[:min(len(l.Class), maxClass)])
	if tag == atom.Body {
		o.ink.paint(l.Text)
	}
	o.ink.paint(l.Colour)
	o.paper.lay(l.Paper)
	e.open = append(e.open, o)
	hidden := l.Hidden || tag == atom.Template || tag == atom.Datalist
	if says := append(e.sheet.of(e.open), declarations(l.Style)); hidden || len(says) > 1 || says[0] != nil {
		e.open[len(e.open)-1].dress(says, hidden)
	}
}

// sibling closes an element whose end tag was left out before another of its kind.
func (e *Elements) sibling(tag atom.Atom) {
	for i := len(e.open) - 1; i >= 0; i-- {
		switch e.open[i].tag {
		case tag:
			e.open = e.open[:i]
			return
		case atom.Table, atom.Ul, atom.Ol, atom.Dl:
			return
		}
	}
}

// End takes an end tag. One of text within a cell closes nothing outside of it.
func (e *Elements) End(tag atom.Atom) {
	if e.deeper > 0 {
		e.deeper--
		return
	}
	for i := len(e.open) - 1; i >= 0; i-- {
		switch o := e.open[i].tag; {
		case o == tag:
			e.open = e.open[:i]
			return
		case (o == atom.Td || o == atom.Th || o == atom.Table) && !ofTable(tag):
			return
		}
	}
}

func ofTable(tag atom.Atom) bool {
	return slices.Contains([]atom.Atom{atom.Table, atom.Tbody, atom.Thead, atom.Tfoot, atom.Tr, atom.Td, atom.Th, atom.Body, atom.Html}, tag)
}

func void(tag atom.Atom) bool {
	return slices.Contains([]atom.Atom{atom.Br, atom.Hr, atom.Img, atom.Input, atom.Meta, atom.Link, atom.Col, atom.Area, atom.Base, atom.Wbr}, tag)
}

// implied reports whether the end tag of an element may be left out.
func implied(tag atom.Atom) bool {
	return slices.Contains([]atom.Atom{atom.P, atom.Li, atom.Td, atom.Th, atom.Tr, atom.Tbody, atom.Option, atom.Dt, atom.Dd}, tag)
}

func endsParagraph(tag atom.Atom) bool {
	return slices.Contains([]atom.Atom{atom.P, atom.Div, atom.Table, atom.Ul, atom.Ol, atom.H1, atom.H2, atom.H3, atom.Form, atom.Blockquote, atom.Pre}, tag)
}
