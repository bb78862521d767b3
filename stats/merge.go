package stats

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Merged is several offices' reports on a year as one.
type Merged struct {
	Report
	Units  []string `json:"units"`
	Shares []Share  `json:"shares"` // what each unit has in the cells of 表三 and 表四 that are not zero
}

// Share says which units make up a number.
type Share struct {
	Cell  string      `json:"cell"` // （三）4,自然人; 行政复议,结果维持
	Total int         `json:"total"`
	Units []UnitCount `json:"units"` // those that are not zero
}

// UnitCount is what one unit adds to a number.
type UnitCount struct {
	Unit  string `json:"unit"`
	Count int    `json:"count"`
}

// Conflict is why reports cannot be added up as they are: years that differ or are not known, an office twice.
type Conflict struct{ Reasons []string }

func (c *Conflict) Error() string { return "不能相加：" + strings.Join(c.Reasons, "；") }

// Merge adds reports up. They must be of one year, which is known, and no unit may stand twice: that is a *Conflict, and
// with force a check that names it. Reports that have （六） as one row, as the form of 2019 does, are added to others in
// that form, their three rows as one. The checks are those of the sum, and the ones that fail in a unit's own numbers,
// under its name. Words are nobody's sum: there are none but those on the tables.
func Merge(agency string, force bool, reports ...Report) (Merged, error) {
	if len(reports) == 0 {
		return Merged{}, errors.New("没有要合并的报告")
	}
	for _, r := range reports {
		if f, err := FormatOf(r.Format); err != nil || len(r.Table3) != len(f.Rows) || len(r.Table4) != len(f.Tracks) {
			return Merged{}, fmt.Errorf("%s的报告不完整", r.Agency)
		}
	}
	reports = slices.Clone(reports)
	conflict := conflicts(reports)
	if conflict != nil && !force {
		return Merged{}, conflict
	}
	f, err := narrowest(reports)
	if err != nil {
		return Merged{}, err
	}
	first := reports[0]
	m := Merged{Report: Report{
		Format: f.Name, Agency: agency, From: first.From, To: first.To, GeneratedAt: first.GeneratedAt,
		Table3: make([]Line, len(f.Rows)), Table4: make([]Standings, len(f.Tracks)),
	}}
	var units []Check
	for i := range reports {
		r := &reports[i]
		for _, c := range r.identities(must(r.Form())) {
			if !c.OK {
				c.Detail = r.Agency + "：" + c.Detail
				units = append(units, c)
			}
		}
		if r.Format != f.Name {
			*r = r.in(f)
			units = append(units, verdict("single-row", Warning, r.Agency+"：“（六）其他处理”的三行相加为一行，与其余单位同表汇总"))
		}
		m.Year = max(m.Year, r.Year)
		m.Units = append(m.Units, r.Agency)
		if r.GeneratedAt.After(m.GeneratedAt) {
			m.GeneratedAt = r.GeneratedAt
		}
		m.plus(*r)
	}
	facts := m.addFacts(reports)
	if f, err = m.Form(); err != nil {
		return m, err
	}
	m.fees(f)
	m.Checks = append(m.identities(f), facts...)
	if conflict != nil {
		m.Checks = append(m.Checks, verdict("merged-anyway", Warning, "虽有下列情形，仍予相加："+strings.Join(conflict.Reasons, "；")))
	}
	m.Checks = append(append(m.Checks, alike(reports)...), units...)
	m.shares(f, reports)
	return m, nil
}

// manyCases is from where on two tables that agree in every number are taken for the same report.
const manyCases = 10

func conflicts(reports []Report) *Conflict {
	var reasons []string
	first := reports[0]
	seen := make(map[string]int)
	for i, r := range reports {
		switch before, twice := seen[blankless(r.Agency)]; {
		case r.Agency == "":
			reasons = append(reasons, fmt.Sprintf("第 %d 份没有机关名称", i+1))
		case twice:
			reasons = append(reasons, fmt.Sprintf("%s出现两次（第 %d 份、第 %d 份）", r.Agency, before+1, i+1))
		}
		seen[blankless(r.Agency)] = i
		switch {
		case r.Year == 0:
			reasons = append(reasons, r.Agency+"的报告不知是哪一年的")
		case first.Year != 0 && r.Year != first.Year, r.From != first.From, r.To != first.To:
			reasons = append(reasons, fmt.Sprintf("%s的报告是 %s，%s的是 %s", r.Agency, r.span(), first.Agency, first.span()))
		}
	}
	if reasons == nil {
		return nil
	}
	return &Conflict{reasons}
}

// alike names offices whose tables agree in every number, as those of a report that was taken twice do.
func alike(reports []Report) (checks []Check) {
	for i, r := range reports {
		for _, o := range reports[:i] {
			if slices.Equal(r.Table3, o.Table3) && slices.Equal(r.Table4, o.Table4) && r.Table3[0][total]+r.Table3[1][total] >= manyCases {
				checks = append(checks, verdict("tables-alike", Warning, fmt.Sprintf("%s与%s的表三、表四逐格相同，请核对是否同一份", r.Agency, o.Agency)))
			}
		}
	}
	return checks
}

