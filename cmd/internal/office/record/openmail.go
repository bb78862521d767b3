package record

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// OpenViews are open mails of a case as answers show them, each with the line that decides it.
func (b *Room) OpenViews(tx *desk.View, id casefile.ID, open []casefile.OpenMail) ([]ask.UnreadMail, error) {
	all := []ask.UnreadMail{}
	if len(open) == 0 {
		return all, nil
	}
	c, err := tx.Case(id)
	if err != nil {
		return nil, err
	}
	back := map[civil.Date]civil.Date{} // due dates by the days on which reports came: of a case that writes every day there are many
	for _, m := range open {
		var due civil.Date
		switch {
		case m.Guess == casefile.GuessApplication:
			due, _ = b.Reg.Calendar().AddWorkdays(m.On(), b.Reg.Law().Limit)
		case m.Guess == casefile.GuessBounce && m.Bounce.Of == casefile.NoticeReply && !m.Merely:
			known := false
			if due, known = back[m.On()]; !known {
				if due, err = b.dueReturned(tx, id, m.On()); err != nil {
					return nil, err
				}
				back[m.On()] = due
			}
		}
		if m.Unread {
			m.By = strings.TrimPrefix(m.By+"；附件未读", "；")
		}
		all = append(all, ask.UnreadMail{
			Unread:    m.Unread,
			DueStrict: ask.Day(due),
			Digest:    m.Digest, ArrivedAt: ask.Instant(m.At), Age: b.age(m.On()), From: ask.Address(m.From.String()), Verified: m.Verified.String(), Subject: ask.Text(m.Subject),
			Guess: m.Guess.String(), Label: m.Guess.Label(), By: ask.Text(m.By), Case: m.Lies, Merely: m.Merely, Command: ask.Handle(deciding(c, m)),
		})
	}
	return all, nil
}

// dueReturned returns the strict due date of a case on the assumption that its reply came back, as a report of that day says;
// zero if that would move nothing.
func (b *Room) dueReturned(tx *desk.View, id casefile.ID, on civil.Date) (civil.Date, error) {
	history, err := tx.History(id)
	if err != nil || len(history) == 0 {
		return 0, err
	}
	back := casefile.Record{Case: id, Seq: history[len(history)-1].Seq + 1, On: max(on, history[len(history)-1].On), Event: casefile.DeliveryFailed{Address: casefile.AddressGiven}}
	return casefile.ReadClock(casefile.Strict, append(slices.Clip(history), back), b.Reg.Law(), b.Reg.Calendar()).Due, nil
}

// age is for how many working days something has lain here.
func (b *Room) age(since civil.Date) int {
	return max(0, -b.Reg.Calendar().WorkdaysBetween(b.Today(), since))
}

// deciding returns the command that a clerk types if the guess is right: the step for which the mail came, provided that
// the case allows this step now. A 补正 that nobody asked for can only be marked as read.
func deciding(c casefile.Case, m casefile.OpenMail) string {
	id, step := c.ID, m.Guess.Step()
	if step != casefile.KindDeliveryFailed && c.Unready(step) != "" {
		step = casefile.KindSeen
	}
	switch {
	case m.Guess == casefile.GuessApplication:
		return fmt.Sprintf("ysq mail open %s", m.Digest.Short())
	case m.Merely && m.Lies != "":
		return fmt.Sprintf("ysq merge %s --into %s --reason 属于该件", m.Lies, id)
	case m.Merely && step == casefile.KindSeen:
		return fmt.Sprintf("ysq attach %s --mail %s", id, m.Digest.Short())
	}
	return fmt.Sprintf("ysq %s %s --mail %s", step.Info().Command, id, m.Digest.Short()) + besides(step, m)
}

// besides is what a step must say beside its mail, with words where only a person can know it.
func besides(step casefile.Kind, m casefile.OpenMail) (options string) {
	switch {
	case step == casefile.KindDeliveryFailed && m.Bounce.Of != casefile.NoticeReply:
		return " --letter " + m.Bounce.Of.Label()
	case step == casefile.KindDeliveryFailed: // why it came back, the report says
		return " --address " + casefile.AddressGiven.Label() + "（或 " + casefile.AddressOther.Label() + "）"
	case step == casefile.KindReasonGiven:
		return " --accepted（或 --rejected）"
	case step == casefile.KindSeen:
		return ""
	}
	for _, n := range step.Info().Needs {
		options += " --" + n.Option + " " + n.Label
	}
	return options
}

// named returns the event as one that decides the mails that somebody wrote for it: the beginnings of their
// digests or the case that a mail has opened, 全部 for every open mail, 无 for none.
func (b *Room) named(tx *desk.View, id casefile.ID, e casefile.Event, words []string) (casefile.Event, error) {
	if words == nil {
		return e, nil
	}
	if _, takes := casefile.AnsweredBy(e); !takes {
		return e, ask.Usage("“%s”不是根据来信记录的，不能写来信", e.Kind().Label())
	}
	mails := []casefile.Digest{}
	for _, word := range words {
		some, err := b.mailsCalled(tx, id, strings.ToLower(strings.TrimSpace(word)))
		if err != nil {
			return e, err
		}
		mails = append(mails, some...)
	}
	return casefile.WithAnswers(e, mails), nil
}

