package casefile

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// TestRules walks the table: each rule says where it comes from, those of one key follow each other, and each
// value of the statute is set by a rule.
func TestRules(t *testing.T) {
	last := map[string]civil.Date{}
	for _, r := range Rules() {
		if r.Ground == Judged && r.set == nil {
			t.Errorf("the judgement %s is words: no value says it", r.Key)
		}
		if r.Key == "" || r.Label == "" || r.Value == "" || r.Source == "" || r.From.IsZero() {
			t.Errorf("a rule says too little: %+v", r)
		}
		if before, again := last[r.Key]; again && before >= r.From {
			t.Errorf("%s of %s stands below that of %s", r.Key, r.From, before)
		}
		last[r.Key] = r.From
	}
	v, zero := reflect.ValueOf(marked()), reflect.ValueOf(Statute{})
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.IsExported() && reflect.DeepEqual(v.Field(i).Interface(), zero.Field(i).Interface()) {
			t.Errorf("no rule sets %s", f.Name)
		}
	}
}

// marked is a statute in which every value that a rule sets is no zero.
func marked() (s Statute) {
	fields := reflect.ValueOf(&s).Elem()
	for _, r := range Rules() {
		if r.set == nil {
			continue
		}
		before := reflect.ValueOf(s)
		probe := s
		for i := range fields.NumField() { // the value that the rule would leave is changed first
			p := reflect.ValueOf(&probe).Elem().Field(i)
			switch {
			case !p.CanSet():
			case p.CanInt():
				p.SetInt(1 << 20)
			case p.CanUint():
				p.SetUint(99)
			case p.Kind() == reflect.Bool:
				p.SetBool(true)
			}
		}
		other := probe
		r.set(&other)
		for i := range fields.NumField() {
			f, p, o := fields.Field(i), reflect.ValueOf(probe).Field(i), reflect.ValueOf(other).Field(i)
			if !f.CanSet() {
				continue
			}
			changed := !reflect.DeepEqual(p.Interface(), o.Interface())
			if f.Kind() == reflect.Bool && !changed { // it may have set true
				var off Statute
				r.set(&off)
				changed = reflect.ValueOf(off).Field(i).Bool()
			}
			switch {
			case !changed:
			case f.CanInt():
				f.SetInt(1)
			case f.CanUint():
				f.SetUint(1)
			default:
				f.SetBool(true)
			}
		}
		_ = before
	}
	return s
}

// TestRulesOn: of rules with one key one is in force on a day, and says until when.
func TestRulesOn(t *testing.T) {
	values := func(day string) (keys map[string]Rule) {
		keys = map[string]Rule{}
		for _, r := range RulesOn(civil.MustParse(day)) {
			if _, twice := keys[r.Key]; twice {
				t.Errorf("%s has two rules of %s", day, r.Key)
			}
			keys[r.Key] = r
		}
		return keys
	}
	if r := values("2025-05-31")["review-first"]; r.Until != civil.MustParse("2025-05-31") || strings.Contains(r.Source, "法释") {
		t.Errorf("the last day of the earlier rule: %+v", r)
	}
	if r := values("2025-06-01")["review-first"]; !r.Until.IsZero() || !strings.Contains(r.Source, "法释〔2025〕8号") {
		t.Errorf("the first day of the later rule: %+v", r)
	}
	if _, known := values("2026-06-30")["review-first-silence"]; known {
		t.Error("行政复议法实施条例 is in force from 2026-07-01")
	}
	if r := values("2026-07-01")["review-first-silence"]; r.Ground != Unread {
		t.Errorf("its text was not seen: %+v", r)
	}
	if got := Regulations().On(civil.MustParse("2019-05-14")).Limit; got != 0 {
		t.Errorf("under the Regulations() of 2007 %d days are computed", got)
	}
	if got := Regulations().On(civil.MustParse("2019-05-15")).Limit; got != 20 {
		t.Errorf("the limit is %d", got)
	}
}

