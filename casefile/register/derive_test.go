package register

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/durable/durabletest"
)

// Append derives record by record, Verify and Rebuild all at once and in the order of keys. Whatever the records are, and
// however they follow upon each other, the three say the same: here mails of few digests and UIDs, taken again and again,
// with the files, voidings and erasures that speak of the same bytes, on cases that are merged into each other.
func TestDerivedAtOnceOrOneByOne(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 0))
			dir := durabletest.Dir(t)
			_, err := Create(dir, start)
			must(t, err)
			r, err := Open(dir, Options{})
			must(t, err)
			must(t, r.Update(start, func(tx *Tx) error {
				for n := range uint64(150) {
					id, event := anything(random, n)
					at := civil.Of(start.Add(time.Duration(n) * 24 * time.Hour))
					if _, err := tx.Append("x", casefile.Draft{Case: id, On: at, Event: event}); err != nil {
						return err
					}
				}
				return nil
			}))
			want := stateOf(t, r)
			for _, l := range []limits{{}, crowded, {run: 200, recent: 1}} {
				r.limits = l
				for _, wrong := range proven(t, r) {
					t.Errorf("with %+v: %v", l, wrong)
				}
			}
			must(t, r.Close())
			_, err = Rebuild(t.Context(), dir, Options{Now: start, limits: crowded}, nil)
			must(t, err)
			sameState(t, state(t, dir), want)
		})
	}
}

// What the files of a proof cannot take is no fault of a record: the proof says that it could not be carried out, and accuses
// nothing.
func TestVerifyWithoutRoom(t *testing.T) {
	r := opened(t)
	take(t, r, "a", 1)
	s, err := r.Snapshot(t.Context(), "", nil)
	must(t, err)
	path := filepath.Join(t.TempDir(), FileName)
	must(t, create(path, r.meta))
	again, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second})
	must(t, err)
	v := &verifier{verifying: verifying{ctx: t.Context(), s: s, live: r}}
	nowhere := prepare(filepath.Join(path, "takes nothing"), Options{limits: limits{run: 1}})
	m := (&maker{r: nowhere, into: again, from: s.reg.db}).begun()
	must(t, s.View(func(tx *Tx) error {
		if _, err := v.chain(tx, m); !errors.Is(err, syscall.ENOTDIR) || len(v.found) > 0 {
			t.Errorf("%v, and %v is found", err, v.found)
		}
		return m.end()
	}))
	must(t, errors.Join(again.Close(), s.Close()))
}

// anything is an event of a register with few of everything, and the case on which it is recorded.
func anything(random *rand.Rand, n uint64) (casefile.ID, casefile.Event) {
	digest := func() casefile.Digest { return casefile.DigestOf([]byte{byte(random.IntN(4))}) }
	files := func() (all []casefile.File) {
		for range random.IntN(3) {
			all = append(all, casefile.File{Digest: digest(), Name: "扫描件.pdf"})
		}
		return all
	}
	letter := func() casefile.Letter {
		return casefile.Letter{Digest: digest(), MessageID: fmt.Sprintf("%d@example.test", random.IntN(4)),
			From: casefile.Address{Name: "张三", Mail: fmt.Sprintf("Zhang%d@example.test", random.IntN(3))}}
	}
	id := casefile.NewID(2026, 1+random.IntN(5))
	suggestions := []casefile.Suggestion{{Case: casefile.NewID(2026, 1+random.IntN(5)), Reason: "同一申请人"}, {Case: id, Reason: "同一申请人"}}
	switch random.IntN(11) {
	case 0, 1, 2:
		e := casefile.MessageTaken{Account: "office", Folder: []string{"INBOX", "垃圾邮件"}[random.IntN(2)], UIDValidity: 1, UID: uint32(random.IntN(4)),
			ArrivedAt: start, Letter: letter(), Disposition: casefile.ToCase, Case: id}
		switch random.IntN(4) {
		case 0:
			e.Disposition, e.Case, e.Guess, e.Suggestions = casefile.Parked, "", casefile.GuessReminder, suggestions
		case 1:
			e.Disposition, e.Case, e.CopyOf = casefile.Duplicate, "", digest()
		case 2:
			e.Disposition, e.Case, e.Letter = casefile.Quarantined, "", casefile.Letter{}
		}
		return "", e
	case 3:
		return id, casefile.Received{Channel: casefile.Email, ArrivedAt: start, Letter: letter(), Guess: casefile.GuessReminder, Suggestions: suggestions}
	case 4:
		return id, casefile.MessageIn{ArrivedAt: start, Letter: letter()}
	case 5:
		return id, casefile.Attached{Files: files(), Letter: letter()}
	case 6:
		return id, casefile.Detached{Digest: digest(), Reason: "误附"}
	case 7:
		return id, casefile.Voided{Seq: 1 + random.Uint64N(n+1), Reason: "误录"}
	case 8:
		return id, casefile.Erased{Digests: []casefile.Digest{digest(), {}, digest()}, Reason: "期满"}
	case 9:
		return id, casefile.Registered{As: casefile.Application, Applicant: fmt.Sprint("张", random.IntN(3)), Column: casefile.Natural, Request: "预算"}
	default:
		return id, casefile.Merged{Into: casefile.NewID(2026, 1+random.IntN(6))}
	}
}
