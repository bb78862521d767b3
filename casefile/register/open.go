package register

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
	"golang.org/x/sys/unix"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/workday"
)

// Errors of Open and Create. Each is wrapped in text that says what to do.
var (
	ErrMissing = errors.New("登记库不存在")
	ErrExists  = errors.New("登记库已存在")
	ErrForeign = errors.New("不是 ysq 的登记库")
	ErrNewer   = errors.New("登记库由更新版本的 ysq 写成")
	ErrDamaged = errors.New("登记库文件已损坏")
	// ErrDisplaced is returned by Update when a file of the register is no longer what was written: the
	// database is not the one at its path, or one of the journal's is not, or is shorter or longer.
	ErrDisplaced = errors.New("文件在使用中被移走、替换或改动")
	// ErrReadOnly is returned by Update of a register that was opened by OpenToRead.
	ErrReadOnly = errors.New("登记库是以只读方式打开的，什么都没有记录")
)

// Create makes an empty register in dir, which it creates with mode 0700. It never touches one that
// is there, nor makes another beside the journal of one that is lost (ErrExists).
func Create(dir string, now time.Time) (Meta, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Meta{}, fmt.Errorf("creating the state directory: %w", err)
	}
	l, err := Hold(dir, "ysq init")
	if err != nil {
		return Meta{}, err
	}
	defer l.Release()
	path := filepath.Join(dir, FileName)
	if _, err := os.Lstat(path); err == nil {
		return Meta{}, fmt.Errorf("%s：%w；如要重新开始，请先把整个目录移走", path, ErrExists)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return Meta{}, err
	}
	if old, err := journalMeta(filepath.Join(dir, JournalDir)); err == nil {
		return Meta{}, fmt.Errorf("%s 里有登记库 %s 的流水：%w，只是库文件不在；请运行 ysq rebuild 据流水重建；如要重新开始，请先把整个目录移走", dir, old.ID, ErrExists)
	}
	// Written beside and renamed: a crash on the way leaves no file that could be taken for a register.
	tmp := path + ".new"
	if err := os.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Meta{}, err
	}
	meta := Meta{Schema: Schema, ID: rand.Text(), Inception: now}
	if err := create(tmp, meta); err != nil {
		return Meta{}, fmt.Errorf("creating %s: %w", tmp, err)
	}
	if err := os.Rename(tmp, path); err != nil {
		return Meta{}, err
	}
	return meta, durable.Disk{}.SyncDir(dir)
}

func create(path string, meta Meta) error {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second})
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range append([][]byte{bucketMeta, bucketRecord}, derived...) {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		b, err := json.Marshal(meta)
		if err != nil {
			return err
		}
		return tx.Bucket(bucketMeta).Put(keyMeta, b)
	})
	return errors.Join(err, db.Close())
}

// Findings is what Open noticed and put right. All of it is worth a line in the log; Replayed is an
// alarm, for the database had lost what it had confirmed.
type Findings struct {
	Replayed uint64   // records that the database lacked and the journal had
	CaughtUp uint64   // records that the journal lacked
	Cut      int64    // bytes of a torn line cut from the journal
	Modes    []string // files that others could read; they no longer can
	// Foreign are files that belong to another user than the directory does.
	Foreign []string
	// Migrated: the file was of an earlier format; it now lies at Kept.
	Migrated bool
	Kept     string
	// Moved is what the present rules say otherwise of the cases of an earlier format; it is listed in MovedList.
	Moved     []Moved
	MovedList string
	// Unread are records that the journal has and the database lacks, where it was opened for reading only.
	Unread uint64
	// Ahead is by how much the last record is ahead of Options.Now: the clock was set back.
	Ahead time.Duration
}

