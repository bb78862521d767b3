package durable

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Replace writes a whole file in one piece: a reader finds the old content or the new. Whatever
// goes wrong before the last step, the old file stays as it was.
func (d Disk) Replace(path string, mode fs.FileMode, write func(*os.File) error) error {
	return d.whole(path, mode, write, d.Rename)
}

// Create is Replace of a file that must not be there yet: errors.Is finds fs.ErrExist otherwise, and the
// file is not touched.
func (d Disk) Create(path string, mode fs.FileMode, write func(*os.File) error) error {
	return d.whole(path, mode, write, func(tmp, path string) error { // a link fails where a rename would replace
		return errors.Join(d.Link(tmp, path), d.Remove(tmp))
	})
}

// Content is what Replace and Create write when it is known beforehand.
func Content(b []byte) func(*os.File) error {
	return func(f *os.File) error { _, err := f.Write(b); return err }
}

// whole writes a file beside its place, under a name that nobody else uses, and puts it there.
func (d Disk) whole(path string, mode fs.FileMode, write func(*os.File) error, put func(tmp, path string) error) error {
	tmp := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"."+rand.Text())
	f, err := d.open(tmp, os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	err = d.Step(OpWrite, tmp, func() error { return write(f) })
	if err == nil {
		err = d.Sync(f)
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = put(tmp, path)
	}
	if err != nil {
		return errors.Join(err, d.Remove(tmp))
	}
	return d.SyncDir(filepath.Dir(path))
}

// Copy makes a durable copy of the first size bytes of a file and returns their SHA-256. The new file
// must not be there yet; its name is durable after a SyncDir.
func (d Disk) Copy(from, to string, size int64) (sum [sha256.Size]byte, err error) {
	src, err := os.Open(from)
	if err != nil {
		return sum, err
	}
	defer src.Close()
	dst, err := d.Open(to, os.O_RDWR|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return sum, err
	}
	defer func() { err = errors.Join(err, dst.Close()) }()
	h := sha256.New()
	var n int64
	err = d.Step(OpWrite, to, func() (err error) {
		n, err = io.Copy(io.MultiWriter(dst, h), io.LimitReader(src, size))
		return err
	})
	if err != nil {
		return sum, err
	}
	if n != size {
		return sum, fmt.Errorf("%s has %d bytes, want %d", from, n, size)
	}
	return [sha256.Size]byte(h.Sum(nil)), d.Sync(dst)
}

// Sum returns the SHA-256 of a file.
func Sum(path string) (sum [sha256.Size]byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return sum, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return sum, err
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}
