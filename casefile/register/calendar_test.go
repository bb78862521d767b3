package register

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"testing"

	"go.etcd.io/bbolt"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// A case whose period runs past the calendar's end is provisional; the notice moves its dates, and
// the register remembers both the notice and the dates when it is opened again.
func TestAdoptedCalendarMovesDates(t *testing.T) {
	dir := t.TempDir()
	_, err := Create(dir, start)
	must(t, err)
	r, err := Open(dir, Options{})
	must(t, err)
	year := workday.Year{Year: 2027, Notice: "国办发明电〔2026〕99号", Rest: []workday.Rest{
		{Name: "元旦", From: civil.MustParse("2027-01-01"), To: civil.MustParse("2027-01-03")},
		{Name: "春节", From: civil.MustParse("2027-02-05"), To: civil.MustParse("2027-02-11")},
		{Name: "清明节", From: civil.MustParse("2027-04-03"), To: civil.MustParse("2027-04-05")},
		{Name: "劳动节", From: civil.MustParse("2027-05-01"), To: civil.MustParse("2027-05-05")},
		{Name: "端午节", From: civil.MustParse("2027-06-09"), To: civil.MustParse("2027-06-09")},
		{Name: "中秋节", From: civil.MustParse("2027-09-15"), To: civil.MustParse("2027-09-15")},
		{Name: "国庆节", From: civil.MustParse("2027-10-01"), To: civil.MustParse("2027-10-07")},
	}, Work: []civil.Date{civil.MustParse("2027-01-09"), civil.MustParse("2027-02-14"), civil.MustParse("2027-02-20")}}
	id := take(t, r, "a", 1)
	early := take(t, r, "b", 2)
	add(t, r, start, casefile.Draft{Case: id, On: civil.MustParse("2026-12-20"), Event: casefile.Reopened{Cause: "复议决定"}})
	case1 := func(r *Register, id casefile.ID) (c casefile.Case) {
		must(t, r.View(func(tx *Tx) (err error) { c, err = tx.Case(id); return err }))
		return c
	}
	before := case1(r, id)
	if !before.Legal.Provisional || before.Legal.Due != civil.MustParse("2027-01-18") {
		t.Fatalf("before: %+v", before.Legal)
	}
	must(t, r.View(func(tx *Tx) error {
		changes, err := tx.Preview(year)
		if err != nil || len(changes) != 1 || changes[0].After.Legal.Due != civil.MustParse("2027-01-15") {
			t.Errorf("preview: %+v, %v", changes, err)
		}
		return nil
	}))
	for i := range 9 {
		take(t, r, fmt.Sprint("later ", i), uint32(10+i))
	}
	add(t, r, start, casefile.Draft{On: civil.MustParse("2026-11-23"), Event: casefile.CalendarAdopted{Year: year}})
	after := case1(r, id)
	if after.Legal.Provisional || after.Legal.Due != civil.MustParse("2027-01-15") {
		t.Errorf("after: %+v", after.Legal)
	}
	if got := case1(r, early).Strict.Due; got != civil.MustParse("2026-03-30") {
		t.Errorf("a case far away moved to %s", got)
	}
	if got := r.Calendar().End(); got != civil.MustParse("2027-12-31") {
		t.Errorf("calendar ends %s", got)
	}
	must(t, r.Close())

	// A case that was folded before the notice was read is folded again.
	m, err := Rebuild(t.Context(), dir, Options{Now: start, limits: crowded}, nil)
	must(t, err)
	must(t, os.Remove(m.Kept))
	again := reopened(t, dir) // verified at the end
	if got := again.Calendar().End(); got != civil.MustParse("2027-12-31") {
		t.Errorf("after reopening the calendar ends %s", got)
	}
	if got := case1(again, id); got.Legal != after.Legal {
		t.Errorf("after reopening: %+v", got.Legal)
	}

	// What the index says of notices is not believed when cases are derived anew.
	var key []byte
	must(t, again.db.Update(func(b *bbolt.Tx) error {
		key, _ = b.Bucket(bucketCal).Cursor().First()
		key = bytes.Clone(key)
		return b.Bucket(bucketCal).Delete(key)
	}))
	if wrong := proven(t, again); len(wrong) != 1 || wrong[0].Place != "calendar" || wrong[0].What != keyLacking {
		t.Errorf("without the notice in the index: %v", wrong)
	}
	must(t, again.db.Update(func(b *bbolt.Tx) error { return b.Bucket(bucketCal).Put(key, nil) }))
}

func TestDisputes(t *testing.T) {
	r := opened(t)
	id := take(t, r, "a", 1)
	file := func(n int, cases ...casefile.ID) casefile.DisputeID {
		var d casefile.DisputeID
		must(t, r.Update(start, func(tx *Tx) error {
			d = tx.NextDisputeID(2026)
			_, err := tx.Append("x", casefile.Draft{On: civil.Of(start), Event: casefile.DisputeFiled{
				Dispute: d, Track: casefile.Reconsideration, Party: "张三", Cases: cases, Matter: "主动公开"}})
			return err
		}))
		return d
	}
	first, second := file(1, id), file(2)
	add(t, r, start, casefile.Draft{On: civil.Of(start), Event: casefile.DisputeDecided{Dispute: first, Decision: "维持"}})
	must(t, r.View(func(tx *Tx) error {
		if got := tx.DisputesOf(id); len(got) != 1 || got[0] != "Y2026-001" || second != "Y2026-002" {
			t.Errorf("disputes of the case: %v", got)
		}
		n := 0
		for of, seqs := range tx.DisputeEntries() {
			history, err := tx.Dispute(of)
			must(t, err)
			if !slices.Equal(seqsOf(history), seqs) {
				t.Errorf("the records of %s are at %v", of, seqs)
			}
			d := casefile.FoldDispute(casefile.DisputeOf(history[0]), history, 0, casefile.Regulations(), workday.Embedded())
			if (d.ID == first) != (d.Result == casefile.ResultUpheld) {
				t.Errorf("dispute %+v", d)
			}
			n++
		}
		if n != 2 {
			t.Errorf("%d disputes, want 2", n)
		}
		return nil
	}))
}
