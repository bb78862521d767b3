package daemon

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/casefile/register/backup"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/offline"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox/imapsim"
	"ysq.internal/ysq/mailbox/outbox"
	"ysq.internal/ysq/mailbox/parse"
	"ysq.internal/ysq/mailbox/smtpsim"
)

// openPost is openBureau with a post office: what it takes lies in 已发送 afterwards, as at NetEase.
func openPost(t *testing.T, day string, change func(*bureau)) (*bureau, *smtpsim.Server) {
	t.Helper()
	b := newBureau(t, day)
	post := smtpsim.New(smtpsim.Options{User: "office@example.test", Password: "secret", Taken: func(m smtpsim.Mail) {
		b.sim.Add("已发送", append([]byte("X-CM-TRANSID: 1\r\n"), m.Raw...), b.now())
	}})
	t.Cleanup(post.Close)
	c := &b.config.SMTP
	c.Host, c.Port, c.TLS, c.User, c.PasswordFile = "127.0.0.1", 25, "none", "office@example.test", b.config.Mailboxes[0].PasswordFile
	b.config.Digest.To = nil
	b.seams = func(o *Options) { o.DialSMTP = post.Dial }
	if change != nil {
		change(b)
	}
	b.start()
	return b, post
}

// keep sends a file to be kept.
func (b *bureau) keep(name, content string) (f casefile.File, err error) {
	err = ask.Put(b.t.Context(), b.client, ask.PutFile, ask.FileName{Name: ask.Foreign(name)}, strings.NewReader(content), func(kept casefile.File) error { f = kept; return nil })
	return f, err
}

func (b *bureau) put(name, content string) casefile.File {
	b.t.Helper()
	f, err := b.keep(name, content)
	if err != nil {
		b.t.Fatal(err)
	}
	return f
}

func (b *bureau) send(r ask.SendRequest) ask.OutgoingView {
	b.t.Helper()
	v, err := ask.Do(b.t.Context(), b.client, ask.Send, r)
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

func (b *bureau) outgoing(id uint64) ask.OutgoingView {
	b.t.Helper()
	v, err := ask.Do(b.t.Context(), b.client, ask.Outgoing, ask.OutgoingRef{ID: id})
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

func (b *bureau) history(id casefile.ID) (all []casefile.Record) {
	b.t.Helper()
	if err := b.daemon.Reg.View(func(tx *register.Tx) (err error) { all, err = tx.History(id); return err }); err != nil {
		b.t.Fatal(err)
	}
	return all
}

func happened[E casefile.Event](history []casefile.Record) (n int) {
	for _, r := range casefile.Live(history) {
		if _, ok := r.Event.(E); ok {
			n++
		}
	}
	return n
}

// underway brings an application to 办理.
func (b *bureau) underway(from string) {
	b.deliver(from, "政府信息公开申请", "申请公开某路改造的批复")
	time.Sleep(15 * time.Minute)
	b.record("2026-00001", casefile.Confirmed{How: "电话"},
		casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "某路改造的批复", Email: strings.TrimSuffix(from[strings.IndexByte(from, '<')+1:], ">")}, casefile.Reviewed{})
}

func theReply() casefile.Replied {
	return casefile.Replied{Outcome: casefile.Disclosed, Basis: "36-2-provide", Document: "某办依申请〔2026〕第001号"}
}

func letterTo(way casefile.OutWay, files ...casefile.File) ask.SendRequest {
	return ask.SendRequest{Case: "2026-00001", Way: way, Text: "答复见附件。", Document: "某办依申请〔2026〕第001号", Files: files}
}

// A reply that is sent goes to the applicant, in the applicant's thread, once; its dispatch is recorded
// by itself and stops the clock; what comes back to 已发送 is the same mail.
func TestReplyBySMTP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, post := openPost(t, "2026-03-02", nil)
		b.underway("张三 <zhangsan@example.test>")
		b.record("2026-00001", theReply())
		v := b.send(letterTo(casefile.OutSMTP, b.put("答复书.docx", "PK-letter")))
		if v.State != "queued" || !strings.Contains(string(v.Subject), "2026-00001") || v.To != "张三 <zhangsan@example.test>" {
			t.Errorf("prepared: %+v", v)
		}
		time.Sleep(time.Hour)
		mails := post.Mails()
		if len(mails) != 1 || mails[0].To != "zhangsan@example.test" || mails[0].From != "office@example.test" {
			t.Fatalf("sent: %+v", mails)
		}
		m := parse.Message(bytes.NewReader(mails[0].Raw), int64(len(mails[0].Raw)), casefile.Digest{}, parse.Limits{})
		received := b.history("2026-00001")[0].Event.(casefile.Received)
		if len(m.InReplyTo) != 1 || m.InReplyTo[0] != received.MessageID || m.Subject != "回复：政府信息公开申请（2026-00001）" || m.From[0].Name != "某区政务服务办公室" {
			t.Errorf("read as %+v", m)
		}
		v = b.outgoing(v.ID)
		if v.State != "sent" || v.Code != 250 || !strings.HasPrefix(v.Said, "Mail OK queued") || len(v.History) != 3 {
			t.Errorf("afterwards: %+v", v)
		}
		h := b.history("2026-00001")
		if happened[casefile.Dispatched](h) != 1 || happened[casefile.MessageOut](h) != 1 {
			t.Errorf("%d times dispatched, %d letters seen", happened[casefile.Dispatched](h), happened[casefile.MessageOut](h))
		}
		if row := b.list(ask.ListQuery{All: true})[0]; row.Clock != "stopped" || row.StoppedOn == 0 {
			t.Errorf("the clock: %+v", row)
		}
		// The applicant answers our letter: the answer belongs to the case.
		b.sim.Add("INBOX", []byte("From: zhangsan@example.test\r\nSubject: thanks\r\nMessage-ID: <t@example.test>\r\nIn-Reply-To: <"+v.MessageID+">\r\n\r\nok\r\n"), b.now())
		time.Sleep(15 * time.Minute)
		if n := happened[casefile.MessageIn](b.history("2026-00001")); n != 1 {
			t.Errorf("the answer to our letter: %d", n)
		}
		if all, _ := ask.Do(t.Context(), b.client, ask.Outbox, ask.OutboxQuery{All: false}); len(all) != 0 {
			t.Errorf("left in the outbox: %+v", all)
		}
	})
}

