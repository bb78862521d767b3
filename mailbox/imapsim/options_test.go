package imapsim

import (
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestIDManners(t *testing.T) {
	tests := []struct {
		name    string
		manner  IDManner
		id      string // the first reply to ID
		without string // the beginning of the reply to EXAMINE without ID
		offered bool
	}{
		{"required", IDRequired, `* ID ("name"`, "NO EXAMINE Unsafe Login", true},
		{"optional", IDOptional, `* ID ("name"`, "OK", true},
		{"nil", IDNil, "* ID NIL", "OK", true},
		{"unsupported", IDUnsupported, "BAD", "OK", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := connect(t, newServer(t, Options{ID: tt.manner}))
			c.line()
			if got := slices.Contains(strings.Fields(c.ok("CAPABILITY")[0]), "ID"); got != tt.offered {
				t.Errorf("ID in capabilities: got %v", got)
			}
			c.ok(hello[0])
			if _, got := c.do("EXAMINE INBOX"); !strings.HasPrefix(got, tt.without) {
				t.Errorf("EXAMINE without ID: got %q, want %q", got, tt.without)
			}
			untagged, tagged := c.do(hello[1])
			if got := append(untagged, tagged)[0]; !strings.HasPrefix(got, tt.id) {
				t.Errorf("ID: got %q, want %q", got, tt.id)
			}
			c.ok("EXAMINE INBOX")
		})
	}
}

// TestIDIsPerConnection: naming oneself on one connection does not help the next.
func TestIDIsPerConnection(t *testing.T) {
	s := newServer(t, Options{})
	ready(t, s)
	c := connect(t, s)
	c.line()
	c.ok(hello[0])
	c.want("EXAMINE INBOX", UnsafeExamine)
}

func TestUIDManners(t *testing.T) {
	const plain = "OK [UIDVALIDITY 1] UIDs valid"
	tests := []struct {
		name     string
		opts     Options
		validity uint64
		want     []string // the OK lines of EXAMINE with brackets, but for PERMANENTFLAGS
		status   string
	}{
		{"163", Options{}, 1, []string{"* " + plain}, "UIDVALIDITY 1"},
		{"UIDNEXT", Options{UIDNext: true}, 1, []string{"* " + plain, "* OK [UIDNEXT 1392611445] Predicted next UID"}, "UIDVALIDITY 1 UIDNEXT 1392611445"},
		{"absent", Options{OmitUIDValidity: true}, 1, nil, ""},
		{"zero", Options{}, 0, []string{"* OK [UIDVALIDITY 0] UIDs valid"}, "UIDVALIDITY 0"},
		{"64 bits", Options{}, 1 << 40, []string{"* OK [UIDVALIDITY 1099511627776] UIDs valid"}, "UIDVALIDITY 1099511627776"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer(t, tt.opts)
			s.Add("INBOX", []byte(mail), day)
			s.SetUIDValidity("INBOX", tt.validity)
			c := ready(t, s)
			got := slices.DeleteFunc(c.ok("EXAMINE INBOX"), func(l string) bool {
				return !strings.HasPrefix(l, "* OK [") || strings.Contains(l, "PERMANENTFLAGS")
			})
			equal(t, "EXAMINE", got, tt.want)
			c.want("STATUS INBOX (UIDVALIDITY UIDNEXT)", `* STATUS "INBOX" (`+tt.status+")", "OK STATUS completed")
		})
	}
}

