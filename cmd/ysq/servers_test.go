package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox/roottest"
)

func numbered(n int) []byte {
	return fmt.Appendf(nil, "Message-ID: <n%d@example.test>\nFrom: <n%d@example.test>\nSubject: request %d\n\nrequest %d\n", n, n, n, n)
}

// wantCases demands n cases, and an entry in the book for each of their mails and for as many copies: a folder that
// has another UIDVALIDITY lists all its mails once more.
func (i *instance) wantCases(n, copies int) {
	i.t.Helper()
	var rows []ask.CaseRow
	if err := json.Unmarshal([]byte(i.run("list", "--json", "--limit", "0")), &rows); err != nil || len(rows) != n {
		i.t.Errorf("%d cases, %v; want %d", len(rows), err, n)
	}
	s, _ := i.status()
	taken := 0
	for _, m := range s.Mails {
		taken += m
	}
	if taken != n+copies {
		i.t.Errorf("%d entries in the book, want %d: %v", taken, n+copies, s.Mails)
	}
}

func newPlainInstance(t *testing.T, s *roottest.Server) *instance {
	return newInstanceAt(t, place{port: s.Port, user: s.User, password: s.Password}, config.Plaintext)
}

// Courier stores no UIDs on EXAMINE. In a folder that was SELECTed once, UIDs of mails that came later mean other
// mails afterwards: each is taken all the same. In one that nobody SELECTs the UIDVALIDITY is another each time: no
// mail is recorded twice, and doctor proposes what ends it.
func TestCourier(t *testing.T) {
	s := roottest.Courier(t)
	day := civil.MustParse("2026-03-02").Start().Add(9 * time.Hour)
	i := newPlainInstance(t, s)
	for n := range 20 {
		s.DeliverFile(t, fmt.Sprintf("1000000%03d.M1P1.h", n), numbered(n), day)
	}
	for range 3 {
		i.run("poll")
	}
	i.wantCases(20, 0)
	said, _ := i.command("doctor").Output() // it finds more to say about a directory of tests
	if !strings.Contains(string(said), `open = "select"`) {
		t.Errorf("doctor does not propose SELECT:\n%s", said)
	}

	s.Talk(t, "SELECT INBOX")
	i.run("poll")
	i.run("reconcile")
	s.DeliverFile(t, "1000000900.M1P1.h", numbered(20), day)
	i.run("poll")
	i.wantCases(21, 20)
	for _, dir := range []string{"new", "cur"} { // webmail deletes it
		gone, err := filepath.Glob(filepath.Join(s.Maildir(), dir, "1000000900*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range gone {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.DeliverFile(t, "1000000901.M1P1.h", numbered(21), day) // gets its UID
	i.run("poll")
	i.wantCases(22, 20)
	s.DeliverFile(t, "10000001000.M1P1.h", numbered(22), day) // sorts before the last one, and takes its UID
	i.run("poll")
	i.run("reconcile")
	i.wantCases(23, 20)
}

// Cyrus announces new mail by IDLE.
func TestCyrus(t *testing.T) {
	s := roottest.Cyrus(t)
	i := newPlainInstance(t, s)
	for n := range 20 {
		s.Mail(t, numbered(n))
	}
	i.run("poll")
	i.wantCases(20, 0)
	daemon := i.serve()
	i.waitFor(20)
	s.Mail(t, numbered(20))
	i.waitFor(21)
	i.run("reconcile")
	if err := daemon.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	daemon.Wait()
	i.wantCases(21, 0)
}

// GNU imap4d finds nothing from UID n on, and takes its clock for the UIDVALIDITY whenever it reads the file again: what
// comes is found all the same by the next poll, and what has been taken is known. Whether a reconciliation can be made
// depends on the second in which it is asked for, so none is.
func TestImap4d(t *testing.T) {
	s := roottest.Imap4d(t)
	day := civil.MustParse("2026-03-02").Start().Add(9 * time.Hour)
	s.Spool(t, numbered(0), day)
	i := newPlainInstance(t, s)
	i.serve()
	i.waitFor(1)
	for n := 1; n < 4; n++ {
		s.Spool(t, numbered(n), day)
		i.run("poll")
		if got := i.taken(); got != n+1 {
			t.Errorf("%d mails taken, want %d", got, n+1)
		}
	}
	i.wantCases(4, 0)
}
