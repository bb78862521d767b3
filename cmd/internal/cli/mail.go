package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) mailCommand() *cobra.Command {
	return parent("mail", "查看邮件的去处，立案、再试、存出",
		"每封取到的邮件都有一个去处：入案、历史邮件、待甄别、重复、未取回。\n待甄别的不会自动立案，由人判断是不是申请（条例第二十九条）。",
		"ysq mail list\nysq mail show 3f2a9c\nysq mail open 3f2a9c",
		a.mailListCommand(), a.mailShowCommand(), a.mailTraceCommand(), a.mailOpenCommand(), a.mailSeenCommand(), a.mailRetryCommand(), a.mailSaveCommand(), a.mailPageCommand())
}

func (a *app) mailListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "列出邮件（不写选项即待甄别的和未取回的）",
		Long: "列出邮件和它的去处。不写选项时列出需要人处理的：待甄别的和未取回的。从严期限按它就是申请计算（条例第三十三条）。\n" +
			latestHelp + "--after 只用于一个去处。",
		Example: "ysq mail list\nysq mail list --history\nysq mail list --cases --json",
		Args:    noArgs,
	}
	places := []mailPlace{{casefile.Parked, "parked"}, {casefile.Quarantined, "quarantined"}, {casefile.ToHistory, "history"}, {casefile.Duplicate, "duplicate"}, {casefile.ToCase, "cases"}}
	on := make([]*bool, len(places))
	for i, p := range places {
		on[i] = cmd.Flags().Bool(p.option, false, "只列去处为“"+p.place.Label()+"”的")
	}
	latest := a.latest(cmd)
	out := newListing[ask.MailView](a, cmd)
	cmd.RunE = out.run(a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
		var chosen []mailPlace
		for i, p := range places {
			if *on[i] {
				chosen = append(chosen, p)
			}
		}
		if chosen == nil {
			chosen = places[:2]
		}
		if len(chosen) != 1 && *latest.after != 0 {
			return usage(cmd, "--after 要和一个去处同写，如 --parked")
		}
		return a.mails(ctx, c, chosen, latest, out)
	}))
	return cmd
}

func (a *app) mails(ctx context.Context, c *ask.Client, chosen []mailPlace, latest latest, out *listing[ask.MailView]) error {
	of := func(p mailPlace, limit int) func(func(ask.MailView) error) error {
		return func(yield func(ask.MailView) error) error {
			return ask.Each(ctx, c, ask.Mails, ask.MailQuery{Place: p.place, Limit: oneMore(limit), After: *latest.after}, yield)
		}
	}
	if out.machine() && latest.whole() { // as they come: there may be many
		return out.each(func(yield func(ask.MailView) error) error {
			for _, p := range chosen {
				if err := of(p, 0)(yield); err != nil {
					return err
				}
			}
			return nil
		})
	}
	var found []ask.MailView
	var left []func()
	for _, p := range chosen {
		limit, err := latest.most(out.machine(), p.place == casefile.Parked || p.place == casefile.Quarantined)
		if err != nil {
			return err
		}
		all, err := collect(of(p, limit))
		if err != nil {
			return err
		}
		all, more := pageOf(all, limit, *latest.after)
		if more {
			left = append(left, func() { latest.said("--"+p.option+" ", all[0].Entry) })
		}
		found = append(found, all...)
	}
	err := out.show(found, "没有这样的邮件", func(bool) error { return a.mailTable(found) })
	for _, said := range left {
		said()
	}
	return err
}

// mailPlace is where mails end, and the option that asks for them.
type mailPlace struct {
	place  casefile.Disposition
	option string
}

func (a *app) mailTable(all []ask.MailView) error {
	t := grid.Table{Header: []string{"摘要", "去处", "到达", "从严期限", "编号", "发件人", "主题", "原因"}}
	for _, m := range all {
		t.Rows = append(t.Rows, []string{mailName(m), ask.PlaceLabel(m.Disposition), a.arrivalDay(m), a.day(m.DueStrict), string(m.Case),
			string(m.From), m.Subject, strings.Join(m.Reasons, "；")})
	}
	return a.fitted(t, nil, []int{5, 6, 7}, []int{4, 2})
}

