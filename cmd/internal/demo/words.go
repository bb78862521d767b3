package demo

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/term"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/regexp"
	"ysq.internal/ysq/cmd/internal/ask"
)

// words is how the story reads: a column of days, one of names, each of a fixed width, then free text.
type words struct {
	out    io.Writer
	colour bool
	day    string // goes before the next line
	failed error  // the first write that failed: nobody reads on
}

// colours reports whether the output is a terminal that wants them.
func colours(out io.Writer) bool {
	f, ok := out.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

func (w *words) bold(s string) string { return w.paint("1", s) }
func (w *words) dim(s string) string  { return w.paint("2", s) }

func (w *words) paint(code, s string) string {
	if !w.colour {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (w *words) say(format string, args ...any) {
	if _, err := fmt.Fprintf(w.out, format+"\n", args...); err != nil && w.failed == nil {
		w.failed = err
	}
}

func (w *words) opening() {
	w.say("%s\n", w.bold("ysq 演示：一个虚构机关的一年，从收到第一封信到年度报告"))
	w.say("  模拟的  邮箱服务器（按网易、Coremail 的习惯应答：先 ID 才许打开信箱，不报 UIDNEXT，没有 IDLE，")
	w.say("          UIDVALIDITY 恒为 1，UID 大而有间隙）、申请人、经办人、日期；人物、单位、号码均为虚构。")
	w.say("  真实的  守护进程、登记库、两种期限、办理规则、年度报告：与正式安装的是同一个程序。")
	w.say("          每条 $ ysq 命令都经套接字由守护进程判断；记录人如实记为运行本演示的用户。")
}

func (w *words) chapter(title, about string) { w.say("\n%s\n%s\n", w.bold(title), about) }

func (w *words) newDay(d civil.Date) { w.day = strings.TrimPrefix(d.Long(), strconv.Itoa(year)+"-") }

// line begins with the day, where it is a new one, and who acts.
func (w *words) line(who, text string) {
	if w.day == "" {
		w.day = strings.Repeat(" ", len("01-05 ")+2*len([]rune("周一")))
	}
	w.say("  %s  %s  %s", w.day, who, text)
	w.day = ""
}

const indent = "                    " // under the text of a line

func (w *words) note(text string) {
	if text != "" {
		w.say("%s%s", indent, w.dim("※ "+text))
	}
}

// result says what came of a line.
func (w *words) result(parts ...string) {
	if parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" }); len(parts) > 0 {
		w.say("%s→ %s", indent, strings.Join(parts, "；"))
	}
}

// arrived says where a mail went.
func (w *words) arrived(s step, l letter, m ask.MailView, row ask.CaseRow, fresh bool) {
	who := "来信"
	if s.in == sent {
		who = "去信"
	}
	w.line(who, l.from+"《"+cmp.Or(m.Subject, l.subject)+"》") // of a mail withheld, only the story knows the subject
	w.note(s.note)
	related := ""
	if len(m.Suggestions) > 0 {
		related = "可能与 " + string(m.Suggestions[0].Case) + " 有关"
	}
	switch m.Disposition {
	case "case":
		if !fresh {
			w.result("归入 " + string(m.Case) + "，不另立案")
			return
		}
		w.result("收件 "+w.bold(string(m.Case))+"，从严期限 "+day(row.DueStrict), related)
	case "parked":
		due := ""
		if s.in == junk {
			due = "如系申请，从严期限 " + day(m.DueStrict)
		}
		w.result(w.bold("待甄别"), due, related)
	case "duplicate":
		w.result(w.bold("重复")+"，不再立案", m.Reasons[0])
	case "history":
		w.result(w.bold("历史邮件"))
	case "quarantined":
		w.result(w.bold("未取回"), m.Reasons[0])
	}
}

// acted shows a command, what it recorded, and what it changed about its case.
func (w *words) acted(s step, line string, res ask.AppendResult, before map[string]ask.CaseRow) {
	var labels []string
	for _, r := range res.Records {
		if !slices.Contains(labels, r.Label) {
			labels = append(labels, r.Label)
		}
	}
	what := cmp.Or(strings.Join(labels, "、"), "立案")
	w.line(s.who, what+"  "+w.bold(folded("$ ysq "+line, len(indent)+columns(what)+2)))
	w.note(s.note)
	is := res.Cases[0]
	if was, known := before[string(is.Case)]; len(res.Cases) == 1 {
		if !known {
			w.result("收件 " + w.bold(string(is.Case)) + "，从严期限 " + day(is.DueStrict))
		} else {
			w.result(changes(was, is))
		}
	}
	for _, warning := range res.Warnings {
		w.result("注意：" + warning)
	}
}

// folded breaks a long command as one would in a script: before an option or a case, never between
// an option and its value.
func folded(line string, column int) string {
	const width = 100
	var b strings.Builder
	for i, part := range option.FindAllString(line, -1) {
		n := columns(part) + len(" ")
		switch {
		case i == 0:
		case column+n > width-len(" \\"):
			b.WriteString(" \\\n" + indent + "    ")
			column = len(indent) + 4
		default:
			b.WriteByte(' ')
		}
		b.WriteString(part)
		column += n
	}
	return b.String()
}

// option is an option with its value, or another word.
var option = regexp.MustCompile(`--\S+( [^-\s]\S*)?|\S+`)

// columns is how wide the story's own texts are on a terminal: a Chinese character takes two columns.
func columns(s string) (n int) {
	for _, r := range s {
		n++
		if r >= 0x2e80 {
			n++
		}
	}
	return n
}

// changes says what is new about the periods of a case.
func changes(was, is ask.CaseRow) string {
	switch {
	case is.Clock == was.Clock && is.Clock != "running":
		if is.WaitingUntil == was.WaitingUntil {
			return ""
		}
		return "期限仍停，等到 " + day(is.WaitingUntil)
	case is.Clock == "none":
		return "不计期限"
	case is.Clock == "stopped" && is.Late != nil && *is.Late:
		return "期限终止，逾期办结"
	case is.Clock == "stopped":
		return "期限终止，按时办结"
	case is.WaitingUntil != 0:
		return "期限停下，等到 " + day(is.WaitingUntil)
	case is.WaitingFor != "":
		return "期限停下"
	case is.DueStrict != was.DueStrict && is.DueStrict == is.DueLegal:
		return "从严、法定期限均为 " + day(is.DueStrict)
	}
	var parts []string
	if is.DueStrict != was.DueStrict && is.DueStrict != 0 {
		parts = append(parts, "从严期限 "+day(is.DueStrict))
	}
	if is.DueLegal != was.DueLegal && is.DueLegal != 0 {
		parts = append(parts, "法定期限 "+day(is.DueLegal))
	}
	return strings.Join(parts, "，")
}

func day(d ask.Day) string { return civil.Date(d).String() }

// prompt shows a command whose output follows.
func (w *words) prompt(line, about string) { w.say("%s  %s\n", w.bold("$ "+line), w.dim("# "+about)) }
