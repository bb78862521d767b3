package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func listening(t *testing.T, h http.Handler) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, l, h, 100*time.Millisecond, func(err error) { t.Error(err) }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return path
}

// One uid cannot take every connection; what it gives back it may take again.
func TestConnectionsOfOneUID(t *testing.T) {
	path := listening(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, ok := PeerOf(r.Context())
		fmt.Fprint(w, ok && p.UID == uint32(os.Geteuid()) && p.Name != "")
	}))
	var held []net.Conn
	for range perPeer {
		c, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		held = append(held, c)
	}
	answer := func() (string, error) {
		c := Dial(path)
		defer c.Close()
		res, err := c.Send(t.Context(), http.MethodGet, "/", nil, nil)
		if err != nil {
			return "", err
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		return string(b), err
	}
	if got, err := answer(); err == nil {
		t.Errorf("one connection more than may be answers %q", got)
	}
	held[0].Close()
	for range 100 { // the server has to see that it is closed
		if got, err := answer(); err == nil {
			if got != "true" {
				t.Errorf("the peer is not known: %s", got)
			}
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("a connection that was given back cannot be taken again")
}

func TestNobodyListens(t *testing.T) {
	_, err := Dial(filepath.Join(t.TempDir(), "none")).Send(t.Context(), http.MethodGet, "/", nil, nil)
	if _, ok := errors.AsType[*net.OpError](err); !ok {
		t.Errorf("the cause is lost: %v", err)
	}
}

func TestInProcessEnds(t *testing.T) {
	released := false
	c := InProcess(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) }), func() error { released = true; return nil })
	res, err := c.Send(t.Context(), http.MethodPost, "/", nil, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if err := c.Close(); err != nil || !released {
		t.Errorf("closing: %v, released %v", err, released)
	}
	if _, err := c.Send(t.Context(), http.MethodGet, "/", nil, nil); err == nil {
		t.Error("a closed client is answered")
	}
	if p, err := Self(); err != nil || p.Name == "" {
		t.Errorf("%+v, %v", p, err)
	}
}
