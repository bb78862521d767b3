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
}

// reviewRules are the rules in the order of their beginning. Further ones are appended, none is edited:
// what an office was told under an earlier one stays explainable.
var reviewRules = []ReviewRule{
	{
		// 不予公开 is read narrowly: refusals under articles 14 to 16, and 部分公开 for its withheld part
		// (法释〔2025〕8号, article 1).
		From: civil.New(2024, 1, 1), Source: "行政复议法第二十三条、法释〔2025〕8号第一条",
		Outcomes: []Outcome{Partial, RefuseStateSecret, RefuseLaw, RefuseStability, RefuseThirdParty, RefuseInternal, RefuseDeliberative, RefuseEnforcementFile},
	},
	{From: civil.New(2026, 7, 1), Source: "修订后的行政复议法实施条例", Outcomes: []Outcome{OutcomeNone}, Unverified: true},
}

// ReviewFirst returns the rule by which a suit filed on a day over a reply with this outcome, or over
// none, needs 复议 before it; ok is false where the applicant may choose.
func (o Outcome) ReviewFirst(filed civil.Date) (rule ReviewRule, ok bool) {
	for _, r := range reviewRules {
		if filed >= r.From && slices.Contains(r.Outcomes, o) {
			return r, true
		}
	}
	return ReviewRule{}, false
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
