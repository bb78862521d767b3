package web

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
)

// aheadDays is how far 待办 looks ahead: two working weeks.
const aheadDays = 10

// agenda is the page 待办.
type agenda struct {
	Status    ask.Status
	Words     string // whose cases alone are shown
	Own       bool   // those are the asker's department's, unasked
	Mails     []ask.DueItem
	Statutory []ask.DueItem
	Internal  []ask.DueItem
	Arrived   []ask.CaseRow // not registered yet, the newest first
	Parked    []ask.MailView
	Waiting   int // parked, all of them
	Rest      rest
	Troubles  []string
	Recorded  string // on so many cases, just now
}

// item is a line of what is due. Number is how people call what it is about.
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
	if a.Status, err = ask.Do(x.ctx(), x.client, ask.Overview, ask.None{}); err != nil {
		return err
	}
	items, err := ask.Do(x.ctx(), x.client, ask.Due, ask.DueQuery{Within: aheadDays, Words: a.Words, Each: true})
	if err != nil {
		return err
	}
	for _, i := range gathered(items) {
		switch {
		case i.Kind == ask.DueRegister: // among those that arrived
		case i.Block == ask.BlockMail:
			a.Mails = append(a.Mails, i)
		case i.Block == ask.BlockInternal:
			a.Internal = append(a.Internal, i)
		default:
			a.Statutory = append(a.Statutory, i)
		}
	}
	words := a.Words
	if a.Own {
		words = "" // what is not registered has no department yet
	}
	if err := ask.Each(x.ctx(), x.client, ask.List, ask.ListQuery{Words: words, Stages: []casefile.Stage{casefile.StageReceived}}, func(r ask.CaseRow) error {
		a.Arrived = append(a.Arrived, r)
		return nil
	}); err != nil {
		return err
	}
	slices.Reverse(a.Arrived)
	if err := ask.Each(x.ctx(), x.client, ask.Mails, ask.MailQuery{Place: casefile.Parked, Limit: 1000}, func(m ask.MailView) error {
		a.Parked = append(a.Parked, m)
		return nil
	}); err != nil {
		return err
	}
	a.bound()
	a.Troubles = troubles(a.Status)
	return x.show("today", "待办", "today", a)
}

// Of what stands on 待办 so much is shown: the page has to stay readable, and short. The rest is counted, and 办件 and
// 收发 have it.
const (
	tasksShown = 120
	mailsAside = 25
)

// rest is how much of each part is not shown.
type rest struct{ Mails, Statutory, Internal, Arrived, Parked int }

func (a *agenda) bound() {
	a.Waiting = len(a.Parked)
	a.Mails, a.Rest.Mails = firstOf(a.Mails, mailsAside)
	a.Statutory, a.Rest.Statutory = firstOf(a.Statutory, tasksShown)
	a.Internal, a.Rest.Internal = firstOf(a.Internal, tasksShown)
	a.Arrived, a.Rest.Arrived = firstOf(a.Arrived, mailsAside)
	a.Parked, a.Rest.Parked = firstOf(a.Parked, mailsAside)
}

// Count is how many there are in all.
func (a agenda) Count(shown, left int) int { return shown + left }

func firstOf[T any](all []T, most int) (shown []T, left int) {
	shown = all[:min(len(all), most)]
	return shown, len(all) - len(shown)
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

// gathered makes one line of each case in each block: a mail that waits in a case must not hide its due date.
func gathered(items []ask.DueItem) (lines []ask.DueItem) {
	type line struct{ block, about string }
	at := map[line]int{}
	for _, i := range items {
		key := line{i.Block, itemNumber(i)}
		n, ok := at[key]
		if !ok {
			at[key] = len(lines)
			i.Marks = nil
			lines = append(lines, i)
			continue
		}
		lines[n].Marks = append(lines[n].Marks, i.Label+" "+civil.Date(i.On).String()[5:])
	}
	return lines
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
	s, err := ask.Do(x.ctx(), x.client, ask.Overview, ask.None{})
	if err != nil {
		return err
	}
	x.w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(x.w).Encode(map[string]any{"records": s.Records, "today": s.Today})
}
