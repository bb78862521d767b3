package register

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"

	"go.etcd.io/bbolt"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// keyJournalled holds, in meta, the number of the last record that was durable in the journal before
// the last transaction. What comes after it may be torn; it and what comes before must be there.
var keyJournalled = []byte("journalled")

// attach finds out how database and journal stand to each other, without reading more than their
// ends, and leaves them equal. The database may lack what the journal has (Findings.Replayed) or the
// other way round; where one does not continue the other it refuses with *BrokenJournalError.
func (r *Register) attach(now time.Time) error {
	j := &r.journal
	if err := os.MkdirAll(j.dir, 0o700); err != nil {
		return fmt.Errorf("creating the journal: %w", err)
	}
	if err := j.identify(r.meta); err != nil {
		return err
	}
	files, err := journalFiles(j.dir)
	if err != nil {
		return err
	}
	var e ends
	if err := r.View(func(tx *Tx) (err error) { e, err = tx.compareEnds(files); return err }); err != nil {
		return err
	}
	if err := j.cut(files, e); err != nil {
		return err
	}
	r.found.Cut = e.torn
	if err := j.remember(); err != nil {
		return err
	}
	if e.last > e.head {
		if err := r.replayJournal(files, e); err != nil {
			return err
		}
		r.found.Replayed = e.last - e.head
		repaired := casefile.Repaired{From: e.head + 1, To: e.last, Cause: "登记库缺少流水中已有的记录"}
		return r.Update(now, func(tx *Tx) error {
			_, err := tx.Append(Actor, casefile.Draft{On: civil.Of(tx.now), Event: repaired})
			return err
		})
	}
	r.found.CaughtUp = e.head - e.last
	err = r.catchUp()
	if _, full := errors.AsType[*JournalError](err); full {
		r.unwell(now, err) // nothing can be recorded now, but everything can be read
		return nil
	}
	if err == nil && e.walked > perTransaction {
		return r.mark() // so that the next start is a quick one
	}
	return err
}

// ends is how the end of a journal compares with the end of the database.
type ends struct {
	head   uint64 // last record of the database
	last   uint64 // last record that is whole in the journal
	file   int    // where its line ends: everything after that is torn. -1: there is no line
	end    int64
	torn   int64  // bytes after end
	walked uint64 // lines read
	ahead  line   // the first line that the database lacks, where last > head
}

// compareEnds walks the journal from the last record that must be in it to its end.
func (t *Tx) compareEnds(files []string) (e ends, err error) {
	head, _ := t.Head()
	e = ends{head: head, file: -1}
	var prev casefile.Digest
	from := line{}
	if must := t.journalled(); must > 0 {
		l, ok, err := findLine(files, must)
		if err != nil {
			return e, err
		}
		if !ok {
			return e, &BrokenJournalError{Path: dirOf(files), Seq: must, What: "应有这条记录，但没有"}
		}
		if have := t.bucket(bucketRecord).Get(be64(must)); !bytes.Equal(have, l.text) {
			return e, brokenAt(files, l, must, t.differs(must, l.text))
		}
		prev, from = casefile.DigestOf(l.text), line{file: l.file, start: l.end()}
		e.last, e.file, e.end = must, l.file, l.end()
	}
	err = eachLine(files, from.file, from.start, func(l line) (bool, error) {
		record, err := casefile.DecodeRecord(l.text)
		wrong := l.wrong(record, err, e.last+1, prev)
		if wrong == "" && e.last < head {
			if have := t.bucket(bucketRecord).Get(be64(e.last + 1)); !bytes.Equal(have, l.text) {
				return false, brokenAt(files, l, e.last+1, t.differs(e.last+1, l.text))
			}
		}
		if wrong != "" {
			e.torn, err = tornFrom(files, l, e.last+1, head, wrong)
			return false, err
		}
		if e.last == head {
			e.ahead = line{file: l.file, start: l.start}
		}
		prev = casefile.DigestOf(l.text)
		e.last, e.file, e.end, e.walked = e.last+1, l.file, l.end(), e.walked+1
		return true, nil
	})
	return e, err
}

// mark notes that the journal is durable as far as it goes.
func (r *Register) mark() error {
	return r.commit(func(b *bbolt.Tx) (Wrote, error) {
		return Wrote{}, b.Bucket(bucketMeta).Put(keyJournalled, be64(r.journal.seq))
	})
}

func dirOf(files []string) string {
	if len(files) == 0 {
		return "journal/"
	}
	return files[len(files)-1]
}

