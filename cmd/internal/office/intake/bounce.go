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
)

// defectUnclaimed marks a parked bounce whose letter was not in the register; Where names the letter.
// A bounce can be quicker than the poll of 已发送: when the letter is seen, its bounce is looked for.
const defectUnclaimed = "bounce-unclaimed"

// bounced puts a report on a letter of ours (RFC 3464) on that letter's case. What the report means
// there is an event of its own: 送达失败 when the letter was the reply, a note otherwise. It returns
// nothing for any other mail, and for a report on a letter that is on no case or on several.
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
	in := casefile.MessageIn{Letter: t.Letter, ArrivedAt: arrived, Reason: d.Reasons[0]}
	in.From = casefile.Address{Name: t.From.String()} // a mail server does not belong to the applicant's side
	told, err := p.undelivered(id, letter, report, civil.Of(arrived))
	if err != nil {
		return nil, err
	}
	drafts := []casefile.Draft{{On: p.tx.Today(), Event: t}, {Case: id, On: civil.Of(arrived), Event: in}, told}
	return append(drafts, p.copies(about, a, id)...), nil
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
	if err != nil || o.Way != casefile.OutSMTP || o.State == casefile.OutDropped {
		return "", letter, err
	}
	return o.Case, casefile.MessageOut{Letter: o.Letter, SentAt: o.Since}, nil
}

// undelivered says what a report means for the case. The rules judge 送达失败 as if a clerk recorded
// it; where they refuse, the report is noted, and told in the log as something to be seen to.
func (p *placing) undelivered(id casefile.ID, letter casefile.MessageOut, report *casefile.DeliveryReport, on civil.Date) (casefile.Draft, error) {
	c, history, err := p.tx.Whole(id)
	if err != nil {
		return casefile.Draft{}, err
	}
	note := casefile.Draft{Case: id, On: on, Event: casefile.Noted{Text: reportText(report, letter)}}
	if report.Action != "failed" {
		return note, nil
	}
	failed := casefile.Draft{Case: id, On: max(on, c.DispatchedOn), Event: casefile.DeliveryFailed{Reason: reportText(report, letter)}}
	reply, err := p.bringsReply(c, history, letter)
	if err != nil {
		return casefile.Draft{}, err
	}
	if reply {
		if _, err := c.Decide(history, failed, p.tx.Today(), p.Reg.Law(), p.Reg.Calendar()); err == nil {
			p.Log.Error().Str("case", string(id)).Msg("the reply came back: it is not delivered")
			return failed, nil
		}
	}
	p.Log.Error().Str("case", string(id)).Msg("a letter of the case came back")
	return note, nil
}

// bringsReply tells the reply from other letters of the case: of one that was prepared here by its
// number, of any other by its day.
func (p *placing) bringsReply(c casefile.Case, history []casefile.Record, letter casefile.MessageOut) (bool, error) {
	seq := p.tx.OutgoingByMessageID(letter.MessageID)
	if seq == 0 {
		return wasReply(history, letter), nil
	}
	o, err := p.tx.Outgoing(seq)
	if err != nil || o.Purpose != casefile.PurposeLetter {
		return false, err // a receipt that comes back says nothing of the reply of the same day
	}
	if o.Document != "" {
		return o.Document == c.Document, nil
	}
	return wasReply(history, letter), nil
}

// wasReply tells the reply from other letters of the case: it left by e-mail on the day of 发出.
func wasReply(history []casefile.Record, letter casefile.MessageOut) bool {
	reply := false
	for _, r := range casefile.Live(history) {
		switch e := r.Event.(type) {
		case casefile.Dispatched:
			reply = e.Way == casefile.ByEmail && r.On == civil.Of(letter.SentAt)
		case casefile.Reopened:
			reply = false
		}
	}
	return reply
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

// claim records the reports that came before the letter that they are about. It runs when the letter
// has been recorded.
func (p *placing) claim(letter casefile.MessageOut) error {
	if letter.MessageID == "" {
		return nil
	}
	var waiting []register.Mail
	for m, err := range p.tx.Mails(casefile.Parked) {
		if err != nil {
			return err
		}
		if slices.ContainsFunc(m.Defects, func(d casefile.Defect) bool { return d.Code == defectUnclaimed && d.Where == letter.MessageID }) {
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
