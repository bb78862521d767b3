package mailbox_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/imapsim"
	"ysq.internal/ysq/mailbox/imapsource"
)

// identified is a mail with a Message-ID and a size of its own.
func identified(id string, size int) []byte {
	head := "Message-ID: <" + id + "@example.test>\r\nSubject: " + id + "\r\n\r\n"
	return []byte(head + strings.Repeat("x", max(0, size-len(head))))
}

// holds reports whether the book's entry for the UID is this mail.
func (b *book) holds(folder string, uid uint32, raw []byte) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for ref, f := range b.known {
		if ref.Folder == folder && ref.UID == uid && f.Digest == digestOf(raw) {
			return true
		}
	}
	return false
}

// A UID that comes to mean another mail, as after a restore, is noticed by size, by date and by
// Message-ID; one that is only shown with another date is left alone.
func TestReusedUIDs(t *testing.T) {
	first := identified("first", 500)
	for _, tt := range []struct {
		name   string
		second []byte
		date   time.Time
		other  bool
	}{
		{"another size", identified("second", 501), arrival, true},
		{"another date and Message-ID", identified("other", 500), arrival.Add(time.Second), true},
		{"no Message-ID", []byte(strings.Repeat("y", 500)), arrival.Add(time.Second), true},
		{"another date alone", first, arrival.Add(time.Hour), false},
		{"the same", first, arrival, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t, officeOptions{audits: true})
				uid := o.sim.Add("INBOX", first, arrival)
				o.poll(t)
				before := o.fetches()
				o.sim.Remove("INBOX", uid)
				o.sim.AddUID("INBOX", uid, tt.second, tt.date)
				o.poll(t)
				o.poll(t)
				if got := o.book.holds("INBOX", uid, tt.second); got != true {
					t.Error("the mail that the server shows is not in the book")
				}
				if got := o.fetches() - before; (got > 0) != tt.other || got > 1 {
					t.Errorf("%d bodies were fetched", got)
				}
				if a, ok := o.poller.LastAudit(); !ok || !a.Proved() {
					t.Errorf("not proved: %+v", a)
				}
			})
		})
	}
}

// fetches counts the commands by which bodies were asked for.
func (o *office) fetches() (n int) {
	for _, c := range o.sim.Log() {
		if c.Name == "UID FETCH" && strings.Contains(c.Args, "BODY.PEEK[]") {
			n++
		}
	}
	return n
}

// Nobody who runs the daemon waits longer than an hour for a mail under a known UID, and a number of
// messages that does not add up is looked into at once.
func TestReusedUIDsAreFoundByTheLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, officeOptions{audits: true})
		uid := o.sim.Add("INBOX", identified("first", 500), arrival)
		stop := o.run(t)
		time.Sleep(10 * time.Minute)
		second, third := identified("second", 600), identified("third", 700)
		o.sim.Remove("INBOX", uid)
		o.sim.AddUID("INBOX", uid, second, arrival)
		time.Sleep(65 * time.Minute)
		if !o.book.holds("INBOX", uid, second) {
			t.Error("after an hour the book still has the first mail")
		}
		low := uid - 1
		o.sim.AddUID("INBOX", low, third, arrival)
		time.Sleep(3 * time.Minute)
		if !o.book.holds("INBOX", low, third) {
			t.Error("a mail below the last UID was not found with the next poll")
		}
		stop()
	})
}

// run runs the loop until the function that it returns is called.
func (o *office) run(t *testing.T) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- o.poller.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// GNU imap4d finds nothing from UID n on; what EXISTS says makes everything be listed in the same poll.
func TestBlindSearch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, officeOptions{audits: true, sim: imapsim.Options{BlindSearch: true}})
		o.add("INBOX", 1, 100)
		stop := o.run(t)
		for n := range 5 {
			time.Sleep(2 * time.Minute)
			o.add("INBOX", 2+n, 100)
		}
		time.Sleep(2 * time.Minute)
		o.check(t)
		stop()
	})
}

