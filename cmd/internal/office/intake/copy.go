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
	this, ok := p.compared(a.Digest)
	if !ok {
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

// compared reads a mail with the digests of its parts.
func (p *placing) compared(d casefile.Digest) (casefile.Message, bool) {
	m, err := p.Parse(d, parse.Limits{Text: textForMatching})
	if err != nil {
		p.Log.Warn().Err(err).Str("mail", d.Short()).Msg("a mail cannot be read, and not be compared with those of its Message-ID")
	}
	return m, err == nil
}

// sameMail reports whether two mails differ in nothing but the way they came.
func sameMail(x, y *casefile.Message) bool {
	return x.MessageID == y.MessageID && x.Subject == y.Subject && !x.Date.IsZero() && x.Date.Equal(y.Date) &&
		slices.Equal(x.From, y.From) && x.Text == y.Text && len(x.Parts) > 0 && slices.Equal(x.Parts, y.Parts)
}

// copy records that a mail of a case came a second time by another way. If the mail opened the case, the case
// learns both arrivals, the earlier of which governs.
func (p *placing) copy(a arrival, of casefile.Item) []casefile.Draft {
	t := copyOf(takenOf(a), of.Digest, of.Record.Case)
	drafts := []casefile.Draft{{On: p.tx.Today(), Event: t}}
	if _, opened := of.Record.Event.(casefile.Received); opened && !a.byHeader {
		drafts = append(drafts, copyReceived(t, p.tx.Today())...)
	}
	return drafts
}

// copyOf is the entry of a mail as a copy of another, in that one's case if it has one.
func copyOf(t casefile.MessageTaken, of casefile.Digest, id casefile.ID) casefile.MessageTaken {
	t.Disposition, t.Case, t.CopyOf, t.Likely = casefile.Duplicate, id, of, false
	t.Reasons = []string{"与 " + of.Short() + " 是同一封邮件，经另一途径送达：邮件编号、发件人、日期、主题和内容都相同；不是的，用 mail open 另立一件"}
	return t
}

// copyReceived tells a case when a copy of the mail that opened it arrived.
func copyReceived(t casefile.MessageTaken, today civil.Date) []casefile.Draft {
	if t.ArrivedAt.IsZero() {
		return nil
	}
	return []casefile.Draft{{Case: t.Case, On: today, Event: casefile.CopyReceived{
		Letter: t.Letter, ArrivedAt: t.ArrivedAt, Stamp: t.Stamp, Reason: "邮件编号、发件人、日期、主题和内容相同",
	}}}
}

// withCopies adds to the drafts about a mail what they mean for the same mail outside of cases, come by other ways.
// One of them all is shown to people, and the others are its copies: the one in a case; else the parked one in the
// folder of sent mail; else one that looks like an application; else the first. A case that the mail opens learns of
// every arrival.
func (p *placing) withCopies(a arrival, drafts []casefile.Draft) ([]casefile.Draft, error) {
	t, ok := drafts[0].Event.(casefile.MessageTaken)
	if !ok || t.Disposition != casefile.ToCase && t.Disposition != casefile.Parked {
		return drafts, nil
	}
	others, err := p.outside(a)
	if err != nil || len(others) == 0 {
		return drafts, err
	}
	// A copy is nothing to look at, and the mail that it copies may be this very one.
	if first := others[0]; t.Disposition == casefile.Parked && first.CopyOf.IsZero() && !(a.Role == mailbox.RoleSent && p.RoleOf(first) != mailbox.RoleSent) && !(t.Likely && !first.Likely) {
		drafts[0].Event = copyOf(t, first.Digest, "")
		return drafts, nil
	}
	opened := slices.ContainsFunc(drafts, func(d casefile.Draft) bool { return d.Event.Kind() == casefile.KindReceived })
	for _, o := range others {
		o = copyOf(o, a.Digest, t.Case)
		drafts = append(drafts, casefile.Draft{On: p.tx.Today(), Event: atItsPlace(p.tx.View, o)})
		if opened {
			drafts = append(drafts, copyReceived(o, p.tx.Today())...)
		}
	}
	return drafts, nil
}

// mostCompared is how many mails under one Message-ID are read and compared: nobody has more ways to one office, and a
// sender can give one Message-ID to thousands.
const mostCompared = 20

// outside lists the mails outside of cases that are the same mail come by another way. The first is the original,
// the others are its copies.
func (p *placing) outside(a arrival) (others []casefile.MessageTaken, err error) {
	this, read, compared := casefile.Message{}, false, 0
	for _, d := range p.tx.Aside(a.message.MessageID) {
		t, err := lastTaken(p.tx.View, d)
		if err != nil {
			return nil, err
		}
		if d == a.Digest || t.Case != "" || t.Disposition == casefile.Duplicate && t.CopyOf.IsZero() {
			continue
		}
		if compared++; compared > mostCompared {
			break
		}
		if !read {
			if this, read = p.compared(a.Digest); !read {
				return nil, nil
			}
		}
		if other, ok := p.compared(d); ok && sameMail(&other, &this) {
			others = append(others, t)
		}
	}
	slices.SortStableFunc(others, func(x, y casefile.MessageTaken) int {
		switch {
		case x.CopyOf.IsZero() == y.CopyOf.IsZero():
			return 0
		case x.CopyOf.IsZero():
			return -1
		}
		return 1
	})
	return others, nil
}

// lastTaken is the entry of the book that says where a mail lies.
func lastTaken(tx *desk.View, d casefile.Digest) (t casefile.MessageTaken, err error) {
	about, err := tx.About(d)
	if last := desk.LastTaken(about); last != nil {
		t = *last
	}
	return t, err
}

// copiesOf lists the copies by another way of a mail that lies outside of cases.
func copiesOf(tx *desk.View, t casefile.MessageTaken) (copies []casefile.MessageTaken, err error) {
	for _, d := range tx.Aside(t.MessageID) {
		c, err := lastTaken(tx, d)
		if err != nil {
			return nil, err
		}
		if c.Disposition == casefile.Duplicate && c.CopyOf == t.Digest && c.Case == "" {
			copies = append(copies, c)
		}
	}
	return copies, nil
}

// withItsCopies moves the copies of a mail to the case that the mail opens, and records their arrivals there.
func withItsCopies(tx *desk.Change, t casefile.MessageTaken, id casefile.ID) (drafts []casefile.Draft, err error) {
	copies, err := copiesOf(tx.View, t)
	for _, c := range copies {
		c.Case = id
		drafts = append(drafts, casefile.Draft{On: tx.Today(), Event: atItsPlace(tx.View, c)})
		drafts = append(drafts, copyReceived(c, tx.Today())...)
	}
	return drafts, err
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
