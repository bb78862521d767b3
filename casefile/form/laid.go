package form

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"ysq.internal/ysq/casefile/regexp"
)

// Laid makes the document of a PDF from the segments of text that a sandbox took out of it, in any order.
// pages is how many pages the file has; notes are what the sandbox has to say, such as NoteEncrypted.
//
// A page has places and no table. Where a page shows the labels of a form, each label gets the lines that
// stand to its right and nearest to it in height: a table of two columns. The rest is lines, joined where
// the page's edge broke them.
func Laid(in Input, pages int, segments []Segment, notes ...Note) Document {
	d := Document{Part: in.Index, Name: in.Name, Format: PDF}
	for _, n := range notes {
		d.note(n.Code, n.Text)
	}
	byPage := make(map[int][]Segment)
	size := 0
	for _, s := range segments {
		s.Text = strings.TrimSpace(clean(s.Text))
		if s.Text == "" || s.Page < 1 || s.Page > maxPages || !s.sound() {
			continue
		}
		if size += len(s.Text); size > maxText || len(byPage[s.Page]) >= maxSegments {
			d.note(NoteCut, "PDF 内容过长，其余未读取。")
			break
		}
		byPage[s.Page] = append(byPage[s.Page], s)
	}
	if pages > maxPages {
		d.note(NoteCut, fmt.Sprintf("PDF 共 %d 页，只读取了前 %d 页。", pages, maxPages))
	}
	labels := allLabels()
	for n := 1; n <= maxPages; n++ {
		if all := byPage[n]; len(all) > 0 {
			(&sheet{d: &d, labels: labels, place: fmt.Sprintf("第%d页", n)}).lay(all)
		}
	}
	if !d.hasText() && len(notes) == 0 {
		d.note(NoteScan, "这份 PDF 没有文字，是扫描件或照片，内容须人工查看。")
	}
	return d
}

// What is read of a PDF.
const (
	maxPages    = 50
	maxSegments = 4000
	maxCaptions = 150
	maxRows     = 300
)

func (s Segment) sound() bool {
	for _, v := range []float64{s.X, s.Y, s.Width, s.Height} {
		if math.IsNaN(v) || math.Abs(v) > 1e5 {
			return false
		}
	}
	return true
}

func (s Segment) right() float64  { return s.X + s.Width }
func (s Segment) middle() float64 { return s.Y + s.Height/2 }

// sheet is a page being laid out.
type sheet struct {
	d      *Document
	labels labelIndex
	place  string
	em     float64 // the usual height of a line
}

// caption is a label on a page, of one line or of several below one another.
type caption struct {
	Segment // what it covers
	text    string
	values  []Segment
}

func (p *sheet) lay(all []Segment) {
	var heights []float64
	for _, s := range all {
		heights = append(heights, s.Height)
	}
	slices.Sort(heights)
	if p.em = heights[len(heights)/2]; p.em <= 0 {
		p.em = 10
		for i := range all { // no places: the order is all there is
			all[i].Y = float64(i) * 12
			all[i].Height = p.em
		}
	}
	slices.SortStableFunc(all, func(a, b Segment) int { return cmp.Or(cmp.Compare(a.middle(), b.middle()), cmp.Compare(a.X, b.X)) })
	rows := p.rows(p.attach(all))
	captions, rest := p.captions(rows)
	if len(captions) >= 4 && len(captions) <= maxCaptions && len(rows) <= maxRows {
		rest = p.fill(captions, rest)
	} else {
		captions, rest = nil, rows
	}
	p.write(captions, rest)
}

// rows gathers the segments that stand at one height, from left to right, and joins what belongs
// together.
func (p *sheet) rows(all []Segment) [][]Segment {
	var rows [][]Segment
	for _, s := range all {
		if n := len(rows); n > 0 && math.Abs(rows[n-1][0].middle()-s.middle()) < p.em*0.45 {
			rows[n-1] = append(rows[n-1], s)
		} else {
			rows = append(rows, []Segment{s})
		}
	}
	for i := range rows {
		slices.SortStableFunc(rows[i], func(a, b Segment) int { return cmp.Compare(a.X, b.X) })
		rows[i] = p.join(rows[i])
	}
	return rows
}

// join joins segments of a row without a gap between them: pdfium parts text where its font changes.
func (p *sheet) join(row []Segment) []Segment {
	out := row[:1]
	for _, s := range row[1:] {
		last := &out[len(out)-1]
		gap := s.X - last.right()
		if gap > p.em*0.6 || p.isLabel(last.Text) || p.isLabel(s.Text) {
			out = append(out, s)
			continue
		}
		if gap > p.em*0.2 {
			last.Text += " "
		}
		last.Text += s.Text
		last.Width = s.right() - last.X
	}
	return out
}

