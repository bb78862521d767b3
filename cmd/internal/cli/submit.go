package cli

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

// submitCommand is `ysq submit`: an answer on its way to whoever signs it.
func (a *app) submitCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "submit 编号…",
		Short: "送审：把拟好的答复送负责人签发（条例第四十五条）",
		Long: "把拟好的答复送审（条例第四十五条）：答复类别、依据、文书全文和随附的文件就此固定，送审稿存入登记库。\n" +
			"负责人用 sign 签发，或用 return 退回；签好的是纸质审查呈批单的，经办人照单录入（sign --approver）。\n" +
			"签发后用 answer --signed 制发。送审以后改动的，包括案情、模板的改动使文书与送审稿不同的，须重新送审。\n" +
			"写法与 answer 相同；--draft、--send 表示将用电子邮件发出，都不写的为纸质。",
		Example: "ysq submit 17 --outcome 公开 --file 审计报告.pdf --draft --note 拟予以公开\nysq submit 17 --outcome 信息不存在 --grounds 经检索，本机关未制作该信息\nysq submit --list\nysq submit --list -o 待签批.xlsx",
		Args:    func(cmd *cobra.Command, args []string) error { return nil },
	}
	r, take := a.answering(cmd)
	opinion := r.o.text("note", "拟办`意见`")
	list := r.o.flag("list", "列出待签批的；写编号的，给看送审稿")
	out := listingBy[submission](a, cmd, &r.output)
	out.title = "待签批的答复"
	cmd.Flags().Lookup("output").Usage += "；与 --list 同写的，是输出格式 table、json、csv、tsv、xlsx，或以 .csv、.tsv、.json、.xlsx 结尾的文件名"
	cmd.Flags().BoolVar(&r.dry, "dry-run", false, "试算：给看送审稿和还缺什么，不送审")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *list {
			r.output = cmp.Or(r.output, formTable)
			return out.run(a.ask(func(ctx context.Context, c *ask.Client, args []string) error { return a.submissions(ctx, c, out, args) }))(cmd, args)
		}
		if said := r.o.givenOf("fields", "bom"); said != "" {
			return usage(cmd, "--%s 须与 --list 同写", said)
		}
		if err := atLeastOne("编号")(cmd, args); err != nil {
			return err
		}
		if err := take(args); err != nil {
			return err
		}
		return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error { return r.submit(ctx, c, *opinion) })(cmd, args)
	}
	return cmd
}

// submit submits, or with --dry-run shows what would be submitted.
func (r *answering) submit(ctx context.Context, c *ask.Client, opinion string) error {
	if err := r.complete(); err != nil {
		return err
	}
	q := ask.SubmitRequest{AnswerRequest: r.req, Note: opinion}
	res, err := ask.Do(ctx, c.Dry(true), ask.Submit, q)
	if err != nil {
		return err
	}
	if err := r.tried(res, "可以送审（试算，没有送审）"); err != nil || r.dry {
		return err
	}
	if q.Files, err = putFiles(ctx, c, r.paths); err != nil {
		return err
	}
	if res, err = ask.Do(ctx, c, ask.Submit, q); err != nil {
		return err
	}
	if r.a.json {
		res.Content = nil
		return r.a.printJSON(res)
	}
	r.a.warnings(res.Warnings)
	if r.output != "" {
		if _, err := r.a.saveLetter(ctx, r.output, res.Letter.Name, res.Content); err != nil {
			return &ask.Error{Code: "file", Exit: ask.ExitFailed, Msg: fmt.Sprintf("已送审，但写不出文件：%v", err), Hint: "ysq submit --list 编号 可看送审稿"}
		}
	}
	fmt.Fprintf(r.a.out, "已送审：%s，待签批（sign、return）\n", res.Letter.Label)
	return r.a.records(res.Records)
}

