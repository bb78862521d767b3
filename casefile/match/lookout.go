package match

import (
	"math/bits"
	"strings"
	"sync"
)

// lookout finds which of up to 64 words a text holds; each begins with a character of three bytes. It goes over
// the text once: to look for one word after the other was a fifth of all that intake does, because the byte with
// which one Chinese character begins begins thousands.
type lookout struct {
	words []string
	whole int // the words from here on may have blanks between their characters
	table func() *lookoutTable
}

// lookoutTable is made when a text is first looked through, as most commands look through none.
type lookoutTable struct {
	begin [64][64]uint64 // which words, as bits, by their first character's other two bytes
	some  [64]uint64     // whether any, likewise
}

// lookFor prepares the search for words, and for labels, which count also where somebody spaced them out: 姓　名.
func lookFor(words, labels []string) *lookout {
	l := &lookout{words: append(append([]string(nil), words...), labels...), whole: len(words)}
	if len(l.words) > 64 { // further ones would never be found
		panic("more words than a lookout has room for")
	}
	l.table = sync.OnceValue(func() *lookoutTable {
		var t lookoutTable
		for k, w := range l.words {
			t.begin[w[1]&63][w[2]&63] |= 1 << k
			t.some[w[1]&63] |= 1 << (w[2] & 63)
		}
		return &t
	})
	return l
}

// found says which words there are, as bits in the order in which they were given.
type found uint64

func (f found) any(from, to int) bool { return f.first(from, to) >= 0 }

// first returns the first word of those from from up to to that is there; -1 for none.
func (f found) first(from, to int) int {
	if k := from + bits.TrailingZeros64(uint64(f>>from)); k < to {
		return k
	}
	return -1
}

// count returns how many of the words from from on are there.
func (f found) count(from int) int { return bits.OnesCount64(uint64(f >> from)) }

// in returns the words that stand in the text. What was found is no longer looked for, as in a form that is filled in
// the same labels come again and again.
func (l *lookout) in(text string) found { return l.until(text, func(found) bool { return false }) }

// until looks through the text as far as is needed: until what was found is enough.
func (l *lookout) until(text string, enough func(found) bool) (there found) {
	t := l.table()
	for i := 0; i+2 < len(text); i++ {
		if text[i]&0xf0 != 0xe0 {
			continue
		}
		second, third := text[i+1], text[i+2]
		if t.some[second&63]>>(third&63)&1 != 0 {
			for left := t.begin[second&63][third&63] &^ uint64(there); left != 0; left &= left - 1 {
				k := bits.TrailingZeros64(left)
				if strings.HasPrefix(text[i:], l.words[k]) || k >= l.whole && beginsSpaced(text[i:], l.words[k]) {
					if there |= 1 << k; enough(there) {
						return there
					}
				}
			}
		}
		if second&0xc0 == 0x80 && third&0xc0 == 0x80 {
			i += 2 // no character begins within another
		}
	}
	return there
}

// beginsSpaced reports whether a text begins with a word between whose characters, of three bytes each, blanks may stand.
func beginsSpaced(text, word string) bool {
	for word != "" {
		switch {
		case strings.HasPrefix(text, word[:3]):
			text, word = text[3:], word[3:]
		case strings.HasPrefix(text, " "), strings.HasPrefix(text, "\t"):
			text = text[1:]
		case strings.HasPrefix(text, "\u3000"):
			text = text[3:]
		default:
			return false
		}
	}
	return true
}
