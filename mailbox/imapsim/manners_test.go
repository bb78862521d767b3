package imapsim

import (
	"crypto/tls"
	"fmt"
	"strings"
	"testing"
)

func TestDefaultIs163(t *testing.T) {
	s := newServer(t, Options{User: "foi@example.test", Password: "secret"})
	uid := s.Add("INBOX", []byte(mail), day)
	c := connect(t, s)
	if got := c.line(); !strings.HasPrefix(got, "* OK Coremail System IMap Server Ready(") {
		t.Errorf("greeting %q", got)
	}
	c.want("CAPABILITY", "* CAPABILITY IMAP4rev1 XLIST SPECIAL-USE ID LITERAL+ STARTTLS APPENDLIMIT=71680000 XAPPLEPUSHSERVICE UIDPLUS X-CM-EXT-1 SASL-IR AUTH=XOAUTH2", "OK CAPABILITY completed")
	c.want("EXAMINE INBOX", "BAD command not permitted before login")
	c.want("LOGIN foi@example.test wrong", "NO LOGIN Login error or password error")
	c.want("LOGIN foi@example.test secret", "OK LOGIN completed")
	c.want("SELECT INBOX", "NO SELECT Unsafe Login. Please contact kefu@188.com for help")
	c.want("EXAMINE INBOX", "NO EXAMINE Unsafe Login. Please contact kefu@188.com for help")
	c.want(`LIST "" "*"`,
		`* LIST () "/" "INBOX"`, `* LIST (\Drafts) "/" "&g0l6P3ux-"`, `* LIST (\Sent) "/" "&XfJT0ZAB-"`, `* LIST (\Trash) "/" "&XfJSIJZk-"`,
		`* LIST (\Junk) "/" "&V4NXPpCuTvY-"`, `* LIST () "/" "&dcVr0mWHTvZZOQ-"`, `* LIST () "/" "&Xn9USpCuTvY-"`, `* LIST () "/" "&i6KWBZCuTvY-"`,
		"OK LIST completed")
	c.want("ID name", "BAD Parse command error")
	c.want(`ID ("name" "ysq")`, `* ID ("name" "Coremail Imap" "vendor" "Mailtech" "TransID" "3PmVJQB3bjS5RERX")`, "OK ID completed")
	c.want("EXAMINE INBOX", "* 1 EXISTS", "* 0 RECENT", "* OK [UIDVALIDITY 1] UIDs valid",
		`* FLAGS (\Answered \Seen \Deleted \Draft \Flagged)`, `* OK [PERMANENTFLAGS (\Answered \Seen \Deleted \Draft \Flagged)] Limited`,
		"OK [READ-ONLY] EXAMINE completed")
	c.want("STATUS INBOX (UIDNEXT)", `* STATUS "INBOX" ()`, "OK STATUS completed")
	for _, absent := range []string{"IDLE", "UNSELECT", "NAMESPACE", "UID SORT (DATE) UTF-8 ALL", "UID SEARCH SUBJECT x", "UID FETCH 1:* ENVELOPE"} {
		c.want(absent, "BAD Parse command error")
	}
	if uid < 1392611444 {
		t.Errorf("uid %d is not as large as on 163", uid)
	}
	c.want("UID FETCH 1:* (UID RFC822.SIZE INTERNALDATE BODY.PEEK[])",
		fmt.Sprintf("* 1 FETCH (UID %d RFC822.SIZE %d INTERNALDATE \"23-Nov-2026 09:30:00 +0800\" BODY[] {%d}\r\n%s)", uid, len(mail), len(mail), mail),
		"OK UID FETCH completed")
	c.want("LOGOUT", "* BYE IMAP4rev1 Server logging out", "OK LOGOUT completed")
	if got, want := s.Counts(), (Counts{Connections: 1, LoginAttempts: 2, Logins: 1}); got.Connections != want.Connections || got.LoginAttempts != want.LoginAttempts || got.Logins != want.Logins {
		t.Errorf("counts: got %+v, want %+v", got, want)
	}
}

func TestSearchAndPartialFetch(t *testing.T) {
	s := newServer(t, Options{})
	var uids []uint32
	for range 3 {
		uids = append(uids, s.Add("INBOX", []byte(mail), day))
	}
	if uids[1]-uids[0] == 1 && uids[2]-uids[1] == 1 {
		t.Errorf("uids %v have no gaps", uids)
	}
	c := ready(t, s)
	c.want("UID SEARCH ALL", fmt.Sprintf("* SEARCH %d %d %d", uids[0], uids[1], uids[2]), "OK UID SEARCH completed")
	c.want(fmt.Sprintf("UID SEARCH UID %d:%d", uids[0]+1, uids[1]), fmt.Sprintf("* SEARCH %d", uids[1]), "OK UID SEARCH completed")
	c.want(fmt.Sprintf("UID SEARCH UID %d:*", uids[2]+1000), fmt.Sprintf("* SEARCH %d", uids[2]), "OK UID SEARCH completed")
	c.want("SEARCH 2:3", "* SEARCH 2 3", "OK SEARCH completed")
	c.want(fmt.Sprintf("UID FETCH %d (BODY.PEEK[]<6.5>)", uids[0]), fmt.Sprintf("* 1 FETCH (UID %d BODY[]<6> {5}\r\nzhang)", uids[0]), "OK UID FETCH completed")
	c.want(fmt.Sprintf("UID FETCH %d (BODY.PEEK[]<9999.5>)", uids[0]), fmt.Sprintf("* 1 FETCH (UID %d BODY[]<9999> {0}\r\n)", uids[0]), "OK UID FETCH completed")
}

func TestTLS(t *testing.T) {
	handshake := func(t *testing.T, opts Options) (*client, error) {
		s := newServer(t, opts)
		c := connect(t, s)
		if opts.Security == StartTLS {
			c.line()
			c.ok("STARTTLS")
		}
		conn := tls.Client(c.conn, &tls.Config{RootCAs: s.Roots(), ServerName: Host})
		return wrap(t, conn), conn.Handshake()
	}
	for _, sec := range []Security{StartTLS, ImplicitTLS} {
		c, err := handshake(t, Options{Security: sec})
		if err != nil {
			t.Fatal(err)
		}
		if sec == ImplicitTLS {
			c.line()
		}
		c.ok(hello[0])
		if caps := c.ok("CAPABILITY")[0]; strings.Contains(caps, "STARTTLS") {
			t.Errorf("STARTTLS is offered within TLS: %s", caps)
		}
		for name, cert := range map[string]Certificate{"expired": Expired, "wrong host": WrongHost, "untrusted": Untrusted} {
			if _, err := handshake(t, Options{Security: sec, Certificate: cert}); err == nil {
				t.Errorf("certificate %s was accepted", name)
			} else {
				t.Logf("%s: %v", name, err)
			}
		}
	}
	c := connect(t, newServer(t, Options{Security: PlainText}))
	c.line()
	c.want("STARTTLS", "BAD Parse command error")
}
