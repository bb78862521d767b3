// Package imapsim is an IMAP server with the manners of NetEase's Coremail (163.com) and, on request, with the faults that mail
// pollers meet in the wild. It keeps mail in memory, speaks line by line, and is imported by tests and by `ysq demo` only.
//
//	Server   folders and messages; what other people do to them (Add, Remove, Move, SetSeen, SetUIDValidity, Recreate)
//	session  one connection: reads a command, answers it; one goroutine owns it
//	Fault    sees every reply before it is sent and may change its words, its pace or end the session in the middle of it
//
// The zero Options is 163 as measured: SELECT is refused until ID was sent on the same connection, there is no UIDNEXT and no IDLE,
// UIDVALIDITY is 1, UIDs are large and have gaps.
package imapsim

import (
	"crypto/x509"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"ysq.internal/ysq/mailbox/simnet"
)

// Security says how a session is protected.
type Security int

const (
	StartTLS    Security = iota // begins in clear text and offers STARTTLS
	ImplicitTLS                 // begins with the TLS handshake (port 993)
	PlainText                   // offers no TLS at all
)

// IDManner says what the server makes of the ID command (RFC 2971).
type IDManner int

const (
	IDRequired    IDManner = iota // SELECT and EXAMINE answer "Unsafe Login" until the client has named itself on this connection
	IDOptional                    // ID is answered and not insisted upon
	IDNil                         // ID is answered with `* ID NIL` and not insisted upon
	IDUnsupported                 // ID is not in the capabilities and answered with BAD
)

// Options are the manners of a server. The zero value is 163.com.
type Options struct {
	User     string // "": any user name is accepted
	Password string // "": any password is accepted; see Server.SetPassword

	Security    Security    // zero: clear text with STARTTLS
	Certificate Certificate // zero: valid for Host under Server.Roots

	ID              IDManner // zero: IDRequired
	UIDNext         bool     // SELECT and STATUS report UIDNEXT; 163 does not
	OmitUIDValidity bool     // SELECT reports no UIDVALIDITY (seen on exmail)
	Idle            bool     // IDLE is offered and announces new mail; 163 has none
	IdleBrief       bool     // each IDLE ends at once, by the server's own OK
	AnnounceOnNoop  bool     // NOOP reports EXISTS when the number changed; not known of 163, so the default is silence
	FlapUIDValidity bool     // EXAMINE, unlike SELECT, gives the folder a new UIDVALIDITY each time (Courier)
	BlindSearch     bool     // UID SEARCH UID n:* finds nothing (GNU imap4d)
	StaleSelection  bool     // what arrives after SELECT stays invisible until the folder is selected again
	IgnorePartial   bool     // BODY.PEEK[]<o.n> is answered with the whole body
	WindowDays      int      // hides mail older than this many days (收取最近30天邮件); 0: all mail is visible
	LoginsPerHour   int      // further logins within an hour are refused; 0: no limit
	MaxSessions     int      // further connections are greeted with BYE; 0: no limit
}

// A Command is what a client sent, without its tag. Passwords are replaced by ***, the contents of literals by their length.
type Command struct {
	Session int    // the connection, counted from 1
	Name    string // upper case, with UID where given: "LOGIN", "UID FETCH"
	Args    string
}

func (c Command) String() string { return fmt.Sprintf("%d %s %s", c.Session, c.Name, c.Args) }

// Counts is what a provider would watch.
type Counts struct {
	Connections   int // accepted so far
	Open          int // sessions running now
	LoginAttempts int
	Logins        int // accepted
}

// Server is the simulated provider. All methods may be called while sessions run, and from within a Fault.
type Server struct {
	*simnet.Server // how connections come and end

	opts  Options
	certs certificates

	faultMu sync.Mutex // one fault runs at a time; never taken while mu is held
	faults  []Fault

	mu        sync.Mutex // guards everything below; never held while writing to a client
	folders   []*folder
	changed   chan struct{} // closed and replaced when a folder changes
	password  string
	sent      map[int]int64 // bytes sent, by session
	counts    Counts
	logins    []time.Time
	log       []Command
	mutations []Command
}

// New returns a server with the folders of a 163 account, all of them empty. Close must be called in the end.
func New(opts Options) (*Server, error) {
	certs, err := makeCertificates(opts.Certificate)
	if err != nil {
		return nil, fmt.Errorf("making certificates: %w", err)
	}
	s := &Server{opts: opts, certs: certs, password: opts.Password, sent: map[int]int64{}, changed: make(chan struct{})}
	s.Server = simnet.New(func(c simnet.Session) { newSession(s, c).run() })
	s.AddFolder("INBOX", "")
	s.AddFolder("草稿箱", `\Drafts`)
	s.AddFolder("已发送", `\Sent`)
	s.AddFolder("已删除", `\Trash`)
	s.AddFolder("垃圾邮件", `\Junk`)
	s.AddFolder("病毒文件夹", "")
	s.AddFolder("广告邮件", "")
	s.AddFolder("订阅邮件", "")
	return s, nil
}

// Roots is the pool with the certificate authority that signed the server's certificate.
func (s *Server) Roots() *x509.CertPool { return s.certs.roots }

// Disconnect ends every running session with EOF or Reset, as a restart of the provider does.
func (s *Server) Disconnect(how Stop) { s.Hangup(func(conn net.Conn) { hangUp(conn, how) }) }

// SetPassword changes what LOGIN accepts from now on, as a new 授权码 does; "" accepts any.
func (s *Server) SetPassword(password string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.password = password
}

// Inject appends faults. They see every reply in the order in which they were given.
func (s *Server) Inject(faults ...Fault) {
	s.faultMu.Lock()
	defer s.faultMu.Unlock()
	s.faults = append(s.faults, faults...)
}

// Heal removes all faults.
func (s *Server) Heal() {
	s.faultMu.Lock()
	defer s.faultMu.Unlock()
	s.faults = nil
}

func (s *Server) applyFaults(ev Event, r *Reply) {
	s.faultMu.Lock()
	defer s.faultMu.Unlock()
	for _, f := range s.faults {
		f(ev, r)
	}
}

// Log returns every command received so far.
func (s *Server) Log() []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

// Mutations returns the commands by which a client changed or tried to change the mailbox. A fetch without PEEK is one of them.
func (s *Server) Mutations() []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mutations)
}

// Counts returns the number of connections and logins.
func (s *Server) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.counts
	c.Connections, c.Open = s.Count()
	return c
}

// Sent returns how many bytes a session has received from the server (before encryption); sessions count from 1.
func (s *Server) Sent(session int) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent[session]
}
