package parse

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"io"

	"ysq.internal/ysq/casefile"
)

// tap takes note of decoded bytes: how many, their digest, and a copy where CopyPart wants one.
type tap struct {
	w     *walker
	index int
	size  int64
	hash  hash.Hash // nil under Limits.Undigested
	dst   io.Writer
	head  []byte // what noteOf looks at
	tail  lastBytes
}

func newTap(w *walker, index int) *tap {
	t := &tap{w: w, index: index}
	if !w.limits.Undigested {
		t.hash = sha256.New()
	}
	if w.target == index {
		t.dst = w.dst
	}
	return t
}

func (t *tap) write(b []byte) {
	t.size += int64(len(b))
	if room := headSize - len(t.head); room > 0 {
		t.head = append(t.head, b[:min(room, len(b))]...)
	}
	t.tail.write(b)
	if t.hash != nil {
		t.hash.Write(b)
	}
	if t.dst != nil {
		if _, err := t.dst.Write(b); err != nil {
			t.w.copyErr, t.dst = err, nil
		}
	}
}

func (t *tap) sum(p *casefile.Part) {
	p.Size = t.size
	if t.hash != nil {
		t.hash.Sum(p.Digest[:0])
	}
	if t.w.target == p.Index {
		t.w.done = true
	}
}

// tapReader is a source as io.Reader whose bytes pass a tap.
type tapReader struct {
	src  source
	tap  *tap
	rest []byte
}

func (r *tapReader) Read(b []byte) (int, error) {
	for len(r.rest) == 0 {
		chunk, err := r.src.chunk()
		if err != nil {
			return 0, err
		}
		r.tap.write(chunk)
		r.rest = chunk
	}
	n := copy(b, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// joinedSource is bytes that were read already, then the rest.
type joinedSource struct {
	first []byte
	rest  source
}

func (s *joinedSource) chunk() ([]byte, error) {
	if b := s.first; len(b) > 0 {
		s.first = nil
		return b, nil
	}
	return s.rest.chunk()
}

// begins reads ahead: the first bytes of src, n of them at least if there are so many, and a source that
// begins with them again.
func begins(src source, n int) ([]byte, source) {
	first, err := src.chunk() // nearly always it is long enough
	for err == nil && len(first) < n {
		first = bytes.Clone(first) // a chunk is valid until the next
		var more []byte
		if more, err = src.chunk(); err == nil {
			first = append(first, more...)
		}
	}
	return first, &joinedSource{first, src}
}

// headSource is a source of which no more than about left bytes are wanted.
type headSource struct {
	src  source
	left int
}

func (s *headSource) chunk() ([]byte, error) {
	if s.left <= 0 {
		return nil, io.EOF
	}
	b, err := s.src.chunk()
	s.left -= len(b)
	return b, err
}

// bytesSource is bytes that are already there.
type bytesSource struct{ b []byte }

func (s *bytesSource) chunk() ([]byte, error) {
	b := s.b
	if s.b = nil; len(b) == 0 {
		return nil, io.EOF
	}
	return b, nil
}
