package stats

import (
	"errors"
	"fmt"
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

// Merge adds reports up. They must be of one year and one format, and no unit may stand twice. The
// checks are those of the sum, and the ones that fail in a unit's own numbers, under its name. Prose
// is nobody's sum: it stays empty, but for the fees.
func Merge(agency string, reports ...Report) (Merged, error) {
	if len(reports) == 0 {
		return Merged{}, errors.New("没有要合并的报告")
	}
	first := reports[0]
	f, err := FormatOf(first.Format)
	if err != nil {
		return Merged{}, err
	}
	m := Merged{Report: Report{
		Format: f.Name, Agency: agency, Year: first.Year, From: first.From, To: first.To, GeneratedAt: first.GeneratedAt,
		Table3: make([]Line, len(f.Rows)), Table4: make([]Standings, len(f.Tracks)), Table2: make(Facts),
	}}
	var units []Check
	seen := make(map[string]bool)
	for _, r := range reports {
		switch {
		case r.Agency == "" || seen[r.Agency]:
			return m, fmt.Errorf("单位 %q 没有名称或出现两次", r.Agency)
		case r.Format != f.Name || r.Year != first.Year || r.From != first.From || r.To != first.To:
			return m, fmt.Errorf("%s 的报告是 %d 年、格式 %s，与 %s 的（%d 年、%s）不能相加", r.Agency, r.Year, r.Format, first.Agency, first.Year, f.Name)
		case len(r.Table3) != len(f.Rows) || len(r.Table4) != len(f.Tracks):
			return m, fmt.Errorf("%s 的报告不完整", r.Agency)
		}
		seen[r.Agency] = true
		m.Units = append(m.Units, r.Agency)
		if r.GeneratedAt.After(m.GeneratedAt) {
			m.GeneratedAt = r.GeneratedAt
		}
		m.plus(f, r)
		for _, c := range r.identities(f) {
			if !c.OK {
				c.Detail = r.Agency + "：" + c.Detail
				units = append(units, c)
			}
		}
	}
	m.fees(f)
	m.Checks = append(m.identities(f), units...)
	m.shares(f, reports)
	return m, nil
}

func (m *Merged) plus(f Format, r Report) {
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
	for _, g := range f.Facts {
		for _, item := range g.Items {
			values := m.Table2[item.Key]
			for i, v := range r.Table2[item.Key] {
				if i == len(values) {
					values = append(values, 0)
				}
				values[i] += v
			}
			if len(values) > 0 {
				m.Table2[item.Key] = values
			}
		}
	}
	m.Fees.Yuan += r.Fees.Yuan
	m.Fees.Cases += r.Fees.Cases
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
