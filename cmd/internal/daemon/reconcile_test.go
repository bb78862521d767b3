package daemon

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/offline"
	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/imapsim"
)

// onProvider replaces the provider before the office starts.
func (b *bureau) onProvider(o imapsim.Options) {
	b.t.Helper()
	o.User, o.Password, o.Security = "office@example.test", "secret", imapsim.PlainText
	sim, err := imapsim.New(o)
	if err != nil {
		b.t.Fatal(err)
	}
	b.sim = sim
	b.t.Cleanup(sim.Close)
}

func (b *bureau) reconcile() ask.Reconciliation {
	b.t.Helper()
	r, err := ask.Do(b.t.Context(), b.client, ask.Reconcile, ask.None{})
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

func inbox(t *testing.T, r ask.Reconciliation) ask.FolderAudit {
	t.Helper()
	if len(r.Accounts) != 1 || len(r.Accounts[0].Folders) == 0 || r.Accounts[0].Folders[0].Folder != "INBOX" {
		t.Fatalf("audited %+v", r)
	}
	return r.Accounts[0].Folders[0]
}

func TestReconcile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		for i := range 5 {
			b.deliver(fmt.Sprintf("某人 <a%d@example.test>", i), "政府信息公开申请", "x")
		}
		r := b.reconcile() // which polls: nothing that has come is missing
		f := inbox(t, r)
		if !r.Proved || f.Listed != 5 || len(f.Missing) != 0 || f.Gone != 0 || len(r.Accounts[0].Folders) != 6 {
			t.Fatalf("after five mails: %+v", r)
		}
		// A mail that the server lists and does not hand out is missing until it is given up.
		b.sim.Inject(imapsim.At{Command: "UID FETCH", Kind: imapsim.Fetch}.Do(func(_ imapsim.Event, r *imapsim.Reply) { r.Line, r.Attrs = "", nil }))
		b.deliver("李四 <lisi@example.test>", "政府信息公开申请", "取不下来")
		r = b.reconcile()
		if f = inbox(t, r); r.Proved || len(f.Missing) != 1 {
			t.Fatalf("a mail that does not come: %+v", f)
		}
		uids := b.sim.Messages("INBOX")
		since := f.Missing[0].Since
		if f.Missing[0].UID != uids[5] || since.Sub(b.now()).Abs() > time.Minute {
			t.Errorf("missing %+v, want UID %d since now", f.Missing, uids[5])
		}
		s, err := ask.Do(t.Context(), b.client, ask.Overview, ask.None{})
		if err != nil || !strings.Contains(strings.Join(s.Troubles, ""), "1 封邮件没有收进登记簿") {
			t.Errorf("status: %q, %v", s.Troubles, err)
		}
		r = b.reconcile()
		f = inbox(t, r)
		if !r.Proved || len(f.Quarantined) != 1 || f.Quarantined[0].UID != uids[5] {
			t.Errorf("given up, it is in quarantine and listed apart: %+v", f)
		}
		// Mails that go are told and change nothing.
		b.sim.Heal()
		b.sim.Remove("INBOX", uids[0])
		b.sim.Move("INBOX", uids[1], "已删除")
		r = b.reconcile()
		if f = inbox(t, r); !r.Proved || f.Gone != 2 || f.Window || f.GoneFrom == nil {
			t.Errorf("after two went: %+v", f)
		}
		if n := len(b.list(ask.ListQuery{})); n != 5 {
			t.Errorf("%d cases, want 5", n)
		}
		if m := b.sim.Mutations(); len(m) != 0 {
			t.Errorf("the mailbox was changed: %v", m)
		}
	})
}

// The daemon audits by itself, and needs no login for it.
func TestHourlyAudit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		b.sleepUntil("2026-03-03")
		a, ok := b.daemon.Intake.Pollers[0].LastAudit()
		if !ok || time.Since(a.At) > time.Hour+20*time.Minute {
			t.Fatalf("the last audit was at %v, %v", a.At, ok)
		}
		if n := b.sim.Counts().Logins; n != 1 {
			t.Errorf("%d logins, want 1: an audit needs none", n)
		}
	})
}

func TestReconcileUnreachable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		b.sim.SetPassword("changed")
		b.sim.Disconnect(imapsim.EOF)
		time.Sleep(30 * time.Minute)
		logins := b.sim.Counts().LoginAttempts
		r := b.reconcile()
		if r.Proved || r.Accounts[0].Error == "" || !strings.Contains(r.Accounts[0].Hint, "授权码") {
			t.Errorf("with a refused password: %+v", r)
		}
		if n := b.sim.Counts().LoginAttempts; n != logins {
			t.Errorf("%d logins more: it must not insist", n-logins)
		}
	})
}

