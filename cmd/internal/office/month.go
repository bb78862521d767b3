package office

import (
	"context"
	"iter"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/fee"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// Month counts the applications of a case's applicant in the month in which it was received.
func (o *Office) Month(_ context.Context, _ ask.Call, q ask.CaseRef) (count ask.MonthCount, err error) {
	id := q.Case
	err = o.View(func(tx *desk.View) error {
		c, err := tx.Case(id)
		if err != nil {
			return err
		}
		day := c.ReceivedOn()
		if day.IsZero() {
			return ask.Usage("%s 没有收到日期，无从计算当月件数", id)
		}
		count = ask.MonthCount{Applicant: ask.Text(c.Applicant), Month: day.String()[:len("2026-11")], Cases: []ask.MonthCase{}}
		same, err := fee.InMonth(receivedAbout(tx, day), c.Applicant, day)
		if err != nil {
			return err
		}
		for _, c := range same {
			one := ask.MonthCase{Case: c.ID, ReceivedOn: ask.Day(c.ReceivedOn())}
			if one.Noticed, err = noticedByItem(tx, c.ID); err != nil {
				return err
			}
			count.Cases = append(count.Cases, one)
		}
		return nil
	})
	return count, err
}

// receivedAbout yields the cases received within a month of a day, and few others. It reads the fixed
// heads of all, and the names only of those.
func receivedAbout(tx *desk.View, day civil.Date) iter.Seq2[casefile.Case, error] {
	return func(yield func(casefile.Case, error) bool) {
		for c, err := range tx.Heads() {
			if err == nil {
				if away := c.ReceivedOn().Sub(day); away < -31 || away > 31 {
					continue
				}
				c, err = tx.Case(c.ID)
			}
			if !yield(c, err) || err != nil {
				return
			}
		}
	}
}

// noticedByItem is how much was asked for on a case by 件.
func noticedByItem(tx *desk.View, id casefile.ID) (yuan int, err error) {
	history, err := tx.History(id)
	for _, r := range casefile.Live(history) {
		if e, ok := r.Event.(casefile.FeeNoticed); ok && e.By == "件" {
			yuan += e.Yuan
		}
	}
	return yuan, err
}
