package register

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"ysq.internal/ysq/casefile/durable"
)

const version = 1

func index(t testing.TB, r *Register, from, upto uint64, all ...Words) {
	t.Helper()
	if err := r.Index(version, from, upto, all); err != nil {
		t.Fatal(err)
	}
}

func documents(t testing.TB, r *Register, below uint64, terms ...Term) (found []uint64) {
	t.Helper()
	err := r.View(func(tx *Tx) error {
		for doc, err := range tx.Documents(terms, below) {
			if err != nil {
				return err
			}
			found = append(found, doc)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func indexed(t testing.TB, r *Register, version byte) (seq uint64) {
	t.Helper()
	if err := r.View(func(tx *Tx) error { seq = tx.Indexed(version); return nil }); err != nil {
		t.Fatal(err)
	}
	return seq
}

func TestIndexPosition(t *testing.T) {
	r := opened(t)
	if got := indexed(t, r, version); got != 0 {
		t.Errorf("position of no index: %d", got)
	}
	index(t, r, 0, 5, Words{Doc: 1, Terms: []string{"环境"}})
	if err := r.Index(version, 4, 9, nil); err == nil {
		t.Error("an index was continued from where it does not end")
	}
	index(t, r, 5, 9, Words{Doc: 3, Terms: []string{"环境"}})
	if got := documents(t, r, 100, Term{Text: "环境"}); !slices.Equal(got, []uint64{3, 1}) {
		t.Errorf("found %v", got)
	}
	if got := indexed(t, r, version); got != 9 {
		t.Errorf("position %d, want 9", got)
	}
	// The words of another program version are no answer, and cannot be continued.
	if got := indexed(t, r, version+1); got != 0 {
		t.Errorf("position of another version: %d", got)
	}
	if err := r.Index(version+1, 9, 10, nil); err == nil {
		t.Error("the index of another version was continued")
	}
	if err := r.Index(version+1, 0, 2, nil); err != nil {
		t.Fatal(err)
	}
	if got := documents(t, r, 100, Term{Text: "环境"}); got != nil {
		t.Errorf("begun anew, it still has %v", got)
	}
}

// A crash between two batches, or within one, leaves the index as it was before or after it; what it
// covers is what it says.
func TestIndexSurvivesFailure(t *testing.T) {
	for _, effect := range []bool{false, true} {
		t.Run(fmt.Sprint("committed ", effect), func(t *testing.T) {
			dir := t.TempDir()
			if _, err := Create(dir, start); err != nil {
				t.Fatal(err)
			}
			broken := errors.New("power cut")
			fail := false
			r, err := Open(dir, Options{Command: Serve, Intercept: func(op durable.Op, _ string, do func() error) error {
				if !fail || op != durable.OpCommit {
					return do()
				}
				if effect {
					return errors.Join(do(), broken)
				}
				return broken
			}})
			if err != nil {
				t.Fatal(err)
			}
			index(t, r, 0, 2, Words{Doc: 1, Terms: []string{"环境"}})
			fail = true
			if err := r.Index(version, 2, 4, []Words{{Doc: 3, Terms: []string{"环境"}}}); !errors.Is(err, broken) {
				t.Errorf("error %v, want %v", err, broken)
			}
			if err := r.Health().Err; err != nil {
				t.Errorf("the register is unwell because of its index: %v", err)
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			r = reopened(t, dir)
			want, docs := uint64(2), []uint64{1}
			if effect {
				want, docs = 4, []uint64{3, 1}
			}
			if got := indexed(t, r, version); got != want {
				t.Errorf("position %d, want %d", got, want)
			}
			if got := documents(t, r, 100, Term{Text: "环境"}); !slices.Equal(got, docs) {
				t.Errorf("found %v, want %v", got, docs)
			}
		})
	}
}

// Records and index stand apart: recording writes no word, and a register with an index proves as
// well as one without (opened verifies it in the end).
func TestRecordingWritesNoWord(t *testing.T) {
	r := opened(t)
	grown := r.Grown()
	<-grown // to begin with
	id := take(t, r, "a", 1)
	if got := indexed(t, r, version); got != 0 {
		t.Errorf("recording indexed up to %d", got)
	}
	select {
	case <-grown:
	default:
		t.Error("nobody was told that records came")
	}
	var doc uint64
	err := r.View(func(tx *Tx) (err error) { doc, err = tx.Document(id); return err })
	if err != nil || doc != 2 { // 1 is the book's entry
		t.Errorf("document %d, %v, want 2", doc, err)
	}
	index(t, r, 0, 2, Words{Doc: doc, Terms: []string{"申请"}})
	err = r.View(func(tx *Tx) error { _, err := tx.Document("2026-00099"); return err })
	if !errors.Is(err, ErrNotFound) {
		t.Errorf("document of no case: %v", err)
	}
}
