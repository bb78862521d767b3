package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) letterCommand() *cobra.Command {
	info := casefile.KindLetterIssued.Info()
	cmd := &cobra.Command{
		Use:   info.Command + " 编号… [文书]",
		Short: info.Label + "（" + info.Article + "）",
		Long: "制作文书（" + info.Article + "）：按模板填入案件的事实，编号，存入案卷，写成 .docx；同时记录它所告知的事项，文号随之写入。\n" +
			"不写文书的，按案件最近一事提出：记录了补正告知而没有文书的，制补正告知书；记录了答复的，按答复类别和依据；余类推。\n\n" +
			"三步：\n" +
			"  1. 加 --preview 看草稿：不编号，不记录，缺什么列出什么。\n" +
			"  2. 去掉 --preview 制发：编号（各种文书每年自 1 起，不断号），记录“补正告知”“答复”等。\n" +
			"     先编号用印、他日才发出的，加 --later，发出时用 ysq letter record 文号 记录。\n" +
			"  3. 答复发出后记录 ysq dispatch；用邮箱里的草稿发出的，发出后自动记录。\n" +
			"已经用 correct、reply 等记录过的，不必再写内容：ysq letter 17 即据此制作。\n\n" +
			"写内容的选项与 correct、extend、consult、fee、reply 各命令的相同；别处没有记载的内容用 --fill 名称=内容，\n" +
			"各种文书有哪些，见 ysq letter kinds。同一申请人的几件可用一份文书：ysq letter 17..30 补正告知书 …。",
		Example: "ysq letter 17 补正告知书 --item 文件名称 --until 2026-12-11 --preview\nysq letter 17 补正告知书 --item 文件名称 --until 2026-12-11\n" +
			"ysq letter 17 --outcome '（三）4' --grounds 公开将损害某公司的商业秘密\nysq letter 17 登记回执\nysq letter 17 --preview -o 草稿.docx",
		Args: atLeastOne("编号"),
	}
	r := &answering{a: a, cmd: cmd, o: a.options(cmd)}
	content := letterContent(r.o)
	take := r.flags()
	r.o.recording(a)
	preview := r.o.flag("preview", "只看草稿：不编号，不记录")
	later := r.o.flag("later", "只编号制发；所告知的事项待发出时再记录（letter record）")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		r.req.Later = *later
		if n := len(args); n > 1 {
			if kind, err := casefile.ParseLetterKind(args[n-1]); err == nil {
				r.req.Letter, args = kind, args[:n-1]
			} else if !strings.ContainsAny(args[n-1], "0123456789-") {
				return usage(cmd, "没有“%s”这种文书；ysq letter kinds 列出各种文书", args[n-1])
			}
		}
		if err := take(args); err != nil {
			return err
		}
		switch {
		case *preview && r.req.Way != casefile.OutNone:
			return usage(cmd, "--preview 只看草稿，不能同时存草稿箱或发出")
		case r.req.To+r.req.Register != "" && r.req.Way == casefile.OutNone:
			return usage(cmd, "--to、--email 与 --draft 或 --send 同用")
		}
		if isPDF(r.output) { // before anything is numbered
			if _, err := office(); err != nil {
				return err
			}
		}
		event, err := content(r.req.Letter)
		if err != nil {
			return err
		}
		return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
			if event != nil {
				r.req.Decides = event.Kind()
				if r.req.Event, err = casefile.EncodeEvent(event); err != nil {
					return err
				}
			}
			if *preview {
				return a.previewLetter(ctx, c, r.req.LetterRequest, r.paths, r.output)
			}
			return r.issue(ctx, c)
		})(cmd, args)
	}
	cmd.AddCommand(a.letterListCommand(), a.letterGetCommand(), a.letterRecordCommand(), a.letterPostingCommand(), a.letterEnvelopeCommand(), a.letterPostedCommand(), a.letterVoidCommand(), a.letterResumeCommand(),
		a.letterKindsCommand(), a.letterTemplatesCommand(), a.letterCheckCommand())
	return cmd
}

// letterForms are the endings of the files into which a letter is written.
var letterForms = []string{"docx", "pdf"}

// letterFile refuses, before anything is done, a file into which a letter cannot go.
func (a *app) letterFile(cmd *cobra.Command, output string) error {
	if a.json && output == "-" {
		return usage(cmd, "文书和 JSON 不能都写到标准输出：用 -o 写明文件")
	}
	_, err := formOf(cmd, "", output, "docx", letterForms)
	return err
}

