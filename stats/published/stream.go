package published

import (
	"fmt"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile/regexp"
	"ysq.internal/ysq/stats"
)

// Text that was copied out of a page or a PDF has lost its tables: a cell stands on a line of its own, or a row on a line
// whose label is broken over three, or all numbers of a column below one another. What is left is their order. The numbers
// of a part are therefore gathered in the order in which they stand and put into rows as their lines say; labels, and where
// the rows had to be put together, the sums of the form, must bear it out. Otherwise the table is not read.

// part is what a text has between two headings.
type part []piece

var (
	partFacts        = regexp.MustCompile(`^[(（]?二[)）]?[、.．]?主动公开政府信息情况`)
	partApplications = regexp.MustCompile(`^[(（]?三[)）]?[、.．]?(?:收到和处理)政府信息公开申请`)
	partDisputes     = regexp.MustCompile(`^[(（]?四[)）]?[、.．]?(?:因?政府信息公开(?:工作)?(?:申请)?(?:被?(?:申请|提起))?)?行政复议`)
	partProblems     = regexp.MustCompile(`^[(（]?五[)）]?[、.．]?.{0,12}问题`)
)

// parts are where the parts of a document begin; -1 where a heading is not there.
type parts struct {
	pieces                       []piece
	second, third, fourth, fifth int
}

// parts finds the headings. What stands before the last 二 and 三 may be a table of contents.
func (d document) parts() parts {
	find := func(from, to int, heading *regexp.Regexp) int {
		for i := from; i < to; i++ {
			line := blankless(d.pieces[i].text())
			if i+1 < len(d.pieces) {
				line += blankless(d.pieces[i+1].text()) // headings are broken, too
			}
			if heading.MatchString(line) {
				return i
			}
		}
		return -1
	}
	last := func(from, to int, heading *regexp.Regexp) int {
		at := find(from, to, heading)
		for next := at; next >= 0; next = find(next+1, to, heading) {
			at = next
		}
		return at
	}
	n := len(d.pieces)
	p := parts{d.pieces, -1, last(0, n, partApplications), -1, -1}
	if p.third >= 0 {
		p.second = last(0, p.third, partFacts)
		p.fourth = find(p.third+1, n, partDisputes)
		p.fifth = find(max(p.third, p.fourth)+1, n, partProblems)
	}
	return p
}

func (p parts) facts() part {
	if p.second < 0 {
		return nil
	}
	return p.pieces[p.second+1 : p.third]
}

func (p parts) applications() part {
	switch {
	case p.third < 0:
		return nil
	case p.fourth >= 0:
		return p.pieces[p.third+1 : p.fourth]
	}
	return p.pieces[p.third+1 : p.end()]
}

func (p parts) disputes() part {
	if p.fourth < 0 {
		return nil
	}
	return p.pieces[p.fourth+1 : p.end()]
}

// behind is all that follows 表三's part: a text may have lost some of its numbers there.
func (p parts) behind() part {
	if p.fourth < 0 {
		return nil
	}
	return p.pieces[p.fourth+1:]
}

func (p parts) end() int {
	if p.fifth >= 0 {
		return p.fifth
	}
	return len(p.pieces)
}

// tables reports whether a piece stands in one of the parts that are tables.
func (p parts) tables(i int) bool {
	first := p.second
	if first < 0 {
		first = p.third
	}
	return first >= 0 && i >= first && i < p.end()
}

// run is what stands on one line, or on lines below one another without a blank between: numbers, and the words before them.
type run struct {
	words   string
	numbers []stats.Amount
	line    bool // several on one line
	alone   bool // no words are on that line
}

var dashedNumber = regexp.MustCompile(`^\s*[-—–－]+\s*\d{1,3}\s*[-—–－]+\s*$`)

// runs takes the numbers of a part out of its lines.
func (p part) runs() []run {
	var all []run
	var words strings.Builder
	below := false // the line before was a number alone
	for i, piece := range p {
		for line := range strings.SplitSeq(piece.text(), "\n") {
			footer := piece.page != "" && piece.cells == nil && (i+1 == len(p) || p[i+1].page != piece.page) && len(blankless(line)) < 4
			if dashedNumber.MatchString(line) || footer && i+1 < len(p) {
				continue
			}
			numbers, before, rest := trailing(line)
			words.WriteString(before)
			switch {
			case len(numbers) == 0:
				words.WriteString(rest)
				below = false
				continue
			case len(numbers) == 1 && before == "" && below:
				last := &all[len(all)-1]
				last.numbers = append(last.numbers, numbers[0])
			default:
				all = append(all, run{words.String(), numbers, len(numbers) > 1, before == ""})
				words.Reset()
			}
			below = len(numbers) == 1
		}
	}
	return all
}

