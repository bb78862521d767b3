package scan

import (
	"image"
	"math"
	"slices"
	"strings"
	"testing"
)

// option draws a box of 22 pixels with a word's worth of ink beside it, and gives back the word.
func option(m *image.Gray, x, y int, name string) Word {
	outline(m, image.Rect(x, y, x+22, y+22))
	for i := range len([]rune(name)) {
		fill(m, image.Rect(x+36+26*i, y, x+54+26*i, y+4))
		fill(m, image.Rect(x+42+26*i, y, x+46+26*i, y+20))
	}
	box := image.Rect(x+36, y, x+36+26*len([]rune(name)), y+20)
	return Word{Text: name, Box: box, Seen: box}
}

func outline(m *image.Gray, r image.Rectangle) {
	fill(m, image.Rect(r.Min.X, r.Min.Y, r.Max.X, r.Min.Y+2))
	fill(m, image.Rect(r.Min.X, r.Max.Y-2, r.Max.X, r.Max.Y))
	fill(m, image.Rect(r.Min.X, r.Min.Y, r.Min.X+2, r.Max.Y))
	fill(m, image.Rect(r.Max.X-2, r.Min.Y, r.Max.X, r.Max.Y))
}

// stroke draws as a pen does.
func stroke(m *image.Gray, x0, y0, x1, y1 int) {
	n := max(abs(x1-x0), abs(y1-y0))
	for i := range n + 1 {
		x, y := x0+(x1-x0)*i/n, y0+(y1-y0)*i/n
		fill(m, image.Rect(x-1, y-1, x+2, y+2))
	}
}

func ring(m *image.Gray, r image.Rectangle) {
	for a := 0.0; a < 2*math.Pi; a += 0.01 {
		x := float64(r.Min.X+r.Max.X)/2 + float64(r.Dx())/2*math.Cos(a)
		y := float64(r.Min.Y+r.Max.Y)/2 + float64(r.Dy())/2*math.Sin(a)
		fill(m, image.Rect(int(x)-1, int(y)-1, int(x)+2, int(y)+2))
	}
}

// The six columns, each with a box: what a pen does to one of them is a tick, dust is none, and what is between is unclear.
func TestBoxes(t *testing.T) {
	names := []string{"自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"}
	at := func(i int) (x, y int) { return 60 + 300*(i%2), 80 + 60*(i/2) }
	for name, tt := range map[string]struct {
		draw    func(m *image.Gray, x, y int) // on the fourth
		want    string
		unclear bool
	}{
		"empty":    {func(*image.Gray, int, int) {}, "□", false},
		"ticked":   {func(m *image.Gray, x, y int) { stroke(m, x+4, y+10, x+10, y+18); stroke(m, x+10, y+18, x+26, y-4) }, "☑", false},
		"crossed":  {func(m *image.Gray, x, y int) { stroke(m, x+3, y+3, x+18, y+18); stroke(m, x+18, y+3, x+3, y+18) }, "☑", false},
		"filled":   {func(m *image.Gray, x, y int) { fill(m, image.Rect(x, y, x+22, y+22)) }, "☑", false},
		"circled":  {func(m *image.Gray, x, y int) { ring(m, image.Rect(x+28, y-14, x+36+26*6+8, y+36)) }, "☑", false},
		"a speck":  {func(m *image.Gray, x, y int) { fill(m, image.Rect(x+9, y+9, x+11, y+11)) }, "□", false},
		"a scrawl": {func(m *image.Gray, x, y int) { fill(m, image.Rect(x+9, y+9, x+13, y+12)) }, "□", true},
	} {
		m := paper(700, 400)
		var words []Word
		for i, n := range names {
			x, y := at(i)
			words = append(words, option(m, x, y, n))
		}
		x, y := at(3)
		tt.draw(m, x, y)
		boxes := boxesOf(m)
		all, unclear := Join(nil, boxes, ringsOf(m), words, nil, nil)
		slices.SortFunc(all, func(a, b Word) int {
			if abs(a.Box.Min.Y-b.Box.Min.Y) > 30 {
				return a.Box.Min.Y - b.Box.Min.Y
			}
			return a.Box.Min.X - b.Box.Min.X
		})
		want := "□自然人□商业企业□科研机构" + tt.want + "社会公益组织□法律服务机构□其他"
		if name == "circled" {
			want = strings.Replace(want, "☑社", "□☑社", 1) // its own box was left empty
		}
		if got := text(all); got != want || (len(unclear) == 1 && unclear[0] == names[3]) != tt.unclear {
			t.Errorf("%s: got %s, unclear %q\n%v", name, got, unclear, boxes)
		}
		for _, b := range boxes {
			if ink(m, b.Rect) > 0 && name != "circled" {
				t.Errorf("%s: the box at %v is still on the page", name, b.Rect)
			}
		}
	}
}