// mailName is how commands name a mail: by its digest, or by its place where nothing came of it.
func mailName(m ask.MailView) string {
	if m.Digest.IsZero() {
		return string(m.Folder) + ":" + uid(m.UID)
	}
	return m.Digest.Short()
}

func (a *app) arrivalDay(m ask.MailView) string {
	if m.ArrivedAt == nil {
		return ""
	}
	return a.day(ask.Day(civil.Of(*m.ArrivedAt)))
}

func (a *app) mailShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "show 摘要",
		Short:   "显示一封邮件：正文、附件、缺陷和来历",
		Long:    "显示一封邮件（条例第二十九条）。摘要写开头几位即可。个人信息中间以 * 遮盖。",
		Example: "ysq mail show 3f2a9c",
		Args:    exactly("邮件的摘要"),
		RunE: a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
			m, err := ask.Do(ctx, c, ask.Mail, ask.MailRef{Mail: args[0]})
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(m)
			}
			return a.mail(m)
		}),
	}
}

func (a *app) mail(m ask.MailView) error {
	fmt.Fprintln(a.out, "邮件 "+m.Digest.String())
	a.mailHead(m)
	a.mailText(m.Text, 0)
	a.parts(m)
	a.unread(m)
	if len(m.Suggestions) > 0 {
		a.heading("可能与这些案件有关")
		a.suggestions(m.Suggestions, m.Suggested)
	}
	if len(m.Defects) > 0 {
		a.heading("邮件本身的缺陷")
		for _, d := range m.Defects {
			fmt.Fprintln(a.out, "  "+grid.Clean(join("  ", d.Code, d.Where, d.Detail)))
		}
	}
	if len(m.History) > 0 {
		a.heading("来历")
		return a.chronology(m.History)
	}
	return nil
}

func (a *app) mailSeenCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "seen 摘要…",
		Short: "把不属于任何案件的邮件标记为阅毕",
		Long: "看过而不必处理的邮件（如广告、自动回复），标记后归入历史邮件，不再列出；仍可用 mail open 立案、attach --mail 归入案件；标记错了的用 --undo 撤销。\n" +
			"案件里的来信用 ysq seen 编号（条例第二十九条）。",
		Example: "ysq mail seen 3f2a9c 77b0e1 --as 广告",
		Args:    atLeastOne("邮件的摘要"),
	}
	o := a.options(cmd)
	as := o.text("as", "邮件是`什么`，如 广告")
	undo := o.flag("undo", "撤销阅毕：这些邮件重新等待甄别")
	o.judged(a)
	cmd.RunE = a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
		mails, err := ask.Do(ctx, c, ask.SeenMail, ask.SeenRequest{Mails: args, As: *as, Undo: *undo})
		if err != nil {
			return err
		}
		if a.json {
			return a.printJSON(mails)
		}
		title := "已标记为阅毕"
		switch {
		case a.dryRun:
			title = "可以标记（试算，没有记录）"
		case *undo:
			title = "重新等待甄别"
		}
		for _, d := range mails {
			fmt.Fprintln(a.out, title+"  "+d.Short())
		}
		return nil
	})
	return cmd
}

func (a *app) mailOpenCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "open 摘要",
		Short:   "给待甄别的邮件或历史邮件立案",
		Long:    "认定一封待甄别的邮件或历史邮件是申请，给它立案；期限自它的到达日起算（条例第三十一条、第三十三条）。",
		Example: "ysq mail open 3f2a9c",
		Args:    exactly("邮件的摘要"),
		RunE: a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
			r, err := ask.Do(ctx, c, ask.OpenMail, ask.MailRef{Mail: args[0]})
			if err != nil {
				return err
			}
			return a.opened("已立案", r)
		}),
	}
	o := a.options(cmd)
	o.judged(a)
	o.recording(a)
	return cmd
}
