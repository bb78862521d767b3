package cli

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats"
	"ysq.internal/ysq/stats/render"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) statsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "stats", Short: "一段时间的办理情况：按时率、最长天数、各科室、各月、同比",
		Long: "领导常问的数：收件、办结、按时率（法定、从严两种口径，条例第三十三条）、平均和最长的工作日，按科室、季度、月份列出，并与上年同期比较；\n" +
			"登记簿没有的时间写“无数据”：从哪一天起有数据，看期初数、导入的台账、配置的 cases_from、建立登记簿之日和最早的案件。\n每人只列目前在办和到期的件数，不作排名。不写 --from、--to 的，为今年至今。\n" +
			"-o 可写 table、csv、json、xlsx、svg，或以 .csv、.xlsx、.svg 结尾的文件名；xlsx 和 svg 带图。\n" +
			"曾逾期：有一期在这段时间里逾期才终止的，其后重新办理、还没有办结的也在内；各件见 ysq list --late --from --to。",
		Example: "ysq stats\nysq stats --from 2026-01-01 --to 2026-06-30\nysq stats -o 上半年.xlsx\nysq stats -o 图.svg",
		Args:    noArgs,
	}
	o := a.options(cmd)
	from, to := o.date("from", "自此`日期`", civil.Past), o.date("to", "至此`日期`", civil.Past)
	form := cmd.Flags().StringP("output", "o", formTable, "输出`格式`或文件")
	o.complete("output", statsForms)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		as, file := outputOf(*form, statsForms[1:])
		if a.json && !cmd.Flags().Changed("output") {
			as = formJSON
		}
		if !slices.Contains(statsForms, as) {
			return usage(cmd, "没有输出格式 %q；可写 %s，或以后几种结尾的文件名", as, strings.Join(statsForms, "、"))
		}
		last := cmp.Or(*to, a.today())
		q := ask.Span{From: cmp.Or(*from, civil.New(last.Year(), time.January, 1)), To: last}
		return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
			s, err := ask.Do(ctx, c, ask.Stats, q)
			if err != nil {
				return err
			}
			return a.writeStats(s, as, file)
		})(cmd, nil)
	}
	return cmd
}

var statsForms = []string{formTable, formCSV, formJSON, formXLSX, "svg"}

func (a *app) writeStats(s ask.StatsAnswer, as, file string) error {
	var b bytes.Buffer
	var err error
	switch as {
	case formTable:
		return a.printStats(s.Summary)
	case formJSON:
		err = writeJSON(&b, s.Summary)
	case formCSV:
		if file != "" {
			b.WriteString("\ufeff") // for Excel
		}
		err = render.SummaryCSV(&b, s.Summary)
	case formXLSX:
		err = render.SummaryXLSX(&b, string(s.Agency), s.Summary)
	default:
		err = render.SummarySVG(&b, string(s.Agency), s.Summary)
	}
	switch {
	case err != nil:
		return err
	case file == "" && as != formXLSX:
		_, err = a.out.Write(b.Bytes())
		return err
	}
	return a.putSheet(file, "stats", b.Bytes())
}

func (a *app) printStats(s stats.Summary) error {
	fmt.Fprintf(a.out, "%s 至 %s\n", s.From, s.To)
	if now := s.Now; now != nil {
		longest := ""
		if now.LongestCase != "" {
			longest = fmt.Sprintf("，最长 %d 个工作日（%s）", now.Longest, now.LongestCase)
		}
		fmt.Fprintf(a.out, "收件 %d，办结 %d，逾期 %d%s\n", now.Received, now.Done, now.Overdue, longest)
		fmt.Fprintf(a.out, "按时率  法定 %s，从严 %s\n", cmp.Or(stats.Rate(now.OnTime, now.Done), "—"), cmp.Or(stats.Rate(now.OnTimeStrict, now.Done), "—"))
	} else {
		fmt.Fprintln(a.out, "这段时间  "+render.NoData)
	}
	before := fmt.Sprintf("%s（登记簿自 %s 起才有数据）", render.NoData, s.Since)
	if s.Before != nil {
		before = fmt.Sprintf("收件 %d，办结 %d，按时率 法定 %s", s.Before.Received, s.Before.Done, cmp.Or(stats.Rate(s.Before.OnTime, s.Before.Done), "—"))
	}
	fmt.Fprintln(a.out, "上年同期  "+before)
	if p := s.Public; p.Proposed+p.Adopted+p.Declined > 0 {
		fmt.Fprintf(a.out, "主动公开  建议纳入 %d，已纳入 %d，不纳入 %d（条例第四十四条；ysq list --publicity）\n", p.Proposed, p.Adopted, p.Declined)
	}
	head := []string{"", "收件", "办结", "按时率", "从严", "有争议", "曾逾期", "平均", "最长"}
	right := []grid.Align{grid.Left, grid.Right, grid.Right, grid.Right, grid.Right, grid.Right, grid.Right, grid.Right, grid.Right, grid.Right, grid.Right}
	line := func(name string, d *stats.Department) []string {
		if d == nil {
			return []string{name, render.NoData, "—", "—", "—", "—", "—", "—", "—"} // said once, so that the table fits 80 columns
		}
		cells := render.SummaryLine(d, nil, false)
		return append([]string{name}, cells[0], cells[1], cells[3], cells[5], cells[6], cells[7], cells[8], cells[9])
	}
	t := grid.Table{Header: slices.Concat([]string{"科室"}, head[1:]), Align: right}
	for _, d := range s.Departments {
		t.Rows = append(t.Rows, line(cmp.Or(d.Name, "（未转办）"), &d))
	}
	a.heading("各科室（平均、最长为工作日）")
	if err := a.table(t, nil, 0); err != nil {
		return err
	}
	for _, part := range []struct {
		title string
		all   []stats.Stretch
	}{{"季度", s.Quarters}, {"月份", s.Months}} {
		t := grid.Table{Header: slices.Concat([]string{part.title}, head[1:], []string{"上年收件", "上年办结"}), Align: right}
		for _, p := range part.all {
			last := []string{render.NoData, render.NoData}
			if p.Before != nil {
				last = []string{strconv.Itoa(p.Before.Received), strconv.Itoa(p.Before.Done)}
			}
			t.Rows = append(t.Rows, append(line(p.Label, p.Now), last...))
		}
		a.heading("各" + part.title)
		if err := a.table(t, nil, 0); err != nil {
			return err
		}
	}
	if len(s.Load) == 0 {
		return nil
	}
	load := grid.Table{Header: []string{"经办人", "在办", "到期"}, Align: right[:3]}
	for _, l := range s.Load {
		load.Rows = append(load.Rows, []string{cmp.Or(l.Person, "（未定）"), strconv.Itoa(l.Open), strconv.Itoa(l.Due)})
	}
	a.heading(fmt.Sprintf("目前在办（到期：%d 个工作日内，含已逾期）", stats.Soon))
	return a.table(load, nil, 0)
}
