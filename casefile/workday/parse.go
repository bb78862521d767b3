package workday

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"ysq.internal/ysq/casefile/regexp"
)

// NoticeError is something wrong with the text of a notice, and where.
type NoticeError struct {
	Line int // from 1
	Col  int // from 1, in characters
	Msg  string
}

func (e *NoticeError) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Col, e.Msg) }

// maxNotice is far beyond any notice, in bytes; what is longer is another file.
const maxNotice = 64 << 10

// maxFaults is how many errors are reported at once; in a file that is no notice every line is wrong.
const maxFaults = 20

// ParseNotice reads a year's notice in any of the forms in which a clerk has it.
//
// Lines, typed by hand; the year of a date may be left out, # begins a comment:
//
//	年份 2027
//	文号 国办发明电〔2026〕7号
//	元旦 2027-01-01 至 2027-01-03
//	春节 2月5日至2月11日
//	上班 2027-02-14 2027-02-20
//
// The same as CSV (元旦,2027-01-01,2027-01-03). Or the notice's own sentences, pasted whole:
//
//	二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）上班。
//
// Full-width characters, the kinds of brackets and dashes, and GB18030 make no difference. What a
// sentence says twice must agree: the weekday with its date, 共N天 with the days. The year is judged
// by itself as by With; Lacks says whether it is whole.
//
// The error joins a *NoticeError for everything that is wrong, in the order of the text.
func ParseNotice(r io.Reader) (Year, error) {
	text, err := noticeText(r)
	if err != nil {
		return Year{}, err
	}
	n := &notice{}
	n.read(linesOf(text))
	if n.faults == nil {
		n.judge()
	}
	if n.faults == nil {
		if err := check([]Year{n.Year}); err != nil { // nothing that judge lets through
			n.fault(place{1, 1}, "%v", err)
		}
	}
	if n.faults != nil {
		return Year{}, n.err()
	}
	return n.Year, nil
}

// noticeText returns the text as UTF-8.
func noticeText(r io.Reader) (string, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxNotice+1))
	if err != nil {
		return "", fmt.Errorf("reading the notice: %w", err)
	}
	if len(b) > maxNotice {
		return "", &NoticeError{1, 1, "文件太长，不是放假安排"}
	}
	if !utf8.Valid(b) {
		if b, err = simplifiedchinese.GB18030.NewDecoder().Bytes(b); err != nil || slices.Contains([]rune(string(b)), utf8.RuneError) {
			return "", &NoticeError{1, 1, "既不是 UTF-8 也不是 GB18030 编码的文本"}
		}
	}
	if i := strings.IndexByte(string(b), 0); i >= 0 {
		return "", &NoticeError{1 + strings.Count(string(b[:i]), "\n"), 1, "有空字节：这不是文本文件"}
	}
	return string(b), nil
}

// place is where something stands in the text.
type place struct{ line, col int }

// char is a character in its plainest form, with its place.
type char struct {
	r rune
	place
}

func plain(cs []char) string {
	var b strings.Builder
	for _, c := range cs {
		b.WriteRune(c.r)
	}
	return b.String()
}

// linesOf cuts the text into lines without comments and empty ends.
func linesOf(text string) [][]char {
	var lines [][]char
	n := 0
	for s := range strings.Lines(text) {
		n++
		var line []char
		col := 0
		for _, r := range strings.TrimRight(s, "\r\n") {
			col++
			if r = plainRune(r); r == '#' {
				break
			}
			if r >= 0 {
				line = append(line, char{r, place{n, col}})
			}
		}
		if line = trimmed(line); len(line) > 0 {
			lines = append(lines, line)
		}
	}
	return lines
}

