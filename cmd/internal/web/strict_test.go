package web

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/cmd/internal/ask"
)

// drawer is an office that draws whatever a test says.
type drawer struct {
	ask.Office
	now time.Time
}

func (d drawer) Now() time.Time                                   { return d.now }
func (d drawer) Looked(context.Context, ask.Call, ask.Look) error { return nil }
func (d drawer) Explain(err error) error                          { return err }
func (d drawer) Holders(ask.Role) []string                        { return nil }

// A page of a file shows a picture, or text that nothing runs in and nothing hides in; what is of another kind, or too large, is
// not shown. Only our own pages may frame it.
func TestPolicyOfSheets(t *testing.T) {
	for _, tt := range []struct {
		kind, content string
		code          int
		policy, shows string
	}{
		{"image/png", "\x89PNG", 200, framed, `<img src="/picture/`},
		{"text/html", "<p>正文\u202e</p>", 200, "sandbox; default-src 'none'; frame-ancestors 'self'", "<p>正文\ufffd</p>"},
		{"image/svg+xml", "<svg onload=x>", 409, framed, "看不了"},
		{"", "", 409, framed, "看不了"},
		{"image/png", strings.Repeat("x", mostPicture+1), 409, framed, "太大"},
	} {
		d := ask.NewDoor(drawer{now: time.Unix(0, 0)})
		ask.Answer(d, ask.Me, func(context.Context, ask.Call, ask.None) (ask.Person, error) { return ask.Person{Name: "wang"}, nil })
		ask.AnswerDownload(d, ask.Page, func(_ context.Context, _ ask.Call, _ ask.PageRef, begin func(ask.PageHead) (io.Writer, error)) error {
			w, err := begin(ask.PageHead{Type: tt.kind, Pages: 1, Most: 1})
			if err == nil {
				_, err = io.WriteString(w, tt.content)
			}
			return err
		})
		client := ask.InProcess(d, clerk, func() error { return nil })
		s := seat{t, New(Options{Door: in{client}})}
		w := s.submit("/mail/x/page", url.Values{})
		client.Close()
		if w.Code != tt.code || w.Header().Get("Content-Security-Policy") != tt.policy || w.Header().Get("X-Frame-Options") != "SAMEORIGIN" || !strings.Contains(w.Body.String(), tt.shows) || strings.Contains(w.Body.String(), "onload") {
			t.Errorf("%s: %d %v %.300s", tt.kind, w.Code, w.Header(), w.Body)
		}
	}
	const want = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
	if framed != want || sandbox != "sandbox; default-src 'none'" {
		t.Errorf("the policies are %q and %q", framed, sandbox)
	}
}

// A file from outside is saved under a name that is only a name, never shown, and broken off where it cannot be sent whole.
func TestHandOver(t *testing.T) {
	failed := 0
	hand := func(name string, content io.Reader) http.Header {
		w := httptest.NewRecorder()
		x := &visit{w: w, site: &Site{failed: func(error) { failed++ }}}
		if err := x.handOver(name, content, -1); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		return w.Header()
	}
	for name, want := range map[string]string{
		"a.pdf":                    "attachment; filename=a.pdf",
		"../../etc/passwd":         "attachment; filename=_.._etc_passwd",
		`c:\a.exe`:                 "attachment; filename=c__a.exe",
		"a\r\nSet-Cookie: x=1.pdf": `attachment; filename="a__Set-Cookie_ x=1.pdf"`,
		`a"; filename=b.exe`:       `attachment; filename="a_; filename=b.exe"`,
		".htaccess":                "attachment; filename=htaccess",
		"..":                       "attachment; filename*=utf-8''%E6%96%87%E4%BB%B6",
		"\u202egpj.exe":            "attachment; filename=_gpj.exe",
		"年.html":                   "attachment; filename*=utf-8''%E5%B9%B4.html",
	} {
		h := hand(name, strings.NewReader("<script>"))
		if got := h.Get("Content-Disposition"); got != want {
			t.Errorf("%q is offered as %q, want %q", name, got, want)
		}
		if h.Get("Content-Type") != "application/octet-stream" || h.Get("Content-Security-Policy") != sandbox {
			t.Errorf("%q: %v", name, h)
		}
	}
	defer func() {
		if p := recover(); p != http.ErrAbortHandler || failed != 1 { //nolint:errorlint // net/http knows this very value
			t.Errorf("a file that breaks off looks whole: %v, told %d times", p, failed)
		}
	}()
	hand("a.pdf", iotest.ErrReader(errors.New("disk on fire")))
}

