package scan

import (
	"image"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"ysq.internal/ysq/casefile/form"
)

// Word is what tesseract takes for a word, with its place.
type Word struct {
	Text string
	Box  image.Rectangle
	Line int             // words with the same number are a line of tesseract's
	Seen image.Rectangle // its place on the page, where Box is that of its row and column
	sure bool            // tesseract thinks so
	// Where its characters begin and end, when the word began at began: its place may have been moved since.
	chars [][2]int
	began int
}

const mostWords = 6000 // of a page

// Words reads tesseract's table, and the list of characters behind it. A line that is none of it is passed over: the process that wrote it has read
// hostile bytes.
func Words(tsv string) (all []Word) {
	line, before := 0, ""
	var chars []char
	for row := range strings.Lines(tsv) {
		f := strings.Split(strings.TrimRight(row, "\r\n"), "\t")
		if len(f) == 1 {
			if c, ok := charIn(f[0]); ok && len(chars) < 4*mostWords {
				chars = append(chars, c)
			}
			continue
		}
		if len(f) != 12 || f[0] != "5" || len(all) == mostWords {
			continue
		}
		var at [4]int
		ok := true
		for i := range at {
			n, err := strconv.Atoi(f[6+i])
			at[i], ok = n, ok && err == nil && n >= 0 && n < 1<<15
		}
		text := strings.Map(shown, strings.ToValidUTF8(f[11], ""))
		if !ok || text == "" || utf8.RuneCountInString(text) > 200 {
			continue
		}
		if here := strings.Join(f[1:5], "."); here != before {
			line, before = line+1, here
		}
		box := image.Rect(at[0], at[1], at[0]+at[2], at[1]+at[3])
		confidence, _ := strconv.ParseFloat(f[10], 64)
		all = append(all, Word{Text: text, Box: box, Line: line, Seen: box, sure: confidence >= 80})
	}
	spell(all, chars)
	return all
}

// char is a character with its place in its line.
type char struct {
	text        string
	left, right int
}

// charIn reads a line as tesseract's box files have it: a character, left, bottom, right, top, page.
func charIn(row string) (c char, ok bool) {
	f := strings.Fields(row)
	if len(f) != 6 {
		return c, false
	}
	var one, two error
	c.text = f[0]
	c.left, one = strconv.Atoi(f[1])
	c.right, two = strconv.Atoi(f[3])
	return c, one == nil && two == nil && c.left >= 0 && c.left <= c.right && c.right < 1<<15
}

// spell gives words the places of their characters, as long as both say the same.
func spell(words []Word, chars []char) {
	for i := range words {
		n, own := utf8.RuneCountInString(words[i].Text), ""
		for _, c := range chars[:min(n, len(chars))] {
			own += c.text
		}
		if own != words[i].Text {
			return
		}
		words[i].began = words[i].Box.Min.X
		for _, c := range chars[:n] {
			words[i].chars = append(words[i].chars, [2]int{c.left, c.right})
		}
		chars = chars[n:]
	}
}

// shown takes away what shows nothing, or changes how its neighbours show.
func shown(r rune) rune {
	if unicode.IsSpace(r) || !unicode.IsGraphic(r) {
		return -1
	}
	return r
}

