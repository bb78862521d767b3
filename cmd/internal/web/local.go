package web

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"ysq.internal/ysq/cmd/internal/ask"
)

// idleEnd is after how long without anybody's doing a desk on this machine ends.
const idleEnd = 2 * time.Hour

// LocalOptions of Local.
type LocalOptions struct {
	Client *ask.Client      // acts in the name of whoever runs this
	Listen string           // an address of 127.0.0.1; "" is any free port of it
	Now    func() time.Time // nil means time.Now
	Failed func(error)      // as in Options; and browsers of others that were refused
}

// Desk is a site on 127.0.0.1 for the account that runs it, and for nobody else.
type Desk struct {
	entry    *entry
	listener net.Listener
	server   *http.Server
}

// Local listens. Serve must be called.
func Local(o LocalOptions) (*Desk, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Failed == nil {
		o.Failed = func(error) {}
	}
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp4", o.Listen)
	if err != nil {
		return nil, err
	}
	if a, ok := l.Addr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
		return nil, errors.Join(ask.Usage("%s 不是本机的地址；网络上的同事用 ysq-web.service", o.Listen), l.Close())
	}
	d := &Desk{entry: newEntry(o.Client, o.Now)}
	d.listener = ownPeers{l, uint32(os.Geteuid()), uidOfSocket, o.Failed}
	d.server = newServer(New(Options{Door: d.entry, Now: o.Now, Failed: o.Failed}))
	return d, nil
}

// newServer bounds what a browser may hold open.
func newServer(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, WriteTimeout: uploadTime + pageTime, IdleTimeout: 45 * time.Second, MaxHeaderBytes: 64 << 10}
}

// Address is where one browser may come in within a minute. The address before is void.
func (d *Desk) Address() string {
	return "http://" + d.listener.Addr().String() + "/enter?key=" + d.entry.newKey()
}

// Serve answers until ctx ends, or until nobody has asked for anything for two hours.
func (d *Desk) Serve(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var watching sync.WaitGroup
	watching.Go(func() { d.watch(ctx, cancel) })
	defer watching.Wait()
	defer cancel() // before it is waited for
	ended := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		err := d.server.Shutdown(ctx)
		if errors.Is(err, context.DeadlineExceeded) {
			err = d.server.Close()
		}
		ended <- err
	})
	err := d.server.Serve(d.listener)
	if stop() {
		return err
	}
	return <-ended
}

func (d *Desk) watch(ctx context.Context, end func()) {
	every := time.NewTicker(time.Minute)
	defer every.Stop()
	for d.entry.idle() < idleEnd {
		select {
		case <-every.C:
		case <-ctx.Done():
			return
		}
	}
	end()
}
