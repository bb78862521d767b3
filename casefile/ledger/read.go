package ledger

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/ooxml"
	"ysq.internal/ysq/casefile/regexp"
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

// Read returns the rows of a ledger. year is that of numbers which say none (casefile.LedgerID). What is wrong with the file comes back as Problems, all at once,
// together with the rows that are well formed, so that the caller can go on to find what is wrong
// with those; unless the error is nil nothing of the file may be taken. An error of another type is
// that of r. name is what problems call the file.
func Read(r io.Reader, name string, f Format, year int) ([]Row, error) {
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
		lines = xlsxLines(b, sheetName)
	}
	t := reading{file: name, year: year}
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
	raw    string // text with the blanks around it
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
	year     int
	skipped  []line // above the header
	header   []head
	letters  map[string]string
	rows     []Row
	seen     map[casefile.ID]int
	problems Problems
}

// head is one cell of the header: a column, which round of it, and which piece of what is too long for one cell. A
// column that is not known is nil.
type head struct {
	*column
	round int
	piece int
	long  bool // there are further pieces
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
	empty := true
	for i := range l.cells {
		c := &l.cells[i]
		c.raw, c.text = c.text, clean(c.text)
		empty = empty && c.blank()
	}
	switch {
	case empty:
	case t.header == nil:
		return t.above(l)
	case len(t.rows) == maxRows:
		t.add(Problem{File: t.file, Line: l.number, Msg: fmt.Sprintf("超过 %d 行：请分成几个文件导入", maxRows)})
		return false
	default:
		t.row(l)
	}
	return !t.full()
}

// aboveHeader is how many lines may stand above the header: a title, the office, the year.
const aboveHeader = 10

// above looks for the header. Where no line looks like one, the first is taken for it, and what is wrong with it is
// said.
func (t *reading) above(l line) bool {
	l.cells = slices.DeleteFunc(slices.Clone(l.cells), cell.blank)
	known := 0
	for _, c := range l.cells {
		if h, msg := find(fold(c.text)); msg == "" && !h.shown {
			known++
		}
	}
	if known >= 2 {
		t.skipped = nil
		return t.open(l)
	}
	t.skipped = append(t.skipped, l)
	return len(t.skipped) < aboveHeader || t.open(t.skipped[0])
}