// submission is a proposed answer as a line of the list.
type submission struct {
	Case      casefile.ID `json:"case"`
	Applicant ask.Text    `json:"applicant"`
	Request   ask.Text    `json:"request"`
	Row       string      `json:"row"`
	On        ask.Day     `json:"on"`
	Actor     string      `json:"actor"`
	Due       ask.Day     `json:"due"`
	Note      ask.Text    `json:"note"`
	Doubts    []string    `json:"doubts"`
}

// submissions lists the answers that wait to be signed, or shows those of cases.
func (a *app) submissions(ctx context.Context, c *ask.Client, out *listing[submission], args []string) error {
	queries := []ask.SubmissionQuery{{}}
	if len(args) > 0 {
		ids, err := a.cases(nil, args)
		if err != nil {
			return err
		}
		queries = nil
		for _, id := range ids {
			queries = append(queries, ask.SubmissionQuery{Case: id})
		}
	}
	all := []ask.SubmissionView{}
	for _, q := range queries {
		some, err := ask.Do(ctx, c, ask.Submissions, q)
		if err != nil {
			return err
		}
		all = append(all, some...)
	}
	if a.json && len(*out.fields) == 0 {
		return a.printJSON(all)
	}
	if len(args) > 0 && len(*out.fields) == 0 && !out.machine() {
		return a.submitted(all)
	}
	var rows []submission
	for _, v := range all {
		rows = append(rows, submission{v.Case.Case, v.Case.Applicant, v.Request, v.Row, v.On, v.Actor, v.Case.Due, v.Note, doubts(v)})
	}
	return out.show(rows, "没有待签批的", func(bool) error {
		t := grid.Table{Header: []string{"编号", "申请人", "申请内容", "拟答复", "送审", "送审人", "期限", "要看的"}}
		for _, s := range rows {
			t.Rows = append(t.Rows, []string{string(s.Case), string(s.Applicant), string(s.Request), s.Row, day(s.On), s.Actor, day(s.Due), strings.Join(s.Doubts, "；")})
		}
		return a.table(t, nil, 2, 3, 7)
	})
}

// submitted shows proposed answers whole.
func (a *app) submitted(all []ask.SubmissionView) error {
	for _, v := range all {
		a.heading(fmt.Sprintf("%s %s（%s）", v.Case.Case, v.Letter, v.Label))
		a.sheet("  ", field{"申请人", string(v.Case.Applicant)}, field{"申请内容", string(v.Request)}, field{"申请人要求", string(v.Wanted)},
			field{"送审", day(v.On) + " " + v.Actor}, field{"拟办意见", string(v.Note)}, field{"表三", v.Row}, field{"依据", v.Basis}, field{"救济途径", v.Remedy},
			field{"保密审查", v.Screened}, field{"附件", enclosed(v)}, field{"收件人", string(v.To)}, field{"签批", strings.TrimSpace(day(v.Decided) + " " + string(v.By) + " " + string(v.Words))}, field{"要看的", strings.Join(doubts(v), "；")})
		a.heading("文书（送审稿）")
		a.letterText(v.Preview)
		if v.Text != "" {
			a.heading("信")
			a.mailText(string(v.Text), 0)
		}
		a.heading("结果")
		var effects []field
		for _, e := range v.Effects {
			effects = append(effects, field{e.Label, e.Text})
		}
		a.sheet("  ", effects...)
	}
	return nil
}

// doubts is what whoever signs should look at first.
func doubts(v ask.SubmissionView) (all []string) {
	if len(v.Changed) > 0 {
		all = append(all, "送审后改动："+strings.Join(v.Changed, "、"))
	}
	if n := len(v.Open); n > 0 {
		all = append(all, fmt.Sprintf("未处理来信 %d 封", n))
	}
	return all
}

// enclosed names what goes with a proposed answer.
func enclosed(v ask.SubmissionView) string {
	var names []string
	for _, f := range v.Files {
		names = append(names, f.Name)
	}
	for _, s := range v.OnPaper {
		names = append(names, s+"（纸质）")
	}
	return strings.Join(names, "、")
}
