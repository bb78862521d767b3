package casefile_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// What a case probably needs next can be recorded, and every step that cannot says why.
func TestLikely(t *testing.T) {
	cal := workday.Embedded()
	var history []casefile.Record
	add := func(day string, e casefile.Event) {
		history = append(history, casefile.Record{Seq: uint64(len(history) + 1), On: civil.MustParse(day), Case: storyCase, Event: e})
	}
	look := func(today, want string) {
		t.Helper()
		c := casefile.Fold(storyCase, history, casefile.Regulations(), cal)
		var got []string
		for _, l := range c.Likely(civil.MustParse(today), casefile.Regulations(), cal) {
			if why := c.Unready(l.Kind); why != "" || l.Why == "" {
				t.Errorf("%s: %s is likely and %q, because %q", today, l.Kind, why, l.Why)
			}
			got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s", l.Kind.Info().Command, l.By)))
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("%s at %s:\ngot  %s\nwant %s", today, c.Stage.Label(), s, want)
		}
		next := map[casefile.Kind]bool{}
		for _, k := range c.Next() {
			next[k] = true
		}
		for _, i := range casefile.Kinds() {
			if i.Stages != nil && (c.Unready(i.Kind) == "") != next[i.Kind] {
				t.Errorf("%s at %s: %q", i.Kind, c.Stage.Label(), c.Unready(i.Kind))
			}
		}
	}
	ahead := func(want string) {
		t.Helper()
		c := casefile.Fold(storyCase, history, casefile.Regulations(), cal)
		var got []string
		for _, k := range c.Ahead() {
			if c.Unready(k) == "" {
				t.Errorf("%s is ahead at %s, and can be recorded", k, c.Stage.Label())
			}
			got = append(got, k.Info().Command)
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("ahead at %s: %s, want %s", c.Stage.Label(), s, want)
		}
	}
	add("2026-03-02", casefile.Received{Channel: casefile.Email})
	ahead("assign, review, reply")
	look("2026-03-02", "register 2026-03-30, confirm 2026-03-03, dismiss")
	add("2026-03-02", casefile.Confirmed{How: "电话"})
	look("2026-03-02", "register 2026-03-30, dismiss")
	add("2026-03-03", casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "会议纪要"})
	look("2026-03-03", "assign, review, reply 2026-03-30, correct 2026-03-11, extend 2026-03-30")
	look("2026-03-12", "assign, review, reply 2026-03-30, extend 2026-03-30")
	add("2026-03-04", casefile.CorrectionAsked{Items: []string{"名称"}, Until: civil.MustParse("2026-03-18")})
	look("2026-03-05", "corrected 2026-03-18")
	look("2026-03-19", "reply, corrected 2026-03-18")
	add("2026-03-10", casefile.CorrectionReceived{})
	add("2026-03-11", casefile.Assigned{Department: "档案科"})
	look("2026-03-11", "reply 2026-04-08, extend 2026-04-08")
	ahead("dispatch, deliver, archive")
	add("2026-03-12", casefile.Replied{Outcome: casefile.Disclosed, Basis: "36-1"})
	look("2026-03-12", "dispatch 2026-04-08, deliver 2026-04-08")
	ahead("archive")
	answered := len(history)
	add("2026-03-12", casefile.Dispatched{Way: casefile.ByCourier, Tracking: "SF1"})
	look("2026-03-13", "deliver 2026-04-08")
	history = history[:answered]
	add("2026-03-12", casefile.Dispatched{Way: casefile.ByEmail})
	look("2026-03-13", "archive")
	ahead("")
	add("2026-03-13", casefile.Archived{})
	look("2026-03-13", "reopen")
}

// A signed answer waits to be made, until its letter is: then it is the letter that has to go out.
func TestSignedAndMade(t *testing.T) {
	answer := casefile.Replied{Outcome: casefile.Disclosed, Basis: "36-2-provide"}
	said, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	number := casefile.LetterNumber{Series: "公", Year: 2026, Number: 1}
	var history []casefile.Record
	for _, step := range []struct {
		event casefile.Event
		want  casefile.Approval
	}{
		{casefile.Received{Channel: casefile.Email}, casefile.ApprovalNone},
		{casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "会议纪要"}, casefile.ApprovalNone},
		{casefile.Submitted{Answer: said, Draft: casefile.File{Digest: casefile.DigestOf([]byte("x")), Name: "送审稿.docx"}}, casefile.AwaitsSigning},
		{casefile.Signed{Submission: 3, By: "赵主任"}, casefile.ApprovalGiven},
		{casefile.LetterIssued{LetterNumber: number, Document: "公〔2026〕1号", Decides: casefile.KindReplied, Event: said}, casefile.ApprovalMade},
		{casefile.LetterVoided{LetterNumber: number, Document: "公〔2026〕1号", Reason: "收件人有误"}, casefile.ApprovalGiven},
	} {
		history = append(history, casefile.Record{Seq: uint64(len(history) + 1), On: civil.MustParse("2026-03-02"), Case: storyCase, Event: step.event})
		if got := casefile.Fold(storyCase, history, casefile.Regulations(), workday.Embedded()).Approval; got != step.want {
			t.Errorf("after %s: %s, want %s", step.event.Kind(), got, step.want)
		}
	}
}
