package stats_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/stats"
)

// lives draws a case by recording whatever the rules allow on random days of three years.
func lives(t *rapid.T, id casefile.ID) casefile.Case {
	law, cal := casefile.Regulations, workday.Embedded()
	day := civil.New(2024, time.January, 1).Add(rapid.IntRange(0, 900).Draw(t, "arrival"))
	channel := rapid.SampledFrom([]casefile.Channel{casefile.Email, casefile.RegisteredPost}).Draw(t, "channel")
	history := []casefile.Record{{Seq: 1, On: day, Case: id, Event: casefile.Received{Channel: channel}}}
	for range rapid.IntRange(0, 12).Draw(t, "steps") {
		day += civil.Date(rapid.SampledFrom([]int{0, 0, 1, 3, 9, 40}).Draw(t, "days"))
		d := casefile.Draft{Case: id, On: day, Event: happens(t, day, len(history))}
		if _, err := casefile.Decide(history, d, day, law, cal); err == nil {
			history = append(history, casefile.Record{Seq: uint64(len(history) + 1), On: day, Case: id, Event: d.Event})
		}
	}
	return casefile.Fold(id, history, law, cal)
}

func happens(t *rapid.T, day civil.Date, last int) casefile.Event {
	o := rapid.SampledFrom(casefile.Outcomes()).Draw(t, "outcome")
	events := []casefile.Event{
		casefile.Confirmed{},
		casefile.Registered{As: casefile.Application, Applicant: "张三", Column: rapid.SampledFrom(casefile.Columns[:]).Draw(t, "column")},
		casefile.Registered{As: casefile.CorrectionOfRecord, Applicant: "张三"},
		casefile.CorrectionAsked{Items: []string{"文号"}, Until: day + 10},
		casefile.CorrectionReceived{},
		casefile.Replied{Outcome: o, Basis: o.Bases()[0]},
		casefile.Replied{Outcome: casefile.CorrectionLapsed, Basis: "lapse-30"},
		casefile.Dispatched{Way: rapid.SampledFrom([]casefile.Way{casefile.ByEmail, casefile.ByHand}).Draw(t, "way")},
		casefile.Delivered{},
		casefile.DeliveryFailed{Reason: "退信"},
		casefile.Withdrawn{},
		casefile.Archived{},
		casefile.Reopened{Cause: "判决"},
		casefile.Dismissed{Reason: "广告"},
		casefile.Reinstated{Reason: "误判"},
		casefile.CountedIn{Year: day.Year(), Reason: "登记簿"},
		casefile.Voided{Seq: uint64(rapid.IntRange(1, last).Draw(t, "void")), Reason: "误记"},
	}
	return rapid.SampledFrom(events).Draw(t, "event")
}

const firstYear, lastYear = 2023, 2031

// TestProperties: whatever the rules let people record, in every year the numbers hang together, last
// year's 结转 is this year's, each case comes in and goes out once, and a number is the length of the
// list behind it.
func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var cases []casefile.Case
		for i := range rapid.IntRange(1, 6).Draw(t, "cases") {
			cases = append(cases, lives(t, casefile.ID(fmt.Sprintf("2025-%05d", i+1))))
		}
		cases = sound(t, cases)
		f, err := stats.FormatOf(stats.Current)
		if err != nil {
			t.Fatal(err)
		}
		row := func(k stats.Counts) int {
			return slices.IndexFunc(f.Rows, func(r stats.Row) bool { return r.Counts == k })
		}
		entered, left := 0, 0
		var carried stats.Line
		for year := firstYear; year <= lastYear; year++ {
			r := report(t, year, cases)
			for _, c := range r.Checks {
				if !c.OK && c.ID != "unregistered" {
					t.Errorf("%d: %+v", year, c)
				}
			}
			if in := r.Table3[row(stats.CountsCarriedIn)]; in != carried {
				t.Errorf("%d carries in %v, the year before carried out %v", year, in, carried)
			}
			carried = r.Table3[row(stats.CountsCarriedOut)]
			entered += r.At(stats.Cell{Row: row(stats.CountsNew)})
			left += r.At(stats.Cell{Row: row(stats.CountsEnded)})
			lists(t, r, f, cases)
		}
		counting := 0
		for _, c := range cases {
			if c.Counts() {
				counting++
			}
		}
		if open := carried.At(casefile.ColumnNone); entered != counting || left+open != counting {
			t.Errorf("of %d cases that count, %d came in, %d went out and %d are open", counting, entered, left, open)
		}
	})
}

func report(t *rapid.T, year int, cases []casefile.Case) stats.Report {
	r, err := stats.Compute(year, each(cases...), stats.Options{Now: afterwards})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sound leaves out the cases whose records have been made nonsense by voiding, such as one that was
// archived and whose service was voided afterwards. In each year the sums are wrong if and only if
// such a case is named.
func sound(t *rapid.T, cases []casefile.Case) []casefile.Case {
	named := make(map[casefile.ID]bool)
	for year := firstYear; year <= lastYear; year++ {
		right, names := true, 0
		for _, c := range report(t, year, cases).Checks {
			switch c.ID {
			case "column-sums", "balance":
				right = right && c.OK
			case "without-outcome":
				names = len(c.Cases)
				for _, id := range c.Cases {
					named[id] = true
				}
			}
		}
		if right != (names == 0) {
			t.Errorf("%d: sums are right: %t; cases named: %d", year, right, names)
		}
	}
	return slices.DeleteFunc(slices.Clone(cases), func(c casefile.Case) bool { return named[c.ID] })
}

// lists compares every number with the list of its cases.
func lists(t *rapid.T, r stats.Report, f stats.Format, cases []casefile.Case) {
	for row := range f.Rows {
		for _, column := range append([]casefile.Column{casefile.ColumnNone}, casefile.Columns[:]...) {
			cell := stats.Cell{Row: row, Column: column}
			ids, err := stats.Cases(r.Year, f, cell, each(cases...))
			if err != nil {
				t.Fatal(err)
			}
			if len(ids) != r.At(cell) {
				t.Errorf("%d: %s is %d, listed are %v", r.Year, f.CellName(cell), r.At(cell), ids)
			}
		}
	}
}
