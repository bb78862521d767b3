package form

import "testing"

// A line that the page's edge broke goes on in the next; what is set to the right below another does not.
func TestLaidJoinsBrokenLines(t *testing.T) {
	line := func(y, x, width float64, text string) Segment {
		return Segment{Page: 1, X: x, Y: y, Width: width, Height: 12, Text: text}
	}
	d := Laid(Input{}, 1, []Segment{
		line(100, 70, 450, "申请事项：请公开贵局2025年对示例河流域开展水质监测的全部监测报告，"),
		line(120, 70, 300, "包括各监测断面的点位、监测时间"),
		line(160, 440, 80, "申请人：周明"),
		line(180, 430, 90, "2026年3月5日"),
	})
	var got []string
	for _, b := range d.Blocks {
		got = append(got, b.Line.Text)
	}
	want := []string{"申请事项：请公开贵局2025年对示例河流域开展水质监测的全部监测报告，包括各监测断面的点位、监测时间", "申请人：周明", "2026年3月5日"}
	if len(got) != len(want) {
		t.Fatalf("%q, want %q", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%q, want %q", got[i], want[i])
		}
	}
}
