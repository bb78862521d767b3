package casefile

import (
	"cmp"
	"fmt"
	"time"

	"ysq.internal/ysq/casefile/civil"
)

// The kinds of what is found out about an arrival.
const (
	KindArrivalDoubted Kind = "arrival-doubted"
	KindArrivalSettled Kind = "arrival-settled"
	KindCopyReceived   Kind = "copy-received"
)

func (ArrivalDoubted) Kind() Kind { return KindArrivalDoubted }
func (ArrivalSettled) Kind() Kind { return KindArrivalSettled }
func (CopyReceived) Kind() Kind   { return KindCopyReceived }

// finding are the rows of these kinds.
func finding() []KindInfo {
	return []KindInfo{
		of(KindInfo{Label: "到达日存疑", Article: "条例第三十一条"}, does[ArrivalDoubted]{
			says: func(e ArrivalDoubted) string { return e.Stamp.says() },
			fold: func(c *Case, _ Record, e ArrivalDoubted) {
				c.StampedOn, c.ArrivalDoubted = civil.Of(e.Stamp.At), true
			},
		}),
		of(KindInfo{Label: "核定到达日", Command: "arrived", Article: "条例第三十一条", Effect: EffectStart, Stages: anyStage,
			Needs: []Need{{"arrived", "到达日", "day"}, {"reason", "理由", "reason"}}}, does[ArrivalSettled]{
			says:   func(e ArrivalSettled) string { return phrases("到达日 "+e.Arrived.String(), e.Reason) },
			awaits: func(c Case) bool { return c.Channel == Email && (c.ArrivalDoubted || !c.StampedOn.IsZero()) },
			rule:   (*judge).arrivalSettled,
			fold: func(c *Case, _ Record, e ArrivalSettled) {
				c.StampedOn, c.ArrivalDoubted = 0, false
				if e.Arrived < c.ArrivedOn {
					c.StampedOn = e.Arrived
				}
			},
			// The start stands in the clock from the beginning: see arrivalIn.
			clock: func(c *Clock, _ Record, e ArrivalSettled) (Effect, string) {
				if c.View == Legal && c.Start != e.Arrived {
					return EffectNone, ""
				}
				return EffectStart, "核定到达日为 " + e.Arrived.String()
			},
		}),
		of(KindInfo{Label: "副本到达", Article: "条例第三十一条"}, does[CopyReceived]{
			says: func(e CopyReceived) string {
				return phrases("同一封邮件经另一途径于 "+e.ArrivedAt.In(civil.Zone).Format("2006-01-02 15:04")+" 到达", e.Stamp.says(), e.Reason)
			},
			fold: func(c *Case, _ Record, e CopyReceived) {
				if !e.Of.IsZero() {
					return // a copy of a mail that came later; see openMails
				}
				if on := civil.Of(e.ArrivedAt); e.ArrivedAt.Before(c.ArrivedAt) {
					c.ArrivedAt, c.ArrivedOn = e.ArrivedAt, on
					if c.StampedOn >= on {
						c.StampedOn, c.ArrivalDoubted = 0, false
					}
				}
				c.stamped(e.Stamp, civil.Of(e.ArrivedAt))
			},
			fixed: fixed{"void-fixed", "不是同一封的，另立一件\nysq mail open"},
		}),
	}
}

// ArrivalDoubted (到达日存疑) is the register's own finding about a case of an earlier version: the topmost
// Received line of its mail is older than the arrival that was recorded. It moves no date; a person settles.
type ArrivalDoubted struct {
	Stamp Stamp `json:"stamp"`
}

// ArrivalSettled (核定到达日): a person found out when the application really came, by the old mailbox, say. The
// strict clock starts on that day; number and 新收 stay (计入年度 moves them).
type ArrivalSettled struct {
	Arrived civil.Date `json:"arrived"`
	Reason  string     `json:"reason"`
}

// CopyReceived (副本到达): the mail that opened the case, or one that came to it later, came once more by another way,
// as through an alias or a forwarding rule: the same Message-ID, From, Date, Subject and contents under another
// header. The earliest arrival governs: the clock of an application, the day of the step that an answer brings
// about. `ysq mail open` takes it back and makes a case of the copy.
type CopyReceived struct {
	Letter
	ArrivedAt time.Time `json:"arrived_at"`
	Stamp     Stamp     `json:"stamp,omitzero"`
	Reason    string    `json:"reason,omitzero"`
	// Of is the mail that came to the case later and of which this is a copy; zero: the one that opened it.
	Of Digest `json:"of,omitzero"`
}

// Regulated is the day on which the Regulations came into force: no application arrived before.
var Regulated = civil.MustParse("2008-05-01")

