package intake

import (
	"context"
	"fmt"
	"slices"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/record"
)

// Mails are the mails of the book as people see them, and what people do with one: a case for it, or another case. Room
// decides by itself.
type Mails struct {
	*desk.Desk
	record *record.Room
	likely likely
	idle   idle
}

// NewMails returns the mails.
func NewMails(d *desk.Desk, r *record.Room) *Mails { return &Mails{Desk: d, record: r} }

// AttachMail puts a mail into a case, wherever it lay. A mail may belong to several cases.
func (n *Mails) AttachMail(_ context.Context, c ask.Call, q ask.AttachMailRequest) (row ask.CaseRow, err error) {
	id := q.Case
	err = n.Change(c, func(tx *desk.Change) error {
		d, err := desk.FindMail(tx.View, q.Mail)
		if err != nil {
			return err
		}
		if err := n.record.AttachMail(tx, id, d, q.Reason); err != nil {
			return err
		}
		row, err = n.record.Row(tx.View, id)
		return err
	})
	return row, err
}

// SuggestedFor fills in the cases to which a mail may belong that opened its own: they are recorded with that
// case. about are the records on the mail's bytes.
func SuggestedFor(v *ask.MailView, about []casefile.Record) {
	for _, r := range about {
		if e, ok := r.Event.(casefile.Received); ok && e.Digest == v.Digest && r.Case == v.Case && len(v.Suggestions) == 0 {
			v.Suggestions, v.Suggested = Suggestions(e.Suggestions, e.Suggested)
		}
	}
}

// MailView is a mail as the book has it; for a mail that waits for a person, with its strict date and the arrivals
// of its copies.
func (n *Mails) MailView(tx *desk.View, e casefile.MessageTaken) (ask.MailView, error) {
	v := ask.MailView{
		Digest: e.Digest, Disposition: e.Disposition.String(), Case: e.Case, Account: ask.Handle(e.Account), Folder: ask.Handle(e.Folder), UID: e.UID,
		ArrivedAt: ask.Instant(e.ArrivedAt), StampedAt: ask.Instant(e.Stamp.At), StampedBy: ask.Handle(e.Stamp.By),
		From: ask.Address(e.From.String()), Verified: e.Verified.String(), Subject: e.Subject, Size: e.Size,
		Reasons: e.Reasons, Suggestions: e.Suggestions, Suggested: e.Suggested, Likely: e.Likely, CopyOf: e.CopyOf, Defects: e.Defects,
	}
	if v.Reasons == nil {
		v.Reasons = []string{}
	}
	v.Suggestions, v.Suggested = Suggestions(e.Suggestions, e.Suggested)
	if e.Disposition != casefile.Parked || e.Guess == casefile.GuessSent {
		return v, nil
	}
	due, err := n.strictDue(tx, e)
	if err != nil {
		return v, err
	}
	v.DueStrict = ask.Day(due)
	copies, err := desk.CopiesOf(tx, e, "")
	for _, c := range copies {
		v.Reasons = append(slices.Clip(v.Reasons), fmt.Sprintf("同一封邮件经另一途径还收到一份（%s），到达于 %s", c.Digest.Short(), c.ArrivedAt.In(civil.Zone).Format("2006-01-02 15:04")))
	}
	return v, err
}

// Suggestions are those of a record as they are shown: five at most, and how many there were. Earlier versions
// recorded every open case of the sender.
func Suggestions(all []casefile.Suggestion, of int) ([]casefile.Suggestion, int) {
	const shown = 5
	if len(all) > shown {
		return all[len(all)-shown:], max(of, len(all))
	}
	return append([]casefile.Suggestion{}, all...), of
}

// List yields the mails that ended in a place.
func (n *Mails) List(ctx context.Context, _ ask.Call, q ask.MailQuery, yield func(ask.MailView) error) error {
	return n.View(func(tx *desk.View) error {
		mails := tx.Mails(q.Place)
		if q.Limit > 0 || q.After > 0 {
			mails = tx.LatestMails(q.Place, q.After)
		}
		yielded := 0
		for m, err := range mails {
			if err != nil {
				return err
			}
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			v, err := n.MailView(tx, m.MessageTaken)
			if err != nil {
				return err
			}
			v.Entry = m.Seq
			if err := yield(v); err != nil {
				return err
			}
			if yielded++; yielded == q.Limit {
				return nil
			}
		}
		return nil
	})
}

// MailsOf lists the mails of a case as the book has them.
func (n *Mails) MailsOf(tx *desk.View, items []casefile.Item) ([]ask.MailView, error) {
	views := []ask.MailView{}
	for _, i := range items {
		if !i.Mail() {
			continue
		}
		about, err := tx.About(i.Digest)
		if err != nil {
			return nil, err
		}
		v := ask.MailView{Digest: i.Digest, Disposition: casefile.ToCase.String(), From: ask.Address(i.Letter.From.String()), Verified: i.Letter.Verified.String(), Subject: i.Letter.Subject, ArrivedAt: ask.Instant(i.At)}
		if taken := desk.LastTaken(about); taken != nil {
			if v, err = n.MailView(tx, *taken); err != nil {
				return nil, err
			}
		}
		v.Case = i.Record.Case
		views = append(views, v)
	}
	return views, nil
}

// OpenMail makes a case of a mail that ended outside of one, or that joined a case and is an application of its
// own: then it leaves that case.
func (n *Mails) OpenMail(_ context.Context, c ask.Call, q ask.MailRef) (ask.CaseRow, error) {
	var row ask.CaseRow
	err := n.Change(c, func(tx *desk.Change) error {
		d, err := desk.FindMail(tx.View, q.Mail)
		if err != nil {
			return err
		}
		taken, from, err := placed(tx.View, d)
		if err != nil {
			return err
		}
		id, err := separate(tx, taken, from, "由 "+c.Who.String()+" 立案")
		if err != nil {
			return err
		}
		row, err = n.record.Row(tx.View, id)
		return err
	})
	return row, err
}

// placed returns the entry of the book that decides where a mail ended, and the case that it may leave because it
// came to one that was there. It is an error where it opened its case.
func placed(tx *desk.View, d casefile.Digest) (taken casefile.MessageTaken, from casefile.ID, err error) {
	about, err := tx.About(d)
	if err != nil {
		return taken, "", err
	}
	last := desk.LastTaken(about)
	switch {
	case last == nil:
		return taken, "", nil
	case last.Disposition != casefile.ToCase:
		return *last, "", nil
	}
	items, err := tx.Contents(last.Case)
	if err != nil {
		return *last, "", err
	}
	if i, held := casefile.Holding(items, d); held && i.Sort == casefile.Incoming && i.Removable() {
		return *last, i.Record.Case, nil
	}
	return *last, "", ask.Refused("mail-in-case", "", "邮件 %s 已在案件 %s 中", d.Short(), last.Case)
}

// NoBytes is the error of a mail whose bytes are not kept.
func NoBytes(d casefile.Digest) error {
	return ask.NotFound("已按期销毁的不能再取；否则请从备份恢复", "邮件 %s 的原文不在", d.Short())
}
