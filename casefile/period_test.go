package casefile_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// lived draws a history with everything that a clock knows, at any pace, late and early steps alike.
func lived(t *rapid.T) []casefile.Record {
	channel := rapid.SampledFrom([]casefile.Channel{casefile.RegisteredPost, casefile.Email, casefile.PlainLetter}).Draw(t, "channel")
	day := civil.New(2024, time.January, 2).Add(rapid.IntRange(0, 500).Draw(t, "arrival"))
	var history []casefile.Record
	add := func(e casefile.Event) {
		if len(history) > 0 {
			if _, err := casefile.Decide(history, casefile.Draft{Case: storyCase, On: day, Event: e}, day.Add(15), law, workday.Embedded()); err != nil {
				return
			}
		}
		history = append(history, casefile.Record{Seq: uint64(len(history) + 1), On: day, Case: storyCase, Event: e})
		day = day.Add(rapid.IntRange(0, 14).Draw(t, "days"))
	}
	add(casefile.Received{Channel: channel})
	add(casefile.Registered{As: rapid.SampledFrom([]casefile.RequestKind{casefile.Application, casefile.Application, casefile.Application, casefile.CorrectionOfRecord}).Draw(t, "as"), Applicant: "张三", Column: casefile.Natural, Request: "会议纪要"})
	for range rapid.IntRange(0, 14).Draw(t, "steps") {
		add(moving(t, day))
	}
	return history
}

func moving(t *rapid.T, day civil.Date) casefile.Event {
	if rapid.IntRange(0, 3).Draw(t, "more") == 0 {
		return rapid.SampledFrom([]casefile.Event{
			casefile.Confirmed{}, casefile.Confirmed{},
			casefile.Unreachable{Attempts: []string{"空号"}}, casefile.Unreachable{Attempts: []string{"空号"}},
			casefile.Dispatched{Way: rapid.SampledFrom([]casefile.Way{casefile.ByEmail, casefile.ByPost, casefile.ByCourier, casefile.ByDelegate}).Draw(t, "other way")},
			casefile.DeliveryFailed{Reason: "退信", Address: rapid.SampledFrom(casefile.Addresseds()).Draw(t, "address")},
			casefile.DeliveryFailed{Reason: "退信", Address: rapid.SampledFrom(casefile.Addresseds()).Draw(t, "address")},
			casefile.ReasonAsked{}, casefile.ReasonGiven{Accepted: true},
			casefile.Deferred{Until: day.Add(rapid.IntRange(1, 60).Draw(t, "until"))},
			casefile.Extended{Days: rapid.IntRange(1, 20).Draw(t, "granted"), Approver: "李主任", Told: day.Add(rapid.IntRange(0, 12).Draw(t, "told")), Force: "补办"},
			casefile.Reopened{Cause: "判决"}, casefile.Reopened{Cause: "判决", Due: day.Add(rapid.IntRange(1, 60).Draw(t, "due"))},
		}).Draw(t, "step")
	}
	return anything(t, day)
}

// TestPeriods compares the periods of a case with those that a clerk finds who goes through the wall calendar
// day by day: go test ./casefile -run Periods -rapid.checks=10000.
func TestPeriods(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		history := lived(t)
		want := onTheWall(history)
		got := folded(history).Periods
		for i := range got {
			if i < len(got)-1 || !got[i].Ended.IsZero() {
				continue // of one that runs, the due date is known only where nobody is asked
			}
			if got[i].DueStrict.IsZero() {
				want[i].DueStrict = 0
			}
			if got[i].DueLegal.IsZero() {
				want[i].DueLegal = 0
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("periods\n%swant\n%safter %s", periodLines(got), periodLines(want), told(history))
		}
	})
}

// TestNothingCures: once the due date of a period has passed, the period is late whatever is recorded of later
// days.
func TestNothingCures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		history := lived(t)
		final := folded(history).Periods
		for n := 1; n < len(history); n++ {
			c := folded(history[:n])
			i := len(c.Periods) - 1
			p := c.Periods[i]
			governs := p.DueLegal
			if p.StartLegal.IsZero() {
				governs = p.DueStrict
			}
			if !p.Ended.IsZero() || governs.IsZero() || tellsLater(history[:n], history[n].On) || history[n].On <= governs {
				continue
			}
			if end := final[i]; c.Kind == casefile.Application && !end.Ended.IsZero() && !end.Late && end.How != casefile.EndedDismissed {
				t.Errorf("due on %s, and the record of %s and those after it made it timely: %s%s", governs, history[n].On, periodLine(end), told(history))
			}
		}
	})
}

