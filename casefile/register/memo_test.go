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
		all, err := m.Newest(tx, most, func(c casefile.Case) string { made++; return string(c.ID) + c.Stage.Label() })
		must(t, err)
		all = slices.Clone(all)
		slices.Reverse(all)
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
	see(3, 0, "2026-00003收件", "2026-00002收件", "2026-00001收件")
	add(t, r, start, dismiss)
	see(3, 0, "2026-00003收件", "2026-00002"+casefile.StageDismissed.Label(), "2026-00001收件")
	if see(1, 0, "2026-00003收件"); len(m.kept) > 6 {
		t.Errorf("%d are kept", len(m.kept))
	}
}

// What is brought up to date by the cases that were written is what a Memo finds that knows nothing yet.
func TestMemoSince(t *testing.T) {
	r := opened(t)
	named := func(c casefile.Case) string { return string(c.ID) + c.Stage.Label() }
	var m, second Memo[string]
	compare := func(wantKnown bool) {
		t.Helper()
		must(t, r.View(func(tx *Tx) error {
			if _, known := tx.Since(m.newestAt); known != wantKnown {
				t.Errorf("what was written since is known: %v", known)
			}
			var fresh Memo[string]
			for _, ask := range []func(*Memo[string]) ([]string, error){
				func(m *Memo[string]) ([]string, error) { return m.Newest(tx, 3, named) },
				func(m *Memo[string]) ([]string, error) { return m.Waiting(tx, 100, named) },
			} {
				got, err := ask(&m)
				must(t, err)
				want, err := ask(&fresh)
				must(t, err)
				if !slices.Equal(got, want) {
					t.Errorf("%v, want %v", got, want)
				}
			}
			return nil
		}))
	}
	compare(false)
	for n, name := range []string{"a", "b", "c", "d", "e"} {
		take(t, r, name, uint32(n))
		compare(true)
	}
	dismiss := func(id casefile.ID) {
		add(t, r, start, casefile.Draft{Case: id, On: civil.Of(start), Event: casefile.Dismissed{Reason: "广告"}})
	}
	dismiss("2026-00001") // none of the newest
	compare(true)
	dismiss("2026-00004")
	dismiss("2026-00005")
	compare(true)
	must(t, r.Index(1, 0, 0, nil)) // writes of no case
	compare(true)

	// A reader that began before a record sees what there was, and spoils nothing for those who come after.
	must(t, r.View(func(tx *Tx) error {
		dismiss("2026-00002")
		compare(true)
		old, err := m.Waiting(tx, 100, named)
		must(t, err)
		if want := []string{"2026-00002收件", "2026-00003收件"}; !slices.Equal(old, want) {
			t.Errorf("%v, want %v", old, want)
		}
		return nil
	}))
	compare(true)

	// More than are put in their places one by one.
	var many []casefile.Draft
	for n := range mostSet + 1 {
		many = append(many, casefile.Draft{Case: casefile.NewID(2027, 1+n), On: civil.Of(start), Event: casefile.Received{Channel: casefile.InPerson}})
	}
	add(t, r, start, many...)
	compare(true)

	// Of another register a mark says nothing.
	other := opened(t)
	must(t, other.View(func(tx *Tx) error {
		got, err := m.Waiting(tx, 100, named)
		must(t, err)
		none, err := second.Waiting(tx, 100, named)
		must(t, err)
		if len(got)+len(none) > 0 {
			t.Errorf("%v, %v", got, none)
		}
		return nil
	}))
}

// The value of one case is what the asking transaction sees: also in one that is rolled back, in one that began before a record,
// after a record of which nothing is remembered, and when the memo was asked for lists in between. It is made once.
func TestMemoOf(t *testing.T) {
	r := opened(t)
	for n, name := range []string{"a", "b", "c"} {
		take(t, r, name, uint32(n))
	}
	var m Memo[casefile.Stage]
	made := 0
	of := func(c casefile.Case) casefile.Stage { made++; return c.Stage }
	see := func(tx *Tx, making int, want ...casefile.Stage) {
		t.Helper()
		made = 0
		for n, stage := range want {
			if got, err := m.Of(tx, casefile.NewID(2026, n+1), 100, of); err != nil || got != stage {
				t.Errorf("case %d: %v, %v; want %v", n+1, got, err, stage)
			}
		}
		if made != making {
			t.Errorf("%d made, want %d", made, making)
		}
	}
	const open, gone = casefile.StageReceived, casefile.StageDismissed
	view := func(look func(*Tx)) {
		t.Helper()
		must(t, r.View(func(tx *Tx) error { look(tx); return nil }))
	}
	view(func(tx *Tx) { see(tx, 3, open, open, open); see(tx, 0, open, open, open) })

	dismiss := func(n int) casefile.Draft {
		return casefile.Draft{Case: casefile.NewID(2026, n), On: civil.Of(start), Event: casefile.Dismissed{Reason: "广告"}}
	}
	givenUp := errors.New("given up")
	if err := r.Update(start, func(tx *Tx) error {
		_, err := tx.Append("李四(1000)", dismiss(2))
		must(t, err)
		see(tx, 1, open, gone, open)
		return givenUp
	}); !errors.Is(err, givenUp) {
		t.Fatal(err)
	}
	view(func(tx *Tx) { see(tx, 0, open, open, open) })

	view(func(before *Tx) {
		add(t, r, start, dismiss(1))
		view(func(tx *Tx) { see(tx, 1, gone, open, open) })
		see(before, 1, open, open, open)
		view(func(tx *Tx) { see(tx, 0, gone, open, open) })
	})

	view(func(tx *Tx) {
		_, err := m.Newest(tx, 1, of)
		must(t, err)
		_, err = m.Waiting(tx, 1, of)
		must(t, err)
	})
	clear(r.commits.wrote)
	add(t, r, start, dismiss(3))
	view(func(tx *Tx) {
		see(tx, 3, gone, open, gone)
		if _, err := m.Of(tx, "2026-00009", 100, of); !errors.Is(err, ErrNotFound) {
			t.Errorf("a case that is not there: %v", err)
		}
	})
}

func TestCommits(t *testing.T) {
	var c commits
	c.add(7, Wrote{Cases: []casefile.ID{"b", "a"}})
	c.add(8, Wrote{Cases: []casefile.ID{"a"}, Disputes: []casefile.DisputeID{"d"}})
	if w, known := c.between(6, 8); !known || !slices.Equal(w.Cases, []casefile.ID{"a", "b"}) || !slices.Equal(w.Disputes, []casefile.DisputeID{"d"}) {
		t.Errorf("%v, %v", w, known)
	}
	if w, known := c.between(8, 8); !known || len(w.Cases) > 0 {
		t.Errorf("nothing since: %v, %v", w, known)
	}
	c.add(10, Wrote{Cases: make([]casefile.ID, mostWrote+1)})
	for _, gap := range [][2]int{{5, 8}, {8, 9}, {8, 10}, {8, 7}} {
		if _, known := c.between(gap[0], gap[1]); known {
			t.Errorf("%v is known", gap)
		}
	}
	for n := range 3 * mostCommits {
		c.add(n, Wrote{})
	}
	if len(c.wrote) > mostCommits {
		t.Errorf("%d are remembered", len(c.wrote))
	}
}
