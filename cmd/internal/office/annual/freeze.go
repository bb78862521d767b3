package annual

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/stats"
	"ysq.internal/ysq/stats/render"
)

// Freezing keeps the report of a year as it is published. Later years rest on it.
type Freezing struct {
	*desk.Desk
	reports *Room
	files   Files
}

// NewFreezing returns the freezing of the room's reports, whose files are written at once.
func NewFreezing(a *Room, files Files) Freezing { return Freezing{a.Desk, a, files} }

// CloseYear freezes a year: its report is kept as it is published, with every case that it counts. A
// check that has failed must be waived with a reason.
func (z Freezing) CloseYear(_ context.Context, c ask.Call, req ask.CloseRequest) (v ask.YearView, err error) {
	year := req.Year
	if err := ask.Plausible(year); err != nil {
		return v, err
	}
	if civil.Of(c.At).Year() <= year {
		return v, ask.Refused("year-open", "次年 1 月 1 日起可以冻结", "%d 年尚未结束", year)
	}
	var closed casefile.YearClosed
	err = z.Change(c, func(tx *desk.Change) error {
		past, err := pastYears(tx.View)
		if err != nil {
			return err
		}
		if by, ok := past.by[year]; ok {
			return ask.Refused("year-frozen", "要重新计算，先解冻：year reopen", "%d 年已由 %s 于 %s 冻结", year, by.Actor, by.On)
		}
		if err := z.reports.inOrder(tx.View, past, year); err != nil {
			return err
		}
		rep, err := z.reports.compute(tx.View, year, past, stats.Options{Trace: true})
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
		v = z.reports.yearView(past, year)
		return nil
	})
	if err != nil || c.DryRun {
		return v, err
	}
	z.Log.Warn().Int("year", year).Str("actor", c.Who.String()).Str("digest", closed.Digest.String()).Int("waived", len(closed.Waivers)).Msg("year frozen")
	return v, z.files.writeFrozen(year, closed)
}

// inOrder refuses to freeze a year before the years that it rests on, or after those that rest on it: a case
// between them would be counted in two years.
func (a *Room) inOrder(tx *desk.View, past past, year int) error {
	if n := len(past.years); n > 0 && past.years[n-1] > year {
		last := past.years[n-1]
		return ask.Refused("year-order", fmt.Sprintf("先解冻 %d 年，再依次冻结\nysq year reopen %d", last, last), "%d 年已冻结，其上年结转已经确定，不能再冻结 %d 年", last, year)
	}
	first, err := a.firstYear(tx)
	if err != nil {
		return err
	}
	for y := min(first, year); y < year; y++ {
		if _, ok := past.closed[y]; !ok {
			return ask.Refused("year-order", fmt.Sprintf("先冻结 %d 年\nysq year close %d", y, y), "登记簿中有 %d 年的申请而该年尚未冻结；须依次冻结，以免一件计入两年", y)
		}
	}
	return nil
}

// firstYear is the earliest year in which a case was received that a report counts.
func (a *Room) firstYear(tx *desk.View) (int, error) {
	earliest := func(year, other int) int { return min(cmp.Or(year, other), cmp.Or(other, year)) }
	blocks, err := a.first.Of(tx, false, func(cases iter.Seq2[casefile.Case, error]) (first int, err error) {
		for c, err := range cases {
			if err != nil {
				return 0, err
			}
			if received := c.ReceivedOn(); c.Counts() && !c.Carried && !received.IsZero() {
				first = earliest(first, received.Year())
			}
		}
		return first, nil
	})
	first := 0
	for _, year := range blocks {
		first = earliest(first, year)
	}
	return cmp.Or(first, math.MaxInt), err
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
func (z Freezing) ReopenYear(_ context.Context, c ask.Call, req ask.ReopenRequest) (v ask.YearView, err error) {
	year, reason := req.Year, req.Reason
	if strings.TrimSpace(reason) == "" {
		return v, ask.Usage("请写明解冻的理由")
	}
	failed, err := z.failing(year)
	if err != nil {
		return v, err
	}
	err = z.Change(c, func(tx *desk.Change) error {
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
		v = z.reports.yearView(past, year)
		v.Failed = failed
		return nil
	})
	if err != nil || c.DryRun {
		return v, err
	}
	z.Log.Warn().Int("year", year).Str("actor", c.Who.String()).Str("reason", reason).Msg("year reopened")
	return v, nil
}

// failing counts the checks that a frozen year will fail when it is not frozen any more. Thawing changes nothing that they look at,
// so that they are made before it, where what was counted is kept.
func (z Freezing) failing(year int) (int, error) {
	return desk.Look(z.Desk, func(tx *desk.View) (int, error) {
		past, err := z.reports.committed(tx)
		if _, frozen := past.closed[year]; err != nil || !frozen {
			return 0, err // of which the change says more
		}
		rep, err := z.reports.reported(tx, past.without(year), year)
		return len(rep.Failed()), err
	})
}

// YearDiff computes a frozen year as if it were not and lists what would differ.
func (z Freezing) YearDiff(_ context.Context, _ ask.Call, q ask.YearRef) (all []stats.Difference, err error) {
	err = z.View(func(tx *desk.View) error {
		past, err := z.reports.committed(tx)
		if err != nil {
			return err
		}
		all, _, err = sinceFrozen(tx, past, q.Year, z.reports.recount)
		return err
	})
	return all, err
}
