package stats

import (
	"fmt"
	"iter"
	"time"

	"ysq.internal/ysq/casefile"
)

// book places cases into the table of one year. Counting and listing a cell's cases ask the same
// book, so that a number and the list behind it cannot differ.
type book struct {
	year  int
	new   int // rows of 表三, as indices into Format.Rows
	in    int
	ended int
	out   int
	// outcome is the row of each outcome; 0, which is no outcome's row, for one that has none.
	outcome [256]uint8
}

func open(year int, f Format) *book {
	b := &book{year: year}
	for i, r := range f.Rows {
		switch r.Counts {
		case CountsNew:
			b.new = i
		case CountsCarriedIn:
			b.in = i
		case CountsEnded:
			b.ended = i
		case CountsCarriedOut:
			b.out = i
		case CountsOutcome:
			b.outcome[r.Outcome] = uint8(i)
		}
	}
	return b
}

// entry is what a case adds to the year: at most three rows in one column, and what a person has to
// look at.
type entry struct {
	column   casefile.Column
	rows     [3]int // how it came in and how it went out, the first n of them
	n        int
	findings findings
}

func (e *entry) add(row int) {
	e.rows[e.n] = row
	e.n++
}

// enter says where a case stands in the year's table. Every case that the year concerns is either in
// the table or among the findings.
func (b *book) enter(c *casefile.Case) entry {
	var e entry
	arrived, received := c.ArrivedOn.Year(), c.NewIn()
	if !c.Counts() {
		undecided := c.Kind == casefile.KindNone && c.Stage != casefile.StageDismissed
		e.note(unregistered, undecided && arrived <= b.year)
		e.note(leftOut, !undecided && arrived == b.year)
		return e
	}
	// Both years that a case between them may belong to list it, until a person has said which.
	e.note(betweenYears, (arrived == b.year || arrived == b.year-1) && betweenTheYears(c))
	e.note(undated, received == 0)
	if received == 0 || received > b.year {
		return e
	}
	ended := endedIn(c, received)
	e.note(reopened, ended != 0 && ended <= b.year && handledAgain(c, ended, b.year))
	if ended != 0 && ended < b.year {
		return e
	}
	if c.Column == casefile.ColumnNone || int(c.Column) > total {
		e.note(withoutColumn, true)
		return e
	}
	e.column = c.Column
	if received == b.year {
		e.add(b.new)
	} else {
		e.add(b.in)
	}
	switch {
	case ended == b.year:
		// （七） counts the ending and the rows above it count the outcomes, so that their sum is a test.
		e.add(b.ended)
		if row := b.outcome[c.Tally]; row != 0 {
			e.add(int(row))
		} else {
			e.note(unaccounted, true)
		}
	case ended != 0 || c.Stage.Open():
		e.add(b.out)
		e.note(provisional, c.Strict.Provisional || c.Legal.Provisional)
	default:
		e.note(unaccounted, true)
	}
	return e
}

// endedIn is the year in whose 办理结果 the case counts: that of the stop date, but never one before
// that of its 新收. 0 for a case without an outcome.
func endedIn(c *casefile.Case, received int) int {
	if c.TallyOn.IsZero() {
		return 0
	}
	return max(c.TallyOn.Year(), received)
}

// betweenTheYears tells a case that arrived in the last days of a year and was confirmed in the next,
// or still is not confirmed, and of which nobody has said to which of them it belongs (domain.md §4).
func betweenTheYears(c *casefile.Case) bool {
	if c.CountedIn != 0 || !c.Channel.NeedsConfirmation() {
		return false
	}
	year, month, day := c.ArrivedOn.Date()
	if month != time.December || day < 20 {
		return false
	}
	if c.ConfirmedOn.IsZero() {
		return c.TallyOn.IsZero()
	}
	return c.ConfirmedOn.Year() > year
}

// handledAgain tells a case that was reopened and has its new answer, or the work on it, in the year.
// 表三 does not count it a second time; 第六部分 tells of it.
func handledAgain(c *casefile.Case, ended, year int) bool {
	if c.StoppedOn.IsZero() {
		return c.Stage.Open() && c.Strict.Start.Year() <= year
	}
	return c.StoppedOn.Year() == year && ended < year
}

// holds reports whether the case is one of those that a cell counts.
func (e entry) holds(cell Cell) bool {
	if cell.Column != casefile.ColumnNone && cell.Column != e.column {
		return false
	}
	for _, row := range e.rows[:e.n] {
		if row == cell.Row {
			return true
		}
	}
	return false
}

// Cases lists the cases that a cell of 表三 counts, in the order in which they come.
func Cases(year int, f Format, cell Cell, cases iter.Seq2[casefile.Case, error]) ([]casefile.ID, error) {
	b := open(year, f)
	var ids []casefile.ID
	for c, err := range cases {
		if err != nil {
			return nil, fmt.Errorf("listing %s of %d: %w", f.CellName(cell), year, err)
		}
		if b.enter(&c).holds(cell) {
			ids = append(ids, c.ID)
		}
	}
	return ids, nil
}
