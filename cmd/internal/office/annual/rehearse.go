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
		past, err := a.committed(tx)
		if err != nil {
			return err
		}
		if by, ok := past.by[q.Year]; ok {
			return ask.Refused("year-frozen", "ysq report "+fmt.Sprint(q.Year)+" 可看", "%d 年已由 %s 于 %s 冻结", q.Year, by.Actor, by.On)
		}
		o := stats.Options{Trace: true}
		if err := a.complete(tx, q.Year, past, &o); err != nil {
			return err
		}
		if over := firstDrafts(q.Year); o.Now.Before(over) {
			o.Now = over
		}
		o.Whole = func(id casefile.ID) (casefile.Case, error) { return casefile.Case{ID: id}, nil } // numbers are enough
		if r.Report, err = stats.Compute(q.Year, tx.Heads(), o); err != nil {
			return err
		}
		r.Report.GeneratedAt = a.Now().In(civil.Zone)
		f, err := r.Report.Form()
		if err != nil {
			return err
		}
		out, err := f.ParseCell("四")
		if err != nil {
			return err
		}
		r.Carried = append([]casefile.ID{}, stats.CasesOf(f, out, r.Report.Counted())...)
		r.Report.Cases = nil
		if err := inOrder(tx, past, q.Year); err != nil {
			r.Order = err.Error()
		}
		r.Year = a.yearView(past, q.Year)
		rep, err := a.standing(tx, past, q.Year)
		r.Year.Failed = len(rep.Failed())
		return err
	})
	return r, err
}

// Due puts the day on which the report of a year must be published: of every year that is over and not frozen, and of the
// running one when its day comes near.
func (a *Room) Due(tx *desk.View, until civil.Date, put func(ask.DueItem)) error {
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
		rep, err := a.standing(tx, past, year)
		if err != nil {
			return err
		}
		about := fmt.Sprintf("%d 年度报告尚未冻结", year)
		if n := len(rep.Failed()); n > 0 {
			about += fmt.Sprintf("，%d 项核对不通过（year rehearse %d）", n, year)
		}
		put(ask.DueItem{Block: ask.BlockStatutory, Step: ask.Handle(fmt.Sprintf("ysq report %d", year)), Year: year, Subject: ask.Text(about), Alarm: ask.Alarm{
			Kind: "annual-report", Label: "公布年度报告", On: ask.Day(publish), Remaining: a.Reg.Calendar().WorkdaysBetween(today, publish),
			Text: about + "；应于 " + publish.String() + " 前公布（条例第四十九条）",
		}, Provisional: a.Reg.Calendar().Day(publish).Provisional})
	}
	return nil
}
