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
	open  []atom.Atom     // the hidden element and those within it
	rules map[string]bool // selectors of the page's own style (.class, #id, tag.class, tag#id): whether they hide
}

// Look holds the attributes of an element that decide whether it is seen.
type Look struct {
	Style, Class, ID string
	Hidden           bool // the attribute of that name
}

const (
	maxOpen  = 512
	maxRules = 1000
	maxSheet = 64 << 10 // bytes of a style that are searched for rules
	maxBody  = 4 << 10  // bytes of declarations that are read
)

// Sheet reads the text of a style element. Rules under a condition (@media) are ignored: what they hide on a narrow screen
// is shown on a wide one.
func (e *Elements) Sheet(css string) {
	css = css[:min(len(css), maxSheet)]
	for len(css) > 0 {
		open := strings.IndexByte(css, '{')
		if open < 0 {
			return
		}
		selectors, depth, end := strings.TrimSpace(css[:open]), 1, open+1
		for ; end < len(css) && depth > 0; end++ {
			switch css[end] {
			case '{':
				depth++
			case '}':
				depth--
			}
		}
		body := css[open+1 : max(open+1, end-1)]
		css = css[end:]
		if i := strings.LastIndexAny(selectors, ";>"); i >= 0 { // @import …; and the end of a comment of HTML
			selectors = selectors[i+1:]
		}
		if i := strings.LastIndex(selectors, "*/"); i >= 0 {
			selectors = selectors[i+2:]
		}
		if strings.HasPrefix(strings.TrimSpace(selectors), "@") {
			continue
		}
		hide := hides(body) // once for all selectors: a hostile page has thousands before one long body
		if !hide && (len(body) > maxBody || !shows.MatchString(body)) {
			continue
		}
		for s := range strings.SplitSeq(selectors, ",") {
			s = strings.TrimSpace(s)
			i := strings.IndexAny(s, ".#")
			if i < 0 || strings.ContainsAny(s, " >+~:[*") {
				continue
			}
			s = strings.ToLower(s[:i]) + s[i:]
			if _, known := e.rules[s]; known || len(e.rules) < maxRules {
				if e.rules == nil {
					e.rules = make(map[string]bool)
				}
				e.rules[s] = hide
			}
		}
	}
}

// ruled reports whether the page's style hides an element that does not say itself how it is shown.
func (e *Elements) ruled(tag atom.Atom, l Look) bool {
	if len(e.rules) == 0 || len(l.Style) <= maxBody && shows.MatchString(l.Style) {
		return false
	}
	if l.ID != "" && e.selected(tag, "#"+l.ID) {
		return true
	}
	for c := range strings.FieldsSeq(l.Class[:min(len(l.Class), 1<<10)]) {
		if e.selected(tag, "."+c) {
			return true
		}
	}
	return false
}

// selected reports whether the style hides the elements of a class or an id that have this tag. What it says of them with
// their tag goes before what it says without.
func (e *Elements) selected(tag atom.Atom, s string) bool {
	if hide, ok := e.rules[tag.String()+s]; ok {
		return hide
	}
	return e.rules[s]
}

// Hidden reports whether what stands here is not shown.
func (e *Elements) Hidden() bool { return len(e.open) > 0 }

// Start follows a start tag.
func (e *Elements) Start(tag atom.Atom, l Look) {
	if tag == 0 || void(tag) {
		return
	}
	if n := len(e.open); n > 0 && e.open[n-1] == atom.P && endsParagraph(tag) {
		e.open = e.open[:n-1] // its end tag was left out
	} else if implied(tag) {
		e.sibling(tag)
	}
	if len(e.open) == 0 && !l.Hidden && !hides(l.Style) && !e.ruled(tag, l) || len(e.open) >= maxOpen {
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
	if style == "" || len(style) > maxBody {
		return false
	}
	style = strings.ToLower(strings.Join(strings.Fields(style), ""))
	return nothing.MatchString(style) || away.MatchString(style) || ownColour(style)
}

var (
	away   = regexp.MustCompile(`(^|;)(left|right|top|text-indent|margin-left|margin-top):-[0-9]{4,}(\.[0-9]+)?(px|pt)`)
	shows  = regexp.MustCompile(`(?i)display\s*:\s*(block|inline|table|flex|list|grid)`)
	colour = regexp.MustCompile(`(?:^|;)(background(?:-color)?|color):(#[0-9a-f]{3,8}|[a-z]+|rgb\([0-9,]+\))`)
	hex    = regexp.MustCompile(`^#([0-9a-f])([0-9a-f])([0-9a-f])$`)
)

// ownColour reports whether the characters have the same colour as their background, as far as the element itself sets both.
func ownColour(style string) bool {
	var ink, paper string
	for _, m := range colour.FindAllStringSubmatch(style, 8) {
		value := hex.ReplaceAllString(m[2], "#$1$1$2$2$3$3")
		switch value {
		case "white", "rgb(255,255,255)":
			value = "#ffffff"
		case "black", "rgb(0,0,0)":
			value = "#000000"
		}
		if m[1] == "color" {
			ink = value
		} else {
			paper = value
		}
	}
	return ink != "" && ink == paper && ink != "inherit" && ink != "initial"
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