func (b *Room) mailsCalled(tx *desk.View, id casefile.ID, word string) ([]casefile.Digest, error) {
	c, err := tx.Case(id)
	if err != nil {
		return nil, err
	}
	open, err := tx.OpenMails(c)
	if err != nil {
		return nil, err
	}
	var all, called []casefile.Digest
	for _, m := range open {
		all = append(all, m.Digest)
		if strings.HasPrefix(m.Digest.String(), word) || m.Merely && string(m.Lies) == word {
			called = append(called, m.Digest)
		}
	}
	switch {
	case word == "全部" || word == "all":
		return all, nil
	case word == "无" || word == "none":
		return nil, nil
	case len(called) == 1 && word != "":
		return called, nil
	}
	d, err := desk.FindMail(tx, word)
	return []casefile.Digest{d}, err
}

// answering completes a draft by the mails that it decides, where nobody wrote any. It takes the only open mail
// where that is probably what the step is about; where a step rests on a mail and it is not plain on which, it
// asks. The day of a step that a mail brought about is, if nobody says another, that of its arrival.
func (b *Room) answering(tx *desk.Change, c casefile.Case, d casefile.Draft) (casefile.Draft, []string, error) {
	mails, takes := casefile.AnsweredBy(d.Event)
	open, err := tx.OpenMails(c)
	if err != nil {
		return d, nil, err
	}
	kind := d.Event.Kind()
	if takes && mails == nil {
		if mails, err = chooseFor(c.ID, kind, open); err != nil {
			return d, nil, err
		}
		d.Event = casefile.WithAnswers(d.Event, mails)
	}
	d.Event = returned(d.Event, mails, open)
	warnings, err := b.fetch(tx, c.ID, kind, mails, open)
	if err != nil {
		return d, nil, err
	}
	var left []string
	for _, m := range open {
		switch {
		case !slices.Contains(mails, m.Digest):
			left = append(left, m.Words())
		case d.On.IsZero() && kind != casefile.KindSeen:
			d.On = m.On()
		case kind != casefile.KindSeen && len(mails) > 1:
			d.On = max(d.On, m.On())
		}
	}
	switch kind {
	case casefile.KindReplied, casefile.KindDispatched, casefile.KindWithdrawn, casefile.KindConfirmed:
		if len(left) > 0 {
			warnings = append(warnings, fmt.Sprintf("%s：还有 %d 封来信没有人处理：%s", c.ID, len(left), strings.Join(left[:min(3, len(left))], "；")))
		}
	}
	return d, warnings, nil
}

// returned completes 送达失败 by the report that it decides: what came back, and what the server said.
func returned(e casefile.Event, mails []casefile.Digest, open []casefile.OpenMail) casefile.Event {
	failed, is := e.(casefile.DeliveryFailed)
	for _, m := range open {
		if !is || m.Bounce.Letter == "" || !slices.Contains(mails, m.Digest) {
			continue
		}
		if failed.Of == casefile.NoticeReply {
			failed.Of = m.Bounce.Of
		}
		if strings.TrimSpace(failed.Reason) == "" {
			failed.Reason = m.Bounce.Said
		}
		return failed
	}
	return e
}

// chooseFor says which of the open mails a step decides of which nobody said it.
func chooseFor(id casefile.ID, kind casefile.Kind, open []casefile.OpenMail) ([]casefile.Digest, error) {
	var weighty, names []string
	var all []casefile.Digest
	for _, m := range open {
		if m.Guess == casefile.GuessSent {
			continue
		}
		all = append(all, m.Digest)
		names = append(names, m.Words())
		if !m.Guess.Plain() {
			weighty = append(weighty, m.Words())
		}
	}
	which := func(code, what string, open []string) error {
		return &casefile.RuleError{Code: code, Case: id, Msg: fmt.Sprintf("%s：%s", what, strings.Join(open[:min(len(open), 5)], "；")),
			Hint: "写明是哪一封（摘要的开头几位；可写多次，全部 为所有），与来信无关的写“无”\n--mail"}
	}
	sole := len(open) == 1 && open[0].Guess.Fits(kind) && !open[0].Merely && open[0].Verified.Trusted()
	switch kind {
	case casefile.KindSeen:
		switch {
		case len(all) == 0:
			return nil, &casefile.RuleError{Code: "nothing-open", Case: id, Msg: "没有未处理的来信"}
		case len(all) > 1 && len(weighty) > 0:
			return nil, which("mail-which", fmt.Sprintf("有 %d 封来信，不都是催办、感谢", len(all)), names)
		}
		return all, nil
	case casefile.KindConfirmed, casefile.KindWithdrawn, casefile.KindDeliveryFailed:
		if sole {
			return all, nil
		}
		return nil, nil
	}
	switch {
	case sole:
		return all, nil
	case len(weighty) > 0:
		return nil, which("mail-which", "有来信还没有人处理，这一步是根据哪一封", names)
	}
	return nil, nil
}

