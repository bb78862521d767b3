package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
)

// What one call recorded on several cases is taken back together, after a look at what that is: all of it or nothing.
func TestUndoTogether(t *testing.T) {
	b := openBureau(t)
	b.application("2026-11-02", "张三", "水质监测数据")
	b.application("2026-11-03", "李四", "规划许可")
	s := b.seat(clerk)
	b.setClock(b.now.Add(time.Minute)) // what was recorded in one moment is one call
	both := url.Values{"case": {"2026-00001", "2026-00002"}, "text": {"转交工程处"}}
	to := s.tryThenRecord("/step/note", both, "转交工程处")
	_, page := s.get(to)
	if !strings.Contains(page, `<a href="/undo?record=3">一起撤销</a>`) {
		t.Fatalf("%s does not offer to take it back: %s", to, page)
	}
	if _, page := s.get("/case/2"); !strings.Contains(page, `href="/undo?record=4">撤销</a>`) || strings.Contains(page, `href="/undo?record=2">`) {
		t.Errorf("the case leads elsewhere: %s", page) // what came cannot be undone
	}
	for _, path := range []string{"/undo", "/undo?record=4"} {
		code, page := s.get(path)
		if code != http.StatusOK || strings.Count(page, "<td class=\"wide\">转交工程处") != 2 || strings.Contains(page, "此后") {
			t.Errorf("%s: %d %s", path, code, page)
		}
	}

	form := carried(body(s.get("/undo?record=4")))
	if code, page, _ := s.post("/undo", with(form, "do", "try", "reason", "")); code != http.StatusConflict || !strings.Contains(page, "请写明") {
		t.Errorf("without a reason: %d %s", code, page)
	}
	b.record("2026-00002", casefile.Noted{Text: "申请人来电"})
	if code, page, _ := s.post("/undo", with(form, "do", "try", "reason", "转错了")); code != http.StatusConflict || !strings.Contains(page, "申请人来电") {
		t.Errorf("who was overtaken is not told of it: %d %s", code, page)
	}
	s.tryThenRecord("/undo", with(carried(body(s.get("/undo?record=4"))), "reason", "转错了"), "还没有记录")
	for _, path := range []string{"/case/1", "/case/2"} {
		if _, page := s.get(path); !strings.Contains(page, "工程处（已作废）") {
			t.Errorf("%s: it is not taken back: %s", path, page)
		}
	}
	for path, want := range map[string]string{"/undo?record=4": "已经作废", "/undo?record=1": "不能作废", "/undo?record=99": "没有第 99 条记录"} {
		if code, page := s.get(path); code < 400 || !strings.Contains(page, want) {
			t.Errorf("%s: %d %s", path, code, page)
		}
	}
	if code, page, _ := b.seat(viewer).post("/undo", with(url.Values{}, "record", "4", "reason", "x", "do", "try")); code < 400 {
		t.Errorf("whoever may only look: %d %s", code, page)
	}
}

func body(_ int, page string) string { return page }