// A picture waits for a minute under a name that nobody guesses.
func TestPictureOfAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pictures
		name, _ := strings.CutPrefix(p.put("wang", "image/png", nil), "/picture/")
		if len(name) < 26 { // 128 bits
			t.Errorf("%q can be guessed", name)
		}
		for _, there := range []bool{true, false} {
			time.Sleep(31 * time.Second)
			if _, ok := p.find("wang", name); ok != there {
				t.Errorf("it is there: %v, want %v", ok, there)
			}
		}
	})
}

// Whatever writes a page, nothing in it turns the text about or hides in it.
func TestWrittenVisibly(t *testing.T) {
	w := httptest.NewRecorder()
	plainPage(w, http.StatusOK, "\u202e", "申\u200b请", "")
	if strings.ContainsAny(w.Body.String(), "\u202e\u200b") {
		t.Errorf("%s", w.Body)
	}
	for _, r := range "\x00\x08\x1b\x1f\x7f\u0080\u009f\u200b\u200f\u202a\u202e\u2060\u2066\u2069\ufeff" {
		if !hidden(r) {
			t.Errorf("%U is let through", r)
		}
	}
	for _, r := range "\t\n\r ~\u00a0·—“”《》年\u3000" {
		if hidden(r) {
			t.Errorf("%U is taken out", r)
		}
	}
}

// The key of `ysq web` is for one browser, from a form, within its minute, and only the last one that was shown.
func TestKeyIsStrict(t *testing.T) {
	b := openBureau(t)
	now := b.now
	e := newEntry(b.client(clerk), func() time.Time { return now })
	site := New(Options{Door: e})
	enter := func(query, body string) int {
		r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1/enter"+query, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "http://127.0.0.1")
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		return w.Code
	}
	check := func(what, query, body string, want int) {
		t.Helper()
		if got := enter(query, body); got != want {
			t.Errorf("%s: %d, want %d", what, got, want)
		}
	}
	check("before there is a key", "", "key=", 403)
	former, key := e.newKey(), e.newKey()
	check("the one before", "", "key="+former, 403)
	check("in the address", "?key="+key, "", 403)
	now = now.Add(60 * time.Second)
	check("after a minute", "", "key="+key, 303)
	check("once more", "", "key="+key, 403)
	check("none, afterwards", "", "key=", 403)
	key = e.newKey()
	now = now.Add(61 * time.Second)
	check("later than that", "", "key="+key, 403)
	for range 2 * maxStays {
		enter("", "key="+e.newKey())
	}
	if len(e.stays) != maxStays {
		t.Errorf("%d browsers are known", len(e.stays))
	}
	if len(key) < 26 { // 128 bits
		t.Errorf("%q can be guessed", key)
	}
}

