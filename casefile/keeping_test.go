package casefile_test

import (
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

func TestMayErase(t *testing.T) {
	archived := casefile.Case{Stage: casefile.StageArchived, ArchivedOn: civil.MustParse("2026-12-31")}
	for _, tt := range []struct {
		name  string
		c     casefile.Case
		years int
		on    string
		want  string
	}{
		{"the last day of the last year", archived, 10, "2036-12-31", "retention"},
		{"the first day after", archived, 10, "2037-01-01", ""},
		{"archived in January", casefile.Case{Stage: casefile.StageArchived, ArchivedOn: civil.MustParse("2026-01-01")}, 1, "2027-12-31", "retention"},
		{"nobody said how long", archived, 0, "2099-01-01", "no-retention"},
		{"kept longer than usual", casefile.Case{Stage: casefile.StageArchived, ArchivedOn: civil.MustParse("2026-12-31"), KeepYears: 30}, 10, "2056-12-31", "retention"},
		{"kept longer, and over", casefile.Case{Stage: casefile.StageArchived, ArchivedOn: civil.MustParse("2026-12-31"), KeepYears: 30}, 0, "2057-01-01", ""},
		{"kept for good", casefile.Case{Stage: casefile.StageArchived, ArchivedOn: civil.MustParse("2026-12-31"), KeepYears: casefile.KeptForGood}, 10, "2099-01-01", "retention"},
		{"served", casefile.Case{Stage: casefile.StageServed}, 10, "2099-01-01", "not-archived"},
		{"merged", casefile.Case{Stage: casefile.StageMerged}, 10, "2099-01-01", "not-archived"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := codeOf(tt.c.MayErase(tt.years, civil.MustParse(tt.on))); got != tt.want {
				t.Errorf("refused with %q, want %q", got, tt.want)
			}
		})
	}
}
