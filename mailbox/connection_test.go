package mailbox_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/imapsim"
	"ysq.internal/ysq/mailbox/imapsource"
)

// Items 4 and 5: wherever the connection ends, nothing half is taken, and everything once afterwards. Every
// 23rd byte is tried, and with YSQ_REQUIRE_REAL=1 every one.
func TestCutAtEveryByte(t *testing.T) {
	apart := int64(23)
	if os.Getenv("YSQ_REQUIRE_REAL") == "1" {
		apart = 1
	}
	for _, cut := range []struct {
		name       string
		how        imapsim.Stop
		from, step int64
	}{
		{"eof at even bytes", imapsim.EOF, 0, 2 * apart}, {"eof at odd bytes", imapsim.EOF, 1, 2 * apart},
		{"reset", imapsim.Reset, 0, 3 * apart}, {"silence", imapsim.Silence, 0, 5 * apart},
	} {
		t.Run(cut.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t, officeOptions{sim: imapsim.Options{Security: imapsim.PlainText}})
				for n := range 5 {
					o.add("INBOX", n, 40+30*n)
				}
				o.poll(t)
				o.check(t)
				whole := o.sim.Sent(1)
				if whole < 1000 {
					t.Fatalf("the session has %d bytes only", whole)
				}
				failures, cuts := 0, 0
				for n := cut.from; n < whole; n += cut.step {
					o = openOfficeAgain(t, o)
					session := o.sim.Counts().Connections + 1
					o.sim.Inject(imapsim.At{Session: session}.Do(imapsim.CutAfter(n, cut.how)))
					cuts++
					failures += len(o.pollUntilWell(t))
					o.sim.Heal()
					o.check(t)
					if t.Failed() {
						t.Fatalf("after %d of %d bytes", n, whole)
					}
				}
				if failures != cuts {
					t.Errorf("%d polls failed for %d cuts", failures, cuts)
				}
			})
		})
	}
}

// openOfficeAgain is the same office with an empty store and an empty book.
func openOfficeAgain(t testing.TB, o *office) *office {
	t.Helper()
	o.poller.Close()
	for d := range o.sent {
		if err := o.store.Erase(d); err != nil {
			t.Fatal(err)
		}
	}
	b := newBook(t, o.store)
	p := mailbox.New(o.source, o.store, b, o.opts)
	t.Cleanup(p.Close)
	return &office{sim: o.sim, store: o.store, source: o.source, opts: o.opts, book: b, poller: p, sent: o.sent}
}

// Item 1: a server that falls silent is noticed in time, whatever it was asked.
func TestSilence(t *testing.T) {
	for _, command := range []string{"", "LOGIN", "ID", "LIST", "EXAMINE", "UID SEARCH", "UID FETCH", "LOGOUT"} {
		t.Run("after "+command, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t, officeOptions{sim: imapsim.Options{Security: imapsim.ImplicitTLS}})
				o.add("INBOX", 1, 1000)
				at := imapsim.At{Command: command, Times: 1}
				if command == "" {
					at.Kind = imapsim.Greeting
				}
				o.sim.Inject(at.Do(imapsim.StopAt(0, imapsim.Silence)))
				began := time.Now()
				_, err := o.poller.Poll(t.Context())
				if command == "LOGOUT" {
					o.poller.Close()
					if waited := time.Since(began); err != nil || waited > 5*time.Second {
						t.Errorf("leaving took %v, error %v", waited, err)
					}
					return
				}
				faultIs(t, err, mailbox.FaultUnreachable)
				if !errors.Is(err, mailbox.ErrSlow) {
					t.Errorf("told as %v", err)
				}
				if waited := time.Since(began); waited < time.Minute || waited > 61*time.Second {
					t.Errorf("noticed after %v, want the minute of Options.Idle", waited)
				}
				o.pollUntilWell(t)
				o.check(t)
			})
		})
	}
}

// Item 2: a link that died between polls is noticed before the next poll but one is due.
func TestHalfOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, officeOptions{})
		o.poll(t)
		o.sim.Inject(imapsim.At{Session: 1}.Do(imapsim.StopAt(0, imapsim.Silence)))
		o.add("INBOX", 1, 1000)
		began := time.Now()
		o.poll(t) // on a new connection
		if waited := time.Since(began); waited > 3*time.Minute {
			t.Errorf("found the mail after %v, want less than two intervals", waited)
		}
		o.check(t)
	})
}

