package imapsim

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"ysq.internal/ysq/mailbox/simnet"
)

const (
	maxLine    = 64 << 10
	maxLiteral = 71680000 // APPENDLIMIT
)

// session is one connection. It is owned by the goroutine that runs it.
type session struct {
	srv     *Server
	n       int
	refused bool // too many sessions

	raw  net.Conn // as accepted
	conn net.Conn // raw, or TLS over it
	r    *bufio.Reader
	w    *bufio.Writer
	sent int64

	tag  string
	cmd  Command
	args words

	loggedIn, identified bool
	selected             string // "": none
	readOnly             bool
	known                []uint32 // what was there at SELECT; kept for Options.StaleSelection
	announced            int      // the EXISTS last sent
}

func newSession(srv *Server, c simnet.Session) *session {
	refused := srv.opts.MaxSessions > 0 && c.Others >= srv.opts.MaxSessions
	return &session{srv: srv, n: c.N, refused: refused, raw: c.Conn, conn: c.Conn, r: bufio.NewReaderSize(c.Conn, maxLine), w: bufio.NewWriter(c.Conn)}
}

var errLogout = errors.New("logged out")

// run talks until the client leaves, a fault stops the session, or the server is closed. Errors end the session and nothing else.
func (s *session) run() {
	defer func() { s.conn.Close() }() // what conn is then, raw or TLS
	if s.srv.opts.Security == ImplicitTLS && s.handshake() != nil {
		return
	}
	greeting := "* OK Coremail System IMap Server Ready(163com[726c6d736d74703a])"
	if s.refused {
		greeting = "* BYE Too many connections"
	}
	err := s.send(Greeting, 0, Reply{Line: greeting})
	for err == nil && !s.refused {
		if err = s.read(); err == nil {
			err = s.dispatch()
		}
	}
}

func (s *session) handshake() error {
	conn := tls.Server(s.raw, s.srv.certs.server)
	if err := conn.Handshake(); err != nil {
		return err
	}
	s.conn, s.r = conn, bufio.NewReaderSize(conn, maxLine)
	return nil
}

// read reads a command with its literals and logs it.
func (s *session) read() error {
	var text string
	for {
		slice, err := s.r.ReadSlice('\n')
		if err != nil {
			return err
		}
		line := strings.TrimRight(string(slice), "\r\n")
		text += line
		n, nonSync, ok := literalLength(line)
		if !ok {
			break
		}
		if n > maxLiteral {
			return errParse
		}
		if !nonSync {
			if err := s.send(Continuation, 0, Reply{Line: "+ Ready for additional command text"}); err != nil {
				return err
			}
		}
		literal := make([]byte, n)
		if _, err := io.ReadFull(s.r, literal); err != nil {
			return err
		}
		text += "\r\n" + string(literal)
	}
	s.tag, text, _ = strings.Cut(text, " ")
	name, args, _ := strings.Cut(text, " ")
	name = strings.ToUpper(name)
	if name == "UID" {
		sub, rest, _ := strings.Cut(args, " ")
		name, args = "UID "+strings.ToUpper(sub), rest
	}
	s.args = words{args}
	s.cmd = Command{Session: s.n, Name: name, Args: redact(name, args)}
	s.srv.mu.Lock()
	s.srv.log = append(s.srv.log, s.cmd)
	s.srv.mu.Unlock()
	return nil
}

// redact hides passwords and shortens literals to their length.
func redact(name, args string) string {
	w := words{args}
	first, _ := w.next()
	switch name {
	case "LOGIN":
		return first + " ***"
	case "AUTHENTICATE":
		if w.rest != "" {
			return first + " ***"
		}
	}
	args, _, _ = strings.Cut(args, "\r\n")
	return args
}

// mutates records the running command as one that changes the mailbox.
func (s *session) mutates() {
	s.srv.mu.Lock()
	defer s.srv.mu.Unlock()
	s.srv.mutations = append(s.srv.mutations, s.cmd)
}

func (s *session) untagged(format string, args ...any) error {
	return s.send(Untagged, 0, Reply{Line: "* " + fmt.Sprintf(format, args...)})
}

