package intake

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/match"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/mailbox/parse"
)

// defectUnclaimed marks a parked bounce whose letter was not in the register; Where names the letter.
// A bounce can be quicker than the poll of 已发送: when the letter is seen, its bounce is looked for.
const defectUnclaimed = "bounce-unclaimed"

// bounced puts a report on a letter of ours (RFC 3464) on that letter's case. It moves nothing there: whoever
// knows the letter's Message-ID and its recipient, as the applicant does, can write such a report. One that
// names our letter and a recipient of it is open work, 退信？, for a person (undelivered); any other is a note.
// It returns nothing for any other mail, and for a report on a letter that is on no case or on several.
func (p *placing) bounced(a arrival, d match.Decision, about []casefile.Record) ([]casefile.Draft, error) {
	report := a.message.Delivery
	if d.Cause != match.CauseBounce || report == nil || report.OriginalID == "" {
		return nil, nil
	}
	id, letter, err := letterSent(p.tx.View, report.OriginalID)
	if err != nil || id == "" {
		return nil, err
	}
	t := takenOf(a)
	t.Disposition, t.Case = casefile.ToCase, id
	t.Reasons = append(slices.Clone(d.Reasons), fmt.Sprintf("所指的是 %s 上 %s 发出的信，归入该件", id, civil.Of(letter.SentAt)))
	arrived := arrivalOf(a.InternalDate, p.tx.At)
	in := casefile.MessageIn{Letter: t.Letter, ArrivedAt: arrived, Stamp: t.Stamp, Reason: d.Reasons[0]}
	in.From = casefile.Address{Name: t.From.String()} // a mail server does not belong to the applicant's side
	drafts := []casefile.Draft{{On: p.tx.Today(), Event: t}}
	text := reportText(report, letter)
	ours, err := p.addressed(letter, report.Recipients)
	if err != nil {
		return nil, err
	}
	in.Guess, in.GuessedBy = casefile.GuessNotice, "投递情况记为备注"
	switch {
	case report.Action == "failed" && ours:
		in.Guess, in.GuessedBy = casefile.GuessBounce, "报告指的是本件的信和它的收件人"
		if in.Bounce, err = p.bounceOf(id, letter, text); err != nil {
			return nil, err
		}
		drafts = append(drafts, casefile.Draft{Case: id, On: civil.Of(arrived), Event: in})
		p.Log.Error().Str("case", string(id)).Str("letter", in.Bounce.Of.String()).Msg("a letter of the case seems to have come back: a person decides (ysq undelivered)")
	default:
		if report.Action == "failed" {
			text += "；所列收件人不是该信的收件人，仅作备注"
		}
		drafts = append(drafts, casefile.Draft{Case: id, On: civil.Of(arrived), Event: in},
			casefile.Draft{Case: id, On: civil.Of(arrived), Event: casefile.Noted{Text: text}})
	}
	return append(drafts, p.copies(about, a, id)...), nil
}

// addressed reports whether one of the recipients that a report names is one of the letter's.
func (p *placing) addressed(letter casefile.MessageOut, recipients []string) (bool, error) {
	var to []string
	if seq := p.tx.OutgoingByMessageID(letter.MessageID); seq != 0 {
		o, err := p.tx.Outgoing(seq)
		if err != nil {
			return false, err
		}
		to = append(to, o.To.Mail)
	}
	if m, err := p.Parse(letter.Digest, parse.Limits{Text: 1, Undigested: true}); err == nil { // otherwise its bytes are gone
		for _, a := range slices.Concat(m.To, m.Cc) {
			to = append(to, a.Mail)
		}
	}
	return slices.ContainsFunc(recipients, func(r string) bool {
		return r != "" && slices.ContainsFunc(to, func(mail string) bool { return strings.EqualFold(mail, r) })
	}), nil
}

// bounceOf says which letter came back: of one that was prepared here by its number, of any other by what was
// recorded as sent on its day.
func (p *placing) bounceOf(id casefile.ID, letter casefile.MessageOut, text string) (casefile.Bounce, error) {
	b := casefile.Bounce{Letter: letter.MessageID, Said: text}
	history, err := p.tx.History(id)
	if err != nil {
		return b, err
	}
	if seq := p.tx.OutgoingByMessageID(letter.MessageID); seq != 0 {
		o, err := p.tx.Outgoing(seq)
		if err != nil {
			return b, err
		}
		for _, l := range casefile.Letters(history) {
			if of, ok := casefile.NoticeOf(l.Decides); ok && o.Document != "" && l.Document == o.Document {
				b.Of = of
				return b, nil
			}
		}
	}
	for _, r := range casefile.Live(history) {
		if of, ok := casefile.NoticeOf(r.Event.Kind()); ok && r.On == civil.Of(letter.SentAt) {
			b.Of = of
			if of == casefile.NoticeReply {
				break // of several on one day, the reply matters most
			}
		}
	}
	return b, nil
}

