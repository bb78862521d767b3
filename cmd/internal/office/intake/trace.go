package intake

import (
	"context"
	"slices"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// Trace tells what became of a mail: every record about its bytes, and the cases that it is on.
func (n *Mails) Trace(_ context.Context, _ ask.Call, q ask.MailRef) (ask.MailTrace, error) {
	t := ask.MailTrace{Steps: []ask.TraceStep{}, Cases: []ask.CaseRow{}}
	err := n.View(func(tx *desk.View) error {
		d, err := desk.FindMail(tx, q.Mail)
		if err != nil {
			return err
		}
		t.Digest, t.Kept = d, n.Store.Has(d)
		about, err := tx.About(d)
		if err != nil {
			return err
		}
		var cases []casefile.ID
		for _, r := range about {
			step, err := n.traceStep(tx, r, about)
			if err != nil {
				return err
			}
			t.Steps = append(t.Steps, step)
			if r.Case != "" && !slices.Contains(cases, r.Case) {
				cases = append(cases, r.Case)
			}
		}
		for _, id := range cases {
			row, err := n.record.Row(tx, id)
			if err != nil {
				return err
			}
			t.Cases = append(t.Cases, row)
		}
		return nil
	})
	return t, err
}

func (n *Mails) traceStep(tx *desk.View, r casefile.Record, about []casefile.Record) (ask.TraceStep, error) {
	k := r.Event.Kind()
	s := ask.TraceStep{
		Seq: r.Seq, Recorded: r.Recorded.In(civil.Zone), Actor: r.Actor, Case: r.Case, Kind: k, Label: k.Label(),
		Text: casefile.Describe(r.Event), Voided: r.Case != "" && voided(tx, r),
	}
	if e, ok := r.Event.(casefile.MessageTaken); ok {
		v, err := n.MailView(tx, e)
		if err != nil {
			return s, err
		}
		s.Taken, s.Validity = &v, e.UIDValidity
		SuggestedFor(s.Taken, about)
	}
	return s, nil
}
