package web

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// browser is a real browser before the real desk on 127.0.0.1.
type browser struct {
	t    *testing.T
	ctx  context.Context
	base string

	mu    sync.Mutex
	noise []string // what no page of ours may cause: scripts' words, errors, requests to elsewhere
}

// browse lets a browser in, as a person does: with the address and the button. Only where real programs are
// asked for (YSQ_REQUIRE_REAL=1, as in CI): a browser takes as long as all other tests of the desk ten times over.
func (b *bureau) browse(t *testing.T, width, height int64) *browser {
	t.Helper()
	return b.browseAs(t, b.client(clerk), width, height)
}

// browseAs is browse for whoever a client asks for.
func (b *bureau) browseAs(t *testing.T, client *ask.Client, width, height int64) *browser {
	t.Helper()
	if os.Getenv("YSQ_REQUIRE_REAL") != "1" {
		t.Skip("real chromium (with fonts-wqy-microhei): only with YSQ_REQUIRE_REAL=1")
	}
	running, err := chromium()
	if err != nil {
		t.Fatalf("apt-get install chromium fonts-wqy-microhei: %v", err)
	}
	address := b.desk(t, client)
	ctx, closeTab := chromedp.NewContext(running)
	t.Cleanup(closeTab)
	ctx, end := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(end)
	w := &browser{t: t, ctx: ctx}
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	w.base = at.Scheme + "://" + at.Host
	if err := chromedp.Listen(ctx, w.hear); err != nil {
		t.Fatal(err)
	}
	for _, enable := range []func() error{
		func() error { _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); return err },
		func() error { _, err := chromedp.Call(ctx, log.Enable, cdp.Empty{}); return err },
	} {
		if err := enable(); err != nil {
			t.Fatal(err)
		}
	}
	w.do(chromedp.EmulateViewport(width, height), chromedp.Navigate(address), chromedp.Click(chromedp.CSS("button.main")), chromedp.WaitVisible(chromedp.CSS("#main")))
	return w
}

// chromium is the browser of all tests, started by the first that needs one: each has a tab of its own, and the desks'
// cookies know one another not. closeChromium ends it.
var (
	closeChromium = func() {}
	chromium      = sync.OnceValues(func() (context.Context, error) {
		path, err := exec.LookPath("chromium")
		if err != nil {
			return nil, err
		}
		options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Flag("lang", "zh-CN"), chromedp.Flag("disable-dev-shm-usage", true))
		ctx, end := chromedp.NewExecAllocator(context.Background(), options...)
		closeChromium = end
		ctx, _ = chromedp.NewContext(ctx) // ends with the allocator
		return ctx, chromedp.Do(ctx)
	})
)

