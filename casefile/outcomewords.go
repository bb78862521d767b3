package casefile

import (
	"fmt"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile/regexp"
)

// meaning is an outcome as people call it in a word, and the basis that the word implies.
type meaning struct {
	outcome Outcome
	basis   string // empty: the word does not say
	words   string // separated by blanks
}

// meanings are the words of offices for the rows of 表三.
var meanings = []meaning{
	{Disclosed, "36-2-provide", "公开 予以公开 同意公开 可以公开 全部公开 全部予以公开 提供 提供信息"},
	{Disclosed, "36-1", "主动公开 已主动公开 已公开 已经公开 已经主动公开"},
	{Disclosed, "36-2-inform", "告知获取方式 告知途径 告知方式 告知获取途径"},
	{Partial, "37", "部分公开 区分处理 部分"},
	{RefuseStateSecret, "14-secret", "国家秘密 涉密 涉及国家秘密"},
	{RefuseLaw, "14-law", "法律禁止 法律法规禁止 禁止公开 法律行政法规禁止"},
	{RefuseStability, "14-stability", "三安全一稳定 国家安全 公共安全 经济安全 社会稳定"},
	{RefuseThirdParty, "15", "第三方 第三方权益 商业秘密 个人隐私 隐私 第三方不同意"},
	{RefuseInternal, "16-internal", "内部事务 内部信息 内部管理 人事管理 后勤管理 内部工作流程 内部事务信息"},
	{RefuseDeliberative, "16-process", "过程性 过程性信息 过程稿 讨论记录 磋商信函 请示报告"},
	{RefuseEnforcementFile, "16-file", "执法案卷 案卷 行政执法案卷"},
	{RefuseAdministrativeQuery, "36-7", "工商登记 工商查询 工商信息 不动产登记 不动产查询 房产查询 登记资料 行政查询 行政查询事项"},
	{UnableNotHeld, "36-4", "信息不存在 不存在 不掌握 没有该信息 无此信息 查无此信息 未检索到 检索不到 未制作 未获取 未保存 没有制作"},
	{UnableNotHeld, "36-5", "非本机关 不属于本机关 不是本机关 非本机关政府信息 不属于本机关负责公开"},
	{UnableNeedsCreation, "38", "加工分析 需要加工 需加工 另行制作 需要另行制作 没有现成信息"},
	{UnableUnclear, "30", "仍不明确 补正后仍不明确 内容仍不明确 补正后不明确"},
	{DeclinePetition, "39-1", "信访 投诉 举报 信访举报 信访投诉 信访举报投诉"},
	{DeclineRepeat, "36-6", "重复 重复申请"},
	{DeclinePublication, "39-2", "出版物 公开出版物 公报 报刊 书籍"},
	{DeclineExcessive, "35", "大量反复 反复申请 大量申请 理由不合理"},
	{DeclineConfirm, "reissue", "重新出具 要求确认 确认或重新出具"},
	{CorrectionLapsed, "lapse-30", "逾期不补正 不补正 未补正 逾期未补正"},
	{FeeLapsed, "lapse-fee", "逾期不缴费 不缴费 未缴费 逾期未缴费 逾期不交费 不交费 未交费 逾期未交费"},
	{OtherOutcome, "withdrawn", "撤回 申请人撤回 撤回申请"},
	{OtherOutcome, "terminated", "终止 终止办理"},
	{OtherOutcome, "not-government-information", "非政府信息 不是政府信息 不属于政府信息"},
	{OtherOutcome, BasisHandled, "办结 已办结 办理完毕"},
}

var rowShape = regexp.MustCompile(`^\(?([一二三四五六]|[1-6](?:[)\-.、]|$))\)?[-.、第]?\(?([1-8一二三四五六七八])?\)?[项.、]?$`)

// chapters are words that stand for several rows of 表三 at once, with the beginning of these rows. Whoever writes one means
// a single row of them.
var chapters = map[string]string{"不予公开": "（三）", "不公开": "（三）", "拒绝公开": "（三）", "无法提供": "（四）", "不能提供": "（四）", "不予处理": "（五）", "不处理": "（五）",
	"其他处理": "（六）", "不再处理": "（六）", "三": "（三）", "四": "（四）", "五": "（五）", "六": "（六）"}

