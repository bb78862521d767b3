package web

import (
	"cmp"
	"fmt"
	"html/template"
	"net/url"
	"path"
	"regexp"
	"strings"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
)

// words are what templates may call.
func words() template.FuncMap {
	return template.FuncMap{
		"asset": assetURL, "day": day, "short": shortDay, "instant": instant, "clock": clockTime, "stage": stageLabel, "channel": channelLabel, "place": placeLabel,
		"left": left, "leftClass": leftClass, "standing": standing, "workdays": workdays, "charge": charge, "outcome": outcomeLabel, "size": size,
		"unconfirmed": unconfirmed, "byMail": byMail, "stepURL": stepURL, "lacks": lacks, "viewable": viewable, "number": itemNumber, "verified": verified, "byClock": byClock, "inCharge": inCharge, "note": note, "files": filesOf, "marked": marked, "pair": pair, "taskURL": taskURL, "taskLabel": taskLabel, "plain": plain, "first": firstLine, "join": strings.Join, "state": stateLabel,
	}
}

var weekdays = [...]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}

// day reads 2026-11-22 周日; no day reads as nothing.
func day(d ask.Day) string {
	if d == 0 {
		return ""
	}
	return civil.Date(d).Long()
}

// shortDay reads 11-22 周日, with the year where it is not that of today.
func shortDay(today, d ask.Day) string {
	switch {
	case d == 0:
		return ""
	case civil.Date(d).Year() != civil.Date(today).Year():
		return civil.Date(d).String()
	}
	return civil.Date(d).String()[5:] + " " + weekdays[civil.Date(d).Weekday()]
}

// instant reads 2026-11-22 09:30, in Asia/Shanghai wherever the computer stands.
func instant(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.In(civil.Zone).Format("2006-01-02 15:04")
}

func clockTime(t time.Time) string { return instant(&t) }

func stageLabel(code string) string {
	if s, err := casefile.ParseStage(code); err == nil && s != casefile.StageNone {
		return s.Label()
	}
	return code
}

func channelLabel(code string) string {
	if c, err := casefile.ParseChannel(code); err == nil && c != casefile.ChannelNone {
		return c.Label()
	}
	return code
}

func placeLabel(code string) string {
	if d, err := casefile.ParseDisposition(code); err == nil && d != casefile.DispositionNone {
		return d.Label()
	}
	return code
}

func stateLabel(code string) string {
	for _, s := range casefile.OutStates() {
		if s.String() == code {
			return s.Label()
		}
	}
	return code
}

// workdays reads 剩 3 个工作日.
func workdays(n int) string {
	switch {
	case n < 0:
		return fmt.Sprintf("逾期 %d 个工作日", -n)
	case n == 0:
		return "今天到期"
	}
	return fmt.Sprintf("剩 %d 个工作日", n)
}

// left is workdays for a narrow column.
func left(n int) string {
	switch {
	case n < 0:
		return fmt.Sprintf("逾期 %d", -n)
	case n == 0:
		return "今天"
	}
	return fmt.Sprintf("剩 %d", n)
}

// soonDays is from how many working days before its due date something is marked.
const soonDays = 3

func leftClass(n int) string {
	switch {
	case n < 0:
		return "late"
	case n <= soonDays:
		return "soon"
	}
	return ""
}

// stand is how a case stands with its time, and how it is marked.
type stand struct{ Text, Class string }

func standing(r ask.CaseRow) stand {
	var s stand
	switch {
	case r.OldRegulations:
		return stand{Text: "旧条例，不计算"}
	case r.Internal:
		return internal(r)
	case r.Late != nil && *r.Late:
		s.Text = "逾期办结"
	case r.Late != nil:
		s.Text = "按时办结"
	case r.WaitingFor != "":
		s.Text = "等待" + string(r.WaitingFor)
		if r.WaitingUntil != 0 {
			s.Text += "（至 " + civil.Date(r.WaitingUntil).String()[5:] + "）"
		}
		s.Class = "waits"
	case r.RemainingWorkdays != nil && r.Overdue && *r.RemainingWorkdays == 0:
		s = stand{"已逾期", "late"}
	case r.RemainingWorkdays != nil:
		s = stand{left(*r.RemainingWorkdays), leftClass(*r.RemainingWorkdays)}
	}
	if s.Text == "" {
		return s
	}
	if r.Disputable {
		s.Text += "（从严）"
	}
	if r.Provisional {
		s.Text += "（暂定）"
	}
	return s
}

// unconfirmed reports whether the day of receipt still waits for both sides to confirm it.
func unconfirmed(r ask.CaseRow) bool {
	return r.ToConfirm && r.ConfirmedOn == 0
}

// internal is the words of the office's own measure: no law says that it is overdue or in time.
func internal(r ask.CaseRow) stand {
	switch {
	case r.Late != nil:
		return stand{Text: "已办结"}
	case r.WaitingFor != "":
		return stand{"等待" + string(r.WaitingFor), "waits"}
	case r.RemainingWorkdays == nil:
		return stand{}
	case *r.RemainingWorkdays < 0:
		return stand{fmt.Sprintf("内部期限已过 %d 个工作日", -*r.RemainingWorkdays), "soon"}
	}
	return stand{Text: fmt.Sprintf("内部期限还有 %d 个工作日", *r.RemainingWorkdays)}
}

