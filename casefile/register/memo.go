package register

import (
	"bytes"
	"fmt"
	"slices"
	"sync"

	"go.etcd.io/bbolt"

	"ysq.internal/ysq/casefile"
)

// Memo keeps values that a reader computed from cases, and computes them again only for cases that have changed. A value
// is kept with the bytes of the projection that it was computed from, so it stays right whatever transaction asks,
// also one that is rolled back. The zero Memo is empty. Several readers may use it at once.
type Memo[T any] struct {
	mu     sync.Mutex
	kept   map[casefile.ID]memoed[T]
	keptAt Mark // what is kept is as it was then; none where that is not known

	// What Newest and Waiting returned last, and when: of what was asked for again, only what was written since is looked up.
	newest         ordered[T]
	newestAt       Mark
	newestMost     int
	open, finished ordered[T]
	waitingAt      Mark
}

type memoed[T any] struct {
	projection []byte
	made       T
}

// ordered are values in the order of their cases' keys. Its slices are shared with readers: a change makes new ones.
type ordered[T any] struct {
	ids  []casefile.ID
	made []T
}

func (o *ordered[T]) add(id casefile.ID, v T) {
	o.ids, o.made = append(o.ids, id), append(o.made, v)
}

// mostSet bounds the cases that are put in their places one by one: each copies the list, so that of more, as after the import
// of a ledger, the whole list is made anew sooner, from what is kept.
const mostSet = 100

// set puts a value in its place, or replaces the one that is there.
func (o *ordered[T]) set(id casefile.ID, v T) {
	at, there := slices.BinarySearch(o.ids, id)
	if there {
		o.made = slices.Clone(o.made)
		o.made[at] = v
		return
	}
	o.ids, o.made = slices.Insert(slices.Clone(o.ids), at, id), slices.Insert(slices.Clone(o.made), at, v)
}

func (o *ordered[T]) drop(id casefile.ID) {
	if at, there := slices.BinarySearch(o.ids, id); there {
		o.ids, o.made = slices.Delete(slices.Clone(o.ids), at, at+1), slices.Delete(slices.Clone(o.made), at, at+1)
	}
}

// Newest returns the values of the latest cases, in the order of their numbers, at most as many as most says. They are
// shared, and must not be changed. The memo never holds more than twice that many: when it is full it starts again from nothing.
func (m *Memo[T]) Newest(t *Tx, most int, made func(casefile.Case) T) ([]T, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := t.bucket(bucketCase)
	wrote, known := t.Since(m.newestAt)
	if known && m.newestMost == most && len(wrote.Cases) <= mostSet {
		for _, id := range wrote.Cases {
			if len(m.newest.ids) == most && id < m.newest.ids[0] {
				continue
			}
			one, err := m.of([]byte(id), all.Get([]byte(id)), 2*most, made)
			if err != nil {
				return nil, err
			}
			m.newest.set(id, one)
			over := max(len(m.newest.ids)-most, 0)
			m.newest.ids, m.newest.made = m.newest.ids[over:], m.newest.made[over:]
		}
		m.newestAt = t.Mark()
		return m.newest.made, nil
	}
	var list ordered[T]
	c := all.Cursor()
	for k, v := c.Last(); k != nil && len(list.ids) < most; k, v = c.Prev() {
		one, err := m.of(k, v, 2*most, made)
		if err != nil {
			return nil, err
		}
		list.add(casefile.ID(k), one)
	}
	slices.Reverse(list.ids)
	slices.Reverse(list.made)
	if at := t.Mark(); at != (Mark{}) {
		m.newest, m.newestAt, m.newestMost = list, at, most
	}
	return list.made, nil
}

