package stats

import (
	"fmt"
	"strings"

	"ysq.internal/ysq/casefile"
)

// rest is how an opening balance is set off against the cases that were entered for it, column by
// column.
type rest struct {
	unnamed  [len(casefile.Columns)]int // in the balance and not among the cases
	exceeded [len(casefile.Columns)]int // the other way about
}

func (b *book) rest() rest {
	var r rest
	if b.opening.Year == 0 || b.to.Year() < b.opening.Year {
		return r
	}
	for i, n := range b.opening.Columns {
		r.unnamed[i] = max(0, n-b.named[i])
		r.exceeded[i] = max(0, b.named[i]-n)
	}
	return r
}

func (r rest) check(o casefile.OpeningBalance, carried []casefile.ID) Check {
	c := verdict("opening-balance", Fine, "没有期初结转")
	switch over, left := columns(r.exceeded), columns(r.unnamed); {
	case over != "":
		c = verdict("opening-balance", Failure, fmt.Sprintf("结转案件多于 %d 年期初上年结转数：%s：请核对期初数或案件的“结转”标记", o.Year, over)).by("year opening")
	case left != "":
		c = verdict("opening-balance", Warning, fmt.Sprintf("%d 年期初上年结转尚有未补录的案件：%s，现计入上年结转和结转下年度：请补录", o.Year, left)).by("new --carried")
	case o.Year != 0:
		c = verdict("opening-balance", Fine, fmt.Sprintf("%d 年期初上年结转 %d 件均有案件", o.Year, sum(o.Columns[:])))
	}
	if c.Level == Failure {
		c.Cases = carried
	}
	return c
}

// columns names those that are not zero: 自然人 2、其他 1.
func columns(line [len(casefile.Columns)]int) string {
	var all []string
	for i, n := range line {
		if n != 0 {
			all = append(all, fmt.Sprintf("%s %d", casefile.Columns[i].Label(), n))
		}
	}
	return strings.Join(all, "、")
}

func sum(line []int) int {
	n := 0
	for _, v := range line {
		n += v
	}
	return n
}

// carriedOver compares 上年结转 with what the year before carried out, column by column.
func (r Report) carriedOver(f Format, o Options) Check {
	const rule = "表三各列：上年结转等于上年度的结转下年度继续办理"
	var before Line
	source := ""
	switch {
	case !r.From.IsZero() || !r.To.IsZero():
		return verdict("carry-over", Fine, rule+"（非全年，未核对）")
	case o.Before != nil:
		last, err := FormatOf(o.Before.Format)
		if err != nil {
			return verdict("carry-over", Failure, err.Error())
		}
		before, source = o.Before.Table3[last.rowOf(CountsCarriedOut)], fmt.Sprintf("%d 年已公布的报告", o.Before.Year)
	case o.Opening.Year == r.Year:
		copy(before[:], o.Opening.Columns[:])
		before[total], source = sum(o.Opening.Columns[:]), "期初数"
	default:
		return verdict("carry-over", Warning, rule+"（上年度没有已冻结的报告或期初数，未核对）")
	}
	var broken []string
	for i, label := range ColumnLabels() {
		if in := r.Table3[f.rowOf(CountsCarriedIn)][i]; in != before[i] {
			broken = append(broken, fmt.Sprintf("%s：%s为 %d，本表为 %d", label, source, before[i], in))
		}
	}
	return identity("carry-over", rule, broken)
}
