// Package annual is the annual report of the office.
//
//	Room      computes it, for a year or any other span
//	Words     what a clerk writes for it
//	Freezing  a year as it was published, and what has changed since
//	Files     the reports of past years as files
package annual

import (
	"sync"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/stats"
)

// Room reports on years.
type Room struct {
	*desk.Desk
	words Words

	mu   sync.Mutex
	memo memo

	counting sync.Mutex
	counted  map[int]*counted // by the year
	judged   map[span]judged
	gathered map[gathering]*desk.Sums[*stats.Gathered]
	earliest desk.Sums[civil.Date] // on which a case was received; see reaches
	first    desk.Sums[int]        // the year in which a case was received that a report counts; see firstYear
}

// counted are the parts of the report of a year, as they are counted by what the books say.
type counted struct {
	books   string
	cal     *workday.Calendar
	counter *stats.Counter // by these books, for Again
	sums    desk.Sums[*stats.Part]
}

// mostCounted bounds the years of which parts are kept: each holds the numbers of the cases that the year counts, and of all
// that are frozen.
const mostCounted = 12

// parts counts a year that is not frozen, part by part: after a record only the block of its case is counted anew. Like
// committed it is for looking only.
func (a *Room) parts(tx *desk.View, year int, past past, o stats.Options) (*stats.Counter, []*stats.Part, error) {
	o.Listed = true
	books := past.books()
	a.counting.Lock()
	k := a.counted[year]
	if k == nil || k.books != books || k.cal != o.Calendar {
		counter, err := stats.NewCounter(year, o)
		if err != nil {
			a.counting.Unlock()
			return nil, nil, err
		}
		if k = (&counted{books: books, cal: o.Calendar, counter: counter.Again(stats.Options{})}); len(a.counted) >= mostCounted || a.counted == nil {
			a.counted = map[int]*counted{}
		}
		a.counted[year] = k
	}
	a.counting.Unlock()
	counter := k.counter.Again(o)
	all, err := k.sums.Of(tx, false, counter.Count)
	return counter, all, err
}

func New(d *desk.Desk) *Room { return &Room{Desk: d, words: Words{d}} }

// memo keeps the reports of the years as the register stands, for whoever looks at one page after the other: a year of a
// large office takes tens of milliseconds. Nothing in it is changed once it is there.
type memo struct {
	seq     uint64            // the register's head
	cal     *workday.Calendar // in a moment of an import the head is new and the calendar is not
	today   civil.Date
	running *desk.Running
	past    *past
	reports map[int]remembered
	cells   map[ask.CellQuery]ask.CellCases
	spans   map[ask.Span]stats.Summary
	trials  map[trial]ask.Rehearsal
}

// trial is a year whose end is rehearsed, with the words that its report would be made with.
type trial struct {
	year  int
	words string
}

// remembered is the report of a year with the words that it was made with.
type remembered struct {
	words  string
	report stats.Report
}

// asItStands is the memo of the register as tx sees it; mu must be held.
func (a *Room) asItStands(tx *desk.View) *memo {
	seq, _ := tx.Head()
	cal := a.Reg.Calendar()
	if m := &a.memo; m.seq != seq || m.cal != cal || m.today != a.Today() || m.running != a.Live() {
		a.memo = memo{seq: seq, cal: cal, today: a.Today(), running: a.Live(), reports: make(map[int]remembered), cells: make(map[ask.CellQuery]ask.CellCases),
			spans: make(map[ask.Span]stats.Summary), trials: make(map[trial]ask.Rehearsal)}
	}
	return &a.memo
}

// committed is pastYears of what is committed: tx must not have recorded anything itself.
func (a *Room) committed(tx *desk.View) (past, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	m := a.asItStands(tx)
	if m.past == nil {
		p, err := pastYears(tx)
		if err != nil {
			return p, err
		}
		m.past = &p
	}
	return *m.past, nil
}

// standing is the report of a year that is not frozen, computed as far as the year has come. Like committed, it is
// for looking only.
func (a *Room) standing(tx *desk.View, past past, year int) (stats.Report, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	m := a.asItStands(tx)
	words := a.words.state(year) + a.words.state(year-1)
	if r, ok := m.reports[year]; ok && r.words == words {
		r.report.GeneratedAt = a.Now().In(civil.Zone)
		return r.report, nil
	}
	rep, err := a.reported(tx, past, year)
	if err == nil {
		m.reports[year] = remembered{words, rep}
	}
	return rep, err
}

func (a *Room) reported(tx *desk.View, past past, year int) (rep stats.Report, err error) {
	var o stats.Options
	if err := a.complete(tx, year, past, &o); err != nil {
		return rep, err
	}
	counter, parts, err := a.parts(tx, year, past, o)
	if err != nil {
		return rep, err
	}
	return counter.Report(parts)
}

// kept is an answer as the register stands: made, or as it was made before.
func kept[K comparable, V any](a *Room, tx *desk.View, in func(*memo) map[K]V, key K, answer func() (V, error)) (V, error) {
	a.mu.Lock()
	v, ok := in(a.asItStands(tx))[key]
	a.mu.Unlock()
	if ok {
		return v, nil
	}
	v, err := answer() // what it asks for in turn takes the lock itself
	if err == nil {
		a.mu.Lock()
		defer a.mu.Unlock()
		if all := in(a.asItStands(tx)); len(all) < mostKept {
			all[key] = v
		}
	}
	return v, err
}

// mostKept bounds the memory of one kind of answer: a year has some two hundred cells.
const mostKept = 400
