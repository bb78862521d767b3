package stats

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Audited is a published report with the file it was read from.
type Audited struct {
	File string
	Report
	Reading
}

// Finding is what an auditor has to look at.
type Finding struct {
	File   string `json:"file"`
	Agency string `json:"agency"`
	Year   int    `json:"year"`
	Check  string `json:"check"` // stable
	Detail string `json:"detail"`
}

// Audit checks reports by themselves and against one another: what a year carried out against what the next began with,
// the rules in force from year to year, the fees that must be stated, and, where total names an office, its report against
// the sum of the others.
func Audit(all []Audited, total string) ([]Finding, error) {
	a := audit{findings: []Finding{}}
	years := make(map[string][]Audited) // by office
	for _, r := range all {
		if err := a.alone(r); err != nil {
			return nil, err
		}
		if r.Agency != "" && r.Year != 0 {
			years[blankless(r.Agency)] = append(years[blankless(r.Agency)], r)
		}
	}
	for _, of := range years {
		slices.SortStableFunc(of, func(x, y Audited) int { return cmp.Compare(x.Year, y.Year) })
		for i := 1; i < len(of); i++ {
			if err := a.chain(of[i-1], of[i]); err != nil {
				return nil, err
			}
		}
	}
	if total != "" {
		if err := a.sum(all, total); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(a.findings, func(x, y Finding) int {
		return cmp.Or(cmp.Compare(x.Agency, y.Agency), cmp.Compare(x.Year, y.Year), cmp.Compare(x.File, y.File))
	})
	return a.findings, nil
}

type audit struct{ findings []Finding }

func (a *audit) note(r Audited, check, format string, args ...any) {
	a.findings = append(a.findings, Finding{r.File, r.Agency, r.Year, check, fmt.Sprintf(format, args...)})
}

func (a *audit) alone(r Audited) error {
	checks, err := Examine(r.Report, r.Reading)
	if err != nil {
		return err
	}
	for _, c := range checks {
		if !c.OK || c.Level == Warning {
			a.note(r, c.ID, "%s", c.Detail)
		}
	}
	if r.Agency == "" || r.Year == 0 {
		a.note(r, "title", "标题中的机关或年度读不出，未与其他年度、其他单位核对")
	}
	if len(r.Table2) == 0 {
		a.note(r, "facts-missing", "表二没有读到，未核对")
	}
	if strings.ContainsAny(r.Text, "。，；") && !strings.Contains(r.Text, "信息处理费") {
		a.note(r, "fees-stated", "没有写明收取信息处理费的情况；没有收取的也应写明（国办公开办函〔2021〕30号）")
	}
	return nil
}

// chain compares two reports of one office, the earlier first.
func (a *audit) chain(last, r Audited) error {
	if last.Year == r.Year {
		if !slices.Equal(last.Table3, r.Table3) || !slices.Equal(last.Table4, r.Table4) {
			a.note(r, "two-versions", "与 %s 同为 %d 年的报告而各表不同", last.File, r.Year)
		}
		return nil
	}
	if last.Year+1 != r.Year {
		return nil
	}
	broken, err := Carried(last.Report, r.Report)
	if err != nil {
		return err
	}
	for _, b := range broken {
		a.note(r, "carry-over", "上年结转与上年报告不符：%s", b)
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	if cmp.Or(last.Table2Format, last.Format) != cmp.Or(r.Table2Format, r.Format) {
		return nil
	}
	for _, c := range r.Table2.check(f, last.Table2) {
		if c.ID == "facts-balance" && !c.OK {
			a.note(r, c.ID, "%s", c.Detail)
		}
	}
	return nil
}

// Carried compares what a year's report carries out with what the next year's carries in, and names the columns that differ.
func Carried(last, next Report) (broken []string, err error) {
	before, err := last.Form()
	if err != nil {
		return nil, err
	}
	f, err := next.Form()
	if err != nil {
		return nil, err
	}
	for k, label := range ColumnLabels() {
		if out, in := last.Table3[before.rowOf(CountsCarriedOut)][k], next.Table3[f.rowOf(CountsCarriedIn)][k]; out != in {
			broken = append(broken, fmt.Sprintf("%s：%d 年结转下年度 %d，%d 年上年结转 %d", label, last.Year, out, next.Year, in))
		}
	}
	return broken, nil
}

// sum compares an office's report of each year with the sum of the others' of that year.
func (a *audit) sum(all []Audited, name string) error {
	found := false
	for _, whole := range all {
		if blankless(whole.Agency) != blankless(name) {
			continue
		}
		found = true
		var parts []Report
		for _, r := range all {
			if r.Year == whole.Year && r.Agency != "" && blankless(r.Agency) != blankless(name) &&
				!slices.ContainsFunc(parts, func(p Report) bool { return blankless(p.Agency) == blankless(r.Agency) }) {
				parts = append(parts, r.Report)
			}
		}
		if len(parts) == 0 {
			a.note(whole, "sum", "没有其余单位 %d 年的报告，未核对汇总", whole.Year)
			continue
		}
		m, err := Merge(name, true, append(parts, whole.Report)...)
		if err != nil {
			return err
		}
		// The merged report has the parts and the whole: where the whole is right, twice the whole.
		for _, s := range m.Shares {
			own := 0
			for _, u := range s.Units {
				if u.Unit == whole.Agency {
					own = u.Count
				}
			}
			if s.Total != 2*own {
				a.note(whole, "sum", "%s：%d 个单位之和 %d，本报告 %d", s.Cell, len(parts), s.Total-own, own)
			}
		}
	}
	if !found {
		return fmt.Errorf("没有%s的报告", name)
	}
	return nil
}
