package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats"
	"ysq.internal/ysq/stats/annual"
)

// wordsView is the form for what no record says about a year: 表二 and the words of the report.
type wordsView struct {
	Year     int
	Parts    [6]string
	Groups   []stats.FactGroup
	Amounts  map[string][]string // of 表二 by their line, as they were entered
	Passages []stats.Passage
	Problems string
	Other    string
	Fees     string
	Saved    bool // somebody has written it before
	Wrong    *ask.Error
	Report   stats.Report // as it reads with what is saved
}

// Amount is what stands in a field of 表二.
func (v wordsView) Amount(key string, i int) string {
	if all := v.Amounts[key]; i < len(all) {
		return all[i]
	}
	return ""
}

// spare are the empty passages below those that are written.
const spare = 2

func (x *visit) wording() (v wordsView, f stats.Format, err error) {
	if v.Year, err = yearOf(x); err != nil {
		return v, f, err
	}
	if f, err = stats.FormatOf(stats.Current); err != nil {
		return v, f, err
	}
	v.Parts, v.Groups, v.Amounts = f.Parts, f.Facts, map[string][]string{}
	v.Report, err = ask.Do(x.ctx(), x.client, ask.Report, ask.YearRef{Year: v.Year})
	return v, f, err
}

func wordsForm(x *visit) error {
	v, f, err := x.wording()
	if err != nil {
		return err
	}
	text, err := ask.Do(x.ctx(), x.client, ask.Manual, ask.YearRef{Year: v.Year})
	if err != nil {
		return err
	}
	m, err := annual.Parse([]byte(text.Text), f)
	if err != nil {
		return ask.Usage("%d 年报告的文字部分无法读取：%v", v.Year, err)
	}
	v.Saved, v.Problems, v.Other, v.Fees = text.Saved, m.Problems, m.Other, strconv.Itoa(m.OtherFees)
	v.Passages = append(m.Overview, make([]stats.Passage, spare)...)
	for key, all := range m.Table2 {
		for _, a := range all {
			v.Amounts[key] = append(v.Amounts[key], a.String())
		}
	}
	return x.showWords(v)
}

func (x *visit) showWords(v wordsView) error {
	return x.showAs(statusOf(v.Wrong), "words", strconv.Itoa(v.Year)+" 年报告的文字和表二", "years", v)
}

// wordsPost saves what was entered: it changes no record, and the numbers of the tables come from the cases.
func wordsPost(x *visit) error {
	v, f, err := x.wording()
	if err != nil {
		return err
	}
	if err := x.read(); err != nil {
		return err
	}
	ref := ask.YearRef{Year: v.Year}
	old, err := ask.Do(x.ctx(), x.client, ask.Manual, ref)
	if err != nil {
		return err
	}
	v.Saved = old.Saved
	m, wrong := v.enter(x.r.PostForm, f)
	if wrong == nil && x.entered() {
		return x.showWords(v)
	}
	if wrong == nil {
		_, wrong = ask.Do(x.ctx(), x.client, ask.SetManual, ask.ManualEdit{YearRef: ref, Text: annual.Write(v.Year, f, m, string(old.Text))})
	}
	if wrong != nil {
		v.Wrong = x.told(wrong)
		return x.showWords(v)
	}
	http.Redirect(x.w, x.r, pathOfYear(v.Year), http.StatusSeeOther)
	return nil
}

// enter puts what a form says into the page, and reads it.
func (v *wordsView) enter(form url.Values, f stats.Format) (m stats.Manual, err error) {
	text := func(name string) string { return strings.TrimSpace(strings.ReplaceAll(form.Get(name), "\r\n", "\n")) }
	v.Problems, v.Other, v.Fees = text("problems"), text("other"), text("fees")
	m = stats.Manual{Problems: v.Problems, Other: v.Other, Table2: stats.Facts{}}
	for i := range form["title"] {
		p := stats.Passage{Title: strings.TrimSpace(form["title"][i])}
		if i < len(form["text"]) {
			p.Text = strings.TrimSpace(strings.ReplaceAll(form["text"][i], "\r\n", "\n"))
		}
		v.Passages = append(v.Passages, p)
		if p != (stats.Passage{}) {
			m.Overview = append(m.Overview, p)
		}
	}
	if v.Fees != "" {
		if m.OtherFees, err = ask.Whole(v.Fees); err != nil {
			return m, ask.Usage("登记簿以外收取的信息处理费：%v", err)
		}
	}
	for _, g := range f.Facts {
		for _, item := range g.Items {
			filled := 0
			for i := range g.Columns {
				s := strings.TrimSpace(form.Get(fmt.Sprintf("%s:%d", item.Key, i)))
				v.Amounts[item.Key] = append(v.Amounts[item.Key], s)
				if s == "" {
					continue
				}
				filled++
				a, wrong := stats.ParseAmount(s)
				if wrong != nil && err == nil {
					err = ask.Usage("表二“%s”的“%s”：%v", item.Label, g.Columns[i], wrong)
				}
				m.Table2[item.Key] = append(m.Table2[item.Key], a)
			}
			if filled > 0 && filled < len(g.Columns) && err == nil {
				err = ask.Usage("表二“%s”有 %d 栏没有填：没有的写 0", item.Label, len(g.Columns)-filled)
			}
		}
	}
	return m, err
}
