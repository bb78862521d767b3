package ledger

import (
	"fmt"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/workday"
)

// FromCase returns the row that a case's records leave behind, with its disputes, and names what a row
// cannot hold. ok is false for a case that is no row of the ledger: not registered as an application,
// dismissed, or one with another case.
//
// Drafts of the row give the same due dates and the same place in the annual report. The exceptions are
// among lossy: 计入年度, which moves 新收 to another year, and 先前的延迟答复, which the strict clock may
// keep where a notice of 补正 came too late to stop it, or may not follow.
func FromCase(history []casefile.Record, disputes []casefile.Dispute, terms Terms) (row Row, lossy []string, ok bool) {
	x := extract{lost: make(map[string]bool), followed: make(map[uint64]int), cal: terms.Calendar}
	clocks := casefile.ReadClocks(history, terms.Law, terms.Calendar)
	for _, c := range []casefile.Clock{clocks.Strict, clocks.Legal} {
		for _, t := range c.Turns {
			if t.Effect == casefile.EffectExtend {
				x.followed[t.Seq]++
			}
		}
	}
	for _, r := range casefile.Live(history) {
		x.record(r)
	}
	for _, d := range disputes {
		x.dispute(d)
	}
	x.drop(x.reply != nil && !x.stopped, "尚未送达的答复")
	x.Note = strings.Join(x.notes, "；")
	x.drop(len(x.notes) > 1, "各条备注的日期")
	return x.Row, x.lossy, x.application && !x.left
}

const formerDeferral = "先前的延迟答复"

// extract is a history being read.
type extract struct {
	Row
	lossy []string
	lost  map[string]bool

	application, left bool
	reply             *casefile.Record // made, and not yet served
	stopped           bool
	extended          bool // in the present period
	cal               *workday.Calendar
	followed          map[uint64]int // by how many clocks, what extends one
	notes             []string
}

// drop notes something that the row does not hold, once.
func (x *extract) drop(lost bool, what string) {
	if lost && !x.lost[what] {
		x.lost[what] = true
		x.lossy = append(x.lossy, what)
	}
}

func (x *extract) record(r casefile.Record) {
	x.drop(r.On < x.Received, "早于收到日期的记录")
	switch e := r.Event.(type) {
	case casefile.Received:
		x.Number, x.Received, x.Channel, x.Carried = r.Case, r.On, e.Channel, e.Carried
		x.Unconfirmed = e.Channel.NeedsConfirmation()
		x.drop(!e.ArrivedAt.IsZero(), "到达的时刻")
		x.drop(!e.Digest.IsZero(), "邮件")
		x.drop(e.SplitFrom != "", "拆分")
	case casefile.Confirmed:
		x.confirmed(r, e)
	case casefile.Registered:
		x.registered(r, e)
	case casefile.AgentNamed:
		x.drop(x.Agent != "", "先前的代理人")
		x.Agent = e.Name
		x.drop(r.On != x.Received || e.Contact != "" || e.Document != "", "代理人的联系方式、授权文书和日期")
	case casefile.Assigned:
		x.drop(x.Department != "", "先前的转办")
		x.drop(e.Person != "" || r.On != x.Received, "转办日期和承办人")
		x.Department = e.Department
	case casefile.Noted:
		if strings.HasPrefix(e.Text, imported) { // it says what this row does not, too
			return
		}
		x.drop(r.On != x.Received, "备注的日期")
		x.notes = append(x.notes, e.Text)
	case casefile.CorrectionAsked, casefile.CorrectionReceived, casefile.FeeNoticed, casefile.FeePaid, casefile.NoticeReached,
		casefile.ConsultationSent, casefile.ConsultationReached, casefile.ConsultationAnswered,
		casefile.Extended, casefile.Deferred:
		if x.stopped && r.Event.Kind().Info().Effect != casefile.EffectNone {
			x.drop(true, "办结之后的“"+r.Event.Kind().Label()+"”")
			return
		}
		x.handled(r)
	case casefile.Replied, casefile.Dispatched, casefile.Delivered, casefile.DeliveryFailed,
		casefile.Withdrawn, casefile.Archived, casefile.Reopened:
		x.ended(r)
	case casefile.Dismissed, casefile.Merged:
		x.left = true
	case casefile.Reinstated:
		x.left = false
		x.drop(true, "曾认定为非申请")
	case casefile.Reclassified:
		x.reclassified(e)
	case casefile.CountedIn:
		x.drop(true, "计入年度")
	case casefile.MessageIn, casefile.MessageOut:
		x.drop(true, "邮件")
	default:
		x.drop(true, r.Event.Kind().Label())
	}
}

func (x *extract) confirmed(r casefile.Record, e casefile.Confirmed) {
	x.drop(e.How != "" && e.How != Source || e.With != "", "确认的方式和对象")
	if !x.Channel.NeedsConfirmation() || !x.Unconfirmed {
		x.drop(true, "另一次双方确认")
		return
	}
	x.Unconfirmed = false
	if e.How != Source || r.On != x.Received {
		x.Confirmed = r.On
	}
}

