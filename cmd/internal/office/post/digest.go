package post

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/intake"
	"ysq.internal/ysq/cmd/internal/office/record"
	"ysq.internal/ysq/mailbox/outbox"
)

// Agenda is what the digest reports of the rooms beside and above this one. An error ends the digest.
type Agenda struct {
	Due      func(context.Context, ask.Call, ask.DueQuery) ([]ask.DueItem, error) // within so many working days
	Years    func(context.Context, ask.Call, ask.None) ([]ask.YearView, error)    // how the annual report of each stands
	Troubles func() desk.Troubles                                                 // with the keeping of the register
}

// Reminders gathers what is to be done, and says it each morning.
type Reminders struct {
	*desk.Desk
	standIns record.StandIns
	mails    *intake.Mails
	room     *Room
	agenda   Agenda
	dial     func(ctx context.Context, address string) (net.Conn, error)
	awake    chan struct{}           // holds a token when the daemon is
	notified atomic.Pointer[posting] // how the last post of the counts went; nil: there was none since the start
}

// NewReminders returns the reminders, which go out as mails of the room. dial is for tests and may be nil.
func NewReminders(p *Room, ins record.StandIns, mails *intake.Mails, agenda Agenda, dial func(ctx context.Context, address string) (net.Conn, error)) *Reminders {
	return &Reminders{Desk: p.Desk, standIns: ins, mails: mails, room: p, agenda: agenda, dial: dial, awake: make(chan struct{}, 1)}
}

// digest is the office's reminder in the morning: its agenda, and the days for a calendar.
type digest struct {
	casefile.Agenda
	overdue []string // numbers of cases and disputes, for the journal: it gets no names
	days    []outbox.Day
}

const digestFoot = "本邮件由 ysq 自动发出；以登记簿为准（ysq due、ysq list）。"

// digestOf gathers what somebody has to do on a day.
func (r *Reminders) digestOf(ctx context.Context, today civil.Date) (digest, error) {
	d := digest{Agenda: casefile.Agenda{Agency: r.Live().Agency.Name, Day: today, Foot: digestFoot}}
	due, err := r.agenda.Due(ctx, ask.Call{}, ask.DueQuery{Within: r.Live().Digest.Days, Each: true})
	if err != nil {
		return d, err
	}
	d.addDue(due, r.Live().Digest.Days)
	if err := r.addWaiting(&d); err != nil {
		return d, err
	}
	if year := workday.MissingYear(r.Reg.Calendar(), today); year != 0 {
		d.Add("放假通知", fmt.Sprintf("%d 年的放假通知还没有录入，跨年的期限是暂定的（ysq calendar import）", year))
	}
	if err := r.addStandIns(ctx, &d); err != nil {
		return d, err
	}
	if err := r.addYears(ctx, &d); err != nil {
		return d, err
	}
	var troubles []string
	for _, t := range r.agenda.Troubles() {
		troubles = append(troubles, casefile.WithCommands(t.Text, t.Do))
	}
	d.Add("系统", troubles...)
	return d, r.addDays(ctx, &d)
}

// addDue sorts the alarms by how urgent they are.
func (d *digest) addDue(due []ask.DueItem, within int) {
	var mail, late, soon, disputes, confirm, other []string
	for _, i := range due {
		line := dueLine(i)
		switch {
		case i.Block == ask.BlockMail:
			mail = append(mail, line)
		case i.Kind == ask.DueRegister, i.Kind == ask.DueLetter: // addWaiting lists them
		case i.Dispute != "":
			if i.Remaining < 0 {
				d.overdue = append(d.overdue, string(i.Dispute))
			}
			disputes = append(disputes, line)
		case i.Kind == casefile.AlarmConfirm.String():
			if civil.Date(i.On) <= d.Day {
				confirm = append(confirm, line)
			}
		case i.Kind != casefile.AlarmReply.String():
			other = append(other, line)
		case i.Remaining < 0:
			late = append(late, line)
			d.overdue = append(d.overdue, string(i.Case))
		default:
			soon = append(soon, line)
		}
	}
	d.Add("没有人处理的来信", mail...)
	d.Add("已逾期", late...)
	d.Add("复议、诉讼待答复", disputes...)
	d.Add(fmt.Sprintf("%d 个工作日内到期", within), soon...)
	d.Add("未双方确认", confirm...)
	d.Add("其他期限", other...)
}

