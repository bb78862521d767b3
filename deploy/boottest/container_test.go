package boottest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A suite is a release of Debian, known by its name.
type suite string

const (
	bullseye suite = "bullseye" // systemd 247
	bookworm suite = "bookworm" // systemd 252
	trixie   suite = "trixie"   // systemd 257; qemu 10
)

// packages of the machine beyond Debian's smallest set. One root of a suite serves all that is done with it.
func (s suite) packages() []string {
	base := []string{"systemd", "systemd-sysv", "dbus", "ca-certificates", "iproute2", "dovecot-imapd"}
	switch s {
	case bookworm:
		return append(base, "rpm", "tesseract-ocr", "tesseract-ocr-chi-sim")
	case trixie:
		return append(base, "qemu-user")
	default:
		return base
	}
}

// secret is where init keeps the password: sealed by systemd 250 and later.
func (m *machine) secret() string {
	if m.suite == bullseye {
		return "/etc/ysq/imap-password"
	}
	return "/etc/ysq/imap-password.cred"
}

// machine is a booted Debian.
type machine struct {
	suite  suite
	root   string // its file system, as seen from here
	leader int    // its first process, as seen from here
	up     bool   // its systemd has booted
}

// unable ends the test where the machine that it runs on cannot do it: skipped, or failed where the
// real thing is required.
func unable(t *testing.T, format string, args ...any) {
	t.Helper()
	why := fmt.Sprintf(format, args...)
	if os.Getenv("YSQ_REQUIRE_REAL") == "1" {
		t.Fatalf("YSQ_REQUIRE_REAL=1, but this machine cannot boot a container: %s", why)
	}
	t.Skipf("this machine cannot boot a container: %s", why)
}

// boot makes a machine and switches it on; it is off and gone when the test ends.
func boot(t *testing.T, s suite) *machine {
	t.Helper()
	m := &machine{suite: s, root: layer(t, debian(t, s))}
	log, err := os.Create(filepath.Join(t.TempDir(), "console"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	// Of its own network: only a loopback interface, which can be cut without cutting ours.
	// And with Landlock, as a machine of its own would have: nspawn's filter leaves it out.
	name := filepath.Base(filepath.Dir(m.root))
	nspawn := inCgroups(ownCgroups(t, name), "systemd-nspawn", "--boot", "--system-call-filter=landlock_create_ruleset landlock_add_rule landlock_restrict_self", "--directory="+m.root,
		"--machine="+name, "--private-network", "--register=no", "--keep-unit", "--console=pipe")
	nspawn.Stdout, nspawn.Stderr = log, log
	if err := nspawn.Start(); err != nil {
		unable(t, "%v", err)
	}
	gone := make(chan struct{})
	go func() { nspawn.Wait(); close(gone) }()
	t.Cleanup(func() { m.switchOff(t, nspawn.Process, gone, log.Name()) })

	state := ""
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		select {
		case <-gone:
			unable(t, "systemd-nspawn ended:\n%s", lastLines(log.Name()))
		default:
		}
		if m.leader == 0 {
			m.leader = childOf(nspawn.Process.Pid)
			continue
		}
		out, _, _ := m.try(t, "", "systemctl", "is-system-running")
		if state = strings.TrimSpace(out); state == "running" || state == "degraded" {
			m.up = true
			m.capable(t)
			return m
		}
	}
	unable(t, "systemd is %q after a minute:\n%s", state, lastLines(log.Name()))
	return nil
}

// ownCgroups makes cgroups for a machine. Several machines in the cgroup of this process would have one ysq.service between them:
// each systemd waits until the processes of the others are gone before it calls its own stopped.
func ownCgroups(t *testing.T, name string) (dirs []string) {
	t.Helper()
	own, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		unable(t, "%v", err)
	}
	for line := range strings.Lines(string(own)) {
		_, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		hierarchy, path, _ := strings.Cut(rest, ":")
		for _, mounted := range map[string][]string{"name=systemd": {"systemd"}, "": {"unified", "."}}[hierarchy] {
			here := filepath.Join("/sys/fs/cgroup", mounted, path)
			dir := filepath.Join(here, name)
			if _, err := os.Stat(filepath.Join(here, "cgroup.procs")); err == nil && os.Mkdir(dir, 0o755) == nil { // else systemd-nspawn says what nobody may
				t.Cleanup(func() { removeCgroup(dir) })
				dirs = append(dirs, dir)
				break
			}
		}
	}
	return dirs
}

// removeCgroup removes a cgroup and those below it; they are empty when its machine is off.
func removeCgroup(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if e.IsDir() {
			removeCgroup(filepath.Join(dir, e.Name()))
		}
	}
	os.Remove(dir)
}

