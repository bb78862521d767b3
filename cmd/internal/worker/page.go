package worker

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/draw"
	_ "image/gif"  // pictures that people send
	_ "image/jpeg" // and scans
	"image/png"
	"io"
	"os"
	"time"

	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"

	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/casefile/panics"
	"ysq.internal/ysq/cmd/internal/worker/scan"
)

// A person sees the pages of a PDF, and pictures, as pictures that the child has made: nothing of the file's own
// bytes reaches a browser. What a page is comes on fd 1, the picture on fd 3.

// Limits of a picture.
const (
	MaxPages   = maxPages // that are shown
	MaxPicture = 4 << 20  // bytes
	dpi        = 110
	mostPixels = 4_000_000 // of what is drawn: A3 at 110 dpi has half of it
	mostSource = 40_000_000
	longSide   = 1600 // of a picture that was sent
)

// Page is a page of a PDF, or a picture, for the eye.
type Page struct {
	State  State    `json:"state"`           // Read; otherwise there is no picture
	Note   string   `json:"note,omitzero"`   // why
	Pages  int      `json:"pages"`           // how many the file has
	Beside []string `json:"beside,omitzero"` // what was written over the page and may not be drawn
	Glyphs []Glyph  `json:"glyphs,omitzero"` // what the picture shows as text, in the order of the file
	PNG    []byte   `json:"-"`
}

// Glyph is a character on the picture: its box from the upper left corner, in ten thousandths of width and height.
type Glyph struct {
	Text string `json:"t"`
	Box  [4]int `json:"b"` // left, top, right, bottom
}

// mostPlaced is how many glyphs of a page are told: a form has a tenth.
const mostPlaced = 6000

// showPage is the child's part: asked is the page, from 1, that is to be turned by so many quarters.
func showPage(l *library, in form.Input, asked, quarters int, out, picture io.Writer) error {
	var p Page
	if l != nil {
		p = l.show(in, asked, quarters&3)
	} else {
		p = showPicture(in, quarters&3)
	}
	if p.PNG != nil {
		if _, err := picture.Write(p.PNG); err != nil {
			return err
		}
	}
	return json.NewEncoder(out).Encode(p)
}

func (l *library) show(in form.Input, asked, quarters int) Page {
	opened, err := l.OpenDocument(&requests.OpenDocument{File: &in.Body})
	if err != nil {
		return Page{State: Damaged, Note: "PDF 打不开，可能已加密或损坏"}
	}
	counted, err := l.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: opened.Document})
	switch {
	case err != nil:
		return Page{State: Damaged, Note: "PDF 里没有页"}
	case asked < 1 || asked > counted.PageCount:
		return Page{State: Unread, Pages: counted.PageCount, Note: fmt.Sprintf("没有第 %d 页", asked)}
	case asked > MaxPages:
		return Page{State: TooLarge, Pages: counted.PageCount, Note: fmt.Sprintf("只显示前 %d 页", MaxPages)}
	}
	p := Page{State: Read, Pages: counted.PageCount}
	gray, beside, glyphs, err := l.draw(opened.Document, asked-1)
	if p.Beside, p.Glyphs = beside, glyphs; err == nil {
		p.PNG, err = encode(scan.Quarters(gray, quarters))
	}
	if err != nil {
		return Page{State: Damaged, Pages: p.Pages, Beside: beside, Note: "这一页画不出来"}
	}
	return p
}

