package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/mailbox/imapsim"
)

// deskPage is a page of the desk that is measured: fetched, or with a form sent, as a dry run.
type deskPage struct {
	name, path string
	form       url.Values
}

// deskPlaces are what the pages of a large office are about.
type deskPlaces struct {
	last, other casefile.ID // its last case and one before, which are open
	mail        string      // that opened a case of its own
	proposed    casefile.ID // for which an answer waits to be signed
	outgoing    string      // the number of a mail to be sent
	dispute     casefile.DisputeID
}

// deskPages are all pages of the desk but those of notMeasured. The first are those of the page of speed.
func deskPages(at deskPlaces) (all []deskPage) {
	add := func(name, path string, form ...string) {
		p := deskPage{name: name, path: path}
		for i := 0; i < len(form); i += 2 {
			if p.form == nil {
				p.form = url.Values{}
			}
			p.form.Add(form[i], form[i+1])
		}
		all = append(all, p)
	}
	last, other := string(at.last), string(at.other)
	searched, none := "/cases?which=all&words=", url.QueryEscape("没有这个词")
	add("today", "/")
	add("mine", "/?words="+url.QueryEscape("监测科"))
	add("cases", "/cases")
	for _, which := range []string{"overdue", "all", "late", "disputable"} {
		add(which, "/cases?which="+which)
	}
	add("by-charge", "/cases?sort=charge")
	add("by-number", "/cases?sort=number")
	add("newest", "/cases?sort=newest")
	add("archived", "/cases?stage=archived")
	add("words", searched+url.QueryEscape("监测"))
	add("no-words", searched+none)
	add("no-letters", searched+"zhang")
	add("no-department", searched+"&department="+none)
	add("no-person", searched+"&person="+none)
	add("case", "/case/"+last)
	add("days", "/case/"+last+"/days")
	add("step", "/step/note?case="+last)
	add("register", "/register/"+last)
	add("register-try", "/register/"+last, "as", "申请", "applicant", "张三", "column", "公民", "request", "监测数据", "do", "try")
	add("register-many", "/register?case="+last+"&case="+other)
	add("register-many-try", "/register", "case", last, "case", other, "do", "try")
	add("answer", "/answer/"+last)
	add("answer-try", "/answer/"+last, "outcome", "unable.not-held", "grounds", "经检索，本机关未制作该信息", "do", "try")
	add("answers", "/answers?case="+last+"&case="+other)
	add("answers-try", "/answers", "case", last, "case", other, "outcome", "unable.not-held", "grounds", "经检索，本机关未制作该信息", "do", "try")
	add("sign", "/sign")
	add("submission", "/sign/"+string(at.proposed))
	add("submission-again", "/sign/"+string(at.proposed), "do", "look")
	add("mails", "/mails")
	add("mails-of-cases", "/mails?place=case")
	add("mails-sent", "/mails?out=all")
	add("mail", "/mail/"+at.mail)
	add("join", "/mail/"+at.mail+"/join")
	add("mails-many", "/mails/many?step=open&mail="+at.mail)
	add("mails-many-try", "/mails/many", "mail", at.mail, "step", "seen", "do", "try")
	add("outgoing", "/outbox/"+at.outgoing)
	for _, what := range []string{"attach", "split"} {
		add(what, "/"+what+"/"+last)
	}
	add("detach", "/detach/"+last+"?digest="+at.mail)
	add("split-try", "/split/"+last, "parts", "2", "reason", "一信两事", "do", "try")
	add("years", "/years")
	add("year", "/year/2026")
	add("last-year", "/year/2025")
	add("cell", "/year/2025/cell?name="+url.QueryEscape("一,总计"))
	add("diff", "/year/2017/diff")
	add("freeze", "/year/2026/freeze")
	add("freeze-try", "/year/2026/freeze", "do", "try")
	add("frozen", "/year/2017/freeze")
	add("frozen-try", "/year/2017/freeze", "reason", "更正", "do", "try")
	add("opening", "/year/2017/opening")
	add("opening-try", "/year/2017/opening", "do", "try", "source", "上年报告")
	add("year-words", "/year/2026/words")
	add("stats", "/stats")
	add("disputes-file", "/dispute?case="+last)
	add("disputes-file-try", "/dispute", "cases", last, "track", "行政复议", "party", "张三", "organ", "市政府", "do", "try")
	add("dispute", "/dispute/"+string(at.dispute))
	for _, word := range []string{"answer", "decide", "appeal", "retry", "void"} {
		add("dispute-"+word, "/dispute/"+string(at.dispute)+"/"+word)
	}
	add("status", "/status")
	add("undo", "/undo")
	add("new", "/new")
	add("new-try", "/new", "channel", "in-person", "from", "张三", "subject", "申请公开监测数据", "do", "try")
	add("search", "/search?q="+url.QueryEscape("监测科"))
	add("search-none", "/search?q="+none)
	for _, s := range ask.Steps() {
		word := s.Kind.Info().Command
		add("step-"+word, "/step/"+word+"?case="+last)
		add("step-"+word+"-try", "/step/"+word, append(filledIn(s, at), "case", last, "do", "try")...)
	}
	return all
}

