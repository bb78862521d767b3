package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office"
	"ysq.internal/ysq/cmd/internal/office/intake"
	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/imapsim"
)

func (b *bureau) poll() ask.PollResult {
	b.t.Helper()
	res, err := ask.Do(b.t.Context(), b.client, ask.Poll, ask.None{})
	if err != nil {
		b.t.Fatal(err)
	}
	return res
}

func (b *bureau) mails(place casefile.Disposition) []ask.MailView {
	b.t.Helper()
	var all []ask.MailView
	err := ask.Each(b.t.Context(), b.client, ask.Mails, ask.MailQuery{Place: place}, func(m ask.MailView) error { all = append(all, m); return nil })
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

// Every mail of the parser's corpus, hostile ones included, ends in a visible place with its bytes
// equal to those that the server had.
func TestNoMailDisappears(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		files, err := filepath.Glob("../../../mailbox/parse/testdata/*.eml")
		if err != nil || len(files) < 50 {
			t.Fatalf("corpus of %d mails, %v", len(files), err)
		}
		sent := make(map[casefile.Digest]string)
		for _, f := range files {
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if len(raw) == 0 {
				continue // no server holds a mail without a byte
			}
			sent[casefile.DigestOf(raw)] = filepath.Base(f)
			b.sim.Add("INBOX", raw, b.now())
		}
		b.poll()
		visible := make(map[casefile.Digest]bool)
		for _, place := range []casefile.Disposition{casefile.ToCase, casefile.ToHistory, casefile.Parked, casefile.Duplicate} {
			for _, m := range b.mails(place) {
				visible[m.Digest] = true
				full, err := ask.Do(t.Context(), b.client, ask.Mail, ask.MailRef{Mail: m.Digest.String()})
				if err != nil || full.Digest != m.Digest {
					t.Errorf("%s: reading it: %v", sent[m.Digest], err)
				}
			}
		}
		for d, name := range sent {
			if !visible[d] {
				t.Errorf("%s has no visible place", name)
			}
			f, err := b.daemon.Store.Open(d)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			info, _ := f.Stat()
			raw := make([]byte, info.Size())
			if _, err := f.ReadAt(raw, 0); err != nil || casefile.DigestOf(raw) != d {
				t.Errorf("%s: its bytes are not those that came: %v", name, err)
			}
			f.Close()
		}
		if again := b.poll(); again.Taken != 0 {
			t.Errorf("a second poll took %d mails again", again.Taken)
		}
	})
}

func TestPlaces(t *testing.T) {
	application := compose("张三 <zhangsan@example.test>", "政府信息公开申请", "申请公开某路改造的批复。")
	for _, tt := range []struct {
		name    string
		deliver func(b *bureau)
		want    map[casefile.Disposition]int
		cases   int
	}{
		{"an application", func(b *bureau) { b.sim.Add("INBOX", application, b.now()) },
			map[casefile.Disposition]int{casefile.ToCase: 1}, 1},
		{"the same bytes twice", func(b *bureau) {
			b.sim.Add("INBOX", application, b.now())
			b.sim.Add("INBOX", application, b.now())
		}, map[casefile.Disposition]int{casefile.ToCase: 1, casefile.Duplicate: 1}, 1},
		{"the same Message-ID with other bytes", func(b *bureau) { // item 46: kept, linked by a suggestion, dropped never
			b.sim.Add("INBOX", application, b.now())
			b.sim.Add("INBOX", append(slices.Clone(application), "补充一页。\r\n"...), b.now())
		}, map[casefile.Disposition]int{casefile.ToCase: 2}, 2},
		{"the same mail in two folders", func(b *bureau) {
			b.sim.Add("INBOX", application, b.now())
			b.sim.Add("广告邮件", application, b.now())
		}, map[casefile.Disposition]int{casefile.ToCase: 1, casefile.Duplicate: 1}, 1},
		{"in the junk folder", func(b *bureau) { b.sim.Add("垃圾邮件", application, b.now()) },
			map[casefile.Disposition]int{casefile.Parked: 1}, 0},
		{"a vacation notice", func(b *bureau) {
			b.sim.Add("INBOX", append([]byte("Auto-Submitted: auto-replied\r\n"), compose("x <x@example.test>", "自动回复：我在休假", "x")...), b.now())
		}, map[casefile.Disposition]int{casefile.Parked: 1}, 0},
		{"sent by the office on no case", func(b *bureau) { b.sim.Add("已发送", compose("office@example.test", "通知", "x"), b.now()) },
			map[casefile.Disposition]int{casefile.Parked: 1}, 0},
		{"a reply to it by its sender", func(b *bureau) {
			b.sim.Add("INBOX", application, b.now())
			b.poll()
			b.deliver("张三 <zhangsan@example.test>", "补充材料 2026-00001", "x")
		}, map[casefile.Disposition]int{casefile.ToCase: 2}, 1},
		{"a stranger with its number", func(b *bureau) {
			b.sim.Add("INBOX", application, b.now())
			b.poll()
			b.deliver("王五 <wangwu@example.test>", "补充材料 2026-00001", "x")
		}, map[casefile.Disposition]int{casefile.ToCase: 2}, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := openBureau(t, "2026-03-02")
				tt.deliver(b)
				b.poll()
				for _, place := range []casefile.Disposition{casefile.ToCase, casefile.ToHistory, casefile.Parked, casefile.Duplicate, casefile.Quarantined} {
					if got := len(b.mails(place)); got != tt.want[place] {
						t.Errorf("%s: %d, want %d", place, got, tt.want[place])
					}
				}
				if got := len(b.list(ask.ListQuery{})); got != tt.cases {
					t.Errorf("%d cases, want %d", got, tt.cases)
				}
			})
		})
	}
}