func dueLine(i ask.DueItem) string {
	name := cmp.Or(string(i.Dispute), string(i.Case), i.Mail.Short()) // numbers and handles, which are never masked
	when := i.Left()
	if i.Block == ask.BlockMail {
		if when = "已到 " + when; i.Remaining == 0 {
			when = "今天到达"
		}
	}
	return strings.Join(slices.DeleteFunc([]string{name, ask.Mask(string(i.Applicant)), shortened(string(i.Subject)), standIn(i), i.Label, civil.Date(i.On).Long(), when}, func(s string) bool { return s == "" }), "  ")
}

// standIn says who does the work of whoever the case is with, where that one is away.
func standIn(i ask.DueItem) string {
	if i.Deputy == "" {
		return ""
	}
	return i.InCharge()
}

// shortened keeps a subject from filling the line, and masks it: what is in it came from a mail.
func shortened(s string) string {
	r := []rune(ask.Mask(strings.Join(strings.Fields(s), " ")))
	if len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return string(r)
}

// addWaiting lists what waits for a person without a day of its own: applications to register, mails
// about which nobody has decided, letters that did not go out.
func (r *Reminders) addWaiting(d *digest) error {
	var unregistered, likely, parked, quarantined, letters []string
	err := r.View(func(tx *desk.View) error {
		for c, err := range tx.OpenCases("") {
			if err != nil {
				return err
			}
			if c.Stage == casefile.StageReceived {
				unregistered = append(unregistered, strings.TrimRight(fmt.Sprintf("%s  %s  %s  %s 收到", c.ID, ask.Mask(c.Applicant), shortened(c.Subject), c.ArrivedOn.Long()), " "))
			}
		}
		for m, err := range tx.Mails(casefile.Parked) {
			if err != nil {
				return err
			}
			line := fmt.Sprintf("%s  %s  %s", m.Digest.Short(), ask.Mask(m.From.String()), shortened(m.Subject))
			if r.mails.LooksLikeApplication(m.MessageTaken) {
				likely = append(likely, line)
			} else {
				parked = append(parked, line)
			}
		}
		for m, err := range tx.Mails(casefile.Quarantined) {
			if err != nil {
				return err
			}
			quarantined = append(quarantined, fmt.Sprintf("%s UID %d：%s", m.Folder, m.UID, ask.Mask(strings.Join(m.Reasons, "；"))))
		}
		for o, err := range tx.OutgoingIn(casefile.OutDrafted, casefile.OutFailed, casefile.OutHeld, casefile.OutUnknown, casefile.OutVanished) {
			if err != nil {
				return err
			}
			if o.Purpose != casefile.PurposeDigest && civil.Of(o.Since) < d.Day {
				letters = append(letters, strings.Join(slices.DeleteFunc([]string{fmt.Sprintf("待发信 %d", o.Seq), string(o.Case), shortened(o.Subject), o.State.Label(), ask.Mask(o.Last.Reason)}, func(s string) bool { return s == "" }), "  "))
			}
		}
		return nil
	})
	d.Add("未登记", unregistered...)
	d.Add("像是申请的待甄别邮件", likely...)
	d.Add("其他待甄别邮件", parked...)
	d.Add("未取回的邮件", quarantined...)
	d.Add("没有发出的信", letters...)
	return err
}

