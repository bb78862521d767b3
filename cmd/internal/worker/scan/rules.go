package scan

import (
	"image"
	"slices"
)

// Cell is what rules fence.
type Cell struct {
	Box     image.Rectangle `json:"box"`     // in Page.Clean
	Inner   image.Rectangle `json:"inner"`   // the part of it that is in the stack: its ink and a small margin
	Stacked int             `json:"stacked"` // y of the upper edge of Inner in Page.Stack
	Shift   image.Point     `json:"shift"`   // from its own place to that of its row and column
	Snapped image.Rectangle `json:"snapped"` // its place by rows and columns: a photograph's cells are aslant
}

// MostSide is how many pixels a side of any picture has at most: tesseract refuses more.
const MostSide = 1<<15 - 1

const (
	leastRule = 70  // pixels of A4 at 200 dpi; the dash of a large heading is shorter
	leastCell = 14  // pixels either way
	mostCells = 400 // a page with more is no form
	gap       = 24  // pixels between cells in the stack
	sameEdge  = 14  // pixels within which edges of cells are one
	mostStack = 4 << 20
	tighter   = 0.7 // the scale of the stack's second picture: what one size misreads, another often does not
)

// cellsOf takes the rules off a page and gathers the cells that they fence.
func cellsOf(m *image.Gray) Page {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	least := leastRun(m)
	walls := make([]bool, w*h)
	runs(m, walls, least, false)
	runs(m, walls, least, true)
	clean := image.NewGray(m.Rect)
	copy(clean.Pix, m.Pix)
	for y := range h { // one pixel beyond, where the rule is grey
		for x := range w {
			if walls[y*w+x] {
				for v := max(0, y-1); v <= min(h-1, y+1); v++ {
					for u := max(0, x-1); u <= min(w-1, x+1); u++ {
						clean.Pix[v*clean.Stride+u] = 255
					}
				}
			}
		}
	}
	p := Page{Clean: clean}
	boxes := fenced(walls, w, h)
	if len(boxes) < 2 || len(boxes) > mostCells {
		return p
	}
	p.Cells = snap(boxes)
	p.stack()
	return p
}

// leastRun is how long a rule is at least.
func leastRun(m *image.Gray) int { return max(24, leastRule*max(m.Rect.Dx(), m.Rect.Dy())/fullHeight) }

// runs marks long dark runs along rows, or columns, and closes the small gaps at their ends. A rule that leans a
// little goes on in the next row: a pixel counts as dark when one beside it, across, is.
func runs(m *image.Gray, walls []bool, least int, upright bool) {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	along, across := w, h
	if upright {
		along, across = h, w
	}
	at := func(i, k int) (x, y int) {
		if upright {
			return k, i
		}
		return i, k
	}
	ink := func(i, k int) bool {
		if k < 0 || k >= across {
			return false
		}
		x, y := at(i, k)
		return m.Pix[y*m.Stride+x] < dark
	}
	for k := range across {
		begin, last := -1, -1
		flush := func() {
			if begin >= 0 && last-begin+1 >= least {
				for i := max(0, begin-5); i <= min(along-1, last+5); i++ {
					inside := i >= begin && i <= last
					x, y := at(i, k)
					if !inside || ink(i, k) || ink(i, k-1) || ink(i, k+1) {
						walls[y*w+x] = true
					}
				}
			}
			begin, last = -1, -1
		}
		for i := range along {
			if ink(i, k) || ink(i, k-1) || ink(i, k+1) {
				if begin < 0 {
					begin = i
				}
				last = i
			} else if begin >= 0 && i-last > 2 {
				flush()
			}
		}
		flush()
	}
}

// fenced finds the areas between walls that do not reach the page's edge and are about rectangular.
func fenced(walls []bool, w, h int) []image.Rectangle {
	seen := make([]bool, w*h)
	var boxes []image.Rectangle
	var todo []int32
	for start := range walls {
		if walls[start] || seen[start] {
			continue
		}
		box := image.Rectangle{image.Pt(w, h), image.Pt(0, 0)} // image.Rect would put it in order
		area := 0
		seen[start] = true
		todo = append(todo[:0], int32(start))
		for len(todo) > 0 {
			i := int(todo[len(todo)-1])
			todo = todo[:len(todo)-1]
			x, y := i%w, i/w
			box.Min.X, box.Min.Y, box.Max.X, box.Max.Y = min(box.Min.X, x), min(box.Min.Y, y), max(box.Max.X, x+1), max(box.Max.Y, y+1)
			area++
			if x > 0 && !walls[i-1] && !seen[i-1] {
				seen[i-1] = true
				todo = append(todo, int32(i-1))
			}
			if x+1 < w && !walls[i+1] && !seen[i+1] {
				seen[i+1] = true
				todo = append(todo, int32(i+1))
			}
			if y > 0 && !walls[i-w] && !seen[i-w] {
				seen[i-w] = true
				todo = append(todo, int32(i-w))
			}
			if y+1 < h && !walls[i+w] && !seen[i+w] {
				seen[i+w] = true
				todo = append(todo, int32(i+w))
			}
		}
		edge := box.Min.X == 0 || box.Min.Y == 0 || box.Max.X == w || box.Max.Y == h
		if !edge && box.Dx() >= leastCell && box.Dy() >= leastCell && area*4 >= box.Dx()*box.Dy()*3 {
			boxes = append(boxes, box)
		}
	}
	return boxes
}

