package desk

import (
	"errors"
	"iter"
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

// Memo keeps values that were computed from cases, as register.Memo does.
type Memo[T any] struct{ register.Memo[T] }

// Newest is Newest of register.Memo, for a View.
func (m *Memo[T]) Newest(v *View, most int, made func(casefile.Case) T) iter.Seq2[T, error] {
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
}

// Append records drafts as they are: no rule may refuse what has happened, such as the arrival of a mail. What
// people do with a case goes through the room record, which judges it.
func (c *Change) Append(drafts ...casefile.Draft) ([]casefile.Record, error) {
	return c.tx.Append(c.Actor, drafts...)
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
	return d.Reg.Update(at, func(tx *register.Tx) error { return act(&Change{&View{tx}, actor, at}) })
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

// Unchanged compares the cases with what the caller has seen of them. That somebody looked at a case is no
// change to it.
func Unchanged(v *View, c ask.Call) error {
	for id, seen := range c.IfSeq {
		history, err := v.History(id)
		if err != nil {
			return err
		}
		for _, r := range history {
			if r.Seq > seen && r.Event.Kind() != casefile.KindRevealed {
				return ask.Changed(id, seen, history[len(history)-1].Seq)
			}
		}
	}
	return nil
}
