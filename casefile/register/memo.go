package register

import (
	"bytes"
	"iter"
	"sync"

	"ysq.internal/ysq/casefile"
)

// Memo keeps what a reader made of cases, and makes it again only of those that have changed since: a case is what its
// projection says, so that what was made of the same bytes is the same, whatever was recorded or given up meanwhile.
// The zero Memo is empty. Several readers may use it at once.
type Memo[T any] struct {
	mu   sync.Mutex
	kept map[casefile.ID]memoed[T]
}

type memoed[T any] struct {
	projection []byte
	made       T
}

// Newest yields what is made of the latest cases, at most so many, from the highest number down. Nothing else is kept for
// long: a memo holds at most twice as many.
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
