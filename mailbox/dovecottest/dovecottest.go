// Package dovecottest runs a private Dovecot on the loopback interface for tests: a real IMAP server
// beside the simulated one, which would share our misunderstandings.
//
// Each Server has a directory, ports and processes of its own; nothing of the system's Dovecot is
// read or touched. It has one account with a Maildir, a certificate of its own making, and folders
// as Chinese providers name them: INBOX, 垃圾邮件 (\Junk), 已发送 (\Sent), 草稿箱 (\Drafts), 已删除
// (\Trash). Written for Dovecot 2.3; works as root and as any user whom the system knows by name.
package dovecottest

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
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

// Start runs a Dovecot until the test ends. Without the program the test is skipped, or fails where
// real servers are required (YSQ_REQUIRE_REAL=1, as in CI).
func Start(t testing.TB) *Server {
	t.Helper()
	program, err := find()
	if err != nil {
		if os.Getenv("YSQ_REQUIRE_REAL") == "1" {
			t.Fatalf("YSQ_REQUIRE_REAL=1, but there is no Dovecot: %v", err)
		}
		t.Skipf("no Dovecot (apt-get install dovecot-imapd): %v", err)
	}
	s, err := prepare(t)
	if err != nil {
		t.Fatalf("preparing Dovecot: %v", err)
	}
	// The ports are free when they are chosen, but another process may be faster.
	for range 3 {
		if err = s.run(t, program); err == nil {
			return s
		}
	}
	t.Fatalf("starting Dovecot: %v", err)
	return nil
}

// find looks also where an ordinary user's PATH does not lead.
func find() (string, error) {
	path, err := exec.LookPath("dovecot")
	if err != nil {
		if sbin, err := exec.LookPath("/usr/sbin/dovecot"); err == nil {
			return sbin, nil
		}
	}
	return path, err
}

// prepare makes the directory with everything but the ports.
func prepare(t testing.TB) (*Server, error) {
	// Not t.TempDir: its name can be too long for the sockets of Dovecot's processes.
	dir, err := os.MkdirTemp("", "dovecot")
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("removing Dovecot's directory: %v", err)
		}
	})
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
	if err := os.Chmod(dir, 0o755); err != nil { // its processes run as several users
		return nil, err
	}
	if s.Roots, err = writeCertificate(s.CAFile, s.keyFile()); err != nil {
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

// run starts the processes, waits until they answer and has them stopped when the test ends.
func (s *Server) run(t testing.TB, program string) error {
	ports, err := freePorts(2)
	if err != nil {
		return err
	}
	s.Port, s.TLSPort = ports[0], ports[1]
	conf := filepath.Join(s.dir, "dovecot.conf")
	if err := os.WriteFile(conf, []byte(s.configuration()), 0o644); err != nil {
		return err
	}
	var log bytes.Buffer // read only after Wait
	cmd := exec.Command(program, "-F", "-c", conf)
	cmd.Stdout, cmd.Stderr = &log, &log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt at the terminal is the test's affair
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	if err := s.answers(ended); err != nil {
		stop(cmd, ended)
		return fmt.Errorf("%w\n%s", err, log.String())
	}
	t.Cleanup(func() {
		if err := stop(cmd, ended); err != nil {
			t.Errorf("stopping Dovecot: %v\n%s", err, log.String())
		}
		if t.Failed() {
			t.Logf("Dovecot's log:\n%s", log.String())
		}
	})
	return nil
}

// answers waits for the greeting on both ports, or for the end of the process.
func (s *Server) answers(ended chan error) error {
	const patience = 20 * time.Second // far beyond what it takes; only a broken machine waits
	deadline := time.Now().Add(patience)
	for {
		err := s.greeted()
		if err == nil {
			return nil
		}
		select {
		case e := <-ended:
			ended <- e
			return fmt.Errorf("dovecot ended at once: %w", e)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("no greeting: %w", err)
		}
	}
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

// stop asks the processes to end, kills them if they do not, and waits.
func stop(cmd *exec.Cmd, ended chan error) error {
	select {
	case err := <-ended:
		return fmt.Errorf("it had ended before: %w", err)
	default:
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case err := <-ended:
		return err
	case <-time.After(20 * time.Second):
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // the group: its workers too
		<-ended
		return errors.New("it did not stop and was killed")
	}
}

func freePorts(n int) ([]int, error) {
	var ports []int
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close() // all are held until all are known, so that they differ
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

// TLSConfig trusts the server and nothing else.
func (s *Server) TLSConfig() *tls.Config {
	return &tls.Config{RootCAs: s.Roots, ServerName: s.Host}
}
