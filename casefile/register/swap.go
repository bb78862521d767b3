package register

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"

	"ysq.internal/ysq/casefile/durable"
)

// A database that is made anew grows beside the old one, is checked, and takes its place in one
// step, while the state directory is locked. The old file is kept under another name.

// Made says what a database that was made anew holds.
type Made struct {
	Records uint64
	Cases   int
	Open    int   // cases that still owe an answer
	Mails   int   // UIDs in the book
	Was     int64 // bytes of the file before; 0: there was none
	Is      int64
	Kept    string // where the old file lies now; "": there was none
}

const newName = FileName + ".new"

// createNew makes an empty database beside the one of dir.
func (r *Register) createNew() (*bbolt.DB, error) {
	path := filepath.Join(r.dir, newName)
	if err := r.disk.Remove(path); err != nil {
		return nil, err
	}
	if err := create(path, r.meta); err != nil {
		return nil, err
	}
	return r.openNew(true)
}

// openNew opens the database that is being made. NoSync: it is made durable in one go, by swap.
func (r *Register) openNew(noSync bool) (*bbolt.DB, error) {
	return bbolt.Open(filepath.Join(r.dir, newName), 0o600, &bbolt.Options{
		Timeout: time.Second, NoSync: noSync, FreelistType: bbolt.FreelistMapType,
	})
}

// examine checks a database that was just made and counts what is in it.
func (r *Register) examine(ctx context.Context, db *bbolt.DB, tell Progress) (m Made, err error) {
	tell.Say("检查新库", 0, 1)
	err = db.View(func(b *bbolt.Tx) error {
		for problem := range b.Check() {
			return fmt.Errorf("the new database: %w", problem)
		}
		tx := r.tx(b, time.Time{})
		m.Records, _ = tx.Head()
		m.Cases = b.Bucket(bucketCase).Stats().KeyN
		m.Open = b.Bucket(bucketOpen).Stats().KeyN
		m.Mails = b.Bucket(bucketUIDs).Stats().KeyN
		return context.Cause(ctx)
	})
	return m, err
}

// swap makes the new file durable and puts it in the place of the old one, which is kept as
// register.db-<why>-<time>.
func (r *Register) swap(m *Made, why string, now time.Time) error {
	path, tmp := filepath.Join(r.dir, FileName), filepath.Join(r.dir, newName)
	f, err := os.OpenFile(tmp, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err := errors.Join(err, r.disk.Sync(f), f.Close()); err != nil {
		return err
	}
	m.Is = info.Size()
	if old, err := os.Stat(path); err == nil {
		m.Was = old.Size()
		if m.Kept, err = unused(fmt.Sprintf("%s-%s-%s", path, why, now.Format("20060102-150405"))); err != nil {
			return err
		}
		if err := r.disk.Link(path, m.Kept); err != nil {
			return err
		}
	}
	if err := r.disk.Rename(tmp, path); err != nil {
		return err
	}
	return r.disk.SyncDir(r.dir)
}

// unused returns a name that nothing has yet: a command that was stopped may be given again within a
// second.
func unused(path string) (string, error) {
	for name, n := path, 2; ; n++ {
		if there, err := durable.Exists(name); err != nil || !there {
			return name, err
		}
		name = fmt.Sprintf("%s-%d", path, n)
	}
}

// Compact writes the database anew without the room that deleted keys left, which bbolt never gives
// back. No process may have the register open. The new file holds the same, byte for byte.
func Compact(ctx context.Context, dir string, o Options, tell Progress) (m Made, err error) {
	r, err := Open(dir, o)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if err := durable.RoomFor(dir, r.size()); err != nil {
		return m, err
	}
	path := filepath.Join(dir, newName)
	if err := r.disk.Remove(path); err != nil {
		return m, err
	}
	db, err := r.openNew(true)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tell.Say("压缩", 0, 1)
	if err := bbolt.Compact(db, r.db, 8<<20); err != nil {
		return m, err
	}
	var v verifier
	err = r.db.View(func(old *bbolt.Tx) error {
		return db.View(func(b *bbolt.Tx) error {
			comparing := &comparison{v: &v, have: old}
			for i, name := range append([][]byte{bucketMeta, bucketRecord}, derived...) {
				tell.Say("比对", int64(i), int64(len(derived)+2))
				if err := comparing.compare(name, b); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		return m, err
	}
	if len(v.found) > 0 {
		return m, fmt.Errorf("the compacted database differs: %v", v.found[0])
	}
	if m, err = r.examine(ctx, db, tell); err != nil {
		return m, err
	}
	return m, r.swap(&m, "compact", timeOr(o.Now))
}

// timeOr names files when the caller does not care what time it is.
func timeOr(now time.Time) time.Time {
	if now.IsZero() {
		return time.Unix(0, 0).UTC()
	}
	return now
}
