package mailbox

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/panics"
	"ysq.internal/ysq/mailbox/rawstore"
)

// Options tune a Poller. Zero values are right for 163.
type Options struct {
	Account    string         // name of the account in the book and in messages; required
	Interval   time.Duration  // between polls. Zero: 90 s
	FullEvery  time.Duration  // between listings of everything. Zero: 1 h
	LoginGap   time.Duration  // least time between two logins. Zero: 1 min (providers punish more)
	Settle     time.Duration  // between two looks at a folder that shows another UIDVALIDITY. Zero: 1.1 s, for those that take their clock
	BatchMails int            // mails handed to Intake at once, at most; while one batch is stored the next arrives, each mail in an open file. Zero: 200
	BatchBytes int64          // bytes of such a batch after which it is handed over. Zero: 32 MiB
	Window     int            // UIDs asked for with one command. Zero: 500, within a line of 8,000 octets (RFC 2683, 3.2.1.5)
	Tries      int            // failed tries after which a mail is quarantined. Zero: 3
	Folders    []Folder       // polled as well, beside those the Source finds
	Book       Book           // what each full poll is held against afterwards (Audit). Nil: nothing is
	Jitter     func() float64 // uniform in [0,1), spreads the waits. Nil: math/rand
	Polled     func()         // called at the end of each poll, and must not block. Nil: nobody wants to know
	// One does each step. Nil: nobody is told of a panic.
	One panics.One[casefile.Digest]
	Log zerolog.Logger
}

func (o Options) withDefaults() Options {
	o.Interval = orDefault(o.Interval, 90*time.Second)
	o.FullEvery = orDefault(o.FullEvery, time.Hour)
	o.LoginGap = orDefault(o.LoginGap, time.Minute)
	o.Settle = orDefault(o.Settle, Second)
	o.BatchMails = orDefault(o.BatchMails, 200)
	o.BatchBytes = orDefault(o.BatchBytes, 32<<20)
	o.Window = orDefault(o.Window, 500)
	o.Tries = orDefault(o.Tries, 3)
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
	if o.One == nil {
		o.One = panics.Alone
	}
	return o
}

func orDefault[T ~int | ~int64](v, def T) T {
	if v <= 0 {
		return def
	}
	return v
}

// Poller fetches what one account owes. Run is the loop; Poll is one full poll on demand and may be
// called while Run runs, or without it.
type Poller struct {
	source Source
	store  *rawstore.Store
	intake Intake
	opts   Options

	turn chan struct{} // holds a token; whoever has it owns what follows, up to status

	session   Session // nil: not connected
	lastLogin time.Time
	stale     bool // the server hung up on a session that rested between two polls
	failures  int  // polls failed in a row without taking anything
	notBefore time.Time
	lastErr   error
	lastFull  time.Time
	folders   []Folder
	seen      map[string]view
	troubles  map[Ref]*trouble
	broke     map[string]bool   // folders whose poll ended in a panic: they come last
	givenUp   map[string]uint32 // the UID before which a poll of the folder gave up (ErrInvented)
	missing   map[Ref]time.Time // by the last audit, and since which one
	connected time.Time
	began     time.Time            // of the poll
	thorough  bool                 // a poll that somebody asked for: known mails are looked at
	differ    map[string][]uint32  // UIDs that mean other mails than in the book, by folder
	verified  map[Ref]time.Time    // mails known by their Message-ID although they are shown with this date
	named     map[Ref]string       // Message-IDs under which mails were fetched again
	unsteady  map[string]time.Time // folders whose UIDVALIDITY never stays, and when they were polled
	oddTold   map[string]time.Time // when it was told that a folder does not add up
	noIdle    time.Time            // until when there is no waiting in IDLE
	idleLost  int                  // how often in a row it was lost
	hasty     int                  // how often in a row it ended at once, and for nothing
	fruitful  bool                 // the last poll took mails, and no IDLE has ended since

	interval atomic.Int64 // between polls

	wake    chan struct{} // ends a rest in IDLE
	callers atomic.Int32  // who want the turn beside Run

	statusMu sync.Mutex // guards what follows
	status   Status
	audited  Audit
}

