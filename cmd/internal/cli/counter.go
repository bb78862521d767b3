package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) newCommand() *cobra.Command {
	info := casefile.KindReceived.Info()
	cmd := &cobra.Command{
		Use:   "new [文件…]",
		Short: "收下邮箱以外来的申请（" + info.Article + "）",
		Long: "给当面、邮寄、传真、网上平台等途径来的申请立案（" + info.Article + "）。--on 写提交、签收或到达之日，期限由此起算；\n" +
			"平信、传真和先送到其他内设机构的（--unit），收到当日与申请人确认，法定期限自确认之日起算（confirm）；网上平台的自提交之日\n" +
			"起算，平台公布的规则另有规定的写入配置（[platform] starts）。写了 --applicant 的，一并登记（条例第二十九条）；口头申请一并\n" +
			"打印代填的申请表，由申请人核对签名。所写的文件（如扫描的申请表）附卷。",
		Example: "ysq new --channel 邮寄 --on 2026-11-20 --from 某研究院 --subject 申请公开监测数据 申请表.pdf\n" +
			"ysq new --channel 当面 --applicant 张某 --column 自然人 --request 监测数据\n" +
			"ysq new --channel 口头 --applicant 李某 --column 自然人 --request 低保公示名单 -o 代填申请表.docx",
	}
	o := a.options(cmd)
	channel := choice(o, "channel", "`渠道`", casefile.ParseChannel, casefile.InPerson, casefile.RegisteredPost, casefile.PlainLetter,
		casefile.Fax, casefile.Platform, casefile.Email, casefile.Oral)
	on := o.date("on", "提交、签收或到达的`日期`；不写则为今天", civil.Past)
	from, subject := o.text("from", "寄件`人`，登记之前用"), o.text("subject", "`事由`")
	unit := o.text("unit", "先收到的内设`机构`，如 执法大队：收到当日应与申请人确认")
	carried := o.flag("carried", "上年结转：登记库启用前已收到，不计入新收")
	dryRun := o.flag("dry-run", "只试算能否立案，不记录")
	output := cmd.Flags().StringP("output", "o", "", "口头申请：代填的申请表写入`文件`（.docx 或 .pdf），不写则以编号命名")
	registration := stepOf(casefile.KindRegistered)
	o.fields(registration.Fields...)
	o.need("channel")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		n := ask.NewCase{Channel: *channel, On: ask.Day(*on), Unit: *unit, Carried: *carried, From: *from, Subject: *subject}
		if o.given("applicant") {
			event, err := o.event(registration)
			if err != nil {
				return err
			}
			if n.Registered, err = casefile.EncodeEvent(event); err != nil {
				return err
			}
		} else if extra := o.givenOf(fieldNames(registration)...); extra != "" {
			return usage(cmd, "--%s 属于登记内容，须同时写 --applicant", extra)
		}
		if *output != "" && (*channel != casefile.Oral || n.Registered == nil) {
			return usage(cmd, "-o 是代填的申请表写到哪里：只用于口头申请（--channel 口头），并写 --applicant 一并登记")
		}
		if err := regular(cmd, args); err != nil {
			return err
		}
		return a.ask(func(ctx context.Context, c *ask.Client, _ []string) (err error) {
			res, err := ask.Do(ctx, c.Dry(true), ask.New, n)
			if err == nil && !*dryRun { // files are sent only when nothing will be refused
				if n.Files, err = putFiles(ctx, c, args); err != nil {
					return err
				}
				res, err = ask.Do(ctx, c, ask.New, n)
			}
			if err != nil {
				return err
			}
			form := ""
			if oral := *channel == casefile.Oral && !res.DryRun; oral && n.Registered != nil {
				form = a.writtenDown(ctx, c, res.Cases[0].Case, *output, &res.Warnings)
			} else if oral {
				res.Warnings = append(res.Warnings, "登记后打印代填的申请表，由申请人核对签名（条例第二十九条）：ysq letter "+string(res.Cases[0].Case)+" 申请表（代填）")
			}
			if a.json {
				return a.printJSON(res)
			}
			a.warnings(res.Warnings)
			if form != "" {
				fmt.Fprintln(a.errOut, "代填的申请表 "+grid.Clean(form)+"：请申请人核对签名后，扫描附卷（attach）")
			}
			what := "已立案 "
			if res.DryRun {
				what = "可以立案（试算，没有记录） "
			}
			row := res.Cases[0]
			fmt.Fprintln(a.out, what+grid.Clean(string(row.Case)))
			fmt.Fprintln(a.out, dayOfReceipt(*channel, row))
			return a.rows(res.Cases)
		})(cmd, args)
	}
	return cmd
}

