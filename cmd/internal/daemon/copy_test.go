package daemon

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
)

// An alias and a forwarding rule bring one mail twice, under other Received lines. It is one application, the
// earliest arrival governs, and one command takes it back.
func TestCopyByAnotherWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-04")
		mail := func(way, text string) []byte {
			return []byte(way + "From: 张三 <zhangsan@example.test>\r\nSubject: 政府信息公开申请\r\nDate: Mon, 2 Mar 2026 08:00:00 +0800\r\nMessage-ID: <one@example.test>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text + "\r\n")
		}
		b.sim.Add("INBOX", mail("Received: from a by b; Wed, 4 Mar 2026 09:00:00 +0800\r\n", "申请公开预算"), b.now())
		b.poll()
		b.sim.Add("INBOX", mail("Received: from c by d; Tue, 3 Mar 2026 09:00:00 +0800\r\nDelivered-To: alias@example.test\r\n", "申请公开预算"), b.now().Add(-24*time.Hour))
		b.sim.Add("INBOX", mail("Received: from e by f; Wed, 4 Mar 2026 09:00:00 +0800\r\n", "申请公开决算"), b.now()) // another mail under the same Message-ID
		b.poll()
		rows := b.list(ask.ListQuery{})
		if len(rows) != 2 || civil.Of(*rows[0].ArrivedAt) != civil.New(2026, 3, 3) || civil.Date(rows[0].DueStrict) != civil.New(2026, 3, 31) {
			t.Fatalf("cases %+v", rows)
		}
		copies := b.mails(casefile.Duplicate)
		if len(copies) != 1 || copies[0].Case != "2026-00001" || copies[0].CopyOf.IsZero() || !strings.Contains(copies[0].Reasons[0], "另一途径") {
			t.Fatalf("copies %+v", copies)
		}
		if b.poll().Taken != 0 {
			t.Error("taken again")
		}
		row, err := ask.Do(t.Context(), b.client, ask.OpenMail, ask.MailRef{Mail: copies[0].Digest.String()})
		if err != nil || row.Case != "2026-00003" {
			t.Fatalf("open: %+v, %v", row, err)
		}
		if first := b.show("2026-00001"); civil.Of(*first.ArrivedAt) != civil.New(2026, 3, 4) || civil.Date(first.DueStrict) != civil.New(2026, 4, 1) {
			t.Errorf("the first arrived on %v, due %s", first.ArrivedAt, civil.Date(first.DueStrict))
		}
		if n := len(b.mails(casefile.Duplicate)); n != 0 {
			t.Errorf("%d copies are left", n)
		}
	})
}

