package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// longCase is a case to which its applicant has sent so many mails, and into which the office has put so many files.
func (b *bureau) longCase(mails, files int) {
	b.t.Helper()
	add := func(raw string, at time.Time) { b.sim.Add("INBOX", []byte(strings.ReplaceAll(raw, "\n", "\r\n")), at) }
	add("From: 张三 <many@example.test>\nTo: office@example.test\nSubject: 政府信息公开申请\nMessage-ID: <m0@example.test>\n\n现申请公开甲路工程验收报告。\n", b.now.AddDate(0, 0, -60))
	quoted := strings.Repeat("> 您好，您的申请\"已经收到\"，请问还有什么需要补充的。\n", 100)
	long := strings.Repeat("长", 500)
	for i := range mails - 1 {
		add(fmt.Sprintf("From: %s <many@example.test>\nTo: office@example.test\nSubject: 催办 %d%s\nMessage-ID: <n%d@example.test>\nIn-Reply-To: <m0@example.test>\n\n第 %d 次询问，请问办到哪一步了？\n%s", long, i, long, i, i, quoted),
			b.now.AddDate(0, 0, -60).Add(time.Duration(i)*160*time.Minute))
	}
	if _, err := ask.Do(context.Background(), b.client(clerk), ask.Poll, ask.None{}); err != nil {
		b.t.Fatal(err)
	}
	var attached []casefile.Event
	for i := range files {
		if err := ask.Put(context.Background(), b.client(clerk), ask.PutFile, ask.FileName{Name: ask.Foreign(fmt.Sprintf("材料%d.txt", i))}, strings.NewReader(fmt.Sprint(i)), func(f casefile.File) error {
			attached = append(attached, casefile.Attached{Files: []casefile.File{f}})
			return nil
		}); err != nil {
			b.t.Fatal(err)
		}
	}
	b.record("2026-00001", casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "甲路工程验收报告"}, casefile.Assigned{Department: "监测科", Person: "王五"})
	for some := range slices.Chunk(attached, 50) {
		b.record("2026-00001", some...)
	}
}

// BenchmarkLongCase shows every page of a case of 500 mails and 300 files, each time after something was recorded on it:
//
//	go test ./cmd/internal/web -run '^$' -bench LongCase -benchtime 20x
func BenchmarkLongCase(b *testing.B) {
	d := openBureau(b)
	d.longCase(500, 300)
	s := d.seat(clerk)
	client := d.client(clerk)
	n := 0
	recorded := func(b *testing.B) {
		n++
		body, err := casefile.EncodeEvent(casefile.Noted{Text: fmt.Sprint("第", n, "次来电")})
		if err == nil {
			_, err = ask.Do(context.Background(), client, ask.Append, ask.AppendRequest{Drafts: []ask.DraftView{{Case: "2026-00001", Kind: casefile.KindNoted, Event: body}}})
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	page := func(name string, show func() (int, string)) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				recorded(b)
				b.StartTimer()
				if code, page := show(); code != http.StatusOK {
					b.Fatalf("%d %.2000s", code, page[max(0, strings.Index(page, "<main")):])
				}
			}
		})
	}
	get := func(path string) {
		page(strings.ReplaceAll(path, "/", "_"), func() (int, string) { return s.get(path) })
	}
	for _, path := range []string{"/", "/cases", "/mails?place=case", "/case/1", "/case/1?mails=400", "/case/1?files=200", "/case/1?story=700", "/case/1/days", "/register/1", "/answer/1",
		"/attach/1", "/split/1", "/answers?case=1", "/register?case=1", "/sign", "/search?q=" + url.QueryEscape("办到"), "/search?q=" + url.QueryEscape("第498次询问")} {
		get(path)
	}
	for _, step := range ask.Steps() {
		get("/step/" + step.Kind.Info().Command + "?case=1")
	}
	for name, form := range map[string]url.Values{
		"seen": {"mail": {"全部"}}, "note": {"text": {"来电"}}, "extend": {"days": {"20"}, "approver": {"赵六"}, "told": {"2026-11-23"}, "force": {"补录"}},
	} {
		page("try-"+name, func() (int, string) {
			form.Set("case", "2026-00001")
			form.Set("do", "try")
			code, page, _ := s.post("/step/"+name, form)
			return code, page
		})
	}
	for name, do := range map[string]func() error{
		"ask-show": func() error {
			_, err := ask.Do(context.Background(), client, ask.Show, ask.ShowQuery{CaseRef: ask.CaseRef{Case: "2026-00001"}})
			return err
		},
		"ask-explain": func() error {
			_, err := ask.Do(context.Background(), client, ask.Explain, ask.CaseRef{Case: "2026-00001"})
			return err
		},
		"ask-due": func() error {
			_, err := ask.Do(context.Background(), client, ask.Due, ask.DueQuery{Within: 5})
			return err
		},
	} {
		page(name, func() (int, string) {
			if err := do(); err != nil {
				return 0, err.Error()
			}
			return http.StatusOK, ""
		})
	}
}
