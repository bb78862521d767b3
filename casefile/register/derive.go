package register

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/workday"
)

// maker derives from records, in their order, what Append would have derived: what is derived depends on the
// records alone and not on how they came. Buckets with many keys go through sorters and reach the target in the order
// of their keys; the others are written as Append writes them. What is in memory does not grow with the records.
type maker struct {
	r      *Register // lends law, calendar, limits and the directory in which the sorters may write
	into   *bbolt.DB // empty, but for its buckets; takes what is not sorted
	target target    // takes what is; nil: into
	from   *bbolt.DB // where the records can be read; into, where that is the only place
	store  bool      // the records' lines, too
	procs  int       // as for inOrder
	// foreseen is the calendar as the records will have adopted it, by those in the calendar's bucket of from; nil: it is
	// found out on the way.
	foreseen *workday.Calendar

	lines  *bbolt.Tx      // of from; nil: not begun, or from is into
	tx     *bbolt.Tx      // of into, for some thousands of records or keys
	dst    *Tx            // over tx
	n      int            // records or keys in tx
	ahead  *durable.Ahead // of into, where it is made to stay; nil: not begun
	done   int            // transactions
	sorted ordering
	recent recent

	postponed []casefile.ID // cases with merged ones
}

// limits bound what is in memory, for tests that reach them with a few records; zero means the default.
type limits struct {
	run    int // sorter.limit
	recent int // recent.limit
	// each is called before each record or case is taken, and may panic as that might.
	each func(which string)
}

// target takes what a maker derived, bucket by bucket, in the order of the keys of each.
type target interface {
	bucket(name []byte) error
	put(key, value []byte) error
	// later passes over a key of the bucket of cases, for which case later follows.
	later(id []byte) error
	caseLater(id, projection []byte) error
}

// The buckets that are sorted. What the second lists need follows from what is in the first.
var (
	sortedFirst = [...][]byte{bucketDigest, bucketMsgID, bucketWho, bucketAside, bucketSuggested, bucketUIDs, bucketCase}
	sortedThen  = [...][]byte{bucketOpen, bucketUnread, bucketAddr, bucketPlace}
)

// ordering is what a Tx derives for later instead of writing it at once.
type ordering struct {
	first, then sorter
	about       byte // what kind of record speaks of the digests that come now
}

// What stands in the place of a value while it is sorted.
const (
	aboutTaken  = 1 // beside a digest: the record is a MessageTaken
	aboutErased = 2 // an Erased

	placeLeft = 1 // beside a place: the mail has left it
)

func (s *ordering) put(bucket, key, value []byte) error {
	if same(bucket, bucketDigest) {
		value = []byte{s.about}
	}
	for i, name := range sortedFirst {
		if same(name, bucket) {
			return s.first.add(byte(i), key, value)
		}
	}
	for i, name := range sortedThen {
		if same(name, bucket) {
			return s.then.add(byte(i), key, value)
		}
	}
	return fmt.Errorf("bucket %s is not sorted", bucket)
}

func isSorted(bucket []byte) bool {
	is := func(name []byte) bool { return same(name, bucket) }
	return slices.ContainsFunc(sortedFirst[:], is) || slices.ContainsFunc(sortedThen[:], is)
}

// same compares the names of two buckets, which are variables of this package.
func same(a, b []byte) bool { return &a[0] == &b[0] }

// taken is indexUID. Which entry governs follows from the order of those of one UID or digest.
func (s *ordering) taken(seq uint64, e casefile.MessageTaken) error {
	if e.UID != 0 {
		if err := s.put(bucketUIDs, uidKey(e.Account, e.Folder, e.UIDValidity, e.UID), be64(seq)); err != nil {
			return err
		}
	}
	return s.put(bucketPlace, placeKey(e.Disposition, seq), nil)
}

func (s *ordering) left(d casefile.Disposition, seq uint64) error {
	return s.put(bucketPlace, placeKey(d, seq), []byte{placeLeft})
}

const perTransaction = 5000

// begun makes the maker ready.
func (m *maker) begun() *maker {
	m.sorted.first = sorter{dir: m.r.dir, limit: m.r.limits.run, beside: m.procs > 0}
	m.sorted.then = m.sorted.first
	if m.target == nil {
		m.target = &filling{m: m}
	}
	m.recent = recent{m: m, cal: m.foreseen}
	if m.foreseen == nil {
		m.recent.cal = m.r.base
	}
	return m
}

// add takes the next record. Its line must stay as it is until the end.
func (m *maker) add(record casefile.Record, text []byte) error {
	return m.r.limits.named(func() string { return fmt.Sprintf("记录 %d", record.Seq) }, func() error { return m.addOne(record, text) })
}

