package render

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"ysq.internal/ysq/stats"
	"ysq.internal/ysq/stats/render/grid"
)

const (
	labelWidth = 42 // of the rows' words in 表三: with seven columns of numbers under 100
	textWidth  = 96
	shownCases = 24 // per check; the other forms have them all
)

// Text writes the report for a terminal of 100 columns: its parts as the form has them, then the
// checks.
func Text(w io.Writer, r stats.Report) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n", grid.Clean(title(r)))
	fmt.Fprintf(&b, "%s\n", stamp(r, f.Document))
	prose(&b, f.Parts[stats.PartOverview], r.Sections.Overview)
	fmt.Fprintf(&b, "\n%s\n\n", f.Parts[stats.PartFacts])
	facts(&b, f, r.Table2)
	fmt.Fprintf(&b, "\n%s\n%s\n\n", f.Parts[stats.PartApplications], f.Rule)
	applications(&b, f, r.Table3)
	fmt.Fprintf(&b, "\n%s\n\n", f.Parts[stats.PartDisputes])
	disputes(&b, f, r.Table4)
	prose(&b, f.Parts[stats.PartProblems], []stats.Passage{{Text: r.Sections.Problems}})
	prose(&b, f.Parts[stats.PartOther], r.Sections.Other)
	fmt.Fprintf(&b, "\n核对（%s）\n\n", summary(r.Checks))
	for _, c := range r.Checks {
		check(&b, c)
	}
	_, err = w.Write(b.Bytes())
	return err
}

// prose writes a part of the report that is words.
func prose(b *bytes.Buffer, heading string, passages []stats.Passage) {
	fmt.Fprintf(b, "\n%s\n\n", heading)
	for i, p := range passages {
		if p.Title != "" {
			fmt.Fprintln(b, grid.Clean(numbered(i, p.Title)))
		}
		for _, paragraph := range paragraphs(p.Text) {
			for i, line := range wrap("　　"+grid.Clean(paragraph), textWidth) {
				if i == 0 || line != "" {
					fmt.Fprintln(b, line)
				}
			}
		}
	}
}

// facts writes 表二; what nobody has entered is said to be missing.
func facts(b *bytes.Buffer, f stats.Format, facts stats.Facts) {
	for _, g := range f.Facts {
		rows := [][]string{append([]string{g.Article}, g.Columns...)}
		for _, item := range g.Items {
			rows = append(rows, append([]string{"  " + item.Label}, amounts(g, facts[item.Key], "未填")...))
		}
		write(b, rows)
	}
}

// amounts are the numbers of a line of 表二; none stands for those that are not there.
func amounts(g stats.FactGroup, values []stats.Amount, none string) []string {
	cells := make([]string, len(g.Columns))
	for i := range cells {
		cells[i] = none
		if i < len(values) {
			cells[i] = values[i].String()
		}
	}
	return cells
}

func applications(b *bytes.Buffer, f stats.Format, table []stats.Line) {
	var rows [][]string
	put := func(depth int, label string, cells []string) {
		lines := wrap(label, labelWidth-2*depth)
		for i, line := range lines {
			row := []string{strings.Repeat("  ", depth) + line}
			if i == len(lines)-1 {
				row = append(row, cells...)
			}
			rows = append(rows, row)
		}
	}
	rows = append(rows, heading(stats.ColumnLabels())...)
	var under []string
	for i, r := range f.Rows {
		for depth, label := range r.Under {
			if depth >= len(under) || under[depth] != label {
				put(depth, label, nil)
			}
		}
		under = r.Under
		put(len(under), r.Label, numbers(table[i][:]))
	}
	b.WriteString(bodies(rows))
	write(b, rows)
}

// bodies are the lines over the headings that say which columns are 申请人情况, all of them, and which are
// 法人或其他组织: all but the first and the last.
func bodies(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], width(cell))
		}
	}
	left, span := widths[0]+2+widths[1]+2, -2
	for _, w := range widths[2 : len(widths)-1] {
		span += w + 2
	}
	const text = " 法人或其他组织 "
	from, all := widths[0]+2, widths[1]+2+span+2+widths[len(widths)-1]
	return strings.Repeat(" ", from) + ruled(" 申请人情况 ", all) + "\n" + strings.Repeat(" ", left) + ruled(text, span) + "\n"
}

// ruled is a text in the middle of a rule.
func ruled(text string, span int) string {
	dashes := span - width(text)
	return strings.Repeat("-", dashes/2) + text + strings.Repeat("-", dashes-dashes/2)
}

func disputes(b *bytes.Buffer, f stats.Format, table []stats.Standings) {
	rows := [][]string{append([]string{""}, f.Results...)}
	for i, t := range f.Tracks {
		label := t.Label
		if t.Under != "" {
			label = t.Under + "：" + label
		}
		rows = append(rows, append([]string{label}, numbers(table[i][:])...))
	}
	write(b, rows)
}

// heading splits words over two lines, so that the columns stay narrow.
func heading(labels []string) [][]string {
	upper, lower := []string{""}, []string{""}
	for _, label := range labels {
		lines := []string{"", label}
		if w := width(label); w > 6 {
			lines = wrap(label, w-4)
		}
		upper, lower = append(upper, lines[0]), append(lower, lines[1])
	}
	return [][]string{upper, lower}
}

// write draws rows whose first cell is words and whose others are numbers or the words above them.
func write(b *bytes.Buffer, rows [][]string) {
	align := slices.Repeat([]grid.Align{grid.Right}, len(rows[0]))
	align[0] = grid.Left
	grid.Write(b, grid.Table{Rows: rows, Align: align}, grid.Options{}) // a bytes.Buffer takes everything
}

func summary(checks []stats.Check) string {
	count := make(map[stats.Level]int)
	for _, c := range checks {
		count[c.Level]++
	}
	return fmt.Sprintf("%d 项通过，%d 项提示，%d 项不通过", count[stats.Fine], count[stats.Warning], count[stats.Failure])
}

func check(b *bytes.Buffer, c stats.Check) {
	sign := map[stats.Level]string{stats.Fine: "✓ ", stats.Warning: "！", stats.Failure: "✗ "}[c.Level]
	for i, line := range wrap(grid.Clean(c.String()), textWidth-3) {
		if i > 0 {
			sign = "  "
		}
		fmt.Fprintf(b, "%s %s\n", sign, line)
	}
	line := "  "
	for i, id := range c.Cases {
		if i == shownCases {
			line += fmt.Sprintf("  … 共 %d 件，全部编号见 csv 或 json 格式", len(c.Cases))
			break
		}
		number := grid.Clean(string(id))
		if width(line)+1+width(number) > textWidth {
			b.WriteString(line + "\n")
			line = "  "
		}
		line += " " + number
	}
	if len(c.Cases) > 0 {
		b.WriteString(line + "\n")
	}
}

// wrap breaks a text into lines of at most limit columns.
func wrap(s string, limit int) []string { return grid.Wrap(s, limit, grid.Options{}) }

func width(s string) int { return grid.Width(s, grid.Options{}) }
