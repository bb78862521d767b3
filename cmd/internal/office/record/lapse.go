package record

import (
	"slices"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// NoteLapses records on each case whose applicant let a period end that a lapse may be decided, once
// for each period. Nothing is decided here.
func (b Calendar) NoteLapses(today civil.Date) error {
	var drafts []casefile.Draft
	cal := b.Reg.Calendar()
	err := b.View(func(tx *desk.View) error {
		for c, err := range tx.OpenCases("") {
			if err != nil {
				return err
			}
			s := c.At(today, cal)
			if (s.Waiting != casefile.WaitCorrection && s.Waiting != casefile.WaitFee) || s.WaitUntil.IsZero() || today <= s.WaitUntil {
				continue
			}
			note := casefile.LapseNoted{Waiting: s.Waiting, Until: s.WaitUntil}
			history, err := tx.History(c.ID)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(history, func(r casefile.Record) bool { return r.Event == note }) {
				drafts = append(drafts, casefile.Draft{Case: c.ID, On: today, Event: note})
			}
		}
		return nil
	})
	if err != nil || len(drafts) == 0 {
		return err
	}
	for _, d := range drafts {
		b.Log.Warn().Str("case", string(d.Case)).Msg("the applicant's period has ended: a lapse may be decided")
	}
	_, err = b.Reg.Append(b.Now(), "calendar", drafts...)
	return err
}