func (m *maker) addOne(record casefile.Record, text []byte) error {
	if err := m.begin(); err != nil {
		return err
	}
	if m.store {
		if err := m.dst.bucket(bucketRecord).Put(be64(record.Seq), text); err != nil {
			return err
		}
	}
	m.sorted.about = 0
	switch e := record.Event.(type) {
	case casefile.MessageTaken:
		m.sorted.about = aboutTaken
	case casefile.Erased:
		m.sorted.about = aboutErased
	case casefile.CalendarAdopted:
		m.recent.adopt(e.Year)
	}
	if record.Case != "" {
		if err := m.recent.add(record, len(text)); err != nil {
			return err
		}
	}
	return m.dst.index(record)
}

// begin makes sure of a transaction that is not too long.
func (m *maker) begin() (err error) {
	if m.n++; m.tx != nil && m.n <= perTransaction {
		return nil
	}
	if err := m.commit(); err != nil {
		return err
	}
	if m.lines == nil && m.from != m.into {
		if m.lines, err = m.from.Begin(false); err != nil {
			return err
		}
	}
	if m.tx, err = m.into.Begin(true); err != nil {
		return err
	}
	m.n = 1
	m.dst = m.r.tx(m.tx, time.Time{})
	m.dst.later = &m.sorted
	m.dst.bucket(bucketRecord).FillPercent = fullPages
	if m.lines != nil {
		m.dst.lines = m.lines.Bucket(bucketRecord)
	}
	return nil
}

// fullPages is for keys that come in their order.
const fullPages = 0.95

func (m *maker) commit() error {
	if m.tx == nil {
		return nil
	}
	tx := m.tx
	m.tx = nil
	if err := tx.Commit(); err != nil || !m.store {
		return err
	}
	if m.done++; m.done%perAhead == 0 {
		return m.writeAhead()
	}
	return nil
}

// perAhead is after how many transactions the disk is given what they wrote, which is some dozens of megabytes.
const perAhead = 50

func (m *maker) writeAhead() (err error) {
	if m.ahead == nil {
		if m.ahead, err = durable.AheadOf(m.into.Path()); err != nil {
			return err
		}
	}
	m.ahead.Write()
	return nil
}

// finish gives the target everything that was sorted, and folds what was not folded on the way.
func (m *maker) finish(ctx context.Context, tell Progress) error {
	if err := m.recent.end(); err != nil {
		return err
	}
	if err := m.commit(); err != nil { // foldSome reads what is committed
		return err
	}
	if err := m.begin(); err != nil {
		return err
	}
	cal, err := m.dst.adopted()
	if err != nil {
		return err
	}
	m.r.cal.Store(cal) // for the transactions that follow
	m.dst.cal = cal
	if m.foreseen != nil {
		if m.recent.wrong, err = m.unforeseen(); err != nil {
			return err
		}
	}
	first, err := m.sorted.first.merged()
	if err != nil {
		return err
	}
	for i, name := range sortedFirst {
		tell.Say("整理索引", int64(i), int64(len(sortedFirst)+len(sortedThen)))
		if err := m.target.bucket(name); err != nil {
			return err
		}
		switch {
		case same(name, bucketDigest):
			err = m.digests(ctx, first, i)
		case same(name, bucketUIDs):
			err = m.uids(ctx, first, i)
		case same(name, bucketCase):
			err = m.cases(ctx, first, i, tell)
		default:
			err = m.plain(ctx, first, i)
		}
		if err != nil {
			return err
		}
	}
	then, err := m.sorted.then.merged()
	if err != nil {
		return err
	}
	for i, name := range sortedThen {
		tell.Say("整理索引", int64(len(sortedFirst)+i), int64(len(sortedFirst)+len(sortedThen)))
		if err := m.target.bucket(name); err != nil {
			return err
		}
		if same(name, bucketPlace) {
			err = m.places(ctx, then, i)
		} else {
			err = m.plain(ctx, then, i)
		}
		if err != nil {
			return err
		}
	}
	if err := m.commit(); err != nil || !m.store {
		return err
	}
	return m.writeAhead()
}

// unforeseen reports whether the records did not adopt what from says that they adopted.
func (m *maker) unforeseen() (wrong bool, err error) {
	keys := func(b *bbolt.Bucket) (all []byte) {
		b.ForEach(func(k, _ []byte) error { all = append(all, k...); return nil })
		return all
	}
	err = m.from.View(func(b *bbolt.Tx) error {
		wrong = !bytes.Equal(keys(b.Bucket(bucketCal)), keys(m.dst.bucket(bucketCal)))
		return nil
	})
	return wrong, err
}

