package stats_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/stats"
)

// lives draws a case by recording whatever the rules allow on random days of three years.
func lives(t *rapid.T, id casefile.ID) casefile.Case {
	return casefile.Fold(id, life(t, id), casefile.Regulations(), workday.Embedded())
}

func life(t *rapid.T, id casefile.ID) []casefile.Record {
	law, cal := casefile.Regulations(), workday.Embedded()
	day := civil.New(2024, time.January, 1).Add(rapid.IntRange(0, 900).Draw(t, "arrival"))
	channel := rapid.SampledFrom([]casefile.Channel{casefile.Email, casefile.RegisteredPost}).Draw(t, "channel")
	received := casefile.Received{Channel: channel, Carried: day < opened && rapid.Bool().Draw(t, "carried")}
	history := []casefile.Record{{Seq: 1, On: day, Recorded: day.Start(), Case: id, Event: received}}
	for range rapid.IntRange(0, 12).Draw(t, "steps") {
		day += civil.Date(rapid.SampledFrom([]int{0, 0, 1, 3, 9, 40}).Draw(t, "days"))
		d := casefile.Draft{Case: id, On: day, Event: happens(t, day, len(history))}
		if _, err := casefile.Decide(history, d, day, law, cal); err == nil {
			history = append(history, casefile.Record{Seq: uint64(len(history) + 1), On: day, Recorded: day.Start(), Case: id, Event: d.Event})
		}
	}
	return history
}

func happens(t *rapid.T, day civil.Date, last int) casefile.Event {
	o := rapid.SampledFrom(casefile.Outcomes()).Draw(t, "outcome")
	events := []casefile.Event{
		casefile.Confirmed{},
		casefile.Registered{As: casefile.Application, Applicant: "张三", Column: rapid.SampledFrom(casefile.Columns[:]).Draw(t, "column")},
		casefile.Registered{As: casefile.CorrectionOfRecord, Applicant: "张三"},
		casefile.CorrectionAsked{Items: []string{"文号"}, Until: day + 10},
		casefile.CorrectionReceived{},
		casefile.Replied{Outcome: o, Basis: o.Bases()[0], Document: "某依申请〔2025〕1号"},
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

// opened is the first day of the register; what was open then may be carried over from paper.
var opened = civil.New(2025, time.January, 1)

// balance is an opening balance that has at least the carried cases in each column.
func balance(t *rapid.T, cases []casefile.Case) casefile.OpeningBalance {
	o := casefile.OpeningBalance{Year: opened.Year()}
	for _, c := range cases {
		if c.Carried && c.Counts() {
			o.Columns[c.Column-1]++
		}
	}
	o.Columns[rapid.IntRange(0, 5).Draw(t, "column")] += rapid.IntRange(0, 2).Draw(t, "unnamed")
	return o
}

// TestProperties: whatever the rules let people record, in every year the numbers hang together, last
// year's 结转 is this year's, each case comes in and goes out once, and a number is the length of the
// list behind it.
func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var cases []casefile.Case
		for i := range rapid.IntRange(1, 6).Draw(t, "cases") {
			cases = append(cases, lives(t, casefile.ID(fmt.Sprintf("2025-%05d", i+1))))
		}
		o := stats.Options{Opening: balance(t, cases)}
		cases = sound(t, cases, o)
		o.Opening = balance(t, cases)
		f, err := stats.FormatOf(stats.Current)
		if err != nil {
			t.Fatal(err)
		}
		row := func(k stats.Counts) int {
			return slices.IndexFunc(f.Rows, func(r stats.Row) bool { return r.Counts == k })
		}
		parted := rapid.IntRange(firstYear, lastYear).Draw(t, "counted in parts")
		entered, left := 0, 0
		var carried stats.Line
		for year := firstYear; year <= lastYear; year++ {
			r := report(t, year, cases, o)
			if year == parted {
				o.Now = afterwards
				inParts(t, r, cases, o)
			}
			for _, c := range r.Checks {
				// Cases of the year before that are not marked as carried stand beside the balance.
				beside := c.ID == "carry-over" && year == o.Opening.Year
				if !c.OK && c.ID != "unregistered" && !beside {
					t.Errorf("%d: %+v", year, c)
				}
			}
			if in := r.Table3[row(stats.CountsCarriedIn)]; year == o.Opening.Year {
				for i, n := range o.Opening.Columns {
					if in[i] != carried[i]+n {
						t.Errorf("%d carries in %v, the year before carried out %v, the balance is %v", year, in, carried, o.Opening.Columns)
					}
				}
			} else if in != carried {
				t.Errorf("%d carries in %v, the year before carried out %v", year, in, carried)
			}
			carried = r.Table3[row(stats.CountsCarriedOut)]
			entered += r.At(stats.Cell{Row: row(stats.CountsNew)})
			left += r.At(stats.Cell{Row: row(stats.CountsEnded)})
			lists(t, r, f, cases, o)
		}
		joins(t, cases, o)
		counting := 0
		for _, c := range cases {
			if c.Counts() && !c.Carried {
				counting++
			}
		}
		opening := 0
		for _, n := range o.Opening.Columns {
			opening += n
		}
		if open := carried.At(casefile.ColumnNone); entered != counting || left+open != counting+opening {
			t.Errorf("of %d cases that count, %d came in, %d went out and %d are open", counting, entered, left, open)
		}
	})
}

