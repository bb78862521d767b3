package register

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"ysq.internal/ysq/casefile"
)

// Op names a step that changes the disk.
type Op string

// The steps, as Options.Intercept sees them.
const (
	OpCreate   Op = "create"
	OpWrite    Op = "write"
	OpSync     Op = "sync"
	OpTruncate Op = "truncate"
	OpRename   Op = "rename"
	OpLink     Op = "link"
	OpRemove   Op = "remove"
	OpSyncDir  Op = "sync-dir"
	OpCommit   Op = "commit" // of a transaction of the database
)

// disk does every step, or lets a test decide what becomes of it.
type disk struct {
	intercept func(op Op, path string, do func() error) error
}

func (d disk) step(op Op, path string, do func() error) error {
	if d.intercept != nil {
		return d.intercept(op, path, do)
	}
	return do()
}

func (d disk) open(path string, flags int) (f *os.File, err error) {
	err = d.step(OpCreate, path, func() (err error) { f, err = os.OpenFile(path, flags, 0o600); return err })
	if err != nil && f != nil {
		f.Close()
		f = nil
	}
	return f, err
}

func (d disk) write(f *os.File, b []byte, at int64) error {
	return d.step(OpWrite, f.Name(), func() error { _, err := f.WriteAt(b, at); return err })
}

func (d disk) sync(f *os.File) error { return d.step(OpSync, f.Name(), f.Sync) }

func (d disk) truncate(f *os.File, size int64) error {
	return d.step(OpTruncate, f.Name(), func() error { return f.Truncate(size) })
}

func (d disk) rename(from, to string) error {
	return d.step(OpRename, to, func() error { return os.Rename(from, to) })
}

func (d disk) remove(path string) error {
	return d.step(OpRemove, path, func() error { return os.RemoveAll(path) })
}

func (d disk) syncDir(dir string) error {
	return d.step(OpSyncDir, dir, func() error { return syncDir(dir) })
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// replace writes a small file in one piece: a reader finds the old content or the new.
func (d disk) replace(path string, content []byte) error {
	tmp := path + ".new"
	f, err := d.open(tmp, os.O_RDWR|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	err = errors.Join(d.write(f, content, 0), d.sync(f), f.Close())
	if err == nil {
		err = d.rename(tmp, path)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return d.syncDir(filepath.Dir(path))
}

// copyFile makes to a durable copy of the first size bytes of from and returns their digest.
func (d disk) copyFile(from, to string, size int64) (sum casefile.Digest, err error) {
	src, err := os.Open(from)
	if err != nil {
		return sum, err
	}
	defer src.Close()
	dst, err := d.open(to, os.O_RDWR|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return sum, err
	}
	defer func() { err = errors.Join(err, dst.Close()) }()
	h := sha256.New()
	var n int64
	err = d.step(OpWrite, to, func() (err error) {
		n, err = io.Copy(io.MultiWriter(dst, h), io.LimitReader(src, size))
		return err
	})
	if err != nil {
		return sum, err
	}
	if n != size {
		return sum, fmt.Errorf("%s has %d bytes, want %d", from, n, size)
	}
	return casefile.Digest(h.Sum(nil)), d.sync(dst)
}

func digestOfFile(path string) (casefile.Digest, error) {
	f, err := os.Open(path)
	if err != nil {
		return casefile.Digest{}, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return casefile.Digest{}, err
	}
	return casefile.Digest(h.Sum(nil)), nil
}

// mailPath is where the bytes of a mail lie below a state directory or a backup. Package rawstore
// puts them there; a test of the daemon holds the two to each other.
func mailPath(dir string, d casefile.Digest) string {
	name := d.String()
	return filepath.Join(dir, "mail", name[:1], name+".eml")
}

// Space says how much room a file system has.
type Space struct {
	Free  int64 // for who is not root, in bytes
	Total int64
}

// SpaceOf asks the file system of a path.
func SpaceOf(path string) (Space, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(path, &st); err != nil {
		return Space{}, fmt.Errorf("asking for the free space of %s: %w", path, err)
	}
	return Space{Free: int64(st.Bavail) * st.Bsize, Total: int64(st.Blocks) * st.Bsize}, nil
}

// NoSpaceError says that a file system has no room for what was about to be written.
type NoSpaceError struct {
	Path       string
	Need, Free int64 // bytes
}

func (e *NoSpaceError) Error() string {
	return fmt.Sprintf("%s 所在的磁盘只剩 %d MiB，需要 %d MiB；请先清理或扩容", e.Path, e.Free>>20, e.Need>>20+1)
}

func roomFor(path string, need int64) error {
	s, err := SpaceOf(path)
	if err == nil && s.Free < need {
		err = &NoSpaceError{path, need, s.Free}
	}
	return err
}

func exists(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