// addStandIns says who is away today and who does his work. It is nothing to do by itself, and so no section.
func (r *Reminders) addStandIns(ctx context.Context, d *digest) error {
	all, err := r.standIns.List(ctx, ask.Call{}, ask.None{})
	lines := []string{}
	for _, i := range all {
		if i.Now {
			lines = append(lines, fmt.Sprintf("代班：%s 不在，至 %s 由 %s 代，在办 %d 件", i.Who, civil.Date(i.Until).Long(), i.Deputy, i.Open))
		}
	}
	d.Foot = strings.Join(append(lines, d.Foot), "\n")
	return err
}

// addYears lists the annual reports that are due (条例 第四十九条).
func (r *Reminders) addYears(ctx context.Context, d *digest) error {
	years, err := r.agenda.Years(ctx, ask.Call{}, ask.None{})
	if err != nil {
		return err
	}
	var lines []string
	for _, y := range years {
		if !y.Frozen && y.Year < d.Day.Year() {
			lines = append(lines, fmt.Sprintf("%d 年年度报告尚未冻结：%s 前报送，%s 前公布", y.Year, civil.Date(y.SubmitBy), civil.Date(y.PublishBy)))
		}
	}
	d.Add("年度报告", lines...)
	return nil
}

// daysAhead is how far the calendar file looks.
const daysAhead = 40

// addDays makes the calendar's days: one for each alarm of an open case and each dispute.
func (r *Reminders) addDays(ctx context.Context, d *digest) error {
	due, err := r.agenda.Due(ctx, ask.Call{}, ask.DueQuery{Within: daysAhead, Each: true})
	if err != nil {
		return err
	}
	register := strings.ToLower(r.Reg.Meta().ID)
	mails := 0
	for _, i := range due {
		if mails += i.Mails; i.Block == ask.BlockMail || i.Kind == ask.DueRegister || i.Kind == ask.DueLetter {
			continue
		}
		name := string(i.Case)
		if i.Dispute != "" {
			name = string(i.Dispute)
		}
		y, m, day := civil.Date(i.On).Date()
		summary := i.Label + " " + name
		if i.Provisional {
			summary += "（暂定）"
		}
		d.days = append(d.days, outbox.Day{
			UID: fmt.Sprintf("%s.%s@%s.ysq", name, i.Kind, register), Date: [3]int{y, int(m), day}, Summary: summary,
			Detail: ask.Mask(strings.TrimSpace(string(i.Applicant) + "\n" + i.Text)),
		})
	}
	if mails > 0 {
		y, m, day := d.Day.Date()
		d.days = append(d.days, outbox.Day{UID: fmt.Sprintf("mail@%s.ysq", register), Date: [3]int{y, int(m), day}, Summary: fmt.Sprintf("没有人处理的来信 %d 封", mails)})
	}
	return nil
}

func (d digest) calendar(now time.Time) []byte {
	return outbox.Calendar("依申请公开期限 "+d.Agency, now, d.days)
}

// Digest returns what the office would be told now.
func (r *Reminders) Digest(ctx context.Context, _ ask.Call, _ ask.None) (ask.DigestView, error) {
	d, err := r.digestOf(ctx, r.Today())
	if err != nil {
		return ask.DigestView{}, err
	}
	v := ask.DigestView{Today: ask.Day(d.Day), Items: d.Items(), Counts: d.Counts(), Text: ask.Public(d.Text()), Calendar: ask.Public(d.calendar(r.Now())), To: []ask.Address{}}
	for _, to := range r.Live().Digest.To {
		v.To = append(v.To, ask.Address(to))
	}
	err = r.View(func(tx *desk.View) error {
		last, ok, err := tx.LastReminded()
		if ok {
			v.Last = ask.Instant(last.Recorded)
		}
		return err
	})
	return v, err
}

// overdueNamed is how many numbers, the most urgent, a line of the journal names: journald cuts a line
// at 48 KiB.
const overdueNamed = 100

// daily tells the office once a day what is to be done.
type daily struct {
	*Reminders
	reminded civil.Date // the last day of which nothing is left to tell
}

