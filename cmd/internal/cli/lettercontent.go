package cli

import (
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
)

// letterContent declares what a letter may announce, with the options of the commands that record it, and
// returns what makes the event of those that were given; nil where none was.
func letterContent(o *options) func(kind casefile.LetterKind) (casefile.Event, error) {
	items, until := o.texts("item", "补正：需补正的`内容`，可写多次"), o.date("until", "补正期限、延迟答复至的`日期`")
	days, approver := o.number("days", "延期：延长的工作日`数`"), o.text("approver", "延期：批准`人`")
	approval := o.text("approval", "延期：审批的`文号`")
	side := choice(o, "side", "征求意见：征求`类型`", casefile.ParseSide, casefile.ThirdParty, casefile.JointOffice, casefile.OtherOffice)
	party := party(o)
	by, count, yuan := o.text("by", "收费：收费`方式`，件或页"), o.number("count", "收费：`数`量"), o.number("yuan", "收费：金额，`元`；不写则按标准算出")
	outcome := parsed(o, "outcome", "答复：答复`类别`，表三的行号、名称或代码", casefile.ParseOutcome)
	basis, grounds := o.text("basis", "答复：`依据`"), o.text("grounds", "答复：`理由`，写入文书；分段的写成几行")
	force := force(o)
	o.complete("by", []string{"件", "页"})

	// Each kind of content begins with an option of its own, and goes with some others.
	contents := []struct {
		option string
		with   []string
		event  func() (casefile.Event, error)
	}{
		{"item", []string{"until", "force"}, func() (casefile.Event, error) {
			return casefile.CorrectionAsked{Items: *items, Until: *until, Force: *force}, nil
		}},
		{"days", []string{"approver", "approval", "force"}, func() (casefile.Event, error) {
			return casefile.Extended{Days: *days, Approver: *approver, Document: *approval, Force: *force}, nil
		}},
		{"side", []string{"party"}, func() (casefile.Event, error) {
			return casefile.ConsultationSent{Side: *side, Party: *party}, nil
		}},
		{"by", []string{"count", "yuan"}, func() (casefile.Event, error) {
			return casefile.FeeNoticed{By: *by, Count: *count, Yuan: *yuan}, nil
		}},
		{"outcome", []string{"basis", "grounds"}, func() (casefile.Event, error) {
			b, err := basisOf(o, *outcome, *basis)
			return casefile.Replied{Outcome: *outcome, Basis: b, Grounds: *grounds}, err
		}},
		{"until", nil, func() (casefile.Event, error) { return casefile.Deferred{Until: *until}, nil }},
		{"party", nil, func() (casefile.Event, error) { return casefile.ThirdPartyTold{Party: *party}, nil }},
	}
	return func(kind casefile.LetterKind) (casefile.Event, error) {
		for _, c := range contents {
			if !o.given(c.option) {
				continue
			}
			for _, other := range contents {
				for _, name := range append([]string{other.option}, other.with...) {
					if o.given(name) && name != c.option && !slices.Contains(c.with, name) {
						return nil, usage(o.cmd, "--%s 与 --%s 不属于同一种文书", c.option, name)
					}
				}
			}
			if c.option == "party" && kind != casefile.LetterThirdPartyNotice {
				return nil, usage(o.cmd, "征求意见的要写 --side；告知第三方的，文书写“第三方告知书”")
			}
			return c.event()
		}
		if name := o.givenOf("approver", "approval", "force", "count", "yuan", "basis", "grounds"); name != "" {
			return nil, usage(o.cmd, "只写 --%s 不知道是哪一种文书：补正写 --item，延期写 --days，收费写 --by，答复写 --outcome", name)
		}
		return nil, nil
	}
}

// basisOf is the basis of a reply: that which was given, or the only one of its outcome.
func basisOf(o *options, outcome casefile.Outcome, basis string) (string, error) {
	if basis != "" {
		return basis, nil
	}
	bases := outcome.Bases()
	if len(bases) != 1 {
		return "", usage(o.cmd, "“%s”可有几种依据，请用 --basis 写明其一：%s", outcome.Label(), strings.Join(bases, "、"))
	}
	return bases[0], nil
}
