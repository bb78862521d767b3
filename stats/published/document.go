package published

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/casefile/regexp"
	"ysq.internal/ysq/stats"
)

// document is a file taken apart.
type document struct {
	pieces []piece // in the order in which a person reads them
	name   string  // the file's
	title  string  // what a page calls itself
	agency string  // what a table says beside 机关
	year   string  // and beside 年度
	notes  []string
}

// piece is a row of a table or a line of text.
type piece struct {
	cells []string // of a row, by column; trimmed; nil for a line
	heads span     // the columns in which the row's table has the numbers of 表三
	line  string
	page  string // where a PDF has it
}

// span is a range of columns, the last included; the zero value is unknown.
type span struct{ from, to int }

// text is the piece as a line.
func (p piece) text() string {
	if p.cells == nil {
		return p.line
	}
	return strings.Join(p.cells, "\t")
}

// maxFile bounds what is read; a published report is far smaller.
const maxFile = 32 << 20

// Laid reports whether a file is a PDF or an OFD, whose text must be taken out elsewhere: see ReadDocument.
func Laid(name string, b []byte) bool {
	f := form.Sniff(form.Input{Name: name, Body: b})
	return f == form.PDF || f == form.OFD
}

// pageNumber is the number at the foot of a page, as pdftotext leaves it before the form feed.
var pageNumber = regexp.MustCompile(`(?m)^[ \t]*-?[ \t]*(\d{1,3})[ \t]*-?[ \t]*\r?\n(?:[ \t]*\r?\n)*\z`)

// pageless takes the numbers of pages out of a text. A table may end a page, too: what does not go up by one from page to
// page is no page's number.
func pageless(b []byte) []byte {
	pages := bytes.SplitAfter(b, []byte("\f"))
	if len(pages) < 2 {
		return b
	}
	first, known := 0, false
	for i, p := range pages {
		m := pageNumber.FindSubmatch(bytes.TrimSuffix(p, []byte("\f")))
		if m == nil {
			continue
		}
		n, err := strconv.Atoi(string(m[1]))
		if err != nil || known && n-i != first {
			return b
		}
		first, known = n-i, true
	}
	if first < 0 || first > 1 {
		return b // not even the first page's
	}
	for i, p := range pages {
		pages[i] = append(pageNumber.ReplaceAll(bytes.TrimSuffix(p, []byte("\f")), nil), '\n')
	}
	return slices.Concat(pages...)
}

// office is how files are called that are no text.
var office = regexp.MustCompile(`(?i)\.(docx?|docm|xlsx?|xlsm|wps|wpt|et|pdf|ofd|rtf|png|jpe?g|zip|rar)$`)

func open(name string, b []byte) (document, error) {
	if len(b) > maxFile {
		return document{}, fmt.Errorf("文件超过 %d MiB", maxFile>>20)
	}
	if ends(name, ".csv") {
		return openCSV(name, decoded(b))
	}
	in := form.Input{Name: name, Body: b}
	if !office.MatchString(name) {
		in.Type = "text/plain" // unless the bytes say otherwise
	}
	if form.Sniff(in) == form.Text {
		in.Body = pageless(b)
	}
	return taken(form.Read(in))
}

func ends(name, extension string) bool { return strings.HasSuffix(strings.ToLower(name), extension) }

