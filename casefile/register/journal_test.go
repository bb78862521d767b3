package register

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/durable/durabletest"
)

// closed makes a register with some cases, records of two years among them, and returns its
// directory after closing it.
func closed(t testing.TB) string {
	t.Helper()
	dir := durabletest.Dir(t)
	_, err := Create(dir, start)
	must(t, err)
	r, err := Open(dir, Options{})
	must(t, err)
	for i, name := range []string{"a", "b", "c"} {
		take(t, r, name, uint32(i+1))
	}
	for _, now := range []time.Time{start.Add(time.Hour), start.AddDate(1, 0, 0)} {
		add(t, r, now, note("2026-00002", now.Format(time.DateOnly)), note("2026-00001", "x"))
	}
	must(t, r.Close())
	return dir
}

func note(id casefile.ID, text string) casefile.Draft {
	return casefile.Draft{Case: id, On: civil.Of(start), Event: casefile.Noted{Text: text}}
}

func journalText(t testing.TB, dir string) string {
	t.Helper()
	files, err := journalFiles(filepath.Join(dir, "journal"))
	must(t, err)
	var all strings.Builder
	for _, f := range files {
		b, err := os.ReadFile(f)
		must(t, err)
		all.Write(b)
	}
	return all.String()
}

func recordLines(t testing.TB, r *Register) string {
	t.Helper()
	var all strings.Builder
	must(t, r.db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketRecord).ForEach(func(_, v []byte) error { all.Write(v); all.WriteByte('\n'); return nil })
	}))
	return all.String()
}

// edit changes a file of the journal.
func edit(t testing.TB, dir, name string, change func([]byte) []byte) {
	t.Helper()
	path := filepath.Join(dir, "journal", name)
	b, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(path, change(b), 0o600))
}

func TestJournalHasEveryLine(t *testing.T) {
	dir := closed(t)
	r := reopened(t, dir)
	if got, want := journalText(t, dir), recordLines(t, r); got != want || strings.Count(got, "\n") != 10 {
		t.Errorf("journal:\n%s\nrecords:\n%s", got, want)
	}
	files, err := journalFiles(filepath.Join(dir, "journal"))
	if err != nil || len(files) != 2 || filepath.Base(files[1]) != "2027.jsonl" {
		t.Errorf("files %v, %v", files, err)
	}
	if f := r.Findings(); f.Replayed != 0 || f.CaughtUp != 0 || f.Cut != 0 {
		t.Errorf("an undisturbed register was found to be %+v", f)
	}
}

// lost makes the database forget its last records, as when bbolt falls back to its older meta page.
func lost(t testing.TB, dir string, keep uint64) {
	t.Helper()
	path := filepath.Join(dir, FileName)
	var lines [][]byte
	var meta Meta
	r, err := Open(dir, Options{})
	must(t, err)
	meta = r.meta
	must(t, r.View(func(tx *Tx) error {
		for seq := uint64(1); seq <= keep; seq++ {
			lines = append(lines, bytes.Clone(tx.bucket(bucketRecord).Get(be64(seq))))
		}
		return nil
	}))
	must(t, r.Close())
	must(t, os.Remove(path))
	must(t, create(path, meta))
	r = prepare(dir, Options{})
	must(t, r.open(path, false))
	b := newBatch(r)
	for _, l := range lines {
		record, err := casefile.DecodeRecord(l)
		must(t, err)
		must(t, b.add(record, l))
	}
	must(t, b.flush())
	must(t, r.db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketMeta).Put(keyJournalled, be64(keep-min(keep, 1)))
	}))
	must(t, r.Close())
}

func TestJournalAheadIsReplayed(t *testing.T) {
	for keep := range uint64(10) {
		t.Run(fmt.Sprint(keep), func(t *testing.T) {
			dir := closed(t)
			want := journalText(t, dir)
			lost(t, dir, keep)
			r := reopened(t, dir)
			if f := r.Findings(); f.Replayed != 10-keep {
				t.Errorf("findings %+v, want %d replayed", f, 10-keep)
			}
			text := recordLines(t, r)
			if !strings.HasPrefix(text, want) || strings.Count(text, "\n") != 11 || journalText(t, dir) != text {
				t.Errorf("records after the replay:\n%s\nwant first:\n%s", text, want)
			}
			r.View(func(tx *Tx) error {
				last, err := tx.Record(11)
				e, ok := last.Event.(casefile.Repaired)
				if err != nil || !ok || e.From != keep+1 || e.To != 10 {
					t.Errorf("the last record is %+v, %v", last, err)
				}
				return nil
			})
		})
	}
}

