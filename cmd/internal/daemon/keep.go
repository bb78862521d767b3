package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/casefile/register/backup"
	"ysq.internal/ysq/cmd/internal/ask"
)

const (
	// proveAfter the daemon proves the register for the first time, when the mails of the night are in.
	proveAfter = 10 * time.Minute
	proveEvery = 7 * 24 * time.Hour
)

// proof is what the last background proof of the register found.
type proof struct {
	mu          sync.Mutex
	at          time.Time
	differences int
}

func toldProgress(tell func(ask.Progress)) register.Progress {
	return func(doing string, done, total int64) { tell(ask.Progress{Doing: doing, Done: done, Total: total}) }
}

func differenceViews(all []register.Difference) []ask.Difference {
	views := make([]ask.Difference, len(all))
	for i, d := range all {
		views[i] = ask.Difference{Place: d.Place, Key: ask.Handle(d.Key), What: d.What, Do: d.Do}
	}
	return views
}

// Verify proves the register as it is now.
func (f *office) Verify(ctx context.Context, _ ask.Call, _ ask.None, yield func(ask.Proof) error) error {
	all, err := f.verify(ctx, toldProgress(func(p ask.Progress) { yield(ask.Proof{Progress: &p}) }))
	if err != nil {
		return err
	}
	return yield(ask.Proof{Differences: differenceViews(all)})
}

func (f *office) verify(ctx context.Context, tell register.Progress) ([]register.Difference, error) {
	all, err := f.reg.Verify(ctx, tell)
	if err != nil {
		return nil, err
	}
	f.proof.mu.Lock()
	f.proof.at, f.proof.differences = f.Now(), len(all)
	f.proof.mu.Unlock()
	return all, nil
}

// Backup makes a backup. It writes where it is told to everything that the office knows, unmasked:
// only who can read the files anyway may ask.
func (f *office) Backup(ctx context.Context, c ask.Call, req ask.BackupRequest, yield func(ask.BackupLine) error) (err error) {
	who := c.Who
	if who.UID != 0 && who.UID != f.roles.Owner {
		return &ask.Error{Code: "denied", Exit: ask.ExitRefused,
			Msg: fmt.Sprintf("备份含有全部个人信息，只有 root 和服务用户可以备份，%s 不可以", who), Hint: "请管理员运行，或用 systemctl start ysq-backup"}
	}
	if !filepath.IsAbs(req.Target) || req.Config != "" && !filepath.IsAbs(req.Config) {
		return ask.Usage("备份的路径应从 / 写起")
	}
	o := backup.Options{Recipients: req.Recipients, Config: req.Config, Templates: f.live().Letter.Templates, Now: f.Now(), Tell: toldProgress(func(p ask.Progress) { yield(ask.BackupLine{Progress: &p}) })}
	if req.Keep != "" {
		if o.Keep, err = backup.ParseRetention(req.Keep); err != nil {
			return ask.Usage("%v", err)
		}
	}
	b, err := f.backups.Make(ctx, req.Target, o)
	if err != nil {
		f.Options.Log.Error().Err(err).Str("target", req.Target).Msg("the backup failed")
		return toldKeeping(err)
	}
	f.Options.Log.Info().Str("backup", b.Path).Uint64("records", b.Records).Str("head", b.Head.String()).Int("mails", b.Mails).
		Int("missing", len(b.Missing)).Strs("removed", b.Removed).Msg("backed up")
	res := ask.BackupResult{
		Path: ask.Handle(b.Path), Records: b.Records, Head: ask.Handle(b.Head.String()), Mails: b.Mails, Linked: b.Linked,
		Missing: differenceViews(b.Missing), Removed: []ask.Handle{},
	}
	for _, path := range b.Removed {
		res.Removed = append(res.Removed, ask.Handle(path))
	}
	return yield(ask.BackupLine{Backup: &res})
}

