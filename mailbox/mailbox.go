// Package mailbox polls the office's mailbox and hands every mail to intake exactly as it arrived.
//
//	Poller   the loop: when to poll, what is owed, back-off, quarantine; one for each account
//	Source   what a Poller needs of a mail server; package imapsource is one
//	Intake   what a Poller calls; the daemon implements it over the register
//	Book     what an Audit holds the mailbox against: that nothing is missing is proved, not assumed
//	Waiter   a Session that can wait for news of mail
//	Probe    a conversation with the server, for people to read
//
// A mail is known by its bytes (rawstore) and by its Ref, the place where the server showed it. Which
// Refs are owed is read from the book, never from a cursor: 163 reports no UIDNEXT, its UIDs have
// gaps, and what was missed once must still be found (mailbox/PROVIDERS.md#netease-163-126). Nothing is ever changed on the
// server, and nothing counts as taken before Intake.Take returned nil.
package mailbox

import (
	"context"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/mailbox/rawstore"
)

// Ref is where a mail was seen: the key of the book.
type Ref struct {
	Account     string `json:"account"`
	Folder      string `json:"folder"`
	UIDValidity uint64 `json:"uidvalidity"` // 0: the server gave none; 64 bits are seen in the wild
	UID         uint32 `json:"uid"`
}

// Role says what kind of folder a mail lay in.
type Role string

// The roles of the folders that are polled.
const (
	RoleInbox Role = "inbox"
	RoleJunk  Role = "junk" // 垃圾邮件 and its kind: citizens' mail lands there, too
	RoleSent  Role = "sent" // 已发送: what a clerk wrote from webmail
)

// RoleFile marks, in the store's manifest, what a clerk put there: no mail, and nothing for intake to decide on.
const RoleFile Role = "file"

// Fetched is a mail whose bytes are durable in the rawstore.
type Fetched struct {
	Ref
	Role         Role
	InternalDate time.Time       // the server's time of arrival; zero if it gave none
	Size         int64           // of the bytes
	Announced    int64           // the server's RFC822.SIZE where it is not Size, otherwise 0; the server was then asked twice
	Digest       casefile.Digest // of the bytes
}

// Intake receives mails. Several accounts have several Pollers, which call at once; for one account
// Take comes one at a time, and Quarantine may come while it runs.
type Intake interface {
	// Owed returns those of the UIDs, in the order given, that the book does not know, or knows as
	// quarantined with the next try due.
	Owed(ctx context.Context, account, folder string, uidvalidity uint64, uids []uint32) ([]uint32, error)
	// Take records a batch. It returns nil only when everything about the batch is committed and
	// durable; after an error the same mails come again. It must bear a mail that it took before.
	Take(ctx context.Context, batch []Fetched) error
	// Quarantine records that a mail cannot be fetched and when it is to be tried again. It
	// replaces what an earlier call said of the same Ref.
	Quarantine(ctx context.Context, t Trouble) error
}

// Trouble is a mail that the server lists and does not hand out.
type Trouble struct {
	Ref
	Role   Role
	Reason Reason
	Detail string    // for people, in Chinese
	Tries  int       // since the start of the program
	Next   time.Time // not before; zero: there is nothing left to try
}

// Reason is the stable code of a Trouble.
type Reason string

const (
	ReasonEmpty    Reason = "empty"     // NIL or no bytes where a size was announced
	ReasonMissing  Reason = "missing"   // the command ended well without the mail
	ReasonBroken   Reason = "broken"    // every try ended with a broken connection or a refusal
	ReasonTooLarge Reason = "too-large" // beyond the largest mail that is accepted
	ReasonExcuse   Reason = "excuse"    // another mail in its place, which says that it could not be given out
	ReasonVanished Reason = "vanished"  // listed, then gone before it was fetched
	ReasonPanic    Reason = "panic"     // this program panics over it
)

// Folder is a folder of the account that is polled.
type Folder struct {
	Name string
	Role Role
}

// Box is a folder as opened, read-only.
type Box struct {
	UIDValidity uint64 // 0: the server gave none
	Exists      uint32
}

// Body is a complete mail as it came from the server.
type Body struct {
	UID          uint32
	InternalDate time.Time
	Announced    int64 // RFC822.SIZE; 0: none
	Temp         *rawstore.Temp
}

// Shown is what the server says of a mail that tells it from another one under the same UID.
type Shown struct {
	UID  uint32
	Size int64     // RFC822.SIZE; 0: not told, or told as none
	Date time.Time // INTERNALDATE; zero: none that is a date
}

// Source connects to a mail server.
type Source interface {
	// Connect logs in. The Session is the caller's to close. Errors are *Error.
	Connect(ctx context.Context) (Session, error)
}

// Session is one connection. It is used by one goroutine, one call at a time. Errors are *Error;
// after any but FaultRefused the session is good for Close only. A cancelled context breaks the
// connection.
type Session interface {
	// Folders lists the folders of the account that ought to be polled, the inbox first.
	Folders(ctx context.Context) ([]Folder, error)
	// Open opens a folder so that nothing done in it changes the mailbox.
	Open(ctx context.Context, folder string) (Box, error)
	// List returns the UIDs from first upwards of the open folder, ascending, no UID twice.
	List(ctx context.Context, first uint32) ([]uint32, error)
	// Identify returns what the server says of these UIDs, ascending; a UID of which it says nothing is
	// not among them. Asked for by range, so that not every UID need be named.
	Identify(ctx context.Context, uids []uint32) ([]Shown, error)
	// MessageIDs returns the Message-IDs of the UIDs, without angle brackets; "" for a mail that has none.
	MessageIDs(ctx context.Context, uids []uint32) (map[uint32]string, error)
	// Fetch asks for all the UIDs at once and yields each mail that came whole, in the server's
	// order; yield owns its Temp, and its error ends the fetch. What did not come whole is simply
	// not yielded.
	Fetch(ctx context.Context, uids []uint32, yield func(Body) error) error
	// FetchSlowly fetches one mail piece by piece, beginning at the size of into: an interrupted
	// fetch is continued by another session. It returns ErrMissing, ErrEmpty or ErrTooLarge when
	// there is nothing to be had. The Temp stays the caller's.
	FetchSlowly(ctx context.Context, uid uint32, into *rawstore.Temp) (Body, error)
	// CertificateEnds is the end of the server's certificate as it was shown at the login; zero: no TLS.
	CertificateEnds() time.Time
	// Close ends the session and waits for what belongs to it.
	Close() error
}
