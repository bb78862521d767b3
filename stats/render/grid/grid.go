// Package grid draws tables for a terminal.
//
// A Chinese character takes two columns there, so counting runes or bytes (as text/tabwriter does)
// puts every table out of line; widths come from Unicode's East Asian Width instead. What is drawn
// is partly what strangers wrote in mails: every cell goes through Clean, and nothing a cell holds
// can move the cursor, colour the screen or reorder the line.
package grid

import (
	"bufio"
	"io"
	"strings"
)

// Options says how the terminal draws and how the table should look. The zero value is a table in
// plain columns of any width on a modern terminal.
type Options struct {
	// AmbiguousWide counts the characters of East Asian Width "ambiguous" (“ ” … — · ① and box
	// lines) as two columns, as PuTTY and Xshell draw them in Chinese mode; otherwise they are one.
	AmbiguousWide bool
	// MaxWidth is the width to which text columns are cut, the widest first. Numbers are never
	// cut, nor any column below four, so that a table can still be wider. 0 cuts nothing.
	MaxWidth int
	// MostPad is the widest that a cell makes its column for the others: one that is wider goes beyond, in its own
	// line alone. 0 is no bound.
	MostPad int
	// Boxed draws lines around the table, under its header and between its columns; otherwise the
	// columns stand two blanks apart and no line ends in blanks.
	Boxed bool
}

// Table is what to draw. Rows may be of different lengths; what is missing is empty.
type Table struct {
	Header []string // not drawn when empty
	Rows   [][]string
	Align  []Align // by column; Auto beyond its end
}

// Align says where in its column a cell stands.
type Align uint8

const (
	Auto Align = iota // Right when the rows hold numbers and nothing else, otherwise Left
	Left
	Right
)

// Write draws the table.
func Write(w io.Writer, t Table, o Options) error {
	g := measure(t, o)
	if len(g.columns) == 0 {
		return nil
	}
	g.fit()
	out := bufio.NewWriter(w) // it keeps the first error for Flush
	g.draw(out)
	return out.Flush()
}

// grid is a table with clean cells and known widths.
type grid struct {
	o       Options
	header  []cell
	rows    [][]cell
	columns []column
}

type cell struct {
	text  string
	width int
}

type column struct {
	width  int
	right  bool
	number bool // holds numbers, which are not cut: part of a number is another number
}

func measure(t Table, o Options) *grid {
	g := &grid{o: o, rows: make([][]cell, len(t.Rows))}
	g.header = g.cells(t.Header)
	for i, row := range t.Rows {
		g.rows[i] = g.cells(row)
	}
	for i := range g.columns {
		c := &g.columns[i]
		c.number = g.holdsNumbers(i)
		c.right = c.number
		if i < len(t.Align) && t.Align[i] != Auto {
			c.right = t.Align[i] == Right
		}
	}
	return g
}

// cells cleans and measures a row, and widens the columns to it.
func (g *grid) cells(texts []string) []cell {
	row := make([]cell, len(texts))
	for i, text := range texts {
		text = Clean(text)
		row[i] = cell{text, Width(text, g.o)}
		if i == len(g.columns) {
			g.columns = append(g.columns, column{})
		}
		width := row[i].width
		if g.o.MostPad > 0 && !g.o.Boxed {
			width = min(width, g.o.MostPad)
		}
		g.columns[i].width = max(g.columns[i].width, width)
	}
	return row
}

func (g *grid) holdsNumbers(i int) bool {
	found := false
	for _, row := range g.rows {
		if i >= len(row) {
			continue
		}
		switch text := row[i].text; {
		case isNumber(text):
			found = true
		case text != "" && text != "-" && text != "—" && text != "/": // the customary signs for none
			return false
		}
	}
	return found
}

// isNumber accepts 12, -3, 1,234.50 and 98.5%.
func isNumber(s string) bool {
	s = strings.TrimSuffix(strings.TrimLeft(s, "+-"), "%")
	return s != "" && strings.Trim(s, "0123456789.,") == "" && s[0] >= '0' && s[0] <= '9'
}

// narrowest holds one Chinese character and the sign of the cut, be that two columns wide.
const narrowest = 4

// fit lowers the widest text columns to one common width until the table fits.
func (g *grid) fit() {
	if g.o.MaxWidth <= 0 {
		return
	}
	total := func(limit int) int {
		sum := 2 * (len(g.columns) - 1)
		if g.o.Boxed {
			sum = 3*len(g.columns) + 1
		}
		for _, c := range g.columns {
			sum += c.cut(limit)
		}
		return sum
	}
	limit := g.o.MaxWidth
	for limit > narrowest && total(limit) > g.o.MaxWidth {
		limit--
	}
	for i, c := range g.columns {
		g.columns[i].width = c.cut(limit)
	}
}

func (c column) cut(limit int) int {
	if c.number {
		return c.width
	}
	return min(c.width, max(limit, narrowest))
}

func (g *grid) draw(out *bufio.Writer) {
	line := plainLine
	if g.o.Boxed {
		line = boxedLine
	}
	// Box lines are ambiguous themselves: where they are two columns wide, ASCII draws the box.
	rule := func(left, cross, right string) {
		if !g.o.Boxed {
			return
		}
		dash := "─"
		if g.o.AmbiguousWide {
			left, cross, right, dash = "+", "+", "+", "-"
		}
		for i, c := range g.columns {
			if i == 0 {
				out.WriteString(left)
			} else {
				out.WriteString(cross)
			}
			out.WriteString(strings.Repeat(dash, c.width+2))
		}
		out.WriteString(right + "\n")
	}

	rule("┌", "┬", "┐")
	if len(g.header) > 0 {
		out.WriteString(line(g, g.header))
		rule("├", "┼", "┤")
	}
	for _, row := range g.rows {
		out.WriteString(line(g, row))
	}
	rule("└", "┴", "┘")
}

func plainLine(g *grid, row []cell) string {
	return strings.TrimRight(strings.Join(g.padded(row), "  "), " \u3000") + "\n"
}

func boxedLine(g *grid, row []cell) string {
	bar := "│"
	if g.o.AmbiguousWide {
		bar = "|"
	}
	return bar + " " + strings.Join(g.padded(row), " "+bar+" ") + " " + bar + "\n"
}

// padded returns the row's cells, each as wide as its column.
func (g *grid) padded(row []cell) []string {
	texts := make([]string, len(g.columns))
	for i, c := range g.columns {
		var x cell
		if i < len(row) {
			x = row[i]
		}
		if x.width > c.width && (g.o.MostPad == 0 || g.o.MaxWidth > 0 || g.o.Boxed) {
			x.text = Cut(x.text, c.width, g.o)
			x.width = Width(x.text, g.o)
		}
		blank := strings.Repeat(" ", max(0, c.width-x.width))
		if c.right {
			texts[i] = blank + x.text
		} else {
			texts[i] = x.text + blank
		}
	}
	return texts
}
