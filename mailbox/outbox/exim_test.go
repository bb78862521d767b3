package outbox_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"ysq.internal/ysq/mailbox/eximtest"
	"ysq.internal/ysq/mailbox/outbox"
)

// A real server takes our mails over TLS from the first byte and over STARTTLS, hands on what was
// composed unchanged, and refuses what NetEase refuses, with the same consequences.
func TestRealServer(t *testing.T) {
	server := eximtest.Start(t)
	deliver := func(m outbox.Mail, change func(*outbox.Account)) (outbox.Receipt, error) {
		t.Helper()
		raw := compose(t, m)
		s := &outbox.SMTP{Account: func() (outbox.Account, error) {
			a := outbox.Account{Host: server.Host, Port: server.TLSPort, Security: outbox.TLS, User: server.User, Password: server.Password, Roots: server.Roots}
			change(&a)
			return a, nil
		}}
		return s.Deliver(context.Background(), outbox.Item{ID: 1, To: m.To.Mail, MessageID: m.MessageID, Size: int64(len(raw))}, bytes.NewReader(raw), func() error { return nil })
	}
	same := func(*outbox.Account) {}
	good := letter()
	good.Text = "张三：\n.\n..\n答复见附件。\n"
	for _, change := range []func(*outbox.Account){same, func(a *outbox.Account) { a.Port, a.Security = server.Port, outbox.StartTLS }} {
		r, err := deliver(good, change)
		if err != nil || r.State != outbox.Sent || r.Code != 250 || !strings.HasPrefix(r.Said, "OK id=") {
			t.Fatalf("%+v, %v", r, err)
		}
	}
	mails := server.Mails(t, 2)
	if len(mails) != 2 {
		t.Fatalf("%d mails arrived", len(mails))
	}
	want := read(compose(t, good))
	for _, raw := range mails {
		got := read(raw)
		if got.Subject != want.Subject || got.Text != want.Text || got.MessageID != want.MessageID || len(got.Parts) != 2 || got.Parts[1].Digest != want.Parts[1].Digest || got.Parts[1].Name != want.Parts[1].Name {
			t.Errorf("arrived as %+v\nwant %+v", got, want)
		}
		if !bytes.HasSuffix(bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n")), compose(t, good)[bytes.Index(compose(t, good), []byte("From:")):]) {
			t.Error("the bytes are not those that were given")
		}
	}

	nobody, spam, large := good, good, good
	nobody.To.Mail = "nobody@example.test"
	spam.Subject = "SPAM"
	large.Files = []outbox.File{file("a.bin", "", strings.Repeat("x", 2<<20))}
	for name, tt := range map[string]struct {
		mail    outbox.Mail
		change  func(*outbox.Account)
		outcome outbox.State
		fault   outbox.Fault
		code    int
	}{
		"no such person":        {nobody, same, outbox.Failed, outbox.FaultNone, 550},
		"spam":                  {spam, same, outbox.Held, outbox.FaultNone, 554},
		"too large":             {large, same, outbox.Failed, outbox.FaultNone, 552},
		"wrong code":            {good, func(a *outbox.Account) { a.Password = "wrong" }, outbox.Queued, outbox.FaultAuth, 535},
		"no certificate":        {good, func(a *outbox.Account) { a.Roots = nil }, outbox.Queued, outbox.FaultTLS, 0},
		"no certificate, later": {good, func(a *outbox.Account) { a.Port, a.Security, a.Roots = server.Port, outbox.StartTLS, nil }, outbox.Queued, outbox.FaultTLS, 0},
		"no TLS":                {good, func(a *outbox.Account) { a.Port, a.Security = server.Port, outbox.None }, outbox.Queued, outbox.FaultConfig, 0},
		"TLS where none is":     {good, func(a *outbox.Account) { a.Port = server.Port }, outbox.Queued, outbox.FaultTLS, 0},
	} {
		_, err := deliver(tt.mail, tt.change)
		var r *outbox.Refusal
		if !errors.As(err, &r) || r.Outcome != tt.outcome || r.Fault != tt.fault || r.Code != tt.code || r.Reason == "" {
			t.Errorf("%s: %+v (%v)", name, r, err)
		}
	}
	if n := len(server.Mails(t, 2)); n != 2 {
		t.Errorf("%d mails arrived in the end", n)
	}
}
