// Package intake is how a mail comes into the register and where it lies then: whose it is, what it means,
// what became of it, and whether all is there. It implements mailbox.Intake and mailbox.Book.
package intake

import (
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/record"
	"ysq.internal/ysq/mailbox"
)

// Room takes in the mails of every account.
type Room struct {
	*desk.Desk
	Pollers []*mailbox.Poller // of the accounts, in the order of the configuration

	record    *record.Room
	likely    likely
	earlier   earlierTexts
	onRead    func(casefile.Digest) // before a mail is read; nil: nothing
	opened    time.Time             // by Now
	lastTaken time.Time             // the last mail recorded before opened; zero: none
}

// New returns the room. Nothing is polled before its Pollers run. onRead is for tests and may be nil.
func New(d *desk.Desk, r *record.Room, onRead func(casefile.Digest)) (*Room, error) {
	n := &Room{Desk: d, record: r, onRead: onRead, opened: d.Now()}
	var err error
	if n.lastTaken, err = d.Reg.LastTaken(); err != nil {
		return nil, err
	}
	log := d.Log.With().Str("component", "mailbox").Logger()
	for i, m := range d.Config.Mailboxes {
		source := &folders{NewAccount(m, d.Version, d.Store, d.Dial), func() []string { return d.Live().Mailboxes[i].Folders }}
		n.Pollers = append(n.Pollers, mailbox.New(source, d.Store, n, mailbox.Options{
			Account: m.Name, Interval: m.PollInterval, Book: n, Log: log,
		}))
	}
	return n, nil
}