// A draft lies in 草稿箱 until a person sends it from webmail; then it is seen, compared and recorded.
func TestDraftSentFromWebmail(t *testing.T) {
	for name, tt := range map[string]struct {
		edit       func(raw []byte, b *bureau) []byte
		differs    []string
		dispatched int
		added      []string
	}{
		"as it was":     {func(raw []byte, _ *bureau) []byte { return append([]byte("X-CM-TRANSID: 7\r\n"), raw...) }, nil, 1, nil},
		"byte for byte": {func(raw []byte, _ *bureau) []byte { return raw }, nil, 1, nil},
		"new Message-ID": {func(raw []byte, _ *bureau) []byte {
			return bytes.Replace(raw, []byte("Message-ID: <ysq."), []byte("Message-ID: <other."), 1)
		}, nil, 1, nil},
		"with a file of the clerk's, as a mail of its own": {func(raw []byte, _ *bureau) []byte {
			raw = bytes.Replace(raw, []byte("Message-ID: <ysq."), []byte("Message-ID: <other."), 1)
			raw = bytes.Replace(raw, []byte("In-Reply-To: "), []byte("X-Was: "), 1)
			raw = bytes.Replace(raw, []byte("References: "), []byte("X-Were: "), 1)
			boundary := raw[bytes.Index(raw, []byte("boundary=")):]
			boundary = bytes.Trim(boundary[len("boundary="):bytes.IndexByte(boundary, '\r')], "\"")
			part := "--" + string(boundary) + "\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"audit.pdf\"\r\n\r\n%PDF\r\n"
			end := bytes.LastIndex(raw, []byte("--"+string(boundary)+"--"))
			return append(append(bytes.Clone(raw[:end]), part...), raw[end:]...)
		}, nil, 1, []string{"audit.pdf"}},
		"to another": {func(raw []byte, _ *bureau) []byte {
			return bytes.Replace(raw, []byte("<zhangsan@"), []byte("<lisi@"), 1)
		}, []string{"收件人是 lisi@example.test"}, 0, nil},
		"another letter": {func(raw []byte, _ *bureau) []byte {
			return bytes.Replace(raw, []byte("UEstbGV0dGVy"), []byte("UEstb3RoZXIh"), 1)
		}, []string{"附件“答复书.docx”的内容改动过"}, 0, nil},
		"other words": {func(raw []byte, _ *bureau) []byte {
			return bytes.Replace(raw, []byte("562U5aSN6KeB6ZmE5Lu244CC"), []byte("55Wl"), 1)
		}, []string{"正文改动过"}, 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, post := openPost(t, "2026-03-02", nil)
				b.underway("张三 <zhangsan@example.test>")
				b.record("2026-00001", theReply())
				v := b.send(letterTo(casefile.OutDraft, b.put("答复书.docx", "PK-letter")))
				time.Sleep(5 * time.Minute)
				drafts := b.sim.Messages("草稿箱")
				if len(drafts) != 1 || b.outgoing(v.ID).State != "drafted" || len(post.Mails()) != 0 {
					t.Fatalf("%d drafts, %+v", len(drafts), b.outgoing(v.ID))
				}
				if m := b.sim.Mutations(); len(m) != 1 || m[0].Name != "APPEND" {
					t.Errorf("the mailbox was changed: %v", m)
				}
				if n := happened[casefile.Dispatched](b.history("2026-00001")); n != 0 {
					t.Error("dispatched before anything was sent")
				}
				raw, _ := b.sim.Raw("草稿箱", drafts[0])
				edited := tt.edit(raw, b)
				if bytes.Equal(edited, raw) != (name == "byte for byte") {
					t.Fatalf("the edit did nothing:\n%s", raw)
				}
				b.sim.Remove("草稿箱", drafts[0])
				b.sim.Add("已发送", edited, b.now())
				time.Sleep(15 * time.Minute)
				v = b.outgoing(v.ID)
				if v.State != "sent" || !slices.Equal(v.Differs, tt.differs) && len(v.Differs)+len(tt.differs) > 0 {
					t.Errorf("%s, differs %q; want sent, %q", v.State, v.Differs, tt.differs)
				}
				if !slices.Equal(v.Added, tt.added) {
					t.Errorf("added %q, want %q", v.Added, tt.added)
				}
				h := b.history("2026-00001")
				if n := happened[casefile.Dispatched](h); n != tt.dispatched || happened[casefile.MessageOut](h) != 1 {
					t.Errorf("dispatched %d times, want %d; %d letters seen", n, tt.dispatched, happened[casefile.MessageOut](h))
				}
				if tt.dispatched == 0 && !strings.Contains(v.Reason, "未自动记录“发出”") {
					t.Errorf("nobody is told to record it: %q", v.Reason)
				}
			})
		})
	}
}

