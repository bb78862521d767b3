package backup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/register"
)

// RestoreOptions tune a restoration; the zero value restores a plain backup.
type RestoreOptions struct {
	register.Options
	// Identities are age private keys, as in a file of age-keygen; needed for an encrypted backup.
	Identities string
	// Config is a directory in which the configuration and the templates of the backup are put; "": they are
	// left in the backup.
	Config string
	Tell   register.Progress
}

// Restoration says what a restoration brought back.
type Restoration struct {
	Manifest
	// Replayed is the number of records that a surviving journal had beyond the backup.
	Replayed uint64
	// LostFrom is the first record that may be lost; 0 when a surviving journal went as far as the
	// backup or further.
	LostFrom uint64
	Mails    int // files brought back; those that were there already are not counted
	// Config says that the backup had a configuration, and that it is in RestoreOptions.Config now.
	Config bool
	// Differences are what Verify found afterwards; none is what is hoped for.
	Differences []register.Difference
}

// Restore brings a register back into a directory that has none. Mails and a journal that survived
// there are used: the journal, when it goes on from the backup, brings back what was recorded after
// it. What was erased later stays erased, where the journal knows of it.
func Restore(ctx context.Context, from, dir string, o RestoreOptions) (res Restoration, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return res, err
	}
	l, err := register.Hold(dir, o.Command)
	if err != nil {
		return res, err
	}
	defer l.Release()
	if there, err := durable.Exists(filepath.Join(dir, register.FileName)); err != nil || there {
		return res, errors.Join(err, fmt.Errorf("%s：%w；恢复只写入没有登记库的目录，请先把 %s 移走", dir, register.ErrExists, register.FileName))
	}
	source, cleanup, err := sourceOf(ctx, from, dir, o)
	if err != nil {
		return res, err
	}
	defer func() { err = errors.Join(err, cleanup()) }()
	x := restoration{ctx: ctx, disk: durable.Disk{Intercept: o.Intercept}, from: source, dir: dir, o: o, res: &res}
	if err := x.bring(strings.TrimSuffix(filepath.Base(from), encrypted)); err != nil {
		return res, err
	}
	defer func() { res.Differences = append(res.Differences, misnamed(filepath.Base(from), res.Manifest)...) }()
	l.Release() // Open holds it again
	return res, x.begin()
}

// Drill restores a backup into a temporary directory below scratch, verifies it, and removes it
// again: a drill.
func Drill(ctx context.Context, from, scratch string, o RestoreOptions) (res Restoration, err error) {
	dir, err := os.MkdirTemp(scratch, "ysq-restore-*")
	if err != nil {
		return res, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	return Restore(ctx, from, dir, o)
}

// sourceOf gives the directory of a plain backup, or unpacks an encrypted one beside the register.
func sourceOf(ctx context.Context, from, dir string, o RestoreOptions) (source string, cleanup func() error, err error) {
	info, err := os.Stat(from)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil, fmt.Errorf("没有 %s；请写 ysq backup 存下的一份备份（ysq-… 目录或 .tar.age 文件）", from)
	} else if err != nil {
		return "", nil, err
	}
	if info.IsDir() {
		return from, func() error { return nil }, nil
	}
	var identities []age.Identity
	if o.Identities != "" {
		if identities, err = age.ParseIdentities(strings.NewReader(o.Identities)); err != nil {
			return "", nil, fmt.Errorf("age 私钥读不懂，应是 age-keygen 生成的文件，有 AGE-SECRET-KEY-1 开头的一行：%w", err)
		}
	}
	if err := durable.RoomFor(dir, info.Size()); err != nil {
		return "", nil, err
	}
	tmp, err := os.MkdirTemp(dir, "snapshot-*")
	if err != nil {
		return "", nil, err
	}
	cleanup = func() error { return os.RemoveAll(tmp) }
	o.Tell.Say("解密备份", 0, 1)
	if err := unseal(ctx, from, tmp, identities); err != nil {
		return "", nil, errors.Join(err, cleanup())
	}
	return tmp, cleanup, nil
}

type restoration struct {
	ctx  context.Context
	disk durable.Disk
	from string
	dir  string
	o    RestoreOptions
	res  *Restoration
}

// lastIn names the latest backup in a directory, of whichever register; none: "".
func lastIn(dir string) (path string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return ""
	}
	var last time.Time
	for _, e := range entries {
		if n, ok := parseName(e.Name()); ok && n.taken.After(last) {
			last, path = n.taken, filepath.Join(dir, e.Name())
		}
	}
	return path
}

