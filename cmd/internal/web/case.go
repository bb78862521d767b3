package web

import (
	"slices"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// caseView is the page of one case.
type caseView struct {
	ask.CaseDetail
	Mailed  []ask.MailView   // the newest first, mailsOfCase of them at most
	Earlier rest             // of the mails
	Later   rest             // of the open mails
	Others  rest             // of the files
	Story   []ask.RecordView // the newest first
	Before  rest             // of the records
	Whole   bool             // Story is one record, with all that it says
	Strip   strip
	Likely  []choice // the likeliest steps
	Other   []choice // every other step that may be recorded
	Near    []choice // refused ones that the case comes to next, or that somebody else may record now
	Refused []choice // every other
	Last    uint64
	New     []ask.RecordView // what was recorded just now
	Today   ask.Day
}

// choice is a step as a case offers it.
type choice struct {
	Command, Label, Why string
	By                  ask.Day
	Left                *int // working days to By
}

// mailsOfCase bounds the mails that stand on a page with what they say: some applicants write every day. On that of a case what
// nobody has decided about stands above them, however old it is; recordsOfCase bounds what has happened to it.
const (
	mailsOfCase   = 8
	recordsOfCase = 40
)

// rest is how much of a list does not stand on a page, and where the next of it is.
type rest struct{ N, Next int }

// portion is a part of a list, from a place on, and what follows it.
func portion[T any](all []T, from, most int) ([]T, rest) {
	from = min(from, len(all))
	shown := all[from:min(len(all), from+most)]
	return shown, restOf(len(all), from, len(shown))
}

// restOf is what follows those that are shown, from a place on, of so many.
func restOf(all, from, shown int) rest { return rest{max(0, all-from-shown), from + shown} }

// beside asks for a case with the mails that stand beside a form: the first, which is what was applied for, and the latest.
func beside(id casefile.ID) ask.ShowQuery {
	return ask.ShowQuery{CaseRef: ask.CaseRef{Case: id}, Part: &ask.ShowPart{Mails: mailsOfCase - 1, First: true}}
}

// notShown is how many mails of a case do not stand beside a form, and where the page of the case goes on with them.
func notShown(d ask.CaseDetail) rest {
	return rest{d.MailsAll - len(d.Mails), mailsOfCase - 1}
}

// from is the place in a list at which an address begins.
func (x *visit) from(name string) int {
	n, _ := number(x.r.URL.Query().Get(name))
	return int(min(n, 1<<20))
}

// Says is as much of the text of a record as stands among the others.
func (v caseView) Says(text string) stretch {
	if v.Whole {
		return stretch{Text: text}
	}
	return beginning(text, len(v.Story))
}

func showCase(x *visit) error { return x.theCase(x.client) }

// revealCase shows a case unmasked. It is asked for by a button, so that nobody's visit is recorded without his doing.
func revealCase(x *visit) error { return x.theCase(x.client.Reveal(ask.Contact)) }

func (x *visit) theCase(c *ask.Client) error {
	id := x.caseID()
	v := caseView{Today: x.me.Today}
	var err error
	one, whole := number(x.r.URL.Query().Get("record"))
	part := &ask.ShowPart{Mails: mailsOfCase, MailsAfter: x.from("mails"), Records: recordsOfCase, RecordsAfter: x.from("story"), Record: one,
		Open: mailsOfCase, OpenFrom: x.from("open"), Files: filesShown, FilesFrom: x.from("files")}
	if v.CaseDetail, err = ask.Do(x.ctx(), c, ask.Show, ask.ShowQuery{CaseRef: ask.CaseRef{Case: id}, Part: part}); err != nil {
		return err
	}
	e, err := ask.Do(x.ctx(), x.client, ask.Explain, ask.CaseRef{Case: id})
	if err != nil {
		return err
	}
	choices, err := ask.Do(x.ctx(), x.client, ask.Choices, ask.CaseRef{Case: id})
	if err != nil {
		return err
	}
	v.Strip, v.Last = stripOf(e), choices.Last
	v.Likely, v.Other, v.Near, v.Refused = choose(choices)
	v.Mailed, v.Story = slices.Clone(v.Mails), slices.Clone(v.Records)
	slices.Reverse(v.Mailed)
	slices.Reverse(v.Story)
	if v.Whole = whole; whole && (one == 0 || len(v.Story) == 0) {
		return ask.NotFound("", "%s 没有第 %d 条记录", id, one)
	}
	v.Earlier = restOf(v.MailsAll, part.MailsAfter, len(v.Mailed))
	v.Before = restOf(v.RecordsAll, v.RecordsAfter, len(v.Story))
	v.Later = restOf(v.OpenAll, part.OpenFrom, len(v.Open))
	v.Others = restOf(v.FilesAll, part.FilesFrom, len(v.Files))
	if since, ok := number(x.r.URL.Query().Get("new")); ok {
		for _, r := range v.Records {
			if r.Seq >= since && !r.Voided {
				v.New = append(v.New, r)
			}
		}
	}
	return x.show("case", string(id)+" "+string(v.Applicant), "cases", v)
}

// choose parts the steps of a case: what it probably needs, what else it may have, and what is refused, with why. Of these
// the ones that people look for are near.
func choose(all ask.CaseChoices) (likely, other, near, refused []choice) {
	for _, l := range all.Likely {
		i := l.Kind.Info()
		likely = append(likely, choice{i.Command, i.Label, l.Why, l.By, nil})
	}
	for _, s := range all.Steps {
		i := s.Kind.Info()
		is := func(c choice) bool { return c.Command == i.Command }
		switch {
		case s.Why != "" && (s.Ahead || slices.ContainsFunc(likely, is)):
			likely = slices.DeleteFunc(likely, is)
			near = append(near, choice{Command: i.Command, Label: i.Label, Why: s.Why})
		case s.Why != "":
			refused = append(refused, choice{Command: i.Command, Label: i.Label, Why: s.Why})
		case !slices.ContainsFunc(likely, is):
			other = append(other, choice{Command: i.Command, Label: i.Label, Why: i.Article})
		}
	}
	const most = 4
	if len(likely) > most {
		for _, c := range slices.Backward(likely[most:]) {
			other = slices.Insert(other, 0, c)
		}
		likely = likely[:most]
	}
	return likely, other, near, refused
}

// days is the table behind the strip: how the due dates come about, day by day.
func days(x *visit) error {
	e, err := ask.Do(x.ctx(), x.client, ask.Explain, ask.CaseRef{Case: x.caseID()})
	if err != nil {
		return err
	}
	return x.show("days", string(e.Case.Case)+" 逐日", "cases", struct {
		ask.Explanation
		Strip strip
	}{e, stripOf(e)})
}
