package ledger

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// csvLines reads a csv in UTF-8, or in GB18030 as Excel and WPS write it in China. Text that is valid
// UTF-8 is UTF-8: GB18030 with Chinese words in it practically never is.
func csvLines(b []byte) lineSeq { return separated(b, ',') }

// separated reads lines whose cells end at a comma, or at what stands for one.
func separated(b []byte, comma rune) lineSeq {
	return func(yield func(line, error) bool) {
		b, err := decode(b)
		if err != nil {
			yield(line{}, err)
			return
		}
		if at := tooWide(b); at > 0 {
			yield(line{}, &lineError{at, fmt.Sprintf("一行多于 %d 列：这不是台账", maxFields)})
			return
		}
		r := csv.NewReader(bytes.NewReader(b))
		r.Comma = comma
		r.FieldsPerRecord = -1
		r.ReuseRecord = true
		var l line
		for {
			record, err := r.Read()
			if err == io.EOF {
				return
			}
			if e, ok := errors.AsType[*csv.ParseError](err); ok {
				yield(line{}, &lineError{e.Line, "引号不成对或位置不对（" + e.Err.Error() + "）：含逗号、引号或换行的内容应整格加引号，其中的引号写两遍"})
				return
			}
			if err != nil {
				yield(line{}, err)
				return
			}
			l.cells = l.cells[:0]
			l.number, _ = r.FieldPos(0)
			for i, s := range record {
				if s != "" {
					at, _ := r.FieldPos(i)
					l.cells = append(l.cells, cell{column: i, line: at, text: s})
				}
			}
			if !yield(l, nil) {
				return
			}
		}
	}
}

// maxFields is far beyond every column with all its rounds.
const maxFields = 2000

// tooWide returns the line at which a record has more fields than any ledger, 0 for none. The reader
// would hold all of them in memory.
func tooWide(b []byte) int {
	at, fields, quoted := 1, 1, false
	for _, c := range b {
		switch c {
		case '"':
			quoted = !quoted
		case ',':
			if !quoted {
				fields++
			}
		case '\n':
			at++
			if !quoted {
				fields = 1
			}
		}
		if fields > maxFields {
			return at
		}
	}
	return 0
}

// decode returns the text as UTF-8 without a byte order mark.
func decode(b []byte) ([]byte, error) {
	if bytes.HasPrefix(b, []byte{0xff, 0xfe}) || bytes.HasPrefix(b, []byte{0xfe, 0xff}) {
		return nil, &lineError{0, "文件是 UTF-16 编码：请另存为“CSV UTF-8”或 .xlsx"}
	}
	if utf8.Valid(b) {
		b = bytes.TrimPrefix(b, []byte("\ufeff"))
	} else {
		text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
		if err != nil {
			return nil, err
		}
		if i := bytes.IndexRune(text, utf8.RuneError); i >= 0 {
			// Whichever of the two it was meant to be, it was for longer.
			at := max(bytes.Count(text[:i], []byte("\n")), bytes.Count(b[:validUTF8(b)], []byte("\n")))
			return nil, &lineError{at + 1, "此处既不是 UTF-8 也不是 GB18030 编码：请另存为“CSV UTF-8”或 .xlsx"}
		}
		b = text
	}
	if before, _, ok := bytes.Cut(b, []byte{0}); ok {
		return nil, &lineError{1 + bytes.Count(before, []byte("\n")), "有空字节：这不是 csv 文件"}
	}
	return b, nil
}

// validUTF8 is the length of the longest valid beginning.
func validUTF8(b []byte) int {
	n := 0
	for n < len(b) {
		r, size := utf8.DecodeRune(b[n:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		n += size
	}
	return n
}

// writeCSV writes UTF-8 with a byte order mark, without which Excel takes it for the local code page,
// and lines that end in CR LF (RFC 4180).
func writeCSV(w io.Writer, heads []head, lines iter.Seq2[[]string, error]) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	names := make([]string, len(heads))
	for i, h := range heads {
		names[i] = h.String()
	}
	if err := c.Write(names); err != nil {
		return err
	}
	for cells, err := range lines {
		if err != nil {
			return err
		}
		if err := c.Write(cells); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}
