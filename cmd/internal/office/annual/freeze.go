package annual

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/stats"
	"ysq.internal/ysq/stats/render"
)

// Years says how the report of each year stands that the register knows, the latest first.
func (a *Room) Years(context.Context, ask.Call, ask.None) ([]ask.YearView, error) {
	var all []ask.YearView
	err := a.View(func(tx *desk.View) error {
		past, err := a.committed(tx)
		if err != nil {
			return err
		}
		for _, year := range slices.Backward(a.years(past)) {
			v := a.yearView(past, year)
			if !v.Frozen {
				rep, err := a.standing(tx, past, year)
				if err != nil {
					return err
				}
				v.Failed = len(rep.Failed())
			}
			all = append(all, v)
		}
		return nil
	})
	return all, err
}

// years lists those of which the register can report: from its first on, and what is or was frozen.
func (a *Room) years(past past) []int {
	first := civil.Of(a.Reg.Meta().Inception).Year()
	if past.opening.Year != 0 {
		first = min(first, past.opening.Year)
	}
	known := make(map[int]bool)
	for year := first; year <= a.Today().Year(); year++ {
		known[year] = true
	}
	for _, year := range slices.Concat(past.years, past.thawed) {
		known[year] = true
	}
	return slices.Sorted(maps.Keys(known))
}

// yearView is how a year stands, but for its checks.
func (a *Room) yearView(past past, year int) ask.YearView {
	submit, publish := a.Live().Report.Deadlines(year)
	v := ask.YearView{
		Year: year, Waivers: []casefile.Waiver{}, SubmitBy: ask.Day(submit), PublishBy: ask.Day(publish),
		Remaining: publish.Sub(a.Today()), Directory: ask.Handle(a.yearDir(year)),
	}
	if closed, ok := past.closed[year]; ok {
		by := past.by[year]
		v.Frozen, v.FrozenOn, v.FrozenBy, v.Digest = true, ask.Day(by.On), by.Actor, ask.Handle(closed.Digest.String())
		v.Waivers = append(v.Waivers, closed.Waivers...)
	}
	return v
}

func (a *Room) yearDir(year int) string {
	return filepath.Join(a.annualDir(), strconv.Itoa(year))
}

// CloseYear freezes a year: its report is kept as it is published, with every case that it counts. A
// check that has failed must be waived with a reason.
func (a *Room) CloseYear(_ context.Context, c ask.Call, req ask.CloseRequest) (v ask.YearView, err error) {
	year := req.Year
	if err := ask.Plausible(year); err != nil {
		return v, err
	}
	if civil.Of(c.At).Year() <= year {
		return v, ask.Refused("year-open", "次年 1 月 1 日起可以冻结", "%d 年尚未结束", year)
	}
	var closed casefile.YearClosed
	err = a.Change(c, func(tx *desk.Change) error {
		past, err := pastYears(tx.View)
		if err != nil {
			return err
		}
		if by, ok := past.by[year]; ok {
			return ask.Refused("year-frozen", "要重新计算，先解冻：year reopen", "%d 年已由 %s 于 %s 冻结", year, by.Actor, by.On)
		}
		if err := inOrder(tx.View, past, year); err != nil {
			return err
		}
		rep, err := a.compute(tx.View, year, past, stats.Options{Trace: true})
		if err != nil {
			return err
		}
		if closed, err = freeze(rep, req.Waivers); err != nil {
			return err
		}
		if _, err := tx.Append(casefile.Draft{On: civil.Of(c.At), Event: closed}); err != nil {
			return err
		}
		if past, err = pastYears(tx.View); err != nil {
			return err
		}
		v = a.yearView(past, year)
		return nil
	})
	if err != nil || c.DryRun {
		return v, err
	}
	a.Log.Warn().Int("year", year).Str("actor", c.Who.String()).Str("digest", closed.Digest.String()).Int("waived", len(closed.Waivers)).Msg("year frozen")
	return v, a.writeFrozen(year, closed)
}

// inOrder refuses to freeze a year before the years that it rests on, or after those that rest on it: a case
// between them would be counted in two years.
func inOrder(tx *desk.View, past past, year int) error {
	if n := len(past.years); n > 0 && past.years[n-1] > year {
		last := past.years[n-1]
		return ask.Refused("year-order", fmt.Sprintf("先解冻 %d 年，再依次冻结\nysq year reopen %d", last, last), "%d 年已冻结，其上年结转已经确定，不能再冻结 %d 年", last, year)
	}
	first := year
	for c, err := range tx.Heads() {
		if err != nil {
			return err
		}
		if received := c.ReceivedOn(); c.Counts() && !c.Carried && !received.IsZero() {
			first = min(first, received.Year())
		}
	}
	for y := first; y < year; y++ {
		if _, ok := past.closed[y]; !ok {
			return ask.Refused("year-order", fmt.Sprintf("先冻结 %d 年\nysq year close %d", y, y), "登记簿中有 %d 年的申请而该年尚未冻结；须依次冻结，以免一件计入两年", y)
		}
	}
	return nil
}