func TestOtherPeopleAtWork(t *testing.T) {
	s := newServer(t, Options{})
	a, b := s.Add("INBOX", []byte(mail), day), s.Add("INBOX", []byte("second"), day)
	c := ready(t, s)
	search := func(want ...uint32) {
		t.Helper()
		c.ok("EXAMINE INBOX")
		var line strings.Builder
		line.WriteString("* SEARCH")
		for _, uid := range want {
			line.WriteString(fmt.Sprintf(" %d", uid))
		}
		equal(t, "search", c.ok("UID SEARCH ALL"), []string{line.String()})
	}
	s.SetSeen("INBOX", a, true)
	equal(t, "flags", c.ok(fmt.Sprintf("UID FETCH %d (FLAGS)", a)), []string{fmt.Sprintf(`* 1 FETCH (UID %d FLAGS (\Seen))`, a)})
	s.SetSeen("INBOX", a, false)
	equal(t, "flags", c.ok(fmt.Sprintf("UID FETCH %d (FLAGS)", a)), []string{fmt.Sprintf(`* 1 FETCH (UID %d FLAGS ())`, a)})

	s.AddUID("INBOX", 7, []byte("below"), day) // the counter goes backwards
	search(7, a, b)
	moved, ok := s.Move("INBOX", a, "垃圾邮件")
	if !ok || !slices.Equal(s.Messages("垃圾邮件"), []uint32{moved}) {
		t.Errorf("moved to %d (%v), junk has %v", moved, ok, s.Messages("垃圾邮件"))
	}
	search(7, b)
	if !s.Remove("INBOX", b) || s.Remove("INBOX", b) {
		t.Error("a message can be removed once")
	}
	search(7)
	if next := s.Add("INBOX", nil, day); next <= b {
		t.Errorf("uid %d is not above the expunged %d", next, b)
	}
	s.Recreate("INBOX", 2)
	if first := s.Add("INBOX", []byte("anew"), day); first != a {
		t.Errorf("after Recreate the first uid is %d, want the old %d", first, a)
	}
	if lines := c.ok("EXAMINE INBOX"); !slices.Contains(lines, "* OK [UIDVALIDITY 2] UIDs valid") {
		t.Errorf("EXAMINE after Recreate: %q", lines)
	}
	search(a)
}

// TestRemovedDuringFetch: a colleague deletes a mail after it was listed and before it is sent.
func TestRemovedDuringFetch(t *testing.T) {
	s := newServer(t, Options{})
	a, b := s.Add("INBOX", []byte(mail), day), s.Add("INBOX", []byte(mail), day)
	s.Inject(At{Kind: Fetch, UID: a}.Do(func(Event, *Reply) { s.Remove("INBOX", b) }))
	if got := ready(t, s).ok("UID FETCH 1:* (UID)"); len(got) != 1 {
		t.Errorf("got %q, want the first mail only", got)
	}
}

func TestWindowHidesOldMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, Options{WindowDays: 30})
		now := time.Now()
		s.Add("INBOX", []byte(mail), now.AddDate(0, 0, -31))
		young := s.Add("INBOX", []byte(mail), now.AddDate(0, 0, -29))
		c := ready(t, s)
		c.want("UID SEARCH ALL", fmt.Sprintf("* SEARCH %d", young), "OK UID SEARCH completed")
		time.Sleep(48 * time.Hour)
		if got := c.ok("EXAMINE INBOX")[0]; got != "* 0 EXISTS" {
			t.Errorf("two days later: got %q, want no mail", got)
		}
		c.want("UID SEARCH ALL", "* SEARCH", "OK UID SEARCH completed")
		if got := len(s.Messages("INBOX")); got != 2 {
			t.Errorf("%d messages are kept, want 2", got)
		}
	})
}

