package stats

import (
	"fmt"
	"strings"

	"ysq.internal/ysq/casefile"
)

// Current names the format that the offices report in: that of 国办公开办函〔2021〕30号.
const Current = "2021-30"

// Format is the printed form of 表三 and 表四 as one circular prescribes it: words, numbers and
// order. A new circular is a new Format; a published report keeps the one it was made in.
type Format struct {
	Name         string
	Document     string // the circular
	Applications string // heading of 表三
	Rule         string // what 表三 prints above its rows about how its numbers hang together
	Rows         []Row  // 表三
	Disputes     string // heading of 表四
	Tracks       []TrackHeading
	Results      []string // 表四, the columns of each track; the last is the total
}

// Row is one line of numbers in 表三.
type Row struct {
	Number  string   // as clerks name it: 一, （一）, （三）4, （七）
	Label   string   // as printed, to the character
	Under   []string // the headings it stands under, the outer one first
	Counts  Counts
	Outcome casefile.Outcome // of a row that counts an outcome
}

// Counts says what a row of 表三 counts.
type Counts uint8

// What rows count.
const (
	CountsOutcome    Counts = iota // cases that ended in the year with the row's outcome
	CountsNew                      // 新收: received in the year
	CountsCarriedIn                // 上年结转: received before and not ended before
	CountsEnded                    // （七）总计: cases that ended in the year
	CountsCarriedOut               // 结转下年度: not ended by 12-31
)

// TrackHeading is how 表四 prints a track.
type TrackHeading struct {
	Track Track
	Under string // 行政诉讼, over its two tracks
	Label string
}

// name is the label without its number.
func (r Row) name() string {
	return strings.TrimLeft(r.Label[strings.IndexAny(r.Label, "、.）"):], "、.）")
}

// FormatOf returns a format by its name.
func FormatOf(name string) (Format, error) {
	if name != Current {
		return Format{}, fmt.Errorf("年度报告格式 %q 不认识；本版本支持 %s", name, Current)
	}
	return format202130(), nil
}

// format202130 is the annex of 国办公开办函〔2021〕30号.
func format202130() Format {
	const (
		results    = "三、本年度办理结果"
		refused    = "（三）不予公开"
		unable     = "（四）无法提供"
		declined   = "（五）不予处理"
		otherwise  = "（六）其他处理"
		litigation = "行政诉讼"
	)
	rows := []Row{
		{Number: "一", Label: "一、本年新收政府信息公开申请数量", Counts: CountsNew},
		{Number: "二", Label: "二、上年结转政府信息公开申请数量", Counts: CountsCarriedIn},
	}
	outcome := func(number, label string, o casefile.Outcome, under ...string) {
		rows = append(rows, Row{Number: number, Label: label, Outcome: o, Under: append([]string{results}, under...)})
	}
	outcome("（一）", "（一）予以公开", casefile.Disclosed)
	outcome("（二）", "（二）部分公开（区分处理的，只计这一情形，不计其他情形）", casefile.Partial)
	outcome("（三）1", "1.属于国家秘密", casefile.RefuseStateSecret, refused)
	outcome("（三）2", "2.其他法律行政法规禁止公开", casefile.RefuseLaw, refused)
	outcome("（三）3", "3.危及“三安全一稳定”", casefile.RefuseStability, refused)
	outcome("（三）4", "4.保护第三方合法权益", casefile.RefuseThirdParty, refused)
	outcome("（三）5", "5.属于三类内部事务信息", casefile.RefuseInternal, refused)
	outcome("（三）6", "6.属于四类过程性信息", casefile.RefuseDeliberative, refused)
	outcome("（三）7", "7.属于行政执法案卷", casefile.RefuseEnforcementFile, refused)
	outcome("（三）8", "8.属于行政查询事项", casefile.RefuseAdministrativeQuery, refused)
	outcome("（四）1", "1.本机关不掌握相关政府信息", casefile.UnableNotHeld, unable)
	outcome("（四）2", "2.没有现成信息需要另行制作", casefile.UnableNeedsCreation, unable)
	outcome("（四）3", "3.补正后申请内容仍不明确", casefile.UnableUnclear, unable)
	outcome("（五）1", "1.信访举报投诉类申请", casefile.DeclinePetition, declined)
	outcome("（五）2", "2.重复申请", casefile.DeclineRepeat, declined)
	outcome("（五）3", "3.要求提供公开出版物", casefile.DeclinePublication, declined)
	outcome("（五）4", "4.无正当理由大量反复申请", casefile.DeclineExcessive, declined)
	outcome("（五）5", "5.要求行政机关确认或重新出具已获取信息", casefile.DeclineConfirm, declined)
	outcome("（六）1", "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请", casefile.CorrectionLapsed, otherwise)
	outcome("（六）2", "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请", casefile.FeeLapsed, otherwise)
	outcome("（六）3", "3.其他", casefile.OtherOutcome, otherwise)
	rows = append(rows,
		Row{Number: "（七）", Label: "（七）总计", Counts: CountsEnded, Under: []string{results}},
		Row{Number: "四", Label: "四、结转下年度继续办理", Counts: CountsCarriedOut})
	return Format{
		Name:         Current,
		Document:     "国办公开办函〔2021〕30号",
		Applications: "三、收到和处理政府信息公开申请情况",
		Rule:         "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）",
		Rows:         rows,
		Disputes:     "四、政府信息公开行政复议、行政诉讼情况",
		Tracks: []TrackHeading{
			{Reconsideration, "", "行政复议"},
			{DirectSuit, litigation, "未经复议直接起诉"},
			{SuitAfterReconsideration, litigation, "复议后起诉"},
		},
		Results: []string{"结果维持", "结果纠正", "其他结果", "尚未审结", Total},
	}
}
