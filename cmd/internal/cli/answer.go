package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

// answering is `ysq answer`: a reply with its letter, its files and the mail that brings them.
type answering struct {
	a       *app
	cmd     *cobra.Command
	o       *options
	step    ask.Step
	entered ask.Entries // of the step
	req     ask.AnswerRequest
	paths   []string // of the enclosures, as they are to be sent
	output  string
	dry     bool
}

func (a *app) answerCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "answer 编号…",
		Short: "答复：制发文书，附上文件，存草稿箱或发出（条例第三十六条、第四十条）",
		Long: "一次办完答复（条例第三十六条、第四十条）：按答复类别和依据制作文书，编号，随附的文件列在文书里、附在信上、存入案卷；\n" +
			"信发往登记的电子邮箱，--draft 存入草稿箱由人核对后发出，--send 直接发出，发出后自动记录“答复”“发出”；\n" +
			"--paper 只制发纸质文书，发出时用 ysq letter record 文号 --way 邮寄 记录；已经交邮、当面送达的，写 --way 一并记录。\n" +
			"在终端上只写编号的，逐项询问，给看文书和信的全文，再由人决定；什么都不写进登记库，直到选定为止。\n" +
			"配置要求签发的（approval.answer），先送审（submit），签发（sign）后用 --signed 照签发的制发；改动了的须重新送审。\n" +
			"--dry-run 与真做的完全一样，只是不留下：缺什么、发给谁、对期限有什么影响，都列出来。\n\n答复类别和依据\n" + outcomeHelp(),
		Example: "ysq answer 17\nysq answer 17 --outcome 公开 --file 审计报告.pdf --draft\nysq answer 17 --outcome 信息不存在 --grounds 经检索，本机关未制作该信息 --send\n" +
			"ysq answer 17 --outcome '（三）4' --grounds 公开将损害某公司的商业秘密 --paper\nysq answer 17 --signed --draft",
		Args: atLeastOne("编号"),
	}
	r, take := a.answering(cmd)
	onPaper := r.o.flag("paper", "制发纸质文书，不发邮件")
	signed := r.o.flag("signed", "照签发的制发：答复、文书和附件都照送审时的")
	r.o.fields(stepOf(casefile.KindDispatched).Fields...)
	cmd.Flags().BoolVar(&r.dry, "dry-run", false, "试算：给看文书、信、对期限的影响和还缺什么，不制发")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := take(args); err != nil {
			return err
		}
		said := r.req.Way != casefile.OutNone || *onPaper || r.o.given("way")
		if r.req.Way != casefile.OutNone && (*onPaper || r.o.given("way")) {
			return usage(cmd, "--draft、--send、--paper（--way）只能写一种")
		}
		r.req.Signed = *signed
		r.req.Later = r.req.Way == casefile.OutNone && !r.o.given("way")
		if r.req.Signed && len(r.entered)+len(r.paths)+len(r.req.OnPaper)+len(r.req.Fill) > 0 {
			return usage(cmd, "--signed 照签发的制发，不另写答复类别、附件和文书的内容")
		}
		if who := a.somebody(); !said && !r.dry && !r.req.Signed && !a.json && who != nil {
			return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error { return r.converse(ctx, c, who) })(cmd, args)
		}
		if !said && !r.dry {
			return usage(cmd, "请写明 --draft（存草稿箱）、--send（直接发出）或 --paper（纸质），或用 --dry-run 先看")
		}
		if !said {
			r.req.Way, r.req.Later = casefile.OutDraft, false
		}
		return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error { return r.run(ctx, c) })(cmd, args)
	}
	return cmd
}

// answering declares what an answer may say, whether it is given or submitted. take puts what was written into the
// request.
func (a *app) answering(cmd *cobra.Command) (r *answering, take func(args []string) error) {
	r = &answering{a: a, cmd: cmd, o: a.options(cmd), step: stepOf(casefile.KindReplied)}
	r.step.Fields = slices.DeleteFunc(slices.Clone(r.step.Fields), func(f ask.Field) bool { return f.Name == "document" }) // the register gives it
	r.o.fields(r.step.Fields...)
	basisCompletion(r.o)
	letter := r.flags()
	subject, text := r.o.text("subject", "信的`主题`；不写则为文书的名称"), r.o.text("text", "信的`正文`；不写则为通常的送达用语")
	r.o.recording(a)
	return r, func(args []string) error {
		r.req.Subject, r.req.Text = *subject, *text
		r.entered = r.o.entered(r.step.Fields)
		return letter(args)
	}
}

