package render_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/ooxml"
	"ysq.internal/ysq/stats/render"
)

// take sorts the rows of a form into the tables by how many numbers a row ends with.
func (all *tables) take(row []string) {
	if len(row) > 0 && slices.Contains([]string{"规章", "行政规范性文件", "行政许可", "行政处罚", "行政强制", "行政事业性收费"}, row[0]) {
		for _, c := range row[1:] {
			if c != "" {
				all.two = append(all.two, c)
			}
		}
		return
	}
	switch counts := trailing(row); len(counts) {
	case 7:
		all.three = append(all.three, counts)
	case 15:
		for i := range 3 {
			all.four = append(all.four, counts[5*i:5*i+5])
		}
	}
}

// readHTML reads the tables as a browser does, and looks for what must not be in the page.
func readHTML(t testing.TB, b []byte) tables {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	var all tables
	targets, links := make(map[string]bool), make(map[string]bool)
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		for _, a := range n.Attr {
			switch {
			case a.Key == "id":
				targets[a.Val] = true
			case a.Key == "href" && a.Val != "#":
				links[strings.TrimPrefix(a.Val, "#")] = true
			case a.Key == "src" || strings.HasPrefix(a.Key, "on"):
				t.Errorf("the page has %s=%q", a.Key, a.Val)
			}
		}
		switch n.Data {
		case "script", "link", "img", "b":
			t.Errorf("the page has <%s>", n.Data)
		case "tr":
			var row []string
			for c := range n.ChildNodes() {
				row = append(row, textOf(c))
			}
			all.take(row)
		}
	}
	for id := range links {
		if !targets[id] {
			t.Errorf("a number leads to %q, which is not there", id)
		}
	}
	if bytes.ContainsAny(b, "\u202e\x1b") {
		t.Error("the page turns text about")
	}
	return all
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// readXLSX reads the values and calculates every formula, which must come to the value that is kept.
func readXLSX(t testing.TB, b []byte) tables {
	t.Helper()
	book, err := ooxml.OpenBook(bytes.NewReader(b), int64(len(b)), ooxml.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var all tables
	for i := range book.Sheets[:3] {
		for r, err := range book.Rows(i) {
			if err != nil {
				t.Fatal(err)
			}
			var row []string
			for _, v := range r.Values {
				switch v.Kind {
				case ooxml.Number:
					row = append(row, strconv.FormatFloat(v.Number, 'f', -1, 64))
				case ooxml.Words:
					row = append(row, v.Text)
				default:
					t.Errorf("sheet %d: %+v", i, v)
				}
			}
			all.take(row)
		}
	}
	return all
}

var formulaCell = regexp.MustCompile(`<c r="([A-Z]+)(\d+)"[^>]*><f>SUM\(([A-Z]+)(\d+):([A-Z]+)(\d+)\)</f><v>(\d+)</v>`)
var valueCell = regexp.MustCompile(`<c r="([A-Z]+\d+)"[^>]*>(?:<f>[^<]*</f>)?<v>(\d+)</v>`)

// TestFormulas calculates the sums of a sound report: each formula comes to the value beside it.
func TestFormulas(t *testing.T) {
	r := busy(t)
	for i := range r.Table3 {
		for j := range 6 {
			r.Table3[i][j] = i*7 + j
		}
	}
	for j := range 6 {
		r.Table3[23][j] = 0
		for i := 2; i < 23; i++ {
			r.Table3[23][j] += r.Table3[i][j]
		}
	}
	for i := range r.Table3 {
		r.Table3[i][6] = 0
		for _, n := range r.Table3[i][:6] {
			r.Table3[i][6] += n
		}
	}
	sheet := part(t, written(t, "xlsx", r), "xl/worksheets/sheet2.xml")
	values := make(map[string]int)
	for _, m := range valueCell.FindAllStringSubmatch(sheet, -1) {
		values[m[1]], _ = strconv.Atoi(m[2])
	}
	formulas := formulaCell.FindAllStringSubmatch(sheet, -1)
	if len(formulas) != 25+6 {
		t.Errorf("%d formulas, want one for each line and each column of （七）", len(formulas))
	}
	for _, m := range formulas {
		sum := 0
		from, _ := strconv.Atoi(m[4])
		to, _ := strconv.Atoi(m[6])
		for c := m[3][0]; c <= m[5][0]; c++ {
			for row := from; row <= to; row++ {
				sum += values[string(c)+strconv.Itoa(row)]
			}
		}
		if kept, _ := strconv.Atoi(m[7]); kept != sum {
			t.Errorf("%s%s: SUM(%s%s:%s%s) is %d, the sheet keeps %d", m[1], m[2], m[3], m[4], m[5], m[6], sum, kept)
		}
	}
}

// TestWrongSumsAreNoFormulas: a report that was published with a wrong sum shows what was published.
func TestWrongSumsAreNoFormulas(t *testing.T) {
	if m := formulaCell.FindString(part(t, written(t, "xlsx", busy(t)), "xl/worksheets/sheet2.xml")); m != "" {
		t.Errorf("got %s", m)
	}
}

// sameParts compares containers part by part.
func sameParts(t testing.TB, got, want []byte) {
	t.Helper()
	open := func(b []byte) *ooxml.Reader {
		x, err := ooxml.Open(bytes.NewReader(b), int64(len(b)), ooxml.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	names := open(want).Names()
	if have := open(got).Names(); !slices.Equal(have, names) {
		t.Fatalf("parts %q, want %q", have, names)
	}
	for _, name := range names {
		if a, b := part(t, got, name), part(t, want, name); a != b {
			t.Errorf("%s:\ngot  %s\nwant %s", name, a, b)
		}
	}
}

func part(t testing.TB, b []byte, name string) string {
	t.Helper()
	x, err := ooxml.Open(bytes.NewReader(b), int64(len(b)), ooxml.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := x.Bytes(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// readDOCX reads the tables' rows, and every part as XML.
func readDOCX(t testing.TB, b []byte) tables {
	t.Helper()
	x, err := ooxml.Open(bytes.NewReader(b), int64(len(b)), ooxml.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range x.Names() {
		d := xml.NewDecoder(strings.NewReader(part(t, b, name)))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	var all tables
	var row []string
	d := xml.NewDecoder(strings.NewReader(part(t, b, "word/document.xml")))
	inText, columns := false, 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			return all
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "tblGrid":
				columns = 0
			case "gridCol":
				columns++
			case "tr":
				row = nil
			case "tc":
				row = append(row, "")
			case "t":
				inText = true
			}
		case xml.EndElement:
			inText = false
			if e.Name.Local == "tr" {
				if len(row) > columns {
					t.Errorf("%d cells over %d columns: %q", len(row), columns, row)
				}
				all.take(row)
			}
		case xml.CharData:
			if inText && len(row) > 0 {
				row[len(row)-1] += string(e)
			}
		}
	}
}

// TestLooks makes pictures of the forms on paper for a person to look at, in YSQ_PICTURES.
func TestLooks(t *testing.T) {
	dir := os.Getenv("YSQ_PICTURES")
	if dir == "" {
		t.Skip("YSQ_PICTURES names no directory")
	}
	r := busy(t)
	r.Agency = "某某区政务服务办公室"
	for _, form := range []string{"html", "docx", "xlsx"} {
		file := filepath.Join(dir, "report."+form)
		if err := os.WriteFile(file, written(t, form, r), 0o666); err != nil {
			t.Fatal(err)
		}
		for _, command := range commands(dir, file, form) {
			if out, err := exec.CommandContext(t.Context(), command[0], command[1:]...).CombinedOutput(); err != nil {
				t.Errorf("%q: %v\n%s", command, err, out)
			}
		}
	}
}

func commands(dir, file, form string) [][]string {
	pdf := filepath.Join(dir, "report.pdf")
	pictures := []string{"pdftoppm", "-r", "60", "-png", pdf, filepath.Join(dir, form)}
	if form != "html" {
		return [][]string{{"soffice", "--headless", "--convert-to", "pdf", "--outdir", dir, file}, pictures}
	}
	chromium := []string{"chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"}
	return [][]string{
		append(slices.Clone(chromium), "--window-size=1000,3000", "--screenshot="+filepath.Join(dir, "html.png"), "file://"+file),
		append(slices.Clone(chromium), "--print-to-pdf="+pdf, "--no-pdf-header-footer", "file://"+file),
		pictures,
	}
}

// TestPartOfAYear: a part of a year has a title of its own.
func TestPartOfAYear(t *testing.T) {
	r := empty(t)
	r.From, r.To = civil.New(2025, 1, 1), civil.New(2025, 3, 31)
	if got := string(written(t, "text", r)); !strings.HasPrefix(got, "某某区政务服务办公室 2025-01-01 至 2025-03-31 政府信息公开工作情况\n") {
		t.Errorf("title: %.120s", got)
	}
}

// TestPublic: what is published says nothing of any case; what has the cases says on each page whose it is.
func TestPublic(t *testing.T) {
	r := busy(t)
	r.Cases[0].Subject = "青石路12号王建国家庭低保"
	read := func(name string, write render.Func) (parts []string) {
		var b bytes.Buffer
		if err := write(&b, r); err != nil {
			t.Fatal(err)
		}
		if name == "html" {
			return []string{b.String()}
		}
		z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range z.File {
			p, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(p)
			if err != nil {
				t.Fatal(err)
			}
			parts = append(parts, string(text))
		}
		return parts
	}
	for _, name := range []string{"html", "xlsx", "docx"} {
		write, err := render.For(name)
		if err != nil {
			t.Fatal(err)
		}
		if all := strings.Join(read(name, write), ""); strings.Contains(all, "王建国") || strings.Contains(all, "2025-0000") || strings.Contains(all, "unregistered") {
			t.Errorf("%s tells of cases", name)
		}
	}
	for _, name := range []string{"html", "xlsx"} {
		write, err := render.WithCases(name)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, p := range read(name, write) {
			found = found || strings.Contains(p, "王建国")
			if (name == "html" || strings.Contains(p, "<sheetData>")) && !strings.Contains(p, render.OfficeOnly) {
				t.Errorf("%s does not say whose it is", name)
			}
		}
		if !found {
			t.Errorf("%s has no cases", name)
		}
	}
	if _, err := render.WithCases("docx"); err == nil {
		t.Error("cases in a document")
	}
}
