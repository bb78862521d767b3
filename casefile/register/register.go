// Package register is the bbolt file in which the office's records lie, and everything that is
// derived from them.
//
// Records are the truth; each is one line of JSON, encoded once. All other buckets can be made again
// from them and are written in the same transaction:
//
//	meta       schema, register id, inception: what file this is
//	record     seq(8, big-endian)                       → the record's line
//	case       case number                              → projection (projection.go), its Seqs at the end
//	open       case number                              → empty; the cases that still owe an answer
//	digest     sha256(32) seq(8)                        → empty; every record about these bytes
//	msgid      Message-ID 0x00 case number              → empty; mails of a case
//	address    e-mail address, lower case 0x00 case number → empty; who belongs to a case
//	dispute    dispute number 0x00 seq(8)               → empty; its records
//	disputed   case number 0x00 dispute number          → empty
//	calendar   seq(8)                                   → empty; the notices adopted
//	uids       account 0x00 folder 0x00 validity(8) uid(4) → seq(8) of the governing 取信: the book of UIDs
//	place      disposition(1) seq(8)                    → empty; where mails ended, governing entries only
//
// Beside register.db the state directory holds lock (who writes), mail/ (the mails' bytes by digest)
// and tmp/. Only one process has the register open; it holds lock for as long.
//
// A Register may be used by many goroutines: View runs side by side, Update one at a time.
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
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/workday"
)

// Schema is the version of the file format that this program writes. A newer file is refused.
const Schema = 1

const (
	fileName = "register.db"
	// mmapSize is virtual: with it a long reader never blocks the writer by the map having to grow
	// (imap.md §4, deadlocks).
	mmapSize = 4 << 30
)

var (
	bucketMeta   = []byte("meta")
	bucketRecord = []byte("record")
	bucketCase   = []byte("case")
	bucketOpen   = []byte("open")
	bucketDigest = []byte("digest")
	bucketMsgID  = []byte("msgid")
	bucketUIDs   = []byte("uids")
	bucketPlace  = []byte("place")
	bucketAddr   = []byte("address")
	bucketMatter = []byte("dispute")
	bucketOf     = []byte("disputed")
	bucketCal    = []byte("calendar")

	derived = [][]byte{bucketCase, bucketOpen, bucketDigest, bucketMsgID, bucketAddr, bucketMatter, bucketOf, bucketCal, bucketUIDs, bucketPlace}
	keyMeta = []byte("register")
)

// Errors of Open and Create. Each is wrapped in text that says what to do.
var (
	ErrMissing = errors.New("登记库不存在")
	ErrExists  = errors.New("登记库已存在")
	ErrForeign = errors.New("不是 ysq 的登记库")
	ErrNewer   = errors.New("登记库由更新版本的 ysq 写成")
	ErrDamaged = errors.New("登记库文件已损坏")
)

// Meta says what file this is. It is written once, at inception.
type Meta struct {
	Schema    int       `json:"schema"`
	ID        string    `json:"id"`        // random, so that two registers are never taken for one
	Inception time.Time `json:"inception"` // when `ysq init` created it
}

// Options of Open; the zero value is the law as it stands and the embedded calendar.
type Options struct {
	// Law holds the statutory periods; zero means casefile.Regulations.
	Law casefile.Statute
	// Calendar is the working-day calendar; nil means workday.Embedded().
	Calendar *workday.Calendar
	// Command names the holder in the lock file, such as "ysq serve"; empty means the program's name.
	Command string
}

// Register is an open register. Close it.
type Register struct {
	dir   string
	meta  Meta
	db    *bbolt.DB
	lock  *lock
	law   casefile.Statute
	write sync.Mutex
	base  *workday.Calendar                // of the program
	cal   atomic.Pointer[workday.Calendar] // with the adopted notices on top
}