// remindByMail tells the office on the morning of each working day what is to be done, and nothing when
// there is nothing: its people by mail, once, also when the program starts anew, and the journal.
func (r *daily) remindByMail() error {
	now := r.Now().In(civil.Zone)
	today := civil.Of(now)
	if r.reminded == today || !r.Reg.Calendar().Day(today).Working || now.Before(r.Live().Digest.At.On(now)) {
		return nil
	}
	told, to, lost, err := r.remindedToday(today)
	if err != nil {
		return err
	}
	if told && len(to) == 0 {
		r.reminded = today
		return nil
	}
	content, err := r.digestOf(context.Background(), today)
	if err != nil {
		return err
	}
	if content.Items() == 0 {
		r.reminded = today
		return nil
	}
	if lost || !r.Config.SMTP.Enabled() { // lost: it may have been sent before the register was brought back
		to = nil
	}
	event := casefile.Reminded{Items: content.Items(), To: to, Text: content.Counts()}
	if !told {
		first := content.overdue[:min(len(content.overdue), overdueNamed)]
		r.Log.Warn().Int("items", event.Items).Strs("overdue", first).Msg("to be done today: " + event.Text)
	}
	if err := r.dropStale(); err != nil {
		return err
	}
	for _, address := range to {
		o := r.digestMail(content, address)
		if !told {
			o.also = []casefile.Event{event}
		}
		if _, err := r.room.prepare(actorOutbox, o); err != nil {
			return err
		}
		told = true
	}
	r.reminded = today
	return nil
}

// remindedToday says whether the office was told today, which of its people were not, and whether the
// register lost records today.
func (r *daily) remindedToday(today civil.Date) (told bool, to []string, lost bool, err error) {
	to = slices.Clone(r.Live().Digest.To)
	err = r.View(func(tx *desk.View) error {
		last, ok, err := tx.LastReminded()
		if err != nil {
			return err
		}
		told = ok && last.On == today
		if last, ok, err = tx.LastRestored(); err != nil {
			return err
		}
		lost = ok && last.On == today
		prepared, err := tx.OutgoingSince(today.Start())
		for _, o := range prepared {
			if o.Purpose == casefile.PurposeDigest {
				to = slices.DeleteFunc(to, func(s string) bool { return strings.EqualFold(s, o.To.Mail) })
			}
		}
		return err
	})
	return told, to, lost, err
}

// dropStale gives up digests of earlier days that never went out: today's says what is true today.
func (r *daily) dropStale() error {
	return r.Record(actorOutbox, r.Now(), func(tx *desk.Change) error {
		var drafts []casefile.Draft
		for o, err := range tx.OutgoingIn(casefile.OutQueued, casefile.OutHeld, casefile.OutFailed, casefile.OutUnknown) {
			if err != nil {
				return err
			}
			if o.Purpose == casefile.PurposeDigest && civil.Of(o.Prepared) < tx.Today() {
				drafts = append(drafts, casefile.Draft{On: tx.Today(), Event: casefile.MailSettled{Mail: o.Seq, State: casefile.OutDropped, Try: o.Tries, Reason: "已有新一天的提醒"}})
			}
		}
		_, err := tx.Append(drafts...)
		return err
	})
}

func (r *daily) digestMail(content digest, address string) outgoing {
	ics := content.calendar(r.Now())
	return outgoing{
		SendRequest: ask.SendRequest{Way: casefile.OutSMTP, Subject: fmt.Sprintf("依申请公开每日提醒 %s：%s", content.Day, content.Counts()), Text: content.Text()},
		purpose:     casefile.PurposeDigest, to: casefile.Address{Mail: address}, auto: outbox.AutoGenerated,
		made: []outbox.File{{Name: "期限.ics", Type: "text/calendar; charset=utf-8; method=PUBLISH", Open: func() (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(ics)), nil
		}}},
	}
}
