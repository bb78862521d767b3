package render

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"ysq.internal/ysq/casefile/ooxml"
	"ysq.internal/ysq/stats"
)

// The typefaces of official documents (GB/T 9704—2012): many computers have them under another name
// or not at all, so fontTable.xml names what to take instead.
const (
	titleFace   = "方正小标宋简体"
	headingFace = "黑体"
	passageFace = "楷体_GB2312"
	bodyFace    = "仿宋_GB2312"
	tableFace   = "宋体"
)

// DOCX writes the complete report for Word and WPS, laid out as the official blank has it: six parts,
// the tables with its merged cells and column widths, numbers of pages at the foot.
func DOCX(w io.Writer, r stats.Report) error {
	f, err := stats.FormatOf(r.Format)
	if err != nil {
		return err
	}
	var d document
	d.paragraph("title", title(r))
	d.prose(f.Parts[stats.PartOverview], r.Sections.Overview)
	d.paragraph("part", f.Parts[stats.PartFacts])
	d.table(factsTable(f, r.Table2))
	d.paragraph("part", f.Parts[stats.PartApplications])
	d.table(applicationsTable(f, r.Table3))
	d.paragraph("part", f.Parts[stats.PartDisputes])
	d.table(disputesTable(f, r.Table4))
	d.prose(f.Parts[stats.PartProblems], []stats.Passage{{Text: r.Sections.Problems}})
	d.prose(f.Parts[stats.PartOther], r.Sections.Other)

	z := ooxml.NewWriter(w)
	for _, p := range [][2]string{
		{"[Content_Types].xml", contentTypes},
		{"_rels/.rels", packageRels},
		{"docProps/core.xml", xml.Header + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>` +
			ooxml.Escape(title(r)) + `</dc:title></cp:coreProperties>`},
		{"word/document.xml", xml.Header + `<w:document xmlns:w="` + nsWord + `" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:body>` +
			d.String() + section + `</w:body></w:document>`},
		{"word/_rels/document.xml.rels", documentRels},
		{"word/styles.xml", styles()},
		{"word/fontTable.xml", fontTable()},
		{"word/footer1.xml", footer},
	} {
		if err := z.AddText(p[0], p[1]); err != nil {
			return err
		}
	}
	return z.Close()
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

func (d *document) table(t table) {
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
	for i, row := range t.places() {
		d.WriteString(`<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="340" w:hRule="atLeast"/>`)
		if i < t.heads {
			d.WriteString(`<w:tblHeader/>`)
		}
		d.WriteString(`<w:jc w:val="center"/></w:trPr>`)
		for _, c := range row {
			d.cell(t, c)
		}
		d.WriteString(`</w:tr>`)
	}
	d.WriteString(`</w:tbl>`)
	d.paragraph("body", "")
}

func (d *document) cell(t table, c placed) {
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
	if c.kind == count || c.kind == number { // five digits fit a column
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

const (
	nsWord       = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
	relationship = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	wordPart     = "application/vnd.openxmlformats-officedocument.wordprocessingml."

	contentTypes = xml.Header + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/word/document.xml" ContentType="` + wordPart + `document.main+xml"/>` +
		`<Override PartName="/word/styles.xml" ContentType="` + wordPart + `styles+xml"/>` +
		`<Override PartName="/word/fontTable.xml" ContentType="` + wordPart + `fontTable+xml"/>` +
		`<Override PartName="/word/footer1.xml" ContentType="` + wordPart + `footer+xml"/>` +
		`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>`
	packageRels = xml.Header + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="` + relationship + `officeDocument" Target="word/document.xml"/>` +
		`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`
	documentRels = xml.Header + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="` + relationship + `styles" Target="styles.xml"/>` +
		`<Relationship Id="rId2" Type="` + relationship + `fontTable" Target="fontTable.xml"/>` +
		`<Relationship Id="rId3" Type="` + relationship + `footer" Target="footer1.xml"/></Relationships>`
	footer = xml.Header + `<w:ftr xmlns:w="` + nsWord + `"><w:p><w:pPr><w:pStyle w:val="foot"/></w:pPr><w:r><w:t xml:space="preserve">— </w:t></w:r>` +
		`<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>` +
		`<w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t xml:space="preserve"> —</w:t></w:r></w:p></w:ftr>`
	// A4 as the blank has it; its tables are wider than its text, so the margins are the tables'.
	section = `<w:sectPr><w:footerReference w:type="default" r:id="rId3"/><w:pgSz w:w="11906" w:h="16838"/>` +
		`<w:pgMar w:top="1440" w:right="1083" w:bottom="1440" w:left="1083" w:header="851" w:footer="992" w:gutter="0"/></w:sectPr>`
)

// styles are what the paragraphs are called. Sizes are in half points.
func styles() string {
	var b strings.Builder
	b.WriteString(xml.Header + `<w:styles xmlns:w="` + nsWord + `"><w:docDefaults><w:rPrDefault><w:rPr>` + face(bodyFace) +
		`<w:sz w:val="32"/><w:szCs w:val="32"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault></w:docDefaults>`)
	for _, s := range []struct {
		id, name, font, ppr, outline string
		size                         int
	}{
		{"title", "报告标题", titleFace, `<w:spacing w:before="240" w:after="360"/><w:jc w:val="center"/>`, "", 44},
		{"part", "部分标题", headingFace, `<w:keepNext/><w:spacing w:before="240" w:after="120" w:line="560" w:lineRule="exact"/><w:ind w:firstLine="640"/>`, `<w:outlineLvl w:val="0"/>`, 32},
		{"passage", "小标题", passageFace, `<w:keepNext/><w:spacing w:line="560" w:lineRule="exact"/><w:ind w:firstLine="640"/>`, `<w:outlineLvl w:val="1"/>`, 32},
		{"body", "正文段落", bodyFace, `<w:spacing w:line="560" w:lineRule="exact"/><w:ind w:firstLine="640"/><w:jc w:val="both"/>`, "", 32},
		{"cell", "表格数字", tableFace, `<w:jc w:val="center"/>`, "", 20},
		{"label", "表格行名", tableFace, `<w:jc w:val="left"/>`, "", 20},
		{"foot", "页码", tableFace, `<w:jc w:val="center"/>`, "", 28},
	} {
		fmt.Fprintf(&b, `<w:style w:type="paragraph" w:customStyle="1" w:styleId="%s"><w:name w:val="%s"/><w:pPr>%s%s</w:pPr><w:rPr>%s<w:sz w:val="%d"/><w:szCs w:val="%[6]d"/></w:rPr></w:style>`,
			s.id, s.name, s.ppr, s.outline, face(s.font), s.size)
	}
	return b.String() + `</w:styles>`
}

func face(name string) string {
	return fmt.Sprintf(`<w:rFonts w:ascii="%s" w:hAnsi="%[1]s" w:eastAsia="%[1]s" w:cs="%[1]s" w:hint="eastAsia"/>`, name)
}

// fontTable names for each typeface the one to take where it is missing.
func fontTable() string {
	var b strings.Builder
	b.WriteString(xml.Header + `<w:fonts xmlns:w="` + nsWord + `">`)
	for _, f := range [][2]string{{titleFace, "FZXiaoBiaoSong-B05S,华文中宋,宋体"}, {headingFace, "SimHei"}, {passageFace, "楷体,KaiTi"}, {bodyFace, "仿宋,FangSong"}, {tableFace, "SimSun"}} {
		fmt.Fprintf(&b, `<w:font w:name="%s"><w:altName w:val="%s"/><w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="default"/></w:font>`, f[0], f[1])
	}
	return b.String() + `</w:fonts>`
}
