package casefile

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"ysq.internal/ysq/casefile/civil"
)

// Record is one thing that happened. Records are only ever appended; whatever else the register
// shows is derived from them.
type Record struct {
	Seq      uint64     // place in the register, from 1, without gaps
	On       civil.Date // when it took legal effect: the clock counts this
	Recorded time.Time  // when the register learned of it: the audit reads this; never runs backwards
	Actor    string     // "mailbox", "calendar", or "name(uid)" of the operator, as of writing
	Case     ID         // empty for what belongs to the register itself
	Event    Event
	Prev     Digest // of the line of the record before; zero in the first
}

// line is a record's form on disk: one line of JSON, fields in this order.
type line struct {
	lineHead
	Event json.RawMessage `json:"event"`
	Prev  Digest          `json:"prev"`
}

type lineHead struct {
	Seq      uint64     `json:"seq"`
	On       civil.Date `json:"on"`
	Recorded time.Time  `json:"recorded"`
	Actor    string     `json:"actor"`
	Case     ID         `json:"case,omitzero"`
	Kind     Kind       `json:"kind"`
}

// Encode returns the record's line, without a line feed. It is called once in a record's life: these
// bytes are what is stored and what the next record's Prev is the digest of.
func (r Record) Encode() ([]byte, error) {
	event, err := EncodeEvent(r.Event)
	if err != nil {
		return nil, fmt.Errorf("record %d: %w", r.Seq, err)
	}
	return r.EncodeWith(event)
}

// EncodeWith is Encode for callers that have the event's JSON already. The event is most of a line, and is
// copied into it without being parsed again.
func (r Record) EncodeWith(event json.RawMessage) ([]byte, error) {
	b, err := marshal(lineHead{r.Seq, r.On, r.Recorded.In(civil.Zone), r.Actor, r.Case, r.Event.Kind()})
	if err != nil {
		return nil, err
	}
	prev, err := marshal(r.Prev)
	if err != nil {
		return nil, err
	}
	return slices.Concat(b[:len(b)-1], []byte(`,"event":`), event, []byte(`,"prev":`), prev, []byte("}")), nil
}

// EncodeEvent returns an event's JSON, which DecodeEvent reads.
func EncodeEvent(e Event) (json.RawMessage, error) { return marshal(e) }

// marshal is json.Marshal that leaves <, > and & readable.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// DecodeRecord reads a line. A field or kind that this version does not know is an error: to drop it
// would be to lose a fact.
func DecodeRecord(b []byte) (Record, error) {
	if r, ok := shapedRecord(b); ok {
		return r, nil
	}
	var l line
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return Record{}, fmt.Errorf("record: %w", err)
	}
	e, err := DecodeEvent(l.Kind, l.Event)
	if err != nil {
		return Record{}, fmt.Errorf("record %d: %w", l.Seq, err)
	}
	return Record{l.Seq, l.On, l.Recorded, l.Actor, l.Case, e, l.Prev}, nil
}

// Live returns the records that count, in the order of the law: those voided and the voidings left
// out, by day of effect, within a day as they were recorded.
func Live(history []Record) []Record {
	voided := make(map[uint64]bool)
	for _, r := range history {
		if v, ok := r.Event.(Voided); ok {
			voided[v.Seq] = true
		}
	}
	live := make([]Record, 0, len(history))
	for _, r := range history {
		if _, ok := r.Event.(Voided); !ok && !voided[r.Seq] {
			live = append(live, r)
		}
	}
	slices.SortStableFunc(live, func(a, b Record) int {
		return cmp.Or(cmp.Compare(a.On, b.On), cmp.Compare(a.Seq, b.Seq))
	})
	return live
}
