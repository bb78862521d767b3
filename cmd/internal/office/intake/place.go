package intake

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/match"
	"ysq.internal/ysq/casefile/panics"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/parse"
)

// placing is a transaction in which mails get their places.
type placing struct {
	*Room
	tx   *desk.Change
	read remembered
}

// record gives a mail its place and records it there.
func (p *placing) record(a arrival) (drafts []casefile.Draft, err error) {
	doing := "登记来信"
	if a.broken != "" {
		doing = "列为待甄别"
	}
	err = p.One(a.Digest, doing, func() error {
		if drafts, err = p.place(a); err != nil {
			return err
		}
		if err := p.append(drafts); err != nil {
			return err
		}
		return p.claimed(drafts)
	})
	return drafts, err
}

// place decides where a mail goes and returns what is to be recorded of it. A decision that errs or
// panics parks the mail with the reason; only a register that cannot be read is an error.
func (p *placing) place(a arrival) (drafts []casefile.Draft, err error) {
	about, err := p.tx.About(a.Digest)
	if err != nil {
		return nil, err
	}
	known := desk.LastTaken(about)
	was, booked, err := p.governing(a)
	if err != nil {
		return nil, err
	}
	switch {
	case booked && was.Digest == a.Digest && shownAlike(was, takenOf(a)): // a crash came between the commit and its answer
		return nil, nil
	case known != nil && bookHas(about, a): // it was here before, and is shown otherwise now, or again
		return p.shownAgain(a, *known, about), nil
	case a.broken != "" && known != nil: // erased, say; a copy of what has its place needs no reading
		return p.duplicate(a, *known, about)
	case a.broken != "":
		return p.undecided(a, a.broken), nil
	case known != nil && !movedToInbox(*known, a) && !provedSent(*known, a):
		return p.duplicate(a, *known, about)
	}
	return p.decide(a, about)
}

// decide is place for bytes that have no place yet, or are to get another one.
func (p *placing) decide(a arrival, about []casefile.Record) (drafts []casefile.Draft, err error) {
	err = p.One(a.Digest, "判断去处", func() error {
		drafts, err = p.decided(a, about)
		return err
	})
	if panics.Is(err) {
		return p.undecided(a, err.Error()), nil
	}
	return drafts, err
}

func (p *placing) decided(a arrival, about []casefile.Record) ([]casefile.Draft, error) {
	if t, ok := p.ownDigest(a); ok {
		return append([]casefile.Draft{{On: p.tx.Today(), Event: t}}, p.copies(about, a, "")...), nil
	}
	if of, is, err := p.copied(a); err != nil {
		return nil, err
	} else if is {
		return append(p.copy(a, of), p.copies(about, a, of.Record.Case)...), nil
	}
	text := match.NewText(a.message.Text)
	d, err := match.Decide(match.Mail{Message: a.message, Text: text, Folder: folderOf(a.Role), Arrived: civil.Of(arrivalOf(a.InternalDate, p.tx.At))},
		match.Office{Addresses: p.Addresses(), CasesFrom: p.Live().Intake.CasesFrom}, index{p})
	if err != nil {
		return p.undecided(a, "判断去处时出错："+err.Error()), nil //nolint:nilerr // the record says it
	}
	drafts, err := p.bounced(a, d, about)
	if err != nil {
		return nil, err
	}
	if drafts == nil {
		drafts = p.draftsFor(a, d, about)
	}
	if d.New {
		p.keepText(a.Digest, text)
	}
	return p.withCopies(a, drafts)
}

// ownDigest knows the office's own list of the morning, when it comes to the mailbox itself: nobody has
// to look at it there. It is known by its Message-ID, which only its readers have seen.
func (p *placing) ownDigest(a arrival) (t casefile.MessageTaken, ok bool) {
	seq := p.tx.OutgoingByMessageID(a.message.MessageID)
	if seq == 0 {
		return t, false
	}
	if o, err := p.tx.Outgoing(seq); err != nil || o.Purpose != casefile.PurposeDigest {
		return t, false
	}
	t = takenOf(a)
	t.Disposition, t.Reasons = casefile.ToHistory, []string{"是本机关自己的每日提醒"}
	return t, true
}

