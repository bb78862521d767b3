package stats

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"slices"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// book places cases into the table of one period. Counting and listing a cell's cases ask the same
// book, so that a number and the list behind it cannot differ.
type book struct {
	year     int
	from, to civil.Date // the period: a year, or a part of one
	format   Format

	new   int // rows of 表三, as indices into Format.Rows
	in    int
	ended int
	out   int
	// outcome is the row of each outcome; 0, which is no outcome's row, for one that has none.
	outcome [256]uint8

	opening casefile.OpeningBalance
	named   [len(casefile.Columns)]int // carried cases met so far, by column
	frozen  int                        // the last frozen year before; 0: none
	fixed   map[casefile.ID]fixed      // what the frozen years before say
	closed  []int                      // all frozen years
	own     map[casefile.ID]bool       // cases that this year counts, where it is frozen and Options.Published
	later   map[casefile.ID]bool       // cases that frozen years after this one count: true for what was carried into them
}

// fixed is a case that a frozen year counts.
type fixed struct {
	year   int
	column casefile.Column
	open   bool // carried out of it
}

func open(year int, f Format, o Options) *book {
	b := &book{
		year: year, format: f, opening: o.Opening,
		from: max(o.From, civil.New(year, time.January, 1)), to: civil.New(year, time.December, 31),
		new: f.rowOf(CountsNew), in: f.rowOf(CountsCarriedIn), ended: f.rowOf(CountsEnded), out: f.rowOf(CountsCarriedOut),
	}
	if !o.To.IsZero() {
		b.to = min(o.To, b.to)
	}
	for i, r := range f.Rows {
		for _, outcome := range r.Outcomes {
			b.outcome[outcome] = uint8(i)
		}
	}
	for _, y := range o.Closed {
		b.closed = append(b.closed, y.Year)
		if y.Year == year && o.Published {
			b.own = make(map[casefile.ID]bool)
			for _, c := range y.Cases {
				b.own[c.Case] = true
			}
			continue
		}
		if y.Year >= year {
			for _, c := range y.Cases {
				if b.later == nil {
					b.later = make(map[casefile.ID]bool)
				}
				if _, known := b.later[c.Case]; !known {
					b.later[c.Case] = c.Came == f.Rows[b.in].Number
				}
			}
			continue
		}
		b.frozen = max(b.frozen, y.Year)
		if b.fixed == nil {
			b.fixed = make(map[casefile.ID]fixed)
		}
		for _, c := range y.Cases {
			b.fixed[c.Case] = fixed{y.Year, c.Column, c.Went == f.Rows[b.out].Number}
		}
	}
	return b
}

// whole reports whether the period is a whole year.
func (b *book) whole() bool {
	return b.from == civil.New(b.year, time.January, 1) && b.to == civil.New(b.year, time.December, 31)
}

// entry is what a case adds to the period: at most three rows in one column, and what a person has to
// look at.
type entry struct {
	column   casefile.Column
	rows     [3]int // how it came in and how it went out, the first n of them
	n        int
	ended    bool       // in the period, with an outcome of its own
	came     civil.Date // of one that is 新收
	went     civil.Date // of one that ended
	findings findings
}

func (e *entry) add(row int) {
	e.rows[e.n] = row
	e.n++
}

// enter says where a case stands in the table. Every case that the period concerns is either in the
// table or among the findings.
func (b *book) enter(c *casefile.Case) entry {
	var e entry
	if was, ok := b.fixed[c.ID]; ok {
		b.enterFixed(&e, c, was)
		return e
	}
	if !c.Counts() {
		undecided := c.Kind == casefile.KindNone && c.Stage != casefile.StageDismissed
		e.note(unregistered, undecided && c.ArrivedOn <= b.to)
		e.note(leftOut, !undecided && c.ArrivedOn >= b.from && c.ArrivedOn <= b.to)
		return e
	}
	if c.Carried {
		b.enterCarried(&e, c)
		return e
	}
	// Both years that a case between them may belong to list it, until a person has said which.
	arrived := c.ArrivedOn.Year()
	e.note(betweenYears, (arrived == b.year || arrived == b.year-1) && betweenTheYears(c))
	received := receivedOn(c)
	e.note(undated, received.IsZero())
	if received.IsZero() || received > b.to {
		return e
	}
	if carried, known := b.later[c.ID]; known {
		if !carried {
			return e // 新收 in a year that is published
		}
	} else if !b.own[c.ID] && b.late(c, received) {
		if received = civil.New(slices.Max(b.closed)+1, time.January, 1); received > b.to {
			return e
		}
		e.note(lateEntry, b.year == received.Year())
	}
	b.place(&e, c, c.Column, received, endedOn(c, received))
	return e
}