func (s *session) tagged(format string, args ...any) error {
	return s.send(Tagged, 0, Reply{Line: fmt.Sprintf(format, args...)})
}

// done ends a command with OK after replies that may have failed.
func (s *session) done(err error) error {
	if err != nil {
		return err
	}
	return s.tagged("OK %s completed", s.cmd.Name)
}

func (s *session) bad() error { return s.tagged("BAD Parse command error") }

// send is the only way out: faults see the reply, then it is written as they left it.
func (s *session) send(kind Kind, uid uint32, r Reply) error {
	if kind == Tagged {
		r.tag = s.tag + " "
	}
	s.srv.applyFaults(Event{
		Session: s.n, Command: s.cmd.Name, Args: s.cmd.Args, Kind: kind, UID: uid, Sent: s.sent,
	}, &r)
	if err := s.pause(r.Pause); err != nil {
		return err
	}
	left := All
	if r.Stop != GoOn {
		left = r.Keep
	}
	w := s.w
	w.Reset(s.conn) // whatever a fault kept back stays back
	for _, chunk := range r.render() {
		chunk = chunk[:min(left, len(chunk))]
		left -= len(chunk)
		if err := s.write(w, chunk, r.Rate); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	switch r.Stop {
	case GoOn:
		return nil
	case EOF:
		s.conn.Close()
	case Reset:
		hangUp(s.raw, Reset)
	case Silence:
		io.Copy(io.Discard, s.conn) // until the client gives up or the server is closed
	}
	return errStopped
}

// stopsBefore asks the faults whether the session ends before something is done of which the client is not told.
func (s *session) stopsBefore(kind Kind) (stopped bool, err error) {
	var r Reply
	s.srv.applyFaults(Event{Session: s.n, Command: s.cmd.Name, Args: s.cmd.Args, Kind: kind, Sent: s.sent}, &r)
	switch r.Stop {
	case GoOn:
		return false, nil
	case Silence:
		io.Copy(io.Discard, s.conn)
	default:
		hangUp(s.raw, r.Stop)
	}
	return true, errStopped
}

// write sends a chunk at a rate of bytes per second, ten times a second at most.
func (s *session) write(w *bufio.Writer, chunk []byte, rate int) error {
	for len(chunk) > 0 {
		n := len(chunk)
		if rate > 0 {
			n = min(n, max(1, rate/10))
			if err := s.pause(time.Duration(n) * time.Second / time.Duration(rate)); err != nil {
				return err
			}
		}
		if _, err := w.Write(chunk[:n]); err != nil {
			return err
		}
		if rate > 0 {
			if err := w.Flush(); err != nil {
				return err
			}
		}
		chunk = chunk[n:]
		s.count(n)
	}
	return nil
}

func (s *session) count(n int) {
	s.sent += int64(n)
	s.srv.mu.Lock()
	s.srv.sent[s.n] = s.sent
	s.srv.mu.Unlock()
}

func (s *session) pause(d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-s.srv.Done():
		return net.ErrClosed
	}
}

func (s *session) dispatch() error {
	switch s.cmd.Name {
	case "CAPABILITY":
		return s.capability()
	case "NOOP":
		return s.noop()
	case "LOGOUT":
		if err := s.done(s.untagged("BYE IMAP4rev1 Server logging out")); err != nil {
			return err
		}
		return errLogout
	case "ID":
		return s.id()
	case "STARTTLS":
		return s.startTLS()
	case "LOGIN":
		return s.login()
	case "AUTHENTICATE":
		return s.authenticate()
	}
	if !s.loggedIn {
		return s.tagged("BAD command not permitted before login")
	}
	switch s.cmd.Name {
	case "LIST", "LSUB", "XLIST":
		return s.list()
	case "STATUS":
		return s.status()
	case "SELECT", "EXAMINE":
		return s.selectFolder()
	case "APPEND":
		return s.append()
	case "STORE", "UID STORE", "COPY", "UID COPY", "MOVE", "UID MOVE", "EXPUNGE", "UID EXPUNGE", "CREATE", "DELETE", "RENAME":
		s.mutates() // and is refused: no part of ysq needs them, and no test may pass thanks to them
		return s.tagged("NO %s refused", s.cmd.Name)
	}
	if s.selected == "" {
		return s.bad()
	}
	switch s.cmd.Name {
	case "SEARCH", "UID SEARCH":
		return s.search()
	case "FETCH", "UID FETCH":
		return s.fetch()
	case "CLOSE":
		return s.closeFolder()
	case "IDLE":
		if s.srv.opts.Idle {
			return s.idle()
		}
	}
	return s.bad()
}

