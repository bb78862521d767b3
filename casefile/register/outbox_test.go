package register

import (
	"slices"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

func prepared(id string) casefile.MailPrepared {
	return casefile.MailPrepared{
		Letter: casefile.Letter{MessageID: id, Subject: "答复"}, To: casefile.Address{Mail: "zhangsan@example.test"},
		Way: casefile.OutSMTP, Purpose: casefile.PurposeLetter,
	}
}

// The states follow the records; what a restoration may have lost is unknown, and nothing makes a
// mail that was sent unsent.
func TestOutboxFollowsRecords(t *testing.T) {
	r := opened(t)
	add := func(events ...casefile.Event) (last uint64) {
		t.Helper()
		must(t, r.Update(start, func(tx *Tx) error {
			for _, e := range events {
				records, err := tx.Append("测试(1)", casefile.Draft{On: civil.Of(start), Event: e})
				if err != nil {
					return err
				}
				last = records[0].Seq
			}
			return nil
		}))
		return last
	}
	states := func(seqs ...uint64) (all []string) {
		t.Helper()
		must(t, r.View(func(tx *Tx) error {
			for _, seq := range seqs {
				o, err := tx.Outgoing(seq)
				if err != nil {
					return err
				}
				all = append(all, o.State.String())
			}
			return nil
		}))
		return all
	}
	want := func(what string, got []string, want ...string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	a, b, c, d := add(prepared("a@x")), add(prepared("b@x")), add(prepared("c@x")), add(prepared("d@x"))
	add(casefile.MailTried{Mail: b, Try: 1}, casefile.MailTried{Mail: c, Try: 1})
	add(casefile.MailSettled{Mail: c, State: casefile.OutSent, Code: 250, Said: "Mail OK", Try: 1}, casefile.MailSettled{Mail: d, State: casefile.OutDrafted, Try: 1})
	want("before", states(a, b, c, d), "queued", "sending", "sent", "drafted")
	add(casefile.MailSettled{Mail: c, State: casefile.OutQueued}, casefile.MailSettled{Mail: 999999, State: casefile.OutSent})
	want("nothing unsends", states(c), "sent")
	add(casefile.Restored{Backup: "x", From: 3})
	want("after a lossy restoration", states(a, b, c, d), "unknown", "unknown", "sent", "drafted")
	add(casefile.MailSettled{Mail: b, State: casefile.OutSent, Reason: "在已发送中"})
	want("seen", states(b), "sent")
	must(t, r.View(func(tx *Tx) error {
		if got := tx.OutgoingByMessageID("c@x"); got != c {
			t.Errorf("c@x is %d, want %d", got, c)
		}
		if got := tx.OutgoingByMessageID("nobody@x"); got != 0 {
			t.Errorf("nobody@x is %d", got)
		}
		o, err := tx.Outgoing(c)
		if err != nil || o.Last.Said != "Mail OK" {
			t.Errorf("%+v, %v", o, err)
		}
		if _, ok, err := tx.LastRestored(); !ok || err != nil {
			t.Errorf("the restoration is not found: %v", err)
		}
		all, err := tx.OutgoingSince(start.Add(-time.Hour))
		if err != nil || len(all) != 4 || all[0].Seq != a || all[3].Seq != d {
			t.Errorf("since: %+v, %v", all, err)
		}
		latest := func(before uint64, states ...casefile.OutState) (seqs []uint64) {
			for o, err := range tx.LatestOutgoing(before, states...) {
				must(t, err)
				seqs = append(seqs, o.Seq)
			}
			return seqs
		}
		for _, tt := range []struct {
			got, want []uint64
		}{
			{latest(0, casefile.OutStates()...), []uint64{d, c, b, a}},
			{latest(d, casefile.OutStates()...), []uint64{c, b, a}},
			{latest(b+1, casefile.OutStates()...), []uint64{b, a}},
			{latest(a, casefile.OutStates()...), nil},
			{latest(0, casefile.OutSent, casefile.OutUnknown), []uint64{c, b, a}},
			{latest(0, casefile.OutHeld), nil},
		} {
			if !slices.Equal(tt.got, tt.want) {
				t.Errorf("latest: %v, want %v", tt.got, tt.want)
			}
		}
		return nil
	}))
	if wrong := proven(t, r); len(wrong) > 0 {
		t.Errorf("it does not verify: %v", wrong)
	}
}
