package daemon

import (
	"context"
	"slices"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/register"
)

// remind says in the log, once a day, what somebody has to see to before it does harm. Status says
// the same to whoever asks.
func (d *Daemon) remind(ctx context.Context) {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	var last civil.Date
	for {
		if today := civil.Of(d.Now()); today != last {
			d.remindOf(today)
			last = today
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (d *Daemon) remindOf(today civil.Date) {
	if err := d.noteLapses(today); err != nil {
		d.Log.Error().Err(err).Msg("noting the periods that have ended")
	}
	if b := d.backupStatus(); b.Late {
		event := d.Log.Warn()
		if b.At != nil {
			event = event.Time("last", *b.At)
		}
		event.Int("days", d.live().Backup.WarnDays).Msg("there is no recent backup (ysq backup, ysq-backup.timer)")
	}
	if year := missingYear(d.reg.Calendar(), today); year != 0 {
		d.Log.Warn().Int("year", year).Msg("the notice of the year's holidays is missing: due dates that depend on it are provisional (ysq calendar import)")
	}
}

// noteLapses records on each case whose applicant let a period end that a lapse may be decided, once
// for each period. Nothing is decided here.
func (f *office) noteLapses(today civil.Date) error {
	var drafts []casefile.Draft
	cal := f.reg.Calendar()
	err := f.reg.View(func(tx *register.Tx) error {
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
		f.Log.Warn().Str("case", string(d.Case)).Msg("the applicant's period has ended: a lapse may be decided")
	}
	_, err = f.reg.Append(f.Now(), "calendar", drafts...)
	return err
}
