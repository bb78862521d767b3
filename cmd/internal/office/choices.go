package office

import (
	"context"
	"slices"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// Me says who asks.
func (o *Office) Me(_ context.Context, c ask.Call, _ ask.None) (ask.Person, error) {
	p := ask.Person{Name: ask.Handle(c.Who.Name), Role: c.Who.Role.String(), Label: c.Who.Role.Label(),
		Agency: o.Live().Agency.Name, Department: ask.Text(c.Who.Department), Today: ask.Day(o.Today())}
	var err error
	p.Records, _, err = o.Reg.Head()
	return p, err
}

// Choices says what may follow on a case, and why anything else may not.
func (o *Office) Choices(_ context.Context, call ask.Call, q ask.CaseRef) (ask.CaseChoices, error) {
	all := ask.CaseChoices{Case: q.Case, Likely: []ask.LikelyStep{}}
	err := o.View(func(tx *desk.View) error {
		c, history, err := tx.Whole(q.Case)
		if err != nil {
			return err
		}
		all.Last = history[len(history)-1].Seq
		for _, l := range c.Likely(o.Today(), o.Reg.Law(), o.Reg.Calendar()) {
			all.Likely = append(all.Likely, ask.LikelyStep{Kind: l.Kind, Why: l.Why, By: ask.Day(l.By)})
		}
		ahead := c.Ahead()
		for _, s := range ask.Steps() {
			p := ask.PossibleStep{Kind: s.Kind, Label: s.Kind.Label(), Why: c.Unready(s.Kind), Ahead: slices.Contains(ahead, s.Kind)}
			if needs := o.Record.Needs(s.Kind); p.Why == "" && call.Who.Role < needs {
				p.Why = "需要“" + needs.Label() + "”角色"
			}
			all.Steps = append(all.Steps, p)
		}
		for _, l := range all.Likely { // 送审 has a page of its own, and no entry among the forms
			if needs := o.Record.Needs(l.Kind); call.Who.Role < needs && !slices.ContainsFunc(all.Steps, func(p ask.PossibleStep) bool { return p.Kind == l.Kind }) {
				all.Steps = append(all.Steps, ask.PossibleStep{Kind: l.Kind, Label: l.Kind.Label(), Why: "需要“" + needs.Label() + "”角色"})
			}
		}
		return nil
	})
	return all, err
}
