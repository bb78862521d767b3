package stats_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/stats"
)

// TestFreezeChain: over four years, with years frozen in order, and acts and cases that come to be known late, every case
// is 新收 in exactly one year, and what a frozen year carries out is what the next begins with.
func TestFreezeChain(t *testing.T) {
	for seed := range 60 {
		random := rand.New(rand.NewPCG(uint64(seed), 17))
		var cases []casefile.Case
		add := func(n int, from, to int) {
			for range n {
				id := casefile.ID(fmt.Sprintf("2020-%05d", len(cases)+1))
				day := civil.New(from+random.IntN(to-from+1), time.Month(1+random.IntN(12)), 1+random.IntN(28))
				c := told(id, posted(day.String()), registered(day.String(), casefile.Columns[random.IntN(6)]))
				if end := day.Add(random.IntN(500)); random.IntN(4) > 0 && end.Year() <= 2026 {
					c = told(id, posted(day.String()), registered(day.String(), casefile.Columns[random.IntN(6)]), replied(end.String(), casefile.Disclosed), sent(end.String()))
				}
				cases = append(cases, c)
			}
		}
		add(40, 2022, 2023)
		var closed []stats.Closed
		var frozen []stats.Report
		first := 2022 + random.IntN(2) // 2022 may stay open, as in an office that begins with an old ledger
		for year := first; year <= 2025; year++ {
			r, err := stats.Compute(year, each(cases...), stats.Options{Closed: closed, Trace: true, Now: civil.New(year+1, 1, 9).Start()})
			if err != nil {
				t.Fatal(err)
			}
			closed, frozen = append(closed, stats.Closed{Year: year, Cases: r.Counted()}), append(frozen, r)
			add(random.IntN(6), 2022, year)    // late
			add(20, year+1, min(year+2, 2026)) // in time, or early
		}
		came := 0
		for year := 2022; year <= 2027; year++ {
			var r stats.Report
			if i := year - first; i >= 0 && i < len(frozen) {
				r = frozen[i]
			} else {
				var err error
				if r, err = stats.Compute(year, each(cases...), stats.Options{Closed: closed, Now: civil.New(2028, 1, 9).Start()}); err != nil {
					t.Fatal(err)
				}
				if year > 2026 && r.Table3[1] != lastOut(t, cases, closed, year-1) {
					t.Errorf("seed %d: %d begins with %v", seed, year, r.Table3[1])
				}
			}
			came += r.Table3[0][6]
			if i := year - first; i > 0 && i < len(frozen) && r.Table3[1] != frozen[i-1].Table3[24] {
				t.Errorf("seed %d: %d begins with %v, and the year before carried out %v", seed, year, r.Table3[1], frozen[i-1].Table3[24])
			}
			if year == 2026 && r.Table3[1] != frozen[len(frozen)-1].Table3[24] {
				t.Errorf("seed %d: 2026 begins with %v, and 2025 carried out %v", seed, r.Table3[1], frozen[len(frozen)-1].Table3[24])
			}
		}
		if came != len(cases) {
			t.Errorf("seed %d, frozen from %d on: %d cases are 新收 in all years, of %d", seed, first, came, len(cases))
		}
	}
}

func lastOut(t *testing.T, cases []casefile.Case, closed []stats.Closed, year int) stats.Line {
	t.Helper()
	r, err := stats.Compute(year, each(cases...), stats.Options{Closed: closed, Now: civil.New(2028, 1, 9).Start()})
	if err != nil {
		t.Fatal(err)
	}
	return r.Table3[24]
}
