// Package durabletest is a disk for tests: it fails at each step, and forgets what was not fsynced.
package durabletest

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"ysq.internal/ysq/casefile/durable"
)

// ErrFault is what the failing step returns.
var ErrFault = errors.New("fault")

// Disk fails one step, or from one step on every step as after a crash, and knows what a power cut would
// take away: bytes and names that were never fsynced.
type Disk struct {
	Step    int    // the last one
	FailAt  int    // 0: none
	Applied bool   // the failing step has its effect nevertheless
	Crash   bool   // nothing works after the failing step
	Target  string // below it any file may lose what was not fsynced; "": only the lines of a journal

	mu     sync.Mutex
	synced map[string]int64  // bytes of a file that are durable
	names  map[string]string // names that are not: new name → old name, or "" for a new file
	named  map[string]int    // in which step
}

// New returns a disk that does what its test says.
func New() *Disk {
	return &Disk{synced: map[string]int64{}, names: map[string]string{}, named: map[string]int{}}
}

// Intercept stands under durable.Disk.
func (d *Disk) Intercept(op durable.Op, path string, do func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Step++
	failed := d.FailAt > 0 && (d.Step == d.FailAt || d.Crash && d.Step > d.FailAt)
	if failed && !(d.Applied && d.Step == d.FailAt) {
		return fmt.Errorf("%s %s: %w", op, filepath.Base(path), ErrFault)
	}
	there, _ := durable.Exists(path)
	siblings := list(op, path)
	if err := do(); err != nil {
		return err
	}
	switch op {
	case durable.OpCreate:
		if !there {
			d.names[path], d.synced[path] = "", 0
		} else if _, known := d.synced[path]; !known {
			d.synced[path] = sizeOf(path)
		}
	case durable.OpTruncate:
		d.synced[path] = min(d.synced[path], sizeOf(path))
	case durable.OpSync:
		if !failed { // an fsync that failed has promised nothing
			d.synced[path] = sizeOf(path)
		}
	case durable.OpRename:
		old := goneFrom(siblings, path)
		d.moved(old, path)
		delete(d.names, path)
		if !there {
			d.names[path], d.named[path] = old, d.Step
		}
	case durable.OpLink: // the bytes are durable under their other name
		d.names[path], d.synced[path] = "", sizeOf(path)
	case durable.OpRemove:
		for _, name := range slices.Concat(slices.Collect(maps.Keys(d.synced)), slices.Collect(maps.Keys(d.names))) {
			if below(name, path) {
				delete(d.synced, name)
				delete(d.names, name)
			}
		}
	case durable.OpSyncDir:
		for name := range maps.Clone(d.names) {
			if filepath.Dir(name) == path && !failed {
				delete(d.names, name)
			}
		}
	}
	if failed {
		return fmt.Errorf("%s %s (applied): %w", op, filepath.Base(path), ErrFault)
	}
	return nil
}

// list is what lies beside a file that is about to be renamed.
func list(op durable.Op, path string) []os.DirEntry {
	if op != durable.OpRename {
		return nil
	}
	all, _ := os.ReadDir(filepath.Dir(path))
	return all
}

// goneFrom is what a file or directory was called before it got this name: every rename here stays within
// its directory.
func goneFrom(before []os.DirEntry, path string) string {
	for _, e := range before {
		old := filepath.Join(filepath.Dir(path), e.Name())
		if there, _ := durable.Exists(old); !there {
			return old
		}
	}
	return path
}

func below(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }

// moved gives what is known of a file, or of all below a directory, its new name.
func (d *Disk) moved(old, path string) {
	for name, size := range maps.Clone(d.synced) {
		if below(name, old) {
			delete(d.synced, name)
			d.synced[path+strings.TrimPrefix(name, old)] = size
		}
	}
	for name, from := range maps.Clone(d.names) {
		if below(name, old) {
			delete(d.names, name)
			d.names[path+strings.TrimPrefix(name, old)] = from
		}
	}
}

func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// Remains are the ways in which bytes that were not fsynced may be found after a power cut.
var Remains = map[string]func(path string, synced int64) error{
	"nothing": os.Truncate,
	"half": func(path string, synced int64) error {
		return os.Truncate(path, synced+(sizeOf(path)-synced)/2)
	},
	"zeros": func(path string, synced int64) error {
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		clear(b[synced:])
		return os.WriteFile(path, b, 0o600)
	},
	"everything": func(string, int64) error { return nil },
}

// PowerCut leaves of the directory what the disk is bound to keep, and of the rest what chance left.
func (d *Disk) PowerCut(t testing.TB, remain string) {
	t.Helper()
	for name, size := range d.synced {
		loses := strings.HasSuffix(name, ".jsonl") || d.Target != "" && below(name, d.Target)
		if there, _ := durable.Exists(name); there && sizeOf(name) > size && loses {
			must(t, Remains[remain](name, size))
		}
	}
	if remain == "everything" {
		return
	}
	names := slices.SortedFunc(maps.Keys(d.names), func(a, b string) int { // what is in a directory before its name, and the last first
		return cmp.Or(strings.Count(b, "/")-strings.Count(a, "/"), d.named[b]-d.named[a])
	})
	for _, name := range names {
		old := d.names[name]
		if there, _ := durable.Exists(name); !there {
			continue
		}
		if old != "" {
			must(t, os.Rename(name, old))
		} else {
			must(t, os.Remove(name))
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
