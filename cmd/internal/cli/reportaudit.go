package cli

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats"
	"ysq.internal/ysq/stats/render"
	"ysq.internal/ysq/stats/render/grid"
)

// maxAudited bounds the files of a folder: a province has some thousands.
const maxAudited = 5000

func (a *app) reportAuditCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit 目录",
		Short: "核对一个目录里各单位、各年度的年度报告",
		Long: "读出目录（连同下级目录）中的年度报告，逐份核对，再相互核对：本年上年结转与上年结转下年度（逐列）、表二现行有效件数逐年相接、" +
			"收费情况是否写明、同一年度的两份是否不同；--total 指明市级汇总的机关，其报告与其余各单位之和逐格比较。" + publishedForms + "\n" +
			"读不出的文件逐个列出。有一项须看的以 6 退出。不需要守护进程。",
		Example: "ysq report audit 各区县报告 --total 某某市\nysq report audit 各区县报告 --format xlsx -o 核对.xlsx",
		Args:    exactly("目录"),
	}
	o := a.options(cmd)
	f := cmd.Flags()
	format := f.String("format", "text", "`格式`：text、csv、xlsx")
	output := f.StringP("output", "o", "", "写入`文件`，不写 --format 的，格式看文件名")
	total := o.text("total", "其报告应为其余各单位之和的`机关`")
	o.complete("format", []string{"text", "csv", "xlsx"})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !o.given("format") {
			*format = ""
		}
		var err error
		if *format, err = formOf(cmd, *format, *output, "text", []string{"csv", "xlsx"}); err != nil {
			return err
		}
		switch {
		case *format != "text" && *format != "csv" && *format != "xlsx":
			return usage(cmd, "格式 %q 不认识；可写 text、csv、xlsx", *format)
		case *format == "xlsx" && *output == "":
			return usage(cmd, "xlsx 格式请用 -o 写入文件")
		}
		reports, findings, err := a.audited(cmd, args[0])
		if err != nil {
			return err
		}
		more, err := stats.Audit(reports, *total)
		if err != nil {
			return usage(cmd, "--total：%v", err)
		}
		findings = append(findings, more...)
		if err := a.putFindings(findings, *format, *output); err != nil {
			return err
		}
		fmt.Fprintf(a.errOut, "读出 %d 份报告，%d 项须看\n", len(reports), len(findings))
		if len(findings) == 0 {
			return nil
		}
		return &ask.Error{Code: "check-failed", Exit: ask.ExitCheck, Msg: fmt.Sprintf("%d 项须看", len(findings))}
	}
	return cmd
}

// audited reads the reports of a folder; what cannot be read is a finding.
func (a *app) audited(cmd *cobra.Command, dir string) (reports []stats.Audited, findings []stats.Finding, err error) {
	seen := 0
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case !e.Type().IsRegular() || strings.HasPrefix(e.Name(), ".") || strings.HasPrefix(e.Name(), "~$"):
			return nil
		}
		if seen++; seen > maxAudited {
			return &ask.Error{Code: "too-many", Exit: ask.ExitUsage, Msg: fmt.Sprintf("%s 里的文件超过 %d 个", dir, maxAudited), Hint: "分几个目录核对"}
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		r, err := readPublished(cmd.Context(), path)
		if err != nil {
			findings = append(findings, stats.Finding{File: name, Check: "unreadable", Detail: err.Error()})
			return cmd.Context().Err()
		}
		reports = append(reports, stats.Audited{File: name, Report: r.Report, Reading: r.Reading})
		return nil
	})
	return reports, findings, err
}

func (a *app) putFindings(all []stats.Finding, format, output string) error {
	if a.json {
		return a.printJSON(append([]stats.Finding{}, all...))
	}
	if format == "text" && output == "" {
		t := grid.Table{Header: render.FindingRows(nil)[0]}
		t.Rows = render.FindingRows(all)[1:]
		return a.table(t, nil)
	}
	var b bytes.Buffer
	if format == "text" {
		for _, f := range all {
			fmt.Fprintln(&b, strings.Join([]string{f.Agency, strconv.Itoa(f.Year), f.Check, f.Detail, f.File}, "\t"))
		}
	} else if err := render.Findings(&b, format, all); err != nil {
		return err
	}
	if output == "" {
		_, err := a.out.Write(b.Bytes())
		return err
	}
	if err := replaceFile(output, 0o666, func(w io.Writer) error { _, err := b.WriteTo(w); return err }); err != nil {
		return err
	}
	if !a.json {
		fmt.Fprintln(a.errOut, "已写入 "+output)
	}
	return nil
}
