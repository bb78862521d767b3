package boottest

import (
	"cmp"
	_ "embed"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// story is what happens to a machine: each step stands on the one before, so the first that fails ends it.
type story []struct {
	name string
	do   func(*testing.T, *machine)
}

// whole is the life of an office's server.
var whole = story{
	{"install", install},
	{"set up", setUp},
	{"cases appear", casesAppear},
	{"roles", roles},
	{"desk", desk},
	{"attachment", attachment},
	{"scan", scan},
	{"killed", killed},
	{"network cut", networkCut},
	{"disk full", diskFull},
	{"reload", reload},
	{"wrong configuration", wrongConfiguration},
	{"plain credential", plainCredential},
	{"backup", backUp},
	{"another code", anotherCode},
	{"configuration lost", configurationLost},
	{"old systemd", oldSystemd},
	{"morning check", morningCheck},
	{"instance", instance},
	{"upgrade", upgrade},
	{"remove", remove},
	{"purge", purge},
	{"tarball", fromTarball},
	{"rpm", fromRPM},
}

// short is what another systemd can do differently: its credentials, its directives, its units of instances.
var short = story{
	{"install", install},
	{"set up", setUp},
	{"cases appear", casesAppear},
	{"roles", roles},
	{"desk", desk},
	{"attachment", attachment},
	{"code renewed", codeRenewed},
	{"backup", backUp},
	{"morning check", morningCheck},
	{"instance", instance},
	{"upgrade", upgrade},
	{"remove", remove},
}

// TestBoot lives the whole story on Debian 12, a shorter one on its neighbours, and what the guides say, at the same time: a
// machine mostly waits for the next poll.
func TestBoot(t *testing.T) {
	if os.Getenv("YSQ_REQUIRE_REAL") != "1" && os.Getenv("YSQ_BOOT") != "1" {
		t.Skip("boots machines for minutes: set YSQ_BOOT=1, or YSQ_REQUIRE_REAL=1 where it must not be skipped")
	}
	now, before := build(t, "1.0.0"), build(t, "0.0.9")
	for _, one := range []struct {
		name  string
		suite suite
		steps story
	}{{"bullseye", bullseye, short}, {"bookworm", bookworm, whole}, {"trixie", trixie, short}, {"guides", bookworm, guided(t, now)}} {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			m := boot(t, one.suite)
			t.Log(strings.TrimSpace(m.sh(t, "systemctl --version | head -n 1")))
			m.take(t, cmp.Or(os.Getenv("YSQ_PREVIOUS"), before["deb"]), "/root/previous.deb")
			m.take(t, before["rpm"], "/root/previous.rpm")
			m.take(t, now["deb"], "/root/now.deb")
			m.take(t, now["rpm"], "/root/now.rpm")
			m.take(t, now["tar"], "/root/now.tar.gz")
			one.steps.live(t, m)
		})
	}
}

func (steps story) live(t *testing.T, m *machine) {
	for _, step := range steps {
		started := time.Now()
		if !t.Run(step.name, func(t *testing.T) { step.do(t, m) }) {
			t.Logf("journal of ysq:\n%s", m.journal(t, "ysq", "ysq-backup"))
			t.FailNow()
		}
		t.Logf("%-9s %-22s %5.1f s", m.suite, step.name, time.Since(started).Seconds())
	}
}

