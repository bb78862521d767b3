package register

import (
	"slices"

	"ysq.internal/ysq/casefile"
)

// Erased reports whether the bytes under a digest were let go by every case that held them. They
// stay erased whatever comes later: neither a copy in the mailbox nor an old backup brings them back.
func (t *Tx) Erased(d casefile.Digest) bool { return t.bucket(bucketErased).Get(d[:]) != nil }

// Erased is Tx.Erased for callers without a transaction. An error of the database counts as not erased.
func (r *Register) Erased(d casefile.Digest) bool {
	erased := false
	err := r.View(func(tx *Tx) error { erased = tx.Erased(d); return nil })
	return err == nil && erased
}

// Holdings lists the mails, files and letters whose bytes are kept for a case, each once.
func (t *Tx) Holdings(id casefile.ID) ([]casefile.Digest, error) {
	history, err := t.History(id)
	if err != nil {
		return nil, err
	}
	return casefile.Kept(history), nil
}

// EachErased calls do with every digest whose bytes must not be there.
func (t *Tx) EachErased(do func(casefile.Digest) error) error {
	c := t.bucket(bucketErased).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		if err := do(casefile.Digest(k)); err != nil {
			return err
		}
	}
	return nil
}

// indexErased files an erasure under its digests, and puts a tombstone on those that no case holds
// any more.
func (t *Tx) indexErased(r casefile.Record, e casefile.Erased) error {
	for _, d := range e.Digests {
		if err := t.indexDigests(r.Seq, d); err != nil {
			return err
		}
		if t.later != nil && !d.IsZero() {
			continue // the maker comes to it with all records about the bytes
		}
		about, err := t.About(d)
		if err != nil {
			return err
		}
		if err := t.entomb(d, r, about); err != nil {
			return err
		}
	}
	return nil
}

// entomb puts a tombstone on bytes that no case holds any more after an erasure; about is every record about them up to it.
func (t *Tx) entomb(d casefile.Digest, r casefile.Record, about []casefile.Record) error {
	if len(heldBy(d, r, about)) > 0 {
		return nil
	}
	return t.bucket(bucketErased).Put(d[:], []byte{})
}

// heldBy lists the cases that keep a mail or file and have not let it go, r being a record that is just
// arriving. The records about the bytes alone say which.
func heldBy(d casefile.Digest, r casefile.Record, about []casefile.Record) (held []casefile.ID) {
	gone := []casefile.ID{"", r.Case}
	of := make(map[casefile.ID][]casefile.Record)
	for _, a := range about {
		of[a.Case] = append(of[a.Case], a)
		if _, ok := a.Event.(casefile.Erased); ok {
			gone = append(gone, a.Case)
		}
	}
	for id, history := range of {
		if !slices.Contains(gone, id) && slices.Contains(casefile.Kept(history), d) {
			held = append(held, id)
		}
	}
	return held
}
