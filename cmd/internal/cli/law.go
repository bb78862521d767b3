package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) lawCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "law", Short: "列出所依的规则：期限、送达、收费、争议",
		Long: "列出一日施行的规则、数值和依据（条例及其解释）。性质：规定，有条文；惯例，见于已公布的指南和报告；本程序的理解，条文没有写明，\n" +
			"与本机关或复议机关、法院的理解不同的，请提出；待核对，尚未与公布的文本核对。期限按开始之日施行的规则计算。",
		Example: "ysq law\nysq law --on 2026-07-01\nysq law --json",
		Args:    noArgs,
	}
	o := a.options(cmd)
	on := o.date("on", "哪一`日`施行的；不写则为今天", civil.Anytime)
	out := newListing[ask.RuleView](a, cmd)
	cmd.RunE = out.run(a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
		all, err := ask.Do(ctx, c, ask.Law, ask.LawQuery{On: ask.Day(*on)})
		if err != nil {
			return err
		}
		return out.show(all, "这一日没有施行的规则", func(wide bool) error { return a.law(all, wide) })
	}))
	return cmd
}

func (a *app) law(all []ask.RuleView, wide bool) error {
	if !wide {
		for _, r := range all {
			fmt.Fprintln(a.out, grid.Clean(r.Label+"："+r.Value))
			where := ""
			if r.Where != "" {
				where = "配置 " + r.Where
			}
			fmt.Fprintln(a.out, grid.Clean("    "+join("  ", groundLabel(r.Ground), r.Source, inForce(r), where)))
		}
		return nil
	}
	t := grid.Table{Header: []string{"规则", "值", "性质", "依据", "施行", "在哪里改"}}
	for _, r := range all {
		t.Rows = append(t.Rows, []string{r.Label, r.Value, groundLabel(r.Ground), r.Source, inForce(r), r.Where})
	}
	return a.table(t, nil, 0, 1, 3)
}

func groundLabel(code string) string {
	for _, g := range []casefile.Ground{casefile.Written, casefile.Practised, casefile.Judged, casefile.Unread} {
		if g.String() == code {
			return g.Label()
		}
	}
	return code
}

func inForce(r ask.RuleView) string {
	if r.Until != 0 {
		return day(r.From) + " 至 " + day(r.Until)
	}
	return day(r.From) + " 起"
}
