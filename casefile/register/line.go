package register

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"ysq.internal/ysq/casefile"
)

// BrokenJournalError says where a journal cannot be continued or believed.
type BrokenJournalError struct {
	Path string
	Line int    // from 1; 0: the file as a whole
	Seq  uint64 // of the record that should stand there; 0: unknown
	What string
}

func (e *BrokenJournalError) Error() string {
	where := e.Path
	if e.Line > 0 {
		where += fmt.Sprintf(" 第 %d 行", e.Line)
	}
	if e.Seq > 0 {
		where += fmt.Sprintf("（记录 %d）", e.Seq)
	}
	return fmt.Sprintf("流水有误：%s：%s；如登记库完好，用 ysq rebuild --journal 据库重写流水（旧流水留存），否则请从备份恢复", where, e.What)
}

// line is one line of a journal, with where it stands.
type line struct {
	file  int   // which of the journal's files
	start int64 // offset of its first byte
	text  []byte
	whole bool // it ends in a line feed
}

func (l line) end() int64 {
	n := l.start + int64(len(l.text))
	if l.whole {
		n++
	}
	return n
}

// wrong says why a line, decoded, is not the record that comes after prev; "": it is.
func (l line) wrong(r casefile.Record, err error, seq uint64, prev casefile.Digest) string {
	switch {
	case !l.whole:
		return "最后一行不完整"
	case err != nil:
		return "读不懂：" + err.Error()
	case r.Seq != seq:
		return fmt.Sprintf("断号：这里是记录 %d", r.Seq)
	case r.Prev != prev:
		return "与上一条记录的摘要不符"
	}
	return ""
}

// number reads a line's record number from its beginning; 0 where there is none.
func number(text []byte) uint64 {
	digits, ok := bytes.CutPrefix(text, []byte(`{"seq":`))
	if !ok {
		return 0
	}
	n := uint64(0)
	for i, c := range digits {
		switch {
		case c == ',' && i > 0:
			return n
		case c < '0' || c > '9' || n > 1<<60:
			return 0
		}
		n = n*10 + uint64(c-'0')
	}
	return 0
}

// eachLine reads files from an offset in one of them on, until do returns false or an error. A
// line's text is only good until do returns.
func eachLine(files []string, file int, offset int64, do func(line) (bool, error)) error {
	for ; file < len(files); file++ {
		goOn, err := eachLineOf(files[file], file, offset, do)
		if err != nil || !goOn {
			return err
		}
		offset = 0
	}
	return nil
}

func eachLineOf(path string, file int, offset int64, do func(line) (bool, error)) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, fmt.Errorf("reading the journal: %w", err)
	}
	defer f.Close()
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		return false, fmt.Errorf("reading the journal: %w", err)
	}
	in := bufio.NewReaderSize(f, 1<<16)
	var long []byte // a line that does not fit the reader's buffer
	for {
		text, err := in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			long = append(long, text...)
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return false, fmt.Errorf("reading the journal: %w", err)
		}
		if len(long) > 0 {
			text = append(long, text...)
			long = text[:0]
		}
		if len(text) == 0 {
			return true, nil
		}
		l := line{file: file, start: offset, text: text}
		l.text, l.whole = bytes.CutSuffix(text, []byte("\n"))
		offset = l.end()
		if goOn, err := do(l); err != nil || !goOn {
			return false, err
		}
		if !l.whole {
			return true, nil
		}
	}
}

// tail is how much of a file is searched for a line from its end before it is read from its beginning.
const tail = 1 << 20

// findLine returns the line of a record, searching where it probably is: near the end of the last
// file. ok is false when no line begins with its number.
func findLine(files []string, seq uint64) (found line, ok bool, err error) {
	take := func(l line) (bool, error) {
		if number(l.text) == seq && l.whole {
			found, ok = l, true
			found.text = bytes.Clone(l.text)
		}
		return !ok, nil
	}
	for i := len(files) - 1; i >= 0 && !ok; i-- {
		info, err := os.Stat(files[i])
		if err != nil {
			return found, false, err
		}
		if from := info.Size() - tail; from > 0 {
			// Most probably in the middle of a line, which then has no number.
			if _, err := eachLineOf(files[i], i, from, take); err != nil || ok {
				return found, ok, err
			}
		}
		if _, err := eachLineOf(files[i], i, 0, take); err != nil {
			return found, false, err
		}
	}
	return found, ok, nil
}

// brokenAt describes a line of a journal for people.
func brokenAt(files []string, l line, seq uint64, what string) error {
	e := &BrokenJournalError{Path: files[l.file], Line: 1, Seq: seq, What: what}
	_, err := eachLineOf(files[l.file], l.file, 0, func(o line) (bool, error) {
		if o.start >= l.start {
			return false, nil
		}
		e.Line++
		return true, nil
	})
	return errors.Join(e, err)
}

// ProveJournal reads the journal of a state directory whole and returns its last record; zero where there is
// no journal. It must belong to the register with this id. A torn end is left out, as Open does.
func ProveJournal(ctx context.Context, state, id string) (last uint64, err error) {
	dir := filepath.Join(state, JournalDir)
	files, err := journalFiles(dir)
	if err != nil || len(files) == 0 {
		return 0, err
	}
	switch m, err := journalMeta(dir); {
	case err != nil:
		return 0, err
	case m.ID != id:
		return 0, &BrokenJournalError{Path: dir, What: "属于另一个登记库"}
	}
	return eachRecord(ctx, files, func(*decoded) error { return nil })
}
