package casefile

import (
	"slices"
	"strings"

	"ysq.internal/ysq/casefile/civil"
)

// The kinds of letters that come back.
const (
	KindDeliveryFailed Kind = "delivery-failed"
	KindNoticeResent   Kind = "notice-resent"
	KindNoticeReached  Kind = "notice-reached"
)

func (DeliveryFailed) Kind() Kind { return KindDeliveryFailed }
func (NoticeResent) Kind() Kind   { return KindNoticeResent }
func (NoticeReached) Kind() Kind  { return KindNoticeReached }

// Notice is a letter of the office on a case, by what it is about.
type Notice uint8

// The notices. The zero value is the reply: in records from before schema 4 only a reply could come back.
const (
	NoticeReply Notice = iota
	NoticeCorrection
	NoticeFee
	NoticeReasons
	NoticeExtension
	NoticeConsultation
)

var notices = codes{{"reply", "答复"}, {"correction", "补正告知"}, {"fee", "收费通知"}, {"reasons", "要求说明理由"}, {"extension", "延期告知"}, {"consultation", "征求意见"}}

// Notices lists the letters that can come back.
func Notices() []Notice {
	return []Notice{NoticeReply, NoticeCorrection, NoticeFee, NoticeReasons, NoticeExtension, NoticeConsultation}
}

// ParseNotice reads a code or a label; empty is the reply.
func ParseNotice(s string) (Notice, error) {
	if s == notices[0][0] || s == notices[0][1] {
		return NoticeReply, nil
	}
	n, err := notices.parse("文书", s)
	return Notice(n), err
}

func (n Notice) String() string               { return notices.code(uint8(n)) }
func (n Notice) Label() string                { return notices.label(uint8(n)) }
func (n Notice) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalText reads the form of MarshalText.
func (n *Notice) UnmarshalText(b []byte) (err error) { *n, err = ParseNotice(string(b)); return err }

// kinds are the events that say that such a letter was sent.
func (n Notice) kinds() []Kind {
	return [][]Kind{{KindDispatched}, {KindCorrectionAsked}, {KindFeeNoticed}, {KindReasonAsked}, {KindExtended, KindDeferred}, {KindConsultationSent}}[n]
}

// NoticeOf tells which letter an event sends, if it sends one that can come back.
func NoticeOf(k Kind) (Notice, bool) {
	for _, n := range Notices() {
		if slices.Contains(n.kinds(), k) || n == NoticeReply && k == KindReplied {
			return n, true
		}
	}
	return NoticeReply, false
}

// waits is what the case waits for after such a letter.
func (n Notice) waits() Waiting {
	return [...]Waiting{NoticeCorrection: WaitCorrection, NoticeFee: WaitFee, NoticeConsultation: NotWaiting}[n]
}

// Returned is the set of notices that came back and were not sent again, one bit each. That the reply came
// back is Case.Undelivered.
type Returned int

// Has reports whether a notice is in the set.
func (r Returned) Has(n Notice) bool { return r&(1<<n) != 0 }

