package form

// gridBuilder places cells as HTML does: each in the next free column of its row.
type gridBuilder struct {
	cells []Cell
	cover map[[2]int]bool // what cells of earlier rows cover
	r, c  int
	begun bool
	width int
	rs    int // spans of the cell at hand
	cs    int
}

func (g *gridBuilder) row() {
	if g.begun {
		g.r++
	}
	g.begun, g.c = true, 0
}

func (g *gridBuilder) span(rows, cols int) { g.rs, g.cs = rows, cols }

// cell adds a cell with the spans that were set last; false when there is no more room.
func (g *gridBuilder) cell(text string) bool {
	if !g.begun {
		g.row()
	}
	if g.cover == nil {
		g.cover = make(map[[2]int]bool)
	}
	for g.cover[[2]int{g.r, g.c}] && g.c < maxGridCols {
		g.c++
	}
	rs, cs := max(1, g.rs), max(1, g.cs)
	if len(g.cells) >= maxCells || g.r >= maxGridRows || g.c+cs > maxGridCols {
		return false
	}
	g.cells = append(g.cells, Cell{Row: g.r, Col: g.c, RowSpan: rs, ColSpan: cs, Text: text})
	for y := g.r + 1; y < g.r+rs; y++ {
		for x := g.c; x < g.c+cs && len(g.cover) < maxCovered; x++ {
			g.cover[[2]int{y, x}] = true
		}
	}
	g.c += cs
	g.width = max(g.width, g.c)
	return true
}
