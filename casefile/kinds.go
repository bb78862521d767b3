package casefile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
)

// Effect is what an event does to the statutory clock.
type Effect uint8

// The effects. ReadClock applies them; the words are what explain and the documentation print.
const (
	EffectNone    Effect = iota
	EffectStart          // the day becomes day zero of the period
	EffectWait           // the period stands still until the applicant acts
	EffectRestart        // a whole new period begins
	EffectExclude        // working days of an interval are not counted
	EffectExtend         // working days are added
	EffectStop           // the period ends: the office has answered or need not
)

var effects = codes{{"none", "不影响"}, {"start", "起算"}, {"wait", "停止计算"}, {"restart", "重新起算"}, {"exclude", "扣除"}, {"extend", "延长"}, {"stop", "终止"}}

// String returns the stable code.
func (e Effect) String() string { return effects.code(uint8(e)) }

// Label returns the Chinese word.
func (e Effect) Label() string { return effects.label(uint8(e)) }

// KindInfo is what the law and the office say of one kind of event.
type KindInfo struct {
	Kind    Kind
	Label   string  // 答复
	Command string  // the word that clerks type; "" when only the register records it
	Article string  // where it is founded
	Effect  Effect  // on the clock, where it has one
	Stages  []Stage // at which a person may record it
	To      Stage   // where the case stands afterwards; StageNone leaves it where it is

	decode func([]byte) (Event, error)
}

var (
	alive    = []Stage{StageReceived, StageRegistered, StageReviewed, StageHandling}
	working  = []Stage{StageRegistered, StageReviewed, StageHandling}
	written  = []Stage{StageRegistered, StageReviewed, StageHandling, StageReplied, StageServed, StageArchived, StageWithdrawn}
	anyStage = []Stage{StageReceived, StageRegistered, StageReviewed, StageHandling, StageReplied, StageServed, StageArchived, StageWithdrawn, StageDismissed, StageMerged}
)

