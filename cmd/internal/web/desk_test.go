package web

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/durable/durabletest"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/intake"
	"ysq.internal/ysq/cmd/internal/offline"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox/imapsim"
)

// The people of these tests. Their uids are above all that an account has.
var (
	viewer   = ask.Actor{Name: "chen", UID: 4_000_000_100, Role: ask.Viewer}
	clerk    = ask.Actor{Name: "wang", UID: 4_000_000_101, Role: ask.Operator}
	approver = ask.Actor{Name: "zhao", UID: 4_000_000_102, Role: ask.Approver}
)

// bureau is a real office, on a day, and its desk for whoever asks.
type bureau struct {
	t      testing.TB
	door   *ask.Door
	sim    *imapsim.Server
	intake *intake.Room
	mu     sync.Mutex
	now    time.Time
}

// clock is the office's; setClock moves it.
func (b *bureau) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bureau) setClock(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = now
}

func openBureau(t testing.TB, changes ...func(*config.Config)) *bureau {
	t.Helper()
	b := &bureau{t: t, now: civil.MustParse("2026-11-23").Start().Add(9 * time.Hour)}
	c := config.Default()
	c.Agency = config.Agency{Name: "某区城乡建设局", Code: "某建依申请"}
	c.Letter.Contact, c.Letter.ReviewOrgan, c.Letter.Court = "某区青石路00号，电话 00000000", "某区人民政府", "某区人民法院"
	c.Paths.State = filepath.Join(durabletest.Dir(t), "state")
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	m := config.DefaultMailbox()
	m.Name, m.User, m.Host, m.Port, m.TLS, m.PasswordFile = "office@example.test", "office@example.test", "127.0.0.1", 143, config.Plaintext, password
	c.Mailboxes = []config.Mailbox{m}
	for _, change := range changes {
		change(&c)
	}
	var err error
	if b.sim, err = imapsim.New(imapsim.Options{User: m.User, Password: "secret", Security: imapsim.PlainText}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.sim.Close)
	if err := offline.Init(c.Paths.State, config.Owner{}, b.now.AddDate(0, -11, 0)); err != nil {
		t.Fatal(err)
	}
	o, err := office.Open(office.Options{Options: desk.Options{Config: c, Log: zerolog.Nop(), Version: "test", Now: b.clock,
		Command: "test", Space: durable.SpaceOf, Dial: func(ctx context.Context, _ string) (net.Conn, error) { return b.sim.Dial(ctx) }}, Worker: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, p := range o.Intake.Pollers {
			p.Close()
		}
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	})
	b.intake = o.Intake
	o.Started = b.now // else every page says that nobody fetches mails
	o.People.Memory = 64
	b.door = o.Door(func(err error) { t.Log(err) })
	return b
}

func (b *bureau) client(who ask.Actor) *ask.Client {
	c := ask.InProcess(b.door, who, func() error { return nil })
	b.t.Cleanup(func() { c.Close() })
	return c
}

// in lets everybody in.
type in struct{ client *ask.Client }

func (d in) Admit(http.ResponseWriter, *http.Request) (*ask.Client, bool) { return d.client, true }
func (d in) Again(http.ResponseWriter, *http.Request, held)               {}
func (d in) Leave(http.ResponseWriter, *http.Request)                     {}

// seat is a person at the desk.
type seat struct {
	t    testing.TB
	site *Site
}

func (b *bureau) seat(who ask.Actor) seat {
	return seat{b.t, New(Options{Door: in{b.client(who)}, Now: b.clock, Failed: func(err error) { b.t.Error(err) }})}
}

func (s seat) answer(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.site.ServeHTTP(w, r)
	return w
}

func (s seat) fetch(path string) *httptest.ResponseRecorder {
	return s.answer(httptest.NewRequest(http.MethodGet, path, nil))
}

func (s seat) get(path string) (int, string) {
	w := s.fetch(path)
	return w.Code, w.Body.String()
}

// submit sends a form as a browser does.
func (s seat) submit(path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return s.answer(r)
}

// post sends a form and returns the page, or where it leads.
func (s seat) post(path string, form url.Values) (int, string, string) {
	w := s.submit(path, form)
	return w.Code, w.Body.String(), w.Header().Get("Location")
}

// regexpFill finds the contents that only the clerk knows.
var regexpFill = regexp.MustCompile(`name="fill:([^"]*)"`)

var hiddenInput = regexp.MustCompile(`<input type="hidden" name="([a-z]+)" value="([^"]*)">`)

