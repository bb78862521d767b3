package civil

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Tense is what the place where a date is written says about it: without a year, 11-27 is a different day
// as the day of something that happened than as the end of a period.
type Tense uint8

const (
	Anytime Tense = iota
	Past          // today or earlier
	Future        // mostly later, though it may be written down late
)

// nearby is how far from today a day without a year may lie so that nobody asks which year is meant.
const nearby = 183

// Said reads a date as people write it: 2026-11-03, 2026/11/3, 2026.11.3, 2026年11月3日, 20261103, 11月3日,
// 11-3, 11/3, 3日, 今天, 前天, 三天前, 周五, 上周五, in full-width digits or Chinese numerals, also with its day of the
// week or an hour behind it. today completes what is not said. What may mean several days is refused, and the error
// names them.
func Said(s string, today Date, tense Tense) (Date, error) {
	if d, err := Parse(s); err == nil {
		return d, nil
	}
	p := phrase{said: s, today: today, tense: tense}
	return p.read(plainly(withoutHour(s)))
}

// withoutHour takes the hour off the end of a date: 11月27日下午3点, 昨天上午, 2026-11-27 10:30, 2026-11-27T10:30:00. People
// copy the hour together with the date, and no day depends on it.
func withoutHour(s string) string {
	for _, part := range []string{"上午", "下午", "早上", "早晨", "凌晨", "中午", "傍晚", "晚上"} {
		if before, hour, ok := strings.Cut(s, part); ok && before != "" && isHour(hour) {
			return before
		}
	}
	if i := strings.LastIndexAny(s, " T\u3000"); i > 0 && strings.ContainsAny(s[i:], ":：时点") {
		if _, n := utf8.DecodeRuneInString(s[i:]); isHour(s[i+n:]) {
			return s[:i]
		}
	}
	return s
}

func isHour(s string) bool {
	return strings.Trim(width.Fold.String(s), "0123456789:时点分秒半许左右一二三四五六七八九十 ") == ""
}

// plainly narrows digits and signs, turns Chinese numerals into digits and drops blanks.
func plainly(s string) string {
	var b strings.Builder
	for _, r := range width.Fold.String(s) {
		switch {
		case unicode.IsSpace(r):
		case strings.ContainsRune("-—–−‐‑", r):
			b.WriteByte('-')
		case r == '。' || r == '｡' || r == '·' || r == '、':
			b.WriteByte('.')
		case r == '號':
			b.WriteRune('号')
		default:
			b.WriteRune(r)
		}
	}
	return numerals(b.String())
}

// numerals writes 二〇二六年十一月三日 as 2026年11月3日. Only what stands before 年, 月, 日, 号 or 天 is a number: the
// 三 of 周三 is not.
func numerals(s string) string {
	var out, run []rune
	for _, r := range s {
		if strings.ContainsRune("〇零○一二三四五六七八九十廿卅", r) {
			run = append(run, r)
			continue
		}
		if len(run) > 0 {
			if strings.ContainsRune("年月日号天", r) {
				out = append(out, []rune(arabic(run))...)
			} else {
				out = append(out, run...)
			}
			run = nil
		}
		out = append(out, r)
	}
	return string(append(out, run...))
}

// arabic reads digits one by one (二〇二六) or a number below a hundred (二十三).
func arabic(run []rune) string {
	digit := func(r rune) int {
		if r == '零' || r == '○' {
			return 0
		}
		return strings.IndexRune("〇一二三四五六七八九", r) / 3
	}
	tens, units, composed := 0, 0, false
	var plain strings.Builder
	for _, r := range run {
		switch r {
		case '十':
			tens, units, composed = max(units, 1), 0, true
		case '廿':
			tens, composed = 2, true
		case '卅':
			tens, composed = 3, true
		default:
			units = digit(r)
			plain.WriteString(strconv.Itoa(units))
		}
	}
	if composed {
		return strconv.Itoa(tens*10 + units)
	}
	return plain.String()
}

