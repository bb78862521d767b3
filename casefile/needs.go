package casefile

import (
	"reflect"
	"slices"
	"strings"
)

// Need is a field without which an event says nothing. Conditions between fields, and with the case,
// are rules (decide.go).
type Need struct {
	Field  string // its name in records
	Label  string // in Chinese
	Option string // of the command that records the event; empty where it is an argument
}

// Needs returns what the event must say.
func (i KindInfo) Needs() []Need { return needs[i.Kind] }

// needs is a column of the table of kinds that most rows leave empty.
var needs = map[Kind][]Need{
	KindRegistered:           {{"applicant", "申请人", "applicant"}, {"as", "类型", "as"}},
	KindAssigned:             {{"department", "承办科室", "to"}},
	KindCorrectionAsked:      {{"items", "补正内容（应一次性逐项列明，条例第三十条）", "item"}, {"until", "补正期限", "until"}},
	KindConsultationSent:     {{"side", "征求类型", "side"}, {"party", "征求对象", "party"}},
	KindConsultationReached:  {{"party", "征求对象", "party"}},
	KindConsultationAnswered: {{"party", "征求对象", "party"}, {"opinion", "意见", "opinion"}},
	KindThirdPartyTold:       {{"party", "第三方", "party"}},
	KindDeferred:             {{"until", "延迟至的日期", "until"}},
	KindFeeNoticed:           {{"by", "收费方式", "by"}},
	KindFeePaid:              {{"yuan", "缴纳金额", "yuan"}},
	KindExtended:             {{"days", "延长的工作日", "days"}, {"approver", "批准人（政府信息公开工作机构负责人）", "approver"}, {"told", "告知申请人的日期", "told"}},
	KindReplied:              {{"outcome", "答复类别", "outcome"}},
	KindDispatched:           {{"way", "送达方式", "way"}},
	KindDeliveryFailed:       {{"reason", "理由", "reason"}},
	KindReopened:             {{"cause", "重新办理的原因", "cause"}},
	KindDismissed:            {{"reason", "理由", "reason"}},
	KindReinstated:           {{"reason", "理由", "reason"}},
	KindMerged:               {{"into", "并入的案号", "into"}, {"reason", "理由", "reason"}},
	KindSplit:                {{"parts", "拆出的案件", "parts"}, {"reason", "理由", "reason"}},
	KindDetached:             {{"digest", "移出的邮件或文件", ""}, {"reason", "理由", "reason"}},
	KindAgentNamed:           {{"name", "代理人", "name"}},
	KindCountedIn:            {{"year", "年度", "year"}, {"reason", "理由", "reason"}},
	KindNoted:                {{"text", "备注文字", "text"}},
	KindVoided:               {{"seq", "记录号", "record"}, {"reason", "理由", "reason"}},
	KindDisputeFiled:         {{"track", "途径", "track"}, {"party", "当事人", "party"}},
	KindDisputeDecided:       {{"decision", "裁决结果", "decision"}},
}

// lacking refuses an event that does not say what it must.
func lacking(id ID, e Event) error {
	v := reflect.ValueOf(e)
	var labels, options []string
	for _, n := range needs[e.Kind()] {
		if unsaid(field(v, n.Field)) {
			labels = append(labels, n.Label)
			if n.Option != "" {
				options = append(options, "--"+n.Option)
			}
		}
	}
	if labels == nil {
		return nil
	}
	refused := &RuleError{Code: "field-missing", Case: id, Msg: "缺少" + strings.Join(labels, "、")}
	if options != nil {
		refused.Hint = "请用 " + strings.Join(options, "、") + " 写明"
	}
	return refused
}

// field returns the field of a struct that has the name in JSON; the zero Value for none.
func field(v reflect.Value, name string) reflect.Value {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); tag == name {
			return v.Field(i)
		}
		if f.Anonymous {
			if found := field(v.Field(i), name); found.IsValid() {
				return found
			}
		}
	}
	return reflect.Value{}
}

func unsaid(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String:
		return strings.TrimSpace(v.String()) == ""
	case reflect.Slice:
		items, ok := v.Interface().([]string)
		return v.Len() == 0 || ok && slices.ContainsFunc(items, func(s string) bool { return strings.TrimSpace(s) == "" })
	}
	return v.IsZero()
}
