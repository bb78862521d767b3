package daemon

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	sd "github.com/coreos/go-systemd/v22/daemon"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/mailbox"
)

// progressWithin is how long a poller may go without any sign of life before the watchdog is no
// longer fed. It is well above the longest silence that imapsource allows a server.
const progressWithin = 4 * time.Minute

// notify tells systemd, if it started us.
func (d *Daemon) notify(state string) {
	if _, err := sd.SdNotify(false, state); err != nil {
		d.Log.Warn().Err(err).Msg("telling systemd")
	}
}

// The daemon looks at itself after a poll, when it is awake anyway, but not more often than each minute, and without polls
// as often as systemd wants to hear of it.
const (
	watchAtMost  = time.Minute
	watchAtLeast = 150 * time.Second
)

// watch keeps systemd informed: the status line, and the watchdog as long as every poller makes
// progress or honestly waits for its next try.
func (d *Daemon) watch(ctx context.Context) {
	late := watchAtLeast
	if interval, err := sd.SdWatchdogEnabled(false); err == nil && interval > 0 {
		late = min(late, interval/2)
	}
	early := min(watchAtMost, late)
	listens := os.Getenv("NOTIFY_SOCKET") != "" // otherwise this is no service, and nobody reads the status line
	next := time.NewTimer(late)
	defer next.Stop()
	var said desk.Troubles
	var witnessed civil.Date
	for {
		d.watchKeeping(&said)
		d.witness(&witnessed)
		d.Reminders.Awake()
		if listens {
			if s, err := d.Status(ctx); err == nil {
				d.notify("STATUS=" + statusLine(s))
			}
		}
		again := early // what goes on meanwhile is to be said in time
		if d.alive(time.Now()) {
			d.notify("WATCHDOG=1")
			again = late
		}
		if listens && d.idle() { // not in tests, whose minutes pass in no time
			rest()
		}
		looked := time.Now()
		next.Reset(again)
		for resting := true; resting; {
			select {
			case <-d.Intake.Polled:
				resting = time.Since(looked) < early
			case <-next.C:
				resting = false
			case <-ctx.Done():
				return
			}
		}
	}
}

// idle reports whether every poller has polled and waits for its next poll.
func (d *Daemon) idle() bool {
	return !slices.ContainsFunc(d.Intake.Pollers, func(p *mailbox.Poller) bool {
		s := p.Status()
		return s.State == mailbox.StatePolling || s.State == mailbox.StateStarting
	})
}

func (d *Daemon) alive(now time.Time) bool {
	for _, p := range d.Intake.Pollers {
		s := p.Status()
		waits := s.State != mailbox.StatePolling && now.Before(s.NextTry.Add(progressWithin))
		if s.State != mailbox.StateStarting && !waits && now.Sub(s.LastProgress) > progressWithin {
			d.Log.Error().Str("account", s.Account).Time("last_progress", s.LastProgress).Msg("the poller makes no progress")
			return false
		}
	}
	return true
}

// statusLine is what `systemctl status` shows: how the office stands, and when it last had its mail.
func statusLine(s ask.Status) string {
	parts := []string{fmt.Sprintf("在办 %d 件，逾期 %d 件，未登记 %d 件", s.Open, s.Overdue, s.Unregistered)}
	for _, m := range s.Mailboxes {
		last := "还没有收过信"
		if m.LastSuccess != nil {
			last = "上次收信 " + m.LastSuccess.In(civil.Zone).Format("01-02 15:04")
		}
		if m.Label != "" {
			last += "，" + m.Label
		}
		parts = append(parts, string(m.Account)+" "+last)
	}
	parts = append(append(parts, s.Troubles...), s.Notices...)
	if s.Backup.Late {
		parts = append(parts, "备份过期")
	}
	return ask.Cut(strings.ReplaceAll(strings.Join(parts, "；"), "\n", " "), 1000) // a line would be another assignment
}