// bouncing are the rows of these kinds.
func bouncing() []KindInfo {
	return []KindInfo{
		// Of a reply alone the case goes back to where it was sent. Whether the day of service and the count stay is the
		// law's (BouncedGiven, BouncedOther); what was handed to the post keeps them.
		of(KindInfo{Label: "送达失败", Command: "undelivered", Article: "国办公开办函〔2016〕235号", Effect: EffectResume, Stages: written, To: StageReplied, Counts: CountsOutcome,
			Needs: []Need{{"reason", "理由", "reason"}}}, does[DeliveryFailed]{
			says: func(e DeliveryFailed) string {
				what := ""
				if e.Of != NoticeReply {
					what = e.Of.Label()
				}
				return phrases(what, prefixed("寄往 ", e.Address.Label()), e.Reason)
			},
			awaits: func(c Case) bool {
				return c.Stage == StageReplied || c.Stage == StageServed || c.waitsFor(WaitCorrection) || c.waitsFor(WaitFee)
			},
			rule: (*judge).deliveryFailed,
			fold: func(c *Case, _ Record, e DeliveryFailed) {
				if e.Of == NoticeReply {
					c.Undelivered = true
					if c.returnable && e.Address != AddressUnknown {
						if !c.law.bounced(e.Address).holds(Legal) {
							c.unserve()
						}
						c.returnable = false
					}
					return
				}
				c.Returned |= 1 << e.Of
			},
			clock: func(c *Clock, _ Record, e DeliveryFailed) (Effect, string) {
				if e.Of == NoticeReply {
					return c.bounced(e.Address)
				}
				if w := e.Of.waits(); w != NotWaiting && c.Waiting == w {
					c.WaitUntil = 0
					return EffectNone, e.Of.Label() + "未送达：" + w.Label() + "的期限中止，重新发出后另计"
				}
				return EffectNone, ""
			},
		}),
		of(KindInfo{Label: "重新发出", Command: "resent", Article: "国办公开办函〔2016〕235号", Stages: written,
			Needs: []Need{{"way", "送达方式", "way"}}}, does[NoticeResent]{
			says: func(e NoticeResent) string {
				return phrases(e.Of.Label(), e.Way.Label(), prefixed("期限 ", e.Until.String()), prefixed("单号 ", e.Tracking))
			},
			awaits: func(c Case) bool { return c.Returned != 0 },
			rule:   (*judge).noticeResent,
			fold: func(c *Case, _ Record, e NoticeResent) {
				c.Returned &^= 1 << e.Of
				c.Unreached = c.Unreached.with(e.Of, e.Of.waits() != NotWaiting && c.law.reaches(e.Way))
			},
			clock: func(c *Clock, r Record, e NoticeResent) (Effect, string) {
				w := e.Of.waits()
				if w == NotWaiting || c.Waiting != w {
					return EffectNone, ""
				}
				until := c.cal.Next(e.Until)
				if w == WaitFee {
					until, _ = c.cal.AddWorkdays(r.On, c.law.FeePayment)
					if c.law.reaches(e.Way) {
						until = 0
					}
				}
				c.WaitUntil = until
				if until.IsZero() {
					return EffectNone, e.Of.Label() + "已重新发出，" + w.Label() + "期限自送达起算"
				}
				return EffectNone, e.Of.Label() + "已重新发出，" + w.Label() + "期限 " + until.String()
			},
		}),
		of(KindInfo{Label: "通知送达", Command: "fee-reached", Article: "国办函〔2020〕109号", Stages: []Stage{StageHandling}}, does[NoticeReached]{
			says: func(e NoticeReached) string {
				what := ""
				if e.Returned {
					what = "拒收或无法投递退回"
				}
				return phrases(e.Of.Label(), what, e.Proof)
			},
			awaits: func(c Case) bool { return c.Unreached != 0 },
			rule:   (*judge).noticeReached,
			fold:   func(c *Case, _ Record, e NoticeReached) { c.Unreached = c.Unreached.with(e.Of, false) },
			clock: func(c *Clock, r Record, e NoticeReached) (Effect, string) {
				if e.Of != NoticeFee || c.Waiting != WaitFee || !c.WaitUntil.IsZero() || c.law.FeePayment == 0 {
					return EffectNone, ""
				}
				c.WaitUntil, _ = c.cal.AddWorkdays(r.On, c.law.FeePayment)
				return EffectNone, "收费通知送达，缴费期限 " + c.WaitUntil.String()
			},
		}),
	}
}

// NoticeReached (通知送达): a notice on which the applicant's time depends reached him, or came back refused or
// undeliverable from the address that he gave, which counts as that by NoticeReturned. On is that day.
type NoticeReached struct {
	Of       Notice `json:"of"`
	Returned bool   `json:"returned,omitzero"`
	Proof    string `json:"proof,omitzero"`
}

// reaches reports whether a notice that leaves this way arrives on a day that somebody has to find out. Of one whose way
// nobody recorded the sending counts.
func (s Statute) reaches(w Way) bool {
	switch w {
	case ByPost, ByCourier, ByHand, ByDelegate:
		return s.NoticePost == AtReceipt
	case ByEmail, ByFax, ByPlatform:
		return s.NoticeWire == AtReceipt
	}
	return false
}

