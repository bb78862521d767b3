package letters

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/letter"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/record"
)

// letterView is a letter as one case's record has it.
func (l *Room) letterView(e casefile.LetterIssued, id casefile.ID, c casefile.Case) ask.LetterView {
	v := ask.LetterView{
		Letter: e.Letter, Label: e.Letter.Label(), Document: ask.Number(e.Document), Series: e.Series, Year: e.Year, Number: e.Number,
		Cases: append([]casefile.ID{id}, e.With...), Applicant: ask.Text(c.Applicant), Party: ask.Text(e.Party),
		Name: e.File.Name, Digest: e.File.Digest, Size: e.File.Size, Template: e.Template, Decides: e.Decides,
	}
	for _, f := range e.Annexes {
		v.Annexes = append(v.Annexes, f.Name)
	}
	v.Annexes = append(v.Annexes, e.OnPaper...)
	if d, err := e.Decided(); err == nil && d != nil {
		v.Text = casefile.Describe(casefile.WithDocument(d, ""))
	}
	return v
}

// LettersIn lists the letters of a case, each with how it stands.
func (l *Room) LettersIn(c casefile.Case, history []casefile.Record) []ask.LetterView {
	all := []ask.LetterView{}
	live := casefile.Live(history)
	for _, one := range casefile.Letters(history) {
		v := l.letterView(one.LetterIssued, c.ID, c)
		v.On, v.Voided, v.Actor = ask.Day(one.On), ask.Text(one.Voided), one.Actor
		way := casefile.WayNone
		if d, err := one.Decided(); err == nil && d != nil {
			if i := slices.IndexFunc(live, func(r casefile.Record) bool { return casefile.Same(d, r.Event) }); i >= 0 {
				v.Recorded, way = true, casefile.SentBy(live[i].Event)
			}
		}
		v.ToPost = l.toPost(c, live, one, v.Recorded, way)
		if v.ToPost && one.Party != "" {
			v.Address = ask.Text(casefile.AddressOf(live, one.LetterIssued))
		}
		all = append(all, v)
	}
	return all
}

// recent is for how many days a letter that was recorded as told is taken to wait for the post. One that is older has left,
// whether or not anybody recorded its number.
const recent = 10

// toPost reports whether a letter waits to be handed to the post: one whose news is recorded when it leaves, in whatever
// way that will be, and for some days one that was recorded at once and goes by post, as far as anybody has said. A reply
// that was recorded waits to be dispatched. On a case that was merged or dismissed nothing can be recorded as posted.
func (l *Room) toPost(c casefile.Case, live []casefile.Record, one casefile.CaseLetter, recorded bool, way casefile.Way) bool {
	department := one.Letter == casefile.LetterUrging || one.Letter == casefile.LetterSupervision
	switch {
	case one.Voided != "" || !one.Letter.Numbered() || department:
		return false
	case c.Stage == casefile.StageMerged || c.Stage == casefile.StageDismissed:
		return false
	case one.Decides != "" && !recorded:
		return true
	case one.Decides == casefile.KindReplied || one.On < l.Today().Add(-recent) || casefile.Posted(live, one.Document) || casefile.Mailed(live, one.Document):
		return false
	case way == casefile.WayNone && one.Party == "":
		way = c.NoticeWay()
	}
	return way == casefile.WayNone || way == casefile.ByPost
}

// viewOf finds a letter that was just recorded.
func (l *Room) viewOf(tx *desk.View, document string, id casefile.ID, digest casefile.Digest) (ask.LetterView, error) {
	c, history, err := tx.Whole(id)
	if err != nil {
		return ask.LetterView{}, err
	}
	for _, v := range slices.Backward(l.LettersIn(c, history)) {
		if string(v.Document) == document && v.Digest == digest {
			return v, nil
		}
	}
	return ask.LetterView{}, fmt.Errorf("letter %s is not on %s", document, id)
}

