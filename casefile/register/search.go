package register

import (
	"fmt"
	"iter"

	"go.etcd.io/bbolt"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/register/words"
)

// Words are what a document says, and Term asks for it, as package words has them.
type (
	Words = words.Document
	Term  = words.Term
)

// Indexed returns the last record whose words are in the index of words; 0 where there is none of this
// version.
func (t *Tx) Indexed(version byte) uint64 { return words.In(t.b).Covered(version) }

// Document returns the number by which the index knows a case.
func (t *Tx) Document(id casefile.ID) (uint64, error) {
	v := t.bucket(bucketCase).Get([]byte(id))
	if v == nil {
		return 0, fmt.Errorf("%s：%w", id, ErrNotFound)
	}
	_, seqs, err := decodeProjection([]byte(id), v)
	if err != nil || len(seqs) == 0 {
		return 0, fmt.Errorf("case %s: %w", id, errProjection)
	}
	return seqs[0], nil
}

// Documents yields the documents with numbers below below that have every term, newest first.
func (t *Tx) Documents(terms []Term, below uint64) iter.Seq2[uint64, error] {
	return func(yield func(uint64, error) bool) {
		for doc, err := range words.In(t.b).Documents(terms, below) {
			if err != nil {
				err = fmt.Errorf("%w：%w", ErrDamaged, err)
			}
			if !yield(doc, err) {
				return
			}
		}
	}
}

// Index adds the words of the records after from, up to the record upto. It is one transaction, apart
// from those of the records: after a crash the index is as it was before or after. With from 0 it is
// begun anew; any other from must be what Indexed says. Only one goroutine may index.
func (r *Register) Index(version byte, from, upto uint64, all []Words) error {
	var c words.Change
	err := r.View(func(t *Tx) (err error) { c, err = words.In(t.b).Add(version, from, upto, all); return err })
	if err == nil {
		err = r.commit(func(tx *bbolt.Tx) (Wrote, error) { return Wrote{}, c.Put(tx) })
	}
	if err != nil {
		return fmt.Errorf("indexing words: %w", err)
	}
	return nil
}
