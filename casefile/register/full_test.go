package register

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/durable/durabletest"
)

// A file system that is really full, at each point at which it can become so: the register can be
// read, says why it cannot be written, goes on when there is room, and has lost nothing.
func TestRealFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=8m,mode=0700"); err != nil {
		if os.Getenv("YSQ_REQUIRE_REAL") == "1" && os.Geteuid() == 0 {
			t.Fatalf("mounting a small file system: %v", err)
		}
		t.Skipf("only root can mount a small file system: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	state, ballast := filepath.Join(dir, "state"), filepath.Join(dir, "ballast")
	_, err := Create(state, start)
	must(t, err)
	r, err := Open(state, Options{})
	must(t, err)
	id := take(t, r, "a", 1)
	noted, failed := 0, map[string]int{}
	for round := range 12 {
		// Room for somewhat more each time: the end comes in another write.
		s, err := durable.SpaceOf(dir)
		must(t, err)
		must(t, os.WriteFile(ballast, make([]byte, max(0, s.Free-int64(round)*(16<<10))), 0o600))
		for {
			err := r.Update(start, func(tx *Tx) error {
				_, err := tx.Append("李四(1000)", note(id, fmt.Sprintf("%d %s", noted, strings.Repeat("长", 500))))
				return err
			})
			if err == nil {
				noted++
				continue
			}
			if !errors.Is(err, syscall.ENOSPC) || r.Health().Err == nil {
				t.Fatalf("a full disk gives %v", err)
			}
			if e, ok := errors.AsType[*JournalError](err); ok {
				failed["journal"]++
				if e.Committed {
					noted++
				}
			} else {
				failed["database"]++
			}
			break
		}
		must(t, r.View(func(tx *Tx) error { _, err := tx.Case(id); return err }))
		if _, err := r.Snapshot(t.Context(), "", nil); err == nil {
			t.Error("a snapshot was made where there is no room")
		} else if e, ok := errors.AsType[*durable.NoSpaceError](err); !ok || e.Free > e.Need {
			t.Errorf("a snapshot on a full disk: %v", err)
		}
		if _, err := r.Verify(t.Context(), nil); err != nil { // its snapshot lies elsewhere
			t.Errorf("verify on a full disk: %v", err)
		}
		if round%4 == 0 { // a start while the disk is full
			must(t, r.Close())
			if r, err = Open(state, Options{}); err != nil {
				t.Fatalf("it does not open on a full disk: %v", err)
			}
		}
		if err := r.Recover(start); round%4 != 0 && (err == nil || r.Health().Err == nil) {
			t.Errorf("it is well on a full disk: %v", err)
		}
		must(t, os.Remove(ballast))
		must(t, r.Recover(start))
		if h := r.Health(); h.Err != nil {
			t.Errorf("with room it is still unwell: %v", h.Err)
		}
		add(t, r, start, note(id, "again"))
	}
	must(t, r.View(func(tx *Tx) error {
		history, err := tx.History(id)
		got := 0
		for _, h := range history {
			if e, ok := h.Event.(casefile.Noted); ok && e.Text != "again" {
				got++
			}
		}
		if got != noted {
			t.Errorf("%d notes are there, want %d", got, noted)
		}
		return err
	}))
	must(t, r.Close())
	moved := durabletest.Dir(t) // to where a proof has room
	must(t, os.CopyFS(filepath.Join(moved, "s"), os.DirFS(state)))
	again := reopened(t, filepath.Join(moved, "s"))
	if journalText(t, again.dir) != recordLines(t, again) {
		t.Error("journal and records differ")
	}
	if failed["database"]+failed["journal"] != 12 {
		t.Errorf("failed %v", failed)
	}
	t.Logf("%d notes, full in %v", noted, failed)
}
