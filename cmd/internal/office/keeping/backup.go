package keeping

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/casefile/register/backup"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// BackupStatus describes the last backup. One that cannot be read counts as none: somebody is then
// reminded, which does no harm.
func (k *Room) BackupStatus() ask.BackupStatus {
	last, err := k.backups.Last()
	if err != nil {
		k.Log.Warn().Err(err).Msg("what the last backup left cannot be read")
	}
	return ask.BackupStatus{
		At: ask.Instant(last.Taken), Path: ask.Text(last.Path), Records: last.Records, Encrypted: last.Encrypted,
		Late: k.backupLate(last.Taken),
	}
}

// backupLate tells whether the last backup is older than the configuration wants. A register that is
// younger than that needs none yet.
func (k *Room) backupLate(last time.Time) bool {
	days := k.Live().Backup.WarnDays
	if last.IsZero() {
		last = k.Reg.Meta().Inception
	}
	return days > 0 && k.Now().Sub(last) > time.Duration(days)*24*time.Hour
}

const backupDo = "做一次备份：systemctl start ysq-backup，或 ysq backup 目录；每日备份：systemctl enable --now ysq-backup.timer"

func (k *Room) backupDiagnosis(d *desk.Diagnoses) {
	const id, subject = "backup", "备份"
	s, now := k.BackupStatus(), k.Now()
	text := "还没有做过"
	if s.At != nil {
		text = fmt.Sprintf("上次 %s（%s前），%s", s.At.In(civil.Zone).Format("2006-01-02 15:04"), age(now.Sub(*s.At)), s.Path)
	}
	if s.Late {
		d.Warn(id, subject, backupDo, "%s", text)
	} else {
		d.OK(id, subject, "%s", text)
	}
	if !s.Encrypted {
		return
	}
	// The disk may be gone since: then nothing is known, and nothing said.
	if plain, err := k.backups.PlainIn(filepath.Dir(string(s.Path))); err == nil && len(plain) > 0 {
		d.Warn("backup-plain", subject, "核对过加密的备份（ysq restore --test）以后，自行删去它们：--keep 只清理与新做的同一种", "最近的备份已加密，同一目录里还有 %d 份没有加密的，最早的是 %s", len(plain), plain[0])
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

// Backup makes a backup. It writes where it is told to everything that the office knows, unmasked:
// only somebody who can read the files anyway may ask.
func (k *Room) Backup(ctx context.Context, c ask.Call, req ask.BackupRequest, yield func(ask.BackupLine) error) (err error) {
	who := c.Who
	if who.UID != 0 && who.UID != k.Live().Roles.Owner {
		return ask.Refused("denied", "请管理员运行，或用 systemctl start ysq-backup", "备份含有全部个人信息，只有 root 和服务用户可以备份，%s 不可以", who)
	}
	if !filepath.IsAbs(req.Target) || req.Config != "" && !filepath.IsAbs(req.Config) {
		return ask.Usage("备份的路径应从 / 写起")
	}
	o := backup.Options{Recipients: req.Recipients, Config: req.Config, Templates: k.Live().Letter.Templates, Now: k.Now(), Tell: ToldProgress(func(p ask.Progress) { yield(ask.BackupLine{Progress: &p}) })}
	if req.Keep != "" {
		if o.Keep, err = backup.ParseRetention(req.Keep); err != nil {
			return ask.Usage("%v", err)
		}
	}
	b, err := k.backups.Make(ctx, req.Target, o)
	if err != nil {
		k.Log.Error().Err(err).Str("target", req.Target).Msg("the backup failed")
		return ToldKeeping(toldTarget(err, req.Target))
	}
	k.Log.Info().Str("backup", b.Path).Uint64("records", b.Records).Str("head", b.Head.String()).Int("mails", b.Mails).
		Int("missing", len(b.Missing)).Strs("removed", b.Removed).Msg("backed up")
	res := ask.BackupResult{
		Path: ask.Handle(b.Path), Records: b.Records, Head: ask.Handle(b.Head.String()), Mails: b.Mails, Linked: b.Linked,
		Missing: DifferenceViews(b.Missing), Removed: []ask.Handle{}, Plain: b.Plain,
	}
	for _, path := range b.Removed {
		res.Removed = append(res.Removed, ask.Handle(path))
	}
	return yield(ask.BackupLine{Backup: &res})
}

// ToldKeeping gives errors of files a code; their texts say what to do.
func ToldKeeping(err error) error {
	if err == nil {
		return nil
	}
	known := desk.Told(err)
	if _, ok := errors.AsType[*ask.Error](known); ok || errors.Is(err, context.Canceled) {
		return known
	}
	code := "keeping"
	if _, ok := errors.AsType[*durable.NoSpaceError](err); ok {
		code = "no-space"
	}
	if _, ok := errors.AsType[*register.BrokenJournalError](err); ok {
		code = "journal-broken"
	}
	hint := ""
	if errors.Is(err, fs.ErrPermission) {
		hint = "请核对目录属主；守护进程只能写状态目录和单元文件里 ReadWritePaths= 所列目录"
	}
	return &ask.Error{Code: code, Msg: err.Error(), Hint: hint, Exit: ask.ExitFailed}
}
