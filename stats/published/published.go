// Package published reads annual reports that offices have published, in the forms in which they come:
// .docx, .xlsx, .html, .csv, pasted text, and our own .json.
//
//	rows.go       a file → rows of cells, and the text around them
//	published.go  rows → the tables of the report
//
// The tables are found by the words of the form, not by their place: published ones are shifted where
// rows were merged, write brackets and numbers in many ways, and leave zeros out.
package published

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ysq.internal/ysq/stats"
)

// Report is what was read.
type Report struct {
	stats.Report
	Text string // everything that is no number of a table, for the check of the prose
	// Notes say what was not found or had to be guessed, in words for people.
	Notes []string
}

// Read reads a report; name is the file's, by whose ending its form is known. The error is for people
// and says which rows were not found.
func Read(name string, b []byte) (Report, error) {
	doc, err := open(name, b)
	if err != nil {
		return Report{}, fmt.Errorf("%s：%w", name, err)
	}
	if doc.whole != nil {
		return Report{Report: *doc.whole, Text: prose(*doc.whole)}, nil
	}
	var missing []string
	for _, format := range slices.Backward(stats.Formats()) { // the newest first
		f, err := stats.FormatOf(format)
		if err != nil {
			return Report{}, err
		}
		lines, absent := applications(f, doc.rows)
		if len(absent) == 0 {
			r := Report{Text: doc.text}
			r.Format, r.Table3 = f.Name, lines
			r.fill(f, doc)
			return r, nil
		}
		if missing == nil || len(absent) < len(missing) {
			missing = absent
		}
	}
	return Report{}, fmt.Errorf("%s：没有找到表三的这些行，或其后不是七个数：%s", name, strings.Join(missing, "、"))
}

func prose(r stats.Report) string {
	texts := []string{r.Sections.Problems}
	for _, p := range slices.Concat(r.Sections.Overview, r.Sections.Other) {
		texts = append(texts, p.Text)
	}
	return strings.Join(texts, "\n")
}

// longestLabel is in bytes: the longest of the form has less than half.
const longestLabel = 300

// applications finds the rows of 表三, and names those that are not there.
func applications(f stats.Format, rows [][]string) (lines []stats.Line, missing []string) {
	lines = make([]stats.Line, len(f.Rows))
	found, labels := make([]bool, len(f.Rows)), f.Labels()
	for _, row := range rows {
		for i, cell := range row {
			if len(cell) > longestLabel {
				continue
			}
			at, ok := labels.Row(cell)
			if !ok || found[at] {
				continue
			}
			if n, ok := numbers(row[i+1:], len(lines[at])); ok {
				copy(lines[at][:], n)
				found[at] = true
				break
			}
		}
	}
	for i, ok := range found {
		if !ok {
			missing = append(missing, f.Rows[i].Number)
		}
	}
	return lines, missing
}

// numbers reads so many whole numbers out of cells, of which some are blank: where rows were merged,
// blanks stand before them, where zeros are left out, among them.
func numbers(cells []string, n int) ([]int, bool) {
	filled := slices.DeleteFunc(slices.Clone(cells), func(c string) bool { return c == "" })
	if len(filled) >= n {
		cells = filled
	}
	for len(cells) > n && cells[0] == "" {
		cells = cells[1:]
	}
	for len(cells) > n && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	if len(cells) != n {
		return nil, false
	}
	all := make([]int, n)
	for i, c := range cells {
		a, ok := amount(c)
		if !ok || a%stats.Whole(1) != 0 {
			return nil, false
		}
		all[i] = int(a / stats.Whole(1))
	}
	return all, true
}

var ascii = strings.NewReplacer("０", "0", "１", "1", "２", "2", "３", "3", "４", "4", "５", "5", "６", "6", "７", "7", "８", "8", "９", "9",
	"．", ".", ",", "", "，", "", " ", "", "\u00a0", "", "\u3000", "", "件", "", "万元", "", "元", "")

// amount reads a number; blank and the strokes that stand for nothing are zero.
func amount(cell string) (stats.Amount, bool) {
	s := ascii.Replace(cell)
	switch s {
	case "", "/", "／", "-", "—", "——", "–", "－", "无":
		return 0, true
	}
	a, err := stats.ParseAmount(s)
	return a, err == nil
}

// fill finds the rest: what a report may lack, which is noted.
func (r *Report) fill(f stats.Format, doc document) {
	var named bool
	r.Table2, named = facts(f, doc.rows)
	if len(r.Table2) == 0 {
		r.Table2 = nil
		note := "没有找到表二"
		if named {
			note = "表二没有填写"
		}
		r.Notes = append(r.Notes, note)
	}
	var ok bool
	if r.Table4, ok = disputes(f, doc.rows); !ok {
		r.Notes = append(r.Notes, "没有找到表四，按零计")
	}
	if m := titled.FindStringSubmatch(doc.text); m != nil {
		r.Agency = strings.TrimSpace(m[1])
		r.Year, _ = strconv.Atoi(m[2]) // four digits
	} else {
		r.Notes = append(r.Notes, "没有找到标题中的机关和年度")
	}
	if m := charged.FindStringSubmatch(doc.text); m != nil {
		r.Fees.Yuan, _ = strconv.Atoi(m[1])
	}
}

var (
	titled  = regexp.MustCompile(`(?m)^\s*([^\n\d，。]{2,60}?)\s*(20\d\d)\s*年度?\s*政府信息公开工作\s*年度报告`)
	charged = regexp.MustCompile(`信息处理费[^。；\d]{0,12}?(\d{1,9}) ?元`)
)

// facts finds the lines of 表二; named is whether its words are there, with numbers or without.
func facts(f stats.Format, rows [][]string) (t stats.Facts, named bool) {
	t = make(stats.Facts)
	for _, row := range rows {
		for i, cell := range row {
			for _, g := range f.Facts {
				for _, item := range g.Items {
					name := strings.ReplaceAll(cell, " ", "")
					if _, known := t[item.Key]; known || name != item.Label && "行政"+name != item.Label {
						continue
					}
					named = true
					if values, ok := amounts(row[i+1:], len(g.Columns)); ok {
						t[item.Key] = values
					}
				}
			}
		}
	}
	return t, named
}

func amounts(cells []string, n int) ([]stats.Amount, bool) {
	cells = slices.DeleteFunc(slices.Clone(cells), func(c string) bool { return c == "" })
	if len(cells) != n {
		return nil, false
	}
	all := make([]stats.Amount, n)
	for i, c := range cells {
		var ok bool
		if all[i], ok = amount(c); !ok {
			return nil, false
		}
	}
	return all, true
}

// disputes finds 表四: fifteen numbers in one row below its headings, or a row for each track.
func disputes(f stats.Format, rows [][]string) ([]stats.Standings, bool) {
	lines := make([]stats.Standings, len(f.Tracks))
	width := len(f.Results)
	below, named := false, 0
	for _, row := range rows {
		if slices.ContainsFunc(row, func(c string) bool { return strings.ReplaceAll(c, " ", "") == f.Tracks[len(f.Tracks)-1].Label }) {
			below = true
		}
		if all, ok := numbers(row, len(lines)*width); below && ok {
			for i := range lines {
				copy(lines[i][:], all[i*width:])
			}
			return lines, true
		}
		for i, t := range f.Tracks {
			at := slices.IndexFunc(row, func(c string) bool { return strings.ReplaceAll(c, " ", "") == t.Label })
			if at < 0 {
				continue
			}
			if all, ok := numbers(row[at+1:], width); ok && len(row) > at+1 {
				copy(lines[i][:], all)
				named++
			}
		}
	}
	return lines, named == len(lines)
}
