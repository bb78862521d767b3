package worker

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/responses"

	"ysq.internal/ysq/casefile/form"
)

// pdfPage is a page of a test's PDF: text with places and lines, in points from the lower left corner
// as PDF counts.
type pdfPage struct {
	content strings.Builder
	annots  []string
}

// annot puts an annotation on the page: a field, or a text over the page.
func (p *pdfPage) annot(x0, y0, x1, y1 float64, entries string) *pdfPage {
	p.annots = append(p.annots, fmt.Sprintf("<< /Type /Annot /Rect [%g %g %g %g] %s >>", x0, y0, x1, y1, entries))
	return p
}

// pdfString is a text string (UTF-16).
func pdfString(s string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String() + ">"
}

func (p *pdfPage) text(x, y float64, s string) *pdfPage {
	fmt.Fprintf(&p.content, "BT /F1 12 Tf %g %g Td <", x, y)
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&p.content, "%04X", u)
	}
	p.content.WriteString("> Tj ET\n")
	return p
}

// rule draws a thin filled rectangle, as word processors do for borders.
func (p *pdfPage) rule(x0, y0, x1, y1 float64) *pdfPage {
	fmt.Fprintf(&p.content, "%g %g %g %g re f\n", x0, y0, max(x1-x0, 0.5), max(y1-y0, 0.5))
	return p
}

// writePDF writes a PDF of these pages with one font whose codes are UTF-16 and whose ToUnicode map says
// so, not embedded, as a Chinese font often is.
func writePDF(trailer string, pages ...*pdfPage) []byte {
	var b bytes.Buffer
	var offsets []int
	object := func(format string, args ...any) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n"+format+"\nendobj\n", append([]any{len(offsets)}, args...)...)
	}
	stream := func(s string) string { return fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(s), s) }
	b.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	var refs []string // of annotations, page by page, behind all other objects
	annots := make([]string, len(pages))
	for i, p := range pages {
		for range p.annots {
			ref := fmt.Sprintf("%d 0 R", 7+2*len(pages)+len(refs))
			refs, annots[i] = append(refs, ref), annots[i]+ref+" "
		}
	}
	forms := ""
	if refs != nil {
		forms = "/AcroForm << /Fields [" + strings.Join(refs, " ") + "] >>"
	}
	object("<< /Type /Catalog /Pages 2 0 R %s >>", forms)
	var kids []string
	for i := range pages {
		kids = append(kids, fmt.Sprintf("%d 0 R", 7+2*i))
	}
	object("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), len(pages))
	object("<< /Type /Font /Subtype /Type0 /BaseFont /SimSun /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 6 0 R >>")
	object("<< /Type /Font /Subtype /CIDFontType2 /BaseFont /SimSun /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 1000 /W [32 [500] 33 126 500] /FontDescriptor 5 0 R >>")
	object("<< /Type /FontDescriptor /FontName /SimSun /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 860 /Descent -140 /CapHeight 700 /StemV 80 >>")
	object("%s", stream("/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def\n"+
		"1 begincodespacerange <0000> <FFFF> endcodespacerange\n"+bfranges()+"endcmap end end"))
	for i, p := range pages {
		object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Annots [%s] /Contents %d 0 R >>", annots[i], 8+2*i)
		object("%s", stream(p.content.String()))
	}
	for _, p := range pages {
		for _, a := range p.annots {
			object("%s", a)
		}
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, trailer, xref)
	return b.Bytes()
}

// bfranges maps every code of the base plane to itself, in runs that do not cross the last byte.
func bfranges() string {
	var b strings.Builder
	for first := 0; first < 256; first += 100 {
		last := min(first+100, 256)
		fmt.Fprintf(&b, "%d beginbfrange\n", last-first)
		for hi := first; hi < last; hi++ {
			fmt.Fprintf(&b, "<%02X00> <%02XFF> <%02X00>\n", hi, hi, hi)
		}
		b.WriteString("endbfrange\n")
	}
	return b.String()
}

// started is the pdfium of this process, once it was asked for; see pdfiumHere.
var started struct {
	sync.Once
	*library
	err error
}