// A folder whose UIDVALIDITY never stays costs one download; what comes later is found by Message-ID, and
// SELECT ends it.
func TestUnsteadyUIDValidity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, officeOptions{audits: true, sim: imapsim.Options{FlapUIDValidity: true}})
		for n := range 20 {
			raw := identified(fmt.Sprint(n), 300)
			o.sent[digestOf(raw)] = true
			o.sim.Add("INBOX", raw, arrival)
		}
		stop := o.run(t)
		time.Sleep(3 * time.Hour)
		if n := o.book.taken(); n != 20 {
			t.Errorf("%d entries for 20 mails", n)
		}
		raw := identified("new", 300)
		o.sent[digestOf(raw)] = true
		o.sim.Add("INBOX", raw, arrival)
		time.Sleep(65 * time.Minute)
		if n := o.book.taken(); n != 21 {
			t.Errorf("%d entries for 21 mails", n)
		}
		o.check(t)
		if a, ok := o.poller.LastAudit(); ok && a.Proved() {
			t.Error("a folder whose UIDs mean nothing is said to be proved")
		}
		stop()

		o = newOffice(t, officeOptions{audits: true, sim: imapsim.Options{FlapUIDValidity: true}, source: imapsource.Options{Select: true}})
		o.add("INBOX", 1, 100)
		o.poll(t)
		o.poll(t)
		o.check(t)
		if a, ok := o.poller.LastAudit(); !ok || !a.Proved() || len(o.sim.Mutations()) > 0 {
			t.Errorf("with SELECT: %+v, %v", a, o.sim.Mutations())
		}
	})
}

// Exchange gives a notice out in the place of a mail that it cannot convert: it is no mail, and the real
// one is asked for until it comes.
func TestExcuse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, officeOptions{})
		o.add("INBOX", 1, 100)
		raw := identified("real", 5000)
		uid := o.sim.Add("INBOX", raw, arrival)
		excuse := "From: Microsoft Exchange Server 2010 <>\r\nSubject: Retrieval using the IMAP4 protocol failed for the following message: 7\r\n\r\nIt has not been deleted.\r\n"
		o.sim.Inject(imapsim.At{Kind: imapsim.Fetch, UID: uid}.Do(func(_ imapsim.Event, r *imapsim.Reply) {
			for i, a := range r.Attrs {
				switch {
				case strings.HasPrefix(a.Name, "BODY[]"):
					r.Attrs[i].Name, r.Attrs[i].Literal = "BODY[]", []byte(excuse)
				case a.Name == "RFC822.SIZE":
					r.Attrs[i].Value = fmt.Sprint(len(excuse))
				}
			}
		}))
		for range 3 {
			o.poll(t)
		}
		tr, ok := o.book.trouble(uid)
		if !ok || tr.Reason != mailbox.ReasonExcuse || tr.Detail == "" {
			t.Fatalf("trouble %+v", tr)
		}
		o.sim.Heal()
		time.Sleep(time.Until(tr.Next))
		o.poll(t)
		if !o.book.holds("INBOX", uid, raw) || o.book.taken() != 2 {
			t.Errorf("%d mails in the book", o.book.taken())
		}
	})
}

// The model: a mailbox in which mails come, go, move and come back under UIDs that meant others, some of which
// the server does not hand out, and a book. After a poll, whatever the server shows is in the book under its UID
// with its bytes, or said to be missing or in quarantine; and only where nothing is missing is that called proved.
func TestModelOfMailboxAndBook(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) { modelOfMailboxAndBook(t, rt) })
}

