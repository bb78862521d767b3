package register

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"go.etcd.io/bbolt"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/panics"
)

// inOrder lets work run over what feed gives, on as many processors as procs says, and done here: in the
// order of feeding, after work. feed and work run in goroutines of their own, where a panic is an error, and some dozens of items are
// on the way at once; with procs 0 everything runs here, one after the other. It ends with the first error,
// when nothing of it runs any more.
func inOrder[T any](ctx context.Context, procs int, feed func(give func(T) error) error, work, done func(T) error) error {
	if procs == 0 {
		return feed(func(item T) error {
			if err := context.Cause(ctx); err != nil {
				return err
			}
			if err := work(item); err != nil {
				return err
			}
			return done(item)
		})
	}
	type job struct {
		item   T
		worked chan error
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	jobs, order := make(chan job, 4*procs), make(chan job, 4*procs)
	fed := make(chan error, 1)
	var all sync.WaitGroup
	all.Go(func() {
		defer close(jobs)
		defer close(order)
		give := func(item T) error {
			j := job{item, make(chan error, 1)}
			select {
			case order <- j:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			jobs <- j // workers wait for nobody
			return nil
		}
		fed <- panics.In(func() error { return feed(give) })
	})
	for range procs {
		all.Go(func() {
			for j := range jobs {
				j.worked <- panics.In(func() error { return work(j.item) })
			}
		})
	}
	var first error
	for j := range order {
		err := <-j.worked
		if err == nil && first == nil {
			err = done(j.item)
		}
		if err != nil && first == nil {
			first = err
			stop(err)
		}
	}
	all.Wait()
	if first != nil {
		return first
	}
	return <-fed
}

// named does something with one record or case. A panic in it is an error that says which, for it is the program's fault; a
// page that a damaged file no longer has is the file's (survive).
func (l limits) named(which func() string, do func() error) (err error) {
	caught := panics.In(func() error {
		if l.each != nil {
			l.each(which())
		}
		err = do()
		return nil
	})
	if caught == nil {
		return err
	}
	if p, ok := errors.AsType[*panics.Error](caught); ok {
		if _, fault := p.Value.(interface{ Addr() uintptr }); fault {
			panics.Resume(p)
		}
	}
	return fmt.Errorf("%s：%w；登记库没有改动，请把这一条报告给维护人员", which(), caught)
}

// naming is named for a case.
func (l limits) naming(id casefile.ID, do func() error) error {
	return l.named(func() string { return "案件 " + string(id) }, do)
}

// allProcessors is procs where somebody waits for the result.
func allProcessors() int { return runtime.GOMAXPROCS(0) }

// decoded is a record's line, read.
type decoded struct {
	line
	seq    uint64 // under which the database has it; 0: it stands in a journal
	record casefile.Record
	err    error
	digest casefile.Digest
}

// perChunk is how many lines are decoded at once.
const perChunk = 128

// decodeAll calls do with the lines that feed gives, decoded, in their order. A line's text must stay as it
// is until do was called with it. path is where they are read, for errors: whoever is the first to read a
// damaged page has the fault.
func decodeAll(ctx context.Context, procs int, path string, feed func(give func(decoded) error) error, do func(*decoded) error) error {
	return inOrder(ctx, procs,
		func(give func([]decoded) error) error {
			chunk := make([]decoded, 0, perChunk)
			err := survive(path, func() error {
				return feed(func(d decoded) error {
					if chunk = append(chunk, d); len(chunk) < perChunk {
						return nil
					}
					full := chunk
					chunk = make([]decoded, 0, perChunk)
					return give(full)
				})
			})
			if err != nil || len(chunk) == 0 {
				return err
			}
			return give(chunk)
		},
		func(chunk []decoded) error {
			return survive(path, func() error {
				for i := range chunk {
					d := &chunk[i]
					err := limits{}.named(func() string { return fmt.Sprintf("记录 %d", number(d.text)) }, func() error {
						d.record, d.err = casefile.DecodeRecord(d.text)
						d.digest = casefile.DigestOf(d.text)
						return nil
					})
					if err != nil {
						return err
					}
				}
				return nil
			})
		},
		func(chunk []decoded) error {
			for i := range chunk {
				if err := do(&chunk[i]); err != nil {
					return err
				}
			}
			return nil
		})
}

// linesOf feeds decodeAll with the records of a database that nobody writes.
func linesOf(db *bbolt.DB) func(give func(decoded) error) error {
	return func(give func(decoded) error) error {
		return db.View(func(tx *bbolt.Tx) error {
			c := tx.Bucket(bucketRecord).Cursor()
			for k, text := c.First(); k != nil; k, text = c.Next() {
				if err := give(decoded{line: line{text: text, whole: true}, seq: binary.BigEndian.Uint64(k)}); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// errTorn ends the reading of a journal where a write was torn.
var errTorn = errors.New("torn")

// eachRecord calls do with every record of a journal, in order, and returns the last one. It accepts a torn
// end and nothing else that is not whole.
func eachRecord(ctx context.Context, files []string, do func(*decoded) error) (last uint64, err error) {
	var prev casefile.Digest
	feed := func(give func(decoded) error) error {
		return eachLine(files, 0, 0, func(l line) (bool, error) {
			l.text = bytes.Clone(l.text)
			err := give(decoded{line: l})
			return err == nil, err
		})
	}
	err = decodeAll(ctx, allProcessors(), dirOf(files), feed, func(d *decoded) error {
		if wrong := d.wrong(d.record, d.err, last+1, prev); wrong != "" {
			if _, err := tornFrom(files, d.line, last+1, last, wrong); err != nil {
				return err
			}
			return errTorn
		}
		prev, last = d.digest, d.record.Seq
		return do(d)
	})
	if errors.Is(err, errTorn) {
		err = nil
	}
	return last, err
}
