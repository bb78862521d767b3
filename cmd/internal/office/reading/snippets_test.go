package reading

import (
	"bytes"
	"image"
	"image/png"
	"testing"

	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/worker"
)

// A value is cut out where it stands behind its label; one of two lines with both; one that is spelled otherwise, with the
// rest of its label's line.
func TestPlaceOn(t *testing.T) {
	page := worker.Recognised{Page: 1, Words: []worker.Glyph{
		{Text: "姓名", Box: [4]int{1000, 1000, 1400, 1200}}, {Text: "李", Box: [4]int{2000, 1000, 2200, 1200}}, {Text: "明", Box: [4]int{2250, 1000, 2450, 1200}},
		{Text: "内容", Box: [4]int{1000, 2000, 1400, 2200}}, {Text: "某市排水", Box: [4]int{2000, 2000, 2800, 2200}}, {Text: "管网报告", Box: [4]int{2000, 2300, 2900, 2500}},
		{Text: "方式", Box: [4]int{1000, 3000, 1400, 3200}}, {Text: "☑", Box: [4]int{1900, 3000, 2000, 3200}}, {Text: "邮寄", Box: [4]int{2050, 3000, 2400, 3200}},
		{Text: "时间", Box: [4]int{1000, 4000, 1400, 4200}},
	}}
	for _, tt := range []struct {
		field        form.Field
		label, value string
		whole        bool
		want         ask.PageMark
	}{
		{form.Name, "姓名", "李明", true, ask.PageMark{Left: 2000, Top: 1000, Width: 450, Height: 200}},
		{form.Request, "内容", "某市排水管网报告", true, ask.PageMark{Left: 2000, Top: 2000, Width: 900, Height: 500}},
		{form.Delivery, "方式", "邮寄", true, ask.PageMark{Left: 1750, Top: 3000, Width: 650, Height: 200}},
		{form.AppliedOn, "时间", "2026-01-02", true, ask.PageMark{}},
		{form.AppliedOn, "时间", "2026-01-02", false, ask.PageMark{Left: 1000, Top: 4000, Width: 9000, Height: 200}},
	} {
		got, ok := placeOn(page, form.Proposal{Field: tt.field, Value: tt.value, Source: form.Source{Label: tt.label}}, tt.whole)
		if got.Label = ""; got != tt.want || ok != (tt.want != ask.PageMark{}) {
			t.Errorf("%s: got %+v, want %+v", tt.value, got, tt.want)
		}
	}
	cut, err := cutOut(image.NewGray(image.Rect(0, 0, 1000, 500)), ask.PageMark{Left: 9900, Top: 0, Width: 500, Height: 1000})
	if err != nil {
		t.Fatal(err)
	}
	if c, err := png.DecodeConfig(bytes.NewReader(cut)); err != nil || c.Width != 15 || c.Height != 55 {
		t.Errorf("at the edge: %+v, %v", c, err)
	}
}
