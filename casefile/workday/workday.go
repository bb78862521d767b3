// Package workday knows which days are 工作日, and by which notice.
//
// Every period of 条例 runs in working days, and which days those are is published by the State
// Council a few weeks before a year begins: so many rest days, and so many weekend days on which
// work is made up for them (调休). The notices of 2019 to 2026 are part of the program; later ones
// and the office's own exceptions are adopted on top with With.
//
// A day is looked up by its date, never by its year: 2018-12-31 and 2022-12-31 are holidays of the
// following year's notice. Where the published data ends the calendar goes on with Monday to Friday
// less the statutory holidays and marks every such day, and every due date that depends on one, as
// provisional (暂定).
package workday

import (
	"slices"
	"sync"

	"ysq.internal/ysq/casefile/civil"
)

// Day is what the calendar says of a date, and why.
type Day struct {
	Date    civil.Date `json:"date"`
	Kind    Kind       `json:"kind"`
	Working bool       `json:"working"` // whether the clocks of 条例 count the day
	// Provisional is true where no notice for the year is known (暂定): the day may yet turn out otherwise.
	Provisional bool `json:"provisional,omitzero"`
	// Name is the holiday's, as in 春节; empty for days that belong to none.
	Name string `json:"name,omitzero"`
	// Notice is the source: the number of the notice that made the day what it is, the regulation a
	// provisional holiday rests on, or the reason of an override. Empty where the weekday says it all.
	Notice string `json:"notice,omitzero"`
}

// Calendar is an immutable value, safe for concurrent use. Its zero value knows no notice: all of
// its days are provisional.
type Calendar struct {
	years []Year // the notices and overrides in the order of adoption

	// days holds every date that a notice or an override speaks of and some more, from first on
	// without a gap. It only remembers: dates outside of it are unpublished days.
	first civil.Date
	days  []Day

	begin, end civil.Date
}

// Embedded returns the calendar of the notices that are part of the program.
func Embedded() *Calendar { return embedded() }

var embedded = sync.OnceValue(func() *Calendar { return build(notices()) })

// Begin returns the first of the days that are covered by notices; no day when none is. Begin and
// End bound the longest stretch without a gap: a year adopted out of turn does not hide that the
// one before it is missing.
func (c *Calendar) Begin() civil.Date { return c.begin }

// End returns the last day of the stretch that Begin opens. The notice for the year after may still
// take a day or two at the end of December, as it did in 2018 and 2022.
func (c *Calendar) End() civil.Date { return c.end }

// Day says what kind of day d is. No day (the zero Date) gives the zero Day.
func (c *Calendar) Day(d civil.Date) Day {
	if d.IsZero() {
		return Day{}
	}
	if i := d.Sub(c.first); i >= 0 && i < len(c.days) {
		return c.days[i]
	}
	return unpublished(d)
}

// counts is what the clocks ask of a day, without copying all of it: they ask forty times a case.
func (c *Calendar) counts(d civil.Date) (working, provisional bool) {
	if i := d.Sub(c.first); i >= 0 && i < len(c.days) {
		return c.days[i].Working, c.days[i].Provisional
	}
	day := unpublished(d)
	return day.Working, day.Provisional
}

// AddWorkdays returns the nth working day after start; start itself is day zero and is not counted,
// working day or not (民法典 第二百零一条). A negative n counts back. The result is provisional when
// any of the days stepped on is. n = 0 gives start; no day stays no day, provisionally.
func (c *Calendar) AddWorkdays(start civil.Date, n int) (due civil.Date, provisional bool) {
	if start.IsZero() {
		return start, true
	}
	step := civil.Date(1)
	if n < 0 {
		step, n = -1, -n
	}
	for due = start; n > 0; {
		due += step
		working, uncertain := c.counts(due)
		provisional = provisional || uncertain
		if working {
			n--
		}
	}
	return due, provisional
}

// WorkdaysBetween returns the number of working days in (a, b]; when b is before a it is minus the
// number in (b, a]. It is 0 when either is no day.
func (c *Calendar) WorkdaysBetween(a, b civil.Date) int {
	if a.IsZero() || b.IsZero() {
		return 0
	}
	if b < a {
		return -c.WorkdaysBetween(b, a)
	}
	n := 0
	for d := a + 1; d <= b; d++ {
		if working, _ := c.counts(d); working {
			n++
		}
	}
	return n
}

// Next returns the first working day on or after d; no day stays no day.
func (c *Calendar) Next(d civil.Date) civil.Date {
	if d.IsZero() {
		return d
	}
	for !c.Day(d).Working {
		d++
	}
	return d
}

// Count returns the number of working days of a year; complete says that none of its days is provisional.
func (c *Calendar) Count(year int) (n int, complete bool) {
	complete = true
	for d, next := civil.New(year, 1, 1), civil.New(year+1, 1, 1); d < next; d++ {
		working, uncertain := c.counts(d)
		complete = complete && !uncertain
		if working {
			n++
		}
	}
	return n, complete
}

// With returns a calendar that also knows the given notices and overrides. Where several speak of
// the same day the later notice wins, and an override wins over every notice. A notice adopted again
// under its own number takes the place of the earlier entry as a whole, so that a corrected file
// leaves nothing of the wrong one behind.
//
// Each Year is judged by itself and not by what was adopted before it: a list of years that was
// accepted once is accepted in any order and after any of them was voided. The error names all that
// is wrong, in Chinese.
func (c *Calendar) With(years ...Year) (*Calendar, error) {
	if len(years) == 0 {
		return c, nil
	}
	if err := check(years); err != nil {
		return nil, err
	}
	all := slices.Clone(c.years)
	for _, y := range years {
		again := func(old Year) bool { return y.Notice != "" && old.Notice == y.Notice }
		if i := slices.IndexFunc(all, again); i >= 0 {
			all[i] = y.clone() // in its old place: the amendments to it still come after it
		} else {
			all = append(all, y.clone())
		}
	}
	return build(all), nil
}
