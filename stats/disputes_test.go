package stats_test

import (
	"testing"

	"ysq.internal/ysq/stats"
)

// TestMatterCell names the numbers of 表四 as people write them, and none of 表三.
func TestMatterCell(t *testing.T) {
	f, err := stats.FormatOf(stats.Current)
	if err != nil {
		t.Fatal(err)
	}
	all := []stats.Matter{
		{ID: "1", Track: stats.Reconsideration, Result: stats.Upheld}, {ID: "2", Track: stats.Reconsideration, Result: stats.Pending},
		{ID: "3", Track: stats.DirectSuit, Result: stats.OtherResult}, {ID: "4", Track: stats.SuitAfterReconsideration, Result: stats.Corrected},
	}
	for name, want := range map[string]string{
		"行政复议": "12", "行政复议,总计": "12", "行政复议，结果维持": "1", "行政复议, 尚未审结": "2", "行政复议,维持": "1",
		"未经复议直接起诉": "3", "直接起诉,其他结果": "3", "行政诉讼未经复议直接起诉,结果维持": "", "复议后起诉,结果纠正": "4",
		"（三）4,自然人": "none", "行政诉讼": "none", "行政复议,败诉": "none", "": "none", "一": "none",
	} {
		got := "none"
		if cell, ok := f.ParseMatterCell(name); ok {
			got = ""
			for _, m := range all {
				if cell.Holds(m) {
					got += m.ID
				}
			}
		}
		if got != want {
			t.Errorf("%q holds %q, want %q", name, got, want)
		}
	}
}