// ReadOutcome reads what became of an application, as people write it: the row of 表三, its words, a word of the
// office such as 信息不存在, or the code. basis is what the word says beside, 36-4 here; empty where it says
// nothing. Of what may mean several outcomes the error names them.
func ReadOutcome(s string) (o Outcome, basis string, err error) {
	s = strings.TrimSpace(s)
	if o, err := exactOutcome(s); err == nil {
		return o, "", nil
	}
	if o, ok := outcomeByRow(s); ok {
		return o, "", nil
	}
	word := bare(narrow(s))
	if word == "" {
		return OutcomeNone, "", fmt.Errorf("没有写答复类别；可写行号如 （三）4，或：%s", outcomeLabels(Outcomes()))
	}
	var outcomes []Outcome
	if begin, ok := chapters[word]; ok {
		for _, o := range Outcomes() {
			if strings.HasPrefix(o.Row(), begin) {
				outcomes = append(outcomes, o)
			}
		}
		return OutcomeNone, "", fmt.Errorf("%q 可指几种答复，请写明其一：%s", s, outcomeLabels(outcomes))
	}
	if said, ok := articleOf(s); ok && said.article >= 10 {
		return outcomeByArticle(s, said)
	}
	var close []meaning
	for _, m := range meanings {
		for w := range strings.FieldsSeq(m.words) {
			switch {
			case bare(w) == word:
				return m.outcome, m.basis, nil
			case strings.Contains(w, word) || strings.Contains(word, w) && len([]rune(w)) > 2:
				if !slices.ContainsFunc(close, func(c meaning) bool { return c.outcome == m.outcome && c.basis == m.basis }) {
					close = append(close, m)
				}
			}
		}
	}
	for _, m := range close {
		if !slices.Contains(outcomes, m.outcome) {
			outcomes = append(outcomes, m.outcome)
		}
	}
	for _, o := range Outcomes() {
		if label := bare(o.Label()); (strings.Contains(label, word) || strings.Contains(word, label)) && !slices.Contains(outcomes, o) {
			outcomes = append(outcomes, o)
		}
	}
	switch {
	case len(outcomes) == 1 && len(close) == 1:
		return outcomes[0], close[0].basis, nil
	case len(outcomes) == 1:
		return outcomes[0], "", nil
	case len(outcomes) == 0:
		return OutcomeNone, "", fmt.Errorf("答复类别 %q 不在表三之中；可写行号如 （三）4，或：%s", s, outcomeLabels(Outcomes()))
	}
	return OutcomeNone, "", fmt.Errorf("%q 可指几种答复，请写明其一：%s", s, outcomeLabels(outcomes))
}

func outcomeByRow(s string) (Outcome, bool) {
	m := rowShape.FindStringSubmatch(strings.ReplaceAll(narrow(s), " ", ""))
	if m == nil {
		return OutcomeNone, false
	}
	han := []rune(m[1])[0]
	if han >= '1' && han <= '6' {
		if m[2] == "" {
			return OutcomeNone, false // the number of a menu, perhaps
		}
		han = []rune("一二三四五六")[han-'1']
	}
	if i := slices.Index([]rune("一二三四五六七八"), []rune(m[2] + " ")[0]); i >= 0 {
		m[2] = string(rune('1' + i))
	}
	row := "（" + string(han) + "）" + m[2]
	for _, o := range Outcomes() {
		if o.Row() == row {
			return o, true
		}
	}
	return OutcomeNone, false
}

// outcomeByArticle finds the outcome that may rest on an article: 36-5 names an outcome, too.
func outcomeByArticle(s string, said provision) (Outcome, string, error) {
	var outcomes []Outcome
	var found []string
	for _, o := range Outcomes() {
		for _, code := range o.Bases() {
			if is, ok := articleOf(BasisOf(code).Article); ok && is.article == said.article && (said.part == 0 || is.part == said.part) {
				found = append(found, code)
				if !slices.Contains(outcomes, o) {
					outcomes = append(outcomes, o)
				}
			}
		}
	}
	switch {
	case len(outcomes) == 1 && len(found) == 1:
		return outcomes[0], found[0], nil
	case len(outcomes) == 1:
		return outcomes[0], "", nil
	case len(outcomes) == 0:
		return OutcomeNone, "", fmt.Errorf("没有以 %q 为依据的答复；可写行号如 （三）4，或：%s", s, outcomeLabels(Outcomes()))
	}
	return OutcomeNone, "", fmt.Errorf("%q 可指几种答复，请写明其一：%s", s, outcomeLabels(outcomes))
}

func outcomeLabels(all []Outcome) string {
	var words []string
	for _, o := range all {
		words = append(words, o.Row()+o.Label())
	}
	return strings.Join(words, "、")
}