func blankless(s string) string { return strings.Join(strings.Fields(s), "") }

// span is the period of a report in words.
func (r Report) span() string {
	if part, ok := r.part(); ok {
		return part
	}
	return fmt.Sprintf("%d 年", r.Year)
}

// narrowest is the format with the fewest rows, into which the others can be added up.
func narrowest(reports []Report) (best Format, err error) {
	for _, r := range reports {
		f, err := FormatOf(r.Format)
		if err != nil {
			return f, err
		}
		if best.Name == "" || len(f.Rows) < len(best.Rows) {
			best = f
		}
	}
	return best, nil
}

// must is a form that was looked up before.
func must(f Format, err error) Format {
	if err != nil {
		panic(err)
	}
	return f
}

// in is the report in a format with fewer rows: each takes the outcomes of those that it stands for.
func (r Report) in(f Format) Report {
	from := must(FormatOf(r.Format))
	lines := make([]Line, len(f.Rows))
	for i, row := range from.Rows {
		to := f.rowOf(row.Counts)
		if row.Counts == CountsOutcome {
			to = slices.IndexFunc(f.Rows, func(other Row) bool { return len(row.Outcomes) > 0 && slices.Contains(other.Outcomes, row.Outcomes[0]) })
		}
		for j, n := range r.Table3[i] {
			lines[to][j] += n
		}
	}
	r.Table2Format = cmp.Or(r.Table2Format, r.Format)
	r.Format, r.Table3 = f.Name, lines
	return r
}

func (m *Merged) plus(r Report) {
	for i, line := range r.Table3 {
		for j, n := range line {
			m.Table3[i][j] += n
		}
	}
	for i, line := range r.Table4 {
		for j, n := range line {
			m.Table4[i][j] += n
		}
	}
	m.Fees.Yuan += r.Fees.Yuan
	m.Fees.Cases += r.Fees.Cases
}

// addFacts adds up 表二 in the newest form that any unit has it in, and says whose is missing.
func (m *Merged) addFacts(reports []Report) []Check {
	form := ""
	for _, r := range reports {
		if len(r.Table2) > 0 {
			form = max(form, cmp.Or(r.Table2Format, r.Format)) // names begin with their year
		}
	}
	var without, other, checks = []string{}, []string{}, []Check(nil)
	for _, r := range reports {
		switch {
		case len(r.Table2) == 0:
			without = append(without, r.Agency)
			continue
		case cmp.Or(r.Table2Format, r.Format) != form:
			other = append(other, r.Agency)
			continue
		}
		if m.Table2 == nil {
			m.Table2, m.Table2Format = make(Facts), form
		}
		for _, g := range must(FormatOf(form)).Facts {
			for _, item := range g.Items {
				if values := r.Table2[item.Key]; len(values) == len(g.Columns) {
					m.Table2[item.Key] = added(m.Table2[item.Key], values)
				} else {
					without = append(without, r.Agency+"（"+item.Label+"）")
				}
			}
		}
	}
	if m.Table2Format == m.Format {
		m.Table2Format = ""
	}
	if len(without) > 0 {
		checks = append(checks, verdict("facts-missing", Warning, "表二的汇总数缺："+strings.Join(without, "、")))
	}
	if len(other) > 0 {
		checks = append(checks, verdict("facts-form", Warning, "表二的表式与其余单位不同，没有汇入："+strings.Join(other, "、")))
	}
	return checks
}

func added(sum, values []Amount) []Amount {
	if sum == nil {
		return slices.Clone(values)
	}
	for i, v := range values {
		sum[i] += v
	}
	return sum
}

// fees states the fees, and the tables in a sentence each.
func (m *Merged) fees(f Format) {
	w := words{report: m.Report, format: f}
	m.Sections.Overview = []Passage{{Handling, w.expand(HandlingText)}}
	m.Sections.Other = []Passage{{"收取信息处理费的情况", w.fees()}, {"汇总的单位", strings.Join(m.Units, "、")}}
}

func (m *Merged) shares(f Format, reports []Report) {
	note := func(cell string, total int, of func(Report) int) {
		if total == 0 {
			return
		}
		s := Share{Cell: cell, Total: total}
		for _, r := range reports {
			if n := of(r); n != 0 {
				s.Units = append(s.Units, UnitCount{r.Agency, n})
			}
		}
		m.Shares = append(m.Shares, s)
	}
	for i := range f.Rows {
		for j := range total + 1 {
			note(f.CellName(CellAt(i, j)), m.Table3[i][j], func(r Report) int { return r.Table3[i][j] })
		}
	}
	for i, t := range f.Tracks {
		for j, result := range f.Results {
			note(t.Label+","+result, m.Table4[i][j], func(r Report) int { return r.Table4[i][j] })
		}
	}
}
