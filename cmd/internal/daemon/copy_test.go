package daemon

import (
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