// freeze makes the event of a report; its checks must have passed or be waived.
func freeze(rep stats.Report, waivers []casefile.Waiver) (casefile.YearClosed, error) {
	var open []string
	failed := make(map[string]bool)
	for _, c := range rep.Failed() {
		failed[c.ID] = true
		if !slices.ContainsFunc(waivers, func(w casefile.Waiver) bool { return w.Check == c.ID }) {
			open = append(open, c.ID+"："+c.Detail)
		}
	}
	for _, w := range waivers {
		switch {
		case strings.TrimSpace(w.Reason) == "":
			return casefile.YearClosed{}, ask.Usage("豁免 %s 没有写理由", w.Check)
		case !failed[w.Check]:
			return casefile.YearClosed{}, ask.Usage("%s 并非未通过的核对，无须豁免", w.Check)
		}
	}
	if len(open) > 0 {
		return casefile.YearClosed{}, &ask.Error{Code: "check-failed", Exit: ask.ExitCheck,
			Msg:  fmt.Sprintf("%d 年报告有 %d 项核对不通过\n%s", rep.Year, len(open), strings.Join(open, "\n")),
			Hint: "改正，或写明理由豁免\n--waive 核对=理由"}
	}
	for i, c := range rep.Checks {
		if at := slices.IndexFunc(waivers, func(w casefile.Waiver) bool { return w.Check == c.ID }); at >= 0 {
			rep.Checks[i].OK, rep.Checks[i].Level = true, stats.Warning
			rep.Checks[i].Detail += "——豁免：" + waivers[at].Reason
		}
	}
	counted := rep.Counted()
	rep.Frozen, rep.Cases = true, nil
	var b bytes.Buffer
	if err := render.JSON(&b, rep); err != nil {
		return casefile.YearClosed{}, err
	}
	text := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	return casefile.YearClosed{Year: rep.Year, Report: text, Digest: casefile.DigestOf(text), Waivers: waivers, Cases: counted}, nil
}

// ReopenYear undoes a freezing, of the last frozen year only: the next one rests on it.
func (a *Room) ReopenYear(_ context.Context, c ask.Call, req ask.ReopenRequest) (v ask.YearView, err error) {
	year, reason := req.Year, req.Reason
	if strings.TrimSpace(reason) == "" {
		return v, ask.Usage("请写明解冻的理由")
	}
	err = a.Change(c, func(tx *desk.Change) error {
		past, err := pastYears(tx.View)
		if err != nil {
			return err
		}
		if _, ok := past.closed[year]; !ok {
			return ask.Refused("year-open", "可查各年\nysq year list", "%d 年没有冻结", year)
		}
		if last := past.years[len(past.years)-1]; last != year {
			return ask.Refused("year-order", fmt.Sprintf("先解冻 %d 年", last), "%d 年也已冻结，其上年结转取自 %d 年", last, year)
		}
		if _, err := tx.Append(casefile.Draft{On: civil.Of(c.At), Event: casefile.YearReopened{Year: year, Reason: reason}}); err != nil {
			return err
		}
		if past, err = pastYears(tx.View); err != nil {
			return err
		}
		v = a.yearView(past, year)
		rep, err := a.compute(tx.View, year, past, stats.Options{})
		v.Failed = len(rep.Failed())
		return err
	})
	if err != nil || c.DryRun {
		return v, err
	}
	a.Log.Warn().Int("year", year).Str("actor", c.Who.String()).Str("reason", reason).Msg("year reopened")
	return v, nil
}

// YearDiff computes a frozen year as if it were not and lists what would differ.
func (a *Room) YearDiff(_ context.Context, _ ask.Call, q ask.YearRef) (all []stats.Difference, err error) {
	err = a.View(func(tx *desk.View) error {
		past, err := pastYears(tx)
		if err != nil {
			return err
		}
		all, _, err = a.sinceFrozen(tx, past, q.Year)
		return err
	})
	return all, err
}

// sinceFrozen compares a frozen year with what it would be now.
func (a *Room) sinceFrozen(tx *desk.View, past past, year int) ([]stats.Difference, stats.Report, error) {
	closed, ok := past.closed[year]
	if !ok {
		return nil, stats.Report{}, ask.Refused("year-open", "可查各年\nysq year list", "%d 年没有冻结，无从比较", year)
	}
	before, err := published(closed)
	if err != nil {
		return nil, stats.Report{}, err
	}
	if slices.ContainsFunc(before.Checks, func(c stats.Check) bool { return c.ID == baselineCheck }) {
		return nil, before, nil // the register has nothing to compare it with
	}
	for _, c := range closed.Cases {
		before.Cases = append(before.Cases, stats.Placed{Counted: c})
	}
	now, err := a.compute(tx, year, past, stats.Options{Trace: true, Format: before.Format})
	if err != nil {
		return nil, now, err
	}
	all, err := stats.Diff(before, now)
	return all, now, err
}

