package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/control"
	"ysq.internal/ysq/stats"
	"ysq.internal/ysq/stats/published"
	"ysq.internal/ysq/stats/render"
	"ysq.internal/ysq/stats/render/grid"
)

// reportCommands are what there is to a report beside computing it.
func (a *app) reportCommands() []*cobra.Command {
	return []*cobra.Command{a.reportEditCommand(), a.reportCheckCommand(), a.reportImportCommand(), a.reportMergeCommand(), a.reportDepartmentsCommand()}
}

func yearArg(cmd *cobra.Command, s string) (int, error) {
	year, err := strconv.Atoi(s)
	if err != nil {
		return 0, usage(cmd, "年份 %q 不对", s)
	}
	return year, nil
}

func (a *app) reportEditCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "edit 年份",
		Short: "填写报告中由人写的部分：表二、文字",
		Long: "打开编辑器（环境变量 VISUAL 或 EDITOR）填写年度报告的表二和文字部分；还没有写过的，以上年的文字为底稿。\n" +
			"文字中可以填空，如 {依申请公开情况}、{（三）4,自然人}，数字取自各表。--print 只打印，--file 由文件存入。",
		Example: "ysq report edit 2026\nysq report edit 2026 --print\nysq report edit 2026 --file 2026.toml",
		Args:    exactly("年份"),
	}
	o := &options{cmd: cmd}
	show, file := o.flag("print", "打印现有的文字，不打开编辑器"), o.text("file", "不打开编辑器，存入此`文件`的内容")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		year, err := yearArg(cmd, args[0])
		if err != nil {
			return err
		}
		return a.ask(func(ctx context.Context, c *control.Client, _ []string) error {
			if *file != "" {
				text, err := os.ReadFile(*file)
				if err != nil {
					return err
				}
				return a.saveManual(ctx, c, year, string(text))
			}
			m, err := c.Manual(ctx, year)
			switch {
			case err != nil:
				return err
			case a.json:
				return a.printJSON(m)
			case *show:
				_, err := fmt.Fprint(a.out, cleanLines(m.Text)+"\n")
				return err
			}
			return a.editManual(ctx, c, year, m.Text)
		})(cmd, args)
	}
	return cmd
}

func (a *app) saveManual(ctx context.Context, c *control.Client, year int, text string) error {
	if err := c.SetManual(ctx, year, text); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(control.ManualText{Text: text, Saved: true})
	}
	fmt.Fprintf(a.out, "已存入 %d 年报告的文字部分\n", year)
	return nil
}

// editManual opens the editor on a copy. What cannot be saved stays in the copy, which is named.
func (a *app) editManual(ctx context.Context, c *control.Client, year int, text string) error {
	editor := strings.Fields(cmp.Or(a.getenv("VISUAL"), a.getenv("EDITOR"), "vi"))
	dir, err := os.MkdirTemp("", "ysq-report-*")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, fmt.Sprintf("%d.toml", year))
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return err
	}
	edit := exec.CommandContext(ctx, editor[0], append(editor[1:], path)...)
	edit.Stdin, edit.Stdout, edit.Stderr = a.in, a.out, a.errOut
	if err := edit.Run(); err != nil {
		return errors.Join(&control.Error{Code: "editor", Exit: control.ExitFailed, Msg: fmt.Sprintf("编辑器 %s：%v", editor[0], err), Hint: "用环境变量 EDITOR 指明编辑器，或用 --file 存入"}, os.RemoveAll(dir))
	}
	changed, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if bytes.Equal(changed, []byte(text)) {
		fmt.Fprintln(a.errOut, "没有改动，未存")
		return os.RemoveAll(dir)
	}
	if err := a.saveManual(ctx, c, year, string(changed)); err != nil {
		fmt.Fprintf(a.errOut, "所写的文字还在 %s；改正后用 ysq report edit %d --file 存入\n", path, year)
		return err
	}
	return os.RemoveAll(dir)
}

// readPublished reads a report from a file.
func readPublished(path string) (published.Report, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return published.Report{}, err
	}
	r, err := published.Read(filepath.Base(path), b)
	if err != nil {
		return r, &control.Error{Code: "unreadable", Msg: err.Error(), Exit: control.ExitFailed}
	}
	return r, nil
}