func TestNewMailIsSeenOrNot(t *testing.T) {
	arrive := func(t *testing.T, opts Options) (*Server, *client) {
		s := newServer(t, opts)
		c := ready(t, s)
		s.AddUID("INBOX", 5, []byte(mail), day)
		return s, c
	}
	t.Run("default", func(t *testing.T) {
		_, c := arrive(t, Options{})
		c.want("NOOP", "OK NOOP completed")
		c.want("UID SEARCH ALL", "* SEARCH 5", "OK UID SEARCH completed")
	})
	t.Run("announced on NOOP", func(t *testing.T) {
		_, c := arrive(t, Options{AnnounceOnNoop: true})
		c.want("NOOP", "* 1 EXISTS", "OK NOOP completed")
		c.want("NOOP", "OK NOOP completed")
	})
	t.Run("stale selection", func(t *testing.T) {
		_, c := arrive(t, Options{StaleSelection: true})
		c.want("UID SEARCH ALL", "* SEARCH", "OK UID SEARCH completed")
		c.ok("EXAMINE INBOX")
		c.want("UID SEARCH ALL", "* SEARCH 5", "OK UID SEARCH completed")
	})
	t.Run("idle", func(t *testing.T) {
		s, c := arrive(t, Options{Idle: true})
		if caps := c.ok("CAPABILITY")[0]; !strings.HasSuffix(caps, " IDLE") {
			t.Errorf("IDLE is not offered: %s", caps)
		}
		io.WriteString(c.conn, "I1 IDLE\r\n")
		lines := []string{c.line(), c.line()}
		s.AddUID("INBOX", 6, []byte(mail), day)
		lines = append(lines, c.line())
		s.Remove("INBOX", 5)
		lines = append(lines, c.line())
		io.WriteString(c.conn, "DONE\r\n")
		equal(t, "IDLE", append(lines, c.line()), []string{"+ idling", "* 1 EXISTS", "* 2 EXISTS", "* 1 EXISTS", "I1 OK IDLE completed"})
	})
}

func TestIgnorePartial(t *testing.T) {
	s := newServer(t, Options{IgnorePartial: true})
	s.AddUID("INBOX", 5, []byte(mail), day)
	ready(t, s).want("UID FETCH 5 (BODY.PEEK[]<6.5>)", fmt.Sprintf("* 1 FETCH (UID 5 BODY[] {%d}\r\n%s)", len(mail), mail), "OK UID FETCH completed")
}

func TestLogins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, Options{User: "foi", Password: "old", LoginsPerHour: 3})
		c := connect(t, s)
		c.line()
		c.ok("LOGIN foi old")
		s.SetPassword("new")
		c.want("LOGIN foi old", LoginRefused)
		c.ok(`LOGIN "foi" {3+}` + "\r\nnew")
		c.want("LOGIN foi new", "NO LOGIN too many logins")
		time.Sleep(time.Hour)
		plain := base64.StdEncoding.EncodeToString([]byte("\x00foi\x00new"))
		c.ok("AUTHENTICATE PLAIN " + plain)
		io.WriteString(c.conn, "A1 AUTHENTICATE PLAIN\r\n")
		if got := c.line(); got != "+ " {
			t.Errorf("AUTHENTICATE: got %q", got)
		}
		io.WriteString(c.conn, plain+"\r\n")
		if got := c.line(); got != "A1 OK AUTHENTICATE completed" {
			t.Errorf("AUTHENTICATE: got %q", got)
		}
		if got, want := s.Counts(), (Counts{Connections: 1, Open: 1, LoginAttempts: 6, Logins: 4}); got != want {
			t.Errorf("counts: got %+v, want %+v", got, want)
		}
		var log []string
		for _, cmd := range s.Log() {
			log = append(log, cmd.String())
		}
		equal(t, "log", log, []string{"1 LOGIN foi ***", "1 LOGIN foi ***", "1 LOGIN foi ***", "1 LOGIN foi ***", "1 AUTHENTICATE PLAIN ***", "1 AUTHENTICATE PLAIN"})
	})
}

func TestMaxSessions(t *testing.T) {
	s := newServer(t, Options{MaxSessions: 1})
	first := ready(t, s)
	second := connect(t, s)
	if got := second.line(); got != "* BYE Too many connections" {
		t.Errorf("greeting: got %q", got)
	}
	if _, err := second.response(); err != io.EOF {
		t.Errorf("after BYE: got %v, want EOF", err)
	}
	first.ok("NOOP")
}

