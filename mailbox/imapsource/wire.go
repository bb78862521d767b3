package imapsource

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"ysq.internal/ysq/casefile/panics"
	"ysq.internal/ysq/casefile/regexp"
)

// Limits on what a server may make us hold in memory: lines are read by go-imap into strings, and so
// are literals outside FETCH. The longest honest line is a SEARCH of a very full folder.
const (
	maxText    = 32 << 20 // bytes of lines in one listing
	maxFetch   = 8 << 20  // bytes of lines while mails come, the mails not counted
	maxAnswer  = 1 << 20  // bytes of lines in any other answer
	maxFolders = 100_000  // beyond these, none is looked at
	maxStrings = 64 << 10 // a literal that is not a mail; a line that is not SEARCH
	maxNesting = 100      // parentheses in a line: what is asked for has three
)

// wire is the connection as go-imap sees it: a plain IMAP4rev1 server that answers in time.
//
// paced keeps its deadlines, because go-imap has none before the first byte of an answer and at most
// five minutes for a literal, however long; go-imap's own read deadlines are ignored (mailbox/PROVIDERS.md#go-imap). And
// it passes on only the answers that session waits for. Anything else that a server says unasked ends
// go-imap's connection when it is malformed, and some things when they are not: an ID reply, a 64-bit
// UIDVALIDITY, a keyword in GBK, VANISHED. What we want of those lines, wire remembers itself.
type wire struct {
	*paced
	maxMail int64
	br      *bufio.Reader // over paced

	// Owned by go-imap's reading goroutine.
	out     []byte // to be read before anything else
	literal int64  // bytes left of the literal in the middle of a line
	inLine  bool   // the next bytes belong to a line that has begun
	length  int    // of that line, as far as it has come
	opened  int    // parentheses in it
	drop    bool   // the line that has begun is not passed on
	search  bool   // the line that has begun may be very long
	strings bool   // the line that has begun may carry literals, but no mail
	text    bool   // the line that has begun is for people and announces no literals
	fetch   bool   // the line that has begun is a FETCH response
	apart   bool   // every piece of it so far could be taken apart
	some    bool   // an attribute of it has been passed on
	skip    bool   // the literal in the middle of it is not passed on
	stopped bool   // the connection broke within a literal, and Read has said so by reading nothing

	mu    sync.Mutex // guards what follows
	login bool       // the answer to LOGIN is awaited
	most  int64      // bytes of lines that this command may bring
	spent int64      // of these
	lists int        // LIST responses to this command
	heard heard
	aside *aside // a command that go-imap does not know of; nil: none
}

// heard is what the server said in passing.
type heard struct {
	bye         string // text of BYE
	uidvalidity uint64
	exists      uint32

	capabilities string
}

func newWire(conn net.Conn, idle time.Duration, maxMail int64) *wire {
	w := &wire{paced: &paced{Conn: conn, idle: idle}, maxMail: maxMail, most: maxAnswer}
	w.br = bufio.NewReaderSize(w.paced, 16<<10) // large literals bypass it
	// The greeting has been read (Source.greet). With capabilities in it go-imap asks for none; no
	// extension is named, because none is used.
	w.out = []byte("* OK [CAPABILITY IMAP4rev1] ready\r\n")
	return w
}

// SetReadDeadline ignores go-imap's deadlines.
func (w *wire) SetReadDeadline(time.Time) error { return nil }

// arm begins a command: from now on the server owes an answer, and wire forgets what it heard.
func (w *wire) arm(what pace) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.spent, w.lists = 0, 0
	w.most = map[pace]int64{answer: maxAnswer, listing: maxText, bodies: maxFetch}[what]
	w.heard = heard{bye: w.heard.bye}
	w.expect(what)
}

// disarm ends a command and returns what was heard meanwhile.
func (w *wire) disarm() heard {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.login = false
	w.expectNothing()
	return w.heard
}

func (w *wire) loggingIn() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.login = true
}

// failure returns the error that ended the connection, if one did.
func (w *wire) failure() (heard, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.heard, w.paced.failure()
}

// Read implements net.Conn for go-imap. Where the connection breaks within a literal it returns nothing
// once, without an error, and the error from then on: copyBody says why. A panic over what came ends the connection.
func (w *wire) Read(p []byte) (n int, err error) {
	if caught := panics.In(func() error { n, err = w.read(p); return nil }); caught != nil {
		return 0, w.fail(caught)
	}
	return n, err
}

func (w *wire) read(p []byte) (int, error) {
	for {
		switch {
		case len(w.out) > 0:
			n := copy(p, w.out)
			w.out = w.out[n:]
			return n, nil
		case w.literal > 0 && (w.drop || w.skip):
			n, err := w.br.Discard(int(min(w.literal, 1<<20)))
			w.literal -= int64(n)
			if err != nil {
				return 0, err
			}
		case w.literal > 0:
			n, err := w.br.Read(p[:min(int64(len(p)), w.literal)])
			w.literal -= int64(n)
			w.gotBody(n)
			if n > 0 || err != nil && w.stopped {
				return n, err
			}
			if err != nil {
				w.stopped = true
				return 0, nil //nolint:nilerr // the next Read returns it
			}
		default:
			if err := w.readLine(); err != nil {
				return 0, err
			}
		}
	}
}

