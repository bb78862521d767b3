package office

import (
	"context"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/match"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/intake"
	"ysq.internal/ysq/cmd/internal/office/reading"
	"ysq.internal/ysq/cmd/internal/office/record"
	"ysq.internal/ysq/mailbox/parse"
)

// Show returns all there is about a case, or a part of it.
func (o *Office) Show(_ context.Context, _ ask.Call, q ask.ShowQuery) (ask.CaseDetail, error) {
	id := q.Case
	var d ask.CaseDetail
	var history []casefile.Record
	err := o.View(func(tx *desk.View) error {
		c, err := tx.Case(id)
		if err != nil {
			return err
		}
		if history, err = tx.History(id); err != nil {
			return err
		}
		today, cal := o.Today(), o.Reg.Calendar()
		if d.CaseRow, err = o.Record.RowOf(tx, c); err != nil {
			return err
		}
		open, err := tx.OpenMails(c)
		if err != nil {
			return err
		}
		if p := q.Part; p != nil {
			d.OpenAll, open = len(open), stretch(open, p.OpenFrom, p.Open)
		}
		if d.Open, err = o.Record.OpenViews(tx, id, open); err != nil {
			return err
		}
		d.MergedInto, d.Agent = c.MergedInto, ask.Text(c.Agent)
		merged, err := tx.Merged(id)
		if err != nil {
			return err
		}
		for _, m := range merged {
			d.Merged = append(d.Merged, m[0].Case)
		}
		d.Request, d.Contact, d.Email = ask.Text(c.Request), ask.Text(c.Contact), ask.Address(c.Mailbox())
		d.Form, d.Delivery = ask.Text(c.Form), ask.Text(c.Delivery)
		d.MailWanted, d.ByMail = c.WantedByMail(), c.AnsweredByMail()
		for _, a := range c.Addresses {
			d.Addresses = append(d.Addresses, ask.Address(a))
		}
		d.Alarms, d.Next, d.Suggestions = []ask.Alarm{}, []ask.NextStep{}, []casefile.Suggestion{}
		alarms, err := o.Deadlines.alarms(tx, c, today)
		if err != nil {
			return err
		}
		for _, a := range alarms {
			d.Alarms = append(d.Alarms, alarmView(c, a, c.At(today, cal), today, cal))
		}
		d.Likely = []ask.NextStep{}
		join, why, err := o.Deadlines.joining(tx, c)
		if err != nil {
			return err
		}
		if join != "" {
			d.Likely = append(d.Likely, ask.NextStep{Command: casefile.KindMerged.Info().Command, Label: casefile.KindMerged.Label(), Line: ask.Handle(join), Why: ask.Text(why)})
		}
		likely := c.Likely(today, o.Reg.Law(), cal)
		for _, l := range likely[:min(len(likely), likelyMost)] {
			d.Likely = append(d.Likely, ask.NextStep{Command: l.Kind.Info().Command, Label: l.Kind.Label(), Why: ask.Text(l.Why)})
		}
		for _, k := range c.Next() {
			d.Next = append(d.Next, ask.NextStep{Command: k.Info().Command, Label: k.Label()})
		}
		items := casefile.Contents(append([][]casefile.Record{history}, merged...)...)
		d.Files = filesOf(items)
		if p := q.Part; p != nil {
			d.FilesAll, d.Files = len(d.Files), stretch(d.Files, p.FilesFrom, p.Files)
		}
		d.Letters = o.Letters.LettersIn(c, history)
		if d.Mails, err = o.Mails.MailsOf(tx, mailsIn(items, q.Part, &d)); err != nil {
			return err
		}
		d.Last = history[len(history)-1].Seq
		shown := history
		if p := q.Part; p != nil {
			shown = recordsIn(history, p, &d)
		}
		if d.Records, err = record.RecordViewsAmong(shown, history); err != nil {
			return err
		}
		if d.Candidates, err = o.candidates(tx, c); err != nil {
			return err
		}
		return o.relatedOf(tx, c, &d)
	})
	if err != nil {
		return d, err
	}
	d.FileReadings = o.Reading.FileReadings(d.Files)
	for i := range d.Mails { // files, outside the transaction
		o.Reading.Fill(&d.Mails[i], parse.Limits{Text: excerpt})
	}
	for _, r := range history {
		if e, ok := r.Event.(casefile.Received); ok {
			d.Suggestions, d.Suggested = intake.Suggestions(e.Suggestions, e.Suggested)
		}
	}
	return d, nil
}

// Explain returns how the due dates come about.
func (o *Office) Explain(_ context.Context, _ ask.Call, q ask.CaseRef) (ask.Explanation, error) {
	id := q.Case
	var e ask.Explanation
	err := o.View(func(tx *desk.View) error {
		c, history, err := tx.Whole(id)
		if err != nil {
			return err
		}
		today, law, cal := o.Today(), o.Reg.Law(), o.Reg.Calendar()
		row, err := o.Record.RowOf(tx, c)
		if err != nil {
			return err
		}
		e = ask.Explanation{Case: row, Today: ask.Day(today), Clocks: []ask.ClockView{
			clockView("strict", casefile.ReadClock(casefile.Strict, history, law, cal), c.Strict, today),
			clockView("legal", casefile.ReadClock(casefile.Legal, history, law, cal), c.Legal, today),
		}}
		return nil
	})
	return e, err
}

// likelyMost is how many likely steps are shown before all that may be recorded.
const likelyMost = 3

// candidateDays is how far a mail's arrival may lie from the ledger's 收到日期.
const candidateDays = 15

