// Package rawstore keeps the bytes of every mail as they arrived, one file a mail under its SHA-256.
//
// On disk, below the state directory (directories 0700, files 0600):
//
//	mail/<first hex digit>/<sha256>.eml   complete and durable; never written again
//	mail/manifest.jsonl                   mails in place whose record may still be missing
//	tmp/<n>.part                          mails still arriving; emptied at Open
//
// A batch becomes durable in one order: fsync of each file, manifest, rename, fsync of
// the directories touched; then the caller commits its records, and Settle forgets the batch. A crash
// anywhere leaves either the server as the only holder of a mail, or a line in the manifest with a
// complete file; Pending returns the latter, to be decided as if just fetched.
package rawstore

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/durable"
)

// Options tune a Store. The zero value is right for production, save for Erased.
type Options struct {
	// Erased reports whether the bytes under a digest were erased on purpose; such a mail is not
	// put in place again. Nil: nothing was ever erased.
	Erased func(casefile.Digest) bool
	// ReadOnly opens what is there and changes nothing, for a disk that takes nothing.
	ReadOnly bool
	// Syncers is how many files of a batch are fsynced at the same time. Zero is 16.
	Syncers int
	// Intercept stands before every step that changes the disk, for tests that make a step fail
	// with or without its effect. Nil runs each step. It is called from several goroutines.
	Intercept func(op durable.Op, path string, do func() error) error
}

// Store is the directory of mails. Its methods may be called from several goroutines.
type Store struct {
	opts     Options
	disk     durable.Disk
	mail     string // <state>/mail
	tmp      string // <state>/tmp
	lastTemp atomic.Uint64
	written  atomic.Int64 // Unix nanoseconds; see LastWrite

	mu       sync.Mutex // guards what follows: one batch at a time goes through Keep
	manifest *os.File
	size     int64   // bytes of the manifest that are known good
	torn     bool    // bytes beyond size may be there
	pending  []Entry // in the manifest and, as far as known, in place
}

// Open makes the directories below the state directory dir where they are missing, takes over what
// the manifest still holds, and empties tmp. Only one Store may be open on a directory: the daemon's
// lock on the state directory sees to that.
func Open(dir string, opts Options) (*Store, error) {
	s := &Store{opts: opts, disk: durable.Disk{Intercept: opts.Intercept}, mail: filepath.Join(dir, "mail"), tmp: filepath.Join(dir, "tmp")}
	if s.opts.Syncers <= 0 {
		s.opts.Syncers = 16
	}
	if opts.ReadOnly {
		return s, s.look()
	}
	if err := s.makeDirs(dir); err != nil {
		return nil, err
	}
	m, err := os.OpenFile(filepath.Join(s.mail, "manifest.jsonl"), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	s.manifest = m
	if err := s.load(); err != nil {
		m.Close()
		return nil, err
	}
	return s, nil
}

func (s *Store) makeDirs(dir string) error {
	dirs := []string{s.tmp, s.mail}
	for i := range 16 {
		dirs = append(dirs, filepath.Join(s.mail, fmt.Sprintf("%x", i)))
	}
	for _, d := range dirs {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return err
		}
	}
	// The entries of the directories themselves must survive as well as what is put into them.
	return errors.Join(s.disk.SyncDir(s.mail), s.disk.SyncDir(dir))
}

// Close closes the manifest. Nothing is lost by not calling it.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.manifest == nil {
		return nil
	}
	return s.manifest.Close()
}

// look learns what the manifest holds without taking anything over.
func (s *Store) look() (err error) {
	s.manifest, err = os.Open(filepath.Join(s.mail, "manifest.jsonl"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = s.readManifest()
	}
	return err
}

// LastWrite is when bytes of an arriving mail were last written, zero before the first: a sign of life
// while a large mail comes over a slow line.
func (s *Store) LastWrite() time.Time {
	if n := s.written.Load(); n != 0 {
		return time.Unix(0, n)
	}
	return time.Time{}
}

// Open opens the bytes of a mail for reading; the error is fs.ErrNotExist when they are not here.
func (s *Store) Open(d casefile.Digest) (*os.File, error) { return os.Open(s.place(d)) }

// Since is when bytes were written; fs.ErrNotExist when they are not here.
func (s *Store) Since(d casefile.Digest) (time.Time, error) {
	info, err := os.Stat(s.place(d))
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), nil
}

// Has reports whether the bytes of a mail are here.
func (s *Store) Has(d casefile.Digest) bool {
	if d.IsZero() {
		return false
	}
	_, err := os.Stat(s.place(d))
	return err == nil
}

// Erase removes the bytes of a mail for good. The caller has committed the erasure before; erasing
// what is not here is no error, so that an interrupted erasure can be repeated.
func (s *Store) Erase(d casefile.Digest) error {
	return errors.Join(s.disk.Remove(s.place(d)), s.disk.SyncDir(filepath.Dir(s.place(d))))
}

// All yields the digest of every mail in place, in order. A file that is named like none yields an error.
func (s *Store) All() iter.Seq2[casefile.Digest, error] {
	return func(yield func(casefile.Digest, error) bool) {
		for i := range 16 {
			dir := filepath.Join(s.mail, fmt.Sprintf("%x", i))
			entries, err := os.ReadDir(dir)
			if err != nil {
				yield(casefile.Digest{}, err)
				return
			}
			for _, e := range entries {
				name, eml := strings.CutSuffix(e.Name(), ".eml")
				d, err := casefile.ParseDigest(name)
				if err == nil && (!eml || s.place(d) != filepath.Join(dir, e.Name())) {
					err = errors.New("not the place of a mail")
				}
				if err != nil {
					err = fmt.Errorf("%s: %w", filepath.Join(dir, e.Name()), err)
				}
				if !yield(d, err) {
					return
				}
			}
		}
	}
}

func (s *Store) place(d casefile.Digest) string {
	name := d.String()
	return filepath.Join(s.mail, name[:1], name+".eml")
}
