package render

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile/ooxml"
	"ysq.internal/ysq/stats"
)

// XLSX writes the report as a workbook: a sheet for each table with the merged cells of the form, and one
// for the words. Numbers are numbers; sums are formulas with the value that they have, so that a program which calculates says
// the same. Where a sum of the report is wrong, the report's number stands and no formula.
func XLSX(w io.Writer, r stats.Report) error {
	sheets, err := sheetsOf(r)
	if err != nil {
		return err
	}
	return ooxml.WriteBook(w, title(r), sheets...)
}

// CasesXLSX adds a sheet of the checks and one of the cases, and says on each page whose they are.
func CasesXLSX(w io.Writer, r stats.Report) error {
	sheets, err := sheetsOf(r)
	if err != nil {
		return err
	}
	sheets = append(sheets, lines("核对", []float64{20, 10, 90, 40}, checkLines(r)), lines("案件", []float64{16, 12, 12, 16, 8, 8, 60}, caseLines(r)))
	for i := range sheets {
		sheets[i].Header = OfficeOnly
	}
	return ooxml.WriteBook(w, title(r), sheets...)
}

func sheetsOf(r stats.Report) ([]ooxml.Sheet, error) {
	f, err := r.Form()
	if err != nil {
		return nil, err
	}
	sheets := []ooxml.Sheet{
		sheet("表二", []string{title(r), f.Parts[stats.PartFacts]}, []float64{26}, factsTable(f, r.Table2), nil),
		sheet("表三", []string{f.Parts[stats.PartApplications]}, []float64{9, 13, 66, 13}, applicationsTable(f, r.Table3), applicationsSums(f, r.Table3)),
		sheet("表四", []string{f.Parts[stats.PartDisputes]}, []float64{11}, disputesTable(f, r.Table4), disputesSums(f, r.Table4)),
		lines("文字", []float64{24, 100}, words(f, r)),
	}
	if all := diagrams(f, r); len(all) > 0 {
		sheets = append(sheets, chartSheet(all))
	}
	return sheets, nil
}

const (
	chartRows  = 16 // that a chart covers
	deep, pale = "4675B0", "A9C1DE"
)

// chartSheet has the numbers of each chart at the left and the chart beside them.
func chartSheet(all []diagram) ooxml.Sheet {
	s := ooxml.Sheet{Name: "图表", Widths: []float64{18, 9, 9, 3}, FitWidth: true}
	var rows [][]ooxml.Cell
	for k, d := range all {
		top := k * chartRows
		for len(rows) < top {
			rows = append(rows, nil)
		}
		c := ooxml.Chart{Title: d.name, Across: d.months == nil, Column: 4, Row: top, Columns: 9, Rows: chartRows - 1}
		put := func(name string, numbers ...int) {
			row := []ooxml.Cell{ooxml.Text(name, left)}
			for _, n := range numbers {
				row = append(row, ooxml.Int(int64(n), figure))
			}
			rows = append(rows, row)
		}
		heads, last := []ooxml.Cell{ooxml.Text(d.name, topic)}, len(d.bars)
		if d.months == nil {
			rows = append(rows, append(heads, ooxml.Text("件", topic)))
			for _, b := range d.bars {
				put(b.name, b.n)
			}
		} else {
			last = 12
			for _, b := range d.bars {
				heads = append(heads, ooxml.Text(b.name, topic))
			}
			rows = append(rows, heads)
			for m := range 12 {
				put(fmt.Sprintf("%d月", m+1), d.months[0][m], d.months[1][m])
			}
		}
		c.Categories = ooxml.Ref(0, top+1) + ":" + ooxml.Ref(0, top+last)
		for i := range max(1, len(d.months)) {
			c.Series = append(c.Series, ooxml.Series{Name: ooxml.Ref(1+i, top), Values: ooxml.Ref(1+i, top+1) + ":" + ooxml.Ref(1+i, top+last), Color: []string{deep, pale}[i]})
		}
		s.Charts = append(s.Charts, c)
	}
	s.Rows = each(rows)
	return s
}

var (
	boxed  = ooxml.Style{Center: true, Wrap: true, Border: true}
	left   = ooxml.Style{Wrap: true, Border: true}
	topic  = ooxml.Style{Bold: true, Wrap: true, Border: true}
	figure = ooxml.Style{Center: true, Border: true, Format: ooxml.Integer}
	money  = ooxml.Style{Center: true, Border: true}
)

// sums gives the formula that a cell's number is the result of, if it is one.
type sums func(row, column int) (formula string, value int, ok bool)

// sheet lays a table out under its headings. The columns are wide enough for their longest word, the
// last width being that of all further ones: no program makes a row higher for a merged cell.
func sheet(name string, headings []string, widths []float64, t table, sum sums) ooxml.Sheet {
	s := ooxml.Sheet{Name: name, FitWidth: true, FitHeight: true, Landscape: len(t.widths) > 4}
	for i := range t.widths {
		s.Widths = append(s.Widths, widths[min(i, len(widths)-1)])
	}
	var rows [][]ooxml.Cell
	for i, h := range headings {
		rows = append(rows, []ooxml.Cell{ooxml.Text(visible(h), ooxml.Style{Bold: true, Center: true})})
		s.Merged = append(s.Merged, area(0, i, len(t.widths), 1))
	}
	for i, placed := range t.places() {
		row := make([]ooxml.Cell, len(t.widths))
		for k := range row {
			row[k] = ooxml.Empty(boxed)
		}
		for _, c := range placed {
			if c.above {
				continue
			}
			row[c.column] = value(c, i+len(headings), sum)
			if c.cols > 1 || c.rows > 1 {
				s.Merged = append(s.Merged, area(c.column, i+len(headings), c.cols, c.rows))
			}
		}
		rows = append(rows, row)
	}
	s.Rows = each(rows)
	return s
}

