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
// in the end: what is derived depends on the records alone and not on how they came.
type maker struct {
	r     *Register // lends law and calendar
	into  *bbolt.DB // empty, but for its buckets
	lines *bbolt.Tx // where the records are read; nil: they are stored in into
	tx    *bbolt.Tx // of into, for some thousands of records
	dst   *Tx       // over tx
	n     int       // records in tx
	cases map[casefile.ID][]uint64
}

const perTransaction = 5000

func newMaker(r *Register, into *bbolt.DB, lines *bbolt.Tx) *maker {
	return &maker{r: r, into: into, lines: lines, cases: make(map[casefile.ID][]uint64)}
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
		m.cases[record.Case] = append(m.cases[record.Case], record.Seq)
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
	tx := m.tx
	m.tx = nil
	return tx.Commit()
}

// finish folds the cases and makes everything visible.
func (m *maker) finish(tell Progress) error {
	if err := m.begin(); err != nil {
		return err
	}
	cal, err := m.dst.adopted()
	if err != nil {
		return err
	}
	m.dst.cal = cal
	m.r.cal.Store(cal) // for the transactions that follow
	ids := slices.Sorted(maps.Keys(m.cases))
	for i, id := range ids {
		if err := m.begin(); err != nil {
			return err
		}
		history := make([]casefile.Record, 0, len(m.cases[id]))
		for _, seq := range m.cases[id] {
			r, err := m.dst.Record(seq)
			if err != nil {
				return err
			}
			history = append(history, r)
		}
		if err := m.dst.putProjection(casefile.Fold(id, history, m.r.law, m.dst.cal), history); err != nil {
			return err
		}
		if i%perTransaction == 0 {
			tell.say("重算案件", int64(i), int64(len(ids)))
		}
	}
	tell.say("重算案件", int64(len(ids)), int64(len(ids)))
	return m.commit()
}

// abandon ends a making that failed.
func (m *maker) abandon() {
	if m.tx != nil {
		m.tx.Rollback()
		m.tx = nil
	}
}
