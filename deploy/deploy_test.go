package deploy

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ysq.internal/ysq/config"
)

var update = flag.Bool("update", false, "rewrite ysq.toml")

func TestExampleIsCurrent(t *testing.T) {
	if *update {
		if err := os.WriteFile("ysq.toml", []byte(config.Example()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if read(t, "ysq.toml") != config.Example() {
		t.Error("ysq.toml is not config.Example(): run go test ./deploy -update")
	}
	if _, err := config.Load("ysq.toml"); err != nil {
		t.Error(err)
	}
}

// The unit, the example and the defaults speak of the same files, groups and credential.
func TestUnitMatchesConfig(t *testing.T) {
	c, err := config.Load("ysq.toml")
	if err != nil {
		t.Fatal(err)
	}
	unit := read(t, "ysq.service")
	for _, want := range []string{
		"\nExecStart=/usr/bin/ysq serve --config " + config.DefaultFile + "\n",
		"\nLoadCredential=" + c.Mailboxes[0].Credential + ":" + c.Mailboxes[0].PasswordFile + "\n",
		"\nSupplementaryGroups=" + config.DefaultGroup + "\n",
		"\nStateDirectory=" + strings.TrimPrefix(config.DefaultState, "/var/lib/") + "\n",
		"\nRuntimeDirectory=" + strings.TrimPrefix(filepath.Dir(config.DefaultSocket), "/run/") + "\n",
	} {
		if !strings.Contains(unit, want) {
			t.Errorf("ysq.service lacks %q", strings.TrimSpace(want))
		}
	}
}

func TestUnitVerifies(t *testing.T) {
	analyze := tool(t, "systemd-analyze")
	for _, name := range units {
		name = strings.Replace(name, "@.", "@east.", 1)
		out, err := exec.CommandContext(t.Context(), analyze, "verify", "--man=no", unitCopy(t, name)).CombinedOutput()
		if err != nil || strings.Contains(string(out), name) {
			t.Errorf("systemd-analyze verify %s: %v\n%s", name, err, out)
		}
	}
}

// units, and for each the one of which it is the template.
var units = []string{"ysq.service", "ysq-backup.service", "ysq-backup.timer", "ysq-remind.service", "ysq-remind.timer", "ysq-web.service", "ysq-web.socket",
	"ysq@.service", "ysq-backup@.service", "ysq-backup@.timer", "ysq-remind@.service", "ysq-remind@.timer", "ysq-web@.service", "ysq-web@.socket"}

// A template is the unit of the one office with an instance's names in it, and nothing else.
func TestTemplatesFollow(t *testing.T) {
	instance := strings.NewReplacer(
		"(依申请公开)\n", "(依申请公开), of %i\n", "applications for government information\n", "applications for government information, of %i\n", "backup of ysq\n", "backup of ysq of %i\n", "check of ysq\n", "check of ysq of %i\n",
		"systemctl edit ysq（", "systemctl edit ysq@名称（", "systemctl edit ysq-backup ", "systemctl edit ysq-backup@名称 ",
		"（由 ysq-backup.timer 启动）", "（由 ysq-backup@名称.timer 启动）", "systemctl enable --now ysq-backup.timer", "systemctl enable --now ysq-backup@名称.timer",
		"（由 ysq-remind.timer 启动）", "（由 ysq-remind@名称.timer 启动）", "systemctl enable --now ysq-remind.timer", "systemctl enable --now ysq-remind@名称.timer", "systemctl edit ysq-remind ", "systemctl edit ysq-remind@名称 ",
		"ysq.service 也要写", "ysq@名称.service 也要写", "After=ysq.service", "After=ysq@%i.service",
		"/etc/ysq/ysq.toml", "/etc/ysq/%i.toml", "imap-password:/etc/ysq/imap-password", "%i.imap-password:/etc/ysq/%i.imap-password", "/var/backups/ysq", "/var/backups/ysq-%i",
		"User=ysq\n", "User=ysq-%i\n", "Group=ysq\n", "Group=ysq-%i\n", "=ysq-users\n", "=ysq-%i-users\n",
		"StateDirectory=ysq\n", "StateDirectory=ysq-%i\n", "RuntimeDirectory=ysq\n", "RuntimeDirectory=ysq-%i\n",
		"`ysq init` writes it", "`ysq-instance add` writes it",
		"for the office's network (依申请公开)\n", "for the network of %i (依申请公开)\n", "port of the desk of ysq in a browser (依申请公开)\n", "port of the desk of ysq in a browser of %i (依申请公开)\n",
		"（由 ysq-web.socket 启动）", "（由 ysq-web@名称.socket 启动）", "systemctl edit ysq-web（", "systemctl edit ysq-web@名称（", "（ysq-web.service）。换端口：systemctl edit ysq-web.socket，写", "（ysq-web@名称.service）。端口由 ysq-instance web 名称 端口 写；也可用 systemctl edit ysq-web@名称.socket：",
		"=ysq-web.socket", "=ysq-web@%i.socket", " ysq.service nss", " ysq@%i.service nss", "/run/ysq/", "/run/ysq-%i/", "/var/lib/ysq ", "/var/lib/ysq-%i ",
		"User=ysq-web\n", "User=ysq-%i-web\n", "Group=ysq-web\n", "Group=ysq-%i-web\n", "=ysq-users ysq-web\n", "=ysq-%i-users ysq-web\n",
	)
	for _, name := range units[:len(units)/2] {
		template := strings.Replace(name, ".", "@.", 1)
		want := instance.Replace(read(t, name))
		if *update {
			if err := os.WriteFile(template, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if read(t, template) != want {
			t.Errorf("%s is not %s with an instance's names: run go test ./deploy -update", template, name)
		}
		for line := range strings.Lines(want) {
			plain := regexp.MustCompile(`(/ysq|=ysq)(\s|$|/[^%])`).MatchString(line)
			shared := strings.Contains(line, "/usr/bin/ysq ") || strings.Contains(line, "/etc/ysq/web-") // the certificate is the machine's
			if plain && !strings.HasPrefix(line, "#") && !shared {
				t.Errorf("%s: %q does not belong to an instance", template, strings.TrimSpace(line))
			}
		}
	}
}

// The web service is an account of its own, which reaches the daemon's socket and nothing else.
func TestWebUnits(t *testing.T) {
	service := read(t, "ysq-web.service")
	for _, want := range []string{"\nUser=" + config.DefaultWeb + "\n", "\nSupplementaryGroups=" + config.DefaultGroup + " " + config.DefaultWeb + "\n", "\nPrivateNetwork=yes\n", "\nRestrictAddressFamilies=AF_UNIX\n",
		"\nRequires=ysq-web.socket\n", "\nTemporaryFileSystem=/etc/ysq:ro\n", "\nLoadCredential=web-cert.pem:/etc/ysq/web-cert.pem\n"} {
		if !strings.Contains(service, want) {
			t.Errorf("%q is missing in\n%s", want, service)
		}
	}
	if users := read(t, "ysq.sysusers"); !strings.Contains(users, "\nu     "+config.DefaultWeb+" ") || !strings.Contains(users, "\nm     "+config.DefaultWeb+"   "+config.DefaultGroup+"\n") {
		t.Errorf("%s", users)
	}
}

// The guide says of each line that systemd 241 does not know since when it is known; what is not listed here is
// older (NEWS of systemd).
func TestGuideNamesLaterDirectives(t *testing.T) {
	later := []string{"LoadCredential=", "LoadCredentialEncrypted=", "ProtectProc=", "ProcSubset=", "ProtectClock=", "ProtectKernelLogs=", "ProtectHostname=", "RestrictSUIDSGID="}
	older := []string{
		"AmbientCapabilities", "BindReadOnlyPaths", "CapabilityBoundingSet", "DevicePolicy", "IOSchedulingClass", "IPAddressAllow", "IPAddressDeny", "InaccessiblePaths", "KeyringMode", "KillMode", "LimitCORE", "LockPersonality", "MemoryDenyWriteExecute", "MemoryMax", "Nice", "NoNewPrivileges",
		"NotifyAccess", "PrivateDevices", "PrivateMounts", "PrivateNetwork", "PrivateTmp", "PrivateUsers", "ProtectControlGroups", "ProtectHome", "ProtectKernelModules", "ProtectKernelTunables", "ProtectSystem",
		"ReadWritePaths", "RemoveIPC", "Restart", "RestartPreventExitStatus", "RestartSec", "RestrictAddressFamilies", "RestrictNamespaces", "RestrictRealtime", "RuntimeDirectory",
		"RuntimeDirectoryMode", "StateDirectory", "StateDirectoryMode", "SuccessExitStatus", "SupplementaryGroups", "SystemCallArchitectures", "SystemCallErrorNumber", "SystemCallFilter",
		"TasksMax", "TemporaryFileSystem", "TimeoutStartSec", "TimeoutStopSec", "Type", "UMask", "User", "Group", "WatchdogSec", "ExecStart", "ExecReload",
	}
	guide := read(t, "doc/admin.zh-CN.md")
	for _, d := range later {
		if !strings.Contains(guide, d) {
			t.Errorf("the guide says nothing of %s", d)
		}
	}
	for _, unit := range []string{"ysq.service", "ysq-backup.service", "ysq-remind.service", "ysq-web.service"} {
		_, service, _ := strings.Cut(read(t, unit), "\n[Service]\n")
		for line := range strings.Lines(service) {
			if strings.HasPrefix(line, "[") {
				break
			}
			name, _, ok := strings.Cut(line, "=")
			if ok && !strings.HasPrefix(line, "#") && !slices.Contains(older, name) && !slices.Contains(later, name+"=") {
				t.Errorf("%s: since when is %s= known?", unit, name)
			}
		}
	}
}

// The alert rules speak of numbers that there are, and promtool takes them where it is installed.
func TestAlertRules(t *testing.T) {
	rules, metrics := read(t, "ysq.rules.yml"), read(t, "../cmd/internal/ask/metrics.go")
	for _, name := range regexp.MustCompile(`\bysq_[a-z_]+`).FindAllString(rules, -1) {
		if !strings.Contains(metrics, `"`+strings.TrimSuffix(name, "_total")+`"`) {
			t.Errorf("nobody writes %s", name)
		}
	}
	if promtool, err := exec.LookPath("promtool"); err == nil {
		if out, err := exec.CommandContext(t.Context(), promtool, "check", "rules", absolute(t, "ysq.rules.yml")).CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	}
}

// The morning check is one command of the daemon's user. That there is something to do is no failure.
func TestRemindUnits(t *testing.T) {
	service, timer := read(t, "ysq-remind.service"), read(t, "ysq-remind.timer")
	for file, wants := range map[string][]string{
		service: {"\nUser=ysq\n", "/usr/bin/ysq status --check --config " + config.DefaultFile + "\n", "\nSuccessExitStatus=1\n"},
		timer:   {"\nOnCalendar=", "\nPersistent=yes\n", "\nWantedBy=timers.target\n"},
	} {
		for _, want := range wants {
			if !strings.Contains(file, want) {
				t.Errorf("%q is missing in\n%s", want, file)
			}
		}
	}
}

// The nightly backup goes where the daemon may write, as the daemon's user, and is started by its timer.
func TestBackupUnits(t *testing.T) {
	service, timer := read(t, "ysq-backup.service"), read(t, "ysq-backup.timer")
	for file, wants := range map[string][]string{
		service:                 {"\nUser=ysq\n", "/usr/bin/ysq backup /var/backups/ysq --keep 14d,12m --config " + config.DefaultFile + "\n", "\nReadWritePaths=-/var/backups/ysq\n"},
		timer:                   {"\nOnCalendar=", "\nPersistent=yes\n", "\nWantedBy=timers.target\n"},
		read(t, "ysq.service"):  {"\nReadWritePaths=-/var/backups/ysq\n"},
		read(t, "ysq.tmpfiles"): {"/var/backups/ysq       0700 ysq  ysq "},
	} {
		for _, want := range wants {
			if !strings.Contains(file, want) {
				t.Errorf("%q is missing in\n%s", want, file)
			}
		}
	}
}

// The exposure that systemd computes must not grow unnoticed.
func TestUnitIsHardened(t *testing.T) {
	most := 1.5
	analyze := tool(t, "systemd-analyze")
	if v := version(t, analyze); v < 250 {
		t.Skipf("systemd-analyze %d cannot judge a unit offline (250 can)", v)
	}
	for _, name := range units {
		most := most
		if strings.HasSuffix(name, ".timer") || strings.HasSuffix(name, ".socket") {
			continue
		}
		if strings.HasPrefix(name, "ysq-web") { // what the network reaches has nothing
			most = 1
		}
		name = strings.Replace(name, "@.", "@east.", 1)
		out, err := exec.CommandContext(t.Context(), analyze, "security", "--offline=true", "--no-pager", unitCopy(t, name)).CombinedOutput()
		if err != nil {
			t.Fatalf("systemd-analyze security: %v\n%s", err, out)
		}
		m := regexp.MustCompile(`Overall exposure level for \S+\.service: ([0-9.]+)`).FindSubmatch(out)
		if m == nil {
			t.Fatalf("no exposure level in:\n%s", out)
		}
		if got, err := strconv.ParseFloat(string(m[1]), 64); err != nil || got > most {
			t.Errorf("exposure of %s is %s, want at most %v:\n%s", name, m[1], most, out)
		}
	}
}

// The users file makes the user and the groups that the unit and the tmpfiles file name.
func TestUsersAndDirectories(t *testing.T) {
	sysusers, tmpfiles := tool(t, "systemd-sysusers"), tool(t, "systemd-tmpfiles")
	root := t.TempDir()
	run := func(name string, args ...string) {
		t.Helper()
		if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	if err := os.Mkdir(filepath.Join(root, "etc"), 0o755); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() != 0 {
		t.Skip("only root can make users and give directories away")
	}
	run(sysusers, "--root="+root, absolute(t, "ysq.sysusers"))
	passwd, group := read(t, filepath.Join(root, "etc/passwd")), read(t, filepath.Join(root, "etc/group"))
	if !strings.Contains(passwd, "ysq:x:") || !strings.Contains(passwd, ":/var/lib/ysq:/usr/sbin/nologin") {
		t.Errorf("passwd:\n%s", passwd)
	}
	for _, want := range []string{"ysq:x:", config.DefaultGroup + ":x:"} {
		if !strings.Contains("\n"+group, "\n"+want) {
			t.Errorf("group lacks %s:\n%s", want, group)
		}
	}

	run(tmpfiles, "--root="+root, "--create", absolute(t, "ysq.tmpfiles"))
	info, err := os.Stat(filepath.Join(root, config.DefaultState))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := info.Mode(), os.ModeDir|0o700; got != want {
		t.Errorf("state directory has mode %v, want %v", got, want)
	}
	if _, err := os.Stat(filepath.Join(root, "etc/ysq/ysq.toml")); !os.IsNotExist(err) {
		t.Errorf("a configuration was made: %v", err)
	}
}

// tool finds a program of systemd; without it the test is skipped, or fails where real tools are
// required (YSQ_REQUIRE_REAL=1, as in CI).
func tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("YSQ_REQUIRE_REAL") == "1" {
		t.Fatalf("YSQ_REQUIRE_REAL=1, but %s is missing: %v", name, err)
	}
	t.Skipf("%s is missing; apt-get install systemd", name)
	return ""
}

// unitCopy returns a unit, beside those that it names, with a program that exists: verify refuses
// one that is not installed.
func unitCopy(t testing.TB, name string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, n := range units {
		if err := os.WriteFile(filepath.Join(dir, strings.Replace(n, "@.", "@east.", 1)), []byte(strings.ReplaceAll(read(t, n), "/usr/bin/ysq", self)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, name)
}

func version(t testing.TB, analyze string) int {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), analyze, "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`^systemd (\d+)`).FindSubmatch(out)
	if m == nil {
		t.Fatalf("no version in %q", out)
	}
	v, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func read(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func absolute(t testing.TB, path string) string {
	t.Helper()
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}
