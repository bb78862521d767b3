package letter

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/ooxml"
)

// paper is A4 with the margins of GB/T 9704—2012, 5.1: head 37 mm, binding side 28 mm, a type area of
// 156 mm by 225 mm; the number of the page 7 mm below it (7.5). Twentieths of a point.
const paper = `<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1588" w:header="1134" w:footer="1304" w:gutter="0"/>`

// typeArea is the width between the margins.
const typeArea = 11906 - 1474 - 1588

// styles are the kinds of paragraphs (GB/T 9704—2012, 7): titles 方正小标宋 of 二号, text 仿宋 of 三号 on lines of
// 28 points, set in by two characters. The signature is centred over the date, whose end is about four
// characters from the margin (7.3.5.1).
var styles = []ooxml.ParagraphStyle{
	{ID: "title", Name: "标题", Face: ooxml.TitleFace, Size: 44, Paragraph: `<w:keepNext/><w:spacing w:line="640" w:lineRule="exact"/><w:jc w:val="center"/>`},
	{ID: "number", Name: "发文字号", Face: ooxml.BodyFace, Size: 32, Paragraph: `<w:keepNext/><w:spacing w:before="240" w:after="360" w:line="560" w:lineRule="exact"/><w:jc w:val="center"/>`},
	{ID: "to", Name: "主送", Face: ooxml.BodyFace, Size: 32, Paragraph: `<w:keepNext/><w:spacing w:line="560" w:lineRule="exact"/>`},
	{ID: "body", Name: "正文", Face: ooxml.BodyFace, Size: 32, Paragraph: `<w:spacing w:line="560" w:lineRule="exact"/><w:ind w:firstLine="640" w:firstLineChars="200"/><w:jc w:val="both"/>`},
	{ID: "close", Name: "结语", Face: ooxml.BodyFace, Size: 32, Paragraph: `<w:keepNext/><w:spacing w:line="560" w:lineRule="exact"/><w:ind w:firstLine="640" w:firstLineChars="200"/><w:jc w:val="both"/>`},
	{ID: "signer", Name: "署名", Face: ooxml.BodyFace, Size: 32, Paragraph: `<w:keepNext/><w:keepLines/><w:spacing w:before="560" w:line="560" w:lineRule="exact"/><w:ind w:left="4040"/><w:jc w:val="center"/>`},
	{ID: "sign", Name: "日期", Face: ooxml.BodyFace, Size: 32, Paragraph: `<w:keepLines/><w:spacing w:line="560" w:lineRule="exact"/><w:ind w:left="4040"/><w:jc w:val="center"/>`},
	{ID: "slip", Name: "回执标题", Face: ooxml.HeadingFace, Size: 32, Paragraph: `<w:keepNext/><w:pBdr><w:top w:val="dashed" w:sz="6" w:space="12" w:color="auto"/></w:pBdr><w:spacing w:before="480" w:after="120" w:line="560" w:lineRule="exact"/><w:jc w:val="center"/>`},
	{ID: "cell", Name: "表格", Face: ooxml.BodyFace, Size: 28, Paragraph: `<w:spacing w:line="440" w:lineRule="exact"/><w:jc w:val="left"/>`},
	{ID: "head", Name: "表头", Face: ooxml.HeadingFace, Size: 28, Paragraph: `<w:spacing w:line="440" w:lineRule="exact"/><w:jc w:val="center"/>`},
	{ID: "small", Name: "小表格", Face: ooxml.BodyFace, Size: 24, Paragraph: `<w:spacing w:line="360" w:lineRule="exact"/><w:jc w:val="left"/>`},
	{ID: "smallhead", Name: "小表头", Face: ooxml.HeadingFace, Size: 24, Paragraph: `<w:spacing w:line="360" w:lineRule="exact"/><w:jc w:val="center"/>`},
}

// Standard returns the built-in template of a kind of letter: the same bytes each time.
func Standard(kind casefile.LetterKind) ([]byte, error) {
	var b body
	b.paragraph("title", "{{机关名称}}")
	b.paragraph("title", "{{文书名称}}")
	switch kind {
	case casefile.LetterDeliveryReceipt:
		b.deliveryReceipt()
	case casefile.LetterArchiveIndex:
		b.archiveIndex()
	case casefile.LetterApplicationForm:
		b.applicationForm()
	case casefile.LetterRegistrationForm:
		b.registrationForm()
	case casefile.LetterAssignmentSheet:
		b.assignmentSheet()
	case casefile.LetterApprovalSheet:
		b.approvalSheet()
	case casefile.LetterClosingNote:
		b.closingNote()
	default:
		f, ok := forms()[kind]
		if !ok {
			return nil, fmt.Errorf("no template for %s", kind)
		}
		b.letter(f)
	}
	var out bytes.Buffer
	err := ooxml.WriteDocument(&out, ooxml.Document{Title: kind.Label(), Body: b.String(), Section: paper, Styles: styles})
	return out.Bytes(), err
}