// A letter that was issued here is recorded as what it announces when it goes out.
func TestLetterRecordsWhatItAnnounces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _ := openPost(t, "2026-03-02", nil)
		b.underway("张三 <zhangsan@example.test>")
		file := b.put("答复书.docx", "PK-letter")
		event := []byte(`{"outcome":"disclosed","basis":"36-2-provide"}`)
		document := ""
		now := b.now()
		err := b.daemon.Reg.Update(now, func(tx *register.Tx) error {
			n, err := tx.NextLetter("all", 2026)
			if err != nil {
				return err
			}
			document = "某办依申请〔2026〕第001号"
			_, err = tx.Append(clerk.String(), casefile.Draft{Case: "2026-00001", On: tx.Today(), Event: casefile.LetterIssued{
				Letter: casefile.LetterDisclosure, LetterNumber: n, Document: document, File: file, Decides: casefile.KindReplied, Event: event,
			}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		// The letter is put into the mail by its number, with the words that go with it.
		v := b.send(ask.SendRequest{Case: "2026-00001", Way: casefile.OutSMTP, Document: document})
		if !slices.Equal(v.Files, []string{"答复书.docx"}) || v.Subject != "政府信息公开告知书（2026-00001）" || !strings.Contains(string(v.Text), document) {
			t.Errorf("prepared: %+v", v)
		}
		time.Sleep(time.Hour)
		h := b.history("2026-00001")
		if happened[casefile.Replied](h) != 1 || happened[casefile.Dispatched](h) != 1 {
			t.Errorf("replied %d, dispatched %d times", happened[casefile.Replied](h), happened[casefile.Dispatched](h))
		}
		for _, r := range casefile.Live(h) {
			if e, ok := r.Event.(casefile.Replied); ok && (e.Document != document || r.Actor != "outbox") {
				t.Errorf("%+v", r)
			}
		}
	})
}

// The server says nothing for hours: mails come in, cases are made, the daemon stops in time; and when
// the connection ends after the final dot, the mail is not sent again, and is sent once it is seen.
func TestIntakeIsUnaffectedBySMTP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, post := openPost(t, "2026-03-02", nil)
		post.Next(smtpsim.Dot, smtpsim.Answer{Pause: 30 * time.Hour})
		b.underway("张三 <zhangsan@example.test>")
		b.record("2026-00001", theReply())
		v := b.send(letterTo(casefile.OutSMTP, b.put("答复书.docx", "PK-letter")))
		for i := range 20 {
			b.deliver(fmt.Sprintf("甲 <a%d@example.test>", i), "政府信息公开申请", "申请公开")
			time.Sleep(15 * time.Minute)
			if n := len(b.list(ask.ListQuery{All: true})); n != i+2 {
				t.Fatalf("%d cases after %d mails", n, i+2)
			}
		}
		// The server had taken it, and it lies in 已发送: that is how it is known.
		if v = b.outgoing(v.ID); v.State != "sent" || v.Reason != "在已发送中看到" || len(post.Mails()) != 1 {
			t.Errorf("%+v, taken %d times", v, len(post.Mails()))
		}
		if n := happened[casefile.Dispatched](b.history("2026-00001")); n != 1 {
			t.Errorf("dispatched %d times", n)
		}
	})
}