// takenOf is the book's entry for a mail, its place still open.
func takenOf(a arrival) casefile.MessageTaken {
	t := entryAt(a.Ref)
	t.ArrivedAt, t.Stamp, t.Size, t.Announced, t.Letter = a.InternalDate, a.stamp(), a.Size, a.Announced, letterOf(a.message)
	t.ByHeader = a.byHeader
	if !a.shown.Equal(t.ArrivedAt) {
		t.ShownAt = a.shown
	}
	// That intake itself reads only the beginning of a long text is no defect of the mail.
	t.Defects = slices.DeleteFunc(slices.Clone(a.message.Defects), func(d casefile.Defect) bool { return d.Code == parse.DefectText })
	return t
}

// entryAt begins the book's entry for a mail of the server.
func entryAt(r mailbox.Ref) casefile.MessageTaken {
	return casefile.MessageTaken{Account: r.Account, Folder: r.Folder, UIDValidity: r.UIDValidity, UID: r.UID}
}

// letterOf names a mail. Where From does not name exactly one author, what is there is kept for people to
// read, as a name: no address of it belongs to a case.
func letterOf(m casefile.Message) casefile.Letter {
	l := casefile.Letter{Digest: m.Digest, MessageID: m.MessageID, Subject: m.Subject, Verified: m.Verified}
	switch {
	case len(m.From) == 1:
		l.From = m.From[0]
	case len(m.From) > 1:
		var all []string
		for _, a := range m.From {
			all = append(all, a.String())
		}
		l.From.Name = strings.Join(all, "、")
	default:
		l.From.Name = m.Sender.String()
	}
	return l
}

// arrivalOf is the instant from which the strict clock counts: INTERNALDATE, and where the server
// gave none the instant at which we took the mail.
func arrivalOf(internal, now time.Time) time.Time {
	if internal.IsZero() {
		return now
	}
	return internal
}

// undecided parks a mail about which no decision came to pass; `mail retry` tries again.
func (p *placing) undecided(a arrival, reason string) []casefile.Draft {
	t := takenOf(a)
	t.Disposition, t.Reasons = casefile.Parked, []string{reason}
	t.Defects = append(t.Defects, casefile.Defect{Code: defectUndecided, Detail: reason})
	return []casefile.Draft{{On: p.tx.Today(), Event: t}}
}

// refOf is where the server has, or had, the mail of an entry.
func refOf(t casefile.MessageTaken) mailbox.Ref {
	return mailbox.Ref{Account: t.Account, Folder: t.Folder, UIDValidity: t.UIDValidity, UID: t.UID}
}

// bookHas reports whether the book has these bytes under this very UID.
func bookHas(about []casefile.Record, a arrival) bool {
	return slices.ContainsFunc(about, func(r casefile.Record) bool {
		e, ok := r.Event.(casefile.MessageTaken)
		return ok && refOf(e) == a.Ref
	})
}

// governing returns the entry of the book for the UID under which a mail came.
func (p *placing) governing(a arrival) (t casefile.MessageTaken, booked bool, err error) {
	t, err = p.tx.Booked(a.Account, a.Folder, a.UIDValidity, a.UID)
	if errors.Is(err, register.ErrNotFound) {
		return t, false, nil
	}
	return t, err == nil, err
}

// shownAlike reports whether the server shows a mail as it did. A date that is none says nothing.
func shownAlike(x, y casefile.MessageTaken) bool {
	a, b := bookedAs(x), bookedAs(y)
	return a.Size == b.Size && (a.Date.IsZero() || b.Date.IsZero() || a.Date.Equal(b.Date))
}

// shownTwice is how many entries a mail may have under one UID. A server that shows it otherwise each time
// that it is asked does not fill the register.
const shownTwice = 2

// shownAgain records how the server shows a mail now that the book has had under this UID before. The mail
// stays where it is, and so does its arrival: no date moves by itself.
func (p *placing) shownAgain(a arrival, known casefile.MessageTaken, about []casefile.Record) []casefile.Draft {
	entries := 0
	for _, r := range about {
		e, ok := r.Event.(casefile.MessageTaken)
		lost := a.Ref
		lost.UID = 0
		switch {
		case ok && refOf(e) == a.Ref:
			entries++
			known = e
		case ok && refOf(e) == lost && (e.Disposition != casefile.Duplicate || !e.CopyOf.IsZero()) && known.Disposition != casefile.Duplicate:
			known = e
		}
	}
	if was, booked, err := p.governing(a); err == nil && booked && was.Digest == a.Digest && entries >= shownTwice {
		return nil
	}
	shown := takenOf(a)
	known.UID = a.UID
	known.Announced, known.ShownAt = shown.Announced, time.Time{}
	if !a.shown.IsZero() && !a.shown.Equal(known.ArrivedAt) {
		known.ShownAt = a.shown
	}
	return []casefile.Draft{{On: p.tx.Today(), Event: known}}
}