// groups calls do with the values of each key, in the order in which they were added.
func groups(ctx context.Context, m *merge, which int, do func(key []byte, values [][]byte) error) error {
	var key, held []byte
	var values [][]byte
	for n := 0; ; n++ {
		more, err := m.next(byte(which))
		if err != nil {
			return err
		}
		if n%perTransaction == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if len(values) > 0 && (!more || !bytes.Equal(key, m.key)) {
			if err := do(key, values); err != nil {
				return err
			}
			values, held = values[:0], held[:0]
		}
		if !more {
			return nil
		}
		if len(values) == 0 {
			key = append(key[:0], m.key...)
		}
		at := len(held)
		held = append(held, m.value...)
		values = append(values, held[at:])
	}
}

// plain passes on a bucket in which a key has one value, however often it was derived.
func (m *maker) plain(ctx context.Context, from *merge, which int) error {
	return groups(ctx, from, which, func(key []byte, values [][]byte) error { return m.target.put(key, values[0]) })
}

// digests passes on the bucket of digests, and finds the mails that were taken again and the bytes that no case
// holds any more.
func (m *maker) digests(ctx context.Context, from *merge, which int) error {
	var of casefile.Digest
	var seqs []uint64
	var taken, erased []uint64
	end := func() error {
		if len(taken) > 1 {
			if err := m.takenAgain(taken); err != nil {
				return err
			}
		}
		for _, seq := range erased {
			r, err := m.dst.Record(seq)
			if err != nil {
				return err
			}
			about, err := m.dst.records(seqs[:1+slices.Index(seqs, seq)])
			if err != nil {
				return err
			}
			if err := m.begin(); err != nil {
				return err
			}
			if err := m.dst.entomb(of, r, about); err != nil {
				return err
			}
		}
		return nil
	}
	err := groups(ctx, from, which, func(key []byte, values [][]byte) error {
		d, seq := casefile.Digest(key[:len(of)]), binary.BigEndian.Uint64(key[len(of):])
		if d != of {
			if err := end(); err != nil {
				return err
			}
			of, seqs, taken, erased = d, seqs[:0], taken[:0], erased[:0]
		}
		seqs = append(seqs, seq)
		switch values[0][0] {
		case aboutTaken:
			taken = append(taken, seq)
		case aboutErased:
			erased = append(erased, seq)
		}
		return m.target.put(key, nil)
	})
	if err != nil {
		return err
	}
	return end()
}

// takenAgain takes the entries of one digest out of their places where a later one takes it.
func (m *maker) takenAgain(seqs []uint64) error {
	type entry struct {
		seq uint64
		casefile.MessageTaken
	}
	var standing []entry
	for _, seq := range seqs {
		e, err := m.dst.taken(seq)
		if err != nil {
			return err
		}
		e = casefile.MessageTaken{Account: e.Account, Folder: e.Folder, UIDValidity: e.UIDValidity, UID: e.UID, Disposition: e.Disposition}
		standing = slices.DeleteFunc(standing, func(was entry) bool {
			left := repeats(e, was.MessageTaken)
			if left {
				err = errors.Join(err, m.sorted.left(was.Disposition, was.seq))
			}
			return left
		})
		if err != nil {
			return err
		}
		standing = append(standing, entry{seq, e})
	}
	return nil
}

// uids passes on the book: of the entries of a UID the last governs.
func (m *maker) uids(ctx context.Context, from *merge, which int) error {
	return groups(ctx, from, which, func(key []byte, values [][]byte) error {
		for i := range values[1:] {
			old := binary.BigEndian.Uint64(values[i])
			was, err := m.dst.taken(old)
			if err != nil {
				return err
			}
			e, err := m.dst.taken(binary.BigEndian.Uint64(values[i+1]))
			if err != nil {
				return err
			}
			if sameMail(e, was) {
				if err := m.sorted.left(was.Disposition, old); err != nil {
					return err
				}
			}
		}
		return m.target.put(key, values[len(values)-1])
	})
}

// places passes on where mails ended, without the places that they have left.
func (m *maker) places(ctx context.Context, from *merge, which int) error {
	return groups(ctx, from, which, func(key []byte, values [][]byte) error {
		for _, v := range values {
			if len(v) > 0 {
				return nil
			}
		}
		return m.target.put(key, nil)
	})
}

// allMerged returns the cases that are part of another or of which others are part, or that were at some time.
func (t *Tx) allMerged() map[string]bool {
	all := make(map[string]bool)
	c := t.bucket(bucketMerged).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		into, from, _ := bytes.Cut(k, []byte{0})
		all[string(into)], all[string(from[:min(len(from), maxText)])] = true, true
	}
	return all
}

// filling is the target that is a database which is being made.
type filling struct {
	m    *maker
	name []byte
}

func (f *filling) bucket(name []byte) error { f.name = name; return nil }

