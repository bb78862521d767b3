package casefile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/regexp"
)

// The kinds of what is asked of others while an application is handled, and of the time that it takes.
const (
	KindCorrectionAsked      Kind = "correction-asked"
	KindCorrectionReceived   Kind = "correction-received"
	KindConsultationSent     Kind = "consultation-sent"
	KindConsultationReached  Kind = "consultation-reached"
	KindConsultationAnswered Kind = "consultation-answered"
	KindThirdPartyTold       Kind = "third-party-told"
	KindReasonAsked          Kind = "reason-asked"
	KindReasonGiven          Kind = "reason-given"
	KindDeferred             Kind = "deferred"
	KindFeeNoticed           Kind = "fee-noticed"
	KindFeePaid              Kind = "fee-paid"
	KindExtended             Kind = "extended"
)

func (CorrectionAsked) Kind() Kind      { return KindCorrectionAsked }
func (CorrectionReceived) Kind() Kind   { return KindCorrectionReceived }
func (ConsultationSent) Kind() Kind     { return KindConsultationSent }
func (ConsultationReached) Kind() Kind  { return KindConsultationReached }
func (ConsultationAnswered) Kind() Kind { return KindConsultationAnswered }
func (ThirdPartyTold) Kind() Kind       { return KindThirdPartyTold }
func (ReasonAsked) Kind() Kind          { return KindReasonAsked }
func (ReasonGiven) Kind() Kind          { return KindReasonGiven }
func (Deferred) Kind() Kind             { return KindDeferred }
func (FeeNoticed) Kind() Kind           { return KindFeeNoticed }
func (FeePaid) Kind() Kind              { return KindFeePaid }
func (Extended) Kind() Kind             { return KindExtended }