// movedToInbox tells a mail that a colleague took out of the junk folder: it was parked there, and is
// now decided as any other.
func movedToInbox(known casefile.MessageTaken, a arrival) bool {
	return outsideCases(known) && a.Role == mailbox.RoleInbox && known.Folder != a.Folder
}

// provedSent tells a mail that called itself the office's, and was parked for that, from a forged one: it is in
// the folder of sent mail, too.
func provedSent(known casefile.MessageTaken, a arrival) bool {
	return outsideCases(known) && a.Role == mailbox.RoleSent && known.Folder != a.Folder
}

// outsideCases reports whether a mail waits for a person, or is a copy by another way of one that does.
func outsideCases(t casefile.MessageTaken) bool {
	return t.Disposition == casefile.Parked || t.Disposition == casefile.Duplicate && !t.CopyOf.IsZero() && t.Case == ""
}

// duplicate records a further copy of bytes that have their place. The earliest INTERNALDATE over
// all copies is the arrival: where this copy is older than the case thought, the case learns of it.
func (p *placing) duplicate(a arrival, known casefile.MessageTaken, about []casefile.Record) ([]casefile.Draft, error) {
	t := takenOf(a)
	t.Disposition, t.Case = casefile.Duplicate, known.Case
	t.Reasons = []string{fmt.Sprintf("与 %s 中 UID %d 的邮件逐字节相同", known.Folder, known.UID)}
	drafts := []casefile.Draft{{On: p.tx.Today(), Event: t}}
	if a.byHeader || a.InternalDate.IsZero() {
		return drafts, nil
	}
	told, err := p.toldCopy(known.Case, a.Digest)
	if err != nil {
		return nil, err
	}
	if told != nil && a.InternalDate.Before(told.ArrivedAt) {
		told.ArrivedAt, told.Stamp = a.InternalDate, a.stamp()
		drafts = append(drafts, casefile.Draft{Case: known.Case, On: p.tx.Today(), Event: *told})
	}
	for _, r := range about {
		if e, ok := r.Event.(casefile.MessageIn); ok && a.InternalDate.Before(e.ArrivedAt) && (told == nil || r.Case != known.Case) && !voided(p.tx.View, r) {
			again := t
			again.Case = r.Case
			drafts = append(drafts, arrivalOfCopy(again, e, p.tx.Today())...)
			continue
		}
		e, ok := r.Event.(casefile.Received)
		if !ok || !a.InternalDate.Before(e.ArrivedAt) || voided(p.tx.View, r) {
			continue
		}
		e.ArrivedAt, e.Stamp = a.InternalDate, a.stamp()
		drafts = append(drafts,
			casefile.Draft{Case: r.Case, On: p.tx.Today(), Event: casefile.Voided{Seq: r.Seq, Reason: "同一邮件另有更早到达的副本"}},
			casefile.Draft{Case: r.Case, On: civil.Of(a.InternalDate), Event: e})
	}
	return drafts, nil
}

// toldCopy is the earliest arrival of a copy with these bytes that a case knows of; nil where it knows of none. It is not found
// under its bytes: what a copy told belongs to the mail that it copies.
func (p *placing) toldCopy(id casefile.ID, d casefile.Digest) (told *casefile.CopyReceived, err error) {
	if id == "" {
		return nil, nil
	}
	history, err := p.tx.History(id)
	if err != nil {
		return nil, err
	}
	for _, r := range casefile.Live(history) {
		if e, ok := r.Event.(casefile.CopyReceived); ok && e.Digest == d && (told == nil || e.ArrivedAt.Before(told.ArrivedAt)) {
			told = &e
		}
	}
	return told, nil
}

