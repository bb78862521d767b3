package web

import (
	"net/http"
	"net/http/httptest"
	"testing"
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
