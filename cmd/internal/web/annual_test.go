package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
)

// tryThenRecord sends a form twice, as a person does: first to see, then to record.
func (s seat) tryThenRecord(path string, form url.Values, shows string) (to string) {
	s.t.Helper()
	code, page, _ := s.post(path, with(form, "do", "try"))
	if code != http.StatusOK || !strings.Contains(page, "没有记录") || !strings.Contains(page, shows) {
		s.t.Fatalf("%s: %d, without %q: %s", path, code, shows, page)
	}
	form.Set("mark", carried(page).Get("mark"))
	code, page, to = s.post(path, with(form, "do", "record"))
	if code != http.StatusSeeOther {
		s.t.Fatalf("%s: %d %s", path, code, page)
	}
	return to
}

// A year is frozen by whoever may, with a reason for each check that fails, and taken back.
func TestYearIsFrozen(t *testing.T) {
	b := openBureau(t)
	id := b.application("2026-11-02", "张三", "水质监测数据")
	b.record(id, casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "水质"},
		casefile.Replied{Outcome: casefile.Disclosed, Basis: "36-1", Document: "某建依申请〔2026〕1号"}, casefile.Dispatched{Way: casefile.ByPost})
	b.application("2026-11-03", "李四", "没有登记的")
	clerks, heads := b.seat(clerk), b.seat(approver)
	if code, page, _ := heads.post("/year/2026/freeze", with(url.Values{}, "do", "try")); code != http.StatusConflict || !strings.Contains(page, "尚未结束") {
		t.Errorf("before its end: %d %s", code, page)
	}
	b.setClock(civil.MustParse("2027-01-06").Start().Add(9 * time.Hour))
	if code, page, _ := clerks.post("/year/2026/freeze", with(url.Values{}, "do", "try")); code != http.StatusForbidden || !strings.Contains(page, "审核") {
		t.Errorf("a clerk: %d %s", code, page)
	}
	code, page, _ := heads.post("/year/2026/freeze", with(url.Values{}, "do", "try"))
	checks := regexp.MustCompile(`name="(waive:[^"]*)"`).FindAllStringSubmatch(page, -1)
	if code != http.StatusConflict || len(checks) == 0 {
		t.Fatalf("nothing hinders: %d %s", code, page)
	}
	form := url.Values{}
	for _, c := range checks {
		form.Set(c[1], "补录后再改")
	}
	if to := heads.tryThenRecord("/year/2026/freeze", form, "可以冻结"); to != "/year/2026" {
		t.Errorf("leads to %s", to)
	}
	if _, page := clerks.get("/year/2026"); !strings.Contains(page, "已冻结 2027-01-06") || !strings.Contains(page, "豁免：补录后再改") {
		t.Errorf("%s", page)
	}
	if _, page := clerks.get("/year/2026/diff"); !strings.Contains(page, "与现在的登记一致") {
		t.Errorf("%s", page)
	}
	if _, page := clerks.get("/year/2027"); !strings.Contains(page, "与上年比较") {
		t.Errorf("the next year is not compared with it: %s", page)
	}
	heads.tryThenRecord("/year/2026/freeze", url.Values{"reason": {"漏计一件"}}, "可以解冻")
	if _, page := clerks.get("/year/2026"); !strings.Contains(page, "未冻结") {
		t.Errorf("%s", page)
	}
}

