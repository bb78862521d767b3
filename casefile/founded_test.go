package casefile

import (
	"errors"
	"testing"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// A reply says only what the record holds; each rule refuses what is claimed without it.
func TestRepliesAreFounded(t *testing.T) {
	day := func(s string) civil.Date { return civil.MustParse("2026-03-" + s) }
	party := "某公司"
	sent, reached := ConsultationSent{Side: ThirdParty, Party: party}, ConsultationReached{Party: party}
	for _, tt := range []struct {
		name   string
		before []Event // on 2026-03-04
		reply  Replied
		want   string // code of the refusal
	}{
		{"partial, without the withheld part's basis", nil, Replied{Outcome: Partial, Basis: "37"}, "withheld-basis"},
		{"partial", nil, Replied{Outcome: Partial, Basis: "37", Withheld: []string{"36-7", "38"}}, ""},
		{"partial, on what withholds nothing", nil, Replied{Outcome: Partial, Basis: "37", Withheld: []string{"36-2-provide"}}, "withheld-basis"},
		{"whole, with a withheld part", nil, Replied{Outcome: Disclosed, Basis: "36-2-provide", Withheld: []string{"15"}}, "withheld-basis"},
		{"unclear, nothing asked", nil, Replied{Outcome: UnableUnclear, Basis: "30"}, "unclear-uncorrected"},
		{"unclear, corrected", []Event{CorrectionAsked{Items: []string{"文号"}, Until: day("20")}, CorrectionReceived{}}, Replied{Outcome: UnableUnclear, Basis: "30"}, ""},
		{"unclear, only the identity corrected", []Event{CorrectionAsked{Items: []string{"身份证明"}, Until: day("20"), About: AboutIdentity, Source: "某省〔2019〕98号"}, CorrectionReceived{}},
			Replied{Outcome: UnableUnclear, Basis: "30"}, "unclear-uncorrected"},
		{"unclear, nothing came", []Event{CorrectionAsked{Items: []string{"文号"}, Until: day("20")}}, Replied{Outcome: UnableUnclear, Basis: "30"}, "unclear-uncorrected"},
		{"excessive, no reasons asked for", nil, Replied{Outcome: DeclineExcessive, Basis: "35"}, "reason-not-asked"},
		{"excessive, none given", []Event{ReasonAsked{}}, Replied{Outcome: DeclineExcessive, Basis: "35"}, ""},
		{"excessive, unreasonable", []Event{ReasonAsked{}, ReasonGiven{}}, Replied{Outcome: DeclineExcessive, Basis: "35"}, ""},
		{"excessive, reasonable", []Event{ReasonAsked{}, ReasonGiven{Accepted: true}}, Replied{Outcome: DeclineExcessive, Basis: "35"}, "reason-accepted"},
		{"objected", []Event{sent, reached, ConsultationAnswered{Party: party, Opinion: Objects}}, Replied{Outcome: Disclosed, Basis: "36-2-provide"}, "third-party-objects"},
		{"may still object", []Event{sent, reached}, Replied{Outcome: Disclosed, Basis: "36-2-provide"}, "third-party-objects"},
		{"not reached yet", []Event{sent}, Replied{Outcome: Disclosed, Basis: "36-2-provide"}, "third-party-objects"},
		{"agreed", []Event{sent, reached, ConsultationAnswered{Party: party, Opinion: Agrees}}, Replied{Outcome: Disclosed, Basis: "36-2-provide"}, ""},
		{"objected without good reason", []Event{sent, reached, ConsultationAnswered{Party: party, Opinion: Objects}}, Replied{Outcome: Disclosed, Basis: "36-2-provide", Objection: ObjectionUnfounded}, ""},
		{"outweighed, untold", []Event{sent, reached, ConsultationAnswered{Party: party, Opinion: Objects}}, Replied{Outcome: Disclosed, Basis: "36-2-provide", Objection: ObjectionOutweighed}, "third-party-untold"},
		{"outweighed before it answered, untold", []Event{sent, reached}, Replied{Outcome: Disclosed, Basis: "36-2-provide", Objection: ObjectionOutweighed}, "third-party-untold"},
		{"outweighed and told", []Event{sent, reached, ConsultationAnswered{Party: party, Opinion: Objects}, ThirdPartyTold{Party: party, Content: "数据", Grounds: "公共利益"}},
			Replied{Outcome: Disclosed, Basis: "36-2-provide", Objection: ObjectionOutweighed}, ""},
		{"what is objected to is withheld", []Event{sent, reached, ConsultationAnswered{Party: party, Opinion: Objects}}, Replied{Outcome: Partial, Basis: "37", Withheld: []string{"15"}}, ""},
		{"nobody objected", nil, Replied{Outcome: Disclosed, Basis: "36-2-provide", Objection: ObjectionUnfounded}, "no-objection"},
	} {
		history := []Record{
			{Seq: 1, On: day("02"), Case: "2026-00001", Event: Received{Channel: InPerson}},
			{Seq: 2, On: day("02"), Case: "2026-00001", Event: Registered{As: Application, Applicant: "张三", Column: Natural, Request: "某批复"}},
		}
		for i, e := range tt.before {
			history = append(history, Record{Seq: uint64(3 + i), On: day("04"), Case: "2026-00001", Event: e})
		}
		_, err := Decide(history, Draft{Case: "2026-00001", On: day("06"), Event: tt.reply}, day("06"), Regulations(), workday.Embedded())
		code := ""
		if r, ok := errors.AsType[*RuleError](err); ok {
			code = r.Code
		} else if err != nil {
			code = err.Error()
		}
		if code != tt.want {
			t.Errorf("%s: %q, want %q (%v)", tt.name, code, tt.want, err)
		}
	}
}

// 复议前置 follows the basis of the withheld part.
func TestReviewFirstOfPartial(t *testing.T) {
	on := civil.MustParse("2026-03-02")
	for basis, want := range map[string]bool{"15": true, "14-secret": true, "16-process": true, "36-4": false, "36-7": false, "38": false, "not-government-information": false} {
		if _, ok := (Replied{Outcome: Partial, Basis: "37", Withheld: []string{basis}}).ReviewFirst(on); ok != want {
			t.Errorf("withheld on %s: %v", basis, ok)
		}
	}
	if _, ok := (Replied{Outcome: Partial, Basis: "37"}).ReviewFirst(on); !ok {
		t.Error("a reply that does not say is taken for the stricter")
	}
}