// flags declares what every letter has, whatever it is about: what goes into it and with it, and by which way out.
// take puts what was written into the request.
func (r *answering) flags() (take func(args []string) error) {
	fill := r.o.texts("fill", "`名称=内容`：文书里只有经办人知道的内容，可写多次")
	files, paper := r.o.texts("file", "随附的`文件`，可写多次：列在文书里，附在信上，存入案卷"), r.o.texts("annex", "没有文件的纸质`附件`的名称，可写多次")
	draft, send := r.o.flag("draft", "存入邮箱的草稿箱，由人核对后发出"), r.o.flag("send", "直接发出（需要配置 [smtp]）")
	to := r.o.text("to", "收件`地址`，只此一次；不写则为登记的电子邮箱")
	email := r.o.text("email", "申请人的电子邮箱`地址`：核对后一并登记，信即发往该地址")
	despite := r.o.text("despite", "申请人要求的不是电子邮件而仍这样提供的`理由`（条例第四十条）")
	r.cmd.Flags().StringVarP(&r.output, "output", "o", "", "文书另存为`文件`；不写则以编号、文书和文号为名写在当前目录；.pdf 经 LibreOffice 转成")
	return func(args []string) (err error) {
		switch {
		case *draft && *send:
			return usage(r.cmd, "--draft（存草稿箱）与 --send（直接发出）只能写一个")
		case *draft:
			r.req.Way = casefile.OutDraft
		case *send:
			r.req.Way = casefile.OutSMTP
		}
		r.req.To, r.req.Register, r.req.Despite = *to, *email, *despite
		r.req.OnPaper, r.paths = *paper, *files
		if err := r.a.letterFile(r.cmd, r.output); err != nil {
			return err
		}
		if err := regular(r.cmd, r.paths); err != nil {
			return err
		}
		if r.req.Fill, err = filled(r.cmd, *fill); err != nil {
			return err
		}
		r.req.Cases, err = r.a.cases(r.cmd, args)
		return err
	}
}

// filled reads contents written as name=text.
func filled(cmd *cobra.Command, all []string) (map[string]string, error) {
	contents := map[string]string{}
	for _, s := range all {
		name, text, ok := strings.Cut(s, "=")
		if !ok || strings.TrimSpace(name) == "" {
			return nil, usage(cmd, "--fill %q 应写作 名称=内容", s)
		}
		contents[strings.TrimSpace(name)] = text
	}
	return contents, nil
}

// complete makes the request of what was entered.
func (r *answering) complete() error {
	if r.o.given("way") || r.o.given("tracking") {
		sent, err := r.o.event(stepOf(casefile.KindDispatched))
		if err != nil {
			return err
		}
		d := sent.(casefile.Dispatched)
		r.req.Gone, r.req.Tracking = d.Way, d.Tracking
	}
	if r.req.Signed {
		return nil
	}
	if len(r.paths)+len(r.req.OnPaper) > 0 {
		r.entered = providing(r.entered)
	}
	event, err := r.step.Event(r.entered, r.a.today())
	if err != nil {
		return r.o.wrong(err)
	}
	if event.(casefile.Replied).Outcome == casefile.OutcomeNone {
		return usage(r.cmd, "请用 --outcome 写明答复类别：表三的行号、名称或常用的说法")
	}
	r.req.Decides = casefile.KindReplied
	if r.req.Event, err = casefile.EncodeEvent(event); err != nil {
		return err
	}
	r.req.Files, err = describeFiles(r.paths)
	return err
}

// providing reads 第三十六条第二项 as its first half where files go with the answer: the information is provided.
func providing(entered ask.Entries) ask.Entries {
	if said := entered["basis"]; len(said) == 1 {
		if _, err := casefile.Disclosed.ParseBasis(said[0]); err != nil && casefile.Cites(said[0], "36-2-provide") {
			entered = maps.Clone(entered)
			entered["basis"] = []string{"36-2-provide"}
		}
	}
	return entered
}

// trial is what the answer would be.
func (r *answering) trial(ctx context.Context, c *ask.Client) (ask.AnswerResult, error) {
	if err := r.complete(); err != nil {
		return ask.AnswerResult{}, err
	}
	return ask.Do(ctx, c.Dry(true), ask.AnswerCase, r.req)
}

// run answers, or with --dry-run shows how it would.
func (r *answering) run(ctx context.Context, c *ask.Client) error {
	res, err := r.trial(ctx, c)
	if err != nil {
		return err
	}
	if err := r.tried(res, "可以制发（试算，没有制发）"); err != nil || r.dry {
		return err
	}
	return r.do(ctx, c)
}

// tried shows a trial where a dry run was asked for, with the word for one that nothing stands against, and refuses what
// is incomplete.
func (r *answering) tried(res ask.AnswerResult, good string) error {
	if r.dry && r.a.json {
		if err := r.a.printJSON(res); err != nil {
			return err
		}
	} else if r.dry {
		r.a.answerPreview(res)
	}
	if len(res.Missing) > 0 {
		return ask.Incomplete(res.Letter.Label, "补齐后再制发", res.Missing)
	}
	if r.dry && !r.a.json {
		fmt.Fprintln(r.a.out, "\n"+good)
	}
	return nil
}

