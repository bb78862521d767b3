package web

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"html/template"
	"io"
	"io/fs"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"ysq.internal/ysq/cmd/internal/ask"
)

//go:embed templates
var templates embed.FS

// continued is where a line of a template goes on: the next begins with a tab, and the page has nothing between the two.
var continued = regexp.MustCompile(`\n\t+`)

// pages are the templates of all pages by their names, each with the frame around it. They are read when the first
// page is asked for: other commands need none.
var pages = sync.OnceValue(func() map[string]*template.Template {
	all := map[string]*template.Template{}
	add := func(t *template.Template, file string) *template.Template {
		text, err := templates.ReadFile("templates/" + file)
		if err != nil {
			panic("web: an embedded template cannot be read: " + err.Error())
		}
		return template.Must(t.New(file).Parse(continued.ReplaceAllString(string(text), "")))
	}
	frame := template.New("frame").Funcs(words())
	add(frame, "frame.html")
	add(frame, "parts.html")
	entries, err := templates.ReadDir("templates")
	if err != nil {
		panic("web: the embedded templates cannot be read: " + err.Error())
	}
	for _, e := range entries {
		if name, _ := strings.CutSuffix(e.Name(), ".html"); name != "frame" && name != "parts" {
			all[name] = add(template.Must(frame.Clone()), e.Name())
		}
	}
	return all
})

// frame is what every page shows around its own.
type frame struct {
	Title string
	Part  string // of the top bar, that is marked as the present one
	Me    ask.Person
	Words string // that were searched for
	Looks bool   // whoever looks may record nothing, and this is a form with which others do
	Data  any
}

// recording are the pages whose forms record something. Who may only look is told so before he has typed anything.
var recording = []string{"answer", "answermany", "disputing", "filing", "freeze", "mailsmany", "new", "opening", "register", "registermany", "step", "undo", "words"}

// asking is a page that shows something, and asks now and then what is to be recorded of it.
type asking interface{ Asks() bool }

// show writes a page.
func (x *visit) show(name, title, part string, data any) error {
	return x.showAs(http.StatusOK, name, title, part, data)
}

func (x *visit) showAs(status int, name, title, part string, data any) error {
	f := frame{Title: title, Part: part, Me: x.me, Data: data}
	if x.me.Role == ask.Viewer.String() {
		page, asks := data.(asking)
		f.Looks = slices.Contains(recording, name) || asks && page.Asks()
	}
	if part == "search" {
		f.Words = x.r.URL.Query().Get("q")
	}
	return write(x.w, status, name, f)
}

// write writes a page whole, or nothing.
func write(w http.ResponseWriter, status int, name string, f frame) error {
	var b bytes.Buffer
	if err := pages()[name].ExecuteTemplate(&b, "frame", f); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	http.NewResponseController(w).SetWriteDeadline(time.Now().Add(pageTime)) // in tests there is no connection to set it on
	w.WriteHeader(status)
	w.Write(visible(b.Bytes())) // the browser may be gone; there is nobody else to tell
	return nil
}

// visible replaces what would turn the text about or hide in it. Templates hold no such characters: they come from
// mails and names.
func visible(b []byte) []byte {
	if bytes.IndexFunc(b, hidden) < 0 {
		return b
	}
	return bytes.Map(func(r rune) rune {
		if hidden(r) {
			return utf8.RuneError
		}
		return r
	}, b)
}

func hidden(r rune) bool {
	switch {
	case r == '\n' || r == '\t' || r == '\r':
		return false
	case r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0,
		r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x2069, r == 0xfeff:
		return true
	}
	return false
}

// fail says what went wrong on a page of its own.
func (x *visit) fail(err error) {
	told := x.told(err)
	name, title, data := "error", "未能完成", any(told)
	if h := x.typed(); told.Exit == ask.ExitUnreachable && len(h.Shown()) > 0 {
		h.Msg, h.Hint = told.Msg, told.Hint
		name, title, data = "held", "未能完成", h
	}
	if err := x.showAs(statusOf(told), name, title, "", data); err != nil {
		x.site.failed(err)
		http.Error(x.w, told.Msg, http.StatusInternalServerError)
	}
}

// told is an error in words for people. What is nobody's fault but ours is also reported.
func (x *visit) told(err error) *ask.Error { return toldOf(err, x.site.failed) }

func toldOf(err error, failed func(error)) *ask.Error {
	if e, ok := errors.AsType[*ask.Error](err); ok {
		return e
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &ask.Error{Code: "too-large", Msg: "提交的内容太大", Exit: ask.ExitUsage}
	}
	op, ok := errors.AsType[*net.OpError](err)
	if ok && op.Addr != nil && errors.Is(op, fs.ErrPermission) { // connect(2): EACCES
		socket := op.Addr.String()
		return &ask.Error{Code: "socket-denied", Msg: "运行网页的账号没有权限打开守护进程的套接字（" + socket + "）",
			Hint: "请管理员看套接字属于哪个组（ls -l " + socket + "），把该账号加入那个组；网页服务的组写在 ysq-web.service 的 SupplementaryGroups，改后 systemctl restart ysq-web", Exit: ask.ExitUnreachable}
	}
	if ok || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &ask.Error{Code: "unreachable", Msg: "守护进程没有应答，可能正在重启", Hint: "稍候再试；一直如此的，请管理员查看服务（systemctl status ysq）", Exit: ask.ExitUnreachable}
	}
	if errors.Is(err, context.Canceled) { // whoever asked has gone on to another page, and nobody reads this
		return &ask.Error{Code: "unreachable", Msg: "页面已经离开", Exit: ask.ExitUnreachable}
	}
	failed(err)
	return &ask.Error{Code: "internal", Msg: "程序内部错误：" + err.Error(), Exit: ask.ExitFailed}
}

func statusOf(e *ask.Error) int {
	switch {
	case e == nil:
		return http.StatusOK
	case e.Code == "too-large":
		return http.StatusRequestEntityTooLarge
	case e.Code == "denied":
		return http.StatusForbidden
	case e.Exit == ask.ExitUsage:
		return http.StatusBadRequest
	case e.Exit == ask.ExitNotFound:
		return http.StatusNotFound
	case e.Exit == ask.ExitRefused, e.Exit == ask.ExitCheck:
		return http.StatusConflict
	case e.Exit == ask.ExitUnreachable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// plainPage writes a page for somebody who was not let in.
func plainPage(w http.ResponseWriter, status int, title, said, hint string) {
	err := write(w, status, "plain", frame{Title: title, Data: ask.Error{Msg: said, Hint: hint}})
	if err != nil {
		http.Error(w, said, http.StatusInternalServerError)
	}
}