func (p *sheet) isLabel(text string) bool {
	l, _, ok := p.labels.whole(text)
	return ok && l.flags&section == 0 && !answers(IDType, text) && blankless(text) != "电子邮件"
}

// heading is one of a form's parts, no label.
var heading = regexp.MustCompile(`^[一二三四五六]\s*[、.．]`)

// captions finds the labels of a page and takes them out of its rows. The lines of a label stand below
// one another, with about the same middle or the same left edge.
func (p *sheet) captions(rows [][]Segment) ([]caption, [][]Segment) {
	used := make(map[[2]int]bool)
	var all []caption
	for y, row := range rows {
		for x, s := range row {
			if used[[2]int{y, x}] || utf8.RuneCountInString(s.Text) > 40 || heading.MatchString(s.Text) {
				continue
			}
			if blankless(s.Text) == "电子邮件" && x+1 < len(row) && strings.Contains(row[x+1].Text, "@") {
				used[[2]int{y, x}] = true
				all = append(all, caption{Segment: s, text: s.Text})
				continue
			}
			c, parts, ok := p.caption(rows, y, x, used)
			if !ok {
				continue
			}
			for _, at := range parts {
				used[at] = true
			}
			all = append(all, c)
		}
	}
	var rest [][]Segment
	for y, row := range rows {
		var left []Segment
		for x, s := range row {
			if !used[[2]int{y, x}] {
				left = append(left, s)
			}
		}
		rest = append(rest, left)
	}
	return all, rest
}

// caption reads a label that begins at a segment: the longest that it makes with the lines below it.
func (p *sheet) caption(rows [][]Segment, y, x int, used map[[2]int]bool) (best caption, parts [][2]int, ok bool) {
	c := caption{Segment: rows[y][x], text: rows[y][x].Text}
	at := [][2]int{{y, x}}
	known := p.isLabel(c.text)
	for {
		if p.isLabel(c.text) || !known && !ok && coined(c.text) {
			best, parts, ok = c, slices.Clone(at), true
		}
		if len(at) >= 8 {
			return best, parts, ok
		}
		next, found := p.under(rows, at[len(at)-1], c.Segment, used)
		if !found {
			return best, parts, ok
		}
		s := rows[next[0]][next[1]]
		known = known || p.isLabel(s.Text)
		at = append(at, next)
		c.text += s.Text
		right := max(c.right(), s.right())
		c.X = min(c.X, s.X)
		c.Width, c.Height = right-c.X, s.Y+s.Height-c.Y
	}
}

// coined says whether a text is a label that an office made up.
func coined(text string) bool {
	_, ok := guess(fold(text))
	return ok
}

// under finds the segment right below another that may be the next line of the same cell.
func (p *sheet) under(rows [][]Segment, at [2]int, c Segment, used map[[2]int]bool) ([2]int, bool) {
	last := rows[at[0]][at[1]]
	for y := at[0] + 1; y < len(rows) && y < at[0]+4; y++ {
		for x, s := range rows[y] {
			if used[[2]int{y, x}] || s.Y-last.Y > p.em*2.2 {
				continue
			}
			middle := math.Abs((s.X+s.right())/2 - (c.X+c.right())/2)
			if (math.Abs(s.X-c.X) < p.em*0.6 || middle < p.em*0.8) && s.Width < c.Width*1.6+p.em {
				return [2]int{y, x}, true
			}
		}
	}
	return [2]int{}, false
}

// fill gives captions the lines to their right and returns the rows of what is left.
func (p *sheet) fill(captions []caption, rows [][]Segment) [][]Segment {
	columns := p.columns(captions)
	taken := make(map[[2]int]bool)
	for i := range captions {
		p.options(&captions[i], captions, rows, taken)
	}
	first := slices.MinFunc(captions, func(a, b caption) int { return cmp.Compare(a.Y, b.Y) })
	for k, column := range columns {
		var lines []Segment
		var from [][2]int
		for y, row := range rows {
			for x, s := range row {
				if !taken[[2]int{y, x}] && s.middle() > first.Y-6*p.em && p.columnOf(s, columns) == k {
					lines, from = append(lines, s), append(from, [2]int{y, x})
				}
			}
		}
		lines, groups := p.lines(lines, from)
		for i, c := range p.share(column, lines) {
			if c < 0 {
				continue
			}
			column[c].values = append(column[c].values, lines[i])
			for _, at := range groups[i] {
				taken[at] = true
			}
		}
	}
	var rest [][]Segment
	for y, row := range rows {
		var left []Segment
		for x, s := range row {
			if !taken[[2]int{y, x}] {
				left = append(left, s)
			}
		}
		if len(left) > 0 {
			rest = append(rest, left)
		}
	}
	return rest
}

