package ledger

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/ooxml"
	"ysq.internal/ysq/casefile/workday"
)

// taken checks what must hold of whatever was read: a file is taken or its problems are told, and what
// was taken can be written, read again and folded.
func taken(t *testing.T, b []byte, f Format) {
	rows, err := Read(bytes.NewReader(b), "x", f, 0)
	if problems, ok := errors.AsType[Problems](err); err != nil && (!ok || len(problems) == 0) {
		t.Fatalf("%T %v", err, err)
	}
	var shape Shape
	for _, r := range rows {
		shape.Hold(r)
	}
	var out bytes.Buffer
	if err := Write(&out, slicesOf(rows...), Options{Shape: shape}); err != nil {
		t.Fatal(err)
	}
	again, err := Read(&out, "x", CSV, 0)
	if err != nil || len(again) != len(rows) {
		t.Fatalf("%d rows of %d again, %v", len(again), len(rows), err)
	}
	for i, r := range rows {
		same(t, again[i], r)
		drafts, err := r.Drafts(terms())
		if err != nil {
			continue
		}
		history := records(drafts)
		casefile.Fold(r.Number, history, casefile.Regulations(), workday.Embedded())
		if _, lossy, ok := FromCase(history, nil, terms()); !ok || len(lossy) > 0 {
			t.Fatalf("ok %v, lossy %v: %s", ok, lossy, told(history))
		}
	}
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte(minimal))
	sample, err := os.ReadFile("testdata/sample.csv")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sample)
	f.Fuzz(func(t *testing.T, b []byte) { taken(t, b, CSV) })
}

func FuzzXLSX(f *testing.F) {
	sample, err := os.ReadFile("testdata/sample.xlsx")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sample)
	f.Fuzz(func(t *testing.T, b []byte) { taken(t, b, XLSX) })
}

// FuzzSheet mutates the sheet within a sound container, which FuzzXLSX seldom gets past.
func FuzzSheet(f *testing.F) {
	file, err := os.ReadFile("testdata/sample.xlsx")
	if err != nil {
		f.Fatal(err)
	}
	x, err := ooxml.Open(bytes.NewReader(file), int64(len(file)), ooxml.Limits{})
	if err != nil {
		f.Fatal(err)
	}
	const name = "xl/worksheets/sheet1.xml"
	sheet, err := x.Bytes(name)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sheet)
	parts := make(map[string][]byte)
	for _, n := range x.Names() {
		if parts[n], err = x.Bytes(n); err != nil {
			f.Fatal(err)
		}
	}
	f.Fuzz(func(t *testing.T, sheet []byte) {
		var b bytes.Buffer
		w := ooxml.NewWriter(&b)
		for _, n := range x.Names() {
			part := parts[n]
			if n == name {
				part = sheet
			}
			if err := w.Add(n, func(p io.Writer) error { _, err := p.Write(part); return err }); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		taken(t, b.Bytes(), XLSX)
	})
}
