package desk

import (
	"errors"
	"iter"
	"math"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
)

// tx is embedded under a name that nobody outside can write.
type tx = register.Tx

// View is one consistent look at the register. Nothing of it may be used after the function that was given
// it returns.
type View struct{ *tx }

// Walk says which cases View.Walk goes through.
type Walk = register.Walk

// Memo keeps values that were computed from cases, as register.Memo does.
type Memo[T any] struct{ register.Memo[T] }

// Newest is Newest of register.Memo, for a View.
func (m *Memo[T]) Newest(v *View, most int, made func(casefile.Case) T) ([]T, error) {
	return m.Memo.Newest(v.tx, most, made)
}

// Of is Of of register.Memo, for a View.
func (m *Memo[T]) Of(v *View, id casefile.ID, most int, made func(casefile.Case) T) (T, error) {
	return m.Memo.Of(v.tx, id, most, made)
}

// Waiting is Waiting of register.Memo, for a View.
func (m *Memo[T]) Waiting(v *View, most int, made func(casefile.Case) T) ([]T, error) {
	return m.Memo.Waiting(v.tx, most, made)
}

// Sums keeps what was made of the cases block by block, as register.Sums does.
type Sums[T any] struct{ register.Sums[T] }

// Of is Of of register.Sums, for a View.
func (s *Sums[T]) Of(v *View, whole bool, made func(iter.Seq2[casefile.Case, error]) (T, error)) ([]T, error) {
	return s.Sums.Of(v.tx, whole, made)
}

func (v *View) Whole(id casefile.ID) (c casefile.Case, history []casefile.Record, err error) {
	if c, err = v.Case(id); err == nil {
		history, err = v.History(id)
	}
	return c, history, err
}

// View looks at the register.
func (d *Desk) View(look func(*View) error) error {
	return d.Reg.View(func(tx *register.Tx) error { return look(&View{tx}) })
}

// Look answers one question about the register.
func Look[A any](d *Desk, question func(*View) (A, error)) (a A, err error) {
	err = d.View(func(v *View) error {
		a, err = question(v)
		return err
	})
	return a, err
}

// Change is a View in which things are recorded: all of them, or none. All of them bear its instant and its
// actor.
type Change struct {
	*View
	Actor string
	At    time.Time

	seen uint64 // Envelope.Seen of the call
	head uint64 // the last record before the transaction
}

// Append records drafts as they are: no rule may refuse what has happened, such as the arrival of a mail. What
// people do with a case goes through the room record, which judges it. It is refused where a case or a dispute has
// gone on since the caller saw it.
func (c *Change) Append(drafts ...casefile.Draft) ([]casefile.Record, error) {
	for _, d := range drafts {
		if err := c.AsSeen(d); err != nil {
			return nil, err
		}
	}
	return c.tx.Append(c.Actor, drafts...)
}

// AsSeen refuses a draft on a case or a dispute that has gone on since the last record that the caller has seen, where
// the caller says which one that is. What the call itself has recorded does not count.
func (c *Change) AsSeen(d casefile.Draft) error {
	if c.seen == 0 {
		return nil
	}
	cases := []casefile.ID{d.Case}
	if m, ok := d.Event.(casefile.Merged); ok {
		cases = append(cases, m.Into) // which goes on for both
	}
	if id := casefile.DisputeOf(casefile.Record{Event: d.Event}); id != "" {
		history, err := c.Dispute(id)
		if err != nil {
			return err
		}
		if err := since(id, "ysq dispute show", c.seen, c.head, history); err != nil {
			return err
		}
		if filed, ok := d.Event.(casefile.DisputeFiled); ok {
			cases = filed.Cases
		}
	}
	for _, id := range cases {
		if err := c.caseSince(id, c.seen, c.head); err != nil {
			return err
		}
	}
	return nil
}

// Append records drafts by a call, all of them or none.
func (d *Desk) Append(c ask.Call, drafts ...casefile.Draft) (records []casefile.Record, err error) {
	err = d.Change(c, func(change *Change) error {
		records, err = change.Append(drafts...)
		return err
	})
	return records, err
}

// Record is a transaction of the office itself, in which an actor such as "mailbox" records.
func (d *Desk) Record(actor string, at time.Time, act func(*Change) error) error {
	return d.Reg.Update(at, func(tx *register.Tx) error { return act(&Change{View: &View{tx}, Actor: actor, At: at}) })
}

// errJudged gives up a transaction that was only to be judged.
var errJudged = errors.New("judged")

// Change is the transaction of a call. It is refused where a case has gone on since the caller saw it. A call
// that is a dry run is judged like any other, and nothing is kept; what follows a change, a log line or a
// file, is the handler's and must not happen then. Everything that a call records bears its instant.
func (d *Desk) Change(c ask.Call, act func(*Change) error) error {
	err := d.Record(c.Who.String(), c.At, func(change *Change) error {
		if err := Unchanged(change.View, c); err != nil {
			return err
		}
		change.seen = c.Seen
		change.head, _ = change.Head()
		if err := act(change); err != nil {
			return err
		}
		if c.DryRun {
			return errJudged
		}
		return nil
	})
	if errors.Is(err, errJudged) {
		return nil
	}
	return err
}

// Unchanged compares the cases that a call names with what the caller has seen of them, and those on which it is about to
// record outside of a Change of its own.
func Unchanged(v *View, c ask.Call, on ...casefile.ID) error {
	for id, seen := range c.IfSeq {
		if err := v.caseSince(id, seen, math.MaxUint64); err != nil {
			return err
		}
	}
	for _, id := range on {
		if err := v.caseSince(id, c.Seen, math.MaxUint64); c.Seen > 0 && err != nil {
			return err
		}
	}
	return nil
}

// caseSince is the error of a case on which something was recorded after one record and up to another. A number that has no
// case yet has no records.
func (v *View) caseSince(id casefile.ID, seen, head uint64) error {
	history, err := v.History(id)
	if err != nil {
		return err
	}
	return since(id, "ysq show", seen, head, history)
}

// since is the error of a history in which something was recorded after one record and up to another. That somebody looked
// is no change.
func since[ID ~string](id ID, look string, seen, head uint64, history []casefile.Record) error {
	for _, r := range history {
		if r.Seq > seen && r.Seq <= head && r.Event.Kind() != casefile.KindRevealed {
			return ask.Changed(id, look, seen, history[len(history)-1].Seq)
		}
	}
	return nil
}