// body is the text of a document in the making.
type body struct{ bytes.Buffer }

func (b *body) paragraph(style, text string) {
	b.WriteString(`<w:p><w:pPr><w:pStyle w:val="` + style + `"/></w:pPr><w:r>` + ooxml.RunText(text) + `</w:r></w:p>`)
}

func (b *body) letter(f form) {
	b.paragraph("number", "{{文号}}")
	b.paragraph("to", f.to)
	text := append(slices.Clone(f.body), annexed)
	for i, text := range text {
		style := "body"
		if i >= len(f.body)-2 { // the signature is never alone on a page
			style = "close"
		}
		b.paragraph(style, text)
	}
	b.paragraph("signer", "{{机关名称}}")
	b.paragraph("sign", "{{成文日期}}")
	for i, text := range f.bottom {
		style := "body"
		if i == 0 {
			style = "slip"
		}
		b.paragraph(style, text)
	}
}

// table draws rows of cells; a cell beginning with a star is a heading.
func (b *body) table(size string, widths []int, rows ...[]string) {
	fmt.Fprintf(b, `<w:tbl><w:tblPr><w:tblW w:w="%d" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>`, typeArea)
	for _, side := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
		fmt.Fprintf(b, `<w:%s w:val="single" w:sz="6" w:space="0" w:color="auto"/>`, side)
	}
	b.WriteString(`</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>`)
	for _, w := range widths {
		fmt.Fprintf(b, `<w:gridCol w:w="%d"/>`, w)
	}
	b.WriteString(`</w:tblGrid>`)
	for _, row := range rows {
		b.WriteString(`<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="640" w:hRule="atLeast"/></w:trPr>`)
		at := 0
		for i, text := range row {
			span := 1
			if i == len(row)-1 {
				span = len(widths) - at // the last cell takes the rest
			}
			width := 0
			for _, w := range widths[at : at+span] {
				width += w
			}
			at += span
			fmt.Fprintf(b, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/>`, width)
			if span > 1 {
				fmt.Fprintf(b, `<w:gridSpan w:val="%d"/>`, span)
			}
			b.WriteString(`<w:vAlign w:val="center"/></w:tcPr>`)
			style := size + "cell"
			if head, ok := strings.CutPrefix(text, "*"); ok {
				style, text = size+"head", head
			}
			for line := range strings.SplitSeq(text, "\n") {
				b.paragraph(styleName(style), line)
			}
			b.WriteString(`</w:tc>`)
		}
		b.WriteString(`</w:tr>`)
	}
	b.WriteString(`</w:tbl>`)
}

func styleName(s string) string {
	if s == "smallcell" {
		return "small"
	}
	return s
}

func (b *body) deliveryReceipt() {
	b.paragraph("body", "")
	b.table("", []int{2000, 2422, 2000, 2422},
		[]string{"*登记编号", "{{编号}}", "*受送达人", "{{受送达人}}"},
		[]string{"*送达文书", "{{#送达文书}}\n{{名称}}　{{文号}}\n{{/送达文书}}"},
		[]string{"*送达地址", "{{送达地址}}"},
		[]string{"*送达方式", "□ 当面　□ 邮寄　□ 电子邮件　□ 传真　□ 其他："},
		[]string{"*受送达人签名或者盖章", "\n　　　　　　　　　　　年　　月　　日　　时"},
		[]string{"*代收人及代收理由", "\n　　　　　　　　　　　年　　月　　日　　时"},
		[]string{"*未能送达的理由", "\n"},
		[]string{"*送达人", "\n　　　　　　　　　　　年　　月　　日"},
		[]string{"*备注", ""})
}

func (b *body) archiveIndex() {
	b.paragraph("body", "")
	b.table("small", []int{1500, 2922, 1500, 2922},
		[]string{"*登记编号", "{{编号}}", "*归档号", "{{归档号}}"},
		[]string{"*申请人", "{{申请人}}", "*收到日期", "{{收到日期}}"},
		[]string{"*申请内容", "{{申请内容}}"},
		[]string{"*办理结果", "{{办理结果}}"})
	b.paragraph("small", "")
	b.table("small", []int{740, 1500, 1804, 1300, 2500, 1000},
		[]string{"*序号", "*日期", "*文号", "*责任者", "*题名", "*备注"},
		[]string{"{{#卷内文件}}{{序号}}", "{{日期}}", "{{文号}}", "{{责任者}}", "{{题名}}", "{{备注}}{{/卷内文件}}"})
	b.paragraph("small", "")
	b.paragraph("small", "制表：　　　　　　　　　　　　　{{成文日期}}")
}
