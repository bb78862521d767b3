package intake

import (
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/parse"
)

// An alias and a forwarding rule bring the same mail twice, each under its own Received lines, and a gateway on one of the
// ways may encode it anew. copied finds the mail of a case of which this one is such a copy: Message-ID, From, Date, Subject,
// the text of every part that is one, and the bytes of every other part are the same. It is compared only where the Message-ID is known, so that ordinary mail is read once.
func (p *placing) copied(a arrival) (of casefile.Item, ok bool, err error) {
	cases, err := p.tx.CasesByMessageID(a.message.MessageID)
	if err != nil || a.message.MessageID == "" || len(cases) == 0 {
		return of, false, err
	}
	this, ok := p.compared(a.Digest)
	if !ok {
		return of, false, nil // it is decided by its headers
	}
	compared := 0
	for _, id := range cases {
		if compared >= mostCompared {
			break
		}
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
			if compared++; compared > mostCompared {
				break
			}
			if first, ok := p.compared(i.Digest); ok && sameMail(&first, &this) {
				return i, true, nil
			}
		}
	}
	return of, false, nil
}

// compared reads a mail with the digests of what its parts say.
func (p *placing) compared(d casefile.Digest) (casefile.Message, bool) {
	m, err := p.Parse(d, parse.Limits{Canonical: true})
	if err != nil {
		p.Log.Warn().Err(err).Str("mail", d.Short()).Msg("a mail cannot be read, and not be compared with those of its Message-ID")
	}
	return m, err == nil
}

// sameMail reports whether two mails differ in nothing but the way they came. The text as people read it is made of
// the parts, and formatted by how a line was flowed; so the parts are compared, and it is not.
func sameMail(x, y *casefile.Message) bool {
	blanks := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	sameAuthor := func(a, b casefile.Address) bool { return a.Mail == b.Mail && blanks(a.Name) == blanks(b.Name) }
	samePart := func(a, b casefile.Part) bool {
		return a.Type == b.Type && a.Name == b.Name && a.Attachment == b.Attachment && a.Size == b.Size && a.Digest == b.Digest
	}
	return x.MessageID == y.MessageID && blanks(x.Subject) == blanks(y.Subject) && !x.Date.IsZero() && x.Date.Equal(y.Date) &&
		slices.EqualFunc(x.From, y.From, sameAuthor) && len(x.Parts) > 0 && slices.EqualFunc(x.Parts, y.Parts, samePart) && !cutOff(x) && !cutOff(y)
}

// cutOff reports whether a mail has more parts than are listed: what follows may differ.
func cutOff(m *casefile.Message) bool {
	return slices.ContainsFunc(m.Defects, func(d casefile.Defect) bool { return d.Code == parse.DefectParts })
}

// copy records that a mail of a case came once more by another way. The case then has both arrivals, and the earlier governs.
func (p *placing) copy(a arrival, of casefile.Item) []casefile.Draft {
	t := copyOf(takenOf(a), of.Digest, of.Record.Case)
	return append([]casefile.Draft{{On: p.tx.Today(), Event: t}}, arrivalOfCopy(t, of.Record.Event, p.tx.Today())...)
}

// copyOf is the entry of a mail as a copy of another, in that one's case if it has one.
func copyOf(t casefile.MessageTaken, of casefile.Digest, id casefile.ID) casefile.MessageTaken {
	t.Disposition, t.Case, t.CopyOf, t.Likely = casefile.Duplicate, id, of, false
	t.Reasons = []string{"与 " + of.Short() + " 是同一封邮件，经另一途径送达：邮件编号、发件人、日期、主题和内容都相同；不是的，用 mail open 另立一件"}
	return t
}

// arrivalOfCopy returns the event that records in a case when a copy of one of its mails arrived; which one depends on the
// event that brought that mail to the case. The arrival decides nothing, and is not recorded, for mails that a person
// attached, for those that the office sent, and for copies without a date of the server's.
func arrivalOfCopy(t casefile.MessageTaken, brought casefile.Event, today civil.Date) []casefile.Draft {
	e := casefile.CopyReceived{Letter: t.Letter, ArrivedAt: t.ArrivedAt, Stamp: t.Stamp, Reason: "邮件编号、发件人、日期、主题和内容相同"}
	switch in := brought.(type) {
	case casefile.Received:
	case casefile.MessageIn:
		e.Of = in.Digest
	default:
		return nil
	}
	if t.ArrivedAt.IsZero() || t.ByHeader {
		return nil
	}
	if t.Digest == e.Of {
		e.Reason = "逐字节相同"
	}
	return []casefile.Draft{{Case: t.Case, On: today, Event: e}}
}

// withCopies adds to the drafts about a mail what they mean for the same mail outside of cases, come by other ways.
// One of them all is shown to people, and the others are its copies: the one in a case; otherwise the parked one in the
// folder of sent mail; otherwise one that looks like an application; otherwise the first. A case that the mail opens learns of
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
	decided := slices.Clone(drafts[1:])
	for _, o := range others {
		o = copyOf(o, a.Digest, t.Case)
		drafts = append(drafts, casefile.Draft{On: p.tx.Today(), Event: desk.AtItsPlace(p.tx.View, o)})
		for _, d := range decided {
			if d.Case == t.Case {
				drafts = append(drafts, arrivalOfCopy(o, d.Event, p.tx.Today())...)
			}
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
		t, err := desk.Lies(p.tx.View, d)
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

// withItsCopies files the copies of a mail in the case that the mail opens now, and records their arrivals there. The mail
// lay in the case from, or in none where from is empty.
func withItsCopies(tx *desk.Change, t casefile.MessageTaken, from, id casefile.ID, opens casefile.Event) (drafts []casefile.Draft, err error) {
	copies, err := desk.CopiesOf(tx.View, t, from)
	if err != nil {
		return nil, err
	}
	for _, c := range copies {
		told, err := uncopied(tx.View, c, tx.Today(), "原件另立为 "+string(id))
		if err != nil {
			return nil, err
		}
		c.Case = id
		drafts = append(append(drafts, told...), casefile.Draft{On: tx.Today(), Event: desk.AtItsPlace(tx.View, c)})
		drafts = append(drafts, arrivalOfCopy(c, opens, tx.Today())...)
	}
	return drafts, nil
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
