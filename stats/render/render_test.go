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
	extension := map[string]string{"text": "txt", "csv": "csv", "json": "json"}
	for name, r := range reports(t) {
		for _, form := range render.Names() {
			t.Run(name+"/"+form, func(t *testing.T) {
				got := written(t, form, r)
				if again := written(t, form, r); !bytes.Equal(got, again) {
					t.Error("a second run gives other bytes")
				}
				golden := filepath.Join("testdata", name+"."+extension[form])
				if *update {
					if err := os.WriteFile(golden, got, 0o666); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(golden)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got, want) {
					t.Errorf("got:\n%s\nwant:\n%s", got, want)
				}
			})
		}
	}
}

// tables is what a form shows of the numbers: 表三 and 表四, row by row.
type tables struct{ three, four [][]int }

func tablesOf(r stats.Report) tables {
	var all tables
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
	read := map[string]func(testing.TB, []byte) tables{"text": readText, "csv": readCSV, "json": readJSON}
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
	return tables{doc.Table3, doc.Table4}
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
		switch counts := trailing(regexp.MustCompile(` {2,}`).Split(line, -1)); len(counts) {
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
		for _, form := range []string{"text", "csv"} {
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
		for size := len(written(t, form, empty(t))) - 1; size >= 0; size -= 97 {
			if err := write(&full{size}, empty(t)); !errors.Is(err, errFull) {
				t.Fatalf("%s with room for %d bytes: %v", form, size, err)
			}
		}
	}
}
