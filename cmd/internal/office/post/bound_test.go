package post

import (
	"maps"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/desk/desktest"
)

// What the loop remembers in vain lasts as long as somebody may ask for it: a year of cases leaves nothing behind.
func TestWhatWasInVainIsForgotten(t *testing.T) {
	d, k := desktest.Open(t, "2026-03-02")
	desktest.Record(t, d, k, application, casefile.Received{Channel: casefile.Email, ArrivedAt: k.Now,
		Letter: casefile.Letter{Digest: casefile.DigestOf([]byte("mail")), From: casefile.Address{Mail: "zhang@example.test"}}})
	y := &Delivery{Desk: d}
	r := &receipts{y, map[casefile.ID]bool{application: true, "2026-00009": true}}
	due := func() []receiptDue {
		all, err := desk.Look(d, r.receiptsDue)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if all := due(); len(all) != 0 || !maps.Equal(r.declined, map[casefile.ID]bool{application: true}) {
		t.Errorf("due %v; declined %v", all, r.declined)
	}
	k.Now = k.Now.Add(25 * time.Hour)
	if due(); len(r.declined) != 0 {
		t.Errorf("a day later: %v", r.declined)
	}

	checked := map[[2]uint64]bool{{1, 2}: true}
	if err := y.reviewSent(checked); err != nil || len(checked) != 0 {
		t.Errorf("of mails that are settled: %v, %v", checked, err)
	}
}
