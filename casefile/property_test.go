package casefile_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

var parties = []string{"甲公司", "乙局"}

// handling are the events that move a clock while a case is handled.
func handling(t *rapid.T, day civil.Date) casefile.Event {
	party := rapid.SampledFrom(parties).Draw(t, "party")
	side := rapid.SampledFrom([]casefile.Side{casefile.ThirdParty, casefile.JointOffice, casefile.OtherOffice}).Draw(t, "side")
	return rapid.SampledFrom([]casefile.Event{
		casefile.CorrectionAsked{Items: []string{"文号"}, Until: day + 15, Force: "来电"},
		casefile.CorrectionReceived{},
		casefile.FeeNoticed{By: "件", Count: 11, Yuan: 100, Received: day},
		casefile.FeePaid{Yuan: 100},
		casefile.ConsultationSent{Side: side, Party: party},
		casefile.ConsultationReached{Party: party},
		casefile.ConsultationReached{Party: party},
		casefile.ConsultationAnswered{Party: party, Opinion: casefile.Agrees},
		casefile.Extended{Days: rapid.IntRange(1, 20).Draw(t, "granted"), Approver: "李主任", Told: day},
		casefile.Noted{Text: "催办"},
	}).Draw(t, "event")
}

// closing are the events that end a case, and those that take the end back.
func closing(t *rapid.T, day civil.Date) casefile.Event {
	return rapid.SampledFrom([]casefile.Event{
		casefile.Replied{Outcome: casefile.Disclosed, Basis: "36-1"},
		casefile.Replied{Outcome: casefile.CorrectionLapsed, Basis: "lapse-30"},
		casefile.Dispatched{Way: rapid.SampledFrom([]casefile.Way{casefile.ByEmail, casefile.ByHand}).Draw(t, "way")},
		casefile.Delivered{},
		casefile.DeliveryFailed{Reason: "退信"},
		casefile.Withdrawn{},
		casefile.Archived{},
		casefile.Dismissed{Reason: "广告"},
		casefile.Reinstated{Reason: "误判"},
		casefile.Reopened{Cause: "判决"},
		casefile.CountedIn{Year: day.Year(), Reason: "登记簿"},
	}).Draw(t, "event")
}

// allowed draws a history that Decide allowed step by step, each step on a day of its own.
func allowed(t *rapid.T, channel casefile.Channel, draw func(*rapid.T, civil.Date) casefile.Event) []casefile.Record {
	day := civil.New(2024, time.January, 2).Add(rapid.IntRange(0, 600).Draw(t, "arrival"))
	var history []casefile.Record
	add := func(e casefile.Event) {
		if len(history) > 0 {
			if _, err := casefile.Decide(history, casefile.Draft{Case: storyCase, On: day, Event: e}, day, law, workday.Embedded()); err != nil {
				return
			}
		}
		history = append(history, casefile.Record{Seq: uint64(len(history) + 1), On: day, Case: storyCase, Event: e})
		day = day.Add(rapid.IntRange(1, 12).Draw(t, "days"))
	}
	add(casefile.Received{Channel: channel})
	if channel.NeedsConfirmation() && rapid.Bool().Draw(t, "confirmed") {
		add(casefile.Confirmed{})
	}
	add(casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "会议纪要"})
	for range rapid.IntRange(0, 12).Draw(t, "steps") {
		add(draw(t, day))
	}
	return history
}

func anything(t *rapid.T, day civil.Date) casefile.Event {
	if rapid.Bool().Draw(t, "handling") {
		return handling(t, day)
	}
	return closing(t, day)
}

func folded(history []casefile.Record) casefile.Case {
	return casefile.Fold(storyCase, history, law, workday.Embedded())
}

func anyChannel(t *rapid.T) casefile.Channel {
	return rapid.SampledFrom([]casefile.Channel{casefile.RegisteredPost, casefile.Email}).Draw(t, "channel")
}

// told prints a history for a failure.
func told(history []casefile.Record) string {
	var s strings.Builder
	for _, r := range history {
		s.WriteString(fmt.Sprintf("\n%d %s %s：%s", r.Seq, r.On, r.Event.Kind(), casefile.Describe(r.Event)))
	}
	return s.String()
}

// TestOrderOfRecording: what happened on different days may be entered in any order.
func TestOrderOfRecording(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		history := allowed(t, anyChannel(t), anything)
		shuffled := rapid.Permutation(history).Draw(t, "order")
		for i := range shuffled {
			shuffled[i].Seq = uint64(i + 1)
		}
		if got, want := folded(shuffled), folded(history); !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v\nwant %+v\nafter %s", got, want, told(shuffled))
		}
	})
}

// TestVoidedAndRecordedAgain: a mistake that is voided and recorded anew leaves the case as if it had
// been right the first time, whatever the mistake was.
func TestVoidedAndRecordedAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		right := allowed(t, anyChannel(t), anything)
		i := rapid.IntRange(0, len(right)-1).Draw(t, "mistaken")
		wrong := slices.Clone(right)
		wrong[i].Event = anything(t, wrong[i].On)
		wrong[i].On = wrong[i].On.Add(rapid.IntRange(-5, 5).Draw(t, "off"))
		last := wrong[len(wrong)-1].On.Add(20)
		wrong = append(wrong,
			casefile.Record{Seq: uint64(len(wrong) + 1), On: last, Case: storyCase, Event: casefile.Voided{Seq: wrong[i].Seq, Reason: "误记"}},
			casefile.Record{Seq: uint64(len(wrong) + 2), On: right[i].On, Case: storyCase, Event: right[i].Event})
		if got, want := folded(wrong), folded(right); !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v\nwant %+v\nafter %s", got, want, told(wrong))
		}
	})
}

