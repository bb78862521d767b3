package register

import (
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// TestYears: what is recorded of years is found by year, and the last opening balance governs.
func TestYears(t *testing.T) {
	r := opened(t)
	draft := func(e casefile.Event) casefile.Draft { return casefile.Draft{On: civil.MustParse("2026-01-04"), Event: e} }
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