// saveLetter writes a letter where it was asked to be, or under its own name here; a file that is there is
// never replaced.
func (a *app) saveLetter(ctx context.Context, output, name string, content []byte) (path string, err error) {
	if isPDF(output) {
		if content, err = toPDF(ctx, content); err != nil {
			return "", err
		}
	}
	write := func(w io.Writer) error { _, err := io.Copy(w, bytes.NewReader(content)); return err }
	if output == "-" {
		return "-", write(a.out)
	}
	if output != "" {
		return output, replaceFile(output, 0o600, write)
	}
	stem, ext := strings.TrimSuffix(name, ".docx"), ".docx"
	for i := 1; ; i++ {
		path = stem + ext
		if i > 1 {
			path = fmt.Sprintf("%s（%d）%s", stem, i, ext)
		}
		f, err := os.OpenFile(filepath.Base(path), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) && i < 100 {
			continue
		}
		if err != nil {
			return "", err
		}
		return path, errors.Join(write(f), f.Close())
	}
}

// previewLetter writes a draft, and says what it lacks.
func (a *app) previewLetter(ctx context.Context, c *ask.Client, req ask.LetterRequest, files []string, output string) (err error) {
	if req.Files, err = describeFiles(files); err != nil {
		return err
	}
	res, err := ask.Do(ctx, c, ask.PreviewLetter, req)
	if err != nil {
		return err
	}
	path, err := a.saveLetter(ctx, output, res.Letter.Name, res.Content)
	if err != nil {
		return err
	}
	if a.json {
		res.Content = nil // it is in the file
		return a.printJSON(struct {
			ask.LetterResult
			File string `json:"file"`
		}{res, path})
	}
	a.warnings(res.Warnings)
	if path == "-" { // the letter itself is the output
		return nil
	}
	a.explained(res.Explained)
	fmt.Fprintf(a.out, "草稿：%s，已写入 %s\n", res.Letter.Label, grid.Clean(path))
	if len(res.Missing) > 0 {
		fmt.Fprintln(a.out, "制发前还缺：")
		for _, m := range res.Missing {
			fmt.Fprintln(a.out, "  "+grid.Clean(m.Name+"　"+m.Advice()))
		}
	}
	return nil
}

func (a *app) letterListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list [编号]",
		Short:   "列出文书和文号",
		Long:    "列出一年的文书，按文号排列，作废的和续编的都在内，一个号也不少（条例第四十五条）；写编号的，列出该案的文书。",
		Example: "ysq letter list\nysq letter list --year 2025\nysq letter list 17",
		Args:    atMostOne("编号"),
	}
	year := cmd.Flags().Int("year", a.today().Year(), "哪一`年`的文书；0 为全部")
	out := newListing[ask.LetterView](a, cmd)
	cmd.RunE = out.run(a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
		q := ask.LetterQuery{Year: *year}
		if len(args) > 0 {
			q.Case = casefile.ExpandID(args[0], a.today().Year())
			if !cmd.Flags().Changed("year") {
				q.Year = 0
			}
		}
		all, err := ask.Do(ctx, c, ask.Letters, q)
		if err != nil {
			return err
		}
		return out.show(all, "没有文书", func(bool) error { return a.letters(all) })
	}))
	return cmd
}

func (a *app) letters(all []ask.LetterView) error {
	t := grid.Table{Header: []string{"文号", "文书", "日期", "编号", "致", "情况"}}
	for _, l := range all {
		if l.Through > 0 || l.Reason != "" {
			t.Rows = append(t.Rows, []string{"", fmt.Sprintf("%s至第 %d 号续编", seriesLabel(l.Series), l.Through), day(l.On), "", "", l.Reason})
			continue
		}
		var ids []string
		for _, id := range l.Cases {
			ids = append(ids, string(id))
		}
		to, state := string(l.Party), ""
		if to == "" {
			to = string(l.Applicant)
		}
		switch {
		case l.Voided != "":
			state = "作废：" + string(l.Voided)
		case l.Decides != "" && !l.Recorded:
			state = "待记录" + l.Decides.Label()
		case l.Decides != "":
			state = "已记录" + l.Decides.Label()
		}
		t.Rows = append(t.Rows, []string{string(l.Document), l.Label, day(l.On), strings.Join(ids, "、"), to, state})
	}
	return a.table(t, nil)
}

