package match

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/regexp"
)

// Filed is an application as it is compared with others: as registered, or, until then, as read from
// the mail.
type Filed struct {
	Case      casefile.ID
	Applicant string
	Column    casefile.Column // ColumnNone: not known
	Contact   string
	Mark      string   // casefile.Registered.IDMark
	Addresses []string // e-mail addresses of its mails
	Request   string
	Received  civil.Date // 收到申请之日
	Fate      Fate

	// Set by Prepared; "" until then.
	name, request string
}

// Prepared computes what comparisons need, once, for an application that is compared with many others.
func (f Filed) Prepared() Filed {
	f.name, f.request = casefile.PlainName(f.Applicant), letters(f.Request)
	return f
}

func (f Filed) plainName() string {
	if f.name != "" {
		return f.name
	}
	return casefile.PlainName(f.Applicant)
}

func (f Filed) plainRequest() string {
	if f.request != "" {
		return f.request
	}
	return letters(f.Request)
}

// Fate is what became of an application, as far as a repetition depends on it.
type Fate uint8

const (
	Pending  Fate = iota // no reply yet
	Answered             // a reply was given
	Ended                // withdrawn, or lapsed for want of a correction or a payment: no reply to repeat
	Gone                 // no application of its own: dismissed, merged, or registered as something else
)

// FateOf tells what became of a case.
func FateOf(c casefile.Case) Fate {
	switch {
	case c.Stage == casefile.StageDismissed, c.Stage == casefile.StageMerged,
		c.Kind != casefile.KindNone && c.Kind != casefile.Application:
		return Gone
	case c.Stage == casefile.StageWithdrawn, c.Outcome.Lapse(), c.Basis == "withdrawn":
		return Ended
	case !c.RepliedOn.IsZero():
		return Answered
	}
	return Pending
}

// Advice is what an earlier application suggests for a later one. A person decides.
type Advice string

const (
	AdviceRepeat Advice = "repeat" // 重复申请: answered already (条例36(6))
	AdviceMerge  Advice = "merge"  // 合并: the same request twice before the reply is one case
	AdviceNew    Advice = "new"    // 按新申请办理: the earlier one was withdrawn or has lapsed
	AdviceLook   Advice = "look"   // alike, but not in all: a person compares
	AdvicePublic Advice = "public" // others ask for the same: it may be made public to all (条例44)
)

// Relation is an earlier application of the same applicant for similar information.
type Relation struct {
	Case     casefile.ID
	Advice   Advice
	Likeness int    // of the requests, in percent
	Reason   string // in Chinese: why the same applicant, how alike, what became of it
}

// Repeats compares an application with those of everybody who may be its applicant, and returns the
// earlier ones for the like, the most alike first. It proposes only: whether two applications ask for
// the same is for a person to say.
func Repeats(a Filed, others []*Filed) []Relation {
	a = a.Prepared()
	var all []Relation
	for _, o := range others {
		if o.Case == a.Case || o.Fate == Gone || !before(o, &a) {
			continue
		}
		who := SameApplicant(&a, o)
		if who == "" {
			continue
		}
		likeness, differing := alike(a.request, o.plainRequest())
		if likeness < similar {
			continue
		}
		r := Relation{Case: o.Case, Likeness: likeness}
		how := fmt.Sprintf("申请内容相似度 %d%%", likeness)
		if likeness >= same {
			how = "申请内容相同"
		}
		switch {
		case differing != "":
			r.Advice = AdviceLook
			r.Reason = fmt.Sprintf("%s；申请内容相近（%d%%）但数字不同（%s），请核对是否同一内容", who, likeness, differing)
		case o.Fate == Pending:
			r.Advice = AdviceMerge
			r.Reason = who + "；" + how + "；该件尚未答复，答复前就同一内容重复提交的可并为一件，以先到的日期为准"
		case o.Fate == Answered:
			r.Advice = AdviceRepeat
			r.Reason = who + "；" + how + "；该件已答复，可作重复申请不予重复处理（条例第三十六条第六项）"
		default:
			r.Advice = AdviceNew
			r.Reason = who + "；" + how + "；该件已撤回或逾期未办，没有答复过，按新申请办理"
		}
		all = append(all, r)
	}
	slices.SortStableFunc(all, func(x, y Relation) int { return y.Likeness - x.Likeness })
	return all
}

// mostShared bounds how many of the others who ask for the same are named.
const mostShared = 5

