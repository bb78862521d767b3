package words

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
	"pgregory.net/rapid"
)

const version = 1

// Whatever is indexed, in whatever order and however often, is found as a plain map would find it.
func TestIndexIsAMap(t *testing.T) {
	db, err := bbolt.Open(filepath.Join(t.TempDir(), "db"), 0o600, &bbolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	alphabet := []string{"环境", "环", "境监", "监测", "张三", "张", "zhang", "z", "zé", "zhangsan", "17", "1", "é", "号"}
	rapid.Check(t, func(t *rapid.T) {
		want := make(map[uint64]map[string]bool)
		upto := uint64(0)
		for range rapid.IntRange(1, 6).Draw(t, "batches") {
			var batch []Document
			for range rapid.IntRange(0, 8).Draw(t, "documents") {
				w := Document{
					Doc:   rapid.OneOf(rapid.Uint64Range(1, 70), rapid.Uint64Range(segmentSize-3, segmentSize+3), rapid.Uint64Range(1, 5*segmentSize)).Draw(t, "doc"),
					Terms: rapid.SliceOfN(rapid.SampledFrom(alphabet), 0, 6).Draw(t, "terms"),
				}
				if want[w.Doc] == nil {
					want[w.Doc] = make(map[string]bool)
				} else if w.Anew = rapid.Bool().Draw(t, "anew") && !slices.ContainsFunc(batch, func(o Document) bool { return o.Doc == w.Doc }); w.Anew {
					clear(want[w.Doc])
				}
				for _, term := range w.Terms {
					want[w.Doc][term] = true
				}
				batch = append(batch, w)
			}
			err := db.Update(func(tx *bbolt.Tx) error {
				c, err := In(tx).Add(version, upto, upto+1, batch)
				return errors.Join(err, c.Put(tx))
			})
			if err != nil {
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
		err := db.View(func(tx *bbolt.Tx) error {
			for doc, err := range In(tx).Documents(terms, min(below, 6*segmentSize)) {
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
