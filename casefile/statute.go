package casefile

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"ysq.internal/ysq/casefile/civil"
)

// Statute holds what the law, and where it is silent our reading of it, comes to on a day. Its values are those
// of the table of rules (Rules): whoever reads the law another way changes a value there, and no line of code.
type Statute struct {
	Limit            int // to answer, in working days (条例33); 0 before the Regulations of 2019, under which nothing is computed
	MaxExtension     int // 条例33
	CorrectionNotice int // to ask for 补正, 条例30
	Consultation     int // of a third party or joint office, 条例32, 34
	OfficeCap        int // of another office under 条例33; 0: until it answers
	FeePayment       int // 国办函〔2020〕109号; 0 before it was in force
	Confirmation     int // after which an unconfirmed mail alarms: the office's own measure
	ConfirmWithin    int // after which a 双方确认 makes the legal clock disputable
	Reopened         int // to answer again where the decision names no term
	RecordRequest    int // the office's own measure for 更正, 条例41
	OtherRequest     int // the office's own measure for what is no application
	CorrectionDays   int // the 补正期限 that is proposed; the law says 合理期限
	ReachAsked       int // days after which the day is asked for on which a notice arrived
	UnreachableEvery int // days between two reminders to try again to reach an applicant
	AlikeWithin      int // days within which the same information asked for by others is noticed (条例44)
	DoubtedFrom      int // days between the two instants of an arrival from which a person settles it

	PlatformStarts Starts // of an application whose record does not say it
	LateCorrection Scope  // the readings that a 补正 notice later than CorrectionNotice stops
	UnreachedCap   Scope  // the readings in which a consultation without day of arrival counts from its leaving
	BouncedGiven   Scope  // the readings that stay stopped when the answer came back from the address the applicant gave
	BouncedOther   Scope  // the same where the address was another, or the mistake ours
	StampMoves     Scope  // the readings that start on the earlier day of a Received line
	Unconfirmed    Scope  // the readings that run while a person recorded that the applicant cannot be reached
	LateConfirm    Yes    // a 双方确认 after the strict due date opens the legal clock
	ExtendAgain    Yes    // a period that begins anew may be extended anew

	Email, Platform, Fax, Post, Courier, ByHand, Delegated Service // what is service

	NoticeWire     Service // when a notice on which the applicant's time depends reaches him: by e-mail, fax or platform
	NoticePost     Service // the same of what is carried
	NoticeReturned Yes     // one that came back refused or undeliverable, with proof, has reached him
	ConsultedFrom  Service // from when the time of a consultation is excluded

	FeeBy        FeeDay // the day by which an application falls into the month of 按件
	FeeWithdrawn Yes    // one that was withdrawn counts in the month
	FeeMerged    Yes    // one that was merged into another counts besides it
	FeeShares    Yes    // paying the share of one application counts as payment for it, where a notice covers several
	FeeLeft      Scope  // the readings that leave out the wait for a fee when another part of the split goes on with it

	ReviewAnswer    int // 复议答复 in the simplified procedure, working days (行政复议法54)
	OrdinaryAnswer  int // in the ordinary one (行政复议法48)
	Defence         int // 诉讼答辩, days (行政诉讼法67); also in second instance
	JudgmentAppeal  int // 上诉 against a judgment, days (行政诉讼法85)
	RulingAppeal    int // against a 裁定
	AppealPending   Yes // a judgment whose period for an appeal runs does not stand yet
	RetrialPending  Yes // a suit in 再审 is 尚未审结 again
	YearTurn        int // the day of December from which an arrival confirmed in January may be counted in either year
	SameYearReplace Yes // a new answer of the same year replaces the outcome in 表三

	Trader Column // proposed for a 个体工商户 that applies under its 字号

	from     civil.Date
	versions []Statute // by their first day
}

// Scope is which readings of the clock something holds for.
type Scope uint8

const (
	NoClock Scope = iota
	LegalClock
	StrictClock
	BothClocks
)

// Label returns the Chinese word.
func (s Scope) Label() string {
	return [...]string{"都不", "仅法定口径", "仅从严口径", "两种口径"}[s]
}

func (s Scope) holds(v View) bool {
	return s == BothClocks || s == LegalClock && v == Legal || s == StrictClock && v == Strict
}