// install: the program is there, users and directories are, and nothing runs.
func install(t *testing.T, m *machine) {
	// The register's disk: small, so that it can be filled.
	m.sh(t, "install -d /var/lib/ysq; mount -t tmpfs -o size=600m ysq-state /var/lib/ysq")
	said := m.sh(t, "apt-get install -y /root/previous.deb 2>&1")
	contains(t, said, "ysq init")
	if os.Getenv("YSQ_PREVIOUS") == "" {
		contains(t, m.sh(t, "ysq version"), "ysq 0.0.9")
	}
	contains(t, m.sh(t, "getent passwd ysq"), ":/var/lib/ysq:/usr/sbin/nologin")
	contains(t, m.sh(t, "getent group ysq-users"), "ysq-users:")
	if got := m.sh(t, "stat -c '%a %U %G' /var/lib/ysq /var/backups/ysq"); got != "700 ysq ysq\n700 ysq ysq\n" {
		t.Errorf("directories: %s", got)
	}
	m.sh(t, "test -s /usr/share/man/man1/ysq.1.gz -a -s /usr/share/man/man5/ysq.toml.5.gz -a -s /usr/share/bash-completion/completions/ysq")
	// Not set up: starting it is passed over, by hand and at boot, and is no failure.
	m.sh(t, "systemctl start ysq.service")
	if got := m.property(t, "ysq.service", "ActiveState,Result,ConditionResult"); got != "success\nno\ninactive" && !strings.Contains(got, "inactive") {
		t.Errorf("not set up, and yet: %s", got)
	}
	contains(t, m.does(t, "root", 1, "systemctl", "is-enabled", "ysq.service"), "disabled")
	contains(t, m.does(t, "root", 4, "ysq", "list"), "ysq init")
}

// setUp is what the README tells an administrator to type.
func setUp(t *testing.T, m *machine) {
	m.furnish(t)
	m.employ(t)
	m.sh(t, "mv /etc/ysq-ca.pem /etc/ysq/ca.pem")
	const init = `ysq init --agency 某市生态环境局 --imap-host 127.0.0.1 --imap-user ` + mailbox + ` --ca-file /etc/ysq/ca.pem --password-stdin --login-check --yes`
	if out, errOut, code := m.try(t, "", "sh", "-c", "echo wrong | "+init); code == 0 {
		t.Errorf("a wrong password was taken: %s%s", out, errOut)
	}
	m.sh(t, "test ! -e /etc/ysq/ysq.toml -a ! -e /etc/ysq/imap-password.cred; echo "+password+" | "+init)
	if got := m.sh(t, "stat -c '%a %U' "+m.secret()); got != "600 root\n" {
		t.Errorf("the password: %s", got)
	}
	if m.suite != bullseye { // the password lies on the disk only under the machine's key
		m.does(t, "root", 1, "grep", "-rq", password, "/etc", "--exclude-dir=dovecot")
	}
	m.sh(t, `sed -i -e 's/^# viewer = .*/viewer = ["ysq-viewers"]/' -e 's/^#* *operator = .*/operator = ["ysq-operators"]/' \
		-e 's/^# approver = .*/approver = ["ysq-approvers"]/' -e 's/^# extension = .*/extension = "role"/' \
		-e 's/^#* *poll_interval = .*/poll_interval = "3s"/' /etc/ysq/ysq.toml
		ysq config check`)
	m.sh(t, "systemctl enable --now ysq.service ysq-backup.timer ysq-remind.timer 2>&1")
	if got := m.property(t, "ysq.service", "ActiveState"); got != "active" {
		t.Fatalf("started, and %s", got)
	}
	if got := m.sh(t, "stat -c '%a %U %G' /run/ysq/ysq.sock /var/lib/ysq/register.db"); got != "660 ysq ysq-users\n600 ysq ysq\n" {
		t.Errorf("socket and register: %s", got)
	}
	within(t, 60*time.Second, "the status line", func() (string, bool) {
		s := m.property(t, "ysq.service", "StatusText")
		return s, strings.Contains(s, "在办 0 件") && strings.Contains(s, mailbox)
	})
	m.hardened(t, "ysq.service")
}

// hardened holds the exposure of a unit, as the running systemd computes it, to what was promised.
func (m *machine) hardened(t *testing.T, unit string) {
	t.Helper()
	m.hardenedTo(t, unit, 1.5)
}

