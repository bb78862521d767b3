package form

import (
	"slices"
	"strings"
	"unicode"

	"ysq.internal/ysq/casefile/regexp"
)

// mark is a label that was found within a line.
type mark struct {
	at    int // where it begins
	end   int // where the label itself ends
	value int // where its value begins
	label label
	hint  string
	conf  int
}

// marks finds the labels of a line. rs is folded.
func (r *reading) marks(rs []rune) []mark {
	start := lead(rs, 0)
	if m := bareNumber.FindString(string(rs)); m != "" {
		start = len(m) // 1 申请人  张三
	}
	var all []mark
	for i := start; i < len(rs); {
		m, ok := r.mark(rs, i, start, len(all) > 0)
		if !ok {
			i++
			continue
		}
		if n := len(all); n > 0 && m.label.field == IDNumber && m.conf < withColon && all[n-1].value == m.at && (all[n-1].label.field == IDNumber || all[n-1].label.field == IDType) {
			i = m.value // 证件类型及号码：身份证 1101…
			continue
		}
		if n := len(all); n > 0 && m.label.field == Email && all[n-1].value == m.at && isChoice(all[n-1].label.field) {
			i = m.value // 获取方式：电子邮件，a@example.test
			continue
		}
		all = append(all, m)
		i = max(m.value, i+1)
	}
	return slices.Clip(all)
}

var bareNumber = regexp.MustCompile(`^[1-9][0-9]? +`)

// mark reads a label at rs[i]. It is one when a colon follows; without a colon when the place says so:
// at the beginning of a line or set apart by blanks.
func (r *reading) mark(rs []rune, i, start int, after bool) (mark, bool) {
	l, end, ok := r.labelAt(rs, i, i == start)
	if !ok || i > 0 && (rs[i-1] == '被' || boxBefore(rs, i)) {
		return mark{}, false
	}
	m := mark{at: i, end: end, label: l}
	k := ordinal(rs, end, l)
	if l.field == Request {
		k = description(rs, k)
	}
	hints := skipHints(rs, k)
	m.hint = string(rs[k:hints])
	m.label.hinted(m.hint)
	if l.flags&signLabel == 0 && l.field == Name && signHint.MatchString(m.hint) {
		m.label.flags |= signLabel
	}
	k = past(rs, foreign(rs, hints), " *")
	switch {
	case i > 0 && rs[i-1] == '[' && k < len(rs) && rs[k] == ']': // 【姓名】张三
		m.at, m.value, m.conf = i-1, past(rs, k, "]: "), withColon
		return m, i-1 == start || i < 2 || boundary(rs[i-2])
	case k < len(rs) && (rs[k] == ':' || rs[k] == '='):
		m.value, m.conf = past(rs, k, ":= "), withColon
		return m, i == start || boundary(rs[i-1]) || after && len(l.text) >= 2 && l.field != Request && l.field != Purpose
	case l.flags&needsColon != 0 && !(l.field == AppliedOn && len(rs)-k < 40 && dateLine.MatchString(string(rs[k:]))):
		return mark{}, false
	}
	m.value, m.conf = k, noColon
	return r.withoutColon(m, rs, i == start, k > hints)
}

// labelAt reads the label that stands at rs[i], and where it ends. At the beginning of a line it may be one that no list has.
func (r *reading) labelAt(rs []rune, i int, begins bool) (l label, end int, ok bool) {
	l, end, ok = r.labels.at(rs, i)
	if !begins {
		return l, end, ok
	}
	if g, e, found := guessed(rs, i); found && e > end {
		return g, e, true
	}
	if g, e, found := r.spaced(rs, i); found && e > end {
		return g, e, true
	}
	if g, found := guess(string(rs[i:])); found && numbered(rs[:i]) && len(rs) > end && !slices.Contains(rs[i:], ':') {
		return g, len(rs), true // 四、提供信息的方式
	}
	return l, end, ok
}

// withoutColon judges a label behind which no colon stands; blank says that blanks do.
func (r *reading) withoutColon(m mark, rs []rune, atStart, blank bool) (mark, bool) {
	i, k, l := m.at, m.value, m.label
	long := len(l.text) >= 2
	switch {
	case k >= len(rs):
		return m, (atStart || apart(rs, i)) && long
	case atStart && (rs[k] == ';' || rs[k] == '-' || rs[k] == '—' || rs[k] == '.' && l.field != "") && long:
		m.value = past(rs, k, ";-—. ")
		return m, l.field != "" && len(rs) < 80
	case blank && (atStart || apart(rs, i)):
		return m, long && (len(rs) < 80 && (l.field == "" || r.fitting(l, rs[k:])) || len(l.text) >= 4 && l.field == Request)
	case !atStart && !boundary(rs[i-1]):
		return mark{}, false
	}
	if l.field != "" && l.field != Request {
		for _, verb := range []string{"改为", "变更为", "更改为", "是", "为", "系"} {
			if v := []rune(verb); len(rs) >= k+len(v) && string(rs[k:k+len(v)]) == verb {
				m.value = k + len(v)
				return m, r.fitting(l, rs[m.value:])
			}
		}
	}
	m.conf = noColon - 4
	return m, r.glued(l, rs[k:], atStart)
}

// past is the first place from k on where none of the characters stands.
func past(rs []rune, k int, chars string) int {
	for k < len(rs) && strings.ContainsRune(chars, rs[k]) {
		k++
	}
	return k
}

