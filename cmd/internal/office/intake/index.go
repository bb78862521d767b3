package intake

import (
	"errors"
	"iter"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/match"
	"ysq.internal/ysq/casefile/register"
)

// index answers what matching asks, inside the transaction that records the answer.
type index struct{ *placing }

func (i index) CasesByMessageID(id string) ([]casefile.ID, error) {
	return i.tx.CasesByMessageID(id)
}

// sendersCases is at how many cases of one sender the counting ends: what a mail costs must not grow with
// the mails of its sender.
const sendersCases = 10

func (i index) CasesByAddress(mail string) ([]casefile.ID, error) {
	open := make([]casefile.ID, 0, sendersCases)
	for id := range i.casesOf(mail) {
		c, err := i.caseOf(id)
		if err != nil {
			return nil, err
		}
		if c.Stage.Open() {
			open = append(open, id)
		}
		if len(open) == sendersCases {
			break
		}
	}
	slices.Reverse(open) // in the order of their numbers
	return open, nil
}

func (i index) Opening(id casefile.ID) (match.Earlier, error) {
	e, _, err := i.application(id)
	return e, err
}

// namesakes is how many cases of one name a mail is compared with.
const namesakes = 4

func (i index) CasesByName(name string) (all []casefile.ID, err error) {
	for id := range i.tx.CasesByName(name) {
		c, err := i.caseOf(id)
		if err != nil {
			return nil, err
		}
		if c.Stage.Open() && casefile.PlainName(c.Applicant) == casefile.PlainName(name) {
			all = append(all, id)
		}
		if len(all) == namesakes {
			break
		}
	}
	return all, nil
}

func (i index) CasesByNumber(number string) (all []casefile.ID, err error) {
	mark, err := i.Mark(number)
	if err != nil { // a mail has its place without the secret
		i.Log.Error().Err(err).Msg("applicants cannot be recognised by their numbers of identity")
		return nil, nil
	}
	for id := range i.tx.CasesByMark(mark) {
		c, err := i.caseOf(id)
		if err != nil {
			return nil, err
		}
		if c.Stage.Open() {
			all = append(all, id)
		}
		if len(all) == namesakes {
			break
		}
	}
	return all, nil
}

func (i index) SameNumber(id casefile.ID, numbers []string) (same, known bool, err error) {
	history, err := i.tx.History(id)
	if err != nil {
		return false, false, err
	}
	registered := ""
	for _, r := range casefile.Live(history) {
		if e, ok := r.Event.(casefile.Registered); ok {
			registered = e.IDMark
		}
	}
	if registered == "" {
		return false, false, nil
	}
	for _, n := range numbers {
		mark, err := i.Mark(n)
		if err != nil {
			i.Log.Error().Err(err).Msg("applicants cannot be recognised by their numbers of identity")
			return false, false, nil
		}
		same = same || mark == registered
	}
	return same, true, nil
}

func (i index) Prepared(id casefile.ID) (all [][]casefile.Digest, err error) {
	for o, err := range i.tx.OutgoingIn(casefile.OutDrafted, casefile.OutUnknown, casefile.OutVanished) {
		if err != nil {
			return nil, err
		}
		if o.Case != id {
			continue
		}
		files := []casefile.Digest{}
		for _, f := range o.Files {
			files = append(files, f.Digest)
		}
		all = append(all, files)
	}
	return all, nil
}

func (i index) CasesByLetter(d casefile.Digest) (all []casefile.ID, err error) {
	about, err := i.tx.About(d)
	for _, r := range about {
		if e, ok := r.Event.(casefile.LetterIssued); ok && e.File.Digest == d && e.Letter.Numbered() && !slices.Contains(all, r.Case) {
			all = append(all, r.Case)
		}
	}
	return all, err
}

func (i index) CasesByDocument(number string) (all []casefile.ID, err error) {
	issued, err := i.tx.LettersNumbered(number)
	for _, r := range issued {
		if err != nil || len(all) == namesakes {
			break
		}
		var c *casefile.Case
		if c, err = i.caseOf(r.Case); err == nil && c.Stage.Open() && !slices.Contains(all, r.Case) {
			all = append(all, r.Case)
		}
	}
	return all, err
}

// mostConsulting is in how many open cases that wait for an opinion an answer is looked for.
const mostConsulting = 200

