// Package match decides what becomes of a mail that has arrived: a case of its own, a message on a
// case, or a place apart until a person has looked.
//
// It errs to the visible side. A mail from the inbox that no machine wrote and that belongs nowhere
// becomes a case, whatever it looks like; a person dismisses it. It joins a case by itself only on
// evidence that a stranger does not have: it answers a mail of the case, or carries its number, and
// comes from an address of the case. Anything less is a suggestion with its reasons. Nothing is
// discarded and nothing is answered here.
//
// Only the folder for sent mail proves that the office sent something. From is anybody's to write: a mail in
// the inbox that calls itself the office's, and answers or names a case, is parked as 自称本单位. A mail has one
// author or none: two addresses in From, or a Sender in its stead, belong to no case.
//
// In order: before the register began → history; from the folder of sent mail → its case or history;
// calling itself the office's, about a case → parked; a bounce or an automatic answer → parked; an
// answer or a number → its case; from the junk folder → parked; from a program or a list and unlike an
// application → parked; otherwise → a new case. Bytes that are known already never come here.
package match

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// Register is what deciding asks of the register. All answers come from the one transaction in
// which the decision is then written, so that two mails of one batch see each other.
type Register interface {
	// CasesByMessageID returns the cases that hold a mail, in or out, with this Message-ID (without
	// angle brackets). Nearly always none or one.
	CasesByMessageID(id string) ([]casefile.ID, error)
	// CasesByAddress returns the open cases to which this address belongs, compared without case, by their
	// numbers; the latest ones where there are many.
	CasesByAddress(mail string) ([]casefile.ID, error)
	// CasesByNumber returns open cases whose applicant was registered with this number of identity, the latest ones
	// where there are many.
	CasesByNumber(number string) ([]casefile.ID, error)
	// SameNumber reports whether a case's applicant was registered with one of these numbers of identity; known is
	// false where he was registered with none.
	SameNumber(id casefile.ID, numbers []string) (same, known bool, err error)
	// CasesByName returns open cases whose applicant bears this name, the latest ones where there are many.
	CasesByName(name string) ([]casefile.ID, error)
	// Earlier returns the applications that this address sent and that are open or answered, the
	// latest ones where there are many.
	Earlier(mail string) ([]Earlier, error)
	// Opening returns what a case began with; without a text where the bytes are no longer there.
	Opening(id casefile.ID) (Earlier, error)
	// Prepared returns the enclosures of each mail that the office prepared in a case and that nobody has
	// seen sent yet.
	Prepared(id casefile.ID) ([][]casefile.Digest, error)
	// CasesByLetter returns the cases that a letter of the office answers whose file has this digest; none for
	// other bytes.
	CasesByLetter(d casefile.Digest) ([]casefile.ID, error)
	// CasesByDocument returns the open cases in which a letter with this document number was issued.
	CasesByDocument(number string) ([]casefile.ID, error)
	// Consultations returns who was asked in the open cases that wait for an opinion, the latest cases where there are many.
	Consultations() ([]Consultation, error)
	// Case returns what is known of a case; found is false for a number that is not in the register.
	Case(id casefile.ID) (c Case, found bool, err error)
}

// Case is what deciding needs to know of a case.
type Case struct {
	// Addresses are those that belong to the case: of the applicant, of an agent, of a third party,
	// and whoever else the office wrote to in it. The first is that of the mail that opened it.
	Addresses []string
	// Finished is true once a reply was given or the case was withdrawn, lapsed or dismissed.
	Finished bool
	// Waiting is what the case waits for, Consulting that a side that was consulted has not answered, and
	// Unconfirmed that the day of receipt is not confirmed yet: a mail is probably about that.
	Waiting                 casefile.Waiting
	Consulting, Unconfirmed bool
	// Applicant is who is registered, once somebody is.
	Applicant  string
	Registered bool
	// MergedInto is the case that goes on for this one, which is only a pointer to it; otherwise empty.
	MergedInto casefile.ID
}

// Folder is the role of the folder in which a mail is.
type Folder uint8

const (
	Inbox Folder = iota
	Junk         // 垃圾邮件, 广告邮件, 订阅邮件, 病毒文件夹
	Sent         // 已发送
)

// Mail is what is decided about.
type Mail struct {
	Message casefile.Message
	Text    *Text // of the message; nil: it is made here
	Folder  Folder
	Arrived civil.Date // by INTERNALDATE
}

// Office is what deciding must know of the office. The zero value knows of no address of its own
// and lets every mail be current.
type Office struct {
	Addresses []string   // the office's own mail addresses
	CasesFrom civil.Date // what arrived earlier is history and no case; zero: nothing is
}

