package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/control"
	"ysq.internal/ysq/stats/render/grid"
)

// listLimit is how many cases a table shows unless told otherwise. JSON has no such limit: a program
// would not notice what is missing.
const listLimit = 200

func (a *app) listCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list [词…]",
		Short: "列出案件（不写选项即在办的案件）",
		Long: "列出在办的案件（条例第四十五条），按案号排列。写几个词，则只列申请人、主题、申请内容或承办科室含有这些词的案件。\n" +
			fmt.Sprintf("表格默认列前 %d 件；--json 不写 --limit 则列出全部。", listLimit),
		Example: "ysq list\nysq list --overdue\nysq list --stage 登记 --stage 审核\nysq list --due 3\nysq list 大气 监测 --all\nysq list --all --json",
	}
	o := &options{cmd: cmd}
	q := control.ListQuery{}
	f := cmd.Flags()
	stages := o.texts("stage", "只列这些`阶段`，可写多次："+stageWords())
	due := o.number("due", "只列`几`个工作日内到期的，已逾期的也在内")
	f.BoolVar(&q.Overdue, "overdue", false, "只列已逾期的")
	f.BoolVar(&q.Unregistered, "unregistered", false, "只列尚未登记的")
	f.BoolVar(&q.All, "all", false, "已办结的也列出")
	after := o.text("after", "从此`案号`之后列起")
	limit := f.Int("limit", listLimit, "最多列几`件`，0 为不限")
	o.complete("stage", stageNames())
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		for _, s := range *stages {
			stage, err := casefile.ParseStage(s)
			if err != nil {
				return usage(cmd, "%v", err)
			}
			q.Stages = append(q.Stages, stage)
		}
		if o.given("due") {
			q.DueWithin = due
		}
		if *after != "" {
			q.After = casefile.ExpandID(*after, a.today().Year())
		}
		if *limit < 0 {
			return usage(cmd, "--limit 不能是负数")
		}
		q.Words = strings.Join(args, " ")
		return a.ask(func(ctx context.Context, c *control.Client, _ []string) error {
			if a.json {
				if o.given("limit") {
					q.Limit = *limit
				}
				return a.listJSON(ctx, c, q)
			}
			return a.listTable(ctx, c, q, *limit)
		})(cmd, args)
	}
	return cmd
}

func stageNames() (names []string) {
	for _, s := range casefile.Stages() {
		names = append(names, s.Label())
	}
	return names
}

func stageWords() string { return strings.Join(stageNames(), "、") }

func (a *app) listJSON(ctx context.Context, c *control.Client, q control.ListQuery) error {
	array := jsonArray[control.CaseRow]{a: a}
	if err := c.List(ctx, q, array.add); err != nil {
		return err
	}
	return array.close()
}

func (a *app) listTable(ctx context.Context, c *control.Client, q control.ListQuery, limit int) error {
	if limit > 0 {
		q.Limit = limit + 1 // one more tells that there are more
	}
	var rows []control.CaseRow
	err := c.List(ctx, q, func(r control.CaseRow) error {
		rows = append(rows, r)
		return nil
	})
	if err != nil {
		return err
	}
	more := limit > 0 && len(rows) > limit
	if more {
		rows = rows[:limit]
	}
	if len(rows) == 0 {
		fmt.Fprintln(a.errOut, "没有这样的案件")
		return nil
	}
	if err := a.rows(rows); err != nil {
		return err
	}
	if more {
		fmt.Fprintf(a.errOut, "只列出前 %d 件；其余用 --after %s 或 --limit 0\n", limit, rows[limit-1].Case)
	}
	return nil
}

// rows draws cases.
func (a *app) rows(cases []control.CaseRow) error {
	t := grid.Table{Header: []string{"案号", "阶段", "申请人", "主题", "期限", "剩余", "承办"}}
	var tints []tint
	for _, r := range cases {
		t.Rows = append(t.Rows, []string{string(r.Case), stageLabel(r.Stage), string(r.Applicant), string(r.Subject), day(r.Due), remaining(r), charge(r)})
		tints = append(tints, urgency(r))
	}
	return a.table(t, tints, 2, 3, 6) // who, what, in whose charge
}

// dueDays is how far `due` looks ahead unless told otherwise: a working week.
const dueDays = 5

func (a *app) dueCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "due",
		Short: "列出到期和将到期的事项",
		Long: "列出已逾期和将到期的事项，最急的在前：应答复（条例第三十三条）、待双方确认（第三十一条）、\n" +
			"补正告知截止（第三十条）、征求意见期满（第三十二条）、等待期满、送达失败。",
		Example: "ysq due\nysq due --within 0",
		Args:    noArgs,
	}
	within := cmd.Flags().Int("within", dueDays, "看到`几`个工作日之内")
	cmd.RunE = a.ask(func(ctx context.Context, c *control.Client, _ []string) error {
		items, err := c.Due(ctx, *within)
		if err != nil {
			return err
		}
		if a.json {
			if items == nil {
				items = []control.DueItem{}
			}
			return a.printJSON(items)
		}
		if len(items) == 0 {
			fmt.Fprintf(a.errOut, "%d 个工作日之内没有到期的事项\n", *within)
			return nil
		}
		t := grid.Table{Header: []string{"日期", "剩余", "案号", "事项", "阶段", "申请人", "主题"}}
		var tints []tint
		for _, i := range items {
			left := workdays(i.Remaining, false)
			if i.Provisional {
				left += "（暂定）"
			}
			t.Rows = append(t.Rows, []string{day(i.On), left, string(i.Case), i.Label, stageLabel(i.Stage), string(i.Applicant), string(i.Subject)})
			tints = append(tints, alarmTint(i.Alarm))
		}
		return a.table(t, tints, 5, 6)
	})
	return cmd
}

func alarmTint(al control.Alarm) tint {
	switch {
	case al.Remaining < 0:
		return alarm
	case al.Remaining <= soonDays:
		return soon
	}
	return plain
}
