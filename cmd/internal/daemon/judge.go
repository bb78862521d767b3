package daemon

import (
	"context"
	"errors"
	"time"

	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
)

// errJudged gives up a transaction that was only to be judged.
var errJudged = errors.New("judged")

// change is a transaction of somebody who may only want it judged: then all of it is judged, and
// nothing kept. What follows a change, a log line or a file, is the caller's and must not happen then.
func (f *office) change(ctx context.Context, now time.Time, act func(tx *register.Tx) error) error {
	if !ask.DryRun(ctx) {
		return f.reg.Update(now, act)
	}
	err := f.reg.Update(now, func(tx *register.Tx) error {
		if err := act(tx); err != nil {
			return err
		}
		return errJudged
	})
	if errors.Is(err, errJudged) {
		return nil
	}
	return err
}
