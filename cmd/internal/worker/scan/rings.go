package scan

import (
	"image"
	"math"
	"slices"
)

// Circles are boxes, too, and a pen draws rings around words.

// circlesOf finds circles of the size of a character, where an empty one stands beside a filled, dotted or crossed one.
func circlesOf(m *image.Gray) (all []Box) {
	var empty, full []Box
	joined(m, func(points []int32, box image.Rectangle) {
		w, h := box.Dx(), box.Dy()
		if w < leastBox || w > mostBox || abs(w-h)*6 > w || len(empty)+len(full) >= mostBoxes {
			return
		}
		b := Box{Rect: box, Ink: inkWithin(m, box), Round: true}
		switch {
		case circled(m, box) < sectors*9/10 || cornered(m, box):
		case b.Ink <= emptyInk && around(m, box) <= crossedAround:
			empty = append(empty, b)
		default:
			full = append(full, b)
		}
	})
	for _, e := range empty[:min(len(empty), mostCircles)] { // a crossed circle is connected with the stroke of the pen; along the row it may also be part of a character
		side := e.Rect.Dx()
		for y := e.Rect.Min.Y - 4; y <= e.Rect.Min.Y+4; y++ {
			for x := 0; x+side < m.Rect.Dx(); x++ {
				b := Box{Rect: image.Rect(x, y, x+side, y+e.Rect.Dy()), Round: true, Lone: true}
				if circled(m, b.Rect) < sectors*9/10 || cornered(m, b.Rect) || len(full) >= mostBoxes || in(empty, b) || in(full, b) {
					continue
				}
				b.Ink = inkWithin(m, b.Rect)
				full = append(full, b)
			}
		}
	}
	free := slices.DeleteFunc(slices.Clone(empty), func(b Box) bool { return crowded(m, b.Rect, false) })
	full = slices.DeleteFunc(full, func(b Box) bool { return !company(free, b) || crowded(m, b.Rect, true) })
	for _, b := range empty {
		if company(empty, b) || company(full, b) {
			all = append(all, b)
		}
	}
	return parted(append(all, full...), empty)
}

const (
	sectors     = 24
	mostCircles = 60 // empty circles beside which others are looked for
)

// circled counts the sectors of a circle in which there is ink along its line.
func circled(m *image.Gray, box image.Rectangle) (n int) {
	rx, ry := float64(box.Dx())/2, float64(box.Dy())/2
	for i := range sectors {
		sin, cos := math.Sincos((float64(i) + 0.5) * 2 * math.Pi / sectors)
		for _, f := range [...]float64{0.92, 0.84, 1} {
			x, y := int(float64(box.Min.X)+rx+f*rx*cos), int(float64(box.Min.Y)+ry+f*ry*sin)
			if (image.Point{x, y}).In(m.Rect) && m.Pix[y*m.Stride+x] < dark {
				n++
				break
			}
		}
		if n+sectors-1-i < sectors*9/10 {
			return n // too few sectors are left
		}
	}
	return n
}

// cornered reports whether there is ink in the corners of a box, where a circle has none.
func cornered(m *image.Gray, box image.Rectangle) bool {
	side, n := max(2, box.Dx()/9), 0
	for _, at := range []image.Point{box.Min, {X: box.Max.X - side, Y: box.Min.Y}, {X: box.Min.X, Y: box.Max.Y - side}, {X: box.Max.X - side, Y: box.Max.Y - side}} {
		if ink(m, image.Rectangle{at, at.Add(image.Pt(side, side))}) > 0 {
			n++
		}
	}
	return n > 2
}

// inkWithin is the share of ink inside of a circle, in thousandths.
func inkWithin(m *image.Gray, box image.Rectangle) int {
	inner := box.Inset(box.Dx() * 27 / 100)
	return ink(m, inner) * 1000 / max(1, inner.Dx()*inner.Dy())
}

// ringsOf finds rings drawn around a word and takes their ink off the page, so that the word can be read.
func ringsOf(m *image.Gray) (rings []image.Rectangle) {
	w := m.Rect.Dx()
	joined(m, func(points []int32, box image.Rectangle) {
		if len(rings) == mostRings || !round(points, w, box) {
			return
		}
		rings = append(rings, box)
		for _, i := range points {
			if x, y := int(i)%w, int(i)/w; far(box, x, y) > 0.72 {
				m.Pix[y*m.Stride+x] = 255
			}
		}
	})
	return rings
}

// joined calls each for every connected piece of ink, with the rectangle around it. each may take the piece off the page.
func joined(m *image.Gray, each func(points []int32, box image.Rectangle)) {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	seen := make([]bool, w*h)
	var todo []int32
	for start := range seen {
		if seen[start] || m.Pix[start/w*m.Stride+start%w] >= dark {
			continue
		}
		todo = append(todo[:0], int32(start))
		seen[start] = true
		box := image.Rect(start%w, start/w, start%w+1, start/w+1)
		for k := 0; k < len(todo); k++ {
			x, y := int(todo[k])%w, int(todo[k])/w
			box = box.Union(image.Rect(x, y, x+1, y+1))
			for v := max(0, y-1); v <= min(h-1, y+1); v++ {
				for u := max(0, x-1); u <= min(w-1, x+1); u++ {
					if i := v*w + u; !seen[i] && m.Pix[v*m.Stride+u] < dark {
						seen[i] = true
						todo = append(todo, int32(i))
					}
				}
			}
		}
		each(todo, box)
	}
}

// far returns the distance of a point from the middle of the ellipse that fills a rectangle: 1 on the line of the ellipse.
func far(box image.Rectangle, x, y int) float64 {
	rx, ry := float64(box.Dx())/2, float64(box.Dy())/2
	return math.Hypot((float64(x)+0.5-float64(box.Min.X)-rx)/rx, (float64(y)+0.5-float64(box.Min.Y)-ry)/ry)
}

// round reports whether connected ink is a ring around a word: it lies along an ellipse, nearly all around.
func round(ink []int32, w int, box image.Rectangle) bool {
	if box.Dx() < 56 || box.Dy() < 26 || box.Dx() > 420 || box.Dy() > 150 || box.Dx()*2 < box.Dy() {
		return false
	}
	var along [sectors]bool
	on := 0
	for _, i := range ink {
		x, y := int(i)%w, int(i)/w
		if f := far(box, x, y); f > 0.72 {
			on++
			a := math.Atan2((float64(y)-float64(box.Min.Y+box.Max.Y)/2)/float64(box.Dy()), (float64(x)-float64(box.Min.X+box.Max.X)/2)/float64(box.Dx()))
			if f < 1.12 {
				along[min(sectors-1, int((a/math.Pi+1)/2*sectors))] = true
			}
		}
	}
	n := 0
	for _, ok := range along {
		if ok {
			n++
		}
	}
	outside := 0
	for _, i := range ink {
		if far(box, int(i)%w, int(i)/w) > 1.12 {
			outside++
		}
	}
	// The text within may touch the ring; a square frame has corners.
	return n >= sectors-3 && outside*20 < on && on*4 < box.Dx()*box.Dy()
}
