package form

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
)

// check holds for every document, whatever the bytes were: it is small, survives JSON, and proposing
// from it ends.
func check(tb testing.TB, in Input) (Document, Form) {
	tb.Helper()
	d := Read(in)
	return d, checkDocument(tb, d, len(in.Body))
}

func checkDocument(tb testing.TB, d Document, size int) Form {
	tb.Helper()
	b, err := json.Marshal(d)
	if err != nil {
		tb.Fatalf("no JSON: %v", err)
	}
	if len(b) > 1<<20 { // what the reading process may write
		tb.Fatalf("a document of %d bytes out of %d", len(b), size)
	}
	cells := 0
	for _, block := range d.Blocks {
		if (block.Line == nil) == (block.Table == nil) {
			tb.Fatalf("block is neither line nor table: %+v", block)
		}
		if block.Table != nil {
			cells += len(block.Table.Cells)
		}
	}
	if cells > maxCells+maxSheetCells*2 || len(d.Blocks) > maxLines+maxTables {
		tb.Fatalf("%d cells, %d blocks", cells, len(d.Blocks))
	}
	f := Propose([]Document{d}, Header{Subject: d.Name, From: casefile.Address{Name: d.Name}})
	if len(f.Proposals) > maxProposals+10 {
		tb.Fatalf("%d proposals", len(f.Proposals))
	}
	for _, p := range f.Proposals {
		if p.Value == "" || p.Confidence < 1 || p.Confidence > 99 || p.N < 0 || p.Field.order() == len(fields) {
			tb.Fatalf("bad proposal %+v", p)
		}
	}
	return f
}

