package rawstore

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/panics"
)

// Entry says where a mail came from: one line of the manifest.
type Entry struct {
	Digest       casefile.Digest `json:"digest"`  // of the bytes; Keep sets it
	Size         int64           `json:"size"`    // of the bytes; Keep sets it
	Account      string          `json:"account"` // of a file that was sent: its sender
	Folder       string          `json:"folder"`
	Role         string          `json:"role"`                // of the folder, as package mailbox names it
	UIDValidity  uint64          `json:"uidvalidity"`         // 0: the server gave none
	UID          uint32          `json:"uid"`                 //
	InternalDate time.Time       `json:"internal_date"`       // the server's time of arrival
	Announced    int64           `json:"announced,omitempty"` // the server's RFC822.SIZE when it is not Size
	Temp         string          `json:"temp"`                // file below tmp before the rename; Keep sets it
}

// key is what Settle tells entries apart by.
type key struct {
	digest          casefile.Digest
	account, folder string
	uidvalidity     uint64
	uid             uint32
}

func (e Entry) key() key { return key{e.Digest, e.Account, e.Folder, e.UIDValidity, e.UID} }

// Incoming is a mail of a batch: complete bytes and where they came from.
type Incoming struct {
	Temp *Temp
	Entry
}

// Keep makes a batch durable under its digests and returns its entries. Every Temp of the batch is
// used up, also on error; after an error those mails that already reached their place are returned by
// Pending, the others must be fetched again. Bytes that are already here, or were erased, are dropped:
// the entry is kept all the same.
func (s *Store) Keep(batch []Incoming) ([]Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	entries := make([]Entry, len(batch))
	for i, in := range batch {
		in.Entry.Digest, in.Entry.Size = in.Temp.Digest(), in.Temp.Size()
		in.Entry.Temp = filepath.Base(in.Temp.file.Name())
		entries[i] = in.Entry
	}
	err := s.syncFiles(batch)
	if err == nil {
		err = s.appendManifest(entries)
	}
	if err != nil {
		for _, e := range entries {
			s.disk.Remove(filepath.Join(s.tmp, e.Temp))
		}
		return nil, fmt.Errorf("keeping %d mails: %w", len(batch), err)
	}
	// From here on the manifest speaks for the batch, whatever happens.
	s.pending = append(s.pending, entries...)
	if err := errors.Join(s.putInPlace(entries), s.syncPlaces(entries)); err != nil {
		return nil, fmt.Errorf("putting %d mails in place: %w", len(batch), err)
	}
	return entries, nil
}

func (s *Store) syncFiles(batch []Incoming) error {
	var g errgroup.Group
	g.SetLimit(s.opts.Syncers)
	for _, in := range batch {
		g.Go(func() error {
			return panics.In(func() error { return errors.Join(in.Temp.err, in.Temp.sync()) })
		})
	}
	return g.Wait()
}

func (s *Store) appendManifest(entries []Entry) error {
	if s.torn {
		if err := s.truncateManifest(s.size); err != nil {
			return err
		}
	}
	var lines bytes.Buffer
	enc := json.NewEncoder(&lines)
	for _, e := range entries {
		if err := enc.Encode(e); err != nil {
			return err
		}
	}
	s.torn = true
	err := s.disk.Step(durable.OpWrite, s.manifest.Name(), func() error { _, err := s.manifest.Write(lines.Bytes()); return err })
	if err == nil {
		err = s.disk.Sync(s.manifest)
	}
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	s.torn = false
	s.size += int64(lines.Len())
	return nil
}

func (s *Store) truncateManifest(size int64) error {
	s.torn = true
	err := s.disk.Truncate(s.manifest, size)
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	s.size, s.torn = size, false
	return nil
}

func (s *Store) putInPlace(entries []Entry) error {
	for i, e := range entries {
		if err := s.putOne(e); err != nil {
			for _, rest := range entries[i:] {
				s.disk.Remove(filepath.Join(s.tmp, rest.Temp))
			}
			return err
		}
	}
	return nil
}