// tellsLater reports whether an extension is told on a day or after it.
func tellsLater(history []casefile.Record, day civil.Date) bool {
	return slices.ContainsFunc(history, func(r casefile.Record) bool {
		e, ok := r.Event.(casefile.Extended)
		return ok && e.Told > day
	})
}

// TestPeriodsTile: the periods follow on one another, only the last can run, and what lies between two of them
// is the applicant's time or a case that was closed.
func TestPeriodsTile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		history := lived(t)
		c := folded(history)
		fail := func(why string) { t.Fatalf("%s:\n%safter %s", why, periodLines(c.Periods), told(history)) }
		if len(c.Periods) == 0 || c.Periods[0].From != casefile.OpenedFirst || c.Periods[0].StartStrict != history[0].On && !slices.ContainsFunc(history, func(r casefile.Record) bool { return r.Event.Kind() == casefile.KindUnreachable }) {
			fail("the first period does not begin with the case")
		}
		for i, p := range c.Periods {
			begins := max(p.StartStrict, p.StartLegal)
			if !p.Ended.IsZero() && begins > p.Ended {
				fail("a period ends before it begins")
			}
			if i+1 == len(c.Periods) {
				break
			}
			next := c.Periods[i+1]
			if p.Ended.IsZero() || max(next.StartStrict, next.StartLegal) < p.Ended {
				fail("two periods run at once")
			}
			if waited := p.How == casefile.EndedCorrection || p.How == casefile.EndedFee; waited != (next.From != casefile.OpenedAgain) && next.From != casefile.OpenedAgain {
				fail("a period begins without a reason")
			}
		}
		last := c.Periods[len(c.Periods)-1]
		waits := !c.Legal.Ordered && (c.Legal.Waiting == casefile.WaitCorrection || c.Legal.Waiting == casefile.WaitFee)
		if runs := last.Ended.IsZero(); runs != (c.Stage.Open() && c.StoppedOn.IsZero() && !waits) && c.StoppedOn.IsZero() {
			fail(fmt.Sprintf("stage %s, waiting: %v", c.Stage, waits))
		}
		if !c.StoppedOn.IsZero() && last.Ended.IsZero() {
			fail("the case has ended and its period runs")
		}
	})
}

func periodLines(all []casefile.Period) (lines string) {
	for _, p := range all {
		lines += "  " + periodLine(p) + "\n"
	}
	return lines
}

// wall is a clock as one reads it off a wall calendar. It knows days and no intervals.
type wall struct {
	strict bool
	start  civil.Date // zero: not begun
	limit  int
	set    civil.Date
	gone   bool // the applicant cannot be reached: nothing is counted
	ended  bool // this reading has stopped
	back   bool // what stopped it fails when it comes back
	over   bool // the period has ended: the strict clock goes on after a notice that came too late for it
	asked  []*wallAsked
}

type wallAsked struct {
	party                        string
	sent, fifteen, answer, after civil.Date // fifteen: the day from which the fifteen working days are counted
	office, late                 bool
}

// out says on which day before asOf the last working day of the period was counted; zero where none was.
func (w *wall) out(asOf civil.Date) civil.Date {
	if w.start.IsZero() || w.gone {
		return 0
	}
	if due := w.due(asOf); due < asOf {
		return due
	}
	return 0
}

// due is the last day of the period, when those who have not answered by asOf never take longer.
func (w *wall) due(asOf civil.Date) civil.Date {
	if w.set != 0 {
		return w.set
	}
	d := w.start
	for n := 0; n < w.limit; {
		d++
		if workday.Embedded().Day(d).Working && !slices.ContainsFunc(w.asked, func(k *wallAsked) bool { return w.strikes(k, d, asOf) }) {
			n++
		}
	}
	return d
}

