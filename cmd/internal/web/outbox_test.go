package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/mailbox"
)

// What a person decides about a mail that goes out is recorded with his reason, and what cannot be decided is refused
// with what he wrote.
func TestOutgoingIsDecided(t *testing.T) {
	b := openBureau(t, recordsSigning)
	b.furnish()
	s, path := b.seat(clerk), b.outgoing()[0]
	if _, page := s.get(path); !strings.Contains(page, "人的决定") {
		t.Fatalf("nothing can be decided: %s", page)
	}
	if code, page, _ := s.post(path, url.Values{"decide": {"drop"}}); code != http.StatusConflict && code != http.StatusBadRequest || !strings.Contains(page, "理由") {
		t.Errorf("without a reason: %d %s", code, page)
	}
	if code, page, _ := s.post(path, url.Values{"decide": {"sent"}, "reason": {" "}}); code < 400 || !strings.Contains(page, "理由") {
		t.Errorf("that it has gone out, without a reason: %d %s", code, page)
	}
	if _, page := b.seat(viewer).get(path); !strings.Contains(page, "<b>只能查看</b>") {
		t.Errorf("who may only look is asked to decide: %s", page)
	}
	if code, page, _ := s.post(path, url.Values{"do": {"look"}, "decide": {"drop"}, "reason": {"改寄"}}); code != http.StatusOK || !strings.Contains(page, "人的决定") || !strings.Contains(page, `value="改寄"`) || !strings.Contains(page, `value="drop" checked`) {
		t.Errorf("Enter decides, or loses what was typed: %d %s", code, page)
	}
	if code, page, to := s.post(path, url.Values{"decide": {"retry"}}); code != http.StatusSeeOther || to != path {
		t.Errorf("tried again: %d %s", code, page)
	}
	if code, _, _ := b.seat(viewer).post(path, url.Values{"decide": {"drop"}, "reason": {"x"}}); code != http.StatusForbidden {
		t.Errorf("a viewer decides: %d", code)
	}
	if code, page, to := s.post(path, url.Values{"decide": {"drop"}, "reason": {"改为邮寄"}}); code != http.StatusSeeOther || to != path {
		t.Fatalf("%d %s %s", code, to, page)
	}
	if _, page := s.get(path); !strings.Contains(page, "改为邮寄") || strings.Contains(page, "人的决定") {
		t.Errorf("it is not decided: %s", page)
	}
	newest := b.outgoing()[len(b.outgoing())-1]
	if _, page := s.get("/mails?out=all"); !strings.Contains(page, `"`+newest+`"`) || strings.Contains(page, "最新的</a>") {
		t.Errorf("%s is not among the letters", newest)
	}
	if _, page := s.get("/mails?out=all&place=case&sent=" + strings.TrimPrefix(newest, "/outbox/")); strings.Contains(page, `"`+newest+`"`) || !strings.Contains(page, `<a href="/mails?out=all&amp;place=case">最新的</a>`) {
		t.Errorf("what was sent before %s: %s", newest, page)
	}
	if code, page := s.get("/outbox/999"); code != http.StatusNotFound {
		t.Errorf("%d %s", code, page)
	}
}

// A mail that the server did not hand over is fetched when a person says so.
func TestRetryFetches(t *testing.T) {
	b := openBureau(t)
	s := b.seat(clerk)
	uid := b.sim.Add("INBOX", []byte("From: a@example.test\r\nTo: office@example.test\r\nSubject: 政府信息公开申请\r\nMessage-ID: <1@example.test>\r\n\r\n现申请公开水质数据。\r\n"), b.clock())
	trouble := mailbox.Trouble{Ref: mailbox.Ref{Account: "office@example.test", Folder: "INBOX", UIDValidity: 1, UID: uid}, Reason: mailbox.ReasonEmpty, Detail: "服务器给出空邮件", Tries: 3, Next: b.clock().Add(time.Hour)}
	if err := b.intake.Quarantine(t.Context(), trouble); err != nil {
		t.Fatal(err)
	}
	if _, page := s.get("/mails?place=quarantined"); !strings.Contains(page, "现在全部再试") || !strings.Contains(page, "未取回 1") {
		t.Fatalf("nothing waits: %s", page)
	}
	if code, page, to := s.post("/mails/retry", url.Values{}); code != http.StatusSeeOther || !strings.HasPrefix(to, "/mails?place=quarantined&retried=") {
		t.Fatalf("%d %s %s", code, to, page)
	}
	if _, page := s.get("/mails?place=case"); !strings.Contains(page, "入案 1") {
		t.Errorf("it was not fetched: %s", page)
	}
}

