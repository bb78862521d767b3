package worker

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"
	"testing"
)

// rawPDF is a PDF of these objects, the first of which is the catalogue.
func rawPDF(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var offsets []int
	for i, o := range objects {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, xref)
	return b.Bytes()
}

// deflated is a stream of s so many times. It is compressed once: what ends in Flush can be repeated. The checksum
// is left out, since pdfium asks for none.
func deflated(s string, times int) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	z.Flush()
	head := b.Len()
	z.Write([]byte(s))
	z.Flush()
	body := b.String()[:head] + strings.Repeat(b.String()[head:], times) + "\x01\x00\x00\xff\xff" // an empty block, the last
	return fmt.Sprintf("<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream", len(body), body)
}

// Whatever a PDF is made of, there is a reading of it, in time, and nothing else happens.
func TestHostilePDFs(t *testing.T) {
	const catalogue, leaf = "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>"
	page := func(contents string) []byte {
		return rawPDF(catalogue, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", leaf, contents)
	}
	stream := func(s string) string { return fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(s), s) }
	cache := prepared(t)
	many := new(pdfPage)
	for i := range 300 {
		many.text(72, 700, strings.Repeat("字", 20)+fmt.Sprint(i))
	}
	lines := new(pdfPage).text(72, 700, "申请人：张三")
	for i := range 3000 {
		lines.rule(float64(i%500), 0, float64(i%500), 800).rule(0, float64(i%800), 500, float64(i%800))
	}
	for name, body := range map[string][]byte{
		"bomb":             page(deflated(strings.Repeat("0 0 m 9 9 l S\n", 4096), 1000)),
		"pages within":     rawPDF(catalogue, "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 1000000000 >>"),
		"many pages":       rawPDF(catalogue, "<< /Type /Pages /Kids ["+strings.Repeat("3 0 R ", 50000)+"] /Count 50000 >>", leaf, stream("")),
		"nested arrays":    page(stream(strings.Repeat("[", 200000))),
		"nested objects":   rawPDF(catalogue, strings.Repeat("<< /A ", 50000)),
		"saved states":     page(stream(strings.Repeat("q ", 200000))),
		"no numbers":       page(stream("BT /F1 12 Tf 1e999 -1e999 Td <4e00> Tj ET nan nan 1e308 1e308 re f")),
		"too much text":    writePDF("", many),
		"a drawing":        writePDF("", lines),
		"a form of itself": rawPDF(catalogue, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 1e9 1e9] /Resources << /XObject << /X 4 0 R >> >> /Contents 4 0 R >>", "<< /Type /XObject /Subtype /Form /BBox [0 0 1 1] /Resources << /XObject << /X 4 0 R >> >> /Length 5 >>\nstream\n/X Do\nendstream"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := readPDF(t, cache, body)
			t.Logf("%d bytes: %s %s %v, %d blocks", len(body), r.State, r.Note, r.Document.Notes, len(r.Document.Blocks))
			if r.State == "" || r.State.Label() == "" {
				t.Errorf("state %q", r.State)
			}
		})
	}
}
