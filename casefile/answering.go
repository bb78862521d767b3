package casefile

import (
	"fmt"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// The kinds of how an application is answered, or leaves otherwise.
const (
	KindReplied    Kind = "replied"
	KindDispatched Kind = "dispatched"
	KindDelivered  Kind = "delivered"
	KindArchived   Kind = "archived"
	KindWithdrawn  Kind = "withdrawn"
	KindReopened   Kind = "reopened"
	KindDismissed  Kind = "dismissed"
	KindReinstated Kind = "reinstated"
)

func (Replied) Kind() Kind    { return KindReplied }
func (Dispatched) Kind() Kind { return KindDispatched }
func (Delivered) Kind() Kind  { return KindDelivered }
func (Archived) Kind() Kind   { return KindArchived }
func (Withdrawn) Kind() Kind  { return KindWithdrawn }
func (Reopened) Kind() Kind   { return KindReopened }
func (Dismissed) Kind() Kind  { return KindDismissed }
func (Reinstated) Kind() Kind { return KindReinstated }

// answering are the rows of these kinds.
func answering() []KindInfo {
	return []KindInfo{
		of(KindInfo{Label: "答复", Command: "reply", Article: "条例第三十六条至第三十九条", Stages: working, To: StageReplied, Counts: CountsOutcome,
			Needs: []Need{{"outcome", "答复类别", "outcome"}}}, does[Replied]{
			says: func(e Replied) string {
				withheld := prefixed("不予公开部分的依据", basesOf(e.Withheld))
				if e.Outcome == Partial && withheld == "" { // decided before schema 4, or imported
					withheld = "不予公开部分的依据没有记载"
				}
				return phrases(e.Outcome.Row()+e.Outcome.Label(), prefixed("依据", BasisOf(e.Basis).String()), withheld, prefixed("不顾第三方意见：", e.Objection.Label()), prefixed("文号 ", e.Document), e.Grounds, prefixed("仍有未处理来信的理由：", e.Force))
			},
			rule: (*judge).replied,
			fold: func(c *Case, r Record, e Replied) {
				c.RepliedOn, c.Outcome, c.Basis, c.Document = r.On, e.Outcome, e.Basis, e.Document
				if e.Outcome.Lapse() {
					c.serve(r.On)
				}
			},
			clock: func(c *Clock, r Record, e Replied) (Effect, string) {
				if !e.Outcome.Lapse() {
					return EffectNone, ""
				}
				return c.stop(r.On, EndedLapsed), e.Outcome.Label()
			},
		}),
		of(KindInfo{Label: "发出", Command: "dispatch", Article: "国办公开办函〔2016〕235号", Effect: EffectStop, Stages: []Stage{StageReplied}, Counts: CountsOutcome,
			Needs: []Need{{"way", "送达方式", "way"}}}, does[Dispatched]{
			says: func(e Dispatched) string { return phrases(e.Way.Label(), prefixed("单号 ", e.Tracking)) },
			rule: (*judge).dispatched,
			fold: func(c *Case, r Record, e Dispatched) {
				c.DispatchedOn, c.Undelivered = r.On, false
				if c.StoppedOn.IsZero() {
					c.returnable = e.Way.returnable()
				}
				if c.law.Served(e.Way) == AtDispatch {
					c.serve(r.On)
				}
			},
			clock: func(c *Clock, r Record, e Dispatched) (Effect, string) {
				if c.law.Served(e.Way) != AtDispatch {
					return EffectNone, e.Way.Label() + "以签收之日为送达"
				}
				first := c.Stopped.IsZero()
				effect := c.stop(r.On, EndedServed)
				if first {
					c.returnable = e.Way.returnable()
				}
				return effect, e.Way.Label() + "发出即为送达"
			},
		}),
		of(KindInfo{Label: "送达", Command: "deliver", Article: "国办公开办函〔2016〕235号", Effect: EffectStop, Stages: []Stage{StageReplied, StageServed}, To: StageServed, Counts: CountsOutcome}, does[Delivered]{
			says: func(e Delivered) string { return e.Proof },
			rule: func(j *judge, _ Delivered) error { return j.after(j.DispatchedOn, "发出日期") },
			fold: func(c *Case, r Record, _ Delivered) {
				c.DeliveredOn, c.Undelivered = r.On, false
				if c.StoppedOn.IsZero() {
					c.returnable = false
				}
				c.serve(r.On)
			},
			clock: func(c *Clock, r Record, e Delivered) (Effect, string) { return c.stop(r.On, EndedServed), e.Proof },
		}),
		of(KindInfo{Label: "归档", Command: "archive", Article: "条例第四十五条", Stages: []Stage{StageServed, StageWithdrawn}, To: StageArchived}, does[Archived]{
			says: func(e Archived) string {
				return phrases(prefixed("归档号 ", e.Number), prefixed("仍有未处理来信的理由：", e.Force))
			},
			rule: func(j *judge, e Archived) error { return j.nothingUnread("归档", e.Force) },
			fold: func(c *Case, r Record, _ Archived) { c.ArchivedOn = r.On },
		}),
		of(KindInfo{Label: "撤回", Command: "withdraw", Effect: EffectStop, Stages: working, To: StageWithdrawn, Counts: CountsOutcome}, does[Withdrawn]{
			says: func(e Withdrawn) string { return e.Reason },
			fold: func(c *Case, r Record, _ Withdrawn) {
				c.Outcome, c.Basis = OtherOutcome, "withdrawn"
				c.stop(r.On)
			},
			clock: func(c *Clock, r Record, _ Withdrawn) (Effect, string) { return c.stop(r.On, EndedWithdrawn), "" },
		}),
		of(KindInfo{Label: "重新办理", Command: "reopen", Article: "条例第五十一条", Effect: EffectRestart, Stages: []Stage{StageServed, StageArchived}, To: StageHandling, Counts: CountsHandled,
			Needs: []Need{{"cause", "重新办理的原因", "cause"}}}, does[Reopened]{
			says: func(e Reopened) string { return phrases(e.Cause, e.within()) },
			rule: (*judge).reopened,
			fold: func(c *Case, _ Record, _ Reopened) {
				c.RepliedOn, c.DispatchedOn, c.DeliveredOn, c.StoppedOn, c.ArchivedOn = 0, 0, 0, 0, 0
				c.Outcome, c.Basis, c.Document, c.Undelivered = OutcomeNone, "", "", false
			},
			clock: func(c *Clock, r Record, e Reopened) (Effect, string) {
				if c.running {
					c.close(r.On, EndedReopened)
				}
				c.Stopped, c.consultations = 0, nil
				c.restart(r.On, OpenedAgain)
				c.Fixed, c.fixedProvisional = e.Term(r.On, c.cal)
				c.Ordered = !c.Fixed.IsZero()
				return EffectRestart, e.Cause
			},
		}),
		of(KindInfo{Label: "非申请", Command: "dismiss", Effect: EffectStop, Stages: alive, To: StageDismissed, Counts: CountsNew,
			Needs: []Need{{"reason", "理由", "reason"}}}, does[Dismissed]{
			says: func(e Dismissed) string { return e.Reason },
			fold: func(c *Case, _ Record, _ Dismissed) {
				if c.Stage != StageDismissed {
					c.stageBefore = c.Stage
				}
			},
			clock: func(c *Clock, r Record, _ Dismissed) (Effect, string) {
				c.left, c.leftOn = EndedDismissed, r.On
				return EffectStop, ""
			},
		}),
		of(KindInfo{Label: "恢复为申请", Command: "reinstate", Stages: []Stage{StageDismissed}, Counts: CountsNew,
			Needs: []Need{{"reason", "理由", "reason"}}}, does[Reinstated]{
			says: func(e Reinstated) string { return e.Reason },
			fold: func(c *Case, _ Record, _ Reinstated) {
				if c.Stage == StageDismissed {
					c.Stage = c.stageBefore
				}
			},
			clock: func(c *Clock, _ Record, _ Reinstated) (Effect, string) {
				c.left, c.leftOn = EndingNone, 0
				return EffectNone, "恢复后视为从未中断"
			},
		}),
	}
}

// Replied (答复) fixes the outcome. Only service stops the clock, except for a lapse.
type Replied struct {
	Outcome  Outcome `json:"outcome"`
	Basis    string  `json:"basis"` // code of casefile/LAW.md#replies, such as 36-1
	Document string  `json:"document,omitzero"`
	Grounds  string  `json:"grounds,omitzero"`
	// Withheld is on what the part rests that 部分公开 does not give; a reply of before schema 4 does not say.
	Withheld []string `json:"withheld,omitzero"`
	// Objection is why the information is given although a third party objects or may still answer (条例32):
	// ObjectionUnfounded or ObjectionOutweighed.
	Objection Overruling `json:"objection,omitzero"`
	// Force is the reason for a lapse over a mail about which nobody decided.
	Force string `json:"force,omitzero"`
}

// Dispatched (发出) sends the reply; by post and by e-mail this is service.
type Dispatched struct {
	Way      Way    `json:"way"`
	Tracking string `json:"tracking,omitzero"`
}

// Delivered (送达) is the proof that the reply arrived; by hand this is service.
type Delivered struct {
	Proof string `json:"proof,omitzero"`
}

// Archived (归档) closes the file.
type Archived struct {
	Number string `json:"number,omitzero"` // 归档号
	// Force is the reason for closing the file over a mail about which nobody decided.
	Force string `json:"force,omitzero"`
}

// Withdrawn (撤回): the applicant takes the application back before the reply; counts as （六）3.
type Withdrawn struct {
	Reason string `json:"reason,omitzero"`
	Answers
}

// Reopened (重新办理): a decision orders a new reply, or the office replaces its own. Both clocks
// restart on the day the decision is received.
type Reopened struct {
	Cause string     `json:"cause"`
	Due   civil.Date `json:"due,omitzero"` // the date that the decision sets, if it sets one
	// Workdays and Days are the term that it sets instead, from its receipt. Since schema 4.
	Workdays int       `json:"workdays,omitzero"`
	Days     int       `json:"days,omitzero"`
	Dispute  DisputeID `json:"dispute,omitzero"`
}

// Dismissed (非申请): a person found that this is no application. Visible and reversible.
type Dismissed struct {
	Reason string `json:"reason"`
}

// Reinstated undoes a dismissal as if it had not been.
type Reinstated struct {
	Reason string `json:"reason"`
}

func (j *judge) replied(e Replied) error {
	if j.Kind != Application && e.Outcome != OtherOutcome {
		return j.refuse("reply-kind", "请写明办结\n--outcome 办结", "登记为“%s”，不按表三的类别答复", j.Kind.Label())
	}
	if j.Kind == Application && e.Basis == BasisHandled {
		return j.refuse("reply-kind", "写明表三的类别，如 公开、信息不存在；不是申请的，改按其他来件登记\n--outcome、ysq register 编号 --as 其他来件", "公开申请不能只记“办结”")
	}
	if !slices.Contains(e.Outcome.Bases(), e.Basis) {
		return j.refuse("reply-basis", "请写明其一："+BasisWords(e.Outcome.Bases())+"\n--basis", "“%s”的依据 %q 不对或未写", e.Outcome.Label(), e.Basis)
	}
	if j.draft.On < j.RegisteredOn {
		return j.refuse("date-order", "事后补录的，先作废登记，再按当日登记\nysq void 编号、ysq register 编号 --on 日期", "日期 %s 早于登记日期 %s", j.draft.On, j.RegisteredOn)
	}
	if e.Outcome.Lapse() {
		return j.lapsed(e)
	}
	if j.ReviewedOn.IsZero() && j.Kind == Application {
		j.warn("没有审查记录（条例第四十五条）")
	}
	if err := j.passed(e); err != nil {
		return err
	}
	if e.Outcome == RefuseThirdParty && j.follows(KindConsultationSent, "") != nil {
		j.warn("“保护第三方合法权益”而没有征求意见的记录（条例第三十二条）")
	}
	return j.founded(e)
}

// lapsed allows a lapse from the day after the applicant's time ended (casefile/LAW.md#clocks).
func (j *judge) lapsed(e Replied) error {
	w := WaitCorrection
	if e.Outcome == FeeLapsed {
		w = WaitFee
	}
	if err := j.mustWait(w, "没有等待中的"+w.Label()+"，不能按“逾期”处理"); err != nil {
		return err
	}
	for _, n := range Notices() {
		if n.waits() == w && j.Returned.Has(n) {
			return j.refuse("lapse-returned", "先换方式重新发出，期限另计\nysq resent 编号", "%s没有送达申请人，不能按“逾期”处理", n.Label())
		}
	}
	for _, n := range Notices() {
		if n.waits() == w && j.Unreached.Has(n) {
			return j.refuse("lapse-unreached", "先记录送达日\nysq fee-reached 编号 --letter "+n.Label(), "不知道%s哪一天送达，不能按“逾期”处理", n.Label())
		}
	}
	until := max(j.Legal.WaitUntil, j.Strict.WaitUntil)
	if j.draft.On <= until {
		return j.refuse("lapse-early", "期满次日起方可决定", "%s期限至 %s", w.Label(), until)
	}
	return j.nothingUnread("按逾期处理", e.Force)
}

func (j *judge) dispatched(e Dispatched) error {
	if e.Way == ByCourier {
		j.warn("国办公开办函〔2016〕235号不允许用邮政企业以外的快递送达：期限算到签收之日，收到后请记录 deliver。EMS 和有权寄递公文的企业记作“邮寄”")
	}
	if e.Way == ByEmail && j.Channel != Email && j.Channel != Platform && len(j.Addresses) == 0 && !strings.Contains(j.Contact, "@") {
		j.warn("申请不是从电子邮件来的，也没有登记电子邮箱，仍记为以电子邮件发出；不是的请作废“发出”，按实际的方式重记")
	}
	return j.after(j.RepliedOn, "答复日期")
}

// Term is the last day that the decision sets, received on a day; zero where it sets none. A term in days that ends on a day of
// rest ends on the next working day.
func (e Reopened) Term(on civil.Date, cal *workday.Calendar) (due civil.Date, provisional bool) {
	switch {
	case e.Workdays > 0:
		return cal.AddWorkdays(on, e.Workdays)
	case e.Days > 0:
		due = cal.Next(on.Add(e.Days))
		return due, cal.Day(due).Provisional
	}
	return e.Due, false
}

// within says by when, as the decision says it.
func (e Reopened) within() string {
	switch {
	case e.Workdays > 0:
		return fmt.Sprintf("自收到之日起 %d 个工作日内", e.Workdays)
	case e.Days > 0:
		return fmt.Sprintf("自收到之日起 %d 日内", e.Days)
	}
	return prefixed("限期 ", e.Due.String())
}

func (j *judge) reopened(e Reopened) error {
	set := 0
	for _, said := range []bool{!e.Due.IsZero(), e.Workdays != 0, e.Days != 0} {
		if said {
			set++
		}
	}
	if set > 1 || e.Workdays < 0 || e.Days < 0 {
		return j.refuse("reopen-due", "决定写日期的写日期，写“N个工作日内”的写工作日数，写“N日内”的写日数，只写其一\n--due、--workdays、--days", "所定期限不对")
	}
	if !e.Due.IsZero() && e.Due <= j.draft.On {
		return j.refuse("reopen-due", "请核对所定期限\n--due", "决定所定期限 %s 应晚于收到之日 %s", e.Due, j.draft.On)
	}
	return j.after(j.StoppedOn, "原答复送达日期")
}
