package worker

import (
	"slices"
	"strings"

	"ysq.internal/ysq/casefile/form"
)

// box is a rectangle in points from the upper left corner of the page.
type box struct{ left, top, right, bottom float64 }

func (b box) middle() point { return point{(b.left + b.right) / 2, (b.top + b.bottom) / 2} }

// glyph is a character with its place: the box around its ink.
type glyph struct {
	text string
	box
	at    int  // place among the page's glyphs, in the order of the file
	apart bool // pdfium saw a blank before it
}

// layOut makes blocks of a page: tables where rules enclose cells, lines elsewhere, from top to bottom.
// The text between tables goes to form.Laid, which knows how forms without rules look.
func layOut(in form.Input, pages, page int, all []glyph, typed []entry, rules []rule) []form.Block {
	var blocks []form.Block
	for _, t := range tablesOf(rules) {
		var above, within, below []glyph
		var before, after []entry
		for _, e := range typed {
			switch m := e.middle(); {
			case m.y < t.ys[0]:
				before = append(before, e)
			case m.y > t.ys[len(t.ys)-1]:
				after = append(after, e)
			default:
				within = append(within, spread(e, len(all)+len(within))...)
			}
		}
		typed = after
		for _, g := range all {
			switch m := g.middle(); {
			case m.y < t.ys[0]:
				above = append(above, g)
			case m.y > t.ys[len(t.ys)-1]:
				below = append(below, g)
			default:
				within = append(within, g)
			}
		}
		blocks = append(blocks, free(in, pages, page, above, before)...)
		table, beside := t.fill(within)
		over, under := beside, []glyph(nil) // within a frame around the text, a title stands over the table
		if table != nil {
			over, under = split(beside, t.first(table))
		}
		blocks = append(blocks, free(in, pages, page, over, nil)...)
		if table != nil {
			table.Place = pageName(page)
			blocks = append(blocks, form.Block{Table: table})
		}
		blocks = append(blocks, free(in, pages, page, under, nil)...)
		all = below
	}
	return append(blocks, free(in, pages, page, all, typed)...)
}

// split parts glyphs at a height.
func split(all []glyph, at float64) (over, under []glyph) {
	for _, g := range all {
		if g.middle().y < at {
			over = append(over, g)
		} else {
			under = append(under, g)
		}
	}
	return over, under
}

// free hands text outside of tables to form, by lines cut at wide gaps.
func free(in form.Input, pages, page int, all []glyph, typed []entry) []form.Block {
	var segments []form.Segment
	for _, e := range typed {
		segments = append(segments, form.Segment{Page: page, Text: e.text, X: e.left, Y: e.top, Width: e.right - e.left, Height: e.bottom - e.top, Entered: true})
	}
	for _, line := range linesOf(all) {
		for _, piece := range pieces(line) {
			b := around(piece)
			segments = append(segments, form.Segment{Page: page, Text: textOf(piece), X: b.left, Y: b.top, Width: b.right - b.left, Height: b.bottom - b.top})
		}
	}
	if segments == nil {
		return nil
	}
	return form.Laid(in, pages, segments).Blocks
}

func around(all []glyph) box {
	b := all[0].box
	for _, g := range all[1:] {
		b = box{min(b.left, g.left), min(b.top, g.top), max(b.right, g.right), max(b.bottom, g.bottom)}
	}
	return b
}

// linesOf sorts glyphs into lines: those whose middles lie within one another's height.
func linesOf(all []glyph) [][]glyph {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b glyph) int { return compare(a.middle().y, b.middle().y) })
	var lines [][]glyph
	var band box // of the line's first glyph of full height; punctuation is low and small
	for _, g := range all {
		m := g.middle().y
		if n := len(lines); n > 0 && m >= band.top && m <= band.bottom {
			lines[n-1] = append(lines[n-1], g)
			band.top, band.bottom = min(band.top, g.top), max(band.bottom, min(g.bottom, band.bottom+2))
			continue
		}
		lines = append(lines, []glyph{g})
		band = g.box
		if h := band.bottom - band.top; h < 6 { // a dash or a comma begins: reach as far as a small letter
			band.top, band.bottom = m-3, m+3
		}
	}
	for _, line := range lines {
		slices.SortStableFunc(line, func(a, b glyph) int { return compare(a.left, b.left) })
	}
	return lines
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// pieces cuts a line where a gap is too wide for a blank: what stands beyond is another cell.
func pieces(line []glyph) [][]glyph {
	var all [][]glyph
	begin := 0
	for i := 1; i < len(line); i++ {
		if line[i].left-line[i-1].right > 2.5*size(line) {
			all = append(all, line[begin:i])
			begin = i
		}
	}
	return append(all, line[begin:])
}

// size is the height of a line's tallest glyph, which is nearly its type size.
func size(line []glyph) float64 {
	tallest := 4.0
	for _, g := range line {
		tallest = max(tallest, g.bottom-g.top)
	}
	return tallest
}

// textOf joins the glyphs of a line. Within Latin words and numbers a blank is where pdfium, which knows
// how wide characters are, saw one. Between Chinese characters a blank means nothing unless it is wide: the ink
// of 。 or 1 leaves half of its square empty, and 姓 名 is one word.
func textOf(line []glyph) string {
	var b strings.Builder
	em := size(line)
	for i, g := range line {
		if i > 0 {
			before := line[i-1]
			gap := g.left - before.right
			blank := gap > 0.9*em
			if narrow(before.text) && narrow(g.text) {
				blank = g.apart
				if g.at != before.at+1 {
					blank = gap > 0.5*em
				}
			}
			if blank {
				b.WriteByte(' ')
			}
		}
		b.WriteString(g.text)
	}
	return b.String()
}

// narrow reports whether a character is of those that are set with blanks between words.
func narrow(s string) bool { return s < "\u2000" }

func pageName(n int) string { return "第" + numbers([]int{n}) + "页" }
