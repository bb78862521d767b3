package office

import (
	"context"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/record"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox"
)

// Own implements ask.Office.
func (o *Office) Own() string { return o.Live().Letter.Contact + "\n" + o.Live().Letter.Payment }

// Holders names the groups whose members have a role, or a higher one.
func (o *Office) Holders(r ask.Role) []string {
	var names []string
	for role, groups := range map[ask.Role][]config.Group{
		ask.Viewer: o.Live().Access.Viewer, ask.Operator: o.Live().Access.Operator, ask.Approver: o.Live().Access.Approver,
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

// Status counts what the office looks at first.
func (o *Office) Status(ctx context.Context) (ask.Status, error) {
	s, err := o.statusOfOpen(ctx)
	if err != nil {
		return s, err
	}
	return s, o.View(func(tx *desk.View) error {
		stages, err := o.stages(tx)
		for stage, cases := range stages {
			s.Stages[stage.String()] = cases
		}
		return err
	})
}

// statusOfOpen is Status without the cases by their stages: nothing of a finished case is looked at.
func (o *Office) statusOfOpen(_ context.Context) (ask.Status, error) {
	today, cal := o.Today(), o.Reg.Calendar()
	s := ask.Status{
		Version: ask.Handle(o.Version), Agency: o.Live().Agency.Name, Started: ask.Instant(o.Started), Today: ask.Day(today),
		CalendarEnd: ask.Day(cal.End()), CalendarMissing: workday.MissingYear(cal, today), Register: ask.Handle(o.Reg.Meta().ID), Size: o.RegisterSize(),
		Stages: map[string]int{}, Outbox: map[string]int{}, Mailboxes: []ask.MailboxStatus{}, Troubles: []string{}, TroublesDo: []string{}, Notices: []string{},
	}
	if !o.Started.IsZero() {
		s.PID = os.Getpid()
	}
	err := o.View(func(tx *desk.View) error {
		s.Records, _ = tx.Head()
		for _, state := range casefile.OutStates() {
			if state.Ended() {
				continue
			}
			if n := tx.CountOutgoing(state); n > 0 {
				s.Outbox[state.String()] = n
			}
		}
		if err := o.tally(tx, &s, today, cal); err != nil {
			return err
		}
		return o.Disputes.Due(tx, today, func(i ask.DueItem) {
			if i.Kind != record.DisputeAnswer {
				return
			}
			s.Disputes++
			if civil.Date(i.On) < today {
				s.DisputesOverdue++
			}
			if s.DisputeBy == 0 || civil.Date(i.On) < civil.Date(s.DisputeBy) {
				s.DisputeBy = i.On
			}
		})
	})
	for _, p := range o.Intake.Pollers {
		s.Mailboxes = append(s.Mailboxes, mailboxStatus(p.Status(), time.Now(), s.Started))
	}
	for _, t := range o.Keeping.Troubles() {
		s.Troubles, s.TroublesDo = append(s.Troubles, t.Text), append(s.TroublesDo, t.Do)
	}
	for _, t := range o.Keeping.Notices() {
		s.Notices = append(s.Notices, t.Text)
	}
	s.Verified, s.Backup, s.WebCertificate = o.Keeping.Verified(), o.Keeping.BackupStatus(), ask.Instant(o.People.CertificateEnds())
	return s, err
}

// tallied is what the cases come to on a day, after a record.
type tallied struct {
	sync.Mutex
	records uint64
	today   civil.Date
	counts  *ask.Status
	staged  uint64 // the record after which stages were counted
	stages  map[casefile.Stage]int
}

// stages counts the cases by their stage, unless they were counted since the last record.
func (o *Office) stages(tx *desk.View) (map[casefile.Stage]int, error) {
	o.tallied.Lock()
	defer o.tallied.Unlock()
	t := &o.tallied
	if head, _ := tx.Head(); t.staged != head || t.stages == nil {
		stages, err := tx.CountStages()
		if err != nil {
			return nil, err
		}
		t.staged, t.stages = head, stages
	}
	return t.stages, nil
}

// tally counts the mails and the open cases, unless they were counted since the last record today: whoever keeps a page open
// asks every half minute.
func (o *Office) tally(tx *desk.View, s *ask.Status, today civil.Date, cal *workday.Calendar) error {
	o.tallied.Lock()
	defer o.tallied.Unlock()
	if t := &o.tallied; t.records != s.Records || t.today != today || t.counts == nil {
		cases, err := o.Deadlines.waiting(tx)
		if err != nil {
			return err
		}
		n := &ask.Status{Mails: map[string]int{}}
		for _, d := range []casefile.Disposition{casefile.ToCase, casefile.ToHistory, casefile.Parked, casefile.Duplicate, casefile.Quarantined} {
			n.Mails[d.String()] = tx.CountMails(d)
		}
		for _, w := range cases {
			if w.Stage.Open() {
				count(n, w.Case, w.At(today, cal))
			}
			if err := countMails(tx, n, w.Case); err != nil {
				return err
			}
		}
		t.records, t.today, t.counts = s.Records, today, n
	}
	n := o.tallied.counts
	s.Open, s.Unregistered, s.Unconfirmed, s.Overdue, s.DueToday, s.DueSoon = n.Open, n.Unregistered, n.Unconfirmed, n.Overdue, n.DueToday, n.DueSoon
	s.OpenMails, s.OldestOpen, s.Mails = n.OpenMails, n.OldestOpen, maps.Clone(n.Mails)
	return nil
}

// countMails adds the mails of a case about which nobody has decided.
func countMails(tx *desk.View, n *ask.Status, c casefile.Case) error {
	mails, oldest, err := tx.CountOpenMails(c)
	if n.OpenMails += mails; mails > 0 && (n.OldestOpen == 0 || oldest < civil.Date(n.OldestOpen)) {
		n.OldestOpen = ask.Day(oldest)
	}
	return err
}

// count adds an open case.
func count(s *ask.Status, c casefile.Case, at casefile.Standing) {
	s.Open++
	if c.Stage == casefile.StageReceived {
		s.Unregistered++
	}
	if c.ToConfirm && c.ConfirmedOn.IsZero() {
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

func mailboxStatus(s mailbox.Status, now time.Time, started *time.Time) ask.MailboxStatus {
	switch s.Fault { // of this machine: what is to be put right is named by the error alone
	case mailbox.FaultSettings, mailbox.FaultStorage, mailbox.FaultIntake, mailbox.FaultPanic:
		s.Label += "（" + ask.Brief(s.LastError, ask.MostBrief) + "）"
	}
	v := ask.MailboxStatus{
		Account: ask.Handle(s.Account), State: string(s.State), Fault: string(s.Fault), Label: s.Label, Hint: s.Hint + s.Meanwhile, Do: s.Do, ServerSays: s.ServerSays,
		LastSuccess: ask.Instant(s.LastSuccess), LastTaken: ask.Instant(s.LastTaken), NextTry: ask.Instant(s.NextTry), Certificate: ask.Instant(s.Certificate), Interval: int(s.Interval.Seconds()),
		Failures: s.Failures, Logins: s.Logins, Taken: s.Taken, Troubled: s.Troubled,
	}
	silence, most := v.Silence(now, started)
	v.Stale = silence >= most
	return v
}
