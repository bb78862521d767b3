package backup

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"
	"pgregory.net/rapid"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/durable/durabletest"
	"ysq.internal/ysq/casefile/register"
)

func backedUp(t *testing.T, dir, target string, o Options) Result {
	t.Helper()
	r, err := register.Open(dir, register.Options{})
	must(t, err)
	defer r.Close()
	res, err := Of(r).Make(t.Context(), target, o)
	must(t, err)
	return res
}

func TestBackupAndRestore(t *testing.T) {
	identity, err := age.GenerateX25519Identity()
	must(t, err)
	for _, recipients := range [][]string{nil, {identity.Recipient().String()}} {
		t.Run(map[bool]string{true: "plain", false: "encrypted"}[recipients == nil], func(t *testing.T) {
			dir, target := stocked(t), durabletest.Dir(t)
			must(t, os.WriteFile(filepath.Join(dir, "secret"), []byte("key"), 0o600))
			must(t, os.WriteFile(filepath.Join(dir, peopleFile), []byte("[]"), 0o600))
			want := lines(t, dir)
			conf := filepath.Join(t.TempDir(), "ysq.toml")
			must(t, os.WriteFile(conf, []byte("# configuration"), 0o600))
			templates := t.TempDir()
			must(t, os.WriteFile(filepath.Join(templates, "补正告知书.docx"), []byte("template"), 0o600))
			must(t, os.WriteFile(filepath.Join(templates, "~$正告知书.docx"), []byte("Word has it open"), 0o600))
			b := backedUp(t, dir, target, Options{Now: start.AddDate(2, 0, 0), Recipients: recipients, Config: conf, Templates: templates})
			name, ok := parseName(filepath.Base(b.Path))
			if !ok || name.String() != filepath.Base(b.Path) || !strings.HasPrefix(b.Head.String(), name.head) || b.Records != 18 || b.Mails != 4 || len(b.Missing) > 0 {
				t.Errorf("backup %+v", b)
			}
			if recipients == nil {
				if wrong, err := Verify(t.Context(), b.Path, register.Options{}, nil); err != nil || len(wrong) > 0 {
					t.Errorf("verifying the backup: %v, %v", wrong, err)
				}
			}
			o := RestoreOptions{Options: register.Options{Now: start.AddDate(3, 0, 0)}, Identities: identity.String()}
			if res, err := Drill(t.Context(), b.Path, t.TempDir(), o); err != nil || len(res.Differences) > 0 || res.LostFrom != 19 {
				t.Errorf("drill %+v, %v", res, err)
			}
			again := filepath.Join(durabletest.Dir(t), "state")
			res, err := Restore(t.Context(), b.Path, again, o)
			if err != nil || len(res.Differences) > 0 || res.Mails != 4 || res.LostFrom != 19 {
				t.Errorf("restored %+v, %v", res, err)
			}
			intact(t, again)
			r, err := register.Open(again, register.Options{})
			must(t, err)
			r.View(func(tx *register.Tx) error {
				last, err := tx.Record(19)
				e, ok := last.Event.(casefile.Restored)
				if err != nil || !ok || e.From != 19 || !strings.HasPrefix(filepath.Base(b.Path), e.Backup) || !e.Since.Equal(start.AddDate(1, 0, 1)) {
					t.Errorf("the restoration is recorded as %+v, %v", last, err)
				}
				return nil
			})
			must(t, r.Close())
			got := lines(t, again)
			if !strings.HasPrefix(got, want) {
				t.Error("the records are not those of the backup")
			}
			if _, err := os.Stat(filepath.Join(again, "secret")); (err == nil) != (recipients != nil) {
				t.Errorf("secret: %v", err)
			}
			if info, err := os.Stat(filepath.Join(again, peopleFile)); err != nil || info.Size() != 2 || info.Mode().Perm() != 0o600 {
				t.Errorf("who may come in by a browser: %v, %v", info, err)
			}
			if _, err := Restore(t.Context(), b.Path, again, o); !errors.Is(err, register.ErrExists) {
				t.Errorf("restored over a register: %v", err)
			}
		})
	}
}

