package mailbox_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/durable/durabletest"
	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/imapsim"
	"ysq.internal/ysq/mailbox/imapsource"
	"ysq.internal/ysq/mailbox/rawstore"
)

// Item 14: a good day has one login; a day with a provider that hangs up all the time has no more
// than providers are known to bear (mailbox/PROVIDERS.md#netease-163-126: 30 an hour).
func TestLoginsOfADay(t *testing.T) {
	for name, test := range map[string]struct {
		hangUpEvery time.Duration
		most        int
	}{"good day": {0, 1}, "hanging up": {30 * time.Second, 24*30 + 3}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t, officeOptions{sim: imapsim.Options{Security: imapsim.PlainText}})
				pass := running(t, o)
				if test.hangUpEvery == 0 {
					pass(24 * time.Hour)
				} else {
					for began := time.Now(); time.Since(began) < 24*time.Hour; {
						pass(test.hangUpEvery)
						o.sim.Disconnect(imapsim.EOF)
					}
				}
				o.add("INBOX", 1, 100)
				pass(5 * time.Minute)
				o.check(t)
				if got := o.sim.Counts().LoginAttempts; got > test.most {
					t.Errorf("%d logins, want at most %d", got, test.most)
				}
			})
		})
	}
}

// Item 11: a rejected 授权码 is tried four times an hour at most, for as long as it takes, also when
// somebody asks for a poll; a new one is found to be good without a restart.
func TestRejectedCode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, officeOptions{sim: imapsim.Options{Security: imapsim.PlainText, Password: "other"}})
		o.add("INBOX", 1, 100)
		pass := running(t, o)
		for range 24 * 6 {
			pass(10 * time.Minute)
			_, err := o.poller.Poll(t.Context())
			faultIs(t, err, mailbox.FaultAuth)
		}
		if got := o.sim.Counts().LoginAttempts; got > 24*4 || got < 24 {
			t.Errorf("%d logins in a day, want at most 4 an hour and at least one", got)
		}
		o.sim.SetPassword("ABCDEFGHIJKLMNOP")
		pass(time.Hour)
		o.check(t)
		if s := o.poller.Status(); s.State != mailbox.StateIdle || s.Fault != mailbox.FaultNone || s.LastError == "" {
			t.Errorf("status %+v, want idle with the error remembered", s)
		}
	})
}

// A week without the server: it is tried for ever, ever more rarely, and everything that
// came meanwhile is there minutes after its return.
func TestOutageOfAWeek(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var down atomic.Bool
		var dials atomic.Int64
		o := newOffice(t, officeOptions{
			poller: mailbox.Options{Jitter: rand.New(rand.NewPCG(1, 2)).Float64},
			source: imapsource.Options{Dial: func(ctx context.Context, _ string) (net.Conn, error) {
				dials.Add(1)
				if down.Load() {
					return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ENETUNREACH)}
				}
				return nil, nil // the simulation
			}},
		})
		pass := running(t, o)
		pass(10 * time.Minute)
		down.Store(true)
		o.sim.Disconnect(imapsim.Reset)
		for n := range 50 {
			o.add("INBOX", n, 100)
			pass(7 * 24 * time.Hour / 50)
		}
		if got := dials.Load(); got < 7*24*60/20 || got > 7*24*60/15 {
			t.Errorf("%d attempts in a week, want one in 16 to 20 minutes", got)
		}
		s := o.poller.Status()
		if s.State != mailbox.StateFailing || s.Fault != mailbox.FaultUnreachable || time.Since(s.LastSuccess) < 6*24*time.Hour || s.Failures < 100 {
			t.Errorf("status %+v does not tell of the outage", s)
		}
		down.Store(false)
		pass(20 * time.Minute)
		o.check(t)
	})
}