// Join brings together what was read of the whole page and of its cells: what lies in a cell is taken from the
// cells, which are read better, but for a short line, which is not. unclear are options of which nobody can tell whether
// they are ticked.
func Join(cells []Cell, boxes []Box, rings []image.Rectangle, page, stack []Word) (all []Word, unclear []string) {
	in := make([][]Word, len(cells)) // what the page says in each cell
	for _, w := range page {
		if i := cellAt(cells, middle(w.Box)); i >= 0 {
			in[i] = append(in[i], w)
		} else {
			all = append(all, w)
		}
	}
	mark := func(words []Word, cell int) []Word {
		own := slices.DeleteFunc(slices.Clone(boxes), func(b Box) bool { return cellAt(cells, middle(b.Rect)) != cell })
		around := slices.DeleteFunc(slices.Clone(rings), func(r image.Rectangle) bool { return cellAt(cells, middle(r)) != cell })
		words, doubt := marksOf(words, own, around)
		unclear = append(unclear, doubt...)
		ticks(words)
		return words
	}
	all = mark(all, -1)
	for i := range all {
		all[i].Seen = all[i].Box
	}
	own := make([][]Word, len(cells))
	for _, w := range stack {
		if i := stackedAt(cells, middle(w.Box).Y); i >= 0 {
			w.Box = image.Rectangle{cells[i].place(w.Box.Min.X, w.Box.Min.Y), cells[i].place(w.Box.Max.X, w.Box.Max.Y)}
			own[i] = append(own[i], w)
		}
	}
	for i, c := range cells {
		best := own[i]
		if better(text(in[i]), text(own[i])) {
			best = in[i]
		}
		for _, w := range mark(best, i) {
			w.Seen = w.Box
			w.Box = w.Box.Add(c.Shift)
			all = append(all, w)
		}
	}
	return all, unclear
}

// better reports whether the page's reading of a cell is to be preferred to the cell's own.
func better(page, cell string) bool {
	switch {
	case page == "" || cell == "":
		return cell == ""
	case number(page) || number(cell):
		return !sound(cell) && sound(page)
	}
	return utf8.RuneCountInString(page) <= 8 && utf8.RuneCountInString(cell) <= 8
}

// number reports whether a text is one number.
func number(s string) bool {
	digits := 0
	for _, r := range s {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	return digits*4 >= utf8.RuneCountInString(s)*3
}

// sound reports whether a number is one that checks itself.
func sound(s string) bool {
	return utf8.RuneCountInString(s) == 18 && (form.CheckID(s) == "" || form.CheckOrgCode(s) == "") || len(s) == 11 && s[0] == '1' && number(s)
}

func text(words []Word) string {
	var b strings.Builder
	for _, w := range words {
		b.WriteString(w.Text)
	}
	return b.String()
}

// Sure counts the Chinese characters that were read with confidence: a page that stands on its head has few. It does not
// say that a value is right.
func Sure(words []Word) (n int) {
	for _, w := range words {
		if w.sure {
			for _, r := range w.Text {
				if unicode.Is(unicode.Han, r) {
					n++
				}
			}
		}
	}
	return n
}

func middle(r image.Rectangle) image.Point { return r.Min.Add(r.Max).Div(2) }

func cellAt(cells []Cell, p image.Point) int {
	for i, c := range cells {
		if p.In(c.Box) {
			return i
		}
	}
	return -1
}

func stackedAt(cells []Cell, y int) int {
	for i, c := range cells {
		if c.Stacked >= 0 && y >= c.Stacked-gap/2 && y < c.Stacked+c.Box.Dy()+gap/2 {
			return i
		}
	}
	return -1
}

// Options before which a box stands.
var options = []string{"纸", "电子", "光盘", "磁盘", "邮寄", "邮政", "快递", "传真", "自行", "自取", "当面", "当场", "现场", "公民", "自然人", "法人", "其他",
	"个人", "单位", "商业", "科研", "社会", "法律", "申请", "不申请", "接受", "不接受", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "同意", "不同意", "需要", "不需要"}

// ticks writes boxes as form does, where one stands before an option. Tesseract takes an empty box for 口 and a ticked one
// for 回, 四 or 加; it was never seen to take an empty one for a ticked one.
func ticks(words []Word) {
	type place struct{ word, rune int }
	var rs []rune
	var at []place
	for i, w := range words {
		for k, r := range []rune(w.Text) {
			rs, at = append(rs, r), append(at, place{i, k})
		}
	}
	for i, r := range rs {
		box := map[rune]rune{'口': '□', '囗': '□', '☐': '□', '回': '☑', '四': '☑', '加': '☑', '☑': '☑', '团': '☑', '国': '☑'}[r]
		if box == 0 || !slices.ContainsFunc(options, func(o string) bool { return strings.HasPrefix(string(rs[i+1:min(len(rs), i+6)]), o) }) {
			continue
		}
		w := &words[at[i].word]
		own := []rune(w.Text)
		own[at[i].rune] = box
		w.Text = string(own)
	}
}
