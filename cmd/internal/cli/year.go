package cli

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/control"
)

func (a *app) yearCommand() *cobra.Command {
	return parent("year", "年度：录入上年结转的期初数",
		"年度报告的期初（条例第五十条；国办公开办函〔2021〕30号）。",
		"ysq year opening 2026 自然人=3 商业企业=1 --source 2025年度报告",
		a.openingCommand())
}

func (a *app) openingCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "opening 年份 类别=件数…",
		Short: "录入启用之年的上年结转",
		Long: "录入登记库启用之年的上年结转：上一年度报告“四、结转下年度继续办理”各列的件数（条例第五十条）。没写的类别为 0。\n" +
			"以后各年的结转由案件计算，不必录入。",
		Example: "ysq year opening 2026 自然人=3 商业企业=1 --source 2025年度报告",
		Args:    atLeastOne("年份"),
	}
	o := &options{cmd: cmd}
	source := o.text("source", "数字的`出处`")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		opening, err := parseOpening(args)
		if err != nil {
			return usage(cmd, "%v", err)
		}
		opening.Source = *source
		return a.ask(func(ctx context.Context, c *control.Client, _ []string) error {
			if err := c.SetOpening(ctx, opening); err != nil {
				return err
			}
			if a.json {
				return a.printJSON(opening)
			}
			total := 0
			for _, n := range opening.Columns {
				total += n
			}
			fmt.Fprintf(a.out, "已录入 %d 年上年结转 %d 件\n", opening.Year, total)
			return nil
		})(cmd, args)
	}
	return cmd
}

// parseOpening reads the year, then 自然人=3 and the like.
func parseOpening(args []string) (o casefile.OpeningBalance, err error) {
	if o.Year, err = strconv.Atoi(args[0]); err != nil {
		return o, fmt.Errorf("年份 %q 不对", args[0])
	}
	var seen []casefile.Column
	for _, s := range args[1:] {
		name, count, ok := strings.Cut(s, "=")
		column, err := casefile.ParseColumn(name)
		if err != nil {
			return o, err
		}
		n, err := strconv.Atoi(count)
		if !ok || err != nil || n < 0 {
			return o, fmt.Errorf("%q 应写作 自然人=3", s)
		}
		if slices.Contains(seen, column) {
			return o, fmt.Errorf("%s写了两次", column.Label())
		}
		seen = append(seen, column)
		o.Columns[slices.Index(casefile.Columns[:], column)] = n
	}
	return o, nil
}
