package cli

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/cmd/internal/ask"
)

// Only what asks and prints may be ended by the kernel: a command that writes a file, or waits for the interrupt, is not brief.
func TestBrief(t *testing.T) {
	left := slices.Clone(brief)
	walk(newTerminal(0, nil).root(), func(c *cobra.Command) {
		left = slices.DeleteFunc(left, func(path string) bool { return path == c.CommandPath() })
	})
	if len(left) > 0 {
		t.Errorf("no such commands: %q", left)
	}
	for line, want := range map[string]bool{
		"list": true, "list -o csv": false, "log": true, "log --follow": false, "note 1 --text x": true, "save 1": false,
		"serve": false, "restore x": false, "report 2025": false, "report 2025 -o x.pdf": false,
	} {
		cmd, rest, err := newTerminal(0, nil).root().Find(strings.Fields(line))
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.ParseFlags(rest); err != nil {
			t.Fatal(err)
		}
		if got := isBrief(cmd); got != want {
			t.Errorf("%s: brief %v, want %v", line, got, want)
		}
	}
}

// Whoever waits for a poll is told after some seconds what it waits for; a poll that is quick says nothing of it.
func TestSayWaiting(t *testing.T) {
	for takes, says := range map[time.Duration]bool{time.Second: false, time.Minute: true} {
		synctest.Test(t, func(t *testing.T) {
			term := newTerminal(0, nil)
			c := ask.Dial(filepath.Join(t.TempDir(), "none"))
			defer c.Close()
			stop := term.app.sayWaiting(t.Context(), c)
			time.Sleep(takes)
			stop()
			if got := term.err.String(); strings.Contains(got, "还没有收完") != says {
				t.Errorf("after %v: %q", takes, got)
			}
		})
	}
}

// A pause before a login, a poll that is at work and one that is over are told apart.
func TestWaitsForWhat(t *testing.T) {
	at := time.Date(2026, 3, 2, 1, 2, 3, 0, time.UTC)
	got := waiting([]ask.MailboxStatus{
		{Account: "paused@example.test", State: "polling", NextTry: &at, Taken: 7},
		{Account: "busy@example.test", State: "polling", Taken: 7},
		{Account: "done@example.test", State: "idle", NextTry: &at},
	})
	for _, want := range []string{"paused@example.test：等到 09:02:03 再登录", "busy@example.test：正在与邮件服务器通话，守护进程启动以来取到 7 封"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q has no %q", got, want)
		}
	}
	if strings.Contains(got, "done@") {
		t.Errorf("says of a mailbox that is done: %q", got)
	}
}
