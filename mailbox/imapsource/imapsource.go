// Package imapsource is a mailbox.Source over IMAP, made of go-imap v2 and of what must surround it.
//
//	Source   dials, verifies TLS, reads the greeting, logs in, sends ID: on every connection
//	paced    the connection: how long each kind of answer may take
//	wire     stands between it and go-imap: limits, and only such lines as go-imap understands
//	         (mailbox/PROVIDERS.md#go-imap lists those that would end the connection)
//	session  one command at a time; every mail asked for is accounted for by size
//	login    LOGIN or AUTHENTICATE, and what a refusal means
//	identity what the server says of mails that are known, tolerant of what it says
//	idle     waiting for news of mail, beside go-imap on the same connection
//	probe    a conversation for people to read, without go-imap
//	drafts   the one thing that is ever put into the mailbox: a draft, on a connection of its own
//
// Only these commands are used: LOGIN (AUTHENTICATE PLAIN where it is turned off), ID, CAPABILITY, LIST, EXAMINE (or SELECT by option), UID SEARCH ALL | UID n:*, UID FETCH
// with UID, RFC822.SIZE, INTERNALDATE and BODY.PEEK[]<p>, IDLE, LOGOUT; NOOP by a probe alone; APPEND by drafts alone. None but the last changes
// the mailbox. What a server says of a mail's structure is never asked for: ENVELOPE and BODYSTRUCTURE are where servers fail.
package imapsource

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"

	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/rawstore"
)

// Security says how the connection is protected.
type Security string

// The ways. There is no falling back from one to another.
const (
	TLS      Security = "tls"      // from the first byte, usually port 993
	StartTLS Security = "starttls" // upgraded before login, usually port 143; without it no login
	None     Security = "none"     // not at all: for a server on this machine only
)

// Options say where the mailbox is. Host, User and Password are required.
type Options struct {
	Host     string
	Port     int      // Zero: 993, or 143 without TLS from the start
	Security Security // "": TLS
	User     string
	Password string // at NetEase the 授权码, not the password of the web login

	// Roots are the certificate authorities to trust. Nil: the system's.
	Roots *x509.CertPool
	// Idle is how long the server may be silent while it owes an answer, and how long a short answer may
	// take in all. Zero: 60 s. A slow mail of 70 MB may take longer, at the pace of bodies.
	Idle time.Duration
	// MaxMail is the largest literal that is accepted. Zero: 256 MiB.
	MaxMail int64
	// Select opens folders with SELECT instead of EXAMINE, for servers that keep their UIDs only then.
	// Nothing but \Recent changes by it.
	Select bool
	// Version is what ID tells the server of the program. "": "1.0".
	Version string
	// Dial opens the connection. Nil: TCP.
	Dial func(ctx context.Context, address string) (net.Conn, error)
}

// Source is a mailbox.Source.
type Source struct {
	opts  Options
	store *rawstore.Store
}

// New returns a Source whose sessions write arriving mails to store.
func New(opts Options, store *rawstore.Store) *Source {
	if opts.Security == "" {
		opts.Security = TLS
	}
	if opts.Port == 0 {
		opts.Port = 993
		if opts.Security != TLS {
			opts.Port = 143
		}
	}
	if opts.Idle <= 0 {
		opts.Idle = 60 * time.Second
	}
	if opts.MaxMail <= 0 {
		opts.MaxMail = 256 << 20
	}
	if opts.Version == "" {
		opts.Version = "1.0"
	}
	if opts.Dial == nil {
		opts.Dial = func(ctx context.Context, address string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", address)
		}
	}
	return &Source{opts: opts, store: store}
}

// Connect dials, logs in and sends ID: NetEase refuses to open a folder on any connection on which ID
// was not sent (mailbox/PROVIDERS.md#netease-163-126).
func (s *Source) Connect(ctx context.Context) (mailbox.Session, error) {
	conn, err := s.dial(ctx)
	if err != nil {
		return nil, err
	}
	ses, whole := newSession(s, conn), false
	defer func() {
		if !whole { // for an error or a panic
			ses.teardown()
		}
	}()
	ses.certificate = certificateEnds(conn)
	if err := ses.logIn(ctx); err != nil {
		return nil, err
	}
	if err := ses.identify(ctx); err != nil {
		return nil, err
	}
	whole = true
	return ses, nil
}

// certificateEnds is when the server's certificate does; zero without TLS.
func certificateEnds(conn net.Conn) time.Time {
	if t, ok := conn.(*tls.Conn); ok {
		return t.ConnectionState().PeerCertificates[0].NotAfter
	}
	return time.Time{}
}