// filledIn is something in each field of a step.
func filledIn(s ask.Step, at deskPlaces) (form []string) {
	for _, f := range s.Fields {
		var value string
		switch {
		case f.Name == "mail" || f.Shape == ask.Ticked:
			continue
		case f.Shape == ask.Date:
			value = "2026-11-20"
		case f.Shape == ask.Amount:
			value = "10"
		case f.Shape == ask.Case:
			value = string(at.other)
		case len(f.Choices) > 0:
			value = f.Choices[0].Label
		default:
			value = "综合科"
		}
		form = append(form, f.Name, value)
	}
	return form
}

// notMeasured are the pages of the desk that are none, or that the promise of its speed leaves out.
var notMeasured = map[string]string{
	"GET /cases/xlsx": "a file", "GET /stats/xlsx": "a file", "GET /year/{year}/report/{form}": "a file", "POST /mail/{mail}": "a file", "POST /letter": "a file", "POST /file/{case}": "a file",
	"POST /case/{case}": "a view that is recorded", "POST /mail/{mail}/page": "a preview", "GET /picture/{name}": "a preview",
	"POST /attach/{case}": "an upload", "GET /step": "leads to another page", "GET /pulse": "a number",
	"POST /mail/{mail}/open": "records", "POST /mail/{mail}/seen": "records", "POST /mail/{mail}/join": "records", "POST /mails/retry": "fetches mails", "POST /mails/unsee": "records", "POST /undo": "like any step", "POST /outbox/{id}": "records",
	"POST /detach/{case}": "a mail that is the case's own cannot be taken out", "POST /year/{year}/words": "records", "POST /dispute/{dispute}/{step}": "like filing one",
}

var routePattern = regexp.MustCompile(`"((?:GET|POST) /[^"]*)":`)

// No page of the desk is forgotten by BenchmarkDesk.
func TestDeskPages(t *testing.T) {
	source, err := os.ReadFile("../internal/web/web.go")
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	var patterns []string
	for _, m := range routePattern.FindAllStringSubmatch(string(source), -1) {
		mux.HandleFunc(m[1], http.NotFound)
		patterns = append(patterns, m[1])
	}
	measured := map[string]bool{}
	names := map[string]bool{}
	for _, p := range deskPages(deskPlaces{"2026-00002", "2026-00001", "abcdef", "2026-00001", "1", "Y2026-001"}) {
		method := http.MethodGet
		if p.form != nil {
			method = http.MethodPost
		}
		_, pattern := mux.Handler(httptest.NewRequest(method, p.path, nil))
		if pattern == "" || names[p.name] {
			t.Errorf("%s: %s is no page of the desk, or is named twice", p.name, p.path)
		}
		measured[pattern], names[p.name] = true, true
	}
	for _, p := range patterns {
		if _, left := notMeasured[p]; left == measured[p] {
			t.Errorf("%s: measured is %t, left out is %t", p, measured[p], left)
		}
	}
	for p := range notMeasured {
		if !slices.Contains(patterns, p) {
			t.Errorf("%s is no page of the desk", p)
		}
	}
	if len(patterns) < 50 {
		t.Errorf("%d pages are found in web.go", len(patterns))
	}
}

// deskPlaces has what the pages are about made in a large office.
func (i *instance) deskPlaces(b *testing.B, sim *imapsim.Server, n int) deskPlaces {
	b.Helper()
	mail := []byte("From: b@example.test\r\nTo: office@example.test\r\nSubject: 政府信息公开申请\r\nMessage-ID: <b@example.test>\r\n\r\n现申请公开甲路工程验收报告。\r\n")
	sim.Add("INBOX", mail, time.Now())
	i.run("poll")
	at := deskPlaces{last: casefile.NewID(2026, n), other: casefile.NewID(2026, n-1), proposed: casefile.NewID(2026, n-2), mail: casefile.DigestOf(mail).String()}
	why := []string{"--outcome", "信息不存在", "--grounds", "经检索，本机关未制作该信息", "--force", "测试"}
	i.run(append([]string{"submit", string(at.proposed)}, why...)...)
	i.run(append([]string{"answer", fmt.Sprint(n - 3), "--to", "zhang@example.test", "--despite", "来电要求", "--draft", "-o", filepath.Join(b.TempDir(), "letter.docx")}, why...)...)
	var out []struct{ ID uint64 }
	if err := json.Unmarshal([]byte(i.run("outbox", "list", "--json")), &out); err != nil || len(out) == 0 {
		b.Fatalf("%d mails are to be sent, %v", len(out), err)
	}
	if out, err := i.command("year", "close", "2017").CombinedOutput(); err != nil {
		b.Fatalf("%v %s", err, out)
	}
	i.run("note", string(at.other), "--text", "来电询问") // which the page 一起撤销 would take back
	at.outgoing = fmt.Sprint(out[0].ID)
	closed := n - n/100 - 1
	at.dispute = casefile.NewDisputeID(2026, closed/50+1)
	return at
}
