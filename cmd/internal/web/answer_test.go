package web

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
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
	partial := with(form, "do", "try", "way", "paper", "outcome", "partial|"+casefile.Partial.Bases()[0], "grounds", "部分涉及商业秘密")
	if code, page, _ := s.send("/answer/1", partial, nil); code == http.StatusOK || !strings.Contains(page, "部分公开没有写明不予公开的部分依据什么") {
		t.Errorf("in part, without a basis of the rest: %d %s", code, page)
	}
	partial["withheld"] = []string{"15", "36-7"}
	if code, page, _ := s.send("/answer/1", partial, nil); code != http.StatusOK || !strings.Contains(page, "某区青石路00号，电话 00000000") || // the office's own number, as in the letter
		!strings.Contains(page, "<div class=\"typed\">条例第十五条（第三方合法权益）\n条例第三十六条第（七）项（行政查询事项）</div>") || !strings.Contains(page, `<div class="field said-so blank"><label for="note">`) || // on paper
		strings.Contains(page, "不予公开依据：") || !strings.Contains(page, `<option value="15" selected>`) || !strings.Contains(page, `<option value="36-7" selected>`) {
		t.Errorf("in part: %d %s", code, page)
	}
	form = with(form, "do", "try", "way", "draft", "outcome", "disclosed|36-2-provide", "grounds", "")
	form.Del("withheld")
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
	if code, page, _ := s.send("/answer/1", with(form, "do", "try"), nil); code != http.StatusConflict || !strings.Contains(page, "在此期间有了新的记录：") || !strings.Contains(page, "制发文书") || !strings.Contains(page, "水质 数据.csv") {
		t.Errorf("who answers it a second time is not told what happened meanwhile: %d %s", code, page)
	}
	if _, page := s.get("/case/1"); !strings.Contains(page, "文书") {
		t.Errorf("the letter does not stand on its case: %s", page)
	}
}

// Files that are too large are refused and not kept half; what was typed above and below them is still there.
func TestLargeUpload(t *testing.T) {
	b := openBureau(t)
	s := b.seat(clerk)
	b.application("2026-11-02", "张三", "水质监测数据")
	for path, form := range map[string]url.Values{"/answer/1": {"do": {"try"}, "outcome": {"disclosed|36-1"}, "grounds": {"写了很久的理由"}}, "/attach/1": {"do": {"try"}, "reason": {"写了很久的理由"}}} {
		code, page, _ := s.send(path, form, map[string]string{"大.zip": strings.Repeat("x", uploadLimit+1)})
		if code != http.StatusRequestEntityTooLarge || strings.Contains(page, "（还没有") || strings.Contains(page, "大.zip") || !strings.Contains(page, "所选的文件太大（共约 64 MB）") || !strings.Contains(page, "写了很久的理由") {
			t.Errorf("%s: %d %s", path, code, page)
		}
	}
}

