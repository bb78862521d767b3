package register

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile/durable/durabletest"
)

// stride is how many steps a test goes on at once where each costs much: all are taken where real
// servers are asked for, as in CI.
func stride() int {
	if os.Getenv("YSQ_REQUIRE_REAL") == "1" {
		return 1
	}
	return 5
}

// Whatever mends a register may itself be stopped, at each step: by a fault, or with the machine. Then
// the same command, given again, brings the same register, and nothing was lost in between.
func TestMendingStopsAtEachStep(t *testing.T) {
	image := stocked(t)
	want := state(t, image)
	for _, tt := range []struct {
		name   string
		damage func(dir string) error
		mend   func(dir string, o Options) error
	}{
		{"rebuild", func(dir string) error { return os.Truncate(filepath.Join(dir, FileName), 0) },
			func(dir string, o Options) error { _, err := Rebuild(t.Context(), dir, o, nil); return err }},
		{"rebuild --journal", func(dir string) error { return os.RemoveAll(filepath.Join(dir, "journal")) },
			func(dir string, o Options) error { _, err := RebuildJournal(t.Context(), dir, o, nil); return err }},
		{"rebuild --journal of a broken one", func(dir string) error { return os.Truncate(filepath.Join(dir, "journal", "2026.jsonl"), 700) },
			func(dir string, o Options) error { _, err := RebuildJournal(t.Context(), dir, o, nil); return err }},
		{"compact", func(string) error { return nil },
			func(dir string, o Options) error { _, err := Compact(t.Context(), dir, o, nil); return err }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			steps := 0
			for failAt := 0; failAt <= steps; failAt++ { // 0: undisturbed, to count
				for i, crash := range []bool{false, true} {
					for k, applied := range []bool{false, true} {
						if steps > 0 && (failAt+2*i+k)%stride() != 0 {
							continue
						}
						dir := durabletest.Dir(t)
						must(t, os.CopyFS(dir, os.DirFS(image)))
						must(t, tt.damage(dir))
						d := durabletest.New()
						d.FailAt, d.Crash, d.Applied = failAt, crash, applied
						err := tt.mend(dir, Options{Now: start, Intercept: d.Intercept})
						if failAt == 0 {
							must(t, err)
							steps = d.Step
						} else if err != nil && !errors.Is(err, durabletest.ErrFault) {
							t.Fatalf("step %d: %v", failAt, err)
						}
						if crash {
							d.PowerCut(t, "nothing")
						}
						if err != nil {
							err = tt.mend(dir, Options{Now: start})
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
