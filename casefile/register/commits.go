package register

import (
	"slices"
	"sync"

	"go.etcd.io/bbolt"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/durable"
)

// Wrote is what transactions changed of cases and disputes. One that stands in it may be as it was.
type Wrote struct {
	Cases    []casefile.ID
	Disputes []casefile.DisputeID
}

// file notes a case. Of what a rebuild writes nobody keeps a list.
func (w *Wrote) file(id casefile.ID) {
	if len(w.Cases) <= mostWrote {
		w.Cases = append(w.Cases, id)
	}
}

// commits remembers what the latest transactions wrote, by the numbers that bbolt gives them: what was computed from every
// case is brought up to date by looking at those few. A transaction of which nothing is known may have changed anything.
type commits struct {
	mu    sync.Mutex
	wrote map[int]Wrote
}

// How many transactions are remembered, and how much one may have written.
const (
	mostCommits = 1000
	mostWrote   = 1000
)

func (c *commits) add(n int, w Wrote) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.wrote == nil {
		c.wrote = make(map[int]Wrote)
	}
	delete(c.wrote, n-mostCommits)
	if len(w.Cases)+len(w.Disputes) <= mostWrote {
		c.wrote[n] = w
	}
}

// between returns what the transactions after one wrote, up to another; false where that is not known of each.
func (c *commits) between(from, to int) (w Wrote, known bool) {
	if from > to || to-from > mostCommits {
		return w, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for n := from + 1; n <= to; n++ {
		one, known := c.wrote[n]
		if !known {
			return w, false
		}
		w.Cases, w.Disputes = append(w.Cases, one.Cases...), append(w.Disputes, one.Disputes...)
	}
	slices.Sort(w.Cases)
	w.Cases = slices.Compact(w.Cases)
	return w, true
}

// Mark is a state of the register up to which somebody knows it. The zero Mark is none.
type Mark struct {
	of *commits
	at int
}

// Mark is the state that t sees. It is none where that may never be committed.
func (t *Tx) Mark() Mark {
	if t.commits == nil {
		return Mark{}
	}
	return Mark{t.commits, t.b.ID()}
}

// Since returns what was written after a mark; false where that is not known, or t does not see it.
func (t *Tx) Since(m Mark) (w Wrote, known bool) {
	if m.of == nil || m.of != t.commits {
		return w, false
	}
	return m.of.between(m.at, t.b.ID())
}

// commit runs fn, which returns what it has written of cases and disputes, in a transaction.
func (r *Register) commit(fn func(*bbolt.Tx) (Wrote, error)) error {
	return r.disk.Step(durable.OpCommit, r.db.Path(), func() error {
		var n int
		var w Wrote
		err := r.db.Update(func(b *bbolt.Tx) (err error) {
			n = b.ID()
			w, err = fn(b)
			return err
		})
		if err == nil {
			r.commits.add(n, w)
		}
		return err
	})
}
