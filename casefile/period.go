package casefile

import (
	"ysq.internal/ysq/casefile/civil"
)

// Opening is how a statutory period began; its code is stable.
type Opening uint8

// The openings. The absent value is the first period of a case.
const (
	OpenedFirst      Opening = iota
	OpenedCorrection         // 收到补正, 条例30
	OpenedFee                // 缴费, 国办函〔2020〕109号
	OpenedAgain              // 重新办理
)

var openings = codes{{"first", "收到申请"}, {"correction", "收到补正"}, {"fee", "缴费"}, {"reopened", "重新办理"}}

func (o Opening) String() string { return openings.code(uint8(o)) }

// ParseOpening reads a code or a label.
func ParseOpening(s string) (Opening, error) {
	if s == openings[0][0] || s == openings[0][1] {
		return OpenedFirst, nil
	}
	i, err := openings.parse("起因", s)
	return Opening(i), err
}

func ParseEnding(s string) (Ending, error)     { return parsed[Ending](endings, "终止", s) }
func (o Opening) Label() string                { return openings.label(uint8(o)) }
func (o Opening) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// Ending is how a statutory period ended; its code is stable.
type Ending uint8

// The endings. The absent value is a period that runs.
const (
	EndingNone      Ending = iota
	EndedServed            // the answer took effect
	EndedCorrection        // 补正告知: the case waits, and the correction opens the next
	EndedFee               // 收费通知, likewise
	EndedLapsed            // a lapse without a notice, as old records may have it
	EndedWithdrawn
	EndedDismissed
	EndedMerged
	EndedReopened // opened anew before it was answered, as only old records can have it
)

var endings = codes{{}, {"served", "答复送达"}, {"correction", "补正告知"}, {"fee", "收费通知"}, {"lapsed", "不再处理"},
	{"withdrawn", "撤回"}, {"dismissed", "非申请"}, {"merged", "合并"}, {"reopened", "重新办理"}}

// String returns the stable code; "" while the period runs.
func (e Ending) String() string { return endings.code(uint8(e)) }

func (e Ending) Label() string                { return endings.label(uint8(e)) }
func (e Ending) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// Period is a statutory period of a case: its time is a chain of them, with the applicant's own time
// to correct or to pay in between (casefile/LAW.md#clocks).
type Period struct {
	From                    Opening
	StartStrict, StartLegal civil.Date // days zero; the legal one is zero where nothing was confirmed
	// DueStrict and DueLegal are the due dates as they stood when the period ended; of one that runs,
	// as they stand.
	DueStrict, DueLegal civil.Date
	Ended               civil.Date // the day of the service or of the notice; zero while it runs
	How                 Ending
	// Late: it ended after the due date that governs, the legal one, or the strict one where nothing was
	// confirmed. Nothing that happens later makes it timely.
	Late bool
	// Disputable: it ended between the strict and the legal due date.
	Disputable bool
	// Returned: the answer that ended it came back from the address that the applicant gave. It is disputable until it is
	// answered again within the strict due date.
	Returned bool
	// Slow: 双方确认 came so late that nothing past the strict due date counts as 按时.
	Slow bool
}

// Timing is what the periods say that ended in a stretch of days: lateness is counted once, in the year in
// which its period ended.
type Timing struct {
	Late       bool // one ended late
	Disputable bool // one ended between the strict and the legal due date, and none late
	Slow       bool // of those, one whose 双方确认 came too late for 按时
}

// Timed returns what the periods say that ended from one day to another.
func (c Case) Timed(from, to civil.Date) (t Timing) {
	for _, p := range c.Periods {
		if p.Ended.IsZero() || p.Ended < from || p.Ended > to {
			continue
		}
		t.Late = t.Late || p.Late
		t.Disputable = t.Disputable || p.Disputable
		t.Slow = t.Slow || p.Disputable && p.Slow
	}
	t.Disputable = t.Disputable && !t.Late
	t.Slow = t.Slow && !t.Late
	return t
}

// judge says whether a period that ended was late.
func (p *Period) judge() {
	governs := p.DueLegal
	if p.StartLegal.IsZero() {
		governs = p.DueStrict
	}
	p.Late = !governs.IsZero() && p.Ended > governs
	p.Disputable = !p.Late && !p.DueStrict.IsZero() && p.Ended > p.DueStrict
}

// close ends the current period on a day.
func (c *Clock) close(day civil.Date, how Ending) {
	c.last, c.running = c.closing(day), false
	if c.View == Strict {
		return
	}
	strict := c.other.last
	if strict.on != day || c.other.running { // the strict reading goes on
		strict = c.other.closing(day)
	}
	p := Period{From: c.opening, StartStrict: strict.start, StartLegal: c.last.start, DueStrict: strict.due, DueLegal: c.last.due, Ended: day, How: how, Slow: c.slow}
	if !c.internal {
		p.judge()
	}
	c.closed = append(c.closed, p)
}

// closing is how the period would end on a day: a consultation that is still open has taken until then.
func (c *Clock) closing(day civil.Date) closing {
	end := closing{on: day, start: c.Start}
	if !c.Start.IsZero() && c.Waiting != WaitContact && (c.base > 0 || !c.Fixed.IsZero()) {
		end.due, end.provisional = c.ends(c.exclusions(day))
	}
	return end
}

// ranOut tells the due date of a period that had passed before the day; zero where it had not, or none runs.
func (c *Clock) ranOut(day civil.Date) civil.Date {
	if !c.running || c.Start.IsZero() {
		if !c.last.due.IsZero() && c.last.on > c.last.due {
			return c.last.due
		}
		return 0
	}
	if due := c.closing(day).due; !due.IsZero() && due < day {
		return due
	}
	return 0
}

// unmoved says why a step of that day moves nothing: the period has run out, or the case waits; "" where
// the step can work. What was late stays late (casefile/LAW.md#clocks).
func (c *Clock) unmoved(day civil.Date) string {
	if c.Ordered && c.running {
		return c.order()
	}
	if c.View == Legal && c.Start.IsZero() {
		return c.other.unmoved(day)
	}
	if c.held() {
		return "正在等待" + c.Waiting.Label() + "，不影响期限"
	}
	if c.View == Strict && c.other.held() { // what came too late for this reading alone
		return "正在等待" + c.other.Waiting.Label() + "，不影响期限"
	}
	if due := c.ranOut(day); !due.IsZero() {
		return "期限已于 " + due.String() + " 届满，不影响期限"
	}
	return ""
}

// breach says that the period had run out when it ended with a notice; "" where it had not.
func (c *Clock) breach() string {
	if c.last.due.IsZero() || c.last.on <= c.last.due {
		return ""
	}
	return "；期限已于 " + c.last.due.String() + " 届满，本期已逾期"
}

// periods lists those of the case, for the legal reading, in the end.
func (c *Clock) periods() []Period {
	all := c.closed
	if c.running && (!c.Start.IsZero() || !c.other.Start.IsZero()) {
		p := Period{From: c.opening, StartStrict: c.other.Start, StartLegal: c.Start, DueStrict: c.other.Due, DueLegal: c.Due, Slow: c.slow}
		p.Ended, p.How = c.leftOn, c.left
		all = append(all, p)
	}
	return all
}
