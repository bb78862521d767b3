// Package dovecottest runs a private Dovecot on the loopback interface for tests: a real IMAP server
// beside the simulated one, which would share our misunderstandings.
//
// Each Server has a directory, ports and processes of its own; nothing of the system's Dovecot is
// read or touched. It has one account with a Maildir, a certificate of its own making, and folders
// as Chinese providers name them: INBOX, 垃圾邮件 (\Junk), 已发送 (\Sent), 草稿箱 (\Drafts), 已删除
// (\Trash). Written for Dovecot 2.3; works as root and as any user whom the system knows by name.
package dovecottest

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"ysq.internal/ysq/mailbox/realtest"
)

// Server is a running Dovecot.
type Server struct {
	Host     string // 127.0.0.1
	Port     int    // plain, with STARTTLS
	TLSPort  int    // TLS from the first byte
	User     string
	Password string
	CAFile   string         // PEM: the certificate to trust, which is the server's own
	Roots    *x509.CertPool // the same
	Maildir  string

	dir      string
	uid, gid int // who owns the mails
	serial   atomic.Int64
}

// Folders of the account besides INBOX.
const (
	Junk   = "垃圾邮件"
	Sent   = "已发送"
	Drafts = "草稿箱"
	Trash  = "已删除"
)

// Start runs a Dovecot until the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	program, err := realtest.Program(t, "dovecot")
	if err != nil {
		realtest.Missing(t, "dovecot-imapd", err)
	}
	s, err := prepare(t)
	if err != nil {
		t.Fatalf("preparing Dovecot: %v", err)
	}
	realtest.Run(t, realtest.Process{Name: "Dovecot", Ports: 2, Answers: s.greeted, Command: func(ports []int) (*exec.Cmd, error) {
		s.Port, s.TLSPort = ports[0], ports[1]
		conf := filepath.Join(s.dir, "dovecot.conf")
		return exec.Command(program, "-F", "-c", conf), os.WriteFile(conf, []byte(s.configuration()), 0o644)
	}})
	return s
}

// prepare makes the directory with everything but the ports.
func prepare(t testing.TB) (*Server, error) {
	dir, err := realtest.Dir(t, "dovecot")
	if err != nil {
		return nil, err
	}
	s := &Server{
		Host: "127.0.0.1", User: "foi@example.test", Password: "correct-horse",
		CAFile: filepath.Join(dir, "cert.pem"), Maildir: filepath.Join(dir, "home", "Maildir"),
		dir: dir, uid: os.Getuid(), gid: os.Getgid(),
	}
	if s.uid == 0 { // Dovecot refuses mailboxes of root
		if s.uid, s.gid, err = nobody(); err != nil {
			return nil, err
		}
	}
	if s.Roots, err = realtest.Certificate(s.CAFile, s.keyFile()); err != nil {
		return nil, err
	}
	passwd := s.User + ":{PLAIN}" + s.Password + "\n"
	if err := os.WriteFile(s.passwdFile(), []byte(passwd), 0o644); err != nil {
		return nil, err
	}
	return s, s.mkdirs(filepath.Join(dir, "home"))
}

func (s *Server) keyFile() string    { return filepath.Join(s.dir, "key.pem") }
func (s *Server) passwdFile() string { return filepath.Join(s.dir, "passwd") }

func nobody() (uid, gid int, err error) {
	u, err := user.Lookup("nobody")
	if err != nil {
		return 0, 0, err
	}
	uid, err = strconv.Atoi(u.Uid)
	if err != nil {
		return 0, 0, err
	}
	gid, err = strconv.Atoi(u.Gid)
	return uid, gid, err
}

// mkdirs makes directories that belong to the owner of the mails.
func (s *Server) mkdirs(paths ...string) error {
	for _, p := range paths {
		if err := os.Mkdir(p, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
		if err := os.Chown(p, s.uid, s.gid); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) greeted() error {
	for _, dial := range []func() (*Conn, error){s.dialPlain, s.dialTLS} {
		c, err := dial()
		if err != nil {
			return err
		}
		c.conn.Close()
	}
	return nil
}

// TLSConfig trusts the server and nothing else.
func (s *Server) TLSConfig() *tls.Config {
	return &tls.Config{RootCAs: s.Roots, ServerName: s.Host}
}
