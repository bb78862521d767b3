package record

import (
	"cmp"
	"errors"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// Row is a case as lists show it.
func (b *Room) Row(tx *desk.View, id casefile.ID) (ask.CaseRow, error) {
	c, err := tx.Case(id)
	if err != nil {
		return ask.CaseRow{}, err
	}
	return b.RowOf(tx, c)
}

// RowOf is a case as lists show it, today.
func (b *Room) RowOf(tx *desk.View, c casefile.Case) (ask.CaseRow, error) {
	unread, oldest, err := tx.CountOpenMails(c)
	s := c.At(b.Today(), b.Reg.Calendar())
	ins, readErr := tx.StandIns()
	in, _ := ins.Of(b.Today(), c.Assignee, c.Department)
	r := ask.CaseRow{
		Case: c.ID, Kind: ask.Text(c.Kind.String()), Stage: c.Stage.String(), Clock: clockState(c, s),
		Applicant: ask.Text(c.Applicant), Category: ask.Text(c.Column.Label()),
		Department: ask.Text(c.Department), Assignee: ask.Text(c.Assignee), Subject: ask.Text(SubjectOf(c)),
		Deputy: ask.Text(in.Deputy), DeputyUntil: ask.Day(in.To), ReportBy: ask.Day(c.ReportBy), Channel: c.Channel.String(), ArrivedAt: ask.Instant(c.ArrivedAt),
		ConfirmedOn: ask.Day(c.ConfirmedOn), RegisteredOn: ask.Day(c.RegisteredOn), ReceivedOn: ask.Day(c.ReceivedOn()),
		DueStrict: ask.Day(c.Strict.Due), DueLegal: ask.Day(c.Legal.Due), Due: ask.Day(s.Due),
		WaitingFor: ask.Text(s.Waiting.Label()), WaitingUntil: ask.Day(s.WaitUntil),
		Provisional: s.Provisional, Overdue: s.Overdue, OverdueBy: ask.Text(ClockPassed(c, s, b.Today())), Disputable: s.Disputable, ArrivalDoubted: s.Doubtful,
		Internal: s.Internal, OldRegulations: b.Reg.Law().On(c.ArrivedOn).Limit == 0 && c.Legal.Due.IsZero(), ToConfirm: c.ToConfirm,
		Outcome: ask.Text(c.Outcome.String()), Basis: ask.Text(c.Basis), DocumentNumber: ask.Number(c.Document),
		RepliedOn: ask.Day(c.RepliedOn), StoppedOn: ask.Day(c.StoppedOn),
		Disputes: append([]casefile.DisputeID{}, tx.DisputesOf(c.ID)...), Messages: c.Messages, Periods: periodViews(c.Periods),
		OpenMails: unread, OldestOpen: ask.Day(oldest),
	}
	r.Publicity = ask.Text(c.Publicity.String())
	if r.KeepForGood = c.KeepYears == casefile.KeptForGood; !r.KeepForGood {
		r.KeepYears = c.KeepYears
	}
	if s.Finished || s.Late {
		r.Late = &s.Late
	}
	if !s.Finished && !s.Due.IsZero() {
		r.RemainingWorkdays = &s.Remaining
	}
	return r, errors.Join(err, readErr)
}

func periodViews(all []casefile.Period) []ask.PeriodView {
	views := make([]ask.PeriodView, len(all))
	for i, p := range all {
		v := ask.PeriodView{
			From: p.From.String(), StartStrict: ask.Day(p.StartStrict), StartLegal: ask.Day(p.StartLegal), DueStrict: ask.Day(p.DueStrict), DueLegal: ask.Day(p.DueLegal),
			Ended: ask.Day(p.Ended), How: ask.Text(p.How.String()), Disputable: p.Disputable,
		}
		if !p.Ended.IsZero() {
			v.Late = &p.Late
		}
		views[i] = v
	}
	return views
}

// SubjectOf is what a case is about: the registered request says it better than the subject of a mail.
func SubjectOf(c casefile.Case) string {
	if c.RegisteredOn.IsZero() {
		return cmp.Or(c.Subject, c.Request)
	}
	return cmp.Or(c.Request, c.Subject)
}

// ClockPassed says by which clock a case is overdue: strict, legal, both; "" for neither.
func ClockPassed(c casefile.Case, s casefile.Standing, today civil.Date) string {
	if !s.Overdue { // as while the day of arrival is in doubt
		return ""
	}
	switch strict, legal := c.Passed(today); {
	case strict && legal:
		return ask.ClockBoth
	case strict:
		return ask.ClockStrict
	case legal:
		return ask.ClockLegal
	}
	return ""
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

// RecordViews are records as answers show them.
func RecordViews(records []casefile.Record) ([]ask.RecordView, error) {
	return RecordViewsAmong(records, records)
}

// RecordViewsAmong are some records of a history as answers show them.
func RecordViewsAmong(records, history []casefile.Record) ([]ask.RecordView, error) {
	voided := make(map[uint64]bool)
	for _, r := range history {
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
