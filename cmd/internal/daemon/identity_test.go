package daemon

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// Every mail that was taken stands in exactly one place, copies apart, whatever its UID came to mean.
func (b *bureau) eachInOnePlace(taken map[casefile.Digest]string) {
	b.t.Helper()
	places := map[casefile.Digest][]string{}
	for _, d := range []casefile.Disposition{casefile.ToCase, casefile.ToHistory, casefile.Parked, casefile.Quarantined} {
		for _, m := range b.mails(d) {
			places[m.Digest] = append(places[m.Digest], m.Disposition)
		}
	}
	for d, subject := range taken {
		if got := places[d]; len(got) != 1 {
			b.t.Errorf("%s %s stands in %d places: %v", d.Short(), subject, len(got), got)
		}
	}
}

// A parked mail whose UID means another mail after a restore is still there to be decided on, and both
// have their places when the first comes back.
func TestUIDOfAParkedMailIsReused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-04")
		parked := compose("某人 <a@example.test>", "自动回复：收到", "x")
		parked = append([]byte("Auto-Submitted: auto-replied\r\n"), parked...)
		uid := b.sim.Add("INBOX", parked, b.now())
		b.poll()
		first := b.mails(casefile.Parked)
		if len(first) != 1 {
			t.Fatalf("%d mails are parked", len(first))
		}
		second := compose("李某 <b@example.test>", "政府信息公开申请", "y")
		b.sim.Remove("INBOX", uid)
		b.sim.AddUID("INBOX", uid, second, b.now())
		b.poll()
		taken := map[casefile.Digest]string{casefile.DigestOf(parked): "parked", casefile.DigestOf(second): "second"}
		b.eachInOnePlace(taken)
		row, err := ask.Do(t.Context(), b.client, ask.OpenMail, ask.MailRef{Mail: first[0].Digest.String()})
		if err != nil {
			t.Fatal(err)
		}
		b.eachInOnePlace(taken)
		if r := b.reconcile(); !r.Proved {
			t.Errorf("after the first was opened: %+v", r)
		}
		b.sim.Remove("INBOX", uid)
		b.sim.AddUID("INBOX", uid, parked, b.now().Add(time.Hour))
		b.poll()
		b.eachInOnePlace(taken)
		if r := b.reconcile(); !r.Proved {
			t.Errorf("after the first came back: %+v", r)
		}
		if d := b.show(row.Case); len(d.Mails) != 1 || d.Mails[0].Digest != casefile.DigestOf(parked) {
			t.Errorf("the case has %+v", d.Mails)
		}
		if rows := b.list(ask.ListQuery{}); len(rows) != 2 {
			t.Errorf("%d cases", len(rows))
		}
	})
}

// The model of package mailbox with the real register: after any history of arrivals, removals, restores
// and reused UIDs, all that was shown is in one place, nothing is recorded twice for nothing, and reconcile
// agrees.
func TestModelOfMailboxAndRegister(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := openBureau(t, "2026-03-04")
				r := rand.New(rand.NewPCG(seed, 7))
				shown, taken := map[uint32][]byte{}, map[casefile.Digest]string{}
				var all [][]byte
				put := func(uid uint32, raw []byte) {
					b.sim.Remove("INBOX", uid)
					b.sim.AddUID("INBOX", uid, raw, b.now().Add(-time.Duration(r.IntN(3))*time.Hour))
					shown[uid] = raw
				}
				for i := range 14 {
					uid := uint32(1 + r.IntN(4))
					switch r.IntN(5) {
					case 0, 1:
						raw := compose(fmt.Sprintf("某人 <a%d@example.test>", i), fmt.Sprintf("政府信息公开申请 %d", i), strings.Repeat("x", i+1))
						if r.IntN(3) == 0 {
							raw = append([]byte("Auto-Submitted: auto-replied\r\n"), raw...)
						}
						all = append(all, raw)
						put(uid, raw)
					case 2:
						b.sim.Remove("INBOX", uid)
						delete(shown, uid)
					case 3:
						if len(all) > 0 {
							put(uid, all[r.IntN(len(all))])
						}
					case 4:
						for _, m := range b.mails(casefile.Parked)[:min(1, len(b.mails(casefile.Parked)))] {
							if _, err := ask.Do(t.Context(), b.client, ask.OpenMail, ask.MailRef{Mail: m.Digest.String()}); err != nil {
								t.Error(err)
							}
						}
					}
					b.poll()
					for _, raw := range shown {
						taken[casefile.DigestOf(raw)] = string(raw[:60])
					}
				}
				b.eachInOnePlace(taken)
				if rec := b.reconcile(); !rec.Proved {
					t.Errorf("%+v", rec)
				}
				before := b.records()
				b.poll()
				b.reconcile()
				if after := b.records(); after != before {
					t.Errorf("%d records were added for mails that are known", after-before)
				}
			})
		})
	}
}

func (b *bureau) records() uint64 {
	b.t.Helper()
	s, err := ask.Do(b.t.Context(), b.client, ask.Overview, ask.None{})
	if err != nil {
		b.t.Fatal(err)
	}
	return s.Records
}
