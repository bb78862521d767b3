package web

import (
	"bytes"
	"cmp"
	"html/template"
	"io"
	"mime"
	"slices"
	"strconv"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats"
	"ysq.internal/ysq/stats/render"
)

func years(x *visit) error {
	all, err := ask.Do(x.ctx(), x.client, ask.Years, ask.None{})
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b ask.YearView) int { return cmp.Compare(b.Year, a.Year) })
	disputes, err := ask.Do(x.ctx(), x.client, ask.Disputes, ask.DisputeQuery{Newest: disputesShown + 1, Before: casefile.DisputeID(x.r.URL.Query().Get("before"))})
	if err != nil {
		return err
	}
	var older casefile.DisputeID // those below this number follow on another page
	if len(disputes) > disputesShown {
		disputes = disputes[:disputesShown]
		older = disputes[disputesShown-1].Dispute
	}
	return x.show("years", "年度", "years", struct {
		Years    []ask.YearView
		Disputes []ask.DisputeView
		Older    casefile.DisputeID
	}{all, disputes, older})
}

// disputesShown is how many disputes stand on one page.
const disputesShown = 100

// yearPage is the report of a year with the cases behind each number.
type yearPage struct {
	stats.Report
	Form    stats.Format
	Columns []string
	Lines   []lineOf
	Tracks  []lineOf
	Year    ask.YearView
	Before  bool // there is a year before to compare with
	Charts  template.HTML
	Over    bool // the year is
	Forms   []fileForm
}

// fileForm is a form in which a report is handed over.
type fileForm struct{ Name, Label string }

var reportForms = []fileForm{{"docx", "Word（.docx）"}, {"xlsx", "Excel（.xlsx）"}, {"html", "网页（.html）"}, {"csv", "表格（.csv）"}}

// lineOf is a line of 表三 or 表四, with the headings that begin on it.
type lineOf struct {
	Heads  []headOf
	Label  string
	Span   int // columns that the label takes
	Cells  []cellLink
	Strong bool
	Last   int // 总计 of the year before
}

// Change is by how much the total differs from that of the year before.
func (l lineOf) Change() string {
	n := l.Cells[len(l.Cells)-1].N - l.Last
	if n > 0 {
		return "+" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
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
	p := yearPage{Columns: stats.ColumnLabels(), Forms: reportForms}
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
		p.Before = p.Before || y.Year == n-1
	}
	p.Over = civil.Date(x.me.Today).Year() > n
	p.Lines, p.Tracks = linesOf(p.Form, p.Report), tracksOf(p.Form, p.Report)
	if p.Before {
		before, err := ask.Do(x.ctx(), x.client, ask.Report, ask.YearRef{Year: n - 1})
		if err != nil {
			return err
		}
		p.compare(before)
	}
	var charts bytes.Buffer
	if err := render.Charts(&charts, p.Report); err != nil {
		return err
	}
	p.Charts = template.HTML(charts.String()) // made of numbers and of words of ours
	return x.show("year", strconv.Itoa(n)+" 年度报告", "years", p)
}

// compare puts the totals of the year before beside those of the year, where both have the same form.
func (p *yearPage) compare(before stats.Report) {
	if before.Format != p.Format || slices.ContainsFunc(before.Checks, func(c stats.Check) bool { return c.ID == stats.NoData }) {
		p.Before = false
		return
	}
	for i := range p.Lines {
		p.Lines[i].Last = before.At(stats.Cell{Row: i})
	}
	for i := range p.Tracks {
		p.Tracks[i].Last = before.Table4[i][len(before.Table4[i])-1]
	}
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
				c.Name = f.CellName(stats.CellAt(i, j))
			}
			l.Cells = append(l.Cells, c)
		}
		lines = append(lines, l)
	}
	return lines
}

// tracksOf are the lines of 表四. Published reports need not have them.
func tracksOf(f stats.Format, r stats.Report) (lines []lineOf) {
	for i, t := range f.Tracks[:min(len(f.Tracks), len(r.Table4))] {
		l := lineOf{Label: t.Label}
		if t.Under != "" {
			l.Label = t.Under + "：" + t.Label
		}
		for j, n := range r.Table4[i] {
			c := cellLink{N: n}
			if n != 0 {
				c.Name = t.Label + "," + f.Results[j]
			}
			l.Cells = append(l.Cells, c)
		}
		lines = append(lines, l)
	}
	return lines
}

// reportFile hands the report of a year over in a form that can be published: the cases are not in it.
func reportFile(x *visit) error {
	n, err := yearOf(x)
	if err != nil {
		return err
	}
	form := x.r.PathValue("form")
	if !slices.ContainsFunc(reportForms, func(f fileForm) bool { return f.Name == form }) {
		return ask.NotFound("", "没有这种格式：%s", form)
	}
	write, err := render.For(form)
	if err != nil {
		return err
	}
	r, err := ask.Do(x.ctx(), x.client, ask.Report, ask.YearRef{Year: n})
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := write(&b, r); err != nil {
		return err
	}
	return x.handOver(strconv.Itoa(n)+"年政府信息公开工作年度报告."+form, &b, -1)
}

// yearDiff says what would be another number in a frozen year if it were counted now.
func yearDiff(x *visit) error {
	n, err := yearOf(x)
	if err != nil {
		return err
	}
	all, err := ask.Do(x.ctx(), x.client, ask.YearDiff, ask.YearRef{Year: n})
	if err != nil {
		return err
	}
	return x.show("yeardiff", strconv.Itoa(n)+" 年冻结以来", "years", struct {
		Year    int
		Differs []stats.Difference
	}{n, all})
}

// cell lists the cases behind a number.
func cell(x *visit) error {
	n, err := yearOf(x)
	if err != nil {
		return err
	}
	name := x.r.URL.Query().Get("name")
	var q ask.CellQuery
	q.Year, q.Cell, q.Most = n, name, casesShown
	c, err := ask.Do(x.ctx(), x.client, ask.ReportCases, q)
	if err != nil {
		return err
	}
	rows, err := x.rowsOf(c.Cases)
	if err != nil {
		return err
	}
	return x.show("cell", strconv.Itoa(n)+" 年 "+name, "years", struct {
		ask.CellCases
		Count int
		Rows  []ask.CaseRow
		Name  string
		Year  int
	}{c, len(c.Cases) + c.Rest, rows, name, n})
}

// rowsOf are the cases that were named, in their order.
func (x *visit) rowsOf(ids []casefile.ID) (rows []ask.CaseRow, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = ask.Each(x.ctx(), x.client, ask.List, ask.ListQuery{Cases: ids, Brief: true}, func(r ask.CaseRow) error {
		rows = append(rows, r)
		return nil
	})
	return rows, err
}

// handSheet sends a workbook of ours, which browsers may open.
func (x *visit) handSheet(name string, content io.Reader) error {
	x.w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	x.w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	_, err := io.Copy(x.w, content)
	return err
}
