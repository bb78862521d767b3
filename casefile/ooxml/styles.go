package ooxml

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
)

const (
	nsMain = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	nsRel  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	nsPkg  = "http://schemas.openxmlformats.org/package/2006/"
)

// frame are the parts of a workbook beside its sheets and styles, by name and content.
func frame(title string, sheets []Sheet) [][2]string {
	var types, list, rels, names strings.Builder
	for i, s := range sheets {
		n := i + 1
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`, n)
		types.WriteString(chartTypes(n, s))
		fmt.Fprintf(&list, `<sheet name="%s" sheetId="%d" r:id="rId%[2]d"/>`, Escape(s.Name), n)
		fmt.Fprintf(&rels, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%[1]d.xml"/>`, n, nsRel)
		if s.FrozenRows > 0 {
			quoted := strings.ReplaceAll(s.Name, "'", "''")
			fmt.Fprintf(&names, `<definedName name="_xlnm.Print_Titles" localSheetId="%d">%s</definedName>`, i, Escape(fmt.Sprintf("'%s'!$1:$%d", quoted, s.FrozenRows)))
		}
	}
	if names.Len() > 0 {
		names.WriteString(`</definedNames>`)
	}
	defined := names.String()
	if defined != "" {
		defined = `<definedNames>` + defined
	}
	return [][2]string{
		{"[Content_Types].xml", xml.Header + `<Types xmlns="` + nsPkg + `content-types">` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` +
			`<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>` +
			`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>` +
			types.String() + `</Types>`},
		{"_rels/.rels", xml.Header + `<Relationships xmlns="` + nsPkg + `relationships">` +
			`<Relationship Id="rId1" Type="` + nsRel + `/officeDocument" Target="xl/workbook.xml"/>` +
			`<Relationship Id="rId2" Type="` + nsPkg + `relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`},
		{"docProps/core.xml", xml.Header + `<cp:coreProperties xmlns:cp="` + nsPkg + `metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">` +
			`<dc:title>` + Escape(title) + `</dc:title></cp:coreProperties>`},
		{"xl/workbook.xml", xml.Header + `<workbook xmlns="` + nsMain + `" xmlns:r="` + nsRel + `"><sheets>` + list.String() + `</sheets>` + defined + `</workbook>`},
		{"xl/_rels/workbook.xml.rels", xml.Header + `<Relationships xmlns="` + nsPkg + `relationships">` + rels.String() +
			fmt.Sprintf(`<Relationship Id="rId%d" Type="%s/styles" Target="styles.xml"/></Relationships>`, len(sheets)+1, nsRel)},
	}
}

// styleTable numbers the styles in the order in which cells first use them.
type styleTable struct {
	index map[Style]int
	all   []Style
}

func (t *styleTable) id(s Style) int {
	id, ok := t.index[s]
	if !ok {
		id = len(t.all)
		t.index[s] = id
		t.all = append(t.all, s)
	}
	return id
}

// numberFormats are ids, up to 163 built-in ones (ISO/IEC 29500-1, 18.8.30).
var numberFormats = [...]int{General: 0, Integer: 1, AsText: 49, AsDay: 164, AsTime: 165}

// ownFormats declares those above that some style uses.
func (t *styleTable) ownFormats() string {
	all, n := "", 0
	for _, own := range []struct {
		format Format
		code   string
	}{{AsDay, "yyyy\\-mm\\-dd"}, {AsTime, "yyyy\\-mm\\-dd\\ hh:mm"}} {
		if slices.ContainsFunc(t.all, func(s Style) bool { return s.Format == own.format }) {
			n++
			all += fmt.Sprintf(`<numFmt numFmtId="%d" formatCode="%s"/>`, numberFormats[own.format], own.code)
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(`<numFmts count="%d">`, n) + all + `</numFmts>`
}

func (t *styleTable) xml() string {
	var xfs strings.Builder
	for _, s := range t.all {
		font, border := 0, 0
		if s.Bold {
			font = 1
		}
		if s.Border {
			border = 1
		}
		fmt.Fprintf(&xfs, `<xf numFmtId="%d" fontId="%d" fillId="0" borderId="%d" xfId="0" applyNumberFormat="1" applyFont="1" applyBorder="1" applyAlignment="1"><alignment vertical="center"`,
			numberFormats[s.Format], font, border)
		if s.Center {
			xfs.WriteString(` horizontal="center"`)
		}
		if s.Wrap {
			xfs.WriteString(` wrapText="1"`)
		}
		xfs.WriteString(`/></xf>`)
	}
	const font = `<sz val="11"/><name val="宋体"/><family val="3"/><charset val="134"/>`
	const side = ` style="thin"><color auto="1"/></`
	return xml.Header + `<styleSheet xmlns="` + nsMain + `">` + t.ownFormats() +
		`<fonts count="2"><font>` + font + `</font><font><b/>` + font + `</font></fonts>` +
		`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
		`<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>` +
		`<border><left` + side + `left><right` + side + `right><top` + side + `top><bottom` + side + `bottom><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
		fmt.Sprintf(`<cellXfs count="%d">%s</cellXfs>`, len(t.all), xfs.String()) +
		`<cellStyles count="1"><cellStyle name="常规" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
}