func TestMutationsAreRecorded(t *testing.T) {
	s := newServer(t, Options{})
	s.AddUID("INBOX", 5, []byte(mail), day)
	c := ready(t, s)
	c.ok("UID FETCH 5 (UID FLAGS BODY.PEEK[])")
	c.ok("CLOSE") // after EXAMINE nothing is expunged
	if got := s.Mutations(); len(got) != 0 {
		t.Fatalf("reading is recorded as mutation: %v", got)
	}
	c.ok("EXAMINE INBOX")
	c.ok("UID FETCH 5 (BODY[])")
	equal(t, "flags after EXAMINE", c.ok("UID FETCH 5 FLAGS"), []string{"* 1 FETCH (UID 5 FLAGS ())"})
	c.ok("SELECT INBOX")
	c.ok("UID FETCH 5 (BODY[])")
	equal(t, "flags after SELECT", c.ok("UID FETCH 5 FLAGS"), []string{`* 1 FETCH (UID 5 FLAGS (\Seen))`})
	refused := []string{"UID STORE 5 +FLAGS (\\Deleted)", "UID COPY 5 INBOX", "UID MOVE 5 INBOX", "EXPUNGE", "CREATE x", "DELETE INBOX"}
	for _, cmd := range refused {
		if _, got := c.do(cmd); !strings.HasPrefix(got, "NO ") {
			t.Errorf("%s: got %q, want NO", cmd, got)
		}
	}
	c.ok("CLOSE")
	want := append([]string{"UID FETCH 5 (BODY[])", "UID FETCH 5 (BODY[])"}, refused...)
	var got []string
	for _, m := range s.Mutations() {
		got = append(got, strings.TrimSpace(m.Name+" "+m.Args))
	}
	equal(t, "mutations", got, append(want, "CLOSE"))
}

func TestAppend(t *testing.T) {
	s := newServer(t, Options{})
	c := ready(t, s)
	literal := fmt.Sprintf("{%d+}\r\n%s", len(mail), mail)
	c.want(`APPEND "&g0l6P3ux-" (\Draft \Seen) "23-Nov-2026 09:30:00 +0800" `+literal, "OK [APPENDUID 1 1392611444] APPEND completed")
	c.want("APPEND nowhere "+literal, "NO [TRYCREATE] APPEND folder not exist")
	io.WriteString(c.conn, fmt.Sprintf("A1 APPEND INBOX {%d}\r\n", len(mail)))
	if got := c.line(); !strings.HasPrefix(got, "+ ") {
		t.Fatalf("no continuation: %q", got)
	}
	io.WriteString(c.conn, mail+"\r\n")
	if got := c.line(); got != "A1 OK [APPENDUID 1 1392611444] APPEND completed" {
		t.Errorf("APPEND: got %q", got)
	}
	c.ok(`EXAMINE "&g0l6P3ux-"`)
	equal(t, "draft", c.ok("FETCH 1 (INTERNALDATE FLAGS BODY.PEEK[])"),
		[]string{fmt.Sprintf("* 1 FETCH (INTERNALDATE \"23-Nov-2026 09:30:00 +0800\" FLAGS (\\Draft \\Seen) BODY[] {%d}\r\n%s)", len(mail), mail)})
	if got := len(s.Mutations()); got != 3 {
		t.Errorf("%d mutations, want 3", got)
	}
}

func TestServerClosed(t *testing.T) {
	s := newServer(t, Options{})
	c := ready(t, s)
	s.Close()
	if _, _, err := c.try("NOOP"); err == nil {
		t.Error("a session survived Close")
	}
	if _, err := s.Dial(t.Context()); err == nil {
		t.Error("Dial succeeded after Close")
	}
	if _, err := s.Listen(); err == nil {
		t.Error("Listen succeeded after Close")
	}
	if got := s.Counts().Open; got != 0 {
		t.Errorf("%d sessions open after Close", got)
	}
}