// asking are the rows of these kinds.
func asking() []KindInfo {
	return []KindInfo{
		of(KindInfo{Label: "补正告知", Command: "correct", Article: "条例第三十条", Effect: EffectWait, Stages: working, To: StageHandling,
			Needs: []Need{{"items", "补正内容（应一次性逐项列明，条例第三十条）", "item"}, {"until", "补正期限", "until"}}}, does[CorrectionAsked]{
			says: func(e CorrectionAsked) string {
				about := ""
				if e.About != AboutContent {
					about = "（" + e.About.Label() + "，依据 " + e.Source + "）"
				}
				return phrases("需补正："+strings.Join(e.Items, "、")+about, "期限 "+e.Until.String(), prefixed("文号 ", e.Document), prefixed("以", e.Way.Label()), prefixed("逾期告知的理由：", e.Force))
			},
			rule:  (*judge).correctionAsked,
			moves: true,
			keeps: true,
			fold: func(c *Case, r Record, e CorrectionAsked) {
				c.CorrectedOn = r.On
				c.Corrections++
				c.Unreached = c.Unreached.with(NoticeCorrection, c.law.reaches(e.Way))
			},
			clock: func(c *Clock, r Record, e CorrectionAsked) (Effect, string) {
				switch {
				case !c.awaitable():
					return EffectNone, ""
				case c.law.CorrectionNotice > 0 && !c.law.LateCorrection.holds(c.View) && r.On > noticeDue(c.Start, c.law, c.cal):
					return EffectNone, fmt.Sprintf("补正告知晚于到达后第 %d 个工作日，%s不停止计算", c.law.CorrectionNotice, c.View.short())
				}
				return c.wait(WaitCorrection, r.On, c.cal.Next(e.Until), EndedCorrection)
			},
		}),
		of(KindInfo{Label: "收到补正", Command: "corrected", Article: "条例第三十条", Effect: EffectRestart, Stages: []Stage{StageHandling}}, does[CorrectionReceived]{
			says:   func(e CorrectionReceived) string { return e.Note },
			awaits: func(c Case) bool { return c.waitsFor(WaitCorrection) },
			rule: func(j *judge, _ CorrectionReceived) error {
				return j.mustWait(WaitCorrection, "没有等待中的补正")
			},
			moves: true,
			keeps: true,
			clock: func(c *Clock, r Record, _ CorrectionReceived) (Effect, string) {
				if c.Waiting != WaitCorrection {
					return EffectNone, ""
				}
				return c.answered(r.On, OpenedCorrection, "自收到补正后的申请之日重新起算（条例第三十条）")
			},
		}),
		of(KindInfo{Label: "征求意见", Command: "consult", Article: "条例第三十二条至第三十四条", Effect: EffectExclude, Stages: working, To: StageHandling,
			Needs: []Need{{"side", "征求类型", "side"}, {"party", "征求对象", "party"}}}, does[ConsultationSent]{
			says: func(e ConsultationSent) string {
				return phrases(e.Side.Label()+"："+e.Party, prefixed("地址 ", e.Address), prefixed("文号 ", e.Document))
			},
			rule: func(j *judge, e ConsultationSent) error {
				if !j.pending(e.Party).IsZero() {
					return j.refuse("consultation-pending", "另向别处征求的，请核对征求对象\n--party", "向“%s”的征求意见尚未结束", e.Party)
				}
				return nil
			},
			keeps: true,
			clock: func(c *Clock, r Record, e ConsultationSent) (Effect, string) {
				if !c.Stopped.IsZero() {
					return EffectNone, ""
				}
				k := consultation{party: e.Party, side: e.Side, sent: r.On}
				due := c.ranOut(r.On)
				k.late = c.Ordered || !due.IsZero() && c.running
				c.consultations = append(c.consultations, k)
				switch {
				case c.Ordered:
					return EffectNone, "征求意见的时间不扣除，" + c.order() + "：" + e.Party
				case k.late:
					return EffectNone, "期限已于 " + due.String() + " 届满，征求意见的时间不再扣除：" + e.Party
				}
				return EffectExclude, "征求" + e.Side.Label() + "意见所需时间不计算在内（条例第三十三条第三款）：" + e.Party
			},
		}),
		of(KindInfo{Label: "意见书送达", Command: "reached", Article: "条例第三十二条", Stages: []Stage{StageHandling},
			Needs: []Need{{"party", "征求对象", "party"}}}, does[ConsultationReached]{
			says: func(e ConsultationReached) string { return e.Party },
			rule: func(j *judge, e ConsultationReached) error { return j.asked(e.Party) },
			clock: func(c *Clock, r Record, e ConsultationReached) (Effect, string) {
				k := c.consultation(e.Party)
				if k == nil || !k.reached.IsZero() {
					return EffectNone, ""
				}
				k.reached = r.On
				if c.View == Legal || !c.running || c.ranOut(r.On).IsZero() { // a period that has run out does not begin to wait
					k.capped = r.On
				}
				return EffectNone, e.Party + " 收到征求意见书；" + k.silence(c.law, c.cal)
			},
		}),
		of(KindInfo{Label: "收到意见", Command: "consulted", Article: "条例第三十二条", Stages: []Stage{StageHandling, StageReplied, StageServed, StageArchived},
			Needs: []Need{{"party", "征求对象", "party"}, {"opinion", "意见", "opinion"}}}, does[ConsultationAnswered]{
			says: func(e ConsultationAnswered) string { return phrases(e.Party, e.Opinion.Label(), e.Note) },
			rule: func(j *judge, e ConsultationAnswered) error { return j.asked(e.Party) },
			clock: func(c *Clock, r Record, e ConsultationAnswered) (Effect, string) {
				k := c.consultation(e.Party)
				if k == nil {
					return EffectNone, ""
				}
				if k.after = r.On; c.Stopped.IsZero() { // what comes after the answer takes no time of its period
					k.ended = r.On
				}
				return EffectNone, e.Party + "：" + e.Opinion.Label()
			},
		}),
		of(KindInfo{Label: "告知第三方", Command: "told", Article: "条例第三十二条", Stages: []Stage{StageHandling, StageReplied, StageServed, StageArchived},
			Needs: []Need{{"party", "第三方", "party"}, {"content", "决定公开的内容（条例第三十二条）", "content"}, {"grounds", "决定公开的理由（条例第三十二条）", "grounds"}}}, does[ThirdPartyTold]{
			says: func(e ThirdPartyTold) string {
				return phrases(e.Party, prefixed("公开的内容：", e.Content), prefixed("理由：", e.Grounds), prefixed("文号 ", e.Document))
			},
		}),
		of(KindInfo{Label: "要求说明理由", Command: "reason", Article: "条例第三十五条", Stages: working, To: StageHandling}, does[ReasonAsked]{
			says: func(e ReasonAsked) string { return prefixed("文号 ", e.Document) },
		}),
		of(KindInfo{Label: "说明理由", Command: "reasoned", Article: "条例第三十五条", Stages: []Stage{StageHandling}}, does[ReasonGiven]{
			says: func(e ReasonGiven) string {
				if e.Accepted {
					return phrases("理由合理", e.Note)
				}
				return phrases("理由不合理", e.Note)
			},
			rule: func(j *judge, _ ReasonGiven) error { return j.follows(KindReasonAsked, "尚未要求说明理由") },
		}),
		of(KindInfo{Label: "延迟答复", Command: "defer", Article: "条例第三十五条", Effect: EffectExtend, Stages: []Stage{StageHandling},
			Needs: []Need{{"until", "延迟至的日期", "until"}}}, does[Deferred]{
			says:  func(e Deferred) string { return phrases("至 "+e.Until.String(), prefixed("文号 ", e.Document)) },
			rule:  (*judge).deferred,
			moves: true,
			keeps: true,
			clock: func(c *Clock, r Record, e Deferred) (Effect, string) {
				if !c.Stopped.IsZero() {
					return EffectNone, ""
				}
				if why := c.unmoved(r.On); why != "" {
					return EffectNone, why
				}
				c.Fixed = e.Until
				return EffectExtend, "延迟答复至 " + e.Until.String()
			},
		}),
		of(KindInfo{Label: "收费通知", Command: "fee", Article: "条例第四十二条", Effect: EffectWait, Stages: working, To: StageHandling,
			Needs: []Need{{"by", "收费方式", "by"}}}, does[FeeNoticed]{
			says: func(e FeeNoticed) string {
				by := "按" + e.By
				if e.Count > 0 {
					by += fmt.Sprintf(" %d", e.Count)
				}
				return phrases(by, fmt.Sprintf("应缴 %d 元", e.Yuan), e.shares(), prefixed("以", e.Way.Label()), prefixed("送达 ", e.Received.String()), prefixed("文号 ", e.Document))
			},
			rule:  (*judge).feeNoticed,
			moves: true,
			keeps: true,
			fold: func(c *Case, _ Record, e FeeNoticed) {
				c.Unreached = c.Unreached.with(NoticeFee, e.Received.IsZero() && c.law.reaches(e.Way))
			},
			clock: func(c *Clock, r Record, e FeeNoticed) (Effect, string) {
				if !c.awaitable() {
					return EffectNone, ""
				}
				var until civil.Date // none while the day of its arrival is not known
				if !(e.Received.IsZero() && c.law.reaches(e.Way)) && c.law.FeePayment > 0 {
					until, _ = c.cal.AddWorkdays(cmp.Or(e.Received, r.On), c.law.FeePayment)
				}
				return c.wait(WaitFee, r.On, until, EndedFee)
			},
		}),
		of(KindInfo{Label: "缴费", Command: "paid", Article: "条例第四十二条", Effect: EffectRestart, Stages: []Stage{StageHandling}, Counts: CountsFees,
			Needs: []Need{{"yuan", "缴纳金额", "yuan"}}}, does[FeePaid]{
			says:   func(e FeePaid) string { return fmt.Sprintf("%d 元", e.Yuan) },
			awaits: func(c Case) bool { return c.waitsFor(WaitFee) },
			rule:   (*judge).feePaid,
			moves:  true,
			keeps:  true,
			clock: func(c *Clock, r Record, _ FeePaid) (Effect, string) {
				if c.Waiting != WaitFee {
					return EffectNone, ""
				}
				return c.answered(r.On, OpenedFee, "缴费次日起重新计算")
			},
		}),
		of(KindInfo{Label: "延期", Command: "extend", Article: "条例第三十三条第二款", Effect: EffectExtend, Stages: working, To: StageHandling,
			Needs: []Need{{"days", "延长的工作日", "days"}, {"approver", "批准人（政府信息公开工作机构负责人）", "approver"}, {"told", "告知申请人的日期", "told"}}}, does[Extended]{
			says: func(e Extended) string {
				return phrases(fmt.Sprintf("%d 个工作日", e.Days), "批准人 "+e.Approver, "告知申请人 "+e.Told.String(), prefixed("文号 ", e.Document), prefixed("逾期告知的理由：", e.Force))
			},
			rule:  (*judge).extended,
			moves: true,
			keeps: true,
			clock: func(c *Clock, _ Record, e Extended) (Effect, string) {
				if !c.Stopped.IsZero() {
					return EffectNone, ""
				}
				if why := c.unmoved(e.Told); why != "" {
					return EffectNone, why
				}
				c.Extended += e.Days
				return EffectExtend, fmt.Sprintf("经 %s 同意延长 %d 个工作日，%s 告知申请人", e.Approver, e.Days, e.Told)
			},
		}),
	}
}

