package outbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/panics"
)

// Options tune an Outbox. Zero values are right for an office.
type Options struct {
	Name    string           // of the way out, for the log
	Now     func() time.Time // of the office; nil: time.Now
	Between time.Duration    // two mails, each with a login, once there were ten within an hour. Zero: 20 s (providers count by the hour)
	// GiveUp is how long a mail that the server puts off is tried before a person has to look. Zero: 48 h.
	GiveUp time.Duration
	// Zone in which a day ends, for quotas. Nil: time.Local.
	Zone *time.Location
	One  panics.One[casefile.Digest] // does each step with one mail, without its digest. Nil: nobody is told of a panic
	Log  zerolog.Logger
}

// Outbox is the loop of one way out. Run owns it; Wake and Status may be called by anyone.
type Outbox struct {
	channel Channel
	book    Book
	opts    Options
	wake    chan struct{}
	// What Run owns.
	recent []time.Time        // attempts within an hour
	owed   map[uint64]Outcome // what is known of a mail and the Book did not take
	// setback is of mails that were not tried to an end; with the next one that is, it is forgotten.
	setbacks map[uint64]setback

	mu     sync.Mutex // guards status
	status Status
}

// setback is what hindered a mail: the way out, which may be the mail's fault, or the Book or a panic, for which it waits.
type setback struct {
	times int
	until time.Time
}

// Status is how a way out stands.
type Status struct {
	Fault    Fault     // why nothing goes out; FaultNone: all is well
	Reason   string    // in Chinese, with what to do
	Said     string    // the server's words
	Since    time.Time // of the first failure in a row
	NextTry  time.Time // of a way out that rests
	LastDone time.Time // when a server last took a mail
}

// New returns an Outbox that does nothing until Run.
func New(channel Channel, book Book, o Options) *Outbox {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Between <= 0 {
		o.Between = 20 * time.Second
	}
	if o.GiveUp <= 0 {
		o.GiveUp = 48 * time.Hour
	}
	if o.Zone == nil {
		o.Zone = time.Local
	}
	if o.One == nil {
		o.One = panics.Alone
	}
	return &Outbox{channel: channel, book: book, opts: o, wake: make(chan struct{}, 1), owed: map[uint64]Outcome{}, setbacks: map[uint64]setback{}}
}

// Wake says that there may be something to do.
func (o *Outbox) Wake() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// Status returns how the way out stands.
func (o *Outbox) Status() Status {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.status
}

// Run takes mails out until the context ends. Whatever fails is tried again, or waits for a person;
// nothing is given to a server a second time unless the server itself has refused it.
func (o *Outbox) Run(ctx context.Context) {
	failures := 0
	for ctx.Err() == nil {
		wait, err := o.round(ctx)
		if err != nil && ctx.Err() == nil { // the book's: it is as good as a disk
			failures++
			o.opts.Log.Error().Err(err).Str("way", o.opts.Name).Msg("the outbox cannot be read or written")
			wait = backoff(failures)
		} else {
			failures = 0
		}
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-o.wake:
		case <-ctx.Done():
		}
		t.Stop()
	}
}

// idle is for how long a loop sleeps at most: Wake is lost with the process, never the mail.
const idle = time.Hour

// round does what is due and returns when to look again. Mails are independent: one that the Book does not take, or over
// which the program panics, waits longer each time, and those behind it are tried; a second that the Book does not take is
// the Book's. One that had a setback comes after those that had none.
func (o *Outbox) round(ctx context.Context) (time.Duration, error) {
	items, err := o.book.Waiting(ctx)
	if err != nil {
		return 0, err
	}
	next := o.opts.Now().Add(idle)
	sooner := func(t time.Time) {
		if t.Before(next) {
			next = t
		}
	}
	maps.DeleteFunc(o.setbacks, func(id uint64, _ setback) bool {
		return !slices.ContainsFunc(items, func(m Item) bool { return m.ID == id })
	})
	slices.SortStableFunc(items, func(a, b Item) int { return cmp.Compare(o.setbacks[a.ID].times, o.setbacks[b.ID].times) })
	refused := false // by the Book
	for _, m := range items {
		if until := o.setbacks[m.ID].until; until.After(o.opts.Now()) {
			sooner(until)
			continue
		}
		if resting := o.Status().NextTry; m.State != Sending && resting.After(o.opts.Now()) {
			sooner(resting)
			continue
		}
		if m.State != Sending && m.Next.After(o.opts.Now()) {
			sooner(m.Next)
			continue
		}
		again, err := o.one(ctx, m)
		if ctx.Err() != nil {
			return 0, err
		}
		if err != nil {
			again = o.setBack(m, backoff(o.setbacks[m.ID].times+1))
			if !panics.Is(err) && refused {
				return 0, err
			}
			refused = refused || !panics.Is(err)
			o.opts.Log.Error().Err(err).Uint64("mail", m.ID).Str("way", o.opts.Name).Time("next", again).Msg("a mail is put off")
		}
		if !again.IsZero() {
			sooner(again)
		}
		if m.State == Sending {
			continue
		}
		if err := sleep(ctx, o.pace()); err != nil {
			return 0, nil //nolint:nilerr // stopped
		}
	}
	if resting := o.Status().NextTry; len(items) > 0 && resting.After(o.opts.Now()) {
		sooner(resting)
	}
	return max(time.Second, next.Sub(o.opts.Now())), nil
}

