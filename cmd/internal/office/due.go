package office

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/annual"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/intake"
	"ysq.internal/ysq/cmd/internal/office/reading"
	"ysq.internal/ysq/cmd/internal/office/record"
)

// Deadlines is what is due, on cases and elsewhere in the office.
type Deadlines struct {
	*desk.Desk
	record   *record.Room
	disputes record.Disputes
	mails    *intake.Mails
	annual   *annual.Room
	reading  *reading.Room
	kept     desk.Memo[*waitingCase] // see waiting
}

// alarms lists those of a case, the earliest first. Only one that consults others is read for it.
func (o *Deadlines) alarms(tx *desk.View, c casefile.Case, today civil.Date) ([]casefile.Alarm, error) {
	law, cal := o.Reg.Law(), o.Reg.Calendar()
	all := c.Alarms(today, law, cal)
	if c.Consulting() {
		history, err := tx.History(c.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, casefile.ConsultationAlarms(history, law, cal)...)
	}
	slices.SortStableFunc(all, func(x, y casefile.Alarm) int { return cmp.Compare(x.On, y.On) })
	return all, nil
}

// Due lists what waits for the office: the mails that nobody has read, what the law sets a day for, and what the
// office owes to itself. A case, a dispute or a report is one line, unless each alarm is asked for.
func (o *Deadlines) Due(ctx context.Context, _ ask.Call, q ask.DueQuery) ([]ask.DueItem, error) {
	shared, err := o.due(ctx, q, true)
	items := make([]ask.DueItem, len(shared))
	for n, i := range shared {
		items[n] = *i
	}
	return items, err
}

// due is Due without copies: the lines are shared, and must not be changed. checks: see annual.Room.Due.
func (o *Deadlines) due(ctx context.Context, q ask.DueQuery, checks bool) ([]*ask.DueItem, error) {
	if q.Within < 0 {
		return nil, ask.Usage("%d 不是天数", q.Within)
	}
	var items []*ask.DueItem
	words := wordsOf(q.Words)
	today, cal := o.Today(), o.Reg.Calendar()
	until, _ := cal.AddWorkdays(today, q.Within)
	put := func(i ask.DueItem) { items = append(items, &i) }
	err := o.View(func(tx *desk.View) (err error) {
		if items, err = o.casesDue(ctx, tx, q, today, until); err != nil {
			return err
		}
		if err := o.reading.Fetches(tx, today, func(f reading.Fetch) {
			if f.Until <= until && mention(words, string(f.Case), f.Where) {
				put(fetchDue(f, today, cal))
			}
		}); err != nil {
			return err
		}
		if err := o.disputes.Due(tx, today, func(i ask.DueItem) {
			if (civil.Date(i.On) <= until || i.Kind == record.DisputeOrder) && mention(words, string(i.Dispute), string(i.Applicant), string(i.Subject)) {
				put(i)
			}
		}); err != nil {
			return err
		}
		if err := o.annual.Due(tx, until, checks, func(i ask.DueItem) {
			if mention(words, "年度报告", string(i.Subject)) {
				put(i)
			}
		}); err != nil {
			return err
		}
		return o.mails.ParkedDue(tx, func(i ask.DueItem) {
			if mention(words, "像是申请", string(i.Applicant), string(i.Subject)) {
				put(i)
			}
		})
	})
	slices.SortStableFunc(items, func(a, b *ask.DueItem) int {
		return cmp.Or(blockAt(a.Block)-blockAt(b.Block), lateAt(a)-lateAt(b), int(a.On)-int(b.On))
	})
	return items, err
}

