package cli

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain 编号",
		Short: "逐日说明期限是怎样算出来的",
		Long: "逐日说明期限是怎样算出来的（条例第三十一条、第三十三条；民法典第二百零一条）：哪天起算，每条记录对期限的影响，\n" +
			"哪些天计入、哪些天因何不计。从严口径自到达日起算，法定口径自收到申请之日起算，提醒以较早者为准。",
		Example: "ysq explain 17\nysq explain 2025-17 --json",
		Args:    exactly("编号"),
		RunE: a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
			e, err := ask.Do(ctx, c, ask.Explain, ask.CaseRef{Case: casefile.ExpandID(args[0], a.today().Year())})
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(e)
			}
			return a.explain(e)
		}),
	}
}

func (a *app) explain(e ask.Explanation) error {
	fmt.Fprintln(a.out, grid.Clean(join("  ", "案件 "+string(e.Case.Case), ask.StageLabel(e.Case.Stage), e.Case.Standing(), "今天 "+day(e.Today))))
	if err := a.periods(e.Case.Periods); err != nil {
		return err
	}
	for _, c := range e.Clocks {
		a.heading(c.Label)
		a.sheet("  ",
			field{"起算", clockStart(c)},
			field{"期限", clockDue(c)},
			field{"等待", waits(c)},
			field{"终止", day(c.Stopped)},
		)
		if err := a.turns(c.Turns); err != nil {
			return err
		}
		if err := a.walk(c.Days, e.Today); err != nil {
			return err
		}
	}
	return nil
}

// periods prints the statutory periods of a case, where there is more to say than the clocks say.
func (a *app) periods(all []ask.PeriodView) error {
	usual := func(p ask.PeriodView) bool { return !p.Disputable && (p.Late == nil || !*p.Late) }
	if len(all) == 0 || len(all) == 1 && usual(all[0]) {
		return nil
	}
	a.heading("各期（每次补正、缴费、重新办理另起一期；已逾期的，不因其后的事项而按时）")
	t := grid.Table{Header: []string{"自", "从严 零日", "届满", "法定 零日", "届满", "结束", "情形"}}
	var tints []tint
	for _, p := range all {
		colour := plain
		switch {
		case p.Late != nil && *p.Late:
			colour = alarm
		case p.Disputable:
			colour = soon
		}
		t.Rows = append(t.Rows, []string{ask.OpeningLabel(p.From), a.day(p.StartStrict), a.day(p.DueStrict), a.day(p.StartLegal), a.day(p.DueLegal), a.day(p.Ended), periodEnd(p)})
		tints = append(tints, colour)
	}
	return a.table(t, tints)
}

// periodEnd says how a period ended: 收费通知，逾期.
func periodEnd(p ask.PeriodView) string {
	result := ""
	switch {
	case p.Late == nil:
		return "在办"
	case *p.Late:
		result = "逾期"
	case p.Disputable:
		result = "有争议"
	case p.How != "dismissed" && p.How != "merged":
		result = "按时"
	}
	return join("，", ask.EndingLabel(p.How), result)
}

func clockStart(c ask.ClockView) string {
	if c.Start == 0 {
		return "尚未起算"
	}
	return day(c.Start) + "（第零日）"
}

func clockDue(c ask.ClockView) string {
	switch {
	case c.Due == 0:
		return ""
	case c.Set:
		return day(c.Due) + "（另行确定的日期）"
	}
	return day(c.Due) + fmt.Sprintf("（第 %d 个工作日）", c.Limit) + provisional(c.Provisional)
}

func waits(c ask.ClockView) string {
	if c.WaitingFor == "" {
		return ""
	}
	return string(c.WaitingFor) + prefix("，至 ", day(c.WaitingUntil))
}

func (a *app) turns(turns []ask.TurnView) error {
	if len(turns) == 0 {
		return nil
	}
	fmt.Fprintln(a.out)
	t := grid.Table{Header: []string{"记录", "日期", "事项", "对期限", "说明"}}
	for _, turn := range turns {
		t.Rows = append(t.Rows, []string{strconv.FormatUint(turn.Seq, 10), a.day(turn.On), turn.Label, turn.Effect, turn.Text + entered(turn.Later)})
	}
	return a.table(t, nil)
}

// entered marks what was recorded after its day.
func entered(later ask.Day) string {
	if later == 0 {
		return ""
	}
	return "（补录）"
}

// walk prints every day, also the uncounted ones: it is what the office shows when its count is
// doubted.
func (a *app) walk(days []ask.DayView, today ask.Day) error {
	if len(days) == 0 {
		return nil
	}
	fmt.Fprintln(a.out)
	t := grid.Table{Header: []string{"逐日", "第几个工作日", "原因"}, Align: []grid.Align{grid.Left, grid.Right, grid.Left}}
	var tints []tint
	for _, d := range days {
		number, why := "不计", d.Why
		if d.Number > 0 {
			number = strconv.Itoa(d.Number)
		}
		colour := plain
		if d.Date == today {
			why = join("  ", why, "← 今天")
			colour = soon
		}
		t.Rows = append(t.Rows, []string{day(d.Date), number, why})
		tints = append(tints, colour)
	}
	return a.table(t, tints)
}
