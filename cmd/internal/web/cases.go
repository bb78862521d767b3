package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
)

// casesShown bounds the list: whoever looks for more narrows it.
const casesShown = 200

// caseList is the page 办件.
type caseList struct {
	Query  listQuery
	Rows   []ask.CaseRow
	More   bool   // there are more than are shown
	Older  string // where the next are, of a list by number
	Sorted bool   // in the order that was asked for
	Sheet  string // where the list is as a workbook
	Stages []casefile.Stage
	Wrong  string // why 期限不晚于 cannot be taken so
}

// listQuery is what the form above the list says.
type listQuery struct {
	Words, Stage, Which, Department, Person, DueBy, Sort string
}

// The choices of listQuery.Which.
var whiches = []struct{ Code, Label string }{
	{"open", "在办"}, {"overdue", "逾期"}, {"soon", "三日内到期"}, {"unregistered", "未登记"}, {"disputable", "有争议（从严逾期）"}, {"late", "曾逾期"}, {"all", "全部"},
}

func (l caseList) Whiches() []struct{ Code, Label string } { return whiches }

func cases(x *visit) error {
	l, q, err := listing(x)
	if l.Wrong != "" {
		return x.showAs(http.StatusBadRequest, "cases", "办件", "cases", l)
	}
	if err != nil {
		return err
	}
	q.Brief = true
	if err := ask.Each(x.ctx(), x.client, ask.List, q, func(r ask.CaseRow) error {
		l.Rows = append(l.Rows, r)
		return nil
	}); err != nil {
		return err
	}
	if len(l.Rows) > casesShown {
		l.Rows, l.More = l.Rows[:casesShown], true
		if q.Newest {
			l.Older = "/cases?" + l.Query.values(l.Rows[casesShown-1].Case).Encode()
		}
	}
	if q.Newest && l.Sorted {
		sortRows(l.Rows, l.Query.Sort)
	}
	l.Sheet = "/cases/xlsx?" + l.Query.values("").Encode()
	return x.show("cases", "办件", "cases", l)
}

// listing is the list that an address asks for, without its rows.
func listing(x *visit) (l caseList, q ask.ListQuery, err error) {
	v := x.r.URL.Query()
	one := func(name string) string { return strings.TrimSpace(v.Get(name)) }
	l = caseList{Query: listQuery{Words: one("words"), Stage: one("stage"), Which: cmp.Or(one("which"), "open"), Department: one("department"), Person: one("person"), DueBy: one("due"), Sort: cmp.Or(one("sort"), "due")},
		Stages: casefile.Stages(), Sorted: v.Has("sort")}
	q = ask.ListQuery{Words: l.Query.Words, Department: l.Query.Department, Person: l.Query.Person}
	if q.Stages, err = stagesOf(l.Query.Stage); err != nil {
		return l, q, err
	}
	closed := len(q.Stages) > 0 && !q.Stages[0].Open()
	dueBy, wrong := dayOf(l.Query.DueBy)
	switch {
	case wrong != nil:
		l.Wrong = "请写成 2026-11-22 这样的日期"
	case dueBy != 0 && (closed || slices.Contains([]string{"disputable", "late", "all"}, l.Query.Which)): // what is finished is not due any more
		l.Wrong = "只用于还没有办结的：范围请选“在办”等，阶段请选未办结的，或者不写这个日期"
	}
	if l.Wrong != "" {
		return l, q, ask.Usage("期限不晚于：%s", l.Wrong)
	}
	q.DueBy = civil.Date(dueBy)
	newest := func() { q.Newest, q.Limit, q.After = true, casesShown+1, casefile.ID(v.Get("after")) } // by number, because nobody knows how many there are
	switch l.Query.Which {
	case "overdue":
		q.Overdue = true
	case "soon":
		q.DueWithin = new(ask.SoonDays)
	case "unregistered":
		q.Unregistered = true
	case "disputable":
		q.Disputable = true // an answer given meanwhile leaves it in dispute: finished cases are listed, too
		newest()
	case "late":
		q.Late = true
		newest()
	case "all":
		newest()
	}
	if closed {
		newest()
	}
	if !q.Newest {
		q.Sort, q.Limit = ask.ListSort(l.Query.Sort), casesShown+1
	}
	return l, q, nil
}

// values are a query as an address has it.
func (q listQuery) values(after casefile.ID) url.Values {
	v := url.Values{"words": {q.Words}, "which": {q.Which}, "stage": {q.Stage}, "department": {q.Department}, "person": {q.Person}, "due": {q.DueBy}}
	if after != "" {
		v.Set("after", string(after))
	} else {
		v.Set("sort", q.Sort)
	}
	return v
}

// sortRows puts the rows of a list that comes by number into the order that was asked for.
func sortRows(rows []ask.CaseRow, by string) {
	due := func(r ask.CaseRow) ask.Day {
		if r.Late != nil || r.Due == 0 {
			return 1 << 30
		}
		return r.Due
	}
	slices.SortStableFunc(rows, func(a, b ask.CaseRow) int {
		newest := strings.Compare(string(b.Case), string(a.Case))
		switch by {
		case "number":
			return -newest
		case "newest":
			return newest
		case "charge":
			return cmp.Or(strings.Compare(a.InCharge(), b.InCharge()), cmp.Compare(due(a), due(b)))
		}
		return cmp.Or(cmp.Compare(due(a), due(b)), newest)
	})
}
