package imapsim

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// TestCutAtEveryByte proves that a session delivers exactly the bytes before the cut and then the chosen end.
func TestCutAtEveryByte(t *testing.T) {
	conversation := append(hello[:len(hello):len(hello)], "UID FETCH 1:* (UID BODY.PEEK[])", "LOGOUT")
	talk := func(s *Server) (received string, end error) {
		c := connect(t, s)
		var raw strings.Builder
		c.r = bufio.NewReader(io.TeeReader(c.conn, &raw))
		_, err := c.response()
		for i := 0; i < len(conversation) && err == nil; i++ {
			_, _, err = c.try(conversation[i])
		}
		_, end = io.Copy(io.Discard, c.r) // nil is EOF
		c.conn.Close()
		return raw.String(), end
	}
	s := newServer(t, Options{})
	s.Add("INBOX", []byte(mail), day)
	whole, end := talk(s)
	if end != nil || !strings.HasSuffix(whole, "T5 OK LOGOUT completed\r\n") || s.Sent(1) != int64(len(whole)) {
		t.Fatalf("whole conversation: %v after %q (%d bytes sent)", end, whole, s.Sent(1))
	}
	for how, want := range map[Stop]error{EOF: nil, Reset: syscall.ECONNRESET} {
		for n := range len(whole) {
			s.Heal()
			s.Inject(CutAfter(int64(n), how))
			if got, end := talk(s); got != whole[:n] || !errors.Is(end, want) {
				t.Fatalf("cut at %d: got %q and %v, want %q and %v", n, got, end, whole[:n], want)
			}
		}
	}
}

func TestFetchFaults(t *testing.T) {
	const uid = 1392611444
	items := "(UID RFC822.SIZE INTERNALDATE BODY.PEEK[])"
	body := fmt.Sprintf("BODY[] {%d}\r\n%s", len(mail), mail)
	date := `INTERNALDATE "23-Nov-2026 09:30:00 +0800"`
	size := fmt.Sprintf("RFC822.SIZE %d", len(mail))
	normal := fmt.Sprintf("* 1 FETCH (UID %d %s %s %s)", uid, size, date, body)
	tests := []struct {
		name  string
		fault Fault
		want  []string
	}{
		{"none", func(Event, *Reply) {}, []string{normal}},
		{"omitted", Omit, nil},
		{"twice", Twice, []string{normal, normal}},
		{"flags first", FlagsFirst, []string{fmt.Sprintf(`* 1 FETCH (UID %d FLAGS (\Seen))`, uid), normal}},
		{"uid last", UIDLast, []string{fmt.Sprintf("* 1 FETCH (%s %s %s UID %d)", size, date, body, uid)}},
		{"no uid", Without("UID"), []string{fmt.Sprintf("* 1 FETCH (%s %s %s)", size, date, body)}},
		{"body NIL", With("BODY[]", "NIL"), []string{fmt.Sprintf("* 1 FETCH (UID %d %s %s BODY[] NIL)", uid, size, date)}},
		{"body quoted", With("BODY[]", `""`), []string{fmt.Sprintf(`* 1 FETCH (UID %d %s %s BODY[] "")`, uid, size, date)}},
		{"body {0}", With("BODY[]", "{0}\r\n"), []string{fmt.Sprintf("* 1 FETCH (UID %d %s %s BODY[] {0}\r\n)", uid, size, date)}},
		{"wrong size", With("RFC822.SIZE", "7"), []string{fmt.Sprintf("* 1 FETCH (UID %d RFC822.SIZE 7 %s %s)", uid, date, body)}},
		{"bad date", With("INTERNALDATE", `"yesterday"`), []string{fmt.Sprintf(`* 1 FETCH (UID %d %s INTERNALDATE "yesterday" %s)`, uid, size, body)}},
		{"expunged meanwhile", Precede("* 1 EXPUNGE"), []string{"* 1 EXPUNGE", normal}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer(t, Options{})
			s.AddUID("INBOX", uid, []byte(mail), day)
			s.Inject(At{Command: "UID FETCH", Kind: Fetch, UID: uid, Times: 1}.Do(tt.fault))
			c := ready(t, s)
			equal(t, "first", c.ok("UID FETCH 1:* "+items), tt.want)
			equal(t, "second", c.ok("UID FETCH 1:* "+items), []string{normal})
		})
	}
}

