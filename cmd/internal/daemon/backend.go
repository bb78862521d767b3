package daemon

import (
	"cmp"
	"context"
	"os"
	"slices"
	"strings"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox/parse"
)

func (f *office) today() civil.Date { return civil.Of(f.Now()) }

// Needs says which role an event needs: everything that is recorded needs 经办; an extension needs
// 审核 where the office has chosen so.
func (f *office) Needs(k casefile.Kind) ask.Role {
	if k == casefile.KindExtended && f.live().Approval.Extension == config.ExtensionRole {
		return ask.Approver
	}
	return ask.Operator
}

// Holders names the groups whose members have a role, or a higher one.
func (f *office) Holders(r ask.Role) []string {
	var names []string
	for role, groups := range map[ask.Role][]config.Group{
		ask.Viewer: f.live().Access.Viewer, ask.Operator: f.live().Access.Operator, ask.Approver: f.live().Access.Approver,
	} {
		for _, g := range groups {
			if role >= r {
				names = append(names, string(g))
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// List yields the cases of a query.
func (f *office) List(ctx context.Context, _ ask.Call, q ask.ListQuery, yield func(ask.CaseRow) error) error {
	today, cal := f.today(), f.reg.Calendar()
	words := wordsOf(q.Words)
	closed := slices.ContainsFunc(q.Stages, func(s casefile.Stage) bool { return !s.Open() })
	return told(f.reg.View(func(tx *register.Tx) error {
		cases := tx.OpenCases(q.After)
		if q.All || q.Disputable || closed {
			cases = tx.Cases(q.After)
		}
		n := 0
		for c, err := range cases {
			if err != nil {
				return err
			}
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if !selects(q, words, c, c.At(today, cal)) {
				continue
			}
			if err := yield(f.rowOf(tx, c)); err != nil {
				return err
			}
			if n++; q.Limit > 0 && n == q.Limit {
				return nil
			}
		}
		return nil
	}))
}

func selects(q ask.ListQuery, words []string, c casefile.Case, s casefile.Standing) bool {
	switch {
	case len(q.Stages) > 0 && !slices.Contains(q.Stages, c.Stage),
		q.Overdue && !s.Overdue,
		q.Disputable && !s.Disputable,
		q.Unregistered && c.Stage != casefile.StageReceived,
		q.DueWithin != nil && (s.Finished || s.Due.IsZero() || s.Remaining > *q.DueWithin):
		return false
	}
	return caseMentions(c, words)
}

// wordsOf splits what somebody looks for.
func wordsOf(s string) []string { return strings.Fields(strings.ToLower(s)) }

// caseMentions reports whether all the words stand in what lists show of a case.
func caseMentions(c casefile.Case, words []string) bool {
	return mention(words, string(c.ID), c.Applicant, c.Subject, c.Request, c.Department, c.Assignee)
}

func mention(words []string, texts ...string) bool {
	if len(words) == 0 {
		return true
	}
	text := strings.ToLower(strings.Join(texts, "\n"))
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}

// Show returns all there is about a case.
func (f *office) Show(_ context.Context, _ ask.Call, q ask.CaseRef) (ask.CaseDetail, error) {
	id := q.Case
	var d ask.CaseDetail
	var history []casefile.Record
	err := f.reg.View(func(tx *register.Tx) error {
		c, err := tx.Case(id)
		if err != nil {
			return err
		}
		if history, err = tx.History(id); err != nil {
			return err
		}
		today, cal := f.today(), f.reg.Calendar()
		d.CaseRow = f.rowOf(tx, c)
		d.MergedInto, d.Agent = c.MergedInto, ask.Text(c.Agent)
		merged, err := tx.Merged(id)
		if err != nil {
			return err
		}
		for _, m := range merged {
			d.Merged = append(d.Merged, m[0].Case)
		}
		d.Request, d.Contact = ask.Text(c.Request), ask.Text(c.Contact)
		for _, a := range c.Addresses {
			d.Addresses = append(d.Addresses, ask.Address(a))
		}
		d.Alarms, d.Next, d.Suggestions = []ask.Alarm{}, []ask.Step{}, []casefile.Suggestion{}
		alarms, err := f.alarms(tx, c, today)
		if err != nil {
			return err
		}
		for _, a := range alarms {
			d.Alarms = append(d.Alarms, alarmView(a, today, cal))
		}
		for _, k := range c.Next() {
			d.Next = append(d.Next, ask.Step{Command: k.Info().Command, Label: k.Label()})
		}
		if d.Records, err = recordViews(history); err != nil {
			return err
		}
		items := casefile.Contents(append([][]casefile.Record{history}, merged...)...)
		d.Files = filesOf(items)
		d.Letters = f.lettersIn(c, history)
		if d.Mails, err = f.mailsOf(tx, items); err != nil {
			return err
		}
		if d.Candidates, err = f.candidates(tx, c); err != nil {
			return err
		}
		return f.relatedOf(tx, c, &d)
	})
	if err != nil {
		return d, told(err)
	}
	d.FileReadings = f.fileReadings(d.Files)
	for i := range d.Mails { // files, outside the transaction
		f.read(&d.Mails[i], parse.Limits{Text: excerpt})
	}
	for _, r := range history {
		if e, ok := r.Event.(casefile.Received); ok {
			d.Suggestions = append(d.Suggestions, e.Suggestions...)
		}
	}
	return d, nil
}

// Explain returns how the due dates come about.
func (f *office) Explain(_ context.Context, _ ask.Call, q ask.CaseRef) (ask.Explanation, error) {
	id := q.Case
	var e ask.Explanation
	err := f.reg.View(func(tx *register.Tx) error {
		c, err := tx.Case(id)
		if err != nil {
			return err
		}
		history, err := tx.History(id)
		if err != nil {
			return err
		}
		today, law, cal := f.today(), f.reg.Law(), f.reg.Calendar()
		e = ask.Explanation{Case: f.rowOf(tx, c), Today: ask.Day(today), Clocks: []ask.ClockView{
			clockView("strict", casefile.ReadClock(casefile.Strict, history, law, cal), c.Strict, today, cal),
			clockView("legal", casefile.ReadClock(casefile.Legal, history, law, cal), c.Legal, today, cal),
		}}
		return nil
	})
	return e, told(err)
}

// alarms lists those of a case, the earliest first. Only one that consults others is read for it.
func (f *office) alarms(tx *register.Tx, c casefile.Case, today civil.Date) ([]casefile.Alarm, error) {
	law, cal := f.reg.Law(), f.reg.Calendar()
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
func (f *office) Due(ctx context.Context, _ ask.Call, q ask.DueQuery) ([]ask.DueItem, error) {
	if q.Within < 0 {
		return nil, ask.Usage("%d 不是天数", q.Within)
	}
	items, words := []ask.DueItem{}, wordsOf(q.Words)
	today, cal := f.today(), f.reg.Calendar()
	until, _ := cal.AddWorkdays(today, q.Within)
	err := f.reg.View(func(tx *register.Tx) error {
		for c, err := range tx.OpenCases("") {
			if err != nil {
				return err
			}
			if !caseMentions(c, words) {
				continue
			}
			alarms, err := f.alarms(tx, c, today)
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
		if err := f.disputesDue(tx, today, func(i ask.DueItem) {
			if civil.Date(i.On) <= until && mention(words, string(i.Dispute), string(i.Applicant), string(i.Subject)) {
				items = append(items, i)
			}
		}); err != nil {
			return err
		}
		return ctx.Err()
	})
	slices.SortStableFunc(items, func(a, b ask.DueItem) int { return int(a.On) - int(b.On) })
	return items, told(err)
}

// provisionalAlarm reports whether the day of an alarm was counted past the calendar's end.
func provisionalAlarm(a casefile.Alarm, s casefile.Standing, cal *workday.Calendar) bool {
	switch a.Kind {
	case casefile.AlarmReply, casefile.AlarmLapse: // either may have been set instead of counted
		return s.Provisional
	}
	return cal.Day(a.On).Provisional
}

// Append judges the drafts one after the other, each on top of those before, and records all of them
// in one transaction, or none.
func (f *office) Append(_ context.Context, c ask.Call, req ask.AppendRequest) (ask.AppendResult, error) {
	res := ask.AppendResult{Records: []ask.RecordView{}, Warnings: []string{}, Cases: []ask.CaseRow{}, DryRun: c.DryRun}
	if len(req.Drafts) == 0 {
		return res, ask.Usage("没有要记录的内容")
	}
	today := civil.Of(c.At)
	err := f.change(c, func(tx *register.Tx) error {
		var touched []casefile.ID
		for _, v := range req.Drafts {
			views, warnings, err := f.appendOne(tx, c.Who, v, today)
			if err != nil {
				return err
			}
			res.Warnings = append(res.Warnings, warnings...)
			res.Records = append(res.Records, views...)
			if !slices.Contains(touched, v.Case) {
				touched = append(touched, v.Case)
			}
		}
		for _, id := range touched {
			row, err := f.row(tx, id)
			if err != nil {
				return err
			}
			res.Cases = append(res.Cases, row)
		}
		return nil
	})
	if err != nil || c.DryRun {
		return res, err
	}
	for _, r := range res.Records {
		f.Log.Info().Uint64("seq", r.Seq).Str("case", string(r.Case)).Str("kind", string(r.Kind)).Str("actor", r.Actor).Msg("recorded")
	}
	if c.Who.UID == 0 {
		f.Log.Warn().Str("actor", c.Who.String()).Msg("root has recorded on a case")
	}
	return res, nil
}

// appendOne judges a draft on top of what the transaction holds and records it.
func (f *office) appendOne(tx *register.Tx, who ask.Actor, v ask.DraftView, today civil.Date) (views []ask.RecordView, warnings []string, err error) {
	d, err := draftOf(v, today)
	if err != nil {
		return nil, nil, err
	}
	if _, err := tx.Case(d.Case); err != nil {
		return nil, nil, err
	}
	history, err := tx.History(d.Case)
	if err != nil {
		return nil, nil, err
	}
	parts, err := tx.Merged(d.Case)
	if err != nil {
		return nil, nil, err
	}
	if warnings, err = casefile.Decide(history, d, today, f.reg.Law(), f.reg.Calendar(), parts...); err != nil {
		return nil, nil, err
	}
	more, err := merged(tx, d)
	if err != nil {
		return nil, nil, err
	}
	warnings = append(warnings, more...)
	if e, ok := d.Event.(casefile.Attached); ok {
		if err := f.keeps(e.Files); err != nil {
			return nil, nil, err
		}
	}
	records, err := tx.Append(who.String(), d)
	if err != nil {
		return nil, nil, err
	}
	switch d.Event.(type) {
	case casefile.Detached, casefile.Voided:
		if err := refile(tx, who, today, d.Case, d.Event); err != nil {
			return nil, nil, err
		}
	}
	views, err = recordViews(records)
	return views, warnings, err
}

func draftOf(v ask.DraftView, today civil.Date) (casefile.Draft, error) {
	e, err := casefile.DecodeEvent(v.Kind, v.Event)
	if err != nil {
		return casefile.Draft{}, ask.Usage("%v", err)
	}
	d := casefile.Draft{Case: v.Case, On: civil.Date(v.On), Event: e}
	if d.On.IsZero() {
		d.On = today
	}
	return d, nil
}

// Status counts what the office looks at first.
func (f *office) Status(_ context.Context) (ask.Status, error) {
	today, cal := f.today(), f.reg.Calendar()
	s := ask.Status{
		Version: ask.Handle(f.Version), Agency: f.live().Agency.Name, Started: instant(f.started), Today: ask.Day(today),
		CalendarEnd: ask.Day(cal.End()), CalendarMissing: missingYear(cal, today), Register: ask.Handle(f.reg.Meta().ID), Size: f.registerSize(),
		Stages: map[string]int{}, Mails: map[string]int{}, Outbox: map[string]int{}, Mailboxes: []ask.MailboxStatus{}, Troubles: []string{},
	}
	if !f.started.IsZero() {
		s.PID = os.Getpid()
	}
	err := f.reg.View(func(tx *register.Tx) error {
		s.Records, _ = tx.Head()
		for _, d := range []casefile.Disposition{casefile.ToCase, casefile.ToHistory, casefile.Parked, casefile.Duplicate, casefile.Quarantined} {
			s.Mails[d.String()] = tx.CountMails(d)
		}
		for _, state := range casefile.OutStates() {
			if n := tx.CountOutgoing(state); n > 0 && !state.Ended() {
				s.Outbox[state.String()] = n
			}
		}
		for c, err := range tx.Heads() {
			if err != nil {
				return err
			}
			count(&s, c, c.At(today, cal))
		}
		return f.disputesDue(tx, today, func(i ask.DueItem) {
			s.Disputes++
			if civil.Date(i.On) < today {
				s.DisputesOverdue++
			}
			if s.DisputeBy == 0 || civil.Date(i.On) < civil.Date(s.DisputeBy) {
				s.DisputeBy = i.On
			}
		})
	})
	for _, p := range f.pollers {
		s.Mailboxes = append(s.Mailboxes, mailboxStatus(p.Status(), time.Now(), s.Started))
	}
	for _, t := range f.troubles() {
		s.Troubles = append(s.Troubles, t.text)
	}
	s.Verified, s.Backup = f.verified(), f.backupStatus()
	return s, told(err)
}

func count(s *ask.Status, c casefile.Case, at casefile.Standing) {
	s.Stages[c.Stage.String()]++
	if !c.Stage.Open() {
		return
	}
	s.Open++
	if c.Stage == casefile.StageReceived {
		s.Unregistered++
	}
	if c.Channel.NeedsConfirmation() && c.ConfirmedOn.IsZero() {
		s.Unconfirmed++
	}
	switch {
	case at.Due.IsZero():
	case at.Overdue:
		s.Overdue++
	case at.Remaining == 0:
		s.DueToday++
		s.DueSoon++
	case at.Remaining <= 3:
		s.DueSoon++
	}
}
