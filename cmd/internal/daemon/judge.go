package daemon

import (
	"errors"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
)

// errJudged gives up a transaction that was only to be judged.
var errJudged = errors.New("judged")

// change is the transaction of a call. It is refused where a case has gone on since the caller saw it. A call
// that is a dry run is judged like any other, and nothing is kept; what follows a change, a log line or a
// file, is the handler's and must not happen then. Everything that a call records bears its instant.
func (f *office) change(c ask.Call, act func(tx *register.Tx) error) error {
	err := f.reg.Update(c.At, func(tx *register.Tx) error {
		if err := unchanged(tx, c); err != nil {
			return err
		}
		if err := act(tx); err != nil {
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

// unchanged compares the cases with what the caller has seen of them. That somebody looked at a case is no
// change to it.
func unchanged(tx *register.Tx, c ask.Call) error {
	for id, seen := range c.IfSeq {
		history, err := tx.History(id)
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
