package imapsource

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// script is a connection on which the server says the same whatever it is asked, in pieces of a size.
type script struct {
	net.Conn
	r      io.Reader
	piece  int
	closed atomic.Bool
}

func (s *script) Read(p []byte) (int, error) {
	if s.closed.Load() {
		return 0, net.ErrClosed
	}
	return s.r.Read(p[:min(len(p), s.piece)])
}

func (s *script) Write(p []byte) (int, error) {
	if s.closed.Load() {
		return 0, net.ErrClosed
	}
	return len(p), nil
}

func (s *script) Close() error {
	s.closed.Store(true)
	return nil
}

func (s *script) SetReadDeadline(time.Time) error  { return nil }
func (s *script) SetWriteDeadline(time.Time) error { return nil }

func overWire(said string, piece int, maxMail int64, prepare func(*wire)) (string, *wire, error) {
	w := newWire(&script{r: strings.NewReader(said), piece: piece}, time.Minute, maxMail)
	w.arm(listing)
	prepare(w)
	got, err := io.ReadAll(w)
	return strings.TrimPrefix(string(got), "* OK [CAPABILITY IMAP4rev1] ready\r\n"), w, err
}

func nothing(*wire) {}

const noDateLine = `INTERNALDATE " 1-Jan-0001 00:00:01 +0000"`

// What go-imap gets to see of what a server says, and what wire remembers of the rest.
func TestWirePassesOnWhatIsUnderstood(t *testing.T) {
	long := strings.Repeat(" 1392611444", 10_000)
	flags := "FLAGS (" + strings.Repeat("a ", 10_000) + "a)"
	tests := map[string]struct{ said, want string }{
		"search":                    {"* SEARCH 1 2\r\n", "* SEARCH 1 2\r\n"},
		"search longer than buffer": {"* SEARCH" + long + "\r\nT1 OK\r\n", "* SEARCH" + long + "\r\nT1 OK\r\n"},
		"fetch":                     {"* 1 FETCH (UID 5 BODY[] {5}\r\na\r\n* )\r\n", "* 1 FETCH (UID 5 BODY[] {5}\r\na\r\n* )\r\n"},
		"lines inside a mail":       {"* 1 FETCH (BODY[] {16}\r\n* BYE\r\n* 1 FOO\r\n UID 5)\r\n", "* 1 FETCH (BODY[] {16}\r\n* BYE\r\n* 1 FOO\r\n UID 5)\r\n"},
		"two literals":              {"* 1 FETCH (BODY[] {1}\r\nx BODY[1] {2}\r\nyz)\r\n", "* 1 FETCH (BODY[] {1}\r\nx BODY[1] {2}\r\nyz)\r\n"},
		"literals of strangers":     {"* 1 FETCH (A {1}\r\nx UID 3 B (C {2}\r\nyz))\r\n", "* 1 FETCH (UID 3 B (C {2}\r\nyz))\r\n"},
		"a stranger, then a mail":   {"* 1 FETCH (X {1}\r\nx BODY[] {2}\r\nyz UID 3)\r\n", "* 1 FETCH (BODY[] {2}\r\nyz UID 3)\r\n"},
		"attributes nobody asked":   {"* 1 FETCH (X-GM-MSGID 12 FLAGS (a] \\Seen \"(\") UID 5 ENVELOPE NIL)\r\n", "* 1 FETCH (UID 5)\r\n"},
		"nothing that was asked":    {"* 1 FETCH (FLAGS (\xd2\xd1))\r\n", "* 1 FETCH ()\r\n"},
		"a stranger, then length":   {"* 1 FETCH (X {1}\r\nx " + flags + " BODY[] {2}\r\nyz INTERNALDATE NIL)\r\nT1 OK\r\n", "* 1 FETCH ( " + flags + " BODY[] {2}\r\nyz " + noDateLine + ")\r\nT1 OK\r\n"},
		"not to be taken apart":     {"* 1 FETCH (X (a {1}\r\nb c {2}\r\nyz) INTERNALDATE NIL)\r\nT1 OK\r\n", "* 1 FETCH (X (a {1}\r\nb c {2}\r\nyz) " + noDateLine + ")\r\nT1 OK\r\n"},
		"the body by other names":   {"* 1 FETCH (uid 5 BODY.PEEK[]<0> ~{2}\r\nyz RFC822 {1}\r\nx RFC822.SIZE 5)\r\n", "* 1 FETCH (uid 5 BODY[]<0> {2}\r\nyz BODY[] {1}\r\nx RFC822.SIZE 5)\r\n"},
		"empty literal":             {"* 1 FETCH (BODY[] {0}\r\n)\r\n", "* 1 FETCH (BODY[] {0}\r\n)\r\n"},
		"status with braces":        {"* OK look {12}\r\nT1 NO not {99}\r\nT2 OK\r\n", "T1 NO not {99}\r\nT2 OK\r\n"},
		"id is kept away":           {"* ID (\"vendor\" NIL)\r\nT1 OK\r\n", "T1 OK\r\n"},
		"unknown with a literal":    {"* XNOTE {7}\r\nT1 OK\r\n \r\nT2 OK\r\n", "T2 OK\r\n"},
		"list":                      {"* LIST () \"/\" \"&V4NXPpCuTvY-\"\r\n", "* LIST () \"/\" \"&V4NXPpCuTvY-\"\r\n"},
		"list in GBK":               {"* LIST () \"/\" \"\xc0\xac\"\r\nT1 OK\r\n", "T1 OK\r\n"},
		"half a line at the end":    {"T1 OK\r\n* SEARCH 1 2", "T1 OK\r\n"},
		"empty lines":               {"\r\n\r\nT1 OK\r\n", "T1 OK\r\n"},
		"dates that are none":       {"* 1 FETCH (INTERNALDATE \"00-Jan-0000 00:00:00 +0000\" UID 1)\r\n* 2 FETCH (internaldate NIL)\r\n* 3 FETCH (UID 3 INTERNALDATE \"\")\r\n", "* 1 FETCH (" + noDateLine + " UID 1)\r\n* 2 FETCH (" + noDateLine + ")\r\n* 3 FETCH (UID 3 " + noDateLine + ")\r\n"},
		"two dates in a line":       {"* 1 FETCH (INTERNALDATE \" 1-Mar-2026 08:00:00 +0800\" internaldate NIL)\r\n", "* 1 FETCH (INTERNALDATE \" 1-Mar-2026 08:00:00 +0800\" " + noDateLine + ")\r\n"},
		"a date behind a mail":      {"* 1 FETCH (BODY[] {16}\r\nINTERNALDATE NIL INTERNALDATE NIL)\r\n", "* 1 FETCH (BODY[] {16}\r\nINTERNALDATE NIL " + noDateLine + ")\r\n"},
		"a date of one digit":       {"* 1 FETCH (INTERNALDATE \" 2-Nov-2026 09:15:00 +0800\")\r\n", "* 1 FETCH (INTERNALDATE \" 2-Nov-2026 09:15:00 +0800\")\r\n"},
		"bare LF":                   {"* SEARCH 1\nT1 OK\n", "* SEARCH 1\nT1 OK\n"},
	}
	for name, test := range tests {
		for _, piece := range []int{1, 7, 1 << 20} {
			t.Run(fmt.Sprintf("%s by %d", name, piece), func(t *testing.T) {
				got, _, _ := overWire(test.said, piece, 1<<20, nothing)
				if got != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
			})
		}
	}
}

