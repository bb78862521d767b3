package daemon

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// SECURITY.md, “A forged mail”: a stranger who calls himself the office closes no case, whatever he knows of it.
func TestForgedOfficeMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		fileApplication(b)
		b.record("2026-00001", casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "x"}, casefile.Reviewed{},
			casefile.Replied{Outcome: casefile.Disclosed, Basis: "36-2-provide"})
		b.sim.Add("INBOX", webmailed("forged", "答复"), b.now())
		b.poll()
		d := b.show("2026-00001")
		parked := b.mails(casefile.Parked)
		if d.Stage != "replied" || len(texts(d, casefile.KindMessageOut)) != 0 || len(parked) != 1 {
			t.Fatalf("at %s, parked %+v", d.Stage, parked)
		}
		if !slices.ContainsFunc(parked[0].Reasons, func(s string) bool { return strings.Contains(s, "自称本单位") }) || len(parked[0].Suggestions) != 1 {
			t.Errorf("said %q, suggested %+v", parked[0].Reasons, parked[0].Suggestions)
		}
		// The office's own copy to itself, once the letter is seen where it proves something, is no work.
		b.sim.Add("已发送", webmailed("forged", "答复"), b.now())
		b.poll()
		if d := b.show("2026-00001"); len(texts(d, casefile.KindMessageOut)) != 1 {
			t.Errorf("the letter is not on the case: %+v", d.Records)
		}
	})
}

// The finding was: (1) a mail of the applicant, (2) one that calls itself the office's in answer to it, (3) a
// report on (2) set a case that had been served back.
func TestForgedReopening(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := replied(t)
		b.sim.Add("INBOX", webmailed("m", "答复"), b.now())
		b.poll()
		b.sim.Add("INBOX", notice("m", "failed"), b.now())
		b.poll()
		if d := b.show("2026-00001"); d.Stage != "served" || len(texts(d, casefile.KindDeliveryFailed)) != 0 || len(texts(d, casefile.KindMessageOut)) != 0 {
			t.Errorf("at %s: %+v", d.Stage, d.Records)
		}
	})
}

// Two addresses in From, or a Sender in its stead, make nobody a member of a case; and what joins without
// being verified says so, and teaches no address.
func TestForgedFrom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		fileApplication(b)
		add := func(header string) {
			b.sim.Add("INBOX", fmt.Appendf(nil, "Received: from x by mx.office.test; Mon, 2 Mar 2026 09:00:00 +0800\r\n%s\r\nSubject: 2026-00001\r\nMessage-ID: <%s@x.test>\r\n\r\nx", header, casefile.DigestOf([]byte(header)).Short()), b.now())
			b.poll()
		}
		add("From: \"受害人\" <evil@attacker.test>, <zhangsan@example.test>")
		add("Sender: zhangsan@example.test")
		add("From: zhangsan@example.test\r\nFrom: evil@attacker.test")
		d := b.show("2026-00001")
		if d.Messages != 1 || len(d.Addresses) != 1 {
			t.Errorf("%d mails, addresses %q", d.Messages, d.Addresses)
		}
		for _, r := range b.list(ask.ListQuery{}) {
			if d := b.show(r.Case); r.Case != "2026-00001" && len(d.Addresses) != 0 {
				t.Errorf("%s has learned %q", r.Case, d.Addresses)
			}
		}
		add("From: zhangsan@example.test")
		d = b.show("2026-00001")
		if d.Messages != 2 || d.Mails[1].Verified != "unverified" {
			t.Errorf("%d mails: %+v", d.Messages, d.Mails)
		}
	})
}