// mailbox/FAULTS.md, item 29: under 收取最近30天邮件 mails vanish every day, and after forty days without polling
// ten days are hidden for good. The cases stay, and both are told.
func TestThirtyDayWindow(t *testing.T) {
	for _, tt := range []struct {
		name   string
		window int
		gap    bool
	}{{"30 days", 30, true}, {"all mail", 0, false}} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(civil.MustParse("2026-01-05").Start())) // the provider counts by the bubble's clock
				b := newBureau(t, "2026-01-05")
				b.onProvider(imapsim.Options{WindowDays: tt.window})
				for i := range 6 {
					b.deliver(fmt.Sprintf("某人 <a%d@example.test>", i), "政府信息公开申请", "x")
				}
				if res, err := offline.Poll(t.Context(), b.options().Options); err != nil || res.Taken != 6 {
					t.Fatalf("before: %+v, %v", res, err)
				}
				for i := range 40 { // nobody polls
					time.Sleep(24 * time.Hour)
					b.deliver(fmt.Sprintf("某人 <b%d@example.test>", i), "政府信息公开申请", "x")
				}
				b.start()
				synctest.Wait()
				r := b.reconcile()
				f := inbox(t, r)
				s, err := ask.Do(t.Context(), b.client, ask.Overview, ask.None{})
				if err != nil {
					t.Fatal(err)
				}
				warned := strings.Contains(strings.Join(s.Troubles, ""), "收取全部邮件")
				if gap := r.Accounts[0].Gap; (gap != nil) != tt.gap || warned != tt.gap || f.Window != tt.gap {
					t.Errorf("gap %+v, window %v, told %v: want all %v", gap, f.Window, warned, tt.gap)
				}
				if !r.Proved {
					t.Errorf("what the server shows is in the book: %+v", f)
				}
				if got, want := len(b.list(ask.ListQuery{})), 6+40; !tt.gap && got != want || tt.gap && (got >= want || got < 6+28) {
					t.Errorf("%d cases", got)
				}
			})
		})
	}
}

// A mail whose decision failed is decided when somebody asks for it.
func TestRetryDecision(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		raw := compose("张三 <zhangsan@example.test>", "政府信息公开申请", "x")
		unread := mailbox.Fetched{Ref: mailbox.Ref{Account: "office@example.test", Folder: "INBOX", UIDValidity: 1, UID: 7}, Role: mailbox.RoleInbox,
			InternalDate: b.now(), Digest: casefile.DigestOf(raw), Size: int64(len(raw))}
		if err := b.daemon.Intake.Take(t.Context(), []mailbox.Fetched{unread}); err != nil { // its file cannot be read
			t.Fatal(err)
		}
		digest := unread.Digest.String()
		res, err := ask.Do(t.Context(), b.client, ask.Retry, ask.RetryRequest{Mail: digest[:12]})
		if err != nil || len(res.Decided) != 1 || res.Decided[0].Disposition != "parked" {
			t.Fatalf("tried again while the cause lasts: %+v, %v", res, err)
		}
		if err := os.MkdirAll(filepath.Join(b.state, "mail", digest[:1]), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(b.state, "mail", digest[:1], digest+".eml"), raw, 0o600); err != nil {
			t.Fatal(err)
		}
		res, err = ask.Do(t.Context(), b.client, ask.Retry, ask.RetryRequest{Mail: ""})
		if err != nil || len(res.Decided) != 1 || res.Decided[0].Case != "2026-00001" {
			t.Fatalf("tried again: %+v, %v", res, err)
		}
		if n := len(b.mails(casefile.Parked)) + len(b.mails(casefile.Duplicate)); n != 0 {
			t.Errorf("%d entries besides that of the case", n)
		}
		if _, err := ask.Do(t.Context(), b.client, ask.Retry, ask.RetryRequest{Mail: digest}); err == nil {
			t.Error("a mail about which nothing failed was tried again")
		}
		trace, err := ask.Do(t.Context(), b.client, ask.Trace, ask.MailRef{Mail: digest[:8]})
		if err != nil || len(trace.Steps) != 4 || len(trace.Cases) != 1 || !trace.Kept {
			t.Fatalf("trace %+v, %v", trace, err)
		}
		if s := trace.Steps[2]; s.Actor != clerk.String() || s.Taken == nil || s.Taken.Case != "2026-00001" || len(s.Taken.Reasons) == 0 {
			t.Errorf("how it was decided at last: %+v", s)
		}
	})
}

