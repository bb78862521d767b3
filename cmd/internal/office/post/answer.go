package post

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/letter"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/letters"
	"ysq.internal/ysq/mailbox/rawstore"
)

// Answer makes a letter and the mail that brings it, in one transaction: either both are recorded, or nothing.
func (p *Room) Answer(ctx context.Context, c ask.Call, req ask.AnswerRequest) (ask.AnswerResult, error) {
	a := &answer{Room: p, call: c, req: req}
	if err := a.sensible(); err != nil {
		return ask.AnswerResult{}, err
	}
	a.res = ask.AnswerResult{Open: []ask.UnreadMail{}, Effects: []ask.Effect{}, Missing: []ask.Missing{}, Warnings: []string{}, Follows: []string{}, Records: []ask.RecordView{}}
	if err := p.Change(c, a.make); err != nil {
		err = errors.Join(p.told(ctx, a, err), p.DropUnknown(a.letter), p.forget(a.mail))
		return ask.AnswerResult{}, err
	}
	if c.DryRun {
		return a.res, a.recipients(ctx)
	}
	p.Log.Info().Str("number", string(a.res.Letter.Document)).Str("letter", a.res.Letter.Letter.String()).Str("actor", c.Who.String()).Msg("a letter was issued")
	if req.Way == casefile.OutNone {
		return a.res, nil
	}
	p.prepared(a.seq, c.Who.String(), a.out)
	if err := p.Store.Settle(a.mail); err != nil {
		return a.res, err
	}
	v, err := p.Outgoing(ctx, c, ask.OutgoingRef{ID: a.seq})
	v.Wanted, v.Warnings = a.res.Mail.Wanted, a.res.Mail.Warnings
	if p.Started.IsZero() {
		v.Reason = "守护进程没有运行，启动后才会发出"
	}
	a.res.Mail = &v
	return a.res, err
}

// answer is a letter and its mail in the making.
type answer struct {
	*Room
	call   ask.Call
	req    ask.AnswerRequest
	res    ask.AnswerResult
	out    outgoing
	letter casefile.Digest  // kept, and of no record if this fails
	mail   []rawstore.Entry // likewise
	seq    uint64
}

// sensible refuses what makes no answer whatever the cases are.
func (a *answer) sensible() error {
	q := a.req
	switch {
	case len(q.Cases) == 0:
		return ask.Usage("没有写编号")
	case q.Register != "" && (q.To != "" || len(q.Cases) > 1):
		return ask.Usage("登记电子邮箱一次一件，信即发往该地址，不另写收件人")
	case q.Way == casefile.OutNone && (q.To != "" || q.Register != "" || q.Despite != "" || q.Subject != "" || q.Text != ""):
		return ask.Usage("收件人、正文等与存草稿箱或直接发出同写")
	case q.Way != casefile.OutNone && q.Gone != casefile.WayNone:
		return ask.Usage("用电子邮件发出的，发出后自动记录，不写送达方式")
	case q.Gone == casefile.WayNone && q.Tracking != "", q.Gone != casefile.WayNone && q.Later:
		return ask.Usage("单号与送达方式同写；已经发出的不能待发出时再记录")
	case q.Way != casefile.OutNone && len(q.OnPaper) > 0:
		return ask.Refused("annex-missing", "请附上文件；没有文件的改为邮寄或当面送达\n--file", "附件“%s”没有文件，不能用电子邮件送达", strings.Join(q.OnPaper, "”“"))
	}
	if err := a.canSend(q.Way); err != nil || a.call.DryRun {
		return err
	}
	return a.Keeps(q.Files)
}

// make is the transaction.
func (a *answer) make(tx *desk.Change) error {
	for _, id := range a.req.Cases { // before all that the letter may lack
		if err := tx.AsSeen(casefile.Draft{Case: id}); err != nil {
			return err
		}
	}
	if a.req.Signed {
		if err := a.asSigned(tx.View); err != nil {
			return err
		}
	}
	if err := a.signedMail(tx.View); err != nil {
		return err
	}
	q := a.req.LetterRequest
	if a.req.Way != casefile.OutNone {
		q.Later = true // what goes out by mail is recorded when it has gone out, on the day on which it has
	}
	today := civil.Of(a.call.At)
	if a.req.Register != "" {
		if err := a.register(tx); err != nil {
			return err
		}
	}
	before, err := a.standing(tx.View)
	if err != nil {
		return err
	}
	m, err := a.letters.Make(tx.View, today, q)
	if err != nil {
		return err
	}
	issued, err := m.Issue(tx, a.call.DryRun)
	a.letter = issued.Kept
	if err != nil {
		return err
	}
	a.res.Letter, a.res.Preview, a.res.Cases = issued.Letter, issued.Preview, issued.Cases
	a.res.Records = append(a.res.Records, issued.Records...)
	a.res.Missing, a.res.Warnings = issued.Missing, append(a.res.Warnings, issued.Warnings...)
	a.res.Explained = issued.Explained
	if !a.call.DryRun {
		a.res.Content = issued.Content
	}
	a.describe(issued)
	if err := a.unread(tx, before); err != nil {
		return err
	}
	if a.req.Gone != casefile.WayNone {
		if err := a.gone(tx, today); err != nil {
			return err
		}
	}
	if a.req.Way != casefile.OutNone {
		if err := a.send(tx, issued); err != nil {
			return err
		}
	}
	a.res.Wanted = ask.Text(before[0].kase.Wanted())
	return a.effects(before, issued.Event, today)
}

