package reading

import (
	"context"
	"errors"
	"sync"
)

// turns lets one attachment be read at a time. Who asks goes before what waits in the background, and does not
// wait for what is in hand there either: that is given up, and read again later.
type turns struct {
	mu     sync.Mutex
	busy   bool
	urgent []chan struct{}         // who asks, in order; closed when it is their turn
	others []chan struct{}         // what waits
	yield  context.CancelCauseFunc // of what is in hand, where that is of the background
}

// errGaveWay ends a reading of the background because somebody asks.
var errGaveWay = errors.New("the reading gave way to one that somebody asked for")

// take waits for the turn. Work under the context that it returns, and call done at its end.
func (t *turns) take(ctx context.Context, asked bool) (turn context.Context, done func(), err error) {
	turn, stop := context.WithCancelCause(ctx)
	t.mu.Lock()
	if t.busy {
		wait := make(chan struct{})
		if asked {
			t.urgent = append(t.urgent, wait)
			if t.yield != nil {
				t.yield(errGaveWay)
			}
		} else {
			t.others = append(t.others, wait)
		}
		t.mu.Unlock()
		select {
		case <-wait: // the turn was handed over: busy stays
		case <-ctx.Done():
			t.leave(wait)
			stop(nil)
			return nil, nil, context.Cause(ctx)
		}
		t.mu.Lock()
	}
	t.busy, t.yield = true, nil
	if !asked {
		if t.yield = stop; len(t.urgent) > 0 {
			stop(errGaveWay)
		}
	}
	t.mu.Unlock()
	return turn, func() { stop(nil); t.next() }, nil
}

// next hands the turn to whoever is first.
func (t *turns) next() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.yield = nil
	for _, queue := range []*[]chan struct{}{&t.urgent, &t.others} {
		if len(*queue) > 0 {
			close((*queue)[0])
			*queue = (*queue)[1:]
			return
		}
	}
	t.busy = false
}

// leave takes one that waits no longer out of its queue; a turn that it was handed meanwhile goes on.
func (t *turns) leave(wait chan struct{}) {
	t.mu.Lock()
	for _, queue := range []*[]chan struct{}{&t.urgent, &t.others} {
		for i, w := range *queue {
			if w == wait {
				*queue = append((*queue)[:i:i], (*queue)[i+1:]...)
				t.mu.Unlock()
				return
			}
		}
	}
	t.mu.Unlock()
	t.next()
}