// A server that hangs up between polls costs a login for each, but no failure and never two a minute.
func TestServerHangsUpBetweenPolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, officeOptions{})
		for range 10 {
			o.poll(t)
			o.sim.Disconnect(imapsim.EOF)
		}
		if got := o.poller.Status(); got.Failures != 0 || got.LastError != "" || got.Logins != 10 {
			t.Errorf("status %+v, want ten logins and no failure", got)
		}
	})
}

// Whoever looks while a poll waits to log in again sees until when; one that is at work names no such time.
func TestPauseBeforeLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, officeOptions{})
		o.poll(t)
		o.sim.Disconnect(imapsim.EOF)
		var polling sync.WaitGroup
		polling.Go(func() { o.poll(t) })
		synctest.Wait()
		if s := o.poller.Status(); s.State != mailbox.StatePolling || !s.NextTry.After(time.Now()) {
			t.Errorf("in the pause: %s, next %v", s.State, s.NextTry)
		}
		o.sim.Inject(imapsim.At{Command: "LOGIN"}.Do(imapsim.Slow(time.Second, 0)))
		time.Sleep(time.Until(o.poller.Status().NextTry))
		synctest.Wait()
		if s := o.poller.Status(); s.State != mailbox.StatePolling || !s.NextTry.IsZero() {
			t.Errorf("at work: %s, next %v", s.State, s.NextTry)
		}
		polling.Wait()
		if s := o.poller.Status(); s.State != mailbox.StateIdle || s.NextTry.IsZero() {
			t.Errorf("afterwards: %s, next %v", s.State, s.NextTry)
		}
	})
}

// certified is a source whose server has a certificate that is renewed.
type certified struct {
	mailbox.Source
	ends *atomic.Pointer[time.Time]
}

type certifiedSession struct {
	mailbox.Session
	ends time.Time
}

func (c certified) Connect(ctx context.Context) (mailbox.Session, error) {
	s, err := c.Source.Connect(ctx)
	return certifiedSession{s, *c.ends.Load()}, err
}

func (c certifiedSession) CertificateEnds() time.Time { return c.ends }

// A certificate that was renewed is seen at the next login, which comes within a day when the old one ends soon, although the
// connection lasts; nobody logs in again for one that does not.
func TestRenewedCertificate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ends atomic.Pointer[time.Time]
		renew := func(d time.Duration) time.Time {
			at := time.Now().Add(d)
			ends.Store(&at)
			return at
		}
		first := renew(16 * 24 * time.Hour)
		o := newOffice(t, officeOptions{sim: imapsim.Options{Security: imapsim.PlainText}, poller: mailbox.Options{Interval: time.Hour},
			wrap: func(s mailbox.Source) mailbox.Source { return certified{s, &ends} }})
		pass := running(t, o)
		pass(36 * time.Hour)
		if s := o.poller.Status(); !s.Certificate.Equal(first) || s.Logins != 1 {
			t.Errorf("until %v after %d logins, want %v after one", s.Certificate, s.Logins, first)
		}
		pass(36 * time.Hour)
		second := renew(90 * 24 * time.Hour)
		pass(26 * time.Hour)
		if s := o.poller.Status(); !s.Certificate.Equal(second) || s.Logins > 4 {
			t.Errorf("until %v after %d logins, want %v", s.Certificate, s.Logins, second)
		}
	})
}

// Item 3: no certificate that does not verify, no old TLS, no falling back to clear text.
func TestTLSRefused(t *testing.T) {
	tests := map[string]struct {
		sim  imapsim.Options
		want imapsource.Security
	}{
		"expired":                 {imapsim.Options{Security: imapsim.ImplicitTLS, Certificate: imapsim.Expired}, imapsource.TLS},
		"other host":              {imapsim.Options{Security: imapsim.ImplicitTLS, Certificate: imapsim.WrongHost}, imapsource.TLS},
		"unknown authority":       {imapsim.Options{Security: imapsim.ImplicitTLS, Certificate: imapsim.Untrusted}, imapsource.TLS},
		"starttls, untrusted":     {imapsim.Options{Security: imapsim.StartTLS, Certificate: imapsim.Untrusted}, imapsource.StartTLS},
		"starttls is not offered": {imapsim.Options{Security: imapsim.PlainText}, imapsource.StartTLS},
		"clear text on the port":  {imapsim.Options{Security: imapsim.PlainText}, imapsource.TLS},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, officeOptions{sim: test.sim, source: imapsource.Options{Security: test.want}})
			_, err := o.poller.Poll(t.Context())
			faultIs(t, err, mailbox.FaultTLS)
			if got := o.sim.Counts().LoginAttempts; got != 0 {
				t.Errorf("%d logins were tried", got)
			}
			if s := o.poller.Status(); s.Fault != mailbox.FaultTLS || !strings.Contains(s.Label, "证书") || s.Hint == "" {
				t.Errorf("status %+v does not tell", s)
			}
		})
	}
}