// Item 44: the clock starts with INTERNALDATE in Asia/Shanghai, to the second of midnight, whatever the
// sender's Date says and in whatever zone the server tells it.
// A mail without an INTERNALDATE that is a date arrived when the topmost Received line says, where that can
// be; the case says so.
func TestArrivalByTheHeader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-04")
		add := func(who, received string) uint32 {
			raw := append([]byte(received+"Received: from a by b; Mon, 5 Jan 2026 08:00:00 +0800\r\n"), compose(who+" <"+who+"@example.test>", "政府信息公开申请 "+who, "x")...)
			return b.sim.Add("INBOX", raw, b.now())
		}
		uids := []uint32{
			add("a", "Received: from mta by mx.example.test (Coremail); Mon, 02 Mar 2026 23:59:58 +0800 (CST)\r\n"),
			add("b", "Received: from mta by mx.example.test; Thu, 01 Jan 1970 00:00:00 +0000\r\n"),
			add("c", "Received: from mta by mx.example.test; Sat, 02 Jan 2099 00:00:00 +0800\r\n"),
		}
		for _, uid := range uids {
			b.sim.Inject(imapsim.At{Kind: imapsim.Fetch, UID: uid}.Do(imapsim.With("INTERNALDATE", "NIL")))
		}
		b.poll()
		rows := b.list(ask.ListQuery{})
		if len(rows) != 3 {
			t.Fatalf("%d cases", len(rows))
		}
		for _, r := range rows {
			want, mark := civil.Of(b.now()), "服务器未给出到达时间，以取信时间为准"
			if strings.HasSuffix(string(r.Subject), "a") {
				want, mark = civil.New(2026, 3, 2), "服务器给出的到达时间不是日期，改取邮件头最上一行 Received 的时间，请核对"
			}
			if got := civil.Of(*r.ArrivedAt); got != want {
				t.Errorf("%s arrived on %v, want %v", r.Subject, got, want)
			}
			if d := b.show(r.Case); len(d.Mails) != 1 || !slices.Contains(d.Mails[0].Reasons, mark) {
				t.Errorf("%s is not marked with %q: %+v", r.Subject, mark, d.Mails)
			}
		}
	})
}

func TestArrivalIsTheServersTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-04")
		shanghai := func(s string) time.Time {
			at, err := time.ParseInLocation(time.DateTime, s, civil.Zone)
			if err != nil {
				t.Fatal(err)
			}
			return at
		}
		tests := []struct {
			date    string // the sender's header
			arrived time.Time
			due     string // twenty working days after the day of arrival
		}{
			{"Mon, 02 Mar 2026 23:59:59 CST", shanghai("2026-03-02 23:59:59"), "2026-03-30"},
			{"Mon, 02 Mar 2026 09:00:00 -0600", shanghai("2026-03-03 00:00:00"), "2026-03-31"},
			{"Thu, 01 Jan 1970 00:00:00 +0000", shanghai("2026-03-02 00:00:00").UTC(), "2026-03-30"},
			{"Thu, 31 Dec 2099 23:59:59 +0800", shanghai("2026-03-01 23:59:59").UTC(), "2026-03-27"},
			{"", shanghai("2026-03-02 23:59:59").In(time.FixedZone("", -6*3600)), "2026-03-30"},
			{"", shanghai("2025-12-31 23:59:59").UTC(), "2026-01-29"},
			{"", shanghai("2026-01-01 00:00:00").UTC(), "2026-01-29"},
			{"yesterday", shanghai("2026-03-03 00:00:00").In(time.FixedZone("", 12*3600)), "2026-03-31"},
		}
		want := map[string]string{}
		for i, tt := range tests {
			raw := compose(fmt.Sprintf("甲 <a%d@example.test>", i), fmt.Sprintf("政府信息公开申请 %d", i), "x")
			if tt.date != "" {
				raw = append([]byte("Date: "+tt.date+"\r\n"), raw...)
			}
			b.sim.Add("INBOX", raw, tt.arrived)
			want[fmt.Sprintf("政府信息公开申请 %d", i)] = tt.due
		}
		b.poll()
		rows := b.list(ask.ListQuery{})
		for _, r := range rows {
			if got, on := r.ReceivedOn, civil.Of(*r.ArrivedAt); civil.Date(got) != on {
				t.Errorf("%s counts as received on %s, arrived on %s", r.Subject, civil.Date(got), on)
			}
			if got := civil.Date(r.DueStrict).String(); got != want[string(r.Subject)] {
				t.Errorf("%s is due on %s, want %s", r.Subject, got, want[string(r.Subject)])
			}
		}
		if len(rows) != len(tests) {
			t.Errorf("%d cases of %d mails", len(rows), len(tests))
		}
	})
}