// kinds is the one table of the house: deciding, folding, explaining, the help texts and the diagram
// in LAW.md read it. Rows stand in the order of the loop.
var kinds = []KindInfo{
	{KindReceived, "收件", "", "条例第三十一条", EffectStart, nil, StageReceived, decode[Received]},
	{KindConfirmed, "双方确认", "confirm", "条例第三十一条第三项", EffectStart, alive, 0, decode[Confirmed]},
	{KindRegistered, "登记", "register", "条例第二十九条、第四十五条", EffectNone, alive, StageRegistered, decode[Registered]},
	{KindReviewed, "审核", "review", "条例第四十五条", EffectNone, working, StageReviewed, decode[Reviewed]},
	{KindAssigned, "转办", "assign", "条例第四十五条", EffectNone, working, StageHandling, decode[Assigned]},
	{KindCorrectionAsked, "补正告知", "correct", "条例第三十条", EffectWait, working, StageHandling, decode[CorrectionAsked]},
	{KindCorrectionReceived, "收到补正", "corrected", "条例第三十条", EffectRestart, []Stage{StageHandling}, 0, decode[CorrectionReceived]},
	{KindConsultationSent, "征求意见", "consult", "条例第三十二条至第三十四条", EffectExclude, working, StageHandling, decode[ConsultationSent]},
	{KindConsultationReached, "意见书送达", "reached", "条例第三十二条", EffectNone, []Stage{StageHandling}, 0, decode[ConsultationReached]},
	{KindConsultationAnswered, "收到意见", "consulted", "条例第三十二条", EffectNone, []Stage{StageHandling, StageReplied, StageServed, StageArchived}, 0, decode[ConsultationAnswered]},
	{KindThirdPartyTold, "告知第三方", "told", "条例第三十二条", EffectNone, []Stage{StageHandling, StageReplied, StageServed, StageArchived}, 0, decode[ThirdPartyTold]},
	{KindReasonAsked, "要求说明理由", "reason", "条例第三十五条", EffectNone, working, StageHandling, decode[ReasonAsked]},
	{KindReasonGiven, "说明理由", "reasoned", "条例第三十五条", EffectNone, []Stage{StageHandling}, 0, decode[ReasonGiven]},
	{KindDeferred, "延迟答复", "defer", "条例第三十五条", EffectExtend, []Stage{StageHandling}, 0, decode[Deferred]},
	{KindFeeNoticed, "收费通知", "fee", "条例第四十二条", EffectWait, working, StageHandling, decode[FeeNoticed]},
	{KindFeePaid, "缴费", "paid", "条例第四十二条", EffectRestart, []Stage{StageHandling}, 0, decode[FeePaid]},
	{KindExtended, "延期", "extend", "条例第三十三条第二款", EffectExtend, working, StageHandling, decode[Extended]},
	{KindReplied, "答复", "reply", "条例第三十六条至第三十九条", EffectNone, working, StageReplied, decode[Replied]},
	{KindDispatched, "发出", "dispatch", "国办公开办函〔2016〕235号", EffectStop, []Stage{StageReplied}, 0, decode[Dispatched]},
	{KindDelivered, "送达", "deliver", "国办公开办函〔2016〕235号", EffectStop, []Stage{StageReplied, StageServed}, StageServed, decode[Delivered]},
	{KindDeliveryFailed, "送达失败", "undelivered", "国办公开办函〔2016〕235号", EffectNone, []Stage{StageReplied, StageServed}, StageReplied, decode[DeliveryFailed]},
	{KindArchived, "归档", "archive", "条例第四十五条", EffectNone, []Stage{StageServed, StageWithdrawn}, StageArchived, decode[Archived]},
	{KindWithdrawn, "撤回", "withdraw", "", EffectStop, working, StageWithdrawn, decode[Withdrawn]},
	{KindReopened, "重新办理", "reopen", "条例第五十一条", EffectRestart, []Stage{StageServed, StageArchived}, StageHandling, decode[Reopened]},
	{KindDismissed, "非申请", "dismiss", "", EffectStop, alive, StageDismissed, decode[Dismissed]},
	{KindReinstated, "恢复为申请", "reinstate", "", EffectNone, []Stage{StageDismissed}, 0, decode[Reinstated]},
	{KindMessageIn, "来信", "", "", EffectNone, nil, 0, decode[MessageIn]},
	{KindMessageOut, "去信", "", "", EffectNone, nil, 0, decode[MessageOut]},
	{KindMailPrepared, "拟信", "", "", EffectNone, nil, 0, decode[MailPrepared]},
	{KindMailTried, "开始发信", "", "", EffectNone, nil, 0, decode[MailTried]},
	{KindMailSettled, "发信结果", "", "", EffectNone, nil, 0, decode[MailSettled]},
	{KindMerged, "合并", "merge", "", EffectStop, alive, StageMerged, decode[Merged]},
	{KindSplit, "拆分", "split", "", EffectNone, alive, 0, decode[Split]},
	{KindAttached, "附卷", "attach", "", EffectNone, anyStage, 0, decode[Attached]},
	{KindDetached, "移出卷", "detach", "", EffectNone, anyStage, 0, decode[Detached]},
	{KindLetterIssued, "制发文书", "letter", "条例第三十六条、第四十五条", EffectNone, written, 0, decode[LetterIssued]},
	{KindAgentNamed, "委托代理人", "agent", "条例第二十九条", EffectNone, anyStage, 0, decode[AgentNamed]},
	{KindCountedIn, "计入年度", "count-in", "国办公开办函〔2021〕30号", EffectNone, anyStage, 0, decode[CountedIn]},
	{KindLapseNoted, "期满提示", "", "条例第三十条", EffectNone, nil, 0, decode[LapseNoted]},
	{KindNoted, "备注", "note", "", EffectNone, anyStage, 0, decode[Noted]},
	{KindVoided, "作废记录", "void", "", EffectNone, anyStage, 0, decode[Voided]},
	{KindRevealed, "查看个人信息", "", "", EffectNone, nil, 0, decode[Revealed]},
	{KindMessageTaken, "取信", "", "", EffectNone, nil, 0, decode[MessageTaken]},
	{KindDisputeFiled, "复议诉讼", "", "条例第五十一条", EffectNone, nil, 0, decode[DisputeFiled]},
	{KindDisputeAnswered, "复议答复、诉讼答辩", "", "行政复议法第四十八条、行政诉讼法第六十七条", EffectNone, nil, 0, decode[DisputeAnswered]},
	{KindDisputeDecided, "裁决", "", "条例第五十一条", EffectNone, nil, 0, decode[DisputeDecided]},
	{KindDisputeAppealed, "上诉", "", "行政诉讼法第八十五条", EffectNone, nil, 0, decode[DisputeAppealed]},
	{KindOpeningBalance, "期初", "", "国办公开办函〔2021〕30号", EffectNone, nil, 0, decode[OpeningBalance]},
	{KindYearClosed, "年度冻结", "", "条例第四十九条、国办公开办函〔2021〕30号", EffectNone, nil, 0, decode[YearClosed]},
	{KindYearReopened, "年度解冻", "", "", EffectNone, nil, 0, decode[YearReopened]},
	{KindCalendarAdopted, "采用日历", "", "", EffectNone, nil, 0, decode[CalendarAdopted]},
	{KindReminded, "每日提醒", "", "", EffectNone, nil, 0, decode[Reminded]},
	{KindRepaired, "修复", "", "", EffectNone, nil, 0, decode[Repaired]},
	{KindRestored, "恢复", "", "", EffectNone, nil, 0, decode[Restored]},
	{KindLetterVoided, "文书作废", "", "", EffectNone, nil, 0, decode[LetterVoided]},
	{KindLetterResumed, "续编文号", "", "", EffectNone, nil, 0, decode[LetterResumed]},
	{KindErased, "销毁", "", "", EffectNone, nil, 0, decode[Erased]},
}

