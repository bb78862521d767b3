package web

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/worker"
)

// TestMain is the program itself when a test's office executes it again to read or to draw an attachment.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Command {
		os.Exit(worker.Main(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	}
	code := m.Run()
	closeChromium()
	os.Exit(code)
}

// enclosed is a mail with a file.
func enclosed(from, subject, text, name string, body []byte) string {
	return "From: " + from + "\nTo: office@example.test\nSubject: " + subject + "\nMessage-ID: <" + casefile.DigestOf(body).Short() + "@example.test>\n" +
		"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n" + text + "\n" +
		"--b\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=\"" + name + "\"\n\n" +
		base64.StdEncoding.EncodeToString(body) + "\n--b--\n"
}

// scan is a picture of a page, grey with a black line.
func scan(t *testing.T) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 420, 594))
	for i := range m.Pix {
		m.Pix[i] = 0xee
	}
	for x := 40; x < 380; x++ {
		m.SetGray(x, 80, color.Gray{})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// document is a Word document with these paragraphs.
func document(t *testing.T, paragraphs ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range map[string]string{
		"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
		"_rels/.rels":         `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
		"word/document.xml": `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>` +
			strings.Join(paragraphs, `</w:t></w:r></w:p><w:p><w:r><w:t>`) + `</w:t></w:r></w:p></w:body></w:document>`,
	} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(content))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// set types into fields and chooses in them.
func (w *browser) set(pairs ...string) {
	w.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		w.do(chromedp.SetValue(chromedp.CSS("[name="+pairs[i]+"]"), pairs[i+1]))
	}
}

// recorded tries what a form says, and records it.
func (w *browser) recorded(shows string) {
	w.t.Helper()
	w.click("button[value=try]")
	if s := w.text("main"); !strings.Contains(s, "没有记录") && !strings.Contains(s, "还没有制发") || !strings.Contains(s, shows) {
		w.t.Fatalf("without %q: %s", shows, s)
	}
	w.click("button[value=record]")
	if s := w.text("main"); strings.Contains(s, "没有记录") || strings.Contains(s, "未能完成") {
		w.t.Fatalf("not recorded: %s", s)
	}
}

// The desk's days: an application as a picture and one as a Word file, 补正 with an answer by mail, an answer with a file,
// two people on one case, and the end of the year.
func TestDaysInBrowser(t *testing.T) {
	t.Parallel()
	b := openBureau(t)
	b.mail(enclosed("李青 <li@example.test>", "申请表见照片", "请见附件。", "申请表.png", scan(t)))
	b.mail(enclosed("云帆环保 <yun@example.test>", "政府信息公开申请", "申请表见附件。", "申请表.docx", document(t, "政府信息公开申请表", "申请人：云帆环保科技有限公司", "联系电话：13900000001", "所需的政府信息：2025年度污水管网工程竣工验收资料")))
	w := b.browse(t, 1366, 768)

	// A picture says nothing that could be proposed: it stands beside the fields, and a person types.
	w.open("/register/1")
	if high := eval[int](w, `document.querySelector("iframe[name=sheet]").offsetHeight`); high != 0 {
		t.Errorf("a frame without a page takes %d px", high)
	}
	w.do(chromedp.Click(chromedp.CSS("form[data-sheet] button")))
	w.until(`(() => { const d = document.querySelector("iframe[name=sheet]").contentDocument; const m = d && d.querySelector("img"); return !!m && m.naturalWidth > 100; })()`)
	w.set("applicant", "李青", "column", "natural", "request", "河湾路改造的批复", "email", "li@example.test")
	w.recorded("收件")
	w.quiet("a picture")
	w.open("/case/1")
	w.do(chromedp.Click(chromedp.CSS("form[data-sheet] button")))
	w.until(`(() => { const f = document.querySelector("iframe[name=sheet]"), d = f.contentDocument, m = d && d.querySelector("img"), at = f.getBoundingClientRect(), mail = document.querySelector("article.mail").getBoundingClientRect();
		return !!m && m.naturalWidth > 100 && at.left >= mail.right && at.width > 500 && at.top < window.innerHeight && mail.bottom > 0 && mail.top < window.innerHeight; })()`)
	w.do(chromedp.Click(chromedp.CSS("[data-close]")))
	w.until(`document.querySelector("iframe[name=sheet]").offsetHeight === 0`)
	w.quiet("a picture beside its case")
	w.open("/answer/1")
	if at := eval[string](w, `(() => { const s = document.querySelector(".sum"), b = s.getBoundingClientRect(); return b.bottom <= window.innerHeight && b.height > 0 ? s.textContent : b.top + " to " + b.bottom; })()`); !strings.Contains(at, "从严") {
		t.Errorf("what an answer comes to is not in sight: %s", at)
	}

	// Of a Word file the values are there, and the page marks where they were read.
	w.open("/register/2")
	if s := eval[string](w, `document.querySelector("[name=applicant]").value`); s != "云帆环保科技有限公司" {
		t.Errorf("the applicant that was read is %q", s)
	}
	shown := regexp.MustCompile(`action="(/mail/[0-9a-f]{64}/page)"[^>]*><input type="hidden" name="part" value="(\d+)">`).FindStringSubmatch(eval[string](w, `document.documentElement.outerHTML`))
	if shown == nil {
		t.Fatal("the file cannot be looked at")
	}
	if code, page, _ := b.seat(clerk).post(shown[1], url.Values{"part": {shown[2]}, "case": {"2026-00002"}}); code != http.StatusOK || !strings.Contains(page, `<mark title="申请人">云帆环保科技有限公司</mark>`) {
		t.Errorf("%d %s", code, page)
	}
	w.set("column", "business") // nobody proposes it: 公司 stands in more than one column
	w.recorded("云帆环保科技有限公司")
	w.quiet("a Word file")

	// 补正: asked for, answered by mail, and the mail is open until the step names it.
	w.open("/step/correct?case=1")
	w.set("item", "所需文件的名称或者文号", "until", "2026-12-15")
	w.recorded("停止计算")
	b.setClock(b.now.AddDate(0, 0, 1))
	b.mail("From: 李青 <li@example.test>\nTo: office@example.test\nSubject: 补正 2026-00001\nMessage-ID: <c@example.test>\nContent-Type: text/plain; charset=utf-8\n\n现补正：河湾路改造的立项批复。\n")
	w.open("/")
	if s := w.text(".side"); !strings.Contains(s, "2026-00001") {
		t.Errorf("the mail does not wait on 待办: %s", s)
	}
	w.open("/case/1")
	if s := w.text("main"); !strings.Contains(s, "补正 2026-00001") {
		t.Errorf("the mail does not stand on its case: %s", s)
	}
	w.open("/step/corrected?case=1")
	w.recorded("收到补正")

	// The answer, with a file in which somebody's number stands.
	file := filepath.Join(t.TempDir(), "批复.txt")
	if err := os.WriteFile(file, []byte("关于立项的批复。联系人电话 13800001111。\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.open("/answer/1")
	w.set("outcome", "disclosed|36-2-provide")
	w.do(chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{file}), chromedp.Click(chromedp.CSS("[name=way][value=paper]")))
	w.click("button[value=try]")
	if s := w.text("main"); !strings.Contains(s, "批复.txt") || !strings.Contains(s, "还没有制发") || !strings.Contains(s, "个人信息") {
		t.Errorf("the answer does not warn: %s", s)
	}
	w.quiet("an answer")

	// Two people on one case: the second is told, and keeps what he typed.
	w.open("/step/note?case=2")
	w.set("text", "我写的备注")
	w.click("button[value=try]")
	b.record("2026-00002", casefile.Noted{Text: "同事写的备注"})
	if _, err := chromedp.RunResponse(w.ctx, chromedp.Click(chromedp.CSS("button[value=record]"))); err != nil {
		t.Fatal(err)
	}
	if s := w.text("main"); !strings.Contains(s, "同事写的备注") || eval[string](w, `document.querySelector("[name=text]").value`) != "我写的备注" {
		t.Errorf("who was overtaken is not told, or lost what he typed: %s", s)
	}
	w.forget()

	// The end of the year: a clerk may not freeze it.
	b.setClock(civil.MustParse("2027-01-06").Start().Add(9 * time.Hour))
	w.open("/year/2026/freeze")
	w.click("button[value=try]")
	if s := w.text("main"); !strings.Contains(s, "审核") {
		t.Errorf("a clerk is not refused: %s", s)
	}
	w.forget()
	head := w.as(approver, b)
	head.open("/year/2026/freeze")
	eval[int](head, `document.querySelectorAll("input[name^='waive:']").forEach(i => i.value = "补录后再改"), 0`)
	head.recorded("可以冻结")
	if s := head.text("main"); !strings.Contains(s, "已冻结") {
		t.Errorf("%s", s)
	}
	head.quiet("freezing")
}

// Who has been away too long has to log in again, and is told that what he sent was not recorded; so has whoever guesses.
func TestStayEnds(t *testing.T) {
	b := openBureau(t)
	secret, err := ask.Do(t.Context(), b.client(approver), ask.AddPerson, ask.PersonRequest{PersonRef: ask.PersonRef{Name: "王小明"}, Role: "经办"})
	if err != nil {
		t.Fatal(err)
	}
	client := b.client(ask.Actor{Name: "ysq-web", UID: 4_000_000_200, Web: true})
	in, err := ask.Do(t.Context(), client, ask.Login, ask.LoginRequest{Name: "王小明", Password: string(secret.Password), New: "correct horse battery", From: "192.0.2.1"})
	if err != nil {
		t.Fatal(err)
	}
	s := seat{t, Network(client, func(err error) { t.Error(err) })}
	at := func(path string) int {
		r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Cookie", loginCookie+"="+string(in.Token))
		w := s.answer(r)
		if w.Code != http.StatusOK && !strings.Contains(w.Body.String(), "登录已过期") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		return w.Code
	}
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{0, 200}, {29 * time.Minute, 200}, {29 * time.Minute, 200}, {31 * time.Minute, 401}} {
		b.setClock(b.now.Add(step.after))
		if got := at("/"); got != step.want {
			t.Errorf("after %v: %d, want %d", step.after, got, step.want)
		}
	}
}

// What is too large to be read for what else it holds is refused at once.
func TestUploadTooLarge(t *testing.T) {
	b := openBureau(t)
	b.application("2026-11-02", "张三", "水质监测数据")
	r, err := http.NewRequest(http.MethodPost, "/answer/1", neverRead{t})
	if err != nil {
		t.Fatal(err)
	}
	r.ContentLength = 2 << 30
	r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if w := b.seat(clerk).answer(r); w.Code != http.StatusRequestEntityTooLarge || !strings.Contains(w.Body.String(), "太大") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// neverRead is a body that must not be read.
type neverRead struct{ t *testing.T }

func (n neverRead) Read([]byte) (int, error) {
	n.t.Error("it is read")
	return 0, fmt.Errorf("read")
}
