package ledger

import (
	"bytes"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/stats"
)

func terms() Terms {
	return Terms{Today: civil.New(2026, time.November, 23), Law: casefile.Regulations(), Calendar: workday.Embedded()}
}

// records are drafts as the register would keep them.
func records(drafts []casefile.Draft) []casefile.Record {
	var all []casefile.Record
	for i, d := range drafts {
		all = append(all, casefile.Record{Seq: uint64(i + 1), On: d.On, Case: d.Case, Event: d.Event})
	}
	return all
}

func told(history []casefile.Record) string {
	var s strings.Builder
	for _, r := range history {
		s.WriteString(fmt.Sprintf("\n%d %s %s：%s", r.Seq, r.On, r.Event.Kind(), casefile.Describe(r.Event)))
	}
	return s.String()
}

// anyRow draws a row that makes sense, walking from the receipt to the last end.
func anyRow(t *rapid.T) Row { return rowOnDays(t, 1) }

// rowOnDays draws a row whose steps are at least some days apart.
func rowOnDays(t *rapid.T, apart int) Row {
	w := walk{t: t, apart: apart, day: civil.New(2023, time.January, 3).Add(rapid.IntRange(0, 800).Draw(t, "received"))}
	r := &w.row
	r.Number = casefile.ID(rapid.StringMatching(`[0-9]{4}-[0-9]{5}|依申请〔2025〕[1-9]号|[=+'-][0-9]`).Draw(t, "number"))
	r.Received = w.day
	r.Channel = casefile.Channel(rapid.IntRange(1, 7).Draw(t, "channel"))
	r.Column = rapid.SampledFrom(casefile.Columns[:]).Draw(t, "column")
	if r.Channel.NeedsConfirmation() {
		switch rapid.IntRange(0, 2).Draw(t, "confirmed") {
		case 0:
			r.Unconfirmed = true
		case 1:
			r.Confirmed = w.next()
		}
	}
	r.Applicant = w.words("applicant")
	if rapid.Bool().Draw(t, "joint") {
		r.Applicants = rapid.IntRange(2, 5).Draw(t, "applicants")
	}
	r.Request, r.Department, r.Agent, r.Note = w.words("request"), w.words("department"), w.words("agent"), w.words("note")
	for w.period() {
		r.Reopened = append(r.Reopened, w.next())
	}
	if !r.Withdrawn.IsZero() && rapid.Bool().Draw(t, "archived") && w.ended {
		r.Archived = w.next()
	}
	if ends := r.ends(); len(ends) == 0 || ends[0].Year() > r.Received.Year() {
		r.Carried = rapid.Bool().Draw(t, "carried")
	}
	if rapid.Bool().Draw(t, "disputed") {
		filed := w.next()
		r.Reviews = append(r.Reviews, Review{Filed: filed, Result: casefile.ResultUpheld, Closed: w.next()})
		r.Suits = append(r.Suits, Suit{Filed: w.next(), Track: casefile.SuitAfterReconsider})
	}
	return *r
}

// walk draws the days of a row in their order.
type walk struct {
	t     *rapid.T
	apart int
	row   Row
	day   civil.Date
	ended bool
}

func (w *walk) next() civil.Date {
	w.day = w.day.Add(rapid.IntRange(w.apart, 9).Draw(w.t, "days"))
	return w.day
}

func (w *walk) words(what string) string {
	return rapid.StringMatching(`([\p{Han}=+@'",;]([\p{Han}a-z ，。“”\n]{0,6}[\p{Han}])?)?`).Draw(w.t, what)
}

// period draws what happens up to an end, and reports whether a 重新办理 follows.
func (w *walk) period() (again bool) {
	r, extended := &w.row, false
	w.ended = false
	r.Deferred = 0
	for range rapid.IntRange(0, 4).Draw(w.t, "steps") {
		switch rapid.IntRange(0, 5).Draw(w.t, "step") {
		case 0:
			k := Correction{Asked: w.next()}
			k.Until = k.Asked + 15
			k.Received, extended = w.next(), false
			r.Corrections, r.Deferred = append(r.Corrections, k), 0
		case 1:
			f := Fee{By: rapid.SampledFrom([]string{"件", "页"}).Draw(w.t, "by"), Yuan: rapid.IntRange(1, 9000).Draw(w.t, "yuan"), Noticed: w.next()}
			f.Paid, extended = w.next(), false
			r.Fees, r.Deferred = append(r.Fees, f), 0
		case 2:
			k := Consultation{
				Side:  casefile.Side(rapid.IntRange(1, 3).Draw(w.t, "side")),
				Party: fmt.Sprintf("公司%d", len(r.Consultations)), Sent: w.next(),
			}
			if rapid.Bool().Draw(w.t, "reached") {
				k.Reached = w.next()
			}
			if rapid.Bool().Draw(w.t, "answered") {
				k.Answered = w.next()
			}
			r.Consultations = append(r.Consultations, k)
		case 3:
			if !extended {
				extended = true
				r.Extensions = append(r.Extensions, Extension{Days: rapid.IntRange(1, 20).Draw(w.t, "granted"), Approver: w.words("approver"), Told: w.next()})
			}
		case 4:
			r.Deferred = w.day + 60
		}
	}
	return w.end()
}

