package daemon

import (
	"context"
	"slices"
	"time"

	"github.com/rs/zerolog"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// yearEnd keeps annual/<year>/ up to date: the report of each year that is over, in every form. It
// writes at 00:05 on 1 January, at once where the daemon was down then, and again when facts of the
// year have changed, and says what changed. A frozen year's files stay as they are; what would differ
// lies beside them under draft/. Until a year is frozen it reminds daily.
func (d *Daemon) yearEnd(ctx context.Context) {
	var reminded civil.Date
	for {
		if err := d.AnnualFiles.WriteYears(); err != nil {
			d.Log.Error().Err(err).Msg("the annual report cannot be written; tried again within the hour")
		}
		if today := d.Today(); today != reminded {
			d.AnnualFiles.RemindToPublish(today)
			reminded = today
		}
		wake := time.NewTimer(d.AnnualFiles.UntilDrafts())
		select {
		case <-wake.C:
		case <-ctx.Done():
			wake.Stop()
			return
		}
	}
}

const (
	// proveAfter the daemon proves the register for the first time, when the mails of the night are in.
	proveAfter = 10 * time.Minute
	proveEvery = 7 * 24 * time.Hour
)

// prove verifies the register from time to time until the context ends.
func (d *Daemon) prove(ctx context.Context) {
	for wait := proveAfter; ; wait = proveEvery {
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return
		}
		began := time.Now()
		all, err := d.Keeping.Prove(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			d.Log.Error().Err(err).Msg("the register could not be verified")
		case len(all) > 0:
			for _, one := range all[:min(len(all), 20)] {
				d.Log.Error().Str("place", one.Place).Str("key", one.Key).Str("what", one.What).Str("do", one.Do).Msg("the register is not what its records say")
			}
		}
		seq, head := d.Head()
		d.Log.Info().Int("differences", len(all)).Dur("took", time.Since(began)).Uint64("records", seq).Str("head", head).Msg("verified the register")
	}
}

// witness puts the digest of the last record into the system's journal once a day: a rewriting of
// the whole register shows only against a witness outside of it.
func (d *Daemon) witness(last *civil.Date) {
	if today := d.Today(); today != *last {
		*last = today
		seq, head := d.Head()
		d.Log.Info().Uint64("records", seq).Str("head", head).Msg("the register's head today")
	}
}

// watchKeeping says once when something goes wrong with the keeping of the register, and once when
// all is right again.
func (d *Daemon) watchKeeping(said *desk.Troubles) {
	_ = d.Reg.Recover(d.Now()) // of why it still cannot be written the troubles tell
	now := d.Keeping.Troubles()
	for _, t := range now {
		if !slices.ContainsFunc(*said, func(o desk.Trouble) bool { return o.Name == t.Name }) {
			d.Log.Error().Str("trouble", t.Name).Msg(t.Text)
		}
	}
	if len(now) == 0 && len(*said) > 0 {
		d.Log.Info().Msg("the register's keeping is in order again")
	}
	*said = now
}

// remind says in the log, once a day, what somebody has to see to before it does harm. Status says
// the same for everybody who asks.
func (d *Daemon) remind(ctx context.Context) {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	if err := d.Intake.DoubtArrivals(ctx); err != nil {
		d.Log.Error().Err(err).Msg("looking at the arrivals of open cases")
	}
	var last civil.Date
	for {
		if n, err := d.SweepFiles(); err != nil {
			d.Log.Error().Err(err).Msg("files that nobody has named could not be removed; tried again within the hour")
		} else if n > 0 {
			d.Log.Info().Int("files", n).Msg("removed files that were sent and never named")
		}
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
	if err := d.Calendar.NoteLapses(today); err != nil {
		d.Log.Error().Err(err).Msg("noting the periods that have ended")
	}
	if b := d.Keeping.BackupStatus(); b.Late {
		d.Log.Warn().Func(func(e *zerolog.Event) {
			if b.At != nil {
				e.Time("last", *b.At)
			}
		}).Int("days", d.Live().Backup.WarnDays).Msg("there is no recent backup (ysq backup, ysq-backup.timer)")
	}
	if year := workday.MissingYear(d.Reg.Calendar(), today); year != 0 {
		d.Log.Warn().Int("year", year).Msg("the notice of the year's holidays is missing: due dates that depend on it are provisional (ysq calendar import)")
	}
}
