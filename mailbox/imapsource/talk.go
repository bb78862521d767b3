package imapsource

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/emersion/go-imap/v2"

	"ysq.internal/ysq/casefile/regexp"
	"ysq.internal/ysq/mailbox"
)

// talk is a conversation line by line, with everything personal left out of what is written down.
type talk struct {
	conn  *paced
	r     *bufio.Reader
	opts  Options
	tag   int
	keep  int64    // of a literal; the rest, or all of it, is thrown away
	spent int      // bytes of lines in this answer
	lines []string // redacted
}

// Limits on what is held of a conversation, which is much shorter where a server is honest.
const (
	maxTalk      = 8 << 20 // bytes of lines in one answer
	maxTalkLines = 100_000 // of one answer
	maxWritten   = 5_000   // lines written down
)

func newTalk(conn net.Conn, o Options) *talk {
	p := &paced{Conn: conn, idle: o.Idle}
	return &talk{conn: p, r: bufio.NewReaderSize(p, 64<<10), opts: o}
}

// paceOf is how long the answer to a command may take.
func paceOf(command string) pace {
	switch {
	case strings.Contains(command, "BODY.PEEK"):
		return bodies
	case strings.HasPrefix(command, "LIST") || strings.HasPrefix(command, "UID "):
		return listing
	}
	return answer
}

// writes says whether more of the conversation is written down. A server that says more costs no work on its words.
func (t *talk) writes() bool { return len(t.lines) < maxWritten }

func (t *talk) write(line string) {
	if t.writes() {
		t.lines = append(t.lines, line)
	}
}

// reply is the answer to one command. Literals are counted and, but for talk.keep, thrown away.
type reply struct {
	lines   []string // untagged, without "* "
	status  string   // OK, NO or BAD
	text    string   // after it
	literal int64    // bytes of literals
	kept    []byte   // of them what talk.keep allows
}

func (r reply) ok() bool { return r.status == "OK" }

// say sends a command and reads its answer.
func (t *talk) say(command string) (reply, error) {
	t.tag++
	tag := "P" + strconv.Itoa(t.tag)
	name, args, _ := strings.Cut(command, " ")
	if name == "LOGIN" {
		args = "*** ***"
	} else if name == "EXAMINE" || name == "SELECT" {
		args = t.folderName(args)
	}
	t.write(strings.TrimSpace("C: " + tag + " " + name + " " + t.redact(args)))
	t.begin(paceOf(command))
	defer t.conn.expectNothing()
	if _, err := io.WriteString(t.conn, tag+" "+command+"\r\n"); err != nil {
		return reply{}, &mailbox.Error{Fault: mailbox.FaultUnreachable, Doing: name, Err: err}
	}
	var r reply
	for n := 1; ; n++ {
		line, err := t.read(&r)
		if err != nil {
			return r, &mailbox.Error{Fault: mailbox.FaultUnreachable, Doing: name, Err: err}
		}
		if n > maxTalkLines {
			return r, &mailbox.Error{Fault: mailbox.FaultProtocol, Doing: name, Err: fmt.Errorf("more than %d lines in one answer", maxTalkLines)}
		}
		if t.writes() {
			t.write("S: " + t.shown(line))
		}
		first, rest, _ := strings.Cut(line, " ")
		switch {
		case first == "*":
			r.lines = append(r.lines, rest)
			if strings.HasPrefix(strings.ToUpper(rest), "BYE") && name != "LOGOUT" {
				fault, detail := byeFault(rest)
				return r, &mailbox.Error{Fault: fault, Detail: detail, Doing: name, Said: t.redact(rest), Err: errors.New("connection closed by the server")}
			}
		case first == tag:
			r.status, r.text, _ = strings.Cut(rest, " ")
			r.status = strings.ToUpper(r.status)
			return r, nil
		}
	}
}

// begin begins an answer.
func (t *talk) begin(what pace) {
	t.spent = 0
	t.conn.expect(what)
}

