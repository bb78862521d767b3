package web

import (
	"bytes"
	"iter"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/ooxml"
	"ysq.internal/ysq/cmd/internal/ask"
)

// The list of cases as a workbook: what 办件 shows, without its bound, for whoever goes on with it in a spreadsheet.

// sheetRows bounds it all the same: a spreadsheet of a whole register is what export makes.
const sheetRows = 20_000

// column is one of the workbook.
type column struct {
	head  string
	width float64
	cell  func(ask.CaseRow) ooxml.Cell
}

var bordered = ooxml.Style{Border: true}

// sheetText is a text as a spreadsheet takes it: never as a formula, and nothing hidden in it.
func sheetText(s string) ooxml.Cell {
	if len(s) > 8000 { // a cell holds 32,767 characters
		s = string([]rune(s)[:min(len([]rune(s)), 2000)]) + "…"
	}
	return ooxml.Text(string(visible([]byte(s))), ooxml.Style{Border: true, Wrap: len(s) > 60, Format: ooxml.AsText})
}

func sheetDay(d ask.Day) ooxml.Cell {
	if d == 0 {
		return ooxml.Empty(bordered)
	}
	return ooxml.Day(int64(civil.Date(d).Sub(civil.New(1970, time.January, 1))), ooxml.Style{Border: true, Center: true})
}

var caseColumns = []column{
	{"编号", 13, func(r ask.CaseRow) ooxml.Cell { return sheetText(string(r.Case)) }},
	{"阶段", 8, func(r ask.CaseRow) ooxml.Cell { return sheetText(ask.StageLabel(r.Stage)) }},
	{"申请人", 16, func(r ask.CaseRow) ooxml.Cell { return sheetText(string(r.Applicant)) }},
	{"类别", 12, func(r ask.CaseRow) ooxml.Cell { return sheetText(string(r.Category)) }},
	{"申请内容", 40, func(r ask.CaseRow) ooxml.Cell { return sheetText(string(r.Subject)) }},
	{"承办科室", 12, func(r ask.CaseRow) ooxml.Cell { return sheetText(string(r.Department)) }},
	{"经办人", 10, func(r ask.CaseRow) ooxml.Cell { return sheetText(string(r.Assignee)) }},
	{"反馈期限", 12, func(r ask.CaseRow) ooxml.Cell { return sheetDay(r.ReportBy) }},
	{"收到申请之日", 13, func(r ask.CaseRow) ooxml.Cell { return sheetDay(r.ReceivedOn) }},
	{"从严期限", 12, func(r ask.CaseRow) ooxml.Cell { return sheetDay(r.DueStrict) }},
	{"法定期限", 12, func(r ask.CaseRow) ooxml.Cell { return sheetDay(r.DueLegal) }},
	{"剩余（工作日）", 18, func(r ask.CaseRow) ooxml.Cell { return sheetText(narrow(r.Standing())) }},
	{"答复", 26, func(r ask.CaseRow) ooxml.Cell { return sheetText(r.OutcomeLabel()) }},
	{"文号", 22, func(r ask.CaseRow) ooxml.Cell { return sheetText(string(r.DocumentNumber)) }},
	{"答复日期", 12, func(r ask.CaseRow) ooxml.Cell { return sheetDay(r.RepliedOn) }},
	{"送达", 12, func(r ask.CaseRow) ooxml.Cell { return sheetDay(r.StoppedOn) }},
}

func casesSheet(x *visit) error {
	l, q, err := listing(x)
	if err != nil {
		return err
	}
	if q.Limit > 0 {
		q.Limit = sheetRows
	}
	var rows []ask.CaseRow
	if err := ask.Each(x.ctx(), x.client, ask.List, q, func(r ask.CaseRow) error {
		if len(rows) < sheetRows {
			rows = append(rows, r)
		}
		return nil
	}); err != nil {
		return err
	}
	if q.Newest && l.Sorted {
		sortRows(rows, l.Query.Sort)
	}
	title := "办件 " + civil.Date(x.me.Today).String()
	s := ooxml.Sheet{Name: "办件", Header: title, FrozenRows: 1, FrozenColumns: 1, Filter: true, Landscape: true, FitWidth: true, Rows: sheetOf(rows)}
	for _, c := range caseColumns {
		s.Widths = append(s.Widths, c.width)
	}
	var b bytes.Buffer
	if err := ooxml.WriteBook(&b, title, s); err != nil {
		return err
	}
	return x.handSheet(title+".xlsx", &b)
}

func sheetOf(rows []ask.CaseRow) iter.Seq2[[]ooxml.Cell, error] {
	return func(yield func([]ooxml.Cell, error) bool) {
		var cells []ooxml.Cell
		for _, c := range caseColumns {
			cells = append(cells, ooxml.Text(c.head, ooxml.Style{Bold: true, Center: true, Wrap: true, Border: true}))
		}
		if !yield(cells, nil) {
			return
		}
		for _, r := range rows {
			cells = cells[:0]
			for _, c := range caseColumns {
				cells = append(cells, c.cell(r))
			}
			if !yield(cells, nil) {
				return
			}
		}
	}
}

// stagesOf are the stages that a form chose; none: every one.
func stagesOf(code string) ([]casefile.Stage, error) {
	if code == "" {
		return nil, nil
	}
	s, err := casefile.ParseStage(code)
	if err != nil {
		return nil, ask.Usage("%v", err)
	}
	return []casefile.Stage{s}, nil
}