// What a clerk writes of a year stands in its report; what cannot be read is refused and not lost.
func TestWordsOfYear(t *testing.T) {
	b := openBureau(t)
	s := b.seat(clerk)
	form := url.Values{"title": {"主动公开情况", ""}, "text": {"全年主动公开 12 条。\r\n另起一段。", ""}, "problems": {"一是“宣传”不够。"}, "fees": {"12"}, "regulations:0": {"x"}}
	_, page := s.get("/year/2026/words")
	first := regexp.MustCompile(`name="([a-z-]+):0"`).FindStringSubmatch(page)
	if first == nil {
		t.Fatalf("%s", page)
	}
	form.Set(first[1]+":0", "x")
	if code, page, _ := s.post("/year/2026/words", form); code != http.StatusBadRequest || !strings.Contains(page, "表二") || !strings.Contains(page, "全年主动公开 12 条。\n另起一段。") {
		t.Errorf("%d %s", code, page)
	}
	form.Del(first[1] + ":0")
	old, err := ask.Do(t.Context(), b.client(clerk), ask.Manual, ask.YearRef{Year: 2026})
	if err != nil {
		t.Fatal(err)
	}
	edit := ask.ManualEdit{YearRef: ask.YearRef{Year: 2026}, Text: string(old.Text) + "# 由宣传科写\n"}
	if _, err := ask.Do(t.Context(), b.client(clerk), ask.SetManual, edit); err != nil {
		t.Fatal(err)
	}
	if code, page, _ := s.post("/year/2026/words", with(form, "do", "look")); code != http.StatusOK || !strings.Contains(page, "一是“宣传”不够。") || !strings.Contains(page, "已填写过") {
		t.Errorf("Enter saves, or loses what was typed: %d %s", code, page)
	}
	form.Del("do")
	if code, page, to := s.post("/year/2026/words", form); code != http.StatusSeeOther || to != "/year/2026" {
		t.Fatalf("%d %s", code, page)
	}
	for _, path := range []string{"/year/2026", "/year/2026/words"} {
		if _, page := s.get(path); !strings.Contains(page, "全年主动公开 12 条。\n另起一段。") || !strings.Contains(page, "一是“宣传”不够。") {
			t.Errorf("%s does not have it: %s", path, page)
		}
	}
	if now, err := ask.Do(t.Context(), b.client(clerk), ask.Manual, edit.YearRef); err != nil || !strings.Contains(string(now.Text), "# 由宣传科写\n") {
		t.Errorf("what was written by hand is gone: %v %s", err, now.Text)
	}
	if code, page, _ := b.seat(viewer).post("/year/2026/words", form); code != http.StatusForbidden {
		t.Errorf("a viewer: %d %s", code, page)
	}
}

// The office's opening balance is entered once, and the report follows.
func TestOpening(t *testing.T) {
	b := openBureau(t)
	s := b.seat(clerk)
	if code, page, _ := s.post("/year/2026/opening", url.Values{"natural": {"drei"}}); code != http.StatusBadRequest || !strings.Contains(page, "自然人") {
		t.Errorf("%d %s", code, page)
	}
	s.tryThenRecord("/year/2026/opening", url.Values{"natural": {"3"}, "source": {"2025 年度报告"}}, "将记录")
	if _, page := s.get("/year/2026/cell?name=" + url.QueryEscape("二,自然人")); !strings.Contains(page, "期初 3 件") {
		t.Errorf("%s", page)
	}
}

// The files of a report are whole, and are not shown by the browser.
func TestReportFiles(t *testing.T) {
	b := openBureau(t)
	s := b.seat(viewer)
	for path, begins := range map[string]string{"/year/2026/report/docx": "PK", "/year/2026/report/xlsx": "PK", "/year/2026/report/html": "<!", "/year/2026/report/csv": "", "/stats/xlsx": "PK", "/cases/xlsx?which=all": "PK"} {
		w := s.fetch(path)
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Body.String(), begins) || w.Body.Len() < 100 || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
			t.Errorf("%s: %d %v %.80q", path, w.Code, w.Header(), w.Body)
		}
	}
	if _, page := s.get("/stats?from=2027-01-01&to=2027-03-31"); !strings.Contains(page, "这段时间还没有开始") {
		t.Errorf("of a period to come: %s", page)
	}
}

// A dispute is filed, answered and decided, and counted.
func TestDispute(t *testing.T) {
	b := openBureau(t)
	s := b.seat(clerk)
	b.application("2026-11-02", "张三", "水质监测数据")
	if code, page, _ := s.post("/dispute", with(url.Values{}, "do", "try", "track", "reconsideration")); code < 400 {
		t.Errorf("without a party: %d %s", code, page)
	}
	for cases, want := range map[string]string{"99": "2026-00099：没有找到", "": "未写明所涉案件或事由"} { // the number that a dispute would get is nobody's yet
		code, page, _ := s.post("/dispute", url.Values{"do": {"try"}, "track": {"reconsideration"}, "party": {"张三"}, "cases": {cases}})
		if code < 400 || !strings.Contains(page, want) || strings.Contains(page, "Y2026-") {
			t.Errorf("%q: %d %s", cases, code, page)
		}
	}
	to := s.tryThenRecord("/dispute", url.Values{"track": {"reconsideration"}, "party": {"张三"}, "organ": {"某区人民政府"}, "cases": {"1"}, "on": {"2026-11-20"}}, "答复期限")
	if !strings.HasPrefix(to, "/dispute/") {
		t.Fatalf("leads to %s", to)
	}
	s.tryThenRecord(to+"/answer", url.Values{"document": {"某建复答〔2026〕1号"}}, "已答复")
	s.tryThenRecord(to+"/decide", url.Values{"decision": {casefile.DecisionWords()[0]}}, "裁决")
	_, page := s.get(to)
	if !strings.Contains(page, "2026-00001") || !strings.Contains(page, "某区人民政府") {
		t.Errorf("%s", page)
	}
	if _, page := s.get("/year/2026/cell?name=" + url.QueryEscape("行政复议,总计")); !strings.Contains(page, to) {
		t.Errorf("表四 does not lead to it: %s", page)
	}
	if _, page := s.get("/case/1"); !strings.Contains(page, to) {
		t.Errorf("its case does not lead to it: %s", page)
	}
}