// The disk with the database is lost, the one with the journal is not: nothing is lost.
func TestRestoreWithSurvivingJournal(t *testing.T) {
	dir, target := stocked(t), durabletest.Dir(t)
	b := backedUp(t, dir, target, Options{Now: start})
	r, err := register.Open(dir, register.Options{})
	must(t, err)
	late := letter(t, r, 6)
	erase(t, r, start.AddDate(1, 0, 5), "2026-00003")
	must(t, r.Close())
	erased := register.MailPath(dir, casefile.DigestOf([]byte("mail 3")))
	must(t, os.Remove(filepath.Join(dir, register.FileName)))
	must(t, os.RemoveAll(filepath.Join(dir, "mail", "0")))
	must(t, os.WriteFile(erased, []byte("mail 3"), 0o600)) // as from an old copy
	res, err := Restore(t.Context(), b.Path, dir, RestoreOptions{Options: register.Options{Now: start.AddDate(2, 0, 0)}})
	if err != nil || len(res.Differences) > 0 || res.Replayed != 3 || res.LostFrom != 0 {
		t.Errorf("restored %+v, %v", res, err)
	}
	if there, _ := durable.Exists(erased); there {
		t.Error("a mail that was erased after the backup is back")
	}
	r = opened(t, dir)
	r.View(func(tx *register.Tx) error {
		if c, err := tx.Case(late); err != nil || c.Messages != 1 {
			t.Errorf("the case after the backup: %+v, %v", c, err)
		}
		return nil
	})
}

func TestRestoreRefuses(t *testing.T) {
	dir, target := stocked(t), durabletest.Dir(t)
	b := backedUp(t, dir, target, Options{Now: start})
	t.Run("a changed database", func(t *testing.T) {
		path := filepath.Join(b.Path, register.FileName)
		raw, err := os.ReadFile(path)
		must(t, err)
		defer os.WriteFile(path, raw, 0o600)
		must(t, os.WriteFile(path, []byte(strings.Replace(string(raw), "李四", "李五", 1)), 0o600))
		if _, err := Restore(t.Context(), b.Path, t.TempDir(), RestoreOptions{}); !errors.Is(err, register.ErrDamaged) {
			t.Errorf("restored: %v", err)
		}
	})
	t.Run("another register's journal", func(t *testing.T) {
		other := stocked(t)
		must(t, os.Remove(filepath.Join(other, register.FileName)))
		_, err := Restore(t.Context(), b.Path, other, RestoreOptions{})
		if _, ok := errors.AsType[*register.BrokenJournalError](err); !ok || !strings.Contains(err.Error(), "移走") {
			t.Errorf("restored: %v", err)
		}
	})
	for name, test := range map[string]struct{ from, want string }{
		"the directory of the backups": {target, b.Path},
		"another directory":            {t.TempDir(), "不是 ysq 的备份"},
		"nothing":                      {filepath.Join(target, "nothing"), "请写 ysq backup 存下的一份备份"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Restore(t.Context(), test.from, t.TempDir(), RestoreOptions{}); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q in it", err, test.want)
			}
			if _, err := Verify(t.Context(), test.from, register.Options{}, nil); err == nil || !strings.Contains(err.Error(), "backup.json") {
				t.Errorf("verified: got %v, want backup.json in it", err)
			}
		})
	}
}

func TestBackupIsIncrementalAndRotates(t *testing.T) {
	dir, target := stocked(t), durabletest.Dir(t)
	r := opened(t, dir)
	must(t, os.Mkdir(filepath.Join(target, "something-else"), 0o700))
	must(t, os.Mkdir(filepath.Join(target, partial+backupNameOf(r)), 0o700))
	var names []string
	for day := range 5 {
		res, err := Of(r).Make(t.Context(), target, Options{Now: start.AddDate(0, 0, day), Keep: Retention{Days: 2}})
		must(t, err)
		names = append(names, filepath.Base(res.Path))
		if want := min(day, 1) * 4; res.Linked != want {
			t.Errorf("day %d: %d mails linked, want %d", day, res.Linked, want)
		}
		if day >= 2 && !slices.Equal(res.Removed, names[day-2:day-1]) {
			t.Errorf("day %d removed %v", day, res.Removed)
		}
	}
	var left []string
	entries, err := os.ReadDir(target)
	must(t, err)
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if want := append([]string{"something-else"}, names[3:]...); !slices.Equal(left, want) {
		t.Errorf("left %v, want %v", left, want)
	}
	// An encrypted one for another place, in the same second, makes room for its own kind alone.
	id, err := age.GenerateX25519Identity()
	must(t, err)
	res, err := Of(r).Make(t.Context(), target, Options{Now: start.AddDate(0, 0, 4), Keep: Retention{Days: 1}, Recipients: []string{id.Recipient().String()}})
	must(t, err)
	if _, err := os.Stat(res.Path); err != nil || len(res.Removed) > 0 || res.Plain != 2 {
		t.Errorf("encrypted, removed %v, beside %d plain ones, %v", res.Removed, res.Plain, err)
	}
	last := filepath.Join(target, names[4])
	wrong, err := Verify(t.Context(), last, register.Options{}, nil)
	if err != nil || len(wrong) > 0 {
		t.Errorf("verifying the last: %v, %v", wrong, err)
	}
	// A backup is what its backup.json says, byte for byte.
	database := filepath.Join(last, register.FileName)
	raw, err := os.ReadFile(database)
	must(t, err)
	must(t, os.WriteFile(database, append(raw, 'x'), 0o600))
	if wrong, err = Verify(t.Context(), last, register.Options{}, nil); err != nil || len(wrong) != 1 || wrong[0].Key != register.FileName {
		t.Errorf("a longer database: %v, %v", wrong, err)
	}
	must(t, os.WriteFile(database, raw, 0o600))
	must(t, os.Remove(filepath.Join(last, "backup.json")))
	if wrong, err = Verify(t.Context(), last, register.Options{}, nil); err != nil || len(wrong) != 1 || wrong[0].Key != "backup.json" {
		t.Errorf("without backup.json: %v, %v", wrong, err)
	}
}

