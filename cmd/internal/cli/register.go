package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

// registering is `ysq register` where it starts from what the applicant sent. With flags alone it records
// like every other step (record.go).
type registering struct {
	a                    *app
	cmd                  *cobra.Command
	o                    *options
	show, accept, reveal *bool
	record               func(*cobra.Command, []string) error
	person               *person
	proposals            ask.Proposals
	step                 ask.Step
	entered              ask.Entries // what the clerk writes himself
	accepted             []string    // fields whose proposal he takes
}

// fromProposals lets `register` show and take what was read out of the case's mails and files.
func (a *app) fromProposals(cmd *cobra.Command) {
	o := a.options(cmd)
	r := &registering{a: a, cmd: cmd, o: o, record: cmd.RunE, step: stepOf(casefile.KindRegistered), entered: ask.Entries{}}
	r.show = o.flag("proposals", "只显示从来信和附件中读出的提议，不登记")
	r.accept = o.flag("accept", "采用提议登记，不询问；另写的选项优先于提议")
	r.reveal = o.flag("reveal", "提议中的个人信息不遮盖（需“经办”角色，留有记录）")
	cmd.Example = "ysq register 17\nysq register 17 --proposals --json\nysq register 17 --accept --column 商业企业\n" + cmd.Example
	cmd.Long += "\n\n只写编号时（在终端上），逐项显示从来信和附件中读出的提议及其出处：回车采用，另写即改，- 即不填。\n" +
		"读出的内容在登记之前都不算数。脚本里用 --proposals --json 看，用 --accept 采用。\n" +
		"证件号码不写入登记库：只留末四位，和用本机关密钥算出的识别码，用来认出同一申请人。"
	cmd.RunE = r.run
}

func fieldNames(s ask.Step) (names []string) {
	for _, f := range s.Fields {
		names = append(names, f.Name)
	}
	return names
}

func (r *registering) run(cmd *cobra.Command, args []string) error {
	written := r.o.givenOf(fieldNames(r.step)...) != ""
	switch person := r.somebody(); {
	case *r.show && *r.accept:
		return usage(cmd, "--proposals 只看，--accept 登记，不能同时写")
	case *r.show:
		return r.each(args, func(_ context.Context, _ *ask.Client) error { return r.print() })
	case !*r.accept && written && !r.o.given("applicant") && len(args) == 1 && args[0] != "-":
		return r.amend(cmd, args)
	case !*r.accept && (written || person == nil && len(args) > 1):
		return r.record(cmd, args)
	case !*r.accept && (person == nil || len(args) != 1):
		return usage(cmd, "请写 --applicant、--column 等登记内容，或用 --accept 采用从来信读出的提议（--proposals 先看）")
	case len(args) != 1 || args[0] == "-":
		return usage(cmd, "--accept 一次一件：先看提议，再采用")
	case *r.accept:
		return r.each(args, r.acceptAll)
	default:
		r.person = person
		return r.each(args, r.converse)
	}
}

// amend changes what a case was registered with: the flags that are given, and nothing else.
func (r *registering) amend(cmd *cobra.Command, args []string) error {
	ids, err := r.a.cases(cmd, args)
	if err != nil {
		return err
	}
	r.entered = r.o.entered(r.step.Fields)
	r.proposals.Case = ids[0]
	return r.a.ask(func(ctx context.Context, c *ask.Client, _ []string) error { return r.send(ctx, c) })(cmd, args)
}

// somebody is the person to ask, unless the answer is for a program.
func (r *registering) somebody() *person {
	if r.a.json {
		return nil
	}
	return r.a.somebody()
}

// each fetches the proposals of one case after the other.
func (r *registering) each(args []string, do func(context.Context, *ask.Client) error) error {
	ids, err := r.a.cases(r.cmd, args)
	if err != nil {
		return err
	}
	return r.a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
		for i, id := range ids {
			if r.proposals, err = ask.Do(ctx, c.Reveal(reveals(*r.reveal, false)), ask.Propose, ask.CaseRef{Case: id}); err != nil {
				return err
			}
			if i > 0 && !r.a.json {
				fmt.Fprintln(r.a.out)
			}
			if err := do(ctx, c); err != nil {
				return err
			}
		}
		return nil
	})(r.cmd, args)
}

