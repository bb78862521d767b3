package config

import (
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile/civil"
)

func TestSending(t *testing.T) {
	c := mustParse(t, smallest+`
[smtp]
host = "smtp.163.com"
[acknowledge]
enabled = true
subject = "回执 {编号}"
text = """
{申请人}：
已收到\t您的来信。
"""
confirms = true
per_sender = 1
per_day = 20
[digest]
to = ["zhangke@example.test"]
at = "7:05"
days = 5
`)
	if got, want := c.SMTP, (SMTP{Host: "smtp.163.com", Port: 465, TLS: ImplicitTLS, User: "foi@example.test", Credential: "imap-password"}); got != want {
		t.Errorf("smtp: %+v, want %+v: the account is that of the mailbox", got, want)
	}
	if got, want := c.Acknowledge, (Acknowledge{true, "回执 {编号}", "{申请人}：\n已收到\t您的来信。\n", true, 1, 20}); got != want {
		t.Errorf("acknowledge: %+v, want %+v", got, want)
	}
	if at := c.Digest.At.On(time.Date(2026, 3, 2, 23, 0, 0, 0, civil.Zone)); at.Format("2006-01-02 15:04") != "2026-03-02 07:05" || c.Digest.Days != 5 {
		t.Errorf("digest: %+v, at %v", c.Digest, at)
	}
	same(t, mustParse(t, Render(c)), c)

	own := mustParse(t, smallest+"[smtp]\nhost = \"smtp.example.test\"\ntls = \"starttls\"\nuser = \"other@example.test\"\npassword_file = \"/p\"\n")
	if got, want := own.SMTP, (SMTP{Host: "smtp.example.test", Port: 587, TLS: StartTLS, User: "other@example.test", PasswordFile: "/p"}); got != want {
		t.Errorf("smtp: %+v, want %+v", got, want)
	}
	if off := mustParse(t, smallest); off.SMTP.Enabled() || off.Acknowledge.Enabled || len(off.Digest.To) > 0 {
		t.Errorf("without a word of it something is sent: %+v", off)
	}
}

func TestFill(t *testing.T) {
	got := Fill("{申请人}：｛编号｝ {x} {机关}", map[string]string{"编号": "2026-00001", "申请人": "张{机关}三", "机关": "某局"})
	if got != "张{机关}三：2026-00001 {x} 某局" { // what an applicant writes is not filled again
		t.Error(got)
	}
	for _, name := range placeholders {
		if !strings.Contains(receiptText+receiptSubject, "{"+name+"}") {
			t.Errorf("the default says nothing of {%s}", name)
		}
	}
}

// The file that init writes offers the provider's own server, and sends nothing until somebody says so.
func TestExampleNamesTheProvidersServer(t *testing.T) {
	c := mustParse(t, strings.ReplaceAll(smallest, "foi@example.test", "foi@126.com"))
	if text := Render(c); !strings.Contains(text, "\n# host = \"smtp.126.com\"\n") || mustParse(t, text).SMTP.Enabled() {
		t.Errorf("no server of the provider in\n%s", text)
	}
}