// casesDue lists what waits in the cases until a day.
func (o *Deadlines) casesDue(ctx context.Context, tx *desk.View, q ask.DueQuery, today, until civil.Date) (items []*ask.DueItem, err error) {
	words := wordsOf(q.Words)
	ins, err := tx.StandIns()
	if err != nil {
		return nil, err
	}
	letters, err := o.lettersWaiting(tx, today)
	if err != nil {
		return nil, err
	}
	cases, err := o.waiting(tx)
	if err != nil {
		return nil, err
	}
	put := func(w *waitingCase) error {
		in, away := ins.Of(today, w.Assignee, w.Department)
		if !w.mentions(in, words) && !(away && in.Deputy == q.For) {
			return nil
		}
		all, err := o.caseDue(tx, w, letters[w.ID], in, today, until)
		if err != nil || len(all) == 0 {
			return err
		}
		if !q.Each {
			all = []*ask.DueItem{oneLine(all, today)}
		}
		items = append(items, all...)
		return nil
	}
	for _, w := range cases {
		if err := cmp.Or(ctx.Err(), put(w)); err != nil {
			return nil, err
		}
		delete(letters, w.ID)
	}
	for _, id := range slices.Sorted(maps.Keys(letters)) { // of cases that owe no answer
		c, err := tx.Case(id)
		if err == nil {
			err = put(newWaiting(c))
		}
		if err != nil {
			return nil, err
		}
	}
	return items, nil
}

// fetchDue reminds of a file that is behind a link. One of which nobody knows how long it works is due at once.
func fetchDue(f reading.Fetch, today civil.Date, cal *workday.Calendar) ask.DueItem {
	day, text := f.Until, "下载后附卷，链接过期后取不回来"
	if day.IsZero() {
		day, text = today, "未写明何时过期，请尽快下载后附卷"
	}
	return ask.DueItem{Case: f.Case, Step: ask.Handle("ysq mail show " + f.Mail.Short()), Alarm: ask.Alarm{
		Block: ask.BlockInternal, Kind: "fetch", Label: f.Where + "待下载", On: ask.Day(day), Remaining: cal.WorkdaysBetween(today, day), Text: text,
	}}
}

// joining returns the step that merges an unregistered case into the open one to which its mail probably belongs, and what
// the mail seems to be: a letter about that case, from another address or without a number. Both are empty where the mail
// may be an application.
func (o *Deadlines) joining(tx *desk.View, c casefile.Case) (line, why string, err error) {
	if c.Stage != casefile.StageReceived {
		return "", "", nil
	}
	e, err := openedBy(tx, c.ID)
	if err != nil || !mayJoin(e) {
		return "", "", err
	}
	into, err := tx.Case(e.Suggestions[0].Case)
	if err != nil || !into.Stage.Open() || into.ID == c.ID {
		return "", "", err
	}
	return fmt.Sprintf("ysq merge %s --into %s --reason 属于该件", c.ID, into.ID), e.Guess.Likely() + "，可能属于 " + string(into.ID), nil
}

// mayJoin reports whether the mail that opened a case may belong to another.
func mayJoin(e casefile.Received) bool {
	return e.Guess != casefile.GuessNone && e.Guess != casefile.GuessApplication && len(e.Suggestions) > 0
}

// blockAt is the place of a block among the others: what nobody has read comes first.
func blockAt(block string) int {
	return slices.Index([]string{ask.BlockMail, ask.BlockStatutory, ask.BlockInternal}, block)
}

// lateAt is the place of a line among those of what the law sets a day for: what is late beyond dispute comes first, then what
// is late from the arrival of the mail alone, then what is still in time.
func lateAt(i *ask.DueItem) int {
	switch {
	case i.Block != ask.BlockStatutory:
		return 0
	case i.Urgency() != ask.Late:
		return 2
	case i.Clock == ask.ClockStrict:
		return 1
	}
	return 0
}

// lettersOwed are the letters of a case of which nobody has recorded that they went out, and that no prepared mail
// is to bring: somebody has them on paper, or puts them into a mail of his own. One that was issued today is in
// hand, unless a mail of the office was seen since.
func (o *Deadlines) lettersOwed(tx *desk.View, c casefile.Case, about ask.DueItem, today civil.Date) ([]ask.DueItem, error) {
	history, err := tx.History(c.ID)
	if err != nil {
		return nil, err
	}
	var all []ask.DueItem
	live := casefile.Live(history)
	for _, l := range casefile.Unannounced(live) {
		coming, err := o.brought(tx, live, l)
		if err != nil {
			return nil, err
		}
		seen := sentSince(live, l)
		if coming || l.On >= today && seen.IsZero() {
			continue
		}
		step, text, do := "ysq letter record "+l.Document, "发出后记录；不发的作废", "letter record、letter void"
		if !seen.IsZero() {
			step, text, do = step+" --mail "+seen.Short(), "已发送中有本件的信：核对后记录", ""
		}
		i := about
		i.Step = ask.Handle(step)
		i.Alarm = ask.Alarm{Block: ask.BlockInternal, Kind: ask.DueLetterOwed, Label: "文书待记录发出", On: ask.Day(l.On), Remaining: o.Reg.Calendar().WorkdaysBetween(today, l.On), Text: text, Do: do}
		all = append(all, i)
	}
	return all, nil
}