// The last transaction's lines may be torn in any way: what is left of them is cut, and written again.
func TestTornJournalIsCutAndCaughtUp(t *testing.T) {
	for _, tt := range []struct {
		name string
		tear func(last, before []byte) []byte // the last file; it holds one transaction of two lines
	}{
		{"nothing of it", func(last, before []byte) []byte { return nil }},
		{"half of the first line", func(last, _ []byte) []byte { return last[:100] }},
		{"no line feed", func(last, _ []byte) []byte { return last[:len(last)-1] }},
		{"zeros", func(last, _ []byte) []byte { return make([]byte, len(last)) }},
		{"zeros at the start of it", func(last, _ []byte) []byte { return append(make([]byte, 50), last[50:]...) }},
		{"the first line alone", func(last, _ []byte) []byte { return last[:bytes.IndexByte(last, '\n')+1] }},
		{"zeros after the first line", func(last, _ []byte) []byte {
			return append(last[:bytes.IndexByte(last, '\n')+1], make([]byte, 700)...)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := closed(t)
			want := journalText(t, dir)
			edit(t, dir, "2027.jsonl", func(b []byte) []byte { return tt.tear(b, nil) })
			r := reopened(t, dir)
			if got := journalText(t, dir); got != want {
				t.Errorf("journal:\n%s\nwant:\n%s", got, want)
			}
			if f := r.Findings(); f.CaughtUp == 0 || f.Replayed != 0 {
				t.Errorf("findings: %+v", f)
			}
			add(t, r, start.AddDate(2, 0, 0), note("2026-00001", "goes on"))
			if got := journalText(t, dir); got != recordLines(t, r) {
				t.Errorf("afterwards the journal is\n%s", got)
			}
		})
	}
	t.Run("the file is gone", func(t *testing.T) {
		dir := closed(t)
		want := journalText(t, dir)
		must(t, os.Remove(filepath.Join(dir, "journal", "2027.jsonl")))
		reopened(t, dir)
		if got := journalText(t, dir); got != want {
			t.Errorf("journal:\n%s\nwant:\n%s", got, want)
		}
	})
}

func TestBrokenJournalIsRefused(t *testing.T) {
	swap := func(b []byte) []byte { // the two lines of the last transaction
		one, two, _ := bytes.Cut(b, []byte("\n"))
		return slices.Concat(bytes.TrimSuffix(two, []byte("\n")), []byte("\n"), one, []byte("\n"))
	}
	for _, tt := range []struct {
		name   string
		damage func(t *testing.T, dir string)
		file   string
		line   int
		text   string
	}{
		{"gone", func(t *testing.T, dir string) { must(t, os.RemoveAll(filepath.Join(dir, "journal"))) }, "journal/", 0, "应有这条记录"},
		{"its older part is gone", func(t *testing.T, dir string) { must(t, os.Remove(filepath.Join(dir, "journal", "2026.jsonl"))) }, "2027.jsonl", 0, "应有这条记录"},
		{"of another register", func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, "journal", "register.json"), []byte(`{"schema":1,"id":"OTHER"}`), 0o600))
		}, "register.json", 0, "另一个登记库"},
		{"a byte of what must be there", func(t *testing.T, dir string) {
			edit(t, dir, "2026.jsonl", func(b []byte) []byte {
				i := bytes.LastIndex(b, []byte(`"x"`))
				b[i+1] = 'y'
				return b
			})
		}, "2026.jsonl", 8, "登记库是对的"},
		{"records swapped", func(t *testing.T, dir string) { edit(t, dir, "2027.jsonl", swap) }, "2027.jsonl", 1, "断号"},
		{"ahead with a gap", func(t *testing.T, dir string) {
			lost(t, dir, 8)
			edit(t, dir, "2027.jsonl", func(b []byte) []byte { return b[bytes.IndexByte(b, '\n')+1:] })
		}, "2027.jsonl", 1, "断号"},
		{"ahead with a changed byte", func(t *testing.T, dir string) {
			lost(t, dir, 8)
			edit(t, dir, "2027.jsonl", func(b []byte) []byte { return bytes.Replace(b, []byte("2027-03-02\""), []byte("2027-03-12\""), 1) })
		}, "2027.jsonl", 2, "摘要不符"},
		{"ahead with a hole", func(t *testing.T, dir string) {
			lost(t, dir, 8)
			edit(t, dir, "2027.jsonl", func(b []byte) []byte { return append(make([]byte, 20), b[20:]...) })
		}, "2027.jsonl", 1, "登记库所没有的记录"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := closed(t)
			tt.damage(t, dir)
			before := journalText(t, dir)
			r, err := Open(dir, Options{})
			if err == nil {
				r.Close()
				t.Fatal("opened")
			}
			e, ok := errors.AsType[*BrokenJournalError](err)
			if !ok || e.Line != tt.line || !strings.HasSuffix(e.Path, tt.file) || !strings.Contains(e.Error(), tt.text) || !strings.Contains(e.Error(), "rebuild") {
				t.Errorf("error %v, %+v", err, e)
			}
			if got := journalText(t, dir); got != before {
				t.Error("a refused journal was changed")
			}
		})
	}
}

func FuzzJournal(f *testing.F) {
	dir := closed(f)
	whole := journalText(f, dir)
	f.Add([]byte(whole), uint64(10))
	f.Add([]byte(whole[:len(whole)/2]), uint64(8))
	f.Add([]byte("{\"seq\":18446744073709551615,\n\x00"), uint64(3))
	f.Fuzz(func(t *testing.T, b []byte, seq uint64) {
		path := filepath.Join(t.TempDir(), "2026.jsonl")
		must(t, os.WriteFile(path, b, 0o600))
		size := int64(0)
		must(t, eachLine([]string{path}, 0, 0, func(l line) (bool, error) {
			if l.start != size || bytes.IndexByte(l.text, '\n') >= 0 {
				t.Errorf("line at %d, want %d: %q", l.start, size, l.text)
			}
			size = l.end()
			r, err := casefile.DecodeRecord(l.text)
			l.wrong(r, err, seq, casefile.Digest{})
			number(l.text)
			return true, nil
		}))
		if size != int64(len(b)) {
			t.Errorf("lines of %d bytes, want %d", size, len(b))
		}
		if l, ok, err := findLine([]string{path}, seq); err != nil || ok && number(l.text) != seq {
			t.Errorf("found %q, %v", l.text, err)
		}
	})
}
