package web

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
)

// stepView is the form of a step, for one case or several.
type stepView struct {
	Step    ask.Step
	Info    casefile.KindInfo
	Cases   []ask.CaseRow // as they stand
	Seqs    map[casefile.ID]uint64
	On      string
	Inputs  []input
	Wrong   *ask.Error // what was refused
	Tried   *ask.AppendResult
	Effects []effect
	Mark    string // of what was tried, so that what is recorded is what was shown
	Since   []ask.RecordView
	Apart   map[casefile.ID]refusal // of several cases, those of which the step cannot be recorded
	Today   ask.Day
}

// refusal is why a step on one of several cases cannot be recorded.
type refusal struct {
	Wrong *ask.Error
	Since []ask.RecordView
}

// Rest is how many of the cases the step may be recorded of.
func (v stepView) Rest() int { return len(v.Cases) - len(v.Apart) }

// input is a field of a form with what was entered.
type input struct {
	ask.Field
	Needed bool
	Values []string
	Wrong  string
	Note   []string // where a proposed value comes from
	Doubt  string
}

// Value is what stands in an input of one line.
func (i input) Value() string { return strings.Join(i.Values, "\n") }

// Said is what is chosen or entered, as it stands on paper.
func (i input) Said() string {
	if i.Shape == ask.Ticked {
		if len(i.Values) > 0 {
			return "是"
		}
		return ""
	}
	said := slices.Clone(i.Values)
	for n, v := range said {
		if at := slices.IndexFunc(i.Choices, func(c ask.Choice) bool { return v == c.Code || v == c.Label }); at >= 0 {
			said[n] = i.Choices[at].Label
		}
	}
	return strings.Join(said, "\n")
}

// Has reports whether a choice is the present one.
func (i input) Has(c ask.Choice) bool {
	return slices.ContainsFunc(i.Values, func(v string) bool { return v == c.Code || v == c.Label })
}

// Rows is the height of an input of several lines.
func (i input) Rows() int { return min(max(3, strings.Count(i.Value(), "\n")+2), 14) }

// effect is what recording would do to a case.
type effect struct {
	Case          casefile.ID
	Before, After ask.CaseRow
}

// commands are the steps by the words in the addresses of their forms.
var commands = sync.OnceValue(func() map[string]ask.Step {
	all := map[string]ask.Step{}
	for _, s := range ask.Steps() {
		all[s.Kind.Info().Command] = s
	}
	return all
})

// fieldLabels are what the options of all steps are called.
var fieldLabels = sync.OnceValue(func() map[string]string {
	all := map[string]string{"on": "日期"}
	for _, s := range ask.Steps() {
		for _, f := range s.Fields {
			if all[f.Name] == "" { // of several, the first is what its name says
				all[f.Name] = "“" + f.Label + "”"
			}
		}
	}
	return all
})

// chosenStep leads from cases that were ticked to the form of the step that was chosen for them.
func chosenStep(x *visit) error {
	q := x.r.URL.Query()
	switch ids, step := q["case"], q.Get("step"); {
	case len(ids) == 1 && step != "":
		http.Redirect(x.w, x.r, stepURL(step, casefile.ID(ids[0])), http.StatusSeeOther)
		return nil
	case step == casefile.KindRegistered.Info().Command:
		http.Redirect(x.w, x.r, "/register?"+url.Values{"case": ids}.Encode(), http.StatusSeeOther)
		return nil
	case step == casefile.KindReplied.Info().Command:
		http.Redirect(x.w, x.r, "/answers?"+url.Values{"case": ids}.Encode(), http.StatusSeeOther)
		return nil
	}
	http.Redirect(x.w, x.r, "/step/"+url.PathEscape(q.Get("step"))+"?"+url.Values{"case": q["case"]}.Encode(), http.StatusSeeOther)
	return nil
}

func stepForm(x *visit) error {
	v, err := x.step(x.r.URL.Query()["case"])
	if err != nil {
		return err
	}
	for _, f := range v.Step.Fields {
		v.Inputs = append(v.Inputs, input{Field: f, Needed: v.Step.Needs(f.Name), Values: x.r.URL.Query()[f.Name]})
	}
	return x.showStep(v)
}