// PlausibleArrival reports whether an instant can be that of an arrival, seen from now: not before the
// Regulations of 2008 and not after tomorrow.
func PlausibleArrival(at, now time.Time) bool {
	return civil.Of(at) >= Regulated && !at.After(now.AddDate(0, 0, 1))
}

// Before returns the stamp as far as it can be of use: one that lies between 2008 and the arrival that the
// server gives. Any other is no evidence.
func (s Stamp) Before(arrived time.Time) Stamp {
	if s.At.IsZero() || s.At.After(arrived) || civil.Of(s.At) < Regulated {
		return Stamp{}
	}
	return s
}

func (s Stamp) says() string {
	if s.At.IsZero() {
		return ""
	}
	text := "邮件头最上一行 Received 的时间为 " + s.At.In(civil.Zone).Format("2006-01-02 15:04")
	if s.By != "" {
		text += "（" + s.By + " 所写）"
	}
	return text
}

// stamped takes a stamp into account for a mail that arrived on a day.
func (c *Case) stamped(s Stamp, arrived civil.Date) {
	if s.At.IsZero() {
		return
	}
	on := civil.Of(s.At)
	if on >= c.ArrivedOn || !c.StampedOn.IsZero() && on >= c.StampedOn {
		return
	}
	c.StampedOn = on
	c.ArrivalDoubted = arrived.Sub(on) > c.law.DoubtedFrom
}

// FirstOn is the earliest day for which there is evidence that the application had come.
func (c Case) FirstOn() civil.Date {
	if !c.StampedOn.IsZero() && c.StampedOn < c.ArrivedOn {
		return c.StampedOn
	}
	return c.ArrivedOn
}

// arrivalAlarm asks a person to settle the day of arrival; early is true once the strict date has passed, if
// it is the strict date.
func (c Case) arrivalAlarm(today civil.Date, early bool) Alarm {
	text := fmt.Sprintf("邮箱服务器记为 %s 到达，邮件头最上一行 Received 记为 %s：向原邮箱核对后核定", c.ArrivedOn, c.StampedOn)
	if early {
		text += fmt.Sprintf("；按 %s 起算，从严期限 %s 已过，核定前不计逾期", c.StampedOn, c.Strict.Due)
	}
	return Alarm{AlarmArrival, today, text, fmt.Sprintf("arrived --day %s 或 --day %s", c.StampedOn, c.ArrivedOn)}
}

// arrivalIn is the day zero of the strict clock: what a person settled, otherwise the earliest of what the
// server and the topmost Received lines of the mail and its copies say.
func arrivalIn(live []Record) (day civil.Date) {
	var settled civil.Date
	earlier := func(d civil.Date, s Stamp) {
		if !s.At.IsZero() {
			d = min(d, civil.Of(s.At))
		}
		if day.IsZero() || d < day {
			day = d
		}
	}
	for _, r := range live {
		switch e := r.Event.(type) {
		case Received:
			earlier(r.On, e.Stamp)
		case CopyReceived:
			if e.Of.IsZero() {
				earlier(civil.Of(e.ArrivedAt), e.Stamp)
			}
		case ArrivalSettled:
			settled = e.Arrived
		}
	}
	return cmp.Or(settled, day)
}

// arrivedText says why the strict clock starts where it does.
func (c *Clock) arrivedText(r Record, e Received) string {
	stamp := civil.Date(0)
	if !e.Stamp.At.IsZero() {
		stamp = civil.Of(e.Stamp.At)
	}
	switch {
	case c.View == Legal, c.arrived == r.On:
		return "到达之日为第零日"
	case c.arrived == stamp:
		return fmt.Sprintf("%s，早于邮箱服务器所记的 %s：从严自 %s 起算", e.Stamp.says(), r.On, c.arrived)
	}
	return fmt.Sprintf("到达日为 %s（见副本到达或核定到达日的记录），该日为第零日", c.arrived)
}

func (j *judge) arrivalSettled(e ArrivalSettled) error {
	switch {
	case j.Channel != Email:
		return j.refuse("arrival-channel", "日期录错的，作废收件重新记录，或用 confirm 记录双方确认之日", "%s提交的申请没有邮件到达日可核定", j.Channel.Label())
	case e.Arrived > j.ArrivedOn:
		return j.refuse("arrival-later", "请核对到达日\n--day", "到达日 %s 晚于邮箱服务器所记的 %s：邮件那时已在邮箱中", e.Arrived, j.ArrivedOn)
	case e.Arrived < Regulated:
		return j.refuse("arrival-early", "请核对到达日\n--day", "到达日 %s 早于条例施行之日 %s", e.Arrived, Regulated)
	}
	return nil
}
