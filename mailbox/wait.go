package mailbox

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Waiter is a Session that can wait for news of mail.
type Waiter interface {
	// Await waits in a folder until the server reports a change there, until wake or for d. changed
	// is also true when the folder does not hold that many messages to begin with. ErrNoIdle says
	// that the server cannot; after any other error the session is good for Close only.
	Await(ctx context.Context, folder string, messages uint32, wake <-chan struct{}, d time.Duration) (changed bool, err error)
}

// ErrNoIdle is returned by Await where the server does not offer to tell (NetEase does not).
var ErrNoIdle = errors.New("server does not offer IDLE")

// idleAgain is after how long IDLE is tried again that was lost once: a router that forgot a connection is no
// server that cannot.
const idleAgain = 2 * time.Minute

// idleLeast is how long an IDLE lasts at least that the server does not end for nothing.
const idleLeast = 10 * time.Second

// rest waits for the next poll, in IDLE where the server offers it. It takes the turn and gives it
// back. Whatever goes wrong with IDLE costs some minutes of it, longer each time in a row, and nothing more:
// polls go on as before. A server that does not offer it is asked again after an hour.
func (p *Poller) rest(ctx context.Context) error {
	wait := time.Until(p.notBefore)
	w, ok := p.session.(Waiter)
	if !ok || wait <= 0 || p.lastErr != nil {
		p.release()
		return sleep(ctx, wait)
	}
	if barred := time.Until(p.noIdle); barred > 0 {
		p.release()
		return sleep(ctx, min(wait, barred))
	}
	if p.callers.Load() > 0 { // somebody wants the turn
		p.release()
		return sleep(ctx, min(wait, time.Second))
	}
	inbox := p.inbox()
	began := time.Now()
	changed := false
	err := p.one("等候来信", func() (err error) {
		changed, err = w.Await(ctx, inbox, p.seen[inbox].announced, p.wake, wait)
		return err
	})
	switch {
	case err == nil:
		p.idleLost = 0
		p.noIdle = time.Now().Add(p.pause(time.Since(began)))
		if changed && p.noIdle.Before(p.notBefore) {
			p.notBefore = p.noIdle
		}
	case errors.Is(err, ErrNoIdle):
		p.noIdle = time.Now().Add(p.opts.FullEvery)
	default:
		p.noIdle = time.Now().Add(min(p.opts.FullEvery, idleAgain<<(2*p.idleLost)))
		p.idleLost = min(p.idleLost+1, 4)
		if ctx.Err() == nil {
			p.opts.Log.Warn().Err(err).Str("account", p.opts.Account).Msg("waiting for new mail failed; polling only for a while")
		}
		p.hangUp()
	}
	p.release()
	return context.Cause(ctx)
}

// pause is how long to wait after an IDLE that lasted for so long. There are servers that end each at once, or tell of
// mail where there is none: without a pause, they would be asked thousands of times a second. The first time is for nothing,
// for a mail may have come just before; then it is a second, doubled up to two minutes.
func (p *Poller) pause(lasted time.Duration) time.Duration {
	fruitful := p.fruitful
	p.fruitful = false
	switch {
	case p.callers.Load() > 0: // somebody here ended it
		return 0
	case fruitful || lasted >= idleLeast:
		p.hasty = 0
		return 0
	}
	p.hasty = min(p.hasty+1, 9)
	if p.hasty == 1 {
		return 0
	}
	return min(idleAgain, time.Second<<(p.hasty-2))
}

// interrupt ends a rest in IDLE for somebody who wants the turn; the function that it returns says
// that they have had it.
func (p *Poller) interrupt() func() {
	p.callers.Add(1)
	select {
	case p.wake <- struct{}{}:
	default: // already woken
	}
	return func() { p.callers.Add(-1) }
}

func (p *Poller) inbox() string {
	if i := slices.IndexFunc(p.folders, func(f Folder) bool { return f.Role == RoleInbox }); i >= 0 {
		return p.folders[i].Name
	}
	return "INBOX"
}