// Back-off doubles from a minute to sixteen, is spread by up to a fifth, and ends with success.
func TestBackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var down atomic.Bool
		down.Store(true)
		var mu sync.Mutex
		var at []time.Duration
		began := time.Now()
		o := newOffice(t, officeOptions{
			poller: mailbox.Options{Jitter: func() float64 { return 0.5 }},
			source: imapsource.Options{Dial: func(context.Context, string) (net.Conn, error) {
				mu.Lock()
				defer mu.Unlock()
				at = append(at, time.Since(began).Round(time.Second))
				if down.Load() {
					return nil, errors.New("no route")
				}
				return nil, nil
			}},
		})
		pass := running(t, o)
		pass(70 * time.Minute)
		mu.Lock()
		got := slices.Clone(at)
		mu.Unlock()
		var want []time.Duration
		for _, s := range []int{0, 66, 198, 462, 990, 2046, 3102, 4158} {
			want = append(want, time.Duration(s)*time.Second)
		}
		if !slices.Equal(got, want) {
			t.Errorf("attempts at %v, want %v", got, want)
		}
		down.Store(false)
		pass(20 * time.Minute)
		if s := o.poller.Status(); s.Failures != 0 || s.NextTry.Sub(s.LastPoll) != 99*time.Second {
			t.Errorf("status %+v, want the usual interval again", s)
		}
	})
}

// A poll on demand while the loop runs waits its turn and sees everything, on the same connection.
func TestPollOnDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, officeOptions{})
		running(t, o)(time.Minute)
		o.add("INBOX", 1, 100)
		if res := o.poll(t); res.Taken != 1 || !res.Full {
			t.Errorf("%+v, want one taken", res)
		}
		if got := o.sim.Counts().Logins; got != 1 {
			t.Errorf("%d logins", got)
		}
	})
}

// Batches are bounded in mails and in bytes, and a single mail does not wait for company.
func TestBatches(t *testing.T) {
	o := newOffice(t, officeOptions{poller: mailbox.Options{BatchMails: 10, BatchBytes: 50_000, Window: 7}})
	for n := range 25 {
		o.add("INBOX", n, 100)
	}
	o.poll(t)
	o.add("INBOX", 100, 60_000)
	o.poll(t)
	for n := range 12 {
		o.add("INBOX", 200+n, 20_000)
	}
	o.poll(t)
	o.check(t)
	if want := []int{10, 10, 5, 1, 3, 3, 3, 3}; !slices.Equal(o.book.batches, want) {
		t.Errorf("batches %v, want %v", o.book.batches, want)
	}
}

// A register that does not take mails stops nothing for good: they are durable, and are offered again
// without being fetched again, even when the server no longer has them.
func TestIntakeFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, officeOptions{poller: mailbox.Options{BatchMails: 4}})
		var uids []uint32
		for n := range 10 {
			uids = append(uids, o.add("INBOX", n, 100))
		}
		o.book.fail = func([]mailbox.Fetched) error { return errors.New("no space left") }
		_, err := o.poller.Poll(t.Context())
		faultIs(t, err, mailbox.FaultIntake)
		if got := o.book.taken(); got != 0 {
			t.Errorf("%d mails taken", got)
		}
		o.book.fail = nil
		o.sim.Remove("INBOX", uids[0])
		time.Sleep(time.Until(o.poller.Status().NextTry))
		o.poll(t)
		o.check(t)
	})
}

// Item 37: a full disk fails the poll, says so, and leaves nothing that hinders the next one.
func TestDiskFull(t *testing.T) {
	for _, op := range []durable.Op{durable.OpCreate, durable.OpWrite, durable.OpSync, durable.OpRename, durable.OpSyncDir} {
		t.Run(string(op), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var full atomic.Bool
				dir := durabletest.Dir(t)
				o := newOffice(t, officeOptions{dir: dir, poller: mailbox.Options{BatchMails: 4}, store: rawstore.Options{
					Intercept: func(o durable.Op, path string, do func() error) error {
						if full.Load() && o == op {
							return &os.PathError{Op: string(o), Path: path, Err: syscall.ENOSPC}
						}
						return lazyDisk(o, path, do)
					},
				}})
				for n := range 10 {
					o.add("INBOX", n, 100_000)
				}
				full.Store(true)
				_, err := o.poller.Poll(t.Context())
				faultIs(t, err, mailbox.FaultStorage)
				if !errors.Is(err, syscall.ENOSPC) {
					t.Errorf("%v does not say that the disk is full", err)
				}
				if s := o.poller.Status(); s.Troubled != 0 {
					t.Errorf("%d mails are said to be in trouble: the disk is", s.Troubled)
				}
				full.Store(false)
				time.Sleep(time.Until(o.poller.Status().NextTry))
				o.poll(t)
				o.check(t)
				if left, err := os.ReadDir(dir + "/tmp"); err != nil || len(left) > 0 {
					t.Errorf("left in tmp: %v, %v", left, err)
				}
			})
		})
	}
}

