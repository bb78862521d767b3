package register

import (
	"context"
	"maps"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"ysq.internal/ysq/casefile"
)

// maker derives from records, in their order, what Append would have derived. It folds each case once,
// in the end: what is derived depends on the records alone and not on how they came. Until then the place
// of a case's projection holds the list of its records, so that what is in memory does not grow with them.
type maker struct {
	r     *Register // lends law and calendar
	into  *bbolt.DB // empty, but for its buckets
	from  *bbolt.DB // where the records can be read; into, where that is the only place
	store bool      // the records' lines, too
	procs int       // as for inOrder

	lines *bbolt.Tx                // of from; nil: not begun, or from is into
	tx    *bbolt.Tx                // of into, for some thousands of records
	dst   *Tx                      // over tx
	n     int                      // records in tx
	seqs  map[casefile.ID][]uint64 // of the records in tx
	cases int                      // known so far
}

const perTransaction = 5000

// add takes the next record. Its line must stay as it is until the end.
func (m *maker) add(record casefile.Record, text []byte) error {
	if err := m.begin(); err != nil {
		return err
	}
	if m.store {
		if err := m.dst.bucket(bucketRecord).Put(be64(record.Seq), text); err != nil {
			return err
		}
	}
	if record.Case != "" {
		m.seqs[record.Case] = append(m.seqs[record.Case], record.Seq)
	}
	return m.dst.index(record)
}

// begin makes sure of a transaction that is not too long.
func (m *maker) begin() (err error) {
	if m.n++; m.tx != nil && m.n <= perTransaction {
		return nil
	}
	if err := m.commit(); err != nil {
		return err
	}
	if m.lines == nil && m.from != m.into {
		if m.lines, err = m.from.Begin(false); err != nil {
			return err
		}
	}
	if m.tx, err = m.into.Begin(true); err != nil {
		return err
	}
	m.n = 1
	m.dst = m.r.tx(m.tx, time.Time{})
	m.dst.bucket(bucketRecord).FillPercent = 0.95 // keys only grow
	if m.lines != nil {
		m.dst.lines = m.lines.Bucket(bucketRecord)
	}
	if m.seqs == nil {
		m.seqs = make(map[casefile.ID][]uint64)
	}
	return nil
}

func (m *maker) commit() error {
	if m.tx == nil {
		return nil
	}
	if err := m.fileSeqs(); err != nil {
		return err
	}
	tx := m.tx
	m.tx = nil
	return tx.Commit()
}

// fileSeqs adds the records of this transaction to the lists of their cases.
func (m *maker) fileSeqs() error {
	for _, id := range slices.Sorted(maps.Keys(m.seqs)) {
		var before []uint64
		if v := m.dst.bucket(bucketCase).Get([]byte(id)); v == nil {
			m.cases++
		} else if _, seqs, err := decodeProjection([]byte(id), v); err != nil {
			return err
		} else {
			before = seqs
		}
		if err := m.dst.bucket(bucketCase).Put([]byte(id), encodeProjection(casefile.Case{ID: id}, append(before, m.seqs[id]...))); err != nil {
			return err
		}
	}
	clear(m.seqs)
	return nil
}

// finish folds the cases and makes everything visible.
func (m *maker) finish(ctx context.Context, tell Progress) error {
	if err := m.commit(); err != nil { // every list is whole
		return err
	}
	if err := m.begin(); err != nil {
		return err
	}
	cal, err := m.dst.adopted()
	if err != nil {
		return err
	}
	m.r.cal.Store(cal) // for the transactions that follow
	m.dst.cal = cal
	done := 0
	err = inOrder(ctx, m.procs, m.lists, m.foldSome, func(some []folding) error {
		for i := range some {
			if done++; done%perTransaction == 0 {
				tell.Say("重算案件", int64(done), int64(m.cases))
			}
			if err := m.put(&some[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return m.commit()
}

// folding is a case on its way from the list of its records to its projection.
type folding struct {
	id         casefile.ID
	seqs       []uint64
	merged     bool // other cases are part of it, or were
	folded     casefile.Case
	projection []byte
}

// perFold is how many cases are folded at once.
const perFold = 64

// lists gives the cases with the lists of their records. It reads what is committed, in short transactions:
// pages that a reader may still see are not used again.
func (m *maker) lists(give func([]folding) error) error {
	for after := casefile.ID(""); ; {
		some := make([]folding, 0, perFold)
		err := m.into.View(func(b *bbolt.Tx) error {
			t := m.r.tx(b, time.Time{})
			c := t.bucket(bucketCase).Cursor()
			for k, v := c.Seek([]byte(after + "\x00")); k != nil && len(some) < perFold; k, v = c.Next() {
				_, seqs, err := decodeProjection(k, v)
				if err != nil {
					return err
				}
				after = casefile.ID(k)
				some = append(some, folding{id: after, seqs: seqs, merged: len(t.paired(bucketMerged, string(after))) > 0})
			}
			return nil
		})
		if err != nil || len(some) == 0 {
			return err
		}
		if err := give(some); err != nil {
			return err
		}
	}
}

// foldSome folds the cases of which no other is part: their own records are all that they follow from.
func (m *maker) foldSome(some []folding) error {
	return survive(m.from.Path(), func() error {
		return m.from.View(func(b *bbolt.Tx) error {
			t := m.r.tx(b, time.Time{})
			for i := range some {
				f := &some[i]
				if f.merged {
					continue
				}
				history, err := t.records(f.seqs)
				if err != nil {
					return err
				}
				f.folded = casefile.Fold(f.id, history, t.law, t.cal)
				f.projection = encodeProjection(f.folded, f.seqs)
			}
			return nil
		})
	})
}

// put puts a case's projection in the place of its list.
func (m *maker) put(f *folding) error {
	if err := m.begin(); err != nil {
		return err
	}
	if !f.merged {
		return m.dst.file(f.folded, f.projection)
	}
	history, err := m.dst.History(f.id)
	if err != nil {
		return err
	}
	c, err := m.dst.fold(f.id, history, m.dst.cal)
	if err != nil {
		return err
	}
	return m.dst.putProjection(c, history)
}

// end gives up what was not finished.
func (m *maker) end() {
	for _, tx := range []*bbolt.Tx{m.tx, m.lines} {
		if tx != nil {
			tx.Rollback()
		}
	}
	m.tx, m.lines = nil, nil
}