// CorrectionAsked (补正告知): the request is unclear; one notice lists every item (条例30).
type CorrectionAsked struct {
	Items    []string   `json:"items"`
	Until    civil.Date `json:"until"` // 补正期限, set by the office
	Document string     `json:"document,omitzero"`
	// Force is the reason for a notice later than 7 working days; it then stops the legal clock only.
	Force string `json:"force,omitzero"`
	// About is what is to be corrected, and Source the local rule that asks for it where 条例30 does not.
	About  About  `json:"about,omitzero"`
	Source string `json:"source,omitzero"`
	// Way is how the notice was sent, as in FeeNoticed.
	Way Way `json:"way,omitzero"`
}

// CorrectionReceived (收到补正) restarts the whole period (条例30).
type CorrectionReceived struct {
	Note string `json:"note,omitzero"`
	Answers
}

// ConsultationSent (征求意见) asks another side in writing (条例32, 33, 34).
type ConsultationSent struct {
	Side     Side   `json:"side"`
	Party    string `json:"party"` // names the consultation within the case
	Document string `json:"document,omitzero"`
	// Address is where the letter goes, with the postal code. Since schema 5.
	Address string `json:"address,omitzero"`
}

// ConsultationReached records the day on which the letter reached the other side; the 15 working
// days run from it.
type ConsultationReached struct {
	Party string `json:"party"`
}

