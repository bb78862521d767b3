package annual

import (
	"slices"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/desk/desktest"
)

// How far back the register reaches is not decided by the first case alone.
func TestReaches(t *testing.T) {
	came := func(id casefile.ID, day string) []casefile.Draft {
		on := civil.MustParse(day)
		return []casefile.Draft{{Case: id, On: on, Event: casefile.Received{Channel: casefile.InPerson}},
			{Case: id, On: on, Event: casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural}}}
	}
	carried := came("2025-00031", "2025-11-14")
	carried[0].Event = casefile.Received{Channel: casefile.InPerson, Carried: true}
	january := came("2026-00001", "2026-01-14")
	arrived := civil.MustParse("2025-12-20").Start().Add(time.Hour)
	for _, tt := range []struct {
		name   string
		from   string             // cases_from
		calls  [][]casefile.Draft // what each call recorded
		before bool               // mails lie in the mailbox from before cases_from
		want   string
	}{
		{"no case", "", nil, false, "2026-03-02"},
		{"a case of before", "", [][]casefile.Draft{january}, false, "2026-01-14"},
		{"a case that was carried over", "", [][]casefile.Draft{carried}, false, "2026-03-02"},
		{"the opening balance", "", [][]casefile.Draft{january, {{On: civil.MustParse("2026-01-01"), Event: casefile.OpeningBalance{Year: 2026}}}}, false, "2026-01-01"},
		{"a ledger from its first number on", "", [][]casefile.Draft{slices.Concat(came("2025-00001", "2025-01-14"), came("2025-00002", "2025-02-03"))}, false, "2025-01-01"},
		{"a ledger that begins later", "", [][]casefile.Draft{slices.Concat(came("2025-00034", "2025-07-14"), came("2025-00035", "2025-08-03"))}, false, "2025-07-14"},
		{"entered one by one", "", [][]casefile.Draft{january, came("2026-00002", "2026-02-03")}, false, "2026-01-14"},
		{"cases_from, and mails of before", "2026-01-01", [][]casefile.Draft{january}, true, "2026-01-01"},
		{"cases_from, and a mailbox that is younger", "2026-01-01", [][]casefile.Draft{january}, false, "2026-01-14"},
		{"cases_from to come", "2026-04-01", nil, true, "2026-04-01"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, k := desktest.Open(t, "2026-03-02")
			c := d.Config
			if tt.from != "" {
				c.Intake.CasesFrom = civil.MustParse(tt.from)
			}
			if err := d.Adopt(c); err != nil {
				t.Fatal(err)
			}
			if tt.before {
				tt.calls = append(tt.calls, []casefile.Draft{{On: d.Today(), Event: casefile.MessageTaken{
					Letter: casefile.Letter{Digest: casefile.DigestOf([]byte("x"))}, ArrivedAt: arrived, Disposition: casefile.ToHistory}}})
			}
			for i, drafts := range tt.calls {
				k.Now = k.Now.Add(time.Duration(i) * time.Minute)
				if _, err := d.Append(k.Call(), drafts...); err != nil {
					t.Fatal(err)
				}
			}
			got, err := desk.Look(d, New(d).reaches)
			if err != nil || got != civil.MustParse(tt.want) {
				t.Errorf("since %s, want %s: %v", got, tt.want, err)
			}
		})
	}
}