func (w *walk) end() (again bool) {
	r := &w.row
	switch rapid.IntRange(0, 4).Draw(w.t, "end") {
	case 0:
		return false // open
	case 1:
		r.Corrections = append(r.Corrections, Correction{Asked: w.next(), Until: w.day + 15})
		if rapid.Bool().Draw(w.t, "waiting") {
			return false
		}
		w.day += 15
		r.Replies = append(r.Replies, Reply{On: w.next(), Outcome: casefile.CorrectionLapsed, Basis: "lapse-30"})
	case 2:
		if !r.Withdrawn.IsZero() {
			return false
		}
		r.Withdrawn = w.next()
	default:
		o := rapid.SampledFrom(casefile.Outcomes()[:18]).Draw(w.t, "outcome")
		p := Reply{On: w.next(), Outcome: o, Basis: o.Bases()[0], Document: w.words("document")}
		if rapid.Bool().Draw(w.t, "delivered") {
			p.Delivered = w.next()
		}
		r.Replies = append(r.Replies, p)
	}
	w.ended = true
	return len(r.Replies) < 3 && rapid.IntRange(0, 3).Draw(w.t, "again") == 0
}

// TestRowToCaseAndBack: what a row means is what it says, no less and no more.
func TestRowToCaseAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyRow(t)
		drafts, err := want.Drafts(terms())
		if err != nil {
			t.Fatalf("%v\nin %s", err, printed(want))
		}
		history := records(drafts)
		if !slices.IsSortedFunc(history, func(a, b casefile.Record) int { return int(a.On - b.On) }) {
			t.Errorf("the events are out of order: %s", told(history))
		}
		got, lossy, ok := FromCase(history, disputesOf(want), terms())
		if !ok || len(lossy) > 0 {
			t.Errorf("ok %v, lossy %v", ok, lossy)
		}
		if g, w := printed(got), printed(want); g != w {
			t.Errorf("got  %s\nwant %s\nover %s", g, w, told(history))
		}
		agrees(t, want, casefile.Fold(want.Number, history, casefile.Regulations(), workday.Embedded()))
	})
}

// TestSameDay: what happened on one day stands in no order that a ledger tells. Either the row is
// refused, or it comes back as it was.
func TestSameDay(t *testing.T) {
	taken := 0
	rapid.Check(t, func(t *rapid.T) {
		want := rowOnDays(t, 0)
		drafts, err := want.Drafts(terms())
		if err != nil {
			return
		}
		taken++
		got, lossy, ok := FromCase(records(drafts), disputesOf(want), terms())
		if g, w := printed(got), printed(want); !ok || len(lossy) > 0 || g != w {
			t.Errorf("ok %v, lossy %v\ngot  %s\nwant %s\nover %s", ok, lossy, g, w, told(records(drafts)))
		}
	})
	if taken < 10 {
		t.Errorf("only %d rows were taken", taken)
	}
}

// agrees compares the case with what the row says of it, read apart from FromCase.
func agrees(t *rapid.T, r Row, c casefile.Case) {
	ends := r.ends()
	stopped := civil.Date(0)
	if len(ends) > len(r.Reopened) {
		stopped = ends[len(ends)-1]
	}
	if c.StoppedOn != stopped || c.Stage.Open() != stopped.IsZero() {
		t.Errorf("stopped on %s at %s, the row says %s", c.StoppedOn, c.Stage, stopped)
	}
	received := r.Received
	if !r.Confirmed.IsZero() {
		received = r.Confirmed
	}
	if c.ReceivedOn() != received || c.ConfirmedOn.IsZero() != (r.Unconfirmed || !r.Channel.NeedsConfirmation()) {
		t.Errorf("received on %s, the row says %s", c.ReceivedOn(), received)
	}
	if !c.Counts() || c.Column != r.Column || c.Carried != r.Carried || c.Corrections != len(r.Corrections) {
		t.Errorf("column %s, carried %v, %d corrections", c.Column, c.Carried, c.Corrections)
	}
	start := received
	if last, ok := r.lastRestart(); ok {
		start = last
	}
	if !r.Unconfirmed && c.Legal.Start != start {
		t.Errorf("the legal clock starts on %s, the row says %s", c.Legal.Start, start)
	}
	if !r.Deferred.IsZero() && c.Legal.Waiting != casefile.WaitCorrection && !c.Legal.Due.IsZero() && c.Legal.Due != r.Deferred {
		t.Errorf("due on %s, the row says %s", c.Legal.Due, r.Deferred)
	}
}

