package annual

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/stats"
)

// matters are the disputes that 表四 of a period counts, as they stood on its last day, by the records
// before the one that is named.
func (a *Room) matters(tx *desk.View, from, to civil.Date, before uint64) ([]stats.Matter, error) {
	all := []stats.Matter{} // not nil: the register records disputes, and there may be none
	for id, seqs := range tx.DisputeEntries() {
		seqs = slices.DeleteFunc(seqs, func(seq uint64) bool { return seq >= before })
		if len(seqs) == 0 {
			continue
		}
		m, err := a.matter(tx, id, from, to, seqs)
		if err != nil {
			return nil, err
		}
		if m.counts {
			all = append(all, m.Matter)
		}
	}
	return all, nil
}

// span is a dispute in a period.
type span struct {
	id       casefile.DisputeID
	from, to civil.Date
}

// judged is whether a dispute counts in a period, by its records up to the one with this number.
type judged struct {
	stats.Matter
	counts bool
	last   uint64
	cal    *workday.Calendar
}

// mostJudged bounds the disputes that are kept as they were judged, at some hundred bytes each.
const mostJudged = 50_000

// matter judges a dispute by the first of its records, or as it was judged by the same ones.
func (a *Room) matter(tx *desk.View, id casefile.DisputeID, from, to civil.Date, seqs []uint64) (judged, error) {
	a.counting.Lock()
	defer a.counting.Unlock()
	key, last, cal := span{id, from, to}, seqs[len(seqs)-1], a.Reg.Calendar()
	m, ok := a.judged[key]
	if ok && m.last == last && m.cal == cal { // what is kept is committed, and no record gets its number again
		return m, nil
	}
	history, err := tx.Dispute(id)
	if err != nil {
		return m, err
	}
	d, counts := casefile.CountsIn(from, to, history[:len(seqs)], a.Reg.Law(), cal)
	m = judged{stats.Matter{ID: string(d.ID), Track: trackOf[d.Track], Result: resultOf[d.Result]}, counts, last, cal}
	if tx.Committed() {
		if a.judged == nil || len(a.judged) >= mostJudged {
			a.judged = map[span]judged{}
		}
		a.judged[key] = m
	}
	return m, nil
}

var (
	trackOf = map[casefile.Track]stats.Track{
		casefile.Reconsideration: stats.Reconsideration, casefile.DirectSuit: stats.DirectSuit,
		casefile.SuitAfterReconsider: stats.SuitAfterReconsideration,
	}
	resultOf = map[casefile.Result]stats.Result{
		casefile.ResultPending: stats.Pending, casefile.ResultUpheld: stats.Upheld,
		casefile.ResultCorrected: stats.Corrected, casefile.ResultOther: stats.OtherResult,
	}
)

// Report returns the annual report of a year: as it was frozen, or else computed as far as the year
// has come.
func (a *Room) Report(_ context.Context, _ ask.Call, q ask.YearRef) (rep stats.Report, err error) {
	year := q.Year
	if err := ask.Plausible(year); err != nil {
		return rep, err
	}
	err = a.View(func(tx *desk.View) error {
		past, err := a.committed(tx)
		if err != nil {
			return err
		}
		if closed, ok := past.closed[year]; ok {
			rep, err = published(closed)
			return err
		}
		rep, err = a.standing(tx, past, year)
		return err
	})
	return rep, err
}

// compute counts a year anew, whether it is frozen or not. o says what besides the register's own
// knowledge is asked for.
func (a *Room) compute(tx *desk.View, year int, past past, o stats.Options) (stats.Report, error) {
	if err := a.complete(tx, year, past, &o); err != nil {
		return stats.Report{}, err
	}
	return stats.Compute(year, tx.Heads(""), o)
}

