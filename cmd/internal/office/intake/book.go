package intake

import (
	"cmp"
	"context"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/mailbox"
)

// book is what the register knows of a folder, for the poller that audits it.
type book struct{ *desk.Desk }

// Booked implements mailbox.Book.
func (b book) Booked(_ context.Context, account, folder string, validity uint64) (all []mailbox.Booked, err error) {
	err = b.View(func(tx *desk.View) error {
		quarantined := make(map[uint32]bool)
		for m, err := range tx.Mails(casefile.Quarantined) {
			if err != nil {
				return err
			}
			if m.Account == account && m.Folder == folder && m.UIDValidity == validity {
				quarantined[m.UID] = true
			}
		}
		for uid := range tx.UIDs(account, folder, validity) {
			all = append(all, mailbox.Booked{UID: uid, Quarantined: quarantined[uid]})
		}
		return nil
	})
	return all, err
}

// Identities implements mailbox.Book.
func (b book) Identities(_ context.Context, account, folder string, validity uint64) (all []mailbox.Booked, err error) {
	err = b.View(func(tx *desk.View) error {
		for t, err := range tx.BookOf(account, folder, &validity) {
			if err != nil {
				return err
			}
			all = append(all, bookedAs(t))
		}
		return nil
	})
	return all, err
}

// Everywhere implements mailbox.Book.
func (b book) Everywhere(_ context.Context, account, folder string) (all []mailbox.Booked, err error) {
	err = b.View(func(tx *desk.View) error {
		for t, err := range tx.BookOf(account, folder, nil) {
			if err != nil {
				return err
			}
			all = append(all, bookedAs(t))
		}
		return nil
	})
	return all, err
}

// bookedAs is an entry of the book as the server's listing is held against it.
func bookedAs(t casefile.MessageTaken) mailbox.Booked {
	shown := t.ShownAt
	if shown.IsZero() {
		shown = t.ArrivedAt
	}
	return mailbox.Booked{UID: t.UID, Quarantined: t.Disposition == casefile.Quarantined, Size: cmp.Or(t.Announced, t.Size), Date: shown, MessageID: t.MessageID}
}