// carried are the hidden fields of a page.
func carried(page string) url.Values {
	v := url.Values{}
	for _, m := range hiddenInput.FindAllStringSubmatch(page, -1) {
		v.Add(m[1], strings.ReplaceAll(m[2], "&amp;", "&"))
	}
	return v
}

// with adds what a person types.
func with(v url.Values, pairs ...string) url.Values {
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// application makes a case that came by post.
func (b *bureau) application(day, who, what string) casefile.ID {
	b.t.Helper()
	res, err := ask.Do(context.Background(), b.client(clerk), ask.New, ask.NewCase{Channel: casefile.RegisteredPost, On: ask.Day(civil.MustParse(day)), From: who, Subject: what})
	if err != nil {
		b.t.Fatal(err)
	}
	return res.Cases[0].Case
}

// mail puts a mail into the office's mailbox and has it taken.
func (b *bureau) mail(raw string) {
	b.t.Helper()
	b.sim.Add("INBOX", []byte(strings.ReplaceAll(raw, "\n", "\r\n")), b.now)
	if _, err := ask.Do(context.Background(), b.client(clerk), ask.Poll, ask.None{}); err != nil {
		b.t.Fatal(err)
	}
}

// record records events on a case.
func (b *bureau) record(id casefile.ID, events ...casefile.Event) {
	b.t.Helper()
	var req ask.AppendRequest
	for _, e := range events {
		body, err := casefile.EncodeEvent(e)
		if err != nil {
			b.t.Fatal(err)
		}
		req.Drafts = append(req.Drafts, ask.DraftView{Case: id, Kind: e.Kind(), Event: body})
	}
	if _, err := ask.Do(context.Background(), b.client(approver), ask.Append, req); err != nil {
		b.t.Fatal(err)
	}
}

// Every page answers, with an empty register and with cases in it, and keeps its policy.
func TestPagesAnswer(t *testing.T) {
	b := openBureau(t)
	s := b.seat(clerk)
	all := []string{"/", "/cases", "/cases?which=all&sort=newest&stage=received", "/mails", "/mails?place=history&out=all", "/years", "/year/2026", "/year/2026/freeze", "/year/2026/opening", "/year/2026/words", "/year/2026/cell?name=" + url.QueryEscape("一,总计"), "/stats", "/stats?from=2026-03-01&to=2026-05-31", "/dispute", "/search", "/search?q=水质", "/status", "/new", "/sign"}
	look := func() {
		t.Helper()
		for _, path := range all {
			w := httptest.NewRecorder()
			s.site.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "</html>") {
				t.Errorf("%s: %d %s", path, w.Code, w.Body.String())
			}
			if got := w.Header().Get("Content-Security-Policy"); got != policy {
				t.Errorf("%s: policy %q", path, got)
			}
			if body := w.Body.String(); strings.Contains(body, "style=") || strings.Contains(body, "<style") || strings.Contains(body, "onclick") || strings.Contains(body, "ZgotmplZ") {
				t.Errorf("%s has style or script of its own:\n%s", path, body)
			}
		}
	}
	look()
	id := b.application("2026-11-02", "河湾村村民委员会", "申请公开水质监测数据")
	all = append(all, "/case/"+string(id), "/case/1", "/case/1/days", "/case/"+string(id)+"/days", "/register/"+string(id), "/step/dismiss?case="+string(id), "/split/1", "/attach/1", "/detach/1?digest=x", "/dispute?case=1", "/step/note?case=1&case="+string(b.application("2026-11-20", "某公司", "合同")))
	for command := range commands() {
		all = append(all, "/step/"+command+"?case=1")
	}
	look()
	long := strings.Repeat("某", 500)
	last := b.application("2026-11-20", long, long)
	for _, path := range []string{"/", "/cases", "/step/note?case=" + string(last)} { // whose name is no name takes no more room than one
		if _, page := s.get(path); !strings.Contains(page, string(last)) || strings.Contains(page, long) {
			t.Errorf("%s does not cut what is too long for a line", path)
		}
	}
	if _, page := s.get("/case/" + string(last)); !strings.Contains(page, long) {
		t.Error("the case cuts it as well")
	}
	for path, want := range map[string]int{"/nowhere": 404, "/case/99": 404, "/step/steal?case=1": 404, "/step/note": 400, "/mail/abcdef123456": 404, "/year/x": 404, "/year/2026/report/exe": 404, "/year/2026/diff": 409, "/dispute/Y2026-009": 404, "/sign/1": 404, "/dispute/Y2026-009/steal": 404, "/stats?from=gestern": 400, "/split/99": 404, "/mail/abcdef123456/join": 404, "/outbox/9": 404, "/cases?stage=x": 400} {
		if code, page := s.get(path); code != want || !strings.Contains(page, "未能完成") {
			t.Errorf("%s: %d, want %d\n%s", path, code, want, page)
		}
	}
}