// Clear text that was slipped in behind the answer to STARTTLS is not taken for the server's.
func TestStartTLSInjection(t *testing.T) {
	o := newOffice(t, officeOptions{})
	o.sim.Inject(imapsim.At{Command: "STARTTLS", Kind: imapsim.Tagged}.Do(func(_ imapsim.Event, r *imapsim.Reply) {
		r.After = append(r.After, "* BYE Unsafe Login")
	}))
	_, err := o.poller.Poll(t.Context())
	faultIs(t, err, mailbox.FaultTLS)
}

// Item 7: ID is sent once more, once, and the diagnosis is not the password.
func TestUnsafeLogin(t *testing.T) {
	for _, say := range []string{imapsim.UnsafeSelect, imapsim.UnsafeExamine} {
		o := newOffice(t, officeOptions{})
		o.add("INBOX", 1, 100)
		o.sim.Inject(imapsim.At{Command: "EXAMINE", Kind: imapsim.Tagged, Times: 1}.Do(imapsim.Say(say)))
		o.poll(t)
		o.check(t)
		if got := len(o.commands("ID")); got != 2 {
			t.Errorf("ID was sent %d times, want twice", got)
		}
	}
	for name, fault := range map[string]imapsim.Fault{"no": imapsim.Say(imapsim.UnsafeSelect), "bye": imapsim.Bye(imapsim.UnsafeBye)} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, officeOptions{})
			o.sim.Inject(imapsim.At{Command: "EXAMINE", Kind: imapsim.Tagged}.Do(fault))
			_, err := o.poller.Poll(t.Context())
			e := faultIs(t, err, mailbox.FaultUnsafe)
			if s := o.poller.Status(); !strings.Contains(e.Said, "Unsafe Login") || !strings.Contains(s.Hint, "不是密码错误") {
				t.Errorf("said %q, hint %q", e.Said, s.Hint)
			}
			if got := len(o.commands("EXAMINE")); got > 2 {
				t.Errorf("EXAMINE was tried %d times", got)
			}
		})
	}
}

// Item 8: ID between LOGIN and the first EXAMINE on every connection.
func TestIDOnEveryConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, officeOptions{})
		for range 3 {
			o.poll(t)
			o.sim.Disconnect(imapsim.Reset)
		}
		first := map[int][]string{}
		for _, c := range o.sim.Log() {
			if c.Name != "STARTTLS" && len(first[c.Session]) < 4 {
				first[c.Session] = append(first[c.Session], c.Name)
			}
		}
		if len(first) != 3 {
			t.Fatalf("%d connections, want 3", len(first))
		}
		for session, got := range first {
			if fmt.Sprint(got) != "[LOGIN ID LIST EXAMINE]" {
				t.Errorf("connection %d begins with %v", session, got)
			}
		}
	})
}

// Items 9 and 10: whatever a server says to ID, mail comes in.
func TestIDAnswers(t *testing.T) {
	for name, manner := range map[string]imapsim.IDManner{"unsupported": imapsim.IDUnsupported, "nil": imapsim.IDNil, "optional": imapsim.IDOptional} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, officeOptions{sim: imapsim.Options{ID: manner}})
			o.add("INBOX", 1, 100)
			o.poll(t)
			o.check(t)
		})
	}
	t.Run("nil value", func(t *testing.T) {
		o := newOffice(t, officeOptions{})
		o.sim.Inject(imapsim.At{Command: "ID", Kind: imapsim.Untagged}.Do(imapsim.Say(`* ID ("name" "Coremail Imap" "vendor" NIL)`)))
		o.add("INBOX", 1, 100)
		o.poll(t)
		o.check(t)
	})
}

