package outbox_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/mailbox/outbox"
	"ysq.internal/ysq/mailbox/smtpsim"
)

// book is a Book in memory. What it was told stays when the program is killed.
type book struct {
	mu    sync.Mutex
	items map[uint64]*outbox.Item
	last  map[uint64]outbox.Outcome
	log   []string
	fail  func(what string) (applied bool, err error) // nil: nothing fails
}

func newBook(n int) *book {
	b := &book{items: map[uint64]*outbox.Item{}, last: map[uint64]outbox.Outcome{}}
	for i := range n {
		id := uint64(i + 1)
		b.items[id] = &outbox.Item{ID: id, State: outbox.Queued, To: fmt.Sprintf("a%d@example.test", id), MessageID: fmt.Sprintf("ysq.%d@example.test", id), Prepared: time.Now()}
	}
	return b
}

func (b *book) Waiting(context.Context) ([]outbox.Item, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []outbox.Item
	for id := range uint64(len(b.items)) {
		if m := b.items[id+1]; m.State == outbox.Queued || m.State == outbox.Sending {
			all = append(all, *m)
		}
	}
	return all, nil
}

func (b *book) raw(id uint64) string {
	return fmt.Sprintf("Message-ID: <ysq.%d@example.test>\r\nSubject: %d\r\n\r\n.dot\r\n%s", id, id, strings.Repeat("x\r\n", 100))
}

func (b *book) Open(_ context.Context, id uint64) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader(b.raw(id))), nil
}

func (b *book) change(what string, do func()) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail != nil {
		if applied, err := b.fail(what); err != nil {
			if applied {
				do()
			}
			return err
		}
	}
	do()
	return nil
}

func (b *book) Begin(_ context.Context, id uint64, try int) error {
	return b.change("begin", func() { b.items[id].State, b.items[id].Tries = outbox.Sending, try })
}

func (b *book) Settle(_ context.Context, id uint64, o outbox.Outcome) error {
	return b.change("settle", func() {
		m := b.items[id]
		m.State, m.Tries, m.Next = o.State, o.Try, o.Next
		b.last[id] = o
		b.log = append(b.log, fmt.Sprintf("%d %s", id, o.State))
	})
}

func (b *book) state(id uint64) outbox.State {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.items[id].State
}

func channel(sim *smtpsim.Server) *outbox.SMTP {
	return &outbox.SMTP{
		Account: func() (outbox.Account, error) {
			return outbox.Account{Host: "smtp.example.test", Port: 25, Security: outbox.None, User: "foi@example.test", Password: "pw"}, nil
		},
		Dial: sim.Dial,
	}
}

// run runs an outbox for a while, as one life of the program.
func run(t testing.TB, sim *smtpsim.Server, b *book, d time.Duration) outbox.Status {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	o := outbox.New(channel(sim), b, outbox.Options{})
	var wg sync.WaitGroup
	wg.Go(func() { o.Run(ctx) })
	time.Sleep(d)
	s := o.Status()
	cancel()
	wg.Wait()
	return s
}

