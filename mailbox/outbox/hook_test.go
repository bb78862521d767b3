package outbox_test

import (
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ysq.internal/ysq/mailbox/outbox"
)

func TestHook(t *testing.T) {
	const key = "/cgi-bin/send?key=SECRET-OF-THE-ROOM"
	elsewhere := 0
	other := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	defer other.Close()
	for name, tt := range map[string]struct {
		answer func(w http.ResponseWriter)
		url    func(server string) string
		want   string // of the error; empty: none
		again  bool
	}{
		"taken":            {answer: func(w http.ResponseWriter) { io.WriteString(w, `{"errcode":0,"errmsg":"ok"}`) }},
		"taken in silence": {answer: func(w http.ResponseWriter) { w.WriteHeader(http.StatusNoContent) }},
		"no JSON":          {answer: func(w http.ResponseWriter) { io.WriteString(w, "<html>ok") }},
		"wrong key":        {answer: func(w http.ResponseWriter) { io.WriteString(w, `{"errcode":93000,"errmsg":"invalid\u202e webhook"}`) }, want: "拒收：93000 invalid webhook"},
		"too often":        {answer: func(w http.ResponseWriter) { io.WriteString(w, `{"errcode":45009,"errmsg":"freq"}`) }, want: "拒收：45009", again: true},
		"refused by code":  {answer: func(w http.ResponseWriter) { io.WriteString(w, `{"code":19021,"msg":"sign"}`) }, want: "拒收：19021 sign"},
		"server fault":     {answer: func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) }, want: "答 502", again: true},
		"not there":        {answer: func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) }, want: "答 404"},
		"elsewhere": {answer: func(w http.ResponseWriter) {
			w.Header().Set("Location", other.URL)
			w.WriteHeader(http.StatusTemporaryRedirect)
		}, want: "要求转到别处（307），不转"},
		"another host": {url: func(string) string { return other.URL + key }, want: "地址的主机不是"},
		"no TLS":       {url: func(s string) string { return strings.Replace(s, "https", "http", 1) + key }, want: "https://"},
		"a user in it": {url: func(s string) string { return strings.Replace(s, "https://", "https://a:b@", 1) + key }, want: "用户名"},
		"no address":   {url: func(string) string { return "SECRET" }, want: "不是网址"},
		"nobody there": {url: func(s string) string { return s + key }, want: "连不上", again: true},
	} {
		t.Run(name, func(t *testing.T) {
			var body string
			server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				b, err := io.ReadAll(r.Body)
				if err != nil || r.Method != http.MethodPost || r.RequestURI != key || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
					t.Errorf("%s %s, %v", r.Method, r.RequestURI, err)
				}
				body = string(b)
				tt.answer(w)
			}))
			defer server.Close()
			address := server.URL + key
			if tt.url != nil {
				address = tt.url(server.URL)
			}
			if name == "nobody there" {
				server.Close()
			}
			roots := x509.NewCertPool()
			roots.AddCert(server.Certificate())
			h := outbox.Hook{Host: strings.TrimPrefix(server.URL, "https://"), URL: func() (string, error) { return address, nil }, Roots: roots}
			err := h.Post(t.Context(), []byte(`{"x":1}`))
			if tt.want == "" {
				if err != nil || body != `{"x":1}` {
					t.Errorf("%v, posted %q", err, body)
				}
				return
			}
			wrong, ok := errors.AsType[*outbox.HookError](err)
			if !ok || !strings.Contains(wrong.Msg, tt.want) || wrong.Again != tt.again || strings.Contains(wrong.Msg, "SECRET") {
				t.Errorf("%v, again %v, want %q, again %v", err, ok && wrong.Again, tt.want, tt.again)
			}
		})
	}
	if elsewhere > 0 {
		t.Errorf("%d posts went elsewhere", elsewhere)
	}
}

// Who has another certificate gets nothing.
func TestHookKnowsItsHost(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was posted") }))
	defer server.Close()
	server.Config.ErrorLog = nil
	h := outbox.Hook{Host: strings.TrimPrefix(server.URL, "https://"), URL: func() (string, error) { return server.URL + "/?key=SECRET", nil }}
	if err := h.Post(t.Context(), nil); err == nil || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("%v", err)
	}
}
