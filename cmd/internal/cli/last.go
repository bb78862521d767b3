package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

// orLast lets `void` take back what one call recorded, however many cases it was on.
func (a *app) orLast(cmd *cobra.Command) {
	one, args := cmd.RunE, cmd.Args
	last := a.options(cmd).flag("last", "作废您最后一次记录的全部；不写 --reason 只列出，不作废")
	cmd.Args = func(cmd *cobra.Command, words []string) error {
		if *last && len(words) > 0 {
			return usage(cmd, "--last 不写编号")
		}
		if *last {
			return nil
		}
		return args(cmd, words)
	}
	cmd.RunE = func(cmd *cobra.Command, words []string) error {
		if !*last {
			return one(cmd, words)
		}
		if cmd.Flags().Changed("record") {
			return usage(cmd, "--last 与 --record 不能同时写")
		}
		reason := cmd.Flags().Lookup("reason").Value.String()
		dry := cmd.Flags().Lookup("dry-run").Value.String() == "true"
		return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
			return a.voidLast(ctx, c.Dry(dry), reason)
		})(cmd, nil)
	}
}

// voidLast takes back the last call. Its author has not seen what came to the cases since; where something did, it is
// listed, and he has to say up to which record he has looked.
func (a *app) voidLast(ctx context.Context, c *ask.Client, reason string) error {
	last, err := ask.Do(ctx, c, ask.Last, ask.LastQuery{})
	if err != nil {
		return err
	}
	if a.json && reason == "" {
		return a.printJSON(last)
	}
	if !a.json {
		if err := a.called(last); err != nil {
			return err
		}
	}
	req, err := last.TakeBack(reason)
	switch {
	case err != nil:
		return err
	case reason == "":
		fmt.Fprintf(a.out, "\n作废以上 %d 条：%s\n", len(req.Drafts), voidLastLine(last))
		return nil
	}
	res, err := ask.Do(ctx, c.Seen(max(a.seen, last.Records[len(last.Records)-1].Seq)), ask.Append, req)
	if e, ok := errors.AsType[*ask.Error](err); ok && e.Code == "changed" && a.seen == 0 {
		e.Hint = "看过此后的记录，仍要作废的：" + voidLastLine(last)
	}
	if err != nil {
		return err
	}
	return a.recorded(res)
}

// voidLastLine is how a call is taken back once what came after it was seen.
func voidLastLine(last ask.LastCall) string {
	if len(last.Since) == 0 {
		return "ysq void --last --reason 理由"
	}
	return fmt.Sprintf("ysq void --last --seen %d --reason 理由", last.Seen())
}

// called lists what one call recorded.
func (a *app) called(last ask.LastCall) error {
	fmt.Fprintln(a.out, "您最后一次记录（"+instant(&last.Recorded)+"）：")
	t := grid.Table{Header: []string{"记录", "日期", "编号", "事项", "内容"}}
	for _, r := range last.Records {
		text := r.Text
		if r.Voided {
			text = "（已作废）" + text
		}
		t.Rows = append(t.Rows, []string{strconv.FormatUint(r.Seq, 10), day(r.On), string(r.Case), r.Label, text})
	}
	if err := a.table(t, nil); err != nil || len(last.Since) == 0 {
		return err
	}
	fmt.Fprintln(a.out, "\n此后这些案件又有：")
	return a.records(last.Since)
}