// Create makes an empty register in dir, which it creates with mode 0700. It never touches one that
// is there (ErrExists).
func Create(dir string, now time.Time) (Meta, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Meta{}, fmt.Errorf("creating the state directory: %w", err)
	}
	l, err := acquire(dir, "ysq init")
	if err != nil {
		return Meta{}, err
	}
	defer l.release()
	path := filepath.Join(dir, fileName)
	if _, err := os.Lstat(path); err == nil {
		return Meta{}, fmt.Errorf("%s：%w；如要重新开始，请先把整个目录移走", path, ErrExists)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return Meta{}, err
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
	return meta, syncDir(dir)
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

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Open opens the register of dir for this process alone. It refuses a missing, empty, damaged,
// foreign or newer file, each with its own error, and one that another process holds (*HeldError).
func Open(dir string, o Options) (*Register, error) {
	path := filepath.Join(dir, fileName)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s：%w；新装请运行 ysq init，否则请从备份恢复", path, ErrMissing)
	case err != nil:
		return nil, err
	case info.Size() == 0:
		return nil, fmt.Errorf("%s：%w（文件为空）；请从备份恢复", path, ErrDamaged)
	}
	l, err := acquire(dir, o.Command)
	if err != nil {
		return nil, err
	}
	r := &Register{dir: dir, lock: l, law: o.Law}
	if r.law == (casefile.Statute{}) {
		r.law = casefile.Regulations
	}
	if o.Calendar == nil {
		o.Calendar = workday.Embedded()
	}
	r.base = o.Calendar
	r.cal.Store(o.Calendar)
	if err := r.open(path); err != nil {
		l.release()
		return nil, err
	}
	return r, nil
}

// open runs under recover: bbolt panics on page headers that make no sense (imap.md §4), and a page
// that a truncated file no longer has is a fault of the memory map.
func (r *Register) open(path string) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s：%w（%v）；请从备份恢复", path, ErrDamaged, p)
		}
		if err != nil && r.db != nil {
			err = errors.Join(err, r.db.Close())
		}
	}()
	r.db, err = bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout: 2 * time.Second, InitialMmapSize: mmapSize, FreelistType: bbolt.FreelistMapType,
	})
	if err != nil {
		return fmt.Errorf("%s：%w（%v）；请从备份恢复", path, ErrDamaged, err)
	}
	return r.db.View(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucketMeta)
		if b == nil || json.Unmarshal(b.Get(keyMeta), &r.meta) != nil || r.meta.ID == "" {
			return fmt.Errorf("%s：%w", path, ErrForeign)
		}
		if r.meta.Schema > Schema {
			return fmt.Errorf("%s：%w（格式 %d，本程序懂 %d）；请升级 ysq", path, ErrNewer, r.meta.Schema, Schema)
		}
		for _, name := range append([][]byte{bucketRecord}, derived...) {
			if tx.Bucket(name) == nil {
				return fmt.Errorf("%s：%w（缺少 %s）；请从备份恢复", path, ErrDamaged, name)
			}
		}
		cal, err := r.tx(tx, time.Time{}).adopted()
		if err != nil {
			return fmt.Errorf("%s：%w（%v）；请从备份恢复", path, ErrDamaged, err)
		}
		r.cal.Store(cal)
		return nil
	})
}

// Close waits for transactions and lets the register go.
func (r *Register) Close() error {
	err := r.db.Close()
	r.lock.release()
	return err
}

// Meta returns what file this is.
func (r *Register) Meta() Meta { return r.meta }

// Law returns the statutory periods with which cases are folded.
func (r *Register) Law() casefile.Statute { return r.law }

// Calendar returns the calendar with which cases are folded.
func (r *Register) Calendar() *workday.Calendar { return r.cal.Load() }

// View runs fn in a consistent snapshot. Nothing of tx may be used after fn returns.
func (r *Register) View(fn func(*Tx) error) error {
	return r.db.View(func(b *bbolt.Tx) error { return fn(r.tx(b, time.Time{})) })
}

// Update runs fn in a transaction that is durable when Update returns nil and has left no trace when
// it returns an error. now is when everything in it is recorded.
func (r *Register) Update(now time.Time, fn func(*Tx) error) error {
	r.write.Lock() // over the commit and the calendar, so that no writer folds with an old one
	defer r.write.Unlock()
	var tx *Tx
	err := r.db.Update(func(b *bbolt.Tx) error {
		tx = r.tx(b, now)
		return fn(tx)
	})
	if err == nil {
		r.cal.Store(tx.cal)
	}
	return err
}
