package daemon

import (
	"fmt"
	"time"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
)

// backupStatus tells of the last backup. One that cannot be read counts as none: somebody is then
// reminded, which does no harm.
func (f *office) backupStatus() ask.BackupStatus {
	last, err := f.backups.Last()
	if err != nil {
		f.Options.Log.Warn().Err(err).Msg("what the last backup left cannot be read")
	}
	return ask.BackupStatus{
		At: instant(last.Taken), Path: ask.Text(last.Path), Records: last.Records, Encrypted: last.Encrypted,
		Late: f.backupLate(last.Taken),
	}
}

// backupLate tells whether the last backup is older than the configuration wants. A register that is
// younger than that needs none yet.
func (f *office) backupLate(last time.Time) bool {
	days := f.live().Backup.WarnDays
	if last.IsZero() {
		last = f.reg.Meta().Inception
	}
	return days > 0 && f.Now().Sub(last) > time.Duration(days)*24*time.Hour
}

const backupDo = "做一次备份：systemctl start ysq-backup，或 ysq backup 目录；每日备份：systemctl enable --now ysq-backup.timer"

func backupDiagnosis(d *diagnoses, s ask.BackupStatus, now time.Time) {
	const id, subject = "backup", "备份"
	text := "还没有做过"
	if s.At != nil {
		text = fmt.Sprintf("上次 %s（%s前），%s", s.At.In(civil.Zone).Format("2006-01-02 15:04"), age(now.Sub(*s.At)), s.Path)
	}
	if s.Late {
		d.warn(id, subject, backupDo, "%s", text)
	} else {
		d.ok(id, subject, "%s", text)
	}
}

// age reads 3 天 or 5 小时.
func age(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d 天", int(d.Hours()/24))
	case d >= time.Hour:
		return fmt.Sprintf("%d 小时", int(d.Hours()))
	}
	return fmt.Sprintf("%d 分钟", max(0, int(d.Minutes())))
}
