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
	"ysq.internal/ysq/cmd/internal/office"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/offline"
	"ysq.internal/ysq/config"
)

// Whatever comes over the socket, from whomever: nothing panics, who may only look records nothing but
// that they looked, and the register proves itself afterwards.
func FuzzControl(f *testing.F) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, civil.Zone)
	dir := filepath.Join(f.TempDir(), "state")
	if err := offline.Init(dir, config.Owner{}, now); err != nil {
		f.Fatal(err)
	}
	c := config.Default()
	c.Agency.Name, c.Paths.State = "某局", dir
	o, err := office.Open(office.Options{Options: desk.Options{Config: c, Now: func() time.Time { return now }}})
	if err != nil {
		f.Fatal(err)
	}
	letter := casefile.Letter{Digest: casefile.DigestOf([]byte("x")), Subject: "政府信息公开申请", From: casefile.Address{Name: "张三", Mail: "z@example.test"}}
	err = o.Reg.Update(now, func(tx *register.Tx) error {
		_, err := tx.Append("mailbox", casefile.Draft{Case: "2026-00001", On: civil.Of(now), Event: casefile.Received{Channel: casefile.Email, ArrivedAt: now, Letter: letter}})
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	var panicked error
	h := o.Door(func(err error) {
		if strings.HasPrefix(err.Error(), "panic in ") {
			panicked = err
		}
	})
	f.Cleanup(func() {
		differences, err := o.Reg.Verify(context.Background(), nil)
		differences = slices.DeleteFunc(differences, func(d register.Difference) bool { return d.Place == "mail" }) // files that nothing records
		if err != nil || len(differences) > 0 {
			f.Errorf("verify: %v, %v", differences, err)
		}
		o.Close()
	})
	for _, s := range [][2]string{
		{"status", "{}"}, {"list", `{"limit":1,"stages":["received"],"after":"2026-00001"}`}, {"show", `{"case":"2026-00001"}`}, {"explain", `{"case":"2026-00001"}`},
		{"due", `{"within":3}`}, {"report", `{"year":2026}`}, {"report cases", `{"year":2026,"cell":"x,y"}`}, {"mail list", `{"place":"parked"}`}, {"mail show", `{"mail":"00ff"}`},
		{"mail open", `{"mail":"00ff"}`}, {"mail retry", `{"mail":"INBOX:1"}`}, {"mail save", `{"mail":"00ff","part":-1}`},
		{"record", `{"drafts":[{"case":"2026-00001","on":"2026-03-02","kind":"registered","event":{"as":"application","applicant":"张某","column":"natural"}}]}`},
		{"record", `{"drafts":[{"case":"2026-00001","kind":"noted","event":{"text":"*******1111"}}]}`}, {"erase", `{"cases":["2026-00001"],"reason":"x"}`},
		{"backup", `{"target":"relative","keep":"1d"}`}, {"import", "{\"name\":\"a.csv\"}\n编号,收到日期,渠道,申请人类别\n2025-00001,2025-03-02,当面,自然人\n"}, {"export", `{"format":"csv"}`},
		{"new", `{"channel":"post","on":"2026-03-02"}`}, {"split", `{"case":"2026-00001"}`}, {"file", "{\"name\":\"a.pdf\"}\n%PDF"}, {"dispute record", `{"kind":"dispute-filed","event":{}}`},
		{"calendar", `{"year":2026}`}, {"calendar adopt", `{"year":{"year":2027}}`}, {"opening", `{}`}, {"log", `{"since":"2026-03-02","last":3}`}, {"search", `{"words":"申请","limit":1}`},
		{"index", `{}`}, {"outbox", `{}`}, {"send", `{}`}, {"digest", `{}`}, {"propose", `{"case":"2026-00001"}`}, {"snippets", `{"case":"2026-00001"}`}, {"register", `{"case":"2026-00001","event":{}}`},
		{"year close", `{"year":2025}`}, {"year diff", `{"year":2025}`}, {"report edit", `{"year":2025}`}, {"letter", `{"cases":["2026-00001"],"draft":true}`},
	} {
		for _, role := range []byte{byte(ask.Viewer), byte(ask.Operator), byte(ask.Approver)} {
			f.Add(role, s[0], `{}`, s[1])
			f.Add(role, s[0], `{"dry_run":true,"reveal":"all","if_seq":{"2026-00001":1},"within":1000000000}`, s[1])
		}
	}
	f.Fuzz(func(t *testing.T, role byte, operation, envelope, body string) {
		if strings.Contains(operation, "doctor") || strings.Contains(operation, "poll") || strings.Contains(operation, "reconcile") { // which talk to mail servers
			return
		}
		r, err := http.NewRequest(http.MethodPost, "http://ysq/v1/"+url.PathEscape(operation), strings.NewReader(body))
		if err != nil {
			return
		}
		method, target := operation, envelope
		r.Header.Set("Ysq-Envelope", envelope)
		head := func() (seq uint64) {
			o.Reg.View(func(tx *register.Tx) error { seq, _ = tx.Head(); return nil })
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
		o.Reg.View(func(tx *register.Tx) error {
			for rec, err := range tx.Records(before + 1) {
				if _, looked := rec.Event.(casefile.Revealed); err != nil || !looked {
					t.Errorf("%s %s by somebody of role %d recorded %T, %v", method, target, who.Role, rec.Event, err)
				}
			}
			return nil
		})
	})
}
