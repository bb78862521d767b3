package casefile

import (
	"cmp"
	"fmt"
	"slices"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// View tells the two clocks of a case apart. They differ in their start alone; where the notice of
// 补正 came too late for one of them, also in whether it stops.
type View uint8

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

// short is the word within a sentence.
func (v View) short() string {
	if v == Strict {
		return "从严口径"
	}
	return "法定口径"
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
	Later  civil.Date // the day of the record where that is a later one: 补录
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
	Ordered     bool       // Fixed was set by a court or the 复议机关: nothing in the case moves it
	Due         civil.Date
	Provisional bool // 暂定: a day after the calendar's end was counted
	Waiting     Waiting
	WaitSince   civil.Date // the day of the notice or letter
	WaitUntil   civil.Date // zero when no end is known
	Stopped     civil.Date
	Excluded    []Interval // of the current period
	Turns       []Turn     // of all periods

	arrived       civil.Date // day zero of the strict clock's first period
	law           Statute    // of the day on which the current period began
	base          int        // working days of the current period, before any extension
	cal           *workday.Calendar
	other         *Clock // the reading beside it
	consultations []consultation
	spans         []Interval // other days of the current period that are not counted
	returnable    bool       // the letter that stopped the clock has no effect if it comes back
	answering     bool       // the letter that stopped the clock ended a running period; otherwise it went out in the applicant's own time
	left          Ending     // why the case is no longer an application of its own: dismissed or merged
	leftOn        civil.Date

	fixedProvisional bool // a day after the calendar's end was counted for Fixed

	opening  Opening  // how the current period began
	slow     bool     // the current period began with a late 双方确认
	internal bool     // no law sets a period: 更正 and what is no application
	last     closing  // the end of the current period, or while it runs of the one before
	running  bool     // the current period has not ended
	closed   []Period // those that have ended, as the legal reading keeps them
}

// closing is one reading's part of a period that ended.
type closing struct {
	on, start, due civil.Date
	provisional    bool
}

// consultation is one side asked. The excluded days run from the letter's leaving.
type consultation struct {
	party   string
	side    Side
	sent    civil.Date
	reached civil.Date
	capped  civil.Date // from which the 15 working days count; zero while that is not known
	ended   civil.Date
	after   civil.Date // the answer, where the period had ended before it
	late    bool       // sent after the period had run out: it excludes nothing
}

// Clocks are both readings of a case's time, and the periods that it went through.
type Clocks struct {
	Strict, Legal Clock
	Periods       []Period

	sureDue civil.Date // the strict due date by the later day of an arrival in doubt
}

// ReadClocks folds a case's records into both readings of its clock. It is total: records that make no
// sense together change nothing.
func ReadClocks(history []Record, law Statute, cal *workday.Calendar) Clocks {
	live := Live(history)
	arrival := Case{law: &law}
	for _, r := range live {
		switch r.Event.Kind() {
		case KindReceived, KindArrivalDoubted, KindArrivalSettled, KindCopyReceived:
			arrival.apply(r)
		}
	}
	return readClocks(live, arrival, law, cal)
}

// ReadClock is one of the readings of ReadClocks.
func ReadClock(view View, history []Record, law Statute, cal *workday.Calendar) Clock {
	both := ReadClocks(history, law, cal)
	if view == Strict {
		return both.Strict
	}
	return both.Legal
}

// readClocks also takes what is known of the arrival. While that is in doubt, the later day decides what is
// late, and the earlier one is the strict reading's.
func readClocks(live []Record, arrival Case, law Statute, cal *workday.Calendar) Clocks {
	read := readClocksFrom(arrivalIn(live), live, law, cal)
	if arrival.ArrivalDoubted {
		sure := readClocksFrom(arrival.ArrivedOn, live, law, cal)
		read.Legal, read.Periods, read.sureDue = sure.Legal, sure.Periods, sure.Strict.Due
	}
	return read
}

// readClocksFrom reads both clocks of an application that came on a day.
func readClocksFrom(arrived civil.Date, live []Record, law Statute, cal *workday.Calendar) Clocks {
	law = law.On(arrived)
	strict := Clock{View: Strict, arrived: arrived, law: law, base: law.Limit, cal: cal, running: true}
	legal := Clock{View: Legal, arrived: arrived, law: law, base: law.Limit, cal: cal, running: true}
	strict.other, legal.other = &legal, &strict
	for _, r := range inEffect(live) {
		strict.apply(r) // first: the legal reading looks at what it comes to
		legal.apply(r)
	}
	strict.settle()
	legal.settle()
	all := legal.periods()
	strict.other, legal.other = nil, nil
	return Clocks{Strict: strict, Legal: legal, Periods: all}
}

// inEffect puts the records in the order in which they took effect: an extension does when the applicant
// is told (条例33).
func inEffect(live []Record) []Record {
	day := func(r Record) civil.Date {
		if e, ok := r.Event.(Extended); ok {
			return max(r.On, e.Told)
		}
		return r.On
	}
	byEffect := func(a, b Record) int { return cmp.Compare(day(a), day(b)) }
	if slices.IsSortedFunc(live, byEffect) {
		return live
	}
	return slices.SortedStableFunc(slices.Values(live), byEffect)
}

func (c *Clock) apply(r Record) {
	k := r.Event.Kind()
	turn := k.row().does.clock
	if turn == nil {
		return
	}
	if effect, text := turn(c, r, r.Event); effect != EffectNone || text != "" {
		t := Turn{Seq: r.Seq, On: r.On, Kind: k, Effect: effect, Text: text}
		if !r.Recorded.IsZero() && k != KindReceived && civil.Of(r.Recorded) > r.On {
			t.Later = civil.Of(r.Recorded)
		}
		c.Turns = append(c.Turns, t)
	}
}

// noticeDue is the last day on which 补正 may be asked for (条例30).
func noticeDue(start civil.Date, law Statute, cal *workday.Calendar) civil.Date {
	due, _ := cal.AddWorkdays(start, law.CorrectionNotice)
	return due
}

// restart opens a whole new period. What was granted or excluded in the one before has no say in it;
// a consultation that is still open goes on.
func (c *Clock) restart(day civil.Date, how Opening) {
	c.law = c.law.On(day)
	c.Start, c.Extended, c.Fixed, c.Ordered, c.fixedProvisional = day, 0, 0, false, false
	if c.base = c.law.Limit; how == OpenedAgain {
		c.base = c.law.Reopened
	}
	c.Waiting, c.WaitSince, c.WaitUntil = NotWaiting, 0, 0
	c.spans = nil
	c.consultations = slices.DeleteFunc(c.consultations, func(k consultation) bool { return !k.ended.IsZero() })
	for i := range c.consultations {
		c.consultations[i].late = false
	}
	c.opening, c.slow, c.running = how, false, true
}

// wait ends the period on the day of a notice that the applicant has to answer. A period with a date that was
// set by a decision goes on.
func (c *Clock) wait(w Waiting, since, until civil.Date, how Ending) (Effect, string) {
	c.Waiting, c.WaitSince, c.WaitUntil = w, since, until
	text := "等待" + w.Label() + "，期限 " + until.String()
	if c.Ordered {
		return EffectNone, text + "；" + c.order()
	}
	c.Waiting = NotWaiting // until the period is closed, which reads its due date
	c.close(since, how)
	c.Waiting = w
	return EffectWait, text + c.breach()
}

// answered opens the next period once the applicant has corrected or paid.
func (c *Clock) answered(day civil.Date, how Opening, why string) (Effect, string) {
	if c.Ordered {
		c.Waiting, c.WaitSince, c.WaitUntil = NotWaiting, 0, 0
		return EffectNone, c.order()
	}
	c.restart(day, how)
	return EffectRestart, why
}

// order says that the due date is not the office's to move (行政诉讼法72, 行政复议法77).
func (c *Clock) order() string { return "决定所定期限 " + c.Fixed.String() + " 不变" }

// awaitable tells whether a notice can end the period: it runs. A legal period that nobody has confirmed yet
// runs, too: the notice itself needs an answer, and the answer starts it. Where the legal reading waits, so
// does the case, though the notice came too late for the strict one.
func (c *Clock) awaitable() bool {
	return c.running && !c.held() && (c.View == Legal || c.other.running && !c.other.held())
}

func (c *Clock) stop(day civil.Date, how Ending) Effect {
	if !c.Stopped.IsZero() {
		c.servedAgain()
		return EffectNone // the first service governs; proof may follow later
	}
	c.Stopped, c.returnable, c.answering = day, false, c.running
	if c.running {
		c.close(day, how)
	}
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

// from is the day after which the time of a consultation is excluded; zero while it is not known.
func (k consultation) from(law Statute) civil.Date {
	if law.ConsultedFrom == AtReceipt {
		return k.reached
	}
	return k.sent
}

// excludes reports whether a consultation takes any time as far as is known.
func (c *Clock) excludes(k consultation) bool { return !k.from(c.law).IsZero() }

// end is the last excluded day of a consultation: its answer, or the end of the 15 working days from
// the day on which the letter reached the other side, whichever is earlier. Another office has no
// limit in law (条例33). While nobody knows the day on which the letter arrived, the readings that UnreachedCap
// names take it to be that on which it left. ok is false while no end is known.
func (c *Clock) end(k consultation) (last civil.Date, ok bool) {
	last, ok = k.ended, !k.ended.IsZero()
	from := k.capped
	if from.IsZero() && c.law.UnreachedCap.holds(c.View) {
		from = k.sent
	}
	days := c.law.Consultation
	if k.side == OtherOffice {
		days = c.law.OfficeCap
	}
	if days > 0 && !from.IsZero() {
		limit, _ := c.cal.AddWorkdays(from, days)
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
	both := ReadClocks(history, law, cal)
	clock := both.Legal
	if clock.Start.IsZero() {
		clock = both.Strict
	}
	var all []Alarm
	for _, k := range clock.consultations {
		if !k.ended.IsZero() {
			continue
		}
		by, _ := cal.AddWorkdays(cmp.Or(k.reached, k.sent), law.Consultation)
		a := Alarm{Kind: AlarmConsultation, On: by, Text: k.side.Label() + "“" + k.party + "”尚未答复："}
		if k.reached.IsZero() && k.side != OtherOffice {
			a.Text, a.Do = a.Text+"请记录征求意见书的送达日，其答复期限自送达起算", "reached"
		} else {
			a.Text += k.silence(law, cal)
		}
		all = append(all, a)
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

// settle turns what the records said into a due date.
func (c *Clock) settle() {
	c.Limit = c.base + c.Extended
	c.Excluded = c.exclusions(c.Stopped)
	for i, k := range c.consultations {
		if k.ended.IsZero() && !k.late && c.excludes(k) && c.Stopped.IsZero() && c.Waiting == NotWaiting {
			c.Waiting, c.WaitSince, c.WaitUntil = WaitConsultation, c.consultations[i].from(c.law), 0
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
	if c.left == EndingNone && !c.Start.IsZero() && (c.base > 0 || !c.Fixed.IsZero()) && (c.Ordered || !c.held() && !noEnd) {
		c.Due, c.Provisional = c.ends(c.Excluded)
	}
}

// held reports whether the period stands still until the applicant acts.
func (c *Clock) held() bool {
	return c.Waiting == WaitCorrection || c.Waiting == WaitFee || c.Waiting == WaitContact
}

// exclusions lists the days of consultations. Where closed is a day, those without an end are taken to end
// with it.
func (c *Clock) exclusions(closed civil.Date) []Interval {
	all := slices.Clone(c.spans)
	for _, k := range c.consultations {
		if k.late || !c.excludes(k) {
			continue
		}
		last, known := c.end(k)
		i := Interval{From: k.from(c.law), To: last, Open: !known, Why: "征求" + k.side.Label() + "意见（" + k.party + "）"}
		if i.Open && !closed.IsZero() {
			i.Open, i.To = false, closed
		}
		all = append(all, i)
	}
	return all
}

// ends is the last day of a period that has one.
func (c *Clock) ends(excluded []Interval) (due civil.Date, provisional bool) {
	if !c.Fixed.IsZero() {
		return c.Fixed, c.fixedProvisional
	}
	for step := range c.walk(excluded) {
		due, provisional = step.Date, provisional || step.Provisional
	}
	return due, provisional
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

// Step is one day of the walk from the start to the due date.
type Step struct {
	workday.Day
	Number   int     // which working day of the period it is; 0 when it is not counted
	Excluded string  // why a working day is left out
	Waiting  Waiting // for what the period stands still, since the notice
}

// Walk lists every day after Start with what it counted for: through Due, or, while no due date can be
// known, through today, so that the days already used are seen. It is empty for a date that was set.
func (c Clock) Walk(today civil.Date) []Step {
	if c.Start.IsZero() || c.left != EndingNone || !c.Fixed.IsZero() || c.base == 0 {
		return nil
	}
	last := c.Due
	if last.IsZero() {
		last = min(today, cmp.Or(c.Stopped, today))
	}
	var steps []Step
	for s := range c.walk(c.Excluded) {
		if s.Date > last {
			break
		}
		steps = append(steps, s)
	}
	return steps
}

// walk goes through the days after the start until all of the period's are counted. Overlapping intervals
// are left out once because a day is either in one of them or not.
func (c *Clock) walk(excluded []Interval) func(yield func(Step) bool) {
	return func(yield func(Step) bool) {
		n, limit := 0, c.base+c.Extended
		for d := c.Start.Add(1); n < limit; d = d.Add(1) {
			s := Step{Day: c.cal.Day(d)}
			if s.Working {
				if c.held() && d > c.WaitSince {
					s.Waiting = c.Waiting
				} else if i := slices.IndexFunc(excluded, func(i Interval) bool { return i.holds(d) }); i >= 0 {
					s.Excluded = excluded[i].Why
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