func TestCasesFrom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBureau(t, "2026-03-02")
		b.config.Intake.CasesFrom = civil.MustParse("2026-03-01")
		b.start()
		b.sim.Add("INBOX", compose("张三 <zhangsan@example.test>", "政府信息公开申请", "旧"), civil.MustParse("2026-03-01").Start().Add(-time.Second))
		b.sim.Add("INBOX", compose("李四 <lisi@example.test>", "政府信息公开申请", "新"), civil.MustParse("2026-03-01").Start())
		b.poll()
		rows, old := b.list(ask.ListQuery{}), b.mails(casefile.ToHistory)
		if len(rows) != 1 || rows[0].Applicant != "李四" || len(old) != 1 {
			t.Fatalf("cases %+v, history %+v", rows, old)
		}
		// A line of the header that names an earlier day makes nothing history: the server took the mail in now.
		b.addStamped("王五", "mx.example.test", "Tue, 10 Feb 2026 09:00:00 +0800", b.now())
		b.poll()
		if rows := b.list(ask.ListQuery{}); len(rows) != 2 || len(b.mails(casefile.ToHistory)) != 1 {
			t.Fatalf("a fresh mail under an old line: %+v", rows)
		}
		// A person may still make a case of it; its clock runs from its own arrival.
		row, err := ask.Do(t.Context(), b.client, ask.OpenMail, ask.MailRef{Mail: old[0].Digest.Short()})
		if err != nil || civil.Date(row.DueStrict).String() != "2026-03-27" || row.Case != "2026-00003" {
			t.Errorf("opened: %+v, %v", row, err)
		}
		if _, err := ask.Do(t.Context(), b.client, ask.OpenMail, ask.MailRef{Mail: old[0].Digest.Short()}); err == nil {
			t.Error("opened twice")
		}
	})
}

// A colleague moves a mail out of the junk folder: it is an application now, with its first arrival.
func TestMovedOutOfJunk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		b.deliver("甲 <jia@example.test>", "申请", "x")
		raw := compose("张三 <zhangsan@example.test>", "政府信息公开申请", "x")
		uid := b.sim.Add("垃圾邮件", raw, b.now())
		b.poll()
		if parked := b.mails(casefile.Parked); len(parked) != 1 || civil.Date(parked[0].DueStrict).String() != "2026-03-30" {
			t.Fatalf("parked: %+v", parked)
		}
		time.Sleep(48 * time.Hour)
		if _, ok := b.sim.Move("垃圾邮件", uid, "INBOX"); !ok {
			t.Fatal("the simulator did not move the mail")
		}
		b.poll()
		rows := b.list(ask.ListQuery{})
		if len(rows) != 2 || len(b.mails(casefile.Parked)) != 0 {
			t.Fatalf("cases %+v", rows)
		}
		if got := civil.Date(rows[1].DueStrict).String(); got != "2026-03-30" {
			t.Errorf("strict due %s, want 2026-03-30", got)
		}
	})
}

// Of several copies the earliest INTERNALDATE is the arrival, whichever is fetched first.
func TestEarliestCopyIsTheArrival(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-04")
		raw := compose("张三 <zhangsan@example.test>", "政府信息公开申请", "x")
		b.sim.Add("INBOX", raw, b.now())
		b.poll()
		b.sim.Add("INBOX", raw, b.now().Add(-48*time.Hour))
		b.poll()
		rows := b.list(ask.ListQuery{})
		if len(rows) != 1 || civil.Date(rows[0].DueStrict).String() != "2026-03-30" {
			t.Errorf("cases %+v", rows)
		}
		// A later copy changes nothing.
		b.sim.Add("INBOX", raw, b.now())
		b.poll()
		d, err := ask.Do(t.Context(), b.client, ask.Show, ask.WholeCase("2026-00001"))
		if err != nil || len(d.Records) != 3 {
			t.Errorf("records %+v, %v", d.Records, err)
		}
	})
}