func TestBodyFaultsReachPartials(t *testing.T) {
	s := newServer(t, Options{})
	s.AddUID("INBOX", 5, []byte(mail), day)
	s.Inject(At{Kind: Fetch, Times: 1}.Do(With("BODY[]", "NIL")), At{Kind: Fetch, Skip: 1}.Do(Without("BODY[]")))
	c := ready(t, s)
	equal(t, "NIL", c.ok("UID FETCH 5 (BODY.PEEK[]<6.5>)"), []string{"* 1 FETCH (UID 5 BODY[]<6> NIL)"})
	equal(t, "without", c.ok("UID FETCH 5 (BODY.PEEK[]<6.5>)"), []string{"* 1 FETCH (UID 5)"})
}

func TestGarbagePrecedesAReply(t *testing.T) {
	for name, line := range Garbage() {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, Options{})
			s.Inject(At{Command: "NOOP", Kind: Tagged}.Do(Precede(line)))
			ready(t, s).want("NOOP", line, "OK NOOP completed")
		})
	}
}

func TestRefusals(t *testing.T) {
	s := newServer(t, Options{})
	s.Inject(
		At{Command: "LOGIN", Kind: Tagged, Times: 1}.Do(Say(LoginRefused)),
		At{Command: "EXAMINE", Kind: Tagged, Session: 1, Times: 1}.Do(Say(UnsafeExamine)),
		At{Command: "EXAMINE", Kind: Untagged, Session: 2, Times: 1}.Do(Bye(UnsafeBye)),
		At{Kind: Greeting, Session: 3}.Do(Bye("Too many connections")),
	)
	c := connect(t, s)
	c.line()
	c.want(hello[0], "NO LOGIN Login error or password error")
	c.ok(hello[0])
	c.ok(hello[1])
	if _, status := c.do(hello[2]); status != UnsafeExamine {
		t.Errorf("EXAMINE: got %q", status)
	}
	c.ok(hello[2])

	c = connect(t, s)
	c.line()
	c.ok(hello[0])
	c.ok(hello[1])
	untagged, _, err := c.try(hello[2])
	equal(t, "BYE", untagged, []string{"* BYE " + UnsafeBye, ""})
	if err != io.EOF {
		t.Errorf("after BYE: got %v, want EOF", err)
	}

	c = connect(t, s)
	if got := c.line(); got != "* BYE Too many connections" {
		t.Errorf("greeting: got %q", got)
	}
	if _, err := c.response(); err != io.EOF {
		t.Errorf("after BYE: got %v, want EOF", err)
	}
}

// TestSilence shows a black hole to a client with a deadline: in a bubble the wait costs no time.
func TestSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, Options{})
		s.Add("INBOX", []byte(mail), day)
		s.Inject(At{Command: "UID FETCH"}.Do(StopInLiteral(10, Silence)))
		c := ready(t, s)
		start := time.Now()
		c.conn.SetReadDeadline(start.Add(time.Hour))
		untagged, _, err := c.try("UID FETCH 1:* (BODY.PEEK[])")
		if !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != time.Hour {
			t.Errorf("got %v after %v, want a deadline after 1h", err, time.Since(start))
		}
		if !strings.HasSuffix(untagged[0], "}\r\n"+mail[:10]) {
			t.Errorf("got %q, want 10 bytes of the literal", untagged[0])
		}
		if _, err := io.WriteString(c.conn, "T99 NOOP\r\n"); err != nil {
			t.Errorf("writing into the silence: %v", err)
		}
	})
}

func TestSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, Options{})
		s.Inject(At{Command: "NOOP"}.Do(Slow(time.Minute, 2)))
		c := ready(t, s)
		start := time.Now()
		c.ok("NOOP") // `T4 OK NOOP completed` and CRLF are 22 bytes
		if got, want := time.Since(start), time.Minute+11*time.Second; got != want {
			t.Errorf("took %v, want %v", got, want)
		}
		s.Inject(At{Command: "NOOP"}.Do(Slow(time.Hour, 0)))
		io.WriteString(c.conn, "T99 NOOP\r\n")
		synctest.Wait()
		start = time.Now()
		s.Close() // must not wait for the hour
		if got := time.Since(start); got != 0 {
			t.Errorf("Close took %v", got)
		}
	})
}
