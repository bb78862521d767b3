package casefile

import (
	"cmp"
	"fmt"
	"slices"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// Statute holds the periods of the law, in working days.
type Statute struct {
	Limit            int // to answer, 条例33
	MaxExtension     int // 条例33
	CorrectionNotice int // to ask for 补正, 条例30
	Consultation     int // of a third party or joint office, 条例32, 34
	FeePayment       int // 国办函〔2020〕109号
	Confirmation     int // after which an unconfirmed mail alarms: the office's own measure
}

// Regulations are the periods of 《中华人民共和国政府信息公开条例》 as in force since 2019-05-15.
var Regulations = Statute{Limit: 20, MaxExtension: 20, CorrectionNotice: 7, Consultation: 15, FeePayment: 20, Confirmation: 1}

// View tells the two clocks of a case apart. They differ in their start alone; where the notice of
// 补正 came too late for one of them, also in whether it stops.
type View uint8

// The clocks.
const (
	Strict View = iota // from the arrival, as older guidance and several courts read the law
	Legal              // from 收到申请之日, 条例31
)

// Label returns the Chinese word.
func (v View) Label() string {
	if v == Strict {
		return "从严（到达日起）"
	}
	return "法定（收到申请之日起）"
}

// Interval is a stretch of days that are not counted: those after From, through To.
type Interval struct {
	From, To civil.Date
	Open     bool   // no end is known; To then is the zero day
	Why      string // 征求第三方意见（某公司）
}

func (i Interval) holds(d civil.Date) bool { return d > i.From && (i.Open || d <= i.To) }

// Turn is what one record did to the clock.
type Turn struct {
	Seq    uint64
	On     civil.Date
	Kind   Kind
	Effect Effect
	Text   string // for people: why, and until when
}

// Clock is one reading of the statutory period. Due is the zero day while the period has not begun,
// waits, or has an end that nobody can know yet.
type Clock struct {
	View        View
	Start       civil.Date // day zero of the current period; counting begins the day after (民法典201)
	Extended    int        // working days granted on top of the limit in the current period
	Limit       int        // working days of the current period, extension included
	Fixed       civil.Date // a due date that was set rather than counted (条例35, or a decision)
	Due         civil.Date
	Provisional bool // 暂定: a day after the calendar's end was counted
	Waiting     Waiting
	WaitSince   civil.Date // the day of the notice or letter
	WaitUntil   civil.Date // zero when no end is known
	Stopped     civil.Date
	Excluded    []Interval // of the current period
	Turns       []Turn     // of all periods

	arrived       civil.Date // day zero of the strict clock's first period
	law           Statute    // by which it is read
	cal           *workday.Calendar
	consultations []consultation
	left          bool // no application of its own: dismissed or merged
}

// consultation is one side asked. The excluded days run from the letter's leaving.
type consultation struct {
	party   string
	side    Side
	sent    civil.Date
	reached civil.Date
	ended   civil.Date
}

// ReadClock folds a case's records into one reading of its clock. It is total: records that make no
// sense together change nothing.
func ReadClock(view View, history []Record, law Statute, cal *workday.Calendar) Clock {
	return readClock(view, Live(history), law, cal)
}

func readClock(view View, live []Record, law Statute, cal *workday.Calendar) Clock {
	return readClockFrom(arrivalIn(live), view, live, law, cal)
}

// readClockFrom is readClock for an application that came on a day.
func readClockFrom(arrived civil.Date, view View, live []Record, law Statute, cal *workday.Calendar) Clock {
	c := Clock{View: view, arrived: arrived, law: law, cal: cal}
	for _, r := range live {
		c.apply(r)
	}
	c.settle(law, cal)
	return c
}

func (c *Clock) apply(r Record) {
	k := r.Event.Kind()
	turn := k.row().does.clock
	if turn == nil {
		return
	}
	if effect, text := turn(c, r, r.Event); effect != EffectNone || text != "" {
		c.Turns = append(c.Turns, Turn{r.Seq, r.On, k, effect, text})
	}
}

// noticeDue is the last day on which 补正 may be asked for (条例30).
func noticeDue(start civil.Date, law Statute, cal *workday.Calendar) civil.Date {
	due, _ := cal.AddWorkdays(start, law.CorrectionNotice)
	return due
}

// restart opens a whole new period. What was granted or excluded in the one before has no say in it;
// a consultation that is still open goes on.
func (c *Clock) restart(day civil.Date) {
	c.Start, c.Extended, c.Fixed = day, 0, 0
	c.Waiting, c.WaitSince, c.WaitUntil = NotWaiting, 0, 0
	c.consultations = slices.DeleteFunc(c.consultations, func(k consultation) bool { return !k.ended.IsZero() })
}

func (c *Clock) wait(w Waiting, since, until civil.Date) {
	c.Waiting, c.WaitSince, c.WaitUntil = w, since, until
}

// running tells whether a notice can stop the period: it has not ended and does not already wait.
// A legal period that nobody has confirmed yet counts as running: the notice itself needs an answer,
// and the answer starts it.
func (c *Clock) running() bool { return c.Stopped.IsZero() && c.Waiting == NotWaiting }

func (c *Clock) stop(day civil.Date) Effect {
	if !c.Stopped.IsZero() {
		return EffectNone // the first service governs; proof may follow later
	}
	c.Stopped = day
	return EffectStop
}

// consultation finds the newest one with a party that has not been answered.
func (c *Clock) consultation(party string) *consultation {
	for i := len(c.consultations) - 1; i >= 0; i-- {
		if k := &c.consultations[i]; k.party == party && k.ended.IsZero() {
			return k
		}
	}
	return nil
}

// end is the last excluded day of a consultation: its answer, or the end of the 15 working days from
// the day on which the letter reached the other side, whichever is earlier. Another office has no
// limit in law (条例33). ok is false while no end is known.
func (k consultation) end(law Statute, cal *workday.Calendar) (last civil.Date, ok bool) {
	last, ok = k.ended, !k.ended.IsZero()
	if k.side != OtherOffice && !k.reached.IsZero() {
		limit, _ := cal.AddWorkdays(k.reached, law.Consultation)
		if !ok || limit < last {
			return limit, true
		}
	}
	return last, ok
}

// Consulting reports whether a side that was consulted has not answered.
func (c Case) Consulting() bool {
	return c.Stage.Open() && (c.Legal.Waiting == WaitConsultation || c.Strict.Waiting == WaitConsultation)
}

// ConsultationAlarms lists for each side that has not answered the last day of its 15 working days,
// from the day on which the letter reached it, or while that day is not known from the day on which it
// left. The clock decides which of them the case waits for.
func ConsultationAlarms(history []Record, law Statute, cal *workday.Calendar) []Alarm {
	clock := ReadClock(Legal, history, law, cal)
	if clock.Start.IsZero() {
		clock = ReadClock(Strict, history, law, cal)
	}
	var all []Alarm
	for _, k := range clock.consultations {
		if !k.ended.IsZero() {
			continue
		}
		by, _ := cal.AddWorkdays(cmp.Or(k.reached, k.sent), law.Consultation)
		text := k.side.Label() + "“" + k.party + "”尚未答复："
		if k.reached.IsZero() && k.side != OtherOffice {
			text += "请记录征求意见书的送达日（reached），其答复期限自送达起算"
		} else {
			text += k.silence(law, cal)
		}
		all = append(all, Alarm{AlarmConsultation, by, text})
	}
	return all
}

// silence says what the law makes of a side that does not answer. It is known only with the day on
// which the letter reached it.
func (k consultation) silence(law Statute, cal *workday.Calendar) string {
	until, _ := cal.AddWorkdays(k.reached, law.Consultation)
	switch k.side {
	case ThirdParty:
		return fmt.Sprintf("至 %s 不答复的，由本机关决定是否公开（条例第三十二条）", until)
	case JointOffice:
		return fmt.Sprintf("至 %s 不答复的，视为同意公开（条例第三十四条）", until)
	default:
		return "答复没有法定期限，可催办"
	}
}

// endAtStop closes a consultation whose end nobody recorded before the office answered: where the law
// limits it, not later than if the letter had arrived on the day it left.
func (k consultation) endAtStop(stopped civil.Date, law Statute, cal *workday.Calendar) civil.Date {
	if k.side == OtherOffice {
		return stopped
	}
	limit, _ := cal.AddWorkdays(k.sent, law.Consultation)
	return min(stopped, limit)
}

// settle turns what the records said into a due date.
func (c *Clock) settle(law Statute, cal *workday.Calendar) {
	c.Limit = law.Limit + c.Extended
	for _, k := range c.consultations {
		last, known := k.end(law, cal)
		i := Interval{From: k.sent, To: last, Open: !known, Why: "征求" + k.side.Label() + "意见（" + k.party + "）"}
		if i.Open && !c.Stopped.IsZero() {
			i.Open, i.To = false, k.endAtStop(c.Stopped, law, cal)
		}
		c.Excluded = append(c.Excluded, i)
		if k.ended.IsZero() && c.running() {
			c.wait(WaitConsultation, k.sent, 0)
		}
	}
	open := slices.IndexFunc(c.Excluded, func(i Interval) bool { return i.Open })
	noEnd := open >= 0
	if c.Waiting == WaitConsultation {
		c.WaitUntil = latestEnd(c.Excluded)
		if noEnd { // the one that the case waits for, whatever has been asked besides
			c.WaitSince = c.Excluded[open].From
		}
	}
	waits := c.Waiting == WaitCorrection || c.Waiting == WaitFee
	switch {
	case c.left, c.Start.IsZero(), waits, noEnd:
	case !c.Fixed.IsZero():
		c.Due = c.Fixed
	default:
		c.Due, c.Provisional = c.count(cal)
	}
}

// latestEnd is the day on which the last exclusion ends, zero while one has no known end.
func latestEnd(all []Interval) civil.Date {
	var last civil.Date
	for _, i := range all {
		if i.Open {
			return 0
		}
		last = max(last, i.To)
	}
	return last
}

// count walks working days from the start, leaving out what is excluded. Overlapping intervals are
// left out once because a day is either in one of them or not.
func (c *Clock) count(cal *workday.Calendar) (due civil.Date, provisional bool) {
	for step := range c.walk(cal) {
		due, provisional = step.Date, provisional || step.Provisional
	}
	return due, provisional
}

// Step is one day of the walk from the start to the due date.
type Step struct {
	workday.Day
	Number   int     // which working day of the period it is; 0 when it is not counted
	Excluded string  // why a working day is left out
	Waiting  Waiting // for what the period stands still, since the notice
}

// Walk lists every day after Start with what it counted for: through Due, or, while no due date can be
// known, through today, so that the days already used are seen. It is empty for a date that was set.
func (c Clock) Walk(today civil.Date, cal *workday.Calendar) []Step {
	if c.Start.IsZero() || c.left || !c.Fixed.IsZero() {
		return nil
	}
	last := c.Due
	if last.IsZero() {
		last = min(today, cmp.Or(c.Stopped, today))
	}
	var steps []Step
	for s := range c.walk(cal) {
		if s.Date > last {
			break
		}
		steps = append(steps, s)
	}
	return steps
}

func (c *Clock) walk(cal *workday.Calendar) func(yield func(Step) bool) {
	return func(yield func(Step) bool) {
		n := 0
		for d := c.Start.Add(1); n < c.Limit; d = d.Add(1) {
			s := Step{Day: cal.Day(d)}
			if s.Working {
				waits := c.Waiting == WaitCorrection || c.Waiting == WaitFee
				if waits && d > c.WaitSince {
					s.Waiting = c.Waiting
				} else if i := slices.IndexFunc(c.Excluded, func(i Interval) bool { return i.holds(d) }); i >= 0 {
					s.Excluded = c.Excluded[i].Why
				} else {
					n++
					s.Number = n
				}
			}
			if !yield(s) {
				return
			}
		}
	}
}
