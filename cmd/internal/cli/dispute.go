package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) disputeCommand() *cobra.Command {
	cmd := parent("dispute", "行政复议和行政诉讼（条例第五十一条）",
		"登记因政府信息公开引起的行政复议和行政诉讼（条例第五十一条），年度报告表四由此计算。一件争议可涉及几个案件，也可不涉及任何案件。",
		"ysq dispute list\nysq dispute file 17 --track 行政复议 --party 张某 --organ 某市人民政府",
		a.disputeListCommand(), a.disputeShowCommand(),
		a.disputeFileCommand(),
	)
	typed := map[casefile.Kind][2]string{
		casefile.KindDisputeAnswered: {"answer", "ysq dispute answer Y2026-001 --document 某环复答〔2026〕1号"},
		casefile.KindDisputeDecided:  {"decide", "ysq dispute decide Y2026-001 --decision 维持"},
		casefile.KindDisputeAppealed: {"appeal", "ysq dispute appeal Y2026-001 --by 原告"},
		casefile.KindDisputeRetried:  {"retry", "ysq dispute retry Y2026-001 --on 2026-11-20"},
		casefile.KindVoided:          {"void", "ysq dispute void Y2026-001 --record 42 --reason 日期录错"},
	}
	for _, s := range ask.DisputeSteps() {
		if t, ok := typed[s.Kind]; ok {
			cmd.AddCommand(a.disputeStep(s, t[0], t[1]))
		}
	}
	return cmd
}

func (a *app) disputeListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "列出复议和诉讼", Long: "列出行政复议和行政诉讼（条例第五十一条）、答复期限和结果。",
		Example: "ysq dispute list", Args: noArgs,
	}
	out := newListing[ask.DisputeView](a, cmd)
	cmd.RunE = out.run(a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
		all, err := ask.Do(ctx, c, ask.Disputes, ask.DisputeQuery{})
		if err != nil {
			return err
		}
		return out.show(all, "没有登记的复议和诉讼", func(bool) error { return a.disputes(all) })
	}))
	return cmd
}

func (a *app) disputes(all []ask.DisputeView) error {
	t := grid.Table{Header: []string{"编号", "途径", "当事人", "案件", "送达", "答复期限", "答复", "结果"}}
	var tints []tint
	for _, d := range all {
		answered, colour := day(d.AnsweredOn), plain
		if d.Remaining != nil {
			answered = ask.Workdays(*d.Remaining)
			if d.Provisional {
				answered += "（暂定）"
			}
			colour = tintOf(ask.UrgencyOf(*d.Remaining))
		}
		t.Rows = append(t.Rows, []string{string(d.Dispute), d.TrackLabel, d.Party, casesOf(d), day(d.FiledOn), day(d.AnswerBy), answered, disputeResult(d)})
		tints = append(tints, colour)
	}
	return a.table(t, tints, 2)
}

// casesOf names the first case and how many there are.
func casesOf(d ask.DisputeView) string {
	if len(d.Cases) < 2 {
		return joinIDs(d.Cases)
	}
	return fmt.Sprintf("%s 等 %d 件", d.Cases[0], len(d.Cases))
}

func joinIDs(ids []casefile.ID) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = string(id)
	}
	return strings.Join(words, "、")
}

func disputeResult(d ask.DisputeView) string {
	if d.Voided {
		return "已作废"
	}
	return join("，", d.Result, string(d.Decision), day(d.DecidedOn))
}

func disputeID(s string) casefile.DisputeID {
	return casefile.DisputeID(strings.ToUpper(strings.TrimSpace(s)))
}

func (a *app) disputeShowCommand() *cobra.Command {
	return &cobra.Command{
		Use: "show 编号", Short: "显示一件复议或诉讼及其经过", Long: "显示一件行政复议或行政诉讼（条例第五十一条）及其经过。",
		Example: "ysq dispute show Y2026-001", Args: exactly("编号"),
		RunE: a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
			d, err := ask.Do(ctx, c, ask.Dispute, ask.DisputeRef{Dispute: disputeID(args[0])})
			if err != nil {
				return err
			}
			return a.dispute(d)
		}),
	}
}

