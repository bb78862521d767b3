package stats_test

import (
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/stats"
)

// step is one record of a story.
type step struct {
	on    string
	event casefile.Event
}

// told folds a story into a case.
func told(id casefile.ID, steps ...step) casefile.Case {
	var history []casefile.Record
	for i, s := range steps {
		history = append(history, casefile.Record{Seq: uint64(i + 1), On: civil.MustParse(s.on), Case: id, Event: s.event})
	}
	return casefile.Fold(id, history, casefile.Regulations(), workday.Embedded())
}

func arrives(on string) step { return step{on, casefile.Received{Channel: casefile.Email}} }
func posted(on string) step  { return step{on, casefile.Received{Channel: casefile.RegisteredPost}} }
func confirmed(on string) step {
	return step{on, casefile.Confirmed{How: "电话"}}
}
func registered(on string, c casefile.Column) step {
	return step{on, casefile.Registered{As: casefile.Application, Applicant: "张三", Column: c}}
}
func replied(on string, o casefile.Outcome) step {
	return step{on, casefile.Replied{Outcome: o, Basis: o.Bases()[0], Document: "某依申请〔2025〕1号"}}
}
func sent(on string) step { return step{on, casefile.Dispatched{Way: casefile.ByEmail}} }

func each(cases ...casefile.Case) iter.Seq2[casefile.Case, error] {
	return func(yield func(casefile.Case, error) bool) {
		for _, c := range cases {
			if !yield(c, nil) {
				return
			}
		}
	}
}

// afterwards is an hour at which every year of the tests is over.
var afterwards = time.Date(2027, 3, 1, 9, 0, 0, 0, civil.Zone)

