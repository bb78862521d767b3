package ledger

import (
	"errors"
	"fmt"
	"io"
	"iter"
)

// Options says how a ledger is written.
type Options struct {
	Format Format // Auto is CSV
	Shape  Shape
}

// Shape is how many columns there are for what may happen more than once. The zero Shape holds one
// round of each.
type Shape struct{ rounds [len(groups)]int }

// Hold makes the shape hold a row.
func (s *Shape) Hold(r Row) {
	for i, g := range groups {
		s.rounds[i] = max(s.rounds[i], g.rounds(&r))
	}
}

// ErrShape is that of a row with more rounds than the ledger has columns for.
var ErrShape = errors.New("row does not fit into the shape of the ledger")

// Write writes rows as they come, without keeping them. The same rows give the same bytes.
func Write(w io.Writer, rows iter.Seq2[Row, error], o Options) error {
	write := writeCSV
	if o.Format == XLSX {
		write = writeXLSX
	}
	if err := write(w, o.Shape.heads(), o.Shape.print(rows)); err != nil {
		return fmt.Errorf("writing ledger: %w", err)
	}
	return nil
}

// heads are the header: every group in its order, its further rounds behind it.
func (s Shape) heads() []head {
	var heads []head
	for i, g := range groups {
		for round := range max(1, s.rounds[i]) {
			for k := range g {
				heads = append(heads, head{&g[k], round})
			}
		}
	}
	return heads
}

func (h head) String() string { return heading(h.name, h.round) }

// print turns rows into cells under the heads. The slice is used again for the next row.
func (s Shape) print(rows iter.Seq2[Row, error]) iter.Seq2[[]string, error] {
	heads := s.heads()
	cells := make([]string, len(heads))
	return func(yield func([]string, error) bool) {
		for r, err := range rows {
			for i, g := range groups {
				if n := g.rounds(&r); err == nil && n > max(1, s.rounds[i]) {
					err = fmt.Errorf("case %s: %d × %s: %w", r.Number, n, g[0].name, ErrShape)
				}
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for i, h := range heads {
				cells[i] = ""
				if h.rounds == nil || h.round < h.rounds(&r) {
					cells[i] = defuse(h.at(&r, h.round).String())
				}
			}
			if !yield(cells, nil) {
				return
			}
		}
	}
}
