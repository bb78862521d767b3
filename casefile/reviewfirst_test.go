package casefile_test

import (
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// TestReviewFirst: 复议前置 holds for refusals under articles 14 to 16 and 部分公开 since 2024, for silence
// perhaps since July 2026, for every other reply never.
func TestReviewFirst(t *testing.T) {
	old, now, later := civil.New(2023, 12, 31), civil.New(2026, 6, 30), civil.New(2026, 7, 1)
	for _, o := range append(casefile.Outcomes(), casefile.OutcomeNone) {
		refused := o == casefile.Partial || o >= casefile.RefuseStateSecret && o <= casefile.RefuseEnforcementFile
		for _, tt := range []struct {
			filed civil.Date
			want  bool
		}{{old, false}, {now, refused}, {later, refused || o == casefile.OutcomeNone}} {
			rule, got := o.ReviewFirst(tt.filed)
			if got != tt.want || got && (rule.Source == "" || rule.Unverified != (o == casefile.OutcomeNone)) {
				t.Errorf("%s, filed %s: %v by %+v, want %v", o, tt.filed, got, rule, tt.want)
			}
		}
	}
}