// LetterList lists letters: of a case, or of a year in the order of their numbers.
func (l *Room) LetterList(_ context.Context, _ ask.Call, q ask.LetterQuery) (all []ask.LetterView, err error) {
	all = []ask.LetterView{}
	err = l.View(func(tx *desk.View) error {
		if q.Case != "" {
			c, err := tx.Case(q.Case)
			if err != nil {
				return err
			}
			history, err := tx.History(q.Case)
			all = slices.DeleteFunc(l.LettersIn(c, history), func(v ask.LetterView) bool { return q.Year != 0 && civil.Date(v.On).Year() != q.Year })
			return err
		}
		for r, err := range tx.Letters(q.Year) {
			if err != nil {
				return err
			}
			if all, err = l.listed(tx, all, r); err != nil {
				return err
			}
		}
		return nil
	})
	slices.SortStableFunc(all, func(a, b ask.LetterView) int { return cmp.Compare(seriesOrder(a.Series), seriesOrder(b.Series)) })
	return all, err
}

// seriesOrder lists the series in the order in which a case needs their letters.
func seriesOrder(series string) int {
	k, err := casefile.ParseLetterKind(series)
	if err != nil {
		return 0
	}
	return int(k)
}

// listed adds a record to a list of letters: a letter, once for all its cases, or a gap.
func (l *Room) listed(tx *desk.View, all []ask.LetterView, r casefile.Record) ([]ask.LetterView, error) {
	switch e := r.Event.(type) {
	case casefile.LetterIssued:
		if n := len(all); n > 0 && all[n-1].Series == e.Series && all[n-1].Year == e.Year && all[n-1].Number == e.Number {
			return all, nil
		}
		v, err := l.viewOf(tx, e.Document, r.Case, e.File.Digest)
		return append(all, v), err
	case casefile.LetterResumed:
		v := ask.LetterView{Label: "续编", Series: e.Series, Year: e.Year, Through: e.Number, On: ask.Day(r.On), Cases: []casefile.ID{}, Reason: e.Reason, Actor: r.Actor}
		return append(all, v), nil
	}
	return all, nil
}

// Numbered finds the records of a letter by its number, however it is written.
func Numbered(tx *desk.View, document string) ([]casefile.Record, error) {
	records, err := tx.LettersNumbered(document)
	if err != nil || len(records) > 0 {
		return records, err
	}
	for r, err := range tx.Letters(casefile.DocumentYear(document)) {
		if err != nil {
			return nil, err
		}
		if e, ok := r.Event.(casefile.LetterIssued); ok && casefile.SameDocument(e.Document, document) {
			return tx.LettersNumbered(e.Document)
		}
	}
	return nil, ask.NotFound("文号照原样写全\nysq letter list", "没有文号为 %q 的文书", document)
}

// CopyLetter writes the bytes of a letter.
func (l *Room) CopyLetter(_ context.Context, _ ask.Call, q ask.LetterRef, begin func(ask.None) (io.Writer, error)) error {
	number := q.Document
	var d casefile.Digest
	err := l.View(func(tx *desk.View) error {
		records, err := Numbered(tx, number)
		if err != nil {
			return err
		}
		if e, ok := records[0].Event.(casefile.LetterIssued); ok {
			d = e.File.Digest
		}
		return nil
	})
	if err != nil {
		return err
	}
	return l.HandOver(d, number+" 的文件", func() (io.Writer, error) { return begin(ask.None{}) })
}

