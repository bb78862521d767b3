package register

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/durable"
)

// EachDigest calls do with the digest of every mail that the records speak of, in order.
func (t *Tx) EachDigest(do func(casefile.Digest) error) error {
	var last casefile.Digest
	c := t.bucket(bucketDigest).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		d := casefile.Digest(k[:len(last)])
		if d == last {
			continue
		}
		last = d
		if err := do(d); err != nil {
			return err
		}
	}
	return nil
}

// Known reports whether any record speaks of these bytes.
func (t *Tx) Known(d casefile.Digest) bool {
	k, _ := t.bucket(bucketDigest).Cursor().Seek(d[:])
	return bytes.HasPrefix(k, d[:])
}

// mails holds the book against the files: every mail has its bytes, whole, unless they were erased;
// no erased one is back; and there is no file that no record knows.
func (v *verifier) mails(have *Tx) error {
	dir := v.s.state
	total, done := int64(0), int64(0)
	if err := have.EachDigest(func(casefile.Digest) error { total++; return nil }); err != nil {
		return err
	}
	err := have.EachDigest(func(d casefile.Digest) error {
		if done%100 == 0 {
			v.tell.Say("核对邮件原文", done, total)
		}
		done++
		if v.ctx.Err() != nil {
			return context.Cause(v.ctx)
		}
		return v.mail(dir, have, d)
	})
	if err != nil {
		return err
	}
	v.tell.Say("核对邮件原文", total, total)
	return v.strangers(dir, have)
}

func (v *verifier) mail(dir string, have *Tx, d casefile.Digest) error {
	path := MailPath(dir, d)
	erased := have.Erased(d)
	sum, err := durable.Sum(path)
	switch {
	case erased && errors.Is(err, fs.ErrNotExist):
	case erased:
		v.add("mail", d.String(), "已销毁，文件却还在", "再运行一次 ysq erase，或删去 "+path)
	case errors.Is(err, fs.ErrNotExist):
		return v.missing(d)
	case err != nil:
		v.add("mail", d.String(), "读不出："+err.Error(), doMail)
	case sum != d:
		v.add("mail", d.String(), "内容与摘要不符", doMail)
	}
	return nil
}

// missing tells a file that was erased since the snapshot from one that is lost.
func (v *verifier) missing(d casefile.Digest) error {
	return v.live.View(func(tx *Tx) error {
		if !tx.Erased(d) {
			v.add("mail", d.String(), "文件不在", doMail)
		}
		return nil
	})
}

// strangers looks for files that no record knows. Those that the manifest names still wait for
// their record.
func (v *verifier) strangers(dir string, have *Tx) error {
	files, err := filepath.Glob(filepath.Join(dir, "mail", "?", "*"))
	if err != nil {
		return err
	}
	waiting := ""
	for _, path := range files {
		name, eml := strings.CutSuffix(filepath.Base(path), ".eml")
		d, err := casefile.ParseDigest(name)
		if err != nil || !eml {
			v.add("mail", path, "不是邮件原文", "查明来历后移走")
			continue
		}
		if have.Known(d) {
			continue
		}
		if waiting == "" {
			b, err := os.ReadFile(filepath.Join(dir, "mail", "manifest.jsonl"))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			waiting = string(b) + "\n"
		}
		err = v.live.View(func(tx *Tx) error {
			if !tx.Known(d) && !strings.Contains(waiting, name) {
				v.add("mail", name, "没有任何记录提到这个文件", "保留；如邮箱中仍有此信，收信时会重新登记")
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// MailPath is where the bytes of a mail lie below a state directory or a backup. Package rawstore
// puts them there; a test of the daemon holds the two to each other.
func MailPath(dir string, d casefile.Digest) string {
	name := d.String()
	return filepath.Join(dir, "mail", name[:1], name+".eml")
}