// Items 11, 12 and 13: what the server said, and what it means.
func TestRefusals(t *testing.T) {
	login := imapsim.At{Command: "LOGIN", Kind: imapsim.Tagged}
	tests := map[string]struct {
		fault imapsim.Fault
		want  mailbox.Fault
		said  string
	}{
		"wrong code":           {login.Do(imapsim.Say(imapsim.LoginRefused)), mailbox.FaultAuth, "LOGIN Login error or password error"},
		"expired code":         {login.Do(imapsim.Say("NO [EXPIRED] renew it")), mailbox.FaultAuth, "renew it"},
		"server is busy":       {login.Do(imapsim.Say("NO [UNAVAILABLE] later")), mailbox.FaultThrottled, "later"},
		"too many at once":     {imapsim.At{Kind: imapsim.Greeting}.Do(imapsim.Bye("Too many connections")), mailbox.FaultThrottled, "Too many connections"},
		"bye at login":         {login.Do(imapsim.Bye("System maintenance")), mailbox.FaultUnreachable, "System maintenance"},
		"bye in the middle":    {imapsim.At{Command: "UID SEARCH"}.Do(imapsim.Bye("Autologout; idle for too long")), mailbox.FaultUnreachable, "Autologout; idle for too long"},
		"login is not a thing": {login.Do(imapsim.Say("BAD Parse command error")), mailbox.FaultProtocol, "Parse command error"},
		"no imap at all":       {imapsim.At{Kind: imapsim.Greeting}.Do(imapsim.Say("220 smtp.example.test ESMTP")), mailbox.FaultProtocol, "220 smtp.example.test ESMTP"},
		"inbox is refused":     {imapsim.At{Command: "EXAMINE", Kind: imapsim.Tagged}.Do(imapsim.Say("NO no such thing")), mailbox.FaultRefused, "no such thing"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, officeOptions{})
			o.sim.Inject(test.fault)
			_, err := o.poller.Poll(t.Context())
			if e := faultIs(t, err, test.want); e.Said != test.said {
				t.Errorf("said %q, want %q", e.Said, test.said)
			}
			if s := o.poller.Status(); s.State != mailbox.StateFailing || s.ServerSays != test.said || s.Label == "" || s.Hint == "" || s.NextTry.IsZero() {
				t.Errorf("status does not tell: %+v", s)
			}
		})
	}
}

// What came to pass is told by what the server said, in its own words: an outage, a full mailbox and a
// server that takes no LOGIN are no wrong code.
func TestRefusalsAreToldApart(t *testing.T) {
	for _, tt := range []struct {
		said         string // after the tag
		fault        mailbox.Fault
		detail       mailbox.Detail
		label, words string
	}{
		{"NO [UNAVAILABLE] Temporary authentication failure. [mx1:2026-12-01]", mailbox.FaultThrottled, mailbox.DetailOutage, "邮件服务器暂时不可用", "Temporary authentication failure. [mx1:2026-12-01]"},
		{"NO system is busy, try again later", mailbox.FaultThrottled, mailbox.DetailOutage, "邮件服务器暂时不可用", "system is busy, try again later"},
		{"NO [OVERQUOTA] too much", mailbox.FaultThrottled, mailbox.DetailQuota, "邮箱容量已满", "too much"},
		{"NO \xb5\xc7\xc2\xbc\xca\xa7\xb0\xdc\xa3\xac\xc7\xeb\xca\xb9\xd3\xc3\xca\xda\xc8\xa8\xc2\xeb\xb5\xc7\xc2\xbc", mailbox.FaultAuth, "", "授权码被邮件服务器拒绝", "登录失败，请使用授权码登录"},
		{"NO Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or system is busy.", mailbox.FaultAuth, "", "授权码被邮件服务器拒绝",
			"Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or system is busy."},
	} {
		t.Run(tt.said, func(t *testing.T) {
			o := newOffice(t, officeOptions{})
			o.sim.Inject(imapsim.At{Command: "LOGIN", Kind: imapsim.Tagged}.Do(imapsim.Say(tt.said)))
			_, err := o.poller.Poll(t.Context())
			e := faultIs(t, err, tt.fault)
			if s := o.poller.Status(); e.Detail != tt.detail || s.Label != tt.label || s.ServerSays != tt.words || s.Hint == "" || strings.Contains(s.Hint, "ysq ") || (s.Do == "") != (tt.detail == mailbox.DetailOutage) {
				t.Errorf("detail %q, label %q, the server says %q", e.Detail, s.Label, s.ServerSays)
			}
		})
	}
}

