package ask

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/fee"
)

// Fields that several steps have.
var (
	document = official("document", "文号", "文书的`文号`")
	note     = prose("note", "说明", "`说明`")
	reason   = prose("reason", "理由", "`理由`")
	party    = words("party", "征求对象", "征求意见的`对象`")
	force    = words("force", "逾期理由", "已过法定时间仍要记录的`理由`")
	tracking = words("tracking", "单号", "邮件`单号`")
	mail     = words("mail", "来信", "据以记录的来信的`摘要`（开头几位），可写多次；全部 为所有未处理的，无 为与来信无关").named("-").many()
	unread   = words("force", "理由", "还有来信没有人处理仍要记录的`理由`")
)

// signer is who decided about a proposed answer, where that is not whoever records it.
func signer() Field {
	return words("approver", "批准人", "签批`人`，照审查呈批单录入时写").named("by")
}

func paper() Field {
	return words("paper", "审查呈批单", "签好的审查呈批`单`：编号或日期").named("document")
}

func way() Field {
	return chosen("way", "送达方式", "送达`方式`", casefile.ParseWay, casefile.ByEmail, casefile.ByPost, casefile.ByCourier, casefile.ByHand, casefile.ByDelegate, casefile.ByFax, casefile.ByPlatform)
}

// answered says which mail a step takes by itself, and which day is its day.
const answered = "只有一封未处理的来信而且像是这一步的，自动写明是它；写明来信而不写日期的，日期为来信到达之日。"

