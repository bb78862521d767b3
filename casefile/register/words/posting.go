package words

import (
	"encoding/binary"
	"iter"
	"maps"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"
)

// posting is documents of a segment, by their numbers within it.
type posting []uint16

// A group is the terms of a segment that have a head in common: for each, in order, length and bytes
// of what follows the head, length and bytes of the posting. A posting on disk is ascending numbers,
// as differences. Numbers are varints.

// head is the length of the part of a term by which its group is filed.
func head(term string) int {
	_, n := utf8.DecodeRuneInString(term)
	if n == 1 && len(term) > 1 {
		_, next := utf8.DecodeRuneInString(term[1:])
		n += next
	}
	return n
}

// fullHead reports whether terms that begin with a head all have it as their head.
func fullHead(head string) bool { return len(head) > 1 }

// terms yields a group's terms and encoded postings until something does not fit, which is an error.
func terms(b []byte) iter.Seq2[[2][]byte, error] {
	return func(yield func([2][]byte, error) bool) {
		for len(b) > 0 {
			var part [2][]byte
			for i := range part {
				n, size := binary.Uvarint(b)
				if size <= 0 || n > uint64(len(b)-size) {
					yield(part, ErrDamaged)
					return
				}
				part[i] = b[size : size+int(n)]
				b = b[size+int(n):]
			}
			if !yield(part, nil) {
				return
			}
		}
	}
}

// numbers yields a posting's documents likewise.
func numbers(b []byte) iter.Seq2[uint16, error] {
	return func(yield func(uint16, error) bool) {
		at := uint64(0)
		for first := true; len(b) > 0; first = false {
			d, size := binary.Uvarint(b)
			if size <= 0 || d >= segmentSize || at+d >= segmentSize || d == 0 && !first {
				yield(0, ErrDamaged)
				return
			}
			at += d
			if !yield(uint16(at), nil) {
				return
			}
			b = b[size:]
		}
	}
}

func readPosting(b []byte) (p posting, err error) {
	for n, err := range numbers(b) {
		if err != nil {
			return nil, err
		}
		p = append(p, n)
	}
	return p, nil
}

// encode needs no order and bears numbers that are there twice.
func (p posting) encode() (b []byte) {
	slices.Sort(p)
	last := uint16(0)
	for i, n := range p {
		if i > 0 && n == last {
			continue
		}
		b = binary.AppendUvarint(b, uint64(n-last))
		last = n
	}
	return b
}

func appendTerm(b []byte, rest string, posting []byte) []byte {
	b = append(binary.AppendUvarint(b, uint64(len(rest))), rest...)
	return append(binary.AppendUvarint(b, uint64(len(posting))), posting...)
}

// merge adds documents to a group. Terms that get none are copied as they are.
func merge(group []byte, added map[string]posting) ([]byte, error) {
	rests := slices.Sorted(maps.Keys(added))
	b := make([]byte, 0, len(group)+16*len(rests))
	for part, err := range terms(group) {
		if err != nil {
			return nil, err
		}
		have := string(part[0])
		for ; len(rests) > 0 && rests[0] < have; rests = rests[1:] {
			b = appendTerm(b, rests[0], added[rests[0]].encode())
		}
		if len(rests) == 0 || rests[0] != have {
			b = appendTerm(b, have, part[1])
			continue
		}
		docs, err := readPosting(part[1])
		if err != nil {
			return nil, err
		}
		b = appendTerm(b, have, append(docs, added[have]...).encode())
		rests = rests[1:]
	}
	for _, rest := range rests {
		b = appendTerm(b, rest, added[rest].encode())
	}
	return b, nil
}

// without takes a document out of a group and reports whether it was there.
func without(group []byte, doc uint16) (b []byte, was bool, err error) {
	for part, err := range terms(group) {
		if err != nil {
			return nil, false, err
		}
		docs, err := readPosting(part[1])
		if err != nil {
			return nil, false, err
		}
		if i := slices.Index(docs, doc); i >= 0 {
			was = true
			docs = slices.Delete(docs, i, i+1)
		}
		if len(docs) > 0 {
			b = appendTerm(b, string(part[0]), docs.encode())
		}
	}
	return b, was, nil
}

// set is documents of a segment, for intersecting.
type set [segmentSize / 64]uint64

// gather adds the documents of a group that have a term, given by what follows the head.
func (s *set) gather(b []byte, rest string, prefix bool) error {
	for part, err := range terms(b) {
		if err != nil {
			return err
		}
		if have := string(part[0]); have != rest && !(prefix && strings.HasPrefix(have, rest)) {
			continue
		}
		for n, err := range numbers(part[1]) {
			if err != nil {
				return err
			}
			s[n/64] |= 1 << (n % 64)
		}
	}
	return nil
}

// and keeps what is in both and reports whether anything is.
func (s *set) and(o *set) (some bool) {
	for i := range s {
		s[i] &= o[i]
		some = some || s[i] != 0
	}
	return some
}

func (s *set) descending() iter.Seq[uint16] {
	return func(yield func(uint16) bool) {
		for i := len(s) - 1; i >= 0; i-- {
			for word := s[i]; word != 0; {
				n := 63 - bits.LeadingZeros64(word)
				word &^= 1 << n
				if !yield(uint16(i*64 + n)) {
					return
				}
			}
		}
	}
}