// Cause says why a mail is parked. The codes are stable.
type Cause string

const (
	CauseBounce    Cause = "bounce"     // a report on a mail of the office
	CauseAutoReply Cause = "auto-reply" // an absence note, a receipt
	CauseMachine   Cause = "machine"    // written by a program, and unlike an application
	CauseBulk      Cause = "bulk"       // a mailing list or advertisement, and unlike an application
	CauseJunk      Cause = "junk"       // from the junk folder
	CauseSent      Cause = "sent"       // sent by the office, on no case
	CauseShared    Cause = "shared"     // sent by the office, on one of several cases
	CauseClaims    Cause = "claims"     // calls itself the office's, and is elsewhere than in the folder of sent mail
)

// Decision is what becomes of a mail, with the reasons that the trace shows.
type Decision struct {
	Disposition casefile.Disposition // ToCase, ToHistory or Parked
	Case        casefile.ID          // the case it joins; empty for none
	New         bool                 // it becomes a case of its own
	Out         bool                 // it is the office's own letter: MessageOut, not MessageIn
	Cause       Cause                // why it is parked
	Suggest     []Suggestion         // cases it may belong to, the five likeliest, likeliest first
	Suggested   int                  // how many there were, where they are more; the counting ends somewhere
	Likeness    int                  // to an application, 0 to 100; see Likely
	Reasons     []string             // in Chinese, in the order found
	// Guess is what the mail probably is on the case that it joins, or on those to which it may belong, and
	// GuessedBy from what that is read. There is none where nobody has to look: on a case of its own that is
	// an application, and for what no person wrote.
	Guess     casefile.Guess
	GuessedBy string
	// Seems is what a case of its own seems to be where its text asks for no disclosure and it brings no file that may.
	Seems casefile.Nature
}

// Suggestion is a case to which a mail may belong, for a person to decide.
type Suggestion struct {
	Case     casefile.ID
	Likeness int // 0 to 100
	Reasons  []string
}

// Likely is the Likeness from which a mail is taken for an application where that matters: in the
// junk folder it raises the alarm, from a list it makes a case.
const Likely = 40

// Decide decides about one mail. An error is the register's; nothing is decided then.
func Decide(mail Mail, office Office, r Register) (Decision, error) {
	if mail.Text == nil {
		mail.Text = NewText(mail.Message.Text)
	}
	d := decider{mail: mail, m: &mail.Message, office: office, r: r, written: mail.Text.words()}
	d.robot = sync.OnceValues(func() (Cause, string) { return robot(d.m) })
	err := d.decide()
	if err == nil && d.out.New {
		d.out.Seems = d.seems()
		err = d.suggestRepeated()
	}
	if err != nil {
		return Decision{}, fmt.Errorf("deciding about mail %s: %w", mail.Message.Digest.Short(), err)
	}
	d.out.Suggest, d.out.Suggested = d.suggestions()
	if err := d.guessed(); err != nil {
		return Decision{}, fmt.Errorf("guessing what mail %s is: %w", mail.Message.Digest.Short(), err)
	}
	return d.out, nil
}

type decider struct {
	mail   Mail
	m      *casefile.Message
	office Office
	r      Register
	// written is what the author of the mail wrote, without what it quotes.
	written string

	out     Decision
	why     []string // the reasons of out.Likeness
	suggest []Suggestion
	alone   bool   // the mail names or answers a case and is clearly an application of its own
	doubted string // why a mail that joins a case may be an application of its own; "" where nothing says so

	robot func() (Cause, string) // how a machine wrote the mail, if one did; computed once
}