// VoidLetter voids a letter on every case that it answers. What it announced stays recorded; a person is
// told of that.
func (l *Room) VoidLetter(_ context.Context, c ask.Call, req ask.VoidLetterRequest) (res ask.LetterResult, err error) {
	if req.Reason == "" {
		return res, ask.Usage("缺少作废的理由")
	}
	res = ask.LetterResult{Missing: []ask.Missing{}, Warnings: []string{}, Records: []ask.RecordView{}, Cases: []ask.CaseRow{}}
	err = l.Change(c, func(tx *desk.Change) error {
		records, err := Numbered(tx.View, req.Document)
		if err != nil {
			return err
		}
		for _, r := range records {
			e, ok := r.Event.(casefile.LetterIssued)
			if !ok {
				continue
			}
			history, err := tx.History(r.Case)
			if err != nil {
				return err
			}
			if err := voidable(history, r.Case, e, &res.Warnings); err != nil {
				return err
			}
			made, err := tx.Append(casefile.Draft{Case: r.Case, On: civil.Of(c.At), Event: casefile.LetterVoided{LetterNumber: e.LetterNumber, Document: e.Document, Reason: req.Reason}})
			if err != nil {
				return err
			}
			views, err := record.RecordViews(made)
			if err != nil {
				return err
			}
			row, err := l.record.Row(tx.View, r.Case)
			if err != nil {
				return err
			}
			res.Records, res.Cases = append(res.Records, views...), append(res.Cases, row)
			if res.Letter, err = l.viewOf(tx.View, e.Document, r.Case, e.File.Digest); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || c.DryRun {
		return res, err
	}
	l.Log.Info().Str("number", req.Document).Str("actor", c.Who.String()).Msg("a letter was voided")
	return res, nil
}

// voidable refuses to void twice, and names a record that rests on the letter.
func voidable(history []casefile.Record, id casefile.ID, e casefile.LetterIssued, warnings *[]string) error {
	for _, l := range casefile.Letters(history) {
		if l.LetterNumber == e.LetterNumber && l.Voided != "" {
			return ask.Refused("void-twice", "", "%s 已经作废：%s", l.Document, l.Voided)
		}
	}
	d, err := e.Decided()
	if err != nil || d == nil {
		return err
	}
	for _, r := range casefile.Live(history) {
		if casefile.Same(d, r.Event) {
			*warnings = append(*warnings, fmt.Sprintf("%s：记录 %d（%s）是随此文书记录的，仍然有效；不对的请另行作废", id, r.Seq, r.Event.Kind().Label()))
		}
	}
	return nil
}

// RecordLetter records what a letter announces, on each of its cases.
func (l *Room) RecordLetter(_ context.Context, c ask.Call, req ask.RecordLetterRequest) (res ask.AppendResult, err error) {
	var drafts []casefile.Draft
	err = l.View(func(tx *desk.View) (err error) {
		drafts, err = l.Announcement(tx, c.Who, req)
		return err
	})
	if err != nil {
		return res, err
	}
	return l.record.AddAll(c, drafts...)
}

// Announcement returns what is recorded on each case of a letter when it goes out.
func (l *Room) Announcement(tx *desk.View, who ask.Actor, req ask.RecordLetterRequest) (drafts []casefile.Draft, err error) {
	records, err := Numbered(tx, req.Document)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		if e, ok := r.Event.(casefile.LetterIssued); ok {
			some, err := announcement(tx, r.Case, e, req)
			if err != nil {
				return nil, err
			}
			drafts = append(drafts, some...)
		}
	}
	for _, d := range drafts {
		if needs := l.record.Needs(d.Event.Kind()); who.Role < needs {
			return nil, ask.Refused("denied", "", "记录“%s”需要“%s”", d.Event.Kind().Label(), needs.Label())
		}
	}
	return drafts, nil
}

// announcement is what is recorded on a case when its letter goes out.
func announcement(tx *desk.View, id casefile.ID, e casefile.LetterIssued, req ask.RecordLetterRequest) ([]casefile.Draft, error) {
	history, err := tx.History(id)
	if err != nil {
		return nil, err
	}
	for _, l := range casefile.Letters(history) {
		if l.LetterNumber == e.LetterNumber && l.Voided != "" {
			return nil, ask.Refused("letter-voided", "", "%s 已经作废：%s", l.Document, l.Voided)
		}
	}
	d, err := e.Decided()
	if err != nil {
		return nil, err
	}
	on := civil.Date(req.On)
	var drafts []casefile.Draft
	live := casefile.Live(history)
	recorded := d == nil || slices.ContainsFunc(live, func(r casefile.Record) bool { return casefile.Same(d, r.Event) })
	if !recorded {
		drafts = append(drafts, casefile.Draft{Case: id, On: on, Event: told(d, on)})
	}
	switch {
	case req.Way == casefile.WayNone:
	case d != nil && d.Kind() == casefile.KindReplied:
		if !recorded || !casefile.Left(live) {
			drafts = append(drafts, casefile.Draft{Case: id, On: on, Event: casefile.Dispatched{Way: req.Way, Tracking: req.Tracking}})
		}
	case casefile.Posted(live, e.Document):
	case req.Mail == "" || d == nil || e.Party != "": // a mail that tells the applicant something is its own proof
		if !recorded && req.Mail == "" {
			drafts[0].Event = casefile.Sent(drafts[0].Event, req.Way)
		}
		of, _ := casefile.NoticeOf(e.Decides)
		drafts = append(drafts, casefile.Draft{Case: id, On: on, Event: casefile.LetterPosted{Document: e.Document, Of: of, Way: req.Way, Tracking: req.Tracking}})
	}
	switch {
	case drafts == nil && d == nil && req.Way == casefile.WayNone:
		return nil, ask.Refused("nothing-to-record", "寄出的，写明方式和单号\n--way 邮寄 --tracking 单号", "“%s”没有要随之记录的事项", e.Letter.Label())
	case drafts == nil:
		return nil, ask.Refused("recorded", "", "%s：%s 已经记录", id, e.Document)
	}
	return drafts, nil
}

// told is what a letter announces, told on the day on which it went out; zero: today.
func told(e casefile.Event, on civil.Date) casefile.Event {
	if x, ok := e.(casefile.Extended); ok && !on.IsZero() {
		x.Told = on
		return x
	}
	return e
}

// ResumeLetters says which numbers are taken although the register has no letter with them.
func (l *Room) ResumeLetters(_ context.Context, c ask.Call, req ask.ResumeLettersRequest) (views []ask.RecordView, err error) {
	now := c.At
	year := cmp.Or(req.Year, civil.Of(now).Year())
	if req.Reason == "" || len(req.Last) == 0 && !req.Rest {
		return nil, ask.Usage("请写明各种文书最后用过的号和理由")
	}
	err = l.Change(c, func(tx *desk.Change) error {
		var drafts []casefile.Draft
		add := func(series string, last int) {
			drafts = append(drafts, casefile.Draft{On: civil.Of(now), Event: casefile.LetterResumed{
				LetterNumber: casefile.LetterNumber{Series: series, Year: year, Number: last}, Reason: req.Reason}})
		}
		for _, k := range casefile.LetterKinds() {
			if last, ok := req.Last[k.String()]; ok {
				if err := resumable(tx.View, k.String(), year, last); err != nil {
					return err
				}
				add(k.String(), last)
			}
		}
		if last, ok := req.Last[letter.AllSeries]; ok {
			if err := resumable(tx.View, letter.AllSeries, year, last); err != nil {
				return err
			}
			add(letter.AllSeries, last)
		}
		if len(drafts) != len(req.Last) {
			return ask.Usage("续编的文书里有不认识的种类")
		}
		if req.Rest {
			add("", 0)
		}
		records, err := tx.Append(drafts...)
		if err != nil {
			return err
		}
		views, err = record.RecordViews(records)
		return err
	})
	return views, err
}

// resumable refuses to go back behind a number that is on record.
func resumable(tx *desk.View, series string, year, last int) error {
	next, err := tx.NextLetter(series, year)
	if _, gap := errors.AsType[*register.LetterGapError](err); err != nil && !gap {
		return err
	}
	if last < next.Number-1 || last > 1<<20 {
		return ask.Refused("letter-number", "写最后用过的号", "登记库里已用到第 %d 号，不能自第 %d 号续编", next.Number-1, last+1)
	}
	return nil
}
