package parse

import (
	"strconv"
	"strings"
	"time"

	"ysq.internal/ysq/casefile/civil"
)

var plainDate = strings.NewReplacer("年", "-", "月", "-", "日", " ", "时", ":", "分", ":", "秒", " ", "，", " ", "：", ":")

// date reads a Date field in the forms that mailers write: RFC 5322, asctime, ISO 8601, Chinese.
// It is only the sender's claim. The result never depends on the zone of this server; assumed
// reports that no usable zone stood there and that +0800 was taken. Zero is unreadable.
func date(s string) (t time.Time, assumed bool) {
	d := dateParts{offset: noZone}
	s = plainDate.Replace(stripComments(s))
	for _, tok := range strings.FieldsFunc(splitISO(s), func(r rune) bool { return r == ' ' || r == ',' || r == '\t' }) {
		d.token(tok)
	}
	if d.month == 0 || d.day < 1 || d.day > 31 || d.year < 1 || d.hour > 24 || d.min > 59 || d.sec > 60 {
		return time.Time{}, false
	}
	if assumed = d.offset == noZone; assumed {
		d.offset = 8 * 3600
	}
	if day := time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC); day.Day() != d.day {
		return time.Time{}, false // 31 April
	}
	t = time.Date(d.year, d.month, d.day, d.hour, d.min, d.sec, 0, time.UTC).Add(-time.Duration(d.offset) * time.Second)
	if t.Year() < 1970 || t.Year() > 9000 {
		return time.Time{}, false
	}
	return t.In(civil.Zone), assumed
}

const noZone = 1 << 20

type dateParts struct {
	year, day, hour, min, sec int
	month                     time.Month
	offset                    int // seconds east; noZone when unknown
}

// token takes one word or number for what it must be.
func (d *dateParts) token(tok string) {
	switch {
	case strings.Count(tok, "-") >= 2 && tok[0] != '-', strings.Count(tok, "/") == 2:
		d.ymd(strings.FieldsFunc(tok, func(r rune) bool { return r == '-' || r == '/' }))
	case zoneSign(tok) >= 0:
		d.zone(tok)
	case strings.Contains(tok, ":"):
		d.clock(tok)
	default:
		digits, isMonth := strings.CutSuffix(tok, "-") // 11月
		if n, err := strconv.Atoi(digits); err == nil && isMonth && n >= 1 && n <= 12 {
			d.month = time.Month(n)
		} else if err == nil && n >= 0 {
			d.number(n, len(digits))
		} else if m := month(tok); m != 0 {
			d.month = m
		} else if off, ok := zones[strings.ToUpper(tok)]; ok && d.offset == noZone {
			d.offset = off
		}
	}
}

func (d *dateParts) number(n, digits int) {
	switch {
	case digits >= 3 || d.day != 0 && d.year == 0:
		if digits <= 2 { // RFC 5322, section 4.3
			n += 2000
			if n >= 2050 {
				n -= 100
			}
		}
		d.year = n
	case d.day == 0:
		d.day = n
	}
}

// ymd takes 2026-11-23, 23-Nov-2026, 2026/11/23.
func (d *dateParts) ymd(p []string) {
	if len(p) != 3 {
		return
	}
	if m := month(p[1]); m != 0 {
		p[0], p[2] = p[2], p[0]
		d.month = m
	} else if n, err := strconv.Atoi(p[1]); err == nil && n >= 1 && n <= 12 {
		d.month = time.Month(n)
	}
	d.year, _ = strconv.Atoi(p[0])
	d.day, _ = strconv.Atoi(p[2])
}

func (d *dateParts) clock(tok string) {
	p := strings.Split(strings.TrimSuffix(tok, ":"), ":")
	field := func(i int) int {
		if i >= len(p) {
			return 0
		}
		whole, _, _ := strings.Cut(p[i], ".")
		n, err := strconv.Atoi(whole)
		if err != nil || n < 0 {
			return 99
		}
		return n
	}
	d.hour, d.min, d.sec = field(0), field(1), field(2)
}

// zoneSign finds the sign of +0800, GMT+08:00, UTC-5; -1 where there is none.
func zoneSign(tok string) int {
	i := strings.IndexAny(tok, "+-")
	if i < 0 || i+1 >= len(tok) || tok[i+1] < '0' || tok[i+1] > '9' {
		return -1
	}
	if i == 0 {
		return 0
	}
	if head := strings.ToUpper(tok[:i]); head == "GMT" || head == "UTC" || head == "UT" {
		return i
	}
	return -1
}

func (d *dateParts) zone(tok string) {
	i := zoneSign(tok)
	sign := 1
	if tok[i] == '-' {
		sign = -1
	}
	digits := strings.ReplaceAll(tok[i+1:], ":", "")
	n, err := strconv.Atoi(digits)
	if err != nil {
		return
	}
	if len(digits) <= 2 {
		n *= 100
	}
	if h, m := n/100, n%100; h <= 14 && m < 60 {
		d.offset = sign * (h*3600 + m*60)
	}
}

// zones are the names that have one meaning. CST is not among them: RFC 5322 says -0600, mailers in
// China mean +0800, and time.Parse takes what suits the server's zone.
var zones = map[string]int{
	"GMT": 0, "UT": 0, "UTC": 0, "Z": 0,
	"EST": -5 * 3600, "EDT": -4 * 3600, "CDT": -5 * 3600, "MST": -7 * 3600, "MDT": -6 * 3600, "PST": -8 * 3600, "PDT": -7 * 3600,
	"HKT": 8 * 3600, "JST": 9 * 3600,
}

func month(s string) time.Month {
	if len(s) < 3 {
		return 0
	}
	const names = "JanFebMarAprMayJunJulAugSepOctNovDec"
	for m := range 12 {
		if strings.EqualFold(s[:3], names[3*m:3*m+3]) {
			return time.Month(m + 1)
		}
	}
	return 0
}

// splitISO puts blanks into 2026-11-23T10:00:00.5Z.
func splitISO(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 11 && s[4] == '-' && (s[10] == 'T' || s[10] == 't') {
		clock := s[11:]
		if z := strings.IndexAny(clock, "Zz+-"); z > 0 {
			clock = clock[:z] + " " + clock[z:]
		}
		s = s[:10] + " " + clock
	}
	return s
}

func stripComments(s string) string {
	for range 10 {
		open := strings.IndexByte(s, '(')
		if open < 0 {
			return s
		}
		end := strings.IndexByte(s[open:], ')')
		if end < 0 {
			return s[:open]
		}
		s = s[:open] + " " + s[open+end+1:]
	}
	return s
}