// pdfiumHere is one pdfium for all tests that ask what a PDF says: to start it takes longer than most readings. Tests that
// run beside each other have children, as the program has.
func pdfiumHere(t testing.TB) *library {
	t.Helper()
	cache := prepared(t)
	started.Do(func() { started.library, started.err = startLibrary(cache, nil) })
	if started.err != nil {
		t.Fatal(started.err)
	}
	return started.library
}

// readHere is readPDF without a child.
func readHere(t *testing.T, body []byte) Reading {
	t.Helper()
	r, _ := pdfiumHere(t).read(form.Input{Name: "申请表.pdf", Body: body})
	return r
}

// readPDF has a child read a PDF.
func readPDF(t *testing.T, cache string, body []byte) Reading {
	t.Helper()
	reader := testReader(t)
	reader.Cache = cache
	r, err := reader.read(t.Context(), form.Input{Index: 2, Name: "申请表.pdf", Type: "application/pdf", Body: body})
	if err != nil {
		t.Fatal(err)
	}
	if r.Document.Part != 2 || r.Document.Name != "申请表.pdf" {
		t.Errorf("document of part %d, %q", r.Document.Part, r.Document.Name)
	}
	return r
}

func blockText(blocks []form.Block) string {
	var b strings.Builder
	for _, k := range blocks {
		if k.Line != nil {
			b.WriteString(k.Line.Text + "\n")
			continue
		}
		for _, c := range k.Table.Cells {
			fmt.Fprintf(&b, "[%d,%d", c.Row, c.Col)
			if c.RowSpan != 1 || c.ColSpan != 1 {
				fmt.Fprintf(&b, " %d×%d", c.RowSpan, c.ColSpan)
			}
			b.WriteString("] " + strings.ReplaceAll(c.Text, "\n", "↵") + "\n")
		}
	}
	return b.String()
}

// faulty is a pdfium with a page over which our code panics: so many glyphs it does not have.
type faulty struct {
	pdfium.Pdfium
	page int // of those asked for, from 1
}

func (f *faulty) GetPageTextStructured(q *requests.GetPageTextStructured) (*responses.GetPageTextStructured, error) {
	res, err := f.Pdfium.GetPageTextStructured(q)
	if f.page--; f.page == 0 {
		res.Chars = append(res.Chars, nil)
	}
	return res, err
}

// A page over which the program panics is named as one that cannot be read; the others are read.
func TestPanicOverOnePage(t *testing.T) {
	var pages []*pdfPage
	for i := range 3 {
		pages = append(pages, new(pdfPage).text(72, 700, fmt.Sprintf("第%d页的字", i+1)))
	}
	here := pdfiumHere(t)
	l := &library{here.pool, &faulty{here.Pdfium, 2}}
	r, _ := l.read(form.Input{Name: "申请表.pdf", Body: writePDF("", pages...)})
	if got := blockText(r.Document.Blocks); r.State != Read || got != "第1页的字\n第3页的字\n" {
		t.Errorf("%s: %q", r.State, got)
	}
	if notes := r.Document.Notes; len(notes) != 1 || notes[0].Text != "第 2 页读不出。" || r.Whole() {
		t.Errorf("notes %v", notes)
	}
}

