package annual

import (
	"context"
	"fmt"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/stats"
)

// Rehearse computes the report of a year as if the year ended today: what would hinder freezing it, and what it would carry
// over.
func (a *Room) Rehearse(_ context.Context, _ ask.Call, q ask.YearRef) (r ask.Rehearsal, err error) {
	if err := ask.Plausible(q.Year); err != nil {
		return r, err
	}
	err = a.View(func(tx *desk.View) error {
		key := trial{q.Year, a.words.state(q.Year) + a.words.state(q.Year-1)}
		r, err = kept(a, tx, func(m *memo) map[trial]ask.Rehearsal { return m.trials }, key, func() (ask.Rehearsal, error) { return a.rehearse(tx, q.Year) })
		return err
	})
	r.Report.GeneratedAt = a.Now().In(civil.Zone)
	return r, err
}

func (a *Room) rehearse(tx *desk.View, year int) (r ask.Rehearsal, err error) {
	past, err := a.committed(tx)
	if err != nil {
		return r, err
	}
	if by, ok := past.by[year]; ok {
		return r, ask.Refused("year-frozen", "冻结的数仍可以看\nysq report "+fmt.Sprint(year), "%d 年已由 %s 于 %s 冻结", year, by.Actor, by.On)
	}
	var o stats.Options
	if err := a.complete(tx, year, past, &o); err != nil {
		return r, err
	}
	if over := firstDrafts(year); o.Now.Before(over) {
		o.Now = over
	}
	counter, parts, err := a.parts(tx, year, past, o)
	if err != nil {
		return r, err
	}
	if r.Report, err = counter.Report(parts); err != nil {
		return r, err
	}
	f, err := r.Report.Form()
	if err != nil {
		return r, err
	}
	out, err := f.ParseCell("四")
	if err != nil {
		return r, err
	}
	carried, _ := counter.Cases(parts, out)
	r.Carried = append([]casefile.ID{}, carried...)
	if err := a.inOrder(tx, past, year); err != nil {
		r.Order = err.Error()
	}
	r.Year = a.yearView(past, year)
	rep, err := a.standing(tx, past, year)
	r.Year.Failed = len(rep.Failed())
	return r, err
}

// Due puts the day on which the report of a year must be published: of every year that is over and not frozen, and of the
// running one when its day comes near. checks says what hinders freezing it, too: that goes through all cases, again after
// each record.
func (a *Room) Due(tx *desk.View, until civil.Date, checks bool, put func(ask.DueItem)) error {
	past, err := a.committed(tx)
	if err != nil {
		return err
	}
	today := a.Today()
	for _, year := range a.years(past) {
		_, publish := a.Live().Report.Deadlines(year)
		if _, frozen := past.closed[year]; frozen || publish > until && year >= today.Year() {
			continue
		}
		about := fmt.Sprintf("%d 年度报告尚未冻结", year)
		if checks {
			rep, err := a.standing(tx, past, year)
			if err != nil {
				return err
			}
			if n := len(rep.Failed()); n > 0 {
				about += fmt.Sprintf("，%d 项核对不通过（year rehearse %d）", n, year)
			}
		}
		put(ask.DueItem{Step: ask.Handle(fmt.Sprintf("ysq report %d", year)), Year: year, Subject: ask.Text(about), Alarm: ask.Alarm{
			Block: ask.BlockStatutory, Kind: "annual-report", Label: "公布年度报告", On: ask.Day(publish), Remaining: a.Reg.Calendar().WorkdaysBetween(today, publish),
			Text: about + "；应于 " + publish.String() + " 前公布（条例第四十九条）",
		}, Provisional: a.Reg.Calendar().Day(publish).Provisional})
	}
	return nil
}