// issue makes a letter of any kind; what is wrong is said before files are sent that would be in no record.
func (r *answering) issue(ctx context.Context, c *ask.Client) (err error) {
	if len(r.paths) > 0 {
		if r.req.Files, err = describeFiles(r.paths); err != nil {
			return err
		}
		res, err := ask.Do(ctx, c.Dry(true), ask.AnswerCase, r.req)
		if err != nil {
			return err
		}
		if len(res.Missing) > 0 {
			return ask.Incomplete(res.Letter.Label, "补齐后再制发", res.Missing)
		}
	}
	return r.do(ctx, c)
}

func (r *answering) do(ctx context.Context, c *ask.Client) (err error) {
	if r.req.Files, err = putFiles(ctx, c, r.paths); err != nil {
		return err
	}
	res, err := ask.Do(ctx, c, ask.AnswerCase, r.req)
	if err != nil {
		return err
	}
	return r.a.answered(ctx, res, r.output)
}

// answered says what was issued, where its copy is, what is recorded now and what will be.
func (a *app) answered(ctx context.Context, res ask.AnswerResult, output string) error {
	path, err := "", error(nil)
	if res.Mail == nil || output != "" { // what goes out by mail needs no copy here
		if path, err = a.saveLetter(ctx, output, res.Letter.Name, res.Content); err != nil {
			return &ask.Error{Code: "file", Exit: ask.ExitFailed, Msg: fmt.Sprintf("%s 已制发，但写不出文件：%v", res.Letter.Document, err),
				Hint: fmt.Sprintf("用 ysq letter get %s -o 文件 取出", res.Letter.Document)}
		}
	}
	if a.json {
		res.Content = nil // it is in the file
		return a.printJSON(struct {
			ask.AnswerResult
			File string `json:"file,omitzero"`
		}{res, path})
	}
	a.warnings(res.Warnings)
	if path == "-" { // the letter itself is the output
		return nil
	}
	a.explained(res.Explained)
	fmt.Fprintln(a.out, grid.Clean(strings.TrimSpace(fmt.Sprintf("已制发：%s %s", res.Letter.Label, res.Letter.Document))+prefix("，已写入 ", path)))
	if err := a.records(res.Records); err != nil {
		return err
	}
	if res.Mail != nil {
		mail := *res.Mail
		mail.Warnings = nil // said
		if err := a.sent(mail, false); err != nil {
			return err
		}
		if len(res.Follows) > 0 {
			fmt.Fprintf(a.out, "发出后自动记录“%s”；发出的与拟稿不同的，由人用 ysq letter record %s 记录\n", strings.Join(res.Follows, "”“"), res.Letter.Document)
		}
		return nil
	}
	if res.Letter.Decides != "" && !res.Letter.Recorded {
		fmt.Fprintf(a.out, "发出时记录：ysq letter record %s --way 邮寄\n", res.Letter.Document)
	}
	return nil
}

func (a *app) records(all []ask.RecordView) error {
	t := grid.Table{Header: []string{"记录", "日期", "编号", "事项", "内容"}}
	for _, r := range all {
		t.Rows = append(t.Rows, []string{fmt.Sprint(r.Seq), day(r.On), string(r.Case), r.Label, r.Text})
	}
	return a.table(t, nil)
}

// answerPreview shows a letter and its mail as they would be.
func (a *app) answerPreview(res ask.AnswerResult) {
	a.heading("文书")
	a.letterText(res.Preview)
	if res.Mail != nil {
		a.heading("信")
		a.sheet("  ", field{"收件人", string(res.Mail.To)}, field{"主题", string(res.Mail.Subject)}, field{"附件", strings.Join(res.Mail.Files, "、")})
		a.mailText(string(res.Mail.Text), 0)
	}
	a.heading("结果")
	var effects []field
	for _, e := range res.Effects {
		label := e.Label
		if len(res.Cases) > 1 {
			label = string(e.Case) + " " + label
		}
		effects = append(effects, field{label, e.Text})
	}
	a.sheet("  ", append([]field{{"申请人要求", string(res.Wanted)}, {"表三", res.Row}, {"依据", res.Basis}, {"救济途径", res.Remedy}}, effects...)...)
	a.warnings(res.Warnings)
	if len(res.Missing) > 0 {
		a.heading("还缺")
		for _, m := range res.Missing {
			fmt.Fprintln(a.out, "  "+grid.Clean(m.Name+"　"+m.Advice()))
		}
	}
}

// letterText prints a letter within its margins, as it stands on paper.
func (a *app) letterText(lines []ask.LetterLine) {
	o := a.screenOf(a.out).grid
	const bar = "  │ "
	room := 76
	if o.MaxWidth > 0 {
		room = min(room, o.MaxWidth-grid.Width(bar, o))
	}
	for _, l := range lines {
		text := grid.Clean(string(l.Text))
		below := []string{text}
		if l.Align == "" && room >= leastFold {
			below = grid.Wrap("　　"+text, room, o)
		}
		for _, s := range below {
			left := 0
			switch l.Align {
			case "center":
				left = (room - grid.Width(s, o)) / 2
			case "right":
				left = room - grid.Width(s, o) - 4
			}
			fmt.Fprintln(a.out, strings.TrimRight(bar+strings.Repeat(" ", max(left, 0))+s, " "))
		}
	}
}
