package web

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ysq.internal/ysq/cmd/internal/ask"
)

// loginCookie holds the token of a stay. The prefix binds it to this host and to TLS.
const loginCookie = "__Host-ysq"

// login is the way in for the office's network. It knows nobody: what somebody types goes to the daemon, and each
// request carries the token that the daemon gave.
type login struct{ client *ask.Client }

// loginPage is what the form shows.
type loginPage struct {
	Name, Next, Said, Hint string
	Change                 bool // a new password is asked for
	Held                   held // what was typed before the stay ended
}

// Carried are the fields that carry it.
func (p loginPage) Carried() url.Values {
	if p.Held.Path == "" {
		return nil
	}
	return p.Held.carry()
}

// Network returns the site of ysq-web.service. client acts as the service's account, which has no role.
func Network(client *ask.Client, failed func(error)) *Site {
	return New(Options{Door: login{client}, Failed: failed})
}

// Connections of the office's network that are held at once. A browser takes six; a proxy comes from one address for all.
const (
	mostConns = 768
	perOrigin = 320
)

// ServeTLS answers on a listener until ctx ends.
func ServeTLS(ctx context.Context, l net.Listener, c *tls.Config, s *Site) error {
	l = tls.NewListener(&bounded{Listener: l, places: places{all: mostConns, each: perOrigin}}, c)
	server := newServer(s)
	ended := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		defer cancel()
		err := server.Shutdown(ctx)
		if errors.Is(err, context.DeadlineExceeded) {
			err = server.Close()
		}
		ended <- err
	})
	err := server.Serve(l)
	if stop() {
		return err
	}
	return <-ended
}

// announceEvery is shorter than the daemon takes for a sign that the service was switched off.
const announceEvery = 15 * time.Minute

// Announce tells the daemon, until ctx ends, when the certificate ends that is shown. A daemon that does not hear it, or has
// been started since, hears it the next time.
func Announce(ctx context.Context, client *ask.Client, ends time.Time) {
	tick := time.NewTicker(announceEvery)
	defer tick.Stop()
	for {
		ask.Do(ctx, client, ask.ShowCertificate, ask.ShownCertificate{Ends: ends})
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Admit implements Door.
func (d login) Admit(w http.ResponseWriter, r *http.Request) (*ask.Client, bool) {
	if r.URL.Path == "/login" {
		d.login(w, r)
		return nil, false
	}
	c, err := r.Cookie(loginCookie)
	if err != nil || c.Value == "" {
		d.form(w, http.StatusUnauthorized, loginPage{Next: wanted(r)})
		return nil, false
	}
	return d.client.Session(c.Value, r.Header.Get(byItself) != ""), true
}

// wanted is where somebody who is not in wanted to go: a page of this site, or 待办. What was posted is not posted again, and
// not read either: of somebody whom nobody knows, no byte is kept.
func wanted(r *http.Request) string {
	if r.Method == http.MethodPost {
		return "/"
	}
	return ownPage(r.URL.RequestURI())
}

// ownPage is a page of this site, or 待办.
func ownPage(to string) string {
	if !ownPath(to) {
		return "/"
	}
	return to
}

func (d login) form(w http.ResponseWriter, status int, p loginPage) {
	if err := write(w, status, "login", frame{Title: "登录", Data: p}); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (d login) login(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		d.form(w, http.StatusOK, loginPage{Next: "/", Change: r.URL.Query().Get("change") != ""})
		return
	}
	p := loginPage{Name: strings.TrimSpace(r.PostFormValue("name")), Next: ownPage(r.PostFormValue("next")), Change: r.PostFormValue("change") != ""}
	typed, isHeld := heldIn(r.PostForm)
	if isHeld {
		p.Held = typed
	}
	q := ask.LoginRequest{Name: p.Name, Password: r.PostFormValue("password"), From: addressOf(r.RemoteAddr)}
	if p.Change {
		if q.New = r.PostFormValue("new"); q.New == "" || q.New != r.PostFormValue("again") {
			p.Said = "两次写的新密码不同，或没有写。"
			d.form(w, http.StatusBadRequest, p)
			return
		}
	}
	res, err := ask.Do(r.Context(), d.client, ask.Login, q)
	if err != nil {
		told := toldOf(err, func(error) {})
		p.Said, p.Hint = told.Msg, told.Hint
		p.Change = p.Change || told.Code == "password-change"
		d.form(w, statusOf(told), p)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: loginCookie, Value: string(res.Token), Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	if isHeld {
		typed.Msg = "您已重新登录。刚才提交的没有记录。"
		if err := write(w, http.StatusOK, "held", frame{Title: "继续", Data: typed}); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
		return
	}
	http.Redirect(w, r, p.Next, http.StatusSeeOther)
}

// Again implements Door.
func (d login) Again(w http.ResponseWriter, r *http.Request, typed held) {
	if r.Header.Get(byItself) != "" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	p := loginPage{Next: "/", Said: "登录已过期，请重新登录。"}
	if r.Method == http.MethodGet {
		p.Next = wanted(r)
	} else if len(typed.Shown()) > 0 {
		p.Held, p.Hint = typed, "刚才提交的没有记录；您填写的都还在，登录后接着办。"
	} else {
		p.Hint = "刚才提交的没有记录。"
	}
	d.form(w, http.StatusUnauthorized, p)
}

// Leave implements Door.
func (d login) Leave(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(loginCookie); err == nil {
		if _, err := ask.Do(r.Context(), d.client.Session(c.Value, false), ask.Logout, ask.None{}); err != nil {
			told := toldOf(err, func(error) {})
			plainPage(w, statusOf(told), "未能退出", "没有退出："+told.Msg, cmp.Or(told.Hint, "稍候再试，或关闭浏览器。"))
			return
		}
	}
	http.SetCookie(w, &http.Cookie{Name: loginCookie, Path: "/", MaxAge: -1, Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}
