package web

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Whoever takes all that he can leaves places to others, and gets his back.
func TestPlaces(t *testing.T) {
	p := places{all: 3, each: 2}
	var leave []func()
	for _, tt := range []struct {
		address string
		want    bool
	}{{"a", true}, {"a", true}, {"a", false}, {"b", true}, {"c", false}} {
		l, ok := p.take(tt.address)
		if ok != tt.want {
			t.Errorf("%s: %v, want %v", tt.address, ok, tt.want)
		}
		leave = append(leave, l)
	}
	leave[0]()
	leave[0]() // twice gives back one
	if _, ok := p.take("c"); !ok {
		t.Error("what was given back is not free")
	}
	if _, ok := p.take("a"); ok {
		t.Error("one that is given back twice is two")
	}
	for remote, want := range map[string]string{"192.0.2.1:80": "192.0.2.1", "[::ffff:192.0.2.1]:80": "192.0.2.1", "[2001:db8:1:2:3::4]:80": "2001:db8:1:2::/64", "[fe80::1%eth0]:80": "fe80::1", "@": "@"} {
		if got := addressOf(remote); got != want {
			t.Errorf("%s is %s, want %s", remote, got, want)
		}
	}
}

// A connection for which there is no place is closed; one that ends makes place.
func TestBoundedConnections(t *testing.T) {
	inner, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &bounded{Listener: inner, places: places{all: 1, each: 1}}
	accepted := make(chan net.Conn)
	go func() {
		defer close(accepted)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- c
		}
	}()
	dial := func() net.Conn {
		c, err := net.Dial("tcp4", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := dial()
	held := <-accepted
	second := dial()
	second.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := second.Read(make([]byte, 1)); err == nil || strings.Contains(err.Error(), "timeout") {
		t.Errorf("one too many is held: %v", err)
	}
	held.Close()
	third := dial()
	(<-accepted).Close()
	l.Close()
	<-accepted
	for _, c := range []net.Conn{first, second, third} {
		c.Close()
	}
}

// Large forms are read a few at a time: each takes many times its size of memory, and who sends it may be anybody.
func TestLargeFormsWait(t *testing.T) {
	reading, done := make(chan bool), make(chan bool)
	h := guard(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reading <- true; <-done }))
	send := func(from string, size int64) int {
		r := httptest.NewRequest(http.MethodPost, "/login", io.LimitReader(neverRead{t}, 0))
		r.RemoteAddr, r.ContentLength = from+":1", size
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	ended := make(chan int)
	for range 8 {
		go func() { ended <- send("192.0.2.1", smallForm+1) }()
		<-reading
	}
	for _, size := range []int64{smallForm + 1, -1} {
		if code := send("192.0.2.1", size); code != http.StatusServiceUnavailable {
			t.Errorf("one more of %d bytes: %d", size, code)
		}
	}
	for from, size := range map[string]int64{"192.0.2.1": smallForm, "192.0.2.2": smallForm + 1} {
		go func() { ended <- send(from, size) }()
		<-reading
	}
	close(done)
	for range 10 {
		if code := <-ended; code != http.StatusOK {
			t.Errorf("one that has a place: %d", code)
		}
	}
}

// The fields beside files are bounded as those of any form, and only forms with files may be longer.
func TestFieldsBesideFiles(t *testing.T) {
	b := openBureau(t)
	s := b.seat(clerk)
	b.application("2026-11-02", "张三", "水质监测数据")
	form := url.Values{"do": {"try"}}
	for range formLimit/fieldLimit + 1 {
		form.Add("grounds", strings.Repeat("x", fieldLimit))
	}
	if code, page, _ := s.send("/answer/1", form, nil); code != http.StatusRequestEntityTooLarge || !strings.Contains(page, "太大") {
		t.Errorf("%d %s", code, page)
	}
	if code, page, _ := s.post("/answer/1", form); code != http.StatusRequestEntityTooLarge || !strings.Contains(page, "太大") {
		t.Errorf("without files: %d %s", code, page)
	}
}