// A server that has turned LOGIN off is asked with AUTHENTICATE PLAIN, over TLS alone.
func TestLoginIsTurnedOff(t *testing.T) {
	off := imapsim.At{Command: "LOGIN", Kind: imapsim.Tagged}.Do(imapsim.Say("NO [PRIVACYREQUIRED] LOGIN command disabled, use AUTHENTICATE"))
	o := newOffice(t, officeOptions{sim: imapsim.Options{User: "sqgk@example.test", Password: "ABCDEFGHIJKLMNOP"}})
	o.sim.Inject(off, imapsim.At{Kind: imapsim.Continuation}.Do(imapsim.Say("+ go ahead")))
	o.add("INBOX", 1, 100)
	o.poll(t)
	o.check(t)
	if p, err := o.source.Probe(t.Context(), mailbox.ProbeOptions{}); err != nil || !p.LoggedIn {
		t.Errorf("probing: %v", err)
	} else if said := strings.Join(p.Lines, "\n"); strings.Contains(said, "ABCDEFGHIJKLMNOP") || !strings.Contains(said, "AUTHENTICATE PLAIN ***") {
		t.Errorf("the conversation is told as\n%s", said)
	}

	o = newOffice(t, officeOptions{})
	o.sim.Inject(off, imapsim.At{Command: "AUTHENTICATE", Kind: imapsim.Tagged}.Do(imapsim.Say("NO PLAIN login is disabled, too")))
	_, err := o.poller.Poll(t.Context())
	if e := faultIs(t, err, mailbox.FaultAuth); e.Detail != mailbox.DetailLoginOff || e.Said != "PLAIN login is disabled, too" {
		t.Errorf("%+v", e)
	}

	o = newOffice(t, officeOptions{sim: imapsim.Options{Security: imapsim.PlainText}})
	o.sim.Inject(off)
	_, err = o.poller.Poll(t.Context())
	faultIs(t, err, mailbox.FaultAuth)
	for _, c := range o.sim.Log() {
		if c.Name == "AUTHENTICATE" {
			t.Error("a password went out in clear text")
		}
	}
}

// An INTERNALDATE that is none costs its mail the date and nothing else.
func TestDatesThatAreNone(t *testing.T) {
	for _, date := range []string{`"00-Jan-0000 00:00:00 +0000"`, `""`, "NIL", `"yesterday"`} {
		t.Run(date, func(t *testing.T) {
			o := newOffice(t, officeOptions{audits: true})
			o.add("INBOX", 1, 100)
			uid := o.add("INBOX", 2, 100)
			o.add("INBOX", 3, 300_000)
			o.sim.Inject(imapsim.At{Kind: imapsim.Fetch, UID: uid}.Do(imapsim.With("INTERNALDATE", date)))
			o.poll(t)
			o.check(t)
			for ref, m := range o.book.known {
				if m.InternalDate.IsZero() != (ref.UID == uid) {
					t.Errorf("UID %d arrived %v", ref.UID, m.InternalDate)
				}
			}
		})
	}
}

// A folder that cannot be opened is told of and holds up nothing.
func TestRefusedFolder(t *testing.T) {
	o := newOffice(t, officeOptions{})
	o.add("INBOX", 1, 100)
	o.add("广告邮件", 2, 100)
	o.sim.Inject(imapsim.At{Command: "EXAMINE", Kind: imapsim.Tagged, Skip: 1, Times: 1}.Do(imapsim.Say("NO [NOPERM] closed")))
	o.poll(t)
	o.check(t)
	refused := 0
	for _, f := range o.poller.Status().Folders {
		if f.Refused != "" {
			refused++
		}
	}
	if refused != 1 {
		t.Errorf("folders %+v, want one refused", o.poller.Status().Folders)
	}
}

