package register

import (
	"bytes"
	"context"
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
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/durable/durabletest"
)

// stocked makes a register as an office has it: mails with their bytes, cases at several stages, a
// note of another year, an archived case whose mail is gone. It is closed.
func stocked(t testing.TB) string {
	t.Helper()
	dir := durabletest.Dir(t)
	_, err := Create(dir, start)
	must(t, err)
	r, err := Open(dir, Options{})
	must(t, err)
	for i := range 5 {
		letter(t, r, i+1)
	}
	work(t, r)
	must(t, r.Close())
	return dir
}

// letter takes a mail with its bytes as a case of its own.
func letter(t testing.TB, r *Register, n int) casefile.ID {
	t.Helper()
	name := fmt.Sprintf("mail %d", n)
	d := casefile.DigestOf([]byte(name))
	must(t, os.MkdirAll(filepath.Dir(MailPath(r.dir, d)), 0o700))
	must(t, os.WriteFile(MailPath(r.dir, d), []byte(name), 0o600))
	return take(t, r, name, uint32(n))
}

func work(t testing.TB, r *Register) {
	t.Helper()
	on := func(id casefile.ID, e casefile.Event) casefile.Draft {
		return casefile.Draft{Case: id, On: civil.Of(start), Event: e}
	}
	add(t, r, start.Add(time.Hour),
		on("2026-00001", casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "预算"}),
		on("2026-00001", casefile.Replied{Outcome: casefile.Disclosed, Basis: "36-2-provide"}),
		on("2026-00001", casefile.Dispatched{Way: casefile.ByEmail}),
		on("2026-00001", casefile.Archived{}),
		on("2026-00002", casefile.Registered{As: casefile.Application, Applicant: "李四", Column: casefile.Business}),
		on("2026-00003", casefile.Dismissed{Reason: "广告"}))
	add(t, r, start.AddDate(1, 0, 0), on("2026-00002", casefile.Noted{Text: "次年"}))
	erase(t, r, start.AddDate(1, 0, 1), "2026-00001")
}

// erase lets go what a case holds, as the daemon does: the record first.
func erase(t testing.TB, r *Register, now time.Time, id casefile.ID) {
	t.Helper()
	must(t, r.Update(now, func(tx *Tx) error {
		all, err := tx.Holdings(id)
		if err != nil {
			return err
		}
		_, err = tx.Append("王五(1001)", casefile.Draft{Case: id, On: civil.Of(now), Event: casefile.Erased{Digests: all, Reason: "期满"}})
		return err
	}))
	must(t, r.View(func(tx *Tx) error {
		return tx.EachErased(func(d casefile.Digest) error { return os.RemoveAll(MailPath(r.dir, d)) })
	}))
}

// state is everything that a register says: each bucket but meta, key by key.
func state(t testing.TB, dir string) string {
	t.Helper()
	r, err := Open(dir, Options{})
	must(t, err)
	defer r.Close()
	return stateOf(t, r)
}

func stateOf(t testing.TB, r *Register) string {
	t.Helper()
	var b strings.Builder
	must(t, r.db.View(func(tx *bbolt.Tx) error {
		for _, name := range append([][]byte{bucketRecord}, derived...) {
			fmt.Fprintf(&b, "== %s\n", name)
			if err := tx.Bucket(name).ForEach(func(k, v []byte) error { fmt.Fprintf(&b, "%q %q\n", k, v); return nil }); err != nil {
				return err
			}
		}
		return nil
	}))
	return b.String()
}

func sameState(t testing.TB, got, want string) {
	t.Helper()
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Fatalf("line %d of the register's content:\n%s\nwant:\n%s", i, g[i], w[i])
		}
	}
	if len(g) != len(w) {
		t.Fatalf("%d lines of content, want %d", len(g), len(w))
	}
}

// intact verifies a closed register, mails included.
func intact(t testing.TB, dir string) {
	t.Helper()
	r, err := Open(dir, Options{})
	must(t, err)
	defer r.Close()
	intactOf(t, r)
}

func intactOf(t testing.TB, r *Register) {
	t.Helper()
	differences, err := r.Verify(context.Background(), nil)
	if err != nil || len(differences) > 0 {
		t.Fatalf("verify: %v, %v", differences, err)
	}
}