// Of returns the value of one case. The memo never holds more than most says: when it is full it starts again from nothing.
// What was not written since it was kept is not looked up again.
func (m *Memo[T]) Of(t *Tx, id casefile.ID, most int, made func(casefile.Case) T) (one T, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	current := m.follow(t)
	if k, kept := m.kept[id]; kept && current {
		return k.made, nil
	}
	v := t.bucket(bucketCase).Get([]byte(id))
	if v == nil {
		return one, fmt.Errorf("%s：%w", id, ErrNotFound)
	}
	k, kept, err := m.value([]byte(id), v, made)
	if err == nil && !kept && current { // what others do not see yet, or no longer, is nothing to keep
		m.keep(id, k, most)
	}
	return k.made, err
}

// follow forgets what was written since m was asked last, and reports whether what is kept is what t sees. m.mu is held.
func (m *Memo[T]) follow(t *Tx) bool {
	now := t.Mark()
	if now == (Mark{}) || now.of == m.keptAt.of && now.at < m.keptAt.at {
		return false
	}
	wrote, known := t.Since(m.keptAt)
	if !known {
		m.kept = nil
	}
	for _, id := range wrote.Cases {
		delete(m.kept, id)
	}
	m.keptAt = now
	return true
}

// of returns the value of a case, and keeps it. m.mu is held.
func (m *Memo[T]) of(id, projection []byte, most int, made func(casefile.Case) T) (one T, err error) {
	m.keptAt = Mark{}
	k, kept, err := m.value(id, projection, made)
	if err == nil && !kept {
		m.keep(casefile.ID(id), k, most)
	}
	return k.made, err
}

func (m *Memo[T]) keep(id casefile.ID, k memoed[T], most int) {
	if m.kept == nil || len(m.kept) >= most {
		m.kept = make(map[casefile.ID]memoed[T])
	}
	m.kept[id] = k
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
func (m *Memo[T]) Waiting(t *Tx, most int, made func(casefile.Case) T) ([]T, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keptAt = Mark{}
	cases, open, unread := t.bucket(bucketCase), t.bucket(bucketOpen), t.bucket(bucketUnread)
	if wrote, known := t.Since(m.waitingAt); known && len(wrote.Cases) <= mostSet {
		for _, id := range wrote.Cases {
			one, _, err := m.value([]byte(id), cases.Get([]byte(id)), made)
			if err != nil {
				return nil, err
			}
			m.open.drop(id)
			m.finished.drop(id)
			delete(m.kept, id)
			switch {
			case holds(open, []byte(id)):
				m.open.set(id, one.made)
			case holds(unread, []byte(id)):
				m.finished.set(id, one.made)
			default:
				continue
			}
			m.kept[id] = one
		}
		if m.waitingAt = t.Mark(); len(m.kept) > most {
			m.waitingAt = Mark{}
		}
		return slices.Concat(m.open.made, m.finished.made), nil
	}
	kept := make(map[casefile.ID]memoed[T], len(m.kept))
	var waiting, finished ordered[T]
	add := func(to *ordered[T], id []byte) error {
		one, _, err := m.value(id, cases.Get(id), made)
		if err != nil {
			return err
		}
		if len(kept) < most {
			kept[casefile.ID(id)] = one
		}
		to.add(casefile.ID(id), one.made)
		return nil
	}
	if err := open.ForEach(func(id, _ []byte) error { return add(&waiting, id) }); err != nil {
		return nil, err
	}
	err := unread.ForEach(func(id, _ []byte) error {
		if holds(open, id) {
			return nil
		}
		return add(&finished, id)
	})
	if err != nil {
		return nil, err
	}
	m.kept, m.waitingAt = kept, Mark{}
	if len(kept) == len(waiting.ids)+len(finished.ids) {
		m.open, m.finished, m.waitingAt = waiting, finished, t.Mark()
	}
	return slices.Concat(waiting.made, finished.made), nil
}

// holds reports whether a key stands in a bucket of keys alone. Get cannot tell: it returns nil for an empty value that was put in
// the same transaction.
func holds(b *bbolt.Bucket, key []byte) bool {
	k, _ := b.Cursor().Seek(key)
	return bytes.Equal(k, key)
}
