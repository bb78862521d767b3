package dovecottest

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Deliver puts a mail into the folder as a delivery agent would, without IMAP: it is quick and takes
// any bytes. The server gives it received (whole seconds) as INTERNALDATE, serves its line ends as
// CRLF, and numbers mails in the order of the calls.
func (s *Server) Deliver(t testing.TB, folder string, raw []byte, received time.Time) {
	t.Helper()
	if err := s.deliver(folder, raw, received); err != nil {
		t.Fatalf("delivering to Dovecot: %v", err)
	}
}

func (s *Server) deliver(folder string, raw []byte, received time.Time) error {
	dir := s.Maildir
	if folder != "INBOX" {
		dir = filepath.Join(dir, "."+strings.ReplaceAll(folder, "/", ".")) // Maildir++
	}
	if err := s.mkdirs(s.Maildir, dir, filepath.Join(dir, "cur"), filepath.Join(dir, "new"), filepath.Join(dir, "tmp")); err != nil {
		return err
	}
	// Dovecot sorts new mails by the number at the beginning of the name.
	name := fmt.Sprintf("%d.M1P%d.localhost", 1_000_000_000+s.serial.Add(1), os.Getpid())
	tmp := filepath.Join(dir, "tmp", name)
	if err := os.WriteFile(tmp, raw, 0o600); err != nil {
		return err
	}
	if err := os.Chown(tmp, s.uid, s.gid); err != nil {
		return err
	}
	if err := os.Chtimes(tmp, received, received); err != nil {
		return err
	}
	return os.Rename(tmp, filepath.Join(dir, "new", name))
}

// Append puts a mail into the folder by IMAP APPEND, as another mail program would. The mail must be
// one that IMAP permits: CRLF, no NUL.
func (s *Server) Append(t testing.TB, folder string, raw []byte, received time.Time) {
	t.Helper()
	c := s.Dial(t)
	c.Command(t, fmt.Sprintf("LOGIN %q %q", s.User, s.Password))
	c.Command(t, fmt.Sprintf("APPEND %s %q {%d+}\r\n%s", utf7(folder), received.Format("_2-Jan-2006 15:04:05 -0700"), len(raw), raw))
	c.Command(t, "LOGOUT")
}

// Conn is a bare IMAP connection: a line out, lines in. It lets a test look at the server without
// the client that is under test.
type Conn struct {
	conn net.Conn
	in   *bufio.Reader
	tag  int
}

// Dial connects by TLS; the connection ends with the test.
func (s *Server) Dial(t testing.TB) *Conn {
	t.Helper()
	return opened(t, s.dialTLS)
}

// DialPlain connects without TLS; see StartTLS.
func (s *Server) DialPlain(t testing.TB) *Conn {
	t.Helper()
	return opened(t, s.dialPlain)
}

func opened(t testing.TB, dial func() (*Conn, error)) *Conn {
	t.Helper()
	c, err := dial()
	if err != nil {
		t.Fatalf("connecting to Dovecot: %v", err)
	}
	t.Cleanup(func() { c.conn.Close() })
	return c
}

func (s *Server) dialPlain() (*Conn, error) {
	conn, err := net.Dial("tcp", net.JoinHostPort(s.Host, strconv.Itoa(s.Port)))
	if err != nil {
		return nil, err
	}
	return greet(conn)
}

func (s *Server) dialTLS() (*Conn, error) {
	conn, err := tls.Dial("tcp", net.JoinHostPort(s.Host, strconv.Itoa(s.TLSPort)), s.TLSConfig())
	if err != nil {
		return nil, err
	}
	return greet(conn)
}

// patience bounds every exchange: the server answers in milliseconds or never.
const patience = 30 * time.Second

func greet(conn net.Conn) (*Conn, error) {
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	c := &Conn{conn: conn, in: bufio.NewReader(conn)}
	line, err := c.in.ReadString('\n')
	if err == nil && !strings.HasPrefix(line, "* OK") {
		err = fmt.Errorf("greeting %q", line)
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return c, nil
}

// StartTLS goes over to TLS (RFC 9051, section 6.2.1).
func (c *Conn) StartTLS(t testing.TB, config *tls.Config) {
	t.Helper()
	c.Command(t, "STARTTLS")
	c.conn = tls.Client(c.conn, config)
	c.in = bufio.NewReader(c.conn)
}

// Command sends a command and returns the lines before its tagged answer, literals included as they
// stand; an answer other than OK fails the test.
func (c *Conn) Command(t testing.TB, command string) []string {
	t.Helper()
	lines, answer, err := c.exchange(command)
	if err != nil {
		t.Fatalf("IMAP: %v", err)
	}
	if !strings.HasPrefix(answer, "OK") {
		name, _, _ := strings.Cut(command, " ")
		t.Fatalf("IMAP: %s: %s", name, answer)
	}
	return lines
}

// Refused sends a command that the server must answer with NO or BAD, and returns the answer.
func (c *Conn) Refused(t testing.TB, command string) string {
	t.Helper()
	_, answer, err := c.exchange(command)
	if err != nil || strings.HasPrefix(answer, "OK") {
		t.Fatalf("IMAP: answer %q, %v; want a refusal", answer, err)
	}
	return answer
}

func (c *Conn) exchange(command string) (lines []string, answer string, err error) {
	if err := c.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, "", err
	}
	c.tag++
	tag := fmt.Sprintf("a%d ", c.tag)
	if _, err := io.WriteString(c.conn, tag+command+"\r\n"); err != nil {
		return nil, "", err
	}
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return nil, "", err
		}
		if answer, ok := strings.CutPrefix(line, tag); ok {
			return lines, strings.TrimRight(answer, "\r\n"), nil
		}
		if n, ok := literal(line); ok {
			b := make([]byte, n)
			if _, err := io.ReadFull(c.in, b); err != nil {
				return nil, "", err
			}
			rest, err := c.in.ReadString('\n')
			if err != nil {
				return nil, "", err
			}
			line += string(b) + rest
		}
		lines = append(lines, strings.TrimSuffix(line, "\r\n"))
	}
}

// literal reports the size announced at the end of a line.
func literal(line string) (int, bool) {
	i := strings.LastIndexByte(line, '{')
	if i < 0 || !strings.HasSuffix(line, "}\r\n") {
		return 0, false
	}
	n, err := strconv.Atoi(line[i+1 : len(line)-3])
	return n, err == nil
}
