package register

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/panics"
)

// Difference is one place in which the register is not what its records say, or cannot prove it.
type Difference struct {
	Place string `json:"place"` // what is wrong: "database", "record", "journal", "mail", or the name of a bucket
	Key   string `json:"key"`   // where: a record's number, a case, a digest
	What  string `json:"what"`
	Do    string `json:"do"` // what to do about it
}

func (d Difference) String() string {
	return fmt.Sprintf("%s %s：%s；%s", d.Place, d.Key, d.What, d.Do)
}

// What to do about differences.
const (
	doRebuild = "停止服务后运行 ysq rebuild"
	doJournal = "停止服务后运行 ysq rebuild --journal"
	doRestore = "从备份恢复（ysq restore），并查明磁盘是否有故障"
	doMail    = "从备份的 mail/ 目录取回这个文件"
)

// perPlace bounds the differences that are reported for one bucket; the rest is counted.
const perPlace = 100

// Verify proves the register: the database's own structure, the chain of the records, everything
// derived from them, the journal, and the mails' files with their bytes. It works on a snapshot;
// readers and writers go on. An error means that it could not be carried out.
func (r *Register) Verify(ctx context.Context, tell Progress) ([]Difference, error) {
	return r.verify(ctx, allProcessors(), tell)
}

// VerifyAside is Verify for the background: on one processor, so that questions asked meanwhile need not wait.
func (r *Register) VerifyAside(ctx context.Context) ([]Difference, error) {
	return r.verify(ctx, 0, nil)
}

func (r *Register) verify(ctx context.Context, procs int, tell Progress) ([]Difference, error) {
	temp, none := durable.Scratch()
	s, err := r.Snapshot(ctx, temp, tell)
	if errors.Is(err, ErrDamaged) {
		return []Difference{{"database", "", err.Error(), doRebuild}}, nil
	}
	if err != nil {
		return nil, err
	}
	scratch := r.dir
	if s.dir == "" || filepath.Dir(s.dir) != r.dir { // which cannot be written
		if none != nil {
			return nil, errors.Join(none, s.Close())
		}
		scratch = temp
	}
	found, err := verifying{ctx, procs, tell, s, r}.all(scratch)
	return found, errors.Join(err, s.Close())
}

// VerifyDir is Verify of a directory that nobody writes, such as a backup. It changes nothing in it.
func VerifyDir(ctx context.Context, dir string, o Options, tell Progress) ([]Difference, error) {
	s, err := Inspect(dir, o)
	if errors.Is(err, ErrDamaged) {
		return []Difference{{"database", "", err.Error(), doRestore}}, nil
	}
	if err != nil {
		return nil, err
	}
	if s.reg.meta.Schema < Schema {
		return nil, errors.Join(fmt.Errorf("%s：%w；备份可用 ysq restore --test 检验", dir, ErrOlder), s.Close())
	}
	temp, err := durable.Scratch()
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	found, err := verifying{ctx, allProcessors(), tell, s, s.reg}.all(temp)
	return found, errors.Join(err, s.Close())
}

// verifying is the proof of a snapshot.
type verifying struct {
	ctx   context.Context
	procs int // as for inOrder
	tell  Progress
	s     *Snapshot
	live  *Register // asked again about mails that came or went since the snapshot
}

// all carries the proof out; what has to be made anew lies in a directory below temp meanwhile. The records
// and what follows from them on one side, everything else on the other, are proved at the same time.
func (all verifying) all(temp string) ([]Difference, error) {
	ctx, stop := context.WithCancelCause(all.ctx)
	defer stop(nil)
	all.ctx = ctx
	records := verifier{verifying: all}
	var recordsDone atomic.Bool
	all.tell = func(doing string, done, total int64) {
		if recordsDone.Load() { // one voice at a time
			records.tell.Say(doing, done, total)
		}
	}
	file, rest := verifier{verifying: all}, verifier{verifying: all}
	aside := func() {
		if err := panics.In(func() error { return errors.Join(file.prove(file.structure), rest.prove(rest.journal, rest.mails)) }); err != nil {
			stop(err)
		}
	}
	var both sync.WaitGroup
	if all.procs > 0 {
		both.Go(aside)
	}
	if err := panics.In(func() error { return records.prove(func(tx *Tx) error { return records.derived(tx, temp) }) }); err != nil {
		stop(err)
	}
	recordsDone.Store(true)
	if all.procs == 0 {
		aside()
	}
	both.Wait()
	return slices.Concat(file.differences(), records.differences(), rest.differences()), context.Cause(ctx)
}

