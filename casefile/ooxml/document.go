package ooxml

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
)

// The typefaces of official documents (GB/T 9704—2012): many computers have them under another name
// or not at all, so a document names what to take instead.
const (
	TitleFace   = "方正小标宋简体"
	HeadingFace = "黑体"
	PassageFace = "楷体_GB2312"
	BodyFace    = "仿宋_GB2312"
	TableFace   = "宋体"
)

// Document is a .docx of one's own making: a body, its styles, and the number of the page at the foot.
type Document struct {
	Title   string
	Body    string // the blocks of w:body, in WordprocessingML
	Section string // what w:sectPr holds of the page: w:pgSz, w:pgMar
	Styles  []ParagraphStyle
	// Unnumbered leaves out the number of the page.
	Unnumbered bool
}

// ParagraphStyle is a kind of paragraph.
type ParagraphStyle struct {
	ID, Name  string
	Face      string
	Size      int    // half points
	Paragraph string // what w:pPr holds
}

// WriteDocument writes a .docx.
func WriteDocument(w io.Writer, d Document) error {
	z := NewWriter(w)
	foot := `<w:footerReference w:type="default" r:id="rId3"/>`
	if d.Unnumbered {
		foot = ""
	}
	for _, p := range [][2]string{
		{"[Content_Types].xml", wordTypes},
		{"_rels/.rels", wordPackage},
		{"docProps/core.xml", xml.Header + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>` +
			Escape(d.Title) + `</dc:title></cp:coreProperties>`},
		{"word/document.xml", xml.Header + `<w:document xmlns:w="` + nsWord + `" xmlns:r="` + strings.TrimSuffix(relationship, "/") + `"><w:body>` +
			d.Body + `<w:sectPr>` + foot + d.Section + `</w:sectPr></w:body></w:document>`},
		{"word/_rels/document.xml.rels", wordRels},
		{"word/styles.xml", wordStyles(d.Styles)},
		{"word/fontTable.xml", wordFonts()},
		{"word/footer1.xml", wordFooter},
	} {
		if err := z.AddText(p[0], p[1]); err != nil {
			return err
		}
	}
	return z.Close()
}

const (
	nsWord       = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
	relationship = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	wordPart     = "application/vnd.openxmlformats-officedocument.wordprocessingml."

	wordTypes = xml.Header + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/word/document.xml" ContentType="` + wordPart + `document.main+xml"/>` +
		`<Override PartName="/word/styles.xml" ContentType="` + wordPart + `styles+xml"/>` +
		`<Override PartName="/word/fontTable.xml" ContentType="` + wordPart + `fontTable+xml"/>` +
		`<Override PartName="/word/footer1.xml" ContentType="` + wordPart + `footer+xml"/>` +
		`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>`
	wordPackage = xml.Header + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="` + relationship + `officeDocument" Target="word/document.xml"/>` +
		`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`
	wordRels = xml.Header + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="` + relationship + `styles" Target="styles.xml"/>` +
		`<Relationship Id="rId2" Type="` + relationship + `fontTable" Target="fontTable.xml"/>` +
		`<Relationship Id="rId3" Type="` + relationship + `footer" Target="footer1.xml"/></Relationships>`
	wordFooter = xml.Header + `<w:ftr xmlns:w="` + nsWord + `"><w:p><w:pPr><w:pStyle w:val="foot"/></w:pPr><w:r><w:t xml:space="preserve">— </w:t></w:r>` +
		`<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>` +
		`<w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t xml:space="preserve"> —</w:t></w:r></w:p></w:ftr>`
)

// wordStyles are what the paragraphs are called; the foot of the page is always there.
func wordStyles(all []ParagraphStyle) string {
	var b strings.Builder
	b.WriteString(xml.Header + `<w:styles xmlns:w="` + nsWord + `"><w:docDefaults><w:rPrDefault><w:rPr>` + wordFace(BodyFace) +
		`<w:sz w:val="32"/><w:szCs w:val="32"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault></w:docDefaults>`)
	for _, s := range slices.Concat(all, []ParagraphStyle{{"foot", "页码", TableFace, 28, `<w:jc w:val="center"/>`}}) {
		fmt.Fprintf(&b, `<w:style w:type="paragraph" w:customStyle="1" w:styleId="%s"><w:name w:val="%s"/><w:pPr>%s</w:pPr><w:rPr>%s<w:sz w:val="%d"/><w:szCs w:val="%[5]d"/></w:rPr></w:style>`,
			s.ID, s.Name, s.Paragraph, wordFace(s.Face), s.Size)
	}
	return b.String() + `</w:styles>`
}

func wordFace(name string) string {
	return fmt.Sprintf(`<w:rFonts w:ascii="%s" w:hAnsi="%[1]s" w:eastAsia="%[1]s" w:cs="%[1]s" w:hint="eastAsia"/>`, name)
}

// wordFonts names for each typeface the one to take where it is missing.
func wordFonts() string {
	var b strings.Builder
	b.WriteString(xml.Header + `<w:fonts xmlns:w="` + nsWord + `">`)
	for _, f := range [][2]string{{TitleFace, "FZXiaoBiaoSong-B05S,华文中宋,宋体"}, {HeadingFace, "SimHei"}, {PassageFace, "楷体,KaiTi"}, {BodyFace, "仿宋,FangSong"}, {TableFace, "SimSun"}} {
		fmt.Fprintf(&b, `<w:font w:name="%s"><w:altName w:val="%s"/><w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="default"/></w:font>`, f[0], f[1])
	}
	return b.String() + `</w:fonts>`
}