func charge(r ask.CaseRow) string {
	return strings.TrimSpace(string(r.Department) + " " + string(r.Assignee))
}

// stepURL is where a step is done on a case: registering and answering have pages of their own.
func stepURL(command string, id casefile.ID) string {
	switch command {
	case casefile.KindRegistered.Info().Command:
		return "/register/" + url.PathEscape(string(id))
	case casefile.KindSigned.Info().Command, casefile.KindSentBack.Info().Command:
		return "/sign/" + url.PathEscape(string(id))
	case casefile.KindReplied.Info().Command, casefile.KindSubmitted.Info().Command:
		return "/answer/" + url.PathEscape(string(id))
	}
	return "/step/" + url.PathEscape(command) + "?" + url.Values{"case": {string(id)}}.Encode()
}

// inCharge is in whose charge what is due is.
func inCharge(i ask.DueItem) string {
	return strings.TrimSpace(string(i.Department) + " " + string(i.Assignee))
}

// byClock says by which clock something is overdue.
func byClock(i ask.DueItem) string {
	return map[string]string{ask.ClockStrict: "从严", ask.ClockLegal: "法定", ask.ClockBoth: "两种口径"}[i.Clock]
}

// badge is a word with the class that draws it.
type badge struct{ Text, Class string }

// verified says whether the office's own server vouches for a sender; nothing where nobody looked.
func verified(m ask.MailView) badge {
	return map[string]badge{"verified": {"发件人已核实", "good"}, "unverified": {"发件人未核实", "soon"}, "mismatched": {"发件人不符", "late"}}[m.Verified]
}

// outcomeLabel reads （三）4 保护第三方合法权益，依据条例第十五条（第三方合法权益）.
func outcomeLabel(r ask.CaseRow) string {
	o, err := casefile.ParseOutcome(string(r.Outcome))
	if err != nil || o == casefile.OutcomeNone {
		return string(r.Outcome)
	}
	s := o.Row() + " " + o.Label()
	if r.Basis != "" {
		s += "，依据" + casefile.BasisOf(string(r.Basis)).String()
	}
	return s
}

func size(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.0f KB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d 字节", n)
}

// firstLine is the first line of a text that says something, cut to so many characters.
func firstLine(most int, texts ...any) string {
	for _, t := range texts {
		for line := range strings.Lines(fmt.Sprint(t)) {
			if line = strings.TrimSpace(line); line != "" {
				if r := []rune(line); len(r) > most {
					return string(r[:most]) + "…"
				}
				return line
			}
		}
	}
	return ""
}

var (
	commandHint = regexp.MustCompile(`（(?:ysq [^（）]*|[a-z][a-z-]+(?: [a-z][a-z-]+)?(?: --[^（）]*)?(?:、[a-z][a-z-]+)*)）`)
	flagName    = regexp.MustCompile(`--([a-z][a-z-]*)`)
)

// note is what a step's help says, without the sentences about the command line.
func note(text string) string {
	var kept []string
	for sentence := range strings.SplitSeq(text, "。") {
		if !strings.Contains(sentence, "--") && !strings.Contains(sentence, "ysq ") && strings.TrimSpace(sentence) != "" {
			kept = append(kept, plain(sentence)+"。")
		}
	}
	return strings.Join(kept, "")
}

var (
	commandLine  = regexp.MustCompile(`[：:，]?\s*(?:或)?ysq [a-z]+[^，。；）]*`)
	answerLabels = strings.NewReplacer("--file", "“随附的文件”", "--annex 名称", "“没有文件的纸质附件”", "--annex", "“没有文件的纸质附件”", "--to", "“收件地址”", "--despite", "“用电子邮件的理由”", "--outcome", "“答复类别和依据”", "--basis", "“答复类别和依据”")
)

// lacks is how to complete an answer, in the words of its form.
func lacks(how string) string {
	return plain(answerLabels.Replace(commandLine.ReplaceAllString(how, "")))
}

// viewable reports whether the office may have a page of a part to show: whether it has, it says when it is asked.
func viewable(p casefile.Part) bool {
	switch strings.ToLower(path.Ext(p.Name)) {
	case ".pdf", ".ofd", ".docx", ".doc", ".wps", ".xlsx", ".png", ".jpg", ".jpeg", ".gif":
		return true
	}
	return p.Type == "application/pdf" || strings.HasPrefix(p.Type, "image/")
}

// byMail reports whether an applicant wants the information by e-mail, or does not say.
func byMail(delivery ask.Text) bool {
	return strings.Contains(string(delivery), "邮件") || strings.Contains(strings.ToLower(string(delivery)), "mail")
}

// plain takes what only means something at a terminal out of a text of the office: the commands in brackets. An
// option is called as its field is.
func plain(text string) string {
	text = commandHint.ReplaceAllString(text, "")
	return flagName.ReplaceAllStringFunc(text, func(flag string) string { return cmp.Or(fieldLabels()[flag[2:]], flag) })
}