// register records the address of the applicant, with everything else that the case was registered with: whoever
// answers has found out what nobody had registered.
func (a *answer) register(tx *desk.Change) error {
	_, history, err := tx.Whole(a.req.Cases[0])
	if err != nil {
		return err
	}
	for _, r := range slices.Backward(casefile.Live(history)) {
		if e, ok := r.Event.(casefile.Registered); ok {
			e.Email = strings.TrimSpace(a.req.Register)
			views, warnings, err := a.record.Add(tx, casefile.Draft{Case: r.Case, On: tx.Today(), Event: e})
			a.res.Records, a.res.Warnings = append(a.res.Records, views...), append(a.res.Warnings, warnings...)
			return err
		}
	}
	return ask.Refused("not-registered", "先登记\nysq register "+string(a.req.Cases[0]), "%s 尚未登记", a.req.Cases[0])
}

// unread shows the mails about which nobody has decided: whoever answers ought to have seen them.
func (a *answer) unread(tx *desk.Change, before []stood) error {
	for _, s := range before {
		open, err := tx.OpenMails(s.kase)
		if err != nil {
			return err
		}
		views, err := a.record.OpenViews(tx.View, s.kase.ID, open)
		if err != nil {
			return err
		}
		a.res.Open = append(a.res.Open, views...)
		for _, m := range open {
			a.res.Warnings = append(a.res.Warnings, fmt.Sprintf("%s 有来信没有人处理：%s", s.kase.ID, m.Words()))
		}
	}
	return nil
}

// describe says what a reply is.
func (a *answer) describe(issued letters.Issued) {
	r, ok := issued.Event.(casefile.Replied)
	if ok {
		a.res.Row, a.res.Basis = r.Outcome.Row()+r.Outcome.Label(), casefile.BasisOf(r.Basis).String()
	}
	a.res.Remedy = letter.RemedyOf(issued.Letter.Letter, issued.Event)
	if issued.Event == nil || a.req.Way == casefile.OutNone || issued.Letter.Recorded {
		return
	}
	a.res.Follows = append(a.res.Follows, issued.Event.Kind().Label())
	if ok && !r.Outcome.Lapse() {
		a.res.Follows = append(a.res.Follows, casefile.KindDispatched.Label())
	}
}

// gone records that a reply on paper has left.
func (a *answer) gone(tx *desk.Change, today civil.Date) error {
	for i, id := range a.req.Cases {
		views, warnings, err := a.record.Add(tx, casefile.Draft{Case: id, On: today, Event: casefile.Dispatched{Way: a.req.Gone, Tracking: a.req.Tracking}})
		if err != nil {
			return err
		}
		a.res.Records, a.res.Warnings = append(a.res.Records, views...), append(a.res.Warnings, warnings...)
		if a.res.Cases[i], err = a.record.Row(tx.View, id); err != nil {
			return err
		}
	}
	return nil
}

// send prepares the mail.
func (a *answer) send(tx *desk.Change, issued letters.Issued) error {
	o, err := a.mailOf(tx, issued)
	if err != nil || a.call.DryRun {
		return err
	}
	if len(o.lacks) > 0 {
		return o.lacks[0]
	}
	event, kept, err := a.compose(o, a.call.At)
	a.mail = kept
	if err != nil {
		return err
	}
	records, err := tx.Append(casefile.Draft{Case: o.Case, On: civil.Of(a.call.At), Event: event})
	if err == nil {
		a.seq = records[0].Seq
	}
	return err
}

// mailOf is the mail that brings the letter. A trial lists what it lacks.
func (a *answer) mailOf(tx *desk.Change, issued letters.Issued) (outgoing, error) {
	o := outgoing{purpose: casefile.PurposeLetter, SendRequest: ask.SendRequest{Case: a.req.Cases[0], Way: a.req.Way, To: a.req.To, Despite: a.req.Despite,
		Subject: a.req.Subject, Text: a.req.Text, Document: string(issued.Letter.Document)}}
	if o.Document == "" { // a trial without a number
		c, err := tx.Case(o.Case)
		if err != nil {
			return o, err
		}
		o.letterWords(casefile.LetterIssued{Letter: issued.Letter.Letter, Annexes: a.req.Files}, c, a.Live().Agency.Name)
		o.Files = append([]casefile.File{issued.File}, a.req.Files...)
	}
	if err := a.complete(tx.View, &o); err != nil {
		return o, err
	}
	a.out = o
	v := o.view()
	a.res.Mail = &v
	a.res.Warnings = append(a.res.Warnings, o.warned...)
	if r, ok := issued.Event.(casefile.Replied); ok && (r.Basis == "36-2-provide" || r.Outcome == casefile.Partial) && len(o.Files) < 2 { // the letter alone
		a.res.Warnings = append(a.res.Warnings, "文书写的是提供信息，信里没有随附的文件；另行提供的，在理由里写明怎样提供")
	}
	for _, e := range o.lacks {
		a.res.Missing = append(a.res.Missing, casefile.Lacks(lackNames[e.Code], e.Msg+"；"+e.Hint))
	}
	if e, ok := errors.AsType[*ask.Error](addressError(o.to.Mail)); ok && o.to.Mail != "" {
		a.res.Missing = append(a.res.Missing, casefile.Lacks("收件人", e.Msg+"；"+e.Hint))
	}
	return o, nil
}