// Open opens the register of dir for this process alone. It refuses a missing, empty, damaged,
// foreign, newer or, without Options.Migrate, older file, each with its own error, one that another process holds (*HeldError), and
// one whose journal does not fit it (*BrokenJournalError).
func Open(dir string, o Options) (*Register, error) {
	path := filepath.Join(dir, FileName)
	if err := present(path); err != nil {
		return nil, err
	}
	l, err := Hold(dir, o.Command)
	if err != nil {
		return nil, err
	}
	r := prepare(dir, o)
	r.lock = l
	err = survive(path, func() error {
		if err := r.open(path, false); err != nil {
			return err
		}
		if r.meta.Schema < Schema {
			if !o.Migrate {
				return fmt.Errorf("%s：%w（格式 %d，本程序用 %d）", path, ErrOlder, r.meta.Schema, Schema)
			}
			if err := r.migrate(timeOr(o.Now)); err != nil {
				return err
			}
		}
		return r.settle(o.Now)
	})
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// OpenToRead opens a register that cannot be written, such as one on a disk that is full or read-only. It
// takes no lock, changes nothing and puts nothing right. Where another process writes, it is a *HeldError.
func OpenToRead(dir string, o Options) (*Register, error) {
	s, err := Inspect(dir, o)
	if err != nil {
		return nil, err
	}
	r := s.reg
	if r.meta.Schema < Schema {
		return nil, errors.Join(fmt.Errorf("%s：%w（格式 %d，本程序用 %d）", filepath.Join(dir, FileName), ErrOlder, r.meta.Schema, Schema), r.Close())
	}
	files, err := journalFiles(r.journal.dir)
	if err == nil {
		err = r.View(func(tx *Tx) error {
			e, err := tx.compareEnds(files)
			if err == nil && e.last > e.head {
				r.found.Unread = e.last - e.head
			}
			return err
		})
	}
	if _, broken := errors.AsType[*BrokenJournalError](err); err != nil && !broken { // a broken journal is for verify to report
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// survive makes an error of what a damaged file does to its reader: bbolt panics on page headers that
// make no sense (mailbox/PROVIDERS.md#bbolt), and a page that a truncated file no longer has is a fault of the
// memory map.
func survive(path string, read func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s：%w（%v）；%s", path, ErrDamaged, p, remedy)
		}
	}()
	return read()
}

// present tells a register that is not there from one that is not readable. bbolt would make an
// empty one of a file that is missing or has no byte (mailbox/PROVIDERS.md#bbolt).
func present(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := journalMeta(filepath.Join(filepath.Dir(path), "journal")); err == nil {
			return fmt.Errorf("%s：%w，流水还在；%s", path, ErrMissing, remedy)
		}
		return fmt.Errorf("%s：%w；新装请运行 ysq init，否则请从备份恢复（ysq restore）", path, ErrMissing)
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s：%w（不是普通文件）；请把登记库文件本身放回此处", path, ErrForeign)
	case info.Size() == 0:
		return fmt.Errorf("%s：%w（文件为空）；%s", path, ErrDamaged, remedy)
	}
	return nil
}

const remedy = "请停止服务后运行 ysq rebuild 据流水重建；流水也不在时用 ysq restore 从备份恢复"

func prepare(dir string, o Options) *Register {
	r := &Register{dir: dir, law: o.Law, disk: durable.Disk{Intercept: o.Intercept}, base: o.Calendar, limits: o.limits}
	r.journal = journal{disk: r.disk, dir: filepath.Join(dir, JournalDir), files: map[string]written{}}
	if r.law.Limit == 0 {
		r.law = casefile.Regulations()
	}
	if r.base == nil {
		r.base = workday.Embedded()
	}
	r.cal.Store(r.base)
	r.health.Store(&Health{})
	return r
}

func (r *Register) open(path string, readOnly bool) (err error) {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	// When bbolt panics, its map of the file stays, and with the map the lock; closing is not enough.
	var file *os.File
	defer func() {
		if r.db == nil && file != nil {
			unix.Flock(int(file.Fd()), unix.LOCK_UN) // where bbolt has closed it, there is no lock either
			file.Close()
		}
	}()
	r.db, err = bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout: 2 * time.Second, InitialMmapSize: mmapSize + int(info.Size()), FreelistType: bbolt.FreelistMapType, ReadOnly: readOnly,
		PreLoadFreelist: true, // or checking would load it while others read
		OpenFile: func(name string, flag int, mode fs.FileMode) (*os.File, error) {
			file, err = os.OpenFile(name, flag, mode)
			return file, err
		},
	})
	switch {
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s：没有读写权限；请核对属主（应与目录属主相同，通常是 ysq）：%w", path, err)
	case errors.Is(err, bolterrors.ErrTimeout):
		return &HeldError{Dir: r.dir}
	case err != nil:
		return fmt.Errorf("%s：%w（%v）；%s", path, ErrDamaged, err, remedy)
	}
	if r.self, err = file.Stat(); err != nil {
		return err
	}
	return r.db.View(func(tx *bbolt.Tx) error {
		if info.Size() < tx.Size() {
			return fmt.Errorf("%s：%w（文件被截短）；%s", path, ErrDamaged, remedy)
		}
		b := tx.Bucket(bucketMeta)
		if b == nil || json.Unmarshal(b.Get(keyMeta), &r.meta) != nil || r.meta.ID == "" {
			return fmt.Errorf("%s：%w；请核对配置中的 paths.state", path, ErrForeign)
		}
		if r.meta.Schema > Schema {
			return fmt.Errorf("%s：%w（格式 %d，本程序懂 %d）；请升级 ysq", path, ErrNewer, r.meta.Schema, Schema)
		}
		if r.meta.Schema < Schema {
			return nil // migrate, or who only looks, goes on from here
		}
		for _, name := range append([][]byte{bucketRecord}, derived...) {
			if tx.Bucket(name) == nil {
				return fmt.Errorf("%s：%w（缺少 %s）；%s", path, ErrDamaged, name, remedy)
			}
		}
		cal, err := r.tx(tx, time.Time{}).adopted()
		if err != nil {
			return fmt.Errorf("%s：%w（%v）；%s", path, ErrDamaged, err, remedy)
		}
		r.cal.Store(cal)
		return nil
	})
}

