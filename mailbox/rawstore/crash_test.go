package rawstore

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/durable/durabletest"
)

var errFault = errors.New("fault")

// disk stands under a Store. It fails one step, or from one step on every step as after a crash, and
// it knows what a crash would take away: bytes and names that were never fsynced.
type disk struct {
	mu      sync.Mutex
	step    int
	failAt  int  // the step that fails; 0: none
	applied bool // the failing step has its effect nevertheless
	crash   bool // nothing works after the failing step

	synced  map[string]int64  // files: bytes that were fsynced
	renamed map[string]string // new name → old, until the directory is fsynced
}

func newDisk() *disk { return &disk{synced: map[string]int64{}, renamed: map[string]string{}} }

func (d *disk) intercept(op durable.Op, path string, do func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.step++
	failed := d.failAt > 0 && (d.step == d.failAt || d.crash && d.step > d.failAt)
	if failed && !(d.applied && d.step == d.failAt) {
		return fmt.Errorf("%s %s: %w", op, filepath.Base(path), errFault)
	}
	tmp := filepath.Join(filepath.Dir(filepath.Dir(filepath.Dir(path))), "tmp")
	var before []string
	if op == durable.OpRename {
		before = readDir(tmp)
	}
	var err error
	if op != durable.OpSync && op != durable.OpSyncDir { // what is durable, the disk says here
		err = do()
	}
	switch op {
	case durable.OpCreate, durable.OpWrite:
		d.synced[path] += 0 // known from now on
	case durable.OpSync, durable.OpTruncate:
		if info, serr := os.Stat(path); serr == nil {
			d.synced[path] = info.Size()
		}
	case durable.OpRename:
		after := readDir(tmp)
		for _, name := range before { // the one that is gone
			if !slices.Contains(after, name) {
				d.renamed[path] = filepath.Join(tmp, name)
				d.synced[path] = d.synced[filepath.Join(tmp, name)]
			}
		}
	case durable.OpSyncDir:
		for name := range maps.Clone(d.renamed) {
			if filepath.Dir(name) == path {
				delete(d.renamed, name)
			}
		}
	}
	if err == nil && failed {
		return fmt.Errorf("%s %s (applied): %w", op, filepath.Base(path), errFault)
	}
	return err
}

