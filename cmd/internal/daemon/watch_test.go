package daemon

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/mailbox/imapsim"
)

// The watchdog is fed while a poller works or honestly waits: for its next poll, for a server that is
// away, for a 授权码 that is refused. It is not fed when one hangs.
func TestWatchdogFollowsThePollers(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(b *bureau, hang chan struct{})
		want bool
	}{
		{"an ordinary day", func(*bureau, chan struct{}) {}, true},
		{"the server is silent", func(b *bureau, _ chan struct{}) {
			b.sim.Inject(imapsim.At{Command: "EXAMINE"}.Do(imapsim.StopAt(0, imapsim.Silence)))
		}, true},
		{"the password is refused", func(b *bureau, _ chan struct{}) { b.sim.SetPassword("other"); b.sim.Disconnect(imapsim.Reset) }, true},
		{"reading a mail hangs", func(b *bureau, _ chan struct{}) { b.deliver("张三 <z@example.test>", "申请", "x") }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBureau(t, "2026-03-02")
				hang := make(chan struct{})
				b.seams = func(o *Options) {
					o.OnOne = func(doing string, _ casefile.Digest) {
						if doing == "读信" {
							<-hang
						}
					}
				}
				b.start()
				time.Sleep(time.Minute)
				tt.do(b, hang)
				fed := true
				for range 12 * 60 {
					time.Sleep(time.Minute)
					synctest.Wait()
					fed = fed && b.daemon.alive(time.Now())
				}
				if fed != tt.want {
					t.Errorf("alive through half a day: %v, want %v", fed, tt.want)
				}
				close(hang)
			})
		})
	}
}

// systemd is told of readiness, of the state, and as long as all is well that the watchdog need not bite.
func TestSystemdIsTold(t *testing.T) {
	dir, err := os.MkdirTemp("", "ysq") // short: it becomes the name of a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", "60000000")
	said := make(chan map[string]int, 1)
	go func() { // outside of the bubble, and at once: the queue of such a socket is short
		words := map[string]int{}
		buf := make([]byte, 64<<10)
		for {
			n, err := conn.Read(buf)
			if err != nil {
				said <- words
				return
			}
			word, _, _ := strings.Cut(string(buf[:n]), "=")
			words[word]++
		}
	}()
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		b.poll()
		time.Sleep(5 * time.Minute)
		synctest.Wait()
	})
	if err := conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if got := <-said; got["READY"] != 1 || got["STOPPING"] != 1 || got["WATCHDOG"] < 8 || got["STATUS"] < 8 {
		t.Errorf("said %v", got)
	}
}
