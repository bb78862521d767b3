package daemon

import (
	"context"
	"slices"
	"strings"

	sd "github.com/coreos/go-systemd/v22/daemon"

	"ysq.internal/ysq/config"
)

// reloads takes over a changed configuration whenever it is asked to.
func (d *Daemon) reloads(ctx context.Context) {
	for {
		select {
		case <-d.options.Reload:
			d.reload()
		case <-ctx.Done():
			return
		}
	}
}

// reload reads the file again. A wrong one changes nothing, and every error in it is reported; of a good
// one everything is taken over that can be, and the rest is named.
func (d *Daemon) reload() {
	d.notify("RELOADING=1\n" + sd.SdNotifyMonotonicUsec())
	next, err := d.options.Load()
	if err == nil {
		err = d.takeOver(next)
	}
	if err != nil {
		for line := range strings.Lines(strings.TrimSpace(err.Error())) {
			d.Log.Error().Str("error", strings.TrimSpace(line)).Msg("the changed configuration is wrong; the old one stays in force")
		}
		d.notify("READY=1\nSTATUS=改过的配置有误，仍按原来的运行；见日志")
		d.Complained.Store(true)
		return
	}
	d.Complained.Store(false)
	d.notify("READY=1")
}

// takeOver puts into force what can be of a good configuration.
func (d *Daemon) takeOver(next config.Config) error {
	old := d.Live()
	adopted := old.Config.Adopt(next)
	if err := d.Adopt(adopted); err != nil {
		return err
	}
	taken, left := config.Changes(old.Config, adopted), config.Changes(adopted, next)
	if d.options.SetLevel != nil {
		d.options.SetLevel(adopted.Log.Level)
	}
	for i, p := range d.Intake.Pollers {
		p.SetInterval(adopted.Mailboxes[i].PollInterval)
	}
	d.Log.Info().Strs("changed", taken).Msg("the configuration was read again")
	if slices.ContainsFunc(taken, func(key string) bool { return strings.HasSuffix(key, ".folders") }) {
		d.Log.Info().Msg("changed folders are polled from the next full poll on, within the hour (at once: ysq poll)")
	}
	d.Pending.Store(nil)
	if len(left) > 0 {
		d.Pending.Store(&left)
		d.Log.Warn().Strs("unchanged", left).Msg("these changes need a restart: systemctl restart ysq")
	}
	return nil
}
