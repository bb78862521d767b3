package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ysq.internal/ysq/cmd/internal/ask"
)

func (a *app) importCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import 文件",
		Short: "导入台账（.csv、.xlsx）或导出的记录",
		Long: "导入台账，一行一件，要么全部导入，要么一行也不导入。必须有的列：编号、收到日期、渠道、申请人类别；表头顺序不限。\n" +
			"表头以上的标题，表下的合计、填表人，序号列，以及导出时给人看的列（承办、阶段、法定期限、从严期限）不读。\n" +
			"编号照其所写；2025-17 即 2025-00017；没有年份的（17、第17号）不猜，用 --year 写明整本台账的年份。\n" +
			"被 Excel 改过的（2.026E+07、3月17日、####）逐格指出，照原件重填。\n" +
			"确认日期为空的，收到日期即收到申请之日（条例第三十一条）。不对的行逐条指出行号和列名。\n" +
			"结转写“是”的是上年结转，不计入新收。其他列可以没有或留空，但写了其一的，须写其二：\n" +
			"  收费方式、收费金额、缴费日期须有收费通知日期，收费通知日期须有收费方式（件、页）和收费金额；\n" +
			"  补正期限、补正收到日期须有补正告知日期；征求对象、征求送达日期、征求意见答复日期须有征求意见日期，征求意见日期须有征求类型；\n" +
			"  延期工作日、延期批准人须有延期告知日期，延期告知日期须有延期工作日；答复类别、答复文号、送达日期须有答复日期，答复日期须有答复类别；\n" +
			"  归档日期须有答复日期或撤回日期；复议结案日期须有复议日期和行政复议，诉讼结案日期须有诉讼日期、行政诉讼（直接、复议后）和诉讼结果。\n" +
			"--records 导入 export --records 写成的记录，只用于空的登记库。",
		Example: "ysq import 台账.xlsx --dry-run\nysq import 2025年台账.xlsx --year 2025\nysq import 台账.csv\nysq import 记录.jsonl --records",
		Args:    exactly("文件"),
	}
	dry := cmd.Flags().Bool("dry-run", false, "只检查，不导入")
	records := cmd.Flags().Bool("records", false, "文件是 export --records 写成的记录")
	year := cmd.Flags().Int("year", 0, "编号不写年份的，都是这一`年`的")
	cmd.RunE = a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
		if *year != 0 && (*year < 2008 || *year > a.today().Year()) {
			return usage(cmd, "--year %d 不对：应为 2008 至 %d", *year, a.today().Year())
		}
		file, err := os.Open(args[0])
		if err != nil {
			return &ask.Error{Code: "file", Msg: "打不开文件：" + err.Error(), Exit: ask.ExitUsage}
		}
		defer file.Close()
		var last ask.ImportProgress
		err = ask.Put(ctx, c.Dry(*dry), ask.Import, ask.ImportRequest{Name: filepath.Base(args[0]), Records: *records, Year: *year}, file, func(p ask.ImportProgress) error {
			last = p
			a.progress(p)
			return nil
		})
		if err != nil {
			return err
		}
		if a.json {
			return a.printJSON(last)
		}
		what, unit := "已导入", "件"
		if *records {
			unit = "条记录"
		}
		if last.DryRun {
			what = "可以导入（未导入）"
		}
		fmt.Fprintf(a.out, "%s %d %s", what, last.Rows, unit)
		if last.Disputes > 0 {
			fmt.Fprintf(a.out, "，其中 %d 件有复议、诉讼", last.Disputes)
		}
		fmt.Fprintln(a.out)
		return nil
	})
	return cmd
}

// progress shows how far a long import has come, on a terminal only.
func (a *app) progress(p ask.ImportProgress) {
	f, ok := a.errOut.(*os.File)
	if !ok || p.Rows == 0 || !term.IsTerminal(int(f.Fd())) {
		return
	}
	const width = 30
	done := width * p.Row / p.Rows
	fmt.Fprintf(f, "\r%s%s %d／%d", strings.Repeat("#", done), strings.Repeat(".", width-done), p.Row, p.Rows)
	if p.Done {
		fmt.Fprintln(f)
	}
}

func (a *app) exportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export",
		Short: "导出台账（csv、xlsx）或全部记录",
		Long: "导出台账，一行一件，可用 import 再导入，期限和年度报告不变；台账装不下的在错误输出中逐项说明。\n" +
			"其中的承办、阶段、法定期限、从严期限给人看，导入时不读。.xlsx 的日期是真日期，可筛选、计算、打印；没有一件用到的列隐藏在表里；\n" +
			"一格装不下的文字（32767 字以上）续写在“（续）”列，导入时接上。\n" +
			"--records 导出登记库的全部记录（JSON，一行一条），一字不差，可导入空的登记库。\n" +
			"导出的内容不遮盖个人信息，请妥善保管（条例第十五条）。",
		Example: "ysq export -o 台账.xlsx\nysq export --year 2026 --format csv -o 台账.csv\nysq export --records -o 记录.jsonl",
		Args:    noArgs,
	}
	format := cmd.Flags().String("format", "", "`格式`：csv、xlsx；不写则看文件名，都没有则为 csv")
	records := cmd.Flags().Bool("records", false, "导出全部记录")
	year := cmd.Flags().Int("year", 0, "只导出该`年`到达的")
	output := cmd.Flags().StringP("output", "o", "", "写入`文件`；不写则为标准输出")
	cmd.RunE = a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
		q := ask.ExportQuery{Format: *format, Year: *year}
		var err error
		switch {
		case *records:
			q.Format = "records"
		default:
			if q.Format, err = formOf(cmd, *format, *output, "csv", []string{"csv", "xlsx"}); err != nil {
				return err
			}
		}
		head, content, err := ask.Get(ctx, c, ask.Export, q)
		if err != nil {
			return err
		}
		defer content.Close()
		write := func(w io.Writer) error { _, err := io.Copy(w, content); return err }
		if *output == "" {
			err = write(a.out)
		} else {
			err = replaceFile(*output, 0o600, write) // personal data: for its owner only
		}
		for _, l := range head.Lossy {
			fmt.Fprintln(a.errOut, "注意：台账装不下："+l)
		}
		return err
	})
	return cmd
}
