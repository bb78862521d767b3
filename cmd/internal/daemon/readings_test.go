package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office"
	"ysq.internal/ysq/cmd/internal/office/reading"
	"ysq.internal/ysq/cmd/internal/worker"
)

// TestMain is the program itself when a test's office executes it again to read an attachment. The collector runs less
// often than it would: an office is thrown away whole when its test ends.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Command {
		os.Exit(worker.Main(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	}
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}

// withAttachment is a mail with a text and a file.
func withAttachment(from, subject, text, name, body string) []byte {
	return fmt.Appendf(nil, "From: %s\r\nTo: office@example.test\r\nSubject: %s\r\nMessage-ID: <%x@example.test>\r\n"+
		"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"+
		"--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n"+
		"--x\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"%s\"\r\n\r\n%s\r\n--x--\r\n",
		from, subject, casefile.DigestOf([]byte(from+subject+text)).Short(), text, name, body)
}

// seen notes what is read, in its order.
type seen struct {
	mu  sync.Mutex
	all []string
}

func (s *seen) reading(read reading.ReadFunc) reading.ReadFunc {
	return func(ctx context.Context, in form.Input, copy func(io.Writer) error) (worker.Reading, error) {
		var text strings.Builder
		r, err := read(ctx, in, func(w io.Writer) error { return copy(io.MultiWriter(w, &text)) })
		s.mu.Lock()
		defer s.mu.Unlock()
		s.all = append(s.all, strings.TrimSpace(text.String()))
		return r, err
	}
}

func (s *seen) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.all
	s.all = nil
	return all
}

// Mails of open cases are read once, the newest first, when no more come in; what was read outlives the
// daemon, and not the bytes.
func TestReadingQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBureau(t, "2026-03-02")
		b.config.Retention.Years = 10
		var s seen
		b.seams = func(o *Options) { o.ReadPart = s.reading(readHere) }
		b.deliver("张三 <a@example.test>", "申请公开一", "第一件 链接: https://pan.baidu.com/s/1abcdefg 提取码: a1b2")
		b.sim.Add("INBOX", withAttachment("李四 <b@example.test>", "申请公开二", "第二件", "a.txt", "附件"), b.now())
		b.start()
		b.poll()
		time.Sleep(time.Minute)
		synctest.Wait()
		if got, want := s.take(), []string{"第二件", "附件", "第一件 链接: https://pan.baidu.com/s/1abcdefg 提取码: a1b2"}; !slices.Equal(got, want) {
			t.Errorf("read %q, want %q", got, want)
		}
		d, err := ask.Do(t.Context(), b.client, ask.Show, ask.WholeCase("2026-00002"))
		if err != nil || len(d.Mails[0].Readings) != 2 || d.Mails[0].Readings[1].State != "read" || d.Mails[0].Readings[1].Name != "a.txt" {
			t.Errorf("shown: %+v, %v", d.Mails, err)
		}
		b.record("2026-00001", casefile.Noted{Text: "x"}) // nothing to read
		b.deliver("张三 <a@example.test>", "补充 2026-00001", "补充的材料")
		b.poll()
		time.Sleep(time.Minute)
		synctest.Wait()
		if got, want := s.take(), []string{"补充的材料"}; !slices.Equal(got, want) {
			t.Errorf("then read %q, want %q", got, want)
		}
		first := b.mails(casefile.ToCase)[0].Digest
		b.record("2026-00001", casefile.Confirmed{How: "电话"}, casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural},
			casefile.Replied{Outcome: casefile.Disclosed, Basis: "36-2-provide"},
			casefile.Dispatched{Way: casefile.ByPost}, casefile.Delivered{}, casefile.Seen{}, casefile.Archived{})
		b.years(11)
		versions, err := os.ReadDir(filepath.Join(b.state, "cache", "read"))
		if err != nil || len(versions) != 1 {
			t.Fatal(versions, err)
		}
		page := filepath.Join(b.state, "cache", "page", versions[0].Name(), first.String(), "1.000000000000.1") // as a clerk who looked at it leaves it
		if err := errors.Join(os.MkdirAll(filepath.Dir(page), 0o700), os.WriteFile(page, []byte("{}\n"), 0o600)); err != nil {
			t.Fatal(err)
		}
		if !b.read(first) || len(b.cached(first)) != 3 {
			t.Fatalf("of what was read, drawn and linked this is kept: %q", b.cached(first))
		}
		if _, err := ask.Do(t.Context(), b.approver(), ask.Erase, ask.EraseRequest{Cases: []casefile.ID{"2026-00001"}, Reason: "期满"}); err != nil {
			t.Fatal(err)
		}
		if left := b.cached(first); len(left) > 0 {
			t.Errorf("the bytes are erased; of what was made of them this is not: %q", left)
		}
	})
}