// TestDatedValue: a value that changes on a day holds for the periods that begin then, and for no earlier one.
func TestDatedValue(t *testing.T) {
	rule := Rule{Key: "answer", From: civil.MustParse("2026-03-10")}
	law := statute(append(Rules(), rule.number(15, "个工作日", func(s *Statute) *int { return &s.Limit })))
	history := []Record{
		{Seq: 1, On: civil.MustParse("2026-03-02"), Event: Received{Channel: RegisteredPost}},
		{Seq: 2, On: civil.MustParse("2026-03-03"), Event: Registered{As: Application, Applicant: "张三", Column: Natural}},
	}
	if due := Fold("2026-00001", history, law, workday.Embedded()).Legal.Due; due != civil.MustParse("2026-03-30") {
		t.Errorf("begun before: due %s", due)
	}
	history = append(history,
		Record{Seq: 3, On: civil.MustParse("2026-03-06"), Event: CorrectionAsked{Items: []string{"年度"}, Until: civil.MustParse("2026-03-20")}},
		Record{Seq: 4, On: civil.MustParse("2026-03-11"), Event: CorrectionReceived{}})
	if due := Fold("2026-00001", history, law, workday.Embedded()).Legal.Due; due != civil.MustParse("2026-04-01") {
		t.Errorf("begun after: due %s", due)
	}
}