// spaced returns the label that a word in a label's place is, which a blank parts from a value that fits.
func (r *reading) spaced(rs []rune, i int) (l label, end int, ok bool) {
	end = slices.Index(rs[i:], ' ')
	if end < 0 || len(rs) > 80 || rs[i+end-1] == ':' {
		return label{}, 0, false
	}
	if l, ok = guess(string(rs[i : i+end])); !ok {
		return label{}, 0, false
	}
	return l, i + end, r.fitting(l, []rune(strings.TrimSpace(string(rs[i+end:]))))
}

// numbered reports whether a number stands before a label.
func numbered(rs []rune) bool {
	return slices.ContainsFunc(rs, func(r rune) bool { return strings.ContainsRune("0123456789一二三四五六七八九十", r) })
}

var signHint = regexp.MustCompile(`签名|签字|盖章|签章|公章|手印`)

// ordinal passes the number of an applicant: 申请人一：, 申请人2：.
func ordinal(rs []rune, i int, l label) int {
	if l.field != Name {
		return i
	}
	k := i
	for k < len(rs) && rs[k] == ' ' {
		k++
	}
	if k < len(rs) && (rs[k] == '(' || rs[k] == '之') {
		k++
	}
	d := k
	for k < len(rs) && k-d < 2 && strings.ContainsRune("0123456789一二三四五六七八九十甲乙丙丁", rs[k]) {
		k++
	}
	if k == d {
		return i
	}
	if k < len(rs) && rs[k] == ')' {
		k++
	}
	if k < len(rs) && (rs[k] == ':' || rs[k] == ' ' || rs[k] == '(') {
		return k
	}
	return i
}

// description passes what forms add to the label of a request: 名称、文号或者便于查询的其他特征性描述. It is
// only passed when a colon, a hint or a blank follows, or nothing.
func description(rs []rune, i int) int {
	k := i
	for k < len(rs) && k-i < 40 && strings.ContainsRune("名称文号、或者和及便于查询的其他它特征性描述行政机关内容/,详细具体信息 ", rs[k]) {
		k++
	}
	ends := k == len(rs) || rs[k] == ':' || rs[k] == '('
	for k > i && rs[k-1] == ' ' {
		k, ends = k-1, true
	}
	if ends {
		return k
	}
	return i
}

// foreign passes the label's name in another language: 姓名 Name:.
func foreign(rs []rune, i int) int {
	k := i
	for k < len(rs) && k-i < 40 && (rs[k] < 0x80 && unicode.IsLetter(rs[k]) || strings.ContainsRune(" .-/", rs[k])) {
		k++
	}
	if k < len(rs) && rs[k] == ':' {
		return k
	}
	return i
}

func boundary(r rune) bool {
	return strings.ContainsRune(" ,;。.、|/()[]:!?'\"“”", r) || r == '\n'
}

// apart reports whether at least two blanks stand before rs[i]: a column of its own.
func apart(rs []rune, i int) bool { return i >= 2 && rs[i-1] == ' ' && rs[i-2] == ' ' }

// boxBefore reports whether a box stands before rs[i]: the word is an option then.
func boxBefore(rs []rune, i int) bool {
	for i > 0 && rs[i-1] == ' ' {
		i--
	}
	return i > 0 && strings.ContainsRune(emptyMarks+tickedMarks, rs[i-1])
}

// farthestValue is how many characters behind a label without a colon are looked at: a line may be full of such labels.
const farthestValue = 100

// fitting reports whether what follows a label without a colon is a value for it.
func (r *reading) fitting(l label, rs []rune) bool {
	rs = rs[:min(len(rs), farthestValue)]
	text := string(rs)
	switch l.field {
	case Name:
		return len(names(text)) > 0 && plausibleName(names(text)[0])
	case Representative, ContactPerson, Agent:
		return plausibleName(person(text))
	case Request, Purpose, Remark:
		return len(l.text) >= 4
	case Address, Employer:
		return strings.ContainsAny(text, "省市县区镇乡村路街号公司厂校院所局") && len(rs) < 60
	case Medium, Delivery, Waiver, Kind, Alternative:
		return len(choices(text)) > 0 || len([]rune(nameHead(rs))) < 16 || saysWay(text)
	}
	v, _ := take(l.field, text)
	return v != ""
}

func plausibleName(s string) bool {
	return likelyName(s) || bodySuffix(s) != "" || latin.MatchString(s)
}

// glued reports whether a value follows a label without anything between them: 电话13800000000.
func (r *reading) glued(l label, rs []rune, atStart bool) bool {
	if len(l.text) < 2 || len(rs) == 0 {
		return false
	}
	switch l.field {
	case Phone, IDNumber, Postcode, OrgCode, Fax, Email:
		if rs[0] > 0x7f || rs[0] == ' ' {
			return false
		}
		v, _ := take(l.field, string(rs[:min(len(rs), 40)]))
		return v != ""
	case Name, Agent, ContactPerson, Representative:
		return (atStart || l.flags&vague == 0) && likelyName(nameHead(rs))
	}
	return false
}

// nameHead is the text up to the first mark of punctuation, or as much of it as tells that it is no name.
func nameHead(rs []rune) string {
	rs = rs[:min(len(rs), longestName+1)]
	if i := slices.IndexFunc(rs, func(r rune) bool { return strings.ContainsRune(" ,;。、:()\n", r) }); i >= 0 {
		rs = rs[:i]
	}
	return string(rs)
}