func (s *Store) putOne(e Entry) error {
	temp, place := filepath.Join(s.tmp, e.Temp), s.place(e.Digest)
	here, err := exists(place, e.Size)
	if err != nil {
		return err
	}
	if here || s.erased(e.Digest) {
		s.disk.Remove(temp) // a leftover is harmless and goes at the next Open
		return nil
	}
	return s.disk.Rename(temp, place)
}

// syncPlaces makes the renames durable. Places found already taken are included: the attempt that
// took them may have failed at this very step.
func (s *Store) syncPlaces(entries []Entry) error {
	dirs := map[string]bool{}
	for _, e := range entries {
		dirs[filepath.Dir(s.place(e.Digest))] = true
	}
	var g errgroup.Group
	for dir := range maps.Keys(dirs) {
		g.Go(func() error { return panics.In(func() error { return s.disk.SyncDir(dir) }) })
	}
	return g.Wait()
}

func (s *Store) erased(d casefile.Digest) bool { return s.opts.Erased != nil && s.opts.Erased(d) }

// Settle forgets entries whose records are committed.
func (s *Store) Settle(entries []Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	done := make(map[key]bool, len(entries))
	for _, e := range entries {
		done[e.key()] = true
	}
	s.pending = slices.DeleteFunc(s.pending, func(e Entry) bool { return done[e.key()] })
	if len(s.pending) > 0 {
		return nil
	}
	// Not fsynced: a line that comes back names a mail whose record is there, and is settled again.
	return s.truncateManifest(0)
}

// Pending returns the entries that are durable and not settled, in the order they came: what a crash
// or a failed commit left behind. They are to be decided as if just fetched.
func (s *Store) Pending() ([]Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.dropAbsent(); err != nil {
		return nil, err
	}
	if err := s.syncPlaces(s.pending); err != nil {
		return nil, err
	}
	return slices.Clone(s.pending), nil
}

// Unsettled returns the entries that are not settled, without a look at their files.
func (s *Store) Unsettled() []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.pending)
}

// dropAbsent forgets entries whose bytes never reached their place, for the server still has them, and
// all but one of those that came again after an attempt that failed.
func (s *Store) dropAbsent() error {
	var here []Entry
	seen := make(map[key]bool, len(s.pending))
	for _, e := range s.pending {
		ok, err := exists(s.place(e.Digest), e.Size)
		if err != nil {
			return err
		}
		if (ok || s.erased(e.Digest)) && !seen[e.key()] {
			seen[e.key()] = true
			here = append(here, e)
		}
	}
	s.pending = here
	return nil
}

// load reads the manifest, saves complete mails that a crash left in tmp, and empties tmp.
func (s *Store) load() error {
	if err := s.readManifest(); err != nil {
		return err
	}
	for _, e := range s.pending {
		if err := s.adopt(e); err != nil {
			return err
		}
	}
	if err := s.dropAbsent(); err != nil {
		return err
	}
	left, err := os.ReadDir(s.tmp)
	if err != nil {
		return err
	}
	for _, f := range left {
		if err := s.disk.Remove(filepath.Join(s.tmp, f.Name())); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) readManifest() error {
	r := bufio.NewReader(s.manifest)
	for {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			s.torn = len(line) > 0 // its batch was never put in place
			return nil
		} else if err != nil {
			return fmt.Errorf("manifest: %w", err)
		}
		var e Entry
		if err := json.Unmarshal(line, &e); err != nil {
			// Zeros or half a sector after a crash: the fsync never returned, so neither this
			// line's batch nor anything after it was put in place.
			s.torn = true
			return nil //nolint:nilerr // as above
		}
		s.size += int64(len(line))
		s.pending = append(s.pending, e)
	}
}

// adopt finishes the rename of a mail that the manifest knows and a crash left in tmp. The bytes are
// the proof: what does not have the digest is left to be removed, and fetched again.
func (s *Store) adopt(e Entry) error {
	if here, err := exists(s.place(e.Digest), e.Size); here || err != nil {
		return err
	}
	f, err := os.Open(filepath.Join(s.tmp, filepath.Base(e.Temp)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	if casefile.Digest(h.Sum(nil)) != e.Digest {
		return nil
	}
	return s.putOne(e)
}
