package scan

import (
	"cmp"
	"image"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Boxes to tick are found by their frames, not by what tesseract takes them for, and whether one is ticked is told by
// its ink: a tick, a cross and a box filled out are all dark within. What is neither is said to be unclear. A ring that
// somebody drew around an option is a tick, too.

// Box is a small square frame, or a character that looks like one: what stands beside it tells.
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

// boxesOf finds square frames, and takes them off the page: first those that nothing crosses, then what has their size
// and stands in a row or column with them, whatever crosses it.
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

// parted leaves out what stands so close to another that there is no room for an option between them: a part of the
// character beside it. What nothing crosses comes first, else what stands further left.
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

// around is how much ink lies closely around a frame, of a thousand: characters that are part of others have strokes
// there, a tick crosses it twice.
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

// alike finds frames of given sizes. Sums of ink along rows and columns make a place cost a few additions.
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

// marksOf sets what the boxes of a part of a page say among its words; unclear are the options whose box says neither.
func marksOf(words []Word, boxes []Box, rings []image.Rectangle) (all []Word, unclear []string) {
	least := tickedInk // of the emptiest: paper that is dark all over says nothing
	beside := 0
	type found struct {
		box    Box
		option string
	}
	var boxed []found
	slices.SortFunc(boxes, func(a, b Box) int { return a.Rect.Min.X - b.Rect.Min.X }) // each parts what stands to its right
	for _, b := range boxes {
		next, option := set(words, b)
		if next == nil {
			continue
		}
		words = next
		boxed = append(boxed, found{b, option})
		least = min(least, b.Ink)
		beside++
	}
	for _, f := range boxed {
		mark := "□"
		switch ringed := slices.ContainsFunc(rings, func(r image.Rectangle) bool { return middle(f.box.Rect).In(r) }); {
		case ringed, f.box.Ink >= tickedInk && (beside == 1 || least <= emptyInk || f.box.Ink > 5*least):
			mark = "☑"
		case f.box.Ink > emptyInk:
			unclear = append(unclear, f.option)
		}
		for i := range words {
			if words[i].Text == "□" && words[i].Box == f.box.Rect {
				words[i].Text = mark
			}
		}
	}
	return ringed(words, rings), unclear
}

// set puts an empty box among the words; nil where no option stands beside.
func set(words []Word, b Box) (all []Word, option string) {
	mid, side := middle(b.Rect), b.Rect.Dx()
	level := func(w Word) bool { return w.Box.Min.Y <= mid.Y && w.Box.Max.Y >= mid.Y }
	at, before, next := -1, -1, -1 // the word that it lies in, the one that ends before it, the one that begins behind
	for i, w := range words {
		switch {
		case !level(w):
		case w.Box.Min.X-side/2 <= mid.X && w.Box.Max.X+side/2 >= mid.X:
			if at < 0 || mid.In(w.Box) {
				at = i
			}
		case w.Box.Max.X < mid.X && w.Box.Max.X > b.Rect.Min.X-side*5/2 && (before < 0 || w.Box.Max.X > words[before].Box.Max.X):
			before = i
		case w.Box.Min.X > mid.X && w.Box.Min.X < b.Rect.Max.X+2*side && (next < 0 || w.Box.Min.X < words[next].Box.Min.X):
			next = i
		}
	}
	precedes, follows := "", ""
	if before >= 0 && (b.Rect.Min.X-words[before].Box.Max.X <= max(side, words[before].Box.Dy())/3 || words[before].Text == "□") {
		precedes = words[before].Text
	}
	if next >= 0 {
		follows = words[next].Text
	}
	mark := Word{Text: "□", Box: b.Rect}
	if at < 0 {
		if option = optionAt(precedes, follows); option == "" {
			return nil, ""
		}
		return append(slices.Clone(words), mark), option
	}
	w := words[at]
	follows = ""
	for end := w.Box.Max.X; len(follows) < 24; { // what goes on with it, since tesseract parts words anywhere
		next := slices.IndexFunc(words, func(o Word) bool {
			return level(o) && o.Box.Min.X >= end-2 && o.Box.Min.X < end+max(side, w.Box.Dy())
		})
		if next < 0 || next == at || words[next].Box.Max.X <= end {
			break
		}
		follows, end = follows+words[next].Text, words[next].Box.Max.X
	}
	rs := []rune(w.Text)
	from, to := -1, -1
	try := func(i, n int) {
		if i < 0 || i+n > len(rs) || from >= 0 {
			return
		}
		if o := optionAt(precedes+string(rs[:i]), string(rs[i+n:])+follows); o != "" {
			from, to, option = i, i+n, o
		}
	}
	k := 0 // how many characters end before it
	for i := range rs {
		if left, right := w.span(i); left+right < 2*mid.X {
			k = i + 1
		}
	}
	for _, i := range []int{k, k - 1, k + 1, k - 2, k + 2} { // tesseract's places are not exact
		try(i, 0)
	}
	for _, i := range []int{k, k - 1} { // something was left of it
		if i >= 0 && i < len(rs) && !unicode.Is(unicode.Han, rs[i]) {
			try(i, 1)
		}
	}
	if from < 0 {
		return nil, ""
	}
	mark.Line = w.Line
	put := []Word{mark}
	if from > 0 {
		put = []Word{w.part(0, from, w.Box.Min.X, min(b.Rect.Min.X, w.Box.Max.X)), mark}
	}
	if to < len(rs) {
		put = append(put, w.part(to, len(rs), max(b.Rect.Max.X, w.Box.Min.X), w.Box.Max.X))
	}
	return slices.Replace(slices.Clone(words), at, at+1, put...), option
}

// optionAt is the option of a box between two texts: the one that follows, else the one before; "" where it is none.
func optionAt(precedes, follows string) string {
	if strings.HasSuffix(precedes, "□") {
		return "" // it has its box
	}
	if o := begins(follows); o != "" && (!han(lastOf(precedes)) || ends(precedes) != "") {
		return o
	}
	if o := ends(precedes); o != "" && !han(follows) {
		return o
	}
	return ""
}

// han reports whether a text begins with a Chinese character.
func han(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.Is(unicode.Han, r)
}

func lastOf(s string) string {
	r, n := utf8.DecodeLastRuneInString(s)
	if n == 0 {
		return ""
	}
	return string(r)
}

// part is a stretch of a word, by its characters.
func (w Word) part(first, end, from, to int) Word {
	w.Text, w.Box.Min.X, w.Box.Max.X = string([]rune(w.Text)[first:end]), from, max(to, from+1)
	if w.chars != nil {
		w.chars = w.chars[first:end]
	}
	return w
}

// span is where a character of a word stands; an estimate, where tesseract did not say it.
func (w Word) span(i int) (left, right int) {
	if i < len(w.chars) {
		return w.chars[i][0] + w.Box.Min.X - w.began, w.chars[i][1] + w.Box.Min.X - w.began
	}
	n := utf8.RuneCountInString(w.Text)
	return w.Box.Min.X + i*w.Box.Dx()/n, w.Box.Min.X + (i+1)*w.Box.Dx()/n
}

// begins is the option with which a text begins; "" for none.
func begins(s string) string {
	s = strings.TrimLeft(s, "、，,;；/。._:：（(|[] ")
	best := ""
	for _, o := range options {
		if strings.HasPrefix(s, o) && len(o) > len(best) {
			best = o
		}
	}
	return best
}

// ends is the option with which a text ends.
func ends(s string) string {
	s = strings.TrimRight(s, "、，,;；/。._:：）)|[] ")
	best := ""
	for _, o := range options {
		if strings.HasSuffix(s, o) && len(o) > len(best) {
			best = o
		}
	}
	return best
}

// ringed sets a tick before each option that a ring was drawn around.
func ringed(words []Word, rings []image.Rectangle) []Word {
	for _, r := range rings {
		for i, w := range words {
			if w.Box.Min.Y > middle(r).Y || w.Box.Max.Y < middle(r).Y {
				continue
			}
			rs := []rune(w.Text)
			k := 0
			for ; k < len(rs); k++ {
				if left, right := w.span(k); image.Pt((left+right)/2, middle(r).Y).In(r) {
					break
				}
			}
			if k == len(rs) {
				continue
			}
			if rs[k] == '□' || rs[k] == '☑' || i > 0 && strings.HasSuffix(words[i-1].Text, "☑") {
				break // its box has said it
			}
			for back := 0; back <= 1 && back <= k; back++ { // its place is an estimate
				if option := begins(string(rs[k-back:])); option != "" {
					x, _ := w.span(k - back)
					put := []Word{{Text: "☑", Box: image.Rect(max(w.Box.Min.X, x-8), w.Box.Min.Y, x, w.Box.Max.Y), Line: w.Line}, w.part(k-back, len(rs), x, w.Box.Max.X)}
					if k > back {
						put = append([]Word{w.part(0, k-back, w.Box.Min.X, x)}, put...)
					}
					words = slices.Replace(words, i, i+1, put...)
					break
				}
			}
			break
		}
	}
	return words
}
