package web

import (
	"cmp"
	"slices"
	"strconv"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats"
)

func years(x *visit) error {
	all, err := ask.Do(x.ctx(), x.client, ask.Years, ask.None{})
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b ask.YearView) int { return cmp.Compare(b.Year, a.Year) })
	return x.show("years", "年度", "years", all)
}

// yearPage is the report of a year with the cases behind each number.
type yearPage struct {
	stats.Report
	Form    stats.Format
	Columns []string
	Lines   []lineOf
	Year    ask.YearView
}

// lineOf is a line of 表三, with the headings that begin on it.
type lineOf struct {
	Heads  []headOf
	Label  string
	Span   int // columns that the label takes
	Cells  []cellLink
	Strong bool
}

type headOf struct {
	Text string
	Rows int
}

type cellLink struct {
	N    int
	Name string // as the office is asked for its cases; "" where nothing is counted
}

func yearOf(x *visit) (int, error) {
	n, err := strconv.Atoi(x.r.PathValue("year"))
	if err != nil {
		return 0, ask.NotFound("", "没有 %s 年", x.r.PathValue("year"))
	}
	return n, nil
}

func year(x *visit) error {
	n, err := yearOf(x)
	if err != nil {
		return err
	}
	p := yearPage{Columns: stats.ColumnLabels()}
	if p.Report, err = ask.Do(x.ctx(), x.client, ask.Report, ask.YearRef{Year: n}); err != nil {
		return err
	}
	if p.Form, err = p.Report.Form(); err != nil {
		return err
	}
	all, err := ask.Do(x.ctx(), x.client, ask.Years, ask.None{})
	if err != nil {
		return err
	}
	for _, y := range all {
		if y.Year == n {
			p.Year = y
		}
	}
	p.Lines = linesOf(p.Form, p.Report)
	return x.show("year", strconv.Itoa(n)+" 年度报告", "years", p)
}

func linesOf(f stats.Format, r stats.Report) (lines []lineOf) {
	for i, row := range f.Rows {
		l := lineOf{Label: row.Label, Span: 3 - len(row.Under), Strong: row.Counts != stats.CountsOutcome}
		for depth, h := range row.Under {
			if i > 0 && len(f.Rows[i-1].Under) > depth && f.Rows[i-1].Under[depth] == h {
				continue
			}
			n := 0
			for _, below := range f.Rows[i:] {
				if len(below.Under) <= depth || below.Under[depth] != h {
					break
				}
				n++
			}
			l.Heads = append(l.Heads, headOf{h, n})
		}
		for j, n := range r.Table3[i] {
			c := cellLink{N: n}
			if n != 0 {
				c.Name = row.Number + "," + stats.ColumnLabels()[j]
			}
			l.Cells = append(l.Cells, c)
		}
		lines = append(lines, l)
	}
	return lines
}

// cell lists the cases behind a number.
func cell(x *visit) error {
	n, err := yearOf(x)
	if err != nil {
		return err
	}
	name := x.r.URL.Query().Get("name")
	var q ask.CellQuery
	q.Year, q.Cell = n, name
	c, err := ask.Do(x.ctx(), x.client, ask.ReportCases, q)
	if err != nil {
		return err
	}
	var rows []ask.CaseRow
	for _, id := range c.Cases[:min(len(c.Cases), casesShown)] {
		d, err := ask.Do(x.ctx(), x.client, ask.Show, ask.CaseRef{Case: id})
		if err != nil {
			return err
		}
		rows = append(rows, d.CaseRow)
	}
	return x.show("cell", strconv.Itoa(n)+" 年 "+name, "years", struct {
		ask.CellCases
		Rows []ask.CaseRow
		Name string
		Year int
	}{c, rows, name, n})
}
