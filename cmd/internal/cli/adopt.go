package cli

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/text/width"

	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

// deciding declares --dry-run and --yes, and returns what adopts a calendar: it first shows whose
// dates move, and then asks, on a terminal, or wants to have been told --yes.
func (a *app) deciding(o *options) func(ask.AdoptRequest) error {
	dryRun, yes := o.flag("dry-run", "只看哪些期限会变，不录入"), o.flag("yes", "不询问，直接录入")
	return func(req ask.AdoptRequest) error {
		if *dryRun && *yes {
			return usage(o.cmd, "--dry-run 与 --yes 不能同时写")
		}
		return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
			changes, err := ask.Do(ctx, c.Dry(true), ask.Adopt, req)
			if err != nil {
				return err
			}
			if *dryRun && a.json {
				return a.printJSON(adoption{req.Year, changes, false})
			}
			if !a.json {
				if err := a.moves(changes); err != nil {
					return err
				}
			}
			if *dryRun {
				fmt.Fprintln(a.out, "试算，没有录入")
				return nil
			}
			if !*yes {
				agreed, err := a.agreed(o)
				if err != nil || !agreed {
					return err
				}
			}
			if changes, err = ask.Do(ctx, c, ask.Adopt, req); err != nil {
				return err
			}
			if a.json {
				return a.printJSON(adoption{req.Year, changes, true})
			}
			fmt.Fprintf(a.out, "已录入；%d 件在办案件的期限变动\n", len(changes))
			return nil
		})(o.cmd, nil)
	}
}

// adoption is the JSON of import and override.
type adoption struct {
	Year    workday.Year     `json:"year"`
	Changes []ask.DateChange `json:"changes"`
	Adopted bool             `json:"adopted"`
}

// moves lists whose dates become what.
func (a *app) moves(changes []ask.DateChange) error {
	if len(changes) == 0 {
		fmt.Fprintln(a.out, "没有在办案件的期限因此变动")
		return nil
	}
	fmt.Fprintf(a.out, "%d 件在办案件的期限会变\n", len(changes))
	t := grid.Table{Header: []string{"编号", "申请人", "从严期限", "改为", "法定期限", "改为", "说明"}}
	for _, ch := range changes {
		why := ""
		switch {
		case ch.WaitBefore != ch.WaitAfter:
			why = fmt.Sprintf("等待期满由 %s 改为 %s", day(ch.WaitBefore), day(ch.WaitAfter))
		case ch.Provisional:
			why = "仍为暂定"
		case ch.StrictBefore == ch.StrictAfter && ch.LegalBefore == ch.LegalAfter:
			why = "不再暂定"
		}
		t.Rows = append(t.Rows, []string{string(ch.Case), string(ch.Applicant),
			day(ch.StrictBefore), changed(ch.StrictBefore, ch.StrictAfter), day(ch.LegalBefore), changed(ch.LegalBefore, ch.LegalAfter), why})
	}
	return a.table(t, nil, 1)
}

func changed(before, after ask.Day) string {
	if before == after && after != 0 {
		return "不变"
	}
	return day(after)
}

// agreed asks. Where nobody can be asked, --yes is wanted.
func (a *app) agreed(o *options) (bool, error) {
	p := a.somebody()
	if p == nil {
		return false, usage(o.cmd, "请核对后加 --yes 录入；只看不录入用 --dry-run")
	}
	line, err := p.line("录入？（y 录入，其他放弃）：", "")
	if answer := strings.ToLower(width.Narrow.String(line)); answer == "y" || answer == "yes" || answer == "是" {
		return true, nil
	} else if err != nil {
		fmt.Fprintln(a.errOut)
	}
	fmt.Fprintln(a.errOut, "没有录入")
	return false, nil
}
