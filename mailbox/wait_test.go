package mailbox_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/imapsim"
)

// running runs the office's Poller until the returned function stops it, which must not take long.
func (o *office) running(t *testing.T) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); o.poller.Run(ctx) }()
	return func() {
		t.Helper()
		began := time.Now()
		cancel()
		<-ended
		if d := time.Since(began); d > 3*time.Second {
			t.Errorf("stopping took %v", d)
		}
	}
}

var idling = officeOptions{sim: imapsim.Options{Idle: true, ID: imapsim.IDOptional}, poller: mailbox.Options{Interval: 10 * time.Minute}}

func TestIdleTellsOfNewMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, idling)
		defer o.running(t)()
		time.Sleep(time.Minute)
		for n := range 20 {
			o.add("INBOX", n, 500)
			time.Sleep(2 * time.Second)
			synctest.Wait()
			if got := o.book.taken(); got != n+1 {
				t.Fatalf("two seconds after mail %d there are %d", n+1, got)
			}
		}
		time.Sleep(24 * time.Hour)
		o.add("INBOX", 99, 500)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		o.check(t)
		if n := o.sim.Counts().Logins; n != 1 {
			t.Errorf("%d logins, want 1", n)
		}
		// No IDLE lasts longer than a poll's interval here; the folder is opened anew after each.
		if idles := len(o.commands("IDLE")); idles < 140 || idles > 300 {
			t.Errorf("IDLE %d times in a day", idles)
		}
	})
}

// What comes between the end of a poll and IDLE is not waited for.
func TestIdleSeesWhatCameJustBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, idling)
		added := false
		o.sim.Inject(imapsim.At{Command: "CAPABILITY", Kind: imapsim.Tagged}.Do(func(imapsim.Event, *imapsim.Reply) {
			if !added {
				added = true
				o.add("INBOX", 1, 500)
			}
		}))
		defer o.running(t)()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		o.check(t)
	})
}

// Nor is what comes while the mailbox is held against the book, after the listing from which mails
// were fetched: it is taken at once, and nobody is alarmed by it.
func TestIdleSeesWhatCameDuringTheAudit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, officeOptions{sim: idling.sim, poller: idling.poller, audits: true})
		listings := 0
		o.sim.Inject(imapsim.At{Command: "EXAMINE", Kind: imapsim.Tagged}.Do(func(e imapsim.Event, _ *imapsim.Reply) {
			if !strings.Contains(e.Args, "INBOX") {
				return
			}
			listings++
			if listings > 1 && listings < 10 { // a burst, as long as the first poll and its audit last
				o.add("INBOX", listings, 500)
			}
		}))
		defer o.running(t)()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if listings < 10 {
			t.Fatalf("the inbox was opened %d times", listings)
		}
		o.check(t)
		if a, ok := o.poller.LastAudit(); !ok || !a.Proved() {
			t.Errorf("the last audit is %+v", a)
		}
	})
}

// A person's poll need not wait for the end of IDLE.
func TestPollDuringIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, idling)
		defer o.running(t)()
		time.Sleep(time.Minute)
		for range 5 {
			began := time.Now()
			o.poll(t)
			if d := time.Since(began); d > time.Second {
				t.Errorf("a poll took %v", d)
			}
			time.Sleep(10 * time.Second)
		}
		o.add("INBOX", 1, 500)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		o.check(t)
	})
}

// Whatever a server does with IDLE, mails come by polling, logins stay few, and stopping is quick.
func TestIdleTrouble(t *testing.T) {
	for name, fault := range map[string]imapsim.Fault{
		"refuses it":                 imapsim.At{Command: "IDLE"}.Do(func(_ imapsim.Event, r *imapsim.Reply) { r.Line = "NO IDLE refused" }),
		"never says yes":             imapsim.At{Command: "IDLE", Kind: imapsim.Continuation}.Do(imapsim.StopAt(0, imapsim.Silence)),
		"hangs up on it":             imapsim.At{Command: "IDLE", Kind: imapsim.Continuation}.Do(imapsim.StopAt(imapsim.All, imapsim.Reset)),
		"says nothing after DONE":    imapsim.At{Command: "IDLE", Kind: imapsim.Tagged}.Do(imapsim.StopAt(0, imapsim.Silence)),
		"says BYE":                   imapsim.At{Command: "IDLE", Kind: imapsim.Continuation}.Do(imapsim.Bye("Too long")),
		"tells of mail by nonsense":  imapsim.At{Command: "IDLE", Kind: imapsim.Untagged}.Do(func(_ imapsim.Event, r *imapsim.Reply) { r.Line = "* {17} (((" }),
		"tells of mail at once":      imapsim.At{Command: "IDLE", Kind: imapsim.Continuation}.Do(func(_ imapsim.Event, r *imapsim.Reply) { r.Line += "\r\n* 3 EXISTS" }),
		"does not answer CAPABILITY": imapsim.At{Command: "CAPABILITY"}.Do(imapsim.StopAt(0, imapsim.Silence)),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t, idling)
				o.sim.Inject(fault)
				stop := o.running(t)
				for n := range 12 {
					time.Sleep(20 * time.Minute)
					o.add("INBOX", n, 500)
				}
				time.Sleep(30 * time.Minute)
				synctest.Wait()
				o.check(t)
				if n := o.sim.Counts().Logins; n > 12 {
					t.Errorf("%d logins in four hours", n)
				}
				if idles, polls := len(o.commands("IDLE")), len(o.commands("EXAMINE")); idles > 300 || polls > 2500 {
					t.Errorf("IDLE %d times, EXAMINE %d times in four hours", idles, polls)
				}
				stop()
			})
		})
	}
}

// A server that ends each IDLE at once is not asked again without a pause.
func TestIdleEndsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		brief := idling
		brief.sim.IdleBrief = true
		o := newOffice(t, brief)
		defer o.running(t)()
		for n := range 6 {
			time.Sleep(20 * time.Minute)
			o.add("INBOX", n, 500)
		}
		time.Sleep(15 * time.Minute)
		synctest.Wait()
		o.check(t)
		if idles := len(o.commands("IDLE")); idles < 40 || idles > 200 {
			t.Errorf("IDLE %d times in two hours", idles)
		}
	})
}

// Where there is no IDLE, none is tried.
func TestNoIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, officeOptions{})
		stop := o.running(t)
		time.Sleep(3 * time.Hour)
		stop()
		if n := len(o.commands("IDLE")); n > 0 {
			t.Errorf("IDLE %d times on a server that has none", n)
		}
		if n := len(o.commands("CAPABILITY")); n != 1 {
			t.Errorf("asked %d times what the server can, want once a connection", n)
		}
		if args := strings.Join(o.commands("DONE"), ""); args != "" {
			t.Errorf("DONE %q", args)
		}
	})
}
