// Package post is what goes out: the mails that clerks send and those that the office sends by itself, the
// receipts and the digest of the morning, and what became of them.
package post

import (
	"context"
	"net"
	"sync/atomic"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/intake"
	"ysq.internal/ysq/cmd/internal/office/letters"
	"ysq.internal/ysq/cmd/internal/office/record"
)

// Agenda is what the digest reports of the rooms beside and above this one. An error ends the digest.
type Agenda interface {
	// Due lists what is due within so many working days.
	Due(context.Context, ask.Call, ask.DueQuery) ([]ask.DueItem, error)
	// Years says how the annual report of each year stands.
	Years(context.Context, ask.Call, ask.None) ([]ask.YearView, error)
	// Troubles is what is wrong with the keeping of the register.
	Troubles() desk.Troubles
}

// Reader reads what applicants send.
type Reader interface {
	// Recipients lists to whom a mail on a case may go, the address that a person registered first.
	Recipients(context.Context, casefile.ID) ([]ask.Recipient, error)
}

// Room sends.
type Room struct {
	*desk.Desk
	record   *record.Room
	intake   *intake.Room
	letters  *letters.Room
	reader   Reader
	agenda   Agenda
	dialSMTP func(ctx context.Context, address string) (net.Conn, error)
	ways     []way // out

	notified atomic.Pointer[posting] // how the last post of the counts went; nil: there was none since the start
}

// New returns the room. Nothing is sent before KeepSending runs. dialSMTP is the way to everywhere that something is sent; it is
// for tests and may be nil.
func New(d *desk.Desk, r *record.Room, n *intake.Room, l *letters.Room, reader Reader, agenda Agenda, dialSMTP func(ctx context.Context, address string) (net.Conn, error)) *Room {
	p := &Room{Desk: d, record: r, intake: n, letters: l, reader: reader, agenda: agenda, dialSMTP: dialSMTP}
	p.openOutboxes()
	return p
}
