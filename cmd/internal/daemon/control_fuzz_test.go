package daemon

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/config"
)

// Whatever comes over the socket, from whomever: nothing panics, who may only look records nothing but
// that they looked, and the register proves itself afterwards.
func FuzzControl(f *testing.F) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, civil.Zone)
	dir := filepath.Join(f.TempDir(), "state")
	if err := Init(dir, now); err != nil {
		f.Fatal(err)
	}
	c := config.Default()
	c.Agency.Name, c.Paths.State = "某局", dir
	o, err := openOffice(Options{Config: c, Now: func() time.Time { return now }})
	if err != nil {
		f.Fatal(err)
	}
	letter := casefile.Letter{Digest: casefile.DigestOf([]byte("x")), Subject: "政府信息公开申请", From: casefile.Address{Name: "张三", Mail: "z@example.test"}}
	err = o.reg.Update(now, func(tx *register.Tx) error {
		_, err := tx.Append("mailbox", casefile.Draft{Case: "2026-00001", On: civil.Of(now), Event: casefile.Received{Channel: casefile.Email, ArrivedAt: now, Letter: letter}})
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	var panicked error
	h := ask.NewHandler(o, func(err error) {
		if strings.HasPrefix(err.Error(), "panic in ") {
			panicked = err
		}
	})
	f.Cleanup(func() {
		differences, err := o.reg.Verify(context.Background(), nil)
		differences = slices.DeleteFunc(differences, func(d register.Difference) bool { return d.Place == "mail" }) // files that nothing records
		if err != nil || len(differences) > 0 {
			f.Errorf("verify: %v, %v", differences, err)
		}
		o.close()
	})
	for _, s := range [][3]string{
		{"GET", "/v0/status", ""}, {"GET", "/v0/cases?limit=1&stage=received&after=2026-00001&sort=due", ""}, {"GET", "/v0/cases/2026-00001?reveal=true", ""},
		{"GET", "/v0/cases/2026-00001/explain", ""}, {"GET", "/v0/due?days=3", ""}, {"GET", "/v0/reports/2026", ""}, {"GET", "/v0/reports/2026/cases?cell=x,y", ""},
		{"GET", "/v0/mails?place=parked", ""}, {"GET", "/v0/mails/00ff", ""}, {"POST", "/v0/mails/00ff/open", ""}, {"POST", "/v0/mails/retry", `{"which":"INBOX:1"}`},
		{"POST", "/v0/records", `{"drafts":[{"case":"2026-00001","on":"2026-03-02","kind":"registered","event":{"as":"application","applicant":"张某","column":"natural"}}],"dry_run":true}`},
		{"POST", "/v0/records", `{"drafts":[{"case":"2026-00001","kind":"noted","event":{"text":"x"}}]}`}, {"POST", "/v0/erase", `{"cases":["2026-00001"],"reason":"x","dry_run":true}`},
		{"POST", "/v0/backup", `{"target":"relative","keep":"1d"}`}, {"POST", "/v0/import", "编号,收到日期,渠道,申请人类别\n2025-00001,2025-03-02,当面,自然人\n"}, {"GET", "/v0/export", ""},
		{"POST", "/v0/cases", `{"channel":"post","on":"2026-03-02"}`}, {"POST", "/v0/cases/2026-00001/split", `{}`}, {"POST", "/v0/files?name=a.pdf", "%PDF"},
		{"POST", "/v0/disputes", `{"kind":"dispute-filed","event":{}}`}, {"GET", "/v0/calendar/2026", ""}, {"POST", "/v0/calendar", `{"year":2027}`}, {"POST", "/v0/opening", `{}`},
		{"GET", "/v0/log?since=2026-03-02&last=3", ""}, {"GET", "/v0/search?q=申请&limit=1", ""}, {"GET", "/v0/cases/2026-00001/month", ""}, {"GET", "/v0/outbox", ""},
		{"POST", "/v0/outbox", `{}`}, {"GET", "/v0/digest", ""}, {"GET", "/v0/cases/2026-00001/proposals", ""}, {"POST", "/v0/cases/2026-00001/register", `{}`},
		{"POST", "/v0/years/2025/close", `{}`}, {"GET", "/v0/years/2025/diff", ""}, {"POST", "/v0/years/2025/manual", `{}`}, {"GET", "/metrics", ""},
	} {
		for _, role := range []byte{byte(ask.Viewer), byte(ask.Operator), byte(ask.Approver)} {
			f.Add(role, s[0], s[1], s[2])
		}
	}
	f.Fuzz(func(t *testing.T, role byte, method, target, body string) {
		u, err := url.ParseRequestURI(target)
		if err != nil || strings.Contains(u.Path, "doctor") || strings.Contains(u.Path, "poll") { // which talk to mail servers
			return
		}
		r, err := http.NewRequest(method, "http://ysq"+target, strings.NewReader(body))
		if err != nil {
			return
		}
		head := func() (seq uint64) {
			o.reg.View(func(tx *register.Tx) error { seq, _ = tx.Head(); return nil })
			return seq
		}
		before, who := head(), ask.Actor{Name: "某人", UID: 4_000_004_321, Role: ask.Role(role % 4)}
		r.Header.Set("Ysq-Protocol", ask.Protocol)
		panicked = nil
		h.ServeHTTP(httptest.NewRecorder(), r.WithContext(ask.WithActor(t.Context(), who)))
		if panicked != nil {
			t.Fatalf("%s %s: %v", method, target, panicked)
		}
		if who.Role >= ask.Operator {
			return
		}
		o.reg.View(func(tx *register.Tx) error {
			for rec, err := range tx.Records(before + 1) {
				if _, looked := rec.Event.(casefile.Revealed); err != nil || !looked {
					t.Errorf("%s %s by somebody of role %d recorded %T, %v", method, target, who.Role, rec.Event, err)
				}
			}
			return nil
		})
	})
}