// A step is judged and shown before it is recorded; what was changed after it is judged again.
func TestStepIsTriedBeforeItIsRecorded(t *testing.T) {
	b := openBureau(t)
	s := b.seat(clerk)
	id := b.application("2026-11-02", "张三", "水质监测数据")
	path := "/step/register"
	_, page := s.get(path + "?case=1")
	form := with(carried(page), "do", "try", "applicant", "张三", "column", "natural", "request", "2025年水质监测数据")
	form.Set("as", "application")
	code, page, _ := s.post(path, form)
	if code != http.StatusOK || !strings.Contains(page, "还没有记录") || !strings.Contains(page, "收件 → <b>登记</b>") {
		t.Fatalf("%d %s", code, page)
	}
	count := func() int {
		d, err := ask.Do(t.Context(), b.client(clerk), ask.Show, ask.WholeCase(id))
		if err != nil {
			t.Fatal(err)
		}
		return len(d.Records)
	}
	before := count()
	tried := carried(page).Get("mark")
	lacks := with(url.Values{"case": form["case"], "seen": form["seen"]}, "do", "try", "column", "natural", "request", "水质") // the applicant
	if code, page, _ := s.post(path, lacks); code != http.StatusConflict || !regexp.MustCompile(`(?s)<div class="field wrong said-so[^"]*">\s*<label for="f-applicant">.{0,400}请写明`).MatchString(page) || !strings.Contains(page, "水质</textarea>") {
		t.Errorf("what is missing is not said at its field: %d %s", code, page)
	}
	for name, changed := range map[string]url.Values{
		"without trying": with(url.Values{"case": form["case"], "seen": form["seen"]}, "do", "record", "mark", "", "applicant", "张三", "column", "natural"),
		"changed after":  with(url.Values{"case": form["case"], "seen": form["seen"]}, "do", "record", "mark", tried, "applicant", "李四", "column", "natural"),
	} {
		if code, page, _ := s.post(path, changed); code != http.StatusOK || !strings.Contains(page, "还没有记录") || count() != before {
			t.Errorf("%s: %d, %d records\n%s", name, code, count(), page)
		}
	}
	code, page, to := s.post(path, with(form, "do", "record", "mark", tried))
	if code != http.StatusSeeOther || !strings.HasPrefix(to, "/case/"+string(id)+"?new=") {
		t.Fatalf("%d %s %s", code, to, page)
	}
	if _, page := s.get(to); !strings.Contains(page, "已记录") || !strings.Contains(page, "2025年水质监测数据") {
		t.Errorf("the case does not say what was recorded: %s", page)
	}
}

// The steps that a case comes to next stand below those that may be recorded, with why they cannot be yet; for whoever may
// only look, so does what the case needs now.
func TestRefusedStepsStayVisible(t *testing.T) {
	b := openBureau(t)
	b.application("2026-11-02", "张三", "水质监测数据")
	for _, tt := range []struct {
		who           ask.Actor
		shown, folded string
	}{
		{clerk, `<b>答复</b><span class="why">现处“收件”阶段；此步可在登记、审查、办理阶段记录</span>`, "归档"},
		{viewer, `<b>登记</b><span class="why">需要“经办”角色</span>`, "归档"},
	} {
		_, page := b.seat(tt.who).get("/case/1")
		_, steps, _ := strings.Cut(page, "<h2>下一步</h2>")
		shown, folded, _ := strings.Cut(steps, "<details>")
		folded, _, _ = strings.Cut(folded, "</section>")
		if !strings.Contains(shown, tt.shown) || strings.Contains(folded, tt.shown) || strings.Contains(shown, "没有必须办的") {
			t.Errorf("%s sees %s", tt.who.Name, shown)
		}
		if strings.Contains(shown, tt.folded) || !strings.Contains(folded, `<span aria-disabled="true">`+tt.folded+`</span>`) {
			t.Errorf("%s finds folded %s", tt.who.Name, folded)
		}
	}
}

// The register computes a fee, and the trial says how it comes about.
func TestFeeIsComputed(t *testing.T) {
	b := openBureau(t)
	s := b.seat(clerk)
	id := b.application("2026-11-02", "张三", "水质监测数据")
	b.record(id, casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "x"}, casefile.Reviewed{})
	_, page := s.get("/step/fee?case=1")
	code, page, _ := s.post("/step/fee", with(carried(page), "do", "try", "by", "页", "count", "57"))
	for _, want := range []string{"第 31 至 100 页：27 页 × 10 元 = 270 元", "应缴 270 元"} {
		if code != http.StatusOK || !strings.Contains(page, want) {
			t.Errorf("%d, without %q\n%s", code, want, page)
		}
	}
	if _, page, _ := s.post("/step/fee", with(carried(page), "do", "try", "by", "页", "count", "30")); !strings.Contains(page, "30 页不收费") {
		t.Errorf("nothing says that 30 pages are free\n%s", page)
	}
}

