// Package stats is the annual report on 政府信息公开 as values: the numbers of 表三 and 表四, the
// checks that auditors make, and for every number the cases it counts.
//
// The table is a picture of the cases: nothing is stored, every number is counted anew from what
// the register says of each case, each row by itself. No row is worked out from others, so that the
// identities of the form (domain.md §4) are tests and not tautologies. A case that the year concerns
// and that cannot be put into the table is never left out silently: a check names it.
//
// Nothing here does I/O or asks for the time.
package stats

import (
	"fmt"
	"iter"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// Report is a year's report. Its JSON is an interface (design.md §6): a key that this version cannot
// fill from what the register records is absent, not zero.
type Report struct {
	Format      string    `json:"format"` // names the Format that says what the lines of the tables are
	Agency      string    `json:"agency"`
	Year        int       `json:"year"`
	GeneratedAt time.Time `json:"generated_at"` // in Asia/Shanghai
	// Frozen is true of a report as it was published; one that was computed just now is not.
	Frozen bool        `json:"frozen"`
	Table3 []Line      `json:"table3"` // one line for each of Format.Rows
	Table4 []Standings `json:"table4"` // one line for each of Format.Tracks
	Checks []Check     `json:"checks"`
}

// Options is what Compute needs beside the cases.
type Options struct {
	Agency string
	// Now is when the report is made; on its day in Asia/Shanghai depends whether the year is over.
	Now time.Time
	// Matters are the year's 复议 and 诉讼. nil means that nobody has recorded them, which the report
	// says; a list that is empty but not nil means that there were none.
	Matters []Matter
}

// Compute counts a year. It reads every case once and keeps none of them; it allocates only for
// those that a check has to name. The error is that of reading, or of a Matter that no cell is for.
func Compute(year int, cases iter.Seq2[casefile.Case, error], o Options) (Report, error) {
	f := format202130()
	r := Report{
		Format: f.Name, Agency: o.Agency, Year: year, GeneratedAt: o.Now.In(civil.Zone),
		Table3: make([]Line, len(f.Rows)),
	}
	b := open(year, f)
	var found [lastFinding][]casefile.ID
	for c, err := range cases {
		if err != nil {
			return Report{}, fmt.Errorf("computing the report of %d: %w", year, err)
		}
		e := b.enter(&c)
		for _, row := range e.rows[:e.n] {
			r.Table3[row][place(e.column)]++
			r.Table3[row][total]++
		}
		for k := range lastFinding {
			if e.findings.has(k) {
				found[k] = append(found[k], c.ID)
			}
		}
	}
	var err error
	if r.Table4, err = countMatters(o.Matters); err != nil {
		return Report{}, fmt.Errorf("computing the report of %d: %w", year, err)
	}
	r.Checks = r.identities(f)
	for k := range lastFinding {
		r.Checks = append(r.Checks, k.check(found[k]))
	}
	r.Checks = append(r.Checks, disputesRecorded(o.Matters), yearOver(year, civil.Of(o.Now)))
	return r, nil
}

// At returns a number of 表三.
func (r Report) At(c Cell) int { return r.Table3[c.Row].At(c.Column) }

// OK reports whether no check has failed. Warnings do not count.
func (r Report) OK() bool {
	for _, c := range r.Checks {
		if !c.OK {
			return false
		}
	}
	return true
}
