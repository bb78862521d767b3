package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats"
	"ysq.internal/ysq/stats/render"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) reportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report 年份",
		Short: "年度报告（条例第五十条）",
		Long: "政府信息公开工作年度报告的六个部分（条例第五十条；国办公开办函〔2021〕30号）：表三、表四依登记的案件计算，表二和文字由 report edit 填写，并核对勾稽关系。\n" +
			"已冻结的年度印冻结的报告。--month、--quarter、--from、--to 只算一段时间（月报、季报；可跨年），--against 与另一年度的同一时段比较。html、xlsx、docx 可直接公布，不含案件；pdf 由 docx 经本机的 LibreOffice 转成。--with-cases 另出供本机关内部使用的 html、xlsx，列出每格的案件（html 中点数字可见）和各项核对，会记录为“查看个人信息”。\n" +
			"--cases 列出某一格数的是哪些案件（表四的，是哪些复议、诉讼）。--check 有一项核对不通过时以 6 退出。",
		Example: "ysq report 2026\nysq report 2026 --format docx -o 2026.docx\nysq report 2026 --format pdf -o 2026.pdf\nysq report 2026 --from 2026-01-01 --to 2026-03-31\nysq report 2026 --quarter 1\nysq report 2025 --from 2025-12-01 --to 2026-02-28\nysq report 2026 --against 2025\nysq report 2026 --check\nysq report 2026 --cases '（三）4,自然人'\nysq report 2026 --with-cases --format html -o 内部.html",
		Args:    exactly("年份"),
	}
	f := cmd.Flags()
	format := f.String("format", "text", "`格式`："+strings.Join(reportForms(), "、"))
	output := f.StringP("output", "o", "", "写入`文件`，不写 --format 的，格式看文件名；要么写完整，要么不写")
	check := f.Bool("check", false, "核对不通过时以 6 退出")
	cell := f.String("cases", "", "列出`行,列`这一格的案件，如 '（三）4,自然人'；不写列即总计；表四如 行政复议,结果维持")
	o := a.options(cmd)
	from, to := o.date("from", "自此`日期`，须在这一年之内", civil.Past), o.date("to", "至此`日期`，可在以后的年度", civil.Past)
	month, quarter := o.number("month", "只算第几`月`"), o.number("quarter", "只算第几`季度`")
	against := o.number("against", "与另一`年度`的同一时段逐行比较总计")
	withCases := o.flag("with-cases", "附每格的案件，仅供内部使用；格式须为 "+strings.Join(render.WithCasesNames(), "、"))
	layout := o.text("layout", "用另一种表式：`"+strings.Join(stats.Formats(), " 或 ")+"`，供比较")
	o.complete("layout", stats.Formats())
	o.complete("format", reportForms())
	cmd.AddCommand(a.reportCommands()...)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		year, err := yearArg(cmd, args[0])
		if err != nil {
			return err
		}
		if *format, err = a.reportFormOf(cmd, o, *format, *output); err != nil {
			return err
		}
		write, err := reportForm(cmd.Context(), *format)
		if *withCases {
			write, err = render.WithCases(*format)
		}
		if err != nil {
			return usage(cmd, "%v", err)
		}
		if onlyFile(*format) && *output == "" {
			return usage(cmd, "%s 格式请用 -o 写入文件", *format)
		}
		if err := o.partOf(year, *month, *quarter, from, to); err != nil {
			return err
		}
		q := ask.ReportQuery{YearRef: ask.YearRef{Year: year}, Span: ask.Span{From: *from, To: *to}, Format: *layout, Trace: *withCases}
		if o.given("against") && (*cell != "" || *check || *output != "" || o.given("format")) {
			return usage(cmd, "--against 不能与 --cases、--check、--output、--format 同时写")
		}
		if *cell != "" && (*check || *output != "" || o.given("format")) {
			return usage(cmd, "--cases 不能与 --check、--output、--format 同时写")
		}
		return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
			if *cell != "" {
				return a.reportCases(ctx, c, *cell, q)
			}
			if o.given("against") {
				return a.compare(ctx, c, *against, q)
			}
			if *withCases {
				c = c.Reveal(ask.Contact) // to be recorded
			}
			r, err := ask.Do(ctx, c, ask.Draft, q)
			if err != nil {
				return err
			}
			for i := range r.Cases { // numbers of people are nothing for a list that is handed around
				r.Cases[i].Subject = ask.Mask(r.Cases[i].Subject)
			}
			if err := a.writeReport(r, write, *output); err != nil {
				return err
			}
			if *check {
				return verdict(r)
			}
			return nil
		})(cmd, args)
	}
	return cmd
}