func (m *machine) hardenedTo(t *testing.T, unit string, most float64) {
	t.Helper()
	out := m.sh(t, "systemd-analyze security --no-pager "+unit+" | tail -n 1")
	level := regexp.MustCompile(`: ([0-9.]+) `).FindStringSubmatch(out)
	if level == nil {
		t.Fatalf("no exposure of %s in: %s", unit, out)
	}
	if got, err := strconv.ParseFloat(level[1], 64); err != nil || got > most {
		t.Errorf("exposure of %s is %s, want at most %.1f", unit, level[1], most)
	}
	t.Logf("exposure of %s: %s", unit, level[1])
}

func casesAppear(t *testing.T, m *machine) {
	m.deliver(t, mailbox, 1)
	m.deliver(t, mailbox, 2)
	m.hasCase(t, 1)
	m.hasCase(t, 2)
	m.does(t, "root", 0, "ysq", "reconcile")
}

// roles: what an account may do follows from its groups, which the kernel knows.
func roles(t *testing.T, m *machine) {
	register := []string{"ysq", "register", "1", "--applicant", "申请人1", "--column", "自然人", "--request", "第 1 号监测点的数据"}
	extend := []string{"ysq", "extend", "1", "--days", "20", "--approver", "赵主任", "--document", "某环延〔2026〕1号", "--told", time.Now().In(time.FixedZone("", 8*3600)).Format("2006-01-02")}
	m.does(t, "wang", 4, "ysq", "list")
	m.does(t, "li", 0, "ysq", "show", "1")
	m.does(t, "li", 3, register...)
	m.does(t, "zhang", 0, register...)
	m.does(t, "zhang", 3, extend...)
	m.does(t, "root", 3, extend...)
	m.does(t, "zhao", 0, extend...)
	contains(t, m.does(t, "li", 0, "ysq", "show", "1"), "延期", "zhao")
	// Nobody but the daemon gets at the files.
	m.does(t, "zhang", 2, "ls", "/var/lib/ysq")
	m.does(t, "zhang", 1, "cat", m.secret())
}

// attachment: a PDF is read by the child, under the unit's rules as well as its own.
func attachment(t *testing.T, m *machine) {
	m.deliverFile(t, mailbox, 7, "application/pdf", "申请.pdf", []byte(pdf("Application for information no. 7")))
	m.hasCase(t, 7)
	within(t, 90*time.Second, "the PDF's reading", func() (string, bool) {
		s := m.does(t, "li", 0, "ysq", "show", "3", "--json")
		return s, strings.Contains(s, `"name":"申请.pdf","state":"read"`)
	})
	if got := m.sh(t, "ls /var/lib/ysq/cache"); strings.Contains(got, "attachment-") {
		t.Errorf("left behind: %s", got)
	}
}

//go:embed testdata/scan.png
var scanned []byte

// scan: where the office wants it, tesseract reads pictures under the unit's own directives.
func scan(t *testing.T, m *machine) {
	m.sh(t, "sed -i 's/^#* *ocr = .*/ocr = true/' /etc/ysq/ysq.toml; systemctl restart ysq.service")
	if s, _, _ := m.as(t, "root", "ysq", "doctor"); !strings.Contains(s, "tesseract 在限制下可以运行") {
		t.Errorf("doctor says:\n%s", s)
	}
	m.deliverFile(t, mailbox, 11, "image/png", "申请表.png", scanned)
	m.hasCase(t, 11)
	within(t, 90*time.Second, "the picture's reading", func() (string, bool) {
		for _, r := range m.list(t, "li") {
			if strings.HasSuffix(r.Subject, "第 11 号监测点") {
				s, _, _ := m.as(t, "li", "ysq", "register", r.Case, "--proposals")
				return s, strings.Contains(s, "某市2024年排水管网改造工程验收报告") && strings.Contains(s, "机器识别") && strings.Contains(s, "邮寄")
			}
		}
		return "no case", false
	})
}

