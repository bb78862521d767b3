// Package words says what searching means here: which words a text has, and where it has those that
// somebody asks for.
//
// Chinese is written without blanks, so a word is found wherever its characters stand next to each
// other; letters and digits are found from the beginning of a word on (zhang finds zhangsan, 17 does
// not find 2017). Width, case and the blanks and line breaks between Chinese characters make no
// difference: mailers break lines where they like.
//
// An index of texts keeps their terms (Terms): each pair of neighbouring Chinese characters, the last
// character of each run of them, and each word of letters and digits in lower case. Whatever Find
// finds in a text, the text's terms have what Word.Terms asks for. The reverse is not true: an index
// only says where to look.
package words

import "unicode"

// maxWord is how many characters of a word of letters or digits are a term; nobody types more of one.
const maxWord = 24

type class uint8

const (
	other class = iota
	chinese
	latin // letters and digits of every script that has blanks between its words
)

func classOf(r rune) class {
	switch {
	case r < 0x80:
		if '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return latin
		}
		return other
	case common(r):
		return chinese
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
		return chinese
	case unicode.IsLetter(r), unicode.IsDigit(r):
		return latin
	}
	return other
}

// common reports whether a character is one of those of which most texts consist. They are no blanks, nothing folds them, and
// most of the time went into looking for them in tables.
func common(r rune) bool { return 0x4E00 <= r && r <= 0x9FFF }

// fold makes one of characters that differ only in how they are typed.
func fold(r rune) rune {
	switch {
	case 'A' <= r && r <= 'Z':
		return r + ('a' - 'A')
	case r < 0x80, common(r):
		return r
	case '！' <= r && r <= '～': // full width
		r -= '！' - '!'
	case r == '〔' || r == '【':
		return '['
	case r == '〕' || r == '】':
		return ']'
	}
	return unicode.ToLower(r)
}

// Text is a text made ready to be searched.
type Text struct {
	text  string
	runes []rune // folded; blanks are one ' ', and none between Chinese characters
	at    []int  // where in text each of them stands
	ends  []int  // and where it ends there
}

// Fold makes a text ready.
func Fold(text string) Text {
	t := Text{text: text, runes: make([]rune, 0, len(text)/2), at: make([]int, 0, len(text)/2), ends: make([]int, 0, len(text)/2)}
	blank := -1 // where the blank before the next character stands; -1: there is none
	last := other
	for i, r := range text {
		switch {
		case common(r):
		case unicode.IsSpace(r):
			if blank < 0 && len(t.runes) > 0 {
				blank = i
			}
			continue
		case unicode.Is(unicode.Cf, r):
			continue // nobody sees it
		}
		r = fold(r)
		c := classOf(r)
		if blank >= 0 && (last != chinese || c != chinese) {
			t.add(' ', blank, blank+1)
		}
		blank, last = -1, c
		t.add(r, i, i+widthAt(text, i))
	}
	return t
}

func (t *Text) add(r rune, at, end int) {
	t.runes, t.at, t.ends = append(t.runes, r), append(t.at, at), append(t.ends, end)
}

// widthAt is how many bytes the character at i has; a byte that is none counts as one.
func widthAt(s string, i int) int {
	n := 1
	if s[i] >= 0xC0 {
		for n < 4 && i+n < len(s) && s[i+n]&0xC0 == 0x80 {
			n++
		}
	}
	return n
}

// Terms adds the terms of a text to a set.
func Terms(text string, to map[string]struct{}) {
	runes := Fold(text).runes
	for i := 0; i < len(runes); {
		switch classOf(runes[i]) {
		case chinese:
			n := 1
			if i+1 < len(runes) && classOf(runes[i+1]) == chinese {
				n = 2
			}
			to[string(runes[i:i+n])] = struct{}{}
			i++
		case latin:
			end := wordEnd(runes, i)
			to[string(runes[i:min(end, i+maxWord)])] = struct{}{}
			i = end
		default:
			i++
		}
	}
}

// wordEnd is where the word of letters and digits that begins at i ends.
func wordEnd(runes []rune, i int) int {
	for i < len(runes) && classOf(runes[i]) == latin {
		i++
	}
	return i
}
