package workday

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"ysq.internal/ysq/casefile/civil"
)

// Year is one notice for a year, or one decision of the office on single days, or both. It is what
// a register keeps of an adopted calendar.
type Year struct {
	// Year is the civil year that it is for; its days may begin in the December before.
	Year int `json:"year"`
	// Notice is the number, as in 国办发明电〔2025〕7号; empty when there are overrides only.
	Notice string `json:"notice,omitzero"`
	// Rest are the holidays. When they hold every statutory day of the year (see Lacks) the notice
	// covers the year; otherwise it is an amendment and changes the days that it names.
	Rest []Rest `json:"rest,omitempty"`
	// Work are the weekend days on which work is made up for (调休上班).
	Work []civil.Date `json:"work,omitempty"`
	// Overrides are the office's own exceptions, such as a flood or a power cut.
	Overrides []Override `json:"overrides,omitempty"`
}

// Rest is a holiday as a notice announces it: 春节 from the first to the last day, both included.
type Rest struct {
	Name string     `json:"name"`
	From civil.Date `json:"from"`
	To   civil.Date `json:"to"`
}

// Override decides one day for this office alone.
type Override struct {
	Date    civil.Date `json:"date"`
	Working bool       `json:"working"`
	Reason  string     `json:"reason"` // for the explanation of every due date it moves
}

// Lacks returns the statutory days of the year on which the notice does not rest. The yearly notice
// lacks none; an amendment lacks most, and a mistyped notice the one that was mistyped.
func (y Year) Lacks() []Day {
	var lacks []Day
	for d := civil.New(y.Year, time.January, 1); d.Year() == y.Year; d++ {
		rests := func(r Rest) bool { return r.From <= d && d <= r.To }
		if statutory(d) != "" && !slices.ContainsFunc(y.Rest, rests) {
			lacks = append(lacks, unpublished(d))
		}
	}
	return lacks
}

func (y Year) covers() bool { return y.Notice != "" && len(y.Lacks()) == 0 }

func (y Year) clone() Year {
	y.Rest, y.Work, y.Overrides = slices.Clone(y.Rest), slices.Clone(y.Work), slices.Clone(y.Overrides)
	return y
}

// ErrYear is wrapped by every error of With.
var ErrYear = errors.New("放假安排有误")

// The years that can be adopted. The bounds keep a slip of the pen from becoming a table of a million days.
const minYear, maxYear = 2000, 2199

// check returns all that is wrong with each of the years, taken by itself.
func check(years []Year) error {
	var errs []error
	for _, y := range years {
		for _, fault := range y.faults() {
			errs = append(errs, fmt.Errorf("%w：%d 年 %s：%s", ErrYear, y.Year, y.Notice, fault))
		}
	}
	return errors.Join(errs...)
}

func (y Year) faults() []string {
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }

	if y.Year < minYear || y.Year > maxYear {
		fault("年份应在 %d 至 %d 之间", minYear, maxYear)
		return faults
	}
	if y.Notice == "" && len(y.Rest)+len(y.Work) > 0 {
		fault("缺少通知文号，请写明，如 国办发明电〔2025〕7号")
	}
	if len(y.Rest)+len(y.Work)+len(y.Overrides) == 0 {
		fault("没有写任何一天")
	}
	first, last := civil.New(y.Year-1, time.December, 1), civil.New(y.Year, time.December, 31)
	inside := func(what string, d civil.Date) bool {
		if d < first || d > last {
			fault("%s %s 不在 %s 至 %s 之间，请核对年份", what, d, first, last)
			return false
		}
		return true
	}

	named := map[civil.Date]string{} // what the notice has said of a day so far
	once := func(d civil.Date, what string) {
		if before, ok := named[d]; ok {
			fault("%s 既是%s又是%s，请只写一次", d.Long(), before, what)
		}
		named[d] = what
	}
	for _, r := range y.Rest {
		if r.Name == "" {
			fault("%s 的假期没有名称", r.From)
		}
		if !inside(r.Name+"首日", r.From) || !inside(r.Name+"末日", r.To) {
			continue
		}
		if r.To < r.From {
			fault("%s末日 %s 早于首日 %s", r.Name, r.To, r.From)
		}
		for d := r.From; d <= r.To; d++ {
			once(d, r.Name+"放假")
		}
	}
	for _, d := range y.Work {
		if !inside("调休上班日", d) {
			continue
		}
		if !weekend(d) {
			fault("调休上班日 %s 不是周末，请核对；本机关自行安排的上班日请写作例外并说明原因", d.Long())
		}
		once(d, "调休上班")
	}

	decided := map[civil.Date]bool{}
	for _, o := range y.Overrides {
		if !inside("例外", o.Date) {
			continue
		}
		if o.Reason == "" {
			fault("例外 %s 没有写原因", o.Date.Long())
		}
		if decided[o.Date] {
			fault("例外 %s 写了两次", o.Date.Long())
		}
		decided[o.Date] = true
	}
	return faults
}

// Expected returns the last year of which the office ought to have the notice on a day. The State
// Council publishes it in October or November of the year before; from 1 November on a missing one
// is somebody's to look for.
func Expected(today civil.Date) int {
	if today >= civil.New(today.Year(), time.November, 1) {
		return today.Year() + 1
	}
	return today.Year()
}
