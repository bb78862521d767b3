package cli

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) reportMergeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "merge 文件…",
		Short: "汇总几个单位的年度报告",
		Long: "把几个单位同一年度的报告相加，逐个核对，再核对汇总。" + publishedForms + "\n" +
			"年度不同或读不出、同一单位出现两次的不相加；确要相加的写 --force，汇总中列明。“（六）其他处理”只有一行的单位与分三行的单位按一行汇总。\n" +
			"--shares 列出每格由哪些单位组成。有一项核对不通过时以 6 退出。不需要守护进程。",
		Example: "ysq report merge 甲局.json 乙局.json --agency 某某区 --format docx -o 某某区.docx\nysq report merge 甲局.json 乙局.json --agency 某某区 --shares",
		Args:    cobra.ArbitraryArgs,
	}
	o := a.options(cmd)
	f := cmd.Flags()
	format := f.String("format", "text", "`格式`："+strings.Join(reportForms(), "、"))
	output := f.StringP("output", "o", "", "写入`文件`，不写 --format 的，格式看文件名")
	agency := o.text("agency", "汇总机关的`名称`")
	shares := o.flag("shares", "列出每格由哪些单位组成")
	year := o.number("year", "标题中读不出`年度`的文件是哪一年的")
	force := o.flag("force", "年度不同、不详或单位重复也相加，并在汇总中列明")
	o.need("agency")
	o.complete("format", reportForms())
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usage(cmd, "没有写要汇总的文件")
		}
		var reports []stats.Report
		for _, path := range args {
			r, err := readPublished(cmd.Context(), path)
			if err != nil {
				return err
			}
			r.Year = cmp.Or(r.Year, *year)
			if r.Agency == "" {
				r.Agency = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
				r.Notes = append(r.Notes, "以文件名作单位名称")
			}
			for _, n := range r.Notes {
				fmt.Fprintln(a.errOut, grid.Clean(filepath.Base(path)+"："+n))
			}
			reports = append(reports, r.Report)
		}
		m, err := stats.Merge(*agency, *force, reports...)
		if err != nil {
			e := &ask.Error{Code: "merge", Msg: err.Error(), Exit: ask.ExitFailed}
			if _, ok := errors.AsType[*stats.Conflict](err); ok {
				e.Hint = "年度读不出的写 --year；确要相加的写 --force"
			}
			return e
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
