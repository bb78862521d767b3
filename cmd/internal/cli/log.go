package cli

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/control"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) logCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "log [案号]", Short: "列出登记库的记录：谁在何时记了什么",
		Long: "按记录号列出登记库的记录（条例第四十五条）：何时发生、何时录入、谁录入。不写案号即全部，包括取信、争议和放假安排。\n" +
			"--since、--until 按录入的日期。--json 逐条输出，供备查。",
		Example:           "ysq log 17\nysq log --since 2026-11-01 --until 2026-11-30\nysq log --after 1200 --json",
		Args:              atMostOne("案号"),
		ValidArgsFunction: a.completeCases,
	}
	o := &options{cmd: cmd}
	since, until := o.date("since", "自此`日期`起录入的"), o.date("until", "至此`日期`录入的")
	after := parsed(o, "after", "从此记录`号`之后列起", sequence)
	cmd.RunE = a.ask(func(ctx context.Context, c *control.Client, args []string) error {
		q := control.LogQuery{Since: *since, Until: *until, After: *after}
		if len(args) == 1 {
			q.Case = casefile.ExpandID(args[0], a.today().Year())
		}
		if a.json {
			array := jsonArray[control.RecordView]{a: a}
			if err := c.Log(ctx, q, array.add); err != nil {
				return err
			}
			return array.close()
		}
		t := grid.Table{Header: []string{"记录", "日期", "案号", "事项", "内容", "录入"}}
		err := c.Log(ctx, q, func(r control.RecordView) error {
			t.Rows = append(t.Rows, []string{strconv.FormatUint(r.Seq, 10), day(r.On), string(r.Case), r.Label, r.Text, instant(&r.Recorded) + " " + r.Actor})
			return nil
		})
		if err != nil {
			return err
		}
		return a.table(t, nil)
	})
	return cmd
}
