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

// Join brings together the readings of the whole page and of its cells, these in two sizes. unclear are the options of
// which it cannot be said whether they are ticked.
func Join(cells []Cell, boxes []Box, rings []image.Rectangle, page, stack, tight []Word) (all []Word, unclear []string) {
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
	own, smaller := inCells(cells, stack, 1), inCells(cells, tight, 1/tighter)
	for i, c := range cells {
		for _, w := range mark(choose(in[i], own[i], smaller[i]), i) {
			w.Seen = w.Box
			w.Box = w.Box.Add(c.Shift)
			all = append(all, w)
		}
	}
	return all, unclear
}

// inCells puts the words of the stack back into their cells. scale undoes the size of the picture in which they were read.
func inCells(cells []Cell, words []Word, scale float64) [][]Word {
	own := make([][]Word, len(cells))
	up := func(n int) int { return int(float64(n) * scale) }
	for _, w := range words {
		w.Box = image.Rect(up(w.Box.Min.X), up(w.Box.Min.Y), up(w.Box.Max.X), up(w.Box.Max.Y))
		i := stackedAt(cells, middle(w.Box).Y)
		if i < 0 {
			continue
		}
		for k, c := range w.chars {
			w.chars[k] = [2]int{up(c[0]), up(c[1])}
		}
		w.began = w.Box.Min.X
		w.Box = image.Rectangle{cells[i].place(w.Box.Min.X, w.Box.Min.Y), cells[i].place(w.Box.Max.X, w.Box.Max.Y)}
		own[i] = append(own[i], w)
	}
	return own
}

// choose returns one of three readings of a cell: the one that another confirms; otherwise the cell's own, but the page's
// where both are short, and where the cell's own is empty the smaller picture's, otherwise the page's. Single characters on
// which both other readings agree are taken from them.
func choose(page, cell, tight []Word) []Word {
	readings := [][]Word{cell, page, tight}
	texts := [3]string{text(cell), text(page), text(tight)}
	best := 0
	switch short := func(s string) bool { return utf8.RuneCountInString(s) <= 8 }; {
	case texts[0] == "" && texts[2] != "":
		best = 2
	case texts[0] == "", texts[1] != "" && short(texts[0]) && short(texts[1]):
		best = 1
	}
	for i, s := range texts {
		if s != "" && (s == texts[(i+1)%3] || s == texts[(i+2)%3]) {
			best = i
			break
		}
	}
	if slices.ContainsFunc(texts[:], checked) {
		if !sound(texts[best]) {
			if i := slices.IndexFunc(texts[:], sound); i >= 0 {
				best = i
			}
		}
		return readings[best]
	}
	words := slices.Clone(readings[best])
	own, one, two := []rune(texts[best]), aligned(texts[best], texts[(best+1)%3]), aligned(texts[best], texts[(best+2)%3])
	at := 0
	for i := range words {
		n := utf8.RuneCountInString(words[i].Text)
		rs := []rune(words[i].Text)
		for k := range n {
			if o := one[at+k]; o != own[at+k] && o == two[at+k] && o != 0 {
				rs[k] = o
			}
		}
		words[i].Text, at = string(rs), at+n
	}
	return words
}

// aligned returns for each character of a the one at its place in b, or 0 where b has none.
func aligned(a, b string) []rune {
	const most = 500
	rs, os := []rune(a), []rune(b)
	out := make([]rune, len(rs))
	if len(rs) > most || len(os) > most {
		return out
	}
	w := len(os) + 1
	cost := make([]int, (len(rs)+1)*w) // the cost of turning the rest of one text into the rest of the other
	for i := len(rs); i >= 0; i-- {
		for k := len(os); k >= 0; k-- {
			switch {
			case i == len(rs):
				cost[i*w+k] = len(os) - k
			case k == len(os):
				cost[i*w+k] = len(rs) - i
			default:
				same := cost[(i+1)*w+k+1]
				if rs[i] != os[k] {
					same++
				}
				cost[i*w+k] = min(same, cost[(i+1)*w+k]+1, cost[i*w+k+1]+1)
			}
		}
	}
	for i, k := 0, 0; i < len(rs) && k < len(os); {
		switch c := cost[i*w+k]; {
		case c == cost[(i+1)*w+k+1] && rs[i] == os[k], c == cost[(i+1)*w+k+1]+1:
			out[i], i, k = os[k], i+1, k+1
		case c == cost[(i+1)*w+k]+1:
			i++
		default:
			k++
		}
	}
	return out
}

// checked reports whether a text is one number or an e-mail address: both can be checked by themselves.
func checked(s string) bool { return number(s) || mail(s) }

// number reports whether a text is one number.
func number(s string) bool {
	digits := 0
	for _, r := range s {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	return s != "" && digits*4 >= utf8.RuneCountInString(s)*3
}

// mail reports whether a text seems to be an e-mail address, also one whose @ was misread.
func mail(s string) bool {
	for _, r := range s {
		if r > unicode.MaxASCII {
			return false
		}
	}
	at := strings.LastIndexByte(s, '.')
	return at > 4 && len(s)-at > 2 && strings.ContainsFunc(s, unicode.IsLetter)
}

// sound reports whether a number passes its own check, or an e-mail address has one @.
func sound(s string) bool {
	if mail(s) {
		at := strings.IndexByte(s, '@')
		return at > 0 && at == strings.LastIndexByte(s, '@') && strings.ContainsRune(s[at:], '.')
	}
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
		if c.Stacked >= 0 && y >= c.Stacked-gap/2 && y < c.Stacked+c.Inner.Dy()+gap/2 {
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
