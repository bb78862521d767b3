// Package scan makes pictures of pages ready for tesseract and makes sense of what it says. It is pure: pixels in,
// pixels out; words in, words with places out.
//
// What was measured decided how: a ruled page that is read as it is loses half of its fields. A page is therefore
// read as scattered words, without its rules; then its cells are read again, one below the other in a single column, in
// two sizes.
//
//	paper.go     a sheet on a photograph
//	prepare.go   size, light, angle          rules.go   rules and the cells that they fence
//	words.go     what tesseract says         card.go    what looks like an identity card
//	boxes.go     what may be a box to tick   rings.go   rings drawn around an option
//	ticks.go     boxes among the words, ticked or not
package scan

import (
	"image"
	"math"
)

// Page is a picture made ready.
type Page struct {
	Clean   *image.Gray // upright, evenly lit, without rules
	Cells   []Cell      // what rules fence and is not empty, in reading order
	Stack   *image.Gray // the cells' pictures in one column; nil without cells
	Tight   *image.Gray // the same, smaller
	Boxes   []Box       // what may be a box to tick
	Rings   []image.Rectangle
	Turned  int      // by how many quarters, clockwise, the picture was turned until its lines lay level
	Degrees float64  // by which it was turned after that
	Paper   *Corners // of the sheet on a photograph, which was made flat before all that
}

const (
	fullHeight = 2339 // pixels of A4's long side at 200 dpi; more is no better and costs
	leastSide  = 120  // of a picture that could hold a form
)

// Prepare makes a picture ready. Its longer side is taken for that of A4: nobody can know how far a camera was away.
// Whether it stands on its head no pixel tells: with over it is turned by half.
func Prepare(m *image.Gray, over bool) Page {
	var paper *Corners
	if c, ok := paperOf(m); ok {
		paper = new(c.within(0.008))
		m = flat(m, *paper)
	}
	m = light(Shrink(m, fullHeight), 61)
	across, down := inkOf(m)
	size := m.Rect.Size()
	degrees, gain := angle(across, down, size)
	if a, g := angle(down, across, image.Pt(size.Y, size.X)); g > gain {
		degrees = -a
	}
	if degrees != 0 {
		m = turn(m, degrees)
	}
	quarters := 0
	if sideways(m) {
		quarters = 1
	}
	if over {
		quarters += 2
	}
	m = Quarters(m, quarters)
	p := cellsOf(m)
	p.Boxes, p.Turned, p.Degrees, p.Paper = boxesOf(p.Clean), quarters, degrees, paper
	p.Rings = ringsOf(p.Clean)
	if p.Rings != nil || p.Boxes != nil {
		p.stack() // without them, too
	}
	return p
}

// Large reports whether a picture is large enough to be read.
func Large(m *image.Gray) bool { return m.Rect.Dx() >= leastSide && m.Rect.Dy() >= leastSide }

// Shrink copies a picture, made smaller until its longer side is that long: each pixel is the mean of those that it stands
// for. A smaller one stays: enlarging it makes it worse.
func Shrink(m *image.Gray, long int) *image.Gray {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	scale := max(1, float64(max(w, h))/float64(long))
	out := image.NewGray(image.Rect(0, 0, max(1, int(float64(w)/scale)), max(1, int(float64(h)/scale))))
	for y := range out.Rect.Dy() {
		y0 := int(float64(y) * scale)
		y1 := min(h, max(y0+1, int(float64(y+1)*scale)))
		for x := range out.Rect.Dx() {
			x0 := int(float64(x) * scale)
			x1 := min(w, max(x0+1, int(float64(x+1)*scale)))
			sum := 0
			for v := y0; v < y1; v++ {
				for _, p := range m.Pix[v*m.Stride+x0 : v*m.Stride+x1] {
					sum += int(p)
				}
			}
			out.Pix[y*out.Stride+x] = uint8(sum / ((y1 - y0) * (x1 - x0)))
		}
	}
	return out
}

// light divides each pixel by the mean around it: shadows and grey paper become white.
func light(m *image.Gray, window int) *image.Gray {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	sums := make([]uint32, (w+1)*(h+1)) // of all pixels above and to the left
	for y := range h {
		row := uint32(0)
		for x := range w {
			row += uint32(m.Pix[y*m.Stride+x])
			sums[(y+1)*(w+1)+x+1] = sums[y*(w+1)+x+1] + row
		}
	}
	out := image.NewGray(image.Rect(0, 0, w, h))
	half := window / 2
	for y := range h {
		y0, y1 := max(0, y-half), min(h, y+half+1)
		for x := range w {
			x0, x1 := max(0, x-half), min(w, x+half+1)
			sum := sums[y1*(w+1)+x1] - sums[y0*(w+1)+x1] - sums[y1*(w+1)+x0] + sums[y0*(w+1)+x0]
			mean := sum / uint32((y1-y0)*(x1-x0))
			// Paper is a little lighter than the mean of paper and ink.
			out.Pix[y*out.Stride+x] = uint8(min(255, uint32(m.Pix[y*m.Stride+x])*235/max(1, mean)))
		}
	}
	return out
}

