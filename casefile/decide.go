package casefile

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// Draft is what somebody wants to record. The register adds the rest.
type Draft struct {
	Case  ID
	On    civil.Date // when it took effect; facts learned late have an earlier day than today
	Event Event
}

// TransitionError says that a step is not legal where the case stands, and what would be.
type TransitionError struct {
	Case  ID
	Stage Stage
	Kind  Kind
	Legal []Kind // what a person may record here
}

func (e *TransitionError) Error() string {
	var can []string
	for _, k := range e.Legal {
		i := k.Info()
		can = append(can, i.Label+"（"+i.Command+"）")
	}
	return fmt.Sprintf("%s 现处“%s”阶段，不能记录“%s”；此时可以：%s", e.Case, e.Stage.Label(), e.Kind.Label(), strings.Join(can, "、"))
}

// RuleError says which rule a draft breaks. Code is stable; Msg says what and why, Hint what to do.
type RuleError struct {
	Code string
	Case ID
	Msg  string
	Hint string
}

func (e *RuleError) Error() string {
	s := string(e.Case) + "：" + e.Msg
	if e.Hint != "" {
		s += "；" + e.Hint
	}
	return s
}

// Decide says whether a draft may be recorded on top of the history. The answer is nil, with
// warnings that do not forbid, or one of *TransitionError and *RuleError. Times are judged by today;
// a fact may be older, but never of the future nor older than the case.
func Decide(history []Record, d Draft, today civil.Date, law Statute, cal *workday.Calendar, merged ...[]Record) (warnings []string, err error) {
	j := judge{
		Case: Fold(d.Case, history, law, cal, merged...), history: history, merged: merged, draft: d, today: today, law: law, cal: cal,
	}
	if err := j.times(); err != nil {
		return nil, err
	}
	if k := d.Event.Kind(); !slices.Contains(k.Info().Stages, j.Stage) {
		return nil, &TransitionError{d.Case, j.Stage, k, j.Next()}
	}
	if err := lacking(d.Case, d.Event); err != nil {
		return nil, err
	}
	if err := j.rules(); err != nil {
		return nil, err
	}
	if err := j.effective(); err != nil {
		return nil, err
	}
	return j.warnings, nil
}

// judge holds what the rules of one decision look at.
type judge struct {
	Case
	history  []Record
	merged   [][]Record // of the cases that were merged into this one
	draft    Draft
	today    civil.Date
	law      Statute
	cal      *workday.Calendar
	warnings []string
}

func (j *judge) refuse(code, hint, format string, args ...any) error {
	return &RuleError{Code: code, Case: j.ID, Msg: fmt.Sprintf(format, args...), Hint: hint}
}

func (j *judge) warn(format string, args ...any) {
	j.warnings = append(j.warnings, string(j.ID)+"："+fmt.Sprintf(format, args...))
}

func (j *judge) times() error {
	on := j.draft.On
	switch {
	case on.IsZero():
		return j.refuse("date-missing", "请用 --on 写明日期", "没有日期")
	case on > j.today:
		return j.refuse("date-future", "只能记录已经发生的事", "日期 %s 晚于今天 %s", on, j.today)
	case on < j.ArrivedOn:
		return j.refuse("date-before-arrival", "请核对 --on", "日期 %s 早于到达日 %s", on, j.ArrivedOn)
	}
	return nil
}

// effective refuses what would be recorded and change nothing: a notice, a payment or an extension
// whose day lies where neither clock can follow it.
func (j *judge) effective() error {
	k := j.draft.Event.Kind()
	switch k {
	case KindCorrectionAsked, KindCorrectionReceived, KindFeeNoticed, KindFeePaid, KindExtended, KindDeferred:
	default:
		return nil
	}
	seq := uint64(math.MaxUint64) // after everything of the same day
	with := append(slices.Clone(j.history), Record{Seq: seq, On: j.draft.On, Case: j.ID, Event: j.draft.Event})
	for _, view := range []View{Strict, Legal} {
		for _, t := range ReadClock(view, with, j.law, j.cal).Turns {
			if t.Seq == seq && t.Effect != EffectNone {
				return nil
			}
		}
	}
	return j.refuse("date-order", "请核对 --on 与 show 所列经过", "%s 在 %s 不起作用：当日的经过与之不符", k.Label(), j.draft.On)
}

