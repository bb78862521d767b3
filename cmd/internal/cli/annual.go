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

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats"
)

// reportCommands are what there is to a report beside computing it.
func (a *app) reportCommands() []*cobra.Command {
	return []*cobra.Command{a.reportEditCommand(), a.reportCheckCommand(), a.reportImportCommand(), a.reportMergeCommand(), a.reportAuditCommand(), a.reportDepartmentsCommand()}
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
	o := a.options(cmd)
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
			m, err := ask.Do(ctx, c, ask.Manual, ask.YearRef{Year: year})
			switch {
			case err != nil:
				return err
			case a.json:
				return a.printJSON(m)
			case *show:
				_, err := fmt.Fprint(a.out, cleanLines(string(m.Text))+"\n")
				return err
			}
			return a.editManual(ctx, c, year, string(m.Text))
		})(cmd, args)
	}
	return cmd
}

func (a *app) saveManual(ctx context.Context, c *ask.Client, year int, text string) error {
	m, err := ask.Do(ctx, c, ask.SetManual, ask.ManualEdit{YearRef: ask.YearRef{Year: year}, Text: text})
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(m)
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

// reportFormOf is the form of a report: the one that --format names, otherwise that of the file's name.
func (a *app) reportFormOf(cmd *cobra.Command, o *options, format, output string) (string, error) {
	fallback := "text"
	if a.json {
		fallback = "json"
	}
	if !o.given("format") {
		format = ""
	}
	return formOf(cmd, format, output, fallback, reportForms())
}

// put writes a report in a form, to a file or to the screen.
func (a *app) put(cmd *cobra.Command, o *options, r stats.Report, format, output string) error {
	format, err := a.reportFormOf(cmd, o, format, output)
	if err != nil {
		return err
	}
	write, err := reportForm(cmd.Context(), format)
	if err != nil {
		return usage(cmd, "%v", err)
	}
	if onlyFile(format) && output == "" {
		return usage(cmd, "%s 格式请用 -o 写入文件", format)
	}
	return a.writeReport(r, write, output)
}
