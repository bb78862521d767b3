package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
)

// registerView is the page 登记: what came on the left, what was read in it on the right.
type registerView struct {
	stepView
	Detail    ask.CaseDetail
	Proposals ask.Proposals
	ID        *ask.ProposedValue // a number of identity: it can only be taken or left
	TakeID    bool
	Cut       map[string][]snippet // by the name of the field: what was recognised in a picture
	CutWrong  string               // why there are none
}

// snippet is a piece of a picture.
type snippet struct{ Label, Picture string }

// cut has the pieces of pictures made that stand beside what was recognised in them. Without them a page can still be
// looked at.
func (v *registerView) cut(x *visit, client *ask.Client, ref ask.CaseRef) error {
	if !slices.ContainsFunc(v.Proposals.Values, func(p ask.ProposedValue) bool { return p.Recognised }) {
		return nil
	}
	all, err := ask.Do(x.ctx(), client, ask.Snippets, ref)
	if err != nil {
		told := x.told(err)
		if told.Code == "session" {
			return err
		}
		v.CutWrong = told.Msg
		return nil
	}
	v.Cut = map[string][]snippet{}
	for _, s := range all {
		v.Cut[s.Flag] = append(v.Cut[s.Flag], snippet{s.Label, x.site.pictures.put(x.me.Name, "image/png", s.PNG)})
	}
	return nil
}

// Sheets reports whether there is anything of which a page can be shown.
func (v registerView) Sheets() bool {
	return slices.ContainsFunc(v.Detail.Mails, func(m ask.MailView) bool { return slices.ContainsFunc(m.Parts, viewable) })
}

// Correction is the form of a 补正告知 with what is missing.
func (v registerView) Correction() string {
	q := url.Values{"case": {string(v.Detail.Case)}}
	for _, m := range v.Proposals.Missing {
		q.Add("item", m.Item)
	}
	return "/step/" + casefile.KindCorrectionAsked.Info().Command + "?" + q.Encode()
}

// propose fills the fields with what was read: whoever leaves a value as it is takes it.
func (v *registerView) propose() {
	for _, f := range v.Step.Fields {
		i := input{Field: f, Needed: v.Step.Needs(f.Name) || f.Name == "column"}
		for _, p := range v.Proposals.Values {
			if p.Flag == f.Name {
				i.Values = append(i.Values, p.Value)
				i.Note, i.Doubt = append(i.Note, p.Sources...), p.Doubt
				if p.Confidence < 80 && i.Doubt == "" {
					i.Doubt = "把握不大，请对照来信核对"
				}
				for _, o := range p.Others {
					i.Note = append(i.Note, "或为："+o)
				}
			}
		}
		if f.Name == "as" && i.Values == nil {
			i.Values = []string{casefile.Application.Label()}
		}
		v.Inputs = append(v.Inputs, i)
	}
	for _, p := range v.Proposals.Values {
		if p.Flag == "id" {
			v.ID, v.TakeID = &p, true
		}
	}
}

func (x *visit) registering(client *ask.Client) (v registerView, err error) {
	v.stepView = newStep(commands()[casefile.KindRegistered.Info().Command], x.me.Today)
	ref := ask.CaseRef{Case: x.caseID()}
	if v.Detail, err = ask.Do(x.ctx(), client, ask.Show, beside(ref.Case)); err != nil {
		return v, err
	}
	v.add(v.Detail)
	if v.Proposals, err = ask.Do(x.ctx(), client, ask.Propose, ref); err != nil {
		return v, err
	}
	v.propose()
	return v, v.cut(x, client, ref)
}

func registerForm(x *visit) error {
	v, err := x.registering(x.client)
	if err != nil {
		return err
	}
	return x.showRegister(v)
}

func (x *visit) showRegister(v registerView) error {
	return x.showAs(statusOf(v.Wrong), "register", "登记 "+string(v.Detail.Case), "cases", v)
}

func registerPost(x *visit) error {
	if err := x.read(); err != nil {
		return err
	}
	form := x.r.PostForm
	if form.Get("do") == "reveal" {
		v, err := x.registering(x.client.Reveal(ask.Contact))
		if err != nil {
			return err
		}
		return x.showRegister(v)
	}
	v, err := x.registering(x.client)
	if err != nil {
		return err
	}
	proposed := map[string][]string{}
	for _, i := range v.Inputs {
		proposed[i.Name] = i.Values
	}
	entered := v.enter(form)
	v.TakeID = v.ID != nil && form.Get("id") != ""
	v.Mark = markOf(form, []casefile.ID{v.Detail.Case})
	req := ask.RegisterRequest{CaseRef: ask.CaseRef{Case: v.Detail.Case}, Token: ask.Handle(form.Get("token")), Accept: []string{}}
	for i := range v.Inputs {
		in := &v.Inputs[i]
		if p := proposed[in.Name]; len(p) > 0 && in.Name != "as" && slices.Equal(in.Values, lined(p, in.Many)) {
			req.Accept = append(req.Accept, in.Name)
			delete(entered, in.Name)
		}
	}
	if v.TakeID {
		req.Accept = append(req.Accept, "id")
	}
	if req.On, err = dayOf(v.On); err != nil {
		return x.refusedRegister(v, err)
	}
	if req.Event, err = v.Step.Encode(entered, civil.Date(x.me.Today)); err != nil {
		return x.refusedRegister(v, err)
	}
	record := form.Get("do") == "record" && form.Get("mark") == v.Mark
	res, err := ask.Do(x.ctx(), x.client.IfSeqs(seqsOf(form)).Dry(!record), ask.Register, req)
	if err != nil {
		return x.refusedRegister(v, err)
	}
	if record {
		http.Redirect(x.w, x.r, "/case/"+url.PathEscape(string(v.Detail.Case))+"?new="+strconv.FormatUint(res.Records[0].Seq, 10), http.StatusSeeOther)
		return nil
	}
	v.Tried, v.Effects = &res, effects(v.Cases, res.Cases)
	return x.showRegister(v)
}

// lined are proposed values as a form gives them back.
func lined(values []string, many bool) []string {
	return valuesOf(ask.Field{Many: many}, []string{strings.Join(values, "\n")})
}

func (x *visit) refusedRegister(v registerView, err error) error {
	v.wrongField(x, err)
	if v.Since, err = x.since(v.Wrong, seqsOf(x.r.PostForm)); err != nil {
		return err
	}
	return x.showRegister(v)
}