// Two options, and a sentence with characters that contain frames: its company decides what is a box, and without company
// what tesseract takes it for.
func TestBoxesWithoutCompany(t *testing.T) {
	tick := func(m *image.Gray, x, y int) { stroke(m, x+4, y+10, x+10, y+18); stroke(m, x+10, y+18, x+26, y-4) }
	fromLeft := func(m *image.Gray, x, y int) { stroke(m, x-12, y+6, x+9, y+20); stroke(m, x+9, y+20, x+30, y-10) }
	dot := func(m *image.Gray, x, y int) { fill(m, image.Rect(x+7, y+7, x+15, y+15)) }
	frame := func(m *image.Gray, x, y int) { outline(m, image.Rect(x, y, x+22, y+22)) }
	circle := func(m *image.Gray, x, y int) { ring(m, image.Rect(x, y, x+22, y+22)) }
	nothing := func(*image.Gray, int, int) {}
	for name, tt := range map[string]struct {
		shape, one, two func(m *image.Gray, x, y int)
		takenFor        [2]string // by tesseract, for what is still on the page
		want            string
	}{
		"one ticked":          {frame, tick, nothing, [2]string{"", ""}, "口岸☑同意□不同意"},
		"ticked from outside": {frame, nothing, fromLeft, [2]string{"", ""}, "口岸□同意☑不同意"},
		"both":                {frame, tick, dot, [2]string{"回", "四"}, "口岸☑同意☑不同意"},
		"both, not seen":      {frame, tick, tick, [2]string{"", "加"}, "口岸☑同意☑不同意"},
		"circles":             {circle, dot, nothing, [2]string{"", ""}, "口岸☑同意□不同意"},
		"a circle crossed":    {circle, nothing, tick, [2]string{"", ""}, "口岸□同意☑不同意"},
		"only circles":        {circle, dot, dot, [2]string{"①", "②"}, "口岸①同意②不同意"}, // numbers
		"no frames":           {nothing, nothing, nothing, [2]string{"", ""}, "口岸同意不同意"},
	} {
		m := paper(700, 300)
		outline(m, image.Rect(60, 60, 78, 78)) // 口 of 口岸
		words := []Word{{Text: "口岸", Box: image.Rect(60, 60, 106, 80)}}
		fill(m, image.Rect(84, 60, 104, 64))
		for i, o := range []string{"同意", "不同意"} {
			x, y := 60+300*i, 160
			w := option(m, x, y, o)
			blank(m, image.Rect(x-1, y-1, x+23, y+23))
			tt.shape(m, x, y)
			[]func(m *image.Gray, x, y int){tt.one, tt.two}[i](m, x, y)
			if tt.takenFor[i] != "" {
				w.Text, w.Box.Min.X = tt.takenFor[i]+w.Text, x
			}
			words = append(words, w)
		}
		boxes := boxesOf(m)
		all, unclear := Join(nil, boxes, nil, words, nil, nil)
		slices.SortFunc(all, func(a, b Word) int {
			if abs(a.Box.Min.Y-b.Box.Min.Y) > 50 {
				return a.Box.Min.Y - b.Box.Min.Y
			}
			return a.Box.Min.X - b.Box.Min.X
		})
		if got := text(all); got != tt.want || unclear != nil {
			t.Errorf("%s: got %s, unclear %q, want %s\n%v", name, got, unclear, tt.want, boxes)
		}
		if ink(m, image.Rect(60, 60, 78, 78)) == 0 {
			t.Errorf("%s: 口 is not on the page any more", name)
		}
	}
}

// A page is laid level whichever way it was scanned; whether it stands on its head is for others to say.
func TestQuarters(t *testing.T) {
	m := paper(600, 800)
	for y := 60; y < 740; y += 44 {
		for x := 60 + y*y%31; x < 500; x += 22 + (x*y)%13 { // characters of one line do not stand below those of another
			fill(m, image.Rect(x, y, x+20, y+20))
		}
	}
	for q := range 4 {
		turned := Quarters(m, q)
		for _, over := range []bool{false, true} {
			p := Prepare(turned, over)
			if (p.Turned+q)%2 != 0 || p.Clean.Rect.Dx() != 600 || over != (p.Turned >= 2) {
				t.Errorf("turned by %d quarters, over %v: then by %d, to %v", q, over, p.Turned, p.Clean.Rect)
			}
		}
		if back := Quarters(turned, 4-q); !slices.Equal(back.Pix, m.Pix) {
			t.Errorf("%d quarters and back is another picture", q)
		}
	}
}

// Of what follows an unclear box whose option no list has, only the beginning is told: the rest of the row may name somebody.
func TestUnclearIsShort(t *testing.T) {
	long := strings.Repeat("某", 40)
	words := []Word{{Text: "自然人", Box: image.Rect(90, 60, 160, 82)}, {Text: long, Box: image.Rect(330, 60, 1300, 82)}}
	boxes := []Box{{Rect: image.Rect(60, 60, 82, 82)}, {Rect: image.Rect(300, 60, 322, 82), Ink: emptyInk + 1}}
	_, unclear := marksOf(words, boxes, nil)
	if len(unclear) != 1 || unclear[0] != strings.Repeat("某", mostOption) {
		t.Errorf("%q", unclear)
	}
}

// A stack is never higher than what a picture may be; the cells beyond it are read on the page alone.
func TestStackIsBounded(t *testing.T) {
	p := Page{Clean: paper(60, 2339)}
	fill(p.Clean, image.Rect(20, 10, 30, 2320))
	for range 20 {
		p.Cells = append(p.Cells, Cell{Box: image.Rect(4, 4, 50, 2335)})
	}
	p.stack()
	if h := p.Stack.Rect.Dy(); h > MostSide || h < MostSide-2*2339 || p.Cells[19].Stacked >= 0 {
		t.Errorf("the stack is %d high, its last cell at %d", h, p.Cells[19].Stacked)
	}
}