// ConsultationAnswered records the other side's opinion and ends the excluded time.
type ConsultationAnswered struct {
	Party   string  `json:"party"`
	Opinion Opinion `json:"opinion"`
	Note    string  `json:"note,omitzero"`
	Answers
}

// ThirdPartyTold (告知第三方): disclosed for public interest against its will (条例32, last sentence).
type ThirdPartyTold struct {
	Party    string `json:"party"`
	Document string `json:"document,omitzero"`
	// Content is what is disclosed, and Grounds why: both must be told in writing. A record of before schema 4 has
	// neither.
	Content string `json:"content,omitzero"`
	Grounds string `json:"grounds,omitzero"`
}

// complete reports whether the third party was told what the law demands (条例第三十二条): by the contents and grounds of the
// record itself, or by the letter that it names, as records from before schema 4 do.
func (e ThirdPartyTold) complete() bool {
	return e.Document != "" || strings.TrimSpace(e.Content) != "" && strings.TrimSpace(e.Grounds) != ""
}

// ReasonAsked (要求说明理由): number or frequency is clearly beyond reason (条例35). The clock runs on.
type ReasonAsked struct {
	Document string `json:"document,omitzero"`
}

// ReasonGiven (说明理由) is the applicant's answer and what the office made of it.
type ReasonGiven struct {
	Accepted bool   `json:"accepted"`
	Note     string `json:"note,omitzero"`
	Answers
}

// Deferred (延迟答复) sets the day to which a reasonable but excessive request is deferred (条例35).
type Deferred struct {
	Until    civil.Date `json:"until"`
	Document string     `json:"document,omitzero"`
}

// FeeNoticed (收费通知) asks for the 信息处理费 (条例42; 国办函〔2020〕109号).
type FeeNoticed struct {
	By       string     `json:"by"`                // 件 or 页, never both for one application
	Count    int        `json:"count"`             // how many of them
	Yuan     int        `json:"yuan"`              // the amount asked for
	Received civil.Date `json:"received,omitzero"` // the day the notice reached the applicant; 20 working days run from it
	Document string     `json:"document,omitzero"`
	// Way is how the notice was sent: what was posted reached nobody before that is known (notice-reached). A record of
	// before schema 4 does not say it, and its time runs from its own day.
	Way Way `json:"way,omitzero"`
	// Shares are the parts of one notice over several applications: Yuan is their sum, and each application has the same
	// record. Since schema 4.
	Shares []Share `json:"shares,omitzero"`
}

