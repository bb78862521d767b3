package register

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
)

// The matrix of what disks and people do to files (mailbox/PROVIDERS.md#bbolt; mailbox/FAULTS.md, item 50): each damage is noticed, by Open or by
// Verify, told with what to do, and put right by Rebuild, by RebuildJournal or from a backup, with the
// same content as before.
func TestCorruption(t *testing.T) {
	page := os.Getpagesize()
	zero := func(from, to int) func([]byte) []byte {
		return func(b []byte) []byte { clear(b[from:min(to, len(b))]); return b }
	}
	for _, tt := range []struct {
		name   string
		file   string // below the state directory
		damage func([]byte) []byte
		seen   string // "open", "verify", "replayed": by whom it is noticed
		text   string // in what is said
		repair string // "", "rebuild", "journal", "restore"
	}{
		{"newer meta page zeroed", FileName, nil, "replayed", "", ""},
		{"both meta pages zeroed", FileName, zero(0, 2*page), "open", "ysq rebuild", "rebuild"},
		{"a text file", FileName, func([]byte) []byte { return []byte("not a database\n") }, "open", "ysq rebuild", "rebuild"},
		{"empty", FileName, func([]byte) []byte { return nil }, "open", "ysq rebuild", "rebuild"},
		{"missing", FileName, func([]byte) []byte { return missing }, "open", "ysq rebuild", "rebuild"},
		{"cut short", FileName, func(b []byte) []byte { return b[:7*page] }, "open", "ysq rebuild", "rebuild"},
		{"cut to its half", FileName, func(b []byte) []byte { return b[:used(b)/2] }, "open", "ysq rebuild", "rebuild"},
		{"data zeroed", FileName, func(b []byte) []byte { clear(b[2*page:]); return b }, "open", "ysq rebuild", "rebuild"},
		{"garbage in the page headers", FileName, func(b []byte) []byte {
			for at := 2 * page; at < len(b); at += page {
				copy(b[at:], bytes.Repeat([]byte{0xA5}, 16))
			}
			return b
		}, "open", "ysq rebuild", "rebuild"},
		{"a byte of a record", FileName, func(b []byte) []byte { return swapAll(b, "预算", "决算") }, "verify", "摘要不符", "rebuild"},
		{"a byte of a projection", FileName, func(b []byte) []byte {
			key := "2026-00002\x02" // and version; pages that are free hold older copies
			for at := bytes.Index(b, []byte(key)); at >= 0; at = bytes.Index(b, []byte(key)) {
				b[at+len(key)+1]++ // the stage
				b[at+len(key)-1] = 0xFF
			}
			return bytes.ReplaceAll(b, []byte("2026-00002\xFF"), []byte(key))
		}, "verify", "ysq rebuild", "rebuild"},
		{"a byte of the journal", "journal/2026.jsonl", func(b []byte) []byte { return swapAll(b, "预算", "决算") }, "verify", "登记库是对的", "journal"},
		{"a page of the journal zeroed", "journal/2026.jsonl", zero(0, page), "verify", "ysq rebuild --journal", "journal"},
		{"the journal's register", "journal/register.json", func([]byte) []byte { return []byte("{}") }, "open", "无法读懂", "journal"},
		{"a byte of a mail", "mail", func(b []byte) []byte { b[0] ^= 1; return b }, "verify", "内容与摘要不符", "restore"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := stocked(t)
			want := state(t, dir)
			path := filepath.Join(dir, tt.file)
			if tt.file == "mail" {
				path = MailPath(dir, casefile.DigestOf([]byte("mail 4")))
			}
			raw, err := os.ReadFile(path)
			must(t, err)
			if tt.damage == nil {
				raw = withoutLastMeta(t, raw)
			} else {
				raw = tt.damage(raw)
			}
			if string(raw) == string(missing) {
				must(t, os.Remove(path))
			} else {
				must(t, os.WriteFile(path, raw, 0o600))
			}

			said := noticed(t, dir, tt.seen)
			if !strings.Contains(said, tt.text) {
				t.Errorf("it is told as %q, want %q in it", said, tt.text)
			}
			switch tt.repair {
			case "rebuild":
				_, err = Rebuild(t.Context(), dir, Options{Now: start}, nil)
			case "journal":
				_, err = RebuildJournal(t.Context(), dir, Options{Now: start}, nil)
			case "restore": // of the one file; what else there is stays
				err = os.WriteFile(path, []byte("mail 4"), 0o600)
			}
			must(t, err)
			intact(t, dir)
			got := state(t, dir)
			if tt.seen == "replayed" { // and recorded as such
				got = got[:len(want[:strings.Index(want, "== case")])]
				want = want[:strings.Index(want, "== case")]
			}
			sameState(t, got, want)
		})
	}
}

