package register

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"iter"
	"slices"
	"sort"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// Tx is a transaction: one consistent state of the register and, under Update, one time.
type Tx struct {
	b   *bbolt.Tx
	now time.Time
	law casefile.Statute
	cal *workday.Calendar

	base *workday.Calendar // without the adopted notices

	recorded time.Time          // of the records of this transaction; zero before the first is appended
	last     []casefile.Record  // the history that was read or written last: a record is judged and then folded
	folded   casefile.Case      // the case that was folded last: what is recorded next is often compared with it
	lines    *bbolt.Bucket      // where records are read instead of in b, by Verify; nil: in b
	open     *openMails         // as they were read before; nil: what is read may not be committed
	known    *remembered        // as it was decoded before; nil: nothing, as for whoever proves what is on disk
	standIns *casefile.StandIns // read once; nil: not yet
	later    *ordering          // takes the buckets with many keys, for a maker; nil: they are written at once
	commits  *commits           // before this one; nil: as open
	wrote    Wrote              // of it
}

func (r *Register) tx(b *bbolt.Tx, now time.Time) *Tx {
	return &Tx{b: b, now: now, law: r.law, cal: r.cal.Load(), base: r.base}
}

func (t *Tx) bucket(name []byte) *bbolt.Bucket { return t.b.Bucket(name) }

// put writes a key of one of the buckets with many keys.
func (t *Tx) put(bucket, key, value []byte) error {
	if t.later != nil {
		return t.later.put(bucket, key, value)
	}
	return t.bucket(bucket).Put(key, value)
}

