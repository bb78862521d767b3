package outbox

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Security says how the connection is protected.
type Security string

// The ways. There is no falling back from one to another.
const (
	TLS      Security = "tls"      // from the first byte, usually port 465
	StartTLS Security = "starttls" // upgraded before login, usually port 587
	None     Security = "none"     // not at all: for a server on this machine only
)

// Account is where to send and as whom. It is asked anew for every connection, so that a password
// that was replaced is used without a restart.
type Account struct {
	Host     string
	Port     int
	Security Security
	User     string // also the sender: NetEase takes no other From (553)
	Password string
	Roots    *x509.CertPool // nil: the system's
}

// SMTP is a Channel. The zero value of each option is right for NetEase.
type SMTP struct {
	// Account returns whose account to use; an error is reported as FaultConfig.
	Account func() (Account, error)
	// From is the envelope's sender where it is not the login.
	From string
	// Answer is how long a command may take. Zero: 1 min. RFC 5321, 4.5.3.2, asks for 5: we try again.
	Answer time.Duration
	// Verdict is how long the server may take after the final dot. Zero: 10 min (RFC 5321, 4.5.3.2.6).
	Verdict time.Duration
	// Dial opens the connection. Nil: TCP.
	Dial func(ctx context.Context, address string) (net.Conn, error)
}

// ErrCannotLook is returned by Find of a channel that cannot tell.
var ErrCannotLook = errors.New("nobody can look")

// Find implements Channel: what SMTP has taken cannot be asked of it.
func (s *SMTP) Find(context.Context, Item) (bool, error) { return false, ErrCannotLook }

// Deliver implements Channel, one connection for each mail: an office sends a few a day. The context
// breaks it off at any point; the caller tells from begin how far it had come.
func (s *SMTP) Deliver(ctx context.Context, m Item, body io.Reader, begin func() error) (Receipt, error) {
	account, err := s.Account()
	if err != nil {
		return Receipt{}, &Refusal{Phase: PhaseConnect, Outcome: Queued, Fault: FaultConfig, Rest: 5 * time.Minute, Reason: err.Error(), Err: err}
	}
	c, leave, err := s.enter(ctx, account)
	if err != nil {
		return Receipt{}, err
	}
	defer leave()
	from := account.User
	if s.From != "" {
		from = s.From
	}
	// SIZE lets a server refuse what is too large before it is sent (RFC 1870).
	if err := c.Mail(from, &smtp.MailOptions{Size: m.Size}); err != nil {
		return Receipt{}, refused(PhaseFrom, err)
	}
	if err := c.Rcpt(m.To, nil); err != nil {
		return Receipt{}, refused(PhaseTo, err)
	}
	if err := begin(); err != nil {
		return Receipt{}, err
	}
	receipt, err := s.hand(c, body)
	if err == nil {
		c.Quit() // the mail is theirs; how they take leave changes nothing
	}
	return receipt, err
}

// Probe logs in and leaves again, for people who want to know whether it would work. It sends nothing.
func (s *SMTP) Probe(ctx context.Context) error {
	account, err := s.Account()
	if err != nil {
		return &Refusal{Phase: PhaseConnect, Outcome: Queued, Fault: FaultConfig, Reason: err.Error(), Err: err}
	}
	c, leave, err := s.enter(ctx, account)
	if err != nil {
		return err
	}
	defer leave()
	c.Quit() // how they take leave says nothing of what was asked
	return nil
}

// hand gives the mail. A connection that breaks before the final dot gives nothing (RFC 5321, 4.1.1.4),
// but whether the dot went out is known to nobody once it is in a buffer: from there on an error that
// is no reply means that nobody knows.
func (s *SMTP) hand(c *smtp.Client, body io.Reader) (Receipt, error) {
	data, err := c.Data()
	if err != nil {
		return Receipt{}, refused(PhaseData, err)
	}
	if _, err := io.Copy(data, body); err != nil {
		return Receipt{}, &Refusal{Phase: PhaseData, Outcome: Queued, Fault: FaultUnreachable, Reason: "发送中连接中断，服务器没有收全", Err: err}
	}
	var heard tail
	c.DebugWriter = &heard
	res, err := data.CloseWithResponse()
	e, replied := errors.AsType[*smtp.SMTPError](err)
	switch {
	case err != nil && !replied:
		return Receipt{}, err
	case !heard.ended:
		return Receipt{}, errCut
	case replied:
		return Receipt{}, refused(PhaseDot, e)
	}
	return Receipt{State: Sent, Code: 250, Said: oneLine(res.StatusText)}, nil
}

