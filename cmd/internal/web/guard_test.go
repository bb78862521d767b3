package web

import (
	"context"
	"io"
	"log"
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
		if w.Code == http.StatusNotFound && !strings.Contains(w.Body.String(), "没有") {
			t.Errorf("%s is no page of ours: %s", tt.path, w.Body)
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
	for kind, size := range map[string]int64{"multipart/form-data; boundary=x": 900 << 20, "application/x-www-form-urlencoded": 1 << 10} {
		body := &countingReader{Reader: strings.NewReader(strings.Repeat("x", 1<<20))}
		r := httptest.NewRequest(http.MethodPost, "/answer/1", body)
		r.ContentLength = size
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		w := httptest.NewRecorder()
		Network(b.client(clerk), func(err error) { t.Error(err) }).ServeHTTP(w, r)
		if w.Code != http.StatusUnauthorized || body.n > 0 {
			t.Errorf("%s: %d, after %d bytes", kind, w.Code, body.n)
		}
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

// Nobody holds a connection for longer than it takes a person: whoever sends slowly, or does not fetch his answer, is let go.
func TestSlowBrowsers(t *testing.T) {
	const form = " HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 99\r\nContent-Type: "
	for name, tt := range map[string]struct {
		sent    string
		fetches bool
		want    time.Duration
	}{
		"headers that never end": {"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n", true, 10 * time.Second},
		"a form":                 {"POST /login" + form + "application/x-www-form-urlencoded\r\n\r\na=", true, formTime},
		"a form with files":      {"POST /answer/1" + form + "multipart/form-data; boundary=b\r\n\r\n--b", true, uploadTime},
		"files for another page": {"POST /login" + form + "multipart/form-data; boundary=b\r\n\r\n--b", true, formTime},
		"nothing more to ask":    {"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", true, 45 * time.Second},
		"an answer left behind":  {"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", false, uploadTime + pageTime},
		"a page left behind":     {"GET /page HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", false, pageTime},
	} {
		synctest.Test(t, func(t *testing.T) {
			here, there := net.Pipe()
			began, closed := time.Now(), make(chan time.Duration, 1)
			server := newServer(guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
				if r.URL.Path == "/page" {
					plainPage(w, http.StatusOK, strings.Repeat("长", 8<<10), "", "")
				}
				w.Write(make([]byte, 8<<10)) // more than is kept for whoever does not fetch it
			})))
			server.ConnState = func(_ net.Conn, s http.ConnState) {
				if s == http.StateClosed {
					closed <- time.Since(began)
				}
			}
			server.ErrorLog = log.New(io.Discard, "", 0)
			var serving sync.WaitGroup
			serving.Go(func() { server.Serve(&oneConn{conn: there, closed: make(chan struct{})}) })
			io.WriteString(here, tt.sent)
			if tt.fetches {
				serving.Go(func() { io.Copy(io.Discard, here) })
			}
			select {
			case took := <-closed:
				if took < tt.want || took > tt.want+time.Second {
					t.Errorf("%s: let go after %v, want %v", name, took, tt.want)
				}
			case <-time.After(time.Hour):
				t.Errorf("%s: held for an hour", name)
			}
			here.Close()
			server.Close()
			serving.Wait()
		})
	}
}

// Whatever a browser says of its size, a form is read up to its bound and no further; so are the headers before it.
func TestSizeUnsaid(t *testing.T) {
	b := openBureau(t)
	body := &countingReader{Reader: strings.NewReader("text=" + strings.Repeat("x", 4*formLimit))}
	r := httptest.NewRequest(http.MethodPost, "/step/note", body)
	r.ContentLength = -1
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if w := b.seat(clerk).answer(r); w.Code != http.StatusRequestEntityTooLarge || body.n > 2*formLimit {
		t.Errorf("%d, after %d bytes", w.Code, body.n)
	}
	if n := newServer(nil).MaxHeaderBytes; n != 64<<10 {
		t.Errorf("%d bytes of headers are read", n)
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
