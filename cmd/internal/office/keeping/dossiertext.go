package keeping

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/letter"
	"ysq.internal/ysq/cmd/internal/ask"
)

// cleanText takes from a text what would hide or turn what a reader sees; line feeds and tabs stay.
func cleanText(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
			return -1
		}
		return r
	}, s)
}

// inLine is a text on one line.
func inLine(s string) string { return strings.Join(strings.Fields(cleanText(s)), " ") }

// extractText is the case as it stands.
func extractText(s letter.Subject, d ask.CaseDetail, office string) string {
	var b strings.Builder
	say := func(name, value string) {
		if value = inLine(value); value != "" {
			fmt.Fprintf(&b, "%s：%s\n", name, value)
		}
	}
	say("机关", office)
	say("登记编号", string(s.ID))
	say("阶段", s.Stage.Label())
	say("类型", s.Kind.Label())
	say("渠道", s.Channel.Label())
	if !s.ArrivedAt.IsZero() {
		say("到达", s.ArrivedAt.In(civil.Zone).Format("2006-01-02 15:04:05")+"（东八区）")
	}
	say("到达日", s.ArrivedOn.Long())
	say("双方确认之日", s.ConfirmedOn.Long())
	say("收到申请之日", s.ReceivedOn().Long())
	say("登记日", s.RegisteredOn.Long())
	for _, r := range casefile.Live(s.History) {
		if e, ok := r.Event.(casefile.Registered); ok && len(e.Others) > 0 {
			say("共同申请人", strings.Join(e.Others, "、"))
		}
	}
	say("申请人", s.Applicant)
	say("申请人类别", s.Column.Label())
	say("代理人", s.Agent)
	say("联系方式", s.Contact)
	say("电子邮箱", s.Mailbox())
	say("载体形式", s.Form)
	say("获取方式", s.Delivery)
	say("主题", s.Subject)
	say("申请内容", s.Request)
	say("承办", strings.TrimSpace(s.Department+" "+s.Assignee))
	say("从严期限", s.Strict.Due.Long())
	say("法定期限", s.Legal.Due.Long())
	say("办理结果", s.Outcome.Row()+s.Outcome.Label())
	if s.Basis != "" {
		say("依据", casefile.BasisOf(s.Basis).String())
	}
	say("答复文号", s.Document)
	say("答复日", s.RepliedOn.Long())
	say("发出日", s.DispatchedOn.Long())
	say("送达日", s.DeliveredOn.Long())
	say("期限终止于", s.StoppedOn.Long())
	say("归档日", s.ArchivedOn.Long())
	for _, id := range d.Disputes {
		say("复议、诉讼", string(id))
	}
	for _, l := range d.Letters {
		text := l.Label + " " + string(l.Document) + "　" + civil.Date(l.On).String()
		if l.Voided != "" {
			text += "　已作废：" + string(l.Voided)
		}
		say("文书", text)
	}
	return b.String()
}

// chronologyText is every record, by the day on which it took effect.
func chronologyText(id casefile.ID, history []casefile.Record) string {
	voided := map[uint64]bool{}
	for _, r := range history {
		if v, ok := r.Event.(casefile.Voided); ok {
			voided[v.Seq] = true
		}
	}
	sorted := slices.Clone(history)
	slices.SortStableFunc(sorted, func(a, b casefile.Record) int { return int(a.On) - int(b.On) })
	var b strings.Builder
	fmt.Fprintf(&b, "%s 的经过\n\n", id)
	for _, r := range sorted {
		mark := ""
		if voided[r.Seq] {
			mark = "［已作废］"
		}
		fmt.Fprintf(&b, "%s　%s%s　%s\n　　记录 %d，%s 由 %s 记录\n", r.On.Long(), mark, r.Event.Kind().Label(), inLine(casefile.Describe(r.Event)),
			r.Seq, r.Recorded.In(civil.Zone).Format("2006-01-02 15:04:05"), inLine(r.Actor))
	}
	return b.String()
}

// countText is how both due dates come about, day by day.
func countText(e ask.Explanation, stopped civil.Date) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s 的期限", e.Case.Case)
	if stopped.IsZero() {
		fmt.Fprintf(&b, "（截至 %s）", civil.Date(e.Today))
	}
	b.WriteString("\n")
	for _, c := range e.Clocks {
		fmt.Fprintf(&b, "\n%s\n", c.Label)
		if c.Start == 0 {
			b.WriteString("尚未起算\n")
			continue
		}
		fmt.Fprintf(&b, "起算：%s（第零日）\n", civil.Date(c.Start).Long())
		if c.Due != 0 {
			due := civil.Date(c.Due).Long()
			switch {
			case c.Set:
				due += "（另行确定的日期）"
			default:
				due += fmt.Sprintf("（第 %d 个工作日）", c.Limit)
			}
			if c.Provisional {
				due += "［暂定］"
			}
			fmt.Fprintf(&b, "届满：%s\n", due)
		}
		if c.WaitingFor != "" {
			fmt.Fprintf(&b, "等待：%s %s\n", c.WaitingFor, civil.Date(c.WaitingUntil))
		}
		if c.Stopped != 0 {
			fmt.Fprintf(&b, "终止：%s\n", civil.Date(c.Stopped).Long())
		}
		for _, t := range c.Turns {
			fmt.Fprintf(&b, "%s　%s（%s）　%s\n", civil.Date(t.On), t.Label, t.Effect, inLine(t.Text))
		}
		for _, day := range c.Days {
			number := "不计"
			if day.Number > 0 {
				number = fmt.Sprintf("第 %d 个工作日", day.Number)
			}
			fmt.Fprintf(&b, "%s　%s　%s\n", civil.Date(day.Date).Long(), number, inLine(day.Why))
		}
	}
	return b.String()
}

// mailText is a mail as people read it.
func mailText(m casefile.Message) string {
	var b strings.Builder
	say := func(name, value string) {
		if value = inLine(value); value != "" {
			fmt.Fprintf(&b, "%s：%s\n", name, value)
		}
	}
	say("发件人", addresses(m.From))
	say("收件人", addresses(m.To))
	say("抄送", addresses(m.Cc))
	if !m.Date.IsZero() {
		say("发件人所称时间", m.Date.In(civil.Zone).Format("2006-01-02 15:04:05"))
	}
	say("主题", m.Subject)
	say("Message-ID", m.MessageID)
	say("SHA-256", m.Digest.String())
	for _, p := range m.Parts {
		if p.Attachment {
			say("附件", fmt.Sprintf("%s（%s，%d 字节，SHA-256 %s）", p.Name, p.Type, p.Size, p.Digest))
		}
	}
	for _, d := range m.Defects {
		say("读取时发现", strings.TrimSpace(d.Where+" "+d.Detail))
	}
	b.WriteString("\n" + cleanText(strings.ReplaceAll(m.Text, "\r\n", "\n")) + "\n")
	return b.String()
}

func addresses(all []casefile.Address) string {
	var names []string
	for _, a := range all {
		names = append(names, a.String())
	}
	return strings.Join(names, "、")
}