// Every part of a name is compared with the backup under it; a name that somebody made up proves nothing.
func TestNames(t *testing.T) {
	m := Manifest{Register: register.Meta{ID: "ABCDEFGHIJ"}, Taken: start, Records: 7, Head: casefile.Digest{0xab}}
	right := nameOf(m.Register, m.Taken, m.Records, m.Head, false)
	for what, change := range map[string]func(*name){
		"register": func(n *name) { n.register = "ABCDEFGA" },
		"time":     func(n *name) { n.taken = n.taken.Add(time.Second) },
		"records":  func(n *name) { n.seq++ },
		"digest":   func(n *name) { n.head = strings.Repeat("0", 32) },
	} {
		n := right
		change(&n)
		if got := misnamed(n.String(), m); len(got) != 1 || !strings.Contains(got[0].What, n.words()) || !strings.Contains(got[0].What, right.words()) {
			t.Errorf("another %s: %v", what, got)
		}
	}
	sealed := right
	sealed.encrypted = true
	for name, want := range map[string]struct {
		witnessed bool
		found     int
	}{
		right.String(): {true, 0}, sealed.String(): {true, 0}, "old-" + right.String(): {true, 0}, right.String() + ".bak": {true, 0}, "2026年底": {false, 0}, "ysq-backup": {false, 0},
		strings.TrimSuffix(right.String(), "0"): {true, 1}, right.String() + "0": {true, 1}, strings.ToUpper(right.String()): {false, 0},
		strings.Replace(right.String(), "-ab", "-AB", 1): {true, 1}, "old-" + strings.Replace(right.String(), "-ab", "-bb", 1): {true, 1},
	} {
		if got := misnamed(name, m); len(got) != want.found || Witnessed(filepath.Join("/mnt", name)) != want.witnessed {
			t.Errorf("%s: %v, witnessed %v", name, got, Witnessed(name))
		}
	}
}

func backupNameOf(r *register.Register) string {
	return nameOf(r.Meta(), start, 1, casefile.Digest{1}, false).String()
}

func TestBackupRefusesTargets(t *testing.T) {
	r := opened(t, stocked(t))
	inside := filepath.Join(r.Dir(), "backups")
	must(t, os.Mkdir(inside, 0o700))
	link := filepath.Join(t.TempDir(), "link")
	must(t, os.Symlink(inside, link))
	for _, target := range []string{inside, r.Dir(), link, filepath.Join(t.TempDir(), "unmounted"), filepath.Join(r.Dir(), register.FileName)} {
		if res, err := Of(r).Make(t.Context(), target, Options{Now: start}); err == nil {
			t.Errorf("a backup at %s", res.Path)
		}
	}
	if _, err := Of(r).Make(t.Context(), t.TempDir(), Options{Recipients: []string{"age1nonsense"}}); err == nil {
		t.Error("a backup to a nonsensical key")
	}
}

