package ask

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A personal number identifies or reaches a person: an identity card, a passport, a bank card, a telephone.
// People write it with blanks, dots and hyphens in it, in full-width digits, with +86 before it or with
// letters stuck to it. So a text is first read as chains: groups of digits with nothing but such marks
// between them. What stands in a chain is judged by the digits alone, and hidden where it stands in the text.

// found is a number in a text.
type found struct {
	start, end int  // bytes
	identity   bool // stays hidden where only ways of contact are opened
}

// mark is where a character of a number stands in the text.
type mark struct{ at, size int }

// group is a run of digits with nothing between them.
type group struct {
	from, to int  // among the chain's marks
	plus     bool // '+' stands before it
	bracket  bool // an opening bracket does
}

// fewestDigits is how many a text must have to hold a number: the local part of an address has no fewer.
const fewestDigits = 5

// personalNumbers finds them in a text, in order and without overlaps.
func personalNumbers(s string) []found {
	if !manyDigits(s) {
		return nil
	}
	f := finder{text: s}
	f.chains()
	f.codes()
	f.localParts()
	return f.ordered()
}

// CountNumbers counts the numbers of persons in a text.
func CountNumbers(s string) (identity, contact int) {
	for _, n := range personalNumbers(s) {
		if n.identity {
			identity++
		} else {
			contact++
		}
	}
	return identity, contact
}

// manyDigits is the quick look that spares nearly every text the slow one.
func manyDigits(s string) bool {
	n := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case '0' <= c && c <= '9':
			n++
		case c < 0xC0 || c >= 0xE3 && c <= 0xE9: // ASCII, the rest of a character, Chinese
			continue
		default:
			if r, _ := utf8.DecodeRuneInString(s[i:]); digitOf(r) != 0 {
				n++
			}
		}
		if n >= fewestDigits {
			return true
		}
	}
	return false
}

// digitOf returns the ASCII digit that a character stands for, in whatever script or width; 0: none.
func digitOf(r rune) byte {
	if r < 0x80 {
		if '0' <= r && r <= '9' {
			return byte(r)
		}
		return 0
	}
	if !unicode.IsNumber(r) || unicode.Is(unicode.Han, r) {
		return 0
	}
	if n := norm.NFKC.String(string(r)); len(n) == 1 && '0' <= n[0] && n[0] <= '9' {
		return n[0]
	}
	if unicode.IsDigit(r) { // of another script: its zero lies at most nine before it
		for d := range rune(10) {
			if !unicode.IsDigit(r-d-1) || d == 9 {
				return byte('0' + d)
			}
		}
	}
	return 0
}

// letterOf returns the capital ASCII letter that a character stands for; 0: none.
func letterOf(r rune) byte {
	if r >= 'Ａ' && r <= 'ｚ' {
		r -= 'Ａ' - 'A'
	}
	if r|0x20 >= 'a' && r|0x20 <= 'z' && r < 0x80 {
		return byte(r &^ 0x20)
	}
	return 0
}

// between reports whether a character may stand between two groups of one number.
func between(r rune) bool {
	switch r {
	case ' ', '.', '-', '·', '•', '．', '。', '・', '_', '/', '(', ')', '（', '）', '＋', '+':
		return true
	}
	return r >= 0x80 && (unicode.Is(unicode.Zs, r) || unicode.Is(unicode.Pd, r) || unicode.Is(unicode.Cf, r) || r == '−')
}

// widest is how many such characters may stand between two groups.
const widest = 3

// finder looks at each place of a text a bounded number of times, however long its runs are: a mail may be
// nothing but digits.
type finder struct {
	text  string
	signs []byte // of the chain: '0' to '9', or the X of an identity card
	marks []mark // where each of them stands
	group []group
	hex   hexRun // the one looked at last
	all   []found
}

// chains splits the text into chains and judges each.
func (f *finder) chains() {
	gap, plus, opened := 0, false, false
	for i, size := 0, 0; i < len(f.text); i += size {
		var r rune
		r, size = utf8.DecodeRuneInString(f.text[i:])
		d := digitOf(r)
		switch {
		case d != 0:
			if len(f.group) == 0 || gap > 0 || plus {
				f.group = append(f.group, group{from: len(f.marks), to: len(f.marks), plus: plus, bracket: opened})
			}
			f.add(d, i, size)
			gap, plus, opened = 0, false, false
			continue
		case letterOf(r) == 'X' && f.trailingX(gap):
			f.add('X', i, size)
		case between(r) && gap < widest:
			gap++
			plus = r == '+' || r == '＋'
			opened = r == '(' || r == '（'
			continue
		}
		f.judge()
		gap = 0
		plus, opened = r == '+' || r == '＋', r == '(' || r == '（'
	}
	f.judge()
}

// add puts a sign into the last group.
func (f *finder) add(sign byte, at, size int) {
	f.signs, f.marks = append(f.signs, sign), append(f.marks, mark{at, size})
	f.group[len(f.group)-1].to = len(f.marks)
}

// trailingX reports whether an X here ends an identity card's 17 digits.
func (f *finder) trailingX(gap int) bool {
	n := 0
	for i := len(f.group) - 1; i >= 0 && n < 17; i-- {
		n += f.group[i].to - f.group[i].from
	}
	return gap <= 1 && n == 17
}

