package imapsource

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/rawstore"
)

// dialogue returns a connection on which the server says the greeting and then, after each line of
// the client, what it has to say up to the next tagged line; in the end it closes.
func dialogue(t *testing.T, said string) net.Conn {
	client, server := net.Pipe()
	done := make(chan struct{})
	t.Cleanup(func() {
		client.Close()
		<-done
	})
	go func() {
		defer close(done)
		defer server.Close()
		asked := bufio.NewReader(server)
		answer, greeted := "", false
		for line := range strings.Lines(said) {
			answer += line
			if greeted && !strings.HasPrefix(line, "T") && !strings.HasPrefix(line, "X") {
				continue
			}
			greeted = true
			if _, err := io.WriteString(server, answer); err != nil {
				return
			}
			answer = ""
			if _, err := asked.ReadString('\n'); err != nil {
				return
			}
		}
		io.WriteString(server, answer)
	}()
	return client
}

// The seeds of the fuzzing do what they look like.
func TestSession(t *testing.T) {
	for i, said := range sessions {
		store, err := rawstore.Open(t.TempDir(), rawstore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		err = converse(t, sourceOf(t, said, store), store, said)
		if wholesome := i < 3; wholesome != (err == nil) {
			t.Errorf("session %d: %v", i, err)
		}
		store.Close()
	}
}

func sourceOf(t *testing.T, said string, store *rawstore.Store) *Source {
	return New(Options{
		Host: "imap.example.test", Security: None, User: "u", Password: "p",
		Dial: func(context.Context, string) (net.Conn, error) { return dialogue(t, said), nil },
		Idle: 200 * time.Millisecond,
	}, store)
}

// Known mails are asked about in ranges of 20,000.
func TestIdentifyInRanges(t *testing.T) {
	const date = ` RFC822.SIZE 5 INTERNALDATE "20-Nov-2026 09:30:00 +0800")`
	said := login + "* 1 FETCH (UID 1" + date + "\r\nX1 OK\r\n* 20001 FETCH (UID 30001" + date + "\r\nX2 OK\r\n"
	store, err := rawstore.Open(t.TempDir(), rawstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	ctx := t.Context()
	session, err := sourceOf(t, said, store).Connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	var uids []uint32
	for uid := range uint32(20_000) {
		uids = append(uids, uid+1)
	}
	for _, step := range []func() error{
		func() error { _, err := session.Folders(ctx); return err },
		func() error { _, err := session.Open(ctx, "INBOX"); return err },
		func() error { _, err := session.List(ctx, 1); return err },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	shown, err := session.Identify(ctx, append(uids, 30_001))
	if err != nil || len(shown) != 2 || shown[0].UID != 1 || shown[1].UID != 30_001 {
		t.Errorf("%+v, %v", shown, err)
	}
}

const (
	login   = "* OK hi\r\nT1 OK in\r\nT2 OK id\r\nT3 OK list\r\n* 2 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\nT4 OK [READ-ONLY] in\r\n* SEARCH 1 2\r\nT5 OK s\r\n"
	fetched = "* 1 FETCH (UID 1 RFC822.SIZE 5 INTERNALDATE \"20-Nov-2026 09:30:00 +0800\" BODY[] {5}\r\nHello)\r\n"
)

// sessions are what a server says; the first three go well.
var sessions = []string{
	login + fetched + "T6 OK f\r\n* 1 FETCH (UID 1 RFC822.SIZE 5 BODY[]<0> {5}\r\nHello)\r\nT7 OK\r\n",
	login + "* 1 FETCH (BODY[] {5}\r\nHello UID 1 RFC822.SIZE 5)\r\n* 1 FETCH (UID 1 FLAGS ())\r\nT6 OK\r\n" + fetched + "T7 OK f\r\n",
	login + "T6 OK\r\n* 1 FETCH (UID 1 RFC822.SIZE 9 BODY[]<0> {5}\r\nHello)\r\nT7 OK f\r\n* 1 FETCH (UID 1 BODY[]<5> \"\")\r\nT8 OK\r\n" + fetched + "T9 OK\r\n",
	login + "* 1 FETCH (UID 1 RFC822.SIZE 50 BODY[] {50}\r\nHello",
	login + "* 1 FETCH (UID 1 RFC822.SIZE 5 BODY[] \"Hello\")\r\n" + strings.Repeat(fetched, 200) + "T6 BAD f\r\nT7 OK f\r\n",
}

// Whatever a server says, a session ends: with mails that are what the server sent, or with an error.
func FuzzSession(f *testing.F) {
	for _, said := range sessions {
		f.Add([]byte(said))
	}
	store, err := rawstore.Open(f.TempDir(), rawstore.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { store.Close() })
	f.Fuzz(func(t *testing.T, said []byte) {
		if err := converse(t, sourceOf(t, string(said), store), store, string(said)); err != nil {
			if _, ok := errors.AsType[*mailbox.Error](err); !ok {
				t.Errorf("%T %v is not classified", err, err)
			}
		}
	})
}

// converse is a poll of the inbox.
func converse(t *testing.T, s *Source, store *rawstore.Store, said string) error {
	ctx := t.Context()
	session, err := s.Connect(ctx)
	if err != nil {
		return err
	}
	defer session.Close()
	if _, err := session.Folders(ctx); err != nil {
		return err
	}
	if _, err := session.Open(ctx, "INBOX"); err != nil {
		return err
	}
	uids, err := session.List(ctx, 1)
	if err != nil || len(uids) == 0 || len(uids) > 100 {
		return err
	}
	come := func(b mailbox.Body) error {
		defer b.Temp.Discard()
		if b.Temp.Size() == 0 || b.Temp.Digest() == (casefile.Digest{}) || b.Temp.Size() > int64(len(said)) {
			t.Errorf("UID %d has %d bytes", b.UID, b.Temp.Size())
		}
		return nil
	}
	if err := session.Fetch(ctx, uids, come); err != nil {
		return err
	}
	temp, err := store.Create()
	if err != nil {
		t.Fatal(err)
	}
	b, err := session.FetchSlowly(ctx, uids[0], temp)
	if err != nil {
		temp.Discard()
		return err
	}
	return come(b)
}
