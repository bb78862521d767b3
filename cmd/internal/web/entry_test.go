package web

import (
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// The key lets one browser in, once, for a minute, and only when it is posted.
func TestKey(t *testing.T) {
	b := openBureau(t)
	now := b.now
	e := newEntry(b.client(clerk), func() time.Time { return now })
	site := New(Options{Door: e})
	ask := func(method, path, cookie string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "http://127.0.0.1:8765"+path, nil)
		if method == http.MethodPost {
			path, query, _ := strings.Cut(path, "?")
			r = httptest.NewRequest(method, "http://127.0.0.1:8765"+path, strings.NewReader(query))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Origin", "http://127.0.0.1:8765")
		}
		if cookie != "" {
			r.Header.Set("Cookie", cookie)
		}
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		return w
	}
	if w := ask("GET", "/", ""); w.Code != http.StatusUnauthorized {
		t.Errorf("without a key: %d", w.Code)
	}
	key := e.newKey()
	if w := ask("GET", "/enter?key="+key, ""); w.Code != http.StatusOK || w.Header().Get("Set-Cookie") != "" || !strings.Contains(w.Body.String(), `value="`+key+`"`) || w.Header().Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("fetching the address: %d %v", w.Code, w.Header())
	}
	if w := ask("POST", "/enter?key=wrong", ""); w.Code != http.StatusForbidden {
		t.Errorf("a wrong key: %d", w.Code)
	}
	w := ask("POST", "/enter?key="+key, "")
	cookie, _, _ := strings.Cut(w.Header().Get("Set-Cookie"), ";")
	if said := w.Header().Get("Set-Cookie"); w.Code != http.StatusSeeOther || !strings.Contains(said, "HttpOnly") || !strings.Contains(said, "SameSite=Strict") {
		t.Fatalf("the key: %d %q", w.Code, said)
	}
	if w := ask("GET", "/", cookie); w.Code != http.StatusOK {
		t.Errorf("inside: %d %s", w.Code, w.Body)
	}
	if w := ask("GET", "/enter?key="+e.newKey(), cookie); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/" {
		t.Errorf("the next address, inside: %d %v", w.Code, w.Header())
	}
	if w := ask("POST", "/enter?key="+key, ""); w.Code != http.StatusForbidden {
		t.Errorf("the key again: %d", w.Code)
	}
	late := e.newKey()
	now = now.Add(keyLife + time.Second)
	if w := ask("POST", "/enter?key="+late, ""); w.Code != http.StatusForbidden {
		t.Errorf("the key a minute later: %d", w.Code)
	}
	if w := ask("GET", "/", cookie); w.Code != http.StatusOK {
		t.Errorf("still inside: %d", w.Code)
	}
	if w := ask("POST", "/leave", cookie); w.Code != http.StatusOK {
		t.Errorf("leaving: %d", w.Code)
	}
	if w := ask("GET", "/", cookie); w.Code != http.StatusUnauthorized {
		t.Errorf("after leaving: %d", w.Code)
	}
	for host, want := range map[string]int{"localhost:1": 401, "[::1]:1": 401, "127.0.0.1": 401, "desk.example.test": 421, "127.0.0.1.example.test": 421} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = host
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("host %s: %d, want %d", host, w.Code, want)
		}
	}
}

// What a page fetches by itself keeps nobody's desk open.
func TestIdle(t *testing.T) {
	b := openBureau(t)
	now := b.now
	e := newEntry(b.client(clerk), func() time.Time { return now })
	e.stays = []string{"token"}
	r := httptest.NewRequest("GET", "http://127.0.0.1/pulse", nil)
	r.AddCookie(&http.Cookie{Name: e.cookie, Value: "token"})
	now = now.Add(time.Hour)
	e.knows(r)
	if got := e.idle(); got != 0 {
		t.Errorf("somebody asked, and the desk is idle for %v", got)
	}
	now = now.Add(time.Hour)
	r.Header.Set(byItself, "1")
	e.knows(r)
	if got := e.idle(); got != time.Hour {
		t.Errorf("idle for %v, want an hour", got)
	}
}

// Only browsers of the same account are answered: the kernel says whose they are.
func TestBrowsersOfOthers(t *testing.T) {
	b := openBureau(t)
	var refused atomic.Int32
	d, err := Local(LocalOptions{Client: b.client(clerk), Now: b.clock, Failed: func(error) { refused.Add(1) }})
	if err != nil {
		t.Fatal(err)
	}
	go d.Serve(t.Context())
	jar, _ := cookiejar.New(nil)
	c := http.Client{Jar: jar}
	at, _ := url.Parse(d.Address())
	r, err := http.NewRequest(http.MethodPost, at.Scheme+"://"+at.Host+"/enter", strings.NewReader(url.Values{"key": {at.Query().Get("key")}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", at.Scheme+"://"+at.Host)
	res, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	page, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if res.StatusCode != http.StatusOK || !strings.Contains(string(page), "待办") {
		t.Errorf("%d %s", res.StatusCode, page)
	}

	if _, err := Local(LocalOptions{Listen: "0.0.0.0:0"}); err == nil {
		t.Error("the whole network is listened to")
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	strict := ownPeers{l, 4_000_000_000, uidOfSocket, func(error) { refused.Add(1) }}
	go strict.Accept()
	conn, err := net.Dial("tcp4", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	if n, err := conn.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("a browser of another account is not refused: %v", err)
	}
	conn.Close()
	l.Close()
	if refused.Load() == 0 {
		t.Error("nobody is told that a browser was refused")
	}
}

// The desk of one account ends when nobody has asked for anything for two hours.
func TestDeskEndsIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &Desk{entry: newEntry(nil, time.Now)}
		began := time.Now()
		time.AfterFunc(time.Hour, func() { d.entry.newKey() }) // somebody opens it once more
		d.watch(t.Context(), func() {})
		if took := time.Since(began); took < 3*time.Hour || took > 3*time.Hour+time.Minute {
			t.Errorf("it ends after %v", took)
		}
	})
}

// Cookies are shared by all ports of a machine: each run has a name of its own for its cookie.
func TestCookieOfEachRun(t *testing.T) {
	one, other := newEntry(nil, time.Now), newEntry(nil, time.Now)
	if one.cookie == other.cookie {
		t.Error("two desks of one browser take each other's cookie")
	}
}