func value(c placed, row int, sum sums) ooxml.Cell {
	switch c.kind {
	case count, number:
		if sum != nil {
			if formula, n, ok := sum(row, c.column); ok {
				return ooxml.Formula(formula, int64(n), figure)
			}
		}
		a, err := stats.ParseAmount(c.text)
		if err != nil {
			return ooxml.Text(c.text, boxed)
		}
		if a%stats.Whole(1) != 0 {
			return ooxml.Decimal(a.String(), money)
		}
		return ooxml.Int(int64(a/stats.Whole(1)), figure)
	case article:
		return ooxml.Text(visible(c.text), topic)
	case label:
		return ooxml.Text(visible(c.text), left)
	}
	return ooxml.Text(visible(c.text), boxed)
}

// area is a range of cells: D5:I5.
func area(column, row, columns, rows int) string {
	return ooxml.Ref(column, row) + ":" + ooxml.Ref(column+columns-1, row+rows-1)
}

const (
	firstLine   = 4 // of 表三 on its sheet, counted from 0: below the title and three rows of headings
	firstNumber = 3 // its first column of numbers
)

// applicationsSums knows the sums of 表三: 总计 of each line, and （七） of each column.
func applicationsSums(f stats.Format, lines []stats.Line) sums {
	last := len(lines[0]) - 1
	from := slices.IndexFunc(f.Rows, func(r stats.Row) bool { return r.Counts == stats.CountsOutcome })
	to := slices.IndexFunc(f.Rows, func(r stats.Row) bool { return r.Counts == stats.CountsEnded })
	return func(row, column int) (string, int, bool) {
		i, j := row-firstLine, column-firstNumber
		switch {
		case i < 0 || j < 0:
			return "", 0, false
		case j == last:
			n := 0
			for _, v := range lines[i][:last] {
				n += v
			}
			return "SUM(" + area(firstNumber, row, last, 1) + ")", n, n == lines[i][j]
		case i == to:
			n := 0
			for _, l := range lines[from:to] {
				n += l[j]
			}
			return "SUM(" + area(column, firstLine+from, 1, to-from) + ")", n, n == lines[i][j]
		}
		return "", 0, false
	}
}

// disputesSums knows the 总计 of each track.
func disputesSums(f stats.Format, lines []stats.Standings) sums {
	width := len(f.Results)
	return func(row, column int) (string, int, bool) {
		if column%width != width-1 {
			return "", 0, false
		}
		line := lines[column/width]
		n := 0
		for _, v := range line[:width-1] {
			n += v
		}
		return "SUM(" + area(column-width+1, row, width-1, 1) + ")", n, n == line[width-1]
	}
}

// lines is a plain sheet of texts, the first row of which names the columns.
func lines(name string, widths []float64, texts [][]string) ooxml.Sheet {
	var rows [][]ooxml.Cell
	for i, texts := range texts {
		style := left
		if i == 0 {
			style = topic
		}
		var row []ooxml.Cell
		for _, t := range texts {
			row = append(row, ooxml.Text(defuse(visible(t)), style))
		}
		rows = append(rows, row)
	}
	return ooxml.Sheet{Name: name, Widths: widths, FrozenRows: 1, FitWidth: true, Landscape: len(widths) > 2, Rows: each(rows)}
}

func words(f stats.Format, r stats.Report) [][]string {
	all := [][]string{{"部分", "文字"}, {"机关", r.Agency}, {"年度", fmt.Sprint(r.Year)}, {"格式", f.Document}, {"状态", frozen(r)}}
	put := func(part int, passages []stats.Passage) {
		for _, p := range passages {
			all = append(all, []string{strings.TrimSpace(f.Parts[part] + " " + p.Title), p.Text})
		}
	}
	put(stats.PartOverview, r.Sections.Overview)
	put(stats.PartProblems, []stats.Passage{{Text: r.Sections.Problems}})
	put(stats.PartOther, r.Sections.Other)
	return all
}

func checkLines(r stats.Report) [][]string {
	all := [][]string{{"核对", "结果", "说明", "编号"}}
	for _, c := range r.Checks {
		ids := make([]string, len(c.Cases))
		for i, id := range c.Cases {
			ids[i] = string(id)
		}
		list := strings.Join(ids, " ")
		if len(list) > ooxml.MaxText {
			list = fmt.Sprintf("%d 件，全部编号见 csv 或 json 格式", len(ids))
		}
		all = append(all, []string{c.ID, word(c.Level), c.Detail, list})
	}
	return all
}

func caseLines(r stats.Report) [][]string {
	all := [][]string{{"编号", "收到", "办结", "申请人类别", "来", "去", "申请内容"}}
	for _, c := range r.Cases {
		subject := []rune(c.Subject)
		if len(subject) > 2000 {
			subject = append(subject[:2000], '…')
		}
		all = append(all, []string{string(c.Case), c.Received.String(), c.Stopped.String(), c.Column.Label(), c.Came, c.Went, string(subject)})
	}
	return all
}

func each(rows [][]ooxml.Cell) iter.Seq2[[]ooxml.Cell, error] {
	return func(yield func([]ooxml.Cell, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}
