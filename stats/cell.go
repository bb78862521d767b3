package stats

import (
	"fmt"
	"strings"

	"ysq.internal/ysq/casefile"
)

// Total is the heading of the last column of both tables.
const Total = "总计"

// Cell names one number of 表三.
type Cell struct {
	Row    int             // index into Format.Rows
	Column casefile.Column // ColumnNone is the column 总计
}

// Line is the numbers of one row of 表三: the six columns in the order of casefile.Columns, then 总计.
type Line [len(casefile.Columns) + 1]int

// total is the place of 总计 in a Line.
const total = len(casefile.Columns)

// At returns the number in a column.
func (l Line) At(c casefile.Column) int { return l[place(c)] }

// CellAt returns the cell at a place of a Line.
func CellAt(row, at int) Cell {
	if at >= total {
		return Cell{Row: row}
	}
	return Cell{row, casefile.Columns[at]}
}

// place is where a column stands in a Line. Columns count from 1, so that ColumnNone is free to mean 总计.
func place(c casefile.Column) int {
	if c == casefile.ColumnNone {
		return total
	}
	return int(c) - 1
}

// ColumnLabels lists the headings of a Line.
func ColumnLabels() []string {
	labels := make([]string, 0, len(Line{}))
	for _, c := range casefile.Columns {
		labels = append(labels, c.Label())
	}
	return append(labels, Total)
}

// CellName returns the name that ParseCell reads: （三）4,自然人.
func (f Format) CellName(c Cell) string {
	column := Total
	if c.Column != casefile.ColumnNone {
		column = c.Column.Label()
	}
	return f.Rows[c.Row].Number + "," + column
}

// ParseCell reads a row and a column with a comma between: （三）4,自然人. A row is named by its
// number or its words, and published tables differ in how they write them: half- or full-width
// brackets, "1." or "1、", blanks. The column may be left out for 总计.
func (f Format) ParseCell(s string) (Cell, error) {
	if row, ok := f.row(s); ok { // first, as the words of （二） hold commas themselves
		return Cell{Row: row}, nil
	}
	name, column := s, Total
	if i := strings.LastIndexAny(s, ",，"); i >= 0 {
		name, column = s[:i], strings.TrimSpace(strings.TrimLeft(s[i:], ",，"))
	}
	row, ok := f.row(name)
	if !ok {
		return Cell{}, fmt.Errorf("行 %q 不在表三之中；可写：%s", strings.TrimSpace(name), strings.Join(f.numbers(), "、"))
	}
	if column == Total {
		return Cell{Row: row}, nil
	}
	c, err := casefile.ParseColumn(column)
	if err != nil {
		return Cell{}, fmt.Errorf("%w，或%s", err, Total)
	}
	return Cell{row, c}, nil
}

func (f Format) row(s string) (int, bool) { return f.Labels().Row(s) }

// Labels knows the rows of 表三 by every name that they have.
type Labels map[string]int

// Labels gathers the names of the rows. Where two rows have the same, the first has it.
func (f Format) Labels() Labels {
	l := make(Labels)
	for i, r := range f.Rows {
		short := r.name() // 部分公开, without what the form adds to it
		if len(r.Outcomes) == 1 {
			short = r.Outcomes[0].Label()
		}
		for _, name := range []string{r.Number, r.Label, r.name(), r.Number + r.name(), short, r.Number + short} {
			if _, taken := l[plain(name)]; name != "" && !taken {
				l[plain(name)] = i
			}
		}
	}
	return l
}

// Row finds the row that a label of a published table names, however it writes it.
func (l Labels) Row(label string) (row int, ok bool) {
	want := plain(label)
	if rest, ok := strings.CutPrefix(want, "三（"); ok { // 三（七）, as auditors refer to it
		want = "（" + rest
	}
	row, ok = l[want]
	return row, ok
}

func (f Format) numbers() []string {
	all := make([]string, len(f.Rows))
	for i, r := range f.Rows {
		all[i] = r.Number
	}
	return all
}

// plain is a row's name in the one form that all ways of writing it come to.
func plain(s string) string { return plainer.Replace(s) }

var plainer = strings.NewReplacer("(", "（", ")", "）", ".", "", "．", "", "、", "", " ", "", "\u3000", "", "\u00a0", "", "\t", "", "\n", "", "\r", "",
	"“", "", "”", "", "‘", "", "’", "", `"`, "", "'", "", ",", "，")
