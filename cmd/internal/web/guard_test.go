package web

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Every answer of the site bears these, whoever asks and whatever comes of it.
func TestHeaders(t *testing.T) {
	b := openBureau(t)
	b.application("2026-11-02", "张三", "水质监测数据")
	inside := b.seat(clerk).site
	outside := New(Options{Door: newEntry(b.client(clerk), b.clock)})
	want := map[string]string{
		"Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		"X-Content-Type-Options":  "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin",
		"X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin",
	}
	for _, tt := range []struct {
		site         *Site
		method, path string
		code         int
	}{
		{inside, "GET", "/", 200}, {inside, "GET", "/case/1", 200}, {inside, "GET", "/case/99", 404}, {inside, "GET", "/none", 404}, {inside, "GET", "/static/desk.css", 200}, {inside, "GET", "/static/none", 404},
		{inside, "POST", "/step/note", 403}, {outside, "GET", "/", 401}, {outside, "GET", "/enter?key=x", 200},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(tt.method, "http://127.0.0.1"+tt.path, http.NoBody)
		tt.site.ServeHTTP(w, r)
		if w.Code != tt.code {
			t.Errorf("%s %s: %d, want %d", tt.method, tt.path, w.Code, tt.code)
		}
		for name, value := range want {
			if got := w.Header().Get(name); got != value {
				t.Errorf("%s %s: %s is %q, want %q", tt.method, tt.path, name, got, value)
			}
		}
	}
}

// Who is not in is answered before anything of what he sends is read: nothing of it may fill a disk.
func TestUploadOfAStranger(t *testing.T) {
	b := openBureau(t)
	body := &countingReader{Reader: strings.NewReader(strings.Repeat("x", 1<<20))}
	r := httptest.NewRequest(http.MethodPost, "/answer/1", body)
	r.ContentLength = 900 << 20
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	Network(b.client(clerk), func(err error) { t.Error(err) }).ServeHTTP(w, r)
	if w.Code != http.StatusUnauthorized || body.n > 0 {
		t.Errorf("%d, after %d bytes", w.Code, body.n)
	}
}

type countingReader struct {
	io.Reader
	n int
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

// An answer may take longer than a form to arrive: nobody is taken for gone meanwhile.
func TestLongAnswerIsNotCut(t *testing.T) {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		synctest.Test(t, func(t *testing.T) {
			here, there := net.Pipe()
			server := newServer(guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				r.ParseForm()
				time.Sleep(5 * formTime)
				if err := r.Context().Err(); err != nil {
					t.Errorf("%s: %v", method, err)
				}
				io.WriteString(w, r.PostForm.Get("a"))
			})))
			var serving sync.WaitGroup
			serving.Go(func() { server.Serve(&oneConn{conn: there, closed: make(chan struct{})}) })
			r, _ := http.NewRequest(method, "http://127.0.0.1/", strings.NewReader("a=b"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			if method == http.MethodGet {
				r.Body, r.ContentLength = nil, 0
			}
			client := http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return here, nil }}
			res, err := client.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(io.Discard, res.Body)
			res.Body.Close()
			if res.StatusCode != http.StatusOK {
				t.Errorf("%s: %d", method, res.StatusCode)
			}
			client.CloseIdleConnections()
			server.Close()
			serving.Wait()
		})
	}
}

// oneConn is a listener with one connection.
type oneConn struct {
	conn   net.Conn
	once   sync.Once
	closed chan struct{}
}

func (l *oneConn) Accept() (c net.Conn, err error) {
	l.once.Do(func() { c = l.conn })
	if c != nil {
		return c, nil
	}
	<-l.closed
	return nil, net.ErrClosed
}

func (l *oneConn) Close() error   { close(l.closed); return nil }
func (l *oneConn) Addr() net.Addr { return l.conn.LocalAddr() }
