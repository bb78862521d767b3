package office

import (
	"cmp"
	"context"
	"slices"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// alarms lists those of a case, the earliest first. Only one that consults others is read for it.
func (o *Office) alarms(tx *desk.View, c casefile.Case, today civil.Date) ([]casefile.Alarm, error) {
	law, cal := o.Reg.Law(), o.Reg.Calendar()
	all := c.Alarms(today, law, cal)
	if c.Consulting() {
		history, err := tx.History(c.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, casefile.ConsultationAlarms(history, law, cal)...)
	}
	slices.SortStableFunc(all, func(x, y casefile.Alarm) int { return cmp.Compare(x.On, y.On) })
	return all, nil
}

// Due lists the alarms of open cases and of disputes that wait for the office's answer.
func (o *Office) Due(ctx context.Context, _ ask.Call, q ask.DueQuery) ([]ask.DueItem, error) {
	if q.Within < 0 {
		return nil, ask.Usage("%d 不是天数", q.Within)
	}
	items, words := []ask.DueItem{}, wordsOf(q.Words)
	today, cal := o.Today(), o.Reg.Calendar()
	until, _ := cal.AddWorkdays(today, q.Within)
	err := o.View(func(tx *desk.View) error {
		for c, err := range tx.OpenCases("") {
			if err != nil {
				return err
			}
			if !caseMentions(c, words) {
				continue
			}
			alarms, err := o.alarms(tx, c, today)
			if err != nil {
				return err
			}
			for _, a := range alarms {
				if a.On > until {
					continue
				}
				items = append(items, ask.DueItem{
					Case: c.ID, Applicant: ask.Text(c.Applicant), Subject: ask.Text(cmp.Or(c.Subject, c.Request)), Stage: c.Stage.String(),
					Alarm: alarmView(a, today, cal), Provisional: provisionalAlarm(a, c.At(today, cal), cal),
				})
			}
		}
		if err := o.Record.DisputesDue(tx, today, func(i ask.DueItem) {
			if civil.Date(i.On) <= until && mention(words, string(i.Dispute), string(i.Applicant), string(i.Subject)) {
				items = append(items, i)
			}
		}); err != nil {
			return err
		}
		if err := o.Annual.Due(tx, until, func(i ask.DueItem) {
			if mention(words, "年度报告", string(i.Subject)) {
				items = append(items, i)
			}
		}); err != nil {
			return err
		}
		return ctx.Err()
	})
	slices.SortStableFunc(items, func(a, b ask.DueItem) int { return int(a.On) - int(b.On) })
	return items, err
}

// provisionalAlarm reports whether the day of an alarm was counted past the calendar's end.
func provisionalAlarm(a casefile.Alarm, s casefile.Standing, cal *workday.Calendar) bool {
	switch a.Kind {
	case casefile.AlarmReply, casefile.AlarmLapse: // either may have been set instead of counted
		return s.Provisional
	}
	return cal.Day(a.On).Provisional
}

func alarmView(a casefile.Alarm, today civil.Date, cal *workday.Calendar) ask.Alarm {
	return ask.Alarm{Kind: a.Kind.String(), Label: a.Kind.Label(), On: ask.Day(a.On), Remaining: cal.WorkdaysBetween(today, a.On), Text: a.Text}
}