// Every rejection of mailbox/PROVIDERS.md#sending, with its consequence for the mail, for the account, and what is
// recorded.
func TestRejections(t *testing.T) {
	type stage = smtpsim.Stage
	tests := map[string]struct {
		at    stage
		line  string
		state outbox.State // after an hour, the server saying it every time
		fault outbox.Fault
		tries int // most connections within that hour
	}{
		"busy":              {smtpsim.Connect, "421 HL:MEP too many connections", outbox.Queued, outbox.FaultThrottled, 6},
		"reputation":        {smtpsim.Connect, "421 HL:REP 163 smtp7 the IP is sending lots of mails", outbox.Queued, outbox.FaultBlocked, 2},
		"wrong code":        {smtpsim.Auth, "535 Error: authentication failed", outbox.Queued, outbox.FaultAuth, 5},
		"service off":       {smtpsim.Auth, "550 User has no permission", outbox.Queued, outbox.FaultDisabled, 5},
		"banned":            {smtpsim.Auth, "451 too much fail authentication, try later", outbox.Queued, outbox.FaultThrottled, 2},
		"banned for good":   {smtpsim.Auth, "554 smtp auth error limit exceed", outbox.Queued, outbox.FaultThrottled, 2},
		"not the login":     {smtpsim.From, "553 Mail from must equal authorized user", outbox.Queued, outbox.FaultSender, 5},
		"sender put off":    {smtpsim.From, "450 MI:DMC 163 smtp too many mails this session", outbox.Queued, outbox.FaultThrottled, 5},
		"quota of 15 min":   {smtpsim.From, "451 MI:SFQ frequency exceeds", outbox.Queued, outbox.FaultThrottled, 5},
		"no such person":    {smtpsim.To, "550 User not found: a1@example.test", outbox.Failed, outbox.FaultNone, 1},
		"person put off":    {smtpsim.To, "450 RP:DRC too many recipients", outbox.Queued, outbox.FaultNone, 6},
		"spam, put off":     {smtpsim.Dot, "451 DT:SPM 163 smtp, please try again", outbox.Queued, outbox.FaultNone, 6},
		"spam":              {smtpsim.Dot, "554 DT:SPM 163 smtp3, http://mail.163.com/help/help_spam_16.htm", outbox.Held, outbox.FaultNone, 1},
		"spam at DATA":      {smtpsim.Data, "554 DT:SPM", outbox.Held, outbox.FaultNone, 1},
		"header From":       {smtpsim.Dot, "554 DT:SUM Envelope sender and mail header sender mismatch", outbox.Queued, outbox.FaultSender, 5},
		"quota of the day":  {smtpsim.Dot, "554 MI:STC 163 too many mails today", outbox.Held, outbox.FaultQuota, 1},
		"address refused":   {smtpsim.Connect, "554 IP is rejected", outbox.Queued, outbox.FaultBlocked, 2},
		"illegal enclosure": {smtpsim.Dot, "552 Illegal Attachment", outbox.Failed, outbox.FaultNone, 1},
		"too large":         {smtpsim.From, "552 message size exceeds", outbox.Failed, outbox.FaultNone, 1},
		"disk full there":   {smtpsim.Dot, "452 insufficient storage", outbox.Queued, outbox.FaultNone, 6},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := smtpsim.New(smtpsim.Options{User: "foi@example.test", Password: "pw"})
				defer sim.Close()
				sim.Always(tt.at, smtpsim.Answer{Line: tt.line})
				b := newBook(1)
				s := run(t, sim, b, time.Hour)
				if got := b.state(1); got != tt.state || s.Fault != tt.fault {
					t.Errorf("mail %s, way out %q (%s); want %s, %q", got, s.Fault, s.Reason, tt.state, tt.fault)
				}
				if n := sim.Sessions(); n > tt.tries || len(sim.Mails()) != 0 {
					t.Errorf("%d connections, at most %d were right; %d taken", n, tt.tries, len(sim.Mails()))
				}
				if o := b.last[1]; (tt.state != outbox.Queued || tt.fault == outbox.FaultNone) && (o.Reason == "" || fmt.Sprintf("%d %s", o.Code, o.Said) != tt.line) {
					t.Errorf("recorded: %+v", o)
				}
				if tt.state != outbox.Queued {
					return
				}
				sim.Heal() // and once it lets us, the mail goes, once
				run(t, sim, b, 24*time.Hour)
				if n := len(sim.Mails()); n != 1 || b.state(1) != outbox.Sent {
					t.Errorf("after healing: taken %d times, %s", n, b.state(1))
				}
			})
		})
	}
}

func TestSentOnceWithItsReceipt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := smtpsim.New(smtpsim.Options{User: "foi@example.test", Password: "pw"})
		defer sim.Close()
		b := newBook(3)
		run(t, sim, b, time.Hour)
		mails := sim.Mails()
		if len(mails) != 3 || mails[0].To != "a1@example.test" || mails[0].From != "foi@example.test" {
			t.Fatalf("%+v", mails)
		}
		if !bytes.Equal(mails[0].Raw, []byte(b.raw(1))) {
			t.Errorf("the server has\n%q, want\n%q", mails[0].Raw, b.raw(1))
		}
		if o := b.last[1]; o.State != outbox.Sent || o.Code != 250 || !strings.HasPrefix(o.Said, "Mail OK queued as smtp11") {
			t.Errorf("recorded: %+v", o)
		}
	})
}

// A connection that ends after the final dot, a server that says nothing for long: nobody knows, and
// nothing is sent again by itself. The other mails go on.
func TestUnknownIsNotSentAgain(t *testing.T) {
	for name, a := range map[string]smtpsim.Answer{
		"dropped, taken":     {Drop: true},
		"dropped, not taken": {Drop: true, Lost: true},
		"ten minutes":        {Pause: 11 * time.Minute},
		"250 without an end": {Cut: true},
		"450 without an end": {Cut: true, Line: "450 4.7.1 try later, or tomo"},
		"550 without an end": {Cut: true, Line: "550 5.1.1 user unkn"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := smtpsim.New(smtpsim.Options{})
				defer sim.Close()
				sim.Next(smtpsim.Dot, a)
				b := newBook(2)
				run(t, sim, b, 24*time.Hour)
				if b.state(1) != outbox.Unknown || b.state(2) != outbox.Sent {
					t.Errorf("%s, %s; want unknown, sent", b.state(1), b.state(2))
				}
				taken := 0
				for _, m := range sim.Mails() {
					if m.To == "a1@example.test" {
						taken++
					}
				}
				if taken > 1 || (taken == 1) == (a.Lost || a.Line != "") {
					t.Errorf("taken %d times", taken)
				}
			})
		})
	}
}