// draw makes a picture of a page: of a scan its own, since drawing it takes an interpreter seconds.
func (l *library) draw(doc references.FPDF_DOCUMENT, index int) (gray *image.Gray, beside []string, glyphs []Glyph, err error) {
	fields := l.openForms(doc)
	loaded, err := l.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: doc, Index: index})
	if err != nil {
		return nil, nil, nil, err
	}
	defer func() {
		_, closed := l.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: loaded.Page})
		err = errors.Join(err, closed)
	}()
	page := requests.Page{ByReference: &loaded.Page}
	size, err := l.GetPageSize(&requests.GetPageSize{Page: page})
	if err != nil {
		return nil, nil, nil, err
	}
	typed, _ := l.entered(fields, page, size.Height, 0)
	for _, e := range typed {
		beside = append(beside, e.text)
	}
	if typed == nil {
		if own := l.scanned(page); own != nil {
			return own, beside, nil, nil
		}
	}
	gray, err = l.render(doc, page, dpi)
	return gray, beside, l.placed(page, typed, size.Width, size.Height), err
}

// placed are the characters of a page. A turned page has none: its boxes would lie elsewhere.
func (l *library) placed(page requests.Page, typed []entry, width, height float64) (all []Glyph) {
	turned, err := l.FPDFPage_GetRotation(&requests.FPDFPage_GetRotation{Page: page})
	if err != nil || turned.PageRotation != enums.FPDF_PAGE_ROTATION_NONE || width <= 0 || height <= 0 {
		return nil
	}
	text, err := l.GetPageTextStructured(&requests.GetPageTextStructured{Page: page, Mode: requests.GetPageTextStructuredModeChars})
	if err != nil {
		return nil // the picture is what was asked for
	}
	put := func(s string, b box) {
		part := func(at, of float64) int { return int(10_000 * max(0, min(at, of)) / of) }
		if len(all) < mostPlaced {
			all = append(all, Glyph{s, [4]int{part(b.left, width), part(b.top, height), part(b.right, width), part(b.bottom, height)}})
		}
	}
	for _, g := range glyphsOf(text.Chars, height, mostPlaced) {
		put(g.text, g.box)
	}
	for _, e := range typed {
		for _, r := range e.text {
			put(string(r), e.box)
		}
	}
	return all
}

// scanned is the picture of a page that is nothing but an upright picture; nil for any other.
func (l *library) scanned(page requests.Page) *image.Gray {
	own, err := l.soleImage(page)
	if err != nil || own == nil {
		return nil
	}
	return scan.Shrink(own, longSide)
}

// soleImage is the picture that is all there is on a page, as it is in the file: 100 times quicker than drawing it, and
// sharper. nil where the page is anything else.
func (l *library) soleImage(page requests.Page) (*image.Gray, error) {
	count, err := l.FPDFPage_CountObjects(&requests.FPDFPage_CountObjects{Page: page})
	if err != nil || count.Count != 1 {
		return nil, err
	}
	turned, err := l.FPDFPage_GetRotation(&requests.FPDFPage_GetRotation{Page: page})
	if err != nil || turned.PageRotation != enums.FPDF_PAGE_ROTATION_NONE {
		return nil, err
	}
	object, err := l.FPDFPage_GetObject(&requests.FPDFPage_GetObject{Page: page, Index: 0})
	if err != nil {
		return nil, err
	}
	kind, err := l.FPDFPageObj_GetType(&requests.FPDFPageObj_GetType{PageObject: object.PageObject})
	if err != nil || kind.Type != enums.FPDF_PAGEOBJ_IMAGE {
		return nil, err
	}
	m, err := l.FPDFPageObj_GetMatrix(&requests.FPDFPageObj_GetMatrix{PageObject: object.PageObject})
	if err != nil || m.Matrix.B != 0 || m.Matrix.C != 0 || m.Matrix.A <= 0 || m.Matrix.D <= 0 {
		return nil, err
	}
	size, err := l.FPDFImageObj_GetImagePixelSize(&requests.FPDFImageObj_GetImagePixelSize{ImageObject: object.PageObject})
	if err != nil || size.Width == 0 || size.Height == 0 || size.Width > mostSource/size.Height {
		return nil, err
	}
	filters, err := l.FPDFImageObj_GetImageFilterCount(&requests.FPDFImageObj_GetImageFilterCount{ImageObject: object.PageObject})
	if err != nil {
		return nil, err
	}
	if filters.Count == 1 {
		filter, err := l.FPDFImageObj_GetImageFilter(&requests.FPDFImageObj_GetImageFilter{ImageObject: object.PageObject})
		if err != nil {
			return nil, err
		}
		if filter.ImageFilter == "DCTDecode" {
			raw, err := l.FPDFImageObj_GetImageDataRaw(&requests.FPDFImageObj_GetImageDataRaw{ImageObject: object.PageObject})
			if err != nil {
				return nil, err
			}
			return decode(raw.Data)
		}
	}
	return l.bitmap(object.PageObject)
}