// Steps is what a person may record on a case, in the order of casefile.Kinds. Splitting and attaching do not
// stand here: they need new numbers and files.
func Steps() []Step {
	return []Step{
		{Kind: casefile.KindConfirmed, Fields: []Field{words("how", "方式", "`方式`：电话、邮件、当面"), words("with", "与谁确认", "与`谁`确认"), mail}},
		{Kind: casefile.KindUnreachable, Note: "平信、传真和先送到其他内设机构的申请，收到当日应与申请人确认（条例第三十一条）。联系不上的，写明每次联系的时间、方式和结果；此后期限不计算，联系上并确认之日起算，其间每周提醒。", Fields: []Field{
			words("attempt", "联系经过", "一次`联系`的时间、方式和结果，可写多次").named("attempts").many()}},
		{Kind: casefile.KindRegistered, Note: "再记录一次即更正登记内容：以最后一次为准。", Fields: registration(), check: registered},
		{Kind: casefile.KindReviewed, Fields: []Field{prose("finding", "审查意见", "审查`意见`")}},
		{Kind: casefile.KindAssigned, Typed: "人员变动时，用 --from 和 --open 转办某科室或某人的全部在办案件；人对人的（--from 王某 --to 李某 --open），科室不变。", Fields: []Field{
			words("to", "承办科室", "承办`科室`；转办某人的全部案件时，也可写接手的人").named("department"), words("person", "经办人", "`经办人`"), ends("until", "反馈期限", "科室应在何`日`前反馈，本机关自定"),
			ticked("new", "新科室", "确是另一科室，虽然与用过的只差一字").named("-")}},
		{Kind: casefile.KindArrivalSettled, Note: "邮箱搬家、代收或恢复以后，服务器会给旧邮件记上新的到达时间。核定只移动从严期限；编号和“本年新收”不变。", Fields: []Field{
			happened("day", "到达日", "核定的到达`日期`").named("arrived"), reason}},
		{Kind: casefile.KindCorrectionAsked, Note: "补正告知应在收到申请之日起 7 个工作日内一次作出；此后期限停止计算，收到补正后重新起算。", Fields: []Field{
			words("item", "补正内容", "需补正的`内容`，可写多次").named("items").many(), ends("until", "补正期限", "补正期限`日期`"),
			chosen("about", "补正类型", "补正`什么`，不写则为申请内容", casefile.ParseAbout, casefile.Abouts()[1:]...), words("source", "补正依据", "申请内容以外的补正，所依据的地方`规定`"), way(), document, force}},
		{Kind: casefile.KindCorrectionReceived, Note: answered, Fields: []Field{note, mail}},
		{Kind: casefile.KindConsultationSent, Fields: []Field{
			chosen("side", "征求类型", "征求`类型`", casefile.ParseSide, casefile.ThirdParty, casefile.JointOffice, casefile.OtherOffice), party,
			words("address", "地址", "征求对象的通信`地址`和邮编，用于交寄清单和信封"), document}},
		{Kind: casefile.KindConsultationReached, Note: "对方 15 个工作日的答复时间自送达之日起算。", Fields: []Field{party}},
		{Kind: casefile.KindConsultationAnswered, Fields: []Field{party, note,
			chosen("opinion", "意见", "`意见`", casefile.ParseOpinion, casefile.Agrees, casefile.Objects, casefile.OtherOpinion), mail}},
		{Kind: casefile.KindThirdPartyTold, Note: "第三方不同意而因公共利益决定公开的，应把决定公开的内容和理由书面告知第三方（条例第三十二条）。", Fields: []Field{
			party, prose("content", "公开的内容", "决定公开的政府信息`内容`"), prose("grounds", "公开的理由", "为什么决定公开，`理由`"), document}},
		{Kind: casefile.KindReasonAsked, Note: "申请数量、频次明显超过合理范围时，要求申请人说明理由；期限照常计算。", Fields: []Field{document}},
		{Kind: casefile.KindReasonGiven, Fields: []Field{ticked("accepted", "理由合理", "理由合理"), ticked("rejected", "理由不合理", "理由不合理").named("-"), note, mail}},
		{Kind: casefile.KindDeferred, Note: "理由合理而无法在期限内答复的，确定延迟答复的合理期限并告知申请人。", Fields: []Field{ends("until", "延迟至", "延迟至`日期`"), document}},
		{Kind: casefile.KindFeeNoticed, Note: "按件或按页只能取其一（国办函〔2020〕109号），金额按标准分档算出：按件的，各件按其在当月的次序计算，几件一并写的是一份通知，各缴各的份额，缴了的一件重新起算。自通知送达之日起 20 个工作日内缴纳；不写送达方式的按申请人的渠道。", Fields: []Field{
			{Name: "by", Label: "收费方式", Help: "收费`方式`：件、页", Choices: []Choice{{"件", "件"}, {"页", "页"}}, Offered: true},
			amount("count", "件数或页数", "页数，或申请人当月的`件数`；按件的可不写，由登记簿数出").within(1, fee.Most),
			amount("yuan", "应缴金额", "应缴金额，`元`；不写则按标准算出，与标准不同的照写的记录并提示").within(1, math.MaxInt32),
			way(), happened("received", "通知送达日期", "通知送达申请人的`日期`，20 个工作日由此起算；邮寄的不写，送达后另行记录"), document}, check: charged},
		{Kind: casefile.KindFeePaid, Note: "缴清之次日重新起算；部分缴费视为未缴。", Fields: []Field{amount("yuan", "缴纳金额", "缴纳金额，`元`"), mail}},
		{Kind: casefile.KindExtended, Note: "须经政府信息公开工作机构负责人同意，并在期限内告知申请人；最长 20 个工作日，只能一次。", Fields: []Field{
			amount("days", "工作日数", "延长的工作日`数`"), words("approver", "批准人", "批准`人`，即政府信息公开工作机构负责人"),
			happened("told", "告知日期", "告知申请人的`日期`"), document, force}},
		{Kind: casefile.KindReported, Note: "承办科室反馈后记录，转办时所写的反馈期限到此为止；答复的期限照常计算。", Fields: []Field{words("by", "反馈人", "反馈`人`"), note}},
		{Kind: casefile.KindMadePublic, Note: "多个申请人申请相同的信息、可以公开的，可以纳入主动公开；申请人也可以建议。", Fields: []Field{
			chosen("decision", "决定", "`决定`", casefile.ParsePublicity, casefile.Publicities()...), words("where", "公开在哪里", "公开在`哪里`，如网站栏目的地址"), note}},
		{Kind: casefile.KindAssisted, Note: "申请人阅读困难或者有视听障碍的，提供必要的帮助；口头申请由本机关代填申请表。", Fields: []Field{prose("how", "提供的帮助", "提供的`帮助`，如 代填申请表、宣读答复")}},
		{Kind: casefile.KindComplained, Note: "向上一级行政机关或者政府信息公开工作主管部门投诉、举报的；复议、诉讼另外登记。", Typed: "复议、诉讼用 dispute。", Fields: []Field{
			words("organ", "受理的机关", "受理的`机关`"), prose("matter", "事由", "投诉、举报的`事由`"), prose("result", "处理", "怎样`处理`的")}},
		{Kind: casefile.KindRetained, Note: "不写的，照配置 [retention]；期限自归档次年起算。复议、诉讼未审结的，期满也不能销毁。", Fields: []Field{
			amount("years", "保管年数", "保管`年`数"), ticked("permanent", "永久保管", "永久保管"), reason}},
		{Kind: casefile.KindScreened, Note: "公开信息前的保密审查：谁审查的、哪一天、结果如何。", Fields: []Field{
			words("by", "审查人", "审查`人`或部门"), chosen("result", "审查结果", "审查`结果`", casefile.ParseScreening, casefile.Screenings()...),
			document, note}},
		{Kind: casefile.KindSigned, Note: "签发最近一次送审的答复；送审之后改动的，须重新送审。“审核”角色本人签发的，不写签批人；照签好的审查呈批单录入的，写明签批人，日期为签批之日。", Fields: []Field{
			signer(), paper(), prose("words", "审批意见", "审批`意见`")}},
		{Kind: casefile.KindSentBack, Note: "退回最近一次送审的答复，由经办人改后重新送审。", Fields: []Field{signer(), paper(), prose("words", "退回的意见", "退回的`意见`")}},
		{Kind: casefile.KindReplied, Fields: []Field{outcome(), words("basis", "依据", "`依据`，如 第三十六条第二项、36（二）、提供；类别只有一个依据的可不写"), withheld(),
			chosen("objection", "不顾第三方意见的理由", "第三方不同意、或者答复期限未满而仍公开的`理由`", casefile.ParseOverruling, casefile.Overrulings()...),
			document, prose("grounds", "理由说明", "`理由`说明"), unread}, before: implied, check: founded},
		{Kind: casefile.KindDispatched, Note: "交邮、发出电子邮件之日即为送达，期限到此终止；当面、委托送达和邮政企业以外的快递，以签收之日为准，另记录送达。EMS 和有权寄递公文的企业记作邮寄。", Fields: []Field{way(), tracking}},
		{Kind: casefile.KindDelivered, Fields: []Field{words("proof", "送达凭证", "送达`凭证`，如 送达回证、签收记录")}},
		{Kind: casefile.KindArchived, Fields: []Field{words("number", "归档号", "归档`号`"), unread}},
		{Kind: casefile.KindWithdrawn, Note: "申请人在答复前撤回；计入（六）3 其他。" + answered, Fields: []Field{reason, mail}},
		{Kind: casefile.KindReopened, Note: "日期写收到决定之日，期限自该日重新起算；决定另定期限的照写；所定的期限，补正、收费、征求意见和延期都不改变。", Typed: "决定写日期的用 --due，N 个工作日内用 --workdays，N 日内用 --days。", Fields: []Field{
			words("cause", "原因", "`原因`，如 复议决定责令重新答复"), ends("due", "所定期限", "决定所定的期限`日期`"),
			amount("workdays", "所定工作日数", "决定写自收到之日起`N`个工作日内的"), amount("days", "所定日数", "决定写自收到之日起`N`日内的")}},
		{Kind: casefile.KindDismissed, Note: "案件仍可查看，可以恢复。", Typed: "恢复用 reinstate。", Fields: []Field{reason}},
		{Kind: casefile.KindReinstated, Note: "期限照从未作非申请处理计算。", Fields: []Field{reason}},
		{Kind: casefile.KindDeliveryFailed, Note: "答复退回的，案件回到“答复”阶段，等待换方式重新发出；电子邮件等退回的，还要写明寄往哪里：申请人所给地址，法定期限仍算已止，从严期限继续；其他地址或写错，两种期限都继续。邮寄的以交邮之日为准，退回不影响。补正告知、收费通知退回的，其等待期限中止，重新发出前不能按逾期处理。", Fields: []Field{
			chosen("letter", "退回的文书", "退回的`文书`，不写则为答复", casefile.ParseNotice, append(casefile.Notices()[1:], casefile.NoticeReply)...).named("of"), chosen("address", "寄往的地址", "退回的答复寄往`哪里`", casefile.ParseAddressed, casefile.Addresseds()...), reason, mail}},
		{Kind: casefile.KindNoticeResent, Note: "退回的补正告知、收费通知等换方式再次发出后记录。补正告知另定期限，缴费期限自当日起另算。", Fields: []Field{
			chosen("letter", "文书", "重新发出的`文书`", casefile.ParseNotice, casefile.Notices()[1:]...).named("of"), way(), ends("until", "补正期限", "新的补正期限`日期`"), tracking}},
		{Kind: casefile.KindNoticeReached, Note: "邮寄的收费通知，缴费期限自送达之日起算：日期写签收之日；拒收或者无法投递退回的，写退回之日和凭证。送达日记录以前不能按逾期处理。", Fields: []Field{
			chosen("letter", "文书", "送达的`文书`，不写则为收费通知", casefile.ParseNotice, casefile.NoticeFee, casefile.NoticeCorrection).named("of"),
			ticked("returned", "退回", "拒收或者无法投递，退回"), words("proof", "凭证", "`凭证`，如 签收记录、改退批条")}, check: reached},
		{Kind: casefile.KindMerged, Note: "答复前同一申请人就同一事项提出的申请并为一件，以最早的日期为准；并入的编号留作指引，其邮件和文件成为本案的一部分。", Fields: []Field{
			{Name: "into", Label: "并入的编号", Help: "并入的`编号`，即先到的一件", Shape: Case}, reason}},
		{Kind: casefile.KindAgentNamed, Note: "申请人类别仍按申请人本人。", Fields: []Field{
			words("name", "代理人", "代理`人`"), words("contact", "代理人的联系方式", "代理人的`联系方式`"), words("document", "授权委托书", "授权委托`书`")}},
		{Kind: casefile.KindCountedIn, Note: "跨年的案件由人决定计入哪一年的“本年新收”。", Fields: []Field{amount("year", "年份", "`年份`"), reason}},
		{Kind: casefile.KindReclassified, Note: "答复以后才发现申请人类别或者表三的行错了，一次改正，写明理由；答复类别只能改为发出的文书所容许的，答复本身有误的重新办理。已冻结年度计入的，先解冻。年度报告的核对列出改列的各件。", Fields: []Field{
			chosen("column", "申请人类别", "改为哪一`类别`的申请人", casefile.ParseColumn, casefile.Columns[:]...), outcome(),
			words("basis", "依据", "改列后的`依据`；类别只有一个依据的可不写"), reason}, before: implied, check: founded},
		{Kind: casefile.KindNoted, Note: "不改变案件的任何状态。", Fields: []Field{prose("text", "备注", "备注`文字`")}},
		{Kind: casefile.KindSeen, Note: "看过而不必另作记录的来信，如催办、感谢，标记后不再列在待办中；只有一封，或都是催办、感谢的，不写来信即全部标记。作废这条记录即恢复为未处理。", Fields: []Field{
			mail, words("as", "是什么", "来信是`什么`，如 催办")}},
		{Kind: casefile.KindVoided, Note: "作废一条录错的记录，再重新记录正确的；作废的记录仍可查看。", Typed: "记录号见 ysq show；--last 作废您最后一次记录的全部。", Fields: []Field{
			record(), reason}},
	}
}