// zipped packs parts as they are, without the checks of our own writer.
func zipped(tb testing.TB, parts ...[2]string) []byte {
	tb.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range parts {
		w, err := z.Create(p[0])
		if err == nil {
			_, err = w.Write([]byte(p[1]))
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

const documentRel = `<Relationships><Relationship Id="a" Type="x/officeDocument" Target="word/document.xml"/></Relationships>`

func document(tb testing.TB, body string) []byte {
	return zipped(tb, [2]string{"_rels/.rels", documentRel}, [2]string{"word/document.xml", body})
}

func TestHostileFiles(t *testing.T) {
	form := writeDoc(compact("姓名：张三\n|姓名|张三|"), false)
	// A chain of sectors that leads into itself, and header fields at their largest.
	loop, big, tables := slices.Clone(form), slices.Clone(form), slices.Clone(form)
	fat := 512 * (1 + int(binary.LittleEndian.Uint32(form[76:])))
	for i := range 128 {
		binary.LittleEndian.PutUint32(loop[fat+4*i:], 1)
	}
	for i := 44; i < 76; i += 4 {
		binary.LittleEndian.PutUint32(big[i:], 0xfffffff0)
	}
	for i := 0x4c; i < 0x200; i += 4 {
		// The block of the document lies where the stream does; all of it at its largest.
		at := bytes.Index(tables, []byte{0xec, 0xa5})
		binary.LittleEndian.PutUint32(tables[at+i:], 0x7fffffff)
	}
	deep := strings.Repeat("<w:tbl><w:tr><w:tc>", 3000)
	for _, tt := range []struct {
		name string
		in   Input
		note string // "" for any or none
	}{
		{"empty", Input{Name: "a.docx"}, ""},
		{"zip bomb", Input{Name: "a.docx", Body: document(t, "<w:document><w:body><w:p><w:r><w:t>"+strings.Repeat("好", 12<<20)+"</w:t></w:r></w:p></w:body></w:document>")}, NoteCut},
		{"many paragraphs", Input{Name: "a.docx", Body: document(t, "<document><body>"+strings.Repeat("<p><r><t>a</t></r></p>", 60000)+"</body></document>")}, NoteCut},
		{"many cells", Input{Name: "a.docx", Body: document(t, "<document><body><tbl>"+strings.Repeat("<tr>"+strings.Repeat("<tc><p><r><t>a</t></r></p></tc>", 50)+"</tr>", 400)+"</tbl></body></document>")}, NoteCut},
		{"spans", Input{Name: "a.docx", Body: document(t, "<document><body><tbl>"+strings.Repeat(`<tr><tc><tcPr><gridSpan val="99999999"/></tcPr><p><r><t>姓名</t></r></p></tc><tc><p><r><t>张三</t></r></p></tc></tr>`, 50)+"</tbl></body></document>")}, ""},
		{"nested tables", Input{Name: "a.docx", Body: document(t, "<document><body>"+deep)}, NoteCut},
		{"entities", Input{Name: "a.docx", Body: document(t, `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]><document><body><p><r><t>&b;</t></r></p></body></document>`)}, NoteDamaged},
		{"external entity", Input{Name: "a.docx", Body: document(t, `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><document><body><p><r><t>&a;</t></r></p></body></document>`)}, NoteDamaged},
		{"path in name", Input{Name: "a.docx", Body: zipped(t, [2]string{"../../etc/passwd", "x"}, [2]string{"word/document.xml", "<document/>"})}, NoteDamaged},
		{"no document", Input{Name: "a.docx", Body: zipped(t, [2]string{"a.txt", "x"})}, NoteDamaged},
		{"relation outside", Input{Name: "a.docx", Body: zipped(t, [2]string{"_rels/.rels", `<Relationships><Relationship Id="a" Type="x/officeDocument" Target="../../../etc/passwd"/></Relationships>`})}, NoteDamaged},
		{"cut", Input{Name: "a.docx", Body: document(t, "<document><body><p><r><t>x</t></r></p></body></document>")[:200]}, NoteDamaged},
		{"xlsx of many sheets", Input{Name: "a.xlsx", Body: zipped(t, [2]string{"_rels/.rels", strings.ReplaceAll(documentRel, "word/document", "xl/workbook")}, [2]string{"xl/workbook.xml", "<workbook><sheets>" + strings.Repeat(`<sheet name="a" id="r"/>`, 9000) + "</sheets></workbook>"}, [2]string{"xl/_rels/workbook.xml.rels", "<Relationships/>"})}, NoteCut},
		{"compound file in a loop", Input{Name: "a.doc", Body: loop}, ""},
		{"compound file of great claims", Input{Name: "a.doc", Body: big}, ""},
		{"document of great claims", Input{Name: "a.wps", Body: tables}, ""},
		{"encrypted", Input{Name: "a.docx", Body: writeCompound(map[string][]byte{"EncryptedPackage": {1}})}, NoteEncrypted},
		{"old workbook", Input{Name: "a.xls", Body: writeCompound(map[string][]byte{"Workbook": {1}})}, NoteUnread},
		{"page of tables", Input{Name: "a.html", Body: []byte(strings.Repeat("<table><tr><td>姓名<td>", 20000))}, ""},
		{"page of spans", Input{Name: "a.html", Body: []byte("<table>" + strings.Repeat("<tr><td rowspan=99999 colspan=99999>姓名<td>张三", 3000))}, ""},
		{"page of quotations", Input{Name: "a.html", Body: []byte(strings.Repeat("<blockquote type=cite>", 30000) + "姓名：张三")}, ""},
		{"one attribute without end", Input{Name: "a.html", Body: []byte(`<a href="` + strings.Repeat("a", 3<<20))}, ""},
		{"a line of labels", Input{Index: MessageText, Body: []byte(strings.Repeat("姓名：", 200000))}, ""},
		{"lines of labels", Input{Index: MessageText, Body: []byte(strings.Repeat("申请内容：一些内容\n姓名：李四\n", 30000))}, NoteCut},
		{"lists that are none", Input{Index: MessageText, Body: []byte(strings.Repeat("表格，申请公开如下：\n", 3000))}, ""},
		{"a row of tabs", Input{Index: MessageText, Body: []byte(strings.Repeat("姓名\t", 100000))}, ""},
		{"brackets", Input{Index: MessageText, Body: []byte(strings.Repeat("姓名（", 40000))}, ""},
		{"boxes", Input{Index: MessageText, Body: []byte("获取信息的方式：" + strings.Repeat("□☑", 40000))}, ""},
		{"blanks", Input{Index: MessageText, Body: []byte("姓" + strings.Repeat(" ", 60000) + "名：张三")}, ""},
		{"numbers", Input{Index: MessageText, Body: []byte("申请内容：" + strings.Repeat("1、", 100000))}, ""},
		{"names", Input{Index: MessageText, Body: []byte("申请人：" + strings.Repeat("张三、李四、", 3000))}, ""},
		{"controls", Input{Index: MessageText, Body: []byte("姓\u202e名\x00：\x1b[31m张\u200b三\n")}, ""},
		{"picture", Input{Name: "a.docx", Body: []byte("\xff\xd8\xff\xe0")}, NoteImage},
		{"archive", Input{Name: "a.zip", Body: zipped(t, [2]string{"申请表.docx", "x"})}, NoteArchive},
		{"too big", Input{Name: "a.docx", Body: append([]byte("PK\x03\x04"), make([]byte, maxBody)...)}, NoteCut},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, _ := check(t, tt.in)
			if tt.note != "" && !slices.ContainsFunc(d.Notes, func(n Note) bool { return n.Code == tt.note }) {
				t.Errorf("notes: got %v want %s", d.Notes, tt.note)
			}
			for _, b := range d.Blocks {
				if b.Line != nil && strings.ContainsAny(b.Line.Text, "\x00\x1b\u202e\u200b") {
					t.Errorf("control character in %q", b.Line.Text)
				}
			}
		})
	}
}

// Any byte of a sound file may be wrong.
func TestDamagedFiles(t *testing.T) {
	blocks := compact("政府信息公开申请表\n|[r2]公民|姓名|张三|\n|证件号码|999901199001010037|\n获取信息的方式：☑邮寄 □自取")
	for name, whole := range map[string][]byte{
		"a.doc":  writeDoc(blocks, false),
		"b.doc":  writeDoc(blocks, true),
		"a.docx": writeDocx(t, blocks, asField, false),
		"a.xlsx": writeXlsx(t, blocks),
		"a.html": writeHTML(blocks, true),
	} {
		random := rand.New(rand.NewPCG(1, 2))
		for range 80 {
			b := slices.Clone(whole)
			for range 1 + random.IntN(8) {
				b[random.IntN(len(b))] = byte(random.IntN(256))
			}
			if random.IntN(4) == 0 {
				b = b[:random.IntN(len(b))]
			}
			check(t, Input{Name: name, Body: b})
		}
	}
}

// Segments come from a process that hostile bytes may own.
func TestHostileSegments(t *testing.T) {
	var all []Segment
	for i := range 9000 {
		all = append(all, Segment{Page: 1 + i%3, Text: "姓名", X: float64(i % 300), Y: float64(i / 300), Width: 20, Height: 10})
	}
	d := Laid(Input{}, 1000, all)
	if !slices.ContainsFunc(d.Notes, func(n Note) bool { return n.Code == NoteCut }) {
		t.Errorf("notes: got %v", d.Notes)
	}
	Propose([]Document{d}, Header{})
	if d := Laid(Input{}, 3, nil); len(d.Notes) != 1 || d.Notes[0].Code != NoteScan {
		t.Errorf("without text: got %v", d.Notes)
	}
}

func fuzz(f *testing.F, name string, seeds ...[]byte) {
	f.Helper()
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, b []byte) { check(t, Input{Name: name, Body: b}) })
}

