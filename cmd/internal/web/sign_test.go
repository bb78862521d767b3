package web

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/config"
)

// signs is an office whose head signs every answer himself.
func signs(c *config.Config) { c.Approval.Answer = config.SigningRole }

// recordsSigning is one whose clerk enters what the head has signed on paper.
func recordsSigning(c *config.Config) { c.Approval.Answer = config.SigningRecorded }

// proposed is a case whose answer can be submitted.
func (b *bureau) proposed() {
	b.mail("From: 张三 <zhang@example.test>\nTo: office@example.test\nSubject: 申请公开水质数据\nMessage-ID: <1@example.test>\n\n现申请公开水质数据。\n申请人：张三\n")
	b.record("2026-00001", casefile.Confirmed{How: "电话"}, casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "水质数据", Email: "zhang@example.test"}, casefile.Reviewed{})
}

// A number that must not leave the office is seen by who writes the letter and by who signs it, before it is sent; who may only
// look sees no number of anybody.
func TestWhatGoesOutIsSeenAsItIs(t *testing.T) {
	b := openBureau(t, signs)
	b.proposed()
	desk, head := b.seat(clerk), b.seat(approver)
	const number = "13800001111"
	_, page := desk.get("/answer/1")
	form := with(carried(page), "do", "try", "way", "draft", "outcome", "unable.not-held|36-4", "grounds", "经检索没有，可问李某（"+number+"）", "subject", "答复 "+number, "text", "请问 "+number, "note", "拟答复不存在")
	_, page, _ = desk.send("/answer/1", form, nil)
	for _, place := range []string{`(?s)<div class="letter">.*李某（` + number, `<dt>主题</dt><dd>答复 ` + number, `<pre class="text">请问 ` + number} {
		if !regexp.MustCompile(place).MatchString(page) {
			t.Errorf("the trial does not show %s as it will be sent", place)
		}
	}
	form["mark"] = carried(page)["mark"]
	if code, page, _ := desk.send("/answer/1", with(form, "do", "submit"), nil); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, page)
	}
	if _, page = head.get("/sign/1"); strings.Count(page, number) != 4 { // the grounds, the letter, the subject, the mail
		t.Errorf("who signs sees the number %d times", strings.Count(page, number))
	}
	if _, page = b.seat(viewer).get("/sign/1"); strings.Contains(page, number) || !strings.Contains(page, "*******1111") {
		t.Errorf("who may only look: %s", page)
	}
}