// complete adds to the options what the register knows about a year besides its cases.
func (a *Room) complete(tx *desk.View, year int, past past, o *stats.Options) (err error) {
	o.Agency, o.Now, o.Opening, o.Whole = a.Live().Agency.Name, a.Now(), past.opening, tx.Case
	from, to := days(year, o.From, o.To)
	if o.Matters, err = a.matters(tx, from, to, math.MaxUint64); err != nil {
		return err
	}
	if o.Fees.Yuan, o.Fees.Cases, err = tx.FeesIn(from, to); err != nil {
		return err
	}
	if o.Mails, err = undecided(tx, from, to); err != nil {
		return err
	}
	if o.Manual, err = a.words.of(year); err != nil {
		return err
	}
	if last, err := a.words.of(year - 1); err != nil {
		return err
	} else if last != nil {
		o.LastFacts = last.Table2
	}
	o.Calendar = a.Reg.Calendar()
	o.First = civil.Of(a.Reg.Meta().Inception).Year()
	if past.opening.Year != 0 {
		o.First = min(o.First, past.opening.Year)
	}
	_, frozen := past.closed[year]
	for _, y := range past.years {
		if y < year || !frozen || o.Published {
			o.Closed = append(o.Closed, stats.Closed{Year: y, Cases: past.closed[y].Cases})
		}
	}
	if last, ok := past.closed[year-1]; ok {
		before, err := published(last)
		if err != nil {
			return err
		}
		o.Before, o.LastFacts = &before, nil
		if cmp.Or(before.Table2Format, before.Format) == stats.Current {
			o.LastFacts = before.Table2
		}
	}
	return nil
}

// days are the first and the last of a period in a year; zero days mean those of the year.
func days(year int, from, to civil.Date) (civil.Date, civil.Date) {
	return cmp.Or(from, civil.New(year, time.January, 1)), cmp.Or(to, civil.New(year, time.December, 31))
}

// past is what is recorded of years as such.
type past struct {
	opening casefile.OpeningBalance
	years   []int // the frozen ones, the earliest first
	thawed  []int // those that were frozen once and are not now
	closed  map[int]casefile.YearClosed
	by      map[int]casefile.Record // the record that froze the year
}

// books names what the years say of each other's cases: the opening balance, and the records that froze years.
func (p past) books() string {
	var all strings.Builder
	fmt.Fprint(&all, p.opening)
	for _, year := range p.years {
		fmt.Fprintf(&all, " %d:%d", year, p.by[year].Seq)
	}
	return all.String()
}

// without is the past with a year that is frozen no longer.
func (p past) without(year int) past {
	p.closed, p.by = maps.Clone(p.closed), maps.Clone(p.by)
	delete(p.closed, year)
	delete(p.by, year)
	p.years = slices.DeleteFunc(slices.Clone(p.years), func(y int) bool { return y == year })
	p.thawed = append(slices.Clone(p.thawed), year)
	return p
}

