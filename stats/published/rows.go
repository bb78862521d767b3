package published

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/encoding/simplifiedchinese"

	"ysq.internal/ysq/casefile/ooxml"
	"ysq.internal/ysq/stats"
)

// document is a file taken apart.
type document struct {
	rows  [][]string // of all tables, one after the other; cells are trimmed
	text  string     // what is not in a table, a paragraph a line
	whole *stats.Report
}

// maxFile bounds what is read; a published report is far smaller.
const maxFile = 32 << 20

func open(name string, b []byte) (document, error) {
	if len(b) > maxFile {
		return document{}, fmt.Errorf("文件超过 %d MiB", maxFile>>20)
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".docx":
		return openDocx(b)
	case ".xlsx":
		return openXlsx(b)
	case ".html", ".htm":
		return openHTML(decoded(b))
	case ".csv":
		return openCSV(decoded(b))
	case ".json":
		return openJSON(b)
	case ".doc", ".xls", ".wps", ".et", ".pdf":
		return document{}, errors.New("这种文件读不了，请另存为 .docx、.xlsx，或把表格复制成文本（.txt）")
	}
	return openText(decoded(b)), nil
}

// decoded is text in UTF-8, from that or from GB18030.
func decoded(b []byte) string {
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	if utf8.Valid(b) {
		return string(b)
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\ufffd")
	}
	return string(text)
}

func trimmed(s string) string { return strings.Trim(s, " \t\r\n\u3000\u00a0") }

// openText takes lines whose cells are divided by tabs; a line without any is prose.
func openText(s string) document {
	var d document
	var text strings.Builder
	for line := range strings.Lines(s) {
		if !strings.Contains(line, "\t") {
			text.WriteString(line)
			continue
		}
		d.add(strings.Split(strings.TrimRight(line, "\r\n"), "\t"))
	}
	d.text = text.String()
	return d
}

func (d *document) add(row []string) {
	for i := range row {
		row[i] = trimmed(row[i])
	}
	d.rows = append(d.rows, row)
}

func openCSV(s string) (document, error) {
	var d document
	r := csv.NewReader(strings.NewReader(s))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	for {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return d, fmt.Errorf("不是 CSV：%v", err)
		}
		d.add(row)
	}
	// Our own form says in its first rows whose report it is.
	if len(d.rows) > 1 && len(d.rows[0]) > 1 && d.rows[0][0] == "机关" && len(d.rows[1]) > 1 {
		d.text = d.rows[1][0] + d.rows[1][1] + "年政府信息公开工作年度报告\n"
	}
	for _, row := range d.rows {
		if len(row) <= 2 {
			d.text += strings.Join(row, "\n") + "\n"
		}
	}
	return d, nil
}

func openJSON(b []byte) (document, error) {
	var r stats.Report
	if err := json.Unmarshal(b, &r); err != nil {
		return document{}, fmt.Errorf("不是 ysq report 的 JSON：%v", err)
	}
	f, err := stats.FormatOf(r.Format)
	if err != nil {
		return document{}, err
	}
	if len(r.Table3) != len(f.Rows) || len(r.Table4) != len(f.Tracks) {
		return document{}, fmt.Errorf("表三有 %d 行，表四有 %d 行，格式 %s 应为 %d 行、%d 行", len(r.Table3), len(r.Table4), f.Name, len(f.Rows), len(f.Tracks))
	}
	return document{whole: &r}, nil
}

func openXlsx(b []byte) (document, error) {
	var d document
	book, err := ooxml.OpenBook(bytes.NewReader(b), int64(len(b)), ooxml.Limits{})
	if err != nil {
		return d, fmt.Errorf("不是 .xlsx：%v", err)
	}
	var text strings.Builder
	for i := range book.Sheets {
		for r, err := range book.Rows(i) {
			if err != nil {
				return d, fmt.Errorf("不是 .xlsx：%v", err)
			}
			var row []string
			for _, v := range r.Values {
				if v.Column > 255 {
					break
				}
				for len(row) < v.Column {
					row = append(row, "")
				}
				s := v.Text
				if v.Kind != ooxml.Words && v.Kind != ooxml.Fault {
					s = strconv.FormatFloat(v.Number, 'f', -1, 64)
				}
				row = append(row, s)
			}
			if len(r.Values) <= 2 {
				text.WriteString(strings.Join(row, "\n") + "\n")
			}
			d.add(row)
		}
	}
	d.text = text.String()
	return d, nil
}

// openDocx reads tables row by row and, outside them, paragraph by paragraph. A cell that a cell above
// covers is blank.
func openDocx(b []byte) (document, error) {
	var d document
	x, err := ooxml.Open(bytes.NewReader(b), int64(len(b)), ooxml.Limits{})
	if err != nil {
		return d, fmt.Errorf("不是 .docx：%v", err)
	}
	doc, err := x.XML("word/document.xml")
	if err != nil {
		return d, fmt.Errorf("不是 .docx：%v", err)
	}
	defer doc.Close()
	var text strings.Builder
	var row []string
	tables, inText := 0, false
	for {
		t, err := doc.Token()
		if err == io.EOF {
			d.text = text.String()
			return d, nil
		}
		if err != nil {
			return d, fmt.Errorf("不是 .docx：%v", err)
		}
		switch e := t.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "tbl":
				tables++
			case "tr":
				row = nil
			case "tc":
				row = append(row, "")
			case "t":
				inText = true
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "tbl":
				tables--
			case "tr":
				d.add(row)
			case "p":
				if tables == 0 {
					text.WriteString("\n")
				}
			case "t":
				inText = false
			}
		case xml.CharData:
			switch {
			case !inText:
			case tables > 0 && len(row) > 0:
				row[len(row)-1] += string(e)
			case tables == 0:
				text.Write(e)
			}
		}
	}
}

// openHTML reads tables row by row, and the rest by its blocks.
func openHTML(s string) (document, error) {
	var d document
	root, err := html.Parse(strings.NewReader(s))
	if err != nil {
		return d, fmt.Errorf("不是 HTML：%v", err)
	}
	var text strings.Builder
	for n := range root.Descendants() {
		switch {
		case n.Type == html.ElementNode && n.DataAtom == atom.Tr:
			var row []string
			for c := range n.ChildNodes() {
				if c.Type == html.ElementNode && (c.DataAtom == atom.Td || c.DataAtom == atom.Th) {
					row = append(row, inner(c))
				}
			}
			d.add(row)
		case n.Type == html.ElementNode && block(n.DataAtom):
			text.WriteString("\n")
		case n.Type == html.TextNode && !within(n, atom.Table, atom.Script, atom.Style, atom.Title):
			text.WriteString(n.Data)
		}
	}
	d.text = text.String()
	return d, nil
}

func inner(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

func block(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.H1, atom.H2, atom.H3, atom.Br, atom.Li, atom.Section:
		return true
	}
	return false
}

func within(n *html.Node, atoms ...atom.Atom) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if slices.Contains(atoms, p.DataAtom) {
			return true
		}
	}
	return false
}
