// Package published reads annual reports that offices have published, in the forms in which they come: .docx, .doc, .wps,
// .xlsx, pages, .csv, the text of a PDF, text that was copied out of any of these, and what we write ourselves.
//
//	document.go   a file → rows of tables and lines; the files themselves are read by casefile/form
//	title.go      whose report it is, and of which year
//	tables.go     rows → 表三 and 表四; facts.go: 表二
//	stream.go     the same out of a text that has lost its tables
//	published.go  all of it together
//
// The tables are found by the words of the form, not by their place: published ones are shifted where rows were merged,
// write brackets and numbers in many ways, and leave zeros out. What cannot be read is said; nothing is guessed.
package published

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/casefile/regexp"
	"ysq.internal/ysq/stats"
)

// Report is what was read.
type Report struct {
	stats.Report
	stats.Reading
	// Notes say what was not found, or how it was found, in words for people.
	Notes []string
}

// Read reads a report; name is the file's. The error is for people and says which rows were not found.
func Read(name string, b []byte) (Report, error) {
	if ends(name, ".json") {
		r, err := openJSON(b)
		if err != nil {
			return Report{}, fmt.Errorf("%s：%w", name, err)
		}
		return Report{Report: r, Reading: stats.Reading{Text: r.Sections.Text()}}, nil
	}
	return read(name, func() (document, error) { return open(name, b) })
}

// ReadDocument reads a report out of a file that was read elsewhere, as PDFs are.
func ReadDocument(name string, doc form.Document) (Report, error) {
	doc.Name = name
	return read(name, func() (document, error) { return taken(doc) })
}

func read(name string, open func() (document, error)) (Report, error) {
	d, err := open()
	if err != nil {
		return Report{}, fmt.Errorf("%s：%w", name, err)
	}
	d.sheetTitles()
	r := Report{Notes: d.notes}
	f, s, err := d.applications()
	if err != nil {
		return Report{}, fmt.Errorf("%s：%w", name, err)
	}
	r.Format = f.Name
	r.applications(f, s)
	r.facts(d)
	r.disputes(f, d, s)
	r.title(d)
	r.Text = d.prose(s.plain)
	if m := charged.FindStringSubmatch(blankless(r.Text)); m != nil {
		r.Fees.Yuan, _ = strconv.Atoi(m[1]) // at most nine digits
	}
	return r, nil
}

var charged = regexp.MustCompile(`信息处理费[^。；\d]{0,12}?(\d{1,9})元`)

// applications reads 表三 in the form that it has: out of tables, otherwise out of the text.
func (d document) applications() (stats.Format, stacked, error) {
	var missing []string
	most := -1
	var hindered error
	part := d.parts().applications()
	for _, name := range slices.Backward(stats.Formats()) { // the newest first
		f, err := stats.FormatOf(name)
		if err != nil {
			return f, stacked{}, err
		}
		lines, absent := applications(f, d.pieces)
		if len(absent) == 0 {
			return f, stacked{lines: lines}, nil
		}
		if found := len(f.Rows) - len(absent); found > most {
			most, missing = found, absent
		}
		if part != nil {
			s, err := applicationsIn(f, part, d.parts().behind())
			if err == nil {
				return f, s, nil
			}
			if hindered == nil {
				hindered = err
			}
		}
	}
	err := fmt.Errorf("没有找到表三的这些行，或其后不是七个数：%s", strings.Join(missing, "、"))
	switch {
	case hindered != nil && most == 0:
		err = fmt.Errorf("表三读不出：%w", hindered)
	case hindered != nil:
		err = fmt.Errorf("%w；按文字的次序也读不出：%w", err, hindered)
	}
	return stats.Format{}, stacked{}, err
}