func (r *registering) print() error {
	if r.a.json {
		return r.a.printJSON(r.proposals)
	}
	return r.a.printProposals(r.proposals)
}

// acceptAll takes every proposal that no flag replaces.
func (r *registering) acceptAll(ctx context.Context, c *ask.Client) error {
	r.entered = r.o.entered(r.step.Fields)
	for _, v := range r.proposals.Values {
		if !slices.Contains(r.accepted, v.Flag) && !(v.Flag != "id" && r.o.given(v.Flag)) {
			r.accepted = append(r.accepted, v.Flag)
		}
		if v.Doubt != "" && slices.Contains(r.accepted, v.Flag) {
			r.a.warnings([]string{v.Label + "：" + v.Doubt})
		}
	}
	has := func(flag string) bool {
		return r.o.given(flag) || slices.Contains(r.accepted, flag)
	}
	as := casefile.Application
	if r.o.given("as") {
		as, _ = casefile.ParseRequestKind(r.entered["as"][0]) // checked when it was read
	}
	var lacking []string
	for _, need := range []string{"applicant", "column"} {
		if !has(need) && (need != "column" || as == casefile.Application) {
			lacking = append(lacking, "--"+need)
		}
	}
	if lacking != nil {
		return usage(r.cmd, "来信里没有读出%s，请写明", strings.Join(lacking, "、"))
	}
	return r.send(ctx, c)
}

// send registers and says what may follow.
func (r *registering) send(ctx context.Context, c *ask.Client) error {
	event, err := r.step.Encode(r.entered, r.a.today())
	if err != nil {
		return r.o.wrong(err)
	}
	req := ask.RegisterRequest{CaseRef: ask.CaseRef{Case: r.proposals.Case}, Token: r.proposals.Token, Accept: append([]string{}, r.accepted...), Event: event}
	dry, err := r.cmd.Flags().GetBool("dry-run")
	if err != nil {
		return err
	}
	if v, ok := r.cmd.Flags().Lookup("on").Value.(*parsedValue[civil.Date]); ok {
		req.On = ask.Day(v.is)
	}
	if p := r.proposals; p.Last != 0 { // what was shown is what is registered, not what became of the case meanwhile
		c = c.IfSeq(p.Case, p.Last)
	}
	res, err := ask.Do(ctx, c.Dry(dry), ask.Register, req)
	if err != nil {
		return err
	}
	if err := r.a.recorded(res); err != nil || r.a.json {
		return err
	}
	r.a.commands(r.proposals.Commands)
	return nil
}

// converse goes through the proposals with a person.
func (r *registering) converse(ctx context.Context, c *ask.Client) error {
	p := r.proposals
	p.Commands = nil // they come after the registration
	if err := r.a.printProposals(p); err != nil {
		return err
	}
	fmt.Fprintln(r.a.errOut, "\n逐项核对：回车采用，改写即改，只写 - 不填，Ctrl-D 放弃")
	for _, q := range r.questions() {
		if err := r.question(q); err != nil {
			if errors.Is(err, io.EOF) {
				fmt.Fprintln(r.a.errOut, "\n没有登记")
				return nil
			}
			return err
		}
	}
	return r.send(ctx, c)
}

// questions are asked in the order of the fields. What is needed is asked until it is answered. What the
// application is, is not asked, nor what is only ticked; of its number of identity only what was read can be taken.
func (r *registering) questions() (all []ask.Field) {
	for _, f := range r.step.Fields {
		if f.Name != "as" && f.Shape != ask.Ticked {
			all = append(all, f)
		}
	}
	return append(all, ask.Field{Name: "id", Label: "证件"})
}

