package reading

import (
	"reflect"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/worker"
)

var proposed = []form.Proposal{
	{Field: form.Name, Value: "张三", Source: form.Source{Label: "姓名"}},
	{Field: form.Request, Value: "公开 A&B <公司> 的批复"},
	{Field: form.Phone, Value: "1"}, // stands everywhere
}

// Values are marked in a page of our own where they stand behind their label, across blanks and never within its markup.
func TestMarkHTML(t *testing.T) {
	for in, want := range map[string]string{
		"<p>张三丰代填</p>\n<table>\n<tr><td rowspan=\"1\" colspan=\"1\">姓　名</td><td rowspan=\"1\" colspan=\"1\">张 三</td></tr>\n</table>\n": "<p>张三丰代填</p>\n<table>\n<tr><td rowspan=\"1\" colspan=\"1\">姓　名</td><td rowspan=\"1\" colspan=\"1\"><mark title=\"申请人\">张 三</mark></td></tr>\n</table>\n",
		"<p>现申请公开Ａ&amp;B &lt;公司&gt;<br>的批复。</p>":                                                                                       "<p>现申请<mark title=\"所需信息的内容描述\">公开Ａ&amp;B &lt;公司&gt;</mark><br><mark title=\"所需信息的内容描述\">的批复</mark>。</p>",
		"<p>另有其人</p>": "<p>另有其人</p>",
		"<p>现申请公开Ａ&amp;B &lt;公司&gt;的批文，见下页</p>": "<p>现申请公开Ａ&amp;B &lt;公司&gt;的批文，见下页</p>",
	} {
		if got := string(markHTML([]byte(in), proposed)); got != want {
			t.Errorf("of %s\ngot  %s\nwant %s", in, got, want)
		}
	}
}

// On a picture a value has a mark for each line that it takes.
func TestMarksOnPicture(t *testing.T) {
	line := func(s string, top int) (all []worker.Glyph) {
		for i, r := range []rune(s) {
			all = append(all, worker.Glyph{Text: string(r), Box: [4]int{1000 + 100*i, top, 1090 + 100*i, top + 120}})
		}
		return all
	}
	page := append(append(line("姓名：张三", 100), line("公开A&B<公", 300)...), line("司>的批复", 500)...)
	want := []ask.PageMark{{Label: "申请人", Left: 1300, Top: 100, Width: 190, Height: 120}, {Label: "所需信息的内容描述", Left: 1000, Top: 300, Width: 690, Height: 120}, {Label: "所需信息的内容描述", Left: 1000, Top: 500, Width: 490, Height: 120}}
	if got := marksOn(page, proposed); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := marksOn(nil, proposed); got != nil {
		t.Errorf("a page without text has marks: %v", got)
	}
}

// A page and a value that look alike at every place, but for the end of the value: where it was tried at each of them anew, this
// took half a minute.
func TestMarksAreSoughtOnce(t *testing.T) {
	page := "<p>" + strings.Repeat("a", 400_000) + "</p>"
	value := []form.Proposal{{Field: form.Request, Value: strings.Repeat("a", 200_000) + "b"}}
	want := `<p><mark title="所需信息的内容描述">` + strings.Repeat("a", longestPrefix) + "</mark>"
	if got := string(markHTML([]byte(page), value)); !strings.HasPrefix(got, want) {
		t.Errorf("got %.100s", got)
	}
}