// read reports whether what a mail says is kept.
func (b *bureau) read(d casefile.Digest) bool {
	kept, err := filepath.Glob(filepath.Join(b.state, "cache", "read", "*", "*", d.String()+".json"))
	if err != nil {
		b.t.Fatal(err)
	}
	return len(kept) > 0
}

// A mail of three hundred bombs costs what its budget allows, and nobody else waits for it: neither while the background
// reads it, nor while somebody looks at its case.
func TestBombsMakeNobodyWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBureau(t, "2026-03-02")
		var bombs atomic.Int32
		b.seams = func(o *Options) {
			o.ReadPart = func(ctx context.Context, in form.Input, copy func(io.Writer) error) (worker.Reading, error) {
				if !strings.HasPrefix(in.Name, "bomb") {
					return readHere(ctx, in, copy)
				}
				bombs.Add(1)
				select { // a child is killed after 30 seconds
				case <-time.After(30 * time.Second):
					return worker.Reading{State: worker.Failed, Document: form.Document{Part: in.Index, Name: in.Name}}, nil
				case <-ctx.Done():
					return worker.Reading{}, context.Cause(ctx)
				}
			}
		}
		var parts strings.Builder
		for i := range 300 {
			fmt.Fprintf(&parts, "--x\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"bomb%d.pdf\"\r\n\r\n%%PDF-1.4\r\n", i)
		}
		b.sim.Add("INBOX", []byte("From: \u5f20\u4e09 <a@example.test>\r\nTo: office@example.test\r\nSubject: =?utf-8?B?55Sz6K+35YWs5byA?=\r\nMessage-ID: <bombs@example.test>\r\n"+
			"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"+parts.String()+"--x--\r\n"), b.now())
		b.deliver("李四 <b@example.test>", "申请公开二", "申请人：李四")
		b.start()
		b.poll()
		propose := func(id casefile.ID) time.Duration {
			begun := time.Now()
			if _, err := ask.Do(t.Context(), b.client, ask.Propose, ask.CaseRef{Case: id}); err != nil {
				t.Error(err)
			}
			return time.Since(begun)
		}
		time.Sleep(5 * time.Second) // the background has a bomb in hand
		synctest.Wait()
		if took := propose("2026-00002"); bombs.Load() == 0 || took > time.Second {
			t.Errorf("beside the background, another case's proposals took %s; %d bombs", took, bombs.Load())
		}
		var all sync.WaitGroup
		bombs.Store(0)
		all.Go(func() {
			if took := propose("2026-00001"); took > 70*time.Second || bombs.Load() > 4 {
				t.Errorf("the bombs took %s, %d were tried", took, bombs.Load())
			}
		})
		time.Sleep(5 * time.Second)
		b.deliver("王五 <c@example.test>", "申请公开三", "申请人：王五")
		b.poll()
		if took := propose("2026-00003"); took > time.Second {
			t.Errorf("beside somebody who looks at the bombs, another case's proposals took %s", took)
		}
		all.Wait()
	})
}