// read reads a line with its literals, for each of which stands {n}.
func (t *talk) read(r *reply) (string, error) {
	var whole strings.Builder
	for {
		part, err := t.r.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return "", err
		}
		if t.spent += len(part); t.spent > maxTalk {
			return "", fmt.Errorf("more than %d bytes of lines in one answer", maxTalk)
		}
		whole.Write(part)
		if whole.Len() > maxStrings && !strings.HasPrefix(whole.String(), "* SEARCH") {
			return "", fmt.Errorf("a line of more than %d bytes", maxStrings)
		}
		if err != nil {
			continue
		}
		line := strings.TrimRight(whole.String(), "\r\n")
		open := strings.LastIndexByte(line, '{')
		if open < 0 || !strings.HasSuffix(line, "}") {
			return line, nil
		}
		n, err := strconv.ParseInt(line[open+1:len(line)-1], 10, 64)
		if err != nil || n < 0 {
			return line, nil //nolint:nilerr // no literal
		}
		if n > t.opts.MaxMail {
			return "", fmt.Errorf("server announces a literal of %d bytes", n)
		}
		for left := n; left > 0; {
			k := min(left, 64<<10)
			piece := make([]byte, max(0, min(k, t.keep-int64(len(r.kept)))))
			if _, err := io.ReadFull(t.r, piece); err != nil {
				return "", err
			}
			r.kept = append(r.kept, piece...)
			if _, err := io.CopyN(io.Discard, t.r, k-int64(len(piece))); err != nil {
				return "", err
			}
			left -= k
			t.conn.gotBody(int(k))
		}
		r.literal += n
		whole.Reset()
		whole.WriteString(line + " ")
	}
}

// untagged returns what follows a word at the beginning of an untagged line, of all such lines.
func (r reply) untagged(word string) string {
	var all []string
	for _, l := range r.lines {
		if first, rest, _ := strings.Cut(l, " "); strings.EqualFold(first, word) {
			all = append(all, rest)
		}
	}
	return strings.Join(all, " ")
}

func (r reply) exists() int {
	for _, l := range r.lines {
		if n, ok := strings.CutSuffix(strings.ToUpper(l), " EXISTS"); ok {
			if n, err := strconv.Atoi(n); err == nil {
				return n
			}
		}
	}
	return 0
}

// code returns the number of a response code such as [UIDNEXT 17].
func (r reply) code(name string) uint64 {
	for _, l := range append([]string{r.status + " " + r.text}, r.lines...) {
		_, after, ok := strings.Cut(strings.ToUpper(l), "["+name+" ")
		if !ok {
			continue
		}
		number, _, _ := strings.Cut(after, "]")
		if n, err := strconv.ParseUint(strings.TrimSpace(number), 10, 64); err == nil {
			return n
		}
	}
	return 0
}

// number returns the number after a name in a FETCH response; -1 where there is none.
func (r reply) number(name string) int64 {
	for _, l := range r.lines {
		if _, after, ok := strings.Cut(strings.ToUpper(l), name+" "); ok {
			digits := after[:len(after)-len(strings.TrimLeft(after, "0123456789"))]
			if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
				return n
			}
		}
	}
	return -1
}

// internalDate returns the zero time where there is none that can be read.
func (r reply) internalDate() time.Time {
	for _, l := range r.lines {
		if m := internalDate.FindStringSubmatch(l); m != nil {
			return readDate(m[1])
		}
	}
	return time.Time{}
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "", "\n", "").Replace(s) + `"`
}

var listLine = regexp.MustCompile(`(?i)^LIST \(([^)]*)\) (?:"(.)"|NIL) (.+)$`)

