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

func (b *bureau) addStamped(who, by, stamp string, arrived time.Time) {
	raw := append([]byte("Received: from mta by "+by+" (Coremail) with SMTP id q1; "+stamp+"\r\n"), compose(who+" <"+who+"@example.test>", "政府信息公开申请 "+who, "申请公开预算")...)
	b.sim.Add("INBOX", raw, arrived)
}

// A mailbox that was moved or collected stamps old mail with the day of the move. The topmost Received line
// moves the strict clock, and nothing else; where it is far off, a person settles the day.
func TestArrivalBeforeInternalDate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-12-01")
		for who, stamp := range map[string]string{
			"earlier": "Mon, 16 Nov 2026 09:15:03 +0800", "fresh": "Tue, 01 Dec 2026 08:59:30 +0800", "far": "Fri, 30 Oct 2026 09:15:03 +0800",
			"ancient": "Thu, 01 Jan 1998 00:00:00 +0800", "future": "Wed, 02 Dec 2026 00:00:00 +0800",
		} {
			b.addStamped(who, "mx.old.example.test", stamp, b.now())
		}
		b.poll()
		rows := b.list(ask.ListQuery{})
		if len(rows) != 5 {
			t.Fatalf("%d cases", len(rows))
		}
		for _, r := range rows {
			who := strings.TrimPrefix(string(r.Subject), "政府信息公开申请 ")
			want := map[string]string{"earlier": "2026-12-14", "far": "2026-11-27"}[who]
			if want == "" {
				want = "2026-12-29"
			}
			if got := civil.Date(r.DueStrict).String(); got != want || r.Overdue || r.ArrivalDoubted != (who == "far") || !strings.HasPrefix(string(r.Case), "2026-") {
				t.Errorf("%s is due on %s, want %s; %+v", who, got, want, r)
			}
			if on := civil.Of(*r.ArrivedAt); on != civil.Of(b.now()) {
				t.Errorf("%s counts as arrived on %s", who, on)
			}
		}
		due, err := ask.Do(t.Context(), b.client, ask.Due, ask.DueQuery{})
		if err != nil || !slices.ContainsFunc(due, func(i ask.DueItem) bool { return i.Kind == "arrival" && strings.Contains(string(i.Subject), "far") }) {
			t.Errorf("due does not ask for the day of arrival: %+v, %v", due, err)
		}
	})
}

// An INTERNALDATE before 2008 or after tomorrow is no arrival, and no case is numbered by it.
func TestImpossibleArrival(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-12-01")
		b.addStamped("a", "mx.example.test", "Mon, 16 Nov 2026 09:15:03 +0800", time.Unix(0, 0))
		b.addStamped("b", "mx.example.test", "Thu, 01 Jan 1970 00:00:00 +0000", time.Unix(0, 0))
		b.sim.Add("INBOX", compose("c <c@example.test>", "政府信息公开申请 c", "x"), b.now().AddDate(73, 0, 0))
		b.poll()
		got := map[string]string{}
		for _, r := range b.list(ask.ListQuery{}) {
			d := b.show(r.Case)
			if !strings.HasPrefix(string(r.Case), "2026-") || !slices.ContainsFunc(d.Mails[0].Reasons, func(s string) bool { return strings.Contains(s, "不可能") }) {
				t.Errorf("%s: %v", r.Case, d.Mails[0].Reasons)
			}
			got[string(r.Subject)] = civil.Of(*r.ArrivedAt).String()
		}
		if got["政府信息公开申请 a"] != "2026-11-16" || got["政府信息公开申请 b"] != "2026-12-01" || got["政府信息公开申请 c"] != "2026-12-01" {
			t.Errorf("arrivals %v", got)
		}
		if r := b.reconcile(); !r.Proved { // the book knows what the server shows
			t.Errorf("not proved: %+v", r)
		}
	})
}

// A register of before is looked at once: what is found is listed, and no date moves before a person says so.
func TestArrivalsOfAnOldRegister(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-12-01")
		b.addStamped("old", "mx.old.example.test", "Mon, 16 Nov 2026 09:15:03 +0800", b.now())
		b.poll()
		received := b.history("2026-00001")[0].Event.(casefile.Received)
		received.Stamp = casefile.Stamp{} // as an earlier version recorded it
		if _, err := b.daemon.Reg.Append(b.now(), "mailbox", casefile.Draft{Case: "2026-00002", On: civil.Of(b.now()), Event: received}); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second start finds nothing more
			if err := b.daemon.Intake.DoubtArrivals(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		d := b.show("2026-00002")
		if len(d.Records) != 2 || !d.ArrivalDoubted || civil.Date(d.DueStrict).String() != "2026-12-29" || !slices.ContainsFunc(d.Alarms, func(a ask.Alarm) bool { return a.Kind == "arrival" }) {
			t.Errorf("records %+v, due %s, alarms %+v", d.Records, civil.Date(d.DueStrict), d.Alarms)
		}
		b.record("2026-00002", casefile.ArrivalSettled{Arrived: civil.MustParse("2026-11-16"), Reason: "原邮箱查得"})
		if d = b.show("2026-00002"); d.ArrivalDoubted || civil.Date(d.DueStrict).String() != "2026-12-14" {
			t.Errorf("settled: due %s", civil.Date(d.DueStrict))
		}
		if n := len(b.show("2026-00001").Records); n != 1 {
			t.Errorf("a case of this version has %d records", n)
		}
	})
}
