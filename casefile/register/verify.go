package register

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"ysq.internal/ysq/casefile"
)

// Difference is one place in which the register is not what its records say.
type Difference struct {
	Bucket string
	Key    []byte
	What   string
}

func (d Difference) String() string { return fmt.Sprintf("%s %q: %s", d.Bucket, d.Key, d.What) }

// Verify proves the register from its records: the chain is whole, and everything derived, made
// anew in a temporary file beside it, is the same byte for byte. It runs on a snapshot; writers go on.
func (r *Register) Verify() (differences []Difference, err error) {
	dir, err := os.MkdirTemp(r.dir, "verify-*")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, fileName)
	if err := create(path, r.meta); err != nil {
		return nil, err
	}
	again, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, again.Close()) }()
	err = r.View(func(have *Tx) error {
		for problem := range have.b.Check() {
			differences = append(differences, Difference{"", nil, problem.Error()})
		}
		broken, err := have.replay(again)
		if err != nil {
			return err
		}
		differences = append(differences, broken...)
		return again.View(func(b *bbolt.Tx) error {
			for _, name := range derived {
				differences = append(differences, compare(name, have.b, b)...)
			}
			return nil
		})
	})
	return differences, err
}

// replay writes every record of t into an empty file as if it were just appended, and returns where
// the chain is broken. A record that cannot be read ends it with an error.
func (t *Tx) replay(into *bbolt.DB) (broken []Difference, err error) {
	const batch = 1000
	prev, want := casefile.Digest{}, uint64(1)
	c := t.bucket(bucketRecord).Cursor()
	k, v := c.First()
	for k != nil {
		err := into.Update(func(b *bbolt.Tx) error {
			dst := &Tx{b: b, law: t.law, cal: t.cal, base: t.base}
			for n := 0; k != nil && n < batch; n++ {
				record, err := casefile.DecodeRecord(v)
				if err != nil {
					return err
				}
				if seq := binary.BigEndian.Uint64(k); seq != want || record.Seq != seq {
					broken = append(broken, Difference{"record", bytes.Clone(k), fmt.Sprintf("记录号应为 %d", want)})
				}
				if record.Prev != prev {
					broken = append(broken, Difference{"record", bytes.Clone(k), "与上一条记录的摘要不符"})
				}
				prev, want = casefile.DigestOf(v), record.Seq+1
				if err := dst.accept(record, v); err != nil {
					return err
				}
				k, v = c.Next()
			}
			return nil
		})
		if err != nil {
			return broken, err
		}
	}
	return broken, nil
}

// accept stores a line as it stands and derives from it what Append would have.
func (t *Tx) accept(r casefile.Record, line []byte) error {
	if err := t.bucket(bucketRecord).Put(be64(r.Seq), line); err != nil {
		return err
	}
	if err := t.index(r); err != nil {
		return err
	}
	if r.Case == "" {
		return nil
	}
	return t.project(r.Case, []casefile.Record{r})
}

func compare(name []byte, have, want *bbolt.Tx) (all []Difference) {
	add := func(k []byte, what string) {
		all = append(all, Difference{string(name), bytes.Clone(k), what})
	}
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
	return all
}
