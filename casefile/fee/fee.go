// Package fee computes the 信息处理费 (条例42; 国办函〔2020〕109号, in force since 2021-01-01).
//
// The fee is not a price for information: it is there for applications whose number or extent is
// clearly beyond reason. It is charged by 件 or by 页, never both for one application, and each part
// is charged at the rate of its own tier:
//
//	件, of one applicant in one calendar month   页 (sides of A4), of one application
//	 1–10   free                                   1–30    free
//	11–30   100 元 each                            31–100   10 元 each
//	31–40   200 元 each                           101–200   20 元 each
//	41–50   300 元 each, and so on by tens        201–      40 元 each
package fee

import (
	"fmt"
	"strings"
)

// Most is the highest count for which a fee is computed: beyond it a typing error is likelier than an
// application.
const Most = 100_000

// Fee is an amount with its explanation.
type Fee struct {
	By    string // 件 or 页
	Count int
	Yuan  int
	Lines []Line // what the amount is made of, tier by tier
}

// Line is the part of a fee that falls into one tier.
type Line struct {
	From, To int // of the tier; To is 0 where it has no end
	Count    int // how many fall into it
	Each     int // 元
	Yuan     int
}

// step is a tier: from here on, up to the next, each costs so much.
type step struct{ from, each int }

var pageSteps = [...]step{{1, 0}, {31, 10}, {101, 20}, {201, 40}}

// ByItem is the fee for so many applications of one applicant in one calendar month.
func ByItem(count int) Fee {
	f := Fee{By: "件", Count: max(0, min(count, Most))}
	f.add(1, 10, 0)
	f.add(11, 30, 100)
	for from, each := 31, 200; from <= f.Count; from, each = from+10, each+100 {
		f.add(from, from+9, each)
	}
	return f
}

// ByPage is the fee for so many pages given out on one application. What is already public is not
// counted, and pages of several applications are not added up.
func ByPage(pages int) Fee {
	f := Fee{By: "页", Count: max(0, min(pages, Most))}
	for i, s := range pageSteps {
		to := 0
		if i+1 < len(pageSteps) {
			to = pageSteps[i+1].from - 1
		}
		f.add(s.from, to, s.each)
	}
	return f
}

// add charges what falls into a tier.
func (f *Fee) add(from, to, each int) {
	n := f.Count - from + 1
	if to != 0 {
		n = min(f.Count, to) - from + 1
	}
	if n <= 0 {
		return
	}
	f.Lines = append(f.Lines, Line{from, to, n, each, n * each})
	f.Yuan += n * each
}

// Explain says line by line how the amount comes about.
func (f Fee) Explain() []string {
	var all []string
	var sums []string
	for _, l := range f.Lines {
		all = append(all, l.explain(f.By))
		if l.Yuan > 0 {
			sums = append(sums, fmt.Sprint(l.Yuan))
		}
	}
	total := fmt.Sprintf("合计 %d 元", f.Yuan)
	if len(sums) > 1 {
		total = fmt.Sprintf("合计 %s = %d 元", strings.Join(sums, " + "), f.Yuan)
	}
	return append(all, total)
}

func (l Line) explain(by string) string {
	tier := fmt.Sprintf("第 %d 至 %d %s", l.From, l.To, by)
	if l.To == 0 {
		tier = fmt.Sprintf("第 %d %s起", l.From, by)
	}
	if l.Each == 0 {
		return fmt.Sprintf("%s：%d %s，不收费", tier, l.Count, by)
	}
	return fmt.Sprintf("%s：%d %s × %d 元 = %d 元", tier, l.Count, by, l.Each, l.Yuan)
}