// one does what is due for a mail.
func (o *Outbox) one(ctx context.Context, m Item) (again time.Time, err error) {
	err = o.opts.One(casefile.Digest{}, fmt.Sprintf("发待发信 %d", m.ID), func() (err error) {
		if m.State == Sending {
			again, err = o.interrupted(ctx, m)
		} else {
			again, err = o.attempt(ctx, m)
		}
		return err
	})
	return again, err
}

// setBack notes that something hindered a mail, which waits so long for its own part.
func (o *Outbox) setBack(m Item, wait time.Duration) (until time.Time) {
	until = o.opts.Now().Add(wait)
	o.setbacks[m.ID] = setback{o.setbacks[m.ID].times + 1, until}
	return until
}

// At first mails follow each other as a person's would; a sender of many is slowed down.
const (
	freely = 10          // attempts within an hour
	breath = time.Second // between them
)

// pace counts an attempt and returns how long to wait before the next.
func (o *Outbox) pace() time.Duration {
	now := o.opts.Now()
	o.recent = slices.DeleteFunc(append(o.recent, now), func(t time.Time) bool { return now.Sub(t) > time.Hour })
	if len(o.recent) < freely {
		return breath
	}
	return o.opts.Between
}

// interrupted deals with a mail that an earlier run was giving to the server: it may have it. Where only
// the Book failed, what became of it is known still.
func (o *Outbox) interrupted(ctx context.Context, m Item) (look time.Time, err error) {
	if out, ok := o.owed[m.ID]; ok {
		return out.Next, o.settle(ctx, m, out, nil)
	}
	o.opts.Log.Error().Uint64("mail", m.ID).Str("way", o.opts.Name).Msg("the program ended while a mail was given to the server: it may have been sent")
	look = o.opts.Now().Add(settling)
	return look, o.book.Settle(ctx, m.ID, Outcome{State: Unknown, Try: m.Tries, Next: look, Reason: "程序在发信途中停止，不知服务器是否已收下"})
}

// settling is how long a server that lost us is given to finish what it was doing, before a folder is
// looked through for what it may have got.
const settling = 2 * time.Minute

// attempt tries one mail and settles what came of it. again is when it is due again; zero: it is not.
func (o *Outbox) attempt(ctx context.Context, m Item) (again time.Time, err error) {
	if m.State == Unknown {
		found, err := o.channel.Find(ctx, m)
		switch {
		case errors.Is(err, ErrCannotLook):
			return time.Time{}, nil
		case err != nil:
			o.setBack(m, 0)
			return o.rest(err), nil
		case found:
			o.well()
			return time.Time{}, o.settle(ctx, m, Outcome{State: Drafted, Try: m.Tries, Reason: "已在草稿箱中找到"}, nil)
		}
	}
	body, err := o.book.Open(ctx, m.ID)
	if err != nil {
		return time.Time{}, o.settle(ctx, m, Outcome{State: Failed, Try: m.Tries, Reason: "信的原文读不出"}, err)
	}
	defer body.Close()
	begun := false
	begin := func() error {
		if err := o.book.Begin(ctx, m.ID, m.Tries+1); err != nil {
			return bookError{err}
		}
		begun = true
		return nil
	}
	var receipt Receipt
	err = o.opts.One(casefile.Digest{}, fmt.Sprintf("交出待发信 %d", m.ID), func() (err error) {
		receipt, err = o.channel.Deliver(ctx, m, body, begin)
		return err
	})
	// What is known now must be written down although the program is being stopped.
	stopping := ctx.Err() != nil
	ctx = context.WithoutCancel(ctx)
	var refusal *Refusal
	var book bookError
	switch {
	case err == nil:
		o.well()
		return time.Time{}, o.settle(ctx, m, Outcome{State: receipt.State, Code: receipt.Code, Said: receipt.Said, Try: m.Tries + 1}, nil)
	case errors.As(err, &book):
		return time.Time{}, book.error
	case stopping && !begun:
		return time.Time{}, nil
	case errors.As(err, &refusal):
		return o.refused(ctx, m, refusal, begun)
	case !begun && panics.Is(err):
		return time.Time{}, err
	case !begun:
		o.setBack(m, 0)
		return o.rest(err), nil
	}
	out := Outcome{State: Unknown, Try: m.Tries + 1, Next: o.opts.Now().Add(settling), Reason: "信已交出，没有等到服务器的答复：" + err.Error()}
	if !panics.Is(err) {
		o.rest(err)
	}
	return out.Next, o.settle(ctx, m, out, err)
}

