package post

import (
	"cmp"
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
)

// Submit freezes a proposed answer for whoever signs it.
func (p *Room) Submit(ctx context.Context, c ask.Call, req ask.SubmitRequest) (ask.AnswerResult, error) {
	slices.Sort(req.Cases)
	a := &answer{Room: p, call: c, req: req.AnswerRequest}
	a.req.Gone, a.req.Tracking, a.req.Later, a.req.Signed = casefile.WayNone, "", true, false
	switch {
	case len(slices.Compact(slices.Clone(req.Cases))) < len(req.Cases):
		return ask.AnswerResult{}, ask.Usage("同一编号写了两次")
	case req.Register != "":
		return ask.AnswerResult{}, ask.Usage("送审时不登记电子邮箱：先登记，或写收件地址")
	case req.Decides != casefile.KindReplied:
		return ask.AnswerResult{}, ask.Usage("送审的是答复，请写明答复类别")
	}
	if err := a.sensible(); err != nil {
		return ask.AnswerResult{}, err
	}
	a.res = ask.AnswerResult{Open: []ask.UnreadMail{}, Effects: []ask.Effect{}, Missing: []ask.Missing{}, Warnings: []string{}, Follows: []string{}}
	if err := p.Change(c, func(tx *desk.Change) error { return a.submit(tx, req.Note) }); err != nil {
		return ask.AnswerResult{}, errors.Join(p.told(ctx, a, err), p.DropUnknown(a.letter))
	}
	if c.DryRun {
		return a.res, a.recipients(ctx)
	}
	p.Log.Info().Str("case", string(req.Cases[0])).Str("letter", a.res.Letter.Letter.String()).Str("actor", c.Who.String()).Msg("an answer was submitted")
	return a.res, nil
}

// submit is the transaction.
func (a *answer) submit(tx *desk.Change, note string) error {
	today := civil.Of(a.call.At)
	before, err := a.standing(tx.View)
	if err != nil {
		return err
	}
	m, err := a.letters.Make(tx.View, today, a.req.LetterRequest)
	if err != nil {
		return err
	}
	frozen, err := m.Freeze(a.call.DryRun)
	a.letter = frozen.Kept
	if err != nil {
		return err
	}
	if !a.call.DryRun {
		a.res.Content = frozen.Content
	}
	a.res.Letter, a.res.Preview, a.res.Missing, a.res.Warnings = frozen.Letter, frozen.Preview, frozen.Missing, frozen.Warnings
	a.describe(frozen.Issued)
	a.res.Follows = []string{}
	if err := a.unread(tx, before); err != nil {
		return err
	}
	if a.req.Way != casefile.OutNone {
		mail, err := a.mailOf(tx, frozen.Issued)
		if err != nil {
			return err
		}
		a.req.To = mail.to.Mail // whoever signs, signs where it goes
	}
	a.res.Wanted = ask.Text(before[0].kase.Wanted())
	if err := a.effects(before, frozen.Event, today); err != nil {
		return err
	}
	if len(a.res.Missing) > 0 {
		if a.call.DryRun {
			return nil
		}
		return ask.Incomplete(frozen.Letter.Label, "补齐后再送审，可先看\n--dry-run", a.res.Missing)
	}
	return a.propose(tx, frozen, note)
}

// propose records the submission on each case.
func (a *answer) propose(tx *desk.Change, frozen letters.Frozen, note string) error {
	q := a.req
	body, err := casefile.EncodeEvent(casefile.WithDocument(frozen.Event, ""))
	if err != nil {
		return err
	}
	for _, id := range q.Cases {
		e := casefile.Submitted{Answer: body, Letter: frozen.Letter.Letter, Draft: frozen.File, Annexes: q.Files, OnPaper: q.OnPaper, Fill: frozen.Fill,
			With: slices.DeleteFunc(slices.Clone(q.Cases), func(other casefile.ID) bool { return other == id }),
			Way:  q.Way, To: q.To, Despite: q.Despite, Subject: q.Subject, Text: q.Text, Note: note}
		views, warnings, err := a.record.Add(tx, casefile.Draft{Case: id, On: civil.Of(a.call.At), Event: e})
		if err != nil {
			return err
		}
		a.res.Records = append(a.res.Records, views...)
		for _, w := range warnings {
			if !slices.Contains(a.res.Warnings, w) {
				a.res.Warnings = append(a.res.Warnings, w)
			}
		}
		row, err := a.record.Row(tx.View, id)
		if err != nil {
			return err
		}
		a.res.Cases = append(a.res.Cases, row)
	}
	return nil
}