// rules are the conditions beyond the stage and what an event must say, each with its article.
func (j *judge) rules() error {
	switch e := j.draft.Event.(type) {
	case Confirmed:
		return j.confirmed()
	case Registered:
		return j.registered(e)
	case CorrectionAsked:
		return j.correctionAsked(e)
	case CorrectionReceived:
		return j.waitsFor(WaitCorrection, "没有等待中的补正")
	case ConsultationSent:
		if !j.pending(e.Party).IsZero() {
			return j.refuse("consultation-pending", "", "向“%s”的征求意见尚未结束", e.Party)
		}
	case ConsultationReached:
		return j.asked(e.Party)
	case ConsultationAnswered:
		return j.asked(e.Party)
	case ReasonGiven:
		return j.follows(KindReasonAsked, "尚未要求说明理由")
	case Deferred:
		return j.deferred(e)
	case FeeNoticed:
		return j.feeNoticed(e)
	case FeePaid:
		return j.feePaid(e)
	case Extended:
		return j.extended(e)
	case Replied:
		return j.replied(e)
	case Dispatched:
		return j.dispatched(e)
	case Delivered:
		return j.after(j.DispatchedOn, "发出日期")
	case DeliveryFailed:
		if j.DispatchedOn.IsZero() {
			return j.refuse("out-of-order", "", "尚未发出")
		}
	case Reopened:
		return j.reopened(e)
	case Merged:
		if e.Into == j.ID {
			return j.refuse("merge-itself", "请用 --into 写明另一案号", "不能并入自己")
		}
	case Attached:
		if len(e.Files) == 0 && e.Letter.Digest.IsZero() {
			return j.refuse("field-missing", "写明文件，或用 --mail 写明邮件", "没有要附卷的内容")
		}
	case Detached:
		return j.detached(e)
	case LetterIssued:
		return j.letterIssued(e)
	case CountedIn:
		return j.countedIn(e)
	case Voided:
		return j.voided(e)
	}
	return nil
}

func (j *judge) confirmed() error {
	if !j.Channel.NeedsConfirmation() {
		return j.refuse("confirm-channel", "", "%s提交的申请以提交或签收之日为收到申请之日，不需双方确认（条例第三十一条）", j.Channel.Label())
	}
	if !j.ConfirmedOn.IsZero() {
		return j.refuse("confirm-twice", "如记录有误，先作废（void）再确认", "已于 %s 确认", j.ConfirmedOn)
	}
	return nil
}

func (j *judge) registered(e Registered) error {
	if e.As == Application && e.Column == ColumnNone {
		return j.refuse("field-missing", "请用 --column 写明六类之一", "缺少申请人类别，年度报告表三按此分列")
	}
	if e.As == Application && strings.TrimSpace(e.Request) == "" {
		j.warn("未填申请内容（条例第二十九条）")
	}
	said := append([]string{e.Applicant, e.Request, e.Contact, e.IDType, e.Form, e.Delivery}, e.Others...)
	if slices.ContainsFunc(said, idNumber.MatchString) || utf8.RuneCountInString(e.IDTail) > 4 || len(e.IDMark) > 64 {
		return j.refuse("id-number", "记录不能修改；身份证明看来信原件即可", "登记内容里有身份证号码：记录永久保存，不应写入身份证号")
	}
	return nil
}

// idNumber is a citizen's number (GB 11643): region, date of birth, sequence and check character.
var idNumber = regexp.MustCompile(`(^|\D)\d{6}(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dXx]($|\D)`)

func (j *judge) correctionAsked(e CorrectionAsked) error {
	if e.Until <= j.draft.On {
		return j.refuse("correction-until", "请用 --until 写明合理期限", "补正期限应晚于告知之日 %s", j.draft.On)
	}
	if w := j.At(j.draft.On, j.cal).Waiting; w == WaitCorrection || w == WaitFee {
		return j.refuse("already-waiting", "", "正在等待%s，不能再发补正告知", w.Label())
	}
	start := j.Legal.Start
	if start.IsZero() {
		start = j.ArrivedOn
	}
	by := noticeDue(start, j.law, j.cal)
	if j.draft.On > by && strings.TrimSpace(e.Force) == "" {
		return j.refuse("correction-late", "确需告知的，用 --force 写明理由；此时从严口径的期限不停止计算",
			"补正告知应在收到申请之日起 %d 个工作日内作出，最迟 %s（条例第三十条）", j.law.CorrectionNotice, by)
	}
	if strict := j.Strict.Start; j.draft.On > noticeDue(strict, j.law, j.cal) {
		j.warn("自 %s 起已超过 %d 个工作日，从严口径的期限不停止计算", strict, j.law.CorrectionNotice)
	}
	if j.Corrections > 0 {
		j.warn("这是第 %d 次补正告知；条例第三十条要求一次性告知", j.Corrections+1)
	}
	return nil
}

