package casefile_test

import (
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// TestCountsIn: a matter counts in each year in which it was open, with its status on the last day; one
// under appeal is 尚未审结, and a year that only looks back does not count it (casefile/LAW.md#disputes).
func TestCountsIn(t *testing.T) {
	const id = "Y2025-001"
	events := map[string]casefile.Event{
		"filed": casefile.DisputeFiled{Dispute: id, Track: casefile.DirectSuit, Party: "张某", Matter: "x"}, "appealed": casefile.DisputeAppealed{Dispute: id},
		"upheld": casefile.DisputeDecided{Dispute: id, Decision: "驳回诉讼请求"}, "corrected": casefile.DisputeDecided{Dispute: id, Decision: "撤销"},
	}
	for _, tt := range []struct{ name, records, want string }{
		{"decided in its year", "2025-03-03 filed 2025-06-03 upheld", "2025 结果维持"},
		{"over the turn of the year", "2025-12-03 filed 2026-02-03 corrected", "2025 尚未审结 2026 结果纠正"},
		{"never decided", "2025-12-03 filed", "2025 尚未审结 2026 尚未审结 2027 尚未审结"},
		{"under appeal on 12-31", "2025-03-03 filed 2025-11-03 upheld 2025-11-20 appealed 2026-03-03 upheld", "2025 尚未审结 2026 结果维持"},
		{"appealed in the next year", "2025-03-03 filed 2025-12-20 upheld 2026-01-04 appealed 2027-01-05 corrected", "2025 结果维持 2026 尚未审结 2027 结果纠正"},
		{"appealed and corrected in the next year", "2025-03-03 filed 2025-12-20 upheld 2026-01-04 appealed 2026-06-01 corrected", "2025 结果维持 2026 结果纠正"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var history []casefile.Record
			words := strings.Fields(tt.records)
			for i := 0; i < len(words); i += 2 {
				history = append(history, casefile.Record{Seq: uint64(i + 1), On: civil.MustParse(words[i]), Event: events[words[i+1]]})
			}
			var got []string
			for _, year := range []string{"2024", "2025", "2026", "2027"} {
				from, to := civil.MustParse(year+"-01-01"), civil.MustParse(year+"-12-31")
				if d, ok := casefile.CountsIn(from, to, history); ok {
					got = append(got, year, d.Result.Label())
				}
			}
			if s := strings.Join(got, " "); s != tt.want {
				t.Errorf("got  %s\nwant %s", s, tt.want)
			}
		})
	}
	history := []casefile.Record{
		{Seq: 1, On: civil.MustParse("2025-02-03"), Event: events["filed"]}, {Seq: 2, On: civil.MustParse("2025-05-06"), Event: events["upheld"]},
	}
	for period, want := range map[string]string{"2025-01-01 2025-03-31": "尚未审结", "2025-04-01 2025-06-30": "结果维持", "2025-07-01 2025-09-30": ""} {
		from, to, _ := strings.Cut(period, " ")
		got := ""
		if d, ok := casefile.CountsIn(civil.MustParse(from), civil.MustParse(to), history); ok {
			got = d.Result.Label()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", period, got, want)
		}
	}
}