func TestPDF(t *testing.T) {
	lines := new(pdfPage).text(72, 780, "政府信息公开申请").text(72, 740, "申请人：张三").text(72, 720, "联系电话：13800000000")
	table := new(pdfPage).text(200, 800, "政府信息公开申请表").
		text(60, 748, "姓 名").text(160, 748, "李四").text(310, 748, "联系电话").text(420, 748, "13900000000").
		text(60, 690, "所需信息的").text(60, 675, "内容描述").text(160, 698, "2025年大气监测数据，").text(160, 682, "按月汇总")
	for _, x := range []float64{50, 150, 540} {
		table.rule(x, 660, x, 770)
	}
	for _, x := range []float64{300, 410} {
		table.rule(x, 735, x, 770)
	}
	for _, y := range []float64{770, 735, 660} {
		table.rule(50, y, 540, y)
	}
	broken := new(pdfPage).text(60, 748, "姓 名").text(160, 748, "李四").text(60, 690, "所需信息").text(160, 690, "2025年")
	for _, x := range []float64{50, 150, 540} {
		broken.rule(x, 660, x, 770)
	}
	broken.rule(50, 770, 540, 770).rule(50, 735, 540, 735) // the last row goes on overleaf
	for name, test := range map[string]struct {
		body  []byte
		state State
		text  string
		note  string
	}{
		"lines":        {writePDF("", lines), Read, "政府信息公开申请\n申请人：张三\n联系电话：13800000000\n", ""},
		"table":        {writePDF("", table), Read, "政府信息公开申请表\n[0,0] 姓 名\n[0,1] 李四\n[0,2] 联系电话\n[0,3] 13900000000\n[1,0] 所需信息的↵内容描述\n[1,1 1×3] 2025年大气监测数据，↵按月汇总\n", ""},
		"broken table": {writePDF("", broken), Read, "[0,0] 姓 名\n[0,1] 李四\n[1,0] 所需信息\n[1,1] 2025年\n", ""},
		"scan":         {writePDF("", new(pdfPage).rule(0, 0, 500, 500)), Scan, "", form.NoteScan},
		"partly scan":  {writePDF("", lines, new(pdfPage).rule(0, 0, 500, 500)), Read, "政府信息公开申请\n申请人：张三\n联系电话：13800000000\n", form.NoteScan},
		"a blank page": {writePDF("", lines, new(pdfPage)), Read, "政府信息公开申请\n申请人：张三\n联系电话：13800000000\n", ""},
		"blank":        {writePDF("", new(pdfPage)), Empty, "", form.NoteEmpty},
		"encrypted":    {writePDF("/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <"+strings.Repeat("41", 32)+"> /U <"+strings.Repeat("42", 32)+"> >> /ID [<00> <00>]", lines), Encrypted, "", form.NoteEncrypted},
		"broken":       {[]byte("%PDF-1.7\nthis is none"), Damaged, "", form.NoteDamaged},
		"cut short":    {writePDF("", lines)[:300], Damaged, "", form.NoteDamaged},
		"no page":      {writePDF(""), Damaged, "", form.NoteDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			r := readHere(t, test.body)
			if r.State != test.state {
				t.Errorf("state %q (%s), want %q", r.State, r.Note, test.state)
			}
			if got := blockText(r.Document.Blocks); got != test.text {
				t.Errorf("text\n%s\nwant\n%s", got, test.text)
			}
			if test.note == "" && len(r.Document.Notes) > 0 || test.note != "" && (len(r.Document.Notes) == 0 || r.Document.Notes[0].Code != test.note) {
				t.Errorf("notes %v, want %q", r.Document.Notes, test.note)
			}
		})
	}
}

// testdata/form.pdf was exported by LibreOffice from a form of ours: embedded fonts, borders as it draws
// them, cells merged both ways, lines broken within cells.
func TestRealForm(t *testing.T) {
	body, err := os.ReadFile("testdata/form.pdf")
	if err != nil {
		t.Fatal(err)
	}
	r := readPDF(t, prepared(t), body)
	if r.State != Read || len(r.Document.Notes) != 0 {
		t.Fatalf("state %q, notes %v", r.State, r.Document.Notes)
	}
	f := form.Propose([]form.Document{r.Document}, form.Header{})
	for field, want := range map[form.Field]string{
		form.Name: "孙敏", form.IDNumber: "110101190003071239", form.Phone: "13800000000", form.Address: "示例市示例区示例路1号示例小区2栋3单元401室",
		form.Medium: "电子邮件", form.Kind: form.Citizen,
	} {
		if p, ok := f.Best(field, 0); !ok || p.Value != want {
			t.Errorf("%s is %q, want %q", field, p.Value, want)
		}
	}
	if p, _ := f.Best(form.Request, 0); !strings.HasPrefix(p.Value, "示例河街道2025年度部门预算及其说明，包括“三公”经费的明细，以及") || !strings.HasSuffix(p.Value, "按科目列明。") {
		t.Errorf("request is %q", p.Value)
	}
}