// joins compares a span over the turn of a year with its parts: what comes in is what goes out and what stays, cell by cell,
// and two halves of a year make the year.
func joins(t *rapid.T, cases []casefile.Case, o stats.Options) {
	part := func(from, to civil.Date) stats.Report {
		q := o
		q.From, q.To, q.Trace = from, to, true
		r := report(t, from.Year(), cases, q)
		r.From, r.To = from, to
		return r
	}
	cut := civil.New(firstYear, time.January, 1).Add(rapid.IntRange(1, 363).Draw(t, "cut"))
	first, last := civil.New(firstYear, time.January, 1), civil.New(firstYear, time.December, 31)
	halves, err := stats.Join([]stats.Report{part(first, cut), part(cut.Add(1), last)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if whole := report(t, firstYear, cases, o); !slices.Equal(halves.Table3, whole.Table3) {
		t.Errorf("cut on %s: %v, the year %v", cut, halves.Table3, whole.Table3)
	}
	span, err := stats.Join([]stats.Report{part(cut, last), part(last.Add(1), cut.Add(365))}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !span.OK() {
		for _, c := range span.Failed() {
			if c.ID == "column-sums" || c.ID == "balance" {
				t.Errorf("from %s: %+v", cut, c)
			}
		}
	}
	f, err := span.Form()
	if err != nil {
		t.Fatal(err)
	}
	for row := range span.Table3 {
		cell := stats.Cell{Row: row}
		if n := len(stats.CasesOf(f, cell, span.Counted())); n > span.At(cell) || n < span.At(cell) && o.Opening.Year == 0 {
			t.Errorf("from %s: %s has %d, and %d cases", cut, f.CellName(cell), span.At(cell), n)
		}
	}
}

func report(t *rapid.T, year int, cases []casefile.Case, o stats.Options) stats.Report {
	o.Now = afterwards
	r, err := stats.Compute(year, each(cases...), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// inParts compares a report, the cases of its cells and a summary with what they come to in parts.
func inParts(t *rapid.T, whole stats.Report, cases []casefile.Case, o stats.Options) {
	o.Listed = true
	k, err := stats.NewCounter(whole.Year, o)
	if err != nil {
		t.Fatal(err)
	}
	at := rapid.IntRange(0, len(cases)).Draw(t, "parted at")
	from, to := civil.New(whole.Year, time.January, 1), civil.New(whole.Year, time.December, 31)
	var parts []*stats.Part
	var sums []*stats.Gathered
	for _, some := range [][]casefile.Case{cases[:at], cases[at:]} {
		p, err := k.Count(each(some...))
		if err != nil {
			t.Fatal(err)
		}
		g, err := stats.Gather(from, to, to, each(some...), workday.Embedded())
		if err != nil {
			t.Fatal(err)
		}
		parts, sums = append(parts, p), append(sums, g)
	}
	r, err := k.Report(parts)
	if diff := cmp.Diff(whole, r); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	f, err := whole.Form()
	if err != nil {
		t.Fatal(err)
	}
	cell := stats.Cell{Row: rapid.IntRange(0, len(f.Rows)-1).Draw(t, "row")}
	want, more, err := stats.Cases(whole.Year, f, cell, each(cases...), o)
	if ids, unnamed := k.Cases(parts, cell); err != nil || !slices.Equal(ids, want) || unnamed != more {
		t.Errorf("%v: %v and %d, want %v and %d, %v", cell, ids, unnamed, want, more, err)
	}
	sum, err := summarize(from, to, from, to, each(cases...))
	if diff := cmp.Diff(sum, stats.Sum(from, to, from, to, sums), cmpopts.IgnoreUnexported(stats.Stretch{}, stats.Department{})); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

// sound leaves out the cases whose records have been made nonsense by voiding, such as one that was
// archived and whose service was voided afterwards. In each year the sums are wrong if and only if
// such a case is named.
func sound(t *rapid.T, cases []casefile.Case, o stats.Options) []casefile.Case {
	named := make(map[casefile.ID]bool)
	for year := firstYear; year <= lastYear; year++ {
		right, names := true, 0
		for _, c := range report(t, year, cases, o).Checks {
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
func lists(t *rapid.T, r stats.Report, f stats.Format, cases []casefile.Case, o stats.Options) {
	unnamed := balanceLeft(cases, o.Opening)
	for row := range f.Rows {
		for _, column := range append([]casefile.Column{casefile.ColumnNone}, casefile.Columns[:]...) {
			cell := stats.Cell{Row: row, Column: column}
			ids, more, err := stats.Cases(r.Year, f, cell, each(cases...), o)
			if err != nil {
				t.Fatal(err)
			}
			want := 0
			if counts := f.Rows[row].Counts; r.Year >= o.Opening.Year && (counts == stats.CountsCarriedIn || counts == stats.CountsCarriedOut) {
				want = unnamed.At(column)
			}
			if more != want || len(ids)+more != r.At(cell) {
				t.Errorf("%d: %s is %d, listed are %v and %d more, want %d more", r.Year, f.CellName(cell), r.At(cell), ids, more, want)
			}
		}
	}
}

// balanceLeft is what an opening balance has without a case.
func balanceLeft(cases []casefile.Case, o casefile.OpeningBalance) stats.Line {
	var l stats.Line
	copy(l[:], o.Columns[:])
	for _, c := range cases {
		if c.Carried && c.Counts() {
			l[c.Column-1]--
		}
	}
	for _, n := range l[:6] {
		l[6] += n
	}
	return l
}

// TestFreezingProperties: a year is frozen as it stood on a day, whatever is recorded afterwards; the
// next year starts from it, column by column, and its numbers hang together.
func TestFreezingProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := civil.New(2025, time.March, 1).Add(rapid.IntRange(0, 600).Draw(t, "freeze"))
		var then, now []casefile.Case
		for i := range rapid.IntRange(1, 6).Draw(t, "cases") {
			id := casefile.ID(fmt.Sprintf("2025-%05d", i+1))
			history := life(t, id)
			known := slices.IndexFunc(history, func(r casefile.Record) bool { return r.Recorded.After(day.Start()) })
			if known < 0 {
				known = len(history)
			}
			if known > 0 {
				then = append(then, casefile.Fold(id, history[:known], casefile.Regulations(), workday.Embedded()))
			}
			now = append(now, casefile.Fold(id, history, casefile.Regulations(), workday.Embedded()))
		}
		o := stats.Options{Opening: casefile.OpeningBalance{Year: 2025, Columns: [6]int{9, 9, 9, 9, 9, 9}}}
		then, now = sound(t, then, o), sound(t, now, o)
		o.Trace = true
		frozen := report(t, 2025, then, o)
		closed := stats.Closed{Year: 2025}
		for _, p := range frozen.Cases {
			if slices.ContainsFunc(now, func(c casefile.Case) bool { return c.ID == p.Case }) {
				closed.Cases = append(closed.Cases, p.Counted)
			}
		}
		if len(closed.Cases) != len(frozen.Cases) {
			return // one of them became nonsense
		}
		o.Closed, o.Before = []stats.Closed{closed}, &frozen
		for _, c := range report(t, 2026, now, o).Checks {
			if !c.OK && c.ID != "unregistered" {
				t.Errorf("%+v", c)
			}
		}
	})
}