// listed reads a LIST response: the folder, and its name as it goes over the wire.
func listed(line string) (data *imap.ListData, wire string, ok bool) {
	m := listLine.FindStringSubmatch(line)
	if m == nil {
		return nil, "", false
	}
	name, ok := decodedName(strings.Trim(m[3], `"`))
	data = &imap.ListData{Mailbox: name}
	for attr := range strings.FieldsSeq(m[1]) {
		data.Attrs = append(data.Attrs, imap.MailboxAttr(attr))
	}
	if m[2] != "" {
		data.Delim = rune(m[2][0])
	}
	return data, m[3], ok
}

// decodedName reads modified UTF-7 (RFC 3501, 5.1.3).
func decodedName(s string) (string, bool) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "&")
		b.WriteString(before)
		if !found {
			return b.String(), true
		}
		code, after, found := strings.Cut(rest, "-")
		if !found || !validShift([]byte(code)) {
			return "", false
		}
		if code == "" {
			b.WriteByte('&')
		} else if raw, err := modifiedBase64.DecodeString(code); err == nil {
			units := make([]uint16, len(raw)/2)
			for i := range units {
				units[i] = uint16(raw[2*i])<<8 | uint16(raw[2*i+1])
			}
			b.WriteString(string(utf16.Decode(units)))
		}
		s = after
	}
}

// encodedName is a folder's name as it goes over the wire, quoted: modified UTF-7 (RFC 3501, section 5.1.3).
func encodedName(name string) string {
	var b strings.Builder
	var shifted []byte
	for _, r := range name + "\x00" { // the end closes what is shifted
		if r >= 0x80 {
			for _, unit := range utf16.Encode([]rune{r}) {
				shifted = append(shifted, byte(unit>>8), byte(unit))
			}
			continue
		}
		if len(shifted) > 0 {
			b.WriteString("&" + modifiedBase64.EncodeToString(shifted) + "-")
			shifted = nil
		}
		switch r {
		case 0:
		case '&':
			b.WriteString("&-")
		default:
			b.WriteRune(r)
		}
	}
	return quoted(b.String())
}

var (
	mailAddress = regexp.MustCompile(`[^\s<>"(),;:\[\]]+@[^\s<>"(),;:\[\]]+`)
	ipAddress   = regexp.MustCompile(`\b\d{1,3}(\.\d{1,3}){3}\b|\b[0-9a-fA-F]{0,4}(:[0-9a-fA-F]{0,4}){4,7}\b`)
)

// redact takes out of a text what is personal or secret.
func (t *talk) redact(s string) string {
	s = legible(s)
	for _, secret := range []string{t.opts.Password, t.opts.User} {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, "***")
		}
	}
	s = mailAddress.ReplaceAllString(s, "<地址>")
	if local, _, ok := strings.Cut(t.opts.User, "@"); ok && len(local) >= 3 {
		s = strings.ReplaceAll(s, local, "***")
	}
	return ipAddress.ReplaceAllString(s, "<IP>")
}

// shown is a line of the server as it is written down: long lists of numbers by their ends, folders
// that people made without their names.
func (t *talk) shown(line string) string {
	words := strings.Fields(line)
	if len(words) > 8 && strings.EqualFold(words[1], "SEARCH") {
		n := len(words) - 2
		return fmt.Sprintf("%s %s %s %s … %s（共 %d 个）", words[0], words[1], words[2], words[3], words[len(words)-1], n)
	}
	if rest, ok := strings.CutPrefix(line, "* "); ok {
		if data, wire, ok := listed(rest); ok && !wellKnown(data) {
			return strings.TrimSuffix(line, wire) + `"…"`
		}
	}
	return t.redact(line)
}

// folderName is the argument of EXAMINE: only folders that are known by their use are ever opened.
func (t *talk) folderName(wire string) string {
	if name, ok := decodedName(strings.Trim(wire, `"`)); ok {
		return wire + " (" + name + ")"
	}
	return wire
}

func wellKnown(l *imap.ListData) bool {
	return strings.EqualFold(l.Mailbox, "INBOX") || roleOf(l) != "" || len(l.Attrs) > 0 && otherUse(l.Attrs[len(l.Attrs)-1])
}
