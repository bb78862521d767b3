package ask

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

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
	f.signs, f.marks, f.group = f.signs[:0], f.marks[:0], f.group[:0]
}

// digits are those of some groups.
func (f *finder) digits(from, n int) []byte {
	return f.signs[f.group[from].from:f.group[from+n-1].to]
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

func isYear(d []byte) bool {
	return len(d) == 4 && (d[0] == '1' && d[1] == '9' || d[0] == '2' && d[1] == '0')
}

func isDay(year, month, day []byte) bool {
	m, d := atoi(month), atoi(day)
	return isYear(year) && m >= 1 && m <= 12 && d >= 1 && d <= 31
}

func atoi(digits []byte) (n int) {
	for _, d := range digits {
		n = 10*n + int(d-'0')
	}
	return n
}

// No number of several groups has fewer or more digits.
const fewestParted, mostParted = 7, 19

// number notes the longest number that begins at a group and returns how many groups it has; 0: none does.
func (f *finder) number(i int) int {
	most, total := 1, f.size(i)
	for next := i + 1; next < len(f.group) && total+f.size(next) <= mostParted && f.plain(next) < 2; next++ {
		total += f.size(next)
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
	if n == 1 && (f.postal(i, d) || f.hexadecimal(i)) {
		return 0, none
	}
	if country := countryCode(d); country > 0 {
		if n > 1 || plus {
			return country, contact
		}
		return 0, contact
	}
	switch {
	case isCard18(d) && f.even(i, n, 2):
		return 0, identity
	case isMobile(d) && f.even(i, n, 2), isLandline(d) && f.even(i, n, 3):
		return 0, contact
	case plus && len(d) >= 9 && len(d) <= 15: // of another country
		return 0, contact
	case n > 1:
		return 0, f.parted(i, n, d)
	}
	return 0, f.unbroken(i, d)
}

// parted judges digits in several groups by how people part them.
func (f *finder) parted(i, n int, d []byte) shape {
	switch {
	case len(d) < fewestParted || len(d) > mostParted:
	case len(d) >= 16 && (f.fours(i, n) || strings.IndexByte("4569", d[0]) >= 0 && f.even(i, n, 3)): // a bank card as it is embossed
		return identity
	case isCard15(d) && f.even(i, n, 3):
		return identity
	case n == 2 && f.halves(i, d): // 8333-1234
		return contact
	case n == 2 && f.size(i) == 8 && f.size(i+1) <= 4 && f.gapAfter(i) == "-" && !f.cut(i, n): // with an extension
		return contact
	case len(d) <= 8 && f.cued(i):
		return contact
	}
	return none
}

// unbroken judges digits in one group by how many there are and what stands before them.
func (f *finder) unbroken(i int, d []byte) shape {
	if len(d) < 6 {
		return none
	}
	glued := f.before(i)
	free := glued == "" || cue(glued)
	switch {
	case len(d) >= 15 && len(d) <= 19 && free: // a card of some kind
		return identity
	case len(d) == 12 && glued == "", len(d) == 8 && free && !f.cut(i, 1) && !f.amount(i):
		return contact
	case f.cued(i): // whatever it looks like, the text says what it is
		return contact
	}
	return none
}

// inside looks for numbers at the ends of a run of digits that is none as a whole: two that were written
// together.
func (f *finder) inside(i int) int {
	d := f.digits(i, 1)
	if len(d) < 20 || !isCard18(d[:18]) && !isCard18(d[len(d)-18:]) && !isMobile(d[:11]) && !isMobile(d[len(d)-11:]) {
		return 0
	}
	first, last := f.marks[f.group[i].from], f.marks[f.group[i].to-1]
	f.all = append(f.all, found{first.at, last.at + last.size, true})
	return 1
}

func (f *finder) size(i int) int { return f.group[i].to - f.group[i].from }

// even reports whether the groups are as long as people make them: no digit stands alone but in the last, or all
// do, as in the boxes of a form.
func (f *finder) even(i, n, least int) bool {
	single, short := 0, 0
	for k := range n {
		switch size := f.size(i + k); {
		case size == 1 && k == n-1 && n > 2:
			single++
		case size == 1:
			single++
			short++
		case size < least && !(k == n-1 && n > 2):
			short++
		}
	}
	return short == 0 || single == n
}

// halves reports whether two groups are a local telephone number: 8333-1234, and not GB 3838-2002 or 3838.2045.
func (f *finder) halves(i int, d []byte) bool {
	gap := strings.Trim(f.gapAfter(i), " 　-－—–")
	return f.size(i) == 4 && f.size(i+1) == 4 && d[0] > '1' && gap == "" && !f.cut(i, 2) && (!isYear(d[4:]) || f.cued(i))
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
	if first := f.marks[f.group[i].from].at; i == 0 && first > 0 && f.text[first-1] == '/' { // of a path
		return true
	}
	return i > 0 && tied(i-1) || i+n < len(f.group) && tied(i+n-1) || f.before(i) != "" && !cue(f.before(i)) || f.after(i+n-1) != ""
}

// hexRun is a run of hexadecimal digits in the text.
type hexRun struct {
	start, end int
	digest     bool // it is long, and not only a number
}

// hexadecimal reports whether a group lies in a digest: 56969694fb75.
func (f *finder) hexadecimal(i int) bool {
	is := func(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' }
	at := f.marks[f.group[i].from].at
	if at < f.hex.start || at >= f.hex.end {
		start, end := at, at
		for start > 0 && is(f.text[start-1]) {
			start--
		}
		for end < len(f.text) && is(f.text[end]) {
			end++
		}
		f.hex = hexRun{start, end, end-start >= 12 && strings.ContainsAny(f.text[start+1:end], "abcdef")}
	}
	return f.hex.digest
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
	lead := strings.ToUpper(strings.TrimRight(f.text[max(0, f.marks[f.group[i].from].at-40):f.marks[f.group[i].from].at], " :：/为是（(号码\t　"))
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
func (f *finder) postal(i int, digits []byte) bool {
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

func isMobile(d []byte) bool { return len(d) == 11 && d[0] == '1' && d[1] >= '3' && d[1] <= '9' }

// isLandline: an area code of three or four digits, a local number of seven or eight.
func isLandline(d []byte) bool { return len(d) > 0 && d[0] == '0' && isLandlineAbroad(d[1:]) }

// isLandlineAbroad is a landline as it is dialled behind the code of the country: without the first 0.
func isLandlineAbroad(d []byte) bool {
	return len(d) >= 9 && len(d) <= 11 && d[0] >= '1' && d[0] <= '9'
}

// countryCode is how many digits of a number are the code of this country; 0: none are.
func countryCode(d []byte) int {
	for _, code := range []string{"0086", "86"} {
		if rest, ok := bytes.CutPrefix(d, []byte(code)); ok && (isMobile(rest) || isLandline(rest) || isLandlineAbroad(rest)) {
			return len(code)
		}
	}
	return 0
}

func isCard18(d []byte) bool {
	return len(d) == 18 && d[0] != '0' && isDay(d[6:10], d[10:12], d[12:14])
}

func isCard15(d []byte) bool {
	return len(d) == 15 && d[0] != '0' && isDay([]byte{'1', '9', d[6], d[7]}, d[8:10], d[10:12])
}
