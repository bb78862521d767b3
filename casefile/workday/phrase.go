package workday

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/regexp"
)

// A phrase is read word by word. Days wait until a word says what they are: 放假 or 上班.

type tokenKind uint8

const (
	tokUnknown tokenKind = iota
	tokDate              // 2027年2月5日, 2027-02-05, 2月5日, 5日
	tokWeekday           // 周四, 星期四
	tokTo                // 至
	tokAnd               // 、
	tokBlank             // a blank or a comma, which in CSV stands between first and last day
	tokCount             // 共9天
	tokRest              // 放假
	tokWork              // 上班
	tokIdle              // words that say nothing new
	tokEnd               // 。
)

type token struct {
	kind tokenKind
	place
	text             string
	year, month, day int // of a date; 0 where it leaves them out
	n                int // of a count; of a weekday, as time.Weekday
}

// words in the order in which they are tried: the longer first.
var words = []struct {
	text string
	kind tokenKind
}{
	{"放假调休", tokRest}, {"放假公休", tokRest}, {"放假", tokRest}, {"调休上班", tokWork}, {"补班", tokWork}, {"上班", tokWork},
	{"与周末连休", tokIdle}, {"调休", tokIdle}, {"连休", tokIdle}, {"共", tokIdle},
	{"至", tokTo}, {"到", tokTo}, {"-", tokTo}, {"~", tokTo},
	{"、", tokAnd}, {"和", tokAnd}, {"及", tokAnd}, {" ", tokBlank}, {",", tokBlank}, {"。", tokEnd}, {";", tokEnd},
}

// scanner reads tokens from characters.
type scanner struct {
	cs []char
	i  int
}

func (s *scanner) rest() string { return plain(s.cs[s.i:min(len(s.cs), s.i+6)]) }

// next returns the next token; false at the end.
func (s *scanner) next() (t token, ok bool) {
	if s.i >= len(s.cs) {
		return t, false
	}
	start := s.i
	t.place = s.cs[s.i].place
	defer func() { t.text = plain(s.cs[start:s.i]) }()
	if s.date(&t) || s.weekday(&t) {
		return t, true
	}
	s.i = start
	rest := s.rest()
	for _, w := range words {
		if strings.HasPrefix(rest, w.text) {
			s.i += len([]rune(w.text))
			t.kind = w.kind
			return t, true
		}
	}
	s.i++
	return t, true
}

func (s *scanner) blanks() {
	for s.i < len(s.cs) && s.cs[s.i].r == ' ' {
		s.i++
	}
}

// number reads digits, and says how many there were; five are too many for anything.
func (s *scanner) number() (n, digits int) {
	for digits < 5 && s.i < len(s.cs) && s.cs[s.i].r >= '0' && s.cs[s.i].r <= '9' {
		n = n*10 + int(s.cs[s.i].r-'0')
		digits++
		s.i++
	}
	return n, digits
}

// sign takes one of the characters; texts copied out of a PDF have blanks before it.
func (s *scanner) sign(any string) (rune, bool) {
	i := s.i
	s.blanks()
	if s.i < len(s.cs) && strings.ContainsRune(any, s.cs[s.i].r) {
		s.i++
		return s.cs[s.i-1].r, true
	}
	s.i = i
	return 0, false
}

// date takes a date or a count of days. It leaves the scanner anywhere when it is neither.
func (s *scanner) date(t *token) bool {
	n, digits := s.number()
	if digits == 0 || digits > 4 {
		return false
	}
	t.kind = tokDate
	if digits == 4 {
		t.year = n
		sep, ok := s.sign("年-/.")
		if !ok {
			return false
		}
		s.blanks()
		if n, digits = s.number(); digits == 0 || digits > 2 {
			return false
		}
		if sep != '年' {
			t.month = n
			if _, ok := s.sign(string(sep)); !ok {
				return false
			}
			t.day, digits = s.number()
			return digits == 1 || digits == 2
		}
	}
	sep, ok := s.sign("月日号天")
	switch {
	case !ok || digits > 2:
		return false
	case sep == '天':
		t.kind, t.n = tokCount, n
		return t.year == 0
	case sep != '月':
		t.day = n
		return t.year == 0
	}
	t.month = n
	s.blanks()
	if t.day, digits = s.number(); digits == 0 || digits > 2 {
		return false
	}
	s.sign("日号")
	return true
}

const weekdayNames = "日一二三四五六"