// An answer goes to whoever signs it; what he sees is what goes out, and what was changed is submitted anew.
func TestSubmitAndSign(t *testing.T) {
	b := openBureau(t, signs)
	b.proposed()
	desk, head := b.seat(clerk), b.seat(approver)
	_, page := desk.get("/answer/1")
	form := with(carried(page), "do", "try", "way", "draft", "outcome", "unable.not-held|36-4", "grounds", "经检索档案室，没有该信息", "note", "拟答复不存在")
	code, page, _ := desk.send("/answer/1", form, nil)
	if code != http.StatusOK || !strings.Contains(page, `value="submit"`) || strings.Contains(page, `value="record"`) || !strings.Contains(page, "还没有送审") {
		t.Fatalf("%d %s", code, page)
	}
	form["mark"] = carried(page)["mark"]
	if code, page, _ = desk.send("/answer/1", with(form, "do", "record"), nil); code != http.StatusConflict {
		t.Errorf("an answer that nobody signed was issued: %d %s", code, page)
	}
	code, page, to := desk.send("/answer/1", with(form, "do", "submit"), nil)
	if code != http.StatusSeeOther || !strings.HasPrefix(to, "/case/2026-00001") {
		t.Fatalf("%d %s", code, page)
	}
	if _, page = head.get("/sign"); !strings.Contains(page, `href="/sign/2026-00001"`) {
		t.Fatalf("待签批 does not list it: %s", page)
	}
	if _, page = head.get("/"); !strings.Contains(page, `<a href="/sign">待签批</a><b>1</b>`) || !strings.Contains(page, `<a href="/sign/2026-00001">签发</a>`) {
		t.Errorf("the head's day does not begin with what he is to sign: %s", page)
	}
	if _, page = b.seat(viewer).get("/sign/1"); !strings.Contains(page, "<b>只能查看</b>") {
		t.Errorf("who may only look is asked to sign: %s", page)
	}
	if _, page = b.seat(viewer).get("/case/1"); strings.Contains(page, `class="button main"`) {
		t.Errorf("who may only look is offered a step: %s", page)
	}
	_, page = head.get("/sign/1")
	for _, want := range []string{"拟答复不存在", "经检索档案室，没有该信息", "zhang@example.test", "政府信息不存在告知书", "class=\"letter\""} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not on the page of the submission", want)
		}
	}
	if code, page, _ := desk.post("/sign/1", with(carried(page), "do", "sign", "approver", "赵主任")); code != http.StatusForbidden {
		t.Errorf("a clerk has signed: %d %s", code, page)
	}
	if code, page, _ := head.post("/sign/1", with(carried(page), "do", "return")); code != http.StatusConflict || !strings.Contains(page, "退回的意见") {
		t.Errorf("sent back without a word: %d %s", code, page)
	}
	stale := carried(page)
	if code, _, _ := head.post("/sign/1", with(stale, "do", "return", "words", "写明检索的范围")); code != http.StatusSeeOther {
		t.Fatalf("not sent back: %d", code)
	}
	_, page = desk.get("/answer/1") // with what was submitted, and why it came back
	if !strings.Contains(page, "写明检索的范围") || !strings.Contains(page, "经检索档案室，没有该信息</textarea>") {
		t.Fatalf("the clerk does not see why: %s", page)
	}
	form = with(carried(page), "do", "try", "way", "draft", "outcome", "unable.not-held|36-4", "grounds", "经检索档案室和电子公文系统，没有该信息", "note", "")
	_, page, _ = desk.send("/answer/1", form, nil)
	form["mark"] = carried(page)["mark"]
	if code, page, _ := desk.send("/answer/1", with(form, "do", "submit"), nil); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, page)
	}
	if code, page, _ := head.post("/sign/1", with(stale, "do", "sign", "words", "同意")); code != http.StatusConflict || !strings.Contains(page, "在此期间有了新的记录：") || !strings.Contains(page, "wang") || !strings.Contains(page, "同意</textarea>") {
		t.Errorf("he signed what he has not seen: %d %s", code, page)
	}
	_, page = head.get("/sign/1")
	if code, page, _ := head.post("/sign/1", with(carried(page), "do", "sign", "words", "同意")); code != http.StatusSeeOther {
		t.Fatalf("not signed: %d %s", code, page)
	}
	_, page = desk.get("/answer/1")
	form = with(carried(page), "do", "try", "way", "draft", "outcome", "unable.not-held|36-4", "grounds", "经检索档案室和电子公文系统，没有该信息", "note", "")
	if code, page, _ = desk.send("/answer/1", with(form, "grounds", "没有"), nil); strings.Contains(page, `value="record"`) {
		t.Errorf("what was changed may go out: %d %s", code, page)
	}
	_, page, _ = desk.send("/answer/1", with(form, "grounds", "经检索档案室和电子公文系统，没有该信息"), nil)
	form["mark"] = carried(page)["mark"]
	if code, page, _ := desk.send("/answer/1", with(form, "do", "record"), nil); code != http.StatusSeeOther {
		t.Fatalf("what was signed does not go out: %d %s", code, page)
	}
}

// 部分公开 keeps what its withheld part rests on when it is submitted, and when it comes back.
func TestSubmitInPart(t *testing.T) {
	b := openBureau(t, signs)
	b.proposed()
	b.record("2026-00001", casefile.Screened{By: "保密员", Result: casefile.MayDiscloseInPart})
	desk := b.seat(clerk)
	_, page := desk.get("/answer/1")
	form := with(carried(page), "do", "try", "way", "paper", "outcome", "partial|37", "grounds", "部分涉及商业秘密", "fill:公开内容", "水质数据", "fill:不予公开内容", "企业的工艺参数")
	form["withheld"] = []string{"15", "36-7"}
	_, page, _ = desk.send("/answer/1", form, nil)
	form["mark"] = carried(page)["mark"]
	if code, page, _ := desk.send("/answer/1", with(form, "do", "submit"), nil); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, page)
	}
	if _, page = desk.get("/answer/1"); !strings.Contains(page, `<option value="15" selected>`) || !strings.Contains(page, `<option value="36-7" selected>`) {
		t.Errorf("the bases are lost: %s", page)
	}
}