func (j *judge) waitsFor(w Waiting, otherwise string) error {
	if j.Legal.Waiting != w && j.Strict.Waiting != w {
		return j.refuse("not-waiting", "", "%s", otherwise)
	}
	return nil
}

// pending returns the day on which an unanswered consultation with the party was sent; zero for none.
func (j *judge) pending(party string) (sent civil.Date) {
	for _, r := range Live(j.history) {
		switch e := r.Event.(type) {
		case ConsultationSent:
			if e.Party == party {
				sent = r.On
			}
		case ConsultationAnswered:
			if e.Party == party {
				sent = 0
			}
		}
	}
	return sent
}

func (j *judge) asked(party string) error {
	sent := j.pending(party)
	if sent.IsZero() {
		return j.refuse("no-consultation", "show 可查征求对象的名称", "没有向“%s”的、尚未答复的征求意见", party)
	}
	return j.after(sent, "征求意见书发出日期")
}

func (j *judge) follows(k Kind, otherwise string) error {
	if !slices.ContainsFunc(Live(j.history), func(r Record) bool { return r.Event.Kind() == k }) {
		return j.refuse("out-of-order", "", "%s", otherwise)
	}
	return nil
}

func (j *judge) deferred(e Deferred) error {
	accepted := slices.ContainsFunc(Live(j.history), func(r Record) bool { g, ok := r.Event.(ReasonGiven); return ok && g.Accepted })
	if !accepted {
		return j.refuse("out-of-order", "先记录 reason、reasoned；理由不合理的，以 reply --outcome decline.excessive 不予处理",
			"延迟答复以申请人说明合理理由为前提（条例第三十五条）")
	}
	if due := max(j.draft.On, j.Strict.Due, j.Legal.Due); e.Until <= due {
		return j.refuse("defer-until", "请用 --until 写明", "延迟答复的日期应晚于 %s", due)
	}
	return nil
}

func (j *judge) feeNoticed(e FeeNoticed) error {
	switch {
	case e.By != "件" && e.By != "页":
		return j.refuse("fee-by", "请用 --by 件 或 --by 页", "收费方式为按件或按页之一（国办函〔2020〕109号）")
	case e.Yuan <= 0:
		return j.refuse("fee-amount", "请用 --yuan 写明", "收费金额 %d 元不对", e.Yuan)
	case !e.Received.IsZero() && e.Received < j.draft.On:
		return j.refuse("date-order", "", "收费通知的送达日 %s 早于发出日 %s", e.Received, j.draft.On)
	case e.Received > j.today:
		return j.refuse("date-future", "送达后再记录，或不写 --received", "收费通知的送达日 %s 晚于今天 %s", e.Received, j.today)
	case j.At(j.draft.On, j.cal).Waiting == WaitFee || j.At(j.draft.On, j.cal).Waiting == WaitCorrection:
		return j.refuse("already-waiting", "", "案件正在等待申请人")
	case j.At(j.draft.On, j.cal).Overdue:
		j.warn("收费通知应在处理期限内作出")
	}
	return nil
}

func (j *judge) feePaid(e FeePaid) error {
	if err := j.waitsFor(WaitFee, "没有等待中的缴费"); err != nil {
		return err
	}
	for _, r := range slices.Backward(Live(j.history)) {
		if n, ok := r.Event.(FeeNoticed); ok {
			if e.Yuan < n.Yuan {
				return j.refuse("fee-partial", "部分缴费可记为备注（note）", "应缴 %d 元，只缴 %d 元：部分缴费视为未缴", n.Yuan, e.Yuan)
			}
			break
		}
	}
	return nil
}

