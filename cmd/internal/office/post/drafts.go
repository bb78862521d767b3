package post

import (
	"context"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/mailbox/outbox"
)

// drafts are those of one account.
type drafts struct {
	book  book
	shelf outbox.Shelf
}

// shelved is for how long a draft is in 草稿箱 before anybody looks whether it still is.
const shelved = 10 * time.Minute

// keepLookingForDrafts looks once an hour whether the drafts are still in 草稿箱.
func (y *Delivery) keepLookingForDrafts(ctx context.Context) {
	for pause(ctx, lookEvery) {
		y.LookForDrafts(ctx)
	}
}

// LookForDrafts finds the drafts that are in 草稿箱 no longer. Most of them were sent: 已发送 is read before
// anything is said of them. One that was not seen there either was deleted, or sent in a form that nobody
// recognises; only a person knows, and until somebody says so it is open work. A server that cannot be asked
// says nothing of a draft.
func (y *Delivery) LookForDrafts(ctx context.Context) {
	for _, w := range y.ways {
		if w.smtp {
			continue
		}
		err := y.One(casefile.Digest{}, "核对"+w.name, func() error { return w.drafts.look(ctx) })
		if err != nil && ctx.Err() == nil {
			y.Log.Warn().Err(err).Str("way", w.name).Msg("nobody knows whether the drafts still lie there")
		}
	}
}

func (d drafts) look(ctx context.Context) error {
	there, err := d.shelved()
	if err != nil || len(there) == 0 {
		return err
	}
	missing, err := d.missing(ctx, there)
	if err != nil || len(missing) == 0 {
		return err
	}
	if _, err := d.book.intake.Poll(ctx); err != nil {
		return err
	}
	if err := d.book.reviewSent(map[[2]uint64]bool{}); err != nil {
		return err
	}
	return d.book.Record(actorOutbox, d.book.Now(), func(tx *desk.Change) error {
		var gone []casefile.Draft
		for _, was := range missing {
			o, err := tx.Outgoing(was.Seq)
			if err != nil {
				return err
			}
			if o.State == casefile.OutDrafted {
				gone = append(gone, casefile.Draft{Case: o.Case, On: tx.Today(), Event: casefile.MailSettled{Mail: o.Seq, State: casefile.OutVanished, Try: o.Tries, Reason: "已不在草稿箱（删了，或者改过另存），已发送中也没有认出"}})
			}
		}
		_, err := tx.Append(gone...)
		return err
	})
}

// shelved lists the drafts that ought to be in the folder.
func (d drafts) shelved() (all []register.Outgoing, err error) {
	err = d.book.View(func(tx *desk.View) error {
		for o, err := range tx.OutgoingIn(casefile.OutDrafted) {
			if err != nil {
				return err
			}
			if d.book.mine(o) && d.book.Now().Sub(o.Since) > shelved {
				all = append(all, o)
			}
		}
		return nil
	})
	return all, err
}

// missing leaves those that do not.
func (d drafts) missing(ctx context.Context, all []register.Outgoing) (missing []register.Outgoing, err error) {
	var ids []string
	for _, o := range all {
		ids = append(ids, o.MessageID)
	}
	held, whole, err := d.shelf.Holds(ctx, ids...)
	if err != nil || !whole {
		return nil, err
	}
	for _, o := range all {
		if !held[o.MessageID] {
			missing = append(missing, o)
		}
	}
	return missing, nil
}