// TestJudgements: each judgement that moves a clock is a value: with another one the same history comes to
// another date, and no code has changed.
func TestJudgements(t *testing.T) {
	at := func(day string, e Event) Record { return Record{On: civil.MustParse(day), Event: e} }
	mail, post := Received{Channel: Email}, Received{Channel: RegisteredPost}
	asked := CorrectionAsked{Items: []string{"年度"}, Until: civil.MustParse("2026-04-20"), Force: "来电"}
	for name, tt := range map[string]struct {
		history []Record
		other   func(*Statute)
		of      func(Case) any
		want    string
		changed string
	}{
		"late confirmation": {[]Record{at("2026-03-02", mail), at("2026-04-01", Confirmed{})}, func(s *Statute) { s.LateConfirm = true }, legalDue, "", "2026-04-30"},
		"late 补正":           {[]Record{at("2026-03-02", post), at("2026-03-20", asked)}, func(s *Statute) { s.LateCorrection = BothClocks }, strictWaits, "", "correction"},
		"third party not reached": {[]Record{at("2026-03-02", post), at("2026-03-09", ConsultationSent{Side: ThirdParty, Party: "甲"})},
			func(s *Statute) { s.UnreachedCap = BothClocks }, legalDue, "", "2026-04-21"},
		"another office": {[]Record{at("2026-03-02", post), at("2026-03-09", ConsultationSent{Side: OtherOffice, Party: "乙局"}), at("2026-03-09", ConsultationReached{Party: "乙局"})},
			func(s *Statute) { s.OfficeCap = 15 }, legalDue, "", "2026-04-21"},
		"重新办理": {[]Record{at("2026-03-02", post), at("2026-03-06", Reopened{Cause: "判决"})}, func(s *Statute) { s.Reopened = 10 }, legalDue, "2026-04-03", "2026-03-20"},
		"e-mail served when it arrives": {[]Record{at("2026-03-02", post), at("2026-03-06", Replied{Outcome: Disclosed, Basis: "36-1"}), at("2026-03-06", Dispatched{Way: ByEmail})},
			func(s *Statute) { s.Email = AtReceipt }, stopped, "2026-03-06", ""},
		"courier served when it leaves": {[]Record{at("2026-03-02", post), at("2026-03-06", Replied{Outcome: Disclosed, Basis: "36-1"}), at("2026-03-06", Dispatched{Way: ByCourier})},
			func(s *Statute) { s.Courier = AtDispatch }, stopped, "", "2026-03-06"},
		"bounced": {[]Record{at("2026-03-02", post), at("2026-03-06", Replied{Outcome: Disclosed, Basis: "36-1"}), at("2026-03-06", Dispatched{Way: ByEmail}), at("2026-03-06", DeliveryFailed{Reason: "退信", Address: AddressGiven})},
			func(s *Statute) { s.BouncedGiven = NoClock }, stopped, "2026-03-06", ""},
		"bounced, as records of before say it": {[]Record{at("2026-03-02", post), at("2026-03-06", Replied{Outcome: Disclosed, Basis: "36-1"}), at("2026-03-06", Dispatched{Way: ByEmail}), at("2026-03-06", DeliveryFailed{Reason: "退信"})},
			func(s *Statute) { s.BouncedGiven, s.BouncedOther = NoClock, NoClock }, stopped, "2026-03-06", "2026-03-06"},
		"unreachable": {[]Record{at("2026-03-02", Received{Channel: PlainLetter}), at("2026-03-03", Unreachable{Attempts: []string{"空号"}})},
			func(s *Statute) { s.Unconfirmed = StrictClock }, strictDue, "", "2026-03-30"},
		"asked, and excluded from the arrival of the letter": {[]Record{at("2026-03-02", post), at("2026-03-09", ConsultationSent{Side: ThirdParty, Party: "甲"}), at("2026-03-12", ConsultationReached{Party: "甲"}), at("2026-03-16", ConsultationAnswered{Party: "甲", Opinion: Agrees})},
			func(s *Statute) { s.ConsultedFrom = AtReceipt }, legalDue, "2026-04-07", "2026-04-01"},
		"asked, and not known whether the letter arrived": {[]Record{at("2026-03-02", post), at("2026-03-09", ConsultationSent{Side: ThirdParty, Party: "甲"})},
			func(s *Statute) { s.ConsultedFrom = AtReceipt }, legalDue, "", "2026-03-30"},
		"a notice by e-mail that has to arrive": {[]Record{at("2026-03-02", post), at("2026-03-09", FeeNoticed{By: "页", Count: 57, Yuan: 270, Way: ByEmail})},
			func(s *Statute) { s.NoticeWire = AtReceipt }, legalWaits, "2026-04-07", ""},
		"a notice by post that need not": {[]Record{at("2026-03-02", post), at("2026-03-09", FeeNoticed{By: "页", Count: 57, Yuan: 270, Way: ByPost})},
			func(s *Statute) { s.NoticePost = AtDispatch }, legalWaits, "", "2026-04-07"},
		"a fee that another part goes on with": {[]Record{at("2026-03-02", post), at("2026-03-16", FeeLeft{Since: civil.MustParse("2026-03-09"), Keeper: "2026-00002"})},
			func(s *Statute) { s.FeeLeft = NoClock }, legalDue, "2026-04-07", "2026-03-30"},
		"before the present Regulations": {[]Record{at("2019-03-04", post)}, func(s *Statute) { s.Limit = 15 }, legalDue, "", "2019-03-25"},
		"更正": {[]Record{at("2026-03-02", post), at("2026-03-02", Registered{As: CorrectionOfRecord, Applicant: "张三"})},
			func(s *Statute) { s.RecordRequest = 10 }, strictDue, "2026-03-30", "2026-03-16"},
	} {
		for i := range tt.history {
			tt.history[i].Seq = uint64(i + 1)
		}
		other := Regulations()
		other.versions = nil
		tt.other(&other)
		for law, want := range map[*Statute]string{new(Regulations()): tt.want, &other: tt.changed} {
			if got := text(tt.of(Fold("2026-00001", tt.history, *law, workday.Embedded()))); got != want {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
	}
}

func legalDue(c Case) any    { return c.Legal.Due }
func strictDue(c Case) any   { return c.Strict.Due }
func strictWaits(c Case) any { return c.Strict.Waiting }
func legalWaits(c Case) any  { return c.Legal.WaitUntil }
func stopped(c Case) any     { return c.StoppedOn }

func text(v any) string { return v.(interface{ String() string }).String() }

// TestJudgementsOfDisputes: whether a judgment of December stands at the end of the year while it can be appealed, and
// whether a notice that came back has arrived and whether a share of a fee is a payment, are values.
func TestJudgementsOfDisputes(t *testing.T) {
	at := func(seq uint64, day string, e Event) Record {
		return Record{Seq: seq, On: civil.MustParse(day), Event: e}
	}
	suit := []Record{
		at(1, "2026-11-20", DisputeFiled{Dispute: "Y2026-001", Track: DirectSuit, Party: "张三", Matter: "拒绝"}),
		at(2, "2026-12-20", DisputeDecided{Dispute: "Y2026-001", Decision: "撤销"}),
	}
	notice := []Record{
		at(1, "2026-03-02", Received{Channel: RegisteredPost}),
		at(2, "2026-03-02", Registered{As: Application, Applicant: "张三", Column: Natural, Request: "预算"}),
		at(3, "2026-03-09", FeeNoticed{By: "页", Count: 57, Yuan: 270, Way: ByPost}),
	}
	back := Draft{Case: "2026-00001", On: civil.MustParse("2026-03-16"), Event: NoticeReached{Of: NoticeFee, Returned: true, Proof: "改退批条"}}
	shared := append(notice[:2:2], at(3, "2026-03-09", FeeNoticed{By: "件", Count: 12, Yuan: 200, Shares: []Share{{"2026-00001", 100}, {"2026-00002", 100}}}))
	paid := func(yuan int) Draft {
		return Draft{Case: "2026-00001", On: civil.MustParse("2026-03-16"), Event: FeePaid{Yuan: yuan}}
	}
	other := Regulations()
	other.versions, other.AppealPending, other.NoticeReturned, other.FeeShares = nil, false, false, false
	for yuan, allowed := range map[int][2]bool{100: {true, false}, 200: {false, true}} {
		for i, law := range []Statute{Regulations(), other} {
			if _, err := Decide(shared, paid(yuan), paid(yuan).On, law, workday.Embedded()); (err == nil) != allowed[i] {
				t.Errorf("%d 元 of a notice over two of 200 元: %v", yuan, err)
			}
		}
	}
	year := civil.MustParse("2026-12-31")
	if d := FoldDispute("Y2026-001", suit, year, Regulations(), workday.Embedded()); d.Result != ResultPending {
		t.Errorf("its period for an appeal runs until January, and it counts as %s", d.Result.Label())
	}
	if d := FoldDispute("Y2026-001", suit, year, other, workday.Embedded()); d.Result != ResultCorrected {
		t.Errorf("by the other reading it counts as %s", d.Result.Label())
	}
	if _, err := Decide(notice, back, back.On, Regulations(), workday.Embedded()); err != nil {
		t.Error(err)
	}
	if _, err := Decide(notice, back, back.On, other, workday.Embedded()); err == nil {
		t.Error("by the other reading a notice that came back has arrived")
	}
}

// A fee notice that was recorded as sent by e-mail and went by post gives its time from the day on which it arrives. What was
// posted was posted before that day.
func TestFeePosted(t *testing.T) {
	at := func(seq uint64, day string, e Event) Record {
		return Record{Seq: seq, On: civil.MustParse(day), Event: e}
	}
	posted := LetterPosted{Document: "某费〔2026〕1号", Of: NoticeFee, Way: ByPost}
	history := []Record{
		at(1, "2026-03-02", Received{Channel: RegisteredPost}),
		at(2, "2026-03-02", Registered{As: Application, Applicant: "张三", Column: Natural, Request: "预算"}),
		at(3, "2026-03-09", FeeNoticed{By: "页", Count: 57, Yuan: 270, Way: ByEmail, Document: posted.Document}),
		at(4, "2026-03-09", posted),
		at(5, "2026-03-16", NoticeReached{Of: NoticeFee}),
	}
	for n, want := range map[int]string{3: "2026-04-07", 4: "", 5: "2026-04-14"} {
		if got := legalWaits(Fold("2026-00001", history[:n], Regulations(), workday.Embedded())); text(got) != want {
			t.Errorf("after %d records the fee is due on %s, want %q", n, got, want)
		}
	}
	reached := append(history[:3:3], history[4])
	for day, want := range map[string]string{"2026-03-10": "", "2026-03-16": "posted-late", "2026-03-18": "posted-late"} {
		draft, code := Draft{Case: "2026-00001", On: civil.MustParse(day), Event: posted}, ""
		_, err := Decide(reached, draft, civil.MustParse("2026-03-18"), Regulations(), workday.Embedded())
		if refused, ok := errors.AsType[*RuleError](err); ok {
			code = refused.Code
		} else if err != nil {
			t.Fatal(err)
		}
		if code != want {
			t.Errorf("posted on %s: %q, want %q", day, code, want)
		}
	}
}