// readLine reads to the end of the line, or as much of it as fits the buffer, into w.out. What it
// returns stays valid until the next read.
func (w *wire) readLine() error {
	part, err := w.br.ReadSlice('\n')
	whole := err == nil
	first := !w.inLine
	if !whole && !errors.Is(err, bufio.ErrBufferFull) {
		return err // of a broken line go-imap sees nothing
	}
	if err := w.spend(len(part)); err != nil {
		return err
	}
	w.out = part
	if !w.inLine {
		w.beginLine(part)
		w.length, w.opened = 0, 0
	}
	w.inLine = true
	if err := w.measure(part); err != nil {
		w.out = nil
		return err
	}
	if whole {
		if w.literal, err = w.announced(part); err != nil {
			return err
		}
		if w.strings || w.drop { // what is no mail counts like the line, or names of folders would have no end
			if err := w.spend(int(w.literal)); err != nil {
				return err
			}
		}
		w.inLine = w.literal > 0
	}
	switch {
	case w.drop:
		w.out = nil
	case w.fetch:
		// Once a piece could not be taken apart, or is longer than the buffer, the rest of the line goes on as it
		// is, and with it the literals that it announces.
		w.skip = false
		if w.apart = w.apart && whole; w.apart {
			w.out, w.some, w.skip, w.apart = items(w.out, first, w.some)
		}
		w.out = datesRead(w.out)
	}
	return nil
}

// datesRead puts noDate in the place of every INTERNALDATE that is no date, such as
// "00-Jan-0000 00:00:00 +0000", "" or NIL: with it go-imap would end the connection, and one mail without
// a date would cost all that come after it.
func datesRead(line []byte) []byte {
	if oneDate(line) {
		return line
	}
	return internalDate.ReplaceAllFunc(line, func(item []byte) []byte {
		if readDate(string(item[len("INTERNALDATE "):])).IsZero() {
			return []byte(`INTERNALDATE "` + noDate.Format(dateTime) + `"`)
		}
		return item
	})
}

// oneDate is true for a line in which INTERNALDATE stands once, as everywhere, with a date, and for one too short for it.
func oneDate(line []byte) bool {
	const name = "INTERNALDATE"
	if len(line) < len(name) {
		return true
	}
	before, behind, found := bytes.Cut(line, []byte(name+` "`))
	if !found {
		return false
	}
	value, rest, found := bytes.Cut(behind, []byte(`"`))
	named := func(b []byte) bool { return bytes.Contains(bytes.ToUpper(b), []byte(name)) }
	return found && !readDate(string(value)).IsZero() && !named(before) && !named(rest)
}

var internalDate = regexp.MustCompile(`(?i)\bINTERNALDATE ("[^"]*"|[^\s"(){]+)`)

// dateTime is date-time of RFC 9051, section 9, as go-imap reads it.
const dateTime = "_2-Jan-2006 15:04:05 -0700"

// noDate stands for a date that is none; go-imap takes no zero time.
var noDate = time.Time{}.Add(time.Second)

// readDate returns the zero time for what is no date.
func readDate(value string) time.Time {
	at, _ := time.Parse(dateTime, strings.Trim(value, `"`))
	return at
}

// measure bounds a line that is passed on. go-imap descends into every parenthesis, and a stack that
// overflows ends the program.
func (w *wire) measure(part []byte) error {
	w.length += len(part)
	w.opened += bytes.Count(part, []byte("("))
	switch {
	case w.drop || w.text:
	case w.length > maxStrings && !w.search:
		return w.fail(fmt.Errorf("a line of more than %d bytes", maxStrings))
	case w.opened > maxNesting:
		return w.fail(fmt.Errorf("more than %d parentheses in one line", maxNesting))
	}
	return nil
}

func (w *wire) spend(n int) error {
	w.mu.Lock()
	w.spent += int64(n)
	most, over := w.most, w.spent > w.most
	w.mu.Unlock()
	if over {
		return w.fail(fmt.Errorf("more than %d bytes of lines in one answer", most))
	}
	return nil
}

