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
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const suite = "bookworm"

// packages of the machine beyond Debian's smallest set.
var packages = []string{"systemd", "systemd-sysv", "dbus", "ca-certificates", "iproute2", "dovecot-imapd"}

// machine is a booted Debian.
type machine struct {
	root   string // its file system, as seen from here
	leader int    // its first process, as seen from here
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
func boot(t *testing.T) *machine {
	t.Helper()
	if os.Geteuid() != 0 {
		unable(t, "only root can")
	}
	for _, program := range []string{"debootstrap", "systemd-nspawn", "nsenter"} {
		if _, err := exec.LookPath(program); err != nil {
			unable(t, "%v (apt-get install debootstrap systemd-container)", err)
		}
	}
	m := &machine{root: layer(t, debian(t))}
	log, err := os.Create(filepath.Join(t.TempDir(), "console"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	// Of its own network: only a loopback interface, which can be cut without cutting ours.
	nspawn := exec.Command("systemd-nspawn", "--boot", "--directory="+m.root, "--machine=ysq-boottest",
		"--private-network", "--register=no", "--keep-unit", "--console=pipe")
	nspawn.Stdout, nspawn.Stderr = log, log
	if err := nspawn.Start(); err != nil {
		unable(t, "%v", err)
	}
	gone := make(chan struct{})
	go func() { nspawn.Wait(); close(gone) }()
	t.Cleanup(func() { switchOff(t, nspawn.Process, gone) })

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
			return m
		}
	}
	unable(t, "systemd is %q after a minute:\n%s", state, lastLines(log.Name()))
	return nil
}

// switchOff powers the machine down in order; one that does not is killed.
func switchOff(t *testing.T, nspawn *os.Process, gone <-chan struct{}) {
	nspawn.Signal(syscall.SIGTERM)
	select {
	case <-gone:
	case <-time.After(30 * time.Second):
		t.Error("the container did not switch off within 30 s")
		nspawn.Kill()
		<-gone
	}
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
func debian(t *testing.T) string {
	t.Helper()
	cache := os.Getenv("YSQ_BOOT_CACHE")
	if cache == "" {
		cache = "/var/cache/ysq-boottest"
	}
	what := sha256.Sum256([]byte(suite + strings.Join(packages, ",")))
	dir := filepath.Join(cache, fmt.Sprintf("%s-%x", suite, what[:4]))
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	if err := os.MkdirAll(cache, 0o700); err != nil {
		t.Fatal(err)
	}
	// Made beside it and renamed: half a Debian is never taken for one.
	tmp, err := os.MkdirTemp(cache, "making-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(tmp)
	started := time.Now()
	out, err := exec.CommandContext(t.Context(), "debootstrap", "--variant=minbase", "--include="+strings.Join(packages, ","), suite, filepath.Join(tmp, "root")).CombinedOutput()
	if err != nil {
		unable(t, "debootstrap: %v\n%s", err, out[max(0, len(out)-2048):])
	}
	if err := os.Rename(filepath.Join(tmp, "root"), dir); err != nil && !errors.Is(err, os.ErrExist) {
		t.Fatal(err)
	}
	t.Logf("made %s in %.0f s", dir, time.Since(started).Seconds())
	return dir
}

// layer returns a file system over a directory that takes every change.
func layer(t *testing.T, below string) string {
	t.Helper()
	dir, err := os.MkdirTemp("/var/tmp", "ysq-boottest-") // overlayfs on overlayfs is refused, and /tmp may be small
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	for _, name := range []string{"upper", "work", "root"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	root := filepath.Join(dir, "root")
	options := fmt.Sprintf("lowerdir=%s,upperdir=%s/upper,workdir=%s/work", below, dir, dir)
	if err := syscall.Mount("overlay", root, "overlay", 0, options); err != nil {
		unable(t, "mounting an overlay: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(root, 0); err != nil {
			t.Errorf("unmounting the container's root: %v", err)
		}
	})
	return root
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
