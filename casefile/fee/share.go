package fee

import (
	"cmp"
	"slices"

	"ysq.internal/ysq/casefile"
)

// Position is the place of a case among those of its month, counted from 1, in the order in which they came; 0 where
// it is not one of them.
func Position(month []casefile.Case, id casefile.ID, law casefile.Statute) int {
	day := law.FeeBy.Of
	sorted := slices.SortedFunc(slices.Values(month), func(a, b casefile.Case) int {
		return cmp.Or(cmp.Compare(day(a), day(b)), cmp.Compare(a.ID, b.ID))
	})
	return slices.IndexFunc(sorted, func(c casefile.Case) bool { return c.ID == id }) + 1
}

// Share is what the application at a place costs by 件: the tier into which it falls. The shares of a month are
// together its fee, in whatever order and in however many notices they are asked for.
func Share(place int) int {
	if place < 1 {
		return 0
	}
	return ByItem(place).Yuan - ByItem(place-1).Yuan
}
