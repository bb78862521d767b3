package render

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"ysq.internal/ysq/casefile/ooxml"
	"ysq.internal/ysq/stats"
)

// DOCX writes the complete report for Word and WPS, laid out as the official blank has it: six parts,
// the tables with its merged cells and column widths, numbers of pages at the foot.
func DOCX(w io.Writer, r stats.Report) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	var d document
	d.paragraph("title", title(r))
	d.prose(f.Parts[stats.PartOverview], r.Sections.Overview)
	d.paragraph("part", f.Parts[stats.PartFacts])
	d.table(factsTable(f, r.Table2), true)
	d.paragraph("page", f.Parts[stats.PartApplications]) // 表三 fills a page
	d.table(applicationsTable(f, r.Table3), false)
	d.paragraph("part", f.Parts[stats.PartDisputes])
	d.table(disputesTable(f, r.Table4), true)
	d.prose(f.Parts[stats.PartProblems], []stats.Passage{{Text: r.Sections.Problems}})
	d.prose(f.Parts[stats.PartOther], r.Sections.Other)

	return ooxml.WriteDocument(w, ooxml.Document{Title: title(r), Body: d.String(), Section: paper, Styles: styles})
}

// document is the body of a document in the making.
type document struct{ bytes.Buffer }

func (d *document) paragraph(style, text string) {
	d.WriteString(`<w:p><w:pPr><w:pStyle w:val="` + style + `"/></w:pPr><w:r>` + ooxml.RunText(visible(text)) + `</w:r></w:p>`)
}

func (d *document) prose(heading string, passages []stats.Passage) {
	d.paragraph("part", heading)
	for i, p := range passages {
		if p.Title != "" {
			d.paragraph("passage", numbered(i, p.Title))
		}
		for _, line := range paragraphs(p.Text) {
			d.paragraph("body", line)
		}
	}
}

// table writes a table; together keeps its rows on one page with the heading above them.
func (d *document) table(t table, together bool) {
	sum := 0
	for _, w := range t.widths {
		sum += w
	}
	fmt.Fprintf(d, `<w:tbl><w:tblPr><w:tblW w:w="%d" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>`, sum)
	for _, side := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
		fmt.Fprintf(d, `<w:%s w:val="single" w:sz="6" w:space="0" w:color="auto"/>`, side)
	}
	d.WriteString(`</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>`)
	for _, w := range t.widths {
		fmt.Fprintf(d, `<w:gridCol w:w="%d"/>`, w)
	}
	d.WriteString(`</w:tblGrid>`)
	rows := t.places()
	for i, row := range rows {
		d.WriteString(`<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="340" w:hRule="atLeast"/>`)
		if i < t.heads {
			d.WriteString(`<w:tblHeader/>`)
		}
		d.WriteString(`<w:jc w:val="center"/></w:trPr>`)
		for _, c := range row {
			d.cell(t, c, together && i < len(rows)-1)
		}
		d.WriteString(`</w:tr>`)
	}
	d.WriteString(`</w:tbl>`)
	d.paragraph("body", "")
}

func (d *document) cell(t table, c placed, keep bool) {
	width := 0
	for _, w := range t.widths[c.column : c.column+c.cols] {
		width += w
	}
	fmt.Fprintf(d, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/>`, width)
	if c.cols > 1 {
		fmt.Fprintf(d, `<w:gridSpan w:val="%d"/>`, c.cols)
	}
	switch {
	case c.above:
		d.WriteString(`<w:vMerge/>`)
	case c.rows > 1:
		d.WriteString(`<w:vMerge w:val="restart"/>`)
	}
	if c.kind == article {
		d.WriteString(`<w:shd w:val="clear" w:color="auto" w:fill="C6D9F1"/>`)
	}
	if c.kind == count || c.kind == number || c.kind == headCell && utf8.RuneCountInString(c.text) == 3 { // five digits fit a column, or 自然人
		d.WriteString(`<w:tcMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tcMar>`)
	}
	d.WriteString(`<w:vAlign w:val="center"/></w:tcPr>`)
	style := "cell"
	if c.kind == label || c.kind == article {
		style = "label"
	}
	text := c.text
	if c.above {
		text = ""
	}
	if keep {
		style += "-kept"
	}
	d.paragraph(style, text)
	d.WriteString(`</w:tc>`)
}

// visible takes away what turns text about or hides in it.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2060 && r <= 0x2069 || r == 0xfeff || r >= 0x80 && r < 0xa0 {
			return '\ufffd'
		}
		return r
	}, s)
}

// paper is A4 as the blank has it; its tables are wider than its text, so the margins are the tables'.
const paper = `<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1083" w:bottom="1440" w:left="1083" w:header="851" w:footer="992" w:gutter="0"/>`

// styles are what the paragraphs are called.
var styles = []ooxml.ParagraphStyle{
	{ID: "title", Name: "报告标题", Face: ooxml.TitleFace, Size: 44, Paragraph: `<w:spacing w:before="240" w:after="360"/><w:jc w:val="center"/>`},
	{ID: "part", Name: "部分标题", Face: ooxml.HeadingFace, Size: 32, Paragraph: `<w:keepNext/><w:spacing w:before="240" w:after="120" w:line="560" w:lineRule="exact"/><w:ind w:firstLine="640"/><w:outlineLvl w:val="0"/>`},
	{ID: "page", Name: "部分标题（另起一页）", Face: ooxml.HeadingFace, Size: 32, Paragraph: `<w:keepNext/><w:pageBreakBefore/><w:spacing w:after="120" w:line="560" w:lineRule="exact"/><w:ind w:firstLine="640"/><w:outlineLvl w:val="0"/>`},
	{ID: "passage", Name: "小标题", Face: ooxml.PassageFace, Size: 32, Paragraph: `<w:keepNext/><w:spacing w:line="560" w:lineRule="exact"/><w:ind w:firstLine="640"/><w:outlineLvl w:val="1"/>`},
	{ID: "body", Name: "正文段落", Face: ooxml.BodyFace, Size: 32, Paragraph: `<w:spacing w:line="560" w:lineRule="exact"/><w:ind w:firstLine="640"/><w:jc w:val="both"/>`},
	{ID: "cell", Name: "表格数字", Face: ooxml.TableFace, Size: 20, Paragraph: `<w:jc w:val="center"/>`},
	{ID: "label", Name: "表格行名", Face: ooxml.TableFace, Size: 20, Paragraph: `<w:jc w:val="left"/>`},
	{ID: "cell-kept", Name: "表格数字（不分页）", Face: ooxml.TableFace, Size: 20, Paragraph: `<w:keepNext/><w:jc w:val="center"/>`},
	{ID: "label-kept", Name: "表格行名（不分页）", Face: ooxml.TableFace, Size: 20, Paragraph: `<w:keepNext/><w:jc w:val="left"/>`},
}