// killed: systemd starts it again, and what came meanwhile is taken.
func killed(t *testing.T, m *machine) {
	before := m.list(t, "zhang")
	pid := m.property(t, "ysq.service", "MainPID")
	m.sh(t, "kill -9 "+pid)
	m.deliver(t, mailbox, 3)
	within(t, 90*time.Second, "a new daemon", func() (string, bool) {
		now := m.property(t, "ysq.service", "MainPID")
		return now, now != "0" && now != pid && m.property(t, "ysq.service", "ActiveState") == "active"
	})
	m.hasCase(t, 3)
	after := m.list(t, "zhang")
	if len(after) != len(before)+1 {
		t.Errorf("%d cases, then %d: %v", len(before), len(after), after)
	}
	m.does(t, "root", 0, "ysq", "verify")
	m.does(t, "root", 0, "ysq", "reconcile")
}

// networkCut: without a network the daemon starts, clerks work on, everybody can see what is wrong,
// and it mends itself.
func networkCut(t *testing.T, m *machine) {
	m.sh(t, "ip address del 127.0.0.1/8 dev lo; systemctl restart ysq.service")
	m.deliver(t, mailbox, 4)
	within(t, 30*time.Second, "the fault in ysq status", func() (string, bool) {
		s := m.does(t, "li", 0, "ysq", "status")
		return s, strings.Contains(s, "故障")
	})
	within(t, 90*time.Second, "the fault in the status line", func() (string, bool) {
		s := m.property(t, "ysq.service", "StatusText")
		return s, strings.Contains(s, mailbox+" 还没有收过信，")
	})
	m.does(t, "zhang", 0, "ysq", "review", "1")
	m.does(t, "root", 6, "ysq", "doctor")
	if got := m.property(t, "ysq.service", "ActiveState"); got != "active" {
		t.Errorf("without network the daemon is %s", got)
	}
	m.sh(t, "ip address add 127.0.0.1/8 dev lo")
	within(t, 90*time.Second, "the mailbox to be well again", func() (string, bool) { // a failed poll is repeated after a minute
		s := m.does(t, "li", 0, "ysq", "status")
		return s, !strings.Contains(s, "故障")
	})
	m.hasCase(t, 4)
	m.does(t, "root", 0, "ysq", "reconcile")
}

// diskFull: nothing new is taken in, nothing is lost, reading goes on, and space is all it takes.
func diskFull(t *testing.T, m *machine) {
	before := len(m.list(t, "zhang"))
	m.sh(t, "dd if=/dev/zero of=/var/lib/ysq/filler bs=1M 2>/dev/null || true; test $(df --output=avail /var/lib/ysq | tail -n 1) = 0")
	m.deliverText(t, mailbox, 5, strings.Repeat("现申请公开监测数据。\n", 4000))
	within(t, 90*time.Second, "the trouble in ysq status", func() (string, bool) {
		s := m.does(t, "li", 0, "ysq", "status")
		return s, strings.Contains(s, "磁盘") || strings.Contains(s, "空间")
	})
	if got := len(m.list(t, "zhang")); got != before {
		t.Errorf("%d cases on a full disk, before %d", got, before)
	}
	m.does(t, "zhang", 0, "ysq", "show", "1")
	if got := m.property(t, "ysq.service", "ActiveState"); got != "active" {
		t.Errorf("on a full disk the daemon is %s", got)
	}
	m.sh(t, "rm /var/lib/ysq/filler")
	within(t, 100*time.Second, "a poll with space again", func() (string, bool) {
		out, errOut, code := m.as(t, "root", "ysq", "poll")
		return out + errOut, code == 0
	})
	m.hasCase(t, 5)
	m.does(t, "zhang", 0, "ysq", "note", "1", "--text", "磁盘已清理")
	m.does(t, "root", 0, "ysq", "verify")
	m.does(t, "root", 0, "ysq", "reconcile")
}

