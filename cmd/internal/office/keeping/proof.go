package keeping

import (
	"context"
	"sync"
	"time"

	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
)

// proof is what the last background proof of the register found.
type proof struct {
	mu          sync.Mutex
	at          time.Time
	differences int
}

// ToldProgress passes on how far a long run of the register has come.
func ToldProgress(tell func(ask.Progress)) register.Progress {
	return func(doing string, done, total int64) { tell(ask.Progress{Doing: doing, Done: done, Total: total}) }
}

// DifferenceViews are what a proof found, as answers say it.
func DifferenceViews(all []register.Difference) []ask.Difference {
	views := make([]ask.Difference, len(all))
	for i, d := range all {
		views[i] = ask.Difference{Place: d.Place, Key: ask.Handle(d.Key), What: d.What, Do: d.Do}
	}
	return views
}

// Verify proves the register as it is now.
func (k *Room) Verify(ctx context.Context, _ ask.Call, _ ask.None, yield func(ask.Proof) error) error {
	all, err := k.proved(k.Reg.Verify(ctx, ToldProgress(func(p ask.Progress) { yield(ask.Proof{Progress: &p}) })))
	if err != nil {
		return err
	}
	return yield(ask.Proof{Differences: DifferenceViews(all)})
}

// Prove is Verify for the office itself, for which nobody waits.
func (k *Room) Prove(ctx context.Context) ([]register.Difference, error) {
	return k.proved(k.Reg.VerifyAside(ctx))
}

// proved remembers what a proof found.
func (k *Room) proved(all []register.Difference, err error) ([]register.Difference, error) {
	if err != nil {
		return nil, err
	}
	k.proof.mu.Lock()
	k.proof.at, k.proof.differences = k.Now(), len(all)
	k.proof.mu.Unlock()
	return all, nil
}

// Verified is when the register was last proved by this process.
func (k *Room) Verified() *time.Time {
	k.proof.mu.Lock()
	defer k.proof.mu.Unlock()
	return ask.Instant(k.proof.at)
}