func (a *app) reportCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check 文件",
		Short: "核对一份已公布的年度报告",
		Long: "读出 .docx、.xlsx、.html、.csv、.json 或粘贴成文本的年度报告（国办公开办函〔2021〕30号、〔2019〕60号两种格式），逐条核对勾稽关系和文字中的数字。\n" +
			"有一项不成立时以 6 退出。不需要守护进程。",
		Example: "ysq report check 2023年报告.docx",
		Args:    exactly("文件"),
		RunE: func(_ *cobra.Command, args []string) error {
			r, err := readPublished(args[0])
			if err != nil {
				return err
			}
			if r.Checks, err = stats.Examine(r.Report, r.Text); err != nil {
				return err
			}
			if a.json {
				if err := a.printJSON(r.Checks); err != nil {
					return err
				}
				return verdict(r.Report)
			}
			fmt.Fprintln(a.out, grid.Clean(headingOf(r.Report)))
			for _, n := range r.Notes {
				fmt.Fprintln(a.out, "！ "+n)
			}
			for _, c := range r.Checks {
				sign := "✓ "
				if !c.OK {
					sign = "✗ "
				}
				fmt.Fprintln(a.out, sign+" "+grid.Clean(c.Detail))
			}
			return verdict(r.Report)
		},
	}
}

func headingOf(r stats.Report) string {
	year := "年度不详"
	if r.Year != 0 {
		year = fmt.Sprintf("%d 年", r.Year)
	}
	return fmt.Sprintf("%s　%s　格式 %s", cmp.Or(r.Agency, "机关不详"), year, r.Format)
}

func (a *app) reportImportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import 文件",
		Short: "读出一份已公布的年度报告，可作期初",
		Long: "读出 .docx、.xlsx、.html、.csv、.json 或粘贴成文本的年度报告，按 --format 写出。\n" +
			"--opening 以其“四、结转下年度继续办理”作下一年度的期初数（上年结转），须各项勾稽关系成立。",
		Example: "ysq report import 2025年报告.docx --format json -o 2025.json\nysq report import 2025年报告.docx --opening",
		Args:    exactly("文件"),
	}
	o := &options{cmd: cmd}
	f := cmd.Flags()
	format := f.String("format", "text", "`格式`："+strings.Join(render.Names(), "、"))
	output := f.StringP("output", "o", "", "写入`文件`")
	opening := o.flag("opening", "录为下一年度的期初数")
	year := o.number("year", "报告的`年度`；不写则取自标题")
	o.judged(a)
	o.complete("format", render.Names())
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if a.dryRun && !*opening {
			return usage(cmd, "--dry-run 只与 --opening 同用；不写 --opening 本就不记录")
		}
		r, err := readPublished(args[0])
		if err != nil {
			return err
		}
		r.Year = cmp.Or(*year, r.Year)
		if r.Checks, err = stats.Examine(r.Report, r.Text); err != nil {
			return err
		}
		for _, n := range r.Notes {
			fmt.Fprintln(a.errOut, "！ "+n)
		}
		if !*opening {
			return a.put(cmd, o, r.Report, *format, *output)
		}
		if r.Year == 0 {
			return usage(cmd, "不知是哪一年的报告，请写 --year")
		}
		if err := verdict(r.Report); err != nil {
			return err
		}
		balance, err := carriedOut(r.Report, filepath.Base(args[0]))
		if err != nil {
			return err
		}
		return a.ask(func(ctx context.Context, c *control.Client, _ []string) error {
			if err := c.SetOpening(ctx, balance); err != nil {
				return err
			}
			if a.json {
				return a.printJSON(balance)
			}
			fmt.Fprintf(a.out, "已录入 %d 年期初：%s\n", balance.Year, casefile.Describe(balance))
			return nil
		})(cmd, args)
	}
	return cmd
}

// carriedOut makes of what a year carried out the opening balance of the next.
func carriedOut(r stats.Report, source string) (casefile.OpeningBalance, error) {
	b := casefile.OpeningBalance{Year: r.Year + 1, Source: fmt.Sprintf("%s %d 年度报告（%s）", r.Agency, r.Year, source)}
	f, err := stats.FormatOf(r.Format)
	if err != nil {
		return b, err
	}
	row, err := f.ParseCell("四")
	if err != nil {
		return b, err
	}
	for i, c := range casefile.Columns {
		b.Columns[i] = r.At(stats.Cell{Row: row.Row, Column: c})
	}
	return b, nil
}

// put writes a report in a form, to a file or to the screen.
func (a *app) put(cmd *cobra.Command, o *options, r stats.Report, format, output string) error {
	if a.json && !o.given("format") {
		format = "json"
	}
	write, err := render.For(format)
	if err != nil {
		return usage(cmd, "%v", err)
	}
	if render.Binary(format) && output == "" {
		return usage(cmd, "%s 格式请用 -o 写入文件", format)
	}
	return a.writeReport(r, write, output)
}

