package render_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/stats"
	"ysq.internal/ysq/stats/render"
	"ysq.internal/ysq/stats/render/grid"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func ids(n int, prefix string) []casefile.ID {
	var all []casefile.ID
	for i := range n {
		all = append(all, casefile.ID(prefix+strconv.Itoa(i+1)))
	}
	return all
}

// empty is a year without cases.
func empty(t testing.TB) stats.Report {
	t.Helper()
	r, err := stats.Compute(2023, func(func(casefile.Case, error) bool) {}, stats.Options{
		Agency: "某某区政务服务办公室", Now: time.Date(2024, 1, 9, 10, 30, 0, 0, civil.Zone), Matters: []stats.Matter{}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// busy has a different number in every cell, checks of every level and case numbers that a
// spreadsheet or a terminal would trip over. Its sums do not matter here.
func busy(t testing.TB) stats.Report {
	t.Helper()
	r := empty(t)
	r.Agency, r.Year, r.Frozen = "=1+1 局\u202e\x1b[31m", 2025, true
	n := 0
	for i := range r.Table3 {
		for j := range r.Table3[i] {
			n++
			r.Table3[i][j] = n * n
		}
	}
	for i := range r.Table4 {
		for j := range r.Table4[i] {
			n++
			r.Table4[i][j] = n
		}
	}
	r.Table2 = stats.Facts{"regulations": {stats.Whole(1), 0, stats.Whole(11)}, "normative": {stats.Whole(8), stats.Whole(26), stats.Whole(66)},
		"licences": {stats.Whole(447228)}, "penalties": {stats.Whole(3985758)}, "coercion": {stats.Whole(88283)}, "charges": {96171_600_000}}
	r.Fees = stats.Fees{Yuan: 3940, Cases: 9}
	r.Sections = stats.Sections{
		Overview: []stats.Passage{{Title: "主动公开情况", Text: "=SUM(A1) <b>公开</b> & 9 条。\n第二段\u202e。"}, {Title: stats.Handling, Text: "2025年，新收政府信息公开申请49件。"}},
		Problems: "一是深度不够。\n\n二是形式不够丰富。",
		Other:    []stats.Passage{{Title: "收取信息处理费的情况", Text: "2025年度收取信息处理费3940元。"}, {Title: "需要报告的其他事项", Text: "无。"}},
	}
	r.Cases = []stats.Placed{
		{Counted: casefile.Counted{Case: "2025-00001", Column: casefile.Natural, Came: "一", Went: "（三）4"}, Subject: "=cmd|' /C calc'!A0 <script>alert(1)</script>", Received: civil.New(2025, 1, 2), Stopped: civil.New(2025, 1, 24)},
		{Counted: casefile.Counted{Case: "2025-00002", Column: casefile.LegalService, Came: "二", Went: "四"}, Subject: "监测数据\u202e"},
		{Counted: casefile.Counted{Case: "2025-00003", Column: casefile.Natural, Came: "一", Went: "（一）"}, Subject: "预算"},
	}
	r.Checks[2] = stats.Check{ID: "balance", Level: stats.Failure, Detail: "表三各列：第一项加第二项之和，等于第三项加第四项之和——不成立：自然人：一加二为 3，（七）加四为 4；商业企业：一加二为 5，（七）加四为 6；总计：一加二为 8，（七）加四为 10"}
	r.Checks[4] = stats.Check{ID: "unregistered", Level: stats.Failure, Detail: "2 件截至年底到达而尚未登记", Cases: []casefile.ID{"=HYPERLINK(1)", "@申请\t一号"}}
	r.Checks[8] = stats.Check{ID: "between-years", OK: true, Level: stats.Warning, Detail: "30 件待定", Cases: ids(30, "2025-0000")}
	return r
}

func reports(t testing.TB) map[string]stats.Report {
	return map[string]stats.Report{"empty": empty(t), "busy": busy(t)}
}

func written(t testing.TB, form string, r stats.Report) []byte {
	t.Helper()
	write, err := render.For(form)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	for name, r := range reports(t) {
		for _, form := range render.Names() {
			t.Run(name+"/"+form, func(t *testing.T) {
				got := written(t, form, r)
				if again := written(t, form, r); !bytes.Equal(got, again) {
					t.Error("a second run gives other bytes")
				}
				golden := filepath.Join("testdata", name+"."+render.Extension(form))
				if *update {
					if err := os.WriteFile(golden, got, 0o666); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(golden)
				if err != nil {
					t.Fatal(err)
				}
				if render.Binary(form) { // how it is deflated may change with Go
					sameParts(t, got, want)
				} else if !bytes.Equal(got, want) {
					t.Errorf("got:\n%s\nwant:\n%s", got, want)
				}
			})
		}
	}
}

// tables is what a form shows of the numbers: 表二 in order, 表三 and 表四 row by row.
type tables struct {
	two         []string
	three, four [][]int
}

func tablesOf(r stats.Report) tables {
	var all tables
	for _, key := range []string{"regulations", "normative", "licences", "penalties", "coercion", "charges"} {
		for _, v := range r.Table2[key] {
			all.two = append(all.two, v.String())
		}
	}
	for _, line := range r.Table3 {
		all.three = append(all.three, slices.Clone(line[:]))
	}
	for _, line := range r.Table4 {
		all.four = append(all.four, slices.Clone(line[:]))
	}
	return all
}

// TestSameCells reads every form back.
func TestSameCells(t *testing.T) {
	read := map[string]func(testing.TB, []byte) tables{"text": readText, "csv": readCSV, "json": readJSON, "html": readHTML, "xlsx": readXLSX, "docx": readDOCX}
	for name, r := range reports(t) {
		for _, form := range render.Names() {
			if got, want := read[form](t, written(t, form, r)), tablesOf(r); !reflect.DeepEqual(got, want) {
				t.Errorf("%s as %s:\ngot  %v\nwant %v", name, form, got, want)
			}
		}
	}
}

func readJSON(t testing.TB, b []byte) tables {
	t.Helper()
	var doc struct {
		Table3, Table4                                       [][]int
		Table3Rows, Table3Columns, Table4Rows, Table4Columns []string
	}
	if err := json.Unmarshal(bytes.ReplaceAll(b, []byte("_"), nil), &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Table3Rows) != 25 || len(doc.Table3Columns) != 7 || len(doc.Table4Rows) != 3 || len(doc.Table4Columns) != 5 {
		t.Errorf("names: %q, %q, %q, %q", doc.Table3Rows, doc.Table3Columns, doc.Table4Rows, doc.Table4Columns)
	}
	var r stats.Report
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	return tables{tablesOf(r).two, doc.Table3, doc.Table4}
}

func readCSV(t testing.TB, b []byte) tables {
	t.Helper()
	b, ok := bytes.CutPrefix(b, []byte("\ufeff"))
	if !ok {
		t.Error("no byte order mark")
	}
	if lines := bytes.Count(b, []byte("\n")); lines != bytes.Count(b, []byte("\r\n")) {
		t.Error("a line does not end in CR LF")
	}
	c := csv.NewReader(bytes.NewReader(b))
	c.FieldsPerRecord = -1
	rows, err := c.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all tables
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") {
				t.Errorf("a spreadsheet would run %q", cell)
			}
		}
		if len(row) == 4 && strings.HasPrefix(row[0], "第二十条") && row[3] != "" {
			all.two = append(all.two, row[3])
		}
		switch counts := trailing(row); len(counts) {
		case 7:
			all.three = append(all.three, counts)
		case 5:
			all.four = append(all.four, counts)
		}
	}
	return all
}

func readText(t testing.TB, b []byte) tables {
	t.Helper()
	var all tables
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		if w := grid.Width(line, grid.Options{}); w > 100 {
			t.Errorf("%d columns: %s", w, line)
		}
		if strings.ContainsAny(line, "\x1b\u202e\t") || strings.TrimRight(line, " ") != line {
			t.Errorf("not clean: %q", line)
		}
		cells := regexp.MustCompile(` {2,}`).Split(strings.TrimSpace(line), -1)
		if len(cells) == 4 || len(cells) == 2 {
			for _, c := range cells[1:] {
				if a, err := stats.ParseAmount(c); err == nil && len(all.three) == 0 {
					all.two = append(all.two, a.String())
				}
			}
		}
		switch counts := trailing(cells); len(counts) {
		case 7:
			all.three = append(all.three, counts)
		case 5:
			all.four = append(all.four, counts)
		}
	}
	return all
}