// What is wrong is said at its field, and nothing that was typed is lost.
func TestStepSaysWhichField(t *testing.T) {
	b := openBureau(t)
	s := b.seat(clerk)
	b.application("2026-11-02", "张三", "水质监测数据")
	_, page := s.get("/step/register?case=1")
	code, page, _ := s.post("/step/register", with(carried(page), "do", "try", "applicant", "张<三>", "request", "第一行\r\n第二行"))
	if code != http.StatusBadRequest || !strings.Contains(page, "公开申请要写申请人类别") || !strings.Contains(page, "张&lt;三&gt;") || !strings.Contains(page, "第一行\n第二行") {
		t.Errorf("%d %s", code, page)
	}
	code, page, _ = s.post("/step/archive", with(url.Values{"case": {"1"}}, "do", "try", "number", "归-1"))
	if code != http.StatusConflict || !strings.Contains(page, "现处“收件”阶段") || strings.Contains(page, "（register）") || !strings.Contains(page, "归-1") {
		t.Errorf("%d %s", code, page)
	}
}

// Who was overtaken is told by what, and keeps what he typed.
func TestTwoPeopleOnOneCase(t *testing.T) {
	b := openBureau(t)
	s := b.seat(clerk)
	b.application("2026-11-02", "张三", "水质监测数据")
	_, page := s.get("/step/note?case=1")
	mine := with(carried(page), "do", "try", "text", "我写的备注")
	_, page, _ = s.post("/step/note", mine)
	mine = with(carried(page), "do", "record", "text", "我写的备注")
	_, theirs := b.seat(approver).get("/step/dismiss?case=1")
	theirForm := with(carried(theirs), "do", "try", "reason", "重复来信")
	_, theirs, _ = b.seat(approver).post("/step/dismiss", theirForm)
	if code, page, _ := b.seat(approver).post("/step/dismiss", with(theirForm, "do", "record", "mark", carried(theirs).Get("mark"))); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, page)
	}
	code, page, _ := s.post("/step/note", mine)
	for _, want := range []string{"在此期间有了新的记录", "zhao(4000000102)", "重复来信", "我写的备注"} {
		if code != http.StatusConflict || !strings.Contains(page, want) {
			t.Errorf("%d, %q is not in %s", code, want, page)
		}
	}
	_, page, _ = s.post("/step/note", with(carried(page), "do", "try", "text", "我写的备注"))
	if code, page, _ := s.post("/step/note", with(carried(page), "do", "record", "text", "我写的备注")); code != http.StatusSeeOther {
		t.Errorf("after looking again: %d %s", code, page)
	}
}

