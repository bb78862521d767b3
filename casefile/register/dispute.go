package register

import (
	"bytes"
	"encoding/binary"
	"iter"

	"ysq.internal/ysq/casefile"
)

// indexDispute files a record under its dispute, if it has one.
func (t *Tx) indexDispute(r casefile.Record) error {
	id := casefile.DisputeOf(r)
	if id == "" {
		return nil
	}
	t.wrote.Disputes = append(t.wrote.Disputes, id)
	if err := t.bucket(bucketMatter).Put(append([]byte(id+"\x00"), be64(r.Seq)...), nil); err != nil {
		return err
	}
	if filed, ok := r.Event.(casefile.DisputeFiled); ok {
		for _, c := range filed.Cases {
			if err := t.bucket(bucketOf).Put([]byte(string(c)+"\x00"+string(id)), nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// Dispute returns the records of a dispute in the order of recording; none for one that does not exist.
func (t *Tx) Dispute(id casefile.DisputeID) ([]casefile.Record, error) {
	var history []casefile.Record
	prefix := []byte(id + "\x00")
	c := t.bucket(bucketMatter).Cursor()
	for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		r, err := t.Record(binary.BigEndian.Uint64(k[len(prefix):]))
		if err != nil {
			return nil, err
		}
		history = append(history, r)
	}
	return history, nil
}

// DisputeEntries yields every dispute with the places of its records, without reading them.
func (t *Tx) DisputeEntries() iter.Seq2[casefile.DisputeID, []uint64] {
	return func(yield func(casefile.DisputeID, []uint64) bool) {
		c := t.bucket(bucketMatter).Cursor()
		var of casefile.DisputeID
		var seqs []uint64
		for k, _ := c.First(); k != nil; k, _ = c.Next() {
			id, seq, _ := bytes.Cut(k, []byte{0})
			if of != casefile.DisputeID(id) {
				if of != "" && !yield(of, seqs) {
					return
				}
				of, seqs = casefile.DisputeID(id), nil
			}
			seqs = append(seqs, binary.BigEndian.Uint64(seq))
		}
		if of != "" {
			yield(of, seqs)
		}
	}
}

// DisputesOf lists the disputes about a case.
func (t *Tx) DisputesOf(id casefile.ID) []casefile.DisputeID {
	var all []casefile.DisputeID
	prefix := []byte(string(id) + "\x00")
	c := t.bucket(bucketOf).Cursor()
	for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		all = append(all, casefile.DisputeID(k[len(prefix):]))
	}
	return all
}

// NextDisputeID returns the number after the highest of the year.
func (t *Tx) NextDisputeID(year int) casefile.DisputeID {
	c := t.bucket(bucketMatter).Cursor()
	for n := 1; ; n++ {
		id := casefile.NewDisputeID(year, n)
		prefix := []byte(id + "\x00")
		if k, _ := c.Seek(prefix); !bytes.HasPrefix(k, prefix) {
			return id
		}
	}
}
