// Package civil gives the day of the law: a date in Asia/Shanghai, without hour or zone.
//
// Every period of 条例 runs in days, and 民法典 第二百零一条 begins to count on the day after the
// first. A Date therefore knows nothing of clocks: an instant becomes a Date once, at the edge,
// through Of, and stays one.
package civil

import (
	"errors"
	"fmt"
	"time"
	_ "time/tzdata" // the server may have no zone files; the law's zone must still be there
)

// Zone is Asia/Shanghai, the zone of every civil date and of every instant shown to a person.
var Zone = mustZone("Asia/Shanghai")

func mustZone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic("civil: " + err.Error()) // the embedded zone files are part of the binary
	}
	return z
}

// ErrFormat is wrapped by every error of Parse.
var ErrFormat = errors.New("日期应写作 2026-11-23")

// Date is a day. The zero value is no day at all and prints as "".
// It counts days since 1970-01-01, plus one, so that dates compare with < and are one word in a file.
type Date int32

// New returns the day; month and day out of range are carried over as by time.Date.
func New(year int, month time.Month, day int) Date {
	return fromUTC(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

func fromUTC(t time.Time) Date {
	s := t.Unix()
	d := s / 86400
	if s%86400 < 0 {
		d--
	}
	return Date(d + 1)
}

// Of returns the day in Asia/Shanghai on which t falls; the zero time gives the zero Date.
func Of(t time.Time) Date {
	if t.IsZero() {
		return 0
	}
	y, m, d := t.In(Zone).Date()
	return New(y, m, d)
}

// Parse reads YYYY-MM-DD. It refuses days that do not exist and those before 1970, which a Date
// cannot tell from no day.
func Parse(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Unix() < 0 {
		return 0, fmt.Errorf("%q: %w", s, ErrFormat)
	}
	return fromUTC(t), nil
}

// MustParse is Parse for constants in tables and tests; it panics on a bad one.
func MustParse(s string) Date {
	d, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

// IsZero reports whether d is no day.
func (d Date) IsZero() bool { return d == 0 }

// UTC returns midnight UTC of the day, for calendar arithmetic only.
func (d Date) UTC() time.Time { return time.Unix((int64(d)-1)*86400, 0).UTC() }

// Start returns the instant at which the day begins in Asia/Shanghai.
func (d Date) Start() time.Time {
	y, m, day := d.UTC().Date()
	return time.Date(y, m, day, 0, 0, 0, 0, Zone)
}

// Year returns the civil year; zero for no day.
func (d Date) Year() int {
	if d == 0 {
		return 0
	}
	return d.UTC().Year()
}

// Date returns year, month and day.
func (d Date) Date() (int, time.Month, int) { return d.UTC().Date() }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday {
	wd := (int(d) + int(time.Wednesday)) % 7 // day 1 was a Thursday
	if wd < 0 {
		wd += 7
	}
	return time.Weekday(wd)
}

// Add returns the day n days later (earlier when n is negative); no day stays no day.
func (d Date) Add(n int) Date {
	if d == 0 {
		return 0
	}
	return d + Date(n)
}

// Sub returns the number of days from e to d.
func (d Date) Sub(e Date) int { return int(d) - int(e) }

// String returns YYYY-MM-DD, or "" for no day.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return d.UTC().Format(time.DateOnly)
}

var weekdays = [...]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}

// Long returns the day as people read it: 2026-11-22 周日.
func (d Date) Long() string {
	if d == 0 {
		return ""
	}
	return d.String() + " " + weekdays[d.Weekday()]
}

// MarshalText encodes the day as YYYY-MM-DD; no day is empty.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is the reverse of MarshalText.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = 0
		return nil
	}
	p, err := Parse(string(b))
	if err != nil {
		return err
	}
	*d = p
	return nil
}
