package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox/dovecottest"
)

// A real server that offers IDLE: a new mail is a case at once, although the next poll is far away.
func TestDovecotIdle(t *testing.T) {
	server := dovecottest.Start(t)
	i := newInstance(t, server, config.ImplicitTLS)
	raw, err := os.ReadFile(i.config)
	if err != nil {
		t.Fatal(err)
	}
	slow := strings.Replace(string(raw), `# poll_interval = "90s"`, `poll_interval = "10m"`, 1)
	if slow == string(raw) {
		t.Fatalf("no poll_interval in the configuration:\n%s", raw)
	}
	if err := os.WriteFile(i.config, []byte(slow), 0o600); err != nil {
		t.Fatal(err)
	}
	i.serve()
	server.Deliver(t, "INBOX", application(0), time.Now())
	i.waitFor(1)
	for n := 1; n < 6; n++ {
		began := time.Now()
		server.Deliver(t, "INBOX", application(n), began)
		i.waitFor(n + 1) // a minute at most, and the poll is ten away
		t.Logf("mail %d was a case after %v", n, time.Since(began).Round(time.Millisecond))
	}
}