// phrase is a date that is being read.
type phrase struct {
	said  string
	today Date
	tense Tense
}

func (p phrase) read(s string) (Date, error) {
	rest, weekday := p.withWeekday(s)
	d, err := p.day(rest)
	if err == nil && weekday >= 0 && int(d.Weekday()) != weekday {
		return 0, fmt.Errorf("%q 不对：%s", p.said, d.Long())
	}
	return d, err
}

// withWeekday takes the day of the week off the end of a date, as in 11月27日（周五）. It is -1 where none
// stands there or where it is all there is.
func (p phrase) withWeekday(s string) (rest string, weekday int) {
	rest = strings.TrimRight(s, ")]】")
	for i, name := range []string{"日", "一", "二", "三", "四", "五", "六"} {
		for _, week := range []string{"星期", "礼拜", "周"} {
			before, ok := strings.CutSuffix(rest, week+name)
			if !ok && name == "日" {
				before, ok = strings.CutSuffix(rest, week+"天")
			}
			if ok && strings.ContainsAny(before, "0123456789") {
				return strings.TrimRight(before, "([【,."), i
			}
		}
	}
	return s, -1
}

func (p phrase) day(s string) (Date, error) {
	if n, ok := map[string]int{"今天": 0, "今日": 0, "当天": 0, "昨天": -1, "昨日": -1, "前天": -2, "前日": -2, "大前天": -3,
		"明天": 1, "明日": 1, "后天": 2, "後天": 2, "大后天": 3}[s]; ok {
		return p.today.Add(n), nil
	}
	if d, ok, err := p.ofWeek(s); ok {
		return d, err
	}
	for word, sign := range map[string]int{"天前": -1, "日前": -1, "天后": 1, "日后": 1} {
		if many, ok := strings.CutSuffix(s, word); ok {
			if n, err := strconv.Atoi(many); err == nil && n > 0 && n <= nearby {
				d := p.today.Add(sign * n)
				if strings.HasPrefix(word, "日") && n <= 31 { // before the 3rd, or three days ago
					return 0, p.meant(append([]Date{d}, slices.DeleteFunc(p.monthly(n), func(of Date) bool { return of == d })...)...)
				}
				return d, nil
			}
		}
	}
	return p.numbers(s)
}

// ofWeek reads 周五, 上周五, 下星期一. The week begins on Monday.
func (p phrase) ofWeek(s string) (d Date, ok bool, err error) {
	weeks, said := 0, false
	for _, w := range []struct {
		word string
		n    int
	}{{"上上", -2}, {"下下", 2}, {"上", -1}, {"下", 1}, {"本", 0}, {"这", 0}} {
		if rest, found := strings.CutPrefix(s, w.word); found {
			weeks, said, s = w.n, true, strings.TrimPrefix(rest, "个")
			break
		}
	}
	var name string
	for _, week := range []string{"星期", "礼拜", "周"} {
		if rest, found := strings.CutPrefix(s, week); found {
			name = rest
			break
		}
	}
	i := strings.Index("一二三四五六日天1234567", name)
	if name == "" || i < 0 || len([]rune(name)) != 1 {
		return 0, false, nil
	}
	i = len([]rune("一二三四五六日天1234567"[:i]))
	switch {
	case i == 7: // 天
		i = 6
	case i > 7:
		i -= 8
	}
	monday := p.today.Add(-(int(p.today.Weekday()) + 6) % 7)
	this := monday.Add(i)
	switch {
	case said:
		return this.Add(7 * weeks), true, nil
	case p.tense == Past && this > p.today:
		return this.Add(-7), true, nil
	case p.tense == Past, p.tense == Future && this >= p.today, p.tense == Anytime && this <= p.today:
		return this, true, nil
	case this > p.today:
		return 0, true, p.meant(this.Add(-7), this)
	}
	return 0, true, p.meant(this, this.Add(7))
}

