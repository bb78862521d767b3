package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox/dovecottest"
)

// instance is an office configured on a real mail server, run as a process.
type instance struct {
	t      testing.TB
	config string
	state  string
}

func newInstance(t *testing.T, server *dovecottest.Server, security config.TLS) *instance {
	t.Helper()
	port := server.TLSPort
	if security == config.StartTLS {
		port = server.Port
	}
	return newInstanceAt(t, place{port, server.User, server.Password, server.CAFile}, security)
}

// place is where an account is.
type place struct {
	port           int
	user, password string
	caFile         string
}

func newInstanceAt(t *testing.T, server place, security config.TLS) *instance {
	t.Helper()
	dir := t.TempDir()
	i := &instance{t: t, config: filepath.Join(dir, "ysq.toml"), state: filepath.Join(dir, "state")}
	password := filepath.Join(dir, "imap-password")
	if err := os.WriteFile(password, []byte(server.password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	i.run("init", "--agency", "示例市生态环境局", "--state", i.state, "--socket", filepath.Join(dir, "s"), "--imap-host", "localhost",
		"--imap-port", fmt.Sprint(server.port), "--imap-tls", string(security), "--imap-user", server.user, "--ca-file", server.caFile,
		"--password-file", password, "--yes")
	return i
}

func (i *instance) command(args ...string) *exec.Cmd {
	cmd := exec.Command("ysq", args...)
	cmd.Env = append(os.Environ(), "YSQ_CONFIG="+i.config)
	return cmd
}

func (i *instance) run(args ...string) string {
	i.t.Helper()
	out, err := i.command(args...).Output()
	if err != nil {
		stderr := ""
		if exit, ok := err.(*exec.ExitError); ok {
			stderr = string(exit.Stderr)
		}
		i.t.Fatalf("ysq %s: %v\n%s%s", strings.Join(args, " "), err, out, stderr)
	}
	return string(out)
}

// serve starts the daemon; the caller kills it.
func (i *instance) serve() *exec.Cmd {
	i.t.Helper()
	cmd := i.command("serve")
	cmd.Stderr = i.t.Output()
	if err := cmd.Start(); err != nil {
		i.t.Fatal(err)
	}
	i.t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	return cmd
}

// status asks the daemon; false while it does not answer yet. Without one the command reads the register itself.
func (i *instance) status() (s ask.Status, answered bool) {
	out, err := i.command("status", "--json").Output()
	if err != nil {
		return s, false
	}
	if err := json.Unmarshal(out, &s); err != nil {
		i.t.Fatal(err)
	}
	return s, s.PID != 0
}

// taken is how many mails the daemon's book holds; 0 while it does not answer yet.
func (i *instance) taken() (n int) {
	s, answered := i.status()
	if !answered {
		return 0
	}
	for _, m := range s.Mails {
		n += m
	}
	return n
}

func (i *instance) waitFor(n int) {
	i.t.Helper()
	for deadline := time.Now().Add(time.Minute); i.taken() < n; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			i.t.Fatalf("%d mails taken after a minute, want %d", i.taken(), n)
		}
	}
}

// Two hundred mails on a real server: polled, the daemon killed in the middle, polled again. Every
// mail is in the book once, every case exists once, and the bytes are those that were delivered.
func TestDovecot(t *testing.T) {
	for _, security := range []config.TLS{config.ImplicitTLS, config.StartTLS} {
		t.Run(string(security), func(t *testing.T) {
			server := dovecottest.Start(t)
			day := civil.MustParse("2026-03-02").Start().Add(9 * time.Hour)
			want := make(map[casefile.Digest]bool)
			deliver := func(from, to int) {
				for n := from; n < to; n++ {
					raw := application(n)
					want[casefile.DigestOf(raw)] = true
					server.Deliver(t, "INBOX", raw, day.Add(time.Duration(n)*time.Minute))
				}
			}
			i := newInstance(t, server, security)
			deliver(0, 120)
			daemon := i.serve()
			i.waitFor(1)
			if err := daemon.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			daemon.Wait()
			deliver(120, 200)
			i.run("poll") // in process: no daemon runs
			i.serve()
			i.waitFor(200)
			i.run("poll") // by the daemon: finds nothing new
			if got := i.taken(); got != 200 {
				t.Errorf("the book holds %d mails, want 200", got)
			}
			var rows []struct {
				Case      casefile.ID
				ArrivedAt time.Time `json:"arrived_at"`
			}
			if err := json.Unmarshal([]byte(i.run("list", "--all", "--json", "--limit", "0")), &rows); err != nil {
				t.Fatal(err)
			}
			arrivals := make(map[int64]casefile.ID)
			for _, r := range rows {
				if other, twice := arrivals[r.ArrivedAt.Unix()]; twice {
					t.Errorf("%s and %s are the same mail", other, r.Case)
				}
				arrivals[r.ArrivedAt.Unix()] = r.Case
			}
			if len(rows) != 200 {
				t.Errorf("%d cases, want 200", len(rows))
			}
			compareBytes(t, i.state, want)
		})
	}
}

// compareBytes demands that the store holds exactly the wanted mails, each under the digest of its
// bytes.
func compareBytes(t *testing.T, state string, want map[casefile.Digest]bool) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(state, "mail", "?", "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		d := casefile.DigestOf(raw)
		if !want[d] || filepath.Base(f) != fmt.Sprintf("%s.eml", d) {
			t.Errorf("%s is not what was delivered", f)
		}
		delete(want, d)
	}
	if len(want) > 0 {
		t.Errorf("%d mails are not in the store", len(want))
	}
}

// A mailbox that is restored from a backup in mid-life gives its UIDs out again, to mails of the same size
// and second: what came between is kept, what comes after is taken, and reconcile agrees.
func TestDovecotRestored(t *testing.T) {
	server := dovecottest.Start(t)
	day := civil.MustParse("2026-03-02").Start().Add(9 * time.Hour)
	deliver := func(numbers ...int) {
		for _, n := range numbers {
			raw := fmt.Appendf(nil, "Message-ID: <r%d@example.test>\nFrom: <r%d@example.test>\nSubject: request %d\n\nrequest %d\n", n, n, n, n)
			server.Deliver(t, "INBOX", raw, day)
		}
	}
	sh := func(name string, args ...string) {
		if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
	i := newInstance(t, server, config.ImplicitTLS)
	deliver(1, 2)
	i.run("poll")
	backup := filepath.Join(t.TempDir(), "Maildir")
	sh("cp", "-a", server.Maildir, backup)
	deliver(3, 4)
	i.run("poll")
	sh("rm", "-rf", server.Maildir)
	sh("cp", "-a", backup, server.Maildir)
	sh("find", server.Maildir, "-name", "dovecot.index*", "-delete")
	i.run("poll")
	deliver(5, 6, 7)
	i.run("poll")
	var rows []ask.CaseRow
	if err := json.Unmarshal([]byte(i.run("list", "--json")), &rows); err != nil || len(rows) != 7 {
		t.Errorf("%d cases, %v", len(rows), err)
	}
	i.run("reconcile") // fails where anything is missing
}