// bitmap has pdfium decode a picture of another kind: a fax, say.
func (l *library) bitmap(object references.FPDF_PAGEOBJECT) (m *image.Gray, err error) {
	made, err := l.FPDFImageObj_GetBitmap(&requests.FPDFImageObj_GetBitmap{ImageObject: object})
	if err != nil {
		return nil, err
	}
	b := made.Bitmap
	defer func() {
		_, gone := l.FPDFBitmap_Destroy(&requests.FPDFBitmap_Destroy{Bitmap: b})
		err = errors.Join(err, gone)
	}()
	width, err := l.FPDFBitmap_GetWidth(&requests.FPDFBitmap_GetWidth{Bitmap: b})
	if err != nil {
		return nil, err
	}
	height, err := l.FPDFBitmap_GetHeight(&requests.FPDFBitmap_GetHeight{Bitmap: b})
	if err != nil {
		return nil, err
	}
	stride, err := l.FPDFBitmap_GetStride(&requests.FPDFBitmap_GetStride{Bitmap: b})
	if err != nil {
		return nil, err
	}
	format, err := l.FPDFBitmap_GetFormat(&requests.FPDFBitmap_GetFormat{Bitmap: b})
	if err != nil {
		return nil, err
	}
	pixels, err := l.FPDFBitmap_GetBuffer(&requests.FPDFBitmap_GetBuffer{Bitmap: b})
	if err != nil {
		return nil, err
	}
	each := map[enums.FPDF_BITMAP_FORMAT]int{enums.FPDF_BITMAP_FORMAT_GRAY: 1, enums.FPDF_BITMAP_FORMAT_BGR: 3, enums.FPDF_BITMAP_FORMAT_BGRX: 4, enums.FPDF_BITMAP_FORMAT_BGRA: 4}[format.Format]
	if w, h := width.Width, height.Height; each == 0 || w <= 0 || h <= 0 || w > mostSource/h || stride.Stride < w*each || len(pixels.Buffer) < stride.Stride*(h-1)+w*each {
		return nil, nil
	}
	m = image.NewGray(image.Rect(0, 0, width.Width, height.Height))
	for y := range height.Height {
		row := pixels.Buffer[y*stride.Stride:]
		for x := range width.Width {
			p := row[x*each:]
			if each == 1 {
				m.Pix[y*m.Stride+x] = p[0]
			} else { // green is nearly what the eye calls light
				m.Pix[y*m.Stride+x] = uint8((int(p[0]) + 2*int(p[1]) + int(p[2])) / 4)
			}
		}
	}
	return m, nil
}

// sheets hands over the pictures of pages without text. One that cannot be made is an error at the end: the others are there.
func (l *library) sheets(in form.Input, bare []int, to io.Writer, over bool) error {
	if bare == nil {
		return nil
	}
	opened, err := l.OpenDocument(&requests.OpenDocument{File: &in.Body})
	if err != nil {
		return err
	}
	begun := time.Now()
	var failed error
	for _, page := range bare[:min(len(bare), mostScanned)] {
		if time.Since(begun) > mostPrepare {
			break
		}
		m, err := l.picture(opened.Document, page-1)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("page %d: %w", page, err))
			continue
		}
		if !scan.Large(m) {
			continue
		}
		if err := sheetTo(to, page, m, over); err != nil {
			return err
		}
	}
	return failed
}

