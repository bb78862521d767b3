package scan

import (
	"cmp"
	"image"
	"slices"
)

// Boxes to tick are found by their frames, not by what tesseract takes them for, and the ink within decides whether one
// is ticked: a tick, a cross and a filled box are all dark. A box that is neither dark nor empty is reported as unclear.
// A ring that somebody drew around an option counts as a tick, too.
//
// Characters contain frames as well: 口, 国, 日. A frame or circle counts as a box where another of its size stands in its row
// or column and one of the two is empty. It is then taken off the page, since tesseract misplaces the words beside a box.
// A frame without such company stays on the page until tesseract has said what it takes it for.

// Box is a small square frame or circle, or a character that looks like one; its surroundings decide which of them it is.
type Box struct {
	Rect  image.Rectangle `json:"rect"`
	Ink   int             `json:"ink"`           // dark pixels within, of a thousand
	Lone  bool            `json:"lone,omitzero"` // it is still on the page
	Round bool            `json:"round,omitzero"`
}

const (
	leastBox  = 12  // pixels of a side
	mostBox   = 64  // of A4 at 200 dpi
	mostBoxes = 500 // of a page
	emptyInk  = 30  // of a thousand; dust
	tickedInk = 75  // a thin tick
	mostRings = 24

	// Ink around a frame, of a thousand pixels: none, a thin tick's, a broad one's.
	clearAround, crossedAround, muchAround = 60, 110, 400
)

// strip is a level run of ink.
type strip struct{ y, from, to int }

// boxesOf finds boxes, and takes those that have company off the page.
func boxesOf(m *image.Gray) []Box {
	frames := framesOf(m)
	var plain []Box
	for _, b := range frames {
		if b.Ink <= emptyInk && around(m, b.Rect) <= clearAround {
			plain = append(plain, b)
		}
	}
	var sizes []image.Point
	for _, b := range plain {
		size := b.Rect.Size()
		if len(sizes) < 3 && !slices.ContainsFunc(sizes, func(o image.Point) bool { return abs(o.X-size.X) <= 1 && abs(o.Y-size.Y) <= 1 }) {
			sizes = append(sizes, size)
		}
	}
	slices.SortFunc(sizes, func(a, b image.Point) int { return b.X - a.X }) // a small frame fits into a large one with a thick line
	within := func(b Box) bool {
		return slices.ContainsFunc(frames, func(f Box) bool { return b.Rect.In(f.Rect) && f.Rect.Dx() > b.Rect.Dx()+2 })
	}
	free := slices.DeleteFunc(slices.Clone(plain), func(b Box) bool { return crowded(m, b.Rect, false) }) // no 口 among others
	all := slices.DeleteFunc(slices.Clone(plain), func(b Box) bool { return !in(free, b) && !company(free, b) })
	for _, b := range alike(m, sizes) { // whatever crosses them
		if !in(plain, b) && !within(b) && company(free, b) && !crowded(m, b.Rect, true) {
			b.Lone = !inRow(plain, b) && !inColumn(plain, b, 4) // or it is part of a character far below a list
			all = append(all, b)
		}
	}
	all = parted(all, plain)
	sure := slices.DeleteFunc(slices.Clone(all), func(b Box) bool { return b.Lone })
	all = slices.DeleteFunc(all, func(b Box) bool { return !b.Lone && !company(sure, b) })
	all = append(all, circlesOf(m)...)
	for _, b := range frames { // the remaining ones stay on the page for now
		if !in(all, b) && !crowded(m, b.Rect, false) {
			b.Lone = true
			all = append(all, b)
		}
	}
	for _, b := range all {
		if !b.Lone {
			blank(m, b.Rect.Inset(-2))
		}
	}
	return all
}

// in reports whether a box overlaps one of the others.
func in(all []Box, b Box) bool {
	return slices.ContainsFunc(all, func(o Box) bool { return middle(b.Rect).In(o.Rect) || middle(o.Rect).In(b.Rect) })
}

// company reports whether there is a box of the same size in the row or column of another.
func company(all []Box, b Box) bool {
	const far = 14 // in sides of a box, between the cells of a column
	return inRow(all, b) || inColumn(all, b, far)
}

// inColumn reports whether there is a box of the same size above or below another, at most as far away as so many of its
// sides.
func inColumn(all []Box, b Box, sides int) bool {
	size, side := b.Rect.Size(), b.Rect.Dx()
	return slices.ContainsFunc(all, func(o Box) bool {
		d, s := o.Rect.Min.Sub(b.Rect.Min), o.Rect.Size()
		return d.Y != 0 && abs(s.X-size.X) <= 2 && abs(s.Y-size.Y) <= 2 && abs(d.X) <= max(4, side/5) && abs(d.Y) <= sides*side
	})
}

// inRow reports whether there is a box of the same size in the row of another.
func inRow(all []Box, b Box) bool {
	size, side := b.Rect.Size(), b.Rect.Dx()
	return slices.ContainsFunc(all, func(o Box) bool {
		d, s := o.Rect.Min.Sub(b.Rect.Min), o.Rect.Size()
		return d.X != 0 && abs(s.X-size.X) <= 2 && abs(s.Y-size.Y) <= 2 && abs(d.Y) <= max(4, side/5)
	})
}

// crowded reports whether a frame is part of a character: the other parts then stand upright and close beside it, while a
// tick leans. For a box that has company, text may stand before it as closely as characters stand to each other.
func crowded(m *image.Gray, r image.Rectangle, company bool) bool {
	before, share, beside := image.Rect(r.Min.X-max(8, r.Dx()*4/5), r.Min.Y-2, r.Min.X-2, r.Max.Y+2), 16, 6
	if company {
		before, share, beside = image.Rect(r.Min.X-4, r.Min.Y, r.Min.X-1, r.Max.Y), 3, 4
	}
	if ink(m, before)*share > before.Dx()*before.Dy() {
		return true
	}
	for d := 2; d < beside; d++ {
		if after := image.Rect(r.Max.X+d, r.Min.Y, r.Max.X+d+1, r.Max.Y); ink(m, after)*10 > r.Dy()*6 {
			return true
		}
	}
	a := around(m, r)
	return a > muchAround || a > crossedAround && !company
}

func blank(m *image.Gray, r image.Rectangle) {
	r = r.Intersect(m.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			m.Pix[y*m.Stride+x] = 255
		}
	}
}

// parted leaves out frames that stand so close to another that no option fits between them: they are parts of the
// character beside. Of two, the one that nothing crosses stays, otherwise the one further left.
func parted(all, plain []Box) (kept []Box) {
	crossed := func(b Box) int {
		if in(plain, b) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(all, func(a, b Box) int { return cmp.Or(crossed(a)-crossed(b), a.Rect.Min.X-b.Rect.Min.X) })
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
	return Box{Rect: r, Ink: ink(m, inner) * 1000 / max(1, inner.Dx()*inner.Dy())}
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
