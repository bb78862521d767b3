// Package intake is how a mail comes into the register and where it is then.
//
//	Room    takes mails in: whose each is, what it means, and where it belongs. It implements mailbox.Intake
//	Mails   those that were taken in, as people see and move them
//	Audits  whether all is there
package intake

import (
	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/mailbox"
)

// Room takes in the mails of every account.
type Room struct {
	*desk.Desk
	Pollers []*mailbox.Poller // of the accounts, in the order of the configuration
	Polled  chan struct{}     // holds a token when an account was polled

	mails   *Mails
	earlier earlierTexts
	onRead  func(casefile.Digest) // before a mail is read; nil: nothing
}

// New returns the room. Nothing is polled before its Pollers run. onRead is for tests and may be nil.
func New(d *desk.Desk, mails *Mails, onRead func(casefile.Digest)) *Room {
	n := &Room{Desk: d, Polled: make(chan struct{}, 1), mails: mails, onRead: onRead}
	log := d.Log.With().Str("component", "mailbox").Logger()
	for i, m := range d.Config.Mailboxes {
		source := &folders{NewAccount(m, d.Version, d.Store, d.Dial), func() []string { return d.Live().Mailboxes[i].Folders }}
		n.Pollers = append(n.Pollers, mailbox.New(source, d.Store, n, mailbox.Options{
			Account: m.Name, Interval: m.PollInterval, Book: book{d}, Log: log, Polled: n.polled,
		}))
	}
	return n
}

func (n *Room) polled() {
	select {
	case n.Polled <- struct{}{}:
	default:
	}
}
