package grid

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

// Width returns the number of columns that s takes on the terminal.
func Width(s string, o Options) int {
	if w, plain := plainWidth(s); plain {
		return w
	}
	return displaywidth.Options{EastAsianWidth: o.AmbiguousWide}.String(s)
}

// ellipsis ends what Cut has cut.
const ellipsis = "…"

// Cut shortens s to at most width columns; what was cut ends with …. Where not even … fits,
// nothing is left.
func Cut(s string, width int, o Options) string {
	switch {
	case Width(s, o) <= width:
		return s
	case Width(ellipsis, o) > width:
		return ""
	}
	return displaywidth.Options{EastAsianWidth: o.AmbiguousWide}.TruncateString(s, width, ellipsis)
}

// Wrap breaks s into lines of at most width columns: between Chinese characters, at blanks between
// other words, never before a mark that closes something nor behind one that opens it. A word that is
// wider than a line is broken where it must be. It gives at least one line.
func Wrap(s string, width int, o Options) []string {
	var lines []string
	line, used := "", 0
	for _, u := range units(s) {
		w := Width(u, o)
		if used+w > width && line != "" {
			lines = append(lines, strings.TrimRight(line, " "))
			line, used = "", 0
			if u == " " {
				continue // at which the line was broken
			}
		}
		if w <= width {
			line, used = line+u, used+w
			continue
		}
		for _, r := range u {
			if w := Width(string(r), o); used+w > width && line != "" {
				lines = append(lines, line)
				line, used = "", 0
			}
			line, used = line+string(r), used+Width(string(r), o)
		}
	}
	return append(lines, line)
}

// units divides a text into what stays on one line.
func units(s string) (all []string) {
	const opens, closes = "（《〈【「『“‘〔", "、，。；：？！）》〉】」』”’〕…"
	unit, last := "", rune(0)
	for _, r := range s {
		together := strings.ContainsRune(opens, last) || strings.ContainsRune(closes, r) ||
			r != ' ' && last != ' ' && !isWide(r) && !isWide(last)
		if unit != "" && !together {
			all = append(all, unit)
			unit = ""
		}
		unit, last = unit+string(r), r
	}
	if unit != "" {
		all = append(all, unit)
	}
	return all
}

func isWide(r rune) bool { return displaywidth.Rune(r) == 2 }

// replacement stands for what was there but must not act.
const replacement = '\uFFFD'

// maxMarks is how many combining marks a letter keeps. Vietnamese needs two; heaps of them draw over
// the lines above and below.
const maxMarks = 2

// Clean makes one harmless line of s. It changes nothing in ordinary text, and a second time nothing
// at all.
//
//   - Line breaks and tabs, any number of them together, become one blank; so does every other kind
//     of blank, except the ideographic one.
//   - Control characters (C0, DEL, C1, and with them every escape sequence), bad UTF-8 and the
//     characters that override or isolate the direction of writing (a file "…cod.exe" that shows as
//     "…exe.doc") become U+FFFD: an attempt should be seen.
//   - Invisible characters are dropped: zero-width blanks and joiners, soft hyphens, variation
//     selectors, fillers, tags. They make different names look the same, and innocent mails are
//     full of them.
//   - A text that would join the character before or after it gets U+FFFD there.
//
// Letters written from right to left stay; a terminal that reorders them does so within their line.
func Clean(s string) string {
	if _, plain := plainWidth(s); plain {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	breaking, marks := false, 0
	for _, r := range s { // bad UTF-8 comes out of range as U+FFFD
		if isBreak(r) {
			if !breaking {
				b.WriteByte(' ')
			}
			breaking, marks = true, 0
			continue
		}
		switch {
		case isHostile(r):
			r = replacement
		case isInvisible(r):
			continue
		case unicode.Is(unicode.Zs, r) && r != '\u3000':
			r = ' '
		}
		breaking = false
		if unicode.In(r, unicode.Mn, unicode.Me) {
			if marks++; marks > maxMarks {
				continue
			}
		} else {
			marks = 0
		}
		b.WriteRune(r)
	}
	return detach(b.String())
}

// plainWidth returns the width of a text that is printable ASCII, Chinese characters and their marks only, as nearly all cells
// are: none of them joins with another, and each is as wide on every terminal.
func plainWidth(s string) (width int, plain bool) {
	for _, r := range s {
		switch {
		case ' ' <= r && r <= '~':
			width++
		case 0x4E00 <= r && r <= 0x9FFF, 0xFF01 <= r && r <= 0xFF5E, r == '、', r == '。', '〈' <= r && r <= '】', r == '〔', r == '〕':
			width += 2
		default:
			return 0, false
		}
	}
	return width, true
}

func isBreak(r rune) bool {
	return '\t' <= r && r <= '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029'
}

func isHostile(r rune) bool {
	return unicode.IsControl(r) || '\u202A' <= r && r <= '\u202E' || '\u2066' <= r && r <= '\u2069'
}

func isInvisible(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// detach keeps a text to itself that begins with a combining character or ends with one that takes
// in what follows: either would draw into, or swallow, a blank of the table.
func detach(s string) string {
	joins := func(left, right string) bool {
		return displaywidth.String(left+right) != displaywidth.String(left)+displaywidth.String(right)
	}
	if first, _ := utf8.DecodeRuneInString(s); unicode.IsMark(first) || joins(" ", s) {
		s = string(replacement) + s
	}
	if joins(s, " ") {
		s += string(replacement)
	}
	return s
}