// numbers reads dates that are written in digits.
func (p phrase) numbers(s string) (Date, error) {
	year := 0
	for word, n := range map[string]int{"今年": 0, "本年": 0, "去年": -1, "上年": -1, "明年": 1} {
		if rest, ok := strings.CutPrefix(s, word); ok {
			year, s = p.today.Year()+n, rest
		}
	}
	month := 0
	for word, n := range map[string]int{"本月": 0, "这个月": 0, "上月": -1, "上个月": -1, "下月": 1, "下个月": 1} {
		if rest, ok := strings.CutPrefix(s, word); ok && year == 0 {
			y, m, _ := New(p.today.Year(), p.today.UTC().Month()+time.Month(n), 1).Date()
			year, month, s = y, int(m), rest
		}
	}
	n, shape, ok := split(s)
	switch {
	case !ok:
		return 0, p.bad()
	case month != 0 && shape == "9日":
		return p.exact(year, month, n[0])
	case month == 0 && year != 0 && (shape == "9月9日" || shape == "9-9"):
		return p.exact(year, n[0], n[1])
	case year != 0:
		return 0, p.bad()
	}
	return p.bare(s, n, shape)
}

// bare reads a date that is nothing but digits and the signs between them: its numbers and their shape, see split.
func (p phrase) bare(s string, n []int, shape string) (Date, error) {
	switch shape {
	case "9年9月9日":
		return p.exact(n[0], n[1], n[2])
	case "9-9-9":
		switch {
		case len(numberAt(s, 0)) == 4:
			return p.exact(n[0], n[1], n[2])
		case len(numberAt(s, 2)) == 4: // 3/4/2026
			return 0, p.meant(day(n[2], n[0], n[1]), day(n[2], n[1], n[0]))
		}
		return 0, p.meant(day(2000+n[0], n[1], n[2]), day(2000+n[2], n[1], n[0])) // 26-11-3
	case "9月9日", "9-9":
		switch {
		case n[0] > 31 || n[1] > 31: // 2026-11, 11-2026
			return 0, p.bad()
		case shape == "9-9" && n[0] > 12 && n[1] <= 12:
			return 0, p.meant(p.yearless(n[1], n[0])...)
		}
		return p.choose(n[0], n[1])
	case "9日":
		return p.ofMonth(n[0])
	case "9":
		switch len(s) {
		case 8:
			return p.exact(n[0]/10000, n[0]/100%100, n[0]%100)
		case 6: // 261127
			return 0, p.meant(day(2000+n[0]/10000, n[0]/100%100, n[0]%100))
		case 4, 3: // 1127
			return 0, p.meant(p.yearless(n[0]/100, n[0]%100)...)
		}
	}
	return 0, p.bad()
}

// split takes a text apart into its numbers and its shape: 9 stands for each number, - for the signs
// between them; 号 is 日.
func split(s string) (n []int, shape string, ok bool) {
	s = strings.TrimSuffix(s, ".")
	signs := map[rune]bool{}
	var b strings.Builder
	for s != "" {
		if digits := len(s) - len(strings.TrimLeft(s, "0123456789")); digits > 0 {
			if digits > 8 {
				return nil, "", false
			}
			v, err := strconv.Atoi(s[:digits])
			if err != nil {
				return nil, "", false
			}
			n, s = append(n, v), s[digits:]
			b.WriteByte('9')
			continue
		}
		r, size := utf8.DecodeRuneInString(s)
		s = s[size:]
		switch r {
		case '-', '/', '.':
			signs[r] = true
			b.WriteByte('-')
		case '号', '日':
			b.WriteRune('日')
		default:
			b.WriteRune(r)
		}
	}
	shape = b.String()
	if shape == "9年9月9" || shape == "9月9" { // the last sign is often left out
		shape += "日"
	}
	return n, shape, len(n) > 0 && len(signs) <= 1
}

// numberAt is the digits of the number with an index.
func numberAt(s string, i int) string {
	all := strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if i >= len(all) {
		return ""
	}
	return all[i]
}

