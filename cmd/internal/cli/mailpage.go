package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) mailPageCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "page 摘要",
		Short: "把附件的一页画成图片",
		Long: "把附件的一页画成灰度图片（.png），供人阅看：PDF 的一页，或一张图片；Word、Excel 等写成网页（.html）。不打开附件本身，附件中的程序、链接都不起作用。\n" +
			"附件的序号见 mail show；压缩包里的文件再写 --member。没有内嵌中文字体的 PDF 要装 fonts-wqy-microhei 才显示得出。会记录为“查看个人信息”。",
		Example: "ysq mail page 3f9a2c --part 2 -o 第一页.png\nysq mail page 3f9a2c --part 2 --page 3 -o 第三页.png",
		Args:    exactly("摘要"),
	}
	o := &options{cmd: cmd}
	part, member, page := o.number("part", "附件的`序号`"), o.number("member", "压缩包里第几个`文件`，按 mail show 所列"), o.number("page", "第几`页`；不写则为第 1 页")
	output := cmd.Flags().StringP("output", "o", "", "写入`文件`")
	cmd.RunE = a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
		if *output == "" {
			return usage(cmd, "请用 -o 写入文件")
		}
		if _, err := formOf(cmd, "", *output, "png", []string{"png"}); err != nil {
			return err
		}
		q := ask.PageRef{MailRef: ask.MailRef{Mail: args[0]}, Part: *part, Page: *page}
		if *member > 0 {
			m, err := ask.Do(ctx, c, ask.Mail, q.MailRef)
			if err != nil {
				return err
			}
			all := membersOf(m, *part)
			if *member > len(all) {
				return &ask.Error{Code: "not-found", Exit: ask.ExitNotFound, Msg: fmt.Sprintf("第 %d 个附件里没有第 %d 个文件", *part, *member), Hint: "看 ysq mail show " + args[0]}
			}
			q.Member = all[*member-1].Digest
		}
		head, content, err := ask.Get(ctx, c, ask.Page, q)
		if err != nil {
			return err
		}
		defer content.Close()
		if head.Type == "" {
			return &ask.Error{Code: "no-page", Exit: ask.ExitFailed, Msg: "没有可看的页：" + head.Label + "　" + head.Note, Hint: "用 ysq mail save 取出原件"}
		}
		if err := replaceFile(*output, 0o600, func(w io.Writer) error { _, err := io.Copy(w, content); return err }); err != nil {
			return err
		}
		if a.json {
			return a.printJSON(head)
		}
		fmt.Fprintf(a.out, "已写入 %s；共 %d 页\n", grid.Clean(*output), head.Pages)
		for _, b := range head.Beside {
			fmt.Fprintln(a.out, "写在页上的："+grid.Clean(string(b)))
		}
		if head.Note != "" {
			fmt.Fprintln(a.out, grid.Clean(head.Note))
		}
		return nil
	})
	return cmd
}
