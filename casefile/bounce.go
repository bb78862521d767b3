package casefile

import (
	"fmt"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile/civil"
)

// The kinds of letters that come back.
const (
	KindDeliveryFailed Kind = "delivery-failed"
	KindNoticeResent   Kind = "notice-resent"
)

func (DeliveryFailed) Kind() Kind { return KindDeliveryFailed }
func (NoticeResent) Kind() Kind   { return KindNoticeResent }

// Notice is a letter of the office on a case, by what it is about.
type Notice uint8

// The notices. The zero value is the reply: records of before schema 4 know no other that came back.
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

// String returns the stable code.
func (n Notice) String() string { return notices.code(uint8(n)) }

// Label returns the Chinese word.
func (n Notice) Label() string { return notices.label(uint8(n)) }

// MarshalText is String.
func (n Notice) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalText reads the form of MarshalText.
func (n *Notice) UnmarshalText(b []byte) (err error) {
	*n, err = ParseNotice(string(b))
	return err
}

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
		// The day of service and the count stay. Of a reply alone the case goes back to where it was sent.
		of(KindInfo{Label: "送达失败", Command: "undelivered", Article: "国办公开办函〔2016〕235号", Stages: written, To: StageReplied,
			Needs: []Need{{"reason", "理由", "reason"}}}, does[DeliveryFailed]{
			says: func(e DeliveryFailed) string {
				what := ""
				if e.Of != NoticeReply {
					what = e.Of.Label()
				}
				return phrases(what, e.Reason)
			},
			awaits: func(c Case) bool {
				return c.Stage == StageReplied || c.Stage == StageServed || c.waitsFor(WaitCorrection) || c.waitsFor(WaitFee)
			},
			rule: (*judge).deliveryFailed,
			fold: func(c *Case, _ Record, e DeliveryFailed) {
				if e.Of == NoticeReply {
					c.Undelivered = true
					return
				}
				c.Returned |= 1 << e.Of
			},
			clock: func(c *Clock, _ Record, e DeliveryFailed) (Effect, string) {
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
			fold:   func(c *Case, _ Record, e NoticeResent) { c.Returned &^= 1 << e.Of },
			clock: func(c *Clock, r Record, e NoticeResent) (Effect, string) {
				w := e.Of.waits()
				if w == NotWaiting || c.Waiting != w {
					return EffectNone, ""
				}
				until := c.cal.Next(e.Until)
				if w == WaitFee {
					until, _ = c.cal.AddWorkdays(r.On, c.law.FeePayment)
				}
				c.WaitUntil = until
				return EffectNone, e.Of.Label() + "已重新发出，" + w.Label() + "期限 " + until.String()
			},
		}),
	}
}

// DeliveryFailed (送达失败): a letter came back. The reply goes back to 待送达, its clock and count stay as they are; a
// notice on which the applicant's time depends suspends that time until it is sent again.
type DeliveryFailed struct {
	Reason string `json:"reason"`
	// Of is which letter it was. Since schema 4.
	Of Notice `json:"of,omitzero"`
	Answers
}

// NoticeResent (重新发出): a notice that had come back was sent again.
type NoticeResent struct {
	Of       Notice     `json:"of"`
	Way      Way        `json:"way"`
	Tracking string     `json:"tracking,omitzero"`
	Until    civil.Date `json:"until,omitzero"` // the new 补正期限
}

func (j *judge) deliveryFailed(e DeliveryFailed) error {
	if e.Of == NoticeReply {
		switch {
		case j.Stage != StageReplied && j.Stage != StageServed:
			return &TransitionError{j.ID, j.Stage, KindDeliveryFailed, j.Next()}
		case j.DispatchedOn.IsZero():
			return j.refuse("out-of-order", "退回的是别的文书的，请用 --letter 写明，如 --letter 补正告知", "尚未发出")
		}
		return nil
	}
	sent := func(r Record) bool { return slices.Contains(e.Of.kinds(), r.Event.Kind()) && r.On <= j.draft.On }
	if !slices.ContainsFunc(Live(j.history), sent) {
		return j.refuse("out-of-order", "请核对 --letter 与 --on", "没有发出“%s”的记录", e.Of.Label())
	}
	return nil
}

func (j *judge) noticeResent(e NoticeResent) error {
	switch {
	case e.Of == NoticeReply:
		return j.refuse("resent-reply", "答复退回的，用 dispatch 再次发出", "重新发出的是补正告知等文书")
	case !j.Returned.Has(e.Of):
		return j.refuse("not-returned", "退回的先记录 undelivered", "“%s”没有退回的记录", e.Of.Label())
	case e.Of == NoticeCorrection && j.waitsFor(WaitCorrection) && e.Until <= j.draft.On:
		return j.refuse("correction-until", "请用 --until 写明合理期限", "补正期限应晚于告知之日 %s", j.draft.On)
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
	return Alarm{AlarmDelivery, today, fmt.Sprintf("%s未送达，请换方式重新发出（resent）；其间不能按逾期处理", strings.Join(names, "、"))}, true
}
