package web

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
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
	Stages []casefile.Stage
}

// listQuery is what the form above the list says.
type listQuery struct {
	Words, Stage, Which, Sort string
}

// The choices of listQuery.Which.
var whiches = []struct{ Code, Label string }{
	{"open", "在办"}, {"overdue", "逾期"}, {"soon", "三日内到期"}, {"unregistered", "未登记"}, {"disputable", "从严口径逾期"}, {"all", "全部"},
}

func (l caseList) Whiches() []struct{ Code, Label string } { return whiches }

func cases(x *visit) error {
	v := x.r.URL.Query()
	l := caseList{Query: listQuery{Words: strings.TrimSpace(v.Get("words")), Stage: v.Get("stage"), Which: cmp.Or(v.Get("which"), "open"), Sort: cmp.Or(v.Get("sort"), "due")}, Stages: casefile.Stages()}
	q := ask.ListQuery{Words: l.Query.Words}
	switch l.Query.Which {
	case "overdue":
		q.Overdue = true
	case "soon":
		q.DueWithin = new(soonDays)
	case "unregistered":
		q.Unregistered = true
	case "disputable":
		q.Disputable = true
	case "all": // by number, for who knows how many there are
		q.Newest, q.Limit, q.After = true, casesShown+1, casefile.ID(v.Get("after"))
	}
	if l.Query.Stage != "" {
		s, err := casefile.ParseStage(l.Query.Stage)
		if err != nil {
			return ask.Usage("%v", err)
		}
		if q.Stages = []casefile.Stage{s}; !s.Open() {
			q.Newest, q.Limit, q.After = true, casesShown+1, casefile.ID(v.Get("after"))
		}
	}
	if err := ask.Each(x.ctx(), x.client, ask.List, q, func(r ask.CaseRow) error {
		l.Rows = append(l.Rows, r)
		return nil
	}); err != nil {
		return err
	}
	if q.Newest && len(l.Rows) > casesShown {
		l.Rows, l.More = l.Rows[:casesShown], true
		older := url.Values{"words": {l.Query.Words}, "which": {l.Query.Which}, "stage": {l.Query.Stage}, "after": {string(l.Rows[casesShown-1].Case)}}
		l.Older = "/cases?" + older.Encode()
	}
	if !q.Newest || v.Has("sort") {
		sortRows(l.Rows, l.Query.Sort)
	}
	if len(l.Rows) > casesShown {
		l.Rows, l.More = l.Rows[:casesShown], true
	}
	return x.show("cases", "办件", "cases", l)
}

// sortRows puts what is due first first, what is not due last; or the newest first.
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
			return cmp.Or(strings.Compare(charge(a), charge(b)), cmp.Compare(due(a), due(b)))
		}
		return cmp.Or(cmp.Compare(due(a), due(b)), newest)
	})
}