// Several answers are submitted at once, and each is signed by itself; none is issued before.
func TestSubmitMany(t *testing.T) {
	b := openBureau(t, signs)
	for _, who := range []string{"张三", "李四"} {
		id := b.application("2026-11-02", who, "水质数据")
		b.record(id, casefile.Registered{As: casefile.Application, Applicant: who, Column: casefile.Natural, Request: "水质数据"})
	}
	desk, head := b.seat(clerk), b.seat(approver)
	_, page := desk.get("/answers?case=1&case=2")
	form := url.Values{"case": {"2026-00001", "2026-00002"}, "seen": carried(page)["seen"], "way": {"paper"}, "outcome": {"unable.not-held|36-4"}, "grounds": {"经检索没有"}, "note": {"拟答复不存在"}, "do": {"try"}}
	code, page, _ := desk.post("/answers", form)
	if code != http.StatusOK || !strings.Contains(page, "送审这 2 件") || strings.Contains(page, `value="record"`) {
		t.Fatalf("%d %s", code, page)
	}
	form["mark"] = carried(page)["mark"]
	if code, page, to := desk.post("/answers", with(form, "do", "record")); code == http.StatusSeeOther {
		t.Fatalf("issued without a signature: %s %s", to, page)
	}
	b.record("2026-00002", casefile.Noted{Text: "申请人来电"})
	if code, page, _ = desk.post("/answers", with(form, "do", "submit")); code != http.StatusOK || !strings.Contains(page, "2026-00002") || strings.Contains(page, "<b>已办</b>") {
		t.Fatalf("submitted over what somebody else has recorded: %d %s", code, page)
	}
	_, page = desk.get("/answers?case=1&case=2")
	form = with(form, "do", "try")
	form["seen"] = carried(page)["seen"]
	_, page, _ = desk.post("/answers", form)
	form["mark"] = carried(page)["mark"]
	if code, page, to := desk.post("/answers", with(form, "do", "submit")); code != http.StatusSeeOther || to != "/?recorded=2" {
		t.Fatalf("%d %s %s", code, to, page)
	}
	if _, page = head.get("/sign"); !strings.Contains(page, `href="/sign/2026-00001"`) || !strings.Contains(page, `href="/sign/2026-00002"`) {
		t.Fatalf("待签批 does not list both: %s", page)
	}
	_, page = head.get("/sign/2")
	if !strings.Contains(page, "拟答复不存在") {
		t.Errorf("the clerk's opinion is not there: %s", page)
	}
	if code, page, _ := head.post("/sign/2", with(carried(page), "do", "sign", "words", "同意")); code != http.StatusSeeOther {
		t.Fatalf("not signed: %d %s", code, page)
	}
	if _, page = head.get("/sign"); !strings.Contains(page, `href="/sign/2026-00001"`) || strings.Contains(page, `href="/sign/2026-00002"`) {
		t.Errorf("待签批 after one was signed: %s", page)
	}
}

// The same in a browser: the clerk submits, the head signs, and Enter decides nothing.
func TestSignInBrowser(t *testing.T) {
	t.Parallel()
	b := openBureau(t, recordsSigning)
	b.proposed()
	w := b.browse(t, 1366, 768)
	w.open("/answer/1")
	w.do(chromedp.SetValue(chromedp.CSS("[name=outcome]"), "unable.not-held|36-4"), chromedp.SetValue(chromedp.CSS("[name=grounds]"), "经检索档案室，没有该信息"))
	w.click("button[value=try]")
	w.click("button[value=submit]")
	w.click("nav a[href='/sign']")
	picture := func(name string) {
		t.Helper()
		p, err := chromedp.Run(w.ctx, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(t.ArtifactDir(), name+".png"), p, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	picture("signing")
	w.click("a[href='/sign/2026-00001']")
	w.do(chromedp.SetValue(chromedp.CSS("[name=approver]"), "赵主任"), chromedp.Focus(chromedp.CSS("[name=paper]")))
	if _, err := chromedp.RunResponse(w.ctx, chromedp.KeyEvent("\r")); err != nil {
		t.Fatal(err)
	}
	if s := w.text("main"); !strings.Contains(s, "待签批") {
		t.Errorf("Enter has signed: %s", s)
	}
	picture("submission")
	w.click("button[value=sign]")
	if s := w.text(".note.good"); !strings.Contains(s, "签发 2026-00001") {
		t.Errorf("not signed: %s", s)
	}
	w.open("/answer/1")
	if s := w.text("main"); !strings.Contains(s, "已签发") {
		t.Errorf("the clerk does not see that it is signed: %s", s)
	}
	w.click("button[value=try]")
	w.click("button[value=record]")
	w.quiet("signing")
	w.do(chromedp.EmulateViewport(390, 800))
	for _, path := range []string{"/sign", "/sign/1"} {
		w.open(path)
		if over := eval[int](w, "document.documentElement.scrollWidth - window.innerWidth"); over > 0 {
			t.Errorf("%s is %d px too wide", path, over)
		}
	}
}
