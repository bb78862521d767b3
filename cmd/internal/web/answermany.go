package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// answerMany is the page on which several cases get the same answer, each in a letter of its own.
type answerMany struct {
	Form   answerView // what all have in common
	Lines  []answerLine
	Rest   int  // so many of them were tried and may be answered so
	Issues bool // all may be issued as they are; otherwise they are submitted
	Failed int
	Mark   string
}

// answerLine is one of them.
type answerLine struct {
	Detail ask.CaseDetail
	Paper  bool // asked for in a mail, and not registered
	Way    string
	Sent   string // how it leaves, in words
	Wrong  *ask.Error
	Since  []ask.RecordView // what was recorded meanwhile, where that is why it was refused
	Tried  *ask.AnswerResult
	Done   bool // issued or submitted, though others could not be
}

// Left reports whether a case is not ticked any more: it is done, or nothing that is typed on this page helps it.
func (l answerLine) Left() bool { return l.Done || l.Wrong != nil && l.Wrong.Code != "missing" }

// asWanted answers each case as its applicant wishes: by a draft where he wants a mail and his address is registered,
// otherwise on paper.
const asWanted = "wanted"

var manyWays = []wayOf{
	{asWanted, "各按要求：要电子邮件且登记了地址的存入草稿箱，其余纸质", "制发"},
	{"paper", "一律纸质：先制发，送出后再记录", "制发纸质文书"},
}

func (x *visit) answeringMany(ids []string) (v answerMany, err error) {
	switch {
	case len(ids) == 0:
		return v, noneTicked()
	case len(ids) > mostAtOnce:
		return v, ask.Usage("一次最多答复 %d 件，选了 %d 件", mostAtOnce, len(ids))
	}
	v.Form = answerView{Today: x.me.Today, Ways: manyWays, Way: asWanted, Outcomes: outcomeGroups()}
	all, err := x.chosen(ids)
	if err != nil {
		return v, err
	}
	for _, d := range all {
		one := answerView{Detail: d}
		if err := one.propose(x); err != nil {
			return v, err
		}
		v.Lines = append(v.Lines, answerLine{Detail: d, Paper: one.Paper})
	}
	v.choose()
	return v, nil
}

// choose says how each answer leaves.
func (v *answerMany) choose() {
	for i := range v.Lines {
		l := &v.Lines[i]
		l.Way, l.Sent = "paper", "纸质"
		switch d := l.Detail; {
		case v.Form.Way != asWanted:
		case l.Paper:
			l.Sent = "纸质（来信要求，尚未登记）"
		case d.Email != "" && d.MailWanted:
			l.Way, l.Sent = "draft", "草稿箱 "+string(d.Email)
		case d.ByMail:
			l.Sent = "纸质（没有登记电子邮箱）"
		}
	}
}

func answerManyForm(x *visit) error {
	v, err := x.answeringMany(x.r.URL.Query()["case"])
	if err != nil {
		return err
	}
	return x.showAnswerMany(v)
}

func (x *visit) showAnswerMany(v answerMany) error {
	return x.showAs(statusOf(v.Form.Wrong), "answermany", "答复", "cases", v)
}

// answerManyPost judges every answer, or makes every one. Nothing is made before all of them can be.
func answerManyPost(x *visit) error {
	if err := x.read(); err != nil {
		return err
	}
	form := x.r.PostForm
	seen := seqsOf(form)
	v, err := x.answeringMany(ticked(form, seen))
	if err != nil {
		return err
	}
	v.Form.fill(form)
	v.choose()
	if len(form["case"]) == 0 {
		v.Form.refuse(x, noneTicked())
		return x.showAnswerMany(v)
	}
	v.Mark = markOf(form, nil)
	v.Issues = true
	err = v.each(x, seen, func(l *answerLine, c *ask.Client, req ask.AnswerRequest) error { return v.try(x.ctx(), l, c, req) })
	if err != nil {
		v.Form.refuse(x, err)
		v.Mark = ""
		return x.showAnswerMany(v)
	}
	do := form.Get("do")
	if v.Failed == 0 && form.Get("mark") == v.Mark && (do == "submit" || do == "record" && v.Issues) {
		if err := v.each(x, seen, func(l *answerLine, c *ask.Client, req ask.AnswerRequest) (err error) {
			if do == "submit" {
				_, err = ask.Do(x.ctx(), c, ask.Submit, ask.SubmitRequest{AnswerRequest: req, Note: v.Form.Note})
			} else {
				_, err = ask.Do(x.ctx(), c, ask.AnswerCase, req)
			}
			l.Done = err == nil
			return err
		}); err != nil {
			return err
		}
		if v.Failed == 0 {
			http.Redirect(x.w, x.r, "/?"+url.Values{"recorded": {strconv.Itoa(len(v.Lines))}}.Encode(), http.StatusSeeOther)
			return nil
		}
	}
	v.rest(form)
	return x.showAnswerMany(v)
}

// rest has the clerk go on with those cases that may be answered so. Where one of them lacks what is typed on this page,
// there are none before it is typed.
func (v *answerMany) rest(form url.Values) {
	v.Mark = ""
	var left []casefile.ID
	for _, l := range v.Lines {
		switch {
		case l.Left():
			left = append(left, l.Detail.Case)
		case l.Wrong != nil:
			v.Rest = 0
			return
		default:
			v.Rest++
		}
	}
	if v.Rest > 0 {
		v.Mark = markOf(without(form, left), nil)
	}
}

// each does something with the answer to every case; what goes wrong with one stands in its line. The error is one of
// what is written for all of them.
func (v *answerMany) each(x *visit, seen map[casefile.ID]uint64, do func(*answerLine, *ask.Client, ask.AnswerRequest) error) error {
	for i := range v.Lines {
		l := &v.Lines[i]
		one := v.Form
		one.Detail, one.Way = l.Detail, l.Way
		if l.Way == "paper" {
			one.Subject, one.Text = "", ""
		}
		req, err := one.request()
		if err != nil {
			return err
		}
		client := x.client
		if seq, ok := seen[l.Detail.Case]; ok {
			client = client.IfSeqs(map[casefile.ID]uint64{l.Detail.Case: seq})
		}
		if err := do(l, client, req); err != nil {
			l.Wrong = x.told(err)
			v.Failed++
			l.Since = x.sinceOf(l.Wrong, l.Detail.Case, seen)
		}
	}
	return nil
}

// try judges the answer to one case, and asks for what it lacks.
func (v *answerMany) try(ctx context.Context, l *answerLine, c *ask.Client, req ask.AnswerRequest) error {
	res, err := ask.Do(ctx, c.Dry(true), ask.AnswerCase, req)
	if err != nil {
		return err
	}
	l.Tried = &res
	for _, m := range res.Missing {
		if m.Name == ask.MissingSignature {
			v.Issues = false
			continue
		}
		if m.Filled() && !slices.ContainsFunc(v.Form.Fill, func(f fillOf) bool { return f.Name == m.Name }) {
			v.Form.Fill = append(v.Form.Fill, fillOf{Name: m.Name, How: m.How})
		}
		l.Wrong = &ask.Error{Code: "missing", Msg: "还缺 " + m.Name, Hint: m.How, Exit: ask.ExitRefused}
	}
	if l.Wrong != nil {
		v.Failed++
	}
	return nil
}
