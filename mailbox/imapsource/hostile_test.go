package imapsource

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/imapsim"
	"ysq.internal/ysq/mailbox/rawstore"
)

// repeated is a text n times over.
type repeated struct {
	text string
	n    int
	left string
}

func (r *repeated) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if r.left == "" {
			if r.n--; r.n < 0 {
				return n, io.EOF
			}
			r.left = r.text
		}
		k := copy(p[n:], r.left)
		n, r.left = n+k, r.left[k:]
	}
	return n, nil
}

// hostile is a server that answers one command with what it likes and the others in order.
func hostile(command string, said func() io.Reader) (dial func(context.Context, string) (net.Conn, error)) {
	return func(context.Context, string) (net.Conn, error) {
		client, server := net.Pipe()
		go func() {
			defer server.Close()
			if command == "" {
				io.Copy(server, said())
			}
			io.WriteString(server, "* OK ready\r\n")
			asked := bufio.NewReader(server)
			for {
				line, err := asked.ReadString('\n')
				if err != nil {
					return
				}
				tag, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
				switch {
				case command != "" && strings.HasPrefix(rest, command):
					if _, err := io.Copy(server, bufio.NewReaderSize(said(), 64<<10)); err != nil {
						return
					}
				case strings.HasPrefix(rest, "UID SEARCH"):
					io.WriteString(server, "* SEARCH 1 2\r\n")
				case strings.HasPrefix(rest, "EXAMINE"):
					io.WriteString(server, "* 2 EXISTS\r\n")
				}
				if _, err := fmt.Fprintf(server, "%s OK done\r\n", tag); err != nil {
					return
				}
			}
		}()
		return client, nil
	}
}

// most is what one hostile answer may cost.
const most = 200 << 20

// peak runs f and returns the most memory that was in use meanwhile.
func peak(f func()) uint64 {
	runtime.GC()
	stop := make(chan bool)
	var most uint64
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse+m.StackInuse)
			select {
			case <-stop:
				return
			case <-tick.C:
			}
		}
	})
	f()
	close(stop)
	wg.Wait()
	return most
}

// Whatever a server answers, it costs neither the program nor more than a little memory: polling and
// looking at the server alike.
func TestHostileAnswersAreBounded(t *testing.T) {
	const many = 1 << 30
	for _, tt := range []struct{ name, command, head, text string }{
		{"greeting without end", "", "", "x"},
		{"notes without end", "LOGIN", "", "* OK still here\r\n"},
		{"a structure without bottom", "UID FETCH", "* 1 FETCH (UID 1 BODYSTRUCTURE ", "("},
		{"a search without end", "UID SEARCH", "* SEARCH", " 1392611444"},
		{"flags without end", "EXAMINE", "* FLAGS (", `\x `},
		{"folders without end", "LIST", "", "* LIST () \"/\" \"a folder\"\r\n"},
		{"a folder of attributes", "LIST", "* LIST (", `\x `},
		{"a literal of 3 GB", "UID FETCH", "* 1 FETCH (UID 1 BODY[] {3000000000}\r\n", "x"},
		{"a folder's name of 3 GB", "LIST", "* LIST () \"/\" {3000000000}\r\n", "x"},
		{"names of folders without end", "LIST", "", "* LIST () \"/\" {30000}\r\n" + strings.Repeat("x", 30000) + "\r\n"},
		{"mails without end", "UID FETCH", "", "* 9 FETCH (UID 9 RFC822.SIZE 5 BODY[] {5}\r\nhello)\r\n"},
		{"changes of flags without end", "UID FETCH", "", "* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n"},
		{"empty lines without end", "ID", "", "\r\n"},
		{"a quoted string without end", "LIST", `* LIST () "/" "`, "a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			store, err := rawstore.Open(t.TempDir(), rawstore.Options{})
			if err != nil {
				t.Fatal(err)
			}
			s := New(Options{Host: "x", Security: None, User: "u", Password: "p", Dial: hostile(tt.command, func() io.Reader {
				return io.MultiReader(strings.NewReader(tt.head), &repeated{text: tt.text, n: many})
			})}, store)
			var polled, probed error
			used := peak(func() {
				polled = converse(t, s, store, "long enough to hold five bytes")
				_, probed = s.Probe(t.Context(), mailbox.ProbeOptions{})
			})
			if polled == nil {
				t.Error("the poll went well")
			}
			if probed == nil && tt.command != "UID FETCH" {
				t.Error("the probe went well")
			}
			if used > most {
				t.Errorf("%d MB in use", used>>20)
			}
			t.Logf("%d MB; %v; %v", used>>20, polled, probed)
		})
	}
}