// decoded is text in UTF-8, from that or from GB18030.
func decoded(b []byte) string {
	s := strings.TrimPrefix(string(b), "\ufeff")
	if utf8.ValidString(s) {
		return s
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().String(s)
	if err != nil {
		return strings.ToValidUTF8(s, "\ufffd")
	}
	return text
}

// taken takes a document apart. What its reader could not read is an error where nothing is left, otherwise a note.
func taken(doc form.Document) (document, error) {
	d := document{name: doc.Name, title: doc.Title}
	for _, b := range doc.Blocks {
		switch {
		case b.Table != nil:
			d.table(b.Table)
		case b.Line != nil:
			d.put(b.Line.Text, b.Line.Place)
		}
	}
	for _, n := range doc.Notes {
		d.notes = append(d.notes, n.Text)
	}
	if len(d.pieces) == 0 {
		return d, fmt.Errorf("读不出文字：%s", strings.Join(append(d.notes, "请另存为 .docx、.xlsx，或把文字复制成 .txt"), ""))
	}
	d.heads()
	return d, nil
}

// put adds a line. One that is parted by strokes is the row of a table, as texts have them that were made of pages.
func (d *document) put(line, page string) {
	if strings.Count(line, "|") < 2 {
		d.pieces = append(d.pieces, piece{line: line, page: page})
		return
	}
	cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
	if strings.Trim(line, "|-: ") != "" { // otherwise the rule below the heads
		d.row(cells)
	}
}

func (d *document) row(cells []string) {
	for i := range cells {
		cells[i] = trimmed(cells[i])
	}
	d.pieces = append(d.pieces, piece{cells: cells})
}

func trimmed(s string) string { return strings.Trim(s, " \t\r\n\u3000\u00a0") }

// table adds the rows of a table. What a merged cell covers is blank.
func (d *document) table(t *form.Table) {
	for i := 0; i < len(t.Cells); {
		var cells []string
		row := t.Cells[i].Row
		for ; i < len(t.Cells) && t.Cells[i].Row == row; i++ {
			c := t.Cells[i]
			for len(cells) < c.Col+c.ColSpan {
				cells = append(cells, "")
			}
			cells[c.Col] = c.Text
		}
		d.row(cells)
		d.pieces[len(d.pieces)-1].page = t.Place
	}
}

// heads finds the columns of 表三 by its heads and tells them to the rows below.
func (d *document) heads() {
	labels := stats.ColumnLabels()
	natural, total := -1, -1
	var at span
	for i := range d.pieces {
		p := &d.pieces[i]
		for k, c := range p.cells {
			switch c = blankless(c); c {
			case labels[0]:
				natural, total = k, -1
			case labels[len(labels)-1]:
				if total < 0 {
					total = k
				}
			}
			if natural >= 0 && total-natural == len(labels)-1 {
				at, natural = span{natural, total}, -1
			}
		}
		p.heads = at
	}
}

// blankless takes all white space away.
func blankless(s string) string { return strings.Join(strings.Fields(s), "") }

func openCSV(name, s string) (document, error) {
	d := document{name: name}
	r := csv.NewReader(strings.NewReader(s))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return d, fmt.Errorf("不是 CSV：%w", err)
		}
		d.row(slices.Clone(row))
	}
	d.heads()
	return d, nil
}

// sheetTitles reads 机关 and 年度 where a table has them under heads or beside.
func (d *document) sheetTitles() {
	for i, p := range d.pieces {
		if len(p.cells) < 2 {
			continue
		}
		switch first, second := blankless(p.cells[0]), p.cells[1]; {
		case first == "机关" && blankless(second) == "年度":
			if next := d.pieces[min(i+1, len(d.pieces)-1)]; len(next.cells) > 1 {
				d.agency, d.year = next.cells[0], next.cells[1]
			}
			return
		case first == "机关":
			d.agency = second
		case first == "年度":
			d.year = second
			return
		}
	}
}

// openJSON reads our own form.
func openJSON(b []byte) (stats.Report, error) {
	var r stats.Report
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fmt.Errorf("不是 ysq report 的 JSON：%w", err)
	}
	f, err := r.Form()
	if err != nil {
		return r, err
	}
	if len(r.Table3) != len(f.Rows) || len(r.Table4) != len(f.Tracks) {
		return r, fmt.Errorf("表三有 %d 行，表四有 %d 行，格式 %s 应为 %d 行、%d 行", len(r.Table3), len(r.Table4), f.Name, len(f.Rows), len(f.Tracks))
	}
	return r, nil
}
