package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats"
	"ysq.internal/ysq/stats/render/grid"
)

// yearCommands are what is done with a year that is over.
func (a *app) yearCommands() []*cobra.Command {
	return []*cobra.Command{a.yearListCommand(), a.yearRehearseCommand(), a.yearCloseCommand(), a.yearDiffCommand(), a.yearReopenCommand()}
}

func (a *app) yearListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "各年度报告是否已冻结、何时应公布",
		Long:    "列出各年度：是否已冻结、未通过的核对、报送和公布的期限（条例第四十九条）。",
		Example: "ysq year list\nysq year list -o 各年度.xlsx",
		Args:    cobra.NoArgs,
	}
	out := newListing[ask.YearView](a, cmd)
	out.title = "各年度报告"
	cmd.RunE = out.run(a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
		years, err := ask.Do(ctx, c, ask.Years, ask.None{})
		if err != nil {
			return err
		}
		return out.show(years, "没有年度", func(bool) error {
			t := grid.Table{Header: []string{"年度", "状态", "未通过", "报送期限", "公布期限", "文件"}}
			for _, y := range years {
				state := "未冻结"
				if y.Frozen {
					state = fmt.Sprintf("已冻结（%s，%s）", civil.Date(y.FrozenOn), y.FrozenBy)
				}
				t.Rows = append(t.Rows, []string{strconv.Itoa(y.Year), state, strconv.Itoa(y.Failed), day(y.SubmitBy), day(y.PublishBy), string(y.Directory)})
			}
			return a.table(t, nil)
		})
	}))
	return cmd
}

func (a *app) yearCloseCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "close 年份",
		Short: "冻结年度报告（需“审核”角色）",
		Long: "冻结年度报告：此后所记的事不再改动这一年的表和文件，下一年度的上年结转即取自此表（条例第四十九条）。\n" +
			"各项核对须通过；不通过的写明理由豁免：--waive 核对=理由。需要“审核”角色。",
		Example: "ysq year close 2025 --dry-run\nysq year close 2025 --waive 'mails-undecided=两封退信，与申请无关'",
		Args:    exactly("年份"),
	}
	o := a.options(cmd)
	waive, dry := o.texts("waive", "豁免一项未通过的核对：`核对=理由`，可写多次"), o.flag("dry-run", "只看能否冻结")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		year, err := yearArg(cmd, args[0])
		if err != nil {
			return err
		}
		req := ask.CloseRequest{YearRef: ask.YearRef{Year: year}}
		for _, w := range *waive {
			check, reason, ok := strings.Cut(w, "=")
			if !ok {
				return usage(cmd, "--waive 应写成 核对=理由，写的是 %q", w)
			}
			req.Waivers = append(req.Waivers, casefile.Waiver{Check: check, Reason: reason})
		}
		return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
			v, err := ask.Do(ctx, c.Dry(*dry), ask.CloseYear, req)
			if err != nil {
				return err
			}
			if err := a.hints(ctx, c, year); err != nil {
				return err
			}
			switch {
			case a.json:
				return a.printJSON(v)
			case *dry:
				fmt.Fprintf(a.out, "%d 年可以冻结\n", year)
				return nil
			}
			fmt.Fprintf(a.out, "%d 年已冻结，摘要 %s；文件在 %s\n", year, v.Digest, v.Directory)
			return nil
		})(cmd, args)
	}
	return cmd
}

// hints tells what does not hinder freezing and yet should be seen before the report is published, such as
// a table that is not filled in.
func (a *app) hints(ctx context.Context, c *ask.Client, year int) error {
	r, err := ask.Do(ctx, c, ask.Report, ask.YearRef{Year: year})
	if err != nil {
		return err
	}
	for _, check := range r.Checks {
		if check.Level == stats.Warning {
			fmt.Fprintln(a.errOut, "提示："+grid.Clean(check.String()))
		}
	}
	return nil
}

func (a *app) yearDiffCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "diff 年份",
		Short:   "已冻结的年度如现在重算，有何不同",
		Long:    "逐格列出冻结之后所记的事会使这一年的报告有何不同，以及是哪些案件。冻结的报告本身不变。",
		Example: "ysq year diff 2025\nysq year diff 2025 -o 差异.xlsx",
		Args:    exactly("年份"),
	}
	out := newListing[stats.Difference](a, cmd)
	out.title = "冻结之后的差异"
	cmd.RunE = out.run(func(cmd *cobra.Command, args []string) error {
		year, err := yearArg(cmd, args[0])
		if err != nil {
			return err
		}
		return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
			all, err := ask.Do(ctx, c, ask.YearDiff, ask.YearRef{Year: year})
			if err != nil {
				return err
			}
			if len(all) == 0 && !out.machine() { // the answer to what was asked, and no list that happens to be empty
				fmt.Fprintf(a.out, "%d 年的报告与现在的登记一致\n", year)
				return nil
			}
			return out.show(all, "", func(bool) error {
				t := grid.Table{Header: []string{"行,列", "冻结时", "现在", "增", "减"}, Align: []grid.Align{grid.Left, grid.Right, grid.Right, grid.Left, grid.Left}}
				for _, d := range all {
					t.Rows = append(t.Rows, []string{d.Place, d.Before, d.After, listed(d.Gained, " "), listed(d.Lost, " ")})
				}
				return a.table(t, nil)
			})
		})(cmd, args)
	})
	return cmd
}

// listed writes names of a kind one after the other.
func listed[T ~string](names []T, between string) string {
	var all []string
	for _, name := range names {
		all = append(all, string(name))
	}
	return strings.Join(all, between)
}

func (a *app) yearReopenCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "reopen 年份",
		Short:   "解冻年度报告（需“审核”角色）",
		Long:    "解冻：这一年重新由案件计算。已公布的数字因此会变，须写明理由；只能解冻最近冻结的一年。需要“审核”角色。",
		Example: "ysq year reopen 2025 --reason 漏计一件",
		Args:    exactly("年份"),
	}
	o := a.options(cmd)
	reason := o.text("reason", "`理由`")
	o.need("reason")
	o.judged(a)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		year, err := yearArg(cmd, args[0])
		if err != nil {
			return err
		}
		return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
			v, err := ask.Do(ctx, c, ask.ReopenYear, ask.ReopenRequest{YearRef: ask.YearRef{Year: year}, Reason: *reason})
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(v)
			}
			fmt.Fprintf(a.out, "%d 年已解冻\n", v.Year)
			return nil
		})(cmd, args)
	}
	return cmd
}
