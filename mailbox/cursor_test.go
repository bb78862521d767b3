package mailbox_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/imapsim"
	"ysq.internal/ysq/mailbox/imapsource"
)

// running starts the loop of an office in a synctest bubble and returns how to let time pass.
func running(t *testing.T, o *office) (pass func(time.Duration)) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- o.poller.Run(t.Context()) }()
	t.Cleanup(func() {
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return func(d time.Duration) {
		time.Sleep(d)
		synctest.Wait()
	}
}

// Items 15, 16, 17, 21: new mail is found on a connection that announces nothing and counts nothing,
// and between the hourly listings only what is new is asked for, and fetched once.
func TestNewMailIsFound(t *testing.T) {
	for name, sim := range map[string]imapsim.Options{"163": {}, "stale selection": {StaleSelection: true}, "uidnext": {UIDNext: true}, "talkative": {AnnounceOnNoop: true, Idle: true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t, officeOptions{sim: sim})
				for n, folder := range []string{"INBOX", "已发送", "垃圾邮件", "病毒文件夹", "广告邮件", "订阅邮件"} {
					o.add(folder, 100+n, 200)
				}
				pass := running(t, o)
				pass(time.Minute)
				for n := range 20 {
					o.add("INBOX", n, 200)
					pass(2 * time.Minute)
					if got := o.book.taken(); got != 6+n+1 {
						t.Fatalf("%d mails taken of %d", got, 6+n+1)
					}
				}
				pass(3 * time.Hour)
				o.check(t)
				var all, part int
				for _, args := range o.commands("UID SEARCH") {
					if args == "ALL" {
						all++
					} else if strings.HasPrefix(args, "UID ") && strings.HasSuffix(args, ":*") {
						part++
					} else {
						t.Errorf("UID SEARCH %s", args)
					}
				}
				folders := len(o.poller.Status().Folders)
				if all > 5*folders || part < 20 {
					t.Errorf("%d full and %d partial listings of %d folders in 3 h 40 min", all, part, folders)
				}
				if got := len(o.commands("UID FETCH")); got != 26 {
					t.Errorf("%d fetches for 26 mails", got)
				}
			})
		})
	}
}

// Item 18: UIDVALIDITY may be absent, zero or longer than the standard allows.
func TestUIDValidity(t *testing.T) {
	for name, test := range map[string]struct {
		sim  imapsim.Options
		set  uint64
		want uint64
	}{
		"absent":  {imapsim.Options{OmitUIDValidity: true}, 1, 0},
		"zero":    {imapsim.Options{}, 0, 0},
		"64 bits": {imapsim.Options{}, math.MaxUint32 + 17, math.MaxUint32 + 17},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, officeOptions{sim: test.sim})
			o.sim.SetUIDValidity("INBOX", test.set)
			o.add("INBOX", 1, 100)
			o.poll(t)
			o.poll(t)
			o.check(t)
			for ref := range o.book.known {
				if ref.UIDValidity != test.want {
					t.Errorf("UIDVALIDITY %d, want %d", ref.UIDValidity, test.want)
				}
			}
		})
	}
}

// Items 19 and 20: after a change of UIDVALIDITY everything is listed again under its new name. The
// bytes are the same, so intake sees known digests; mail that is new is new although its UID is not.
func TestUIDValidityChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, officeOptions{})
		pass := running(t, o)
		uid := o.add("INBOX", 1, 100)
		pass(2 * time.Minute)
		o.sim.SetUIDValidity("INBOX", 7)
		pass(2 * time.Minute)
		if got := o.book.taken(); got != 2 || len(o.book.digests) != 1 {
			t.Fatalf("%d UIDs with %d digests, want the same mail under two", got, len(o.book.digests))
		}
		o.sim.Recreate("INBOX", 8)
		raw := mailOf(2, 100)
		o.sim.AddUID("INBOX", uid, raw, arrival)
		pass(2 * time.Minute)
		if got := o.book.taken(); got != 3 || len(o.book.digests) != 2 {
			t.Errorf("%d UIDs with %d digests, want a new mail under an old UID", got, len(o.book.digests))
		}
	})
}

