package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"ysq.internal/ysq/cmd/internal/ask"
)

func (a *app) boardCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "board",
		Short: "看板：整屏显示到期、逾期、未登记和在办的案件，自动刷新",
		Long: "看板，供一直开着的终端使用：整屏显示件数、到期和逾期的事项（条例第三十三条）、未登记的案件、在办的案件，自动刷新。\n" +
			"守护进程重启时保留上次的内容，恢复后自动接上。\n" +
			"按键：q 或 Ctrl-C 退出；r 立即刷新；1 到期、2 未登记、3 在办、0 全部；↑↓、j k、空格、PgUp、PgDn、g、G 翻看。",
		Example: "ysq board\nysq board --every 30s",
		Args:    noArgs,
	}
	every := cmd.Flags().Duration("every", 10*time.Second, "多`久`刷新一次，至少 1s")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		in, ok1 := a.in.(*os.File)
		out, ok2 := a.out.(*os.File)
		if !ok1 || !ok2 || !term.IsTerminal(int(in.Fd())) || !term.IsTerminal(int(out.Fd())) {
			return usage(cmd, "看板要在终端上运行；一次性的清单用 ysq、ysq due")
		}
		if *every < time.Second {
			return usage(cmd, "--every 至少 1s")
		}
		socket, err := a.socketPath()
		if err != nil {
			return err
		}
		// A terminal that is closed must not leave the program behind.
		ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGHUP)
		defer stop()
		b := &board{a: a, in: in, out: out, socket: socket, every: *every, size: func() (int, int) { return terminalSize(out) }}
		return b.run(ctx)
	}
	return cmd
}

// board owns the terminal while it runs. Everything happens in one goroutine: it waits for a key, a
// signal or the time to ask again, and draws.
type board struct {
	a      *app
	in     *os.File
	out    io.Writer
	socket string
	every  time.Duration
	size   func() (width, height int)

	shown  agenda
	open   []ask.CaseRow
	asked  time.Time // of the last good answer; zero: none yet
	tried  time.Time
	failed error // of the last try

	part, top int // what is shown of the office, and from which line on
}

// Escape sequences: the alternate screen without cursor and line breaks of the terminal's own, and
// back. They are those of every terminal since the VT100.
const (
	boardEnter = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J"
	boardLeave = "\x1b[?7h\x1b[?25h\x1b[?1049l"
	boardHome  = "\x1b[H"
	lineEnd    = "\x1b[K\r\n"
	boardRest  = "\x1b[J"
)

// boardTick is how often the board looks whether it is to end or the minute has changed.
const boardTick = 500 * time.Millisecond

func (b *board) run(ctx context.Context) (err error) {
	before, err := term.MakeRaw(int(b.in.Fd()))
	if err != nil {
		return fmt.Errorf("taking over the terminal: %w", err)
	}
	defer func() {
		_, e := io.WriteString(b.out, boardLeave)
		err = errors.Join(err, e, term.Restore(int(b.in.Fd()), before))
	}()
	if _, err := io.WriteString(b.out, boardEnter); err != nil {
		return err
	}
	resized := make(chan os.Signal, 1)
	signal.Notify(resized, syscall.SIGWINCH)
	defer signal.Stop(resized)
	for ctx.Err() == nil {
		if b.due() {
			b.refresh(ctx)
		}
		if err := b.draw(); err != nil {
			return err
		}
		keys, err := b.wait()
		if err != nil {
			return err
		}
		for _, k := range keys {
			if k == 'q' || k == 3 || k == 4 { // Ctrl-C and Ctrl-D are keys like others in raw mode
				return nil
			}
		}
		b.press(string(keys))
		select { // a new size is seen by drawing
		case <-resized:
		default:
		}
	}
	return nil
}

func (b *board) due() bool {
	every := b.every
	if b.failed != nil {
		every = min(every, 2*time.Second) // a daemon that restarts is back soon
	}
	return time.Since(b.tried) >= every
}

// refresh asks the daemon, and only it: a board that opened the register would keep the daemon from
// starting.
func (b *board) refresh(ctx context.Context) {
	b.tried = time.Now()
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	c := ask.Dial(b.socket)
	defer c.Close()
	g, err := askAgenda(ctx, c, 0)
	var open []ask.CaseRow
	if err == nil {
		err = ask.Each(ctx, c, ask.List, ask.ListQuery{}, func(r ask.CaseRow) error {
			open = append(open, r)
			return nil
		})
	}
	if b.failed = err; err == nil {
		b.shown, b.open, b.asked = g, open, b.tried
	}
}

// wait returns the keys that were pressed, none after a tick or a signal.
func (b *board) wait() ([]byte, error) {
	fds := []unix.PollFd{{Fd: int32(b.in.Fd()), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, int(boardTick/time.Millisecond))
	switch {
	case errors.Is(err, unix.EINTR) || err == nil && n == 0:
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("waiting for a key: %w", err)
	}
	keys := make([]byte, 64)
	n, err = unix.Read(int(b.in.Fd()), keys)
	if err == nil && n > 0 {
		return keys[:n], nil
	}
	if errors.Is(err, unix.EINTR) || errors.Is(err, unix.EAGAIN) {
		return nil, nil
	}
	return []byte{'q'}, nil // the terminal is gone
}

// press does what keys ask for, those that end the board apart.
func (b *board) press(keys string) {
	_, height := b.size()
	page := max(1, height-4)
	for keys != "" {
		key := keys[:1]
		for sequence, name := range map[string]string{"\x1b[A": "k", "\x1b[B": "j", "\x1bOA": "k", "\x1bOB": "j", "\x1b[5~": "b", "\x1b[6~": " ", "\x1b[H": "g", "\x1b[F": "G"} {
			if strings.HasPrefix(keys, sequence) {
				key, keys = name, keys[len(sequence)-1:]
			}
		}
		keys = keys[1:]
		switch key {
		case "0", "1", "2", "3":
			b.part, b.top = int(key[0]-'0'), 0
		case "r":
			b.tried = time.Time{}
		case "j":
			b.top++
		case "k":
			b.top--
		case " ":
			b.top += page
		case "b":
			b.top -= page
		case "g":
			b.top = 0
		case "G":
			b.top = 1 << 20
		}
	}
}

func terminalSize(terminal *os.File) (width, height int) {
	if w, h, err := term.GetSize(int(terminal.Fd())); err == nil && w > 0 && h > 0 {
		return w, h
	}
	return 80, 24 // one that does not know
}

func (b *board) draw() error {
	width, height := b.size()
	var screen bytes.Buffer
	screen.WriteString(boardHome)
	for i, line := range b.lines(width, height) {
		if i > 0 {
			screen.WriteString(lineEnd)
		}
		screen.WriteString(line)
	}
	screen.WriteString("\x1b[K" + boardRest)
	_, err := screen.WriteTo(b.out)
	return err
}