// plainRune makes one of the many forms of a character; -1 for those that nobody sees.
func plainRune(r rune) rune {
	if r >= '！' && r <= '～' { // the full-width forms of ASCII
		r -= '！' - '!'
	}
	switch r {
	case '\t', '　', '\u00a0', '"', '“', '”':
		return ' '
	case '[', '【', '﹝':
		return '〔'
	case ']', '】', '﹞':
		return '〕'
	case '‐', '‑', '–', '—', '―', '−':
		return '-'
	case '〜':
		return '~'
	case '｡':
		return '。'
	}
	if !unicode.IsGraphic(r) || unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}

func trimmed(cs []char) []char {
	for len(cs) > 0 && cs[0].r == ' ' {
		cs = cs[1:]
	}
	for len(cs) > 0 && cs[len(cs)-1].r == ' ' {
		cs = cs[:len(cs)-1]
	}
	return cs
}

// notice is a Year on its way out of a text.
type notice struct {
	Year
	yearAt place
	issued int   // the year in the number
	numAt  place // of the number
	items  []item
	rests  []place // of Rest, one each
	works  []place // of Work
	faults []*NoticeError
}

func (n *notice) fault(at place, format string, args ...any) {
	n.faults = append(n.faults, &NoticeError{at.line, at.col, fmt.Sprintf(format, args...)})
}

