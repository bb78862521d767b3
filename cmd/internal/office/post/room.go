// Package post is what goes out: the mails that clerks send and those that the office sends by itself, the
// receipts and the digest of the morning, and what became of them.
//
//	Room       makes mails, and the letters in them
//	Delivery   brings them to the servers, and finds out what became of them
//	Reminders  what is to be done, gathered each morning, mailed and posted as counts
package post

import (
	"context"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/intake"
	"ysq.internal/ysq/cmd/internal/office/letters"
	"ysq.internal/ysq/cmd/internal/office/record"
)

// Reader reads what applicants send.
type Reader interface {
	// Recipients lists to whom a mail on a case may go, the address that a person registered first.
	Recipients(context.Context, casefile.ID) ([]ask.Recipient, error)
}

// Room makes the mails that go out, and the letters in them, and records what people decide about them. Delivery and
// Reminders are apart.
type Room struct {
	*desk.Desk
	record  *record.Room
	intake  *intake.Room
	letters *letters.Room
	reader  Reader
}

func New(d *desk.Desk, r *record.Room, n *intake.Room, l *letters.Room, reader Reader) *Room {
	return &Room{Desk: d, record: r, intake: n, letters: l, reader: reader}
}
