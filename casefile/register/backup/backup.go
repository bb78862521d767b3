// Package backup makes backups of a register, and registers of backups.
//
// A backup is complete in itself: a directory
//
//	ysq-<register>-<time>-<records>-<head>/
//	    backup.json       Manifest
//	    register.db       the database as it was
//	    journal/          the journal up to the same record
//	    mail/             every mail that was not erased
//	    ysq.toml          the configuration, where one was given
//	    people.json       who may come in by a browser, where anybody may
//	    letters/          the office's templates of letters, where it has its own
//
// or, encrypted with age, the same as one file ….tar.age, which alone also carries secret. Mails that
// an earlier backup in the same place has are linked to, so that each backup looks whole and only
// what is new takes room. A backup appears under its name when it is durable and was read back, and
// not before.
package backup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/register"
)

// Manifest is the file backup.json: what the backup holds.
type Manifest struct {
	Register register.Meta         `json:"register"`
	Taken    time.Time             `json:"taken"`
	Records  uint64                `json:"records"`
	Head     casefile.Digest       `json:"head"`     // of the last record
	Database casefile.Digest       `json:"database"` // of the file register.db
	Mails    int                   `json:"mails"`
	Missing  []register.Difference `json:"missing"` // mails that the register itself could not give whole
}

// Options tune a backup. The zero value makes a plain one and removes none.
type Options struct {
	// Recipients are age public keys; given any, the backup is one encrypted file.
	Recipients []string
	// Keep says which earlier backups of this register stay.
	Keep Retention
	// Config is a file to take along; empty: none.
	Config string
	// Templates is the directory of the office's templates of letters, which are taken along; empty: none.
	Templates string
	Now       time.Time
	Tell      register.Progress
}

// Result says what a backup did.
type Result struct {
	Path string
	Manifest
	Linked  int      // mails that an earlier backup had already
	Removed []string // names of backups that were no longer to be kept
	Plain   int      // beside one that is encrypted: backups that anybody can read who gets at the disk
}

// Backups makes the backups of one register, one at a time.
type Backups struct {
	reg     *register.Register
	running sync.Mutex
}

// Of returns the backups of an open register.
func Of(r *register.Register) *Backups { return &Backups{reg: r} }

// ErrRuns is returned while another backup of the same register is being made.
var ErrRuns = errors.New("另一次备份还在进行；请等它结束，或查看目标磁盘是否卡住")