// strikes tells whether a consultation takes a day.
func (w *wall) strikes(k *wallAsked, d, asOf civil.Date) bool {
	if k.late || d <= k.sent || k.answer != 0 && d > k.answer {
		return false
	}
	from := k.fifteen
	if from == 0 && w.strict {
		from = k.sent
	}
	if k.office || from == 0 {
		return k.answer != 0 || d <= asOf
	}
	working := 0 // of the fifteen, before d
	for x := from + 1; x < d; x++ {
		if workday.Embedded().Day(x).Working {
			working++
		}
	}
	return working < 15
}

// nth is the nth working day after a day.
func nth(d civil.Date, n int) civil.Date {
	for n > 0 {
		if d++; workday.Embedded().Day(d).Working {
			n--
		}
	}
	return d
}

// onTheWall reads a history that Decide allowed.
func onTheWall(history []casefile.Record) (all []casefile.Period) {
	strict, legal := &wall{strict: true, limit: 20}, &wall{limit: 20}
	both := []*wall{strict, legal}
	var p casefile.Period
	running, ordered, internal := true, false, false
	var left casefile.Ending
	var leftOn, arrived, today civil.Date
	end := func(day civil.Date, how casefile.Ending) {
		p.Ended, p.How, p.StartStrict, p.StartLegal = day, how, strict.start, legal.start
		if p.DueStrict, p.DueLegal = 0, 0; !strict.gone {
			p.DueStrict = strict.due(day)
			if legal.start != 0 {
				p.DueLegal = legal.due(day)
			}
		}
		governs := p.DueLegal
		if legal.start == 0 {
			governs = p.DueStrict
		}
		p.Late = !internal && !strict.gone && day > governs
		p.Disputable = !internal && !strict.gone && !p.Late && day > p.DueStrict
		all, running = append(all, p), false
	}
	begin := func(day civil.Date, from casefile.Opening, which ...*wall) {
		p = casefile.Period{From: from}
		running = true
		for _, w := range which {
			w.start, w.limit, w.set, w.over, w.gone = day, 20, 0, false, false
			w.asked = slices.DeleteFunc(w.asked, func(k *wallAsked) bool { return k.answer != 0 })
			for _, k := range w.asked {
				k.late = false
			}
		}
	}
	// serve stops the readings that run; the first service governs each of them.
	serve := func(day civil.Date, how casefile.Ending, back bool) {
		if !legal.ended {
			if running {
				end(day, how)
			}
			for _, w := range both {
				w.ended, w.back = true, back
			}
		} else if !strict.ended {
			strict.ended, strict.back = true, back
			q := &all[len(all)-1]
			if q.Returned {
				q.DueStrict = strict.due(day)
				q.Disputable = day > q.DueStrict
				q.Returned = q.Disputable
			}
		}
	}
	resume := func(w *wall) {
		w.ended = false
		for _, k := range w.asked {
			if k.answer == 0 {
				k.answer = k.after
			}
		}
	}
	open := func(w *wall, party string) *wallAsked {
		for _, k := range slices.Backward(w.asked) {
			if k.party == party && k.answer == 0 {
				return k
			}
		}
		return nil
	}
	for today = history[0].On; today <= history[len(history)-1].On.Add(12); today++ {
		for _, r := range history {
			takes := r.On
			if e, ok := r.Event.(casefile.Extended); ok {
				takes = e.Told
			}
			if takes != today {
				continue
			}
			if ordered && !legal.ended { // only an end ends a period of which a court has set the date
				switch e := r.Event.(type) {
				case casefile.CorrectionAsked, casefile.CorrectionReceived, casefile.FeeNoticed, casefile.FeePaid, casefile.Extended, casefile.Deferred:
					continue
				case casefile.ConsultationSent:
					for _, w := range both {
						w.asked = append(w.asked, &wallAsked{party: e.Party, sent: today, late: true})
					}
					continue
				}
			}
			switch e := r.Event.(type) {
			case casefile.Received:
				arrived, strict.start = today, today
				if e.Channel == casefile.RegisteredPost {
					legal.start = today
				}
			case casefile.Registered:
				internal = e.As != casefile.Application
			case casefile.Unreachable:
				if running && !legal.ended && legal.start == 0 && strict.out(today) == 0 {
					strict.gone, legal.gone = true, true
				}
			case casefile.Confirmed:
				if strict.gone && running {
					for _, w := range both {
						w.gone, w.start = false, today
					}
				} else if legal.start == 0 && (running && strict.out(today) == 0 || !running && !p.Late) {
					legal.start = today
					p.Slow = running && today > nth(arrived, 5)
				}
			case casefile.CorrectionAsked:
				end(today, casefile.EndedCorrection)
				strict.over = today <= nth(strict.start, 7)
			case casefile.FeeNoticed:
				end(today, casefile.EndedFee)
				strict.over = true
			case casefile.CorrectionReceived:
				if strict.over {
					begin(today, casefile.OpenedCorrection, both...)
				} else {
					begin(today, casefile.OpenedCorrection, legal)
				}
			case casefile.FeePaid:
				begin(today, casefile.OpenedFee, both...)
			case casefile.Reopened:
				for _, w := range both {
					w.asked, w.ended, w.back = nil, false, false
				}
				begin(today, casefile.OpenedAgain, both...)
				ordered = e.Due != 0
				for _, w := range both {
					w.set = e.Due
				}
			case casefile.ConsultationSent:
				if legal.ended {
					continue
				}
				for _, w := range both {
					over := !running && (w == legal || strict.over)
					w.asked = append(w.asked, &wallAsked{party: e.Party, sent: today, office: e.Side == casefile.OtherOffice, late: !over && w.out(today) != 0})
				}
			case casefile.ConsultationReached:
				for _, w := range both {
					if k := open(w, e.Party); k != nil && k.fifteen == 0 && !(w == strict && !strict.over && w.out(today) != 0) {
						k.fifteen = today
					}
				}
			case casefile.ConsultationAnswered:
				for _, w := range both {
					if k := open(w, e.Party); k != nil {
						if k.after = today; !w.ended {
							k.answer = today
						}
					}
				}
			case casefile.Extended:
				for _, w := range both {
					measure := w
					if w.start == 0 {
						measure = strict
					}
					if (running || w == strict && legal.ended && !strict.ended) && !strict.gone && measure.out(today) == 0 && !(w == legal && w.start == 0 && strict.out(today) != 0) {
						w.limit += e.Days
					}
				}
			case casefile.Deferred:
				for _, w := range both {
					measure := w
					if w.start == 0 {
						measure = strict
					}
					if (running || w == strict && legal.ended && !strict.ended) && !strict.gone && measure.out(today) == 0 {
						w.set = e.Until
					}
				}
			case casefile.Replied:
				if e.Outcome.Lapse() {
					serve(today, casefile.EndedLapsed, false)
				}
			case casefile.Dispatched:
				if e.Way == casefile.ByEmail || e.Way == casefile.ByPost {
					serve(today, casefile.EndedServed, e.Way == casefile.ByEmail)
				}
			case casefile.Delivered:
				serve(today, casefile.EndedServed, false)
			case casefile.DeliveryFailed:
				if e.Of != casefile.NoticeReply || e.Address == casefile.AddressUnknown {
					continue
				}
				if strict.ended && strict.back {
					resume(strict)
				}
				strict.back = false
				// A period that a notice had ended stays so: the applicant has his time whatever became of an answer meanwhile.
				waited := len(all) > 0 && (all[len(all)-1].How == casefile.EndedCorrection || all[len(all)-1].How == casefile.EndedFee)
				switch {
				case legal.ended && legal.back && e.Address == casefile.AddressOther && waited:
					resume(legal)
				case waited && strict.over:
				case legal.ended && legal.back && e.Address == casefile.AddressOther:
					resume(legal)
					p = all[len(all)-1]
					p.Ended, p.How, p.Late, p.Disputable = 0, 0, false, false
					all, running = all[:len(all)-1], true
				case legal.ended && !strict.ended && !all[len(all)-1].Late:
					all[len(all)-1].Disputable, all[len(all)-1].Returned = true, true
				}
				legal.back = false
			case casefile.Withdrawn:
				serve(today, casefile.EndedWithdrawn, false)
			case casefile.Dismissed:
				left, leftOn = casefile.EndedDismissed, today
			case casefile.Reinstated:
				left, leftOn = casefile.EndingNone, 0
			}
		}
	}
	if running {
		p.StartStrict, p.StartLegal, p.Ended, p.How = strict.start, legal.start, leftOn, left
		if left == casefile.EndingNone {
			p.DueStrict = strict.due(today)
			if legal.start != 0 {
				p.DueLegal = legal.due(today)
			}
		}
		all = append(all, p)
	}
	return all
}
