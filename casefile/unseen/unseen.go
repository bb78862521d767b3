// Package unseen tells what of a page its author made invisible: advertisers hide a preview in it, others
// what is to mislead a program. What nobody sees in a mail program must not be read as the applicant's word.
package unseen

import (
	"slices"
	"strings"

	"golang.org/x/net/html/atom"

	"ysq.internal/ysq/casefile/regexp"
)

// Elements follows the elements of a page as its tags pass. The zero value is the beginning of a page.
type Elements struct {
	open []atom.Atom // from the hidden one inwards
}

const maxOpen = 512

// Hidden reports whether what stands here is not shown.
func (e *Elements) Hidden() bool { return len(e.open) > 0 }

// Start takes a start tag with its style attribute; hidden is whether it has the attribute of that name.
func (e *Elements) Start(tag atom.Atom, style string, hidden bool) {
	if tag == 0 || void(tag) {
		return
	}
	if n := len(e.open); n > 0 && e.open[n-1] == atom.P && endsParagraph(tag) {
		e.open = e.open[:n-1] // its end tag was left out
	} else if implied(tag) {
		e.sibling(tag)
	}
	if len(e.open) == 0 && !hidden && !hides(style) || len(e.open) >= maxOpen {
		return
	}
	e.open = append(e.open, tag)
}

// sibling closes an element whose end tag was left out before another of its kind.
func (e *Elements) sibling(tag atom.Atom) {
	for i := len(e.open) - 1; i >= 0; i-- {
		switch e.open[i] {
		case tag:
			e.open = e.open[:i]
			return
		case atom.Table, atom.Ul, atom.Ol, atom.Dl:
			return
		}
	}
}

// End takes an end tag.
func (e *Elements) End(tag atom.Atom) {
	if len(e.open) == 0 {
		return
	}
	for i := len(e.open) - 1; i >= 0; i-- {
		if e.open[i] == tag {
			e.open = e.open[:i]
			return
		}
	}
	if implied(e.open[0]) { // what it stands in ends
		e.open = nil
	}
}

var nothing = regexp.MustCompile(`(^|;)(display:none|visibility:hidden|mso-hide:all|opacity:0(\.0+)?|font-size:0(\.0+)?(px|pt|em|rem|%)?|(max-)?(height|width):0(px|pt)?;(.*;)?overflow:hidden|overflow:hidden;(.*;)?(max-)?(height|width):0(px|pt)?)(!important)?(;|$)`)

func hides(style string) bool {
	if style == "" || len(style) > 4<<10 {
		return false
	}
	return nothing.MatchString(strings.ToLower(strings.Join(strings.Fields(style), "")))
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