func be64(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// Check checks the structure of the database, page by page. The error wraps ErrDamaged.
func (t *Tx) Check() (err error) {
	for problem := range t.b.Check() { // to its end: bbolt waits for its reader
		if err == nil {
			err = fmt.Errorf("%s：%w（%v）；%s", t.b.DB().Path(), ErrDamaged, problem, remedy)
		}
	}
	return err
}

// Head returns the Seq and digest of the last record; both zero in an empty register.
func (t *Tx) Head() (uint64, casefile.Digest) {
	k, v := t.bucket(bucketRecord).Cursor().Last()
	if k == nil {
		return 0, casefile.Digest{}
	}
	return binary.BigEndian.Uint64(k), casefile.DigestOf(v)
}

// Append records drafts in their order and brings everything derived up to date. It does not judge
// them: casefile.Decide does. The time of recording is the transaction's, or the next instant
// after the record before where the server's clock has gone back.
func (t *Tx) Append(actor string, drafts ...casefile.Draft) ([]casefile.Record, error) {
	seq, prev := t.Head()
	recorded, err := t.recordedNow(seq)
	if err != nil {
		return nil, err
	}
	records := make([]casefile.Record, 0, len(drafts))
	var touched []casefile.ID
	for _, d := range drafts {
		if e, ok := d.Event.(casefile.LetterIssued); ok {
			if err := t.mayIssue(e); err != nil {
				return nil, err
			}
		}
		event, body, err := casefile.Legible(d.Event)
		if err != nil {
			return nil, err
		}
		seq++
		r := casefile.Record{Seq: seq, On: d.On, Recorded: recorded, Actor: actor, Case: d.Case, Event: event, Prev: prev}
		line, err := r.EncodeWith(body)
		if err != nil {
			return nil, err
		}
		if err := t.bucket(bucketRecord).Put(be64(seq), line); err != nil {
			return nil, err
		}
		if err := t.index(r); err != nil {
			return nil, err
		}
		prev = casefile.DigestOf(line)
		records = append(records, r)
		if d.Case != "" && !slices.Contains(touched, d.Case) {
			touched = append(touched, d.Case)
		}
	}
	if err := t.project(touched, records); err != nil {
		return nil, err
	}
	for _, r := range records {
		if e, ok := r.Event.(casefile.CalendarAdopted); ok {
			if err := t.adopt(e.Year); err != nil {
				return nil, err
			}
		}
		if r.Event.Kind() == casefile.KindStoodIn {
			t.standIns = nil
		}
	}
	return records, nil
}

// recordedNow is when this transaction's records are recorded: its time, or the next instant after the last record before
// it. No two transactions share an instant, for what one person recorded at one instant counts as one call.
func (t *Tx) recordedNow(last uint64) (time.Time, error) {
	if !t.recorded.IsZero() {
		return t.recorded, nil
	}
	now := t.now.Truncate(time.Millisecond)
	if last > 0 {
		before, err := t.Record(last)
		if err != nil {
			return time.Time{}, err
		}
		if !now.After(before.Recorded) {
			now = before.Recorded.Add(time.Millisecond)
		}
	}
	t.recorded = now
	return now, nil
}

// project folds cases anew with the records just appended, and after them those of which they are part,
// by merging, or were.
func (t *Tx) project(ids []casefile.ID, added []casefile.Record) error {
	var next []casefile.ID
	for _, id := range ids {
		was, history, err := t.projected(id)
		if err != nil {
			return err
		}
		for _, r := range added {
			if r.Case == id {
				history = append(history, r)
			}
		}
		c, err := t.fold(id, history, t.cal)
		if err != nil {
			return err
		}
		if err := t.putProjection(c, history); err != nil {
			return err
		}
		next = append(next, was.MergedInto, c.MergedInto)
	}
	return t.projectAgain(next)
}

// projectAgain folds cases anew into which others were merged, and those into which they were.
func (t *Tx) projectAgain(next []casefile.ID) error {
	for i := 0; i < len(next); i++ {
		if next[i] == "" || slices.Contains(next[:i], next[i]) {
			continue
		}
		history, err := t.History(next[i])
		if err != nil {
			return err
		}
		if len(history) == 0 { // merged into a case that there is not
			continue
		}
		c, err := t.fold(next[i], history, t.cal)
		if err != nil {
			return err
		}
		if err := t.putProjection(c, history); err != nil {
			return err
		}
		next = append(next, c.MergedInto)
	}
	return nil
}

// fold derives a case from its history and those of the cases that were merged into it.
func (t *Tx) fold(id casefile.ID, history []casefile.Record, cal *workday.Calendar) (casefile.Case, error) {
	merged, err := t.Merged(id)
	if err != nil {
		return casefile.Case{}, err
	}
	return casefile.Fold(id, history, t.law, cal, merged...), nil
}

// Merged returns the histories of the cases that were merged into a case, and of those merged into them.
func (t *Tx) Merged(id casefile.ID) (all [][]casefile.Record, err error) {
	into := []casefile.ID{id}
	for i := 0; i < len(into); i++ {
		for _, from := range t.paired(bucketMerged, string(into[i])) {
			if slices.Contains(into, from) {
				continue
			}
			history, err := t.History(from)
			if err != nil {
				return nil, err
			}
			if casefile.MergedInto(history) == into[i] { // it may have been undone
				into, all = append(into, from), append(all, history)
			}
		}
	}
	return all, nil
}

// Contents lists what is in a case.
func (t *Tx) Contents(id casefile.ID) ([]casefile.Item, error) {
	history, err := t.History(id)
	if err != nil {
		return nil, err
	}
	merged, err := t.Merged(id)
	if err != nil {
		return nil, err
	}
	return casefile.Contents(append([][]casefile.Record{history}, merged...)...), nil
}

// putProjection writes a case and what is found through it. What is derived depends on the case's
// records alone, not on how the case stood in between: an address that no record names any more goes.
func (t *Tx) putProjection(c casefile.Case, history []casefile.Record) error {
	if err := t.dropAddresses(c); err != nil {
		return err
	}
	t.last, t.folded = slices.Clone(history), c
	return t.file(c, encodeProjection(c, seqsOf(history)))
}

func seqsOf(history []casefile.Record) []uint64 {
	seqs := make([]uint64, len(history))
	for i, r := range history {
		seqs[i] = r.Seq
	}
	return seqs
}

// file writes a case's projection and the keys under which it is found.
func (t *Tx) file(c casefile.Case, projection []byte) error {
	t.wrote.file(c.ID)
	if err := t.bucket(bucketCase).Put([]byte(c.ID), projection); err != nil {
		return err
	}
	for _, name := range [][]byte{bucketUnread, bucketOpen} {
		if err := t.bucket(name).Delete([]byte(c.ID)); err != nil {
			return err
		}
	}
	return eachKey(c, t.put)
}

// eachKey calls put with the keys under which a case is found, beside its number.
func eachKey(c casefile.Case, put func(bucket, key, value []byte) error) error {
	for _, a := range c.Addresses {
		if err := put(bucketAddr, pairKey(strings.ToLower(a), c.ID), nil); err != nil {
			return err
		}
	}
	if c.OpenMail > 0 {
		if err := put(bucketUnread, []byte(c.ID), nil); err != nil {
			return err
		}
	}
	if c.Stage.Open() {
		return put(bucketOpen, []byte(c.ID), nil)
	}
	return nil
}

// dropAddresses removes the addresses of a case that it no longer has.
func (t *Tx) dropAddresses(c casefile.Case) error {
	v := t.bucket(bucketCase).Get([]byte(c.ID))
	if v == nil {
		return nil
	}
	was, _, err := decodeProjection([]byte(c.ID), v)
	if err != nil {
		return err
	}
	for _, a := range was.Addresses {
		if slices.Contains(c.Addresses, a) {
			continue
		}
		if err := t.bucket(bucketAddr).Delete(pairKey(strings.ToLower(a), c.ID)); err != nil {
			return err
		}
	}
	return nil
}

// Record returns a record by its place.
func (t *Tx) Record(seq uint64) (casefile.Record, error) { return decodeLine(seq, t.line(seq)) }

// line is that of a record; nil where there is none.
func (t *Tx) line(seq uint64) []byte {
	lines := t.lines
	if lines == nil {
		lines = t.bucket(bucketRecord)
	}
	return lines.Get(be64(seq))
}

// decodeLine reads the line of a record.
func decodeLine(seq uint64, line []byte) (casefile.Record, error) {
	if line == nil {
		return casefile.Record{}, fmt.Errorf("record %d: %w", seq, ErrNotFound)
	}
	return casefile.DecodeRecord(line)
}

// Records yields every record from a place on, in order, until one cannot be read.
func (t *Tx) Records(from uint64) iter.Seq2[casefile.Record, error] {
	return func(yield func(casefile.Record, error) bool) {
		c := t.bucket(bucketRecord).Cursor()
		for k, v := c.Seek(be64(from)); k != nil; k, v = c.Next() {
			r, err := casefile.DecodeRecord(v)
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// Case returns a case as it stands.
func (t *Tx) Case(id casefile.ID) (casefile.Case, error) {
	if id != "" && id == t.folded.ID {
		return t.folded, nil
	}
	v := t.bucket(bucketCase).Get([]byte(id))
	switch {
	case v == nil && casefile.MaybeSpan(id):
		return casefile.Case{}, fmt.Errorf("%s：%w；是几件的起止的，写作 1..3 或者 1至3", id, ErrNotFound)
	case v == nil:
		return casefile.Case{}, fmt.Errorf("%s：%w", id, ErrNotFound)
	}
	c, _, err := decodeProjection([]byte(id), v)
	return c, err
}

// History returns a case's records in the order of recording; none for a case that does not exist.
func (t *Tx) History(id casefile.ID) ([]casefile.Record, error) {
	_, history, err := t.projected(id)
	return history, err
}

// projected reads a case as it was last folded, with its history; both are empty for a case that does
// not exist.
func (t *Tx) projected(id casefile.ID) (c casefile.Case, history []casefile.Record, err error) {
	v := t.bucket(bucketCase).Get([]byte(id))
	if v == nil {
		return c, nil, nil
	}
	c, seqs, err := decodeProjection([]byte(id), v)
	if err != nil {
		return c, nil, err
	}
	if n := len(t.last); n > 0 && n == len(seqs) && t.last[0].Seq == seqs[0] && t.last[n-1].Seq == seqs[n-1] {
		return c, slices.Clone(t.last), nil // the lists of two cases have no record in common
	}
	if history, err = t.historyOf(id, seqs); err == nil {
		t.last = slices.Clone(history)
	}
	return c, history, err
}

func (t *Tx) records(seqs []uint64) ([]casefile.Record, error) {
	history := make([]casefile.Record, 0, len(seqs)+1)
	for _, s := range seqs {
		r, err := t.Record(s)
		if err != nil {
			return nil, err
		}
		history = append(history, r)
	}
	return history, nil
}

// Cases yields every case after a number, in the order of numbers; "" begins at the first.
func (t *Tx) Cases(after casefile.ID) iter.Seq2[casefile.Case, error] {
	return casesFrom(t.upFrom(bucketCase, after), func(k, v []byte) (casefile.Case, error) {
		c, _, err := decodeProjection(k, v)
		return c, err
	})
}

// OpenCases is Cases for those that still owe an answer.
func (t *Tx) OpenCases(after casefile.ID) iter.Seq2[casefile.Case, error] {
	all := t.bucket(bucketCase)
	return casesFrom(t.upFrom(bucketOpen, after), func(k, _ []byte) (casefile.Case, error) {
		c, _, err := decodeProjection(k, all.Get(k))
		return c, err
	})
}

// Heads yields every case after a number with its own number, fixed fields, periods and the number of its reply only: no
// other text, addresses or letters.
func (t *Tx) Heads(after casefile.ID) iter.Seq2[casefile.Case, error] {
	return casesFrom(t.upFrom(bucketCase, after), headOf)
}

// CountStages counts the cases of each stage. It reads the stage alone, not the whole projection.
func (t *Tx) CountStages() (map[casefile.Stage]int, error) {
	var n [256]int
	c := t.bucket(bucketCase).Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		if len(v) < headSize || v[0] != projectionVersion {
			return nil, fmt.Errorf("case %s: %w", k, errProjection)
		}
		n[v[2]]++
	}
	all := map[casefile.Stage]int{}
	for stage, cases := range n {
		if cases > 0 {
			all[casefile.Stage(stage)] = cases
		}
	}
	return all, nil
}

// upFrom yields what a bucket holds of the cases after a number; "" begins at the first.
func (t *Tx) upFrom(bucket []byte, after casefile.ID) iter.Seq2[[]byte, []byte] {
	return func(yield func(k, v []byte) bool) {
		c := t.bucket(bucket).Cursor()
		k, v := c.Seek([]byte(after))
		if after != "" && string(k) == string(after) {
			k, v = c.Next()
		}
		for k != nil && yield(k, v) {
			k, v = c.Next()
		}
	}
}

// downFrom is upFrom from the highest number down, below a number; "" begins at the highest.
func (t *Tx) downFrom(bucket []byte, before casefile.ID) iter.Seq2[[]byte, []byte] {
	return func(yield func(k, v []byte) bool) {
		c := t.bucket(bucket).Cursor()
		k, v := c.Last()
		if before != "" {
			if at, _ := c.Seek([]byte(before)); at != nil {
				k, v = c.Prev()
			} else {
				k, v = c.Last() // it would be the highest
			}
		}
		for k != nil && yield(k, v) {
			k, v = c.Prev()
		}
	}
}

// casesFrom yields cases until one cannot be read.
func casesFrom(stored iter.Seq2[[]byte, []byte], decode func(k, v []byte) (casefile.Case, error)) iter.Seq2[casefile.Case, error] {
	return func(yield func(casefile.Case, error) bool) {
		for k, v := range stored {
			one, err := decode(k, v)
			if !yield(one, err) || err != nil {
				return
			}
		}
	}
}

// NextID returns the number after the last of the year. Above 99,999 it is one after which no number is given: should
// somebody have left a gap there, that is filled.
func (t *Tx) NextID(year int) casefile.ID {
	prefix := fmt.Sprintf("%04d-", year)
	c := t.bucket(bucketCase).Cursor()
	k, _ := c.Seek(fmt.Appendf(nil, "%04d.", year)) // '.' follows '-'
	if k == nil {
		k, _ = c.Last()
	} else {
		k, _ = c.Prev()
	}
	given := 0
	for ; given == 0 && bytes.HasPrefix(k, []byte(prefix)); k, _ = c.Prev() {
		if y, n, ok := casefile.ID(k).Number(); ok && y == year {
			given = n
		}
	}
	if given < 99_999 {
		return casefile.NewID(year, given+1)
	}
	// Longer numbers are among those of five digits, so the last key is not the highest, and going through all of them for
	// every case takes ever longer: look ahead in growing steps, then between the last that is given and the first that is not.
	free := func(n int) bool { return t.bucket(bucketCase).Get([]byte(casefile.NewID(year, n))) == nil }
	step := 1
	for ; !free(given + step); step *= 2 {
		given += step
	}
	return casefile.NewID(year, given+1+sort.Search(step-1, func(i int) bool { return free(given + 1 + i) }))
}

// Committed reports whether all that the transaction sees is committed: only then may what was made of it be kept by the numbers
// of records, which another record may get where they are given up.
func (t *Tx) Committed() bool { return !t.b.Writable() }

// Today returns the civil day of the transaction's time.
func (t *Tx) Today() civil.Date { return civil.Of(t.now) }