var fuzzBlocks = compact("申请人：张三，男，住甲县乙村\n|[r2]公民|姓名|张三|\n|电话|13800000000|\n申请内容：1、甲；2、乙乙乙乙\n获取信息的方式：☑邮寄 □自取\n二〇二六年三月二日")

func FuzzText(f *testing.F) {
	for _, s := range []string{string(writeText(fuzzBlocks)), "本人张三，现申请公开以下信息：\n1、甲乙丙丁；\n2、戊己庚辛。\n张三\n2026年1月1日", "> 姓名：李四"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		check(t, Input{Index: MessageText, Body: []byte(s)})
		for _, part := range items(s) {
			if len(part) > len(s)*2+10 {
				t.Fatalf("item %q of %q", part, s)
			}
		}
	})
}

func FuzzHTML(f *testing.F) {
	fuzz(f, "a.html", writeHTML(fuzzBlocks, false), writeHTML(fuzzBlocks, true))
}
func FuzzDocx(f *testing.F) {
	// The XML within is what is worth varying; the container has its own fuzzing in package ooxml.
	f.Add(`<p><r><t>姓名：张三</t></r></p><tbl><tr><tc><tcPr><vMerge val="restart"/></tcPr><p/></tc></tr></tbl>`)
	f.Add(wordRuns("☑邮寄 □自取", asControl))
	f.Fuzz(func(t *testing.T, s string) {
		check(t, Input{Name: "a.docx", Body: document(t, "<document><body>"+s+"</body></document>")})
	})
}
func FuzzXlsx(f *testing.F) {
	f.Add(`<row><c t="inlineStr"><is><t>姓名</t></is></c></row>`, `<mergeCell ref="A1:B2"/>`)
	f.Fuzz(func(t *testing.T, rows, merged string) {
		check(t, Input{Name: "a.xlsx", Body: zipped(t,
			[2]string{"_rels/.rels", strings.ReplaceAll(documentRel, "word/document", "xl/workbook")},
			[2]string{"xl/workbook.xml", `<workbook><sheets><sheet name="表" id="r"/></sheets></workbook>`},
			[2]string{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="r" Type="x/worksheet" Target="s.xml"/></Relationships>`},
			[2]string{"xl/s.xml", fmt.Sprintf("<worksheet><sheetData>%s</sheetData><mergeCells>%s</mergeCells></worksheet>", rows, merged)})})
	})
}
func FuzzDoc(f *testing.F) { fuzz(f, "a.doc", writeDoc(fuzzBlocks, false), writeDoc(fuzzBlocks, true)) }

// A PDF's bytes are pdfium's, in its sandbox; what comes out of it is ours: each line of texts with four
// numbers, in which an owned sandbox says anything.
func FuzzLaid(f *testing.F) {
	f.Add("姓名\n张三\n联系电话\n13800000000", []byte{10, 10, 20, 10, 60, 10, 20, 10, 10, 30, 40, 10, 60, 30, 90, 10})
	f.Add("申请人：张三，住甲县\n乙村\n□纸面 ☑电子邮件", []byte{10, 10, 200, 12, 10, 24, 40, 12, 255, 0, 254, 253})
	f.Fuzz(func(t *testing.T, texts string, numbers []byte) {
		number := func() float64 {
			if len(numbers) == 0 {
				return 0
			}
			n := numbers[0]
			numbers = numbers[1:]
			switch n {
			case 253:
				return math.NaN()
			case 254:
				return math.Inf(1)
			case 255:
				return -math.MaxFloat64
			}
			return float64(n) * 3
		}
		var all []Segment
		for text := range strings.Lines(texts) {
			all = append(all, Segment{Page: 1 + len(all)/200, Text: text, X: number(), Y: number(), Width: number(), Height: number()})
		}
		checkDocument(t, Laid(Input{Name: "a.pdf"}, 1+len(all)/200, all), len(texts))
	})
}

// A line of nothing but ticks: where all of it was looked through for each of them, this took a minute.
func TestTicksAreReadOnce(t *testing.T) {
	if got := choices(strings.Repeat("☑", 300_000) + "邮寄"); len(got) != 1 || !got[0].ticked {
		t.Errorf("got %d options, want 邮寄", len(got))
	}
}

// Texts that were made to be looked at again for each of their values, labels or lines. Each takes minutes where that
// happens, and all of them 0.3 s where it does not.
func TestValuesAreComparedOnce(t *testing.T) {
	numbered := func(format string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, '一'+i)
		}
		return b.String()
	}
	labels := allLabels()
	t.Run("values", func(t *testing.T) {
		r, g := &reading{labels: labels}, gathering{at: map[valued]int{}}
		for i := range 30_000 {
			r.add(finding{field: Email, value: strconv.Itoa(i)})
			g.add(Proposal{Field: Email, Value: strconv.Itoa(i)})
		}
		if len(r.found) != 30_000 || len(g.props) != maxProposals {
			t.Errorf("found %d, proposed %d", len(r.found), len(g.props))
		}
	})
	t.Run("descriptions", func(t *testing.T) {
		r := &reading{labels: labels}
		for i := range 2_000 {
			r.ask(finding{field: Request, label: strconv.Itoa(i), value: strconv.Itoa(i) + "号文件"})
		}
		if len(r.asked) != 1 {
			t.Errorf("asks for %d", len(r.asked))
		}
	})
	t.Run("labels", func(t *testing.T) {
		for _, line := range []string{strings.Repeat("姓名", 30_000), strings.Repeat("(索取号：", 15_000), strings.Repeat("，电话是", 1_000)} {
			r := &reading{labels: labels}
			r.lines([]row{{text: line}})
		}
	})
	t.Run("hints", func(t *testing.T) {
		if got := unfilled(strings.Repeat("（请填写）\n", 20_000) + "年报"); got != "年报" {
			t.Errorf("got %.40q", got)
		}
	})
	t.Run("choices", func(t *testing.T) {
		if got := chosen(Medium, numbered("☑%d件 ", 20_000)); len(got) > longestChoice {
			t.Errorf("got %d bytes", len(got))
		}
		if got := option(strings.Repeat("）", 200_000)); got != "" {
			t.Errorf("got %d bytes", len(got))
		}
	})
	t.Run("names", func(t *testing.T) {
		if got := names(numbered("张%c、", 20_000)); len(got) != maxApplicants {
			t.Errorf("names %d", len(got))
		}
	})
}
