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
	at := slices.IndexFunc(month, func(c casefile.Case) bool { return c.ID == id })
	if at < 0 {
		return 0
	}
	own := day(month[at])
	place := 1
	for i := range month {
		if cmp.Or(cmp.Compare(day(month[i]), own), cmp.Compare(month[i].ID, id)) < 0 {
			place++
		}
	}
	return place
}

// Share is what the application at a place costs by 件: the tier into which it falls. The shares of a month are
// together its fee, in whatever order and in however many notices they are asked for.
func Share(place int) int {
	if place < 1 {
		return 0
	}
	return ByItem(place).Yuan - ByItem(place-1).Yuan
}
