package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/control"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) newCommand() *cobra.Command {
	info := casefile.KindReceived.Info()
	cmd := &cobra.Command{
		Use:   "new",
		Short: "收下邮箱以外来的申请（" + info.Article + "）",
		Long: "给当面、邮寄、传真、网上平台等途径来的申请立案（" + info.Article + "）。--on 写提交、签收或到达之日，期限由此起算；\n" +
			"平信、传真、网上平台的，法定期限自双方确认之日起算（confirm）。写了 --applicant 的，一并登记（条例第二十九条）。",
		Example: "ysq new --channel 邮寄 --on 2026-11-20 --from 某研究院 --subject 申请公开监测数据 --file 申请表.pdf\n" +
			"ysq new --channel 当面 --applicant 张某 --column 自然人 --request 监测数据",
		Args: noArgs,
	}
	o := &options{cmd: cmd, year: a.today().Year()}
	channel := choice(o, "channel", "`渠道`", casefile.ParseChannel, casefile.InPerson, casefile.RegisteredPost, casefile.PlainLetter,
		casefile.Fax, casefile.Platform, casefile.Email, casefile.Oral)
	on := o.date("on", "提交、签收或到达的`日期`；不写则为今天")
	from, subject := o.text("from", "寄件`人`，登记之前用"), o.text("subject", "`事由`")
	files := o.texts("file", "附卷的`文件`（如扫描的申请表），可写多次")
	carried := o.flag("carried", "上年结转：登记库启用前已收到，不计入新收")
	registered := registration(o)
	o.need("channel")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := o.missing(); err != nil {
			return err
		}
		n := control.NewCase{Channel: *channel, On: control.Day(*on), Carried: *carried, From: *from, Subject: *subject}
		if o.given("applicant") {
			events, err := registered()
			if err != nil {
				return err
			}
			if n.Registered, err = casefile.EncodeEvent(events[0]); err != nil {
				return err
			}
		} else if extra := o.givenOf("as", "joint", "column", "request", "contact", "form", "delivery"); extra != "" {
			return usage(cmd, "--%s 属于登记内容，须同时写 --applicant", extra)
		}
		return a.ask(func(ctx context.Context, c *control.Client, _ []string) (err error) {
			if n.Files, err = putFiles(ctx, c, *files); err != nil {
				return err
			}
			r, err := c.New(ctx, n)
			if err != nil {
				return err
			}
			return a.opened("已立案", r)
		})(cmd, args)
	}
	return cmd
}

func (a *app) splitCommand() *cobra.Command {
	info := casefile.KindSplit.Info()
	cmd := &cobra.Command{
		Use:               info.Command + " 案号",
		Short:             info.Label + "：一封来信含几件申请",
		Long:              "把含几件申请的案件拆成几件（条例第二十九条）：本案继续作为第一件，其余另立新案号，到达日和确认日相同，各计 1 件。",
		Example:           "ysq split 17 --parts 3 --reason 一信三事",
		Args:              exactly("案号"),
		ValidArgsFunction: a.completeCases,
	}
	o := &options{cmd: cmd, year: a.today().Year()}
	parts, reason := o.number("parts", "拆成`几`件，含本案"), o.text("reason", "`理由`")
	o.need("parts", "reason")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := o.missing(); err != nil {
			return err
		}
		return a.ask(func(ctx context.Context, c *control.Client, args []string) error {
			rows, err := c.Split(ctx, casefile.ExpandID(args[0], o.year), control.SplitRequest{Parts: *parts, Reason: *reason})
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(rows)
			}
			fmt.Fprintf(a.out, "已拆成 %d 件\n", len(rows))
			return a.rows(rows)
		})(cmd, args)
	}
	return cmd
}

func (a *app) attachCommand() *cobra.Command {
	info := casefile.KindAttached.Info()
	cmd := &cobra.Command{
		Use:   info.Command + " 案号 [文件…]",
		Short: info.Label + "：把文件或邮件放入案卷",
		Long: "把文件（如扫描的申请表、审批单）或别处的邮件放入案卷（条例第四十五条）。文件按摘要保存，同一内容只存一份；\n" +
			"以后可用 detach 凭摘要移出。",
		Example: "ysq attach 17 申请表.pdf 身份证明.jpg\nysq attach 17 --mail 3f2a9c --reason 申请人补寄的说明",
		Args:    atLeastOne("案号"),
	}
	o := &options{cmd: cmd, year: a.today().Year()}
	mail, reason := o.text("mail", "邮件的`摘要`，写开头几位即可"), o.text("reason", "`理由`")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if (*mail == "") == (len(args) == 1) {
			return usage(cmd, "请写要附卷的文件，或用 --mail 写明邮件，二者之一")
		}
		return a.ask(func(ctx context.Context, c *control.Client, args []string) error {
			id := casefile.ExpandID(args[0], o.year)
			if *mail != "" {
				r, err := c.AttachMail(ctx, id, *mail, *reason)
				if err != nil {
					return err
				}
				return a.opened("已归入", r)
			}
			return a.attach(ctx, c, id, args[1:], *reason)
		})(cmd, args)
	}
	return cmd
}

func (a *app) attach(ctx context.Context, c *control.Client, id casefile.ID, paths []string, reason string) error {
	files, err := putFiles(ctx, c, paths)
	if err != nil {
		return err
	}
	req, err := request([]casefile.ID{id}, 0, []casefile.Event{casefile.Attached{Files: files, Reason: reason}})
	if err != nil {
		return err
	}
	res, err := c.Append(ctx, req)
	if err != nil {
		return err
	}
	if !a.json {
		for _, f := range files {
			fmt.Fprintf(a.out, "%s  %s  %s\n", f.Digest, grid.Clean(f.Name), size(f.Size))
		}
	}
	return a.recorded(res)
}

// putFiles sends files to be kept. Until an event names them they are in no case, so that a failure
// half-way does no harm.
func putFiles(ctx context.Context, c *control.Client, paths []string) (files []casefile.File, err error) {
	for _, path := range paths {
		f, err := putFile(ctx, c, path)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

func putFile(ctx context.Context, c *control.Client, path string) (casefile.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return casefile.File{}, err
	}
	defer f.Close()
	return c.PutFile(ctx, filepath.Base(path), f)
}

// opened prints the case that something has become.
func (a *app) opened(what string, r control.CaseRow) error {
	if a.json {
		return a.printJSON(r)
	}
	fmt.Fprintf(a.out, "%s %s\n", what, grid.Clean(string(r.Case)))
	return a.rows([]control.CaseRow{r})
}