// options gives a caption of a choice the boxes that stand below it, as the official form has them in
// three columns.
func (p *sheet) options(c *caption, captions []caption, rows [][]Segment, taken map[[2]int]bool) {
	l, _, _ := p.labels.whole(c.text)
	if !isChoice(l.field) {
		return
	}
	last := c.Y + c.Height
	for y, row := range rows {
		for x, s := range row {
			if s.Y < c.Y+c.Height-p.em*0.3 || s.Y > last+2.5*p.em || taken[[2]int{y, x}] || len(choices(s.Text)) == 0 {
				continue
			}
			if s.X < c.X-3*p.em || s.X > c.right()-p.em || nearer(s, *c, captions) {
				continue
			}
			taken[[2]int{y, x}] = true
			c.values = append(c.values, s)
			last = max(last, s.Y+s.Height)
		}
	}
}

// nearer reports whether another caption stands between a segment and c, or nearer beside it.
func nearer(s Segment, c caption, captions []caption) bool {
	for _, o := range captions {
		if o.Segment == c.Segment {
			continue
		}
		if o.Y > c.Y && o.Y <= s.Y && o.X <= s.right() && o.right() >= s.X-1 {
			return true
		}
		if o.Y < s.Y && o.Y > c.Y-1 && math.Abs(o.X-s.X) < math.Abs(c.X-s.X) {
			return true
		}
	}
	return false
}

// columns groups captions that stand below one another, the leftmost group first.
func (p *sheet) columns(captions []caption) [][]*caption {
	sorted := make([]*caption, len(captions))
	for i := range captions {
		sorted[i] = &captions[i]
	}
	slices.SortStableFunc(sorted, func(a, b *caption) int { return cmp.Compare(a.X, b.X) })
	var columns [][]*caption
	right := math.Inf(-1)
	for _, c := range sorted {
		if c.X < right && len(columns) > 0 {
			columns[len(columns)-1] = append(columns[len(columns)-1], c)
		} else {
			columns = append(columns, []*caption{c})
			right = c.right()
		}
		right = max(right, c.X+min(c.Width, 4*p.em))
	}
	for _, c := range columns {
		slices.SortStableFunc(c, func(a, b *caption) int { return cmp.Compare(a.Y, b.Y) })
	}
	return columns
}

// columnOf is the nearest column of captions to the left of a segment, -1 for none.
func (p *sheet) columnOf(s Segment, columns [][]*caption) int {
	for k := len(columns) - 1; k >= 0; k-- {
		for _, c := range columns[k] {
			if c.right() <= s.X+p.em*0.3 && math.Abs(s.middle()-c.middle()) < p.em*0.4 {
				return k
			}
		}
	}
	best, least := -1, 8*p.em
	for k := len(columns) - 1; k >= 0; k-- {
		for _, c := range columns[k] {
			if c.right() > s.X+p.em*0.3 {
				continue
			}
			d := max(0, c.Y-s.middle(), s.middle()-c.Y-c.Height) + 1.5*p.em*float64(len(columns)-1-k)
			if d < least {
				best, least = k, d
			}
		}
	}
	return best
}

// lines joins the segments of a column that stand at one height.
func (p *sheet) lines(all []Segment, from [][2]int) ([]Segment, [][][2]int) {
	var out []Segment
	var groups [][][2]int
	for i, s := range all {
		if n := len(out); n > 0 && math.Abs(out[n-1].middle()-s.middle()) < p.em*0.45 {
			out[n-1].Text += "  " + s.Text
			out[n-1].Width = s.right() - out[n-1].X
			groups[n-1] = append(groups[n-1], from[i])
			continue
		}
		out, groups = append(out, s), append(groups, [][2]int{from[i]})
	}
	return out, groups
}