func (x *visit) showStep(v stepView) error {
	title := v.Info.Label
	if len(v.Cases) == 1 {
		title += " " + string(v.Cases[0].Case)
	}
	return x.showAs(statusOf(v.Wrong), "step", title, "cases", v)
}

// step is the form without anything entered.
func (x *visit) step(ids []string) (v stepView, err error) {
	s, ok := commands()[x.r.PathValue("step")]
	if !ok {
		return v, ask.NotFound("", "没有这一步：%s", x.r.PathValue("step"))
	}
	v = newStep(s, x.me.Today)
	if len(ids) == 0 {
		return v, noneTicked()
	}
	all, err := x.chosen(ids)
	for _, d := range all {
		v.add(d)
	}
	return v, err
}

func newStep(s ask.Step, today ask.Day) stepView {
	return stepView{Step: s, Info: s.Kind.Info(), Seqs: map[casefile.ID]uint64{}, Today: today}
}

// add puts a case among those that the step is for.
func (v *stepView) add(d ask.CaseDetail) {
	v.Cases = append(v.Cases, d.CaseRow)
	v.Seqs[d.Case] = d.Last
}

// stepPost judges what was entered, or records it. Only what was judged and shown is recorded: who changes anything
// after it sees first what that would do.
func stepPost(x *visit) error {
	if err := x.read(); err != nil {
		return err
	}
	form := x.r.PostForm
	seen := seqsOf(form)
	v, err := x.step(ticked(form, seen))
	if err != nil {
		return err
	}
	entered := v.enter(form)
	if len(form["case"]) == 0 {
		return x.refused(v, noneTicked())
	}
	v.Mark = markOf(form, slices.Sorted(maps.Keys(v.Seqs)))
	req, err := v.request(entered)
	if err != nil {
		return x.refused(v, err)
	}
	record := form.Get("do") == "record" && form.Get("mark") == v.Mark
	res, err := ask.Do(x.ctx(), x.client.IfSeqs(seenOf(seen, req)).Dry(!record), ask.Append, req)
	if err != nil && len(v.Cases) > 1 {
		return x.apart(v, req, seen, err)
	}
	if err != nil {
		return x.refused(v, err)
	}
	if record {
		http.Redirect(x.w, x.r, afterRecording(v, res), http.StatusSeeOther)
		return nil
	}
	v.Tried, v.Effects = &res, effects(v.Cases, res.Cases)
	return x.showStep(v)
}

// afterRecording leads to the case, where what was recorded is marked; from several to 待办.
func afterRecording(v stepView, res ask.AppendResult) string {
	if len(res.Records) == 0 {
		return "/?recorded=" + strconv.Itoa(len(v.Cases))
	}
	if len(v.Cases) != 1 {
		return "/?" + url.Values{"recorded": {strconv.Itoa(len(v.Cases))}, "undo": {strconv.FormatUint(res.Records[0].Seq, 10)}}.Encode()
	}
	return "/case/" + url.PathEscape(string(v.Cases[0].Case)) + "?new=" + strconv.FormatUint(res.Records[0].Seq, 10)
}

// refused shows the form again with what was entered and why it was refused. Who was overtaken by somebody else sees
// what happened meanwhile.
func (x *visit) refused(v stepView, err error) error {
	v.wrongField(x, err)
	if v.Since, err = x.since(v.Wrong, seqsOf(x.r.PostForm)); err != nil {
		return err
	}
	return x.showStep(v)
}

