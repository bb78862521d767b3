// Package office answers every question of package ask. It binds the operations to the rooms (operations.go)
// and itself knows what looks across them: lists, a case as a whole, what is due, how the office stands.
//
//	desk      ground of all rooms: register, mails, clock, configuration in force, log
//	record    drafts become records
//	intake    a mail comes in and gets its place
//	reading   what mails and files say
//	search    the words in mails and records
//	letters   the letter in the making
//	post      what goes out, and what came of it
//	annual    the report of the year
//	people    who may come in by a browser
//	keeping   proof, backup, erasure, the case file, the doctor
//
// Each room imports those above it in this list that it needs, and none below it.
package office

import (
	"context"
	"errors"
	"net"

	"ysq.internal/ysq/cmd/internal/office/annual"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/intake"
	"ysq.internal/ysq/cmd/internal/office/keeping"
	"ysq.internal/ysq/cmd/internal/office/letters"
	"ysq.internal/ysq/cmd/internal/office/people"
	"ysq.internal/ysq/cmd/internal/office/post"
	"ysq.internal/ysq/cmd/internal/office/reading"
	"ysq.internal/ysq/cmd/internal/office/record"
	"ysq.internal/ysq/cmd/internal/office/search"
)

// Options of Open.
type Options struct {
	desk.Options
	// Worker says that this program, executed again, answers worker.Command: attachments are then read
	// in such children. Without it they are not read.
	Worker bool

	// What tests put in the place of the mail server and of the children.
	DialSMTP func(ctx context.Context, address string) (net.Conn, error)
	ReadPart reading.ReadFunc
}

// Office is the open register with everything that answers questions about it and works on it. It has no
// life of its own; package daemon gives it one.
type Office struct {
	*desk.Desk
	Record      *record.Room
	Disputes    record.Disputes
	Calendar    record.Calendar
	StandIns    record.StandIns
	Ledger      record.Ledger
	Intake      *intake.Room
	Mails       *intake.Mails
	Audits      *intake.Audits
	Reading     *reading.Room
	Relatives   *reading.Relatives
	Proposals   *reading.Proposals
	Pages       *reading.Pages
	Search      *search.Room
	Letters     *letters.Room
	Post        *post.Room
	Delivery    *post.Delivery
	Reminders   *post.Reminders
	Annual      *annual.Room
	AnnualWords annual.Words
	AnnualFiles annual.Files
	Freezing    annual.Freezing
	Deadlines   *Deadlines
	Keeping     *keeping.Room
	People      *people.Room

	tallied tallied // see tally
}

// Open opens the office of the configured state directory.
func Open(o Options) (*Office, error) {
	d, err := desk.Open(o.Options)
	if err != nil {
		return nil, err
	}
	f := &Office{
		Desk: d, Record: record.New(d), Disputes: record.NewDisputes(d), Calendar: record.Calendar{Desk: d}, Ledger: record.Ledger{Desk: d},
		Annual: annual.New(d), AnnualWords: annual.Words{Desk: d}, People: people.New(d), Search: search.New(d),
	}
	f.StandIns = record.NewStandIns(f.Record)
	f.AnnualFiles = annual.NewFiles(f.Annual)
	f.Freezing = annual.NewFreezing(f.Annual, f.AnnualFiles)
	f.Mails = intake.NewMails(d, f.Record)
	f.Intake = intake.New(d, f.Mails)
	if f.Audits, err = intake.NewAudits(f.Intake, f.Mails); err != nil {
		return nil, errors.Join(desk.Told(err), d.Close())
	}
	f.Reading = reading.New(d, o.Worker, o.ReadPart, f.Intake.Judge)
	f.Relatives = reading.NewRelatives(f.Reading)
	f.Proposals = reading.NewProposals(f.Record, f.Reading, f.Relatives)
	f.Pages = reading.NewPages(f.Reading, f.Proposals)
	f.Deadlines = &Deadlines{Desk: d, record: f.Record, disputes: f.Disputes, mails: f.Mails, annual: f.Annual, reading: f.Reading}
	f.Letters = letters.New(d, f.Record)
	f.Post = post.New(d, f.Record, f.Intake, f.Letters, f.Proposals)
	f.Reminders = post.NewReminders(f.Post, f.StandIns, f.Mails, post.Agenda{
		Due: f.Deadlines.Due, Years: f.Annual.Years, Troubles: func() desk.Troubles { return f.Keeping.Troubles() },
	}, o.DialSMTP)
	f.Delivery = post.NewDelivery(f.Post, f.Reminders, o.DialSMTP)
	f.Keeping = keeping.New(d, keeping.Rooms{
		Intake: f.Intake, Audits: f.Audits, Mails: f.Mails, Reading: f.Reading, Letters: f.Letters, Outbox: f.Delivery, Reminders: f.Reminders, People: f.People, Cases: f,
	})
	return f, nil
}