// E-mail is where an answer begins if the applicant asked for it, or wrote by it and asked for nothing else.
func TestWayOfAnswer(t *testing.T) {
	b := openBureau(t)
	s := b.seat(clerk)
	for i, tt := range []struct{ delivery, form, email, way, says string }{
		{"", "", "", "draft", "没有写明"},
		{"", "", "zhang@example.test", "draft", "zhang@example.test"},
		{"电子邮件", "", "zhang@example.test", "draft", "电子邮件"},
		{"电子邮箱", "电子版", "zhang@example.test", "draft", "载体 电子版"},
		{"邮寄或者电子邮件", "", "", "draft", "邮寄或者电子邮件"},
		{"邮寄", "", "zhang@example.test", "paper", "<b>邮寄</b>"},
		{"邮寄，不要电子邮件", "", "zhang@example.test", "paper", "<b>邮寄，不要电子邮件</b>"},
		{"自行领取", "", "", "paper", "<b>自行领取</b>"},
		{"", "纸质", "zhang@example.test", "paper", "<b>纸质</b>"},
		{"", "光盘", "", "paper", "<b>光盘</b>"},
		{"传真", "", "", "paper", "<b>传真</b>"},
	} {
		b.mail(fmt.Sprintf("From: 张三 <zhang@example.test>\nTo: office@example.test\nSubject: 政府信息公开申请\nMessage-ID: <%d@example.test>\n\n现申请公开第%d号断面水质数据。\n申请人：张三\n", i, i))
		id := casefile.NewID(2026, i+1)
		b.record(id, casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "水质数据", Email: tt.email, Delivery: tt.delivery, Form: tt.form})
		_, page := s.get("/answer/" + string(id))
		if _, top, _ := strings.Cut(page, "<dt>要求</dt>"); !strings.Contains(page, `value="`+tt.way+`" checked`) || !strings.Contains(top[:strings.Index(top, "</dl>")], tt.says) {
			t.Errorf("%q, %q: %s", tt.delivery, tt.form, page)
		}
	}
	b.mail("From: 王五 <wang@example.test>\nTo: office@example.test\nSubject: 政府信息公开申请\nMessage-ID: <said@example.test>\n\n现申请公开水质数据。\n申请人：王五\n获取信息的方式：邮寄\n")
	said := casefile.NewID(2026, 12)
	b.record(said, casefile.Registered{As: casefile.Application, Applicant: "王五", Column: casefile.Natural, Request: "水质数据", Email: "wang@example.test"})
	if _, page := s.get("/answer/" + string(said)); !strings.Contains(page, `value="paper" checked`) || !strings.Contains(page, "<dt>没有登记的</dt>") || !strings.Contains(page, "<b>邮寄</b>") {
		t.Errorf("what the mail asks for and nobody registered is not shown: %s", page)
	}
	b.mail("From: 赵六 <zhao@example.test>\nTo: office@example.test\nSubject: 政府信息公开申请\nMessage-ID: <mute@example.test>\n\n现申请公开水质数据。\n申请人：赵六\n")
	mute := casefile.NewID(2026, 13)
	b.record(mute, casefile.Registered{As: casefile.Application, Applicant: "赵六", Column: casefile.Natural, Request: "水质数据"})
	if _, page := s.get("/answers?case=" + string(mute)); !strings.Contains(page, "纸质（没有登记电子邮箱）") {
		t.Errorf("nobody is told why it goes on paper: %s", page)
	}
	if _, page := s.get("/answers?case=" + string(said)); !strings.Contains(page, "纸质（来信要求，尚未登记）") {
		t.Errorf("among several it would go by mail: %s", page)
	}
	id := b.application("2026-11-02", "李四", "水质数据") // by post, without an address
	b.record(id, casefile.Registered{As: casefile.Application, Applicant: "李四", Column: casefile.Natural, Request: "水质数据"})
	if _, page := s.get("/answer/" + string(id)); !strings.Contains(page, `value="paper" checked`) || !strings.Contains(page, "没有登记寄往的地址") {
		t.Errorf("by post: %s", page)
	}
	despite := answerView{Issues: true, Way: "draft"}
	paper, wanted := despite, despite
	paper.Way, wanted.Detail.MailWanted = "paper", true
	if despite.Main() || !paper.Main() || !wanted.Main() {
		t.Error("a mail to somebody who asked for paper is the likely button, or paper is not")
	}
}

// What an answer lacks leads to the field that takes it, and the address that was chosen is explained, not the others.
func TestWhereAnswerLacks(t *testing.T) {
	for do, want := range map[string]string{"--to、ysq answer 编号 --email 地址": "to", "--file 文件": "file", "--withheld": "withheld", "ysq register 2026-00001": "told", "": "told"} {
		if got := fieldOf(casefile.Lacks("某项", "写明\n"+do)); got != want {
			t.Errorf("%q leads to %q, want %q", do, got, want)
		}
	}
	lacks := answerView{Tried: &ask.AnswerResult{Missing: []ask.Missing{casefile.Lacks("收件人", "写明\n--to、ysq answer 编号 --email 地址")}}}
	if !lacks.Unfolded() || (answerView{Tried: &ask.AnswerResult{}}).Unfolded() {
		t.Error("the field of the address is unfolded where it is lacking, and only there")
	}
	v := answerView{Tried: &ask.AnswerResult{Mail: &ask.OutgoingView{To: "Zhang@example.test", Recipients: []ask.Recipient{{Mail: "zhang@example.test", Source: "登记"}, {Mail: "li@example.test", Source: "来信"}}}}}
	if got := v.Chosen(); len(got) != 1 || got[0].Source != "登记" {
		t.Errorf("%+v", got)
	}
}