// candidates proposes mails for a case that has none, as after the import of a ledger: those without
// a case that arrived about then and carry the applicant's name.
func (o *Office) candidates(tx *desk.View, c casefile.Case) ([]ask.MailView, error) {
	if c.Messages > 0 || c.Applicant == "" {
		return nil, nil
	}
	var all []ask.MailView
	for _, place := range []casefile.Disposition{casefile.ToHistory, casefile.Parked} {
		for day, err := range tx.MailDays(place) {
			if err != nil {
				return nil, err
			}
			if far := day.On.Sub(c.ArrivedOn); far < -candidateDays || far > candidateDays {
				continue
			}
			m, err := tx.MailAt(day.Seq)
			if err != nil {
				return nil, err
			}
			if strings.Contains(m.From.Name+"\n"+m.Subject, c.Applicant) {
				v, err := o.Mails.MailView(tx, m.MessageTaken)
				if err != nil {
					return nil, err
				}
				all = append(all, v)
			}
		}
	}
	return all, nil
}

// mailsIn are the mails among what is in a case, as far as they are asked for.
func mailsIn(items []casefile.Item, p *ask.ShowPart, d *ask.CaseDetail) []casefile.Item {
	mails := slices.DeleteFunc(items, func(i casefile.Item) bool { return !i.Mail() })
	if p == nil {
		return mails
	}
	d.MailsAll = len(mails)
	part := latest(mails, p.Mails, p.MailsAfter)
	if p.First && len(mails) > p.MailsAfter+len(part) {
		part = append(mails[:1:1], part...)
	}
	return part
}

// recordsIn are the records of a history that are asked for.
func recordsIn(history []casefile.Record, p *ask.ShowPart, d *ask.CaseDetail) []casefile.Record {
	d.RecordsAll, d.RecordsAfter = len(history), min(max(p.RecordsAfter, 0), len(history))
	if p.Record == 0 {
		return latest(history, p.Records, p.RecordsAfter)
	}
	at := slices.IndexFunc(history, func(r casefile.Record) bool { return r.Seq == p.Record })
	if at < 0 {
		return nil
	}
	d.RecordsAfter = len(history) - at - 1
	return history[at : at+1]
}

// stretch are so many of a list, from a place on.
func stretch[T any](all []T, from, most int) []T {
	from = min(max(from, 0), len(all))
	return all[from : from+min(max(most, 0), len(all)-from)]
}

// latest are so many of the last of a list, before so many that come after them.
func latest[T any](all []T, most, after int) []T {
	end := len(all) - min(max(after, 0), len(all))
	return all[end-min(max(most, 0), end) : end]
}

// excerpt bounds the text of each mail that `show` reads.
const excerpt = 8 << 10

// filesOf lists the documents of a case.
func filesOf(items []casefile.Item) []casefile.File {
	files := []casefile.File{}
	for _, i := range items {
		if i.Sort == casefile.Document {
			files = append(files, i.File)
		}
	}
	return files
}

// relatedOf fills in, for a case that is still open, what its applicant asked for before. Only what is
// known without reading counts here: showing a case must be quick.
func (o *Office) relatedOf(tx *desk.View, c casefile.Case, d *ask.CaseDetail) error {
	if !c.Stage.Open() {
		return nil
	}
	a := match.Filed{Case: c.ID, Applicant: c.Applicant, Column: c.Column, Contact: c.Contact, Request: c.Request,
		Addresses: c.Addresses, Received: c.ReceivedOn(), Fate: match.FateOf(c)}
	if c.RegisteredOn.IsZero() {
		o.Relatives.Heard(tx, &a)
	} else {
		var err error
		if a.Mark, err = reading.MarkOf(tx, c.ID); err != nil {
			return err
		}
	}
	r, err := o.Relatives.Relations(tx, a, c.ID)
	if err != nil {
		return err
	}
	d.Past, d.PastAll = r.Past, r.PastAll
	if len(r.Related) > 0 {
		d.Related, d.RelatedMore = r.Related, r.RelatedMore
	}
	if r.Counts != nil && r.Counts.Proposed {
		d.Counts = r.Counts
	}
	return nil
}

func clockView(name string, k casefile.Clock, s casefile.Reading, today civil.Date) ask.ClockView {
	v := ask.ClockView{
		View: name, Label: k.View.Label(), Start: ask.Day(k.Start), Limit: k.Limit, Due: ask.Day(k.Due), Set: !k.Fixed.IsZero(),
		Provisional: k.Provisional, WaitingFor: ask.Text(s.Waiting.Label()), WaitingUntil: ask.Day(s.WaitUntil),
		Stopped: ask.Day(k.Stopped), Turns: []ask.TurnView{}, Days: []ask.DayView{},
	}
	for _, t := range k.Turns {
		v.Turns = append(v.Turns, ask.TurnView{Seq: t.Seq, On: ask.Day(t.On), Label: t.Kind.Label(), Effect: t.Effect.Label(), Text: t.Text, Later: ask.Day(t.Later)})
	}
	for _, d := range k.Walk(today) {
		v.Days = append(v.Days, ask.DayView{Date: ask.Day(d.Date), Number: d.Number, Sort: sortOf(d), Why: whyNot(d)})
	}
	return v
}

// sortOf says what a day of the walk counts for.
func sortOf(d casefile.Step) string {
	switch {
	case d.Waiting != casefile.NotWaiting:
		return "waiting"
	case d.Excluded != "":
		return "excluded"
	case d.Number == 0:
		return "rest"
	}
	return "counted"
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