// Make makes a backup in a directory that must be there already, so that a disk that is not mounted
// is noticed. Readers and writers go on whatever the target does: nothing of the register is held
// while it is written.
func (all *Backups) Make(ctx context.Context, target string, o Options) (res Result, err error) {
	if !all.running.TryLock() {
		return res, ErrRuns
	}
	defer all.running.Unlock()
	r := all.reg
	seal, err := sealFor(o.Recipients)
	if err != nil {
		return res, err
	}
	if err := checkTarget(target, r.Dir()); err != nil {
		return res, err
	}
	s, err := r.Snapshot(ctx, target, o.Tell)
	if err != nil {
		return res, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	b := backup{ctx: ctx, disk: r.Disk(), s: s, live: r, target: target, tell: o.Tell, config: o.Config}
	if b.templates, err = templatesIn(o.Templates); err != nil {
		return res, err
	}
	if err := b.prepare(o.Now); err != nil {
		return res, err
	}
	b.name.encrypted = seal != nil
	final := filepath.Join(target, b.name.String())
	if there, err := durable.Exists(final); err != nil {
		return res, err
	} else if there {
		return res, fmt.Errorf("备份 %s 已经存在", final)
	}
	tmp := filepath.Join(target, partial+b.name.String())
	if seal != nil {
		err = b.writeSealed(tmp, seal)
	} else {
		err = b.writeDir(tmp)
	}
	if err == nil {
		err = errors.Join(b.disk.Rename(tmp, final), b.disk.SyncDir(target))
	}
	if err != nil {
		return res, errors.Join(fmt.Errorf("writing the backup: %w", err), os.RemoveAll(tmp))
	}
	res = Result{Path: final, Manifest: b.manifest, Linked: b.linked}
	res.Removed, err = b.rotate(o.Keep)
	if seal != nil {
		plain, missed := all.PlainIn(target)
		res.Plain, err = len(plain), errors.Join(err, missed)
	}
	if note := all.note(res, seal != nil); !unwritable(note) { // the backup is there, and somebody is reminded of one
		err = errors.Join(err, note)
	}
	return res, err
}

// unwritable tells whether a disk takes nothing: backing up is then what is left to do.
func unwritable(err error) bool {
	return errors.Is(err, syscall.EROFS) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// partial begins the names of backups that are being made, or were when the machine stopped.
const partial = ".partial-"

func checkTarget(target, state string) error {
	info, err := os.Stat(target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("备份目录 %s 不存在；请先建立（并挂载磁盘），属主应为运行 ysq 的用户", target)
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s 不是目录", target)
	}
	in, err := filepath.EvalSymlinks(target)
	if err != nil {
		return err
	}
	if state, err = filepath.EvalSymlinks(state); err != nil {
		return err
	}
	if rel, err := filepath.Rel(state, in); err == nil && rel != ".." && !strings.HasPrefix(rel, "../") {
		return fmt.Errorf("备份目录 %s 在登记库目录之内；请放到别的磁盘上", target)
	}
	return nil
}

// backup is one that is being made.
type backup struct {
	ctx       context.Context
	disk      durable.Disk
	s         *register.Snapshot
	live      *register.Register
	target    string
	config    string
	templates []string // their paths
	tell      register.Progress
	name      name
	manifest  Manifest
	mails     []casefile.Digest
	previous  string // directory of the newest earlier backup; "": none
	linked    int
}

// prepare reads from the snapshot what the backup will hold.
func (b *backup) prepare(now time.Time) (err error) {
	m := &b.manifest
	m.Register, m.Taken, m.Missing = b.s.Meta(), now, []register.Difference{}
	err = b.s.View(func(tx *register.Tx) error {
		b.tell.Say("检查快照", 0, 1)
		if err := tx.Check(); err != nil {
			return err
		}
		m.Records, m.Head = tx.Head()
		return tx.EachDigest(func(d casefile.Digest) error {
			if !tx.Erased(d) {
				b.mails = append(b.mails, d)
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	if m.Database, err = durable.Sum(b.s.Database().Path); err != nil {
		return err
	}
	b.name = nameOf(m.Register, now, m.Records, m.Head, false)
	names, err := backupsIn(b.target, b.name.register)
	if err != nil {
		return err
	}
	for _, n := range names { // the oldest first
		if !n.encrypted {
			b.previous = filepath.Join(b.target, n.String())
		}
	}
	return b.sweep()
}

// sweep removes what a backup left that did not come to its end.
func (b *backup) sweep() error {
	left, err := filepath.Glob(filepath.Join(b.target, partial+"ysq-"+b.name.register+"-*"))
	if err != nil {
		return err
	}
	for _, path := range left {
		if err := b.disk.Remove(path); err != nil {
			return err
		}
	}
	return nil
}

// backupsIn lists the backups of a register, the oldest first.
func backupsIn(target, register string) ([]name, error) {
	entries, err := os.ReadDir(target)
	if err != nil {
		return nil, err
	}
	var names []name
	for _, e := range entries {
		if n, ok := parseName(e.Name()); ok && n.register == register {
			names = append(names, n) // their order is that of the time in them
		}
	}
	return names, nil
}

// PlainIn lists the backups of the register in a directory that are not encrypted, the oldest first. Encrypted ones beside
// them say that the directory was to hold none: no rotation of those removes them, for it cannot know that nobody wants them.
func (all *Backups) PlainIn(dir string) (paths []string, err error) {
	names, err := backupsIn(dir, registerIn(all.reg.Meta()))
	for _, n := range names {
		if !n.encrypted {
			paths = append(paths, filepath.Join(dir, n.String()))
		}
	}
	return paths, err
}

func (b *backup) writeDir(dir string) error {
	dirs := []string{dir, filepath.Join(dir, register.JournalDir), filepath.Join(dir, "mail")}
	for i := range 16 {
		dirs = append(dirs, filepath.Join(dir, "mail", fmt.Sprintf("%x", i)))
	}
	for _, d := range dirs {
		if err := os.Mkdir(d, 0o700); err != nil {
			return err
		}
	}
	database := filepath.Join(dir, register.FileName)
	if _, err := b.disk.Copy(b.s.Database().Path, database, b.s.Database().Size); err != nil {
		return err
	}
	for _, f := range b.s.Journal() {
		if _, err := b.disk.Copy(f.Path, filepath.Join(dir, register.JournalDir, filepath.Base(f.Path)), f.Size); err != nil {
			return err
		}
	}
	if err := b.copySmall(filepath.Join(b.live.Dir(), register.JournalDir, "register.json"), filepath.Join(dir, register.JournalDir, "register.json")); err != nil {
		return err
	}
	if err := b.copySmall(filepath.Join(b.live.Dir(), peopleFile), filepath.Join(dir, peopleFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if b.config != "" {
		if err := b.copySmall(b.config, filepath.Join(dir, "ysq.toml")); err != nil {
			return err
		}
	}
	if len(b.templates) > 0 {
		dirs = append(dirs, filepath.Join(dir, "letters"))
		if err := os.Mkdir(filepath.Join(dir, "letters"), 0o700); err != nil {
			return err
		}
	}
	for _, path := range b.templates {
		if err := b.copySmall(path, filepath.Join(dir, "letters", filepath.Base(path))); err != nil {
			return err
		}
	}
	for i, d := range b.mails {
		if i%100 == 0 {
			b.tell.Say("备份邮件原文", int64(i), int64(len(b.mails)))
		}
		if b.ctx.Err() != nil {
			return context.Cause(b.ctx)
		}
		if err := b.putMail(dir, d); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(b.manifest, "", "  ")
	if err != nil {
		return err
	}
	if err := b.disk.Replace(filepath.Join(dir, "backup.json"), 0o600, durable.Content(append(text, '\n'))); err != nil {
		return err
	}
	for _, d := range dirs {
		if err := b.disk.SyncDir(d); err != nil {
			return err
		}
	}
	return b.readBack(database)
}

// peopleFile is the list of those who come in by a browser, in the state directory: with hashes of their passwords,
// which a backup keeps as closely as the register does. Who has none in his office has no such file.
const peopleFile = "people.json"

// templatesIn lists the templates of a directory; none where there is no such directory.
func templatesIn(dir string) (paths []string, err error) {
	if dir == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		if e.Type().IsRegular() && packed.MatchString("letters/"+e.Name()) {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	return paths, err
}

func (b *backup) copySmall(from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	_, err = b.disk.Copy(from, to, info.Size())
	return err
}

// putMail links to an earlier backup's copy of a mail, or copies it. One that the register itself
// does not have whole does not fail the backup; it is reported.
func (b *backup) putMail(dir string, d casefile.Digest) error {
	from, to := register.MailPath(b.live.Dir(), d), register.MailPath(dir, d)
	info, err := os.Stat(from)
	if errors.Is(err, fs.ErrNotExist) {
		if !b.live.Erased(d) {
			b.lacks(d, "文件不在")
		}
		return nil
	} else if err != nil {
		return err
	}
	if b.previous != "" {
		old := register.MailPath(b.previous, d)
		if was, err := os.Stat(old); err == nil && was.Size() == info.Size() {
			// A file system without links is no reason to fail: then each backup is a full one. A
			// copy that has rotted since is linked to as it is: VerifyDir finds it, and making every
			// backup read every mail would take hours where this takes seconds.
			if b.disk.Link(old, to) == nil {
				b.linked++
				b.manifest.Mails++
				return nil
			}
			// Over a network a link can be made and yet be answered with an error.
			if err := b.disk.Remove(to); err != nil {
				return err
			}
		}
	}
	sum, err := b.disk.Copy(from, to, info.Size())
	if err != nil {
		return err
	}
	b.manifest.Mails++
	if sum != d {
		b.lacks(d, "内容与摘要不符")
	}
	return nil
}

func (b *backup) lacks(d casefile.Digest, what string) {
	b.manifest.Missing = append(b.manifest.Missing, register.Difference{Place: "mail", Key: d.String(), What: what, Do: "从更早的备份取回这个文件"})
}

// readBack opens the copy where it lies.
func (b *backup) readBack(path string) error {
	b.tell.Say("检查备份", 0, 1)
	sum, err := durable.Sum(path)
	if err != nil {
		return err
	}
	if sum != b.manifest.Database {
		return fmt.Errorf("%s：写入的备份读回来不一样；目标磁盘可能有故障", path)
	}
	s, err := register.Inspect(filepath.Dir(path), register.Options{})
	if err != nil {
		return err
	}
	err = s.View(func(tx *register.Tx) error {
		if seq, head := tx.Head(); seq != b.manifest.Records || head != b.manifest.Head {
			return fmt.Errorf("%s：备份的末条记录是 %d，应为 %d", path, seq, b.manifest.Records)
		}
		return nil
	})
	return errors.Join(err, s.Close())
}

// rotate removes the backups that are no longer to be kept, of the kind that was made: the encrypted ones are for another
// place than the plain ones. Each disappears under another name first, so that none is ever seen in part.
func (b *backup) rotate(keep Retention) (removed []string, err error) {
	names, err := backupsIn(b.target, b.name.register)
	if err != nil {
		return nil, err
	}
	names = slices.DeleteFunc(names, func(n name) bool { return n.encrypted != b.name.encrypted })
	for _, n := range keep.expired(names) {
		tmp := filepath.Join(b.target, partial+n.String())
		if err := b.disk.Rename(filepath.Join(b.target, n.String()), tmp); err != nil {
			return removed, err
		}
		removed = append(removed, n.String())
		if err := b.disk.Remove(tmp); err != nil {
			return removed, err
		}
	}
	return removed, nil
}