func (d *decider) decide() error {
	d.out.Likeness, d.why = likeness(d.m, d.written)
	if !d.mail.Arrived.IsZero() && d.mail.Arrived < d.office.CasesFrom {
		d.out.Disposition = casefile.ToHistory
		d.because("收到于 %s，早于启用日 %s，作为历史邮件保存", d.mail.Arrived, d.office.CasesFrom)
		return nil
	}
	if d.mail.Folder == Sent {
		return d.sent()
	}
	if d.fromOffice() {
		if done, err := d.claims(); done || err != nil {
			return err
		}
	}
	if cause, reason := d.robot(); cause == CauseBounce || cause == CauseAutoReply {
		d.park(cause, reason)
		return d.suggestAll()
	}
	if done, err := d.join(); done || err != nil {
		return err
	}
	if err := errors.Join(d.suggestBySender(), d.suggestForwarded(), d.suggestWritten(), d.suggestLetters(), d.suggestByName(), d.suggestByNumber()); err != nil {
		return err
	}
	likely := d.out.Likeness >= Likely
	cause, reason := d.robot()
	if cause == CauseBulk && likely { // newsletters are about 政府信息公开, too; due shows what has nothing but such a title
		contents, _ := likeness(&casefile.Message{Text: d.m.Text, Parts: d.m.Parts}, d.written)
		likely = contents > 0 || enclosesFile(d.m) || strings.Contains(simple(d.m.Subject), "申请")
	}
	program := ""
	if d.mail.Folder != Junk && (cause == "" || likely) {
		var err error
		if program, err = d.program(); err != nil {
			return err
		}
	}
	switch {
	case d.mail.Folder == Junk:
		d.park(CauseJunk, "在垃圾邮件类文件夹中")
	case program != "":
		d.park(CauseMachine, program)
	case cause != "" && !likely:
		d.park(cause, reason)
	default:
		d.out.Disposition, d.out.New = casefile.ToCase, true
		if cause != "" {
			d.because("%s，但像是申请，仍立为新件", reason)
		} else {
			d.because("未归入已有件，立为新件")
		}
	}
	d.out.Reasons = append(d.out.Reasons, d.why...)
	return nil
}

// seems reads what the author wrote. A mail that is forwarded is read whole: what it is stands below.
func (d *decider) seems() casefile.Nature {
	if d.out.Likeness >= Likely || slices.ContainsFunc(d.m.Parts, func(p casefile.Part) bool { return p.Attachment }) {
		return casefile.NatureUnknown
	}
	text := d.written
	if hasPrefix(strings.ToLower(strings.TrimSpace(d.m.Subject)), "转发", "fw") {
		text = d.m.Text
	}
	return casefile.NatureOf(d.m.Subject + "\n" + text)
}

func (d *decider) because(format string, args ...any) {
	d.out.Reasons = append(d.out.Reasons, fmt.Sprintf(format, args...))
}

func (d *decider) park(cause Cause, reason string) {
	d.out.Disposition, d.out.Cause = casefile.Parked, cause
	d.because("%s", reason)
}

func (d *decider) joinCase(id casefile.ID, reason string) error {
	into, _, err := d.goesOn(id)
	if err != nil {
		return err
	}
	d.out.Disposition, d.out.Case = casefile.ToCase, into
	if into != id {
		reason += fmt.Sprintf("，%s 已合并", id)
	}
	d.because("%s，归入 %s", reason, into)
	return nil
}

// goesOn follows the pointers of merged cases, so that a mail comes to the case that people work on: on
// the one that is but a pointer nobody would look, and no alarm would tell.
func (d *decider) goesOn(id casefile.ID) (casefile.ID, Case, error) {
	c, _, err := d.r.Case(id)
	for seen := []casefile.ID{id}; err == nil && c.MergedInto != "" && !slices.Contains(seen, c.MergedInto); seen = append(seen, id) {
		next, found, lost := d.r.Case(c.MergedInto)
		if lost != nil || !found {
			return id, c, lost
		}
		id, c = c.MergedInto, next
	}
	return id, c, err
}

func (d *decider) fromOffice() bool {
	return slices.ContainsFunc(d.m.From, func(a casefile.Address) bool { return holds(d.office.Addresses, a.Mail) })
}

// sent decides about a mail among those that the office sent. It is known by its own Message-ID, by the mail
// that it answers, by the letter in it, or by the number of a case in its subject if it goes to somebody of
// that case. What is not known waits for a person, with the cases that it may belong to.
func (d *decider) sent() error {
	d.out.Out = true
	cause, reason := CauseSent, "本单位发出的邮件，没有认出是哪一件的"
	for _, by := range [...]struct {
		ids    []string
		reason string
	}{
		{[]string{d.m.MessageID}, "邮件编号是本单位在该件上发出的信"},
		{d.thread(), "是对该件邮件的回复，由本单位发出"},
	} {
		cases, err := d.casesByIDs(by.ids)
		if err != nil {
			return err
		}
		if len(cases) > 1 {
			if cases, err = d.narrowed(cases); err != nil {
				return err
			}
		}
		if len(cases) == 1 {
			return d.joinCase(cases[0], by.reason)
		}
		for _, id := range cases {
			d.propose(id, 60, by.reason)
			cause, reason = CauseShared, "本单位发出的邮件，涉及不止一件，分不出是哪一件的"
		}
	}
	if done, err := d.known(); done || err != nil {
		return err
	}
	d.park(cause, reason)
	return nil
}

