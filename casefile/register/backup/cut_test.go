package backup

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile/durable/durabletest"
	"ysq.internal/ysq/casefile/register"
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
	r, err := register.Open(dir, register.Options{})
	must(t, err)
	earlier := durabletest.Dir(t) // what the next one links to, and removes
	_, err = Of(r).Make(t.Context(), earlier, Options{Now: start.AddDate(0, 0, -1)})
	must(t, err)
	must(t, r.Close())
	kinds := slices.Sorted(maps.Keys(durabletest.Remains))
	steps := 0
	for failAt := 1; failAt == 1 || failAt <= steps; failAt++ {
		for i, tt := range []struct {
			crash, applied bool
		}{{false, false}, {false, true}, {true, false}, {true, true}} {
			if steps > 0 && (failAt+i)%stride() != 0 {
				continue
			}
			target := durabletest.Dir(t)
			if failAt%2 == 0 {
				must(t, os.CopyFS(target, os.DirFS(earlier)))
			}
			d := durabletest.New()
			d.Target = target
			r, err := register.Open(dir, register.Options{Intercept: d.Intercept})
			must(t, err)
			if failAt == 1 && steps == 0 { // an undisturbed one, to count
				must(t, os.CopyFS(target, os.DirFS(earlier)))
				before := d.Step
				_, err := Of(r).Make(t.Context(), target, Options{Now: start, Keep: Retention{Days: 1}})
				must(t, err)
				steps = d.Step - before
				must(t, os.RemoveAll(target))
				must(t, os.Mkdir(target, 0o700))
			}
			d.FailAt, d.Crash, d.Applied = d.Step+failAt, tt.crash, tt.applied
			_, err = Of(r).Make(t.Context(), target, Options{Now: start, Keep: Retention{Days: 1}})
			if err != nil && !errors.Is(err, durabletest.ErrFault) {
				t.Fatal(err)
			}
			answered := err == nil
			d.Crash = false
			if tt.crash {
				d.PowerCut(t, kinds[failAt%len(kinds)])
			}
			names, err := backupsIn(target, r.Meta().ID[:8])
			must(t, err)
			if answered && len(names) == 0 {
				t.Errorf("it was answered, and nothing is there")
			}
			for _, n := range names {
				if wrong, err := Verify(t.Context(), filepath.Join(target, n.String()), register.Options{}, nil); err != nil || len(wrong) > 0 {
					t.Errorf("%s does not verify: %v, %v", n, wrong, err)
				}
			}
			if _, err := Of(r).Make(t.Context(), target, Options{Now: start.AddDate(0, 0, 1)}); err != nil {
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

// A restoration may itself be stopped, at each step: by a fault, or with the machine. Then the same
// command, given again, brings the same register, and nothing was lost in between. Where no journal had survived,
// the register knows afterwards that records may be lost: by that, no letter goes out twice and no number is given again.
func TestRestoreStopsAtEachStep(t *testing.T) {
	for name, survives := range map[string]bool{"journal survives": true, "nothing survives": false} {
		t.Run(name, func(t *testing.T) { restoreStopsAtEachStep(t, survives) })
	}
}

func restoreStopsAtEachStep(t *testing.T, survives bool) {
	image := stocked(t)
	want := lines(t, image)
	from := backedUp(t, image, durabletest.Dir(t), Options{Now: start}).Path
	steps := 0
	for failAt := 0; failAt <= steps; failAt++ { // 0: undisturbed, to count
		for i, tt := range []struct{ crash, applied bool }{{false, false}, {false, true}, {true, false}, {true, true}} {
			if steps > 0 && (failAt+i)%stride() != 0 {
				continue
			}
			dir := durabletest.Dir(t)
			must(t, os.CopyFS(dir, os.DirFS(image)))
			must(t, os.Remove(filepath.Join(dir, register.FileName)))
			if !survives {
				must(t, os.RemoveAll(filepath.Join(dir, register.JournalDir)))
			}
			d := durabletest.New()
			d.FailAt, d.Crash, d.Applied = failAt, tt.crash, tt.applied
			_, err := Restore(t.Context(), from, dir, RestoreOptions{Options: register.Options{Now: start, Intercept: d.Intercept}})
			if failAt == 0 {
				must(t, err)
				steps = d.Step
			} else if err != nil && !errors.Is(err, durabletest.ErrFault) {
				t.Fatalf("step %d: %v", failAt, err)
			}
			if tt.crash {
				d.PowerCut(t, "nothing")
			}
			if err != nil {
				_, err = Restore(t.Context(), from, dir, RestoreOptions{Options: register.Options{Now: start}})
			}
			if err != nil && !errors.Is(err, register.ErrExists) { // it had come that far
				t.Fatalf("again after step %d of %d, %+v: %v", failAt, steps, tt, err)
			}
			intact(t, dir)
			if got := lines(t, dir); !strings.HasPrefix(got, want) {
				t.Fatalf("step %d of %d, %+v: records differ:\n%s", failAt, steps, tt, got)
			} else if n := strings.Count(got, `"restored"`); survives != (n == 0) || n > 1 {
				t.Fatalf("step %d of %d, %+v: %d records of a restoration", failAt, steps, tt, n)
			}
		}
	}
	if steps < 5 {
		t.Errorf("only %d steps", steps)
	}
}
