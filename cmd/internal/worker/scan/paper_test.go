package scan

import (
	"image"
	"math"
	"testing"
)

// A sheet seen aslant on a darker table is found and made flat; one on a light table is left as it is.
func TestPaper(t *testing.T) {
	want := Corners{{0.1, 0.08}, {0.86, 0.1}, {0.95, 0.93}, {0.04, 0.9}}
	photo := func(table uint8) *image.Gray {
		m := image.NewGray(image.Rect(0, 0, 600, 800))
		for i := range m.Pix {
			m.Pix[i] = table
		}
		for v := range 1600 { // finer than the picture, so that no pixel is left out
			for u := range 1200 {
				x, y := want.At(float64(u)/1200, float64(v)/1600)
				p := uint8(230 - u/16) // a shadow
				if v > 780 && v < 820 {
					p = 20 // a rule, from edge to edge
				}
				m.Pix[int(y*800)*m.Stride+int(x*600)] = p
			}
		}
		return m
	}
	m := photo(50)
	got, ok := paperOf(m)
	for i, p := range want {
		if !ok || math.Hypot(got[i][0]-p[0], got[i][1]-p[1]) > 0.01 {
			t.Errorf("corner %d is at %.3f, want %.3f", i, got[i], p)
		}
	}
	f := flat(m, got.within(0.01))
	for _, x := range []int{5, f.Rect.Dx() / 2, f.Rect.Dx() - 5} { // the rule is level
		if dark, light := f.GrayAt(x, f.Rect.Dy()/2).Y, f.GrayAt(x, f.Rect.Dy()/4).Y; dark > 60 || light < 140 {
			t.Errorf("at %d the rule is %d and the paper %d", x, dark, light)
		}
	}
	if _, ok := paperOf(photo(200)); ok {
		t.Error("a sheet was found on a table as light as itself")
	}
	if _, ok := paperOf(image.NewGray(image.Rect(0, 0, 300, 400))); ok {
		t.Error("a sheet was found in the dark")
	}
}
