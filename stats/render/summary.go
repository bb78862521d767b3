package render

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"ysq.internal/ysq/casefile/ooxml"
	"ysq.internal/ysq/stats"
	"ysq.internal/ysq/stats/render/grid"
)

// NoData stands where the register does not reach.
const NoData = "无数据"

// SummaryHead are the columns of a summary's lines.
var SummaryHead = []string{"收件", "办结", "按时（法定）", "按时率（法定）", "按时（从严）", "按时率（从严）", "有争议", "曾逾期", "平均工作日", "最长工作日", "上年收件", "上年办结", "上年按时率（法定）"}

// summaryNow is the number of columns that belong to the period itself.
const summaryNow = 10

// SummaryLine is a line of a summary under SummaryHead; without years it has no columns of the year before. Of nil it says that
// there are no data.
func SummaryLine(d, before *stats.Department, years bool) []string {
	line := slices.Repeat([]string{NoData}, summaryNow)
	if d != nil {
		line = summaryCells(*d)
	}
	switch {
	case !years:
		return line
	case before == nil:
		return append(line, NoData, NoData, NoData)
	}
	return append(line, strconv.Itoa(before.Received), strconv.Itoa(before.Done), stats.Rate(before.OnTime, before.Done))
}

func summaryCells(d stats.Department) []string {
	line := []string{strconv.Itoa(d.Received), strconv.Itoa(d.Done), strconv.Itoa(d.OnTime), stats.Rate(d.OnTime, d.Done), strconv.Itoa(d.OnTimeStrict), stats.Rate(d.OnTimeStrict, d.Done),
		strconv.Itoa(d.Disputable), strconv.Itoa(d.Late), "", ""}
	if d.Done > 0 {
		line[8], line[9] = strconv.FormatFloat(d.Average, 'f', 1, 64), strconv.Itoa(d.Longest)
	}
	return line
}

// summaryTitle says what is summed up.
func summaryTitle(agency string, s stats.Summary) string {
	return agency + "依申请公开办理情况（" + s.From.String() + " 至 " + s.To.String() + "）"
}

