package boottest

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestInstances measures many idle offices on one machine: memory, and the processor's time in three
// minutes, in which each polls its mailbox a few times. YSQ_INSTANCES says how many, YSQ_PACKAGE of
// which .deb.
func TestInstances(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("YSQ_INSTANCES"))
	if err != nil || n < 1 || n > 1000 {
		t.Skip("a measurement: set YSQ_INSTANCES to the number of offices, such as 200")
	}
	m := boot(t, bookworm)
	deb := os.Getenv("YSQ_PACKAGE")
	if deb == "" {
		deb = build(t, "1.0.0")["deb"]
	}
	m.take(t, deb, "/root/now.deb")
	m.sh(t, "apt-get install -y /root/now.deb")
	m.furnish(t)
	m.write(t, "/etc/dovecot/dovecot.conf", "0644", "root:root", dovecot+"default_client_limit = 4000\nservice imap-login {\n service_count = 0\n client_limit = 4000\n}\n"+
		"service imap {\n process_limit = 2000\n}\nservice anvil {\n client_limit = 4000\n}\n")
	var users strings.Builder
	for i := range n {
		fmt.Fprintf(&users, "o%d@example.test:%s\n", i, password)
	}
	m.write(t, "/etc/dovecot/users", "0640", "root:dovecot", users.String())
	m.sh(t, "mv /etc/ysq-ca.pem /etc/ysq/ca.pem; systemctl restart dovecot")
	for i := range n {
		m.sh(t, fmt.Sprintf("echo %s | ysq-instance add o%d --password-stdin --agency 第%d局 --imap-host 127.0.0.1 --imap-user o%d@example.test --ca-file /etc/ysq/ca.pem --yes 2>&1", password, i, i, i))
	}
	began := time.Now()
	m.sh(t, fmt.Sprintf("systemctl start --no-block $(seq -f 'ysq@o%%g.service' 0 %d)", n-1))
	within(t, 15*time.Minute, "every office to be ready", func() (string, bool) {
		s := m.sh(t, "systemctl list-units --plain --no-legend --state=active 'ysq@*.service' | wc -l")
		return s, strings.TrimSpace(s) == strconv.Itoa(n)
	})
	t.Logf("%d offices are ready after %.1f s", n, time.Since(began).Seconds())
	within(t, 5*time.Minute, "every office to have polled", func() (string, bool) {
		s := m.sh(t, "ysq-instance list")
		return s, strings.Count(s, " 上次收信 ") == n
	})

	time.Sleep(time.Minute) // what a start leaves to do is done
	const span = 3 * time.Minute
	before := m.used(t)
	time.Sleep(span)
	after := m.used(t)
	if len(before) != n || len(after) != n {
		t.Fatalf("%d daemons, then %d, want %d", len(before), len(after), n)
	}
	var pss, anonymous, ticks int64
	for pid, a := range after {
		pss, anonymous, ticks = pss+a.pss, anonymous+a.anonymous, ticks+a.ticks-before[pid].ticks
	}
	t.Logf("each: %.1f MiB of memory (PSS), of it %.1f MiB its own (anonymous); %.3f %% of one processor",
		float64(pss)/float64(n)/1024, float64(anonymous)/float64(n)/1024, float64(ticks)/float64(n)/span.Seconds())
	t.Logf("all %d: %.0f MiB, %.1f %% of one processor; poll interval 90 s, IDLE in between", n, float64(pss)/1024, float64(ticks)/span.Seconds())
}

type usage struct{ pss, anonymous, ticks int64 } // KiB, KiB, hundredths of a second

// used tells what each daemon uses, by process.
func (m *machine) used(t *testing.T) map[string]usage {
	t.Helper()
	all := map[string]usage{}
	for line := range strings.Lines(m.sh(t, `for p in $(grep -lz '^serve$' /proc/[0-9]*/cmdline 2>/dev/null | cut -d/ -f3); do
		grep -qz /usr/bin/ysq /proc/$p/cmdline || continue
		echo $p $(awk '/^Pss:/ { p = $2 } /^Anonymous:/ { a = $2 } END { print p, a }' /proc/$p/smaps_rollup) $(awk '{ print $14 + $15 }' /proc/$p/stat)
	done`)) {
		var pid string
		var u usage
		if _, err := fmt.Sscan(line, &pid, &u.pss, &u.anonymous, &u.ticks); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		all[pid] = u
	}
	return all
}
