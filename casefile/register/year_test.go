package register

import (
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// TestYears: what is recorded of years is found by year, and the last opening balance governs.
func TestYears(t *testing.T) {
	r := opened(t)
	draft := func(e casefile.Event) casefile.Draft {
		return casefile.Draft{On: civil.MustParse("2026-01-04"), Event: e}
	}
	must(t, r.Update(civil.MustParse("2026-01-04").Start(), func(tx *Tx) error {
		if _, ok, err := tx.Opening(); ok || err != nil {
			t.Errorf("an opening balance in an empty register: %v", err)
		}
		_, err := tx.Append("tester(1)",
			draft(casefile.OpeningBalance{Year: 2026, Columns: [6]int{1}}),
			draft(casefile.YearClosed{Year: 2026, Report: []byte(`{"year":2026}`), Cases: []casefile.Counted{{Case: "2026-00001", Column: casefile.Natural, Came: "一", Went: "四"}}}),
			draft(casefile.OpeningBalance{Year: 2025, Columns: [6]int{2}}),
			draft(casefile.YearReopened{Year: 2026, Reason: "漏计一件"}))
		return err
	}))
	must(t, r.View(func(tx *Tx) error {
		var seqs []uint64
		for rec, err := range tx.Years() {
			must(t, err)
			seqs = append(seqs, rec.Seq)
		}
		if len(seqs) != 4 || seqs[0] != 3 || seqs[1] != 1 || seqs[2] != 2 || seqs[3] != 4 {
			t.Errorf("records of years: %v", seqs)
		}
		o, ok, err := tx.Opening()
		if !ok || err != nil || o.Year != 2025 || o.Columns[0] != 2 {
			t.Errorf("opening balance: %+v, %t, %v", o, ok, err)
		}
		return nil
	}))
}

// TestFeesIn sums by the day of payment; a payment that was voided is none.
func TestFeesIn(t *testing.T) {
	r := opened(t)
	var last []casefile.Record
	for i, on := range []string{"2026-03-02", "2026-03-03", "2026-03-04", "2027-01-04"} {
		id := casefile.NewID(2026, i+1)
		day := civil.MustParse(on)
		last = add(t, r, day.Start(),
			casefile.Draft{Case: id, On: day, Event: casefile.Received{Channel: casefile.InPerson}},
			casefile.Draft{Case: id, On: day, Event: casefile.FeePaid{Yuan: 100 << i}})
		if i == 2 {
			add(t, r, day.Start(), casefile.Draft{Case: id, On: day, Event: casefile.Voided{Seq: last[1].Seq, Reason: "误记"}})
		}
	}
	must(t, r.View(func(tx *Tx) error {
		for period, want := range map[string][2]int{
			"2025-01-01 2025-12-31": {}, "2026-01-01 2026-12-31": {300, 2}, "2027-01-01 2027-12-31": {800, 1},
			"2026-03-03 2026-03-31": {200, 1}, "2026-01-01 2026-03-02": {100, 1}, "2026-04-01 2026-06-30": {},
		} {
			from, to, _ := strings.Cut(period, " ")
			if yuan, cases, err := tx.FeesIn(civil.MustParse(from), civil.MustParse(to)); yuan != want[0] || cases != want[1] || err != nil {
				t.Errorf("%s: %d yuan on %d cases, %v; want %v", period, yuan, cases, err, want)
			}
		}
		for rec, err := range tx.Years() {
			t.Errorf("a payment is a record of a year: %v, %v", rec, err)
		}
		return nil
	}))
}