// SummaryCSV writes a summary as one table; its first column says which part a line belongs to.
func SummaryCSV(w io.Writer, s stats.Summary) error {
	out := csv.NewWriter(w)
	lines := [][]string{append([]string{"部分", "名称"}, SummaryHead...), append([]string{"合计", ""}, SummaryLine(s.Now, s.Before, true)...)}
	for _, d := range s.Departments {
		lines = append(lines, append([]string{"科室", cmp.Or(d.Name, "（未转办）")}, append(SummaryLine(&d, nil, false), "", "", "")...))
	}
	for _, part := range []struct {
		name string
		all  []stats.Stretch
	}{{"季度", s.Quarters}, {"月份", s.Months}} {
		for _, p := range part.all {
			lines = append(lines, append([]string{part.name, p.Label}, SummaryLine(p.Now, p.Before, true)...))
		}
	}
	for _, l := range lines {
		for i := range l {
			l[i] = defuse(grid.Clean(l[i]))
		}
		if err := out.Write(l); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// SummaryXLSX writes a summary as a workbook with charts.
func SummaryXLSX(w io.Writer, agency string, s stats.Summary) error {
	months := summarySheet("按月", "月份", summaryTitle(agency, s))
	departments := summarySheet("按科室", "科室", summaryTitle(agency, s))
	quarters := summarySheet("按季度", "季度", summaryTitle(agency, s))
	stretches := func(sheet *ooxml.Sheet, all []stats.Stretch) {
		var lines [][]string
		for _, p := range all {
			lines = append(lines, append([]string{p.Label}, SummaryLine(p.Now, p.Before, true)...))
		}
		lines = append(lines, append([]string{"合计"}, SummaryLine(s.Now, s.Before, true)...))
		fill(sheet, append([]string{sheet.Header}, SummaryHead...), lines)
		chartUnder(sheet, "收件和办结", len(all), len(lines))
	}
	stretches(&months, s.Months)
	stretches(&quarters, s.Quarters)
	var lines [][]string
	for _, d := range s.Departments {
		lines = append(lines, append([]string{cmp.Or(d.Name, "（未转办）")}, SummaryLine(&d, nil, false)...))
	}
	lines = append(lines, append([]string{"合计"}, SummaryLine(s.Now, nil, false)...))
	fill(&departments, append([]string{"科室"}, SummaryHead[:summaryNow]...), lines)
	chartUnder(&departments, "各科室收件和办结", len(s.Departments), len(lines))
	load := summarySheet("在办", "经办人", "目前在办（"+strconv.Itoa(stats.Soon)+" 个工作日内到期，含已逾期）")
	lines = nil
	for _, l := range s.Load {
		lines = append(lines, []string{cmp.Or(l.Person, "（未定）"), strconv.Itoa(l.Open), strconv.Itoa(l.Due)})
	}
	fill(&load, []string{"经办人", "在办", "到期"}, lines)
	for _, sheet := range []*ooxml.Sheet{&months, &quarters, &departments} {
		sheet.Header = summaryTitle(agency, s)
	}
	return ooxml.WriteBook(w, summaryTitle(agency, s), months, quarters, departments, load)
}

func summarySheet(name, head, title string) ooxml.Sheet {
	s := ooxml.Sheet{Name: name, FrozenRows: 1, FrozenColumns: 1, Filter: true, Landscape: true, FitWidth: true, Header: head, Widths: []float64{18}}
	if title != "" && name == "在办" {
		s.Header = title
	}
	for range SummaryHead {
		s.Widths = append(s.Widths, 14)
	}
	return s
}

// fill puts lines under a head: numbers as numbers, everything else as text.
func fill(s *ooxml.Sheet, head []string, lines [][]string) {
	style := ooxml.Style{Border: true}
	s.Rows = func(yield func([]ooxml.Cell, error) bool) {
		var cells []ooxml.Cell
		for _, h := range head {
			cells = append(cells, ooxml.Text(h, ooxml.Style{Bold: true, Center: true, Wrap: true, Border: true}))
		}
		if !yield(cells, nil) {
			return
		}
		for _, line := range lines {
			cells = cells[:0]
			for i, text := range line {
				switch _, err := strconv.ParseFloat(text, 64); {
				case text == "":
					cells = append(cells, ooxml.Empty(style))
				case i > 0 && err == nil:
					cells = append(cells, ooxml.Decimal(text, style))
				default:
					cells = append(cells, ooxml.Text(defuse(grid.Clean(text)), style))
				}
			}
			if !yield(cells, nil) {
				return
			}
		}
	}
}

// chartUnder sets columns of 收件 and 办结 under the lines of a sheet, of its first n lines.
func chartUnder(s *ooxml.Sheet, title string, n, lines int) {
	if n == 0 {
		return
	}
	at := func(column int) string { return ooxml.Ref(column, 1) + ":" + ooxml.Ref(column, n) }
	s.Charts = append(s.Charts, ooxml.Chart{Title: title, Categories: at(0), Column: 0, Row: lines + 2, Columns: 10, Rows: 16,
		Series: []ooxml.Series{{Name: "B1", Values: at(1), Color: "4675B0"}, {Name: "C1", Values: at(2), Color: "D08A3C"}}})
}

// SummarySVG draws what came and went by month, and by department.
func SummarySVG(w io.Writer, agency string, s stats.Summary) error {
	var b strings.Builder
	const left, width, top, row = 190, 460, 70, 44
	most := 1
	type bar struct {
		name string
		now  *stats.Department
	}
	var bars []bar
	for _, m := range s.Months {
		bars = append(bars, bar{m.Label, m.Now})
	}
	split := len(bars)
	for _, d := range s.Departments {
		bars = append(bars, bar{cmp.Or(d.Name, "（未转办）"), &d})
	}
	for _, b := range bars {
		if b.now != nil {
			most = max(most, b.now.Received, b.now.Done)
		}
	}
	height := top + len(bars)*row + 60
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 %d" font-family="sans-serif" font-size="13" role="img" aria-label="%s">`+"\n", height, ooxml.Escape(summaryTitle(agency, s)))
	fmt.Fprintf(&b, `<rect width="800" height="%d" fill="#fff"/><text x="20" y="30" font-size="17">%s</text>`+"\n", height, ooxml.Escape(summaryTitle(agency, s)))
	said := NoData
	if s.Now != nil {
		said = fmt.Sprintf("按时率 法定 %s，从严 %s；最长 %d 个工作日", cmp.Or(stats.Rate(s.Now.OnTime, s.Now.Done), "—"), cmp.Or(stats.Rate(s.Now.OnTimeStrict, s.Now.Done), "—"), s.Now.Longest)
	}
	fmt.Fprintf(&b, `<text x="20" y="52">%s</text>`+"\n", said)
	b.WriteString(`<rect x="620" y="40" width="12" height="12" fill="#4675b0"/><text x="637" y="51">收件</text><rect x="690" y="40" width="12" height="12" fill="#d08a3c"/><text x="707" y="51">办结</text>` + "\n")
	for i, d := range bars {
		y := top + i*row
		if i >= split {
			y += 30 // the departments stand apart
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text>`, left-10, y+24, ooxml.Escape(grid.Clean(d.name)))
		if d.now == nil {
			fmt.Fprintf(&b, `<text x="%d" y="%d" fill="#666">%s</text>`+"\n", left, y+24, NoData)
			continue
		}
		for k, n := range []int{d.now.Received, d.now.Done} {
			color := []string{"#4675b0", "#d08a3c"}[k]
			fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="15" fill="%s"/><text x="%d" y="%d">%d</text>`, left, y+3+k*17, n*width/most, color, left+n*width/most+6, y+15+k*17, n)
		}
		b.WriteString("\n")
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}
