package cli

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/worker"
	"ysq.internal/ysq/stats"
	"ysq.internal/ysq/stats/published"
	"ysq.internal/ysq/stats/render/grid"
)

// publishedForms is what is read of others, for the help.
const publishedForms = "年度报告可以是 .docx、.doc、.wps、.xlsx、.html、.pdf、.ofd、.csv、.json，或由网页、PDF 复制成的文本；国办公开办函〔2021〕30号、〔2019〕60号两种格式都认。"

// readPublished reads a report from a file; a PDF or OFD in a process of its own, as those that applicants send.
func readPublished(ctx context.Context, path string) (r published.Report, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return r, err
	}
	name := filepath.Base(path)
	if !published.Laid(name, b) {
		r, err = published.Read(name, b)
		return r, unreadable(err)
	}
	var reader worker.Reader
	read, err := reader.ReadBytes(ctx, name, b)
	if err != nil {
		return r, err
	}
	if read.State != worker.Read {
		return r, unreadable(fmt.Errorf("%s：%s", name, cmp.Or(read.Note, read.State.Label())))
	}
	r, err = published.ReadDocument(name, read.Document)
	return r, unreadable(err)
}

func unreadable(err error) error {
	if err == nil {
		return nil
	}
	return &ask.Error{Code: "unreadable", Msg: err.Error(), Exit: ask.ExitFailed}
}

// titles are what a person says of reports whose title cannot be read.
type titles struct {
	year   *int
	agency *string
}

func (o *options) titles() titles {
	return titles{o.number("year", "报告的`年度`；不写则取自标题"), o.text("agency", "报告的`机关`；不写则取自标题")}
}

// complete puts in what the title does not say. What a person says holds against it, too, and that is noted.
func (t titles) complete(r *published.Report) {
	if *t.year != 0 && r.Year != 0 && r.Year != *t.year {
		r.Notes = append(r.Notes, fmt.Sprintf("标题写的是 %d 年，按 --year 作 %d 年", r.Year, *t.year))
	}
	r.Year, r.Agency = cmp.Or(*t.year, r.Year), cmp.Or(*t.agency, r.Agency)
}

// examined reads a report with what a person says of it, and checks it.
func examined(cmd *cobra.Command, path string, t titles) (r published.Report, err error) {
	if r, err = readPublished(cmd.Context(), path); err != nil {
		return r, err
	}
	t.complete(&r)
	r.Checks, err = stats.Examine(r.Report, r.Reading)
	return r, err
}