func (j *judge) extended(e Extended) error {
	switch {
	case e.Days < 1 || e.Days > j.law.MaxExtension:
		return j.refuse("extension-days", "请核对 --days", "延长期限为 1 至 %d 个工作日（条例第三十三条），得到 %d", j.law.MaxExtension, e.Days)
	case j.deferredNow():
		return j.refuse("extension-deferred", "", "已定延迟答复的日期（条例第三十五条），不再延期")
	case j.ExtendedDays > 0:
		return j.refuse("extension-twice", "", "本期已延长 %d 个工作日，只能延长一次（条例第三十三条）", j.ExtendedDays)
	case e.Told > j.today || e.Told < j.draft.On:
		return j.refuse("extension-told", "用 --told 写明告知之日；延期记在批准之日（--on），不写即今天", "延期应告知申请人，告知日应在 %s 至 %s 之间", j.draft.On, j.today)
	}
	governs := j.Legal.Due
	if j.Legal.Start.IsZero() {
		governs = j.Strict.Due
	}
	late := !governs.IsZero() && e.Told > governs
	if late && strings.TrimSpace(e.Force) == "" {
		return j.refuse("extension-late", "确需记录的，用 --force 写明理由", "告知申请人的日期 %s 晚于期限届满日 %s", e.Told, governs)
	}
	if !late && !j.Strict.Due.IsZero() && e.Told > j.Strict.Due {
		j.warn("告知延期时从严期限 %s 已过，可能引起争议", j.Strict.Due)
	}
	if e.Document == "" {
		j.warn("未写延期审批的文号，复议诉讼中须举证")
	}
	return nil
}

// deferredNow reports whether the day of the current period was set by 延迟答复; a restart ends it, as
// it ends an extension.
func (j *judge) deferredNow() bool {
	deferred := false
	for _, r := range Live(j.history) {
		switch r.Event.(type) {
		case Deferred:
			deferred = true
		case CorrectionReceived, FeePaid, Reopened:
			deferred = false
		}
	}
	return deferred
}

func (j *judge) replied(e Replied) error {
	if j.Kind != Application && e.Outcome != OtherOutcome {
		return j.refuse("reply-kind", "请用 --outcome other.other", "登记为“%s”，不按表三的类别答复", j.Kind.Label())
	}
	if !slices.Contains(e.Outcome.Bases(), e.Basis) {
		return j.refuse("reply-basis", "请用 --basis 写明其一："+strings.Join(e.Outcome.Bases(), "、"), "“%s”的依据 %q 不对或未写", e.Outcome.Label(), e.Basis)
	}
	if j.draft.On < j.RegisteredOn {
		return j.refuse("date-order", "事后补录的，先作废登记（void），再用 register --on 按当日登记", "日期 %s 早于登记日期 %s", j.draft.On, j.RegisteredOn)
	}
	if e.Outcome.Lapse() {
		return j.lapsed(e.Outcome)
	}
	if j.ReviewedOn.IsZero() {
		j.warn("没有审核记录（条例第四十五条）")
	}
	if e.Outcome == UnableUnclear && j.Corrections == 0 {
		j.warn("“补正后申请内容仍不明确”而没有补正告知的记录")
	}
	if e.Outcome == RefuseThirdParty && j.follows(KindConsultationSent, "") != nil {
		j.warn("“保护第三方合法权益”而没有征求意见的记录（条例第三十二条）")
	}
	return nil
}

// lapsed allows a lapse from the day after the applicant's time ended (casefile/LAW.md#clocks).
func (j *judge) lapsed(o Outcome) error {
	w := WaitCorrection
	if o == FeeLapsed {
		w = WaitFee
	}
	if err := j.waitsFor(w, "没有等待中的"+w.Label()+"，不能按“逾期”处理"); err != nil {
		return err
	}
	until := max(j.Legal.WaitUntil, j.Strict.WaitUntil)
	if j.draft.On <= until {
		return j.refuse("lapse-early", "期满次日起方可决定", "%s期限至 %s", w.Label(), until)
	}
	return nil
}

func (j *judge) dispatched(e Dispatched) error {
	if e.Way == ByCourier {
		j.warn("邮政企业以外的快递，其寄出之日能否视为送达有争议（国办公开办函〔2016〕235号）")
	}
	if e.Way == ByEmail && j.Channel != Email && j.Channel != Platform && len(j.Addresses) == 0 && !strings.Contains(j.Contact, "@") {
		j.warn("申请不是从电子邮件来的，也没有登记电子邮箱，仍照写的“电子邮件”记录；不是的请作废“发出”，用 dispatch --way 重记")
	}
	return j.after(j.RepliedOn, "答复日期")
}