// A file is put into a case and taken out; a case is divided; a mail is put into a case.
func TestFiling(t *testing.T) {
	b := openBureau(t)
	s := b.seat(clerk)
	b.application("2026-11-02", "张三", "水质监测数据")
	if code, page, _ := s.post("/attach/1", with(url.Values{}, "do", "try")); code != http.StatusBadRequest || !strings.Contains(page, "没有选文件") {
		t.Errorf("%d %s", code, page)
	}
	code, page, _ := s.send("/attach/1", url.Values{"do": {"try"}, "reason": {"审批单"}}, map[string]string{"审批单.txt": "同意"})
	if code != http.StatusOK || !strings.Contains(page, "审批单.txt") {
		t.Fatalf("%d %s", code, page)
	}
	form := url.Values{"reason": {"审批单"}, "kept": carried(page)["kept"]}
	s.tryThenRecord("/attach/1", form, "审批单.txt")
	_, page = s.get("/case/1")
	out := regexp.MustCompile(`href="(/detach/[^"]*)"`).FindStringSubmatch(page)
	if out == nil {
		t.Fatalf("the file is not in the case: %s", page)
	}
	_, page = s.get(strings.ReplaceAll(out[1], "&amp;", "&"))
	w := s.submit("/file/1", url.Values{"digest": carried(page)["digest"]})
	if h := w.Header(); w.Code != http.StatusOK || w.Body.String() != "同意" || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment;") || h.Get("Content-Security-Policy") != "sandbox; default-src 'none'" {
		t.Errorf("%d %q %v", w.Code, w.Body, h)
	}
	if _, page := s.get("/case/1"); !strings.Contains(page, "取出附卷文件") {
		t.Error("nobody can tell that the file was taken")
	}
	for digest, want := range map[string]int{"x": http.StatusBadRequest, strings.Repeat("0", 63) + "1": http.StatusNotFound} {
		if code, page, _ := s.post("/file/1", url.Values{"digest": {digest}}); code != want || !strings.Contains(page, "未能完成") {
			t.Errorf("%s: %d %s", digest, code, page)
		}
	}
	form = url.Values{"digest": carried(page)["digest"], "seen": carried(page)["seen"], "reason": {"放错了"}}
	s.tryThenRecord("/detach/1", form, "移出")
	if code, page, _ := s.post("/detach/1", with(form, "do", "record")); code != http.StatusConflict || !strings.Contains(page, "在此期间有了新的记录：") || !strings.Contains(page, `value="放错了"`) {
		t.Errorf("who takes it out a second time is not told that somebody else did: %d %s", code, page)
	}
	s.tryThenRecord("/split/1", url.Values{"parts": {"2"}, "reason": {"一信两事"}}, "2026-00002")
	b.mail("From: list@example.test\nTo: office@example.test\nList-Id: <x>\nSubject: 说明\nMessage-ID: <3@example.test>\n\n补充说明\n")
	_, page = s.get("/mails")
	mail := regexp.MustCompile(`/mail/[0-9a-f]{64}`).FindString(page)
	s.tryThenRecord(mail+"/join", url.Values{"number": {"1"}, "reason": {"申请人的说明"}}, "2026-00001")
	if _, page := s.get("/case/1"); !strings.Contains(page, mail) {
		t.Errorf("the mail is not in the case: %s", page)
	}
}