// lackNames are what is missing, by the codes of refusals.
var lackNames = map[string]string{ask.CodeNoAddress: "收件人", "no-party-address": "收件人", ask.CodeOtherWay: ask.MissingOtherWay, "annex-missing": "附件"}

// told adds to a refusal where the mail might go.
func (p *Room) told(ctx context.Context, a *answer, err error) error {
	if e, ok := errors.AsType[*ask.Error](err); ok {
		return p.withRecipients(ctx, a.req.Cases[0], e)
	}
	return err
}

// recipients says in a trial to whom the mail might go.
func (a *answer) recipients(ctx context.Context) (err error) {
	if a.res.Mail == nil || a.out.party != "" {
		return nil
	}
	if a.res.Mail.Recipients, err = a.reader.Recipients(ctx, a.req.Cases[0]); err != nil {
		return err
	}
	for i, m := range a.res.Missing {
		if m.Name == lackNames[ask.CodeNoAddress] && a.out.to.Mail == "" {
			a.res.Missing[i].How += possible(a.res.Mail.Recipients)
		}
	}
	return nil
}

// stood is a case before it is answered.
type stood struct {
	kase    casefile.Case
	history []casefile.Record
	merged  [][]casefile.Record
}

func (a *answer) standing(tx *desk.View) (all []stood, err error) {
	for _, id := range a.req.Cases {
		s := stood{}
		if s.kase, s.history, err = tx.Whole(id); err != nil {
			return nil, err
		}
		if s.merged, err = tx.Merged(id); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// effects says what becomes of both due dates if the letter goes out today.
func (a *answer) effects(before []stood, e casefile.Event, today civil.Date) error {
	if e == nil {
		return nil
	}
	for _, s := range before {
		now := s.history
		for i, event := range []casefile.Event{e, casefile.Dispatched{Way: casefile.ByEmail}} {
			if i == 0 && slices.ContainsFunc(casefile.Live(now), func(r casefile.Record) bool { return casefile.Same(e, r.Event) }) {
				continue // recorded already
			}
			if r, ok := e.(casefile.Replied); i > 0 && (!ok || r.Outcome.Lapse()) {
				break
			}
			now = append(slices.Clone(now), casefile.Record{Seq: 1<<62 + uint64(i), On: today, Case: s.kase.ID, Event: event})
		}
		then := casefile.Fold(s.kase.ID, now, a.Reg.Law(), a.Reg.Calendar(), s.merged...)
		for _, v := range []struct {
			view, label string
			was, is     casefile.Reading
		}{{"strict", "从严期限", s.kase.Strict, then.Strict}, {"legal", "法定期限", s.kase.Legal, then.Legal}} {
			if v.was.Start.IsZero() && v.is.Start.IsZero() {
				continue
			}
			effect := ask.Effect{Case: s.kase.ID, View: v.view, Label: v.label, Due: ask.Day(v.was.Due)}
			switch {
			case !then.StoppedOn.IsZero() && s.kase.StoppedOn.IsZero():
				effect.Late = !v.was.Due.IsZero() && then.StoppedOn > v.was.Due
				effect.Text = a.endsText(v.was, then.StoppedOn, effect.Late)
			case v.is.Waiting != casefile.NotWaiting:
				effect.Text = "停止计算，等待" + v.is.Waiting.Label()
			default:
				effect.Then = ask.Day(v.is.Due)
				effect.Text = "不变"
				if v.is.Due != v.was.Due {
					effect.Text = "改为 " + v.is.Due.Long()
				}
			}
			a.res.Effects = append(a.res.Effects, effect)
		}
	}
	return nil
}

// endsText says of a period that ends on a day whether that is in time.
func (a *answer) endsText(was casefile.Reading, on civil.Date, late bool) string {
	switch {
	case was.Due.IsZero():
		return "终止"
	case late:
		return fmt.Sprintf("%s 届满，已逾期 %d 个工作日", was.Due, a.Reg.Calendar().WorkdaysBetween(was.Due, on))
	}
	return fmt.Sprintf("%s 届满，按时（还剩 %d 个工作日）", was.Due, a.Reg.Calendar().WorkdaysBetween(on, was.Due))
}
