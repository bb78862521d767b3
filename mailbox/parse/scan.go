package parse

import (
	"bytes"
	"io"
)

const (
	bufferSize   = 32 << 10
	maxDelimiter = 1 << 10 // a longer line is no delimiter; RFC 2046 allows 74 characters
)

// source hands out bytes piece by piece; a piece is valid until the next call. It ends with io.EOF.
type source interface {
	chunk() ([]byte, error)
}

// scanner cuts the bytes of one mail into header lines and bodies. A body ends before a delimiter
// line of any open boundary or at the end of the input; end then says which. Line ends may be CRLF
// or LF, mixed.
type scanner struct {
	in     io.Reader
	buf    []byte
	i, j   int   // buf[i:j] is unread
	last   int   // bytes that the last line took, for back
	bol    bool  // buf[i] begins a line
	total  int64 // bytes read from in
	eof    bool
	err    error    // other than io.EOF
	cr     bool     // CR alone ends a line
	bounds []string // the open boundaries, outermost first
	ended  bool     // the body at hand has ended; end is valid
	end    ending
}

// ending is what ended a body: the boundary at that place of bounds, or -1 for the end of the input.
type ending struct {
	frame int
	close bool // it was the closing delimiter
}

func newScanner(in io.Reader, size int64) *scanner {
	if size <= 0 || size >= bufferSize {
		size = bufferSize - 1 // Go has no memory at hand for a little more than 32 KiB
	}
	return &scanner{in: in, buf: make([]byte, max(int(size)+1, 4*maxDelimiter)), bol: true}
}

// resume begins the next header or body after a delimiter.
func (s *scanner) resume() {
	if s.end.frame >= 0 {
		s.ended = false
	}
}

func (s *scanner) finish(e ending) { s.ended, s.end = true, e }

// fill reads more behind what is unread; it reports whether more came.
func (s *scanner) fill() bool {
	if s.eof {
		return false
	}
	if s.i > 0 {
		s.j = copy(s.buf, s.buf[s.i:s.j])
		s.i = 0
	}
	for tries := 0; s.j < len(s.buf); tries++ {
		n, err := s.in.Read(s.buf[s.j:])
		if s.cr {
			unCR(s.buf[s.j : s.j+n])
		}
		s.j += n
		s.total += int64(n)
		if err != nil || tries == 100 {
			s.eof = true
			if err != io.EOF {
				s.err = err
			}
			return n > 0
		}
		if n > 0 {
			return true
		}
	}
	return false
}

// plainLineEnds has every CR that stands alone read as a line end, from what is unread on.
func (s *scanner) plainLineEnds() {
	s.cr = true
	unCR(s.buf[s.i:s.j])
}

// unCR writes LF for each CR that no LF follows. The length stays: a mail has the size that it has.
func unCR(b []byte) {
	for i, c := range b {
		if c == '\r' && (i+1 == len(b) || b[i+1] != '\n') {
			b[i] = '\n'
		}
	}
}

// line returns the next line without its line end. whole is false for a line longer than the
// buffer, whose rest follows; ok is false where the input or, at a delimiter, the header ends.
func (s *scanner) line() (line []byte, whole, ok bool) {
	if s.ended {
		return nil, false, false
	}
	scanned := 0
	for {
		if k := bytes.IndexByte(s.buf[s.i+scanned:s.j], '\n'); k >= 0 {
			line = s.buf[s.i : s.i+scanned+k]
			if s.bol {
				if e, found := s.match(line); found {
					s.i += len(line) + 1
					s.finish(e)
					return nil, false, false
				}
			}
			s.last = len(line) + 1
			s.i += s.last
			s.bol = true
			return bytes.TrimSuffix(line, []byte("\r")), true, true
		}
		scanned = s.j - s.i
		if !s.fill() {
			break
		}
	}
	line = s.buf[s.i:s.j]
	whole = s.eof
	if s.eof {
		if e, found := s.match(line); found && s.bol {
			s.i = s.j
			s.finish(e)
			return nil, false, false
		}
		if len(line) == 0 {
			s.finish(ending{frame: -1})
			return nil, false, false
		}
	}
	s.last = len(line)
	s.i = s.j
	s.bol = whole
	return line, whole, true
}

