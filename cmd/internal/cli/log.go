package cli

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) logCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "log [编号]", Short: "列出登记库的记录：谁在何时记了什么",
		Long: "按记录号列出登记库的记录（条例第四十五条）：何时发生、何时录入、谁录入。不写编号即全部，包括取信、争议和放假安排。\n" +
			fmt.Sprintf("--since、--until 按录入的日期。表格不写 --limit 只列最后 %d 条；-o json、csv、tsv 逐条输出全部，供备查。", listLimit),
		Example: "ysq log 17\nysq log --since 2026-11-01 --until 2026-11-30\nysq log --follow\nysq log --after 1200 --json",
		Args:    atMostOne("编号"),
	}
	o := a.options(cmd)
	out := newListing[ask.RecordView](a, cmd)
	since, until := o.date("since", "自此`日期`起录入的", civil.Past), o.date("until", "至此`日期`录入的", civil.Past)
	after := parsed(o, "after", "从此记录`号`之后列起", sequence)
	limit := cmd.Flags().Int("limit", listLimit, "只列最后几`条`，0 为不限")
	follow := cmd.Flags().BoolP("follow", "f", false, "列出后继续等待新的记录，直到按 Ctrl-C")
	cmd.RunE = out.run(func(cmd *cobra.Command, args []string) error {
		q := ask.LogQuery{Since: *since, Until: *until, After: *after, Last: *limit}
		switch {
		case *limit < 0:
			return usage(cmd, "--limit 不能是负数")
		case *follow && o.given("until"):
			return usage(cmd, "--follow 与 --until 不能同时写")
		case *follow && out.machine() && !a.json:
			return usage(cmd, "--follow 只能与 -o table、json 同用")
		case out.machine() && !o.given("limit") && !*follow:
			q.Last = 0
		}
		if len(args) == 1 {
			q.Case = casefile.ExpandID(args[0], a.today().Year())
		}
		return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
			if *follow {
				return a.followLog(ctx, c, q)
			}
			if out.machine() {
				return out.each(func(yield func(ask.RecordView) error) error { return ask.Each(ctx, c, ask.Log, q, yield) })
			}
			return a.logTable(ctx, c, q, out)
		})(cmd, args)
	})
	return cmd
}

func (a *app) logTable(ctx context.Context, c *ask.Client, q ask.LogQuery, out *listing[ask.RecordView]) error {
	limit := q.Last
	if limit > 0 {
		q.Last++ // one more tells that there are more
	}
	rows, err := collect(func(yield func(ask.RecordView) error) error { return ask.Each(ctx, c, ask.Log, q, yield) })
	if err != nil {
		return err
	}
	more := limit > 0 && len(rows) > limit
	if more {
		rows = rows[1:]
	}
	err = out.show(rows, "没有这样的记录", func(bool) error {
		t := grid.Table{Header: []string{"记录", "日期", "编号", "事项", "录入", "内容"}}
		for _, r := range rows {
			t.Rows = append(t.Rows, a.logRow(r))
		}
		return a.table(t, nil)
	})
	if err != nil {
		return err
	}
	if more {
		fmt.Fprintf(a.errOut, "只列出最后 %d 条；更早的用 --limit 0 或 --since\n", limit)
	}
	return nil
}

func (a *app) logRow(r ask.RecordView) []string {
	label := r.Label
	if r.Voided {
		label += "（已作废）"
	}
	return []string{strconv.FormatUint(r.Seq, 10), a.day(r.On), string(r.Case), label, a.entered(r.Recorded, r.Actor, r.On), r.Text}
}

// followEvery is how often --follow asks for more.
const followEvery = time.Second

// followLog prints records as they come, a line each, until it is interrupted, which is its ordinary
// end.
func (a *app) followLog(ctx context.Context, c *ask.Client, q ask.LogQuery) error {
	s, err := ask.Do(ctx, c, ask.Overview, ask.None{})
	if err != nil {
		return err
	}
	if s.PID == 0 { // this process holds the register: nobody else could write
		return &ask.Error{Code: "daemon-down", Msg: "守护进程没有运行，不会有新的记录", Hint: "去掉 --follow", Exit: ask.ExitUnreachable}
	}
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for {
		err := ask.Each(ctx, c, ask.Log, q, func(r ask.RecordView) error {
			q.After = r.Seq
			if a.json {
				return a.printJSON(r)
			}
			row := a.logRow(r)
			for i := range row {
				row[i] = grid.Clean(row[i])
			}
			_, err := fmt.Fprintln(a.out, join("  ", row...))
			return err
		})
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		q.Last = 0 // of what is new, all
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}