// share gives each line one of the captions, in order, so that what each gets stands as near to the
// height of its caption as can be: its middle to the middle, or its first line to the first. A caption may
// get nothing; a line may be nobody's.
func (p *sheet) share(column []*caption, lines []Segment) []int {
	n, m := len(lines), len(column)
	const never = 1e18
	alone := 5 * p.em // what it costs to leave a line to nobody
	cost := make([][]float64, m+1)
	from := make([][]int, m+1) // where the lines of caption k-1 begin when k captions share i lines
	for k := range cost {
		cost[k], from[k] = make([]float64, n+1), make([]int, n+1)
		for i := range cost[k] {
			cost[k][i] = never
		}
	}
	for i := range n + 1 {
		cost[0][i] = alone * float64(i)
	}
	for k := 1; k <= m; k++ {
		c := column[k-1].Segment
		for i := range n + 1 {
			cost[k][i], from[k][i] = cost[k-1][i], i
			if i > 0 && cost[k][i-1]+alone < cost[k][i] {
				cost[k][i], from[k][i] = cost[k][i-1]+alone, -1
			}
			for j := i - 1; j >= 0 && i-j <= 40; j-- {
				if d := cost[k-1][j] + p.distance(c, lines[j:i]); d < cost[k][i] {
					cost[k][i], from[k][i] = d, j
				}
			}
		}
	}
	owner := make([]int, n)
	for i := range owner {
		owner[i] = -1
	}
	for k, i := m, n; k > 0; {
		if from[k][i] == -1 {
			i--
			continue
		}
		for j := from[k][i]; j < i; j++ {
			owner[j] = k - 1
		}
		i = from[k][i]
		k--
	}
	return owner
}

// distance is how badly lines fit a caption in height.
func (p *sheet) distance(c Segment, lines []Segment) float64 {
	first, last := lines[0], lines[len(lines)-1]
	for i := 1; i < len(lines); i++ {
		if lines[i].Y-lines[i-1].Y > 3*p.em {
			return 1e9
		}
	}
	middle := math.Abs((first.Y+last.Y+last.Height)/2 - c.middle())
	top := math.Abs(first.Y - c.Y)
	// Places are those of the ink, and differ by a third of a line for nothing. Rather one more caption
	// with a value than one fewer.
	return max(0, min(middle, top+p.em*0.3)-p.em*0.4) - 0.05*p.em
}

// write puts captions with their values into a table, and the rest into lines.
func (p *sheet) write(captions []caption, rest [][]Segment) {
	t := Table{Place: p.place}
	slices.SortStableFunc(captions, func(a, b caption) int {
		if math.Abs(a.middle()-b.middle()) < p.em*0.45 {
			return cmp.Compare(a.X, b.X)
		}
		return cmp.Compare(a.middle(), b.middle())
	})
	for i, c := range captions {
		t.Cells = append(t.Cells, Cell{Row: i, Col: 0, RowSpan: 1, ColSpan: 1, Text: c.text},
			Cell{Row: i, Col: 1, RowSpan: 1, ColSpan: 1, Text: p.unwrap(c.values)})
	}
	var lines []Segment
	for _, row := range rest {
		if len(row) == 0 {
			continue
		}
		line := row[0]
		for _, s := range row[1:] {
			line.Text += "  " + s.Text
			line.Width = s.right() - line.X
		}
		if len(captions) > 0 && utf8.RuneCountInString(line.Text) <= 1 {
			continue // of a heading written upright
		}
		lines = append(lines, line)
	}
	if len(t.Cells) > 0 {
		p.d.table(t)
	}
	if len(lines) > 0 {
		p.d.line(p.unwrap(lines), p.place)
	}
}

// unwrap joins lines that the edge broke: the one before is full, and the next begins at the left, with
// nothing new. A signature and a date, set to the right below one another, are two lines.
func (p *sheet) unwrap(lines []Segment) string {
	left, right := math.Inf(1), 0.0
	for _, l := range lines {
		left, right = min(left, l.X), max(right, l.right())
	}
	var b strings.Builder
	for i, l := range lines {
		if i > 0 {
			last := lines[i-1]
			if full := right-last.right() < 1.6*p.em && l.X-left < 3*p.em; !full || endsItself(last.Text) || p.begins(l.Text) {
				b.WriteByte('\n')
			}
		}
		b.WriteString(l.Text)
	}
	return b.String()
}

func endsItself(s string) bool {
	return strings.HasSuffix(s, "：") || strings.HasSuffix(s, ":") || strings.HasSuffix(s, "。")
}

// begins reports whether a line begins an item or a label.
func (p *sheet) begins(s string) bool {
	rs := []rune(fold(s))
	i := lead(rs, 0)
	if i > 0 && i < len(rs) && strings.ContainsRune("0123456789一二三四五六七八九十(第①②③④⑤⑥⑦⑧⑨", rs[0]) {
		return true
	}
	if i >= len(rs) {
		return true
	}
	_, end, ok := p.labels.at(rs, i)
	if !ok {
		return strings.ContainsRune(emptyMarks+tickedMarks, rs[0])
	}
	end = skipHints(rs, end)
	return end < len(rs) && rs[end] == ':' || end == len(rs)
}
