package annual

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/stats"
)

// baselineCheck tells reports that were published elsewhere from those that were computed here.
const baselineCheck = "baseline"

// SetOpening records 上年结转 of the register's first year.
func (z Freezing) SetOpening(_ context.Context, c ask.Call, o casefile.OpeningBalance) (casefile.OpeningBalance, error) {
	for i, n := range o.Columns {
		if n < 0 {
			return o, ask.Usage("“%s”的上年结转不能是负数 %d", casefile.Columns[i].Label(), n)
		}
	}
	if o.Year < 2008 || o.Year > z.Today().Year()+1 {
		return o, ask.Usage("年份 %d 不对", o.Year)
	}
	_, err := z.Desk.Append(c, casefile.Draft{On: civil.New(o.Year, time.January, 1), Event: o})
	return o, err
}

// Baseline records the report of a year before the register's first as a frozen year: later years are compared with it, and
// the first of the register begins with what the last of these carried out. There are no cases behind its numbers.
func (z Freezing) Baseline(_ context.Context, c ask.Call, req ask.BaselineRequest) (v ask.YearView, err error) {
	rep := req.Report
	if err := ask.Plausible(rep.Year); err != nil {
		return v, err
	}
	f, err := rep.Form()
	if err != nil || len(rep.Table3) != len(f.Rows) || len(rep.Table4) != len(f.Tracks) {
		return v, ask.Usage("报告不完整：格式 %s", rep.Format)
	}
	var closed casefile.YearClosed
	err = z.Change(c, func(tx *desk.Change) error {
		past, err := pastYears(tx.View)
		if err != nil {
			return err
		}
		if err := beforeRegister(tx.View, past, rep.Year); err != nil {
			return err
		}
		rep.From, rep.To, rep.Cases = 0, 0, nil
		if rep.Checks, err = stats.Examine(rep, stats.Reading{Text: rep.Sections.Text()}); err != nil {
			return err
		}
		rep.Checks = append(rep.Checks, stats.Check{ID: baselineCheck, OK: true, Level: stats.Fine, Detail: "据已公布的报告录入，没有逐件的案件：" + req.Source})
		warnings, err := beside(past, rep)
		if err != nil {
			return err
		}
		for _, w := range warnings {
			rep.Checks = append(rep.Checks, stats.Check{ID: "carry-over", OK: true, Level: stats.Warning, Detail: w})
		}
		if closed, err = freeze(rep, nil); err != nil {
			return err
		}
		if _, err := tx.Append(casefile.Draft{On: civil.Of(c.At), Event: closed}); err != nil {
			return err
		}
		if len(past.years) == 0 || rep.Year > slices.Max(past.years) {
			if err := beginWith(tx, past, rep, f, req.Source); err != nil {
				return err
			}
		}
		if past, err = pastYears(tx.View); err == nil {
			v = z.reports.yearView(past, rep.Year)
			v.Warnings = warnings
		}
		return err
	})
	if err != nil || c.DryRun {
		return v, err
	}
	z.Log.Warn().Int("year", rep.Year).Str("actor", c.Who.String()).Str("source", req.Source).Msg("a published report is taken as a frozen year")
	return v, z.files.writeFrozen(rep.Year, closed)
}

// beside compares a published report with the frozen years before and after it: 上年结转 is what the year before carried out.
// Where two published reports differ, both are facts, and it is said; one that differs from what the register has frozen
// would break the chain, and is refused.
func beside(past past, rep stats.Report) (warnings []string, err error) {
	for _, year := range []int{rep.Year - 1, rep.Year + 1} {
		closed, ok := past.closed[year]
		if !ok {
			continue
		}
		other, err := published(closed)
		if err != nil {
			return nil, err
		}
		first, second := other, rep
		if year > rep.Year {
			first, second = rep, other
		}
		broken, err := stats.Carried(first, second)
		switch {
		case err != nil:
			return nil, err
		case len(broken) == 0:
		case slices.ContainsFunc(other.Checks, func(c stats.Check) bool { return c.ID == baselineCheck }):
			warnings = append(warnings, fmt.Sprintf("%d 年的“四、结转下年度继续办理”与 %d 年的“二、上年结转”不符：%s", first.Year, second.Year, strings.Join(broken, "；")))
		default:
			return nil, ask.Refused("carry-over", fmt.Sprintf("核对这份报告；%d 年冻结有误的，先解冻\nysq year reopen %d", year, year),
				"这份报告与已冻结的 %d 年报告不符：%s", year, strings.Join(broken, "；"))
		}
	}
	return warnings, nil
}

// beforeRegister refuses a year of which the register counts cases itself.
func beforeRegister(tx *desk.View, past past, year int) error {
	if by, ok := past.by[year]; ok {
		return ask.Refused("year-frozen", "可查各年\nysq year list", "%d 年已由 %s 于 %s 冻结", year, by.Actor, by.On)
	}
	for c, err := range tx.Heads("") {
		if err != nil {
			return err
		}
		if received := c.ReceivedOn(); c.Counts() && !c.Carried && !received.IsZero() && received.Year() <= year {
			return ask.Refused("year-counted", fmt.Sprintf("这一年的报告由登记簿计算\nysq year close %d", received.Year()),
				"登记簿中有 %d 年的申请（%s 等），%d 年的报告不能作为已冻结的往年录入", received.Year(), c.ID, year)
		}
	}
	return nil
}

// beginWith records what the last year before the register carried out, unless that was done before.
func beginWith(tx *desk.Change, past past, rep stats.Report, f stats.Format, source string) error {
	row, err := f.ParseCell("四")
	if err != nil {
		return err
	}
	opening := casefile.OpeningBalance{Year: rep.Year + 1, Source: source}
	for i, column := range casefile.Columns {
		opening.Columns[i] = rep.At(stats.Cell{Row: row.Row, Column: column})
	}
	switch {
	case past.opening.Year == opening.Year && past.opening.Columns == opening.Columns:
		return nil
	case past.opening.Year != 0:
		return ask.Refused("opening-differs", "先用 year opening 更正期初数，或核对这份报告", "已录的 %d 年期初数与这份报告的“四、结转下年度继续办理”不同", past.opening.Year)
	}
	_, err = tx.Append(casefile.Draft{On: civil.New(opening.Year, time.January, 1), Event: opening})
	return err
}