// Draft computes a report as asked, whether the year is frozen or not.
func (a *Room) Draft(_ context.Context, _ ask.Call, q ask.ReportQuery) (rep stats.Report, err error) {
	year := q.Year
	if err := spanning(q); err != nil {
		return rep, err
	}
	if q.Format != "" {
		if _, err := stats.FormatOf(q.Format); err != nil {
			return rep, ask.Usage("%v", err)
		}
	}
	if from, to := days(year, q.From, q.To); from == civil.New(year, time.January, 1) && to == civil.New(year, time.December, 31) {
		q.From, q.To = 0, 0 // the whole year, whoever writes its ends
	}
	err = a.View(func(tx *desk.View) error {
		past, err := pastYears(tx)
		if err != nil {
			return err
		}
		if closed, ok := past.closed[year]; ok && q.From.IsZero() && q.To.IsZero() && (q.Format == "" || q.Format == stats.Current) {
			return frozenWithCases(tx, closed, q.Trace, &rep)
		}
		if q.To.Year() > year {
			rep, err = a.across(tx, past, q)
			return err
		}
		rep, err = a.compute(tx, year, past, stats.Options{From: q.From, To: q.To, Trace: q.Trace, Format: q.Format})
		return err
	})
	return rep, err
}

// across computes a span that runs into later years: each year's part by the rules of that year, and the parts joined.
func (a *Room) across(tx *desk.View, past past, q ask.ReportQuery) (rep stats.Report, err error) {
	var parts []stats.Report
	for year := q.Year; year <= q.To.Year(); year++ {
		from, to := days(year, 0, 0)
		from, to = max(from, q.From), min(to, q.To)
		part, err := a.compute(tx, year, past, stats.Options{From: from, To: to, Trace: q.Trace, Format: q.Format, Published: true})
		if err != nil {
			return rep, err
		}
		part.From, part.To = from, to
		parts = append(parts, part)
	}
	all, err := a.matters(tx, q.From, q.To, math.MaxUint64)
	if err != nil {
		return rep, err
	}
	return stats.Join(parts, all)
}

// mostYears bounds a span.
const mostYears = 5

// spanning allows of a span of days that begins in its year and may end in a later one.
func spanning(q ask.ReportQuery) error {
	if !q.From.IsZero() && q.To.Year() > q.Year {
		if q.To.Year()-q.Year >= mostYears {
			return ask.Usage("%s 至 %s 超过 %d 年", q.From, q.To, mostYears)
		}
		q.To = 0
	}
	return withinYear(q)
}

func withinYear(q ask.ReportQuery) error {
	if err := ask.Plausible(q.Year); err != nil {
		return err
	}
	if err := ask.Ordered(q.Span); err != nil {
		return err
	}
	for _, day := range []civil.Date{q.From, q.To} {
		if !day.IsZero() && day.Year() != q.Year {
			return ask.Usage("%s 不在 %d 年", day, q.Year)
		}
	}
	return nil
}

// frozenWithCases reads a frozen report back, its cases with the words that they have today.
func frozenWithCases(tx *desk.View, closed casefile.YearClosed, trace bool, rep *stats.Report) (err error) {
	if *rep, err = published(closed); err != nil || !trace {
		return err
	}
	for _, counted := range closed.Cases {
		c, err := tx.Case(counted.Case)
		if err != nil {
			return err
		}
		p := stats.Placed{Counted: counted, Subject: c.Request, Received: c.ReceivedOn(), Stopped: c.StoppedOn}
		if p.Subject == "" {
			p.Subject = c.Subject
		}
		rep.Cases = append(rep.Cases, p)
	}
	return nil
}

// Departments compares the departments over a period.
func (a *Room) Departments(_ context.Context, _ ask.Call, q ask.Span) (all []stats.Department, err error) {
	if q.From.IsZero() || q.To.IsZero() {
		return nil, ask.Usage("请写明起止日期")
	}
	if err := ask.Ordered(q); err != nil {
		return nil, err
	}
	return desk.Look(a.Desk, func(tx *desk.View) ([]stats.Department, error) {
		return stats.Departments(q.From, q.To, a.Today(), tx.Cases(""), a.Reg.Calendar())
	})
}

// Stats sums up a period.
func (a *Room) Stats(_ context.Context, _ ask.Call, q ask.Span) (answer ask.StatsAnswer, err error) {
	if q.From.IsZero() || q.To.IsZero() {
		return answer, ask.Usage("请写明起止日期")
	}
	if err := ask.Ordered(q); err != nil {
		return answer, err
	}
	if q.To.Year()-q.From.Year() >= mostYears {
		return answer, ask.Usage("%s 至 %s 超过 %d 年", q.From, q.To, mostYears)
	}
	answer.Agency = ask.Public(a.Live().Agency.Name)
	answer.Summary, err = desk.Look(a.Desk, func(tx *desk.View) (stats.Summary, error) {
		return kept(a, tx, func(m *memo) map[ask.Span]stats.Summary { return m.spans }, q, func() (stats.Summary, error) {
			return stats.Summarize(q.From, q.To, a.Today(), tx.Cases(""), a.Reg.Calendar())
		})
	})
	return answer, err
}

// firstDrafts is when the drafts of a year are first made: five minutes into the next.
func firstDrafts(year int) time.Time {
	return civil.New(year+1, time.January, 1).Start().Add(5 * time.Minute)
}
