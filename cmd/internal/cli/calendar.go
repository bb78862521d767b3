package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/cmd/internal/control"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) calendarCommand() *cobra.Command {
	return parent("calendar", "放假安排：查看，采用新一年的通知",
		"期限按工作日计算（条例第三十三条），工作日以国务院办公厅的放假安排为准。程序内已有历年的通知；新一年的通知公布后用 adopt 录入，\n"+
			"此前该年的期限都是暂定的。",
		"ysq calendar show 2026\nysq calendar rest 2026-11-20 --reason 全市停电",
		a.calendarShowCommand(), a.calendarAdoptCommand(),
		a.overrideCommand("rest", "本机关某日不上班", false), a.overrideCommand("work", "本机关某个休息日上班", true))
}

func (a *app) calendarShowCommand() *cobra.Command {
	return &cobra.Command{
		Use: "show [年份]", Short: "列出一年的节假日和调休", Long: "列出一年中与星期不同的日子及其依据，和全年的工作日数（条例第三十三条）。不写年份即今年。",
		Example: "ysq calendar show 2026",
		Args:    atMostOne("年份"),
		RunE: func(cmd *cobra.Command, args []string) error {
			year := a.today().Year()
			if len(args) == 1 {
				var err error
				if year, err = strconv.Atoi(args[0]); err != nil {
					return usage(cmd, "年份 %q 不对", args[0])
				}
			}
			return a.ask(func(ctx context.Context, c *control.Client, _ []string) error {
				y, err := c.Calendar(ctx, year)
				if err != nil {
					return err
				}
				return a.calendar(y)
			})(cmd, args)
		},
	}
}

func (a *app) calendar(y control.CalendarYear) error {
	if a.json {
		return a.printJSON(y)
	}
	state := ""
	if !y.Complete {
		state = "（暂定：放假安排尚未公布）"
	}
	fmt.Fprintf(a.out, "%d 年 %d 个工作日%s\n", y.Year, y.Workdays, state)
	t := grid.Table{Header: []string{"日期", "类别", "名称", "依据"}}
	for _, d := range y.Days {
		t.Rows = append(t.Rows, []string{d.Date.Long(), d.Kind.Label(), d.Name, d.Notice})
	}
	return a.table(t, nil)
}

func (a *app) calendarAdoptCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "adopt 年份", Short: "录入一年的放假安排",
		Long: "录入国务院办公厅关于一年节假日安排的通知（条例第三十三条的工作日由此确定）。先用 --dry-run 看哪些案件的期限会变。\n" +
			"同一文号再次录入即更正。",
		Example: "ysq calendar adopt 2027 --notice 国办发明电〔2026〕0号 --rest 元旦=2027-01-01..2027-01-03 --work 2027-02-07 --dry-run",
		Args:    exactly("年份"),
	}
	o := &options{cmd: cmd}
	notice, rest := o.text("notice", "通知的`文号`"), o.texts("rest", "`节日=起..止`，可写多次")
	work, dryRun := o.texts("work", "调休上班的`日期`，可写多次"), o.flag("dry-run", "只看哪些期限会变，不录入")
	o.need("notice", "rest")
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if err := o.missing(); err != nil {
			return err
		}
		y := workday.Year{Notice: *notice}
		if y.Year, err = strconv.Atoi(args[0]); err != nil {
			return usage(cmd, "年份 %q 不对", args[0])
		}
		for _, s := range *rest {
			r, err := parseRest(s)
			if err != nil {
				return usage(cmd, "--rest %q：%v", s, err)
			}
			y.Rest = append(y.Rest, r)
		}
		for _, s := range *work {
			d, err := civil.Parse(s)
			if err != nil {
				return usage(cmd, "--work %q：%v", s, err)
			}
			y.Work = append(y.Work, d)
		}
		a.warnLacking(y)
		return a.adopt(cmd, control.AdoptRequest{Year: y, DryRun: *dryRun})
	}
	return cmd
}

// parseRest reads 春节=2027-02-05..2027-02-11; a holiday of one day may leave out the end.
func parseRest(s string) (r workday.Rest, err error) {
	name, days, ok := strings.Cut(s, "=")
	if !ok || name == "" {
		return r, fmt.Errorf("应写作 春节=2027-02-05..2027-02-11")
	}
	from, to, ok := strings.Cut(days, "..")
	if !ok {
		to = from
	}
	r.Name = name
	if r.From, err = civil.Parse(from); err != nil {
		return r, err
	}
	r.To, err = civil.Parse(to)
	return r, err
}

// warnLacking tells of statutory days that the notice leaves out: it is either an amendment, or a
// day was mistyped and the year stays provisional.
func (a *app) warnLacking(y workday.Year) {
	var days []string
	for _, d := range y.Lacks() {
		days = append(days, d.Date.String()+" "+d.Name)
	}
	if len(days) > 0 {
		fmt.Fprintf(a.errOut, "注意：通知没有包括法定节假日 %s；如是全年的安排，请核对 --rest\n", strings.Join(days, "、"))
	}
}

func (a *app) overrideCommand(name, what string, working bool) *cobra.Command {
	cmd := &cobra.Command{
		Use: name + " 日期…", Short: what,
		Long:    what + "（如防汛、停电、会议），只对本机关有效，期限（条例第三十三条）随之变动；理由写进每个受影响期限的说明。",
		Example: "ysq calendar " + name + " 2026-11-21 --reason 全市停电 --dry-run",
		Args:    atLeastOne("日期"),
	}
	o := &options{cmd: cmd}
	reason, dryRun := o.text("reason", "`理由`"), o.flag("dry-run", "只看哪些期限会变，不录入")
	o.need("reason")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := o.missing(); err != nil {
			return err
		}
		var y workday.Year
		for _, s := range args {
			d, err := civil.Parse(s)
			if err != nil {
				return usage(cmd, "%q：%v", s, err)
			}
			if y.Year != 0 && y.Year != d.Year() {
				return usage(cmd, "请每年分别录入")
			}
			y.Year = d.Year()
			y.Overrides = append(y.Overrides, workday.Override{Date: d, Working: working, Reason: *reason})
		}
		return a.adopt(cmd, control.AdoptRequest{Year: y, Reason: *reason, DryRun: *dryRun})
	}
	return cmd
}

func (a *app) adopt(cmd *cobra.Command, req control.AdoptRequest) error {
	return a.ask(func(ctx context.Context, c *control.Client, _ []string) error {
		changes, err := c.Adopt(ctx, req)
		if err != nil {
			return err
		}
		if a.json {
			return a.printJSON(changes)
		}
		done := "已录入"
		if req.DryRun {
			done = "试算，没有录入"
		}
		fmt.Fprintf(a.out, "%s；%d 件在办案件的期限变动\n", done, len(changes))
		if len(changes) == 0 {
			return nil
		}
		t := grid.Table{Header: []string{"案号", "申请人", "从严期限", "改为", "法定期限", "改为"}}
		for _, ch := range changes {
			t.Rows = append(t.Rows, []string{string(ch.Case), string(ch.Applicant), day(ch.StrictBefore), day(ch.StrictAfter), day(ch.LegalBefore), day(ch.LegalAfter)})
		}
		return a.table(t, nil, 1)
	})(cmd, nil)
}