// brought reports whether a letter is in a mail that is still on its way: then that is what waits.
func (o *Deadlines) brought(tx *desk.View, live []casefile.Record, l casefile.CaseLetter) (bool, error) {
	for _, r := range live {
		e, ok := r.Event.(casefile.MailPrepared)
		if !ok || e.Document != l.Document {
			continue
		}
		m, err := tx.Outgoing(r.Seq)
		if err != nil || !m.State.Ended() {
			return err == nil, err
		}
	}
	return false, nil
}

// sentSince is the last mail of the office on the case since a letter was issued; zero: none was seen.
func sentSince(live []casefile.Record, l casefile.CaseLetter) (last casefile.Digest) {
	for _, r := range live {
		if e, ok := r.Event.(casefile.MessageOut); ok && r.Seq > l.Seq {
			last = e.Digest
		}
	}
	return last
}

// lettersWaiting are the mails that were prepared on an earlier day and are not out, and the drafts that have gone
// from 草稿箱, by their cases.
func (o *Deadlines) lettersWaiting(tx *desk.View, today civil.Date) (map[casefile.ID][]ask.DueItem, error) {
	all := map[casefile.ID][]ask.DueItem{}
	for l, err := range tx.OutgoingIn(casefile.OutDrafted, casefile.OutFailed, casefile.OutHeld, casefile.OutUnknown, casefile.OutVanished) {
		if err != nil {
			return nil, err
		}
		since := civil.Of(l.Since)
		if l.Case == "" || since >= today && l.State != casefile.OutVanished { // a draft that has gone was sent, or will not be
			continue
		}
		all[l.Case] = append(all[l.Case], ask.DueItem{Step: ask.Handle(fmt.Sprintf("ysq outbox show %d", l.Seq)), Alarm: ask.Alarm{
			Block: ask.BlockInternal, Kind: ask.DueLetter, Label: "信未发出（" + l.State.Label() + "）", On: ask.Day(since),
			Remaining: o.Reg.Calendar().WorkdaysBetween(today, since), Text: "发出，或不再发", Do: "outbox",
		}})
	}
	return all, nil
}

// marksMost is how many things a line says of its case beside the one that it is about.
const marksMost = 2

// oneLine makes one line of what waits in a case: the first of it, and of the rest what there is room for.
func oneLine(all []*ask.DueItem, today civil.Date) *ask.DueItem {
	line := *all[0]
	for _, i := range all[1:] {
		if len(line.Marks) == marksMost {
			break
		}
		mark := i.Label
		if i.Block == ask.BlockStatutory && (line.Block != ask.BlockStatutory || i.Remaining < 0) {
			mark += " " + civil.Date(i.On).String()[len("2026-"):]
			if civil.Date(i.On) < today {
				mark += " 已过" + ask.ByClock(i.Clock)
			}
		}
		line.Marks = append(line.Marks, mark)
		if line.Block == ask.BlockMail && i.Kind == casefile.AlarmReply.String() {
			line.Clock = i.Clock
		}
	}
	return &line
}

// mailDue is the line of the mails of a case about which nobody has decided.
func (o *Deadlines) mailDue(tx *desk.View, c casefile.Case, open []casefile.OpenMail, about ask.DueItem) (*ask.DueItem, error) {
	views, err := o.record.OpenViews(tx, c.ID, open)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(views, func(a, b ask.UnreadMail) int { return b.Age - a.Age })
	var labels []string
	for _, v := range views {
		if !slices.Contains(labels, v.Label) { // the oldest first
			labels = append(labels, v.Label)
		}
	}
	label := strings.Join(labels, "、")
	if len(open) > 1 {
		label += fmt.Sprintf(" 共 %d 封", len(open))
	}
	about.Mails, about.Step = len(open), ask.Handle("ysq show "+string(c.ID)) // it has the lines, and the mails
	about.Newest = new(slices.MaxFunc(views, func(a, b ask.UnreadMail) int { return a.ArrivedAt.Compare(*b.ArrivedAt) }))
	about.Alarm = ask.Alarm{Block: ask.BlockMail, Kind: ask.BlockMail, Label: label, On: ask.Day(civil.Of(*views[0].ArrivedAt)), Remaining: -views[0].Age, Text: "看来信，记录是什么或标记阅毕", Do: "show、seen"}
	return &about, nil
}