// DisputeSteps is what a person may record on a dispute. A filing has no number yet, and names its cases.
func DisputeSteps() []Step {
	dispute := words("dispute", "编号", "复议或诉讼的`编号`")
	return []Step{
		{Kind: casefile.KindDisputeFiled, Fields: []Field{
			chosen("track", "途径", "`途径`", casefile.ParseTrack, casefile.Reconsideration, casefile.DirectSuit, casefile.SuitAfterReconsider),
			words("party", "提出的人", "提出的`人`"), words("organ", "机关", "复议`机关`或法院"), words("number", "案号", "对方的`案号`"),
			chosen("position", "本机关的地位", "本机关的`地位`，不写则为原行为机关；仅以复议机关身份作被告的不计入表四", casefile.ParsePosition, casefile.PositionReviewer),
			prose("matter", "事由", "`事由`，没有案号时写"), ticked("ordinary", "普通程序", "复议适用普通程序"),
			{Name: "cases", Label: "案件", Help: "所涉案件的`编号`", Shape: Case, Many: true}}},
		{Kind: casefile.KindDisputeAnswered, Note: "逾期不答复、不举证的，视为没有证据。", Fields: []Field{document, dispute}},
		{Kind: casefile.KindDisputeDecided, Note: "日期写收到裁决之日。结果可以照写判决、复议决定主文的原句，或者写：" + strings.Join(casefile.DecisionWords(), "、") + "。", Fields: []Field{decision(), document,
			ticked("ruling", "裁定", "是裁定，上诉期限 10 日"), ticked("answers", "责令重新答复", "责令重新答复或者履行：待办中提醒，直至案件重新办理"), ends("due", "所定期限", "所定的期限`日期`"),
			amount("workdays", "所定工作日数", "自收到之日起`N`个工作日内的"), amount("days", "所定日数", "自收到之日起`N`日内的"), dispute}},
		{Kind: casefile.KindDisputeAppealed, Note: "上诉后至二审裁判前，表四按尚未审结计。", Fields: []Field{words("by", "上诉人", "上诉`人`；本机关上诉的写“本机关”，他人上诉的须在 15 日内答辩"), dispute}},
		{Kind: casefile.KindDisputeRetried, Note: "收到再审裁定之日。再审改判的写改判后的结果，维持的写“维持原裁判”。", Fields: []Field{words("number", "案号", "再审的`案号`"), dispute}},
		{Kind: casefile.KindVoided, Note: "作废一条录错的记录，再重新记录正确的。", Typed: "记录号见 ysq dispute show。", Fields: []Field{record(), reason, dispute}},
	}
}