// applications takes 表三 over. What is blank is zero in a column, and in a sum what the form says; either is noted.
func (r *Report) applications(f stats.Format, s stacked) {
	r.Table3 = make([]stats.Line, len(f.Rows))
	last := len(stats.Line{}) - 1
	filled := false
	for i, n := range s.lines {
		r.Table3[i] = n.line
		filled = filled || n.blank != allBlank
		for j := range n.line {
			if n.blank&(1<<j) != 0 {
				r.Blank = append(r.Blank, stats.CellAt(i, j))
			}
		}
	}
	for i, n := range s.lines {
		for j := range last {
			if f.Rows[i].Counts == stats.CountsEnded && n.blank&(1<<j) != 0 {
				for k, row := range f.Rows {
					if row.Counts == stats.CountsOutcome {
						r.Table3[i][j] += r.Table3[k][j]
					}
				}
			}
		}
		if n.blank&(1<<last) != 0 {
			for _, v := range r.Table3[i][:last] {
				r.Table3[i][last] += v
			}
		}
	}
	switch {
	case !filled:
		r.Notes = append(r.Notes, "表三没有填写")
	case s.joined:
		r.Notes = append(r.Notes, "表三由文字按次序拼合，勾稽关系成立，仍请与原件核对")
	}
}

// facts finds 表二, in whichever form it is printed.
func (r *Report) facts(d document) {
	f := factsForm(d)
	t, named := facts(f, d.pieces)
	if part := d.parts().facts(); part != nil && len(f.FactsWithout(t)) > 0 {
		more := factsIn(f, part)
		for key, values := range more {
			if t[key] == nil {
				t[key] = values
			}
		}
	}
	open := f.FactsWithout(t)
	switch {
	case len(t) == 0 && !named:
		r.Notes = append(r.Notes, "没有找到表二")
	case len(t) == 0:
		r.Notes = append(r.Notes, "表二没有填写")
	case len(open) > 0:
		r.Notes = append(r.Notes, "表二没有填写或读不出："+strings.Join(open, "、"))
	}
	if len(t) == 0 {
		return
	}
	r.Table2 = t
	if f.Name != r.Format {
		r.Table2Format = f.Name
		r.Notes = append(r.Notes, fmt.Sprintf("表二用的是%s的表式，与表三（%s）不同，按其原样读入", f.Document, r.Format))
	}
}

func (r *Report) disputes(f stats.Format, d document, s stacked) {
	var ok bool
	if r.Table4, ok = disputes(f, d.pieces); ok {
		return
	}
	if lines, ok := restOfDisputes(f, s.rest); ok {
		r.Table4 = lines
		return
	}
	if part := d.parts().disputes(); part != nil {
		if lines, ok := disputesIn(f, part, s.joined); ok {
			r.Table4 = lines
			return
		}
		if tiles, ok := tilesOf(d.parts().behind().loose()); ok { // behind the other parts, as a PDF's text may have some
			if lines, ok := restOfDisputes(f, numbersOf(tiles)); ok {
				r.Table4 = lines
				return
			}
		}
	}
	r.Table4 = make([]stats.Standings, len(f.Tracks))
	r.WithoutDisputes = true
	r.Notes = append(r.Notes, "表四没有找到、没有填写或次序不明，未读入")
}

func (r *Report) title(d document) {
	var fromName bool
	r.Agency, r.Year, fromName = d.titled()
	switch {
	case r.Agency == "" && r.Year == 0:
		r.Notes = append(r.Notes, "没有找到标题中的机关和年度")
	case r.Agency == "":
		r.Notes = append(r.Notes, "没有找到标题中的机关")
	case r.Year == 0:
		r.Notes = append(r.Notes, "没有找到标题中的年度")
	}
	if fromName {
		r.Notes = append(r.Notes, fmt.Sprintf("机关或年度取自文件名：%s，%d 年", r.Agency, r.Year))
	}
}

// prose is what a report says in words. plain is whether its tables are lines as well.
func (d document) prose(plain bool) string {
	var b strings.Builder
	parts := d.parts()
	for i, p := range d.pieces {
		if plain && parts.tables(i) {
			continue
		}
		if p.cells == nil {
			b.WriteString(p.line + "\n")
			continue
		}
		filled := slices.DeleteFunc(slices.Clone(p.cells), func(c string) bool { return c == "" })
		if len(filled) <= 2 { // words in a sheet, or in a frame
			b.WriteString(strings.Join(filled, "\n") + "\n")
		}
	}
	return b.String()
}