// New returns a Poller that is not connected yet.
func New(source Source, store *rawstore.Store, intake Intake, opts Options) *Poller {
	p := &Poller{
		source: source, store: store, intake: intake, opts: opts.withDefaults(),
		turn: make(chan struct{}, 1), wake: make(chan struct{}, 1), seen: map[string]view{}, givenUp: map[string]uint32{}, troubles: map[Ref]*trouble{}, broke: map[string]bool{},
		differ: map[string][]uint32{}, verified: map[Ref]time.Time{}, named: map[Ref]string{}, unsteady: map[string]time.Time{}, oddTold: map[string]time.Time{},
	}
	p.interval.Store(int64(p.opts.Interval))
	p.status = Status{Account: opts.Account, State: StateStarting}
	p.turn <- struct{}{}
	return p
}

// SetInterval changes the time between polls from the next one on. It may be called at any time.
func (p *Poller) SetInterval(d time.Duration) {
	p.interval.Store(int64(orDefault(d, 90*time.Second)))
}

// Result is what a poll did.
type Result struct {
	Full        bool `json:"full"`        // everything was listed, not only what is new
	Folders     int  `json:"folders"`     // polled
	Listed      int  `json:"listed"`      // UIDs shown by the server
	Taken       int  `json:"taken"`       // mails taken by Intake
	Quarantined int  `json:"quarantined"` // mails that could not be fetched
}

// Run polls until the context ends, then closes the connection and returns nil. Whatever fails is
// tried again for ever; Status says what and when.
func (p *Poller) Run(ctx context.Context) error {
	defer p.Close()
	for {
		if p.acquire(ctx) != nil {
			return nil
		}
		if !time.Now().Before(p.notBefore) {
			p.poll(ctx, false)
		}
		if p.rest(ctx) != nil {
			return nil
		}
	}
}

// Poll polls once, listing everything. After a rejected 授权码 or a throttled login it does not insist
// but returns that error again until the time of the next try has come: insisting gets accounts banned.
func (p *Poller) Poll(ctx context.Context) (Result, error) {
	defer p.interrupt()()
	if err := p.acquire(ctx); err != nil {
		return Result{}, err
	}
	defer p.release()
	if err := p.mustWait(); err != nil {
		return Result{}, err
	}
	return p.poll(ctx, true)
}

// mustWait returns the error of the last poll while trying again would make things worse.
func (p *Poller) mustWait() error {
	if p.lastErr != nil && faultOf(p.lastErr).patient() && time.Now().Before(p.notBefore) {
		return p.lastErr
	}
	return nil
}

// Close ends the session and gives up half-fetched mails. The Poller can be used again afterwards.
func (p *Poller) Close() {
	<-p.turn
	defer p.release()
	p.hangUp()
	for _, t := range p.troubles {
		t.discard()
	}
}

