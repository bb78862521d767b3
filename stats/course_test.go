package stats_test

import (
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/stats"
)

func TestCourse(t *testing.T) {
	before := &stats.Report{Format: stats.Current, Year: 2024, Table3: make([]stats.Line, 25)}
	before.Table3[0][6], before.Table3[23][6], before.Table3[24][6] = 7, 5, 2
	r, err := stats.Compute(2025, each(
		told("2025-00001", posted("2025-03-03"), registered("2025-03-03", casefile.Natural), replied("2025-03-20", casefile.Disclosed), sent("2025-03-20")),
		told("2025-00002", posted("2025-03-04"), registered("2025-03-04", casefile.Natural), replied("2025-06-20", casefile.Disclosed), sent("2025-06-20")),
		told("2025-00003", posted("2025-12-04"), registered("2025-12-04", casefile.Natural)),
	), stats.Options{Now: civil.New(2026, 1, 9).Start(), Calendar: workday.Embedded(), Before: before})
	if err != nil {
		t.Fatal(err)
	}
	want := stats.Course{Received: [12]int{2: 2, 11: 1}, Ended: [12]int{2: 1, 5: 1}, OnTime: 1, Late: 1, Before: &stats.Totals{New: 7, CarriedOut: 2, Ended: 5}}
	if c := r.Course; c.Received != want.Received || c.Ended != want.Ended || c.OnTime != want.OnTime || c.Late != want.Late || *c.Before != *want.Before {
		t.Errorf("%+v, %+v", c, c.Before)
	}
	sum := func(all [12]int) (n int) {
		for _, v := range all {
			n += v
		}
		return n
	}
	if sum(r.Course.Received) != r.Table3[0][6] || sum(r.Course.Ended) != r.Table3[23][6] {
		t.Errorf("the months add up to other numbers than the table's: %+v", r.Course)
	}
}
