// Package durable changes files so that a power cut leaves the old content or the new and never half
// of either, and lets a test decide what becomes of each step on the way.
//
// What was written is durable when the file was synced (Sync), and its name when the directory was
// (SyncDir). Replace, Create and Copy do all of it in the right order.
package durable

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// Op names a step that changes the disk.
type Op string

// The steps, as Disk.Intercept sees them.
const (
	OpCreate   Op = "create"
	OpWrite    Op = "write"
	OpSync     Op = "sync"
	OpTruncate Op = "truncate"
	OpRename   Op = "rename"
	OpLink     Op = "link"
	OpRemove   Op = "remove"
	OpSyncDir  Op = "sync-dir"
	OpCommit   Op = "commit" // of a transaction of a database
)

// Disk runs every step that changes the disk. The zero value is the disk as it is.
type Disk struct {
	// Intercept stands before every step, for tests that make one fail with or without its effect.
	// Nil runs each step. It may be called from several goroutines.
	Intercept func(op Op, path string, do func() error) error
}

// Step runs one step.
func (d Disk) Step(op Op, path string, do func() error) error {
	if d.Intercept != nil {
		return d.Intercept(op, path, do)
	}
	return do()
}

// Open opens a file to write to, with os.OpenFile's flags; where it makes one, only the owner may read it.
func (d Disk) Open(path string, flags int) (*os.File, error) { return d.open(path, flags, 0o600) }

func (d Disk) open(path string, flags int, mode fs.FileMode) (f *os.File, err error) {
	err = d.Step(OpCreate, path, func() (err error) { f, err = os.OpenFile(path, flags, mode); return err })
	if err != nil && f != nil {
		f.Close()
		f = nil
	}
	return f, err
}

// WriteAt writes at an offset.
func (d Disk) WriteAt(f *os.File, b []byte, at int64) error {
	return d.Step(OpWrite, f.Name(), func() error { _, err := f.WriteAt(b, at); return err })
}

// Sync makes a file's content durable. After an error the file has to be closed and written again from
// where it was known good: the kernel may have dropped the pages that it could not write, and a second
// call would then succeed.
func (d Disk) Sync(f *os.File) error { return d.Step(OpSync, f.Name(), f.Sync) }

// Truncate cuts a file.
func (d Disk) Truncate(f *os.File, size int64) error {
	return d.Step(OpTruncate, f.Name(), func() error { return f.Truncate(size) })
}

// Rename puts a file or directory in the place of another.
func (d Disk) Rename(from, to string) error {
	return d.Step(OpRename, to, func() error { return os.Rename(from, to) })
}

// Link gives a file a second name, which must be free.
func (d Disk) Link(from, to string) error {
	return d.Step(OpLink, to, func() error { return os.Link(from, to) })
}

// Remove removes a file, or a directory with all that is in it. What is not there is no error.
func (d Disk) Remove(path string) error {
	return d.Step(OpRemove, path, func() error { return os.RemoveAll(path) })
}

// SyncDir makes the names in a directory durable. Some network file systems cannot do so, and say
// EINVAL; more than asking them is not possible.
func (d Disk) SyncDir(dir string) error {
	return d.Step(OpSyncDir, dir, func() error {
		f, err := os.Open(dir)
		if err != nil {
			return err
		}
		err = f.Sync()
		if errors.Is(err, unix.EINVAL) {
			err = nil
		}
		return errors.Join(err, f.Close())
	})
}

// Exists reports whether anything has this name.
func Exists(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