// An inbox that cannot be opened is the error of the poll, names itself, and holds up no other folder. Of a folder that
// is gone nothing is said any more.
func TestRefusedInbox(t *testing.T) {
	o := newOffice(t, officeOptions{})
	o.add("INBOX", 1, 100)
	o.add("广告邮件", 2, 100)
	o.sim.Inject(imapsim.At{Command: "EXAMINE", Kind: imapsim.Tagged, Times: 1}.Do(imapsim.Say("NO [NOPERM] closed")))
	res, err := o.poller.Poll(t.Context())
	if e := faultIs(t, err, mailbox.FaultRefused); res.Taken != 1 || e.Label() != "文件夹 INBOX 打不开" || !strings.Contains(e.Hint(), "folders") {
		t.Errorf("%d mails taken, %s: %s", res.Taken, e.Label(), e.Hint())
	}
	o.sim.Inject(imapsim.At{Command: "LIST", Kind: imapsim.Untagged, Times: 20}.Do(imapsim.Omit))
	o.poll(t)
	o.sim.Heal()
	if f := o.poller.Status().Folders; len(f) != 1 || f[0].Name != "INBOX" || f[0].Refused != "" {
		t.Errorf("folders %+v, want the inbox alone, open", f)
	}
}

// What servers say unasked, and names that are no names, break nothing.
func TestGarbage(t *testing.T) {
	for name, line := range imapsim.Garbage() {
		for _, command := range []string{"LOGIN", "ID", "LIST", "EXAMINE", "UID SEARCH", "UID FETCH"} {
			t.Run(name+" at "+command, func(t *testing.T) {
				o := newOffice(t, officeOptions{sim: imapsim.Options{Security: imapsim.PlainText}})
				o.sim.Inject(imapsim.At{Command: command, Kind: imapsim.Tagged}.Do(imapsim.Precede(line)))
				o.add("INBOX", 1, 100)
				o.poll(t)
				o.check(t)
			})
		}
	}
	for name, list := range map[string]string{
		"gbk": "* LIST () \"/\" \"\xc0\xac\xbb\xf8\"", "ampersand": `* LIST () "/" "A&B"`, "bad base64": `* LIST () "/" "&V4-"`,
		"ascii in base64": `* LIST () "/" "&AGEAYg-"`, "lone surrogate": `* LIST () "/" "&2AA-"`, "null shift": `* LIST () "/" "&V4M-&V4M-"`, "no delimiter": `* LIST () NIL x`,
	} {
		t.Run("list "+name, func(t *testing.T) {
			o := newOffice(t, officeOptions{})
			o.sim.Inject(imapsim.At{Command: "LIST", Kind: imapsim.Untagged, Times: 1}.Do(imapsim.Precede(list)))
			o.add("INBOX", 1, 100)
			o.add("垃圾邮件", 2, 100)
			o.poll(t)
			o.check(t)
		})
	}
}

// Item 6: no bound on the whole, only on silence.
func TestSlowMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, officeOptions{})
		uid := o.add("INBOX", 1, 400_000)
		o.sim.Inject(imapsim.At{Kind: imapsim.Fetch, UID: uid}.Do(imapsim.Slow(time.Second, 1000)))
		began := time.Now()
		done := make(chan error)
		go func() {
			_, err := o.poller.Poll(t.Context())
			done <- err
		}()
		for time.Since(began) < 6*time.Minute {
			time.Sleep(time.Minute)
			if s := o.poller.Status(); s.State != mailbox.StatePolling || time.Since(s.LastProgress) > 70*time.Second {
				t.Errorf("after %v: %s, last progress %v ago", time.Since(began), s.State, time.Since(s.LastProgress))
			}
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		o.check(t)
	})
}

// A large mail over a link that always breaks arrives all the same: each piece stays.
func TestMailOverBreakingLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, officeOptions{})
		uid := o.add("INBOX", 1, 5<<20)
		o.add("INBOX", 2, 100)
		for session := 1; session < 9; session++ {
			o.sim.Inject(imapsim.At{Session: session}.Do(imapsim.CutAfter(900_000, imapsim.Reset)))
		}
		failed := o.pollUntilWell(t)
		o.check(t)
		if len(failed) < 6 {
			t.Errorf("only %d connections broke", len(failed))
		}
		if _, ok := o.book.trouble(uid); ok {
			t.Error("the mail was quarantined although every try brought some of it")
		}
	})
}