// Copies of a mail that lies outside of cases are one piece of work, with the strict date of the earliest arrival,
// wherever they lie; whatever becomes of the mail, its copies follow, and one command takes a copy out again.
func TestCopiesOutsideOfCases(t *testing.T) {
	mail := func(way, text string) []byte {
		return []byte(way + "Auto-Submitted: auto-replied\r\nFrom: 张三 <zhangsan@example.test>\r\nSubject: 自动回复：政府信息公开申请\r\nDate: Mon, 2 Mar 2026 08:00:00 +0800\r\nMessage-ID: <one@example.test>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text + "\r\n")
	}
	const text = "姓名：张三\r\n联系电话：无\r\n所需信息：申请公开2025年预算"
	later, earlier := mail("Received: from a by b; Wed, 4 Mar 2026 09:00:00 +0800\r\n", text), mail("Received: from c by d; Tue, 3 Mar 2026 09:00:00 +0800\r\nDelivered-To: alias@example.test\r\n", text)
	parked := func(t *testing.T, b *bureau) (ask.MailView, ask.MailView) {
		t.Helper()
		b.sim.Add("INBOX", later, b.now())
		b.poll()
		b.sim.Add("INBOX", earlier, b.now().Add(-24*time.Hour))
		b.sim.Add("INBOX", mail("", "另一封的内容"), b.now()) // another mail under the same Message-ID
		b.poll()
		first, copies := b.mails(casefile.Parked), b.mails(casefile.Duplicate)
		if len(first) != 2 || len(copies) != 1 || copies[0].CopyOf != first[0].Digest || copies[0].Case != "" {
			t.Fatalf("parked %+v\ncopies %+v", first, copies)
		}
		if b.poll().Taken != 0 || !b.reconcile().Proved {
			t.Error("taken again, or not proved")
		}
		return first[0], copies[0]
	}
	opened := func(t *testing.T, b *bureau, d casefile.Digest, arrived, due civil.Date) casefile.ID {
		t.Helper()
		row, err := ask.Do(t.Context(), b.client, ask.OpenMail, ask.MailRef{Mail: d.String()})
		if err != nil {
			t.Fatal(err)
		}
		if c := b.show(row.Case); civil.Of(*c.ArrivedAt) != arrived || civil.Date(c.DueStrict) != due {
			t.Errorf("%s arrived on %v, due %s", row.Case, c.ArrivedAt, civil.Date(c.DueStrict))
		}
		return row.Case
	}
	third, fourth := civil.New(2026, 3, 3), civil.New(2026, 3, 4)
	ofThird, ofFourth := civil.New(2026, 3, 31), civil.New(2026, 4, 1)
	for name, run := range map[string]func(t *testing.T, b *bureau){
		"one piece of work, and one case when it is opened": func(t *testing.T, b *bureau) {
			first, other := parked(t, b)
			if civil.Date(first.DueStrict) != ofThird || !strings.Contains(strings.Join(first.Reasons, ""), other.Digest.Short()) {
				t.Errorf("due on %s: %q", civil.Date(first.DueStrict), first.Reasons)
			}
			items, err := ask.Do(t.Context(), b.client, ask.Due, ask.DueQuery{})
			if err != nil || len(items) == 0 || items[0].Mail != first.Digest || civil.Date(items[0].On) != ofThird {
				t.Errorf("in due %+v, %v", items, err)
			}
			id := opened(t, b, first.Digest, third, ofThird)
			if m, err := ask.Do(t.Context(), b.client, ask.Mail, ask.MailRef{Mail: other.Digest.String()}); err != nil || m.Case != id || m.CopyOf != first.Digest {
				t.Errorf("the copy is %+v, %v", m, err)
			}
			opened(t, b, other.Digest, third, ofThird)
			if c := b.show(id); civil.Of(*c.ArrivedAt) != fourth || civil.Date(c.DueStrict) != ofFourth {
				t.Errorf("without its copy the first arrived on %v, due %s", c.ArrivedAt, civil.Date(c.DueStrict))
			}
		},
		"the copy is taken out": func(t *testing.T, b *bureau) {
			first, other := parked(t, b)
			opened(t, b, other.Digest, third, ofThird)
			if m, err := ask.Do(t.Context(), b.client, ask.Mail, ask.MailRef{Mail: first.Digest.String()}); err != nil || m.Disposition != "parked" || civil.Date(m.DueStrict) != ofFourth {
				t.Errorf("the first is %+v, %v", m, err)
			}
		},
		"one that nobody need look at any more": func(t *testing.T, b *bureau) {
			b.sim.Add("INBOX", later, b.now())
			b.poll()
			if _, err := ask.Do(t.Context(), b.client, ask.SeenMail, ask.SeenRequest{Mails: []string{casefile.DigestOf(later).String()}}); err != nil {
				t.Fatal(err)
			}
			b.sim.Add("INBOX", earlier, b.now())
			b.poll()
			if n, copies := len(b.mails(casefile.Parked)), b.mails(casefile.Duplicate); n != 0 || len(copies) != 1 {
				t.Errorf("%d wait, copies %+v", n, copies)
			}
		},
		"in the junk folder, and another in the inbox": func(t *testing.T, b *bureau) {
			plain := func(way string) []byte {
				return []byte(strings.Replace(string(mail(way, text)), "Auto-Submitted: auto-replied\r\n", "", 1))
			}
			b.sim.Add("垃圾邮件", plain("Received: from c by d; Tue, 3 Mar 2026 09:00:00 +0800\r\n"), b.now().Add(-24*time.Hour))
			b.poll()
			b.sim.Add("垃圾邮件", plain("Received: from e by f; Tue, 3 Mar 2026 10:00:00 +0800\r\n"), b.now())
			b.poll()
			if n, copies := len(b.mails(casefile.Parked)), len(b.mails(casefile.Duplicate)); n != 1 || copies != 1 {
				t.Fatalf("%d wait, %d copies", n, copies)
			}
			b.sim.Add("INBOX", plain("Received: from a by b; Wed, 4 Mar 2026 09:00:00 +0800\r\n"), b.now())
			b.poll()
			rows := b.list(ask.ListQuery{})
			if len(rows) != 1 || civil.Of(*rows[0].ArrivedAt) != third || len(b.mails(casefile.Parked)) != 0 || len(b.mails(casefile.Duplicate)) != 2 {
				t.Errorf("cases %+v, parked %+v, copies %+v", rows, b.mails(casefile.Parked), b.mails(casefile.Duplicate))
			}
		},
		"a copy is taken out of the junk folder": func(t *testing.T, b *bureau) {
			plain := func(way string) []byte {
				return []byte(strings.Replace(string(mail(way, text)), "Auto-Submitted: auto-replied\r\n", "", 1))
			}
			b.sim.Add("垃圾邮件", plain("Received: from c by d; Tue, 3 Mar 2026 09:00:00 +0800\r\n"), b.now())
			b.poll()
			moved := plain("Received: from e by f; Tue, 3 Mar 2026 10:00:00 +0800\r\n")
			uid := b.sim.Add("垃圾邮件", moved, b.now())
			b.poll()
			b.sim.Remove("垃圾邮件", uid)
			b.sim.Add("INBOX", moved, b.now())
			b.poll()
			if rows := b.list(ask.ListQuery{}); len(rows) != 1 || len(b.mails(casefile.Parked)) != 0 || !b.reconcile().Proved {
				t.Errorf("cases %+v, parked %+v", rows, b.mails(casefile.Parked))
			}
		},
		"the original is moved, and parked again": func(t *testing.T, b *bureau) {
			list := func(way string) []byte {
				return []byte("Precedence: bulk\r\n" + way + string(mail("", "本周动态")))
			}
			original := list("Received: from c by d; Tue, 3 Mar 2026 09:00:00 +0800\r\n")
			uid := b.sim.Add("垃圾邮件", original, b.now())
			b.poll()
			b.sim.Add("垃圾邮件", list("Received: from e by f; Tue, 3 Mar 2026 10:00:00 +0800\r\n"), b.now())
			b.poll()
			b.sim.Remove("垃圾邮件", uid)
			b.sim.Add("INBOX", original, b.now())
			b.poll()
			waits, copies := b.mails(casefile.Parked), b.mails(casefile.Duplicate)
			ofIt := func(m ask.MailView) bool { return m.CopyOf == casefile.DigestOf(original) }
			if len(waits) != 1 || waits[0].Digest != casefile.DigestOf(original) || !slices.ContainsFunc(copies, ofIt) {
				t.Errorf("parked %+v, copies %+v", waits, copies)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { run(t, openBureau(t, "2026-03-04")) })
		})
	}
}
