package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) yearCommand() *cobra.Command {
	return parent("year", "年度：期初数，冻结与解冻",
		"年度报告的期初、冻结和解冻（条例第四十九条、第五十条；国办公开办函〔2021〕30号）。",
		"ysq year list\nysq year close 2025\nysq year opening 2026 --natural 3 --business 1 --source 2025年度报告",
		append([]*cobra.Command{a.openingCommand()}, a.yearCommands()...)...)
}

func (a *app) openingCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "opening 年份",
		Short: "录入启用之年的上年结转",
		Long: "录入登记库启用之年的上年结转：上一年度报告“四、结转下年度继续办理”各列的件数（条例第五十条）。没写的类别为 0。\n" +
			"再次录入即更正。以后各年的结转由案件计算，不必录入。",
		Example: "ysq year opening 2026 --natural 3 --business 1 --source 2025年度报告",
		Args:    exactly("年份"),
	}
	o := a.options(cmd)
	var counts [len(casefile.Columns)]*int
	var names []string
	for i, c := range casefile.Columns {
		counts[i] = parsed(o, c.String(), "“"+c.Label()+"”的`件数`", ask.Whole)
		names = append(names, c.String())
	}
	source := o.text("source", "数字的`出处`")
	o.judged(a)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		year, err := strconv.Atoi(args[0])
		if err != nil {
			return usage(cmd, "年份 %q 不对", args[0])
		}
		if o.givenOf(names...) == "" {
			return usage(cmd, "请写明各类的件数：--%s；确无结转的写 --%s 0", strings.Join(names, "、--"), names[0])
		}
		opening := casefile.OpeningBalance{Year: year, Source: *source}
		for i, n := range counts {
			if *n < 0 {
				return usage(cmd, "--%s 不能是负数", names[i])
			}
			opening.Columns[i] = *n
		}
		return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
			if _, err := ask.Do(ctx, c, ask.SetOpening, opening); err != nil {
				return err
			}
			if a.json {
				return a.printJSON(opening)
			}
			fmt.Fprintln(a.out, "已录入 "+grid.Clean(casefile.Describe(opening)))
			return nil
		})(cmd, args)
	}
	return cmd
}