// Shared returns the applications of others that ask for the same information as one does, received at most some days
// before or after it, the latest first. It proposes only: whether the information may be disclosed, and whether it is
// made public, a person decides (条例 第四十四条).
func Shared(a Filed, others []*Filed, days int) []Relation {
	a = a.Prepared()
	var found, applicants []*Filed
	said := glanceAt(a.Request)
	for _, o := range others {
		apart := a.Received.Sub(o.Received)
		if o.Case == a.Case || o.Fate == Gone || o.Received.IsZero() || apart > days || apart < -days || !alikeInLength(a.Request, o.Request) {
			continue
		}
		if a.plainName() == o.plainName() || !said.maybe(o.Request) { // of one applicant; see oneApplicant
			continue
		}
		if likeness, differing := alike(a.request, o.plainRequest()); likeness < same || differing != "" || oneApplicant(&a, o) {
			continue
		}
		found = append(found, o)
		if !slices.ContainsFunc(applicants, func(x *Filed) bool { return oneApplicant(x, o) }) {
			applicants = append(applicants, o)
		}
	}
	slices.SortStableFunc(found, func(x, y *Filed) int { return compared(y, x) })
	var all []Relation
	for _, o := range found[:min(len(found), mostShared)] {
		likeness, _ := alike(a.request, o.plainRequest())
		r := Relation{Case: o.Case, Advice: AdvicePublic, Likeness: likeness, Reason: "申请人不同，申请内容相同"}
		if len(all) == 0 {
			r.Reason = fmt.Sprintf("连同本件有 %d 个申请人申请相同的信息；可以公开的，可纳入主动公开（条例第四十四条）", len(applicants)+1)
		}
		all = append(all, r)
	}
	return all
}

// oneApplicant is SameApplicant where the same name, too, is taken for the same: several applicants are spoken of
// only where they are several.
func oneApplicant(a, b *Filed) bool {
	return SameApplicant(a, b) != "" || a.plainName() == b.plainName()
}

// alikeInLength spares the comparison of what cannot be the same.
func alikeInLength(a, b string) bool {
	return len(a) > 0 && len(b) > 0 && 2*len(a) >= len(b) && 2*len(b) >= len(a)
}

// glance holds features of a request that are cheap to compare. Alike costs some hundred times as much, and hardly any two
// requests of an office are the same.
type glance struct {
	runes  []rune // the characters that occur in it, in order
	digits uint16 // a set of the digits that occur in it
	length int
	size   int // the greatest length of the runs that Alike compares
}

func glanceAt(request string) (g glance) {
	said := letters(request)
	g.runes = []rune(said)
	g.length, g.size = len(g.runes), shingle
	if g.length < 40 {
		g.size = 2
	}
	g.digits = digitsOf(said)
	slices.Sort(g.runes)
	g.runes = slices.Compact(g.runes)
	return g
}

// maybe is false only where Alike finds two requests not the same. The same ones have the same numbers. And where at most
// a tenth of all runs stands in one of them alone, at most a ninth of the first one's number of runs stands in the other
// alone; each character that the first one has not makes at least one such run, which it shares with size−1 others at most.
func (g glance) maybe(request string) bool {
	if g.length > longestText || len(request) > longestText {
		return true
	}
	most := g.length / 9 * g.size
	if g.length%9 > 0 {
		most += g.size
	}
	var digits uint16
	foreign := make([]rune, 0, 64)
	for _, r := range request {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		if r >= '0' && r <= '9' {
			digits |= 1 << (r - '0')
			continue
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			continue
		}
		r = unicode.ToLower(r)
		if _, known := slices.BinarySearch(g.runes, r); known || slices.Contains(foreign, r) {
			continue
		}
		if foreign = append(foreign, r); len(foreign) > most {
			return false
		}
	}
	return digits == g.digits
}

func digitsOf(s string) (all uint16) {
	for _, r := range s {
		if r >= '0' && r <= '9' {
			all |= 1 << (r - '0')
		}
	}
	return all
}

func compared(a, b *Filed) int {
	switch {
	case before(a, b):
		return -1
	case before(b, a):
		return 1
	}
	return 0
}

// Past is an earlier case of the same applicant.
type Past struct {
	Case casefile.ID
	Why  string // in Chinese: from what it is known that it is the same applicant
}

// PastOf lists what the same applicant sent before, whatever it asked for, the latest first. What was merged into another
// case is part of that one.
func PastOf(a Filed, others []*Filed) (all []Past) {
	slices.SortStableFunc(others, func(x, y *Filed) int { return compared(y, x) })
	for _, o := range others {
		if who := SameApplicant(&a, o); who != "" && o.Case != a.Case && before(o, &a) {
			all = append(all, Past{o.Case, who})
		}
	}
	return all
}

// before orders applications by the day of receipt and then by their numbers.
func before(a, b *Filed) bool {
	if a.Received != b.Received {
		return a.Received < b.Received
	}
	ya, na, _ := a.Case.Number()
	yb, nb, _ := b.Case.Number()
	return ya < yb || ya == yb && na < nb
}