func (i index) Consultations() ([]match.Consultation, error) {
	if i.read.consultations != nil {
		return i.read.consultations, nil
	}
	var waiting []casefile.Case
	for c, err := range i.tx.OpenCases("") {
		if err != nil {
			return nil, err
		}
		if c.Consulting() {
			waiting = append(waiting, c)
		}
	}
	all := []match.Consultation{} // not nil: there may be none
	for _, c := range waiting[max(0, len(waiting)-mostConsulting):] {
		history, err := i.tx.History(c.ID)
		if err != nil {
			return nil, err
		}
		var sent []match.Consultation
		for _, r := range casefile.Live(history) {
			switch e := r.Event.(type) {
			case casefile.ConsultationSent:
				sent = append(sent, match.Consultation{Case: c.ID, Applicant: c.Applicant, Party: e.Party, Document: e.Document})
			case casefile.ConsultationAnswered:
				sent = slices.DeleteFunc(sent, func(s match.Consultation) bool { return s.Party == e.Party }) // who may be asked again
			}
		}
		all = append(all, sent...)
	}
	i.read.consultations = all
	return all, nil
}

func (i index) Case(id casefile.ID) (match.Case, bool, error) {
	c, err := i.caseOf(id)
	if errors.Is(err, register.ErrNotFound) {
		return match.Case{}, false, nil
	}
	if err != nil {
		return match.Case{}, false, err
	}
	waiting := c.Legal.Waiting
	if waiting == casefile.NotWaiting {
		waiting = c.Strict.Waiting
	}
	return match.Case{
		Addresses: c.Addresses, Applicant: c.Applicant, Registered: !c.RegisteredOn.IsZero(), Finished: !c.Stage.Open(), MergedInto: c.MergedInto, Waiting: waiting, Consulting: c.Consulting(),
		Unconfirmed: c.Stage.Open() && c.ToConfirm && c.ConfirmedOn.IsZero(),
	}, true, nil
}

// remembered is what a transaction has read of the cases with which it compares mails: of somebody who sends a
// thousand applications each one asks for the same few. What is recorded on a case makes it forget the case.
type remembered struct {
	cases        map[casefile.ID]*casefile.Case
	applications map[casefile.ID]match.Earlier
	// consultations are those of the open cases; nil until they were asked for. Intake itself records none.
	consultations []match.Consultation
	senders       map[string][]casefile.ID // the latest cases of an address in small letters, burst+1 at most, the latest first
}

// append records drafts. Everything that a placing records passes here.
func (p *placing) append(drafts []casefile.Draft) error {
	records, err := p.tx.Append(drafts...)
	for _, r := range records {
		if r.Case == "" {
			continue
		}
		delete(p.read.cases, r.Case)
		delete(p.read.applications, r.Case)
		if e, ok := r.Event.(casefile.Received); ok && r.Case == p.latest(e.From.Mail) {
			if p.read.applications != nil {
				p.read.applications[r.Case] = match.Earlier{Case: r.Case, Subject: e.Subject, Text: p.textOf(e.Digest)}
			}
			continue
		}
		clear(p.read.senders) // an address may have come to the case, or left it
	}
	return err
}

// latest notes the latest case of an address whose cases are remembered, and returns it.
func (p *placing) latest(mail string) casefile.ID {
	mail = strings.ToLower(mail)
	for id := range p.tx.CasesByAddress(mail) {
		if known, ok := p.read.senders[mail]; ok && !slices.Contains(known, id) {
			p.read.senders[mail] = slices.Insert(known, 0, id)[:min(len(known)+1, burst+1)]
		}
		return id
	}
	return ""
}

// casesOf yields the cases to which an address belongs, the latest first.
func (p *placing) casesOf(mail string) iter.Seq[casefile.ID] {
	mail = strings.ToLower(mail)
	return func(yield func(casefile.ID) bool) {
		known, ok := p.read.senders[mail]
		if !ok {
			for id := range p.tx.CasesByAddress(mail) {
				if known = append(known, id); len(known) > burst {
					break
				}
			}
			if p.read.senders == nil {
				p.read.senders = make(map[string][]casefile.ID)
			}
			p.read.senders[mail] = known
		}
		for _, id := range known {
			if !yield(id) {
				return
			}
		}
		if len(known) <= burst {
			return
		}
		passed := 0
		for id := range p.tx.CasesByAddress(mail) {
			if passed++; passed > len(known) && !yield(id) {
				return
			}
		}
	}
}

// caseOf is a case as it stands in the transaction.
func (p *placing) caseOf(id casefile.ID) (*casefile.Case, error) {
	if c, ok := p.read.cases[id]; ok {
		return c, nil
	}
	c, err := p.tx.Case(id)
	if err != nil {
		return nil, err
	}
	if p.read.cases == nil {
		p.read.cases = make(map[casefile.ID]*casefile.Case)
	}
	p.read.cases[id] = &c
	return &c, nil
}
