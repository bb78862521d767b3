package office

import (
	"context"
	"slices"
	"strconv"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// Agenda is what somebody finds on the desk: everybody opens it all day, so it is one answer, and no longer than what
// is shown of it.
func (o *Office) Agenda(ctx context.Context, c ask.Call, q ask.AgendaQuery) (v ask.AgendaView, err error) {
	if q.Lines < 0 || q.Aside < 0 {
		return v, ask.Usage("%d 行、%d 封不是个数", q.Lines, q.Aside)
	}
	if v.Status, err = o.statusOfOpen(ctx); err != nil {
		return v, err
	}
	due := ask.DueQuery{Within: q.Within, Words: q.Words, Each: true}
	if q.Own {
		due.For = c.Who.Name
	}
	items, err := o.Deadlines.due(ctx, due, false) // the page of the year has its checks
	if err != nil {
		return v, err
	}
	var mails, statutory, internal []*line
	for _, i := range gathered(items) {
		switch {
		case i.Kind == ask.DueRegister: // among those that arrived
		case i.Block == ask.BlockMail:
			mails = append(mails, i)
		case i.Block == ask.BlockInternal:
			internal = append(internal, i)
		default:
			statutory = append(statutory, i)
		}
	}
	// They come with the one that has waited longest first, and that order decides which are shown: a burst hides none of them.
	v.Mails, v.Statutory, v.Internal = firstOf(mails, q.Aside), firstOf(statutory, q.Lines), firstOf(internal, q.Lines)
	slices.SortStableFunc(v.Mails.First, func(a, b ask.DueItem) int { return b.Newest.ArrivedAt.Compare(*a.Newest.ArrivedAt) })
	for i := range v.Mails.First {
		newest := *v.Mails.First[i].Newest // a copy, because the list is shared
		newest.Opening = ask.Text(o.Reading.Opening(newest.Digest))
		v.Mails.First[i].Newest = &newest
	}
	words := wordsOf(q.Words)
	if q.Own {
		words = nil
	}
	if v.Arrived, v.Signing, err = o.arrived(words, q.Aside); err != nil {
		return v, err
	}
	if v.StandIns, err = o.standIns(c.Who.Name); err != nil {
		return v, err
	}
	var parked []ask.MailView
	if q.Aside > 0 {
		err = o.Mails.List(ctx, c, ask.MailQuery{Place: casefile.Parked, Limit: q.Aside}, func(m ask.MailView) error {
			parked = append(parked, m)
			return nil
		})
	}
	for i := range parked {
		parked[i].Opening = ask.Text(o.Reading.Opening(parked[i].Digest))
	}
	v.Parked = ask.FirstOf(parked, q.Aside)
	v.Parked.Rest = v.Status.Mails[casefile.Parked.String()] - len(parked)
	return v, err
}

// standIns returns today's absences that concern somebody: those of the people whose work he sees, and his own.
func (o *Office) standIns(name string) (views []ask.StandInView, err error) {
	views = []ask.StandInView{}
	err = o.View(func(tx *desk.View) error {
		all, err := tx.StandIns()
		today := o.Today()
		for _, e := range all.From(today) {
			if e.From <= today && e.Deputy != "" && (e.Deputy == name || e.Who == name) {
				views = append(views, ask.StandInView{Who: ask.Text(e.Who), Deputy: ask.Text(e.Deputy), From: ask.Day(e.From), Until: ask.Day(e.To), Now: true})
			}
		}
		return err
	})
	return views, err
}

// arrived are the cases that nobody has registered, the newest first; signing is how many answers of all cases wait to be signed.
func (o *Office) arrived(words []string, most int) (p ask.Portion[ask.Arrival], signing int, err error) {
	p.First = []ask.Arrival{}
	var mails []casefile.Digest
	err = o.View(func(tx *desk.View) error {
		ins, err := tx.StandIns()
		if err != nil {
			return err
		}
		cases, err := o.Deadlines.waiting(tx)
		if err != nil {
			return err
		}
		var all []*waitingCase
		for _, w := range slices.Backward(cases) {
			if w.Approval == casefile.AwaitsSigning {
				signing++
			}
			in, _ := ins.Of(o.Today(), w.Assignee, w.Department)
			if w.Stage == casefile.StageReceived && w.mentions(in, words) {
				all = append(all, w)
			}
		}
		newest := all[:min(len(all), most)]
		p.Rest = len(all) - len(newest)
		for _, c := range newest {
			row, err := o.Record.RowOf(tx, c.Case)
			if err != nil {
				return err
			}
			e, err := openedBy(tx, c.ID)
			if err != nil {
				return err
			}
			p.First, mails = append(p.First, ask.Arrival{CaseRow: row, From: ask.Address(e.From.String()), Verified: e.Verified.String()}), append(mails, e.Digest)
		}
		return nil
	})
	for i, d := range mails {
		p.First[i].Opening = ask.Text(o.Reading.Opening(d))
	}
	return p, signing, err
}

// openedBy returns the record of the mail that opened a case, or the zero value where no mail did. It reads no more of the
// history than that.
func openedBy(tx *desk.View, id casefile.ID) (casefile.Received, error) {
	first, err := tx.Document(id)
	if err != nil {
		return casefile.Received{}, err
	}
	r, err := tx.Record(first)
	e, _ := r.Event.(casefile.Received)
	return e, err
}

// line is one line of the desk: the first thing that waits in a case, and what else does.
type line struct {
	*ask.DueItem
	more []*ask.DueItem
}

// gathered makes one line of the things that wait in a case within a block. Blocks stay apart, so that a waiting mail does not
// hide a due date.
func gathered(items []*ask.DueItem) (lines []*line) {
	type place struct{ block, about string }
	at := make(map[place]*line, len(items))
	for _, i := range items {
		key := place{i.Block, about(i)}
		if first, ok := at[key]; ok {
			first.more = append(first.more, i)
			continue
		}
		at[key] = &line{DueItem: i}
		lines = append(lines, at[key])
	}
	return lines
}

// firstOf is the beginning of a list of lines, each with its marks in words.
func firstOf(lines []*line, most int) ask.Portion[ask.DueItem] {
	p := ask.Portion[ask.DueItem]{First: []ask.DueItem{}, Rest: max(0, len(lines)-most)}
	for _, l := range lines[:len(lines)-p.Rest] {
		i := *l.DueItem
		i.Marks = nil
		for _, m := range l.more {
			i.Marks = append(i.Marks, m.Label+" "+civil.Date(m.On).String()[len("2026-"):])
		}
		p.First = append(p.First, i)
	}
	return p
}

// about identifies what a line is about.
func about(i *ask.DueItem) string {
	switch {
	case i.Year != 0:
		return strconv.Itoa(i.Year)
	case i.Case != "":
		return string(i.Case)
	case i.Dispute != "":
		return string(i.Dispute)
	}
	return i.Mail.String()
}
