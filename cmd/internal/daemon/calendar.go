package daemon

import (
	"context"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/cmd/internal/ask"
)

// Calendar returns a year as the register counts it.
func (f *office) Calendar(_ context.Context, _ ask.Call, q ask.YearRef) (ask.CalendarYear, error) {
	if err := plausible(q.Year); err != nil {
		return ask.CalendarYear{}, err
	}
	year := q.Year
	cal := f.reg.Calendar()
	y := ask.CalendarYear{Year: year, Days: []workday.Day{}}
	y.Workdays, y.Complete = cal.Count(year)
	for d := civil.New(year, time.January, 1); d.Year() == year; d = d.Add(1) {
		if day := cal.Day(d); day.Kind != workday.Working && day.Kind != workday.Weekend {
			y.Days = append(y.Days, day)
		}
	}
	return y, nil
}

// missingYear is the year of which the office ought to have the notice and has not; 0 when it has all.
func missingYear(cal *workday.Calendar, today civil.Date) int {
	for year := today.Year(); year <= workday.Expected(today); year++ {
		if _, complete := cal.Count(year); !complete {
			return year
		}
	}
	return 0
}

// Adopt adds a notice or local days to the calendar. The cases' dates move in the same transaction.
func (f *office) Adopt(_ context.Context, c ask.Call, r ask.AdoptRequest) (changes []ask.DateChange, err error) {
	if _, err := f.reg.Calendar().With(r.Year); err != nil {
		return nil, &ask.Error{Code: "calendar", Msg: err.Error(), Exit: ask.ExitRefused}
	}
	if len(r.Year.Overrides) > 0 && r.Reason == "" {
		r.Reason = r.Year.Overrides[0].Reason
	}
	changes = []ask.DateChange{}
	look := func(tx *register.Tx) error {
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
	err = f.change(c, func(tx *register.Tx) error {
		if err := look(tx); err != nil {
			return err
		}
		_, err := tx.Append(c.Who.String(), casefile.Draft{On: civil.Of(c.At), Event: casefile.CalendarAdopted{Year: r.Year, Reason: r.Reason}})
		return err
	})
	if err != nil || c.DryRun {
		return changes, err
	}
	f.Log.Info().Int("year", r.Year.Year).Str("notice", r.Year.Notice).Int("moved", len(changes)).Msg("calendar adopted")
	for _, m := range changes {
		f.Log.Info().Str("case", string(m.Case)).Str("strict", civil.Date(m.StrictAfter).String()).Str("legal", civil.Date(m.LegalAfter).String()).Msg("due dates moved")
	}
	return changes, nil
}

// SetOpening records 上年结转 of the register's first year.
func (f *office) SetOpening(_ context.Context, c ask.Call, o casefile.OpeningBalance) (casefile.OpeningBalance, error) {
	for i, n := range o.Columns {
		if n < 0 {
			return o, ask.Usage("“%s”的上年结转不能是负数 %d", casefile.Columns[i].Label(), n)
		}
	}
	if o.Year < 2008 || o.Year > f.today().Year()+1 {
		return o, ask.Usage("年份 %d 不对", o.Year)
	}
	return o, f.change(c, func(tx *register.Tx) error {
		_, err := tx.Append(c.Who.String(), casefile.Draft{On: civil.New(o.Year, time.January, 1), Event: o})
		return err
	})
}
