// Package wire carries questions and answers over a unix socket. It says who is at the other end and bounds
// what a peer may hold open; what is asked and what is answered it does not know.
package wire

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// perPeer bounds the connections of one uid: a command needs one, a terminal full of them a few dozen. inAll bounds
// those of everybody: each costs a descriptor, of which half at most are theirs, and some memory. The owner of the daemon
// and root come in all the same.
const (
	perPeer = 128
	inAll   = 512
)

// Peer is who is at the other end of a connection.
type Peer struct {
	Name   string // login name, or "uid 1000" where the system does not know it
	UID    uint32
	Groups []uint32
}

type peerKey struct{}

// PeerOf returns who sent the request of a context. Without a peer the request has come from nobody.
func PeerOf(ctx context.Context) (Peer, bool) {
	p, ok := ctx.Value(peerKey{}).(Peer)
	return p, ok
}

// Serve answers on a unix listener until ctx ends, then lets requests finish for up to grace. failed is
// told of connections whose peer cannot be known; their requests carry none.
func Serve(ctx context.Context, l *net.UnixListener, h http.Handler, grace time.Duration, failed func(error)) error {
	counted := &counted{UnixListener: l, held: map[uint32]int{}, most: inAll}
	var files unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &files); err == nil {
		counted.most = int(min(inAll, files.Cur/2))
	}
	return serve(ctx, counted, h, grace, func(ctx context.Context, c net.Conn) context.Context {
		conn := c.(*counter)
		if conn.err != nil {
			failed(conn.err)
			return ctx
		}
		return context.WithValue(ctx, peerKey{}, conn.peer)
	})
}

func serve(ctx context.Context, l net.Listener, h http.Handler, grace time.Duration, mark func(context.Context, net.Conn) context.Context) error {
	s := &http.Server{Handler: h, ConnContext: mark, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		err := s.Shutdown(ctx)
		if errors.Is(err, context.DeadlineExceeded) {
			err = s.Close() // those still asking see the connection end
		}
		stopped <- err
	})
	err := s.Serve(l)
	if stop() { // ctx has not ended: Serve failed by itself
		return err
	}
	return <-stopped
}

// counted is a listener that knows how many connections each uid holds, and closes those above perPeer.
type counted struct {
	*net.UnixListener
	mu   sync.Mutex
	held map[uint32]int
	all  int
	most int
}

func (l *counted) Accept() (net.Conn, error) {
	for {
		c, err := l.AcceptUnix()
		if err != nil {
			return nil, err
		}
		peer, err := peerOf(c)
		if l.enter(peer.UID) {
			return &counter{UnixConn: c, from: l, peer: peer, err: err}, nil
		}
		c.Close()
	}
}

func (l *counted) enter(uid uint32) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	trusted := uid == 0 || uid == uint32(os.Geteuid())
	if l.held[uid] >= perPeer || l.all >= l.most && !trusted {
		return false
	}
	l.held[uid]++
	l.all++
	return true
}

func (l *counted) leave(uid uint32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all--
	if l.held[uid]--; l.held[uid] == 0 {
		delete(l.held, uid)
	}
}

// counter is a connection that gives its place back when it is closed.
type counter struct {
	*net.UnixConn
	from *counted
	peer Peer
	err  error // the peer is not known
	once sync.Once
}

func (c *counter) Close() error {
	c.once.Do(func() { c.from.leave(c.peer.UID) })
	return c.UnixConn.Close()
}