// weekday takes 周四 or 星期四.
func (s *scanner) weekday(t *token) bool {
	for _, prefix := range []string{"周", "星期"} {
		after, ok := strings.CutPrefix(s.rest(), prefix)
		if !ok || after == "" {
			continue
		}
		day := []rune(strings.Replace(after, "天", "日", 1))[0]
		i := slices.Index([]rune(weekdayNames), day)
		if i < 0 {
			return false // 周末
		}
		s.i += len([]rune(prefix)) + 1
		t.kind, t.n = tokWeekday, i
		return true
	}
	return false
}

// span is a stretch of days that waits for its word.
type span struct {
	from, to civil.Date
	at       place
	loose    bool // followed by a blank or comma: in a typed line the next date may be its end
}

// phrase reads one sentence.
type phrase struct {
	*notice
	item
	spans  []span
	ranged bool // the next date ends the last span
	prefix tokenKind
	spoken bool // a word has said what the days are

	last     token // the date before, for what the next leaves out
	lastDate civil.Date
	rested   int // days of the holiday in this sentence, for 共N天
}

// spoken finds the sentences that say something of days.
var spoken = regexp.MustCompile(`放假|上班|补班|调休|公休|连休`)

// days reads an item's sentences.
func (n *notice) days(it item) {
	if it.name != "" {
		it.name = fullName(it.name)
		if !holidayName.MatchString(it.name) || slices.Contains(reserved, it.name) {
			n.fault(it.at, "“%s”不是节日的名称", it.name)
			return
		}
	}
	it.body = notes(n, it)
	for len(it.body) > 0 {
		end := slices.IndexFunc(it.body, func(c char) bool { return c.r == '。' || c.r == ';' })
		sentence := it.body
		if end >= 0 {
			sentence, it.body = it.body[:end], it.body[end+1:]
		} else {
			it.body = nil
		}
		text := plain(sentence)
		if it.prose && !spoken.MatchString(text) {
			continue // 鼓励各单位结合带薪年休假等制度落实; 节假日期间要妥善安排好值班
		}
		p := phrase{notice: n, item: it}
		p.read(sentence)
	}
}

// notes keeps of a note in brackets the weekday alone: the day of the moon is for people.
func notes(n *notice, it item) []char {
	var kept []char
	for i := 0; i < len(it.body); i++ {
		c := it.body[i]
		if c.r != '(' && c.r != '〔' {
			kept = append(kept, c)
			continue
		}
		end := slices.IndexFunc(it.body[i:], func(c char) bool { return c.r == ')' || c.r == '〕' })
		if end < 0 {
			n.fault(c.place, "括号没有结束")
			return kept
		}
		inside := scanner{cs: it.body[i+1 : i+end]}
		for inside.i < len(inside.cs) {
			from := inside.i
			if t := (token{}); inside.weekday(&t) {
				kept = append(kept, inside.cs[from:inside.i]...)
			} else {
				inside.i = from + 1
			}
		}
		i += end
	}
	return kept
}

// maxUnknown is how much of what was not understood is quoted, in bytes.
const maxUnknown = 60

func (p *phrase) read(sentence []char) {
	s := scanner{cs: sentence}
	var unknown *token
	for {
		t, ok := s.next()
		if unknown != nil && (!ok || t.kind != tokUnknown) {
			p.fault(unknown.place, "看不懂“%s”", unknown.text)
			unknown = nil
		}
		if !ok {
			break
		}
		switch t.kind {
		case tokUnknown:
			if unknown == nil {
				unknown = &token{place: t.place}
			}
			if len(unknown.text) < maxUnknown {
				unknown.text += t.text
			}
		case tokDate:
			p.date(t)
		case tokWeekday:
			p.weekday(t)
		case tokTo:
			if p.ranged = len(p.spans) > 0; !p.ranged {
				p.fault(t.place, "“%s”之前没有日期", t.text)
			}
		case tokBlank:
			if len(p.spans) > 0 && !p.ranged {
				p.spans[len(p.spans)-1].loose = true
			}
		case tokAnd:
			if len(p.spans) > 0 {
				p.spans[len(p.spans)-1].loose = false
			}
		case tokRest, tokWork:
			p.say(t)
		case tokCount:
			p.count(t)
		}
	}
	p.finish()
}

