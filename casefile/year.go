package casefile

import (
	"encoding/json"
	"fmt"
	"strings"

	"ysq.internal/ysq/casefile/workday"
)

// The kinds of what is recorded of a year.
const (
	KindOpeningBalance  Kind = "opening-balance"
	KindYearClosed      Kind = "year-closed"
	KindYearReopened    Kind = "year-reopened"
	KindCalendarAdopted Kind = "calendar-adopted"
)

// years are the rows of these kinds.
func years() []KindInfo {
	return []KindInfo{
		of(KindInfo{Label: "期初", Article: "国办公开办函〔2021〕30号", Counts: CountsCarried}, does[OpeningBalance]{
			says: func(e OpeningBalance) string { return phrases(carried(e), prefixed("据 ", e.Source)) },
		}),
		of(KindInfo{Label: "年度冻结", Article: "条例第四十九条、国办公开办函〔2021〕30号", Counts: CountsFreezing}, does[YearClosed]{
			says: func(e YearClosed) string {
				return phrases(fmt.Sprintf("%d 年年度报告，计 %d 件", e.Year, len(e.Cases)), "摘要 "+e.Digest.Short(), waived(e.Waivers))
			},
		}),
		of(KindInfo{Label: "年度解冻", Counts: CountsFreezing}, does[YearReopened]{
			says: func(e YearReopened) string { return phrases(fmt.Sprintf("%d 年", e.Year), e.Reason) },
		}),
		of(KindInfo{Label: "采用日历"}, does[CalendarAdopted]{
			says: func(e CalendarAdopted) string { return phrases(fmt.Sprintf("%d 年", e.Year.Year), e.Notice, e.Reason) },
		}),
	}
}

// OpeningBalance (期初) is 上年结转 of the register's first year, column by column in the order of
// Columns: row 四 of the report before. On is 1 January of that year.
type OpeningBalance struct {
	Year    int               `json:"year"`
	Columns [len(Columns)]int `json:"columns"`
	Source  string            `json:"source,omitzero"` // the report it comes from
}

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

// CalendarAdopted (采用日历) adds a notice of the State Council, or local days, to the calendar.
type CalendarAdopted struct {
	workday.Year
	Reason string `json:"reason,omitzero"`
}

func (OpeningBalance) Kind() Kind  { return KindOpeningBalance }
func (YearClosed) Kind() Kind      { return KindYearClosed }
func (YearReopened) Kind() Kind    { return KindYearReopened }
func (CalendarAdopted) Kind() Kind { return KindCalendarAdopted }

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

func carried(e OpeningBalance) string {
	total, columns := 0, []string(nil)
	for i, c := range Columns {
		total += e.Columns[i]
		columns = append(columns, fmt.Sprintf("%s %d", c.Label(), e.Columns[i]))
	}
	return fmt.Sprintf("%d 年上年结转 %d 件：%s", e.Year, total, strings.Join(columns, "、"))
}

func waived(all []Waiver) string {
	var said []string
	for _, w := range all {
		said = append(said, w.Check+"："+w.Reason)
	}
	return prefixed("豁免 ", strings.Join(said, "；"))
}