// snap gives cells the places of their rows and columns.
func snap(boxes []image.Rectangle) []Cell {
	var xs, ys []int
	for _, b := range boxes {
		xs, ys = append(xs, b.Min.X, b.Max.X), append(ys, b.Min.Y, b.Max.Y)
	}
	across, down := edges(xs), edges(ys)
	cells := make([]Cell, len(boxes))
	for i, b := range boxes {
		s := image.Rect(across(b.Min.X), down(b.Min.Y), across(b.Max.X), down(b.Max.Y))
		if s.Empty() {
			s = b
		}
		cells[i] = Cell{Box: b, Snapped: s, Shift: s.Min.Add(s.Max).Sub(b.Min).Sub(b.Max).Div(2)}
	}
	slices.SortFunc(cells, func(a, b Cell) int {
		if a.Snapped.Min.Y != b.Snapped.Min.Y {
			return a.Snapped.Min.Y - b.Snapped.Min.Y
		}
		return a.Snapped.Min.X - b.Snapped.Min.X
	})
	return cells
}

// edges gathers places that follow each other closely and returns the mean of the group of each.
func edges(all []int) func(int) int {
	slices.Sort(all)
	mean := make(map[int]int, len(all))
	for i := 0; i < len(all); {
		j, sum := i, 0
		for j < len(all) && (j == i || all[j]-all[j-1] <= sameEdge) {
			sum += all[j]
			j++
		}
		for k := i; k < j; k++ {
			mean[all[k]] = sum / (j - i)
		}
		i = j
	}
	return func(v int) int { return mean[v] }
}

// stack sets the cells that hold ink one below the other; empty ones go on the page alone.
func (p *Page) stack() {
	width, height := 0, gap
	for i := range p.Cells {
		c := &p.Cells[i]
		c.Stacked, c.Inner = -1, image.Rectangle{}
		if ink(p.Clean, c.Box.Inset(2)) < 12 {
			continue
		}
		inner := inked(p.Clean, c.Box.Inset(2))
		if high := height + inner.Dy() + gap; high > MostSide || max(width, inner.Dx()+2*gap)*high > mostStack {
			continue // it is read on the page only
		}
		c.Stacked, c.Inner = height, inner
		width, height = max(width, inner.Dx()+2*gap), height+inner.Dy()+gap
	}
	if p.Stack, p.Tight = nil, nil; height == gap {
		return
	}
	p.Stack = image.NewGray(image.Rect(0, 0, width, height))
	for i := range p.Stack.Pix {
		p.Stack.Pix[i] = 255
	}
	for _, c := range p.Cells {
		if c.Stacked < 0 {
			continue
		}
		for y := range c.Inner.Dy() {
			from := p.Clean.Pix[(c.Inner.Min.Y+y)*p.Clean.Stride+c.Inner.Min.X:]
			copy(p.Stack.Pix[(c.Stacked+y)*p.Stack.Stride+gap:], from[:c.Inner.Dx()])
		}
	}
	p.Tight = Shrink(p.Stack, int(float64(max(width, height))*tighter))
}

// inked returns the part of an area that contains its ink, with a small margin.
func inked(m *image.Gray, r image.Rectangle) (in image.Rectangle) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if m.Pix[y*m.Stride+x] < dark {
				in = in.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return in.Inset(-6).Intersect(r)
}

// place is where a point of the stack lies on the page.
func (c Cell) place(x, y int) image.Point {
	return image.Pt(c.Inner.Min.X+x-gap, c.Inner.Min.Y+y-c.Stacked)
}

// ink counts the dark pixels of an area.
func ink(m *image.Gray, r image.Rectangle) (n int) {
	r = r.Intersect(m.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for _, p := range m.Pix[y*m.Stride+r.Min.X : y*m.Stride+r.Max.X] {
			if p < dark {
				n++
			}
		}
	}
	return n
}
