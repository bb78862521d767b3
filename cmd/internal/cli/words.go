package cli

import (
	"fmt"
	"strings"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
)

// day reads 2026-11-22 周日; no day reads as nothing.
func day(d ask.Day) string {
	if d == 0 {
		return ""
	}
	return civil.Date(d).Long()
}

// instant reads 2026-11-22 周日 09:30, in Asia/Shanghai wherever the computer stands.
func instant(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return civil.Of(*t).Long() + t.In(civil.Zone).Format(" 15:04")
}

func stageLabel(code string) string {
	if s, err := casefile.ParseStage(code); err == nil && s != casefile.StageNone {
		return s.Label()
	}
	return code
}

func openingLabel(code string) string {
	if o, err := casefile.ParseOpening(code); err == nil {
		return o.Label()
	}
	return code
}

func endingLabel(code ask.Text) string {
	if e, err := casefile.ParseEnding(string(code)); err == nil {
		return e.Label()
	}
	return string(code)
}

func channelLabel(code string) string {
	if c, err := casefile.ParseChannel(code); err == nil && c != casefile.ChannelNone {
		return c.Label()
	}
	return code
}

func kindLabel(code ask.Text) string {
	if k, err := casefile.ParseRequestKind(string(code)); err == nil && k != casefile.KindNone {
		return k.Label()
	}
	return string(code)
}

func placeLabel(code string) string {
	if d, err := casefile.ParseDisposition(code); err == nil && d != casefile.DispositionNone {
		return d.Label()
	}
	return code
}

// outcomeLabel reads （三）4 保护第三方合法权益，依据条例第十五条（第三方合法权益）.
func outcomeLabel(r ask.CaseRow) string {
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

// workdays reads 剩 3 个工作日.
func workdays(n int, overdue bool) string {
	switch {
	case overdue && n == 0:
		return "已逾期"
	case n < 0:
		return fmt.Sprintf("已逾期 %d 个工作日", -n)
	case n == 0:
		return "今天到期"
	}
	return fmt.Sprintf("剩 %d 个工作日", n)
}

// remaining says how a case stands with its time: what a clerk looks at first.
func remaining(r ask.CaseRow) string {
	var s string
	switch {
	case r.OldRegulations:
		return "旧条例，不计算"
	case r.Internal:
		return internal(r)
	case r.Clock == "stopped" && r.Late != nil && *r.Late:
		s = "逾期办结"
	case r.Clock == "stopped" && r.Disputable:
		s = "有争议（从严口径已逾期）"
	case r.Clock == "stopped":
		s = "按时办结"
	case r.WaitingFor != "" && r.RemainingWorkdays == nil:
		s = "等待" + string(r.WaitingFor)
		if r.WaitingUntil != 0 {
			s += "（至 " + civil.Date(r.WaitingUntil).String() + "）"
		}
	case r.ArrivalDoubted && !r.Overdue && r.RemainingWorkdays != nil && *r.RemainingWorkdays < 0:
	case r.RemainingWorkdays != nil:
		s = workdays(*r.RemainingWorkdays, r.Overdue)
		if r.WaitingFor != "" {
			s += "，等待" + string(r.WaitingFor)
		}
	}
	switch {
	case r.Clock == "stopped":
	case r.Overdue:
		s += clockOf(string(r.OverdueBy))
	case r.Late != nil && *r.Late:
		s += "（前期已逾期）"
	case r.Disputable:
		s += "（前期有争议）"
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

// internal is the words of the office's own measure: no law says that it is overdue or in time.
func internal(r ask.CaseRow) string {
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

// soonDays is from how many working days before its due date a case is shown in yellow.
const soonDays = 3

func urgency(r ask.CaseRow) tint {
	switch {
	case r.Overdue:
		return alarm
	case r.RemainingWorkdays != nil && *r.RemainingWorkdays <= soonDays:
		return soon
	}
	return plain
}

func charge(r ask.CaseRow) string {
	return strings.TrimSpace(string(r.Department) + " " + string(r.Assignee))
}

func size(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d 字节", n)
}
