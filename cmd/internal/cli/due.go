package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

// dueDays is how far `due` looks ahead unless told otherwise: a working week.
const dueDays = 5

// burst is from how many alarms of one kind about one applicant's cases they become one line. Who
// files three hundred applications must not hide everybody else's last day.
const burst = 10

func (a *app) dueCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "due [词…]",
		Short: "列出到期和将到期的事项",
		Long: "列出已逾期和将到期的事项，最急的在前：应答复（条例第三十三条）、待双方确认（第三十一条）、\n" +
			"补正告知截止（第三十条）、征求意见期满（第三十二条）、等待期满、送达失败，复议答复、诉讼答辩（第五十一条），以及年度报告的公布（第四十九条）。\n" +
			"写几个词，则同 ysq list 一样只列含有这些词的，例如自己的科室或名字。\n" +
			fmt.Sprintf("同一申请人的同类事项满 %d 件的合为一行，日期是其中最早的；--all 逐件列出。", burst),
		Example: "ysq due\nysq due 监测科\nysq due --within 0\nysq due --all",
	}
	within := cmd.Flags().Int("within", dueDays, "看到`几`个工作日之内")
	all := cmd.Flags().Bool("all", false, "逐件列出")
	out := newListing[ask.DueItem](a, cmd)
	cmd.RunE = out.run(a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
		words := strings.Join(args, " ")
		items, err := ask.Do(ctx, c, ask.Due, ask.DueQuery{Within: *within, Words: words})
		if err != nil {
			return err
		}
		if words != "" {
			words = "含有“" + words + "”的"
		}
		none := fmt.Sprintf("%d 个工作日之内没有%s到期事项", *within, words)
		return out.show(items, none, func(wide bool) error { return a.dueTable(items, *all || wide) })
	}))
	return cmd
}

// dueTable lists alarms, the earliest first.
func (a *app) dueTable(items []ask.DueItem, all bool) error {
	type bundle struct {
		kind      string
		applicant ask.Text
	}
	count := map[bundle]int{}
	for _, i := range items {
		count[bundle{i.Kind, i.Applicant}]++
	}
	t := grid.Table{Header: []string{"日期", "剩余", "编号", "事项", "阶段", "申请人", "主题"}}
	var tints []tint
	told := map[bundle]bool{}
	for _, i := range items {
		b := bundle{i.Kind, i.Applicant}
		many := !all && i.Applicant != "" && count[b] >= burst
		if many && told[b] {
			continue
		}
		told[b] = true
		left := workdays(i.Remaining, false)
		if i.Block == ask.BlockMail {
			left = fmt.Sprintf("已 %d 个工作日", -i.Remaining)
		}
		if i.Provisional {
			left += "（暂定）"
		}
		number, stage, who, about := string(i.Case)+string(i.Dispute), "", string(i.Applicant), string(i.Subject)
		if i.Year != 0 {
			number = strconv.Itoa(i.Year)
		}
		if i.Stage != "" {
			stage = stageLabel(i.Stage)
		}
		if many {
			number, stage = number+" 起", ""
			who, about = fmt.Sprintf("%s等 %d 件", who, count[b]), "见 due --all"
		}
		t.Rows = append(t.Rows, []string{a.day(i.On), left, number, i.Label, stage, who, about})
		switch i.Block {
		case ask.BlockMail:
			tints = append(tints, soon)
		default:
			tints = append(tints, alarmTint(i.Alarm))
		}
	}
	return a.fitted(t, tints, []int{5, 6}, []int{4})
}

func alarmTint(al ask.Alarm) tint {
	switch {
	case al.Remaining < 0:
		return alarm
	case al.Remaining <= soonDays:
		return soon
	}
	return plain
}