// reload: a changed configuration is taken over without a restart; a wrong one is not, and is told.
func reload(t *testing.T, m *machine) {
	pid := m.property(t, "ysq.service", "MainPID")
	said := func() string {
		return m.does(t, "li", 0, "ysq", "status") + m.property(t, "ysq.service", "StatusText")
	}
	m.sh(t, "sed -i 's/^name = .*/name = \"某市水务局\"/' /etc/ysq/ysq.toml; systemctl reload ysq.service")
	within(t, 30*time.Second, "the new name", func() (string, bool) { s := said(); return s, strings.Contains(s, "某市水务局") })
	m.sh(t, "cp -a /etc/ysq/ysq.toml /root/good.toml; echo nonsense >>/etc/ysq/ysq.toml; systemctl reload ysq.service")
	within(t, 30*time.Second, "the complaint", func() (string, bool) { s := said(); return s, strings.Contains(s, "配置") })
	m.sh(t, "cp -a /root/good.toml /etc/ysq/ysq.toml; systemctl reload ysq.service")
	if now := m.property(t, "ysq.service", "MainPID"); now != pid {
		t.Errorf("process %s became %s by a reload", pid, now)
	}
	if got := m.property(t, "ysq.service", "ActiveState"); got != "active" {
		t.Errorf("after reloads the daemon is %s", got)
	}
}

// wrongConfiguration: one failure, told with its place, and no second try.
func wrongConfiguration(t *testing.T, m *machine) {
	m.sh(t, "cp -a /etc/ysq/ysq.toml /root/good.toml; sed -i 's/^host = .*/hots = \"127.0.0.1\"/' /etc/ysq/ysq.toml")
	m.does(t, "root", 1, "systemctl", "restart", "ysq.service")
	time.Sleep(time.Second)
	if got := m.sh(t, "systemctl show -p ActiveState -p ExecMainStatus -p NRestarts ysq.service"); !strings.Contains(got, "ActiveState=failed") || !strings.Contains(got, "ExecMainStatus=78") || !strings.Contains(got, "NRestarts=0") {
		t.Errorf("with a wrong configuration:\n%s", got)
	}
	contains(t, m.journal(t, "ysq"), "/etc/ysq/ysq.toml:", "hots")
	contains(t, m.does(t, "root", 2, "ysq", "config", "check"), "hots", "host")
	m.sh(t, "cp -a /root/good.toml /etc/ysq/ysq.toml; systemctl start ysq.service")

	// A credential that is gone is no loop either.
	m.sh(t, "mv /etc/ysq/imap-password.cred /root/")
	m.does(t, "root", 1, "systemctl", "restart", "ysq.service")
	time.Sleep(time.Second)
	contains(t, m.sh(t, "systemctl show -p ActiveState -p NRestarts ysq.service"), "ActiveState=failed", "NRestarts=0")
	m.sh(t, "mv /root/imap-password.cred /etc/ysq/; systemctl start ysq.service")

	// A crash is no wrong configuration: on SIGQUIT Go ends a program as on a panic, with 2.
	m.sh(t, `systemctl kill --kill-who=main -s QUIT ysq.service
		for i in $(seq 40); do [ "$(systemctl show -P NRestarts ysq.service)" = 1 ] && systemctl is-active -q ysq.service && exit 0; sleep 1; done
		systemctl status ysq.service; exit 1`)
}

// plainCredential: where systemd cannot encrypt, the file is root's and the daemon is handed a copy.
func plainCredential(t *testing.T, m *machine) {
	m.sh(t, `(umask 077; echo `+password+` >/etc/ysq/imap-password)
		rm -r /etc/systemd/system/ysq.service.d; systemctl daemon-reload; systemctl restart ysq.service`)
	m.does(t, "zhang", 1, "cat", "/etc/ysq/imap-password")
	m.deliver(t, mailbox, 6)
	m.hasCase(t, 6)
}

func backUp(t *testing.T, m *machine) {
	m.sh(t, "systemctl start ysq-backup.service")
	backup := strings.TrimSpace(m.sh(t, "ls -d /var/backups/ysq/ysq-*"))
	contains(t, m.does(t, "root", 0, "ysq", "verify", "--backup", backup), "核验无误")
	contains(t, m.does(t, "root", 0, "ysq", "restore", "--test", backup), "演练完成")
	contains(t, m.sh(t, "systemctl list-timers --no-pager ysq-backup.timer"), "ysq-backup.service")
}