// partOf sets the days of the month or the quarter that was asked for.
func (o *options) partOf(year, month, quarter int, from, to *civil.Date) error {
	if o.givenOf("month", "quarter") == "" {
		return nil
	}
	if o.givenOf("from", "to") != "" || o.given("month") && o.given("quarter") {
		return usage(o.cmd, "--month、--quarter、--from 与 --to 只写一种")
	}
	first, months := month, 1
	if o.given("quarter") {
		first, months = 3*quarter-2, 3
	}
	if first < 1 || first > 12 {
		return usage(o.cmd, "--month 写 1 至 12，--quarter 写 1 至 4")
	}
	*from = civil.New(year, time.Month(first), 1)
	*to = civil.New(year, time.Month(first+months), 1).Add(-1)
	return nil
}

func (a *app) reportCases(ctx context.Context, c *ask.Client, cell string, q ask.ReportQuery) error {
	held, err := ask.Do(ctx, c, ask.ReportCases, ask.CellQuery{ReportQuery: q, Cell: cell})
	if err != nil {
		return err
	}
	numbers := []string{} // never null in JSON
	for _, id := range held.Cases {
		numbers = append(numbers, string(id))
	}
	for _, id := range held.Disputes {
		numbers = append(numbers, string(id))
	}
	if a.json {
		return a.printJSON(numbers)
	}
	for _, n := range numbers {
		fmt.Fprintln(a.out, grid.Clean(n))
	}
	if len(numbers) == 0 {
		fmt.Fprintln(a.errOut, "这一格没有案件")
	}
	if held.Unnamed > 0 {
		fmt.Fprintf(a.errOut, "另有期初上年结转 %d 件尚未补录案件（new --carried）\n", held.Unnamed)
	}
	return nil
}

// writeReport renders into memory first, so that an error leaves nothing half-printed.
func (a *app) writeReport(r stats.Report, write render.Func, path string) error {
	var b bytes.Buffer
	if err := write(&b, r); err != nil {
		return err
	}
	if path == "" {
		_, err := a.out.Write(b.Bytes())
		return err
	}
	if err := replaceFile(path, 0o666, func(w io.Writer) error { _, err := b.WriteTo(w); return err }); err != nil {
		return err
	}
	if !a.json {
		fmt.Fprintln(a.errOut, "已写入 "+path)
	}
	return nil
}

// replaceFile puts a whole file in its place at once, with everything that write writes; whatever goes
// wrong, the old one stays. A device or a pipe, as /dev/null, is written to and never replaced.
func replaceFile(path string, mode fs.FileMode, write func(io.Writer) error) error {
	if at, err := os.Stat(path); err == nil && at.Mode()&(fs.ModeDevice|fs.ModeNamedPipe) != 0 {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(write(f), f.Close())
	}
	return durable.Disk{}.Replace(path, mode, func(f *os.File) error {
		if mode == 0o644 { // meant for others, whatever the umask says; 0666 leaves it to the umask
			if err := f.Chmod(mode); err != nil {
				return err
			}
		}
		return write(f)
	})
}

// verdict is the error of a report of which a check has failed.
func verdict(r stats.Report) error { return verdictOn(r.Year, r.Failed()) }

// verdictOn is the error of checks that do not hold.
func verdictOn(year int, failed []stats.Check) error {
	if len(failed) == 0 {
		return nil
	}
	name := "报告"
	if year != 0 {
		name = fmt.Sprintf("%d 年报告", year)
	}
	var msg strings.Builder
	msg.WriteString(fmt.Sprintf("%s有 %d 项核对不通过", name, len(failed)))
	for _, c := range failed {
		msg.WriteString("\n" + c.ID + "：" + c.String())
	}
	return &ask.Error{Code: "check-failed", Exit: ask.ExitCheck, Msg: msg.String()}
}
