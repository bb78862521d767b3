package reading

import (
	"context"
	"iter"
	"slices"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/casefile/match"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/record"
	"ysq.internal/ysq/cmd/internal/worker"
)

const (
	mostOthers  = 500  // cases of one applicant that are compared, the latest
	mostUnheard = 20   // of them those not registered yet, whose request is read from what is kept
	mostRecent  = 2000 // cases of others that are looked at for the same information, the latest

	mostCompared = 4096 // cases of applicants that are kept for the next comparison
)

// filed is the application that the mails of a case seem to be, or that it was registered as.
func (u understood) filed() match.Filed {
	a := match.Filed{
		Case: u.kase.ID, Applicant: u.kase.Applicant, Column: u.kase.Column, Contact: u.kase.Contact, Request: u.kase.Request,
		Mark: u.mark, Addresses: u.kase.Addresses, Received: u.kase.ReceivedOn(), Fate: match.FateOf(u.kase),
	}
	if u.kase.RegisteredOn.IsZero() {
		if p, ok := u.forms.Best(form.Name, 0); ok {
			a.Applicant = p.Value
		}
		a.Contact, _ = u.forms.Contact()
		a.Request, _ = u.request()
		if c := u.forms[0].Columns; len(c) > 0 {
			a.Column = c[0].Column
		}
	}
	return a
}

// Relatives finds what an application has to do with others.
type Relatives struct {
	*desk.Desk
	readings *readings
	recent   desk.Memo[*comparedCase] // the latest cases of everybody
	others   desk.Memo[*comparedCase] // cases of applicants that were looked at
}

// NewRelatives returns what compares applications, also by what the room has read of those that nobody has registered yet.
func NewRelatives(g *Room) *Relatives { return &Relatives{Desk: g.Desk, readings: g.readings} }

// Relations are what an application has to do with others.
type Relations struct {
	Related []ask.RelatedCase
	Counts  *ask.ApplicantCounts
	Past    []ask.PastCase // the latest of PastAll
	PastAll int

	RelatedMore int // earlier ones of the applicant for the like that Related leaves out
}

// How many earlier cases of an applicant are shown, and how many of them for the like.
const (
	mostPast    = 10
	mostRelated = 10
)

// Relations compares an application with those of everybody who may be its applicant.
func (g *Relatives) Relations(tx *desk.View, a match.Filed, id casefile.ID) (r Relations, err error) {
	a = a.Prepared()
	others, err := g.othersOf(tx, a)
	if err != nil {
		return r, err
	}
	if r.Past, r.PastAll, err = past(tx, a, others); err != nil {
		return r, err
	}
	parts, err := partsOf(tx, a.Case)
	if err != nil {
		return r, err
	}
	elsewhere := slices.DeleteFunc(slices.Clone(others), func(o *match.Filed) bool { return slices.Contains(parts, o.Case) })
	r.Related, r.RelatedMore = repeats(a, elsewhere, id) // the parts of one application do not repeat each other
	shared, err := g.shared(tx, a)
	if err != nil {
		return r, err
	}
	for n, s := range shared {
		v := relatedView(id, s)
		if n > 0 {
			v.Line = "" // once is enough
		}
		r.Related = append(r.Related, v)
	}
	if (a.Applicant != "" || a.Mark != "") && !a.Received.IsZero() {
		r.Counts = countsView(match.CountOf(a, others), id)
	}
	return r, nil
}

// repeats lists earlier applications of the applicant for the like, the most alike first, and counts those that are left out.
func repeats(a match.Filed, others []*match.Filed, id casefile.ID) (views []ask.RelatedCase, more int) {
	all := match.Repeats(a, others)
	views = []ask.RelatedCase{}
	for _, r := range all[:min(len(all), mostRelated)] {
		views = append(views, relatedView(id, r))
	}
	return views, len(all) - len(views)
}

// past lists what the applicant got before.
func past(tx *desk.View, a match.Filed, others []*match.Filed) (views []ask.PastCase, n int, err error) {
	all := match.PastOf(a, slices.Clone(others))
	for _, p := range all[:min(len(all), mostPast)] {
		c, err := tx.Case(p.Case)
		if err != nil {
			return nil, 0, err
		}
		v := ask.PastCase{Case: c.ID, ReceivedOn: ask.Day(c.ReceivedOn()), Subject: ask.Text(record.SubjectOf(c)), Stage: c.Stage.String(),
			RepliedOn: ask.Day(c.RepliedOn), Document: ask.Number(c.Document), Why: ask.Public(p.Why)}
		if c.Outcome != casefile.OutcomeNone {
			v.Outcome, v.Basis = ask.Text(c.Outcome.Row()+c.Outcome.Label()), ask.Text(casefile.BasisOf(c.Basis).String())
		}
		views = append(views, v)
	}
	return views, len(all), nil
}