// The list is narrowed by whose a case is, by its due date and by its words.
func TestNarrowedList(t *testing.T) {
	b := openBureau(t)
	for _, c := range []struct{ day, department, person string }{{"2026-10-20", "工程科", "周文"}, {"2026-11-02", "工程科", "李明"}, {"2026-11-05", "监测科", "周文"}} {
		id := b.application(c.day, "张三", "合同")
		b.record(id, casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "合同"}, casefile.Assigned{Department: c.department, Person: c.person})
	}
	for _, day := range []string{"2026-10-08", "2026-11-10"} { // the one is answered late today, the other is not
		b.record(b.application(day, "张三", "合同"), casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "合同"}, casefile.Assigned{Department: "财务科"},
			casefile.Replied{Outcome: casefile.Disclosed, Basis: "36-1", Document: "某建依申请〔2026〕" + day[5:7] + "号"}, casefile.Dispatched{Way: casefile.ByPost})
	}
	today := b.now // one was answered after its strict due date and before the legal one
	b.setClock(civil.MustParse("2026-10-13").Start().Add(9 * time.Hour))
	b.mail("From: 李青 <li@example.test>\nTo: office@example.test\nSubject: 政府信息公开申请\nMessage-ID: <d@example.test>\n\n现申请公开护岸工程的批复。\n申请人：李青\n")
	b.setClock(civil.MustParse("2026-10-16").Start().Add(9 * time.Hour))
	b.record("2026-00006", casefile.Confirmed{How: "电话"}, casefile.Registered{As: casefile.Application, Applicant: "李青", Column: casefile.Natural, Request: "批复"})
	b.setClock(civil.MustParse("2026-11-12").Start().Add(9 * time.Hour))
	b.record("2026-00006", casefile.Replied{Outcome: casefile.Disclosed, Basis: "36-1", Document: "某建依申请〔2026〕12号"}, casefile.Dispatched{Way: casefile.ByPost})
	b.setClock(today)
	s := b.seat(clerk)
	numbers := regexp.MustCompile(`href="/case/2026-0000(\d)"`)
	for query, want := range map[string]string{
		"": "123", "department=工程": "12", "person=周文": "13", "department=工程科&person=周文": "1", "due=2026-11-30": "12", "due=2026-11-30&person=李明": "2", "due=2026-11-20&sort=newest": "1",
		"words=合同&department=财务科": "", "which=late": "4", "which=late&department=监测科": "", "which=disputable&sort=number": "6", "which=overdue&department=工程科": "1", "stage=received&person=李明&which=all": "",
	} {
		_, page := s.get("/cases?" + strings.ReplaceAll(query, " ", "+"))
		var got strings.Builder
		for _, m := range numbers.FindAllStringSubmatch(page, -1) {
			got.WriteString(m[1])
		}
		if got.String() != want {
			t.Errorf("%s lists %q, want %q", query, got.String(), want)
		}
		if sheet := regexp.MustCompile(`href="(/cases/xlsx[^"]*)"`).FindStringSubmatch(page); query != "" && !strings.Contains(sheet[1], url.QueryEscape(query[strings.LastIndexByte(query, '=')+1:])) {
			t.Errorf("%s: the workbook is %s", query, sheet[1])
		}
	}
}

// A due date that the list cannot be narrowed by is refused beside its field, where it stays.
func TestDueDateOfFinishedCases(t *testing.T) {
	s := openBureau(t).seat(clerk)
	for query, want := range map[string]string{"due=明天": "请写成 2026-11-22", "due=2026-11-30&which=late": "还没有办结", "due=2026-11-30&which=all": "还没有办结", "due=2026-11-30&which=disputable": "还没有办结", "due=2026-11-30&stage=archived": "还没有办结"} {
		code, page := s.get("/cases?" + query)
		due, _, _ := strings.Cut(strings.TrimPrefix(query, "due="), "&")
		if code != http.StatusBadRequest || !strings.Contains(page, want) || !strings.Contains(page, `name="due" value="`+due+`"`) || strings.Contains(page, "没有这样的案件") {
			t.Errorf("%s: %d %s", query, code, page)
		}
	}
}

// All cases are listed by number, page by page.
func TestAllCases(t *testing.T) {
	b := openBureau(t)
	for i := range casesShown + 30 {
		b.application("2026-11-02", "张三", fmt.Sprintf("合同第%03d号", i+1))
	}
	s := b.seat(clerk)
	_, page := s.get("/cases?which=all")
	older := regexp.MustCompile(`href="(/cases\?after=[^"]*)"`).FindStringSubmatch(page)
	if older == nil || !strings.Contains(page, "合同第230号") || strings.Contains(page, "合同第030号") {
		t.Fatalf("%s", page)
	}
	_, page = s.get(strings.ReplaceAll(older[1], "&amp;", "&"))
	if !strings.Contains(page, "合同第030号") || !strings.Contains(page, "合同第001号") || strings.Contains(page, "合同第031号") || strings.Contains(page, "更早的") {
		t.Errorf("%s", page)
	}
}

