package dovecottest

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

var received = time.Date(2026, 3, 2, 23, 59, 58, 0, time.FixedZone("", 8*3600))

// One server serves all tests of the package: starting one costs more than all of them.
func TestServer(t *testing.T) {
	s := Start(t)
	t.Run("folders", func(t *testing.T) { testFolders(t, s) })
	t.Run("deliver", func(t *testing.T) { testDeliver(t, s) })
	t.Run("append", func(t *testing.T) { testAppend(t, s) })
	t.Run("starttls", func(t *testing.T) { testStartTLS(t, s) })
	t.Run("wrong password", func(t *testing.T) { testWrongPassword(t, s) })
	t.Run("untrusted", func(t *testing.T) { testUntrusted(t, s) })
}

func testFolders(t *testing.T, s *Server) {
	c := login(t, s, s.Dial(t))
	list := c.Command(t, `LIST "" "*"`)
	contains(t, list, `* LIST (\HasNoChildren \Junk) "/" `+strings.Trim(utf7(Junk), `"`))
	contains(t, list, `\Sent) "/" `+strings.Trim(utf7(Sent), `"`))
	contains(t, list, `"/" INBOX`)
}

func testDeliver(t *testing.T, s *Server) {
	for i := range 3 { // the later, the older: the order is that of delivery, not of the dates
		s.Deliver(t, "INBOX", fmt.Appendf(nil, "Subject: number %d\n\nbody\n", i), received.AddDate(0, 0, -i))
	}
	s.Deliver(t, Junk, []byte("Subject: junk\r\n\r\nbody\r\n"), received)
	c := login(t, s, s.Dial(t))
	contains(t, c.Command(t, "EXAMINE INBOX"), "* 3 EXISTS")
	mails := c.Command(t, "UID FETCH 1:3 (UID INTERNALDATE RFC822.SIZE BODY.PEEK[])")
	for i := range 3 {
		body := fmt.Sprintf("Subject: number %d\r\n\r\nbody\r\n", i)
		contains(t, mails, fmt.Sprintf("UID %d ", i+1))
		contains(t, mails[i:i+1], body)
		contains(t, mails[i:i+1], fmt.Sprintf("RFC822.SIZE %d ", len(body)))
	}
	contains(t, c.Command(t, "EXAMINE "+utf7(Junk)), "* 1 EXISTS")
	contains(t, []string{internalDate(t, mails[2])}, received.AddDate(0, 0, -2).UTC().Format(time.RFC3339))
}

func testAppend(t *testing.T, s *Server) {
	s.Append(t, Sent, []byte("Subject: sent {5}\r\n\r\nbody\r\n"), received)
	c := login(t, s, s.Dial(t))
	contains(t, c.Command(t, "EXAMINE "+utf7(Sent)), "* 1 EXISTS")
	mail := c.Command(t, "UID FETCH 1 (INTERNALDATE BODY.PEEK[])")
	contains(t, mail, "Subject: sent {5}\r\n\r\nbody\r\n")
	contains(t, []string{internalDate(t, mail[0])}, received.UTC().Format(time.RFC3339))
	c.Refused(t, "EXAMINE "+utf7("没有的文件夹"))
}

func testStartTLS(t *testing.T, s *Server) {
	c := s.DialPlain(t)
	contains(t, c.Command(t, "CAPABILITY"), "STARTTLS")
	c.StartTLS(t, s.TLSConfig())
	contains(t, login(t, s, c).Command(t, `LIST "" INBOX`), "INBOX")
}

func testWrongPassword(t *testing.T, s *Server) {
	c := s.Dial(t)
	contains(t, []string{c.Refused(t, "LOGIN "+s.User+" wrong")}, "AUTHENTICATIONFAILED")
	contains(t, []string{c.Refused(t, "LOGIN other@example.test "+s.Password)}, "AUTHENTICATIONFAILED")
	login(t, s, c)
}

func testUntrusted(t *testing.T, s *Server) {
	stranger := *s.TLSConfig()
	stranger.RootCAs = nil
	c := s.DialPlain(t)
	c.StartTLS(t, &stranger)
	if _, _, err := c.exchange("NOOP"); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("the system's certificates were enough: %v", err)
	}
}

func TestStopLeavesNothing(t *testing.T) {
	var dir string
	t.Run("run", func(t *testing.T) { dir = Start(t).dir })
	if dir == "" {
		t.Skip("no Dovecot")
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("directory is still there: %v", err)
	}
}

func TestUTF7(t *testing.T) {
	for in, want := range map[string]string{
		"INBOX": `"INBOX"`, "草稿箱": `"&g0l6P3ux-"`, "垃圾邮件": `"&V4NXPpCuTvY-"`, // as 163.com lists them
		"a&b": `"a&-b"`, "台北/x": `"&U,BTFw-/x"`, `"\`: `"\"\\"`, "😀": `"&2D3eAA-"`,
	} {
		if got := utf7(in); got != want {
			t.Errorf("utf7(%q) = %s, want %s", in, got, want)
		}
	}
}

func login(t testing.TB, s *Server, c *Conn) *Conn {
	t.Helper()
	c.Command(t, fmt.Sprintf("LOGIN %q %q", s.User, s.Password))
	return c
}

// internalDate returns the INTERNALDATE in a line as an instant in UTC, whatever the server's zone.
func internalDate(t testing.TB, line string) string {
	t.Helper()
	_, after, _ := strings.Cut(line, `INTERNALDATE "`)
	text, _, _ := strings.Cut(after, `"`)
	at, err := time.Parse("_2-Jan-2006 15:04:05 -0700", text)
	if err != nil {
		t.Errorf("no INTERNALDATE in %q: %v", line, err)
	}
	return at.UTC().Format(time.RFC3339)
}

func contains(t testing.TB, lines []string, want string) {
	t.Helper()
	if all := strings.Join(lines, "\n"); !strings.Contains(all, want) {
		t.Errorf("no %q in:\n%s", want, all)
	}
}