// morningCheck: a line in the journal while all is well; a unit that failed when the daemon is not there.
// An old systemd in a container adds several lines of its own to the unit.
func morningCheck(t *testing.T, m *machine) {
	contains(t, m.sh(t, "systemctl list-timers --no-pager ysq-remind.timer"), "ysq-remind.service")
	m.sh(t, "systemctl start ysq-remind.service")
	contains(t, m.journal(t, "ysq-remind"), "YSQ ", "在办")
	m.sh(t, "systemctl stop ysq.service")
	m.does(t, "root", 1, "systemctl", "start", "ysq-remind.service")
	contains(t, m.journal(t, "ysq-remind"), "YSQ CRITICAL")
	m.sh(t, "systemctl reset-failed; systemctl start ysq.service")
	if got := m.sh(t, "find /var/lib/ysq -ignore_readdir_race ! -user ysq"); got != "" {
		t.Errorf("not the service's own: %s", got)
	}
}

// instance: a second office on the machine, which the first does not see and is not seen by.
func instance(t *testing.T, m *machine) {
	m.deliver(t, "other@example.test", 1)
	m.does(t, "root", 2, "ysq-instance", "add", "East", "--agency", "x", "--imap-user", "x")
	m.sh(t, `echo `+password+` | ysq-instance add east --password-stdin --login-check --agency 某市东区某局 --imap-host 127.0.0.1 --imap-user other@example.test --ca-file /etc/ysq/ca.pem --yes
		systemctl enable --now ysq@east.service ysq-backup@east.timer ysq-remind@east.timer 2>&1
		useradd -G ysq-east-users east`)
	const socket = "YSQ_SOCKET=/run/ysq-east/ysq.sock"
	within(t, 90*time.Second, "the case of the second office", func() (string, bool) {
		out, errOut, _ := m.as(t, "east", "env", socket, "ysq", "list", "--json")
		return out + errOut, strings.Count(out, `"case":`) == 1
	})
	m.does(t, "east", 4, "ysq", "list")
	m.does(t, "zhang", 4, "env", socket, "ysq", "list")
	m.does(t, "east", 0, "env", socket, "ysq", "register", "1", "--applicant", "申请人1", "--column", "自然人", "--request", "数据")
	m.sh(t, `runuser -u ysq-east -- test ! -r /etc/ysq/ysq.toml
		runuser -u ysq-east -- test ! -x /var/lib/ysq
		runuser -u ysq -- test ! -r /etc/ysq/east.toml
		systemctl start ysq-backup@east.service
		ls -d /var/backups/ysq-east/ysq-* >/dev/null
		ysq status --config /etc/ysq/east.toml >/dev/null`)
	contains(t, m.sh(t, "ysq-instance list"), "east", "active", "在办")
	m.hardened(t, "ysq@east.service")
	// Its desk is a service of its own, at a port of its own; a port that is taken changes nothing.
	contains(t, m.does(t, "root", 1, "ysq-instance", "web", "east", "993"), "端口 993 用不了")
	m.sh(t, "test ! -e /etc/systemd/system/ysq-web@east.socket.d; ysq-instance web east 8444")
	contains(t, m.does(t, "root", 1, "ysq-instance", "web", "east", "993"), "原来的端口照旧") // the desk goes on
	b := m.browser(t)
	b.site = "https://127.0.0.1:8444"
	b.says(t, "/login", nil, http.StatusOK, "密码")
	b.says(t, "/login", url.Values{"name": {"王某"}, "password": {"wrong"}}, http.StatusConflict, "姓名或密码不对")
	m.sh(t, `test "$(stat -c %U /proc/$(systemctl show --value -p MainPID ysq-web@east.service))" = ysq-east-web
		! runuser -u ysq-east-web -- test -w /run/ysq/ysq.sock`)
	m.hardenedTo(t, "ysq-web@east.service", 1.0)
	if got := m.sh(t, "find /var/lib/ysq-east -ignore_readdir_race ! -user ysq-east"); got != "" {
		t.Errorf("not the instance's own: %s", got)
	}
}