func (p *Poller) acquire(ctx context.Context) error {
	select {
	case <-p.turn:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (p *Poller) release() { p.turn <- struct{}{} }

// poll is one poll with its bookkeeping. A session that rested since the last poll may have been
// closed by the server meanwhile; that is no failure, and a fresh one is tried at once.
func (p *Poller) poll(ctx context.Context, full bool) (Result, error) {
	p.beginPoll()
	rested := p.session != nil
	res, err := p.attempt(ctx, full)
	if rested && err != nil && res.Taken == 0 && faultOf(err) == FaultUnreachable && ctx.Err() == nil {
		p.stale = true
		res, err = p.attempt(ctx, full)
	}
	p.finish(ctx, res, err)
	return res, err
}

func (p *Poller) attempt(ctx context.Context, full bool) (res Result, err error) {
	if err := p.one("连接邮箱", func() error { return p.connect(ctx) }); err != nil {
		p.hangUp()
		return res, err
	}
	p.thorough, p.began = full, time.Now()
	full = full || p.lastFull.IsZero() || time.Since(p.lastFull) >= p.opts.FullEvery
	err = p.one("收信", func() error { return p.round(ctx, full, &res) })
	if err == nil && full {
		err = p.one("核对邮箱", func() error { return p.audit(ctx, &res) })
	}
	switch {
	case err == nil && full && len(p.missing) == 0: // otherwise the next poll lists everything again
		p.lastFull = p.began
	case err != nil && faultOf(err) != FaultRefused && !errors.Is(err, ErrInvented):
		p.hangUp()
	}
	return res, err
}

// one does a step of a poll: a panic in it costs no more than an error.
func (p *Poller) one(doing string, do func() error) error {
	return p.opts.One(casefile.Digest{}, doing+" "+p.opts.Account, do)
}

func (p *Poller) connect(ctx context.Context) error {
	if p.session != nil && p.certificateDue() {
		p.hangUp()
	}
	if p.session != nil {
		return nil
	}
	gap := p.opts.LoginGap
	if p.stale {
		gap *= 2 // a server that hangs up between polls would otherwise see a login a poll
	}
	if !p.lastLogin.IsZero() {
		at := p.lastLogin.Add(gap)
		if time.Now().Before(at) {
			p.update(func(st *Status) { st.NextTry = at })
		}
		if err := sleep(ctx, time.Until(at)); err != nil {
			return err
		}
	}
	p.lastLogin = time.Now()
	p.countLogin()
	s, err := p.source.Connect(ctx)
	if err != nil {
		return err
	}
	p.session, p.folders, p.connected = s, nil, time.Now()
	p.update(func(st *Status) { st.Certificate = s.CertificateEnds() })
	return nil
}

// CertificateSoon is how long before its end the certificate of a server is reported: providers renew theirs
// later than that, but an office's own server may have nobody who does.
const CertificateSoon = 14 * 24 * time.Hour

// certificateDue reports whether it is time to look, once a day, if the server has another certificate by now: a connection
// may last for weeks, and shows the one with which it began.
func (p *Poller) certificateDue() bool {
	ends := p.session.CertificateEnds()
	return !ends.IsZero() && time.Until(ends) < CertificateSoon && time.Since(p.connected) >= 24*time.Hour
}

func (p *Poller) hangUp() {
	if p.session == nil {
		return
	}
	if err := p.one("断开邮箱", p.session.Close); err != nil {
		p.opts.Log.Debug().Err(err).Str("account", p.opts.Account).Msg("closing the connection")
	}
	p.session = nil
}

// finish decides when to poll next and says so once.
func (p *Poller) finish(ctx context.Context, res Result, err error) {
	switch {
	case err == nil:
		p.failures = 0
	case ctx.Err() != nil: // stopping is no failure
		err = nil
	case res.Taken > 0:
		p.failures = 1
	default:
		p.failures++
	}
	wait := time.Duration(p.interval.Load())
	if err != nil && !errors.Is(err, ErrInvented) { // that server answers, and has new mail as any other
		wait = faultOf(err).backoff(p.failures)
	}
	p.notBefore = time.Now().Add(wait + time.Duration(p.opts.Jitter()*float64(wait)/5))
	p.lastErr, p.fruitful = err, res.Taken > 0
	p.report(res, err)
	if p.opts.Polled != nil {
		p.opts.Polled()
	}
	log := p.opts.Log.With().Str("account", p.opts.Account).Int("taken", res.Taken).Logger()
	switch {
	case err != nil:
		log.Warn().Err(err).Str("fault", string(faultOf(err))).Time("next", p.notBefore.In(civil.Zone)).Msg("poll failed")
	case res.Taken > 0:
		log.Info().Int("listed", res.Listed).Msg("mails taken")
	}
}

// patient reports whether a try too early makes things worse.
func (f Fault) patient() bool { return f == FaultAuth || f == FaultThrottled || f == FaultUnsafe }

// backoff is the wait after the nth failure in a row: one minute, doubled up to sixteen; a quarter of
// an hour at least, up to an hour, where the provider may ban the account (mailbox/PROVIDERS.md#netease-163-126).
func (f Fault) backoff(n int) time.Duration {
	n = max(n, 1)
	if f.patient() {
		return 15 * time.Minute << min(n-1, 2)
	}
	return time.Minute << min(n-1, 4)
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return context.Cause(ctx)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
