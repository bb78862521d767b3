package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
)

// recording is how a kind of event is typed: its flags, and the events they make. An event is made
// for each case anew; several events are recorded on each case in their order.
type recording struct {
	kind    casefile.Kind
	example string
	long    string // beyond what the table of kinds says
	declare func(o *options) func() ([]casefile.Event, error)
}

// recordings is the table of commands that record, in the order of casefile.Kinds. Splitting and
// attaching do not stand here: they need new numbers and files (counter.go).
func recordings() []recording {
	return []recording{
		{casefile.KindConfirmed, "ysq confirm 17 --how 电话 --with 申请人本人\nysq confirm 17 18 --on 2026-11-20 --how 邮件", "", func(o *options) func() ([]casefile.Event, error) {
			how, with := o.text("how", "`方式`：电话、邮件、当面"), o.text("with", "与`谁`确认")
			return one(func() casefile.Event { return casefile.Confirmed{How: *how, With: *with} })
		}},
		{casefile.KindRegistered, "ysq register 17 --applicant 张某 --column 自然人 --request 2025年大气监测数据\nysq register 18 --as 更正申请 --applicant 李某", "再记录一次即更正登记内容：以最后一次为准。", registration},
		{casefile.KindReviewed, "ysq review 17 --finding 内容明确，属本机关职责", "", func(o *options) func() ([]casefile.Event, error) {
			finding := o.text("finding", "审核`意见`")
			return one(func() casefile.Event { return casefile.Reviewed{Finding: *finding} })
		}},
		{casefile.KindAssigned, "ysq assign 17 --to 大气科 --person 王某\nysq list --stage 登记 --json | jq -r '.[].case' | ysq assign - --to 办公室\nysq assign --from 王某 --to 大气科 --person 李某 --open", "人员变动时，用 --from 和 --open 转办某科室或某人的全部在办案件；人对人的（--from 王某 --to 李某 --open），科室不变。", func(o *options) func() ([]casefile.Event, error) {
			to, person := o.text("to", "承办`科室`；与 --from 某人 --open 同写时，也可写接手的人"), o.text("person", "经办`人`")
			o.text("from", "转办由此科室或`人`承办的案件，不写案号")
			o.flag("open", "与 --from 同写：其全部在办案件")
			return one(func() casefile.Event { return casefile.Assigned{Department: *to, Person: *person} })
		}},
		{casefile.KindCorrectionAsked, "ysq correct 17 --item 所需信息的名称或文号 --item 联系方式 --until 2026-12-11", "补正告知应在收到申请之日起 7 个工作日内一次作出；此后期限停止计算，收到补正后重新起算。", func(o *options) func() ([]casefile.Event, error) {
			items, until := o.texts("item", "需补正的`内容`，可写多次"), o.date("until", "补正期限`日期`")
			document, force := document(o), force(o)
			return one(func() casefile.Event {
				return casefile.CorrectionAsked{Items: *items, Until: *until, Document: *document, Force: *force}
			})
		}},
		{casefile.KindCorrectionReceived, "ysq corrected 17 --on 2026-11-30", "", func(o *options) func() ([]casefile.Event, error) {
			note := note(o)
			return one(func() casefile.Event { return casefile.CorrectionReceived{Note: *note} })
		}},
		{casefile.KindConsultationSent, "ysq consult 17 --side 第三方 --party 某化工有限公司\nysq consult 17 --side 其他机关 --party 市水务局", "", func(o *options) func() ([]casefile.Event, error) {
			side := choice(o, "side", "征求`类型`", casefile.ParseSide, casefile.ThirdParty, casefile.JointOffice, casefile.OtherOffice)
			party, document := party(o), document(o)
			return one(func() casefile.Event {
				return casefile.ConsultationSent{Side: *side, Party: *party, Document: *document}
			})
		}},
		{casefile.KindConsultationReached, "ysq reached 17 --party 某化工有限公司 --on 2026-11-20", "对方 15 个工作日的答复时间自送达之日起算。", func(o *options) func() ([]casefile.Event, error) {
			party := party(o)
			return one(func() casefile.Event { return casefile.ConsultationReached{Party: *party} })
		}},
		{casefile.KindConsultationAnswered, "ysq consulted 17 --party 某化工有限公司 --opinion 不同意公开", "", func(o *options) func() ([]casefile.Event, error) {
			party, note := party(o), note(o)
			opinion := choice(o, "opinion", "`意见`", casefile.ParseOpinion, casefile.Agrees, casefile.Objects, casefile.OtherOpinion)
			return one(func() casefile.Event {
				return casefile.ConsultationAnswered{Party: *party, Opinion: *opinion, Note: *note}
			})
		}},
		{casefile.KindThirdPartyTold, "ysq told 17 --party 某化工有限公司 --document 某环告〔2026〕3号", "第三方不同意而因公共利益决定公开的，应把决定公开的内容和理由书面告知第三方。", func(o *options) func() ([]casefile.Event, error) {
			party, document := party(o), document(o)
			return one(func() casefile.Event { return casefile.ThirdPartyTold{Party: *party, Document: *document} })
		}},
		{casefile.KindReasonAsked, "ysq reason 17 --document 某环函〔2026〕8号", "申请数量、频次明显超过合理范围时，要求申请人说明理由；期限照常计算。", func(o *options) func() ([]casefile.Event, error) {
			document := document(o)
			return one(func() casefile.Event { return casefile.ReasonAsked{Document: *document} })
		}},
		{casefile.KindReasonGiven, "ysq reasoned 17 --accepted\nysq reasoned 17 --rejected --note 理由与申请内容无关", "", reasoned},
		{casefile.KindDeferred, "ysq defer 17 --until 2027-01-29", "理由合理而无法在期限内答复的，确定延迟答复的合理期限并告知申请人。", func(o *options) func() ([]casefile.Event, error) {
			until, document := o.date("until", "延迟至`日期`"), document(o)
			return one(func() casefile.Event { return casefile.Deferred{Until: *until, Document: *document} })
		}},
		{casefile.KindFeeNoticed, "ysq fee 17 --by 页 --count 57\nysq fee 17 --by 件 --received 2026-11-20\nysq fee 17 --by 件 --count 12 --yuan 200",
			"按件或按页只能取其一（国办函〔2020〕109号），金额按标准分档算出；自通知送达之日起 20 个工作日内缴纳。", notice},
		{casefile.KindFeePaid, "ysq paid 17 --yuan 200", "缴清之次日重新起算；部分缴费视为未缴。", func(o *options) func() ([]casefile.Event, error) {
			yuan := o.number("yuan", "缴纳金额，`元`")
			return one(func() casefile.Event { return casefile.FeePaid{Yuan: *yuan} })
		}},
		{casefile.KindExtended, "ysq extend 17 --days 20 --approver 赵主任 --document 某环延〔2026〕1号 --told 2026-11-23", "须经政府信息公开工作机构负责人同意，并在期限内告知申请人；最长 20 个工作日，只能一次。", extend},
		{casefile.KindReplied, "ysq reply 17 --outcome 予以公开 --basis 36-2-provide --document 某环答〔2026〕17号\nysq reply 17 --outcome '（三）4' --way 邮寄 --tracking XA12345678901\nysq reply 17 --outcome other.correction-lapsed", "", reply},
		{casefile.KindDispatched, "ysq dispatch 17 --way 邮寄 --tracking XA12345678901", "交邮、发出电子邮件之日即为送达，期限到此终止；当面送达以签收之日为准（deliver）。", func(o *options) func() ([]casefile.Event, error) {
			way, tracking := way(o), o.text("tracking", "邮件`单号`")
			return one(func() casefile.Event { return casefile.Dispatched{Way: *way, Tracking: *tracking} })
		}},
		{casefile.KindDelivered, "ysq deliver 17 --proof 送达回证 --on 2026-11-20", "", func(o *options) func() ([]casefile.Event, error) {
			proof := o.text("proof", "送达`凭证`，如 送达回证、签收记录")
			return one(func() casefile.Event { return casefile.Delivered{Proof: *proof} })
		}},
		{casefile.KindDeliveryFailed, "ysq undelivered 17 --reason 地址不详退回", "", withReason(func(reason string) casefile.Event { return casefile.DeliveryFailed{Reason: reason} })},
		{casefile.KindArchived, "ysq archive 17 --number 2026-依-017", "", func(o *options) func() ([]casefile.Event, error) {
			number := o.text("number", "归档`号`")
			return one(func() casefile.Event { return casefile.Archived{Number: *number} })
		}},
		{casefile.KindWithdrawn, "ysq withdraw 17 --reason 申请人来电撤回", "申请人在答复前撤回；计入（六）3 其他。", func(o *options) func() ([]casefile.Event, error) {
			reason := o.text("reason", "`理由`")
			return one(func() casefile.Event { return casefile.Withdrawn{Reason: *reason} })
		}},
		{casefile.KindReopened, "ysq reopen 17 --cause 复议决定责令重新答复 --on 2026-11-18\nysq reopen 17 --cause 判决责令重作 --due 2026-12-20", "--on 写收到决定之日，期限自该日重新起算；决定另定期限的写 --due。", func(o *options) func() ([]casefile.Event, error) {
			cause, due := o.text("cause", "`原因`，如 复议决定责令重新答复"), o.date("due", "决定所定的期限`日期`")
			return one(func() casefile.Event { return casefile.Reopened{Cause: *cause, Due: *due} })
		}},
		{casefile.KindDismissed, "ysq dismiss 18 19 --reason 广告邮件", "案件仍可查看，可用 reinstate 恢复。", withReason(func(reason string) casefile.Event { return casefile.Dismissed{Reason: reason} })},
		{casefile.KindReinstated, "ysq reinstate 18 --reason 经核实是申请", "期限照从未作非申请处理计算。", withReason(func(reason string) casefile.Event { return casefile.Reinstated{Reason: reason} })},
		{casefile.KindMerged, "ysq merge 18 --into 17 --reason 同一申请寄了两次", "答复前同一申请人就同一事项提出的申请并为一件，以最早的日期为准；并入的案号留作指引，其邮件和文件成为本案的一部分（show、save、erase）。", func(o *options) func() ([]casefile.Event, error) {
			into, reason := o.caseID("into", "并入的`案号`，即先到的一件"), o.text("reason", "`理由`")
			return one(func() casefile.Event { return casefile.Merged{Into: *into, Reason: *reason} })
		}},
		{casefile.KindAgentNamed, "ysq agent 17 --name 孙律师 --contact 13800000000 --document 授权委托书", "申请人类别仍按申请人本人。", func(o *options) func() ([]casefile.Event, error) {
			name, contact, document := o.text("name", "代理`人`"), o.text("contact", "代理人的`联系方式`"), o.text("document", "授权委托`书`")
			return one(func() casefile.Event {
				return casefile.AgentNamed{Name: *name, Contact: *contact, Document: *document}
			})
		}},
		{casefile.KindCountedIn, "ysq count-in 17 --year 2026 --reason 12月31日来信，次年确认", "跨年的案件由人决定计入哪一年的“本年新收”。", func(o *options) func() ([]casefile.Event, error) {
			year, reason := o.number("year", "`年份`"), o.text("reason", "`理由`")
			return one(func() casefile.Event { return casefile.CountedIn{Year: *year, Reason: *reason} })
		}},
		{casefile.KindNoted, "ysq note 17 --text 申请人来电询问进度", "不改变案件的任何状态。", func(o *options) func() ([]casefile.Event, error) {
			text := o.text("text", "备注`文字`")
			return one(func() casefile.Event { return casefile.Noted{Text: *text} })
		}},
		{casefile.KindVoided, "ysq void 17 --record 42 --reason 日期录错", "作废一条录错的记录，再重新记录正确的；作废的记录仍可查看。记录号见 ysq show。", func(o *options) func() ([]casefile.Event, error) {
			seq, reason := parsed(o, "record", "记录`号`", sequence), o.text("reason", "`理由`")
			return one(func() casefile.Event { return casefile.Voided{Seq: *seq, Reason: *reason} })
		}},
	}
}

