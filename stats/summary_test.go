package stats_test

import (
	"iter"
	"strconv"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/stats"
)

// summarize sums up all cases at once.
func summarize(from, to, since, today civil.Date, cases iter.Seq2[casefile.Case, error]) (stats.Summary, error) {
	g, err := stats.Gather(from, to, today, cases, workday.Embedded())
	if err != nil {
		return stats.Summary{}, err
	}
	return stats.Sum(from, to, since, today, []*stats.Gathered{g}), nil
}

func TestSummarize(t *testing.T) {
	assigned := func(day, department, person string) step {
		return step{day, casefile.Assigned{Department: department, Person: person}}
	}
	s, err := summarize(civil.MustParse("2025-01-01"), civil.MustParse("2025-12-31"), civil.MustParse("2024-07-04"), civil.MustParse("2026-01-05"), each(
		told("2024-00001", posted("2024-07-04"), registered("2024-07-04", casefile.Natural), assigned("2024-07-04", "工程科", "周某"), replied("2024-07-10", casefile.Disclosed), sent("2024-07-10")),
		told("2025-00001", posted("2025-03-03"), registered("2025-03-03", casefile.Natural), assigned("2025-03-03", "工程科", "周某"), replied("2025-03-20", casefile.Disclosed), sent("2025-03-20")),
		told("2025-00002", posted("2025-03-04"), registered("2025-03-04", casefile.Natural), replied("2025-08-20", casefile.Disclosed), sent("2025-08-20")),
		told("2025-00003", posted("2025-12-04"), registered("2025-12-04", casefile.Natural), assigned("2025-12-04", "大气科", "王某")),
	))
	if err != nil {
		t.Fatal(err)
	}
	if d := s.Now; d.Received != 3 || d.Done != 2 || d.OnTime != 1 || d.OnTimeStrict != 1 || d.Late != 1 || d.LongestCase != "2025-00002" {
		t.Errorf("in all: %+v", d)
	}
	if s.Before != nil {
		t.Errorf("the register begins in July, and knows of the whole year before %+v", s.Before)
	}
	if len(s.Months) != 12 || len(s.Quarters) != 4 || s.Months[2].Now.Received != 2 || s.Quarters[2].Now.Done != 1 {
		t.Errorf("months %+v, quarters %+v", s.Months, s.Quarters)
	}
	if m := s.Months[6]; m.Label != "2025-07" || m.Before != nil { // it knows only a part of July 2024
		t.Errorf("July: %+v", m)
	}
	if m := s.Months[7]; m.Before == nil || m.Before.Received != 0 {
		t.Errorf("August: %+v", m.Before)
	}
	if len(s.Departments) != 3 || s.Departments[1].Name != "大气科" {
		t.Errorf("departments: %+v", s.Departments)
	}
	if len(s.Load) != 1 || s.Load[0] != (stats.Load{Person: "王某", Open: 1, Due: 1}) {
		t.Errorf("load: %+v", s.Load)
	}
	sum := 0
	for _, m := range s.Months {
		sum += m.Now.Received
	}
	if sum != s.Now.Received {
		t.Errorf("the months add up to %d, not %d", sum, s.Now.Received)
	}
}

// Where the register does not reach, in both directions, there are no data instead of nothing; a month in which it began has them.
func TestSummarizeBeforeTheRegister(t *testing.T) {
	sum := func(from, to, since string, cases ...casefile.Case) stats.Summary {
		t.Helper()
		s, err := summarize(civil.MustParse(from), civil.MustParse(to), civil.MustParse(since), civil.MustParse("2025-05-06"), each(cases...))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	known := func(all []stats.Stretch) (s string) {
		for _, part := range all {
			switch {
			case part.Now == nil:
				s += "-"
			default:
				s += strconv.Itoa(part.Now.Received)
			}
		}
		return s
	}
	first := told("2025-00001", posted("2025-03-03"), registered("2025-03-03", casefile.Natural))
	for _, tt := range []struct {
		from, to, since string
		cases           []casefile.Case
		all, quarter    string
		months          string
	}{
		{"2025-01-01", "2025-05-06", "2025-03-03", []casefile.Case{first}, "1", "10", "--100"},
		{"2025-01-01", "2025-12-31", "2025-03-03", []casefile.Case{first}, "1", "10--", "--100-------"},
		{"2025-01-01", "2025-05-06", "2025-01-01", []casefile.Case{first}, "1", "10", "00100"}, // nothing came before March
		{"2024-10-01", "2025-02-28", "2025-03-03", []casefile.Case{first}, "-", "--", "-----"},
		{"2025-01-01", "2025-03-03", "2025-03-03", []casefile.Case{first}, "1", "1", "--1"},
		{"2025-01-01", "2025-03-02", "2025-03-03", []casefile.Case{first}, "-", "-", "---"},
		{"2025-01-01", "2025-05-06", "2025-05-06", nil, "0", "-0", "----0"},
		{"2026-01-01", "2026-03-31", "2025-03-03", []casefile.Case{first}, "-", "-", "---"},
	} {
		s := sum(tt.from, tt.to, tt.since, tt.cases...)
		if got := known([]stats.Stretch{s.Stretch}); got != tt.all || known(s.Quarters) != tt.quarter || known(s.Months) != tt.months {
			t.Errorf("%s to %s: %s, quarters %s, months %s; want %s, %s, %s", tt.from, tt.to, got, known(s.Quarters), known(s.Months), tt.all, tt.quarter, tt.months)
		}
	}
}

func TestRate(t *testing.T) {
	for _, tt := range []struct {
		n, of int
		want  string
	}{{0, 0, ""}, {0, 3, "0.0%"}, {2, 3, "66.7%"}, {3, 3, "100.0%"}, {1999, 2000, "100.0%"}} {
		if got := stats.Rate(tt.n, tt.of); got != tt.want {
			t.Errorf("%d of %d: %s, want %s", tt.n, tt.of, got, tt.want)
		}
	}
}
