package cli

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) mailRetryCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "retry [摘要|文件夹:UID]",
		Short: "再试取信或判断失败的邮件",
		Long: "再试失败了的邮件（条例第四十五条）：未取回的立即再取一次；因程序出错而待甄别的，重新解析、重新判断去处。\n" +
			"--all 再试全部。没有摘要的未取回的邮件写“文件夹:UID”，mail list --quarantined 可查。",
		Example: "ysq mail retry --all\nysq mail retry 3f2a9c\nysq mail retry INBOX:1392611444",
		Args:    atMostOne("邮件"),
	}
	all := cmd.Flags().Bool("all", false, "全部")
	cmd.RunE = a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
		which := ""
		switch {
		case *all == (len(args) == 1):
			return usage(cmd, "请写一封邮件，或写 --all")
		case len(args) == 1:
			which = args[0]
		}
		r, err := ask.Do(ctx, c, ask.Retry, ask.RetryRequest{Mail: which})
		if err != nil {
			return err
		}
		if a.json {
			return a.printJSON(r)
		}
		return a.retried(r)
	})
	return cmd
}

func (a *app) retried(r ask.RetryResult) error {
	if r.Due == 0 && len(r.Decided) == 0 {
		fmt.Fprintln(a.errOut, "没有取信或判断失败的邮件")
		return nil
	}
	if r.Due > 0 {
		fmt.Fprintf(a.out, "再取未取回的 %d 封，共取到 %d 封，仍未取回 %d 封\n", r.Due, r.Taken, r.Left)
	}
	if len(r.Decided) == 0 {
		return nil
	}
	fmt.Fprintf(a.out, "重新判断 %d 封\n", len(r.Decided))
	return a.mailTable(r.Decided)
}

func (a *app) mailTraceCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "trace 摘要",
		Short:   "说明一封邮件怎样取到、怎样判断、归到哪里",
		Long:    "说明一封邮件的来龙去脉（条例第四十五条）：何时从哪个文件夹取到，解析时有何缺陷，凭什么判断去处，此后有哪些记录。",
		Example: "ysq mail trace 3f2a9c",
		Args:    exactly("邮件的摘要"),
		RunE: a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
			t, err := ask.Do(ctx, c, ask.Trace, ask.MailRef{Mail: args[0]})
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(t)
			}
			return a.trace(t)
		}),
	}
}

func (a *app) trace(t ask.MailTrace) error {
	fmt.Fprintln(a.out, "邮件 "+t.Digest.String())
	if !t.Kept {
		fmt.Fprintln(a.out, "原文不在（已按期销毁，或需从备份恢复）")
	}
	for _, s := range t.Steps {
		label := s.Label
		if s.Voided {
			label += "（已作废）"
		}
		a.heading(grid.Clean(join("  ", strconv.FormatUint(s.Seq, 10), instant(&s.Recorded), label, string(s.Case), s.Actor)))
		if s.Taken == nil {
			a.sheet("  ", field{"内容", s.Text})
			continue
		}
		a.traceTaken(s)
	}
	if len(t.Cases) == 0 {
		return nil
	}
	a.heading("所在案件现在的情况")
	return a.rows(t.Cases)
}

func (a *app) traceTaken(s ask.TraceStep) {
	m := s.Taken
	fields := []field{
		{"取自", join(" ", string(m.Account), string(m.Folder), "UIDVALIDITY "+strconv.FormatUint(s.Validity, 10), "UID "+uid(m.UID))},
		{"到达", arrival(*m)},
		{"大小", sizeOf(*m)},
		{"发件人", sender(*m)},
		{"主题", m.Subject},
		{"去处", join("，", ask.PlaceLabel(m.Disposition), string(m.Case))},
	}
	for _, why := range m.Reasons {
		fields = append(fields, field{"依据", why})
	}
	for _, g := range m.Suggestions {
		fields = append(fields, field{"可能有关", string(g.Case) + "  " + g.Reason})
	}
	for _, d := range m.Defects {
		fields = append(fields, field{"缺陷", join("  ", d.Code, d.Where, d.Detail)})
	}
	a.sheet("  ", fields...)
}