// manifestOf reads what a plain backup says about itself.
func manifestOf(dir string) (m Manifest, err error) {
	text, err := os.ReadFile(filepath.Join(dir, "backup.json"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if last := lastIn(dir); last != "" { // the directory that `backup` was given, not a backup
			return m, fmt.Errorf("%s 里没有 backup.json：它是存放备份的目录；请写其中的一份，最近的是 %s", dir, last)
		}
		return m, fmt.Errorf("%s 里没有 backup.json：不是 ysq 的备份，或没有写完", dir)
	case err != nil:
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("%s：backup.json 读不懂：%w", dir, err)
	}
	return m, nil
}

// bring copies everything into place, the database last: until it is there, nothing was restored and
// all can be done again.
func (x *restoration) bring(name string) (err error) {
	if x.res.Manifest, err = manifestOf(x.from); err != nil {
		return err
	}
	s, err := register.Inspect(x.from, x.o.Options)
	if err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	if err := x.room(); err != nil {
		return err
	}
	survived, err := x.survived()
	if err != nil {
		return err
	}
	if err := x.mails(); err != nil {
		return err
	}
	if err := x.config(); err != nil {
		return err
	}
	for _, file := range []string{"secret", peopleFile} {
		if there, err := durable.Exists(filepath.Join(x.from, file)); err != nil {
			return err
		} else if !there {
			continue
		}
		if err := x.file(file, x.dir); err != nil {
			return err
		}
	}
	if survived {
		return x.file(register.FileName, x.dir)
	}
	return x.afresh(name)
}

// file copies a file of the backup into a directory, in the place of one that is there.
func (x *restoration) file(name, dir string) error {
	from, to := filepath.Join(x.from, name), filepath.Join(dir, name)
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if err := x.disk.Remove(to + ".new"); err != nil {
		return err
	}
	sum, err := x.disk.Copy(from, to+".new", info.Size())
	if err != nil {
		return err
	}
	if name == register.FileName && sum != x.res.Database {
		return fmt.Errorf("%s：%w（与 backup.json 所记摘要不符）；请用另一份备份", from, register.ErrDamaged)
	}
	return errors.Join(x.disk.Rename(to+".new", to), x.disk.SyncDir(dir))
}

// config brings the configuration and the templates, where somebody wants them.
func (x *restoration) config() error {
	from := filepath.Join(x.from, "ysq.toml")
	if there, err := durable.Exists(from); err != nil || !there || x.o.Config == "" {
		return err
	}
	to := filepath.Join(x.o.Config, "letters")
	if err := os.RemoveAll(x.o.Config); err != nil { // of a restoration that was broken off
		return err
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	templates, err := templatesIn(filepath.Join(x.from, "letters"))
	if err != nil {
		return err
	}
	for _, path := range templates {
		if err := x.copySmall(path, filepath.Join(to, filepath.Base(path))); err != nil {
			return err
		}
	}
	if err := x.copySmall(from, filepath.Join(x.o.Config, "ysq.toml")); err != nil {
		return err
	}
	x.res.Config = true
	return errors.Join(x.disk.SyncDir(to), x.disk.SyncDir(x.o.Config))
}

func (x *restoration) copySmall(from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	_, err = x.disk.Copy(from, to, info.Size())
	return err
}

// room makes sure that there is room for the database twice, once for the proof, and for the rest.
func (x *restoration) room() error {
	need := int64(64 << 20)
	err := filepath.WalkDir(x.from, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if e.Name() == register.FileName {
			need += 2 * info.Size()
		} else if rel, err := filepath.Rel(x.from, path); err != nil || sizeAt(filepath.Join(x.dir, rel)) != info.Size() {
			need += info.Size()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return durable.RoomFor(x.dir, need)
}

// sizeAt is the size of a file; -1 where there is none.
func sizeAt(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return -1
	}
	return info.Size()
}

// survived says whether the journal that is there goes on from the backup.
func (x *restoration) survived() (bool, error) {
	last, err := register.ProveJournal(x.ctx, x.dir, x.res.Register.ID)
	if err != nil { // what it has beyond the backup is nowhere else
		return false, fmt.Errorf("%s 里留存的流水不能接着备份用；如愿放弃其中备份之后的记录，请把该目录移走再恢复：%w", filepath.Join(x.dir, register.JournalDir), err)
	}
	return last > 0 && last >= x.res.Records, nil
}

// afresh puts the backup's journal and database in place, with the record that what came after them may be lost. They get it
// before they are moved: a restoration that is broken off in between, and done again, finds a journal that says so, and not
// one that seems to have survived.
func (x *restoration) afresh(name string) (err error) {
	tmp, err := os.MkdirTemp(x.dir, "snapshot-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(tmp)) }()
	if err := x.journal(filepath.Join(tmp, register.JournalDir)); err != nil {
		return err
	}
	if err := x.file(register.FileName, tmp); err != nil {
		return err
	}
	if err := x.record(tmp, name); err != nil {
		return err
	}
	kept, err := filepath.Glob(filepath.Join(tmp, register.FileName+"-*")) // by a migration
	if err != nil {
		return err
	}
	for _, path := range kept {
		if err := os.Rename(path, filepath.Join(x.dir, filepath.Base(path))); err != nil {
			return err
		}
	}
	names := []string{register.JournalDir, register.FileName}
	for _, name := range names {
		to := filepath.Join(x.dir, name+".new")
		if err := errors.Join(x.disk.Remove(to), os.Rename(filepath.Join(tmp, name), to)); err != nil {
			return err
		}
	}
	if err := x.disk.SyncDir(x.dir); err != nil {
		return err
	}
	for _, name := range names {
		to := filepath.Join(x.dir, name)
		if there, err := durable.Exists(to); err != nil {
			return err
		} else if there { // a journal that does not go as far as the backup
			if err := x.disk.Rename(to, fmt.Sprintf("%s-old-%s", to, x.o.Now.Format("20060102-150405"))); err != nil {
				return err
			}
		}
		if err := errors.Join(x.disk.Rename(to+".new", to), x.disk.SyncDir(x.dir)); err != nil {
			return err
		}
	}
	return nil
}

// journal copies the journal of the backup.
func (x *restoration) journal(to string) error {
	if err := os.Mkdir(to, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(filepath.Join(x.from, register.JournalDir))
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			return err
		}
		if _, err := x.disk.Copy(filepath.Join(x.from, register.JournalDir, e.Name()), filepath.Join(to, e.Name()), info.Size()); err != nil {
			return err
		}
	}
	return x.disk.SyncDir(to)
}

// mails copies the mails that are not there. A copy that is not what its name says is left out and
// found missing by Verify.
func (x *restoration) mails() error {
	files, err := filepath.Glob(filepath.Join(x.from, "mail", "?", "*.eml"))
	if err != nil {
		return err
	}
	made := make(map[string]bool)
	for i, from := range files {
		if i%100 == 0 {
			x.o.Tell.Say("恢复邮件原文", int64(i), int64(len(files)))
		}
		if x.ctx.Err() != nil {
			return context.Cause(x.ctx)
		}
		d, err := casefile.ParseDigest(strings.TrimSuffix(filepath.Base(from), ".eml"))
		if err != nil {
			continue // Verify of the backup reports it
		}
		to := register.MailPath(x.dir, d)
		if sum, err := durable.Sum(to); err == nil && sum == d {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		if err := x.disk.Remove(to); err != nil {
			return err
		}
		info, err := os.Stat(from)
		if err != nil {
			return err
		}
		sum, err := x.disk.Copy(from, to, info.Size())
		if err != nil {
			return err
		}
		if sum != d {
			if err := x.disk.Remove(to); err != nil {
				return err
			}
			continue
		}
		made[filepath.Dir(to)] = true
		x.res.Mails++
	}
	for dir := range made {
		if err := x.disk.SyncDir(dir); err != nil {
			return err
		}
	}
	return nil
}

// begin opens the restored register, removes what was erased since the backup, and verifies.
func (x *restoration) begin() (err error) {
	r, err := x.open(x.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	x.res.Replayed = r.Findings().Replayed
	err = r.View(func(tx *register.Tx) error {
		if next, err := tx.Record(x.res.Records + 1); err == nil {
			if lost, ok := next.Event.(casefile.Restored); ok {
				x.res.LostFrom = lost.From
			}
		} else if !errors.Is(err, register.ErrNotFound) {
			return err
		}
		return tx.EachErased(func(d casefile.Digest) error { return x.disk.Remove(register.MailPath(x.dir, d)) })
	})
	if err != nil {
		return err
	}
	x.res.Differences, err = r.Verify(x.ctx, x.o.Tell)
	return err
}

// open opens a copy of the backup's register; the backup stays as it is.
func (x *restoration) open(dir string) (*register.Register, error) {
	o := x.o.Options
	o.Migrate = true
	return register.Open(dir, o)
}

// record puts down that records after the backup may be lost.
func (x *restoration) record(dir, name string) (err error) {
	r, err := x.open(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	since := time.Time{}
	if x.res.Records > 0 {
		err := r.View(func(tx *register.Tx) error {
			last, err := tx.Record(x.res.Records)
			since = last.Recorded
			return err
		})
		if err != nil {
			return err
		}
	}
	now := x.o.Now
	if now.IsZero() {
		now = since
	}
	return r.Update(now, func(tx *register.Tx) error {
		_, err := tx.Append(register.Actor, casefile.Draft{On: tx.Today(), Event: casefile.Restored{Backup: name, From: x.res.Records + 1, Since: since}})
		return err
	})
}