// Items 22 and 23: what a command leaves out without a word is asked for again, alone.
func TestOmittedMail(t *testing.T) {
	for _, times := range []int{1, 2} {
		o := newOffice(t, officeOptions{})
		var uid uint32
		for n := range 5 {
			if u := o.add("INBOX", n, 100); n == 2 {
				uid = u
			}
		}
		o.sim.Inject(imapsim.At{Kind: imapsim.Fetch, UID: uid, Times: times}.Do(imapsim.Omit))
		for range times {
			o.poll(t)
		}
		o.check(t)
		if n := len(o.book.troubles); n != 0 {
			t.Errorf("%d mails quarantined", n)
		}
	}
}

// Item 24: the order in which a server says things, and what it says in between.
func TestOddResponses(t *testing.T) {
	fetch := imapsim.At{Kind: imapsim.Fetch}
	for name, fault := range map[string]imapsim.Fault{
		"uid last":                   fetch.Do(imapsim.UIDLast),
		"flags first":                fetch.Do(imapsim.FlagsFirst),
		"flags first, then uid last": fetch.Do(imapsim.FlagsFirst, imapsim.UIDLast),
		"expunge":                    fetch.Do(imapsim.Precede("* 1 EXPUNGE", "* 4 EXISTS")),
		"twice":                      fetch.Do(imapsim.Twice),
		"flags of others":            fetch.Do(imapsim.Precede(`* 9 FETCH (UID 99 FLAGS (\Seen))`, `* 8 FETCH (FLAGS ())`)),
		"no date":                    fetch.Do(imapsim.Without("INTERNALDATE")),
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, officeOptions{})
			for n := range 5 {
				o.add("INBOX", n, 100+50_000*n)
			}
			o.sim.Inject(fault)
			o.poll(t)
			o.check(t)
			if got := len(o.commands("UID FETCH")); got != 1 {
				t.Errorf("took %d commands, want 1", got)
			}
		})
	}
}

// A body without its UID belongs to nobody; asked for alone it still does, and is set aside.
func TestNoUIDAtAll(t *testing.T) {
	o := newOffice(t, officeOptions{})
	uid := o.add("INBOX", 1, 100)
	o.add("INBOX", 2, 100)
	o.sim.Inject(imapsim.At{Kind: imapsim.Fetch, UID: uid}.Do(imapsim.Without("UID")))
	for range 3 {
		o.poll(t)
	}
	if tr, ok := o.book.trouble(uid); !ok || tr.Reason != mailbox.ReasonMissing || tr.Tries != 3 || o.book.taken() != 1 {
		t.Errorf("trouble %+v %v with %d taken", tr, ok, o.book.taken())
	}
}

// Items 25, 26, 27 (fetched mail), 29: mail that goes away takes nothing with it, and mail that comes
// back below the last UID is found, at the latest by the next listing of everything.
func TestUIDsGoAwayAndComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, officeOptions{})
		pass := running(t, o)
		var uids []uint32
		for n := range 6 {
			uids = append(uids, o.add("INBOX", n, 100))
		}
		pass(2 * time.Minute)
		o.sim.Remove("INBOX", uids[5])
		o.sim.Remove("INBOX", uids[4])
		o.sim.Remove("INBOX", uids[0])
		pass(10 * time.Minute)
		raw := mailOf(100, 100)
		o.sim.AddUID("INBOX", 17, raw, arrival) // the counter ran backwards
		pass(8 * time.Minute)
		if got := o.book.taken(); got != 7 {
			t.Errorf("%d mails taken, want the one below the others, too, within minutes", got)
		}
		for range 6 { // one came and one went: the number adds up
			o.sim.Remove("INBOX", uids[1])
		}
		o.sim.AddUID("INBOX", 16, mailOf(101, 100), arrival)
		pass(61 * time.Minute)
		if got := o.book.taken(); got != 8 {
			t.Errorf("%d mails taken, want 8 within the hour", got)
		}
	})
}

