package render

import (
	"slices"
	"strconv"
	"strings"

	"ysq.internal/ysq/stats"
)

// table is a table of the official form with its merged cells, as every form on paper shows it.
type table struct {
	widths []int // of the columns, in twentieths of a point, as the official blank has them
	rows   [][]cell
	heads  int // rows of headings, printed again on every page
}

// cell is a cell that may cover several columns and rows; those that it covers are left out.
type cell struct {
	text       string
	cols, rows int // at least 1
	kind       kind
	at         stats.Cell // of a number of 表三
}

type kind uint8

const (
	headCell kind = iota
	article       // 第二十条第（一）项, over a part of 表二
	label         // of a line of 表三, at the left
	count         // a number of 表三
	number        // another number
)

func head(text string, cols, rows int) cell {
	return cell{text: text, cols: cols, rows: rows, kind: headCell}
}

// factsTable is 表二. What nobody has entered is empty.
func factsTable(f stats.Format, facts stats.Facts) table {
	const columns = 4
	t := table{widths: []int{2435, 2435, 2435, 2435}}
	for _, g := range f.Facts {
		spans := spread(columns-1, len(g.Columns))
		t.rows = append(t.rows, []cell{{text: g.Article, cols: columns, rows: 1, kind: article}})
		row := []cell{head("信息内容", 1, 1)}
		for i, c := range g.Columns {
			row = append(row, head(c, spans[i], 1))
		}
		t.rows = append(t.rows, row)
		for _, item := range g.Items {
			row := []cell{head(item.Label, 1, 1)}
			for i := range g.Columns {
				text := ""
				if values := facts[item.Key]; i < len(values) {
					text = values[i].String()
				}
				row = append(row, cell{text: text, cols: spans[i], rows: 1, kind: number})
			}
			t.rows = append(t.rows, row)
		}
	}
	return t
}

// spread divides columns among n cells, the first of which takes what is left over.
func spread(columns, n int) []int {
	spans := make([]int, n)
	for i := range spans {
		spans[i] = columns / n
	}
	spans[0] += columns % n
	return spans
}

// applicationsTable is 表三: three columns of headings, then the seven of numbers.
func applicationsTable(f stats.Format, lines []stats.Line) table {
	labels := stats.ColumnLabels()
	last := len(labels) - 1
	t := table{widths: []int{754, 921, 3271, 685, 685, 685, 685, 685, 685, 685}, heads: 3}
	first := []cell{head(f.Rule, 3, 3), head("申请人情况", len(labels), 1)}
	second := []cell{head(labels[0], 1, 2), head("法人或其他组织", last-1, 1), head(labels[last], 1, 2)}
	var third []cell
	for _, l := range labels[1:last] {
		third = append(third, head(l, 1, 1))
	}
	t.rows = append(t.rows, first, second, third)
	for i, r := range f.Rows {
		var row []cell
		for depth, h := range r.Under {
			if i == 0 || len(f.Rows[i-1].Under) <= depth || f.Rows[i-1].Under[depth] != h {
				row = append(row, cell{text: h, cols: 1, rows: under(f, i, depth), kind: label})
			}
		}
		row = append(row, cell{text: r.Label, cols: 3 - len(r.Under), rows: 1, kind: label})
		for j, n := range lines[i] {
			row = append(row, cell{text: strconv.Itoa(n), cols: 1, rows: 1, kind: count, at: stats.CellAt(i, j)})
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// under counts the lines, from one on, that stand under the same heading.
func under(f stats.Format, from, depth int) int {
	n := 0
	for _, r := range f.Rows[from:] {
		if len(r.Under) <= depth || r.Under[depth] != f.Rows[from].Under[depth] {
			break
		}
		n++
	}
	return n
}

// disputesTable is 表四: one line of fifteen numbers.
func disputesTable(f stats.Format, lines []stats.Standings) table {
	t := table{heads: 3}
	rows := make([][]cell, 4)
	for i, track := range f.Tracks {
		for range f.Results {
			t.widths = append(t.widths, 649)
		}
		switch {
		case track.Under == "":
			rows[0] = append(rows[0], head(track.Label, len(f.Results), 1))
		case i == 0 || f.Tracks[i-1].Under != track.Under:
			n := 0
			for _, other := range f.Tracks {
				if other.Under == track.Under {
					n += len(f.Results)
				}
			}
			rows[0] = append(rows[0], head(track.Under, n, 1))
		}
		if track.Under != "" {
			rows[1] = append(rows[1], head(track.Label, len(f.Results), 1))
		}
		for j, result := range f.Results {
			if track.Under == "" {
				rows[1] = append(rows[1], head(result, 1, 2))
			} else {
				rows[2] = append(rows[2], head(result, 1, 1))
			}
			rows[3] = append(rows[3], cell{text: strconv.Itoa(lines[i][j]), cols: 1, rows: 1, kind: number})
		}
	}
	t.rows = rows
	return t
}

// placed is a cell where the grid has it.
type placed struct {
	cell
	row, column int
	// above marks a place that a cell further up covers; cell is that cell.
	above bool
}

// places lays a table's rows out over its grid: for each row the cells that begin in it or come down
// into it, from the left.
func (t table) places() [][]placed {
	grid := make([][]placed, len(t.rows))
	covered := make(map[[2]int]cell) // by row and first column, what comes down from above
	for i, row := range t.rows {
		next := 0
		take := func() {
			for {
				c, ok := covered[[2]int{i, next}]
				if !ok {
					return
				}
				grid[i] = append(grid[i], placed{c, i, next, true})
				next += c.cols
			}
		}
		for _, c := range row {
			take()
			grid[i] = append(grid[i], placed{c, i, next, false})
			for down := 1; down < c.rows; down++ {
				covered[[2]int{i + down, next}] = c
			}
			next += c.cols
		}
		take()
	}
	return grid
}

// wordEnd marks where a narrow head may break.
const wordEnd = "\u200b"

// worded marks the ends of the words in a column's head: they have two characters each, as in 社会公益组织, or
// the head is one word, as 自然人 is.
func worded(head string) string {
	all := []rune(head)
	if len(all)%2 != 0 || len(all) > 6 {
		return head
	}
	var words []string
	for pair := range slices.Chunk(all, 2) {
		words = append(words, string(pair))
	}
	return strings.Join(words, wordEnd)
}

// title is the report's name.
func title(r stats.Report) string {
	if !r.From.IsZero() || !r.To.IsZero() {
		return r.Agency + " " + r.From.String() + " 至 " + r.To.String() + " 政府信息公开工作情况"
	}
	return r.Agency + strconv.Itoa(r.Year) + "年政府信息公开工作年度报告"
}