const (
	dark     = 150 // what is darker is ink, after light
	mostTurn = 5.0 // degrees by which a page may lie askew
)

const oneIn = 4 // pixels, each way, that are looked at for the angle

// inkOf lists the places of ink, one pixel in so many.
func inkOf(m *image.Gray) (xs, ys []int) {
	w, h := m.Rect.Dx()/oneIn, m.Rect.Dy()/oneIn
	for y := range h {
		for x := range w {
			if m.Pix[y*oneIn*m.Stride+x*oneIn] < dark {
				xs, ys = append(xs, x), append(ys, y)
			}
		}
	}
	return xs, ys
}

// angle finds by how many degrees a page is turned: at the right angle its lines of text fill the fewest rows. gain is
// how much better that angle is than none.
func angle(xs, ys []int, size image.Point) (best, gain float64) {
	w, h := size.X/oneIn, size.Y/oneIn
	if len(xs) < 50 {
		return 0, 1
	}
	margin := int(float64(w)*math.Tan(mostTurn*math.Pi/180)) + 2
	rows := make([]int, h+2*margin)
	score := func(degrees float64) float64 {
		clear(rows)
		slope := math.Tan(degrees * math.Pi / 180)
		for i, x := range xs {
			rows[ys[i]+margin+int(math.Round(float64(x)*slope))]++
		}
		return ragged(rows)
	}
	level := score(0)
	most := level * 1.02 // a page that seems straight is left alone
	try := func(from, to, by float64) {
		for a := from; a <= to; a += by {
			if s := score(a); s > most {
				best, most = a, s
			}
		}
	}
	try(-mostTurn+0.5, mostTurn-0.5, 0.5)
	if best != 0 {
		try(best-0.4, best+0.4, 0.1)
	}
	if math.Abs(best) < 0.15 {
		return 0, 1
	}
	return best, most / max(1, level)
}

// ragged is how much each row differs from the next.
func ragged(rows []int) (sum float64) {
	for i := 1; i < len(rows); i++ {
		d := float64(rows[i] - rows[i-1])
		sum += d * d
	}
	return sum
}

// sideways reports whether the lines of a page run up or down: between lines there is more room than between characters.
// Rules run both ways and say nothing.
func sideways(m *image.Gray) bool {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	walls := make([]bool, w*h)
	least := leastRun(m)
	runs(m, walls, least, false)
	runs(m, walls, least, true)
	rows, columns := make([]int, h), make([]int, w)
	for y := range h {
		for x, p := range m.Pix[y*m.Stride : y*m.Stride+w] {
			if p < dark && !walls[y*w+x] {
				rows[y]++
				columns[x]++
			}
		}
	}
	return ragged(columns) > 1.2*ragged(rows)
}

// Quarters turns a picture clockwise by so many quarters of a circle.
func Quarters(m *image.Gray, quarters int) *image.Gray {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if quarters %= 4; quarters == 0 {
		return m
	}
	if quarters%2 == 1 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewGray(size)
	for y := range h {
		for x := range w {
			u, v := h-1-y, x
			switch quarters {
			case 2:
				u, v = w-1-x, h-1-y
			case 3:
				u, v = y, w-1-x
			}
			out.Pix[v*out.Stride+u] = m.Pix[y*m.Stride+x]
		}
	}
	return out
}

// turn turns a picture about its middle.
func turn(m *image.Gray, degrees float64) *image.Gray {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	out := image.NewGray(image.Rect(0, 0, w, h))
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	cx, cy := float64(w)/2, float64(h)/2
	for y := range h {
		for x := range w {
			dx, dy := float64(x)-cx, float64(y)-cy
			out.Pix[y*out.Stride+x] = between(m, cx+dx*cos+dy*sin, cy-dx*sin+dy*cos)
		}
	}
	return out
}

// between is the value at a place between four pixels; white outside.
func between(m *image.Gray, x, y float64) uint8 {
	x0, y0 := int(math.Floor(x)), int(math.Floor(y))
	if x0 < 0 || y0 < 0 || x0+1 >= m.Rect.Dx() || y0+1 >= m.Rect.Dy() {
		return 255
	}
	fx, fy := x-float64(x0), y-float64(y0)
	i := y0*m.Stride + x0
	top := float64(m.Pix[i])*(1-fx) + float64(m.Pix[i+1])*fx
	low := float64(m.Pix[i+m.Stride])*(1-fx) + float64(m.Pix[i+m.Stride+1])*fx
	return uint8(top*(1-fy) + low*fy)
}
