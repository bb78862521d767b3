package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/letter"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

// outcomeMenu is 表三 on a few lines.
const outcomeMenu = `  （一）予以公开  （二）部分公开
  （三）不予公开：1 国家秘密 2 法律禁止 3 三安全一稳定 4 第三方 5 内部事务 6 过程性
                  7 执法案卷 8 行政查询
  （四）无法提供：1 本机关不掌握 2 需另行制作 3 补正后仍不明确
  （五）不予处理：1 信访举报投诉 2 重复申请 3 公开出版物 4 大量反复 5 确认或重新出具
  （六）其他：1 逾期不补正 2 逾期未缴费 3 其他
  写行号（如 三4）或常用的说法（如 公开、信息不存在、第三方、信访）`

// answerGuide goes through an answer with a person.
type answerGuide struct {
	*answering
	person *person
	last   ask.AnswerResult // the latest trial
	seen   map[casefile.ID]uint64
	other  bool // what is answered is registered as no application: no row of 表三 is to be chosen
}

// errGivenUp ends a conversation; nothing was done.
var errGivenUp = errors.New("given up")

// converse asks for what no flag says, shows all of it and lets a person decide.
func (r *answering) converse(ctx context.Context, c *ask.Client, who *person) error {
	g := &answerGuide{answering: r, person: who, seen: map[casefile.ID]uint64{}}
	for _, step := range []func(context.Context, *ask.Client) error{g.about, g.outcome, g.basis, g.grounds, g.files, g.contents, g.recipient, g.otherWay, g.decide} {
		err := step(ctx, c.IfSeqs(g.seen)) // whoever answers has read the case as it was shown
		if errors.Is(err, errGivenUp) || errors.Is(err, io.EOF) {
			fmt.Fprintln(r.a.errOut, "\n没有制发，什么都没有记录")
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// line asks for one line.
func (g *answerGuide) line(prompt string) (string, error) {
	prompt = strings.TrimLeft(prompt, "\n")
	s, err := g.person.line(prompt+"：", "")
	return strings.TrimSpace(grid.Clean(s)), err
}

// several asks for lines until an empty one.
func (g *answerGuide) several(prompt string) (all []string, err error) {
	for {
		s, err := g.line(prompt)
		if err != nil {
			return nil, err
		}
		if s == "" {
			return all, nil
		}
		all = append(all, s)
		prompt = "  续"
	}
}

// choose asks for one of several, by its number or in words; taken is what an empty line means.
func (g *answerGuide) choose(prompt string, taken string, words func(string) (string, error)) (string, error) {
	for {
		s, err := g.line(prompt)
		if err != nil {
			return "", err
		}
		chosen, err := words(cmp.Or(s, taken))
		if err == nil {
			return chosen, nil
		}
		fmt.Fprintln(g.a.errOut, "  "+grid.Clean(err.Error()))
	}
}

func (g *answerGuide) about(ctx context.Context, c *ask.Client) error {
	for _, id := range g.req.Cases {
		d, err := ask.Do(ctx, c, ask.Show, ask.BareCase(id))
		if err != nil {
			return err
		}
		g.seen[d.Case] = d.Last
		fmt.Fprintln(g.a.out, g.a.screenOf(g.a.out).paint(header, grid.Clean(join("  ", string(d.Case), ask.StageLabel(d.Stage), d.Standing()))))
		g.a.sheet("  ", field{"申请人", join("，", string(d.Applicant), string(d.Category))}, field{"申请内容", string(d.Request)},
			field{"答复要求", join("，", string(d.Form), string(d.Delivery))}, field{"电子邮箱", registeredMail(d)},
			field{"从严期限", dueDay(d.DueStrict, d.Provisional)}, field{"法定期限", dueDay(d.DueLegal, d.Provisional)})
		if err := g.a.past(d.Past, d.PastAll); err != nil {
			return err
		}
		g.other = g.other || d.Kind != "" && string(d.Kind) != casefile.Application.String()
		if d.RegisteredOn == 0 {
			return &ask.Error{Code: "not-registered", Exit: ask.ExitRefused, Msg: string(id) + " 尚未登记", Hint: "先登记\nysq register " + string(id)}
		}
	}
	fmt.Fprintln(g.a.errOut, "\n逐项回答；Ctrl-D 放弃，什么都不记录")
	return nil
}

func (g *answerGuide) outcome(context.Context, *ask.Client) error {
	if len(g.entered["outcome"]) > 0 {
		return nil
	}
	if g.other {
		g.entered["outcome"] = []string{casefile.BasisOf(casefile.BasisHandled).Label}
		return nil
	}
	fmt.Fprintln(g.a.errOut, outcomeMenu)
	s, err := g.choose("答复类别", "", func(s string) (string, error) {
		_, _, err := casefile.ReadOutcome(s)
		return s, err
	})
	g.entered["outcome"] = []string{s}
	return err
}

func (g *answerGuide) basis(context.Context, *ask.Client) error {
	o, implied, err := casefile.ReadOutcome(g.entered["outcome"][0])
	if err != nil {
		return usage(g.cmd, "%v", err)
	}
	bases := o.Bases()
	if len(g.entered["basis"]) > 0 || implied != "" || len(bases) == 1 {
		return nil
	}
	for i, b := range bases {
		fmt.Fprintf(g.a.errOut, "  %d %s\n", i+1, casefile.BasisOf(b))
	}
	code, err := g.choose("依据（序号、条款或说法）", "", func(s string) (string, error) {
		if n, err := strconv.Atoi(s); err == nil && n >= 1 && n <= len(bases) {
			return bases[n-1], nil
		}
		return o.ParseBasis(s)
	})
	g.entered["basis"] = []string{code}
	return err
}

func (g *answerGuide) grounds(context.Context, *ask.Client) error {
	if len(g.entered["grounds"]) > 0 {
		return nil
	}
	lines, err := g.several("理由，写入文书（可写几段，空行结束）")
	if len(lines) > 0 {
		g.entered["grounds"] = []string{strings.Join(lines, "\n")}
	}
	return err
}

func (g *answerGuide) files(context.Context, *ask.Client) error {
	if len(g.paths) > 0 || len(g.req.OnPaper) > 0 {
		return nil
	}
	for {
		s, err := g.line("随附的文件（路径，空行结束）")
		if err != nil || s == "" {
			return err
		}
		s = strings.Trim(s, `'"`)
		if err := regular(g.cmd, []string{s}); err != nil {
			fmt.Fprintln(g.a.errOut, "  "+grid.Clean(err.Error()))
			continue
		}
		g.paths = append(g.paths, s)
	}
}

// contents asks for what the letter needs and only the clerk knows.
func (g *answerGuide) contents(ctx context.Context, c *ask.Client) (err error) {
	g.req.Way, g.req.Later = casefile.OutDraft, false
	if g.last, err = g.trial(ctx, c); err != nil {
		return err
	}
	for _, m := range g.last.Missing {
		fill := fillOf(g.last.Letter.Letter, m.Name)
		switch {
		case slices.Equal(m.Options, []string{"grounds"}):
			lines, err := g.several("理由（这种文书不能不写；空行结束）")
			if err != nil {
				return err
			}
			g.entered["grounds"] = []string{strings.Join(lines, "\n")}
		case fill != "":
			s, err := g.line(m.Name + "（" + fill + "）")
			if err != nil {
				return err
			}
			g.req.Fill[m.Name] = s
		}
	}
	g.last, err = g.trial(ctx, c)
	return err
}

// fillOf says what to write for a content of a letter; empty where it is none that a clerk writes.
func fillOf(kind casefile.LetterKind, name string) string {
	for _, k := range letter.Kinds() {
		for _, f := range k.Fills {
			if k.Kind == kind && f.Name == name {
				return f.What
			}
		}
	}
	return ""
}

// recipient lets a person see to whom it goes, and say so where nobody has registered an address.
func (g *answerGuide) recipient(ctx context.Context, c *ask.Client) (err error) {
	if g.last.Mail == nil || g.req.To+g.req.Register != "" {
		return nil
	}
	all := g.last.Mail.Recipients
	taken := ""
	fmt.Fprintln(g.a.errOut, "收件人：")
	for i, one := range all {
		fmt.Fprintf(g.a.errOut, "  %d %s\n", i+1, grid.Clean(join("，", string(one.Mail)+"（"+one.Source+"）", prefix("疑：", one.Doubt))))
		if one.Registered {
			taken = strconv.Itoa(i + 1)
		}
	}
	prompt := "序号，或另写地址；- 为不用电子邮件"
	if taken != "" {
		prompt += "［" + taken + "］"
	}
	mail, err := g.choose(prompt, taken, func(s string) (string, error) {
		if n, err := strconv.Atoi(s); err == nil && n >= 1 && n <= len(all) {
			return string(all[n-1].Mail), nil
		}
		if s == "-" || casefile.IsMailbox(s) {
			return s, nil
		}
		return "", errors.New("请写序号或一个邮箱地址")
	})
	switch {
	case err != nil:
		return err
	case mail == "-":
		g.req.Way = casefile.OutNone
	case taken != "" && mail == string(all[0].Mail):
	case taken == "" && len(g.req.Cases) == 1:
		return g.keepAddress(mail)
	default:
		g.req.To = mail
	}
	return nil
}

// keepAddress asks whether an address is the applicant's where nobody has registered one: then later mails go
// there, and come from there.
func (g *answerGuide) keepAddress(mail string) error {
	s, err := g.line("登记为申请人的电子邮箱？回车 登记　n 只此一次")
	if err != nil {
		return err
	}
	if strings.EqualFold(s, "n") || s == "否" {
		g.req.To = mail
	} else {
		g.req.Register = mail
	}
	return nil
}

// otherWay asks where the applicant wants the information otherwise than by e-mail (条例 第四十条).
func (g *answerGuide) otherWay(ctx context.Context, c *ask.Client) (err error) {
	if g.last, err = g.trial(ctx, c); err != nil || g.req.Way == casefile.OutNone || g.req.Despite != "" || g.last.Wanted == "" {
		return err
	}
	for _, m := range g.last.Missing {
		if m.Name != ask.MissingOtherWay {
			continue
		}
		s, err := g.line(fmt.Sprintf("申请人要求“%s”（条例第四十条）。仍用电子邮件的写明理由，回车改为纸质", g.last.Wanted))
		if err != nil {
			return err
		}
		if g.req.Despite = s; s == "" {
			g.req.Way = casefile.OutNone
		}
		g.last, err = g.trial(ctx, c)
		return err
	}
	return nil
}

// decide shows all of it and does what a person decides.
func (g *answerGuide) decide(ctx context.Context, c *ask.Client) (err error) {
	g.req.Later = g.req.Way == casefile.OutNone
	if g.req.Way == casefile.OutNone {
		g.req.To, g.req.Register, g.req.Despite = "", "", ""
	}
	if g.last, err = g.trial(ctx, c); err != nil {
		return err
	}
	g.a.answerPreview(g.last)
	if len(g.last.Missing) > 0 {
		return ask.Incomplete(g.last.Letter.Label, "补齐后再制发", g.last.Missing)
	}
	prompt := "\n1 制发纸质文书　回车 放弃"
	if g.last.Mail != nil {
		prompt = "\n1 存草稿箱　2 直接发出　3 制发纸质文书　回车 放弃"
	}
	for {
		s, err := g.line(prompt)
		if err != nil {
			return err
		}
		switch {
		case s == "":
			return errGivenUp
		case s == "1":
		case g.last.Mail != nil && s == "2":
			g.req.Way = casefile.OutSMTP
		case g.last.Mail != nil && s == "3":
			g.req.Way, g.req.Later, g.req.To, g.req.Register, g.req.Despite = casefile.OutNone, true, "", "", ""
		default:
			fmt.Fprintln(g.a.errOut, "  请写序号")
			continue
		}
		return g.do(ctx, c)
	}
}
