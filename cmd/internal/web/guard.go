package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

const (
	formLimit  = 1 << 20          // bytes of a form, and of the fields beside files
	smallForm  = 64 << 10         // of one that counts for nothing
	formTime   = 30 * time.Second // for a form to arrive whole
	uploadTime = 10 * time.Minute // and for one with files; also for a file to be fetched
	pageTime   = time.Minute      // for a page to be fetched
)

// policy is what a page may load and where it may lead: nothing but this site's own files.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// sandbox is the policy of files that came from outside: they are handed over, never run.
const sandbox = "sandbox; default-src 'none'"

// guard holds for every request: what browsers may do with the answers, that forms come from our own pages only, and
// how much a request may send. The cookie's SameSite=Strict keeps other pages' forms out, and CrossOriginProtection does. The
// latter passes a POST that says nothing of where it comes from: only browsers too old to know SameSite send one.
func guard(next http.Handler) http.Handler {
	large := places{all: 24, each: 8} // a form of many fields takes ten times its bytes of memory
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		plainPage(w, http.StatusForbidden, "未予受理", "这个请求来自别的网页，没有受理。", "请在本页面里操作；经代理访问的，代理须保留 Host。")
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		limit, inTime := int64(formLimit), formTime
		if r.Method == http.MethodPost && takesFiles(r) {
			if limit, inTime = uploadLimit, uploadTime; r.ContentLength > limit { // what it holds besides files is given back
				limit = drainLimit
			}
		}
		if r.Body != http.NoBody { // once all has arrived, net/http reads ahead without a deadline: an answer may take longer
			http.NewResponseController(w).SetReadDeadline(time.Now().Add(inTime)) // in tests there is no connection to set it on
		}
		if r.ContentLength < 0 || r.ContentLength > smallForm {
			leave, ok := large.take(addressOf(r.RemoteAddr))
			if !ok {
				io.Copy(io.Discard, io.LimitReader(r.Body, uploadLimit)) // so that the browser shows what follows
				plainPage(w, http.StatusServiceUnavailable, "请稍候", "正在提交的内容太多，没有受理。", "用浏览器的“后退”回到填写的页面，稍候再提交。")
				return
			}
			defer leave()
		}
		if r.ContentLength > limit {
			if r.ContentLength <= uploadLimit {
				io.Copy(io.Discard, r.Body) // as above; whoever is gone sees nothing
			}
			plainPage(w, http.StatusRequestEntityTooLarge, "太大", "提交的内容太大，没有受理。", "文件一次共不超过 60 MB；更大的请分几次，或以光盘等其他方式提供。浏览器的“后退”回到填写的页面。")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "" {
			plainPage(w, http.StatusForbidden, "未予受理", "这个请求没有写明来自哪个网页，没有受理。", "请换用较新的浏览器，不用兼容模式；经代理访问的，代理须保留 Origin。")
			return
		}
		origin.Handler(next).ServeHTTP(w, r)
	})
}

// takesFiles reports whether a request is a form with files, to a page that takes some.
func takesFiles(r *http.Request) bool {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	return strings.EqualFold(strings.TrimSpace(kind), "multipart/form-data") && (strings.HasPrefix(r.URL.Path, "/answer/") || strings.HasPrefix(r.URL.Path, "/attach/"))
}

//go:embed assets
var assets embed.FS

// asset is one file that pages load.
type asset struct {
	body    []byte
	version string // of its bytes, so that browsers may keep it
}

var loadAssets = sync.OnceValue(func() map[string]asset {
	all := map[string]asset{}
	entries, err := assets.ReadDir("assets")
	for _, e := range entries {
		var b []byte
		if b, err = fs.ReadFile(assets, path.Join("assets", e.Name())); err != nil {
			break
		}
		sum := sha256.Sum256(b)
		all[e.Name()] = asset{b, hex.EncodeToString(sum[:6])}
	}
	if err != nil {
		panic(fmt.Sprintf("web: an embedded file cannot be read: %v", err))
	}
	return all
})

// assetURL is where pages find a file.
func assetURL(name string) string { return "/static/" + name + "?v=" + loadAssets()[name].version }

var assetTypes = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

func static(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	a, ok := loadAssets()[name]
	if !ok {
		plainPage(w, http.StatusNotFound, "没有", "没有这个页面。", "地址可能写错了，或者程序升级后改了名：请回到“待办”，再从那里进入。")
		return
	}
	w.Header().Set("Content-Type", assetTypes[path.Ext(name)])
	if r.URL.Query().Get("v") == a.version {
		w.Header().Set("Cache-Control", "private, max-age=31536000, immutable")
	}
	w.Write(a.body)
}
