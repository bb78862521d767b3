// Package demo is `ysq demo`: a year of an invented office, told in seconds by the real program.
//
//	demo.go     Run: the order of things            office.go  the simulated mail server, the real daemon
//	story.go    who does what on which day           play.go    lets it happen and says what came of it
//	mails.go    the mails                            check.go   proves at the end that nothing is missing
//	compose.go  how mailers write them               words.go   how it reads
//
// Simulated are the mail server, the people and the dates. The daemon, the register, the periods, the
// rules and the tables are those of every installation: clerks act through the command line, over
// the socket, and can do nothing that a person at a terminal could not.
package demo

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/web"
)

// Options of Run.
type Options struct {
	Once    bool      // ends after the story, instead of leaving the register running
	In      io.Reader // a line of it asks for a new address of the desk in a browser
	Out     io.Writer // where the story goes; when it fails, the story ends
	Err     io.Writer // gets the remarks of commands
	Version string    // of the daemon
	// Command runs a command line as typed by a person and returns its exit code.
	Command func(ctx context.Context, out, errOut io.Writer, args ...string) int
}

// Run tells the story and leaves the register running until ctx ends, unless Once. Whatever happens,
// the daemon is stopped in order and nothing is left on the disk. The error says why the story could
// not be told, what its final check found, or, when ctx ended before the story did, just that.
func Run(ctx context.Context, o Options) (err error) {
	w := words{out: o.Out, colour: colours(o.Out)}
	w.opening()
	f, err := open(ctx, o.Version, at("01-04", 8))
	if err != nil {
		return err
	}
	defer func() {
		closed := f.close()
		if closed == nil {
			w.say("\n守护进程已停下，临时目录 %s 已删除。", f.dir)
		}
		err = errors.Join(err, closed)
	}()
	p := &player{
		office: f, words: w, runs: o.Command, errOut: o.Err,
		mails: mails(), composed: map[string][]byte{}, rows: map[string]ask.CaseRow{},
	}
	for _, part := range []func(context.Context) error{p.play, p.show, p.check} {
		if err := part(ctx); ctx.Err() != nil {
			return ctx.Err() // whatever failed, this is why
		} else if err != nil {
			return err
		}
	}
	if o.Once {
		return nil
	}
	desk, err := web.Local(web.LocalOptions{Client: f.client, Now: f.clock.now, Failed: func(err error) { fmt.Fprintln(o.Err, err) }})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- desk.Serve(ctx) }()
	defer func() { stop(); err = errors.Join(err, <-served) }()
	if err := p.farewell(ctx, desk.Address()); err != nil {
		return err
	}
	if o.In != nil {
		go func() { // until the input ends, or the program
			for lines := bufio.NewScanner(o.In); lines.Scan(); {
				fmt.Fprintln(o.Out, "  "+desk.Address())
			}
		}()
	}
	select {
	case <-ctx.Done():
		return nil
	case <-f.ended:
		return nil // close tells why
	}
}