// letterSent returns the one case that has sent the letter, and the letter as it was seen.
func letterSent(tx *desk.View, messageID string) (id casefile.ID, letter casefile.MessageOut, err error) {
	candidates, err := tx.CasesByMessageID(messageID)
	if err != nil {
		return "", letter, err
	}
	for _, candidate := range candidates {
		history, err := tx.History(candidate)
		if err != nil {
			return "", letter, err
		}
		for _, i := range casefile.Contents(history) {
			if e, ok := i.Record.Event.(casefile.MessageOut); ok && e.MessageID == messageID {
				if id != "" && id != candidate {
					return "", letter, nil // sent to several applicants at once: a person tells which
				}
				id, letter = candidate, e
			}
		}
	}
	if id == "" {
		id, letter, err = letterGiven(tx, messageID)
	}
	return id, letter, err
}

// letterGiven is letterSent for a letter that went by SMTP and that no 已发送 shows: the server's word
// that it took it is as good.
func letterGiven(tx *desk.View, messageID string) (id casefile.ID, letter casefile.MessageOut, err error) {
	seq := tx.OutgoingByMessageID(messageID)
	if seq == 0 {
		return "", letter, nil
	}
	o, err := tx.Outgoing(seq)
	if err != nil || o.Way != casefile.OutSMTP || o.State != casefile.OutSent {
		return "", letter, err
	}
	return o.Case, casefile.MessageOut{Letter: o.Letter, SentAt: o.Since}, nil
}

// reportText reads 退信：未能投递给 …（5.1.1 …）；原信 … “…”.
func reportText(r *casefile.DeliveryReport, letter casefile.MessageOut) string {
	what := map[string]string{"failed": "退信：未能投递", "delayed": "投递延迟（尚未失败，邮件系统仍在重试）", "delivered": "投递回执：已送到对方邮件系统", "relayed": "投递回执：已转交下一邮件系统", "expanded": "投递回执：已分发给列表成员"}[r.Action]
	text := cmp.Or(what, "投递情况通知（"+r.Action+"）")
	if len(r.Recipients) > 0 {
		text += "，收件人 " + strings.Join(r.Recipients, "、")
	}
	if why := strings.TrimSpace(r.Status + " " + r.Diagnostic); why != "" {
		text += "，对方服务器说：" + why
	}
	return fmt.Sprintf("%s；原信 %s 发出，主题“%s”", text, civil.Of(letter.SentAt), letter.Subject)
}

// unclaimed remembers for a parked bounce which letter it is about.
func unclaimed(a arrival, d match.Decision) []casefile.Defect {
	if d.Cause != match.CauseBounce || a.message.Delivery == nil || a.message.Delivery.OriginalID == "" {
		return nil
	}
	return []casefile.Defect{{Code: defectUnclaimed, Where: a.message.Delivery.OriginalID, Detail: "退信所指的信不在登记簿中"}}
}

// claimed looks whether a letter of ours is among what was just recorded.
func (p *placing) claimed(drafts []casefile.Draft) error {
	for _, d := range drafts {
		if e, ok := d.Event.(casefile.MessageOut); ok {
			if err := p.claim(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// claim decides anew about what came before the letter was seen: reports on it, and its copy in the inbox,
// which called itself the office's. It runs when the letter has been recorded.
func (p *placing) claim(letter casefile.MessageOut) error {
	if letter.MessageID == "" {
		return nil
	}
	var waiting []register.Mail
	for m, err := range p.tx.Mails(casefile.Parked) {
		if err != nil {
			return err
		}
		if m.MessageID == letter.MessageID && m.Digest != letter.Digest || slices.ContainsFunc(m.Defects, func(d casefile.Defect) bool { return d.Code == defectUnclaimed && d.Where == letter.MessageID }) {
			waiting = append(waiting, m)
		}
	}
	for _, m := range waiting {
		if err := p.again(m.MessageTaken); err != nil {
			return err
		}
	}
	return nil
}