// SameApplicant says why two applications are one applicant's, "" where nothing says so. Two ID numbers
// that differ are two persons, whatever they are called; a name alone tells organisations apart, not
// people.
func SameApplicant(a, b *Filed) string {
	name := a.plainName()
	named := name != "" && name == b.plainName()
	switch {
	case a.Mark != "" && a.Mark == b.Mark:
		return "证件号码相同"
	case a.Mark != "" && b.Mark != "":
		return ""
	case named && sameContact(a.Contact, b.Contact):
		return "申请人和联系方式相同"
	case named && sharesAddress(a, b):
		return "申请人和电子邮箱相同"
	case named && body(a) && body(b):
		return "申请人名称相同"
	case sharesAddress(a, b) && (a.Applicant == "" || b.Applicant == "" || !known(a) || !known(b)):
		return "电子邮箱相同"
	}
	return ""
}

func body(a *Filed) bool { return a.Column != casefile.ColumnNone && a.Column != casefile.Natural }

// known reports whether a person has said whose the application is.
func known(a *Filed) bool { return a.Column != casefile.ColumnNone }

func sharesAddress(a, b *Filed) bool {
	return slices.ContainsFunc(a.Addresses, func(x string) bool {
		return slices.ContainsFunc(b.Addresses, func(y string) bool { return strings.EqualFold(x, y) })
	})
}

// long is a number by which somebody can be reached.
var long = regexp.MustCompile(`\d{7,}`)

// sameContact compares ways to reach somebody as people write them: one telephone number in common, or
// the same words.
func sameContact(a, b string) bool {
	pa, pb := letters(a), letters(b)
	if pa == "" || pb == "" {
		return false
	}
	if strings.Contains(pa, pb) || strings.Contains(pb, pa) {
		return true
	}
	numbers := long.FindAllString(strings.ReplaceAll(b, "-", ""), -1)
	return slices.ContainsFunc(long.FindAllString(strings.ReplaceAll(a, "-", ""), -1), func(n string) bool { return slices.Contains(numbers, n) })
}

var anyNumber = regexp.MustCompile(`\d+`)

// alike is how alike two requests are that letters has gone over, in percent. Where they have different numbers in
// them, such as years, differing tells which: two requests for two years are alike and not the same.
func alike(pa, pb string) (percent int, differing string) {
	switch {
	case pa == "" || pb == "":
		return 0, ""
	case pa == pb:
		return 100, ""
	}
	n := shingle
	if len([]rune(pa)) < 40 || len([]rune(pb)) < 40 {
		n = 2 // a short request has too few runs of four characters
	}
	percent = gramsOf(pa, n).likeness(gramsOf(pb, n))
	na, nb := numbersOf(pa), numbersOf(pb)
	if slices.Equal(na, nb) {
		return min(percent, 99), ""
	}
	return percent, strings.Join(na, "、") + "／" + strings.Join(nb, "、")
}

func numbersOf(s string) []string {
	all := anyNumber.FindAllString(s, -1)
	slices.Sort(all)
	return slices.Compact(all)
}

// gramsOf are the runs of n characters of a text that letters has gone over.
func gramsOf(text string, n int) shingles {
	runes := []rune(text)
	runes = runes[:min(len(runes), longestText)]
	var s shingles
	for i := range len(runes) - n + 1 {
		s = append(s, hashOf(runes[i:i+n]))
	}
	slices.Sort(s)
	return slices.Compact(s)
}

// Counts are an applicant's applications around one of them.
type Counts struct {
	Month   string // 2026-11, the calendar month in which this one was received
	InMonth int    // received in that month, this one included
	Place   int    // which of them this one is, from 1
	InYear  int    // received in the 365 days up to this one
	Cases   []casefile.ID
}

// Often is from how many applications of one applicant in a calendar month on a person is pointed to
// 条例 第三十五条 and 第四十二条. The law says "明显超过合理范围" and no number; ten is what the fee rules
// leave free (国办函〔2020〕109号).
const Often = 10

// CountOf counts the applications of one applicant. Those whose applicant is doubtful do not count.
func CountOf(a Filed, others []*Filed) Counts {
	c := Counts{Month: a.Received.String()[:len("2026-11")], InMonth: 1, Place: 1, InYear: 1, Cases: []casefile.ID{a.Case}}
	for _, o := range others {
		if o.Case == a.Case || o.Fate == Gone || o.Received.IsZero() || SameApplicant(&a, o) == "" {
			continue
		}
		if o.Received <= a.Received && a.Received.Sub(o.Received) < 365 {
			c.InYear++
		}
		if o.Received.String()[:len("2026-11")] == c.Month {
			c.InMonth++
			c.Cases = append(c.Cases, o.Case)
			if before(o, &a) {
				c.Place++
			}
		}
	}
	slices.Sort(c.Cases)
	return c
}
