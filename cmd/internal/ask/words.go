package ask

import (
	"fmt"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// The words in which answers are shown, on a terminal and in the desk alike.

// Long reads 2026-11-22 周日; no day reads as nothing.
func (d Day) Long() string { return civil.Date(d).Long() }

// Size reads 2.0 KB.
func Size(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d 字节", n)
}

// labelOf is the Chinese word of a code; an unknown code stays as it is.
func labelOf[S ~string, T interface{ Label() string }](code S, parse func(string) (T, error)) string {
	if v, err := parse(string(code)); err == nil && v.Label() != "" {
		return v.Label()
	}
	return string(code)
}

// The Chinese words of the codes in answers.
func StageLabel(code string) string    { return labelOf(code, casefile.ParseStage) }
func ChannelLabel(code string) string  { return labelOf(code, casefile.ParseChannel) }
func PlaceLabel(code string) string    { return labelOf(code, casefile.ParseDisposition) }
func PublicityLabel(code Text) string  { return labelOf(code, casefile.ParsePublicity) }
func KindLabel(code Text) string       { return labelOf(code, casefile.ParseRequestKind) }
func OpeningLabel(code string) string  { return labelOf(code, casefile.ParseOpening) }
func EndingLabel(code Text) string     { return labelOf(code, casefile.ParseEnding) }
func OutStateLabel(code string) string { return labelOf(code, casefile.ParseOutState) }
func OutWayLabel(code string) string   { return labelOf(code, casefile.ParseOutWay) }

// OutcomeLabel reads （三）4 保护第三方合法权益，依据条例第十五条（第三方合法权益）.
func (r CaseRow) OutcomeLabel() string {
	o, err := casefile.ParseOutcome(string(r.Outcome))
	if err != nil || o == casefile.OutcomeNone {
		return string(r.Outcome)
	}
	s := o.Row() + " " + o.Label()
	if r.Basis != "" {
		s += "，依据" + casefile.BasisOf(string(r.Basis)).String()
	}
	return s
}

// Retention is how long the files are kept where that is not the office's usual term.
func (r CaseRow) Retention() string {
	switch {
	case r.KeepForGood:
		return "永久"
	case r.KeepYears > 0:
		return fmt.Sprintf("%d 年", r.KeepYears)
	}
	return ""
}

// InCharge is the department and the person who have the case.
func (r CaseRow) InCharge() string { return Charge(r.Department, r.Assignee, r.Deputy) }

// InCharge is in whose charge it is, and who does his work.
func (i DueItem) InCharge() string { return Charge(i.Department, i.Assignee, i.Deputy) }

// Charge is in whose charge something is, as lists say it and sort by it.
func Charge[S ~string](department, assignee, deputy S) string {
	who := strings.TrimSpace(string(department) + " " + string(assignee))
	if deputy != "" {
		who += "（" + string(deputy) + "代）"
	}
	return who
}

// ClockWords are the Chinese words for a clock; "" for none.
func ClockWords(clock string) string {
	switch clock {
	case ClockStrict:
		return "从严口径"
	case ClockLegal:
		return "法定口径"
	case ClockBoth:
		return "两种口径"
	}
	return ""
}

// ByClock is ClockWords in brackets.
func ByClock(clock string) string {
	if w := ClockWords(clock); w != "" {
		return "（" + w + "）"
	}
	return ""
}

// Urgency is how something stands with its time, as colours show it.
type Urgency uint8

const (
	Calm  Urgency = iota
	Waits         // somebody else has to act
	Soon          // due within SoonDays, or past a day that the office has set to itself
	Late          // past a day that the law has set
)

// SoonDays is how many working days before its due date something begins to be marked.
const SoonDays = 3

// String is the word by which the desk's style sheet knows it.
func (u Urgency) String() string { return [...]string{"", "waits", "soon", "late"}[u] }

// UrgencyOf is that of a day set by law, so many working days away.
func UrgencyOf(remaining int) Urgency {
	switch {
	case remaining < 0:
		return Late
	case remaining <= SoonDays:
		return Soon
	}
	return Calm
}

// Workdays reads 剩 3 个工作日.
func Workdays(n int) string {
	switch {
	case n < 0:
		return fmt.Sprintf("已逾期 %d 个工作日", -n)
	case n == 0:
		return "今天到期"
	}
	return fmt.Sprintf("剩 %d 个工作日", n)
}

func (r CaseRow) Urgency() Urgency {
	switch {
	case r.Overdue:
		return Late
	case r.RemainingWorkdays != nil && *r.RemainingWorkdays <= SoonDays:
		return Soon
	case r.WaitingFor != "" && r.Clock != "stopped":
		return Waits
	}
	return Calm
}

// Standing says how a case stands with its time: what a clerk looks at first.
func (r CaseRow) Standing() string {
	var s string
	switch {
	case r.OldRegulations:
		return "旧条例，不计算"
	case r.Internal:
		return r.internal()
	case r.Clock == "stopped":
		s = r.ended()
	default:
		s = r.running() + r.earlier()
	}
	if r.Provisional && s != "" {
		s += "（暂定）"
	}
	switch {
	case r.ArrivalDoubted && s == "":
		s = "到达日存疑"
	case r.ArrivalDoubted:
		s += "（到达日存疑）"
	}
	return s
}

// ended words a period that has ended.
func (r CaseRow) ended() string {
	switch {
	case r.Late != nil && *r.Late:
		return "逾期办结"
	case r.Disputable:
		return "有争议（从严口径已逾期）"
	}
	return "按时办结"
}

// running words the period that runs or waits; "" for one past its end by an arrival that is doubted.
func (r CaseRow) running() (s string) {
	switch {
	case r.WaitingFor != "" && r.RemainingWorkdays == nil:
		if r.WaitingUntil != 0 {
			return "等待" + string(r.WaitingFor) + "（至 " + civil.Date(r.WaitingUntil).String() + "）"
		}
		return "等待" + string(r.WaitingFor)
	case r.RemainingWorkdays == nil, r.ArrivalDoubted && !r.Overdue && *r.RemainingWorkdays < 0:
		return ""
	case r.Overdue && *r.RemainingWorkdays == 0: // on a day of rest
		s = "已逾期"
	default:
		s = Workdays(*r.RemainingWorkdays)
	}
	if r.WaitingFor != "" {
		s += "，等待" + string(r.WaitingFor)
	}
	return s
}

// earlier words by which clock the case is overdue, or what was so of the periods before this one.
func (r CaseRow) earlier() string {
	switch {
	case r.Overdue:
		return ByClock(string(r.OverdueBy))
	case r.Late != nil && *r.Late:
		return "（前期已逾期）"
	case r.Disputable:
		return "（前期有争议）"
	}
	return ""
}

// Brief is a row with what a line of a table shows, and no more: number, stage, who, what, the day, how it stands, and in whose
// charge. Half of the time of a list went into the other fields.
func (r CaseRow) Brief() CaseRow {
	return CaseRow{
		Case: r.Case, Stage: r.Stage, Clock: r.Clock, Applicant: r.Applicant, Subject: r.Subject, Due: r.Due,
		WaitingFor: r.WaitingFor, WaitingUntil: r.WaitingUntil, RemainingWorkdays: r.RemainingWorkdays, Provisional: r.Provisional,
		Overdue: r.Overdue, OverdueBy: r.OverdueBy, Late: r.Late, Disputable: r.Disputable, ArrivalDoubted: r.ArrivalDoubted,
		Internal: r.Internal, OldRegulations: r.OldRegulations,
		Department: r.Department, Assignee: r.Assignee, Deputy: r.Deputy, OpenMails: r.OpenMails,
	}
}

// internal words a term that the office sets itself: no law says that it is overdue or in time.
func (r CaseRow) internal() string {
	switch {
	case r.Clock == "stopped":
		return "已办结"
	case r.WaitingFor != "":
		return "等待" + string(r.WaitingFor)
	case r.RemainingWorkdays == nil:
		return ""
	case *r.RemainingWorkdays < 0:
		return fmt.Sprintf("内部期限已过 %d 个工作日", -*r.RemainingWorkdays)
	}
	return fmt.Sprintf("内部期限还有 %d 个工作日", *r.RemainingWorkdays)
}

// Left says how much time there is, for a narrow column. A term of the office's own is never overdue in the sense of the
// law.
func (a Alarm) Left() string {
	switch {
	case a.Block == BlockMail && a.Remaining == 0:
		return "今天"
	case a.Block == BlockMail:
		return fmt.Sprintf("%d 个工作日", -a.Remaining)
	case a.Block == BlockInternal && a.Remaining < 0:
		return fmt.Sprintf("已 %d 个工作日", -a.Remaining)
	case a.Remaining < 0:
		return strings.TrimPrefix(Workdays(a.Remaining), "已") + ByClock(a.Clock)
	}
	return Workdays(a.Remaining)
}

// Left is that of its alarm, and says where it counted past the calendar's end.
func (i DueItem) Left() string {
	s := i.Alarm.Left()
	if i.Provisional {
		s += "（暂定）"
	}
	return s
}

// Urgency of an alarm: only a date set by law that has passed is late.
func (a Alarm) Urgency() Urgency {
	switch {
	case a.Clock != "", (a.Block == "" || a.Block == BlockStatutory) && a.Remaining < 0:
		return Late
	case a.Block == BlockMail, a.Block == BlockStatutory && a.Remaining <= SoonDays:
		return Soon
	}
	return Calm
}
