package web

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"

	"ysq.internal/ysq/cmd/internal/ask"
)

// aheadDays is how far 待办 looks ahead: two working weeks.
const aheadDays = 10

// Of what stands on 待办 so much is shown: the page has to stay readable, and short. The rest is counted, and 办件 and
// 收发 have it.
const (
	tasksShown = 120
	mailsAside = 25
)

// agenda is the page 待办.
type agenda struct {
	ask.AgendaView
	Words    string // whose cases alone are shown
	Own      bool   // those are the asker's department's, unasked
	Troubles []string
	Recorded string // on so many cases, just now
}

// itemNumber is how people call what a line of what is due is about.
func itemNumber(i ask.DueItem) string {
	if i.Year != 0 {
		return strconv.Itoa(i.Year) + " 年报"
	}
	return string(i.Case) + string(i.Dispute) + i.Mail.Short()
}

func today(x *visit) error {
	v := x.r.URL.Query()
	a := agenda{Words: strings.TrimSpace(v.Get("words")), Recorded: v.Get("recorded")}
	if !v.Has("words") && x.me.Department != "" {
		a.Words, a.Own = string(x.me.Department), true
	}
	var err error
	if a.AgendaView, err = ask.Do(x.ctx(), x.client, ask.Agenda, ask.AgendaQuery{Within: aheadDays, Words: a.Words, Own: a.Own, Lines: tasksShown, Aside: mailsAside}); err != nil {
		return err
	}
	a.Troubles = troubles(a.Status)
	return x.show("today", "待办", "today", a)
}

// taskURL is where the step on a line of 待办 is done.
func taskURL(i ask.DueItem) string {
	if i.Case == "" || i.Step == "" {
		return ""
	}
	words := strings.Fields(string(i.Step))
	if len(words) < 2 {
		return ""
	}
	if _, ok := commands()[words[1]]; !ok {
		return ""
	}
	return stepURL(words[1], i.Case)
}

// taskLabel is what that step is called.
func taskLabel(i ask.DueItem) string {
	if words := strings.Fields(string(i.Step)); len(words) > 1 {
		return commands()[words[1]].Kind.Info().Label
	}
	return ""
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
