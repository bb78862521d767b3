package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) showCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show 编号…",
		Short: "显示案件的一切：期限、可办事项、经过、邮件",
		Long: "显示案件：两种口径的期限（条例第三十一条、第三十三条）、此时可以办什么、提醒、经过、邮件和附件。\n" +
			"身份证号、电话等个人信息中间以 * 遮盖；--contact 显示电话和地址，--reveal 显示全文，都记录是谁查看的。",
		Example: "ysq show 17\nysq show 2025-17 --reveal\nysq show 17 18 --json",
		Args:    atLeastOne("编号"),
	}
	reveal := cmd.Flags().Bool("reveal", false, "不遮盖个人信息（需“经办”角色，留有记录）")
	contact := cmd.Flags().Bool("contact", false, "只显示电话和地址，证件号码仍遮盖（需“经办”角色，每人每案每天记录一次）")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ids, err := a.cases(cmd, args)
		if err != nil {
			return err
		}
		return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
			for i, id := range ids {
				d, err := ask.Do(ctx, c.Reveal(reveals(*reveal, *contact)), ask.Show, ask.WholeCase(id))
				if err != nil {
					return err
				}
				if i > 0 && !a.json {
					fmt.Fprintln(a.out)
				}
				if err := a.showCase(d); err != nil {
					return err
				}
			}
			return nil
		})(cmd, args)
	}
	return cmd
}

func (a *app) showCase(d ask.CaseDetail) error {
	if a.json {
		return a.printJSON(d)
	}
	a.caseHead(d)
	if len(d.Open) > 0 {
		a.heading("未处理的来信")
		a.openMails(d.Open)
	}
	if len(d.Alarms) > 0 {
		a.heading("提醒")
		if err := a.alarms(d.Alarms); err != nil {
			return err
		}
	}
	if len(d.Likely) > 0 {
		a.heading("下一步大概是")
		for _, s := range d.Likely {
			a.fold(plain, "  "+grid.Clean(join("  ", s.Label+"（"+cmp.Or(string(s.Line), "ysq "+s.Command+" "+string(d.Case))+"）", string(s.Why))))
		}
	}
	if len(d.Next) > 0 {
		a.heading("此时可以")
		a.steps(d.Next)
	}
	if len(d.Suggestions) > 0 {
		a.heading("可能与这些案件有关")
		a.suggestions(d.Suggestions, d.Suggested)
	}
	a.related(d.Related, d.RelatedMore, d.Counts)
	if err := a.past(d.Past, d.PastAll); err != nil {
		return err
	}
	if len(d.Candidates) > 0 {
		a.heading("可能是它的来信（attach --mail 摘要 归入）")
		if err := a.mailTable(d.Candidates); err != nil {
			return err
		}
	}
	a.heading("经过")
	if err := a.chronology(d.Records); err != nil {
		return err
	}
	if len(d.Letters) > 0 {
		a.heading("文书（letter get 文号 取出）")
		if err := a.letters(d.Letters); err != nil {
			return err
		}
	}
	for i, m := range d.Mails {
		a.heading(fmt.Sprintf("邮件 %d／%d", i+1, len(d.Mails)))
		a.mailHead(m)
		a.mailText(m.Text, excerptLines)
		a.parts(m)
		a.unread(m)
	}
	return a.files(d.Files, d.FileReadings)
}

func (a *app) caseHead(d ask.CaseDetail) {
	title := "案件 " + string(d.Case) + "  " + ask.StageLabel(d.Stage)
	if left := d.Standing(); left != "" {
		title += "  " + left
	}
	fmt.Fprintln(a.out, a.screenOf(a.out).paint(header, grid.Clean(title)))
	masked := ""
	if d.Masked {
		masked = "个人信息已遮盖（--contact 显示电话和地址，--reveal 显示全文）"
	}
	subject := string(d.Subject)
	if d.Subject == d.Request { // of what did not come by mail
		subject = ""
	}
	a.sheet("  ",
		field{"申请人", join("，", string(d.Applicant), string(d.Category), ask.KindLabel(d.Kind))},
		field{"代理人", string(d.Agent)},
		field{"合并", join("，", prefix("已并入 ", string(d.MergedInto)), prefix("并入本案的 ", listed(d.Merged, "、")))},
		field{"主题", subject},
		field{"申请内容", string(d.Request)},
		field{"联系方式", join("，", string(d.Contact), others(d.Addresses, d.Email))},
		field{"电子邮箱", registeredMail(d)},
		field{"答复要求", join("，", slices.Compact([]string{string(d.Form), string(d.Delivery)})...)},
		field{"渠道", join("，", ask.ChannelLabel(d.Channel), prefix("到达 ", instant(d.ArrivedAt)))},
		field{"收到申请之日", join("，", day(d.ReceivedOn), prefix("双方确认 ", day(d.ConfirmedOn)))},
		field{"登记", day(d.RegisteredOn)},
		field{"承办", d.InCharge()},
		field{"从严期限", dueDay(d.DueStrict, d.Provisional)},
		field{"法定期限", dueDay(d.DueLegal, d.Provisional)},
		field{"答复", join("，", day(d.RepliedOn), d.OutcomeLabel(), prefix("文号 ", string(d.DocumentNumber)))},
		field{"期限终止", day(d.StoppedOn)},
		field{"主动公开", ask.PublicityLabel(d.Publicity)},
		field{"保管期限", d.Retention()},
		field{"争议", listed(d.Disputes, "、")},
		field{"注", masked},
	)
}