func decision() Field {
	f := words("decision", "裁决结果", "裁决`结果`，可以照写主文的原句")
	for _, w := range casefile.DecisionWords() {
		f.Choices = append(f.Choices, Choice{w, w})
	}
	f.Offered, f.Open = true, true
	return f
}

// registration is what is written down of an application, whenever that is (条例 第二十九条).
func registration() []Field {
	return []Field{
		chosen("as", "类型", "`类型`，不写则为公开申请", casefile.ParseRequestKind, casefile.Application, casefile.CorrectionOfRecord, casefile.OtherRequest),
		words("applicant", "申请人", "申请人的姓名或`名称`；几人共同申请的，写第一人"),
		words("other", "共同申请人", "其他共同`申请人`，可写多次；仍计 1 件").named("others").many(),
		chosen("column", "申请人类别", "申请人`类别`，年度报告表三按此分列", casefile.ParseColumn, casefile.Columns[:]...),
		prose("request", "申请内容", "所需信息的`内容`描述"),
		ticked("verbatim", "照录申请内容", "申请内容是申请人的原话，文书里一字不删；采用提议的已照录"),
		words("contact", "联系方式", "`联系方式`，答复寄往何处"),
		words("email", "电子邮箱", "申请人的电子邮箱`地址`，电子邮件的答复发往此处"),
		words("form", "载体形式", "要求的`载体`形式"),
		words("delivery", "获取方式", "要求的获取`方式`"),
	}
}

