package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/cmd/internal/ask"
)

// The web service says again and again what it shows, also to a daemon that could not hear it.
func TestAnnounce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var heard []time.Time
		d := ask.NewDoor(drawer{now: time.Now()})
		ask.Answer(d, ask.ShowCertificate, func(_ context.Context, _ ask.Call, q ask.ShownCertificate) (ask.None, error) {
			heard = append(heard, q.Ends)
			return ask.None{}, errors.New("not now")
		})
		client := ask.InProcess(d, ask.Actor{Name: "ysq-web", Web: true}, func() error { return nil })
		defer client.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 2*announceEvery+time.Minute)
		defer cancel()
		ends := time.Now().AddDate(0, 1, 0)
		Announce(ctx, client, ends)
		if len(heard) != 3 || !heard[2].Equal(ends) {
			t.Errorf("it was heard %v, want three times %v", heard, ends)
		}
	})
}

// A person logs in, is known by his name in the records, and is nobody again after he left.
func TestNetwork(t *testing.T) {
	b := openBureau(t)
	b.application("2026-11-02", "张三", "水质监测数据")
	secret, err := ask.Do(t.Context(), b.client(approver), ask.AddPerson, ask.PersonRequest{PersonRef: ask.PersonRef{Name: "王小明"}, Role: "经办"})
	if err != nil {
		t.Fatal(err)
	}
	site := Network(b.client(ask.Actor{Name: "ysq-web", UID: 4_000_000_200, Web: true}), func(err error) { t.Error(err) })
	send := func(method, path, cookie string, form url.Values) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "https://desk.example.test"+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		if cookie != "" {
			r.Header.Set("Cookie", cookie)
		}
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		return w
	}
	says := func(w *httptest.ResponseRecorder, code int, want string) {
		t.Helper()
		if w.Code != code || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%d, want %d with %q in\n%s", w.Code, code, want, w.Body)
		}
	}
	says(send("GET", "/case/1", "", nil), 401, `name="next" value="/case/1"`)
	says(send("GET", "/case/1", loginCookie+"=forged", nil), 401, "登录已过期")
	says(send("POST", "/step/note", loginCookie+"=forged", url.Values{"case": {"1"}}), 401, "没有记录")
	form := url.Values{"name": {"王小明"}, "password": {"wrong"}, "next": {"/case/1"}}
	says(send("POST", "/login", "", form), 409, "姓名或密码不对")
	form.Set("password", string(secret.Password))
	says(send("POST", "/login", "", form), 409, `name="new"`)
	form.Set("change", "1")
	form.Set("new", "correct horse battery")
	form.Set("again", "another")
	says(send("POST", "/login", "", form), 400, "两次写的新密码不同")
	form.Set("again", "correct horse battery")
	w := send("POST", "/login", "", form)
	set := w.Header().Get("Set-Cookie")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/case/1" || !strings.HasPrefix(set, loginCookie+"=") || !strings.Contains(set, "Secure") || !strings.Contains(set, "HttpOnly") || !strings.Contains(set, "SameSite=Strict") || !strings.Contains(set, "Path=/") {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	cookie, _, _ := strings.Cut(set, ";")
	says(send("GET", "/", cookie, nil), 200, "王小明（经办）")
	tried := send("POST", "/step/note", cookie, url.Values{"case": {"1"}, "do": {"try"}, "text": {"电话询问"}})
	says(tried, 200, "还没有记录")
	carriedOn := carried(tried.Body.String())
	says(send("POST", "/step/note", cookie, url.Values{"case": {"1"}, "seen": carriedOn["seen"], "do": {"record"}, "mark": carriedOn["mark"], "text": {"电话询问"}}), 303, "")
	says(send("GET", "/case/1", cookie, nil), 200, "王小明(web)")
	if w := send("POST", "/leave", cookie, nil); w.Code != http.StatusSeeOther || !strings.Contains(w.Header().Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	says(send("GET", "/", cookie, nil), 401, "登录已过期")
	for in, want := range map[string]string{"https://evil.example.test/": "/", "//evil.example.test": "/", "/\\evil": "/", "/cases?which=all": "/cases?which=all", "": "/", "/login": "/"} {
		if got := ownPage(in); got != want {
			t.Errorf("after the login from %q one goes to %q, want %q", in, got, want)
		}
	}
}
