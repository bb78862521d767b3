package web

import (
	"net/http"
	"net/url"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"weak"

	"ysq.internal/ysq/casefile"
)

// A picture is handed to the person whose page it is for, under a policy that lets nothing run in it, and to nobody else; when
// too many wait, the oldest go.
func TestPicturesWait(t *testing.T) {
	b := openBureau(t)
	s := b.seat(clerk)
	address := s.site.pictures.put("wang", "image/png", []byte("\x89PNG"))
	if w := s.fetch(address); w.Code != http.StatusOK || w.Body.String() != "\x89PNG" || w.Header().Get("Content-Type") != "image/png" ||
		w.Header().Get("Content-Security-Policy") != sandbox || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%d %v %q", w.Code, w.Header(), w.Body)
	}
	foreign := s.site.pictures.put("zhao", "image/png", []byte("x"))
	for _, path := range []string{foreign, "/picture/x"} {
		if w := s.fetch(path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	for range 4 {
		s.site.pictures.put("wang", "image/png", make([]byte, picturesAtOnce/4))
	}
	if w := s.fetch(address); w.Code != http.StatusNotFound {
		t.Errorf("the oldest stays though there is no room: %d", w.Code)
	}
	if n := len(s.site.pictures.all); n != 4 {
		t.Errorf("%d pictures wait", n)
	}
	last := s.site.pictures.all[3].name
	if s.site.pictures.forget(last); s.fetch("/picture/"+last).Code != http.StatusNotFound {
		t.Error("a picture stays beyond its time")
	}
}

// What has gone for want of room holds no memory, though its minute has not passed.
func TestPicturesGo(t *testing.T) {
	var p pictures
	kept := func() weak.Pointer[byte] {
		content := make([]byte, picturesAtOnce)
		p.put("wang", "image/png", content)
		return weak.Make(&content[0])
	}
	first, second := kept(), kept()
	runtime.GC()
	if first.Value() != nil || second.Value() == nil {
		t.Error("a picture that is gone stays in memory, or one that waits does not")
	}
	runtime.KeepAlive(&p)
}

// Turning the pages of a file is one look at it: it is on record once for each person, case and day.
func TestPagesOfDay(t *testing.T) {
	b := openBureau(t)
	b.mail(enclosed("李青 <li@example.test>", "政府信息公开申请", "现申请公开水质数据。", "申请表.png", scan(t)))
	s := b.seat(clerk)
	_, page := s.get("/case/1")
	file := regexp.MustCompile(`action="(/mail/[0-9a-f]{64}/page)"[^>]*><input type="hidden" name="part" value="(\d+)">`).FindStringSubmatch(page)
	if file == nil {
		t.Fatalf("no file can be looked at: %s", page)
	}
	looks := func() int {
		_, page := s.get("/case/1")
		return strings.Count(page, casefile.KindRevealed.Label()+"</td>")
	}
	for _, on := range []string{"1", "2", "1"} {
		s.post(file[1], url.Values{"part": {file[2]}, "page": {on}, "case": {"2026-00001"}})
	}
	if n := looks(); n != 1 {
		t.Errorf("%d records of three pages on a day", n)
	}
	b.seat(approver).post(file[1], url.Values{"part": {file[2]}, "case": {"2026-00001"}})
	b.setClock(b.now.AddDate(0, 0, 1))
	s.post(file[1], url.Values{"part": {file[2]}, "case": {"2026-00001"}})
	if n := looks(); n != 3 {
		t.Errorf("%d records of two people and two days", n)
	}
	b.record("2026-00001", casefile.Noted{Text: "来电催办"})
	if code, page, _ := s.post("/step/note", url.Values{"case": {"2026-00001"}, "seen": {"2026-00001:1"}, "do": {"try"}, "text": {"x"}}); code != http.StatusConflict || !strings.Contains(page, "来电催办") || strings.Contains(page, casefile.KindRevealed.Label()) {
		t.Errorf("who is overtaken is told of looks, or of nothing: %d %s", code, page)
	}
}
