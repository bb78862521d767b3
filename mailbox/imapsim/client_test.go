package imapsim

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

var day = time.Date(2026, 11, 23, 9, 30, 0, 0, time.FixedZone("CST", 8*3600))

const mail = "From: zhang@example.test\r\nSubject: hello\r\n\r\nbody\r\n"

func newServer(t *testing.T, opts Options) *Server {
	t.Helper()
	s, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// client speaks IMAP by hand: it sends a line and collects what comes up to the tagged reply.
type client struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
	tags int
}

// connect returns a client that has read nothing yet.
func connect(t *testing.T, s *Server) *client {
	t.Helper()
	conn, err := s.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return wrap(t, conn)
}

func wrap(t *testing.T, conn net.Conn) *client {
	return &client{t: t, conn: conn, r: bufio.NewReader(conn)}
}

// ready returns a client that has examined INBOX as intake does.
func ready(t *testing.T, s *Server) *client {
	t.Helper()
	c := connect(t, s)
	c.line()
	for _, cmd := range hello {
		c.ok(cmd)
	}
	return c
}

var hello = []string{`LOGIN foi@example.test secret`, `ID ("name" "ysq" "version" "1.0")`, `EXAMINE INBOX`}

// response reads one response with its literals, without the last CRLF.
func (c *client) response() (string, error) {
	var all string
	for {
		line, err := c.r.ReadString('\n')
		all += line
		if err != nil {
			return all, err
		}
		n, _, ok := literalLength(strings.TrimSuffix(line, "\r\n"))
		if !ok {
			return strings.TrimSuffix(all, "\r\n"), nil
		}
		literal := make([]byte, n)
		k, err := io.ReadFull(c.r, literal)
		all += string(literal[:k])
		if err != nil {
			return all, err
		}
	}
}

func (c *client) line() string {
	c.t.Helper()
	line, err := c.response()
	if err != nil {
		c.t.Fatalf("reading: %v after %q", err, line)
	}
	return line
}

// try runs a command and returns the untagged responses and the tagged one without its tag.
func (c *client) try(cmd string) (untagged []string, tagged string, err error) {
	c.tags++
	tag := fmt.Sprintf("T%d ", c.tags)
	if _, err := io.WriteString(c.conn, tag+cmd+"\r\n"); err != nil {
		return nil, "", err
	}
	for {
		line, err := c.response()
		if err != nil {
			return append(untagged, line), "", err
		}
		if status, ok := strings.CutPrefix(line, tag); ok {
			return untagged, status, nil
		}
		untagged = append(untagged, line)
	}
}

func (c *client) do(cmd string) (untagged []string, tagged string) {
	c.t.Helper()
	untagged, tagged, err := c.try(cmd)
	if err != nil {
		c.t.Fatalf("%s: %v after %q", cmd, err, untagged)
	}
	return untagged, tagged
}

func (c *client) ok(cmd string) []string {
	c.t.Helper()
	untagged, tagged := c.do(cmd)
	if !strings.HasPrefix(tagged, "OK ") {
		c.t.Fatalf("%s: got %q, want OK", cmd, tagged)
	}
	return untagged
}

// want runs a command and compares everything it answers.
func (c *client) want(cmd string, want ...string) {
	c.t.Helper()
	untagged, tagged := c.do(cmd)
	equal(c.t, cmd, append(untagged, tagged), want)
}

func equal(t *testing.T, what string, got, want []string) {
	t.Helper()
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("%s:\ngot  %q\nwant %q", what, got, want)
	}
}