// beginLine decides about a line by its beginning.
func (w *wire) beginLine(line []byte) {
	w.drop, w.search, w.strings, w.text = false, false, false, false
	w.fetch, w.apart, w.some, w.skip = false, false, false, false
	first, rest := cutWord(line)
	if len(first) == 0 {
		w.drop = true
		return
	}
	if w.tellAside(first, rest) {
		w.drop, w.text = true, true
		return
	}
	if string(first) == "+" {
		w.text = true
		if w.mu.Lock(); w.login { // AUTHENTICATE PLAIN has no challenge, but some servers say a word here
			w.out = []byte("+ \r\n")
		}
		w.mu.Unlock()
		return
	}
	if string(first) != "*" { // tagged, and so the end of a command
		w.text = true
		status, _ := cutWord(rest)
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.login && strings.EqualFold(string(status), "OK") {
			w.login = false
			// As with the greeting: go-imap is to ask for no capabilities.
			w.out = fmt.Appendf(nil, "%s OK [CAPABILITY IMAP4rev1] logged in\r\n", first)
		}
		return
	}
	kind, rest := cutWord(rest)
	number, err := strconv.ParseUint(string(kind), 10, 32)
	if err == nil {
		kind, rest = cutWord(rest)
	}
	switch strings.ToUpper(string(kind)) {
	case "FETCH":
		w.fetch, w.apart = true, true
		w.drop = len(rest) == 0 || w.fetchedAside(rest)
	case "SEARCH":
		w.search = true
	case "LIST":
		// A name that is no modified UTF-7 (RFC 3501, 5.1.3) would end the connection. Nobody can
		// open such a folder through go-imap either.
		w.strings, w.drop = true, !validName(rest) || w.tooManyFolders()
	case "EXISTS":
		w.drop = true
		w.hear(func(h *heard) { h.exists = uint32(number) })
		w.exists()
	case "CAPABILITY":
		w.drop = true
		w.hear(func(h *heard) { h.capabilities = string(rest) })
	case "OK", "NO", "BAD", "PREAUTH", "BYE":
		w.drop, w.text = true, true
		w.hear(func(h *heard) { h.status(string(kind), rest) })
	default:
		w.drop = true
	}
}

func (w *wire) hear(f func(*heard)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f(&w.heard)
}

func (w *wire) tooManyFolders() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lists++
	return w.lists > maxFolders
}

func (w *wire) exists() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.aside != nil {
		w.aside.tell(asideExists)
	}
}

func (h *heard) status(kind string, rest []byte) {
	text := strings.TrimSpace(string(rest[:min(len(rest), 500)]))
	if strings.EqualFold(kind, "BYE") {
		h.bye = legible(text)
		return
	}
	code, ok := strings.CutPrefix(text, "[")
	if !ok {
		return
	}
	code, _, _ = strings.Cut(code, "]")
	name, value, _ := strings.Cut(code, " ")
	if strings.EqualFold(name, "UIDVALIDITY") {
		// One that is no number is none: everything is listed then, and known mails are known by
		// their digest.
		h.uidvalidity, _ = strconv.ParseUint(strings.TrimSpace(value), 10, 64)
	}
}

// announced returns the length of the literal that begins after the line, 0 for none.
func (w *wire) announced(line []byte) (int64, error) {
	if w.text {
		return 0, nil
	}
	line = bytes.TrimRight(line, "\r\n")
	open := bytes.LastIndexByte(line, '{')
	if open < 0 || !bytes.HasSuffix(line, []byte("}")) {
		return 0, nil
	}
	n, err := strconv.ParseInt(string(line[open+1:len(line)-1]), 10, 64)
	if err != nil || n < 0 {
		return 0, nil //nolint:nilerr // no literal
	}
	limit := w.maxMail
	if w.strings || w.drop {
		limit = maxStrings
	}
	if n > limit {
		return 0, w.fail(fmt.Errorf("server announces a literal of %d bytes, more than %d", n, limit))
	}
	return n, nil
}

func cutWord(line []byte) (word, rest []byte) {
	word, rest, _ = bytes.Cut(bytes.TrimRight(line, "\r\n"), []byte(" "))
	return word, rest
}

// validName reports whether the name in a LIST response is modified UTF-7 (RFC 3501, 5.1.3).
func validName(line []byte) bool {
	if !utf8.Valid(line) {
		return false
	}
	for {
		_, rest, found := bytes.Cut(line, []byte("&"))
		if !found {
			return true
		}
		code, rest, found := bytes.Cut(rest, []byte("-"))
		if !found || !validShift(code) || bytes.HasPrefix(rest, []byte("&")) && !bytes.HasPrefix(rest, []byte("&-")) {
			return false
		}
		line = rest
	}
}

var modifiedBase64 = base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,").WithPadding(base64.NoPadding)

// validShift judges what stands between "&" and "-": UTF-16 without anything that ASCII could say.
func validShift(code []byte) bool {
	if len(code) == 0 {
		return true // "&-" is "&"
	}
	b, err := modifiedBase64.AppendDecode(nil, code)
	if err != nil || len(b)%2 != 0 || len(b) == 0 {
		return false
	}
	var units []uint16
	for i := 0; i < len(b); i += 2 {
		units = append(units, uint16(b[i])<<8|uint16(b[i+1]))
	}
	for _, r := range utf16.Decode(units) {
		if r == utf8.RuneError || r >= 0x20 && r < 0x7f {
			return false
		}
	}
	return true
}