// cached lists what is kept of a mail.
func (b *bureau) cached(d casefile.Digest) (all []string) {
	err := filepath.WalkDir(filepath.Join(b.state, "cache"), func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && strings.Contains(path, d.String()) {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

// The real thing: the program executed again reads what an applicant attached.
func TestAttachmentIsReadByAChild(t *testing.T) {
	b := newBureau(t, "2026-03-02")
	b.seams = func(o *Options) { o.ReadPart, o.Worker = nil, true }
	mail := withAttachment("李四 <b@example.test>", "申请公开", "见附件", "申请表.txt", "申请人：李四")
	b.sim.Add("INBOX", mail, b.now())
	f, err := office.Open(b.options().Options)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Intake.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, p := range f.Intake.Pollers {
		defer p.Close()
	}
	got, err := f.Reading.ReadingsOf(t.Context(), casefile.DigestOf(mail), "")
	if err != nil || len(got) != 2 || got[1].State != worker.Read || got[1].Document.Blocks[0].Line.Text != "申请人：李四" {
		t.Errorf("read %+v, %v", got, err)
	}
	// A daemon that stops does not wait for an attachment.
	f.End(context.Canceled)
	if err := f.Reading.Forget(casefile.DigestOf(mail)); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Reading.ReadingsOf(t.Context(), casefile.DigestOf(mail), ""); err == nil {
		t.Error("read after the end")
	}
	left, err := filepath.Glob(filepath.Join(b.state, "cache", "attachment-*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

// What the files of an open mail say is known only when they have been read: then the mail is judged once more, and
// is a case of its own, from its arrival on, or says what it probably is.
func TestOpenMailIsJudgedOnceItsFilesWereRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		mail := func(id, answers, subject, text, file string) {
			head := "From: 张三 <zhangsan@example.test>\r\nTo: office@example.test\r\nSubject: " + subject + "\r\nMessage-ID: <" + id + "@example.test>\r\n"
			if answers != "" {
				head += "In-Reply-To: <" + answers + "@example.test>\r\n"
			}
			b.sim.Add("INBOX", []byte(head+"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"+text+
				"\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Disposition: attachment; filename=1.txt\r\n\r\n"+file+"\r\n--b--\r\n"), b.now())
		}
		mail("first", "", "政府信息公开申请", "申请人：张三\r\n联系电话：见附件\r\n所需信息：东河片区2024年房屋征收补偿方案的批复全文及其附件", "略")
		time.Sleep(30 * time.Minute)
		arrived := b.now()
		mail("own", "first", "Re: 登记回执", "您好，请查收附件。谢谢！", "申请人：张三\r\n联系电话：见来信\r\n所需信息：环城北路2025年限速调整的依据和听证会会议记录")
		mail("paid", "first", "Re: 登记回执", "您好，请查收附件。谢谢！", "缴费凭证：金额 100 元")
		b.poll()
		if open := b.show("2026-00001").Open; len(open) != 2 || !open[0].Unread || !strings.Contains(string(open[0].By), "附件未读") {
			t.Errorf("before the files are read: %+v", open)
		}
		time.Sleep(30 * time.Minute)
		rows := b.list(ask.ListQuery{})
		if len(rows) != 2 || rows[1].Case != "2026-00002" || rows[1].ArrivedAt.Unix() != arrived.Unix() {
			t.Fatalf("the application of its own: %+v", rows)
		}
		open := b.show("2026-00001").Open
		if len(open) != 1 || open[0].Guess != "payment" || open[0].Unread {
			t.Errorf("what stays open in the first: %+v", open)
		}
		if s := b.show("2026-00002").Suggestions; len(s) != 1 || s[0].Case != "2026-00001" {
			t.Errorf("nothing leads back: %+v", s)
		}
		records := len(b.history("2026-00001"))
		time.Sleep(24 * time.Hour)
		if n := len(b.history("2026-00001")); n != records {
			t.Errorf("judged again and again: %d records, then %d", records, n)
		}
	})
}