func seriesLabel(series string) string {
	if k, err := casefile.ParseLetterKind(series); err == nil && series != "" {
		return k.Label()
	}
	if series == "" {
		return "各种文书"
	}
	return series
}

func (a *app) letterGetCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "get 文号",
		Short:   "取出制发过的文书",
		Long:    "取出制发过的文书，与制发时逐字节相同（条例第四十五条）；写入 .pdf 的，经本机的 LibreOffice 转成。",
		Example: "ysq letter get 某环依申请补〔2026〕1号 -o 补正.docx\nysq letter get 某环依申请补〔2026〕1号 -o 补正.pdf",
		Args:    exactly("文号"),
	}
	output := cmd.Flags().StringP("output", "o", "", "写入`文件`；不写则为标准输出")
	cmd.RunE = a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
		if _, err := formOf(cmd, "", *output, "docx", letterForms); err != nil {
			return err
		}
		_, content, err := ask.Get(ctx, c, ask.CopyLetter, ask.LetterRef{Document: args[0]})
		if err != nil {
			return err
		}
		defer content.Close()
		from := io.Reader(content)
		if isPDF(*output) {
			docx, err := io.ReadAll(content)
			if err != nil {
				return err
			}
			pdf, err := toPDF(ctx, docx)
			if err != nil {
				return err
			}
			from = bytes.NewReader(pdf)
		}
		write := func(w io.Writer) error { _, err := io.Copy(w, from); return err }
		if *output == "" {
			return write(a.out)
		}
		return replaceFile(*output, 0o600, write)
	})
	return cmd
}

func (a *app) letterRecordCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "record 文号",
		Short: "文书发出时，记录它所告知的事项",
		Long: "用 --later 制发的文书，发出时记录它所告知的事项：补正告知、延期、答复等，内容和文号取自文书，不必重写（条例第四十五条）。\n" +
			"答复同时发出的写 --way；在网页邮箱里自己附上文书发出的，用 --mail 写明那封信，答复和发出一并记录，日期取自那封信。",
		Example: "ysq letter record 某环依申请补〔2026〕1号\nysq letter record 某环依申请公〔2026〕7号 --way 邮寄 --tracking XA12345678901\nysq letter record 某环依申请公〔2026〕7号 --mail 3f2a9c",
		Args:    exactly("文号"),
	}
	o := a.options(cmd)
	on := o.date("on", "发出的`日期`；不写则为今天", civil.Past)
	dispatch := stepOf(casefile.KindDispatched)
	o.fields(dispatch.Fields...)
	mail := o.text("mail", "随之发出文书的`信`，写摘要的开头几位；日期和方式取自它")
	dryRun := o.flag("dry-run", "只试算能否记录，不记录")
	o.recording(a)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if o.given("tracking") && !o.given("way") {
			return usage(cmd, "写了 --tracking 就要写 --way")
		}
		return a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
			event, err := o.event(dispatch)
			if err != nil {
				return err
			}
			sent := event.(casefile.Dispatched)
			res, err := ask.Do(ctx, c.Dry(*dryRun), ask.RecordLetter, ask.RecordLetterRequest{Document: args[0], On: ask.Day(*on), Way: sent.Way, Tracking: sent.Tracking, Mail: *mail})
			if err != nil {
				return err
			}
			return a.recorded(res)
		})(cmd, args)
	}
	return cmd
}

func (a *app) letterVoidCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "void 文号",
		Short: "作废文书，文号保留",
		Long: "作废一份文书：没有发出的，或者发出后撤回的（条例第四十五条）。文号保留在案，不再给别的文书；随文书记录的事项仍然有效，\n" +
			"不对的另用 ysq void 作废。",
		Example: "ysq letter void 某环依申请补〔2026〕1号 --reason 补正期限写错",
		Args:    exactly("文号"),
	}
	o := a.options(cmd)
	reason := o.text("reason", "`理由`")
	o.need("reason")
	o.judged(a)
	o.recording(a)
	cmd.RunE = a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
		res, err := ask.Do(ctx, c, ask.VoidLetter, ask.VoidLetterRequest{Document: args[0], Reason: *reason})
		if err != nil {
			return err
		}
		return a.recorded(ask.AppendResult{Records: res.Records, Warnings: res.Warnings, Cases: res.Cases})
	})
	return cmd
}