func one(event func() casefile.Event) func() ([]casefile.Event, error) {
	return func() ([]casefile.Event, error) { return []casefile.Event{event()}, nil }
}

func withReason(event func(reason string) casefile.Event) func(o *options) func() ([]casefile.Event, error) {
	return func(o *options) func() ([]casefile.Event, error) {
		reason := o.text("reason", "`理由`")
		return one(func() casefile.Event { return event(*reason) })
	}
}

// The flags that several commands have.
func document(o *options) *string { return o.text("document", "文书的`文号`") }
func note(o *options) *string     { return o.text("note", "`说明`") }
func party(o *options) *string    { return o.text("party", "征求意见的`对象`") }
func force(o *options) *string    { return o.text("force", "已过法定时间仍要记录的`理由`") }

func way(o *options) *casefile.Way {
	return choice(o, "way", "送达`方式`", casefile.ParseWay,
		casefile.ByEmail, casefile.ByPost, casefile.ByCourier, casefile.ByHand, casefile.ByFax, casefile.ByPlatform)
}

// registration declares what is written down of an application, whenever that is.
func registration(o *options) func() ([]casefile.Event, error) {
	as := choice(o, "as", "`类型`，不写则为公开申请", casefile.ParseRequestKind, casefile.Application, casefile.CorrectionOfRecord, casefile.OtherRequest)
	applicant := o.text("applicant", "申请人的姓名或`名称`；几人共同申请的，写第一人")
	others := o.texts("other", "其他共同`申请人`，可写多次；仍计 1 件")
	column := choice(o, "column", "申请人`类别`，年度报告表三按此分列", casefile.ParseColumn, casefile.Columns[:]...)
	request := o.text("request", "所需信息的`内容`描述")
	contact := o.text("contact", "`联系方式`，答复寄往何处")
	form := o.text("form", "要求的`载体`形式")
	delivery := o.text("delivery", "要求的获取`方式`")
	o.derives("as")
	return func() ([]casefile.Event, error) {
		e := casefile.Registered{As: *as, Applicant: *applicant, Others: *others, Column: *column, Contact: *contact, Request: *request, Form: *form, Delivery: *delivery}
		if e.As == casefile.KindNone {
			e.As = casefile.Application
		}
		if e.As == casefile.Application && e.Column == casefile.ColumnNone {
			return nil, usage(o.cmd, "缺少 --column：公开申请要写申请人类别，年度报告表三按此分列")
		}
		return []casefile.Event{e}, nil
	}
}