// bookError is an error of the Book on its way through the channel.
type bookError struct{ error }

func (b bookError) Unwrap() error { return b.error }

// refused applies a refusal to the mail and to the way out.
func (o *Outbox) refused(ctx context.Context, m Item, r *Refusal, begun bool) (again time.Time, err error) {
	now := o.opts.Now()
	if r.Fault != FaultNone {
		again = o.rest(r)
	} else {
		o.well()
	}
	out := Outcome{State: r.Outcome, Code: r.Code, Said: r.Said, Reason: r.Reason, Try: m.Tries}
	if begun {
		out.Try++
	}
	if r.Outcome != Queued {
		return time.Time{}, o.settle(ctx, m, out, r)
	}
	if r.Fault != FaultNone && !begun {
		o.setBack(m, 0)
		return again, nil // nothing happened to this mail, and nothing is recorded of it
	}
	if !begun {
		out.Try++
	}
	if now.Sub(m.Prepared) > o.opts.GiveUp && out.Try >= fewest {
		out.State, out.Reason = Held, "多次重试仍未成功："+r.Reason
		return time.Time{}, o.settle(ctx, m, out, r)
	}
	out.Next = now.Add(max(r.Wait, backoff(out.Try)))
	return out.Next, o.settle(ctx, m, out, r)
}

// fewest is how often a mail is tried before it is given up, however old it is.
const fewest = 5

func (o *Outbox) settle(ctx context.Context, m Item, out Outcome, cause error) error {
	level := zerolog.InfoLevel
	if out.State == Failed || out.State == Held || out.State == Unknown {
		level = zerolog.ErrorLevel
	}
	o.opts.Log.WithLevel(level).Err(cause).Uint64("mail", m.ID).Str("way", o.opts.Name).Str("state", string(out.State)).Int("code", out.Code).Int("try", out.Try).Msg("outgoing mail")
	err := o.opts.One(casefile.Digest{}, fmt.Sprintf("记待发信 %d 的结果", m.ID), func() error { return o.book.Settle(ctx, m.ID, out) })
	if err != nil {
		o.owed[m.ID] = out
		return err
	}
	delete(o.owed, m.ID)
	delete(o.setbacks, m.ID)
	return nil
}

// rest keeps the way out from being used for a while and says why. Each failure in a row doubles it.
func (o *Outbox) rest(err error) time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.opts.Now()
	was := o.status
	s := Status{Fault: FaultUnreachable, Reason: "连接中断", Since: was.Since, LastDone: was.LastDone}
	if was.Fault == FaultNone {
		s.Since = now
	}
	wait := min(max(time.Minute, now.Sub(s.Since)), 16*time.Minute)
	if r, ok := errors.AsType[*Refusal](err); ok {
		s.Fault, s.Reason, s.Said = r.Fault, r.Reason, r.Said
		switch {
		case r.Rest == untilTomorrow:
			y, m, d := now.In(o.opts.Zone).Date()
			wait = time.Date(y, m, d+1, 0, 5, 0, 0, o.opts.Zone).Sub(now)
		case r.Rest > 0:
			wait = r.Rest
		}
	}
	s.NextTry = now.Add(wait)
	o.status = s
	if was.Fault != s.Fault {
		o.opts.Log.Error().Err(err).Str("way", o.opts.Name).Str("fault", string(s.Fault)).Time("next", s.NextTry.In(civil.Zone)).Msg("nothing goes out for now")
	}
	return s.NextTry
}

func (o *Outbox) well() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.status.Fault != FaultNone {
		o.opts.Log.Info().Str("way", o.opts.Name).Msg("mails go out again")
	}
	o.status = Status{LastDone: o.opts.Now()}
}

// backoff is the wait after the nth try: two minutes, doubled up to four hours.
func backoff(n int) time.Duration {
	return min(2*time.Minute<<min(max(n, 1)-1, 7), 4*time.Hour)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
