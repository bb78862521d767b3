package ask

import (
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

// mark is a character of a number: a digit with its place in the text, or the X of an identity card.
type mark struct {
	digit byte // '0' to '9', or 'X'
	at    int
	size  int
}

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
		for d := rune(0); d < 10; d++ {
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

type finder struct {
	text  string
	marks []mark
	group []group
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
			f.marks = append(f.marks, mark{d, i, size})
			f.group[len(f.group)-1].to = len(f.marks)
			gap, plus, opened = 0, false, false
			continue
		case letterOf(r) == 'X' && f.trailingX(gap):
			f.marks = append(f.marks, mark{'X', i, size})
			f.group[len(f.group)-1].to = len(f.marks)
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

// trailingX reports whether an X here ends an identity card's 17 digits.
func (f *finder) trailingX(gap int) bool {
	n := 0
	for i := len(f.group) - 1; i >= 0 && n < 17; i-- {
		n += f.group[i].to - f.group[i].from
	}
	return gap == 0 && n == 17
}

// judge finds the numbers in the chain that was read and forgets it. Of what begins at a group the longest
// counts, so that the parts of a number are not taken for smaller ones.
func (f *finder) judge() {
	for i := 0; i < len(f.group); {
		if n := f.plain(i); n > 0 { // a date, a case
			i += n
			continue
		}
		n := f.number(i)
		i += max(n, 1)
	}
	f.marks, f.group = f.marks[:0], f.group[:0]
}

// digits are those of some groups.
func (f *finder) digits(from, n int) string {
	marks := f.marks[f.group[from].from:f.group[from+n-1].to]
	b := make([]byte, len(marks))
	for i, m := range marks {
		b[i] = m.digit
	}
	return string(b)
}

// plain returns how many groups from one on are a date, a span of years or the number of a case.
func (f *finder) plain(i int) int {
	size := func(k int) int {
		if i+k >= len(f.group) {
			return -1
		}
		return f.group[i+k].to - f.group[i+k].from
	}
	if f.network(i) {
		return 4
	}
	first := f.digits(i, 1)
	if len(first) == 8 && isDay(first[:4], first[4:6], first[6:]) || len(first) == 14 && isDay(first[:4], first[4:6], first[6:8]) {
		return 1
	}
	if len(first) != 4 || !isYear(first) || f.group[i].bracket {
		return 0
	}
	if size(1) >= 1 && size(1) <= 2 && size(2) >= 1 && size(2) <= 2 && isDay(first, f.digits(i+1, 1), f.digits(i+2, 1)) {
		return 3
	}
	if f.gapAfter(i) == "-" && (size(1) == 5 || size(1) == 6) {
		return 2
	}
	if i == 0 && size(1) == 4 && isYear(f.digits(1, 1)) && size(2) < 0 {
		return 2
	}
	return 0
}

// network reports whether the groups from one on are the address of a machine, 192.168.10.123.
func (f *finder) network(i int) bool {
	if i+3 >= len(f.group) {
		return false
	}
	for k := range 4 {
		if f.size(i+k) > 3 || k < 3 && f.gapAfter(i+k) != "." {
			return false
		}
	}
	return true
}

// gapAfter is what stands between a group and the next.
func (f *finder) gapAfter(i int) string {
	if i+1 >= len(f.group) {
		return ""
	}
	last, next := f.marks[f.group[i].to-1], f.marks[f.group[i+1].from]
	return f.text[last.at+last.size : next.at]
}

func isYear(s string) bool { return len(s) == 4 && (s[:2] == "19" || s[:2] == "20") }

func isDay(year, month, day string) bool {
	m, d := atoi(month), atoi(day)
	return isYear(year) && m >= 1 && m <= 12 && d >= 1 && d <= 31
}

func atoi(s string) (n int) {
	for i := 0; i < len(s); i++ {
		n = 10*n + int(s[i]-'0')
	}
	return n
}

// number notes the longest number that begins at a group and returns how many groups it has; 0: none does.
func (f *finder) number(i int) int {
	total := 0
	most := 0
	for n := i; n < len(f.group) && total <= 26 && (n == i || f.plain(n) < 2); n++ {
		total += f.group[n].to - f.group[n].from
		most++
	}
	for n := most; n > 0; n-- {
		skip, kind := f.shape(i, n)
		if kind == none {
			continue
		}
		from := f.group[i].from + skip
		first, last := f.marks[from], f.marks[f.group[i+n-1].to-1]
		f.all = append(f.all, found{first.at, last.at + last.size, kind == identity})
		return n
	}
	return f.inside(i)
}

type shape uint8

const (
	none shape = iota
	contact
	identity
)

// shape judges whether some groups are a number as a whole. skip is how many digits before it belong to no
// more than the country.
func (f *finder) shape(i, n int) (skip int, kind shape) {
	d := f.digits(i, n)
	plus := f.group[i].plus
	glued := f.before(i)
	if n == 1 && (f.postal(i, d) || f.hexadecimal(i)) {
		return 0, none
	}
	for _, country := range []string{"0086", "86"} {
		if rest, ok := strings.CutPrefix(d, country); ok && (isMobile(rest) || isLandline(rest) || isLandline("0"+rest)) {
			if n > 1 || plus {
				return len(country), contact
			}
			return 0, contact
		}
	}
	switch {
	case isCard18(d) && f.even(i, n, 2):
		return 0, identity
	case isMobile(d) && f.even(i, n, 2), isLandline(d) && f.even(i, n, 3):
		return 0, contact
	case plus && len(d) >= 9 && len(d) <= 15: // of another country
		return 0, contact
	case n > 1 && len(d) >= 16 && len(d) <= 19 && f.fours(i, n): // a bank card as it is embossed
		return 0, identity
	case n > 1 && isCard15(d) && f.even(i, n, 3):
		return 0, identity
	case n == 2 && f.size(i) == 4 && f.size(i+1) == 4 && d[0] > '1' && !f.cut(i, n) && (!isYear(d[4:]) || f.cued(i)): // 8333-1234, and not GB 3838-2002
		return 0, contact
	case n == 2 && f.size(i) == 8 && f.size(i+1) <= 4 && f.gapAfter(i) == "-" && !f.cut(i, n): // with an extension
		return 0, contact
	}
	if n > 1 {
		return 0, none
	}
	switch {
	case len(d) >= 15 && (glued == "" || cue(glued)): // a card of some kind; a longer run hides several
		return 0, identity
	case len(d) == 12 && glued == "":
		return 0, contact
	case len(d) == 8 && (glued == "" || cue(glued)) && !f.cut(i, n) && !f.amount(i):
		return 0, contact
	case len(d) >= 6 && f.cued(i): // whatever it looks like, the text says what it is
		return 0, contact
	}
	return 0, none
}

// inside looks for numbers within a run of digits that is none as a whole: two that were written together.
func (f *finder) inside(i int) int {
	d := f.digits(i, 1)
	if len(d) < 20 {
		return 0
	}
	first, last := f.marks[f.group[i].from], f.marks[f.group[i].to-1]
	f.all = append(f.all, found{first.at, last.at + last.size, true})
	return 1
}

func (f *finder) size(i int) int { return f.group[i].to - f.group[i].from }

// even reports whether no group but a first one is a single digit or so: 1 3 8 is a list, 138 0000 a number.
func (f *finder) even(i, n, least int) bool {
	for k := 0; k < n; k++ {
		if f.size(i+k) < least && !(k == n-1 && f.size(i+k) >= 1 && n > 2) {
			return false
		}
	}
	return true
}

// fours reports whether the groups are of four digits, the last of fewer.
func (f *finder) fours(i, n int) bool {
	for k := 0; k < n-1; k++ {
		if f.size(i+k) != 4 {
			return false
		}
	}
	return f.size(i+n-1) <= 4
}

// cut reports whether letters, or digits behind more than a blank, touch the groups: then they are part of a
// code.
func (f *finder) cut(i, n int) bool {
	tied := func(k int) bool { return strings.Trim(f.gapAfter(k), " \u3000/") != "" }
	return i > 0 && tied(i-1) || i+n < len(f.group) && tied(i+n-1) || f.before(i) != "" && !cue(f.before(i)) || f.after(i+n-1) != ""
}

// hexadecimal reports whether a group lies in a digest: 56969694fb75.
func (f *finder) hexadecimal(i int) bool {
	is := func(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' }
	start := f.marks[f.group[i].from].at
	end := start
	for start > 0 && is(f.text[start-1]) {
		start--
	}
	for end < len(f.text) && is(f.text[end]) {
		end++
	}
	return end-start >= 12 && len(strings.Trim(f.text[start:end], "0123456789")) > 0 && strings.ContainsAny(f.text[start+1:end], "abcdef")
}

// before are the letters that touch a group from the left, as capitals; after those from the right.
func (f *finder) before(i int) string {
	at := f.marks[f.group[i].from].at
	var b []byte
	for at > 0 {
		r, size := utf8.DecodeLastRuneInString(f.text[:at])
		c := letterOf(r)
		if c == 0 {
			break
		}
		b = append([]byte{c}, b...)
		if at -= size; len(b) > 12 {
			break
		}
	}
	return string(b)
}

func (f *finder) after(i int) string {
	last := f.marks[f.group[i].to-1]
	var b []byte
	for at := last.at + last.size; at < len(f.text) && len(b) <= 12; {
		r, size := utf8.DecodeRuneInString(f.text[at:])
		c := letterOf(r)
		if c == 0 {
			break
		}
		b = append(b, c)
		at += size
	}
	return string(b)
}

// amount reports whether a run of digits is an amount of something: 12345678元.
func (f *finder) amount(i int) bool {
	first, last := f.marks[f.group[i].from], f.marks[f.group[i].to-1]
	rest, lead := strings.TrimLeft(f.text[last.at+last.size:], " "), strings.TrimRight(f.text[:first.at], " ")
	for _, unit := range []string{"元", "万", "亿", "件", "页", "份", "人", "个", "次", "字节", "%", "平方", "吨", "公里", "米", "年", "天", "日", "号文", "B", "K", "M"} {
		if strings.HasPrefix(rest, unit) {
			return true
		}
	}
	for _, sign := range []string{"¥", "￥", "$", "人民币", "金额", "共", "第", "〔", "["} {
		if strings.HasSuffix(lead, sign) {
			return true
		}
	}
	return false
}

// cues are what people write before a number that reaches or identifies somebody.
var cues = []string{"电话", "手机", "联系方式", "联系", "传真", "座机", "身份证", "证件", "证件号码", "证件号", "证号", "护照", "通行证", "卡号", "账号", "帐号", "微信", "QQ", "TEL", "PHONE", "MOBILE", "FAX", "WECHAT"}

// cued reports whether such a word stands before a group, with nothing but a colon, 号 or 码 between.
func (f *finder) cued(i int) bool {
	lead := strings.ToUpper(strings.TrimRight(f.text[max(0, f.marks[f.group[i].from].at-40):f.marks[f.group[i].from].at], " :：为是（(号码\t　"))
	for _, c := range cues {
		if strings.HasSuffix(lead, c) {
			return true
		}
	}
	return false
}

// cue reports whether letters that touch a number only say what it is.
func cue(letters string) bool {
	switch letters {
	case "ID", "NO", "QQ", "WX", "TEL", "MOB", "FAX", "PH", "CARD", "PHONE", "MOBILE", "WECHAT", "CELL", "T", "P", "X":
		return true
	}
	return false
}

// postal reports whether capitals and digits together are a parcel's or a registered letter's number:
// EA123456789CN, XA12345678901, SF1234567890123. Two letters that merely say what a number is make none.
func (f *finder) postal(i int, digits string) bool {
	at := f.marks[f.group[i].from].at
	letters, after := f.before(i), f.after(i)
	if len(letters) != 2 || cue(letters) || f.text[at-2:at] != letters {
		return false
	}
	switch len(digits) {
	case 9:
		return len(after) == 2
	case 11, 12, 13, 15:
		return after == ""
	}
	return false
}

func isMobile(d string) bool { return len(d) == 11 && d[0] == '1' && d[1] >= '3' && d[1] <= '9' }

// isLandline: an area code of three or four digits, a local number of seven or eight.
func isLandline(d string) bool {
	return len(d) >= 10 && len(d) <= 12 && d[0] == '0' && d[1] >= '1' && d[1] <= '9'
}

func isCard18(d string) bool {
	return len(d) == 18 && d[0] != '0' && isDay(d[6:10], d[10:12], d[12:14])
}

func isCard15(d string) bool {
	return len(d) == 15 && d[0] != '0' && isDay("19"+d[6:8], d[8:10], d[10:12])
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
		at, letters, digits, shaped := i, 0, "", true
		for i < len(s) {
			r, size = utf8.DecodeRuneInString(s[i:])
			if d := digitOf(r); d != 0 {
				digits += string(d)
			} else if letterOf(r) == 0 {
				break
			} else {
				shaped = shaped && digits == ""
				letters++
			}
			i += size
		}
		n := len(digits)
		code := letters == 1 && n >= 7 && n <= 10 || letters == 2 && n == 7
		if shaped && code && !(n == 8 && isDay(digits[:4], digits[4:6], digits[6:])) {
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
	for i := 1; i < len(all); i++ {
		for j := i; j > 0 && all[j].start < all[j-1].start; j-- {
			all[j], all[j-1] = all[j-1], all[j]
		}
	}
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

// Hides reports whether a span of a text lies in a number that is masked, and is not the whole of it.
// Such a span must not count as found: digit by digit, a search would spell out what is hidden.
func Hides(text string, start, end int) bool {
	for _, n := range personalNumbers(text) {
		if n.start < end && start < n.end && (start > n.start || n.end > end) {
			return true
		}
	}
	return false
}
