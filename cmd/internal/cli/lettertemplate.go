package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/letter"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) letterKindsCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "kinds [文书]",
		Short:   "各种文书和它们的内容",
		Long:    "列出各种文书：文号里的字、所记录的事项、救济告知的类别、要由经办人写的内容（--fill）；写文书名的，列出模板里可用的全部名称（条例第四十五条）。",
		Example: "ysq letter kinds\nysq letter kinds 部分公开告知书",
		Args:    atMostOne("文书"),
		RunE: func(cmd *cobra.Command, args []string) error {
			all := letter.Kinds()
			if len(args) > 0 {
				kind, err := casefile.ParseLetterKind(args[0])
				if err != nil {
					return usage(cmd, "没有“%s”这种文书；ysq letter kinds 列出各种文书", args[0])
				}
				all = slices.DeleteFunc(all, func(i letter.Info) bool { return i.Kind != kind })
			}
			if a.json {
				return a.printJSON(all)
			}
			if len(args) > 0 {
				return a.letterKind(all[0])
			}
			t := grid.Table{Header: []string{"文书", "代码", "字", "记录", "救济告知", "经办人写的内容"}}
			for _, i := range all {
				var fills []string
				for _, f := range i.Fills {
					fills = append(fills, f.Name)
				}
				event := ""
				if i.Event != "" {
					event = i.Event.Label()
				}
				t.Rows = append(t.Rows, []string{i.Label, i.Kind.String(), i.Mark, event, i.Remedy, strings.Join(fills, "、")})
			}
			return a.fitted(t, nil, nil, []int{4, 2})
		},
	}
}

func (a *app) letterKind(i letter.Info) error {
	fmt.Fprintf(a.out, "%s（%s）\n", i.Label, i.Kind)
	fmt.Fprintln(a.out, "模板里可写："+"{{"+strings.Join(i.Text, "}} {{")+"}}")
	for _, name := range sortedKeys(i.Lists) {
		fmt.Fprintf(a.out, "有几项的：{{#%s}} … {{/%s}}，其中有 {{%s}}\n", name, name, strings.Join(i.Lists[name], "}} {{"))
	}
	for _, f := range i.Fills {
		need := "可以不写"
		switch {
		case f.Always:
			need = "必写"
		case len(f.Bases) > 0:
			need = "依据为 " + strings.Join(f.Bases, "、") + " 时必写"
		}
		fmt.Fprintf(a.out, "--fill %s=…　%s（%s）\n", f.Name, f.What, need)
	}
	return nil
}

func sortedKeys(m map[string][]string) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (a *app) letterTemplatesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "templates 目录",
		Short: "写出内置模板，供修改",
		Long: "把内置模板写到目录，一种文书一个 .docx，已有的文件绝不覆盖（条例第四十五条）。在 Word 或 WPS 里改版式和文字，{{名称}} 的地方由程序填写；\n" +
			"改完用 ysq letter check 检查，放到配置 [letter] templates 所指的目录即可使用，不需重启服务。",
		Example: "ysq letter templates /etc/ysq/letters",
		Args:    exactly("目录"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			var written, kept []string
			for _, k := range casefile.LetterKinds() {
				docx, err := letter.Standard(k)
				if err != nil {
					return err
				}
				path := filepath.Join(args[0], k.Label()+".docx")
				f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
				if errors.Is(err, fs.ErrExist) {
					kept = append(kept, path)
					continue
				}
				if err != nil {
					return err
				}
				_, err = f.Write(docx)
				if err := errors.Join(err, f.Close()); err != nil {
					return err
				}
				written = append(written, path)
			}
			if a.json {
				return a.printJSON(map[string][]string{"written": append([]string{}, written...), "kept": append([]string{}, kept...)})
			}
			fmt.Fprintf(a.out, "写出 %d 个模板\n", len(written))
			for _, path := range kept {
				fmt.Fprintln(a.out, grid.Clean("已有，没有覆盖："+path))
			}
			return nil
		},
	}
}

// checked is what is wrong with a template.
type checked struct {
	File     string              `json:"file"`
	Letter   casefile.LetterKind `json:"letter,omitzero"`
	Problems []letter.Problem    `json:"problems"`
}

