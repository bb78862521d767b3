package web

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// served is the office behind a socket, as its daemon serves it; it can be stopped and started again.
type served struct {
	t      *testing.T
	door   *ask.Door
	socket string
	stop   func()
}

func (b *bureau) served(t *testing.T) *served {
	t.Helper()
	d := &served{t: t, door: b.door, socket: filepath.Join(t.TempDir(), "s")}
	d.start()
	t.Cleanup(func() { d.stop() })
	return d
}

func (d *served) start() {
	d.t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: d.socket, Net: "unix"})
	if err != nil {
		d.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(d.t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- d.door.Serve(ctx, l, time.Second) }()
	d.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			d.t.Error(err)
		}
		d.stop = func() {}
	}
}

// The daemon is restarted under an open page: nothing that was typed is lost, and it goes on after.
func TestDaemonRestarts(t *testing.T) {
	b := openBureau(t)
	b.application("2026-11-02", "张三", "水质监测数据")
	daemon := b.served(t)
	client := ask.Dial(daemon.socket)
	t.Cleanup(func() { client.Close() })
	s := seat{t, New(Options{Door: in{client}, Now: b.clock})}
	_, page := s.get("/step/note?case=1")
	form := with(carried(page), "do", "try", "text", "申请人来电\r\n“催办”")
	_, page, _ = s.post("/step/note", form)
	daemon.stop()
	code, page, _ := s.post("/step/note", with(form, "do", "record", "mark", carried(page).Get("mark")))
	for _, want := range []string{"没有应答", "申请人来电\r\n“催办”</pre>", `name="do" value="try"`, "systemctl status ysq"} {
		if code != http.StatusServiceUnavailable || !strings.Contains(page, want) {
			t.Fatalf("%d, without %q: %s", code, want, page)
		}
	}
	if code, page, _ := s.send("/answer/1", url.Values{"outcome": {"unable.not-held|36-4"}, "grounds": {"没有检索到"}}, map[string]string{"a.txt": "x"}); code != http.StatusServiceUnavailable || !strings.Contains(page, "没有检索到") {
		t.Errorf("a form with files: %d %s", code, page)
	}
	if code, page := s.get("/"); code != http.StatusServiceUnavailable || !strings.Contains(page, "正在重启") {
		t.Errorf("%d %s", code, page)
	}
	daemon.start()
	form = carried(page)
	form.Set("text", "申请人来电\r\n“催办”")
	code, page, _ = s.post("/step/note", form)
	if code != http.StatusOK || !strings.Contains(page, "还没有记录") {
		t.Fatalf("%d %s", code, page)
	}
	if code, page, _ := s.post("/step/note", with(form, "do", "record", "mark", carried(page).Get("mark"))); code != http.StatusSeeOther {
		t.Errorf("it does not go on: %d %s", code, page)
	}
}

// Where the account may not open the daemon's socket, waiting does not help: it is told apart from a daemon that is away.
func TestSocketIsDenied(t *testing.T) {
	for errno, want := range map[syscall.Errno]string{syscall.EACCES: "socket-denied", syscall.ECONNREFUSED: "unreachable", syscall.ENOENT: "unreachable"} {
		err := &net.OpError{Op: "dial", Net: "unix", Addr: &net.UnixAddr{Name: "/run/ysq/ysq.sock", Net: "unix"}, Err: os.NewSyscallError("connect", errno)}
		told := toldOf(err, func(error) {})
		if told.Code != want || told.Exit != ask.ExitUnreachable {
			t.Errorf("%v: %+v", errno, told)
		}
		if says := told.Msg + told.Hint; strings.Contains(says, "/run/ysq/ysq.sock") != (errno == syscall.EACCES) || strings.Contains(says, "没有应答") == (errno == syscall.EACCES) {
			t.Errorf("%v: %s", errno, says)
		}
	}
}

// Whose stay has ended logs in, and finds what he had typed.
func TestTypedOutlivesStay(t *testing.T) {
	b := openBureau(t)
	id := b.application("2026-11-02", "张三", "水质监测数据")
	secret, err := ask.Do(t.Context(), b.client(approver), ask.AddPerson, ask.PersonRequest{PersonRef: ask.PersonRef{Name: "王小明"}, Role: "经办"})
	if err != nil {
		t.Fatal(err)
	}
	client := b.client(ask.Actor{Name: "ysq-web", UID: 4_000_000_200, Web: true})
	login := ask.LoginRequest{Name: "王小明", Password: string(secret.Password), New: "correct horse battery", From: "192.0.2.1"}
	stay, err := ask.Do(t.Context(), client, ask.Login, login)
	if err != nil {
		t.Fatal(err)
	}
	s := seat{t, Network(client, func(err error) { t.Error(err) })}
	post := func(path string, form url.Values) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("Cookie", loginCookie+"="+string(stay.Token))
		w := s.answer(r)
		return w.Code, w.Body.String()
	}
	b.setClock(b.clock().Add(time.Hour))
	code, page := post("/step/note", url.Values{"case": {string(id)}, "do": {"record"}, "text": {`我写的<备注>"`}})
	if code != http.StatusUnauthorized || !strings.Contains(page, "登录已过期") || !strings.Contains(page, `name="held:text" value="我写的&lt;备注&gt;&#34;"`) {
		t.Fatalf("%d %s", code, page)
	}
	form := url.Values{"name": {"王小明"}, "password": {"wrong"}, "held": {"/step/note"}, "held:text": {`我写的<备注>"`}, "held:case": {string(id)}, "held:do": {"record"}}
	if code, page := post("/login", form); code == http.StatusOK || !strings.Contains(page, `name="held:text"`) {
		t.Errorf("a wrong password loses it: %d %s", code, page)
	}
	form.Set("password", login.New)
	code, page = post("/login", form)
	if code != http.StatusOK || !strings.Contains(page, `action="/step/note"`) || !strings.Contains(page, `name="do" value="try"`) || !strings.Contains(page, "我写的&lt;备注&gt;") {
		t.Errorf("%d %s", code, page)
	}
	for _, elsewhere := range []string{"https://evil.example.test/", "//evil.example.test", "/\\evil.example.test", "/login"} {
		form.Set("held", elsewhere)
		if code, page := post("/login", form); code != http.StatusSeeOther {
			t.Errorf("%s: %d %s", elsewhere, code, page)
		}
	}
}

// The same before a real browser: the page stays, says what happened, and goes on.
func TestRestartInBrowser(t *testing.T) {
	t.Parallel()
	b := openBureau(t)
	b.application("2026-11-02", "张三", "水质监测数据")
	daemon := b.served(t)
	client := ask.Dial(daemon.socket)
	t.Cleanup(func() { client.Close() })
	w := b.browseAs(t, client, 1366, 768)
	w.open("/step/note?case=1")
	w.set("text", "申请人来电催办")
	daemon.stop()
	w.click("button[value=try]")
	if s := w.text("main"); !strings.Contains(s, "没有应答") || !strings.Contains(s, "申请人来电催办") {
		t.Fatalf("what was typed is not there: %s", s)
	}
	w.click("button.main") // it is still away
	if s := w.text("main"); !strings.Contains(s, "申请人来电催办") {
		t.Fatalf("what was typed is lost by trying again: %s", s)
	}
	daemon.start()
	w.click("button.main")
	if s := eval[string](w, `document.querySelector("[name=text]").value`); s != "申请人来电催办" {
		t.Errorf("the form has %q", s)
	}
	w.click("button[value=record]")
	if s := w.text(".note.good"); !strings.Contains(s, casefile.KindNoted.Label()) {
		t.Errorf("not recorded: %s", s)
	}
}