// asSigned takes the answer from what was signed. Of the mail it takes what the request does not say.
func (a *answer) asSigned(tx *desk.View) error {
	if len(a.req.Cases) == 0 || a.req.Decides != "" || a.req.Letter != casefile.LetterNone {
		return ask.Usage("照签发的制发，不另写答复类别和内容")
	}
	id := a.req.Cases[0]
	history, err := tx.History(id)
	if err != nil {
		return err
	}
	s, ok := casefile.Proposed(history)
	switch {
	case !ok:
		return ask.Refused("not-submitted", "先送审\nysq submit "+string(id), "%s 没有送审的答复", id)
	case s.State != casefile.ApprovalGiven:
		return ask.Refused("unsigned", fmt.Sprintf("签发后再制发；退回的改后重新送审\nysq sign %s、ysq submit %s", id, id), "%s %s", id, s.State.Label())
	}
	signed := letters.Submitted(s, id)
	signed.Later = a.req.Later
	a.req.LetterRequest = signed
	return nil
}

// signedMail takes of the mail that brings a signed answer what was signed: to whom it goes, and what was written.
func (a *answer) signedMail(tx *desk.View) error {
	if a.req.Way == casefile.OutNone || a.req.Decides != casefile.KindReplied || !a.record.Signs() {
		return nil
	}
	id := a.req.Cases[0]
	history, err := tx.History(id)
	if err != nil {
		return err
	}
	s, ok := casefile.Proposed(history)
	if !ok || s.State != casefile.ApprovalGiven {
		return nil // the letter is refused
	}
	if s.Way == casefile.OutNone {
		a.res.Warnings = append(a.res.Warnings, fmt.Sprintf("%s：送审时没有写用电子邮件发出，签发的是文书，收件人和正文没有经过签发", id))
		return nil
	}
	if err := a.mailAsSigned(s, id, history); err != nil {
		return err
	}
	a.req.To, a.req.Despite, a.req.Subject, a.req.Text = s.To, s.Despite, s.Subject, s.Text
	return nil
}

// mailAsSigned refuses a mail that goes elsewhere, or says otherwise, than what was signed.
func (a *answer) mailAsSigned(s casefile.Submission, id casefile.ID, history []casefile.Record) error {
	for _, r := range casefile.Live(history) {
		if e, ok := r.Event.(casefile.Registered); ok && s.To != "" && r.Seq > s.Seq && e.Email != "" && !strings.EqualFold(e.Email, s.To) {
			return ask.Refused("signed-other", "重新送审，写明发往哪里\nysq submit "+string(id), "%s：送审后登记的电子邮箱改为 %s，签发的是发往 %s", id, ask.Mask(e.Email), ask.Mask(s.To))
		}
	}
	for _, part := range []struct{ name, now, signed string }{{"收件人", cmp.Or(a.req.To, a.req.Register), s.To}, {"主题", a.req.Subject, s.Subject}, {"正文", a.req.Text, s.Text}} {
		if part.now == "" || part.now == part.signed || part.name == "收件人" && strings.EqualFold(part.now, part.signed) {
			continue
		}
		return ask.Refused("signed-other", "照签发的发出的不另写；要改的重新送审\nysq submit "+string(id), "%s：%s与签发的不同", id, part.name)
	}
	return nil
}

