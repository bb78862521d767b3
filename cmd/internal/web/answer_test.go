package web

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// send posts a form with files, as a browser does.
func (s seat) send(path string, form url.Values, files map[string]string) (int, string, string) {
	s.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for name, values := range form {
		for _, v := range values {
			m.WriteField(name, v)
		}
	}
	for name, content := range files {
		w, err := m.CreateFormFile("file", name)
		if err != nil {
			s.t.Fatal(err)
		}
		w.Write([]byte(content))
	}
	m.Close()
	r := httptest.NewRequest(http.MethodPost, path, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	s.site.ServeHTTP(w, r)
	return w.Code, w.Body.String(), w.Header().Get("Location")
}

// An answer shows its letter, its mail and what it does to the dates before anything is made; its file goes with it.
func TestAnswer(t *testing.T) {
	b := openBureau(t)
	s := b.seat(clerk)
	b.mail("From: 张三 <zhang@example.test>\nTo: office@example.test\nSubject: 申请公开水质数据\nMessage-ID: <1@example.test>\n\n现申请公开水质数据。\n申请人：张三\n")
	b.record("2026-00001", casefile.Confirmed{How: "电话"}, casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "水质数据", Email: "zhang@example.test"})
	outbox := func() []ask.OutgoingView {
		all, err := ask.Do(t.Context(), b.client(clerk), ask.Outbox, ask.OutboxQuery{All: true})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	_, page := s.get("/answer/1")
	form := carried(page)
	code, page, _ := s.send("/answer/1", with(form, "do", "try", "way", "draft"), nil)
	if code != http.StatusBadRequest || !strings.Contains(page, "请选答复类别和依据") {
		t.Errorf("without an outcome: %d %s", code, page)
	}
	form = with(form, "do", "try", "way", "draft", "outcome", "disclosed|36-2-provide", "grounds", "")
	code, page, _ = s.send("/answer/1", form, map[string]string{"水质 数据.csv": "断面,氨氮\n河湾,0.3\n"})
	for _, want := range []string{"还没有制发", "水质 数据.csv", "zhang@example.test", "表三", "class=\"letter\""} {
		if code != http.StatusOK || !strings.Contains(page, want) {
			t.Fatalf("%d, %q is not in\n%s", code, want, page)
		}
	}
	if n := len(outbox()); n != 0 {
		t.Errorf("trying has prepared %d mails", n)
	}
	form["kept"], form["seen"] = carried(page)["kept"], carried(page)["seen"]
	for strings.Contains(page, "还缺") { // what only the clerk knows
		before := page
		for _, name := range regexpFill.FindAllStringSubmatch(page, -1) {
			form.Set("fill:"+name[1], "某某")
		}
		if _, page, _ = s.send("/answer/1", with(form, "do", "try"), nil); page == before {
			t.Fatalf("it is not said how to complete the answer: %s", page)
		}
	}
	mark := carried(page).Get("mark")
	if mark == "" {
		if code, page, _ = s.send("/answer/1", with(form, "do", "try"), nil); code != http.StatusOK {
			t.Fatalf("%d %s", code, page)
		}
		mark = carried(page).Get("mark")
	}
	code, page, to := s.send("/answer/1", with(form, "do", "record", "mark", mark), nil)
	if code != http.StatusSeeOther || !strings.HasPrefix(to, "/case/2026-00001") {
		t.Fatalf("%d %s", code, page)
	}
	if all := outbox(); len(all) != 1 || all[0].Way != "draft" || len(all[0].Files) < 2 {
		t.Errorf("%+v", all)
	}
	if _, page := s.get("/case/1"); !strings.Contains(page, "文书") {
		t.Errorf("the letter does not stand on its case: %s", page)
	}
}

// What is larger than a form may be is refused, and not kept half.
func TestLargeUpload(t *testing.T) {
	b := openBureau(t)
	s := b.seat(clerk)
	b.application("2026-11-02", "张三", "水质监测数据")
	code, page, _ := s.send("/answer/1", url.Values{"do": {"try"}, "outcome": {"disclosed|36-1"}}, map[string]string{"大.zip": strings.Repeat("x", uploadLimit+1)})
	if code < 400 || strings.Contains(page, "还没有制发") {
		t.Errorf("%d %s", code, page)
	}
}
