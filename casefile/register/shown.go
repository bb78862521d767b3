package register

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"iter"
	"time"

	"ysq.internal/ysq/casefile"
)

// UIDs yields the UIDs that the book has of a folder, ascending, with the Seq of the entry that governs
// each. No record is read.
func (t *Tx) UIDs(account, folder string, validity uint64) iter.Seq2[uint32, uint64] {
	return func(yield func(uint32, uint64) bool) {
		prefix := folderKey(account, folder, validity)
		c := t.bucket(bucketUIDs).Cursor()
		for k, v := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, v = c.Next() {
			if !yield(binary.BigEndian.Uint32(k[len(prefix):]), binary.BigEndian.Uint64(v)) {
				return
			}
		}
	}
}

// Booked returns the entry that governs a UID.
func (t *Tx) Booked(account, folder string, validity uint64, uid uint32) (casefile.MessageTaken, error) {
	v := t.bucket(bucketUIDs).Get(uidKey(account, folder, validity, uid))
	if v == nil {
		return casefile.MessageTaken{}, fmt.Errorf("%s %s UID %d：%w", account, folder, uid, ErrNotFound)
	}
	return t.taken(binary.BigEndian.Uint64(v))
}

// BookOf yields the entries that govern the UIDs of a folder, by ascending UID; with a nil validity those
// under every UIDVALIDITY.
func (t *Tx) BookOf(account, folder string, validity *uint64) iter.Seq2[casefile.MessageTaken, error] {
	prefix := []byte(account + "\x00" + folder + "\x00")
	if validity != nil {
		prefix = folderKey(account, folder, *validity)
	}
	return func(yield func(casefile.MessageTaken, error) bool) {
		c := t.bucket(bucketUIDs).Cursor()
		for k, v := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, v = c.Next() {
			if !yield(t.taken(binary.BigEndian.Uint64(v))) {
				return
			}
		}
	}
}

// LatestMails yields the mails that ended in a place, newest entry first; with an entry's number those before it.
func (t *Tx) LatestMails(d casefile.Disposition, before uint64) iter.Seq2[Mail, error] {
	return func(yield func(Mail, error) bool) {
		c := t.bucket(bucketPlace).Cursor()
		end := placeKey(d, before)
		if before == 0 {
			end = []byte{byte(d) + 1}
		}
		k, _ := c.Seek(end)
		if k == nil {
			k, _ = c.Last()
		} else {
			k, _ = c.Prev()
		}
		for ; len(k) == 9 && k[0] == byte(d); k, _ = c.Prev() {
			seq := binary.BigEndian.Uint64(k[1:])
			r, err := t.Record(seq)
			e, _ := r.Event.(casefile.MessageTaken)
			if !yield(Mail{seq, r.Recorded, e}, err) || err != nil {
				return
			}
		}
	}
}

// LastTaken returns when the last mail was recorded whose bytes came; zero when none did yet.
func (t *Tx) LastTaken() (last time.Time, err error) {
	for _, d := range []casefile.Disposition{casefile.ToCase, casefile.ToHistory, casefile.Parked, casefile.Duplicate} {
		for m, err := range t.LatestMails(d, 0) {
			if err != nil {
				return last, err
			}
			if m.Recorded.After(last) {
				last = m.Recorded
			}
			break
		}
	}
	return last, nil
}
