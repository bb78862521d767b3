package ooxml

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// Chart is a chart over cells of its sheet. The program draws it, in its own fonts.
type Chart struct {
	Title      string
	Across     bool   // bars from left to right; otherwise columns
	Categories string // the range of their names, as A2:A7
	Series     []Series
	// Where it stands: the cell of its upper left corner and how many cells it covers.
	Column, Row, Columns, Rows int
}

// Series is one row of bars.
type Series struct {
	Name   string // the cell of its name, as B1
	Values string // the range of its numbers, as B2:B7
	Color  string // as 4675B0
}

const (
	nsChart   = "http://schemas.openxmlformats.org/drawingml/2006/chart"
	nsDrawing = "http://schemas.openxmlformats.org/drawingml/2006/main"
	nsAnchor  = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
)

// chartTypes declares the parts of the charts of a sheet, which counts from 1.
func chartTypes(sheet int, s Sheet) string {
	if len(s.Charts) == 0 {
		return ""
	}
	var types strings.Builder
	types.WriteString(fmt.Sprintf(`<Override PartName="/xl/drawings/drawing%d.xml" ContentType="application/vnd.openxmlformats-officedocument.drawing+xml"/>`, sheet))
	for k := range s.Charts {
		types.WriteString(fmt.Sprintf(`<Override PartName="/xl/charts/chart%d_%d.xml" ContentType="application/vnd.openxmlformats-officedocument.drawingml.chart+xml"/>`, sheet, k+1))
	}
	return types.String()
}

// addCharts writes the parts of the charts of a sheet.
func addCharts(z *Writer, sheet int, s Sheet) error {
	if len(s.Charts) == 0 {
		return nil
	}
	relation := func(id int, kind, target string) string {
		return fmt.Sprintf(`<Relationship Id="rId%d" Type="%s/%s" Target="%s"/>`, id, nsRel, kind, target)
	}
	relations := func(all string) string {
		return xml.Header + `<Relationships xmlns="` + nsPkg + `relationships">` + all + `</Relationships>`
	}
	var anchors, rels strings.Builder
	for k, c := range s.Charts {
		rels.WriteString(relation(k+1, "chart", fmt.Sprintf("../charts/chart%d_%d.xml", sheet, k+1)))
		anchors.WriteString(c.anchor(k + 1))
		if err := z.AddText(fmt.Sprintf("xl/charts/chart%d_%d.xml", sheet, k+1), c.xml(s.Name)); err != nil {
			return err
		}
	}
	for _, p := range [][2]string{
		{fmt.Sprintf("xl/drawings/drawing%d.xml", sheet), xml.Header + `<xdr:wsDr xmlns:xdr="` + nsAnchor + `" xmlns:a="` + nsDrawing + `">` + anchors.String() + `</xdr:wsDr>`},
		{fmt.Sprintf("xl/drawings/_rels/drawing%d.xml.rels", sheet), relations(rels.String())},
		{fmt.Sprintf("xl/worksheets/_rels/sheet%d.xml.rels", sheet), relations(relation(1, "drawing", fmt.Sprintf("../drawings/drawing%d.xml", sheet)))},
	} {
		if err := z.AddText(p[0], p[1]); err != nil {
			return err
		}
	}
	return nil
}

func (c Chart) anchor(n int) string {
	at := func(name string, column, row int) string {
		return fmt.Sprintf(`<xdr:%s><xdr:col>%d</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>%d</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:%[1]s>`, name, column, row)
	}
	return `<xdr:twoCellAnchor>` + at("from", c.Column, c.Row) + at("to", c.Column+c.Columns, c.Row+c.Rows) +
		fmt.Sprintf(`<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="%d" name="%s"/><xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr>`, n+1, Escape(c.Title)) +
		`<xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm><a:graphic><a:graphicData uri="` + nsChart + `">` +
		fmt.Sprintf(`<c:chart xmlns:c="%s" xmlns:r="%s" r:id="rId%d"/>`, nsChart, nsRel, n) +
		`</a:graphicData></a:graphic></xdr:graphicFrame><xdr:clientData/></xdr:twoCellAnchor>`
}

// xml is the chart: a quiet one, with its numbers above the bars and no lines behind them.
func (c Chart) xml(sheet string) string {
	quoted := "'" + strings.ReplaceAll(sheet, "'", "''") + "'!"
	ref := func(cells string) string { return Escape(quoted + absolute(cells)) }
	direction, legend := "col", ""
	order := "minMax"
	if c.Across {
		direction, order = "bar", "maxMin" // the first bar above
	}
	if len(c.Series) > 1 {
		legend = `<c:legend><c:legendPos val="b"/><c:overlay val="0"/></c:legend>`
	}
	var series strings.Builder
	for i, s := range c.Series {
		fmt.Fprintf(&series, `<c:ser><c:idx val="%d"/><c:order val="%[1]d"/><c:tx><c:strRef><c:f>%s</c:f></c:strRef></c:tx>`, i, ref(s.Name))
		fmt.Fprintf(&series, `<c:spPr><a:solidFill><a:srgbClr val="%s"/></a:solidFill></c:spPr><c:invertIfNegative val="0"/>`, Escape(s.Color))
		series.WriteString(`<c:dLbls><c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls>`)
		fmt.Fprintf(&series, `<c:cat><c:strRef><c:f>%s</c:f></c:strRef></c:cat><c:val><c:numRef><c:f>%s</c:f></c:numRef></c:val></c:ser>`, ref(c.Categories), ref(s.Values))
	}
	return xml.Header + `<c:chartSpace xmlns:c="` + nsChart + `" xmlns:a="` + nsDrawing + `" xmlns:r="` + nsRel + `"><c:roundedCorners val="0"/><c:chart>` +
		`<c:title><c:tx><c:rich><a:bodyPr/><a:p><a:pPr><a:defRPr sz="1200" b="0"/></a:pPr><a:r><a:rPr lang="zh-CN" sz="1200" b="0"/><a:t>` + Escape(c.Title) + `</a:t></a:r></a:p></c:rich></c:tx><c:overlay val="0"/></c:title>` +
		`<c:autoTitleDeleted val="0"/><c:plotArea><c:layout/><c:barChart><c:barDir val="` + direction + `"/><c:grouping val="clustered"/><c:varyColors val="0"/>` +
		series.String() + `<c:gapWidth val="60"/><c:axId val="1"/><c:axId val="2"/></c:barChart>` +
		`<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="` + order + `"/></c:scaling><c:delete val="0"/><c:axPos val="b"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:crossAx val="2"/></c:catAx>` +
		`<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/></c:scaling><c:delete val="1"/><c:axPos val="l"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:crossAx val="1"/></c:valAx>` +
		`</c:plotArea>` + legend + `<c:plotVisOnly val="1"/></c:chart></c:chartSpace>`
}

// absolute is a range as charts name it: $A$2:$A$7.
func absolute(cells string) string {
	var all []string
	for part := range strings.SplitSeq(cells, ":") {
		column, row, ok := parseRef(part)
		if !ok {
			return cells
		}
		all = append(all, fmt.Sprintf("$%s$%d", ColumnName(column), row+1))
	}
	return strings.Join(all, ":")
}
