package register

import (
	"bytes"
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
	r     *Register                // lends law and calendar
	into  *bbolt.DB                // empty, but for its buckets
	lines *bbolt.Tx                // where the records are read; nil: they are stored in into
	tx    *bbolt.Tx                // of into, for some thousands of records
	dst   *Tx                      // over tx
	n     int                      // records in tx
	seqs  map[casefile.ID][]uint64 // of the records in tx
	cases int                      // known so far
}

const perTransaction = 5000

func newMaker(r *Register, into *bbolt.DB, lines *bbolt.Tx) *maker {
	return &maker{r: r, into: into, lines: lines, seqs: make(map[casefile.ID][]uint64)}
}

func (m *maker) add(record casefile.Record, text []byte) error {
	if err := m.begin(); err != nil {
		return err
	}
	if m.lines == nil {
		// bbolt reads what it was given until the transaction is committed.
		if err := m.dst.bucket(bucketRecord).Put(be64(record.Seq), bytes.Clone(text)); err != nil {
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
	if m.tx, err = m.into.Begin(true); err != nil {
		return err
	}
	m.n = 1
	m.dst = m.r.tx(m.tx, time.Time{})
	if m.lines != nil {
		m.dst.lines = m.lines.Bucket(bucketRecord)
	} else {
		m.dst.bucket(bucketRecord).FillPercent = 0.95 // keys only grow
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
func (m *maker) finish(tell Progress) error {
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
	m.dst.cal = cal
	m.r.cal.Store(cal) // for the transactions that follow
	done, after := 0, casefile.ID("")
	for {
		tell.Say("重算案件", int64(done), int64(m.cases))
		ids := m.dst.idsAfter(after, perTransaction)
		if len(ids) == 0 {
			return m.commit()
		}
		for _, id := range ids {
			if err := m.fold(id); err != nil {
				return err
			}
		}
		done, after = done+len(ids), ids[len(ids)-1]
	}
}

// fold puts a case's projection in the place of its list.
func (m *maker) fold(id casefile.ID) error {
	if err := m.begin(); err != nil {
		return err
	}
	history, err := m.dst.History(id)
	if err != nil {
		return err
	}
	c, err := m.dst.fold(id, history, m.dst.cal)
	if err != nil {
		return err
	}
	return m.dst.putProjection(c, history)
}

// idsAfter lists the numbers of the next cases.
func (t *Tx) idsAfter(after casefile.ID, most int) (ids []casefile.ID) {
	c := t.bucket(bucketCase).Cursor()
	for k, _ := c.Seek([]byte(after + "\x00")); k != nil && len(ids) < most; k, _ = c.Next() {
		ids = append(ids, casefile.ID(k))
	}
	return ids
}

// abandon ends a making that failed.
func (m *maker) abandon() {
	if m.tx != nil {
		m.tx.Rollback()
		m.tx = nil
	}
}
