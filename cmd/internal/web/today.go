package web

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// aheadDays is how far 待办 looks ahead: two working weeks.
const aheadDays = 10

// agenda is the page 待办.
type agenda struct {
	Status    ask.Status
	Words     string
	Statutory []task // a case a line, the most urgent first
	Internal  []task
	Arrived   []ask.CaseRow // not registered yet, the newest first
	Parked    []ask.MailView
	Troubles  []string
}

// task is a case, a dispute or a report with everything that is due about it.
type task struct {
	ask.DueItem // the most urgent
	More        []ask.DueItem
	Row         ask.CaseRow
}

// Number is how people call what the task is about.
func (t task) Number() string {
	if t.Year != 0 {
		return strconv.Itoa(t.Year) + " 年报"
	}
	return string(t.Case) + string(t.Dispute)
}

// statutory are the alarms about which the law has a word; the others are the office's own order.
var internal = []string{casefile.AlarmConfirm.String()}

func today(x *visit) error {
	var a agenda
	var err error
	if a.Status, err = ask.Do(x.ctx(), x.client, ask.Overview, ask.None{}); err != nil {
		return err
	}
	a.Words = x.r.URL.Query().Get("words")
	items, err := ask.Do(x.ctx(), x.client, ask.Due, ask.DueQuery{Within: aheadDays, Words: a.Words})
	if err != nil {
		return err
	}
	rows := map[casefile.ID]ask.CaseRow{}
	if err := ask.Each(x.ctx(), x.client, ask.List, ask.ListQuery{Words: a.Words}, func(r ask.CaseRow) error {
		rows[r.Case] = r
		if r.Stage == casefile.StageReceived.String() {
			a.Arrived = append(a.Arrived, r)
		}
		return nil
	}); err != nil {
		return err
	}
	slices.Reverse(a.Arrived)
	if err := ask.Each(x.ctx(), x.client, ask.Mails, ask.MailQuery{Place: casefile.Parked}, func(m ask.MailView) error {
		a.Parked = append(a.Parked, m)
		return nil
	}); err != nil {
		return err
	}
	slices.Reverse(a.Parked)
	for _, t := range tasks(items) {
		t.Row = rows[t.Case]
		switch {
		case t.Kind == ask.DueRegister: // among those that arrived
		case t.Block == ask.BlockInternal:
			a.Internal = append(a.Internal, t)
		default:
			a.Statutory = append(a.Statutory, t)
		}
	}
	a.Troubles = troubles(a.Status)
	return x.show("today", "待办", "today", a)
}

// tasks gathers the alarms of each case. What the law asks for stands before what the office asks for.
func tasks(items []ask.DueItem) []task {
	at := map[string]int{}
	var all []task
	for _, i := range items {
		key := cmp.Or(string(i.Case), string(i.Dispute), strconv.Itoa(i.Year))
		n, ok := at[key]
		if !ok {
			at[key] = len(all)
			all = append(all, task{DueItem: i})
			continue
		}
		t := &all[n]
		if slices.Contains(internal, t.Kind) && !slices.Contains(internal, i.Kind) {
			i, t.DueItem = t.DueItem, i
		}
		t.More = append(t.More, i)
	}
	slices.SortStableFunc(all, func(a, b task) int { return cmp.Compare(a.On, b.On) })
	return all
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
