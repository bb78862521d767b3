package workday

import (
	"time"

	"ysq.internal/ysq/casefile/civil"
)

// build lays the years over the unpublished days. It takes any years, checked or not.
func build(years []Year) *Calendar {
	c := &Calendar{years: years}
	if len(years) == 0 {
		return c
	}
	firstYear, lastYear := years[0].Year, lunarLast
	for _, y := range years {
		firstYear, lastYear = min(firstYear, y.Year), max(lastYear, y.Year)
	}
	c.first = civil.New(firstYear-1, time.December, 1)
	c.days = make([]Day, civil.New(lastYear, time.December, 31).Sub(c.first)+1)
	for i := range c.days {
		c.days[i] = unpublished(c.first + civil.Date(i))
	}

	// What covers a year takes the guesses out of it before any notice names its days.
	for _, y := range years {
		if y.covers() {
			for d, next := civil.New(y.Year, time.January, 1), civil.New(y.Year+1, time.January, 1); d < next; d++ {
				c.set(Day{Date: d, Kind: byWeekday(d)})
			}
		}
	}
	for _, y := range years {
		c.lay(y)
	}
	for _, y := range years {
		for _, o := range y.Overrides {
			kind := LocalRest
			if o.Working {
				kind = LocalWork
			}
			c.set(Day{Date: o.Date, Kind: kind, Notice: o.Reason, Provisional: c.Day(o.Date).Provisional})
		}
	}
	c.begin, c.end = c.span()
	return c
}

// lay writes the days that the notice names. Days that it borrows from the December before it are
// as certain as the rest of it; those of an amendment are as certain as the year they lie in.
func (c *Calendar) lay(y Year) {
	covers := y.covers()
	name := func(day Day) {
		day.Notice = y.Notice
		day.Provisional = !covers && c.Day(day.Date).Provisional
		c.set(day)
	}
	for _, r := range y.Rest {
		for d := r.From; d <= r.To; d++ {
			name(Day{Date: d, Kind: Holiday, Name: r.Name})
		}
	}
	for _, d := range y.Work {
		name(Day{Date: d, Kind: MadeUp})
	}
}

// set replaces a day of the table; its Working follows from its kind.
func (c *Calendar) set(day Day) {
	day.Working = day.Kind.working()
	c.days[day.Date-c.first] = day
}

// span returns the ends of the longest run of certain days.
func (c *Calendar) span() (begin, end civil.Date) {
	longest, run := 0, 0
	for _, day := range c.days {
		if day.Provisional {
			run = 0
			continue
		}
		if run++; run > longest {
			longest = run
			begin, end = day.Date-civil.Date(run-1), day.Date
		}
	}
	return begin, end
}