func (n *notice) err() error {
	slices.SortStableFunc(n.faults, func(a, b *NoticeError) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	var errs []error
	for i, f := range n.faults {
		if i == maxFaults {
			errs = append(errs, &NoticeError{f.Line, f.Col, fmt.Sprintf("其后还有 %d 处，不再列出", len(n.faults)-i)})
			break
		}
		errs = append(errs, f)
	}
	return errors.Join(errs...)
}

// item is what is said under one name: a line, or a numbered paragraph of the notice.
type item struct {
	name  string // of the holiday; "" for days of work
	at    place
	body  []char
	prose bool // sentences that speak of neither 放假 nor 上班 mean nothing
}

// read finds the year, the number and the items, and then the days in the items.
func (n *notice) read(lines [][]char) {
	pasted := slices.ContainsFunc(lines, func(l []char) bool { _, ok := heading(l); return ok })
	for i, line := range lines {
		it, numbered := heading(line)
		switch {
		case n.keyed(line):
		case numbered:
			n.items = append(n.items, it)
		case pasted && len(n.items) > 0: // a paragraph goes on, or the notice's closing words
			last := &n.items[len(n.items)-1]
			last.body = append(last.body, line...)
		case pasted:
			n.preamble(line)
		case i == 0 && isTableHead(line):
		default:
			n.typed(line)
		}
	}
	switch {
	case len(n.faults) > 0 && n.Year.Year == 0: // said already what is wrong with it
		return
	case n.Year.Year == 0:
		n.fault(place{1, 1}, "没有写年份，请加一行：年份 2027")
		return
	case n.Notice == "":
		n.fault(place{1, 1}, "没有写通知文号，请加一行：文号 国办发明电〔%d〕7号", n.Year.Year-1)
	case n.issued != n.Year.Year && n.issued != n.Year.Year-1: // the November before, or an amendment
		n.fault(n.numAt, "%s 不是 %d 年的安排，请核对", n.Notice, n.Year.Year)
	}
	for _, it := range n.items {
		n.days(it)
	}
	if len(n.Rest)+len(n.Work) == 0 && n.faults == nil {
		n.fault(n.yearAt, "没有写任何放假或上班的日子")
	}
}

// heading recognises 一、元旦： and 1. 元旦:
func heading(line []char) (it item, ok bool) {
	i := 0
	for i < len(line) && strings.ContainsRune("一二三四五六七八九十0123456789", line[i].r) {
		i++
	}
	if i == 0 || i > 3 || i == len(line) || !strings.ContainsRune("、.", line[i].r) {
		return it, false
	}
	rest := trimmed(line[i+1:])
	end := slices.IndexFunc(rest, func(c char) bool { return c.r == ':' })
	if end <= 0 || end > maxName || strings.ContainsAny(plain(rest[:end]), "0123456789,。") {
		return it, false
	}
	return item{name: plain(trimmed(rest[:end])), at: rest[0].place, body: rest[end+1:], prose: true}, true
}

// maxName is longer than any holiday's name, 国庆节、中秋节 included.
const maxName = 16

// key splits a line at its first word.
func key(line []char) (word string, rest []char) {
	end := slices.IndexFunc(line, func(c char) bool { return strings.ContainsRune(" :,", c.r) })
	if end < 0 {
		return plain(line), nil
	}
	rest = line[end:]
	for len(rest) > 0 && strings.ContainsRune(" :,", rest[0].r) {
		rest = rest[1:]
	}
	return plain(line[:end]), rest
}

var (
	yearAlone = regexp.MustCompile(`^(\d{4})\s*年?[ ,]*$`)
	yearNamed = regexp.MustCompile(`(?:关于|将|延长|调整)\s*(\d{4})\s*年`)
	number    = regexp.MustCompile(`(\p{Han}{2,12})\s*[〔(]\s*(\d{4})\s*[〕)]\s*第?\s*(\d{1,4})\s*号`)
)

// keyed takes the lines that say what the notice is.
func (n *notice) keyed(line []char) bool {
	word, rest := key(line)
	switch word {
	case "年份", "年度":
		m := yearAlone.FindStringSubmatch(plain(rest))
		if m == nil {
			n.fault(line[0].place, "年份应写作：年份 2027")
			return true
		}
		n.setYear(rest[0].place, m[1])
	case "文号", "通知文号", "发文字号":
		m := number.FindStringSubmatch(plain(rest))
		if m == nil {
			n.fault(line[0].place, "文号应写作：文号 国办发明电〔2026〕7号")
			return true
		}
		n.setNumber(rest[0].place, m)
	default:
		return false
	}
	return true
}

// preamble looks for the year and the number in the words before the first holiday.
func (n *notice) preamble(line []char) {
	text := plain(line)
	if m := yearNamed.FindStringSubmatch(text); m != nil {
		n.setYear(line[0].place, m[1])
	}
	if m := number.FindStringSubmatch(text); m != nil {
		n.setNumber(line[0].place, m)
	}
}

func (n *notice) setYear(at place, digits string) {
	year, _ := strconv.Atoi(digits)
	switch {
	case n.Year.Year != 0 && n.Year.Year != year:
		n.fault(at, "年份 %d 与前面的 %d 不一致", year, n.Year.Year)
	case year < minYear || year > maxYear:
		n.fault(at, "年份应在 %d 至 %d 之间", minYear, maxYear)
	default:
		n.Year.Year, n.yearAt = year, at
	}
}

func (n *notice) setNumber(at place, m []string) {
	s := m[1] + "〔" + m[2] + "〕" + m[3] + "号"
	if n.Notice != "" && n.Notice != s {
		n.fault(at, "文号 %s 与前面的 %s 不一致", s, n.Notice)
		return
	}
	n.Notice, n.numAt = s, at
	n.issued, _ = strconv.Atoi(m[2])
}

// isTableHead recognises the first line of a CSV that names its columns.
func isTableHead(line []char) bool {
	word, _ := key(line)
	return slices.Contains([]string{"类型", "名称", "节日", "项目"}, word)
}

// typed takes a line of the plain form.
func (n *notice) typed(line []char) {
	word, rest := key(line)
	at := line[0].place
	if word == "放假" && len(rest) > 0 { // 放假,元旦,2027-01-01,2027-01-03
		at = rest[0].place
		word, rest = key(rest)
	}
	switch {
	case slices.Contains([]string{"上班", "调休", "调休上班", "补班"}, word):
		word = ""
	case strings.ContainsAny(word, "0123456789。") || utf8.RuneCountInString(word) > maxName:
		n.fault(at, "每行先写节日的名称，或“上班”、“年份”、“文号”")
		return
	case len(rest) == 0:
		n.fault(at, "“%s”后面没有写日期", word)
		return
	}
	n.items = append(n.items, item{name: word, at: at, body: rest})
}
