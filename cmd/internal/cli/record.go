package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

// recordCommand makes the command of an event that a person may record.
func (a *app) recordCommand(r recording) *cobra.Command {
	info := r.Kind.Info()
	cmd := &cobra.Command{
		Use:     info.Command + " 编号…",
		Short:   short(info),
		Long:    long(info, r.Note+r.Typed),
		Example: r.example,
		Args:    casesOrFrom,

		Annotations: map[string]string{recordsOnly: ""},
	}
	o := a.options(cmd)
	on := o.date("on", "事情发生的`日期`，如 2026-11-23；不写则为今天", civil.Past)
	dryRun := o.flag("dry-run", "只试算能否记录，不记录")
	o.recording(a)
	events := r.declare(o, r.Step)
	r.need(o)
	cmd.PreRunE = nil // register and void have ways in which nothing is needed
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := o.missing(); err != nil {
			return err
		}
		made, err := events()
		if err != nil {
			return err
		}
		req, err := a.chosen(cmd, info, args, *on, made)
		if err != nil {
			return err
		}
		mails := r.Mails(o.entered(r.Fields))
		for i := range req.Drafts {
			if req.Drafts[i].Kind == r.Kind {
				req.Drafts[i].Mails = mails
			}
		}
		return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
			_, req.New = o.entered(r.Fields)["new"]
			res, err := ask.Do(ctx, c.Dry(*dryRun), ask.Append, req)
			if err != nil {
				return err
			}
			return a.recorded(res)
		})(cmd, args)
	}
	switch r.Kind {
	case casefile.KindRegistered:
		a.fromProposals(cmd)
	case casefile.KindVoided:
		a.orLast(cmd)
	}
	return cmd
}

// need marks the flags for what the event must say and neither the command nor the daemon finds out: why a letter came back,
// the report says.
func (r recording) need(o *options) {
	derived := []string{"as", "mail"}
	if r.Kind == casefile.KindDeliveryFailed {
		derived = append(derived, "reason")
	}
	o.needOf(r.Kind.Info(), derived...)
}

func short(info casefile.KindInfo) string {
	if info.Article == "" {
		return info.Label
	}
	return info.Label + "（" + info.Article + "）"
}

// long says what the table of kinds says: the article, what the event does to the clock, when it is
// legal.
func long(info casefile.KindInfo, more string) string {
	var b strings.Builder
	b.WriteString("记录“" + info.Label + "”")
	if info.Article != "" {
		b.WriteString("（" + info.Article + "）")
	}
	b.WriteString("。" + more + "\n")
	if info.Effect != casefile.EffectNone {
		b.WriteString("对期限：" + info.Effect.Label() + "。")
	}
	var stages []string
	for _, s := range info.Stages {
		stages = append(stages, s.Label())
	}
	b.WriteString("可在这些阶段记录：" + strings.Join(stages, "、") + "。\n")
	b.WriteString("可同时写几个编号或起止（17..30），或写 - 从标准输入读取（每行一个）：要么全部记录，要么都不记录。")
	return b.String()
}

// cases completes the numbers that were typed; - stands for those on standard input, one a line.
func (a *app) cases(cmd *cobra.Command, args []string) ([]casefile.ID, error) {
	var ids []casefile.ID
	add := func(s string) error {
		some, err := casefile.ExpandIDs(s, a.today().Year())
		if err != nil {
			return usage(cmd, "%v", err)
		}
		for _, id := range some {
			if slices.Contains(ids, id) {
				return usage(cmd, "编号 %s 写了两次", id)
			}
			ids = append(ids, id)
		}
		return nil
	}
	for _, arg := range args {
		if arg != "-" {
			if err := add(arg); err != nil {
				return nil, err
			}
			continue
		}
		lines := bufio.NewScanner(a.in)
		for lines.Scan() {
			if s := strings.TrimSpace(lines.Text()); s != "" {
				if err := add(s); err != nil {
					return nil, err
				}
			}
		}
		if err := lines.Err(); err != nil {
			return nil, fmt.Errorf("reading case numbers: %w", err)
		}
	}
	if len(ids) == 0 {
		return nil, usage(cmd, "标准输入里没有编号")
	}
	return ids, nil
}

// request puts every event on every case. A day that nobody named stays open: the register's own
// today decides.
func request(ids []casefile.ID, on civil.Date, events []casefile.Event) (req ask.AppendRequest, err error) {
	encoded := make([]json.RawMessage, len(events))
	for i, e := range events {
		if encoded[i], err = casefile.EncodeEvent(e); err != nil {
			return req, err
		}
	}
	for _, id := range ids {
		for i, e := range events {
			req.Drafts = append(req.Drafts, ask.DraftView{Case: id, On: ask.Day(on), Kind: e.Kind(), Event: encoded[i]})
		}
	}
	return req, nil
}

func (a *app) recorded(res ask.AppendResult) error {
	if a.json {
		return a.printJSON(res)
	}
	a.explained(res.Explained)
	a.warnings(res.Warnings)
	title := "已记录"
	if res.DryRun = res.DryRun || a.dryRun; res.DryRun {
		title = "可以记录（试算，没有记录）"
	}
	fmt.Fprintln(a.out, title)
	t := grid.Table{Header: []string{"记录", "日期", "编号", "事项", "内容"}}
	for _, r := range res.Records {
		seq := ""
		if r.Seq != 0 {
			seq = strconv.FormatUint(r.Seq, 10)
		}
		t.Rows = append(t.Rows, []string{seq, day(r.On), string(r.Case), r.Label, r.Text})
	}
	if err := a.table(t, nil); err != nil {
		return err
	}
	if len(res.Cases) > 0 {
		fmt.Fprintln(a.out)
		if err := a.rows(res.Cases); err != nil {
			return err
		}
	}
	a.undo(res)
	return nil
}

// undo says how what was just recorded is taken back: the last record first, for others rest on
// those before them.
func (a *app) undo(res ask.AppendResult) {
	var commands []string
	for _, r := range slices.Backward(res.Records) {
		if !r.Undoes() {
			return
		}
		commands = append(commands, fmt.Sprintf("ysq void %s --record %d --reason 理由", r.Case, r.Seq))
	}
	if len(commands) > 2 {
		commands = []string{"ysq void --last --reason 理由"}
	}
	if !res.DryRun && len(commands) > 0 {
		fmt.Fprintln(a.out, "\n撤销："+strings.Join(commands, "；再 "))
	}
}

// explained says how an amount comes about.
func (a *app) explained(lines []string) {
	for _, line := range lines {
		fmt.Fprintln(a.out, grid.Clean(line))
	}
}

func (a *app) warnings(all []string) {
	for _, w := range all {
		fmt.Fprintf(a.errOut, "注意：%s\n", grid.Clean(w))
	}
}