func (a *app) dispute(d ask.DisputeView) error {
	if a.json {
		return a.printJSON(d)
	}
	a.warnings(d.Warnings)
	left := ""
	if d.Remaining != nil {
		left = ask.Workdays(*d.Remaining)
	}
	fmt.Fprintln(a.out, grid.Clean(join("  ", string(d.Dispute), d.TrackLabel, disputeResult(d))))
	a.sheet("  ",
		field{"当事人", d.Party},
		field{"机关", join("，", string(d.Organ), string(d.Number))},
		field{"案件", joinIDs(d.Cases)},
		field{"事由", string(d.Matter)},
		field{"送达本机关", day(d.FiledOn)},
		field{"答复期限", join("  ", day(d.AnswerBy)+provisional(d.Provisional), left)},
		field{"已答复", day(d.AnsweredOn)},
	)
	a.heading("经过")
	return a.chronology(d.Records)
}

func (a *app) disputeFileCommand() *cobra.Command {
	info := casefile.KindDisputeFiled.Info()
	cmd := &cobra.Command{
		Use: "file [案件…]", Short: "登记一件复议或诉讼",
		Long: "登记一件行政复议或行政诉讼（" + info.Article + "）。--on 写复议申请书、起诉状副本送达本机关之日，答复期限由此起算：\n" +
			"复议 5 个工作日（普通程序 10 个工作日），诉讼 15 日。不涉及具体案件的写 --matter。\n" +
			"表四按件计：本机关仅以复议机关身份作被告的，写 --position 仅复议机关，不计；本机关与复议机关同为被告的，登记为复议后起诉。",
		Example: "ysq dispute file 17 --track 行政复议 --party 张某 --organ 某市人民政府 --on 2026-11-20\nysq dispute file --track 直接起诉 --party 李某 --matter 未按期公开年度报告",
	}
	o := a.options(cmd)
	on := o.date("on", "送达本机关的`日期`；不写则为今天", civil.Past)
	step := stepOf(casefile.KindDisputeFiled)
	o.fields(flagsOnly(step)...)
	dryRun := o.flag("dry-run", "只试算能否记录，不记录")
	o.recording(a)
	o.needOf(casefile.KindDisputeFiled.Info())
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		var ids []casefile.ID
		if len(args) > 0 {
			if ids, err = a.cases(cmd, args); err != nil {
				return err
			}
		}
		entered := o.entered(flagsOnly(step))
		for _, id := range ids {
			entered["cases"] = append(entered["cases"], string(id))
		}
		event, err := step.Event(entered, o.today)
		if err != nil {
			return o.wrong(err)
		}
		if e := event.(casefile.DisputeFiled); e.Ordinary && e.Track != casefile.Reconsideration {
			return usage(cmd, "--ordinary 只用于行政复议")
		}
		return a.recordDispute(cmd, *on, *dryRun, event)
	}
	return cmd
}

// flagsOnly are the fields of a step on a dispute that are no arguments of its command.
func flagsOnly(s ask.Step) []ask.Field {
	return slices.DeleteFunc(slices.Clone(s.Fields), func(f ask.Field) bool { return f.Name == "dispute" || f.Name == "cases" })
}

// disputeStep makes the command of an event on a dispute that was filed.
func (a *app) disputeStep(step ask.Step, name, example string) *cobra.Command {
	info := step.Kind.Info()
	cmd := &cobra.Command{
		Use: name + " 编号", Short: info.Label,
		Long:    "记录“" + short(info) + "”。" + step.Note + step.Typed,
		Example: example, Args: exactly("编号"),
	}
	o := a.options(cmd)
	on := o.date("on", "事情发生的`日期`；不写则为今天", civil.Past)
	dryRun := o.flag("dry-run", "只试算能否记录，不记录")
	o.recording(a)
	o.fields(flagsOnly(step)...)
	o.needOf(info)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		entered := o.entered(step.Fields)
		entered["dispute"] = []string{string(disputeID(args[0]))}
		event, err := step.Event(entered, o.today)
		if err != nil {
			return o.wrong(err)
		}
		return a.recordDispute(cmd, *on, *dryRun, event)
	}
	return cmd
}

func (a *app) recordDispute(cmd *cobra.Command, on civil.Date, dryRun bool, event casefile.Event) error {
	encoded, err := casefile.EncodeEvent(event)
	if err != nil {
		return err
	}
	return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
		d, err := ask.Do(ctx, c.Dry(dryRun), ask.RecordDispute, ask.DisputeRequest{On: ask.Day(on), Kind: event.Kind(), Event: encoded})
		if err != nil {
			return err
		}
		if dryRun && !a.json {
			fmt.Fprintln(a.out, "可以记录（试算，没有记录）")
		}
		return a.dispute(d)
	})(cmd, nil)
}
