package form

import (
	"bytes"
	"fmt"
	"html"
	"iter"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"ysq.internal/ysq/casefile/ooxml"
)

// The carriers of the corpus are written from one compact source, so that no binary needs to be kept:
// lines are paragraphs; a line that begins with | is a row of a table. A cell may begin with its spans,
// as in [r8] or [r2c3]; what a span covers is left out, as in HTML; \n is a line end within a cell.

var spans = regexp.MustCompile(`^\[(?:r(\d+))?(?:c(\d+))?\]`)

func compact(source string) []Block {
	var blocks []Block
	var g gridBuilder
	flush := func() {
		if len(g.cells) > 0 {
			blocks = append(blocks, Block{Table: &Table{Cells: g.cells}})
		}
		g = gridBuilder{}
	}
	for l := range strings.SplitSeq(strings.TrimRight(source, "\n"), "\n") {
		if !strings.HasPrefix(l, "|") {
			flush()
			blocks = append(blocks, Block{Line: &Line{Text: l}})
			continue
		}
		g.row()
		for c := range strings.SplitSeq(strings.TrimSuffix(l[1:], "|"), "|") {
			rs, cs := 1, 1
			if m := spans.FindStringSubmatch(c); m != nil {
				c = c[len(m[0]):]
				rs, cs = max(1, number(m[1])), max(1, number(m[2]))
			}
			g.span(rs, cs)
			g.cell(strings.ReplaceAll(c, `\n`, "\n"))
		}
	}
	flush()
	return blocks
}

// rowsOfCells gives the cells of a table by row.
func rowsOfCells(t *Table) [][]Cell {
	var rows [][]Cell
	for _, c := range t.Cells {
		for len(rows) <= c.Row {
			rows = append(rows, nil)
		}
		rows[c.Row] = append(rows[c.Row], c)
	}
	return rows
}

// writeText writes a table with tabs, as a mail's text has it.
func writeText(blocks []Block) []byte {
	var b strings.Builder
	for _, block := range blocks {
		if block.Line != nil {
			b.WriteString(block.Line.Text + "\n")
			continue
		}
		for _, row := range rowsOfCells(block.Table) {
			for i, c := range row {
				if i > 0 {
					b.WriteByte('\t')
				}
				b.WriteString(strings.ReplaceAll(c.Text, "\n", " "))
			}
			b.WriteByte('\n')
		}
	}
	return []byte(b.String())
}

// writeHTML writes a page as mail programs do: styles, spans, empty paragraphs, &nbsp;.
func writeHTML(blocks []Block, gbk bool) []byte {
	var b strings.Builder
	charset := "utf-8"
	if gbk {
		charset = "gb2312"
	}
	b.WriteString(`<html><head><meta http-equiv="Content-Type" content="text/html; charset=` + charset + `"><style>p{margin:0}td{border:solid 1px}</style></head><body><div style="line-height:1.7">` + "\n")
	cell := func(s string) string {
		s = html.EscapeString(s)
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\n", "<br>"), "  ", "&nbsp;&nbsp;")
		return `<span style="font-family:宋体">` + s + "</span>"
	}
	for _, block := range blocks {
		if block.Line != nil {
			if block.Line.Text == "" {
				b.WriteString("<p>&nbsp;</p>\n")
			} else {
				b.WriteString("<p class=MsoNormal>" + cell(block.Line.Text) + "</p>\n")
			}
			continue
		}
		b.WriteString("<table border=1 cellspacing=0><tbody>\n")
		for _, row := range rowsOfCells(block.Table) {
			b.WriteString("<tr>")
			for _, c := range row {
				b.WriteString("<td")
				if c.RowSpan > 1 {
					fmt.Fprintf(&b, ` rowspan="%d"`, c.RowSpan)
				}
				if c.ColSpan > 1 {
					fmt.Fprintf(&b, " colspan=%d", c.ColSpan)
				}
				b.WriteString(" valign=middle>\n <p align=center>" + cell(c.Text) + "</p>\n</td>")
			}
			b.WriteString("</tr>\n")
		}
		b.WriteString("</tbody></table>\n")
	}
	b.WriteString("</div></body></html>")
	if gbk {
		out, _ := simplifiedchinese.GB18030.NewEncoder().String(b.String())
		return []byte(out)
	}
	return []byte(b.String())
}

// Ways of writing a box in WordprocessingML.
const (
	asCharacter = iota
	asControl   // w14:checkbox
	asField     // legacy form field
	asSymbol    // w:sym of Wingdings
)

const wordNames = ` xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml"`