// inCgroups makes a command that enters cgroups before it begins.
func inCgroups(dirs []string, argv ...string) *exec.Cmd {
	const enter = `while [ "$1" != -- ]; do echo $$ >"$1/cgroup.procs" || exit; shift; done; shift; exec "$@"`
	return exec.Command("sh", slices.Concat([]string{"-c", enter, "sh"}, dirs, []string{"--"}, argv)...)
}

// capable ends the test where the machine runs, but its systemd may not fence a service in, or nobody
// mount in it: some containers that hold ours forbid that.
func (m *machine) capable(t *testing.T) {
	t.Helper()
	const script = `mount -t tmpfs probe /mnt; umount /mnt
		systemd-run --quiet --wait -p ProtectSystem=strict -p PrivateTmp=yes -p PrivateDevices=yes -p ProcSubset=pid \
			-p SystemCallFilter=@system-service -p RestrictNamespaces=yes -p User=nobody true`
	if out, errOut, code := m.try(t, "", "sh", "-ec", script); code != 0 {
		unable(t, "what runs in it is not allowed enough:\n%s%s", out, errOut)
	}
}

// switchOff powers the machine down in order; one that does not is killed. One that never came up need
// not go down well: the test is skipped, and stays so.
func (m *machine) switchOff(t *testing.T, nspawn *os.Process, gone <-chan struct{}, console string) {
	if m.up {
		nspawn.Signal(syscall.SIGTERM)
		select {
		case <-gone:
			return
		case <-time.After(2 * time.Minute):
			t.Errorf("the container did not switch off within two minutes:\n%s", lastLines(console))
		}
	}
	nspawn.Kill()
	<-gone
}

func lastLines(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-4096):])
}

// childOf returns the process that another started; 0 while there is none.
func childOf(pid int) int {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(strings.TrimSpace(string(b)), " ")
	n, _ := strconv.Atoi(first)
	return n
}

// debian returns the directory of a Debian as debootstrap makes it, from the cache where there is one.
func debian(t *testing.T, s suite) string {
	t.Helper()
	if os.Geteuid() != 0 {
		unable(t, "only root can")
	}
	for _, program := range []string{"debootstrap", "systemd-nspawn", "nsenter"} {
		if _, err := exec.LookPath(program); err != nil {
			unable(t, "%v (apt-get install debootstrap systemd-container)", err)
		}
	}
	cache := os.Getenv("YSQ_BOOT_CACHE")
	if cache == "" {
		cache = "/var/cache/ysq-boottest"
	}
	packages := strings.Join(s.packages(), ",")
	what := sha256.Sum256([]byte(string(s) + packages))
	dir := filepath.Join(cache, fmt.Sprintf("%s-%x", s, what[:4]))
	if err := os.MkdirAll(cache, 0o700); err != nil {
		t.Fatal(err)
	}
	// Whoever comes second waits for the first one's.
	lock, err := os.Create(dir + ".lock")
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	// Made beside it and renamed: half a Debian is never taken for one.
	tmp, err := os.MkdirTemp(cache, "making-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(tmp)
	started := time.Now()
	// A minute here; ten are for a slow mirror, and an end for one that never answers.
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	site, proxy := mirror(ctx, s)
	cmd := exec.CommandContext(ctx, "debootstrap", "--variant=minbase", "--include="+packages, string(s), filepath.Join(tmp, "root"), site)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // it unmounts what it mounted
	cmd.WaitDelay = 10 * time.Second
	if cmd.Env = os.Environ(); proxy != "" {
		cmd.Env = append(cmd.Env, "http_proxy="+proxy, "https_proxy="+proxy)
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		unable(t, "debootstrap from %s: %v\n%s", site, err, out[max(0, len(out)-2048):])
	}
	if err := os.Rename(filepath.Join(tmp, "root"), dir); err != nil && !errors.Is(err, os.ErrExist) {
		t.Fatal(err)
	}
	t.Logf("made %s in %.0f s", dir, time.Since(started).Seconds())
	return dir
}

// mirror is where this machine's own apt gets the suite, and through which proxy: what it can reach is
// known to be reachable. On a machine of another suite or distribution it is Debian's own address.
func mirror(ctx context.Context, s suite) (site, proxy string) {
	site = "http://deb.debian.org/debian"
	out, _ := exec.CommandContext(ctx, "apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Release: "+string(s), "Component: main").Output()
	for line := range strings.Lines(string(out)) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "http") {
			site = line
			break
		}
	}
	out, _ = exec.CommandContext(ctx, "sh", "-c", `eval "$(apt-config shell proxy Acquire::http::Proxy)"; echo "$proxy"`).Output()
	if proxy = strings.TrimSpace(string(out)); proxy == "DIRECT" { // apt's word for none
		proxy = ""
	}
	return site, proxy
}