// with is the set with or without a notice.
func (r Returned) with(n Notice, in bool) Returned {
	if in {
		return r | 1<<n
	}
	return r &^ (1 << n)
}

func (j *judge) noticeReached(e NoticeReached) error {
	var sent civil.Date
	for _, r := range Live(j.history) {
		again, ok := r.Event.(NoticeResent)
		if ok && again.Of == e.Of || slices.Contains(e.Of.kinds(), r.Event.Kind()) {
			sent = r.On
		}
	}
	switch {
	case !j.Unreached.Has(e.Of):
		return j.refuse("not-unreached", "请核对文书\n--letter", "“%s”没有等着记录的送达日", e.Of.Label())
	case e.Returned && !bool(j.law.NoticeReturned):
		return j.refuse("reached-returned", "换方式重新发出：先记 undelivered，再记 resent", "退回的通知不算送达")
	case e.Returned && strings.TrimSpace(e.Proof) == "":
		return j.refuse("reached-proof", "请写明退回的凭证，如 改退批条\n--proof", "拒收或者无法投递退回的，须有凭证")
	}
	if e.Of == NoticeCorrection && j.Legal.WaitUntil < j.draft.On {
		j.warn("送达时补正期限 %s 已过：请另定期限重新发出", j.Legal.WaitUntil)
	}
	return j.after(sent, "发出日期")
}

// DeliveryFailed (送达失败): a letter came back. The reply goes back to 待送达; its clock goes by the address (Address). A
// notice on which the applicant's time depends suspends that time until it is sent again.
type DeliveryFailed struct {
	Reason string `json:"reason"`
	// Of is which letter it was. Since schema 4.
	Of Notice `json:"of,omitzero"`
	// Address is where a reply had been sent that was served by sending it, as by e-mail. A record from before schema 4
	// does not say it, and moves no clock.
	Address Addressed `json:"address,omitzero"`
	Answers
}

// Addressed is the address to which a reply was sent that came back.
type Addressed uint8

const (
	AddressUnknown Addressed = iota
	AddressGiven             // the one that the applicant gave
	AddressOther             // another one, or the office's own mistake
)

var addresseds = codes{{}, {"given", "申请人所给地址"}, {"other", "其他地址或本机关有误"}}

// Addresseds lists them.
func Addresseds() []Addressed { return []Addressed{AddressGiven, AddressOther} }

func (a Addressed) String() string { return addresseds.code(uint8(a)) }
func (a Addressed) Label() string  { return addresseds.label(uint8(a)) }
func ParseAddressed(s string) (Addressed, error) {
	return parsed[Addressed](addresseds, "寄往的地址", s)
}
func (a Addressed) MarshalText() ([]byte, error) { return []byte(a.String()), nil }
func (a *Addressed) UnmarshalText(b []byte) (err error) {
	*a, err = ParseAddressed(string(b))
	return err
}

// bounced is the readings that stay stopped although the reply came back. What a record does not say moves nothing.
func (s Statute) bounced(a Addressed) Scope {
	switch a {
	case AddressGiven:
		return s.BouncedGiven
	case AddressOther:
		return s.BouncedOther
	}
	return BothClocks
}

// returnable reports whether service by this way fails when the letter comes back: a letter that was handed to the
// post keeps its day (国办公开办函〔2016〕235号).
func (w Way) returnable() bool { return w == ByEmail || w == ByFax || w == ByPlatform }

// bounced lets the reading go on that the reply which came back does not stop. The period that it had ended runs
// again, by both readings or, with a dispute about it, by the strict one alone.
func (c *Clock) bounced(a Addressed) (Effect, string) {
	if a == AddressUnknown || c.Stopped.IsZero() {
		return EffectNone, ""
	}
	resumes := c.returnable && !c.law.bounced(a).holds(c.View)
	c.returnable = false // the first sending governs by this reading, whatever becomes of a second
	if !resumes {
		if n := len(c.closed); n > 0 && c.View == Legal && c.other.running && !c.closed[n-1].Late {
			c.closed[n-1].Disputable, c.closed[n-1].Returned = true, true
			return EffectNone, "答复退回（" + a.Label() + "），" + c.View.short() + "仍以发出之日为送达"
		}
		return EffectNone, ""
	}
	c.Stopped, c.running = 0, c.answering // what came while the applicant had to answer leaves him his time
	for i := range c.consultations {
		if k := &c.consultations[i]; k.ended.IsZero() {
			k.ended = k.after
		}
	}
	if c.View == Legal && c.answering {
		c.closed = c.closed[:len(c.closed)-1]
	}
	return EffectResume, "答复退回（" + a.Label() + "），" + c.View.short() + "继续计算"
}

