package outbox_test

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/panics"
	"ysq.internal/ysq/mailbox/outbox"
)

// where something goes wrong with the first mail.
type where string

const (
	before  where = "before begin"
	after   where = "after begin"
	begin   where = "begin"
	settle  where = "settle"
	reading where = "open"
)

// faulty is a way out, and a Book, with which things go wrong over the first mail.
type faulty struct {
	*book
	at     where
	wrong  func() error // returns or panics; nil: all is well
	given  map[uint64]int
	checks sync.Mutex
}

func (f *faulty) here(at where, id uint64) error {
	f.checks.Lock()
	wrong := f.wrong
	f.checks.Unlock()
	if id == 1 && at == f.at && wrong != nil {
		return wrong()
	}
	return nil
}

func (f *faulty) Deliver(_ context.Context, m outbox.Item, _ io.Reader, begin func() error) (outbox.Receipt, error) {
	if err := f.here(before, m.ID); err != nil {
		return outbox.Receipt{}, err
	}
	if err := begin(); err != nil {
		return outbox.Receipt{}, err
	}
	f.given[m.ID]++
	return outbox.Receipt{State: outbox.Sent}, f.here(after, m.ID)
}

func (f *faulty) Find(context.Context, outbox.Item) (bool, error) { return false, outbox.ErrCannotLook }

func (f *faulty) Open(ctx context.Context, id uint64) (io.ReadCloser, error) {
	if err := f.here(reading, id); err != nil {
		return nil, err
	}
	return f.book.Open(ctx, id)
}

func (f *faulty) Begin(ctx context.Context, id uint64, try int) error {
	if err := f.here(begin, id); err != nil {
		return err
	}
	return f.book.Begin(ctx, id, try)
}

func (f *faulty) Settle(ctx context.Context, id uint64, o outbox.Outcome) error {
	if err := f.here(settle, id); err != nil {
		return err
	}
	return f.book.Settle(ctx, id, o)
}

// Whatever goes wrong over one mail, the others go out meanwhile, somebody hears of a panic, and nothing that a server may
// have got is given to it again.
func TestMailsAreIndependent(t *testing.T) {
	fails := func() error { return errors.New("of its own") }
	panicking := func() error { panic("met its master") }
	for _, test := range []struct {
		at    where
		wrong func() error
		state outbox.State // of the first mail, when all has been well again for a day
		given int
	}{
		{before, fails, outbox.Sent, 1},
		{before, panicking, outbox.Sent, 1},
		{after, fails, outbox.Unknown, 1},
		{after, panicking, outbox.Unknown, 1},
		{begin, fails, outbox.Sent, 1},
		{begin, panicking, outbox.Sent, 1},
		{settle, fails, outbox.Sent, 1},
		{settle, panicking, outbox.Sent, 1},
		{reading, fails, outbox.Failed, 0},
		{reading, panicking, outbox.Sent, 1},
	} {
		name := string(test.at) + ", an error"
		if panics.Is(panics.In(test.wrong)) {
			name = string(test.at) + ", a panic"
		}
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &faulty{book: newBook(3), at: test.at, wrong: test.wrong, given: map[uint64]int{}}
				told := 0
				o := outbox.New(f, f, outbox.Options{One: func(_ casefile.Digest, _ string, do func() error) error {
					var err error
					caught := panics.In(func() error { err = do(); return nil })
					if caught != nil {
						told++
						return caught
					}
					return err
				}})
				ctx, cancel := context.WithCancel(t.Context())
				var running sync.WaitGroup
				running.Go(func() { o.Run(ctx) })
				time.Sleep(5 * time.Minute)
				if f.state(2) != outbox.Sent || f.state(3) != outbox.Sent {
					t.Errorf("the others are %s and %s", f.state(2), f.state(3))
				}
				time.Sleep(7 * time.Hour)
				f.checks.Lock()
				f.wrong = nil
				f.checks.Unlock()
				time.Sleep(24 * time.Hour)
				cancel()
				running.Wait()
				if f.state(1) != test.state || f.given[1] != test.given || f.given[2] != 1 || f.given[3] != 1 {
					t.Errorf("the first is %s, want %s; given %v", f.state(1), test.state, f.given)
				}
				if panicked := panics.Is(panics.In(test.wrong)); panicked != (told > 0) || told > 20 {
					t.Errorf("told of %d panics", told)
				}
			})
		})
	}
}
