package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats"
	"ysq.internal/ysq/stats/render"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) yearRehearseCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rehearse 年份",
		Short: "年终预演：如今天即年终，有何妨碍、结转几件",
		Long: "按这一年到今天为止的登记，假定年度已经结束，列出妨碍冻结的核对、须看的提示和将结转下年度的案件；任何一天都可以做，不录入任何东西。\n" +
			"-o 把报告草稿的各种格式写入目录。",
		Example: "ysq year rehearse 2026\nysq year rehearse 2026 -o 草稿",
		Args:    exactly("年份"),
	}
	output := cmd.Flags().StringP("output", "o", "", "把草稿写入`目录`")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		year, err := yearArg(cmd, args[0])
		if err != nil {
			return err
		}
		return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
			r, err := ask.Do(ctx, c, ask.Rehearse, ask.YearRef{Year: year})
			if err != nil {
				return err
			}
			if *output != "" {
				if err := writeDrafts(*output, r.Report); err != nil {
					return err
				}
			}
			if a.json {
				return a.printJSON(r)
			}
			a.printRehearsal(r)
			if *output != "" {
				fmt.Fprintln(a.errOut, "草稿已写入 "+*output)
			}
			return nil
		})(cmd, args)
	}
	return cmd
}

func (a *app) printRehearsal(r ask.Rehearsal) {
	rep := r.Report
	fmt.Fprintf(a.out, "%d 年年终预演：登记截至 %s，按年度已结束核对\n报送期限 %s，公布期限 %s\n", rep.Year, rep.GeneratedAt.Format("2006-01-02"), day(r.Year.SubmitBy), day(r.Year.PublishBy))
	var blocks, hints []string
	if r.Order != "" {
		blocks = append(blocks, "✗  "+r.Order)
	}
	for _, c := range rep.Checks {
		line := grid.Clean(c.ID + "：" + c.String())
		if len(c.Cases) > 0 {
			line += "\n   " + grid.Clean(firstOf(c.Cases))
		}
		switch c.Level {
		case stats.Failure:
			blocks = append(blocks, "✗  "+line)
		case stats.Warning:
			hints = append(hints, "！ "+line)
		}
	}
	put := func(title string, lines []string) {
		if len(lines) > 0 {
			fmt.Fprintf(a.out, "\n%s\n%s\n", title, strings.Join(lines, "\n"))
		}
	}
	if len(blocks) == 0 {
		blocks = []string{"没有"}
	}
	put("妨碍冻结的", blocks)
	put("须看的", hints)
	fmt.Fprintf(a.out, "\n将结转下年度 %d 件\n", rep.Table3[len(rep.Table3)-1][len(stats.Line{})-1])
	if len(r.Carried) > 0 {
		fmt.Fprintln(a.out, grid.Clean(firstOf(r.Carried)))
	}
}

// firstOf lists the first numbers of many.
func firstOf(ids []casefile.ID) string {
	const most = 30
	if len(ids) > most {
		return listed(ids[:most], " ") + fmt.Sprintf(" … 共 %d 件", len(ids))
	}
	return listed(ids, " ")
}

// writeDrafts writes the forms that could be published.
func writeDrafts(dir string, r stats.Report) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for _, name := range render.Names() {
		write, err := render.For(name)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := write(&b, r); err != nil {
			return err
		}
		path := filepath.Join(dir, "report."+render.Extension(name))
		if err := replaceFile(path, 0o666, func(w io.Writer) error { _, err := b.WriteTo(w); return err }); err != nil {
			return err
		}
	}
	return nil
}