// dial returns a connection that is protected as asked and whose greeting has been read.
func (s *Source) dial(ctx context.Context) (net.Conn, error) {
	address := net.JoinHostPort(s.opts.Host, strconv.Itoa(s.opts.Port))
	ctx, cancel := context.WithTimeout(ctx, s.opts.Idle) // the greeting is short: a bound on the whole will do
	defer cancel()
	conn, err := s.opts.Dial(ctx, address)
	if err != nil {
		return nil, &mailbox.Error{Fault: mailbox.FaultUnreachable, Doing: "connecting to " + address, Err: err}
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	protected, err := s.greet(ctx, conn)
	if !stop() && err == nil {
		err = &mailbox.Error{Fault: mailbox.FaultUnreachable, Doing: "reading the greeting", Err: context.Cause(ctx)}
	}
	if e, ok := errors.AsType[*mailbox.Error](err); ok && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = &mailbox.Error{Fault: mailbox.FaultUnreachable, Doing: e.Doing, Err: mailbox.ErrSlow}
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return protected, nil
}

func (s *Source) greet(ctx context.Context, conn net.Conn) (net.Conn, error) {
	switch s.opts.Security {
	case None:
		return conn, readGreeting(conn)
	case TLS:
		protected, err := s.handshake(ctx, conn)
		if err != nil {
			return nil, err
		}
		return protected, readGreeting(protected)
	case StartTLS:
		if err := readGreeting(conn); err != nil {
			return nil, err
		}
		if _, err := io.WriteString(conn, "S STARTTLS\r\n"); err != nil {
			return nil, &mailbox.Error{Fault: mailbox.FaultUnreachable, Doing: "STARTTLS", Err: err}
		}
		for {
			line, err := readLine(conn)
			if err != nil {
				return nil, &mailbox.Error{Fault: mailbox.FaultUnreachable, Doing: "STARTTLS", Err: err}
			}
			tag, said, _ := strings.Cut(line, " ")
			if tag != "S" {
				continue
			}
			if status, _, _ := strings.Cut(said, " "); !strings.EqualFold(status, "OK") {
				return nil, &mailbox.Error{Fault: mailbox.FaultTLS, Doing: "STARTTLS", Said: said, Err: errors.New("refused")}
			}
			return s.handshake(ctx, conn)
		}
	}
	return nil, &mailbox.Error{Fault: mailbox.FaultProtocol, Doing: "connecting", Err: fmt.Errorf("unknown security %q", s.opts.Security)}
}

func (s *Source) handshake(ctx context.Context, conn net.Conn) (net.Conn, error) {
	t := tls.Client(conn, &tls.Config{ServerName: s.opts.Host, RootCAs: s.opts.Roots, MinVersion: tls.VersionTLS12})
	err := t.HandshakeContext(ctx)
	if err == nil {
		return t, nil
	}
	fault := mailbox.FaultUnreachable
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, notTLS := errors.AsType[tls.RecordHeaderError](err)
	_, alert := errors.AsType[tls.AlertError](err)
	if certificate || notTLS || alert {
		fault = mailbox.FaultTLS
	}
	return nil, &mailbox.Error{Fault: fault, Doing: "TLS handshake", Err: err}
}

// readGreeting reads the first line itself, because go-imap would answer a greeting without
// capabilities by asking for them, from a goroutine of its own, in the middle of our commands.
func readGreeting(conn net.Conn) error {
	line, err := readLine(conn)
	if err != nil {
		return &mailbox.Error{Fault: mailbox.FaultUnreachable, Doing: "reading the greeting", Err: err}
	}
	star, said, _ := strings.Cut(line, " ")
	status, text, _ := strings.Cut(said, " ")
	switch {
	case star == "*" && strings.EqualFold(status, "OK"):
		return nil
	case star == "*" && strings.EqualFold(status, "BYE"):
		fault := mailbox.FaultThrottled // nobody is known yet, so it is the number of connections
		if unsafeLogin(text) {
			fault = mailbox.FaultUnsafe
		}
		return &mailbox.Error{Fault: fault, Doing: "greeting", Said: legible(text), Err: errors.New("turned away")}
	}
	// PREAUTH, too: nobody has asked who we are, so it is nobody we know.
	return &mailbox.Error{Fault: mailbox.FaultProtocol, Doing: "greeting", Said: legible(line), Err: errors.New("not a greeting of IMAP")}
}

// readLine reads a byte at a time, so that nothing after the line is taken: with STARTTLS, what
// follows it in clear text must reach the TLS handshake, and fail there (RFC 9051, 11.1).
func readLine(r io.Reader) (string, error) {
	line, err := bufio.NewReaderSize(io.LimitReader(oneByte{r}, 8<<10), 16).ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err
}

type oneByte struct{ io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.Reader.Read(p[:min(len(p), 1)]) }

// identify sends ID in the one form that NetEase is known to accept: quoted, name and version first.
// A server that does not know ID says BAD or NO, which changes nothing.
func (s *session) identify(ctx context.Context) error {
	err := s.run(ctx, answer, "ID", func() error {
		_, err := s.client.ID(&imap.IDData{Name: "ysq", Version: s.source.opts.Version, Vendor: "ysq"}).Wait()
		return err
	})
	if e, ok := errors.AsType[*mailbox.Error](err); ok && e.Fault == mailbox.FaultRefused {
		return nil
	}
	return err
}
