package web

import (
	"cmp"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// aheadDays is how far 待办 looks ahead: two working weeks.
const aheadDays = 10

// How much of each list 待办 shows: the page has to stay short and readable. The rest is counted there, and listed by 办件
// and 收发.
const (
	tasksShown = 120
	mailsAside = 25
)

// agenda is the page 待办.
type agenda struct {
	ask.AgendaView
	Words    string // whose cases alone are shown
	Own      bool   // those are the asker's department's, unasked
	Others   bool   // he has a department, and what is shown is not its cases alone
	Troubles []string
	Recorded string // on so many cases, just now
	Undo     string // a record of it, where all of it was one call
}

// taskLine is a line of what is due on the day on which it is shown.
type taskLine struct {
	ask.DueItem
	Today ask.Day
}

func taskOn(today ask.Day, i ask.DueItem) taskLine { return taskLine{i, today} }

// itemNumber is how people call what a line of what is due is about.
func itemNumber(i ask.DueItem) string {
	if i.Year != 0 {
		return strconv.Itoa(i.Year) + " 年报"
	}
	return string(i.Case) + string(i.Dispute) + i.Mail.Short()
}

func today(x *visit) error {
	v := x.r.URL.Query()
	a := agenda{Words: strings.TrimSpace(v.Get("words")), Recorded: v.Get("recorded"), Undo: v.Get("undo")}
	if !v.Has("words") && x.me.Department != "" {
		a.Words, a.Own = string(x.me.Department), true
	}
	a.Others = x.me.Department != "" && a.Words != string(x.me.Department)
	var err error
	if a.AgendaView, err = ask.Do(x.ctx(), x.client, ask.Agenda, ask.AgendaQuery{Within: aheadDays, Words: a.Words, Own: a.Own, Lines: tasksShown, Aside: mailsAside}); err != nil {
		return err
	}
	a.Troubles = troubles(a.Status)
	return x.show("today", "待办", "today", a)
}

// link is where something is done in the desk, and what it is called.
type link struct{ URL, Label string }

// linkOf is the step of a line that a terminal would take; nil where it is none, or about no case.
func linkOf(line string, id casefile.ID) *link {
	words := strings.Fields(line)
	if len(words) < 2 || id == "" {
		return nil
	}
	command := words[1]
	if command == "answer" { // the page of the answer has it
		command = casefile.KindReplied.Info().Command
	}
	kind := commands()[command].Kind
	if submitted := casefile.KindSubmitted; command == submitted.Info().Command { // likewise
		kind = submitted
	}
	if kind == "" {
		return nil
	}
	return &link{stepURL(command, id), kind.Info().Label}
}

// task is the step on a line of 待办.
func task(i ask.DueItem) *link {
	line := string(i.Step)
	if i.Dispute == "" {
		return linkOf(line, i.Case)
	}
	if words := strings.Fields(line); len(words) > 2 && words[1] == "dispute" {
		if kind, ok := disputeSteps[words[2]]; ok {
			return &link{"/dispute/" + url.PathEscape(string(i.Dispute)) + "/" + url.PathEscape(words[2]), kind.Info().Label}
		}
	}
	return named(line)
}

// remedy is the step that an error names with its case.
func remedy(e *ask.Error) *link { return named(e.Do) }

// named is the step of a line that names its case, too.
func named(line string) *link {
	words := strings.Fields(line)
	if len(words) < 3 {
		return nil
	}
	id := casefile.ID(words[2])
	if _, _, ok := id.Number(); !ok {
		return nil
	}
	return linkOf(line, id)
}

// troubles are what keeps the office from its work, in words.
func troubles(s ask.Status) (all []string) {
	if s.PID == 0 {
		all = append(all, "守护进程没有运行，不在收信")
	}
	for _, m := range s.Mailboxes {
		if m.Failures > 0 || m.Stale {
			all = append(all, string(m.Account)+"："+cmp.Or(m.Label, "很久没有完整收过信"))
		}
	}
	all = append(all, s.Troubles...)
	if s.CalendarMissing != 0 {
		all = append(all, strconv.Itoa(s.CalendarMissing)+" 年的放假通知尚未录入，其后的期限暂定")
	}
	if s.Backup.Late {
		all = append(all, "近日没有备份")
	}
	return all
}

// pulse is what a page asks for by itself, to say that something has changed: the number of the last record.
func pulse(x *visit) error {
	x.w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(x.w).Encode(map[string]any{"records": x.me.Records, "today": x.me.Today})
}
