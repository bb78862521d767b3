package wire

import (
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"sync"
	"time"
)

// Client sends requests to a Serve. It may be used by many goroutines at once.
type Client struct {
	http *http.Client
	stop func() error // ends what an in-process client runs
}

// Dial returns a client of whoever listens on a unix socket. Nothing is sent before the first request.
func Dial(socket string) *Client {
	return newClient(func(ctx context.Context) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", socket)
	}, nil)
}

// InProcess returns a client that a handler answers within this process, over in-memory connections.
// release runs when the client is closed and all is answered.
func InProcess(h http.Handler, release func() error) *Client {
	ctx, cancel := context.WithCancel(context.Background())
	l := &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
	ended := make(chan error, 1)
	go func() {
		ended <- serve(ctx, l, h, time.Second, nil)
	}()
	return newClient(l.dial, func() error {
		cancel()
		return errors.Join(<-ended, release())
	})
}

func newClient(dial func(context.Context) (net.Conn, error), stop func() error) *Client {
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) }}
	return &Client{http: &http.Client{Transport: transport}, stop: stop}
}

// Send sends a request. The caller closes the answer's body. An error of the connection is a *net.OpError
// where there is one, so that a caller can tell "nobody listens" from "not allowed in".
func (c *Client) Send(ctx context.Context, method, path string, header http.Header, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://ysq"+path, body)
	if err != nil {
		return nil, err
	}
	maps.Copy(req.Header, header)
	res, err := c.http.Do(req)
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return nil, op
	}
	return res, err
}

// Close ends idle connections and, in process, the server.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	if c.stop != nil {
		return c.stop()
	}
	return nil
}

// pipeListener accepts the in-memory connections that dial makes.
type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (l *pipeListener) dial(ctx context.Context) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case l.conns <- theirs:
		return ours, nil
	case <-l.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error   { l.once.Do(func() { close(l.done) }); return nil }
func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Net: "pipe"} }