// Who answers a case, and who signs that, is led to the mails about which nobody has decided.
func TestOpenMailBesideAnswer(t *testing.T) {
	b := openBureau(t, recordsSigning)
	b.application("2026-11-02", "张三", "水质数据")
	b.record("2026-00001", casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "水质数据", Email: "zhang@example.test"})
	b.mail("From: 张三 <zhang@example.test>\nTo: office@example.test\nSubject: 关于 2026-00001 的补充\nMessage-ID: <2@example.test>\n\n只要 2025 年的。\n")
	s := b.seat(clerk)
	_, page := s.get("/answer/1")
	form := with(carried(page), "do", "try", "way", "paper", "outcome", "unable.not-held|36-4", "grounds", "经检索没有")
	code, page, _ := s.send("/answer/1", form, nil)
	link := regexp.MustCompile(`还有来信没有处理</b>[^<]*<a href="/mail/[0-9a-f]{64}" target="_blank">关于 2026-00001 的补充</a>`)
	if code != http.StatusOK || !link.MatchString(page) || !strings.Contains(page, `<a href="#told">未处理来信 1 封</a>`) {
		t.Fatalf("%d %s", code, page)
	}
	s.send("/answer/1", with(form, "do", "submit", "mark", carried(page).Get("mark")), nil)
	if _, page := s.get("/sign/1"); !strings.Contains(page, `target="_blank">关于 2026-00001 的补充</a>`) {
		t.Errorf("%s", page)
	}
}

// What a third party opposes is given only for a reason, which has its field once it is needed.
func TestAnswerAgainstOpinion(t *testing.T) {
	b := openBureau(t, signs)
	b.proposed()
	desk := b.seat(clerk)
	b.record("2026-00001", casefile.Screened{By: "保密员", Result: casefile.MayDisclose})
	b.record("2026-00001", casefile.ConsultationSent{Side: casefile.ThirdParty, Party: "甲公司"})
	b.record("2026-00001", casefile.ConsultationAnswered{Party: "甲公司", Opinion: casefile.Objects})
	_, page := desk.get("/answer/1")
	if strings.Contains(page, `name="objection"`) {
		t.Errorf("the field is there before it is needed: %s", page)
	}
	form := with(carried(page), "do", "try", "way", "paper", "outcome", "disclosed|36-2-provide")
	code, page, _ := desk.send("/answer/1", form, nil)
	if code == http.StatusOK || !strings.Contains(page, "甲公司") || !strings.Contains(page, `<select id="objection" name="objection" autofocus aria-invalid="true">`) {
		t.Fatalf("without a reason: %d %s", code, page)
	}
	code, page, _ = desk.send("/answer/1", with(form, "objection", "unfounded"), map[string]string{"数据.csv": "断面,氨氮\n"})
	if code != http.StatusOK || !strings.Contains(page, "宜将决定公开的内容和理由书面告知第三方") {
		t.Fatalf("with a reason: %d %s", code, page)
	}
	form = with(form, "objection", "unfounded", "do", "submit", "mark", carried(page).Get("mark"))
	form["kept"] = carried(page)["kept"]
	if code, page, _ := desk.send("/answer/1", form, nil); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, page)
	}
	if _, page = desk.get("/answer/1"); !strings.Contains(page, `<option value="unfounded" selected>`) {
		t.Errorf("the reason is lost: %s", page)
	}
}
