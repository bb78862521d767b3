package desk

import (
	"encoding/hex"
	"fmt"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// LastTaken returns the entry that says where these bytes ended, nil when they are new.
func LastTaken(about []casefile.Record) *casefile.MessageTaken {
	var last *casefile.MessageTaken
	for _, r := range about {
		if e, ok := r.Event.(casefile.MessageTaken); ok && (last == nil || e.Disposition != casefile.Duplicate || !e.CopyOf.IsZero()) {
			last = &e
		}
	}
	return last
}

// Lies returns the entry of the book that says where a mail is, or the zero one for a mail that is not in the book.
func Lies(tx *View, d casefile.Digest) (t casefile.MessageTaken, err error) {
	about, err := tx.About(d)
	if last := LastTaken(about); last != nil {
		t = *last
	}
	return t, err
}

// CopiesOf lists the copies of a mail that came by another way and are where it is: in its case, or outside of all cases.
func CopiesOf(tx *View, t casefile.MessageTaken, in casefile.ID) (copies []casefile.MessageTaken, err error) {
	for _, d := range tx.Aside(t.MessageID) {
		c, err := Lies(tx, d)
		if err != nil {
			return nil, err
		}
		if c.Disposition == casefile.Duplicate && c.CopyOf == t.Digest && c.Case == in {
			copies = append(copies, c)
		}
	}
	return copies, nil
}

// AtItsPlace returns an entry that is to be recorded anew. It has no UID where that UID means another mail by now.
func AtItsPlace(tx *View, t casefile.MessageTaken) casefile.MessageTaken {
	if now, err := tx.Booked(t.Account, t.Folder, t.UIDValidity, t.UID); err == nil && now.Digest != t.Digest {
		t.UID = 0
	}
	return t
}

// Mail finds the mail that the beginning of a digest names, and every record about it.
func (d *Desk) Mail(prefix string) (digest casefile.Digest, about []casefile.Record, err error) {
	err = d.View(func(v *View) error {
		if digest, err = FindMail(v, prefix); err == nil {
			about, err = v.About(digest)
		}
		return err
	})
	return digest, about, err
}

// FindMail turns the beginning of a digest into the one mail that it names.
func FindMail(tx *View, digest string) (casefile.Digest, error) {
	s := strings.ToLower(strings.TrimSpace(digest))
	half := -1
	whole := s
	if len(s)%2 == 1 {
		n, err := hex.DecodeString("0" + s[len(s)-1:])
		if err != nil {
			return casefile.Digest{}, badDigest(digest)
		}
		half, whole = int(n[0]), s[:len(s)-1]
	}
	prefix, err := hex.DecodeString(whole)
	if err != nil || len(s) < 4 || len(s) > 64 {
		return casefile.Digest{}, badDigest(digest)
	}
	switch found := tx.DigestsWith(prefix, half, 2); len(found) {
	case 0:
		return casefile.Digest{}, ask.NotFound("列出邮件\nysq mail list", "没有摘要以 %s 开头的邮件", s)
	case 1:
		return found[0], nil
	default:
		return casefile.Digest{}, &ask.Error{Code: "usage", Msg: fmt.Sprintf("不止一封邮件的摘要以 %s 开头", s), Hint: "请多写几位", Exit: ask.ExitUsage}
	}
}

func badDigest(s string) error {
	return &ask.Error{Code: "usage", Msg: fmt.Sprintf("%q 不是邮件的摘要", s), Hint: "写摘要开头的至少 4 位十六进制数字，mail list 可查", Exit: ask.ExitUsage}
}