// shared lists what others asked for that is the same, unless somebody has decided already whether it is made public.
func (g *Relatives) shared(tx *desk.View, a match.Filed) ([]match.Relation, error) {
	days := g.Reg.Law().On(g.Today()).AlikeWithin
	if a.Applicant == "" || a.Request == "" || a.Received.IsZero() || days == 0 {
		return nil, nil
	}
	var others []*match.Filed
	recent, err := g.recent.Newest(tx, mostRecent, comparedOf)
	if err != nil {
		return nil, err
	}
	for _, c := range slices.Backward(recent) {
		if c.arrived.IsZero() || a.Received.Sub(c.arrived) > 2*days {
			break
		}
		switch {
		case c.Case == a.Case && c.publicity != casefile.PublicityNone:
			return nil, nil
		case !c.registered, c.publicity == casefile.PublicityDeclined:
			continue
		}
		others = append(others, &c.Filed)
	}
	return match.Shared(a, others, days), nil
}

// comparedCase is what is compared of a case with each case that is shown. It is kept in memory, shared and not changed, because preparing two
// thousand of them took more time than everything else on a page.
type comparedCase struct {
	match.Filed
	arrived    civil.Date
	registered bool
	merged     bool // it is part of another
	publicity  casefile.Publicity
}

func comparedOf(c casefile.Case) *comparedCase {
	filed := match.Filed{Case: c.ID, Applicant: c.Applicant, Column: c.Column, Contact: c.Contact, Request: c.Request, Addresses: c.Addresses, Received: c.ReceivedOn(), Fate: match.FateOf(c)}
	return &comparedCase{filed.Prepared(), c.ArrivedOn, !c.RegisteredOn.IsZero(), c.Stage == casefile.StageMerged, c.Publicity}
}

// othersOf lists the applications of everybody who goes by the same mark, name or address, the latest first.
func (g *Relatives) othersOf(tx *desk.View, a match.Filed) ([]*match.Filed, error) {
	var all []*match.Filed
	unheard := 0
	for _, id := range latestOf(append(casesOf(tx, a.Applicant, a.Addresses), tx.CasesByMark(a.Mark))) {
		if id == a.Case {
			continue
		}
		c, err := g.others.Of(tx, id, mostCompared, comparedOf)
		if err != nil {
			return nil, err
		}
		if c.merged {
			continue
		}
		o := &c.Filed // which is kept: what is filled in goes into a copy
		if !c.registered && o.Fate == match.Pending {
			if unheard++; unheard <= mostUnheard {
				heard := *o
				g.Heard(tx, &heard)
				o = new(heard.Prepared())
			}
		} else if a.Mark != "" { // else no mark can tell anything
			marked := *o
			if marked.Mark, err = MarkOf(tx, id); err != nil {
				return nil, err
			}
			o = &marked
		}
		all = append(all, o)
	}
	return all, nil
}

// casesOf are the cases of a name, and those of each address.
func casesOf(tx *desk.View, name string, addresses []string) []iter.Seq[casefile.ID] {
	all := []iter.Seq[casefile.ID]{tx.CasesByName(name)}
	for _, mail := range addresses {
		all = append(all, tx.CasesByAddress(mail))
	}
	return all
}

// latestOf lists the latest cases of several sequences, each once, the latest first.
func latestOf(found []iter.Seq[casefile.ID]) (ids []casefile.ID) {
	for _, cases := range found {
		enough := len(ids) + mostOthers
		for id := range cases {
			if ids = append(ids, id); len(ids) == enough {
				break
			}
		}
	}
	slices.SortFunc(ids, func(x, y casefile.ID) int { return inOrder(y, x) })
	ids = slices.Compact(ids)
	return ids[:min(len(ids), mostOthers)]
}

// MarkOf is the mark with which a case was last registered.
func MarkOf(tx *desk.View, id casefile.ID) (mark string, err error) {
	history, err := tx.History(id)
	for _, r := range casefile.Live(history) {
		if e, ok := r.Event.(casefile.Registered); ok {
			mark = e.IDMark
		}
	}
	return mark, err
}

// Heard fills in what an unregistered application seems to say, as far as it was read already.
func (g *Relatives) Heard(tx *desk.View, o *match.Filed) {
	sources, err := sourcesOf(tx, o.Case)
	if err != nil || len(sources) == 0 {
		return
	}
	kept := func(_ context.Context, d casefile.Digest, _ string) ([]worker.Reading, error) {
		all, _ := g.readings.get(d)
		return all, nil
	}
	forms, _, err := formsOf(g.Life, sources[:1], kept)
	if err != nil {
		return
	}
	u := understood{forms: forms}
	o.Request, _ = u.forms.Request()
	o.Contact, _ = u.forms.Contact()
	if p, ok := u.forms.Best(form.Name, 0); ok {
		o.Applicant = p.Value
	}
	if u.identify(g.Mark) == nil {
		o.Mark = u.mark
	}
}

func relatedView(id casefile.ID, r match.Relation) ask.RelatedCase {
	return ask.RelatedCase{Case: r.Case, Advice: string(r.Advice), Label: r.Advice.Label(), Likeness: r.Likeness, Reason: r.Reason, Line: r.Command(id)}
}

func countsView(c match.Counts, id casefile.ID) *ask.ApplicantCounts {
	return &ask.ApplicantCounts{Month: c.Month, InMonth: c.InMonth, Place: c.Place, InYear: c.InYear, Cases: c.Cases, Proposed: c.Beyond(), Text: c.Words(id)}
}
