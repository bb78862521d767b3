package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
)

// mostAtOnce bounds how many cases are registered with what was read: a person is to look at each line.
const mostAtOnce = 50

// registerMany is the page on which several cases are registered with what was read of each.
type registerMany struct {
	Lines  []registerLine
	Rest   int // so many of them were tried and may be registered so
	Mark   string
	Failed int
}

// registerLine is one of them.
type registerLine struct {
	ask.CaseRow
	Seen      uint64
	Proposals ask.Proposals
	Values    map[string]string // what is proposed, by the field
	Doubts    []string
	Wrong     *ask.Error
	Since     []ask.RecordView // what was recorded meanwhile, where that is why it was refused
	After     *ask.CaseRow
	Done      bool // registered, though others could not be
}

// Left reports whether a case is not ticked any more.
func (l registerLine) Left() bool { return l.Done || l.Wrong != nil }

// accepted are the fields whose proposed value is taken: all.
func (l registerLine) accepted() (names []string) {
	for _, v := range l.Proposals.Values {
		if !slices.Contains(names, v.Flag) {
			names = append(names, v.Flag)
		}
	}
	return names
}

func registerManyForm(x *visit) error {
	v, err := x.registerLines(x.r.URL.Query()["case"])
	if err != nil {
		return err
	}
	return x.show("registermany", "登记", "cases", v)
}

func (x *visit) registerLines(ids []string) (v registerMany, err error) {
	switch {
	case len(ids) == 0:
		return v, noneTicked()
	case len(ids) > mostAtOnce:
		return v, ask.Usage("一次最多登记 %d 件，选了 %d 件", mostAtOnce, len(ids))
	}
	all, err := x.chosen(ids)
	if err != nil {
		return v, err
	}
	for _, d := range all {
		l := registerLine{CaseRow: d.CaseRow, Seen: d.Last, Values: map[string]string{}}
		if l.Proposals, err = ask.Do(x.ctx(), x.client, ask.Propose, ask.CaseRef{Case: d.Case}); err != nil {
			return v, err
		}
		for _, p := range l.Proposals.Values {
			l.Values[p.Flag] = cmp.Or(l.Values[p.Flag], p.Value)
			if p.Doubt != "" {
				l.Doubts = append(l.Doubts, p.Label+"："+p.Doubt)
			}
		}
		v.Lines = append(v.Lines, l)
	}
	return v, nil
}

// registerManyPost judges every case, or registers every one. Nothing is recorded before all of them can be.
func registerManyPost(x *visit) error {
	if err := x.read(); err != nil {
		return err
	}
	form := x.r.PostForm
	v, err := x.registerLines(form["case"])
	if err != nil {
		return err
	}
	v.Mark = markOf(form, nil)
	seen := seqsOf(form)
	event, err := commands()[casefile.KindRegistered.Info().Command].Encode(ask.Entries{}, civil.Date(x.me.Today))
	if err != nil {
		return err
	}
	each := func(dry bool) {
		for i := range v.Lines {
			l := &v.Lines[i]
			client := x.client.IfSeqs(map[casefile.ID]uint64{l.Case: cmp.Or(seen[l.Case], l.Seen)}).Dry(dry)
			res, err := ask.Do(x.ctx(), client, ask.Register, ask.RegisterRequest{CaseRef: ask.CaseRef{Case: l.Case}, Token: l.Proposals.Token, Accept: l.accepted(), Event: event})
			if err != nil {
				l.Wrong = x.told(err)
				v.Failed++
				l.Since = x.sinceOf(l.Wrong, l.Case, seen)
				continue
			}
			l.Done = !dry
			for _, after := range res.Cases {
				if after.Case == l.Case {
					l.After = &after
				}
			}
		}
	}
	if each(true); v.Failed == 0 && form.Get("do") == "record" && form.Get("mark") == v.Mark {
		if each(false); v.Failed == 0 {
			http.Redirect(x.w, x.r, "/?recorded="+strconv.Itoa(len(v.Lines)), http.StatusSeeOther)
			return nil
		}
	}
	var left []casefile.ID
	for _, l := range v.Lines {
		if l.Left() {
			left = append(left, l.Case)
		}
	}
	v.Rest, v.Mark = len(v.Lines)-len(left), markOf(without(form, left), nil)
	return x.show("registermany", "登记", "cases", v)
}