var unit = regexp.MustCompile(`(\d)[ \t]+(万元|元)`)

// stuck is a label with the first number of its row behind it, without a blank.
var stuck = regexp.MustCompile(`^(.*\p{Han})(\d{1,5})$`)

// trailing cuts a line into the numbers at its end and what stands before them.
func trailing(line string) (numbers []stats.Amount, before, rest string) {
	fields := strings.Fields(unit.ReplaceAllString(strings.ReplaceAll(line, "|", " "), "$1$2"))
	at := len(fields)
	for at > 0 {
		n, _, ok := amount(fields[at-1])
		if m := stuck.FindStringSubmatch(fields[at-1]); m != nil && len(numbers) == len(stats.Line{})-1 {
			fields[at-1] = m[1]
			n, _, ok = amount(m[2])
			at++
		}
		if !ok || strings.ContainsAny(fields[at-1], "件条个项宗份年") {
			break
		}
		numbers = append(numbers, n)
		at--
	}
	slices.Reverse(numbers)
	if len(numbers) == 0 {
		return nil, "", strings.Join(fields, "")
	}
	return numbers, strings.Join(fields[:at], ""), ""
}

// stacked is 表三 as it was read.
type stacked struct {
	lines []numbers
	plain bool // out of a text without tables
	// joined is true where the text has no line or label for each row, so that the sums alone vouch for their order.
	joined bool
	rest   []int // of a joined one, the numbers behind the part that are not of 表三
}

// applicationsIn reads 表三 out of a part of a text: by its labels, otherwise by the order of its numbers, some of which may stand
// beyond the part. The error says what hinders.
func applicationsIn(f stats.Format, p, beyond part) (stacked, error) {
	s := stacked{plain: true}
	labels, all := newLabels(f), p.runs()
	if known := labels.in(p); known*5 < len(f.Rows)*4 {
		return s, fmt.Errorf("表三的 %d 个行名只见到 %d 个", len(f.Rows), known)
	}
	lines, hindered := labelled(f, labels, all)
	if hindered != nil {
		var ok bool
		if lines, s.rest, ok = assembled(f, all, beyond.loose()); !ok {
			return s, hindered
		}
		s.joined = true
	}
	for _, line := range lines {
		s.lines = append(s.lines, numbers{line: line})
	}
	return s, nil
}

// labelled takes the seven numbers behind each label.
func labelled(f stats.Format, labels labels, all []run) (lines []stats.Line, err error) {
	width, matched := len(stats.Line{}), 0
	for i := 0; i < len(all); {
		words, at := all[i].words, i
		var row []stats.Amount
		for ; i < len(all) && len(row) < width && (i == at || all[i].words == ""); i++ {
			row = append(row, all[i].numbers...)
		}
		line, ok := whole(row)
		if !ok {
			return nil, fmt.Errorf("“%s”之后不是七个数，是 %d 个（有空格的，无从对应）", tail(words), len(row))
		}
		if len(lines) < len(f.Rows) && labels.endsWith(words, len(lines)) {
			matched++
		}
		lines = append(lines, line)
	}
	switch {
	case len(lines) != len(f.Rows):
		return nil, fmt.Errorf("表三有 %d 行数，格式 %s 应为 %d 行", len(lines), f.Name, len(f.Rows))
	case matched*5 < len(f.Rows)*4:
		return nil, fmt.Errorf("表三的数与行名次序不一")
	}
	return lines, nil
}

// whole makes a line of seven whole numbers.
func whole(row []stats.Amount) (line stats.Line, ok bool) {
	if len(row) != len(line) {
		return line, false
	}
	for i, v := range row {
		if v%stats.Whole(1) != 0 {
			return line, false
		}
		line[i] = int(v / stats.Whole(1))
	}
	return line, true
}

// adds reports whether the last number is the sum of the others.
func adds(line []int) bool {
	sum := 0
	for _, v := range line[:len(line)-1] {
		sum += v
	}
	return sum == line[len(line)-1]
}

