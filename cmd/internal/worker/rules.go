package worker

import (
	"math"

	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/structs"
)

// Limits of what is drawn on a page.
const (
	maxObjects = 4_000
	maxPoints  = 20_000 // of all paths
)

// rule is a straight line along an axis, as word processors draw the borders of tables: stroked, or as a
// thin filled rectangle, whose two long sides are then two rules in nearly one place.
type rule struct {
	upright  bool
	at       float64 // x of an upright rule, y of a level one
	from, to float64 // along the other axis, from < to
}

const (
	leastRule = 6   // points; what is shorter is a glyph or an end of a thin rectangle
	slant     = 0.7 // points by which a rule may leave its axis
)

// rules finds the rules of a page whose height is given, and tells whether anything is drawn on it. An
// error leaves what was found until then.
func (l *library) rules(page requests.Page, height float64) (found []rule, drawn bool, err error) {
	count, err := l.FPDFPage_CountObjects(&requests.FPDFPage_CountObjects{Page: page})
	if err != nil {
		return nil, false, err
	}
	drawn = count.Count > 0
	points := 0
	for i := range min(count.Count, maxObjects) {
		object, err := l.FPDFPage_GetObject(&requests.FPDFPage_GetObject{Page: page, Index: i})
		if err != nil {
			return found, drawn, err
		}
		kind, err := l.FPDFPageObj_GetType(&requests.FPDFPageObj_GetType{PageObject: object.PageObject})
		if err != nil {
			return found, drawn, err
		}
		if kind.Type != enums.FPDF_PAGEOBJ_PATH {
			continue
		}
		some, n, err := l.rulesOf(object.PageObject, height, maxPoints-points)
		found = append(found, some...)
		if points += n; err != nil || points >= maxPoints {
			return found, drawn, err
		}
	}
	return found, drawn, nil
}

// rulesOf walks along a path.
func (l *library) rulesOf(object references.FPDF_PAGEOBJECT, height float64, most int) (found []rule, points int, err error) {
	matrix, err := l.FPDFPageObj_GetMatrix(&requests.FPDFPageObj_GetMatrix{PageObject: object})
	if err != nil {
		return nil, 0, err
	}
	count, err := l.FPDFPath_CountSegments(&requests.FPDFPath_CountSegments{PageObject: object})
	if err != nil {
		return nil, 0, err
	}
	var start, last point
	for i := range min(count.Count, most) {
		segment, err := l.FPDFPath_GetPathSegment(&requests.FPDFPath_GetPathSegment{PageObject: object, Index: i})
		if err != nil {
			return found, i, err
		}
		at, err := l.FPDFPathSegment_GetPoint(&requests.FPDFPathSegment_GetPoint{PathSegment: segment.PathSegment})
		if err != nil {
			return found, i, err
		}
		kind, err := l.FPDFPathSegment_GetType(&requests.FPDFPathSegment_GetType{PathSegment: segment.PathSegment})
		if err != nil {
			return found, i, err
		}
		here := onPage(matrix.Matrix, float64(at.X), float64(at.Y), height)
		switch kind.Type {
		case enums.FPDF_SEGMENT_MOVETO:
			start = here
		case enums.FPDF_SEGMENT_LINETO:
			found = appendRule(found, last, here)
		}
		last = here
		closed, err := l.FPDFPathSegment_GetClose(&requests.FPDFPathSegment_GetClose{PathSegment: segment.PathSegment})
		if err != nil {
			return found, i, err
		}
		if closed.IsClose {
			found = appendRule(found, last, start)
			last = start
		}
	}
	return found, count.Count, nil
}

type point struct{ x, y float64 }

// onPage brings a point of a path to the page, counted from its upper left corner.
func onPage(m structs.FPDF_FS_MATRIX, x, y, height float64) point {
	return point{float64(m.A)*x + float64(m.C)*y + float64(m.E), height - (float64(m.B)*x + float64(m.D)*y + float64(m.F))}
}

func appendRule(all []rule, a, b point) []rule {
	dx, dy := math.Abs(a.x-b.x), math.Abs(a.y-b.y)
	switch {
	case dx <= slant && dy >= leastRule:
		return append(all, rule{true, (a.x + b.x) / 2, min(a.y, b.y), max(a.y, b.y)})
	case dy <= slant && dx >= leastRule:
		return append(all, rule{false, (a.y + b.y) / 2, min(a.x, b.x), max(a.x, b.x)})
	}
	return all // slanted, short, or not a number
}
