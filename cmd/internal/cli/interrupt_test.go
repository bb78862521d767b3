package cli

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spf13/cobra"
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
			stop := term.app.sayWaiting(t.Context())
			time.Sleep(takes)
			stop()
			if got := term.err.String(); strings.Contains(got, "还在收信") != says {
				t.Errorf("after %v: %q", takes, got)
			}
		})
	}
}
