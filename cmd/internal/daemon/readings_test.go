package daemon

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/worker"
)

// TestMain is the program itself when a test's office executes it again to read an attachment.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Command {
		os.Exit(worker.Main(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	}
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

func (s *seen) reading(read readFunc) readFunc {
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
		b.seams = func(o *Options) { o.readPart = s.reading(readHere) }
		b.deliver("张三 <a@example.test>", "申请公开一", "第一件")
		b.sim.Add("INBOX", withAttachment("李四 <b@example.test>", "申请公开二", "第二件", "a.txt", "附件"), b.now())
		b.start()
		b.poll()
		time.Sleep(time.Minute)
		synctest.Wait()
		if got, want := s.take(), []string{"第二件", "附件", "第一件"}; !slices.Equal(got, want) {
			t.Errorf("read %q, want %q", got, want)
		}
		d, err := ask.Do(t.Context(), b.client, ask.Show, ask.CaseRef{Case: "2026-00002"})
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
			casefile.Dispatched{Way: casefile.ByPost}, casefile.Delivered{}, casefile.Archived{})
		b.years(11)
		if !b.daemon.readings.has(first) {
			t.Fatal("what was read is not kept")
		}
		if _, err := ask.Do(t.Context(), b.approver(), ask.Erase, ask.EraseRequest{Cases: []casefile.ID{"2026-00001"}, Reason: "期满"}); err != nil {
			t.Fatal(err)
		}
		if b.daemon.readings.has(first) {
			t.Error("the bytes are erased; what was read of them is not")
		}
	})
}

// What is kept is bounded, and what another version kept goes.
func TestReadingsAreTidied(t *testing.T) {
	var erased casefile.Digest
	r := &readings{cache: t.TempDir(), erased: func(d casefile.Digest) bool { return d == erased }}
	old := filepath.Join(r.cache, "read", "0.0", "a")
	for _, dir := range []string{old, filepath.Join(r.cache, "pdfium-1-wazero-1"), filepath.Join(r.cache, "pdfium-1.tmp")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	gone, stays := casefile.DigestOf([]byte("gone")), casefile.DigestOf([]byte("stays"))
	for _, d := range []casefile.Digest{gone, stays} {
		if err := r.put(d, []worker.Reading{{State: worker.Read}}); err != nil {
			t.Fatal(err)
		}
	}
	erased = gone // as by a crash between the record and the files
	if err := r.tidy(); err != nil {
		t.Fatal(err)
	}
	if r.has(gone) || !r.has(stays) {
		t.Errorf("the erased one is kept: %v, the other: %v", r.has(gone), r.has(stays))
	}
	left, err := os.ReadDir(r.cache)
	if err != nil || len(left) != 1 || r.size == 0 {
		t.Errorf("left %v, %v; size %d", left, err, r.size)
	}
	if err := os.Truncate(r.path(stays), 5); err != nil { // torn by a crash
		t.Fatal(err)
	}
	if _, ok := r.get(stays); ok {
		t.Error("a torn file was taken for a reading")
	}
	if err := r.put(gone, nil); err != nil || r.has(gone) {
		t.Errorf("erased while it was read, and kept: %v, %v", r.has(gone), err)
	}
}

// The real thing: the program executed again reads what an applicant attached.
func TestAttachmentIsReadByAChild(t *testing.T) {
	b := newBureau(t, "2026-03-02")
	b.seams = func(o *Options) { o.readPart, o.Worker = nil, true }
	b.sim.Add("INBOX", withAttachment("李四 <b@example.test>", "申请公开", "见附件", "申请表.txt", "申请人：李四"), b.now())
	f, err := openOffice(b.options())
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	if _, err := f.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, p := range f.pollers {
		defer p.Close()
	}
	all, err := f.readable("2026-00001")
	if err != nil || len(all) != 1 {
		t.Fatalf("to read: %v, %v", all, err)
	}
	got, err := f.readingsOf(t.Context(), all[0].digest, "")
	if err != nil || len(got) != 2 || got[1].State != worker.Read || got[1].Document.Blocks[0].Line.Text != "申请人：李四" {
		t.Errorf("read %+v, %v", got, err)
	}
	// A daemon that stops does not wait for an attachment.
	f.end(context.Canceled)
	if err := f.readings.drop(all[0].digest); err != nil {
		t.Fatal(err)
	}
	if _, err := f.readingsOf(t.Context(), all[0].digest, ""); err == nil {
		t.Error("read after the end")
	}
	left, err := filepath.Glob(filepath.Join(f.readings.cache, "attachment-*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}
