package render_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/ooxml"
	"ysq.internal/ysq/stats"
	"ysq.internal/ysq/stats/render"
)

// The same numbers stand in every form, a workbook has its charts, and names cannot break out of a drawing.
func TestSummaryForms(t *testing.T) {
	line := stats.Department{Received: 12, Done: 8, OnTime: 7, OnTimeStrict: 6, Late: 1, Average: 9.5, Longest: 31}
	s := stats.Summary{From: civil.MustParse("2026-01-01"), To: civil.MustParse("2026-03-31"), Stretch: stats.Stretch{Label: "合计", Now: &line},
		Quarters: []stats.Stretch{{Label: "2026 年第 1 季度", Now: &line}}, Months: []stats.Stretch{{Label: "2026-01", Now: &line, Before: &line}, {Label: "2026-02"}},
		Departments: []stats.Department{{Name: "=<工程&科>", Received: 12, Done: 8, OnTime: 7}}, Load: []stats.Load{{Person: "周某", Open: 3, Due: 1}}}
	var table, book, drawing bytes.Buffer
	for _, err := range []error{render.SummaryCSV(&table, s), render.SummaryXLSX(&book, "某局", s), render.SummarySVG(&drawing, "某局", s)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(table.String(), "合计,,12,8,7,87.5%,6,75.0%,0,1,9.5,31,无数据,无数据,无数据") || strings.Contains(table.String(), "\n科室,=") {
		t.Errorf("csv:\n%s", table.String())
	}
	// February lies before the register.
	if gone := "月份,2026-02" + strings.Repeat(",无数据", 13); !strings.Contains(table.String(), gone) || !strings.Contains(drawing.String(), `fill="#666">无数据<`) {
		t.Errorf("a month without data: %s\n%s", table.String(), drawing.String())
	}
	b, err := ooxml.OpenBook(bytes.NewReader(book.Bytes()), int64(book.Len()), ooxml.Limits{Part: 1 << 20, Total: 8 << 20})
	if err != nil || len(b.Sheets) != 4 {
		t.Fatalf("%+v, %v", b, err)
	}
	if n := bytes.Count(book.Bytes(), []byte("xl/charts/chart")); n < 3 {
		t.Errorf("%d charts", n)
	}
	for d := xml.NewDecoder(bytes.NewReader(drawing.Bytes())); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("svg: %v\n%s", err, drawing.String())
		}
	}
	if !strings.Contains(drawing.String(), "&lt;工程&amp;科&gt;") {
		t.Error("a department is not drawn as it is called")
	}
}
