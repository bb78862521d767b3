package scan

import (
	"image"
	"math"
	"slices"
	"strings"
	"testing"
)

// paper is a white page.
func paper(w, h int) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	return m
}

func fill(m *image.Gray, r image.Rectangle) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			m.Pix[y*m.Stride+x] = 0
		}
	}
}

// ruledPage has a table of two rows, the second of which has two cells, and blocks for text.
func ruledPage() *image.Gray {
	m := paper(600, 400)
	for _, y := range []int{100, 180, 260} {
		fill(m, image.Rect(50, y, 550, y+3))
	}
	for _, x := range []int{50, 547} {
		fill(m, image.Rect(x, 100, x+3, 263))
	}
	fill(m, image.Rect(300, 180, 303, 260))
	for i := range 6 { // characters, as far as this is concerned
		fill(m, image.Rect(80+24*i, 130, 96+24*i, 146))
		fill(m, image.Rect(80+24*i, 210, 96+24*i, 226))
		fill(m, image.Rect(330+24*i, 210, 346+24*i, 226))
		fill(m, image.Rect(200+24*i, 40, 216+24*i, 56))
	}
	return m
}

func TestPrepare(t *testing.T) {
	for name, m := range map[string]*image.Gray{"straight": ruledPage(), "askew": turn(ruledPage(), 2)} {
		p := Prepare(m, false)
		if len(p.Cells) != 3 || p.Stack == nil {
			t.Fatalf("%s: %d cells", name, len(p.Cells))
		}
		if a, b := p.Cells[1].Snapped, p.Cells[2].Snapped; a.Min.Y != b.Min.Y || a.Max.X != b.Min.X && abs(a.Max.X-b.Min.X) > 5 {
			t.Errorf("%s: the cells of a row are %v and %v", name, a, b)
		}
		dark := 0 // what is left on the page, in the table, is text alone
		for _, c := range p.Cells {
			dark += ink(p.Clean, c.Box.Inset(-4))
		}
		if text := 3 * 6 * 16 * 16; dark < text*8/10 || dark > text*12/10 {
			t.Errorf("%s: %d dark pixels in the cells, of %d of text", name, dark, text)
		}
		for _, c := range p.Cells {
			if at := c.place(gap+5, c.Stacked+7); at != c.Inner.Min.Add(image.Pt(5, 7)) || !c.Inner.In(c.Box) || c.Inner.Dx() > 160 {
				t.Errorf("%s: a point of the stack is at %v, in %v", name, at, c.Box)
			}
		}
	}
}

func TestAngle(t *testing.T) {
	for _, want := range []float64{0, 1, -3, 4.5} {
		m := light(turn(ruledPage(), -want), 61)
		xs, ys := inkOf(m)
		if got, _ := angle(xs, ys, m.Rect.Size()); math.Abs(got-want) > 0.55 { // the page is small
			t.Errorf("turned by %g, found %g", want, got)
		}
	}
}

func TestLight(t *testing.T) {
	m := ruledPage()
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			m.Pix[y*m.Stride+x] = uint8(int(m.Pix[y*m.Stride+x])*(60+x/4)/255) + 10
		}
	}
	m = light(m, 61)
	for x := 20; x < 600; x += 100 {
		if paper := m.GrayAt(x, 350).Y; paper < 225 {
			t.Errorf("the paper at %d is %d", x, paper)
		}
	}
	if ink := m.GrayAt(85, 135).Y; ink > dark {
		t.Errorf("the ink in the shadow is %d", ink)
	}
}

func TestWords(t *testing.T) {
	words := Words("level\tpage_num\n5\t1\t2\t1\t1\t1\t10\t20\t30\t40\t95\t姓 名\n5\t1\t2\t1\t2\t1\t-1\t20\t30\t40\t95\tx\n4\t1\t2\t1\t2\t1\t1\t20\t30\t40\t95\tx\n5\t1\t2\t1\t2\t2\t5\t6\t7\t8\t1\t张\u202e三\n")
	if len(words) != 2 || words[0].Text != "姓名" || words[0].Box != image.Rect(10, 20, 40, 60) || words[1].Text != "张三" || words[0].Line == words[1].Line {
		t.Errorf("%+v", words)
	}
}

