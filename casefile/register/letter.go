package register

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// ErrLetterNumber is wrapped where a letter does not bear the next number of its series.
var ErrLetterNumber = errors.New("文号不是下一个")

// LetterGapError says that records were lost with a backup, and that letters with their numbers may be
// among them: a person must say up to which number the letters went (LetterResumed).
type LetterGapError struct {
	Series   string
	Year     int
	Next     int    // the number that the register would give
	Restored uint64 // the record of the restoration
}

func (e *LetterGapError) Error() string {
	return fmt.Sprintf("登记库曾由备份恢复（记录 %d），%d 年的文号自第 %d 号起可能已经用过", e.Restored, e.Year, e.Next)
}

// The kinds of keys in the bucket letter.
const (
	letterByNumber   = 'n'
	letterByDocument = 'd'
	letterRestored   = 'r'
)

func seriesKey(series string, year int) []byte {
	key := append([]byte{letterByNumber}, series[:min(len(series), maxText)]...)
	return binary.BigEndian.AppendUint16(append(key, 0), uint16(year))
}

func numberKey(n casefile.LetterNumber) []byte {
	return binary.BigEndian.AppendUint32(seriesKey(n.Series, n.Year), uint32(n.Number))
}

func documentKey(document string) []byte {
	key := append([]byte{letterByDocument}, document[:min(len(document), maxText)]...)
	return append(key, 0)
}

// indexOffice files what is recorded of letters, and the restorations with which numbers may be lost.
func (t *Tx) indexOffice(r casefile.Record) error {
	number := func(n casefile.LetterNumber) error {
		return t.bucket(bucketLetter).Put(append(numberKey(n), be64(r.Seq)...), nil)
	}
	switch e := r.Event.(type) {
	case casefile.LetterIssued:
		enclosed := []casefile.Digest{e.File.Digest}
		for _, f := range e.Annexes {
			enclosed = append(enclosed, f.Digest)
		}
		if err := t.indexDigests(r.Seq, enclosed...); err != nil || e.Number == 0 {
			return err
		}
		if err := number(e.LetterNumber); err != nil {
			return err
		}
		return t.bucket(bucketLetter).Put(append(documentKey(e.Document), be64(r.Seq)...), nil)
	case casefile.LetterVoided:
		return number(e.LetterNumber)
	case casefile.LetterResumed:
		return number(e.LetterNumber)
	case casefile.Restored:
		return t.bucket(bucketLetter).Put(append([]byte{letterRestored}, be64(r.Seq)...), nil)
	}
	return nil
}

// NextLetter returns the number that the next letter of a series bears in a year: one more than the
// highest that is taken, whether its letter stands or was voided. The error is a *LetterGapError where
// that is not certain. The number is the caller's only in this transaction.
func (t *Tx) NextLetter(series string, year int) (casefile.LetterNumber, error) {
	prefix := seriesKey(series, year)
	next := casefile.LetterNumber{Series: series, Year: year, Number: 1}
	c := t.bucket(bucketLetter).Cursor()
	k, _ := c.Seek(seriesKey(series, year+1))
	if k == nil {
		k, _ = c.Last()
	} else {
		k, _ = c.Prev()
	}
	if bytes.HasPrefix(k, prefix) {
		next.Number = int(binary.BigEndian.Uint32(k[len(prefix):])) + 1
	}
	restored, err := t.unresolved(year)
	if err != nil || restored == 0 {
		return next, err
	}
	if t.recordedSince(seriesKey(series, year), restored) || t.recordedSince(seriesKey("", year), restored) {
		return next, nil
	}
	return next, &LetterGapError{series, year, next.Number, restored}
}

// unresolved returns the last restoration with which letters of a year may be lost; 0 where there is
// none.
func (t *Tx) unresolved(year int) (uint64, error) {
	prefix := []byte{letterRestored}
	c := t.bucket(bucketLetter).Cursor()
	var last uint64
	for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		seq := binary.BigEndian.Uint64(k[1:])
		r, err := t.Record(seq)
		if err != nil {
			return 0, err
		}
		e, ok := r.Event.(casefile.Restored)
		if !ok {
			return 0, fmt.Errorf("record %d among the restorations is %s", seq, r.Event.Kind())
		}
		if year <= r.On.Year() && (e.Since.IsZero() || year >= civil.Of(e.Since).Year()) {
			last = seq
		}
	}
	return last, nil
}

// recordedSince reports whether anything after a record stands under a prefix of numbers.
func (t *Tx) recordedSince(prefix []byte, seq uint64) bool {
	c := t.bucket(bucketLetter).Cursor()
	for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		if binary.BigEndian.Uint64(k[len(k)-8:]) > seq {
			return true
		}
	}
	return false
}

// mayIssue refuses a letter that does not bear the next number, unless it is the same letter on a
// further case: then it has the same file.
func (t *Tx) mayIssue(e casefile.LetterIssued) error {
	if e.Number == 0 {
		return nil
	}
	prefix := numberKey(e.LetterNumber)
	if k, _ := t.bucket(bucketLetter).Cursor().Seek(prefix); bytes.HasPrefix(k, prefix) {
		r, err := t.Record(binary.BigEndian.Uint64(k[len(prefix):]))
		if err != nil {
			return err
		}
		if was, ok := r.Event.(casefile.LetterIssued); ok && was.File.Digest == e.File.Digest && was.Document == e.Document {
			return nil
		}
		return fmt.Errorf("%s：%w：第 %d 号已用", e.Document, ErrLetterNumber, e.Number)
	}
	next, err := t.NextLetter(e.Series, e.Year)
	if err != nil {
		return err
	}
	if next != e.LetterNumber {
		return fmt.Errorf("%s：%w：应为第 %d 号", e.Document, ErrLetterNumber, next.Number)
	}
	if others, err := t.LettersNumbered(e.Document); err != nil || len(others) > 0 {
		return errors.Join(err, fmt.Errorf("%s：%w：另一文书已用此文号；改过文号样式的，用 ysq letter resume 写明最后用过的号", e.Document, ErrLetterNumber))
	}
	return nil
}

// LettersNumbered returns the records by which a letter with a document number was issued, one for
// each case that it answers.
func (t *Tx) LettersNumbered(document string) ([]casefile.Record, error) {
	if document == "" || strings.ContainsRune(document, 0) {
		return nil, nil
	}
	var all []casefile.Record
	prefix := documentKey(document)
	c := t.bucket(bucketLetter).Cursor()
	for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		r, err := t.Record(binary.BigEndian.Uint64(k[len(k)-8:]))
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// Letters yields what is recorded of the numbers of a year, or of all years for a year of zero:
// LetterIssued, LetterVoided and LetterResumed, series by series in the order of the numbers.
func (t *Tx) Letters(year int) iter.Seq2[casefile.Record, error] {
	return func(yield func(casefile.Record, error) bool) {
		prefix := []byte{letterByNumber}
		c := t.bucket(bucketLetter).Cursor()
		for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
			if of := int(binary.BigEndian.Uint16(k[len(k)-14:])); year != 0 && of != year {
				continue
			}
			r, err := t.Record(binary.BigEndian.Uint64(k[len(k)-8:]))
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}
