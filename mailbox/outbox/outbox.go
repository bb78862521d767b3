// Package outbox takes the office's mails out: into the mailbox's folder for drafts, from which a
// person sends them, or straight to the provider's SMTP server.
//
//	Compose  a mail as bytes: RFC 5322, 2045 to 2047, 2231; the same bytes for the same Mail
//	Outbox   the loop of one way out: what is due, back-off, and never a second time by itself
//	Book     what an Outbox needs of the register: where each mail stands, durably
//	Channel  a way out; SMTP is one (go-smtp), Drafts another (over a Shelf, which imapsource is)
//	judge    what a server's refusal means for the mail and for the account (mailbox/PROVIDERS.md#sending)
//
// A mail is given to a server once. Before that the Book says so durably (Begin); when what became of
// it is not known afterwards, it is not given again: of a draft the folder is looked through for our
// Message-ID first, and of a mail that may have been sent a person decides, or 已发送 does, as intake
// sees it. Nothing here is on intake's way: an Outbox has its own connections and its own goroutine.
package outbox

import (
	"context"
	"io"
	"time"
)

// Item is a mail on its way out.
type Item struct {
	ID        uint64
	State     State
	To        string // the one recipient, an ASCII address
	MessageID string // without angle brackets
	Size      int64
	Tries     int
	Next      time.Time // not before; zero: at once
	Prepared  time.Time
}

// State is where an Item stands, as far as an Outbox deals with it.
type State string

// The states. Queued is tried; Sending is what a crash left; of an Unknown draft the folder is looked
// through. The others are only what an Outbox makes of these.
const (
	Queued  State = "queued"
	Sending State = "sending"
	Unknown State = "unknown"
	Drafted State = "drafted"
	Sent    State = "sent"
	Failed  State = "failed" // it cannot be delivered as it is
	Held    State = "held"   // the provider did not want it; a person decides
)

// Outcome is what became of a try.
type Outcome struct {
	State  State
	Code   int    // of the server's reply (RFC 5321, 4.2); 0: none
	Said   string // the server's words
	Reason string // in Chinese
	Try    int
	Next   time.Time // of a Queued one: not before; of an Unknown one: when to look for it
}

// Book keeps where mails stand. The register implements it. Both kinds of Outbox ask it at once.
type Book interface {
	// Waiting returns the mails of this way out that are Queued, Sending or, for drafts, Unknown, the
	// oldest first.
	Waiting(ctx context.Context) ([]Item, error)
	// Open returns the mail's bytes.
	Open(ctx context.Context, id uint64) (io.ReadCloser, error)
	// Begin makes durable that the server is about to be given the mail. When it fails the mail is not
	// given.
	Begin(ctx context.Context, id uint64, try int) error
	// Settle makes durable what became of it.
	Settle(ctx context.Context, id uint64, o Outcome) error
}

// Channel is a way out.
type Channel interface {
	// Deliver takes one mail out. It calls begin when the next thing the server gets is the mail
	// itself, and goes no further when begin fails. The error is a *Refusal where a server or the
	// configuration refused; any other before begin was called means that nothing happened, and after
	// it that nobody knows.
	Deliver(ctx context.Context, m Item, body io.Reader, begin func() error) (Receipt, error)
	// Find looks whether the mail is there already, for an Unknown one. ErrCannotLook says that this
	// channel cannot tell.
	Find(ctx context.Context, m Item) (found bool, err error)
}

// Receipt is a server's word that it took a mail.
type Receipt struct {
	State State // Sent or Drafted
	Code  int
	Said  string
}
