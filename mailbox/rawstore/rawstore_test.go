package rawstore

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
)

var arrival = time.Date(2026, 11, 20, 9, 30, 0, 0, time.FixedZone("", 8*3600))

func mailOf(n int) []byte { return bytes.Repeat(fmt.Appendf(nil, "mail %d\r\n", n), 10+n) }

func open(t testing.TB, dir string, opts Options) *Store {
	t.Helper()
	s, err := Open(dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// arrive writes a mail as it comes from the wire.
func arrive(s *Store, n int) (Incoming, error) {
	temp, err := s.Create()
	if err != nil {
		return Incoming{}, err
	}
	if _, err = temp.Write(mailOf(n)[:5]); err == nil {
		_, err = temp.Write(mailOf(n)[5:])
	}
	if err != nil {
		temp.Discard()
	}
	return Incoming{Temp: temp, Entry: Entry{
		Account: "sqgk", Folder: "INBOX", Role: "inbox", UIDValidity: 1, UID: uint32(n), InternalDate: arrival,
	}}, err
}

// keep takes mails through the store as package mailbox does, up to Settle.
func keep(s *Store, mails ...int) ([]Entry, error) {
	var batch []Incoming
	for _, n := range mails {
		in, err := arrive(s, n)
		if err != nil {
			for _, in := range batch {
				in.Temp.Discard()
			}
			return nil, err
		}
		batch = append(batch, in)
	}
	return s.Keep(batch)
}

func read(t testing.TB, s *Store, d casefile.Digest) []byte {
	t.Helper()
	f, err := s.Open(d)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func pendingUIDs(t testing.TB, s *Store) (uids []uint32) {
	t.Helper()
	pending, err := s.Pending()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range pending {
		uids = append(uids, e.UID)
	}
	return uids
}

func TestKeep(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	entries, err := keep(s, 1, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range []int{1, 2, 1} {
		e := entries[i]
		if e.Digest != casefile.DigestOf(mailOf(n)) || e.Size != int64(len(mailOf(n))) || !bytes.Equal(read(t, s, e.Digest), mailOf(n)) {
			t.Errorf("entry %+v is not mail %d", e, n)
		}
	}
	if got := pendingUIDs(t, s); !slices.Equal(got, []uint32{1, 2}) {
		t.Errorf("pending before Settle: %v", got)
	}
	if err := s.Settle(entries); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = open(t, dir, Options{})
	if got := pendingUIDs(t, s); len(got) > 0 {
		t.Errorf("pending after Settle: %v", got)
	}
	var all []casefile.Digest
	for d, err := range s.All() {
		if err != nil {
			t.Error(err)
		}
		all = append(all, d)
	}
	if len(all) != 2 || !s.Has(all[0]) || !s.Has(all[1]) {
		t.Errorf("all: %v", all)
	}
	checkModes(t, dir)
}

func checkModes(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		info, err := d.Info()
		if want := map[bool]fs.FileMode{true: fs.ModeDir | 0o700, false: 0o600}[d.IsDir()]; err == nil && info.Mode() != want {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestErase(t *testing.T) {
	erased := map[casefile.Digest]bool{}
	s := open(t, t.TempDir(), Options{Erased: func(d casefile.Digest) bool { return erased[d] }})
	entries, err := keep(s, 1)
	if err != nil {
		t.Fatal(err)
	}
	d := entries[0].Digest
	erased[d] = true
	for range 2 {
		if err := s.Erase(d); err != nil {
			t.Error(err)
		}
	}
	if _, err := keep(s, 1); err != nil {
		t.Error(err)
	}
	if _, err := s.Open(d); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("opening what was erased: %v", err)
	}
	// The UID still has to be recorded, or the mail would be fetched for ever.
	if got := pendingUIDs(t, s); !slices.Equal(got, []uint32{1}) {
		t.Errorf("pending: %v", got)
	}
}

// A file that is shorter than it should be (a broken disk, a careless copy) is replaced.
func TestDamagedFileIsReplaced(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	entries, err := keep(s, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(s.place(entries[0].Digest), 3); err != nil {
		t.Fatal(err)
	}
	if _, err := keep(s, 1); err != nil {
		t.Fatal(err)
	}
	if got := read(t, s, entries[0].Digest); !bytes.Equal(got, mailOf(1)) {
		t.Errorf("%d bytes, want %d", len(got), len(mailOf(1)))
	}
}

func TestAllReportsStrangers(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	for _, name := range []string{"mail/3/notes.txt", "mail/4/" + strings.Repeat("5", 64) + ".eml"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	strangers := 0
	for _, err := range s.All() {
		if err != nil {
			strangers++
		}
	}
	if strangers != 2 {
		t.Errorf("%d strangers reported, want 2", strangers)
	}
}

func TestReset(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	in, err := arrive(s, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := in.Temp.Reset(); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Temp.Write(mailOf(2)); err != nil {
		t.Fatal(err)
	}
	entries, err := s.Keep([]Incoming{in})
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, s, casefile.DigestOf(mailOf(2))); !bytes.Equal(got, mailOf(2)) || entries[0].Size != int64(len(got)) {
		t.Errorf("got %d bytes, entry %+v", len(got), entries[0])
	}
}

// A mail that was kept twice without being settled is pending once.
func TestPendingOnce(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	for range 2 {
		if _, err := keep(s, 1, 2); err != nil {
			t.Fatal(err)
		}
	}
	if got := pendingUIDs(t, s); !slices.Equal(got, []uint32{1, 2}) {
		t.Errorf("pending: %v, want each once", got)
	}
}

// Two accounts share a store: each settles its own.
func TestSettleIsPerEntry(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	a, err := keep(s, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keep(s, 2); err != nil {
		t.Fatal(err)
	}
	if err := s.Settle(a); err != nil {
		t.Fatal(err)
	}
	if got := pendingUIDs(t, s); !slices.Equal(got, []uint32{2}) {
		t.Errorf("pending: %v, want 2", got)
	}
}
