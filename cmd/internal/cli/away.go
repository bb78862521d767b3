package cli

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) awayCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "away [人或科室]", Short: "代班：某人不在的日子，他的件由谁看",
		Long: "记录某人（或某科室）从哪天到哪天不在，由谁代班（条例第四十五条）。其间他承办的案件也列在代班人的待办里：ysq due 代班人、ysq list 代班人、\n" +
			"代班人在浏览器里的待办，每日提醒也写明由谁代。期限、承办不变，到期自行结束；离开更久的用 ysq assign --from 转办。\n" +
			"提前回来的写 --back。不写人，列出现在和以后的代班。",
		Example: "ysq away 王某 --from 10-01 --until 10-08 --deputy 李某\nysq away 王某 --back\nysq away\nysq away -o 代班.xlsx",
		Args:    atMostOne("人"),
	}
	o := a.options(cmd)
	from := o.date("from", "不在的第一`日`；不写则为今天。与 --back 同写，为回来的那一日", civil.Future)
	until := o.date("until", "不在的最后一`日`", civil.Future)
	deputy := o.text("deputy", "代班的`人`")
	note := o.text("note", "`说明`，如 培训")
	back := o.flag("back", "回来了：此后不再代班，还没有开始的也取消")
	o.judged(a)
	out := newListing[ask.StandInView](a, cmd)
	out.title = "代班"
	cmd.RunE = out.run(a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
		if len(args) == 0 {
			if said := o.givenOf("from", "until", "deputy", "note", "back"); said != "" {
				return usage(cmd, "没有写谁不在：--%s 须与人名同写", said)
			}
			all, err := ask.Do(ctx, c, ask.StandIns, ask.None{})
			if err != nil {
				return err
			}
			return out.show(all, "没有代班", func(bool) error { return a.standInTable(all) })
		}
		switch said := o.givenOf("output", "fields", "bom"); {
		case said != "":
			return usage(cmd, "--%s 只用于列出代班，不与人名同写", said)
		case *back && (*deputy != "" || o.given("until")):
			return usage(cmd, "--back 不与 --until、--deputy 同写")
		case !*back && (*deputy == "" || !o.given("until")):
			return usage(cmd, "请用 --until 写明到哪天，用 --deputy 写明谁代班；回来了写 --back")
		}
		done, err := ask.Do(ctx, c, ask.RecordStandIn, ask.StandInRequest{Who: args[0], Deputy: *deputy, From: ask.Day(*from), Until: ask.Day(*until), Note: *note})
		if err != nil {
			return err
		}
		return a.standIns(done)
	}))
	return cmd
}

// standIns shows the absences after one was recorded.
func (a *app) standIns(s ask.StandInAnswer) error {
	if a.json {
		return a.printJSON(s)
	}
	a.warnings(s.Warnings)
	if len(s.All) == 0 {
		fmt.Fprintln(a.out, "没有代班")
		return nil
	}
	return a.standInTable(s.All)
}

func (a *app) standInTable(all []ask.StandInView) error {
	t := grid.Table{Header: []string{"不在", "起", "止", "代班", "在办", ""}}
	for _, i := range all {
		now := ""
		if i.Now {
			now = "现在"
		}
		t.Rows = append(t.Rows, []string{string(i.Who), a.day(i.From), a.day(i.Until), string(i.Deputy), strconv.Itoa(i.Open), now})
	}
	return a.table(t, nil)
}
