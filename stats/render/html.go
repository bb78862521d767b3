package render

import (
	"bytes"
	_ "embed"
	"fmt"
	"html"
	"io"
	"strings"

	"ysq.internal/ysq/stats"
)

// style is the page's only style sheet. The page needs no script and loads nothing.
//
//go:embed page.css
var style string

// HTML writes the report as one page that stands by itself: for screens, screen readers and A4 paper.
func HTML(w io.Writer, r stats.Report) error {
	r.Cases = nil
	return writePage(w, r, false)
}

// CasesHTML writes the page with its checks, and with a list of cases to which each number leads.
func CasesHTML(w io.Writer, r stats.Report) error { return writePage(w, r, true) }

func writePage(w io.Writer, r stats.Report, office bool) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	p := page{report: r, format: f, cells: make(map[stats.Cell][]stats.Placed)}
	p.gather()
	p.put(`<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>%s</title>
<style>
%s</style>
</head>
<body>
<main>
`, title(r), raw(style))
	if office {
		p.put("<p class=\"notice\" role=\"note\">%s</p>\n", OfficeOnly)
	}
	p.put("<header>\n<h1>%s</h1>\n", title(r))
	if office || !r.Frozen {
		p.put("<p class=\"meta\">%s</p>\n", stamp(r, f.Document))
	}
	p.put("</header>\n")
	p.prose(stats.PartOverview, r.Sections.Overview)
	p.part(stats.PartFacts)
	p.table("表二", factsTable(f, r.Table2))
	p.end()
	p.part(stats.PartApplications)
	p.table("表三", applicationsTable(f, r.Table3))
	p.end()
	p.part(stats.PartDisputes)
	p.table("表四", disputesTable(f, r.Table4))
	p.charts()
	p.end()
	p.prose(stats.PartProblems, []stats.Passage{{Text: r.Sections.Problems}})
	p.prose(stats.PartOther, r.Sections.Other)
	if office {
		p.checks()
		p.drill()
	}
	p.put("</main>\n</body>\n</html>\n")
	_, err = w.Write(p.Bytes())
	return err
}

// page is an HTML page in the making.
type page struct {
	bytes.Buffer
	report stats.Report
	format stats.Format
	cells  map[stats.Cell][]stats.Placed // by the two rows in which each case stands
}

// raw is text that is HTML already.
type raw string

// put writes a line; arguments are escaped, unless raw.
func (p *page) put(format string, args ...any) {
	for i, a := range args {
		switch a := a.(type) {
		case string:
			args[i] = safe(a)
		case raw:
			args[i] = string(a)
		}
	}
	fmt.Fprintf(p, format, args...)
}

// safe escapes, and takes away what would turn the text about or hide in it.
func safe(s string) string {
	return html.EscapeString(strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0,
			r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x2069, r == 0xfeff:
			return '\ufffd'
		}
		return r
	}, s))
}

func (p *page) part(i int) {
	p.put("<section>\n<h2>%s</h2>\n", p.format.Parts[i])
}

func (p *page) end() { p.put("</section>\n") }

func (p *page) prose(part int, passages []stats.Passage) {
	p.part(part)
	for i, passage := range passages {
		if passage.Title != "" {
			p.put("<h3>%s</h3>\n", numbered(i, passage.Title))
		}
		for _, line := range paragraphs(passage.Text) {
			p.put("<p>%s</p>\n", line)
		}
	}
	p.end()
}

// numbered is the heading of a passage: 1.主动公开情况.
func numbered(i int, title string) string { return fmt.Sprintf("%d.%s", i+1, title) }

