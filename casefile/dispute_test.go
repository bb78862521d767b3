package casefile_test

import (
	"errors"
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
		{"appealed in the next year", "2025-03-03 filed 2025-12-20 upheld 2026-01-04 appealed 2027-01-05 corrected", "2025 尚未审结 2026 尚未审结 2027 结果纠正"},
		{"appealed and corrected in the next year", "2025-03-03 filed 2025-12-20 upheld 2026-01-04 appealed 2026-06-01 corrected", "2025 尚未审结 2026 结果纠正"},
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
				if d, ok := casefile.CountsIn(from, to, history, casefile.Regulations(), workday.Embedded()); ok {
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
		if d, ok := casefile.CountsIn(civil.MustParse(from), civil.MustParse(to), history, casefile.Regulations(), workday.Embedded()); ok {
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
		d := casefile.Dispute{Track: casefile.DirectSuit, FiledOn: civil.MustParse(served), ServedOn: civil.MustParse(served)}
		if by, _ := d.AnswerBy(casefile.Regulations(), workday.Embedded()); by.String() != want {
			t.Errorf("served on %s: %s, want %s", served, by, want)
		}
	}
}

// TestInstances: 表四 by what finally stands, over every sequence of decisions in up to three instances: the first, an
// appeal, and a new trial (casefile/LAW.md#disputes). A change gives the new result, 发回重审 and a pending instance none, and what
// changes nothing leaves the one before.
func TestInstances(t *testing.T) {
	law, cal := casefile.Regulations(), workday.Embedded()
	decided := map[string]casefile.Result{"驳回诉讼请求": casefile.ResultUpheld, "撤销": casefile.ResultCorrected, "确认违法": casefile.ResultCorrected, "驳回起诉": casefile.ResultOther, "准许撤回起诉": casefile.ResultOther, "撤诉": casefile.ResultOther}
	stands := map[string]bool{"维持原判": true, "驳回上诉": true, "撤回上诉": true, "按撤回上诉处理": true, "准许撤回上诉": true, "维持原裁判": true, "驳回再审申请": true}
	var words []string
	for w := range decided {
		words = append(words, w)
	}
	var changed []string // bare 撤销 would leave open what is revoked
	for _, w := range words {
		changed = append(changed, "改判"+w)
	}
	appeals := append([]string{"维持原判", "驳回上诉", "撤回上诉", "按撤回上诉处理", "准许撤回上诉", "发回重审", ""}, changed...)
	retrials := append([]string{"维持原裁判", "驳回再审申请", "发回重审", ""}, changed...)
	n := 0
	for _, first := range words {
		for _, appeal := range append([]string{"-"}, appeals...) {
			for _, retrial := range append([]string{"-"}, retrials...) {
				if (appeal == "" || appeal == "发回重审") && retrial != "-" {
					continue // nothing stands that could be heard again
				}
				day := civil.MustParse("2025-03-03")
				var history []casefile.Record
				add := func(e casefile.Event) {
					e, err := casefile.DecideDispute(history, e, day, day, law, cal)
					if err != nil {
						t.Fatalf("%s, %s, %s: %v", first, appeal, retrial, err)
					}
					history = append(history, casefile.Record{Seq: uint64(len(history) + 1), On: day, Event: e})
					day = day.Add(40)
				}
				add(casefile.DisputeFiled{Dispute: "Y2025-001", Track: casefile.DirectSuit, Party: "张某", Matter: "x"})
				add(casefile.DisputeDecided{Dispute: "Y2025-001", Decision: first})
				want := decided[first]
				for _, next := range []struct {
					word string
					e    casefile.Event
				}{{appeal, casefile.DisputeAppealed{Dispute: "Y2025-001", By: "原告"}}, {retrial, casefile.DisputeRetried{Dispute: "Y2025-001"}}} {
					if next.word == "-" {
						continue
					}
					add(next.e)
					switch {
					case next.word == "":
						want = casefile.ResultPending
						continue
					case next.word == "发回重审":
						want = casefile.ResultPending
					case !stands[next.word]:
						want = decided[strings.TrimPrefix(next.word, "改判")]
					}
					add(casefile.DisputeDecided{Dispute: "Y2025-001", Decision: next.word})
				}
				if d := casefile.FoldDispute("Y2025-001", history, 0, law, cal); d.Result != want {
					t.Errorf("%s, %s, %s: %s, want %s", first, appeal, retrial, d.Result.Label(), want.Label())
				}
				n++
			}
		}
	}
	if n < 400 {
		t.Errorf("%d sequences", n)
	}
}

// TestDecisionsAsWritten: judgments and 复议决定 may be entered in their own sentences. Each comes to what it finally
// means; "+" says that it orders a new answer. What may mean one thing or another is asked about.
func TestDecisionsAsWritten(t *testing.T) {
	law, cal := casefile.Regulations(), workday.Embedded()
	instances := map[string][]casefile.Event{
		"复议": {casefile.DisputeFiled{Dispute: "Y2025-001", Track: casefile.Reconsideration, Party: "张某", Matter: "x"}},
		"一审": {casefile.DisputeFiled{Dispute: "Y2025-001", Track: casefile.DirectSuit, Party: "张某", Matter: "x"}},
	}
	instances["二审"] = append(instances["一审"][:1:1], casefile.DisputeDecided{Dispute: "Y2025-001", Decision: "驳回诉讼请求"}, casefile.DisputeAppealed{Dispute: "Y2025-001", By: "原告"})
	instances["再审"] = append(instances["一审"][:1:1], casefile.DisputeDecided{Dispute: "Y2025-001", Decision: "撤销"}, casefile.DisputeRetried{Dispute: "Y2025-001"})
	decide := func(instance, said string) (casefile.Event, error) {
		var history []casefile.Record
		for i, e := range instances[instance] {
			history = append(history, casefile.Record{Seq: uint64(i + 1), On: civil.MustParse("2025-03-03"), Event: e})
		}
		day := civil.MustParse("2025-04-01")
		return casefile.DecideDispute(history, casefile.DisputeDecided{Dispute: "Y2025-001", Decision: said}, day, day, law, cal)
	}
	const unclear, unknown, term, appeal, retrial = "decision-unclear", "decision-unknown", "decision-term", "decision-appeal", "decision-retrial"
	for _, tt := range []struct{ instance, said, want string }{
		{"复议", "维持原行政行为", "维持"}, {"复议", "决定维持被申请人作出的《政府信息公开告知书》", "维持"}, {"复议", "复议维持", "维持"}, {"复议", "予以维持", "维持"},
		{"复议", "驳回申请人的行政复议请求", "驳回复议请求"}, {"复议", "驳回行政复议申请", "驳回复议申请"}, {"复议", "不予受理行政复议申请", "不予受理"},
		{"复议", "驳回申请", unclear}, {"复议", "驳回", unclear}, {"复议", "驳回请求", unclear}, {"一审", "驳回申请", unclear}, {"一审", "驳回", unclear},
		{"复议", "撤销并责令重新作出", "撤销+"}, {"复议", "撤销，责令重作", "撤销+"}, {"复议", "撤销重作", "撤销+"}, {"复议", "责令重作", "撤销+"}, {"复议", "责令被申请人重新作出答复", "撤销+"},
		{"复议", "撤销被申请人作出的告知书，并责令其依法重新处理", "撤销+"}, {"复议", "部分撤销并责令重作", "部分撤销+"}, {"复议", "确认违法并责令重新作出", "确认违法+"},
		{"复议", "责令被申请人在20个工作日内重新作出答复", term}, {"复议", "责令限期履行", "责令履行"}, {"复议", "责令被申请人履行政府信息公开法定职责", "责令履行"},
		{"复议", "变更", "变更"}, {"复议", "确认该行政行为违法", "确认违法"}, {"复议", "确认未在法定期限内答复违法，责令被申请人答复", "确认违法+"}, {"复议", "确认行政行为无效", "确认无效"},
		{"复议", "终止行政复议", "终止"}, {"复议", "行政复议终止", "终止"}, {"复议", "行政复议调解书", "调解"}, {"复议", "达成和解", "撤回"}, {"复议", "准许申请人撤回行政复议申请", "撤回"},
		{"一审", "判决撤销被告作出的告知书", "撤销"}, {"一审", "一、撤销被告于2026年3月2日作出的告知书；二、责令被告重新作出答复；三、驳回原告的其他诉讼请求。", "撤销+"},
		{"一审", "确认违法，责令采取补救措施", "确认违法"}, {"一审", "驳回原告张某的诉讼请求", "驳回诉讼请求"}, {"一审", "裁定驳回起诉", "驳回起诉"}, {"一审", "不予立案", "不予受理"},
		{"一审", "准许原告撤诉", "准许撤诉"}, {"一审", "按自动撤诉处理", "按撤诉处理"}, {"一审", "准予撤回起诉", "准许撤回起诉"}, {"一审", "撤销告知书中关于附件的部分", "部分撤销"},
		{"一审", "维持原判", appeal}, {"一审", "驳回再审申请", retrial}, {"一审", "胜诉", unknown}, {"一审", "不予撤销", unknown}, {"一审", "改判", unclear},
		{"二审", "驳回上诉，维持原判", "驳回上诉"}, {"二审", "维持一审判决", "维持原判"}, {"二审", "驳回上诉人的上诉请求", "驳回上诉"}, {"二审", "裁定准许撤回上诉", "准许撤回上诉"},
		{"二审", "改判撤销", "撤销"}, {"二审", "改判驳回诉讼请求", "驳回诉讼请求"}, {"二审", "依法改判确认违法", "确认违法"}, {"二审", "改判维持", "维持"},
		{"二审", "撤销一审判决，发回重审", "发回重审"}, {"二审", "一、撤销某区人民法院行政裁定；二、指令该院继续审理", "发回重审"}, {"二审", "撤销一审判决，撤销被诉告知书，责令重作", "撤销+"},
		{"二审", "撤销原判，驳回原告的诉讼请求", "驳回诉讼请求"}, {"二审", "撤销原判", unclear}, {"二审", "撤销", unclear}, {"二审", "改判", unclear}, {"二审", "维持", unclear}, {"二审", "维持原裁判", "维持原判"},
		{"再审", "驳回再审申请", "驳回再审申请"}, {"再审", "维持原裁判", "维持原裁判"}, {"再审", "驳回申请", unclear}, {"再审", "撤回再审申请", "驳回再审申请"}, {"再审", "改判驳回诉讼请求", "驳回诉讼请求"},
		// persons and claims in lists, and what a claim that fails had asked for
		{"一审", "驳回原告张三、李四的诉讼请求。", "驳回诉讼请求"}, {"一审", "驳回原告张三要求撤销告知书并责令被告重新作出答复的诉讼请求", "驳回诉讼请求"},
		{"二审", "驳回上诉、维持原判", "驳回上诉"}, {"复议", "确认违法、责令重作", "确认违法+"}, {"一审", "本案按原告张三撤诉处理", "按撤诉处理"},
		// a decision about an answer that was made anew, or about a refusal to take an application
		{"一审", "撤销被告重新作出的告知书", "撤销"}, {"复议", "维持被申请人重新作出的告知书", "维持"}, {"一审", "撤销被告要求原告重新提供材料的补正告知书", "撤销"},
		{"一审", "撤销被告作出的不予受理告知书", "撤销"}, {"一审", "确认被告对申请不予受理的行为违法", "确认违法"},
		// what is not allowed ends nothing
		{"一审", "不准许原告撤回起诉", unknown}, {"复议", "不准许撤回复议申请", unknown}, {"一审", "确认被告的答复违法，但不撤销", "确认违法"}, {"一审", "驳回原告的诉讼请求。案件受理费50元，由原告负担。", "驳回诉讼请求"},
		{"二审", "驳回上诉，维持原判。本判决为终审判决。", "驳回上诉"}, {"复议", "因申请人撤回行政复议申请，终止行政复议", "撤回"}, {"二审", "维持第一项，撤销第二项", unclear},
		// terms
		{"一审", "责令被告于判决生效之日起十五个工作日内，对原告的申请重新作出答复", term}, {"一审", "责令被告在两个月内重新作出答复", term}, {"一审", "责令被告于2026年8月1日前答复", term},
		// items of a lower court's decision say nothing of the act, nor does one that stands again in the place of another
		{"二审", "一、维持某区人民法院（2026）某01行初5号行政判决第一项；二、撤销该判决第二项", unclear}, {"二审", "维持一审判决第一项，撤销第二项", unclear}, {"二审", "撤销一审判决的第一项", unclear},
		{"二审", "撤销第二项", unclear}, {"二审", "撤销。", unclear}, {"二审", "维持。", unclear}, {"二审", "变更一审判决第二项为驳回原告的诉讼请求", "驳回诉讼请求"}, {"再审", "撤销二审判决，维持一审判决", unclear},
		{"二审", "维持一审判决第一项，撤销第二项，驳回原告的诉讼请求", "驳回诉讼请求"}, {"一审", "撤销一审判决，驳回诉讼请求", appeal},
		// the decision of the 复议机关 is another's act
		{"一审", "一、确认被告某区人民政府作出的行政复议决定程序违法；二、驳回原告的诉讼请求", "驳回诉讼请求"}, {"一审", "撤销被告某区政府作出的行政复议决定；驳回原告的其他诉讼请求", unclear},
		{"一审", "撤销行政复议决定，责令被告某区政府重新作出", unclear}, {"一审", "撤销被告某局作出的告知书及被告某区政府作出的行政复议决定", "撤销"},
	} {
		e, err := decide(tt.instance, tt.said)
		got := ""
		if refused, ok := errors.AsType[*casefile.RuleError](err); ok {
			got = refused.Code
		} else if d, ok := e.(casefile.DisputeDecided); ok {
			got = d.Decision
			if d.Answers {
				got += "+"
			}
		}
		if got != tt.want {
			t.Errorf("%s %s: %s, want %s", tt.instance, tt.said, got, tt.want)
		}
	}
	for _, w := range casefile.DecisionWords() { // each of the words means itself
		instance := "再审"
		if w == "维持" || w == "撤销" || w == "部分撤销" || w == "变更" {
			instance = "一审"
		}
		if e, err := decide(instance, w); err != nil || e.(casefile.DisputeDecided).Decision != w {
			t.Errorf("%s: %v, %v", w, e, err)
		}
	}
}

// TestReviewerCountsNothing: a suit in which the office is only the 复议机关 stands in no 表四 (国办公开办函〔2016〕201号).
func TestReviewerCountsNothing(t *testing.T) {
	for position, want := range map[casefile.Position]bool{casefile.PositionActor: true, casefile.PositionReviewer: false} {
		history := []casefile.Record{{Seq: 1, On: civil.MustParse("2025-03-03"), Event: casefile.DisputeFiled{Dispute: "Y2025-001", Track: casefile.SuitAfterReconsider, Party: "张某", Matter: "x", Position: position}}}
		if _, ok := casefile.CountsIn(civil.MustParse("2025-01-01"), civil.MustParse("2025-12-31"), history, casefile.Regulations(), workday.Embedded()); ok != want {
			t.Errorf("%s counts: %v", position.Label(), ok)
		}
	}
}

// TestCourtDays: the days of the court by hand: a judgment of 2026-09-16 can be appealed until 10-08 (10-01 to 10-07 rest), a 裁定 of
// that day until 09-28 (09-26 is a Saturday, 09-25 to 09-27 rest). An appeal served on 2026-11-21 is answered by 12-07. What a judgment
// orders within 15 days of 2026-09-16 is due on 10-08, and after a dismissed appeal that came on 2026-11-02 within 15 days of that: 11-17.
func TestCourtDays(t *testing.T) {
	law, cal := casefile.Regulations(), workday.Embedded()
	at := func(day string, e casefile.Event) casefile.Record {
		return casefile.Record{On: civil.MustParse(day), Event: e}
	}
	fold := func(history ...casefile.Record) casefile.Dispute {
		history = append([]casefile.Record{at("2026-07-01", casefile.DisputeFiled{Dispute: "Y2026-001", Track: casefile.DirectSuit, Party: "张某", Matter: "x"})}, history...)
		for i := range history {
			history[i].Seq = uint64(i + 1)
		}
		return casefile.FoldDispute("Y2026-001", history, 0, law, cal)
	}
	order := casefile.DisputeDecided{Dispute: "Y2026-001", Decision: "责令履行", Days: 15}
	if by := fold(at("2026-09-16", casefile.DisputeDecided{Dispute: "Y2026-001", Decision: "撤销"})).AppealBy(law, cal); by.String() != "2026-10-08" {
		t.Errorf("a judgment: %s", by)
	}
	if by := fold(at("2026-09-16", casefile.DisputeDecided{Dispute: "Y2026-001", Decision: "驳回起诉"})).AppealBy(law, cal); by.String() != "2026-09-28" {
		t.Errorf("a 裁定: %s", by)
	}
	appealed := fold(at("2026-09-16", order), at("2026-11-21", casefile.DisputeAppealed{Dispute: "Y2026-001", By: "原告"}))
	if by, _ := appealed.AnswerBy(law, cal); by.String() != "2026-12-07" || !appealed.Awaited() || appealed.Ordered {
		t.Errorf("an appeal: %s, %+v", by, appealed)
	}
	if d := fold(at("2026-09-16", order)); !d.Ordered || d.OrderedBy.String() != "2026-10-08" {
		t.Errorf("an order: %+v", d)
	}
	if d := fold(at("2026-09-16", order), at("2026-09-30", casefile.DisputeAppealed{Dispute: "Y2026-001", By: "本机关"}), at("2026-11-02", casefile.DisputeDecided{Dispute: "Y2026-001", Decision: "驳回上诉"})); !d.Ordered || d.OrderedBy.String() != "2026-11-17" || d.AppealBy(law, cal) != 0 {
		t.Errorf("an order that stands: %+v", d)
	}
}