// errCut is a reply without its end, as where the line breaks in the middle of it. What it would have become nobody
// can tell (RFC 5321, 4.2: a reply ends with CRLF): 250 is no receipt then, and 450 no leave to send once more.
var errCut = errors.New("the server's answer to the mail has no end")

// tail knows whether what was said and heard ends a line. go-smtp takes the end of a connection for the end of a line.
type tail struct{ ended bool }

func (t *tail) Write(b []byte) (int, error) {
	if n := len(b); n > 0 {
		t.ended = b[n-1] == '\n'
	}
	return len(b), nil
}

// enter connects and logs in. leave closes the connection, as the end of the context does.
func (s *SMTP) enter(ctx context.Context, a Account) (c *smtp.Client, leave func(), err error) {
	conn, p, err := s.connect(ctx, a)
	if err != nil {
		return nil, nil, err
	}
	// Below TLS: its farewell would wait for a server that does not read.
	stop := context.AfterFunc(ctx, func() { p.Close() })
	leave = func() {
		stop()
		p.Close()
	}
	if c, err = s.greet(conn, a); err == nil {
		p.met.Store(true)
		err = login(c, a)
	}
	if err != nil {
		leave()
		return nil, nil, err
	}
	return c, leave, nil
}

func (s *SMTP) connect(ctx context.Context, a Account) (net.Conn, *prompt, error) {
	unreachable := func(err error) error {
		return &Refusal{Phase: PhaseConnect, Outcome: Queued, Fault: FaultUnreachable, Reason: "连接不上发信服务器：请检查网络和 [smtp] 的 host、port", Err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, s.answer())
	defer cancel()
	dial := s.Dial
	if dial == nil {
		dial = func(ctx context.Context, address string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", address)
		}
	}
	conn, err := dial(ctx, net.JoinHostPort(a.Host, strconv.Itoa(a.Port)))
	if err != nil {
		return nil, nil, unreachable(err)
	}
	p := &prompt{Conn: conn, within: s.answer(), since: time.Now()}
	if a.Security != TLS {
		return p, p, nil
	}
	t := tls.Client(p, tlsConfig(a))
	if err := t.HandshakeContext(ctx); err != nil {
		p.Close()
		return nil, nil, tlsRefusal(err)
	}
	return t, p, nil
}

func (s *SMTP) answer() time.Duration {
	if s.Answer > 0 {
		return s.Answer
	}
	return time.Minute
}

func tlsConfig(a Account) *tls.Config {
	return &tls.Config{ServerName: a.Host, RootCAs: a.Roots, MinVersion: tls.VersionTLS12}
}

// tlsRefusal tells a certificate that does not verify from a line that broke.
func tlsRefusal(err error) error {
	r := &Refusal{Phase: PhaseTLS, Outcome: Queued, Fault: FaultUnreachable, Reason: "与发信服务器握手时连接中断", Err: err}
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, notTLS := errors.AsType[tls.RecordHeaderError](err)
	_, alert := errors.AsType[tls.AlertError](err)
	if certificate || notTLS || alert {
		r.Fault, r.Rest = FaultTLS, 15*time.Minute
		r.Reason = "发信服务器的 TLS 证书未通过验证，已拒绝登录，不会改用明文：请核对 [smtp] 的 host、port、tls 和本机时间"
	}
	return r
}

// greet reads the greeting, upgrades the connection and says EHLO.
func (s *SMTP) greet(conn net.Conn, a Account) (*smtp.Client, error) {
	var c *smtp.Client
	if a.Security == StartTLS {
		// go-smtp reads greeting and EHLO with its own, longer deadlines here; ours is in conn.
		var err error
		if c, err = smtp.NewClientStartTLS(conn, tlsConfig(a)); err != nil {
			if _, ok := errors.AsType[*smtp.SMTPError](err); ok {
				return nil, refused(PhaseConnect, err)
			}
			if strings.Contains(err.Error(), "STARTTLS") {
				return nil, &Refusal{Phase: PhaseTLS, Outcome: Queued, Fault: FaultTLS, Rest: 15 * time.Minute, Reason: "服务器不提供 STARTTLS，已拒绝登录：请核对 [smtp] 的 port 和 tls", Err: err}
			}
			return nil, refused(PhaseConnect, err)
		}
	} else {
		c = smtp.NewClient(conn)
	}
	c.CommandTimeout, c.SubmissionTimeout = s.answer(), 10*time.Minute
	if s.Verdict > 0 {
		c.SubmissionTimeout = s.Verdict
	}
	if err := c.Hello("localhost"); err != nil { // no name of this machine leaves it
		if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
			return nil, tlsRefusal(err)
		}
		return nil, refused(PhaseConnect, err)
	}
	return c, nil
}