// writtenDown makes the form in which the office wrote down what an applicant said (条例 第二十九条), and returns where it lies.
// The case is recorded already, so a failure is a warning with the command that makes the form again.
func (a *app) writtenDown(ctx context.Context, c *ask.Client, id casefile.ID, output string, warnings *[]string) string {
	res, err := ask.Do(ctx, c, ask.AnswerCase, ask.AnswerRequest{LetterRequest: ask.LetterRequest{Cases: []casefile.ID{id}, Letter: casefile.LetterApplicationForm}})
	path := ""
	if err == nil {
		path, err = a.saveLetter(ctx, output, res.Letter.Name, res.Content)
	}
	if err != nil {
		*warnings = append(*warnings, fmt.Sprintf("代填的申请表没有做成（%v）；重做：ysq letter %s 申请表（代填）", err, id))
	}
	return path
}

// dayOfReceipt says which day is 收到申请之日 and why (条例31), and what follows from it.
func dayOfReceipt(c casefile.Channel, r ask.CaseRow) string {
	rule := map[casefile.Channel]string{
		casefile.InPerson:       "当面提交的，以提交之日为收到申请之日（条例第三十一条第一项）",
		casefile.Oral:           "口头申请由本机关代为填写，以提出之日为收到申请之日（条例第二十九条、第三十一条第一项）",
		casefile.RegisteredPost: "邮寄的，以签收之日为收到申请之日（条例第三十一条第二项）",
		casefile.PlainLetter:    "平常信函应于收到当日与申请人确认，以确认之日为收到申请之日（条例第三十一条第二项）",
		casefile.Fax:            "传真的，以双方确认之日为收到申请之日（条例第三十一条第三项）",
		casefile.Platform:       "通过网上平台的，以提交之日为收到申请之日（最高人民法院指导案例26号）",
		casefile.Email:          "通过互联网的，以双方确认之日为收到申请之日（条例第三十一条第三项）",
	}[c]
	switch {
	case r.ToConfirm && c == casefile.Platform:
		rule = "按平台公布的规则，以双方确认之日为收到申请之日"
	case r.ToConfirm && !c.NeedsConfirmation():
		rule = "先送到其他内设机构的，收到当日与申请人确认，以确认之日为收到申请之日（国办公开办函〔2015〕207号）"
	}
	if r.DueLegal == 0 && r.DueStrict == 0 { // before the present Regulations nothing is computed
		return r.Standing() + "。"
	}
	if r.ToConfirm && r.ConfirmedOn == 0 {
		return fmt.Sprintf("%s；确认后请记录：ysq confirm %s。从严期限自到达日起算，至 %s。", rule, r.Case, day(r.DueStrict))
	}
	return fmt.Sprintf("%s：%s。次日起算，期限至 %s。", rule, civil.Date(r.ReceivedOn).Long(), day(r.DueLegal))
}

func (a *app) splitCommand() *cobra.Command {
	info := casefile.KindSplit.Info()
	cmd := &cobra.Command{
		Use:     info.Command + " 编号",
		Short:   info.Label + "：一封来信含几件申请",
		Long:    "把含几件申请的案件拆成几件（条例第二十九条）：本案继续作为第一件，其余另立新编号，各计 1 件；\n到达、确认、补正、延期等至今影响期限的记录，各件都有。还有征求意见或收费没有结束的，写明由第几件续办（--open）。",
		Example: "ysq split 17 --parts 3 --reason 一信三事",
		Args:    exactly("编号"),
	}
	o := a.options(cmd)
	parts, reason := o.number("parts", "拆成`几`件，含本案"), o.text("reason", "`理由`")
	open := o.number("open", "没有结束的征求意见、收费由第`几`件续办，1 是本案")
	dryRun := o.flag("dry-run", "只试算能否拆分，不记录")
	o.recording(a)
	o.needOf(info)
	cmd.RunE = a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
		r := ask.SplitRequest{CaseRef: ask.CaseRef{Case: casefile.ExpandID(args[0], o.today.Year())}, Parts: *parts, Reason: *reason, Open: *open}
		res, err := ask.Do(ctx, c.Dry(*dryRun), ask.Split, r)
		if err != nil {
			return err
		}
		return a.recorded(res)
	})
	return cmd
}

// opened prints the case that something has become.
func (a *app) opened(what string, r ask.CaseRow) error {
	if a.json {
		return a.printJSON(r)
	}
	fmt.Fprintf(a.out, "%s %s\n", what, grid.Clean(string(r.Case)))
	return a.rows([]ask.CaseRow{r})
}
