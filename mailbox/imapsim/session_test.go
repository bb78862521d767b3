package imapsim

import (
	"io"
	"strings"
	"sync"
	"testing"

	"ysq.internal/ysq/mailbox/simnet"
)

func TestServe(t *testing.T) {
	s := newServer(t, Options{})
	theirs, ours := simnet.Pipe()
	io.WriteString(theirs, "A1 LOGOUT\r\n")
	s.Serve(ours) // returns, for the client says goodbye
	got, err := io.ReadAll(theirs)
	if !strings.HasSuffix(string(got), "A1 OK LOGOUT completed\r\n") || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestFolders(t *testing.T) {
	s := newServer(t, Options{})
	s.AddFolder("公开申请", "")
	s.Add("公开申请", []byte(mail), day)
	c := ready(t, s)
	wire := encodeName("公开申请")
	c.want(`LIST "" ""`, `* LIST (\Noselect) "/" ""`, "OK LIST completed")
	c.want(`LIST "" "`+wire+`"`, `* LIST () "/" "`+wire+`"`, "OK LIST completed")
	c.want(`LIST "" "nowhere"`, "OK LIST completed")
	c.want(`STATUS "`+wire+`" (MESSAGES RECENT UIDNEXT)`, `* STATUS "`+wire+`" (MESSAGES 1 RECENT 0)`, "OK STATUS completed")
	c.want("STATUS nowhere (MESSAGES)", "NO STATUS folder not exist")
	c.want("EXAMINE nowhere", "NO EXAMINE folder not exist")
	c.want("UID SEARCH ALL", "BAD Parse command error") // a refused EXAMINE leaves nothing selected
}

// TestLiteralEndsLikeALiteral: what is in a literal is not read as the announcement of another.
func TestLiteralEndsLikeALiteral(t *testing.T) {
	s := newServer(t, Options{})
	c := ready(t, s)
	c.ok("APPEND INBOX {7+}\r\nabc {3}")
	c.ok("EXAMINE INBOX")
	equal(t, "mail", c.ok("FETCH 1 (BODY.PEEK[])"), []string{"* 1 FETCH (BODY[] {7}\r\nabc {3})"})
}

// FuzzSession: no input makes the server panic, and every session ends when the client leaves.
func FuzzSession(f *testing.F) {
	for _, seed := range []string{
		"A UID FETCH 1:* (UID FLAGS BODY.PEEK[]<0.9>)\r\n", `A STATUS INBOX ""` + "\r\n", `A APPEND INBOX "(" "x" {1+}` + "\r\nx\r\n",
		"A UID FETCH 5 BODY[]<9223372036854775807.9223372036854775807>\r\n", "A IDLE\r\nDONE\r\n", "A UID SEARCH UID 1:* ALL\r\n", "\r\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, input string) {
		s, err := New(Options{Idle: true, Security: PlainText})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		s.AddUID("INBOX", 5, []byte(mail), day)
		theirs, ours := simnet.Pipe()
		var client sync.WaitGroup
		client.Go(func() {
			io.WriteString(theirs, "1 LOGIN a b\r\n2 ID (\"name\" \"x\")\r\n3 EXAMINE INBOX\r\n"+input+"\r\n")
			theirs.(interface{ CloseWrite() error }).CloseWrite()
			io.Copy(io.Discard, theirs)
		})
		s.Serve(ours)
		client.Wait()
	})
}