// sound reports whether the sums of all columns hold.
func sound(f stats.Format, lines []stats.Line) bool {
	at := make(map[stats.Counts]stats.Line)
	var outcomes stats.Line
	for i, line := range lines {
		if f.Rows[i].Counts != stats.CountsOutcome {
			at[f.Rows[i].Counts] = line
			continue
		}
		for k, v := range line {
			outcomes[k] += v
		}
	}
	for k, v := range outcomes {
		ended := at[stats.CountsEnded][k]
		if v != ended || at[stats.CountsNew][k]+at[stats.CountsCarriedIn][k] != ended+at[stats.CountsCarriedOut][k] {
			return false
		}
	}
	return true
}

// endsWith reports whether words that stand before a row's numbers end in its label, or in the beginning of one that goes
// on below them.
func (l labels) endsWith(words string, row int) bool {
	given, label := characters(words), l.words[row]
	if len(label) == 0 || len(given) == 0 {
		return false
	}
	if len(given) > len(label)+12 {
		given = given[len(given)-len(label)-12:]
	}
	key := string(label[:min(len(label), 6)])
	return strings.Contains(string(given), key)
}

// in counts the labels of which a part has at least the beginning.
func (l labels) in(p part) (n int) {
	var all strings.Builder
	for _, piece := range p {
		all.WriteString(string(characters(piece.text())))
	}
	for _, label := range l.words {
		if strings.Contains(all.String(), string(label[:min(len(label), 6)])) {
			n++
		}
	}
	return n
}

// tail is the end of some words, to say where.
func tail(words string) string {
	r := []rune(words)
	return string(r[max(0, len(r)-24):])
}

// loose are the numbers of a part that stand on lines of digits alone; 无 is a sentence of its own there.
func (p part) loose() (all []run) {
	p = slices.DeleteFunc(slices.Clone(p), func(x piece) bool { return blankless(x.text()) == "无" })
	for _, r := range p.runs() {
		if r.alone {
			all = append(all, r)
		}
	}
	return all
}

// disputesIn reads 表四 out of a part of a text: fifteen numbers in the order of the form. loose says that the text has its
// numbers in an order of its own.
func disputesIn(f stats.Format, p part, loose bool) ([]stats.Standings, bool) {
	width := len(f.Results)
	var all []stats.Amount
	runs := p.runs()
	for _, r := range runs {
		all = append(all, r.numbers...)
	}
	lines := make([]stats.Standings, len(f.Tracks))
	if len(all) != len(lines)*width {
		return lines, false
	}
	sums := true
	for i := range lines {
		for j := range width {
			v := all[i*width+j]
			if v%stats.Whole(1) != 0 {
				return lines, false
			}
			lines[i][j] = int(v / stats.Whole(1))
		}
		sums = sums && adds(lines[i][:])
	}
	// Where words stand between the numbers, and no track is on a line of its own, the sums must vouch for the order.
	apart := slices.ContainsFunc(runs[1:], func(r run) bool { return r.words != "" && len(r.numbers)%width != 0 })
	return lines, sums || !apart && !loose
}

// factsIn reads 表二 out of a part of a text: all its numbers in the order of the form, or what stands behind each name.
func factsIn(f stats.Format, p part) stats.Facts {
	t := make(stats.Facts)
	var words strings.Builder
	var all []stats.Amount
	runs := p.runs()
	for _, piece := range p {
		words.WriteString(blankless(piece.text()))
	}
	for _, r := range runs {
		all = append(all, r.numbers...)
	}
	want, named := 0, true
	for _, g := range f.Facts {
		for _, item := range g.Items {
			want += len(g.Columns)
			named = named && strings.Contains(words.String(), strings.TrimPrefix(item.Label, "行政"))
		}
	}
	ordered := named && len(all) == want
	for _, g := range f.Facts {
		for _, item := range g.Items {
			n := len(g.Columns)
			if ordered {
				t[item.Key], all = all[:n:n], all[n:]
			} else if values, ok := behind(item.Label, n, runs); ok {
				t[item.Key] = values
			}
		}
	}
	return t
}

// behind is what stands behind a name, before any other words.
func behind(name string, n int, runs []run) (values []stats.Amount, ok bool) {
	for i, r := range runs {
		if !strings.HasSuffix(r.words, name) && !strings.HasSuffix(r.words, strings.TrimPrefix(name, "行政")) {
			continue
		}
		for ; i < len(runs) && len(values) < n && (len(values) == 0 || runs[i].words == ""); i++ {
			values = append(values, runs[i].numbers...)
		}
		return values, len(values) == n
	}
	return nil, false
}
