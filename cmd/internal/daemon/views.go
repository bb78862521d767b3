package daemon

import (
	"cmp"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/cmd/internal/ask"
)

// instant is a time as it goes over the wire: in +08:00, nil where there is none.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.In(civil.Zone).Truncate(time.Second)
	return &t
}

// rowOf is a case as lists show it, today.
func (f *office) rowOf(tx *register.Tx, c casefile.Case) ask.CaseRow {
	s := c.At(f.today(), f.reg.Calendar())
	r := ask.CaseRow{
		Case: c.ID, Kind: ask.Text(c.Kind.String()), Stage: c.Stage.String(), Clock: clockState(c, s),
		Applicant: ask.Text(c.Applicant), Category: ask.Text(c.Column.Label()),
		Department: ask.Text(c.Department), Assignee: ask.Text(c.Assignee), Subject: ask.Text(cmp.Or(c.Subject, c.Request)),
		Channel: c.Channel.String(), ArrivedAt: instant(c.ArrivedAt),
		ConfirmedOn: ask.Day(c.ConfirmedOn), RegisteredOn: ask.Day(c.RegisteredOn), ReceivedOn: ask.Day(c.ReceivedOn()),
		DueStrict: ask.Day(c.Strict.Due), DueLegal: ask.Day(c.Legal.Due), Due: ask.Day(s.Due),
		WaitingFor: ask.Text(s.Waiting.Label()), WaitingUntil: ask.Day(s.WaitUntil),
		Provisional: s.Provisional, Overdue: s.Overdue, Disputable: s.Disputable,
		Outcome: ask.Text(c.Outcome.String()), Basis: ask.Text(c.Basis), DocumentNumber: ask.Number(c.Document),
		RepliedOn: ask.Day(c.RepliedOn), StoppedOn: ask.Day(c.StoppedOn),
		Disputes: append([]casefile.DisputeID{}, tx.DisputesOf(c.ID)...), Messages: c.Messages,
	}
	if s.Finished {
		r.Late = &s.Late
	} else if !s.Due.IsZero() {
		r.RemainingWorkdays = &s.Remaining
	}
	return r
}

func clockState(c casefile.Case, s casefile.Standing) string {
	switch {
	case s.Finished:
		return "stopped"
	case !c.Stage.Open():
		return "none"
	case s.Due.IsZero():
		return "waiting"
	}
	return "running"
}

func recordViews(records []casefile.Record) ([]ask.RecordView, error) {
	voided := make(map[uint64]bool)
	for _, r := range records {
		if v, ok := r.Event.(casefile.Voided); ok {
			voided[v.Seq] = true
		}
	}
	views := make([]ask.RecordView, 0, len(records))
	for _, r := range records {
		event, err := casefile.EncodeEvent(r.Event)
		if err != nil {
			return nil, err
		}
		k := r.Event.Kind()
		views = append(views, ask.RecordView{
			Seq: r.Seq, On: ask.Day(r.On), Recorded: r.Recorded.In(civil.Zone), Actor: r.Actor, Case: r.Case,
			Kind: k, Label: k.Label(), Text: casefile.Describe(r.Event), Voided: voided[r.Seq], Event: event,
		})
	}
	return views, nil
}

func alarmView(a casefile.Alarm, today civil.Date, cal *workday.Calendar) ask.Alarm {
	return ask.Alarm{Kind: a.Kind.String(), Label: a.Kind.Label(), On: ask.Day(a.On), Remaining: cal.WorkdaysBetween(today, a.On), Text: a.Text}
}

func clockView(name string, k casefile.Clock, s casefile.Reading, today civil.Date, cal *workday.Calendar) ask.ClockView {
	v := ask.ClockView{
		View: name, Label: k.View.Label(), Start: ask.Day(k.Start), Limit: k.Limit, Due: ask.Day(k.Due), Set: !k.Fixed.IsZero(),
		Provisional: k.Provisional, WaitingFor: ask.Text(s.Waiting.Label()), WaitingUntil: ask.Day(s.WaitUntil),
		Stopped: ask.Day(k.Stopped), Turns: []ask.TurnView{}, Days: []ask.DayView{},
	}
	for _, t := range k.Turns {
		v.Turns = append(v.Turns, ask.TurnView{Seq: t.Seq, On: ask.Day(t.On), Label: t.Kind.Label(), Effect: t.Effect.Label(), Text: t.Text})
	}
	for _, d := range k.Walk(today, cal) {
		v.Days = append(v.Days, ask.DayView{Date: ask.Day(d.Date), Number: d.Number, Why: whyNot(d)})
	}
	return v
}

// whyNot says what is special about a day of the walk; "" for an ordinary working day.
func whyNot(d casefile.Step) string {
	if d.Waiting != casefile.NotWaiting {
		return "等待" + d.Waiting.Label()
	}
	if d.Excluded != "" {
		return "扣除：" + d.Excluded
	}
	why := ""
	if d.Kind != workday.Working {
		why = d.Kind.Label()
		if d.Name != "" {
			why = d.Name
		}
		if d.Notice != "" {
			why += "（" + d.Notice + "）"
		}
	}
	if d.Provisional {
		why += "［暂定］"
	}
	return why
}
