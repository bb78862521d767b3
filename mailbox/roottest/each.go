package roottest

import (
	"errors"
	"net"
	"os/exec"
	"sync"
	"syscall"
	"testing"
)

// each listens and gives every connection to a program of its own, as inetd does, until the test ends. extra are
// variables for its environment.
func (s *Server) each(t testing.TB, extra []string, program string, args ...string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Port = l.Addr().(*net.TCPAddr).Port
	var all sync.WaitGroup
	var mu sync.Mutex
	running := make(map[*exec.Cmd]bool) // guarded by mu
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				if !errors.Is(err, net.ErrClosed) {
					t.Errorf("accepting: %v", err)
				}
				return
			}
			file, err := conn.(*net.TCPConn).File()
			conn.Close()
			if err != nil {
				t.Errorf("accepting: %v", err)
				return
			}
			cmd := &exec.Cmd{
				Path: program, Args: append([]string{program}, args...), Dir: "/", Env: append([]string{"PATH=/usr/sbin:/usr/bin"}, extra...),
				Stdin: file, Stdout: file, Stderr: t.Output(), SysProcAttr: &syscall.SysProcAttr{Chroot: s.root, Setpgid: true},
			}
			mu.Lock()
			err = cmd.Start()
			running[cmd] = err == nil
			mu.Unlock()
			file.Close()
			if err != nil {
				t.Errorf("starting %s: %v", program, err)
				return
			}
			all.Go(func() {
				_ = cmd.Wait() // how it ends is its client's business
				mu.Lock()
				defer mu.Unlock()
				delete(running, cmd)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for cmd := range running {
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		}
		mu.Unlock()
		all.Wait()
	})
}
