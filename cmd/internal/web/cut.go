package web

import (
	"fmt"
	"unicode/utf8"

	"ysq.internal/ysq/cmd/internal/ask"
)

// How much of a text stands on a page: in bytes as they are written, because a mark of five bytes may stand for one of the mail.
const (
	besideOthers = 48 << 10 // of the mails on a page together, and of its records
	onItsOwn     = 80 << 10 // of the mail that the page is about
)

// stretch is a part of a text, and where it goes on; 0: it ends there.
type stretch struct {
	Text string
	Next int
}

// beginning is as much of a text as stands on a page with so many in all.
func beginning(text string, all int) stretch { return stretchOf(text, 0, besideOthers/all) }

// goesOn is as much of a text as stands on its own, from a place on.
func goesOn(text string, from int) stretch { return stretchOf(text, from, onItsOwn) }

func stretchOf(text string, from, most int) stretch {
	from = min(from, len(text))
	for from < len(text) && !utf8.RuneStart(text[from]) {
		from++
	}
	written := 0
	for i, r := range text[from:] {
		switch r {
		case '<', '>', '&', '"', '\'', '+':
			written += len("&#34;")
		default:
			written += utf8.RuneLen(max(r, ' '))
		}
		if written > most {
			return stretch{text[from : from+i], from + i}
		}
	}
	return stretch{text[from:], 0}
}

// cut is a text of so many characters at most.
func cut(most int, text any) string {
	s := fmt.Sprint(text)
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "…"
		}
	}
	return s
}

// ends is a sender of so many characters at most: a long name must not push the address behind it out of sight.
func ends(most int, sender ask.Address) string {
	r := []rune(sender)
	if len(r) <= most {
		return string(sender)
	}
	return string(r[:most/2]) + "…" + string(r[len(r)-most/2:])
}