// InPlace returns ErrDisplaced when somebody has moved a file of the register away, or put another in its
// place, as a restoration beside a running daemon does. Update then refuses to write where nobody would
// find it again; locks follow the file, so that a second process could write to the other one.
//
// It does not wait for an Update, which finds out by itself.
func (r *Register) InPlace() error {
	if !r.write.TryLock() {
		return r.databaseInPlace()
	}
	defer r.write.Unlock()
	return r.inPlace()
}

// inPlace is InPlace for the writer.
func (r *Register) inPlace() error {
	if err := r.databaseInPlace(); err != nil {
		return err
	}
	return r.journal.inPlace()
}

// Writable returns why nothing can be recorded on a disk that has become read-only, before something is to be. It writes
// nothing, and tells nothing of how much room there is.
func (r *Register) Writable() error {
	f, err := r.disk.Open(r.db.Path(), os.O_WRONLY)
	if err == nil {
		err = f.Close()
	}
	return err
}

func (r *Register) databaseInPlace() error {
	err := inPlace(r.db.Path(), r.self, -1) // bbolt makes it longer as it likes
	if errors.Is(err, ErrDisplaced) {
		err = fmt.Errorf("%w，未记录；请把原文件放回原处，或停止服务、核对后再启动", err)
	}
	return err
}

// settle makes of an open database an open register: nothing of an earlier life lies about, nobody
// else can read the files, and the journal says the same.
func (r *Register) settle(now time.Time) error {
	for _, pattern := range []string{"verify-*", "snapshot-*"} {
		left, err := filepath.Glob(filepath.Join(r.dir, pattern))
		if err != nil {
			return err
		}
		for _, path := range left {
			if err := r.disk.Remove(path); err != nil {
				return err
			}
		}
	}
	if err := r.guard(); err != nil {
		return err
	}
	last, err := r.lastRecorded()
	if err != nil {
		return err
	}
	if now.IsZero() {
		now = last
	}
	r.found.Ahead = max(0, last.Sub(now))
	return r.attach(now)
}

func (r *Register) lastRecorded() (at time.Time, err error) {
	err = r.View(func(tx *Tx) error {
		seq, _ := tx.Head()
		if seq == 0 {
			at = r.meta.Inception
			return nil
		}
		last, err := tx.Record(seq)
		if err != nil {
			return fmt.Errorf("%s：%w（%v）；%s", r.db.Path(), ErrDamaged, err, remedy)
		}
		at = last.Recorded
		return nil
	})
	return at, err
}

// guard keeps the register from others: it holds personal data of every applicant.
func (r *Register) guard() error {
	dir, err := os.Stat(r.dir)
	if err != nil {
		return err
	}
	for _, name := range []string{"", FileName, "lock", JournalDir, "secret"} {
		path := filepath.Join(r.dir, name)
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return err
		}
		if ownerOf(info) != ownerOf(dir) {
			r.found.Foreign = append(r.found.Foreign, path)
		}
		if info.Mode().Perm()&0o077 == 0 {
			continue
		}
		if err := os.Chmod(path, info.Mode().Perm()&0o700); err != nil {
			return fmt.Errorf("%s 的权限是 %v，别人可以读；请改为只有属主可读写：%w", path, info.Mode().Perm(), err)
		}
		r.found.Modes = append(r.found.Modes, path)
	}
	return nil
}

func ownerOf(info fs.FileInfo) uint32 { return info.Sys().(*syscall.Stat_t).Uid } // always, on Linux
