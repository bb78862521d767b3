package ask

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ysq.internal/ysq/cmd/internal/ask/wire"
)

// A daemon that stops within an answer is found out, whatever it had said until then; one that takes its time is waited for.
func TestStopsWithinAnAnswer(t *testing.T) {
	var asked atomic.Int32
	gone := make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc(alivePath, func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) > 3 {
			<-r.Context().Done()
		}
	})
	mux.HandleFunc(operations, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(protocolHeader, Protocol)
		if err := json.NewEncoder(w).Encode(streamLine[Proof]{Item: &Proof{}}); err != nil {
			t.Error(err)
		}
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		close(gone)
	})
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: mux}
	var serving sync.WaitGroup
	serving.Go(func() { s.Serve(l) })
	defer serving.Wait()
	defer s.Close()
	c := &Client{wire: wire.Dial(socket), doubts: time.Millisecond, lives: 10 * time.Millisecond}
	defer c.Close()
	heard := 0
	err = Each(t.Context(), c, Verify, None{}, func(Proof) error {
		heard++
		return nil
	})
	told, ok := errors.AsType[*Error](err)
	if heard != 1 || !ok || told.Code != "frozen" || told.Exit != ExitUnreachable || told.Hint == "" {
		t.Errorf("heard %d, %v", heard, err)
	}
	<-gone
}

// Whoever listens on the socket and is no daemon, or ends before the answer does, is said in words and never taken for nobody.
func TestNoAnswer(t *testing.T) {
	head := "HTTP/1.1 200 OK\r\n" + protocolHeader + ": " + Protocol + "\r\nContent-Length: 100\r\n\r\n"
	for _, tt := range []struct{ name, says, alive, answer string }{
		{"another protocol", "220 hello\r\n", "stranger", "stranger"},
		{"another server of HTTP", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "stranger", "stranger"},
		{"nothing", "", "hung-up", "hung-up"},
		{"half an answer", head + `[{"id"`, "", "hung-up"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			socket := filepath.Join(t.TempDir(), "s")
			l, err := net.Listen("unix", socket)
			if err != nil {
				t.Fatal(err)
			}
			var serving sync.WaitGroup
			serving.Go(func() {
				for {
					conn, err := l.Accept()
					if err != nil {
						return
					}
					conn.Read(make([]byte, 4096))
					conn.Write([]byte(tt.says))
					conn.Close()
				}
			})
			defer serving.Wait()
			defer l.Close()
			for _, asked := range []struct {
				how  string
				ask  func(*Client) error
				want string
			}{
				{"Alive", func(c *Client) error { return c.Alive(t.Context(), time.Minute) }, tt.alive},
				{"Do", func(c *Client) error { _, err := Do(t.Context(), c, Doctor, None{}); return err }, tt.answer},
			} {
				c := Dial(socket)
				err := asked.ask(c)
				c.Close()
				told, _ := errors.AsType[*Error](err)
				if told == nil != (asked.want == "") || told != nil && (told.Code != asked.want || told.Exit != ExitUnreachable || told.Hint == "") {
					t.Errorf("%s: %v, want %q", asked.how, err, asked.want)
				}
			}
		})
	}
	c := Dial(filepath.Join(t.TempDir(), "none"))
	defer c.Close()
	if err := c.Alive(t.Context(), time.Minute); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nobody: %v", err)
	}
}
