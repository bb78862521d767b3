package intake

import (
	"slices"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/parse"
)

// An alias and a forwarding rule bring the same mail twice, each under its own Received lines. copied finds the
// mail of a case of which this one is such a copy: Message-ID, From, Date, Subject and every part are the
// same. It is compared only where the Message-ID is known, so that ordinary mail is read once.
func (p *placing) copied(a arrival) (of casefile.Item, ok bool, err error) {
	cases, err := p.tx.CasesByMessageID(a.message.MessageID)
	if err != nil || a.message.MessageID == "" || len(cases) == 0 {
		return of, false, err
	}
	this, err := p.Parse(a.Digest, parse.Limits{Text: textForMatching})
	if err != nil {
		p.Log.Warn().Err(err).Str("mail", a.Digest.Short()).Msg("a mail cannot be read, and not be compared with those of its Message-ID")
		return of, false, nil // it is decided by its headers
	}
	for _, id := range cases {
		history, err := p.tx.History(id)
		if err != nil {
			return of, false, err
		}
		for _, i := range casefile.Contents(history) {
			if _, posted := i.Record.Event.(casefile.MailSettled); posted {
				continue // its copy in the folder of sent mail is the evidence
			}
			if !i.Mail() || i.Letter.MessageID != a.message.MessageID || i.Digest == a.Digest || a.Role == mailbox.RoleSent && i.Sort != casefile.Outgoing {
				continue
			}
			if first, err := p.Parse(i.Digest, parse.Limits{Text: textForMatching}); err == nil && sameMail(&first, &this) {
				return i, true, nil
			}
		}
	}
	return of, false, nil
}

// sameMail reports whether two mails differ in nothing but the way they came.
func sameMail(x, y *casefile.Message) bool {
	return x.MessageID == y.MessageID && x.Subject == y.Subject && !x.Date.IsZero() && x.Date.Equal(y.Date) &&
		slices.Equal(x.From, y.From) && x.Text == y.Text && len(x.Parts) > 0 && slices.Equal(x.Parts, y.Parts)
}

// copy records a copy by another way. Of the mail that opened a case the case learns both arrivals, the
// earliest of which governs.
func (p *placing) copy(a arrival, of casefile.Item) []casefile.Draft {
	t := takenOf(a)
	t.Disposition, t.Case, t.CopyOf = casefile.Duplicate, of.Record.Case, of.Digest
	t.Reasons = []string{"与 " + of.Digest.Short() + " 是同一封邮件，经另一途径送达：邮件编号、发件人、日期、主题和内容都相同；不是的，用 mail open 另立一件"}
	drafts := []casefile.Draft{{On: p.tx.Today(), Event: t}}
	if _, opened := of.Record.Event.(casefile.Received); opened && !a.byHeader && !a.InternalDate.IsZero() {
		drafts = append(drafts, casefile.Draft{Case: t.Case, On: p.tx.Today(), Event: casefile.CopyReceived{
			Letter: t.Letter, ArrivedAt: a.InternalDate, Stamp: t.Stamp, Reason: "邮件编号、发件人、日期、主题和内容相同",
		}})
	}
	return drafts
}

// uncopied takes back what a copy told its case, when a person makes a case of the copy.
func uncopied(tx *desk.View, t casefile.MessageTaken, today civil.Date, reason string) (drafts []casefile.Draft, err error) {
	if t.CopyOf.IsZero() || t.Case == "" {
		return nil, nil
	}
	history, err := tx.History(t.Case)
	if err != nil {
		return nil, err
	}
	for _, r := range casefile.Live(history) {
		if e, ok := r.Event.(casefile.CopyReceived); ok && e.Digest == t.Digest {
			drafts = append(drafts, casefile.Draft{Case: t.Case, On: today, Event: casefile.Voided{Seq: r.Seq, Reason: reason}})
		}
	}
	return drafts, nil
}
