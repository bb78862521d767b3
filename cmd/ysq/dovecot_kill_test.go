package main

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox/dovecottest"
)

// A backlog on a real server, taken by processes that die at any moment: while bytes arrive, between
// fsync, manifest, rename, commit and journal. In the end every mail is one case and one entry of the
// book, none is a copy of itself, and the bytes are those that were delivered. With
// YSQ_REQUIRE_REAL=1 it is 5,000 mails and thirty deaths.
func TestDovecotKilledInBacklog(t *testing.T) {
	n, deaths := 300, 5
	if os.Getenv("YSQ_REQUIRE_REAL") == "1" {
		n, deaths = 5000, 30
	}
	server := dovecottest.Start(t)
	day := civil.MustParse("2026-03-02").Start()
	want := make(map[casefile.Digest]bool, n)
	rng := rand.New(rand.NewPCG(3, 4))
	for k := range n {
		raw := application(k)
		if k%50 == 0 {
			raw = bulky(rng, k)
		}
		want[casefile.DigestOf(raw)] = true
		server.Deliver(t, "INBOX", raw, day.Add(time.Duration(k)*time.Minute))
	}
	i := newInstance(t, server, config.ImplicitTLS)
	killed := 0
	for k := range deaths {
		if i.killAt(n*k/deaths+rng.IntN(n/deaths), time.Duration(rng.IntN(30))*time.Millisecond) {
			killed++
		}
	}
	if killed < deaths*2/3 {
		t.Errorf("only %d of %d processes were killed at work", killed, deaths)
	}
	i.run("poll")
	var rows []struct {
		ArrivedAt time.Time `json:"arrived_at"`
	}
	if err := json.Unmarshal([]byte(i.run("list", "--all", "--json", "--limit", "0")), &rows); err != nil {
		t.Fatal(err)
	}
	arrivals := make(map[int64]bool, n)
	for _, r := range rows {
		arrivals[r.ArrivedAt.Unix()] = true
	}
	if len(rows) != n || len(arrivals) != n {
		t.Errorf("%d cases of %d mails, want %d", len(rows), len(arrivals), n)
	}
	if got := i.places(); !maps.Equal(got, map[string]int{casefile.ToCase.String(): n}) {
		t.Errorf("the book: %v, want %d cases and nothing else", got, n)
	}
	i.run("verify") // exits with 6 where it finds a difference
	compareBytes(t, i.state, want)
}

// killAt polls and kills the process a moment after that many mails are in place; false when it had
// ended by then.
func (i *instance) killAt(mails int, moment time.Duration) bool {
	i.t.Helper()
	cmd := i.command("poll")
	if err := cmd.Start(); err != nil {
		i.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		files, err := filepath.Glob(filepath.Join(i.state, "mail", "?", "*.eml"))
		if err != nil {
			i.t.Fatal(err)
		}
		wait := 2 * time.Millisecond
		if len(files) >= mails {
			wait = moment
		}
		select {
		case err := <-ended:
			if err != nil {
				i.t.Errorf("poll: %v", err)
			}
			return false
		case <-time.After(wait):
		}
		if len(files) >= mails {
			if err := cmd.Process.Kill(); err != nil {
				i.t.Fatal(err)
			}
			return (<-ended) != nil
		}
	}
}

// places is the book by disposition, without what is empty.
func (i *instance) places() map[string]int {
	i.t.Helper()
	var s struct{ Mails map[string]int }
	if err := json.Unmarshal([]byte(i.run("status", "--json")), &s); err != nil {
		i.t.Fatal(err)
	}
	maps.DeleteFunc(s.Mails, func(_ string, n int) bool { return n == 0 })
	return s.Mails
}
