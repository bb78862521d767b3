package casefile

import (
	"fmt"
	"math"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// Standing is how a case stands on a day: what a clerk must do by when. It is the only thing about a
// case that changes without anything happening.
type Standing struct {
	// Due is the earlier of the two due dates, on which the alarm rests; of a finished case the one
	// that decides whether it was late. Zero while the case waits or cannot know.
	Due         civil.Date
	Provisional bool // 暂定: Due, or while there is none WaitUntil, lies past the calendar's end
	Waiting     Waiting
	WaitUntil   civil.Date
	Finished    bool // the clock has stopped
	Overdue     bool // open, and Due has passed
	Late        bool // a period of the case ended after the due date that governed it
	Disputable  bool // a period ended between the strict and the legal due date, or is there now; none was late
	Doubtful    bool // open, and the day of arrival is in doubt (到达日存疑): not overdue unless it is in any case
	Remaining   int  // working days from the day to Due, negative when overdue; for an open case with a Due

	Internal bool // Due is the office's own measure, no law's: 更正 and what is no application; never overdue nor late

	strictOnly bool // open, and only the strict due date has passed
}

// At returns how the case stands on a day.
func (c Case) At(today civil.Date, cal *workday.Calendar) Standing {
	strict, legal := c.Strict.on(today), c.Legal.on(today)
	governs := legal
	if legal.Start.IsZero() {
		governs = strict
	}
	s := Standing{Waiting: governs.Waiting, WaitUntil: governs.WaitUntil, Finished: !c.StoppedOn.IsZero()}
	s.Internal = c.Kind == CorrectionOfRecord || c.Kind == OtherRequest
	past := c.Timed(0, math.MaxInt32)
	s.Late, s.Disputable = past.Late, past.Disputable
	if s.Finished {
		s.Waiting, s.WaitUntil = NotWaiting, 0
		s.Due, s.Provisional = governs.Due, governs.Provisional
		return s
	}
	if !c.Stage.Open() {
		return Standing{}
	}
	earlier := strict
	if strict.Due.IsZero() || (!legal.Due.IsZero() && legal.Due < strict.Due) {
		earlier = legal
	}
	s.Due, s.Provisional = earlier.Due, earlier.Provisional
	if s.Due.IsZero() && (s.Waiting == WaitFee || s.Waiting == WaitConsultation) { // counted, where 补正期限 is set
		s.Provisional = cal.Day(s.WaitUntil).Provisional
	}
	if !s.Due.IsZero() {
		s.Overdue = today > s.Due && !s.Internal
		s.strictOnly = s.Overdue && (governs.Due.IsZero() || today <= governs.Due)
		s.Disputable = !s.Late && (s.Disputable || s.strictOnly)
		s.Remaining = cal.WorkdaysBetween(today, s.Due)
	}
	if s.Doubtful = c.ArrivalDoubted; s.Doubtful && s.Overdue && s.Due == strict.Due && (c.SureDue.IsZero() || today <= c.SureDue) {
		s.Overdue, s.Disputable, s.strictOnly = false, false, false
	}
	return s
}

// on settles what only the day can: a consultation whose 15 working days have passed no longer keeps
// the case waiting; until then its due date is not known.
func (r Reading) on(today civil.Date) Reading {
	if r.Waiting == WaitConsultation && !r.WaitUntil.IsZero() && today > r.WaitUntil {
		r.Waiting, r.WaitSince, r.WaitUntil = NotWaiting, 0, 0
	}
	if r.Waiting != NotWaiting && !r.Ordered {
		r.Due, r.Provisional = 0, false
	}
	return r
}

// AlarmKind names an alarm; its code is stable.
type AlarmKind uint8

const (
	AlarmNone         AlarmKind = iota
	AlarmReply                  // the reply is due
	AlarmConfirm                // unconfirmed for more than a working day
	AlarmCorrection             // the last day to ask for 补正
	AlarmLapse                  // the applicant's time to correct or to pay has passed: a person decides
	AlarmConsultation           // a side that was consulted has not answered
	AlarmDelivery               // the reply came back
	AlarmReached                // it is to be found out when a notice arrived
	AlarmArrival                // the day of arrival is in doubt: a person settles it
	AlarmSigning                // a proposed answer waits to be signed (待签批)
	AlarmSigned                 // it is signed, and not issued
	AlarmSentBack               // it was sent back, and not submitted anew
	AlarmReport                 // a department has to report
	AlarmInternal               // the office's own measure for what has no statutory period has come
)

var alarms = codes{{}, {"reply", "应答复"}, {"confirm", "待双方确认"}, {"correct", "补正告知截止"}, {"lapse", "等待期满"}, {"consultation", "征求意见期满"}, {"delivery", "送达失败"}, {"reached", "通知送达日待记"}, {"arrival", "到达日存疑"}, {"signing", "待签批"}, {"signed", "已签发待制发"}, {"sent-back", "退回待改"}, {"report", "科室反馈"}, {"internal", "内部期限"}}

func (k AlarmKind) String() string { return alarms.code(uint8(k)) }
func (k AlarmKind) Label() string  { return alarms.label(uint8(k)) }

// Alarm is a day on which something about a case is due.
type Alarm struct {
	Kind AlarmKind
	On   civil.Date // the last day for it
	Text string     // what to do
	Do   string     // the terminal's commands for it; empty if there is none
}

// Seeming is what an unregistered case seems to be, where that is no application for disclosure. Until somebody has
// decided what it is, nobody is asked to confirm its receipt or to ask for 补正 (条例第三十条、第三十一条).
func (c Case) Seeming() Nature {
	if c.Stage != StageReceived {
		return NatureUnknown
	}
	return c.Seems
}

// returned reports whether the answer came back and is disputed for it.
func (c Case) returned() bool { return len(c.Periods) > 0 && c.Periods[len(c.Periods)-1].Returned }

// AwaitsReceipt reports whether the answer is under way by what serves only when it is signed for, such as a courier.
func (c Case) AwaitsReceipt() bool {
	return c.Stage == StageReplied && !c.DispatchedOn.IsZero() && !c.Undelivered
}

// Alarms lists what is or will be due about an open case, the reply first. The answers of those whom it consults are
// in ConsultationAlarms.
func (c Case) Alarms(today civil.Date, law Statute, cal *workday.Calendar) []Alarm {
	if !c.Stage.Open() {
		return nil
	}
	var all []Alarm
	if c.Undelivered {
		all = append(all, c.deliveryAlarm(today))
		if !c.StoppedOn.IsZero() {
			return all
		}
	}
	s := c.At(today, cal)
	if a, returned := c.returnedAlarm(today); returned {
		all = append(all, a)
	}
	all = append(all, c.reachedAlarms(law)...)
	early := s.Doubtful && !s.Overdue && !s.Due.IsZero() && today > s.Due // the strict date has passed, if it is the strict date
	if s.Doubtful {
		all = append(all, c.arrivalAlarm(today, early))
	}
	if a := c.replyAlarm(s, early); !a.On.IsZero() {
		all = append(all, a)
	}
	if a, owed := c.reportAlarm(); owed && c.Stage < StageReplied && c.Approval == ApprovalNone {
		all = append(all, a)
	}
	if a, ok := c.ApprovalAlarm(); ok {
		all = append(all, a)
	}
	if !s.Internal && c.Seeming() == NatureUnknown { // it is an application, as far as anybody knows
		if c.unconfirmed() {
			all = append(all, c.confirmAlarm(s, law, cal))
		}
		if a, owed := c.correctionAlarm(s, today, law, cal); owed {
			all = append(all, a)
		}
	}
	if a, ok := s.lapseAlarm(); ok {
		all = append(all, a)
	}
	return all
}

// deliveryAlarm says that the answer did not arrive.
func (c Case) deliveryAlarm(today civil.Date) Alarm {
	text := "答复未送达，请换方式重新发出"
	if due := c.Strict.on(today).Due; c.returned() && !due.IsZero() {
		text = fmt.Sprintf("答复退回，请改用邮寄或电话：法定期限仍算已止，从严期限 %s 前重新发出的没有争议", due)
	}
	return Alarm{AlarmDelivery, today, text, "dispatch"}
}

// reachedAlarms ask for the day on which a notice arrived that the case waits for an answer to.
func (c Case) reachedAlarms(law Statute) (all []Alarm) {
	for _, n := range Notices() {
		if w := n.waits(); w != NotWaiting && c.Unreached.Has(n) && c.waitsFor(w) && !c.Returned.Has(n) {
			all = append(all, Alarm{AlarmReached, max(c.Legal.WaitSince, c.Strict.WaitSince).Add(law.ReachAsked), n.Label() + "寄出后，查明并记录送达之日；此前不能按逾期处理", "fee-reached"})
		}
	}
	return all
}

// ApprovalAlarm says whose turn it is with an answer that is to be signed.
func (c Case) ApprovalAlarm() (Alarm, bool) {
	switch c.Approval {
	case AwaitsSigning:
		return Alarm{AlarmSigning, c.ApprovalOn, "由负责人签发或退回", "sign、return"}, true
	case ApprovalGiven:
		return Alarm{AlarmSigned, c.ApprovalOn, "照签发的制发", "answer --signed"}, true
	case ApprovalDenied:
		return Alarm{AlarmSentBack, c.ApprovalOn, "照退回的意见改后重新送审", "submit"}, true
	}
	return Alarm{}, false
}

// correctionAlarm says until when a correction may still be asked for, where nobody has found out yet what is asked for.
func (c Case) correctionAlarm(s Standing, today civil.Date, law Statute, cal *workday.Calendar) (Alarm, bool) {
	clear := !c.ReviewedOn.IsZero() || c.LettersOwed
	if clear || s.Waiting != NotWaiting || c.Stage >= StageHandling || c.Corrections > 0 || s.Due.IsZero() {
		return Alarm{}, false
	}
	by := noticeDue(c.ReceivedOn(), law, cal)
	return Alarm{AlarmCorrection, by, "如申请内容不明确，最迟当日告知补正", "correct"}, by >= today
}

// lapseAlarm says until when the applicant has time for what the case waits for.
func (s Standing) lapseAlarm() (Alarm, bool) {
	switch {
	case s.WaitUntil.IsZero():
	case s.Waiting == WaitCorrection:
		return Alarm{AlarmLapse, s.WaitUntil, "补正期限；次日起未补正的，可决定不再处理", "reply --outcome other.correction-lapsed"}, true
	case s.Waiting == WaitFee:
		return Alarm{AlarmLapse, s.WaitUntil, "缴费期限；次日起未缴费的，可决定不再处理", "reply --outcome other.fee-lapsed"}, true
	}
	return Alarm{}, false
}

// replyAlarm says by when the case must be answered; its day is zero where none is set. While it is in doubt when
// the application arrived and the strict date has passed, early, the day is the one that holds in any event.
func (c Case) replyAlarm(s Standing, early bool) Alarm {
	if s.Due.IsZero() {
		return Alarm{}
	}
	a := Alarm{AlarmReply, s.Due, "答复并送达", "reply、dispatch"}
	if early {
		a.On = c.SureDue
	}
	switch {
	case s.Internal:
		a.Kind, a.Text, a.Do = AlarmInternal, c.Kind.Label()+"没有法定期限，办结后记录", "reply --outcome 办结"
	case s.strictOnly && s.Waiting != NotWaiting:
		a.Text, a.Do = "从严期限已过；按法定口径正在等待"+s.Waiting.Label(), ""
	case c.AwaitsReceipt():
		a.Text, a.Do = "答复已发出，签收后记录送达；期限算到签收之日", "deliver"
	case s.strictOnly:
		a.Text = fmt.Sprintf("从严期限已过，法定期限 %s 前答复仍可主张按时", c.Legal.Due)
	case c.Seeming() != NatureUnknown:
		a.Text, a.Do = "似为"+c.Seems.Label()+"；没有人认定前，按申请的从严期限提醒", "register、dismiss"
	}
	return a
}

// confirmAlarm says by when the applicant must be told that his application has arrived.
func (c Case) confirmAlarm(s Standing, law Statute, cal *workday.Calendar) Alarm {
	if s.Waiting == WaitContact {
		return Alarm{AlarmConfirm, s.WaitUntil, "再次联系申请人，仍联系不上的再记一次；联系上之前期限不计算", "confirm、unreachable"}
	}
	by, _ := cal.AddWorkdays(c.ArrivedOn, law.Confirmation)
	if c.sameDay() {
		by = cal.Next(c.ArrivedOn)
	}
	return Alarm{AlarmConfirm, by, "与申请人确认收到，法定期限自确认之日起算", "confirm"}
}