// What may have been sent and is seen nowhere waits for a person, who is told.
func TestUnknownWaitsForAPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, post := openPost(t, "2026-03-02", nil)
		post.Next(smtpsim.Dot, smtpsim.Answer{Drop: true, Lost: true})
		b.underway("张三 <zhangsan@example.test>")
		b.record("2026-00001", theReply())
		v := b.send(letterTo(casefile.OutSMTP, b.put("答复书.docx", "PK-letter")))
		time.Sleep(2 * time.Hour)
		if v = b.outgoing(v.ID); v.State != "unknown" || len(post.Mails()) != 0 {
			t.Fatalf("%+v, taken %d times", v, len(post.Mails()))
		}
		s, err := ask.Do(t.Context(), b.client, ask.Overview, ask.None{})
		if err != nil || !slices.ContainsFunc(s.Troubles, func(t string) bool { return strings.Contains(t, "1 封信不知是否发出") }) {
			t.Errorf("status says %q, %v", s.Troubles, err)
		}
		if _, err := ask.Do(t.Context(), b.client, ask.DecideOutgoing, ask.OutgoingDecision{OutgoingRef: ask.OutgoingRef{ID: v.ID}, Do: "retry"}); err == nil {
			t.Error("retried without a word that it may arrive twice")
		}
		if _, err := ask.Do(t.Context(), b.client, ask.DecideOutgoing, ask.OutgoingDecision{OutgoingRef: ask.OutgoingRef{ID: v.ID}, Do: "retry", Again: true}); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Hour)
		if v = b.outgoing(v.ID); v.State != "sent" || len(post.Mails()) != 1 {
			t.Errorf("%+v, taken %d times", v, len(post.Mails()))
		}
		if _, err := ask.Do(t.Context(), b.client, ask.DecideOutgoing, ask.OutgoingDecision{OutgoingRef: ask.OutgoingRef{ID: v.ID}, Do: "drop", Reason: "x"}); err == nil {
			t.Error("what was sent was dropped")
		}
	})
}

func TestReceipts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, post := openPost(t, "2026-03-02", func(b *bureau) {
			b.config.Acknowledge.Enabled, b.config.Acknowledge.PerSender, b.config.Acknowledge.Confirms = true, 2, true
		})
		b.sim.Add("INBOX", compose("old@example.test", "政府信息公开申请", "昨天的"), b.now().AddDate(0, 0, -3))
		b.deliver("张三 <zhangsan@example.test>", "政府信息公开申请", "申请公开某路改造的批复")
		b.deliver("noreply@example.test", "政府信息公开申请", "申请公开")
		b.deliver("office@example.test", "政府信息公开申请", "转来的申请，申请公开")
		for i := range 4 {
			b.deliver("李四 <lisi@example.test>", fmt.Sprintf("申请公开文件 %d", i), fmt.Sprintf("申请公开第 %d 号文件", i))
		}
		b.sim.Add("INBOX", append([]byte("Auto-Submitted: auto-generated\r\n"), compose("bot@example.test", "政府信息公开申请", "申请公开")...), b.now())
		b.sleepUntil("2026-03-03")
		to := map[string]int{}
		for _, m := range post.Mails() {
			to[m.To]++
		}
		if len(to) != 2 || to["zhangsan@example.test"] != 1 || to["lisi@example.test"] != 2 {
			t.Errorf("receipts: %v", to)
		}
		if open := b.list(ask.ListQuery{}); len(open) < 7 {
			t.Errorf("%d open cases", len(open))
		}
		for _, m := range post.Mails() {
			r := parse.Message(bytes.NewReader(m.Raw), int64(len(m.Raw)), casefile.Digest{}, parse.Limits{})
			if r.Machine.AutoSubmitted != "auto-replied" || !strings.Contains(r.Subject, "2026-0000") || strings.Contains(r.Text+r.Subject, "{") || len(r.InReplyTo) != 1 {
				t.Errorf("a receipt reads %q: %q %+v", r.Subject, r.Text, r.Machine)
			}
		}
		confirmed := 0
		for _, row := range b.list(ask.ListQuery{}) {
			if row.ConfirmedOn != 0 {
				confirmed++
			}
		}
		if confirmed != 3 {
			t.Errorf("%d cases are confirmed by their receipts, want 3", confirmed)
		}
		// The applicant's machine answers the receipt, and the applicant writes again: no second one.
		b.sim.Add("INBOX", append([]byte("Auto-Submitted: auto-replied\r\nIn-Reply-To: <x>\r\n"), compose("zhangsan@example.test", "自动回复: 已收到", "我在休假")...), b.now())
		b.sleepUntil("2026-03-04")
		if n := len(post.Mails()); n != 3 {
			t.Errorf("%d mails were sent in all, want 3", n)
		}
	})
}

