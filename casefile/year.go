package casefile

import "encoding/json"

// The kinds of what is recorded of a year.
const (
	KindYearClosed   Kind = "year-closed"
	KindYearReopened Kind = "year-reopened"
)

// YearClosed (年度冻结) fixes a year's report as it is published. Nothing that is recorded later
// changes it: the next year's 上年结转 is what this report carried out, case by case.
type YearClosed struct {
	Year    int             `json:"year"`
	Report  json.RawMessage `json:"report"` // the report as JSON, byte for byte as `ysq report --format json` prints it
	Digest  Digest          `json:"digest"` // of Report
	Waivers []Waiver        `json:"waivers,omitzero"`
	Cases   []Counted       `json:"cases,omitzero"` // every case that 表三 counts, in the order of numbers
}

// Waiver is a check that failed, and why the year was closed nevertheless.
type Waiver struct {
	Check  string `json:"check"` // its id
	Reason string `json:"reason"`
}

// Counted is where a frozen 表三 has a case.
type Counted struct {
	Case   ID     `json:"case"`
	Column Column `json:"column"`
	Came   string `json:"came"` // number of the row by which it came in: 一 or 二
	Went   string `json:"went"` // of the row by which it went out: （三）4, or 四 for one that is open
}

// YearReopened (年度解冻) undoes the latest freezing: the year is computed again.
type YearReopened struct {
	Year   int    `json:"year"`
	Reason string `json:"reason"`
}

func (YearClosed) Kind() Kind   { return KindYearClosed }
func (YearReopened) Kind() Kind { return KindYearReopened }

// FoldYear returns the freezing of a year that stands, of its records in the order of recording; ok
// is false for a year that is open.
func FoldYear(history []Record) (closed YearClosed, by Record, ok bool) {
	for _, r := range history {
		switch e := r.Event.(type) {
		case YearClosed:
			closed, by, ok = e, r, true
		case YearReopened:
			closed, by, ok = YearClosed{}, Record{}, false
		}
	}
	return closed, by, ok
}