func TestRebuildGivesTheSame(t *testing.T) {
	for _, tt := range []struct {
		name   string
		damage func(t *testing.T, path string)
	}{
		{"undamaged", func(*testing.T, string) {}},
		{"gone", func(t *testing.T, path string) { must(t, os.Remove(path)) }},
		{"empty", func(t *testing.T, path string) { must(t, os.Truncate(path, 0)) }},
		{"garbage", func(t *testing.T, path string) {
			must(t, os.WriteFile(path, bytes.Repeat([]byte("garbage "), 20000), 0o600))
		}},
		{"cut short", func(t *testing.T, path string) { must(t, os.Truncate(path, 28<<10)) }},
		{"of an older state", func(t *testing.T, path string) { lost(t, filepath.Dir(path), 7) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := stocked(t)
			want := state(t, dir)
			tt.damage(t, filepath.Join(dir, FileName))
			m, err := Rebuild(t.Context(), dir, Options{Now: start.AddDate(2, 0, 0), limits: crowded}, nil)
			must(t, err)
			if tt.name == "of an older state" { // opening it first recorded a repair
				want = state(t, dir)
			}
			sameState(t, state(t, dir), want)
			intact(t, dir)
			if m.Cases != 5 || m.Mails != 5 || m.Open != 3 || (m.Kept == "") != (tt.name == "gone") {
				t.Errorf("made %+v", m)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "*.new")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// What is rebuilt from a journal larger than any buffer is the same, too.
func TestRebuildLarge(t *testing.T) {
	dir := stocked(t)
	r, err := Open(dir, Options{})
	must(t, err)
	for range 20 {
		var drafts []casefile.Draft
		for n := range 30 {
			drafts = append(drafts, note("2026-00002", strings.Repeat("长", 300*n)))
		}
		add(t, r, start.AddDate(1, 0, 0), drafts...)
	}
	add(t, r, start.AddDate(1, 0, 0), note("2026-00003", strings.Repeat("很长的一行", 20000)))
	must(t, r.Close())
	want := state(t, dir)
	must(t, os.Remove(filepath.Join(dir, FileName)))
	_, err = Rebuild(t.Context(), dir, Options{}, nil)
	must(t, err)
	sameState(t, state(t, dir), want)
	intact(t, dir)
	w, err := RebuildJournal(t.Context(), dir, Options{}, nil)
	if err != nil || w.Records != 619 {
		t.Errorf("rewritten %+v, %v", w, err)
	}
	intact(t, dir)
}

func TestRebuildRefuses(t *testing.T) {
	dir := stocked(t)
	must(t, os.Remove(filepath.Join(dir, FileName)))
	edit(t, dir, "2026.jsonl", func(b []byte) []byte { return bytes.Replace(b, []byte("预算"), []byte("决算"), 1) })
	_, err := Rebuild(t.Context(), dir, Options{}, nil)
	if e, ok := errors.AsType[*BrokenJournalError](err); !ok || e.Line != 12 {
		t.Errorf("a journal with a changed line: %v", err)
	}
	must(t, os.RemoveAll(filepath.Join(dir, "journal")))
	if _, err := Rebuild(t.Context(), dir, Options{}, nil); err == nil {
		t.Error("rebuilt from nothing")
	}
	if there, _ := durable.Exists(filepath.Join(dir, FileName)); there {
		t.Error("a refused rebuilding left a register")
	}
}

func TestRebuildJournal(t *testing.T) {
	for _, tt := range []struct {
		name   string
		damage func(t *testing.T, dir string)
	}{
		{"gone", func(t *testing.T, dir string) { must(t, os.RemoveAll(filepath.Join(dir, "journal"))) }},
		{"a changed line", func(t *testing.T, dir string) {
			edit(t, dir, "2026.jsonl", func(b []byte) []byte { return bytes.Replace(b, []byte("预算"), []byte("决算"), 1) })
		}},
		{"half", func(t *testing.T, dir string) {
			edit(t, dir, "2026.jsonl", func(b []byte) []byte { return b[:len(b)/2] })
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := stocked(t)
			want := journalText(t, dir)
			wantState := state(t, dir)
			tt.damage(t, dir)
			w, err := RebuildJournal(t.Context(), dir, Options{Now: start}, nil)
			must(t, err)
			if got := journalText(t, dir); got != want || w.Records != 18 || w.Beyond != 0 {
				t.Errorf("rewritten %+v:\n%s\nwant:\n%s", w, got, want)
			}
			sameState(t, state(t, dir), wantState)
			intact(t, dir)
		})
	}
}

func TestCompact(t *testing.T) {
	dir := stocked(t)
	r, err := Open(dir, Options{})
	must(t, err)
	must(t, r.db.Update(func(tx *bbolt.Tx) error { // room that nothing uses any more
		b, err := tx.CreateBucket([]byte("x"))
		if err != nil {
			return err
		}
		return b.Put([]byte("x"), make([]byte, 1<<20))
	}))
	must(t, r.db.Update(func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("x")) }))
	must(t, r.Close())
	want := state(t, dir)
	m, err := Compact(t.Context(), dir, Options{Now: start}, nil)
	must(t, err)
	if m.Is >= m.Was-1<<19 || m.Records != 18 {
		t.Errorf("made %+v", m)
	}
	sameState(t, state(t, dir), want)
	intact(t, dir)
}

// An earlier format is brought to the present one; its file is kept.
func TestMigrate(t *testing.T) {
	dir := stocked(t)
	want := state(t, dir)
	r, err := Open(dir, Options{})
	must(t, err)
	must(t, r.db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{bucketErased, bucketAddr} { // buckets that came later
			if err := tx.DeleteBucket(name); err != nil {
				return err
			}
		}
		return tx.Bucket(bucketMeta).Put(keyMeta, fmt.Appendf(nil, `{"schema":0,"id":%q,"inception":"2026-03-02T09:00:00+08:00"}`, r.meta.ID))
	}))
	must(t, r.Close())
	if _, err := VerifyDir(t.Context(), dir, Options{}, nil); !errors.Is(err, ErrOlder) {
		t.Errorf("verifying an older file: %v", err)
	}
	before, err := os.ReadFile(filepath.Join(dir, FileName))
	must(t, err)
	if _, err := Open(dir, Options{Now: start}); !errors.Is(err, ErrOlder) {
		t.Errorf("opening an older file without leave to migrate: %v", err)
	}
	if after, err := os.ReadFile(filepath.Join(dir, FileName)); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the older file was changed: %v", err)
	}
	r, err = Open(dir, Options{Now: start, Migrate: true})
	must(t, err)
	if f := r.Findings(); !f.Migrated || r.Meta().Schema != Schema {
		t.Errorf("findings %+v, %+v", f, r.Meta())
	} else if there, _ := durable.Exists(f.Kept); !there {
		t.Errorf("the old file is not at %s", f.Kept)
	}
	must(t, r.Close())
	sameState(t, state(t, dir), want)
	intact(t, dir)
}