// verifier gathers what is found in a part of the proof.
type verifier struct {
	verifying
	found []Difference
	more  map[string]int
}

func (v *verifier) add(place, key, what, do string) {
	if v.more == nil {
		v.more = make(map[string]int)
	}
	if v.more[place]++; v.more[place] <= perPlace {
		v.found = append(v.found, Difference{place, key, what, do})
	}
}

func (v *verifier) differences() []Difference {
	for place, n := range v.more {
		if n > perPlace {
			v.found = append(v.found, Difference{place, "", fmt.Sprintf("另有 %d 处", n-perPlace), "同上"})
		}
	}
	return v.found
}

// prove reads the snapshot; what makes that impossible is found, too.
func (v *verifier) prove(parts ...func(*Tx) error) error {
	err := v.s.View(func(tx *Tx) error {
		for _, do := range parts {
			if err := do(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, ErrDamaged) {
		v.add("database", "", err.Error(), doRebuild)
		err = nil
	}
	return err
}

// structure checks the database page by page.
func (v *verifier) structure(tx *Tx) error {
	v.tell.Say("检查数据库结构", 0, 1)
	for problem := range tx.b.Check() {
		v.add("database", "", problem.Error(), doRebuild)
	}
	return nil
}

// derived walks the chain and compares everything derived with what the records give anew, key by key.
func (v *verifier) derived(have *Tx, temp string) (err error) {
	r := v.s.reg
	dir, err := os.MkdirTemp(temp, "verify-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, FileName)
	if err := create(path, r.meta); err != nil {
		return err
	}
	again, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second, NoSync: true, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, again.Close()) }()
	comparing := &comparison{v: v, have: have.b}
	m := (&maker{r: prepare(dir, Options{Law: r.law, Calendar: r.base, limits: v.live.limits}), into: again, target: comparing, from: r.db,
		procs: v.procs, foreseen: r.cal.Load()}).begun()
	defer func() { err = errors.Join(err, m.end()) }()
	if whole, err := v.chain(have, m); err != nil || !whole {
		return err // what cannot be read cannot be derived
	}
	if err := m.finish(v.ctx, v.tell); err != nil {
		return err
	}
	comparing.end()
	return again.View(func(b *bbolt.Tx) error {
		for _, name := range derived {
			if isSorted(name) {
				continue
			}
			if err := comparing.compare(name, b); err != nil {
				return err
			}
		}
		return nil
	})
}

// comparison is the target that is a database which should say the same.
type comparison struct {
	v    *verifier
	have *bbolt.Tx

	name       []byte
	cursor     *bbolt.Cursor // nil: no bucket was begun
	key, value []byte        // at which it is
}

func (c *comparison) add(key []byte, what string) {
	c.v.add(string(c.name), fmt.Sprintf("%q", key), what, doRebuild)
}

func (c *comparison) bucket(name []byte) error {
	c.end()
	c.name, c.cursor = name, c.have.Bucket(name).Cursor()
	c.key, c.value = c.cursor.First()
	return nil
}

// end finds what stands behind the last key.
func (c *comparison) end() {
	if c.cursor != nil {
		c.pass(nil)
	}
}

// pass goes on to a key, or behind the last one, and finds what should not be there before it.
func (c *comparison) pass(to []byte) (there bool) {
	for c.key != nil {
		if to != nil {
			if order := bytes.Compare(c.key, to); order >= 0 {
				return order == 0
			}
		}
		c.add(c.key, keyExtra)
		c.key, c.value = c.cursor.Next()
	}
	return false
}

func (c *comparison) put(key, value []byte) error {
	if !c.pass(key) {
		c.add(key, keyLacking)
		return nil
	}
	if !bytes.Equal(c.value, value) {
		c.add(key, keyDiffers)
	}
	c.key, c.value = c.cursor.Next()
	return nil
}

func (c *comparison) later(id []byte) error {
	if c.pass(id) {
		c.key, c.value = c.cursor.Next()
	}
	return nil
}

func (c *comparison) caseLater(id, projection []byte) error {
	switch have := c.have.Bucket(bucketCase).Get(id); {
	case have == nil:
		c.add(id, keyLacking)
	case !bytes.Equal(have, projection):
		c.add(id, keyDiffers)
	}
	return nil
}

// compare compares a whole bucket with that of another database.
func (c *comparison) compare(name []byte, want *bbolt.Tx) error {
	if err := c.bucket(name); err != nil {
		return err
	}
	err := want.Bucket(name).ForEach(c.put)
	c.end()
	return err
}

// What can be said of a key.
const (
	keyExtra   = "多出，记录中没有根据"
	keyLacking = "缺少"
	keyDiffers = "与记录不符"
)

// chain gives every record to m and says whether all could be read.
func (v *verifier) chain(have *Tx, m *maker) (whole bool, err error) {
	head, _ := have.Head()
	prev, want := casefile.Digest{}, uint64(1)
	whole = true
	db := v.s.reg.db
	err = decodeAll(v.ctx, v.procs, db.Path(), linesOf(db), func(d *decoded) error {
		if want%perTransaction == 0 {
			v.tell.Say("核对记录", int64(want), int64(head))
		}
		wrong := func(what string) { v.add("record", fmt.Sprint(d.seq), what, doRebuild) }
		switch {
		case d.err != nil:
			wrong("读不懂：" + d.err.Error())
			whole = false
		case d.seq != want || d.record.Seq != d.seq:
			wrong(fmt.Sprintf("断号：应为 %d", want))
		case d.record.Prev != prev:
			wrong("与上一条记录的摘要不符")
		}
		prev, want = d.digest, d.seq+1
		if whole {
			if err := m.add(d.record, d.text); err != nil {
				if _, ok := errors.AsType[*fs.PathError](err); ok || panics.Is(err) { // of the proof's own files or program: the record has no part in it
					return err
				}
				wrong("无法据此建立索引：" + err.Error())
				whole = false
			}
		}
		return nil
	})
	v.tell.Say("核对记录", int64(head), int64(head))
	return whole, err
}

// journal compares every line with its record.
func (v *verifier) journal(have *Tx) error {
	head, _ := have.Head()
	want := uint64(1)
	records := have.bucket(bucketRecord).Cursor()
	k, text := records.First()
	for i, file := range v.s.journal {
		stop := false
		_, err := eachLineOf(file.Path, i, 0, func(l line) (bool, error) {
			if l.end() > file.Size {
				return false, nil // written since
			}
			if want%perTransaction == 0 {
				v.tell.Say("核对流水", int64(want), int64(head))
			}
			for at := be64(want); k != nil && bytes.Compare(k, at) < 0; {
				k, text = records.Next()
			}
			is := bytes.Equal(k, be64(want)) // or the database lacks it
			switch {
			case number(l.text) != want:
				v.add("journal", fmt.Sprint(want), fmt.Sprintf("%s 偏移 %d 处应是这条记录", filepath.Base(file.Path), l.start), doJournal)
				stop = true
				return false, nil
			case !is || !bytes.Equal(text, l.text):
				v.add("journal", fmt.Sprint(want), have.differs(want, l.text), doJournal)
			}
			want++
			return v.ctx.Err() == nil, context.Cause(v.ctx)
		})
		if err != nil {
			return err
		}
		if stop {
			return nil
		}
	}
	if want <= head {
		v.add("journal", fmt.Sprint(want), fmt.Sprintf("缺少这条及其后的记录，至 %d", head), doJournal)
	}
	return nil
}