// Whose a browser is, the kernel is asked about both ends of its connection; what it does not know is refused.
func TestPeersAreKnown(t *testing.T) {
	d, err := Local(LocalOptions{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer d.listener.Close()
	own, ok := d.listener.(ownPeers)
	if !ok || own.uid != uint32(os.Geteuid()) {
		t.Fatalf("the desk answers everybody, or uid %d", own.uid)
	}
	conn, err := net.Dial("tcp4", own.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	ours, theirs := netip.MustParseAddrPort(conn.RemoteAddr().String()), netip.MustParseAddrPort(conn.LocalAddr().String())
	if uid, err := own.uidOf(ours, theirs); err != nil || uid != own.uid {
		t.Errorf("uid %d, %v", uid, err)
	}
	if _, err := own.uidOf(netip.AddrPortFrom(ours.Addr(), 1), theirs); err == nil {
		t.Error("another end is taken for ours")
	}

	asked, told := 0, 0
	l := ownPeers{&oneConn{conn: conn, closed: make(chan struct{})}, own.uid, func(netip.AddrPort, netip.AddrPort) (uint32, error) {
		asked++
		return own.uid, errors.New("not in the table")
	}, func(error) { told++ }}
	ended := make(chan error, 1)
	go func() {
		_, err := l.Accept()
		ended <- err
	}()
	conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	conn.Read(make([]byte, 1)) // until Accept closes it
	l.Close()
	if err := <-ended; !errors.Is(err, net.ErrClosed) || asked != 1 || told != 1 {
		t.Errorf("a browser that the kernel does not know is let in: %v", err)
	}
}

// By the network: whoever guesses at one address waits there, what a page asks by itself keeps nobody in, and neither an address
// nor a page of others logs anybody in or out, or leads him elsewhere.
func TestNetworkIsStrict(t *testing.T) {
	b := openBureau(t)
	secret, err := ask.Do(t.Context(), b.client(approver), ask.AddPerson, ask.PersonRequest{PersonRef: ask.PersonRef{Name: "王小明"}, Role: "经办"})
	if err != nil {
		t.Fatal(err)
	}
	s := seat{t, Network(b.client(ask.Actor{Name: "ysq-web", UID: 4_000_000_200, Web: true}), func(err error) { t.Error(err) })}
	send := func(method, path, from, cookie, body string, headers ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.RemoteAddr = from + ":1"
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		for _, h := range append(headers, "Cookie: "+cookie) {
			name, value, _ := strings.Cut(h, ": ")
			r.Header.Set(name, value)
		}
		return s.answer(r)
	}
	typed := url.Values{"name": {"王小明"}, "password": {string(secret.Password)}, "new": {"correct horse battery"}, "again": {"correct horse battery"}, "change": {"1"}, "next": {"//evil.example.test"}}.Encode()
	if w := send("GET", "/login?"+typed, "192.0.2.1", "", ""); w.Header().Get("Set-Cookie") != "" || w.Code != http.StatusOK {
		t.Errorf("an address logs in: %d", w.Code)
	}
	if w := send("POST", "/login", "192.0.2.1", "", typed, "Sec-Fetch-Site: cross-site"); w.Header().Get("Set-Cookie") != "" || w.Code != http.StatusForbidden {
		t.Errorf("a page of others logs in: %d", w.Code)
	}
	w := send("POST", "/login", "192.0.2.1", "__Host-ysq=chosen-by-others", typed)
	cookie, _, _ := strings.Cut(w.Header().Get("Set-Cookie"), ";")
	if w.Header().Get("Location") != "/" || !strings.HasPrefix(cookie, "__Host-ysq=") || len(cookie) < len("__Host-ysq=")+26 || strings.Contains(cookie, "chosen") {
		t.Errorf("logged in: %d %v", w.Code, w.Header())
	}
	if w := send("GET", "/leave", "192.0.2.1", cookie, ""); w.Header().Get("Set-Cookie") != "" {
		t.Errorf("an address logs out: %d %v", w.Code, w.Header())
	}
	if w := send("GET", "/", "192.0.2.1", cookie, ""); w.Code != http.StatusOK {
		t.Errorf("still inside: %d", w.Code)
	}
	b.setClock(b.now.Add(29 * time.Minute))
	send("GET", "/pulse", "192.0.2.1", cookie, "", byItself+": 1")
	b.setClock(b.now.Add(2 * time.Minute))
	if w := send("GET", "/pulse", "192.0.2.1", cookie, "", byItself+": 1"); w.Code != http.StatusUnauthorized || w.Body.Len() > 0 {
		t.Errorf("a page keeps its stay by itself, or gets a form for it: %d %s", w.Code, w.Body)
	}
	for i := range 6 {
		w := send("POST", "/login", "192.0.2.5", "", "password=x&name=guess"+string(rune('a'+i)))
		if slow := strings.Contains(w.Body.String(), "失败的次数太多"); slow != (i == 5) {
			t.Errorf("guess %d at one address: %d, made to wait: %v", i, w.Code, slow)
		}
	}
	if w := send("POST", "/login", "192.0.2.6", "", "password=x&name=guessf"); !strings.Contains(w.Body.String(), "姓名或密码不对") {
		t.Errorf("the same at another: %s", w.Body)
	}
	if to := wanted(httptest.NewRequest(http.MethodGet, "http://desk.example.test//evil.example.test", nil)); to != "/" {
		t.Errorf("after the login one goes to %s", to)
	}
	if h := heldOf("/step/note", url.Values{"mark": {"x"}, "text": {"y"}}); len(h.Fields) != 1 {
		t.Errorf("what was tried before counts after the login: %+v", h.Fields)
	}
}

// However many connect, from one address or from many, the service holds a bounded number.
func TestConnectionsOfNetwork(t *testing.T) {
	log.SetOutput(io.Discard) // the handshakes that are given up
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	synctest.Test(t, func(t *testing.T) {
		l := &crowd{end: make(chan struct{})}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- ServeTLS(ctx, l, &tls.Config{Certificates: []tls.Certificate{{}}}, Network(nil, func(error) {}))
		}()
		synctest.Wait()
		if n := l.closed.Load(); l.came != perOrigin+7 || n != 7 {
			t.Errorf("%d came, %d were sent away", l.came, n)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// crowd is a listener to which more connect, from one address, than may.
type crowd struct {
	came   int
	closed atomic.Int32
	end    chan struct{}
}

type comer struct {
	net.Conn
	of *crowd
}

func (c comer) Close() error { c.of.closed.Add(1); return c.Conn.Close() }

func (l *crowd) Accept() (net.Conn, error) {
	if l.came == perOrigin+7 {
		<-l.end
		return nil, net.ErrClosed
	}
	l.came++
	c, _ := net.Pipe()
	return comer{c, l}, nil
}

func (l *crowd) Close() error   { close(l.end); return nil }
func (l *crowd) Addr() net.Addr { return &net.UnixAddr{} }
