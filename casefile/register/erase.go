package register

import (
	"slices"

	"ysq.internal/ysq/casefile"
)

// Erased reports whether the bytes under a digest were let go by every case that held them. They
// stay erased whatever comes later: neither a copy in the mailbox nor an old backup brings them back.
func (t *Tx) Erased(d casefile.Digest) bool { return t.bucket(bucketErased).Get(d[:]) != nil }

// Erased is Tx.Erased for who has no transaction. An error of the database counts as not erased.
func (r *Register) Erased(d casefile.Digest) bool {
	erased := false
	err := r.View(func(tx *Tx) error { erased = tx.Erased(d); return nil })
	return err == nil && erased
}

// Holdings lists the mails, files and letters that a case holds, each once, in the order in which they came.
func (t *Tx) Holdings(id casefile.ID) ([]casefile.Digest, error) {
	history, err := t.History(id)
	if err != nil {
		return nil, err
	}
	var all []casefile.Digest
	add := func(d casefile.Digest) {
		if !d.IsZero() && !slices.Contains(all, d) {
			all = append(all, d)
		}
	}
	for _, r := range history {
		switch e := r.Event.(type) {
		case casefile.Received:
			add(e.Digest)
		case casefile.MessageIn:
			add(e.Digest)
		case casefile.MessageOut:
			add(e.Digest)
		case casefile.MailPrepared:
			add(e.Digest)
			for _, f := range e.Files {
				add(f.Digest)
			}
		case casefile.Attached:
			add(e.Digest)
			for _, f := range e.Files {
				add(f.Digest)
			}
		case casefile.LetterIssued:
			add(e.File.Digest)
		}
	}
	return all, nil
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
		if err := t.bucket(bucketDigest).Put(append(d[:], be64(r.Seq)...), nil); err != nil {
			return err
		}
		held, err := t.heldBy(d, r)
		if err != nil {
			return err
		}
		if len(held) > 0 {
			continue
		}
		if err := t.bucket(bucketErased).Put(d[:], []byte{}); err != nil {
			return err
		}
	}
	return nil
}

// heldBy lists the cases that hold a mail and have not let it go, r being a record that is just
// arriving.
func (t *Tx) heldBy(d casefile.Digest, r casefile.Record) ([]casefile.ID, error) {
	about, err := t.About(d)
	if err != nil {
		return nil, err
	}
	var held, gone []casefile.ID
	for _, a := range about {
		switch a.Event.(type) {
		case casefile.Erased:
			gone = append(gone, a.Case)
		default:
			if a.Case != "" && !slices.Contains(held, a.Case) {
				held = append(held, a.Case)
			}
		}
	}
	gone = append(gone, r.Case)
	return slices.DeleteFunc(held, func(id casefile.ID) bool { return slices.Contains(gone, id) }), nil
}
