package scan

import (
	"image"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// marksOf inserts □ or ☑ for each box among the words of a part of a page; unclear are the options whose box is neither.
func marksOf(words []Word, boxes []Box, rings []image.Rectangle) (all []Word, unclear []string) {
	least, beside := math.MaxInt, 0 // of the emptiest box: paper that is dark all over proves nothing
	type found struct {
		box    Box
		option string
	}
	var boxed []found
	var left []Box
	add := func(b Box, next []Word, option string) {
		words = next
		boxed = append(boxed, found{b, option})
		least, beside = min(least, b.Ink), beside+1
	}
	slices.SortFunc(boxes, func(a, b Box) int { return a.Rect.Min.X - b.Rect.Min.X }) // each parts what stands to its right
	for _, b := range boxes {
		if next, option := set(words, b, false); next != nil {
			add(b, next, option)
		} else if !b.Lone {
			left = append(left, b)
		}
	}
	for _, b := range left {
		row := slices.ContainsFunc(boxed, func(f found) bool { return !f.box.Lone && abs(middle(f.box.Rect).Y-middle(b.Rect).Y) < b.Rect.Dy()/2 })
		switch next, option := set(words, b, true); {
		case row && next != nil: // an option that no list has
			add(b, next, option)
		case !row && b.Ink <= emptyInk && !b.Round: // it was a character after all
			words = restored(words, b.Rect)
		}
	}
	for _, f := range boxed {
		mark := "□"
		switch ringed := slices.ContainsFunc(rings, func(r image.Rectangle) bool { return middle(f.box.Rect).In(r) }); {
		case ringed, f.box.Ink >= tickedInk && (beside == 1 || least <= emptyInk || f.box.Ink >= 2*tickedInk):
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

// restored puts 口 back between the characters from which it was taken.
func restored(words []Word, r image.Rectangle) []Word {
	mid := middle(r)
	near := func(w Word) bool {
		return w.Box.Min.Y <= mid.Y && w.Box.Max.Y >= mid.Y && w.Box.Min.X-r.Dx() < r.Max.X && w.Box.Max.X+r.Dx() > r.Min.X
	}
	if i := slices.IndexFunc(words, near); i >= 0 {
		put := Word{Text: "口", Box: r, Line: words[i].Line}
		k := 0
		for n := utf8.RuneCountInString(words[i].Text); k < n; k++ {
			if from, to := words[i].span(k); from+to > 2*mid.X {
				break
			}
		}
		return slices.Replace(slices.Clone(words), i, i+1, words[i].around(put, k, k)...)
	}
	return words
}

// around replaces some characters of a word by another word.
func (w Word) around(put Word, from, to int) (all []Word) {
	n := utf8.RuneCountInString(w.Text)
	if from > 0 {
		all = append(all, w.part(0, from, w.Box.Min.X, min(put.Box.Min.X, w.Box.Max.X)))
	}
	all = append(all, put)
	if to < n {
		all = append(all, w.part(to, n, max(put.Box.Max.X, w.Box.Min.X), w.Box.Max.X))
	}
	return all
}

// looksBoxed are the characters for which tesseract takes a box, ticked or not.
const looksBoxed = "口囗回四加国团田日曰目白自因图固困圆☐☑□"

// set inserts an empty box among the words. It returns nil where no option stands beside the box; with every, any text
// counts as an option.
func set(words []Word, b Box, every bool) (all []Word, option string) {
	optionAt := optionAt
	if every {
		optionAt = func(precedes, follows string) string {
			if strings.HasSuffix(precedes, "□") {
				return ""
			}
			return firstOf(follows, mostOption)
		}
	}
	at, before, next := neighbours(words, b)
	precedes := ""
	if before >= 0 && (b.Rect.Min.X-words[before].Box.Max.X <= max(b.Rect.Dx(), words[before].Box.Dy())/3 || words[before].Text == "□") {
		precedes = words[before].Text
	}
	mark := Word{Text: "□", Box: b.Rect}
	if at < 0 {
		follows := ""
		if next >= 0 {
			follows = words[next].Text
		}
		if option = optionAt(precedes, follows); option == "" {
			return nil, ""
		}
		return append(slices.Clone(words), mark), option
	}
	w, follows := words[at], goesOn(words, b, at)
	from, to, option := w.placeOf(b, every, func(precede, follow string) string { return optionAt(precedes+precede, follow+follows) })
	if option == "" {
		return nil, ""
	}
	mark.Line = w.Line
	return slices.Replace(slices.Clone(words), at, at+1, w.around(mark, from, to)...), option
}

// level reports whether a word stands on the line of a box.
func (b Box) level(w Word) bool {
	y := middle(b.Rect).Y
	return w.Box.Min.Y <= y && w.Box.Max.Y >= y
}

// neighbours are the words beside a box on its line: the one that it lies in, the one that ends before it, and the one that
// begins behind it; -1 for none.
func neighbours(words []Word, b Box) (at, before, next int) {
	at, before, next = -1, -1, -1
	mid, side := middle(b.Rect), b.Rect.Dx()
	for i, w := range words {
		switch {
		case !b.level(w):
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
	return at, before, next
}

// goesOn is the text that follows the word of a box without a gap, since tesseract parts words anywhere.
func goesOn(words []Word, b Box, at int) (follows string) {
	w := words[at]
	for end := w.Box.Max.X; len(follows) < 24; {
		next := slices.IndexFunc(words, func(o Word) bool {
			return b.level(o) && o.Box.Min.X >= end-2 && o.Box.Min.X < end+max(b.Rect.Dx(), w.Box.Dy())
		})
		if next < 0 || next == at || words[next].Box.Max.X <= end {
			break
		}
		follows, end = follows+words[next].Text, words[next].Box.Max.X
	}
	return follows
}

// placeOf finds the characters of a word that a box takes the place of, so that an option stands beside it; option is ""
// where none does. A box between two characters takes the place of none.
func (w Word) placeOf(b Box, every bool, optionAt func(precedes, follows string) string) (from, to int, option string) {
	rs, mid := []rune(w.Text), middle(b.Rect)
	try := func(i, n int) {
		if i < 0 || i+n > len(rs) || option != "" {
			return
		}
		from, to, option = i, i+n, optionAt(string(rs[:i]), string(rs[i+n:]))
	}
	k := 0     // how many characters end before it
	over := -1 // the Chinese character that a lone frame was taken for, or is part of
	for i, r := range rs {
		left, right := w.span(i)
		if left+right < 2*mid.X {
			k = i + 1
		}
		if b.Lone && left <= mid.X && mid.X < right && unicode.Is(unicode.Han, r) {
			over = i
		}
	}
	places := []int{k, k - 1, k + 1, k - 2, k + 2} // because the places that tesseract gives are not exact
	if every {
		places = []int{k}
	}
	switch {
	case over < 0:
		for _, i := range places {
			try(i, 0)
		}
		for _, i := range []int{k, k - 1} { // something was left of it
			if i >= 0 && i < len(rs) && !unicode.Is(unicode.Han, rs[i]) {
				try(i, 1)
			}
		}
	case b.Round || strings.ContainsRune(looksBoxed, rs[over]):
		try(over, 1)
	}
	return from, to, option
}

// mostOption is how many characters of an option that no list has are told: what follows it on its line is not the option's.
const mostOption = 12

func firstOf(s string, n int) string {
	if rs := []rune(s); len(rs) > n {
		return string(rs[:n])
	}
	return s
}

// optionAt is the option of a box between two texts: the one that follows, otherwise the one before; "" where neither is one.
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

// span is where a character of a word stands: as tesseract says, otherwise an estimate.
func (w Word) span(i int) (left, right int) {
	if i < len(w.chars) {
		return w.chars[i][0] + w.Box.Min.X - w.began, w.chars[i][1] + w.Box.Min.X - w.began
	}
	n := utf8.RuneCountInString(w.Text)
	return w.Box.Min.X + i*w.Box.Dx()/n, w.Box.Min.X + (i+1)*w.Box.Dx()/n
}

// besideOption is what may stand between an option and its neighbours.
const besideOption = "、，,;；/。._:：[]| "

// begins is the option with which a text begins; "" for none.
func begins(s string) string {
	s = strings.TrimLeft(s, besideOption+"（(")
	return longest(func(option string) bool { return strings.HasPrefix(s, option) })
}

// ends is the option with which a text ends.
func ends(s string) string {
	s = strings.TrimRight(s, besideOption+"）)")
	return longest(func(option string) bool { return strings.HasSuffix(s, option) })
}

func longest(fits func(option string) bool) (best string) {
	for _, o := range options {
		if len(o) > len(best) && fits(o) {
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