// A target that hangs stops the backup and nothing else.
func TestHangingTargetStallsNobody(t *testing.T) {
	dir := stocked(t)
	hangs, release := make(chan struct{}), make(chan struct{})
	var first sync.Once
	target := durabletest.Dir(t)
	r, err := register.Open(dir, register.Options{Intercept: func(op durable.Op, path string, do func() error) error {
		if op == durable.OpWrite && strings.HasPrefix(path, target) {
			first.Do(func() { close(hangs) })
			<-release
		}
		return do()
	}})
	must(t, err)
	defer r.Close()
	all := Of(r)
	done := make(chan error, 1)
	go func() {
		_, err := all.Make(t.Context(), target, Options{Now: start})
		done <- err
	}()
	<-hangs
	for n := range 3 {
		letter(t, r, 10+n)
	}
	if _, err := all.Make(t.Context(), target, Options{Now: start}); !errors.Is(err, ErrRuns) {
		t.Errorf("a second backup beside it: %v", err)
	}
	close(release)
	must(t, <-done)
	intactOf(t, r)
}

func TestRetention(t *testing.T) {
	for _, bad := range []string{"", "14", "d", "0d", "x,12m", "14d;12m"} {
		if r, err := ParseRetention(bad); err == nil {
			t.Errorf("%q is read as %+v", bad, r)
		}
	}
	if r, err := ParseRetention("14d, 12m"); err != nil || r != (Retention{14, 12}) {
		t.Errorf("got %+v, %v", r, err)
	}
	rapid.Check(t, func(t *rapid.T) {
		r := Retention{rapid.IntRange(0, 20).Draw(t, "days"), rapid.IntRange(0, 14).Draw(t, "months")}
		var all []name
		for _, hours := range rapid.SliceOfNDistinct(rapid.IntRange(0, 20000), 1, 60, func(n int) int { return n }).Draw(t, "hours") {
			all = append(all, name{taken: start.Add(time.Duration(hours) * time.Hour)})
		}
		gone := r.expired(all)
		days, months := map[civil.Date]bool{}, map[string]bool{}
		newest := all[0].taken
		for _, n := range all {
			if n.taken.After(newest) {
				newest = n.taken
			}
			if !slices.Contains(gone, n) {
				days[civil.Of(n.taken)], months[n.taken.Format("2006-01")] = true, true
			}
		}
		if slices.ContainsFunc(gone, func(n name) bool { return n.taken.Equal(newest) }) {
			t.Fatal("the newest would be removed")
		}
		if r == (Retention{}) && len(gone) > 0 {
			t.Fatal("removed without a rule")
		}
		// What is removed would again be removed, and what stays, stays.
		left := slices.DeleteFunc(slices.Clone(all), func(n name) bool { return slices.Contains(gone, n) })
		if again := r.expired(left); len(again) > 0 {
			t.Fatalf("a second rotation removes %v", again)
		}
		if len(left) > r.Days+r.Months+1 && r != (Retention{}) {
			t.Fatalf("%d stay for %+v", len(left), r)
		}
	})
}

// A key that is none, or of another backup, is told from a file that is damaged, cut off or no backup at all.
func TestSealedRefuses(t *testing.T) {
	dir, target := stocked(t), durabletest.Dir(t)
	own, err := age.GenerateX25519Identity()
	must(t, err)
	other, err := age.GenerateX25519Identity()
	must(t, err)
	b := backedUp(t, dir, target, Options{Now: start, Recipients: []string{own.Recipient().String()}})
	whole, err := os.ReadFile(b.Path)
	must(t, err)
	flipped := bytes.Clone(whole)
	flipped[len(flipped)-20] ^= 1
	for name, test := range map[string]struct {
		file      []byte
		key, want string
	}{
		"no key":       {whole, "", "请用 --age-identity 指明"},
		"a public key": {whole, own.Recipient().String(), "AGE-SECRET-KEY-1 开头的一行"},
		"another key":  {whole, other.String(), "不是为这把私钥加密的"},
		"cut off":      {whole[:len(whole)/2], own.String(), "备份不完整或已损坏"},
		"damaged":      {flipped, own.String(), "备份不完整或已损坏"},
		"a text":       {[]byte("x\n"), own.String(), "不是 age 加密的备份"},
	} {
		path := filepath.Join(t.TempDir(), "b.tar.age")
		must(t, os.WriteFile(path, test.file, 0o600))
		to := t.TempDir()
		if _, err := Restore(t.Context(), path, to, RestoreOptions{Identities: test.key}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q in it", name, err, test.want)
		}
		if there, _ := durable.Exists(filepath.Join(to, register.FileName)); there {
			t.Errorf("%s: something was restored", name)
		}
	}
	if _, err := sealFor([]string{"age1x"}); err == nil || !strings.Contains(err.Error(), "age1 开头的一整行") {
		t.Errorf("a broken public key: %v", err)
	}
}
