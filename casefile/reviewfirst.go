package casefile

import (
	"slices"

	"ysq.internal/ysq/casefile/civil"
)

// ReviewRule is 复议前置 as one source lays it down: an applicant who wants to go to court over such a reply must have
// asked for 复议 before. It binds the applicant; a third party is free to choose (casefile/LAW.md#disputes).
type ReviewRule struct {
	From     civil.Date // the first day on which a suit must obey it
	Outcomes []Outcome  // the replies it covers; OutcomeNone is no reply at all
	Source   string
	// Unverified marks a rule that nobody has held against its promulgated text.
	Unverified bool
	// Against is a source that reads otherwise: whoever files is told both.
	Against string

	key, label, value string // its row in the table of rules
}

func (r ReviewRule) rule() Rule {
	g := Written
	if r.Unverified {
		g = Unread
	}
	return Rule{Key: r.key, Label: r.label, Value: r.value, From: r.From, Source: r.Source, Ground: g}
}

// refusals are the replies that articles 14 to 16 cover, with 部分公开 for its withheld part. 不予公开 is read
// narrowly (法释〔2025〕8号, article 1).
var refusals = []Outcome{Partial, RefuseStateSecret, RefuseLaw, RefuseStability, RefuseThirdParty, RefuseInternal, RefuseDeliberative, RefuseEnforcementFile}

const (
	refusedFirst = "不予公开的答复，申请人起诉前须申请复议"
	refusedOn    = "依据条例14至16条的，含部分公开中据此不公开的部分"
)

// reviewRules are the rules in the order of their beginning. Further ones are appended, none is edited:
// what an office was told under an earlier one stays explainable.
var reviewRules = []ReviewRule{
	{From: civil.New(2024, 1, 1), Source: "行政复议法第二十三条", Outcomes: refusals, key: "review-first", label: refusedFirst, value: refusedOn},
	{From: civil.New(2025, 6, 1), Source: "行政复议法第二十三条、法释〔2025〕8号第一条", Outcomes: refusals, key: "review-first", label: refusedFirst, value: refusedOn},
	{
		From: civil.New(2026, 7, 1), Source: "行政复议法实施条例第三十条第一项", Outcomes: []Outcome{OutcomeNone}, Unverified: true,
		// Article 2 is about people who asked for 主动公开 first, were told to apply, and then got no answer.
		Against: "申请人先要求主动公开、后来才申请的，法释〔2025〕8号第二条第二款写明对逾期不予答复可以申请复议，也可以起诉",
		key:     "review-first-silence", label: "不受理、不答复、不履行，须先申请复议", value: "是；先要求主动公开后申请的，提醒两种途径（法释〔2025〕8号第二条第二款）",
	},
	{From: civil.New(2026, 7, 1), Source: "行政复议法实施条例第三十一条", Outcomes: refusals, Unverified: true,
		key: "review-first-part", label: "全部或者部分不予公开，须先申请复议", value: refusedOn},
}

// ReviewFirst returns the rule by which a suit filed on a day over a reply with this outcome, or over
// none, needs 复议 before it; ok is false where the applicant may choose.
func (o Outcome) ReviewFirst(filed civil.Date) (rule ReviewRule, ok bool) {
	for _, r := range reviewRules {
		if filed >= r.From && slices.Contains(r.Outcomes, o) && (!ok || r.key == rule.key) {
			rule, ok = r, true
		}
	}
	return rule, ok
}

// ReviewFirst is Outcome.ReviewFirst for a reply: a part that 部分公开 withholds on other grounds than articles 14
// to 16 leaves the applicant free to choose. A reply of before schema 4 does not say on what it rests.
func (e Replied) ReviewFirst(filed civil.Date) (rule ReviewRule, ok bool) {
	if e.Outcome == Partial && len(e.Withheld) > 0 && !slices.ContainsFunc(e.Withheld, Refuses) {
		return ReviewRule{}, false
	}
	return e.Outcome.ReviewFirst(filed)
}

// Refuses reports whether a basis is one of articles 14 to 16, on which information is refused.
func Refuses(basis string) bool {
	p, ok := articleOf(BasisOf(basis).Article)
	return ok && p.article >= 14 && p.article <= 16
}