// Nothing that was sent is sent again when the program starts anew, nor when the register comes back
// from a backup without its last records.
func TestNothingTwiceAfterARestoration(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		b := newBureau(t, "2026-03-02")
		b.state = filepath.Join(dir, "state")
		b.config.Paths.State = b.state
		if err := offline.Init(b.state, config.Owner{}, b.now()); err != nil {
			t.Fatal(err)
		}
		post := smtpsim.New(smtpsim.Options{User: "office@example.test", Password: "secret"})
		t.Cleanup(post.Close)
		c := &b.config.SMTP
		c.Host, c.Port, c.TLS, c.User, c.PasswordFile = "127.0.0.1", 25, "none", "office@example.test", b.config.Mailboxes[0].PasswordFile
		b.config.Acknowledge.Enabled, b.config.Digest.To = true, []string{"zhangke@example.test"}
		b.config.Digest.At.Hour = 10
		b.seams = func(o *Options) { o.DialSMTP = post.Dial }
		life := func(f func(d *Daemon)) {
			d, err := New(b.options())
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- d.Run(ctx) }()
			f(d)
			stop()
			if err := <-ended; err != nil {
				t.Fatal(err)
			}
		}
		var kept string
		life(func(d *Daemon) {
			time.Sleep(time.Minute)
			res, err := backup.Of(d.Reg).Make(t.Context(), dir, backup.Options{Now: b.now()})
			if err != nil {
				t.Fatal(err)
			}
			kept = res.Path
			b.deliver("张三 <zhangsan@example.test>", "政府信息公开申请", "申请公开某路改造的批复")
			time.Sleep(2 * time.Hour)
		})
		if n := len(post.Mails()); n != 2 { // a receipt, a digest
			t.Fatalf("sent in the first life: %d", n)
		}
		life(func(*Daemon) { time.Sleep(2 * time.Hour) })
		if n := len(post.Mails()); n != 2 {
			t.Errorf("sent after a restart: %d", n-2)
		}
		if err := os.Rename(b.state, b.state+".lost"); err != nil {
			t.Fatal(err)
		}
		if _, err := backup.Restore(t.Context(), kept, b.state, backup.RestoreOptions{Options: register.Options{Now: b.now()}}); err != nil {
			t.Fatal(err)
		}
		life(func(d *Daemon) {
			time.Sleep(2 * time.Hour)
			n := 0
			if err := d.List(t.Context(), ask.Call{}, ask.ListQuery{}, func(ask.CaseRow) error { n++; return nil }); err != nil || n != 1 {
				t.Errorf("%d cases after the restoration, %v", n, err)
			}
		})
		if n := len(post.Mails()); n != 2 {
			t.Errorf("sent after the restoration: %d", n-2)
		}
	})
}

