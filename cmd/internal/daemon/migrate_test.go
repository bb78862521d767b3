package daemon

import (
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/offline"
)

// A register of the release before is migrated by the daemon's start alone; a command without a daemon says
// so and leaves it as it is.
func TestOnlyTheDaemonMigrates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBureau(t, "2026-12-08")
		before := b.thaw("../../../casefile/register/testdata/schema2/everything")
		for range 2 {
			_, _, err := offline.Open(b.options().Options)
			if e, ok := errors.AsType[*ask.Error](err); !ok || e.Code != "register-older" || e.Exit != ask.ExitUnreachable || e.Hint == "" {
				t.Fatalf("a command alone: %v", err)
			}
		}
		if after, err := os.ReadFile(filepath.Join(b.state, "register.db")); err != nil || string(after) != string(before) {
			t.Errorf("the register was changed: %v", err)
		}
		d, err := New(b.options())
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if found := d.Reg.Findings(); !found.Migrated || found.Kept == "" {
			t.Errorf("the daemon: %+v", found)
		}
		all, err := d.Reg.Verify(t.Context(), nil)
		for _, wrong := range all {
			if wrong.Place != "mail" { // no bytes are frozen
				t.Errorf("it does not verify: %v", wrong)
			}
		}
		if err != nil {
			t.Error(err)
		}
	})
}

// thaw puts a frozen register in the place of the office's, and returns its database.
func (b *bureau) thaw(frozen string) []byte {
	b.t.Helper()
	if err := os.RemoveAll(filepath.Join(b.state, "journal")); err != nil {
		b.t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(b.state, "journal"), 0o700); err != nil {
		b.t.Fatal(err)
	}
	var db []byte
	for _, name := range []string{"journal/register.json", "journal/2026.jsonl", "register.db"} {
		f, err := os.Open(filepath.Join(frozen, name+".gz"))
		if err != nil {
			b.t.Fatal(err)
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			b.t.Fatal(err)
		}
		if db, err = io.ReadAll(z); err != nil {
			b.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(b.state, name), db, 0o600); err != nil {
			b.t.Fatal(err)
		}
	}
	return db
}
