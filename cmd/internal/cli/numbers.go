package cli

import (
	"fmt"
	"strconv"
	"strings"

	"ysq.internal/ysq/casefile"
)

// longestSpan is how many cases 17..316 may stand for: more than any burst, and a slip of the pen
// does not become ten thousand records.
const longestSpan = 1000

// span reads 17..316 or 2025-17..30: the cases from the first number to the last. It returns none
// where the word is no such thing.
func span(s string, thisYear int) ([]casefile.ID, error) {
	first, last, ok := strings.Cut(s, "..")
	if !ok {
		return nil, nil
	}
	year, from, ok := casefile.ExpandID(first, thisYear).Number()
	if n, err := strconv.Atoi(last); err == nil {
		last = string(casefile.NewID(year, n)) // 30 in 2025-17..30 is of 2025
	}
	lastYear, to, okLast := casefile.ExpandID(last, thisYear).Number()
	switch {
	case !ok || !okLast || lastYear != year || to < from:
		return nil, fmt.Errorf("编号的起止 %q 不对：应写作 17..30 或 2025-17..30", s)
	case to-from >= longestSpan:
		return nil, fmt.Errorf("%q 有 %d 件，一次最多 %d 件", s, to-from+1, longestSpan)
	}
	var ids []casefile.ID
	for n := from; n <= to; n++ {
		ids = append(ids, casefile.NewID(year, n))
	}
	return ids, nil
}
