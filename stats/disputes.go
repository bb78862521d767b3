package stats

import (
	"fmt"
	"slices"
	"strings"
)

// Track is the way on which the office's handling of an application is challenged: a row of 表四.
type Track uint8

// The tracks in the order of 表四.
const (
	Reconsideration          Track = iota // 行政复议
	DirectSuit                            // 行政诉讼，未经复议直接起诉
	SuitAfterReconsideration              // 行政诉讼，复议后起诉
	tracks
)

// Result is how a matter stands on 12-31: a column of 表四.
type Result uint8

// The results in the order of 表四. A first instance that is under appeal is Pending.
const (
	Upheld      Result = iota // 结果维持
	Corrected                 // 结果纠正
	OtherResult               // 其他结果
	Pending                   // 尚未审结
	results
)

// Matter is one matter of 行政复议 or 行政诉讼 as it stood at the end of the year. One that is
// Pending counts again in the next year.
type Matter struct {
	ID     string
	Track  Track
	Result Result
}

// Standings is one track of 表四: the results in their order, then 总计.
type Standings [results + 1]int

func countMatters(all []Matter) ([]Standings, error) {
	table := make([]Standings, tracks)
	for _, m := range all {
		if m.Track >= tracks || m.Result >= results {
			return nil, fmt.Errorf("matter %s: no track %d or no result %d", m.ID, m.Track, m.Result)
		}
		table[m.Track][m.Result]++
		table[m.Track][results]++
	}
	return table, nil
}

// MatterCell names one number of 表四. A Result past the last is 总计.
type MatterCell struct {
	Track  Track
	Result Result
}

// ParseMatterCell reads a track and a result with a comma between: 复议后起诉,结果维持. The result may be
// left out for 总计. ok is false for what is no cell of 表四.
func (f Format) ParseMatterCell(s string) (cell MatterCell, ok bool) {
	name, result, given := strings.Cut(plain(s), "，")
	track := slices.IndexFunc(f.Tracks, func(t TrackHeading) bool {
		return name == t.Label || name == t.Under+t.Label || t.Under != "" && name != "" && strings.HasSuffix(t.Label, name)
	})
	if track < 0 {
		return cell, false
	}
	cell = MatterCell{Track(track), results}
	if given && result != Total {
		i := slices.IndexFunc(f.Results, func(r string) bool { return result == r || "结果"+result == r })
		cell.Result, ok = Result(i), i >= 0
		return cell, ok
	}
	return cell, true
}

// Holds reports whether a matter is one of those that the cell counts.
func (c MatterCell) Holds(m Matter) bool {
	return m.Track == c.Track && (c.Result >= results || m.Result == c.Result)
}