// writeDocx writes a document; in a frame, all lines stand in a text box.
func writeDocx(tb testing.TB, blocks []Block, boxes int, frame bool) []byte {
	tb.Helper()
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document` + wordNames + `><w:body>`)
	for _, block := range blocks {
		switch {
		case block.Table != nil:
			wordTableXML(&b, block.Table, boxes)
		case frame && block.Line.Text != "":
			p := "<w:p>" + wordRuns(block.Line.Text, boxes) + "</w:p>"
			b.WriteString(`<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:wsp><wps:txbx><w:txbxContent>` + p +
				`</w:txbxContent></wps:txbx></wps:wsp></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>` + p + `</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>`)
		default:
			b.WriteString("<w:p><w:pPr><w:jc w:val=\"left\"/></w:pPr>" + wordRuns(block.Line.Text, boxes) + "</w:p>")
		}
	}
	b.WriteString(`<w:sectPr/></w:body></w:document>`)
	return packDocx(tb, b.String())
}

func packDocx(tb testing.TB, document string) []byte {
	tb.Helper()
	var out bytes.Buffer
	z := ooxml.NewWriter(&out)
	add := func(name, text string) {
		if err := z.AddText(name, text); err != nil {
			tb.Fatal(err)
		}
	}
	add("[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`)
	add("_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`)
	add("word/document.xml", document)
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

// wordRuns splits a text over runs, as Word does wherever somebody corrected something.
func wordRuns(s string, boxes int) string {
	var b strings.Builder
	plain := []rune{}
	flush := func() {
		for len(plain) > 0 {
			n := min(len(plain), 7)
			b.WriteString("<w:r><w:rPr><w:rFonts w:hint=\"eastAsia\"/></w:rPr>" + ooxml.RunText(string(plain[:n])) + "</w:r>")
			plain = plain[n:]
		}
	}
	for _, r := range s {
		if r != '☑' && r != '□' || boxes == asCharacter {
			plain = append(plain, r)
			continue
		}
		flush()
		ticked := map[bool]string{true: "1", false: "0"}[r == '☑']
		switch boxes {
		case asControl:
			b.WriteString(`<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="` + ticked + `"/></w14:checkbox></w:sdtPr><w:sdtContent><w:r><w:t>☐</w:t></w:r></w:sdtContent></w:sdt>`)
		case asField:
			b.WriteString(`<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="` + ticked + `"/></w:checkBox></w:ffData></w:fldChar></w:r><w:r><w:instrText> FORMCHECKBOX </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>`)
		case asSymbol:
			b.WriteString(`<w:r><w:sym w:font="Wingdings" w:char="` + map[bool]string{true: "F0FE", false: "F0A8"}[r == '☑'] + `"/></w:r>`)
		}
	}
	flush()
	return b.String()
}

func wordTableXML(b *strings.Builder, t *Table, boxes int) {
	b.WriteString("<w:tbl><w:tblPr/>")
	rows := rowsOfCells(t)
	covered := make(map[[2]int]Cell) // cells that go on here, by place
	for _, c := range t.Cells {
		for y := c.Row + 1; y < c.Row+c.RowSpan; y++ {
			covered[[2]int{y, c.Col}] = c
			for len(rows) <= y {
				rows = append(rows, nil)
			}
		}
	}
	for y, row := range rows {
		b.WriteString("<w:tr>")
		col := 0
		for i := 0; i < len(row) || covered[[2]int{y, col}].RowSpan > 1; {
			if c := covered[[2]int{y, col}]; c.RowSpan > 1 {
				fmt.Fprintf(b, `<w:tc><w:tcPr><w:gridSpan w:val="%d"/><w:vMerge/></w:tcPr><w:p/></w:tc>`, c.ColSpan)
				col += c.ColSpan
				continue
			}
			c := row[i]
			i++
			col = c.Col + c.ColSpan
			b.WriteString("<w:tc><w:tcPr>")
			fmt.Fprintf(b, `<w:gridSpan w:val="%d"/>`, c.ColSpan)
			if c.RowSpan > 1 {
				b.WriteString(`<w:vMerge w:val="restart"/><w:textDirection w:val="tbRlV"/>`)
			}
			b.WriteString("</w:tcPr>")
			for l := range strings.SplitSeq(c.Text, "\n") {
				b.WriteString("<w:p>" + wordRuns(l, boxes) + "</w:p>")
			}
			b.WriteString("</w:tc>")
		}
		b.WriteString("</w:tr>")
	}
	b.WriteString("</w:tbl>")
}

// writeXlsx writes everything into one sheet, lines in its first column.
func writeXlsx(tb testing.TB, blocks []Block) []byte {
	tb.Helper()
	var rows [][]ooxml.Cell
	var merged []string
	for _, block := range blocks {
		if block.Line != nil {
			if block.Line.Text == "" {
				rows = append(rows, nil)
			} else {
				rows = append(rows, []ooxml.Cell{ooxml.Text(block.Line.Text, ooxml.Style{})})
			}
			continue
		}
		base := len(rows)
		for _, c := range block.Table.Cells {
			for len(rows) < base+c.Row+c.RowSpan {
				rows = append(rows, nil)
			}
			row := rows[base+c.Row]
			for len(row) <= c.Col {
				row = append(row, ooxml.Cell{})
			}
			if c.Text != "" {
				row[c.Col] = ooxml.Text(c.Text, ooxml.Style{})
			}
			rows[base+c.Row] = row
			if c.RowSpan > 1 || c.ColSpan > 1 {
				merged = append(merged, ooxml.Ref(c.Col, base+c.Row)+":"+ooxml.Ref(c.Col+c.ColSpan-1, base+c.Row+c.RowSpan-1))
			}
		}
	}
	var out bytes.Buffer
	seq := iter.Seq2[[]ooxml.Cell, error](func(yield func([]ooxml.Cell, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	})
	if err := ooxml.WriteBook(&out, "申请表", ooxml.Sheet{Name: "申请表", Rows: seq, Merged: merged}); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}
