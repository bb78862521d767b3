package worker

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile/form"
)

// page has a child draw a page and looks at the picture: its size, and how many of its points are dark.
func page(t *testing.T, r *Reader, name string, body []byte, n int) (p Page, m image.Image, dark int) {
	t.Helper()
	p, err := r.Page(t.Context(), form.Input{Name: name}, func(w io.Writer) error { _, err := w.Write(body); return err }, n, 0)
	if err != nil {
		t.Fatal(err)
	}
	if p.PNG == nil {
		return p, nil, 0
	}
	if m, err = png.Decode(bytes.NewReader(p.PNG)); err != nil {
		t.Fatal(err)
	}
	g, ok := m.(*image.Gray)
	if !ok {
		t.Fatalf("drawn as %T", m)
	}
	for _, v := range g.Pix {
		if v < 128 {
			dark++
		}
	}
	return p, m, dark
}

// unembedded is a page with Chinese in a font that the file does not hold.
func unembedded() []byte {
	text := "BT /F1 40 Tf 72 700 Td <" + strings.Trim(pdfString("信息公开申请表"), "<>")[4:] + "> Tj ET"
	return rawPDF("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 6 0 R /Resources << /Font << /F1 4 0 R >> >> >>",
		"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [5 0 R] >>",
		"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(text), text))
}

// scanned is a page that is nothing but a JPEG.
func scanned(t *testing.T, width, height int, matrix string) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, width, height))
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	for x := range width / 2 {
		m.SetGray(x, height/4, color.Gray{})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	content := "q " + matrix + " cm /I Do Q"
	return rawPDF("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /XObject << /I 4 0 R >> >> >>",
		fmt.Sprintf("<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode /Length %d >>\nstream\n%s\nendstream", width, height, b.Len(), b.String()),
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content))
}

func TestPages(t *testing.T) {
	r := testReader(t)
	r.Cache = prepared(t)
	p, m, dark := page(t, r, "线.pdf", writePDF("", new(pdfPage), new(pdfPage).rule(50, 50, 500, 400).annot(50, 700, 300, 720, "/Subtype /FreeText /Contents "+pdfString("手写的话"))), 2)
	if p.State != Read || p.Pages != 2 || dark < 100_000 || m.Bounds().Dx() != 910 || m.Bounds().Dy() != 1287 {
		t.Errorf("%s %s, %d pages, %d dark points", p.State, p.Note, p.Pages, dark)
	}
	if !slices.Equal(p.Beside, []string{"手写的话"}) {
		t.Errorf("beside %q", p.Beside)
	}
	for name, n := range map[string]int{"before the first": 0, "behind the last": 3, "far": 1 << 30} {
		if p, _, _ := page(t, r, "线.pdf", writePDF("", new(pdfPage), new(pdfPage)), n); p.State != Unread || p.PNG != nil || p.Pages != 2 {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

// TestFont: Chinese in a font that the file does not hold shows with a font of ours, and as nothing without.
func TestFont(t *testing.T) {
	r := testReader(t)
	r.Cache = prepared(t)
	if _, _, dark := page(t, r, "a.pdf", unembedded(), 1); dark > 0 {
		t.Logf("%d dark points without a font", dark)
	}
	if r.Font = Font(); r.Font == "" {
		if os.Getenv("YSQ_REQUIRE_REAL") == "1" {
			t.Fatal("no fonts-wqy-microhei here")
		}
		t.Skip("no fonts-wqy-microhei here")
	}
	if p, _, dark := page(t, r, "a.pdf", unembedded(), 1); dark < 1000 {
		t.Errorf("%d dark points with a font: %s", dark, p.Note)
	}
}

func TestScansAndPictures(t *testing.T) {
	r := testReader(t)
	r.Cache = prepared(t)
	if p, m, dark := page(t, r, "扫描.pdf", scanned(t, 1654, 2339, "595 0 0 842 0 0"), 1); p.State != Read || m.Bounds().Dy() != 1600 || dark == 0 {
		t.Errorf("a scan: %s %s, %d dark points", p.State, p.Note, dark)
	}
	if p, m, _ := page(t, r, "倒.pdf", scanned(t, 1654, 2339, "-595 0 0 -842 595 842"), 1); p.State != Read || m.Bounds().Dy() != 1287 {
		t.Errorf("a scan upside down is drawn as it lies: %s %s", p.State, p.Note)
	}
	// A telephone's picture is shown as its camera says it was held, in whichever format.
	exif := "II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00"
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 300, 200)), nil); err != nil {
		t.Fatal(err)
	}
	held := slices.Concat(photo.Bytes()[:2], []byte{0xff, 0xe1, 0, byte(8 + len(exif))}, []byte("Exif\x00\x00"+exif), photo.Bytes()[2:])
	if p, m, _ := page(t, r, "照片.jpg", held, 1); p.State != Read || m.Bounds().Dx() != 200 || m.Bounds().Dy() != 300 {
		t.Errorf("a telephone's picture: %s, %v", p.State, m)
	}
	if o := orientation([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x1aeXIf" + exif)); o != 6 {
		t.Errorf("a PNG's orientation is %d", o)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 3000, 1000))); err != nil {
		t.Fatal(err)
	}
	if p, m, dark := page(t, r, "透明.png", b.Bytes(), 1); p.State != Read || m.Bounds().Dx() != 1600 || dark != 0 {
		t.Errorf("a transparent picture: %s %s, %d dark points", p.State, p.Note, dark)
	}
	huge := bytes.Replace(b.Bytes(), []byte{0, 0, 0x0b, 0xb8}, []byte{0x0f, 0xff, 0x0b, 0xb8}, 1)
	for name, body := range map[string][]byte{"huge": huge, "cut": b.Bytes()[:200], "text": []byte("no picture"), "empty": nil} {
		if p, _, _ := page(t, r, "a.png", body, 1); p.State == Read || p.PNG != nil || p.Note == "" {
			t.Errorf("%s: %+v", name, p)
		}
	}
}
