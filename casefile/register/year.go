package register

import (
	"encoding/binary"
	"iter"

	"ysq.internal/ysq/casefile"
)

// indexYear files a record under the year of which it speaks.
func (t *Tx) indexYear(seq uint64, year int) error {
	return t.bucket(bucketYear).Put(append(binary.BigEndian.AppendUint16(nil, uint16(year)), be64(seq)...), nil)
}

// Years yields what is recorded of years: opening balances, freezing and reopening, year by year and
// within a year as recorded.
func (t *Tx) Years() iter.Seq2[casefile.Record, error] {
	return func(yield func(casefile.Record, error) bool) {
		c := t.bucket(bucketYear).Cursor()
		for k, _ := c.First(); k != nil; k, _ = c.Next() {
			r, err := t.Record(binary.BigEndian.Uint64(k[2:]))
			if !yield(r, err) || err != nil {
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
