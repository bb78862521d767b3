package scan

import (
	"cmp"
	"image"
	"math"
	"slices"
)

// Boxes to tick are found by their frames, not by what tesseract takes them for, and the ink within decides whether one
// is ticked: a tick, a cross and a filled box are all dark. A box that is neither dark nor empty is reported as unclear.
// A ring that somebody drew around an option counts as a tick, too.

// Box is a small square frame, or a character that looks like one; what stands beside it decides which.
type Box struct {
	Rect image.Rectangle `json:"rect"`
	Ink  int             `json:"ink"` // of a thousand pixels within
}

const (
	leastBox  = 13  // pixels of a side
	mostBox   = 64  // of A4 at 200 dpi
	mostBoxes = 500 // of a page
	emptyInk  = 30  // of a thousand; dust
	tickedInk = 75  // a thin tick
	mostRings = 24
)

// strip is a level run of ink.
type strip struct{ y, from, to int }

// boxesOf finds square frames and removes them from the page: first those that nothing crosses, then those of the same
// size in a row or column with them, whatever crosses them.
func boxesOf(m *image.Gray) []Box {
	const clear, crossed, much = 60, 110, 400 // of a thousand: no ink around, a thin tick's, a broad one's
	all := framesOf(m)
	var sizes []image.Point
	var plain []image.Rectangle
	for _, b := range all {
		size := b.Rect.Size()
		if b.Ink > emptyInk || around(m, b.Rect) > clear {
			continue
		}
		plain = append(plain, b.Rect)
		if len(sizes) < 3 && !slices.ContainsFunc(sizes, func(o image.Point) bool { return abs(o.X-size.X) <= 1 && abs(o.Y-size.Y) <= 1 }) {
			sizes = append(sizes, size)
		}
	}
	if len(plain) < 2 { // a form has more than one
		return nil
	}
	all = alike(m, sizes)
	all = slices.DeleteFunc(all, func(b Box) bool {
		inLine := slices.ContainsFunc(plain, func(o image.Rectangle) bool {
			return abs(o.Min.X-b.Rect.Min.X) <= 4 || abs(o.Min.Y-b.Rect.Min.Y) <= 4
		})
		if slices.ContainsFunc(plain, func(o image.Rectangle) bool { return middle(b.Rect).In(o) }) {
			return false
		}
		left := image.Rect(b.Rect.Min.X-max(8, b.Rect.Dx()*4/5), b.Rect.Min.Y-2, b.Rect.Min.X-2, b.Rect.Max.Y+2)
		if ink(m, left)*16 > left.Dx()*left.Dy() {
			return true // characters stand closer to each other
		}
		for d := 2; d < 6; d++ { // a character goes on beside its part with an upright stroke; a tick leans
			beside := image.Rect(b.Rect.Max.X+d, b.Rect.Min.Y, b.Rect.Max.X+d+1, b.Rect.Max.Y)
			if ink(m, beside)*10 > b.Rect.Dy()*6 {
				return true
			}
		}
		a := around(m, b.Rect)
		return a > much || a > crossed && !inLine
	})
	all = parted(all, plain)
	for _, b := range all { // tesseract takes it for a character, and misplaces those beside it
		for y := max(0, b.Rect.Min.Y-2); y < min(m.Rect.Max.Y, b.Rect.Max.Y+2); y++ {
			for x := max(0, b.Rect.Min.X-2); x < min(m.Rect.Max.X, b.Rect.Max.X+2); x++ {
				m.Pix[y*m.Stride+x] = 255
			}
		}
	}
	return all
}

