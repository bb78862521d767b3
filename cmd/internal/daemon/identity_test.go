package daemon

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// Every mail that was taken stands in exactly one place, further copies of its bytes apart, whatever its UID came to
// mean; a copy of it by another way stands as one.
func (b *bureau) eachInOnePlace(taken map[casefile.Digest]string) {
	b.t.Helper()
	places := map[casefile.Digest][]string{}
	for _, d := range []casefile.Disposition{casefile.ToCase, casefile.ToHistory, casefile.Parked, casefile.Quarantined} {
		for _, m := range b.mails(d) {
			places[m.Digest] = append(places[m.Digest], m.Disposition)
		}
	}
	for _, m := range b.mails(casefile.Duplicate) {
		if !m.CopyOf.IsZero() && len(places[m.Digest]) == 0 {
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

// The model of package mailbox with the real register: after any history of arrivals, removals, moves between folders,
// restores, reused UIDs and new UIDVALIDITY, of mails and of their copies by another way, all that was shown is in one
// place, nothing is recorded twice for nothing, and reconcile agrees.
func TestModelOfMailboxAndRegister(t *testing.T) {
	folders := []string{"INBOX", "垃圾邮件", "已发送"}
	type place struct {
		folder string
		uid    uint32
	}
	for seed := range uint64(16) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := openBureau(t, "2026-03-04")
				r := rand.New(rand.NewPCG(seed, 7))
				shown, taken := map[place][]byte{}, map[casefile.Digest]string{}
				saved := map[place][]byte{} // what the last backup of the mailbox has
				var all [][]byte
				anywhere := func() place { return place{folders[r.IntN(len(folders))], uint32(1 + r.IntN(4))} }
				put := func(at place, raw []byte) {
					b.sim.Remove(at.folder, at.uid)
					b.sim.AddUID(at.folder, at.uid, raw, b.now().Add(-time.Duration(r.IntN(3))*time.Hour))
					shown[at] = raw
				}
				take := func(at place) {
					b.sim.Remove(at.folder, at.uid)
					delete(shown, at)
				}
				for i := range 18 {
					at := anywhere()
					switch r.IntN(9) {
					case 0, 1:
						raw := compose(fmt.Sprintf("某人 <a%d@example.test>", i), fmt.Sprintf("政府信息公开申请 %d", i), strings.Repeat("x", i+1))
						raw = append([]byte("Date: Mon, 2 Mar 2026 08:00:00 +0800\r\n"), raw...)
						if r.IntN(3) == 0 {
							raw = append([]byte("Auto-Submitted: auto-replied\r\n"), raw...)
						}
						all = append(all, raw)
						put(at, raw)
					case 2:
						take(at)
					case 3:
						if len(all) > 0 {
							put(at, all[r.IntN(len(all))])
						}
					case 4:
						for _, m := range b.mails(casefile.Parked)[:min(1, len(b.mails(casefile.Parked)))] {
							if _, err := ask.Do(t.Context(), b.client, ask.OpenMail, ask.MailRef{Mail: m.Digest.String()}); err != nil {
								t.Error(err)
							}
						}
					case 5: // a colleague moves a mail
						if raw, is := shown[at]; is {
							take(at)
							put(anywhere(), raw)
						}
					case 6: // a copy by another way
						if len(all) > 0 { // of a size of its own: another mail of one size, second and Message-ID under one UID is not found out
							raw := append(fmt.Appendf(nil, "Received: from x by way%s; Tue, 3 Mar 2026 09:00:00 +0800\r\n", strings.Repeat("y", i)), all[r.IntN(len(all))]...)
							put(at, raw)
						}
					case 7: // the folder under another UIDVALIDITY
						b.sim.SetUIDValidity(at.folder, uint64(2+r.IntN(3)))
					case 8: // the mailbox is saved, or restored as it was saved, with the UIDs of then
						if r.IntN(2) == 0 {
							saved = maps.Clone(shown)
							break
						}
						for _, folder := range folders { // in one order, for the dates that are drawn
							for uid := range uint32(5) {
								take(place{folder, uid})
								if raw, is := saved[place{folder, uid}]; is {
									put(place{folder, uid}, raw)
								}
							}
						}
					}
					b.poll()
					for _, raw := range shown {
						way, _, _ := strings.Cut(string(raw), ";")
						taken[casefile.DigestOf(raw)] = way[:24]
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
