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
	items, err := o.Deadlines.Due(ctx, c, due)
	if err != nil {
		return v, err
	}
	var mails, statutory, internal []ask.DueItem
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
	v.Mails, v.Statutory, v.Internal = ask.FirstOf(mails, q.Aside), ask.FirstOf(statutory, q.Lines), ask.FirstOf(internal, q.Lines)
	v.Mails.First = inOrder(v.Mails.First, func(a, b *ask.DueItem) int { return b.Newest.ArrivedAt.Compare(*a.Newest.ArrivedAt) })
	for i := range v.Mails.First {
		newest := *v.Mails.First[i].Newest // a copy, because the list is shared
		newest.Opening = ask.Text(o.Reading.Opening(newest.Digest))
		v.Mails.First[i].Newest = &newest
	}
	words := wordsOf(q.Words)
	if q.Own {
		words = nil
	}
	if v.Arrived, err = o.arrived(ctx, words, q.Aside); err != nil {
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

// arrived are the cases that nobody has registered, the newest first.
func (o *Office) arrived(ctx context.Context, words []string, most int) (p ask.Portion[ask.Arrival], err error) {
	p.First = []ask.Arrival{}
	var mails []casefile.Digest
	err = o.View(func(tx *desk.View) error {
		ins, err := tx.StandIns()
		if err != nil {
			return err
		}
		var all []casefile.Case
		for c, err := range tx.OpenCases("") {
			if err != nil {
				return err
			}
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if c.Stage == casefile.StageReceived && caseMentions(c, ins, o.Today(), words) {
				all = append(all, c)
			}
		}
		slices.Reverse(all)
		newest := all[:min(len(all), most)]
		p.Rest = len(all) - len(newest)
		for _, c := range newest {
			row, err := o.Record.RowOf(tx, c)
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
	return p, err
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

// gathered merges the lines of each case within a block. Blocks stay apart, so that a waiting mail does not hide a due date.
func gathered(items []ask.DueItem) (lines []ask.DueItem) {
	type line struct{ block, about string }
	at := make(map[line]int, len(items))
	for _, i := range items {
		key := line{i.Block, about(i)}
		n, ok := at[key]
		if !ok {
			at[key] = len(lines)
			i.Marks = nil
			lines = append(lines, i)
			continue
		}
		lines[n].Marks = append(lines[n].Marks, i.Label+" "+civil.Date(i.On).String()[len("2026-"):])
	}
	return lines
}

// about identifies what a line is about.
func about(i ask.DueItem) string {
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