// paragraphs are the lines of a text that are not empty.
func paragraphs(text string) []string {
	var all []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

func (p *page) table(name string, t table) {
	p.put("<div class=\"scroll\"><table>\n<caption>%s</caption>\n<colgroup>", name)
	sum := 0
	for _, w := range t.widths {
		sum += w
	}
	for _, w := range t.widths {
		p.put(`<col style="width:%.2f%%">`, 100*float64(w)/float64(sum))
	}
	p.put("</colgroup>\n")
	for i, row := range t.rows {
		switch {
		case i == 0 && t.heads > 0:
			p.put("<thead>\n")
		case i == t.heads:
			p.put("<tbody>\n")
		}
		p.put("<tr>")
		for _, c := range row {
			p.cell(c, i < t.heads)
		}
		p.put("</tr>\n")
		if i == t.heads-1 {
			p.put("</thead>\n")
		}
	}
	p.put("</tbody>\n</table></div>\n")
}

func (p *page) cell(c cell, top bool) {
	span := raw("")
	if c.cols > 1 {
		span += raw(fmt.Sprintf(` colspan="%d"`, c.cols))
	}
	if c.rows > 1 {
		span += raw(fmt.Sprintf(` rowspan="%d"`, c.rows))
	}
	switch c.kind {
	case count, number:
		p.put("<td%s>", span)
		if c.kind == count && p.lists(c.at) {
			p.put(`<a href="#%s" title="%s">%s</a>`, anchor(c.at), p.format.CellName(c.at)+" 的案件", c.text)
		} else {
			p.put("%s", c.text)
		}
		p.put("</td>")
	case article:
		p.put(`<th class="article"%s>%s</th>`, span, c.text)
	case label:
		scope := "row"
		if c.rows > 1 {
			scope = "rowgroup"
		}
		p.put(`<th class="label" scope="%s"%s>%s</th>`, scope, span, c.text)
	default:
		scope := raw("")
		switch {
		case top && c.cols > 1:
			scope = ` scope="colgroup"`
		case top:
			scope = ` scope="col"`
		}
		p.put("<th%s%s>%s</th>", scope, span, headWords(c.text))
	}
}

// headWords is a head that breaks between its words only.
func headWords(text string) raw {
	words := strings.Split(worded(text), wordEnd)
	for i := range words {
		words[i] = safe(words[i])
	}
	return raw(strings.Join(words, "<wbr>"))
}

// gather puts every case into the two cells in which it counts.
func (p *page) gather() {
	for _, c := range p.report.Cases {
		for i, r := range p.format.Rows {
			if r.Number == c.Came || r.Number == c.Went {
				at := stats.Cell{Row: i, Column: c.Column}
				p.cells[at] = append(p.cells[at], c)
			}
		}
	}
}

// lists reports whether there is a list of cases behind a number: for a cell its own, for the column
// 总计 those of its line, for the 总计 of （七） those of every outcome.
func (p *page) lists(at stats.Cell) bool {
	if at.Column != 0 {
		return len(p.cells[at]) > 0
	}
	for cell := range p.cells {
		if cell.Row == at.Row || p.format.Rows[at.Row].Counts == stats.CountsEnded && p.format.Rows[cell.Row].Counts == stats.CountsOutcome {
			return true
		}
	}
	return false
}

func anchor(at stats.Cell) string { return fmt.Sprintf("c%d-%d", at.Row, at.Column) }

// drill writes the lists. One is shown when a number leads to it; the column 总计 shows those of its
// row, and （七） those of every outcome.
func (p *page) drill() {
	if len(p.report.Cases) == 0 {
		return
	}
	p.put("<div class=\"drill\">\n")
	ended := false
	for i, r := range p.format.Rows {
		if r.Counts == stats.CountsOutcome && !ended {
			ended = true
			at := stats.Cell{}
			for j, other := range p.format.Rows {
				if other.Counts == stats.CountsEnded {
					at.Row = j
				}
			}
			p.put("<div class=\"row\" id=\"%s\">\n", anchor(at))
		}
		if r.Counts == stats.CountsEnded {
			p.put("</div>\n")
			continue
		}
		row := stats.Cell{Row: i}
		if !p.lists(row) {
			continue
		}
		p.put("<div class=\"row\" id=\"%s\">\n", anchor(row))
		for j := range stats.ColumnLabels() {
			p.list(stats.CellAt(i, j))
		}
		p.put("</div>\n")
	}
	p.put("</div>\n")
}

func (p *page) list(at stats.Cell) {
	cases := p.cells[at]
	if len(cases) == 0 {
		return
	}
	p.put("<section class=\"cases\" id=\"%s\">\n<h2>%s：%d 件</h2>\n<table>\n<thead><tr><th scope=\"col\">编号</th><th scope=\"col\">收到</th><th scope=\"col\">办结</th><th scope=\"col\">来</th><th scope=\"col\">去</th><th scope=\"col\">申请内容</th></tr></thead>\n<tbody>\n",
		anchor(at), p.format.CellName(at), len(cases))
	for _, c := range cases {
		p.put("<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>\n",
			string(c.Case), c.Received.String(), c.Stopped.String(), c.Came, c.Went, c.Subject)
	}
	p.put("</tbody>\n</table>\n<p><a href=\"#\">收起</a></p>\n</section>\n")
}

func (p *page) checks() {
	if len(p.report.Checks) == 0 {
		return
	}
	p.put("<section class=\"checks\">\n<h2>核对（%s）</h2>\n<ul>\n", summary(p.report.Checks))
	for _, c := range p.report.Checks {
		p.put("<li class=\"%s\"><strong>%s</strong> %s", string(c.Level), word(c.Level), c.Detail)
		if len(c.Cases) > 0 {
			ids := make([]string, len(c.Cases))
			for i, id := range c.Cases {
				ids[i] = string(id)
			}
			p.put("<br><span class=\"ids\">%s</span>", strings.Join(ids, " "))
		}
		p.put("</li>\n")
	}
	p.put("</ul>\n</section>\n")
}
