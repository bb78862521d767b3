package register

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"ysq.internal/ysq/casefile/panics"
)

// sorter puts pairs of a key and a value in the order of their keys, however many there are: what does not fit its
// memory goes into sorted runs in a file, which are merged in the end. Pairs of one key keep the order in which they
// were added. The file has no name, so that a crash leaves nothing. Close it.
//
// A database whose keys come at random rewrites its pages again and again; one that is filled in the order of its keys
// writes each once.
type sorter struct {
	dir    string // of the file
	limit  int    // bytes in memory at which a run is written
	beside bool   // sort and write in a goroutine of its own

	now     *stretch
	spare   *stretch
	file    *os.File
	size    int64   // of file
	runs    []int64 // where each begins
	writing chan error
}

// defaultRun makes of a million cases, which are some 500 MB of pairs, about a hundred runs.
const defaultRun = 4 << 20

// stretch is pairs in memory.
type stretch struct {
	bytes []byte
	pairs []pairAt
}

// pairAt is a pair in the bytes of a stretch.
type pairAt struct {
	begins     uint64 // the first bytes of the key, which decide most comparisons
	at         uint32
	key, value uint32 // lengths; the value follows the key
}

const pairAtSize = 24

func (s *stretch) keyOf(p pairAt) []byte   { return s.bytes[p.at : p.at+p.key] }
func (s *stretch) valueOf(p pairAt) []byte { return s.bytes[p.at+p.key : p.at+p.key+p.value] }

func (s *stretch) sort() {
	slices.SortFunc(s.pairs, func(a, b pairAt) int {
		if c := cmp.Compare(a.begins, b.begins); c != 0 {
			return c
		}
		return cmp.Or(bytes.Compare(s.keyOf(a), s.keyOf(b)), cmp.Compare(a.at, b.at))
	})
}

// begins returns the first eight bytes of a key as a number, shorter ones filled up with zeros.
func begins(key []byte) uint64 {
	if len(key) >= 8 {
		return binary.BigEndian.Uint64(key)
	}
	var b [8]byte
	copy(b[:], key)
	return binary.BigEndian.Uint64(b[:])
}

// add takes a pair. The key begins with which, so that one sorter serves several buckets.
func (s *sorter) add(which byte, key, value []byte) error {
	if s.now == nil {
		s.now = &stretch{}
	}
	n := s.now
	at := len(n.bytes)
	n.bytes = append(append(append(n.bytes, which), key...), value...)
	k := n.bytes[at : at+1+len(key)]
	n.pairs = append(n.pairs, pairAt{begins(k), uint32(at), uint32(len(k)), uint32(len(value))})
	if len(n.bytes)+pairAtSize*len(n.pairs) < cmp.Or(s.limit, defaultRun) {
		return nil
	}
	return s.spill()
}

// spill writes what is in memory as a run.
func (s *sorter) spill() error {
	if err := s.wait(); err != nil {
		return err
	}
	if s.file == nil {
		f, err := os.CreateTemp(s.dir, "sort-*")
		if err != nil {
			return err
		}
		s.file = f
		if err := os.Remove(f.Name()); err != nil {
			return err
		}
	}
	full := s.now
	s.now, s.spare = s.spare, nil
	s.writing = make(chan error, 1)
	write := func() {
		err := panics.In(func() error { return s.write(full) })
		full.bytes, full.pairs = full.bytes[:0], full.pairs[:0]
		s.spare = full
		s.writing <- err
	}
	if s.beside {
		go write()
	} else {
		write()
	}
	return nil
}

// wait ends the writing of a run; s.spare and s.file are the caller's again.
func (s *sorter) wait() error {
	if s.writing == nil {
		return nil
	}
	err := <-s.writing
	s.writing = nil
	return err
}

func (s *sorter) write(full *stretch) error {
	full.sort()
	s.runs = append(s.runs, s.size)
	w := bufio.NewWriterSize(s.file, 1<<18)
	var head []byte
	for _, p := range full.pairs {
		head = binary.AppendUvarint(binary.AppendUvarint(head[:0], uint64(p.key)), uint64(p.value))
		w.Write(head)
		w.Write(full.bytes[p.at : p.at+p.key+p.value]) // the first error stays
		s.size += int64(len(head)) + int64(p.key+p.value)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("sorting in %s: %w", s.dir, err)
	}
	return nil
}

