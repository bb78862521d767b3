package register

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"iter"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"ysq.internal/ysq/casefile"
)

// The bucket outbox says where each mail that was prepared for sending stands. It is derived from the
// records like everything else: a rebuilt or restored register knows what was sent as well as the one
// before it, and where a restoration lost records, what waited may have been sent and is OutUnknown.
const (
	outByMessageID = 0xff
	outRestored    = 0xfe
	outReminded    = 0xfd
)

// Outgoing is a prepared mail and where it stands.
type Outgoing struct {
	Seq      uint64 // its number
	Case     casefile.ID
	Prepared time.Time // when it was recorded
	Actor    string
	casefile.MailPrepared

	State   casefile.OutState
	Governs uint64    // the record that put it there
	Since   time.Time // of that record
	Tries   int
	Last    casefile.MailSettled // what was recorded of it last; zero: nothing yet
}

func outKey(s casefile.OutState, seq uint64) []byte { return append([]byte{byte(s)}, be64(seq)...) }

func outIDKey(messageID string) []byte {
	return append([]byte{outByMessageID}, messageID[:min(len(messageID), maxText)]...)
}

// indexOutgoing moves a prepared mail to the state that a record puts it in.
func (t *Tx) indexOutgoing(r casefile.Record) error {
	b := t.bucket(bucketOutbox)
	switch e := r.Event.(type) {
	case casefile.MailPrepared:
		if err := t.indexLetter(r.Seq, r.Case, e.Letter); err != nil {
			return err
		}
		if err := t.indexDigests(r.Seq, digestsOf(e.Files)...); err != nil {
			return err
		}
		if e.MessageID != "" {
			if err := b.Put(outIDKey(e.MessageID), be64(r.Seq)); err != nil {
				return err
			}
		}
		return b.Put(outKey(casefile.OutQueued, r.Seq), be64(r.Seq))
	case casefile.MailTried:
		return t.moveOutgoing(e.Mail, r)
	case casefile.MailSettled:
		if err := t.indexDigests(r.Seq, e.Seen); err != nil {
			return err
		}
		return t.moveOutgoing(e.Mail, r)
	case casefile.Reminded:
		return b.Put([]byte{outReminded}, be64(r.Seq))
	case casefile.Restored:
		if err := b.Put([]byte{outRestored}, be64(r.Seq)); err != nil {
			return err
		}
		for _, s := range []casefile.OutState{casefile.OutQueued, casefile.OutSending, casefile.OutHeld, casefile.OutFailed} {
			for _, seq := range t.outgoingIn(s) {
				if err := t.moveOutgoing(seq, r); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// moveOutgoing ignores a mail that nobody prepared: history cannot be refused.
func (t *Tx) moveOutgoing(seq uint64, r casefile.Record) error {
	was, governs := t.outgoingAt(seq)
	if governs == 0 {
		return nil
	}
	if e, ok := r.Event.(casefile.MailSettled); was == casefile.OutSent && (!ok || e.State != was) {
		return nil // the evidence that it was sent goes on to govern
	}
	b := t.bucket(bucketOutbox)
	if err := b.Delete(outKey(was, seq)); err != nil {
		return err
	}
	return b.Put(outKey(casefile.OutgoingState(was, r.Event), seq), be64(r.Seq))
}

// outgoingAt finds the state of a mail and the record that put it there; zero when there is no such mail.
func (t *Tx) outgoingAt(seq uint64) (s casefile.OutState, governs uint64) {
	for _, s := range casefile.OutStates() {
		if v := t.bucket(bucketOutbox).Get(outKey(s, seq)); v != nil {
			return s, binary.BigEndian.Uint64(v)
		}
	}
	return 0, 0
}

func (t *Tx) outgoingIn(s casefile.OutState) []uint64 {
	var all []uint64
	c := t.bucket(bucketOutbox).Cursor()
	for k, _ := c.Seek([]byte{byte(s)}); len(k) == 9 && k[0] == byte(s); k, _ = c.Next() {
		all = append(all, binary.BigEndian.Uint64(k[1:]))
	}
	return all
}

// CountOutgoing says how many prepared mails are in a state.
func (t *Tx) CountOutgoing(s casefile.OutState) int { return len(t.outgoingIn(s)) }

// Outgoing returns a prepared mail by its number.
func (t *Tx) Outgoing(seq uint64) (o Outgoing, err error) {
	s, governs := t.outgoingAt(seq)
	if governs == 0 {
		return o, fmt.Errorf("待发信 %d：%w", seq, ErrNotFound)
	}
	return t.outgoing(seq, s, governs)
}

// outgoing reads a mail of which the index says where it stands.
func (t *Tx) outgoing(seq uint64, s casefile.OutState, governs uint64) (o Outgoing, err error) {
	r, err := t.Record(seq)
	if err != nil {
		return o, err
	}
	e, ok := r.Event.(casefile.MailPrepared)
	if !ok {
		return o, fmt.Errorf("record %d in the outbox is %s, not %s", seq, r.Event.Kind(), casefile.KindMailPrepared)
	}
	o = Outgoing{Seq: seq, Case: r.Case, Prepared: r.Recorded, Actor: r.Actor, MailPrepared: e, State: s, Governs: governs, Since: r.Recorded}
	if governs == seq {
		return o, nil
	}
	last, err := t.Record(governs)
	if err != nil {
		return o, err
	}
	o.Since = last.Recorded
	switch e := last.Event.(type) {
	case casefile.MailTried:
		o.Tries = e.Try
	case casefile.MailSettled:
		o.Tries, o.Last = e.Try, e
	}
	return o, nil
}

// OutgoingIn yields the prepared mails in any of the states, within a state the oldest first.
func (t *Tx) OutgoingIn(states ...casefile.OutState) iter.Seq2[Outgoing, error] {
	return func(yield func(Outgoing, error) bool) {
		for _, s := range states {
			for _, seq := range t.outgoingIn(s) {
				o, err := t.Outgoing(seq)
				if !yield(o, err) || err != nil {
					return
				}
			}
		}
	}
}

// LatestOutgoing yields the prepared mails in any of the states, the newest first; with a number those before that mail.
// It walks the index backwards and reads no mail that is not yielded: what was ever sent may be long.
func (t *Tx) LatestOutgoing(before uint64, states ...casefile.OutState) iter.Seq2[Outgoing, error] {
	return func(yield func(Outgoing, error) bool) {
		lists := make([]*outgoingBack, len(states))
		for i, s := range states {
			lists[i] = t.outgoingBack(s, before)
		}
		for {
			newest := slices.MaxFunc(lists, func(a, b *outgoingBack) int { return cmp.Compare(a.seq, b.seq) })
			if newest.seq == 0 {
				return
			}
			o, err := t.outgoing(newest.seq, newest.state, newest.governs)
			if !yield(o, err) || err != nil {
				return
			}
			newest.read(newest.cursor.Prev())
		}
	}
}

// outgoingBack goes back through the mails in one state. seq is 0 at its end.
type outgoingBack struct {
	cursor       *bbolt.Cursor
	state        casefile.OutState
	seq, governs uint64
}

func (t *Tx) outgoingBack(s casefile.OutState, before uint64) *outgoingBack {
	b := &outgoingBack{cursor: t.bucket(bucketOutbox).Cursor(), state: s}
	end := outKey(s, before)
	if before == 0 {
		end = []byte{byte(s) + 1}
	}
	if k, _ := b.cursor.Seek(end); k == nil {
		b.read(b.cursor.Last())
	} else {
		b.read(b.cursor.Prev())
	}
	return b
}

func (b *outgoingBack) read(k, v []byte) {
	b.seq = 0
	if len(k) == 9 && k[0] == byte(b.state) {
		b.seq, b.governs = binary.BigEndian.Uint64(k[1:]), binary.BigEndian.Uint64(v)
	}
}

// OutgoingSince returns the mails that were prepared at or after a time, in any state, oldest first.
func (t *Tx) OutgoingSince(from time.Time) (all []Outgoing, err error) {
	for o, err := range t.LatestOutgoing(0, casefile.OutStates()...) {
		if err != nil {
			return nil, err
		}
		if o.Prepared.Before(from) {
			break
		}
		all = append(all, o)
	}
	slices.Reverse(all)
	return all, nil
}

// OutgoingByMessageID returns the number of the prepared mail with this Message-ID; 0: there is none.
func (t *Tx) OutgoingByMessageID(id string) uint64 {
	if id == "" {
		return 0
	}
	v := t.bucket(bucketOutbox).Get(outIDKey(id))
	if v == nil {
		return 0
	}
	seq := binary.BigEndian.Uint64(v)
	if r, err := t.Record(seq); err != nil {
		return 0
	} else if e, ok := r.Event.(casefile.MailPrepared); !ok || e.MessageID != id {
		return 0
	}
	return seq
}

// LastRestored returns the last 恢复, by which records were lost; ok is false when there was none.
func (t *Tx) LastRestored() (r casefile.Record, ok bool, err error) { return t.lastOf(outRestored) }

// LastReminded returns the last 每日提醒; ok is false when there was none.
func (t *Tx) LastReminded() (r casefile.Record, ok bool, err error) { return t.lastOf(outReminded) }

func (t *Tx) lastOf(key byte) (r casefile.Record, ok bool, err error) {
	v := t.bucket(bucketOutbox).Get([]byte{key})
	if v == nil || bytes.Equal(v, be64(0)) {
		return r, false, nil
	}
	r, err = t.Record(binary.BigEndian.Uint64(v))
	return r, err == nil, err
}
