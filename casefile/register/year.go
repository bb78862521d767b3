package register

import (
	"bytes"
	"encoding/binary"
	"iter"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

func yearKey(year int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(year)) }

// indexYear files a record under the year of which it speaks.
func (t *Tx) indexYear(seq uint64, year int) error {
	return t.bucket(bucketYear).Put(append(yearKey(year), be64(seq)...), nil)
}

// ofYears yields the records filed under a year, or under any for a year of zero.
func (t *Tx) ofYears(year int) iter.Seq2[casefile.Record, error] {
	var prefix []byte
	if year != 0 {
		prefix = yearKey(year)
	}
	return func(yield func(casefile.Record, error) bool) {
		c := t.bucket(bucketYear).Cursor()
		for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix) && len(k) > 2; k, _ = c.Next() {
			r, err := t.yearRecord(binary.BigEndian.Uint64(k[2:]))
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// Years yields what is recorded of years as such: opening balances, freezing and reopening, year by
// year and within a year as recorded.
func (t *Tx) Years() iter.Seq2[casefile.Record, error] {
	return func(yield func(casefile.Record, error) bool) {
		for r, err := range t.ofYears(0) {
			if _, fee := r.Event.(casefile.FeePaid); !fee && !yield(r, err) {
				return
			}
		}
	}
}

// Opening returns the opening balance that was recorded last; ok is false when there is none.
func (t *Tx) Opening() (o casefile.OpeningBalance, ok bool, err error) {
	seq := uint64(0)
	for r, err := range t.Years() {
		if err != nil {
			return o, false, err
		}
		if e, is := r.Event.(casefile.OpeningBalance); is && r.Seq > seq {
			o, seq = e, r.Seq
		}
	}
	return o, seq > 0, nil
}

// FeesIn sums the 信息处理费 that was paid in a period of one year, both days included, and on how many cases. What was voided does not
// count.
func (t *Tx) FeesIn(from, to civil.Date) (yuan, cases int, err error) {
	paying := make(map[casefile.ID]bool)
	for r, err := range t.ofYears(from.Year()) {
		if err != nil {
			return 0, 0, err
		}
		paid, ok := r.Event.(casefile.FeePaid)
		if !ok || paid.Inherited || r.On < from || r.On > to {
			continue
		}
		history, err := t.History(r.Case)
		if err != nil {
			return 0, 0, err
		}
		share := paid.Yuan
		for _, l := range casefile.Live(history) {
			if n, ok := l.Event.(casefile.FeeNoticed); ok && l.Seq < r.Seq {
				share = paid.Yuan
				if len(n.Shares) > 0 {
					share = n.Share(r.Case) // the sum of one notice is counted once, however it was paid
				}
			}
			if l.Seq == r.Seq {
				yuan += min(paid.Yuan, share)
				paying[r.Case] = true
			}
		}
	}
	return yuan, len(paying), nil
}