func (a *app) reportMergeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "merge 文件…",
		Short: "汇总几个单位的年度报告",
		Long: "把几个单位的年度报告（ysq report --format json，或已公布的 .docx、.xlsx 等）相加，逐个核对，再核对汇总。\n" +
			"--shares 列出每格由哪些单位组成。有一项核对不通过时以 6 退出。不需要守护进程。",
		Example: "ysq report merge 甲局.json 乙局.json --agency 某某区 --format docx -o 某某区.docx\nysq report merge 甲局.json 乙局.json --agency 某某区 --shares",
		Args:    cobra.ArbitraryArgs,
	}
	o := &options{cmd: cmd}
	f := cmd.Flags()
	format := f.String("format", "text", "`格式`："+strings.Join(render.Names(), "、"))
	output := f.StringP("output", "o", "", "写入`文件`")
	agency := o.text("agency", "汇总机关的`名称`")
	shares := o.flag("shares", "列出每格由哪些单位组成")
	o.need("agency")
	o.complete("format", render.Names())
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := o.missing(); err != nil {
			return err
		}
		if len(args) == 0 {
			return usage(cmd, "没有写要汇总的文件")
		}
		var reports []stats.Report
		for _, path := range args {
			r, err := readPublished(path)
			if err != nil {
				return err
			}
			r.Agency = cmp.Or(r.Agency, strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
			reports = append(reports, r.Report)
		}
		m, err := stats.Merge(*agency, reports...)
		if err != nil {
			return &control.Error{Code: "merge", Msg: err.Error(), Exit: control.ExitFailed}
		}
		switch {
		case *shares && a.json:
			err = a.printJSON(m.Shares)
		case *shares:
			err = a.printShares(m)
		default:
			err = a.put(cmd, o, m.Report, *format, *output)
		}
		if err != nil {
			return err
		}
		return verdict(m.Report)
	}
	return cmd
}

func (a *app) printShares(m stats.Merged) error {
	t := grid.Table{Header: []string{"行,列", "合计", "单位"}, Align: []grid.Align{grid.Left, grid.Right, grid.Left}}
	for _, s := range m.Shares {
		var parts []string
		for _, u := range s.Units {
			parts = append(parts, fmt.Sprintf("%s %d", u.Unit, u.Count))
		}
		t.Rows = append(t.Rows, []string{s.Cell, strconv.Itoa(s.Total), strings.Join(parts, "、")})
	}
	return a.table(t, nil)
}

func (a *app) reportDepartmentsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "departments 年份",
		Short: "各科室办理情况（考核通报）",
		Long: "按科室列出一个季度或一段时间的收件、办结、按时、逾期，以及平均和最长的办理工作日（自收到申请之日至答复送达）。\n" +
			"“其中有争议”是按法定期限按时、按从严期限已逾期的（ysq list --disputable）。" +
			"不写 --quarter、--from、--to 的，为全年至今。",
		Example: "ysq report departments 2026 --quarter 1\nysq report departments 2026 --from 2026-01-01 --to 2026-06-30",
		Args:    exactly("年份"),
	}
	o := &options{cmd: cmd}
	quarter, from, to := o.number("quarter", "第几`季度`"), o.date("from", "自此`日期`"), o.date("to", "至此`日期`")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
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
		return a.ask(func(ctx context.Context, c *control.Client, _ []string) error {
			all, err := c.Departments(ctx, first, last)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(all)
			}
			fmt.Fprintf(a.out, "%s 至 %s\n", first, last)
			return a.printDepartments(all)
		})(cmd, args)
	}
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
		Header: []string{"科室", "收件", "办结", "按时", "其中有争议", "逾期办结", "逾期未办", "平均工作日", "最长工作日"},
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
	Before     int    `json:"before"`
	After      int    `json:"after"`
	Difference int    `json:"difference"`
}

// compare sets the totals of a report against those of the same days of another year.
func (a *app) compare(ctx context.Context, c *control.Client, now stats.Report, year int, q control.ReportQuery) error {
	q.From, q.To = sameDay(q.From, year), sameDay(q.To, year)
	then, err := c.Draft(ctx, year, q)
	if err != nil {
		return err
	}
	f, err := stats.FormatOf(now.Format)
	if err != nil {
		return err
	}
	if then.Format != now.Format {
		return &control.Error{Code: "format", Exit: control.ExitRefused, Msg: fmt.Sprintf("%d 年的报告是格式 %s，%d 年是 %s", year, then.Format, now.Year, now.Format), Hint: "用 --layout 取同一种表式"}
	}
	t := grid.Table{Header: []string{"行", strconv.Itoa(year), strconv.Itoa(now.Year), "增减"}, Align: []grid.Align{grid.Left, grid.Right, grid.Right, grid.Right}}
	all := []comparison{}
	put := func(row string, before, after int) {
		all = append(all, comparison{row, before, after, after - before})
		t.Rows = append(t.Rows, []string{row, strconv.Itoa(before), strconv.Itoa(after), fmt.Sprintf("%+d", after-before)})
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

// sameDay is a day in another year; 29 February becomes 1 March where there is none.
func sameDay(d civil.Date, year int) civil.Date {
	if d.IsZero() {
		return d
	}
	_, month, day := d.Date()
	return civil.New(year, month, day)
}