// Share is what one application owes of a notice over several.
type Share struct {
	Case ID  `json:"case"`
	Yuan int `json:"yuan"`
}

// Share is what a case owes of the notice.
func (e FeeNoticed) Share(id ID) int {
	if len(e.Shares) == 0 {
		return e.Yuan
	}
	for _, s := range e.Shares {
		if s.Case == id {
			return s.Yuan
		}
	}
	return 0
}

func (e FeeNoticed) shares() string {
	var all []string
	for _, s := range e.Shares {
		all = append(all, fmt.Sprintf("%s %d 元", s.Case, s.Yuan))
	}
	return prefixed("其中 ", strings.Join(all, "、"))
}

// FeePaid (缴费) restarts the period on the day after payment. Partial payment is no payment.
type FeePaid struct {
	Yuan int `json:"yuan"`
	// Inherited: it was paid on the case of which this is a part, and is counted there. Since schema 4.
	Inherited bool `json:"inherited,omitzero"`
	Answers
}

// Extended (延期) adds working days once in a period, with approval, told in time (条例33).
type Extended struct {
	Days     int        `json:"days"`
	Approver string     `json:"approver"` // 政府信息公开工作机构负责人
	Document string     `json:"document,omitzero"`
	Told     civil.Date `json:"told"` // the day the applicant was told
	// Force is the reason for an extension told after the due date.
	Force string `json:"force,omitzero"`
}

// besideContent are the words for what local rules let an office ask for beside the contents (条例 第二十九条).
var besideContent = regexp.MustCompile(`身份证|证件|营业执照|委托书|签名|签字|联系(方式|电话|地址|人)|通[信讯]地址|手机号|邮政编码|载体|(提供|获取|答复|送达)的?(形式|方式|途径)`)

func (j *judge) correctionAsked(e CorrectionAsked) error {
	if e.Until <= j.draft.On {
		return j.refuse("correction-until", "请写明合理期限\n--until", "补正期限应晚于告知之日 %s", j.draft.On)
	}
	if w := j.At(j.draft.On, j.cal).Waiting; w == WaitCorrection || w == WaitFee {
		return j.refuse("already-waiting", "", "正在等待%s，不能再发补正告知", w.Label())
	}
	start := j.Legal.Start
	if start.IsZero() {
		start = j.ArrivedOn
	}
	by := noticeDue(start, j.law, j.cal)
	if j.law.CorrectionNotice > 0 && j.draft.On > by && strings.TrimSpace(e.Force) == "" {
		return j.refuse("correction-late", "确需告知的，写明理由；此时从严口径的期限不停止计算\n--force",
			"补正告知应在收到申请之日起 %d 个工作日内作出，最迟 %s（条例第三十条）", j.law.CorrectionNotice, by)
	}
	switch {
	case e.About != AboutContent && strings.TrimSpace(e.Source) == "":
		return j.refuse("correction-source", "写明地方规定的名称和文号；条例第三十条只规定内容不明确的补正\n--source", "补正%s要写明依据的地方规定", e.About.Label())
	case e.About == AboutForm, e.About == AboutContact && j.Channel == Email:
		j.warn("缺少%s的，宜先打电话或回信询问，不必书面补正", e.About.Label())
	case e.About == AboutContent:
		if i := slices.IndexFunc(e.Items, besideContent.MatchString); i >= 0 {
			j.warn("“%s”不像是申请内容不明确：补正身份证明、联系方式、形式要求的，写明类型和所依据的地方规定，文书另有写法", e.Items[i])
		}
	}
	if until := j.cal.Next(e.Until); until != e.Until {
		j.warn("补正期限 %s 为休息日，顺延至 %s（民法典第二百零三条）", e.Until, until)
	}
	if j.Corrections > 0 {
		j.warn("这是第 %d 次补正告知；条例第三十条要求一次性告知", j.Corrections+1)
	}
	return nil
}