func (t *Tx) journalled() uint64 {
	if b := t.bucket(bucketMeta).Get(keyJournalled); len(b) == 8 {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

// differs says which of two versions of a record the next record proves to be the right one.
func (t *Tx) differs(seq uint64, inJournal []byte) string {
	next, err := t.Record(seq + 1)
	switch {
	case err != nil:
		return "与登记库中的同一条记录不同"
	case next.Prev == casefile.DigestOf(inJournal):
		return "与登记库中的同一条记录不同；后一条记录证明流水是对的，用 ysq rebuild 据流水重建登记库"
	case next.Prev == casefile.DigestOf(t.bucket(bucketRecord).Get(be64(seq))):
		return "与登记库中的同一条记录不同；后一条记录证明登记库是对的"
	}
	return "与登记库中的同一条记录不同，后一条记录与两者都不符"
}

// tornFrom decides about a line that does not continue the journal. A write that a power cut tore
// leaves no records of its own behind it: it can be cut, for the database has what it was to be. A
// line that is a record, or has a record after it that the database lacks, is no such thing.
func tornFrom(files []string, bad line, seq, head uint64, wrong string) (int64, error) {
	if _, err := casefile.DecodeRecord(bad.text); err == nil && bad.whole {
		return 0, brokenAt(files, bad, seq, wrong)
	}
	torn := int64(0)
	refused := false
	err := eachLine(files, bad.file, bad.start, func(l line) (bool, error) {
		torn += l.end() - l.start
		if r, err := casefile.DecodeRecord(l.text); err == nil && l.whole && r.Seq > head {
			refused = true
		}
		return !refused, nil
	})
	if err != nil {
		return 0, err
	}
	if refused {
		return 0, brokenAt(files, bad, seq, wrong+"，其后还有登记库所没有的记录")
	}
	return torn, nil
}

// cut takes away what a power cut tore and stands ready to go on behind it.
func (j *journal) cut(files []string, e ends) error {
	j.seq = e.last
	if e.file >= 0 {
		j.path, j.size, j.made = files[e.file], e.end, false
	}
	if e.torn == 0 {
		return nil
	}
	if e.file >= 0 {
		f, err := j.disk.Open(j.path, os.O_RDWR)
		if err != nil {
			return err
		}
		if err := errors.Join(j.disk.Truncate(f, e.end), j.disk.Sync(f), f.Close()); err != nil {
			return &JournalError{Path: j.path, Err: err}
		}
	}
	for _, path := range files[e.file+1:] {
		if err := j.disk.Remove(path); err != nil {
			return &JournalError{Path: path, Err: err}
		}
	}
	return j.disk.SyncDir(j.dir)
}

// replayJournal takes into the database what only the journal has.
func (r *Register) replayJournal(files []string, e ends) error {
	b := newBatch(r)
	err := eachLine(files, e.ahead.file, e.ahead.start, func(l line) (bool, error) {
		record, err := casefile.DecodeRecord(l.text)
		if err != nil {
			return false, err
		}
		return record.Seq < e.last, b.add(record, l.text)
	})
	return errors.Join(err, b.flush())
}

// batch gathers lines and writes some hundreds of them in one transaction.
type batch struct {
	r       *Register
	records []casefile.Record
	lines   [][]byte
}

func newBatch(r *Register) *batch { return &batch{r: r} }

func (b *batch) add(record casefile.Record, text []byte) error {
	b.records, b.lines = append(b.records, record), append(b.lines, bytes.Clone(text))
	if len(b.records) < 500 {
		return nil
	}
	return b.flush()
}

func (b *batch) flush() error {
	if len(b.records) == 0 {
		return nil
	}
	err := b.r.commit(func(tx *bbolt.Tx) (Wrote, error) {
		dst := b.r.tx(tx, time.Time{})
		for i, record := range b.records {
			if err := dst.accept(record, b.lines[i]); err != nil {
				return Wrote{}, err
			}
		}
		b.r.cal.Store(dst.cal)
		return dst.wrote, nil
	})
	b.records, b.lines = b.records[:0], b.lines[:0]
	return err
}

// accept stores a line as it stands and derives from it what Append would have.
func (t *Tx) accept(r casefile.Record, text []byte) error {
	if err := t.bucket(bucketRecord).Put(be64(r.Seq), text); err != nil {
		return err
	}
	if err := t.index(r); err != nil {
		return err
	}
	if e, ok := r.Event.(casefile.CalendarAdopted); ok {
		return t.adopt(e.Year)
	}
	if r.Case == "" {
		return nil
	}
	return t.project([]casefile.ID{r.Case}, []casefile.Record{r})
}