const scanDPI = 200 // at which a page is drawn for tesseract; more is no better

// picture is a page as tesseract should see it: its own picture, otherwise drawn.
func (l *library) picture(doc references.FPDF_DOCUMENT, index int) (m *image.Gray, err error) {
	defer panics.Catch(&err)
	loaded, err := l.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: doc, Index: index})
	if err != nil {
		return nil, err
	}
	defer func() {
		_, closed := l.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: loaded.Page})
		err = errors.Join(err, closed)
	}()
	page := requests.Page{ByReference: &loaded.Page}
	if own, err := l.soleImage(page); err == nil && own != nil {
		return own, nil
	}
	return l.render(doc, page, scanDPI)
}

// render draws a page in grey.
func (l *library) render(doc references.FPDF_DOCUMENT, page requests.Page, at int) (*image.Gray, error) {
	size, err := l.GetPageSize(&requests.GetPageSize{Page: page})
	if err != nil {
		return nil, err
	}
	for at > 10 && size.Width*size.Height*float64(at*at)/(72*72) > mostPixels {
		at -= 10
	}
	made, err := l.RenderPageInDPI(&requests.RenderPageInDPI{Page: page, DPI: at, RenderForm: true, Document: &doc, ImageFormat: requests.RenderImageFormatGrayscale})
	if err != nil {
		return nil, err
	}
	defer made.Cleanup()
	gray, ok := made.Result.RenderedImage.(*image.Gray)
	if !ok {
		return nil, fmt.Errorf("the page was drawn as %T", made.Result.RenderedImage)
	}
	return scan.Shrink(gray, max(gray.Rect.Dx(), gray.Rect.Dy())), nil // a copy: Cleanup takes the pixels
}

// showPicture makes a picture of a picture.
func showPicture(in form.Input, quarters int) Page {
	gray, err := decode(in.Body)
	switch {
	case errors.Is(err, errPixels):
		return Page{State: TooLarge, Note: "图片过大"}
	case err != nil:
		return Page{State: Unread, Note: "不是能显示的图片（PDF、JPEG、PNG、GIF）"}
	}
	p := Page{State: Read, Pages: 1}
	if p.PNG, err = encode(scan.Quarters(upright(in.Body, scan.Shrink(gray, longSide)), quarters)); err != nil {
		return Page{State: Damaged, Note: "图片画不出来"}
	}
	return p
}

var errPixels = errors.New("the picture has too many pixels")

// decode reads a picture and takes its colours away.
func decode(b []byte) (*image.Gray, error) {
	c, _, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	if c.Width <= 0 || c.Height <= 0 || c.Width > mostSource/c.Height {
		return nil, errPixels
	}
	m, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	if y, ok := m.(*image.YCbCr); ok { // a JPEG's first plane is all that is needed
		return &image.Gray{Pix: y.Y, Stride: y.YStride, Rect: y.Rect}, nil
	}
	g := image.NewGray(image.Rect(0, 0, m.Bounds().Dx(), m.Bounds().Dy()))
	draw.Draw(g, g.Rect, image.White, image.Point{}, draw.Src) // beneath what is transparent
	draw.Draw(g, g.Rect, m, m.Bounds().Min, draw.Over)
	return g, nil
}

// encode writes a PNG that is not too long.
func encode(m *image.Gray) ([]byte, error) {
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	for {
		if err := encoder.Encode(&b, m); err != nil {
			return nil, err
		}
		if b.Len() <= MaxPicture {
			return b.Bytes(), nil
		}
		b.Reset()
		m = scan.Shrink(m, max(m.Rect.Dx(), m.Rect.Dy())*2/3)
	}
}

// pictureTo is where a child writes the picture.
func pictureTo() *os.File { return os.NewFile(3, "picture") }