// known joins a mail that the office sent to the case that its letter answers, or whose number it bears, if
// it goes to somebody of that case; otherwise it proposes these cases and those of its recipients.
func (d *decider) known() (done bool, err error) {
	letters, err := d.lettered()
	if err != nil {
		return false, err
	}
	numbers, err := d.numbered()
	if err != nil {
		return false, err
	}
	for _, id := range letters {
		ours, err := d.addressed(id)
		if err != nil {
			return false, err
		}
		if ours || slices.Contains(numbers, id) {
			return true, d.joinCase(id, "附有该件的文书")
		}
		d.propose(id, 90, "附有该件的文书，但收件人不是该件的地址")
	}
	var fit []casefile.ID
	for _, id := range numbers {
		ours, err := d.addressed(id)
		if err != nil {
			return false, err
		}
		if ours {
			fit = append(fit, id)
		}
		d.propose(id, 70, "标题中有该件编号")
	}
	if len(fit) == 1 {
		return true, d.joinCase(fit[0], "标题中有该件编号，收件人属于该件")
	}
	for _, a := range slices.Concat(d.m.To, d.m.Cc) {
		if a.Mail == "" {
			continue
		}
		cases, err := d.r.CasesByAddress(a.Mail)
		if err != nil {
			return false, err
		}
		for _, id := range cases {
			d.propose(id, 50, "收件人属于该件")
		}
	}
	return false, nil
}

// lettered returns the cases that a letter in the mail answers, as it was issued.
func (d *decider) lettered() (all []casefile.ID, err error) {
	for _, p := range d.m.Parts {
		if p.Digest.IsZero() || !p.Attachment {
			continue
		}
		cases, err := d.r.CasesByLetter(p.Digest)
		if err != nil {
			return nil, err
		}
		for _, id := range cases {
			if !slices.Contains(all, id) {
				all = append(all, id)
			}
		}
	}
	return all, nil
}

// addressed reports whether the mail goes to one of a case's addresses.
func (d *decider) addressed(id casefile.ID) (bool, error) {
	_, c, err := d.goesOn(id)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(slices.Concat(d.m.To, d.m.Cc), func(a casefile.Address) bool { return holds(c.Addresses, a.Mail) }), nil
}

// claims decides about a mail that calls itself the office's and is not among what it sent. A forged one
// looks like it, and so does the office's copy to itself: about a case it is parked, for a person. done is
// false for one that is about no case: somebody in the office passed an application on.
func (d *decider) claims() (done bool, err error) {
	for _, by := range [...]struct {
		ids    []string
		reason string
	}{
		{[]string{d.m.MessageID}, "邮件编号与该件上的信相同"},
		{d.thread(), "是对该件邮件的回复，发件人自称本单位"},
	} {
		cases, err := d.casesByIDs(by.ids)
		if err != nil {
			return false, err
		}
		for _, id := range cases {
			d.propose(id, 60, by.reason)
			done = true
		}
	}
	numbers, err := d.numbered()
	if err != nil {
		return false, err
	}
	for _, id := range numbers {
		d.propose(id, 60, "标题中有该件编号，发件人自称本单位")
		done = true
	}
	if done {
		d.park(CauseClaims, "发件人自称本单位，而不在已发送中，不作本单位发出的信")
		d.out.Reasons = append(d.out.Reasons, d.why...)
		return true, nil
	}
	d.because("发件人自称本单位")
	return false, nil
}

// program returns why a mail without a mark is a program's, or the empty string if it is not. A sender who belongs to a
// case, or who answers a mail of one, is a person, unless nobody reads the address, or the mail quotes a server's refusal or
// says itself that it is automatic: hotlines pass on applications, and send receipts from the same address.
func (d *decider) program() (reason string, err error) {
	if reason = unmarked(d.m); reason == "" || wroteAs(d.m, nobody) {
		return reason, nil
	}
	if w, _ := wordsOf(d.m); w.tellsOfReturn() && w.refuses() || w.any(automatically) {
		return reason, nil
	}
	cases, err := d.casesByIDs(d.thread())
	for _, mail := range d.senders() {
		if err == nil && len(cases) == 0 {
			cases, err = d.r.CasesByAddress(mail)
		}
	}
	if err != nil || len(cases) > 0 {
		return "", err
	}
	return reason, nil
}

