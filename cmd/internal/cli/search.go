package cli

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

// searchLimit is how many hits are shown unless told otherwise: the newest are meant most often.
const searchLimit = 20

func (a *app) searchCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "search 词…",
		Short: "全文查找案件和邮件",
		Long: "在全部案件（在办的和已办结的）和未立案的邮件中查找，最新的在前。查找的范围：编号、申请人、主题、申请内容、\n" +
			"文号、承办科室、各条记录和邮件正文、附件名。几个词须同时出现，不必在同一处；词中不必有空格。\n" +
			"字母和数字从词首查起：zhang 可查到 zhangsan，17 查不到 2017；大小写、全角半角不论。\n" +
			"被遮盖的号码要写全才能查到。",
		Example: "ysq search 大气 监测\nysq search 某环答〔2026〕17号\nysq search 张某 --limit 0\nysq search 排污许可 --json",
		Args:    atLeastOne("要查的词"),
	}
	limit := cmd.Flags().Int("limit", searchLimit, "最多列几`处`，0 为不限；-o json、csv、tsv 不写则不限")
	out := newListing[ask.Hit](a, cmd)
	cmd.RunE = out.run(a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
		if *limit < 0 {
			return usage(cmd, "--limit 不能是负数")
		}
		q := ask.SearchQuery{Words: strings.Join(args, " "), Limit: *limit}
		if out.machine() {
			if !cmd.Flags().Changed("limit") {
				q.Limit = 0 // a program would not notice what is missing
			}
			err := out.each(func(yield func(ask.Hit) error) error { return ask.Each(ctx, c, ask.Search, q, yield) })
			return cmp.Or(err, a.unindexed(ctx, c))
		}
		if len(*out.fields) > 0 {
			return usage(cmd, "--fields 在这里只能与 -o json、csv、tsv 同用")
		}
		return a.search(ctx, c, q)
	}))
	return cmd
}

// search prints hits as they come.
func (a *app) search(ctx context.Context, c *ask.Client, q ask.SearchQuery) error {
	limit := q.Limit
	if limit > 0 {
		q.Limit++ // one more tells that there are more
	}
	n := 0
	err := ask.Each(ctx, c, ask.Search, q, func(h ask.Hit) error {
		if n++; limit == 0 || n <= limit {
			a.hit(h)
		}
		return nil
	})
	if err == nil {
		err = a.unindexed(ctx, c)
	}
	switch {
	case err != nil:
		return err
	case n == 0:
		fmt.Fprintln(a.errOut, "没有找到")
	case limit > 0 && n > limit:
		fmt.Fprintf(a.errOut, "只列出最新的 %d 处；其余用 --limit 0，或多写几个词\n", limit)
	}
	return nil
}

// unindexed says that older contents were not looked at, as after an import.
func (a *app) unindexed(ctx context.Context, c *ask.Client) error {
	state, err := ask.Do(ctx, c, ask.Indexing, ask.None{})
	if err == nil && state.Left > 0 {
		fmt.Fprintf(a.errOut, "索引未完成：还有 %d 条记录没有编入，其中的内容现在查不到；正在编，请稍后再查\n", state.Left)
	}
	return err
}

func (a *app) hit(h ask.Hit) {
	s := a.screenOf(a.out)
	name, stands := string(h.Case), ask.StageLabel(string(h.Stage))
	if h.Case == "" {
		name, stands = "邮件 "+h.Mail.Short(), ask.PlaceLabel(string(h.Place))
	}
	said := []string{name}
	for _, text := range []string{stands, instant(h.ArrivedAt), string(h.Applicant), string(h.Subject)} {
		if text != "" {
			said = append(said, grid.Clean(text))
		}
	}
	fmt.Fprintln(a.out, s.paint(header, strings.Join(said, "  ")))
	for _, f := range h.Found {
		fmt.Fprintf(a.out, "  %s：%s%s%s\n", grid.Clean(f.Where), grid.Clean(f.Before), s.mark(grid.Clean(f.Match)), grid.Clean(f.After))
	}
}

// mark makes what was found stand out: in bold on a terminal, between brackets elsewhere.
func (s screen) mark(text string) string {
	if s.colour {
		return s.paint(header, text)
	}
	return "【" + text + "】"
}
