package render

import (
	"fmt"
	"strings"

	"ysq.internal/ysq/stats"
)

// bar is one line of a chart.
type bar struct {
	name string
	n    int
}

// charts draws how the year's cases ended and who asked. They repeat the table, so a screen reader is
// told what they show and no more.
func (p *page) charts() {
	var ended, asked []bar
	for i, r := range p.format.Rows {
		n := p.report.At(stats.Cell{Row: i})
		switch {
		case r.Counts == stats.CountsOutcome:
			name := r.Label
			if len(r.Under) > 1 {
				name = r.Under[1]
			}
			name, _, _ = strings.Cut(name[strings.Index(name, "）")+len("）"):], "（")
			if len(ended) == 0 || ended[len(ended)-1].name != name {
				ended = append(ended, bar{name: name})
			}
			ended[len(ended)-1].n += n
		case r.Counts == stats.CountsNew:
			for j, l := range stats.ColumnLabels()[:len(p.report.Table3[i])-1] {
				asked = append(asked, bar{l, p.report.Table3[i][j]})
			}
		}
	}
	p.put("<div class=\"charts\">\n")
	p.chart("办理结果", ended)
	p.chart("新收申请的申请人", asked)
	p.put("</div>\n")
}

const (
	barHeight, barGap = 18, 8
	barLeft, barWidth = 110, 160
)

func (p *page) chart(name string, bars []bar) {
	most, sum := 0, 0
	for _, b := range bars {
		most, sum = max(most, b.n), sum+b.n
	}
	if sum == 0 {
		return
	}
	height := len(bars)*(barHeight+barGap) + barGap
	p.put("<figure>\n<figcaption>%s</figcaption>\n<svg viewBox=\"0 0 380 %d\" role=\"img\" aria-label=\"%s\">\n", name, height, name+"条形图，数字见表三")
	for i, b := range bars {
		y := barGap + i*(barHeight+barGap)
		width := b.n * barWidth / most
		if b.n > 0 {
			width = max(width, 1)
		}
		p.put("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>", barLeft-8, y+13, b.name)
		p.put("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>", barLeft, y, width, barHeight)
		p.put("<text x=\"%d\" y=\"%d\">%s</text>\n", barLeft+width+6, y+13, fmt.Sprintf("%d（%s%%）", b.n, percent(b.n, sum)))
	}
	p.put("</svg>\n</figure>\n")
}

// percent rounds to a tenth.
func percent(n, of int) string {
	tenths := (n*2000 + of) / (2 * of)
	return fmt.Sprintf("%d.%d", tenths/10, tenths%10)
}