// upgrade: the daemon runs on with the new program, and everything is where it was.
func upgrade(t *testing.T, m *machine) {
	before, pid, east := m.list(t, "zhang"), m.property(t, "ysq.service", "MainPID"), m.property(t, "ysq@east.service", "MainPID")
	config := m.sh(t, "sha256sum /etc/ysq/*")
	m.sh(t, "apt-get install -y /root/now.deb 2>&1")
	contains(t, m.sh(t, "ysq version"), "ysq 1.0.0")
	if now := m.property(t, "ysq.service", "MainPID"); now == pid || now == "0" {
		t.Errorf("the daemon was process %s and is %s", pid, now)
	}
	contains(t, m.does(t, "zhang", 0, "ysq", "status"), "ysq 1.0.0")
	if now := m.property(t, "ysq@east.service", "MainPID"); now == east || now == "0" {
		t.Errorf("the instance was process %s and is %s", east, now)
	}
	if after := m.list(t, "zhang"); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("before %v\nafter  %v", before, after)
	}
	if now := m.sh(t, "sha256sum /etc/ysq/*"); now != config {
		t.Errorf("the configuration was\n%sand is\n%s", config, now)
	}
	// One that was stopped on purpose stays so.
	m.sh(t, "systemctl stop ysq.service; dpkg -i /root/now.deb")
	if got := m.property(t, "ysq.service", "ActiveState"); got != "inactive" {
		t.Errorf("stopped before the upgrade, %s after it", got)
	}
	m.sh(t, "systemctl start ysq.service")
	m.does(t, "root", 0, "ysq", "verify")
}

// remove: the program goes, what it kept stays, and comes back with it.
func remove(t *testing.T, m *machine) {
	before := m.list(t, "zhang")
	said := m.sh(t, "apt-get remove -y ysq 2>&1")
	contains(t, said, "/var/lib/ysq", "/var/backups/ysq", "保留")
	m.sh(t, "test ! -e /usr/bin/ysq; test -s /var/lib/ysq/register.db; test -s /etc/ysq/ysq.toml; test -z \"$(find /proc -maxdepth 1 -user ysq -o -user ysq-east)\"")
	said = m.sh(t, "apt-get install -y /root/now.deb 2>&1")
	contains(t, said, "ysq.service 在卸载前运行着，已恢复运行", "ysq@east.service", "ysq-backup.timer")
	m.sh(t, "for u in ysq.service ysq-backup.timer ysq-remind.timer ysq@east.service; do systemctl is-active $u; systemctl is-enabled $u; done; test ! -e /etc/ysq/removed.units")
	if after := m.list(t, "zhang"); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("before %v\nafter  %v", before, after)
	}
}

// purge: configuration and passwords go and are named; the register only on an express wish.
func purge(t *testing.T, m *machine) {
	// A disk that is mounted there cannot be deleted; the directory below it can.
	m.sh(t, "systemctl stop ysq.service; umount /var/lib/ysq; touch /var/lib/ysq/register.db")
	said := m.sh(t, "apt-get purge -y ysq 2>&1")
	contains(t, said, "  /etc/ysq", "/etc/sysusers.d/ysq-east.conf", "/etc/systemd/system/ysq@east.service.d", "/var/lib/ysq（", "/var/lib/ysq-east（", "/var/backups/ysq（", "档案")
	m.sh(t, `test ! -e /etc/ysq; test -z "$(ls /etc/systemd/system/*/ysq* 2>/dev/null)"
		test -e /var/lib/ysq/register.db; ls -d /var/backups/ysq/ysq-* >/dev/null`)

	m.sh(t, "dpkg -i /root/now.deb")
	contains(t, m.sh(t, "YSQ_PURGE_DATA=yes apt-get purge -y ysq 2>&1"), "不能恢复", "/var/lib/ysq（", "/var/lib/ysq-east（")
	m.sh(t, "test ! -e /var/lib/ysq; test ! -e /var/lib/ysq-east; ls -d /var/backups/ysq/ysq-* >/dev/null")
	contains(t, m.sh(t, "systemctl --failed --no-legend --plain; echo none"), "none")
}

