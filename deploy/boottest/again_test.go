package boottest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// anotherCode: a new code is tried, kept as the old one was, and in force at once; back under the machine's key.
func anotherCode(t *testing.T, m *machine) {
	if out, errOut, code := m.try(t, "", "sh", "-c", "echo wrong | ysq password --password-stdin"); code != 1 || !strings.Contains(errOut, "试登录没有成功") {
		t.Errorf("a wrong code: %d, %s%s", code, out, errOut)
	}
	pid := m.property(t, "ysq.service", "MainPID")
	contains(t, m.sh(t, "echo "+password+" | ysq password --password-stdin"), "/etc/ysq/imap-password", "服务已重启")
	if now := m.property(t, "ysq.service", "MainPID"); now == pid {
		t.Error("the service was not started again")
	}
	m.sh(t, "echo "+password+" | ysq password --password-stdin --password-store credential 2>&1; rm /etc/ysq/imap-password")
	if got := m.sh(t, "stat -c '%a %U' /etc/ysq/imap-password.cred"); got != "600 root\n" {
		t.Errorf("the credential: %s", got)
	}
	m.sh(t, "systemctl restart ysq.service")
	m.deliver(t, mailbox, 8)
	m.hasCase(t, 8)
}

// codeRenewed: a new code is kept as this systemd keeps the old one.
func codeRenewed(t *testing.T, m *machine) {
	contains(t, m.sh(t, "echo "+password+" | ysq password --password-stdin"), m.secret(), "服务已重启")
	if got := m.sh(t, "stat -c '%a %U' "+m.secret()+"; ls /etc/ysq/imap-password*"); got != "600 root\n"+m.secret()+"\n" {
		t.Errorf("the password: %s", got)
	}
	m.deliver(t, mailbox, 3)
	m.hasCase(t, 3)
}

// configurationLost: everything that stands in the way is named at once; what is there is adopted.
func configurationLost(t *testing.T, m *machine) {
	before := m.list(t, "zhang")
	m.sh(t, "systemctl stop ysq.service; mv /etc/ysq/ysq.toml /root/lost.toml")
	said := m.does(t, "root", 2, "ysq", "init", "--yes", "--agency", "x", "--imap-user", mailbox)
	contains(t, said, "/var/lib/ysq：登记库", "/etc/ysq/imap-password.cred", "50-ysq-credential.conf", "--adopt")
	// A certificate that only root can read is no certificate for the service.
	m.sh(t, "install -m 600 /etc/ysq/ca.pem /etc/ysq/closed.pem")
	contains(t, m.does(t, "root", 2, "ysq", "init", "--adopt", "--yes", "--agency", "x", "--imap-user", mailbox, "--ca-file", "/etc/ysq/closed.pem"), "读不了 /etc/ysq/closed.pem")
	m.sh(t, "rm /etc/ysq/closed.pem; ysq init --adopt --yes --agency 某市水务局 --imap-host 127.0.0.1 --imap-user "+mailbox+" --ca-file /etc/ysq/ca.pem --login-check")
	m.sh(t, "cp -a /root/lost.toml /etc/ysq/ysq.toml; ysq config check; systemctl start ysq.service")
	if after := m.list(t, "zhang"); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("before %v\nafter  %v", before, after)
	}
}

// oldSystemd: systemd 241 in all that init and the unit can see of it: it knows no credentials, and not the
// lines that came later.
func oldSystemd(t *testing.T, m *machine) {
	m.write(t, "/root/older/systemctl", "0755", "root:root", "#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'systemd 241 (241)'; exit; fi\nexec /usr/bin/systemctl \"$@\"\n")
	m.sh(t, `systemctl stop ysq.service; mv /usr/bin/systemd-creds /root/older/hidden
		rm /etc/ysq/imap-password.cred /etc/systemd/system/ysq.service.d/50-ysq-credential.conf
		grep -vE '^(LoadCredential|ProtectProc|ProcSubset|ProtectClock|ProtectKernelLogs|ProtectHostname|RestrictSUIDSGID)=' /usr/lib/systemd/system/ysq.service >/etc/systemd/system/ysq.service
		systemctl daemon-reload
		! echo `+password+` | PATH=/root/older:$PATH ysq init --adopt --yes --password-stdin 2>/root/older/said
		grep -q 'password_file = "/etc/ysq/imap-password"' /root/older/said; test ! -e /etc/ysq/imap-password
		sed -i 's,^# *password_file = .*,password_file = "/etc/ysq/imap-password",' /etc/ysq/ysq.toml
		echo `+password+` | PATH=/root/older:$PATH ysq init --adopt --yes --password-stdin --login-check
		systemctl start ysq.service`)
	if got := m.sh(t, "stat -c '%a %U' /etc/ysq/imap-password; ls /etc/systemd/system/ysq.service.d"); got != "600 ysq\n" {
		t.Errorf("the password: %s", got)
	}
	m.deliver(t, mailbox, 9)
	m.hasCase(t, 9)
	// Nor is the desk's certificate handed over: its group reads it.
	m.sh(t, `systemctl stop ysq-web.service; rm /etc/ysq/web-*.pem; PATH=/root/older:$PATH ysq web certificate localhost 127.0.0.1
		test "$(stat -c '%a %U %G' /etc/ysq/web-key.pem)" = '640 root ysq-web'
		grep -vE '^(LoadCredential|ProtectProc|ProcSubset|ProtectClock|ProtectKernelLogs|ProtectHostname|RestrictSUIDSGID)=' /usr/lib/systemd/system/ysq-web.service >/etc/systemd/system/ysq-web.service
		systemctl daemon-reload`)
	m.browser(t).says(t, "/login", nil, http.StatusOK, "密码")
	m.deliverFile(t, mailbox, 10, "application/pdf", "申请.pdf", []byte(pdf("Application for information no. 7")))
	m.hasCase(t, 10)
	// After an upgrade of systemd the same file is handed over as a credential, and can be sealed.
	m.sh(t, `mv /root/older/hidden /usr/bin/systemd-creds; rm /etc/systemd/system/ysq.service /etc/systemd/system/ysq-web.service; systemctl daemon-reload; systemctl restart ysq.service
		echo `+password+` | ysq password --password-stdin --password-store credential; rm /etc/ysq/imap-password; systemctl restart ysq.service`)
	m.does(t, "zhang", 0, "ysq", "list")
}
