package ledger

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"unicode/utf16"

	"ysq.internal/ysq/casefile/ooxml"
)

// Options says how a ledger is written.
type Options struct {
	Format Format // Auto is CSV
	Shape  Shape
}

// Shape is how many columns there are for what may happen more than once. The zero Shape holds one
// round of each.
type Shape struct {
	rounds [groupCount]int
	filled [groupCount]bool // somebody has written something there
	pieces map[string]int   // into how many cells of a workbook the longest text of a column goes, where one is not enough
}

// Hold makes the shape hold a row.
func (s *Shape) Hold(r Row) {
	for i, g := range groups() {
		n := g.rounds(&r)
		s.rounds[i] = max(s.rounds[i], n)
		for round := range n {
			for _, c := range g {
				t := c.at(&r, round)
				s.filled[i] = s.filled[i] || t.String() != ""
				if long, ok := t.(text); ok && len(*long.p) >= ooxml.MaxText {
					if s.pieces == nil {
						s.pieces = map[string]int{}
					}
					name := heading(c.name, round)
					s.pieces[name] = max(s.pieces[name], len(parted(defuse(*long.p))))
				}
			}
		}
	}
}

// parted divides a text into pieces that a cell of a workbook can hold. Each piece but the first is defused by itself.
func parted(s string) (all []string) {
	for len(s) >= ooxml.MaxText {
		at, units := 0, 0
		for i, r := range s {
			if units += utf16.RuneLen(r); units >= ooxml.MaxText { // one is left for the apostrophe
				at = i
				break
			}
		}
		if at == 0 {
			break
		}
		all, s = append(all, s[:at]), defuse(s[at:])
	}
	return append(all, s)
}

// ErrShape is that of a row with more rounds than the ledger has columns for.
var ErrShape = errors.New("row does not fit into the shape of the ledger")

// Write writes rows as they come, without keeping them. The same rows give the same bytes.
func Write(w io.Writer, rows iter.Seq2[Row, error], o Options) error {
	var err error
	if o.Format == XLSX {
		err = writeXLSX(w, o.Shape, rows)
	} else {
		o.Shape.pieces = nil // a csv has no bounds
		err = writeCSV(w, o.Shape.heads(), o.Shape.print(rows))
	}
	if err != nil {
		return fmt.Errorf("writing ledger: %w", err)
	}
	return nil
}

// heads are the header: every group in its order, its further rounds behind it, and the further pieces of a long text
// behind the first.
func (s Shape) heads() []head {
	var heads []head
	for i, g := range groups() {
		for round := range max(1, s.rounds[i]) {
			for k := range g {
				for piece := range max(1, s.pieces[heading(g[k].name, round)]) {
					heads = append(heads, head{column: &g[k], round: round, piece: piece})
				}
			}
		}
	}
	return heads
}

// empty reports which of the heads nobody has written anything under, group by group.
func (s Shape) empty(heads []head) []bool {
	all := make([]bool, len(heads))
	for i, h := range heads {
		g := slices.IndexFunc(groups()[:], func(g group) bool {
			return g[0].name == h.name || slices.ContainsFunc(g, func(c column) bool { return c.name == h.name })
		})
		all[i] = !s.filled[g] && !h.needed
	}
	return all
}

func (h head) String() string {
	name := heading(h.name, h.round)
	switch h.piece {
	case 0:
		return name
	case 1:
		return name + "（续）"
	}
	return fmt.Sprintf("%s（续%d）", name, h.piece)
}

// print turns rows into cells under the heads. The slice is used again for the next row.
func (s Shape) print(rows iter.Seq2[Row, error]) iter.Seq2[[]string, error] {
	heads := s.heads()
	cells := make([]string, len(heads))
	return func(yield func([]string, error) bool) {
		for r, err := range rows {
			for i, g := range groups() {
				if n := g.rounds(&r); err == nil && n > max(1, s.rounds[i]) {
					err = fmt.Errorf("case %s: %d × %s: %w", r.Number, n, g[0].name, ErrShape)
				}
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for i, h := range heads {
				if h.piece > 0 {
					continue // the first has written all
				}
				cells[i] = ""
				if h.rounds == nil || h.round < h.rounds(&r) {
					cells[i] = defuse(h.at(&r, h.round).String())
				}
				if n := s.pieces[heading(h.name, h.round)]; n > 1 {
					pieces := parted(cells[i])
					copy(cells[i:], pieces)
					clear(cells[i+len(pieces) : i+n])
				}
			}
			if !yield(cells, nil) {
				return
			}
		}
	}
}