func (r *registering) question(q ask.Field) error {
	var proposed []string
	for _, v := range r.proposals.Values {
		if v.Flag == q.Name {
			proposed = append(proposed, v.Value)
		}
	}
	if proposed == nil && (q.Name == "id" || q.Many) {
		return nil // nothing to accept, and nobody types an ID number here
	}
	needed := r.step.Needs(q.Name) || q.Name == "column"
	prompt, text := r.prompt(q, proposed)
	for {
		answer, err := r.person.line(prompt, text)
		if err != nil {
			return err
		}
		switch {
		case proposed != nil && answer == text: // where it is edited, an empty line is none
			r.accepted = append(r.accepted, q.Name)
			return nil
		case (answer == "" || answer == "-") && !needed:
			return nil
		case answer == "" || answer == "-":
			fmt.Fprintln(r.a.errOut, "  "+q.Label+"不能不填")
		case q.Name == "id":
			fmt.Fprintln(r.a.errOut, "  证件只能采用（回车）或不记（-）")
		default:
			if err := r.written(q, answer); err != nil {
				fmt.Fprintln(r.a.errOut, "  "+err.Error())
				text = answer
				continue
			}
			return nil
		}
	}
}

// longestText is how many characters a proposal may have to be edited in its line.
const longestText = 200

// prompt is how a question is put, and the proposal where it can be edited: whatever is short, in one line and
// of one's own to write. Choices stand in a line above, which may be longer than the terminal.
func (r *registering) prompt(q ask.Field, proposed []string) (prompt, text string) {
	prompt = q.Label
	if q.Many {
		prompt += "（几人以、分开）"
	}
	if len(q.Choices) > 0 {
		var numbered []string
		for i, c := range q.Choices {
			numbered = append(numbered, strconv.Itoa(i+1)+" "+c.Label)
		}
		fmt.Fprintln(r.a.errOut, prompt+"："+strings.Join(numbered, " "))
	}
	offered := grid.Clean(strings.ReplaceAll(strings.Join(proposed, "、"), "\n", " "))
	switch {
	case proposed == nil:
	case r.person.edits && q.Name != "id" && len(q.Choices) == 0 && !strings.Contains(strings.Join(proposed, ""), "\n") && len([]rune(offered)) <= longestText:
		text = offered
	case r.person.edits: // the editor needs room beside the prompt
		fmt.Fprintln(r.a.errOut, prompt+"［"+offered+"］")
	default:
		prompt += "［" + offered + "］"
	}
	return prompt + "：", text
}

// written takes what the clerk wrote instead of a proposal; of choices their number, too.
func (r *registering) written(f ask.Field, answer string) error {
	if n, err := ask.Whole(answer); err == nil && n >= 1 && n <= len(f.Choices) {
		answer = f.Choices[n-1].Code
	}
	if _, err := f.Read(answer, r.a.today()); err != nil {
		return err
	}
	r.entered[f.Name] = []string{answer}
	if f.Many {
		r.entered[f.Name] = strings.FieldsFunc(answer, func(c rune) bool { return strings.ContainsRune("、，,；; ", c) })
	}
	return nil
}

// labelWidth is that of the longest label of a proposed value, 申请人类别.
const labelWidth = 10

