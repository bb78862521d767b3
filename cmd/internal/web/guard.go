package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

const (
	formLimit  = 1 << 20          // bytes of a form
	formTime   = 30 * time.Second // for a form to arrive whole
	uploadTime = 10 * time.Minute // and for one with files
)

// policy is what a page may load and where it may lead: nothing but this site's own files.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// sandbox is the policy of files that came from outside: they are handed over, never run.
const sandbox = "sandbox; default-src 'none'"

// guard holds for every request: what browsers may do with the answers, that forms come from our own pages only, and
// how much a request may send. A POST that says nothing of where it comes from passes CrossOriginProtection; the
// cookie's SameSite=Strict keeps it out.
func guard(next http.Handler) http.Handler {
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
		limit, within := int64(formLimit), formTime
		if r.Method == http.MethodPost && takesFiles(r.URL.Path) {
			limit, within = uploadLimit, uploadTime
		}
		if r.ContentLength > limit {
			plainPage(w, http.StatusRequestEntityTooLarge, "太大", "提交的内容太大，没有受理。", "文件一次共不超过 60 MB；更大的请分几次，或以光盘等其他方式提供。浏览器的“后退”回到填写的页面。")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		http.NewResponseController(w).SetReadDeadline(time.Now().Add(within)) // in tests there is no connection to set it on
		origin.Handler(next).ServeHTTP(w, r)
	})
}

// takesFiles reports whether a form with files is sent to a path.
func takesFiles(path string) bool {
	return strings.HasPrefix(path, "/answer/") || strings.HasPrefix(path, "/attach/")
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
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", assetTypes[path.Ext(name)])
	if r.URL.Query().Get("v") == a.version {
		w.Header().Set("Cache-Control", "private, max-age=31536000, immutable")
	}
	w.Write(a.body)
}
