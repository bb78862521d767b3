package published

import (
	"slices"
	"strings"
	"unicode"

	"ysq.internal/ysq/stats"
)

// numbers are the seven of a row of 表三; blank has a bit for each that is not filled in.
type numbers struct {
	line  stats.Line
	blank uint8
}

const allBlank = 1<<len(stats.Line{}) - 1

// applications finds the rows of 表三 in tables, and names those that are not there.
func applications(f stats.Format, pieces []piece) (lines []numbers, missing []string) {
	lines = make([]numbers, len(f.Rows))
	found, labels := make([]bool, len(f.Rows)), newLabels(f)
	labels.rows(pieces, lines, found, false)
	labels.broken(pieces, lines, found)
	labels.rows(pieces, lines, found, true)
	for i, ok := range found {
		if !ok {
			missing = append(missing, f.Rows[i].Number)
		}
	}
	return lines, missing
}

// rows finds the rows that have their label and numbers side by side; blank allows of those where nothing is filled in, which
// may also be the rest of a label.
func (l labels) rows(pieces []piece, lines []numbers, found []bool, blank bool) {
	for _, p := range pieces {
		for i, cell := range p.cells {
			at, ok := l.row(cell)
			if !ok || found[at] {
				continue
			}
			if n, ok := p.numbersAfter(i); ok && (blank || n.blank != allBlank) {
				lines[at], found[at] = n, true
				break
			}
		}
	}
}

// broken finds the rows that the edge of a page broke: their numbers are on one page, their labels on the other or on both.
func (l labels) broken(pieces []piece, lines []numbers, found []bool) {
	for i, p := range pieces {
		if p.cells == nil {
			continue
		}
		above, below := []string{""}, []string{""}
		if n := beyondEdge(pieces, i, -1); n >= 0 {
			above = append(above, pieces[n].words()...)
		}
		if n := beyondEdge(pieces, i, 1); n >= 0 {
			below = append(below, pieces[n].words()...)
		}
		if len(above)+len(below) == 2 {
			continue
		}
		for label := -1; label < len(p.cells); label++ {
			n, ok := p.numbersAfter(label)
			if !ok || n.blank == allBlank {
				continue
			}
			own := ""
			if label >= 0 {
				own = p.cells[label]
			}
			if at, ok := l.joined(above, own, below); ok && !found[at] {
				lines[at], found[at] = n, true
				break
			}
		}
	}
}

// beyondEdge finds the nearest row on the page before or behind; -1 where a row of the same page is nearer.
func beyondEdge(pieces []piece, i, step int) int {
	const printed = 4 // lines at the head and foot of a page
	for n := i + step; n >= 0 && n < len(pieces) && n != i+step*(printed+2); n += step {
		if pieces[n].cells == nil {
			continue
		}
		if pieces[n].page != pieces[i].page {
			return n
		}
		return -1
	}
	return -1
}

// joined finds the row whose label three parts make, each of which may be missing.
func (l labels) joined(above []string, own string, below []string) (int, bool) {
	for _, a := range above {
		for _, b := range below {
			if own == a+own+b {
				continue // the row's own words are known to be no label
			}
			if at, ok := l.row(a + own + b); ok {
				return at, true
			}
		}
	}
	return 0, false
}

// words are the cells of a row without numbers; none where it has any.
func (p piece) words() (all []string) {
	for _, c := range p.cells {
		if _, blank, ok := amount(c); ok && !blank {
			return nil
		} else if !ok {
			all = append(all, c)
		}
	}
	return all
}

// numbersAfter reads the seven numbers behind a label. Seven filled cells are the numbers wherever they stand, since
// published tables are shifted where rows were merged; with fewer the heads of the table say where each belongs.
func (p piece) numbersAfter(label int) (n numbers, ok bool) {
	cells := p.cells[label+1:]
	filled := slices.DeleteFunc(slices.Clone(cells), func(c string) bool { return c == "" })
	switch {
	case len(filled) == len(n.line):
		cells = filled
	case p.heads.from > label:
		for len(p.cells) <= p.heads.to {
			p.cells = append(p.cells, "") // what a sheet leaves out at the end of a row
		}
		cells = p.cells[p.heads.from : p.heads.to+1]
	default:
		for len(cells) > len(n.line) && cells[0] == "" {
			cells = cells[1:]
		}
		for len(cells) > len(n.line) && cells[len(cells)-1] == "" {
			cells = cells[:len(cells)-1]
		}
	}
	if len(cells) != len(n.line) {
		return n, false
	}
	for i, c := range cells {
		a, blank, ok := amount(c)
		if !ok || a%stats.Whole(1) != 0 {
			return n, false
		}
		n.line[i] = int(a / stats.Whole(1))
		if blank {
			n.blank |= 1 << i
		}
	}
	return n, true
}