func (a *app) reportCheckCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check 文件",
		Short: "核对一份已公布的年度报告",
		Long: "逐条核对一份年度报告的勾稽关系，并把文字中的数字与各表对照。" + publishedForms + "\n" +
			"读不出的如实列出，不作猜测。有一项不成立时以 6 退出。不需要守护进程。",
		Example: "ysq report check 2023年报告.docx\nysq report check 2023.pdf --year 2023 --agency 某某局",
		Args:    exactly("文件"),
	}
	o := a.options(cmd)
	title := o.titles()
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		r, err := examined(cmd, args[0], title)
		if err != nil {
			return err
		}
		broken := slices.DeleteFunc(slices.Clone(r.Checks), func(c stats.Check) bool { return c.OK })
		if a.json {
			if err := a.printJSON(r.Checks); err != nil {
				return err
			}
			return verdictOn(r.Year, broken)
		}
		fmt.Fprintln(a.out, grid.Clean(headingOf(r.Report)))
		for _, n := range r.Notes {
			fmt.Fprintln(a.out, "！ "+grid.Clean(n))
		}
		for _, c := range r.Checks {
			sign := map[stats.Level]string{stats.Fine: "✓ ", stats.Warning: "！"}[c.Level]
			if !c.OK {
				sign = "✗ "
			}
			fmt.Fprintln(a.out, sign+" "+grid.Clean(c.String()))
		}
		return verdictOn(r.Year, broken)
	}
	return cmd
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
		Long: "读出一份年度报告，按 --format 写出。" + publishedForms + "\n" +
			"--opening 以其“四、结转下年度继续办理”作下一年度的期初数（上年结转），须各项勾稽关系成立。\n" +
			"--baseline 把登记簿启用以前各年已公布的报告录为已冻结的年度：上年结转、同比（--against）、表二现行有效件数均以此为据；最近一年的结转同时作期初数。需要“审核”角色。",
		Example: "ysq report import 2025年报告.docx --baseline\nysq report import 2025年报告.docx --format json -o 2025.json\nysq report import 2025年报告.docx --opening",
		Args:    exactly("文件"),
	}
	o := a.options(cmd)
	f := cmd.Flags()
	format := f.String("format", "text", "`格式`："+strings.Join(reportForms(), "、"))
	output := f.StringP("output", "o", "", "写入`文件`，不写 --format 的，格式看文件名")
	opening, baseline, title := o.flag("opening", "录为下一年度的期初数"), o.flag("baseline", "录为已冻结的往年报告"), o.titles()
	o.judged(a)
	o.complete("format", reportForms())
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		switch {
		case *opening && *baseline:
			return usage(cmd, "--opening 与 --baseline 只写其一；--baseline 已包括期初数")
		case a.dryRun && !*opening && !*baseline:
			return usage(cmd, "--dry-run 只与 --opening 或 --baseline 同用；不写它们本就不记录")
		}
		r, err := examined(cmd, args[0], title)
		if err != nil {
			return err
		}
		for _, n := range r.Notes {
			fmt.Fprintln(a.errOut, "！ "+grid.Clean(n))
		}
		if !*opening && !*baseline {
			return a.put(cmd, o, r.Report, *format, *output)
		}
		if r.Year == 0 {
			return usage(cmd, "不知是哪一年的报告，请写 --year")
		}
		if err := verdict(r.Report); err != nil {
			return err
		}
		balance, err := carriedOut(r, filepath.Base(args[0]))
		if err != nil {
			return err
		}
		if *baseline {
			return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
				v, err := ask.Do(ctx, c, ask.Baseline, ask.BaselineRequest{Report: r.Report, Source: balance.Source})
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(v)
				}
				a.warnings(v.Warnings)
				fmt.Fprintf(a.out, "已录入 %d 年已公布的报告；文件在 %s\n", v.Year, v.Directory)
				return nil
			})(cmd, args)
		}
		return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
			if _, err := ask.Do(ctx, c, ask.SetOpening, balance); err != nil {
				return err
			}
			if a.json {
				return a.printJSON(balance)
			}
			fmt.Fprintln(a.out, "已录入 "+grid.Clean(casefile.Describe(balance)))
			return nil
		})(cmd, args)
	}
	return cmd
}

// carriedOut makes of what a year carried out the opening balance of the next.
func carriedOut(r published.Report, source string) (casefile.OpeningBalance, error) {
	agency := r.Agency
	if agency != "" {
		agency += " "
	}
	b := casefile.OpeningBalance{Year: r.Year + 1, Source: fmt.Sprintf("%s%d 年度报告（%s）", agency, r.Year, source)}
	f, err := r.Form()
	if err != nil {
		return b, err
	}
	row, err := f.ParseCell("四")
	if err != nil {
		return b, err
	}
	for i, c := range casefile.Columns {
		cell := stats.Cell{Row: row.Row, Column: c}
		if slices.Contains(r.Blank, cell) {
			return b, &ask.Error{Code: "blank", Exit: ask.ExitFailed, Msg: fmt.Sprintf("“四、结转下年度继续办理”的%s没有填写，不能当作 0", c.Label()),
				Hint: "查明后用 year opening 录入"}
		}
		b.Columns[i] = r.At(cell)
	}
	return b, nil
}
