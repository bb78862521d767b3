package daemon

import (
	"context"
	"time"

	"ysq.internal/ysq/casefile/civil"
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
	if year := missingYear(d.reg.Calendar(), today); year != 0 {
		d.Log.Warn().Int("year", year).Msg("the notice of the year's holidays is missing: due dates that depend on it are provisional (ysq calendar import)")
	}
}