func reasoned(o *options) func() ([]casefile.Event, error) {
	accepted, rejected := o.flag("accepted", "理由合理"), o.flag("rejected", "理由不合理")
	note := note(o)
	return func() ([]casefile.Event, error) {
		if *accepted == *rejected {
			return nil, usage(o.cmd, "请写 --accepted（理由合理）或 --rejected（理由不合理）之一")
		}
		return []casefile.Event{casefile.ReasonGiven{Accepted: *accepted, Note: *note}}, nil
	}
}

func extend(o *options) func() ([]casefile.Event, error) {
	days, approver := o.number("days", "延长的工作日`数`"), o.text("approver", "批准`人`，即政府信息公开工作机构负责人")
	told := o.date("told", "告知申请人的`日期`")
	document, force := document(o), force(o)
	return one(func() casefile.Event {
		return casefile.Extended{Days: *days, Approver: *approver, Document: *document, Told: *told, Force: *force}
	})
}

// reply records the reply and, without more, its dispatch on the same day. A lapse takes
// effect without a letter, so nothing is dispatched.
func reply(o *options) func() ([]casefile.Event, error) {
	outcome := parsed(o, "outcome", "答复`类别`：表三的行号、名称或代码", casefile.ParseOutcome)
	basis := o.text("basis", "`依据`；类别只有一个依据的可不写")
	document, grounds := document(o), o.text("grounds", "`理由`说明")
	way, tracking := way(o), o.text("tracking", "邮件`单号`")
	alone := o.flag("no-dispatch", "只记录答复，另用 dispatch 记录发出")
	o.cmd.Long += "\n\n答复当日发出的，一并记录发出（不写 --way 即为电子邮件）；他日发出的用 --no-dispatch。\n" +
		"逾期不补正、逾期不缴费的决定不需发出。\n\n答复类别和依据\n" + outcomeHelp()
	var words []string
	for _, c := range casefile.Outcomes() {
		words = append(words, cobra.CompletionWithDesc(c.String(), c.Row()+" "+c.Label()))
	}
	o.complete("outcome", words)
	o.completeBy("basis", func() (bases []string) {
		all := casefile.Outcomes()
		if o.given("outcome") {
			all = []casefile.Outcome{*outcome}
		}
		for _, c := range all {
			for _, b := range c.Bases() {
				bases = append(bases, cobra.CompletionWithDesc(b, c.Row()+" "+c.Label()))
			}
		}
		return bases
	})
	return func() ([]casefile.Event, error) {
		e := casefile.Replied{Outcome: *outcome, Basis: *basis, Document: *document, Grounds: *grounds}
		var err error
		if e.Basis, err = basisOf(o, *outcome, *basis); err != nil {
			return nil, err
		}
		dispatched := o.given("way") || o.given("tracking")
		switch {
		case dispatched && *alone:
			return nil, usage(o.cmd, "--no-dispatch 与 --way、--tracking 不能同时写")
		case dispatched && e.Outcome.Lapse():
			return nil, usage(o.cmd, "“%s”不需发出，请去掉 --way、--tracking", e.Outcome.Label())
		case *alone || e.Outcome.Lapse():
			return []casefile.Event{e}, nil
		}
		sent := casefile.Dispatched{Way: *way, Tracking: *tracking}
		if sent.Way == casefile.WayNone {
			sent.Way = casefile.ByEmail
		}
		return []casefile.Event{e, sent}, nil
	}
}

// outcomeHelp lists what --outcome and --basis may say.
func outcomeHelp() string {
	var b strings.Builder
	for _, o := range casefile.Outcomes() {
		b.WriteString("  " + o.Row() + " " + o.Label() + "\n      " + o.String() + "；依据 " + strings.Join(o.Bases(), "、") + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}