// date resolves what a date leaves out by the date before it and the notice's year.
func (p *phrase) date(t token) {
	year, month := t.year, t.month
	if month == 0 {
		if month = p.last.month; month == 0 {
			p.fault(t.place, "“%s”没有写月份", t.text)
			return
		}
		year = p.last.year
	}
	if year == 0 && p.ranged {
		year = p.last.year // the year in which the holiday began
	}
	named := year
	if year == 0 {
		year = p.Year.Year
	}
	d := civil.New(year, time.Month(month), t.day)
	if y, m, day := d.Date(); y != year || int(m) != month || day != t.day {
		p.fault(t.place, "没有“%s”这一天", t.text)
		p.ranged = false
		return
	}
	if first, last := civil.New(p.Year.Year-1, time.December, 1), civil.New(p.Year.Year, time.December, 31); d < first || d > last {
		p.fault(t.place, "%s 不在 %s 至 %s 之间，请核对年份", d, first, last)
		p.ranged = false
		return
	}
	p.last, p.lastDate = token{year: named, month: month}, d
	if !p.ranged {
		p.spans = append(p.spans, span{from: d, to: d, at: t.place})
		return
	}
	p.ranged = false
	last := &p.spans[len(p.spans)-1]
	switch {
	case d < last.from:
		p.fault(t.place, "末日 %s 早于首日 %s；跨年的请写明年份", d, last.from)
	case d.Sub(last.from) >= maxHoliday:
		p.fault(t.place, "%s 至 %s 超过 %d 天，请核对", last.from, d, maxHoliday)
	default:
		last.to = d
	}
}

// maxHoliday is longer than any holiday so far, in days: 10 in 2020.
const maxHoliday = 15

func (p *phrase) weekday(t token) {
	if p.lastDate.IsZero() {
		p.fault(t.place, "“%s”之前没有日期", t.text)
		return
	}
	if is := p.lastDate.Weekday(); int(is) != t.n {
		p.fault(t.place, "%s 是周%s，不是“%s”", p.lastDate, string([]rune(weekdayNames)[is]), t.text)
	}
}

// say gives the waiting days their meaning; where none wait the word stands before them, and then so
// does every other of the sentence.
func (p *phrase) say(t token) {
	p.spoken = true
	switch {
	case p.prefix != tokUnknown:
		p.flush(p.prefix)
		p.prefix = t.kind
	case len(p.spans) == 0 && p.rested == 0:
		p.prefix = t.kind
	default:
		p.flush(t.kind)
	}
}

func (p *phrase) flush(kind tokenKind) {
	if p.ranged {
		p.fault(p.spans[len(p.spans)-1].at, "“至”之后没有日期")
		p.ranged = false
	}
	if kind == tokWork {
		for _, s := range p.spans {
			for d := s.from; d <= s.to; d++ {
				p.Work, p.works = append(p.Work, d), append(p.works, s.at)
			}
		}
		p.spans = nil
		return
	}
	if len(p.spans) == 2 && p.spans[0].loose && p.spans[0].from == p.spans[0].to && !p.prose {
		first, last := p.spans[0], p.spans[1]
		if last.to < first.from || last.to.Sub(first.from) >= maxHoliday {
			p.fault(last.at, "%s 至 %s 不是一个假期，请核对", first.from, last.to)
		} else {
			p.spans = []span{{from: first.from, to: last.to, at: first.at}}
		}
	}
	for _, s := range p.spans {
		if p.name == "" {
			p.fault(s.at, "放假的日子没有写节日的名称")
		}
		p.Rest, p.rests = append(p.Rest, Rest{p.name, s.from, s.to}), append(p.rests, s.at)
		p.rested += s.to.Sub(s.from) + 1
	}
	p.spans = nil
}

func (p *phrase) count(t token) {
	if len(p.spans) > 0 && p.name != "" && !p.prose { // 元旦 1月1日至3日 共3天
		p.flush(tokRest)
	}
	if p.rested != t.n {
		p.fault(t.place, "写明 %s 天，而所列日期是 %s 天", strconv.Itoa(t.n), strconv.Itoa(p.rested))
	}
}

// finish settles days that no word followed: in a typed line the first word of the line says it.
func (p *phrase) finish() {
	if len(p.spans) == 0 {
		return
	}
	switch {
	case p.prefix != tokUnknown:
		p.flush(p.prefix)
	case p.prose || p.spoken:
		p.fault(p.spans[0].at, "没有写这一天放假还是上班")
	case p.name == "":
		p.flush(tokWork)
	default:
		p.flush(tokRest)
	}
}
