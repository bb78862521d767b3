package imapsim

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
)

func dialTCP(t *testing.T, s *Server) *client {
	t.Helper()
	addr, err := s.Listen()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return wrap(t, conn)
}

func TestTCP(t *testing.T) {
	s := newServer(t, Options{Security: ImplicitTLS})
	c := dialTCP(t, s)
	c = wrap(t, tls.Client(c.conn, &tls.Config{RootCAs: s.Roots(), ServerName: "127.0.0.1"}))
	c.line()
	for _, cmd := range hello {
		c.ok(cmd)
	}
	s.Inject(At{Command: "NOOP"}.Do(StopAt(3, EOF)))
	if _, _, err := c.try("NOOP"); err != io.EOF {
		t.Errorf("EOF within TLS: got %v", err)
	}
}

func TestStopsOverTCP(t *testing.T) {
	for how, want := range map[Stop]error{EOF: io.EOF, Reset: syscall.ECONNRESET} {
		s := newServer(t, Options{})
		s.Inject(At{Command: "CAPABILITY", Kind: Tagged}.Do(StopAt(0, how)))
		c := dialTCP(t, s)
		c.line()
		if _, _, err := c.try("CAPABILITY"); !errors.Is(err, want) {
			t.Errorf("fault: got %v, want %v", err, want)
		}
		c = dialTCP(t, s)
		c.line()
		s.Disconnect(how)
		if _, err := c.response(); !errors.Is(err, want) {
			t.Errorf("Disconnect: got %v, want %v", err, want)
		}
	}
}

// TestManyAtOnce is for the race detector: sessions read while the mailbox changes under them.
func TestManyAtOnce(t *testing.T) {
	s := newServer(t, Options{StaleSelection: true, AnnounceOnNoop: true})
	s.Inject(At{Command: "NOOP", Kind: Tagged}.Do(Precede(Garbage()["untagged NO"])))
	var wg sync.WaitGroup
	for range 4 {
		c := ready(t, s)
		wg.Go(func() {
			for range 20 {
				for _, cmd := range []string{"NOOP", "EXAMINE INBOX", "UID SEARCH ALL", "UID FETCH 1:* (UID FLAGS BODY.PEEK[])"} {
					if _, status, err := c.try(cmd); err != nil || !strings.HasPrefix(status, "OK") {
						t.Errorf("%s: %q, %v", cmd, status, err)
						return
					}
				}
			}
		})
	}
	for range 100 {
		uid := s.Add("INBOX", []byte(mail), day)
		s.SetSeen("INBOX", uid, true)
		if uid%3 == 0 {
			s.Remove("INBOX", uid)
		} else {
			s.Move("INBOX", uid, "广告邮件")
		}
	}
	wg.Wait()
	if got, want := len(s.Log()), 4*(3+20*4); got != want {
		t.Errorf("%d commands logged, want %d", got, want)
	}
}