// Several cases are recorded in one go. Those that somebody else has gone on with, or that the step is not legal of, are left
// out with the reason; what was typed stays, and the rest is recorded.
func TestManyAtOnce(t *testing.T) {
	b := openBureau(t)
	s := b.seat(clerk)
	for i := range 3 {
		b.application("2026-11-02", "张三", fmt.Sprintf("合同%d", i))
	}
	w := httptest.NewRecorder()
	s.site.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/step?case=1&case=3&step=dismiss", nil))
	if to := w.Header().Get("Location"); to != "/step/dismiss?case=1&case=3" {
		t.Fatalf("the chosen step leads to %q", to)
	}
	_, page := s.get("/step/dismiss?case=1&case=3")
	form := with(carried(page), "do", "try", "reason", "误投")
	form["case"] = []string{"2026-00001", "2026-00003"}
	_, page, _ = s.post("/step/dismiss", form)
	if code, page, to := s.post("/step/dismiss", with(form, "do", "record", "mark", carried(page).Get("mark"))); code != http.StatusSeeOther || to != "/?recorded=2&undo=4" {
		t.Fatalf("%d %s %s", code, to, page)
	}
	if _, page := s.get("/cases"); strings.Contains(page, "合同0") || !strings.Contains(page, "合同1") || strings.Contains(page, "合同2") {
		t.Errorf("not the two that were chosen: %s", page)
	}
	b.application("2026-11-03", "李四", "批复")
	ids := []string{"2026-00001", "2026-00002", "2026-00004"} // the first is finished
	_, page = s.get("/step/dismiss?case=1&case=2&case=4")
	form = with(url.Values{"case": ids, "seen": carried(page)["seen"]}, "do", "try", "reason", "重复")
	b.record("2026-00004", casefile.Noted{Text: "同事写的备注"})
	code, page, _ := s.post("/step/dismiss", form)
	for _, want := range []string{"2 件不能这样记录", "同事写的备注", "其余 1 件可以", "记录这 1 件", "重复</textarea>", `value="2026-00002" aria-label="选 2026-00002" checked`, `value="2026-00004" aria-label="选 2026-00004">`} {
		if code != http.StatusOK || !strings.Contains(page, want) {
			t.Fatalf("%d, %q is not in %s", code, want, page)
		}
	}
	rest := with(url.Values{"case": {"2026-00002"}, "seen": carried(page)["seen"]}, "do", "record", "reason", "重复", "mark", carried(page).Get("mark"))
	if code, page, to := s.post("/step/dismiss", rest); code != http.StatusSeeOther || !strings.HasPrefix(to, "/case/2026-00002?new=") {
		t.Errorf("the rest is not recorded: %d %s", code, page)
	}
}

// Several applications are registered with what was read of each. One that somebody else has taken up is left out.
func TestRegisterMany(t *testing.T) {
	b := openBureau(t)
	s := b.seat(clerk)
	for i, name := range []string{"张晓雨", "李明"} {
		b.mail(fmt.Sprintf("From: %s <a%d@example.test>\nTo: office@example.test\nSubject: 政府信息公开申请\nMessage-ID: <%d@example.test>\nContent-Type: text/plain; charset=utf-8\n\n现申请公开青石路改造工程的立项批复第%d号。\n申请人：%s，电话 1390000000%d\n", name, i, i, i, name, i))
	}
	if to := s.fetch("/step?case=1&case=2&step=register").Header().Get("Location"); to != "/register?case=1&case=2" {
		t.Errorf("the chosen step leads to %q", to)
	}
	_, page := s.get("/register?case=1&case=2")
	if !strings.Contains(page, "张晓雨") || !strings.Contains(page, "李明") {
		t.Fatalf("%s", page)
	}
	form := url.Values{"case": {"2026-00001", "2026-00002", "2026-00001"}, "seen": carried(page)["seen"]} // one in two lines of 待办
	b.record("2026-00002", casefile.Noted{Text: "同事写的备注"})
	code, page, _ := s.post("/register", with(maps.Clone(form), "do", "try"))
	for _, want := range []string{"1 件不能这样登记", "同事写的备注", "登记这 1 件", `value="2026-00002" aria-label="选 2026-00002">`} {
		if code != http.StatusOK || !strings.Contains(page, want) {
			t.Errorf("%d, %q is not in %s", code, want, page)
		}
	}
	form["seen"] = carried(page)["seen"]
	if to := s.tryThenRecord("/register", form, "都可以登记"); to != "/?recorded=2" {
		t.Errorf("leads to %s", to)
	}
	for _, path := range []string{"/case/1", "/case/2"} {
		if _, page := s.get(path); !strings.Contains(page, "立项批复第") || !strings.Contains(page, `<span class="tag">登记</span>`) {
			t.Errorf("%s is not registered: %s", path, page)
		}
	}
}