// A server that drips is told from one that is slow: an answer has its time, and what is said beside it
// buys no more.
func TestPace(t *testing.T) {
	drip := imapsim.Slow(0, 1) // a byte a second
	for _, tt := range []struct {
		name  string
		at    imapsim.At
		fault imapsim.Fault
		ends  time.Duration // in failure; 0: it goes well
		mail  int
	}{
		{"LOGIN drips", imapsim.At{Command: "LOGIN", Kind: imapsim.Tagged}, both(imapsim.Say("OK "+strings.Repeat("x", 900)), drip), time.Minute, 100},
		{"EXAMINE says still here", imapsim.At{Command: "EXAMINE", Kind: imapsim.Tagged}, both(imapsim.Precede(notes(400)...), imapsim.Slow(0, 50)), time.Minute, 100},
		{"a listing drips", imapsim.At{Command: "UID SEARCH", Kind: imapsim.Untagged}, both(imapsim.Say("SEARCH"+strings.Repeat(" 1392611444", 300)), drip), listingTime, 100},
		{"a mail drips", imapsim.At{Kind: imapsim.Fetch}, imapsim.Slow(0, 100), bodyTime, 100_000},
		{"a mail is slow", imapsim.At{Kind: imapsim.Fetch}, imapsim.Slow(0, 1100), 0, 1_000_000},
		{"notes instead of a mail", imapsim.At{Kind: imapsim.Fetch}, both(imapsim.Precede(notes(2000)...), imapsim.Slow(0, 50)), bodyTime, 100},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim, err := imapsim.New(imapsim.Options{Security: imapsim.PlainText})
				if err != nil {
					t.Fatal(err)
				}
				defer sim.Close()
				sim.Add("INBOX", []byte(strings.Repeat("x", tt.mail)), time.Now())
				sim.Inject(tt.at.Do(tt.fault))
				store, err := rawstore.Open(t.TempDir(), rawstore.Options{})
				if err != nil {
					t.Fatal(err)
				}
				s := New(Options{Host: imapsim.Host, Security: None, User: "u", Password: "p",
					Dial: func(ctx context.Context, _ string) (net.Conn, error) { return sim.Dial(ctx) }}, store)
				began := time.Now()
				err = converse(t, s, store, strings.Repeat("x", tt.mail))
				if took := time.Since(began).Round(time.Second); tt.ends == 0 && err != nil || tt.ends > 0 && (err == nil || took < tt.ends || took > tt.ends+5*time.Second) {
					t.Errorf("%v after %v, want an end after %v", err, took, tt.ends)
				}
				if e, ok := errors.AsType[*mailbox.Error](err); err != nil && (!ok || !errors.Is(e, mailbox.ErrSlow) || !strings.Contains(e.Label(), "答完")) {
					t.Errorf("told as %v", err)
				}
			})
		})
	}
}

func both(faults ...imapsim.Fault) imapsim.Fault {
	return func(ev imapsim.Event, r *imapsim.Reply) {
		for _, f := range faults {
			f(ev, r)
		}
	}
}

func notes(n int) (lines []string) {
	for range n {
		lines = append(lines, "* OK Still here")
	}
	return lines
}
