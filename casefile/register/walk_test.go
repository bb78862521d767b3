package register

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ysq.internal/ysq/casefile"
)

// No case in which the words stand is left out, whatever their letters are; and of those without them only such as have the same
// letters A to Z.
func TestMaybeMentions(t *testing.T) {
	letters := rapid.SampledFrom([]rune("甲乙科kKiIsS\u212a\u0130ıſßẞＡａÅåaZ9-.〔"))
	text := func(t *rapid.T, name string) string { return string(rapid.SliceOfN(letters, 0, 12).Draw(t, name)) }
	rapid.Check(t, func(t *rapid.T) {
		c := casefile.Case{ID: "2026-00017", Applicant: text(t, "applicant"), Contact: "contact", Email: "email", Subject: text(t, "subject"), Request: text(t, "request"),
			Department: text(t, "department"), Assignee: text(t, "assignee"), Agent: "agent", Addresses: []string{"address"}}
		for range rapid.IntRange(0, 2).Draw(t, "periods") {
			c.Periods = append(c.Periods, casefile.Period{Ended: 40000})
		}
		b := encodeProjection(c, []uint64{1, 2})
		all := strings.ToLower(strings.Join([]string{string(c.ID), c.Applicant, c.Subject, c.Request, c.Department, c.Assignee}, "\n"))
		from := []rune(all)
		at := rapid.IntRange(0, len(from)-1).Draw(t, "at")
		word, _, _ := strings.Cut(string(from[at:min(len(from), at+rapid.IntRange(1, 5).Draw(t, "length"))]), "\n")
		if !maybeMentions([]byte(c.ID), b, []needle{needleOf(word), needleOf("2026")}) {
			t.Errorf("%q is left out of %+v", word, c)
		}
	})
	for _, other := range []string{"丙", "contact", "email", "agent", "address", "abcdefg", "2025"} {
		b := encodeProjection(casefile.Case{Applicant: "甲", Contact: "contact", Email: "email", Agent: "agent", Addresses: []string{"address"}}, nil)
		if maybeMentions([]byte("2026-00017"), b, []needle{needleOf(other)}) {
			t.Errorf("%q stands in no place that lists show", other)
		}
	}
}

// A walk of stages yields those of Heads that are in them.
func TestWalkStages(t *testing.T) {
	r := opened(t)
	for n, name := range []string{"one", "two", "three"} {
		take(t, r, name, uint32(n))
	}
	must(t, r.View(func(tx *Tx) error {
		for _, tt := range []struct {
			w    Walk
			want []casefile.ID
		}{
			{Walk{}, []casefile.ID{"2026-00001", "2026-00002", "2026-00003"}},
			{Walk{Stages: []casefile.Stage{casefile.StageArchived}}, nil},
			{Walk{Stages: []casefile.Stage{casefile.StageArchived, casefile.StageReceived}, Newest: true}, []casefile.ID{"2026-00003", "2026-00002", "2026-00001"}},
			{Walk{From: "2026-00001", Words: []string{"-00003"}}, []casefile.ID{"2026-00003"}},
		} {
			var got []casefile.ID
			for c, err := range tx.Walk(tt.w) {
				must(t, err)
				got = append(got, c.ID)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%+v: %v, want %v", tt.w, got, tt.want)
			}
		}
		return nil
	}))
}