// day is the zero Date where there is no such day.
func day(y, m, d int) Date {
	t := New(y, time.Month(m), d)
	if yy, mm, dd := t.Date(); y < 1970 || yy != y || int(mm) != m || dd != d {
		return 0
	}
	return t
}

func (p phrase) exact(y, m, d int) (Date, error) {
	if y < 1970 || y > 2199 || m < 1 || m > 12 || d < 1 || d > 31 {
		return 0, p.bad()
	}
	if t := day(y, m, d); t != 0 {
		return t, nil
	}
	return 0, fmt.Errorf("%q 不对：%d 年 %d 月只有 %d 天", p.said, y, m, New(y, time.Month(m)+1, 0).UTC().Day())
}

// yearless are the days that a month and a day may mean, last year, this year and next.
func (p phrase) yearless(m, d int) (all []Date) {
	for y := p.today.Year() - 1; y <= p.today.Year()+1; y++ {
		if t := day(y, m, d); t != 0 {
			all = append(all, t)
		}
	}
	return all
}

// choose finds the year of a month and a day.
func (p phrase) choose(m, d int) (Date, error) {
	all := p.yearless(m, d)
	if len(all) == 0 {
		if m < 1 || m > 12 || d < 1 || d > 31 || m == 2 && d == 29 {
			return 0, p.bad()
		}
		return p.exact(p.today.Year(), m, d)
	}
	return p.pick(all)
}

// monthly are the days that a day without a month may mean, last month, this month and next.
func (p phrase) monthly(d int) (all []Date) {
	for n := -1; n <= 1; n++ {
		y, m, _ := New(p.today.Year(), p.today.UTC().Month()+time.Month(n), 1).Date()
		if t := day(y, int(m), d); t != 0 {
			all = append(all, t)
		}
	}
	return all
}

// ofMonth finds the month of a day: 3日.
func (p phrase) ofMonth(d int) (Date, error) {
	all := p.monthly(d)
	if len(all) == 0 {
		return 0, p.bad()
	}
	return p.pick(all)
}

// pick takes the one of several days that is meant, the days in order. Where something happened, it is the
// last that is not to come, unless that is long ago. Elsewhere it is the nearest, if that is of our year or
// month, which people take for granted.
func (p phrase) pick(all []Date) (Date, error) {
	if p.tense == Past {
		last := Date(0)
		for _, d := range all {
			if d <= p.today {
				last = d
			}
		}
		if last != 0 && (last.Year() == p.today.Year() || p.today.Sub(last) <= nearby) {
			return last, nil
		}
		return 0, p.meant(all...)
	}
	nearest, gap := all[0], nearby*4
	for _, d := range all {
		if away := max(d.Sub(p.today), p.today.Sub(d)); away < gap {
			nearest, gap = d, away
		}
	}
	within := func(d Date) bool {
		y, m, _ := d.Date()
		ty, tm, _ := p.today.Date()
		return y == ty && (all[len(all)-1].Sub(all[0]) > nearby || m == tm)
	}
	if gap <= nearby && (within(nearest) || p.tense == Future && nearest > p.today) {
		return nearest, nil
	}
	var near []Date
	for _, d := range all {
		if within(d) || d == nearest {
			near = append(near, d)
		}
	}
	return 0, p.meant(near...)
}

// meant names the days that may be meant.
func (p phrase) meant(all ...Date) error {
	var readings []string
	for _, d := range all {
		if d != 0 {
			readings = append(readings, d.Long())
		}
	}
	switch len(readings) {
	case 0:
		return p.bad()
	case 1:
		return fmt.Errorf("%q 不能确定是哪一天，是不是 %s？请写全年月日", p.said, readings[0])
	}
	return fmt.Errorf("%q 可以是 %s，请写全年月日", p.said, strings.Join(readings, " 或 "))
}

var errSaid = errors.New("不是日期：请写 2026-11-23、11月23日、11-23、昨天、上周五 这样的日期")

func (p phrase) bad() error { return fmt.Errorf("%.60q %w", p.said, errSaid) }
