package register

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"

	"ysq.internal/ysq/casefile/durable"
)

// schemas says what each version of the file format brought. It is only ever appended to, with a
// frozen file of the version in testdata.
var schemas = [...]string{
	1: "records, and what is derived from them",
	2: "letters by their numbers, mails to be sent by where they stand, applicants by name and mark",
	3: "what lies in a case, those merged into it included; mails by their taking out, each in its place though its UID is another's",
	4: "open mail, periods, both instants of an arrival",
	5: "the addresses of third parties, what was handed to the post",
}

// Schema is the version of the file format that this program writes. A newer file is refused.
const Schema = len(schemas) - 1

// ErrOlder is returned for a file of an earlier format where none may be changed.
var ErrOlder = errors.New("登记库是旧格式，守护进程启动时会留存旧库并升级")

// migrate brings a database of an earlier format to the present one. Records are never written anew,
// and everything else follows from them: the new file takes the lines as they stand and derives the
// rest. The old file is kept as it was.
func (r *Register) migrate(now time.Time) error {
	from := r.meta.Schema
	old := r.db
	if err := durable.RoomFor(r.dir, 2*r.size()+64<<20); err != nil {
		return err
	}
	r.meta.Schema = Schema
	db, err := r.createNew()
	if err != nil {
		return err
	}
	m, err := r.carryOver(old, db, from)
	if err := errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("%s：从格式 %d 升级到 %d 没有成功，旧库未动：%w", r.db.Path(), from, Schema, err)
	}
	if err := r.swap(&m, fmt.Sprintf("schema%d", from), now); err != nil {
		return err
	}
	r.found.Migrated, r.found.Kept = true, m.Kept
	if len(r.found.Moved) > 0 {
		r.found.MovedList = m.Kept + "-differences.csv"
		if err := r.listMoved(r.found.MovedList); err != nil {
			return err
		}
	}
	r.db = nil
	if err := old.Close(); err != nil {
		return err
	}
	return r.open(filepath.Join(r.dir, FileName), false)
}

func (r *Register) carryOver(from, to *bbolt.DB, schema int) (m Made, err error) {
	ctx := context.Background()
	mk := (&maker{r: r, into: to, from: from, store: true, procs: allProcessors()}).begun()
	defer func() { err = errors.Join(err, mk.end()) }()
	var notices oldNotices
	err = decodeAll(ctx, mk.procs, from.Path(), linesOf(from), func(d *decoded) error {
		if d.err != nil {
			return d.err
		}
		if d.record.Seq != d.seq {
			return fmt.Errorf("record %d lies at %d", d.record.Seq, d.seq)
		}
		notices.add(d.record)
		return mk.add(d.record, d.text)
	})
	if err != nil {
		return m, err
	}
	if err := mk.finish(ctx, nil); err != nil {
		return m, err
	}
	if r.found.Moved, err = r.movedCases(from, to); err != nil {
		return m, err
	}
	if schema < 4 { // since then a notice over several applications is one
		r.found.Moved = append(r.found.Moved, notices.proposals()...)
	}
	var mark []byte
	err = from.View(func(b *bbolt.Tx) error { mark = append(mark, b.Bucket(bucketMeta).Get(keyJournalled)...); return nil })
	if err != nil {
		return m, err
	}
	if len(mark) > 0 {
		if err := to.Update(func(b *bbolt.Tx) error { return b.Bucket(bucketMeta).Put(keyJournalled, mark) }); err != nil {
			return m, err
		}
	}
	return r.examine(ctx, to, nil)
}