// NoticeResent (重新发出): a notice that had come back was sent again.
type NoticeResent struct {
	Of       Notice     `json:"of"`
	Way      Way        `json:"way"`
	Tracking string     `json:"tracking,omitzero"`
	Until    civil.Date `json:"until,omitzero"` // the new 补正期限
}

// servedAgain settles the dispute about an answer that came back: sent again within the strict due date it is in time
// by either reading. The strict reading has been told first.
func (c *Clock) servedAgain() {
	if n := len(c.closed); n > 0 && c.View == Legal && c.closed[n-1].Returned && !c.other.running {
		p := &c.closed[n-1]
		p.DueStrict = c.other.last.due
		p.Disputable = c.other.last.on > c.other.last.due
		p.Returned = p.Disputable
	}
}

func (j *judge) deliveryFailed(e DeliveryFailed) error {
	if e.Of == NoticeReply {
		switch {
		case j.Stage != StageReplied && j.Stage != StageServed:
			return &TransitionError{j.ID, j.Stage, KindDeliveryFailed, j.Next()}
		case j.DispatchedOn.IsZero():
			return j.refuse("out-of-order", "退回的是别的文书的，请写明\n--letter 补正告知", "尚未发出")
		case e.Address == AddressUnknown && j.sentReturnably():
			return j.refuse("bounce-address", "请写明是申请人所给地址，还是其他地址（含本机关写错）；期限依此不同\n--address", "没有写明退回的答复寄往哪里")
		case e.Address == AddressOther:
			j.warn("退回的答复不算送达，两种口径的期限都继续计算")
		case e.Address == AddressGiven && j.sentReturnably():
			j.warn("法定期限仍以发出之日为止，从严期限继续计算，是否按时有争议：请尽快改用邮寄或电话")
		}
		return nil
	}
	sent := func(r Record) bool { return slices.Contains(e.Of.kinds(), r.Event.Kind()) && r.On <= j.draft.On }
	if !slices.ContainsFunc(Live(j.history), sent) {
		return j.refuse("out-of-order", "请核对文书和日期\n--letter、--on", "没有发出“%s”的记录", e.Of.Label())
	}
	return nil
}

// sentReturnably reports whether the reply went out last by a way whose service fails when it comes back.
func (j *judge) sentReturnably() bool {
	for _, r := range slices.Backward(Live(j.history)) {
		if e, ok := r.Event.(Dispatched); ok {
			return e.Way.returnable()
		}
	}
	return false
}

func (j *judge) noticeResent(e NoticeResent) error {
	switch {
	case e.Of == NoticeReply:
		return j.refuse("resent-reply", "答复退回的，用 dispatch 再次发出\n--letter", "重新发出的是补正告知等文书")
	case !j.Returned.Has(e.Of):
		return j.refuse("not-returned", "请核对文书，退回的先记录 undelivered\n--letter", "“%s”没有退回的记录", e.Of.Label())
	case e.Of == NoticeCorrection && j.waitsFor(WaitCorrection) && e.Until <= j.draft.On:
		return j.refuse("correction-until", "请写明合理期限\n--until", "补正期限应晚于告知之日 %s", j.draft.On)
	}
	return nil
}

// returnedAlarm says which notices came back and wait to be sent again.
func (c Case) returnedAlarm(today civil.Date) (Alarm, bool) {
	var names []string
	for _, n := range Notices() {
		if w := n.waits(); c.Returned.Has(n) && (w == NotWaiting || c.waitsFor(w)) {
			names = append(names, n.Label())
		}
	}
	if names == nil {
		return Alarm{}, false
	}
	return Alarm{AlarmDelivery, today, strings.Join(names, "、") + "未送达，请换方式重新发出；其间不能按逾期处理", "resent"}, true
}
