package daemon

import (
	"context"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// messenger is an office messenger behind TLS, reached through pipes. It calls itself example.com.
type messenger struct {
	conns chan net.Conn

	mu     sync.Mutex
	bodies []string // of what was posted
	status int      // 0: taken
}

func (m *messenger) Accept() (net.Conn, error) {
	c, ok := <-m.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (*messenger) Close() error   { return nil }
func (*messenger) Addr() net.Addr { return &net.TCPAddr{} }

func (m *messenger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(r.Body)
	m.mu.Lock()
	defer m.mu.Unlock()
	if err == nil && r.URL.Query().Get("key") == "SECRET" {
		m.bodies = append(m.bodies, string(b))
	}
	if m.status != 0 {
		w.WriteHeader(m.status)
		io.WriteString(w, "ask 13800000000")
	}
}

// posted returns what was posted since it was last asked, and lets the messenger answer with a status from now on.
func (m *messenger) posted(status int) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	was := m.bodies
	m.bodies, m.status = nil, status
	return was
}

// Each working morning the counts go out once, whatever restarts, and nothing else of anybody; what the messenger does
// with them holds up nothing.
func TestNotify(t *testing.T) {
	borrowed := httptest.NewUnstartedServer(nil)
	borrowed.StartTLS()
	defer borrowed.Close()
	dir := t.TempDir()
	url, ca := filepath.Join(dir, "url"), filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(url, []byte("https://example.com/send?key=SECRET\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: borrowed.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		m := &messenger{conns: make(chan net.Conn), status: http.StatusBadGateway}
		server := &http.Server{Handler: m, TLSConfig: borrowed.TLS.Clone()}
		served := make(chan error, 1)
		go func() { served <- server.ServeTLS(m, "", "") }()
		defer func() {
			time.Sleep(time.Minute) // TLS says goodbye for up to five seconds
			close(m.conns)
			<-served
			server.Close()
		}()
		b := newBureau(t, "2027-05-10")
		b.config.Digest.To = nil
		b.config.Notify.Host, b.config.Notify.URLFile, b.config.Notify.CAFile = "example.com", url, ca
		b.seams = func(o *Options) {
			o.DialSMTP = func(ctx context.Context, address string) (net.Conn, error) {
				if address != "example.com:443" {
					t.Errorf("dialled %s", address)
				}
				ours, theirs := net.Pipe()
				select {
				case m.conns <- theirs:
					return ours, nil
				case <-ctx.Done():
					return nil, ctx.Err()
				}
			}
		}
		b.start()
		b.deliver("王小明 <wangxiaoming@example.test>", "政府信息公开申请", "申请公开某路改造的批复，电话 13800000000")
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		if n := len(m.posted(0)); n < 3 {
			t.Errorf("tried %d times in twenty minutes", n)
		}
		said := func() string {
			s, err := ask.Do(t.Context(), b.client, ask.Overview, ask.None{})
			if err != nil {
				t.Fatal(err)
			}
			var d desk.Diagnoses
			b.daemon.Reminders.Diagnose(&d)
			for _, one := range d {
				if one.ID == "notify" {
					return strings.Join(s.Notices, " ") + "|" + one.State + " " + one.Text
				}
			}
			return ""
		}
		if words := said(); strings.Count(words, "502") != 2 || !strings.Contains(words, "|warn ") || strings.Contains(words, "SECRET") || strings.Contains(words, "13800000000") {
			t.Errorf("while it fails: %s", words)
		}
		b.sleepUntil("2027-05-11") // 09:00, half an hour after the post
		all := m.posted(0)
		if len(all) != 2 { // the last of the day before, and today's
			t.Fatalf("posted %q", all)
		}
		if words := said(); strings.Contains(words, "没有发出") || !strings.Contains(words, "|ok ") {
			t.Errorf("once it was taken: %s", words)
		}
		posted := all[1]
		if !strings.Contains(posted, `{"msgtype": "text", "text": {"content": "某区政务服务办公室依申请公开 2027-05-11 周二：`) || !strings.Contains(posted, "未登记 1") {
			t.Errorf("posted %s", posted)
		}
		for _, personal := range []string{"王", "wang", "138", "2027-0", "改造"} {
			if strings.Contains(strings.ReplaceAll(posted, "2027-05-11", ""), personal) {
				t.Errorf("%q is in %s", personal, posted)
			}
		}
		if day, err := os.ReadFile(filepath.Join(b.state, "cache", "notified")); err != nil || string(day) != "2027-05-11" {
			t.Errorf("kept %q, %v", day, err)
		}
		b.sleepUntil("2027-05-17") // three working days, a weekend, and Monday
		if n := len(m.posted(0)); n != 4 {
			t.Errorf("posted %d times from Wednesday to Monday", n)
		}
		v, err := ask.Do(t.Context(), b.client, ask.Notify, ask.None{})
		if all := m.posted(http.StatusForbidden); err != nil || !v.Posted || !strings.Contains(string(v.Body), "（测试）") || !slices.Equal(all, []string{string(v.Body)}) {
			t.Errorf("%+v, %q, %v", v, all, err)
		}
		if _, err := ask.Do(t.Context(), b.client, ask.Notify, ask.None{}); err == nil || strings.Contains(err.Error(), "SECRET") || !strings.Contains(err.Error(), "403") {
			t.Errorf("refused: %v", err)
		}
	})
}
