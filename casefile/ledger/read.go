package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/ooxml"
	"ysq.internal/ysq/casefile/words"
)

// Format is the form of a ledger's file.
type Format uint8

// The formats. Auto is for reading: the first bytes decide.
const (
	Auto Format = iota
	CSV
	XLSX
)

// What a file may hold. The largest offices receive some 14,000 applications a year.
const (
	maxFile     = 64 << 20
	maxRows     = 200_000
	maxProblems = 1000
)

// Read returns the rows of a ledger. What is wrong with the file comes back as Problems, all at once,
// together with the rows that are well formed, so that the caller can go on to find what is wrong
// with those; unless the error is nil nothing of the file may be taken. An error of another type is
// that of r. name is what problems call the file.
func Read(r io.Reader, name string, f Format) ([]Row, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("reading ledger %s: %w", name, err)
	}
	if len(b) > maxFile {
		return nil, Problems{{File: name, Msg: fmt.Sprintf("文件超过 %d MiB：请分成几个文件导入", maxFile>>20)}}
	}
	if f == Auto {
		f = sniff(b)
	}
	lines := csvLines(b)
	if f == XLSX {
		lines = xlsxLines(b)
	}
	t := reading{file: name}
	for l, err := range lines {
		if err != nil {
			t.fault(err)
			break
		}
		if !t.take(l) {
			break
		}
	}
	return t.end()
}

func sniff(b []byte) Format {
	if bytes.HasPrefix(b, []byte("PK\x03\x04")) || bytes.HasPrefix(b, oldExcel) {
		return XLSX
	}
	return CSV
}

// line is one line of a file, whatever the file's form: only its cells that are not empty. Its cells
// may be used again for the next line.
type line struct {
	number int
	cells  []cell
}

// cell is one cell of a line.
type cell struct {
	column int // from 0
	line   int // where it begins; a csv's line may span several
	text   string
	kind   cellKind
	number float64
}

type cellKind uint8

const (
	cellText cellKind = iota
	cellNumber
	cellDay   // a number that the spreadsheet shows as a date
	cellFault // text says what is wrong
)

// lineError is what makes the rest of a file unreadable.
type lineError struct {
	line int
	msg  string
}

func (e *lineError) Error() string { return e.msg }

// reading is a file being read: the header first, then the rows.
type reading struct {
	file     string
	header   []head
	letters  map[string]string
	rows     []Row
	seen     map[casefile.ID]int
	problems Problems
}

// head is one cell of the header: a column and which round of it. A column that is not known is nil.
type head struct {
	*column
	round int
}

func (t *reading) fault(err error) {
	if e, ok := errors.AsType[*lineError](err); ok {
		t.add(Problem{File: t.file, Line: e.line, Msg: e.msg})
		return
	}
	t.add(Problem{File: t.file, Msg: err.Error()})
}

func (t *reading) add(p ...Problem) { t.problems = append(t.problems, p...) }

// full tells that there is enough to put right: nothing more is looked at.
func (t *reading) full() bool { return len(t.problems) >= maxProblems }

// take reads the next line and reports whether to go on.
func (t *reading) take(l line) bool {
	for i := range l.cells {
		l.cells[i].text = clean(l.cells[i].text)
	}
	l.cells = slices.DeleteFunc(l.cells, func(c cell) bool { return c.kind == cellText && c.text == "" })
	switch {
	case len(l.cells) == 0:
	case t.header == nil:
		return t.open(l)
	case len(t.rows) == maxRows:
		t.add(Problem{File: t.file, Line: l.number, Msg: fmt.Sprintf("超过 %d 行：请分成几个文件导入", maxRows)})
		return false
	default:
		t.row(l)
	}
	return !t.full()
}

// open reads the header. Rows below a header that is wrong would only repeat its errors.
func (t *reading) open(l line) bool {
	t.letters = make(map[string]string)
	t.seen = make(map[casefile.ID]int)
	t.header = make([]head, l.cells[len(l.cells)-1].column+1)
	for _, c := range l.cells {
		h, msg := find(fold(c.text))
		name := fold(c.text)
		if msg == "" {
			name = heading(h.name, h.round)
			if at, twice := t.letters[name]; twice {
				msg = "列名重复，前一个在 " + at + " 列"
			}
		}
		if msg != "" {
			t.add(Problem{t.file, l.number, name, ooxml.ColumnName(c.column), msg})
			continue
		}
		t.header[c.column] = h
		t.letters[name] = ooxml.ColumnName(c.column)
	}
	for _, c := range columns {
		if c.needed && t.letters[c.name] == "" {
			t.add(Problem{t.file, l.number, c.name, "", "缺少必需的列；第一行应为列名"})
		}
	}
	return len(t.problems) == 0
}

