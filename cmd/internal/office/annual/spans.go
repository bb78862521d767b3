package annual

import (
	"context"
	"iter"
	"math"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/stats"
)

// Draft computes a report as asked, whether the year is frozen or not.
func (a *Room) Draft(_ context.Context, _ ask.Call, q ask.ReportQuery) (rep stats.Report, err error) {
	year := q.Year
	if err := spanning(q); err != nil {
		return rep, err
	}
	if q.Format != "" {
		if _, err := stats.FormatOf(q.Format); err != nil {
			return rep, ask.Usage("%v", err)
		}
	}
	if from, to := days(year, q.From, q.To); from == civil.New(year, time.January, 1) && to == civil.New(year, time.December, 31) {
		q.From, q.To = 0, 0 // the whole year, whoever writes its ends
	}
	err = a.View(func(tx *desk.View) error {
		past, err := pastYears(tx)
		if err != nil {
			return err
		}
		if closed, ok := past.closed[year]; ok && q.From.IsZero() && q.To.IsZero() && (q.Format == "" || q.Format == stats.Current) {
			return frozenWithCases(tx, closed, q.Trace, &rep)
		}
		if q.To.Year() > year {
			rep, err = a.across(tx, past, q)
			return err
		}
		rep, err = a.compute(tx, year, past, stats.Options{From: q.From, To: q.To, Trace: q.Trace, Format: q.Format})
		return err
	})
	return rep, err
}

// across computes a span that runs into later years: each year's part by the rules of that year, and the parts joined.
func (a *Room) across(tx *desk.View, past past, q ask.ReportQuery) (rep stats.Report, err error) {
	var parts []stats.Report
	for year := q.Year; year <= q.To.Year(); year++ {
		from, to := days(year, 0, 0)
		from, to = max(from, q.From), min(to, q.To)
		part, err := a.compute(tx, year, past, stats.Options{From: from, To: to, Trace: q.Trace, Format: q.Format, Published: true})
		if err != nil {
			return rep, err
		}
		part.From, part.To = from, to
		parts = append(parts, part)
	}
	all, err := a.matters(tx, q.From, q.To, math.MaxUint64)
	if err != nil {
		return rep, err
	}
	return stats.Join(parts, all)
}

// mostYears bounds a span.
const mostYears = 5

// spanning allows of a span of days that begins in its year and may end in a later one.
func spanning(q ask.ReportQuery) error {
	if !q.From.IsZero() && q.To.Year() > q.Year {
		if q.To.Year()-q.Year >= mostYears {
			return ask.Usage("%s 至 %s 超过 %d 年", q.From, q.To, mostYears)
		}
		q.To = 0
	}
	return withinYear(q)
}

func withinYear(q ask.ReportQuery) error {
	if err := ask.Plausible(q.Year); err != nil {
		return err
	}
	if err := ask.Ordered(q.Span); err != nil {
		return err
	}
	for _, day := range []civil.Date{q.From, q.To} {
		if !day.IsZero() && day.Year() != q.Year {
			return ask.Usage("%s 不在 %d 年", day, q.Year)
		}
	}
	return nil
}

// frozenWithCases reads a frozen report back, its cases with the words that they have today.
func frozenWithCases(tx *desk.View, closed casefile.YearClosed, trace bool, rep *stats.Report) (err error) {
	if *rep, err = published(closed); err != nil || !trace {
		return err
	}
	for _, counted := range closed.Cases {
		c, err := tx.Case(counted.Case)
		if err != nil {
			return err
		}
		p := stats.Placed{Counted: counted, Subject: c.Request, Received: c.ReceivedOn(), Stopped: c.StoppedOn}
		if p.Subject == "" {
			p.Subject = c.Subject
		}
		rep.Cases = append(rep.Cases, p)
	}
	return nil
}

// Departments compares the departments over a period.
func (a *Room) Departments(_ context.Context, _ ask.Call, q ask.Span) (all []stats.Department, err error) {
	if q.From.IsZero() || q.To.IsZero() {
		return nil, ask.Usage("请写明起止日期")
	}
	if err := ask.Ordered(q); err != nil {
		return nil, err
	}
	return desk.Look(a.Desk, func(tx *desk.View) ([]stats.Department, error) {
		return stats.Departments(q.From, q.To, a.Today(), tx.Cases(""), a.Reg.Calendar())
	})
}

// gathering is a period as it is summed up on a day.
type gathering struct {
	ask.Span
	today civil.Date
	cal   *workday.Calendar
}

// mostGathered bounds the periods of which sums are kept.
const mostGathered = 6

// gathering returns what was gathered of a period, block by block.
func (a *Room) gathering(g gathering) *desk.Sums[*stats.Gathered] {
	a.counting.Lock()
	defer a.counting.Unlock()
	all := a.gathered[g]
	if all == nil {
		if len(a.gathered) >= mostGathered || a.gathered == nil {
			a.gathered = map[gathering]*desk.Sums[*stats.Gathered]{}
		}
		all = &desk.Sums[*stats.Gathered]{}
		a.gathered[g] = all
	}
	return all
}

// Stats sums up a period.
func (a *Room) Stats(_ context.Context, _ ask.Call, q ask.Span) (answer ask.StatsAnswer, err error) {
	if q.From.IsZero() || q.To.IsZero() {
		return answer, ask.Usage("请写明起止日期")
	}
	if err := ask.Ordered(q); err != nil {
		return answer, err
	}
	if q.To.Year()-q.From.Year() >= mostYears {
		return answer, ask.Usage("%s 至 %s 超过 %d 年", q.From, q.To, mostYears)
	}
	answer.Agency = ask.Public(a.Live().Agency.Name)
	answer.Summary, err = desk.Look(a.Desk, func(tx *desk.View) (stats.Summary, error) {
		return kept(a, tx, func(m *memo) map[ask.Span]stats.Summary { return m.spans }, q, func() (stats.Summary, error) {
			since, err := a.reaches(tx)
			if err != nil {
				return stats.Summary{}, err
			}
			today, cal := a.Today(), a.Reg.Calendar()
			all, err := a.gathering(gathering{q, today, cal}).Of(tx, true, func(cases iter.Seq2[casefile.Case, error]) (*stats.Gathered, error) {
				return stats.Gather(q.From, q.To, today, cases, cal)
			})
			if err != nil {
				return stats.Summary{}, err
			}
			return stats.Sum(q.From, q.To, since, today, all), nil
		})
	})
	return answer, err
}
