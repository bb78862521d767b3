package imapsource

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"ysq.internal/ysq/mailbox"
)

// pace is how long a server may take for an answer. What it says beside the answer buys it no time, so
// that a server which drips, or says “still here” for ever, ends like one that is silent.
type pace int

const (
	answer  pace = iota // short: Options.Idle in all
	listing             // of a whole folder: listingTime, and a second more for each listingRate bytes
	bodies              // bodyShare bytes of mails within any bodyTime
)

const (
	listingTime = 5 * time.Minute
	listingRate = 2 << 10
	bodyTime    = 2 * time.Minute
	bodyShare   = 100 << 10 // about 1 KiB/s, rounded down for a line that runs at just that
)

// paced is a connection on which every answer has its time. Only time spent waiting for the server
// counts: while we write a mail to the disk, it owes nothing. Whatever the pace, no answer may pause
// for longer than idle.
type paced struct {
	net.Conn
	idle time.Duration

	mu      sync.Mutex // guards what follows
	armed   bool       // the server owes an answer
	pace    pace
	left    time.Duration // that it still has
	waiting time.Time     // since when we wait
	got     int           // bytes of mails since left was last renewed
	err     error         // the first error; go-imap would read on after some
}

// expect begins an answer. A Read that waits already is bound by it, too.
func (p *paced) expect(what pace) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.armed, p.pace, p.got, p.waiting = true, what, 0, time.Now()
	p.left = map[pace]time.Duration{answer: p.idle, listing: listingTime, bodies: bodyTime}[what]
	p.setDeadline()
}

// expectNothing ends an answer: between commands a server may be silent for as long as it likes.
func (p *paced) expectNothing() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.armed = false
	p.Conn.SetReadDeadline(time.Time{})
}

func (p *paced) setDeadline() { p.Conn.SetReadDeadline(p.waiting.Add(min(p.left, p.idle))) }

// gotBody counts bytes of a mail.
func (p *paced) gotBody(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.got += n; p.pace == bodies && p.got >= bodyShare {
		p.got, p.left = 0, bodyTime
	}
}

// Read implements net.Conn and remembers the first error.
func (p *paced) Read(b []byte) (int, error) {
	p.mu.Lock()
	if p.err != nil {
		defer p.mu.Unlock()
		return 0, p.err
	}
	if p.armed {
		p.waiting = time.Now()
		p.setDeadline()
	}
	p.mu.Unlock()
	n, err := p.Conn.Read(b)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.armed {
		p.left -= time.Since(p.waiting)
		if p.pace == listing {
			p.left += time.Duration(n) * time.Second / listingRate
		}
	}
	if err != nil && p.err == nil {
		switch p.err = err; {
		case errors.Is(err, os.ErrDeadlineExceeded) && p.left > 0:
			p.err = fmt.Errorf("nothing from the server for %v: %w", p.idle, mailbox.ErrSlow)
		case errors.Is(err, os.ErrDeadlineExceeded):
			p.err = mailbox.ErrSlow
		case errors.Is(err, io.EOF):
			p.err = errors.New("connection closed by the server")
		}
	}
	return n, err
}

// Write bounds how long the server may refuse to read; a connection is often found broken only here.
func (p *paced) Write(b []byte) (int, error) {
	p.Conn.SetWriteDeadline(time.Now().Add(p.idle))
	n, err := p.Conn.Write(b)
	p.Conn.SetWriteDeadline(time.Time{})
	if err != nil {
		p.fail(err)
	}
	return n, err
}

// fail ends the connection for an error of our own finding.
func (p *paced) fail(err error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = err
	}
	return p.err
}

func (p *paced) failure() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}