// codes finds the numbers of passports and of papers of Hong Kong, Macao and Taiwan: E12345678, EA1234567.
func (f *finder) codes() {
	s := f.text
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if letterOf(r) == 0 && digitOf(r) == 0 {
			i += size
			continue
		}
		at, letters, n, shaped := i, 0, 0, true
		var first [8]byte // of n digits
		for i < len(s) {
			r, size = utf8.DecodeRuneInString(s[i:])
			if d := digitOf(r); d != 0 {
				if n < len(first) {
					first[n] = d
				}
				n++
			} else if letterOf(r) == 0 {
				break
			} else {
				shaped = shaped && n == 0
				letters++
			}
			i += size
		}
		if shaped && (letters == 1 || letters == 2) && n == 6 { // of Hong Kong, with its check digit: A123456(7)
			if rest := s[i:]; len(rest) >= 3 && rest[0] == '(' && rest[2] == ')' {
				i += 3
				f.all = append(f.all, found{at, i - 1, true})
				continue
			}
		}
		code := letters == 1 && n >= 7 && n <= 10 || letters == 2 && n == 7
		if shaped && code && !(n == 8 && isDay(first[:4], first[4:6], first[6:])) {
			f.all = append(f.all, found{at, i, true})
		}
	}
}

// localParts finds numbers before the @ of an address, however short: of QQ, say.
func (f *finder) localParts() {
	for from := 0; ; {
		n := strings.IndexByte(f.text[from:], '@')
		if n < 0 {
			return
		}
		end := from + n
		start, all := end, true
		for start > 0 && end-start < 64 {
			r, size := utf8.DecodeLastRuneInString(f.text[:start])
			if digitOf(r) == 0 {
				all = r >= 0x80 || !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-_+", r)
				break
			}
			start -= size
		}
		if all && utf8.RuneCountInString(f.text[start:end]) >= fewestDigits && end+1 < len(f.text) && f.text[end+1] != ' ' {
			f.all = append(f.all, found{start, end, false})
		}
		from = end + 1
	}
}

// ordered sorts what was found; where two overlap, they become one.
func (f *finder) ordered() []found {
	all := f.all
	slices.SortStableFunc(all, func(a, b found) int { return cmp.Compare(a.start, b.start) })
	kept := all[:0]
	for _, n := range all {
		if k := len(kept) - 1; k >= 0 && n.start < kept[k].end {
			kept[k].end, kept[k].identity = max(kept[k].end, n.end), kept[k].identity || n.identity
			continue
		}
		kept = append(kept, n)
	}
	return kept
}

// stars is what stands for a number: its last four characters stay, so that a clerk can still tell two of
// them apart.
func stars(number string) string {
	var signs []rune
	for _, r := range number {
		if digitOf(r) != 0 || letterOf(r) != 0 {
			signs = append(signs, r)
		}
	}
	shown := min(4, len(signs)/2)
	return strings.Repeat("*", len(signs)-shown) + string(signs[len(signs)-shown:])
}

// numbersOf lists the numbers that stand in a text, as digitsOf.
func numbersOf(text string) (all []string) {
	for _, n := range personalNumbers(text) {
		all = append(all, digitsOf(text[n.start:n.end]))
	}
	return all
}

// digitsOf is a number without the manner in which it is written.
func digitsOf(number string) string {
	return strings.Map(func(r rune) rune {
		if d := digitOf(r); d != 0 {
			return rune(d)
		}
		return -1
	}, number)
}

// Mask hides the personal numbers of a text that leaves the register in another way than through a Door.
func Mask(s string) string { return hide(s, func(found) bool { return true }) }

func hide(s string, hidden func(found) bool) string {
	all := personalNumbers(s)
	if len(all) == 0 {
		return s
	}
	var b strings.Builder
	last := 0
	for _, n := range all {
		if hidden(n) {
			b.WriteString(s[last:n.start])
			b.WriteString(stars(s[n.start:n.end]))
			last = n.end
		}
	}
	b.WriteString(s[last:])
	return b.String()
}

// Veil hides the personal numbers of a text and keeps the place of everything else, to the byte: what is cut out
// of it holds no half of a number.
func Veil(s string) string {
	all := personalNumbers(s)
	if len(all) == 0 {
		return s
	}
	b := []byte(s)
	for _, n := range all {
		shown := 4
		for end := n.end; end > n.start; {
			r, size := utf8.DecodeLastRuneInString(s[n.start:end])
			end -= size
			if digitOf(r) == 0 && letterOf(r) == 0 {
				continue
			}
			if shown--; shown >= 0 {
				continue
			}
			star := "*"
			if size == len("＊") {
				star = "＊"
			}
			copy(b[end:end+size], strings.Repeat(star, size/len(star)))
		}
	}
	return string(b)
}

// Numbers are the personal numbers of a text, in order.
type Numbers []found

// NumbersIn finds them.
func NumbersIn(text string) Numbers { return personalNumbers(text) }

// Hide reports whether a span of the text lies in a number that is masked, and is not the whole of it.
// Such a span must not count as found: digit by digit, a search would spell out what is hidden.
func (all Numbers) Hide(start, end int) bool {
	i, _ := slices.BinarySearchFunc(all, start, func(n found, start int) int { return cmp.Compare(n.end, start+1) })
	for ; i < len(all) && all[i].start < end; i++ {
		if start > all[i].start || all[i].end > end {
			return true
		}
	}
	return false
}
