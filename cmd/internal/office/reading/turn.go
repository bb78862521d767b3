package reading

import (
	"context"
	"errors"
	"sync"
)

// turns lets the background read one attachment at a time, and those who ask two: a mail made of bombs, which
// somebody looks at, takes one of them for as long as its budget lasts, and everybody else has the other. Who asks does not
// wait for what the background has in hand either: that is given up, and read again later.
type turns struct {
	mu     sync.Mutex
	inHand int
	urgent []chan struct{}         // those who ask, in order; closed when it is their turn
	others []chan struct{}         // what waits
	yield  context.CancelCauseFunc // of what is in hand of the background
}

// atOnce is how many attachments are read at once; each may take some 250 MiB.
const atOnce = 2

// errGaveWay ends a reading of the background because somebody asks.
var errGaveWay = errors.New("the reading gave way to one that somebody asked for")

// take waits for the turn. Work under the context that it returns, and call done at its end.
func (t *turns) take(ctx context.Context, asked bool) (turn context.Context, done func(), err error) {
	turn, stop := context.WithCancelCause(ctx)
	t.mu.Lock()
	if asked && t.yield != nil {
		t.yield(errGaveWay)
	}
	if !t.free(asked) {
		wait := make(chan struct{})
		queue := &t.others
		if asked {
			queue = &t.urgent
		}
		*queue = append(*queue, wait)
		t.mu.Unlock()
		select {
		case <-wait: // the turn was handed over, and counts already
		case <-ctx.Done():
			t.leave(wait)
			stop(nil)
			return nil, nil, context.Cause(ctx)
		}
		t.mu.Lock()
	} else {
		t.inHand++
	}
	if !asked {
		if t.yield = stop; len(t.urgent) > 0 || t.inHand > 1 {
			stop(errGaveWay)
		}
	}
	t.mu.Unlock()
	return turn, func() { stop(nil); t.next(asked) }, nil
}

// free reports whether a turn can be had at once. The caller holds mu.
func (t *turns) free(asked bool) bool {
	if asked {
		return t.inHand < atOnce
	}
	return t.inHand == 0
}

// next hands the turn to whoever is first.
func (t *turns) next(asked bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.inHand--
	if !asked {
		t.yield = nil
	}
	for _, q := range []struct {
		queue *[]chan struct{}
		asked bool
	}{{&t.urgent, true}, {&t.others, false}} {
		if len(*q.queue) > 0 && t.free(q.asked) {
			close((*q.queue)[0])
			*q.queue = (*q.queue)[1:]
			t.inHand++
			return
		}
	}
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
	t.next(true)
}
