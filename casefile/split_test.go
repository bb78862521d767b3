package casefile_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// parted splits a history and returns the histories of the case itself and of its two parts.
func parted(history []casefile.Record, keeper casefile.ID, today civil.Date) (all map[casefile.ID][]casefile.Record, err error) {
	drafts, err := folded(history).Divide(history, []casefile.ID{"b", "c"}, keeper, today)
	all = map[casefile.ID][]casefile.Record{storyCase: history}
	for _, d := range drafts {
		all[d.Case] = append(all[d.Case], casefile.Record{Seq: uint64(100 + len(all[d.Case])), On: d.On, Case: d.Case, Event: d.Event})
	}
	return all, err
}

// A 补正 often shows that an application asks for several things: received on 06-01, corrected on 06-15, all parts are
// due on 07-14, twenty working days after the correction (端午 06-19 to 06-21).
func TestPartsInheritTheClock(t *testing.T) {
	history := recorded(
		"2026-06-01", casefile.Received{Channel: casefile.RegisteredPost},
		"2026-06-01", casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "二事"},
		"2026-06-05", casefile.CorrectionAsked{Items: []string{"文号"}, Until: civil.MustParse("2026-06-30")},
		"2026-06-15", casefile.CorrectionReceived{},
	)
	all, err := parted(history, "", civil.MustParse("2026-06-16"))
	if err != nil {
		t.Fatal(err)
	}
	for id, h := range all {
		if c := folded(h); c.Legal.Due.String() != "2026-07-14" || c.Strict.Due != c.Legal.Due || c.Column != casefile.Natural || len(c.Periods) != 2 {
			t.Errorf("%s is due on %s, %s, in %s", id, c.Strict.Due, c.Legal.Due, c.Column)
		}
	}
}

// What is open goes on where a person says: the others count up to the split as the case did, and no longer wait.
func TestPartsAndWhatIsOpen(t *testing.T) {
	start := []any{"2026-03-02", casefile.Received{Channel: casefile.RegisteredPost},
		"2026-03-02", casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "二事"}}
	asked := recorded(append(start, "2026-03-05", casefile.ConsultationSent{Side: casefile.OtherOffice, Party: "某局"})...)
	if _, err := parted(asked, "", civil.MustParse("2026-03-10")); codeOf(err) != "split-open" {
		t.Errorf("nobody named: %v", err)
	}
	all, err := parted(asked, "b", civil.MustParse("2026-03-10"))
	if err != nil {
		t.Fatal(err)
	}
	// 03-03 to 03-05 and from 03-11: twenty working days end on 04-02.
	for id, due := range map[casefile.ID]string{storyCase: "2026-04-02", "c": "2026-04-02", "b": ""} {
		if c := folded(all[id]); c.Legal.Due.String() != due {
			t.Errorf("%s is due on %s, want %q", id, c.Legal.Due, due)
		}
	}
	fee := recorded(append(start, "2026-03-09", casefile.FeeNoticed{By: "页", Count: 57, Yuan: 270, Received: civil.MustParse("2026-03-09")})...)
	all, err = parted(fee, "c", civil.MustParse("2026-03-16"))
	if err != nil {
		t.Fatal(err)
	}
	// Five working days were counted by 03-09. Those of 03-10 to 03-16 are left out by the legal reading, whose other fifteen
	// end on 04-07, behind 清明; the strict one has all twenty by 03-30.
	for id, waits := range map[casefile.ID]casefile.Waiting{storyCase: casefile.NotWaiting, "b": casefile.NotWaiting, "c": casefile.WaitFee} {
		c := folded(all[id])
		if c.Legal.Waiting != waits || waits == casefile.NotWaiting && (c.Legal.Due.String() != "2026-04-07" || c.Strict.Due.String() != "2026-03-30" || len(c.Periods) != 1) {
			t.Errorf("%s waits for %s, due on %s, by the strict reading on %s", id, c.Legal.Waiting, c.Legal.Due, c.Strict.Due)
		}
	}
	again := recorded("2026-03-02", casefile.Received{Channel: casefile.RegisteredPost}, "2026-03-20", casefile.Reopened{Cause: "判决"})
	if _, err := parted(again, "", civil.MustParse("2026-03-21")); codeOf(err) != "split-reopened" {
		t.Errorf("reopened: %v", err)
	}
	if _, ok := errors.AsType[*casefile.RuleError](err); ok {
		t.Error(err)
	}
}

// A part in which nothing is open has the periods of the case.
func TestPartsHaveThePeriods(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		history := allowed(t, anyChannel(t), handling)
		today := history[len(history)-1].On
		all, err := parted(history, "b", today)
		if err != nil {
			t.Fatal(err)
		}
		whole, part := folded(history), folded(all["b"])
		if periodLines(part.Periods) != periodLines(whole.Periods) || part.Stage != whole.Stage && whole.Stage == casefile.StageHandling {
			t.Errorf("%s\n%swant %s\n%safter %s", part.Stage, periodLines(part.Periods), whole.Stage, periodLines(whole.Periods), told(history))
		}
	})
}

// recorded makes a history of days and events in turn.
func recorded(said ...any) (history []casefile.Record) {
	for i := 0; i < len(said); i += 2 {
		history = append(history, casefile.Record{Seq: uint64(i/2 + 1), On: civil.MustParse(said[i].(string)), Case: storyCase, Event: said[i+1].(casefile.Event)})
	}
	return history
}
