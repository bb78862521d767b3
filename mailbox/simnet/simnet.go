// Package simnet is what the simulated mail servers have in common: how connections come to them and
// end. A connection arrives over loopback TCP (Listen), in memory (Dial, also inside a testing/synctest
// bubble) or from the caller (Serve).
package simnet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
)

// Session is one connection: its number, from 1, and how many others were open when it came.
type Session struct {
	N, Others int
	Conn      net.Conn // closed when run returns
}

// Server runs sessions until Close. Its methods may be called while they run.
type Server struct {
	run  func(Session)
	done chan struct{}
	wg   sync.WaitGroup

	mu        sync.Mutex // guards what follows
	closed    bool
	listeners []net.Listener
	open      map[net.Conn]bool
	accepted  int
}

// New returns a server that runs each connection in a goroutine of its own.
func New(run func(Session)) *Server {
	return &Server{run: run, done: make(chan struct{}), open: map[net.Conn]bool{}}
}

// Done is closed by Close, for sessions that pause.
func (s *Server) Done() <-chan struct{} { return s.done }

// Listen accepts connections on a free port of the loopback interface until Close.
func (s *Server) Listen() (addr string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("listening: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return "", errors.Join(net.ErrClosed, l.Close())
	}
	s.listeners = append(s.listeners, l)
	s.wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.start(conn)
		}
	})
	return l.Addr().String(), nil
}

// Dial returns the client's end of a connection in memory. It fails like a refused connection once the
// server is closed.
func (s *Server) Dial(ctx context.Context) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	client, server := Pipe()
	if !s.start(server) {
		return nil, &net.OpError{Op: "dial", Net: "memory", Err: net.ErrClosed}
	}
	return client, nil
}

// Serve runs one session on conn and returns when it is over.
func (s *Server) Serve(conn net.Conn) {
	s.mu.Lock()
	run := s.admit(conn)
	s.mu.Unlock()
	if run != nil {
		run()
	}
}

// start is Serve in a goroutine for which Close waits. It reports false after Close.
func (s *Server) start(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	run := s.admit(conn)
	if run != nil {
		s.wg.Go(run)
	}
	return run != nil
}

// admit registers a connection, so that Close and Hangup find it; after Close it returns nil. The caller
// holds mu.
func (s *Server) admit(conn net.Conn) (run func()) {
	if s.closed {
		conn.Close()
		return nil
	}
	s.accepted++
	session := Session{N: s.accepted, Others: len(s.open), Conn: conn}
	s.open[conn] = true
	return func() {
		s.run(session)
		conn.Close()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.open, conn)
	}
}

// Count returns how many connections there were and how many are open.
func (s *Server) Count() (accepted, open int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accepted, len(s.open)
}

// Hangup ends every open connection by how.
func (s *Server) Hangup(how func(net.Conn)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.open {
		how(conn)
	}
}

// Close stops listening, ends every session and waits for them. It is idempotent.
func (s *Server) Close() {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.done)
	}
	for _, l := range s.listeners {
		l.Close()
	}
	for conn := range s.open {
		conn.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
}