// Item 27: a mail that somebody took away between the listing and the fetch is told of, at once.
func TestVanishedBeforeFetch(t *testing.T) {
	o := newOffice(t, officeOptions{})
	o.add("INBOX", 1, 100)
	uid := o.sim.Add("INBOX", mailOf(2, 100), arrival)
	o.add("INBOX", 3, 100)
	o.sim.Inject(imapsim.At{Command: "UID SEARCH", Kind: imapsim.Tagged, Times: 1}.Do(func(imapsim.Event, *imapsim.Reply) {
		o.sim.Move("INBOX", uid, "已删除")
	}))
	res := o.poll(t)
	o.check(t)
	tr, ok := o.book.trouble(uid)
	if !ok || tr.Reason != mailbox.ReasonVanished || !tr.Next.IsZero() || res.Quarantined != 1 || !strings.Contains(tr.Detail, "移走或删除") {
		t.Errorf("trouble %+v, %v, result %+v", tr, ok, res)
	}
}

// Items 29 and 30: after an outage everything that is visible comes in; what is not visible harms nobody.
func TestWindowOfThirtyDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, officeOptions{sim: imapsim.Options{WindowDays: 30}, poller: mailbox.Options{Interval: time.Hour}})
		add := func(n int) { o.sim.Add("INBOX", mailOf(n, 100), time.Now()) }
		add(1)
		o.poll(t)
		o.sim.Disconnect(imapsim.Reset)
		time.Sleep(40 * 24 * time.Hour)
		add(2)
		pass := running(t, o)
		pass(4 * time.Minute)
		if got := o.book.taken(); got != 2 {
			t.Errorf("%d mails taken, want 2", got)
		}
		pass(40 * 24 * time.Hour)
		if got, n := o.book.taken(), len(o.book.troubles); got != 2 || n != 0 {
			t.Errorf("%d mails taken, %d in trouble", got, n)
		}
	})
}

