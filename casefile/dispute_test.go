package casefile_test

import (
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// TestCountsIn: a matter counts in each year in which it was open, with its status on the last day; one
// under appeal is 尚未审结, and a year that only looks back does not count it (casefile/LAW.md#disputes).
func TestCountsIn(t *testing.T) {
	const id = "Y2025-001"
	events := map[string]casefile.Event{
		"filed": casefile.DisputeFiled{Dispute: id, Track: casefile.DirectSuit, Party: "张某", Matter: "x"}, "appealed": casefile.DisputeAppealed{Dispute: id},
		"upheld": casefile.DisputeDecided{Dispute: id, Decision: "驳回诉讼请求"}, "corrected": casefile.DisputeDecided{Dispute: id, Decision: "撤销"},
		"stands": casefile.DisputeDecided{Dispute: id, Decision: "驳回上诉"}, "given-up": casefile.DisputeDecided{Dispute: id, Decision: "撤回上诉"},
		"remanded": casefile.DisputeDecided{Dispute: id, Decision: "发回重审"}, "withdrawn": casefile.DisputeDecided{Dispute: id, Decision: "准许撤回起诉"},
	}
	for _, tt := range []struct{ name, records, want string }{
		{"decided in its year", "2025-03-03 filed 2025-06-03 upheld", "2025 结果维持"},
		{"over the turn of the year", "2025-12-03 filed 2026-02-03 corrected", "2025 尚未审结 2026 结果纠正"},
		{"never decided", "2025-12-03 filed", "2025 尚未审结 2026 尚未审结 2027 尚未审结"},
		{"under appeal on 12-31", "2025-03-03 filed 2025-11-03 upheld 2025-11-20 appealed 2026-03-03 upheld", "2025 尚未审结 2026 结果维持"},
		{"appealed in the next year", "2025-03-03 filed 2025-12-20 upheld 2026-01-04 appealed 2027-01-05 corrected", "2025 结果维持 2026 尚未审结 2027 结果纠正"},
		{"appealed and corrected in the next year", "2025-03-03 filed 2025-12-20 upheld 2026-01-04 appealed 2026-06-01 corrected", "2025 结果维持 2026 结果纠正"},
		{"lost, and the appeal dismissed", "2026-04-20 filed 2026-07-01 corrected 2026-07-10 appealed 2026-10-20 stands", "2026 结果纠正"},
		{"won, and the appeal given up", "2026-04-20 filed 2026-07-01 upheld 2026-07-10 appealed 2026-10-20 given-up", "2026 结果维持"},
		{"sent back", "2026-04-20 filed 2026-07-01 corrected 2026-07-10 appealed 2026-10-20 remanded", "2026 尚未审结 2027 尚未审结"},
		{"sent back and decided anew", "2026-04-20 filed 2026-07-01 corrected 2026-07-10 appealed 2026-10-20 remanded 2027-02-01 upheld", "2026 尚未审结 2027 结果维持"},
		{"the suit withdrawn on appeal", "2026-04-20 filed 2026-07-01 corrected 2026-07-10 appealed 2026-10-20 withdrawn", "2026 其他结果"},
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

// The fifteen days for the answer to the court end on a working day (法释〔2018〕1号 第四十八条): served on 09-16, the last day
// falls into 国庆; served on 11-21, on a Sunday.
func TestAnswerByWorkingDay(t *testing.T) {
	for served, want := range map[string]string{"2026-09-16": "2026-10-08", "2026-11-21": "2026-12-07", "2026-11-23": "2026-12-08"} {
		d := casefile.Dispute{Track: casefile.DirectSuit, FiledOn: civil.MustParse(served)}
		if by, _ := d.AnswerBy(workday.Embedded()); by.String() != want {
			t.Errorf("served on %s: %s, want %s", served, by, want)
		}
	}
}
