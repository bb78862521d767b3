package web

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats"
)

// freezeView is the form with which a year is frozen, or taken back: what hinders it, and the reasons that a person
// gives in spite of it.
type freezeView struct {
	Year    int
	State   ask.YearView
	Failed  []stats.Check
	Hints   []stats.Check
	Carried int
	Reasons map[string]string // by the check that is waived
	Reason  string            // of taking it back
	Wrong   *ask.Error
	Tried   bool
	Mark    string
}

func (x *visit) freezing() (v freezeView, err error) {
	if v.Year, err = yearOf(x); err != nil {
		return v, err
	}
	v.Reasons = map[string]string{}
	all, err := ask.Do(x.ctx(), x.client, ask.Years, ask.None{})
	if err != nil {
		return v, err
	}
	i := slices.IndexFunc(all, func(y ask.YearView) bool { return y.Year == v.Year })
	if i < 0 {
		return v, ask.NotFound("", "登记簿没有 %d 年", v.Year)
	}
	if v.State = all[i]; v.State.Frozen {
		return v, nil
	}
	r, err := ask.Do(x.ctx(), x.client, ask.Rehearse, ask.YearRef{Year: v.Year})
	if err != nil {
		return v, err
	}
	v.Carried = len(r.Carried)
	for _, c := range r.Report.Checks {
		switch c.Level {
		case stats.Failure:
			v.Failed = append(v.Failed, c)
		case stats.Warning:
			v.Hints = append(v.Hints, c)
		}
	}
	return v, nil
}

func freezeForm(x *visit) error {
	v, err := x.freezing()
	if err != nil {
		return err
	}
	return x.showFreeze(v)
}

func (x *visit) showFreeze(v freezeView) error {
	return x.showAs(statusOf(v.Wrong), "freeze", strconv.Itoa(v.Year)+" 年冻结", "years", v)
}

// freezePost judges, or records. As with every step, only what was judged and shown is recorded.
func freezePost(x *visit) error {
	v, err := x.freezing()
	if err != nil {
		return err
	}
	if err := x.read(); err != nil {
		return err
	}
	form := x.r.PostForm
	v.Reason = strings.TrimSpace(form.Get("reason"))
	for name := range form {
		if check, ok := strings.CutPrefix(name, "waive:"); ok && strings.TrimSpace(form.Get(name)) != "" {
			v.Reasons[check] = strings.TrimSpace(form.Get(name))
		}
	}
	v.Mark = markOf(form, nil)
	record := form.Get("do") == "record" && form.Get("mark") == v.Mark
	client := x.client.Dry(!record)
	if v.State.Frozen {
		_, err = ask.Do(x.ctx(), client, ask.ReopenYear, ask.ReopenRequest{YearRef: ask.YearRef{Year: v.Year}, Reason: v.Reason})
	} else {
		q := ask.CloseRequest{YearRef: ask.YearRef{Year: v.Year}}
		for _, check := range slices.Sorted(maps.Keys(v.Reasons)) {
			q.Waivers = append(q.Waivers, casefile.Waiver{Check: check, Reason: v.Reasons[check]})
		}
		_, err = ask.Do(x.ctx(), client, ask.CloseYear, q)
	}
	switch {
	case err != nil:
		v.Wrong, v.Mark = x.told(err), ""
	case record:
		http.Redirect(x.w, x.r, pathOfYear(v.Year), http.StatusSeeOther)
		return nil
	default:
		v.Tried = true
	}
	return x.showFreeze(v)
}

// openingView is the form for 上年结转 of the register's first year.
type openingView struct {
	Year    int
	Columns []casefile.Column
	Counts  []string
	Source  string
	Bad     string // the column whose number is none
	Wrong   *ask.Error
	Tried   string
	Mark    string
}

func openingForm(x *visit) error {
	n, err := yearOf(x)
	if err != nil {
		return err
	}
	return x.showOpening(openingView{Year: n, Columns: casefile.Columns[:], Counts: make([]string, len(casefile.Columns))})
}

func (x *visit) showOpening(v openingView) error {
	return x.showAs(statusOf(v.Wrong), "opening", strconv.Itoa(v.Year)+" 年上年结转", "years", v)
}

func openingPost(x *visit) error {
	n, err := yearOf(x)
	if err != nil {
		return err
	}
	if err := x.read(); err != nil {
		return err
	}
	form := x.r.PostForm
	v := openingView{Year: n, Columns: casefile.Columns[:], Source: strings.TrimSpace(form.Get("source")), Mark: markOf(form, nil)}
	o := casefile.OpeningBalance{Year: n, Source: v.Source}
	for i, c := range v.Columns {
		text := strings.TrimSpace(form.Get(c.String()))
		v.Counts = append(v.Counts, text)
		if text == "" {
			continue
		}
		if o.Columns[i], err = ask.Whole(text); err != nil && v.Wrong == nil {
			v.Bad, v.Wrong = c.String(), &ask.Error{Code: "field", Msg: c.Label() + "：" + err.Error(), Exit: ask.ExitUsage}
		}
	}
	if v.Wrong != nil {
		v.Mark = ""
		return x.showOpening(v)
	}
	record := form.Get("do") == "record" && form.Get("mark") == v.Mark
	if _, err := ask.Do(x.ctx(), x.client.Dry(!record), ask.SetOpening, o); err != nil {
		v.Wrong, v.Mark = x.told(err), ""
		return x.showOpening(v)
	}
	if record {
		http.Redirect(x.w, x.r, pathOfYear(n), http.StatusSeeOther)
		return nil
	}
	v.Tried = casefile.Describe(o)
	return x.showOpening(v)
}

// pathOfYear is the page of a year.
func pathOfYear(n int) string { return "/year/" + strconv.Itoa(n) }
