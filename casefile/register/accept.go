package register

import (
	"errors"
	"fmt"

	"ysq.internal/ysq/casefile"
)

// ErrLine is wrapped by Accept for a line that does not continue the register.
var ErrLine = errors.New("这一行不是登记库的下一条记录")

// Accept takes a record's line as another register wrote it: the lossless way in. The line must be
// the next one, by its place and by the digest of the line before; what is derived is made anew.
func (t *Tx) Accept(text []byte) error {
	r, err := casefile.DecodeRecord(text)
	if err != nil {
		return fmt.Errorf("%w：%w", ErrLine, err)
	}
	seq, prev := t.Head()
	if r.Seq != seq+1 || r.Prev != prev {
		return fmt.Errorf("%w：记录 %d，应为 %d，且与上一条的摘要相接", ErrLine, r.Seq, seq+1)
	}
	return t.accept(r, text)
}

// Line returns a record's line as it is stored, byte for byte; nil where there is none.
func (t *Tx) Line(seq uint64) []byte { return t.bucket(bucketRecord).Get(be64(seq)) }
