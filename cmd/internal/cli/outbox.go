package cli

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) sendCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "send 编号 [附件…]",
		Short: "给申请人写信：存入草稿箱，或直接发出",
		Long: "在申请人来信的往来中写一封信，附上文件（条例第四十条）。--draft 存入邮箱的草稿箱，由人在网页邮箱里核对后发出；--now 经 SMTP 直接发出。\n" +
			"发出后系统会在“已发送”里看到它，记为去信；与拟稿不同的会指出。发出的是附有本件文书（--document）的信、且与拟稿一致时，自动记录文书所告知的事项，答复还记录发出；其余由人记录。\n" +
			"同一封信不会被自动发两次：不知是否发出的，等人核对（ysq outbox list）。",
		Example: "ysq send 17 答复书.docx --document 某环依申请〔2026〕1号 --draft\nysq send 17 --now --text 请于三日内与我局联系确认。\nysq send 17 --draft --text-file 正文.txt 补正告知书.docx",
		Args:    atLeastOne("编号"),
	}
	o := a.options(cmd)
	draft, now := o.flag("draft", "存入邮箱的草稿箱"), o.flag("now", "直接发出（需要配置 [smtp]）")
	to, subject := o.text("to", "收件`地址`；不写则为登记的电子邮箱"), o.text("subject", "`主题`，编号会自动加上；不写则为对来信的回复")
	text, textFile := o.text("text", "`正文`；不写则为“请查收附件”"), o.text("text-file", "正文取自`文件`，- 为标准输入")
	document := o.text("document", "所附文书的`文号`；用 ysq letter 制发的自动附上")
	despite := o.text("despite", "申请人要求的不是电子邮件而仍这样提供的`理由`（条例第四十条）")
	dry := o.flag("dry-run", "只判断，不发")
	o.recording(a)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *draft == *now {
			return usage(cmd, "请写明 --draft（存草稿箱）或 --now（直接发出），二者之一")
		}
		if *text != "" && *textFile != "" {
			return usage(cmd, "--text 与 --text-file 只能写一个")
		}
		if err := regular(cmd, args[1:]); err != nil {
			return err
		}
		return a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
			r := ask.SendRequest{Case: casefile.ExpandID(args[0], o.today.Year()), Way: casefile.OutDraft, To: *to, Subject: *subject, Document: *document, Despite: *despite}
			if *now {
				r.Way = casefile.OutSMTP
			}
			var err error
			if r.Text, err = a.bodyOf(*text, *textFile); err != nil {
				return err
			}
			if r.Text == "" && r.Document == "" && len(args) == 1 {
				return usage(cmd, "没有正文也没有附件：写 --text、--document 或附上文件")
			}
			return a.send(ctx, c, r, args[1:], *dry)
		})(cmd, args)
	}
	return cmd
}

// bodyOf returns the text of a mail.
func (a *app) bodyOf(text, file string) (string, error) {
	var b []byte
	var err error
	switch file {
	case "":
		return text, nil
	case "-":
		b, err = io.ReadAll(a.in)
	default:
		b, err = os.ReadFile(file)
	}
	return string(b), err
}

// send keeps the files and has the mail prepared.
func (a *app) send(ctx context.Context, c *ask.Client, r ask.SendRequest, paths []string, dry bool) error {
	var err error
	if r.Files, err = describeFiles(paths); err != nil {
		return err
	}
	v, err := ask.Do(ctx, c.Dry(true), ask.Send, r) // before files are sent that would then be in no mail
	if err != nil {
		return err
	}
	if !dry {
		if r.Files, err = putFiles(ctx, c, paths); err != nil {
			return err
		}
		if v, err = ask.Do(ctx, c, ask.Send, r); err != nil {
			return err
		}
	}
	if a.json {
		return a.printJSON(v)
	}
	return a.sent(v, dry)
}

// describeFiles names files as they will be kept, and keeps none: for a trial.
func describeFiles(paths []string) (all []casefile.File, err error) {
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		sum := sha256.New()
		n, err := io.Copy(sum, f)
		if err := errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
		all = append(all, casefile.File{Name: filepath.Base(path), Size: n, Digest: casefile.Digest(sum.Sum(nil))})
	}
	return all, nil
}

func (a *app) sent(v ask.OutgoingView, dry bool) error {
	a.warnings(v.Warnings)
	a.sheet("", field{"收件人", string(v.To)}, field{"申请人要求", string(v.Wanted)}, field{"主题", string(v.Subject)}, field{"附件", strings.Join(v.Files, "、")})
	way := "将存入草稿箱，请到网页邮箱核对后发出"
	if v.Way == casefile.OutSMTP.String() {
		way = "将由服务发出"
	}
	if dry {
		a.mailText(string(v.Text), 0)
		fmt.Fprintln(a.out, "没有发：--dry-run")
		return nil
	}
	fmt.Fprintf(a.out, "待发信 %d，%s（ysq outbox show %d 看结果）\n", v.ID, way, v.ID)
	if v.Reason != "" {
		fmt.Fprintln(a.out, a.screenOf(a.out).paint(alarm, "注意：")+grid.Clean(v.Reason))
	}
	return nil
}

