package register

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// stride is how many steps a test goes on at once where each costs much: all are taken where real
// servers are asked for, as in CI.
func stride() int {
	if os.Getenv("YSQ_REQUIRE_REAL") == "1" {
		return 1
	}
	return 5
}

// Each step of a backup fails, with and without its effect, or is the last before the machine stops and
// loses what was not fsynced: what is there under a backup's name is whole and proves itself, what was
// answered for is there, and the next backup goes well and leaves nothing behind.
func TestBackupFailsAtEachStep(t *testing.T) {
	dir := stocked(t)
	r, err := Open(dir, Options{})
	must(t, err)
	earlier := quickDir(t) // what the next one links to, and removes
	_, err = r.Backup(t.Context(), earlier, BackupOptions{Now: start.AddDate(0, 0, -1)})
	must(t, err)
	must(t, r.Close())
	kinds := slices.Sorted(maps.Keys(remains))
	steps := 0
	for failAt := 1; failAt == 1 || failAt <= steps; failAt++ {
		for i, tt := range []struct {
			crash, applied bool
		}{{false, false}, {false, true}, {true, false}, {true, true}} {
			if steps > 0 && (failAt+i)%stride() != 0 {
				continue
			}
			target := quickDir(t)
			if failAt%2 == 0 {
				must(t, os.CopyFS(target, os.DirFS(earlier)))
			}
			d := newFaulty()
			d.target = target
			r, err := Open(dir, Options{Intercept: d.intercept})
			must(t, err)
			if failAt == 1 && steps == 0 { // an undisturbed one, to count
				must(t, os.CopyFS(target, os.DirFS(earlier)))
				before := d.step
				_, err := r.Backup(t.Context(), target, BackupOptions{Now: start, Keep: Retention{Days: 1}})
				must(t, err)
				steps = d.step - before
				must(t, os.RemoveAll(target))
				must(t, os.Mkdir(target, 0o700))
			}
			d.failAt, d.crash, d.applied = d.step+failAt, tt.crash, tt.applied
			_, err = r.Backup(t.Context(), target, BackupOptions{Now: start, Keep: Retention{Days: 1}})
			if err != nil && !errors.Is(err, errFault) {
				t.Fatal(err)
			}
			answered := err == nil
			d.crash = false
			if tt.crash {
				d.powerCut(t, kinds[failAt%len(kinds)])
			}
			names, err := backupsIn(target, r.meta.ID[:8])
			must(t, err)
			if answered && len(names) == 0 {
				t.Errorf("it was answered, and nothing is there")
			}
			for _, n := range names {
				if wrong, err := VerifyBackup(t.Context(), filepath.Join(target, n.String()), Options{}, nil); err != nil || len(wrong) > 0 {
					t.Errorf("%s does not verify: %v, %v", n, wrong, err)
				}
			}
			if _, err := r.Backup(t.Context(), target, BackupOptions{Now: start.AddDate(0, 0, 1)}); err != nil {
				t.Errorf("the next backup: %v", err)
			}
			if left, _ := filepath.Glob(filepath.Join(target, ".*")); len(left) > 0 {
				t.Errorf("left %v", left)
			}
			intactOf(t, r)
			must(t, r.Close())
			if t.Failed() {
				t.Fatalf("step %d of %d, %+v", failAt, steps, tt)
			}
		}
	}
	if steps < 40 {
		t.Errorf("only %d steps", steps)
	}
}

// Whatever mends a register may itself be stopped, at each step: by a fault, or with the machine. Then
// the same command, given again, brings the same register, and nothing was lost in between.
func TestMendingStopsAtEachStep(t *testing.T) {
	image := stocked(t)
	want := state(t, image)
	backup := backedUp(t, image, quickDir(t), BackupOptions{Now: start})
	for _, tt := range []struct {
		name   string
		damage func(dir string) error
		mend   func(dir string, o Options) error
	}{
		{"rebuild", func(dir string) error { return os.Truncate(filepath.Join(dir, fileName), 0) },
			func(dir string, o Options) error { _, err := Rebuild(t.Context(), dir, o, nil); return err }},
		{"rebuild --journal", func(dir string) error { return os.RemoveAll(filepath.Join(dir, "journal")) },
			func(dir string, o Options) error { _, err := RebuildJournal(t.Context(), dir, o, nil); return err }},
		{"rebuild --journal of a broken one", func(dir string) error { return os.Truncate(filepath.Join(dir, "journal", "2026.jsonl"), 700) },
			func(dir string, o Options) error { _, err := RebuildJournal(t.Context(), dir, o, nil); return err }},
		{"compact", func(string) error { return nil },
			func(dir string, o Options) error { _, err := Compact(t.Context(), dir, o, nil); return err }},
		{"restore", func(dir string) error { return os.Remove(filepath.Join(dir, fileName)) },
			func(dir string, o Options) error {
				_, err := Restore(t.Context(), backup.Path, dir, RestoreOptions{Options: o})
				return err
			}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			steps := 0
			for failAt := 0; failAt <= steps; failAt++ { // 0: undisturbed, to count
				for i, crash := range []bool{false, true} {
					for k, applied := range []bool{false, true} {
						if steps > 0 && (failAt+2*i+k)%stride() != 0 {
							continue
						}
						dir := quickDir(t)
						must(t, os.CopyFS(dir, os.DirFS(image)))
						must(t, tt.damage(dir))
						d := newFaulty()
						d.failAt, d.crash, d.applied = failAt, crash, applied
						err := tt.mend(dir, Options{Now: start, Intercept: d.intercept})
						if failAt == 0 {
							must(t, err)
							steps = d.step
						} else if err != nil && !errors.Is(err, errFault) {
							t.Fatalf("step %d: %v", failAt, err)
						}
						if crash {
							d.powerCut(t, "nothing")
						}
						if err != nil {
							err = tt.mend(dir, Options{Now: start})
							if tt.name == "restore" && errors.Is(err, ErrExists) {
								err = nil // it had come that far
							}
						}
						if err != nil {
							t.Fatalf("again after step %d of %d, crash %v, applied %v: %v", failAt, steps, crash, applied, err)
						}
						intact(t, dir)
						if got := state(t, dir); !strings.HasPrefix(got, strings.Split(want, "== case")[0]) {
							t.Fatalf("step %d of %d, crash %v, applied %v: records differ:\n%s", failAt, steps, crash, applied, got)
						}
					}
				}
			}
			if steps < 5 {
				t.Errorf("only %d steps", steps)
			}
		})
	}
}
