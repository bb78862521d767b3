package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/stats"
)

func writeConfig(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ysq.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestSocketPath(t *testing.T) {
	file := writeConfig(t, strings.Replace(config.Example(), `# socket = "/run/ysq/ysq.sock"`, `socket = "/run/other.sock"`, 1))
	for _, tt := range []struct {
		name, flag, configFlag string
		env                    map[string]string
		want                   string
	}{
		{"flag", "/f.sock", file, map[string]string{"YSQ_SOCKET": "/e.sock"}, "/f.sock"},
		{"environment", "", file, map[string]string{"YSQ_SOCKET": "/e.sock"}, "/e.sock"},
		{"configuration by flag", "", file, nil, "/run/other.sock"},
		{"configuration by environment", "", "", map[string]string{"YSQ_CONFIG": file}, "/run/other.sock"},
		{"configuration that is not there", "", "/nowhere.toml", nil, "没有这个配置文件"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			term := newTerminal(0, tt.env)
			term.socket, term.configFile = tt.flag, tt.configFlag
			got, err := term.socketPath()
			if err != nil {
				got = err.Error()
			}
			if !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A clerk who may not connect is told whom to ask; where nobody listens, the register itself is tried.
func TestUnanswered(t *testing.T) {
	failed := func(errno syscall.Errno) error {
		return &net.OpError{Op: "dial", Net: "unix", Err: os.NewSyscallError("connect", errno)}
	}
	for _, errno := range []syscall.Errno{syscall.ECONNREFUSED, syscall.ENOENT} {
		if err := unanswered("/s", failed(errno)); err != nil {
			t.Errorf("%v: %v", errno, err)
		}
	}
	e := forPeople(unanswered("/s", failed(syscall.EACCES)))
	if e.Exit != ask.ExitUnreachable || !strings.Contains(e.Hint, config.DefaultGroup) {
		t.Errorf("EACCES: %+v", e)
	}
	if e := forPeople(unanswered("/s", failed(syscall.EAGAIN))); e.Exit != ask.ExitUnreachable {
		t.Errorf("EAGAIN: %+v", e)
	}
}

func TestExitCodes(t *testing.T) {
	_, missing := config.Load(filepath.Join(t.TempDir(), "none.toml"))
	failing := stats.Report{Year: 2026, Checks: []stats.Check{{ID: "sum", Level: stats.Failure, Detail: "合计不符"}, {ID: "old", OK: true, Level: stats.Warning}}}
	_, noFile := os.Open("/nowhere/file")
	for _, tt := range []struct {
		name string
		err  error
		want int
	}{
		{"wrapped", fmt.Errorf("asking: %w", &ask.Error{Msg: "x", Exit: ask.ExitRefused}), ask.ExitRefused},
		{"configuration", missing, ask.ExitUsage},
		{"usage", usage(&cobra.Command{}, "x"), ask.ExitUsage},
		{"connection lost", fmt.Errorf("x: %w", &net.OpError{Op: "read", Err: io.EOF}), ask.ExitUnreachable},
		{"failed check", verdict(failing), ask.ExitCheck},
		{"file", noFile, ask.ExitFailed},
		{"anything else", errors.New("x"), ask.ExitFailed},
	} {
		e := forPeople(tt.err)
		if e.Exit != tt.want || e.Msg == "" || e.Code == "" && tt.name != "wrapped" {
			t.Errorf("%s: %+v, want exit %d", tt.name, e, tt.want)
		}
	}
	if e := forPeople(verdict(failing)); !strings.Contains(e.Msg, "1 项") || !strings.Contains(e.Msg, "合计不符") {
		t.Errorf("the failed check is not told: %q", e.Msg)
	}
	if err := verdict(stats.Report{Checks: failing.Checks[1:]}); err != nil {
		t.Errorf("a warning fails the check: %v", err)
	}
}

func TestReplaceFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "2026.csv")
	for _, text := range []string{"first", "second"} {
		if err := replaceFile(file, 0o666, func(w io.Writer) error { _, err := io.WriteString(w, text); return err }); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != text {
			t.Errorf("got %q, %v", got, err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "taken"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := replaceFile(filepath.Join(dir, "taken"), 0o666, func(w io.Writer) error { _, err := io.WriteString(w, "x"); return err }); err == nil {
		t.Error("a directory was replaced")
	}
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	reader, err := os.OpenFile(pipe, os.O_RDWR, 0) // of both, so that neither end waits for the other
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if err := replaceFile(pipe, 0o666, func(w io.Writer) error { _, err := io.WriteString(w, "x"); return err }); err != nil {
		t.Fatal(err)
	}
	if at, err := os.Stat(pipe); err != nil || at.Mode()&fs.ModeNamedPipe == 0 {
		t.Fatalf("the pipe was replaced: %v, %v", at.Mode(), err)
	}
	if got, err := reader.Read(make([]byte, 1)); got != 1 || err != nil {
		t.Errorf("read %d from the pipe, %v", got, err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 3 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestIMAPHost(t *testing.T) {
	for address, want := range map[string]string{"foi@163.com": "imap.163.com", "foi": "", "foi@": ""} {
		if got := imapHost(address); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}
