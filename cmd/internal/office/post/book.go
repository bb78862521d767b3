package post

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox/outbox"
)

// book is the outbox.Book of one way out, over the register.
type book struct {
	*Delivery
	way     casefile.OutWay
	account string // of drafts
}

func (b book) mine(o register.Outgoing) bool {
	return o.Way == b.way && (o.Way == casefile.OutSMTP || b.takes(o.Account))
}

// takes gives a draft for an account that is no longer configured to the first one.
func (b book) takes(account string) bool {
	known := slices.ContainsFunc(b.Config.Mailboxes, func(m config.Mailbox) bool { return m.Name == account })
	return account == b.account || !known && b.account == b.Config.Mailboxes[0].Name
}

// Waiting implements outbox.Book.
func (b book) Waiting(context.Context) (items []outbox.Item, err error) {
	states := []casefile.OutState{casefile.OutQueued, casefile.OutSending}
	if b.way == casefile.OutDraft {
		states = append(states, casefile.OutUnknown)
	}
	err = b.View(func(tx *desk.View) error {
		items = items[:0]
		for o, err := range tx.OutgoingIn(states...) {
			if err != nil {
				return err
			}
			if b.mine(o) {
				items = append(items, outbox.Item{
					ID: o.Seq, State: outbox.State(o.State.String()), To: o.To.Mail, MessageID: o.MessageID, Size: o.Size,
					Tries: o.Tries, Next: o.Last.Next, Prepared: o.Prepared,
				})
			}
		}
		return nil
	})
	slices.SortFunc(items, func(a, c outbox.Item) int { return cmp.Compare(a.ID, c.ID) })
	return items, err
}

// Open implements outbox.Book.
func (b book) Open(_ context.Context, id uint64) (io.ReadCloser, error) {
	o, err := b.Reg.Outgoing(id)
	if err != nil {
		return nil, err
	}
	return b.Store.Open(o.Digest)
}

// Begin implements outbox.Book. A mail that a clerk gave up meanwhile is not given.
func (b book) Begin(_ context.Context, id uint64, try int) error {
	now := b.Now()
	return b.Record(actorOutbox, now, func(tx *desk.Change) error {
		o, err := tx.Outgoing(id)
		if err != nil {
			return err
		}
		if o.State != casefile.OutQueued && o.State != casefile.OutUnknown {
			return fmt.Errorf("mail %d is %s now", id, o.State)
		}
		_, err = tx.Append(casefile.Draft{Case: o.Case, On: civil.Of(now), Event: casefile.MailTried{Mail: id, Try: try}})
		return err
	})
}

// Settle implements outbox.Book.
func (b book) Settle(_ context.Context, id uint64, out outbox.Outcome) error {
	var state casefile.OutState
	if err := state.UnmarshalText([]byte(out.State)); err != nil {
		return err
	}
	now := b.Now()
	return b.Record(actorOutbox, now, func(tx *desk.Change) error {
		o, err := tx.Outgoing(id)
		if err != nil || o.State.Ended() {
			return err // a clerk, or 已发送, was quicker
		}
		return (&evidence{b.Delivery, tx, o}).settled(casefile.MailSettled{
			Mail: id, State: state, Code: out.Code, Said: out.Said, Reason: out.Reason, Try: out.Try, Next: out.Next,
		}, now)
	})
}