func (f *filling) put(key, value []byte) error {
	if err := f.m.begin(); err != nil {
		return err
	}
	b := f.m.dst.bucket(f.name)
	b.FillPercent = fullPages
	return b.Put(key, bytes.Clone(value)) // until the commit it is bbolt's
}

func (f *filling) later([]byte) error { return nil }

func (f *filling) caseLater(id, projection []byte) error { return f.put(id, projection) }

// folding is a case on its way to the target.
type folding struct {
	id         casefile.ID
	parts      []part // of its history, as they came
	merged     bool   // it is part of another case or another of it, or was
	seqs       []uint64
	folded     casefile.Case
	projection []byte
}

// perFold is how many cases are folded at once.
const perFold = 64

// cases passes on the projections. Those of cases with merged ones come last, for they follow from several lists.
func (m *maker) cases(ctx context.Context, from *merge, which int, tell Progress) error {
	merged := m.dst.allMerged()
	cut := func(key []byte) string { return string(key[:min(len(key), maxText)]) } // as pairKey
	feed := func(give func([]folding) error) error {
		some := make([]folding, 0, perFold)
		err := groups(ctx, from, which, func(key []byte, values [][]byte) error {
			f := folding{id: casefile.ID(key), merged: merged[cut(key)]}
			for _, v := range values {
				f.parts = append(f.parts, partOf(bytes.Clone(v)))
			}
			if some = append(some, f); len(some) < perFold {
				return nil
			}
			full := some
			some = make([]folding, 0, perFold)
			return give(full)
		})
		if err != nil || len(some) == 0 {
			return err
		}
		return give(some)
	}
	done := 0
	err := inOrder(ctx, m.procs, feed, m.foldSome, func(some []folding) error {
		for i := range some {
			if done++; done%perTransaction == 0 {
				tell.Say("重算案件", int64(done), int64(m.recent.parts))
			}
			if err := m.pass(&some[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range m.postponed {
		if err := m.fold(id); err != nil {
			return err
		}
	}
	return nil
}

// foldSome folds the cases of which no other is part, where it was not done on the way: their own records are all
// that they follow from.
func (m *maker) foldSome(some []folding) error {
	return survive(m.from.Path(), func() error {
		return m.from.View(func(b *bbolt.Tx) error {
			t := m.r.tx(b, time.Time{})
			for i := range some {
				if err := m.foldOne(t, &some[i]); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

func (m *maker) foldOne(t *Tx, f *folding) error {
	for _, p := range f.parts {
		c, seqs, err := decodeProjection([]byte(f.id), p.projection)
		if err != nil {
			return err
		}
		f.folded, f.projection, f.seqs = c, p.projection, append(f.seqs, seqs...)
	}
	if f.merged || len(f.parts) == 1 && !m.recent.outdated(&f.folded, f.parts[0]) {
		return nil
	}
	history, err := t.records(f.seqs)
	if err != nil {
		return err
	}
	return m.r.limits.naming(f.id, func() error {
		f.folded = casefile.Fold(f.id, history, t.law, t.cal)
		f.projection = encodeProjection(f.folded, f.seqs)
		return nil
	})
}

// pass passes a case on; of one with merged ones it notes the list of records for the time being.
func (m *maker) pass(f *folding) error {
	if f.merged {
		m.postponed = append(m.postponed, f.id)
		if err := m.begin(); err != nil {
			return err
		}
		if err := m.dst.bucket(bucketCase).Put([]byte(f.id), encodeProjection(casefile.Case{ID: f.id}, f.seqs)); err != nil {
			return err
		}
		return m.target.later([]byte(f.id))
	}
	if err := m.target.put([]byte(f.id), f.projection); err != nil {
		return err
	}
	return eachKey(f.folded, m.sorted.put)
}

// fold folds a case with those that were merged into it.
func (m *maker) fold(id casefile.ID) error {
	if err := m.begin(); err != nil {
		return err
	}
	history, err := m.dst.History(id)
	if err != nil {
		return err
	}
	var c casefile.Case
	err = m.r.limits.naming(id, func() error {
		c, err = m.dst.fold(id, history, m.dst.cal)
		return err
	})
	if err != nil {
		return err
	}
	if err := m.target.caseLater([]byte(id), encodeProjection(c, seqsOf(history))); err != nil {
		return err
	}
	return eachKey(c, m.sorted.put)
}

// end gives up what was not finished.
func (m *maker) end() error {
	m.recent.wait()
	for _, tx := range []*bbolt.Tx{m.tx, m.lines} {
		if tx != nil {
			tx.Rollback()
		}
	}
	m.tx, m.lines = nil, nil
	err := errors.Join(m.sorted.first.close(), m.sorted.then.close())
	if m.ahead != nil {
		err = errors.Join(err, m.ahead.Close())
	}
	return err
}
