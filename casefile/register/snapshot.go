package register

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"ysq.internal/ysq/casefile/durable"
)

// Progress hears how a long work goes on: what is being done, how much of how much. Nil is nobody.
type Progress func(doing string, done, total int64)

// Say tells whoever listens.
func (p Progress) Say(doing string, done, total int64) {
	if p != nil {
		p(doing, done, total)
	}
}

// Snapshot is the register as it was at one moment: a copy of the database, opened for reading, and
// how far the journal went. It holds up nobody: no transaction of the register stays open for it. Close
// it.
type Snapshot struct {
	reg     *Register
	dir     string // of the copy; "": the database itself was opened
	state   string // directory in which mail/ lies
	journal []Extent
}

// Extent is a file, or the first part of one that is still written to.
type Extent struct {
	Path string
	Size int64
}

// Meta returns what file this is.
func (s *Snapshot) Meta() Meta { return s.reg.meta }

// View runs fn over the database. Nothing of tx may be used after fn returns.
func (s *Snapshot) View(fn func(*Tx) error) error { return s.reg.View(fn) }

// Records is the number of its last record.
func (s *Snapshot) Records() (n uint64, err error) {
	err = s.View(func(tx *Tx) error {
		n, _ = tx.Head()
		return nil
	})
	return n, err
}

// Database is the copy of the database.
func (s *Snapshot) Database() Extent { return Extent{s.reg.db.Path(), s.reg.size()} }

// Journal is the files of the journal up to the last record of the database, in their order.
func (s *Snapshot) Journal() []Extent { return s.journal }

// Snapshot copies the database into a directory of its own below the state directory, or where that has no
// room below other. The copy is not durable. Of a register that was opened for reading it is no copy.
func (r *Register) Snapshot(ctx context.Context, other string, tell Progress) (*Snapshot, error) {
	if r.lock == nil {
		return Inspect(r.dir, Options{Law: r.law, Calendar: r.base})
	}
	scratch, pattern := r.dir, "snapshot-*"
	if err := durable.RoomFor(scratch, r.size()+64<<20); err != nil {
		if _, full := errors.AsType[*durable.NoSpaceError](err); !full || other == "" {
			return nil, err
		}
		if err := durable.RoomFor(other, r.size()+64<<20); err != nil {
			return nil, err
		}
		scratch, pattern = other, ".ysq-snapshot-*"
	}
	dir, err := os.MkdirTemp(scratch, pattern)
	if err != nil {
		return nil, err
	}
	s := &Snapshot{dir: dir, state: r.dir}
	path := filepath.Join(dir, FileName)
	tell.Say("制作快照", 0, 1)
	err = r.copyTo(ctx, path, s)
	if err == nil {
		s.reg = prepare(dir, Options{Law: r.law, Calendar: r.base})
		err = survive(path, func() error { return s.reg.open(path, true) })
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (r *Register) size() int64 {
	info, err := os.Stat(r.db.Path())
	if err != nil {
		return 0
	}
	return info.Size()
}

// copyTo writes the database as it is now. The moment is chosen between two Updates, when database
// and journal say the same; the copying itself runs beside them.
func (r *Register) copyTo(ctx context.Context, path string, s *Snapshot) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	r.write.Lock()
	tx, err := r.db.Begin(false)
	if err == nil {
		s.journal, err = r.journal.extents()
	}
	r.write.Unlock()
	if tx != nil {
		defer tx.Rollback()
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	w := &obedient{ctx: ctx, f: f}
	_, err = tx.WriteTo(w)
	switch {
	case w.err != nil:
		err = w.err // bbolt hides it
	case err != nil:
		err = fmt.Errorf("%s：%w（%v）；%s", r.db.Path(), ErrDamaged, err, remedy)
	}
	return errors.Join(err, f.Close())
}

// extents says how far each file of the journal is good.
func (j *journal) extents() ([]Extent, error) {
	files, err := journalFiles(j.dir)
	if err != nil {
		return nil, err
	}
	var all []Extent
	for _, path := range files {
		if path == j.path {
			return append(all, Extent{path, j.size}), nil
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		all = append(all, Extent{path, info.Size()})
	}
	return all, nil
}

// obedient stops writing when the context ends.
type obedient struct {
	ctx context.Context
	f   *os.File
	err error // why something was not written
}

func (w *obedient) Write(b []byte) (n int, err error) {
	if w.err = context.Cause(w.ctx); w.err == nil {
		n, w.err = w.f.Write(b)
	}
	return n, w.err
}

// Inspect opens a register that nobody writes, such as a backup, without changing anything.
func Inspect(dir string, o Options) (*Snapshot, error) {
	path := filepath.Join(dir, FileName)
	if err := present(path); err != nil {
		return nil, err
	}
	s := &Snapshot{reg: prepare(dir, o), state: dir}
	err := survive(path, func() error { return s.reg.open(path, true) })
	if err == nil {
		s.journal, err = s.reg.journal.extents()
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close lets the snapshot go, and removes its copy.
func (s *Snapshot) Close() error {
	var err error
	if s.reg != nil {
		err = s.reg.Close()
	}
	if s.dir != "" {
		err = errors.Join(err, os.RemoveAll(s.dir))
	}
	return err
}