// narrowed leaves of several cases the one that the office's letter tells apart, if it does: the parts of a
// case that was split share the mail that is answered. The letter itself tells more than a number in the
// subject, and that more than a letter being prepared.
func (d *decider) narrowed(cases []casefile.ID) ([]casefile.ID, error) {
	numbers := Numbers(d.m.Subject)
	lettered, err := d.lettered()
	if err != nil {
		return nil, err
	}
	var enclosed, named, prepared, all []casefile.ID
	for _, id := range cases {
		was := id
		id, _, err := d.goesOn(id)
		if err != nil {
			return nil, err
		}
		if slices.Contains(all, id) {
			continue
		}
		all = append(all, id)
		letters, err := d.r.Prepared(id)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(letters, d.encloses) || slices.Contains(lettered, was) {
			enclosed = append(enclosed, id)
		}
		if slices.Contains(numbers, id) {
			named = append(named, id)
		}
		if len(letters) > 0 {
			prepared = append(prepared, id)
		}
	}
	for _, fit := range [][]casefile.ID{enclosed, named, prepared} {
		if len(fit) == 1 {
			return fit, nil
		}
	}
	return all, nil
}

// encloses reports whether the mail has every one of the files; none at all says nothing.
func (d *decider) encloses(files []casefile.Digest) bool {
	return len(files) > 0 && !slices.ContainsFunc(files, func(f casefile.Digest) bool {
		return !slices.ContainsFunc(d.m.Parts, func(p casefile.Part) bool { return p.Digest == f })
	})
}

// join puts a mail on the case that it answers or names, if its sender belongs there.
func (d *decider) join() (done bool, err error) {
	same, err := d.casesByIDs([]string{d.m.MessageID})
	if err != nil {
		return false, err
	}
	for _, id := range same {
		// The same mail over another way, or a mailer that uses identifiers twice: a person decides.
		d.propose(id, 90, "该件已有邮件编号相同、内容不尽相同的邮件")
	}
	answered, err := d.casesByIDs(d.thread())
	if err != nil {
		return false, err
	}
	numbered, err := d.numbered()
	if err != nil {
		return false, err
	}
	candidates, reason := answered, "是对该件邮件的回复，且发件人属于该件"
	if both := intersect(answered, numbered); len(both) > 0 {
		candidates = both
	} else if len(answered) == 0 {
		candidates, reason = numbered, "标题中有该件编号，且发件人属于该件"
	}
	var fit []casefile.ID
	for _, id := range candidates {
		ok, err := d.belongs(id)
		if err != nil {
			return false, err
		}
		if ok {
			fit = append(fit, id)
		}
	}
	for _, id := range answered {
		d.propose(id, 80, "是对该件邮件的回复")
	}
	for _, id := range numbered {
		d.propose(id, 60, "标题中有该件编号")
	}
	if len(fit) == 1 && len(candidates) == 1 {
		return true, d.joinUnlessNew(fit[0], reason)
	}
	switch {
	case len(candidates) == 0 && len(same) > 0:
		d.because("邮件编号与已收邮件相同而内容有别，不自动归入")
	case len(candidates) > 1:
		d.because("涉及不止一件，不自动归入")
	case len(candidates) == 1:
		d.because("像是 %s 的后续邮件，但发件人不属于该件，不自动归入", candidates[0])
	}
	return false, nil
}

// joinUnlessNew joins, except where the mail is clearly an application of its own: applicants begin the next
// one by answering a letter of the last.
func (d *decider) joinUnlessNew(id casefile.ID, reason string) error {
	into, c, err := d.goesOn(id)
	if err != nil {
		return err
	}
	how, why, err := d.own(into, c)
	if err != nil {
		return err
	}
	switch how {
	case alone:
		d.out.Disposition, d.out.New, d.alone = casefile.ToCase, true, true
		d.because("是对 %s 的回复或写有其编号，但像是新的申请（%s），立为新件；是同一件的用 merge 并回", into, why)
		d.out.Reasons = append(d.out.Reasons, d.why...)
		return nil
	case doubts:
		d.doubted = why
	}
	return d.joinCase(id, reason)
}

// belongs reports whether the sender is one of the case's addresses.
func (d *decider) belongs(id casefile.ID) (bool, error) {
	c, found, err := d.r.Case(id)
	if err != nil || !found {
		return false, err
	}
	return slices.ContainsFunc(d.senders(), func(mail string) bool { return holds(c.Addresses, mail) }), nil
}

// senders is the address of the mail's author: the only one in From. Of two, one may be anybody's; Sender says
// who handed the mail in.
func (d *decider) senders() []string {
	if len(d.m.From) != 1 || d.m.From[0].Mail == "" {
		return nil
	}
	return []string{d.m.From[0].Mail}
}

func holds(list []string, mail string) bool {
	return mail != "" && slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, mail) })
}

func intersect(a, b []casefile.ID) []casefile.ID {
	var both []casefile.ID
	for _, id := range a {
		if slices.Contains(b, id) {
			both = append(both, id)
		}
	}
	return both
}
