// Package smtpsim is an SMTP server with the manners of NetEase and, on request, with the refusals and
// faults that senders meet (mailbox/PROVIDERS.md#sending). It keeps what it took in memory and is imported by tests and
// by `ysq demo` only.
//
//	Server  what was taken, and how often
//	Answer  what is said at a Stage instead of the ordinary reply, and whether the connection lives on
package smtpsim

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"time"

	"ysq.internal/ysq/mailbox/simnet"
)

// Stage is a place in the conversation.
type Stage string

// The stages. At Dot the whole mail has been received.
const (
	Connect Stage = "CONNECT"
	Hello   Stage = "EHLO"
	Auth    Stage = "AUTH"
	From    Stage = "MAIL"
	To      Stage = "RCPT"
	Data    Stage = "DATA"
	Dot     Stage = "DOT"
)

// Answer is what happens at a stage.
type Answer struct {
	Line  string        // "554 DT:SPM …"; "": the ordinary reply. A refused mail is not taken
	Pause time.Duration // before it
	Drop  bool          // the connection ends without a reply
	Lost  bool          // with Drop at Dot: the mail is not taken, either
	Cut   bool          // the connection ends before the line does: no CRLF
}

// Mail is what was taken.
type Mail struct {
	Session  int
	User     string
	From, To string
	Raw      []byte // with CRLF line ends, dots unstuffed
}

// Options are the manners of a server.
type Options struct {
	User, Password string // "": anybody may send
	// AnyFrom takes a sender that is not the login, which NetEase refuses with 553.
	AnyFrom bool
	// Taken is called with each mail that was taken, before the reply; NetEase puts it into 已发送.
	Taken func(Mail)
}

// Server is the simulated provider. Its methods may be called while sessions run.
type Server struct {
	*simnet.Server // how connections come and end

	opts Options

	mu     sync.Mutex // guards what follows
	taken  []Mail
	script map[Stage][]Answer
	always map[Stage]Answer
}

// New returns a server. Close must be called in the end.
func New(o Options) *Server {
	s := &Server{opts: o, script: map[Stage][]Answer{}, always: map[Stage]Answer{}}
	s.Server = simnet.New(func(c simnet.Session) {
		ses := &session{Server: s, n: c.N, conn: c.Conn, text: textproto.NewReader(bufio.NewReader(c.Conn))}
		ses.run() // a client that goes away is no failure of the server
	})
	return s
}

// Next puts answers for the next times that a stage is reached, each once.
func (s *Server) Next(at Stage, answers ...Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script[at] = append(s.script[at], answers...)
}

// Always puts an answer for every time; Heal takes it away.
func (s *Server) Always(at Stage, a Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.always[at] = a
}

// Heal forgets all answers.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script, s.always = map[Stage][]Answer{}, map[Stage]Answer{}
}

// Mails returns what was taken so far.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.taken)
}

// Sessions is the number of connections so far.
func (s *Server) Sessions() int {
	accepted, _ := s.Count()
	return accepted
}

// Dial is that of simnet.Server with the address that it does not need.
func (s *Server) Dial(ctx context.Context, _ string) (net.Conn, error) { return s.Server.Dial(ctx) }

func (s *Server) answer(at Stage) Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if next := s.script[at]; len(next) > 0 {
		s.script[at] = next[1:]
		return next[0]
	}
	return s.always[at]
}

type session struct {
	*Server
	n    int
	conn net.Conn
	text *textproto.Reader
	user string
	from string
	to   string
}

var errDropped = errors.New("dropped")

// reply says what the script wants, or the ordinary line; ok is true for the latter.
func (s *session) reply(at Stage, ordinary string) (ok bool, err error) {
	a := s.answer(at)
	return s.give(a, ordinary)
}

func (s *session) give(a Answer, ordinary string) (ok bool, err error) {
	if a.Pause > 0 {
		t := time.NewTimer(a.Pause)
		defer t.Stop()
		select {
		case <-t.C:
		case <-s.Done():
			return false, net.ErrClosed
		}
	}
	if a.Drop {
		return false, errDropped
	}
	line := ordinary
	if a.Line != "" {
		line = a.Line
	}
	if a.Cut {
		io.WriteString(s.conn, line)
		return false, errDropped
	}
	_, err = fmt.Fprintf(s.conn, "%s\r\n", line)
	return a.Line == "", err
}

func (s *session) run() error {
	if _, err := s.reply(Connect, "220 163.com Anti-spam GT for Coremail System"); err != nil {
		return err
	}
	for {
		line, err := s.text.ReadLine()
		if err != nil {
			return err
		}
		verb, rest, _ := strings.Cut(line, " ")
		verb = strings.ToUpper(verb)
		switch verb {
		case "EHLO", "HELO":
			_, err = s.reply(Hello, "250-mail\r\n250-PIPELINING\r\n250-AUTH LOGIN PLAIN\r\n250 8BITMIME")
		case "AUTH":
			err = s.auth(rest)
		case "MAIL":
			err = s.mailFrom(rest)
		case "RCPT":
			s.to = between(rest)
			_, err = s.reply(To, "250 Mail OK")
		case "DATA":
			err = s.data()
		case "QUIT":
			fmt.Fprint(s.conn, "221 Bye\r\n")
			return nil
		default:
			_, err = fmt.Fprint(s.conn, "502 Error: command not implemented\r\n")
		}
		if err != nil {
			return err
		}
	}
}

// auth knows PLAIN with its response at once.
func (s *session) auth(rest string) error {
	how, response, _ := strings.Cut(rest, " ")
	raw, err := base64.StdEncoding.DecodeString(response)
	parts := strings.Split(string(raw), "\x00")
	if !strings.EqualFold(how, "PLAIN") || err != nil || len(parts) != 3 {
		_, err := fmt.Fprint(s.conn, "504 Error: AUTH mechanism not supported\r\n")
		return err
	}
	if s.opts.User != "" && (parts[1] != s.opts.User || parts[2] != s.opts.Password) {
		_, err := fmt.Fprint(s.conn, "535 Error: authentication failed\r\n")
		return err
	}
	ok, err := s.reply(Auth, "235 Authentication successful")
	if ok {
		s.user = parts[1]
	}
	return err
}

func (s *session) mailFrom(rest string) error {
	s.from = between(rest)
	if s.opts.User != "" && !s.opts.AnyFrom && s.from != s.user {
		_, err := fmt.Fprint(s.conn, "553 Mail from must equal authorized user\r\n")
		return err
	}
	_, err := s.reply(From, "250 Mail OK")
	return err
}

func (s *session) data() error {
	ok, err := s.reply(Data, "354 End data with <CR><LF>.<CR><LF>")
	if err != nil || !ok {
		return err
	}
	lines, err := s.text.ReadDotLines()
	if err != nil {
		return err
	}
	a := s.answer(Dot)
	if a.Line == "" && !a.Lost {
		m := Mail{s.n, s.user, s.from, s.to, []byte(strings.Join(lines, "\r\n") + "\r\n")}
		s.mu.Lock()
		s.taken = append(s.taken, m)
		s.mu.Unlock()
		if s.opts.Taken != nil {
			s.opts.Taken(m)
		}
	}
	_, err = s.give(a, fmt.Sprintf("250 Mail OK queued as smtp11,EcCowAB3_%d", s.n))
	return err
}

func between(s string) string {
	_, s, _ = strings.Cut(s, "<")
	s, _, _ = strings.Cut(s, ">")
	return s
}