// Stopping in the middle of a large fetch takes what is whole and returns at once.
func TestStopInTheMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, officeOptions{})
		for n := range 20 {
			o.add("INBOX", n, 10_000)
		}
		o.sim.Inject(imapsim.At{Kind: imapsim.Fetch}.Do(imapsim.Slow(0, 1000)))
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- o.poller.Run(ctx) }()
		time.Sleep(55 * time.Second)
		cancel()
		began := time.Now()
		if err := <-done; err != nil || time.Since(began) > time.Second {
			t.Errorf("stopped after %v: %v", time.Since(began), err)
		}
		if got := o.book.taken(); got < 4 || got > 6 {
			t.Errorf("%d mails taken, want the five that were whole", got)
		}
		if s := o.poller.Status(); s.Fault != mailbox.FaultNone {
			t.Errorf("stopping counts as %s", s.Fault)
		}
		o.sim.Heal()
		time.Sleep(time.Minute)
		o.poll(t)
		o.check(t)
	})
}

// Item 32: the program dies at a random step, again and again, in the middle of a backlog; the count
// is exact in the end. What the book had committed, it still has; what the store had, too.
func TestKilledAtRandom(t *testing.T) {
	const mails = 300
	rnd := rand.New(rand.NewPCG(3, 4))
	dir := durabletest.Dir(t)
	sim, err := imapsim.New(imapsim.Options{Security: imapsim.PlainText})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	var o *office
	committed := newBook(t, nil)
	for kills := 0; ; kills++ {
		var steps atomic.Int64
		last := 100 + rnd.Int64N(400)
		if kills == 30 {
			last = 1 << 40
		}
		dead := func() bool { return steps.Load() >= last }
		o = openOffice(t, sim, officeOptions{
			dir: dir, sim: imapsim.Options{Security: imapsim.PlainText}, poller: mailbox.Options{BatchMails: 20, LoginGap: 1},
			store: rawstore.Options{Intercept: func(op durable.Op, path string, do func() error) error {
				if steps.Add(1); dead() {
					return errors.New("killed")
				}
				return lazyDisk(op, path, do)
			}},
		})
		if kills == 0 {
			for n := range mails {
				o.add("INBOX", n, 50+n)
			}
			committed.digests, committed.known = o.book.digests, o.book.known
		}
		o.book.known, o.book.digests = committed.known, committed.digests
		o.book.fail = func([]mailbox.Fetched) error {
			if dead() {
				return errors.New("killed")
			}
			return nil
		}
		if _, err := mailbox.Recover(t.Context(), o.store, o.book.forgiving()); err == nil {
			_, err = o.poller.Poll(t.Context())
			if err == nil && kills == 30 {
				break
			}
		} else if kills == 30 {
			t.Fatal(err)
		}
		o.poller.Close()
		o.store.Close()
	}
	for n := range mails {
		o.sent[digestOf(mailOf(n, 50+n))] = true
	}
	o.check(t)
}

// forgiving is the book for Recover, which may offer what was committed already (Intake.Take).
func (b *book) forgiving() mailbox.Intake { return forgivingBook{b} }

type forgivingBook struct{ *book }

func (f forgivingBook) Take(ctx context.Context, batch []mailbox.Fetched) error {
	return f.book.Take(ctx, slices.DeleteFunc(slices.Clone(batch), func(m mailbox.Fetched) bool {
		_, known := f.known[m.Ref]
		return known
	}))
}

// A backlog does not let the manifest grow, although a batch is always on its way to the disk while
// another is recorded.
func TestManifestStaysShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var kept, most atomic.Int64
		o := newOffice(t, officeOptions{
			sim: imapsim.Options{Security: imapsim.PlainText}, poller: mailbox.Options{BatchMails: 1},
			store: rawstore.Options{Intercept: func(op durable.Op, path string, do func() error) error {
				if filepath.Base(path) == "manifest.jsonl" {
					switch op {
					case durable.OpWrite:
						most.Store(max(most.Load(), kept.Add(1)))
					case durable.OpTruncate:
						kept.Store(0)
					}
				}
				return lazyDisk(op, path, do)
			}},
		})
		o.book.fail = func([]mailbox.Fetched) error { time.Sleep(time.Second); return nil } // slower than the disk
		for n := range 100 {
			o.add("INBOX", n, 50)
		}
		o.poll(t)
		o.check(t)
		if most.Load() > 8 {
			t.Errorf("%d batches in the manifest at once", most.Load())
		}
	})
}