// apart shows of several cases those that hold up the step, each with the reason, and lets the clerk go on with the others.
// Where none is left, or the reason lies in what was typed, there is one reason for all.
func (x *visit) apart(v stepView, req ask.AppendRequest, seen map[casefile.ID]uint64, reason error) error {
	v.Apart = map[casefile.ID]refusal{}
	rest := ask.AppendRequest{New: req.New}
	for _, d := range req.Drafts {
		one := ask.AppendRequest{Drafts: []ask.DraftView{d}, New: req.New}
		if _, err := ask.Do(x.ctx(), x.client.IfSeqs(seenOf(seen, one)).Dry(true), ask.Append, one); err != nil {
			wrong := x.told(err)
			v.Apart[d.Case] = refusal{wrong, x.sinceOf(wrong, d.Case, seen)}
			continue
		}
		rest.Drafts = append(rest.Drafts, d)
	}
	if v.Rest() == 0 && !slices.ContainsFunc(slices.Collect(maps.Values(v.Apart)), func(r refusal) bool { return r.Since != nil }) || v.Rest() == len(v.Cases) {
		v.Apart = nil
		return x.refused(v, reason)
	}
	v.Mark = ""
	if v.Rest() == 0 {
		return x.showStep(v)
	}
	res, err := ask.Do(x.ctx(), x.client.IfSeqs(seenOf(seen, rest)).Dry(true), ask.Append, rest)
	if err != nil {
		return x.refused(v, err)
	}
	ids := slices.Sorted(maps.Keys(v.Seqs))
	v.Mark = markOf(without(x.r.PostForm, slices.Collect(maps.Keys(v.Apart))), slices.DeleteFunc(ids, func(id casefile.ID) bool { return v.Apart[id].Wrong != nil }))
	v.Tried, v.Effects = &res, effects(v.Cases, res.Cases)
	return x.showStep(v)
}

// seenOf is how far the asker has seen those cases that he records on: of several, some are not ticked any more.
func seenOf(seen map[casefile.ID]uint64, req ask.AppendRequest) map[casefile.ID]uint64 {
	some := map[casefile.ID]uint64{}
	for _, d := range req.Drafts {
		if seq, ok := seen[d.Case]; ok {
			some[d.Case] = seq
		}
	}
	return some
}

// without is a form in which some of the cases are not ticked any more.
func without(form url.Values, left []casefile.ID) url.Values {
	form = maps.Clone(form)
	form["case"] = slices.DeleteFunc(slices.Clone(form["case"]), func(s string) bool { return slices.Contains(left, casefile.ID(s)) })
	return form
}

// sinceOf is since for one of several cases. It is an addition to why the case was refused, so nothing depends on it.
func (x *visit) sinceOf(wrong *ask.Error, id casefile.ID, seen map[casefile.ID]uint64) []ask.RecordView {
	all, err := x.since(wrong, map[casefile.ID]uint64{id: seen[id]})
	if err != nil {
		return nil
	}
	return all
}