// A server that falls silent before it has the mail costs a deadline, and the mail is tried again.
func TestSilenceBeforeTheMail(t *testing.T) {
	for _, at := range []smtpsim.Stage{smtpsim.Connect, smtpsim.Hello, smtpsim.Auth, smtpsim.From, smtpsim.To, smtpsim.Data} {
		synctest.Test(t, func(t *testing.T) {
			sim := smtpsim.New(smtpsim.Options{})
			defer sim.Close()
			sim.Next(at, smtpsim.Answer{Pause: time.Hour})
			b := newBook(1)
			run(t, sim, b, 30*time.Minute)
			if n := len(sim.Mails()); n != 1 || b.state(1) != outbox.Sent {
				t.Errorf("silent at %s: taken %d times, %s", at, n, b.state(1))
			}
		})
	}
}

// What is put off again and again ends with a person.
func TestGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := smtpsim.New(smtpsim.Options{})
		defer sim.Close()
		sim.Always(smtpsim.To, smtpsim.Answer{Line: "450 mailbox full"})
		b := newBook(1)
		run(t, sim, b, 7*24*time.Hour)
		if b.state(1) != outbox.Held || sim.Sessions() > 25 {
			t.Errorf("%s after %d tries", b.state(1), sim.Sessions())
		}
	})
}

// Whatever fails when — the server at any stage, the line, the book with or without effect, the program
// killed at any moment — no mail is taken twice, none is called sent that was not taken, and none is
// forgotten: what was not sent says why or is still being tried.
func TestNothingTwiceNothingForgotten(t *testing.T) {
	stages := []smtpsim.Stage{smtpsim.Connect, smtpsim.Hello, smtpsim.Auth, smtpsim.From, smtpsim.To, smtpsim.Data, smtpsim.Dot}
	lines := []string{"421 busy", "450 later", "451 DT:SPM", "550 no such user", "554 DT:SPM", "554 MI:STC", "535 no", "552 too large"}
	for seed := range uint64(300) {
		synctest.Test(t, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 1))
			sim := smtpsim.New(smtpsim.Options{})
			defer sim.Close()
			const n = 5
			b := newBook(n)
			b.fail = func(string) (bool, error) {
				if rnd.IntN(12) == 0 {
					return rnd.IntN(2) == 0, errors.New("disk full")
				}
				return false, nil
			}
			for range 12 {
				a := smtpsim.Answer{Pause: time.Duration(rnd.IntN(3)) * 7 * time.Minute}
				switch rnd.IntN(3) {
				case 0:
					a.Drop, a.Lost = true, rnd.IntN(2) == 0
				case 1:
					a.Line = lines[rnd.IntN(len(lines))]
				}
				sim.Next(stages[rnd.IntN(len(stages))], a)
			}
			for range 4 { // lives of the program, each cut short somewhere
				run(t, sim, b, time.Duration(rnd.IntN(40*60))*time.Second)
			}
			b.fail = nil
			sim.Heal()
			run(t, sim, b, 4*24*time.Hour)
			taken := map[string]int{}
			for _, m := range sim.Mails() {
				taken[m.To]++
			}
			for id := range uint64(n) {
				m := b.items[id+1]
				switch got := taken[m.To]; {
				case got > 1:
					t.Errorf("seed %d: mail %d was taken %d times: %v", seed, m.ID, got, b.log)
				case m.State == outbox.Sent && got != 1, (m.State == outbox.Failed || m.State == outbox.Held) && got != 0:
					t.Errorf("seed %d: mail %d is %s and was taken %d times: %v", seed, m.ID, m.State, got, b.log)
				case m.State == outbox.Queued || m.State == outbox.Sending:
					t.Errorf("seed %d: mail %d is still %s: %v", seed, m.ID, m.State, b.log)
				case m.State != outbox.Sent && b.last[m.ID].Reason == "":
					t.Errorf("seed %d: mail %d is %s and nobody says why", seed, m.ID, m.State)
				}
			}
		})
	}
}
