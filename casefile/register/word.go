package register

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"

	"go.etcd.io/bbolt"

	"ysq.internal/ysq/casefile"
)

// The bucket word is an index of what cases and mails say, for searching:
//
//	0x00                 version(1) seq(8): whose terms these are, and the last record they cover
//	segment(4) head      the terms with this head, each with the documents that have it (posting.go)
//
// A document is named by the Seq of its first record: that of a case, or the 取信 of a mail without
// one. A segment is segmentSize such numbers, so that new documents change what lies together at the
// end and not the whole file. A head is the first character of a term, of ASCII the first two: a key
// for each term would take more room than all that it says.
//
// Unlike everything else that is derived, the index is written after the fact, in transactions of its
// own, for to read mails takes time that intake does not have. It may lag behind the records or be
// missing; Verify does not compare it, and whoever asks it looks at the rest by himself (Indexed).
var (
	bucketWord  = []byte("word")
	keyPosition = []byte{0}
)

const segmentBits, segmentSize = 14, 1 << 14

// Words are terms of one document.
type Words struct {
	Doc   uint64 // Seq of its first record
	Terms []string
	Anew  bool // what the index had of the document goes: it said something that was erased
}

// Term asks for documents that have a term or, with Prefix, one that begins with it.
type Term struct {
	Text   string
	Prefix bool
}

// Indexed returns the last record whose words are in the index; 0 where there is none of this version.
func (t *Tx) Indexed(version byte) uint64 {
	b := t.bucket(bucketWord)
	if b == nil {
		return 0
	}
	v := b.Get(keyPosition)
	if len(v) != 9 || v[0] != version {
		return 0
	}
	return binary.BigEndian.Uint64(v[1:])
}

// Document returns the number by which the index knows a case.
func (t *Tx) Document(id casefile.ID) (uint64, error) {
	v := t.bucket(bucketCase).Get([]byte(id))
	if v == nil {
		return 0, fmt.Errorf("%s：%w", id, ErrNotFound)
	}
	_, seqs, err := decodeProjection([]byte(id), v)
	if err != nil || len(seqs) == 0 {
		return 0, fmt.Errorf("case %s: %w", id, errProjection)
	}
	return seqs[0], nil
}

// Index adds the words of the records after from, up to the record upto. It is one transaction, apart
// from those of the records: after a crash the index is as it was before or after. With from 0 it is
// begun anew; any other from must be what Indexed says. Only one goroutine may index.
func (r *Register) Index(version byte, from, upto uint64, all []Words) error {
	c := changes{}
	err := r.View(func(t *Tx) error { // the work is done here, where no writer waits for it
		if have := t.Indexed(version); from != 0 && from != have {
			return fmt.Errorf("the index covers records up to %d, not %d", have, from)
		}
		if from != 0 {
			c.old = t.bucket(bucketWord)
		}
		return c.make(all)
	})
	if err != nil {
		return fmt.Errorf("indexing words: %w", err)
	}
	c.groups[string(keyPosition)] = append([]byte{version}, be64(upto)...)
	err = r.commit(func(tx *bbolt.Tx) error {
		if from == 0 && tx.Bucket(bucketWord) != nil {
			if err := tx.DeleteBucket(bucketWord); err != nil {
				return err
			}
		}
		b, err := tx.CreateBucketIfNotExists(bucketWord)
		if err != nil {
			return err
		}
		return c.put(b)
	})
	if err != nil {
		return fmt.Errorf("indexing words: %w", err)
	}
	return nil
}

// changes are groups as they are to be: by key, encoded; empty ones go.
type changes struct {
	old    *bbolt.Bucket // nil: there is nothing
	groups map[string][]byte
}

func (c *changes) get(key string) []byte {
	if g, ok := c.groups[key]; ok || c.old == nil {
		return g
	}
	return c.old.Get([]byte(key))
}

func (c *changes) put(b *bbolt.Bucket) error {
	for _, key := range slices.Sorted(maps.Keys(c.groups)) {
		var err error
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

func (c *changes) make(all []Words) error {
	c.groups = make(map[string][]byte)
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
func (c *changes) forget(doc uint64) error {
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

// Documents yields those with numbers below below that have every term, newest first.
func (t *Tx) Documents(terms []Term, below uint64) iter.Seq2[uint64, error] {
	return func(yield func(uint64, error) bool) {
		b := t.bucket(bucketWord)
		if b == nil || below == 0 || len(terms) == 0 {
			return
		}
		for seg := (below - 1) >> segmentBits; ; seg-- {
			docs, err := having(b, seg, terms)
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
func having(b *bbolt.Bucket, seg uint64, terms []Term) (set, error) {
	var all set
	for i, term := range terms {
		var docs set
		if err := docs.look(b, seg, term); err != nil {
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

func segmentKey(seg uint64, head string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(seg)), head...)
}

// look adds the documents of a segment that have a term.
func (s *set) look(b *bbolt.Bucket, seg uint64, term Term) error {
	n := head(term.Text)
	key := segmentKey(seg, term.Text[:n])
	if !term.Prefix || fullHead(term.Text[:n]) {
		return s.gather(b.Get(key), term.Text[n:], term.Prefix)
	}
	c := b.Cursor()
	for k, v := c.Seek(key); bytes.HasPrefix(k, key); k, v = c.Next() {
		if err := s.gather(v, "", true); err != nil {
			return err
		}
	}
	return nil
}

// Grown returns a channel that receives at once, and then after transactions that may have added records:
// at least once after the last of them. It is made for one who works through the records in the
// background; each listener calls it once and has a channel of its own until the register is closed.
func (r *Register) Grown() <-chan struct{} { return r.grown.listen() }

// nudge tells its listeners that there may be something to do. It never waits for them. The zero value
// is ready.
type nudge struct {
	mu   sync.Mutex
	each []chan struct{}
}

func (n *nudge) listen() <-chan struct{} {
	c := make(chan struct{}, 1)
	c <- struct{}{}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.each = append(n.each, c)
	return c
}

func (n *nudge) give() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range n.each {
		select {
		case c <- struct{}{}:
		default: // it lies there already
		}
	}
}