func voided(tx *desk.View, r casefile.Record) bool {
	history, err := tx.History(r.Case)
	if err != nil {
		return true
	}
	for _, h := range history {
		if v, ok := h.Event.(casefile.Voided); ok && v.Seq == r.Seq {
			return true
		}
	}
	return false
}

func folderOf(r mailbox.Role) match.Folder {
	switch r {
	case mailbox.RoleJunk:
		return match.Junk
	case mailbox.RoleSent:
		return match.Sent
	}
	return match.Inbox
}

// Addresses are the office's own, by which its letters are known.
func (n *Room) Addresses() []string {
	var all []string
	for _, m := range n.Config.Mailboxes {
		for _, address := range []string{m.User, m.Address} {
			if strings.Contains(address, "@") {
				all = append(all, address)
			}
		}
	}
	return all
}

// enclosed counts the files of a mail.
func enclosed(m casefile.Message) (n int) {
	for _, p := range m.Parts {
		if p.Attachment {
			n++
		}
	}
	return n
}

// draftsFor turns a decision into drafts.
func (p *placing) draftsFor(a arrival, d match.Decision, about []casefile.Record) []casefile.Draft {
	t := takenOf(a)
	t.Reasons = d.Reasons
	t.Guess, t.GuessedBy = d.Guess, d.GuessedBy
	t.Suggested = d.Suggested
	for _, s := range d.Suggest {
		t.Suggestions = append(t.Suggestions, casefile.Suggestion{Case: s.Case, Reason: strings.Join(s.Reasons, "；")})
	}
	var received casefile.Received
	if d.New { // recorded once, with the case
		received.Suggestions, received.Suggested = t.Suggestions, t.Suggested
		t.Suggestions, t.Suggested = nil, 0
	}
	arrived := arrivalOf(a.InternalDate, p.tx.At)
	on := civil.Of(arrived)
	switch {
	case a.byHeader && !a.shown.IsZero():
		t.Reasons = append(t.Reasons, fmt.Sprintf("服务器给出的到达时间 %s 不可能，改取邮件头最上一行 Received 的时间，请核对", civil.Of(a.shown)))
	case a.byHeader:
		t.Reasons = append(t.Reasons, "服务器给出的到达时间不是日期，改取邮件头最上一行 Received 的时间，请核对")
	case a.InternalDate.IsZero() && !a.shown.IsZero():
		t.Reasons = append(t.Reasons, fmt.Sprintf("服务器给出的到达时间 %s 不可能，以取信时间为准", civil.Of(a.shown)))
	case a.InternalDate.IsZero():
		t.Reasons = append(t.Reasons, "服务器未给出到达时间，以取信时间为准")
	}
	var rest []casefile.Draft
	switch {
	case d.Disposition == casefile.ToHistory:
		t.Disposition = casefile.ToHistory
	case d.New:
		t.Disposition, t.Case = casefile.ToCase, p.tx.NextID(on.Year())
		received.Channel, received.ArrivedAt, received.Stamp, received.Letter = casefile.Email, arrived, t.Stamp, t.Letter
		received.Guess, received.GuessedBy, received.Seems = d.Guess, d.GuessedBy, d.Seems
		rest = append(rest, casefile.Draft{Case: t.Case, On: on, Event: received})
	case d.Case != "":
		t.Disposition, t.Case = casefile.ToCase, d.Case
		reason := d.Reasons[len(d.Reasons)-1] // the one that decided
		var e casefile.Event = casefile.MessageIn{Letter: t.Letter, ArrivedAt: arrived, Stamp: t.Stamp, Reason: reason, Guess: d.Guess, GuessedBy: d.GuessedBy, Enclosed: enclosed(a.message)}
		if d.Out {
			e = casefile.MessageOut{Letter: t.Letter, SentAt: arrived, Reason: reason}
		}
		rest = append(rest, casefile.Draft{Case: d.Case, On: on, Event: e})
	default:
		t.Disposition = casefile.Parked
		t.Defects = append(t.Defects, unclaimed(a, d)...)
		if t.Likely = !d.Out && match.Applies(&a.message); t.Likely {
			p.Log.Error().Str("digest", a.Digest.Short()).Int("likeness", d.Likeness).Msg("a parked mail looks like an application")
		}
	}
	drafts := append([]casefile.Draft{{On: p.tx.Today(), Event: t}}, rest...)
	return append(drafts, p.copies(about, a, t.Case)...)
}
