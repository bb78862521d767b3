package register

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// Late and disputable cases are found among the timely ones in either direction, and so are the open ones, which may become so.
func TestWalkUntimely(t *testing.T) {
	r := opened(t)
	served := func(id casefile.ID, on string) {
		add(t, r, start, casefile.Draft{Case: id, On: civil.MustParse(on), Event: casefile.Replied{Outcome: casefile.UnableNotHeld, Basis: "36-4", Grounds: "未制作"}},
			casefile.Draft{Case: id, On: civil.MustParse(on), Event: casefile.Dispatched{Way: casefile.ByEmail}})
	}
	for n, name := range []string{"timely", "late", "disputable", "open", "timely too"} {
		id := take(t, r, name, uint32(n))
		add(t, r, start, casefile.Draft{Case: id, On: civil.MustParse("2026-03-05"), Event: casefile.Confirmed{How: "电话"}},
			casefile.Draft{Case: id, On: civil.MustParse("2026-03-05"), Event: casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "会议纪要"}})
	}
	served("2026-00001", "2026-03-12")
	served("2026-00002", "2026-05-12")
	served("2026-00003", "2026-04-01") // due on 03-30 by the strict clock, on 04-02 by the legal one
	served("2026-00005", "2026-03-12")
	must(t, r.View(func(tx *Tx) error {
		for _, tt := range []struct {
			from   casefile.ID
			newest bool
			want   []casefile.ID
		}{
			{"", false, []casefile.ID{"2026-00002", "2026-00003", "2026-00004"}},
			{"2026-00002", false, []casefile.ID{"2026-00003", "2026-00004"}},
			{"", true, []casefile.ID{"2026-00004", "2026-00003", "2026-00002"}},
			{"2026-00004", true, []casefile.ID{"2026-00003", "2026-00002"}},
		} {
			heads := tx.Heads(tt.from)
			if tt.newest {
				heads = tx.Walk(Walk{From: tt.from, Newest: true})
			}
			var want, got []casefile.Case
			for c, err := range heads {
				must(t, err)
				if slices.Contains(tt.want, c.ID) {
					want = append(want, c)
				}
			}
			for c, err := range tx.Walk(Walk{From: tt.from, Newest: tt.newest, Untimely: true}) {
				must(t, err)
				got = append(got, c)
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(casefile.Case{})); diff != "" || len(want) != len(tt.want) {
				t.Errorf("from %q, newest %v: want %v\n%s", tt.from, tt.newest, tt.want, diff)
			}
			for _, c := range got {
				if past := c.Timed(0, math.MaxInt32); past.Late != (c.ID == "2026-00002") || past.Disputable != (c.ID == "2026-00003") {
					t.Errorf("%s: %+v", c.ID, past)
				}
			}
		}
		for range tx.Walk(Walk{Newest: true, Untimely: true}) {
			break // whoever has enough stops
		}
		return nil
	}))
}

// The flags are read where they were written, whatever the periods are; of what is damaged nothing is passed over.
func TestMaybeUntimely(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := casefile.Case{Stage: casefile.StageServed, Basis: rapid.String().Draw(t, "basis")}
		want := false
		for range rapid.IntRange(0, 4).Draw(t, "periods") {
			p := casefile.Period{From: casefile.OpenedAgain, How: casefile.EndedServed, Slow: rapid.Bool().Draw(t, "slow"), Returned: rapid.Bool().Draw(t, "returned")}
			for _, d := range spans(&p) {
				*d = civil.Date(rapid.Int32Range(-5, 40000).Draw(t, "day"))
			}
			switch rapid.IntRange(0, 5).Draw(t, "how") {
			case 0:
				p.Late, want = true, true
			case 1:
				p.Disputable, want = true, true
			}
			c.Periods = append(c.Periods, p)
		}
		b := encodeProjection(c, []uint64{1})
		if got := maybeUntimely(b); got != want {
			t.Errorf("%v of %+v", got, c.Periods)
		}
		if cut := b[:rapid.IntRange(0, headSize).Draw(t, "cut")]; !maybeUntimely(cut) {
			t.Errorf("of %d bytes it says that all was in time", len(cut))
		}
	})
}