// fetch brings a mail that a step decides into its case, where it is elsewhere. Of a case that the mail has
// opened a person says what becomes of it.
func (b *Room) fetch(tx *desk.Change, id casefile.ID, kind casefile.Kind, mails []casefile.Digest, open []casefile.OpenMail) (warnings []string, err error) {
	for _, m := range open {
		if !m.Merely || kind == casefile.KindSeen || !slices.Contains(mails, m.Digest) {
			continue
		}
		if err := b.AttachMail(tx, id, m.Digest, m.Guess.Label()); err != nil {
			return nil, err
		}
		if m.Lies != "" {
			warnings = append(warnings, fmt.Sprintf("%s：来信已归入本件；它立的 %s 不是另一份申请的，请并入本件，或记作非申请", id, m.Lies))
		}
	}
	return warnings, nil
}

// AttachMail puts a mail into a case, wherever it lay. A mail may belong to several cases.
func (b *Room) AttachMail(tx *desk.Change, id casefile.ID, d casefile.Digest, reason string) error {
	about, err := tx.About(d)
	if err != nil {
		return err
	}
	taken := desk.LastTaken(about)
	if taken == nil {
		return ask.NotFound("", "没有摘要为 %s 的邮件", d.Short())
	}
	if _, _, err := b.Add(tx, casefile.Draft{Case: id, Event: casefile.Attached{Letter: taken.Letter, Reason: reason}}); err != nil {
		return err
	}
	if taken.Disposition == casefile.ToCase {
		return nil
	}
	e := *taken
	e.Disposition, e.Case = casefile.ToCase, id
	e.Reasons = append(slices.Clone(e.Reasons), "由 "+tx.Actor+" 归入 "+string(id))
	return lay(tx, *taken, e)
}

// SeenMail marks mails that are in no case as read: somebody found that nothing is to be done about them.
func (b *Room) SeenMail(_ context.Context, c ask.Call, q ask.SeenRequest) ([]casefile.Digest, error) {
	var mails []casefile.Digest
	err := b.Change(c, func(tx *desk.Change) error {
		mails = nil
		var drafts []casefile.Draft
		for _, name := range q.Mails {
			d, err := desk.FindMail(tx.View, name)
			if err != nil {
				return err
			}
			about, err := tx.About(d)
			if err != nil {
				return err
			}
			taken := desk.LastTaken(about)
			if q.Undo {
				e, err := unseen(tx, d, taken, about)
				if err != nil {
					return err
				}
				mails = append(mails, d)
				drafts = append(drafts, casefile.Draft{On: tx.Today(), Event: e})
				continue
			}
			if taken == nil || taken.Disposition != casefile.Parked {
				where := ""
				if taken != nil {
					where = "，现在是“" + cmp.Or(string(taken.Case), taken.Disposition.Label()) + "”"
				}
				return ask.Refused("not-parked", "案件里的来信，在其案件里标记阅毕\nysq seen 编号", "邮件 %s 不在等待甄别的邮件中%s", d.Short(), where)
			}
			e := desk.AtItsPlace(tx.View, *taken)
			e.Disposition = casefile.ToHistory
			e.Reasons = append(slices.Clone(e.Reasons), "由 "+tx.Actor+" 阅毕")
			mails = append(mails, d)
			drafts = append(drafts, casefile.Draft{On: tx.Today(), Event: e})
		}
		if len(mails) == 0 {
			return ask.Usage("没有写邮件")
		}
		if !q.Undo {
			drafts = append(drafts, casefile.Draft{On: tx.Today(), Event: casefile.Seen{Answers: casefile.Answers{Mails: mails}, As: q.As}})
		}
		_, err := tx.Append(drafts...)
		return err
	})
	return mails, err
}

// unseen is the entry by which a mail that somebody marked as read waits for a person again.
func unseen(tx *desk.Change, d casefile.Digest, taken *casefile.MessageTaken, about []casefile.Record) (casefile.MessageTaken, error) {
	marked := slices.ContainsFunc(about, func(r casefile.Record) bool { return r.Event.Kind() == casefile.KindSeen })
	if taken == nil || taken.Disposition != casefile.ToHistory || !marked {
		return casefile.MessageTaken{}, ask.Refused("not-seen", "", "邮件 %s 不是标记为阅毕的历史邮件，不能撤销", d.Short())
	}
	e := desk.AtItsPlace(tx.View, *taken)
	e.Disposition = casefile.Parked
	e.Reasons = append(slices.Clone(e.Reasons), "由 "+tx.Actor+" 撤销阅毕")
	return e, nil
}
