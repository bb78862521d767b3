package simnet

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// pipeSize bounds what one side can send ahead of the other, like the buffers of TCP.
const pipeSize = 64 << 10

// Pipe returns the two ends of a full-duplex connection in memory. Unlike net.Pipe it is buffered, so that both sides may
// write first, and its end can be a reset. It blocks on sync.Cond only, which a synctest bubble counts as durable.
func Pipe() (a, b net.Conn) {
	ab, ba := newStream(), newStream()
	return &pipeConn{in: ba, out: ab}, &pipeConn{in: ab, out: ba}
}

type pipeConn struct{ in, out *stream }

func (c *pipeConn) Read(p []byte) (int, error)         { return c.in.read(p) }
func (c *pipeConn) Write(p []byte) (int, error)        { return c.out.write(p) }
func (c *pipeConn) LocalAddr() net.Addr                { return pipeAddr{} }
func (c *pipeConn) RemoteAddr() net.Addr               { return pipeAddr{} }
func (c *pipeConn) SetReadDeadline(t time.Time) error  { c.in.rd.set(c.in, t); return nil }
func (c *pipeConn) SetWriteDeadline(t time.Time) error { c.out.wr.set(c.out, t); return nil }

func (c *pipeConn) SetDeadline(t time.Time) error {
	c.SetReadDeadline(t)
	return c.SetWriteDeadline(t)
}

func (c *pipeConn) Close() error {
	c.in.closeRead()
	c.out.closeWrite(io.EOF)
	c.SetDeadline(time.Time{})
	return nil
}

// CloseWrite lets the other side read what was sent before and then EOF, as that of TCP does.
func (c *pipeConn) CloseWrite() error {
	c.out.closeWrite(io.EOF)
	return nil
}

// Reset closes a connection so that the other side reads what was sent before and then an error. (TCP may
// lose the former; a test wants to know.)
func Reset(conn net.Conn) {
	switch c := conn.(type) {
	case *net.TCPConn:
		c.SetLinger(0)
	case *pipeConn:
		c.out.closeWrite(syscall.ECONNRESET)
	}
	conn.Close()
}

type pipeAddr struct{}

func (pipeAddr) Network() string { return "memory" }
func (pipeAddr) String() string  { return "simulated" }

// stream is one direction of a pipe.
type stream struct {
	mu           sync.Mutex
	cond         *sync.Cond // anything below changed
	buf          []byte
	end          error // what the reader gets after buf; nil while the writer is open
	readerClosed bool
	rd, wr       deadline
}

func newStream() *stream {
	s := &stream{}
	s.cond = sync.NewCond(&s.mu)
	return s
}

type deadline struct {
	at    time.Time
	timer *time.Timer
}

func (d *deadline) passed() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }

func (d *deadline) set(s *stream, t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
	}
	d.at, d.timer = t, nil
	if wait := time.Until(t); !t.IsZero() && wait > 0 {
		d.timer = time.AfterFunc(wait, s.cond.Broadcast)
	}
	s.cond.Broadcast()
}

func (s *stream) read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.readerClosed:
			return 0, net.ErrClosed
		case s.rd.passed():
			return 0, os.ErrDeadlineExceeded
		case len(s.buf) > 0 || len(p) == 0:
			n := copy(p, s.buf)
			s.buf = s.buf[n:]
			s.cond.Broadcast()
			return n, nil
		case s.end != nil:
			return 0, s.end
		}
		s.cond.Wait()
	}
}

func (s *stream) write(p []byte) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.end != nil:
			return n, net.ErrClosed
		case s.readerClosed:
			return n, syscall.EPIPE
		case s.wr.passed():
			return n, os.ErrDeadlineExceeded
		case len(p) == 0:
			return n, nil
		}
		if room := pipeSize - len(s.buf); room > 0 {
			k := min(room, len(p))
			s.buf = append(s.buf, p[:k]...)
			p, n = p[k:], n+k
			s.cond.Broadcast()
			continue
		}
		s.cond.Wait()
	}
}

func (s *stream) closeRead() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readerClosed, s.buf = true, nil
	s.cond.Broadcast()
}

func (s *stream) closeWrite(end error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end == nil {
		s.end = end
	}
	s.cond.Broadcast()
}
