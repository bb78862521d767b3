package office

import (
	"cmp"
	"slices"
	"sync/atomic"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/record"
)

// waitingCase is a case that is open, or in which open mail is. It is shared by everybody who looks at lists, and kept
// while its projection is the same: 待办 is opened all day, and most records change one case of a thousand.
type waitingCase struct {
	casefile.Case
	text  string                    // what words are looked for in; see mentions
	lines atomic.Pointer[caseLines] // as they were made last; nil: not yet, or others can change them
}

// mostWaiting bounds the cases that are kept, at some three kilobytes each.
const mostWaiting = 20_000

func newWaiting(c casefile.Case) *waitingCase {
	return &waitingCase{Case: c, text: textOf(c)}
}

// mentions is textMentions of what was kept: everybody looks for his own cases among all that wait.
func (w *waitingCase) mentions(in casefile.StoodIn, words []string) bool {
	return textMentions(w.text, in, words)
}

// waiting lists the open cases in the order of their numbers, then the finished ones in which open mail is.
func (o *Deadlines) waiting(tx *desk.View) ([]*waitingCase, error) {
	return o.kept.Waiting(tx, mostWaiting, newWaiting)
}

// caseLines is what waits in a case on a day, however late its alarms are. It is not changed once it is made.
type caseLines struct {
	about  ask.DueItem // what each line says of the case
	mail   *ask.DueItem
	alarms []ask.DueItem
	steps  []ask.DueItem     // of the office itself, that wait from now on
	mails  []casefile.Digest // that a person has to decide about

	// What they were made of beside the records of the case.
	today     civil.Date
	calendar  *workday.Calendar
	suggested []uint64 // see register.Tx.SuggestedTo
}

// linesOf returns what waits in a case. It is made anew when something can have changed it.
func (o *Deadlines) linesOf(tx *desk.View, w *waitingCase, today civil.Date) (*caseLines, error) {
	calendar := o.Reg.Calendar()
	suggested, alone := tx.SuggestedTo(w.ID)
	if l := w.lines.Load(); l != nil && alone && l.today == today && l.calendar == calendar && slices.Equal(l.suggested, suggested) {
		return l, nil
	}
	l := &caseLines{today: today, calendar: calendar, suggested: suggested}
	others, err := o.fillLines(tx, w.Case, l)
	if err == nil && alone && !others {
		w.lines.Store(l)
	}
	return l, err
}

// fillLines makes the lines of a case. others says that they depend on records of other cases, or on the outbox.
func (o *Deadlines) fillLines(tx *desk.View, c casefile.Case, l *caseLines) (others bool, err error) {
	l.about = ask.DueItem{
		Case: c.ID, Applicant: ask.Text(c.Applicant), Subject: ask.Text(record.SubjectOf(c)), Stage: c.Stage.String(),
		Department: ask.Text(c.Department), Assignee: ask.Text(c.Assignee),
	}
	open, err := tx.OpenMails(c)
	if err != nil {
		return false, err
	}
	for _, m := range open {
		l.mails = append(l.mails, m.Digest)
	}
	if len(open) > 0 {
		if l.mail, err = o.mailDue(tx, c, open, l.about); err != nil {
			return false, err
		}
	}
	alarms, err := o.alarms(tx, c, l.today)
	if err != nil {
		return false, err
	}
	join := ""
	if c.Stage == casefile.StageReceived {
		e, err := openedBy(tx, c.ID)
		if err != nil {
			return false, err
		}
		if !e.Digest.IsZero() {
			l.mails = append(l.mails, e.Digest)
		}
		if others = mayJoin(e); others {
			line, _, err := o.joining(tx, c)
			if err != nil {
				return false, err
			}
			if line != "" { // the whole line is too long for a table
				join = "ysq show " + string(c.ID)
			}
		}
	}
	standing := c.At(l.today, l.calendar)
	for _, a := range alarms {
		i := l.about
		i.Alarm, i.Provisional, i.Step = alarmView(c, a, standing, l.today, l.calendar), provisionalAlarm(a, standing, l.calendar), ask.Handle(cmp.Or(join, stepOf(c, a.Kind)))
		l.alarms = append(l.alarms, i)
	}
	if c.Stage == casefile.StageReceived {
		l.steps = append(l.steps, registerDue(c, l, join))
	}
	if c.LettersOwed {
		owed, err := o.lettersOwed(tx, c, l.about, l.today)
		l.steps = append(l.steps, owed...)
		return true, err
	}
	return others, nil
}

// registerDue is the line of a case that nobody has registered.
func registerDue(c casefile.Case, l *caseLines, join string) ask.DueItem {
	i := l.about
	label, line := "未登记", "ysq register "+string(c.ID)
	if n := c.Seeming(); n != casefile.NatureUnknown {
		label, line = label+"（似为"+n.Label()+"）", line+" --as "+n.As().Label()
	}
	i.Step = ask.Handle(cmp.Or(join, line))
	i.Alarm = ask.Alarm{Block: ask.BlockInternal, Kind: ask.DueRegister, Label: label, On: ask.Day(c.ArrivedOn), Remaining: l.calendar.WorkdaysBetween(l.today, c.ArrivedOn), Text: "登记，或认定不是申请", Do: "register、dismiss"}
	return i
}

// caseDue lists everything that waits in a case until a day: its open mail, then what the law sets a day for, then
// the office's own. The lines are shared, and must not be changed.
func (o *Deadlines) caseDue(tx *desk.View, w *waitingCase, letters []ask.DueItem, in casefile.StoodIn, today, until civil.Date) ([]*ask.DueItem, error) {
	l, err := o.linesOf(tx, w, today)
	if err != nil {
		return nil, err
	}
	var all []*ask.DueItem
	if l.mail != nil {
		all = append(all, l.mail)
	}
	for i := range l.alarms {
		if civil.Date(l.alarms[i].On) <= until {
			all = append(all, &l.alarms[i])
		}
	}
	for i := range l.steps {
		all = append(all, &l.steps[i])
	}
	put := func(step ask.Handle, alarm ask.Alarm) {
		i := l.about
		i.Step, i.Alarm = step, alarm
		all = append(all, &i)
	}
	for _, i := range letters {
		put(i.Step, i.Alarm)
	}
	if len(all) > 0 && slices.ContainsFunc(l.mails, o.reading.Partly) {
		put(ask.Handle("ysq show "+string(w.ID)), ask.Alarm{Block: ask.BlockInternal, Kind: "unread-parts", Label: "未读全", On: ask.Day(today), Text: "有的内容没有读出，以原件为准", Do: "show、mail page、mail save"})
	}
	if in.Deputy != "" {
		for n, i := range all {
			with := *i
			with.Deputy, with.DeputyUntil = ask.Text(in.Deputy), ask.Day(in.To)
			all[n] = &with
		}
	}
	slices.SortStableFunc(all, func(a, b *ask.DueItem) int { return blockAt(a.Block) - blockAt(b.Block) })
	return all, nil
}
