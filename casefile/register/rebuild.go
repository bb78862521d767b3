package register

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/durable"
)

// Rebuild makes the database anew from the journal: the same records, cases, book and due dates. No
// process may have the register open. A database that can still be opened is first asked for what the
// journal lacks; one that cannot, or is gone, is done without, for nothing was ever answered before it
// stood in the journal.
func Rebuild(ctx context.Context, dir string, o Options, tell Progress) (m Made, err error) {
	least, err := settleFirst(dir, o)
	if err != nil {
		return m, err
	}
	l, err := Hold(dir, o.Command)
	if err != nil {
		return m, err
	}
	r := prepare(dir, o)
	r.lock = l
	defer func() { err = errors.Join(err, r.Close()) }()
	if r.meta, err = journalMeta(r.journal.dir); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = &BrokenJournalError{Path: r.journal.dir, What: "没有 register.json，不是流水目录"}
		}
		return m, err
	}
	if r.meta.Schema > Schema {
		return m, fmt.Errorf("%s：%w（格式 %d，本程序懂 %d）；请升级 ysq", r.journal.dir, ErrNewer, r.meta.Schema, Schema)
	}
	r.meta.Schema = Schema
	return r.rebuild(ctx, least, timeOr(o.Now), tell)
}

// settleFirst lets an openable database give the journal what it lacks, and returns how many records
// the journal must have at least. Where the two contradict each other and the journal is whole in
// itself, the journal is right: the database has no witness.
func settleFirst(dir string, o Options) (least uint64, err error) {
	r, err := Open(dir, o)
	if err == nil {
		return r.journal.seq, r.Close()
	}
	if _, broken := errors.AsType[*BrokenJournalError](err); broken {
		s, err := Inspect(dir, o)
		if err != nil {
			return 0, err
		}
		err = s.reg.View(func(tx *Tx) error { least, _ = tx.Head(); return nil })
		return least, errors.Join(err, s.Close())
	}
	if errors.Is(err, ErrDamaged) || errors.Is(err, ErrMissing) || errors.Is(err, ErrForeign) {
		return 0, nil
	}
	return 0, err
}

func (r *Register) rebuild(ctx context.Context, least uint64, now time.Time, tell Progress) (m Made, err error) {
	files, err := journalFiles(r.journal.dir)
	if err != nil {
		return m, err
	}
	need := int64(64 << 20)
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			return m, err
		}
		need += 5 * info.Size() / 2
	}
	if err := durable.RoomFor(r.dir, need); err != nil {
		return m, err
	}
	db, err := r.createNew()
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	mk := (&maker{r: r, into: db, from: db, store: true, procs: allProcessors()}).begun()
	defer func() { err = errors.Join(err, mk.end()) }()
	last, err := eachRecord(ctx, files, func(d *decoded) error {
		if d.record.Seq%perTransaction == 0 {
			tell.Say("读取流水", int64(d.record.Seq), 0)
		}
		return mk.add(d.record, d.text)
	})
	if err != nil {
		return m, err
	}
	if last < least {
		return m, &BrokenJournalError{Path: r.journal.dir, Seq: last + 1, What: fmt.Sprintf("流水到此为止，登记库却有 %d 条记录", least)}
	}
	if err := mk.finish(ctx, tell); err != nil {
		return m, err
	}
	err = db.Update(func(b *bbolt.Tx) error { return b.Bucket(bucketMeta).Put(keyJournalled, be64(last)) })
	if err != nil {
		return m, err
	}
	if m, err = r.examine(ctx, db, tell); err != nil {
		return m, err
	}
	return m, r.swap(&m, "rebuild", now)
}

// Rewritten says what became of a journal that was written anew.
type Rewritten struct {
	Records uint64
	Kept    string // where the old journal lies now
	// Beyond is the number of lines in the old journal with records that the database does not have.
	// They are in Kept and nowhere else.
	Beyond int
}

// RebuildJournal writes the journal anew from a database whose chain is whole. No process may have
// the register open. The old journal is kept beside it.
func RebuildJournal(ctx context.Context, dir string, o Options, tell Progress) (w Rewritten, err error) {
	path := filepath.Join(dir, FileName)
	if err := present(path); err != nil {
		return w, err
	}
	l, err := Hold(dir, o.Command)
	if err != nil {
		return w, err
	}
	r := prepare(dir, o)
	r.lock = l
	defer func() { err = errors.Join(err, r.Close()) }()
	return w, survive(path, func() error {
		if err := r.open(path, false); err != nil {
			return err
		}
		if r.meta.Schema < Schema {
			return fmt.Errorf("%s：%w", path, ErrOlder)
		}
		w, err = r.rewriteJournal(ctx, timeOr(o.Now), tell)
		return err
	})
}

func (r *Register) rewriteJournal(ctx context.Context, now time.Time, tell Progress) (w Rewritten, err error) {
	old := r.journal.dir
	if err := r.checkChain(ctx, tell); err != nil {
		return w, err
	}
	r.journal.dir += ".new"
	if err := r.disk.Remove(r.journal.dir); err != nil {
		return w, err
	}
	if err := os.Mkdir(r.journal.dir, 0o700); err != nil {
		return w, err
	}
	tell.Say("写流水", 0, 1)
	if err := errors.Join(r.journal.identify(r.meta), r.catchUp()); err != nil {
		return w, err
	}
	w.Records = r.journal.seq
	if w.Beyond, err = beyond(old, w.Records); err != nil {
		return w, err
	}
	if there, err := durable.Exists(old); err != nil {
		return w, err
	} else if there {
		if w.Kept, err = unused(fmt.Sprintf("%s-broken-%s", old, now.Format("20060102-150405"))); err != nil {
			return w, err
		}
		if err := r.disk.Rename(old, w.Kept); err != nil {
			return w, err
		}
	}
	if err := r.disk.Rename(r.journal.dir, old); err != nil {
		return w, err
	}
	r.journal.close()
	return w, errors.Join(r.mark(), r.disk.SyncDir(r.dir))
}

func (r *Register) checkChain(ctx context.Context, tell Progress) error {
	var prev casefile.Digest
	want := uint64(1)
	return decodeAll(ctx, allProcessors(), r.db.Path(), linesOf(r.db), func(d *decoded) error {
		if wrong := d.wrong(d.record, d.err, want, prev); wrong != "" || d.seq != want {
			return errors.Join(fmt.Errorf("%s：%w（记录 %d 与前一条不相接）；不能据此重写流水，请从备份恢复", r.db.Path(), ErrDamaged, want), d.err)
		}
		prev, want = d.digest, want+1
		if want%perTransaction == 0 {
			tell.Say("核对记录", int64(want), 0)
		}
		return nil
	})
}

// beyond counts the lines of a journal whose records come after head.
func beyond(dir string, head uint64) (n int, err error) {
	files, err := journalFiles(dir)
	if err != nil {
		return 0, err
	}
	err = eachLine(files, 0, 0, func(l line) (bool, error) {
		if number(l.text) > head {
			n++
		}
		return true, nil
	})
	return n, err
}
