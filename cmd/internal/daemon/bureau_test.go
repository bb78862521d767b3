package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/durable/durabletest"
	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/offline"
	"ysq.internal/ysq/cmd/internal/worker"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox/imapsim"
)

// clerk is who acts in these tests. The uids of the people here are above all that an account has, for
// whoever runs the tests owns the register, and the owner may do more than a clerk.
var clerk = ask.Actor{Name: "李四", UID: 4_000_001_000, Role: ask.Operator}

// bureau is a whole office in a bubble: the daemon on a simulated provider, a clerk at the counter.
type bureau struct {
	t      *testing.T
	sim    *imapsim.Server
	client *ask.Client
	daemon *Daemon
	config config.Config
	ahead  atomic.Int64 // nanoseconds from the bubble's clock to the office's
	free   atomic.Int64 // bytes on the office's disk, as far as it is told
	state  string
	lost   string // digest of a mail whose bytes the test took away
	seams  func(*Options)
}

func (b *bureau) now() time.Time { return time.Now().Add(time.Duration(b.ahead.Load())) }

// years puts the office's clock ahead, not the bubble's: no timer sees it.
func (b *bureau) years(n int) { b.ahead.Add(int64(n * 366 * 24 * int(time.Hour))) }

// openBureau starts the office on a day; its parts are stopped and its register verified at the end.
func openBureau(t *testing.T, day string) *bureau {
	t.Helper()
	b := newBureau(t, day)
	b.start()
	return b
}

// newBureau prepares an office that does not run yet.
func newBureau(t *testing.T, day string) *bureau {
	t.Helper()
	b := &bureau{t: t, state: filepath.Join(durabletest.Dir(t), "state")}
	b.free.Store(1 << 40)
	b.ahead.Store(int64(time.Until(civil.MustParse(day).Start().Add(9 * time.Hour))))
	sim, err := imapsim.New(imapsim.Options{User: "office@example.test", Password: "secret", Security: imapsim.PlainText})
	if err != nil {
		t.Fatal(err)
	}
	b.sim = sim
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := offline.Init(b.state, config.Owner{}, b.now()); err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.Agency.Name = "某区政务服务办公室"
	c.Paths.State = b.state
	m := config.DefaultMailbox()
	m.Name, m.User, m.Host, m.Port, m.TLS, m.PasswordFile = "office@example.test", "office@example.test", "127.0.0.1", 143, config.Plaintext, password
	m.PollInterval = 10 * time.Minute
	c.Mailboxes = []config.Mailbox{m}
	b.config = c
	t.Cleanup(sim.Close)
	return b
}

func (b *bureau) options() Options {
	o := Options{Options: office.Options{Options: desk.Options{Config: b.config, Log: zerolog.New(b.t.Output()), Now: b.now,
		Space: func(string) (durable.Space, error) { return durable.Space{Free: b.free.Load(), Total: 1 << 40}, nil },
		Dial:  func(ctx context.Context, _ string) (net.Conn, error) { return b.sim.Dial(ctx) }}, ReadPart: readHere}, unbound: true}
	if b.seams != nil {
		b.seams(&o)
	}
	return o
}

// readHere reads an attachment without a child: fast, and the bubble's time goes on.
func readHere(_ context.Context, in form.Input, copy func(io.Writer) error) (worker.Reading, error) {
	var b bytes.Buffer
	if err := copy(&b); err != nil {
		return worker.Reading{}, err
	}
	in.Body = b.Bytes()
	r := worker.Reading{State: worker.Unread, Document: form.Read(in)}
	if len(r.Document.Blocks) > 0 {
		r.State = worker.Read
	}
	return r, nil
}

// start runs the daemon until the test ends.
func (b *bureau) start() {
	b.t.Helper()
	d, err := New(b.options())
	if err != nil {
		b.t.Fatal(err)
	}
	b.daemon = d
	b.client = ask.InProcess(d.handler, clerk, func() error { return nil })
	ctx, stop := context.WithCancel(context.WithoutCancel(b.t.Context())) // until the cleanup below
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	b.t.Cleanup(func() {
		differences, err := d.Reg.Verify(context.WithoutCancel(b.t.Context()), nil)
		differences = slices.DeleteFunc(differences, func(d register.Difference) bool { return b.lost != "" && d.Key == b.lost })
		if err != nil || len(differences) > 0 {
			b.t.Errorf("verify: %v, %v", differences, err)
		}
		if err := b.client.Close(); err != nil {
			b.t.Error(err)
		}
		stop()
		if err := <-ended; err != nil {
			b.t.Errorf("Run: %v", err)
		}
	})
}

// deliver puts a mail into the inbox at the office's time.
func (b *bureau) deliver(from, subject, body string) {
	b.sim.Add("INBOX", compose(from, subject, body), b.now())
}

func compose(from, subject, body string) []byte {
	return fmt.Appendf(nil, "From: %s\r\nTo: office@example.test\r\nSubject: %s\r\nMessage-ID: <%x@example.test>\r\n"+
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n%s\r\n",
		from, subject, casefile.DigestOf([]byte(from+subject+body)).Short(), body)
}

// sleepUntil lets the office's time pass to nine o'clock of a day.
func (b *bureau) sleepUntil(day string) {
	time.Sleep(civil.MustParse(day).Start().Add(9 * time.Hour).Sub(b.now()))
	synctest.Wait()
}

func (b *bureau) list(q ask.ListQuery) []ask.CaseRow {
	b.t.Helper()
	var rows []ask.CaseRow
	err := ask.Each(b.t.Context(), b.client, ask.List, q, func(r ask.CaseRow) error { rows = append(rows, r); return nil })
	if err != nil {
		b.t.Fatal(err)
	}
	return rows
}

// record lets the clerk record events of today on a case.
func (b *bureau) record(id casefile.ID, events ...casefile.Event) ask.CaseRow {
	b.t.Helper()
	res, err := ask.Do(b.t.Context(), b.client, ask.Append, request(b.t, id, events...))
	if err != nil {
		b.t.Fatal(err)
	}
	return res.Cases[0]
}

func request(t *testing.T, id casefile.ID, events ...casefile.Event) ask.AppendRequest {
	t.Helper()
	var req ask.AppendRequest
	for _, e := range events {
		body, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		req.Drafts = append(req.Drafts, ask.DraftView{Case: id, Kind: e.Kind(), Event: body})
	}
	return req
}