func TestMorningDigest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, post := openPost(t, "2026-03-02", func(b *bureau) { b.config.Digest.To = []string{"zhangke@example.test", "office@example.test"} })
		b.sleepUntil("2026-03-03")
		if n := len(post.Mails()); n != 0 {
			t.Fatalf("%d digests although there is nothing to say", n)
		}
		b.deliver("张三 <zhangsan@example.test>", "政府信息公开申请 110101190001010015", "申请公开某路改造的批复")
		b.sleepUntil("2026-03-04")
		mails := post.Mails()
		if len(mails) != 2 || mails[0].To == mails[1].To {
			t.Fatalf("%+v", mails)
		}
		m := parse.Message(bytes.NewReader(mails[0].Raw), int64(len(mails[0].Raw)), casefile.Digest{}, parse.Limits{})
		if !strings.Contains(m.Text, "【未登记】1") || !strings.Contains(m.Text, "2026-00001") || strings.Contains(m.Text, "110101190001010015") || m.Machine.AutoSubmitted != "auto-generated" {
			t.Errorf("the digest reads\n%s", m.Text)
		}
		if len(m.Parts) != 2 || !strings.HasPrefix(m.Parts[1].Type, "text/calendar") || m.Parts[1].Name != "期限.ics" {
			t.Errorf("enclosed: %+v", m.Parts)
		}
		if !m.Date.Equal(time.Date(2026, 3, 4, 8, 30, 0, 0, b.now().Location())) && m.Date.Format("15:04") != "08:30" {
			t.Errorf("written at %v", m.Date)
		}
		// It comes to the office's own mailbox, too, where nobody has to look at it.
		b.sim.Add("INBOX", mails[1].Raw, b.now())
		b.sleepUntil("2026-03-05")
		if err := ask.Each(t.Context(), b.client, ask.Mails, ask.MailQuery{Place: casefile.Parked}, func(m ask.MailView) error { t.Errorf("parked: %+v", m); return nil }); err != nil {
			t.Fatal(err)
		}
		b.sleepUntil("2026-03-09") // Thursday, Friday, not at the weekend, Monday
		days := map[string]int{}
		for _, m := range post.Mails() {
			r := parse.Message(bytes.NewReader(m.Raw), int64(len(m.Raw)), casefile.Digest{}, parse.Limits{})
			days[r.Date.Format("01-02")]++
		}
		if fmt.Sprint(days) != "map[03-04:2 03-05:2 03-06:2 03-09:2]" {
			t.Errorf("by day: %v", days)
		}
		if d, err := ask.Do(t.Context(), b.client, ask.Digest, ask.None{}); err != nil || d.Items == 0 || d.Last == nil || !strings.Contains(string(d.Calendar), "BEGIN:VEVENT") {
			t.Errorf("preview: %+v, %v", d, err)
		}
	})
}

// APPEND is cut off: the draft is looked for before it is put again, and there is one in the end.
func TestDraftIsPutOnce(t *testing.T) {
	for name, fault := range map[string]imapsim.Fault{
		"kept, not answered": imapsim.At{Command: "APPEND", Kind: imapsim.Tagged, Times: 1}.Do(imapsim.StopAt(0, imapsim.EOF)),
		"lost":               imapsim.At{Command: "APPEND", Kind: imapsim.Storing, Times: 1}.Do(imapsim.StopAt(0, imapsim.Reset)),
		"silence":            imapsim.At{Command: "APPEND", Kind: imapsim.Tagged, Times: 1}.Do(imapsim.StopAt(0, imapsim.Silence)),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, _ := openPost(t, "2026-03-02", nil)
				b.underway("张三 <zhangsan@example.test>")
				b.sim.Inject(fault)
				v := b.send(letterTo(casefile.OutDraft, b.put("答复书.docx", "PK-letter")))
				time.Sleep(30 * time.Minute)
				if n := len(b.sim.Messages("草稿箱")); n != 1 || b.outgoing(v.ID).State != "drafted" {
					t.Errorf("%d drafts, %+v", n, b.outgoing(v.ID))
				}
			})
		})
	}
}