func (x *extract) registered(r casefile.Record, e casefile.Registered) {
	x.application = e.As == casefile.Application
	x.drop(r.On != x.Received, "登记日期")
	x.drop(e.Contact != "" || e.Email != "" || e.Form != "" || e.Delivery != "", "联系方式、电子邮箱、载体形式和获取方式")
	x.Applicant, x.Column, x.Request, x.Applicants = e.Applicant, e.Column, e.Request, 0
	if n := len(e.Others); n > 0 {
		x.Applicants = 1 + n
		if !slices.Contains(e.Others, unstated) {
			x.Applicant = strings.Join(append([]string{e.Applicant}, e.Others...), "、")
		}
	}
}

// reclassified writes the row as it stands now.
func (x *extract) reclassified(e casefile.Reclassified) {
	x.drop(true, "改列的理由")
	if e.Column != casefile.ColumnNone {
		x.Column = e.Column
	}
	if e.Outcome == casefile.OutcomeNone {
		return
	}
	if n := len(x.Replies); x.stopped && n > 0 {
		x.Replies[n-1].Outcome, x.Replies[n-1].Basis = e.Outcome, e.Basis
	} else if x.reply != nil {
		r := *x.reply
		reply := r.Event.(casefile.Replied)
		reply.Outcome, reply.Basis = e.Outcome, e.Basis
		r.Event = reply
		x.reply = &r
	}
}

// handled takes what moves the clock while it runs.
func (x *extract) handled(r casefile.Record) {
	switch e := r.Event.(type) {
	case casefile.CorrectionAsked:
		x.Corrections = append(x.Corrections, Correction{Asked: r.On, Until: e.Until})
		x.drop(!slices.Equal(e.Items, []string{unstated}) || e.Document != "" || e.Force != "", "补正的内容、文号和逾期告知的理由")
	case casefile.CorrectionReceived:
		x.drop(e.Note != "", "补正的说明")
		if n := len(x.Corrections); n > 0 && x.Corrections[n-1].Received.IsZero() {
			x.Corrections[n-1].Received = r.On
			x.restarted(r)
			return
		}
		x.drop(true, "没有告知的补正")
	case casefile.FeeNoticed:
		x.Fees = append(x.Fees, Fee{By: e.By, Noticed: r.On, Yuan: e.Share(r.Case), Number: e.Document, Reached: e.Received})
		x.drop(e.Count != 0 || len(e.Shares) > 0 || e.Way != casefile.WayNone, "收费的件数、页数、送达方式和一并通知的其他件")
	case casefile.NoticeReached:
		if n := len(x.Fees); e.Of == casefile.NoticeFee && n > 0 && x.Fees[n-1].Paid.IsZero() {
			x.Fees[n-1].Reached = r.On
		}
		x.drop(e.Proof != "" || e.Returned, "通知送达的凭证")
	case casefile.FeePaid:
		if n := len(x.Fees); n > 0 && x.Fees[n-1].Paid.IsZero() {
			x.Fees[n-1].Paid = r.On
			x.drop(e.Yuan != x.Fees[n-1].Yuan, "实缴金额")
			x.restarted(r)
			return
		}
		x.drop(true, "没有通知的缴费")
	case casefile.ConsultationSent:
		x.Consultations = append(x.Consultations, Consultation{Side: e.Side, Party: e.Party, Sent: r.On})
		x.drop(e.Document != "", "征求意见书的文号")
		x.drop(e.Address != "", "征求对象的地址")
	case casefile.ConsultationReached:
		if k := x.pending(e.Party); k != nil && k.Reached.IsZero() {
			k.Reached = r.On
			return
		}
		x.drop(true, "重复的征求送达")
	case casefile.ConsultationAnswered:
		x.drop(e.Opinion != casefile.OpinionNone || e.Note != "", "征求意见的答复内容")
		if k := x.pending(e.Party); k != nil {
			k.Answered = r.On
			return
		}
		x.drop(true, "没有征求的意见")
	case casefile.Extended:
		if x.followed[r.Seq] == 0 && x.extended { // there is a column for one in a period
			x.drop(true, "不起作用的延期")
			return
		}
		x.Extensions = append(x.Extensions, Extension{Days: e.Days, Approver: e.Approver, Told: e.Told})
		x.extended = true
		x.drop(e.Document != "" || e.Force != "", "延期的文号和逾期的理由")
		x.drop(e.Told != r.On, "延期的批准日")
	case casefile.Deferred:
		if x.followed[r.Seq] == 0 { // the row has no day of the decision, so that it would come alive
			x.drop(true, "不起作用的延迟答复")
			return
		}
		last, _ := x.lastRestart()
		x.drop(!x.Deferred.IsZero() || x.followed[r.Seq] == 1 && r.On != last, formerDeferral)
		x.Deferred = e.Until
		x.drop(r.On != last || e.Document != "", "延迟答复的决定日和文号")
	}
}