// fromTarball: without a package manager it is the same installation.
func fromTarball(t *testing.T, m *machine) {
	m.sh(t, "cd /root && tar xzf now.tar.gz && mv ysq-*/ unpacked && ./unpacked/install.sh 2>&1")
	m.sh(t, `cp /root/good.toml /etc/ysq/ysq.toml; chown ysq:ysq /etc/ysq/ysq.toml; (umask 077; echo `+password+` >/etc/ysq/imap-password); cp /etc/dovecot/cert.pem /etc/ysq/ca.pem
		backup=$(ls -d /var/backups/ysq/ysq-* | head -n 1)
		ysq restore "$backup"
		systemctl start ysq.service`)
	m.hasCase(t, 6)
	contains(t, m.sh(t, "/root/unpacked/install.sh 2>&1"), "ysq 1.0.0") // over itself
	m.does(t, "zhang", 0, "ysq", "list")
	contains(t, m.sh(t, "/usr/share/ysq/install.sh uninstall 2>&1"), "保留", "/var/lib/ysq")
	m.sh(t, "test ! -e /usr/bin/ysq; test ! -e /usr/share/ysq; test ! -e /usr/lib/systemd/system/ysq.service; test -s /var/lib/ysq/register.db")
	m.sh(t, "cp -a /etc/ysq /root/etc-ysq; /root/unpacked/install.sh purge 2>&1; test ! -e /etc/ysq; cp -a /root/etc-ysq /etc/ysq; rm /etc/ysq/removed.units")
}

// fromRPM: the other package, by rpm itself, which calls the scripts in its own way. Debian's rpm knows
// nothing of what is installed here, hence --nodeps. The tarball left configuration and register.
func fromRPM(t *testing.T, m *machine) {
	m.sh(t, "rpm --force-debian --nodeps -i /root/previous.rpm 2>&1")
	contains(t, m.sh(t, "ysq version"), "ysq 0.0.9")
	if got := m.property(t, "ysq.service", "ActiveState"); got != "inactive" {
		t.Errorf("installed, and %s", got)
	}
	config := m.sh(t, "sha256sum /etc/ysq/[!r]*; systemctl enable --now ysq.service 2>/dev/null")
	m.hasCase(t, 6)
	pid := m.property(t, "ysq.service", "MainPID")
	m.sh(t, "rpm --force-debian --nodeps -U /root/now.rpm 2>&1")
	contains(t, m.does(t, "zhang", 0, "ysq", "status"), "ysq 1.0.0")
	if now := m.property(t, "ysq.service", "MainPID"); now == pid || now == "0" {
		t.Errorf("the daemon was process %s and is %s", pid, now)
	}
	contains(t, m.sh(t, "systemctl is-enabled ysq.service"), "enabled")
	contains(t, m.sh(t, "rpm --force-debian -e ysq 2>&1"), "保留", "/var/lib/ysq")
	if now := m.sh(t, "test ! -e /usr/bin/ysq; test -s /var/lib/ysq/register.db; test -z \"$(find /proc -maxdepth 1 -user ysq)\"; sha256sum /etc/ysq/[!r]*"); now != config {
		t.Errorf("the configuration was\n%sand is\n%s", config, now)
	}
	m.sh(t, `test -z "$(ls /etc/systemd/system/*.wants/ysq* 2>/dev/null)"`)
	contains(t, m.sh(t, "rpm --force-debian --nodeps -i /root/now.rpm 2>&1; systemctl is-active ysq.service; systemctl is-enabled ysq.service"), "已恢复运行")
}
