package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/control"
	"ysq.internal/ysq/stats"
)

// Report returns the annual report of a year: as it was frozen, or else computed as far as the year
// has come.
func (f *office) Report(_ context.Context, year int) (rep stats.Report, err error) {
	err = f.reg.View(func(tx *register.Tx) error {
		past, err := pastYears(tx)
		if err != nil {
			return err
		}
		if closed, ok := past.closed[year]; ok {
			rep, err = published(closed)
			return err
		}
		rep, err = f.compute(tx, year, past, stats.Options{})
		return err
	})
	return rep, told(err)
}

// compute counts a year anew, whether it is frozen or not. o says what beside the register's own
// knowledge is asked for.
func (f *office) compute(tx *register.Tx, year int, past past, o stats.Options) (stats.Report, error) {
	if err := f.complete(tx, year, past, &o); err != nil {
		return stats.Report{}, err
	}
	return stats.Compute(year, tx.Heads(), o)
}

// complete adds to the options what the register knows of a year beside its cases.
func (f *office) complete(tx *register.Tx, year int, past past, o *stats.Options) (err error) {
	o.Agency, o.Now, o.Opening, o.Whole = f.live().Agency.Name, f.Now(), past.opening, tx.Case
	if o.Matters, err = matters(tx, year); err != nil {
		return err
	}
	if o.Fees.Yuan, o.Fees.Cases, err = tx.FeesIn(year); err != nil {
		return err
	}
	if o.Mails, err = undecided(tx, year); err != nil {
		return err
	}
	if o.Manual, err = f.manualOf(year); err != nil {
		return err
	}
	if last, err := f.manualOf(year - 1); err != nil {
		return err
	} else if last != nil {
		o.LastFacts = last.Table2
	}
	for _, y := range past.years {
		if y < year {
			o.Closed = append(o.Closed, stats.Closed{Year: y, Cases: past.closed[y].Cases})
		}
	}
	if last, ok := past.closed[year-1]; ok {
		before, err := published(last)
		if err != nil {
			return err
		}
		o.Before, o.LastFacts = &before, before.Table2
	}
	return nil
}

// past is what is recorded of years as such.
type past struct {
	opening casefile.OpeningBalance
	years   []int // the frozen ones, the earliest first
	closed  map[int]casefile.YearClosed
	by      map[int]casefile.Record // the record that froze the year
}

func pastYears(tx *register.Tx) (past, error) {
	p := past{closed: make(map[int]casefile.YearClosed), by: make(map[int]casefile.Record)}
	var err error
	if p.opening, _, err = tx.Opening(); err != nil {
		return p, err
	}
	histories := make(map[int][]casefile.Record)
	for r, err := range tx.Years() {
		if err != nil {
			return p, err
		}
		switch e := r.Event.(type) {
		case casefile.YearClosed:
			histories[e.Year] = append(histories[e.Year], r)
		case casefile.YearReopened:
			histories[e.Year] = append(histories[e.Year], r)
		}
	}
	for _, year := range slices.Sorted(maps.Keys(histories)) {
		if closed, by, ok := casefile.FoldYear(histories[year]); ok {
			p.years = append(p.years, year)
			p.closed[year], p.by[year] = closed, by
		}
	}
	return p, nil
}

// published reads a frozen report back.
func published(c casefile.YearClosed) (stats.Report, error) {
	var r stats.Report
	if got := casefile.DigestOf(c.Report); got != c.Digest {
		return r, fmt.Errorf("the frozen report of %d has the digest %s and not %s", c.Year, got.Short(), c.Digest.Short())
	}
	if err := json.Unmarshal(c.Report, &r); err != nil {
		return r, fmt.Errorf("reading the frozen report of %d: %w", c.Year, err)
	}
	return r, nil
}

// undecided counts the year's mails of which nobody has said what they are.
func undecided(tx *register.Tx, year int) (stats.Undecided, error) {
	var u stats.Undecided
	for place, n := range map[casefile.Disposition]*int{casefile.Parked: &u.Parked, casefile.Quarantined: &u.Quarantined} {
		for m, err := range tx.Mails(place) {
			if err != nil {
				return u, err
			}
			arrived := m.ArrivedAt
			if arrived.IsZero() {
				arrived = m.Recorded
			}
			if civil.Of(arrived).Year() == year {
				*n++
			}
		}
	}
	return u, nil
}

// ReportCases names the cases behind a cell.
func (f *office) ReportCases(_ context.Context, year int, cell string) (ids []casefile.ID, err error) {
	format, err := stats.FormatOf(stats.Current)
	if err != nil {
		return nil, err
	}
	at, err := format.ParseCell(cell)
	if err != nil {
		return nil, &control.Error{Code: "usage", Msg: err.Error(), Exit: control.ExitUsage}
	}
	err = f.reg.View(func(tx *register.Tx) error {
		past, err := pastYears(tx)
		if err != nil {
			return err
		}
		if closed, ok := past.closed[year]; ok {
			ids = stats.CasesOf(format, at, closed.Cases)
			return nil
		}
		var o stats.Options
		if err := f.complete(tx, year, past, &o); err != nil {
			return err
		}
		ids, err = stats.Cases(year, format, at, tx.Heads(), o)
		return err
	})
	return ids, told(err)
}