// restarted forgets what the period before had been granted, for the row has no day on which it was.
func (x *extract) restarted(r casefile.Record) {
	x.drop(!x.Deferred.IsZero(), formerDeferral)
	x.Deferred = 0
	// In the row an extension counts from 延期告知日期. One that was granted before the restart and told
	// after it would come alive again.
	if n := len(x.Extensions) - 1; x.extended && x.Extensions[n].Told >= r.On {
		x.Extensions = x.Extensions[:n]
		x.drop(true, "已失效的延期")
	}
	x.extended = false
}

// pending is the newest consultation with a party that has not been answered.
func (x *extract) pending(party string) *Consultation {
	for i := len(x.Consultations) - 1; i >= 0; i-- {
		if k := &x.Consultations[i]; k.Party == party && k.Answered.IsZero() {
			return k
		}
	}
	return nil
}

// ended takes the replies and their service, and what follows.
func (x *extract) ended(r casefile.Record) {
	switch e := r.Event.(type) {
	case casefile.Replied:
		x.drop(e.Grounds != "", "答复理由")
		x.drop(x.stopped, "办结之后的“答复”")
		x.reply = &r
		if e.Outcome.Lapse() {
			x.serve(r)
		}
	case casefile.Dispatched:
		x.drop(e.Way != casefile.WayNone || e.Tracking != "", "送达方式和单号")
		if casefile.Regulations().On(r.On).Served(e.Way) == casefile.AtDispatch {
			x.serve(r)
		}
	case casefile.Delivered:
		x.drop(e.Proof != Source, "送达凭证")
		x.serve(r)
		if n := len(x.Replies); n > 0 && x.stopped {
			x.Replies[n-1].Delivered = r.On
		}
	case casefile.DeliveryFailed:
		x.drop(true, "送达失败")
	case casefile.Withdrawn:
		x.drop(e.Reason != "", "撤回的理由")
		x.withdrawn(r)
	case casefile.Archived:
		x.drop(e.Number != "", "归档号")
		x.Archived = r.On
	case casefile.Reopened:
		x.drop(e.Cause != Source || e.Dispute != "", "重新办理的原因")
		x.drop(!x.Archived.IsZero(), "重新办理前的归档")
		x.drop(!x.stopped, "办结之前的重新办理")
		x.Reopened = append(x.Reopened, r.On)
		x.restarted(r)
		x.Archived, x.reply, x.stopped = 0, nil, false
		x.drop(!x.Ordered.IsZero(), "先前的重新办理限期")
		x.drop(e.Workdays > 0 || e.Days > 0, "重新办理期限的写法")
		x.Ordered, _ = e.Term(r.On, x.cal)
	}
}

// serve ends the period with the reply that was made; the first service governs.
func (x *extract) serve(r casefile.Record) {
	if x.stopped || x.reply == nil {
		return
	}
	e := x.reply.Event.(casefile.Replied)
	x.Replies = append(x.Replies, Reply{On: r.On, Outcome: e.Outcome, Basis: e.Basis, Withheld: strings.Join(e.Withheld, "、"), Document: e.Document})
	x.drop(x.reply.On != r.On, "答复书的日期")
	x.stopped = true
}

func (x *extract) withdrawn(r casefile.Record) {
	if x.stopped {
		x.drop(true, fmt.Sprintf("答复之后的撤回（%s）", r.On))
		return
	}
	if !x.Withdrawn.IsZero() { // before a 重新办理: there is one column for it
		x.Replies = append(x.Replies, Reply{On: x.Withdrawn, Outcome: casefile.OtherOutcome, Basis: "withdrawn"})
		slices.SortFunc(x.Replies, func(a, b Reply) int { return int(a.On - b.On) })
	}
	x.Withdrawn, x.stopped = r.On, true
}

// dispute adds a dispute to the first of its cases only, so that it is not counted once for each.
func (x *extract) dispute(d casefile.Dispute) {
	if !slices.Contains(d.Cases, x.Number) {
		return
	}
	if d.Cases[0] != x.Number {
		x.drop(true, "在 "+string(d.Cases[0])+" 行的复议或诉讼")
		return
	}
	x.drop(len(d.Cases) > 1, "复议、诉讼所涉的其他案件")
	x.drop(d.Party != unstated || d.Organ != "" || d.Number != "" || d.Matter != "" || !d.Answered.IsZero(), "复议、诉讼的机关、案号、当事人和答辩")
	x.drop(d.Appealed, "上诉")
	x.drop(d.Decision != "" && d.Decision != resultWords[d.Result], "裁决的原文")
	if d.Track == casefile.Reconsideration {
		x.Reviews = append(x.Reviews, Review{d.FiledOn, d.Result, d.Decided})
		return
	}
	x.Suits = append(x.Suits, Suit{d.FiledOn, d.Track, d.Result, d.Decided})
}
