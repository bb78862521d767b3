package imapsource_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/mailbox/dovecottest"
	"ysq.internal/ysq/mailbox/imapsim"
	"ysq.internal/ysq/mailbox/imapsource"
)

const draft = "Message-ID: <ysq.one@example.test>\r\nSubject: x\r\n\r\nbody\r\n"

func shelf(t testing.TB, o imapsim.Options) (*imapsim.Server, *imapsource.Drafts) {
	t.Helper()
	o.Security = imapsim.PlainText
	sim, err := imapsim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	return sim, imapsource.New(imapsource.Options{
		Host: "imap.example.test", Security: imapsource.None, User: "foi@example.test", Password: "p",
		Dial: func(ctx context.Context, _ string) (net.Conn, error) { return sim.Dial(ctx) },
	}, nil).Drafts()
}

func holds(t testing.TB, d *imapsource.Drafts, id string) bool {
	t.Helper()
	held, _, err := d.Holds(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return held[id]
}

// A draft is put where the server says that drafts are, or where one would look for them; it is found
// again; nothing else in the mailbox is touched.
func TestDraftIsPutAndFound(t *testing.T) {
	for name, o := range map[string]imapsim.Options{"163": {}, "without ID": {ID: imapsim.IDUnsupported}, "whole bodies": {IgnorePartial: true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim, d := shelf(t, o)
				for i := range 150 {
					sim.Add("草稿箱", []byte("Message-ID: <other"+strings.Repeat("x", i)+"@example.test>\r\n\r\n"+strings.Repeat("y\r\n", 3000)), time.Now())
				}
				if holds(t, d, "ysq.one@example.test") {
					t.Error("found before it was put")
				}
				begun := 0
				refused, err := d.Append(t.Context(), []byte(draft), func() error { begun++; return nil })
				if refused != "" || err != nil || begun != 1 {
					t.Fatalf("%q, %v, begun %d times", refused, err, begun)
				}
				uids := sim.Messages("草稿箱")
				raw, flags := sim.Raw("草稿箱", uids[len(uids)-1])
				if string(raw) != draft || !slices.Equal(flags, []string{`\Draft`}) || len(uids) != 151 {
					t.Errorf("%d drafts, the last %q %v", len(uids), raw, flags)
				}
				if !holds(t, d, "ysq.one@example.test") || holds(t, d, "ysq.on@example.test") {
					t.Error("not found, or another one was")
				}
				if m := sim.Mutations(); len(m) != 1 || m[0].Name != "APPEND" {
					t.Errorf("the mailbox was changed: %v", m)
				}
			})
		})
	}
}

// Where APPEND is cut off, Append says no more than is known, and Holds finds out.
func TestAppendCutOff(t *testing.T) {
	at := func(kind imapsim.Kind) imapsim.At { return imapsim.At{Command: "APPEND", Kind: kind, Times: 1} }
	for name, tt := range map[string]struct {
		fault imapsim.Fault
		there bool
	}{
		"before it is asked for": {imapsim.At{Kind: imapsim.Continuation, Times: 1}.Do(imapsim.StopAt(0, imapsim.EOF)), false},
		"received, not kept":     {at(imapsim.Storing).Do(imapsim.StopAt(0, imapsim.Reset)), false},
		"kept, not answered":     {at(imapsim.Tagged).Do(imapsim.StopAt(0, imapsim.EOF)), true},
		"kept, silence":          {at(imapsim.Tagged).Do(imapsim.StopAt(0, imapsim.Silence)), true},
		"kept, half an answer":   {at(imapsim.Tagged).Do(imapsim.StopAt(9, imapsim.Reset)), true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim, d := shelf(t, imapsim.Options{})
				sim.Inject(tt.fault)
				refused, err := d.Append(t.Context(), []byte(draft), func() error { return nil })
				if refused != "" || err == nil {
					t.Errorf("%q, %v; want an error", refused, err)
				}
				if got := holds(t, d, "ysq.one@example.test"); got != tt.there {
					t.Errorf("found: %v, want %v", got, tt.there)
				}
			})
		})
	}
}

func TestAppendRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim, d := shelf(t, imapsim.Options{})
		sim.Inject(imapsim.At{Command: "APPEND", Kind: imapsim.Tagged, Times: 1}.Do(imapsim.Say("NO [OVERQUOTA] mailbox is full")))
		refused, err := d.Append(t.Context(), []byte(draft), func() error { return nil })
		if refused != "NO [OVERQUOTA] mailbox is full" || err != nil {
			t.Errorf("%q, %v", refused, err)
		}
		// What begin says ends it before the server gets anything.
		stop := errors.New("stop")
		if _, err := d.Append(t.Context(), []byte(draft), func() error { return stop }); !errors.Is(err, stop) {
			t.Errorf("begin failed: %v", err)
		}
		if n := len(sim.Messages("草稿箱")); n != 1 { // the simulated server has kept the first before it said NO
			t.Errorf("%d drafts", n)
		}
		sim.Inject(imapsim.At{Command: "LIST", Kind: imapsim.Untagged}.Do(imapsim.Omit))
		if _, err := d.Append(t.Context(), []byte(draft), func() error { return nil }); !errors.Is(err, imapsource.ErrNoDrafts) {
			t.Errorf("without a folder: %v", err)
		}
	})
}

// A real server takes a draft where its own list says, and it is found again there.
func TestDraftOnDovecot(t *testing.T) {
	server := dovecottest.Start(t)
	d := imapsource.New(imapsource.Options{
		Host: server.Host, Port: server.TLSPort, Security: imapsource.TLS, User: server.User, Password: server.Password, Roots: server.Roots,
	}, nil).Drafts()
	for i := range 2 {
		if found := holds(t, d, "ysq.one@example.test"); found != (i == 1) {
			t.Errorf("round %d: found %v", i, found)
		}
		refused, err := d.Append(t.Context(), []byte(draft), func() error { return nil })
		if refused != "" || err != nil {
			t.Fatalf("%q, %v", refused, err)
		}
	}
}