func login(c *smtp.Client, a Account) error {
	if a.User == "" || a.Password == "" {
		return nil
	}
	var how sasl.Client
	switch {
	case c.SupportsAuth(sasl.Plain):
		how = sasl.NewPlainClient("", a.User, a.Password)
	case c.SupportsAuth(sasl.Login):
		how = sasl.NewLoginClient(a.User, a.Password)
	default:
		return &Refusal{Phase: PhaseLogin, Outcome: Queued, Fault: FaultConfig, Rest: 15 * time.Minute, Reason: "服务器不提供登录：请核对 [smtp] 的 port 和 tls"}
	}
	if err := c.Auth(how); err != nil {
		return refused(PhaseLogin, err)
	}
	return nil
}

// refused judges a reply; an error that is none is a connection that broke before the mail was given.
func refused(phase Phase, err error) error {
	if e, ok := errors.AsType[*smtp.SMTPError](err); ok {
		said := e.Message
		if e.EnhancedCode != (smtp.EnhancedCode{}) {
			said = fmt.Sprintf("%d.%d.%d %s", e.EnhancedCode[0], e.EnhancedCode[1], e.EnhancedCode[2], said)
		}
		r := judge(phase, e.Code, oneLine(said))
		r.Err = err
		return r
	}
	return &Refusal{Phase: phase, Outcome: Queued, Fault: FaultUnreachable, Reason: "与发信服务器的连接中断，信还没有交出", Err: err}
}

// oneLine keeps what a server says to what a record can hold.
func oneLine(s string) string {
	s = plain(s)
	if len(s) > 500 {
		s = strings.ToValidUTF8(s[:500], "") + "…"
	}
	return s
}

// maxReply is what a server may say between two things that we say: replies have lines of 512 octets
// (RFC 5321, 4.5.3.1.5), certificates some thousand.
const maxReply = 128 << 10

// prompt is a connection on which no single write waits for ever and no reply is without end: go-smtp
// sets no deadline while a mail is given, and reads a reply of many lines as long as they come. Until
// the server has introduced itself, everything together has the time of one answer.
type prompt struct {
	net.Conn
	within time.Duration
	said   atomic.Int64 // bytes since we last wrote
	met    atomic.Bool  // greeting and EHLO are over
	since  time.Time    // of the connection
}

func (p *prompt) Write(b []byte) (int, error) {
	p.said.Store(0)
	if err := p.Conn.SetWriteDeadline(time.Now().Add(p.within)); err != nil {
		return 0, err
	}
	return p.Conn.Write(b)
}

func (p *prompt) Read(b []byte) (int, error) {
	if !p.met.Load() {
		if err := p.Conn.SetReadDeadline(p.since.Add(p.within)); err != nil {
			return 0, err
		}
	}
	n, err := p.Conn.Read(b)
	if p.said.Add(int64(n)) > maxReply {
		p.Conn.Close()
		return 0, fmt.Errorf("the server says more than %d bytes in one reply", maxReply)
	}
	return n, err
}