// Items 34 and 35 and the bodies that servers get wrong: never an empty mail, never a wrong one.
func TestBodies(t *testing.T) {
	const size = 1_300_000 // more than two pieces
	fetch := imapsim.At{Kind: imapsim.Fetch}
	once := imapsim.At{Kind: imapsim.Fetch, Times: 1}
	tests := map[string]struct {
		sim    imapsim.Options
		fault  imapsim.Fault
		polls  int
		reason mailbox.Reason // "": it arrives
	}{
		"nil once":                   {fault: once.Do(imapsim.With("BODY[]", "NIL")), polls: 1},
		"nil":                        {fault: fetch.Do(imapsim.With("BODY[]", "NIL")), polls: 3, reason: mailbox.ReasonEmpty},
		"empty":                      {fault: fetch.Do(imapsim.With("BODY[]", `""`)), polls: 3, reason: mailbox.ReasonEmpty},
		"empty literal":              {fault: fetch.Do(imapsim.With("BODY[]", "{0}\r\n")), polls: 3, reason: mailbox.ReasonEmpty},
		"no body":                    {fault: fetch.Do(imapsim.Without("BODY[]")), polls: 3, reason: mailbox.ReasonEmpty},
		"size too small":             {fault: fetch.Do(imapsim.With("RFC822.SIZE", "7")), polls: 1},
		"size too large":             {fault: fetch.Do(imapsim.With("RFC822.SIZE", "70000000")), polls: 1},
		"size zero":                  {fault: fetch.Do(imapsim.With("RFC822.SIZE", "0")), polls: 1},
		"no size":                    {fault: fetch.Do(imapsim.Without("RFC822.SIZE")), polls: 1},
		"pieces ignored":             {sim: imapsim.Options{IgnorePartial: true}, fault: once.Do(imapsim.Omit), polls: 1},
		"pieces ignored, size wrong": {sim: imapsim.Options{IgnorePartial: true}, fault: fetch.Do(imapsim.With("RFC822.SIZE", "7")), polls: 1},
		"cut in the body":            {fault: once.Do(imapsim.StopInLiteral(900_000, imapsim.EOF)), polls: 2},
		"always cut in the body":     {fault: fetch.Do(imapsim.StopInLiteral(100, imapsim.EOF)), polls: 4, reason: mailbox.ReasonBroken},
		"unreadable answer":          {fault: fetch.Do(imapsim.With("RFC822.SIZE", "many")), polls: 4, reason: mailbox.ReasonBroken},
		"left out with a refusal": {fault: func(ev imapsim.Event, r *imapsim.Reply) {
			if ev.Kind == imapsim.Fetch {
				imapsim.Omit(ev, r)
			} else if ev.Command == "UID FETCH" {
				imapsim.Say("NO [SERVERBUG] some messages could not be fetched")(ev, r)
			}
		}, polls: 3, reason: mailbox.ReasonBroken},
		"refused": {fault: imapsim.At{Command: "UID FETCH", Kind: imapsim.Tagged}.Do(imapsim.Say("NO later")), polls: 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t, officeOptions{sim: test.sim})
				o.add("INBOX", 1, 100)
				uid := o.sim.Add("INBOX", mailOf(2, size), arrival)
				o.add("INBOX", 3, 100)
				o.sim.Inject(func(ev imapsim.Event, r *imapsim.Reply) {
					if ev.UID == uid || ev.Kind == imapsim.Tagged {
						test.fault(ev, r)
					}
				})
				for range test.polls {
					if _, err := o.poller.Poll(t.Context()); err != nil {
						time.Sleep(time.Until(o.poller.Status().NextTry))
					}
				}
				tr, quarantined := o.book.trouble(uid)
				if quarantined != (test.reason != "") || tr.Reason != test.reason {
					t.Errorf("trouble %+v %v, want reason %q", tr, quarantined, test.reason)
				}
				o.sim.Heal()
				if quarantined { // and when its time has come, it is tried again and arrives
					o.poll(t)
					o.check(t)
					time.Sleep(time.Until(tr.Next))
				}
				o.poll(t)
				raw := mailOf(2, size)
				o.sent[digestOf(raw)] = true
				o.check(t)
			})
		})
	}
}

// A mail that ends early once and not at the size that was announced is not taken for whole.
func TestTruncatedByServer(t *testing.T) {
	o := newOffice(t, officeOptions{})
	uid := o.add("INBOX", 1, 700_000)
	o.sim.Inject(
		imapsim.At{Kind: imapsim.Fetch, UID: uid, Times: 1}.Do(imapsim.Omit),
		imapsim.At{Kind: imapsim.Fetch, UID: uid, Skip: 2, Times: 1}.Do(imapsim.With("BODY[]", "NIL")), // the second piece
	)
	for range 2 {
		o.poll(t)
	}
	o.check(t)
}

// A server that refuses SEARCH, or leaves something out of it, is asked for the UIDs directly.
func TestSearchIsNoHelp(t *testing.T) {
	search := imapsim.At{Command: "UID SEARCH", Kind: imapsim.Tagged}
	for name, fault := range map[string]imapsim.Fault{
		"refused":    search.Do(imapsim.Say("BAD unknown")),
		"incomplete": imapsim.At{Command: "UID SEARCH", Kind: imapsim.Untagged}.Do(imapsim.Say("* SEARCH 1392611444")),
		"silent":     imapsim.At{Command: "UID SEARCH", Kind: imapsim.Untagged}.Do(imapsim.Omit),
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, officeOptions{})
			for n := range 4 {
				o.add("INBOX", n, 100)
			}
			o.sim.Inject(fault)
			o.poll(t)
			o.check(t)
			if !slices.Contains(o.commands("UID FETCH"), "1:* (UID)") {
				t.Errorf("asked %q", o.commands("UID FETCH"))
			}
		})
	}
}