// A draft that somebody deleted in webmail is open work until a person says what became of it; one that was sent
// meanwhile is not, and neither is one while the server cannot be asked.
func TestVanishedDraftIsOpenWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _ := openPost(t, "2026-03-02", nil)
		b.underway("张三 <zhangsan@example.test>")
		b.record("2026-00001", theReply())
		file := b.put("答复书.docx", "PK-letter")
		sent, deleted := b.send(letterTo(casefile.OutDraft, file)), b.send(ask.SendRequest{Case: "2026-00001", Way: casefile.OutDraft, Text: "另请来电。"})
		time.Sleep(20 * time.Minute)
		drafts := b.sim.Messages("草稿箱")
		if len(drafts) != 2 {
			t.Fatalf("%d drafts", len(drafts))
		}
		raw, _ := b.sim.Raw("草稿箱", drafts[0])
		b.sim.Remove("草稿箱", drafts[0])
		b.sim.Remove("草稿箱", drafts[1])
		b.sim.Add("已发送", raw, b.now())
		b.poll()
		if is := b.outgoing(sent.ID); is.State != "sent" {
			t.Errorf("the one that was sent is %s: %s", is.State, is.Reason)
		}
		if is := b.outgoing(deleted.ID); is.State != "vanished" || !strings.Contains(is.Reason, "已不在草稿箱") {
			t.Errorf("the one that was deleted is %s: %s", is.State, is.Reason)
		}
		marked := func() bool {
			items, err := ask.Do(t.Context(), b.client, ask.Due, ask.DueQuery{Within: 1, Each: true})
			if err != nil {
				t.Fatal(err)
			}
			return slices.ContainsFunc(items, func(i ask.DueItem) bool { return i.Kind == ask.DueLetter && i.Case == "2026-00001" })
		}
		if !marked() {
			t.Error("nobody is told of the draft that has gone")
		}
		if _, err := ask.Do(t.Context(), b.client, ask.DecideOutgoing, ask.OutgoingDecision{OutgoingRef: ask.OutgoingRef{ID: deleted.ID}, Do: "drop", Reason: "改为电话"}); err != nil || marked() {
			t.Errorf("given up, and still due (%v)", err)
		}
	})
}

// Who puts an issued letter into a mail of his own is told to record it, and does so in one step: 答复 and 发出, on
// the day of that mail.
func TestLetterInAMailOfOnesOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _ := openPost(t, "2026-03-02", func(b *bureau) {
			b.config.Agency.Code, b.config.Letter.ReviewOrgan, b.config.Letter.Court = "某办依申请", "某区人民政府", "某区人民法院"
		})
		b.underway("张三 <zhangsan@example.test>")
		issued, err := ask.Do(t.Context(), b.client, ask.AnswerCase, ask.AnswerRequest{LetterRequest: ask.LetterRequest{
			Cases: []casefile.ID{"2026-00001"}, Decides: casefile.KindReplied, Event: []byte(`{"outcome":"unable.not-held","basis":"36-4","grounds":"经检索，本机关未制作该信息"}`), Later: true,
		}})
		if err != nil {
			t.Fatal(err)
		}
		owed := func() (step string) {
			items, err := ask.Do(t.Context(), b.client, ask.Due, ask.DueQuery{Within: 1, Each: true})
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range items {
				if i.Kind == ask.DueLetterOwed {
					step = string(i.Step)
				}
			}
			return step
		}
		document := string(issued.Letter.Document)
		if owed() != "" {
			t.Error("asked for on the day on which it was issued")
		}
		time.Sleep(24 * time.Hour)
		if got := owed(); got != "ysq letter record "+document {
			t.Errorf("the day after: %q", got)
		}
		own := outbox.Mail{From: outbox.Address{Mail: "office@example.test"}, To: outbox.Address{Mail: "zhangsan@example.test"}, Date: b.now(), MessageID: "own@example.test",
			Subject: "回复：政府信息公开申请", Text: "请查收。", Files: []outbox.File{{Name: "告知书.docx", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(issued.Content)), nil }}}}
		var raw bytes.Buffer
		if err := outbox.Compose(&raw, own); err != nil {
			t.Fatal(err)
		}
		sentOn := civil.Of(b.now())
		b.sim.Add("已发送", raw.Bytes(), b.now())
		b.poll()
		mail := casefile.DigestOf(raw.Bytes()).Short()
		if got := owed(); got != "ysq letter record "+document+" --mail "+mail {
			t.Fatalf("seen in 已发送: %q", got)
		}
		time.Sleep(48 * time.Hour)
		res, err := ask.Do(t.Context(), b.client, ask.RecordLetter, ask.RecordLetterRequest{Document: document, Mail: mail})
		if err != nil || len(res.Records) != 2 || len(res.Warnings) != 0 {
			t.Fatalf("recorded %+v, %v", res, err)
		}
		c := b.show("2026-00001")
		if want := ask.Day(sentOn); c.RepliedOn != want || c.StoppedOn != want || owed() != "" {
			t.Errorf("replied %v, stopped %v, want %s; owed %q", c.RepliedOn, c.StoppedOn, sentOn, owed())
		}
		if _, err := ask.Do(t.Context(), b.client, ask.RecordLetter, ask.RecordLetterRequest{Document: document, Mail: mail}); err == nil {
			t.Error("recorded twice")
		}
	})
}

