package stats_test

import (
	"slices"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/stats"
)

func carried(on string) step {
	return step{on, casefile.Received{Channel: casefile.RegisteredPost, Carried: true}}
}

func with(t testing.TB, year int, o stats.Options, cases ...casefile.Case) stats.Report {
	t.Helper()
	o.Agency, o.Now = "某某区某某局", afterwards
	r, err := stats.Compute(year, each(cases...), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestOpeningBalance: three applications of citizens and one of a company were open when the register
// began; two of them have been entered.
func TestOpeningBalance(t *testing.T) {
	o := stats.Options{Opening: casefile.OpeningBalance{Year: 2025, Columns: [6]int{3, 1}}}
	cases := []casefile.Case{
		told("2025-00001", carried("2024-11-04"), registered("2024-11-04", casefile.Natural), replied("2025-01-06", casefile.Disclosed), sent("2025-01-06")),
		told("2025-00002", carried("2023-12-04"), registered("2023-12-04", casefile.Business)),
		told("2025-00003", posted("2025-03-03"), registered("2025-03-03", casefile.Natural)),
	}
	for year, want := range map[int]string{
		2023: "", 2024: "",
		2025: "一自然人 二自然人++ 二商业企业 （一）自然人 四自然人++ 四商业企业",
		2026: "二自然人++ 二商业企业 四自然人++ 四商业企业",
	} {
		r := with(t, year, o, cases...)
		if got := filled(t, r); got != want {
			t.Errorf("%d counts %q, want %q", year, got, want)
		}
		level := stats.Warning
		if year < 2025 {
			level = stats.Fine
		}
		if c := checkOf(t, r, "opening-balance"); c.Level != level {
			t.Errorf("%d: %+v", year, c)
		}
		if !r.OK() {
			t.Errorf("%d: %+v", year, r.Failed())
		}
	}
	if c := checkOf(t, with(t, 2025, o, cases...), "opening-balance"); !strings.Contains(c.Detail, "自然人 2") || strings.Contains(c.Detail, "商业企业") {
		t.Errorf("unnamed: %s", c.Detail)
	}
	if c := checkOf(t, with(t, 2025, o, cases...), "carry-over"); c.Level != stats.Fine || !strings.Contains(c.Detail, "等于") {
		t.Errorf("carry-over: %+v", c)
	}
	o.Opening.Columns = [6]int{0, 1}
	r := with(t, 2025, o, cases...)
	if c := checkOf(t, r, "opening-balance"); c.OK || !slices.Equal(c.Cases, []casefile.ID{"2025-00001", "2025-00002"}) {
		t.Errorf("more cases than the balance has: %+v", c)
	}
	if c := checkOf(t, r, "carry-over"); c.OK || !strings.Contains(c.Detail, "自然人：期初数为 0，本表为 1") {
		t.Errorf("carry-over: %+v", c)
	}
}

func TestCarriedWithoutOpening(t *testing.T) {
	c := told("2025-00001", carried("2024-11-04"), registered("2024-11-04", casefile.Natural))
	for year, want := range map[int]string{2024: "", 2025: "二自然人 四自然人"} {
		r := computed(t, year, c)
		if got := filled(t, r); got != want {
			t.Errorf("%d counts %q, want %q", year, got, want)
		}
		if c := checkOf(t, r, "without-opening"); c.OK {
			t.Errorf("%d: %+v", year, c)
		}
	}
}

// TestFrozenYear: once 2025 is published, 2026 starts from it whatever is recorded afterwards.
func TestFrozenYear(t *testing.T) {
	natural, business := casefile.Natural, casefile.Business
	open := []step{posted("2025-12-01"), registered("2025-12-01", natural)}
	answered := append(slices.Clone(open), replied("2025-12-20", casefile.Partial), sent("2025-12-20"))
	tests := []struct {
		name   string
		frozen []step // as it stood; nil: not there yet
		now    []step
		y2026  string
		check  string // that names it
	}{
		{"open and still open", open, open, "二自然人 四自然人", ""},
		{"ended", answered, answered, "", ""},
		{"answered in the new year", open, append(slices.Clone(open), replied("2026-01-05", casefile.Disclosed), sent("2026-01-05")), "二自然人 （一）自然人", ""},
		{"answered in the old year, as was learned too late", open, answered, "二自然人 （二）自然人", ""},
		{"given another column", open, append(slices.Clone(open), registered("2026-02-02", business)), "二自然人 四自然人", ""},
		{"dismissed", open, append(slices.Clone(open), step{"2026-02-02", casefile.Dismissed{Reason: "咨询"}}), "二自然人 （六）3自然人", "left-books"},
		{"merged", open, append(slices.Clone(open), step{"2026-02-02", casefile.Merged{Into: "2025-00009"}}), "二自然人 （六）3自然人", "left-books"},
		{"answer voided", answered, open, "", "reopened"},
		{"registered after the freeze", nil, open, "一自然人 四自然人", "after-freeze"},
		{"registered and answered after the freeze", nil, answered, "一自然人 （二）自然人", "after-freeze"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var before stats.Report
			if test.frozen != nil {
				before = with(t, 2025, stats.Options{Trace: true}, told("2025-00001", test.frozen...))
			} else {
				before = with(t, 2025, stats.Options{Trace: true})
			}
			closed := stats.Closed{Year: 2025}
			for _, p := range before.Cases {
				closed.Cases = append(closed.Cases, p.Counted)
			}
			c := told("2025-00001", test.now...)
			r := with(t, 2026, stats.Options{Closed: []stats.Closed{closed}, Before: &before}, c)
			if got := filled(t, r); got != test.y2026 {
				t.Errorf("2026 counts %q, want %q", got, test.y2026)
			}
			if got := troubles(r); got != test.check {
				t.Errorf("named under %q, want %q", got, test.check)
			}
			if !r.OK() || checkOf(t, r, "carry-over").Level != stats.Fine {
				t.Errorf("checks: %+v", r.Failed())
			}
			next := with(t, 2027, stats.Options{Closed: []stats.Closed{closed}}, c)
			if in, out := next.Table3[1], r.Table3[24]; in != out {
				t.Errorf("2027 carries in %v, 2026 carried out %v", in, out)
			}
		})
	}
}

// TestFrozenWithUnnamed: a case of the opening balance that is entered after the freeze takes the
// place of one without a number.
func TestFrozenWithUnnamed(t *testing.T) {
	opening := casefile.OpeningBalance{Year: 2025, Columns: [6]int{1}}
	before := with(t, 2025, stats.Options{Opening: opening, Trace: true})
	late := told("2025-00001", carried("2024-12-02"), registered("2026-02-02", casefile.Natural), replied("2025-03-03", casefile.Disclosed), sent("2025-03-03"))
	r := with(t, 2026, stats.Options{Opening: opening, Closed: []stats.Closed{{Year: 2025}}, Before: &before}, late)
	if got, want := filled(t, r), "二自然人 （一）自然人"; got != want {
		t.Errorf("2026 counts %q, want %q", got, want)
	}
	if !r.OK() {
		t.Errorf("checks: %+v", r.Failed())
	}
}

func TestPartOfAYear(t *testing.T) {
	cases := []casefile.Case{
		told("2025-00001", posted("2025-02-03"), registered("2025-02-03", casefile.Natural), replied("2025-04-01", casefile.Disclosed), sent("2025-04-01")),
		told("2025-00002", posted("2025-04-02"), registered("2025-04-02", casefile.Business), replied("2025-06-30", casefile.Partial), sent("2025-06-30")),
		told("2025-00003", posted("2025-06-30"), registered("2025-06-30", casefile.Natural), replied("2025-07-01", casefile.Partial), sent("2025-07-01")),
	}
	r := with(t, 2025, stats.Options{From: cases[1].ArrivedOn.Add(-1), To: cases[2].ArrivedOn}, cases...)
	if got, want := filled(t, r), "一自然人 一商业企业 二自然人 （一）自然人 （二）商业企业 四自然人"; got != want {
		t.Errorf("the second quarter counts %q, want %q", got, want)
	}
	if !r.OK() {
		t.Errorf("checks: %+v", r.Failed())
	}
}

func TestFormat2019(t *testing.T) {
	r := with(t, 2019, stats.Options{Format: "2019-60"},
		told("2019-00001", posted("2019-06-03"), registered("2019-06-03", casefile.Natural), step{"2019-06-10", casefile.Withdrawn{}}),
		told("2019-00002", posted("2019-06-03"), registered("2019-06-03", casefile.Natural), replied("2019-07-10", casefile.CorrectionLapsed)))
	f, err := stats.FormatOf("2019-60")
	if err != nil {
		t.Fatal(err)
	}
	cell, err := f.ParseCell("(六)其他处理,自然人")
	if err != nil || len(f.Rows) != 23 || r.At(cell) != 2 || !r.OK() {
		t.Errorf("%d rows, %v is %d, %v; %+v", len(f.Rows), cell, r.At(cell), err, r.Failed())
	}
}