func modelOfMailboxAndBook(t *testing.T, rt *rapid.T) {
	o := newOffice(t, officeOptions{audits: true, poller: mailbox.Options{LoginGap: time.Nanosecond, Settle: time.Nanosecond}})
	defer o.sim.Close()
	defer o.poller.Close()
	shown := map[string]map[uint32][]byte{"INBOX": {}, "垃圾邮件": {}}
	folder := rapid.SampledFrom([]string{"INBOX", "垃圾邮件"})
	serial, refused := 0, false
	mail := func() []byte {
		serial++
		return identified(fmt.Sprint("m", serial), rapid.IntRange(100, 103).Draw(rt, "size"))
	}
	when := func() time.Time {
		return arrival.Add(time.Duration(rapid.IntRange(0, 2).Draw(rt, "second")) * time.Second)
	}
	put := func(f string, uid uint32, raw []byte) {
		if _, there := shown[f][uid]; there {
			o.sim.Remove(f, uid)
		}
		o.sim.AddUID(f, uid, raw, when())
		shown[f][uid] = raw
	}
	uids := rapid.Uint32Range(1, 6)
	var gone [][]byte
	for range rapid.IntRange(1, 12).Draw(rt, "steps") {
		f := folder.Draw(rt, "folder")
		switch rapid.IntRange(0, 7).Draw(rt, "step") {
		case 0, 1: // a mail arrives, perhaps under a UID that meant another
			put(f, uids.Draw(rt, "uid"), mail())
		case 2: // one goes
			uid := uids.Draw(rt, "uid")
			if raw, ok := shown[f][uid]; ok {
				o.sim.Remove(f, uid)
				delete(shown[f], uid)
				gone = append(gone, raw)
			}
		case 3: // one comes back, anywhere
			if len(gone) > 0 {
				put(f, uids.Draw(rt, "uid"), gone[rapid.IntRange(0, len(gone)-1).Draw(rt, "which")])
			}
		case 4:
			o.sim.SetUIDValidity(f, uint64(rapid.IntRange(1, 3).Draw(rt, "validity")))
		case 5: // the connection breaks
			o.sim.Disconnect(imapsim.Reset)
		case 6:
			o.mustPoll(rt)
		case 7: // one is shown and not handed out
			o.sim.Inject(imapsim.At{Kind: imapsim.Fetch, UID: uids.Draw(rt, "uid")}.Do(withheld))
			refused = true
		}
	}
	a, err := o.poller.Audit(t.Context())
	if err == nil {
		o.accountedFor(rt, a, shown)
	}
	o.sim.Heal()
	o.mustPoll(rt)
	a, ok := o.poller.LastAudit()
	if !ok || !a.Proved() && !refused { // what was refused is asked for again later
		rt.Fatalf("not proved: %+v", a)
	}
	o.accountedFor(rt, a, shown)
}

// withheld leaves out a body.
func withheld(ev imapsim.Event, r *imapsim.Reply) {
	if slices.ContainsFunc(r.Attrs, func(a imapsim.Attr) bool { return strings.HasPrefix(a.Name, "BODY[]") }) {
		imapsim.Omit(ev, r)
	}
}

// accountedFor demands that each mail that is shown is in the book or said to be lacking, and that nothing is called
// proved of which one is missing.
func (o *office) accountedFor(rt *rapid.T, a mailbox.Audit, shown map[string]map[uint32][]byte) {
	for _, f := range a.Folders {
		for uid, raw := range shown[f.Name] {
			got := o.book.known[mailbox.Ref{Account: "sqgk", Folder: f.Name, UIDValidity: f.UIDValidity, UID: uid}]
			missing := slices.ContainsFunc(f.Missing, func(m mailbox.Missing) bool { return m.UID == uid })
			held := got.Digest == digestOf(raw) || alike(o, got, raw)
			if !held && !missing && !slices.Contains(f.Quarantined, uid) {
				rt.Errorf("%s %d: the book has %s, the server shows %q, and nothing is said", f.Name, uid, got.Digest.Short(), raw[:40])
			}
			if missing && a.Proved() {
				rt.Errorf("%s %d is missing, and that is called proved", f.Name, uid)
			}
		}
	}
}

// alike is the one limit of the proof: another mail of the same size, second and Message-ID.
func alike(o *office, got mailbox.Fetched, raw []byte) bool {
	if got.Digest.IsZero() {
		return false
	}
	had := readMail(o.book.t, o.store, got.Digest)
	return len(had) == len(raw) && messageIDOf(had) == messageIDOf(raw)
}

// mustPoll polls until it went well: connections break.
func (o *office) mustPoll(rt *rapid.T) {
	for range 5 {
		if _, err := o.poller.Poll(rt.Context()); err == nil {
			return
		}
	}
	rt.Fatal("no poll went well")
}
