package stats

import (
	"fmt"
	"iter"
	"maps"
	"slices"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// Department is how a department did in a period: a line of the 考核通报.
type Department struct {
	Name     string `json:"department"` // "" for cases that no department has
	Received int    `json:"received"`   // in the period
	Done     int    `json:"done"`       // in the period
	OnTime   int    `json:"on_time"`    // of those done
	// Late are the cases of which a period ended late in the period, done or not: lateness counts once, in the
	// period in which it came about.
	Late int `json:"late"`
	// Disputable are those on time only by the legal clock: after the strict due date. Where 双方确认 came too
	// late (casefile/LAW.md#clocks), they are not among OnTime.
	Disputable int `json:"disputable"`
	Overdue    int `json:"overdue"` // open at the period's end, past their due date
	// Average and Longest are working days from 收到申请之日 to the stop of those done; the average is
	// rounded to a tenth.
	Average float64 `json:"average_workdays"`
	Longest int     `json:"longest_workdays"`
	// OnTimeStrict are those of OnTime that were so by the strict clock, too.
	OnTimeStrict int         `json:"on_time_strict"`
	LongestCase  casefile.ID `json:"longest_case,omitzero"`

	days int
}

// Departments compares the departments over a period, by name. The last line is that of all.
func Departments(from, to, today civil.Date, cases iter.Seq2[casefile.Case, error], cal *workday.Calendar) ([]Department, error) {
	by := make(map[string]*Department)
	all := Department{Name: Total}
	for c, err := range cases {
		if err != nil {
			return nil, fmt.Errorf("comparing the departments: %w", err)
		}
		if !c.Counts() {
			continue
		}
		one := by[c.Department]
		if one == nil {
			one = &Department{Name: c.Department}
			by[c.Department] = one
		}
		one.count(c, from, to, today, cal)
		all.count(c, from, to, today, cal)
	}
	var lines []Department
	for _, name := range slices.Sorted(maps.Keys(by)) {
		if d := by[name]; d.Received+d.Done+d.Overdue > 0 {
			lines = append(lines, d.averaged())
		}
	}
	return append(lines, all.averaged()), nil
}

func (d *Department) count(c casefile.Case, from, to, today civil.Date, cal *workday.Calendar) {
	d.flow(c, from, to, cal)
	if c.ReceivedOn() <= to && overdueOn(c, min(today, to), cal) {
		d.Overdue++
	}
}

// flow counts what came and went in the period, and how fast.
func (d *Department) flow(c casefile.Case, from, to civil.Date, cal *workday.Calendar) {
	received := c.ReceivedOn()
	if received >= from && received <= to {
		d.Received++
	}
	timed := c.Timed(from, to)
	if timed.Late {
		d.Late++
	}
	if timed.Disputable {
		d.Disputable++
	}
	stopped := c.StoppedOn
	if !stopped.IsZero() && stopped >= from && stopped <= to {
		d.Done++
		if !timed.Late && !timed.Slow {
			d.OnTime++
			if !timed.Disputable {
				d.OnTimeStrict++
			}
		}
		n := cal.WorkdaysBetween(received, stopped)
		d.days += n
		if d.LongestCase == "" || n > d.Longest {
			d.Longest, d.LongestCase = n, c.ID
		}
	}
}

// overdueOn reports whether the case was open and past its due date at the end of a day. What was
// answered later counts with the due date that it came to: heads do not know an earlier one.
func overdueOn(c casefile.Case, day civil.Date, cal *workday.Calendar) bool {
	s := c.At(day, cal)
	if s.Finished {
		return c.StoppedOn > day && !s.Due.IsZero() && day > s.Due
	}
	return c.Stage.Open() && s.Overdue
}

func (d Department) averaged() Department {
	if d.Done > 0 {
		d.Average = float64((d.days*20+d.Done)/(2*d.Done)) / 10
	}
	return d
}