func (a *app) letterCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check [文件或目录…]",
		Short: "检查文书模板",
		Long: "检查模板：不认识的名称、没有闭合的标记，连同它们的位置；法律要求说明而模板没有的内容（条例第四十五条）。不写文件的，检查配置所指的目录。\n" +
			"文件名须是文书的名称，如 补正告知书.docx。有错的以 6 退出。",
		Example: "ysq letter check\nysq letter check /etc/ysq/letters\nysq letter check 补正告知书.docx",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				cfg, err := a.loadConfig()
				if err != nil {
					return err
				}
				if cfg.Letter.Templates == "" {
					return usage(cmd, "配置 [letter] 没有写 templates，用的是内置模板；要检查别的文件，请写文件名")
				}
				args = []string{cfg.Letter.Templates}
			}
			files, err := templateFiles(cmd, args)
			if err != nil {
				return err
			}
			all := []checked{}
			wrong := 0
			for _, path := range files {
				c, err := checkTemplate(path)
				if err != nil {
					return err
				}
				if len(c.Problems) > 0 {
					wrong++
				}
				all = append(all, c)
			}
			if a.json {
				if err := a.printJSON(all); err != nil {
					return err
				}
			} else {
				for _, c := range all {
					a.checkedTemplate(c)
				}
			}
			if wrong > 0 {
				return &ask.Error{Code: "template", Msg: fmt.Sprintf("%d 个模板有误", wrong), Exit: ask.ExitCheck}
			}
			return nil
		},
	}
}

func (a *app) checkedTemplate(c checked) {
	if len(c.Problems) == 0 {
		fmt.Fprintln(a.out, grid.Clean(c.File+"　没有问题"))
		return
	}
	for _, p := range c.Problems {
		fmt.Fprintln(a.out, grid.Clean(c.File+"　"+p.String()))
	}
}

func templateFiles(cmd *cobra.Command, args []string) ([]string, error) {
	var files []string
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			files = append(files, arg)
			continue
		}
		in, err := filepath.Glob(filepath.Join(arg, "*.docx"))
		if err != nil {
			return nil, err
		}
		in = slices.DeleteFunc(in, func(p string) bool { return strings.HasPrefix(filepath.Base(p), "~$") }) // Word has it open
		if len(in) == 0 {
			return nil, usage(cmd, "%s 里没有 .docx", arg)
		}
		files = append(files, in...)
	}
	return files, nil
}

func checkTemplate(path string) (checked, error) {
	c := checked{File: path, Problems: []letter.Problem{}}
	kind, err := casefile.ParseLetterKind(strings.TrimSuffix(filepath.Base(path), ".docx"))
	if err != nil || kind == casefile.LetterNone {
		c.Problems = append(c.Problems, letter.Problem{What: "文件名不是文书的名称；ysq letter kinds 列出各种文书"})
		return c, nil
	}
	c.Letter = kind
	f, err := os.Open(path)
	if err != nil {
		return c, err
	}
	defer f.Close()
	docx, err := io.ReadAll(io.LimitReader(f, letter.MaxTemplate+1))
	if err != nil {
		return c, err
	}
	t, err := letter.ReadTemplate(docx)
	if err != nil {
		c.Problems = append(c.Problems, letter.Problem{What: fmt.Sprintf("读不懂：%v；请在 Word 或 WPS 里另存为 .docx", err)})
		return c, nil
	}
	c.Problems = append(c.Problems, t.Check(kind)...)
	return c, nil
}

func (a *app) letterResumeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "resume [文书=最后用过的号…]",
		Short: "从已用过的号续编",
		Long: "说明哪些文号已经用过而登记簿里没有文书：启用 ysq 之前手工编的，或者由备份恢复时丢失的。以后自下一号续编，空出的号和理由留在记录里（条例第四十五条）。\n" +
			"由备份恢复之后，未经确认不编新号；查清纸质发文后逐种写明，没有缺失的用 --rest。各种文书合编一个号的，写 all=号。",
		Example: "ysq letter resume 补正告知书=12 不予公开告知书=3 --reason 启用前手工编号\nysq letter resume --rest --reason 已核对发文登记，没有缺失",
	}
	o := a.options(cmd)
	year := cmd.Flags().Int("year", o.today.Year(), "哪一`年`的文号")
	rest, reason := o.flag("rest", "其余各种照登记簿所载续编"), o.text("reason", "`理由`")
	o.need("reason")
	o.judged(a)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		req := ask.ResumeLettersRequest{Year: *year, Last: map[string]int{}, Rest: *rest, Reason: *reason}
		for _, s := range args {
			name, number, ok := strings.Cut(s, "=")
			n, err := strconv.Atoi(number)
			if !ok || err != nil || n < 0 {
				return usage(cmd, "%q 应写作 文书=号，如 补正告知书=12", s)
			}
			if name != letter.AllSeries {
				kind, err := casefile.ParseLetterKind(name)
				if err != nil || !kind.Numbered() {
					return usage(cmd, "没有“%s”这种编号的文书；ysq letter kinds 列出各种文书", name)
				}
				name = kind.String()
			}
			req.Last[name] = n
		}
		if len(args) == 0 && !*rest {
			return usage(cmd, "请写 文书=最后用过的号，或 --rest")
		}
		return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
			records, err := ask.Do(ctx, c, ask.ResumeLetters, req)
			if err != nil {
				return err
			}
			return a.recorded(ask.AppendResult{Records: records, Warnings: []string{}, Cases: []ask.CaseRow{}})
		})(cmd, nil)
	}
	return cmd
}
