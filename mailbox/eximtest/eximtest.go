// Package eximtest runs a private Exim on the loopback interface for tests: a real SMTP server beside
// the simulated one, which would share our misunderstandings.
//
// Each Server has a directory, ports and processes of its own; nothing of the system's Exim is read or
// touched, and nothing leaves the machine: it knows one recipient, whose mails are files. It takes mail
// as NetEase does: over TLS, from who has logged in, with the login as sender. Written for Exim 4.96
// of Debian, as root.
package eximtest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
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

// Start runs an Exim until the test ends. Without the program the test is skipped, or fails where real
// servers are required (YSQ_REQUIRE_REAL=1, as in CI).
func Start(t testing.TB) *Server {
	t.Helper()
	program, owner, err := find()
	if err == nil && os.Getuid() != 0 {
		err = errors.New("only root can start it")
	}
	if err != nil {
		if os.Getenv("YSQ_REQUIRE_REAL") == "1" {
			t.Fatalf("YSQ_REQUIRE_REAL=1, but there is no Exim: %v", err)
		}
		t.Skipf("no Exim (apt-get install exim4-daemon-light): %v", err)
	}
	s, err := prepare(t, owner)
	if err != nil {
		t.Fatalf("preparing Exim: %v", err)
	}
	for range 3 { // the ports are free when they are chosen, but another process may be faster
		if err = s.run(t, program); err == nil {
			return s
		}
	}
	t.Fatalf("starting Exim: %v", err)
	return nil
}

func find() (program string, owner *user.User, err error) {
	for _, name := range []string{"exim4", "/usr/sbin/exim4"} {
		if program, err = exec.LookPath(name); err == nil {
			break
		}
	}
	if err != nil {
		return "", nil, err
	}
	owner, err = user.Lookup("Debian-exim")
	return program, owner, err
}

func prepare(t testing.TB, owner *user.User) (*Server, error) {
	dir, err := os.MkdirTemp("", "exim") // short: there are sockets in it
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("removing Exim's directory: %v", err)
		}
	})
	s := &Server{Host: "127.0.0.1", User: "foi@example.test", Password: "correct-horse", Recipient: "zhangsan@example.test", dir: dir}
	if s.uid, err = strconv.Atoi(owner.Uid); err != nil {
		return nil, err
	}
	if s.gid, err = strconv.Atoi(owner.Gid); err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, err
	}
	for _, name := range []string{"spool", "log", "mail", "mail/cur", "mail/new", "mail/tmp"} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.Mkdir(path, 0o700), os.Chown(path, s.uid, s.gid)); err != nil {
			return nil, err
		}
	}
	return s, s.writeCertificate()
}

// run starts the daemon, waits until it answers and has it stopped when the test ends.
func (s *Server) run(t testing.TB, program string) error {
	ports, err := freePorts(2)
	if err != nil {
		return err
	}
	s.Port, s.TLSPort = ports[0], ports[1]
	conf := filepath.Join(s.dir, "exim.conf")
	text := strings.NewReplacer("DIR", s.dir, "TLSPORT", strconv.Itoa(s.TLSPort), "PORT", strconv.Itoa(s.Port), "OWNER", strconv.Itoa(s.uid), "GROUP", strconv.Itoa(s.gid)).Replace(configuration)
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		return err
	}
	var log bytes.Buffer // read only after Wait
	cmd := exec.Command(program, "-C", conf, "-bdf", "-q1h")
	cmd.Stdout, cmd.Stderr = &log, &log
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	stop := func() {
		cmd.Process.Signal(syscall.SIGTERM) // its children end with the connections that they serve
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			<-ended
		}
	}
	if err := s.answers(ended); err != nil {
		stop()
		return fmt.Errorf("%w\n%s%s", err, log.String(), s.Log())
	}
	t.Cleanup(func() {
		stop()
		if t.Failed() {
			t.Logf("Exim's log:\n%s%s", log.String(), s.Log())
		}
	})
	return nil
}

// answers waits until both ports are open, or the process has ended.
func (s *Server) answers(ended chan error) error {
	for deadline := time.Now().Add(20 * time.Second); ; {
		err := s.open()
		if err == nil {
			return nil
		}
		select {
		case e := <-ended:
			ended <- e
			return fmt.Errorf("exim ended at once: %w", e)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return err
		}
	}
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

func (s *Server) writeCertificate() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: s.Host}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.ParseIP(s.Host)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, leaf, &key.PublicKey, key)
	if err != nil {
		return err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return err
	}
	s.Roots = x509.NewCertPool()
	s.Roots.AddCert(cert)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	path := filepath.Join(s.dir, "key.pem")
	return errors.Join(
		os.WriteFile(filepath.Join(s.dir, "cert.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644),
		os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600),
		os.Chown(path, s.uid, s.gid))
}
