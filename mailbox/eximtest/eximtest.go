// Package eximtest runs a private Exim on the loopback interface for tests: a real SMTP server beside
// the simulated one, which would share our misunderstandings.
//
// Each Server has a directory, ports and processes of its own; nothing of the system's Exim is read or
// touched, and nothing leaves the machine: it knows one recipient, whose mails are files. It takes mail
// as NetEase does: over TLS, from those who have logged in, with the login as sender. Written for Exim 4.96
// of Debian, as root.
package eximtest

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/mailbox/realtest"
)

// Server is a running Exim.
type Server struct {
	Host      string // 127.0.0.1
	Port      int    // with STARTTLS
	TLSPort   int    // TLS from the first byte
	User      string // the login, and the only sender
	Password  string
	Recipient string         // the only one it knows
	Roots     *x509.CertPool // the certificate to trust, which is the server's own

	dir      string
	uid, gid int // of Exim's own user
}

// Start runs an Exim until the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	program, err := realtest.Program(t, "exim4")
	var owner *user.User
	if err == nil {
		owner, err = user.Lookup("Debian-exim")
	}
	if err == nil && os.Getuid() != 0 {
		err = errors.New("only root can start it")
	}
	if err != nil {
		realtest.Missing(t, "exim4-daemon-light", err)
	}
	s, err := prepare(t, owner)
	if err != nil {
		t.Fatalf("preparing Exim: %v", err)
	}
	realtest.Run(t, realtest.Process{Name: "Exim", Ports: 2, Answers: s.open, Log: s.Log, Command: func(ports []int) (*exec.Cmd, error) {
		s.Port, s.TLSPort = ports[0], ports[1]
		conf := filepath.Join(s.dir, "exim.conf")
		text := strings.NewReplacer("DIR", s.dir, "TLSPORT", strconv.Itoa(s.TLSPort), "PORT", strconv.Itoa(s.Port), "OWNER", strconv.Itoa(s.uid), "GROUP", strconv.Itoa(s.gid)).Replace(configuration)
		cmd := exec.Command(program, "-C", conf, "-bdf", "-q1h")
		cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}
		return cmd, os.WriteFile(conf, []byte(text), 0o644)
	}})
	return s
}

func prepare(t testing.TB, owner *user.User) (*Server, error) {
	dir, err := realtest.Dir(t, "exim")
	if err != nil {
		return nil, err
	}
	s := &Server{Host: "127.0.0.1", User: "foi@example.test", Password: "correct-horse", Recipient: "zhangsan@example.test", dir: dir}
	if s.uid, err = strconv.Atoi(owner.Uid); err != nil {
		return nil, err
	}
	if s.gid, err = strconv.Atoi(owner.Gid); err != nil {
		return nil, err
	}
	for _, name := range []string{"spool", "log", "mail", "mail/cur", "mail/new", "mail/tmp"} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.Mkdir(path, 0o700), os.Chown(path, s.uid, s.gid)); err != nil {
			return nil, err
		}
	}
	key := filepath.Join(dir, "key.pem")
	s.Roots, err = realtest.Certificate(filepath.Join(dir, "cert.pem"), key)
	return s, errors.Join(err, os.Chown(key, s.uid, s.gid))
}

func (s *Server) open() error {
	for _, port := range []int{s.Port, s.TLSPort} {
		c, err := net.Dial("tcp", net.JoinHostPort(s.Host, strconv.Itoa(port)))
		if err != nil {
			return err
		}
		c.Close()
	}
	return nil
}

// Log returns what the server has written of its work.
func (s *Server) Log() string {
	var all []string
	files, _ := filepath.Glob(filepath.Join(s.dir, "log", "*")) // the pattern is ours
	for _, f := range files {
		b, err := os.ReadFile(f)
		all = append(all, fmt.Sprintf("%s: %v\n%s", filepath.Base(f), err, b))
	}
	return strings.Join(all, "")
}

// Mails waits until the recipient has so many mails, and returns them as they arrived.
func (s *Server) Mails(t testing.TB, n int) (mails [][]byte) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		files, err := filepath.Glob(filepath.Join(s.dir, "mail", "new", "*"))
		if err != nil {
			t.Fatal(err)
		}
		if len(files) >= n || time.Now().After(deadline) {
			for _, f := range files {
				b, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				mails = append(mails, b)
			}
			return mails
		}
	}
}