func disputesOf(r Row) []casefile.Dispute {
	n := 0
	history := make(map[casefile.DisputeID][]casefile.Record)
	var order []casefile.DisputeID
	for d := range r.Disputes(func(year int) casefile.DisputeID { n++; return casefile.NewDisputeID(year, n) }) {
		rec := casefile.Record{Seq: uint64(len(order) + 1), On: d.On, Event: d.Event}
		id := casefile.DisputeOf(rec)
		if !slices.Contains(order, id) {
			order = append(order, id)
		}
		history[id] = append(history[id], rec)
	}
	var all []casefile.Dispute
	for _, id := range order {
		all = append(all, casefile.FoldDispute(id, history[id], 0, casefile.Regulations(), workday.Embedded()))
	}
	return all
}

// TestFileAndBack: a ledger that is written and read says the same, in either format, and is the same
// bytes when written again.
func TestFileAndBack(t *testing.T) {
	for name, f := range map[string]Format{"csv": CSV, "xlsx": XLSX} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				rows := rapid.SliceOfNDistinct(rapid.Custom(anyRow), 0, 4, func(r Row) casefile.ID { return r.Number }).Draw(t, "rows")
				var shape Shape
				for _, r := range rows {
					shape.Hold(r)
				}
				var a, b bytes.Buffer
				for _, w := range []*bytes.Buffer{&a, &b} {
					if err := Write(w, slicesOf(rows...), Options{Format: f, Shape: shape}); err != nil {
						t.Fatal(err)
					}
				}
				if !bytes.Equal(a.Bytes(), b.Bytes()) {
					t.Error("the same rows gave different bytes")
				}
				got, err := Read(&a, "x", Auto, 2025)
				if err != nil || len(got) != len(rows) {
					t.Fatalf("%d rows of %d, %v", len(got), len(rows), err)
				}
				for i := range rows {
					if g, w := printed(got[i]), printed(rows[i]); g != w {
						t.Errorf("got  %q\nwant %q", g, w)
					}
				}
			})
		})
	}
}

// TestLongText: a text that is too long for a cell comes back from a workbook as it was, with the blanks, line ends and
// signs that stand where one cell ends and the next begins.
func TestLongText(t *testing.T) {
	units := rapid.SliceOfN(rapid.SampledFrom([]string{"拆", "迁 ", "\n", "=", "🏠", "  a", "'+", "，"}), 1, 5)
	for seed := range 15 {
		var b strings.Builder
		b.WriteString("甲")
		for i, s := range units.Example(seed) {
			b.WriteString(strings.Repeat(s, 16_379+seed+i))
		}
		b.WriteString("乙")
		long := b.String()
		rows := []Row{
			{Number: "2025-00001", Received: civil.New(2025, time.March, 3), Channel: casefile.InPerson, Column: casefile.Natural, Request: long, Note: "短"},
			{Number: "2025-00002", Received: civil.New(2025, time.March, 4), Channel: casefile.InPerson, Column: casefile.Natural, Request: "短",
				Consultations: []Consultation{{Party: "甲"}, {Party: long}}},
		}
		for _, f := range []Format{XLSX, CSV} {
			var shape Shape
			for _, r := range rows {
				shape.Hold(r)
			}
			var file bytes.Buffer
			if err := Write(&file, slicesOf(rows...), Options{Format: f, Shape: shape}); err != nil {
				t.Fatal(err)
			}
			got, err := Read(&file, "x", f, 0)
			if err != nil || len(got) != 2 || got[0].Request != long || got[1].Request != "短" || got[1].Consultations[1].Party != long {
				t.Fatalf("%d: %d rows, %v", seed, len(got), err)
			}
		}
	}
}

// worked draws a history that Decide allowed step by step, each step on a day of its own.
func worked(t *rapid.T) []casefile.Record {
	day := civil.New(2023, time.January, 3).Add(rapid.IntRange(0, 800).Draw(t, "arrival"))
	id := casefile.NewID(day.Year(), 1)
	var history []casefile.Record
	add := func(e casefile.Event) {
		if len(history) > 0 {
			if _, err := casefile.Decide(history, casefile.Draft{Case: id, On: day, Event: e}, day, casefile.Regulations(), workday.Embedded()); err != nil {
				return
			}
		}
		history = append(history, casefile.Record{Seq: uint64(len(history) + 1), On: day, Case: id, Event: e})
		day = day.Add(rapid.IntRange(1, 12).Draw(t, "days"))
	}
	channel := rapid.SampledFrom([]casefile.Channel{casefile.RegisteredPost, casefile.Email}).Draw(t, "channel")
	add(casefile.Received{Channel: channel})
	if rapid.Bool().Draw(t, "confirmed") {
		add(casefile.Confirmed{How: "电话"})
	}
	add(casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "会议纪要"})
	for range rapid.IntRange(0, 14).Draw(t, "steps") {
		add(anything(t, day))
	}
	return history
}

