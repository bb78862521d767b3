package register

import (
	"bytes"
	"fmt"
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

// Of returns the value of one case. The memo never holds more than most says: when it is full it starts again from nothing.
func (m *Memo[T]) Of(t *Tx, id casefile.ID, most int, made func(casefile.Case) T) (one T, err error) {
	v := t.bucket(bucketCase).Get([]byte(id))
	if v == nil {
		return one, fmt.Errorf("%s：%w", id, ErrNotFound)
	}
	return m.of([]byte(id), v, most, made)
}

func (m *Memo[T]) of(id, projection []byte, most int, made func(casefile.Case) T) (one T, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, kept, err := m.value(id, projection, made)
	if err != nil || kept {
		return k.made, err
	}
	if m.kept == nil || len(m.kept) >= most {
		m.kept = make(map[casefile.ID]memoed[T])
	}
	m.kept[casefile.ID(id)] = k
	return k.made, nil
}

// value returns what is made of a projection, and whether it was kept. m.mu is held.
func (m *Memo[T]) value(id, projection []byte, made func(casefile.Case) T) (one memoed[T], kept bool, err error) {
	if one, kept = m.kept[casefile.ID(id)]; kept && bytes.Equal(one.projection, projection) {
		return one, true, nil
	}
	c, _, err := decodeProjection(id, projection)
	if err != nil {
		return memoed[T]{}, false, err
	}
	return memoed[T]{bytes.Clone(projection), made(c)}, false, nil
}

// Waiting returns the values of the cases that wait for somebody: the open ones in the order of their numbers, then the
// finished ones in which open mail lies. The memo then holds these alone, at most as many as most says.
func (m *Memo[T]) Waiting(t *Tx, most int, made func(casefile.Case) T) (all []T, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	cases, open := t.bucket(bucketCase), t.bucket(bucketOpen)
	kept := make(map[casefile.ID]memoed[T], len(m.kept))
	add := func(id []byte) error {
		one, _, err := m.value(id, cases.Get(id), made)
		if err != nil {
			return err
		}
		if len(kept) < most {
			kept[casefile.ID(id)] = one
		}
		all = append(all, one.made)
		return nil
	}
	if err := open.ForEach(func(id, _ []byte) error { return add(id) }); err != nil {
		return nil, err
	}
	err = t.bucket(bucketUnread).ForEach(func(id, _ []byte) error {
		if k, _ := open.Cursor().Seek(id); bytes.Equal(k, id) {
			return nil
		}
		return add(id)
	})
	m.kept = kept
	return all, err
}
