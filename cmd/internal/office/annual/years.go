package annual

import (
	"context"
	"maps"
	"slices"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/stats"
)

// Years says how the report of each year stands that the register knows, the latest first.
func (a *Room) Years(context.Context, ask.Call, ask.None) ([]ask.YearView, error) {
	var all []ask.YearView
	err := a.View(func(tx *desk.View) error {
		past, err := a.committed(tx)
		if err != nil {
			return err
		}
		for _, year := range slices.Backward(a.years(past)) {
			v := a.yearView(past, year)
			if !v.Frozen {
				rep, err := a.standing(tx, past, year)
				if err != nil {
					return err
				}
				v.Failed = len(rep.Failed())
			}
			all = append(all, v)
		}
		return nil
	})
	return all, err
}

// years lists those of which the register can report: from its first on, and what is or was frozen.
func (a *Room) years(past past) []int {
	first := civil.Of(a.Reg.Meta().Inception).Year()
	if past.opening.Year != 0 {
		first = min(first, past.opening.Year)
	}
	known := make(map[int]bool)
	for year := first; year <= a.Today().Year(); year++ {
		known[year] = true
	}
	for _, year := range slices.Concat(past.years, past.thawed) {
		known[year] = true
	}
	return slices.Sorted(maps.Keys(known))
}

// yearView is how a year stands, but for its checks.
func (a *Room) yearView(past past, year int) ask.YearView {
	submit, publish := a.Live().Report.Deadlines(year)
	v := ask.YearView{
		Year: year, Waivers: []casefile.Waiver{}, SubmitBy: ask.Day(submit), PublishBy: ask.Day(publish),
		Remaining: publish.Sub(a.Today()), Directory: ask.Handle(yearDir(a.Desk, year)),
	}
	if closed, ok := past.closed[year]; ok {
		by := past.by[year]
		v.Frozen, v.FrozenOn, v.FrozenBy, v.Digest = true, ask.Day(by.On), by.Actor, ask.Handle(closed.Digest.String())
		v.Waivers = append(v.Waivers, closed.Waivers...)
	}
	return v
}

// sinceFrozen compares a frozen year with what it would be now, counted as it is asked for: compute, or recount.
func sinceFrozen(tx *desk.View, past past, year int, count func(*desk.View, int, past, stats.Options) (stats.Report, error)) ([]stats.Difference, stats.Report, error) {
	closed, ok := past.closed[year]
	if !ok {
		return nil, stats.Report{}, ask.Refused("year-open", "可查各年\nysq year list", "%d 年没有冻结，无从比较", year)
	}
	before, err := published(closed)
	if err != nil {
		return nil, stats.Report{}, err
	}
	if slices.ContainsFunc(before.Checks, func(c stats.Check) bool { return c.ID == baselineCheck }) {
		return nil, before, nil // the register has nothing to compare it with
	}
	for _, c := range closed.Cases {
		before.Cases = append(before.Cases, stats.Placed{Counted: c})
	}
	now, err := count(tx, year, past, stats.Options{Trace: true, Format: before.Format})
	if err != nil {
		return nil, now, err
	}
	all, err := stats.Diff(before, now)
	return all, now, err
}

// recount is compute for a whole year, part by part where it is of the present form. Of its cases only the places are known.
func (a *Room) recount(tx *desk.View, year int, past past, o stats.Options) (stats.Report, error) {
	if o.Format != stats.Current {
		return a.compute(tx, year, past, o)
	}
	o.Trace = false
	if err := a.complete(tx, year, past, &o); err != nil {
		return stats.Report{}, err
	}
	counter, parts, err := a.parts(tx, year, past, o)
	if err != nil {
		return stats.Report{}, err
	}
	rep, err := counter.Report(parts)
	rep.Cases = counter.Placed(parts)
	return rep, err
}
