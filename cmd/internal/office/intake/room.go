// Package intake is how a mail comes into the register and where it is then.
//
//	Room    takes mails in: whose each is, what it means, and where it belongs. It implements mailbox.Intake
//	Mails   those that were taken in, as people see and move them
//	Audits  whether all is there
package intake

import (
	"golang.org/x/sys/unix"

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
}

// New returns the room. Nothing is polled before its Pollers run.
func New(d *desk.Desk, mails *Mails) *Room {
	n := &Room{Desk: d, Polled: make(chan struct{}, 1), mails: mails}
	log := d.Log.With().Str("component", "mailbox").Logger()
	batch := batchMails(openFiles(), len(d.Config.Mailboxes))
	for i, m := range d.Config.Mailboxes {
		source := &folders{NewAccount(m, d.Version, d.Store, d.Dial), func() []string { return d.Live().Mailboxes[i].Folders }}
		n.Pollers = append(n.Pollers, mailbox.New(source, d.Store, n, mailbox.Options{
			Account: m.Name, Interval: m.PollInterval, BatchMails: batch, Book: book{d}, Log: log, Polled: n.polled, One: d.One,
		}))
	}
	return n
}

// batchMails is how many mails an account hands over at once. Each is an open file until its bytes are durable, and
// while one batch is, the next arrives: all accounts together take two fifths of the files that this process may
// hold open. The socket has half of them (package wire).
func batchMails(files uint64, accounts int) int {
	const most = 200
	return int(max(1, min(most, files/5/uint64(max(1, accounts)))))
}

// openFiles is how many files this process may hold open.
func openFiles() uint64 {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 1024 // the usual
	}
	return limit.Cur
}

func (n *Room) polled() {
	select {
	case n.Polled <- struct{}{}:
	default:
	}
}