func readDir(dir string) (names []string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// powerLoss leaves of the directory what the disk is bound to keep: unsynced bytes are gone or, for
// the manifest, half there; unsynced names are undone when undo is set.
func (d *disk) powerLoss(t *testing.T, undo bool) {
	t.Helper()
	for name, old := range d.renamed {
		if undo {
			if err := os.Rename(name, old); err != nil {
				t.Fatal(err)
			}
			d.synced[old] = d.synced[name]
			delete(d.synced, name)
		}
	}
	for name, size := range d.synced {
		info, err := os.Stat(name)
		if err != nil || info.Size() <= size {
			continue
		}
		if strings.HasSuffix(name, "manifest.jsonl") {
			size += (info.Size() - size) / 2
		}
		if err := os.Truncate(name, size); err != nil {
			t.Fatal(err)
		}
	}
}

// register stands for the book behind the store: which UIDs were committed with which digest.
type register map[uint32]casefile.Digest

// run is one life of the program: take over what is pending, then fetch what is owed in batches of
// two, commit and settle. It ends with the first error, as a poll does.
func (r register) run(s *Store, mails int) error {
	pending, err := s.Pending()
	if err != nil {
		return err
	}
	r.commit(pending)
	if err := s.Settle(pending); err != nil {
		return err
	}
	for n := 1; n <= mails; n += 2 {
		var owed []int
		for _, uid := range []int{n, n + 1} {
			if _, known := r[uint32(uid)]; !known && uid <= mails {
				owed = append(owed, uid)
			}
		}
		if len(owed) == 0 {
			continue
		}
		entries, err := keep(s, owed...)
		if err != nil {
			return err
		}
		r.commit(entries)
		if err := s.Settle(entries); err != nil {
			return err
		}
	}
	return nil
}

func (r register) commit(entries []Entry) {
	for _, e := range entries {
		r[e.UID] = e.Digest
	}
}

func (r register) check(t *testing.T, s *Store, mails int) {
	t.Helper()
	for n := 1; n <= mails; n++ {
		d := casefile.DigestOf(mailOf(n))
		if r[uint32(n)] != d {
			t.Errorf("mail %d is recorded as %s, want %s", n, r[uint32(n)].Short(), d.Short())
			continue
		}
		if got := read(t, s, d); casefile.DigestOf(got) != d {
			t.Errorf("mail %d has %d bytes, want %d", n, len(got), len(mailOf(n)))
		}
	}
	if got := pendingUIDs(t, s); len(got) > 0 {
		t.Errorf("pending in the end: %v", got)
	}
	if left := readDir(s.tmp); len(left) > 0 {
		t.Errorf("left in tmp: %v", left)
	}
}

const mails = 5

// steps counts the steps of an undisturbed life.
func steps(t *testing.T) int {
	t.Helper()
	d := newDisk()
	s := open(t, durabletest.Dir(t), Options{Intercept: d.intercept, Syncers: 1})
	r := register{}
	if err := r.run(s, mails); err != nil {
		t.Fatal(err)
	}
	r.check(t, s, mails)
	return d.step
}

// Each step fails once, with and without its effect; the same program goes on and misses nothing.
func TestEachStepFails(t *testing.T) {
	total := steps(t)
	if total < 40 {
		t.Fatalf("only %d steps", total)
	}
	for failAt := 3; failAt <= total; failAt++ { // 1 and 2 are Open's, below
		for _, applied := range []bool{false, true} {
			d := newDisk()
			s := open(t, durabletest.Dir(t), Options{Intercept: d.intercept, Syncers: 1})
			d.failAt, d.applied = failAt, applied
			r := register{}
			for range 3 {
				if err := r.run(s, mails); err == nil {
					break
				} else if !errors.Is(err, errFault) {
					t.Fatalf("step %d: %v", failAt, err)
				}
			}
			if err := r.run(s, mails); err != nil {
				t.Fatal(err)
			}
			s.Close()
			d.powerLoss(t, true) // what the second try built upon must be durable, too
			s = open(t, filepath.Dir(s.tmp), Options{})
			r.check(t, s, mails)
			s.Close()
			if t.Failed() {
				t.Fatalf("step %d, applied %v", failAt, applied)
			}
		}
	}
}

// The machine stops at each step and loses what was not fsynced. Nothing that was recorded lacks its
// bytes, nothing is recorded wrongly, and the next life brings everything.
func TestPowerLossAtEachStep(t *testing.T) {
	total := steps(t)
	for failAt := 1; failAt <= total; failAt++ {
		for _, undo := range []bool{false, true} {
			for _, applied := range []bool{false, true} {
				dir := durabletest.Dir(t)
				d := newDisk()
				d.failAt, d.applied, d.crash = failAt, applied, true
				r := register{}
				s, err := Open(dir, Options{Intercept: d.intercept, Syncers: 1})
				if err == nil {
					err = r.run(s, mails)
					s.Close()
				}
				if !errors.Is(err, errFault) {
					t.Fatalf("step %d: %v", failAt, err)
				}
				d.powerLoss(t, undo)
				recorded := slices.Collect(maps.Keys(r))
				s = open(t, dir, Options{})
				for _, uid := range recorded {
					if d := casefile.DigestOf(mailOf(int(uid))); casefile.DigestOf(read(t, s, d)) != d {
						t.Errorf("mail %d is recorded without its bytes", uid)
					}
				}
				if err := r.run(s, mails); err != nil {
					t.Fatal(err)
				}
				r.check(t, s, mails)
				s.Close()
				if t.Failed() {
					t.Fatalf("step %d, undo %v, applied %v", failAt, undo, applied)
				}
			}
		}
	}
}

// A batch whose manifest is durable survives although the server forgets its mails: they are taken
// over from tmp, or from their place.
func TestDurableBatchNeedsNoServer(t *testing.T) {
	for _, test := range []struct {
		op  durable.Op
		nth int
	}{{durable.OpRename, 1}, {durable.OpRename, 2}, {durable.OpSyncDir, 3}} { // the first two are Open's
		d := newDisk()
		seen := 0 // guarded by d.mu
		dir := durabletest.Dir(t)
		s := open(t, dir, Options{Syncers: 1, Intercept: func(op durable.Op, path string, do func() error) error {
			if op == test.op {
				d.mu.Lock()
				if seen++; seen == test.nth {
					d.failAt, d.crash = d.step+1, true
				}
				d.mu.Unlock()
			}
			return d.intercept(op, path, do)
		}})
		if _, err := keep(s, 1, 2); !errors.Is(err, errFault) {
			t.Fatalf("%s %d: %v", test.op, test.nth, err)
		}
		s.Close()
		d.powerLoss(t, true)
		s = open(t, dir, Options{})
		if got := pendingUIDs(t, s); !slices.Equal(got, []uint32{1, 2}) {
			t.Errorf("%s %d: pending %v, want both", test.op, test.nth, got)
		}
		for _, n := range []int{1, 2} {
			read(t, s, casefile.DigestOf(mailOf(n)))
		}
	}
}

// A torn or mangled manifest costs nothing but another fetch.
func TestManifestDamaged(t *testing.T) {
	for name, damage := range map[string]func([]byte) []byte{
		"half a line": func(b []byte) []byte { return b[:len(b)-20] },
		"zeros":       func(b []byte) []byte { return append(b, make([]byte, 512)...) },
		"garbage":     func(b []byte) []byte { return append(b, "{\"uid\":\n"...) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := durabletest.Dir(t)
			s := open(t, dir, Options{})
			if _, err := keep(s, 1, 2); err != nil {
				t.Fatal(err)
			}
			s.Close()
			path := filepath.Join(dir, "mail", "manifest.jsonl")
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, damage(b), 0o600); err != nil {
				t.Fatal(err)
			}
			s = open(t, dir, Options{})
			if _, err := keep(s, 4); err != nil { // goes behind the damage
				t.Fatal(err)
			}
			s.Close()
			s = open(t, dir, Options{})
			if got := pendingUIDs(t, s); !slices.Contains(got, 4) {
				t.Errorf("pending: %v, want 4 among them", got)
			}
			r := register{}
			if err := r.run(s, mails); err != nil {
				t.Fatal(err)
			}
			r.check(t, s, mails)
		})
	}
}
