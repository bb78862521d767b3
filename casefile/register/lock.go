package register

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// HeldError says that another process has the register, and which.
type HeldError struct {
	Dir     string
	PID     int    // 0 when the holder did not say
	Command string // "ysq serve"
}

func (e *HeldError) Error() string {
	who := "另一个进程"
	if e.PID != 0 {
		who = fmt.Sprintf("进程 %d（%s）", e.PID, e.Command)
	}
	return fmt.Sprintf("登记库 %s 正由%s使用；同一登记库只能由一个进程打开", e.Dir, who)
}

// Lock is the file that the writer of a state directory holds. It is a file of its own because
// bbolt's lock follows the inode of register.db: replaced under a running daemon, it would let a
// second one in (mailbox/PROVIDERS.md#bbolt).
type Lock struct{ f *os.File }

// Serve names the daemon in the lock. It holds the register for as long as it runs; every other
// holder is done in a moment.
const Serve = "ysq serve"

// patience is how long to wait for a holder that is not the daemon: a command that an operator runs
// as the daemon starts must not make it fail.
const patience = 5 * time.Second

// Hold locks a state directory, waiting for short-lived holders, or returns a *HeldError.
func Hold(dir, command string) (*Lock, error) {
	for waited := time.Duration(0); ; waited += 20 * time.Millisecond {
		l, err := tryHold(dir, command)
		h, isHeld := errors.AsType[*HeldError](err)
		if !isHeld || h.Command == Serve || waited >= patience {
			return l, err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func tryHold(dir, command string) (*Lock, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("locking the register: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		defer f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, held(dir, f)
		}
		return nil, fmt.Errorf("locking the register: %w", err)
	}
	if command == "" {
		command = filepath.Base(os.Args[0])
	}
	text := fmt.Sprintf("%d %s\n", os.Getpid(), command)
	if err = f.Truncate(0); err == nil {
		_, err = f.WriteAt([]byte(text), 0)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("locking the register: %w", err)
	}
	return &Lock{f}, nil
}

func held(dir string, f *os.File) error {
	b, _ := io.ReadAll(io.LimitReader(f, 1024)) // best effort: the refusal stands without the name
	e := &HeldError{Dir: dir}
	pid, command, _ := strings.Cut(strings.TrimSpace(string(b)), " ")
	if n, err := strconv.Atoi(pid); err == nil {
		e.PID, e.Command = n, command
	}
	return e
}

// Release lets go; the file stays, its lock ends with the descriptor. It is idempotent.
func (l *Lock) Release() { l.f.Close() }
