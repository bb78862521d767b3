package form

// layOut gives the segments that pdfium would find: each cell's lines broken at its width and centred in
// its row, as Word does it.
func layOut(blocks []Block, padding float64) []Segment {
	const em, line = 10.5, 16.0
	var all []Segment
	y := 60.0
	put := func(text string, x, y float64) {
		if text != "" {
			y += float64(len(text)*7%5-2) * 0.6 // what is measured is ink
			all = append(all, Segment{Page: 1, Text: text, X: x, Y: y, Width: em * wide(text), Height: em})
		}
	}
	for _, b := range blocks {
		if b.Line != nil {
			put(b.Line.Text, 60, y)
			y += line
			continue
		}
		rows, cols := 0, 0
		for _, c := range b.Table.Cells {
			rows, cols = max(rows, c.Row+c.RowSpan), max(cols, c.Col+c.ColSpan)
		}
		width := 480 / float64(cols)
		heights := make([]float64, rows)
		broken := make([][]string, len(b.Table.Cells))
		for i, c := range b.Table.Cells {
			per := max(2, int(width*float64(c.ColSpan)/em)-1)
			for _, l := range splitLines(c.Text) {
				begin := 0
				for k := range l {
					if wide(l[begin:k]) > float64(per)-1 {
						broken[i] = append(broken[i], l[begin:k])
						begin = k
					}
				}
				broken[i] = append(broken[i], l[begin:])
			}
			if c.RowSpan == 1 {
				heights[c.Row] = max(heights[c.Row], line*float64(len(broken[i])))
			}
		}
		tops := []float64{y}
		for _, h := range heights {
			tops = append(tops, tops[len(tops)-1]+max(h, line)+padding)
		}
		for i, c := range b.Table.Cells {
			top, bottom := tops[c.Row], tops[c.Row+c.RowSpan]
			at := top + (bottom-top-line*float64(len(broken[i])))/2
			for k, l := range broken[i] {
				put(l, 60+width*float64(c.Col)+3, at+line*float64(k))
			}
		}
		y = tops[rows] + line
	}
	return all
}

// wide is the width of a text in ems.
func wide(s string) (w float64) {
	for _, r := range s {
		if w += 0.5; r > 0x7f {
			w += 0.5
		}
	}
	return w
}

func splitLines(s string) []string {
	var all []string
	for {
		i := 0
		for i < len(s) && s[i] != '\n' {
			i++
		}
		all = append(all, s[:i])
		if i == len(s) {
			return all
		}
		s = s[i+1:]
	}
}
