package register

import (
	"time"

	"ysq.internal/ysq/casefile"
)

// What follows asks or records one thing in a transaction of its own. Whoever needs several facts of one
// moment, or records what rests on them, uses View and Update.

// Append records drafts, all of them or none.
func (r *Register) Append(now time.Time, actor string, drafts ...casefile.Draft) (records []casefile.Record, err error) {
	err = r.Update(now, func(tx *Tx) error {
		records, err = tx.Append(actor, drafts...)
		return err
	})
	return records, err
}

// look answers one question in a transaction of its own.
func look[A any](r *Register, question func(*Tx) (A, error)) (a A, err error) {
	err = r.View(func(tx *Tx) error {
		a, err = question(tx)
		return err
	})
	return a, err
}

// Head returns the sequence number and the digest of the last record.
func (r *Register) Head() (seq uint64, digest casefile.Digest, err error) {
	digest, err = look(r, func(tx *Tx) (d casefile.Digest, err error) { seq, d = tx.Head(); return d, nil })
	return seq, digest, err
}

func (r *Register) Case(id casefile.ID) (c casefile.Case, history []casefile.Record, err error) {
	c, err = look(r, func(tx *Tx) (c casefile.Case, err error) {
		if c, err = tx.Case(id); err == nil {
			history, err = tx.History(id)
		}
		return c, err
	})
	return c, history, err
}

// Known reports whether any record names these bytes.
func (r *Register) Known(d casefile.Digest) (bool, error) {
	return look(r, func(tx *Tx) (bool, error) { return tx.Known(d), nil })
}

// Owed is Tx.Owed.
func (r *Register) Owed(account, folder string, validity uint64, uids []uint32, now time.Time) ([]uint32, error) {
	return look(r, func(tx *Tx) ([]uint32, error) { return tx.Owed(account, folder, validity, uids, now) })
}

// LastTaken is Tx.LastTaken.
func (r *Register) LastTaken() (time.Time, error) { return look(r, (*Tx).LastTaken) }

// Outgoing is Tx.Outgoing.
func (r *Register) Outgoing(seq uint64) (Outgoing, error) {
	return look(r, func(tx *Tx) (Outgoing, error) { return tx.Outgoing(seq) })
}

// CountOutgoing counts the mails of the outbox by their states.
func (r *Register) CountOutgoing() (map[casefile.OutState]int, error) {
	return look(r, func(tx *Tx) (map[casefile.OutState]int, error) {
		counts := make(map[casefile.OutState]int)
		for _, s := range casefile.OutStates() {
			counts[s] = tx.CountOutgoing(s)
		}
		return counts, nil
	})
}

// CountMails is Tx.CountMails.
func (r *Register) CountMails(d casefile.Disposition) (int, error) {
	return look(r, func(tx *Tx) (int, error) { return tx.CountMails(d), nil })
}
