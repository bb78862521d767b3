package casefile_test

import (
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// TestStandIns follows two absences that overlap in time, a deputy who is away himself, and an early return.
func TestStandIns(t *testing.T) {
	day := civil.MustParse
	wang := casefile.StoodIn{Who: "王某", Deputy: "李某", From: day("2026-10-01"), To: day("2026-10-08")}
	li := casefile.StoodIn{Who: "李某", Deputy: "赵某", From: day("2026-10-05"), To: day("2026-10-06")}
	circle := casefile.StoodIn{Who: "赵某", Deputy: "李某", From: day("2026-10-06"), To: day("2026-10-06")}
	var all casefile.StandIns
	for _, e := range []casefile.StoodIn{wang, li, circle} {
		if err := all.Decide(e, day("2026-09-28")); err != nil {
			t.Fatal(err)
		}
		all = all.With(e)
	}
	for _, c := range []struct{ on, who, deputy, until string }{
		{"2026-09-30", "王某", "", ""},
		{"2026-10-01", "王某", "李某", "2026-10-08"},
		{"2026-10-05", "王某", "赵某", "2026-10-06"},
		{"2026-10-05", "李某", "赵某", "2026-10-06"},
		{"2026-10-07", "王某", "李某", "2026-10-08"},
		{"2026-10-08", "王某", "李某", "2026-10-08"},
		{"2026-10-09", "王某", "", ""},
		{"2026-10-02", "孙某", "", ""},
		{"2026-10-02", "", "", ""},
	} {
		in, ok := all.Of(day(c.on), c.who)
		if in.Deputy != c.deputy || ok != (c.deputy != "") || ok && in.To.String() != c.until {
			t.Errorf("on %s %s is stood in for by %q until %s, want %q until %s", c.on, c.who, in.Deputy, in.To, c.deputy, c.until)
		}
	}
	if in, ok := all.Of(day("2026-10-06"), "李某"); !ok || in.Deputy == "" {
		t.Errorf("a circle of deputies left %+v", in)
	}
	if in, ok := all.Of(day("2026-10-02"), "孙某", "王某"); !ok || in.Who != "王某" {
		t.Errorf("of two names the one that is away: %+v", in)
	}

	for name, e := range map[string]casefile.StoodIn{
		"nobody":     {Deputy: "李某", From: day("2026-11-02"), To: day("2026-11-03")},
		"himself":    {Who: "王某", Deputy: "王某", From: day("2026-11-02"), To: day("2026-11-03")},
		"backwards":  {Who: "王某", Deputy: "李某", From: day("2026-11-03"), To: day("2026-11-02")},
		"past":       {Who: "王某", Deputy: "李某", From: day("2026-09-01"), To: day("2026-09-02")},
		"overlap":    {Who: "王某", Deputy: "孙某", From: day("2026-10-08"), To: day("2026-10-09")},
		"two years":  {Who: "王某", Deputy: "李某", From: day("2026-11-02"), To: day("2028-11-03")},
		"never away": {Who: "孙某", From: day("2026-10-02")},
	} {
		if err := all.Decide(e, day("2026-09-28")); codeOf(err) != "stand-in" {
			t.Errorf("%s: %v", name, err)
		}
	}
	back := casefile.StoodIn{Who: "王某", From: day("2026-10-03")}
	if err := all.Decide(back, day("2026-10-03")); err != nil {
		t.Fatal(err)
	}
	later := all.With(back)
	if _, ok := later.Of(day("2026-10-03"), "王某"); ok {
		t.Error("who is back is still away")
	}
	if in, ok := later.Of(day("2026-10-02"), "王某"); !ok || in.To != day("2026-10-02") {
		t.Errorf("the days before are as they were: %+v", in)
	}
	if got := later.From(day("2026-10-03")); len(got) != 2 || got[0].Who != "李某" {
		t.Errorf("from 10-03 on: %+v", got)
	}
	if in, _ := all.Of(day("2026-10-03"), "王某"); in.Deputy != "李某" {
		t.Error("With changed what it was called on")
	}
}
