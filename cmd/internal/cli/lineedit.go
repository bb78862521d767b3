package cli

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/peterh/liner"
	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"ysq.internal/ysq/casefile"
)

// person answers questions at a terminal, one line each.
type person struct {
	in    *os.File
	out   io.Writer     // where questions stand when lines cannot be edited
	plain *bufio.Reader // of in, likewise
	edits bool
}

// somebody is whoever sits at the terminal that a command reads from; nil where nobody does.
func (a *app) somebody() *person {
	f, ok := a.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	out, ok := a.out.(*os.File)
	edits := ok && f.Fd() == 0 && out.Fd() == 1 && term.IsTerminal(1) && liner.TerminalSupported() // the editor knows these two alone
	return &person{in: f, out: a.errOut, plain: bufio.NewReader(f), edits: edits}
}

// line asks for a line that begins as text, if lines can be edited. io.EOF is Ctrl-D or Ctrl-C.
func (p *person) line(prompt, text string) (string, error) {
	if !p.edits {
		fmt.Fprint(p.out, prompt)
		line, err := p.plain.ReadString('\n')
		if err != nil && line == "" {
			return "", io.EOF
		}
		return strings.TrimSpace(line), nil
	}
	for {
		line, err := edited(prompt, text)
		if errors.Is(err, liner.ErrPromptAborted) {
			err = io.EOF
		}
		r, found := casefile.Control(line)
		if err != nil || !found {
			return strings.TrimSpace(line), err
		}
		// The daemon would refuse the line after the last question, and all other answers would be lost with it.
		fmt.Fprintf(p.out, "这一行有看不见的控制字符或改变文字方向的字符（U+%04X），已去掉，请再看一遍\n", r)
		text = visible(line)
	}
}

// visible is a text without the characters that its reader does not see.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if _, found := casefile.Control(string(r)); found {
			return -1
		}
		return r
	}, s)
}

// edited lets a line be edited. What is pasted reaches the editor as one line: it would take a second one for
// the answer to the next question.
func edited(prompt, text string) (line string, err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return "", fmt.Errorf("asking at the terminal: %w", err)
	}
	stop, stopped, err := os.Pipe()
	if err != nil {
		return "", errors.Join(fmt.Errorf("asking at the terminal: %w", err), r.Close(), w.Close())
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		pump(int(stop.Fd()), w)
	}()
	const announcePastes, forgetPastes = "\x1b[?2004h", "\x1b[?2004l"
	fmt.Print(announcePastes)
	terminal := os.Stdin
	os.Stdin = r // which is where the editor reads; it sets the terminal up by its number
	l := liner.NewLiner()
	l.SetMultiLineMode(true)
	l.SetCtrlCAborts(true)
	defer func() {
		err = errors.Join(err, l.Close(), stopped.Close())
		os.Stdin = terminal
		fmt.Print(forgetPastes)
		<-done
		err = errors.Join(err, stop.Close(), w.Close(), r.Close())
	}()
	return l.PromptWithSuggestion(prompt, text, -1)
}

// pump hands what is typed on to the editor until it is told to stop.
func pump(stop int, to io.Writer) {
	var paste pasted
	buf := make([]byte, 64<<10)
	for {
		ready := []unix.PollFd{{Fd: 0, Events: unix.POLLIN}, {Fd: int32(stop), Events: unix.POLLIN}}
		if _, err := unix.Poll(ready, -1); errors.Is(err, unix.EINTR) {
			continue
		} else if err != nil || ready[1].Revents != 0 {
			return
		}
		n, err := unix.Read(0, buf)
		if n <= 0 || err != nil {
			to.Write([]byte{4}) // the terminal is gone: as Ctrl-D
			return
		}
		if _, err := to.Write(paste.flatten(buf[:n])); err != nil {
			return
		}
	}
}

// pasted tells what is pasted from what is typed: the terminal marks it, or several lines come at once.
type pasted struct {
	inside bool
	held   []byte // the beginning of a mark
}

var pasteBegins, pasteEnds = []byte("\x1b[200~"), []byte("\x1b[201~")

// flatten makes one line of each paste and takes the marks out.
func (p *pasted) flatten(typed []byte) (out []byte) {
	typed = append(p.held, typed...)
	p.held = nil
	for len(typed) > 0 {
		mark := pasteBegins
		if p.inside {
			mark = pasteEnds
		}
		i := bytes.Index(typed, mark)
		piece := typed
		if i >= 0 {
			piece = typed[:i]
		} else if cut := bytes.LastIndexByte(typed, 0x1b); cut >= 0 && len(typed)-cut >= 4 && bytes.HasPrefix(mark, typed[cut:]) {
			piece, p.held = typed[:cut], bytes.Clone(typed[cut:])
		}
		lines := bytes.TrimRight(piece, "\r\n")
		switch {
		case p.inside:
			out = append(out, oneLine(piece)...)
		case bytes.ContainsAny(lines, "\r\n"): // nobody types that fast
			out = append(out, oneLine(lines)...)
			out = append(out, piece[len(lines):min(len(piece), len(lines)+1)]...)
		default:
			out = append(out, piece...)
		}
		if i < 0 {
			return out
		}
		typed = typed[i+len(mark):]
		p.inside = !p.inside
	}
	return out
}

// oneLine puts a blank for line ends and tabs, and drops what would steer the editor.
func oneLine(s []byte) (out []byte) {
	for _, c := range s {
		switch {
		case c == '\r' || c == '\n' || c == '\t':
			if n := len(out); n > 0 && out[n-1] != ' ' {
				out = append(out, ' ')
			}
		case c >= ' ' && c != 0x7f:
			out = append(out, c)
		}
	}
	return out
}