// Submissions lists proposed answers with what was asked.
func (p *Room) Submissions(_ context.Context, c ask.Call, q ask.SubmissionQuery) ([]ask.SubmissionView, error) {
	all := []ask.SubmissionView{}
	err := p.View(func(tx *desk.View) error {
		if q.Case != "" {
			one, err := tx.Case(q.Case)
			if err != nil {
				return err
			}
			return p.submission(tx, c, one, &all)
		}
		for one, err := range tx.OpenCases("") {
			if err != nil {
				return err
			}
			if one.Approval != casefile.AwaitsSigning {
				continue
			}
			if err := p.submission(tx, c, one, &all); err != nil {
				return err
			}
		}
		return nil
	})
	slices.SortStableFunc(all, func(a, b ask.SubmissionView) int { return int(a.Seq) - int(b.Seq) })
	return all, err
}

// submission adds the proposed answer of a case, if there is one.
func (p *Room) submission(tx *desk.View, call ask.Call, c casefile.Case, all *[]ask.SubmissionView) error {
	history, err := tx.History(c.ID)
	if err != nil {
		return err
	}
	s, ok := casefile.Proposed(history)
	if !ok {
		return nil
	}
	r, err := s.Reply()
	if err != nil {
		return err
	}
	v := ask.SubmissionView{
		Request: ask.Text(cmp.Or(c.Request, c.Subject)), Wanted: ask.Text(c.Wanted()), Last: history[len(history)-1].Seq,
		Seq: s.Seq, On: ask.Day(s.On), Actor: s.Actor, State: s.State.String(), Label: s.State.Label(), Note: ask.Text(s.Note), With: s.With,
		Letter: s.Letter.Label(), Draft: s.Draft, Decides: casefile.Describe(r), Row: r.Outcome.Row() + r.Outcome.Label(), Basis: casefile.BasisOf(r.Basis).String(),
		Remedy: letter.RemedyOf(s.Letter, r), Grounds: ask.Verbatim(r.Grounds), Files: append([]casefile.File{}, s.Annexes...), OnPaper: s.OnPaper, Fill: map[string]ask.Verbatim{},
		Outcome: r.Outcome.String(), BasisOf: r.Basis, Withheld: r.Withheld, Objection: r.Objection.String(), Way: s.Way.String(), To: ask.Address(s.To), Despite: s.Despite, Subject: ask.Verbatim(s.Subject), Text: ask.Verbatim(s.Text),
		Screened: casefile.ScreenedWords(history), Changed: []string{}, By: ask.Text(s.By), Words: ask.Text(s.Words), Paper: ask.Number(s.Document),
	}
	if s.State != casefile.AwaitsSigning {
		v.Decided = ask.Day(s.Decided.On)
	}
	for _, f := range s.Fill {
		v.Fill[f.Name] = ask.Verbatim(f.Text)
	}
	if v.Case, err = p.record.RowOf(tx, c); err != nil {
		return err
	}
	open, err := tx.OpenMails(c)
	if err != nil {
		return err
	}
	if v.Open, err = p.record.OpenViews(tx, c.ID, open); err != nil {
		return err
	}
	if v.Preview, err = p.letters.PreviewOf(s.Draft.Digest); err != nil {
		return err
	}
	if c.Approval != casefile.ApprovalNone {
		if v.Changed, err = p.letters.Changed(tx, s, c.ID); err != nil {
			return err
		}
	}
	merged, err := tx.Merged(c.ID)
	if err != nil {
		return err
	}
	a := answer{Room: p, call: call}
	v.Effects = []ask.Effect{}
	if c.Stage.Open() {
		if err := a.effects([]stood{{c, history, merged}}, r, civil.Of(call.At)); err != nil {
			return err
		}
		v.Effects = append(v.Effects, a.res.Effects...)
	}
	if v.Way != "" {
		v.To = ask.Address(cmp.Or(s.To, c.Mailbox()))
	}
	*all = append(*all, v)
	return nil
}