// A complaint and an application to correct a record go their own ways from the mail to the archive: nothing asks for 补正
// or a confirmation, and the answer that a person sends from webmail records itself.
func TestWhatIsNoApplicationToTheEnd(t *testing.T) {
	for name, tt := range map[string]struct {
		subject, body string
		as            casefile.RequestKind
		next          string
		answer        func(b *bureau, id casefile.ID)
	}{
		"更正": {"更正申请", "本人申请更正贵局档案中本人的登记信息。", casefile.CorrectionOfRecord, "核实后制发更正告知书；不归本机关更正的，转送并告知", func(b *bureau, id casefile.ID) {
			_, err := ask.Do(b.t.Context(), b.client, ask.AnswerCase, ask.AnswerRequest{Way: casefile.OutDraft, LetterRequest: ask.LetterRequest{
				Cases: []casefile.ID{id}, Decides: casefile.KindReplied, Later: true, Event: []byte(`{"outcome":"other.other","basis":"handled","grounds":"经核实，已将登记信息更正"}`),
			}})
			if err != nil {
				b.t.Fatal(err)
			}
		}},
		"投诉": {"投诉", "我要投诉某路工地夜间施工，请查处。", casefile.OtherRequest, "记录办结，再回信；发出后自动记录", func(b *bureau, id casefile.ID) {
			b.record(id, casefile.Replied{Outcome: casefile.OtherOutcome, Basis: casefile.BasisHandled, Grounds: "已转有关科室查处"})
			b.send(ask.SendRequest{Case: id, Way: casefile.OutDraft, Text: "您的来信已转有关科室查处。"})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, _ := openPost(t, "2026-03-02", func(b *bureau) {
					b.config.Agency.Code, b.config.Letter.ReviewOrgan, b.config.Letter.Court = "某办依申请", "某区人民政府", "某区人民法院"
				})
				due := func() (lines, steps []string) {
					items, err := ask.Do(t.Context(), b.client, ask.Due, ask.DueQuery{Within: 5, Each: true})
					if err != nil {
						t.Fatal(err)
					}
					for _, i := range items {
						if i.Case != "" {
							lines, steps = append(lines, i.Block+" "+i.Label), append(steps, string(i.Step))
						}
					}
					return lines, steps
				}
				b.deliver("钱正 <qian@example.test>", tt.subject, tt.body)
				time.Sleep(15 * time.Minute)
				id := casefile.ID("2026-00001")
				if lines, steps := due(); len(lines) != 1 || !strings.HasPrefix(lines[0], "internal 未登记（似为"+name) || !strings.HasSuffix(steps[0], " --as "+tt.as.Label()) {
					t.Errorf("as it came: %q, %q", lines, steps)
				}
				b.record(id, casefile.Registered{As: tt.as, Applicant: "钱正", Column: casefile.Natural, Request: tt.subject, Email: "qian@example.test"})
				if lines, steps := due(); len(lines) > 0 {
					t.Errorf("registered: %q, %q", lines, steps)
				}
				if next := b.show(id).Likely; len(next) == 0 || next[len(next)-1].Why != ask.Text(tt.next) {
					t.Errorf("what is next: %+v", next)
				}
				tt.answer(b, id)
				time.Sleep(5 * time.Minute)
				drafts := b.sim.Messages("草稿箱")
				if len(drafts) != 1 {
					t.Fatalf("%d drafts", len(drafts))
				}
				raw, _ := b.sim.Raw("草稿箱", drafts[0])
				b.sim.Remove("草稿箱", drafts[0])
				b.sim.Add("已发送", raw, b.now())
				time.Sleep(15 * time.Minute)
				h := b.history(id)
				if happened[casefile.Replied](h) != 1 || happened[casefile.Dispatched](h) != 1 || happened[casefile.MessageOut](h) != 1 {
					t.Errorf("%d answers, sent %d times, %d letters seen", happened[casefile.Replied](h), happened[casefile.Dispatched](h), happened[casefile.MessageOut](h))
				}
				if row := b.record(id, casefile.Archived{}); row.Stage != casefile.StageArchived.String() {
					t.Errorf("it ends as %s", row.Stage)
				}
				if lines, _ := due(); len(lines) != 0 {
					t.Errorf("still due: %q", lines)
				}
			})
		})
	}
}