func TestRetryQuarantined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2000-01-03")
		b.sim.Inject(imapsim.At{Command: "UID FETCH", Kind: imapsim.Fetch}.Do(func(_ imapsim.Event, r *imapsim.Reply) { r.Line, r.Attrs = "", nil }))
		b.deliver("张三 <zhangsan@example.test>", "政府信息公开申请", "x")
		for range 3 {
			b.poll()
		}
		q := b.mails(casefile.Quarantined)
		if len(q) != 1 || !q[0].Digest.IsZero() {
			t.Fatalf("quarantined %+v", q)
		}
		b.sim.Heal()
		if b.poll().Taken != 0 {
			t.Fatal("fetched before its time")
		}
		for _, wrong := range []string{"INBOX:1", "垃圾邮件:" + fmt.Sprint(q[0].UID), "INBOX:x"} {
			if _, err := ask.Do(t.Context(), b.client, ask.Retry, ask.RetryRequest{Mail: wrong}); err == nil {
				t.Errorf("%s names no mail that failed", wrong)
			}
		}
		res, err := ask.Do(t.Context(), b.client, ask.Retry, ask.RetryRequest{Mail: fmt.Sprintf("INBOX:%d", q[0].UID)})
		if err != nil || res.Due != 1 || res.Taken != 1 || res.Left != 0 {
			t.Errorf("tried again: %+v, %v", res, err)
		}
		if n := len(b.list(ask.ListQuery{})); n != 1 {
			t.Errorf("%d cases", n)
		}
	})
}

// Who takes a mail out of the register is recorded, on its case or in the register.
func TestSaveMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		raw := compose("张三 <zhangsan@example.test>", "政府信息公开申请", "联系电话 13800000000")
		b.sim.Add("INBOX", raw, b.now())
		b.sim.Add("垃圾邮件", compose("x <x@example.test>", "广告", "x"), b.now())
		b.poll()
		digest := casefile.DigestOf(raw).String()
		save := func(q ask.SaveMailRequest) ([]byte, error) {
			_, content, err := ask.Get(t.Context(), b.client, ask.SaveMail, q)
			if err != nil {
				return nil, err
			}
			defer content.Close()
			return io.ReadAll(content)
		}
		if got, err := save(ask.SaveMailRequest{MailRef: ask.MailRef{Mail: digest}}); err != nil || !bytes.Equal(got, raw) {
			t.Errorf("the mail came as %q, %v", got, err)
		}
		if part, err := save(ask.SaveMailRequest{MailRef: ask.MailRef{Mail: digest}, Part: new(0)}); err != nil || !strings.Contains(string(part), "13800000000") {
			t.Errorf("its text came as %q, %v", part, err)
		}
		if _, err := save(ask.SaveMailRequest{MailRef: ask.MailRef{Mail: digest}, Part: new(7)}); err == nil {
			t.Error("a part that there is not was sent")
		}
		if n := len(texts(b.show("2026-00001"), casefile.KindRevealed)); n != 2 {
			t.Errorf("recorded %d times, want once for each time that it was taken", n)
		}
		parked := b.mails(casefile.Parked)[0].Digest.String()
		if _, err := save(ask.SaveMailRequest{MailRef: ask.MailRef{Mail: parked}}); err != nil {
			t.Fatal(err)
		}
		var actors []string
		err := ask.Each(t.Context(), b.client, ask.Log, ask.LogQuery{}, func(r ask.RecordView) error {
			if r.Kind == casefile.KindRevealed && r.Case == "" {
				actors = append(actors, r.Actor)
			}
			return nil
		})
		if err != nil || len(actors) != 1 || actors[0] != clerk.String() {
			t.Errorf("of the mail on no case: %q, %v", actors, err)
		}
	})
}

// Items 18 to 20: the provider gives the inbox another UIDVALIDITY, then none, then makes it anew with the
// old UIDs. Known mails stay the cases that they are, a new one is a case, and the audit proves it.
func TestUIDValidityOfTheInboxChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		for n := range 20 {
			b.deliver(fmt.Sprintf("张三 <z%d@example.test>", n), "政府信息公开申请", "申请公开")
		}
		b.poll()
		uids := b.sim.Messages("INBOX")
		for _, validity := range []uint64{7, 0, 1 << 40} {
			b.sim.SetUIDValidity("INBOX", validity)
			if r := b.reconcile(); !r.Proved {
				t.Errorf("UIDVALIDITY %d: %+v", validity, inbox(t, r))
			}
			if n := len(b.list(ask.ListQuery{})); n != 20 {
				t.Fatalf("UIDVALIDITY %d: %d cases, want the same 20", validity, n)
			}
		}
		b.sim.Recreate("INBOX", 8)
		b.sim.AddUID("INBOX", uids[0], compose("李四 <lisi@example.test>", "政府信息公开申请", "申请公开"), b.now())
		r := b.reconcile()
		rows := b.list(ask.ListQuery{})
		if !r.Proved || len(rows) != 21 || rows[20].Applicant != "李四" {
			t.Errorf("made anew: %d cases, proved %v", len(rows), r.Proved)
		}
		if d := len(b.mails(casefile.Duplicate)); d != 60 {
			t.Errorf("%d copies in the book, want 20 for each of three changes", d)
		}
	})
}
