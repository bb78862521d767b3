package casefile

import (
	"slices"
	"strings"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// Likely is a step that a case probably needs next, with the reason and, where there is one, the last day for it.
type Likely struct {
	Kind Kind
	Why  string
	By   civil.Date
}

// Likely lists the steps that the case probably needs next, the likeliest first. It is advice: everything that
// Next lists may be recorded as well, and nothing here is recorded by itself.
func (c Case) Likely(today civil.Date, law Statute, cal *workday.Calendar) []Likely {
	var all []Likely
	add := func(k Kind, by civil.Date, why string) { all = append(all, Likely{k, why, by}) }
	s := c.At(today, cal)
	switch {
	case c.Undelivered:
		add(KindDispatched, today, "答复未送达，换方式重新发出")
	case c.Stage == StageReceived:
		c.likelyAtArrival(add, s, law, cal)
	case c.AwaitsReceipt():
		add(KindDelivered, s.Due, "答复已发出，以签收之日为准")
	case c.Stage == StageReplied:
		add(KindDispatched, s.Due, "答复尚未发出，期限到发出或送达为止")
		add(KindDelivered, s.Due, "当面送达的，以签收为准")
	case c.Stage == StageServed:
		add(KindArchived, 0, "已送达，可以归档")
	case c.Stage.Open():
		c.likelyAtWork(add, s, today, law, cal)
	case c.Stage == StageDismissed:
		add(KindReinstated, 0, "经核实是申请的，恢复办理")
	case c.Stage == StageArchived, c.Stage == StageWithdrawn:
		add(KindReopened, 0, "复议、诉讼决定重新处理的")
	}
	legal := c.Next()
	return slices.DeleteFunc(all, func(l Likely) bool { return !slices.Contains(legal, l.Kind) })
}

func (c Case) likelyAtArrival(add func(Kind, civil.Date, string), s Standing, law Statute, cal *workday.Calendar) {
	if n := c.Seeming(); n != NatureUnknown {
		add(KindRegistered, s.Due, "似为"+n.Label()+"，按"+n.As().Label()+"登记，没有法定期限")
		add(KindDismissed, 0, "不归本机关办，或已当场答复的")
		return
	}
	add(KindRegistered, s.Due, "尚未登记")
	if c.unconfirmed() {
		by, _ := cal.AddWorkdays(c.ArrivedOn, law.Confirmation)
		add(KindConfirmed, by, "法定期限自双方确认之日起算（条例第三十一条）")
	}
	add(KindDismissed, 0, "广告、误投、咨询等不是申请的")
}

func (c Case) likelyAtWork(add func(Kind, civil.Date, string), s Standing, today civil.Date, law Statute, cal *workday.Calendar) {
	lapsed := !s.WaitUntil.IsZero() && today > s.WaitUntil
	switch s.Waiting {
	case WaitCorrection:
		if lapsed {
			add(KindReplied, 0, "补正期限已过，未补正的可决定不再处理（条例第三十条）")
		}
		add(KindCorrectionReceived, s.WaitUntil, "申请人补正后记录，期限重新起算")
		return
	case WaitFee:
		if lapsed {
			add(KindReplied, 0, "缴费期限已过，未缴费的可决定不再处理（条例第四十二条）")
		}
		add(KindFeePaid, s.WaitUntil, "缴清后记录，期限重新起算")
		return
	}
	if c.Kind == CorrectionOfRecord || c.Kind == OtherRequest { // in no row of 表三, and without a statutory clock
		if c.Department == "" && c.Assignee == "" {
			add(KindAssigned, 0, "尚未交承办科室")
		}
		why := "记录办结，再回信；发出后自动记录"
		if c.Kind == CorrectionOfRecord {
			why = "核实后制发更正告知书；不归本机关更正的，转送并告知"
		}
		add(KindReplied, 0, why)
		return
	}
	if c.unconfirmed() {
		by, _ := cal.AddWorkdays(c.ArrivedOn, law.Confirmation)
		add(KindConfirmed, by, "法定期限自双方确认之日起算（条例第三十一条）")
	}
	if s.Waiting == WaitConsultation {
		add(KindConsultationAnswered, s.WaitUntil, "对方答复后记录")
		add(KindConsultationReached, 0, "征求意见书送达后记录，15 个工作日自此起算")
	}
	if c.Department == "" && c.Assignee == "" {
		add(KindAssigned, 0, "尚未交承办科室")
	}
	if c.Stage == StageRegistered {
		add(KindReviewed, 0, "尚未审查")
	}
	switch c.Approval {
	case AwaitsSigning:
		add(KindSigned, s.Due, "答复待签批")
		add(KindSentBack, 0, "答复待签批，要改的退回")
	case ApprovalGiven:
		add(KindReplied, s.Due, "答复已签发，照签发的制发")
	case ApprovalMade:
		add(KindReplied, s.Due, "文书已制发：从邮箱发出的自动记录，别的送出后记录")
	case ApprovalDenied:
		add(KindSubmitted, s.Due, "答复被退回，改后重新送审")
	default:
		add(KindReplied, s.Due, "应答复")
	}
	if by := noticeDue(c.ReceivedOn(), law, cal); c.Corrections == 0 && by >= today {
		add(KindCorrectionAsked, by, "申请内容不明确的，最迟当日告知补正（条例第三十条）")
	}
	if c.ExtendedDays == 0 && !s.Due.IsZero() {
		add(KindExtended, s.Due, "不能按期答复的，经负责人同意并告知申请人（条例第三十三条）")
	}
}

// course is the way of an application that nothing holds up.
var course = []Kind{KindRegistered, KindAssigned, KindReviewed, KindReplied, KindDispatched, KindDelivered, KindArchived}

// Ahead lists the next steps of the usual course that the case has not come to yet, three at most: each is Unready.
func (c Case) Ahead() (all []Kind) {
	legal := c.Next()
	there := slices.IndexFunc(course, func(k Kind) bool { return slices.Contains(legal, k) })
	if there < 0 {
		return nil
	}
	for _, k := range course[there:] {
		if len(all) < 3 && !slices.Contains(legal, k) {
			all = append(all, k)
		}
	}
	return all
}

// Unready says why a kind of event cannot be recorded on the case as it stands, and where it can; "" where a
// person may try it. What the event itself says is judged by Decide.
func (c Case) Unready(k Kind) string {
	row := k.row()
	if row.Command == "" {
		return "由登记库自己记录"
	}
	if !slices.Contains(row.Stages, c.Stage) {
		var at []string
		for _, s := range row.Stages {
			at = append(at, s.Label())
		}
		return "现处“" + c.Stage.Label() + "”阶段；此步可在" + strings.Join(at, "、") + "阶段记录"
	}
	if row.does.awaits == nil || row.does.awaits(c) {
		return ""
	}
	switch {
	case k == KindCorrectionReceived:
		return "没有等待中的补正"
	case k == KindFeePaid:
		return "没有等待中的缴费"
	case k == KindConfirmed && !c.ToConfirm:
		return c.Channel.Label() + "提交的申请不需双方确认"
	case k == KindConfirmed:
		return "已于 " + c.ConfirmedOn.String() + " 确认"
	}
	return "此案没有等待此事"
}