func (j *judge) after(day civil.Date, what string) error {
	if j.draft.On < day {
		return j.refuse("date-order", "请核对 --on", "日期 %s 早于%s %s", j.draft.On, what, day)
	}
	return nil
}

func (j *judge) reopened(e Reopened) error {
	if !e.Due.IsZero() && e.Due <= j.draft.On {
		return j.refuse("reopen-due", "请核对 --due", "决定所定期限 %s 应晚于收到之日 %s", e.Due, j.draft.On)
	}
	return j.after(j.StoppedOn, "原答复送达日期")
}

func (j *judge) countedIn(e CountedIn) error {
	arrived, received := j.ArrivedOn.Year(), j.ReceivedOn().Year()
	if e.Year != arrived && e.Year != received {
		return j.refuse("count-year", "", "只能计入到达之年 %d 或收到申请之年 %d", arrived, received)
	}
	return nil
}

func (j *judge) detached(e Detached) error {
	i, held := Holding(Contents(append([][]Record{j.history}, j.merged...)...), e.Digest)
	switch {
	case held && i.Record.Case != j.ID:
		return j.refuse("not-attached", fmt.Sprintf("请用 ysq detach %s 移出", i.Record.Case), "%s 属于已并入本案的 %s", e.Digest.Short(), i.Record.Case)
	case !held || !i.Removable():
		return j.refuse("not-attached", "收件时的邮件不能移出；show 可查", "卷中没有可移出的 %s", e.Digest.Short())
	}
	return nil
}

// voided lets any record be put right but those that other facts rest on: the arrival and the mails,
// which are the register's own observations, and earlier voidings.
func (j *judge) voided(e Voided) error {
	i := slices.IndexFunc(j.history, func(r Record) bool { return r.Seq == e.Seq })
	if i < 0 {
		return j.refuse("void-unknown", "log 或 show 可查记录号", "记录 %d 不属于本案", e.Seq)
	}
	switch k := j.history[i].Event.Kind(); k {
	case KindLetterIssued, KindLetterVoided:
		return j.refuse("void-letter", "作废文书用 letter void，文号保留", "“%s”的记录不能作废", k.Label())
	case KindMailPrepared, KindMailTried, KindMailSettled:
		return j.refuse("void-mail", "不再发的信用 outbox drop；发出了的收不回来", "“%s”的记录不能作废", k.Label())
	case KindMessageIn, KindMessageOut:
		return j.refuse("void-fixed", "不是本案的，用 detach 移出", "“%s”的记录不能作废", k.Label())
	case KindReceived, KindVoided:
		return j.refuse("void-fixed", "不是申请的，用 dismiss；误作废的，重新记录", "“%s”的记录不能作废", k.Label())
	}
	if slices.ContainsFunc(j.history, func(r Record) bool { v, ok := r.Event.(Voided); return ok && v.Seq == e.Seq }) {
		return j.refuse("void-twice", "", "记录 %d 已经作废", e.Seq)
	}
	if s, ok := j.history[i].Event.(Split); ok {
		j.warn("拆出的 %s 仍各为一件，请用 merge --into %s 并回", joined(s.Parts), j.ID)
	}
	return j.nothingRestsOn(e.Seq)
}

// nothingRestsOn refuses to void a record without which a later one would not have been legal: the
// case would stand where nobody can go on from.
func (j *judge) nothingRestsOn(seq uint64) error {
	before := unfounded(Live(j.history))
	without := slices.DeleteFunc(Live(j.history), func(r Record) bool { return r.Seq == seq })
	for _, r := range unfounded(without) {
		if !slices.ContainsFunc(before, func(o Record) bool { return o.Seq == r.Seq }) {
			return j.refuse("void-rests", fmt.Sprintf("先作废记录 %d", r.Seq), "记录 %d（%s %s）以它为前提", r.Seq, r.On, r.Event.Kind().Label())
		}
	}
	return nil
}

// unfounded lists the records that were not legal at the stage that those before them had led to. A
// fact learned late may be one of them from the start.
func unfounded(live []Record) []Record {
	var all []Record
	var c Case
	for _, r := range live {
		// A letter is on paper whatever becomes of the records before it.
		if legal := r.Event.Kind().Info().Stages; legal != nil && r.Event.Kind() != KindLetterIssued && !slices.Contains(legal, c.Stage) {
			all = append(all, r)
		}
		c.apply(r)
	}
	return all
}