// A mail that nobody has read stands on top of its case until somebody decides about it; one that is in no case can be
// marked as read, or made a case of.
func TestOpenMail(t *testing.T) {
	b := openBureau(t)
	s := b.seat(clerk)
	b.mail("From: 张三 <zhang@example.test>\nTo: office@example.test\nSubject: 申请公开水质数据\nMessage-ID: <1@example.test>\n\n现申请公开水质数据。\n申请人：张三\n")
	b.record("2026-00001", casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "水质数据"})
	b.mail("From: 张三 <zhang@example.test>\nTo: office@example.test\nSubject: 催办 2026-00001\nMessage-ID: <2@example.test>\nIn-Reply-To: <1@example.test>\n\n您好！\n\n请问我的申请办得怎样了，电话 13900000042？\n\n> 现申请公开水质数据。\n")
	b.mail("From: list@example.test\nTo: office@example.test\nList-Id: <x>\nSubject: 打印纸五折\nMessage-ID: <3@example.test>\n\n年中大促\n")
	_, page := s.get("/")
	for _, want := range []string{"请问我的申请办得怎样了，电话 *******0042？", "疑为催办", "年中大促", `<a href="/step/seen?case=2026-00001">阅毕</a>`} {
		if !strings.Contains(page, want) {
			t.Errorf("待办 does not show %s of the mails: %s", want, page)
		}
	}
	_, page = s.get("/case/1")
	if !strings.Contains(page, "未处理") && !strings.Contains(page, "可能属于此案") || !strings.Contains(page, "催办") {
		t.Errorf("the open mail does not stand on its case: %s", page)
	}
	_, page = s.get("/mails")
	parked := regexp.MustCompile(`/mail/[0-9a-f]{64}`).FindString(page)
	if _, page := s.get(parked); !strings.Contains(page, "打印纸五折") || !strings.Contains(page, "作为申请立案") {
		t.Errorf("%s", page)
	}
	if _, page := b.seat(viewer).get(parked); !strings.Contains(page, "<b>只能查看</b>") {
		t.Errorf("who may only look is asked what a mail is: %s", page)
	}
	if code, page, _ := s.post(parked+"/seen", url.Values{"do": {"look"}, "as": {"广告"}}); code != http.StatusOK || !strings.Contains(page, `value="广告"`) {
		t.Errorf("Enter marks a mail, or loses what was typed: %d %s", code, page)
	}
	if code, page, to := s.post(parked+"/seen", url.Values{"as": {"广告"}}); code != http.StatusSeeOther || to != "/" {
		t.Errorf("%d %s", code, page)
	}
	if _, page := s.get("/mails"); strings.Contains(page, parked) {
		t.Errorf("a mail that was marked as read still waits: %s", page)
	}
	code, page, _ := s.post(parked, url.Values{})
	if code != http.StatusOK || !strings.HasPrefix(page, "From: list@example.test\r\n") {
		t.Errorf("the mail as it came: %d %q", code, page)
	}
	b.record("2026-00001", casefile.Withdrawn{})
	b.mail("From: second@example.test\nTo: office@example.test\nList-Id: <x>\nSubject: 关于 2026-00001\nMessage-ID: <4@example.test>\n\n请问什么时候答复？\n")
	code, page = s.get("/")
	if alone := regexp.MustCompile(`<a data-row href="(/mail/[0-9a-f]{64})"><b>未归案</b></a><span>second@example.test</span>`).FindStringSubmatch(page); code != http.StatusOK || alone == nil || !strings.Contains(page, `<a href="`+alone[1]+`">办理</a>`) {
		t.Errorf("待办 does not lead to a mail that stands on no open case: %d %s", code, page)
	}
}

// Who may only look sees why he cannot do more, and cannot.
func TestViewerMayOnlyLook(t *testing.T) {
	b := openBureau(t)
	b.application("2026-11-02", "张三", "水质监测数据 13800001111")
	s := b.seat(viewer)
	if _, page := s.get("/case/1"); !strings.Contains(page, "需要“经办”角色") || strings.Contains(page, "13800001111") {
		t.Errorf("%s", page)
	}
	for _, path := range []string{"/step/note?case=1", "/register/1", "/new", "/attach/1", "/year/2026/words", "/dispute"} {
		if _, page := s.get(path); !strings.Contains(page, "<b>只能查看</b>") {
			t.Errorf("%s lets somebody type in vain", path)
		}
		if _, page := b.seat(clerk).get(path); strings.Contains(page, "只能查看") {
			t.Errorf("%s tells a clerk that he may only look", path)
		}
	}
	for path, form := range map[string]url.Values{"/step/note": with(url.Values{"case": {"1"}}, "do", "try", "text", "x"), "/case/1": {}, "/new": with(url.Values{}, "do", "try", "channel", "in-person")} {
		if code, page, _ := s.post(path, form); code != http.StatusForbidden || !strings.Contains(page, "角色是“查看”") {
			t.Errorf("%s: %d %s", path, code, page)
		}
	}
	if code, page, _ := b.seat(clerk).post("/case/1", url.Values{}); code != http.StatusOK || !strings.Contains(page, "13800001111") {
		t.Errorf("%d %s", code, page)
	}
	if _, page := s.get("/case/1"); !strings.Contains(page, casefile.KindRevealed.Label()) || !strings.Contains(page, "wang(") {
		t.Errorf("that somebody looked is not on record: %s", page)
	}
}