// trailing returns the numbers with which a row ends.
func trailing(row []string) []int {
	var counts []int
	for _, cell := range slices.Backward(row) {
		n, err := strconv.Atoi(cell)
		if err != nil {
			break
		}
		counts = append(counts, n)
	}
	slices.Reverse(counts)
	return counts
}

// TestJSONReadsBack: what goes over the wire is the report.
func TestJSONReadsBack(t *testing.T) {
	for name, r := range reports(t) {
		var back stats.Report
		if err := json.Unmarshal(written(t, "json", r), &back); err != nil {
			t.Fatal(err)
		}
		if !back.GeneratedAt.Equal(r.GeneratedAt) {
			t.Errorf("%s: made at %s, want %s", name, back.GeneratedAt, r.GeneratedAt)
		}
		back.GeneratedAt = r.GeneratedAt
		if !reflect.DeepEqual(back, r) {
			t.Errorf("%s: got %+v, want %+v", name, back, r)
		}
		for _, form := range []string{"text", "csv", "html", "xlsx", "docx"} {
			if !bytes.Equal(written(t, form, back), written(t, form, r)) {
				t.Errorf("%s: %s differs after the wire", name, form)
			}
		}
	}
}

func TestUnknown(t *testing.T) {
	if _, err := render.For("odt"); err == nil || !strings.Contains(err.Error(), "text、csv、json") {
		t.Errorf("got %v", err)
	}
	r := empty(t)
	r.Format = "2031-1"
	for _, form := range render.Names() {
		write, err := render.For(form)
		if err != nil {
			t.Fatal(err)
		}
		if err := write(new(bytes.Buffer), r); err == nil || !strings.Contains(err.Error(), "2031-1") {
			t.Errorf("%s of an unknown format: %v", form, err)
		}
	}
}

var errFull = errors.New("no space left on device")

type full struct{ left int }

func (f *full) Write(b []byte) (int, error) {
	if len(b) > f.left {
		return f.left, errFull
	}
	f.left -= len(b)
	return len(b), nil
}

// TestWriterFails: a report that is not wholly written is an error, wherever the disk was full.
func TestWriterFails(t *testing.T) {
	for _, form := range render.Names() {
		write, err := render.For(form)
		if err != nil {
			t.Fatal(err)
		}
		for size := len(written(t, form, empty(t))) - 1; size >= 0; size -= 997 {
			if err := write(&full{size}, empty(t)); !errors.Is(err, errFull) {
				t.Fatalf("%s with room for %d bytes: %v", form, size, err)
			}
		}
	}
}