// TestWalk: the walk to the due date counts every day once, and the working days one after the other.
func TestWalk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		history := allowed(t, casefile.RegisteredPost, handling)
		cal := workday.Embedded()
		clock := casefile.ReadClock(casefile.Legal, history, law, cal)
		if clock.Due.IsZero() {
			return
		}
		if !cal.Day(clock.Due).Working {
			t.Errorf("due on %s, a day of rest", clock.Due.Long())
		}
		walk := clock.Walk(clock.Start)
		counted := 0
		for i, step := range walk {
			if step.Date != clock.Start.Add(i+1) {
				t.Fatalf("step %d of the walk is %s", i, step.Date)
			}
			if step.Number > 0 {
				if counted++; step.Number != counted || !step.Working || step.Excluded != "" {
					t.Errorf("%s counts as number %d, is %+v", step.Date, counted, step)
				}
			}
		}
		if counted != clock.Limit || walk[len(walk)-1].Date != clock.Due {
			t.Errorf("the walk counts %d of %d days to %s", counted, clock.Limit, walk[len(walk)-1].Date)
		}
	})
}

// TestLongerConsultation: the later the other side answers, the later the reply is due, never earlier.
func TestLongerConsultation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		arrived := civil.New(2024, time.January, 2).Add(rapid.IntRange(0, 600).Draw(t, "arrival"))
		sent := arrived.Add(rapid.IntRange(0, 25).Draw(t, "sent"))
		reached := sent.Add(rapid.IntRange(0, 9).Draw(t, "reached"))
		side := rapid.SampledFrom([]casefile.Side{casefile.ThirdParty, casefile.JointOffice, casefile.OtherOffice}).Draw(t, "side")
		due := func(answered civil.Date) civil.Date {
			events := []struct {
				on    civil.Date
				event casefile.Event
			}{
				{arrived, casefile.Received{Channel: casefile.RegisteredPost}},
				{sent, casefile.ConsultationSent{Side: side, Party: "甲"}},
				{reached, casefile.ConsultationReached{Party: "甲"}},
				{answered, casefile.ConsultationAnswered{Party: "甲", Opinion: casefile.Objects}},
			}
			var history []casefile.Record
			for i, e := range events {
				history = append(history, casefile.Record{Seq: uint64(i + 1), On: e.on, Case: storyCase, Event: e.event})
			}
			return folded(history).Legal.Due
		}
		early := rapid.IntRange(0, 40).Draw(t, "answered")
		later := early + rapid.IntRange(0, 40).Draw(t, "later")
		if a, b := due(reached.Add(early)), due(reached.Add(later)); b < a || a.IsZero() {
			t.Errorf("answered after %d days: due %s; after %d days: due %s", early, a, later, b)
		}
	})
}

// TestStanding: without voiding, a case that has left the loop has a stop date and an outcome, an
// open one is due or waits for somebody, finished is not overdue, late is not disputable, and no event
// does anything to a clock that the table of kinds does not say.
func TestStanding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		history := allowed(t, anyChannel(t), anything)
		c, cal := folded(history), workday.Embedded()
		today := history[len(history)-1].On.Add(rapid.IntRange(0, 60).Draw(t, "later"))
		s := c.At(today, cal)
		if c.Stage.Open() && c.StoppedOn.IsZero() == s.Finished || s.Finished && s.Overdue || s.Late && s.Disputable {
			t.Errorf("%s: %+v%s", c.Stage, s, told(history))
		}
		if ended := c.Stage == casefile.StageServed || c.Stage == casefile.StageArchived || c.Stage == casefile.StageWithdrawn; ended && (c.StoppedOn.IsZero() || c.TallyOn.IsZero() || c.Tally == casefile.OutcomeNone) {
			t.Errorf("%s without a stop or an outcome%s", c.Stage, told(history))
		}
		if c.Stage.Open() && c.StoppedOn.IsZero() && s.Due.IsZero() && s.Waiting == casefile.NotWaiting {
			t.Errorf("%s on %s: neither due nor waiting: %+v%s", c.Stage, today, s, told(history))
		}
		for _, view := range []casefile.View{casefile.Strict, casefile.Legal} {
			for _, turn := range casefile.ReadClock(view, history, law, cal).Turns {
				if e := turn.Kind.Info().Effect; turn.Effect != casefile.EffectNone && turn.Effect != e && turn.Kind != casefile.KindReplied {
					t.Errorf("%s has the effect %s, the table says %s", turn.Kind, turn.Effect, e)
				}
			}
		}
	})
}

// TestCounting: what the table of kinds says to be nothing to the annual report is nothing to it: a
// case without those events stands in 表三 as it does with them.
func TestCounting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		history := allowed(t, anyChannel(t), anything)
		var seen []casefile.Record
		for _, r := range history {
			if r.Event.Kind().Info().Counts != casefile.CountsNothing {
				seen = append(seen, r)
			}
		}
		with, without := folded(history), folded(seen)
		type place struct {
			counts  bool
			column  casefile.Column
			new     int
			tallyOn civil.Date
			tally   casefile.Outcome
		}
		in := func(c casefile.Case) place { return place{c.Counts(), c.Column, c.NewIn(), c.TallyOn, c.Tally} }
		if in(with) != in(without) {
			t.Errorf("with all %+v, with those that count %+v%s", in(with), in(without), told(history))
		}
	})
}
