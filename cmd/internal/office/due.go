package office

import (
	"cmp"
	"context"
	"slices"
	"strings"

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
	put := func(i ask.DueItem) { items = append(items, i) }
	err := o.View(func(tx *desk.View) error {
		for c, err := range tx.OpenCases("") {
			if err != nil {
				return err
			}
			if !caseMentions(c, words) {
				continue
			}
			if err := o.mailDue(tx, c, put); err != nil {
				return err
			}
			alarms, err := o.alarms(tx, c, today)
			if err != nil {
				return err
			}
			for _, a := range alarms {
				if a.On > until {
					continue
				}
				put(ask.DueItem{
					Block: blockOf(a.Kind), Case: c.ID, Applicant: ask.Text(c.Applicant), Subject: ask.Text(cmp.Or(c.Subject, c.Request)), Stage: c.Stage.String(),
					Alarm: alarmView(a, today, cal), Provisional: provisionalAlarm(a, c.At(today, cal), cal),
				})
			}
		}
		for c, err := range tx.CasesUnread() { // those that owe no answer any more
			if err != nil {
				return err
			}
			if !c.Stage.Open() && caseMentions(c, words) {
				if err := o.mailDue(tx, c, put); err != nil {
					return err
				}
			}
		}
		if err := o.Record.DisputesDue(tx, today, func(i ask.DueItem) {
			if civil.Date(i.On) <= until && mention(words, string(i.Dispute), string(i.Applicant), string(i.Subject)) {
				put(i)
			}
		}); err != nil {
			return err
		}
		if err := o.Annual.Due(tx, until, func(i ask.DueItem) {
			if mention(words, "年度报告", string(i.Subject)) {
				put(i)
			}
		}); err != nil {
			return err
		}
		return ctx.Err()
	})
	slices.SortStableFunc(items, func(a, b ask.DueItem) int {
		return cmp.Or(cmp.Compare(blockAt(a.Block), blockAt(b.Block)), int(a.On)-int(b.On))
	})
	return items, err
}

// blockAt is the place of a block among the others: what nobody has read comes first.
func blockAt(block string) int {
	return slices.Index([]string{ask.BlockMail, ask.BlockStatutory, ask.BlockInternal}, block)
}

// blockOf says whose day an alarm is about.
func blockOf(k casefile.AlarmKind) string {
	switch k {
	case casefile.AlarmConfirm, casefile.AlarmDelivery:
		return ask.BlockInternal
	}
	return ask.BlockStatutory
}

// mailDue puts the mails of a case about which nobody has decided.
func (o *Office) mailDue(tx *desk.View, c casefile.Case, put func(ask.DueItem)) error {
	open, err := tx.OpenMails(c)
	if err != nil || len(open) == 0 {
		return err
	}
	views := o.Record.OpenViews(c.ID, open)
	var labels []string
	for _, v := range views {
		if !slices.Contains(labels, v.Label) {
			labels = append(labels, v.Label)
		}
	}
	slices.SortStableFunc(views, func(a, b ask.UnreadMail) int { return b.Age - a.Age })
	oldest := views[0]
	put(ask.DueItem{
		Block: ask.BlockMail, Case: c.ID, Applicant: ask.Text(c.Applicant), Subject: ask.Text(cmp.Or(c.Request, c.Subject)), Stage: c.Stage.String(), Mails: len(open),
		Alarm: ask.Alarm{Kind: ask.BlockMail, Label: strings.Join(labels, "、"), On: ask.Day(civil.Of(*oldest.ArrivedAt)), Remaining: -oldest.Age, Text: string(oldest.Command)},
	})
	return nil
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