func anything(t *rapid.T, day civil.Date) casefile.Event {
	party := rapid.SampledFrom([]string{"甲公司", "乙局"}).Draw(t, "party")
	side := casefile.Side(rapid.IntRange(1, 3).Draw(t, "side"))
	return rapid.SampledFrom([]casefile.Event{
		casefile.Confirmed{How: "电话"},
		casefile.Reviewed{Finding: "受理"},
		casefile.Assigned{Department: "办公室", Person: "王五"},
		casefile.CorrectionAsked{Items: []string{"文号"}, Until: day + 15, Force: "来电"},
		casefile.CorrectionReceived{},
		casefile.FeeNoticed{By: "件", Count: 11, Yuan: 100, Received: day},
		casefile.FeePaid{Yuan: 100},
		casefile.ConsultationSent{Side: side, Party: party},
		casefile.ConsultationReached{Party: party},
		casefile.ConsultationAnswered{Party: party, Opinion: casefile.Agrees},
		casefile.ReasonAsked{}, casefile.ReasonGiven{Accepted: true},
		casefile.Deferred{Until: day + 120},
		casefile.Extended{Days: rapid.IntRange(1, 20).Draw(t, "granted"), Approver: "李主任", Told: day},
		casefile.Replied{Outcome: casefile.Disclosed, Basis: "36-1"},
		casefile.Replied{Outcome: casefile.CorrectionLapsed, Basis: "lapse-30"},
		casefile.Replied{Outcome: casefile.FeeLapsed, Basis: "lapse-fee"},
		casefile.Dispatched{Way: rapid.SampledFrom([]casefile.Way{casefile.ByEmail, casefile.ByHand}).Draw(t, "way")},
		casefile.Delivered{},
		casefile.DeliveryFailed{Reason: "退信"},
		casefile.Withdrawn{},
		casefile.Archived{},
		casefile.Dismissed{Reason: "广告"},
		casefile.Reinstated{Reason: "误判"},
		casefile.Reopened{Cause: "判决"},
		casefile.Reopened{Cause: "判决", Due: day + 30},
		casefile.Noted{Text: "催办"},
	}).Draw(t, "event")
}

// TestExportKeepsDueDates: what the register knows, written into a ledger and taken over from it, is
// due on the same day and counts in the same place of the annual report.
func TestExportKeepsDueDates(t *testing.T) {
	law, cal := casefile.Regulations(), workday.Embedded()
	rapid.Check(t, func(t *rapid.T) {
		history := worked(t)
		row, lossy, ok := FromCase(history, nil, terms())
		before := casefile.Fold(row.Number, history, law, cal)
		if ok != before.Counts() {
			t.Fatalf("ok is %v, counts is %v%s", ok, before.Counts(), told(history))
		}
		if !ok {
			return
		}
		drafts, err := row.Drafts(terms())
		if err != nil {
			t.Fatalf("%v\nin %s\nof %s", err, printed(row), told(history))
		}
		after := casefile.Fold(row.Number, records(drafts), law, cal)
		strict := before.Strict.Due == after.Strict.Due || slices.Contains(lossy, formerDeferral)
		if !strict || before.Legal.Due != after.Legal.Due ||
			before.Strict.Waiting != after.Strict.Waiting || before.Legal.Waiting != after.Legal.Waiting ||
			before.StoppedOn != after.StoppedOn || before.Stage.Open() != after.Stage.Open() && !before.Undelivered {
			t.Errorf("got  %+v\nwant %+v\nlossy %v\nas %s\nof %s\nthen %s", after, before, lossy, printed(row), told(history), told(records(drafts)))
		}
		for year := before.ArrivedOn.Year(); year <= 2026; year++ {
			if got, want := table(t, year, after), table(t, year, before); !slices.Equal(got, want) {
				t.Errorf("%d: got %v\nwant %v\nof %s", year, got, want, told(history))
			}
		}
	})
}

func table(t *rapid.T, year int, c casefile.Case) []stats.Line {
	one := iter.Seq2[casefile.Case, error](func(yield func(casefile.Case, error) bool) { yield(c, nil) })
	r, err := stats.Compute(year, one, stats.Options{Now: time.Date(2027, 1, 2, 0, 0, 0, 0, civil.Zone)})
	if err != nil {
		t.Fatal(err)
	}
	return r.Table3
}