func (a *app) outboxCommand() *cobra.Command {
	return parent("outbox", "待发的信：草稿、直接发出的、没有发出的",
		"每封要发的信都先记录，再交给服务器，结果也记录在案（条例第四十五条）。不知是否发出的信不会自动重发；被服务器拒收的等人处理。",
		"ysq outbox list\nysq outbox show 1234\nysq outbox retry 1234",
		a.outboxListCommand(), a.outboxShowCommand(),
		a.outboxDecision("retry", "再发一次", "再发一次被拒收或发不出的信。不知是否发出的，先在“已发送”里核对，确未发出的加 --again。", "ysq outbox retry 1234"),
		a.outboxDecision("drop", "放弃一封信", "不再发这封信。它仍在记录里。已存入草稿箱的，草稿还在邮箱中，请自行删除。", "ysq outbox drop 1234 --reason 改为邮寄"),
		a.outboxDecision("sent", "记明一封信已经发出", "在“已发送”里核对过、而系统没有认出的信，记明已经发出。所告知的事项（如答复、发出）请另行记录。", "ysq outbox sent 1234 --reason 网页邮箱中已核对"),
	)
}

func (a *app) outboxListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "列出还没有了结的信（--all 为一年内的全部）",
		Long:    "列出还没有了结的信：待发的、在草稿箱里的、被拒收的、不知是否发出的。\n" + latestHelp,
		Example: "ysq outbox list\nysq outbox list --all", Args: noArgs,
	}
	all := cmd.Flags().Bool("all", false, "一年内的全部，包括已发出的")
	latest := a.latest(cmd)
	out := newListing[ask.OutgoingView](a, cmd)
	cmd.RunE = out.run(a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
		limit, err := latest.most(out.machine(), !*all)
		if err != nil {
			return err
		}
		list, err := ask.Do(ctx, c, ask.Outbox, ask.OutboxQuery{All: *all, Limit: oneMore(limit), After: *latest.after})
		if err != nil {
			return err
		}
		list, more := pageOf(list, limit, *latest.after)
		if err := out.show(list, "没有这样的信", func(bool) error { return a.outgoings(list) }); err != nil {
			return err
		}
		if more {
			latest.said("", list[0].ID)
		}
		return nil
	}))
	return cmd
}

func (a *app) outgoings(list []ask.OutgoingView) error {
	t := grid.Table{Header: []string{"记录号", "编号", "状态", "拟信", "方式", "收件人", "主题", "说明"}}
	var tints []tint
	for _, v := range list {
		t.Rows = append(t.Rows, []string{strconv.FormatUint(v.ID, 10), string(v.Case), ask.OutStateLabel(v.State), v.Prepared.In(civil.Zone).Format("01-02 15:04"),
			ask.OutWayLabel(v.Way), string(v.To), string(v.Subject), outReason(v)})
		colour := plain
		switch v.State {
		case casefile.OutFailed.String(), casefile.OutHeld.String(), casefile.OutUnknown.String(), casefile.OutVanished.String():
			colour = alarm
		}
		if len(v.Differs) > 0 {
			colour = alarm
		}
		tints = append(tints, colour)
	}
	return a.table(t, tints, 5, 6, 7)
}

func outReason(v ask.OutgoingView) string {
	said := strings.TrimSpace(v.Said)
	if v.Code != 0 {
		said = strings.TrimSpace(fmt.Sprintf("%d %s", v.Code, said))
	}
	return join("；", v.Reason, prefix("与拟稿不同：", strings.Join(v.Differs, "、")), prefix("发信人另附 ", strings.Join(v.Added, "、")), prefix("服务器说：", said))
}

func (a *app) outboxShowCommand() *cobra.Command {
	return &cobra.Command{
		Use: "show 记录号", Short: "显示一封要发的信：内容、状态和经过", Long: "显示一封要发的信：收件人、主题、正文、附件，现在怎样，经过如何。记录号见 ysq outbox list。",
		Example: "ysq outbox show 1234", Args: exactly("记录号"),
		RunE: a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
			id, err := outgoingID(args[0])
			if err != nil {
				return err
			}
			v, err := ask.Do(ctx, c, ask.Outgoing, ask.OutgoingRef{ID: id})
			if err != nil {
				return err
			}
			return a.outgoing(v)
		}),
	}
}

func outgoingID(s string) (uint64, error) {
	id, err := strconv.ParseUint(s, 10, 64)
	if err != nil || id == 0 {
		return 0, &ask.Error{Code: "usage", Msg: fmt.Sprintf("记录号 %q 不对", s), Hint: "记录号见 ysq outbox list", Exit: ask.ExitUsage}
	}
	return id, nil
}

