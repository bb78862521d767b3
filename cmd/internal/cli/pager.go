package cli

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ysq.internal/ysq/stats/render/grid"
)

// paged are the commands whose output is read: what is longer than the terminal goes to a pager.
// Commands that ask, follow or report progress do not stand here.
var paged = []string{
	"ysq", "ysq digest", "ysq notify", "ysq status", "ysq stats", "ysq list", "ysq due", "ysq show", "ysq search", "ysq explain", "ysq log", "ysq mail list", "ysq mail show", "ysq mail trace", "ysq dispute list", "ysq letter list", "ysq outbox list", "ysq law",
	"ysq dispute show", "ysq report", "ysq year list", "ysq year diff", "ysq calendar show", "ysq doctor", "ysq reconcile", "ysq config show", "ysq config example",
}

// withPager lets the commands that are read use the pager.
func (a *app) withPager(root *cobra.Command) {
	for _, c := range root.Commands() {
		a.withPager(c)
	}
	run := root.RunE
	if !slices.Contains(paged, root.CommandPath()) || run == nil {
		return
	}
	root.RunE = func(cmd *cobra.Command, args []string) error {
		if f := cmd.Flags().Lookup("follow"); f != nil && f.Changed {
			return run(cmd, args)
		}
		return a.paging(func() error { return run(cmd, args) })
	}
}

// paging runs something whose output may become long.
func (a *app) paging(run func() error) error {
	f, ok := a.out.(*os.File)
	if ok && !term.IsTerminal(int(f.Fd())) {
		return a.buffered(f, run)
	}
	if !ok || a.noPager {
		return run()
	}
	words := strings.Fields(cmp.Or(a.getenv("YSQ_PAGER"), a.getenv("PAGER"), "less"))
	width, height, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 || height <= 0 || words[0] == "cat" {
		return run()
	}
	p := &pager{words: words, getenv: a.getenv, terminal: f, width: width, height: height, interrupts: make(chan os.Signal, 1)}
	out, errOut := a.out, a.errOut
	a.out = p
	if e, ok := errOut.(*os.File); ok && term.IsTerminal(int(e.Fd())) {
		a.errOut = &p.notes // beside a pager it would be overwritten
	}
	defer func() { a.out, a.errOut = out, errOut }()
	err = run()
	if errors.Is(err, syscall.EPIPE) {
		err = nil // the pager was left: the reader has seen enough
	}
	err = errors.Join(err, p.close())
	_, e := errOut.Write(p.notes.Bytes())
	return errors.Join(err, e)
}

// buffered runs something that writes line by line into a file or to another program, which would be woken for each. What is
// said beside the output keeps its place.
func (a *app) buffered(f *os.File, run func() error) error {
	out, errOut := a.out, a.errOut
	defer func() { a.out, a.errOut = out, errOut }()
	b := bufio.NewWriterSize(f, 16<<10)
	a.out = b
	if e, ok := errOut.(*os.File); !ok || !term.IsTerminal(int(e.Fd())) { // it may be the same place
		a.errOut = behind{b, errOut}
	}
	err := run()
	if flushed := b.Flush(); err == nil {
		err = flushed
	}
	return err
}

// behind writes when all of the output before it is written.
type behind struct {
	out *bufio.Writer
	to  io.Writer
}

func (w behind) Write(b []byte) (int, error) {
	if err := w.out.Flush(); err != nil {
		return 0, err
	}
	return w.to.Write(b)
}

// pager holds back what fits on the terminal, and begins a pager when it no longer does.
type pager struct {
	words         []string
	getenv        func(string) string
	terminal      *os.File
	width, height int

	held  bytes.Buffer
	lines int
	notes bytes.Buffer // what was said beside the output
	cmd   *exec.Cmd
	to    io.WriteCloser // nil: nothing has begun

	interrupts chan os.Signal // while the pager runs: the terminal sends Ctrl-C to both, and the pager goes on
}

func (p *pager) Write(b []byte) (int, error) {
	if p.to != nil {
		return p.to.Write(b)
	}
	for line := range bytes.Lines(b) {
		p.lines += 1 + max(0, grid.Width(string(line), grid.Options{})-1)/p.width
	}
	p.held.Write(b)
	if p.lines < p.height {
		return len(b), nil
	}
	p.begin()
	_, err := p.held.WriteTo(p.to)
	return len(b), err
}

// begin starts the pager; where there is none, the terminal itself takes its place.
func (p *pager) begin() {
	cmd := exec.Command(p.words[0], p.words[1:]...)
	cmd.Stdout, cmd.Stderr, cmd.Env = p.terminal, os.Stderr, os.Environ()
	for name, value := range map[string]string{"LESS": "FRX", "LESSCHARSET": "utf-8"} {
		if p.getenv(name) == "" {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	to, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		p.to = unclosed{p.terminal}
		return
	}
	p.cmd, p.to = cmd, to
	signal.Notify(p.interrupts, os.Interrupt)
}

type unclosed struct{ io.Writer }

func (unclosed) Close() error { return nil }

// close writes what was held back, or waits until the pager is left.
func (p *pager) close() error {
	defer signal.Stop(p.interrupts)
	if p.to == nil {
		_, err := p.held.WriteTo(p.terminal)
		return err
	}
	if err := p.to.Close(); err != nil && !errors.Is(err, syscall.EPIPE) {
		return err
	}
	if p.cmd == nil {
		return nil
	}
	err := p.cmd.Wait()
	if _, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil // how it was left is nobody's affair
	}
	return err
}
