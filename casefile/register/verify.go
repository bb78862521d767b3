package register

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"

	"ysq.internal/ysq/casefile"
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

// perPlace bounds the differences that are told of one place; the rest is counted.
const perPlace = 100

// Verify proves the register: the database's own structure, the chain of the records, everything
// derived from them, the journal, and the mails' files with their bytes. It works on a snapshot;
// readers and writers go on. An error means that it could not be carried out.
func (r *Register) Verify(ctx context.Context, tell Progress) ([]Difference, error) {
	s, err := r.Snapshot(ctx, tell)
	if errors.Is(err, ErrDamaged) {
		return []Difference{{"database", "", err.Error(), doRebuild}}, nil
	}
	if err != nil {
		return nil, err
	}
	v := verifier{ctx: ctx, tell: tell, live: r}
	err = v.all(s, r.dir)
	return v.found, errors.Join(err, s.Close())
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
	v := verifier{ctx: ctx, tell: tell, live: s.reg}
	err = v.all(s, os.TempDir())
	return v.found, errors.Join(err, s.Close())
}

type verifier struct {
	ctx   context.Context
	tell  Progress
	live  *Register // asked again about mails that came or went since the snapshot
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

// all checks a snapshot; what has to be made anew lies in a directory below temp meanwhile.
func (v *verifier) all(s *Snapshot, temp string) error {
	err := survive(s.reg.db.Path(), func() error {
		return s.reg.View(func(tx *Tx) error {
			v.tell.Say("检查数据库结构", 0, 1)
			for problem := range tx.b.Check() {
				v.add("database", "", problem.Error(), doRebuild)
			}
			if err := v.derived(s.reg, tx, temp); err != nil {
				return err
			}
			if err := v.journal(s.journal, tx); err != nil {
				return err
			}
			return v.mails(s.state, tx)
		})
	})
	if errors.Is(err, ErrDamaged) {
		v.add("database", "", err.Error(), doRebuild)
		err = nil
	}
	for place, n := range v.more {
		if n > perPlace {
			v.found = append(v.found, Difference{place, "", fmt.Sprintf("另有 %d 处", n-perPlace), "同上"})
		}
	}
	return err
}

// derived walks the chain and compares everything derived with what the records give anew.
func (v *verifier) derived(r *Register, have *Tx, temp string) (err error) {
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
	m := newMaker(prepare(dir, Options{Law: r.law, Calendar: r.base}), again, have.b)
	defer m.abandon()
	if whole, err := v.chain(have, m); err != nil || !whole {
		return err // what cannot be read cannot be derived
	}
	if err := m.finish(v.tell); err != nil {
		return err
	}
	return again.View(func(b *bbolt.Tx) error {
		for i, name := range derived {
			v.tell.Say("比对索引", int64(i), int64(len(derived)))
			v.compare(name, have.b, b)
		}
		return nil
	})
}

// chain gives every record to m and says whether all could be read.
func (v *verifier) chain(have *Tx, m *maker) (whole bool, err error) {
	head, _ := have.Head()
	prev, want := casefile.Digest{}, uint64(1)
	whole = true
	c := have.bucket(bucketRecord).Cursor()
	for k, text := c.First(); k != nil; k, text = c.Next() {
		if want%perTransaction == 0 {
			if v.ctx.Err() != nil {
				return false, context.Cause(v.ctx)
			}
			v.tell.Say("核对记录", int64(want), int64(head))
		}
		seq := binary.BigEndian.Uint64(k)
		record, err := casefile.DecodeRecord(text)
		switch {
		case err != nil:
			v.add("record", fmt.Sprint(seq), "读不懂："+err.Error(), doRebuild)
			whole = false
		case seq != want || record.Seq != seq:
			v.add("record", fmt.Sprint(seq), fmt.Sprintf("断号：应为 %d", want), doRebuild)
		case record.Prev != prev:
			v.add("record", fmt.Sprint(seq), "与上一条记录的摘要不符", doRebuild)
		}
		prev, want = casefile.DigestOf(text), seq+1
		if whole {
			if err := m.add(record, text); err != nil {
				v.add("record", fmt.Sprint(seq), "无法据此建立索引："+err.Error(), doRebuild)
				whole = false
			}
		}
	}
	v.tell.Say("核对记录", int64(head), int64(head))
	return whole, nil
}

func (v *verifier) compare(name []byte, have, want *bbolt.Tx) {
	add := func(k []byte, what string) { v.add(string(name), fmt.Sprintf("%q", k), what, doRebuild) }
	h, w := have.Bucket(name).Cursor(), want.Bucket(name).Cursor()
	hk, hv := h.First()
	wk, wv := w.First()
	for hk != nil || wk != nil {
		switch c := bytes.Compare(hk, wk); {
		case wk == nil || (hk != nil && c < 0):
			add(hk, "多出，记录中没有根据")
			hk, hv = h.Next()
		case hk == nil || c > 0:
			add(wk, "缺少")
			wk, wv = w.Next()
		default:
			if !bytes.Equal(hv, wv) {
				add(hk, "与记录不符")
			}
			hk, hv = h.Next()
			wk, wv = w.Next()
		}
	}
}

// journal compares every line with its record.
func (v *verifier) journal(files []Extent, have *Tx) error {
	head, _ := have.Head()
	want := uint64(1)
	for i, file := range files {
		stop := false
		_, err := eachLineOf(file.Path, i, 0, func(l line) (bool, error) {
			if l.end() > file.Size {
				return false, nil // written since
			}
			if want%perTransaction == 0 {
				v.tell.Say("核对流水", int64(want), int64(head))
			}
			switch text := have.bucket(bucketRecord).Get(be64(want)); {
			case number(l.text) != want:
				v.add("journal", fmt.Sprint(want), fmt.Sprintf("%s 偏移 %d 处应是这条记录", filepath.Base(file.Path), l.start), doJournal)
				stop = true
				return false, nil
			case !bytes.Equal(text, l.text):
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