// late tells a case that a frozen year would count and does not: it came to be known when the year was
// published. It is counted as if it had come in the first year after all frozen ones, and in no other.
func (b *book) late(c *casefile.Case, received civil.Date) bool {
	ended := math.MaxInt
	if !c.TallyOn.IsZero() {
		ended = max(c.TallyOn, received).Year()
	}
	return slices.ContainsFunc(b.closed, func(year int) bool { return received.Year() <= year && year <= ended })
}

// enterCarried places a case of the opening balance: it is 上年结转 from the opening year on, never
// 新收, and adds nothing to earlier reports.
func (b *book) enterCarried(e *entry, c *casefile.Case) {
	first := b.opening.Year
	if first == 0 {
		e.note(withoutOpening, true)
		first = c.ReceivedOn().Year() + 1
	}
	if b.to.Year() < first {
		return
	}
	if c.Column == casefile.ColumnNone || int(c.Column) > total {
		e.note(withoutColumn, true)
		return
	}
	b.named[place(c.Column)]++
	e.note(carriedOver, true)
	received := civil.New(first, time.January, 1).Add(-1)
	// A frozen year counted it without its number, as part of what it carried out.
	b.place(e, c, c.Column, received, endedOn(c, civil.New(max(first, b.frozen+1), time.January, 1)))
}

// enterFixed places a case that a frozen year counts: it keeps the column that was published, and
// what the year carried out leaves the books only by an outcome or as 其他处理-其他 (casefile/LAW.md#annual-report).
func (b *book) enterFixed(e *entry, c *casefile.Case, was fixed) {
	if c.Carried {
		b.named[place(was.column)]++
		e.note(carriedOver, true)
	}
	next := civil.New(was.year+1, time.January, 1)
	if !was.open {
		e.note(reopened, handledAgain(c, next.Add(-1), b.from, b.to))
		return
	}
	ended := endedOn(c, next)
	counted := *c
	if !c.Counts() { // dismissed, merged or found to be something else; heads do not know the day
		ended, counted.Tally = next, casefile.OtherOutcome
		e.note(leftBooks, b.year == next.Year())
	}
	b.place(e, &counted, was.column, next.Add(-1), ended)
}

// place enters a case that came on one day and ended on another, zero for one that has no outcome.
func (b *book) place(e *entry, c *casefile.Case, column casefile.Column, received, ended civil.Date) {
	over := !ended.IsZero() && ended <= b.to
	e.note(reopened, over && handledAgain(c, ended, b.from, b.to))
	if over && ended < b.from {
		return
	}
	if column == casefile.ColumnNone || int(column) > total {
		e.note(withoutColumn, true)
		return
	}
	e.column = column
	e.note(reclassified, c.Reclassified > 0)
	if received >= b.from {
		e.came = received
		e.add(b.new)
	} else {
		e.add(b.in)
	}
	switch {
	case over:
		// （七） counts the ending and the rows above it count the outcomes, so that their sum is a test.
		e.ended, e.went = true, ended
		e.add(b.ended)
		if row := b.outcome[c.Tally]; row != 0 {
			e.add(int(row))
		} else {
			e.note(unaccounted, true)
		}
	case !ended.IsZero() || c.Stage.Open():
		e.add(b.out)
		e.note(provisional, c.Strict.Provisional || c.Legal.Provisional)
	default:
		e.note(unaccounted, true)
	}
}

