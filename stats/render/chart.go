package render

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"ysq.internal/ysq/stats"
)

// bar is one line of a chart.
type bar struct {
	name string
	n    int
}

// diagram is a chart: bars one below the other, or the months of the year side by side.
type diagram struct {
	name   string
	place  string // where its numbers stand
	bars   []bar
	months [][12]int // a series for each of bars' names, where it is by month
}

// diagrams are the charts of a report: what came and went by month, how it ended, who asked, whether it was in time, what was
// disputed, and how it compares with the year before. One without any number is left out.
func diagrams(f stats.Format, r stats.Report) []diagram {
	var ended, asked []bar
	for i, row := range f.Rows {
		n := r.At(stats.Cell{Row: i})
		switch {
		case row.Counts == stats.CountsOutcome:
			name := row.Label
			if len(row.Under) > 1 {
				name = row.Under[1]
			}
			name, _, _ = strings.Cut(name[strings.Index(name, "）")+len("）"):], "（")
			if len(ended) == 0 || ended[len(ended)-1].name != name {
				ended = append(ended, bar{name: name})
			}
			ended[len(ended)-1].n += n
		case row.Counts == stats.CountsNew:
			for j, l := range stats.ColumnLabels()[:len(r.Table3[i])-1] {
				asked = append(asked, bar{l, r.Table3[i][j]})
			}
		}
	}
	var disputed []bar
	for j, result := range f.Results[:len(f.Results)-1] {
		suits := 0
		for _, t := range r.Table4[1:] {
			suits += t[j]
		}
		disputed = append(disputed, bar{"复议" + result, r.Table4[0][j]}, bar{"诉讼" + result, suits})
	}
	all := []diagram{}
	if c := r.Course; c != nil && r.From.IsZero() && r.To.IsZero() {
		all = append(all, diagram{name: "各月新收与办结", place: "合计见表三", bars: []bar{{"新收", sumOf(c.Received[:])}, {"办结", sumOf(c.Ended[:])}}, months: [][12]int{c.Received, c.Ended}})
	}
	all = append(all, diagram{name: "办理结果", place: "数字见表三", bars: ended}, diagram{name: "新收申请的申请人", place: "数字见表三", bars: asked})
	if c := r.Course; c != nil {
		all = append(all, diagram{name: "办结期限", place: "按法定期限计", bars: []bar{{"按期办结", c.OnTime}, {"有争议", c.Disputable}, {"逾期办结", c.Late}}})
		if last := c.Before; last != nil {
			now, before, year := r.Totals(f), fmt.Sprintf("%d年", r.Year-1), fmt.Sprintf("%d年", r.Year)
			all = append(all, diagram{name: "与上年相比", place: "数字见两年的表三", bars: []bar{{"新收 " + before, last.New}, {"新收 " + year, now.New},
				{"办结 " + before, last.Ended}, {"办结 " + year, now.Ended}, {"结转 " + before, last.CarriedOut}, {"结转 " + year, now.CarriedOut}}})
		}
	}
	all = append(all, diagram{name: "行政复议、行政诉讼结果", place: "数字见表四", bars: disputed})
	return slices.DeleteFunc(all, func(d diagram) bool {
		return !slices.ContainsFunc(d.bars, func(b bar) bool { return b.n > 0 })
	})
}

func sumOf(all []int) (n int) {
	for _, v := range all {
		n += v
	}
	return n
}

// Charts writes the charts of a report as HTML for a page of its own style (figure, rect.s0, rect.s1), and nothing where
// there is nothing to draw.
func Charts(w io.Writer, r stats.Report) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	p := &page{report: r, format: f}
	if len(diagrams(f, r)) == 0 {
		return nil
	}
	p.charts()
	_, err = p.WriteTo(w)
	return err
}

// charts draws them. They repeat the tables, so a screen reader is told what they show and no more.
func (p *page) charts() {
	p.put("<div class=\"charts\">\n")
	for _, d := range diagrams(p.format, p.report) {
		if d.months != nil {
			p.monthly(d)
		} else {
			p.chart(d)
		}
	}
	p.put("</div>\n")
}

// monthly draws two columns for each month.
func (p *page) monthly(d diagram) {
	const height, width, base = 120, 65, 150
	most := 1
	for _, s := range d.months {
		most = max(most, slices.Max(s[:]))
	}
	p.put("<figure class=\"wide\">\n<figcaption>%s</figcaption>\n<svg viewBox=\"0 0 800 180\" role=\"img\" aria-label=\"%s\">\n", d.name, d.name+"柱形图，"+d.place)
	for k, b := range d.bars {
		p.put("<rect class=\"s%d\" x=\"%d\" y=\"2\" width=\"10\" height=\"10\"/><text x=\"%d\" y=\"11\">%s</text>\n", k, 660+70*k, 675+70*k, b.name)
	}
	p.put("<line x1=\"10\" y1=\"%d\" x2=\"790\" y2=\"%d\"/>\n", base, base)
	for m := range 12 {
		x := 14 + m*width
		for k, s := range d.months {
			h := s[m] * height / most
			if s[m] > 0 {
				p.put("<rect class=\"s%d\" x=\"%d\" y=\"%d\" width=\"24\" height=\"%d\"/><text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>", k, x+k*27, base-max(h, 1), max(h, 1), x+k*27+12, base-max(h, 1)-3, fmt.Sprint(s[m]))
			}
		}
		p.put("<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", x+25, base+16, fmt.Sprintf("%d月", m+1))
	}
	p.put("</svg>\n</figure>\n")
}

const (
	barHeight, barGap = 18, 8
	barLeft, barWidth = 110, 160
)

func (p *page) chart(d diagram) {
	name, bars := d.name, d.bars
	most, sum := 0, 0
	for _, b := range bars {
		most, sum = max(most, b.n), sum+b.n
	}
	compared := strings.HasPrefix(name, "与上年") // whose bars are no parts of one whole
	height := len(bars)*(barHeight+barGap) + barGap
	p.put("<figure>\n<figcaption>%s</figcaption>\n<svg viewBox=\"0 0 380 %d\" role=\"img\" aria-label=\"%s\">\n", name, height, name+"条形图，"+d.place)
	for i, b := range bars {
		y := barGap + i*(barHeight+barGap)
		width := b.n * barWidth / most
		if b.n > 0 {
			width = max(width, 1)
		}
		p.put("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>", barLeft-8, y+13, b.name)
		p.put("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>", barLeft, y, width, barHeight)
		text := fmt.Sprintf("%d（%s%%）", b.n, percent(b.n, sum))
		if compared {
			text = fmt.Sprint(b.n)
		}
		p.put("<text x=\"%d\" y=\"%d\">%s</text>\n", barLeft+width+6, y+13, text)
	}
	p.put("</svg>\n</figure>\n")
}

// percent rounds to a tenth.
func percent(n, of int) string {
	tenths := (n*2000 + of) / (2 * of)
	return fmt.Sprintf("%d.%d", tenths/10, tenths%10)
}
