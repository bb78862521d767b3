package published

import (
	"slices"
	"strings"

	"ysq.internal/ysq/stats"
)

// facts finds the lines of 表二 in tables; named is whether any is there, with numbers or without.
func facts(f stats.Format, pieces []piece) (t stats.Facts, named bool) {
	t = make(stats.Facts)
	for _, p := range pieces {
		for i, cell := range p.cells {
			g, item, ok := factNamed(f, cell)
			if !ok || len(t[item.Key]) == len(g.Columns) {
				continue
			}
			named = true
			if values, ok := factValues(g, p.cells[i+1:]); ok {
				t[item.Key] = values
			} else if at := oneOf(g, p.cells[i+1:]); at >= 0 && at == len(t[item.Key]) { // our own .csv: a line for each number
				if v, blank, ok := amount(p.cells[len(p.cells)-1]); ok && !blank {
					t[item.Key] = append(t[item.Key], v)
				}
			}
		}
	}
	for _, g := range f.Facts {
		for _, item := range g.Items {
			if len(t[item.Key]) != len(g.Columns) {
				delete(t, item.Key)
			}
		}
	}
	return t, named
}

// factNamed finds the line of 表二 with a name. The form of 2021 says 行政规范性文件, that of 2019 规范性文件, and offices either.
func factNamed(f stats.Format, cell string) (stats.FactGroup, stats.FactItem, bool) {
	name := strings.TrimPrefix(blankless(cell), "行政")
	for _, g := range f.Facts {
		for _, item := range g.Items {
			if name != "" && name == strings.TrimPrefix(item.Label, "行政") {
				return g, item, true
			}
		}
	}
	return stats.FactGroup{}, stats.FactItem{}, false
}

func oneOf(g stats.FactGroup, cells []string) int {
	if len(cells) != 2 {
		return -1
	}
	return slices.Index(g.Columns, blankless(cells[0]))
}

func factValues(g stats.FactGroup, cells []string) ([]stats.Amount, bool) {
	cells = slices.DeleteFunc(slices.Clone(cells), func(c string) bool { return c == "" })
	if len(cells) != len(g.Columns) {
		return nil, false
	}
	all := make([]stats.Amount, len(cells))
	for i, c := range cells {
		a, _, ok := amount(c)
		if !ok {
			return nil, false
		}
		if s := blankless(c); strings.Contains(g.Columns[i], "万元") && strings.Contains(s, "元") && !strings.Contains(s, "万") {
			a /= 10_000 // the cell names another unit than the form
		}
		all[i] = a
	}
	return all, true
}

// factsForm tells by the heads of its columns in which form 表二 is; the newest where none is there.
func factsForm(d document) stats.Format {
	var best stats.Format
	most := -1
	var text strings.Builder
	for _, p := range d.pieces {
		text.WriteString(blankless(p.text()))
		text.WriteByte('\n')
	}
	all := text.String()
	for _, name := range slices.Backward(stats.Formats()) {
		f, err := stats.FormatOf(name)
		if err != nil {
			continue // a test reads every format
		}
		n := 0
		for _, g := range f.Facts {
			for _, c := range g.Columns {
				if strings.Contains(all, c) {
					n++
				}
			}
		}
		if n > most {
			best, most = f, n
		}
	}
	return best
}