func pastYears(tx *desk.View) (past, error) {
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
		} else {
			p.thawed = append(p.thawed, year)
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

// undecided counts the mails of a period of which nobody has said what they are, and which may be applications: what the
// office sent itself waits for its case, and is none.
func undecided(tx *desk.View, from, to civil.Date) (stats.Undecided, error) {
	var u stats.Undecided
	for place, n := range map[casefile.Disposition]*int{casefile.Parked: &u.Parked, casefile.Quarantined: &u.Quarantined} {
		for m, err := range tx.MailDays(place) {
			if err != nil {
				return u, err
			}
			if !m.Sent && m.On >= from && m.On <= to {
				*n++
			}
		}
	}
	return u, nil
}

// ReportCases names what a cell counts: of a frozen year as it was frozen.
func (a *Room) ReportCases(_ context.Context, _ ask.Call, q ask.CellQuery) (held ask.CellCases, err error) {
	most := q.Most
	q.Most = 0 // all are kept, whoever asked for how many
	if held, err = a.cellCases(q); most > 0 && len(held.Cases) > most {
		held.Cases, held.Rest = held.Cases[:most], len(held.Cases)-most
	}
	return held, err
}

func (a *Room) cellCases(q ask.CellQuery) (held ask.CellCases, err error) {
	year, cell := q.Year, q.Cell
	if err := spanning(q.ReportQuery); err != nil {
		return held, err
	}
	if q.To.Year() > year {
		return a.casesAcross(q)
	}
	format, err := stats.FormatOf(cmp.Or(q.Format, stats.Current))
	if err != nil {
		return held, ask.Usage("%v", err)
	}
	matter, ofDisputes := format.ParseMatterCell(cell)
	at, err := format.ParseCell(cell)
	if err != nil && !ofDisputes {
		return held, ask.Usage("%v；表四的写如 行政复议,结果维持", err)
	}
	count := func(tx *desk.View) (held ask.CellCases, err error) {
		past, err := a.committed(tx)
		if err != nil {
			return held, err
		}
		closed, frozen := past.closed[year]
		frozen = frozen && q.From.IsZero() && q.To.IsZero()
		switch {
		case ofDisputes:
			before := uint64(math.MaxUint64)
			if frozen {
				before = past.by[year].Seq
			}
			from, to := days(year, q.From, q.To)
			held.Disputes, err = a.disputesIn(tx, matter, from, to, before)
		case frozen && format.Name == stats.Current:
			rep, err := published(closed)
			if err != nil {
				return held, err
			}
			held.Cases = stats.CasesOf(format, at, closed.Cases)
			held.Unnamed = rep.At(at) - len(held.Cases)
		default:
			o := stats.Options{From: q.From, To: q.To}
			if err = a.complete(tx, year, past, &o); err != nil {
				return held, err
			}
			if frozen || q.From != 0 || q.To != 0 || format.Name != stats.Current {
				held.Cases, held.Unnamed, err = stats.Cases(year, format, at, tx.Heads(""), o)
				return held, err
			}
			var counter *stats.Counter
			var parts []*stats.Part
			if counter, parts, err = a.parts(tx, year, past, o); err == nil {
				held.Cases, held.Unnamed = counter.Cases(parts, at)
			}
		}
		return held, err
	}
	err = a.View(func(tx *desk.View) error {
		held, err = kept(a, tx, func(m *memo) map[ask.CellQuery]ask.CellCases { return m.cells }, q, func() (ask.CellCases, error) { return count(tx) })
		return err
	})
	return held, err
}

// casesAcross names what a cell of a span over the turn of a year counts.
func (a *Room) casesAcross(q ask.CellQuery) (held ask.CellCases, err error) {
	f, err := stats.FormatOf(cmp.Or(q.Format, stats.Current))
	if err != nil {
		return held, ask.Usage("%v", err)
	}
	matter, ofDisputes := f.ParseMatterCell(q.Cell)
	at, err := f.ParseCell(q.Cell)
	if err != nil && !ofDisputes {
		return held, ask.Usage("%v；表四的写如 行政复议,结果维持", err)
	}
	q.Trace = true
	err = a.View(func(tx *desk.View) error {
		if ofDisputes {
			held.Disputes, err = a.disputesIn(tx, matter, q.From, q.To, math.MaxUint64)
			return err
		}
		past, err := a.committed(tx)
		if err != nil {
			return err
		}
		rep, err := a.across(tx, past, q.ReportQuery)
		if err != nil {
			return err
		}
		held.Cases = stats.CasesOf(f, at, rep.Counted())
		held.Unnamed = rep.At(at) - len(held.Cases)
		return nil
	})
	return held, err
}

// disputesIn lists the matters that a cell of 表四 counts.
func (a *Room) disputesIn(tx *desk.View, cell stats.MatterCell, from, to civil.Date, before uint64) ([]casefile.DisputeID, error) {
	all, err := a.matters(tx, from, to, before)
	if err != nil {
		return nil, err
	}
	var ids []casefile.DisputeID
	for _, m := range all {
		if cell.Holds(m) {
			ids = append(ids, casefile.DisputeID(m.ID))
		}
	}
	return ids, nil
}