// registered: an application needs its column in 表三, and is one unless it is said to be something else.
func registered(event casefile.Event) (casefile.Event, error) {
	e := event.(casefile.Registered)
	if e.As == casefile.KindNone {
		e.As = casefile.Application
	}
	if e.As == casefile.Application && e.Column == casefile.ColumnNone {
		return nil, &FieldError{Field: "column", Missing: true, Msg: "公开申请要写申请人类别，年度报告表三按此分列"}
	}
	return e, nil
}

// reached means the notice of a fee where no letter is named: the arrival of a reply is recorded by another step, deliver.
func reached(event casefile.Event) (casefile.Event, error) {
	e := event.(casefile.NoticeReached)
	if e.Of == casefile.NoticeReply {
		e.Of = casefile.NoticeFee
	}
	return e, nil
}

// charged: pages are counted by whoever has them before him; the register counts 件 only.
func charged(event casefile.Event) (casefile.Event, error) {
	if e := event.(casefile.FeeNoticed); e.By == "页" && e.Count == 0 {
		return nil, &FieldError{Field: "count", Missing: true, Msg: "按页收费要写页数"}
	}
	return event, nil
}

func outcome() Field {
	f := chosen("outcome", "答复类别", "答复`类别`：表三的行号或名称，或常用的说法，如 信息不存在、第三方、信访", casefile.ParseOutcome)
	for _, o := range casefile.Outcomes() {
		f.Choices = append(f.Choices, Choice{o.String(), o.Row() + " " + o.Label()})
	}
	f.Offered = true
	return f
}

