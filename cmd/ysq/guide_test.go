package main

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/deploy/doc"
	"ysq.internal/ysq/mailbox/imapsim"
)

var update = flag.Bool("update", false, "write the outputs in the guides anew")

// The guides are followed, and what they show is what the program says. What only a machine with systemd can do is typed
// in deploy/boottest.
func TestGuides(t *testing.T) {
	for _, name := range []string{"clerk.zh-CN.md", "admin.zh-CN.md"} {
		t.Run(name, func(t *testing.T) {
			sim, err := imapsim.New(imapsim.Options{Security: imapsim.PlainText})
			if err != nil {
				t.Fatal(err)
			}
			defer sim.Close()
			g := guide{t: t, sim: sim, office: onSimulator(t, sim), dir: t.TempDir()}
			g.office.serve()
			g.office.waitFor(0)
			file := filepath.Join("..", "..", "deploy", "doc", name)
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got, err := doc.Follow(string(text), g)
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case got == string(text):
			case *update:
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			default:
				t.Errorf("the program says something else; -update writes it into %s, then read the difference", name)
			}
		})
	}
}

// guide is an office that does what a document says.
type guide struct {
	t      *testing.T
	sim    *imapsim.Server
	office *instance
	dir    string // where commands run
}

// Type implements doc.Reader.
func (g guide) Type(command string) string {
	g.t.Helper()
	if !strings.HasPrefix(command, "ysq") {
		g.t.Fatalf("%q is not a command of ours", command)
	}
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir = g.dir
	cmd.Env = append(os.Environ(), "YSQ_CONFIG="+g.office.config, "LANG=zh_CN.UTF-8")
	out, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 6 && strings.Contains(command, "退出码 0 或 6") {
		err = nil // what doctor finds depends on the year in which it looks
	}
	if err != nil {
		g.t.Errorf("%s: %v\n%s", command, err, out)
	}
	return string(out)
}

// Get implements doc.Reader.
func (g guide) Get(mail []byte, arrived time.Time) {
	g.t.Helper()
	g.sim.Add("INBOX", mail, arrived)
	g.office.run("poll")
}
