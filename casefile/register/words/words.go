// Package words is an index of what cases and mails say, for searching. It lies in a bucket of its own:
//
//	word  0x00                 version(1) seq(8): whose terms these are, and the last record they cover
//	      segment(4) head      the terms with this head, each with the documents that have it (posting.go)
//
// A document is named by the Seq of its first record: that of a case, or the 取信 of a mail without
// one. A segment is segmentSize such numbers, so that new documents change what lies together at the
// end and not the whole file. A head is the first character of a term, of ASCII the first two: a key
// for each term would take more room than all that it says.
//
// Unlike everything else that is derived, the index is written after the fact, in transactions of its
// own, because reading mails takes time that intake does not have. It may lag behind the records or be
// missing; Verify does not compare it, and searches read the records that it does not cover.
package words

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"go.etcd.io/bbolt"
)

// Bucket is the name of the index's bucket.
var Bucket = []byte("word")

var keyPosition = []byte{0}

const segmentBits, segmentSize = 14, 1 << 14

// ErrDamaged says what to do about a damaged index: it is left behind when the file is written anew, and
// made again.
var ErrDamaged = errors.New("查找用的索引有一处读不懂；停止服务后运行 ysq compact，索引会重新建立")

// Document is what a document says, or more of it.
type Document struct {
	Doc   uint64 // Seq of its first record
	Terms []string
	Anew  bool // what the index had of the document goes: it said something that was erased
}

// Term asks for documents that have a term or, with Prefix, one that begins with it.
type Term struct {
	Text   string
	Prefix bool
}

// Index is the index as a transaction sees it.
type Index struct{ bucket *bbolt.Bucket } // nil: there is none

// In returns the index of a database.
func In(tx *bbolt.Tx) Index { return Index{tx.Bucket(Bucket)} }

// Covered returns the last record whose words are in the index; 0 where there is none of this version.
func (x Index) Covered(version byte) uint64 {
	if x.bucket == nil {
		return 0
	}
	v := x.bucket.Get(keyPosition)
	if len(v) != 9 || v[0] != version {
		return 0
	}
	return binary.BigEndian.Uint64(v[1:])
}

// Documents yields those with numbers below below that have every term, newest first.
func (x Index) Documents(terms []Term, below uint64) iter.Seq2[uint64, error] {
	return func(yield func(uint64, error) bool) {
		if x.bucket == nil || below == 0 || len(terms) == 0 {
			return
		}
		for seg := (below - 1) >> segmentBits; ; seg-- {
			docs, err := x.having(seg, terms)
			if err != nil {
				yield(0, err)
				return
			}
			for n := range docs.descending() {
				if doc := seg<<segmentBits | uint64(n); doc < below && !yield(doc, nil) {
					return
				}
			}
			if seg == 0 {
				return
			}
		}
	}
}

// having is the documents of a segment that have every term.
func (x Index) having(seg uint64, terms []Term) (set, error) {
	var all set
	for i, term := range terms {
		docs, err := x.look(seg, term)
		if err != nil {
			return all, err
		}
		if i == 0 {
			all = docs
		}
		if !all.and(&docs) {
			break
		}
	}
	return all, nil
}

// look is the documents of a segment that have a term.
func (x Index) look(seg uint64, term Term) (docs set, err error) {
	n := head(term.Text)
	key := segmentKey(seg, term.Text[:n])
	if !term.Prefix || fullHead(term.Text[:n]) {
		return docs, docs.gather(x.bucket.Get(key), term.Text[n:], term.Prefix)
	}
	c := x.bucket.Cursor()
	for k, v := c.Seek(key); bytes.HasPrefix(k, key); k, v = c.Next() {
		if err := docs.gather(v, "", true); err != nil {
			return docs, err
		}
	}
	return docs, nil
}

func segmentKey(seg uint64, head string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(seg)), head...)
}

// Change is what documents change in the index.
type Change struct {
	anew   bool              // nothing of the index stays
	old    *bbolt.Bucket     // until it is made; nil: there is nothing
	groups map[string][]byte // as they are to be: by key, encoded; empty ones go
}

// Add works out what the words of the records after from, up to the record upto, change. With from 0 the
// index is begun anew; any other from must be what it covers. Most of the work is done here, where no
// writer waits for it.
func (x Index) Add(version byte, from, upto uint64, all []Document) (Change, error) {
	c := Change{anew: from == 0, groups: make(map[string][]byte)}
	if have := x.Covered(version); from != 0 && from != have {
		return c, fmt.Errorf("the index covers records up to %d, not %d", have, from)
	}
	if !c.anew {
		c.old = x.bucket
	}
	err := c.make(all)
	c.old = nil
	c.groups[string(keyPosition)] = binary.BigEndian.AppendUint64([]byte{version}, upto)
	return c, err
}

// Put writes a change into a later transaction. Nobody else may have changed the index since Add.
func (c Change) Put(tx *bbolt.Tx) error {
	if c.anew && tx.Bucket(Bucket) != nil {
		if err := tx.DeleteBucket(Bucket); err != nil {
			return err
		}
	}
	b, err := tx.CreateBucketIfNotExists(Bucket)
	if err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(c.groups)) {
		if g := c.groups[key]; len(g) > 0 {
			err = b.Put([]byte(key), g)
		} else {
			err = b.Delete([]byte(key))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Change) get(key string) []byte {
	if g, ok := c.groups[key]; ok || c.old == nil {
		return g
	}
	return c.old.Get([]byte(key))
}

func (c *Change) make(all []Document) error {
	for _, w := range all {
		if w.Anew && c.old != nil {
			if err := c.forget(w.Doc); err != nil {
				return err
			}
		}
	}
	added := make(map[string]map[string]posting) // by key, by the rest of the term
	for _, w := range all {
		for _, term := range w.Terms {
			if term == "" {
				continue
			}
			n := head(term)
			key := string(segmentKey(w.Doc>>segmentBits, term[:n]))
			if added[key] == nil {
				added[key] = make(map[string]posting)
			}
			added[key][term[n:]] = append(added[key][term[n:]], uint16(w.Doc%segmentSize))
		}
	}
	for key, more := range added {
		g, err := merge(c.get(key), more)
		if err != nil {
			return err
		}
		c.groups[key] = g
	}
	return nil
}

// forget takes a document out of every posting. All of them lie in its segment.
func (c *Change) forget(doc uint64) error {
	prefix := segmentKey(doc>>segmentBits, "")
	cur := c.old.Cursor()
	for k, _ := cur.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = cur.Next() {
		g, was, err := without(c.get(string(k)), uint16(doc%segmentSize))
		if err != nil {
			return err
		}
		if was {
			c.groups[string(k)] = g
		}
	}
	return nil
}