// close gives up what is in the file.
func (s *sorter) close() error {
	err := s.wait()
	if s.file != nil {
		err = errors.Join(err, s.file.Close())
		s.file = nil
	}
	return err
}

// merge yields pairs in the order of their keys. A key and a value are only good until the next.
type merge struct {
	runs       []*run // a heap: the first has the least key
	begun      bool
	key, value []byte
}

// run is one of the sorted parts.
type run struct {
	nth    int
	begins uint64
	key    []byte // with the byte that says which bucket
	value  []byte

	in   *bufio.Reader
	used int      // bytes of in that the pair occupies
	mem  *stretch // instead of in: what was never written
}

// merged ends the adding and returns what was added.
func (s *sorter) merged() (*merge, error) {
	if err := s.wait(); err != nil {
		return nil, err
	}
	s.spare = nil
	var all []*run
	for i, from := range s.runs {
		to := s.size
		if i+1 < len(s.runs) {
			to = s.runs[i+1]
		}
		size := int(min(to-from, 1<<16))
		all = append(all, &run{nth: i, in: bufio.NewReaderSize(io.NewSectionReader(s.file, from, to-from), size)})
	}
	if s.now != nil {
		s.now.sort()
		all = append(all, &run{nth: len(all), mem: s.now})
		s.now = nil
	}
	m := &merge{}
	for _, r := range all {
		more, err := r.next()
		if err != nil {
			return nil, err
		}
		if more {
			m.runs = append(m.runs, r)
		}
	}
	for i := len(m.runs)/2 - 1; i >= 0; i-- {
		m.sink(i)
	}
	return m, nil
}

// next reads the next pair and reports whether there is one.
func (r *run) next() (more bool, err error) {
	if r.mem != nil {
		if len(r.mem.pairs) == 0 {
			return false, nil
		}
		p := r.mem.pairs[0]
		r.mem.pairs = r.mem.pairs[1:]
		r.begins, r.key, r.value = p.begins, r.mem.keyOf(p), r.mem.valueOf(p)
		return true, nil
	}
	if _, err := r.in.Discard(r.used); err != nil {
		return false, err
	}
	r.used = 0
	head, err := r.in.Peek(2 * binary.MaxVarintLen32)
	if len(head) == 0 {
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return false, err
	}
	key, k := binary.Uvarint(head)
	value, v := binary.Uvarint(head[max(k, 0):])
	if k <= 0 || v <= 0 {
		return false, fmt.Errorf("sorting: %w", io.ErrUnexpectedEOF)
	}
	if _, err := r.in.Discard(k + v); err != nil {
		return false, err
	}
	n := int(key + value)
	pair, err := r.in.Peek(n)
	switch {
	case err == nil:
		r.used = n
	case errors.Is(err, bufio.ErrBufferFull):
		pair = make([]byte, n)
		if _, err := io.ReadFull(r.in, pair); err != nil {
			return false, fmt.Errorf("sorting: %w", err)
		}
	default:
		return false, fmt.Errorf("sorting: %w", err)
	}
	r.key, r.value = pair[:key:key], pair[key:]
	r.begins = begins(r.key)
	return true, nil
}

func (r *run) before(o *run) bool {
	if r.begins != o.begins {
		return r.begins < o.begins
	}
	c := bytes.Compare(r.key, o.key)
	return c < 0 || c == 0 && r.nth < o.nth
}

// sink moves the run at i down to its place.
func (m *merge) sink(i int) {
	for {
		least := i
		for _, c := range [2]int{2*i + 1, 2*i + 2} {
			if c < len(m.runs) && m.runs[c].before(m.runs[least]) {
				least = c
			}
		}
		if least == i {
			return
		}
		m.runs[i], m.runs[least] = m.runs[least], m.runs[i]
		i = least
	}
}

// next goes on to the next pair of a bucket and reports whether there is one.
func (m *merge) next(which byte) (bool, error) {
	if m.begun {
		more, err := m.runs[0].next()
		if err != nil {
			return false, err
		}
		if !more {
			m.runs[0] = m.runs[len(m.runs)-1]
			m.runs = m.runs[:len(m.runs)-1]
		}
		m.sink(0)
		m.begun = false
	}
	if len(m.runs) == 0 || m.runs[0].key[0] != which {
		return false, nil
	}
	m.begun = true
	m.key, m.value = m.runs[0].key[1:], m.runs[0].value
	return true, nil
}