// open reads the header. Rows below a header that is wrong would only repeat its errors.
func (t *reading) open(l line) bool {
	t.letters = make(map[string]string)
	t.seen = make(map[casefile.ID]int)
	t.header = make([]head, l.cells[len(l.cells)-1].column+1)
	for _, c := range l.cells {
		h, msg := find(fold(c.text))
		name := fold(c.text)
		if msg == "" && h.column != &beside {
			name = h.String()
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
	for i, h := range t.header {
		t.header[i].long = h.column != nil && slices.ContainsFunc(t.header, func(o head) bool { return o.column == h.column && o.round == h.round && o.piece > 0 })
	}
	for _, c := range columns() {
		if c.needed && t.letters[c.name] == "" {
			t.add(Problem{t.file, l.number, c.name, "", "缺少必需的列；第一行应为列名"})
		}
	}
	return len(t.problems) == 0
}

// find returns the column that a heading means, or what is wrong with it.
func find(name string) (head, string) {
	if slices.Contains(besides, name) {
		return head{column: &beside}, ""
	}
	name, piece, msg := continued(name)
	if msg != "" {
		return head{}, msg
	}
	h, msg := findRound(name)
	if piece > 0 && msg == "" && h.form != wording {
		return head{}, "只有文字的列可以续写"
	}
	h.piece = piece
	return h, msg
}

// continued takes from a heading which piece of a long text stands below it: 申请内容(续), 申请内容(续2).
func continued(name string) (base string, piece int, msg string) {
	base, rest, found := strings.Cut(name, "(续")
	if !found {
		return name, 0, ""
	}
	digits, ok := strings.CutSuffix(rest, ")")
	piece, err := strconv.Atoi(cmp.Or(digits, "1"))
	if !ok || err != nil || piece < 1 || piece > maxPieces {
		return base, 0, fmt.Sprintf("续写的列应写作 %s（续）、%[1]s（续2）……", base)
	}
	return base, piece, ""
}

// maxPieces is how many cells one text may take.
const maxPieces = 999

func findRound(name string) (head, string) {
	base := strings.TrimRightFunc(name, func(r rune) bool { return r >= '0' && r <= '9' })
	i := slices.IndexFunc(columns(), func(c column) bool { return c.name == base })
	if i < 0 {
		return head{}, "不认识的列名" + didYouMean(base)
	}
	if base == name {
		return head{column: &columns()[i]}, ""
	}
	n, err := strconv.Atoi(name[len(base):])
	switch {
	case columns()[i].rounds == nil:
		return head{}, "“" + base + "”只有一列，不加序号"
	case err != nil || n < 1 || n > maxRounds:
		return head{}, fmt.Sprintf("序号应为 2 至 %d", maxRounds)
	}
	return head{column: &columns()[i], round: n - 1}, ""
}

// didYouMean names the known column whose name differs least, if any is near.
func didYouMean(name string) string {
	var names []string
	for _, c := range columns() {
		if !c.shown {
			names = append(names, c.name)
		}
	}
	if best := words.Nearest(name, names, 2); best != "" {
		return "；是否“" + best + "”？"
	}
	return "；可用的列名见说明"
}

func (t *reading) row(l line) {
	if t.foot(l) {
		return
	}
	r := Row{place: place{t.file, l.number, t.letters}}
	before := len(t.problems)
	refuse := func(c cell, h head, err error) {
		t.add(Problem{t.file, c.line, h.String(), ooxml.ColumnName(c.column), err.Error()})
	}
	var long pieces
	for _, c := range l.cells {
		if c.column >= len(t.header) || t.header[c.column].column == nil {
			if !c.blank() {
				t.add(Problem{t.file, c.line, "", "", ooxml.ColumnName(c.column) + " 列没有列名，而此格有内容"})
			}
			continue
		}
		h := t.header[c.column]
		if h.shown || c.blank() && !h.long {
			continue
		}
		if h.grow != nil {
			h.grow(&r, h.round+1)
		}
		s, err := c.plain(h.column)
		switch {
		case err != nil:
		case h.long && c.kind == cellText: // blanks between two pieces belong to the text
			long.add(h, c.raw)
		case h.long:
			long.add(h, s)
		default:
			err = h.at(&r, h.round).set(s)
		}
		if err != nil {
			refuse(c, h, err)
		}
	}
	for at, h := range t.header {
		if s := long.whole(h); s != "" {
			if err := h.at(&r, h.round).set(s); err != nil {
				refuse(cell{column: at, line: l.number}, h, err)
			}
		}
	}
	if id, err := casefile.LedgerID(string(r.Number), t.year); r.Number != "" && err != nil {
		t.add(r.problem("编号", 0, "%v", err))
	} else if r.Number != "" {
		r.Number = id
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

// pieces are the texts of a row that go over several columns, under the head of the first.
type pieces map[head][]string

func (p *pieces) add(h head, s string) {
	if *p == nil {
		*p = pieces{}
	}
	first := head{column: h.column, round: h.round, long: true}
	all := (*p)[first]
	if missing := h.piece + 1 - len(all); missing > 0 {
		all = append(all, make([]string, missing)...)
	}
	all[h.piece] = s
	(*p)[first] = all
}

// whole is the text that begins under a head; "" where none does.
func (p pieces) whole(h head) string {
	all := p[h]
	if len(all) == 0 {
		return ""
	}
	for i, s := range all[1:] {
		all[i+1] = fuse(lineEnds(s))
	}
	return clean(strings.Join(all, ""))
}

// foot reports whether a line is no row: it holds nothing but its number in 序号, or it begins with the words of a sum or
// of who has made the ledger, and has no day of receipt.
func (t *reading) foot(l line) bool {
	words := ""
	for _, c := range l.cells {
		var h head
		if c.column < len(t.header) {
			h = t.header[c.column]
		}
		switch {
		case c.blank(), h.column == &beside && (c.kind == cellNumber || strings.Trim(c.text, "0123456789") == ""):
			continue
		case words == "":
			words = fold(c.text)
		}
		if h.column != nil && h.column.name == received {
			if _, err := parseDay(c.text); err == nil || c.kind != cellText {
				return false
			}
		}
	}
	return words == "" || slices.ContainsFunc(footWords, func(w string) bool { return strings.HasPrefix(words, w) })
}

var footWords = []string{"合计", "总计", "小计", "共计", "填表", "制表", "填报", "审核:", "审核人", "负责人", "注:", "说明:", "备注:", "单位负责人", "单位盖章"}

// wrong reports whether a column is among the problems already.
func wrong(problems []Problem, column string) bool {
	return slices.ContainsFunc(problems, func(p Problem) bool { return p.Column == column })
}

func (t *reading) end() ([]Row, error) {
	if t.header == nil && len(t.skipped) > 0 && len(t.problems) == 0 {
		t.open(t.skipped[0])
	}
	if t.header == nil && len(t.problems) == 0 {
		t.add(Problem{File: t.file, Msg: "文件是空的；第一行应为列名"})
	}
	if t.full() {
		last := t.problems[len(t.problems)-1].Line
		t.add(Problem{File: t.file, Line: last, Msg: fmt.Sprintf("已有 %d 处问题，其后未再查看", len(t.problems))})
	}
	return t.rows, t.problems.err()
}

// blank reports whether there is nothing in a cell.
func (c cell) blank() bool { return c.kind == cellText && c.text == "" }

// plain is the cell as a clerk would have typed it into a column. What a spreadsheet has changed so that nobody can
// tell what it was is refused.
func (c cell) plain(of *column) (string, error) {
	switch {
	case c.kind == cellFault:
		return "", errors.New(c.text)
	case c.kind == cellText:
		return c.text, spoiled(c.text, of)
	case of.form == date:
		return serialDay(c.number)
	case c.kind == cellDay:
		return "", errDate
	case of.form == wording && math.Abs(c.number) >= 1e15: // a spreadsheet keeps 15 digits
		return "", fmt.Errorf("%s 的末几位已被 Excel 改成 0：请将该列设为“文本”，照原件重新填写", strconv.FormatFloat(c.number, 'f', -1, 64))
	case of.needed && c.number != math.Trunc(c.number):
		return "", fmt.Errorf("%s 像是被 Excel 改过的数（如 2026.10 变成 2026.1）：请将该列设为“文本”，照原件重新填写", strconv.FormatFloat(c.number, 'f', -1, 64))
	}
	return strconv.FormatFloat(c.number, 'f', -1, 64), nil
}

var errDate = errors.New("此格被 Excel 当作了日期：请将该列设为“文本”后重新填写")

var (
	scientific = regexp.MustCompile(`^[+-]?[0-9](\.[0-9]+)?[Ee][+-]?[0-9]{1,3}$`)
	faultWords = []string{"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"}
	// excelDays are how a spreadsheet in China or elsewhere writes what it took for a day: 2025/3/1, 3月25日, 2025年3月,
	// Mar-25, 25-Mar.
	excelDays = regexp.MustCompile(`^([0-9]{4}/[0-9]{1,2}/[0-9]{1,2}|([0-9]{4}年)?[0-9]{1,2}月([0-9]{1,2}日)?|(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)-[0-9]{2}|[0-9]{1,2}-(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))$`)
)

// spoiled finds in a text what a spreadsheet has left of another: a csv has what its cells showed.
func spoiled(s string, of *column) error {
	if len(s) > 40 || strings.IndexFunc(s, func(r rune) bool { return r == '#' || r == '＃' || unicode.IsDigit(r) }) < 0 && of.name != "编号" {
		return nil
	}
	switch s = fold(s); {
	case len(s) > 2 && strings.Trim(s, "#") == "":
		return errors.New("此格只剩“###”：列太窄，Excel 存下的是显示的样子；请加宽该列后另存")
	case slices.Contains(faultWords, s):
		return errors.New("公式出错（" + s + "）")
	case strings.ContainsAny(s, "Ee") && scientific.MatchString(s):
		return fmt.Errorf("%s 是 Excel 改写过的数，原来的数字已经丢失：请将该列设为“文本”，照原件重新填写", s)
	case of.name == "编号" && excelDays.MatchString(s):
		return errDate
	}
	return nil
}

// clean takes away the spaces around a cell, Chinese ones and byte order marks too, and the
// apostrophe with which Write defuses it. A line within the cell ends in LF, however Word or Excel ended it.
func clean(s string) string {
	s = lineEnds(s)
	return fuse(strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b' }))
}

func lineEnds(s string) string {
	if strings.ContainsAny(s, "\r\v\u2028\u2029") {
		s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\u2028", "\n", "\u2029", "\n").Replace(s)
	}
	return s
}

// fuse takes away the apostrophe of defuse.
func fuse(s string) string {
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
