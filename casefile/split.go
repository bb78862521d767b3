package casefile

import (
	"fmt"
	"slices"

	"ysq.internal/ysq/casefile/civil"
)

// KindFeeLeft is the kind of a record that a split makes in the parts that do not go on with a fee.
const KindFeeLeft Kind = "fee-left"

func (FeeLeft) Kind() Kind { return KindFeeLeft }

// splitting is its row.
func splitting() []KindInfo {
	return []KindInfo{
		of(KindInfo{Label: "收费转出", Article: "国办函〔2020〕109号", Effect: EffectExclude}, does[FeeLeft]{
			says: func(e FeeLeft) string {
				return fmt.Sprintf("拆分，收费由 %s 续办；%s 起等待缴费", e.Keeper, e.Since)
			},
			clock: func(c *Clock, r Record, e FeeLeft) (Effect, string) {
				switch {
				case c.Ordered:
					return EffectNone, c.order()
				case !c.law.FeeLeft.holds(c.View):
					return EffectNone, "没有续办收费，" + c.View.short() + "照算"
				case !c.ranOut(e.Since).IsZero() || c.held():
					return EffectNone, ""
				}
				c.spans = append(c.spans, Interval{From: e.Since, To: r.On, Why: "拆分前等待缴费"})
				return EffectExclude, fmt.Sprintf("%s 至 %s 等待缴费，%s不计算", e.Since, r.On, c.View.short())
			},
		}),
	}
}

// FeeLeft (收费转出): the case waited for a fee when it was split, and another part goes on with that fee. The notice had
// stopped the time of the whole application, but nobody asks money for this part, so its period continues from the split.
// The legal reading leaves out the time from the notice to the split; the strict one counts it (judgement FeeLeft).
// Since schema 4.
type FeeLeft struct {
	Since  civil.Date `json:"since"` // the day of the notice
	Keeper ID         `json:"keeper"`
}

// Divide returns what is to be recorded when a case is split on a day: its parts inherit every event of the
// clock up to then, so that they are due when it is. What is still open, a side that was asked or a fee, goes
// on in one of them, the keeper; in the others its time ends with the split (FeeLeft). The parts are the new numbers; keeper is
// one of them, the case itself, or none where nothing is open.
func (c Case) Divide(history []Record, parts []ID, keeper ID, today civil.Date) ([]Draft, error) {
	live := Live(history)
	if slices.ContainsFunc(live, func(r Record) bool { return r.Event.Kind() == KindReopened }) {
		return nil, &RuleError{Code: "split-reopened", Case: c.ID, Msg: "已作过答复、正在重新办理，不能拆分", Hint: "另有所求的，请申请人另行提出，用 new 立案"}
	}
	o := stillOpen(live)
	if o.any() && keeper == "" {
		return nil, &RuleError{Code: "split-open", Case: c.ID, Msg: "还有" + o.String() + "没有结束", Hint: "请写明由第几件续办（1 是本案）；其他各件自拆分起不再等待，期限接着计算\n--open"}
	}
	var all []Draft
	for _, part := range parts {
		all = append(all, o.inherited(live, c.ID, part, keeper, today)...)
	}
	if o.any() && keeper != c.ID {
		if o.fee != 0 {
			all = append(all, Draft{Case: c.ID, On: today, Event: Voided{Seq: o.fee, Reason: fmt.Sprintf("拆分，收费由 %s 续办", keeper)}})
		}
		all = append(all, o.ended(c.ID, keeper, today)...)
	}
	return all, nil
}

// open is what a case waits for at its split.
type open struct {
	parties []string
	fee     uint64     // the record of a fee that is asked for and not paid; 0 for none
	since   civil.Date // its day
}

func (o open) any() bool { return len(o.parties) > 0 || o.fee != 0 }

func (o open) String() string {
	var all []string
	for _, p := range o.parties {
		all = append(all, "向“"+p+"”的征求意见")
	}
	if o.fee != 0 {
		all = append(all, "收费")
	}
	return phrases(all...)
}

func stillOpen(live []Record) (o open) {
	for _, r := range live {
		switch e := r.Event.(type) {
		case ConsultationSent:
			if !slices.Contains(o.parties, e.Party) {
				o.parties = append(o.parties, e.Party)
			}
		case ConsultationAnswered:
			o.parties = slices.DeleteFunc(o.parties, func(p string) bool { return p == e.Party })
		case FeeNoticed:
			o.fee, o.since = r.Seq, r.On
		case FeePaid:
			o.fee, o.since = 0, 0
		}
	}
	return o
}

// inherited is what a part takes over. It is registered as the case is where anything was done about it; what of
// the request is the part's a person registers anew.
func (o open) inherited(live []Record, from, part, keeper ID, today civil.Date) []Draft {
	handled := slices.ContainsFunc(live, func(r Record) bool { return r.Event.Kind().inherited() })
	var all []Draft
	for _, r := range live {
		event := r.Event
		switch e := event.(type) {
		case Received:
			e.SplitFrom = from
			event = e
		case Confirmed, ArrivalDoubted, ArrivalSettled:
		case CopyReceived:
			if !e.Of.IsZero() {
				continue
			}
		case Registered:
			if !handled {
				continue
			}
		case FeePaid:
			e.Inherited = true
			event = e
		case FeeNoticed:
			if r.Seq == o.fee && part != keeper {
				continue
			}
			if len(e.Shares) > 0 { // the part owes what the case owed
				e.Yuan, e.Shares = e.Share(from), nil
			}
			event = e
		default:
			if !event.Kind().inherited() {
				continue
			}
		}
		all = append(all, Draft{Case: part, On: r.On, Event: event})
	}
	if part != keeper {
		all = append(all, o.ended(part, keeper, today)...)
	}
	return all
}

// ended records in a part that it does not go on with the consultations and the fee that are still open.
func (o open) ended(part, keeper ID, today civil.Date) []Draft {
	var all []Draft
	for _, p := range o.parties {
		all = append(all, Draft{Case: part, On: today, Event: ConsultationAnswered{Party: p, Note: fmt.Sprintf("拆分，由 %s 续办", keeper)}})
	}
	if o.fee != 0 {
		all = append(all, Draft{Case: part, On: today, Event: FeeLeft{Since: o.since, Keeper: keeper}})
	}
	return all
}

// inherited reports whether parts of a case take over the events of the kind that were recorded while it was
// handled: what moves its clock, and the reasons on which that rests.
func (k Kind) inherited() bool {
	switch k {
	case KindCorrectionAsked, KindCorrectionReceived, KindConsultationSent, KindConsultationReached, KindConsultationAnswered,
		KindReasonAsked, KindReasonGiven, KindDeferred, KindExtended, KindFeeNoticed, KindFeePaid, KindDeliveryFailed, KindNoticeResent, KindNoticeReached, KindFeeLeft:
		return true
	}
	return false
}
