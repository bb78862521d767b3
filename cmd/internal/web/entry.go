package web

import (
	"crypto/rand"
	"crypto/subtle"
	"net"
	"net/http"
	"sync"
	"time"

	"ysq.internal/ysq/cmd/internal/ask"
)

const (
	keyLife  = 60 * time.Second // of the key in the address that is printed
	maxStays = 8                // browsers that one run of `ysq web` knows at once
)

// entry lets in whoever has the one-time key that `ysq web` printed, and knows him by a cookie afterwards. Cookies
// ignore ports, so its name is another in each run: two desks on one machine do not log each other out.
type entry struct {
	client *ask.Client
	now    func() time.Time
	cookie string

	mu    sync.Mutex
	key   string // "" once it was used
	until time.Time
	stays []string // tokens, the latest last
	seen  time.Time
}

func newEntry(c *ask.Client, now func() time.Time) *entry {
	return &entry{client: c, now: now, cookie: "ysq-" + rand.Text()[:8], seen: now()}
}

// newKey makes the key with which one browser may come in; the one before is void.
func (e *entry) newKey() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.key, e.until, e.seen = rand.Text(), e.now().Add(keyLife), e.now()
	return e.key
}

// idle is for how long nobody has asked for anything. What a page fetches by itself does not count.
func (e *entry) idle() time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.now().Sub(e.seen)
}

// Admit implements Door.
func (e *entry) Admit(w http.ResponseWriter, r *http.Request) (*ask.Client, bool) {
	switch {
	case !ownHost(r.Host):
		plainPage(w, http.StatusMisdirectedRequest, "未予受理", "地址不对：这里只应答 localhost、127.0.0.1 和 [::1]。", "请用 ysq web 所示的地址。")
	case e.knows(r) && r.URL.Path == "/enter": // who is in already needs no key
		http.Redirect(w, r, "/", http.StatusSeeOther)
	case e.knows(r):
		return e.client, true
	case r.URL.Path == "/enter" && r.Method == http.MethodPost:
		e.enter(w, r)
	case r.URL.Path == "/enter":
		if err := write(w, http.StatusOK, "enter", frame{Title: "进入", Data: r.URL.Query().Get("key")}); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	default:
		plainPage(w, http.StatusUnauthorized, "请先进入", "这个浏览器还没有进入，或者 ysq web 已重新启动。", "请打开 ysq web 所示的地址；在那个终端里按回车，可以换一个新的。")
	}
	return nil, false
}

func ownHost(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	return name == "localhost" || name == "127.0.0.1" || name == "::1" || name == "[::1]"
}

func (e *entry) knows(r *http.Request) bool {
	c, err := r.Cookie(e.cookie)
	if err != nil {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, t := range e.stays {
		if subtle.ConstantTimeCompare([]byte(t), []byte(c.Value)) == 1 {
			if r.Header.Get(byItself) == "" {
				e.seen = e.now()
			}
			return true
		}
	}
	return false
}

// enter takes the key. It is posted by a button: what merely fetches an address, to look at it or beforehand, does not
// use it up.
func (e *entry) enter(w http.ResponseWriter, r *http.Request) {
	given := r.PostFormValue("key")
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.key == "" || e.now().After(e.until) || subtle.ConstantTimeCompare([]byte(given), []byte(e.key)) != 1 {
		plainPage(w, http.StatusForbidden, "没有进入", "这个地址已经用过，或者超过了 60 秒。", "在运行 ysq web 的终端里按回车，换一个新的。")
		return
	}
	e.key, e.seen = "", e.now()
	token := rand.Text()
	e.stays = append(e.stays[max(0, len(e.stays)-maxStays+1):], token)
	http.SetCookie(w, &http.Cookie{Name: e.cookie, Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// Again implements Door. The account of this desk does not end.
func (e *entry) Again(w http.ResponseWriter, _ *http.Request, _ held) {
	plainPage(w, http.StatusUnauthorized, "请先进入", "请重新进入。", "")
}

// Leave implements Door.
func (e *entry) Leave(w http.ResponseWriter, r *http.Request) {
	if _, ok := e.Admit(w, r); !ok {
		return
	}
	e.mu.Lock()
	e.stays = nil
	e.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: e.cookie, Path: "/", MaxAge: -1})
	plainPage(w, http.StatusOK, "已退出", "已退出，可以关闭这个页面。", "ysq web 仍在运行：在它的终端里按回车可再进入，按 Ctrl-C 结束。")
}

// byItself is a header of requests that a page makes without anybody's doing.
const byItself = "Ysq-By-Itself"
