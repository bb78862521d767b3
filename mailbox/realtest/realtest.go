// Package realtest runs a mail server of the system's packages for a test: in a directory of its own,
// on ports of the loopback interface, with a certificate of its own making, until the test ends.
package realtest

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Program finds a server's program, also where an ordinary user's PATH does not lead. A test gets it only
// where real servers are asked for (YSQ_REQUIRE_REAL=1, as in CI): they take as long as all other tests
// together.
func Program(t testing.TB, name string) (string, error) {
	if _, benchmark := t.(*testing.B); !benchmark && !required() {
		return "", errors.New("only with YSQ_REQUIRE_REAL=1")
	}
	path, err := exec.LookPath(name)
	if err != nil {
		if sbin, err := exec.LookPath("/usr/sbin/" + name); err == nil {
			return sbin, nil
		}
	}
	return path, err
}

// Missing skips the test for want of a server, or fails it where real servers are required.
func Missing(t testing.TB, install string, err error) {
	t.Helper()
	if required() {
		t.Fatalf("YSQ_REQUIRE_REAL=1, but without %s: %v", install, err)
	}
	t.Skipf("real %s: %v", install, err)
}

func required() bool { return os.Getenv("YSQ_REQUIRE_REAL") == "1" }

// Dir makes a directory that lasts as long as the test. Its name is short, for there will be sockets in
// it, and servers may enter it that run as several users.
func Dir(t testing.TB, name string) (string, error) {
	base := os.TempDir()
	if len(base) > 60 || strings.ContainsAny(base, " \t") { // configuration files take no blanks
		base = "/tmp"
	}
	dir, err := os.MkdirTemp(base, name)
	if err != nil {
		return "", err
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("removing the directory of %s: %v", name, err)
		}
	})
	return dir, os.Chmod(dir, 0o755)
}

// A Process is what Run needs to know of a server.
type Process struct {
	Name    string
	Command func(ports []int) (*exec.Cmd, error) // writes the configuration for these ports
	Ports   int                                  // how many it needs
	Answers func() error                         // nil once it serves
	Log     func() string                        // what it has written elsewhere than to its output; nil: nothing
}

// Run starts the server, waits until it answers and has it stopped when the test ends.
func Run(t testing.TB, p Process) {
	t.Helper()
	var err error
	for range 3 { // the ports are free when they are chosen, but another process may be faster
		if err = p.run(t); err == nil {
			return
		}
	}
	t.Fatalf("starting %s: %v", p.Name, err)
}

func (p Process) run(t testing.TB) error {
	ports, err := freePorts(p.Ports)
	if err != nil {
		return err
	}
	cmd, err := p.Command(ports)
	if err != nil {
		return err
	}
	var out bytes.Buffer // read only after Wait
	log := func() string {
		if p.Log == nil {
			return out.String()
		}
		return out.String() + p.Log()
	}
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt at the terminal is for the test alone
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	if err := p.answers(ended); err != nil {
		stop(cmd, ended)
		return fmt.Errorf("%w\n%s", err, log())
	}
	t.Cleanup(func() {
		if err := stop(cmd, ended); err != nil {
			t.Errorf("stopping %s: %v", p.Name, err)
		}
		if t.Failed() {
			t.Logf("log of %s:\n%s", p.Name, log())
		}
	})
	return nil
}

// answers waits until the server does, or for its end.
func (p Process) answers(ended chan error) error {
	const patience = 20 * time.Second // far beyond what it takes; only a broken machine waits
	for deadline := time.Now().Add(patience); ; {
		err := p.Answers()
		if err == nil {
			return nil
		}
		select {
		case e := <-ended:
			ended <- e
			return fmt.Errorf("%s ended at once: %w", p.Name, e)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("no answer: %w", err)
		}
	}
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
		if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGTERM {
			return nil
		}
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
