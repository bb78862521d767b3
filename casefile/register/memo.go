package register

import (
	"bytes"
	"iter"
	"sync"

	"ysq.internal/ysq/casefile"
)

// Memo keeps values that a reader computed from cases, and computes them again only for cases that have changed. A value
// is kept with the bytes of the projection that it was computed from, so it stays right whatever transaction asks,
// also one that is rolled back. The zero Memo is empty. Several readers may use it at once.
type Memo[T any] struct {
	mu   sync.Mutex
	kept map[casefile.ID]memoed[T]
}

type memoed[T any] struct {
	projection []byte
	made       T
}

// Newest yields the values of the latest cases, from the highest number down, at most as many as most says. The memo never
// holds more than twice that many: when it is full it starts again from nothing.
func (m *Memo[T]) Newest(t *Tx, most int, made func(casefile.Case) T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		c := t.bucket(bucketCase).Cursor()
		n := 0
		for k, v := c.Last(); k != nil && n < most; k, v = c.Prev() {
			n++
			if one, err := m.of(k, v, 2*most, made); !yield(one, err) || err != nil {
				return
			}
		}
	}
}

func (m *Memo[T]) of(id, projection []byte, most int, made func(casefile.Case) T) (one T, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if k, ok := m.kept[casefile.ID(id)]; ok && bytes.Equal(k.projection, projection) {
		return k.made, nil
	}
	c, _, err := decodeProjection(id, projection)
	if err != nil {
		return one, err
	}
	if m.kept == nil || len(m.kept) >= most {
		m.kept = make(map[casefile.ID]memoed[T])
	}
	one = made(c)
	m.kept[c.ID] = memoed[T]{bytes.Clone(projection), one}
	return one, nil
}
