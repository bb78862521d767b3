package ooxml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

func rowsOf(rows ...[]Cell) iter.Seq2[[]Cell, error] {
	return func(yield func([]Cell, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func written(t testing.TB, sheets ...Sheet) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteBook(&b, "标题 & <题>", sheets...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func openBook(t testing.TB, b []byte) *Book {
	t.Helper()
	book, err := OpenBook(bytes.NewReader(b), int64(len(b)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// dump prints the values of a sheet, a row a line.
func dump(t testing.TB, b *Book, sheet int) string {
	t.Helper()
	s := ""
	for r, err := range b.Rows(sheet) {
		if err != nil {
			return s + err.Error()
		}
		s += fmt.Sprint(r.Number, ":")
		for _, v := range r.Values {
			switch v.Kind {
			case Words:
				s += fmt.Sprintf(" %s=%q", ColumnName(v.Column), v.Text)
			case Fault:
				s += fmt.Sprintf(" %s!%s", ColumnName(v.Column), v.Text)
			default:
				s += fmt.Sprintf(" %s=%v/%d", ColumnName(v.Column), v.Number, v.Kind)
			}
		}
		s += "\n"
	}
	return s
}

func sample() []Sheet {
	head := Style{Bold: true, Center: true, Border: true}
	return []Sheet{
		{Name: "表三", Widths: []float64{30, 0, 12.5}, FrozenRows: 2, FrozenColumns: 1, Landscape: true, FitWidth: true, Merged: []string{"A1:C1"},
			Rows: rowsOf(
				[]Cell{Text("标题", head), Empty(head), Empty(head)},
				[]Cell{Text("=1+1", Style{Format: AsText}), Int(-3, Style{Border: true}), {}, Int(4, Style{Format: Integer})},
				nil,
				[]Cell{{}, Formula(`SUM(B2:B3)&"<"`, 7, Style{Border: true}), Text("二\n行 <&> \"'", Style{Wrap: true})},
				[]Cell{Text("_x0041_ \x01\r_x", Style{})},
			)},
		{Name: "It's", FrozenColumns: 2},
		{Name: "第三", FrozenRows: 1, Rows: rowsOf([]Cell{Int(1, Style{})})},
	}
}

func TestWrittenAndRead(t *testing.T) {
	file := written(t, sample()...)
	if !bytes.Equal(file, written(t, sample()...)) {
		t.Error("the same sheets gave different bytes")
	}
	b := openBook(t, file)
	if got := fmt.Sprint(b.Sheets); got != "[{表三 false} {It's false} {第三 false}]" {
		t.Errorf("sheets %s", got)
	}
	want := `1: A="标题"
2: A="=1+1" B=-3/1 D=4/1
4: B=7/1 C="二\n行 <&> \"'"
5: A="_x0041_ \x01\r_x"
`
	if got := dump(t, b, 0); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := dump(t, b, 1) + dump(t, b, 2); got != "1: A=1/1\n" {
		t.Errorf("got %s", got)
	}
}

// TestExcelizeReadsOurs: another program sees the same cells, formulas and layout.
func TestExcelizeReadsOurs(t *testing.T) {
	f, err := excelize.OpenReader(bytes.NewReader(written(t, sample()...)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for ref, want := range map[string]string{"A1": "标题", "A2": "=1+1", "B2": "-3", "D2": "4", "B4": "7", "C4": "二\n行 <&> \"'"} {
		if got, err := f.GetCellValue("表三", ref); err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", ref, got, err, want)
		}
	}
	if got, err := f.GetCellFormula("表三", "B4"); err != nil || got != `SUM(B2:B3)&"<"` {
		t.Errorf("formula %q, %v", got, err)
	}
	if m, err := f.GetMergeCells("表三"); err != nil || len(m) != 1 || m[0].GetStartAxis()+":"+m[0].GetEndAxis() != "A1:C1" {
		t.Errorf("merged %v, %v", m, err)
	}
	if p, err := f.GetPanes("表三"); err != nil || !p.Freeze || p.XSplit != 1 || p.YSplit != 2 || p.TopLeftCell != "B3" {
		t.Errorf("panes %+v, %v", p, err)
	}
	if w, err := f.GetColWidth("表三", "C"); err != nil || w != 12.5 {
		t.Errorf("width %v, %v", w, err)
	}
	if l, err := f.GetPageLayout("表三"); err != nil || *l.Orientation != "landscape" || *l.Size != 9 || *l.FitToWidth != 1 {
		t.Errorf("layout %+v, %v", l, err)
	}
	id, err := f.GetCellStyle("表三", "A1")
	if err != nil {
		t.Fatal(err)
	}
	if s, err := f.GetStyle(id); err != nil || !s.Font.Bold || s.Alignment.Horizontal != "center" || len(s.Border) != 4 {
		t.Errorf("style %+v, %v", s, err)
	}
	if names := f.GetDefinedName(); len(names) != 2 || names[0].RefersTo != "'表三'!$1:$2" {
		t.Errorf("names %v", names)
	}
	if p, err := f.GetDocProps(); err != nil || p.Title != "标题 & <题>" || p.Creator != "" {
		t.Errorf("properties %+v, %v", p, err)
	}
}

// TestOursReadsExcelize: shared strings, dates, booleans, formulas and hidden sheets as another
// program writes them.
func TestOursReadsExcelize(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	set := func(sheet, ref string, v any) {
		t.Helper()
		if err := f.SetCellValue(sheet, ref, v); err != nil {
			t.Fatal(err)
		}
	}
	set("Sheet1", "A1", "共享")
	set("Sheet1", "C1", 12.5)
	set("Sheet1", "AA3", true)
	set("Sheet1", "B3", 46083)
	format := `yyyy"年"m"月"d"日"`
	for ref, style := range map[string]excelize.Style{"B3": {NumFmt: 14}, "B4": {CustomNumFmt: &format}, "B5": {NumFmt: 2}} {
		id, err := f.NewStyle(&style)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SetCellStyle("Sheet1", ref, ref, id); err != nil {
			t.Fatal(err)
		}
	}
	set("Sheet1", "B4", 46083.75)
	set("Sheet1", "B5", 46083)
	if err := f.SetCellFormula("Sheet1", "C5", "A1&1"); err != nil {
		t.Fatal(err)
	}
	if err := f.SetCellRichText("Sheet1", "A6", []excelize.RichTextRun{{Text: "富"}, {Text: "文本", Font: &excelize.Font{Bold: true}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.NewSheet("藏"); err != nil {
		t.Fatal(err)
	}
	if err := f.SetSheetVisible("藏", false); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	book := openBook(t, b.Bytes())
	if got := fmt.Sprint(book.Sheets); got != "[{Sheet1 false} {藏 true}]" {
		t.Errorf("sheets %s", got)
	}
	want := `1: A="共享" C=12.5/1
3: B=46083/2 AA=1/3
4: B=46083.75/2
5: B=46083/1 C!
6: A="富文本"
`
	if got := dump(t, book, 0); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// bookOf makes a workbook of one sheet from its XML, with shared strings and styles.
func bookOf(t testing.TB, properties, sheet string) []byte {
	return container(t, nil,
		"_rels/.rels", `<Relationships><Relationship Id="a" Type="x/officeDocument" Target="/xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml", `<workbook xmlns:r="r">`+properties+`<sheets><sheet name="一" sheetId="1" r:id="b"/><sheet name="图" sheetId="2" r:id="e"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="b" Type="x/worksheet" Target="s.xml"/><Relationship Id="c" Type="x/sharedStrings" Target="strings.xml"/>`+
			`<Relationship Id="d" Type="x/styles" Target="../xl/styles.xml"/><Relationship Id="e" Type="x/chartsheet" Target="c.xml"/><Relationship Id="f" Type="x/worksheet" TargetMode="External" Target="http://example.test/"/></Relationships>`,
		"xl/strings.xml", `<sst><si><t>零</t></si><si><r><t>一</t></r><rPh sb="0" eb="1"><t>yī</t></rPh><r><t xml:space="preserve"> 又</t></r></si><si/></sst>`,
		"xl/styles.xml", `<styleSheet><numFmts><numFmt numFmtId="165" formatCode="[$-804]e&quot;d&quot;0.00"/><numFmt numFmtId="166" formatCode="[h]:mm"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="165"/><xf numFmtId="166"/></cellXfs></styleSheet>`,
		"xl/s.xml", `<worksheet>`+sheet+`</worksheet>`)
}

func TestCells(t *testing.T) {
	tests := []struct{ name, properties, data, want string }{
		{"shared", "", `<row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1" t="s"><v>2</v></c><c r="C1" t="s"><v>0</v></c></row>`, "1: A=\"一 又\" C=\"零\"\n"},
		{"places left out", "", `<row><c t="s"><v>0</v></c><c><v>1</v></c></row><row r="5"><c r="D5"><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>`, "1: A=\"零\" B=1/1\n5: D=1/1 E=2/1\n6: A=3/1\n"},
		{"date", "", `<row r="1"><c r="A1" s="1"><v>46083</v></c><c r="B1" s="2"><v>1</v></c><c r="C1" s="9"><v>1</v></c><c r="D1" s="3"><v>0.5</v></c></row>`, "1: A=46083/2 B=1/1 C=1/1 D=0.5/2\n"},
		{"date of 1904", `<workbookPr date1904="1"/>`, `<row r="1"><c r="A1" s="1"><v>44621</v></c></row>`, "1: A=46083/2\n"},
		{"ISO date", "", `<row r="1"><c r="A1" t="d"><v>2026-03-02T00:00:00</v></c></row>`, "1: A=\"2026-03-02\"\n"},
		{"formulas", "", `<row r="1"><c r="A1" t="str"><f>B1</f><v>文_x000D_</v></c><c r="B1"><f>1+1</f><v>2</v></c><c r="C1"><f>x</f></c><c r="D1" t="e"><f>x</f><v>#REF!</v></c><c r="E1" t="str"><f>""</f><v></v></c></row>`, "1: A=\"文\\r\" B=2/1 C! D!#REF!\n"},
		{"inline", "", `<row r="1"><c r="A1" t="inlineStr"><is><r><t>甲</t></r><r><t>乙</t></r></is></c></row>`, "1: A=\"甲乙\"\n"},
		{"large and small numbers", "", `<row r="1"><c r="A1"><v>4.6083E4</v></c><c r="B1"><v> -0.5 </v></c></row>`, "1: A=46083/1 B=-0.5/1\n"},
		{"rows backwards", "", `<row r="2"><c><v>1</v></c></row><row r="1"/>`, "2: A=1/1\nxl/s.xml: row \"1\": out of order: not a sound office document"},
		{"cells backwards", "", `<row r="1"><c r="B1"/><c r="A1"/></row>`, "xl/s.xml: row 1: cell \"A1\" out of order: not a sound office document"},
		{"cell of another row", "", `<row r="1"><c r="A2"/></row>`, "xl/s.xml: row 1: cell \"A2\" out of order: not a sound office document"},
		{"column too far", "", `<row r="1"><c r="XFE1"/></row>`, "xl/s.xml: row 1: cell \"XFE1\" out of order: not a sound office document"},
		{"row too far", "", `<row r="1048577"/>`, "xl/s.xml: row \"1048577\": more than 1048576: office document exceeds a limit"},
		{"no such string", "", `<row r="1"><c r="A1" t="s"><v>3</v></c></row>`, "xl/s.xml: row 1: cell A1: no shared string \"3\": not a sound office document"},
		{"no number", "", `<row r="1"><c r="A1"><v>NaN</v></c></row>`, "xl/s.xml: row 1: cell A1: no number: \"NaN\": not a sound office document"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := openBook(t, bookOf(t, test.properties, `<cols><col/></cols><sheetData>`+test.data+`</sheetData><mergeCells/>`))
			if got := dump(t, b, 0); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
			if len(b.Sheets) != 1 {
				t.Errorf("sheets %v", b.Sheets)
			}
		})
	}
}

func TestNoBook(t *testing.T) {
	rels := `<Relationships><Relationship Id="a" Type="x/officeDocument" Target="d.xml"/></Relationships>`
	for name, parts := range map[string][]string{
		"no relations":   {"a", "b"},
		"no document":    {"_rels/.rels", `<Relationships/>`},
		"document gone":  {"_rels/.rels", rels, "_rels/d.xml.rels", `<Relationships/>`},
		"a .docx":        {"_rels/.rels", rels, "_rels/d.xml.rels", `<Relationships/>`, "d.xml", `<document/>`},
		"damaged styles": {"_rels/.rels", rels, "_rels/d.xml.rels", `<Relationships><Relationship Type="/styles" Target="s.xml"/></Relationships>`, "d.xml", `<workbook/>`, "s.xml", `<a>`},
	} {
		t.Run(name, func(t *testing.T) {
			b := container(t, nil, parts...)
			if _, err := OpenBook(bytes.NewReader(b), int64(len(b)), Limits{}); !errors.Is(err, ErrFormat) && !errors.Is(err, ErrNoPart) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestBookLimits: what a workbook makes the reader keep in memory is bounded.
func TestBookLimits(t *testing.T) {
	rels := `<Relationships><Relationship Type="x/officeDocument" Target="d.xml"/></Relationships>`
	sub := `<Relationships><Relationship Id="a" Type="/styles" Target="p.xml"/><Relationship Id="b" Type="/sharedStrings" Target="q.xml"/></Relationships>`
	small := "<a/>"
	tests := []struct{ name, book, styles, texts string }{
		{"sheets", "<workbook><sheets>" + strings.Repeat("<sheet/>", maxSheets+1) + "</sheets></workbook>", small, small},
		{"styles", "<workbook/>", "<a><cellXfs>" + strings.Repeat("<xf/>", maxStyles+2) + "</cellXfs></a>", small},
		{"strings", "<workbook/>", small, "<a>" + strings.Repeat("<si/>", 70_000) + "</a>"},
		{"runs", "<workbook/>", small, "<a><si>" + strings.Repeat("<r><t>xxxxxxxxxx</t></r>", 20_000) + "</si></a>"},
		{"text in pieces", "<workbook/>", small, "<a><si><t>" + strings.Repeat("xxxxxxxxxx<!-- -->", 20_000) + "</t></si></a>"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := container(t, nil, "_rels/.rels", rels, "_rels/d.xml.rels", sub, "d.xml", test.book, "p.xml", test.styles, "q.xml", test.texts)
			_, err := OpenBook(bytes.NewReader(b), int64(len(b)), Limits{Token: 100_000, Strings: 1 << 20})
			if !errors.Is(err, ErrLimit) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestRowsStop: who has seen enough reads no further.
func TestRowsStop(t *testing.T) {
	b := openBook(t, bookOf(t, "", `<sheetData><row r="1"><c><v>1</v></c></row><row r="2"><c t="s"><v>99</v></c></row></sheetData>`))
	for r, err := range b.Rows(0) {
		if err != nil || r.Number != 1 {
			t.Errorf("row %d, %v", r.Number, err)
		}
		break
	}
}

func TestWriteBookRefuses(t *testing.T) {
	one := Style{}
	tests := []struct {
		name   string
		sheets []Sheet
	}{
		{"no sheet", nil},
		{"no name", []Sheet{{}}},
		{"long name", []Sheet{{Name: strings.Repeat("表", 32)}}},
		{"slash", []Sheet{{Name: "a/b"}}},
		{"twice", []Sheet{{Name: "A"}, {Name: "a"}}},
		{"range", []Sheet{{Name: "a", Merged: []string{"B1:A1"}}}},
		{"range of one", []Sheet{{Name: "a", Merged: []string{"A1"}}}},
		{"long text", []Sheet{{Name: "a", Rows: rowsOf([]Cell{Text(strings.Repeat("字", MaxText+1), one)})}}},
		{"wide", []Sheet{{Name: "a", Rows: rowsOf(make([]Cell, MaxColumns+1))}}},
		{"source fails", []Sheet{{Name: "a", Rows: func(yield func([]Cell, error) bool) { yield(nil, io.ErrClosedPipe) }}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if err := WriteBook(io.Discard, "", test.sheets...); err == nil {
				t.Error("written")
			}
		})
	}
	if err := WriteBook(io.Discard, "", Sheet{Name: "a", Rows: rowsOf([]Cell{Text(strings.Repeat("字", MaxText), one)})}); err != nil {
		t.Error(err)
	}
}

// TestAnyText: every text comes back as it was.
func TestAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.StringMatching(`(_x[0-9A-F]{4}_|[_x0 \n\r\x01])*`)), 1, 5).Draw(t, "texts")
		var cells []Cell
		for _, s := range texts {
			cells = append(cells, Text(s, Style{}))
		}
		var buf bytes.Buffer
		if err := WriteBook(&buf, "", Sheet{Name: "a", Rows: rowsOf(cells)}); err != nil {
			t.Fatal(err)
		}
		book, err := OpenBook(bytes.NewReader(buf.Bytes()), int64(buf.Len()), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		got := make([]string, len(texts))
		for r, err := range book.Rows(0) {
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range r.Values {
				got[v.Column] = v.Text
			}
		}
		if !slices.Equal(got, texts) {
			t.Errorf("got %q, want %q", got, texts)
		}
	})
}

func TestRef(t *testing.T) {
	for column, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 51: "AZ", 52: "BA", 701: "ZZ", 702: "AAA", MaxColumns - 1: "XFD"} {
		if got := ColumnName(column); got != want {
			t.Errorf("%d: got %s, want %s", column, got, want)
		}
		if c, r, ok := parseRef(Ref(column, 41)); c != column || r != 41 || !ok {
			t.Errorf("%s: got %d, %d, %v", Ref(column, 41), c, r, ok)
		}
	}
	for _, bad := range []string{"", "A", "1", "a1", "A0", "A01", "A-1", "A+1", "AAAA1", "A1048577", "XFE1"} {
		if _, _, ok := parseRef(bad); ok {
			t.Errorf("%q is taken", bad)
		}
	}
}

// FuzzBook: whatever the sheet says, it is read to an end, in order.
func FuzzBook(f *testing.F) {
	f.Add(`<sheetData><row r="1"><c r="A1" t="s"><v>1</v></c><c r="C1" s="1"><v>46083</v></c></row></sheetData>`)
	f.Add(`<sheetData><row><c t="inlineStr"><is><t>a</t></is></c><c t="b"><v>1</v></c><c><f>1</f></c></row><row r="7"/></sheetData>`)
	f.Fuzz(func(t *testing.T, sheet string) {
		b := bookOf(t, "", sheet)
		book, err := OpenBook(bytes.NewReader(b), int64(len(b)), Limits{Part: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		row := 0
		for r, err := range book.Rows(0) {
			if err != nil {
				return
			}
			column := -1
			for _, v := range r.Values {
				if v.Column <= column || v.Column >= MaxColumns {
					t.Errorf("column %d after %d", v.Column, column)
				}
				column = v.Column
			}
			if r.Number <= row || r.Number > MaxRows {
				t.Errorf("row %d after %d", r.Number, row)
			}
			row = r.Number
		}
	})
}

// A row is as high as the fullest of its wrapped cells asks for, since LibreOffice does not measure it.
func TestRowsAreHighEnough(t *testing.T) {
	wrapped := Style{Wrap: true}
	long := strings.Repeat("申", 25)
	for _, c := range []struct {
		name  string
		cells []Cell
		want  int
	}{
		{"short", []Cell{Text("申请", wrapped)}, 1},
		{"wide characters", []Cell{Text(long, wrapped)}, 3},
		{"narrow characters", []Cell{Text(strings.Repeat("a", 25), wrapped)}, 2},
		{"lines of its own", []Cell{Text("一\n\n二", wrapped)}, 3},
		{"not wrapped", []Cell{Text(long, Style{})}, 1},
		{"over other cells", []Cell{{}, Text(long, wrapped)}, 1},
		{"no width known", []Cell{{}, {}, Text(long, wrapped)}, 1},
		{"a page of text", []Cell{Text(strings.Repeat(long, 100), wrapped)}, 27},
	} {
		s := Sheet{Widths: []float64{20, 20}, Merged: []string{"B1:C1"}}
		if got := s.lines(1, c.cells); got != c.want {
			t.Errorf("%s: %d lines, want %d", c.name, got, c.want)
		}
	}
}
