package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Each step of writing a whole file fails, with and without its effect. The name has the old content or
// the new, the new whenever nil is returned, and nothing else lies beside it.
func TestWholeFile(t *testing.T) {
	fault := errors.New("fault")
	for _, tt := range []struct {
		name  string
		old   string // "": there is none
		write func(Disk, string) error
	}{
		{"replace", "old", func(d Disk, path string) error { return d.Replace(path, 0o600, Content([]byte("new"))) }},
		{"replace nothing", "", func(d Disk, path string) error { return d.Replace(path, 0o600, Content([]byte("new"))) }},
		{"create", "", func(d Disk, path string) error { return d.Create(path, 0o600, Content([]byte("new"))) }},
	} {
		for failAt := 1; ; failAt++ {
			steps := 0
			for _, applied := range []bool{false, true} {
				dir := t.TempDir()
				path := filepath.Join(dir, "file")
				if tt.old != "" {
					must(t, os.WriteFile(path, []byte(tt.old), 0o600))
				}
				steps = 0
				d := Disk{Intercept: func(op Op, at string, do func() error) error {
					if filepath.Dir(at) != dir && at != dir {
						t.Errorf("%s of %s", op, at)
					}
					if steps++; steps != failAt {
						return do()
					}
					if applied {
						must(t, do())
					}
					return fmt.Errorf("%s: %w", op, fault)
				}}
				err := tt.write(d, path)
				if (err != nil) != (steps >= failAt) || err != nil && !errors.Is(err, fault) {
					t.Fatalf("%s, step %d of %d: %v", tt.name, failAt, steps, err)
				}
				got, _ := os.ReadFile(path)
				if s := string(got); s != "new" && (err == nil || s != tt.old) {
					t.Errorf("%s, step %d, applied %v: the file holds %q", tt.name, failAt, applied, s)
				}
				left, _ := os.ReadDir(dir)
				left = slices.DeleteFunc(left, func(e fs.DirEntry) bool { return e.Name() == "file" })
				// Where making the file fails although it is made, its maker does not have it.
				if len(left) > 0 && !(failAt == 1 && applied) {
					t.Errorf("%s, step %d, applied %v: %v left", tt.name, failAt, applied, left)
				}
			}
			if steps < failAt {
				if steps < 5 {
					t.Errorf("%s is %d steps", tt.name, steps)
				}
				break
			}
		}
	}
}

func TestCreateTouchesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(path, []byte("old"), 0o600))
	if err := (Disk{}).Create(path, 0o600, Content([]byte("new"))); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a file that exists gives %v", err)
	}
	got, err := os.ReadFile(path)
	must(t, err)
	if string(got) != "old" {
		t.Errorf("it now holds %q", got)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
}

func TestCopy(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	must(t, os.WriteFile(from, []byte("abcdef"), 0o600))
	sum, err := Disk{}.Copy(from, to, 3)
	must(t, err)
	got, err := Sum(to)
	must(t, err)
	if b, _ := os.ReadFile(to); string(b) != "abc" || got != sum {
		t.Errorf("the copy holds %q, %x, want %x", b, got, sum)
	}
	if _, err := (Disk{}).Copy(from, to+"2", 7); err == nil {
		t.Error("a file that is too short is copied")
	}
	if _, err := (Disk{}).Copy(from, to, 3); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a copy over another gives %v", err)
	}
}

func TestRoomFor(t *testing.T) {
	dir := t.TempDir()
	s, err := SpaceOf(dir)
	must(t, err)
	if s.Free > s.Total || s.Total == 0 {
		t.Errorf("%+v", s)
	}
	must(t, RoomFor(dir, 0))
	e, ok := errors.AsType[*NoSpaceError](RoomFor(dir, s.Total+1))
	if !ok || e.Need != s.Total+1 || e.Path != dir {
		t.Errorf("too much gives %v", e)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