// back makes the line that was just returned, if it began a line, the next to be read.
func (s *scanner) back() {
	s.i -= s.last
	s.last = 0
	s.bol = true
}

// lookahead is how much peek sees. It is well below bufferSize, so that moving what is unread to the
// front of the buffer stays a small part of the work.
const lookahead = 2 << 10

// peek returns what is unread, lookahead bytes of it at least if there are so many.
func (s *scanner) peek() []byte {
	for s.j-s.i < lookahead && s.fill() {
	}
	return s.buf[s.i:s.j]
}

// chunk returns the next bytes of the body at hand. The line end before a delimiter belongs to the
// delimiter (RFC 2046, section 5.1.1).
func (s *scanner) chunk() ([]byte, error) {
	for !s.ended {
		if s.i == s.j && !s.fill() {
			s.finish(ending{frame: -1})
			break
		}
		if len(s.bounds) == 0 {
			return s.take(s.j - s.i), nil
		}
		if s.bol {
			s.bol = false
			if s.delimiter(0) {
				break
			}
		}
		b := s.buf[s.i:s.j]
		k := mayDelimit(b)
		if k < 0 {
			n := len(b)
			if !s.eof {
				n -= heldBack(b)
			}
			if n > 0 {
				return s.take(n), nil
			}
			s.fill() // only a possible beginning of a delimiter is left
			continue
		}
		cut := k
		if k > 0 && b[k-1] == '\r' {
			cut--
		}
		if cut > 0 {
			return s.take(cut), nil
		}
		if s.delimiter(k + 1) {
			break
		}
		return s.take(k + len("\n--")), nil
	}
	return nil, io.EOF
}

// mayDelimit returns where "\n--" stands first; -1 for nowhere. It looks for the dashes, of which base64 has none, and not
// for the ends of the lines.
func mayDelimit(b []byte) int {
	for at := 0; ; at++ {
		k := bytes.IndexByte(b[at:], '-')
		if k < 0 {
			return -1
		}
		if at += k; at > 0 && b[at-1] == '\n' && at+1 < len(b) && b[at+1] == '-' {
			return at - 1
		}
	}
}

// skip reads the body at hand to its end.
func (s *scanner) skip() {
	for {
		if _, err := s.chunk(); err != nil {
			return
		}
	}
}

func (s *scanner) take(n int) []byte {
	b := s.buf[s.i : s.i+n]
	s.i += n
	return b
}

// heldBack counts the bytes at the end of b that may begin a line end and a delimiter.
func heldBack(b []byte) int {
	for _, tail := range [...]string{"\r\n-", "\n-", "\r\n", "\n", "\r"} {
		if bytes.HasSuffix(b, []byte(tail)) {
			return len(tail)
		}
	}
	return 0
}

// delimiter consumes the line that begins at unread byte k, and what is before it, if it is a
// delimiter; the body has then ended.
func (s *scanner) delimiter(k int) bool {
	for {
		b := s.buf[s.i+k : s.j]
		if len(b) >= 2 && (b[0] != '-' || b[1] != '-') {
			return false
		}
		nl := bytes.IndexByte(b, '\n')
		if nl < 0 && len(b) < maxDelimiter && s.fill() {
			continue
		}
		n := nl
		if n < 0 {
			if !s.eof || len(b) >= maxDelimiter {
				return false
			}
			n = len(b)
		}
		e, found := s.match(b[:n])
		if found {
			s.i = min(s.i+k+n+1, s.j)
			s.bol = true
			s.finish(e)
		}
		return found
	}
}

// match tells whether a line is a delimiter of an open boundary. The innermost goes first, so that
// a boundary used twice in nesting closes from the inside.
func (s *scanner) match(line []byte) (ending, bool) {
	if len(s.bounds) == 0 || len(line) > maxDelimiter || !bytes.HasPrefix(line, []byte("--")) {
		return ending{}, false
	}
	rest := bytes.TrimRight(line[2:], " \t\r\n")
	for f := len(s.bounds) - 1; f >= 0; f-- {
		after, ok := bytes.CutPrefix(rest, []byte(s.bounds[f]))
		switch {
		case !ok:
		case len(after) == 0:
			return ending{frame: f}, true
		case string(after) == "--":
			return ending{frame: f, close: true}, true
		}
	}
	return ending{}, false
}
