package register

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/durable/durabletest"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, civil.Zone)

// opened returns a fresh register that is verified when the test ends.
func opened(t testing.TB) *Register {
	t.Helper()
	dir := t.TempDir()
	if _, err := Create(dir, start); err != nil {
		t.Fatal(err)
	}
	return reopened(t, dir)
}

func reopened(t testing.TB, dir string) *Register {
	t.Helper()
	r, err := Open(dir, Options{Command: Serve, limits: crowded})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if wrong := proven(t, r); len(wrong) > 0 {
			t.Errorf("verify at the end: %v", wrong)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// proven verifies a register. Mails without bytes are no difference to tests that record mails which
// never came.
func proven(t testing.TB, r *Register) []Difference {
	t.Helper()
	all, err := r.Verify(context.WithoutCancel(t.Context()), nil)
	if err != nil {
		t.Fatalf("verify: %v", err)
	}
	return slices.DeleteFunc(all, func(d Difference) bool { return d.Place == "mail" && d.What == "文件不在" })
}

func mail(name string, n uint32) (casefile.MessageTaken, casefile.Received) {
	letter := casefile.Letter{
		Digest: casefile.DigestOf([]byte(name)), MessageID: name + "@example.test",
		From: casefile.Address{Name: "张三", Mail: "zhangsan@example.test"}, Subject: "政府信息公开申请 " + name,
	}
	taken := casefile.MessageTaken{
		Account: "office", Folder: "INBOX", UIDValidity: 1, UID: 1392611444 + n, ArrivedAt: start, Size: 1000,
		Letter: letter, Disposition: casefile.ToCase,
	}
	return taken, casefile.Received{Channel: casefile.Email, ArrivedAt: start, Letter: letter}
}

// take records a mail as a new case and returns its number.
func take(t testing.TB, r *Register, name string, n uint32) (id casefile.ID) {
	t.Helper()
	err := r.Update(start, func(tx *Tx) error {
		id = tx.NextID(2026)
		taken, received := mail(name, n)
		taken.Case = id
		_, err := tx.Append("mailbox",
			casefile.Draft{On: civil.Of(start), Event: taken},
			casefile.Draft{Case: id, On: civil.Of(start), Event: received})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func add(t testing.TB, r *Register, now time.Time, drafts ...casefile.Draft) []casefile.Record {
	t.Helper()
	var records []casefile.Record
	err := r.Update(now, func(tx *Tx) (err error) { records, err = tx.Append("李四(1000)", drafts...); return err })
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// Numbers of six digits lie among those of five: none is given twice.
func TestNumbersAboveFiveDigits(t *testing.T) {
	r := opened(t)
	for _, id := range []casefile.ID{"2026-99998", "2026-99999", "2026-100000", "2026-100001", "2026-100002", "2026-100003", "2026-100004", "2026-100005"} {
		_, received := mail(string(id), 1)
		err := r.Update(start, func(tx *Tx) error {
			if next := tx.NextID(2026); id != "2026-99998" && next != id {
				t.Errorf("the next number is %s, want %s", next, id)
			}
			_, err := tx.Append("mailbox", casefile.Draft{Case: id, On: civil.Of(start), Event: received})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestMailBecomesCase(t *testing.T) {
	r := opened(t)
	first, second := take(t, r, "a", 1), take(t, r, "b", 2)
	if first != "2026-00001" || second != "2026-00002" {
		t.Fatalf("numbers = %s, %s", first, second)
	}
	err := r.View(func(tx *Tx) error {
		c, err := tx.Case(first)
		if err != nil {
			return err
		}
		if c.Stage != casefile.StageReceived || c.Applicant != "张三" || c.Strict.Due != civil.MustParse("2026-03-30") || c.Messages != 1 {
			t.Errorf("case = %+v", c)
		}
		if got, err := tx.CasesByMessageID("b@example.test"); err != nil || !slices.Equal(got, []casefile.ID{second}) {
			t.Errorf("by Message-ID: %v", got)
		}
		digest := casefile.DigestOf([]byte("a"))
		about, err := tx.About(digest)
		if err != nil || len(about) != 2 {
			t.Errorf("about the mail: %v, %v", about, err)
		}
		if got := tx.DigestsWith(digest[:3], -1, 9); len(got) != 1 {
			t.Errorf("by prefix: %v", got)
		}
		if n := tx.CountMails(casefile.ToCase); n != 2 {
			t.Errorf("mails in cases = %d", n)
		}
		_, err = tx.Case("2026-09999")
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("unknown case: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOwed(t *testing.T) {
	r := opened(t)
	take(t, r, "a", 1)
	take(t, r, "b", 3)
	quarantined := casefile.MessageTaken{Account: "office", Folder: "INBOX", UIDValidity: 1, UID: 1392611444 + 5,
		Disposition: casefile.Quarantined, Tries: 3, Retry: start.Add(time.Hour)}
	add(t, r, start, casefile.Draft{On: civil.Of(start), Event: quarantined})
	for _, tt := range []struct {
		name     string
		folder   string
		validity uint64
		now      time.Time
		want     []uint32
	}{
		{"unknown ones", "INBOX", 1, start, []uint32{1392611444, 1392611446}},
		{"quarantine is due", "INBOX", 1, start.Add(time.Hour), []uint32{1392611444, 1392611446, 1392611449}},
		{"another validity", "INBOX", 2, start, []uint32{1392611444, 1392611445, 1392611446, 1392611447, 1392611449}},
		{"another folder", "INBOX/x", 1, start, []uint32{1392611444, 1392611445, 1392611446, 1392611447, 1392611449}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []uint32
			err := r.View(func(tx *Tx) (err error) {
				got, err = tx.Owed("office", tt.folder, tt.validity, []uint32{1392611444, 1392611445, 1392611446, 1392611447, 1392611449}, tt.now)
				return err
			})
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("owed = %v, %v; want %v", got, err, tt.want)
			}
		})
	}
	// Taken after all: the entry leaves quarantine and nothing is owed for it.
	taken, _ := mail("late", 5)
	taken.Disposition = casefile.Parked
	add(t, r, start.Add(2*time.Hour), casefile.Draft{On: civil.Of(start), Event: taken})
	r.View(func(tx *Tx) error {
		if q, p := tx.CountMails(casefile.Quarantined), tx.CountMails(casefile.Parked); q != 0 || p != 1 {
			t.Errorf("quarantined %d, parked %d; want 0, 1", q, p)
		}
		return nil
	})
}

// Time never runs backwards, and no two transactions share an instant: what one person recorded at one instant is taken back
// together. The records of one transaction share theirs, also in an empty register.
func TestTimeNeverRunsBackwards(t *testing.T) {
	r := opened(t)
	var got []time.Duration
	for n, now := range []time.Duration{0, 0, time.Hour, -24 * time.Hour, time.Hour + time.Minute, time.Hour + time.Minute + time.Microsecond} {
		err := r.Update(start.Add(now), func(tx *Tx) error {
			for i := range 2 {
				taken, _ := mail(fmt.Sprint(n, i), uint32(10*n+i))
				taken.Disposition = casefile.Parked
				records, err := tx.Append("x", casefile.Draft{On: civil.Of(start), Event: taken})
				if err != nil {
					return err
				}
				got = append(got, records[0].Recorded.Sub(start))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var want []time.Duration
	for _, at := range []time.Duration{0, time.Millisecond, time.Hour, time.Hour + time.Millisecond, time.Hour + time.Minute, time.Hour + time.Minute + time.Millisecond} {
		want = append(want, at, at)
	}
	if !slices.Equal(got, want) {
		t.Errorf("recorded at %v\nwant        %v", got, want)
	}
}

func TestUpdateLeavesNoTraceOnError(t *testing.T) {
	r := opened(t)
	take(t, r, "a", 1)
	boom := errors.New("boom")
	err := r.Update(start, func(tx *Tx) error {
		if _, err := tx.Append("x", casefile.Draft{Case: "2026-00001", On: civil.Of(start), Event: casefile.Noted{Text: "lost"}}); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	r.View(func(tx *Tx) error {
		if seq, _ := tx.Head(); seq != 2 {
			t.Errorf("head = %d, want 2", seq)
		}
		return nil
	})
}

func TestReopenKeepsEverything(t *testing.T) {
	dir := t.TempDir()
	if _, err := Create(dir, start); err != nil {
		t.Fatal(err)
	}
	r, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	id := take(t, r, "a", 1)
	var before casefile.Case
	r.View(func(tx *Tx) (err error) { before, err = tx.Case(id); return err })
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	again := reopened(t, dir)
	again.View(func(tx *Tx) error {
		after, err := tx.Case(id)
		if diff := cmp.Diff(before, after, cmp.AllowUnexported(casefile.Case{})); diff != "" || err != nil {
			t.Errorf("after reopening (-before +after), %v:\n%s", err, diff)
		}
		return nil
	})
}

func TestSecondOpenIsRefused(t *testing.T) {
	dir := t.TempDir()
	if _, err := Create(dir, start); err != nil {
		t.Fatal(err)
	}
	r, err := Open(dir, Options{Command: "ysq serve"})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	_, err = Open(dir, Options{})
	held, ok := errors.AsType[*HeldError](err)
	if !ok || held.PID != os.Getpid() || held.Command != "ysq serve" {
		t.Errorf("second open: %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, tt := range []struct {
		name   string
		damage func(t *testing.T, path string)
		want   error
	}{
		{"missing", func(t *testing.T, path string) { must(t, os.Remove(path)) }, ErrMissing},
		{"empty", func(t *testing.T, path string) { must(t, os.Truncate(path, 0)) }, ErrDamaged},
		{"text", func(t *testing.T, path string) {
			must(t, os.WriteFile(path, []byte(strings.Repeat("text\n", 10000)), 0o600))
		}, ErrDamaged},
		{"half", func(t *testing.T, path string) {
			info, err := os.Stat(path)
			must(t, err)
			must(t, os.Truncate(path, info.Size()/4))
		}, ErrDamaged},
		{"foreign", func(t *testing.T, path string) {
			must(t, os.Remove(path))
			db, err := bbolt.Open(path, 0o600, nil)
			must(t, err)
			must(t, db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("other")); return err }))
			must(t, db.Close())
		}, ErrForeign},
		{"newer", func(t *testing.T, path string) {
			db, err := bbolt.Open(path, 0o600, nil)
			must(t, err)
			b, err := json.Marshal(Meta{Schema: Schema + 1, ID: "x", Inception: start})
			must(t, err)
			must(t, db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(bucketMeta).Put(keyMeta, b) }))
			must(t, db.Close())
		}, ErrNewer},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			_, err := Create(dir, start)
			must(t, err)
			tt.damage(t, filepath.Join(dir, FileName))
			if r, err := Open(dir, Options{}); !errors.Is(err, tt.want) {
				if err == nil {
					r.Close()
				}
				t.Errorf("Open: %v, want %v", err, tt.want)
			}
		})
	}
}

// A file that is moved away or replaced under a running register is not written to: what was answered
// would be where nobody looks, and another process could write to the one that is there.
func TestDisplacedFileIsNotWritten(t *testing.T) {
	for _, name := range []string{FileName, "journal/2026.jsonl", "journal/2027.jsonl"} {
		for _, written := range []bool{false, true} { // by this process
			t.Run(fmt.Sprint(name, " ", written), func(t *testing.T) {
				r := reopened(t, closed(t))
				id := casefile.ID("2026-00001")
				path := filepath.Join(r.dir, name)
				write := func() error {
					return r.Update(start.AddDate(1, 0, 0), func(tx *Tx) error { _, err := tx.Append("李四(1000)", note(id, "x")); return err })
				}
				refused := func(how string) {
					t.Helper()
					if err := r.InPlace(); !errors.Is(err, ErrDisplaced) {
						t.Errorf("%s, it is found in place: %v", how, err)
					}
					before := recordLines(t, r)
					if err := write(); !errors.Is(err, ErrDisplaced) || !errors.Is(r.Health().Err, ErrDisplaced) || !strings.Contains(err.Error(), path) {
						t.Errorf("%s: %v, health %+v", how, err, r.Health())
					}
					if recordLines(t, r) != before {
						t.Errorf("%s, something is recorded", how)
					}
				}
				if written {
					must(t, write())
				}
				must(t, r.InPlace())
				raw, err := os.ReadFile(path)
				must(t, err)
				must(t, os.Rename(path, path+".moved"))
				refused("moved away")
				must(t, os.WriteFile(path, raw, 0o600))
				refused("replaced")
				must(t, os.Rename(path+".moved", path))
				if name != FileName {
					must(t, os.Truncate(path, int64(len(raw)-1)))
					refused("cut")
					must(t, os.WriteFile(path, append(raw, "{}\n"...), 0o600))
					refused("added to")
					must(t, os.WriteFile(path, raw, 0o600))
				}
				must(t, write())
				if err := errors.Join(r.Health().Err, r.InPlace()); err != nil {
					t.Errorf("put back: %v", err)
				}
			})
		}
	}
}

// A journal that is taken away between the check and the writing is noticed after it: the record is in the
// database, and in the journal as soon as its file is back.
func TestJournalTakenAwayWhileWriting(t *testing.T) {
	dir := closed(t)
	path := filepath.Join(dir, JournalDir, "2027.jsonl")
	taken := false
	r, err := Open(dir, Options{Intercept: func(op durable.Op, at string, do func() error) error {
		if op == durable.OpSync && at == path && !taken {
			taken = true
			must(t, os.Rename(path, path+".moved"))
		}
		return do()
	}})
	must(t, err)
	defer r.Close()
	write := func() error {
		return r.Update(start.AddDate(1, 0, 0), func(tx *Tx) error {
			_, err := tx.Append("李四(1000)", note("2026-00001", "x"))
			return err
		})
	}
	err = write()
	if e, ok := errors.AsType[*JournalError](err); !ok || !e.Committed || !errors.Is(err, ErrDisplaced) {
		t.Errorf("taken away: %v", err)
	}
	if err := write(); !errors.Is(err, ErrDisplaced) {
		t.Errorf("still away: %v", err)
	}
	must(t, os.Rename(path+".moved", path))
	must(t, write())
	if journalText(t, dir) != recordLines(t, r) {
		t.Errorf("journal:\n%s\nrecords:\n%s", journalText(t, dir), recordLines(t, r))
	}
}

func TestCreateNeverOverwrites(t *testing.T) {
	r := opened(t)
	_, err := Create(r.dir, start)
	if _, held := errors.AsType[*HeldError](err); !held {
		t.Errorf("under a running register: %v", err)
	}
	dir := t.TempDir()
	_, err = Create(dir, start)
	must(t, err)
	if _, err := Create(dir, start); !errors.Is(err, ErrExists) {
		t.Errorf("second create: %v, want ErrExists", err)
	}
	r, err = Open(dir, Options{})
	must(t, err)
	must(t, r.Close())
	must(t, os.Remove(filepath.Join(dir, FileName)))
	if _, err := Create(dir, start); !errors.Is(err, ErrExists) || !strings.Contains(err.Error(), "ysq rebuild") {
		t.Errorf("beside the journal of a lost register: %v", err)
	}
}

func TestVerifyFindsDamage(t *testing.T) {
	for _, tt := range []struct {
		name   string
		damage func(tx *bbolt.Tx) error
		bucket string
	}{
		{"a record's byte", func(tx *bbolt.Tx) error {
			b := tx.Bucket(bucketRecord)
			line := slices.Clone(b.Get(be64(1)))
			return b.Put(be64(1), []byte(strings.Replace(string(line), "office", "oFfice", 1)))
		}, "record"},
		{"a projection", func(tx *bbolt.Tx) error {
			b := tx.Bucket(bucketCase)
			v := slices.Clone(b.Get([]byte("2026-00001")))
			v[2]++
			return b.Put([]byte("2026-00001"), v)
		}, "case"},
		{"an open case forgotten", func(tx *bbolt.Tx) error { return tx.Bucket(bucketOpen).Delete([]byte("2026-00001")) }, "open"},
		{"an index entry too many", func(tx *bbolt.Tx) error { return tx.Bucket(bucketMsgID).Put([]byte("x\x002026-00001"), nil) }, "msgid"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			_, err := Create(dir, start)
			must(t, err)
			r, err := Open(dir, Options{})
			must(t, err)
			defer r.Close()
			take(t, r, "a", 1)
			take(t, r, "b", 2)
			must(t, r.db.Update(tt.damage))
			got, err := r.Verify(t.Context(), nil)
			must(t, err)
			if !slices.ContainsFunc(got, func(d Difference) bool { return d.Place == tt.bucket }) {
				t.Errorf("differences = %v, want one in %s", got, tt.bucket)
			}
		})
	}
}

// A proof that is broken off, as when the daemon stops, says so, accuses nothing and leaves nothing behind.
func TestVerifyBrokenOff(t *testing.T) {
	r := opened(t)
	take(t, r, "a", 1)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := r.Verify(ctx, nil); !errors.Is(err, context.Canceled) || errors.Is(err, ErrDamaged) {
		t.Errorf("verify: %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(r.dir, "snapshot-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A projection written and read is the same, whatever it holds.
func TestProjectionRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := rapid.Map(rapid.Int32Range(0, 40000), func(n int32) civil.Date { return civil.Date(n) })
		text := rapid.String()
		c := casefile.Case{ID: "2026-00001", Kind: casefile.Application, Stage: casefile.StageHandling,
			Channel: casefile.Email, Column: casefile.Business, Outcome: casefile.Partial, Tally: casefile.Disclosed,
			Messages: rapid.IntRange(0, 65535).Draw(t, "messages"), CountedIn: 2026, Undelivered: rapid.Bool().Draw(t, "undelivered"), Returned: casefile.Returned(rapid.IntRange(0, 63).Draw(t, "returned")),
			Addresses: rapid.SliceOfN(text, 1, 4).Draw(t, "addresses"),
		}
		c.ArrivedAt = time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, "arrived")).In(civil.Zone)
		for _, d := range days(&c) {
			*d = day.Draw(t, "day")
		}
		for _, s := range texts(&c) {
			*s = text.Draw(t, "text")
		}
		c.Strict.Provisional, c.Legal.Waiting = true, casefile.WaitFee
		seqs := rapid.SliceOfDistinct(rapid.Uint64(), func(n uint64) uint64 { return n }).Draw(t, "seqs")
		slices.Sort(seqs)
		got, gotSeqs, err := decodeProjection([]byte(c.ID), encodeProjection(c, seqs))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c, got, cmp.AllowUnexported(casefile.Case{})); diff != "" {
			t.Errorf("(-wrote +read):\n%s", diff)
		}
		if !slices.Equal(seqs, gotSeqs) {
			t.Errorf("seqs %v, want %v", gotSeqs, seqs)
		}
	})
}

func FuzzDecodeProjection(f *testing.F) {
	f.Add(encodeProjection(casefile.Case{Subject: "x", Addresses: []string{"a"}}, []uint64{1, 5}))
	f.Fuzz(func(t *testing.T, b []byte) { decodeProjection([]byte("x"), b) })
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A transaction that reads and writes several cases in turn sees each as it stands: the history that it keeps
// from the last question is that of its case alone.
func TestHistoriesInOneTransaction(t *testing.T) {
	r := opened(t)
	first, second := take(t, r, "a", 1), take(t, r, "b", 2)
	must(t, r.Update(start, func(tx *Tx) error {
		for i, id := range []casefile.ID{first, second, second, first, second} {
			before, err := tx.History(id)
			if err != nil {
				return err
			}
			records, err := tx.Append("李四(1000)", casefile.Draft{Case: id, On: civil.Of(start), Event: casefile.Noted{Text: fmt.Sprint(i)}})
			if err != nil {
				return err
			}
			before = append(before, records...)
			after, err := tx.History(id)
			if err != nil {
				return err
			}
			if !reflect.DeepEqual(after, before) {
				t.Errorf("%d: %s has %+v, want %+v", i, id, after, before)
			}
			after[0].Case = "another" // what a caller does to its copy is its own affair
		}
		if again, err := tx.History(first); err != nil || len(again) != 3 || again[0].Case != first {
			t.Errorf("%+v, %v", again, err)
		}
		return nil
	}))
	if wrong := proven(t, r); len(wrong) > 0 {
		t.Error(wrong)
	}
}

// Whatever is merged, parted, put in and taken out, in whatever order and even in a circle: what was derived
// on the way is what the records give anew.
func TestMergedCasesInAnyOrder(t *testing.T) {
	for seed := range uint64(20) {
		dice := rand.New(rand.NewPCG(seed, 1))
		dir := durabletest.Dir(t)
		_, err := Create(dir, start)
		must(t, err)
		r, err := Open(dir, Options{})
		must(t, err)
		ids := []casefile.ID{"2026-00099"} // which there is not
		for i := range 4 {
			ids = append(ids, take(t, r, fmt.Sprint("mail ", i), uint32(i+1)))
		}
		for step := range 25 {
			id := ids[1+dice.IntN(4)]
			name := fmt.Sprint("mail ", dice.IntN(6))
			letter := casefile.Letter{Digest: casefile.DigestOf([]byte(name)), MessageID: name, From: casefile.Address{Mail: name + "@example.test"}}
			var e casefile.Event
			switch dice.IntN(6) {
			case 0, 1:
				e = casefile.Merged{Into: ids[dice.IntN(len(ids))], Reason: "x"}
			case 2:
				e = casefile.MessageIn{Letter: letter}
			case 3:
				e = casefile.Attached{Letter: letter, Files: []casefile.File{{Digest: casefile.DigestOf([]byte("file " + name))}}}
			case 4:
				e = casefile.Detached{Digest: letter.Digest, Reason: "x"}
			case 5:
				var history []casefile.Record
				must(t, r.View(func(tx *Tx) (err error) { history, err = tx.History(id); return err }))
				e = casefile.Voided{Seq: history[dice.IntN(len(history))].Seq, Reason: "x"}
			}
			add(t, r, start.Add(time.Duration(step)*time.Minute), casefile.Draft{Case: id, On: civil.Of(start).Add(dice.IntN(4)), Event: e})
		}
		if wrong := proven(t, r); len(wrong) > 0 {
			t.Errorf("seed %d: it does not verify: %v", seed, wrong)
		}
		must(t, r.Close())
	}
}