// others are addresses without one.
func others(all []ask.Address, but ask.Address) string {
	return listed(slices.DeleteFunc(slices.Clone(all), func(s ask.Address) bool { return strings.EqualFold(string(s), string(but)) }), "，")
}

// registeredMail is where replies by e-mail go, or what to do where nobody has said.
func registeredMail(d ask.CaseDetail) string {
	if d.Email == "" && d.RegisteredOn != 0 && len(d.Addresses) > 0 {
		return "尚未登记：ysq register " + string(d.Case) + " --email 地址"
	}
	return string(d.Email)
}

// bracketed returns what is to be done, followed by the commands for it in brackets.
func bracketed(text, do string) string {
	if do == "" {
		return text
	}
	return text + "（" + do + "）"
}

func (a *app) alarms(all []ask.Alarm) error {
	t := grid.Table{}
	var tints []tint
	for _, al := range all {
		t.Rows = append(t.Rows, []string{day(al.On), al.Left(), al.Label, bracketed(al.Text, al.Do)})
		tints = append(tints, tintOf(al.Urgency()))
	}
	return a.table(t, tints)
}

// openMails prints the mails about which nobody has decided, each with the line that decides it.
func (a *app) openMails(all []ask.UnreadMail) {
	o := a.screenOf(a.out).grid
	for _, m := range all {
		where := ""
		switch {
		case m.Merely && m.Case != "":
			where = "在 " + string(m.Case)
		case m.Merely:
			where = "不在本件"
		}
		age := "今天"
		if m.Age > 0 {
			age = fmt.Sprintf("已 %d 个工作日", m.Age)
		}
		a.fold(plain, "  "+grid.Clean(join("  ", m.Digest.Short(), instant(m.ArrivedAt), age, m.Label, prefix(ifSo(m.Guess)+"，从严期限 ", day(m.DueStrict)), where, string(m.From), string(m.Subject))))
		guess, _ := casefile.ParseGuess(m.Guess) // none of a register from before it was guessed
		why, step := prefix(guess.Likely()+"：", strings.TrimPrefix(string(m.By), "像是")), prefix("记录：", string(m.Command))
		const deep = "      "
		if both := deep + grid.Clean(join("；", why, step)); o.MaxWidth == 0 || grid.Width(both, o) <= o.MaxWidth {
			fmt.Fprintln(a.out, both)
			continue
		}
		a.fold(plain, deep+grid.Clean(why))
		a.fold(plain, deep+grid.Clean(step)) // a line of its own can be copied
	}
	fmt.Fprintln(a.out, "  看过而不必另作记录的：ysq seen 编号；全文用 ysq mail show 摘要")
}

// ifSo returns the condition under which the date of an open mail holds.
func ifSo(guess string) string {
	if guess == casefile.GuessBounce.String() {
		return "如确已退回"
	}
	return "如系申请"
}

// steps prints what may be recorded, as many on a line as fit 80 columns.
func (a *app) steps(all []ask.NextStep) {
	o := a.screenOf(a.out).grid
	line := " "
	for _, s := range all {
		word := " " + s.Label + "（" + s.Command + "）"
		if grid.Width(line+word, o) > 80 {
			fmt.Fprintln(a.out, line)
			line = " "
		}
		line += word
	}
	fmt.Fprintln(a.out, line)
}

func provisional(p bool) string {
	if p {
		return "（暂定：下一年的放假安排尚未公布）"
	}
	return ""
}

// dueDay is a due date with its mark. The earlier date's mark stands for both: days past the calendar's
// end that the earlier one needs, the later one needs too.
func dueDay(d ask.Day, isProvisional bool) string {
	if d == 0 {
		return ""
	}
	return day(d) + provisional(isProvisional)
}

// prefix puts words before a text that is there.
func prefix(words, text string) string {
	if text == "" {
		return ""
	}
	return words + text
}

func join(sep string, texts ...string) string {
	var there []string
	for _, t := range texts {
		if t != "" {
			there = append(there, t)
		}
	}
	return strings.Join(there, sep)
}

func (a *app) suggestions(all []casefile.Suggestion, of int) {
	for _, s := range all {
		fmt.Fprintf(a.out, "  %s  %s\n", grid.Clean(string(s.Case)), grid.Clean(s.Reason))
	}
	if of > len(all) {
		fmt.Fprintf(a.out, "  共 %d 件以上，其余的用 ysq search 查同一发件人\n", of)
	}
}