// A literal beyond Options.MaxMail is refused before it is read; the others arrive.
func TestMailTooLarge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, officeOptions{source: imapsource.Options{MaxMail: 2 << 20}})
		o.add("INBOX", 1, 100)
		uid := o.sim.Add("INBOX", mailOf(2, 3<<20), arrival)
		o.add("INBOX", 3, 100)
		for range 4 {
			if _, err := o.poller.Poll(t.Context()); err != nil {
				time.Sleep(time.Until(o.poller.Status().NextTry))
			}
		}
		o.check(t)
		if tr, ok := o.book.trouble(uid); !ok || tr.Reason != mailbox.ReasonTooLarge {
			t.Errorf("trouble %+v, %v", tr, ok)
		}
	})
}

// Mails that come while a busy mailbox is audited are not told as lacking: they are fetched, and the
// audit proves in the end that nothing is.
func TestAuditOfABusyMailbox(t *testing.T) {
	var log bytes.Buffer
	o := newOffice(t, officeOptions{audits: true, poller: mailbox.Options{Log: zerolog.New(zerolog.SyncWriter(&log))}})
	n := 0
	o.sim.Inject(imapsim.At{Command: "UID SEARCH", Kind: imapsim.Tagged, Times: 4 * 6}.Do(func(imapsim.Event, *imapsim.Reply) {
		n++
		o.add("INBOX", n, 100) // behind the listing that is just being sent
	}))
	o.poll(t)
	audit, _ := o.poller.LastAudit()
	if !audit.Proved() || n < 10 || strings.Contains(log.String(), "not in the book") {
		t.Errorf("%d mails came; audit %+v\n%s", n, audit, log.String())
	}
	o.check(t)
}

// Item 69: a server that lists mails which it does not have costs a poll a bounded number of commands, and each further poll goes on
// where the one before gave up, until the mails that are there have been found. Neither new mail nor other folders wait for that.
func TestInventedUIDs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, officeOptions{poller: mailbox.Options{Window: 50}})
		var line strings.Builder
		line.WriteString("* SEARCH")
		for uid := range 5_000 {
			fmt.Fprintf(&line, " %d", uid+1)
		}
		o.sim.Inject(imapsim.At{Command: "UID SEARCH", Kind: imapsim.Untagged}.Do(func(_ imapsim.Event, r *imapsim.Reply) {
			if strings.HasPrefix(r.Line, "* SEARCH 600 ") { // of the inbox
				r.Line = line.String()
			}
		}))
		for n, uid := range []uint32{600, 4_000, 5_000} {
			raw := mailOf(n, 100)
			o.sent[digestOf(raw)] = true
			o.sim.AddUID("INBOX", uid, raw, arrival)
		}
		o.add("垃圾邮件", 3, 100)
		for polls := 1; o.book.taken() < len(o.sent); polls++ {
			before := len(o.commands("UID FETCH"))
			_, err := o.poller.Poll(t.Context())
			if e := faultIs(t, err, mailbox.FaultProtocol); !errors.Is(e, mailbox.ErrInvented) || !strings.Contains(e.Hint(), "修复") {
				t.Fatalf("poll %d: %v, %s", polls, e, e.Hint())
			}
			if n := len(o.commands("UID FETCH")) - before; n > 200 || polls > 3 {
				t.Fatalf("poll %d took %d commands, with %d mails of %d", polls, n, o.book.taken(), len(o.sent))
			}
			if n := o.book.taken(); n < 3 || polls == 1 && n > 3 {
				t.Fatalf("after poll %d, %d mails are taken: all but that among the invented ones should be", polls, n)
			}
			if s := o.poller.Status(); s.State != mailbox.StateFailing || s.NextTry.Sub(s.LastPoll) != 90*time.Second || s.Logins != 1 {
				t.Fatalf("after poll %d: %+v", polls, s)
			}
			time.Sleep(time.Until(o.poller.Status().NextTry))
		}
		o.sim.Heal()
		o.pollUntilWell(t)
		o.check(t)
	})
}
