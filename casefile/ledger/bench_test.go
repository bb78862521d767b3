package ledger

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// hundredThousand are the rows of a provincial capital over seven years.
func hundredThousand() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		first := civil.MustParse("2019-06-03")
		for i := range 100_000 {
			on := first + civil.Date(i/40)
			r := Row{
				Number: casefile.NewID(on.Year(), i+1), Received: on, Channel: casefile.Email, Column: casefile.Columns[i%6], Confirmed: on + 1,
				Applicant: fmt.Sprintf("申请人%d", i), Request: "关于某某道路改造项目的批复、预算和验收材料", Department: "办公室",
				Corrections: []Correction{{on + 3, on + 20, on + 9}},
				Replies:     []Reply{{On: on + 30, Outcome: casefile.Disclosed, Basis: "36-1", Document: fmt.Sprintf("×政公开〔%d〕%d号", on.Year(), i), Delivered: on + 33}},
				Archived:    on + 40,
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

var formats = map[string]Format{"csv": CSV, "xlsx": XLSX}

func BenchmarkWrite(b *testing.B) {
	for name, f := range formats {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := Write(io.Discard, hundredThousand(), Options{Format: f}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	for name, f := range formats {
		b.Run(name, func(b *testing.B) {
			var file bytes.Buffer
			if err := Write(&file, hundredThousand(), Options{Format: f}); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(file.Len()))
			b.ReportAllocs()
			for b.Loop() {
				if rows, err := Read(bytes.NewReader(file.Bytes()), "x", Auto, 2025); err != nil || len(rows) != 100_000 {
					b.Fatalf("%d rows, %v", len(rows), err)
				}
			}
		})
	}
}

func BenchmarkDrafts(b *testing.B) {
	t := terms()
	for b.Loop() {
		for r := range hundredThousand() {
			if _, err := r.Drafts(t); err != nil {
				b.Fatal(err)
			}
		}
	}
}