// What comes from elsewhere is refused, in Chinese.
func TestOtherSites(t *testing.T) {
	b := openBureau(t)
	s := b.seat(clerk)
	for name, h := range map[string][3]string{"cross-site": {"Sec-Fetch-Site", "cross-site", "来自别的网页"}, "same-site": {"Sec-Fetch-Site", "same-site", "来自别的网页"},
		"origin": {"Origin", "http://evil.example.test", "来自别的网页"}, "null": {"Origin", "null", "来自别的网页"}, "neither": {"Referer", "http://evil.example.test/", "没有写明来自哪个网页"}} {
		r := httptest.NewRequest(http.MethodPost, "/new", strings.NewReader("do=try"))
		r.Header.Set(h[0], h[1])
		w := httptest.NewRecorder()
		s.site.ServeHTTP(w, r)
		if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), h[2]) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if code, page, _ := s.post("/step/note", url.Values{"case": {"1"}, "text": {strings.Repeat("字", formLimit)}}); code != http.StatusRequestEntityTooLarge || !strings.Contains(page, "太大") || strings.Contains(page, "字字字") {
		t.Errorf("a form that is too large: %d", code)
	}
}

// What of a mail was not read is said without pushing the mail out of sight.
func TestUnreadFolds(t *testing.T) {
	for n, want := range map[int][2]int{1: {1, 0}, 4: {4, 0}, 5: {5, 0}, 6: {4, 2}, 60: {4, 56}} {
		if f := fold(make([]string, n)); len(f.First) != want[0] || len(f.Rest) != want[1] {
			t.Errorf("of %d lines %d are seen and %d folded", n, len(f.First), len(f.Rest))
		}
	}
	if fold(nil) != nil {
		t.Error("of a mail that was read there is nothing to say")
	}
}

func TestNothingHidden(t *testing.T) {
	if got, want := string(visible([]byte("申请\u202e表\x1b[1m\u200b\n行\ufeff"))), "申请\ufffd表\ufffd[1m\ufffd\n行\ufffd"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := fileName("../\u202e证\x00件:号.pdf"); got != "_" && strings.ContainsAny(got, "/\\:\x00\u202e") {
		t.Errorf("%q", got)
	}
}

// An error that names a step and its case leads there; anything else does not.
func TestRemedy(t *testing.T) {
	for do, want := range map[string]string{
		"ysq register 2026-00017": "/register/2026-00017", "ysq submit 2026-00017": "/answer/2026-00017", "ysq merge 2026-00017 --into 2026-00009": "/step/merge?case=2026-00017",
		"ysq show 2026-00017": "", "ysq year list": "", "ysq register": "", "ysq correct --item": "", "": "",
	} {
		got := ""
		if l := remedy(&ask.Error{Do: do}); l != nil {
			got = l.URL
		}
		if got != want {
			t.Errorf("%q leads to %q, want %q", do, got, want)
		}
	}
}

// A line about a dispute leads to its step, as one about a case does.
func TestTaskOfDispute(t *testing.T) {
	if l := task(ask.DueItem{Dispute: "Y2026-001", Step: "ysq dispute answer Y2026-001"}); l == nil || *l != (link{"/dispute/Y2026-001/answer", "复议答复、诉讼答辩"}) {
		t.Errorf("%+v", l)
	}
	if l := task(ask.DueItem{Dispute: "Y2026-001", Step: "ysq reopen 2026-00001"}); l == nil || l.URL != "/step/reopen?case=2026-00001" {
		t.Errorf("%+v", l)
	}
	for _, step := range []ask.Handle{"ysq dispute show Y2026-001", "ysq dispute"} {
		if l := task(ask.DueItem{Dispute: "Y2026-001", Step: step}); l != nil {
			t.Errorf("%s leads to %+v", step, l)
		}
	}
}

// Whoever stands in for somebody is told so where his day begins, and sees the other's work in it.
func TestStandingIn(t *testing.T) {
	b := openBureau(t)
	id := b.application("2026-11-02", "张三", "水质数据")
	b.record(id, casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "水质数据"}, casefile.Assigned{Department: "综合科", Person: "qian"})
	if _, err := ask.Do(t.Context(), b.client(approver), ask.RecordStandIn, ask.StandInRequest{Who: "qian", Deputy: "wang", Until: ask.Day(civil.MustParse("2026-11-27"))}); err != nil {
		t.Fatal(err)
	}
	if _, page := b.seat(clerk).get("/"); !strings.Contains(page, "<b>代班</b>qian 至 2026-11-27") || !strings.Contains(page, "qian（wang代）") {
		t.Errorf("wang stands in for qian: %s", page)
	}
	if _, page := b.seat(viewer).get("/"); strings.Contains(page, "<b>代班</b>") {
		t.Errorf("that concerns nobody else: %s", page)
	}
}