func TestWireHears(t *testing.T) {
	_, w, _ := overWire("* 31 EXISTS\r\n* ok [uidvalidity 18446744073709551615] x\r\n* OK [UIDNEXT 5] x\r\n* BYE \xd3\xca gone\r\n", 3, 1<<20, nothing)
	if got, want := w.disarm(), (heard{bye: "邮 gone", uidvalidity: 1<<64 - 1, exists: 31}); got != want {
		t.Errorf("heard %+v, want %+v", got, want)
	}
	w.arm(listing)
	if got := w.disarm(); got.uidvalidity != 0 || got.exists != 0 || got.bye == "" {
		t.Errorf("after the next command began: %+v, want BYE alone", got)
	}
}

// go-imap must not be told that LOGIN went well without capabilities, or it asks for them.
func TestWireLogin(t *testing.T) {
	got, _, _ := overWire("* OK hello\r\nT1 OK LOGIN completed\r\nT2 OK x\r\n", 5, 1<<20, (*wire).loggingIn)
	if want := "T1 OK [CAPABILITY IMAP4rev1] logged in\r\nT2 OK x\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	got, _, _ = overWire("T1 NO LOGIN Login error\r\n", 5, 1<<20, (*wire).loggingIn)
	if want := "T1 NO LOGIN Login error\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// endless is a line that never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '1'
	}
	return len(p), nil
}

// A hostile server cannot make us hold more than the limits.
func TestWireLimits(t *testing.T) {
	for name, said := range map[string]string{
		"mail too large":       "* 1 FETCH (BODY[] {1048577}\r\n",
		"folder name too long": "* LIST () \"/\" {70000}\r\n",
		"literal in a note":    "* XNOTE {70000}\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, w, err := overWire(said+strings.Repeat("x", 80_000), 4096, 1<<20, nothing)
			if _, broken := w.failure(); err == nil || !errors.Is(broken, err) {
				t.Errorf("error %v, remembered %v", err, broken)
			}
		})
	}
	w := newWire(&script{r: io.MultiReader(strings.NewReader("* SEARCH "), endless{}), piece: 1 << 20}, time.Minute, 1<<20)
	w.arm(listing)
	n, err := io.Copy(io.Discard, w)
	if err == nil || n > maxText+1<<20 {
		t.Errorf("read %d bytes of an endless line, error %v", n, err)
	}
}

// Whatever a server says, a mail inside a FETCH comes through unchanged, and nothing panics or hangs.
func FuzzWire(f *testing.F) {
	f.Add([]byte("* 1 FETCH (BODY[] {3}\r\nabc)\r\n* OK {3}\r\nT1 OK\r\n"), byte(3))
	f.Add([]byte("* LIST () \"/\" \"&V4-\"\r\n+ go on\r\n* X {2}\r\nab\r\n"), byte(1))
	f.Fuzz(func(t *testing.T, said []byte, piece byte) {
		got, _, _ := overWire(string(said), int(piece)+1, 1<<20, nothing)
		if len(got) > 2*len(said)+30*bytes.Count(bytes.ToUpper(said), []byte("INTERNALDATE")) {
			t.Errorf("%d bytes became %d", len(said), len(got))
		}
		again, _, _ := overWire(string(said), 1<<20, 1<<20, nothing)
		if got != again {
			t.Errorf("in pieces of %d: %q, at once: %q", int(piece)+1, got, again)
		}
		mail := bytes.ReplaceAll(said, []byte("\n"), []byte("\r\n"))
		whole := fmt.Sprintf("* 7 FETCH (UID 5 BODY[] {%d}\r\n%s)\r\nT1 OK\r\n", len(mail), mail)
		if got, _, _ := overWire(whole, int(piece)+1, 1<<20, nothing); got != whole {
			t.Errorf("a mail came through as %q, want %q", got, whole)
		}
	})
}
