package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

// listLimit is how many cases a table shows unless told otherwise. JSON has no such limit: a program
// would not notice what is missing.
const listLimit = 200

func (a *app) listCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list [词…]",
		Short: "列出案件（不写选项即在办的案件）",
		Long: "列出在办的案件（条例第四十五条），按编号排列。写几个词，则只列申请人、主题、申请内容或承办科室含有这些词的案件。\n" +
			fmt.Sprintf("表格默认列前 %d 件；-o json、csv、tsv 不写 --limit 则列出全部。", listLimit),
		Example: "ysq list\nysq list --overdue\nysq list --stage 登记 --stage 审查\nysq list --due 3\nysq list 大气 监测 --all\nysq list --all --json\nysq list -o csv --bom --fields case,applicant,due,remaining_workdays > 在办.csv\nysq list -o 在办.xlsx\nysq list --department 工程科 -o 工程科.xlsx\nysq list --late --from 2026-01-01 --to 2026-06-30",
	}
	o := a.options(cmd)
	out := newListing[ask.CaseRow](a, cmd)
	q := ask.ListQuery{}
	f := cmd.Flags()
	stages := o.texts("stage", "只列这些`阶段`，可写多次："+stageWords())
	due := o.number("due", "只列在办的、`几`个工作日内到期的，已逾期的也在内")
	f.BoolVar(&q.Overdue, "overdue", false, "只列在办的、已逾期的")
	f.BoolVar(&q.Disputable, "disputable", false, "只列按时与否可能有争议的：从严期限已过，法定期限未过；已办结的也在内")
	f.BoolVar(&q.Unregistered, "unregistered", false, "只列尚未登记的")
	f.BoolVar(&q.All, "all", false, "已办结的也列出")
	f.BoolVar(&q.Late, "late", false, "只列曾逾期的：有一期逾期才终止，已办结的也在内")
	outcomes := o.texts("outcome", "只列这样`答复`的，可写多次：表三的行号、名称或代码")
	publicity := choice(o, "publicity", "只列这样`决定`主动公开的，已办结的也在内", casefile.ParsePublicity, casefile.Publicities()...)
	f.StringVar(&q.Department, "department", "", "只列这一`科室`承办的，如打印了交给科室")
	from := o.date("from", "自此`日期`收到的；与 --late、--outcome 同写时为办结的日期", civil.Past)
	to := o.date("to", "至此`日期`收到的；同上", civil.Past)
	after := o.text("after", "从此`编号`之后列起")
	limit := f.Int("limit", listLimit, "最多列几`件`，0 为不限")
	o.complete("stage", stageNames())
	cmd.RunE = out.run(func(cmd *cobra.Command, args []string) error {
		for _, s := range *stages {
			stage, err := casefile.ParseStage(s)
			if err != nil {
				return usage(cmd, "%v", err)
			}
			q.Stages = append(q.Stages, stage)
		}
		for _, s := range *outcomes {
			outcome, err := casefile.ParseOutcome(s)
			if err != nil {
				return usage(cmd, "%v", err)
			}
			q.Outcomes = append(q.Outcomes, outcome)
		}
		if ended := o.givenOf("all", "late", "disputable", "outcome", "publicity"); ended != "" && o.givenOf("due", "overdue") != "" {
			return usage(cmd, "--%s 问的是在办的，--%s 也列已办结的，不能同写；曾逾期的用 --late", o.givenOf("due", "overdue"), ended)
		}
		q.From, q.To, q.Publicity = *from, *to, *publicity
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
		if q.Department != "" {
			out.title = q.Department + "承办的案件"
		}
		return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
			if out.machine() {
				if o.given("limit") {
					q.Limit = *limit
				}
				return out.each(func(yield func(ask.CaseRow) error) error { return ask.Each(ctx, c, ask.List, q, yield) })
			}
			return a.listTable(ctx, c, q, *limit, out)
		})(cmd, args)
	})
	return cmd
}

func stageNames() (names []string) {
	for _, s := range casefile.Stages() {
		names = append(names, s.Label())
	}
	return names
}

func stageWords() string { return strings.Join(stageNames(), "、") }

func (a *app) listTable(ctx context.Context, c *ask.Client, q ask.ListQuery, limit int, out *listing[ask.CaseRow]) error {
	if limit > 0 {
		q.Limit = limit + 1 // one more tells that there are more
	}
	q.Brief = *out.form == formTable && len(*out.fields) == 0
	rows, err := collect(func(yield func(ask.CaseRow) error) error { return ask.Each(ctx, c, ask.List, q, yield) })
	if err != nil {
		return err
	}
	more := limit > 0 && len(rows) > limit
	if more {
		rows = rows[:limit]
	}
	err = out.show(rows, "没有这样的案件", func(wide bool) error {
		if wide {
			return a.wideRows(rows)
		}
		return a.rows(rows)
	})
	if err != nil {
		return err
	}
	if more {
		fmt.Fprintf(a.errOut, "只列出前 %d 件；其余用 --after %s 或 --limit 0\n", limit, rows[limit-1].Case)
	}
	return nil
}

// rows draws cases.
func (a *app) rows(cases []ask.CaseRow) error {
	t := grid.Table{Header: []string{"编号", "阶段", "申请人", "主题", "期限", "剩余", "承办"}}
	var tints []tint
	for _, r := range cases {
		t.Rows = append(t.Rows, []string{string(r.Case), ask.StageLabel(r.Stage), string(r.Applicant), string(r.Subject), a.day(r.Due), join("；", r.Standing(), unreadMark(r)), r.InCharge()})
		tints = append(tints, tintOf(r.Urgency()))
	}
	return a.fitted(t, tints, []int{2, 3, 6}, []int{4}) // who, what, in whose charge; the day is worth the least
}

// unreadMark says that mail waits in a case.
func unreadMark(r ask.CaseRow) string {
	if r.OpenMails == 0 {
		return ""
	}
	return fmt.Sprintf("来信 %d", r.OpenMails)
}