var ascii = strings.NewReplacer("０", "0", "１", "1", "２", "2", "３", "3", "４", "4", "５", "5", "６", "6", "７", "7", "８", "8", "９", "9",
	"．", ".", ",", "", "，", "", " ", "", "\u00a0", "", "\u3000", "", "\n", "")

// amount reads a number, whatever unit or remark stands behind it. The strokes that stand for nothing are zero.
func amount(cell string) (a stats.Amount, blank, ok bool) {
	s := ascii.Replace(cell)
	switch s {
	case "":
		return 0, true, true
	case "/", "／", "-", "—", "——", "–", "－", "无":
		return 0, false, true
	}
	if i := strings.IndexAny(s, "(（[［*＊"); i > 0 {
		s = s[:i]
	}
	for _, unit := range []string{"万元", "元", "件", "宗", "条", "项", "份", "个"} {
		if n, ok := strings.CutSuffix(s, unit); ok {
			s = n
			break
		}
	}
	a, err := stats.ParseAmount(s)
	return a, false, err == nil
}

// labels knows the rows of 表三 by their words, and by most of them: texts taken out of a PDF lose characters.
type labels struct {
	exact stats.Labels
	words [][]rune // the characters of each row's label
}

// longestLabel is in bytes: the longest of the form has less than half.
const longestLabel = 300

func newLabels(f stats.Format) labels {
	l := labels{exact: f.Labels()}
	for _, r := range f.Rows {
		l.words = append(l.words, characters(r.Label))
	}
	return l
}

// characters are the Chinese ones of a text.
func characters(s string) []rune {
	var all []rune
	for _, r := range s {
		if unicode.Is(unicode.Han, r) {
			all = append(all, r)
		}
	}
	return all
}

func (l labels) row(cell string) (int, bool) {
	if len(cell) > longestLabel {
		return 0, false
	}
	if row, ok := l.exact.Row(cell); ok {
		return row, true
	}
	given := characters(cell)
	if len(given) < 5 {
		return 0, false
	}
	best, row := 0.0, 0
	for i, words := range l.words {
		if len(words) >= 5 {
			if same := likeness(given, words); same > best {
				best, row = same, i
			}
		}
	}
	return row, best >= 0.8
}

// likeness is the share of pairs of neighbouring characters that two texts have in common.
func likeness(a, b []rune) float64 {
	pairs := make(map[[2]rune]int)
	for i := range len(a) - 1 {
		pairs[[2]rune{a[i], a[i+1]}]++
	}
	same := 0
	for i := range len(b) - 1 {
		if k := [2]rune{b[i], b[i+1]}; pairs[k] > 0 {
			pairs[k]--
			same++
		}
	}
	return 2 * float64(same) / float64(len(a)+len(b)-2)
}

// disputes finds 表四 in tables: fifteen numbers in one row below its headings, or a row for each track.
func disputes(f stats.Format, pieces []piece) (lines []stats.Standings, ok bool) {
	lines = make([]stats.Standings, len(f.Tracks))
	width := len(f.Results)
	below, named := false, 0
	for _, p := range pieces {
		if p.cells == nil {
			continue
		}
		if slices.ContainsFunc(p.cells, func(c string) bool { return blankless(c) == f.Tracks[len(f.Tracks)-1].Label }) {
			below = true
		}
		if all, ok := counts(p.cells, len(lines)*width); below && ok {
			for i := range lines {
				copy(lines[i][:], all[i*width:])
			}
			return lines, true
		}
		for i, t := range f.Tracks {
			at := slices.IndexFunc(p.cells, func(c string) bool { return blankless(c) == t.Label })
			if at < 0 || at+1 >= len(p.cells) {
				continue
			}
			if all, ok := counts(p.cells[at+1:], width); ok {
				copy(lines[i][:], all)
				named++
			}
		}
	}
	return lines, named == len(lines)
}

// counts reads so many whole numbers, of which some but not all may be blank.
func counts(cells []string, n int) ([]int, bool) {
	filled := slices.DeleteFunc(slices.Clone(cells), func(c string) bool { return c == "" })
	if len(filled) == n {
		cells = filled
	}
	for len(cells) > n && cells[0] == "" {
		cells = cells[1:]
	}
	for len(cells) > n && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	if len(cells) != n || len(filled) == 0 {
		return nil, false
	}
	all := make([]int, n)
	for i, c := range cells {
		a, _, ok := amount(c)
		if !ok || a%stats.Whole(1) != 0 {
			return nil, false
		}
		all[i] = int(a / stats.Whole(1))
	}
	return all, true
}