// find returns the column that a heading means, or what is wrong with it.
func find(name string) (head, string) {
	base := strings.TrimRightFunc(name, func(r rune) bool { return r >= '0' && r <= '9' })
	i := slices.IndexFunc(columns, func(c column) bool { return c.name == base })
	if i < 0 {
		return head{}, "不认识的列名" + didYouMean(base)
	}
	if base == name {
		return head{&columns[i], 0}, ""
	}
	n, err := strconv.Atoi(name[len(base):])
	switch {
	case columns[i].rounds == nil:
		return head{}, "“" + base + "”只有一列，不加序号"
	case err != nil || n < 1 || n > maxRounds:
		return head{}, fmt.Sprintf("序号应为 2 至 %d", maxRounds)
	}
	return head{&columns[i], n - 1}, ""
}

// didYouMean names the known column whose name differs least, if any is near.
func didYouMean(name string) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	if best := words.Nearest(name, names, 2); best != "" {
		return "；是否“" + best + "”？"
	}
	return "；可用的列名见说明"
}

func (t *reading) row(l line) {
	r := Row{place: place{t.file, l.number, t.letters}}
	before := len(t.problems)
	for _, c := range l.cells {
		if c.column >= len(t.header) || t.header[c.column].column == nil {
			t.add(Problem{t.file, c.line, "", "", ooxml.ColumnName(c.column) + " 列没有列名，而此格有内容"})
			continue
		}
		h := t.header[c.column]
		if h.grow != nil {
			h.grow(&r, h.round+1)
		}
		s, err := c.plain(h.form)
		if err == nil {
			err = h.at(&r, h.round).set(s)
		}
		if err != nil {
			t.add(Problem{t.file, c.line, heading(h.name, h.round), ooxml.ColumnName(c.column), err.Error()})
		}
	}
	for _, h := range t.header {
		if h.column != nil && h.needed && h.at(&r, 0).String() == "" && !wrong(t.problems[before:], h.name) {
			t.add(Problem{t.file, l.number, h.name, t.letters[h.name], "不能为空"})
		}
	}
	if at, twice := t.seen[r.Number]; twice && r.Number != "" {
		t.add(r.problem("编号", 0, "%s 与第 %d 行重复", r.Number, at))
	}
	t.seen[r.Number] = l.number
	if len(t.problems) == before {
		t.rows = append(t.rows, r)
	}
}

// wrong reports whether a column is among the problems already.
func wrong(problems []Problem, column string) bool {
	return slices.ContainsFunc(problems, func(p Problem) bool { return p.Column == column })
}

func (t *reading) end() ([]Row, error) {
	if t.header == nil && len(t.problems) == 0 {
		t.add(Problem{File: t.file, Msg: "文件是空的；第一行应为列名"})
	}
	if t.full() {
		last := t.problems[len(t.problems)-1].Line
		t.add(Problem{File: t.file, Line: last, Msg: fmt.Sprintf("已有 %d 处问题，其后未再查看", len(t.problems))})
	}
	return t.rows, t.problems.err()
}

// plain is the cell as a clerk would have typed it into a column of this form.
func (c cell) plain(f form) (string, error) {
	switch {
	case c.kind == cellFault:
		return "", errors.New(c.text)
	case c.kind == cellText:
		return c.text, nil
	case f == date:
		return serialDay(c.number)
	case c.kind == cellDay:
		return "", errors.New("此格被 Excel 当作了日期：请将该列设为“文本”后重新填写")
	}
	return strconv.FormatFloat(c.number, 'f', -1, 64), nil
}

// clean takes away the spaces around a cell, Chinese ones and byte order marks too, and the
// apostrophe with which Write defuses it. A line within the cell ends in LF.
func clean(s string) string {
	if strings.Contains(s, "\r") {
		s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	}
	s = strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b' })
	if rest, ok := strings.CutPrefix(s, "'"); ok && dangerous(rest) {
		return rest
	}
	return s
}

// defuse puts an apostrophe before what a spreadsheet would take for a formula, and before what clean
// would otherwise take for such a one.
func defuse(s string) string {
	if dangerous(s) {
		return "'" + s
	}
	return s
}

func dangerous(s string) bool {
	return strings.IndexAny(strings.TrimLeft(s, "'"), "=+-@\t\r\n＝＋－＠") == 0
}

// lineSeq is a file as lines. After an error nothing follows.
type lineSeq = iter.Seq2[line, error]
