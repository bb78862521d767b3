package web

import (
	"bytes"
	"html/template"
	"time"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats"
	"ysq.internal/ysq/stats/render"
)

// chiefView is what a head asks of a period: how much, how much of it in time, who has how much to do.
type chiefView struct {
	ask.StatsAnswer
	Head        []string
	All         []string
	Departments []summaryRow
	Stretches   []summaryPart
	Soon        int
	Ahead       bool // the period has not begun
	Rate        string
	Strict      string
	Chart       template.HTML
}

type summaryPart struct {
	Label string
	Rows  []summaryRow
}

type summaryRow struct {
	Name  string
	Cells []string
}

// chiefSpan is the period that an address names; without one this year up to today.
func chiefSpan(x *visit) (s ask.Span, err error) {
	today := civil.Date(x.me.Today)
	s = ask.Span{From: civil.New(today.Year(), time.January, 1), To: today}
	for name, day := range map[string]*civil.Date{"from": &s.From, "to": &s.To} {
		text := x.r.URL.Query().Get(name)
		if text == "" {
			continue
		}
		if *day, err = civil.Parse(text); err != nil {
			return s, ask.Usage("日期：%v", err)
		}
	}
	return s, nil
}

func chief(x *visit) error {
	span, err := chiefSpan(x)
	if err != nil {
		return err
	}
	s, err := ask.Do(x.ctx(), x.client, ask.Stats, span)
	if err != nil {
		return err
	}
	v := chiefView{StatsAnswer: s, Head: render.SummaryHead, Soon: stats.Soon, Ahead: span.From > civil.Date(x.me.Today), All: render.SummaryLine(s.Summary.Now, s.Summary.Before, true)}
	for _, d := range s.Summary.Departments {
		v.Departments = append(v.Departments, summaryRow{d.Name, render.SummaryLine(&d, nil, false)})
	}
	for _, part := range []struct {
		label string
		all   []stats.Stretch
	}{{"季度", s.Summary.Quarters}, {"月份", s.Summary.Months}} {
		p := summaryPart{Label: part.label}
		for _, st := range part.all {
			p.Rows = append(p.Rows, summaryRow{st.Label, render.SummaryLine(st.Now, st.Before, true)})
		}
		v.Stretches = append(v.Stretches, p)
	}
	if now := s.Summary.Now; now != nil && now.Received+now.Done > 0 {
		v.Rate, v.Strict = stats.Rate(now.OnTime, now.Done), stats.Rate(now.OnTimeStrict, now.Done)
		var b bytes.Buffer
		if err := render.SummarySVG(&b, string(s.Agency), s.Summary); err != nil {
			return err
		}
		v.Chart = template.HTML(b.String()) // the renderer escapes the names of departments
	}
	return x.show("chief", "一段时间的办理情况", "years", v)
}

func chiefSheet(x *visit) error {
	span, err := chiefSpan(x)
	if err != nil {
		return err
	}
	s, err := ask.Do(x.ctx(), x.client, ask.Stats, span)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := render.SummaryXLSX(&b, string(s.Agency), s.Summary); err != nil {
		return err
	}
	return x.handSheet("办理情况 "+s.Summary.From.String()+" 至 "+s.Summary.To.String()+".xlsx", &b)
}