// Kinds returns the table of kinds.
func Kinds() []KindInfo { return slices.Clone(kinds) }

// Info returns the kind's row; for an unknown kind only its name.
func (k Kind) Info() KindInfo {
	for _, i := range kinds {
		if i.Kind == k {
			return i
		}
	}
	return KindInfo{Kind: k, Label: string(k)}
}

// Label returns the Chinese word.
func (k Kind) Label() string { return k.Info().Label }

// Next lists what a person may record on the case as it stands, in the order of the loop.
func (c Case) Next() []Kind {
	var legal []Kind
	for _, i := range kinds {
		if slices.Contains(i.Stages, c.Stage) && c.awaits(i.Kind) {
			legal = append(legal, i.Kind)
		}
	}
	return legal
}

// awaits leaves out what nothing waits for: a confirmation that is made or not needed, a correction
// or a payment that was not asked for.
func (c Case) awaits(k Kind) bool {
	switch k {
	case KindConfirmed:
		return c.unconfirmed()
	case KindCorrectionReceived:
		return c.Legal.Waiting == WaitCorrection || c.Strict.Waiting == WaitCorrection
	case KindFeePaid:
		return c.Legal.Waiting == WaitFee || c.Strict.Waiting == WaitFee
	}
	return true
}

// unconfirmed reports whether the day of receipt still waits for both sides to confirm it.
func (c Case) unconfirmed() bool { return c.Channel.NeedsConfirmation() && c.ConfirmedOn.IsZero() }

func decode[E Event](b []byte) (Event, error) {
	var e E
	if shaped(b, reflect.ValueOf(&e).Elem()) {
		return e, nil
	}
	e = *new(E)
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields() // a field that this version would drop is a fact lost
	if err := d.Decode(&e); err != nil {
		return nil, err
	}
	if d.InputOffset() < int64(len(b)) {
		return nil, errors.New("more than one value")
	}
	return e, nil
}

// DecodeEvent reads an event from its kind and its JSON.
func DecodeEvent(k Kind, b []byte) (Event, error) {
	i := k.Info()
	if i.decode == nil {
		return nil, fmt.Errorf("kind of event %q is unknown to this version", k)
	}
	e, err := i.decode(b)
	if err != nil {
		return nil, fmt.Errorf("event %s: %w", k, err)
	}
	return e, nil
}
