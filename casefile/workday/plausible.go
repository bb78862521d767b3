package workday

import (
	"slices"
	"strings"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/regexp"
)

// shortNames are the holidays as people also call them.
var shortNames = map[string]string{
	"清明": "清明节", "五一": "劳动节", "劳动": "劳动节", "端午": "端午节", "中秋": "中秋节", "国庆": "国庆节", "十一": "国庆节", "新年": "元旦",
}

// holidayName is one name or several; texts copied out of a PDF have blanks in it, which are dropped.
var holidayName = regexp.MustCompile(`^\p{Han}+(、\p{Han}+)*$`)

// reserved begin lines that are no holiday's.
var reserved = []string{"上班", "调休", "调休上班", "补班", "放假", "年份", "年度", "文号", "通知文号", "发文字号", "类型", "名称", "节日", "项目"}

// fullName returns the names under which the notices list their holidays.
func fullName(name string) string {
	parts := strings.Split(strings.ReplaceAll(name, " ", ""), "、")
	for i, p := range parts {
		if full, ok := shortNames[p]; ok {
			p = full
		}
		parts[i] = p
	}
	return strings.Join(parts, "、")
}

// judge finds what no line shows by itself: a day named twice, a swap that is none, a holiday far
// from its festival.
func (n *notice) judge() {
	named := map[civil.Date]string{}
	once := func(d civil.Date, at place, what string) {
		if before, ok := named[d]; ok {
			n.fault(at, "%s 既是%s又是%s，请只写一次", d.Long(), before, what)
		}
		named[d] = what
	}
	for i, r := range n.Rest {
		for d := r.From; d <= r.To; d++ {
			once(d, n.rests[i], r.Name+"放假")
		}
		for name := range strings.SplitSeq(r.Name, "、") {
			if !plausible(name, r) {
				n.fault(n.rests[i], "%s 至 %s 不在 %d 年%s前后，请核对", r.From, r.To, n.Year.Year, name)
			}
		}
	}
	for i, d := range n.Work {
		once(d, n.works[i], "调休上班")
		if !weekend(d) {
			n.fault(n.works[i], "调休上班日 %s 不是周末，请核对", d.Long())
		}
	}
	slices.Sort(n.Work)
	slices.SortStableFunc(n.Rest, func(a, b Rest) int { return a.From.Sub(b.From) })
}

// near is how far a holiday may lie from the day that it is named after: the seven days around it,
// and as many again for an amendment that prolongs it.
const near = 14

// plausible reports whether a festival's own day lies in or near the holiday. Names and years of
// which nothing is known pass.
func plausible(name string, r Rest) bool {
	known := false
	for d := civil.New(r.To.Year(), 1, 1); d.Year() == r.To.Year(); d++ {
		if !strings.Contains(statutory(d), name) {
			continue
		}
		known = true
		if d >= r.From.Add(-near) && d <= r.To.Add(near) {
			return true
		}
	}
	return !known
}