// A mail that was durable and not yet recorded when the process died is decided at the next start.
func TestCrashBeforeTheCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBureau(t, "2026-03-02")
		b.deliver("张三 <zhangsan@example.test>", "政府信息公开申请", "x")
		f, err := office.Open(b.options().Options)
		if err != nil {
			t.Fatal(err)
		}
		died := errors.New("died")
		p := mailbox.New(intake.NewAccount(f.Config.Mailboxes[0], "", f.Store, f.Dial), f.Store, deadIntake{f.Intake, died}, mailbox.Options{Account: "office@example.test"})
		if _, err := p.Poll(t.Context()); !errors.Is(err, died) {
			t.Fatalf("poll: %v", err)
		}
		p.Close()
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		b.sim.Disconnect(0)
		uids := b.sim.Messages("INBOX")
		b.sim.Remove("INBOX", uids[0]) // even if the server no longer has it
		b.start()
		synctest.Wait()
		if rows := b.list(ask.ListQuery{}); len(rows) != 1 || rows[0].Applicant != "张三" {
			t.Errorf("after the restart: %+v", rows)
		}
	})
}

// deadIntake is an intake in a process that dies as it is about to commit.
type deadIntake struct {
	*intake.Room
	err error
}

func (d deadIntake) Take(context.Context, []mailbox.Fetched) error { return d.err }

// A batch of which one mail cannot be recorded costs that mail, not the others.
func TestOneBadMailCostsItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		b.deliver("张三 <zhangsan@example.test>", "政府信息公开申请", "x")
		b.poll()
		known := b.mails(casefile.ToCase)[0].Digest
		unread := mailbox.Fetched{Ref: mailbox.Ref{Account: "office@example.test", Folder: "INBOX", UIDValidity: 1, UID: 7}, Digest: casefile.DigestOf([]byte("gone")), Size: 4}
		b.lost = unread.Digest.String()
		copied := mailbox.Fetched{Ref: mailbox.Ref{Account: "office@example.test", Folder: "INBOX", UIDValidity: 1, UID: 8}, Digest: known, Size: 4}
		if err := b.daemon.Intake.Take(t.Context(), []mailbox.Fetched{unread, copied}); err != nil {
			t.Fatal(err)
		}
		parked := b.mails(casefile.Parked)
		if len(parked) != 1 || !strings.Contains(strings.Join(parked[0].Reasons, ""), "邮件原文") || len(b.mails(casefile.Duplicate)) != 1 {
			t.Errorf("parked %+v", parked)
		}
	})
}

func TestQuarantine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		ref := mailbox.Ref{Account: "office@example.test", Folder: "INBOX", UIDValidity: 1, UID: 9}
		if err := b.daemon.Intake.Quarantine(t.Context(), mailbox.Trouble{Ref: ref, Reason: mailbox.ReasonEmpty, Detail: "服务器给出空邮件", Tries: 3, Next: time.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		owed := func() int {
			uids, err := b.daemon.Intake.Owed(t.Context(), ref.Account, ref.Folder, 1, []uint32{9})
			if err != nil {
				t.Fatal(err)
			}
			return len(uids)
		}
		if owed() != 0 {
			t.Error("owed at once")
		}
		if q := b.mails(casefile.Quarantined); len(q) != 1 || q[0].Reasons[0] != "服务器给出空邮件" {
			t.Errorf("quarantined %+v", q)
		}
		time.Sleep(2 * time.Hour)
		if owed() != 1 {
			t.Error("not owed when its time has come")
		}
	})
}

// The head of the register is what a second reading of it gives: nothing depends on the process.
func TestRecordsNameTheirActors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		b.deliver("张三 <zhangsan@example.test>", "政府信息公开申请", "x")
		b.poll()
		b.record("2026-00001", casefile.Noted{Text: "x"})
		var actors []string
		b.daemon.Reg.View(func(tx *register.Tx) error {
			for r, err := range tx.Records(1) {
				if err != nil {
					return err
				}
				actors = append(actors, r.Actor)
			}
			return nil
		})
		if got := strings.Join(actors, " "); got != "mailbox mailbox 李四(4000001000)" {
			t.Errorf("actors: %s", got)
		}
	})
}