func (j *judge) mustWait(w Waiting, otherwise string) error {
	if !j.waitsFor(w) {
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
		return j.refuse("no-consultation", "请核对征求对象，show 可查其名称\n--party", "没有向“%s”的、尚未答复的征求意见", party)
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
		return j.refuse("out-of-order", "先记录要求说明理由和申请人的说明；理由不合理的，不予处理\nysq reason 编号、ysq reasoned 编号、ysq reply 编号 --outcome decline.excessive",
			"延迟答复以申请人说明合理理由为前提（条例第三十五条）")
	}
	if due := max(j.draft.On, j.Strict.Due, j.Legal.Due); e.Until <= due {
		return j.refuse("defer-until", "请写明延迟至哪一天\n--until", "延迟答复的日期应晚于 %s", due)
	}
	return nil
}

func (j *judge) feeNoticed(e FeeNoticed) error {
	switch {
	case e.By != "件" && e.By != "页":
		return j.refuse("fee-by", "请写明按件或按页\n--by 件、--by 页", "收费方式为按件或按页之一（国办函〔2020〕109号）")
	case len(e.Shares) > 0 && e.Share(j.ID) <= 0:
		return j.refuse("fee-share", "请写明金额，不收费的不必发收费通知\n--yuan", "收费通知没有写明 %s 应缴多少", j.ID)
	case e.Yuan <= 0:
		return j.refuse("fee-amount", "请写明金额\n--yuan", "收费金额 %d 元不对", e.Yuan)
	case !e.Received.IsZero() && e.Received < j.draft.On:
		return j.refuse("date-order", "请核对送达日期\n--received", "收费通知的送达日 %s 早于发出日 %s", e.Received, j.draft.On)
	case e.Received > j.today:
		return j.refuse("date-future", "送达后再记录，或不写送达日期\n--received", "收费通知的送达日 %s 晚于今天 %s", e.Received, j.today)
	case j.At(j.draft.On, j.cal).Waiting == WaitFee || j.At(j.draft.On, j.cal).Waiting == WaitCorrection:
		return j.refuse("already-waiting", "", "案件正在等待申请人")
	}
	return nil
}

func (j *judge) feePaid(e FeePaid) error {
	if err := j.mustWait(WaitFee, "没有等待中的缴费"); err != nil {
		return err
	}
	for _, r := range slices.Backward(Live(j.history)) {
		if n, ok := r.Event.(FeeNoticed); ok {
			owed := n.Share(j.ID)
			if !j.law.FeeShares {
				owed = n.Yuan
			}
			switch {
			case e.Yuan < owed:
				return j.refuse("fee-partial", "缴清的核对金额，部分缴费可记为备注\n--yuan、ysq note 编号", "应缴 %d 元，只缴 %d 元：部分缴费视为未缴", owed, e.Yuan)
			case len(n.Shares) > 0 && e.Yuan > owed:
				return j.refuse("fee-share", "各件分别记录其份额，第六部分只合计一次\n--yuan", "本件应缴 %d 元，写的是 %d 元", owed, e.Yuan)
			}
			break
		}
	}
	return nil
}

func (j *judge) extended(e Extended) error {
	switch {
	case e.Days < 1 || j.law.MaxExtension > 0 && e.Days > j.law.MaxExtension:
		return j.refuse("extension-days", "请核对工作日数\n--days", "延长期限为 1 至 %d 个工作日（条例第三十三条），得到 %d", j.law.MaxExtension, e.Days)
	case j.deferredNow():
		return j.refuse("extension-deferred", "", "已定延迟答复的日期（条例第三十五条），不再延期")
	case !bool(j.law.ExtendAgain) && j.follows(KindExtended, "") == nil:
		return j.refuse("extension-twice", "", "已经延长过，只能延长一次（条例第三十三条）")
	case j.ExtendedDays > 0:
		return j.refuse("extension-twice", "", "本期已延长 %d 个工作日，只能延长一次（条例第三十三条）", j.ExtendedDays)
	case e.Told > j.today || e.Told < j.draft.On:
		return j.refuse("extension-told", "写明告知之日；延期记在批准之日，不写即今天\n--told、--on", "延期应告知申请人，告知日应在 %s 至 %s 之间", j.draft.On, j.today)
	}
	governs := j.Legal.Due
	if j.Legal.Start.IsZero() {
		governs = j.Strict.Due
	}
	late := !governs.IsZero() && e.Told > governs
	if late && strings.TrimSpace(e.Force) == "" {
		return j.refuse("extension-late", "确需记录的，写明理由\n--force", "告知申请人的日期 %s 晚于期限届满日 %s", e.Told, governs)
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