// placed names the rows of an entry.
func (b *book) placed(e entry, c casefile.Case) Placed {
	p := Placed{
		Counted: casefile.Counted{Case: c.ID, Column: e.column, Came: b.format.Rows[e.rows[0]].Number},
		Subject: cmp.Or(c.Request, c.Subject), Received: c.ReceivedOn(), Stopped: c.StoppedOn,
	}
	if e.n > 1 {
		p.Went = b.format.Rows[e.rows[e.n-1]].Number
	}
	return p
}

// receivedOn is the day by which the case is 新收: that of its receipt, moved into the year that a
// person has said.
func receivedOn(c *casefile.Case) civil.Date {
	day := c.ReceivedOn()
	switch {
	case c.CountedIn == 0 || c.CountedIn == day.Year():
		return day
	case c.CountedIn > day.Year():
		return civil.New(c.CountedIn, time.January, 1)
	}
	return civil.New(c.CountedIn, time.December, 31)
}

// endedOn is the day by which the case counts in 办理结果: the stop date, but none before it could be
// counted. Zero for a case without an outcome.
func endedOn(c *casefile.Case, earliest civil.Date) civil.Date {
	if c.TallyOn.IsZero() {
		return 0
	}
	return max(c.TallyOn, earliest)
}

// betweenTheYears tells a case that arrived in the last days of a year and was confirmed in the next,
// or still is not confirmed, and of which nobody has said to which of them it belongs (casefile/LAW.md#annual-report).
func betweenTheYears(c *casefile.Case) bool {
	if c.CountedIn != 0 || !c.ToConfirm {
		return false
	}
	year, month, day := c.ArrivedOn.Date()
	if month != time.December || day < casefile.Regulations().On(c.ArrivedOn).YearTurn {
		return false
	}
	if c.ConfirmedOn.IsZero() {
		return c.TallyOn.IsZero()
	}
	return c.ConfirmedOn.Year() > year
}

// handledAgain tells a case that had ended before the period, was reopened, and has its new answer,
// or the work on it, in the period. 表三 does not count it a second time; 第六部分 mentions it.
func handledAgain(c *casefile.Case, ended, from, to civil.Date) bool {
	if c.StoppedOn.IsZero() {
		return c.Stage.Open() && c.Strict.Start <= to
	}
	return c.StoppedOn >= from && c.StoppedOn <= to && ended < from && c.StoppedOn > ended
}

// holds reports whether the case is one of those that a cell counts.
func (e entry) holds(cell Cell) bool {
	if cell.Column != casefile.ColumnNone && cell.Column != e.column {
		return false
	}
	return slices.Contains(e.rows[:e.n], cell.Row)
}

// Cases lists the cases that a cell of 表三 counts, in the order in which they come, and how many more
// the cell has of an opening balance for which no case was entered.
func Cases(year int, f Format, cell Cell, cases iter.Seq2[casefile.Case, error], o Options) (ids []casefile.ID, unnamed int, err error) {
	b := open(year, f, o)
	for c, err := range cases {
		if err != nil {
			return nil, 0, fmt.Errorf("listing %s of %d: %w", f.CellName(cell), year, err)
		}
		if b.enter(&c).holds(cell) {
			ids = append(ids, c.ID)
		}
	}
	return ids, b.unnamed(cell), nil
}

// unnamed is how many more a cell has of an opening balance for which no case was entered.
func (b *book) unnamed(cell Cell) (all int) {
	if cell.Row != b.in && cell.Row != b.out {
		return 0
	}
	for i, n := range b.rest().unnamed {
		if cell.Column == casefile.ColumnNone || cell.Column == casefile.Columns[i] {
			all += n
		}
	}
	return all
}

// CasesOf lists the cases of a cell in what a frozen year says.
func CasesOf(f Format, cell Cell, counted []casefile.Counted) []casefile.ID {
	row := f.Rows[cell.Row]
	var ids []casefile.ID
	for _, c := range counted {
		ended := row.Counts == CountsEnded && c.Went != f.Rows[f.rowOf(CountsCarriedOut)].Number
		if (cell.Column == casefile.ColumnNone || cell.Column == c.Column) && (ended || c.Came == row.Number || c.Went == row.Number) {
			ids = append(ids, c.Case)
		}
	}
	return ids
}