// desk serves the desk to somebody, and returns the address by which a browser comes in.
func (b *bureau) desk(t *testing.T, client *ask.Client) (address string) {
	t.Helper()
	d, err := Local(LocalOptions{Client: client, Now: b.clock, Failed: func(err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	serving, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	go func() { served <- d.Serve(serving) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return d.Address()
}

// as has somebody else sit down before the same browser.
func (w *browser) as(who ask.Actor, b *bureau) *browser {
	w.t.Helper()
	address := b.desk(w.t, b.client(who))
	at, err := url.Parse(address)
	if err != nil {
		w.t.Fatal(err)
	}
	w.mu.Lock()
	w.base = at.Scheme + "://" + at.Host
	w.mu.Unlock()
	w.do(chromedp.Navigate(address), chromedp.Click(chromedp.CSS("button.main")), chromedp.WaitVisible(chromedp.CSS("#main")))
	return w
}

// forget takes no notice of what the browser said of a page that refuses something.
func (w *browser) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.noise = nil
}

func (w *browser) hear(ev any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	add := func(format string, args ...any) { w.noise = append(w.noise, fmt.Sprintf(format, args...)) }
	switch e := ev.(type) {
	case *runtime.EventConsoleAPICalled:
		add("console: %s", e.Type)
	case *runtime.EventExceptionThrown:
		add("exception: %s", e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		if strings.HasPrefix(e.Entry.Text, "Autofocus processing was blocked") { // a test clicks before the page is drawn
			return
		}
		add("log: %s %s", e.Entry.Level, e.Entry.Text)
	case *page.EventJavascriptDialogOpening:
		add("dialog: %s", e.Message)
	case *network.EventRequestWillBeSent:
		if w.base != "" && !strings.HasPrefix(e.Request.URL, w.base+"/") && !strings.HasPrefix(e.Request.URL, "data:image/") { // the browser's own picture in a field for a date
			add("request: %s", e.Request.URL)
		}
	case *network.EventLoadingFailed:
		if e.BlockedReason != "" {
			add("blocked: %s %s", e.BlockedReason, e.Type)
		}
	}
}

// quiet reports what the pages since the last call should not have caused.
func (w *browser) quiet(where string) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range w.noise {
		w.t.Errorf("%s: %s", where, n)
	}
	w.noise = nil
}

func (w *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	if err := chromedp.Do(w.ctx, steps...); err != nil {
		at, _ := chromedp.Run(w.ctx, chromedp.Location())
		w.t.Fatalf("at %s: %v", at, err)
	}
}

func (w *browser) open(path string) { w.t.Helper(); w.do(chromedp.Navigate(w.base + path)) }

func (w *browser) text(sel string) string {
	w.t.Helper()
	s, err := chromedp.Run(w.ctx, chromedp.Text(chromedp.CSS(sel)))
	if err != nil {
		w.t.Fatalf("%s: %v", sel, err)
	}
	return s
}

// click presses what leads to another page, and waits for it.
func (w *browser) click(sel string) {
	w.t.Helper()
	if _, err := chromedp.RunResponse(w.ctx, chromedp.Click(chromedp.CSS(sel))); err != nil {
		w.t.Fatalf("%s: %v", sel, err)
	}
}

func eval[T any](w *browser, script string, o ...chromedp.EvaluateOption) T {
	w.t.Helper()
	v, err := chromedp.Run(w.ctx, chromedp.Evaluate[T](script, o...))
	if err != nil {
		w.t.Fatalf("%s: %v", script, err)
	}
	return v
}

// nasty is markup that does something wherever it is not escaped.
const nasty = `"'></title></textarea></select></svg><script>window.pwned=1;alert(1)</script><img src="http://evil.example.test/x" onerror="window.pwned=1"><a href="javascript:window.pwned=1">x</a><svg onload="window.pwned=1">{{.}}${7*7}`

// hostile fills a register with markup in every field that somebody else can write.
func (b *bureau) hostile() {
	encoded := "=?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte(nasty)) + "?="
	b.mail("From: " + encoded + " <\"" + "<script>window.pwned=1</script>\"@example.test>\nTo: office@example.test\nSubject: 政府信息公开申请 " + encoded + "\nMessage-ID: <" + "a<script>@example.test>\nMIME-Version: 1.0\n" +
		"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html; charset=utf-8\n\n<html><body onload=\"window.pwned=1\"><p>现申请公开</p>" + nasty + "<style>*{display:none}</style><iframe src=\"http://evil.example.test/\"></iframe></body></html>\n" +
		"--b\nContent-Type: text/html; name=\"" + encoded + ".html\"\nContent-Disposition: attachment; filename=\"" + encoded + ".html\"\n\n" + nasty + "\n--b--\n")
	b.mail("From: list@example.test\nTo: office@example.test\nList-Id: <x>\nAuto-Submitted: auto-replied\nSubject: " + encoded + "\nMessage-ID: <b@example.test>\nContent-Type: text/plain; charset=utf-8\n\n" + nasty + "\n")
	id := b.application("2026-11-02", nasty, nasty)
	b.record(id, casefile.Registered{As: casefile.Application, Applicant: nasty, Column: casefile.Natural, Request: nasty, Contact: nasty, Form: nasty, Delivery: nasty, Others: []string{nasty}},
		casefile.Assigned{Department: nasty, Person: nasty}, casefile.Noted{Text: nasty}, casefile.Reviewed{Finding: nasty})
}

// On no page does anything run that others wrote, is anybody else asked for anything, is there a complaint, stands anything
// beyond the edge of the screens that people have, or does axe-core find anything serious. axe's file is not ours: YSQ_AXE
// says where it is (npm pack axe-core).
func TestEveryPageInBrowser(t *testing.T) {
	t.Parallel()
	b := openBureau(t, recordsSigning)
	b.furnish()
	b.record("2026-00003", casefile.Registered{As: casefile.Application, Applicant: "河湾村村民委员会", Column: casefile.OtherBody, Request: "申请公开水质监测数据及其全部附件、附图和说明，并请说明未公开的理由"})
	w := b.browse(t, 1366, 768)
	w.quiet("coming in")
	axe, err := os.ReadFile(os.Getenv("YSQ_AXE"))
	if err != nil {
		t.Fatalf("npm pack axe-core, and set YSQ_AXE to its axe.min.js: %v", err)
	}
	for _, path := range distinct(b.everyPage()) {
		w.open(path)
		if eval[bool](w, `window.pwned !== undefined || document.querySelector("iframe:not([name=sheet]), img") !== null`) {
			t.Errorf("%s runs what others wrote", path)
		}
		if w.mu.Lock(); len(w.noise) > 0 && strings.Contains(w.noise[0], "the server responded with a status of 4") {
			w.noise = nil // the browser says of a page that is not there that it is not
		}
		w.mu.Unlock()
		for _, width := range []int64{360, 768, 1366} {
			w.do(chromedp.EmulateViewport(width, 768))
			if over := eval[int](w, `document.documentElement.scrollWidth - window.innerWidth`); over > 0 {
				t.Errorf("%s is %d px too wide at %d", path, over, width)
			}
		}
		for _, v := range eval[[]string](w, string(axe)+axeFinds, chromedp.EvalAwaitPromise) {
			t.Errorf("%s: %s", path, v)
		}
		w.quiet(path)
	}
	w.open("/case/2")
	w.do(chromedp.Click(chromedp.CSS(".panel form[action^='/case/'] button")), chromedp.WaitVisible(chromedp.CSS(".band")))
	w.quiet("the unmasked case")
}

// axeFinds is what axe calls serious, a line each.
const axeFinds = `;axe.run({resultTypes: ["violations"]}).then(r => r.violations.filter(v => v.impact === "serious" || v.impact === "critical").map(v => v.id + ": " + v.help + " " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(" | ")))`

// until polls a page until a script says true.
func (w *browser) until(script string) {
	w.t.Helper()
	for end := time.Now().Add(20 * time.Second); !eval[bool](w, script); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("it never comes: %s", script)
		}
	}
}

// A day at the desk: register what came, in a browser.
func TestRegisterInBrowser(t *testing.T) {
	t.Parallel()
	b := openBureau(t)
	b.mail("From: 张晓雨 <zhang@example.test>\nTo: office@example.test\nSubject: 申请公开立项批复\nMessage-ID: <z@example.test>\nContent-Type: text/plain; charset=utf-8\n\n现申请公开青石路改造工程的立项批复。\n申请人：张晓雨，电话 13900000001\n")
	w := b.browse(t, 1366, 768)
	if s := w.text("main"); !strings.Contains(s, "申请公开立项批复") {
		t.Fatalf("待办 does not show what came: %s", s)
	}
	w.click(".side a[href^='/register/']")
	if s := eval[string](w, `document.querySelector("[name=applicant]").value`); s != "张晓雨" {
		t.Errorf("the applicant that was read is %q", s)
	}
	w.click("button[value=try]")
	if s := w.text("main"); !strings.Contains(s, "还没有记录") {
		t.Errorf("not tried: %s", s)
	}
	w.until(`document.activeElement.getAttribute("aria-label") === "记录后"`)
	for range 12 { // down the form, field by field: none lies below the bar
		w.do(chromedp.KeyEvent("\t"))
		if s := eval[string](w, `(() => { const e = document.activeElement, at = e.getBoundingClientRect(), bar = document.querySelector(".acts.last").getBoundingClientRect(); return bar.bottom <= innerHeight + 1 && (at.bottom <= bar.top || at.top >= bar.top) ? "" : e.outerHTML; })()`); s != "" {
			t.Errorf("the buttons are out of sight, or over %s", s)
		}
	}
	w.click("button[value=record]")
	if s := w.text(".note.good"); !strings.Contains(s, "登记") {
		t.Errorf("not recorded: %s", s)
	}
	w.quiet("registering")
	// By Enter nothing is recorded, whatever the page shows.
	w.open("/step/note?case=1")
	w.do(chromedp.SetValue(chromedp.CSS("[name=text]"), "申请人来电"), chromedp.Focus(chromedp.CSS("[name=on]")))
	if _, err := chromedp.RunResponse(w.ctx, chromedp.KeyEvent("\r")); err != nil {
		t.Fatal(err)
	}
	if s := w.text("main"); !strings.Contains(s, "还没有记录") {
		t.Errorf("Enter did more than to try: %s", s)
	}
}

// Pictures of the desk, kept as artifacts of the test. With YSQ_PICTURES=1 they become those of README and the guides.
func TestPictures(t *testing.T) {
	t.Parallel()
	b := openBureau(t)
	b.mail("From: 张晓雨 <zhang@example.test>\nTo: office@example.test\nSubject: 申请公开立项批复\nMessage-ID: <z@example.test>\nContent-Type: text/plain; charset=utf-8\n\n现申请公开青石路改造工程的立项批复。\n申请人：张晓雨，电话 13900000001\n")
	for _, c := range []struct{ day, who, what string }{{"2026-10-23", "李明", "桥梁检测报告"}, {"2026-10-26", "某律师事务所", "招投标文件"}, {"2026-11-02", "河湾村村民委员会", "2025 年河湾断面水质监测数据"}} {
		id := b.application(c.day, c.who, c.what)
		b.record(id, casefile.Registered{As: casefile.Application, Applicant: c.who, Column: casefile.OtherBody, Request: c.what}, casefile.Assigned{Department: "监测科", Person: "周文"})
	}
	w := b.browse(t, 1180, 700)
	for name, path := range map[string]string{"today": "/", "register": "/register/1", "year": "/year/2026"} {
		w.open(path)
		shot, err := chromedp.Run(w.ctx, chromedp.CaptureScreenshot())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		picture := fewColours(t, shot)
		if len(picture) < 10_000 || len(picture) > 120_000 {
			t.Errorf("%s: %d bytes", name, len(picture))
		}
		files := []string{filepath.Join(t.ArtifactDir(), name+".png")}
		if os.Getenv("YSQ_PICTURES") == "1" {
			files = append(files, filepath.Join("../../../deploy/doc/desk", name+".png"))
		}
		for _, file := range files {
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, picture, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.quiet("the pictures")
}

// fewColours makes a picture of the desk small: it has few colours besides the shades at the edges of letters.
func fewColours(t *testing.T, shot []byte) []byte {
	t.Helper()
	m, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	often := map[color.RGBA]int{}
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			r, g, b, _ := m.At(x, y).RGBA()
			often[color.RGBA{uint8(r>>8) &^ 7, uint8(g>>8) &^ 7, uint8(b>>8) &^ 7, 255}]++
		}
	}
	colours := slices.SortedFunc(maps.Keys(often), func(a, b color.RGBA) int { return often[b] - often[a] })
	palette := color.Palette{color.White}
	for _, c := range colours[:min(len(colours), 63)] {
		palette = append(palette, c)
	}
	small := image.NewPaletted(m.Bounds(), palette)
	draw.Draw(small, small.Rect, m, image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, small); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