func TestJoin(t *testing.T) {
	cells := []Cell{
		{Box: image.Rect(0, 0, 300, 50), Inner: image.Rect(2, 2, 298, 48), Stacked: 24},
		{Box: image.Rect(300, 0, 600, 50), Inner: image.Rect(302, 2, 598, 48), Stacked: 98, Shift: image.Pt(0, 5)},
	}
	at := func(x, y int, text string) Word { return Word{Text: text, Box: image.Rect(x, y, x+20, y+20)} }
	type two = [2]string
	for _, tt := range []struct{ page, stack, tight, want two }{
		{two{"通信地址", "某市甲路1号2栋301室"}, two{"通估地址", "某市甲路1号2栋301室"}, two{}, two{"通信地址", "某市甲路1号2栋301室"}},
		{two{"", "一段很长的文字读错了"}, two{"内容", "一段很长的文字没有读错"}, two{}, two{"内容", "一段很长的文字没有读错"}},
		{two{"电话", "13800000000"}, two{"电话", "1380000000O0"}, two{}, two{"电话", "13800000000"}},
		{two{"获取", "口邮寄"}, two{"获取", "回邮寄"}, two{}, two{"获取", "□邮寄"}},
		{two{"人口", "口袋"}, two{"人口", ""}, two{}, two{"人口", "口袋"}},
		{two{"法定代表人", "田辰"}, two{"法定代表人", "雷震"}, two{"法定代表", "雷震"}, two{"法定代表人", "雷震"}}, // two of three
		{two{"姓名", ""}, two{"姓名", ""}, two{"姓名", "霍青"}, two{"姓名", "霍青"}},
		{two{"邮箱", "jixbeexample.test"}, two{"邮箱", "jixbeexample.test"}, two{"邮箱", "jixb@example.test"}, two{"邮箱", "jixb@example.test"}},
		{two{"地址", "洒江市火车站街道广场西路11号"}, two{"地址", "酒江市火车站街道广场西路11号、"}, two{"地址", "洒江市火站街道广场西路l1号"}, two{"地址", "洒江市火车站街道广场西路11号、"}},
	} {
		var page, stack, tight []Word
		for i, s := range tt.page {
			page = append(page, at(10+300*i, 10, s))
			stack = append(stack, at(gap+10, cells[i].Stacked+5, tt.stack[i]))
			tight = append(tight, Word{Text: tt.tight[i], Box: image.Rect(gap, (cells[i].Stacked+5)*7/10, gap+20, (cells[i].Stacked+25)*7/10)})
		}
		drop := func(all []Word) []Word { return slices.DeleteFunc(all, func(w Word) bool { return w.Text == "" }) }
		words, _ := Join(cells, nil, nil, drop(page), drop(stack), drop(tight))
		if got := text(words); got != strings.Join(tt.want[:], "") {
			t.Errorf("%q and %q: got %q, want %q", tt.page, tt.stack, got, tt.want)
		}
	}
}

func TestKindOf(t *testing.T) {
	for text, want := range map[string]Kind{
		"姓名张三性别男民族汉出生1990年1月1日住址某市公民身份号码999901199001010000": Card,
		"姓名张三性男民族汉出生1990年1月1日住址某市":                          Card, // the number's label was lost
		"中华人民共和国居民身份证签发机关某市公安局有效期限2016.01.01-2036.01.01":    Card,
		"政府信息公开申请表姓名张三联系电话获取信息的方式":                          Letter,
		"申请人闻人静女汉族1979年出生公民身份号码住某市申请公开获取信息的方式此致":            Letter,
		"发票代码": Unclear, "": Unclear,
	} {
		if got := KindOf(text); got != want {
			t.Errorf("%s: got %d, want %d", text, got, want)
		}
	}
	if name, number := Identity("姓名张三性别男公民身份号码999901199001010001"); name != "张三" || number != "" {
		t.Errorf("got %q and %q, whose check digit is wrong", name, number)
	}
}

// Any picture can be made ready, and every cell lies in it.
func FuzzPrepare(f *testing.F) {
	f.Add(uint8(40), []byte{0, 0, 0, 255})
	f.Add(uint8(1), []byte{7})
	f.Add(uint8(255), []byte("\x00\xff\xff\xff\x00\xff"))
	f.Fuzz(func(t *testing.T, width uint8, pixels []byte) {
		if len(pixels) == 0 || len(pixels) > 1<<12 {
			return
		}
		w := int(width) + 1
		h := min(1000, 3*len(pixels)/w+1)
		m := image.NewGray(image.Rect(0, 0, w, h))
		for i := range m.Pix {
			m.Pix[i] = pixels[i%len(pixels)]
		}
		p := Prepare(m, false)
		for _, c := range p.Cells {
			if !c.Box.In(p.Clean.Rect) {
				t.Errorf("a cell at %v of %v", c.Box, p.Clean.Rect)
			}
		}
	})
}
