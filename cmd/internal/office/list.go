package office

import (
	"cmp"
	"context"
	"iter"
	"math"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// List yields the cases of a query.
func (o *Office) List(ctx context.Context, _ ask.Call, q ask.ListQuery, yield func(ask.CaseRow) error) error {
	today, cal := o.Today(), o.Reg.Calendar()
	words := wordsOf(q.Words)
	closed := slices.ContainsFunc(q.Stages, func(s casefile.Stage) bool { return !s.Open() })
	if whole := yield; q.Brief {
		yield = func(row ask.CaseRow) error { return whole(row.Brief()) }
	}
	return o.View(func(tx *desk.View) error {
		ins, err := tx.StandIns()
		if err != nil {
			return err
		}
		if q.Sort != "" {
			return o.sorted(ctx, tx, q, words, ins, yield)
		}
		cases := tx.OpenCases(q.After)
		switch {
		case len(q.Cases) > 0:
			cases = named(tx, q.Cases)
		case q.All || q.Newest || q.Late || q.Disputable || len(q.Outcomes) > 0 || q.Publicity != casefile.PublicityNone || !q.From.IsZero() || !q.To.IsZero() || closed:
			cases = o.picked(tx, q, ins)
		}
		n := 0
		for c, err := range cases {
			if err != nil {
				return err
			}
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if !selects(q, words, c, ins, today, c.At(today, cal)) {
				continue
			}
			row, err := o.Record.RowOf(tx, c)
			if err != nil {
				return err
			}
			if err := yield(row); err != nil {
				return err
			}
			if n++; q.Limit > 0 && n == q.Limit {
				return nil
			}
		}
		return nil
	})
}

// sorted yields the open cases of a query in the order that it asks for. Only those that are asked for become rows.
func (o *Office) sorted(ctx context.Context, tx *desk.View, q ask.ListQuery, words []string, ins casefile.StandIns, yield func(ask.CaseRow) error) error {
	today, cal := o.Today(), o.Reg.Calendar()
	type placed struct {
		*casefile.Case
		due    civil.Date
		charge string
	}
	var all []placed
	cases, err := o.Deadlines.waiting(tx)
	if err != nil {
		return err
	}
	for _, w := range cases {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		s := w.At(today, cal)
		if !w.Stage.Open() || !selectsHead(q, w.Case, s) {
			continue
		}
		in, _ := ins.Of(today, w.Assignee, w.Department)
		if !w.mentions(in, words) || !inHands(q, w.Case, in) {
			continue
		}
		p := placed{Case: &w.Case, due: civil.Date(math.MaxInt32)}
		if !s.Finished && !s.Due.IsZero() {
			p.due = s.Due
		}
		if q.Sort == ask.SortCharge {
			p.charge = ask.Charge(w.Department, w.Assignee, in.Deputy)
		}
		all = append(all, p)
	}
	order, ok := map[ask.ListSort]func(a, b placed) int{
		ask.SortDue:    func(a, b placed) int { return cmp.Or(cmp.Compare(a.due, b.due), cmp.Compare(b.ID, a.ID)) },
		ask.SortNewest: func(a, b placed) int { return cmp.Compare(b.ID, a.ID) },
		ask.SortNumber: func(a, b placed) int { return cmp.Compare(a.ID, b.ID) },
		ask.SortCharge: func(a, b placed) int {
			return cmp.Or(cmp.Compare(a.charge, b.charge), cmp.Compare(a.due, b.due), cmp.Compare(a.ID, b.ID))
		},
	}[q.Sort]
	if !ok {
		return ask.Usage("不认识的次序 %q", q.Sort)
	}
	slices.SortFunc(all, order)
	if q.Limit > 0 {
		all = all[:min(len(all), q.Limit)]
	}
	for _, c := range all {
		row, err := o.Record.RowOf(tx, *c.Case)
		if err != nil {
			return err
		}
		if err := yield(row); err != nil {
			return err
		}
	}
	return nil
}

// picked yields the cases of which the head is what a query asks for, and whose texts may have its words: of a hundred thousand
// finished ones it asks for a few.
func (o *Office) picked(tx *desk.View, q ask.ListQuery, ins casefile.StandIns) iter.Seq2[casefile.Case, error] {
	today, cal := o.Today(), o.Reg.Calendar()
	w := desk.Walk{From: q.After, Newest: q.Newest, Untimely: q.Late || q.Disputable, Stages: q.Stages}
	for _, word := range wordsOf(q.Words + " " + q.Department + " " + q.Person) {
		if !slices.ContainsFunc(ins, func(e casefile.StoodIn) bool { return mention([]string{word}, e.Deputy) }) { // whose name stands in no case
			w.Words = append(w.Words, word)
		}
	}
	return func(yield func(casefile.Case, error) bool) {
		for c, err := range tx.Walk(w) {
			if err == nil && !selectsHead(q, c, c.At(today, cal)) {
				continue
			}
			if err == nil {
				c, err = tx.Case(c.ID)
			}
			if !yield(c, err) || err != nil {
				return
			}
		}
	}
}

// named yields cases in the order in which they were named.
func named(tx *desk.View, ids []casefile.ID) iter.Seq2[casefile.Case, error] {
	return func(yield func(casefile.Case, error) bool) {
		for _, id := range ids {
			if !yield(tx.Case(id)) {
				return
			}
		}
	}
}

func selects(q ask.ListQuery, words []string, c casefile.Case, ins casefile.StandIns, today civil.Date, s casefile.Standing) bool {
	if !selectsHead(q, c, s) {
		return false
	}
	in, _ := ins.Of(today, c.Assignee, c.Department)
	return (len(words) == 0 || textMentions(textOf(c), in, words)) && inHands(q, c, in)
}

// selectsHead is selects as far as the head of a case tells (register.Tx.Heads).
func selectsHead(q ask.ListQuery, c casefile.Case, s casefile.Standing) bool {
	switch {
	case len(q.Stages) > 0 && !slices.Contains(q.Stages, c.Stage),
		q.Overdue && !s.Overdue,
		q.Disputable && !s.Disputable,
		q.Unregistered && c.Stage != casefile.StageReceived,
		q.Publicity != casefile.PublicityNone && c.Publicity != q.Publicity,
		!within(q, c),
		!q.DueBy.IsZero() && (s.Finished || s.Due.IsZero() || s.Due > q.DueBy),
		q.DueWithin != nil && (s.Finished || s.Due.IsZero() || s.Remaining > *q.DueWithin):
		return false
	}
	return true
}

// inHands reports whether a case is with the department and the person that a query names.
func inHands(q ask.ListQuery, c casefile.Case, in casefile.StoodIn) bool {
	return mention(wordsOf(q.Department), c.Department) && mention(wordsOf(q.Person), c.Assignee, in.Deputy)
}

// within judges a case by what ended in a stretch of days, or by when it was received.
func within(q ask.ListQuery, c casefile.Case) bool {
	to := cmp.Or(q.To, math.MaxInt32)
	if q.Late && !c.Timed(q.From, to).Late || len(q.Outcomes) > 0 && !slices.Contains(q.Outcomes, c.Outcome) {
		return false
	}
	day := cmp.Or(c.ReceivedOn(), c.ArrivedOn)
	switch {
	case q.Late: // judged above
		return true
	case len(q.Outcomes) > 0:
		day = cmp.Or(c.StoppedOn, c.RepliedOn)
	}
	return day >= q.From && day <= to
}

// wordsOf splits what somebody looks for.
func wordsOf(s string) []string { return strings.Fields(strings.ToLower(s)) }

// textMentions reports whether all the words stand in what lists show of a case, which is its textOf, and of its assignee's deputy.
func textMentions(text string, in casefile.StoodIn, words []string) bool {
	return !slices.ContainsFunc(words, func(word string) bool {
		return !strings.Contains(text, word) && !strings.Contains(strings.ToLower(in.Deputy), word)
	})
}

// textOf is what lists show of a case, in lower case.
func textOf(c casefile.Case) string {
	return strings.ToLower(strings.Join([]string{string(c.ID), c.Applicant, c.Subject, c.Request, c.Department, c.Assignee}, "\n"))
}

func mention(words []string, texts ...string) bool {
	if len(words) == 0 {
		return true
	}
	text := strings.ToLower(strings.Join(texts, "\n"))
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}
