package match

import (
	"fmt"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/fee"
)

// Label says the advice in Chinese.
func (a Advice) Label() string {
	switch a {
	case AdviceRepeat:
		return "可能是重复申请"
	case AdviceMerge:
		return "可能是同一申请，可合并"
	case AdviceNew:
		return "按新申请办理"
	case AdviceLook:
		return "内容相近，请核对"
	case AdvicePublic:
		return "他人申请相同信息"
	}
	return ""
}

// Command is the line with which a clerk follows the advice about a case; empty where there is none to type.
func (r Relation) Command(id casefile.ID) string {
	switch r.Advice {
	case AdviceRepeat:
		return fmt.Sprintf("ysq reply %s --outcome decline.repeat --grounds '与 %s 内容相同，已答复'", id, r.Case)
	case AdvicePublic:
		return fmt.Sprintf("ysq publish %s --decision 建议纳入 --note '与 %s 申请相同的信息'", id, r.Case)
	case AdviceMerge:
		return fmt.Sprintf("ysq merge %s --into %s --reason 答复前重复提交", id, r.Case)
	}
	return ""
}

// Beyond reports whether the applicant's applications of the month are so many that a person is pointed to
// the rules for that.
func (c Counts) Beyond() bool { return c.InMonth > Often }

// Words says how many applications the applicant of a case has made and, where they are many, what the rules
// allow for that. Whether it is beyond reason, a person decides.
func (c Counts) Words(id casefile.ID) string {
	text := fmt.Sprintf("该申请人 %s 月共提出 %d 件，本件为第 %d 件；近一年 %d 件", c.Month, c.InMonth, c.Place, c.InYear)
	if !c.Beyond() {
		return text
	}
	each := fee.ByItem(c.Place).Yuan - fee.ByItem(c.Place-1).Yuan
	return text + fmt.Sprintf("。数量、频次是否明显超过合理范围由人判断：可要求说明理由（条例第三十五条）；按件收费的，本件 %d 元（条例第四十二条）", each)
}
