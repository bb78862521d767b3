package rawstore

import (
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/durable"
)

// Temp is a mail that is still arriving. Its SHA-256 runs along with the bytes. It belongs to one
// goroutine at a time and ends in Keep or Discard.
type Temp struct {
	store *Store
	file  *os.File
	hash  hash.Hash
	size  int64
	err   error // the first failed write; what follows a hole is worthless
}

// Create begins a mail.
func (s *Store) Create() (*Temp, error) {
	if s.opts.ReadOnly {
		return nil, &fs.PathError{Op: "create", Path: s.tmp, Err: syscall.EROFS}
	}
	name := filepath.Join(s.tmp, strconv.FormatUint(s.lastTemp.Add(1), 10)+".part")
	f, err := s.disk.Open(name, os.O_RDWR|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return nil, err
	}
	return &Temp{store: s, file: f, hash: sha256.New()}, nil
}

// Write appends to the mail. An error is final for this Temp.
func (t *Temp) Write(p []byte) (int, error) {
	if t.err != nil {
		return 0, t.err
	}
	t.err = t.store.disk.Step(durable.OpWrite, t.file.Name(), func() error {
		_, err := t.file.Write(p)
		return err
	})
	if t.err != nil {
		return 0, t.err
	}
	t.store.written.Store(time.Now().UnixNano())
	t.hash.Write(p)
	t.size += int64(len(p))
	return len(p), nil
}

// Size is the number of bytes so far.
func (t *Temp) Size() int64 { return t.size }

// Digest is the SHA-256 of the bytes so far.
func (t *Temp) Digest() casefile.Digest { return casefile.Digest(t.hash.Sum(nil)) }

// Head returns up to n bytes of the beginning.
func (t *Temp) Head(n int) ([]byte, error) {
	head := make([]byte, min(int64(n), t.size))
	if _, err := t.file.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return head, nil
}

// Reset begins the mail anew.
func (t *Temp) Reset() error {
	err := t.store.disk.Step(durable.OpTruncate, t.file.Name(), func() error {
		if err := t.file.Truncate(0); err != nil {
			return err
		}
		_, err := t.file.Seek(0, 0)
		return err
	})
	t.hash.Reset()
	t.size, t.err = 0, err
	return err
}

// Discard gives the mail up. What cannot be removed is removed at the next Open.
func (t *Temp) Discard() {
	t.file.Close()
	t.store.disk.Remove(t.file.Name())
}

// sync makes the bytes durable; it is the last that is done with the file.
func (t *Temp) sync() error { return errors.Join(t.store.disk.Sync(t.file), t.file.Close()) }

func exists(path string, size int64) (bool, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && info.Size() == size, err
}
