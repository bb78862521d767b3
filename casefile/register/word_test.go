package register

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

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

// Whatever is indexed, in whatever order and however often, is found as a plain map would find it.
func TestIndexIsAMap(t *testing.T) {
	r := opened(t)
	alphabet := []string{"环境", "环", "境监", "监测", "张三", "张", "zhang", "z", "zé", "zhangsan", "17", "1", "é", "号"}
	rapid.Check(t, func(t *rapid.T) {
		want := make(map[uint64]map[string]bool)
		upto := uint64(0)
		for range rapid.IntRange(1, 6).Draw(t, "batches") {
			var batch []Words
			for range rapid.IntRange(0, 8).Draw(t, "documents") {
				w := Words{
					Doc:   rapid.OneOf(rapid.Uint64Range(1, 70), rapid.Uint64Range(segmentSize-3, segmentSize+3), rapid.Uint64Range(1, 5*segmentSize)).Draw(t, "doc"),
					Terms: rapid.SliceOfN(rapid.SampledFrom(alphabet), 0, 6).Draw(t, "terms"),
				}
				if want[w.Doc] == nil {
					want[w.Doc] = make(map[string]bool)
				} else if w.Anew = rapid.Bool().Draw(t, "anew") && !slices.ContainsFunc(batch, func(o Words) bool { return o.Doc == w.Doc }); w.Anew {
					clear(want[w.Doc])
				}
				for _, term := range w.Terms {
					want[w.Doc][term] = true
				}
				batch = append(batch, w)
			}
			if err := r.Index(version, upto, upto+1, batch); err != nil {
				t.Fatal(err)
			}
			upto++
		}
		terms := make([]Term, rapid.IntRange(1, 3).Draw(t, "asked"))
		for i := range terms {
			terms[i] = Term{rapid.SampledFrom(alphabet).Draw(t, "term"), rapid.Bool().Draw(t, "prefix")}
		}
		below := rapid.OneOf(rapid.Just(uint64(1)<<40), rapid.Uint64Range(0, 3*segmentSize)).Draw(t, "below")
		var expected []uint64
		for doc, has := range want {
			all := doc < below
			for _, term := range terms {
				some := false
				for h := range has {
					some = some || h == term.Text || term.Prefix && strings.HasPrefix(h, term.Text)
				}
				all = all && some
			}
			if all {
				expected = append(expected, doc)
			}
		}
		slices.Sort(expected)
		slices.Reverse(expected)
		var got []uint64
		err := r.View(func(tx *Tx) error {
			for doc, err := range tx.Documents(terms, min(below, 6*segmentSize)) {
				if err != nil {
					return err
				}
				got = append(got, doc)
			}
			return nil
		})
		if err != nil || !slices.Equal(got, expected) {
			t.Fatalf("%v below %d: %v, %v, want %v", terms, below, got, err, expected)
		}
	})
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

// Bytes that are no group are an error, never a panic; to those that are one, a document can be added
// and is there, and taken away and is not.
func FuzzGroup(f *testing.F) {
	f.Add([]byte{}, "", uint16(0))
	whole, err := merge(nil, map[string]posting{"境": {segmentSize - 1, 5, 5}, "": {0}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole, "境", uint16(5))
	f.Add([]byte{0x80}, "a", uint16(1))
	f.Add([]byte{1, 'a', 3, 0xff, 0xff, 0x7f}, "b", uint16(1))
	f.Add([]byte{0, 4, 0xff, 0x7f, 0xff, 0x7f}, "", uint16(1))
	f.Fuzz(func(t *testing.T, b []byte, rest string, doc uint16) {
		doc %= segmentSize
		var before, after, gone set
		err := before.gather(b, "", true)
		_, _, err2 := without(b, doc)
		if (err == nil) != (err2 == nil) || err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatalf("gather: %v, without: %v", err, err2)
		}
		if err != nil {
			return
		}
		more, err := merge(b, map[string]posting{rest: {doc, doc}})
		if err != nil {
			t.Fatal(err)
		}
		less, was, err := without(more, doc)
		if err := errors.Join(err, after.gather(more, rest, false), gone.gather(less, "", true)); err != nil {
			t.Fatal(err)
		}
		has := func(s set) bool { return s[doc/64]&(1<<(doc%64)) != 0 }
		if !has(after) || !was || has(gone) {
			t.Fatalf("%d of %q: added %v, there %v, there when taken away %v", doc, rest, has(after), was, has(gone))
		}
		gone[doc/64] |= before[doc/64] & (1 << (doc % 64))
		if gone != before {
			t.Fatal("other documents came or went")
		}
	})
}
