package worker

import (
	"strings"

	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/structs"
)

// What people type into the fields of a PDF, and write over its page, is no part of the page's text: pdfium
// keeps it with the page's annotations. In a table it is laid on the page as glyphs, in the rectangle of its
// field; elsewhere form finds the label that stands beside that rectangle.

const (
	maxAnnotations = 1_000 // of a page
	maxEntered     = 8_000 // characters of one field
)

// entry is what stands in a field.
type entry struct {
	text string
	box
}

// forms is pdfium's environment for the fields of a document.
type forms struct {
	l      *library
	handle references.FPDF_FORMHANDLE
}

// openForms readies the fields; nil where the document has none or they cannot be read: FreeText is then all
// that is found.
func (l *library) openForms(doc references.FPDF_DOCUMENT) *forms {
	kind, err := l.FPDF_GetFormType(&requests.FPDF_GetFormType{Document: doc})
	if err != nil || kind.FormType == enums.FPDF_FORMTYPE_NONE {
		return nil
	}
	// The callbacks ask for what a viewer would do; nothing is done.
	env, err := l.FPDFDOC_InitFormFillEnvironment(&requests.FPDFDOC_InitFormFillEnvironment{Document: doc, FormFillInfo: structs.FPDF_FORMFILLINFO{
		FFI_Invalidate:         func(references.FPDF_PAGE, float64, float64, float64, float64) {},
		FFI_SetCursor:          func(enums.FXCT) {},
		FFI_SetTimer:           func(int, func(int)) int { return 0 },
		FFI_KillTimer:          func(int) {},
		FFI_GetLocalTime:       func() structs.FPDF_SYSTEMTIME { return structs.FPDF_SYSTEMTIME{} },
		FFI_GetPage:            func(references.FPDF_DOCUMENT, int) *references.FPDF_PAGE { return nil },
		FFI_GetRotation:        func(references.FPDF_PAGE) enums.FPDF_PAGE_ROTATION { return enums.FPDF_PAGE_ROTATION_NONE },
		FFI_ExecuteNamedAction: func(string) {},
	}})
	if err != nil {
		return nil
	}
	return &forms{l, env.FormHandle}
}

// entered returns what stands in the fields of a page and what was written over it. Boxes to tick come as
// glyphs, behind n others: their words are printed beside them.
func (l *library) entered(f *forms, page requests.Page, height float64, n int) (typed []entry, boxes []glyph) {
	count, err := l.FPDFPage_GetAnnotCount(&requests.FPDFPage_GetAnnotCount{Page: page})
	if err != nil {
		return nil, nil
	}
	if f != nil && count.Count > 0 {
		if _, err := l.FORM_OnAfterLoadPage(&requests.FORM_OnAfterLoadPage{Page: page, FormHandle: f.handle}); err == nil {
			defer l.FORM_OnBeforeClosePage(&requests.FORM_OnBeforeClosePage{Page: page, FormHandle: f.handle})
		}
	}
	for i := range min(count.Count, maxAnnotations) {
		a, err := l.FPDFPage_GetAnnot(&requests.FPDFPage_GetAnnot{Page: page, Index: i})
		if err != nil {
			continue
		}
		if text := l.annotation(f, a.Annotation); text != "" {
			if rect, err := l.FPDFAnnot_GetRect(&requests.FPDFAnnot_GetRect{Annotation: a.Annotation}); err == nil {
				r := rect.Rect
				e := entry{text, box{float64(r.Left), height - float64(r.Top), float64(r.Right), height - float64(r.Bottom)}}
				if text == "□" || text == "☑" {
					boxes = append(boxes, spread(e, n+len(boxes))...)
				} else {
					typed = append(typed, e)
				}
			}
		}
		l.FPDFPage_CloseAnnot(&requests.FPDFPage_CloseAnnot{Annotation: a.Annotation})
	}
	return typed, boxes
}

// annotation is the text of a field, a box, or of what was written over the page.
func (l *library) annotation(f *forms, a references.FPDF_ANNOTATION) string {
	kind, err := l.FPDFAnnot_GetSubtype(&requests.FPDFAnnot_GetSubtype{Annotation: a})
	switch {
	case err != nil:
		return ""
	case kind.Subtype == enums.FPDF_ANNOT_SUBTYPE_FREETEXT:
		said, err := l.FPDFAnnot_GetStringValue(&requests.FPDFAnnot_GetStringValue{Annotation: a, Key: "Contents"})
		if err != nil {
			return ""
		}
		return said.Value
	case kind.Subtype != enums.FPDF_ANNOT_SUBTYPE_WIDGET || f == nil:
		return ""
	}
	field, err := l.FPDFAnnot_GetFormFieldType(&requests.FPDFAnnot_GetFormFieldType{FormHandle: f.handle, Annotation: a})
	if err != nil {
		return ""
	}
	switch field.FormFieldType {
	case enums.FPDF_FORMFIELD_TYPE_CHECKBOX, enums.FPDF_FORMFIELD_TYPE_RADIOBUTTON:
		ticked, err := l.FPDFAnnot_IsChecked(&requests.FPDFAnnot_IsChecked{FormHandle: f.handle, Annotation: a})
		if err != nil || !ticked.IsChecked {
			return "□"
		}
		return "☑"
	case enums.FPDF_FORMFIELD_TYPE_TEXTFIELD, enums.FPDF_FORMFIELD_TYPE_COMBOBOX, enums.FPDF_FORMFIELD_TYPE_LISTBOX:
		value, err := l.FPDFAnnot_GetFormFieldValue(&requests.FPDFAnnot_GetFormFieldValue{FormHandle: f.handle, Annotation: a})
		if err != nil {
			return ""
		}
		return value.FormFieldValue
	}
	return ""
}

// spread lays a text into a rectangle, as a viewer would: in lines from its top, in a size that fits.
func spread(in entry, n int) (all []glyph) {
	const em, leading = 10.0, 12.0
	width, height := max(in.right-in.left, 4), max(in.bottom-in.top, 4)
	var lines [][]rune
	for line := range strings.SplitSeq(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(in.text), "\n") {
		rs := []rune(line)
		across := max(1, int(width/em))
		if height < 2*leading {
			across = max(1, len(rs)) // a field of one line: what does not fit is set smaller
		}
		for len(rs) > across {
			lines, rs = append(lines, rs[:across]), rs[across:]
		}
		lines = append(lines, rs)
	}
	down := min(leading, height/float64(len(lines)))
	top := in.top
	if len(lines) == 1 {
		top = (in.top+in.bottom)/2 - down/2
	}
	for i, line := range lines {
		step := min(em, width/float64(max(len(line), 1)))
		for k, r := range line {
			if len(all) >= maxEntered {
				return all
			}
			if nothing(r) {
				continue
			}
			left, up := in.left+float64(k)*step, top+float64(i)*down
			all = append(all, glyph{text: string(r), box: box{left, up, left + step*0.95, up + down*0.9}, at: n + len(all), apart: k > 0 && nothing(line[k-1])})
		}
	}
	return all
}
