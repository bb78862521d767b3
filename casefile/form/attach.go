package form

import (
	"cmp"
	"math"
	"slices"
)

// attach puts what was typed into a field behind the words that stand beside the field: to its left, else
// above it.
func (p *sheet) attach(all []Segment) []Segment {
	var printed, typed []Segment
	for _, s := range all {
		if s.Entered {
			typed = append(typed, s)
		} else {
			printed = append(printed, s)
		}
	}
	em := max(p.em, 10) // a font that is not at hand has no height
	for _, t := range typed {
		best, least := -1, math.Inf(1)
		for i, s := range printed {
			middle, gap := s.middle(), t.X-s.right()
			switch {
			case middle >= t.Y-2 && middle <= t.Y+t.Height+2 && gap > -em && gap < 20*em:
				gap = max(gap, 0)
			case s.right() > t.X && s.X < t.right() && t.Y-s.Y-s.Height > -2 && t.Y-s.Y-s.Height < 1.5*em:
				gap = 20 * em // above: where nothing stands to the left
			default:
				continue
			}
			if gap < least {
				best, least = i, gap
			}
		}
		if best < 0 {
			printed = append(printed, t)
			continue
		}
		s := &printed[best]
		if !s.Entered {
			if s.Entered = true; !endsItself(s.Text) {
				s.Text += "："
			}
		} else {
			s.Text += " "
		}
		s.Text += t.Text
		s.Width = max(s.right(), t.right()) - s.X
	}
	slices.SortStableFunc(printed, func(a, b Segment) int { return cmp.Or(cmp.Compare(a.middle(), b.middle()), cmp.Compare(a.X, b.X)) })
	return printed
}