// missing stands for a file that is not there at all.
var missing = []byte("missing")

// used is how much of a database holds pages: bbolt makes files larger than that.
func used(b []byte) int {
	for page := os.Getpagesize(); len(b) > page && len(bytes.Trim(b[len(b)-page:], "\x00")) == 0; {
		b = b[:len(b)-page]
	}
	return len(b)
}

// swapAll replaces a text by another of the same length.
func swapAll(b []byte, old, with string) []byte {
	return bytes.ReplaceAll(b, []byte(old), []byte(with))
}

// withoutLastMeta zeroes the meta page of the last commit: bbolt then goes on from the one before,
// without a word.
func withoutLastMeta(t *testing.T, b []byte) []byte {
	t.Helper()
	const txid = 16 + 48 // in a meta page: page header, then the fields before the transaction's number
	page := os.Getpagesize()
	last := 0
	if bytes.Compare(reversed(b[page+txid:page+txid+8]), reversed(b[txid:txid+8])) > 0 {
		last = page
	}
	clear(b[last : last+page])
	return b
}

func reversed(b []byte) []byte { // little-endian numbers compare from their end
	c := slices.Clone(b)
	slices.Reverse(c)
	return c
}

// noticed returns what is said of a damage.
func noticed(t *testing.T, dir, by string) string {
	t.Helper()
	r, err := Open(dir, Options{})
	if by == "open" {
		if err == nil {
			r.Close()
			t.Fatal("it opens")
		}
		return err.Error()
	}
	must(t, err)
	defer r.Close()
	differences, err := r.Verify(t.Context(), nil)
	must(t, err)
	aside, err := r.VerifyAside(t.Context())
	if err != nil || !slices.Equal(aside, differences) {
		t.Errorf("aside: %v, %v, want %v", aside, err, differences)
	}
	if by == "replayed" {
		if r.Findings().Replayed == 0 || len(differences) > 0 {
			t.Errorf("findings %+v, differences %v", r.Findings(), differences)
		}
		return ""
	}
	if len(differences) == 0 {
		t.Fatal("it verifies")
	}
	var said []string
	for _, d := range differences {
		said = append(said, d.String())
	}
	return strings.Join(said, "\n")
}

func FuzzOpenDamaged(f *testing.F) {
	dir := stocked(f)
	raw, err := os.ReadFile(filepath.Join(dir, FileName))
	must(f, err)
	f.Add(uint32(0), uint32(64), byte(0))
	f.Add(uint32(os.Getpagesize()), uint32(os.Getpagesize()), byte(0xA5))
	f.Fuzz(func(t *testing.T, at, n uint32, fill byte) {
		image := bytes.Clone(raw)
		for i := int(at) % len(image); i < len(image) && n > 0; i++ {
			image[i] = fill
			n--
		}
		must(t, os.WriteFile(filepath.Join(dir, FileName), image, 0o600))
		// Whatever it is, it ends in an error, in differences, or in nothing at all; not in a panic.
		s, err := Inspect(dir, Options{})
		if err == nil {
			must(t, s.Close())
			if _, err := VerifyDir(t.Context(), dir, Options{}, nil); err != nil && !errors.Is(err, ErrDamaged) {
				t.Logf("verify: %v", err)
			}
		}
	})
}
