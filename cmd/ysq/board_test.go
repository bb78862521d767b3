package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ysq.internal/ysq/mailbox/imapsim"
)

// terminal is a pseudo-terminal: the test is the person in front of it.
type terminal struct {
	t            *testing.T
	person, side *os.File // what is typed and seen; what the program has
	mu           sync.Mutex
	seen         bytes.Buffer
}

func newTerminal(t *testing.T, columns, rows uint16) *terminal {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	if err := unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	side, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	x := &terminal{t: t, person: person, side: side}
	x.resize(columns, rows)
	var reading sync.WaitGroup
	reading.Go(func() {
		b := make([]byte, 4096)
		for {
			n, err := person.Read(b)
			x.mu.Lock()
			x.seen.Write(b[:n])
			x.mu.Unlock()
			if err != nil {
				return // nobody has the other side any more
			}
		}
	})
	t.Cleanup(func() {
		side.Close()
		reading.Wait()
		person.Close()
	})
	return x
}

func (x *terminal) resize(columns, rows uint16) {
	x.t.Helper()
	if err := unix.IoctlSetWinsize(int(x.side.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: columns, Row: rows}); err != nil {
		x.t.Fatal(err)
	}
}

func (x *terminal) modes() unix.Termios {
	x.t.Helper()
	modes, err := unix.IoctlGetTermios(int(x.side.Fd()), unix.TCGETS)
	if err != nil {
		x.t.Fatal(err)
	}
	return *modes
}

func (x *terminal) press(keys string) {
	x.t.Helper()
	x.mu.Lock()
	x.seen.Reset()
	x.mu.Unlock()
	if _, err := x.person.WriteString(keys); err != nil {
		x.t.Fatal(err)
	}
}

// see waits until something was shown since the last key.
func (x *terminal) see(text string) string {
	x.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		x.mu.Lock()
		seen := x.seen.String()
		x.mu.Unlock()
		if strings.Contains(seen, text) {
			return seen
		}
		if time.Now().After(deadline) {
			x.t.Fatalf("%q is not shown:\n%q", text, seen)
		}
	}
}

// run starts a program on the terminal, as its leader.
func (x *terminal) run(cmd *exec.Cmd) {
	x.t.Helper()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = x.side, x.side, x.side
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		x.t.Fatal(err)
	}
}

// The board on a real terminal: it shows the office, follows a new size and a daemon that comes back,
// and leaves the terminal as it was, however it ends.
func TestBoard(t *testing.T) {
	sim, err := imapsim.New(imapsim.Options{Security: imapsim.PlainText})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	for n := range 3 {
		sim.Add("INBOX", application(n+1), time.Now().Add(-time.Minute))
	}
	i := onSimulator(t, sim)
	d := i.serve()
	i.run("poll")

	const leave = "\x1b[?7h\x1b[?25h\x1b[?1049l"
	x := newTerminal(t, 80, 24)
	before := x.modes()
	b := i.command("board", "--every", "1s")
	x.run(b)
	x.see("\x1b[?1049h")
	first := x.see("未登记 3")
	if !strings.Contains(first, "申请人2") || !strings.Contains(first, "q 退出") {
		t.Errorf("the first screen:\n%q", first)
	}
	x.press("2")
	if got := x.see("未登记 3"); strings.Contains(got, "在办 3\r") {
		t.Errorf("more is shown than was asked for:\n%q", got)
	}
	x.press("0")
	x.resize(120, 8)
	x.see("下面还有")
	x.press("G")
	x.see("-00003")

	stop(t, d)
	x.press("r")
	x.see("守护进程没有应答")
	d = i.serve()
	for deadline := time.Now().Add(20 * time.Second); ; { // until a screen without the complaint
		x.press("r")
		if seen := x.see("q 退出"); !strings.Contains(seen, "没有应答") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the board does not find the daemon that came back")
		}
	}
	x.press("q")
	if err := b.Wait(); err != nil {
		t.Errorf("q: %v", err)
	}
	x.see(leave)
	if got := x.modes(); got != before {
		t.Errorf("after q the terminal is %+v, was %+v", got, before)
	}

	for name, end := range map[string]func(*exec.Cmd){
		"Ctrl-C":   func(*exec.Cmd) { x.press("\x03") },
		"SIGTERM":  func(c *exec.Cmd) { c.Process.Signal(syscall.SIGTERM) },
		"a hangup": func(c *exec.Cmd) { c.Process.Signal(syscall.SIGHUP) },
	} {
		x.press("") // forget what was shown
		b := i.command("board")
		x.run(b)
		x.see("q 退出")
		end(b)
		b.Wait() // a signal is an error to whoever waits
		x.see(leave)
		if got := x.modes(); got != before {
			t.Errorf("after %s the terminal is %+v, was %+v", name, got, before)
		}
	}
	stop(t, d)
}
