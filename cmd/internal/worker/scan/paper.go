package scan

import (
	"image"
	"math"
	"slices"
)

// Corners are where the corners of a sheet of paper lie on a photograph, in parts of its width and height: clockwise, from
// the upper left one.
type Corners [4][2]float64

const (
	smallSide = 400 // pixels of the picture in which the sheet is looked for
	mostTable = 130 // how light the table may be on which the sheet lies
	leastStep = 40  // between the table and the darkest part of the sheet
)

// paperOf finds a sheet that lies on something darker. Its edges would be taken for rules and lines of text, and it is
// seen aslant. false where the picture is a scan, or the table as light as the paper.
func paperOf(m *image.Gray) (c Corners, ok bool) {
	small := Shrink(m, smallSide)
	w, h := small.Rect.Dx(), small.Rect.Dy()
	var edge []uint8
	for x := range w {
		edge = append(edge, small.Pix[x], small.Pix[(h-1)*small.Stride+x])
	}
	for y := range h {
		edge = append(edge, small.Pix[y*small.Stride], small.Pix[y*small.Stride+w-1])
	}
	slices.Sort(edge)
	table := int(edge[len(edge)*9/10])
	if table > mostTable {
		return c, false
	}
	sheet, box := lighter(small, uint8(table+leastStep))
	if len(sheet)*4 < w*h || box.Dx()*3 < w || box.Dy()*3 < h {
		return c, false
	}
	c = cornersOf(sheet, w)
	if area := c.area(); float64(len(sheet)) < 0.85*area || float64(len(sheet)) > 1.05*area {
		return c, false // it is bent, or something lies on it
	}
	for i := range c {
		c[i] = [2]float64{c[i][0] / float64(w), c[i][1] / float64(h)}
	}
	return c, true
}

// lighter are the connected areas that are lighter than a value, but for specks: rules may part a sheet.
func lighter(m *image.Gray, than uint8) (all []int32, box image.Rectangle) {
	dark := image.NewGray(m.Rect) // what joined takes for ink
	for i, p := range m.Pix {
		if dark.Pix[i] = 255; p > than {
			dark.Pix[i] = 0
		}
	}
	joined(dark, func(points []int32, b image.Rectangle) {
		if len(points)*400 > len(m.Pix) {
			all, box = append(all, points...), box.Union(b)
		}
	})
	return all, box
}

// cornersOf are the points that lie furthest out on both diagonals.
func cornersOf(points []int32, w int) (c Corners) {
	best := [4]int{math.MinInt, math.MinInt, math.MinInt, math.MinInt}
	for _, i := range points {
		x, y := int(i)%w, int(i)/w
		for k, d := range [4]int{-x - y, x - y, x + y, y - x} {
			if d > best[k] {
				best[k], c[k] = d, [2]float64{float64(x), float64(y)}
			}
		}
	}
	return c
}

func (c Corners) area() (a float64) {
	for i, p := range c {
		q := c[(i+1)%4]
		a += p[0]*q[1] - q[0]*p[1]
	}
	return math.Abs(a) / 2
}

// At is where a point of the sheet, in parts of its width and height, lies on the photograph.
func (c Corners) At(u, v float64) (x, y float64) {
	// A square seen in perspective (Heckbert, Fundamentals of Texture Mapping, 1989, section 2.2.3).
	dx1, dx2, sx := c[1][0]-c[2][0], c[3][0]-c[2][0], c[0][0]-c[1][0]+c[2][0]-c[3][0]
	dy1, dy2, sy := c[1][1]-c[2][1], c[3][1]-c[2][1], c[0][1]-c[1][1]+c[2][1]-c[3][1]
	den := dx1*dy2 - dx2*dy1
	if den == 0 {
		return u, v
	}
	g, h := (sx*dy2-dx2*sy)/den, (dx1*sy-sx*dy1)/den
	z := g*u + h*v + 1
	x = ((c[1][0]-c[0][0]+g*c[1][0])*u + (c[3][0]-c[0][0]+h*c[3][0])*v + c[0][0]) / z
	y = ((c[1][1]-c[0][1]+g*c[1][1])*u + (c[3][1]-c[0][1]+h*c[3][1])*v + c[0][1]) / z
	return x, y
}

// within are the corners of a smaller sheet: the very edge is neither paper nor table.
func (c Corners) within(margin float64) (in Corners) {
	for i, p := range [4][2]float64{{margin, margin}, {1 - margin, margin}, {1 - margin, 1 - margin}, {margin, 1 - margin}} {
		in[i][0], in[i][1] = c.At(p[0], p[1])
	}
	return in
}

// flat is the sheet as a scanner would see it.
func flat(m *image.Gray, c Corners) *image.Gray {
	side := func(a, b int) float64 {
		return math.Hypot((c[a][0]-c[b][0])*float64(m.Rect.Dx()), (c[a][1]-c[b][1])*float64(m.Rect.Dy()))
	}
	wide, high := max(side(0, 1), side(3, 2)), max(side(0, 3), side(1, 2))
	if scale := fullHeight / max(wide, high); scale < 1 { // smaller at once, since between looks at four pixels
		m = Shrink(m, int(scale*float64(max(m.Rect.Dx(), m.Rect.Dy()))))
		wide, high = wide*scale, high*scale
	}
	out := image.NewGray(image.Rect(0, 0, int(wide), int(high)))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			u, v := c.At((float64(x)+0.5)/wide, (float64(y)+0.5)/high)
			out.Pix[y*out.Stride+x] = between(m, u*float64(m.Rect.Dx())-0.5, v*float64(m.Rect.Dy())-0.5)
		}
	}
	return out
}