// What 条例第二十九条 asks for and nobody read leads to a 补正告知 that names it.
func TestMissingLeadsToCorrection(t *testing.T) {
	b := openBureau(t)
	s := b.seat(clerk)
	b.mail("From: 张晓雨 <zhang@example.test>\nTo: office@example.test\nSubject: 政府信息公开申请\nMessage-ID: <z@example.test>\nContent-Type: text/plain; charset=utf-8\n\n现申请公开青石路改造工程的立项批复。\n申请人：张晓雨\n")
	_, page := s.get("/register/1")
	link := regexp.MustCompile(`href="(/step/correct\?[^"]*)"`).FindStringSubmatch(page)
	lacks := regexp.MustCompile(`<li>([^<]*)</li>`).FindAllStringSubmatch(page, -1)
	if link == nil || len(lacks) == 0 || !strings.Contains(page, "条例第二十九条") {
		t.Fatalf("no link, or nothing is missing: %s", page)
	}
	code, page := s.get(strings.ReplaceAll(link[1], "&amp;", "&"))
	for _, l := range lacks {
		if code != http.StatusOK || !strings.Contains(page, l[1]) {
			t.Errorf("%d, %s is not asked for: %s", code, l[1], page)
		}
	}
}

// Several cases get the same answer, each in a letter of its own and on the way that its applicant wants.
func TestAnswerMany(t *testing.T) {
	b := openBureau(t)
	s := b.seat(clerk)
	for _, one := range []struct{ who, email, delivery string }{{"张三", "zhang@example.test", "电子邮件"}, {"李四", "", "邮寄"}, {"王五", "wang@example.test", "邮寄"}} {
		id := b.application("2026-11-02", one.who, "水质数据")
		b.record(id, casefile.Registered{As: casefile.Application, Applicant: one.who, Column: casefile.Natural, Request: "水质数据", Email: one.email, Delivery: one.delivery})
	}
	if to := s.fetch("/step?case=1&case=2&case=3&step=reply").Header().Get("Location"); to != "/answers?case=1&case=2&case=3" {
		t.Fatalf("the chosen step leads to %q", to)
	}
	_, page := s.get("/answers?case=1&case=2&case=3")
	if !strings.Contains(page, "草稿箱 zhang@example.test") || strings.Contains(page, "草稿箱 wang@example.test") {
		t.Errorf("not as they wish: %s", page)
	}
	ids := []string{"2026-00001", "2026-00002", "2026-00003"}
	form := url.Values{"case": ids, "seen": carried(page)["seen"], "way": {asWanted}}
	if code, page, _ := s.post("/answers", with(form, "do", "try", "grounds", "经检索没有")); code != http.StatusBadRequest || !strings.Contains(page, "请选答复类别和依据") || !strings.Contains(page, "经检索没有</textarea>") {
		t.Errorf("without an outcome: %d %s", code, page)
	}
	for path, typed := range map[string]string{"/answers": "grounds", "/step/note": "text"} { // what was typed stays where no case is ticked
		if code, page, _ := s.post(path, url.Values{"seen": form["seen"], "way": {asWanted}, typed: {"写了很久的"}, "do": {"try"}}); code != http.StatusBadRequest || !strings.Contains(page, "没有选案件") || !strings.Contains(page, "写了很久的") {
			t.Errorf("%s: %d %s", path, code, page)
		}
	}
	form = with(form, "outcome", "unable.not-held|36-4", "grounds", "经检索档案室，没有该信息")
	if code, page, _ := s.post("/answers", with(form, "do", "record")); code != http.StatusOK || !strings.Contains(page, "都可以。还没有记录") {
		t.Errorf("issued unseen: %d %s", code, page)
	}
	if to := s.tryThenRecord("/answers", form, "都可以"); to != "/?recorded=3" {
		t.Errorf("leads to %s", to)
	}
	all, err := ask.Do(t.Context(), b.client(clerk), ask.Letters, ask.LetterQuery{Year: 2026})
	if err != nil {
		t.Fatal(err)
	}
	numbers := map[string]bool{}
	for _, l := range all {
		numbers[string(l.Document)] = true
	}
	out, err := ask.Do(t.Context(), b.client(clerk), ask.Outbox, ask.OutboxQuery{All: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(numbers) != 3 || len(out) != 1 || out[0].Case != "2026-00001" {
		t.Errorf("%d letters %v, mails %+v", len(numbers), numbers, out)
	}
	// One that cannot be answered is left out with the reason, and one on which somebody has gone on meanwhile, too.
	b.application("2026-11-03", "赵六", "未登记的")
	id := b.application("2026-11-03", "钱七", "水质数据")
	b.record(id, casefile.Registered{As: casefile.Application, Applicant: "钱七", Column: casefile.Natural, Request: "水质数据"})
	_, page = s.get("/answers?case=1&case=4&case=5")
	form = url.Values{"case": {"2026-00001", "2026-00004", "2026-00005"}, "seen": carried(page)["seen"], "way": {asWanted}, "outcome": {"unable.not-held|36-4"}, "grounds": {"没有"}, "do": {"try"}}
	b.record(id, casefile.Noted{Text: "同事写的备注"})
	code, page, _ := s.post("/answers", form)
	for _, want := range []string{"2 件不能这样答复", "尚未登记", "同事写的备注", "制发这 1 件", `value="2026-00001" aria-label="选 2026-00001" checked`, ">没有</textarea>"} {
		if code != http.StatusOK || !strings.Contains(page, want) {
			t.Errorf("%d, %q is not in %s", code, want, page)
		}
	}
	rest := url.Values{"case": {"2026-00001"}, "seen": carried(page)["seen"], "mark": carried(page)["mark"], "way": {asWanted}, "outcome": form["outcome"], "grounds": form["grounds"], "do": {"record"}}
	if code, page, to := s.post("/answers", rest); to != "/?recorded=1" {
		t.Errorf("the rest is not answered: %d %s", code, page)
	}
}

// Mails that wait outside of cases are judged several at once: all of them, or none, after a trial, and a batch of those
// that are nothing is taken back whole.
func TestMailsAreJudgedTogether(t *testing.T) {
	b := openBureau(t)
	s := b.seat(clerk)
	for _, one := range []string{"1", "2", "3"} {
		b.mail("From: news" + one + "@example.test\nTo: office@example.test\nSubject: 简报" + one + "\nMessage-ID: <n" + one + "@example.test>\nAuto-Submitted: auto-generated\nList-Unsubscribe: <mailto:x@example.test>\nPrecedence: bulk\nContent-Type: text/plain; charset=utf-8\n\n本期简报第" + one + "期。\n")
	}
	waiting := func() []string {
		t.Helper()
		_, page := s.get("/mails")
		var all []string
		for _, m := range regexp.MustCompile(`name="mail" value="([0-9a-f]{64})"`).FindAllStringSubmatch(page, -1) {
			all = append(all, m[1])
		}
		return all
	}
	mails := waiting()
	if _, page := s.get("/"); len(mails) != 3 || strings.Count(page, `name="mail"`) != 3 {
		t.Fatalf("%d mails have a tick: %s", len(mails), page)
	}
	if code, page := s.get("/mails/many?step=seen"); code != http.StatusBadRequest || !strings.Contains(page, "没有选邮件") {
		t.Errorf("without a mail: %d %s", code, page)
	}
	form := url.Values{"mail": mails[:2], "step": {"seen"}, "as": {"简报"}}
	if code, page, _ := s.post("/mails/many", with(form, "do", "record")); code != http.StatusOK || !strings.Contains(page, "还没有记录") || len(waiting()) != 3 {
		t.Errorf("recorded untried: %d %s", code, page)
	}
	to := s.tryThenRecord("/mails/many", form, "都可以")
	if _, page := s.get(to); len(waiting()) != 1 || !strings.Contains(page, "2 封阅毕") {
		t.Fatalf("%s: %d wait: %s", to, len(waiting()), page)
	}
	if code, page, _ := s.post("/mails/many", with(form, "do", "try")); code != http.StatusConflict || !strings.Contains(page, "不在等待甄别的邮件中") || !strings.Contains(page, `value="简报"`) {
		t.Errorf("marked twice: %d %s", code, page)
	}
	if code, _, _ := b.seat(viewer).post("/mails/unsee", url.Values{"mail": mails[:2]}); code != http.StatusForbidden {
		t.Errorf("a viewer takes it back: %d", code)
	}
	if code, page, _ := s.post("/mails/unsee", url.Values{"mail": mails}); code != http.StatusConflict || len(waiting()) != 1 {
		t.Errorf("one of them was not marked: %d %s", code, page)
	}
	if code, page, _ := s.post("/mails/unsee", url.Values{"mail": mails[:2]}); code != http.StatusSeeOther || len(waiting()) != 3 {
		t.Errorf("%d, %d wait: %s", code, len(waiting()), page)
	}
	form = url.Values{"mail": mails[1:], "step": {"open"}}
	if to := s.tryThenRecord("/mails/many", form, "编号在记录时给"); to != "/?recorded=2" || len(waiting()) != 1 {
		t.Errorf("%s, %d wait", to, len(waiting()))
	}
}