func TestErasure(t *testing.T) {
	dir := stocked(t)
	r, err := Open(dir, Options{})
	must(t, err)
	defer r.Close()
	gone := casefile.DigestOf([]byte("mail 1"))
	shared := casefile.DigestOf([]byte("mail 4"))
	if !r.Erased(gone) || r.Erased(shared) {
		t.Fatal("erased what it should not, or not what it should")
	}
	intactOf(t, r)
	// A mail of two cases goes when the second lets go.
	add(t, r, start.AddDate(1, 0, 2), casefile.Draft{Case: "2026-00005", On: civil.Of(start), Event: casefile.MessageIn{Letter: casefile.Letter{Digest: shared}}})
	erase(t, r, start.AddDate(1, 0, 3), "2026-00004")
	if r.Erased(shared) {
		t.Error("the bytes are gone although another case holds them")
	}
	intactOf(t, r)
	erase(t, r, start.AddDate(1, 0, 4), "2026-00005")
	if !r.Erased(shared) || !r.Erased(casefile.DigestOf([]byte("mail 5"))) {
		t.Error("the last case let go and the bytes stay")
	}
	intactOf(t, r)
	// Back from somewhere: verify says so.
	must(t, os.WriteFile(MailPath(dir, gone), []byte("mail 1"), 0o600))
	differences, err := r.Verify(t.Context(), nil)
	if err != nil || len(differences) != 1 || !strings.Contains(differences[0].What, "已销毁") {
		t.Errorf("an erased mail is back: %v, %v", differences, err)
	}
}

func TestVerifyFindsWrongMails(t *testing.T) {
	dir := stocked(t)
	must(t, os.Remove(MailPath(dir, casefile.DigestOf([]byte("mail 2")))))
	must(t, os.WriteFile(MailPath(dir, casefile.DigestOf([]byte("mail 3"))), []byte("mail x"), 0o600))
	stranger, waiting := casefile.DigestOf([]byte("stranger")), casefile.DigestOf([]byte("waiting"))
	for _, d := range []casefile.Digest{stranger, waiting} {
		must(t, os.MkdirAll(filepath.Dir(MailPath(dir, d)), 0o700))
		must(t, os.WriteFile(MailPath(dir, d), []byte("x"), 0o600))
	}
	must(t, os.WriteFile(filepath.Join(dir, "mail", "manifest.jsonl"), []byte(`{"digest":"`+waiting.String()+`"}`+"\n"), 0o600))
	r, err := Open(dir, Options{})
	must(t, err)
	defer r.Close()
	differences, err := r.Verify(t.Context(), nil)
	must(t, err)
	var got []string
	for _, d := range differences {
		if d.Place != "mail" || d.Do == "" {
			t.Errorf("%+v", d)
		}
		got = append(got, d.Key[:4]+" "+d.What)
	}
	slices.Sort(got)
	want := []string{
		casefile.DigestOf([]byte("mail 2")).String()[:4] + " 文件不在",
		casefile.DigestOf([]byte("mail 3")).String()[:4] + " 内容与摘要不符",
		stranger.String()[:4] + " 没有任何记录提到这个文件",
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("differences %q, want %q", got, want)
	}
}
