package cli

import (
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
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) reportDepartmentsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "departments 年份",
		Short: "各科室办理情况（考核通报）",
		Long: "按科室列出一个季度或一段时间的收件、办结、按时、逾期，以及平均和最长的办理工作日（自收到申请之日至答复送达）。\n" +
			"“有争议”是按法定期限按时、按从严期限已逾期的（ysq list --disputable）；双方确认过迟的不算按时。\n" +
			"“逾期”按那一期终止之日计一次：逾期之后收费、补正或重新办理的，其后按时答复也不改变。" +
			"不写 --quarter、--from、--to 的，为全年至今。",
		Example: "ysq report departments 2026 --quarter 1\nysq report departments 2026 --from 2026-01-01 --to 2026-06-30 -o 考核通报.xlsx",
		Args:    exactly("年份"),
	}
	o := a.options(cmd)
	out := newListing[stats.Department](a, cmd)
	quarter, from, to := o.number("quarter", "第几`季度`"), o.date("from", "自此`日期`", civil.Past), o.date("to", "至此`日期`", civil.Past)
	cmd.RunE = out.run(func(cmd *cobra.Command, args []string) error {
		year, err := yearArg(cmd, args[0])
		if err != nil {
			return err
		}
		first, last := civil.New(year, 1, 1), civil.New(year, 12, 31)
		if o.given("quarter") {
			if *quarter < 1 || *quarter > 4 || o.given("from") || o.given("to") {
				return usage(cmd, "--quarter 写 1 至 4，且不与 --from、--to 同时写")
			}
			first = quarterStart(year, *quarter)
			last = quarterStart(year, *quarter+1).Add(-1)
		}
		first, last = cmp.Or(*from, first), cmp.Or(*to, last)
		return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
			all, err := ask.Do(ctx, c, ask.Departments, ask.Span{From: first, To: last})
			if err != nil {
				return err
			}
			return out.show(all, "没有科室", func(bool) error {
				fmt.Fprintf(a.out, "%s 至 %s\n", first, last)
				return a.printDepartments(all)
			})
		})(cmd, args)
	})
	return cmd
}

func quarterStart(year, quarter int) civil.Date {
	if quarter > 4 {
		return civil.New(year+1, 1, 1)
	}
	return civil.New(year, time.Month(3*quarter-2), 1)
}

func (a *app) printDepartments(all []stats.Department) error {
	t := grid.Table{
		Header: []string{"科室", "收件", "办结", "按时", "有争议", "曾逾期", "逾期", "平均工作日", "最长工作日"},
		Align:  []grid.Align{grid.Left, grid.Right, grid.Right, grid.Right, grid.Right, grid.Right, grid.Right, grid.Right, grid.Right},
	}
	for _, d := range all {
		average, longest := "—", "—"
		if d.Done > 0 {
			average, longest = strconv.FormatFloat(d.Average, 'f', 1, 64), strconv.Itoa(d.Longest)
		}
		t.Rows = append(t.Rows, []string{cmp.Or(d.Name, "（未转办）"), strconv.Itoa(d.Received), strconv.Itoa(d.Done), strconv.Itoa(d.OnTime),
			strconv.Itoa(d.Disputable), strconv.Itoa(d.Late), strconv.Itoa(d.Overdue), average, longest})
	}
	return a.fitted(t, nil, []int{0}, []int{8, 7})
}

// comparison is a line of a year set against another.
type comparison struct {
	Row        string `json:"row"`
	Before     *int   `json:"before"` // null where the register does not know the year
	After      *int   `json:"after"`
	Difference *int   `json:"difference"`
}

// compare sets the totals of a year, or of a part of it, against those of the same days of another.
func (a *app) compare(ctx context.Context, c *ask.Client, other int, q ask.ReportQuery) error {
	year := q.Year
	q.Trace, q.To = false, lastCompared(q.To, a.today(), year, other)
	now, err := ask.Do(ctx, c, ask.Draft, q)
	if err != nil {
		return err
	}
	if !q.To.IsZero() {
		_, month, day := q.To.Date()
		fmt.Fprintf(a.errOut, "两年都算到 %02d-%02d\n", month, day)
	}
	q.Year, q.From, q.To = other, sameDay(q.From, other), sameDay(q.To, other+max(0, q.To.Year()-year))
	then, err := ask.Do(ctx, c, ask.Draft, q)
	if err != nil {
		return err
	}
	if withoutData(then) && !q.To.IsZero() {
		fmt.Fprintf(a.errOut, "%d 年没有逐件的记录；与全年已公布的数比较，写 --to %d-12-31\n", other, now.Year)
	}
	f, err := stats.FormatOf(now.Format)
	if err != nil {
		return err
	}
	if then.Format != now.Format {
		return &ask.Error{Code: "format", Exit: ask.ExitRefused, Msg: fmt.Sprintf("%d 年的报告是格式 %s，%d 年是 %s", other, then.Format, year, now.Format), Hint: "用 --layout 取同一种表式"}
	}
	t := grid.Table{Header: []string{"行", strconv.Itoa(other), strconv.Itoa(year), "增减"}, Align: []grid.Align{grid.Left, grid.Right, grid.Right, grid.Right}}
	all := []comparison{}
	put := func(row string, before, after int) {
		line, cells := comparison{Row: row}, []string{row, noData, noData, noData}
		if !withoutData(then) {
			line.Before, cells[1] = &before, strconv.Itoa(before)
		}
		if !withoutData(now) {
			line.After, cells[2] = &after, strconv.Itoa(after)
		}
		if line.Before != nil && line.After != nil {
			line.Difference, cells[3] = new(after-before), signed(after-before)
		}
		all, t.Rows = append(all, line), append(t.Rows, cells)
	}
	for i, r := range f.Rows {
		name := r.Label
		if len(r.Under) > 1 {
			name = r.Number + " " + r.Label[strings.Index(r.Label, ".")+1:]
		}
		put(name, then.At(stats.Cell{Row: i}), now.At(stats.Cell{Row: i}))
	}
	for i, track := range f.Tracks {
		last := len(f.Results) - 1
		put(track.Under+track.Label, then.Table4[i][last], now.Table4[i][last])
	}
	put("信息处理费（元）", then.Fees.Yuan, now.Fees.Yuan)
	if a.json {
		return a.printJSON(all)
	}
	return a.table(t, nil)
}

const noData = "无数据"

// withoutData reports whether the register knows nothing of a report's year.
func withoutData(r stats.Report) bool {
	return slices.ContainsFunc(r.Checks, func(c stats.Check) bool { return c.ID == stats.NoData })
}

// lastCompared is the last day of two years that are set against each other: where one of them still goes
// on, and nobody said another day, today. Zero is the year's last.
func lastCompared(to, today civil.Date, year, other int) civil.Date {
	if running := today.Year(); to.IsZero() && (running == year || running == other) {
		return sameDay(today, year)
	}
	return to
}

// sameDay is a day in another year; 29 February becomes 1 March where there is none.
func sameDay(d civil.Date, year int) civil.Date {
	if d.IsZero() {
		return d
	}
	_, month, day := d.Date()
	return civil.New(year, month, day)
}

// signed is a difference with its sign; none is "0".
func signed(n int) string {
	if n == 0 {
		return "0"
	}
	return fmt.Sprintf("%+d", n)
}
