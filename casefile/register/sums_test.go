package register

import (
	"errors"
	"iter"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// What was made of a block is made anew when a case of it was written, and only then: a record that is given up changes nothing
// for others, and who gave it up saw it.
func TestSums(t *testing.T) {
	r := opened(t)
	on := civil.MustParse("2026-03-05")
	came := func(id casefile.ID) casefile.Draft {
		return casefile.Draft{Case: id, On: on, Event: casefile.Received{Channel: casefile.InPerson}}
	}
	add(t, r, start, came("2026-00001"), came("2026-00002"), came("2026-01000"), came("2025-100000"))
	var sums Sums[int]
	var made int
	count := func(cases iter.Seq2[casefile.Case, error]) (open int, err error) {
		made++
		for c, err := range cases {
			if err != nil {
				return 0, err
			}
			if c.RegisteredOn.IsZero() {
				open++
			}
		}
		return open, nil
	}
	look := func(tx *Tx, want ...int) {
		t.Helper()
		got, err := sums.Of(tx, true, count)
		must(t, err)
		if len(got) != len(want) {
			t.Fatalf("%d blocks, want %d", len(got), len(want))
		}
		for i, n := range want {
			if got[i] != n {
				t.Errorf("block %d: %d, want %d", i, got[i], n)
			}
		}
	}
	viewed := func(anew int, want ...int) {
		t.Helper()
		made = 0
		must(t, r.View(func(tx *Tx) error { look(tx, want...); return nil }))
		if made != anew {
			t.Errorf("%d blocks were made, want %d", made, anew)
		}
	}
	registered := casefile.Draft{Case: "2026-00002", On: on, Event: casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "会议纪要"}}
	viewed(3, 1, 2, 1)
	viewed(0, 1, 2, 1)
	must(t, r.View(func(older *Tx) error { // goes on while somebody records
		add(t, r, start, registered)
		viewed(1, 1, 1, 1)
		look(older, 1, 2, 1)
		return nil
	}))
	viewed(0, 1, 1, 1)
	givenUp := errors.New("given up")
	if err := r.Update(start, func(tx *Tx) error {
		if _, err := tx.Append("test", came("2026-01001")); err != nil {
			return err
		}
		look(tx, 1, 1, 2)
		return givenUp
	}); !errors.Is(err, givenUp) {
		t.Fatal(err)
	}
	viewed(0, 1, 1, 1)
	add(t, r, start, came("2026-01001"), came("2026-02000"))
	viewed(2, 1, 1, 2, 1)
	add(t, r, start, came("申1"), came("申10"), came("申1000"), came("申10001")) // as a ledger by hand numbers them
	viewed(3, 1, 1, 2, 1, 1, 1, 2)
}
