package register

import "sync"

// Grown returns a channel that receives at once, and then after transactions that may have added records:
// at least once after the last of them. It is made for one who works through the records in the
// background; each listener calls it once and has a channel of its own until the register is closed.
func (r *Register) Grown() <-chan struct{} { return r.grown.listen() }

// nudge tells its listeners that there may be something to do. It never waits for them. The zero value
// is ready.
type nudge struct {
	mu   sync.Mutex
	each []chan struct{}
}

func (n *nudge) listen() <-chan struct{} {
	c := make(chan struct{}, 1)
	c <- struct{}{}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.each = append(n.each, c)
	return c
}

func (n *nudge) give() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range n.each {
		select {
		case c <- struct{}{}:
		default: // it lies there already
		}
	}
}