func (a *app) outgoing(v ask.OutgoingView) error {
	if a.json {
		return a.printJSON(v)
	}
	next := ""
	if v.Next != nil {
		next = "，下次 " + instant(v.Next)
	}
	fmt.Fprintf(a.out, "待发信 %d\n", v.ID)
	a.sheet("  ",
		field{"编号", string(v.Case)},
		field{"状态", ask.OutStateLabel(v.State) + next},
		field{"说明", outReason(v)},
		field{"方式", ask.OutWayLabel(v.Way)},
		field{"收件人", string(v.To)},
		field{"主题", string(v.Subject)},
		field{"文号", string(v.Document)},
		field{"附件", strings.Join(v.Files, "、")},
		field{"拟信", v.Prepared.In(civil.Zone).Format("2006-01-02 15:04") + "，" + v.Actor},
		field{"邮件编号", string(v.MessageID)},
	)
	if len(v.History) > 0 {
		a.heading("经过")
		t := grid.Table{Header: []string{"记录", "时间", "事项", "内容"}}
		for _, r := range v.History {
			t.Rows = append(t.Rows, []string{strconv.FormatUint(r.Seq, 10), r.Recorded.In(civil.Zone).Format("01-02 15:04:05"), r.Label, r.Text})
		}
		if err := a.table(t, nil, 3); err != nil {
			return err
		}
	}
	if v.Text != "" {
		a.mailText(string(v.Text), 0)
	}
	return nil
}

func (a *app) outboxDecision(do, short, long, example string) *cobra.Command {
	cmd := &cobra.Command{Use: do + " 记录号", Short: short, Long: long, Example: example, Args: exactly("记录号")}
	o := a.options(cmd)
	o.judged(a)
	o.recording(a)
	var again *bool
	reason := new(string)
	if do == "retry" {
		again = cmd.Flags().Bool("again", false, "已核对：确未发出，或者收到两封也不要紧")
	} else {
		reason = cmd.Flags().String("reason", "", "`理由`（必填）")
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if do != "retry" && strings.TrimSpace(*reason) == "" {
			return usage(cmd, "请用 --reason 写明理由")
		}
		return a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
			id, err := outgoingID(args[0])
			if err != nil {
				return err
			}
			v, err := ask.Do(ctx, c, ask.DecideOutgoing, ask.OutgoingDecision{OutgoingRef: ask.OutgoingRef{ID: id}, Do: do, Again: again != nil && *again, Reason: *reason})
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(v)
			}
			fmt.Fprintf(a.out, "待发信 %d：%s\n", v.ID, ask.OutStateLabel(v.State))
			return nil
		})(cmd, args)
	}
	return cmd
}

func (a *app) digestCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "digest", Short: "显示每日提醒：逾期、将到期、未登记、待甄别等",
		Long: "显示此刻的每日提醒（条例第三十三条、第四十九条）：逾期的、将到期的、未双方确认的、未登记的、待甄别和未取回的邮件、没有发出的信、缺的放假通知、未冻结的年度。\n" +
			"配置了 [digest] 的，每个工作日早晨自动发给工作人员一次；没有要办的不发。本命令只显示，不发信。",
		Example: "ysq digest\nysq digest --ics 期限.ics", Args: noArgs,
	}
	ics := cmd.Flags().String("ics", "", "把期限另存为日历`文件`（iCalendar），- 为标准输出")
	cmd.RunE = a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
		d, err := ask.Do(ctx, c, ask.Digest, ask.None{})
		if err != nil {
			return err
		}
		switch {
		case *ics == "-":
			fmt.Fprint(a.out, d.Calendar)
			return nil
		case *ics != "":
			if err := os.WriteFile(*ics, []byte(d.Calendar), 0o600); err != nil {
				return err
			}
		}
		if a.json {
			return a.printJSON(d)
		}
		if d.Items == 0 {
			fmt.Fprintln(a.out, "没有要办的")
		} else {
			for line := range strings.Lines(string(d.Text)) {
				a.fold(plain, grid.Clean(strings.TrimRight(line, "\n")))
			}
		}
		to := "只写系统日志"
		if len(d.To) > 0 {
			to = "发给 " + listed(d.To, "、")
		}
		fmt.Fprintln(a.errOut, grid.Clean(join("；", to, prefix("上次发出 ", instant(d.Last)))))
		return nil
	})
	return cmd
}

func (a *app) notifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "notify", Short: "显示每日通知的内容，--test 试发一次",
		Long: "显示配置了 [notify] 时每个工作日早晨发到政务微信、浙政钉、粤政易等群机器人的内容：只有件数，没有姓名和编号。\n" +
			"--test 现在就试发一次（注明是测试），以核对网址、证书和对方的要求；每次发送都写入系统日志。",
		Example: "ysq notify\nysq notify --test", Args: noArgs,
	}
	test := cmd.Flags().Bool("test", false, "试发一次")
	cmd.RunE = a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
		v, err := ask.Do(ctx, c.Dry(!*test), ask.Notify, ask.None{})
		if err != nil {
			return err
		}
		if a.json {
			return a.printJSON(v)
		}
		said := "发往 "
		if v.Posted {
			said = "已发到 "
		}
		fmt.Fprintln(a.out, grid.Clean(said+v.Host))
		fmt.Fprintln(a.out, grid.Clean(string(v.Body)))
		return nil
	})
	return cmd
}