// implied adds the basis that the word for the outcome implies: 信息不存在 is 36-4.
func implied(entered Entries) Entries {
	said := entered["outcome"]
	if len(said) != 1 || len(entered["basis"]) > 0 {
		return entered
	}
	_, basis, err := casefile.ReadOutcome(said[0])
	if err != nil || basis == "" {
		return entered
	}
	entered = maps.Clone(entered)
	entered["basis"] = []string{basis}
	return entered
}

// founded: the basis of a reply, or of the row to which it is moved, is that which was given, or the only one of the outcome.
func founded(event casefile.Event) (_ casefile.Event, err error) {
	switch e := event.(type) {
	case casefile.Replied:
		e.Basis, err = basisOf(e.Outcome, e.Basis)
		return e, err
	case casefile.Reclassified:
		e.Basis, err = basisOf(e.Outcome, e.Basis)
		return e, err
	}
	return event, nil
}

func basisOf(o casefile.Outcome, said string) (string, error) {
	bases := o.Bases()
	switch {
	case o == casefile.OutcomeNone:
		return said, nil
	case said == "" && len(bases) == 1:
		return bases[0], nil
	case said == "":
		return "", &FieldError{Field: "basis", Msg: fmt.Sprintf("“%s”可有几种依据，请写明其一：%s", o.Label(), casefile.BasisWords(bases))}
	}
	basis, err := o.ParseBasis(said)
	if err != nil {
		return "", &FieldError{Field: "basis", Msg: err.Error()}
	}
	return basis, nil
}

// withheld is on what the part rests that 部分公开 does not give.
func withheld() Field {
	f := words("withheld", "不予公开部分的依据", "部分公开的，不予公开的部分依据`什么`，如 第十五条、36-7，可写多次").many()
	f.parse = func(s string) (any, error) { return casefile.ParseWithheld(s) }
	for _, code := range casefile.WithheldBases() {
		f.Choices = append(f.Choices, Choice{code, casefile.BasisOf(code).String()})
	}
	f.Offered = true
	return f
}

func record() Field {
	return Field{Name: "record", Label: "记录号", Help: "记录`号`", Shape: Amount, in: "seq", parse: sequence}
}

func sequence(s string) (any, error) {
	n, err := strconv.ParseUint(strings.TrimSpace(width.Narrow.String(s)), 10, 64)
	if err != nil {
		return nil, errors.New("应为记录号（show 所列各条记录的号码）")
	}
	return n, nil
}