func computed(t testing.TB, year int, cases ...casefile.Case) stats.Report {
	t.Helper()
	r, err := stats.Compute(year, each(cases...), stats.Options{Agency: "某某区某某局", Now: afterwards})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func format(t testing.TB) stats.Format {
	t.Helper()
	f, err := stats.FormatOf(stats.Current)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// filled lists the cells of 表三 that are not zero, without the column 总计 and the row （七）, whose
// sums have tests of their own.
func filled(t testing.TB, r stats.Report) string {
	t.Helper()
	f := format(t)
	var cells []string
	for row, line := range r.Table3 {
		for _, c := range casefile.Columns {
			if n := line.At(c); n != 0 && f.Rows[row].Counts != stats.CountsEnded {
				cells = append(cells, f.Rows[row].Number+c.Label()+strings.Repeat("+", n-1))
			}
		}
	}
	return strings.Join(cells, " ")
}

func checkOf(t testing.TB, r stats.Report, id string) stats.Check {
	t.Helper()
	i := slices.IndexFunc(r.Checks, func(c stats.Check) bool { return c.ID == id })
	if i < 0 {
		t.Fatalf("no check %s", id)
	}
	return r.Checks[i]
}

// troubles lists the checks that name cases.
func troubles(r stats.Report) string {
	var all []string
	for _, c := range r.Checks {
		if len(c.Cases) > 0 {
			all = append(all, c.ID)
		}
	}
	return strings.Join(all, " ")
}

// TestYears tells stories around the turn of the year and says what each year's table counts.
func TestYears(t *testing.T) {
	failing := []string{"unregistered", "undated", "without-column", "without-outcome"}
	natural, business := casefile.Natural, casefile.Business
	type want struct{ y2024, y2025, y2026 string }
	tests := []struct {
		name     string
		story    []step
		table    want
		troubles want
	}{
		{"within a year",
			[]step{posted("2025-03-03"), registered("2025-03-03", natural), replied("2025-03-20", casefile.Disclosed), sent("2025-03-20")},
			want{"", "一自然人 （一）自然人", ""}, want{}},
		{"open at the turn",
			[]step{posted("2025-12-20"), registered("2025-12-22", business), replied("2026-01-05", casefile.UnableNotHeld), sent("2026-01-05")},
			want{"", "一商业企业 四商业企业", "二商业企业 （四）1商业企业"}, want{}},
		{"stopped on the last day",
			[]step{posted("2025-12-10"), registered("2025-12-10", natural), replied("2025-12-31", casefile.Partial), sent("2025-12-31")},
			want{"", "一自然人 （二）自然人", ""}, want{}},
		{"stopped on the first day",
			[]step{posted("2025-12-10"), registered("2025-12-10", natural), replied("2026-01-01", casefile.Partial), sent("2026-01-01")},
			want{"", "一自然人 四自然人", "二自然人 （二）自然人"}, want{}},
		{"answered in December, sent in January",
			[]step{posted("2025-12-10"), registered("2025-12-10", natural), replied("2025-12-30", casefile.Partial), sent("2026-01-04")},
			want{"", "一自然人 四自然人", "二自然人 （二）自然人"}, want{}},
		{"by hand counts when signed for",
			[]step{posted("2025-12-10"), registered("2025-12-10", natural), replied("2025-12-30", casefile.Partial),
				{"2025-12-30", casefile.Dispatched{Way: casefile.ByHand}}, {"2026-01-06", casefile.Delivered{}}},
			want{"", "一自然人 四自然人", "二自然人 （二）自然人"}, want{}},
		{"open for two years",
			[]step{posted("2024-11-01"), registered("2024-11-01", natural)},
			want{"一自然人 四自然人", "二自然人 四自然人", "二自然人 四自然人"}, want{}},
		{"mail confirmed in the new year",
			[]step{arrives("2025-12-31"), registered("2026-01-04", natural), confirmed("2026-01-04"), replied("2026-01-20", casefile.Disclosed), sent("2026-01-20")},
			want{"", "", "一自然人 （一）自然人"}, want{"", "between-years", "between-years"}},
		{"the same, decided for the old year",
			[]step{arrives("2025-12-31"), registered("2026-01-04", natural), confirmed("2026-01-04"),
				{"2026-01-05", casefile.CountedIn{Year: 2025, Reason: "登记册以到达为准"}}, replied("2026-01-20", casefile.Disclosed), sent("2026-01-20")},
			want{"", "一自然人 四自然人", "二自然人 （一）自然人"}, want{}},
		{"decided for the new year and answered in the old",
			[]step{arrives("2025-12-24"), registered("2025-12-24", natural), confirmed("2026-01-04"),
				{"2026-01-05", casefile.CountedIn{Year: 2026, Reason: "双方确认之日"}}, replied("2025-12-29", casefile.Disclosed), sent("2025-12-29")},
			want{"", "", "一自然人 （一）自然人"}, want{}},
		{"arrived on 12-19 is no question",
			[]step{arrives("2025-12-19"), registered("2025-12-19", natural), confirmed("2026-01-04")},
			want{"", "", "一自然人 四自然人"}, want{}},
		{"never confirmed, open over the turn",
			[]step{arrives("2025-12-20"), registered("2025-12-22", natural)},
			want{"", "一自然人 四自然人", "二自然人 四自然人"}, want{"", "between-years", "between-years"}},
		{"never confirmed, answered at once",
			[]step{arrives("2025-12-20"), registered("2025-12-22", natural), replied("2025-12-26", casefile.Disclosed), sent("2025-12-26")},
			want{"", "一自然人 （一）自然人", ""}, want{}},
		{"补正 not answered by 12-31 lapses in the new year",
			[]step{posted("2025-12-08"), registered("2025-12-08", natural), {"2025-12-09", casefile.CorrectionAsked{Items: []string{"文号"}, Until: civil.MustParse("2025-12-31")}},
				replied("2026-01-01", casefile.CorrectionLapsed)},
			want{"", "一自然人 四自然人", "二自然人 （六）1自然人"}, want{}},
		{"withdrawn",
			[]step{posted("2025-06-03"), registered("2025-06-03", casefile.LegalService), {"2025-06-10", casefile.Withdrawn{}}},
			want{"", "一法律服务机构 （六）3法律服务机构", ""}, want{}},
		{"reopened in the same year: the new outcome replaces the old",
			[]step{posted("2025-03-03"), registered("2025-03-03", natural), replied("2025-03-20", casefile.RefuseInternal), sent("2025-03-20"),
				{"2025-06-03", casefile.Reopened{Cause: "复议决定"}}, replied("2025-06-20", casefile.Disclosed), sent("2025-06-20")},
			want{"", "一自然人 （一）自然人", ""}, want{}},
		{"reopened and open at the turn: the old outcome stands",
			[]step{posted("2025-03-03"), registered("2025-03-03", natural), replied("2025-03-20", casefile.RefuseInternal), sent("2025-03-20"),
				{"2025-12-23", casefile.Reopened{Cause: "复议决定"}}},
			want{"", "一自然人 （三）5自然人", ""}, want{"", "reopened", "reopened"}},
		{"reopened and answered in a later year: no year counts it again",
			[]step{posted("2024-03-04"), registered("2024-03-04", natural), replied("2024-03-20", casefile.RefuseInternal), sent("2024-03-20"),
				{"2025-12-23", casefile.Reopened{Cause: "判决"}}, replied("2026-01-09", casefile.Disclosed), sent("2026-01-09")},
			want{"一自然人 （三）5自然人", "", ""}, want{"", "", "reopened"}},
		{"reopened two years later: until then nothing is to be told",
			[]step{posted("2024-03-04"), registered("2024-03-04", natural), replied("2024-03-20", casefile.RefuseInternal), sent("2024-03-20"),
				{"2026-02-03", casefile.Reopened{Cause: "判决"}}},
			want{"一自然人 （三）5自然人", "", ""}, want{"", "", "reopened"}},
		{"came back as undeliverable: the count stays",
			[]step{posted("2025-12-01"), registered("2025-12-01", natural), replied("2025-12-20", casefile.Disclosed), sent("2025-12-20"),
				{"2026-01-07", casefile.DeliveryFailed{Reason: "退信"}}},
			want{"", "一自然人 （一）自然人", ""}, want{}},
		{"nobody registered it",
			[]step{arrives("2025-05-06"), confirmed("2025-05-06")},
			want{}, want{"", "unregistered", "unregistered"}},
		{"dismissed",
			[]step{arrives("2025-05-06"), {"2025-05-07", casefile.Dismissed{Reason: "广告"}}},
			want{}, want{"", "left-out", ""}},
		{"dismissed after registration",
			[]step{arrives("2025-05-06"), registered("2025-05-06", natural), {"2025-05-07", casefile.Dismissed{Reason: "咨询"}}},
			want{}, want{"", "left-out", ""}},
		{"reinstated",
			[]step{posted("2025-05-06"), {"2025-05-07", casefile.Dismissed{Reason: "广告"}},
				{"2025-05-08", casefile.Reinstated{Reason: "误判"}}, registered("2025-05-08", natural), replied("2025-05-20", casefile.Disclosed), sent("2025-05-20")},
			want{"", "一自然人 （一）自然人", ""}, want{}},
		{"correction of a record",
			[]step{posted("2025-05-06"), {"2025-05-07", casefile.Registered{As: casefile.CorrectionOfRecord, Applicant: "李四"}}},
			want{}, want{"", "left-out", ""}},
		{"without a column",
			[]step{posted("2025-05-06"), registered("2025-05-06", casefile.ColumnNone), replied("2025-05-20", casefile.Disclosed), sent("2025-05-20")},
			want{}, want{"", "without-column", ""}},
		{"without a day of receipt",
			[]step{registered("2025-05-06", natural)},
			want{}, want{"undated", "undated", "undated"}},
		{"sent without a reply",
			[]step{posted("2025-05-06"), registered("2025-05-06", natural), sent("2025-05-20")},
			want{"", "一自然人", ""}, want{"", "without-outcome", ""}},
		{"due date past the calendar's end",
			[]step{posted("2026-12-21"), registered("2026-12-21", natural)},
			want{"", "", "一自然人 四自然人"}, want{"", "", "provisional"}},
		{"only the legal due date past the calendar's end",
			[]step{arrives("2026-12-01"), registered("2026-12-01", natural), confirmed("2026-12-08")},
			want{"", "", "一自然人 四自然人"}, want{"", "", "provisional"}},
		{"in a column that no table has",
			[]step{posted("2025-05-06"), registered("2025-05-06", 9), replied("2025-05-20", casefile.Disclosed), sent("2025-05-20")},
			want{}, want{"", "without-column", ""}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := told("2025-00001", test.story...)
			years := map[int][2]string{2024: {test.table.y2024, test.troubles.y2024}, 2025: {test.table.y2025, test.troubles.y2025}, 2026: {test.table.y2026, test.troubles.y2026}}
			for year, want := range years {
				r := computed(t, year, c)
				if got := filled(t, r); got != want[0] {
					t.Errorf("%d counts %q, want %q", year, got, want[0])
				}
				if got := troubles(r); got != want[1] {
					t.Errorf("%d names the case under %q, want %q", year, got, want[1])
				}
				if fails := slices.Contains(failing, want[1]); r.OK() == fails {
					t.Errorf("%d: OK is %t: %+v", year, r.OK(), r.Checks)
				}
			}
		})
	}
}

// TestSentWithoutReply shows that the identities are no tautologies: a case whose records make no
// sense breaks the sum of the outcomes, and only that.
func TestSentWithoutReply(t *testing.T) {
	r := computed(t, 2025, told("2025-00001", posted("2025-05-06"), registered("2025-05-06", casefile.Natural), sent("2025-05-20")))
	if c := checkOf(t, r, "column-sums"); c.OK || !strings.Contains(c.Detail, "自然人：（一）至（六）之和 0，（七） 1") {
		t.Errorf("column-sums: %+v", c)
	}
	if c := checkOf(t, r, "balance"); !c.OK {
		t.Errorf("balance: %+v", c)
	}
}

// TestArchivedWithoutService has a projection that no history gives; it must not hide as 结转.
func TestArchivedWithoutService(t *testing.T) {
	c := told("2025-00001", posted("2025-05-06"), registered("2025-05-06", casefile.Natural))
	c.Stage = casefile.StageArchived
	r := computed(t, 2025, c)
	if got := filled(t, r); got != "一自然人" {
		t.Errorf("counts %q", got)
	}
	if c := checkOf(t, r, "balance"); c.OK || !strings.Contains(c.Detail, "总计：一加二为 1，（七）加四为 0") {
		t.Errorf("balance: %+v", c)
	}
	if c := checkOf(t, r, "without-outcome"); c.OK || len(c.Cases) != 1 {
		t.Errorf("without-outcome: %+v", c)
	}
}

func TestEveryOutcomeHasItsRow(t *testing.T) {
	var cases []casefile.Case
	for _, o := range casefile.Outcomes() {
		for _, c := range casefile.Columns {
			id := casefile.ID(o.String() + "/" + c.String())
			cases = append(cases, told(id, posted("2025-03-03"), registered("2025-03-03", c), replied("2025-03-20", o), sent("2025-03-20")))
		}
	}
	r := computed(t, 2025, cases...)
	f := format(t)
	for row, line := range r.Table3 {
		want := stats.Line{}
		switch f.Rows[row].Counts {
		case stats.CountsOutcome:
			want = stats.Line{1, 1, 1, 1, 1, 1, 6}
		case stats.CountsNew, stats.CountsEnded:
			want = stats.Line{21, 21, 21, 21, 21, 21, 126}
		}
		if line != want {
			t.Errorf("row %s is %v, want %v", f.Rows[row].Number, line, want)
		}
		for _, column := range casefile.Columns {
			ids, _, err := stats.Cases(2025, f, stats.Cell{Row: row, Column: column}, each(cases...), stats.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if f.Rows[row].Counts == stats.CountsOutcome {
				if want := casefile.ID(f.Rows[row].Outcomes[0].String() + "/" + column.String()); len(ids) != 1 || ids[0] != want {
					t.Errorf("row %s, %s: got %v, want %s", f.Rows[row].Number, column.Label(), ids, want)
				}
			}
		}
	}
	if !r.OK() {
		t.Errorf("checks: %+v", r.Checks)
	}
}

func TestMatters(t *testing.T) {
	matters := []stats.Matter{
		{ID: "1", Track: stats.Reconsideration, Result: stats.Upheld}, {ID: "2", Track: stats.Reconsideration, Result: stats.Upheld},
		{ID: "3", Track: stats.DirectSuit, Result: stats.Pending}, {ID: "4", Track: stats.SuitAfterReconsideration, Result: stats.Corrected},
		{ID: "5", Track: stats.SuitAfterReconsideration, Result: stats.OtherResult},
	}
	r, err := stats.Compute(2025, each(), stats.Options{Now: afterwards, Matters: matters})
	if err != nil {
		t.Fatal(err)
	}
	want := []stats.Standings{{2, 0, 0, 0, 2}, {0, 0, 0, 1, 1}, {0, 1, 1, 0, 2}}
	if !slices.Equal(r.Table4, want) {
		t.Errorf("got %v, want %v", r.Table4, want)
	}
	if c := checkOf(t, r, "disputes-recorded"); c.Level != stats.Fine || c.Detail != "登记复议、诉讼 5 件" {
		t.Errorf("got %+v", c)
	}
	for _, m := range []stats.Matter{{ID: "x", Track: 3}, {ID: "x", Result: 4}} {
		if _, err := stats.Compute(2025, each(), stats.Options{Matters: []stats.Matter{m}}); err == nil {
			t.Errorf("%+v is counted somewhere", m)
		}
	}
}

// TestNobodyRecordsDisputes: zeros that nobody has looked at are not passed off as a result.
func TestNobodyRecordsDisputes(t *testing.T) {
	c := checkOf(t, computed(t, 2025), "disputes-recorded")
	if c.Level != stats.Warning || !c.OK || c.Detail != "本版本尚不登记复议、诉讼，表四须人工核对" {
		t.Errorf("got %+v", c)
	}
	r, err := stats.Compute(2025, each(), stats.Options{Now: afterwards, Matters: []stats.Matter{}})
	if err != nil {
		t.Fatal(err)
	}
	if c := checkOf(t, r, "disputes-recorded"); c.Level != stats.Fine {
		t.Errorf("an empty list: %+v", c)
	}
}

func TestYearOver(t *testing.T) {
	for _, test := range []struct {
		now  time.Time
		want stats.Level
	}{
		{time.Date(2025, 12, 31, 15, 59, 59, 0, time.UTC), stats.Warning},
		{time.Date(2025, 12, 31, 16, 0, 0, 0, time.UTC), stats.Fine}, // midnight in Shanghai
		{time.Date(2024, 6, 1, 0, 0, 0, 0, civil.Zone), stats.Warning},
	} {
		r, err := stats.Compute(2025, each(), stats.Options{Now: test.now})
		if err != nil {
			t.Fatal(err)
		}
		if c := checkOf(t, r, "year-over"); c.Level != test.want {
			t.Errorf("at %s: %+v", test.now, c)
		}
	}
}

func TestReadingFails(t *testing.T) {
	broken := errors.New("projection is damaged")
	cases := func(yield func(casefile.Case, error) bool) {
		_ = yield(casefile.Case{}, nil) && yield(casefile.Case{}, broken)
	}
	if _, err := stats.Compute(2025, cases, stats.Options{}); !errors.Is(err, broken) {
		t.Errorf("Compute: %v", err)
	}
	if _, _, err := stats.Cases(2025, format(t), stats.Cell{}, cases, stats.Options{}); !errors.Is(err, broken) {
		t.Errorf("Cases: %v", err)
	}
}

func TestComputeAllocatesNothingPerCase(t *testing.T) {
	one := told("2025-00001", posted("2025-03-03"), registered("2025-03-03", casefile.Natural), replied("2025-03-20", casefile.Disclosed), sent("2025-03-20"))
	allocations := func(n int) float64 {
		cases := each(slices.Repeat([]casefile.Case{one}, n)...)
		return testing.AllocsPerRun(5, func() {
			if _, err := stats.Compute(2025, cases, stats.Options{Now: afterwards}); err != nil {
				t.Fatal(err)
			}
		})
	}
	// Reading the format allocates a little more or less from run to run.
	if few, many := allocations(10), allocations(10_000); many-few > 100 {
		t.Errorf("10 cases take %v allocations, 10000 take %v", few, many)
	}
}

func BenchmarkCompute(b *testing.B) {
	const n = 1_000_000
	var kinds []casefile.Case
	for i, o := range casefile.Outcomes() {
		column := casefile.Columns[i%len(casefile.Columns)]
		kinds = append(kinds,
			told("2025-00001", posted("2025-03-03"), registered("2025-03-03", column), replied("2025-03-20", o), sent("2025-03-20")),
			told("2025-00002", posted("2025-12-30"), registered("2025-12-30", column)))
	}
	cases := func(yield func(casefile.Case, error) bool) {
		for i := range n {
			if !yield(kinds[i%len(kinds)], nil) {
				return
			}
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := stats.Compute(2025, cases, stats.Options{Now: afterwards}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/case")
}
