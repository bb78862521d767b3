// Package stats is the annual report on 政府信息公开 as values: its six parts, the checks that auditors
// make, and for every number of 表三 the cases it counts.
//
//	format, cell   the printed form, a file for each circular; naming a cell
//	book           where a case stands in 表三
//	facts, prose   表二 and the words, which a clerk writes; the numbers in the words come from the tables
//	claims, topics what the words claim of the tables
//	audit          reports of offices and years against one another
//	course         how the year went, for charts
//	checks, diff   what hangs together, and what differs
//	merge          several offices' reports as one
//
// 表三 is a picture of the cases: every number is counted anew from what the register says of each
// case, each row by itself. No row is worked out from others, so that the identities of the form
// (casefile/LAW.md#annual-report) are tests and not tautologies. A case that the year concerns and that cannot be put
// into the table is never left out silently: a check names it.
//
// Nothing here does I/O or asks for the time.
package stats

import (
	"cmp"
	"iter"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// Report is a year's report. Its JSON is an interface: a key that nobody has filled is
// absent, not zero.
type Report struct {
	Format      string     `json:"format"` // names the Format that says what the lines of the tables are
	Agency      string     `json:"agency"`
	Year        int        `json:"year"`
	From        civil.Date `json:"from,omitzero"` // of a report on a part of the year
	To          civil.Date `json:"to,omitzero"`
	GeneratedAt time.Time  `json:"generated_at,omitzero"` // in Asia/Shanghai
	// Frozen is true of a report as it was published; one that was computed just now is not.
	Frozen bool  `json:"frozen"`
	Table2 Facts `json:"table2,omitzero"`
	// Table2Format names the Format of 表二 where it is not that of the report: reports of 2021 and later
	// were published with the 表二 of 2019, and sums of both forms have one of each.
	Table2Format string      `json:"table2_format,omitzero"`
	Table3       []Line      `json:"table3"` // one line for each of Format.Rows
	Table4       []Standings `json:"table4"` // one line for each of Format.Tracks
	Fees         Fees        `json:"fees"`
	Sections     Sections    `json:"sections"`
	Checks       []Check     `json:"checks"`
	// Course is how the year went; nil for what was published elsewhere.
	Course *Course `json:"course,omitzero"`
	// Cases are those that 表三 counts, where they were asked for.
	Cases []Placed `json:"cases,omitzero"`
}

// Form returns the printed form of the report, with the 表二 that it has.
func (r Report) Form() (Format, error) {
	f, err := FormatOf(r.Format)
	if err != nil || r.Table2Format == "" || r.Table2Format == r.Format {
		return f, err
	}
	other, err := FormatOf(r.Table2Format)
	f.Facts = other.Facts
	return f, err
}

// Fees is the 信息处理费 received in the year (国办函〔2020〕109号).
type Fees struct {
	Yuan  int `json:"yuan"`
	Cases int `json:"cases"` // cases on which it was paid
}

// Placed is a case in its place in 表三, with what tells it from others.
type Placed struct {
	casefile.Counted
	Subject  string     `json:"subject,omitzero"`
	Received civil.Date `json:"received,omitzero"`
	Stopped  civil.Date `json:"stopped,omitzero"`
}

// Options is what Compute needs beside the cases. The zero value computes the whole year as if
// nothing had been before it.
type Options struct {
	Agency string
	// Now is when the report is made; on its day in Asia/Shanghai depends whether the year is over.
	Now time.Time
	// Format names the form; "" means Current.
	Format string
	// From and To bound a part of the year, both days included; zero means the year's first, its last.
	From, To civil.Date
	// Matters are the year's 复议 and 诉讼. nil means that nobody has recorded them, which the report
	// says; a list that is empty but not nil means that there were none.
	Matters []Matter
	// Opening is 上年结转 of the register's first year; the zero value means that none was recorded.
	Opening casefile.OpeningBalance
	// Closed are the frozen years, the earliest first; of a year that is frozen itself, those before it.
	Closed []Closed
	// Published is whether the year itself, where it is among Closed, keeps to what it counts, as the part of a span that goes
	// on into later years must: what turned up afterwards is 新收 in one of those.
	Published bool
	// Calendar tells what is on time; nil: the report does not say.
	Calendar *workday.Calendar
	// First is the year in which the register begins; 0: it is not said. Earlier cases may be in it.
	First int
	// Before is last year's report as it was frozen or published; nil: there is none to compare with.
	Before *Report
	// LastFacts is last year's 表二; nil: that of Before.
	LastFacts Facts
	// Manual is what the clerk wrote for the year; nil: nothing yet.
	Manual *Manual
	Fees   Fees
	// Mails are those of which nobody has decided what they are, arrived by the year's end.
	Mails Undecided
	// Whole reads a case with all its texts, of which the register's heads have only Document; nil:
	// the cases come whole.
	Whole func(casefile.ID) (casefile.Case, error)
	// Trace asks for Report.Cases, Listed for Counter.Cases.
	Trace, Listed bool
}

// Undecided counts mails that may be applications.
type Undecided struct{ Parked, Quarantined int }

// Closed is what a frozen year says of the cases that it counts.
type Closed struct {
	Year  int
	Cases []casefile.Counted
}

// Compute counts a year. It reads every case once and, unless asked to trace, keeps none of them; it
// allocates only for those that a check has to name. The error is that of reading, of the format, or
// of a Matter that no cell is for.
func Compute(year int, cases iter.Seq2[casefile.Case, error], o Options) (Report, error) {
	k, err := NewCounter(year, o)
	if err != nil {
		return Report{}, err
	}
	all, err := k.Count(cases)
	if err != nil {
		return Report{}, err
	}
	return k.Report([]*Part{all})
}

// lastFacts is table 2 of the year before, where it has the form of this year's.
func (o Options) lastFacts(format string) Facts {
	if o.LastFacts == nil && o.Before != nil && cmp.Or(o.Before.Table2Format, o.Before.Format) == format {
		return o.Before.Table2
	}
	return o.LastFacts
}

// NoData is the check of a report on a year of which the register knows nothing.
const NoData = "no-data"

// needsDocument reports whether the case was answered in writing: silence that lapses and a
// withdrawal have no letter.
func needsDocument(c *casefile.Case) bool {
	return !c.Tally.Lapse() && c.Tally != casefile.OutcomeNone && !c.RepliedOn.IsZero()
}

// add counts n cases in a column.
func (l *Line) add(c casefile.Column, n int) {
	l[place(c)] += n
	l[total] += n
}

// At returns a number of 表三.
func (r Report) At(c Cell) int { return r.Table3[c.Row].At(c.Column) }

// OK reports whether no check has failed. Warnings do not count.
func (r Report) OK() bool { return len(r.Failed()) == 0 }

func (r Report) Failed() []Check {
	var all []Check
	for _, c := range r.Checks {
		if c.Level == Failure {
			all = append(all, c)
		}
	}
	return all
}