func (s *session) capability() error {
	caps := []string{
		"IMAP4rev1", "XLIST", "SPECIAL-USE", "ID", "LITERAL+", "STARTTLS", "APPENDLIMIT=71680000", "XAPPLEPUSHSERVICE", "UIDPLUS",
		"X-CM-EXT-1", "SASL-IR", "AUTH=XOAUTH2",
	}
	caps = slices.DeleteFunc(caps, func(c string) bool {
		return c == "ID" && s.srv.opts.ID == IDUnsupported || c == "STARTTLS" && !s.mayStartTLS()
	})
	if s.srv.opts.Idle {
		caps = append(caps, "IDLE")
	}
	return s.done(s.untagged("CAPABILITY %s", strings.Join(caps, " ")))
}

func (s *session) mayStartTLS() bool { return s.srv.opts.Security == StartTLS && s.conn == s.raw }

func (s *session) startTLS() error {
	if !s.mayStartTLS() {
		return s.bad()
	}
	if err := s.tagged("OK Begin TLS negotiation now"); err != nil {
		return err
	}
	return s.handshake()
}

// id wants a list of strings; 163 answers anything else with BAD.
func (s *session) id() error {
	list, err := s.args.next()
	if s.srv.opts.ID == IDUnsupported || err != nil || list != "NIL" && !strings.HasPrefix(list, `("`) {
		return s.bad()
	}
	if list != "NIL" {
		s.identified = true
	}
	if s.srv.opts.ID == IDNil {
		return s.done(s.untagged("ID NIL"))
	}
	return s.done(s.untagged(`ID ("name" "Coremail Imap" "vendor" "Mailtech" "TransID" "3PmVJQB3bjS5RERX")`))
}

func (s *session) login() error {
	user, _ := s.args.next()
	password, err := s.args.next()
	if err != nil {
		return s.bad()
	}
	return s.admitUser(user, password)
}

func (s *session) authenticate() error {
	if mech, _ := s.args.next(); !strings.EqualFold(mech, "PLAIN") {
		return s.tagged("NO AUTHENTICATE mechanism not supported")
	}
	response := s.args.rest // SASL-IR, RFC 4959
	if response == "" {
		if err := s.send(Continuation, 0, Reply{Line: "+ "}); err != nil {
			return err
		}
		line, err := s.r.ReadString('\n')
		if err != nil {
			return err
		}
		response = strings.TrimRight(line, "\r\n")
	}
	raw, err := base64.StdEncoding.DecodeString(response)
	parts := strings.Split(string(raw), "\x00")
	if err != nil || len(parts) != 3 {
		return s.bad()
	}
	return s.admitUser(parts[1], parts[2])
}

func (s *session) admitUser(user, password string) error {
	if refusal := s.srv.checkLogin(user, password); refusal != "" {
		return s.tagged("%s", refusal)
	}
	s.loggedIn = true
	return s.done(nil)
}

// checkLogin counts the attempt and returns "" or the text of a refusal.
func (s *Server) checkLogin(user, password string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts.LoginAttempts++
	hourAgo := time.Now().Add(-time.Hour)
	s.logins = slices.DeleteFunc(s.logins, func(t time.Time) bool { return !t.After(hourAgo) })
	if n := s.opts.LoginsPerHour; n > 0 && len(s.logins) >= n {
		return "NO LOGIN too many logins" // NetEase's own words are not known
	}
	s.logins = append(s.logins, time.Now())
	if s.opts.User != "" && user != s.opts.User || s.password != "" && password != s.password {
		return LoginRefused
	}
	s.counts.Logins++
	return ""
}