// blockOf says whose day an alarm is about.
func blockOf(k casefile.AlarmKind) string {
	switch k {
	case casefile.AlarmConfirm, casefile.AlarmDelivery, casefile.AlarmArrival, casefile.AlarmSigning, casefile.AlarmSigned, casefile.AlarmSentBack, casefile.AlarmReport, casefile.AlarmInternal:
		return ask.BlockInternal
	}
	return ask.BlockStatutory
}

// stepOf is the line with which a person ends an alarm.
func stepOf(c casefile.Case, k casefile.AlarmKind) string {
	step := casefile.KindReplied
	switch k {
	case casefile.AlarmConfirm:
		step = casefile.KindConfirmed
	case casefile.AlarmCorrection:
		if step = casefile.KindCorrectionAsked; c.Stage == casefile.StageReceived { // before that nothing is asked of the applicant
			step = casefile.KindRegistered
		}
	case casefile.AlarmConsultation:
		step = casefile.KindConsultationAnswered
	case casefile.AlarmArrival:
		step = casefile.KindArrivalSettled
	case casefile.AlarmSigning:
		step = casefile.KindSigned
	case casefile.AlarmSigned:
		return fmt.Sprintf("ysq answer %s --signed --draft", c.ID)
	case casefile.AlarmSentBack:
		step = casefile.KindSubmitted
	case casefile.AlarmReport:
		step = casefile.KindReported
	case casefile.AlarmInternal:
		if c.Kind == casefile.CorrectionOfRecord {
			return fmt.Sprintf("ysq answer %s --outcome 办结", c.ID)
		}
		return fmt.Sprintf("ysq reply %s --outcome 办结", c.ID)
	case casefile.AlarmDelivery:
		if step = casefile.KindNoticeResent; c.Undelivered {
			step = casefile.KindDispatched
		}
	case casefile.AlarmLapse:
		outcome := casefile.CorrectionLapsed
		if c.Legal.Waiting == casefile.WaitFee || c.Strict.Waiting == casefile.WaitFee {
			outcome = casefile.FeeLapsed
		}
		return fmt.Sprintf("ysq reply %s --outcome %s", c.ID, outcome.Label())
	case casefile.AlarmReply:
		if c.Stage == casefile.StageReceived {
			step = casefile.KindRegistered
		} else if c.AwaitsReceipt() {
			step = casefile.KindDelivered
		} else if c.Stage == casefile.StageReplied {
			step = casefile.KindDispatched
		} else if a, proposed := c.ApprovalAlarm(); proposed { // the way to the reply leads through there
			return stepOf(c, a.Kind)
		}
	}
	return fmt.Sprintf("ysq %s %s", step.Info().Command, c.ID)
}

// provisionalAlarm reports whether the day of an alarm was counted past the calendar's end.
func provisionalAlarm(a casefile.Alarm, s casefile.Standing, cal *workday.Calendar) bool {
	switch a.Kind {
	case casefile.AlarmReply, casefile.AlarmInternal, casefile.AlarmLapse: // each may have been set instead of counted
		return s.Provisional
	}
	return cal.Day(a.On).Provisional
}

func alarmView(c casefile.Case, a casefile.Alarm, s casefile.Standing, today civil.Date, cal *workday.Calendar) ask.Alarm {
	v := ask.Alarm{Kind: a.Kind.String(), Label: a.Kind.Label(), On: ask.Day(a.On), Remaining: cal.WorkdaysBetween(today, a.On), Text: a.Text, Do: a.Do, Block: blockOf(a.Kind)}
	if a.Kind == casefile.AlarmReply {
		v.Clock = record.ClockPassed(c, s, today)
	}
	return v
}