// since is what was recorded on cases since somebody saw them, where he is refused for that.
func (x *visit) since(wrong *ask.Error, seen map[casefile.ID]uint64) (all []ask.RecordView, err error) {
	if wrong == nil || wrong.Code != "changed" {
		return nil, nil
	}
	for _, id := range slices.Sorted(maps.Keys(seen)) {
		err = ask.Each(x.ctx(), x.client, ask.Log, ask.LogQuery{Case: id, After: seen[id]}, func(r ask.RecordView) error {
			if r.Kind != casefile.KindRevealed { // for which nobody is refused
				all = append(all, r)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// wrongField says what was refused, at its field where it is one.
func (v *stepView) wrongField(x *visit, err error) {
	v.Mark = ""
	if wrong, ok := errors.AsType[*ask.FieldError](err); ok {
		for i := range v.Inputs {
			if v.Inputs[i].Name == wrong.Field {
				v.Inputs[i].Wrong = wrong.Msg
			}
		}
		v.Wrong = &ask.Error{Code: "field", Msg: "有一项要改", Exit: ask.ExitUsage}
		return
	}
	v.Wrong = x.told(err)
	if v.Wrong.Code != "field-missing" {
		return
	}
	for i := range v.Inputs {
		if slices.Contains(v.Wrong.Options, v.Inputs[i].Name) {
			v.Inputs[i].Wrong, v.Wrong.Code = "请写明", "field"
		}
	}
}

// enter puts what a form says into the fields.
func (v *stepView) enter(form url.Values) ask.Entries {
	v.On = strings.TrimSpace(form.Get("on"))
	entered := ask.Entries{}
	v.Inputs = nil
	for _, f := range v.Step.Fields {
		i := input{Field: f, Needed: v.Step.Needs(f.Name), Values: valuesOf(f, form[f.Name])}
		switch {
		case len(i.Values) == 0:
		case f.Shape == ask.Ticked:
			entered[f.Name] = nil
		case f.Shape == ask.Case:
			for _, s := range i.Values {
				entered[f.Name] = append(entered[f.Name], string(casefile.ExpandID(s, civil.Date(v.Today).Year())))
			}
		default:
			entered[f.Name] = i.Values
		}
		v.Inputs = append(v.Inputs, i)
	}
	return entered
}

// valuesOf is what was entered in a field: of several each on its line. Browsers end lines with CR LF.
func valuesOf(f ask.Field, raw []string) (values []string) {
	for _, s := range raw {
		s = strings.ReplaceAll(s, "\r\n", "\n")
		lines := []string{s}
		if f.Many {
			lines = strings.Split(s, "\n")
		}
		for _, l := range lines {
			if l = strings.TrimSpace(l); l != "" {
				values = append(values, l)
			}
		}
	}
	return values
}

// request is the drafts that the form stands for: the same on each case.
func (v *stepView) request(entered ask.Entries) (req ask.AppendRequest, err error) {
	on, err := dayOf(v.On)
	if err != nil {
		return req, err
	}
	e, err := v.Step.Event(entered, civil.Date(v.Today))
	if err != nil {
		return req, err
	}
	body, err := casefile.EncodeEvent(e)
	if err != nil {
		return req, err
	}
	for _, c := range v.Cases {
		req.Drafts = append(req.Drafts, ask.DraftView{Case: c.Case, On: on, Kind: e.Kind(), Event: body})
	}
	return req, nil
}

// dayOf reads a day; an empty one leaves it to the office, whose today decides.
func dayOf(s string) (ask.Day, error) {
	if s == "" {
		return 0, nil
	}
	d, err := civil.Parse(s)
	if err != nil {
		return 0, ask.Usage("日期：%v", err)
	}
	return ask.Day(d), nil
}

// seqsOf reads how far the asker has seen each case: fields seen=2026-00017:42.
func seqsOf(form url.Values) map[casefile.ID]uint64 {
	all := map[casefile.ID]uint64{}
	for _, s := range form["seen"] {
		id, seq, _ := strings.Cut(s, ":")
		if n, ok := number(seq); ok {
			all[casefile.ID(id)] = n
		}
	}
	return all
}

func noneTicked() error { return ask.Usage("没有选案件") }

// ticked are the cases that a form is about; those that it showed, if none is ticked, for what was typed must not be lost.
func ticked(form url.Values, seen map[casefile.ID]uint64) []string {
	ids := form["case"]
	if len(ids) == 0 {
		for _, id := range slices.Sorted(maps.Keys(seen)) {
			ids = append(ids, string(id))
		}
	}
	return ids
}

func number(s string) (uint64, bool) {
	n, err := strconv.ParseUint(s, 10, 64)
	return n, err == nil
}

// markOf names what a form says.
func markOf(form url.Values, ids []casefile.ID) string {
	said := url.Values{}
	for name, values := range form {
		if name != "do" && name != "mark" && name != "seen" {
			said[name] = values
		}
	}
	for _, id := range ids {
		said.Add("case", string(id))
	}
	sum := sha256.Sum256([]byte(said.Encode()))
	return hex.EncodeToString(sum[:16])
}

// effects set the cases as they would be beside what they are.
func effects(before, after []ask.CaseRow) (all []effect) {
	for _, b := range before {
		i := slices.IndexFunc(after, func(a ask.CaseRow) bool { return a.Case == b.Case })
		if i >= 0 {
			all = append(all, effect{b.Case, b, after[i]})
		}
	}
	slices.SortFunc(all, func(a, b effect) int { return cmp.Compare(a.Case, b.Case) })
	return all
}