// printProposals shows what a person has to judge.
func (a *app) printProposals(p ask.Proposals) error {
	state := "（尚未登记）"
	if p.Registered {
		state = "（已登记；再登记即更正）"
	}
	fmt.Fprintln(a.out, a.screenOf(a.out).paint(header, "案件 "+string(p.Case)+" 的登记提议"+state))
	if len(p.Values) == 0 {
		fmt.Fprintln(a.out, "  来信和附件里没有读出登记内容")
	}
	o := a.screenOf(a.out).grid
	for _, v := range p.Values {
		fmt.Fprintf(a.out, "  %s  %s\n", pad(v.Label, labelWidth, o), grid.Clean(strings.ReplaceAll(v.Value, "\n", "；")))
		under := func(s string) { fmt.Fprintf(a.out, "  %s  %s\n", strings.Repeat(" ", labelWidth), grid.Clean(s)) }
		under("（" + strings.Join(v.Sources, "，") + "，" + strconv.Itoa(v.Confidence) + "%）")
		if v.Doubt != "" {
			under("疑：" + v.Doubt)
		}
		if len(v.Others) > 0 {
			under("或为：" + strings.Join(v.Others, "、"))
		}
	}
	if p.Masked && len(p.Values) > 0 {
		fmt.Fprintln(a.out, "  个人信息已遮盖（--reveal 显示）；采用时登记的是原文")
	}
	return a.proposalNotes(p)
}

// proposalNotes are what must be read, what is missing, and what was asked for before.
func (a *app) proposalNotes(p ask.Proposals) error {
	if len(p.Notes) > 0 {
		a.heading("须人工阅看")
		for _, n := range p.Notes {
			fmt.Fprintln(a.out, "  "+grid.Clean(join("  ", n.Part, n.Text)))
		}
	}
	if len(p.Puzzling) > 0 {
		a.heading(fmt.Sprintf("读出 %d 个栏目；下列各行没有读懂，请看一看", p.Found))
		for _, n := range p.Puzzling {
			fmt.Fprintln(a.out, "  "+grid.Clean(join("  ", n.Part, n.Text)))
		}
	}
	if len(p.Missing) > 0 {
		a.heading("条例第二十九条要求而没有找到的")
		for _, m := range p.Missing {
			fmt.Fprintln(a.out, "  "+grid.Clean(m.Item))
		}
	}
	a.related(p.Related, p.RelatedMore, p.Counts)
	if err := a.past(p.Past, p.PastAll); err != nil {
		return err
	}
	a.commands(p.Commands)
	return nil
}

// past prints what the same applicant got before.
func (a *app) past(all []ask.PastCase, n int) error {
	if len(all) == 0 {
		return nil
	}
	a.heading(fmt.Sprintf("同一申请人此前的案件 %d", n))
	t := grid.Table{Header: []string{"编号", "收到", "结果", "答复", "文号", "申请内容", "依据"}}
	for _, p := range all {
		what := string(p.Outcome)
		if what == "" {
			what = ask.StageLabel(p.Stage) + "，未答复"
		}
		t.Rows = append(t.Rows, []string{string(p.Case), a.day(p.ReceivedOn), what, a.day(p.RepliedOn), string(p.Document), string(p.Subject), string(p.Basis)})
	}
	if err := a.fitted(t, nil, []int{6, 5, 2, 4}, []int{6, 4}); err != nil { // what it was and what came of it stay
		return err
	}
	if more := n - len(all); more > 0 {
		fmt.Fprintf(a.out, "  另有 %d 件（ysq search 申请人）\n", more)
	}
	return nil
}

// related prints earlier applications for the like, and the number of them where that is worth a thought.
func (a *app) related(all []ask.RelatedCase, more int, counts *ask.ApplicantCounts) {
	if len(all) > 0 {
		a.heading("内容相同或相近的申请")
		for _, r := range all {
			fmt.Fprintln(a.out, "  "+grid.Clean(join("  ", string(r.Case), r.Label, r.Reason)))
		}
		if more > 0 {
			fmt.Fprintf(a.out, "  另有 %d 件\n", more)
		}
	}
	if counts != nil && counts.Proposed {
		a.heading("申请的数量和频次")
		fmt.Fprintln(a.out, "  "+grid.Clean(counts.Text))
	}
}

// commands are lines that may be typed next.
func (a *app) commands(all []ask.ProposedCommand) {
	if len(all) == 0 {
		return
	}
	a.heading("可接着办（由人决定）")
	for _, c := range all {
		fmt.Fprintln(a.out, "  "+grid.Clean(c.Reason)+"\n    "+grid.Clean(c.Line))
	}
}
