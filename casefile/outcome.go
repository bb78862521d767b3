package casefile

import (
	"fmt"
	"slices"
	"strings"
)

// Outcome is what became of an application: exactly one row of 表三, 三、本年度办理结果.
// Its codes are part of the interface of commands.
type Outcome uint8

// The outcomes in the order of the table's rows.
const (
	OutcomeNone Outcome = iota
	Disclosed
	Partial
	RefuseStateSecret
	RefuseLaw
	RefuseStability
	RefuseThirdParty
	RefuseInternal
	RefuseDeliberative
	RefuseEnforcementFile
	RefuseAdministrativeQuery
	UnableNotHeld
	UnableNeedsCreation
	UnableUnclear
	DeclinePetition
	DeclineRepeat
	DeclinePublication
	DeclineExcessive
	DeclineConfirm
	CorrectionLapsed
	FeeLapsed
	OtherOutcome
)

type outcomeSpec struct {
	code string
	row  string   // the row's number in 表三, as clerks write it: （三）4
	name string   // the row's label, without its number
	base []string // the bases it may rest on; the first is the default when it is the only one
}

// outcomeTable is the law's mapping from reply to row (casefile/LAW.md#replies).
var outcomeTable = [...]outcomeSpec{
	Disclosed:                 {"disclosed", "（一）", "予以公开", []string{"36-2-provide", "36-1", "36-2-inform"}},
	Partial:                   {"partial", "（二）", "部分公开", []string{"37"}},
	RefuseStateSecret:         {"refuse.state-secret", "（三）1", "属于国家秘密", []string{"14-secret"}},
	RefuseLaw:                 {"refuse.law", "（三）2", "其他法律行政法规禁止公开", []string{"14-law"}},
	RefuseStability:           {"refuse.stability", "（三）3", "危及“三安全一稳定”", []string{"14-stability"}},
	RefuseThirdParty:          {"refuse.third-party", "（三）4", "保护第三方合法权益", []string{"15"}},
	RefuseInternal:            {"refuse.internal", "（三）5", "属于三类内部事务信息", []string{"16-internal"}},
	RefuseDeliberative:        {"refuse.deliberative", "（三）6", "属于四类过程性信息", []string{"16-process"}},
	RefuseEnforcementFile:     {"refuse.enforcement-file", "（三）7", "属于行政执法案卷", []string{"16-file"}},
	RefuseAdministrativeQuery: {"refuse.administrative-query", "（三）8", "属于行政查询事项", []string{"36-7"}},
	UnableNotHeld:             {"unable.not-held", "（四）1", "本机关不掌握相关政府信息", []string{"36-4", "36-5"}},
	UnableNeedsCreation:       {"unable.needs-creation", "（四）2", "没有现成信息需要另行制作", []string{"38"}},
	UnableUnclear:             {"unable.unclear", "（四）3", "补正后申请内容仍不明确", []string{"30"}},
	DeclinePetition:           {"decline.petition", "（五）1", "信访举报投诉类申请", []string{"39-1"}},
	DeclineRepeat:             {"decline.repeat", "（五）2", "重复申请", []string{"36-6"}},
	DeclinePublication:        {"decline.publication", "（五）3", "要求提供公开出版物", []string{"39-2"}},
	DeclineExcessive:          {"decline.excessive", "（五）4", "无正当理由大量反复申请", []string{"35"}},
	DeclineConfirm:            {"decline.confirm", "（五）5", "要求行政机关确认或重新出具已获取信息", []string{"reissue"}},
	CorrectionLapsed:          {"other.correction-lapsed", "（六）1", "申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请", []string{"lapse-30"}},
	FeeLapsed:                 {"other.fee-lapsed", "（六）2", "申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请", []string{"lapse-fee"}},
	OtherOutcome:              {"other.other", "（六）3", "其他", []string{"withdrawn", "terminated", "not-government-information", BasisHandled}},
}

// Outcomes lists every outcome in the order of the table's rows.
func Outcomes() []Outcome {
	all := make([]Outcome, 0, len(outcomeTable)-1)
	for o := Disclosed; int(o) < len(outcomeTable); o++ {
		all = append(all, o)
	}
	return all
}

func (o Outcome) spec() outcomeSpec {
	if int(o) < len(outcomeTable) {
		return outcomeTable[o]
	}
	return outcomeSpec{code: fmt.Sprintf("outcome-%d", uint8(o))}
}

// String returns the stable code; "" for no outcome.
func (o Outcome) String() string { return o.spec().code }

// Row returns the number of the row in 表三, as in （三）4.
func (o Outcome) Row() string { return o.spec().row }

// Label returns the row's words in 表三 without its number.
func (o Outcome) Label() string { return o.spec().name }

// Bases returns the codes of the bases on which the outcome may rest (casefile/LAW.md#replies).
func (o Outcome) Bases() []string { return slices.Clone(o.spec().base) }

// Lapse reports whether the outcome follows from the applicant's silence and so takes effect
// without a letter (条例 第三十条; 国办函〔2020〕109号).
func (o Outcome) Lapse() bool { return o == CorrectionLapsed || o == FeeLapsed }

// outcomeSpelling evens out how rows are written by hand.
var outcomeSpelling = strings.NewReplacer("(", "（", ")", "）", " ", "")

// ParseOutcome reads an outcome as ReadOutcome does.
func ParseOutcome(s string) (Outcome, error) {
	o, _, err := ReadOutcome(s)
	return o, err
}

// exactOutcome reads a code, a row number (with half- or full-width brackets) or a row's label.
func exactOutcome(s string) (Outcome, error) {
	want := outcomeSpelling.Replace(strings.TrimSpace(s))
	for _, o := range Outcomes() {
		if want == o.String() || want == o.Row() || want == o.Label() || want == o.Row()+"."+o.Label() || want == o.Row()+o.Label() {
			return o, nil
		}
	}
	return OutcomeNone, fmt.Errorf("答复类别 %q 不在表三之中", s)
}

func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a code, a row or its words; empty is OutcomeNone.
func (o *Outcome) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*o = OutcomeNone
		return nil
	}
	*o, err = exactOutcome(string(b))
	return err
}