// Yes is a rule that holds or does not.
type Yes bool

// Label returns the Chinese word.
func (y Yes) Label() string {
	if y {
		return "是"
	}
	return "否"
}

// Service is the day that counts as that of service.
type Service uint8

// The days of service.
const (
	AtDispatch Service = iota
	AtReceipt
)

func (s Service) Label() string { return [...]string{"发出之日", "签收之日"}[s] }

// FeeDay is the day of an application by which it falls into a month.
type FeeDay uint8

const (
	FeeByReceipt FeeDay = iota
	FeeByArrival
)

func (d FeeDay) Label() string { return [...]string{"收到申请之日", "到达日"}[d] }

func (d FeeDay) Of(c Case) civil.Date {
	if d == FeeByArrival {
		return c.ArrivedOn
	}
	return c.ReceivedOn()
}

// Regulations are the rules, those in force now and earlier ones, each by the days of which it was the law.
var Regulations = sync.OnceValue(func() Statute { return statute(Rules()) })

// On is the law of a day. A statute that was not made of rules is the same on every day.
func (s Statute) On(day civil.Date) Statute {
	if len(s.versions) == 0 {
		return s
	}
	for i := len(s.versions) - 1; i >= 0; i-- {
		if v := s.versions[i]; v.from <= day {
			v.versions = s.versions
			return v
		}
	}
	return Statute{versions: s.versions}
}

// statute makes a statute of rules: one version for each day on which any of them began.
func statute(rules []Rule) Statute {
	rules = slices.SortedStableFunc(slices.Values(rules), func(a, b Rule) int { return cmp.Compare(a.From, b.From) })
	var versions []Statute
	var now Statute
	for i, r := range rules {
		r.apply(&now)
		now.from = r.From
		if i+1 == len(rules) || rules[i+1].From != r.From {
			versions = append(versions, now)
		}
	}
	now.versions = versions
	return now
}

// Ground is on what a rule rests.
type Ground uint8

const (
	Written   Ground = iota // a written rule
	Practised               // seen in published guides and reports
	Judged                  // our reading, where the rules are silent
	Unread                  // written, but not held against its promulgated text
)

var grounds = codes{{"rule", "规定"}, {"practice", "惯例"}, {"judgement", "本程序的理解"}, {"unverified", "待核对"}}

func (g Ground) String() string { return grounds.code(uint8(g)) }
func (g Ground) Label() string  { return grounds.label(uint8(g)) }

// Rule is a value of the law, in force from a day until another of its key begins.
type Rule struct {
	Key    string // stable; rules of one key follow each other
	Label  string
	Value  string     // in words
	From   civil.Date // the first day of which it is the law
	Until  civil.Date // the last one; zero while it is in force. RulesOn sets it.
	Source string
	Ground Ground
	Where  string // the key of the configuration that sets it; empty: the table of the program

	set func(*Statute)
}

func (r Rule) apply(s *Statute) {
	if r.set != nil {
		r.set(s)
	}
}

// RulesOn lists the rules in force on a day, in the order of the table.
func RulesOn(day civil.Date) []Rule {
	all := Rules()
	var in []Rule
	for i, r := range all {
		for _, later := range all[i+1:] {
			if later.Key == r.Key {
				r.Until = later.From.Add(-1)
				break
			}
		}
		if r.From <= day && (r.Until.IsZero() || day <= r.Until) {
			in = append(in, r)
		}
	}
	return in
}

// number is a rule that is a number of something.
func (r Rule) number(n int, unit string, field func(*Statute) *int) Rule {
	r.Value = fmt.Sprintf("%d %s", n, unit)
	r.set = func(s *Statute) { *field(s) = n }
	return r
}

// choice is a rule that is one of several readings.
func choice[T interface{ Label() string }](r Rule, value T, field func(*Statute) *T) Rule {
	r.Value = value.Label()
	r.set = func(s *Statute) { *field(s) = value }
	return r
}

// internal is the office's own measure for what is registered as something without a statutory period; 0 for an
// application.
func (s Statute) internal(k RequestKind) int {
	switch k {
	case CorrectionOfRecord:
		return s.RecordRequest
	case OtherRequest:
		return s.OtherRequest
	}
	return 0
}
