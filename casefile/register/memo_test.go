package register

import (
	"errors"
	"slices"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// A kept value always matches the register, also within a transaction and after one that was rolled back, and it is
// computed once.
func TestMemo(t *testing.T) {
	r := opened(t)
	for n, name := range []string{"a", "b", "c"} {
		take(t, r, name, uint32(n))
	}
	var m Memo[string]
	made := 0
	newest := func(tx *Tx, most int) (all []string) {
		for s, err := range m.Newest(tx, most, func(c casefile.Case) string { made++; return string(c.ID) + c.Stage.Label() }) {
			must(t, err)
			all = append(all, s)
		}
		return all
	}
	see := func(most, making int, want ...string) {
		t.Helper()
		made = 0
		must(t, r.View(func(tx *Tx) error {
			if got := newest(tx, most); !slices.Equal(got, want) || made != making {
				t.Errorf("%v, %d made; want %v, %d", got, made, want, making)
			}
			return nil
		}))
	}
	see(2, 2, "2026-00003收件", "2026-00002收件")
	see(3, 1, "2026-00003收件", "2026-00002收件", "2026-00001收件")

	dismiss := casefile.Draft{Case: "2026-00002", On: civil.Of(start), Event: casefile.Dismissed{Reason: "广告"}}
	givenUp := errors.New("given up")
	if err := r.Update(start, func(tx *Tx) error {
		_, err := tx.Append("李四(1000)", dismiss)
		must(t, err)
		if got, want := newest(tx, 2)[1], "2026-00002"+casefile.StageDismissed.Label(); got != want {
			t.Errorf("within the transaction: %s, want %s", got, want)
		}
		return givenUp
	}); !errors.Is(err, givenUp) {
		t.Fatal(err)
	}
	see(3, 1, "2026-00003收件", "2026-00002收件", "2026-00001收件")
	add(t, r, start, dismiss)
	see(3, 1, "2026-00003收件", "2026-00002"+casefile.StageDismissed.Label(), "2026-00001收件")
	if see(1, 0, "2026-00003收件"); len(m.kept) > 6 {
		t.Errorf("%d are kept", len(m.kept))
	}
}
