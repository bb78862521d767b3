package web

import (
	"net/http"
	"net/url"
	"slices"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
)

// disputeSteps are what is recorded on a dispute by the words in the addresses of their forms.
var disputeSteps = map[string]casefile.Kind{
	"file": casefile.KindDisputeFiled, "answer": casefile.KindDisputeAnswered, "decide": casefile.KindDisputeDecided,
	"appeal": casefile.KindDisputeAppealed, "retry": casefile.KindDisputeRetried, "void": casefile.KindVoided,
}

// disputePage is a 行政复议 or 行政诉讼 with what may be recorded on it.
type disputePage struct {
	ask.DisputeView
	Steps []disputeLink
}

type disputeLink struct{ Path, Label string }

func showDispute(x *visit) error {
	p := disputePage{}
	var err error
	if p.DisputeView, err = ask.Do(x.ctx(), x.client, ask.Dispute, ask.DisputeRef{Dispute: casefile.DisputeID(x.r.PathValue("dispute"))}); err != nil {
		return err
	}
	for _, name := range []string{"answer", "decide", "appeal", "retry"} {
		p.Steps = append(p.Steps, disputeLink{"/dispute/" + url.PathEscape(string(p.Dispute)) + "/" + name, disputeSteps[name].Info().Label})
	}
	return x.show("dispute", string(p.Dispute)+" "+p.TrackLabel, "years", p)
}

// disputeForm is the form of a step on a dispute, or of its filing: then it has no number yet.
type disputeForm struct {
	stepView
	ID    casefile.DisputeID
	Path  string
	Shown *ask.DisputeView // as it would be
}

// disputing is the form as the address says, without anything entered.
func (x *visit) disputing() (v disputeForm, err error) {
	name := x.r.PathValue("step")
	v.ID, v.Path = casefile.DisputeID(x.r.PathValue("dispute")), "/dispute"
	if v.ID != "" {
		v.Path += "/" + url.PathEscape(string(v.ID)) + "/" + url.PathEscape(name)
	} else {
		name = "file"
	}
	kind, ok := disputeSteps[name]
	i := slices.IndexFunc(ask.DisputeSteps(), func(s ask.Step) bool { return s.Kind == kind })
	if !ok || i < 0 || v.ID != "" && name == "file" {
		return v, ask.NotFound("", "没有这一步：%s", name)
	}
	v.stepView = stepView{Step: ask.DisputeSteps()[i], Info: kind.Info(), Today: x.me.Today}
	return v, nil
}

// shown are the fields that a person fills in: which dispute it is, the address says.
func (v *disputeForm) shown() {
	v.Inputs = slices.DeleteFunc(v.Inputs, func(i input) bool { return i.Name == "dispute" })
}

func disputeGet(x *visit) error {
	v, err := x.disputing()
	if err != nil {
		return err
	}
	q := x.r.URL.Query()
	for _, f := range v.Step.Fields {
		i := input{Field: f, Needed: v.Step.Needs(f.Name), Values: q[f.Name]}
		if f.Name == "cases" {
			i.Values = q["case"]
		}
		v.Inputs = append(v.Inputs, i)
	}
	return x.showDisputing(v)
}

func (x *visit) showDisputing(v disputeForm) error {
	v.shown()
	return x.showAs(statusOf(v.Wrong), "disputing", v.Info.Label, "years", v)
}

func disputePost(x *visit) error {
	v, err := x.disputing()
	if err != nil {
		return err
	}
	if err := x.read(); err != nil {
		return err
	}
	form := x.r.PostForm
	entered := v.enter(form)
	if v.ID != "" {
		entered["dispute"] = []string{string(v.ID)}
	}
	v.Mark = markOf(form, nil)
	record := form.Get("do") == "record" && form.Get("mark") == v.Mark
	res, err := x.recordDispute(v.Step, v.On, entered, record)
	switch {
	case err != nil:
		v.wrongField(x, err)
	case record:
		http.Redirect(x.w, x.r, "/dispute/"+url.PathEscape(string(res.Dispute)), http.StatusSeeOther)
		return nil
	default:
		v.Shown = &res
	}
	return x.showDisputing(v)
}

func (x *visit) recordDispute(s ask.Step, on string, entered ask.Entries, record bool) (res ask.DisputeView, err error) {
	day, err := dayOf(on)
	if err != nil {
		return res, err
	}
	e, err := s.Event(entered, civil.Date(x.me.Today))
	if err != nil {
		return res, err
	}
	body, err := casefile.EncodeEvent(e)
	if err != nil {
		return res, err
	}
	return ask.Do(x.ctx(), x.client.Dry(!record), ask.RecordDispute, ask.DisputeRequest{On: day, Kind: e.Kind(), Event: body})
}
