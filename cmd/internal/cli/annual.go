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

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
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
		return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
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

func (a *app) saveManual(ctx context.Context, c *ask.Client, year int, text string) error {
	if err := c.SetManual(ctx, year, text); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(ask.ManualText{Text: text, Saved: true})
	}
	fmt.Fprintf(a.out, "已存入 %d 年报告的文字部分\n", year)
	return nil
}

// editManual opens the editor on a copy. What cannot be saved stays in the copy, which is named.
func (a *app) editManual(ctx context.Context, c *ask.Client, year int, text string) error {
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
		return errors.Join(&ask.Error{Code: "editor", Exit: ask.ExitFailed, Msg: fmt.Sprintf("编辑器 %s：%v", editor[0], err), Hint: "用环境变量 EDITOR 指明编辑器，或用 --file 存入"}, os.RemoveAll(dir))
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
		return r, &ask.Error{Code: "unreadable", Msg: err.Error(), Exit: ask.ExitFailed}
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
		return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
			if err := c.SetOpening(ctx, balance); err != nil {
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