// toldKeeping gives errors of files a code; their texts say what to do.
func toldKeeping(err error) error {
	if err == nil {
		return nil
	}
	known := told(err)
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

// Erase lets the mails and files of cases go: the record first, the bytes after it. What a crash
// leaves of the second, the next start does.
func (f *office) Erase(_ context.Context, c ask.Call, req ask.EraseRequest) (res ask.EraseResult, err error) {
	res = ask.EraseResult{Cases: req.Cases, DryRun: c.DryRun}
	if len(req.Cases) == 0 || req.Reason == "" {
		return res, ask.Usage("销毁要写明案件和理由")
	}
	var digests []casefile.Digest
	err = f.change(c, func(tx *register.Tx) error {
		digests = nil
		for _, id := range req.Cases {
			drafts, err := f.erasures(tx, id, civil.Of(c.At), req.Reason)
			if err != nil {
				return err
			}
			for _, d := range drafts {
				digests = append(digests, d.Event.(casefile.Erased).Digests...)
			}
			if _, err := tx.Append(c.Who.String(), drafts...); err != nil {
				return err
			}
		}
		slices.SortFunc(digests, func(a, b casefile.Digest) int { return slices.Compare(a[:], b[:]) })
		digests = slices.Compact(digests)
		for _, d := range digests {
			if tx.Erased(d) {
				res.Erased++
			} else {
				res.Held++
			}
		}
		return nil
	})
	if err != nil || c.DryRun {
		return res, err
	}
	return res, f.dropErased(digests)
}

// erasures lets go what a case and those that were merged into it hold; an error says why not yet.
func (f *office) erasures(tx *register.Tx, id casefile.ID, today civil.Date, reason string) (drafts []casefile.Draft, err error) {
	c, err := tx.Case(id)
	if err != nil {
		return nil, err
	}
	if err := c.MayErase(f.live().Retention.Years, today); err != nil {
		return nil, err
	}
	merged, err := tx.Merged(id)
	if err != nil {
		return nil, err
	}
	ids := []casefile.ID{id}
	for _, m := range merged {
		ids = append(ids, m[0].Case)
	}
	for _, one := range ids {
		held, err := tx.Holdings(one)
		if err != nil {
			return nil, err
		}
		if len(held) > 0 {
			drafts = append(drafts, casefile.Draft{Case: one, On: today, Event: casefile.Erased{Digests: held, Reason: reason}})
		}
	}
	if len(drafts) == 0 {
		return nil, &casefile.RuleError{Code: "nothing-held", Case: id, Msg: "没有邮件原文或附件"}
	}
	return drafts, nil
}

// dropErased removes the bytes of those digests that are erased, and what was read of them.
func (f *office) dropErased(digests []casefile.Digest) error {
	var errs []error
	for _, d := range digests {
		if !f.reg.Erased(d) {
			continue
		}
		errs = append(errs, f.forgetReadings(d))
		if f.store.Has(d) {
			errs = append(errs, f.store.Erase(d))
		}
	}
	return errors.Join(errs...)
}

// finishErasures does what a crash between an erasure's record and its files left undone.
func (f *office) finishErasures() error {
	var all []casefile.Digest
	err := f.reg.View(func(tx *register.Tx) error {
		return tx.EachErased(func(d casefile.Digest) error {
			if f.store.Has(d) {
				all = append(all, d)
			}
			return nil
		})
	})
	return errors.Join(err, f.dropErased(all))
}

// sayFindings logs what opening the register brought to light.
func (f *office) sayFindings() {
	found := f.reg.Findings()
	log := f.Options.Log
	if found.Replayed > 0 {
		log.Error().Uint64("records", found.Replayed).Msg("the database had lost records; they were taken back from the journal. Check the disk")
	}
	if found.CaughtUp > 0 {
		log.Warn().Uint64("records", found.CaughtUp).Int64("torn_bytes", found.Cut).Msg("the journal was caught up after a crash")
	}
	if found.Migrated {
		log.Warn().Int("schema", register.Schema).Str("kept", found.Kept).Msg("the register was brought to the present format; the old file is kept")
	}
	if found.Ahead > time.Minute {
		log.Error().Dur("by", found.Ahead).Msg("the clock is behind the last record: it has gone back")
	}
	if len(found.Modes) > 0 {
		log.Warn().Strs("files", found.Modes).Msg("files could be read by others; they no longer can")
	}
	if len(found.Foreign) > 0 {
		log.Error().Strs("files", found.Foreign).Msg("files belong to another user than the state directory")
	}
}

// trouble is something wrong with the keeping of the register: a name by which it is known from one
// look to the next, and the words of status.
type trouble struct{ name, text string }

// troubles gathers them.
type troubles []trouble

func (t *troubles) add(name, format string, args ...any) {
	*t = append(*t, trouble{name, fmt.Sprintf(format, args...)})
}

func (f *office) troubles() (all troubles) {
	h := f.reg.Health()
	if h.Err != nil {
		all.add("writing", "自 %s 起无法记录：%v", h.Since.In(civil.Zone).Format("01-02 15:04"), told(h.Err))
	} else if err := f.reg.InPlace(); err != nil {
		all.add("writing", "%v", told(err))
	}
	if h.ClockBack > time.Minute {
		all.add("clock", "服务器时钟比末条记录慢 %v，请校时", h.ClockBack.Round(time.Second))
	}
	if s, err := f.space(f.Config.Paths.State); err != nil {
		all.add("disk", "%v", err)
	} else if s.Free < f.leastSpace() {
		all.add("disk", "磁盘只剩 %d MiB，将满；请清理或扩容", s.Free>>20)
	}
	if n := f.reg.Findings().Replayed; n > 0 {
		all.add("replayed", "启动时登记库缺 %d 条记录，已由流水补回；请检查磁盘", n)
	}
	if f.complained.Load() {
		all.add("reload", "配置文件改得有误，仍按原来的运行；ysq config check 列出错误")
	}
	all = append(all, f.auditTroubles()...)
	all = append(all, f.outboxTroubles()...)
	f.proof.mu.Lock()
	defer f.proof.mu.Unlock()
	if f.proof.differences > 0 {
		all.add("proof", "核验发现 %d 处不符，见 ysq verify", f.proof.differences)
	}
	return all
}

// leastSpace is the room below which status warns: a snapshot of the register and some mails.
func (f *office) leastSpace() int64 { return 256<<20 + 2*f.registerSize() }

// verified is when the register was last proved by this process.
func (f *office) verified() *time.Time {
	f.proof.mu.Lock()
	defer f.proof.mu.Unlock()
	return instant(f.proof.at)
}

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
		all, err := d.verify(ctx, nil)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			d.Options.Log.Error().Err(err).Msg("the register could not be verified")
		case len(all) > 0:
			for _, one := range all[:min(len(all), 20)] {
				d.Options.Log.Error().Str("place", one.Place).Str("key", one.Key).Str("what", one.What).Str("do", one.Do).Msg("the register is not what its records say")
			}
		}
		seq, head := d.head()
		d.Options.Log.Info().Int("differences", len(all)).Dur("took", time.Since(began)).Uint64("records", seq).Str("head", head).Msg("verified the register")
	}
}

// witness puts the digest of the last record into the system's journal once a day: a rewriting of
// the whole register shows only against a witness outside of it.
func (d *Daemon) witness(last *civil.Date) {
	if today := d.today(); today != *last {
		*last = today
		seq, head := d.head()
		d.Options.Log.Info().Uint64("records", seq).Str("head", head).Msg("the register's head today")
	}
}

func (f *office) head() (seq uint64, digest string) {
	seq, head, _ := f.reg.Head() // whoever needs the database reports that it cannot be read
	return seq, head.String()
}

// watchKeeping says once when something goes wrong with the keeping of the register, and once when
// all is right again.
func (d *Daemon) watchKeeping(said *troubles) {
	now := d.troubles()
	for _, t := range now {
		if !slices.ContainsFunc(*said, func(o trouble) bool { return o.name == t.name }) {
			d.Options.Log.Error().Str("trouble", t.name).Msg(t.text)
		}
	}
	if len(now) == 0 && len(*said) > 0 {
		d.Options.Log.Info().Msg("the register's keeping is in order again")
	}
	*said = now
}