// layer returns a file system over a directory that takes every change.
func layer(t *testing.T, below string) string {
	t.Helper()
	dir, err := os.MkdirTemp("/var/tmp", "ysq-boottest-") // /tmp may be small
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	root := filepath.Join(dir, "root")
	if err := overlay(below, dir); err != nil {
		// A layer over a layer, as the file system of a CI container is, takes no changes: memory does.
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "mode=0700"); err != nil {
			unable(t, "mounting a file system: %v", err)
		}
		t.Cleanup(func() { unmount(t, dir) })
		if err := overlay(below, dir); err != nil {
			unable(t, "mounting an overlay: %v", err)
		}
	}
	t.Cleanup(func() { unmount(t, root) })
	return root
}

// overlay mounts dir/root over a directory; what changes is kept in dir.
func overlay(below, dir string) error {
	for _, name := range []string{"upper", "work", "root"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			return err
		}
	}
	return syscall.Mount("overlay", filepath.Join(dir, "root"), "overlay", 0, fmt.Sprintf("lowerdir=%s,upperdir=%s/upper,workdir=%s/work", below, dir, dir))
}

func unmount(t *testing.T, dir string) {
	err := syscall.Unmount(dir, 0)
	if err != nil && t.Skipped() { // a machine that was killed may hold it a moment longer
		err = syscall.Unmount(dir, syscall.MNT_DETACH)
	}
	if err != nil {
		t.Errorf("unmounting %s: %v", dir, err)
	}
}

// command prepares a program inside the machine, with an environment as after logging in.
func (m *machine) command(ctx context.Context, argv ...string) *exec.Cmd {
	args := []string{"--target", strconv.Itoa(m.leader), "--mount", "--uts", "--ipc", "--net", "--pid", "--", "/usr/bin/env", "-i",
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "HOME=/root", "DEBIAN_FRONTEND=noninteractive"}
	return exec.CommandContext(ctx, "nsenter", append(args, argv...)...)
}

// try runs a program inside as root.
func (m *machine) try(t *testing.T, stdin string, argv ...string) (stdout, stderr string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := m.command(ctx, argv...)
	var out, errOut bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errOut
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return out.String(), errOut.String(), exit.ExitCode()
	}
	if err != nil {
		t.Fatalf("%s: %v", strings.Join(argv, " "), err)
	}
	return out.String(), errOut.String(), 0
}

// as runs a program inside as an account of it, with the account's groups.
func (m *machine) as(t *testing.T, account string, argv ...string) (stdout, stderr string, code int) {
	t.Helper()
	if account == "root" {
		return m.try(t, "", argv...)
	}
	return m.try(t, "", append([]string{"runuser", "-u", account, "--"}, argv...)...)
}

// sh runs a script inside as root, which must succeed, and returns what it printed.
func (m *machine) sh(t *testing.T, script string) string {
	t.Helper()
	out, errOut, code := m.try(t, "", "sh", "-ec", script)
	if code != 0 {
		t.Fatalf("%s\nexit %d\n%s%s", script, code, out, errOut)
	}
	return out + errOut
}

// journal is what units said last. A journal is written behind the backs of those who speak: what is not on the disk yet is
// waited for.
func (m *machine) journal(t *testing.T, units ...string) string {
	t.Helper()
	return m.sh(t, "journalctl --sync; journalctl --no-pager -n 60 -u "+strings.Join(units, " -u "))
}

// write puts a file into the machine.
func (m *machine) write(t *testing.T, path, mode, owner, text string) {
	t.Helper()
	_, errOut, code := m.try(t, text, "sh", "-ec", `umask 077; mkdir -p "$(dirname "$1")"; cat >"$1.tmp"; chmod "$2" "$1.tmp"; chown "$3" "$1.tmp"; mv "$1.tmp" "$1"`, "write", path, mode, owner)
	if code != 0 {
		t.Fatalf("writing %s: %s", path, errOut)
	}
}

// take copies a file of ours into the machine.
func (m *machine) take(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(filepath.Join(m.root, to))
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(out, in)
	if err := errors.Join(err, out.Close()); err != nil {
		t.Fatal(err)
	}
}

// property asks systemd about a unit.
func (m *machine) property(t *testing.T, unit, name string) string {
	t.Helper()
	return strings.TrimSpace(m.sh(t, "systemctl show --value -p "+name+" "+unit))
}

// within waits until something is so, and says what was last seen when it never is.
func within(t *testing.T, limit time.Duration, what string, is func() (string, bool)) {
	t.Helper()
	var last string
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		var ok bool
		if last, ok = is(); ok {
			return
		}
	}
	t.Fatalf("%s: not within %v; last seen:\n%s", what, limit, last)
}
