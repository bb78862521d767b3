package stats

import "fmt"

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
