package record

import (
	"context"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// Calendar is what the days bring: which of them are worked on, and whose period has ended.
type Calendar struct{ *desk.Desk }

// Year returns a year as the register counts it.
func (b Calendar) Year(_ context.Context, _ ask.Call, q ask.YearRef) (ask.CalendarYear, error) {
	if err := ask.Plausible(q.Year); err != nil {
		return ask.CalendarYear{}, err
	}
	year := q.Year
	cal := b.Reg.Calendar()
	y := ask.CalendarYear{Year: year, Days: []workday.Day{}}
	y.Workdays, y.Complete = cal.Count(year)
	for d := civil.New(year, time.January, 1); d.Year() == year; d = d.Add(1) {
		if day := cal.Day(d); day.Kind != workday.Working && day.Kind != workday.Weekend {
			y.Days = append(y.Days, day)
		}
	}
	return y, nil
}

// Adopt adds a notice or local days to the calendar. The cases' dates move in the same transaction.
func (b Calendar) Adopt(_ context.Context, c ask.Call, r ask.AdoptRequest) (changes []ask.DateChange, err error) {
	if _, err := b.Reg.Calendar().With(r.Year); err != nil {
		return nil, ask.Refused("calendar", "", "%s", err.Error())
	}
	if len(r.Year.Overrides) > 0 && r.Reason == "" {
		r.Reason = r.Year.Overrides[0].Reason
	}
	changes = []ask.DateChange{}
	look := func(tx *desk.View) error {
		moved, err := tx.Preview(r.Year)
		for _, m := range moved {
			changes = append(changes, ask.DateChange{
				Case: m.Before.ID, Applicant: ask.Text(m.Before.Applicant),
				StrictBefore: ask.Day(m.Before.Strict.Due), StrictAfter: ask.Day(m.After.Strict.Due),
				LegalBefore: ask.Day(m.Before.Legal.Due), LegalAfter: ask.Day(m.After.Legal.Due),
				WaitBefore: ask.Day(m.Before.Legal.WaitUntil), WaitAfter: ask.Day(m.After.Legal.WaitUntil),
				Provisional: m.After.Strict.Provisional || m.After.Legal.Provisional,
			})
		}
		return err
	}
	err = b.Change(c, func(tx *desk.Change) error {
		if err := look(tx.View); err != nil {
			return err
		}
		_, err := tx.Append(casefile.Draft{On: civil.Of(c.At), Event: casefile.CalendarAdopted{Year: r.Year, Reason: r.Reason}})
		return err
	})
	if err != nil || c.DryRun {
		return changes, err
	}
	b.Log.Info().Int("year", r.Year.Year).Str("notice", r.Year.Notice).Int("moved", len(changes)).Msg("calendar adopted")
	for _, m := range changes {
		b.Log.Info().Str("case", string(m.Case)).Str("strict", civil.Date(m.StrictAfter).String()).Str("legal", civil.Date(m.LegalAfter).String()).Msg("due dates moved")
	}
	return changes, nil
}