// chronology lists records. Voided ones stay readable and say so. What they say comes last, so that
// one long text does not break every line.
func (a *app) chronology(records []ask.RecordView) error {
	t := grid.Table{Header: []string{"记录", "日期", "事项", "录入", "内容"}}
	for _, r := range records {
		label := r.Label
		if r.Voided {
			label += "（已作废）"
		}
		t.Rows = append(t.Rows, []string{strconv.FormatUint(r.Seq, 10), a.day(r.On), label, a.entered(r.Recorded, r.Actor, r.On), r.Text})
	}
	return a.table(t, nil)
}

// excerptLines is how much of each mail `show` prints; `mail show` prints all.
const excerptLines = 12

func (a *app) mailHead(m ask.MailView) {
	a.sheet("  ",
		field{"摘要", m.Digest.Short()},
		field{"发件人", sender(m)},
		field{"主题", m.Subject},
		field{"到达", arrival(m)},
		field{"位置", join(" ", string(m.Account), string(m.Folder), prefix("UID ", uid(m.UID)))},
		field{"去处", join("，", ask.PlaceLabel(m.Disposition), string(m.Case))},
		field{"从严期限", prefix("如系申请，", day(m.DueStrict))},
		field{"原因", strings.Join(m.Reasons, "；")},
		field{"大小", sizeOf(m)},
	)
}

// sender is who wrote a mail, and whether anybody vouches for that.
func sender(m ask.MailView) string {
	switch m.Verified {
	case casefile.Verified.String():
		return string(m.From) + "（已验证）"
	case casefile.Unverified.String():
		return string(m.From) + "（未验证）"
	case casefile.Mismatched.String():
		return string(m.From) + "（不符：可能是冒名的）"
	}
	return string(m.From)
}

// arrival is when a mail arrived, and what its header says where that is another day.
func arrival(m ask.MailView) string {
	text := instant(m.ArrivedAt)
	if m.StampedAt == nil || m.ArrivedAt != nil && civil.Of(*m.StampedAt) == civil.Of(*m.ArrivedAt) {
		return text
	}
	return text + "，邮件头 Received 记 " + instant(m.StampedAt) + prefix("，所写的服务器 ", string(m.StampedBy))
}

// sizeOf is empty where the answer does not say.
func sizeOf(m ask.MailView) string {
	if m.Size == 0 {
		return ""
	}
	return ask.Size(m.Size)
}

func uid(n uint32) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatUint(uint64(n), 10)
}

// mailText prints text of a mail, at most so many lines of it; 0 is all.
func (a *app) mailText(text string, limit int) {
	text = cleanLines(text)
	if text == "" {
		return
	}
	lines := strings.Split(text, "\n")
	rest := 0
	if limit > 0 && len(lines) > limit {
		lines, rest = lines[:limit], len(lines)-limit
	}
	fmt.Fprintln(a.out)
	const bar = "  │ "
	o := a.screenOf(a.out).grid
	for _, l := range lines {
		below := []string{l}
		if room := o.MaxWidth - grid.Width(bar, o); room >= leastFold {
			below = grid.Wrap(l, room, o)
		}
		for _, l := range below {
			fmt.Fprintln(a.out, strings.TrimRight(bar+l, " "))
		}
	}
	if rest > 0 {
		fmt.Fprintf(a.out, "  （其余 %d 行，用 ysq mail show 查看）\n", rest)
	}
}

// parts lists what a person would call attachments, and what became of reading each.
func (a *app) parts(m ask.MailView) {
	for _, p := range m.Parts {
		if !p.Attachment {
			continue
		}
		name := p.Name
		if name == "" {
			name = "（无名）"
		}
		read := ""
		if i := slices.IndexFunc(m.Readings, func(r ask.PartReading) bool { return r.Index == p.Index }); i >= 0 {
			read = readingText(m.Readings[i])
		}
		fmt.Fprintln(a.out, "  附件  "+grid.Clean(join("  ", name, p.Type, ask.Size(p.Size), p.Note, read)))
		for _, r := range m.Readings {
			if r.Index == p.Index && r.Member > 0 {
				fmt.Fprintln(a.out, "        "+grid.Clean(join("  ", r.Name, ask.Size(r.Size), readingText(r))))
			}
		}
	}
}

// unread says what of a mail was not read, and how to see it.
func (a *app) unread(m ask.MailView) {
	for _, s := range m.Unread {
		fmt.Fprintln(a.out, "  未读全  "+grid.Clean(s))
	}
	if len(m.Unread) > 0 {
		fmt.Fprintf(a.out, "          存出原件查看：ysq mail save %s 目录\n", m.Digest.Short())
	}
}

// readingText says what became of reading an attachment. Most states say it all; to the others belongs
// why.
func readingText(r ask.PartReading) string {
	switch r.State {
	case "read", "too-large", "failed", "opened", "unread":
		return join("：", r.Label, strings.TrimRight(strings.Join(r.Notes, ""), "。"))
	}
	return r.Label
}

func reveals(all, contact bool) ask.Reveal {
	switch {
	case all:
		return ask.All
	case contact:
		return ask.Contact
	}
	return ask.Masked
}