// parted leaves out frames that stand so close to another that no option fits between them: they are parts of the
// character beside. Of two, the one that nothing crosses stays, else the one further left.
func parted(all []Box, plain []image.Rectangle) (kept []Box) {
	isPlain := func(b Box) int {
		if slices.ContainsFunc(plain, func(o image.Rectangle) bool { return middle(b.Rect).In(o) }) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(all, func(a, b Box) int { return cmp.Or(isPlain(a)-isPlain(b), a.Rect.Min.X-b.Rect.Min.X) })
	for _, b := range all {
		side := b.Rect.Dx()
		room := side * 8 / 5
		if side <= 18 { // a small box stands beside larger characters
			room = side * 12 / 5
		}
		if !slices.ContainsFunc(kept, func(o Box) bool {
			return abs(middle(o.Rect).Y-middle(b.Rect).Y) < side*3/2 && o.Rect.Min.X-room < b.Rect.Max.X && b.Rect.Min.X < o.Rect.Max.X+room
		}) {
			kept = append(kept, b)
		}
	}
	return kept
}

// around is the share of ink close around a frame, in thousandths: a part of a character has strokes there, while a
// tick crosses the frame only twice.
func around(m *image.Gray, r image.Rectangle) int {
	dark, all := 0, 0
	for _, d := range []int{3, 4} {
		o := r.Inset(-d)
		for _, side := range []image.Rectangle{
			image.Rect(o.Min.X, o.Min.Y, o.Max.X, o.Min.Y+1), image.Rect(o.Min.X, o.Max.Y-1, o.Max.X, o.Max.Y),
			image.Rect(o.Min.X, o.Min.Y, o.Min.X+1, o.Max.Y), image.Rect(o.Max.X-1, o.Min.Y, o.Max.X, o.Max.Y),
		} {
			dark, all = dark+ink(m, side), all+side.Dx()*side.Dy()
		}
	}
	return dark * 1000 / max(1, all)
}

func boxIn(m *image.Gray, r image.Rectangle) Box {
	inner := r.Inset(max(3, r.Dx()/6))
	return Box{r, ink(m, inner) * 1000 / max(1, inner.Dx()*inner.Dy())}
}

// alike finds frames of given sizes. With running sums of ink along rows and columns, each place costs a few additions.
func alike(m *image.Gray, sizes []image.Point) (all []Box) {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	level, upright := make([]uint16, (w+1)*(h+1)), make([]uint16, (w+1)*(h+1)) // ink before it in its row, in its column
	isInk := func(x, y int) bool { return x >= 0 && y >= 0 && x < w && y < h && m.Pix[y*m.Stride+x] < dark }
	for y := range h {
		for x := range w {
			i := y*(w+1) + x
			level[i+1], upright[i+w+1] = level[i], upright[i]
			if isInk(x, y) || isInk(x, y-1) || isInk(x, y+1) {
				level[i+1]++
			}
			if isInk(x, y) || isInk(x-1, y) || isInk(x+1, y) {
				upright[i+w+1]++
			}
		}
	}
	for _, size := range sizes {
		across, down := size.X, size.Y
		for y := 0; y+down <= h; y++ {
			for x := 0; x+across <= w; x++ {
				i, low := y*(w+1)+x, (y+down-1)*(w+1)+x
				if int(level[i+across]-level[i])*100 < across*90 || int(level[low+across]-level[low])*100 < across*90 ||
					int(upright[i+down*(w+1)]-upright[i])*100 < down*90 || int(upright[i+across-1+down*(w+1)]-upright[i+across-1])*100 < down*90 {
					continue
				}
				r := image.Rect(x, y, x+across, y+down)
				if n := len(all); n < mostBoxes && !slices.ContainsFunc(all, func(b Box) bool { return middle(b.Rect).In(r.Inset(-2)) }) {
					all = append(all, boxIn(m, r))
				}
			}
		}
	}
	return all
}

// framesOf finds frames of any size: two level strokes one below the other, as long as they are apart, with ink between
// their ends.
func framesOf(m *image.Gray) (all []Box) {
	strips := stripsOf(m)
	at := make(map[int][]strip, 256)
	for _, s := range strips {
		at[s.y] = append(at[s.y], s)
	}
	for _, top := range strips {
		if len(all) == mostBoxes {
			break
		}
		side := top.to - top.from
		if slices.ContainsFunc(all, func(b Box) bool { return image.Pt((top.from+top.to)/2, top.y+side/2).In(b.Rect.Inset(side / 5)) }) {
			continue // the same box, a row further down
		}
		slack := max(2, side/7)
	search:
		for d := side + slack; d >= side-slack && d > 0; d-- {
			for _, low := range at[top.y+d] {
				if abs(low.from-top.from) > slack || abs(low.to-top.to) > slack {
					continue
				}
				r := image.Rect(min(top.from, low.from), top.y, max(top.to, low.to), low.y+1)
				if upright(m, r, r.Min.X, slack) && upright(m, r, r.Max.X-1, slack) {
					all = append(all, boxIn(m, r))
					break search
				}
			}
		}
	}
	return all
}

// stripsOf are the level runs that may be the side of a box; a pixel counts as dark when the one above or below is.
func stripsOf(m *image.Gray) (all []strip) {
	const most = 20000
	w, h := m.Rect.Dx(), m.Rect.Dy()
	for y := range h {
		from := -1
		for x := 0; x <= w; x++ {
			isInk := x < w && (m.Pix[y*m.Stride+x] < dark || x+1 < w && from >= 0 && m.Pix[y*m.Stride+x+1] < dark)
			switch {
			case isInk && from < 0:
				from = x
			case !isInk && from >= 0:
				if n := x - from; n >= leastBox && n <= mostBox {
					if all = append(all, strip{y, from, x}); len(all) == most {
						return all
					}
				}
				from = -1
			}
		}
	}
	return all
}

// upright reports whether there is ink all along an upright side of a box, near x.
func upright(m *image.Gray, r image.Rectangle, x, slack int) bool {
	found := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for u := max(0, x-slack); u <= min(m.Rect.Dx()-1, x+slack); u++ {
			if m.Pix[y*m.Stride+u] < dark {
				found++
				break
			}
		}
	}
	return found*100 >= r.Dy()*88
}

func abs(n int) int { return max(n, -n) }

// ringsOf finds rings drawn around a word and takes their ink off the page, so that the word can be read.
func ringsOf(m *image.Gray) (rings []image.Rectangle) {
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
		if len(rings) < mostRings && round(todo, w, box) {
			rings = append(rings, box)
			for _, i := range todo {
				x, y := int(i)%w, int(i)/w
				if far(box, x, y) > 0.72 {
					m.Pix[y*m.Stride+x] = 255
				}
			}
		}
	}
	return rings
}

// far is how far a point lies from the middle of the ellipse in a box: 1 on its line.
func far(box image.Rectangle, x, y int) float64 {
	rx, ry := float64(box.Dx())/2, float64(box.Dy())/2
	return math.Hypot((float64(x)+0.5-float64(box.Min.X)-rx)/rx, (float64(y)+0.5-float64(box.Min.Y)-ry)/ry)
}

// round reports whether connected ink is a ring around a word: it lies along an ellipse, nearly all around.
func round(ink []int32, w int, box image.Rectangle) bool {
	if box.Dx() < 56 || box.Dy() < 26 || box.Dx() > 420 || box.Dy() > 150 || box.Dx()*2 < box.Dy() {
		return false
	}
	const sectors = 24
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
